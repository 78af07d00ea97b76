//! Names of classes as `repr` and messages show them.

use taipan_object::str::Str;
use taipan_object::ty::TypeFlags;
use taipan_object::{PyResult, TypeRef, Vm};

/// `module.qualname` of a class; without the module for built-in ones.
pub fn full_name(vm: &Vm, class: &TypeRef) -> PyResult<String> {
    if !class.has(TypeFlags::HEAP) {
        return Ok(class.display_name());
    }
    let qualname = class.qualname.borrow().clone();
    let qualname = vm.str(&qualname)?.to_string();
    let module = vm.getattr_opt(class.as_value(), &vm.names.__module__)?;
    Ok(match module.as_ref().and_then(|m| m.downcast::<Str>()) {
        Some(module) if !module.is_str("builtins") => format!("{module}.{qualname}"),
        _ => qualname,
    })
}
