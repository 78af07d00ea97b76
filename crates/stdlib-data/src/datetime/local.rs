//! Local time: between seconds since 0001-01-01 and what clocks on the wall show.

use taipan_host::time as clock;
use taipan_object::int::IntRef;
use taipan_object::{PyResult, Raised, Value, Vm};

use super::calendar::{Hms, MAX_YEAR, MIN_YEAR, SECONDS_A_DAY, Ymd, ordinal};
use super::delta::Delta;
use super::zone;
use crate::support::os_error;

/// Seconds from 0001-01-01 to 1970, counted from day 0.
pub const EPOCH: i64 = 719_163 * SECONDS_A_DAY;
/// No zone turns its clocks by more.
const MOST_FOLD: i64 = SECONDS_A_DAY;

#[cold]
pub fn bad_year(vm: &Vm, year: i64) -> Raised {
    vm.value_error(format!(
        "year must be in {MIN_YEAR}..{MAX_YEAR}, not {year}"
    ))
}

/// Seconds since day 0 of what a clock in UTC shows.
fn seconds_of(vm: &Vm, c: &clock::Calendar) -> PyResult<i64> {
    if !(i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&c.year) {
        return Err(bad_year(vm, c.year));
    }
    let days = ordinal(c.year as i32, c.month, c.day);
    Ok(i64::from(days) * SECONDS_A_DAY
        + i64::from(c.hour) * 3600
        + i64::from(c.minute) * 60
        + i64::from(c.second))
}

/// What local clocks show at `seconds` since day 0 in UTC, in the same seconds.
fn local(vm: &Vm, seconds: i64) -> PyResult<i64> {
    let c = clock::local(seconds - EPOCH).map_err(|e| os_error(vm, &e))?;
    seconds_of(vm, &c)
}

/// Seconds since day 0 in UTC at which local clocks show a time.
///
/// # Errors
/// ValueError beyond the years; the system's.
pub fn to_utc(vm: &Vm, day: Ymd, time: Hms, fold: bool) -> PyResult<i64> {
    let t = i64::from(day.ordinal()) * SECONDS_A_DAY + time.seconds();
    let a = local(vm, t)? - t;
    let u1 = t - a;
    let t1 = local(vm, u1)?;
    let b;
    if t1 == t {
        // One solution; there may be another one on the other side of a change of the clocks.
        let u2 = if fold { u1 + MOST_FOLD } else { u1 - MOST_FOLD };
        b = local(vm, u2)? - u2;
        if a == b {
            return Ok(u1);
        }
    } else {
        b = t1 - u1;
    }
    let u2 = t - b;
    if local(vm, u2)? == t {
        return Ok(u2);
    }
    if t1 == t {
        return Ok(u1);
    }
    // Clocks never show that time.
    Ok(if fold { u1.min(u2) } else { u1.max(u2) })
}

/// Day and time that a clock shows, and whether it shows them for the second time.
///
/// # Errors
/// ValueError beyond the years; the system's.
pub fn from_stamp(vm: &Vm, stamp: i64, micro: u32, utc: bool) -> PyResult<(Ymd, Hms, bool)> {
    let read = if utc { clock::utc } else { clock::local };
    let c = read(stamp).map_err(|e| os_error(vm, &e))?;
    // A leap second shows as the last second that there is.
    let time = Hms {
        hour: c.hour as u8,
        minute: c.minute as u8,
        second: c.second.min(59) as u8,
        micro,
    };
    let shown = seconds_of(vm, &c)?;
    let day = Ymd {
        year: c.year as u16,
        month: c.month as u8,
        day: c.day as u8,
    };
    if utc {
        return Ok((day, time, false));
    }
    let mut fold = false;
    let at = EPOCH + stamp;
    // Before the first day there is no fold to look for.
    if at - MOST_FOLD > SECONDS_A_DAY {
        let before = local(vm, at - MOST_FOLD)?;
        let transition = shown - before - MOST_FOLD;
        if transition < 0 {
            fold = local(vm, at + transition)? == shown;
        }
    }
    Ok((day, time, fold))
}

/// The `timezone` that local clocks show at a time stamp.
///
/// # Errors
/// The system's.
pub fn zone_at(vm: &Vm, stamp: i64) -> PyResult {
    let c = clock::local(stamp).map_err(|e| os_error(vm, &e))?;
    let offset = Delta::of_seconds(vm, c.offset)?;
    zone::fixed(vm, offset, Some(vm.new_str(&c.zone)))
}

#[cold]
fn out_of_range(vm: &Vm) -> Raised {
    vm.overflow_error("timestamp out of range for platform time_t")
}

/// How a fraction of the smallest unit is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To whole seconds, down.
    Seconds,
    /// To microseconds, half to even.
    Micros,
}

/// Seconds and microseconds of a time stamp.
///
/// # Errors
/// TypeError, OverflowError; ValueError for NaN.
pub fn stamp(vm: &Vm, value: &Value, rounding: Rounding) -> PyResult<(i64, u32)> {
    if let Some(x) = value.as_float() {
        if x.is_nan() {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        let (mut whole, mut micros) = (x.floor(), 0);
        if rounding == Rounding::Micros {
            whole = x.trunc();
            let rounded = ((x - whole) * 1e6).round_ties_even();
            if rounded < 0.0 {
                whole -= 1.0;
                micros = (rounded + 1e6) as u32;
            } else {
                micros = rounded as u32;
            }
            if micros >= 1_000_000 {
                whole += 1.0;
                micros -= 1_000_000;
            }
        }
        if !(-9.223_372_036_854_775e18..9.223_372_036_854_775e18).contains(&whole) {
            return Err(out_of_range(vm));
        }
        return Ok((whole as i64, micros));
    }
    if rounding == Rounding::Micros
        && value.as_int().is_none()
        && vm.type_of(value).slots.index.get().is_none()
    {
        return Err(vm.type_error(format!(
            "argument must be int or float, not {}",
            vm.type_name(value)
        )));
    }
    let n = vm.index(value)?;
    match n.as_int().as_ref().and_then(IntRef::to_i64) {
        // So far off that adding an epoch to it would not fit.
        Some(n) if n.unsigned_abs() > i64::MAX as u64 / 2 => {
            Err(os_error(vm, &std::io::Error::from_raw_os_error(75)))
        }
        Some(n) => Ok((n, 0)),
        None => Err(out_of_range(vm)),
    }
}
