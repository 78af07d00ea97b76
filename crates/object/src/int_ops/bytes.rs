//! Integers as bytes: `to_bytes` and `from_bytes`.

use dashu_int::{IBig, Sign, UBig};

use super::big;
use crate::bytes::{ByteArray, Bytes};
use crate::header::Ref;
use crate::int::IntRef;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Whether `byteorder` says little-endian.
pub fn little_endian(vm: &Vm, order: &Ref<Str>) -> PyResult<bool> {
    match order.as_ascii() {
        Some("little") => Ok(true),
        Some("big") => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}

/// `int.to_bytes`.
pub fn to_bytes(
    vm: &Vm,
    n: IntRef<'_>,
    length: isize,
    little: bool,
    signed: bool,
) -> PyResult<Vec<u8>> {
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.value_error("length argument must be non-negative"));
    };
    let negative = n.is_negative();
    if negative && !signed {
        return Err(vm.overflow_error("can't convert negative int to unsigned"));
    }
    big!(n = n);
    // A signed number needs the bits of n or of -n - 1, and one for the sign.
    let magnitude: UBig = if negative {
        (!n).into_parts().1
    } else {
        n.clone().into_parts().1
    };
    let bits =
        super::bit_length(&IBig::from(magnitude.clone())) + usize::from(signed && !n.is_zero());
    if bits.div_ceil(8) > length {
        return Err(vm.overflow_error("int too big to convert"));
    }
    let mut out = Vec::new();
    out.try_reserve_exact(length)
        .map_err(|_| vm.memory_error())?;
    let bytes = magnitude.to_le_bytes();
    out.extend_from_slice(&bytes[..bytes.len().min(length)]);
    out.resize(length, 0);
    if negative {
        out.iter_mut().for_each(|b| *b = !*b);
    }
    if !little {
        out.reverse();
    }
    Ok(out)
}

/// The integer that bytes hold.
pub fn from_bytes(bytes: &[u8], little: bool, signed: bool) -> IBig {
    let magnitude = if little {
        UBig::from_le_bytes(bytes)
    } else {
        UBig::from_be_bytes(bytes)
    };
    let top = if little { bytes.last() } else { bytes.first() };
    let n = IBig::from_parts(Sign::Positive, magnitude);
    if signed && top.is_some_and(|b| b & 0x80 != 0) {
        n - (IBig::ONE << (bytes.len() * 8))
    } else {
        n
    }
}

/// The bytes of a bytes-like object or an iterable of integers, as `int.from_bytes` takes them.
pub fn bytes_of(vm: &Vm, object: &Value) -> PyResult<Vec<u8>> {
    if let Some(bytes) = raw_bytes(vm, object)? {
        return Ok(bytes);
    }
    if let Some(made) = vm.call_special(object, &vm.names.__bytes__, &[])? {
        return match made.downcast::<Bytes>() {
            Some(b) => Ok(b.data.to_vec()),
            None => Err(vm.type_error(format!(
                "__bytes__ returned non-bytes (type {})",
                vm.type_name(&made)
            ))),
        };
    }
    let slots = &vm.type_of(object).slots;
    let iterable = slots.iter.get().is_some() || slots.getitem.get().is_some();
    if object.downcast::<Str>().is_some() || !iterable {
        return Err(vm.type_error(format!(
            "cannot convert '{}' object to bytes",
            vm.type_name(object)
        )));
    }
    let mut out = Vec::new();
    vm.for_each(object, |item| {
        let byte = vm.index_isize(&item)?;
        out.push(u8::try_from(byte).map_err(|_| vm.value_error("bytes must be in range(0, 256)"))?);
        Ok(())
    })?;
    Ok(out)
}

/// The bytes of a bytes-like object; `None` for other objects.
pub fn raw_bytes(vm: &Vm, object: &Value) -> PyResult<Option<Vec<u8>>> {
    if let Some(b) = object.downcast::<Bytes>() {
        return Ok(Some(b.data.to_vec()));
    }
    if let Some(b) = object.downcast::<ByteArray>() {
        return Ok(Some(b.with(|v| v.clone())));
    }
    match vm.type_of(object).slots.buffer.get() {
        Some(f) => Ok(Some(f(vm, object, false)?.bytes().to_vec())),
        None => Ok(None),
    }
}
