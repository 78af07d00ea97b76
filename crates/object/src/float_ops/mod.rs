//! What `float` can do.

pub mod class;
pub mod format;
pub mod hex;
pub mod parse;
pub mod round;

use crate::hash::{MODULUS, hash_i64};
use crate::int_ops::arith::cmp_float;
use crate::int_ops::division::by_zero;
use crate::number_fast as fast;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// Quotient rounded down and remainder with the divisor's sign; `y` is not zero.
pub fn floor_divmod(x: f64, y: f64) -> (f64, f64) {
    let mut rem = x % y;
    let mut quotient = (x - rem) / y;
    if rem != 0.0 {
        if (y < 0.0) != (rem < 0.0) {
            rem += y;
            quotient -= 1.0;
        }
    } else {
        rem = 0.0f64.copysign(y);
    }
    if quotient == 0.0 {
        return (0.0f64.copysign(x / y), rem);
    }
    let floor = quotient.floor();
    (
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        },
        rem,
    )
}

/// Remainder with the divisor's sign; `y` is not zero.
#[inline]
pub fn floor_rem(x: f64, y: f64) -> f64 {
    let rem = x % y;
    if rem == 0.0 {
        0.0f64.copysign(y)
    } else if (y < 0.0) != (rem < 0.0) {
        rem + y
    } else {
        rem
    }
}

/// An operand of float arithmetic: a float or an integer. `None` for others.
#[inline]
fn operand(vm: &Vm, v: &Value) -> PyResult<Option<f64>> {
    if let Some(x) = v.as_float() {
        return Ok(Some(x));
    }
    if v.as_int().is_some() {
        vm.as_f64(v).map(Some)
    } else {
        Ok(None)
    }
}

/// Both operands as floats, or NotImplemented from the calling function.
macro_rules! operands {
    ($vm:expr, $a:expr, $b:expr) => {
        match (operand($vm, $a)?, operand($vm, $b)?) {
            (Some(x), Some(y)) => (x, y),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        }
    };
}

macro_rules! arithmetic {
    ($($name:ident $op:tt $text:literal;)*) => { $(
        #[doc = concat!("`a ", $text, " b`.")]
        pub fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult {
            if let (Some(x), Some(y)) = (a.as_small_float(), b.as_small_float()) {
                return Ok(vm.new_float(x $op y));
            }
            let (x, y) = operands!(vm, a, b);
            Ok(vm.new_float(x $op y))
        }
    )* };
}
arithmetic! {
    add + "+";
    sub - "-";
    mul * "*";
}

/// `a / b`.
pub fn truediv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    let (x, y) = operands!(vm, a, b);
    if y == 0.0 {
        Err(by_zero(vm))
    } else {
        Ok(vm.new_float(x / y))
    }
}
/// `a // b`.
pub fn floordiv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    let (x, y) = operands!(vm, a, b);
    if y == 0.0 {
        Err(by_zero(vm))
    } else {
        Ok(vm.new_float(floor_divmod(x, y).0))
    }
}
/// `a % b`.
pub fn rem(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    let (x, y) = operands!(vm, a, b);
    if y == 0.0 {
        Err(by_zero(vm))
    } else {
        Ok(vm.new_float(floor_rem(x, y)))
    }
}
/// `divmod(a, b)`.
pub fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    let (x, y) = operands!(vm, a, b);
    if y == 0.0 {
        return Err(by_zero(vm));
    }
    let (q, r) = floor_divmod(x, y);
    Ok(vm
        .new_tuple([vm.new_float(q), vm.new_float(r)])
        .into_value())
}
/// `pow(a, b, c)`, where `c` must be None.
pub fn pow(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult {
    if !c.is_none() {
        return Err(
            vm.type_error("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    let (x, y) = operands!(vm, a, b);
    power(vm, x, y)
}

/// OverflowError as the C library's ERANGE gives it.
#[cold]
pub fn out_of_range(vm: &Vm) -> Raised {
    let args = [
        vm.new_int(34),
        vm.new_str("Numerical result out of range").into_value(),
    ];
    crate::exceptions::raise_new(vm, &vm.exc.overflow_error, &args)
}

/// `x ** y`; complex for fractional powers of negative numbers.
pub fn power(vm: &Vm, x: f64, y: f64) -> PyResult {
    if x == 0.0 && y < 0.0 && y.is_finite() {
        return Err(vm.raise_str(&vm.exc.zero_division_error, "zero to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
        return crate::complex_ops::power(vm, (x, 0.0), (y, 0.0));
    }
    // IEEE 754's special cases are Python's.
    let r = x.powf(y);
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(out_of_range(vm));
    }
    Ok(vm.new_float(r))
}

/// `a op b` of floats, and of a float and an integer, exactly.
pub fn richcompare(_: &Vm, a: &Value, b: &Value, op: CmpOp) -> PyResult {
    let Some(x) = a.as_float() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if let Some(y) = b.as_float() {
        return Ok(Value::bool(fast::compare_floats(x, y, op)));
    }
    let Some(n) = b.as_int() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(match cmp_float(&n, x) {
        Some(order) => op.holds(order.reverse()),
        None => op == CmpOp::Ne,
    }))
}

/// The hash of a float; that of a NaN is its object's.
pub fn hash_float(x: f64, object: &Value) -> i64 {
    if x.is_nan() {
        return match object.id().rotate_right(4) as i64 {
            -1 => -2,
            h => h,
        };
    }
    if x.is_infinite() {
        return if x > 0.0 { 314_159 } else { -314_159 };
    }
    if x == x.trunc() && x.abs() < 9e18 {
        return hash_i64(x as i64);
    }
    // 2**61 is 1 modulo the prime, so a power of two is a rotation of 61 bits.
    let bits = x.abs().to_bits();
    let raw = (bits >> 52) as i64;
    let (mantissa, exponent) = if raw == 0 {
        (bits, -1074)
    } else {
        (bits & ((1 << 52) - 1) | 1 << 52, raw - 1075)
    };
    let by = exponent.rem_euclid(61) as u32;
    let residue = ((u128::from(mantissa) << by) % u128::from(MODULUS)) as i64;
    match if x < 0.0 { -residue } else { residue } {
        -1 => -2,
        h => h,
    }
}

/// `hash(a)`.
pub fn hash(_: &Vm, a: &Value) -> PyResult<i64> {
    Ok(hash_float(a.as_float().unwrap_or(0.0), a))
}

/// A float as an integer, without its fraction.
///
/// # Errors
/// OverflowError for infinities, ValueError for NaN.
pub fn to_int(vm: &Vm, x: f64) -> PyResult {
    if x.abs() < 4e18 {
        return Ok(vm.new_int(x as i64));
    }
    if x.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(vm.overflow_error("cannot convert float infinity to integer"));
    }
    Ok(vm.new_bigint(crate::int_ops::arith::float_to_big(x)))
}
