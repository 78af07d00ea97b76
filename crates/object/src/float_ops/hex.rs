//! Floats as hexadecimal text, exactly.

use crate::int_ops::digits::trim;
use crate::int_ops::division::scale;
use crate::vm::{PyResult, Vm};

/// `float.hex(x)`.
pub fn to_hex(x: f64) -> String {
    if !x.is_finite() {
        return super::format::repr(x);
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let bits = x.to_bits();
    let (raw, fraction) = ((bits >> 52 & 0x7FF) as i32, bits & ((1 << 52) - 1));
    if raw == 0 && fraction == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let (lead, exponent) = if raw == 0 {
        (0, -1022)
    } else {
        (1, raw - 1023)
    };
    let way = if exponent < 0 { '-' } else { '+' };
    format!(
        "{sign}0x{lead}.{fraction:013x}p{way}{}",
        exponent.unsigned_abs()
    )
}

/// `float.fromhex(text)`.
pub fn from_hex(vm: &Vm, text: &[u8]) -> PyResult<f64> {
    let invalid = || vm.value_error("invalid hexadecimal floating-point string");
    let text = trim(text);
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let with_sign = |x: f64| if negative { -x } else { x };
    if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        return Ok(with_sign(f64::INFINITY));
    }
    if rest.eq_ignore_ascii_case(b"nan") {
        return Ok(with_sign(f64::NAN));
    }
    let rest = rest
        .strip_prefix(b"0x")
        .or_else(|| rest.strip_prefix(b"0X"))
        .unwrap_or(rest);
    let at = rest.iter().position(|c| matches!(c, b'p' | b'P'));
    let (digits, exponent) = match at {
        Some(at) => (
            &rest[..at],
            read_exponent(&rest[at + 1..]).ok_or_else(invalid)?,
        ),
        None => (rest, 0),
    };
    let read = read_digits(digits).ok_or_else(invalid)?;
    let x = scale(
        read.mantissa,
        read.sticky,
        exponent
            .saturating_add(read.exponent)
            .clamp(-1 << 40, 1 << 40),
    );
    match x {
        Some(x) => Ok(with_sign(x)),
        None => Err(vm.overflow_error("hexadecimal value too large to represent as a float")),
    }
}

fn read_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n = digits.iter().fold(0i64, |n, c| {
        n.saturating_mul(10).saturating_add(i64::from(c - b'0'))
    });
    Some(if negative { -n } else { n })
}

struct Hex {
    mantissa: u128,
    sticky: bool,
    exponent: i64,
}

/// Hexadecimal digits with at most one point and at least one digit.
fn read_digits(text: &[u8]) -> Option<Hex> {
    let mut hex = Hex {
        mantissa: 0,
        sticky: false,
        exponent: 0,
    };
    let (mut point, mut any) = (false, false);
    for &c in text {
        if c == b'.' && !point {
            point = true;
            continue;
        }
        let digit = u128::from((c as char).to_digit(16)?);
        any = true;
        if hex.mantissa >> 120 == 0 {
            hex.mantissa = hex.mantissa << 4 | digit;
            hex.exponent -= if point { 4 } else { 0 };
        } else {
            hex.sticky |= digit != 0;
            hex.exponent += if point { 0 } else { 4 };
        }
    }
    any.then_some(hex)
}
