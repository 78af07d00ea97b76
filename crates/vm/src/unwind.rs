//! From a raised exception to its handler.

use taipan_object::exceptions::{Exception, peek};
use taipan_object::value::encoding::is_heap;
use taipan_object::{Value, Vm};

use crate::frame::{self, CONSTRUCTOR, ENTRY, Frame, GENERATOR};
use crate::{call, generator, traceback};

/// Where execution goes on.
pub enum Unwound {
    /// In this frame, at its saved program counter.
    Handler(*mut Frame),
    /// The entry frame was left: the exception goes to the native caller.
    Left,
}

/// The exception pending in `frame` goes to the nearest handler.
///
/// # Safety
/// `frame` is the running frame and its program counter is saved.
#[cold]
#[inline(never)]
pub unsafe fn unwind(vm: &Vm, frame: *mut Frame) -> Unwound {
    // SAFETY: by the contract.
    unsafe { unwind_from(vm, frame, true, None) }
}

/// As [`unwind`], for an exception that has this frame in its traceback already:
/// `origin` is the instruction that raised it first. The handler is that of the
/// present instruction.
///
/// # Safety
/// As [`unwind`].
#[cold]
#[inline(never)]
pub unsafe fn unwind_reraise(vm: &Vm, frame: *mut Frame, origin: Option<u32>) -> Unwound {
    // SAFETY: by the contract.
    unsafe { unwind_from(vm, frame, false, origin) }
}

unsafe fn unwind_from(
    vm: &Vm,
    mut frame: *mut Frame,
    mut add: bool,
    mut origin: Option<u32>,
) -> Unwound {
    // SAFETY: records of frames in progress are live; handlers are verified.
    unsafe {
        loop {
            let lasti = (*frame).lasti();
            if add {
                traceback::add_entry(vm, frame, lasti);
            }
            if crate::observe::is_on(vm) {
                crate::tracing::raised(vm, frame, !add);
            }
            add = true;
            let code = (*frame).code();
            if let Some(handler) = code.handler_at(lasti).copied() {
                for n in handler.depth..code.register_count {
                    release_register((*frame).regs.add(n as usize));
                }
                let exception = vm.take_pending().unwrap_or(Value::NONE);
                (*frame)
                    .regs
                    .add(handler.depth as usize)
                    .write(exception.into_word());
                if handler.lasti {
                    let raised_at = u64::from(origin.unwrap_or(lasti));
                    (*frame)
                        .regs
                        .add(handler.depth as usize + 1)
                        .write(raised_at << 1 | 1);
                }
                (*frame).pc = code.instrs.get().add(handler.target as usize);
                if crate::observe::is_on(vm) {
                    let word = *(*frame).regs.add(handler.depth as usize);
                    let caught = Value::borrow_word(&word).clone();
                    if crate::tracing::handled(vm, frame, &caught).is_err() {
                        // Raised at the handler's first instruction.
                        (*frame).pc = (*frame).pc.add(1);
                        continue;
                    }
                }
                if vm.heap.has_finalizers() {
                    crate::finalize::drain(vm);
                }
                return Unwound::Handler(frame);
            }
            // The frame ends; its object, if any, shows where the exception was first raised.
            if let Some(at) = origin.take() {
                (*frame).pc = code
                    .instrs
                    .get()
                    .add(at.min(code.code.instrs.len() as u32 - 1) as usize + 1);
            }
            if crate::observe::is_on(vm) {
                crate::tracing::unwound(vm, frame);
            }
            let flags = (*frame).flags;
            let previous = (*frame).previous;
            frame::detach(Some(vm), &mut *frame);
            (*frame).clear_registers();
            if flags & GENERATOR != 0 {
                generator::raised(vm, frame);
            } else {
                if flags & CONSTRUCTOR != 0 && (*frame).instance != 0 {
                    drop(Value::from_word(std::mem::replace(
                        &mut (*frame).instance,
                        0,
                    )));
                }
                call::pop_record(vm, frame);
            }
            if vm.heap.has_finalizers() {
                crate::finalize::drain(vm);
            }
            if flags & ENTRY != 0 {
                return Unwound::Left;
            }
            frame = previous;
        }
    }
}

#[inline]
unsafe fn release_register(at: *mut u64) {
    // SAFETY: a register; heap words in it are owned.
    unsafe {
        let word = at.replace(0);
        if is_heap(word) {
            drop(Value::from_word(word));
        }
    }
}

/// The traceback of an exception.
pub fn traceback_of(exception: &Value) -> Option<Value> {
    exception
        .downcast::<Exception>()
        .and_then(|e| peek(&e.traceback))
}
