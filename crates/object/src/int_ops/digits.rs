//! Text of numbers in any script as ASCII.

use crate::str::StrView;
use crate::text::unicode::{decimal_value, is_space};

/// The text with digits of all scripts as ASCII digits and all white space as
/// blanks; other characters beyond ASCII become `?`, which no number contains.
pub fn to_ascii(text: StrView<'_>) -> std::borrow::Cow<'_, [u8]> {
    if let StrView::Ascii(s) = text {
        return s.as_bytes().into();
    }
    text.iter()
        .map(|c| match decimal_value(c) {
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
    let Some(start) = text.iter().position(|c| !space(c)) else {
        return &[];
    };
    let end = text
        .iter()
        .rposition(|c| !space(c))
        .map_or(start, |e| e + 1);
    &text[start..end]
}
