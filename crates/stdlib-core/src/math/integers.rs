//! `math`: functions of integers.

use dashu_int::ops::Gcd;
use dashu_int::{IBig, Sign, UBig};
use taipan_macros::pymodule;

/// Mantissa in [0.5, 1) and exponent of a big integer.
pub fn frexp_big(n: &IBig) -> (f64, usize) {
    let magnitude: UBig = n.clone().into_parts().1;
    let bits = dashu_int::ops::BitTest::bit_len(&magnitude);
    let shift = bits.saturating_sub(64);
    let mut top: UBig = &magnitude >> shift;
    // A bit that was shifted out decides halfway cases.
    if shift > 0 && (&top << shift) != magnitude {
        top |= UBig::ONE;
    }
    let (mantissa, exponent) = super::libm::frexp(top.to_f64().value());
    (mantissa, exponent as usize + shift)
}

/// `low * (low + step) * …` up to `high`, all below it, by halves.
fn product_range(low: u64, high: u64) -> UBig {
    if high <= low {
        return UBig::ONE;
    }
    if high - low <= 8 {
        let mut product = UBig::ONE;
        let mut part = 1u64;
        for n in low..high {
            match part.checked_mul(n) {
                Some(p) => part = p,
                None => {
                    product *= part;
                    part = n;
                }
            }
        }
        return product * part;
    }
    let middle = low + (high - low) / 2;
    product_range(low, middle) * product_range(middle, high)
}

/// `n!`.
pub fn factorial(n: u64) -> UBig {
    product_range(2, n.saturating_add(1))
}

/// `n * (n - 1) * …`, `k` factors.
pub fn falling(n: &IBig, k: u64) -> IBig {
    if let Ok(small) = u64::try_from(n) {
        return IBig::from(product_range(small - k + 1, small.saturating_add(1)));
    }
    match k {
        0 => IBig::ONE,
        1 => n.clone(),
        _ => {
            let half = k / 2;
            falling(n, half) * falling(&(n - IBig::from(half)), k - half)
        }
    }
}

/// Binomial coefficient, for 0 ≤ k ≤ n.
pub fn binomial(n: &IBig, k: u64) -> IBig {
    match k {
        0 => IBig::ONE,
        1 => n.clone(),
        _ => {
            // C(n, k) = C(n, j) * C(n - j, k - j) / C(k, j), with numbers of like size.
            if k <= 20 {
                return falling(n, k) / IBig::from(factorial(k));
            }
            let j = k / 2;
            binomial(n, j) * binomial(&(n - IBig::from(j)), k - j) / binomial(&IBig::from(k), j)
        }
    }
}

/// Functions of integers.
#[pymodule(partial, name = "math")]
pub mod functions {
    use taipan_object::{PyResult, Value, Vm};

    use super::*;

    fn index(vm: &Vm, value: &Value) -> PyResult<IBig> {
        let n = vm.index(value)?;
        Ok(n.as_int().map_or(IBig::ZERO, |n| n.to_ibig()))
    }

    /// The greatest common divisor.
    #[pyfunction("(*integers)")]
    fn gcd(vm: &Vm, integers: &[Value]) -> PyResult<Value> {
        let mut big = IBig::ZERO;
        let mut small = 0u64;
        for value in integers {
            if let Some(n) = value.as_small_int() {
                small = small_gcd(small, n.unsigned_abs());
                continue;
            }
            let n = IBig::from(index(vm, value)?.into_parts().1);
            big = if big == IBig::ZERO {
                n
            } else if n == IBig::ZERO {
                big
            } else {
                IBig::from(big.gcd(n))
            };
        }
        if big == IBig::ZERO {
            return Ok(vm.new_uint(small));
        }
        if small == 0 {
            return Ok(vm.new_bigint(big));
        }
        Ok(vm.new_bigint(IBig::from(big.gcd(IBig::from(small)))))
    }
    fn small_gcd(mut a: u64, mut b: u64) -> u64 {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    }

    /// The least common multiple.
    #[pyfunction("(*integers)")]
    fn lcm(vm: &Vm, integers: &[Value]) -> PyResult<Value> {
        let mut all = IBig::ONE;
        for value in integers {
            let n = IBig::from(index(vm, value)?.into_parts().1);
            if all == IBig::ZERO || n == IBig::ZERO {
                all = IBig::ZERO;
                continue;
            }
            let divisor = IBig::from((&all).gcd(&n));
            all = all / divisor * n;
        }
        Ok(vm.new_bigint(all))
    }

    /// n!.
    #[pyfunction("(n, /)", name = "factorial")]
    fn factorial_(vm: &Vm, n: &Value) -> PyResult<Value> {
        let n = index(vm, n)?;
        if n < IBig::ZERO {
            return Err(vm.value_error("factorial() not defined for negative values"));
        }
        match i64::try_from(&n) {
            Ok(n) => Ok(vm.new_bigint(IBig::from(factorial(n as u64)))),
            Err(_) => Err(vm.overflow_error(format!(
                "factorial() argument should not exceed {}",
                i64::MAX
            ))),
        }
    }

    /// The number of ways to choose k of n items, without repetition and with order.
    #[pyfunction("(n, k=None, /)")]
    fn perm(vm: &Vm, n: &Value, k: &Value) -> PyResult<Value> {
        if k.is_none() {
            return factorial_(vm, n);
        }
        let (n, k) = (index(vm, n)?, index(vm, k)?);
        check_signs(vm, &n, &k)?;
        if n < k {
            return Ok(vm.new_int(0));
        }
        match i64::try_from(&k) {
            Ok(k) => Ok(vm.new_bigint(falling(&n, k as u64))),
            Err(_) => Err(vm.overflow_error(format!("k must not exceed {}", i64::MAX))),
        }
    }
    fn check_signs(vm: &Vm, n: &IBig, k: &IBig) -> PyResult<()> {
        if *n < IBig::ZERO {
            return Err(vm.value_error("n must be a non-negative integer"));
        }
        if *k < IBig::ZERO {
            return Err(vm.value_error("k must be a non-negative integer"));
        }
        Ok(())
    }

    /// The number of ways to choose k of n items, without repetition and without order.
    #[pyfunction("(n, k, /)")]
    fn comb(vm: &Vm, n: &Value, k: &Value) -> PyResult<Value> {
        let (n, k) = (index(vm, n)?, index(vm, k)?);
        check_signs(vm, &n, &k)?;
        let rest = &n - &k;
        if rest < IBig::ZERO {
            return Ok(vm.new_int(0));
        }
        let k = if rest < k { rest } else { k };
        match i64::try_from(&k) {
            Ok(k) => Ok(vm.new_bigint(binomial(&n, k as u64))),
            Err(_) => Err(vm.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX))),
        }
    }

    /// The integer part of the square root.
    #[pyfunction("(n, /)")]
    fn isqrt(vm: &Vm, n: &Value) -> PyResult<Value> {
        let (sign, magnitude) = index(vm, n)?.into_parts();
        if sign == Sign::Negative && magnitude != UBig::ZERO {
            return Err(vm.value_error("isqrt() argument must be nonnegative"));
        }
        Ok(vm.new_bigint(IBig::from(dashu_int::ops::SquareRoot::sqrt(&magnitude))))
    }
}
