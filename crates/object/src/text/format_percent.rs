//! `str % args`.

use super::builder::StrBuilder;
use crate::format::percent::{self, Flavor, Piece};
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

struct Text;

impl Flavor for Text {
    const NAME: &'static str = "string";
    const PRECISION: &'static str = "precision";
    fn key(vm: &Vm, key: StrView<'_>) -> Value {
        vm.new_from_view(key).into_value()
    }
    fn is_mapping(vm: &Vm, args: &Value) -> bool {
        vm.type_of(args).slots.getitem.get().is_some() && args.downcast::<Str>().is_none()
    }
    fn text(vm: &Vm, kind: char, value: &Value) -> PyResult<Option<Piece>> {
        Ok(Some(Piece::Str(match kind {
            's' => vm.str(value)?,
            'r' => vm.repr(value)?,
            'a' => vm.ascii(value)?,
            _ => return Ok(None),
        })))
    }
    fn char(vm: &Vm, value: &Value) -> PyResult<u32> {
        if let Some(s) = value.downcast::<Str>() {
            if s.len() == 1 {
                return Ok(s.view().get(0));
            }
            return Err(vm.type_error(format!(
                "%c requires an int or a unicode character, not a string of length {}",
                s.len()
            )));
        }
        if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
            let name = vm.type_name(value);
            return Err(vm.type_error(format!(
                "%c requires an int or a unicode character, not {name}"
            )));
        }
        let n = vm.index(value)?;
        match n.as_i64() {
            Some(n @ 0..0x11_0000) => Ok(n as u32),
            _ => Err(vm.overflow_error("%c arg not in range(0x110000)")),
        }
    }
}

/// `format % args`.
///
/// # Errors
/// As CPython's.
pub fn percent(vm: &Vm, format: &Ref<Str>, args: &Value) -> PyResult<Ref<Str>> {
    let mut out = StrBuilder::with_capacity(format.len() + 16);
    percent::percent::<Text>(vm, format.view(), args, &mut out)?;
    out.finish(vm)
}
