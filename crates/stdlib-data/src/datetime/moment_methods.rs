//! `datetime`: the methods of instances.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::calendar::SECONDS_A_DAY;
use super::date::{self, Date};
use super::delta::{Delta, Span};
use super::local::{self, EPOCH};
use super::moment::{DateTime, DateTimeRef, difference};
use super::params::int;
use super::time::{self, Time};
use super::{amount, format, text_argument, zone};

/// The epoch in UTC, in microseconds since day 0.
const EPOCH_MICROS: i128 = EPOCH as i128 * 1_000_000;

/// The character between date and time.
fn separator<'a>(vm: &Vm, sep: Option<&'a Value>) -> PyResult<Option<&'a Ref<Str>>> {
    let Some(sep) = sep else { return Ok(None) };
    let Some(text) = sep.downcast::<Str>() else {
        return Err(taipan_object::native::bad_argument(
            vm,
            sep,
            "isoformat",
            "argument 1",
            "a unicode character",
        ));
    };
    if text.len() != 1 {
        return Err(vm.type_error(format!(
            "isoformat() argument 1 must be a unicode character, not a string of length {}",
            text.len()
        )));
    }
    Ok(Some(text))
}

/// The zone that local clocks show at the time of a naive datetime.
fn local_zone(vm: &Vm, dt: &Ref<DateTime>) -> PyResult {
    let fold = dt.fold.get();
    let mut seconds = local::to_utc(vm, dt.day, dt.time, fold)?;
    let other = local::to_utc(vm, dt.day, dt.time, !fold)?;
    // Clocks never show that time: the zone is the one on the other side of the change.
    if other != seconds && (other > seconds) == fold {
        seconds = other;
    }
    local::zone_at(vm, seconds - EPOCH)
}

impl DateTime {
    fn reduced(this: &Ref<DateTime>, vm: &Vm, protocol: i64) -> Value {
        let mut bytes = this.day.bytes().to_vec();
        bytes.extend_from_slice(&this.time.bytes());
        if protocol > 3 && this.fold.get() {
            bytes[2] |= 128;
        }
        let bytes = vm.new_bytes(bytes).into_value();
        let state = match this.zone.get() {
            Some(zone) => vm.tuple_value([bytes, zone]),
            None => vm.tuple_value([bytes]),
        };
        vm.tuple_value([this.ty().to_value(), state])
    }
}

#[pymethods(partial = METHODS, class = "datetime")]
impl DateTime {
    /// Return date object with same year, month and day.
    #[pymethod("(self, /)")]
    fn date(vm: &Vm, this: &Ref<DateTime>) -> Value {
        Date::value(vm, this.day)
    }
    /// Return time object with same time but with tzinfo=None.
    #[pymethod("(self, /)")]
    fn time(vm: &Vm, this: &Ref<DateTime>) -> Value {
        Time::value(vm, this.time, None, this.fold.get())
    }
    /// Return time object with same time and tzinfo.
    #[pymethod("(self, /)")]
    fn timetz(vm: &Vm, this: &Ref<DateTime>) -> Value {
        Time::value(vm, this.time, this.zone.get(), this.fold.get())
    }
    /// Return ctime() style string.
    #[pymethod("(self, /)")]
    fn ctime(_vm: &Vm, this: &Ref<DateTime>) -> String {
        format::ctime(this.day, this.time)
    }
    /// Return time tuple, compatible with time.localtime().
    #[pymethod("(self, /)")]
    fn timetuple(vm: &Vm, this: &Ref<DateTime>) -> PyResult {
        let zone = this.zone.get();
        let dst = zone::ask_offset(vm, zone.as_ref(), "dst", this.as_value())?;
        let flag = dst.map_or(-1, |dst| i64::from(dst.span != Span::ZERO));
        format::time_tuple(vm, this.day, this.time, flag)
    }
    /// Return UTC time tuple, compatible with time.localtime().
    #[pymethod("(self, /)")]
    fn utctimetuple(vm: &Vm, this: &Ref<DateTime>) -> PyResult {
        let Some(offset) = this.offset(vm)?.filter(|s| *s != Span::ZERO) else {
            return format::time_tuple(vm, this.day, this.time, 0);
        };
        let moved = this.plus(vm, -offset.total_micros())?;
        match moved.downcast::<DateTime>() {
            Some(utc) => format::time_tuple(vm, utc.day, utc.time, 0),
            None => Err(vm.type_error("the class made no datetime")),
        }
    }
    /// Return POSIX timestamp as float.
    #[pymethod("(self, /)")]
    fn timestamp(vm: &Vm, this: &Ref<DateTime>) -> PyResult {
        if this.has_zone() {
            // A zone may give no offset; the difference says so.
            let epoch = DateTime::of(
                super::calendar::Ymd {
                    year: 1970,
                    month: 1,
                    day: 1,
                },
                super::calendar::Hms::default(),
                Some(zone::utc(vm)),
                false,
            );
            let epoch = alloc_instance(vm, &super::datetime_type(vm), epoch);
            return amount::ratio(vm, difference(vm, this, &epoch)?, 1_000_000);
        }
        let seconds = local::to_utc(vm, this.day, this.time, this.fold.get())? - EPOCH;
        Ok(vm.new_float(seconds as f64 + f64::from(this.time.micro) / 1e6))
    }
    /// [sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
    #[pymethod("(self, /, sep=<unset>, timespec=<unset>)")]
    fn isoformat(
        vm: &Vm,
        this: &Ref<DateTime>,
        sep: Option<&Value>,
        timespec: Option<&Value>,
    ) -> PyResult<Ref<Str>> {
        let sep = separator(vm, sep)?;
        let timespec = text_argument(vm, timespec, "isoformat", 2)?;
        let time = format::iso_time(vm, this.time, timespec)?;
        let mut out = format::iso_date(this.day).into_bytes();
        match sep {
            Some(sep) => sep.view().push_wtf8(&mut out),
            None => out.push(b'T'),
        }
        out.extend_from_slice(time.as_bytes());
        if let Some(offset) = this.offset(vm)? {
            out.extend_from_slice(zone::offset_text(offset, ":").as_bytes());
        }
        Ok(vm.new_wtf8(&out))
    }
    /// Return self.tzinfo.utcoffset(self).
    #[pymethod("(self, /)")]
    fn utcoffset(vm: &Vm, this: &Ref<DateTime>) -> PyResult<Option<Ref<Delta>>> {
        zone::ask_offset(vm, this.zone.get().as_ref(), "utcoffset", this.as_value())
    }
    /// Return self.tzinfo.tzname(self).
    #[pymethod("(self, /)")]
    fn tzname(vm: &Vm, this: &Ref<DateTime>) -> PyResult<Option<Ref<Str>>> {
        zone::ask_name(vm, this.zone.get().as_ref(), this.as_value())
    }
    /// Return self.tzinfo.dst(self).
    #[pymethod("(self, /)")]
    fn dst(vm: &Vm, this: &Ref<DateTime>) -> PyResult<Option<Ref<Delta>>> {
        zone::ask_offset(vm, this.zone.get().as_ref(), "dst", this.as_value())
    }
    /// Return datetime with new specified fields.
    #[pymethod(
        "(self, /, year=<unset>, month=<unset>, day=<unset>, hour=<unset>, minute=<unset>, second=<unset>, microsecond=<unset>, tzinfo=<unset>, *, fold=<unset>)"
    )]
    fn replace(
        vm: &Vm,
        this: &Ref<DateTime>,
        year: Option<&Value>,
        month: Option<&Value>,
        day: Option<&Value>,
        hour: Option<&Value>,
        minute: Option<&Value>,
        second: Option<&Value>,
        microsecond: Option<&Value>,
        tzinfo: Option<&Value>,
        fold: Option<&Value>,
    ) -> PyResult {
        let old = this.day;
        let (year, month, day) = (
            int(vm, year, i32::from(old.year))?,
            int(vm, month, i32::from(old.month))?,
            int(vm, day, i32::from(old.day))?,
        );
        let [h, m, s, us] = time::fields(this.time);
        let numbers = [
            int(vm, hour, h)?,
            int(vm, minute, m)?,
            int(vm, second, s)?,
            int(vm, microsecond, us)?,
        ];
        let fold = int(vm, fold, i32::from(this.fold.get()))?;
        let day = date::checked(vm, year, month, day)?;
        let (time, fold) = time::checked(vm, numbers, fold)?;
        let zone = match tzinfo {
            Some(given) => zone::argument(vm, Some(given))?,
            None => this.zone.get(),
        };
        DateTime::of_class(vm, this.ty(), day, time, zone, fold)
    }
    /// The same as replace().
    #[pymethod(
        "(self, /, year=<unset>, month=<unset>, day=<unset>, hour=<unset>, minute=<unset>, second=<unset>, microsecond=<unset>, tzinfo=<unset>, *, fold=<unset>)"
    )]
    fn __replace__(
        vm: &Vm,
        this: &Ref<DateTime>,
        year: Option<&Value>,
        month: Option<&Value>,
        day: Option<&Value>,
        hour: Option<&Value>,
        minute: Option<&Value>,
        second: Option<&Value>,
        microsecond: Option<&Value>,
        tzinfo: Option<&Value>,
        fold: Option<&Value>,
    ) -> PyResult {
        DateTime::replace(
            vm,
            this,
            year,
            month,
            day,
            hour,
            minute,
            second,
            microsecond,
            tzinfo,
            fold,
        )
    }
    /// tz -> convert to local time in new timezone tz
    #[pymethod("(self, /, tz=None)")]
    fn astimezone(vm: &Vm, this: &Ref<DateTime>, tz: &Value) -> PyResult {
        let target = zone::argument(vm, Some(tz))?;
        let mut own = match this.zone.get() {
            Some(zone) => zone,
            None => local_zone(vm, this)?,
        };
        if target.as_ref().is_some_and(|target| target.is(&own)) {
            return Ok(this.to_value());
        }
        let mut offset = zone::ask_span(vm, Some(&own), this.as_value())?;
        if offset.is_none() {
            // As if there were no zone.
            own = local_zone(vm, this)?;
            if target.as_ref().is_some_and(|target| target.is(&own)) {
                return Ok(this.to_value());
            }
            offset = zone::ask_span(vm, Some(&own), this.as_value())?;
        }
        let offset = offset.unwrap_or(Span::ZERO);
        let moved = this.plus(vm, -offset.total_micros())?;
        let Some(utc) = moved.downcast::<DateTime>() else {
            return Err(vm.type_error("the class made no datetime"));
        };
        let target = match target {
            Some(target) => target,
            None => local::zone_at(vm, utc_seconds(utc))?,
        };
        drop(utc.zone.replace(Some(target.clone())));
        vm.call_method(
            &target,
            &vm.intern_str("fromutc"),
            std::slice::from_ref(&moved),
        )
    }
    /// __reduce_ex__(proto) -> (cls, state)
    #[pymethod("(self, proto, /)")]
    fn __reduce_ex__(vm: &Vm, this: &Ref<DateTime>, proto: i32) -> Value {
        DateTime::reduced(this, vm, i64::from(proto))
    }
    /// __reduce__() -> (cls, state)
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<DateTime>) -> Value {
        DateTime::reduced(this, vm, 2)
    }
    #[pygetset]
    fn hour(this: &Ref<DateTime>) -> i32 {
        i32::from(this.time.hour)
    }
    #[pygetset]
    fn minute(this: &Ref<DateTime>) -> i32 {
        i32::from(this.time.minute)
    }
    #[pygetset]
    fn second(this: &Ref<DateTime>) -> i32 {
        i32::from(this.time.second)
    }
    #[pygetset]
    fn microsecond(this: &Ref<DateTime>) -> u32 {
        this.time.micro
    }
    #[pygetset]
    fn tzinfo(this: &Ref<DateTime>) -> Option<Value> {
        this.zone.get()
    }
    #[pygetset]
    fn fold(this: &Ref<DateTime>) -> i32 {
        i32::from(this.fold.get())
    }
}

/// Whole seconds since 1970 of a time in UTC.
fn utc_seconds(utc: &DateTime) -> i64 {
    let seconds = (utc.micros() - EPOCH_MICROS).div_euclid(1_000_000);
    debug_assert!(seconds.abs() < i128::from(i64::MAX / SECONDS_A_DAY));
    seconds as i64
}
