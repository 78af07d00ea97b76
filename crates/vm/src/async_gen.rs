//! Asynchronous generators: values on their way out.

use taipan_object::{PyResult, Value, Vm, payload};

/// A value that an asynchronous generator yields, told from what it awaits.
pub struct WrappedValue {
    pub value: Value,
}
payload!(WrappedValue, gc, |this, visit| visit(&this.value));

pub fn wrap(vm: &Vm, value: Value) -> PyResult {
    Ok(vm.heap.alloc(&vm.types.async_generator_wrapped_value, WrappedValue { value }).into_value())
}
