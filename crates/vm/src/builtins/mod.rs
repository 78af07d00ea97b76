//! The module `builtins`.

pub mod build_class;
pub mod compile;
pub mod functions;
pub mod print;
pub mod reduce;
pub mod scope;
pub mod site;

use taipan_object::module::Module;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

/// `ascii(object)`.
pub fn ascii(vm: &Vm, object: &Value) -> PyResult<Ref<Str>> {
    vm.ascii(object)
}

/// Fills the dict of the module `builtins` and puts the module into `sys.modules`.
///
/// # Errors
/// Only if there is no memory.
pub fn install(vm: &Vm) -> PyResult<()> {
    let module = vm.heap.alloc(
        &vm.types.module,
        Module {
            dict: vm.builtins.clone(),
        },
    );
    crate::imp::fill_module(vm, &module, &functions::MODULE)?;
    let set = |name: &str, value: Value| vm.builtins.insert_str(vm, &vm.intern_str(name), value);
    let types = &vm.types;
    for ty in [
        &types.object,
        &types.type_,
        &types.int,
        &types.bool,
        &types.float,
        &types.complex,
        &types.str,
        &types.bytes,
        &types.bytearray,
        &types.memoryview,
        &types.tuple,
        &types.list,
        &types.dict,
        &types.set,
        &types.frozenset,
        &types.range,
        &types.slice,
        &types.property,
        &types.classmethod,
        &types.staticmethod,
        &types.super_,
        &types.enumerate,
        &types.zip,
        &types.map,
        &types.filter,
        &types.reversed,
    ] {
        let name = ty.name.borrow().clone();
        vm.builtins.insert_str(vm, &name, ty.to_value());
    }
    for (name, ty) in vm.exc.all() {
        set(name, ty.to_value());
    }
    set("EnvironmentError", vm.exc.os_error.to_value());
    set("IOError", vm.exc.os_error.to_value());
    for (name, value) in [
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("__debug__", Value::TRUE),
    ] {
        set(name, value);
    }
    vm.modules
        .insert_str(vm, &vm.intern_str("builtins"), module.into_value());
    Ok(())
}
