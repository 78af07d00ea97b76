//! The module `select`.

mod epoll;
mod poll;

use std::time::Duration;

use taipan_macros::pymodule;
use taipan_object::{PyResult, Value, Vm};

pub use module::MODULE;

/// Until when to wait; without limit if `None`.
#[derive(Clone, Copy)]
struct Until(Option<i128>);

impl Until {
    fn after(ns: i128) -> Until {
        match ns {
            // Long ago: no clock has to say so.
            0 => Until(Some(0)),
            ns => Until(Some(taipan_host::time::monotonic_ns() + ns)),
        }
    }
    fn left(self) -> Option<Duration> {
        self.0.map(|until| {
            if until == 0 {
                return Duration::ZERO;
            }
            let ns = (until - taipan_host::time::monotonic_ns()).max(0);
            Duration::from_nanos(u64::try_from(ns).unwrap_or(u64::MAX))
        })
    }
}

/// Waits by a call that gets the time left; goes on after signals.
fn wait<T: Send>(
    vm: &Vm,
    until: Until,
    mut call: impl FnMut(Option<Duration>) -> std::io::Result<T> + Send,
) -> PyResult<T> {
    taipan_stdlib_data::support::retry(vm, || call(until.left()))
}

/// A time in units of so many nanoseconds.
fn time_arg(vm: &Vm, value: &Value, unit: f64, message: &str) -> PyResult<i128> {
    let number = if let Some(x) = value.as_float() {
        x
    } else if value.as_int().is_some() || vm.type_of(value).slots.index.get().is_some() {
        let n = vm.index(value)?;
        vm.as_f64(&n)?
    } else {
        return Err(vm.type_error(message));
    };
    if number.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    let ns = (number * unit).ceil();
    if ns.abs() > 9.2e18 {
        return Err(vm.overflow_error("timeout is too large"));
    }
    Ok(ns as i128)
}

/// Functions, classes and constants.
#[pymodule(
    name = "select",
    doc = "Waiting until descriptors are ready.",
    classes(crate::select::epoll::Epoll)
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::poll::Poll;
    use super::{Until, time_arg, wait};
    use crate::fd::fd_arg;
    use taipan_stdlib_data::support::{add_constants, set_module_attr};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "error", vm.exc.os_error.to_value())?;
        add_constants(
            vm,
            module,
            &[
                ("PIPE_BUF", 4096),
                ("POLLIN", 1),
                ("POLLPRI", 2),
                ("POLLOUT", 4),
                ("POLLERR", 8),
                ("POLLHUP", 16),
                ("POLLNVAL", 32),
                ("POLLRDNORM", 64),
                ("POLLRDBAND", 128),
                ("POLLWRNORM", 256),
                ("POLLWRBAND", 512),
                ("POLLMSG", 1024),
                ("POLLRDHUP", 8192),
                ("EPOLLIN", 1),
                ("EPOLLOUT", 4),
                ("EPOLLPRI", 2),
                ("EPOLLERR", 8),
                ("EPOLLHUP", 16),
                ("EPOLLRDHUP", 8192),
                ("EPOLLET", 1 << 31),
                ("EPOLLONESHOT", 1 << 30),
                ("EPOLLEXCLUSIVE", 1 << 28),
                ("EPOLLRDNORM", 64),
                ("EPOLLRDBAND", 128),
                ("EPOLLWRNORM", 256),
                ("EPOLLWRBAND", 512),
                ("EPOLLMSG", 1024),
                ("EPOLLWAKEUP", 1 << 29),
                ("EPOLL_CLOEXEC", 0o2000000),
            ],
        );
        Ok(())
    }

    /// The objects of a sequence and their descriptors.
    fn sequence(vm: &Vm, objects: &Value) -> PyResult<(Vec<Value>, Vec<i32>)> {
        let objects = match vm.collect(objects) {
            Ok(objects) => objects,
            Err(_) if vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                return Err(vm.type_error("arguments 1-3 must be sequences"));
            }
            Err(e) => return Err(e),
        };
        let mut fds = Vec::with_capacity(objects.len());
        for object in &objects {
            let fd = fd_arg(vm, object)?;
            if fd >= taipan_host::ready::SELECT_LIMIT {
                return Err(vm.value_error("filedescriptor out of range in select()"));
            }
            fds.push(fd);
        }
        Ok((objects, fds))
    }

    /// Waits until objects are ready to be read, to be written, or have an exceptional condition.
    #[pyfunction("(rlist, wlist, xlist, timeout=None, /)")]
    fn select(vm: &Vm, rlist: &Value, wlist: &Value, xlist: &Value, timeout: &Value) -> PyResult {
        let until = if timeout.is_none() {
            Until(None)
        } else {
            let ns = time_arg(vm, timeout, 1e9, "timeout must be a float or None")?;
            if ns < 0 {
                return Err(vm.value_error("timeout must be non-negative"));
            }
            Until::after(ns)
        };
        let sets = [
            sequence(vm, rlist)?,
            sequence(vm, wlist)?,
            sequence(vm, xlist)?,
        ];
        let fds = [&sets[0].1[..], &sets[1].1[..], &sets[2].1[..]];
        let ready = wait(vm, until, |time| taipan_host::ready::select(fds, time))?;
        let lists = [0, 1, 2].map(|i| {
            let (objects, fds) = &sets[i];
            let chosen = objects.iter().zip(fds);
            let chosen = chosen.filter(|(_, fd)| ready[i].contains(fd));
            vm.list_value(chosen.map(|(object, _)| object.clone()).collect())
        });
        Ok(vm.tuple_value(lists))
    }
    /// An object that waits for events of many descriptors.
    #[pyfunction("()")]
    fn poll(vm: &Vm) -> Ref<Poll> {
        vm.heap
            .alloc(&vm.add_native_type::<Poll>(), Poll::default())
    }
}
