//! Text as integers: the literals that `int(text, base)` takes.

use dashu_int::{IBig, UBig};

use super::digits::{to_ascii, trim};
use super::text::DIGITS_THRESHOLD;
use crate::header::Ref;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Why text is no integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    Invalid,
    /// So many digits, beyond the limit.
    TooLong(usize),
}

/// Reads an integer of ASCII text in a base of 2 to 36, or 0 for what the
/// prefix says; `limit` is the most digits allowed, 0 for any number.
pub fn parse(text: &[u8], base: u32, limit: usize) -> Result<IBig, ParseError> {
    let text = trim(text);
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (base, digits, only_zero) = strip_prefix(text, base);
    let magnitude = parse_digits(digits, base, limit)?;
    if only_zero && !magnitude.is_zero() {
        return Err(ParseError::Invalid);
    }
    let n = IBig::from(magnitude);
    Ok(if negative { -n } else { n })
}

/// The base, the digits after the prefix, and whether only zero may be written so.
fn strip_prefix(text: &[u8], base: u32) -> (u32, &[u8], bool) {
    let (named, rest) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', ..] if base == 0 => return (10, text, true),
        _ => return (if base == 0 { 10 } else { base }, text, false),
    };
    if base != 0 && base != named {
        return (base, text, false);
    }
    // One underscore may follow the prefix.
    (named, rest.strip_prefix(b"_").unwrap_or(rest), false)
}

fn parse_digits(text: &[u8], base: u32, limit: usize) -> Result<UBig, ParseError> {
    let (mut count, mut underscore, mut valid) = (0usize, true, text.len());
    for (i, &c) in text.iter().enumerate() {
        if c == b'_' {
            if underscore {
                return Err(ParseError::Invalid);
            }
            underscore = true;
        } else if (c as char).is_digit(base) {
            underscore = false;
            count += 1;
        } else {
            valid = i;
            break;
        }
    }
    if underscore {
        return Err(ParseError::Invalid);
    }
    if valid != text.len() {
        return Err(ParseError::Invalid);
    }
    if !base.is_power_of_two() && count > DIGITS_THRESHOLD && limit > 0 && count > limit {
        return Err(ParseError::TooLong(count));
    }
    // Twelve digits fit 64 bits in any base.
    if count <= 12 {
        let digits = text.iter().filter_map(|&c| (c as char).to_digit(base));
        return Ok(digits
            .fold(0u64, |n, d| n * u64::from(base) + u64::from(d))
            .into());
    }
    let plain: std::borrow::Cow<'_, [u8]> = if count == text.len() {
        text.into()
    } else {
        text.iter().copied().filter(|c| *c != b'_').collect()
    };
    let plain = std::str::from_utf8(&plain).map_err(|_| ParseError::Invalid)?;
    UBig::from_str_radix(plain, base).map_err(|_| ParseError::Invalid)
}

/// The integer that text says; `shown` is what the message shows.
fn parse_or_raise(vm: &Vm, text: &[u8], base: u32, shown: &Value) -> PyResult {
    match parse(text, base, vm.int_max_str_digits.get() as usize) {
        Ok(n) => Ok(vm.new_bigint(n)),
        Err(ParseError::TooLong(digits)) => Err(vm.value_error(format!(
            "Exceeds the limit ({} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit",
            vm.int_max_str_digits.get()
        ))),
        Err(ParseError::Invalid) => {
            let shown = vm.repr(shown)?;
            let shown: String = shown.to_string().chars().take(200).collect();
            Err(vm.value_error(format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

/// `int(text, base)`.
pub fn parse_str(vm: &Vm, text: &Ref<Str>, base: u32) -> PyResult {
    if let Some(v) = text.as_ascii().filter(|_| base == 10).and_then(quick) {
        return Ok(v);
    }
    parse_or_raise(vm, &to_ascii(text.view()), base, text.as_value())
}

/// Up to 18 plain digits.
fn quick(text: &str) -> Option<Value> {
    let text = text.as_bytes();
    if text.is_empty() || text.len() > 18 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Value::small_int(text.iter().fold(0, |n, c| n * 10 + i64::from(c - b'0')))
}

/// `int(text, base)` of bytes.
pub fn parse_bytes(vm: &Vm, text: &[u8], base: u32) -> PyResult {
    let shown = vm.new_bytes(text.to_vec());
    parse_or_raise(vm, text, base, shown.as_value())
}
