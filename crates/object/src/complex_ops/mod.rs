//! What `complex` can do. Mixed operations with real numbers keep the other
//! part as it is, as Annex G of the C standard has it.

pub mod class;
pub mod parse;

use crate::float::Complex;
use crate::float_ops::format::{FloatFlags, format_float};
use crate::int::IntRef;
use crate::int_ops::arith::cmp_float;
use crate::int_ops::division::by_zero;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Real and imaginary part.
pub type Parts = (f64, f64);

/// An operand of complex arithmetic.
enum Operand {
    Real(f64),
    Complex(Parts),
}

impl Operand {
    fn parts(self) -> Parts {
        match self {
            Operand::Real(x) => (x, 0.0),
            Operand::Complex(z) => z,
        }
    }
}

impl Value {
    /// The value of a complex or instance of a subclass of complex.
    pub fn as_complex(&self) -> Option<Parts> {
        self.downcast::<Complex>().map(|z| (z.re, z.im))
    }
}

fn operand(vm: &Vm, v: &Value) -> PyResult<Option<Operand>> {
    if let Some(z) = v.as_complex() {
        return Ok(Some(Operand::Complex(z)));
    }
    if v.as_float().is_some() || v.as_int().is_some() {
        return vm.as_f64(v).map(|x| Some(Operand::Real(x)));
    }
    Ok(None)
}

/// Both operands, or NotImplemented from the calling function.
macro_rules! operands {
    ($vm:expr, $a:expr, $b:expr) => {
        match (operand($vm, $a)?, operand($vm, $b)?) {
            (Some(x), Some(y)) => (x, y),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        }
    };
}

fn new(vm: &Vm, z: Parts) -> PyResult {
    Ok(vm.new_complex(z.0, z.1))
}

/// `a + b`.
pub fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    use Operand::{Complex, Real};
    new(
        vm,
        match operands!(vm, a, b) {
            (Complex(x), Complex(y)) => (x.0 + y.0, x.1 + y.1),
            (Complex(x), Real(y)) => (x.0 + y, x.1),
            (Real(x), Complex(y)) => (x + y.0, y.1),
            (Real(x), Real(y)) => (x + y, 0.0),
        },
    )
}

/// `a - b`.
pub fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    use Operand::{Complex, Real};
    new(
        vm,
        match operands!(vm, a, b) {
            (Complex(x), Complex(y)) => (x.0 - y.0, x.1 - y.1),
            (Complex(x), Real(y)) => (x.0 - y, x.1),
            (Real(x), Complex(y)) => (x - y.0, -y.1),
            (Real(x), Real(y)) => (x - y, 0.0),
        },
    )
}

/// `a * b`.
pub fn mul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    use Operand::{Complex, Real};
    new(
        vm,
        match operands!(vm, a, b) {
            (Complex(x), Complex(y)) => product(x, y),
            (Complex(x), Real(y)) => (x.0 * y, x.1 * y),
            (Real(x), Complex(y)) => (x * y.0, x * y.1),
            (Real(x), Real(y)) => (x * y, 0.0),
        },
    )
}

/// `a / b`.
pub fn truediv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    use Operand::{Complex, Real};
    let r = match operands!(vm, a, b) {
        (Complex(x), Complex(y)) => quotient(x, y),
        (Real(x), Complex(y)) => real_quotient(x, y),
        (Complex(x), Real(y)) => (y != 0.0).then(|| (x.0 / y, x.1 / y)),
        (Real(x), Real(y)) => (y != 0.0).then(|| (x / y, 0.0)),
    };
    match r {
        Some(z) => new(vm, z),
        None => Err(by_zero(vm)),
    }
}

/// 1 for an infinity, 0 for the rest, with the number's sign.
fn unit_of_infinity(x: f64) -> f64 {
    if x.is_infinite() {
        1.0f64.copysign(x)
    } else {
        0.0f64.copysign(x)
    }
}
fn nan_to_zero(x: f64) -> f64 {
    if x.is_nan() { 0.0f64.copysign(x) } else { x }
}

/// The product; infinities that came out as NaN are recovered.
pub fn product(x: Parts, y: Parts) -> Parts {
    let ((mut a, mut b), (mut c, mut d)) = (x, y);
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (re, im) = (ac - bd, ad + bc);
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let mut recover = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b) = (unit_of_infinity(a), unit_of_infinity(b));
        (c, d) = (nan_to_zero(c), nan_to_zero(d));
        recover = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (c, d) = (unit_of_infinity(c), unit_of_infinity(d));
        (a, b) = (nan_to_zero(a), nan_to_zero(b));
        recover = true;
    }
    if !recover && (ac.is_infinite() || bd.is_infinite() || ad.is_infinite() || bc.is_infinite()) {
        (a, b) = (nan_to_zero(a), nan_to_zero(b));
        (c, d) = (nan_to_zero(c), nan_to_zero(d));
        recover = true;
    }
    if recover {
        (
            f64::INFINITY * (a * c - b * d),
            f64::INFINITY * (a * d + b * c),
        )
    } else {
        (re, im)
    }
}

/// The quotient by Smith's method; `None` for a zero divisor.
pub fn quotient(x: Parts, y: Parts) -> Option<Parts> {
    let ((a, b), (c, d)) = (x, y);
    let (re, im) = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        ((a + b * ratio) / denominator, (b - a * ratio) / denominator)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        ((a * ratio + b) / denominator, (b * ratio - a) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if re.is_nan() && im.is_nan() {
        if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
            let (p, q) = (unit_of_infinity(a), unit_of_infinity(b));
            return Some((
                f64::INFINITY * (p * c + q * d),
                f64::INFINITY * (q * c - p * d),
            ));
        }
        if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
            let (p, q) = (unit_of_infinity(c), unit_of_infinity(d));
            return Some((0.0 * (a * p + b * q), 0.0 * (b * p - a * q)));
        }
    }
    Some((re, im))
}

/// A real number divided by a complex one; `None` for a zero divisor.
fn real_quotient(a: f64, (c, d): Parts) -> Option<Parts> {
    let (re, im) = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        (a / denominator, (-a * ratio) / denominator)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        ((a * ratio) / denominator, -a / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if re.is_nan() && im.is_nan() && a.is_finite() && (c.is_infinite() || d.is_infinite()) {
        let (p, q) = (unit_of_infinity(c), unit_of_infinity(d));
        return Some((0.0 * (a * p), 0.0 * (-a * q)));
    }
    Some((re, im))
}

/// `pow(a, b, c)`, where `c` must be None.
pub fn pow(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult {
    let (x, y) = operands!(vm, a, b);
    if !c.is_none() {
        return Err(vm.value_error("complex modulo"));
    }
    power(vm, x.parts(), y.parts())
}

/// `x ** y`.
pub fn power(vm: &Vm, x: Parts, y: Parts) -> PyResult {
    let r = if y.1 == 0.0 && y.0 == y.0.floor() && y.0.abs() <= 100.0 {
        integer_power(x, y.0 as i64)
    } else {
        general_power(x, y)
    };
    match r {
        None => Err(vm.raise_str(
            &vm.exc.zero_division_error,
            "zero to a negative or complex power",
        )),
        Some((re, im)) if re.is_infinite() || im.is_infinite() => {
            Err(vm.overflow_error("complex exponentiation"))
        }
        Some(z) => new(vm, z),
    }
}

fn integer_power(x: Parts, n: i64) -> Option<Parts> {
    let (mut r, mut p) = ((1.0, 0.0), x);
    let mut left = n.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            r = product(r, p);
        }
        left >>= 1;
        if left > 0 {
            p = product(p, p);
        }
    }
    if n < 0 {
        quotient((1.0, 0.0), r)
    } else {
        Some(r)
    }
}

fn general_power(x: Parts, y: Parts) -> Option<Parts> {
    if y == (0.0, 0.0) {
        return Some((1.0, 0.0));
    }
    if x == (0.0, 0.0) {
        return if y.1 != 0.0 || y.0 < 0.0 {
            None
        } else {
            Some((0.0, 0.0))
        };
    }
    let modulus = x.0.hypot(x.1);
    let angle = x.1.atan2(x.0);
    let mut length = modulus.powf(y.0);
    let mut phase = angle * y.0;
    if y.1 != 0.0 {
        length *= (-angle * y.1).exp();
        phase += y.1 * modulus.ln();
    }
    // The C library has no cosine of infinity, which Python takes for a zero base.
    if phase.is_infinite() {
        return None;
    }
    Some((length * phase.cos(), length * phase.sin()))
}

/// `abs(z)`.
///
/// # Errors
/// OverflowError.
pub fn abs(vm: &Vm, z: Parts) -> PyResult {
    let r = z.0.hypot(z.1);
    if r.is_infinite() && z.0.is_finite() && z.1.is_finite() {
        return Err(vm.overflow_error("absolute value too large"));
    }
    Ok(vm.new_float(r))
}

/// `a == b` and `a != b`, exactly also for integers.
pub fn richcompare(_: &Vm, a: &Value, b: &Value, op: CmpOp) -> PyResult {
    let Some(x) = a.as_complex() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let real_equal = |n: IntRef<'_>| cmp_float(&n, x.0) == Some(std::cmp::Ordering::Equal);
    let equal = if let Some(y) = b.as_complex() {
        x == y
    } else if let Some(y) = b.as_float() {
        x == (y, 0.0)
    } else if let Some(n) = b.as_int() {
        x.1 == 0.0 && real_equal(n)
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(equal == (op == CmpOp::Eq)))
}

/// `hash(a)`.
pub fn hash(_: &Vm, a: &Value) -> PyResult<i64> {
    let (re, im) = a.as_complex().unwrap_or_default();
    let part = |x| crate::float_ops::hash_float(x, a);
    Ok(
        match part(re).wrapping_add(part(im).wrapping_mul(1_000_003)) {
            -1 => -2,
            h => h,
        },
    )
}

/// `repr(z)`.
pub fn repr((re, im): Parts) -> String {
    let part = |x, plus| {
        format_float(
            x,
            'r',
            0,
            FloatFlags {
                plus,
                ..FloatFlags::default()
            },
        )
    };
    if re == 0.0 && re.is_sign_positive() {
        format!("{}j", part(im, false))
    } else {
        format!("({}{}j)", part(re, false), part(im, true))
    }
}
