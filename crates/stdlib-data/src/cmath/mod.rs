//! The module `cmath`: functions of complex numbers.

mod functions;
mod hyperbolic;
mod tables;

use taipan_macros::pymodule;
use taipan_object::native::FromArg;
use taipan_object::{PyResult, Value, Vm};

pub use module::MODULE;

/// A complex number.
#[derive(Clone, Copy, Debug)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

pub const fn complex(re: f64, im: f64) -> Complex {
    Complex { re, im }
}

/// Why a function has no result.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    Domain,
    Range,
}

pub type Outcome = Result<Complex, Failure>;

impl<'a> FromArg<'a> for Complex {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Complex> {
        match taipan_object::complex_ops::class::to_complex(vm, value)? {
            Some((re, im)) => Ok(complex(re, im)),
            None => Ok(complex(vm.as_f64(value)?, 0.0)),
        }
    }
}

/// The result for Python.
fn finish(vm: &Vm, outcome: Outcome) -> PyResult {
    match outcome {
        Ok(z) => Ok(vm.new_complex(z.re, z.im)),
        Err(Failure::Domain) => Err(vm.value_error("math domain error")),
        Err(Failure::Range) => Err(vm.overflow_error("math range error")),
    }
}

/// Functions and constants.
#[pymodule(name = "cmath", doc = "Functions of complex numbers.")]
#[allow(non_upper_case_globals, non_snake_case)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    use super::{Complex, Failure, complex, finish, functions as f, hyperbolic as h};
    use crate::support::set_module_attr;

    #[pyattr]
    const pi: f64 = std::f64::consts::PI;
    #[pyattr]
    const e: f64 = std::f64::consts::E;
    #[pyattr]
    const tau: f64 = std::f64::consts::TAU;
    #[pyattr]
    const inf: f64 = f64::INFINITY;
    #[pyattr]
    const nan: f64 = f64::NAN;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "infj", vm.new_complex(0.0, f64::INFINITY))?;
        set_module_attr(vm, module, "nanj", vm.new_complex(0.0, f64::NAN))
    }

    /// The arc cosine of z.
    #[pyfunction("(z, /)")]
    fn acos(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, f::acos(z))
    }
    /// The inverse hyperbolic cosine of z.
    #[pyfunction("(z, /)")]
    fn acosh(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, f::acosh(z))
    }
    /// The arc sine of z.
    #[pyfunction("(z, /)")]
    fn asin(vm: &Vm, z: Complex) -> PyResult {
        finish(
            vm,
            f::asinh(complex(-z.im, z.re)).map(|w| complex(w.im, -w.re)),
        )
    }
    /// The inverse hyperbolic sine of z.
    #[pyfunction("(z, /)")]
    fn asinh(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, f::asinh(z))
    }
    /// The arc tangent of z.
    #[pyfunction("(z, /)")]
    fn atan(vm: &Vm, z: Complex) -> PyResult {
        finish(
            vm,
            f::atanh(complex(-z.im, z.re)).map(|w| complex(w.im, -w.re)),
        )
    }
    /// The inverse hyperbolic tangent of z.
    #[pyfunction("(z, /)")]
    fn atanh(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, f::atanh(z))
    }
    /// The cosine of z.
    #[pyfunction("(z, /)")]
    fn cos(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, h::cosh(complex(-z.im, z.re)))
    }
    /// The hyperbolic cosine of z.
    #[pyfunction("(z, /)")]
    fn cosh(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, h::cosh(z))
    }
    /// e to the power z.
    #[pyfunction("(z, /)")]
    fn exp(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, h::exp(z))
    }
    /// The logarithm of z, natural or to a base.
    #[pyfunction("(z, base=<unset>, /)")]
    fn log(vm: &Vm, z: Complex, base: Option<Complex>) -> PyResult {
        let numerator = f::log(z);
        let Some(base) = base else {
            return finish(vm, numerator);
        };
        let quotient = numerator.and_then(|x| {
            let y = f::log(base)?;
            taipan_object::complex_ops::quotient((x.re, x.im), (y.re, y.im))
                .map(|(re, im)| complex(re, im))
                .ok_or(Failure::Domain)
        });
        finish(vm, quotient)
    }
    /// The logarithm of z to the base 10.
    #[pyfunction("(z, /)")]
    fn log10(vm: &Vm, z: Complex) -> PyResult {
        let ten = std::f64::consts::LN_10;
        finish(vm, f::log(z).map(|w| complex(w.re / ten, w.im / ten)))
    }
    /// The sine of z.
    #[pyfunction("(z, /)")]
    fn sin(vm: &Vm, z: Complex) -> PyResult {
        finish(
            vm,
            h::sinh(complex(-z.im, z.re)).map(|w| complex(w.im, -w.re)),
        )
    }
    /// The hyperbolic sine of z.
    #[pyfunction("(z, /)")]
    fn sinh(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, h::sinh(z))
    }
    /// The square root of z.
    #[pyfunction("(z, /)")]
    fn sqrt(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, Ok(f::sqrt(z)))
    }
    /// The tangent of z.
    #[pyfunction("(z, /)")]
    fn tan(vm: &Vm, z: Complex) -> PyResult {
        finish(
            vm,
            h::tanh(complex(-z.im, z.re)).map(|w| complex(w.im, -w.re)),
        )
    }
    /// The hyperbolic tangent of z.
    #[pyfunction("(z, /)")]
    fn tanh(vm: &Vm, z: Complex) -> PyResult {
        finish(vm, h::tanh(z))
    }
    /// The angle of z, from -pi to pi.
    #[pyfunction("(z, /)")]
    fn phase(z: Complex) -> f64 {
        f::angle(z)
    }
    /// Distance from 0 and angle of z.
    #[pyfunction("(z, /)")]
    fn polar(vm: &Vm, z: Complex) -> PyResult {
        let distance = taipan_object::complex_ops::abs(vm, (z.re, z.im));
        let distance = match distance {
            Ok(distance) => distance,
            Err(error) if vm.exception_is(&vm.exc.overflow_error) => {
                drop(vm.take_exception(error));
                return finish(vm, Err(Failure::Range));
            }
            Err(error) => return Err(error),
        };
        Ok(vm.tuple_value([distance, vm.new_float(f::angle(z))]))
    }
    /// The number at a distance from 0 and an angle.
    #[pyfunction("(r, phi, /)")]
    fn rect(vm: &Vm, r: f64, phi: f64) -> PyResult {
        finish(vm, h::rect(r, phi))
    }
    /// Whether both parts of z are finite.
    #[pyfunction("(z, /)")]
    fn isfinite(z: Complex) -> bool {
        z.re.is_finite() && z.im.is_finite()
    }
    /// Whether a part of z is infinite.
    #[pyfunction("(z, /)")]
    fn isinf(z: Complex) -> bool {
        z.re.is_infinite() || z.im.is_infinite()
    }
    /// Whether a part of z is no number.
    #[pyfunction("(z, /)")]
    fn isnan(z: Complex) -> bool {
        z.re.is_nan() || z.im.is_nan()
    }
    /// Whether two numbers are close to each other, relative to their size or absolutely.
    #[pyfunction("(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(vm: &Vm, a: Complex, b: Complex, rel_tol: f64, abs_tol: f64) -> PyResult<bool> {
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(vm.value_error("tolerances must be non-negative"));
        }
        if a.re == b.re && a.im == b.im {
            return Ok(true);
        }
        if isinf(a) || isinf(b) {
            return Ok(false);
        }
        let size = |z: Complex| f64::hypot(z.re, z.im);
        let distance = size(complex(a.re - b.re, a.im - b.im));
        Ok(distance <= rel_tol * size(b) || distance <= rel_tol * size(a) || distance <= abs_tol)
    }
}
