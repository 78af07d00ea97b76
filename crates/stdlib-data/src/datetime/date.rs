//! `date`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::calendar::{Hms, IsoError, MAX_YEAR, MIN_YEAR, Ymd, days_in_month, iso_ordinal};
use super::delta::{Delta, Span};
use super::format::{self, Shown};
use super::local::{self, Rounding, bad_year};
use super::moment::DateTime;
use super::params::{Signature, int};
use super::{iso, iso_week, text_argument};

/// `date`; a `datetime` has a payload of its own.
pub struct Date {
    pub day: Ymd,
    hash: Cell<i64>,
}
payload!(Date);

const NEW: Signature = Signature {
    function: None,
    names: &["year", "month", "day"],
    required: 3,
    positional: 3,
};

/// The day of a `date` or `datetime`.
pub fn day_of(value: &Value) -> Option<Ymd> {
    match value.downcast::<Date>() {
        Some(date) => Some(date.day),
        None => value.downcast::<DateTime>().map(|dt| dt.day),
    }
}

/// The day of a receiver.
fn own_day(vm: &Vm, this: &Value, method: &str) -> PyResult<Ymd> {
    day_of(this).ok_or_else(|| taipan_object::args::wrong_receiver(vm, this, method))
}

/// A day from numbers.
///
/// # Errors
/// ValueError.
pub fn checked(vm: &Vm, year: i32, month: i32, day: i32) -> PyResult<Ymd> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(bad_year(vm, i64::from(year)));
    }
    if !(1..=12).contains(&month) {
        return Err(vm.value_error(format!("month must be in 1..12, not {month}")));
    }
    let days = days_in_month(year, month);
    if !(1..=days).contains(&day) {
        return Err(vm.value_error(format!(
            "day {day} must be in range 1..{days} for month {month} in year {year}"
        )));
    }
    Ok(Ymd {
        year: year as u16,
        month: month as u8,
        day: day as u8,
    })
}

/// The day with an ordinal.
///
/// # Errors
/// ValueError.
pub fn of_ordinal(vm: &Vm, ordinal: i32) -> PyResult<Ymd> {
    if ordinal < 1 {
        return Err(vm.value_error("ordinal must be >= 1"));
    }
    match Ymd::checked(i64::from(ordinal)) {
        Some(day) => Ok(day),
        None => Err(bad_year(vm, i64::from(Ymd::of_ordinal(ordinal).0))),
    }
}

#[cold]
pub fn out_of_range(vm: &Vm) -> Raised {
    vm.overflow_error("date value out of range")
}

/// The bytes of a pickle's state, given as bytes or, from Python 2, as text; `None` for what is no state.
///
/// # Errors
/// ValueError for text that is no Latin-1.
pub fn state<const N: usize>(
    vm: &Vm,
    value: &Value,
    class: &str,
    sane: impl Fn(&[u8; N]) -> bool,
) -> PyResult<Option<[u8; N]>> {
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Ok(<[u8; N]>::try_from(&bytes.data[..])
            .ok()
            .filter(|b| sane(b)));
    }
    let Some(text) = value.downcast::<Str>().filter(|s| s.len() == N) else {
        return Ok(None);
    };
    let mut bytes = [0; N];
    let mut latin = true;
    for (byte, c) in bytes.iter_mut().zip(text.view().iter()) {
        latin &= c < 256;
        *byte = c as u8;
    }
    // Only the byte that is looked at decides whether it is a state at all.
    if !latin && sane(&bytes) {
        return Err(vm.value_error(format!(
            "Failed to encode latin1 string when unpickling a {class} object. pickle.load(data, encoding='latin1') is assumed."
        )));
    }
    Ok(Some(bytes).filter(|b| latin && sane(b)))
}

impl Date {
    pub fn make(vm: &Vm, class: &TypeRef, day: Ymd) -> Ref<Date> {
        let date = Date {
            day,
            hash: Cell::new(0),
        };
        alloc_instance(vm, class, date)
    }
    /// A `date` of the built-in class.
    pub fn value(vm: &Vm, day: Ymd) -> Value {
        Date::make(vm, &vm.add_native_type::<Date>(), day).into_value()
    }
    /// A date of a class; subclasses are called.
    ///
    /// # Errors
    /// What the class raises.
    pub fn of_class(vm: &Vm, class: &TypeRef, day: Ymd) -> PyResult {
        if class.is(&vm.add_native_type::<Date>()) {
            return Ok(Date::value(vm, day));
        }
        if class.is(&super::datetime_type(vm)) {
            let dt = DateTime::of(day, Hms::default(), None, false);
            return Ok(alloc_instance(vm, class, dt).into_value());
        }
        let args = [
            i64::from(day.year),
            i64::from(day.month),
            i64::from(day.day),
        ]
        .map(|n| vm.new_int(n));
        vm.call(class.as_value(), &args)
    }
    /// `date + days` with the sign of the difference.
    fn shifted(vm: &Vm, date: &Value, day: Ymd, days: i64) -> PyResult {
        match Ymd::checked(i64::from(day.ordinal()) + days) {
            Some(day) => Date::of_class(vm, vm.type_of(date), day),
            None => Err(out_of_range(vm)),
        }
    }
}

/// A class argument of a class method.
fn class_of<'a>(vm: &Vm, cls: &'a Value) -> PyResult<&'a TypeRef> {
    cls.downcast()
        .ok_or_else(|| vm.type_error("a class is expected"))
}

/// A component of `fromisocalendar`.
fn iso_part(vm: &Vm, value: &Value) -> PyResult<i32> {
    match int(vm, Some(value), 0) {
        Err(_) if vm.exception_is(&vm.exc.overflow_error) => {
            drop(vm.take_pending());
            Err(vm.value_error("ISO calendar component out of range"))
        }
        result => result,
    }
}

#[pymethods(
    name = "date",
    module = "datetime",
    doc = "date(year, month, day) --> date object",
    signature = "",
    flags(BASETYPE)
)]
impl Date {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        if let [value] = args.values
            && args.keyword_count() == 0
            && let Some(bytes) = state::<4>(vm, value, "date", |b| (1..=12).contains(&b[2]))?
        {
            return Ok(Date::make(vm, cls, Ymd::of_bytes(&bytes)).into_value());
        }
        let [year, month, day] = NEW.parse(vm, args)?;
        let (year, month, day) = (int(vm, year, 0)?, int(vm, month, 0)?, int(vm, day, 0)?);
        Ok(Date::make(vm, cls, checked(vm, year, month, day)?).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        let day = own_day(vm, this, "__repr__")?;
        let name = vm.type_name(this);
        let text = format!("{name}({}, {}, {})", day.year, day.month, day.day);
        Ok(vm.new_str(&text).into_value())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Value) -> PyResult {
        vm.call_method(this, &vm.intern_str("isoformat"), &[])
    }
    #[pyslot]
    fn hash(_vm: &Vm, this: &Ref<Date>) -> PyResult<i64> {
        if this.hash.get() == 0 {
            this.hash
                .set(taipan_object::hash::hash_bytes(&this.day.bytes()));
        }
        Ok(this.hash.get())
    }
    /// A `datetime` compares by itself, so that its time counts.
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Value, other: &Value, op: CmpOp) -> PyResult {
        let (Some(day), Some(other)) = (day_of(this), other.downcast::<Date>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        Ok(Value::bool(op.holds(day.cmp(&other.day))))
    }
    #[pyslot]
    fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let (date, delta) = match (a.downcast::<Date>(), b.downcast::<Date>()) {
            (Some(date), None) => (date, b.downcast::<Delta>()),
            (None, Some(date)) => (date, a.downcast::<Delta>()),
            _ => return Ok(Value::NOT_IMPLEMENTED),
        };
        match delta {
            Some(delta) => Date::shifted(vm, date.as_value(), date.day, i64::from(delta.span.days)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let Some(date) = a.downcast::<Date>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if let Some(other) = b.downcast::<Date>() {
            let span = Span {
                days: date.day.ordinal() - other.day.ordinal(),
                ..Span::ZERO
            };
            return Ok(Delta::value(vm, span));
        }
        match b.downcast::<Delta>() {
            Some(delta) => Date::shifted(vm, a, date.day, -i64::from(delta.span.days)),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Create a date from a POSIX timestamp.
    #[pyclassmethod("(cls, timestamp, /)")]
    fn fromtimestamp(vm: &Vm, cls: &Value, timestamp: &Value) -> PyResult {
        let (seconds, _) = local::stamp(vm, timestamp, Rounding::Seconds)?;
        let (day, _, _) = local::from_stamp(vm, seconds, 0, false)?;
        Date::of_class(vm, class_of(vm, cls)?, day)
    }
    /// int -> date corresponding to a proleptic Gregorian ordinal.
    #[pyclassmethod("(cls, ordinal, /)")]
    fn fromordinal(vm: &Vm, cls: &Value, ordinal: &Value) -> PyResult {
        let day = of_ordinal(vm, int(vm, Some(ordinal), 0)?)?;
        Date::of_class(vm, class_of(vm, cls)?, day)
    }
    /// Construct a date from a string in ISO 8601 format.
    #[pyclassmethod("(cls, object, /)")]
    fn fromisoformat(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        let Some(text) = object.downcast::<Str>() else {
            return Err(vm.type_error("fromisoformat: argument must be str"));
        };
        let bytes = text.to_wtf8();
        let parsed = matches!(bytes.len(), 7 | 8 | 10)
            .then(|| iso::date(&bytes, bytes.len()))
            .flatten();
        let Some((year, month, day)) = parsed else {
            return Err(bad_iso_text(vm, object));
        };
        Date::of_class(vm, class_of(vm, cls)?, checked(vm, year, month, day)?)
    }
    /// Construct a date from the ISO year, week number and weekday.
    #[pyclassmethod("(cls, year, week, day)")]
    fn fromisocalendar(vm: &Vm, cls: &Value, year: &Value, week: &Value, day: &Value) -> PyResult {
        let (year, week, day) = (iso_part(vm, year)?, iso_part(vm, week)?, iso_part(vm, day)?);
        let ordinal = iso_ordinal(year, week, day).map_err(|e| match e {
            IsoError::Year => bad_year(vm, i64::from(year)),
            IsoError::Week => vm.value_error(format!("Invalid week: {week}")),
            IsoError::Day => vm.value_error(format!("Invalid weekday: {day} (range is [1, 7])")),
        })?;
        let (year, month, day) = Ymd::of_ordinal(ordinal);
        let day = checked(vm, year, i32::from(month), i32::from(day))?;
        Date::of_class(vm, class_of(vm, cls)?, day)
    }
    /// string, format -> new date parsed from a string (like time.strptime()).
    #[pyclassmethod("(cls, date_string, format, /)")]
    fn strptime(vm: &Vm, cls: &Value, date_string: &Ref<Str>, format: &Ref<Str>) -> PyResult {
        format::strptime(vm, "_strptime_datetime_date", cls, date_string, format)
    }
    /// Current date or datetime. Same as self.__class__.fromtimestamp(time.time()).
    #[pyclassmethod("(cls, /)")]
    fn today(vm: &Vm, cls: &Value) -> PyResult {
        let now = taipan_host::time::system_ns();
        let class = class_of(vm, cls)?;
        if class.is(&vm.add_native_type::<Date>()) {
            let seconds = now.div_euclid(1_000_000_000) as i64;
            let (day, _, _) = local::from_stamp(vm, seconds, 0, false)?;
            return Ok(Date::value(vm, day));
        }
        let now = vm.new_float(now as f64 / 1e9);
        vm.call_method(cls, &vm.intern_str("fromtimestamp"), &[now])
    }

    /// Return ctime() style string.
    #[pymethod("(self, /)")]
    fn ctime(vm: &Vm, this: &Value) -> PyResult<String> {
        Ok(format::ctime(own_day(vm, this, "ctime")?, Hms::default()))
    }
    /// Format using strftime().
    #[pymethod("(self, /, format)")]
    fn strftime(vm: &Vm, this: &Value, format: &Value) -> PyResult {
        let Some(format) = text_argument(vm, Some(format), "strftime", 1)? else {
            return Ok(Value::NONE);
        };
        let (micro, zone) = match this.downcast::<DateTime>() {
            Some(dt) => (dt.time.micro, dt.zone.get()),
            None => (0, None),
        };
        let tuple = vm.call_method(this, &vm.intern_str("timetuple"), &[])?;
        let shown = Shown {
            micro,
            zone,
            argument: this,
            tuple,
        };
        format::strftime(vm, &shown, format)
    }
    /// Formats self with strftime.
    #[pymethod("(self, format, /)")]
    fn __format__(vm: &Vm, this: &Value, format: &Ref<Str>) -> PyResult {
        format::format_object(vm, this, format)
    }
    /// Return time tuple, compatible with time.localtime().
    #[pymethod("(self, /)")]
    fn timetuple(vm: &Vm, this: &Value) -> PyResult {
        format::time_tuple(vm, own_day(vm, this, "timetuple")?, Hms::default(), -1)
    }
    /// Return a named tuple containing ISO year, week number, and weekday.
    #[pymethod("(self, /)")]
    fn isocalendar(vm: &Vm, this: &Value) -> PyResult {
        let (year, week, day) = own_day(vm, this, "isocalendar")?.iso();
        iso_week::value(vm, year, week, day)
    }
    /// Return string in ISO 8601 format, YYYY-MM-DD.
    #[pymethod("(self, /)")]
    fn isoformat(vm: &Vm, this: &Value) -> PyResult<String> {
        Ok(format::iso_date(own_day(vm, this, "isoformat")?))
    }
    /// Return the day of the week represented by the date. Monday == 1 ... Sunday == 7
    #[pymethod("(self, /)")]
    fn isoweekday(vm: &Vm, this: &Value) -> PyResult<i32> {
        Ok(own_day(vm, this, "isoweekday")?.weekday() + 1)
    }
    /// Return proleptic Gregorian ordinal. January 1 of year 1 is day 1.
    #[pymethod("(self, /)")]
    fn toordinal(vm: &Vm, this: &Value) -> PyResult<i32> {
        Ok(own_day(vm, this, "toordinal")?.ordinal())
    }
    /// Return the day of the week represented by the date. Monday == 0 ... Sunday == 6
    #[pymethod("(self, /)")]
    fn weekday(vm: &Vm, this: &Value) -> PyResult<i32> {
        Ok(own_day(vm, this, "weekday")?.weekday())
    }
    /// Return date with new specified fields.
    #[pymethod("(self, /, year=<unset>, month=<unset>, day=<unset>)")]
    fn replace(
        vm: &Vm,
        this: &Value,
        year: Option<&Value>,
        month: Option<&Value>,
        day: Option<&Value>,
    ) -> PyResult {
        let old = own_day(vm, this, "replace")?;
        let (year, month, day) = (
            int(vm, year, i32::from(old.year))?,
            int(vm, month, i32::from(old.month))?,
            int(vm, day, i32::from(old.day))?,
        );
        Date::of_class(vm, vm.type_of(this), checked(vm, year, month, day)?)
    }
    /// The same as replace().
    #[pymethod("(self, /, year=<unset>, month=<unset>, day=<unset>)")]
    fn __replace__(
        vm: &Vm,
        this: &Value,
        year: Option<&Value>,
        month: Option<&Value>,
        day: Option<&Value>,
    ) -> PyResult {
        Date::replace(vm, this, year, month, day)
    }
    /// __reduce__() -> (cls, state)
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult {
        let state = own_day(vm, this, "__reduce__")?.bytes();
        let state = vm.new_bytes(&state[..]).into_value();
        Ok(vm.tuple_value([vm.type_of(this).to_value(), vm.tuple_value([state])]))
    }
    #[pygetset]
    fn year(vm: &Vm, this: &Value) -> PyResult<i32> {
        Ok(i32::from(own_day(vm, this, "year")?.year))
    }
    #[pygetset]
    fn month(vm: &Vm, this: &Value) -> PyResult<i32> {
        Ok(i32::from(own_day(vm, this, "month")?.month))
    }
    #[pygetset]
    fn day(vm: &Vm, this: &Value) -> PyResult<i32> {
        Ok(i32::from(own_day(vm, this, "day")?.day))
    }
}

#[cold]
pub fn bad_iso_text(vm: &Vm, text: &Value) -> Raised {
    match vm.repr(text) {
        Ok(shown) => {
            let mut message = b"Invalid isoformat string: ".to_vec();
            shown.view().push_wtf8(&mut message);
            let message = vm.new_wtf8(&message).into_value();
            taipan_object::exceptions::raise_new(vm, &vm.exc.value_error, &[message])
        }
        Err(e) => e,
    }
}
