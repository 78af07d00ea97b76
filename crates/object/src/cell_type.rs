//! The class `cell`.

use taipan_macros::pymethods;

use crate::function::Cell;
use crate::header::{Ref, TypeRef};
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

#[pymethods(name = "cell", doc = "A variable shared by functions.")]
impl Cell {
    #[pynew("(contents=<unset>, /)")]
    fn new(vm: &Vm, _cls: &TypeRef, contents: Option<&Value>) -> Ref<Cell> {
        vm.heap.alloc(
            &vm.types.cell,
            Cell {
                value: std::cell::Cell::new(contents.cloned()),
            },
        )
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Cell>) -> PyResult {
        let at = this.as_value().id();
        let text = match this.get() {
            Some(v) => format!(
                "<cell at {at:#x}: {} object at {:#x}>",
                vm.type_name(&v),
                v.id()
            ),
            None => format!("<cell at {at:#x}: empty>"),
        };
        Ok(vm.new_str(&text).into_value())
    }
    /// By contents; an empty cell is less than any other.
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Cell>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Cell>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        match (this.get(), other.get()) {
            (Some(a), Some(b)) => vm.compare(&a, &b, op),
            (a, b) => Ok(Value::bool(op.holds(a.is_some().cmp(&b.is_some())))),
        }
    }
    #[pygetset]
    fn cell_contents(vm: &Vm, this: &Ref<Cell>) -> PyResult {
        this.get().ok_or_else(|| vm.value_error("Cell is empty"))
    }
    #[pysetter(cell_contents)]
    fn set_cell_contents(_vm: &Vm, this: &Ref<Cell>, value: Option<&Value>) -> PyResult<()> {
        drop(this.value.replace(value.cloned()));
        Ok(())
    }
}
