//! `from module import …`.

use taipan_object::dict::Dict;
use taipan_object::exceptions::Exception;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::{find_and_load, import_error};
use crate::frame::Frame;

/// Loads the submodules that a `fromlist` names and gives the module back.
///
/// # Errors
/// What loading raises; TypeError for items that are no strings.
pub fn handle_fromlist(vm: &Vm, module: &Value, fromlist: &Value) -> PyResult {
    if vm.getattr_opt(module, &vm.names.__path__)?.is_none() {
        return Ok(module.clone());
    }
    load_items(vm, module, fromlist, false)?;
    Ok(module.clone())
}

fn load_items(vm: &Vm, module: &Value, names: &Value, in_all: bool) -> PyResult<()> {
    for item in vm.collect(names)? {
        let Some(name) = item.downcast::<Str>() else {
            let package = module_name(vm, module)?.map_or_else(String::new, |n| n.to_string());
            let place = if in_all {
                format!("{package}.__all__")
            } else {
                "``from list''".to_owned()
            };
            return Err(vm.type_error(format!(
                "Item in {place} must be str, not {}",
                vm.type_name(&item)
            )));
        };
        if name.is_str("*") {
            if !in_all && let Some(all) = vm.getattr_opt(module, &vm.names.__all__)? {
                load_items(vm, module, &all, true)?;
            }
            continue;
        }
        if vm.getattr_opt(module, name)?.is_some() {
            continue;
        }
        let Some(package) = module_name(vm, module)? else {
            continue;
        };
        let full = vm.intern_str(&format!("{package}.{name}"));
        if find_and_load(vm, &full).is_err() {
            // A name that is no submodule is reported by the import statement itself.
            let missing = vm.exception_is(&vm.exc.module_not_found_error)
                && vm
                    .peek_exception()
                    .and_then(|e| e.downcast::<Exception>().and_then(|e| e.field(1)))
                    .is_some_and(|n| n.downcast::<Str>().is_some_and(|n| n.same_text(&full)));
            if !missing || vm.modules.get_str(&full).is_some_and(|m| !m.is_none()) {
                // SAFETY: the failed call left its exception pending.
                return Err(unsafe { taipan_object::Raised::assume_pending() });
            }
            drop(vm.take_pending());
        }
    }
    Ok(())
}

fn module_name(vm: &Vm, module: &Value) -> PyResult<Option<Ref<Str>>> {
    Ok(vm
        .getattr_opt(module, &vm.names.__name__)?
        .and_then(|n| n.downcast_owned::<Str>().ok()))
}

/// `from module import name`.
///
/// # Errors
/// ImportError if there is no such name.
pub fn import_from(vm: &Vm, module: &Value, name: &Ref<Str>) -> PyResult {
    if let Some(value) = vm.getattr_opt(module, name)? {
        return Ok(value);
    }
    let package = module_name(vm, module)?;
    if let Some(package) = &package
        && let Some(sub) = vm
            .modules
            .get_str(&vm.intern_str(&format!("{package}.{name}")))
    {
        return Ok(sub);
    }
    let shown = package
        .as_ref()
        .map_or_else(|| "<unknown module name>".to_owned(), |p| p.to_string());
    let spec = vm
        .getattr_opt(module, &vm.names.__spec__)?
        .filter(|s| !s.is_none());
    // A built-in module's origin names no file.
    let located = match &spec {
        Some(spec) => vm
            .getattr_opt(spec, &vm.intern_str("has_location"))?
            .is_some_and(|l| l.is_true()),
        None => false,
    };
    let origin = match &spec {
        Some(spec) if located => vm
            .getattr_opt(spec, &vm.intern_str("origin"))?
            .filter(|o| o.downcast::<Str>().is_some()),
        _ => None,
    };
    let origin = match origin {
        Some(o) => Some(o),
        None => vm
            .getattr_opt(module, &vm.names.__file__)?
            .filter(|f| f.downcast::<Str>().is_some()),
    };
    let initializing = match &spec {
        Some(spec) => vm
            .getattr_opt(spec, &vm.names._initializing)?
            .is_some_and(|i| i.is_true()),
        None => false,
    };
    let place = match &origin {
        Some(o) => vm.str(o)?.to_string(),
        None => "unknown location".to_owned(),
    };
    let message = if initializing && origin.is_some() {
        format!(
            "cannot import name '{name}' from partially initialized module '{shown}' (most likely due to a circular import) ({place})"
        )
    } else {
        format!("cannot import name '{name}' from '{shown}' ({place})")
    };
    let package = package.map(Ref::into_value);
    let raised = import_error(
        vm,
        &vm.exc.import_error,
        &message,
        package.as_ref(),
        origin.as_ref(),
    );
    if let Some(e) = vm
        .peek_exception()
        .as_ref()
        .and_then(|e| e.downcast::<Exception>())
    {
        e.set_field(3, Some(name.to_value()));
    }
    Err(raised)
}

/// `from module import *`.
///
/// # Errors
/// What the module's attributes raise; TypeError for names that are no strings.
///
/// # Safety
/// `frame` is the running frame.
pub unsafe fn import_star(vm: &Vm, frame: *mut Frame, module: &Value) -> PyResult<()> {
    // SAFETY: by the contract; the word is an owned value.
    let locals = unsafe {
        if (*frame).locals == 0 {
            (*frame).globals().to_value()
        } else {
            Value::borrow_word(&(*frame).locals).clone()
        }
    };
    let all = vm.getattr_opt(module, &vm.names.__all__)?;
    let (names, where_) = match &all {
        Some(all) => (vm.collect(all)?, "__all__"),
        None => {
            let Some(dict) = vm.getattr_opt(module, &vm.names.__dict__)? else {
                return Err(vm.raise_str(
                    &vm.exc.import_error,
                    "from-import-* object has no __dict__ and no __all__",
                ));
            };
            let names = match dict.downcast::<Dict>() {
                Some(d) => d.keys(),
                None => {
                    let keys = vm.call_method(&dict, &vm.intern_str("keys"), &[])?;
                    vm.collect(&keys)?
                }
            };
            (names, "__dict__")
        }
    };
    for item in names {
        let Some(name) = item.downcast::<Str>() else {
            let module_name = module_name(vm, module)?.map_or_else(String::new, |n| n.to_string());
            let kind = if all.is_some() { "Item" } else { "Key" };
            return Err(vm.type_error(format!(
                "{kind} in {module_name}.{where_} must be str, not {}",
                vm.type_name(&item)
            )));
        };
        if all.is_none() && !name.is_empty() && name.view().get(0) == u32::from(b'_') {
            continue;
        }
        let value = vm.getattr(module, name)?;
        match locals.downcast_exact::<Dict>(&vm.types.dict) {
            Some(d) => d.insert_str(vm, &vm.intern(name), value),
            None => vm.set_item(&locals, name.as_value(), &value)?,
        }
    }
    Ok(())
}
