//! Shifts and bitwise operations of integers.

use dashu_int::{IBig, Sign};

use super::{big, int_operands, reserve_bits};
use crate::int::IntRef;
use crate::number_fast as fast;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `a << b`.
pub fn lshift(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_lshift(a, b) {
        return Ok(v);
    }
    let (x, y) = int_operands!(a, b);
    if y.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    if x.is_zero() {
        return Ok(vm.new_int(0));
    }
    let Some(count) = y.to_i64() else {
        return Err(vm.overflow_error("too many digits in integer"));
    };
    reserve_bits(vm, x.bit_length() as u128 + count as u128)?;
    big!(x = x);
    Ok(vm.new_bigint(x << count as usize))
}

/// `a >> b`, rounding down.
pub fn rshift(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_rshift(a, b) {
        return Ok(v);
    }
    let (x, y) = int_operands!(a, b);
    if y.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    let beyond = vm.new_int(if x.is_negative() { -1 } else { 0 });
    match y.to_i64() {
        Some(count) if (count as usize) < x.bit_length() => {
            big!(x = x);
            Ok(vm.new_bigint(x >> count as usize))
        }
        _ => Ok(beyond),
    }
}

macro_rules! bitwise {
    ($($name:ident $fast:ident $op:tt $text:literal;)*) => { $(
        #[doc = concat!("`a ", $text, " b`.")]
        pub fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult {
            if let Some(v) = fast::$fast(a, b) {
                return Ok(v);
            }
            let (x, y) = int_operands!(a, b);
            if let (IntRef::Small(x), IntRef::Small(y)) = (&x, &y) {
                return Ok(vm.new_int(x $op y));
            }
            big!(x = x);
            big!(y = y);
            Ok(vm.new_bigint(x $op y))
        }
    )* };
}
bitwise! {
    and int_and & "&";
    or int_or | "|";
    xor int_xor ^ "^";
}

/// One bits of the absolute value.
pub fn bit_count(n: &IntRef<'_>) -> u64 {
    match n {
        IntRef::Small(n) => u64::from(n.unsigned_abs().count_ones()),
        IntRef::Big(b) => b
            .as_sign_words()
            .1
            .iter()
            .map(|w| u64::from(w.count_ones()))
            .sum(),
    }
}

/// The absolute value's bits above `shift`, whether a lower one is set, and the sign.
pub fn top_bits(b: &IBig, shift: usize) -> (IBig, bool, Sign) {
    let (sign, magnitude) = b.clone().into_parts();
    let lost = magnitude.trailing_zeros().is_some_and(|z| z < shift);
    (IBig::from(magnitude >> shift), lost, sign)
}
