//! `bytes % args` and `bytearray % args`.

use super::ByteString;
use super::arg::bytes_like_opt;
use crate::bytes::{ByteArray, Bytes};
use crate::format::percent::{self, Flavor, Piece};
use crate::str::{Str, StrView};
use crate::text::StrBuilder;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

struct Raw;

impl Flavor for Raw {
    const NAME: &'static str = "bytes";
    const PRECISION: &'static str = "prec";
    fn key(vm: &Vm, key: StrView<'_>) -> Value {
        Bytes::make(vm, key.as_bytes().to_vec())
    }
    fn is_mapping(vm: &Vm, args: &Value) -> bool {
        vm.type_of(args).slots.getitem.get().is_some()
            && args.downcast::<Bytes>().is_none()
            && args.downcast::<ByteArray>().is_none()
            && args.downcast::<Str>().is_none()
    }
    fn text(vm: &Vm, kind: char, value: &Value) -> PyResult<Option<Piece>> {
        if matches!(kind, 'r' | 'a') {
            return vm.ascii(value).map(|s| Some(Piece::Str(s)));
        }
        if !matches!(kind, 's' | 'b') {
            return Ok(None);
        }
        if let Some(bytes) = value.downcast::<Bytes>() {
            return Ok(Some(Piece::Bytes(bytes.data.to_vec())));
        }
        if let Some(made) = vm.call_special(value, &vm.names.__bytes__, &[])? {
            return match made.downcast::<Bytes>() {
                Some(b) => Ok(Some(Piece::Bytes(b.data.to_vec()))),
                None => Err(vm.type_error(format!(
                    "__bytes__ returned non-bytes (type {})",
                    vm.type_name(&made)
                ))),
            };
        }
        match bytes_like_opt(vm, value)? {
            Some(bytes) => Ok(Some(Piece::Bytes(bytes.to_vec()))),
            None => {
                let name = vm.type_name(value);
                Err(vm.type_error(format!(
                    "%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'"
                )))
            }
        }
    }
    fn char(vm: &Vm, value: &Value) -> PyResult<u32> {
        let single = |data: &[u8]| match data {
            [b] => Ok(u32::from(*b)),
            _ => Err(data.len()),
        };
        let found = if let Some(b) = value.downcast::<Bytes>() {
            Some(single(&b.data))
        } else {
            value.downcast::<ByteArray>().map(|b| b.read(single))
        };
        let name = || vm.type_name(value);
        match found {
            Some(Ok(b)) => Ok(b),
            Some(Err(len)) => Err(vm.type_error(format!(
                "%c requires an integer in range(256) or a single byte, not a {} object of length {len}",
                name()
            ))),
            None if value.as_int().is_some() || vm.type_of(value).slots.index.get().is_some() => {
                let n = vm.index(value)?;
                match n.as_i64() {
                    Some(n @ 0..256) => Ok(n as u32),
                    _ => Err(vm.overflow_error("%c arg not in range(256)")),
                }
            }
            None => Err(vm.type_error(format!("%c requires an integer in range(256) or a single byte, not {}", name()))),
        }
    }
}

/// `format % args`.
///
/// # Errors
/// As CPython's.
pub fn percent(vm: &Vm, format: &[u8], args: &Value) -> PyResult<Vec<u8>> {
    let mut out = StrBuilder::with_capacity(format.len() + 16);
    percent::percent::<Raw>(vm, StrView::Latin1(format), args, &mut out)?;
    Ok(out.view().as_bytes().to_vec())
}
