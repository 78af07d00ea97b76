//! Descriptors that count the ticks of a timer.

use taipan_macros::pymodule;
use taipan_object::{PyResult, Value, Vm};

/// Seconds as nanoseconds.
fn nanoseconds(vm: &Vm, value: &Value) -> PyResult<i128> {
    let seconds = match value.as_float() {
        Some(x) => x,
        None => vm.as_f64(value)?,
    };
    let ns = seconds * 1e9;
    if ns.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    if ns.abs() > 9.2e18 {
        return Err(vm.overflow_error("timestamp out of range for platform time_t"));
    }
    Ok(ns.floor() as i128)
}

/// Functions.
#[pymodule(partial, name = "posix")]
pub mod functions {
    use taipan_host::transfer::{self, TimerTimes};
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::nanoseconds;
    use crate::posix::error;

    const CLOEXEC: i32 = 0o2_000_000;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (name, number) in [
            ("TFD_NONBLOCK", 0o4000),
            ("TFD_CLOEXEC", i64::from(CLOEXEC)),
            ("TFD_TIMER_ABSTIME", 1),
            ("TFD_TIMER_CANCEL_ON_SET", 2),
        ] {
            module
                .dict
                .insert_str(vm, &vm.intern_str(name), vm.new_int(number));
        }
        Ok(())
    }

    fn in_seconds(vm: &Vm, (initial, interval): TimerTimes) -> Value {
        let seconds = |ns: i128| vm.new_float(ns as f64 / 1e9);
        vm.tuple_value([seconds(initial), seconds(interval)])
    }
    fn in_nanoseconds(vm: &Vm, (initial, interval): TimerTimes) -> Value {
        let number = |ns: i128| vm.new_int(i64::try_from(ns).unwrap_or(i64::MAX));
        vm.tuple_value([number(initial), number(interval)])
    }

    /// Makes a timer with a descriptor.
    #[pyfunction("(clockid, /, *, flags=0)")]
    fn timerfd_create(vm: &Vm, clockid: i32, flags: i32) -> PyResult<i32> {
        transfer::timer(clockid, flags | CLOEXEC).map_err(|e| error(vm, &e))
    }
    /// Sets a timer, in seconds; what was set before.
    #[pyfunction("(fd, /, *, flags=0, initial=0.0, interval=0.0)")]
    fn timerfd_settime(
        vm: &Vm,
        fd: i32,
        flags: i32,
        initial: &Value,
        interval: &Value,
    ) -> PyResult {
        let times = (nanoseconds(vm, initial)?, nanoseconds(vm, interval)?);
        let before = transfer::set_timer(fd, flags, times).map_err(|e| error(vm, &e))?;
        Ok(in_seconds(vm, before))
    }
    /// Sets a timer, in nanoseconds; what was set before.
    #[pyfunction("(fd, /, *, flags=0, initial=0, interval=0)")]
    fn timerfd_settime_ns(vm: &Vm, fd: i32, flags: i32, initial: i64, interval: i64) -> PyResult {
        let times = (initial.into(), interval.into());
        let before = transfer::set_timer(fd, flags, times).map_err(|e| error(vm, &e))?;
        Ok(in_nanoseconds(vm, before))
    }
    /// The time that is left of a timer, and its interval, in seconds.
    #[pyfunction("(fd, /)")]
    fn timerfd_gettime(vm: &Vm, fd: i32) -> PyResult {
        let left = transfer::timer_left(fd).map_err(|e| error(vm, &e))?;
        Ok(in_seconds(vm, left))
    }
    /// The time that is left of a timer, and its interval, in nanoseconds.
    #[pyfunction("(fd, /)")]
    fn timerfd_gettime_ns(vm: &Vm, fd: i32) -> PyResult {
        let left = transfer::timer_left(fd).map_err(|e| error(vm, &e))?;
        Ok(in_nanoseconds(vm, left))
    }
}
