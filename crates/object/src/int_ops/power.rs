//! Powers of integers, with and without a modulus.

use dashu_int::fast_div::ConstDivisor;
use dashu_int::{IBig, Sign, UBig};

use super::{big, bit_length, int_operands, reserve_bits};
use crate::int::IntRef;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `pow(a, b, c)`; no modulus if `c` is None.
pub fn pow(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult {
    let (x, y) = int_operands!(a, b);
    if !c.is_none() {
        let Some(m) = c.as_int() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        big!(x = x);
        big!(y = y);
        big!(m = m);
        return pow_mod(vm, x, y, m);
    }
    if y.is_negative() {
        let (x, y) = (vm.as_f64(a)?, vm.as_f64(b)?);
        return crate::float_ops::power(vm, x, y);
    }
    plain(vm, x, y)
}

fn plain(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if let (IntRef::Small(x), IntRef::Small(y @ 0..64)) = (&x, &y)
        && let Some(n) = x.checked_pow(*y as u32)
    {
        return Ok(vm.new_int(n));
    }
    // 0, 1 and -1 have powers of any size.
    if x.bit_length() <= 1 {
        let odd = match &y {
            IntRef::Small(n) => n & 1 == 1,
            IntRef::Big(b) => b.as_sign_words().1.first().is_some_and(|w| w & 1 == 1),
        };
        return Ok(vm.new_int(match (x.is_zero(), x.is_negative(), odd) {
            (true, ..) => i64::from(y.is_zero()),
            (_, true, true) => -1,
            _ => 1,
        }));
    }
    let Some(exponent) = y.to_i64() else {
        return Err(vm.memory_error());
    };
    reserve_bits(
        vm,
        (x.bit_length() as u128).saturating_mul(exponent as u128),
    )?;
    big!(x = x);
    Ok(vm.new_bigint(x.pow(exponent as usize)))
}

fn pow_mod(vm: &Vm, x: &IBig, y: &IBig, m: &IBig) -> PyResult {
    if m.is_zero() {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    let (sign, modulus) = m.clone().into_parts();
    let negative = sign == Sign::Negative;
    if modulus.is_one() {
        return Ok(vm.new_int(0));
    }
    let ring = ConstDivisor::new(modulus.clone());
    let mut base = ring.reduce(x.clone());
    if y.sign() == Sign::Negative {
        match base.inv() {
            Some(inverse) => base = inverse,
            None => return Err(vm.value_error("base is not invertible for the given modulus")),
        }
    }
    let exponent: UBig = y.clone().into_parts().1;
    debug_assert!(bit_length(m) > 0);
    let residue = IBig::from(base.pow(&exponent).residue());
    Ok(vm.new_bigint(if negative && !residue.is_zero() {
        residue + m
    } else {
        residue
    }))
}
