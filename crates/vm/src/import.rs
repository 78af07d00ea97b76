//! The import statement.

use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::frame::Frame;

/// `import name` in code with these globals.
pub fn import_name(vm: &Vm, name: &Ref<Str>, _globals: &Ref<Dict>, _fromlist: &Value, _level: &Value) -> PyResult {
    match vm.modules.get_str(name) {
        Some(m) => Ok(m),
        None => Err(vm.raise_str(&vm.exc.module_not_found_error, format!("No module named '{name}'"))),
    }
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
