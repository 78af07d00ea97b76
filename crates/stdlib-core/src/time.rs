//! The module `time`.

use taipan_macros::pymodule;
use taipan_object::struct_sequence::Layout;

pub use module::MODULE;

/// A number of seconds that a program gives as a timeout.
///
/// # Errors
/// TypeError for other objects, OverflowError for numbers too large.
pub fn seconds(
    vm: &taipan_object::Vm,
    value: &taipan_object::Value,
) -> taipan_object::PyResult<f64> {
    Ok(module::duration_ns(vm, value)? as f64 / 1e9)
}

static STRUCT_TIME: Layout = Layout {
    name: "time.struct_time",
    doc: "A calendar time.",
    visible: &[
        "tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday",
        "tm_isdst",
    ],
    hidden: &["tm_zone", "tm_gmtoff"],
    constructible: true,
};

/// Functions of the module `time`.
#[pymodule(name = "time", doc = "Clocks, sleeping, calendar times.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use std::time::Duration;

    use taipan_host::time::{self as clock, Calendar};
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::tuple::Tuple;
    use taipan_object::{PyResult, Raised, Ref, Value, Vm};

    use super::STRUCT_TIME;

    #[pyattr]
    const CLOCK_REALTIME: i32 = 0;
    #[pyattr]
    const CLOCK_MONOTONIC: i32 = if cfg!(target_os = "macos") { 6 } else { 1 };
    #[pyattr]
    const CLOCK_PROCESS_CPUTIME_ID: i32 = if cfg!(target_os = "macos") { 12 } else { 2 };
    #[pyattr]
    const CLOCK_THREAD_CPUTIME_ID: i32 = if cfg!(target_os = "macos") { 16 } else { 3 };
    #[cfg(target_os = "linux")]
    #[pyattr]
    const CLOCK_MONOTONIC_RAW: i32 = 4;
    #[cfg(target_os = "linux")]
    #[pyattr]
    const CLOCK_BOOTTIME: i32 = 7;
    #[cfg(target_os = "linux")]
    #[pyattr]
    const CLOCK_TAI: i32 = 11;
    #[pyattr]
    const _STRUCT_TM_ITEMS: i32 = 11;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let ty = vm.struct_sequence_type(&STRUCT_TIME)?;
        module
            .dict
            .insert_str(vm, &vm.intern_str("struct_time"), ty.into_value());
        set_zone(vm, module);
        Ok(())
    }

    /// `timezone`, `altzone`, `daylight` and `tzname`, from this year's January and July.
    fn set_zone(vm: &Vm, module: &Ref<Module>) {
        let year = 365 * 24 * 3600 + 6 * 3600;
        let start = (clock::system_ns() / 1_000_000_000) as i64 / year * year;
        let (january, july) = (
            clock::local(start).unwrap_or_default(),
            clock::local(start + year / 2).unwrap_or_default(),
        );
        let (standard, summer) = if january.offset <= july.offset {
            (&january, &july)
        } else {
            (&july, &january)
        };
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        set("timezone", vm.new_int(-standard.offset));
        set("altzone", vm.new_int(-summer.offset));
        set(
            "daylight",
            vm.new_int(i64::from(january.offset != july.offset)),
        );
        let zone = |c: &Calendar| vm.new_str(&c.zone).into_value();
        set("tzname", vm.tuple_value([zone(standard), zone(summer)]));
    }

    fn os(vm: &Vm, e: &std::io::Error) -> Raised {
        taipan_vm::os_error::raise(vm, e, None)
    }
    fn seconds(ns: i128) -> f64 {
        (ns.div_euclid(1_000_000_000)) as f64 + (ns.rem_euclid(1_000_000_000)) as f64 / 1e9
    }
    fn big(vm: &Vm, ns: i128) -> Value {
        match i64::try_from(ns) {
            Ok(n) => vm.new_int(n),
            Err(_) => vm.new_bigint(ns.into()),
        }
    }

    /// Seconds since 1970.
    #[pyfunction("()")]
    fn time() -> f64 {
        seconds(clock::system_ns())
    }
    /// Nanoseconds since 1970.
    #[pyfunction("()")]
    fn time_ns(vm: &Vm) -> Value {
        big(vm, clock::system_ns())
    }
    /// Seconds of a clock that never goes back.
    #[pyfunction("()")]
    fn monotonic() -> f64 {
        seconds(clock::monotonic_ns())
    }
    /// Nanoseconds of a clock that never goes back.
    #[pyfunction("()")]
    fn monotonic_ns(vm: &Vm) -> Value {
        big(vm, clock::monotonic_ns())
    }
    /// Seconds of the best clock for short times.
    #[pyfunction("()")]
    fn perf_counter() -> f64 {
        seconds(clock::monotonic_ns())
    }
    /// Nanoseconds of the best clock for short times.
    #[pyfunction("()")]
    fn perf_counter_ns(vm: &Vm) -> Value {
        big(vm, clock::monotonic_ns())
    }
    fn get_clock(vm: &Vm, id: i32) -> PyResult<i128> {
        clock::clock_ns(id).map_err(|e| os(vm, &e))
    }
    /// Seconds of processor time of the process.
    #[pyfunction("()")]
    fn process_time(vm: &Vm) -> PyResult<f64> {
        get_clock(vm, CLOCK_PROCESS_CPUTIME_ID).map(seconds)
    }
    /// Nanoseconds of processor time of the process.
    #[pyfunction("()")]
    fn process_time_ns(vm: &Vm) -> PyResult {
        get_clock(vm, CLOCK_PROCESS_CPUTIME_ID).map(|n| big(vm, n))
    }
    /// Seconds of processor time of the thread.
    #[pyfunction("()")]
    fn thread_time(vm: &Vm) -> PyResult<f64> {
        get_clock(vm, CLOCK_THREAD_CPUTIME_ID).map(seconds)
    }
    /// Nanoseconds of processor time of the thread.
    #[pyfunction("()")]
    fn thread_time_ns(vm: &Vm) -> PyResult {
        get_clock(vm, CLOCK_THREAD_CPUTIME_ID).map(|n| big(vm, n))
    }
    /// Seconds of a clock.
    #[pyfunction("(clk_id, /)")]
    fn clock_gettime(vm: &Vm, id: i32) -> PyResult<f64> {
        get_clock(vm, id).map(seconds)
    }
    /// Nanoseconds of a clock.
    #[pyfunction("(clk_id, /)")]
    fn clock_gettime_ns(vm: &Vm, id: i32) -> PyResult {
        get_clock(vm, id).map(|n| big(vm, n))
    }
    /// The resolution of a clock in seconds.
    #[pyfunction("(clk_id, /)")]
    fn clock_getres(vm: &Vm, id: i32) -> PyResult<f64> {
        clock::clock_resolution_ns(id)
            .map(seconds)
            .map_err(|e| os(vm, &e))
    }
    /// What is known of a clock.
    #[pyfunction("(name, /)")]
    fn get_clock_info(vm: &Vm, name: &Ref<Str>) -> PyResult {
        let (id, adjustable, monotonic, text) = match name.to_string().as_str() {
            "time" => (CLOCK_REALTIME, true, false, "clock_gettime(CLOCK_REALTIME)"),
            "monotonic" | "perf_counter" => (
                CLOCK_MONOTONIC,
                false,
                true,
                "clock_gettime(CLOCK_MONOTONIC)",
            ),
            "process_time" => (
                CLOCK_PROCESS_CPUTIME_ID,
                false,
                true,
                "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)",
            ),
            "thread_time" => (
                CLOCK_THREAD_CPUTIME_ID,
                false,
                true,
                "clock_gettime(CLOCK_THREAD_CPUTIME_ID)",
            ),
            _ => return Err(vm.value_error("unknown clock")),
        };
        let info = vm.call(vm.types.simple_namespace.as_value(), &[])?;
        let set = |name: &str, value: Value| vm.setattr(&info, &vm.intern_str(name), &value);
        set("implementation", vm.new_str(text).into_value())?;
        set("monotonic", Value::bool(monotonic))?;
        set("adjustable", Value::bool(adjustable))?;
        set(
            "resolution",
            vm.new_float(clock::clock_resolution_ns(id).map(seconds).unwrap_or(1e-9)),
        )?;
        Ok(info)
    }

    /// A number of seconds as nanoseconds.
    pub(crate) fn duration_ns(vm: &Vm, value: &Value) -> PyResult<i128> {
        if let Some(x) = value.as_float() {
            if x.is_nan() {
                return Err(vm.value_error("Invalid value NaN (not a number)"));
            }
            if x.abs() >= 9_223_372_036.0 {
                return Err(vm.overflow_error("timestamp out of range for platform time_t"));
            }
            return Ok((x * 1e9).ceil() as i128);
        }
        match vm.index(value) {
            Ok(n) => match n.as_i64() {
                Some(n) if n.unsigned_abs() < 9_223_372_036 => Ok(i128::from(n) * 1_000_000_000),
                _ => Err(vm.overflow_error("timestamp out of range for platform time_t")),
            },
            Err(_) => {
                drop(vm.take_pending());
                Err(vm.type_error(format!(
                    "'{}' object cannot be interpreted as an integer",
                    vm.type_name(value)
                )))
            }
        }
    }
    /// Waits.
    #[pyfunction("(seconds, /)")]
    fn sleep(vm: &Vm, duration: &Value) -> PyResult<()> {
        let ns = duration_ns(vm, duration)?;
        if ns < 0 {
            return Err(vm.value_error("sleep length must be non-negative"));
        }
        let end = clock::monotonic_ns() + ns;
        loop {
            let left = (end - clock::monotonic_ns()).max(0);
            let time = Duration::from_nanos(left.min(i128::from(i64::MAX)) as u64);
            let complete = taipan_vm::threads::unlocked(vm, || clock::sleep(time));
            (vm.hooks.get().poll)(vm)?;
            if complete || left == 0 {
                return Ok(());
            }
        }
    }

    // ---- calendar times

    fn to_struct(vm: &Vm, c: &Calendar) -> PyResult {
        let n = |n: i32| vm.new_int(n.into());
        let items = vec![
            vm.new_int(c.year),
            n(c.month),
            n(c.day),
            n(c.hour),
            n(c.minute),
            n(c.second),
            n(c.weekday),
            n(c.yearday),
            n(c.dst),
        ];
        vm.new_struct_sequence(
            &STRUCT_TIME,
            items,
            vec![vm.new_str(&c.zone).into_value(), vm.new_int(c.offset)],
        )
    }
    /// Whole seconds of a time stamp; now if there is none.
    fn stamp(vm: &Vm, value: &Value) -> PyResult<i64> {
        if value.is_none() {
            return Ok((clock::system_ns().div_euclid(1_000_000_000)) as i64);
        }
        if let Some(x) = value.as_float() {
            if x.is_nan() {
                return Err(vm.value_error("Invalid value NaN (not a number)"));
            }
            if x.abs() >= 9.2e18 {
                return Err(vm.overflow_error("timestamp out of range for platform time_t"));
            }
            return Ok(x.floor() as i64);
        }
        match vm.index(value)?.as_i64() {
            Some(n) => Ok(n),
            None => Err(vm.overflow_error("timestamp out of range for platform time_t")),
        }
    }
    fn calendar_error(vm: &Vm, e: &std::io::Error) -> Raised {
        os(vm, e)
    }
    /// The local time of a time stamp.
    #[pyfunction("(seconds=None, /)")]
    fn localtime(vm: &Vm, seconds: &Value) -> PyResult {
        let c = clock::local(stamp(vm, seconds)?).map_err(|e| calendar_error(vm, &e))?;
        to_struct(vm, &c)
    }
    /// The universal time of a time stamp.
    #[pyfunction("(seconds=None, /)")]
    fn gmtime(vm: &Vm, seconds: &Value) -> PyResult {
        let c = clock::utc(stamp(vm, seconds)?).map_err(|e| calendar_error(vm, &e))?;
        to_struct(vm, &c)
    }

    fn from_struct(vm: &Vm, value: &Value, function: &str) -> PyResult<Calendar> {
        let Some(t) = value.downcast::<Tuple>() else {
            return Err(vm.type_error("Tuple or struct_time argument required"));
        };
        if t.len() != 9 {
            return Err(vm.type_error(format!("{function}(): illegal time tuple argument")));
        }
        let mut n = [0i64; 9];
        for (to, v) in n.iter_mut().zip(t.items()) {
            *to = vm.index_i64(v)?;
        }
        if i32::try_from(n[0] - 1900).is_err() {
            return Err(vm.overflow_error("year out of range"));
        }
        let mut c = Calendar {
            year: n[0],
            month: n[1] as i32,
            day: n[2] as i32,
            hour: n[3] as i32,
            minute: n[4] as i32,
            second: n[5] as i32,
            weekday: n[6] as i32,
            yearday: n[7] as i32,
            dst: n[8] as i32,
            zone: String::new(),
            offset: 0,
        };
        if let Some(zone) = vm
            .getattr_opt(value, &vm.intern_str("tm_zone"))?
            .and_then(|z| z.downcast_owned::<Str>().ok())
        {
            c.zone = zone.to_string();
        }
        if let Some(offset) = vm
            .getattr_opt(value, &vm.intern_str("tm_gmtoff"))?
            .and_then(|o| o.as_i64())
        {
            c.offset = offset;
        }
        Ok(c)
    }
    /// Checks the parts of a time and gives those that may be 0 a sensible value.
    fn checked(vm: &Vm, mut c: Calendar) -> PyResult<Calendar> {
        if c.month == 0 {
            c.month = 1;
        }
        if c.day == 0 {
            c.day = 1;
        }
        if c.yearday == 0 {
            c.yearday = 1;
        }
        let fail = |what: &str| Err(vm.value_error(format!("{what} out of range")));
        if !(1..=12).contains(&c.month) {
            return fail("month");
        }
        if !(1..=31).contains(&c.day) {
            return fail("day of month");
        }
        if !(0..=23).contains(&c.hour) {
            return fail("hour");
        }
        if !(0..=59).contains(&c.minute) {
            return fail("minute");
        }
        if !(0..=61).contains(&c.second) {
            return fail("seconds");
        }
        if c.weekday < -1 {
            return fail("day of week");
        }
        c.weekday = c.weekday.rem_euclid(7);
        if !(1..=366).contains(&c.yearday) {
            return fail("day of year");
        }
        Ok(c)
    }
    /// The time stamp of a local time.
    #[pyfunction("(tuple, /)")]
    fn mktime(vm: &Vm, tuple: &Value) -> PyResult<f64> {
        let c = from_struct(vm, tuple, "mktime")?;
        clock::make(&c)
            .map(|t| t as f64)
            .map_err(|_| vm.overflow_error("mktime argument out of range"))
    }

    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    fn ascii_time(c: &Calendar) -> String {
        format!(
            "{} {}{:3} {:02}:{:02}:{:02} {}",
            DAYS[c.weekday.rem_euclid(7) as usize],
            MONTHS[(c.month - 1).rem_euclid(12) as usize],
            c.day,
            c.hour,
            c.minute,
            c.second,
            c.year
        )
    }
    /// A calendar time as text.
    #[pyfunction("(tuple=<unset>, /)")]
    fn asctime(vm: &Vm, tuple: Option<&Value>) -> PyResult<String> {
        let c = match tuple {
            Some(t) => checked(vm, from_struct(vm, t, "asctime")?)?,
            None => clock::local(stamp(vm, &Value::NONE)?).map_err(|e| calendar_error(vm, &e))?,
        };
        Ok(ascii_time(&c))
    }
    /// A time stamp as local time in text.
    #[pyfunction("(seconds=None, /)")]
    fn ctime(vm: &Vm, seconds: &Value) -> PyResult<String> {
        let c = clock::local(stamp(vm, seconds)?).map_err(|e| calendar_error(vm, &e))?;
        Ok(ascii_time(&c))
    }
    /// A calendar time in a format.
    #[pyfunction("(format, tuple=<unset>, /)")]
    fn strftime(vm: &Vm, format: &Ref<Str>, tuple: Option<&Value>) -> PyResult {
        let c = match tuple {
            Some(t) => checked(vm, from_struct(vm, t, "strftime")?)?,
            None => clock::local(stamp(vm, &Value::NONE)?).map_err(|e| calendar_error(vm, &e))?,
        };
        if !(-1..=1).contains(&c.dst) {
            return Err(vm.value_error("daylight savings flag out of range"));
        }
        let bytes = format.to_wtf8();
        let mut out = Vec::new();
        // The system's function ends at NUL and knows no surrogates: only the directives go through it.
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] != b'%' {
                let end = bytes[at..]
                    .iter()
                    .position(|&b| b == b'%')
                    .map_or(bytes.len(), |n| at + n);
                out.extend_from_slice(&bytes[at..end]);
                at = end;
                continue;
            }
            let mut end = at + 1;
            while end < bytes.len()
                && matches!(
                    bytes[end],
                    b'-' | b'_' | b'0'..=b'9' | b'^' | b'#' | b'E' | b'O' | b':'
                )
            {
                end += 1;
            }
            end = (end + 1).min(bytes.len());
            while end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
                end += 1;
            }
            let directive = &bytes[at..end];
            if directive == b"%" || !directive.is_ascii() || directive.contains(&0) {
                out.extend_from_slice(directive);
            } else {
                out.extend_from_slice(&clock::format(&c, directive));
            }
            at = end;
        }
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// Reads a calendar time in a format.
    #[pyfunction("(string, format='%a %b %d %H:%M:%S %Y', /)")]
    fn strptime(vm: &Vm, string: &Value, format: Option<&Value>) -> PyResult {
        let module = taipan_vm::import::import_module(vm, "_strptime")?;
        let default = vm.new_str("%a %b %d %H:%M:%S %Y").into_value();
        let format = format.unwrap_or(&default).clone();
        vm.call_method(
            &module,
            &vm.intern_str("_strptime_time"),
            &[string.clone(), format],
        )
    }
    /// Reads the time zone from the environment again.
    #[pyfunction("()")]
    fn tzset(vm: &Vm) {
        clock::tzset();
        if let Some(module) = vm
            .modules
            .get_str(&vm.intern_str("time"))
            .and_then(|m| m.downcast_owned::<Module>().ok())
        {
            set_zone(vm, &module);
        }
    }
}
