//! Start and end of an interpreter.

use std::cell::Cell;

use taipan_object::{Value, Vm};

/// Where an interpreter is in its life.
pub struct Lifecycle {
    pub finalizing: Cell<bool>,
    pub switch_interval: Cell<f64>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle {
            finalizing: Cell::new(false),
            switch_interval: Cell::new(0.005),
        }
    }
}

/// Functions to call when the interpreter exits, last one first.
#[derive(Default)]
pub struct AtExit {
    pub functions: std::cell::RefCell<Vec<Option<(Value, Vec<Value>, Vec<(Value, Value)>)>>>,
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
            crate::sys::report_unraisable(
                vm,
                e,
                "Exception ignored in atexit callback",
                Some(&function),
            );
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
    clear_modules(vm);
    ok && crate::sys::flush_streams(vm)
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

/// Lets go of what modules hold, so that finalisers run while built-ins are still there.
fn clear_modules(vm: &Vm) {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    let kept = |name: &str| matches!(name, "sys" | "builtins");
    let mut modules = Vec::new();
    for (name, module) in vm.modules.items() {
        let Some(text) = name.downcast::<Str>().map(|s| s.to_string()) else {
            continue;
        };
        if kept(&text) {
            continue;
        }
        if let Some(s) = name.downcast::<Str>() {
            vm.modules.insert_str(vm, s, Value::NONE);
        }
        if module.downcast::<Module>().is_some() {
            modules.push(module);
        }
    }
    crate::finalize::drain(vm);
    // Modules that something still refers to are emptied: first private names, then the rest.
    for module in modules.iter().rev() {
        let Some(m) = module.downcast::<Module>() else {
            continue;
        };
        for private in [true, false] {
            for (name, value) in m.dict.items() {
                let Some(s) = name.downcast::<Str>() else {
                    continue;
                };
                let text = s.to_string();
                let is_private = text.starts_with('_') && !text.starts_with("__");
                if value.is_none() || text == "__builtins__" || is_private != private {
                    continue;
                }
                drop(value);
                m.dict.insert_str(vm, s, Value::NONE);
            }
        }
        crate::finalize::drain(vm);
    }
}
