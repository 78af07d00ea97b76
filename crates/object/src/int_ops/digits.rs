//! Text of numbers in any script as ASCII.

use crate::str::StrView;

/// The zeros of all scripts' decimal digits beyond ASCII; nine more digits follow each.
const ZEROS: &[u32] = &[
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66,
    0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810,
    0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA,
    0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60,
    0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140,
    0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The value of a decimal digit of any script.
pub fn decimal_digit(c: u32) -> Option<u32> {
    if c < 0x80 {
        return c.checked_sub(0x30).filter(|d| *d < 10);
    }
    let at = ZEROS.partition_point(|&z| z <= c).checked_sub(1)?;
    Some(c - ZEROS[at]).filter(|d| *d < 10)
}

/// Whether `str.isspace` holds for a character.
pub fn is_space(c: u32) -> bool {
    matches!(c, 9..=13 | 28..=32 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000)
}

/// The text with digits of all scripts as ASCII digits and all white space as
/// blanks; other characters beyond ASCII become `?`, which no number contains.
pub fn to_ascii(text: StrView<'_>) -> std::borrow::Cow<'_, [u8]> {
    if let StrView::Ascii(s) = text {
        return s.as_bytes().into();
    }
    text.iter()
        .map(|c| match decimal_digit(c) {
            Some(d) => b'0' + d as u8,
            None if c < 0x80 => c as u8,
            None if is_space(c) => b' ',
            None => b'?',
        })
        .collect()
}

/// Without white space at both ends, as Python's parsers of numbers see it.
pub fn trim(text: &[u8]) -> &[u8] {
    let space = |c: &u8| matches!(c, 9..=13 | 32);
    let Some(start) = text.iter().position(|c| !space(c)) else { return &[] };
    let end = text.iter().rposition(|c| !space(c)).map_or(start, |e| e + 1);
    &text[start..end]
}
