//! `poll` objects.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::int::IntRef;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::{Until, time_arg, wait};
use crate::fd::fd_arg;

/// `poll`: descriptors in the order in which they came.
#[derive(Default)]
pub struct Poll {
    wanted: RefCell<Vec<(i32, u16)>>,
    running: Cell<bool>,
}
payload!(Poll);

/// Readable, exceptional, writable.
const ALL: u16 = 1 | 2 | 4;

fn events_arg(vm: &Vm, events: Option<&Value>) -> PyResult<u16> {
    let Some(events) = events else {
        return Ok(ALL);
    };
    let index = vm.index(events)?;
    let negative = match index.as_int() {
        Some(IntRef::Small(n)) => n < 0,
        Some(IntRef::Big(n)) => *n < dashu_int::IBig::ZERO,
        None => false,
    };
    if negative {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    index
        .as_i64()
        .and_then(|n| u16::try_from(n).ok())
        .ok_or_else(|| vm.overflow_error("Python int too large for C unsigned short"))
}

#[pymethods(
    name = "poll",
    module = "select",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Poll {
    /// Waits for events of a descriptor too.
    #[pymethod("(self, fd, eventmask=<unset>, /)")]
    fn register(vm: &Vm, this: &Ref<Poll>, fd: &Value, eventmask: Option<&Value>) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        let events = events_arg(vm, eventmask)?;
        let mut wanted = this.wanted.borrow_mut();
        match wanted.iter_mut().find(|(f, _)| *f == fd) {
            Some((_, old)) => *old = events,
            None => wanted.push((fd, events)),
        }
        Ok(())
    }
    /// Changes the events of a descriptor.
    #[pymethod("(self, fd, eventmask, /)")]
    fn modify(vm: &Vm, this: &Ref<Poll>, fd: &Value, eventmask: &Value) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        let events = events_arg(vm, Some(eventmask))?;
        let mut wanted = this.wanted.borrow_mut();
        match wanted.iter_mut().find(|(f, _)| *f == fd) {
            Some((_, old)) => {
                *old = events;
                Ok(())
            }
            None => Err(taipan_vm::os_error::raise_errno(
                vm,
                taipan_host::errno::ENOENT,
                None,
            )),
        }
    }
    /// Forgets a descriptor.
    #[pymethod("(self, fd, /)")]
    fn unregister(vm: &Vm, this: &Ref<Poll>, fd: &Value) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        let mut wanted = this.wanted.borrow_mut();
        match wanted.iter().position(|(f, _)| *f == fd) {
            Some(at) => {
                wanted.remove(at);
                Ok(())
            }
            None => Err(vm.key_error(&vm.new_int(fd.into()))),
        }
    }
    /// Waits for events, for so many milliseconds at most: pairs of descriptors and events.
    #[pymethod("(self, timeout=None, /)")]
    fn poll(vm: &Vm, this: &Ref<Poll>, timeout: &Value) -> PyResult {
        let until = if timeout.is_none() {
            Until(None)
        } else {
            let ns = time_arg(vm, timeout, 1e6, "timeout must be an integer or None")?;
            if ns < 0 {
                Until(None)
            } else {
                Until::after(ns)
            }
        };
        if this.running.replace(true) {
            return Err(vm.runtime_error("concurrent poll() invocation"));
        }
        let wanted = this.wanted.borrow().clone();
        let ready = wait(vm, until, |time| taipan_host::ready::poll(&wanted, time));
        this.running.set(false);
        let pairs = ready?
            .into_iter()
            .map(|(fd, events)| vm.tuple_value([vm.new_int(fd.into()), vm.new_int(events.into())]))
            .collect();
        Ok(vm.list_value(pairs))
    }
}
