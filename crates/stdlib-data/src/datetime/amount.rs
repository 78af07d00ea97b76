//! Arithmetic of `timedelta` on microseconds: sums of unlike units, products and quotients, rounded half to even.

use dashu_int::IBig;
use taipan_object::float_ops::class::integer_ratio;
use taipan_object::int::IntRef;
use taipan_object::int_ops::arith::float_to_big;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Value, Vm};

use super::delta::{Span, too_large};

/// A sum of microseconds. Only huge numbers, which may cancel out, go to the big integer.
#[derive(Default)]
struct Sum {
    small: i128,
    big: Option<IBig>,
    /// Parts of microseconds.
    rest: f64,
}

impl Sum {
    fn add(&mut self, n: &IntRef<'_>, factor: i64) {
        match n {
            // 63 bits times 40 bits.
            IntRef::Small(n) => self.small += i128::from(*n) * i128::from(factor),
            IntRef::Big(n) => *self.big.get_or_insert_default() += *n * IBig::from(factor),
        }
    }
    /// Adds an integral float.
    fn add_whole(&mut self, x: f64, factor: i64) {
        if x.abs() < 1e18 {
            self.add(&IntRef::Small(x as i64), factor);
        } else {
            self.add(&IntRef::Big(&float_to_big(x)), factor);
        }
    }
    fn add_float(&mut self, vm: &Vm, x: f64, factor: i64) -> PyResult<()> {
        if x.is_nan() {
            return Err(vm.value_error("cannot convert float NaN to integer"));
        }
        if x.is_infinite() {
            return Err(vm.overflow_error("cannot convert float infinity to integer"));
        }
        self.add_whole(x.trunc(), factor);
        let fraction = x.fract();
        if fraction != 0.0 {
            let more = fraction * factor as f64;
            self.rest += more.fract();
            self.add_whole(more.trunc(), 1);
        }
        Ok(())
    }
    fn total(self, vm: &Vm) -> PyResult<i128> {
        let whole = match self.big {
            None => self.small,
            Some(big) => i128::try_from(big + IBig::from(self.small)).map_err(|_| too_large(vm))?,
        };
        if self.rest == 0.0 {
            return Ok(whole);
        }
        let mut rounded = self.rest.round();
        if (rounded - self.rest).abs() == 0.5 {
            let odd = f64::from(u8::from(whole & 1 != 0));
            rounded = 2.0 * ((self.rest + odd) * 0.5).round() - odd;
        }
        Ok(whole.saturating_add(rounded as i128))
    }
}

/// The span that the arguments of `timedelta` add up to.
///
/// # Errors
/// TypeError for what is no number; OverflowError.
pub fn sum(vm: &Vm, given: [Option<&Value>; 7]) -> PyResult<Span> {
    // Places in the signature, in the order of the additions.
    const UNITS: [(usize, &str, i64); 7] = [
        (2, "microseconds", 1),
        (3, "milliseconds", 1_000),
        (1, "seconds", 1_000_000),
        (4, "minutes", 60_000_000),
        (5, "hours", 3_600_000_000),
        (0, "days", 86_400_000_000),
        (6, "weeks", 604_800_000_000),
    ];
    let mut sum = Sum::default();
    for (place, unit, factor) in UNITS {
        let Some(value) = given[place] else { continue };
        if let Some(n) = value.as_int() {
            sum.add(&n, factor);
        } else if let Some(x) = value.as_float() {
            sum.add_float(vm, x, factor)?;
        } else {
            return Err(vm.type_error(format!(
                "unsupported type for timedelta {unit} component: {}",
                vm.type_name(value)
            )));
        }
    }
    let total = sum.total(vm)?;
    Span::of_micros(vm, total)
}

/// `micros * n`.
///
/// # Errors
/// OverflowError.
pub fn times(vm: &Vm, micros: i128, n: &IntRef<'_>) -> PyResult<i128> {
    let product = match n {
        IntRef::Small(n) => micros.checked_mul(i128::from(*n)),
        IntRef::Big(n) => i128::try_from(IBig::from(micros) * *n).ok(),
    };
    product.ok_or_else(|| too_large(vm))
}

/// `a // b`; `None` for a division by zero.
pub fn floor_div(a: i128, b: i128) -> Option<i128> {
    (b != 0).then(|| {
        let q = a / b;
        q - i128::from(a % b != 0 && (a < 0) != (b < 0))
    })
}

/// `micros // n`.
pub fn divide_floor(micros: i128, n: &IntRef<'_>) -> Option<i128> {
    match n {
        IntRef::Small(n) => floor_div(micros, i128::from(*n)),
        IntRef::Big(n) => match i128::try_from(*n) {
            Ok(n) => floor_div(micros, n),
            // Nearer to zero than one.
            Err(_) => Some(-i128::from(
                micros != 0 && (micros < 0) != (**n < IBig::ZERO),
            )),
        },
    }
}

/// The integer nearest to `a / b`, the even one if there are two.
fn nearest(a: i128, b: i128) -> Option<i128> {
    let q = floor_div(a, b)?;
    let rest = (a - q * b).unsigned_abs();
    let (rest, half) = (rest.checked_mul(2)?, b.unsigned_abs());
    let up = rest > half || (rest == half && q & 1 != 0);
    Some(q + i128::from(up))
}

/// The microseconds nearest to `micros / n`; `None` for a division by zero.
pub fn divide_nearest(micros: i128, n: &IntRef<'_>) -> Option<i128> {
    match n {
        IntRef::Small(n) => nearest(micros, i128::from(*n)),
        IntRef::Big(n) => match i64::try_from(*n) {
            Ok(n) => nearest(micros, i128::from(n)),
            Err(_) => match i128::try_from(*n) {
                Ok(n) if n.unsigned_abs() < 1 << 100 => nearest(micros, n),
                _ => Some(0),
            },
        },
    }
}

/// `a / b` for integers, correctly rounded.
///
/// # Errors
/// ZeroDivisionError.
pub fn ratio(vm: &Vm, a: i128, b: i128) -> PyResult {
    let (a, b) = (vm.new_bigint(a.into()), vm.new_bigint(b.into()));
    vm.binary(&a, &b, taipan_object::number::BinOp::TrueDiv)
}

/// Numerator and denominator of a float, as its class gives them.
fn exact(vm: &Vm, x: &Value) -> PyResult<(IBig, IBig)> {
    if vm.type_of(x).is(&vm.types.float) {
        let x = x.as_float().unwrap_or(0.0);
        if x.is_nan() {
            return Err(vm.value_error("cannot convert NaN to integer ratio"));
        }
        if x.is_infinite() {
            return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
        }
        return Ok(integer_ratio(x));
    }
    let ratio = vm.call_method(x, &vm.intern_str("as_integer_ratio"), &[])?;
    let Some(pair) = ratio.downcast::<Tuple>() else {
        return Err(vm.type_error(format!(
            "unexpected return type from as_integer_ratio(): expected tuple, not '{}'",
            vm.type_name(&ratio)
        )));
    };
    let [top, bottom] = pair.items() else {
        return Err(vm.value_error("as_integer_ratio() must return a 2-tuple"));
    };
    match (top.as_int(), bottom.as_int()) {
        (Some(top), Some(bottom)) => Ok((top.to_ibig(), bottom.to_ibig())),
        _ => Err(vm.type_error("non-integer arguments in division")),
    }
}

#[cold]
fn by_zero(vm: &Vm) -> Raised {
    vm.raise_str(&vm.exc.zero_division_error, "division by zero")
}

/// `a / b`, rounded half to even.
fn big_nearest(vm: &Vm, a: IBig, b: IBig) -> PyResult<i128> {
    if b == IBig::ZERO {
        return Err(by_zero(vm));
    }
    let (q, rest) = taipan_object::int_ops::division::floor_divmod(&a, &b);
    let twice = rest * IBig::from(2);
    let (twice, whole) = if b < IBig::ZERO {
        (-twice, -b)
    } else {
        (twice, b)
    };
    let odd = &q % IBig::from(2) != IBig::ZERO;
    let up = twice > whole || (twice == whole && odd);
    let q = if up { q + IBig::ONE } else { q };
    i128::try_from(q).map_err(|_| too_large(vm))
}

/// `micros * x`.
///
/// # Errors
/// OverflowError; ValueError for NaN.
pub fn times_float(vm: &Vm, micros: i128, x: &Value) -> PyResult<i128> {
    let (top, bottom) = exact(vm, x)?;
    big_nearest(vm, IBig::from(micros) * top, bottom)
}

/// `micros / x`.
///
/// # Errors
/// ZeroDivisionError, OverflowError; ValueError for NaN.
pub fn over_float(vm: &Vm, micros: i128, x: &Value) -> PyResult<i128> {
    let (top, bottom) = exact(vm, x)?;
    big_nearest(vm, IBig::from(micros) * bottom, top)
}
