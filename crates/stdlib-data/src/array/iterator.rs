//! The iterator over an array.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::Array;
use crate::support::Field;

/// `arrayiterator`.
pub struct ArrayIterator {
    /// Empty at the end.
    array: Field,
    at: Cell<usize>,
}
payload!(
    ArrayIterator,
    gc,
    |this, visit| this.array.visit(visit),
    clear | this | this.array.clear()
);

pub fn iterate(vm: &Vm, array: &Ref<Array>) -> Value {
    let iterator = ArrayIterator {
        array: Field::new(array.to_value()),
        at: Cell::new(0),
    };
    vm.heap
        .alloc(&vm.add_native_type::<ArrayIterator>(), iterator)
        .into_value()
}

#[pymethods(
    name = "arrayiterator",
    module = "array",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl ArrayIterator {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<ArrayIterator>) -> PyResult<Option<Value>> {
        let held = this.array.get();
        let Some(array) = held.as_ref().and_then(|a| a.downcast::<Array>()) else {
            return Ok(None);
        };
        match array.get(vm, this.at.get()) {
            Some(item) => {
                this.at.set(this.at.get() + 1);
                item.map(Some)
            }
            None => {
                this.array.clear();
                Ok(None)
            }
        }
    }
    /// For pickle.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<ArrayIterator>) -> PyResult {
        let iter = vm.builtin("iter")?;
        Ok(match this.array.get() {
            Some(array) => vm.tuple_value([
                iter,
                vm.tuple_value([array]),
                vm.new_int(this.at.get() as i64),
            ]),
            None => vm.tuple_value([iter, vm.tuple_value([vm.empty_tuple.to_value()])]),
        })
    }
    /// Goes to an index.
    #[pymethod("(self, state, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<ArrayIterator>, state: &Value) -> PyResult<()> {
        let at = vm.index_isize(state)?;
        let held = this.array.get();
        if let Some(array) = held.as_ref().and_then(|a| a.downcast::<Array>()) {
            this.at.set((at.max(0) as usize).min(array.len()));
        }
        Ok(())
    }
}
