//! Signals: handlers run in the main thread of the main interpreter.

use std::cell::RefCell;

use taipan_object::{PyResult, Value, Vm};

/// SIGINT.
const INTERRUPT: i32 = taipan_host::signal::INTERRUPT;

/// The Python handlers by signal number. Empty: none was set from Python.
#[derive(Default)]
pub struct Handlers(RefCell<Vec<Option<Value>>>);

impl Handlers {
    /// The handlers of an interpreter.
    pub fn of(vm: &Vm) -> std::rc::Rc<Handlers> {
        crate::state::<Handlers>(vm, "signals")
    }
    pub fn get(&self, signal: i32) -> Option<Value> {
        let index = usize::try_from(signal).ok()?;
        self.0.borrow().get(index).cloned().flatten()
    }
    /// Sets a handler; the one before.
    pub fn set(&self, signal: i32, handler: Value) -> Option<Value> {
        let index = usize::try_from(signal).unwrap_or(0);
        let mut all = self.0.borrow_mut();
        if all.len() <= index {
            all.resize(index + 1, None);
        }
        all[index].replace(handler)
    }
}

/// Runs the Python handlers of signals that arrived.
///
/// # Errors
/// KeyboardInterrupt, or what a handler raises.
pub fn run_handlers(vm: &Vm) -> PyResult<()> {
    if let Some(errno) = taipan_host::signal::take_wakeup_error() {
        report_wakeup(vm, errno);
    }
    let handlers = Handlers::of(vm);
    while let Some(signal) = taipan_host::signal::take_pending() {
        let handled = match handlers.get(signal) {
            Some(handler) if vm.type_of(&handler).slots.call.get().is_some() => {
                let frame = crate::sys::frames::get(vm, 0);
                let frame = vm
                    .ignore(frame, &vm.exc.value_error)?
                    .unwrap_or(Value::NONE);
                vm.call(&handler, &[vm.new_int(signal.into()), frame])
                    .map(drop)
            }
            None if signal == INTERRUPT => Err(taipan_object::exceptions::raise_new(
                vm,
                &vm.exc.keyboard_interrupt,
                &[],
            )),
            _ => Ok(()),
        };
        if let Err(raised) = handled {
            // The rest waits for the next poll.
            vm.breaker.fetch_or(
                taipan_object::vm::breaker::SIGNAL,
                std::sync::atomic::Ordering::Relaxed,
            );
            return Err(raised);
        }
    }
    Ok(())
}

/// Reports that the number of a signal could not be written.
#[cold]
fn report_wakeup(vm: &Vm, errno: i32) {
    let raised = crate::os_error::raise_errno(vm, errno, None);
    let error = vm.take_exception(raised);
    let message = "Exception ignored when trying to write to the signal wakeup fd";
    (vm.hooks.get().unraisable)(vm, error, message, None);
}
