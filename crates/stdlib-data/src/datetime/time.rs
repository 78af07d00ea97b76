//! `time`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::cells::ValueSlot;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use super::calendar::Hms;
use super::date::{bad_iso_text, state};
use super::delta::{Delta, Span, same_offset};
use super::format::{self, Shown};
use super::params::{Signature, int};
use super::{iso, text_argument, zone};

/// `time`.
pub struct Time {
    pub time: Hms,
    /// The second of two times that look the same.
    pub fold: Cell<bool>,
    pub zone: ValueSlot,
    hash: Cell<i64>,
}
payload!(Time, gc, |this, visit| this.zone.with(|z| z.map(visit)));

const NEW: Signature = Signature {
    function: None,
    names: &["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    required: 0,
    positional: 5,
};

/// A time of day from numbers: hour, minute, second, microsecond.
///
/// # Errors
/// ValueError.
pub fn checked(vm: &Vm, fields: [i32; 4], fold: i32) -> PyResult<(Hms, bool)> {
    const BOUNDS: [(&str, i32); 4] = [
        ("hour", 23),
        ("minute", 59),
        ("second", 59),
        ("microsecond", 999_999),
    ];
    for ((name, most), n) in BOUNDS.into_iter().zip(fields) {
        if !(0..=most).contains(&n) {
            return Err(vm.value_error(format!("{name} must be in 0..{most}, not {n}")));
        }
    }
    if !(0..=1).contains(&fold) {
        return Err(vm.value_error(format!("fold must be either 0 or 1, not {fold}")));
    }
    let [hour, minute, second, micro] = fields;
    let time = Hms {
        hour: hour as u8,
        minute: minute as u8,
        second: second as u8,
        micro: micro as u32,
    };
    Ok((time, fold == 1))
}

/// The numbers of a time.
pub fn fields(time: Hms) -> [i32; 4] {
    [
        i32::from(time.hour),
        i32::from(time.minute),
        i32::from(time.second),
        time.micro as i32,
    ]
}

impl Time {
    pub fn of(time: Hms, zone: Option<Value>, fold: bool) -> Time {
        Time {
            time,
            fold: Cell::new(fold),
            zone: ValueSlot::new(zone),
            hash: Cell::new(0),
        }
    }
    /// A `time` of the built-in class.
    pub fn value(vm: &Vm, time: Hms, zone: Option<Value>, fold: bool) -> Value {
        let class = vm.add_native_type::<Time>();
        alloc_instance(vm, &class, Time::of(time, zone, fold)).into_value()
    }
    /// A time of a class; subclasses are called.
    fn of_class(vm: &Vm, class: &TypeRef, time: Hms, zone: Option<Value>, fold: bool) -> PyResult {
        if class.is(&vm.add_native_type::<Time>()) {
            return Ok(Time::value(vm, time, zone, fold));
        }
        let mut args: Vec<Value> = fields(time)
            .iter()
            .map(|n| vm.new_int(i64::from(*n)))
            .collect();
        args.push(zone.unwrap_or(Value::NONE));
        let made = vm.call(class.as_value(), &args)?;
        if let Some(made) = made.downcast::<Time>() {
            made.fold.set(fold);
        }
        Ok(made)
    }
    fn offset(vm: &Vm, this: &Ref<Time>) -> PyResult<Option<Span>> {
        zone::ask_span(vm, this.zone.get().as_ref(), &Value::NONE)
    }
    fn state(this: &Ref<Time>, vm: &Vm, protocol: i64) -> Value {
        let mut bytes = this.time.bytes();
        if protocol > 3 && this.fold.get() {
            bytes[0] |= 128;
        }
        let bytes = vm.new_bytes(&bytes[..]).into_value();
        let state = match this.zone.get() {
            Some(zone) => vm.tuple_value([bytes, zone]),
            None => vm.tuple_value([bytes]),
        };
        vm.tuple_value([this.ty().to_value(), state])
    }
}

#[pymethods(
    name = "time",
    module = "datetime",
    doc = "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nThe arguments may be ints; tzinfo may be None, or an instance of a subclass of tzinfo.",
    signature = "",
    flags(BASETYPE)
)]
impl Time {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        if let [value, rest @ ..] = args.positional()
            && rest.len() < 2
            && let Some(mut bytes) = state::<6>(vm, value, "time", |b| b[0] & 127 < 24)?
        {
            let zone = zone::state_argument(vm, rest.first())?;
            let fold = bytes[0] & 128 != 0;
            bytes[0] &= 127;
            let time = Time::of(Hms::of_bytes(&bytes), zone, fold);
            return Ok(alloc_instance(vm, cls, time).into_value());
        }
        let [hour, minute, second, micro, tz, fold] = NEW.parse(vm, args)?;
        let numbers = [
            int(vm, hour, 0)?,
            int(vm, minute, 0)?,
            int(vm, second, 0)?,
            int(vm, micro, 0)?,
        ];
        let fold = int(vm, fold, 0)?;
        let (time, fold) = checked(vm, numbers, fold)?;
        let zone = zone::argument(vm, tz)?;
        Ok(alloc_instance(vm, cls, Time::of(time, zone, fold)).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Time>) -> PyResult {
        let Hms {
            hour,
            minute,
            second,
            micro,
        } = this.time;
        let mut out = format!("{}({hour}, {minute}", this.ty().display_name());
        if micro != 0 {
            out.push_str(&format!(", {second}, {micro}"));
        } else if second != 0 {
            out.push_str(&format!(", {second}"));
        }
        let mut out = out.into_bytes();
        if let Some(zone) = this.zone.get() {
            out.extend_from_slice(b", tzinfo=");
            taipan_object::seq::push_repr(vm, &mut out, &zone)?;
        }
        if this.fold.get() {
            out.extend_from_slice(b", fold=1");
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Value) -> PyResult {
        vm.call_method(this, &vm.intern_str("isoformat"), &[])
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Time>) -> PyResult<i64> {
        if this.hash.get() == 0 {
            let hash = match Time::offset(vm, this)? {
                None => taipan_object::hash::hash_bytes(&this.time.bytes()),
                Some(offset) => {
                    let micros =
                        i128::from(this.time.seconds()) * 1_000_000 + i128::from(this.time.micro);
                    Span::hash_of_micros(vm, micros - offset.total_micros())?
                }
            };
            this.hash.set(hash);
        }
        Ok(this.hash.get())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Time>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Time>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let (zone, other_zone) = (this.zone.get(), other.zone.get());
        let same_zone = match (&zone, &other_zone) {
            (Some(a), Some(b)) => a.is(b),
            (None, None) => true,
            _ => false,
        };
        if same_zone {
            return Ok(Value::bool(op.holds(this.time.cmp(&other.time))));
        }
        let (a, b) = (Time::offset(vm, this)?, Time::offset(vm, other)?);
        if same_offset(a, b) {
            return Ok(Value::bool(op.holds(this.time.cmp(&other.time))));
        }
        match (a, b, op) {
            (Some(a), Some(b), _) => {
                let utc = |t: &Ref<Time>, s: Span| {
                    t.time.seconds() - i64::from(s.days) * 86_400 - i64::from(s.seconds)
                };
                let order = utc(this, a)
                    .cmp(&utc(other, b))
                    .then(this.time.micro.cmp(&other.time.micro));
                Ok(Value::bool(op.holds(order)))
            }
            (_, _, CmpOp::Eq) => Ok(Value::FALSE),
            (_, _, CmpOp::Ne) => Ok(Value::TRUE),
            _ => Err(vm.type_error("can't compare offset-naive and offset-aware times")),
        }
    }

    /// string, format -> new time parsed from a string (like time.strptime()).
    #[pyclassmethod("(cls, date_string, format, /)")]
    fn strptime(vm: &Vm, cls: &Value, date_string: &Ref<Str>, format: &Ref<Str>) -> PyResult {
        format::strptime(vm, "_strptime_datetime_time", cls, date_string, format)
    }
    /// Construct a time from a string in ISO 8601 format.
    #[pyclassmethod("(cls, object, /)")]
    fn fromisoformat(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        let Some(text) = object.downcast::<Str>() else {
            return Err(vm.type_error("fromisoformat: argument must be str"));
        };
        let bytes = text.to_wtf8();
        let rest = bytes.strip_prefix(b"T").unwrap_or(&bytes);
        let Some(mut parsed) = text.to_utf8().and_then(|_| iso::time(rest)) else {
            return Err(bad_iso_text(vm, object));
        };
        if parsed.hour == 24 {
            if parsed.minute != 0 || parsed.second != 0 || parsed.micro != 0 {
                return Err(bad_midnight(vm));
            }
            parsed.hour = 0;
        }
        let zone = zone::of_offset(vm, parsed.offset)?;
        let (time, fold) = checked(vm, parsed.fields(), 0)?;
        match cls.downcast() {
            Some(class) => Time::of_class(vm, class, time, zone, fold),
            None => Err(vm.type_error("a class is expected")),
        }
    }
    /// Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    #[pymethod("(self, /, timespec=<unset>)")]
    fn isoformat(vm: &Vm, this: &Ref<Time>, timespec: Option<&Value>) -> PyResult<String> {
        let timespec = text_argument(vm, timespec, "isoformat", 1)?;
        let mut text = format::iso_time(vm, this.time, timespec)?;
        if let Some(offset) = Time::offset(vm, this)? {
            text.push_str(&zone::offset_text(offset, ":"));
        }
        Ok(text)
    }
    /// format -> strftime() style string.
    #[pymethod("(self, /, format)")]
    fn strftime(vm: &Vm, this: &Ref<Time>, format: &Value) -> PyResult {
        let Some(format) = text_argument(vm, Some(format), "strftime", 1)? else {
            return Ok(Value::NONE);
        };
        let [hour, minute, second, _] = fields(this.time).map(|n| vm.new_int(i64::from(n)));
        let n = |n: i64| vm.new_int(n);
        let tuple = [n(1900), n(1), n(1), hour, minute, second, n(0), n(1), n(-1)];
        let shown = Shown {
            micro: this.time.micro,
            zone: this.zone.get(),
            argument: &Value::NONE,
            tuple: vm.tuple_value(tuple),
        };
        format::strftime(vm, &shown, format)
    }
    /// Formats self with strftime.
    #[pymethod("(self, format, /)")]
    fn __format__(vm: &Vm, this: &Value, format: &Ref<Str>) -> PyResult {
        format::format_object(vm, this, format)
    }
    /// Return self.tzinfo.utcoffset(self).
    #[pymethod("(self, /)")]
    fn utcoffset(vm: &Vm, this: &Ref<Time>) -> PyResult<Option<Ref<Delta>>> {
        zone::ask_offset(vm, this.zone.get().as_ref(), "utcoffset", &Value::NONE)
    }
    /// Return self.tzinfo.tzname(self).
    #[pymethod("(self, /)")]
    fn tzname(vm: &Vm, this: &Ref<Time>) -> PyResult<Option<Ref<Str>>> {
        zone::ask_name(vm, this.zone.get().as_ref(), &Value::NONE)
    }
    /// Return self.tzinfo.dst(self).
    #[pymethod("(self, /)")]
    fn dst(vm: &Vm, this: &Ref<Time>) -> PyResult<Option<Ref<Delta>>> {
        zone::ask_offset(vm, this.zone.get().as_ref(), "dst", &Value::NONE)
    }
    /// Return time with new specified fields.
    #[pymethod(
        "(self, /, hour=<unset>, minute=<unset>, second=<unset>, microsecond=<unset>, tzinfo=<unset>, *, fold=<unset>)"
    )]
    fn replace(
        vm: &Vm,
        this: &Ref<Time>,
        hour: Option<&Value>,
        minute: Option<&Value>,
        second: Option<&Value>,
        microsecond: Option<&Value>,
        tzinfo: Option<&Value>,
        fold: Option<&Value>,
    ) -> PyResult {
        let [h, m, s, us] = fields(this.time);
        let numbers = [
            int(vm, hour, h)?,
            int(vm, minute, m)?,
            int(vm, second, s)?,
            int(vm, microsecond, us)?,
        ];
        let fold = int(vm, fold, i32::from(this.fold.get()))?;
        let (time, fold) = checked(vm, numbers, fold)?;
        let zone = match tzinfo {
            Some(given) => zone::argument(vm, Some(given))?,
            None => this.zone.get(),
        };
        Time::of_class(vm, this.ty(), time, zone, fold)
    }
    /// The same as replace().
    #[pymethod(
        "(self, /, hour=<unset>, minute=<unset>, second=<unset>, microsecond=<unset>, tzinfo=<unset>, *, fold=<unset>)"
    )]
    fn __replace__(
        vm: &Vm,
        this: &Ref<Time>,
        hour: Option<&Value>,
        minute: Option<&Value>,
        second: Option<&Value>,
        microsecond: Option<&Value>,
        tzinfo: Option<&Value>,
        fold: Option<&Value>,
    ) -> PyResult {
        Time::replace(vm, this, hour, minute, second, microsecond, tzinfo, fold)
    }
    /// __reduce_ex__(proto) -> (cls, state)
    #[pymethod("(self, proto, /)")]
    fn __reduce_ex__(vm: &Vm, this: &Ref<Time>, proto: i32) -> Value {
        Time::state(this, vm, i64::from(proto))
    }
    /// __reduce__() -> (cls, state)
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Time>) -> Value {
        Time::state(this, vm, 2)
    }
    #[pygetset]
    fn hour(this: &Ref<Time>) -> i32 {
        i32::from(this.time.hour)
    }
    #[pygetset]
    fn minute(this: &Ref<Time>) -> i32 {
        i32::from(this.time.minute)
    }
    #[pygetset]
    fn second(this: &Ref<Time>) -> i32 {
        i32::from(this.time.second)
    }
    #[pygetset]
    fn microsecond(this: &Ref<Time>) -> u32 {
        this.time.micro
    }
    #[pygetset]
    fn tzinfo(this: &Ref<Time>) -> Option<Value> {
        this.zone.get()
    }
    #[pygetset]
    fn fold(this: &Ref<Time>) -> i32 {
        i32::from(this.fold.get())
    }
}

/// ValueError: 24:00 with more after it.
#[cold]
pub fn bad_midnight(vm: &Vm) -> taipan_object::Raised {
    vm.value_error("minute, second, and microsecond must be 0 when hour is 24")
}
