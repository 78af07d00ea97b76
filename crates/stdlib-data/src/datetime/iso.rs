//! What `fromisoformat` reads: dates, times and offsets of ISO 8601, as byte text.

use super::calendar::{Ymd, iso_ordinal};

/// A reader that sees a zero byte beyond the end.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }
    fn digits(&mut self, count: usize) -> Option<u32> {
        let mut n = 0;
        for _ in 0..count {
            let digit = self.peek().wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            n = n * 10 + u32::from(digit);
            self.at += 1;
        }
        Some(n)
    }
    /// Passes over a byte if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == byte;
        self.at += usize::from(there);
        there
    }
}

/// Year, month and day, not checked beyond their digits. `text` goes on after the date's own `len` bytes, which are read
/// as far as the form needs.
pub fn date(text: &[u8], len: usize) -> Option<(i32, i32, i32)> {
    let mut r = Reader { text, at: 0 };
    let year = r.digits(4)? as i32;
    let dashes = r.eat(b'-');
    if r.eat(b'W') {
        let week = r.digits(2)?;
        let mut day = 1;
        if r.at < len {
            if dashes && !r.eat(b'-') {
                return None;
            }
            day = r.digits(1)?;
        }
        let ordinal = iso_ordinal(year, week as i32, day as i32).ok()?;
        let (year, month, day) = Ymd::of_ordinal(ordinal);
        return Some((year, i32::from(month), i32::from(day)));
    }
    let month = r.digits(2)?;
    if dashes && !r.eat(b'-') {
        return None;
    }
    let day = r.digits(2)?;
    // Like CPython's parser: what follows a date without dashes is not looked at.
    (!dashes || r.at == len).then_some((year, month as i32, day as i32))
}

/// Where the date ends in a text of at least seven bytes.
pub fn separator(text: &[u8]) -> Option<usize> {
    let at = |i: usize| text.get(i).copied().unwrap_or(0);
    let len = text.len();
    if len == 7 {
        return Some(7);
    }
    if at(4) == b'-' {
        if at(5) != b'W' {
            return Some(10);
        }
        if len > 8 && at(8) == b'-' {
            // The dash may divide week and weekday, or date and time.
            if len == 9 {
                return None;
            }
            return Some(if len > 10 && at(10).is_ascii_digit() {
                8
            } else {
                10
            });
        }
        return Some(8);
    }
    if at(4) != b'W' {
        return Some(8);
    }
    let digits = text[7..].iter().take_while(|b| b.is_ascii_digit()).count();
    Some(match 7 + digits {
        end if end < 9 => end,
        end if end % 2 == 0 => 7,
        _ => 8,
    })
}

/// Hours, minutes, seconds and microseconds before a fixed end, not checked beyond their digits; and whether text is left.
fn clock(text: &[u8], start: usize, end: usize) -> Option<([u32; 4], bool)> {
    let mut r = Reader { text, at: start };
    let mut fields = [0; 4];
    let mut colons = true;
    for (i, field) in fields.iter_mut().take(3).enumerate() {
        *field = r.digits(2)?;
        let c = r.peek();
        r.at += 1;
        if i == 0 {
            colons = c == b':';
        }
        if r.at >= end {
            let fraction = r.at == end && matches!(c, b'.' | b',');
            return (!fraction).then_some((fields, c != 0));
        }
        if colons && c == b':' {
            if i == 2 {
                return None;
            }
        } else if c == b'.' || c == b',' {
            if i < 2 {
                return None;
            }
        } else if !colons {
            r.at -= 1;
        } else {
            return None;
        }
    }
    let count = (end - r.at).min(6);
    let fraction = r.digits(count)?;
    fields[3] = fraction * 10u32.pow(6 - count as u32);
    while r.peek().is_ascii_digit() {
        r.at += 1;
    }
    Some((fields, r.peek() != 0))
}

/// What a time's text says.
pub struct Parsed {
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub micro: u32,
    /// Seconds and microseconds east of UTC.
    pub offset: Option<(i32, i32)>,
}

impl Parsed {
    pub const MIDNIGHT: Parsed = Parsed {
        hour: 0,
        minute: 0,
        second: 0,
        micro: 0,
        offset: None,
    };
    /// Hour, minute, second, microsecond.
    pub fn fields(&self) -> [i32; 4] {
        [self.hour, self.minute, self.second, self.micro].map(|n| n as i32)
    }
}

/// A time with or without offset.
pub fn time(text: &[u8]) -> Option<Parsed> {
    let zone = text
        .iter()
        .position(|b| matches!(b, b'+' | b'-' | b'Z'))
        .unwrap_or(text.len());
    let ([hour, minute, second, micro], rest) = clock(text, 0, zone)?;
    let mut parsed = Parsed {
        hour,
        minute,
        second,
        micro,
        offset: None,
    };
    let Some(&sign) = text.get(zone) else {
        return (!rest).then_some(parsed);
    };
    if sign == b'Z' {
        parsed.offset = Some((0, 0));
        return (zone + 1 == text.len()).then_some(parsed);
    }
    let ([hour, minute, second, micro], rest) = clock(text, zone + 1, text.len())?;
    let sign = if sign == b'-' { -1 } else { 1 };
    let seconds = (hour * 3600 + minute * 60 + second) as i32;
    parsed.offset = Some((sign * seconds, sign * micro as i32));
    (!rest).then_some(parsed)
}
