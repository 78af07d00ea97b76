//! `Struct`, its iterator, and what the module's functions share with it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_macros::pymethods;
use taipan_object::buffer::Buffer;
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use super::format::{Format, cached};
use super::{error, value};

/// The bytes that an object shows.
fn buffer(vm: &Vm, object: &Value) -> PyResult<Buffer> {
    match vm.type_of(object).slots.buffer.get() {
        Some(get) => get(vm, object, false),
        None => Err(vm.type_error(format!(
            "a bytes-like object is required, not '{}'",
            vm.type_name(object)
        ))),
    }
}

/// A buffer's bytes in C order; copied only if they lie scattered.
fn contents(buffer: &Buffer) -> Cow<'_, [u8]> {
    if buffer.is_c_contiguous() {
        Cow::Borrowed(buffer.bytes())
    } else {
        Cow::Owned(buffer.to_vec())
    }
}

/// Packs into zeroed bytes; `function` is the name for messages.
fn pack_bytes(vm: &Vm, format: &Format, values: &[Value], function: &str) -> PyResult<Vec<u8>> {
    if values.len() != format.values {
        return Err(error(
            vm,
            format!(
                "{function} expected {} items for packing (got {})",
                format.values,
                values.len()
            ),
        ));
    }
    let mut out = Vec::new();
    out.try_reserve_exact(format.size)
        .map_err(|_| vm.memory_error())?;
    out.resize(format.size, 0);
    let mut values = values.iter();
    for item in &format.items {
        for index in 0..item.count {
            let Some(value) = values.next() else { break };
            let start = item.offset + index * item.size;
            value::pack(
                vm,
                item,
                value,
                &mut out[start..start + item.size],
                format.big_endian,
            )?;
        }
    }
    Ok(out)
}

/// `pack`.
pub fn pack(vm: &Vm, format: &Format, values: &[Value]) -> PyResult {
    Ok(vm
        .new_bytes(pack_bytes(vm, format, values, "pack")?)
        .into_value())
}

/// `pack_into`; `args` are buffer, offset and the values.
pub fn pack_into(vm: &Vm, format: &Format, args: &[Value]) -> PyResult<()> {
    let Some((target, rest)) = args.split_first() else {
        return Err(error(vm, "pack_into expected buffer argument"));
    };
    let Some((offset, values)) = rest.split_first() else {
        return Err(error(vm, "pack_into expected offset argument"));
    };
    if values.len() != format.values {
        return Err(error(
            vm,
            format!(
                "pack_into expected {} items for packing (got {})",
                format.values,
                values.len()
            ),
        ));
    }
    let readonly = || {
        let name = vm.type_name(target);
        vm.type_error(format!(
            "argument must be read-write bytes-like object, not {name}"
        ))
    };
    let Some(get) = vm.type_of(target).slots.buffer.get() else {
        return Err(readonly());
    };
    let buffer = match get(vm, target, true) {
        Ok(buffer) if !buffer.readonly => buffer,
        Ok(_) => return Err(readonly()),
        Err(_) if vm.exception_is(&vm.exc.buffer_error) || vm.exception_is(&vm.exc.type_error) => {
            drop(vm.take_pending());
            return Err(readonly());
        }
        Err(e) => return Err(e),
    };
    let given = vm.index_isize(offset)?;
    let (size, room) = (format.size, buffer.len);
    if given < 0 && given.saturating_add(size as isize) > 0 {
        return Err(error(
            vm,
            format!("no space to pack {size} bytes at offset {given}"),
        ));
    }
    let Some(start) = resolve(given, room) else {
        return Err(error(
            vm,
            format!("offset {given} out of range for {room}-byte buffer"),
        ));
    };
    if room.saturating_sub(start) < size || start > room {
        return Err(error(
            vm,
            format!(
                "pack_into requires a buffer of at least {} bytes for packing {size} bytes at offset {start} (actual \
                 buffer size is {room})",
                start.saturating_add(size)
            ),
        ));
    }
    let bytes = pack_bytes(vm, format, values, "pack_into")?;
    if !buffer.write(start, &bytes) {
        return Err(readonly());
    }
    Ok(())
}

/// An offset that may count from the end.
fn resolve(offset: isize, len: usize) -> Option<usize> {
    if offset >= 0 {
        Some(offset as usize)
    } else {
        len.checked_sub(offset.unsigned_abs())
    }
}

fn unpack_bytes(vm: &Vm, format: &Format, bytes: &[u8]) -> Value {
    let mut values = Vec::with_capacity(format.values);
    for item in &format.items {
        for index in 0..item.count {
            let start = item.offset + index * item.size;
            let from = bytes.get(start..start + item.size).unwrap_or(&[]);
            values.push(value::unpack(vm, item, from, format.big_endian));
        }
    }
    vm.new_tuple(values).into_value()
}

/// `unpack`.
pub fn unpack(vm: &Vm, format: &Format, object: &Value) -> PyResult {
    let buffer = buffer(vm, object)?;
    if buffer.len != format.size {
        return Err(error(
            vm,
            format!("unpack requires a buffer of {} bytes", format.size),
        ));
    }
    Ok(unpack_bytes(vm, format, &contents(&buffer)))
}

/// `unpack_from`.
pub fn unpack_from(vm: &Vm, format: &Format, object: &Value, offset: isize) -> PyResult {
    let buffer = buffer(vm, object)?;
    let (size, room) = (format.size, buffer.len);
    if offset < 0 && offset.saturating_add(size as isize) > 0 {
        return Err(error(
            vm,
            format!("not enough data to unpack {size} bytes at offset {offset}"),
        ));
    }
    let Some(start) = resolve(offset, room) else {
        return Err(error(
            vm,
            format!("offset {offset} out of range for {room}-byte buffer"),
        ));
    };
    match contents(&buffer).get(start..start.saturating_add(size)) {
        Some(bytes) => Ok(unpack_bytes(vm, format, bytes)),
        None => Err(error(
            vm,
            format!(
                "unpack_from requires a buffer of at least {} bytes for unpacking {size} bytes at offset {start} (actual \
                 buffer size is {room})",
                start.saturating_add(size)
            ),
        )),
    }
}

/// `iter_unpack`.
pub fn iter_unpack(vm: &Vm, format: Rc<Format>, object: &Value) -> PyResult {
    if format.size == 0 {
        return Err(error(
            vm,
            "cannot iteratively unpack with a struct of length 0",
        ));
    }
    let buffer = buffer(vm, object)?;
    if buffer.len % format.size != 0 {
        return Err(error(
            vm,
            format!(
                "iterative unpacking requires a buffer of a multiple of {} bytes",
                format.size
            ),
        ));
    }
    let iterator = UnpackIterator {
        format,
        buffer: RefCell::new(Some(buffer)),
        at: Cell::new(0),
    };
    Ok(vm
        .heap
        .alloc(&vm.add_native_type::<UnpackIterator>(), iterator)
        .into_value())
}

/// `unpack_iterator`.
pub struct UnpackIterator {
    format: Rc<Format>,
    buffer: RefCell<Option<Buffer>>,
    at: Cell<usize>,
}
payload!(
    UnpackIterator,
    gc,
    |this, visit| this.buffer.borrow().iter().for_each(|b| visit(&b.owner)),
    clear | this | {
        let old = this.buffer.borrow_mut().take();
        drop(old);
    }
);

#[pymethods(
    name = "unpack_iterator",
    module = "_struct",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl UnpackIterator {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<UnpackIterator>) -> PyResult<Option<Value>> {
        let at = this.at.get();
        let bytes = {
            let buffer = this.buffer.borrow();
            let Some(buffer) = &*buffer else {
                return Ok(None);
            };
            contents(buffer)
                .get(at..at + this.format.size)
                .map(<[u8]>::to_vec)
        };
        match bytes {
            Some(bytes) => {
                this.at.set(at + this.format.size);
                Ok(Some(unpack_bytes(vm, &this.format, &bytes)))
            }
            None => {
                let old = this.buffer.borrow_mut().take();
                drop(old);
                Ok(None)
            }
        }
    }
    /// How many tuples are left.
    #[pymethod("(self)")]
    fn __length_hint__(this: &Ref<UnpackIterator>) -> usize {
        this.buffer.borrow().as_ref().map_or(0, |b| {
            b.len.saturating_sub(this.at.get()) / this.format.size
        })
    }
}

/// `Struct`: a compiled format.
#[derive(Default)]
pub struct Struct(RefCell<Option<Rc<Format>>>);
payload!(Struct);

impl Struct {
    fn compiled(&self, vm: &Vm) -> PyResult<Rc<Format>> {
        let format = self.0.borrow().clone();
        format.ok_or_else(|| vm.runtime_error("Struct object is not initialized"))
    }
}

#[pymethods(
    name = "Struct",
    module = "_struct",
    doc = "A compiled format.",
    signature = "",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Struct {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Struct::default()).into_value())
    }
    #[pyinit("(format)")]
    fn init(vm: &Vm, this: &Ref<Struct>, format: &Value) -> PyResult<()> {
        let compiled = cached(vm, format)?;
        drop(this.0.replace(Some(compiled)));
        Ok(())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Struct>) -> PyResult {
        let text = vm.new_str(&this.compiled(vm)?.text).into_value();
        let name = this.ty().name.borrow().to_string();
        Ok(vm
            .new_str(&format!("{name}({})", vm.repr(&text)?))
            .into_value())
    }
    /// The format.
    #[pygetset]
    fn format(vm: &Vm, this: &Ref<Struct>) -> PyResult<String> {
        Ok(this.compiled(vm)?.text.clone())
    }
    /// The number of bytes.
    #[pygetset]
    fn size(vm: &Vm, this: &Ref<Struct>) -> PyResult<usize> {
        Ok(this.compiled(vm)?.size)
    }
    /// Packs values into bytes.
    #[pymethod("(self, *values)")]
    fn pack(vm: &Vm, this: &Ref<Struct>, values: &[Value]) -> PyResult {
        pack(vm, &*this.compiled(vm)?, values)
    }
    /// Packs values into a buffer: pack_into(buffer, offset, v1, v2, ...).
    #[pymethod("(self, *args)")]
    fn pack_into(vm: &Vm, this: &Ref<Struct>, args: &[Value]) -> PyResult<()> {
        pack_into(vm, &*this.compiled(vm)?, args)
    }
    /// The values in a buffer of this size.
    #[pymethod("(self, buffer, /)")]
    fn unpack(vm: &Vm, this: &Ref<Struct>, buffer: &Value) -> PyResult {
        unpack(vm, &*this.compiled(vm)?, buffer)
    }
    /// The values in a buffer from an offset on.
    #[pymethod("(self, buffer, offset=0)")]
    fn unpack_from(vm: &Vm, this: &Ref<Struct>, buffer: &Value, offset: isize) -> PyResult {
        unpack_from(vm, &*this.compiled(vm)?, buffer, offset)
    }
    /// An iterator over the tuples of values in a buffer.
    #[pymethod("(self, buffer, /)")]
    fn iter_unpack(vm: &Vm, this: &Ref<Struct>, buffer: &Value) -> PyResult {
        iter_unpack(vm, this.compiled(vm)?, buffer)
    }
}
