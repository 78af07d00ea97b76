//! What `bytes(…)` and `bytearray(…)` take.

use super::arg::{byte_in, bytes_like_opt};
use crate::bytes::Bytes;
use crate::codecs;
use crate::header::Ref;
use crate::list::List;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `data.decode(encoding, errors)`.
///
/// # Errors
/// As [`codecs::decode`].
pub fn decode(
    vm: &Vm,
    this: &Value,
    encoding: Option<&Ref<Str>>,
    errors: Option<&Ref<Str>>,
) -> PyResult<Ref<Str>> {
    if let Some(bytes) = this.downcast::<Bytes>() {
        return codecs::decode(vm, this, &bytes.data, encoding, errors);
    }
    // A copy: handlers and codecs may run Python code that changes the array.
    let copy = vm.new_bytes(super::bytes_like(vm, this)?.to_vec());
    codecs::decode(vm, copy.as_value(), &copy.data, encoding, errors)
}

/// `encoding` and `errors` without a text to encode.
fn no_encoding(vm: &Vm, encoding: Option<&Ref<Str>>, errors: Option<&Ref<Str>>) -> PyResult<()> {
    if encoding.is_some() {
        return Err(vm.type_error("encoding without a string argument"));
    }
    if errors.is_some() {
        return Err(vm.type_error("errors without a string argument"));
    }
    Ok(())
}

/// The bytes that a constructor's arguments mean.
///
/// # Errors
/// As CPython's.
pub fn construct(
    vm: &Vm,
    class: &str,
    source: Option<&Value>,
    encoding: Option<&Ref<Str>>,
    errors: Option<&Ref<Str>>,
) -> PyResult<Vec<u8>> {
    let Some(source) = source else {
        no_encoding(vm, encoding, errors)?;
        return Ok(Vec::new());
    };
    if let Some(text) = source.downcast::<Str>() {
        if encoding.is_none() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let encoded = codecs::encode(vm, text, encoding, errors)?;
        return Ok(super::bytes_like(vm, &encoded)?.to_vec());
    }
    no_encoding(vm, encoding, errors)?;
    if class == "bytes"
        && source.as_int().is_none()
        && let Some(made) = vm.call_special(source, &vm.names.__bytes__, &[])?
    {
        return match made.downcast::<Bytes>() {
            Some(b) => Ok(b.data.to_vec()),
            None => Err(vm.type_error(format!(
                "__bytes__ returned non-bytes (type {})",
                vm.type_name(&made)
            ))),
        };
    }
    let numeric = source.as_int().is_some() || vm.type_of(source).slots.index.get().is_some();
    if numeric && let Some(zeros) = zeros(vm, source)? {
        return Ok(zeros);
    }
    from_object(vm, class, source)
}

/// As many zeros as a number says; `None` if it is none after all.
fn zeros(vm: &Vm, source: &Value) -> PyResult<Option<Vec<u8>>> {
    let n = match vm.index(source) {
        Ok(n) => n,
        Err(_) if vm.exception_is(&vm.exc.type_error) => {
            drop(vm.take_pending());
            return Ok(None);
        }
        Err(e) => return Err(e),
    };
    let Some(n) = n.as_i64() else {
        return Err(vm.overflow_error(format!(
            "cannot fit '{}' into an index-sized integer",
            vm.type_name(source)
        )));
    };
    let n = usize::try_from(n).map_err(|_| vm.value_error("negative count"))?;
    let mut data = Vec::new();
    if n > isize::MAX as usize / 2 || data.try_reserve_exact(n).is_err() {
        return Err(vm.memory_error());
    }
    data.resize(n, 0);
    Ok(Some(data))
}

/// The bytes of a buffer or of an iterable of integers.
///
/// # Errors
/// TypeError, ValueError; what iterating raises.
pub fn from_object(vm: &Vm, class: &str, source: &Value) -> PyResult<Vec<u8>> {
    if let Some(f) = vm.type_of(source).slots.buffer.get() {
        return Ok(f(vm, source, false)?.to_vec());
    }
    let message = if class == "bytes" {
        "bytes must be in range(0, 256)"
    } else {
        "byte must be in range(0, 256)"
    };
    let mut out = Vec::new();
    if let Some(tuple) = source.downcast_exact::<Tuple>(&vm.types.tuple) {
        tuple
            .items()
            .iter()
            .try_for_each(|item| byte_in(vm, item, message).map(|b| out.push(b)))?;
        return Ok(out);
    }
    let is_list = source.downcast_exact::<List>(&vm.types.list).is_some();
    if !is_list && vm.type_of(source).slots.iter.get().is_none() && !vm.is_sequence(source) {
        let name = vm.type_name(source);
        return Err(vm.type_error(format!("cannot convert '{name}' object to {class}")));
    }
    vm.for_each(source, |item| {
        byte_in(vm, &item, message).map(|b| out.push(b))
    })?;
    Ok(out)
}

/// The bytes of a buffer, a string-free iterable of integers, for `extend` and slice assignment.
///
/// # Errors
/// As [`from_object`].
pub fn assignable(vm: &Vm, source: &Value) -> PyResult<Option<Vec<u8>>> {
    if let Some(bytes) = bytes_like_opt(vm, source)? {
        return Ok(Some(bytes.to_vec()));
    }
    if source.downcast::<Str>().is_some() || source.as_int().is_some() {
        return Ok(None);
    }
    if vm.type_of(source).slots.iter.get().is_none() && !vm.is_sequence(source) {
        return Ok(None);
    }
    from_object(vm, "bytearray", source).map(Some)
}
