//! Integer arguments of C types.

use taipan_object::int::IntRef;
use taipan_object::{PyResult, Value, Vm};

/// `unsigned long`, with its messages.
///
/// # Errors
/// TypeError, OverflowError.
pub fn unsigned_long(vm: &Vm, value: &Value) -> PyResult<u64> {
    unsigned(vm, value, "unsigned long")
}

/// An unsigned 64-bit integer; `c_type` names it in the message.
///
/// # Errors
/// TypeError, OverflowError.
pub fn unsigned(vm: &Vm, value: &Value, c_type: &str) -> PyResult<u64> {
    let index = vm.index(value)?;
    let number = match index.as_int() {
        Some(IntRef::Small(n)) => u64::try_from(n).ok(),
        Some(IntRef::Big(n)) if *n < dashu_int::IBig::ZERO => None,
        Some(IntRef::Big(n)) => match u64::try_from(n) {
            Ok(n) => Some(n),
            Err(_) => {
                return Err(
                    vm.overflow_error(format!("Python int too large to convert to C {c_type}"))
                );
            }
        },
        None => None,
    };
    number.ok_or_else(|| vm.overflow_error("can't convert negative value to unsigned int"))
}

/// The low 32 bits of an integer.
///
/// # Errors
/// TypeError.
pub fn low_32(vm: &Vm, value: &Value) -> PyResult<u32> {
    let index = vm.index(value)?;
    Ok(match index.as_int() {
        Some(IntRef::Small(n)) => n as u32,
        Some(IntRef::Big(n)) => {
            let (sign, magnitude) = n.clone().into_parts();
            let bytes = magnitude.to_le_bytes();
            let mut word = [0; 4];
            let known = bytes.len().min(4);
            word[..known].copy_from_slice(&bytes[..known]);
            let low = u32::from_le_bytes(word);
            if sign == dashu_int::Sign::Negative {
                low.wrapping_neg()
            } else {
                low
            }
        }
        None => 0,
    })
}
