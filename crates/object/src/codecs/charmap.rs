//! Encodings by tables that are Python objects.

use std::borrow::Cow;

use super::errors::{DecodeErrors, EncodeErrors, Handler, Replacement};
use crate::bytes::Bytes;
use crate::dict::Dict;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::text::StrBuilder;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

const UNDEFINED: &str = "character maps to <undefined>";

/// What a mapping has for a number; `None` if nothing.
fn look_up(vm: &Vm, mapping: &Value, key: u32) -> PyResult<Option<Value>> {
    let key = vm.new_int(i64::from(key));
    let found = match mapping.downcast_exact::<Dict>(&vm.types.dict) {
        Some(dict) => dict.get(vm, &key)?,
        None => {
            let found = vm.get_item(mapping, &key);
            vm.ignore(found, &vm.exc.lookup_error)?
        }
    };
    Ok(found.filter(|v| !v.is_none()))
}

/// Appends the bytes of a character; whether it has any.
fn push_mapped(vm: &Vm, mapping: &Value, c: u32, out: &mut Vec<u8>) -> PyResult<bool> {
    let Some(found) = look_up(vm, mapping, c)? else {
        return Ok(false);
    };
    if let Some(n) = found.as_int() {
        match n.to_i64() {
            Some(n @ 0..256) => out.push(n as u8),
            _ => return Err(vm.type_error("character mapping must be in range(256)")),
        }
        return Ok(true);
    }
    match found.downcast::<Bytes>() {
        Some(b) => {
            out.extend_from_slice(&b.data);
            Ok(true)
        }
        None => {
            let name = vm.type_name(&found);
            Err(vm.type_error(format!(
                "character mapping must return integer, bytes or None, not {name}"
            )))
        }
    }
}

/// Encodes text by a mapping of code points to bytes.
///
/// # Errors
/// UnicodeEncodeError; TypeError for bad mappings; what handlers raise.
pub fn encode(vm: &Vm, text: &Ref<Str>, handler: &Handler, mapping: &Value) -> PyResult<Vec<u8>> {
    let view = text.view();
    let errors = EncodeErrors {
        vm,
        encoding: "charmap",
        text,
        handler,
    };
    let mut out = Vec::with_capacity(view.len());
    let mut scratch = Vec::new();
    let mut at = 0;
    while at < view.len() {
        if push_mapped(vm, mapping, view.get(at), &mut out)? {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < view.len() {
            scratch.clear();
            if push_mapped(vm, mapping, view.get(at), &mut scratch)? {
                break;
            }
            at += 1;
        }
        let (replacement, next) = errors.handle(start, at, UNDEFINED)?;
        match replacement {
            Replacement::Bytes(b) => out.extend_from_slice(&b),
            Replacement::Text(s) => {
                for c in s.view().iter() {
                    if !push_mapped(vm, mapping, c, &mut out)? {
                        return Err(errors.reject(start, at, UNDEFINED));
                    }
                }
            }
        }
        at = next;
    }
    Ok(out)
}

/// Appends the character of a byte; whether it has one.
fn push_decoded(vm: &Vm, mapping: &Value, byte: u8, out: &mut StrBuilder) -> PyResult<bool> {
    if let Some(table) = mapping.downcast_exact::<Str>(&vm.types.str) {
        let view = table.view();
        return Ok(match usize::from(byte) {
            i if i < view.len() && view.get(i) != 0xFFFE => {
                out.push_char(view.get(i));
                true
            }
            _ => false,
        });
    }
    let Some(found) = look_up(vm, mapping, u32::from(byte))? else {
        return Ok(false);
    };
    if let Some(n) = found.as_int() {
        return match n.to_i64() {
            Some(0xFFFE) => Ok(false),
            Some(n @ 0..0x11_0000) => {
                out.push_char(n as u32);
                Ok(true)
            }
            _ => Err(vm.type_error("character mapping must be in range(0x110000)")),
        };
    }
    match found.downcast::<Str>() {
        Some(s) if matches!(s.view(), StrView::Ucs2([0xFFFE])) => Ok(false),
        Some(s) => {
            out.push(s.view());
            Ok(true)
        }
        None => Err(vm.type_error("character mapping must return integer, None or str")),
    }
}

/// Decodes bytes by a mapping of bytes to text, or by a str.
///
/// # Errors
/// UnicodeDecodeError; TypeError for bad mappings; what handlers raise.
pub fn decode(vm: &Vm, data: &[u8], handler: &Handler, mapping: &Value) -> PyResult<Ref<Str>> {
    let mut out = StrBuilder::with_capacity(data.len());
    let mut errors = DecodeErrors {
        vm,
        encoding: "charmap",
        handler,
        data: Cow::Borrowed(data),
    };
    let mut at = 0;
    while let Some(&b) = errors.data.get(at) {
        if push_decoded(vm, mapping, b, &mut out)? {
            at += 1;
        } else {
            at = errors.handle(at, at + 1, UNDEFINED, &mut out)?;
        }
    }
    out.finish(vm)
}

/// The encoding table of a decoding table.
///
/// # Errors
/// What inserting into a dict raises.
pub fn build(vm: &Vm, map: &Str) -> PyResult<Ref<Dict>> {
    let table = vm.new_dict();
    for (i, c) in map.view().iter().enumerate() {
        table.insert(vm, vm.new_int(i64::from(c)), vm.new_int(i as i64))?;
    }
    Ok(table)
}
