//! UTF-8.

use std::borrow::Cow;

use super::errors::{DecodeErrors, EncodeErrors, Handler, Replacement};
use crate::header::Ref;
use crate::str::{Str, StrView, push_code_point};
use crate::text::StrBuilder;
use crate::vm::{PyResult, Vm};

const SURROGATES: &str = "surrogates not allowed";

fn is_surrogate(c: u32) -> bool {
    matches!(c, 0xD800..=0xDFFF)
}

/// Encodes text.
///
/// # Errors
/// UnicodeEncodeError; what the handler raises.
pub fn encode(vm: &Vm, text: &Ref<Str>, handler: &Handler) -> PyResult<Vec<u8>> {
    let view = text.view();
    if let StrView::Ascii(s) = view {
        return Ok(s.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(view.len() * view.width().min(3) + 8);
    let errors = EncodeErrors {
        vm,
        encoding: "utf-8",
        text,
        handler,
    };
    let mut at = 0;
    while at < view.len() {
        let c = view.get(at);
        if !is_surrogate(c) {
            push_code_point(&mut out, c);
            at += 1;
            continue;
        }
        let start = at;
        while at < view.len() && is_surrogate(view.get(at)) {
            at += 1;
        }
        let (replacement, next) = errors.handle(start, at, SURROGATES)?;
        match replacement {
            Replacement::Bytes(b) => out.extend_from_slice(&b),
            Replacement::Text(s) => match s.as_ascii() {
                Some(s) => out.extend_from_slice(s.as_bytes()),
                None => return Err(errors.reject(start, at, SURROGATES)),
            },
        }
        at = next;
    }
    Ok(out)
}

/// Encodes text with the strict handler.
///
/// # Errors
/// UnicodeEncodeError.
pub fn encode_strict(vm: &Vm, text: &Ref<Str>) -> PyResult<Vec<u8>> {
    encode(vm, text, &Handler::Strict)
}

/// Decodes bytes; how many were used, which are all if this is the end of the data.
///
/// # Errors
/// UnicodeDecodeError; what the handler raises.
pub fn decode(vm: &Vm, data: &[u8], handler: &Handler, last: bool) -> PyResult<(Ref<Str>, usize)> {
    if let Ok(text) = std::str::from_utf8(data) {
        return Ok((vm.new_str(text), data.len()));
    }
    let mut out = StrBuilder::with_capacity(data.len());
    let mut errors = DecodeErrors {
        vm,
        encoding: "utf-8",
        handler,
        data: Cow::Borrowed(data),
    };
    let mut at = 0;
    while at < errors.data.len() {
        let rest = &errors.data[at..];
        let error = match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                at = errors.data.len();
                break;
            }
            Err(error) => error,
        };
        let good = error.valid_up_to();
        out.push_str(std::str::from_utf8(&rest[..good]).unwrap_or_default());
        let start = at + good;
        let (end, reason) = match error.error_len() {
            None if !last => {
                at = start;
                break;
            }
            None => (errors.data.len(), "unexpected end of data"),
            Some(n) if matches!(rest[good], 0xC2..=0xF4) => {
                (start + n, "invalid continuation byte")
            }
            Some(_) => (start + 1, "invalid start byte"),
        };
        at = errors.handle(start, end, reason, &mut out)?;
    }
    Ok((out.finish(vm)?, at))
}
