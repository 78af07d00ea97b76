//! `datetime`: the class methods that make one.

use taipan_host::time as clock;
use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

use super::calendar::{Hms, days_in_month};
use super::date::{self, bad_iso_text, day_of};
use super::iso::{self, Parsed};
use super::local::{self, Rounding};
use super::moment::DateTime;
use super::time::{self, Time, bad_midnight};
use super::{format, zone};

/// A datetime of a time stamp, in local time or in a zone.
fn of_stamp(
    vm: &Vm,
    cls: &Value,
    (seconds, micro): (i64, u32),
    tz: Option<&Value>,
    utc: bool,
) -> PyResult {
    let zone = zone::argument(vm, tz)?;
    let class = class_of(vm, cls)?;
    let (day, time, fold) = local::from_stamp(vm, seconds, micro, utc || zone.is_some())?;
    let made = DateTime::of_class(vm, class, day, time, zone.clone(), fold)?;
    match zone {
        Some(zone) => vm.call_method(&zone, &vm.intern_str("fromutc"), &[made]),
        None => Ok(made),
    }
}

fn class_of<'a>(vm: &Vm, cls: &'a Value) -> PyResult<&'a TypeRef> {
    cls.downcast()
        .ok_or_else(|| vm.type_error("a class is expected"))
}

/// Seconds and microseconds since 1970.
fn now_stamp() -> (i64, u32) {
    let now = clock::system_ns();
    let micros = now.rem_euclid(1_000_000_000) / 1000;
    (now.div_euclid(1_000_000_000) as i64, micros as u32)
}

fn deprecated(vm: &Vm, what: &str, instead: &str) -> PyResult<()> {
    let message = format!(
        "datetime.datetime.{what}() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.{instead}."
    );
    (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)
}

/// What `fromisoformat` reads: year, month and day, and the time.
fn parse_iso(text: &Str) -> Option<((i32, i32, i32), Parsed)> {
    if text.len() < 7 {
        return None;
    }
    // A lone surrogate may stand between date and time, where any character may.
    let mut bytes = Vec::with_capacity(text.len());
    for (i, c) in text.view().iter().enumerate() {
        match c {
            0xD800..0xE000 if matches!(i, 7 | 8 | 10) => bytes.push(b'T'),
            0xD800..0xE000 => return None,
            c => taipan_object::str::push_code_point(&mut bytes, c),
        }
    }
    let end = iso::separator(&bytes)?;
    let date = iso::date(&bytes, end)?;
    let Some(&first) = bytes.get(end) else {
        return Some((date, Parsed::MIDNIGHT));
    };
    let width = match first {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    };
    let time = iso::time(bytes.get(end + width..)?)?;
    Some((date, time))
}

#[pymethods(partial = MAKERS, class = "datetime")]
impl DateTime {
    /// Returns new datetime object representing current time local to tz.
    ///
    /// If no tz is specified, uses local timezone.
    #[pyclassmethod("(cls, /, tz=None)")]
    fn now(vm: &Vm, cls: &Value, tz: &Value) -> PyResult {
        of_stamp(vm, cls, now_stamp(), Some(tz), false)
    }
    /// Return a new datetime representing UTC day and time.
    #[pyclassmethod("(cls, /)")]
    fn utcnow(vm: &Vm, cls: &Value) -> PyResult {
        deprecated(vm, "utcnow", "now(datetime.UTC)")?;
        of_stamp(vm, cls, now_stamp(), None, true)
    }
    /// timestamp[, tz] -> tz's local time from POSIX timestamp.
    #[pyclassmethod("(cls, /, timestamp, tz=None)")]
    fn fromtimestamp(vm: &Vm, cls: &Value, timestamp: &Value, tz: &Value) -> PyResult {
        zone::argument(vm, Some(tz))?;
        let stamp = local::stamp(vm, timestamp, Rounding::Micros)?;
        of_stamp(vm, cls, stamp, Some(tz), false)
    }
    /// Construct a naive UTC datetime from a POSIX timestamp.
    #[pyclassmethod("(cls, timestamp, /)")]
    fn utcfromtimestamp(vm: &Vm, cls: &Value, timestamp: &Value) -> PyResult {
        deprecated(
            vm,
            "utcfromtimestamp",
            "fromtimestamp(timestamp, datetime.UTC)",
        )?;
        let stamp = local::stamp(vm, timestamp, Rounding::Micros)?;
        of_stamp(vm, cls, stamp, None, true)
    }
    /// string, format -> new datetime parsed from a string (like time.strptime()).
    #[pyclassmethod("(cls, date_string, format, /)")]
    fn strptime(vm: &Vm, cls: &Value, date_string: &Ref<Str>, format: &Ref<Str>) -> PyResult {
        format::strptime(vm, "_strptime_datetime_datetime", cls, date_string, format)
    }
    /// date, time -> datetime with same date and time fields
    #[pyclassmethod("(cls, /, date, time, tzinfo=<unset>)")]
    fn combine(
        vm: &Vm,
        cls: &Value,
        date: &Value,
        time: &Value,
        tzinfo: Option<&Value>,
    ) -> PyResult {
        let bad = |place: usize, expected: &str, value: &Value| {
            let what = format!("argument {place}");
            taipan_object::native::bad_argument(vm, value, "combine", &what, expected)
        };
        let Some(day) = day_of(date) else {
            return Err(bad(1, "datetime.date", date));
        };
        let Some(time) = time.downcast::<Time>() else {
            return Err(bad(2, "datetime.time", time));
        };
        let zone = match tzinfo {
            Some(given) => zone::argument(vm, Some(given))?,
            None => time.zone.get(),
        };
        let class = class_of(vm, cls)?;
        DateTime::of_class(vm, class, day, time.time, zone, time.fold.get())
    }
    /// string -> datetime from a string in most ISO 8601 formats
    #[pyclassmethod("(cls, object, /)")]
    fn fromisoformat(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        let Some(text) = object.downcast::<Str>() else {
            return Err(vm.type_error("fromisoformat: argument must be str"));
        };
        let Some(((mut year, mut month, mut day), mut parsed)) = parse_iso(text) else {
            return Err(bad_iso_text(vm, object));
        };
        let zone = zone::of_offset(vm, parsed.offset)?;
        if parsed.hour == 24 && month <= 12 && day <= days_in_month(year, month) {
            if parsed.minute != 0 || parsed.second != 0 || parsed.micro != 0 {
                return Err(bad_midnight(vm));
            }
            // Midnight at the end of a day is the start of the next one.
            parsed.hour = 0;
            day += 1;
            if day > days_in_month(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        let day = date::checked(vm, year, month, day)?;
        let (time, _): (Hms, bool) = time::checked(vm, parsed.fields(), 0)?;
        DateTime::of_class(vm, class_of(vm, cls)?, day, time, zone, false)
    }
}
