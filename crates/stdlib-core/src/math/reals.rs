//! `math`: functions of real numbers.

use taipan_macros::pymodule;

/// Functions of floats.
#[pymodule(partial, name = "math")]
pub mod functions {
    use taipan_object::int::IntRef;
    use taipan_object::{PyResult, Raised, Value, Vm};

    use crate::math::gamma::{self, Failure};
    use crate::math::libm;

    /// ValueError "expected …, got x".
    #[cold]
    fn domain(vm: &Vm, expected: &str, x: f64) -> Raised {
        match vm.repr(&vm.new_float(x)) {
            Ok(text) => vm.value_error(format!("expected {expected}, got {text}")),
            Err(e) => e,
        }
    }
    #[cold]
    fn range_error(vm: &Vm) -> Raised {
        vm.overflow_error("math range error")
    }
    #[cold]
    fn domain_error(vm: &Vm) -> Raised {
        vm.value_error("math domain error")
    }

    /// Errors for a result that is NaN or infinite although the argument was not.
    #[inline]
    fn checked(vm: &Vm, x: f64, r: f64, can_overflow: bool, expected: &str) -> PyResult<f64> {
        if r.is_nan() && !x.is_nan() {
            return Err(domain(vm, expected, x));
        }
        if r.is_infinite() && x.is_finite() {
            return Err(if can_overflow {
                range_error(vm)
            } else {
                domain(vm, expected, x)
            });
        }
        Ok(r)
    }

    /// The arc cosine in radians, between 0 and pi.
    #[pyfunction("(x, /)")]
    fn acos(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(
            vm,
            x,
            libm::acos(x),
            false,
            "a number in range from -1 up to 1",
        )
    }
    /// The inverse hyperbolic cosine.
    #[pyfunction("(x, /)")]
    fn acosh(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(
            vm,
            x,
            libm::acosh(x),
            false,
            "argument value not less than 1",
        )
    }
    /// The arc sine in radians, between -pi/2 and pi/2.
    #[pyfunction("(x, /)")]
    fn asin(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(
            vm,
            x,
            libm::asin(x),
            false,
            "a number in range from -1 up to 1",
        )
    }
    /// The inverse hyperbolic tangent.
    #[pyfunction("(x, /)")]
    fn atanh(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::atanh(x), false, "a number between -1 and 1")
    }
    /// The cosine of x radians.
    #[pyfunction("(x, /)")]
    fn cos(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::cos(x), false, "a finite input")
    }
    /// The hyperbolic cosine.
    #[pyfunction("(x, /)")]
    fn cosh(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::cosh(x), true, "")
    }
    /// e raised to the power x.
    #[pyfunction("(x, /)")]
    fn exp(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::exp(x), true, "")
    }
    /// 2 raised to the power x.
    #[pyfunction("(x, /)")]
    fn exp2(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::exp2(x), true, "")
    }
    /// exp(x) - 1, exact for small x.
    #[pyfunction("(x, /)")]
    fn expm1(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::expm1(x), true, "")
    }
    /// The natural logarithm of 1 + x, exact for small x.
    #[pyfunction("(x, /)")]
    fn log1p(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::log1p(x), false, "argument value > -1")
    }
    /// The sine of x radians.
    #[pyfunction("(x, /)")]
    fn sin(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::sin(x), false, "a finite input")
    }
    /// The hyperbolic sine.
    #[pyfunction("(x, /)")]
    fn sinh(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::sinh(x), true, "")
    }
    /// The square root.
    #[pyfunction("(x, /)")]
    fn sqrt(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::sqrt(x), false, "a nonnegative input")
    }
    /// The tangent of x radians.
    #[pyfunction("(x, /)")]
    fn tan(vm: &Vm, x: f64) -> PyResult<f64> {
        checked(vm, x, libm::tan(x), false, "a finite input")
    }
    /// The inverse hyperbolic sine.
    #[pyfunction("(x, /)")]
    fn asinh(x: f64) -> f64 {
        libm::asinh(x)
    }
    /// The arc tangent in radians, between -pi/2 and pi/2.
    #[pyfunction("(x, /)")]
    fn atan(x: f64) -> f64 {
        libm::atan(x)
    }
    /// The cube root.
    #[pyfunction("(x, /)")]
    fn cbrt(x: f64) -> f64 {
        libm::cbrt(x)
    }
    /// The error function.
    #[pyfunction("(x, /)")]
    fn erf(x: f64) -> f64 {
        libm::erf(x)
    }
    /// The complementary error function.
    #[pyfunction("(x, /)")]
    fn erfc(x: f64) -> f64 {
        libm::erfc(x)
    }
    /// The hyperbolic tangent.
    #[pyfunction("(x, /)")]
    fn tanh(x: f64) -> f64 {
        libm::tanh(x)
    }
    /// The absolute value, as a float.
    #[pyfunction("(x, /)")]
    fn fabs(x: f64) -> f64 {
        x.abs()
    }
    /// The gamma function.
    #[pyfunction("(x, /)", name = "gamma")]
    fn gamma_(vm: &Vm, x: f64) -> PyResult<f64> {
        gamma_result(vm, x, gamma::gamma(x))
    }
    /// The natural logarithm of the absolute value of the gamma function.
    #[pyfunction("(x, /)")]
    fn lgamma(vm: &Vm, x: f64) -> PyResult<f64> {
        gamma_result(vm, x, gamma::lgamma(x))
    }
    fn gamma_result(vm: &Vm, x: f64, result: Result<f64, Failure>) -> PyResult<f64> {
        result.map_err(|failure| match failure {
            Failure::Domain => domain(vm, "a noninteger or positive integer", x),
            Failure::Range => range_error(vm),
        })
    }

    // ---- logarithms

    fn log_of_float(vm: &Vm, x: f64, log: fn(f64) -> f64) -> PyResult<f64> {
        if x.is_nan() || x > 0.0 {
            Ok(log(x))
        } else {
            Err(domain(vm, "a positive input", x))
        }
    }
    /// A logarithm; ints may be larger than any float.
    fn log_of(vm: &Vm, x: &Value, log: fn(f64) -> f64) -> PyResult<f64> {
        let Some(n) = x.as_int() else {
            return log_of_float(vm, vm.as_f64(x)?, log);
        };
        let positive = match &n {
            IntRef::Small(n) => *n > 0,
            IntRef::Big(b) => **b > dashu_int::IBig::ZERO,
        };
        if !positive {
            return Err(vm.value_error("expected a positive input"));
        }
        match n {
            IntRef::Small(n) => Ok(log(n as f64)),
            IntRef::Big(b) => {
                let near = b.to_f64().value();
                if near.is_finite() {
                    return Ok(log(near));
                }
                let (mantissa, exponent) = crate::math::integers::frexp_big(b);
                Ok(log(mantissa) + log(2.0) * exponent as f64)
            }
        }
    }
    /// The logarithm of x to the given base; the natural one without a base.
    #[pyfunction("(x, base=<unset>, /)")]
    fn log(vm: &Vm, x: &Value, base: Option<&Value>) -> PyResult<Value> {
        let numerator = log_of(vm, x, libm::log)?;
        let Some(base) = base else {
            return Ok(vm.new_float(numerator));
        };
        let denominator = log_of(vm, base, libm::log)?;
        if denominator == 0.0 {
            return Err(vm.raise_str(&vm.exc.zero_division_error, "division by zero"));
        }
        Ok(vm.new_float(numerator / denominator))
    }
    /// The logarithm to base 2.
    #[pyfunction("(x, /)")]
    fn log2(vm: &Vm, x: &Value) -> PyResult<f64> {
        log_of(vm, x, libm::log2)
    }
    /// The logarithm to base 10.
    #[pyfunction("(x, /)")]
    fn log10(vm: &Vm, x: &Value) -> PyResult<f64> {
        log_of(vm, x, libm::log10)
    }

    // ---- two arguments

    /// The arc tangent of y/x in radians, with the quadrant of the point.
    #[pyfunction("(y, x, /)")]
    fn atan2(y: f64, x: f64) -> f64 {
        libm::atan2(y, x)
    }
    /// The magnitude of x with the sign of y.
    #[pyfunction("(x, y, /)")]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }
    /// The C library's fmod: the result has the sign of x.
    #[pyfunction("(x, y, /)")]
    fn fmod(vm: &Vm, x: f64, y: f64) -> PyResult<f64> {
        if y.is_infinite() && x.is_finite() {
            return Ok(x);
        }
        let r = libm::fmod(x, y);
        if r.is_nan() && !x.is_nan() && !y.is_nan() {
            Err(domain_error(vm))
        } else {
            Ok(r)
        }
    }
    /// The difference of x and the multiple of y that is nearest (IEEE 754).
    #[pyfunction("(x, y, /)")]
    fn remainder(vm: &Vm, x: f64, y: f64) -> PyResult<f64> {
        if x.is_nan() || y.is_nan() {
            return Ok(if x.is_nan() { x } else { y });
        }
        if x.is_infinite() || y == 0.0 {
            return Err(domain_error(vm));
        }
        Ok(if y.is_infinite() {
            x
        } else {
            libm::remainder(x, y)
        })
    }
    /// x raised to the power y.
    #[pyfunction("(x, y, /)")]
    fn pow(vm: &Vm, x: f64, y: f64) -> PyResult<f64> {
        if !x.is_finite() || !y.is_finite() {
            return Ok(pow_special(x, y));
        }
        let r = libm::pow(x, y);
        if r.is_nan() || r.is_infinite() && x == 0.0 {
            return Err(domain_error(vm));
        }
        if r.is_infinite() {
            Err(range_error(vm))
        } else {
            Ok(r)
        }
    }
    fn pow_special(x: f64, y: f64) -> f64 {
        if x.is_nan() {
            return if y == 0.0 { 1.0 } else { x };
        }
        if y.is_nan() {
            return if x == 1.0 { 1.0 } else { y };
        }
        if x.is_infinite() {
            let odd = y.is_finite() && libm::fmod(y.abs(), 2.0) == 1.0;
            return match (y > 0.0, y == 0.0) {
                (true, _) => {
                    if odd {
                        x
                    } else {
                        x.abs()
                    }
                }
                (_, true) => 1.0,
                _ => {
                    if odd {
                        0f64.copysign(x)
                    } else {
                        0.0
                    }
                }
            };
        }
        if x.abs() == 1.0 {
            1.0
        } else if y > 0.0 && x.abs() > 1.0 {
            y
        } else if y < 0.0 && x.abs() < 1.0 {
            -y
        } else {
            0.0
        }
    }
    /// x * (2**i), rounded once.
    #[pyfunction("(x, i, /)")]
    fn ldexp(vm: &Vm, x: f64, i: &Value) -> PyResult<f64> {
        let Some(n) = i.as_int() else {
            return Err(vm.type_error("Expected an int as second argument to ldexp."));
        };
        if x == 0.0 || !x.is_finite() {
            return Ok(x);
        }
        let exponent = match n {
            IntRef::Small(n) => n.clamp(-(1 << 20), 1 << 20) as i32,
            IntRef::Big(b) => {
                if *b < dashu_int::IBig::ZERO {
                    -(1 << 20)
                } else {
                    1 << 20
                }
            }
        };
        let r = libm::ldexp(x, exponent);
        if r.is_infinite() {
            Err(range_error(vm))
        } else {
            Ok(r)
        }
    }
    /// (m, e) with x == m * 2**e and 0.5 <= abs(m) < 1.
    #[pyfunction("(x, /)")]
    fn frexp(vm: &Vm, x: f64) -> Value {
        let (mantissa, exponent) = libm::frexp(x);
        vm.new_tuple([vm.new_float(mantissa), vm.new_int(i64::from(exponent))])
            .into_value()
    }
    /// The fractional and the integral part, both with the sign of x.
    #[pyfunction("(x, /)")]
    fn modf(vm: &Vm, x: f64) -> Value {
        let (fraction, whole) = if x.is_infinite() {
            (0f64.copysign(x), x)
        } else {
            ((x - x.trunc()).copysign(x), x.trunc())
        };
        vm.new_tuple([vm.new_float(fraction), vm.new_float(whole)])
            .into_value()
    }
    /// x * y + z, rounded once.
    #[pyfunction("(x, y, z, /)")]
    fn fma(vm: &Vm, x: f64, y: f64, z: f64) -> PyResult<f64> {
        let r = libm::fma(x, y, z);
        if r.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
            return Err(vm.value_error("invalid operation in fma"));
        }
        if r.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
            return Err(vm.overflow_error("overflow in fma"));
        }
        Ok(r)
    }

    // ---- angles, classification

    /// Radians as degrees.
    #[pyfunction("(x, /)")]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / std::f64::consts::PI)
    }
    /// Degrees as radians.
    #[pyfunction("(x, /)")]
    fn radians(x: f64) -> f64 {
        x * (std::f64::consts::PI / 180.0)
    }
    /// Whether x is neither infinite nor NaN.
    #[pyfunction("(x, /)")]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }
    /// Whether x is infinite.
    #[pyfunction("(x, /)")]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }
    /// Whether x is NaN.
    #[pyfunction("(x, /)")]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }
    /// Whether two numbers are close to each other.
    #[pyfunction("(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(vm: &Vm, a: f64, b: f64, rel_tol: f64, abs_tol: f64) -> PyResult<bool> {
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(vm.value_error("tolerances must be non-negative"));
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let difference = (b - a).abs();
        Ok(difference <= (rel_tol * b).abs()
            || difference <= (rel_tol * a).abs()
            || difference <= abs_tol)
    }

    // ---- neighbours

    /// The number that lies steps floats from x towards y.
    #[pyfunction("(x, y, /, *, steps=None)")]
    fn nextafter(vm: &Vm, x: f64, y: f64, steps: &Value) -> PyResult<f64> {
        if steps.is_none() {
            return Ok(libm::nextafter(x, y));
        }
        let steps = vm.index(steps)?;
        let steps = match steps.as_int() {
            Some(IntRef::Small(n)) => u64::try_from(n).ok(),
            Some(IntRef::Big(b)) if *b > dashu_int::IBig::ZERO => {
                Some(u64::try_from(b).unwrap_or(u64::MAX))
            }
            _ => None,
        };
        match steps {
            None => Err(vm.value_error("steps must be a non-negative integer")),
            Some(0) => Ok(x),
            Some(n) => Ok(walk(x, y, n)),
        }
    }
    /// `n` floats from `x` towards `y`, which is not passed.
    fn walk(x: f64, y: f64, n: u64) -> f64 {
        if x.is_nan() || y.is_nan() {
            return if x.is_nan() { x } else { y };
        }
        if x == y {
            return y;
        }
        const SIGN: u64 = 1 << 63;
        let (from, to) = (x.to_bits(), y.to_bits());
        let (below, target) = (from & !SIGN, to & !SIGN);
        if (from ^ to) & SIGN != 0 {
            // The way leads through zero.
            return match n {
                _ if below.saturating_add(target) <= n => y,
                _ if n < below => f64::from_bits(from - n),
                _ => f64::from_bits(to & SIGN | (n - below)),
            };
        }
        if below > target {
            if below - target <= n {
                y
            } else {
                f64::from_bits(from - n)
            }
        } else if target - below <= n {
            y
        } else {
            f64::from_bits(from + n)
        }
    }
    /// The value of the last bit of x.
    #[pyfunction("(x, /)")]
    fn ulp(x: f64) -> f64 {
        let x = x.abs();
        if !x.is_finite() {
            return x;
        }
        let up = x.next_up();
        if up.is_infinite() {
            x - x.next_down()
        } else {
            up - x
        }
    }
}
