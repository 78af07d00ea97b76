//! Type parameters and aliases (PEP 695, 696).

use taipan_object::{PyResult, Value, Vm};

pub fn type_var(vm: &Vm, _name: &Value, _bound: Option<Value>, _constraints: Option<Value>) -> PyResult {
    Err(vm.not_implemented_error("TypeVar"))
}
pub fn param_spec(vm: &Vm, _name: &Value) -> PyResult {
    Err(vm.not_implemented_error("ParamSpec"))
}
pub fn type_var_tuple(vm: &Vm, _name: &Value) -> PyResult {
    Err(vm.not_implemented_error("TypeVarTuple"))
}
pub fn subscript_generic(vm: &Vm, _params: &Value) -> PyResult {
    Err(vm.not_implemented_error("Generic"))
}
pub fn type_alias(vm: &Vm, _parts: &Value) -> PyResult {
    Err(vm.not_implemented_error("TypeAliasType"))
}
pub fn set_default(vm: &Vm, _param: &Value, _default: Value) -> PyResult<()> {
    Err(vm.not_implemented_error("defaults of type parameters"))
}
