//! `array`: construction, operators, subscripts, buffer.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::buffer::Buffer;
use taipan_object::bytes::{ByteArray, Bytes};
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::text::slicing::{Key, slice_key};
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::kind::Kind;

/// `array`. The items lie one after another as bytes.
pub struct Array {
    pub kind: Kind,
    pub items: RefCell<Vec<u8>>,
    /// Buffers handed out; while there are some the size cannot change.
    exports: Cell<usize>,
}
payload!(Array);

impl Array {
    pub fn of(kind: Kind, items: Vec<u8>) -> Array {
        Array {
            kind,
            items: RefCell::new(items),
            exports: Cell::new(0),
        }
    }
    /// A new array of the built-in class.
    pub fn make(vm: &Vm, kind: Kind, items: Vec<u8>) -> Ref<Array> {
        alloc_instance(vm, &vm.add_native_type::<Array>(), Array::of(kind, items))
    }
    pub fn len(&self) -> usize {
        self.items.borrow().len() / self.kind.size
    }
    pub fn is_empty(&self) -> bool {
        self.items.borrow().is_empty()
    }
    /// An item that is there.
    pub fn get(&self, vm: &Vm, index: usize) -> Option<PyResult> {
        let size = self.kind.size;
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(self.items.borrow().get(index * size..(index + 1) * size)?);
        Some(self.kind.load(vm, &bytes[..size]))
    }
    fn put(&self, index: usize, word: u64) -> bool {
        let size = self.kind.size;
        match self
            .items
            .borrow_mut()
            .get_mut(index * size..(index + 1) * size)
        {
            Some(place) => {
                place.copy_from_slice(&word.to_ne_bytes()[..size]);
                true
            }
            None => false,
        }
    }
    /// BufferError while the items are lent out.
    pub fn resizable(&self, vm: &Vm) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "cannot resize an array that is exporting buffers",
            ));
        }
        Ok(())
    }
    /// Makes room for more bytes, or raises.
    fn grow(&self, vm: &Vm, more: usize) -> PyResult<()> {
        self.resizable(vm)?;
        if more > isize::MAX as usize / 2 || self.items.borrow_mut().try_reserve(more).is_err() {
            return Err(vm.memory_error());
        }
        Ok(())
    }
    pub fn push(&self, vm: &Vm, value: &Value) -> PyResult<()> {
        let word = self.kind.store(vm, value)?;
        self.grow(vm, self.kind.size)?;
        self.items
            .borrow_mut()
            .extend_from_slice(&word.to_ne_bytes()[..self.kind.size]);
        Ok(())
    }
    pub fn insert(&self, vm: &Vm, index: usize, value: &Value) -> PyResult<()> {
        let word = self.kind.store(vm, value)?;
        self.grow(vm, self.kind.size)?;
        let size = self.kind.size;
        let mut items = self.items.borrow_mut();
        let at = (index * size).min(items.len());
        drop(items.splice(at..at, word.to_ne_bytes().into_iter().take(size)));
        Ok(())
    }
    pub fn extend_bytes(&self, vm: &Vm, more: &[u8]) -> PyResult<()> {
        if !more.is_empty() {
            self.grow(vm, more.len())?;
            self.items.borrow_mut().extend_from_slice(more);
        }
        Ok(())
    }
    pub fn extend_text(&self, vm: &Vm, text: &Str) -> PyResult<()> {
        let bytes: Vec<u8> = text.view().iter().flat_map(u32::to_ne_bytes).collect();
        self.extend_bytes(vm, &bytes)
    }
    /// `extend` and `+=`.
    pub fn extend(vm: &Vm, this: &Ref<Array>, other: &Value) -> PyResult<()> {
        if let Some(other) = other.downcast::<Array>() {
            if other.kind != this.kind {
                return Err(vm.type_error("can only extend with array of same kind"));
            }
            let more = other.items.borrow().clone();
            return this.extend_bytes(vm, &more);
        }
        vm.for_each(other, |item| this.push(vm, &item))
    }
    /// Takes the items of a range out.
    pub fn remove(&self, vm: &Vm, start: usize, count: usize) -> PyResult<()> {
        if count == 0 {
            return Ok(());
        }
        self.resizable(vm)?;
        let size = self.kind.size;
        let mut items = self.items.borrow_mut();
        let end = ((start + count) * size).min(items.len());
        drop(items.drain((start * size).min(end)..end));
        Ok(())
    }
    fn picked(&self, start: isize, step: isize, count: usize) -> Vec<u8> {
        let size = self.kind.size;
        let items = self.items.borrow();
        if step == 1 {
            let start = start as usize * size;
            return items[start..start + count * size].to_vec();
        }
        let mut out = Vec::with_capacity(count * size);
        for i in 0..count {
            let at = (start + i as isize * step) as usize * size;
            out.extend_from_slice(&items[at..at + size]);
        }
        out
    }
    fn repeated(vm: &Vm, this: &Ref<Array>, times: isize) -> PyResult<Vec<u8>> {
        let items = this.items.borrow();
        taipan_object::bytes_ops::ops::repeat(&items, times.max(0) as usize)
            .ok_or_else(|| vm.memory_error())
    }
    fn subscript(vm: &Vm, this: &Ref<Array>, key: &Value, what: &str) -> PyResult<Key> {
        if let Some(slice) = slice_key(vm, key, this.len())? {
            return Ok(slice);
        }
        if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
            return Err(vm.type_error("array indices must be integers"));
        }
        taipan_object::text::slicing::index_in(vm, key, this.len(), what).map(Key::Index)
    }
    fn delete_slice(&self, vm: &Vm, start: isize, step: isize, count: usize) -> PyResult<()> {
        if count == 0 {
            return Ok(());
        }
        if step == 1 {
            return self.remove(vm, start as usize, count);
        }
        self.resizable(vm)?;
        let size = self.kind.size;
        let mut doomed: Vec<usize> = (0..count)
            .map(|i| (start + i as isize * step) as usize)
            .collect();
        doomed.sort_unstable();
        let mut items = self.items.borrow_mut();
        let mut at = 0;
        items.retain(|_| {
            let gone = doomed.binary_search(&(at / size)).is_ok();
            at += 1;
            !gone
        });
        Ok(())
    }
    fn assign_slice(
        vm: &Vm,
        this: &Ref<Array>,
        (start, step, count): (isize, isize, usize),
        value: &Value,
    ) -> PyResult<()> {
        let Some(other) = value.downcast::<Array>() else {
            return Err(vm.type_error(format!(
                "can only assign array (not \"{}\") to array slice",
                vm.type_name(value)
            )));
        };
        if other.kind != this.kind {
            return Err(bad_argument(vm));
        }
        let new = other.items.borrow().clone();
        let size = this.kind.size;
        let given = new.len() / size;
        if step == 1 {
            if given != count {
                this.grow(vm, new.len())?;
            }
            let mut items = this.items.borrow_mut();
            let end = ((start as usize + count) * size).min(items.len());
            let from = (start as usize * size).min(end);
            drop(items.splice(from..end, new));
            return Ok(());
        }
        if given != count {
            return Err(vm.value_error(format!(
                "attempt to assign array of size {given} to extended slice of size {count}"
            )));
        }
        let mut items = this.items.borrow_mut();
        for (i, item) in new.chunks_exact(size).enumerate() {
            let at = (start + i as isize * step) as usize * size;
            if let Some(place) = items.get_mut(at..at + size) {
                place.copy_from_slice(item);
            }
        }
        Ok(())
    }
    /// What a new array starts with.
    fn fill(vm: &Vm, this: &Ref<Array>, initial: &Value) -> PyResult<()> {
        let kind = this.kind;
        if let Some(text) = initial.downcast::<Str>() {
            if !kind.is_char() {
                return Err(vm.type_error(format!(
                    "cannot use a str to initialize an array with typecode '{}'",
                    kind.code
                )));
            }
            return this.extend_text(vm, text);
        }
        if let Some(other) = initial.downcast::<Array>() {
            if other.kind.is_char() && !kind.is_char() {
                return Err(vm.type_error(format!(
                    "cannot use a unicode array to initialize an array with typecode '{}'",
                    kind.code
                )));
            }
            if other.kind == kind || (other.kind.is_char() && kind.is_char()) {
                let items = other.items.borrow().clone();
                return this.extend_bytes(vm, &items);
            }
        }
        if let Some(bytes) = initial.downcast::<Bytes>() {
            return this.from_bytes(vm, &bytes.data);
        }
        if let Some(bytes) = initial.downcast::<ByteArray>() {
            let bytes = bytes.with(|b| b.clone());
            return this.from_bytes(vm, &bytes);
        }
        vm.for_each(initial, |item| this.push(vm, &item))
    }
    /// Appends items that are given as bytes.
    pub fn from_bytes(&self, vm: &Vm, bytes: &[u8]) -> PyResult<()> {
        if !bytes.len().is_multiple_of(self.kind.size) {
            return Err(vm.value_error("bytes length not a multiple of item size"));
        }
        self.extend_bytes(vm, bytes)
    }
    pub fn to_values(&self, vm: &Vm) -> PyResult<Vec<Value>> {
        (0..self.len()).map_while(|i| self.get(vm, i)).collect()
    }
    /// The items of a kind of characters as text.
    pub fn to_text(&self, vm: &Vm) -> PyResult<Ref<Str>> {
        let mut out = taipan_object::text::builder::StrBuilder::with_capacity(self.len());
        let items = self.items.borrow();
        for item in items.chunks_exact(4) {
            let c = u32::from_ne_bytes([item[0], item[1], item[2], item[3]]);
            if c > 0x10_FFFF {
                return Err(vm.value_error(format!(
                    "character U+{c:x} is not in range [U+0000; U+10ffff]"
                )));
            }
            out.push_char(c);
        }
        out.finish(vm)
    }
}

fn bad_argument(vm: &Vm) -> Raised {
    vm.type_error("bad argument type for built-in operation")
}

/// The kind that a type code names.
pub fn kind_arg(vm: &Vm, code: &Value, function: &str, what: &str) -> PyResult<Result<Kind, ()>> {
    let Some(text) = code.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "{function}() {what} must be a unicode character, not {}",
            vm.type_name(code)
        )));
    };
    if text.len() != 1 {
        return Err(vm.type_error(format!(
            "{function}() {what} must be a unicode character, not a string of length {}",
            text.len()
        )));
    }
    Ok(Kind::find(text.view().get(0)).ok_or(()))
}

#[pymethods(
    name = "array",
    module = "array",
    doc = "array(typecode [, initializer]) -> array\n\nA sequence of numbers of one size.\nb, h, i, l, q: signed integers; B, H, I, L, Q: unsigned ones;\nf, d: floats; u, w: characters.",
    signature = "",
    flags(BASETYPE | SEQUENCE | WEAKREFABLE),
    extra(crate::array::methods::METHODS)
)]
impl Array {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let own = vm.add_native_type::<Array>();
        let init = |t: &TypeRef| t.slots.init.get().map(|f| f as usize);
        if args.keyword_count() > 0 && (cls.is(&own) || init(cls) == init(&own)) {
            return Err(vm.type_error("array.array() takes no keyword arguments"));
        }
        let given = args.positional();
        let (code, initial) = match given {
            [code] => (code, None),
            [code, initial] => (code, Some(initial)),
            [] => return Err(vm.type_error("array() takes at least 1 argument (0 given)")),
            more => {
                return Err(vm.type_error(format!(
                    "array() takes at most 2 arguments ({} given)",
                    more.len()
                )));
            }
        };
        let Ok(kind) = kind_arg(vm, code, "array", "argument 1")? else {
            return Err(
                vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")
            );
        };
        if kind.code == 'u' {
            let message = "The 'u' type code is deprecated and will be removed in Python 3.16";
            (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, message, 1)?;
        }
        let array = alloc_instance(vm, cls, Array::of(kind, Vec::new()));
        if let Some(initial) = initial {
            Array::fill(vm, &array, initial)?;
        }
        Ok(array.into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Array>) -> PyResult {
        let code = this.kind.code;
        let name = this.ty().name.borrow().to_string();
        if this.is_empty() {
            return Ok(vm.new_str(&format!("{name}('{code}')")).into_value());
        }
        let items = if this.kind.is_char() {
            this.to_text(vm)?.into_value()
        } else {
            vm.list_value(this.to_values(vm)?)
        };
        let mut out = format!("{name}('{code}', ").into_bytes();
        vm.repr(&items)?.view().push_wtf8(&mut out);
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Array>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Array>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
        if equality && this.len() != other.len() {
            return Ok(Value::bool(op == CmpOp::Ne));
        }
        if equality && this.kind == other.kind && this.kind.class != super::kind::Class::Float {
            let same = *this.items.borrow() == *other.items.borrow();
            return Ok(Value::bool(same == (op == CmpOp::Eq)));
        }
        let mut i = 0;
        loop {
            let (Some(a), Some(b)) = (this.get(vm, i), other.get(vm, i)) else {
                break;
            };
            let (a, b) = (a?, b?);
            if !vm.compare_bool(&a, &b, CmpOp::Eq)? {
                return match op {
                    CmpOp::Eq => Ok(Value::FALSE),
                    CmpOp::Ne => Ok(Value::TRUE),
                    _ => vm.compare(&a, &b, op),
                };
            }
            i += 1;
        }
        Ok(Value::bool(op.holds(this.len().cmp(&other.len()))))
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Array>) -> PyResult {
        Ok(super::iterator::iterate(vm, this))
    }
    #[pyslot(len)]
    fn length(_: &Vm, this: &Ref<Array>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Array>, key: &Value) -> PyResult {
        match Array::subscript(vm, this, key, "array")? {
            Key::Index(index) => match this.get(vm, index) {
                Some(item) => item,
                None => Err(vm.index_error("array index out of range")),
            },
            Key::Slice { start, step, count } => {
                let items = this.picked(start, step, count);
                Ok(Array::make(vm, this.kind, items).into_value())
            }
        }
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Ref<Array>, key: &Value, value: Option<&Value>) -> PyResult<()> {
        match (Array::subscript(vm, this, key, "array assignment")?, value) {
            (Key::Index(index), Some(value)) => {
                let word = this.kind.store(vm, value)?;
                if this.put(index, word) {
                    Ok(())
                } else {
                    Err(vm.index_error("array assignment index out of range"))
                }
            }
            (Key::Index(index), None) => this.remove(vm, index, 1),
            (Key::Slice { start, step, count }, Some(value)) => {
                Array::assign_slice(vm, this, (start, step, count), value)
            }
            (Key::Slice { start, step, count }, None) => this.delete_slice(vm, start, step, count),
        }
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Array>, value: &Value) -> PyResult<bool> {
        let mut i = 0;
        while let Some(item) = this.get(vm, i) {
            if vm.compare_bool(&item?, value, CmpOp::Eq)? {
                return Ok(true);
            }
            i += 1;
        }
        Ok(false)
    }
    #[pyslot]
    fn concat(vm: &Vm, this: &Ref<Array>, other: &Value) -> PyResult {
        let Some(other) = other.downcast::<Array>() else {
            return Err(vm.type_error(format!(
                "can only append array (not \"{}\") to array",
                vm.type_name(other)
            )));
        };
        if other.kind != this.kind {
            return Err(bad_argument(vm));
        }
        let mut items = this.items.borrow().clone();
        items.extend_from_slice(&other.items.borrow());
        Ok(Array::make(vm, this.kind, items).into_value())
    }
    #[pyslot]
    fn repeat(vm: &Vm, this: &Ref<Array>, times: isize) -> PyResult {
        let items = Array::repeated(vm, this, times)?;
        Ok(Array::make(vm, this.kind, items).into_value())
    }
    #[pyslot]
    fn iconcat(vm: &Vm, this: &Ref<Array>, other: &Value) -> PyResult {
        if other.downcast::<Array>().is_none() {
            return Err(vm.type_error(format!(
                "can only extend array with array (not \"{}\")",
                vm.type_name(other)
            )));
        }
        Array::extend(vm, this, other)?;
        Ok(this.to_value())
    }
    #[pyslot]
    fn irepeat(vm: &Vm, this: &Ref<Array>, times: isize) -> PyResult {
        if times != 1 && !this.is_empty() {
            this.resizable(vm)?;
            let items = Array::repeated(vm, this, times)?;
            *this.items.borrow_mut() = items;
        }
        Ok(this.to_value())
    }
    #[pyslot]
    fn buffer(_: &Vm, this: &Ref<Array>, _writable: bool) -> PyResult<Buffer> {
        this.exports.set(this.exports.get() + 1);
        let mut items = this.items.borrow_mut();
        let size = this.kind.size;
        Ok(Buffer {
            owner: this.to_value(),
            ptr: items.as_mut_ptr(),
            len: items.len(),
            readonly: false,
            itemsize: size,
            format: this.kind.format().to_owned(),
            shape: vec![(items.len() / size) as isize],
            strides: vec![size as isize],
            release: |owner| {
                if let Some(array) = owner.downcast::<Array>() {
                    array.exports.set(array.exports.get().saturating_sub(1));
                }
            },
        })
    }
    /// The type code.
    #[pygetset]
    fn typecode(vm: &Vm, this: &Ref<Array>) -> Value {
        vm.intern_str(this.kind.code.encode_utf8(&mut [0; 4]))
            .into_value()
    }
    /// Bytes in an item.
    #[pygetset]
    fn itemsize(this: &Ref<Array>) -> usize {
        this.kind.size
    }
}
