//! `UnicodeDecodeError`, `UnicodeEncodeError` and `UnicodeTranslateError`.

use super::fields::field;
use super::{exception, no_keywords, set_args};
use crate::bytes::Bytes;
use crate::exceptions::Exception;
use crate::header::Ref;
use crate::native::GetSetDef;
use crate::slots::Slots;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

const ENCODING: usize = 0;
const OBJECT: usize = 1;
const START: usize = 2;
const END: usize = 3;
const REASON: usize = 4;

const fn number<const I: usize>(name: &'static str) -> GetSetDef {
    fn get<const I: usize>(vm: &Vm, this: &Value) -> PyResult {
        Ok(exception(vm, this)?
            .field(I)
            .unwrap_or_else(|| vm.new_int(0)))
    }
    fn set<const I: usize>(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("can't delete numeric/char attribute"));
        };
        if vm.type_of(value).slots.index.get().is_none() {
            return Err(vm.type_error("an integer is required"));
        }
        let n = vm.index_isize(value)?;
        exception(vm, this)?.set_field(I, Some(vm.new_int(n as i64)));
        Ok(())
    }
    GetSetDef {
        name,
        doc: "",
        get: get::<I>,
        set: Some(set::<I>),
    }
}

pub(crate) const FIELDS: &[GetSetDef] = &[
    field::<ENCODING>("encoding"),
    field::<OBJECT>("object"),
    number::<START>("start"),
    number::<END>("end"),
    field::<REASON>("reason"),
];

fn text_argument(vm: &Vm, value: &Value, index: usize) -> PyResult {
    if value.downcast::<Str>().is_some() {
        return Ok(value.clone());
    }
    let got = if value.is_none() {
        "None".to_owned()
    } else {
        vm.type_name(value)
    };
    Err(vm.type_error(format!("argument {index} must be str, not {got}")))
}

fn number_argument(vm: &Vm, value: &Value) -> PyResult {
    Ok(vm.new_int(vm.index_isize(value)? as i64))
}

/// The arguments of a constructor of which the first one or two are of its own kind.
fn init(
    vm: &Vm,
    this: &Value,
    args: Args<'_>,
    head: usize,
    convert: impl FnOnce(&[Value]) -> PyResult<[Option<Value>; 2]>,
) -> PyResult<()> {
    let e = exception(vm, this)?;
    no_keywords(vm, e.ty(), &args)?;
    set_args(vm, e, args.values);
    let want = head + 3;
    if args.values.len() != want {
        return Err(vm.type_error(format!(
            "function takes exactly {want} arguments ({} given)",
            args.values.len()
        )));
    }
    let (first, last) = args.values.split_at(head);
    let [encoding, object] = convert(first)?;
    let fields = [
        encoding,
        object,
        Some(number_argument(vm, &last[0])?),
        Some(number_argument(vm, &last[1])?),
        Some(text_argument(vm, &last[2], want)?),
    ];
    for (index, value) in fields.into_iter().enumerate() {
        e.set_field(index, value);
    }
    Ok(())
}

/// What `str()` of all three is made from.
struct Shown {
    encoding: Vec<u8>,
    reason: Vec<u8>,
    start: i64,
    end: i64,
}

fn shown(vm: &Vm, e: &Ref<Exception>) -> PyResult<Shown> {
    let text = |index: usize| -> PyResult<Vec<u8>> {
        match e.field(index) {
            Some(value) => Ok(vm.str(&value)?.to_wtf8()),
            None => Ok(b"<NULL>".to_vec()),
        }
    };
    let number = |index: usize| e.field(index).and_then(|n| n.as_i64()).unwrap_or(0);
    Ok(Shown {
        encoding: text(ENCODING)?,
        reason: text(REASON)?,
        start: number(START),
        end: number(END),
    })
}

impl Shown {
    /// Whether exactly one item of `len` is meant.
    fn single(&self, len: usize) -> bool {
        self.start >= 0 && (self.start as usize) < len && self.end == self.start + 1
    }
    /// `'ascii' codec can't …: reason`.
    fn finish(self, vm: &Vm, codec: bool, what: &str) -> PyResult {
        let mut out = Vec::new();
        if codec {
            out.push(b'\'');
            out.extend_from_slice(&self.encoding);
            out.extend_from_slice(b"' codec ");
        }
        out.extend_from_slice(what.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(&self.reason);
        Ok(vm.new_wtf8(&out).into_value())
    }
}

/// A character as the messages show it.
fn escaped(c: u32) -> String {
    match c {
        0..0x100 => format!("\\x{c:02x}"),
        0x100..0x10000 => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    }
}

fn show_text(vm: &Vm, this: &Value, codec: bool, verb: &str) -> PyResult {
    let e = exception(vm, this)?;
    let Some(object) = e.field(OBJECT) else {
        return Ok(vm.empty_str.to_value());
    };
    if object.downcast::<Str>().is_none() {
        return Err(vm.type_error("UnicodeError 'object' attribute must be a string"));
    }
    let s = shown(vm, e)?;
    let text = object.downcast::<Str>().filter(|t| s.single(t.len()));
    let what = match text {
        Some(text) => format!(
            "can't {verb} character '{}' in position {}",
            escaped(text.view().get(s.start as usize)),
            s.start
        ),
        None => format!(
            "can't {verb} characters in position {}-{}",
            s.start,
            s.end - 1
        ),
    };
    s.finish(vm, codec, &what)
}

/// Slots of `UnicodeDecodeError`.
pub(crate) fn decode(slots: &Slots) {
    slots.init.set(Some(|vm, this, args| {
        init(vm, this, args, 2, |head| {
            let encoding = text_argument(vm, &head[0], 1)?;
            let object = if head[1].downcast::<Bytes>().is_some() {
                head[1].clone()
            } else {
                let Some(buffer) = vm.type_of(&head[1]).slots.buffer.get() else {
                    let got = vm.type_name(&head[1]);
                    return Err(
                        vm.type_error(format!("a bytes-like object is required, not '{got}'"))
                    );
                };
                vm.new_bytes(buffer(vm, &head[1], false)?.to_vec())
                    .into_value()
            };
            Ok([Some(encoding), Some(object)])
        })
    }));
    slots.str.set(Some(|vm, this| {
        let e = exception(vm, this)?;
        let Some(object) = e.field(OBJECT) else {
            return Ok(vm.empty_str.to_value());
        };
        if object.downcast::<Bytes>().is_none() {
            return Err(vm.type_error("UnicodeError 'object' attribute must be a bytes"));
        }
        let s = shown(vm, e)?;
        let byte = object
            .downcast::<Bytes>()
            .filter(|b| s.single(b.data.len()))
            .map(|b| b.data[s.start as usize]);
        let what = match byte {
            Some(byte) => format!("can't decode byte 0x{byte:02x} in position {}", s.start),
            None => format!("can't decode bytes in position {}-{}", s.start, s.end - 1),
        };
        s.finish(vm, true, &what)
    }));
}

/// Slots of `UnicodeEncodeError`.
pub(crate) fn encode(slots: &Slots) {
    slots.init.set(Some(|vm, this, args| {
        init(vm, this, args, 2, |head| {
            Ok([
                Some(text_argument(vm, &head[0], 1)?),
                Some(text_argument(vm, &head[1], 2)?),
            ])
        })
    }));
    slots
        .str
        .set(Some(|vm, this| show_text(vm, this, true, "encode")));
}

/// Slots of `UnicodeTranslateError`.
pub(crate) fn translate(slots: &Slots) {
    slots.init.set(Some(|vm, this, args| {
        init(vm, this, args, 1, |head| {
            Ok([None, Some(text_argument(vm, &head[0], 1)?)])
        })
    }));
    slots
        .str
        .set(Some(|vm, this| show_text(vm, this, false, "translate")));
}
