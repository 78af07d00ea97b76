//! Arguments that are bytes: any object with a buffer, or a single byte.

use std::ops::Deref;

use crate::buffer::Buffer;
use crate::bytes::Bytes;
use crate::native::FromArg;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The bytes of a bytes-like object, held while this lives.
pub enum BytesArg<'a> {
    Slice(&'a [u8]),
    Buffer(Buffer),
}

impl Deref for BytesArg<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            BytesArg::Slice(s) => s,
            BytesArg::Buffer(b) => b.bytes(),
        }
    }
}

/// The bytes of a bytes-like object; `None` if it is none.
///
/// # Errors
/// BufferError for what is not contiguous; what `__buffer__` raises.
pub fn bytes_like_opt<'a>(vm: &Vm, value: &'a Value) -> PyResult<Option<BytesArg<'a>>> {
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Ok(Some(BytesArg::Slice(&bytes.data)));
    }
    let Some(f) = vm.type_of(value).slots.buffer.get() else {
        return Ok(None);
    };
    let buffer = f(vm, value, false)?;
    if !buffer.is_c_contiguous() {
        return Err(vm.raise_str(
            &vm.exc.buffer_error,
            "memoryview: underlying buffer is not C-contiguous",
        ));
    }
    Ok(Some(BytesArg::Buffer(buffer)))
}

/// The bytes of a bytes-like object.
///
/// # Errors
/// TypeError "a bytes-like object is required, not 'X'"; BufferError.
pub fn bytes_like<'a>(vm: &Vm, value: &'a Value) -> PyResult<BytesArg<'a>> {
    bytes_like_opt(vm, value)?.ok_or_else(|| {
        vm.type_error(format!(
            "a bytes-like object is required, not '{}'",
            vm.type_name(value)
        ))
    })
}

impl<'a> FromArg<'a> for BytesArg<'a> {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        bytes_like(vm, value)
    }
}

/// An integer as a byte.
///
/// # Errors
/// TypeError, ValueError "byte must be in range(0, 256)".
pub fn byte_value(vm: &Vm, value: &Value) -> PyResult<u8> {
    byte_in(vm, value, "byte must be in range(0, 256)")
}

pub(super) fn byte_in(vm: &Vm, value: &Value, message: &str) -> PyResult<u8> {
    let n = vm.index(value)?;
    n.as_i64()
        .and_then(|n| u8::try_from(n).ok())
        .ok_or_else(|| vm.value_error(message))
}

/// What is looked for: bytes, or one byte.
pub enum SubArg<'a> {
    Byte([u8; 1]),
    Bytes(BytesArg<'a>),
}

impl Deref for SubArg<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            SubArg::Byte(b) => b,
            SubArg::Bytes(b) => b,
        }
    }
}

/// # Errors
/// TypeError made by `wrong` for what is neither.
pub(super) fn sub_arg<'a>(
    vm: &Vm,
    value: &'a Value,
    wrong: impl FnOnce(&str) -> String,
) -> PyResult<SubArg<'a>> {
    if let Some(bytes) = bytes_like_opt(vm, value)? {
        return Ok(SubArg::Bytes(bytes));
    }
    if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
        return Err(vm.type_error(wrong(&vm.type_name(value))));
    }
    Ok(SubArg::Byte([byte_value(vm, value)?]))
}

impl<'a> FromArg<'a> for SubArg<'a> {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        sub_arg(vm, value, |name| {
            format!("argument should be integer or bytes-like object, not '{name}'")
        })
    }
}
