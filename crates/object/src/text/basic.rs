//! `str`: construction, operators, the sequence protocol.

use taipan_macros::pymethods;

use super::fill::width_of;
use super::find::{find, order};
use super::iter::new_str_iterator;
use crate::hash::str_hash_cached;
use crate::header::{Ref, TypeRef};
use crate::slots::CmpOp;
use crate::str::{Str, StrView};
use crate::text::slicing::{Key, key_of};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

impl Str {
    /// A code point of the kind that this text is stored in, for the kind of a combination.
    #[inline]
    pub fn kind_bound(&self) -> u32 {
        match self.view() {
            StrView::Ascii(_) => 0,
            StrView::Latin1(_) => 0xFF,
            StrView::Ucs2(_) => 0xFFFF,
            StrView::Ucs4(_) => 0x10FFFF,
        }
    }
}

impl Vm {
    /// `a + b`.
    ///
    /// # Errors
    /// OverflowError, MemoryError.
    #[inline]
    pub fn str_concat(&self, a: &Ref<Str>, b: &Ref<Str>) -> PyResult<Ref<Str>> {
        if b.is_empty() {
            return Ok(self.copy_to_plain_str(a));
        }
        if a.is_empty() {
            return Ok(self.copy_to_plain_str(b));
        }
        let Some(len) = a
            .len()
            .checked_add(b.len())
            .filter(|&n| n <= isize::MAX as usize)
        else {
            return Err(self.overflow_error("strings are too large to concat"));
        };
        let (kind, ascii) = width_of(a.kind_bound().max(b.kind_bound()));
        self.fill_str(kind, ascii, len, |out| {
            out.push(a.view());
            out.push(b.view());
        })
    }
    /// `s * n`.
    ///
    /// # Errors
    /// OverflowError, MemoryError.
    pub fn str_repeat(&self, s: &Ref<Str>, n: isize) -> PyResult<Ref<Str>> {
        let n = usize::try_from(n).unwrap_or(0);
        if n == 1 {
            return Ok(self.copy_to_plain_str(s));
        }
        let Some(len) = s
            .len()
            .checked_mul(n)
            .filter(|&len| len <= isize::MAX as usize)
        else {
            return Err(self.overflow_error("repeated string is too long"));
        };
        let (kind, ascii) = width_of(s.kind_bound());
        self.fill_str(kind, ascii, len, |out| out.push_copies(s.view(), n))
    }
}

/// An instance of `cls` with the text of `s`.
fn of_type(vm: &Vm, cls: &TypeRef, s: Ref<Str>) -> Ref<Str> {
    if cls.is(&vm.types.str) {
        s
    } else {
        vm.str_as_type(cls, &s)
    }
}

#[pymethods(
    name = "str",
    doc = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nText: a sequence of Unicode code points.",
    flags(BASETYPE | UNICODE_SUBCLASS),
    signature = "",
    extra(
        super::search::SEARCH,
        super::strip::STRIP,
        super::case::CASE,
        super::predicates::PREDICATES,
        super::split::SPLIT,
        super::translate::TRANSLATE,
        super::str_format::FORMAT,
        super::encode::ENCODE
    )
)]
impl Str {
    #[pynew("(object=<unset>, encoding=<unset>, errors=<unset>)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        object: Option<&Value>,
        encoding: Option<&Ref<Str>>,
        errors: Option<&Ref<Str>>,
    ) -> PyResult<Ref<Str>> {
        let Some(object) = object else {
            return Ok(of_type(vm, cls, vm.empty_str.clone()));
        };
        let s = if encoding.is_none() && errors.is_none() {
            vm.str(object)?
        } else {
            super::encode::decode_object(vm, object, encoding, errors)?
        };
        Ok(of_type(vm, cls, s))
    }

    #[pyslot(repr)]
    fn slot_repr(vm: &Vm, this: &Ref<Str>) -> PyResult {
        vm.repr_str(this).map(Ref::into_value)
    }
    #[pyslot(str)]
    fn slot_str(vm: &Vm, this: &Ref<Str>) -> PyResult {
        Ok(vm.copy_to_plain_str(this).into_value())
    }
    #[pyslot(hash)]
    fn slot_hash(_vm: &Vm, this: &Ref<Str>) -> PyResult<i64> {
        Ok(str_hash_cached(this))
    }
    #[pyslot(richcompare)]
    fn slot_compare(_vm: &Vm, this: &Ref<Str>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Str>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        Ok(Value::bool(match op {
            CmpOp::Eq => this.same_text(other),
            CmpOp::Ne => !this.same_text(other),
            _ => op.holds(order(this.view(), other.view())),
        }))
    }
    #[pyslot(iter)]
    fn slot_iter(vm: &Vm, this: &Ref<Str>) -> PyResult {
        Ok(new_str_iterator(vm, this))
    }
    #[pyslot(len)]
    fn slot_len(_vm: &Vm, this: &Ref<Str>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot(getitem)]
    fn slot_getitem(vm: &Vm, this: &Ref<Str>, key: &Value) -> PyResult {
        let view = this.view();
        match key_of(vm, key, view.len(), "string")? {
            Key::Index(i) => Ok(vm.new_char(view.get(i)).into_value()),
            Key::Slice {
                start,
                step: 1,
                count,
            } => {
                if count == view.len() {
                    return Ok(vm.copy_to_plain_str(this).into_value());
                }
                Ok(vm
                    .new_from_view(view.slice(start as usize, start as usize + count))
                    .into_value())
            }
            Key::Slice { start, step, count } => {
                if let crate::str::StrView::Ascii(text) = view
                    && count > 1
                {
                    let text = text.as_bytes();
                    let made = vm.try_new_str_with(1, true, count, |to| {
                        for i in 0..count {
                            let c = text[(start + i as isize * step) as usize];
                            // SAFETY: there is room for `count` bytes.
                            unsafe { to.add(i).write(c) };
                        }
                    });
                    return made.map(Ref::into_value);
                }
                let points = (0..count).map(|i| view.get((start + i as isize * step) as usize));
                let (kind, ascii) = width_of(points.clone().max().unwrap_or(0));
                vm.fill_str(kind, ascii, count, |out| {
                    points.for_each(|c| out.push_char(c))
                })
                .map(Ref::into_value)
            }
        }
    }
    #[pyslot(contains)]
    fn slot_contains(vm: &Vm, this: &Ref<Str>, item: &Value) -> PyResult<bool> {
        match item.downcast::<Str>() {
            Some(sub) => Ok(find(this.view(), sub.view()).is_some()),
            None => Err(vm.type_error(format!(
                "'in <string>' requires string as left operand, not {}",
                vm.type_name(item)
            ))),
        }
    }
    #[pyslot(concat)]
    fn slot_concat(vm: &Vm, this: &Ref<Str>, other: &Value) -> PyResult {
        match other.downcast::<Str>() {
            Some(other) => vm.str_concat(this, other).map(Ref::into_value),
            None => Err(vm.type_error(format!(
                "can only concatenate str (not \"{}\") to str",
                vm.type_name(other)
            ))),
        }
    }
    #[pyslot(repeat)]
    fn slot_repeat(vm: &Vm, this: &Ref<Str>, n: isize) -> PyResult {
        vm.str_repeat(this, n).map(Ref::into_value)
    }
    #[pyslot(rem)]
    fn slot_rem(vm: &Vm, this: &Value, args: &Value) -> PyResult {
        match this.downcast::<Str>() {
            Some(format) => super::format_percent::percent(vm, format, args).map(Ref::into_value),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// The arguments to make a copy from when unpickling.
    #[pymethod("(self)", name = "__getnewargs__")]
    fn getnewargs(vm: &Vm, this: &Ref<Str>) -> Ref<Tuple> {
        vm.new_tuple([vm.new_from_view(this.view()).into_value()])
    }
    /// The size in memory, in bytes.
    #[pymethod("(self)", name = "__sizeof__")]
    fn sizeof(this: &Ref<Str>) -> usize {
        let view = this.view();
        match view {
            StrView::Ascii(s) => 41 + s.len(),
            // CPython's: a header, the text and a final zero character.
            _ => 56 + view.as_bytes().len() + view.width(),
        }
    }
}
