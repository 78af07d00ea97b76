//! "Did you mean …?" behind uncaught errors about names.

use taipan_object::exceptions::{Exception, peek};
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::plain;
use crate::frame::FrameObject;
use crate::traceback::Traceback;

/// What is added to the text of an exception.
pub fn hint(vm: &Vm, exception: &Value) -> String {
    let is = |ty| vm.is_instance_of(exception, ty);
    let attribute = |name: &str| {
        let r = vm.getattr_opt(exception, &vm.intern_str(name));
        let value = quiet(vm, r).flatten();
        value.filter(|v| !v.is_none())
    };
    if is(&vm.exc.import_error) {
        let Some(name) = attribute("name_from") else {
            return String::new();
        };
        return meant(candidate_of_import(vm, &name, attribute("name")));
    }
    let name_error = is(&vm.exc.name_error);
    if !name_error && !is(&vm.exc.attribute_error) {
        return String::new();
    }
    let Some(name) = attribute("name") else {
        return String::new();
    };
    let suggestion = if name_error {
        candidate_of_name(vm, exception, &name)
    } else {
        candidate_of_attribute(vm, exception, &name)
    };
    let forgotten = name_error && is_library_module(vm, &name);
    let text = name.downcast::<Str>().map(plain).unwrap_or_default();
    match (suggestion, forgotten) {
        (Some(s), true) => format!(". Did you mean: '{s}'? Or did you forget to import '{text}'?"),
        (None, true) => format!(". Did you forget to import '{text}'?"),
        (s, false) => meant(s),
    }
}

fn meant(suggestion: Option<String>) -> String {
    suggestion.map_or_else(String::new, |s| format!(". Did you mean: '{s}'?"))
}

/// A result without its error.
pub fn quiet<T>(vm: &Vm, result: PyResult<T>) -> Option<T> {
    match result {
        Ok(v) => Some(v),
        Err(e) => {
            drop(vm.take_exception(e));
            None
        }
    }
}

fn is_library_module(vm: &Vm, name: &Value) -> bool {
    let Some(names) = crate::sys_attr(vm, "stdlib_module_names") else {
        return false;
    };
    quiet(vm, vm.contains(&names, name)).unwrap_or(false)
}

fn closest(name: &str, mut candidates: Vec<String>, sorted: bool) -> Option<String> {
    if sorted {
        candidates.sort();
    }
    let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
    crate::suggest::closest(name, &candidates).map(str::to_owned)
}

/// The strings in `object.__dir__()`.
fn dir(vm: &Vm, object: &Value) -> Option<Vec<String>> {
    let names = match vm.call_method(object, &vm.names.__dir__, &[]) {
        Err(_) if vm.exception_is(&vm.exc.type_error) => {
            drop(vm.take_pending());
            vm.call_method(
                vm.type_of(object).as_value(),
                &vm.names.__dir__,
                std::slice::from_ref(object),
            )
        }
        r => r,
    };
    let names = quiet(vm, names)?;
    let names = quiet(vm, vm.collect(&names))?;
    Some(
        names
            .iter()
            .filter_map(|n| n.downcast::<Str>().map(plain))
            .collect(),
    )
}

/// The frame in which the exception was raised.
fn innermost(exception: &Value) -> Option<Ref<FrameObject>> {
    let mut tb = exception
        .downcast::<Exception>()
        .and_then(|e| peek(&e.traceback))?;
    loop {
        let t = tb.downcast::<Traceback>()?;
        match peek(&t.next).filter(|n| !n.is_none()) {
            Some(next) => tb = next,
            None => return Some(t.frame.clone()),
        }
    }
}

fn local(vm: &Vm, frame: &Ref<FrameObject>, name: &str) -> Option<Value> {
    let locals = quiet(vm, crate::frame_type::f_locals(vm, frame))?;
    let key = vm.intern_str(name).into_value();
    match quiet(vm, vm.contains(&locals, &key)) {
        Some(true) => quiet(vm, vm.get_item(&locals, &key)),
        _ => None,
    }
}

fn candidate_of_attribute(vm: &Vm, exception: &Value, name: &Value) -> Option<String> {
    let name = plain(name.downcast::<Str>()?);
    let object = quiet(vm, vm.getattr(exception, &vm.names.obj))?;
    let mut names = dir(vm, &object)?;
    let inside = || {
        innermost(exception)
            .and_then(|f| local(vm, &f, "self"))
            .is_some_and(|s| s.is(&object))
    };
    if !name.starts_with('_') && !inside() {
        names.retain(|n| !n.starts_with('_'));
    }
    closest(&name, names, true)
}

fn candidate_of_import(vm: &Vm, name: &Value, module: Option<Value>) -> Option<String> {
    let name = plain(name.downcast::<Str>()?);
    let module = plain(module.as_ref()?.downcast::<Str>()?);
    // As `__import__` does: the package on top.
    let top = module.split('.').next()?;
    quiet(vm, (vm.hooks.get().import)(vm, &module))?;
    let module = vm.modules.get_str(&vm.intern_str(top))?;
    let mut names = dir(vm, &module)?;
    if !name.starts_with('_') {
        names.retain(|n| !n.starts_with('_'));
    }
    closest(&name, names, true)
}

fn candidate_of_name(vm: &Vm, exception: &Value, name: &Value) -> Option<String> {
    let key = name.downcast::<Str>()?;
    let text = plain(key);
    let frame = innermost(exception)?;
    if let Some(this) = local(vm, &frame, "self")
        && quiet(vm, vm.getattr_opt(&this, &vm.intern(key)))
            .flatten()
            .is_some()
    {
        return Some(format!("self.{text}"));
    }
    let locals = quiet(vm, crate::frame_type::f_locals(vm, &frame))?;
    let mut names = quiet(vm, vm.collect(&locals)).unwrap_or_default();
    names.extend(frame.globals.keys());
    names.extend(frame.builtins.keys());
    let names = names
        .iter()
        .filter_map(|n| n.downcast::<Str>().map(plain))
        .collect();
    closest(&text, names, false)
}
