//! `timedelta`: the class, its fields and operators.

use std::cell::Cell;
use std::cmp::Ordering;

use taipan_macros::pymethods;
use taipan_object::native::GetSetDef;
use taipan_object::object::alloc_instance;
use taipan_object::seq::SequenceHash;
use taipan_object::slots::CmpOp;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::amount;
use super::params::Signature;
use crate::support::once;

/// A span of time: at most 999,999,999 days either way, 0 to 86,399 seconds, 0 to 999,999 microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub days: i32,
    pub seconds: i32,
    pub micros: i32,
}

pub const MAX_DAYS: i64 = 999_999_999;
const MICROS_A_DAY: i128 = 86_400_000_000;

impl Span {
    pub const ZERO: Span = Span {
        days: 0,
        seconds: 0,
        micros: 0,
    };
    pub const fn total_micros(self) -> i128 {
        self.days as i128 * MICROS_A_DAY + self.seconds as i128 * 1_000_000 + self.micros as i128
    }
    /// The span of so many microseconds, if it is within bounds.
    ///
    /// # Errors
    /// OverflowError.
    pub fn of_micros(vm: &Vm, micros: i128) -> PyResult<Span> {
        let days = micros.div_euclid(MICROS_A_DAY);
        let rest = micros.rem_euclid(MICROS_A_DAY) as i64;
        let days = i32::try_from(days).map_err(|_| too_large(vm))?;
        if i64::from(days).abs() > MAX_DAYS {
            return Err(
                vm.overflow_error(format!("days={days}; must have magnitude <= {MAX_DAYS}"))
            );
        }
        Ok(Span {
            days,
            seconds: (rest / 1_000_000) as i32,
            micros: (rest % 1_000_000) as i32,
        })
    }
    /// Less than a day either way, as offsets from UTC are.
    pub fn is_offset(self) -> bool {
        self.total_micros().abs() < MICROS_A_DAY
    }
    fn hash(self) -> i64 {
        let mut hash = SequenceHash::default();
        for n in [self.days, self.seconds, self.micros] {
            hash.add(taipan_object::hash::hash_i64(i64::from(n)));
        }
        hash.finish_tuple(3)
    }
    /// The hash of a time after an epoch, which does not depend on the offset that it is written with.
    pub fn hash_of_micros(vm: &Vm, micros: i128) -> PyResult<i64> {
        Span::of_micros(vm, micros).map(Span::hash)
    }
}

#[cold]
pub fn too_large(vm: &Vm) -> Raised {
    vm.overflow_error("Python int too large to convert to C int")
}

/// `timedelta`.
pub struct Delta {
    pub span: Span,
    hash: Cell<i64>,
}
payload!(Delta);

/// The fields show as members, which cannot be set.
pub static FIELDS: [GetSetDef; 3] = [
    field("days", "Number of days.", |vm, this| {
        part(vm, this, "days", |s| s.days)
    }),
    field(
        "seconds",
        "Number of seconds (>= 0 and less than 1 day).",
        |vm, this| part(vm, this, "seconds", |s| s.seconds),
    ),
    field(
        "microseconds",
        "Number of microseconds (>= 0 and less than 1 second).",
        |vm, this| part(vm, this, "microseconds", |s| s.micros),
    ),
];

const fn field(
    name: &'static str,
    doc: &'static str,
    get: fn(&Vm, &Value) -> PyResult,
) -> GetSetDef {
    GetSetDef {
        name,
        doc,
        get,
        set: None,
    }
}

fn part(vm: &Vm, this: &Value, name: &str, get: impl FnOnce(Span) -> i32) -> PyResult {
    match this.downcast::<Delta>() {
        Some(delta) => Ok(vm.new_int(i64::from(get(delta.span)))),
        None => Err(taipan_object::args::wrong_receiver(vm, this, name)),
    }
}

const NEW: Signature = Signature {
    function: Some("__new__"),
    names: &[
        "days",
        "seconds",
        "microseconds",
        "milliseconds",
        "minutes",
        "hours",
        "weeks",
    ],
    required: 0,
    positional: 7,
};

impl Delta {
    pub fn make(vm: &Vm, class: &TypeRef, span: Span) -> Ref<Delta> {
        let delta = Delta {
            span,
            hash: Cell::new(0),
        };
        alloc_instance(vm, class, delta)
    }
    /// A `timedelta` of the built-in class.
    pub fn value(vm: &Vm, span: Span) -> Value {
        Delta::make(vm, &vm.add_native_type::<Delta>(), span).into_value()
    }
    pub fn of_micros(vm: &Vm, micros: i128) -> PyResult {
        Ok(Delta::value(vm, Span::of_micros(vm, micros)?))
    }
    /// A `timedelta` of less than the largest number of seconds.
    pub fn of_seconds(vm: &Vm, seconds: i64) -> PyResult<Ref<Delta>> {
        let span = Span::of_micros(vm, i128::from(seconds) * 1_000_000)?;
        Ok(Delta::make(vm, &vm.add_native_type::<Delta>(), span))
    }
}

/// The microseconds of both operands, if both are spans.
fn both(a: &Value, b: &Value) -> Option<(i128, i128)> {
    let (a, b) = (a.downcast::<Delta>()?, b.downcast::<Delta>()?);
    Some((a.span.total_micros(), b.span.total_micros()))
}

#[cold]
fn by_zero(vm: &Vm) -> Raised {
    vm.raise_str(&vm.exc.zero_division_error, "division by zero")
}

#[pymethods(
    name = "timedelta",
    module = "datetime",
    doc = "A span of time, the difference of two dates or times.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nEach argument may be an integer or a float, positive or negative.",
    signature = "",
    flags(BASETYPE)
)]
impl Delta {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let given: [Option<&Value>; 7] = NEW.parse(vm, args)?;
        let span = amount::sum(vm, given)?;
        Ok(Delta::make(vm, cls, span).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        let span = this.span;
        let fields = [
            ("days", span.days),
            ("seconds", span.seconds),
            ("microseconds", span.micros),
        ];
        let shown: Vec<String> = fields
            .iter()
            .filter(|(_, n)| *n != 0)
            .map(|(name, n)| format!("{name}={n}"))
            .collect();
        let inner = if shown.is_empty() {
            "0".to_owned()
        } else {
            shown.join(", ")
        };
        let text = format!("{}({inner})", this.ty().display_name());
        Ok(vm.new_str(&text).into_value())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        let Span {
            days,
            seconds,
            micros,
        } = this.span;
        let mut text = String::new();
        if days != 0 {
            let plural = if days.abs() == 1 { "" } else { "s" };
            text = format!("{days} day{plural}, ");
        }
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        text.push_str(&format!("{hours}:{minutes:02}:{seconds:02}"));
        if micros != 0 {
            text.push_str(&format!(".{micros:06}"));
        }
        Ok(vm.new_str(&text).into_value())
    }
    #[pyslot]
    fn hash(_vm: &Vm, this: &Ref<Delta>) -> PyResult<i64> {
        if this.hash.get() == 0 {
            this.hash.set(this.span.hash());
        }
        Ok(this.hash.get())
    }
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<Delta>, other: &Value, op: CmpOp) -> PyResult {
        Ok(match other.downcast::<Delta>() {
            Some(other) => Value::bool(op.holds(this.span.cmp(&other.span))),
            None => Value::NOT_IMPLEMENTED,
        })
    }
    #[pyslot]
    fn bool(_vm: &Vm, this: &Ref<Delta>) -> PyResult<bool> {
        Ok(this.span != Span::ZERO)
    }
    #[pyslot]
    fn neg(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        Delta::of_micros(vm, -this.span.total_micros())
    }
    #[pyslot]
    fn pos(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        Ok(Delta::value(vm, this.span))
    }
    #[pyslot]
    fn abs(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        Delta::of_micros(vm, this.span.total_micros().abs())
    }
    #[pyslot]
    fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        both(a, b).map_or(Ok(Value::NOT_IMPLEMENTED), |(a, b)| {
            Delta::of_micros(vm, a + b)
        })
    }
    #[pyslot]
    fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        both(a, b).map_or(Ok(Value::NOT_IMPLEMENTED), |(a, b)| {
            Delta::of_micros(vm, a - b)
        })
    }
    #[pyslot]
    fn mul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let (delta, factor) = match (a.downcast::<Delta>(), b.downcast::<Delta>()) {
            (Some(delta), None) => (delta, b),
            (None, Some(delta)) => (delta, a),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        };
        let micros = delta.span.total_micros();
        if let Some(n) = factor.as_int() {
            return Delta::of_micros(vm, amount::times(vm, micros, &n)?);
        }
        match factor.as_float() {
            Some(_) => Delta::of_micros(vm, amount::times_float(vm, micros, factor)?),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn truediv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        if let Some((a, b)) = both(a, b) {
            return amount::ratio(vm, a, b);
        }
        let Some(delta) = a.downcast::<Delta>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let micros = delta.span.total_micros();
        if let Some(n) = b.as_int() {
            return match amount::divide_nearest(micros, &n) {
                Some(micros) => Delta::of_micros(vm, micros),
                None => Err(by_zero(vm)),
            };
        }
        match b.as_float() {
            Some(_) => Delta::of_micros(vm, amount::over_float(vm, micros, b)?),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn floordiv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        if let Some((a, b)) = both(a, b) {
            return match amount::floor_div(a, b) {
                Some(q) => Ok(vm.new_bigint(q.into())),
                None => Err(by_zero(vm)),
            };
        }
        let (Some(delta), Some(n)) = (a.downcast::<Delta>(), b.as_int()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        match amount::divide_floor(delta.span.total_micros(), &n) {
            Some(micros) => Delta::of_micros(vm, micros),
            None => Err(by_zero(vm)),
        }
    }
    #[pyslot]
    fn rem(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let Some((a, b)) = both(a, b) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        match amount::floor_div(a, b) {
            Some(q) => Delta::of_micros(vm, a - q * b),
            None => Err(by_zero(vm)),
        }
    }
    #[pyslot]
    fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let Some((a, b)) = both(a, b) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        match amount::floor_div(a, b) {
            Some(q) => {
                let rest = Delta::of_micros(vm, a - q * b)?;
                Ok(vm.tuple_value([vm.new_bigint(q.into()), rest]))
            }
            None => Err(by_zero(vm)),
        }
    }
    /// Total seconds in the duration.
    #[pymethod("(self, /)")]
    fn total_seconds(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        amount::ratio(vm, this.span.total_micros(), 1_000_000)
    }
    /// __reduce__() -> (cls, state)
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Delta>) -> PyResult {
        let Span {
            days,
            seconds,
            micros,
        } = this.span;
        let state = [days, seconds, micros].map(|n| vm.new_int(i64::from(n)));
        Ok(vm.tuple_value([this.ty().to_value(), vm.tuple_value(state)]))
    }
}

/// Compares two offsets, each of which may be missing.
pub fn same_offset(a: Option<Span>, b: Option<Span>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.cmp(&b) == Ordering::Equal,
        _ => false,
    }
}

/// A `timedelta` that is made once.
pub fn constant(vm: &Vm, key: &'static str, span: Span) -> Value {
    once(vm, key, || Delta::value(vm, span))
}
