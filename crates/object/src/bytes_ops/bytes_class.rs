//! `bytes`: construction, operators, the sequence protocol.

use std::cell::Cell;

use taipan_macros::pymethods;

use super::arg::{bytes_like_opt, sub_arg};
use super::{ByteString, construct, hex, iter, ops, repr};
use crate::buffer::Buffer;
use crate::bytes::{ByteArray, Bytes};
use crate::hash::hash_bytes;
use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::text::slicing::{Key, key_of};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `a op b` for byte strings, arrays and, if `buffers`, whatever has a buffer.
pub(super) fn compare(
    vm: &Vm,
    data: &dyn Fn(&dyn Fn(&[u8]) -> bool) -> bool,
    other: &Value,
    op: CmpOp,
    buffers: bool,
) -> PyResult {
    let test = |b: &[u8]| data(&|a| op.holds(a.cmp(b)));
    if let Some(other) = other.downcast::<Bytes>() {
        return Ok(Value::bool(test(&other.data)));
    }
    if let Some(other) = other.downcast::<ByteArray>() {
        return Ok(Value::bool(other.read(test)));
    }
    if other.downcast::<Str>().is_some() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if !buffers {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match bytes_like_opt(vm, other) {
        Ok(Some(other)) => Ok(Value::bool(test(&other))),
        Ok(None) => Ok(Value::NOT_IMPLEMENTED),
        Err(_) => {
            drop(vm.take_pending());
            Ok(Value::NOT_IMPLEMENTED)
        }
    }
}

/// The BytesWarning that `-b` asks for.
pub(super) fn warn(vm: &Vm, message: &str) -> PyResult<()> {
    (vm.hooks.get().warn)(vm, &vm.exc.bytes_warning, message, 1)
}

/// Warns of a comparison for equality that is false because bytes are no text.
pub(super) fn warn_of_comparison(vm: &Vm, what: &str, other: &Value, op: CmpOp) -> PyResult<()> {
    if !vm.bytes_warning.get() || !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(());
    }
    if other.downcast::<Str>().is_some() {
        return warn(vm, &format!("Comparison between {what} and string"));
    }
    if what == "bytes" && vm.is_instance_of(other, &vm.types.int) {
        return warn(vm, "Comparison between bytes and int");
    }
    Ok(())
}

/// The items that a slice names.
pub(super) fn take(data: &[u8], start: isize, step: isize, count: usize) -> Vec<u8> {
    if step == 1 {
        return data[start as usize..start as usize + count].to_vec();
    }
    (0..count)
        .map(|i| data[(start + i as isize * step) as usize])
        .collect()
}

impl Vm {
    /// An instance of a subclass of bytes.
    pub fn bytes_as_type(&self, ty: &TypeRef, data: impl Into<Box<[u8]>>) -> Ref<Bytes> {
        alloc_instance(
            self,
            ty,
            Bytes {
                data: data.into(),
                hash: Cell::new(0),
            },
        )
    }
}

#[pymethods(
    name = "bytes",
    doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> bytes\nbytes(int) -> bytes of zeros\nbytes() -> empty bytes\n\nAn immutable sequence of bytes.",
    flags(BASETYPE | BYTES_SUBCLASS),
    signature = "",
    extra(super::shared::BYTES_SHARED)
)]
impl Bytes {
    #[pynew("(source=<unset>, encoding=<unset>, errors=<unset>)")]
    fn make_new(
        vm: &Vm,
        cls: &TypeRef,
        source: Option<&Value>,
        encoding: Option<&Ref<Str>>,
        errors: Option<&Ref<Str>>,
    ) -> PyResult<Value> {
        let exact = cls.is(&vm.types.bytes);
        if let Some(source) = source
            && exact
            && encoding.is_none()
            && errors.is_none()
            && source.downcast_exact::<Bytes>(&vm.types.bytes).is_some()
        {
            return Ok(source.clone());
        }
        let data = construct::construct(vm, "bytes", source, encoding, errors)?;
        Ok(if exact {
            Bytes::make(vm, data)
        } else {
            vm.bytes_as_type(cls, data).into_value()
        })
    }
    #[pyslot(repr)]
    fn slot_repr(vm: &Vm, this: &Ref<Bytes>) -> PyResult {
        Ok(repr::bytes(vm, &this.data).into_value())
    }
    #[pyslot(str)]
    fn slot_str(vm: &Vm, this: &Ref<Bytes>) -> PyResult {
        if vm.bytes_warning.get() {
            warn(vm, "str() on a bytes instance")?;
        }
        Ok(repr::bytes(vm, &this.data).into_value())
    }
    #[pyslot(hash)]
    fn slot_hash(_vm: &Vm, this: &Ref<Bytes>) -> PyResult<i64> {
        Ok(match this.hash.get() {
            0 => {
                let h = hash_bytes(&this.data);
                this.hash.set(h);
                h
            }
            h => h,
        })
    }
    #[pyslot(richcompare)]
    fn slot_compare(vm: &Vm, this: &Ref<Bytes>, other: &Value, op: CmpOp) -> PyResult {
        warn_of_comparison(vm, "bytes", other, op)?;
        compare(vm, &|f| f(&this.data), other, op, false)
    }
    #[pyslot(iter)]
    fn slot_iter(vm: &Vm, this: &Ref<Bytes>) -> PyResult {
        Ok(iter::new_bytes_iterator(vm, this))
    }
    #[pyslot(len)]
    fn slot_len(_vm: &Vm, this: &Ref<Bytes>) -> PyResult<usize> {
        Ok(this.data.len())
    }
    #[pyslot(getitem)]
    fn slot_getitem(vm: &Vm, this: &Ref<Bytes>, key: &Value) -> PyResult {
        match key_of(vm, key, this.data.len(), "index")? {
            Key::Index(i) => Ok(vm.new_int(i64::from(this.data[i]))),
            Key::Slice { step: 1, count, .. }
                if count == this.data.len() && this.ty().is(&vm.types.bytes) =>
            {
                Ok(this.to_value())
            }
            Key::Slice { start, step, count } => {
                Ok(Bytes::make(vm, take(&this.data, start, step, count)))
            }
        }
    }
    #[pyslot(contains)]
    fn slot_contains(vm: &Vm, this: &Ref<Bytes>, item: &Value) -> PyResult<bool> {
        let sub = sub_arg(vm, item, |name| {
            format!("a bytes-like object is required, not '{name}'")
        })?;
        Ok(ops::find(&this.data, &sub).is_some())
    }
    #[pyslot(concat)]
    fn slot_concat(vm: &Vm, this: &Ref<Bytes>, other: &Value) -> PyResult {
        let Some(more) = bytes_like_opt(vm, other)? else {
            return Err(vm.type_error(format!("can't concat {} to bytes", vm.type_name(other))));
        };
        if this.data.is_empty() && other.downcast_exact::<Bytes>(&vm.types.bytes).is_some() {
            return Ok(other.clone());
        }
        if more.is_empty() && this.ty().is(&vm.types.bytes) {
            return Ok(this.to_value());
        }
        let mut out = Vec::new();
        if out.try_reserve_exact(this.data.len() + more.len()).is_err() {
            return Err(vm.memory_error());
        }
        out.extend_from_slice(&this.data);
        out.extend_from_slice(&more);
        Ok(Bytes::make(vm, out))
    }
    #[pyslot(repeat)]
    fn slot_repeat(vm: &Vm, this: &Ref<Bytes>, n: isize) -> PyResult {
        let n = usize::try_from(n).unwrap_or(0);
        if n == 1 && this.ty().is(&vm.types.bytes) {
            return Ok(this.to_value());
        }
        if this
            .data
            .len()
            .checked_mul(n)
            .is_none_or(|len| len > isize::MAX as usize)
        {
            return Err(vm.overflow_error("repeated bytes are too long"));
        }
        Ok(Bytes::make(
            vm,
            ops::repeat(&this.data, n).ok_or_else(|| vm.memory_error())?,
        ))
    }
    #[pyslot(rem)]
    fn slot_rem(vm: &Vm, this: &Value, args: &Value) -> PyResult {
        match this.downcast::<Bytes>() {
            Some(format) => Ok(Bytes::make(
                vm,
                super::percent::percent(vm, &format.data, args)?,
            )),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot(buffer)]
    fn slot_buffer(vm: &Vm, this: &Ref<Bytes>, writable: bool) -> PyResult<Buffer> {
        if writable {
            return Err(vm.raise_str(&vm.exc.buffer_error, "Object is not writable."));
        }
        Ok(Buffer::simple(
            this.to_value(),
            this.data.as_ptr().cast_mut(),
            this.data.len(),
            true,
            |_| (),
        ))
    }

    /// Bytes from hexadecimal text.
    #[pyclassmethod("(cls, string, /)")]
    fn fromhex(vm: &Vm, cls: &Value, string: &Value) -> PyResult {
        let data = Bytes::make(vm, hex::from_hex(vm, string)?);
        if cls.is(vm.types.bytes.as_value()) {
            Ok(data)
        } else {
            vm.call(cls, &[data])
        }
    }
    /// The same bytes, as an instance of bytes itself.
    #[pymethod("(self)", name = "__bytes__")]
    fn dunder_bytes(vm: &Vm, this: &Ref<Bytes>) -> Value {
        if this.ty().is(&vm.types.bytes) {
            this.to_value()
        } else {
            Bytes::make(vm, this.data.to_vec())
        }
    }
    /// The arguments to make a copy from when unpickling.
    #[pymethod("(self)", name = "__getnewargs__")]
    fn getnewargs(vm: &Vm, this: &Ref<Bytes>) -> Ref<Tuple> {
        vm.new_tuple([Bytes::make(vm, this.data.to_vec())])
    }
    /// The size in memory, in bytes.
    #[pymethod("(self)", name = "__sizeof__")]
    fn sizeof(this: &Ref<Bytes>) -> usize {
        33 + this.data.len()
    }
}
