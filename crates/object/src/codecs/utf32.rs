//! UTF-32.

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
        Order::Little => "utf-32-le",
        Order::Big => "utf-32-be",
        Order::Marked => "utf-32",
    }
}

/// Encodes text.
///
/// # Errors
/// UnicodeEncodeError; what the handler raises.
pub fn encode(vm: &Vm, text: &Ref<Str>, handler: &Handler, order: Order) -> PyResult<Vec<u8>> {
    const REASON: &str = "surrogates not allowed";
    let view = text.view();
    let mut out = Vec::with_capacity(view.len() * 4 + 4);
    let put = |out: &mut Vec<u8>, c: u32| {
        out.extend_from_slice(&if order == Order::Big {
            c.to_be_bytes()
        } else {
            c.to_le_bytes()
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
                    Replacement::Bytes(b) if b.len() % 4 == 0 => out.extend_from_slice(&b),
                    Replacement::Text(s) if s.is_ascii() => {
                        s.view().iter().for_each(|c| put(&mut out, c))
                    }
                    _ => return Err(errors.reject(at, at + 1, REASON)),
                }
                at = next;
            }
            c => {
                put(&mut out, c);
                at += 1;
            }
        }
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
            [0xFF, 0xFE, 0, 0, ..] => (order, at) = (Order::Little, 4),
            [0, 0, 0xFE, 0xFF, ..] => (order, at) = (Order::Big, 4),
            _ => {}
        }
    }
    let encoding = name(if order == Order::Marked {
        Order::Little
    } else {
        order
    });
    let mut out = StrBuilder::with_capacity(data.len() / 4);
    let mut errors = DecodeErrors {
        vm,
        encoding,
        handler,
        data: Cow::Borrowed(data),
    };
    while at < errors.data.len() {
        let unit: Option<[u8; 4]> = errors.data.get(at..at + 4).and_then(|b| b.try_into().ok());
        let (end, reason) = match unit.map(|u| {
            if order == Order::Big {
                u32::from_be_bytes(u)
            } else {
                u32::from_le_bytes(u)
            }
        }) {
            None if !last => break,
            None => (errors.data.len(), "truncated data"),
            Some(0xD800..=0xDFFF) => (
                at + 4,
                "code point in surrogate code point range(0xd800, 0xe000)",
            ),
            Some(c @ 0..0x11_0000) => {
                out.push_char(c);
                at += 4;
                continue;
            }
            Some(_) => (at + 4, "code point not in range(0x110000)"),
        };
        at = errors.handle(at, end, reason, &mut out)?;
    }
    Ok((out.finish(vm)?, at, order))
}
