//! The memos of picklers and unpicklers, as Python sees them.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::pickler::Pickler;
use super::unpickler::Unpickler;
use crate::support::unhashable;

/// The memo of a `Pickler`.
pub struct PicklerMemoProxy {
    pub pickler: Ref<Pickler>,
}
payload!(PicklerMemoProxy, gc, |this, visit| visit(
    this.pickler.as_value()
));

impl PicklerMemoProxy {
    pub fn of(vm: &Vm, pickler: &Ref<Pickler>) -> Value {
        let class = vm.add_native_type::<PicklerMemoProxy>();
        let proxy = PicklerMemoProxy {
            pickler: pickler.clone(),
        };
        alloc_instance(vm, &class, proxy).into_value()
    }
}

/// A memo cannot be made by its class.
fn with_arguments(vm: &Vm, function: Value, argument: Value) -> Value {
    vm.tuple_value([function, vm.tuple_value([argument])])
}

#[pymethods(
    name = "PicklerMemoProxy",
    module = "_pickle",
    doc = "The memo of a Pickler.",
    flags(DISALLOW_INSTANTIATION)
)]
impl PicklerMemoProxy {
    /// Remove all items from memo.
    #[pymethod("(self, /)")]
    fn clear(_vm: &Vm, this: &Ref<PicklerMemoProxy>) {
        drop(this.pickler.memo.take());
    }
    /// Copy the memo to a new object.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<PicklerMemoProxy>) -> PyResult {
        let items: Vec<(Value, u64)> = {
            let memo = this.pickler.memo.borrow();
            memo.iter().map(|(o, i)| (o.clone(), i)).collect()
        };
        let dict = vm.new_dict();
        for (object, index) in items {
            let id = vm.new_uint(object.id());
            dict.insert(vm, id, vm.tuple_value([vm.new_uint(index), object]))?;
        }
        Ok(dict.into_value())
    }
    /// Implement pickle support.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<PicklerMemoProxy>) -> PyResult {
        let copy = PicklerMemoProxy::copy(vm, this)?;
        Ok(with_arguments(vm, vm.types.dict.to_value(), copy))
    }
}

/// The memo of an `Unpickler`.
pub struct UnpicklerMemoProxy {
    pub unpickler: Ref<Unpickler>,
}
payload!(UnpicklerMemoProxy, gc, |this, visit| visit(
    this.unpickler.as_value()
));

impl UnpicklerMemoProxy {
    pub fn of(vm: &Vm, unpickler: &Ref<Unpickler>) -> Value {
        let class = vm.add_native_type::<UnpicklerMemoProxy>();
        let proxy = UnpicklerMemoProxy {
            unpickler: unpickler.clone(),
        };
        alloc_instance(vm, &class, proxy).into_value()
    }
}

#[pymethods(
    name = "UnpicklerMemoProxy",
    module = "_pickle",
    doc = "The memo of an Unpickler.",
    flags(DISALLOW_INSTANTIATION)
)]
impl UnpicklerMemoProxy {
    /// Remove all items from memo.
    #[pymethod("(self, /)")]
    fn clear(_vm: &Vm, this: &Ref<UnpicklerMemoProxy>) {
        drop(this.unpickler.memo.take());
    }
    /// Copy the memo to a new object.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<UnpicklerMemoProxy>) -> PyResult {
        let items: Vec<(u64, Value)> = {
            let memo = this.unpickler.memo.borrow();
            memo.iter().map(|(i, o)| (i, o.clone())).collect()
        };
        let dict = vm.new_dict();
        for (index, object) in items {
            dict.insert(vm, vm.new_uint(index), object)?;
        }
        Ok(dict.into_value())
    }
    /// Implement pickling support.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<UnpicklerMemoProxy>) -> PyResult {
        let copy = UnpicklerMemoProxy::copy(vm, this)?;
        Ok(with_arguments(vm, vm.types.dict.to_value(), copy))
    }
}

/// Makes both classes.
pub fn prepare(vm: &Vm) {
    unhashable(vm, &vm.add_native_type::<PicklerMemoProxy>());
    unhashable(vm, &vm.add_native_type::<UnpicklerMemoProxy>());
}
