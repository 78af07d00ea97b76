//! The import statement.

use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::frame::Frame;

/// `import name` in code with these globals.
pub fn import_name(vm: &Vm, name: &Ref<Str>, globals: &Ref<Dict>, fromlist: &Value, level: &Value) -> PyResult {
    import(vm, name, globals.as_value(), fromlist, level)
}

/// `__import__(name, globals, None, fromlist, level)`.
pub fn import(vm: &Vm, name: &Ref<Str>, _globals: &Value, _fromlist: &Value, _level: &Value) -> PyResult {
    if let Some(m) = vm.modules.get_str(name) {
        return Ok(m);
    }
    if let Some(def) = crate::imp::find(vm, &name.to_string()) {
        let m = crate::imp::create(vm, def)?.into_value();
        vm.modules.insert_str(vm, name, m.clone());
        return Ok(m);
    }
    Err(vm.raise_str(&vm.exc.module_not_found_error, format!("No module named '{name}'")))
}

/// The module of a dotted name.
pub fn import_module(vm: &Vm, name: &str) -> PyResult {
    import(vm, &vm.intern_str(name), &Value::NONE, &Value::NONE, &Value::NONE)
}

/// `from module import name`.
pub fn import_from(vm: &Vm, module: &Value, name: &Ref<Str>) -> PyResult {
    vm.getattr(module, name)
}

/// `from module import *`.
///
/// # Safety
/// `frame` is the running frame.
pub unsafe fn import_star(vm: &Vm, _frame: *mut Frame, _module: &Value) -> PyResult<()> {
    Err(vm.not_implemented_error("import *"))
}
