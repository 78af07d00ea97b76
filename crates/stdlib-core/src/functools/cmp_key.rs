//! What `cmp_to_key` gives: a function that wraps objects, and the wrapped objects.

use taipan_macros::pymethods;
use taipan_object::slots::CmpOp;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use crate::field::Field;

/// `functools.KeyWrapper`.
pub struct KeyWrapper {
    compare: Value,
    object: Field,
}
payload!(
    KeyWrapper,
    gc,
    |this, visit| {
        visit(&this.compare);
        this.object.visit(visit);
    },
    clear | this | this.object.clear()
);

/// The key function of a comparison.
pub fn new(vm: &Vm, compare: Value) -> Value {
    KeyWrapper::of(vm, compare, Field::empty()).into_value()
}

#[pymethods(
    name = "KeyWrapper",
    module = "functools",
    flags(DISALLOW_INSTANTIATION)
)]
impl KeyWrapper {
    fn of(vm: &Vm, compare: Value, object: Field) -> Ref<KeyWrapper> {
        let class = vm.add_native_type::<KeyWrapper>();
        vm.heap.alloc(&class, KeyWrapper { compare, object })
    }
    #[pycall("(self, obj)", name = "K")]
    fn call(vm: &Vm, this: &Ref<KeyWrapper>, obj: Value) -> Ref<KeyWrapper> {
        KeyWrapper::of(vm, this.compare.clone(), Field::new(obj))
    }
    /// The wrapped object.
    #[pygetset]
    fn obj(this: &Ref<KeyWrapper>) -> Option<Value> {
        this.object.get()
    }
    #[pysetter(obj)]
    fn set_obj(_: &Vm, this: &Ref<KeyWrapper>, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(value) => this.object.set(value.clone()),
            None => this.object.clear(),
        }
        Ok(())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<KeyWrapper>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<KeyWrapper>() else {
            return Err(vm.type_error("other argument must be K instance"));
        };
        let (Some(a), Some(b)) = (this.object.get(), other.object.get()) else {
            return Err(vm.raise_str(&vm.exc.attribute_error, "object"));
        };
        let order = vm.call(&this.compare, &[a, b])?;
        match order.as_small_int() {
            Some(n) => Ok(Value::bool(op.holds(n.cmp(&0)))),
            None => vm.compare(&order, &vm.new_int(0), op),
        }
    }
}
