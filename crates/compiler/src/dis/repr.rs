//! Python's `repr` of constants.

use std::fmt::Write;

use crate::code::Const;

/// Most bytes of an integer's magnitude that are written in decimal: the conversion is quadratic.
const MAX_DECIMAL_BYTES: usize = 1785;
/// Nesting at which containers are cut short.
const MAX_DEPTH: u32 = 20;

/// The constant as Python writes it; code objects as `<code object NAME>`.
pub fn const_repr(value: &Const) -> String {
    let mut out = String::new();
    put(&mut out, value, 0);
    out
}

fn put(out: &mut String, value: &Const, depth: u32) {
    if depth > MAX_DEPTH {
        out.push_str("...");
        return;
    }
    match value {
        Const::None => out.push_str("None"),
        Const::True => out.push_str("True"),
        Const::False => out.push_str("False"),
        Const::Ellipsis => out.push_str("Ellipsis"),
        Const::Int(n) => _ = write!(out, "{n}"),
        Const::BigInt {
            negative,
            magnitude,
        } => {
            if *negative {
                out.push('-');
            }
            decimal(out, magnitude);
        }
        Const::Float(f) => out.push_str(&float_repr(*f)),
        Const::Complex(re, im) => complex(out, *re, *im),
        Const::Str(bytes) => text(out, bytes),
        Const::Bytes(bytes) => byte_string(out, bytes),
        Const::Tuple(items) => {
            sequence(out, "(", items, depth);
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Const::FrozenSet(items) if items.is_empty() => out.push_str("frozenset()"),
        Const::FrozenSet(items) => {
            sequence(out, "frozenset({", items, depth);
            out.push_str("})");
        }
        Const::Slice(parts) => {
            sequence(out, "slice(", &parts[..], depth);
            out.push(')');
        }
        Const::Code(code) => _ = write!(out, "<code object {}>", code.qualname),
    }
}

fn sequence(out: &mut String, open: &str, items: &[Const], depth: u32) {
    out.push_str(open);
    for (n, item) in items.iter().enumerate() {
        if n != 0 {
            out.push_str(", ");
        }
        put(out, item, depth + 1);
    }
}

fn decimal(out: &mut String, magnitude: &[u8]) {
    if magnitude.len() > MAX_DECIMAL_BYTES {
        _ = write!(out, "<int of {} bytes>", magnitude.len());
        return;
    }
    let mut rest = magnitude.to_vec();
    let mut groups = Vec::new();
    while rest.iter().any(|&b| b != 0) {
        let mut remainder = 0u64;
        for byte in rest.iter_mut().rev() {
            let n = remainder << 8 | u64::from(*byte);
            *byte = (n / 1_000_000_000) as u8;
            remainder = n % 1_000_000_000;
        }
        groups.push(remainder);
    }
    match groups.pop() {
        Some(first) => _ = write!(out, "{first}"),
        None => out.push('0'),
    }
    for group in groups.iter().rev() {
        _ = write!(out, "{group:09}");
    }
}

/// The shortest text that reads back as the same float, in Python's notation.
pub(crate) fn float_repr(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let scientific = format!("{f:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{f}");
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn complex(out: &mut String, re: f64, im: f64) {
    let part = |f: f64| {
        let text = float_repr(f);
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    if re == 0.0 && re.is_sign_positive() {
        _ = write!(out, "{}j", part(im));
        return;
    }
    let imaginary = part(im);
    let plus = if imaginary.starts_with('-') { "" } else { "+" };
    _ = write!(out, "({}{plus}{imaginary}j)", part(re));
}

fn quote_for(single: bool, double: bool) -> char {
    if single && !double { '"' } else { '\'' }
}

fn simple_escape(c: char) -> Option<&'static str> {
    Some(match c {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\\' => "\\\\",
        _ => return None,
    })
}

/// WTF-8: lone surrogates are shown as escapes.
fn text(out: &mut String, bytes: &[u8]) {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    out.push(quote);
    let mut rest = bytes;
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(valid) => valid,
            Err(e) => std::str::from_utf8(&rest[..e.valid_up_to()]).unwrap_or_default(),
        };
        valid.chars().for_each(|c| character(out, c, quote));
        rest = &rest[valid.len()..];
        match *rest {
            [0xED, b @ 0xA0..=0xBF, c @ 0x80..=0xBF, ..] => {
                _ = write!(
                    out,
                    "\\u{:04x}",
                    0xD000 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F)
                );
                rest = &rest[3..];
            }
            [byte, ..] => {
                _ = write!(out, "\\x{byte:02x}");
                rest = &rest[1..];
            }
            [] => {}
        }
    }
    out.push(quote);
}

fn character(out: &mut String, c: char, quote: char) {
    let printable =
        c == '\'' || c == '"' || (c == ' ' || !c.is_whitespace()) && c.escape_debug().len() == 1;
    match simple_escape(c) {
        Some(escape) => out.push_str(escape),
        None if c == quote => _ = write!(out, "\\{c}"),
        None if printable => out.push(c),
        None => {
            _ = match c as u32 {
                n @ ..=0xFF => write!(out, "\\x{n:02x}"),
                n @ ..=0xFFFF => write!(out, "\\u{n:04x}"),
                n => write!(out, "\\U{n:08x}"),
            }
        }
    }
}

fn byte_string(out: &mut String, bytes: &[u8]) {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    out.push('b');
    out.push(quote);
    for &byte in bytes {
        let c = char::from(byte);
        match simple_escape(c) {
            Some(escape) => out.push_str(escape),
            None if c == quote => _ = write!(out, "\\{c}"),
            None if (b' '..0x7F).contains(&byte) => out.push(c),
            None => _ = write!(out, "\\x{byte:02x}"),
        }
    }
    out.push(quote);
}
