//! `round(x, ndigits)`, rounded correctly.

use dashu_int::IBig;

use crate::int_ops::arith::float_to_big;
use crate::int_ops::division::floor_divmod;
use crate::vm::{PyResult, Vm};

/// `x` rounded to a multiple of `10**-digits`, ties (of the exact binary value) to even.
pub fn round(vm: &Vm, x: f64, digits: i64) -> PyResult<f64> {
    if !x.is_finite() || x == 0.0 || digits > 323 {
        return Ok(x);
    }
    if digits < -308 {
        return Ok(0.0f64.copysign(x));
    }
    if digits >= 0 {
        let text = format!("{x:.*}", digits as usize);
        return Ok(text.parse().unwrap_or(x));
    }
    let unit = IBig::from(10).pow(digits.unsigned_abs() as usize);
    let magnitude = x.abs();
    let (mut q, r) = floor_divmod(&float_to_big(magnitude), &unit);
    let odd = q.as_sign_words().1.first().is_some_and(|w| w & 1 == 1);
    let up = match (r << 1usize).cmp(&unit) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => odd || magnitude.fract() != 0.0,
        std::cmp::Ordering::Less => false,
    };
    if up {
        q += 1;
    }
    let rounded: f64 = format!("{q}e{}", -digits).parse().unwrap_or(f64::INFINITY);
    if rounded.is_infinite() {
        return Err(vm.overflow_error("rounded value too large to represent"));
    }
    Ok(rounded.copysign(x))
}
