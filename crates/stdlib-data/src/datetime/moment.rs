//! `datetime`: the payload, construction, operators.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::cells::ValueSlot;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use super::calendar::{Hms, Ymd};
use super::date::{self, out_of_range, state};
use super::delta::{Delta, Span, same_offset};
use super::params::{Signature, int};
use super::{time, zone};

/// `datetime`.
pub struct DateTime {
    pub day: Ymd,
    pub time: Hms,
    /// The second of two times that look the same.
    pub fold: Cell<bool>,
    pub zone: ValueSlot,
    hash: Cell<i64>,
}
payload!(DateTime, gc, |this, visit| this.zone.with(|z| z.map(visit)));

pub const MICROS_A_DAY: i128 = 86_400_000_000;

const NEW: Signature = Signature {
    function: None,
    names: &[
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "microsecond",
        "tzinfo",
        "fold",
    ],
    required: 3,
    positional: 8,
};

impl DateTime {
    pub fn of(day: Ymd, time: Hms, zone: Option<Value>, fold: bool) -> DateTime {
        DateTime {
            day,
            time,
            fold: Cell::new(fold),
            zone: ValueSlot::new(zone),
            hash: Cell::new(0),
        }
    }
    /// A datetime of a class; subclasses are called.
    ///
    /// # Errors
    /// What the class raises.
    pub fn of_class(
        vm: &Vm,
        class: &TypeRef,
        day: Ymd,
        time: Hms,
        zone: Option<Value>,
        fold: bool,
    ) -> PyResult {
        if class.is(&super::datetime_type(vm)) {
            let dt = DateTime::of(day, time, zone, fold);
            return Ok(alloc_instance(vm, class, dt).into_value());
        }
        let [hour, minute, second, micro] = time::fields(time);
        let numbers = [
            i32::from(day.year),
            i32::from(day.month),
            i32::from(day.day),
            hour,
            minute,
            second,
            micro,
        ];
        let mut args: Vec<Value> = numbers.iter().map(|n| vm.new_int(i64::from(*n))).collect();
        args.push(zone.unwrap_or(Value::NONE));
        let made = vm.call(class.as_value(), &args)?;
        if let Some(made) = made.downcast::<DateTime>() {
            made.fold.set(fold);
        }
        Ok(made)
    }
    /// Microseconds since day 0, as the clock shows them.
    pub fn micros(&self) -> i128 {
        i128::from(self.day.ordinal()) * MICROS_A_DAY
            + i128::from(self.time.seconds()) * 1_000_000
            + i128::from(self.time.micro)
    }
    pub fn has_zone(&self) -> bool {
        self.zone.with(|z| z.is_some())
    }
}

/// What needs the object.
pub trait DateTimeRef {
    /// `self + micros`, of the same class.
    ///
    /// # Errors
    /// OverflowError; what the class raises.
    fn plus(&self, vm: &Vm, micros: i128) -> PyResult;
    /// What the zone says of the offset.
    ///
    /// # Errors
    /// As [`zone::ask_offset`].
    fn offset(&self, vm: &Vm) -> PyResult<Option<Span>>;
    /// The same time with another fold, without calling the class.
    fn folded(&self, vm: &Vm, fold: bool) -> Ref<DateTime>;
}

impl DateTimeRef for Ref<DateTime> {
    fn plus(&self, vm: &Vm, micros: i128) -> PyResult {
        let total = self.micros() + micros;
        let day = i64::try_from(total.div_euclid(MICROS_A_DAY)).ok();
        let Some(day) = day.and_then(Ymd::checked) else {
            return Err(out_of_range(vm));
        };
        let time = Hms::of_micros(total.rem_euclid(MICROS_A_DAY) as i64);
        DateTime::of_class(vm, self.ty(), day, time, self.zone.get(), false)
    }
    fn offset(&self, vm: &Vm) -> PyResult<Option<Span>> {
        zone::ask_span(vm, self.zone.get().as_ref(), self.as_value())
    }
    fn folded(&self, vm: &Vm, fold: bool) -> Ref<DateTime> {
        let dt = DateTime::of(self.day, self.time, self.zone.get(), fold);
        alloc_instance(vm, self.ty(), dt)
    }
}

/// Whether the offset of either depends on its fold: such times equal none of another zone (PEP 495).
fn ambiguous(
    vm: &Vm,
    a: (&Ref<DateTime>, Option<Span>),
    b: (&Ref<DateTime>, Option<Span>),
) -> PyResult<bool> {
    for (dt, offset) in [a, b] {
        let flipped = dt.folded(vm, !dt.fold.get()).offset(vm)?;
        if !same_offset(flipped, offset) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn same_zone(a: &DateTime, b: &DateTime) -> bool {
    match (a.zone.get(), b.zone.get()) {
        (Some(a), Some(b)) => a.is(&b),
        (None, None) => true,
        _ => false,
    }
}

#[pymethods(
    name = "datetime",
    module = "datetime",
    doc = "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nYear, month and day are required. The arguments may be ints; tzinfo may be None, or an instance of a subclass of tzinfo.",
    signature = "",
    flags(BASETYPE),
    extra(
        crate::datetime::moment_make::MAKERS,
        crate::datetime::moment_methods::METHODS
    )
)]
impl DateTime {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        if let [value, rest @ ..] = args.positional()
            && rest.len() < 2
            && let Some(mut bytes) =
                state::<10>(vm, value, "datetime", |b| (1..=12).contains(&(b[2] & 127)))?
        {
            let zone = zone::state_argument(vm, rest.first())?;
            let fold = bytes[2] & 128 != 0;
            bytes[2] &= 127;
            let [a, b, c, d, clock @ ..] = bytes;
            let (day, time) = (Ymd::of_bytes(&[a, b, c, d]), Hms::of_bytes(&clock));
            let dt = DateTime::of(day, time, zone, fold);
            return Ok(alloc_instance(vm, cls, dt).into_value());
        }
        let [year, month, day, hour, minute, second, micro, tz, fold] = NEW.parse(vm, args)?;
        let (year, month, day) = (int(vm, year, 0)?, int(vm, month, 0)?, int(vm, day, 0)?);
        let numbers = [
            int(vm, hour, 0)?,
            int(vm, minute, 0)?,
            int(vm, second, 0)?,
            int(vm, micro, 0)?,
        ];
        let fold = int(vm, fold, 0)?;
        let day = date::checked(vm, year, month, day)?;
        let (time, fold) = time::checked(vm, numbers, fold)?;
        let zone = zone::argument(vm, tz)?;
        Ok(alloc_instance(vm, cls, DateTime::of(day, time, zone, fold)).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<DateTime>) -> PyResult {
        let (day, time) = (this.day, this.time);
        let mut out = format!(
            "{}({}, {}, {}, {}, {}",
            this.ty().display_name(),
            day.year,
            day.month,
            day.day,
            time.hour,
            time.minute
        );
        if time.micro != 0 {
            out.push_str(&format!(", {}, {}", time.second, time.micro));
        } else if time.second != 0 {
            out.push_str(&format!(", {}", time.second));
        }
        if this.fold.get() {
            out.push_str(", fold=1");
        }
        let mut out = out.into_bytes();
        if let Some(zone) = this.zone.get() {
            out.extend_from_slice(b", tzinfo=");
            taipan_object::seq::push_repr(vm, &mut out, &zone)?;
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Value) -> PyResult {
        let space = vm.new_str(" ").into_value();
        vm.call_method(this, &vm.intern_str("isoformat"), &[space])
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<DateTime>) -> PyResult<i64> {
        if this.hash.get() == 0 {
            let offset = if this.fold.get() {
                this.folded(vm, false).offset(vm)?
            } else {
                this.offset(vm)?
            };
            let hash = match offset {
                None => {
                    let mut bytes = this.day.bytes().to_vec();
                    bytes.extend_from_slice(&this.time.bytes());
                    taipan_object::hash::hash_bytes(&bytes)
                }
                Some(offset) => Span::hash_of_micros(vm, this.micros() - offset.total_micros())?,
            };
            this.hash.set(hash);
        }
        Ok(this.hash.get())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<DateTime>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<DateTime>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let shown = || (this.day, this.time).cmp(&(other.day, other.time));
        if same_zone(this, other) {
            return Ok(Value::bool(op.holds(shown())));
        }
        let (a, b) = (this.offset(vm)?, other.offset(vm)?);
        let order = if same_offset(a, b) {
            shown()
        } else {
            match (a, b, op) {
                (Some(a), Some(b), _) => {
                    (this.micros() - a.total_micros()).cmp(&(other.micros() - b.total_micros()))
                }
                (_, _, CmpOp::Eq) => return Ok(Value::FALSE),
                (_, _, CmpOp::Ne) => return Ok(Value::TRUE),
                _ => {
                    return Err(
                        vm.type_error("can't compare offset-naive and offset-aware datetimes")
                    );
                }
            }
        };
        let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
        if equality && order.is_eq() && ambiguous(vm, (this, a), (other, b))? {
            return Ok(Value::bool(op == CmpOp::Ne));
        }
        Ok(Value::bool(op.holds(order)))
    }
    #[pyslot]
    fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let (dt, delta) = match (a.downcast::<DateTime>(), b.downcast::<DateTime>()) {
            (Some(dt), None) => (dt, b.downcast::<Delta>()),
            (None, Some(dt)) => (dt, a.downcast::<Delta>()),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        };
        match delta {
            Some(delta) => dt.plus(vm, delta.span.total_micros()),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let Some(dt) = a.downcast::<DateTime>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if let Some(delta) = b.downcast::<Delta>() {
            return dt.plus(vm, -delta.span.total_micros());
        }
        let Some(other) = b.downcast::<DateTime>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        Delta::of_micros(vm, difference(vm, dt, other)?)
    }
}

/// `a - b` in microseconds.
///
/// # Errors
/// TypeError if only one has an offset.
pub fn difference(vm: &Vm, a: &Ref<DateTime>, b: &Ref<DateTime>) -> PyResult<i128> {
    let shown = a.micros() - b.micros();
    if same_zone(a, b) {
        return Ok(shown);
    }
    match (a.offset(vm)?, b.offset(vm)?) {
        (None, None) => Ok(shown),
        (Some(a), Some(b)) => Ok(shown - (a.total_micros() - b.total_micros())),
        _ => Err(vm.type_error("can't subtract offset-naive and offset-aware datetimes")),
    }
}
