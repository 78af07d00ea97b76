//! The module `faulthandler`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_host::signal::{self as host, Disposition};
use taipan_macros::{pymethods, pymodule};
use taipan_object::{Args, PyResult, Ref, Value, Vm, payload};
use taipan_stdlib_data::support::once;
use taipan_vm::sys::frames;

pub use module::MODULE;

/// Frames that are shown.
const MOST_FRAMES: i64 = 100;

/// Where tracebacks go.
fn descriptor(vm: &Vm, file: Option<&Value>) -> PyResult<i32> {
    let file = match file {
        Some(file) if !file.is_none() => file.clone(),
        _ => match taipan_vm::sys_attr(vm, "stderr") {
            Some(stderr) if !stderr.is_none() => stderr,
            Some(_) => return Err(vm.runtime_error("sys.stderr is None")),
            None => return Err(vm.runtime_error("unable to get sys.stderr")),
        },
    };
    if file.as_int().is_some() {
        let fd = i32::try_from(vm.index_i64(&file)?).unwrap_or(-1);
        if fd < 0 {
            return Err(vm.value_error("file is not a valid file descripter"));
        }
        return Ok(fd);
    }
    let number = vm.call_method(&file, &vm.intern_str("fileno"), &[])?;
    if number.as_int().is_none() {
        return Err(vm.runtime_error("file.fileno() is not a valid file descriptor"));
    }
    let flushed = vm.call_method(&file, &vm.intern_str("flush"), &[]);
    if flushed.is_err() {
        drop(vm.take_pending());
    }
    Ok(vm.index_i64(&number)? as i32)
}

/// The calls in progress, innermost first, with a line above.
fn traceback(vm: &Vm, all_threads: bool) -> String {
    let mut text = if all_threads {
        format!(
            "Current thread {:#018x} (most recent call first):\n",
            host::this_thread()
        )
    } else {
        "Stack (most recent call first):\n".to_owned()
    };
    let mut depth = 0;
    while let Some(frame) = frames::at_depth(vm, depth) {
        if depth >= MOST_FRAMES {
            text.push_str("  ...\n");
            break;
        }
        // SAFETY: the frame is live.
        let (file, line, name) = unsafe {
            let frame = &*frame;
            let code = frame.code();
            (
                code.code.filename.to_string(),
                code.line_of(frame.lasti()),
                code.code.name.to_string(),
            )
        };
        text.push_str(&format!("  File \"{file}\", line {line} in {name}\n"));
        depth += 1;
    }
    if depth == 0 {
        text.push_str("  <no Python frame>\n");
    }
    text
}

fn dump(vm: &Vm, fd: i32, all_threads: bool) {
    let _ = taipan_host::fd::write_all(fd, traceback(vm, all_threads).as_bytes());
}

/// What a registered signal runs.
pub struct Dumper {
    fd: i32,
    all_threads: bool,
}
payload!(Dumper);

#[pymethods(
    name = "dumper",
    module = "faulthandler",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Dumper {
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<Dumper>, _args: Args<'_>) -> PyResult {
        dump(vm, this.fd, this.all_threads);
        Ok(Value::NONE)
    }
}

/// Signals that are registered, with what they did before.
#[derive(Default)]
struct Registered(RefCell<Vec<(i32, Disposition, Option<Value>)>>);

fn registered(vm: &Vm) -> Rc<Registered> {
    once(vm, "faulthandler.registered", Rc::<Registered>::default)
}

/// Whether fatal signals are reported.
fn enabled(vm: &Vm) -> Rc<Cell<bool>> {
    once(vm, "faulthandler.enabled", Rc::<Cell<bool>>::default)
}

/// Functions.
#[pymodule(name = "faulthandler", doc = "Tracebacks when things go wrong.")]
pub mod module {
    use taipan_object::{PyResult, Value, Vm};

    use super::{Disposition, Dumper, descriptor, dump, enabled, host, registered};
    use taipan_stdlib_data::support::os_error;
    use taipan_vm::signals::Handlers;

    /// Reports fatal signals to a file.
    #[pyfunction("(file=<unset>, all_threads=True)")]
    fn enable(vm: &Vm, file: Option<&Value>, _all_threads: bool) -> PyResult<()> {
        let fd = descriptor(vm, file)?;
        host::report_fatal(Some(fd)).map_err(|e| os_error(vm, &e))?;
        enabled(vm).set(true);
        Ok(())
    }
    /// Ends what enable() began; whether it was on.
    #[pyfunction("()")]
    fn disable(vm: &Vm) -> PyResult<bool> {
        let was = enabled(vm).replace(false);
        if was {
            host::report_fatal(None).map_err(|e| os_error(vm, &e))?;
        }
        Ok(was)
    }
    /// Whether fatal signals are reported.
    #[pyfunction("()")]
    fn is_enabled(vm: &Vm) -> bool {
        enabled(vm).get()
    }
    /// Writes the calls in progress to a file.
    #[pyfunction("(file=<unset>, all_threads=True)")]
    fn dump_traceback(vm: &Vm, file: Option<&Value>, all_threads: bool) -> PyResult<()> {
        let fd = descriptor(vm, file)?;
        dump(vm, fd, all_threads);
        Ok(())
    }
    /// Writes the calls in progress in native code, which cannot be told apart here.
    #[pyfunction("(file=<unset>)")]
    fn dump_c_stack(vm: &Vm, file: Option<&Value>) -> PyResult<()> {
        let fd = descriptor(vm, file)?;
        let text = b"Current thread's C stack trace (most recent call first):\n  <cannot get C stack on this system>\n";
        let _ = taipan_host::fd::write_all(fd, text);
        Ok(())
    }
    /// Not done yet.
    #[pyfunction("(timeout, repeat=False, file=<unset>, exit=False)")]
    fn dump_traceback_later(
        vm: &Vm,
        _timeout: &Value,
        _repeat: bool,
        _file: Option<&Value>,
        _exit: bool,
    ) -> PyResult<()> {
        Err(vm.not_implemented_error("faulthandler.dump_traceback_later"))
    }
    /// Ends what dump_traceback_later() began: nothing yet.
    #[pyfunction("()")]
    fn cancel_dump_traceback_later() {}
    /// Writes the calls in progress whenever a signal comes.
    #[pyfunction("(signum, file=<unset>, all_threads=True, chain=False)")]
    fn register(
        vm: &Vm,
        signum: i32,
        file: Option<&Value>,
        all_threads: bool,
        _chain: bool,
    ) -> PyResult<()> {
        check(vm, signum)?;
        let fd = descriptor(vm, file)?;
        let before = host::disposition(signum).unwrap_or(Disposition::Default);
        host::set_disposition(signum, Disposition::Note).map_err(|e| os_error(vm, &e))?;
        let dumper = Dumper { fd, all_threads };
        let dumper = vm.heap.alloc(&vm.add_native_type::<Dumper>(), dumper);
        let old = Handlers::of(vm).set(signum, dumper.into_value());
        let all = registered(vm);
        let mut all = all.0.borrow_mut();
        if !all.iter().any(|(s, ..)| *s == signum) {
            all.push((signum, before, old));
        }
        Ok(())
    }
    /// Ends what register() began; whether there was anything to end.
    #[pyfunction("(signum, /)")]
    fn unregister(vm: &Vm, signum: i32) -> PyResult<bool> {
        check(vm, signum)?;
        let all = registered(vm);
        let found = {
            let mut all = all.0.borrow_mut();
            let at = all.iter().position(|(s, ..)| *s == signum);
            at.map(|at| all.swap_remove(at))
        };
        let Some((_, before, old)) = found else {
            return Ok(false);
        };
        host::set_disposition(signum, before).map_err(|e| os_error(vm, &e))?;
        Handlers::of(vm).set(signum, old.unwrap_or(Value::NONE));
        Ok(true)
    }
    fn check(vm: &Vm, signum: i32) -> PyResult<()> {
        if host::FATAL.contains(&signum) {
            return Err(vm.runtime_error(format!(
                "signal {signum} cannot be registered, use enable() instead"
            )));
        }
        if !(1..host::COUNT as i32).contains(&signum) {
            return Err(vm.value_error("signal number out of range"));
        }
        Ok(())
    }
}
