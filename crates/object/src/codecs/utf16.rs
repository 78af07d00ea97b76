//! UTF-16.

use std::borrow::Cow;

use super::Order;
use super::errors::{DecodeErrors, EncodeErrors, Handler, Replacement};
use crate::header::Ref;
use crate::str::Str;
use crate::text::StrBuilder;
use crate::vm::{PyResult, Vm};

/// The encoding's name in messages.
fn name(order: Order) -> &'static str {
    match order {
        Order::Little => "utf-16-le",
        Order::Big => "utf-16-be",
        Order::Marked => "utf-16",
    }
}

/// Encodes text.
///
/// # Errors
/// UnicodeEncodeError; what the handler raises.
pub fn encode(vm: &Vm, text: &Ref<Str>, handler: &Handler, order: Order) -> PyResult<Vec<u8>> {
    const REASON: &str = "surrogates not allowed";
    let view = text.view();
    let mut out = Vec::with_capacity(view.len() * 2 + 2);
    let put = |out: &mut Vec<u8>, unit: u16| {
        out.extend_from_slice(&if order == Order::Big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        });
    };
    if order == Order::Marked {
        put(&mut out, 0xFEFF);
    }
    let errors = EncodeErrors {
        vm,
        encoding: name(order),
        text,
        handler,
    };
    let mut at = 0;
    while at < view.len() {
        match view.get(at) {
            0xD800..=0xDFFF => {
                let (replacement, next) = errors.handle(at, at + 1, REASON)?;
                match replacement {
                    Replacement::Bytes(b) if b.len() % 2 == 0 => out.extend_from_slice(&b),
                    Replacement::Text(s) if s.is_ascii() => {
                        s.view().iter().for_each(|c| put(&mut out, c as u16))
                    }
                    _ => return Err(errors.reject(at, at + 1, REASON)),
                }
                at = next;
                continue;
            }
            c @ 0..0x10000 => put(&mut out, c as u16),
            c => {
                let c = c - 0x10000;
                put(&mut out, 0xD800 | (c >> 10) as u16);
                put(&mut out, 0xDC00 | (c & 0x3FF) as u16);
            }
        }
        at += 1;
    }
    Ok(out)
}

/// Decodes bytes; how many were used, and the order if a mark or the argument gave it.
///
/// # Errors
/// UnicodeDecodeError; what the handler raises.
pub fn decode(
    vm: &Vm,
    data: &[u8],
    handler: &Handler,
    order: Order,
    last: bool,
) -> PyResult<(Ref<Str>, usize, Order)> {
    let mut order = order;
    let mut at = 0;
    if order == Order::Marked {
        match data {
            [0xFF, 0xFE, ..] => (order, at) = (Order::Little, 2),
            [0xFE, 0xFF, ..] => (order, at) = (Order::Big, 2),
            _ => {}
        }
    }
    let encoding = name(if order == Order::Marked {
        Order::Little
    } else {
        order
    });
    let mut out = StrBuilder::with_capacity(data.len() / 2);
    let mut errors = DecodeErrors {
        vm,
        encoding,
        handler,
        data: Cow::Borrowed(data),
    };
    let unit = |data: &[u8], at: usize| {
        let pair: [u8; 2] = data.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(if order == Order::Big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }))
    };
    while at < errors.data.len() {
        let len = errors.data.len();
        let (end, reason) = match unit(&errors.data, at) {
            None if !last => break,
            None => (len, "truncated data"),
            Some(0xDC00..=0xDFFF) => (at + 2, "illegal encoding"),
            Some(high @ 0xD800..=0xDBFF) => match unit(&errors.data, at + 2) {
                Some(low @ 0xDC00..=0xDFFF) => {
                    out.push_char(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF));
                    at += 4;
                    continue;
                }
                Some(_) => (at + 2, "illegal UTF-16 surrogate"),
                None if !last => break,
                None => (len, "unexpected end of data"),
            },
            Some(c) => {
                out.push_char(c);
                at += 2;
                continue;
            }
        };
        at = errors.handle(at, end, reason, &mut out)?;
    }
    Ok((out.finish(vm)?, at, order))
}
