//! Functions of `_signal` that take or give sets of signals.

use std::time::Duration;

use taipan_host::signal::{self as host, Info, Set};
use taipan_object::{PyResult, Value, Vm};

use super::INFO;

/// An iterable of signal numbers.
fn set_arg(vm: &Vm, signals: &Value) -> PyResult<Set> {
    let mut set = 0;
    vm.for_each(signals, |item| {
        let index = vm.index(&item)?;
        let n = index.as_i64().unwrap_or(-1);
        if !(1..host::COUNT as i64).contains(&n) {
            return Err(vm.value_error(format!(
                "signal number {n} out of range [1; {}]",
                host::COUNT - 1
            )));
        }
        set |= 1 << (n - 1);
        Ok(())
    })?;
    Ok(set)
}

fn set_value(vm: &Vm, set: Set) -> PyResult {
    let out = vm.new_set();
    for signal in (1..host::COUNT as i64).filter(|s| set >> (s - 1) & 1 != 0) {
        out.add(vm, vm.new_int(signal))?;
    }
    Ok(out.into_value())
}

fn info_value(vm: &Vm, info: &Info) -> PyResult {
    let n = |n: i32| vm.new_int(n.into());
    vm.new_struct_sequence(
        &INFO,
        vec![
            n(info.signal),
            n(info.code),
            n(info.errno),
            n(info.pid),
            vm.new_int(info.uid.into()),
            n(info.status),
            vm.new_int(info.band),
        ],
        vec![],
    )
}

/// Time that is left, if there is a limit.
fn left(until: Option<i128>) -> Option<Duration> {
    until.map(|until| {
        let ns = (until - taipan_host::time::monotonic_ns()).max(0);
        Duration::from_nanos(u64::try_from(ns).unwrap_or(u64::MAX))
    })
}

/// Functions.
#[taipan_macros::pymodule(partial, name = "_signal")]
pub mod functions {
    use taipan_object::{PyResult, Value, Vm};

    use super::{host, info_value, left, set_arg, set_value};
    use taipan_stdlib_data::support::{os_error, retry, seconds};

    /// Sends a signal to a thread.
    #[pyfunction("(thread_id, signalnum, /)")]
    fn pthread_kill(vm: &Vm, thread_id: &Value, signalnum: i32) -> PyResult<()> {
        let thread = taipan_stdlib_data::numbers::unsigned_long(vm, thread_id)?;
        if thread != host::this_thread() && thread != vm.thread_id.get() {
            return Err(os_error(
                vm,
                &std::io::Error::from_raw_os_error(taipan_host::errno::ESRCH),
            ));
        }
        // SAFETY: the thread is the running one.
        unsafe { host::kill_thread(host::this_thread(), signalnum) }
            .map_err(|e| os_error(vm, &e))?;
        (vm.hooks.get().poll)(vm)
    }
    /// Changes which signals are blocked; those blocked before.
    #[pyfunction("(how, mask, /)")]
    fn pthread_sigmask(vm: &Vm, how: i32, mask: &Value) -> PyResult {
        let set = set_arg(vm, mask)?;
        let old = host::mask(how, set).map_err(|e| os_error(vm, &e))?;
        (vm.hooks.get().poll)(vm)?;
        set_value(vm, old)
    }
    /// Signals that have come but are blocked.
    #[pyfunction("()")]
    fn sigpending(vm: &Vm) -> PyResult {
        set_value(vm, host::pending().map_err(|e| os_error(vm, &e))?)
    }
    /// Waits for a signal of a set.
    #[pyfunction("(sigset, /)")]
    fn sigwait(vm: &Vm, sigset: &Value) -> PyResult<i32> {
        let set = set_arg(vm, sigset)?;
        taipan_vm::threads::unlocked(vm, || host::wait(set)).map_err(|e| os_error(vm, &e))
    }
    /// Waits for a signal of a set and tells about it.
    #[pyfunction("(sigset, /)")]
    fn sigwaitinfo(vm: &Vm, sigset: &Value) -> PyResult {
        let set = set_arg(vm, sigset)?;
        info_value(vm, &retry(vm, || host::wait_info(set, None))?)
    }
    /// As sigwaitinfo(), for so many seconds at most; None if no signal came.
    #[pyfunction("(sigset, timeout, /)")]
    fn sigtimedwait(vm: &Vm, sigset: &Value, timeout: &Value) -> PyResult {
        let set = set_arg(vm, sigset)?;
        let time = seconds(vm, timeout)?;
        if time < 0.0 {
            return Err(vm.value_error("timeout must be non-negative"));
        }
        let until = taipan_host::time::monotonic_ns() + (time.min(9e9) * 1e9).ceil() as i128;
        loop {
            match taipan_vm::threads::unlocked(vm, || host::wait_info(set, left(Some(until)))) {
                Ok(info) => return info_value(vm, &info),
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => return Ok(Value::NONE),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {
                    (vm.hooks.get().poll)(vm)?;
                }
                Err(e) => return Err(os_error(vm, &e)),
            }
        }
    }
    /// All signals that there are.
    #[pyfunction("()")]
    fn valid_signals(vm: &Vm) -> PyResult {
        set_value(vm, host::valid())
    }
}
