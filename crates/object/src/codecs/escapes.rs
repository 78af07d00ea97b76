//! `unicode_escape`, `raw_unicode_escape` and the escapes of bytes literals.

use std::borrow::Cow;

use super::errors::{DecodeErrors, Handler};
use crate::header::Ref;
use crate::str::Str;
use crate::text::StrBuilder;
use crate::vm::{PyResult, Vm};

fn escape(out: &mut Vec<u8>, c: u32) {
    let text = match c {
        0..0x100 => format!("\\x{c:02x}"),
        0x100..0x10000 => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    };
    out.extend_from_slice(text.as_bytes());
}

/// `text.encode("unicode_escape")`.
pub fn encode_unicode(text: &Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.view().iter() {
        match c {
            0x5C => out.extend_from_slice(b"\\\\"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x20..0x7F => out.push(c as u8),
            _ => escape(&mut out, c),
        }
    }
    out
}

/// `text.encode("raw_unicode_escape")`.
pub fn encode_raw(text: &Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.view().iter() {
        if c < 0x100 {
            out.push(c as u8)
        } else {
            escape(&mut out, c)
        }
    }
    out
}

fn warn(vm: &Vm, prefix: &str, shown: &str, what: &str) -> PyResult<()> {
    let message = format!(
        "{prefix}\"\\{shown}\" is an invalid {what}. Such sequences will not work in the future. "
    );
    (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)
}

/// What stands behind a backslash.
enum Escape {
    /// Nothing: an escaped line end.
    None,
    Char(u32),
    /// Not an escape: the backslash stands for itself.
    Unknown,
    /// Where the fault ends, and what it is.
    Bad(usize, &'static str),
    /// The data ends within it.
    Short(&'static str),
}

/// Up to `count` hexadecimal digits from `at`: value and end.
fn hex(data: &[u8], at: usize, count: usize) -> (u32, usize) {
    let mut value = 0u32;
    let mut end = at;
    while end < at + count
        && let Some(digit) = data.get(end).and_then(|&b| (b as char).to_digit(16))
    {
        value = value << 4 | digit;
        end += 1;
    }
    (value, end)
}

/// A `\x`, `\u` or `\U` whose digits start at `at`.
fn hex_escape(
    data: &[u8],
    at: usize,
    count: usize,
    truncated: &'static str,
    illegal: &'static str,
) -> (Escape, usize) {
    let (value, end) = hex(data, at, count);
    let escape = match () {
        () if end < at + count && end == data.len() => Escape::Short(truncated),
        () if end < at + count => Escape::Bad(end, truncated),
        () if value > 0x10FFFF => Escape::Bad(end, illegal),
        () => Escape::Char(value),
    };
    (escape, end)
}

/// `\N{…}` whose brace should stand at `at`.
fn name_escape(data: &[u8], at: usize) -> (Escape, usize) {
    const MALFORMED: &str = "malformed \\N character escape";
    let Some(&brace) = data.get(at) else {
        return (Escape::Short(MALFORMED), at);
    };
    if brace != b'{' {
        return (Escape::Bad(at, MALFORMED), at);
    }
    let Some(len) = memchr::memchr(b'}', &data[at + 1..]) else {
        return (Escape::Short(MALFORMED), data.len());
    };
    let end = at + 2 + len;
    if len == 0 {
        return (Escape::Bad(end, MALFORMED), end);
    }
    let name = std::str::from_utf8(&data[at + 1..end - 1]).ok();
    match name.and_then(unicode_names2::character) {
        Some(c) => (Escape::Char(u32::from(c)), end),
        None => (Escape::Bad(end, "unknown Unicode character name"), end),
    }
}

/// The escape whose backslash stands before `at`, and where it ends.
fn unicode_escape(data: &[u8], at: usize) -> (Escape, usize) {
    const ILLEGAL: &str = "illegal Unicode character";
    let Some(&kind) = data.get(at) else {
        return (Escape::Short("\\ at end of string"), at);
    };
    let after = at + 1;
    let plain = |c: u32| (Escape::Char(c), after);
    match kind {
        b'\n' => (Escape::None, after),
        b'\\' | b'\'' | b'"' => plain(u32::from(kind)),
        b'b' => plain(8),
        b'f' => plain(12),
        b't' => plain(9),
        b'n' => plain(10),
        b'r' => plain(13),
        b'v' => plain(11),
        b'a' => plain(7),
        b'0'..=b'7' => {
            let digits = data[at..]
                .iter()
                .take(3)
                .take_while(|b| (b'0'..=b'7').contains(b))
                .count();
            let value = data[at..at + digits]
                .iter()
                .fold(0, |v, b| v << 3 | u32::from(b - b'0'));
            (Escape::Char(value), at + digits)
        }
        b'x' => hex_escape(data, after, 2, "truncated \\xXX escape", ILLEGAL),
        b'u' => hex_escape(data, after, 4, "truncated \\uXXXX escape", ILLEGAL),
        b'U' => hex_escape(data, after, 8, "truncated \\UXXXXXXXX escape", ILLEGAL),
        b'N' => name_escape(data, after),
        _ => (Escape::Unknown, after),
    }
}

/// `data.decode("unicode_escape")`; how many bytes were used.
///
/// # Errors
/// UnicodeDecodeError; what the handler raises.
pub fn decode_unicode(
    vm: &Vm,
    data: &[u8],
    handler: &Handler,
    last: bool,
) -> PyResult<(Ref<Str>, usize)> {
    let mut out = StrBuilder::with_capacity(data.len());
    let mut errors = DecodeErrors {
        vm,
        encoding: "unicodeescape",
        handler,
        data: Cow::Borrowed(data),
    };
    let mut at = 0;
    let mut warned = false;
    while let Some(&b) = errors.data.get(at) {
        if b != b'\\' {
            out.push_char(u32::from(b));
            at += 1;
            continue;
        }
        let start = at;
        let (escape, end) = unicode_escape(&errors.data, at + 1);
        at = end;
        match escape {
            Escape::None => {}
            Escape::Char(c) => {
                let octal = errors.data.get(start + 1).is_some_and(u8::is_ascii_digit);
                if octal && c > 0o377 && !warned {
                    warned = true;
                    warn(vm, "", &format!("{c:o}"), "octal escape sequence")?;
                }
                out.push_char(c);
            }
            Escape::Unknown => {
                let c = errors.data[start + 1];
                if !warned {
                    warned = true;
                    warn(vm, "", &(c as char).to_string(), "escape sequence")?;
                }
                out.push_char(0x5C);
                out.push_char(u32::from(c));
            }
            Escape::Short(_) if !last => {
                at = start;
                break;
            }
            Escape::Short(reason) => at = errors.handle(start, end, reason, &mut out)?,
            Escape::Bad(end, reason) => at = errors.handle(start, end, reason, &mut out)?,
        }
    }
    Ok((out.finish(vm)?, at))
}

/// `data.decode("raw_unicode_escape")`; how many bytes were used.
///
/// # Errors
/// UnicodeDecodeError; what the handler raises.
pub fn decode_raw(
    vm: &Vm,
    data: &[u8],
    handler: &Handler,
    last: bool,
) -> PyResult<(Ref<Str>, usize)> {
    let mut out = StrBuilder::with_capacity(data.len());
    let mut errors = DecodeErrors {
        vm,
        encoding: "rawunicodeescape",
        handler,
        data: Cow::Borrowed(data),
    };
    let mut at = 0;
    while let Some(&b) = errors.data.get(at) {
        let start = at;
        at += 1;
        if b != b'\\' {
            out.push_char(u32::from(b));
            continue;
        }
        let (escape, end) = match errors.data.get(at) {
            None if !last => {
                at = start;
                break;
            }
            Some(b'u') => hex_escape(&errors.data, at + 1, 4, "truncated \\uXXXX escape", ""),
            Some(b'U') => hex_escape(
                &errors.data,
                at + 1,
                8,
                "truncated \\UXXXXXXXX escape",
                "\\Uxxxxxxxx out of range",
            ),
            other => {
                out.push_char(0x5C);
                if let Some(&c) = other {
                    out.push_char(u32::from(c));
                    at += 1;
                }
                continue;
            }
        };
        at = end;
        match escape {
            Escape::Char(c) => out.push_char(c),
            Escape::Short(_) if !last => {
                at = start;
                break;
            }
            Escape::Short(reason) => at = errors.handle(start, end, reason, &mut out)?,
            Escape::Bad(end, reason) => at = errors.handle(start, end, reason, &mut out)?,
            Escape::None | Escape::Unknown => {}
        }
    }
    Ok((out.finish(vm)?, at))
}

/// Bytes as the inside of a bytes literal.
pub fn encode_bytes(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    for &b in data {
        match b {
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b' '..=b'~' => out.push(b),
            _ => escape(&mut out, u32::from(b)),
        }
    }
    out
}

/// The bytes that the inside of a bytes literal means.
///
/// # Errors
/// ValueError.
pub fn decode_bytes(vm: &Vm, data: &[u8], errors: &str) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    let mut warned = false;
    while let Some(&b) = data.get(at) {
        if b != b'\\' {
            out.push(b);
            at += 1;
            continue;
        }
        let Some(&kind) = data.get(at + 1) else {
            return Err(vm.value_error("Trailing \\ in string"));
        };
        if kind == b'x' {
            let (value, end) = hex(data, at + 2, 2);
            if end == at + 4 {
                out.push(value as u8);
            } else {
                match errors {
                    "strict" => {
                        return Err(vm.value_error(format!("invalid \\x escape at position {at}")));
                    }
                    "replace" => out.push(b'?'),
                    "ignore" => {}
                    other => {
                        return Err(vm.value_error(format!(
                            "decoding error; unknown error handling code: {other}"
                        )));
                    }
                }
            }
            at = end;
            continue;
        }
        if matches!(kind, b'u' | b'U' | b'N') {
            out.extend_from_slice(&[b'\\', kind]);
            at += 2;
            continue;
        }
        match unicode_escape(data, at + 1) {
            (Escape::Char(c), end) => {
                if c > 0o377 && !warned {
                    warned = true;
                    warn(vm, "b", &format!("{c:o}"), "octal escape sequence")?;
                }
                out.push(c as u8);
                at = end;
            }
            (Escape::None, end) => at = end,
            _ => {
                if !warned {
                    warned = true;
                    warn(vm, "b", &(kind as char).to_string(), "escape sequence")?;
                }
                out.extend_from_slice(&[b'\\', kind]);
                at += 2;
            }
        }
    }
    Ok(out)
}
