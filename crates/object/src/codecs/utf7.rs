//! UTF-7.

use std::borrow::Cow;

use super::errors::{DecodeErrors, Handler};
use crate::header::Ref;
use crate::str::Str;
use crate::text::StrBuilder;
use crate::vm::{PyResult, Vm};

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(b: u8) -> Option<u32> {
    DIGITS.iter().position(|&d| d == b).map(|i| i as u32)
}

/// Characters that stand for themselves.
fn is_direct(c: u32) -> bool {
    matches!(c, 9 | 10 | 13 | 0x20..=0x7D) && !matches!(c, 0x2B | 0x5C)
}

/// Encodes text.
pub fn encode(text: &Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let (mut shifted, mut bits, mut buffer) = (false, 0u32, 0u64);
    for c in text.view().iter() {
        if is_direct(c) {
            if shifted {
                if bits > 0 {
                    out.push(DIGITS[(buffer << (6 - bits) & 63) as usize]);
                    (bits, buffer) = (0, 0);
                }
                shifted = false;
                if digit(c as u8).is_some() || c == u32::from('-') {
                    out.push(b'-');
                }
            }
            out.push(c as u8);
            continue;
        }
        if !shifted {
            if c == u32::from('+') {
                out.extend_from_slice(b"+-");
                continue;
            }
            out.push(b'+');
            shifted = true;
        }
        let units = match c.checked_sub(0x10000) {
            Some(c) => [Some(0xD800 + (c >> 10)), Some(0xDC00 + (c & 0x3FF))],
            None => [Some(c), None],
        };
        for unit in units.into_iter().flatten() {
            buffer = buffer << 16 | u64::from(unit);
            bits += 16;
            while bits >= 6 {
                out.push(DIGITS[(buffer >> (bits - 6) & 63) as usize]);
                bits -= 6;
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        out.push(DIGITS[(buffer << (6 - bits) & 63) as usize]);
    }
    if shifted {
        out.push(b'-');
    }
    out
}

/// A base64 section.
#[derive(Default)]
struct Section {
    bits: u32,
    buffer: u32,
    /// A high surrogate that waits for its partner.
    high: Option<u32>,
    /// Characters that are complete.
    done: Vec<u32>,
}

impl Section {
    fn push(&mut self, digit: u32) {
        self.buffer = self.buffer << 6 | digit;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits & 0xFFFF;
        self.buffer &= (1 << self.bits) - 1;
        if let Some(high) = self.high.take() {
            if let 0xDC00..=0xDFFF = unit {
                self.done
                    .push(0x10000 + ((high & 0x3FF) << 10 | unit & 0x3FF));
                return;
            }
            self.done.push(high);
        }
        if let 0xD800..=0xDBFF = unit {
            self.high = Some(unit)
        } else {
            self.done.push(unit)
        }
    }
    fn fault(&self) -> Option<&'static str> {
        match () {
            () if self.bits >= 6 => Some("partial character in base64 sequence"),
            () if self.bits > 0 && self.buffer != 0 => {
                Some("non-zero padding bits in base64 sequence")
            }
            () => None,
        }
    }
}

/// Decodes bytes; how many were used.
///
/// # Errors
/// UnicodeDecodeError; what the handler raises.
pub fn decode(vm: &Vm, data: &[u8], handler: &Handler, last: bool) -> PyResult<(Ref<Str>, usize)> {
    let mut out = StrBuilder::with_capacity(data.len());
    let mut errors = DecodeErrors {
        vm,
        encoding: "utf7",
        handler,
        data: Cow::Borrowed(data),
    };
    let (mut at, mut start) = (0, 0);
    let mut section: Option<Section> = None;
    while let Some(&b) = errors.data.get(at) {
        if let Some(open) = &mut section {
            if let Some(digit) = digit(b) {
                open.push(digit);
                at += 1;
                continue;
            }
            let done = section.take().unwrap_or_default();
            done.done.iter().for_each(|&c| out.push_char(c));
            if let Some(reason) = done.fault() {
                at = errors.handle(start, at + 1, reason, &mut out)?;
                continue;
            }
            if let Some(high) = done.high
                && b < 0x80
            {
                out.push_char(high);
            }
            at += usize::from(b == b'-');
            continue;
        }
        start = at;
        at += 1;
        let reason = match (b, errors.data.get(at)) {
            (b'+', Some(b'-')) => {
                at += 1;
                out.push_char(u32::from('+'));
                continue;
            }
            (b'+', Some(&next)) if digit(next).is_none() => {
                at += 1;
                "ill-formed sequence"
            }
            (b'+', _) => {
                section = Some(Section::default());
                continue;
            }
            (0..0x80, _) => {
                out.push_char(u32::from(b));
                continue;
            }
            _ => "unexpected special character",
        };
        at = errors.handle(start, at, reason, &mut out)?;
    }
    if let Some(open) = section {
        if !last {
            return Ok((out.finish(vm)?, start));
        }
        open.done.iter().for_each(|&c| out.push_char(c));
        if open.high.is_some() || open.fault().is_some() {
            let end = errors.data.len();
            at = errors.handle(start, end, "unterminated shift sequence", &mut out)?;
        }
    }
    Ok((out.finish(vm)?, at))
}
