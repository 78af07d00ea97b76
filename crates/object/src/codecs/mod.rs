//! Text encodings and what to do where they fail.

pub mod charmap;
pub mod errors;
pub mod escapes;
pub mod module;
pub mod registry;
pub mod single_byte;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};
use errors::Handler;

/// Byte order of an encoding of several bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Little,
    Big,
    /// Little, with a byte order mark.
    Marked,
}

/// Encodings that need no look-up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    Utf8,
    Utf16,
    Utf32,
    Latin1,
    Ascii,
}

/// The encoding that a name means, if it is one of the known.
pub fn known(name: StrView<'_>) -> Option<Known> {
    let StrView::Ascii(name) = name else {
        return None;
    };
    if name == "utf-8" {
        return Some(Known::Utf8);
    }
    if name.len() > 20 {
        return None;
    }
    match normalized(name).as_str() {
        "utf_8" | "utf8" => Some(Known::Utf8),
        "utf_16" | "utf16" => Some(Known::Utf16),
        "utf_32" | "utf32" => Some(Known::Utf32),
        "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" => Some(Known::Latin1),
        "ascii" | "us_ascii" => Some(Known::Ascii),
        _ => None,
    }
}

/// An encoding's name as `encodings` looks it up: lower case, runs of other characters as one `_`.
pub fn normalized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// `text.encode(encoding, errors)`.
///
/// # Errors
/// LookupError for unknown encodings; UnicodeEncodeError; what handlers raise.
pub fn encode(
    vm: &Vm,
    text: &Ref<Str>,
    encoding: Option<&Ref<Str>>,
    errors: Option<&Ref<Str>>,
) -> PyResult {
    let known = match encoding {
        None => Some(Known::Utf8),
        Some(name) => known(name.view()),
    };
    let (Some(known), None | Some(_)) = (known, errors) else {
        let name = encoding.unwrap_or(&vm.empty_str);
        return registry::encode_text(vm, text, name, errors);
    };
    let handler = Handler::of(errors);
    let data = match known {
        Known::Utf8 => utf8::encode(vm, text, &handler)?,
        Known::Utf16 => utf16::encode(vm, text, &handler, Order::Marked)?,
        Known::Utf32 => utf32::encode(vm, text, &handler, Order::Marked)?,
        Known::Latin1 => single_byte::encode_latin1(vm, text, &handler)?,
        Known::Ascii => single_byte::encode_ascii(vm, text, &handler)?,
    };
    Ok(vm.new_bytes(data).into_value())
}

/// `data.decode(encoding, errors)`; `object` is where the data lies.
///
/// # Errors
/// LookupError for unknown encodings; UnicodeDecodeError; what handlers raise.
pub fn decode(
    vm: &Vm,
    object: &Value,
    data: &[u8],
    encoding: Option<&Ref<Str>>,
    errors: Option<&Ref<Str>>,
) -> PyResult<Ref<Str>> {
    let known = match encoding {
        None => Some(Known::Utf8),
        Some(name) => known(name.view()),
    };
    let Some(known) = known else {
        let name = encoding.unwrap_or(&vm.empty_str);
        return registry::decode_text(vm, object, name, errors);
    };
    let handler = Handler::of(errors);
    match known {
        Known::Utf8 => utf8::decode(vm, data, &handler, true).map(|d| d.0),
        Known::Utf16 => utf16::decode(vm, data, &handler, Order::Marked, true).map(|d| d.0),
        Known::Utf32 => utf32::decode(vm, data, &handler, Order::Marked, true).map(|d| d.0),
        Known::Latin1 => Ok(vm.new_from_view(StrView::Latin1(data))),
        Known::Ascii => single_byte::decode_ascii(vm, data, &handler),
    }
}
