//! `except*` (PEP 654).

use taipan_object::{PyResult, Value, Vm};

/// Splits `exception` for `except* clause`: what matches (a group) and the rest, None each if empty.
pub fn split_for_except_star(vm: &Vm, _exception: &Value, _clause: &Value) -> PyResult<(Value, Value)> {
    Err(vm.not_implemented_error("except*"))
}

/// What is raised after all `except*` clauses: `original`, and the list of what they raised or left.
pub fn prep_reraise_star(vm: &Vm, _original: &Value, _raised: &Value) -> PyResult {
    Err(vm.not_implemented_error("except*"))
}
