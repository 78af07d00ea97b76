//! The module `_signal`.

mod sets;

use std::time::Duration;

use taipan_macros::pymodule;
use taipan_object::struct_sequence::Layout;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};

use taipan_host::signal::{self as host, Timer};

pub use module::MODULE;

static INFO: Layout = Layout {
    name: "signal.struct_siginfo",
    doc: "What is known about a signal that came.",
    visible: &[
        "si_signo",
        "si_code",
        "si_errno",
        "si_pid",
        "si_uid",
        "si_status",
        "si_band",
    ],
    hidden: &[],
    constructible: true,
};

/// `signal.ItimerError`.
fn timer_error_class(vm: &Vm) -> TypeRef {
    taipan_stdlib_data::support::exception(vm, "signal.ItimerError", &vm.exc.os_error)
}

#[cold]
fn timer_error(vm: &Vm, e: &std::io::Error) -> Raised {
    let errno = e.raw_os_error().unwrap_or(0);
    let args = [
        vm.new_int(errno.into()),
        vm.new_str(&taipan_host::strerror(errno)).into_value(),
    ];
    match vm.call(timer_error_class(vm).as_value(), &args) {
        Ok(error) => vm.raise(error),
        Err(raised) => raised,
    }
}

/// The number of a signal.
fn number(vm: &Vm, signal: i32) -> PyResult<i32> {
    if (1..host::COUNT as i32).contains(&signal) {
        Ok(signal)
    } else {
        Err(vm.value_error("signal number out of range"))
    }
}

fn timer_pair(vm: &Vm, (value, interval): Timer) -> Value {
    vm.tuple_value([
        vm.new_float(value.as_secs_f64()),
        vm.new_float(interval.as_secs_f64()),
    ])
}

/// A time of a timer; `None` if it is negative.
fn timer_time(vm: &Vm, value: &Value) -> PyResult<Option<Duration>> {
    let seconds = taipan_stdlib_data::support::seconds(vm, value)?;
    if seconds < 0.0 {
        return Ok(None);
    }
    // Less than the clock's tick would stop the timer.
    let micros = (seconds * 1e6).ceil();
    if micros > 9.2e18 {
        return Err(vm.overflow_error("timestamp out of range for platform time_t"));
    }
    Ok(Some(Duration::from_micros(micros as u64)))
}

/// Functions and constants.
#[pymodule(
    name = "_signal",
    doc = "Signals of the system.",
    extra(super::sets::functions)
)]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use taipan_host::signal::{self as host, Disposition};
    use taipan_stdlib_data::support::{add_constants, os_error, set_module_attr};
    use taipan_vm::signals::Handlers;

    use super::{INFO, number, timer_error, timer_error_class, timer_pair, timer_time};

    #[pyattr]
    const NSIG: i64 = host::COUNT as i64;
    #[pyattr]
    const SIG_DFL: i64 = 0;
    #[pyattr]
    const SIG_IGN: i64 = 1;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, &host::constants());
        set_module_attr(
            vm,
            module,
            "ItimerError",
            timer_error_class(vm).into_value(),
        )?;
        let info = vm.struct_sequence_type(&INFO)?.into_value();
        set_module_attr(vm, module, "struct_siginfo", info)?;
        let interrupt = module
            .dict
            .get_str(&vm.intern_str("default_int_handler"))
            .unwrap_or(Value::NONE);
        let handlers = Handlers::of(vm);
        for signal in 1..host::COUNT as i32 {
            let handler = match host::disposition(signal) {
                Some(Disposition::Default) | None => vm.new_int(0),
                Some(Disposition::Ignore) => vm.new_int(1),
                Some(Disposition::Note) if signal == host::INTERRUPT => interrupt.clone(),
                Some(Disposition::Note | Disposition::Other) => Value::NONE,
            };
            if handlers.get(signal).is_none() {
                handlers.set(signal, handler);
            }
        }
        Ok(())
    }

    /// Raises KeyboardInterrupt; the handler of SIGINT at the start.
    #[pyfunction("(signalnum, frame, /)")]
    fn default_int_handler(vm: &Vm, signalnum: &Value, _frame: &Value) -> PyResult<()> {
        vm.index(signalnum)?;
        Err(taipan_object::exceptions::raise_new(
            vm,
            &vm.exc.keyboard_interrupt,
            &[],
        ))
    }
    /// Sends SIGALRM after some seconds; tells what was left of the alarm before.
    #[pyfunction("(seconds, /)")]
    fn alarm(seconds: i32) -> u32 {
        host::alarm(seconds as u32)
    }
    /// Starts a timer that sends a signal, once or again and again; the timer before.
    #[pyfunction("(which, seconds, interval=0.0, /)")]
    fn setitimer(vm: &Vm, which: i32, seconds: &Value, interval: &Value) -> PyResult {
        let (first, again) = (timer_time(vm, seconds)?, timer_time(vm, interval)?);
        let (Some(first), Some(again)) = (first, again) else {
            let invalid = std::io::Error::from_raw_os_error(taipan_host::errno::EINVAL);
            return Err(timer_error(vm, &invalid));
        };
        match host::set_timer(which, (first, again)) {
            Ok(old) => Ok(timer_pair(vm, old)),
            Err(e) => Err(timer_error(vm, &e)),
        }
    }
    /// What is left of a timer, and its interval.
    #[pyfunction("(which, /)")]
    fn getitimer(vm: &Vm, which: i32) -> PyResult {
        match host::timer(which) {
            Ok(timer) => Ok(timer_pair(vm, timer)),
            Err(e) => Err(timer_error(vm, &e)),
        }
    }
    /// Sets what happens when a signal comes; the handler before.
    #[pyfunction("(signalnum, handler, /)")]
    fn signal(vm: &Vm, signalnum: i32, handler: &Value) -> PyResult {
        let signal = number(vm, signalnum)?;
        let disposition = if vm.type_of(handler).slots.call.get().is_some() {
            Disposition::Note
        } else {
            match handler.as_i64() {
                Some(0) => Disposition::Default,
                Some(1) => Disposition::Ignore,
                _ => {
                    return Err(vm.type_error(
                        "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object",
                    ));
                }
            }
        };
        (vm.hooks.get().poll)(vm)?;
        host::set_disposition(signal, disposition).map_err(|e| os_error(vm, &e))?;
        let old = Handlers::of(vm).set(signal, handler.clone());
        Ok(old.unwrap_or(Value::NONE))
    }
    /// What happens when a signal comes; None if Python does not know.
    #[pyfunction("(signalnum, /)")]
    fn getsignal(vm: &Vm, signalnum: i32) -> PyResult {
        let signal = number(vm, signalnum)?;
        Ok(Handlers::of(vm).get(signal).unwrap_or(Value::NONE))
    }
    /// Sends a signal to this thread.
    #[pyfunction("(signalnum, /)")]
    fn raise_signal(vm: &Vm, signalnum: i32) -> PyResult<()> {
        host::raise(signalnum).map_err(|e| os_error(vm, &e))?;
        (vm.hooks.get().poll)(vm)
    }
    /// The system's description of a signal.
    #[pyfunction("(signalnum, /)")]
    fn strsignal(vm: &Vm, signalnum: i32) -> PyResult<Option<String>> {
        let signal = number(vm, signalnum)?;
        Ok(host::text(signal).filter(|t| !t.starts_with("Unknown signal")))
    }
    /// Writes the number of each signal that comes to a descriptor; the one before.
    #[pyfunction("(fd, /, *, warn_on_full_buffer=True)")]
    fn set_wakeup_fd(vm: &Vm, fd: i32, warn_on_full_buffer: bool) -> PyResult<i32> {
        if fd >= 0 {
            let nonblocking = host::is_nonblocking(fd).map_err(|e| os_error(vm, &e))?;
            if !nonblocking {
                return Err(vm.value_error(format!("the fd {fd} must be in non-blocking mode")));
            }
        }
        Ok(host::set_wakeup(fd.max(-1), warn_on_full_buffer))
    }
    /// Whether system calls fail when a signal comes.
    #[pyfunction("(signalnum, flag, /)")]
    fn siginterrupt(vm: &Vm, signalnum: i32, flag: i32) -> PyResult<()> {
        let signal = number(vm, signalnum)?;
        host::interrupts(signal, flag != 0).map_err(|e| os_error(vm, &e))
    }
    /// Waits until a signal comes.
    #[pyfunction("()")]
    fn pause(vm: &Vm) -> PyResult<()> {
        taipan_vm::threads::unlocked(vm, host::pause);
        (vm.hooks.get().poll)(vm)
    }
    /// Sends a signal to a process by its descriptor.
    #[pyfunction("(pidfd, signalnum, siginfo=None, flags=0, /)")]
    fn pidfd_send_signal(
        vm: &Vm,
        pidfd: i32,
        signalnum: i32,
        siginfo: &Value,
        flags: i32,
    ) -> PyResult<()> {
        if !siginfo.is_none() {
            return Err(vm.type_error("siginfo must be None"));
        }
        host::send_to_descriptor(pidfd, signalnum, flags as u32).map_err(|e| os_error(vm, &e))
    }
}
