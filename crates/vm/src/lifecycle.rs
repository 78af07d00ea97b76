//! Start and end of an interpreter.

use std::cell::Cell;

use taipan_object::module::Module;
use taipan_object::str::Str;
use taipan_object::weakref::WeakRef;
use taipan_object::{Value, Vm};

/// Where an interpreter is in its life.
pub struct Lifecycle {
    pub finalizing: Cell<bool>,
    pub switch_interval: Cell<f64>,
    /// How many names `builtins` has before a program adds any.
    pub builtin_count: Cell<usize>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle {
            finalizing: Cell::new(false),
            switch_interval: Cell::new(0.005),
            builtin_count: Cell::new(usize::MAX),
        }
    }
}

/// Functions to call when the interpreter exits, last one first.
#[derive(Default)]
pub struct AtExit {
    pub functions: std::cell::RefCell<Vec<Option<(Value, Vec<Value>, Vec<(Value, Value)>)>>>,
}

/// Notes that the program begins: from now on, names added to `builtins` are its own.
pub fn started(vm: &Vm) {
    crate::state::<Lifecycle>(vm, "lifecycle")
        .builtin_count
        .set(vm.builtins.len());
}

/// Calls what `atexit` registered.
pub fn run_atexit(vm: &Vm) {
    let state = crate::state::<AtExit>(vm, "atexit");
    loop {
        let last = state.functions.borrow_mut().pop();
        let Some(entry) = last else { return };
        let Some((function, args, kwargs)) = entry else {
            continue;
        };
        let mut values = args;
        let names: Vec<Value> = kwargs.iter().map(|(k, _)| k.clone()).collect();
        values.extend(kwargs.into_iter().map(|(_, v)| v));
        let names = vm.new_tuple(names);
        let keywords = (!names.is_empty()).then_some(&names);
        if let Err(raised) = vm.call_args(
            &function,
            taipan_object::Args {
                values: &values,
                keywords,
            },
        ) {
            let e = vm.take_exception(raised);
            let shown = match vm.repr(&function) {
                Ok(text) => text.to_string(),
                Err(raised) => {
                    drop(vm.take_exception(raised));
                    "<object repr() failed>".to_owned()
                }
            };
            let message = format!("Exception ignored in atexit callback {shown}");
            crate::sys::report_unraisable(vm, e, &message, None);
        }
    }
}

/// Ends an interpreter: threads, exit functions, streams, modules. `false` if the output could not be written.
pub fn finalize(vm: &Vm) -> bool {
    join_threads(vm);
    run_atexit(vm);
    let ok = crate::sys::flush_streams(vm);
    crate::state::<Lifecycle>(vm, "lifecycle")
        .finalizing
        .set(true);
    crate::threads::begin_end(vm);
    clear_modules(vm);
    let ok = crate::sys::flush_streams(vm) && ok;
    clear_sys(vm);
    ok
}

/// `threading._shutdown()`, if a program has that module.
fn join_threads(vm: &Vm) {
    let Some(threading) = vm.modules.get_str(&vm.intern_str("threading")) else {
        return;
    };
    if let Err(raised) = vm.call_method(&threading, &vm.intern_str("_shutdown"), &[]) {
        let e = vm.take_exception(raised);
        crate::sys::report_unraisable(
            vm,
            e,
            "Exception ignored on threading shutdown",
            Some(&threading),
        );
    }
}

/// Lets go of what modules hold, so that finalisers run while built-ins are still there (CPython's `finalize_modules`).
fn clear_modules(vm: &Vm) {
    taipan_object::gc::collect(vm, 2);
    reset_sys(vm);
    let references = remove_modules(vm);
    crate::finalize::drain(vm);
    taipan_object::gc::collect(vm, 2);
    crate::finalize::drain(vm);
    restore_builtins(vm);
    // Modules that something still refers to are emptied, the last imported one first.
    for (name, reference) in references.iter().rev() {
        let module = reference
            .downcast::<WeakRef>()
            .and_then(|r| r.get())
            .and_then(|m| m.downcast_owned::<Module>().ok());
        if let Some(module) = module
            && !matches!(name.as_str(), "sys" | "builtins")
        {
            clear_module(vm, &module);
        }
    }
    crate::finalize::drain(vm);
}

/// Lets go of what programs have put into `sys`, and gives it its own streams back.
fn reset_sys(vm: &Vm) {
    let set = |name: &str, value: Value| {
        if let Some(sys) = vm.modules.get_str(&vm.intern_str("sys"))
            && let Some(sys) = sys.downcast::<Module>()
        {
            sys.dict.insert_str(vm, &vm.intern_str(name), value);
        }
    };
    for name in [
        "path",
        "argv",
        "ps1",
        "ps2",
        "last_exc",
        "last_type",
        "last_value",
        "last_traceback",
        "path_hooks",
        "path_importer_cache",
        "meta_path",
    ] {
        set(name, Value::NONE);
    }
    for (name, own) in [
        ("stdin", "__stdin__"),
        ("stdout", "__stdout__"),
        ("stderr", "__stderr__"),
    ] {
        set(name, crate::sys_attr(vm, own).unwrap_or(Value::NONE));
    }
    vm.builtins.insert_str(vm, &vm.intern_str("_"), Value::NONE);
}

/// Empties `sys.modules`; names and weak references of the modules.
fn remove_modules(vm: &Vm) -> Vec<(String, Value)> {
    let mut references = Vec::new();
    for (name, module) in vm.modules.items() {
        let Some(text) = name.downcast::<Str>().map(|s| s.to_string()) else {
            continue;
        };
        if module.downcast::<Module>().is_some()
            && let Ok(reference) =
                taipan_object::weakref::new_ref(vm, &vm.types.weakref, &module, None)
        {
            references.push((text, reference));
        }
    }
    // What the last thread state keeps of its interpreter stays: `sys` and `builtins`.
    for (name, module) in vm.modules.items() {
        let Some(text) = name.downcast::<Str>() else {
            continue;
        };
        if !text.is_str("sys") && !text.is_str("builtins") {
            vm.modules.insert_str(vm, text, Value::NONE);
            drop(module);
            crate::finalize::drain(vm);
        }
    }
    references
}

/// Sets a module's names to None: first private ones, then the rest but `__builtins__`.
fn clear_module(vm: &Vm, module: &Module) {
    for private in [true, false] {
        for (name, value) in module.dict.items() {
            let Some(s) = name.downcast::<Str>() else {
                continue;
            };
            let text = s.to_string();
            let is_private = text.starts_with('_') && !text.starts_with("__");
            if value.is_none() || text == "__builtins__" || is_private != private {
                continue;
            }
            drop(value);
            module.dict.insert_str(vm, s, Value::NONE);
            crate::finalize::drain(vm);
        }
    }
}

/// Takes out of the built-in names what a program has added.
fn restore_builtins(vm: &Vm) {
    let own = crate::state::<Lifecycle>(vm, "lifecycle")
        .builtin_count
        .get();
    for (name, value) in vm.builtins.items().into_iter().skip(own) {
        if let Some(s) = name.downcast::<Str>() {
            drop(value);
            vm.builtins.insert_str(vm, s, Value::NONE);
            crate::finalize::drain(vm);
        }
    }
}

/// Empties `sys`, the streams included: what dies now writes nothing.
fn clear_sys(vm: &Vm) {
    if let Some(sys) = vm.modules.get_str(&vm.intern_str("sys"))
        && let Some(sys) = sys.downcast::<Module>()
    {
        for name in ["stdout", "stderr", "stdin"] {
            sys.dict.insert_str(vm, &vm.intern_str(name), Value::NONE);
        }
        for (name, value) in sys.dict.items() {
            let added = value
                .header()
                .is_some_and(|h| h.ty().has(taipan_object::ty::TypeFlags::HEAP));
            if added && let Some(s) = name.downcast::<Str>() {
                drop(value);
                sys.dict.insert_str(vm, s, Value::NONE);
                crate::finalize::drain(vm);
            }
        }
    }
}
