//! The proleptic Gregorian calendar: years, months, days, ordinals and ISO weeks, without objects.

pub const MIN_YEAR: i32 = 1;
pub const MAX_YEAR: i32 = 9999;
/// The ordinal of 9999-12-31.
pub const MAX_ORDINAL: i32 = 3_652_059;
pub const SECONDS_A_DAY: i64 = 86_400;

const DAYS_IN_MONTH: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN_4_YEARS: i32 = 1_461;
const DAYS_IN_100_YEARS: i32 = 36_524;
const DAYS_IN_400_YEARS: i32 = 146_097;

/// A day. What comes from a pickle is not checked beyond the month, so code here takes any numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ymd {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

/// A time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hms {
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub micro: u32,
}

impl Hms {
    pub fn seconds(self) -> i64 {
        i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }
    /// The time of day that so many microseconds after midnight are; less than a day.
    pub fn of_micros(micros: i64) -> Hms {
        let seconds = micros / 1_000_000;
        Hms {
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            micro: (micros % 1_000_000) as u32,
        }
    }
    /// Six bytes, as pickles hold them.
    pub fn bytes(self) -> [u8; 6] {
        let [_, a, b, c] = self.micro.to_be_bytes();
        [self.hour, self.minute, self.second, a, b, c]
    }
    pub fn of_bytes(b: &[u8; 6]) -> Hms {
        Hms {
            hour: b[0],
            minute: b[1],
            second: b[2],
            micro: u32::from_be_bytes([0, b[3], b[4], b[5]]),
        }
    }
}

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month from 1 to 12.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    let leap_day = i32::from(month == 2 && is_leap(year));
    DAYS_IN_MONTH
        .get((month - 1) as usize)
        .map_or(0, |days| days + leap_day)
}

fn days_before_year(year: i32) -> i32 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
}

/// Days of the year before a month from 1 to 12.
pub fn days_before_month(year: i32, month: i32) -> i32 {
    let leap_day = i32::from(month > 2 && is_leap(year));
    DAYS_BEFORE_MONTH
        .get((month - 1) as usize)
        .map_or(0, |days| days + leap_day)
}

/// The day's number; 0001-01-01 is 1.
pub fn ordinal(year: i32, month: i32, day: i32) -> i32 {
    days_before_year(year) + days_before_month(year, month) + day
}

impl Ymd {
    pub fn ordinal(self) -> i32 {
        ordinal(
            i32::from(self.year),
            i32::from(self.month),
            i32::from(self.day),
        )
    }
    /// The day with a number from 1 on; years beyond 9999 are given as they are.
    pub fn of_ordinal(ordinal: i32) -> (i32, u8, u8) {
        let n = ordinal - 1;
        let (n400, n) = (
            n.div_euclid(DAYS_IN_400_YEARS),
            n.rem_euclid(DAYS_IN_400_YEARS),
        );
        let (n100, n) = (n / DAYS_IN_100_YEARS, n % DAYS_IN_100_YEARS);
        let (n4, n) = (n / DAYS_IN_4_YEARS, n % DAYS_IN_4_YEARS);
        let (n1, n) = (n / 365, n % 365);
        let year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
        if n1 == 4 || n100 == 4 {
            return (year - 1, 12, 31);
        }
        // At least a good guess, and at most one too many.
        let mut month = (n + 50) >> 5;
        if days_before_month(year, month) > n {
            month -= 1;
        }
        (
            year,
            month as u8,
            (n - days_before_month(year, month) + 1) as u8,
        )
    }
    /// The day with a number within the supported range.
    pub fn checked(ordinal: i64) -> Option<Ymd> {
        if !(1..=i64::from(MAX_ORDINAL)).contains(&ordinal) {
            return None;
        }
        let (year, month, day) = Ymd::of_ordinal(ordinal as i32);
        Some(Ymd {
            year: year as u16,
            month,
            day,
        })
    }
    /// Monday is 0.
    pub fn weekday(self) -> i32 {
        (self.ordinal() + 6).rem_euclid(7)
    }
    /// The number of the day in its year, from 1.
    pub fn yearday(self) -> i32 {
        days_before_month(i32::from(self.year), i32::from(self.month)) + i32::from(self.day)
    }
    /// Year, week and weekday of ISO 8601.
    pub fn iso(self) -> (i32, i32, i32) {
        let mut year = i32::from(self.year);
        let today = self.ordinal();
        let mut monday = iso_week1_monday(year);
        let mut week = (today - monday).div_euclid(7);
        let day = (today - monday).rem_euclid(7);
        if week < 0 {
            year -= 1;
            monday = iso_week1_monday(year);
            week = (today - monday).div_euclid(7);
        } else if week >= 52 && today >= iso_week1_monday(year + 1) {
            year += 1;
            week = 0;
        }
        (year, week + 1, day + 1)
    }
    /// Four bytes, as pickles hold them.
    pub fn bytes(self) -> [u8; 4] {
        let [high, low] = self.year.to_be_bytes();
        [high, low, self.month, self.day]
    }
    /// From a pickle, whose month has been checked.
    pub fn of_bytes(b: &[u8; 4]) -> Ymd {
        Ymd {
            year: u16::from_be_bytes([b[0], b[1]]),
            month: b[2],
            day: b[3],
        }
    }
}

/// The Monday of a year's first ISO week, as an ordinal.
fn iso_week1_monday(year: i32) -> i32 {
    let first = ordinal(year, 1, 1);
    let weekday = (first + 6).rem_euclid(7);
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// What is wrong with an ISO date.
pub enum IsoError {
    Year,
    Week,
    Day,
}

/// The day of an ISO year, week and weekday, as an ordinal that may lie beyond the range.
pub fn iso_ordinal(year: i32, week: i32, day: i32) -> Result<i32, IsoError> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(IsoError::Year);
    }
    let long_year = || {
        let weekday = (ordinal(year, 1, 1) + 6).rem_euclid(7);
        weekday == 3 || (weekday == 2 && is_leap(year))
    };
    if !((1..53).contains(&week) || (week == 53 && long_year())) {
        return Err(IsoError::Week);
    }
    if !(1..8).contains(&day) {
        return Err(IsoError::Day);
    }
    Ok(iso_week1_monday(year) + (week - 1) * 7 + day - 1)
}
