//! Division of integers: floor, remainder, and true division rounded correctly.

use dashu_int::ops::DivRem;
use dashu_int::{IBig, Sign, UBig};

use super::{big, bit_length, int_operands};
use crate::int::IntRef;
use crate::number_fast as fast;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// ZeroDivisionError "division by zero".
#[cold]
pub fn by_zero(vm: &Vm) -> Raised {
    vm.raise_str(&vm.exc.zero_division_error, "division by zero")
}

/// Quotient rounded down and remainder with the divisor's sign, which is not zero.
pub fn floor_divmod(x: &IBig, y: &IBig) -> (IBig, IBig) {
    let (q, r) = x.div_rem(y);
    if !r.is_zero() && r.sign() != y.sign() {
        (q - 1, r + y)
    } else {
        (q, r)
    }
}

/// `a // b`.
pub fn floordiv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_floordiv(vm, a, b) {
        return Ok(v);
    }
    let (x, y) = int_operands!(a, b);
    if y.is_zero() {
        return Err(by_zero(vm));
    }
    if let (IntRef::Small(x), IntRef::Small(y)) = (&x, &y) {
        return Ok(vm.new_int(fast::floor_div(*x, *y)));
    }
    big!(x = x);
    big!(y = y);
    Ok(vm.new_bigint(floor_divmod(x, y).0))
}

/// `a % b`.
pub fn rem(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::int_rem(vm, a, b) {
        return Ok(v);
    }
    let (x, y) = int_operands!(a, b);
    if y.is_zero() {
        return Err(by_zero(vm));
    }
    if let (IntRef::Small(x), IntRef::Small(y)) = (&x, &y) {
        return Ok(vm.new_int(fast::floor_rem(*x, *y)));
    }
    big!(x = x);
    big!(y = y);
    let r = x % y;
    Ok(vm.new_bigint(if !r.is_zero() && r.sign() != y.sign() {
        r + y
    } else {
        r
    }))
}

/// `divmod(a, b)`.
pub fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    let (x, y) = int_operands!(a, b);
    if y.is_zero() {
        return Err(by_zero(vm));
    }
    let (q, r) = match (&x, &y) {
        (IntRef::Small(x), IntRef::Small(y)) => (
            vm.new_int(fast::floor_div(*x, *y)),
            vm.new_int(fast::floor_rem(*x, *y)),
        ),
        _ => {
            big!(x = x);
            big!(y = y);
            let (q, r) = floor_divmod(x, y);
            (vm.new_bigint(q), vm.new_bigint(r))
        }
    };
    Ok(vm.new_tuple([q, r]).into_value())
}

/// `a / b`.
pub fn truediv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if let Some(v) = fast::truediv(vm, a, b) {
        return Ok(v);
    }
    let (x, y) = int_operands!(a, b);
    if y.is_zero() {
        return Err(by_zero(vm));
    }
    big!(x = x);
    big!(y = y);
    match ratio(x, y) {
        Some(q) => Ok(vm.new_float(q)),
        None => Err(vm.overflow_error("integer division result too large for a float")),
    }
}

/// The float nearest to `x / y`, ties to even; `None` if it is too large.
pub fn ratio(x: &IBig, y: &IBig) -> Option<f64> {
    let negative = (x.sign() == Sign::Negative) != (y.sign() == Sign::Negative);
    if x.is_zero() {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    // Scaled so that the quotient has 66 or 67 bits: enough for any rounding with a sticky bit.
    let shift = bit_length(x) as i64 - bit_length(y) as i64 - 66;
    if shift > 1100 {
        return None;
    }
    if shift < -1300 {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    let (x, y): (UBig, UBig) = (x.clone().into_parts().1, y.clone().into_parts().1);
    let (x, y) = if shift < 0 {
        (x << (-shift) as usize, y)
    } else {
        (x, y << shift as usize)
    };
    let (q, r) = x.div_rem(&y);
    let q = u128::try_from(q).unwrap_or(u128::MAX);
    scale(q, !r.is_zero(), shift).map(|x| if negative { -x } else { x })
}

/// The float nearest to `mantissa * 2**exponent`, ties to even, where `sticky`
/// says that the true value is a little larger; `None` if it is too large.
pub fn scale(mantissa: u128, sticky: bool, exponent: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let bits = 128 - i64::from(mantissa.leading_zeros());
    // The exponent of the last kept bit: 53 bits, fewer for subnormals.
    let last = (bits + exponent - 53).max(-1074);
    let drop = last - exponent;
    let kept = if drop <= 0 {
        mantissa << -drop
    } else if drop > 127 {
        0
    } else {
        let half = 1u128 << (drop - 1);
        let rest = mantissa & ((half << 1) - 1);
        let kept = mantissa >> drop;
        let up = rest > half || rest == half && (sticky || kept & 1 == 1);
        kept + u128::from(up)
    };
    // At most 2**53, so exact; powers of two keep it exact or subnormal-exact.
    let x = ldexp_exact(kept as f64, last);
    x.is_finite().then_some(x)
}

/// `x * 2**exponent` where the result is exact, zero or infinite.
fn ldexp_exact(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 && x.is_finite() {
        x *= 2f64.powi(1000);
        exponent -= 1000;
    }
    if exponent < -1000 {
        x *= 2f64.powi(-1000 + 60);
        exponent += 1000 - 60;
    }
    x * f64::from_bits((((exponent.clamp(-1022, 1023)) + 1023) as u64) << 52)
}
