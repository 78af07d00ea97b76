//! `bytearray`: construction, operators, changes in place.

use taipan_macros::pymethods;

use super::arg::{byte_value, bytes_like_opt, sub_arg};
use super::bytes_class::{compare, take};
use super::{ByteString, construct, hex, iter, ops, repr};
use crate::buffer::Buffer;
use crate::bytes::{ByteArray, Bytes};
use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::text::slicing::{Key, key_of};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

impl Vm {
    pub fn new_bytearray(&self, data: Vec<u8>) -> Ref<ByteArray> {
        self.heap.alloc(&self.types.bytearray, ByteArray::new(data))
    }
}

/// BufferError while the bytes are lent out.
fn resizable(vm: &Vm, this: &ByteArray) -> PyResult<()> {
    if this.exports.get() > 0 {
        return Err(vm.raise_str(
            &vm.exc.buffer_error,
            "Existing exports of data: object cannot be re-sized",
        ));
    }
    Ok(())
}

/// Makes room, or raises MemoryError.
fn reserve(vm: &Vm, this: &ByteArray, more: usize) -> PyResult<()> {
    if more > isize::MAX as usize / 2 || this.with(|v| v.try_reserve(more)).is_err() {
        return Err(vm.memory_error());
    }
    Ok(())
}

fn extend(vm: &Vm, this: &ByteArray, more: &[u8]) -> PyResult<()> {
    if more.is_empty() {
        return Ok(());
    }
    resizable(vm, this)?;
    reserve(vm, this, more.len())?;
    this.with(|v| v.extend_from_slice(more));
    Ok(())
}

/// Replaces the items that a slice names.
fn assign_slice(
    vm: &Vm,
    this: &ByteArray,
    start: isize,
    step: isize,
    count: usize,
    new: &[u8],
) -> PyResult<()> {
    if step == 1 {
        let start = start as usize;
        if new.len() != count {
            resizable(vm, this)?;
            reserve(vm, this, new.len())?;
        }
        this.with(|v| {
            let end = (start + count).min(v.len());
            let start = start.min(end);
            if new.len() == end - start {
                v[start..end].copy_from_slice(new)
            } else {
                drop(v.splice(start..end, new.iter().copied()))
            }
        });
        return Ok(());
    }
    if new.is_empty() {
        if count == 0 {
            return Ok(());
        }
        resizable(vm, this)?;
        let mut doomed: Vec<usize> = (0..count)
            .map(|i| (start + i as isize * step) as usize)
            .collect();
        doomed.sort_unstable();
        this.with(|v| {
            let mut index = 0;
            v.retain(|_| {
                let gone = doomed.binary_search(&index).is_ok();
                index += 1;
                !gone
            });
        });
        return Ok(());
    }
    if new.len() != count {
        return Err(vm.value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {count}",
            new.len()
        )));
    }
    this.with(|v| {
        for (i, &b) in new.iter().enumerate() {
            if let Some(place) = v.get_mut((start + i as isize * step) as usize) {
                *place = b;
            }
        }
    });
    Ok(())
}

#[pymethods(
    name = "bytearray",
    doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> copy\nbytearray(int) -> zeros\nbytearray() -> empty bytearray\n\nA sequence of bytes that can be changed.",
    flags(BASETYPE),
    signature = "",
    extra(super::shared::BYTEARRAY_SHARED)
)]
impl ByteArray {
    #[pyslot(new)]
    fn slot_new(vm: &Vm, cls: &TypeRef, _args: crate::vm::Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, ByteArray::new(Vec::new())).into_value())
    }
    #[pyinit("(source=<unset>, encoding=<unset>, errors=<unset>)")]
    fn init(
        vm: &Vm,
        this: &Ref<ByteArray>,
        source: Option<&Value>,
        encoding: Option<&Ref<Str>>,
        errors: Option<&Ref<Str>>,
    ) -> PyResult<()> {
        let data = construct::construct(vm, "bytearray", source, encoding, errors)?;
        if this.read(<[u8]>::len) != data.len() {
            resizable(vm, this)?;
            this.with(|v| *v = data);
        } else {
            this.with(|v| v.copy_from_slice(&data));
        }
        Ok(())
    }
    #[pyslot(repr)]
    fn slot_repr(vm: &Vm, this: &Ref<ByteArray>) -> PyResult {
        let name = this.ty().name.borrow().to_string();
        Ok(this.read(|d| repr::bytearray(vm, &name, d)).into_value())
    }
    #[pyslot(str)]
    fn slot_str(vm: &Vm, this: &Ref<ByteArray>) -> PyResult {
        if vm.bytes_warning.get() {
            super::bytes_class::warn(vm, "str() on a bytearray instance")?;
        }
        Self::slot_repr(vm, this)
    }
    #[pyslot(richcompare)]
    fn slot_compare(vm: &Vm, this: &Ref<ByteArray>, other: &Value, op: CmpOp) -> PyResult {
        super::bytes_class::warn_of_comparison(vm, "bytearray", other, op)?;
        compare(vm, &|f| this.read(f), other, op, true)
    }
    #[pyslot(iter)]
    fn slot_iter(vm: &Vm, this: &Ref<ByteArray>) -> PyResult {
        Ok(iter::new_bytearray_iterator(vm, this))
    }
    #[pyslot(len)]
    fn slot_len(_vm: &Vm, this: &Ref<ByteArray>) -> PyResult<usize> {
        Ok(this.read(<[u8]>::len))
    }
    #[pyslot(getitem)]
    fn slot_getitem(vm: &Vm, this: &Ref<ByteArray>, key: &Value) -> PyResult {
        match key_of(vm, key, this.read(<[u8]>::len), "bytearray")? {
            Key::Index(i) => {
                Ok(vm.new_int(i64::from(this.read(|d| d.get(i).copied().unwrap_or(0)))))
            }
            Key::Slice { start, step, count } => {
                let data = this.read(|d| d.to_vec());
                // A bound's `__index__` may have made the array shorter.
                let last = start + (count.max(1) as isize - 1) * step;
                if count > 0 && (start.max(last) as usize) >= data.len() {
                    return Err(vm.index_error("bytearray index out of range"));
                }
                Ok(ByteArray::make(
                    vm,
                    if count == 0 {
                        Vec::new()
                    } else {
                        take(&data, start, step, count)
                    },
                ))
            }
        }
    }
    #[pyslot(setitem)]
    fn slot_setitem(
        vm: &Vm,
        this: &Ref<ByteArray>,
        key: &Value,
        value: Option<&Value>,
    ) -> PyResult<()> {
        if key.downcast::<crate::slice::Slice>().is_some() {
            let new = match value {
                None => Vec::new(),
                Some(value) => construct::assignable(vm, value)?.ok_or_else(|| {
                    vm.type_error(
                        "can assign only bytes, buffers, or iterables of ints in range(0, 256)",
                    )
                })?,
            };
            let Key::Slice { start, step, count } =
                key_of(vm, key, this.read(<[u8]>::len), "bytearray")?
            else {
                return Ok(());
            };
            if value.is_some() && new.is_empty() && step != 1 && count != 0 {
                let message =
                    format!("attempt to assign bytes of size 0 to extended slice of size {count}");
                return Err(vm.value_error(message));
            }
            return assign_slice(vm, this, start, step, count, &new);
        }
        let Key::Index(index) = key_of(vm, key, this.read(<[u8]>::len), "bytearray")? else {
            return Ok(());
        };
        match value {
            Some(value) => {
                let byte = byte_value(vm, value)?;
                this.with(|v| v.get_mut(index).map(|place| *place = byte))
                    .ok_or_else(|| vm.index_error("bytearray index out of range"))
            }
            None => {
                resizable(vm, this)?;
                this.with(|v| (index < v.len()).then(|| v.remove(index)))
                    .map(|_| ())
                    .ok_or_else(|| vm.index_error("bytearray index out of range"))
            }
        }
    }
    #[pyslot(contains)]
    fn slot_contains(vm: &Vm, this: &Ref<ByteArray>, item: &Value) -> PyResult<bool> {
        let sub = sub_arg(vm, item, |name| {
            format!("a bytes-like object is required, not '{name}'")
        })?;
        Ok(this.read(|d| ops::find(d, &sub).is_some()))
    }
    #[pyslot(concat)]
    fn slot_concat(vm: &Vm, this: &Ref<ByteArray>, other: &Value) -> PyResult {
        let Some(more) = bytes_like_opt(vm, other)? else {
            return Err(vm.type_error(format!("can't concat {} to bytearray", vm.type_name(other))));
        };
        let mut out = this.read(<[u8]>::to_vec);
        if out.try_reserve(more.len()).is_err() {
            return Err(vm.memory_error());
        }
        out.extend_from_slice(&more);
        Ok(ByteArray::make(vm, out))
    }
    #[pyslot(iconcat)]
    fn slot_iconcat(vm: &Vm, this: &Value, other: &Value) -> PyResult {
        let Some(array) = this.downcast::<ByteArray>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let Some(more) = bytes_like_opt(vm, other)?.map(|m| m.to_vec()) else {
            return Err(vm.type_error(format!("can't concat {} to bytearray", vm.type_name(other))));
        };
        extend(vm, array, &more)?;
        Ok(this.clone())
    }
    #[pyslot(repeat)]
    fn slot_repeat(vm: &Vm, this: &Ref<ByteArray>, n: isize) -> PyResult {
        let n = usize::try_from(n).unwrap_or(0);
        Ok(ByteArray::make(
            vm,
            this.read(|d| ops::repeat(d, n))
                .ok_or_else(|| vm.memory_error())?,
        ))
    }
    #[pyslot(irepeat)]
    fn slot_irepeat(vm: &Vm, this: &Value, n: isize) -> PyResult {
        let Some(array) = this.downcast::<ByteArray>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let n = usize::try_from(n).unwrap_or(0);
        if n != 1 {
            resizable(vm, array)?;
            let new = array
                .read(|d| ops::repeat(d, n))
                .ok_or_else(|| vm.memory_error())?;
            array.with(|v| *v = new);
        }
        Ok(this.clone())
    }
    #[pyslot(rem)]
    fn slot_rem(vm: &Vm, this: &Value, args: &Value) -> PyResult {
        match this.downcast::<ByteArray>() {
            Some(format) => {
                let format = format.read(<[u8]>::to_vec);
                Ok(ByteArray::make(
                    vm,
                    super::percent::percent(vm, &format, args)?,
                ))
            }
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot(buffer)]
    fn slot_buffer(_vm: &Vm, this: &Ref<ByteArray>, _writable: bool) -> PyResult<Buffer> {
        let (ptr, len) = this.with(|v| (v.as_mut_ptr(), v.len()));
        this.exports.set(this.exports.get() + 1);
        Ok(Buffer::simple(this.to_value(), ptr, len, false, |owner| {
            if let Some(array) = owner.downcast::<ByteArray>() {
                array.exports.set(array.exports.get().saturating_sub(1));
            }
        }))
    }

    /// Adds a byte at the end.
    #[pymethod("(self, item, /)")]
    fn append(vm: &Vm, this: &Ref<ByteArray>, item: &Value) -> PyResult<()> {
        let byte = byte_value(vm, item)?;
        extend(vm, this, &[byte])
    }
    /// Adds the bytes of an iterable at the end.
    #[pymethod("(self, iterable_of_ints, /)", name = "extend")]
    fn py_extend(vm: &Vm, this: &Ref<ByteArray>, iterable_of_ints: &Value) -> PyResult<()> {
        let name = || vm.type_name(iterable_of_ints);
        if iterable_of_ints
            .downcast::<Str>()
            .is_some_and(|s| !s.is_empty())
        {
            return Err(vm.type_error(format!("expected iterable of integers; got: '{}'", name())));
        }
        let more = match construct::assignable(vm, iterable_of_ints)? {
            Some(more) => more,
            None if iterable_of_ints.downcast::<Str>().is_some() => return Ok(()),
            None => return Err(vm.type_error(format!("can't extend bytearray with {}", name()))),
        };
        extend(vm, this, &more)
    }
    /// Puts a byte in before an index.
    #[pymethod("(self, index, item, /)")]
    fn insert(vm: &Vm, this: &Ref<ByteArray>, index: isize, item: &Value) -> PyResult<()> {
        let byte = byte_value(vm, item)?;
        resizable(vm, this)?;
        reserve(vm, this, 1)?;
        this.with(|v| {
            let len = v.len() as isize;
            let at = if index < 0 {
                index.saturating_add(len).max(0)
            } else {
                index.min(len)
            };
            v.insert(at as usize, byte);
        });
        Ok(())
    }
    /// Takes a byte out.
    #[pymethod("(self, index=-1, /)")]
    fn pop(vm: &Vm, this: &Ref<ByteArray>, index: isize) -> PyResult<i64> {
        let len = this.read(<[u8]>::len);
        if len == 0 {
            return Err(vm.index_error("pop from empty bytearray"));
        }
        let at = if index < 0 {
            index.saturating_add(len as isize)
        } else {
            index
        };
        if at < 0 || at as usize >= len {
            return Err(vm.index_error("pop index out of range"));
        }
        resizable(vm, this)?;
        Ok(i64::from(this.with(|v| v.remove(at as usize))))
    }
    /// Takes the first byte of a value out.
    #[pymethod("(self, value, /)")]
    fn remove(vm: &Vm, this: &Ref<ByteArray>, value: &Value) -> PyResult<()> {
        let byte = byte_value(vm, value)?;
        let Some(at) = this.read(|d| memchr::memchr(byte, d)) else {
            return Err(vm.value_error("value not found in bytearray"));
        };
        resizable(vm, this)?;
        this.with(|v| v.remove(at));
        Ok(())
    }
    /// Takes all bytes out.
    #[pymethod("(self)")]
    fn clear(vm: &Vm, this: &Ref<ByteArray>) -> PyResult<()> {
        resizable(vm, this)?;
        this.with(|v| *v = Vec::new());
        Ok(())
    }
    /// A copy.
    #[pymethod("(self)")]
    fn copy(vm: &Vm, this: &Ref<ByteArray>) -> Value {
        ByteArray::make(vm, this.read(<[u8]>::to_vec))
    }
    /// Turns the order of the bytes around.
    #[pymethod("(self)")]
    fn reverse(this: &Ref<ByteArray>) {
        this.with(|v| v.reverse());
    }
    /// Makes the array longer, with zeros, or shorter.
    #[pymethod("(self, size, /)")]
    fn resize(vm: &Vm, this: &Ref<ByteArray>, size: isize) -> PyResult<()> {
        let Ok(size) = usize::try_from(size) else {
            return Err(vm.value_error(format!("Can only resize to positive sizes, got {size}")));
        };
        let len = this.read(<[u8]>::len);
        if size != len {
            resizable(vm, this)?;
            reserve(vm, this, size.saturating_sub(len))?;
            this.with(|v| v.resize(size, 0));
        }
        Ok(())
    }
    /// Bytes from hexadecimal text.
    #[pyclassmethod("(cls, string, /)")]
    fn fromhex(vm: &Vm, cls: &Value, string: &Value) -> PyResult {
        let data = hex::from_hex(vm, string)?;
        if cls.is(vm.types.bytearray.as_value()) {
            return Ok(ByteArray::make(vm, data));
        }
        vm.call(cls, &[Bytes::make(vm, data)])
    }
    /// The bytes allocated.
    #[pymethod("(self)", name = "__alloc__")]
    fn alloc(this: &Ref<ByteArray>) -> usize {
        this.with(|v| {
            if v.capacity() == 0 {
                0
            } else {
                v.capacity().max(v.len() + 1)
            }
        })
    }
    /// The size in memory, in bytes.
    #[pymethod("(self)", name = "__sizeof__")]
    fn sizeof(this: &Ref<ByteArray>) -> usize {
        56 + this.with(|v| {
            if v.capacity() == 0 {
                0
            } else {
                v.capacity().max(v.len() + 1)
            }
        })
    }
    /// What pickling of protocols below 2 needs.
    #[pymethod("(self)", name = "__reduce__")]
    fn reduce(vm: &Vm, this: &Ref<ByteArray>) -> PyResult<Ref<Tuple>> {
        reduce(vm, this, 2)
    }
    /// What pickling needs.
    #[pymethod("(self, proto=0, /)", name = "__reduce_ex__")]
    fn reduce_ex(vm: &Vm, this: &Ref<ByteArray>, proto: i32) -> PyResult<Ref<Tuple>> {
        reduce(vm, this, proto)
    }
}

fn reduce(vm: &Vm, this: &Ref<ByteArray>, proto: i32) -> PyResult<Ref<Tuple>> {
    let state = match vm.instance_dict(this.as_value()) {
        Some(dict) if !dict.is_empty() => dict.into_value(),
        _ => Value::NONE,
    };
    let data = this.read(<[u8]>::to_vec);
    let args = if data.is_empty() {
        vm.empty_tuple.clone()
    } else if proto < 3 {
        let text = vm.new_from_view(crate::str::StrView::Latin1(&data));
        vm.new_tuple([text.into_value(), vm.new_str("latin-1").into_value()])
    } else {
        vm.new_tuple([Bytes::make(vm, data)])
    };
    Ok(vm.new_tuple([this.ty().to_value(), args.into_value(), state]))
}
