//! Bytes as hexadecimal text and back.

use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// `data.hex(sep, bytes_per_sep)`.
///
/// # Errors
/// ValueError for a separator that is no single ASCII character.
pub fn hex(vm: &Vm, data: &[u8], sep: Option<&Value>, group: i32) -> PyResult<Ref<Str>> {
    let sep = match sep {
        None => None,
        Some(sep) => Some(separator(vm, sep)?),
    };
    let mut out = Vec::with_capacity(data.len() * 3);
    let step = group.unsigned_abs() as usize;
    for (i, &b) in data.iter().enumerate() {
        // Groups are counted from the right unless the number is negative.
        let place = if group < 0 { i } else { data.len() - i };
        if let Some(sep) = sep
            && i > 0
            && step > 0
            && place % step == 0
        {
            out.push(sep);
        }
        out.extend_from_slice(&[DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    }
    Ok(vm.new_ascii(&out))
}

fn separator(vm: &Vm, sep: &Value) -> PyResult<u8> {
    if vm.len(sep)? != 1 {
        return Err(vm.value_error("sep must be length 1."));
    }
    let c = if let Some(s) = sep.downcast::<Str>() {
        s.view().get(0)
    } else if let Some(b) = sep.downcast::<crate::bytes::Bytes>() {
        b.data.first().map_or(0, |&b| u32::from(b))
    } else {
        return Err(vm.type_error("sep must be str or bytes."));
    };
    if c < 0x80 {
        Ok(c as u8)
    } else {
        Err(vm.value_error("sep must be ASCII."))
    }
}

/// `fromhex(text)`.
///
/// # Errors
/// TypeError, ValueError.
pub fn from_hex(vm: &Vm, text: &Value) -> PyResult<Vec<u8>> {
    if let Some(s) = text.downcast::<Str>() {
        return parse(vm, s.view());
    }
    match super::arg::bytes_like_opt(vm, text)? {
        Some(bytes) => parse(vm, StrView::Latin1(&bytes)),
        None => {
            let name = vm.type_name(text);
            Err(vm.type_error(format!(
                "fromhex() argument must be str or bytes-like, not {name}"
            )))
        }
    }
}

fn parse(vm: &Vm, text: StrView<'_>) -> PyResult<Vec<u8>> {
    let digit = |i: usize| char::from_u32(text.get(i)).and_then(|c| c.to_digit(16));
    let bad = |at: usize| {
        Err(vm.value_error(format!(
            "non-hexadecimal number found in fromhex() arg at position {at}"
        )))
    };
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    loop {
        while at < text.len() && matches!(text.get(at), 9..=13 | 32) {
            at += 1;
        }
        if at == text.len() {
            return Ok(out);
        }
        let Some(high) = digit(at) else {
            return bad(at);
        };
        if at + 1 == text.len() {
            return Err(
                vm.value_error("fromhex() arg must contain an even number of hexadecimal digits")
            );
        }
        let Some(low) = digit(at + 1) else {
            return bad(at + 1);
        };
        out.push((high << 4 | low) as u8);
        at += 2;
    }
}
