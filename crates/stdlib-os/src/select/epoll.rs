//! `epoll` objects.

use std::cell::Cell;

use taipan_host::ready::Change;
use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_stdlib_data::numbers::low_32;
use taipan_stdlib_data::support::os_error;

use super::{Until, time_arg, wait};
use crate::fd::fd_arg;

/// `epoll`.
pub struct Epoll {
    /// -1 when closed.
    fd: Cell<i32>,
}
payload!(Epoll);

impl Drop for Epoll {
    fn drop(&mut self) {
        if self.fd.get() >= 0 {
            let _ = taipan_host::fd::close(self.fd.get());
        }
    }
}

/// Readable, exceptional, writable.
const ALL: u32 = 1 | 2 | 4;
/// How many events one call gives if no number is asked for.
const MOST: i32 = 1023;
const CLOEXEC: i32 = 0o2000000;

impl Epoll {
    fn open(&self, vm: &Vm) -> PyResult<i32> {
        match self.fd.get() {
            fd if fd >= 0 => Ok(fd),
            _ => Err(vm.value_error("I/O operation on closed epoll object")),
        }
    }
    fn change(vm: &Vm, this: &Ref<Epoll>, change: Change, fd: &Value, events: u32) -> PyResult<()> {
        let epoll = this.open(vm)?;
        let fd = fd_arg(vm, fd)?;
        taipan_host::ready::epoll_change(epoll, change, fd, events).map_err(|e| os_error(vm, &e))
    }
}

#[pymethods(
    name = "epoll",
    module = "select",
    doc = "Waits for events of many descriptors.",
    flags(BASETYPE)
)]
impl Epoll {
    #[pynew("(sizehint=-1, flags=0)")]
    fn new(vm: &Vm, cls: &TypeRef, sizehint: i32, flags: i32) -> PyResult<Ref<Epoll>> {
        if sizehint != -1 && sizehint <= 0 {
            return Err(vm.value_error("negative sizehint"));
        }
        if flags != 0 && flags != CLOEXEC {
            return Err(vm.raise_str(&vm.exc.os_error, "invalid flags"));
        }
        let fd = taipan_host::ready::epoll_create().map_err(|e| os_error(vm, &e))?;
        Ok(alloc_instance(vm, cls, Epoll { fd: Cell::new(fd) }))
    }
    /// An object for a descriptor of an epoll that is open.
    #[pyclassmethod("(cls, fd, /)")]
    fn fromfd(vm: &Vm, cls: &TypeRef, fd: i32) -> Ref<Epoll> {
        alloc_instance(vm, cls, Epoll { fd: Cell::new(fd) })
    }
    /// Closes the descriptor.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Epoll>) -> PyResult<()> {
        let fd = this.fd.replace(-1);
        if fd >= 0 {
            taipan_host::fd::close(fd).map_err(|e| os_error(vm, &e))?;
        }
        Ok(())
    }
    /// Whether the descriptor is closed.
    #[pygetset]
    fn closed(this: &Ref<Epoll>) -> bool {
        this.fd.get() < 0
    }
    /// The descriptor.
    #[pymethod("(self, /)")]
    fn fileno(vm: &Vm, this: &Ref<Epoll>) -> PyResult<i32> {
        this.open(vm)
    }
    /// Waits for events of a descriptor too.
    #[pymethod("(self, fd, eventmask=<unset>)")]
    fn register(vm: &Vm, this: &Ref<Epoll>, fd: &Value, eventmask: Option<&Value>) -> PyResult<()> {
        let events = eventmask.map_or(Ok(ALL), |e| low_32(vm, e))?;
        Epoll::change(vm, this, Change::Add, fd, events)
    }
    /// Changes the events of a descriptor.
    #[pymethod("(self, fd, eventmask)")]
    fn modify(vm: &Vm, this: &Ref<Epoll>, fd: &Value, eventmask: &Value) -> PyResult<()> {
        Epoll::change(vm, this, Change::Modify, fd, low_32(vm, eventmask)?)
    }
    /// Forgets a descriptor.
    #[pymethod("(self, fd)")]
    fn unregister(vm: &Vm, this: &Ref<Epoll>, fd: &Value) -> PyResult<()> {
        Epoll::change(vm, this, Change::Remove, fd, 0)
    }
    /// Waits for events, for so many seconds at most: pairs of descriptors and events.
    #[pymethod("(self, timeout=None, maxevents=-1)")]
    fn poll(vm: &Vm, this: &Ref<Epoll>, timeout: &Value, maxevents: i32) -> PyResult {
        let epoll = this.open(vm)?;
        let until = if timeout.is_none() {
            Until(None)
        } else {
            let ns = time_arg(vm, timeout, 1e9, "timeout must be an integer or None")?;
            if ns < 0 {
                Until(None)
            } else {
                Until::after(ns)
            }
        };
        let most = match maxevents {
            -1 => MOST,
            n if n > 0 => n,
            n => {
                return Err(vm.value_error(format!("maxevents must be greater than 0, got {n}")));
            }
        };
        let ready = wait(vm, until, |time| {
            taipan_host::ready::epoll_wait(epoll, most as usize, time)
        })?;
        let pairs = ready
            .into_iter()
            .map(|(fd, events)| vm.tuple_value([vm.new_int(fd.into()), vm.new_int(events.into())]))
            .collect();
        Ok(vm.list_value(pairs))
    }
    /// The object itself.
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<Epoll>) -> PyResult {
        this.open(vm)?;
        Ok(this.to_value())
    }
    /// Closes the descriptor.
    #[pymethod("(self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(
        vm: &Vm,
        this: &Ref<Epoll>,
        _exc_type: &Value,
        _exc_value: &Value,
        _exc_tb: &Value,
    ) -> PyResult<()> {
        Epoll::close(vm, this)
    }
}
