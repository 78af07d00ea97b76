//! Sums, products, signs, comparison and hash of integers.

use std::cmp::Ordering;

use dashu_int::{IBig, Sign};

use super::{big, bit_length, int_operands, reserve_bits};
use crate::hash::{MODULUS, hash_i64};
use crate::int::IntRef;
use crate::number_fast as fast;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `a + b`.
pub fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_add(vm, a, b) {
        return Ok(v);
    }
    Ok(match int_operands!(a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => vm.new_int(x + y),
        (IntRef::Small(x), IntRef::Big(y)) => vm.new_bigint(y + x),
        (IntRef::Big(x), IntRef::Small(y)) => vm.new_bigint(x + y),
        (IntRef::Big(x), IntRef::Big(y)) => vm.new_bigint(x + y),
    })
}

/// `a - b`.
pub fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_sub(vm, a, b) {
        return Ok(v);
    }
    Ok(match int_operands!(a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => vm.new_int(x - y),
        (IntRef::Small(x), IntRef::Big(y)) => vm.new_bigint(IBig::from(x) - y),
        (IntRef::Big(x), IntRef::Small(y)) => vm.new_bigint(x - y),
        (IntRef::Big(x), IntRef::Big(y)) => vm.new_bigint(x - y),
    })
}

/// `a * b`.
pub fn mul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_mul(vm, a, b) {
        return Ok(v);
    }
    Ok(match int_operands!(a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => {
            vm.new_bigint(IBig::from(i128::from(x) * i128::from(y)))
        }
        (IntRef::Small(x), IntRef::Big(y)) => vm.new_bigint(y * x),
        (IntRef::Big(x), IntRef::Small(y)) => vm.new_bigint(x * y),
        (IntRef::Big(x), IntRef::Big(y)) => {
            reserve_bits(vm, bit_length(x) as u128 + bit_length(y) as u128)?;
            // The crate squares faster than it multiplies.
            vm.new_bigint(if std::ptr::eq(x, y) {
                x.sqr().into()
            } else {
                x * y
            })
        }
    })
}

/// The int value of an int, bool or instance of a subclass, as an exact int.
pub fn exact(vm: &Vm, a: &Value) -> PyResult {
    if a.as_small_int().is_some() {
        return Ok(a.clone());
    }
    Ok(match a.as_int() {
        Some(IntRef::Small(n)) => vm.new_int(n),
        Some(IntRef::Big(b)) => {
            if vm.type_of(a).is(&vm.types.int) {
                a.clone()
            } else {
                vm.new_bigint(b.clone())
            }
        }
        None => Value::NOT_IMPLEMENTED,
    })
}

/// `-a`.
pub fn neg(vm: &Vm, a: &Value) -> PyResult {
    Ok(match a.as_int() {
        Some(IntRef::Small(n)) => vm.new_int(-n),
        Some(IntRef::Big(b)) => vm.new_bigint(-b),
        None => Value::NOT_IMPLEMENTED,
    })
}

/// `abs(a)`.
pub fn abs(vm: &Vm, a: &Value) -> PyResult {
    match a.as_int() {
        Some(n) if n.is_negative() => neg(vm, a),
        _ => exact(vm, a),
    }
}

/// `~a`.
pub fn invert(vm: &Vm, a: &Value) -> PyResult {
    Ok(match a.as_int() {
        Some(IntRef::Small(n)) => vm.new_int(!n),
        Some(IntRef::Big(b)) => vm.new_bigint(!b),
        None => Value::NOT_IMPLEMENTED,
    })
}

/// The order of two integers.
pub fn cmp(a: &IntRef<'_>, b: &IntRef<'_>) -> Ordering {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => x.cmp(y),
        (IntRef::Small(x), IntRef::Big(y)) => IBig::from(*x).cmp(y),
        (IntRef::Big(x), IntRef::Small(y)) => (*x).cmp(&IBig::from(*y)),
        (IntRef::Big(x), IntRef::Big(y)) => x.cmp(y),
    }
}

/// `a op b` of integers.
pub fn richcompare(_: &Vm, a: &Value, b: &Value, op: CmpOp) -> PyResult {
    let (x, y) = int_operands!(a, b);
    Ok(Value::bool(op.holds(cmp(&x, &y))))
}

/// The exact order of an integer and a float; `None` for NaN.
pub fn cmp_float(a: &IntRef<'_>, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if let IntRef::Small(n) = a
        && n.unsigned_abs() <= 1 << 53
    {
        return (*n as f64).partial_cmp(&x);
    }
    if x.is_infinite() {
        return Some(if x > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    big!(n = a.reborrow());
    let whole = float_to_big(x);
    Some(match n.cmp(&whole) {
        // The integral parts are equal, so what lies behind the point decides.
        Ordering::Equal => 0.0f64.partial_cmp(&x.fract()).unwrap_or(Ordering::Equal),
        order => order,
    })
}

/// A finite float without its fraction.
pub fn float_to_big(x: f64) -> IBig {
    if x.abs() < 9e18 {
        return IBig::from(x as i64);
    }
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as usize;
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let n = IBig::from(mantissa) << (exponent - 1075);
    if x < 0.0 { -n } else { n }
}

/// `hash(a)`.
pub fn hash(_: &Vm, a: &Value) -> PyResult<i64> {
    Ok(match a.as_int() {
        Some(IntRef::Small(n)) => hash_i64(n),
        Some(IntRef::Big(b)) => hash_big(b),
        None => 0,
    })
}

/// Residue modulo 2**61 - 1 with the number's sign.
pub fn hash_big(b: &IBig) -> i64 {
    let (sign, words) = b.as_sign_words();
    let residue = words.iter().rev().fold(0u64, |r, w| {
        ((u128::from(r) << 64 | u128::from(*w)) % u128::from(MODULUS)) as u64
    });
    let h = if sign == Sign::Negative {
        -(residue as i64)
    } else {
        residue as i64
    };
    if h == -1 { -2 } else { h }
}

/// `bool(a)`.
pub fn truth(_: &Vm, a: &Value) -> PyResult<bool> {
    Ok(a.as_int().is_some_and(|n| !n.is_zero()))
}

/// `float(a)`.
pub fn to_float(vm: &Vm, a: &Value) -> PyResult {
    vm.as_f64(a).map(|x| vm.new_float(x))
}
