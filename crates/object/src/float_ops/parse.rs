//! Text as floats.

use crate::header::Ref;
use crate::int_ops::digits::{to_ascii, trim};
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Takes underscores out, which must stand between digits.
pub fn without_underscores(text: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    if !text.contains(&b'_') {
        return Some(text.into());
    }
    let digit = |i: usize| text.get(i).is_some_and(u8::is_ascii_digit);
    let fits = |i: usize| i > 0 && digit(i - 1) && digit(i + 1);
    if text.iter().enumerate().any(|(i, &c)| c == b'_' && !fits(i)) {
        return None;
    }
    Some(text.iter().copied().filter(|c| *c != b'_').collect())
}

/// The float that ASCII text without blanks says, and how many bytes it takes.
pub fn prefix(text: &[u8]) -> Option<(f64, usize)> {
    let signed = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let negative = text.first() == Some(&b'-');
    let rest = &text[signed..];
    for (word, x) in [
        (&b"infinity"[..], f64::INFINITY),
        (b"inf", f64::INFINITY),
        (b"nan", f64::NAN),
    ] {
        if rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word) {
            return Some((if negative { -x } else { x }, signed + word.len()));
        }
    }
    let digits = |from: usize| {
        rest[from.min(rest.len())..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    let mut end = digits(0);
    let mut any = end;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        any += fraction;
        end += 1 + fraction;
    }
    if any == 0 {
        return None;
    }
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let count = digits(end + 1 + sign);
        if count > 0 {
            end += 1 + sign + count;
        }
    }
    let end = signed + end;
    let x = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
    Some((x, end))
}

/// The float that text says.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = without_underscores(trim(text))?;
    let (x, end) = prefix(&text)?;
    (end == text.len()).then_some(x)
}

/// `float(text)`.
pub fn parse_str(vm: &Vm, text: &Ref<Str>) -> PyResult<f64> {
    parse(&to_ascii(text.view())).map_or_else(|| invalid(vm, text.as_value()), Ok)
}

/// `float(text)` of bytes; `shown` is what the message shows.
pub fn parse_bytes(vm: &Vm, text: &[u8], shown: &Value) -> PyResult<f64> {
    parse(text).map_or_else(|| invalid(vm, shown), Ok)
}

#[cold]
fn invalid(vm: &Vm, shown: &Value) -> PyResult<f64> {
    let shown = vm.repr(shown)?;
    Err(vm.value_error(format!("could not convert string to float: {shown}")))
}
