//! `types.GenericAlias`: `list[int]`.

use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `origin[args]`.
pub fn new_generic_alias(vm: &Vm, _origin: &Value, _args: &Value) -> PyResult {
    Err(vm.not_implemented_error("types.GenericAlias"))
}
