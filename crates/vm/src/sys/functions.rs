//! The functions and constants of `sys`.

use taipan_macros::pymodule;

/// Functions and constants of `sys`.
#[pymodule(name = "sys", doc = "The interpreter's own state.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::exceptions::{Exception, new_exception, peek};
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::machine::Machine;
    use crate::sys::{frames, hooks, records};

    #[pyattr]
    const maxsize: i64 = i64::MAX;
    #[pyattr]
    const maxunicode: i64 = 0x10_FFFF;
    #[pyattr]
    const byteorder: &str = if cfg!(target_endian = "little") {
        "little"
    } else {
        "big"
    };
    #[pyattr]
    const platform: &str = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        "linux"
    };
    #[pyattr]
    const platlibdir: &str = "lib";
    #[pyattr]
    const abiflags: &str = "";
    #[pyattr]
    const api_version: i64 = 1013;
    #[pyattr]
    const float_repr_style: &str = "short";
    #[pyattr]
    const _framework: &str = "";
    #[pyattr]
    const copyright: &str = "Copyright (c) the Taipan authors.";
    #[pyattr]
    const hexversion: i64 = 3 << 24 | 14 << 16 | crate::sys::MICRO << 8 | 0xF0;
    #[pyattr]
    fn version() -> String {
        crate::sys::version_text()
    }
    #[pyattr]
    fn version_info(vm: &Vm) -> PyResult {
        records::version_info(vm)
    }
    #[pyattr]
    fn float_info(vm: &Vm) -> PyResult {
        records::float_info(vm)
    }
    #[pyattr]
    fn int_info(vm: &Vm) -> PyResult {
        records::int_info(vm)
    }
    #[pyattr]
    fn hash_info(vm: &Vm) -> PyResult {
        records::hash_info(vm)
    }
    #[pyattr]
    fn thread_info(vm: &Vm) -> PyResult {
        records::thread_info(vm)
    }
    #[pyattr]
    fn _git(vm: &Vm) -> Value {
        vm.tuple_value([
            vm.intern_str("Taipan").into_value(),
            vm.empty_str.to_value(),
            vm.empty_str.to_value(),
        ])
    }
    #[pyattr]
    fn implementation(vm: &Vm) -> PyResult {
        let space = vm.call(vm.types.simple_namespace.as_value(), &[])?;
        let set = |name: &str, value: Value| vm.setattr(&space, &vm.intern_str(name), &value);
        set("name", vm.intern_str("taipan").into_value())?;
        set(
            "cache_tag",
            vm.intern_str(crate::import::source::CACHE_TAG).into_value(),
        )?;
        set("version", records::version_info(vm)?)?;
        set("hexversion", vm.new_int(hexversion))?;
        set("supports_isolated_interpreters", Value::TRUE)?;
        let triple = if cfg!(target_os = "macos") {
            "darwin".to_owned()
        } else {
            format!("{}-linux-gnu", std::env::consts::ARCH)
        };
        set("_multiarch", vm.new_str(&triple).into_value())?;
        Ok(space)
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        set("modules", vm.modules.to_value());
        set(
            "meta_path",
            vm.list_value(crate::import::bootstrap::finders(vm).natives()),
        );
        set("path_hooks", vm.list_value(Vec::new()));
        set("path", vm.list_value(Vec::new()));
        set("path_importer_cache", vm.new_dict().into_value());
        for (hook, own) in [
            ("excepthook", "__excepthook__"),
            ("displayhook", "__displayhook__"),
            ("breakpointhook", "__breakpointhook__"),
            ("unraisablehook", "__unraisablehook__"),
        ] {
            if let Some(f) = module.dict.get_str(&vm.intern_str(hook)) {
                set(own, f);
            }
        }
        let mut names: Vec<Value> = crate::sys::STDLIB_NAMES
            .lines()
            .map(|n| vm.intern_str(n).into_value())
            .collect();
        names.shrink_to_fit();
        let names = vm.list_value(names);
        set(
            "stdlib_module_names",
            vm.call(vm.types.frozenset.as_value(), &[names])?,
        );
        Ok(())
    }

    // ---- leaving

    /// Exits the program.
    #[pyfunction("(status=None, /)")]
    fn exit(vm: &Vm, status: &Value) -> PyResult<()> {
        let args = match status.downcast::<taipan_object::tuple::Tuple>() {
            Some(t) => t.items().to_vec(),
            None if status.is_none() => Vec::new(),
            None => vec![status.clone()],
        };
        let e = new_exception(vm, &vm.exc.system_exit, &args);
        if let Some(x) = e.downcast::<Exception>() {
            x.set_field(0, Some(status.clone()));
        }
        Err(vm.raise(e))
    }
    /// Whether other processes may run code in this one (PEP 768): they cannot.
    #[pyfunction("()")]
    fn is_remote_debug_enabled() -> bool {
        false
    }
    /// Runs a script in another process (PEP 768), were that possible.
    #[pyfunction("(pid, script)")]
    fn remote_exec(vm: &Vm, _pid: i64, _script: &Value) -> PyResult<()> {
        Err(vm.runtime_error("Remote debugging is not enabled"))
    }
    /// Whether the interpreter is shutting down.
    #[pyfunction("()")]
    fn is_finalizing(vm: &Vm) -> bool {
        crate::state::<crate::lifecycle::Lifecycle>(vm, "lifecycle")
            .finalizing
            .get()
    }

    // ---- exceptions

    /// The exception being handled.
    #[pyfunction("()")]
    fn exception(vm: &Vm) -> Option<Value> {
        vm.handled()
    }
    /// Type, value and traceback of the exception being handled.
    #[pyfunction("()")]
    fn exc_info(vm: &Vm) -> Value {
        match vm.handled() {
            Some(e) => vm.tuple_value(hooks::parts(vm, &e)),
            None => vm.tuple_value([Value::NONE, Value::NONE, Value::NONE]),
        }
    }
    /// Shows an uncaught exception.
    #[pyfunction("(exctype, value, traceback, /)")]
    fn excepthook(vm: &Vm, _exctype: &Value, value: &Value, traceback: &Value) {
        match value.downcast::<Exception>() {
            Some(x) => {
                if !traceback.is_none() && peek(&x.traceback).is_none_or(|t| t.is_none()) {
                    x.traceback.set(Some(traceback.clone()));
                }
                hooks::show(vm, value);
            }
            None => crate::sys::write_stderr(
                vm,
                &format!(
                    "TypeError: print_exception(): Exception expected for value, {} found\n",
                    vm.type_name(value)
                ),
            ),
        }
    }
    /// Shows an exception that cannot propagate.
    #[pyfunction("(unraisable, /)")]
    fn unraisablehook(vm: &Vm, unraisable: &Value) -> PyResult<()> {
        let get = |name: &str| vm.getattr_str(unraisable, name);
        let (value, message, object) = (get("exc_value")?, get("err_msg")?, get("object")?);
        let message = message.downcast::<Str>().map(|s| s.to_string());
        let text = crate::traceback_print::format_unraisable(
            vm,
            &value,
            message.as_deref(),
            Some(&object),
        );
        crate::sys::write_stderr(vm, &text);
        Ok(())
    }
    /// Shows the value of an expression at the prompt.
    #[pyfunction("(object, /)")]
    fn displayhook(vm: &Vm, object: &Value) -> PyResult<()> {
        if object.is_none() {
            return Ok(());
        }
        let underscore = vm.intern_str("_");
        vm.builtins.insert_str(vm, &underscore, Value::NONE);
        let Some(out) = crate::sys_attr(vm, "stdout").filter(|s| !s.is_none()) else {
            return Err(vm.runtime_error("lost sys.stdout"));
        };
        let write = vm.intern_str("write");
        let text = vm.repr(object)?.into_value();
        if let Err(e) = vm.call_method(&out, &write, std::slice::from_ref(&text)) {
            if !vm.exception_is(&vm.exc.unicode_encode_error) {
                return Err(e);
            }
            drop(vm.take_pending());
            vm.call_method(&out, &write, &[vm.ascii(object)?.into_value()])?;
        }
        vm.call_method(&out, &write, &[vm.intern_str("\n").into_value()])?;
        vm.builtins.insert_str(vm, &underscore, object.clone());
        Ok(())
    }
    /// What `breakpoint()` calls.
    #[pyfunction("(*args, **kwargs)")]
    fn breakpointhook(
        vm: &Vm,
        args: &[Value],
        kwargs: taipan_object::args::KwArgs<'_>,
    ) -> PyResult {
        let name = match taipan_host::env::var("PYTHONBREAKPOINT") {
            Some(v) if !v.is_empty() => String::from_utf8_lossy(&v).into_owned(),
            _ => "pdb.set_trace".to_owned(),
        };
        if name == "0" {
            return Ok(Value::NONE);
        }
        let (module, function) = name.rsplit_once('.').unwrap_or(("builtins", &name));
        let hook =
            crate::import::import_module(vm, module).and_then(|m| vm.getattr_str(&m, function));
        match hook {
            Ok(hook) => crate::util::call_with(vm, &hook, args, kwargs),
            Err(_)
                if vm.exception_is(&vm.exc.import_error)
                    || vm.exception_is(&vm.exc.attribute_error) =>
            {
                drop(vm.take_pending());
                let message = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{name}\"");
                crate::warnings::warn(vm, &vm.exc.runtime_warning, &message, 1)?;
                Ok(Value::NONE)
            }
            Err(e) => Err(e),
        }
    }

    // ---- limits

    /// The recursion limit.
    #[pyfunction("()")]
    fn getrecursionlimit(vm: &Vm) -> u32 {
        vm.recursion_limit.get()
    }
    /// Sets the recursion limit.
    #[pyfunction("(limit, /)")]
    fn setrecursionlimit(vm: &Vm, limit: i32) -> PyResult<()> {
        if limit < 1 {
            return Err(vm.value_error("recursion limit must be greater or equal than 1"));
        }
        let depth = vm.recursion_depth.get();
        if depth >= limit as u32 {
            return Err(vm.raise_str(
                &vm.exc.recursion_error,
                format!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"),
            ));
        }
        vm.recursion_limit.set(limit as u32);
        Ok(())
    }
    /// The most digits that an int may have in text; 0 if there is no limit.
    #[pyfunction("()")]
    fn get_int_max_str_digits(vm: &Vm) -> u32 {
        vm.int_max_str_digits.get()
    }
    /// Sets the most digits that an int may have in text.
    #[pyfunction("(maxdigits)")]
    fn set_int_max_str_digits(vm: &Vm, maxdigits: i32) -> PyResult<()> {
        if maxdigits != 0 && maxdigits < 640 {
            return Err(vm.value_error("maxdigits must be >= 640 or 0 for unlimited"));
        }
        vm.int_max_str_digits.set(maxdigits as u32);
        Ok(())
    }
    /// Seconds between switches of threads.
    #[pyfunction("()")]
    fn getswitchinterval(vm: &Vm) -> f64 {
        crate::state::<crate::lifecycle::Lifecycle>(vm, "lifecycle")
            .switch_interval
            .get()
    }
    /// Sets the seconds between switches of threads.
    #[pyfunction("(interval, /)")]
    fn setswitchinterval(vm: &Vm, interval: f64) -> PyResult<()> {
        if interval.is_nan() || interval <= 0.0 {
            return Err(vm.value_error("switch interval must be strictly positive"));
        }
        crate::state::<crate::lifecycle::Lifecycle>(vm, "lifecycle")
            .switch_interval
            .set(interval);
        crate::threads::shared(vm).gil.set_interval(interval);
        Ok(())
    }

    // ---- objects

    /// How often an object is referred to.
    #[pyfunction("(object, /)")]
    fn getrefcount(object: &Value) -> u64 {
        object
            .header()
            .map_or(taipan_object::header::IMMORTAL & 0xFFFF_FFFF, |h| {
                h.count() + 1
            })
    }
    /// The interned string with the text of another.
    #[pyfunction("(string, /)")]
    fn intern(vm: &Vm, string: &Value) -> PyResult<Ref<Str>> {
        match string.downcast_exact::<Str>(&vm.types.str) {
            Some(s) => Ok(vm.intern(s)),
            None if string.downcast::<Str>().is_some() => {
                Err(vm.type_error(format!("can't intern {}", vm.type_name(string))))
            }
            None => Err(vm.type_error(format!(
                "intern() argument must be str, not {}",
                vm.type_name(string)
            ))),
        }
    }
    /// Whether a string is interned.
    #[pyfunction("(string, /)")]
    fn _is_interned(vm: &Vm, string: &Ref<Str>) -> bool {
        vm.intern(string).is(string)
    }
    /// Whether an object lives as long as the interpreter.
    #[pyfunction("(op, /)")]
    fn _is_immortal(op: &Value) -> bool {
        op.header()
            .is_none_or(|h| h.count() >= taipan_object::header::IMMORTAL / 2)
    }
    /// Bytes that an object takes.
    #[pyfunction("(object, default=<unset>)")]
    fn getsizeof(vm: &Vm, object: &Value, default: Option<&Value>) -> PyResult {
        let size = vm.call_special(object, &vm.intern_str("__sizeof__"), &[]);
        let size = match size {
            Ok(Some(size)) => size,
            Ok(None) => match default {
                Some(d) => return Ok(d.clone()),
                None => {
                    return Err(vm.type_error(format!(
                        "Type {} doesn't define __sizeof__",
                        vm.type_name(object)
                    )));
                }
            },
            Err(_) if default.is_some() && vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                return Ok(default.cloned().unwrap_or(Value::NONE));
            }
            Err(e) => return Err(e),
        };
        let n = vm.index_i64(&size)?;
        if n < 0 {
            return Err(vm.value_error("__sizeof__() should return >= 0"));
        }
        // The collector's own words count too.
        let tracked = object.header().is_some_and(|h| h.ty().vtable.gc);
        Ok(vm.new_int(n + if tracked { 16 } else { 0 }))
    }
    /// Memory blocks in use.
    #[pyfunction("()")]
    fn getallocatedblocks() -> i64 {
        0
    }
    /// How many strings are interned.
    #[pyfunction("(*, _only_immortal=False)")]
    fn getunicodeinternedsize(_only_immortal: bool) -> i64 {
        0
    }

    /// Takes the descriptors of `__dict__` and `__weakref__` out of a class that is about to be replaced.
    #[pyfunction("(type, /)")]
    fn _clear_type_descriptors(vm: &Vm, class: &Value) -> PyResult<()> {
        let Ok(class) = class.clone().downcast_owned::<taipan_object::ty::Type>() else {
            return Err(vm.type_error(format!(
                "_clear_type_descriptors() argument must be type, not {}",
                vm.type_name(class)
            )));
        };
        if class.has(taipan_object::ty::TypeFlags::IMMUTABLE) {
            return Err(vm.type_error("argument is immutable"));
        }
        for name in ["__dict__", "__weakref__"] {
            let gone = class.dict.remove(vm, vm.intern_str(name).as_value())?;
            drop(gone);
        }
        taipan_object::type_ops::invalidate(vm, &class);
        Ok(())
    }

    // ---- frames, tracing

    /// A frame of the stack.
    #[pyfunction("(depth=0, /)")]
    fn _getframe(vm: &Vm, depth: i64) -> PyResult {
        crate::sys::audit(vm, "sys._getframe", &[])?;
        frames::get(vm, depth)
    }
    /// The module of a frame of the stack.
    #[pyfunction("(depth=0)")]
    fn _getframemodulename(vm: &Vm, depth: i64) -> Value {
        frames::module_name(vm, depth)
    }
    /// The running frame of each thread.
    #[pyfunction("()")]
    fn _current_frames(vm: &Vm) -> PyResult {
        let dict = vm.new_dict();
        if let Ok(frame) = frames::get(vm, 0) {
            dict.insert(vm, vm.new_uint(vm.thread_id.get()), frame)?;
        }
        Ok(dict.into_value())
    }
    /// The exception that each thread handles.
    #[pyfunction("()")]
    fn _current_exceptions(vm: &Vm) -> PyResult {
        let dict = vm.new_dict();
        dict.insert(
            vm,
            vm.new_uint(vm.thread_id.get()),
            vm.handled().unwrap_or(Value::NONE),
        )?;
        Ok(dict.into_value())
    }
    fn set_hook(cell: &std::cell::Cell<Option<Value>>, function: &Value) {
        drop(cell.replace((!function.is_none()).then(|| function.clone())));
    }
    /// Sets the trace function.
    #[pyfunction("(function, /)")]
    fn settrace(vm: &Vm, function: &Value) {
        set_hook(&Machine::of(vm).trace, function);
        crate::tracing::changed(vm);
    }
    /// The trace function.
    #[pyfunction("()")]
    fn gettrace(vm: &Vm) -> Option<Value> {
        peek(&Machine::of(vm).trace)
    }
    /// Sets the profile function.
    #[pyfunction("(function, /)")]
    fn setprofile(vm: &Vm, function: &Value) {
        set_hook(&Machine::of(vm).profile, function);
        crate::tracing::changed(vm);
    }
    /// The profile function.
    #[pyfunction("()")]
    fn getprofile(vm: &Vm) -> Option<Value> {
        peek(&Machine::of(vm).profile)
    }
    /// Calls a function.
    #[pyfunction("(func, args, /)")]
    fn call_tracing(vm: &Vm, func: &Value, args: &Value) -> PyResult {
        let args = vm.collect(args)?;
        crate::tracing::loudly(vm, || vm.call(func, &args))
    }

    // ---- coding, paths

    /// The encoding that text has by default.
    #[pyfunction("()")]
    fn getdefaultencoding() -> &'static str {
        "utf-8"
    }
    /// The encoding of file names.
    #[pyfunction("()")]
    fn getfilesystemencoding() -> &'static str {
        "utf-8"
    }
    /// The error handler of file names.
    #[pyfunction("()")]
    fn getfilesystemencodeerrors() -> &'static str {
        "surrogateescape"
    }
    /// The flags of `dlopen`.
    #[pyfunction("()")]
    fn getdlopenflags() -> i64 {
        2
    }
    /// Sets the flags of `dlopen`.
    #[pyfunction("(flags, /)")]
    fn setdlopenflags(_flags: i64) {}

    // ---- hooks

    /// Sets the hooks of asynchronous generators.
    #[pyfunction("(firstiter=<unset>, finalizer=<unset>)")]
    fn set_asyncgen_hooks(
        vm: &Vm,
        firstiter: Option<&Value>,
        finalizer: Option<&Value>,
    ) -> PyResult<()> {
        for (name, hook) in [("finalizer", finalizer), ("firstiter", firstiter)] {
            if let Some(h) = hook
                && !h.is_none()
                && vm.type_of(h).slots.call.get().is_none()
            {
                return Err(
                    vm.type_error(format!("callable {name} expected, got {}", vm.type_name(h)))
                );
            }
        }
        let hooks = &Machine::of(vm).async_hooks;
        if let Some(f) = finalizer {
            set_hook(&hooks.finalizer, f);
        }
        if let Some(f) = firstiter {
            set_hook(&hooks.first_iteration, f);
        }
        Ok(())
    }
    /// The hooks of asynchronous generators.
    #[pyfunction("()")]
    fn get_asyncgen_hooks(vm: &Vm) -> PyResult {
        let hooks = &Machine::of(vm).async_hooks;
        let get = |cell| peek(cell).unwrap_or(Value::NONE);
        records::asyncgen_hooks(vm, [get(&hooks.first_iteration), get(&hooks.finalizer)])
    }
    /// How many frames a new coroutine remembers.
    #[pyfunction("()")]
    fn get_coroutine_origin_tracking_depth(vm: &Vm) -> u32 {
        Machine::of(vm).origin_depth.get()
    }
    /// Sets how many frames a new coroutine remembers.
    #[pyfunction("(depth)")]
    fn set_coroutine_origin_tracking_depth(vm: &Vm, depth: i32) -> PyResult<()> {
        match u32::try_from(depth) {
            Ok(d) => {
                Machine::of(vm).origin_depth.set(d);
                Ok(())
            }
            Err(_) => Err(vm.value_error("depth must be >= 0")),
        }
    }
    /// Adds an audit hook.
    #[pyfunction("(hook)")]
    fn addaudithook(vm: &Vm, hook: Value) -> PyResult<()> {
        if crate::sys::audit(vm, "sys.addaudithook", &[]).is_err() {
            // A hook may veto others quietly.
            if !vm.exception_is(&vm.exc.runtime_error) && !vm.exception_is(&vm.exc.exception) {
                // SAFETY: the failed call left its exception pending.
                return Err(unsafe { taipan_object::Raised::assume_pending() });
            }
            drop(vm.take_pending());
            return Ok(());
        }
        crate::state::<hooks::AuditHooks>(vm, "sys.audit")
            .hooks
            .borrow_mut()
            .push(hook);
        Ok(())
    }
    /// Tells audit hooks of an event.
    #[pyfunction("(event, /, *args)")]
    fn audit(vm: &Vm, event: &Value, args: &[Value]) -> PyResult<()> {
        match event.downcast::<Str>() {
            Some(e) => crate::sys::audit(vm, &e.to_string(), args),
            None => Err(vm.type_error(format!(
                "expected str for argument 'event', not {}",
                vm.type_name(event)
            ))),
        }
    }
    /// Forgets inline caches.
    #[pyfunction("()")]
    fn _clear_type_cache() {}
    /// Forgets inline caches.
    #[pyfunction("()")]
    fn _clear_internal_caches() {}
    /// How many processors `-X cpu_count` says; -1 if it says nothing.
    #[pyfunction("()")]
    fn _get_cpu_count_config(vm: &Vm) -> i64 {
        crate::config(vm).cpu_count.map_or(-1, i64::from)
    }
    /// Whether the interpreter lock is on.
    #[pyfunction("()")]
    fn _is_gil_enabled() -> bool {
        true
    }
    /// Writes what the allocator knows.
    #[pyfunction("()")]
    fn _debugmallocstats() {}
    /// Switches `perf` support on.
    #[pyfunction("(backend, /)")]
    fn activate_stack_trampoline(vm: &Vm, _backend: &Value) -> PyResult<()> {
        Err(vm.value_error("perf trampoline not available"))
    }
    /// Switches `perf` support off.
    #[pyfunction("()")]
    fn deactivate_stack_trampoline() {}
    /// Whether `perf` support is on.
    #[pyfunction("()")]
    fn is_stack_trampoline_active() -> bool {
        false
    }
}
