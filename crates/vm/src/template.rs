//! Template strings (PEP 750).

use taipan_object::{PyResult, Value, Vm};

pub fn new_interpolation(vm: &Vm, _value: Value, _text: Value, _conversion: Value, _spec: Value) -> PyResult {
    Err(vm.not_implemented_error("string.templatelib.Interpolation"))
}
pub fn new_template(vm: &Vm, _strings: Value, _interpolations: Value) -> PyResult {
    Err(vm.not_implemented_error("string.templatelib.Template"))
}
