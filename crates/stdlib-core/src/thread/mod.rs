//! The module `_thread`: threads, locks, attributes of each thread.

mod handle;
mod local;
mod lock;

use taipan_macros::pymodule;

pub(crate) use handle::after_fork;
pub use module::MODULE;

/// Functions of the module `_thread`.
#[pymodule(
    name = "_thread",
    doc = "Threads and locks.",
    classes(
        crate::thread::lock::Lock,
        crate::thread::lock::RLock,
        crate::thread::local::Local,
        crate::thread::handle::ThreadHandle
    )
)]
#[allow(non_upper_case_globals)]
pub mod module {
    use std::sync::atomic::Ordering;

    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::struct_sequence::Layout;
    use taipan_object::tuple::Tuple;
    use taipan_object::{Args, PyResult, Ref, Value, Vm};
    use taipan_vm::threads;

    use crate::thread::handle::{self, ThreadHandle};
    use crate::thread::lock::{Lock, RLock};

    #[pyattr]
    const TIMEOUT_MAX: f64 = 9_223_372_036.0;
    #[pyattr]
    const _NAME_MAXLEN: i64 = 15;

    static EXCEPT_HOOK_ARGS: Layout = Layout {
        name: "_thread._ExceptHookArgs",
        doc: "What threading.excepthook gets.",
        visible: &["exc_type", "exc_value", "exc_traceback", "thread"],
        hidden: &[],
        constructible: true,
    };

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        set("LockType", vm.add_native_type::<Lock>().into_value());
        set("RLock", vm.add_native_type::<RLock>().into_value());
        set("error", vm.exc.runtime_error.to_value());
        let args = vm.struct_sequence_type(&EXCEPT_HOOK_ARGS)?;
        set("_ExceptHookArgs", args.into_value());
        Ok(())
    }
    /// A new lock.
    #[pyfunction("()")]
    fn allocate_lock(vm: &Vm) -> PyResult {
        vm.call(vm.add_native_type::<Lock>().as_value(), &[])
    }
    /// A new lock.
    #[pyfunction("()")]
    fn allocate(vm: &Vm) -> PyResult {
        allocate_lock(vm)
    }
    /// The number of the running thread.
    #[pyfunction("()")]
    fn get_ident(vm: &Vm) -> u64 {
        vm.thread_id.get()
    }
    /// The system's number of the running thread.
    #[pyfunction("()")]
    fn get_native_id() -> u64 {
        taipan_host::sync::native_thread_id()
    }
    /// Names the running thread for the system's tools.
    #[pyfunction("(name)")]
    fn set_name(name: &Ref<Str>) {
        taipan_host::sync::set_thread_name(&name.to_string());
    }
    /// The size of the stacks of new threads; sets it if `size` is given.
    #[pyfunction("(size=0, /)")]
    fn stack_size(vm: &Vm, size: i64) -> PyResult<usize> {
        const LEAST: i64 = 53_248;
        let setting = &threads::shared(vm).stack_size;
        if size != 0 && size < LEAST {
            return Err(vm.value_error(format!("size must be at least {LEAST} bytes")));
        }
        Ok(setting.swap(size as usize, Ordering::Relaxed))
    }
    /// How many threads there are besides the main one.
    #[pyfunction("()")]
    fn _count(vm: &Vm) -> usize {
        threads::count(vm)
    }
    /// The number of the main thread.
    #[pyfunction("()")]
    fn _get_main_thread_ident(vm: &Vm) -> u64 {
        threads::main_ident(vm)
    }
    /// Whether this is the interpreter that the process began with.
    #[pyfunction("()")]
    fn _is_main_interpreter() -> bool {
        true
    }
    /// Whether threads may outlive the program.
    #[pyfunction("()")]
    fn daemon_threads_allowed() -> bool {
        true
    }

    fn is_callable(vm: &Vm, object: &Value) -> bool {
        vm.type_of(object).slots.call.get().is_some()
    }

    fn start(
        vm: &Vm,
        function: &Value,
        args: &Value,
        kwargs: Option<&Value>,
        names: [&str; 3],
    ) -> PyResult<u64> {
        if !is_callable(vm, function) {
            return Err(vm.type_error(names[0]));
        }
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(vm.type_error(names[1]));
        };
        let keywords = match kwargs {
            None => Vec::new(),
            Some(kwargs) => match kwargs.downcast::<Dict>() {
                Some(dict) => dict.items(),
                None => return Err(vm.type_error(names[2])),
            },
        };
        handle::start(vm, function.clone(), args.items().to_vec(), keywords)
    }

    /// Starts a thread; its number.
    #[pyfunction("(function, args, kwargs=<unset>, /)")]
    fn start_new_thread(
        vm: &Vm,
        function: &Value,
        args: &Value,
        kwargs: Option<&Value>,
    ) -> PyResult<u64> {
        let names = [
            "first arg must be callable",
            "2nd arg must be a tuple",
            "optional 3rd arg must be a dictionary",
        ];
        start(vm, function, args, kwargs, names)
    }
    /// Starts a thread; its number.
    #[pyfunction("(function, args, kwargs=<unset>, /)")]
    fn start_new(vm: &Vm, function: &Value, args: &Value, kwargs: Option<&Value>) -> PyResult<u64> {
        start_new_thread(vm, function, args, kwargs)
    }
    /// Starts a thread that can be waited for; its handle.
    #[pyfunction("(function, handle=None, daemon=True)")]
    fn start_joinable_thread(vm: &Vm, function: &Value, handle: &Value, daemon: bool) -> PyResult {
        if !is_callable(vm, function) {
            return Err(vm.type_error("thread function must be callable"));
        }
        let handle = if handle.is_none() {
            handle::new_handle(vm, vm.add_native_type::<ThreadHandle>())
        } else {
            match handle.clone().downcast_owned::<ThreadHandle>() {
                Ok(handle) => handle,
                Err(_) => return Err(vm.type_error("'handle' must be a _ThreadHandle")),
            }
        };
        handle::start_joinable(vm, function.clone(), &handle, daemon)?;
        Ok(handle.into_value())
    }
    /// A handle of a running thread that was not started from Python.
    #[pyfunction("(ident, /)")]
    fn _make_thread_handle(vm: &Vm, ident: i64) -> Ref<ThreadHandle> {
        handle::of_running(vm, ident as u64)
    }
    /// Waits for all threads that are no daemons.
    #[pyfunction("()")]
    fn _shutdown(vm: &Vm) -> PyResult<()> {
        handle::shutdown(vm)
    }
    /// Ends the running thread: raises SystemExit.
    #[pyfunction("()")]
    fn exit(vm: &Vm) -> PyResult<()> {
        Err(taipan_object::exceptions::raise_new(
            vm,
            &vm.exc.system_exit,
            &[],
        ))
    }
    /// Ends the running thread: raises SystemExit.
    #[pyfunction("()")]
    fn exit_thread(vm: &Vm) -> PyResult<()> {
        exit(vm)
    }
    /// Reports an exception that nobody handled in a thread.
    #[pyfunction("(args, /)")]
    fn _excepthook(vm: &Vm, args: &Value) -> PyResult<()> {
        let class = vm.struct_sequence_type(&EXCEPT_HOOK_ARGS)?;
        if !vm.type_of(args).is(&class) {
            return Err(vm.type_error("_thread.excepthook argument type must be ExceptHookArgs"));
        }
        let get = |name: &str| vm.getattr_str(args, name);
        let (kind, value, thread) = (get("exc_type")?, get("exc_value")?, get("thread")?);
        if kind.is(vm.exc.system_exit.as_value()) {
            return Ok(());
        }
        let name = match vm.getattr_opt(&thread, &vm.intern_str("_name"))? {
            Some(name) if !thread.is_none() => vm.str(&name)?.to_string(),
            _ => vm.thread_id.get().to_string(),
        };
        let text = taipan_vm::traceback_print::format_exception(vm, &value);
        taipan_vm::sys::write_stderr(vm, &format!("Exception in thread {name}:\n{text}"));
        Ok(())
    }
    /// Acts as if a signal had come.
    #[pyfunction("(signum=2, /)")]
    fn interrupt_main(vm: &Vm, signum: i64) -> PyResult<()> {
        if !(1..65).contains(&signum) {
            return Err(vm.value_error("signal number out of range"));
        }
        taipan_host::signal::note(signum as i32);
        Ok(())
    }

    /// Calls a function with what a new thread was given.
    pub(super) fn call(
        vm: &Vm,
        function: &Value,
        mut args: Vec<Value>,
        keywords: Vec<(Value, Value)>,
    ) -> PyResult {
        let names: Vec<Value> = keywords.iter().map(|(k, _)| k.clone()).collect();
        args.extend(keywords.into_iter().map(|(_, v)| v));
        let names = vm.new_tuple(names);
        vm.call_args(
            function,
            Args {
                values: &args,
                keywords: (!names.is_empty()).then_some(&names),
            },
        )
    }
}
