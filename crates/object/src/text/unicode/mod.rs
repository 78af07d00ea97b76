//! Properties of code points, by tables of Unicode 16.

#[rustfmt::skip]
mod tables;

pub use tables::{
    ALPHA, CASE_IGNORABLE, DECIMAL, DIGIT, ID_CONTINUE, ID_START, LOWER, NUMERIC, PRINTABLE, SPACE,
    TITLE, UPPER,
};
use tables::{LEAVES, MIDDLE, RECORDS, SPECIAL, TOP};

/// What a code point shares with others like it.
pub struct Record {
    flags: u16,
    /// Distances to the upper, lower, title and folded form.
    case: [i32; 4],
    decimal: u8,
}

/// Which case mapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Case {
    Upper = 0,
    Lower = 1,
    Title = 2,
    Fold = 3,
}

/// Has a case: lower, upper or title.
pub const CASED: u16 = LOWER | UPPER | TITLE;
/// The flag of the first kind of mapping to several characters.
const SPECIAL_FLAG: u32 = 12;

#[inline]
fn record(c: u32) -> &'static Record {
    let c = c as usize;
    if c >= 0x11_0000 {
        return &RECORDS[0];
    }
    let middle = usize::from(TOP[c >> 11]) << 5 | (c >> 6 & 31);
    let leaf = usize::from(MIDDLE[middle]) << 6 | (c & 63);
    &RECORDS[usize::from(LEAVES[leaf])]
}

/// Whether a code point has any of these properties.
#[inline]
pub fn has(c: u32, flags: u16) -> bool {
    record(c).flags & flags != 0
}

/// The properties of a code point.
#[inline]
pub fn flags(c: u32) -> u16 {
    record(c).flags
}

/// The value of a decimal digit of any script.
#[inline]
pub fn decimal_value(c: u32) -> Option<u32> {
    match record(c).decimal {
        255 => None,
        n => Some(u32::from(n)),
    }
}

#[inline]
pub fn is_space(c: u32) -> bool {
    has(c, SPACE)
}

#[inline]
pub fn is_printable(c: u32) -> bool {
    if c < 0x7F {
        c >= 0x20
    } else {
        has(c, PRINTABLE)
    }
}

/// The line boundaries of `str.splitlines`.
#[inline]
pub fn is_line_break(c: u32) -> bool {
    matches!(c, 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}

/// Passes each character of the full case mapping of `c` on.
#[inline]
pub fn map_case(c: u32, case: Case, mut push: impl FnMut(u32)) {
    let record = record(c);
    if record.flags >> (SPECIAL_FLAG + case as u32) & 1 == 0 {
        return push(c.wrapping_add_signed(record.case[case as usize]));
    }
    match SPECIAL.binary_search_by_key(&(c, case as u8), |&(c, case, _)| (c, case)) {
        Ok(index) => SPECIAL[index].2.chars().for_each(|c| push(u32::from(c))),
        Err(_) => push(c),
    }
}

/// The simple (one character) mapping; `c` itself where only a longer one exists.
#[inline]
pub fn simple_case(c: u32, case: Case) -> u32 {
    c.wrapping_add_signed(record(c).case[case as usize])
}
