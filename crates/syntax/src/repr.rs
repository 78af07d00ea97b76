//! Python's `repr` of the values that source text can hold.

use crate::ast::Constant;
use crate::unicode::is_printable;
use std::fmt::Write;

/// `repr` of a constant.
pub fn constant(value: &Constant) -> String {
    match *value {
        Constant::None => "None".to_owned(),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Str(text) => string(text),
        Constant::Bytes(data) => bytes(data),
        Constant::Int(n) => n.to_string(),
        Constant::BigInt { digits, radix } => decimal(digits, radix),
        Constant::Float(x) => float(x),
        Constant::Imaginary(x) => format!("{}j", bare_float(x)),
        Constant::Complex(re, im) => complex(re, im),
        Constant::Tuple([one]) => format!("({},)", constant(one)),
        Constant::Tuple(items) => format!("({})", joined(items)),
        Constant::FrozenSet([]) => "frozenset()".to_owned(),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", joined(items)),
    }
}

/// The name of the constant's class.
pub fn type_name(value: &Constant) -> &'static str {
    match value {
        Constant::None => "NoneType",
        Constant::True | Constant::False => "bool",
        Constant::Ellipsis => "ellipsis",
        Constant::Str(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Int(_) | Constant::BigInt { .. } => "int",
        Constant::Float(_) => "float",
        Constant::Imaginary(_) | Constant::Complex(..) => "complex",
        Constant::Tuple(_) => "tuple",
        Constant::FrozenSet(_) => "frozenset",
    }
}

fn joined(items: &[Constant]) -> String {
    items.iter().map(constant).collect::<Vec<_>>().join(", ")
}

/// `repr` of a complex number whose real part counts.
fn complex(re: f64, im: f64) -> String {
    let sign = if im.is_sign_negative() && !im.is_nan() {
        ""
    } else {
        "+"
    };
    format!("({}{sign}{}j)", bare_float(re), bare_float(im))
}

/// An integer of any radix, written in decimal.
pub fn decimal(digits: &str, radix: u8) -> String {
    match dashu_int::IBig::from_str_radix(digits, u32::from(radix)) {
        Ok(n) => n.to_string(),
        Err(_) => digits.to_owned(),
    }
}

/// `repr` of a float: the shortest digits that give the number back.
pub fn float(x: f64) -> String {
    let mut text = bare_float(x);
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        text.push_str(".0");
    }
    text
}

/// As [`float`], without `.0` behind a whole number.
fn bare_float(x: f64) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "nan"
        } else if x > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let scientific = shortest(x);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return positional(mantissa, exponent);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The fewest digits that give the number back, in scientific notation. Of two
/// that are equally near, CPython takes the even one.
fn shortest(x: f64) -> String {
    let text = format!("{x:e}");
    let digits = text
        .bytes()
        .take_while(|&b| b != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    let even = format!("{x:.*e}", digits - 1);
    if even.parse() == Ok(x) { even } else { text }
}

/// Digits with the point moved to where the exponent says.
fn positional(mantissa: &str, exponent: i32) -> String {
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    if exponent < 0 {
        return format!(
            "{sign}0.{}{digits}",
            "0".repeat(exponent.unsigned_abs() as usize - 1)
        );
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

fn quote_for(text: &[u8]) -> u8 {
    if text.contains(&b'\'') && !text.contains(&b'"') {
        b'"'
    } else {
        b'\''
    }
}

/// `repr` of bytes.
pub fn bytes(data: &[u8]) -> String {
    let quote = quote_for(data);
    let mut out = format!("b{}", char::from(quote));
    for &byte in data {
        match byte {
            b' '..=b'~' if byte != quote && byte != b'\\' => out.push(char::from(byte)),
            _ => escape_byte(&mut out, byte),
        }
    }
    out.push(char::from(quote));
    out
}

fn escape_byte(out: &mut String, byte: u8) {
    match byte {
        b'\t' => out.push_str("\\t"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\\' | b'\'' | b'"' => out.extend(['\\', char::from(byte)]),
        _ => push(out, format_args!("\\x{byte:02x}")),
    }
}

fn push(out: &mut String, text: std::fmt::Arguments) {
    // Writing to a `String` cannot fail.
    let _ = out.write_fmt(text);
}

/// `repr` of a str, given as WTF-8.
pub fn string(text: &[u8]) -> String {
    let quote = quote_for(text);
    let mut out = String::with_capacity(text.len() + 2);
    out.push(char::from(quote));
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                ' '..='~' if c != char::from(quote) && c != '\\' => out.push(c),
                _ if c.is_ascii() => escape_byte(&mut out, c as u8),
                _ if is_printable(c) => out.push(c),
                _ => escape_code(&mut out, u32::from(c)),
            }
        }
        surrogate(&mut out, chunk.invalid(), text);
    }
    out.push(char::from(quote));
    out
}

fn escape_code(out: &mut String, code: u32) {
    match code {
        0..0x100 => push(out, format_args!("\\x{code:02x}")),
        0x100..0x10000 => push(out, format_args!("\\u{code:04x}")),
        _ => push(out, format_args!("\\U{code:08x}")),
    }
}

/// The first byte of a surrogate is a chunk of its own to `utf8_chunks`, and so
/// is each byte that follows; they stand beside each other in `text`.
fn surrogate(out: &mut String, invalid: &[u8], text: &[u8]) {
    let Some(0xED) = invalid.first() else { return };
    let at = invalid.as_ptr().addr() - text.as_ptr().addr();
    if let Some(&[_, second, third]) = text.get(at..at + 3) {
        escape_code(
            out,
            0xD000 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F),
        );
    }
}
