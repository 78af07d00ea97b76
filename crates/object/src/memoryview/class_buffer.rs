//! `__buffer__` from Python: of classes that define it, and called on built-in objects.

use super::{MemoryView, view_of};
use crate::buffer::Buffer;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// PyBUF_WRITABLE.
const WRITABLE: i64 = 1;
/// PyBUF_FULL_RO: any layout, with format, shape and strides.
const FULL_READ_ONLY: i64 = 0x11C;

/// The `buffer` slot of classes with a `__buffer__` method.
///
/// # Errors
/// What the method raises; TypeError if it returns no memoryview.
pub fn slot_buffer(vm: &Vm, this: &Value, writable: bool) -> PyResult<Buffer> {
    let flags = vm.new_int(FULL_READ_ONLY | if writable { WRITABLE } else { 0 });
    let made = vm.call_special(this, &vm.names.__buffer__, &[flags])?;
    let Some(view) = made.as_ref().and_then(|m| m.downcast::<MemoryView>()) else {
        return Err(vm.type_error("__buffer__ returned non-memoryview object"));
    };
    match vm.types.memoryview.slots.buffer.get() {
        Some(f) => f(vm, view.as_value(), writable),
        None => Err(vm.type_error("__buffer__ returned non-memoryview object")),
    }
}

/// `object.__buffer__(flags)` of a built-in object.
///
/// # Errors
/// BufferError if the object cannot be written and the flags ask for that.
pub fn call_buffer(vm: &Vm, this: &Value, flags: &Value) -> PyResult {
    let flags = vm.index_i64(flags)?;
    view_of(vm, this, flags & WRITABLE != 0).map(|v| v.into_value())
}
