//! The module `_warnings`: filters and their use.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions of the module `_warnings`.
#[pymodule(
    name = "_warnings",
    doc = "Warnings: filters, and what becomes of a warning."
)]
pub mod module {
    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::tuple::Tuple;
    use taipan_object::ty::Type;
    use taipan_object::{PyResult, Ref, Value, Vm};
    use taipan_vm::frame::Frame;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        let text = |t: &str| vm.intern_str(t).into_value();
        let filter = |action: &str, category: &taipan_object::TypeRef, in_module: Option<&str>| {
            let m = in_module.map_or(Value::NONE, text);
            vm.tuple_value([
                text(action),
                Value::NONE,
                category.to_value(),
                m,
                vm.new_int(0),
            ])
        };
        let x = &vm.exc;
        set(
            "filters",
            vm.list_value(vec![
                filter("default", &x.deprecation_warning, Some("__main__")),
                filter("ignore", &x.deprecation_warning, None),
                filter("ignore", &x.pending_deprecation_warning, None),
                filter("ignore", &x.import_warning, None),
                filter("ignore", &x.resource_warning, None),
            ]),
        );
        set("_defaultaction", text("default"));
        set("_onceregistry", vm.new_dict().into_value());
        Ok(())
    }

    /// The version of the filters; `registry["version"]` follows it.
    #[derive(Default)]
    struct State {
        version: std::cell::Cell<i64>,
        lock: std::cell::Cell<u32>,
    }
    fn state(vm: &Vm) -> std::rc::Rc<State> {
        taipan_vm::state::<State>(vm, "warnings")
    }
    /// Takes the lock of the filters.
    #[pyfunction("()")]
    fn _acquire_lock(vm: &Vm) {
        let s = state(vm);
        s.lock.set(s.lock.get() + 1);
    }
    /// Gives the lock of the filters back.
    #[pyfunction("()")]
    fn _release_lock(vm: &Vm) -> PyResult<()> {
        let s = state(vm);
        match s.lock.get().checked_sub(1) {
            Some(n) => {
                s.lock.set(n);
                Ok(())
            }
            None => Err(vm.runtime_error("cannot release un-acquired lock")),
        }
    }
    /// The filters have changed.
    #[pyfunction("()")]
    fn _filters_mutated_lock_held(vm: &Vm) {
        let s = state(vm);
        s.version.set(s.version.get() + 1);
    }
    /// The filters have changed.
    #[pyfunction("()")]
    fn _filters_mutated(vm: &Vm) {
        _filters_mutated_lock_held(vm);
    }

    /// An attribute of the Python module if that is there, else of this one.
    fn setting(vm: &Vm, python: &str, own: &str) -> PyResult<Option<Value>> {
        if let Some(m) = vm.modules.get_str(&vm.intern_str("warnings"))
            && let Some(v) = vm.getattr_opt(&m, &vm.intern_str(python))?
        {
            return Ok(Some(v));
        }
        match vm.modules.get_str(&vm.intern_str("_warnings")) {
            Some(m) => vm.getattr_opt(&m, &vm.intern_str(own)),
            None => Ok(None),
        }
    }

    struct Warning<'a> {
        category: &'a Value,
        message: &'a Value,
        text: Value,
        filename: Value,
        lineno: i64,
        module: Value,
    }

    fn matches(vm: &Vm, pattern: &Value, text: &Value) -> PyResult<bool> {
        if pattern.is_none() {
            return Ok(true);
        }
        if pattern.downcast::<Str>().is_some() {
            return vm.eq(pattern, text);
        }
        let r = vm.call_method(pattern, &vm.intern_str("match"), std::slice::from_ref(text))?;
        vm.is_true(&r)
    }

    /// The filters of the context, then those of the module.
    fn all_filters(vm: &Vm) -> PyResult<Vec<Value>> {
        let mut all = Vec::new();
        if let Some(m) = vm.modules.get_str(&vm.intern_str("warnings"))
            && let Some(get) = vm.getattr_opt(&m, &vm.intern_str("_get_context"))?
        {
            let context = vm.call(&get, &[])?;
            if let Some(filters) = vm.getattr_opt(&context, &vm.intern_str("_filters"))?
                && !filters.is_none()
            {
                all.extend(vm.collect(&filters)?);
            }
        }
        if let Some(filters) = setting(vm, "filters", "filters")? {
            all.extend(vm.collect(&filters)?);
        }
        Ok(all)
    }

    fn action(vm: &Vm, w: &Warning<'_>) -> PyResult<(Ref<Str>, Value)> {
        for filter in all_filters(vm)? {
            let Some(t) = filter.downcast::<Tuple>().filter(|t| t.len() == 5).cloned() else {
                return Err(vm.value_error("warnings.filters item isn't a 5-tuple"));
            };
            let [action, message, category, module, line] =
                [0, 1, 2, 3, 4].map(|i| t.items()[i].clone());
            let Ok(action) = action.downcast_owned::<Str>() else {
                return Err(vm.type_error("action must be a string"));
            };
            let line = vm.index_i64(&line)?;
            if (line == 0 || line == w.lineno)
                && vm.is_subclass(w.category, &category)?
                && matches(vm, &message, &w.text)?
                && matches(vm, &module, &w.module)?
            {
                return Ok((action, filter));
            }
        }
        let default = setting(vm, "defaultaction", "_defaultaction")?;
        match default.map(Value::downcast_owned::<Str>) {
            Some(Ok(a)) => Ok((a, Value::NONE)),
            _ => Err(vm.value_error("_warnings.defaultaction not found")),
        }
    }

    /// Whether a warning was issued before; notes it.
    fn already(vm: &Vm, registry: &Ref<Dict>, key: &Value, note: bool) -> PyResult<bool> {
        let version_name = vm.intern_str("version");
        let now = state(vm).version.get();
        if registry.get_str(&version_name).and_then(|v| v.as_i64()) != Some(now) {
            drop(registry.take_entries());
            registry.insert_str(vm, &version_name, vm.new_int(now));
        } else if let Some(seen) = registry.get(vm, key)?
            && vm.is_true(&seen)?
        {
            return Ok(true);
        }
        if note {
            registry.insert(vm, key.clone(), Value::TRUE)?;
        }
        Ok(false)
    }

    fn issue(
        vm: &Vm,
        w: &Warning<'_>,
        registry: Option<&Ref<Dict>>,
        source_line: Option<&Value>,
        source: &Value,
    ) -> PyResult<()> {
        let line = vm.new_int(w.lineno);
        let key = vm.tuple_value([w.text.clone(), w.category.clone(), line.clone()]);
        if let Some(registry) = registry
            && already(vm, registry, &key, false)?
        {
            return Ok(());
        }
        let (action, filter) = action(vm, w)?;
        let note = |registry: Option<&Ref<Dict>>, key: &Value| {
            registry.map_or(Ok(false), |r| already(vm, r, key, true))
        };
        match action.to_string().as_str() {
            "error" => return Err(vm.raise(w.message.clone())),
            "ignore" => return Ok(()),
            "once" => {
                let once = setting(vm, "onceregistry", "_onceregistry")?
                    .and_then(|r| r.downcast_owned::<Dict>().ok());
                let key = vm.tuple_value([w.text.clone(), w.category.clone()]);
                if note(once.as_ref(), &key)? {
                    return Ok(());
                }
            }
            "module" => {
                let key = vm.tuple_value([w.text.clone(), w.category.clone(), vm.new_int(0)]);
                if note(registry, &key)? {
                    return Ok(());
                }
            }
            "default" => {
                note(registry, &key)?;
            }
            "always" | "all" => {}
            other => {
                let shown = vm.repr(&filter)?;
                return Err(vm.runtime_error(format!(
                    "Unrecognized action ('{other}') in warnings.filters:\n {shown}"
                )));
            }
        }
        show(vm, w, &line, source_line, source)
    }

    fn show(
        vm: &Vm,
        w: &Warning<'_>,
        line: &Value,
        source_line: Option<&Value>,
        source: &Value,
    ) -> PyResult<()> {
        if let Some(m) = vm.modules.get_str(&vm.intern_str("warnings"))
            && let Some(show) = vm.getattr_opt(&m, &vm.intern_str("_showwarnmsg"))?
        {
            let class = vm.getattr_str(&m, "WarningMessage")?;
            let message = vm.call(
                &class,
                &[
                    w.message.clone(),
                    w.category.clone(),
                    w.filename.clone(),
                    line.clone(),
                    Value::NONE,
                    Value::NONE,
                    source.clone(),
                ],
            )?;
            return vm.call(&show, &[message]).map(drop);
        }
        let category = w
            .category
            .downcast::<Type>()
            .map_or_else(String::new, |t| t.name.borrow().to_string());
        let mut out = format!(
            "{}:{}: {category}: {}\n",
            vm.str(&w.filename)?,
            w.lineno,
            vm.str(&w.text)?
        );
        let text = match source_line {
            Some(l) => l.downcast::<Str>().map(|s| s.to_string()),
            None => read_line(vm, &w.filename, w.lineno),
        };
        if let Some(text) = text.filter(|t| !t.trim().is_empty()) {
            out.push_str(&format!("  {}\n", text.trim()));
        }
        taipan_vm::sys::write_stderr(vm, &out);
        Ok(())
    }
    fn read_line(vm: &Vm, filename: &Value, line: i64) -> Option<String> {
        let path = taipan_vm::util::fs_bytes(vm, filename).ok()?;
        let bytes = taipan_host::fs::read(&path).ok()?;
        let line = bytes
            .split(|&b| b == b'\n')
            .nth(usize::try_from(line - 1).ok()?)?;
        Some(String::from_utf8_lossy(line).into_owned())
    }

    /// Whether a frame belongs to the import system or to the files that the caller wants skipped.
    fn skipped(f: &Frame, prefixes: &[String]) -> bool {
        let name = &f.code().code.filename;
        (name.contains("importlib") && name.contains("_bootstrap"))
            || prefixes.iter().any(|p| name.starts_with(p.as_str()))
    }
    fn previous(frame: *mut Frame) -> *mut Frame {
        // SAFETY: the chain of frames is live while native code runs.
        unsafe { (*frame).previous }
    }

    fn default_category(vm: &Vm, message: &Value, category: &Value) -> PyResult {
        if vm.is_instance_of(message, &vm.exc.warning) {
            return Ok(vm.type_of(message).to_value());
        }
        if category.is_none() {
            return Ok(vm.exc.user_warning.to_value());
        }
        if category.downcast::<Type>().is_none()
            || !vm.is_subclass(category, vm.exc.warning.as_value())?
        {
            let shown = match category.downcast::<Type>() {
                Some(t) => t.name.borrow().to_string(),
                None => vm.type_name(category),
            };
            return Err(vm.type_error(format!(
                "category must be a Warning subclass, not '{shown}'"
            )));
        }
        Ok(category.clone())
    }

    fn explicit(
        vm: &Vm,
        message: &Value,
        category: &Value,
        filename: Value,
        lineno: i64,
        module: Value,
        registry: Option<&Ref<Dict>>,
        source_line: Option<&Value>,
        source: &Value,
    ) -> PyResult<()> {
        let (text, message, category) = if vm.is_instance_of(message, &vm.exc.warning) {
            (
                vm.str(message)?.into_value(),
                message.clone(),
                vm.type_of(message).to_value(),
            )
        } else {
            (
                message.clone(),
                vm.call(category, std::slice::from_ref(message))?,
                category.clone(),
            )
        };
        let w = Warning {
            category: &category,
            message: &message,
            text,
            filename,
            lineno,
            module,
        };
        issue(vm, &w, registry, source_line, source)
    }

    /// Issues a warning at the running code.
    #[pyfunction("(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
    fn warn(
        vm: &Vm,
        message: &Value,
        category: &Value,
        stacklevel: i64,
        source: &Value,
        skip_file_prefixes: Option<&Value>,
    ) -> PyResult<()> {
        let category = default_category(vm, message, category)?;
        let mut prefixes = Vec::new();
        if let Some(given) = skip_file_prefixes {
            let Some(t) = given.downcast::<Tuple>() else {
                return Err(vm.type_error(format!(
                    "warn() argument 'skip_file_prefixes' must be tuple, not {}",
                    vm.type_name(given)
                )));
            };
            for p in t.items() {
                match p.downcast::<Str>() {
                    Some(s) => prefixes.push(s.to_string()),
                    None => {
                        return Err(vm.type_error(format!(
                            "Found non-str '{}' in skip_file_prefixes.",
                            vm.type_name(p)
                        )));
                    }
                }
            }
        }
        let mut level = if prefixes.is_empty() {
            stacklevel
        } else {
            stacklevel.max(2)
        };
        let mut frame = taipan_vm::builtins::scope::current(vm).unwrap_or(std::ptr::null_mut());
        // SAFETY: frames of the chain are live.
        let internal = |f: *mut Frame| unsafe { skipped(&*f, &[]) };
        if level <= 0 || (!frame.is_null() && internal(frame)) {
            while level > 1 && !frame.is_null() {
                frame = previous(frame);
                level -= 1;
            }
        } else {
            while level > 1 && !frame.is_null() {
                frame = previous(frame);
                // SAFETY: as above.
                while !frame.is_null() && unsafe { skipped(&*frame, &prefixes) } {
                    frame = previous(frame);
                }
                level -= 1;
            }
        }
        let (globals, filename, line) = if frame.is_null() {
            let sys = vm
                .modules
                .get_str(&vm.names.sys)
                .and_then(|m| m.downcast_owned::<Module>().ok());
            (
                sys.map(|m| m.dict.clone()),
                vm.new_str("<sys>").into_value(),
                0,
            )
        } else {
            // SAFETY: as above.
            let f = unsafe { &*frame };
            (
                Some(f.globals().clone()),
                vm.new_str(&f.code().code.filename).into_value(),
                i64::from(f.code().line_of(f.lasti())),
            )
        };
        let (mut module, mut registry) = (vm.new_str("<string>").into_value(), None);
        if let Some(globals) = &globals {
            if let Some(name) = globals
                .get_str(&vm.names.__name__)
                .filter(|n| n.downcast::<Str>().is_some())
            {
                module = name;
            }
            let key = vm.intern_str("__warningregistry__");
            registry = match globals.get_str(&key) {
                Some(r) => r.downcast_owned::<Dict>().ok(),
                None => {
                    let new = vm.new_dict();
                    globals.insert_str(vm, &key, new.to_value());
                    Some(new)
                }
            };
        }
        explicit(
            vm,
            message,
            &category,
            filename,
            line,
            module,
            registry.as_ref(),
            None,
            source,
        )
    }

    /// Issues a warning at a given place.
    #[pyfunction(
        "(message, category, filename, lineno, module=<unset>, registry=None, module_globals=None, source=None)"
    )]
    fn warn_explicit(
        vm: &Vm,
        message: &Value,
        category: &Value,
        filename: &Value,
        lineno: i64,
        module: Option<&Value>,
        registry: &Value,
        module_globals: &Value,
        source: &Value,
    ) -> PyResult<()> {
        let category = default_category(vm, message, category)?;
        if filename.downcast::<Str>().is_none() {
            return Err(vm.type_error(format!(
                "warn_explicit() argument 'filename' must be str, not {}",
                vm.type_name(filename)
            )));
        }
        let registry = match registry.downcast::<Dict>() {
            None if !registry.is_none() => {
                return Err(vm.type_error("'registry' must be a dict or None"));
            }
            r => r,
        };
        if !module_globals.is_none() && module_globals.downcast::<Dict>().is_none() {
            return Err(vm.type_error(format!(
                "module_globals must be a dict, not '{}'",
                vm.type_name(module_globals)
            )));
        }
        let module = match module.filter(|m| !m.is_none()) {
            Some(m) => m.clone(),
            None => {
                let name = vm.str(filename)?.to_string();
                let name = if name.is_empty() {
                    "<unknown>"
                } else {
                    name.strip_suffix(".py").unwrap_or(&name)
                };
                vm.new_str(name).into_value()
            }
        };
        explicit(
            vm,
            message,
            &category,
            filename.clone(),
            lineno,
            module,
            registry,
            None,
            source,
        )
    }
}
