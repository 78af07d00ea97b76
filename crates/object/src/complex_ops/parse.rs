//! Text as complex numbers.

use super::Parts;
use crate::float_ops::parse::prefix;
use crate::int_ops::digits::trim;

/// The complex number that ASCII text without underscores says: `a`, `bj`, `a+bj`, perhaps in parentheses.
pub fn parse(text: &[u8]) -> Option<Parts> {
    let text = trim(text);
    match text.strip_prefix(b"(") {
        Some(inner) => parse_bare(trim(inner.strip_suffix(b")")?)),
        None => parse_bare(text),
    }
}

fn is_unit(text: &[u8]) -> bool {
    matches!(text, [b'j' | b'J'])
}

/// A sign alone stands for one.
fn sign_only(text: &[u8]) -> Option<(f64, usize)> {
    match text.first() {
        Some(b'+') => Some((1.0, 1)),
        Some(b'-') => Some((-1.0, 1)),
        Some(b'j' | b'J') => Some((1.0, 0)),
        _ => None,
    }
}

fn parse_bare(text: &[u8]) -> Option<Parts> {
    let Some((first, end)) = prefix(text) else {
        let (unit, end) = sign_only(text)?;
        return is_unit(&text[end..]).then_some((0.0, unit));
    };
    let rest = &text[end..];
    if rest.is_empty() {
        return Some((first, 0.0));
    }
    if is_unit(rest) {
        return Some((0.0, first));
    }
    if !matches!(rest.first(), Some(b'+' | b'-')) {
        return None;
    }
    let (second, end) = prefix(rest).or_else(|| sign_only(rest))?;
    is_unit(&rest[end..]).then_some((first, second))
}
