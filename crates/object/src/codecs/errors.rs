//! Error handlers: what replaces text or bytes that a codec cannot convert.

use std::borrow::Cow;

use crate::bytes::Bytes;
use crate::exceptions::{Exception, new_exception};
use crate::header::Ref;
use crate::str::{Str, StrView, push_code_point};
use crate::text::StrBuilder;
use crate::text::repr::push_escape;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// A handler by name.
#[derive(Clone)]
pub enum Handler {
    Strict,
    Ignore,
    Replace,
    Backslash,
    Xml,
    Name,
    SurrogateEscape,
    SurrogatePass,
    /// Registered by the program.
    Other(Ref<Str>),
}

impl Handler {
    /// The handler of an `errors` argument.
    pub fn of(name: Option<&Ref<Str>>) -> Handler {
        let Some(name) = name else {
            return Handler::Strict;
        };
        match name.as_ascii() {
            Some(text) => Handler::built_in(text).unwrap_or_else(|| Handler::Other(name.clone())),
            None => Handler::Other(name.clone()),
        }
    }
    /// The built-in handler of this name.
    pub fn built_in(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::Backslash,
            "xmlcharrefreplace" => Handler::Xml,
            "namereplace" => Handler::Name,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }
}

/// What was being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Encode,
    Decode,
    Translate,
}

/// What could not be converted.
pub struct Problem<'a> {
    pub kind: Kind,
    pub encoding: &'a str,
    pub start: usize,
    pub end: usize,
    pub reason: &'a str,
}

/// What a handler puts in.
pub enum Replacement {
    Text(Ref<Str>),
    Bytes(Vec<u8>),
}

/// The exception that describes a problem in `object`.
pub fn exception(vm: &Vm, problem: &Problem<'_>, object: Value) -> Value {
    let (start, end) = (
        vm.new_int(problem.start as i64),
        vm.new_int(problem.end as i64),
    );
    let reason = vm.new_str(problem.reason).into_value();
    let encoding = vm.new_str(problem.encoding).into_value();
    let (ty, args) = match problem.kind {
        Kind::Encode => (
            &vm.exc.unicode_encode_error,
            vec![encoding, object, start, end, reason],
        ),
        Kind::Decode => (
            &vm.exc.unicode_decode_error,
            vec![encoding, object, start, end, reason],
        ),
        Kind::Translate => (
            &vm.exc.unicode_translate_error,
            vec![object, start, end, reason],
        ),
    };
    let exception = new_exception(vm, ty, &args);
    if let Some(e) = exception.downcast::<Exception>() {
        let skipped = 5 - args.len();
        for (index, value) in args.into_iter().enumerate() {
            e.set_field(index + skipped, Some(value));
        }
    }
    exception
}

/// Makes the problem the pending exception.
#[cold]
pub fn raise(vm: &Vm, problem: &Problem<'_>, object: Value) -> Raised {
    let e = exception(vm, problem, object);
    vm.raise(e)
}

/// Errors while text is encoded.
pub struct EncodeErrors<'a> {
    pub vm: &'a Vm,
    pub encoding: &'a str,
    pub text: &'a Ref<Str>,
    pub handler: &'a Handler,
}

impl EncodeErrors<'_> {
    /// What replaces the characters from `start` to `end`, and where to go on.
    ///
    /// # Errors
    /// UnicodeEncodeError; what the handler raises.
    pub fn handle(&self, start: usize, end: usize, reason: &str) -> PyResult<(Replacement, usize)> {
        let problem = Problem {
            kind: Kind::Encode,
            encoding: self.encoding,
            start,
            end,
            reason,
        };
        match self.handler {
            Handler::Other(name) => {
                let e = exception(self.vm, &problem, self.text.to_value());
                let (replacement, at) = call_registered(self.vm, name, &e)?;
                let at = position(self.vm, at, self.text.len())?;
                Ok((replacement, at))
            }
            handler => {
                match replace_text(self.vm, handler, self.encoding, self.text, start, end)? {
                    Some(done) => Ok(done),
                    None => Err(raise(self.vm, &problem, self.text.to_value())),
                }
            }
        }
    }
    /// TypeError or UnicodeEncodeError for a replacement that cannot be encoded itself.
    #[cold]
    pub fn reject(&self, start: usize, end: usize, reason: &str) -> Raised {
        let problem = Problem {
            kind: Kind::Encode,
            encoding: self.encoding,
            start,
            end,
            reason,
        };
        raise(self.vm, &problem, self.text.to_value())
    }
}

fn position(vm: &Vm, at: i64, len: usize) -> PyResult<usize> {
    let from_start = if at < 0 { at + len as i64 } else { at };
    if from_start < 0 || from_start > len as i64 {
        return Err(vm.index_error(format!(
            "position {from_start} from error handler out of bounds"
        )));
    }
    Ok(from_start as usize)
}

/// Errors while bytes are decoded.
pub struct DecodeErrors<'a> {
    pub vm: &'a Vm,
    pub encoding: &'a str,
    pub handler: &'a Handler,
    pub data: Cow<'a, [u8]>,
}

impl DecodeErrors<'_> {
    /// Appends what replaces the bytes from `start` to `end`; where to go on.
    ///
    /// # Errors
    /// UnicodeDecodeError; what the handler raises.
    pub fn handle(
        &mut self,
        start: usize,
        end: usize,
        reason: &str,
        out: &mut StrBuilder,
    ) -> PyResult<usize> {
        let vm = self.vm;
        let problem = Problem {
            kind: Kind::Decode,
            encoding: self.encoding,
            start,
            end,
            reason,
        };
        let Handler::Other(name) = self.handler else {
            return match replace_bytes(self.handler, self.encoding, &self.data, start, end, out) {
                Some(at) => Ok(at),
                None if matches!(self.handler, Handler::Xml | Handler::Name) => Err(
                    vm.type_error("don't know how to handle UnicodeDecodeError in error callback")
                ),
                None => Err(raise(
                    vm,
                    &problem,
                    vm.new_bytes(self.data.to_vec()).into_value(),
                )),
            };
        };
        let e = exception(vm, &problem, vm.new_bytes(self.data.to_vec()).into_value());
        let (replacement, at) = call_registered_decode(vm, name, &e)?;
        // A handler may exchange the bytes.
        let object = e.downcast::<Exception>().and_then(|e| e.field(1));
        match object.as_ref().and_then(|o| o.downcast::<Bytes>()) {
            Some(bytes) if *bytes.data != *self.data => self.data = Cow::Owned(bytes.data.to_vec()),
            Some(_) => {}
            None => return Err(vm.type_error("exception attribute object must be bytes")),
        }
        let at = position(vm, at, self.data.len())?;
        out.push(replacement.view());
        Ok(at)
    }
}

fn result_parts<'a>(vm: &Vm, result: &'a Value, message: &str) -> PyResult<(&'a Value, i64)> {
    let Some([first, at]) = result.downcast::<Tuple>().map(|t| t.items()) else {
        return Err(vm.type_error(message));
    };
    if at.as_int().is_none() {
        return Err(vm.type_error(message));
    }
    Ok((first, vm.index_isize(at)? as i64))
}

fn call_registered(vm: &Vm, name: &Ref<Str>, e: &Value) -> PyResult<(Replacement, i64)> {
    const MESSAGE: &str = "encoding error handler must return (str/bytes, int) tuple";
    let handler = super::registry::lookup_error(vm, name)?;
    let result = vm.call(&handler, std::slice::from_ref(e))?;
    let (first, at) = result_parts(vm, &result, MESSAGE)?;
    if let Some(s) = first.downcast::<Str>() {
        return Ok((Replacement::Text(s.clone()), at));
    }
    match first.downcast::<Bytes>() {
        Some(b) => Ok((Replacement::Bytes(b.data.to_vec()), at)),
        None => Err(vm.type_error(MESSAGE)),
    }
}

fn call_registered_decode(vm: &Vm, name: &Ref<Str>, e: &Value) -> PyResult<(Ref<Str>, i64)> {
    const MESSAGE: &str = "decoding error handler must return (str, int) tuple";
    let handler = super::registry::lookup_error(vm, name)?;
    let result = vm.call(&handler, std::slice::from_ref(e))?;
    let (first, at) = result_parts(vm, &result, MESSAGE)?;
    match first.downcast::<Str>() {
        Some(s) => Ok((s.clone(), at)),
        None => Err(vm.type_error(MESSAGE)),
    }
}

/// What a built-in handler makes of characters that cannot be encoded; `None`: the error stands.
fn replace_text(
    vm: &Vm,
    handler: &Handler,
    encoding: &str,
    text: &Ref<Str>,
    start: usize,
    end: usize,
) -> PyResult<Option<(Replacement, usize)>> {
    let view = text.view();
    let mut out = StrBuilder::new();
    match handler {
        Handler::Strict | Handler::Other(_) => return Ok(None),
        Handler::Ignore => {}
        Handler::Replace => out.push_repeated(u32::from('?'), end - start),
        Handler::Backslash => (start..end).for_each(|i| push_escape(&mut out, view.get(i))),
        Handler::Xml => (start..end).for_each(|i| out.push_str(&format!("&#{};", view.get(i)))),
        Handler::Name => (start..end).for_each(|i| push_name(&mut out, view.get(i))),
        Handler::SurrogateEscape => {
            let mut bytes = Vec::new();
            for i in start..end {
                match view.get(i) {
                    c @ 0xDC80..=0xDCFF => bytes.push((c - 0xDC00) as u8),
                    _ => return Ok(None),
                }
            }
            return Ok(Some((Replacement::Bytes(bytes), end)));
        }
        Handler::SurrogatePass => return Ok(pass_surrogates(encoding, view, start, end)),
    }
    Ok(Some((Replacement::Text(out.finish(vm)?), end)))
}

fn push_name(out: &mut StrBuilder, c: u32) {
    match char::from_u32(c).and_then(unicode_names2::name) {
        Some(name) => out.push_str(&format!("\\N{{{name}}}")),
        None => push_escape(out, c),
    }
}

/// The UTF that an encoding's name means, for `surrogatepass`: bytes a unit and whether big-endian.
fn utf_of(encoding: &str) -> Option<(usize, bool)> {
    let name = super::normalized(encoding).replace('_', "");
    Some(match name.as_str() {
        "utf8" | "cp65001" => (1, false),
        "utf16" | "utf16le" => (2, false),
        "utf16be" => (2, true),
        "utf32" | "utf32le" => (4, false),
        "utf32be" => (4, true),
        _ => return None,
    })
}

fn pass_surrogates(
    encoding: &str,
    view: StrView<'_>,
    start: usize,
    end: usize,
) -> Option<(Replacement, usize)> {
    let (width, big) = utf_of(encoding)?;
    let mut bytes = Vec::new();
    for i in start..end {
        let c = view.get(i);
        if !matches!(c, 0xD800..=0xDFFF) {
            return None;
        }
        match (width, big) {
            (1, _) => push_code_point(&mut bytes, c),
            (2, false) => bytes.extend_from_slice(&(c as u16).to_le_bytes()),
            (2, true) => bytes.extend_from_slice(&(c as u16).to_be_bytes()),
            (_, false) => bytes.extend_from_slice(&c.to_le_bytes()),
            (_, true) => bytes.extend_from_slice(&c.to_be_bytes()),
        }
    }
    Some((Replacement::Bytes(bytes), end))
}

/// What a built-in handler makes of bytes that cannot be decoded: appended to `out`. Where to go on; `None`: the error stands.
fn replace_bytes(
    handler: &Handler,
    encoding: &str,
    data: &[u8],
    start: usize,
    end: usize,
    out: &mut StrBuilder,
) -> Option<usize> {
    match handler {
        Handler::Ignore => Some(end),
        Handler::Replace => {
            out.push_char(0xFFFD);
            Some(end)
        }
        Handler::Backslash => {
            data[start..end]
                .iter()
                .for_each(|b| out.push_str(&format!("\\x{b:02x}")));
            Some(end)
        }
        Handler::SurrogateEscape => {
            // Bytes below 128 are never escaped; up to four at a time.
            let n = data[start..end]
                .iter()
                .take(4)
                .take_while(|b| **b >= 128)
                .count();
            data[start..start + n]
                .iter()
                .for_each(|&b| out.push_char(0xDC00 + u32::from(b)));
            (n > 0).then_some(start + n)
        }
        Handler::SurrogatePass => {
            let (width, big) = utf_of(encoding)?;
            let rest = &data[start..];
            let (c, n) = match (width, big) {
                (1, _) => {
                    let &[a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF, ..] = rest else {
                        return None;
                    };
                    (
                        u32::from(a & 15) << 12 | u32::from(b & 63) << 6 | u32::from(c & 63),
                        3,
                    )
                }
                (2, false) => (
                    u32::from(u16::from_le_bytes(rest.get(..2)?.try_into().ok()?)),
                    2,
                ),
                (2, true) => (
                    u32::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?)),
                    2,
                ),
                (_, false) => (u32::from_le_bytes(rest.get(..4)?.try_into().ok()?), 4),
                (_, true) => (u32::from_be_bytes(rest.get(..4)?.try_into().ok()?), 4),
            };
            if !matches!(c, 0xD800..=0xDFFF) {
                return None;
            }
            out.push_char(c);
            Some(start + n)
        }
        Handler::Strict | Handler::Xml | Handler::Name | Handler::Other(_) => None,
    }
}

/// A built-in handler applied to an exception object, as `codecs.lookup_error(name)` gives it: replacement and position.
///
/// # Errors
/// The exception itself; TypeError for other objects.
pub fn apply(vm: &Vm, handler: &Handler, object: &Value) -> PyResult {
    let wrong = || {
        let name = vm.type_name(object);
        vm.type_error(format!("don't know how to handle {name} in error callback"))
    };
    let Some(e) = object.downcast::<Exception>() else {
        if matches!(handler, Handler::Strict) {
            return Err(vm.type_error("codec must pass exception instance"));
        }
        return Err(wrong());
    };
    let kind = match () {
        () if matches!(handler, Handler::Strict) => return Err(vm.raise(object.clone())),
        () if vm.is_instance_of(object, &vm.exc.unicode_encode_error) => Kind::Encode,
        () if vm.is_instance_of(object, &vm.exc.unicode_decode_error) => Kind::Decode,
        () if vm.is_instance_of(object, &vm.exc.unicode_translate_error) => Kind::Translate,
        () => return Err(wrong()),
    };
    let number =
        |index: usize| e.field(index).and_then(|v| v.as_i64()).unwrap_or(0).max(0) as usize;
    let encoding = e
        .field(0)
        .and_then(|v| v.downcast::<Str>().map(ToString::to_string))
        .unwrap_or_default();
    let Some(source) = e.field(1) else {
        return Err(wrong());
    };
    let pair =
        |text: Value, at: usize| Ok(vm.new_tuple([text, vm.new_int(at as i64)]).into_value());
    if kind == Kind::Decode {
        let Some(bytes) = source.downcast::<Bytes>() else {
            return Err(vm.type_error("object attribute must be bytes"));
        };
        let (start, end) = range(number(2), number(3), bytes.data.len());
        let mut out = StrBuilder::new();
        if matches!(handler, Handler::Xml | Handler::Name) {
            return Err(wrong());
        }
        return match replace_bytes(handler, &encoding, &bytes.data, start, end, &mut out) {
            Some(at) => pair(out.finish(vm)?.into_value(), at),
            None => Err(vm.raise(object.clone())),
        };
    }
    let Some(text) = source.downcast::<Str>() else {
        return Err(vm.type_error("object attribute must be unicode"));
    };
    let (start, end) = range(number(2), number(3), text.len());
    if kind == Kind::Translate {
        return match handler {
            Handler::Ignore => pair(vm.empty_str.to_value(), end),
            Handler::Replace => pair(
                vm.str_repeat(&vm.new_char(0xFFFD), (end - start) as isize)?
                    .into_value(),
                end,
            ),
            Handler::Backslash => match replace_text(vm, handler, &encoding, text, start, end)? {
                Some((Replacement::Text(s), at)) => pair(s.into_value(), at),
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        };
    }
    match replace_text(vm, handler, &encoding, text, start, end)? {
        Some((Replacement::Text(s), at)) => pair(s.into_value(), at),
        Some((Replacement::Bytes(b), at)) => pair(vm.new_bytes(b).into_value(), at),
        None => Err(vm.raise(object.clone())),
    }
}

/// Start and end of a problem as its accessors clamp them.
fn range(start: usize, end: usize, len: usize) -> (usize, usize) {
    let start = start.min(len.saturating_sub(1));
    (start, end.clamp(1, len.max(1)).max(start).min(len))
}
