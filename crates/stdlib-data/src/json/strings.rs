//! JSON strings.

use taipan_object::str::{Str, StrView};
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, Vm};

use super::decode_error;

/// Whether a character stands for itself in quotes.
fn plain(c: u32, ascii: bool) -> bool {
    c >= 0x20 && c != u32::from('"') && c != u32::from('\\') && (!ascii || c < 0x7F)
}

/// A unit of UTF-16 as an escape.
fn push_unit(out: &mut StrBuilder, unit: u32) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push_char(
            char::from_digit(unit >> shift & 15, 16)
                .unwrap_or('0')
                .into(),
        );
    }
}

/// Adds a string in quotes.
pub fn push_quoted(out: &mut StrBuilder, text: StrView<'_>, ascii: bool) {
    out.push_char('"'.into());
    let len = text.len();
    let mut start = 0;
    let bytes = match text {
        StrView::Ascii(text) => Some(text.as_bytes()),
        _ => None,
    };
    loop {
        // Most of a string stands for itself.
        let rest = match bytes {
            Some(bytes) => bytes[start..].iter().position(|&b| !plain(b.into(), ascii)),
            None => (start..len).position(|i| !plain(text.get(i), ascii)),
        };
        let end = rest.map_or(len, |n| start + n);
        out.push(text.slice(start, end));
        if end == len {
            break;
        }
        match text.get(end) {
            0x22 => out.push_str("\\\""),
            0x5C => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            0x0C => out.push_str("\\f"),
            0x0A => out.push_str("\\n"),
            0x0D => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            c if c > 0xFFFF => {
                let c = c - 0x1_0000;
                push_unit(out, 0xD800 | c >> 10);
                push_unit(out, 0xDC00 | c & 0x3FF);
            }
            c => push_unit(out, c),
        }
        start = end + 1;
    }
    out.push_char('"'.into());
}

/// A string in quotes.
///
/// # Errors
/// MemoryError.
pub fn quote(vm: &Vm, text: &Ref<Str>, ascii: bool) -> PyResult<Ref<Str>> {
    let mut out = StrBuilder::with_capacity(text.len() + 2);
    push_quoted(&mut out, text.view(), ascii);
    out.finish(vm)
}

/// The string from `start` (after the quote) on, and the index after its end.
///
/// # Errors
/// JSONDecodeError.
pub fn scan(
    vm: &Vm,
    document: &Ref<Str>,
    start: usize,
    strict: bool,
) -> PyResult<(Ref<Str>, usize)> {
    let view = document.view();
    if let StrView::Ascii(text) = view {
        // A string without escapes is a piece of the document.
        let bytes = &text.as_bytes()[start..];
        let end = bytes
            .iter()
            .position(|&b| b == b'"' || b == b'\\' || (b < 0x20 && strict));
        if let Some(end) = end.filter(|&end| bytes[end] == b'"') {
            return Ok((vm.new_str(&text[start..start + end]), start + end + 1));
        }
    }
    scan_slow(vm, document, start, strict)
}

/// Four hexadecimal digits.
fn unit(view: StrView<'_>, at: usize) -> Option<u32> {
    if at + 4 >= view.len() {
        return None;
    }
    (at..at + 4).try_fold(0, |unit, i| {
        let digit = char::from_u32(view.get(i))?.to_digit(16)?;
        Some(unit << 4 | digit)
    })
}

fn scan_slow(
    vm: &Vm,
    document: &Ref<Str>,
    start: usize,
    strict: bool,
) -> PyResult<(Ref<Str>, usize)> {
    let view = document.view();
    let len = view.len();
    let mut out = StrBuilder::new();
    let mut at = start;
    let unterminated = || {
        decode_error(
            vm,
            "Unterminated string starting at",
            document,
            start.wrapping_sub(1),
        )
    };
    loop {
        let from = at;
        while at < len {
            let c = view.get(at);
            if c == u32::from('"') || c == u32::from('\\') {
                break;
            }
            if c < 0x20 && strict {
                return Err(decode_error(
                    vm,
                    "Invalid control character at",
                    document,
                    at,
                ));
            }
            at += 1;
        }
        out.push(view.slice(from, at));
        if at >= len {
            return Err(unterminated());
        }
        let c = view.get(at);
        at += 1;
        if c == u32::from('"') {
            return Ok((out.finish(vm)?, at));
        }
        if at >= len {
            return Err(unterminated());
        }
        let escape = view.get(at);
        at += 1;
        if escape != u32::from('u') {
            let plain = match char::from_u32(escape) {
                Some(c @ ('"' | '\\' | '/')) => c,
                Some('b') => '\u{8}',
                Some('f') => '\u{C}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                _ => return Err(decode_error(vm, "Invalid \\escape", document, at - 2)),
            };
            out.push_char(plain.into());
            continue;
        }
        let bad = |at: usize| decode_error(vm, "Invalid \\uXXXX escape", document, at - 1);
        let Some(mut c) = unit(view, at) else {
            return Err(bad(at));
        };
        at += 4;
        let low_follows = (0xD800..0xDC00).contains(&c)
            && at + 6 < len
            && view.get(at) == u32::from('\\')
            && view.get(at + 1) == u32::from('u');
        if low_follows {
            let Some(low) = unit(view, at + 2) else {
                return Err(bad(at + 2));
            };
            if (0xDC00..0xE000).contains(&low) {
                c = 0x1_0000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                at += 6;
            }
        }
        out.push_char(c);
    }
}
