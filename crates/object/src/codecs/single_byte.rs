//! Latin-1, ASCII and character maps.

use std::borrow::Cow;

use super::errors::{DecodeErrors, EncodeErrors, Handler, Replacement};
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::text::StrBuilder;
use crate::vm::{PyResult, Vm};

fn encode_below(
    vm: &Vm,
    text: &Ref<Str>,
    handler: &Handler,
    limit: u32,
    encoding: &str,
    reason: &str,
) -> PyResult<Vec<u8>> {
    let view = text.view();
    match view {
        StrView::Ascii(s) => return Ok(s.as_bytes().to_vec()),
        StrView::Latin1(s) if limit == 0x100 => return Ok(s.to_vec()),
        _ => {}
    }
    let errors = EncodeErrors {
        vm,
        encoding,
        text,
        handler,
    };
    let mut out = Vec::with_capacity(view.len());
    let mut at = 0;
    while at < view.len() {
        let c = view.get(at);
        if c < limit {
            out.push(c as u8);
            at += 1;
            continue;
        }
        let start = at;
        while at < view.len() && view.get(at) >= limit {
            at += 1;
        }
        // `surrogateescape` leaves off at the first character that it cannot escape.
        let mut stop = at;
        if matches!(handler, Handler::SurrogateEscape) {
            let escaped = (start..at)
                .take_while(|&i| matches!(view.get(i), 0xDC80..=0xDCFF))
                .count();
            if escaped > 0 {
                stop = start + escaped;
            }
        }
        let (replacement, next) = errors.handle(start, stop, reason)?;
        match replacement {
            Replacement::Bytes(b) => out.extend_from_slice(&b),
            Replacement::Text(s) => {
                for c in s.view().iter() {
                    if c >= limit {
                        return Err(errors.reject(start, stop, reason));
                    }
                    out.push(c as u8);
                }
            }
        }
        at = next;
    }
    Ok(out)
}

/// Encodes text as Latin-1.
///
/// # Errors
/// UnicodeEncodeError; what the handler raises.
pub fn encode_latin1(vm: &Vm, text: &Ref<Str>, handler: &Handler) -> PyResult<Vec<u8>> {
    encode_below(
        vm,
        text,
        handler,
        0x100,
        "latin-1",
        "ordinal not in range(256)",
    )
}

/// Encodes text as ASCII.
///
/// # Errors
/// UnicodeEncodeError; what the handler raises.
pub fn encode_ascii(vm: &Vm, text: &Ref<Str>, handler: &Handler) -> PyResult<Vec<u8>> {
    encode_below(
        vm,
        text,
        handler,
        0x80,
        "ascii",
        "ordinal not in range(128)",
    )
}

/// Decodes ASCII.
///
/// # Errors
/// UnicodeDecodeError; what the handler raises.
pub fn decode_ascii(vm: &Vm, data: &[u8], handler: &Handler) -> PyResult<Ref<Str>> {
    if data.is_ascii() {
        return Ok(vm.new_ascii(data));
    }
    let mut out = StrBuilder::with_capacity(data.len());
    let mut errors = DecodeErrors {
        vm,
        encoding: "ascii",
        handler,
        data: Cow::Borrowed(data),
    };
    let mut at = 0;
    while let Some(&b) = errors.data.get(at) {
        if b < 0x80 {
            out.push_char(u32::from(b));
            at += 1;
        } else {
            at = errors.handle(at, at + 1, "ordinal not in range(128)", &mut out)?;
        }
    }
    out.finish(vm)
}
