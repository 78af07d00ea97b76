//! Clocks and sleeping.

use std::io;
use std::time::Duration;

/// A clock of the system in nanoseconds.
///
/// # Errors
/// The system's.
pub fn clock_ns(clock: i32) -> io::Result<i128> {
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is writable.
    crate::fs::check(unsafe { libc::clock_gettime(clock as libc::clockid_t, &raw mut t) })?;
    Ok(i128::from(t.tv_sec as i64) * 1_000_000_000 + i128::from(t.tv_nsec as i64))
}

/// A clock's resolution in nanoseconds.
///
/// # Errors
/// The system's.
pub fn clock_resolution_ns(clock: i32) -> io::Result<i128> {
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is writable.
    crate::fs::check(unsafe { libc::clock_getres(clock as libc::clockid_t, &raw mut t) })?;
    Ok(i128::from(t.tv_sec as i64) * 1_000_000_000 + i128::from(t.tv_nsec as i64))
}

/// Nanoseconds since 1970.
pub fn system_ns() -> i128 {
    clock_ns(libc::CLOCK_REALTIME as i32).unwrap_or(0)
}

/// Nanoseconds of a clock that never goes back.
pub fn monotonic_ns() -> i128 {
    clock_ns(libc::CLOCK_MONOTONIC as i32).unwrap_or(0)
}

/// Sleeps; `false` if a signal came first.
pub fn sleep(time: Duration) -> bool {
    let t = libc::timespec {
        tv_sec: time.as_secs() as _,
        tv_nsec: i64::from(time.subsec_nanos()) as _,
    };
    // SAFETY: the structure is readable; no rest is asked for.
    unsafe { libc::nanosleep(&raw const t, std::ptr::null_mut()) == 0 }
}

/// A calendar time with its zone.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    pub year: i64,
    /// 1 to 12.
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    /// Monday is 0.
    pub weekday: i32,
    /// 1 to 366.
    pub yearday: i32,
    pub dst: i32,
    pub zone: String,
    /// Seconds east of UTC.
    pub offset: i64,
}

fn calendar(tm: &libc::tm) -> Calendar {
    let zone = if tm.tm_zone.is_null() {
        String::new()
    } else {
        // SAFETY: the system's zone names end with NUL and stay.
        unsafe { std::ffi::CStr::from_ptr(tm.tm_zone) }
            .to_string_lossy()
            .into_owned()
    };
    Calendar {
        year: i64::from(tm.tm_year) + 1900,
        month: tm.tm_mon + 1,
        day: tm.tm_mday,
        hour: tm.tm_hour,
        minute: tm.tm_min,
        second: tm.tm_sec,
        weekday: (tm.tm_wday + 6) % 7,
        yearday: tm.tm_yday + 1,
        dst: tm.tm_isdst,
        zone,
        offset: tm.tm_gmtoff as i64,
    }
}

/// Local time.
///
/// # Errors
/// For years that the system cannot show.
pub fn local(seconds: i64) -> io::Result<Calendar> {
    let t = seconds as libc::time_t;
    let mut tm = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both structures are ours.
    unsafe {
        if libc::localtime_r(&raw const t, tm.as_mut_ptr()).is_null() {
            return Err(io::Error::from_raw_os_error(libc::EOVERFLOW));
        }
        Ok(calendar(&tm.assume_init()))
    }
}

/// Universal time.
///
/// # Errors
/// For years that the system cannot show.
pub fn utc(seconds: i64) -> io::Result<Calendar> {
    let t = seconds as libc::time_t;
    let mut tm = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both structures are ours.
    unsafe {
        if libc::gmtime_r(&raw const t, tm.as_mut_ptr()).is_null() {
            return Err(io::Error::from_raw_os_error(libc::EOVERFLOW));
        }
        Ok(Calendar {
            zone: "UTC".to_owned(),
            ..calendar(&tm.assume_init())
        })
    }
}

fn tm_of(c: &Calendar) -> libc::tm {
    // SAFETY: a structure of plain numbers and a pointer that may be null.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    tm.tm_year = (c.year - 1900) as i32;
    tm.tm_mon = c.month - 1;
    tm.tm_mday = c.day;
    tm.tm_hour = c.hour;
    tm.tm_min = c.minute;
    tm.tm_sec = c.second;
    tm.tm_wday = (c.weekday + 1) % 7;
    tm.tm_yday = c.yearday - 1;
    tm.tm_isdst = c.dst;
    tm
}

/// Seconds since 1970 of a local time.
///
/// # Errors
/// For times out of range.
pub fn make(c: &Calendar) -> io::Result<i64> {
    let mut tm = tm_of(c);
    tm.tm_wday = -1;
    // SAFETY: the structure is ours.
    let t = unsafe { libc::mktime(&raw mut tm) };
    if t == -1 && tm.tm_wday == -1 {
        Err(io::Error::from_raw_os_error(libc::EOVERFLOW))
    } else {
        Ok(t as i64)
    }
}

/// `strftime(3)`.
pub fn format(c: &Calendar, format: &[u8]) -> Vec<u8> {
    let Ok(pattern) = std::ffi::CString::new(format) else {
        return Vec::new();
    };
    let mut tm = tm_of(c);
    let zone = std::ffi::CString::new(c.zone.as_str()).unwrap_or_default();
    tm.tm_gmtoff = c.offset as _;
    tm.tm_zone = zone.as_ptr().cast_mut().cast();
    let mut size = 1024;
    loop {
        let mut out = vec![0u8; size];
        // SAFETY: room for `size` bytes; pattern and zone end with NUL.
        let n = unsafe {
            libc::strftime(
                out.as_mut_ptr().cast(),
                size,
                pattern.as_ptr(),
                &raw const tm,
            )
        };
        if n > 0 || size > 256 * format.len().max(64) {
            out.truncate(n);
            return out;
        }
        size *= 4;
    }
}

/// Reads the zone from the environment again.
pub fn tzset() {
    unsafe extern "C" {
        fn tzset();
    }
    // SAFETY: takes nothing; the environment does not change meanwhile.
    unsafe { tzset() }
}
