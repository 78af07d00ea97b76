//! Waiting for a connection's descriptor.

use std::io;
use std::time::Duration;

use taipan_object::{PyResult, Vm};
use taipan_stdlib_data::support::os_error;
use taipan_stdlib_os::socket::Wait;
use taipan_vm::threads::unlocked;

/// What came of waiting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    Ready,
    TimedOut,
    /// The socket does not wait.
    Never,
}

/// Waits until a descriptor can be read or written, without the interpreter's lock.
///
/// # Errors
/// What signal handlers raise; OSError.
pub fn wait(vm: &Vm, fd: i32, write: bool, limit: &Wait) -> PyResult<Waited> {
    loop {
        let left = match limit {
            Wait::Never => return Ok(Waited::Never),
            Wait::Forever => None,
            Wait::Until(until) => {
                let left = until - taipan_host::time::monotonic_ns();
                match u64::try_from(left) {
                    Ok(left) if left > 0 => Some(Duration::from_nanos(left)),
                    _ => return Ok(Waited::TimedOut),
                }
            }
        };
        // POLLOUT or POLLIN.
        let wanted = [(fd, if write { 4 } else { 1 })];
        match unlocked(vm, || taipan_host::ready::poll(&wanted, left)) {
            Ok(ready) if !ready.is_empty() => return Ok(Waited::Ready),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
            Err(e) => return Err(os_error(vm, &e)),
        }
    }
}
