//! `memoryview`.

pub mod class_buffer;
pub mod item;
pub mod iter;
pub mod layout;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_macros::pymethods;

use crate::buffer::Buffer;
use crate::bytes_ops::hex;
use crate::hash::hash_bytes;
use crate::header::{Ref, TypeRef};
use crate::list::List;
use crate::slice::{Slice, slice_indices};
use crate::slots::CmpOp;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};
use layout::Layout;

/// The payload of `memoryview`.
pub struct MemoryView {
    /// Shared by views of views; `None` once released.
    buffer: RefCell<Option<Rc<Buffer>>>,
    layout: Layout,
    /// Buffers handed out.
    exports: Cell<usize>,
    hash: Cell<Option<i64>>,
}

// A view in a cycle with its object keeps both: the owner is shared between views and counted once.
crate::payload!(MemoryView);

/// What indexing leads to.
enum Place {
    /// The offset of an item.
    Item(isize),
    Part(Layout),
    Whole,
}

impl MemoryView {
    fn held(&self, vm: &Vm) -> PyResult<Rc<Buffer>> {
        self.buffer
            .borrow()
            .clone()
            .ok_or_else(|| vm.value_error("operation forbidden on released memoryview object"))
    }
    /// The view's items, while it is not released.
    fn live(&self, vm: &Vm) -> PyResult<(Rc<Buffer>, &Layout)> {
        Ok((self.held(vm)?, &self.layout))
    }

    /// An index of one dimension, checked.
    fn dim_index(&self, vm: &Vm, key: &Value, dim: usize) -> PyResult<isize> {
        let n = match vm.index(key)?.as_i64() {
            Some(n) => n as isize,
            None => {
                let name = vm.type_name(key);
                return Err(
                    vm.index_error(format!("cannot fit '{name}' into an index-sized integer"))
                );
            }
        };
        let len = self.layout.shape[dim];
        let at = if n < 0 { n + len } else { n };
        if at < 0 || at >= len {
            return Err(vm.index_error(format!("index out of bounds on dimension {}", dim + 1)));
        }
        Ok(at)
    }

    /// Where a subscript leads; `storing` only words an error.
    fn place(&self, vm: &Vm, key: &Value, storing: bool) -> PyResult<Place> {
        let layout = &self.layout;
        let is_index =
            |v: &Value| v.as_int().is_some() || vm.type_of(v).slots.index.get().is_some();
        if layout.ndim() == 0 {
            return match key.downcast::<Tuple>() {
                Some(t) if t.is_empty() => Ok(Place::Item(0)),
                _ if key.word() == Value::ELLIPSIS.word() => Ok(Place::Whole),
                _ => Err(vm.type_error("invalid indexing of 0-dim memory")),
            };
        }
        if is_index(key) {
            if layout.ndim() > 1 {
                let what = if storing {
                    "sub-views are not implemented"
                } else {
                    "multi-dimensional sub-views are not implemented"
                };
                return Err(vm.not_implemented_error(what));
            }
            return Ok(Place::Item(layout.step(0, 0, self.dim_index(vm, key, 0)?)));
        }
        if let Some(slice) = key.downcast::<Slice>() {
            let (start, _, step, count) = slice_indices(vm, slice, layout.shape[0] as usize)?;
            return Ok(Place::Part(layout.sliced(start, step, count)));
        }
        if let Some(tuple) = key.downcast::<Tuple>() {
            let keys = tuple.items();
            if keys.iter().all(is_index) {
                if keys.len() < layout.ndim() {
                    return Err(vm.not_implemented_error("sub-views are not implemented"));
                }
                if keys.len() > layout.ndim() {
                    let (n, k) = (layout.ndim(), keys.len());
                    return Err(vm.type_error(format!(
                        "cannot index {n}-dimension view with {k}-element tuple"
                    )));
                }
                let mut offset = 0;
                for (dim, key) in keys.iter().enumerate() {
                    offset = layout.step(offset, dim, self.dim_index(vm, key, dim)?);
                }
                return Ok(Place::Item(offset));
            }
            if keys.iter().all(|k| k.downcast::<Slice>().is_some()) {
                return Err(
                    vm.not_implemented_error("multi-dimensional slicing is not implemented")
                );
            }
        }
        Err(vm.type_error("memoryview: invalid slice key"))
    }

    fn item(&self, vm: &Vm, offset: isize) -> PyResult {
        let bytes = self.layout.item(offset).to_vec();
        item::unpack(vm, &self.layout.format, &bytes)
    }
}

fn make(vm: &Vm, buffer: Rc<Buffer>, layout: Layout) -> Ref<MemoryView> {
    let view = MemoryView {
        buffer: RefCell::new(Some(buffer)),
        layout,
        exports: Cell::new(0),
        hash: Cell::new(None),
    };
    vm.heap.alloc(&vm.types.memoryview, view)
}

/// A view of any object with a buffer.
///
/// # Errors
/// TypeError "memoryview: a bytes-like object is required, not 'X'"; BufferError.
pub fn view_of(vm: &Vm, object: &Value, writable: bool) -> PyResult<Ref<MemoryView>> {
    if let Some(view) = object.downcast::<MemoryView>() {
        let (buffer, layout) = view.live(vm)?;
        if writable && layout.readonly {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "memoryview: underlying buffer is not writable",
            ));
        }
        return Ok(make(vm, buffer, layout.clone()));
    }
    let Some(f) = vm.type_of(object).slots.buffer.get() else {
        let name = vm.type_name(object);
        return Err(vm.type_error(format!(
            "memoryview: a bytes-like object is required, not '{name}'"
        )));
    };
    let buffer = f(vm, object, writable)?;
    let layout = Layout::of(&buffer);
    Ok(make(vm, Rc::new(buffer), layout))
}

/// A view of a buffer that was asked for already.
pub fn view_of_buffer(vm: &Vm, buffer: Buffer) -> Ref<MemoryView> {
    let layout = Layout::of(&buffer);
    make(vm, Rc::new(buffer), layout)
}

fn ints(vm: &Vm, numbers: &[isize]) -> Ref<Tuple> {
    let items: Vec<Value> = numbers.iter().map(|&n| vm.new_int(n as i64)).collect();
    vm.new_tuple(items)
}

fn list(vm: &Vm, view: &MemoryView, dim: usize, offset: isize) -> PyResult {
    let layout = &view.layout;
    if dim == layout.ndim() {
        return view.item(vm, offset);
    }
    let mut items = Vec::new();
    for i in 0..layout.shape[dim] {
        items.push(list(vm, view, dim + 1, layout.step(offset, dim, i))?);
    }
    Ok(vm.new_list(items).into_value())
}

/// Whether two layouts hold equal items in equal shapes.
fn same_items(vm: &Vm, a: &Layout, b: &Layout) -> PyResult<bool> {
    if a.shape != b.shape {
        return Ok(false);
    }
    let (fa, fb) = (a.native_format(), b.native_format());
    if fa == fb
        && matches!(
            fa,
            "B" | "b" | "c" | "h" | "H" | "i" | "I" | "l" | "L" | "q" | "Q" | "n" | "N" | "P"
        )
    {
        return Ok(a.to_vec(false) == b.to_vec(false));
    }
    if item::size_of_format(fa) != Some(a.itemsize) || item::size_of_format(fb) != Some(b.itemsize)
    {
        return Ok(false);
    }
    let (da, db) = (a.to_vec(false), b.to_vec(false));
    for (x, y) in da.chunks_exact(a.itemsize).zip(db.chunks_exact(b.itemsize)) {
        let (x, y) = (item::unpack(vm, fa, x)?, item::unpack(vm, fb, y)?);
        let equal = vm.compare(&x, &y, CmpOp::Eq)?;
        if !vm.is_true(&equal)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn shape_of(vm: &Vm, shape: &Value) -> PyResult<Vec<isize>> {
    let items = if let Some(list) = shape.downcast::<List>() {
        list.to_vec()
    } else if let Some(tuple) = shape.downcast::<Tuple>() {
        tuple.items().to_vec()
    } else {
        return Err(vm.type_error("shape must be a list or a tuple"));
    };
    if items.len() > 64 {
        return Err(vm.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let mut out = Vec::new();
    for item in items {
        if item.as_int().is_none() {
            return Err(vm.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        let n = vm.index_isize(&item)?;
        if n <= 0 {
            return Err(vm.value_error("memoryview.cast(): elements of shape must be integers > 0"));
        }
        out.push(n);
    }
    Ok(out)
}

fn cast(
    vm: &Vm,
    view: &MemoryView,
    format: &Ref<Str>,
    shape: Option<&Value>,
) -> PyResult<Ref<MemoryView>> {
    let (buffer, layout) = view.live(vm)?;
    if !layout.is_c_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    if (shape.is_some() || layout.ndim() != 1) && layout.shape.contains(&0) {
        return Err(vm.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let format = format.to_string();
    let Some(itemsize) = item::size_of_format(&format) else {
        return Err(vm.value_error(
            "memoryview: destination format must be a native single character format prefixed with an optional '@'",
        ));
    };
    let is_byte = |f: &str| matches!(f.strip_prefix('@').unwrap_or(f), "B" | "b" | "c");
    if !is_byte(&format) && !is_byte(&layout.format) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let bytes = layout.nbytes();
    if bytes % itemsize != 0 {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let shape = match shape {
        None => vec![(bytes / itemsize) as isize],
        Some(shape) => {
            let shape = shape_of(vm, shape)?;
            if layout.ndim() > 1 && shape.len() > 1 {
                return Err(vm.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
            }
            let product = shape
                .iter()
                .try_fold(itemsize as isize, |p, &n| p.checked_mul(n));
            match product {
                None => return Err(vm.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
                Some(total) if total as usize != bytes => {
                    return Err(
                        vm.type_error("memoryview: product(shape) * itemsize != buffer size")
                    );
                }
                Some(_) => shape,
            }
        }
    };
    Ok(make(vm, buffer, layout.reshaped(itemsize, format, shape)))
}

/// Stores the items of a buffer into a part of a view.
fn assign(vm: &Vm, part: &Layout, value: &Value) -> PyResult<()> {
    let Some(f) = vm.type_of(value).slots.buffer.get() else {
        let name = vm.type_name(value);
        return Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")));
    };
    let buffer = f(vm, value, false)?;
    let source = Layout::of(&buffer);
    if source.native_format() != part.native_format()
        || source.itemsize != part.itemsize
        || source.shape != part.shape
    {
        return Err(
            vm.value_error("memoryview assignment: lvalue and rvalue have different structures")
        );
    }
    // Copied first: both may lie in the same memory.
    let data = source.to_vec(false);
    let mut items = data.chunks_exact(part.itemsize);
    part.each(&mut |at| {
        if let Some(item) = items.next() {
            part.store(at, item);
        }
    });
    Ok(())
}

#[pymethods(
    name = "memoryview",
    doc = "A view of an object's memory.",
    flags(SEQUENCE | WEAKREFABLE)
)]
impl MemoryView {
    #[pynew("(object)")]
    fn new(vm: &Vm, _cls: &TypeRef, object: &Value) -> PyResult<Ref<MemoryView>> {
        view_of(vm, object, false)
    }
    #[pyslot(repr)]
    fn slot_repr(vm: &Vm, this: &Ref<MemoryView>) -> PyResult {
        let state = if this.buffer.borrow().is_none() {
            "released "
        } else {
            ""
        };
        Ok(vm
            .new_str(&format!("<{state}memory at {:#x}>", this.as_value().id()))
            .into_value())
    }
    #[pyslot(hash)]
    fn slot_hash(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<i64> {
        if let Some(hash) = this.hash.get() {
            return Ok(hash);
        }
        let (buffer, layout) = this.live(vm)?;
        if !layout.readonly {
            return Err(vm.value_error("cannot hash writable memoryview object"));
        }
        if !matches!(layout.native_format(), "B" | "b" | "c") {
            return Err(
                vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'")
            );
        }
        // The object itself must be hashable too.
        vm.hash(&buffer.owner)?;
        let hash = hash_bytes(&layout.to_vec(false));
        this.hash.set(Some(hash));
        Ok(hash)
    }
    #[pyslot(richcompare)]
    fn slot_compare(vm: &Vm, this: &Ref<MemoryView>, other: &Value, op: CmpOp) -> PyResult {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let answer = |equal: bool| Ok(Value::bool(equal == (op == CmpOp::Eq)));
        let held = this.buffer.borrow().clone();
        let same = this.as_value().is(other);
        let Some(_held) = held else {
            return answer(same);
        };
        if let Some(view) = other.downcast::<MemoryView>() {
            let other_held = view.buffer.borrow().clone();
            let Some(_other) = other_held else {
                return answer(same);
            };
            return answer(same_items(vm, &this.layout, &view.layout)?);
        }
        let Some(f) = vm.type_of(other).slots.buffer.get() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let Ok(buffer) = f(vm, other, false) else {
            drop(vm.take_pending());
            return Ok(Value::NOT_IMPLEMENTED);
        };
        answer(same_items(vm, &this.layout, &Layout::of(&buffer))?)
    }
    #[pyslot(len)]
    fn slot_len(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<usize> {
        let (_held, layout) = this.live(vm)?;
        match layout.shape.first() {
            Some(&n) => Ok(n as usize),
            None => Err(vm.type_error("0-dim memory has no length")),
        }
    }
    #[pyslot(iter)]
    fn slot_iter(vm: &Vm, this: &Ref<MemoryView>) -> PyResult {
        let (_held, layout) = this.live(vm)?;
        match layout.ndim() {
            0 => Err(vm.type_error("invalid indexing of 0-dim memory")),
            1 => {
                if item::size_of_format(&layout.format).is_none() {
                    let format = &layout.format;
                    return Err(vm.not_implemented_error(format!(
                        "memoryview: format {format} not supported"
                    )));
                }
                Ok(iter::new_memory_iterator(vm, this))
            }
            _ => Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented")),
        }
    }
    #[pyslot(getitem)]
    fn slot_getitem(vm: &Vm, this: &Ref<MemoryView>, key: &Value) -> PyResult {
        let (buffer, _) = this.live(vm)?;
        match this.place(vm, key, false)? {
            Place::Item(offset) => {
                // `__index__` may have released the view.
                this.held(vm)?;
                this.item(vm, offset)
            }
            Place::Part(layout) => Ok(make(vm, buffer, layout).into_value()),
            Place::Whole => Ok(make(vm, buffer, this.layout.clone()).into_value()),
        }
    }
    #[pyslot(setitem)]
    fn slot_setitem(
        vm: &Vm,
        this: &Ref<MemoryView>,
        key: &Value,
        value: Option<&Value>,
    ) -> PyResult<()> {
        let (_held, layout) = this.live(vm)?;
        if layout.readonly {
            return Err(vm.type_error("cannot modify read-only memory"));
        }
        let Some(value) = value else {
            return Err(vm.type_error("cannot delete memory"));
        };
        if layout.ndim() > 1 && key.downcast::<Slice>().is_some() {
            return Err(vm.not_implemented_error(
                "memoryview slice assignments are currently restricted to ndim = 1",
            ));
        }
        match this.place(vm, key, true)? {
            Place::Item(offset) => {
                let packed = item::pack(vm, &layout.format, value)?;
                this.held(vm)?;
                layout.store(offset, &packed);
                Ok(())
            }
            Place::Part(part) => assign(vm, &part, value),
            Place::Whole => {
                let packed = item::pack(vm, &layout.format, value)?;
                layout.store(0, &packed);
                Ok(())
            }
        }
    }
    #[pyslot(buffer)]
    fn slot_buffer(vm: &Vm, this: &Ref<MemoryView>, writable: bool) -> PyResult<Buffer> {
        let (_held, layout) = this.live(vm)?;
        if writable && layout.readonly {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "memoryview: underlying buffer is not writable",
            ));
        }
        this.exports.set(this.exports.get() + 1);
        Ok(Buffer {
            owner: this.to_value(),
            ptr: layout.ptr(),
            len: layout.nbytes(),
            readonly: layout.readonly,
            itemsize: layout.itemsize,
            format: layout.format.clone(),
            shape: layout.shape.clone(),
            strides: layout.strides.clone(),
            release: |owner| {
                if let Some(view) = owner.downcast::<MemoryView>() {
                    view.exports.set(view.exports.get().saturating_sub(1));
                }
            },
        })
    }

    /// Gives the memory back.
    #[pymethod("(self)")]
    fn release(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<()> {
        let n = this.exports.get();
        if n > 0 {
            let plural = if n == 1 { "" } else { "s" };
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                format!("memoryview has {n} exported buffer{plural}"),
            ));
        }
        let gone = this.buffer.borrow_mut().take();
        drop(gone);
        Ok(())
    }
    /// The view itself.
    #[pymethod("(self)", name = "__enter__")]
    fn enter(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<Value> {
        this.held(vm)?;
        Ok(this.to_value())
    }
    /// Gives the memory back.
    #[pymethod("(self, *exc_info)", name = "__exit__")]
    fn exit(vm: &Vm, this: &Ref<MemoryView>, _exc_info: &[Value]) -> PyResult<()> {
        Self::release(vm, this)
    }
    /// The items as bytes: in C order, Fortran order, or as they lie.
    #[pymethod("(self, order='C')")]
    fn tobytes(vm: &Vm, this: &Ref<MemoryView>, order: Option<&Ref<Str>>) -> PyResult<Value> {
        let (_held, layout) = this.live(vm)?;
        let fortran = match order.map(|o| o.to_string()).as_deref() {
            None | Some("C") => false,
            Some("F") => true,
            Some("A") => layout.is_f_contiguous() && !layout.is_c_contiguous(),
            Some(_) => return Err(vm.value_error("order must be 'C', 'F' or 'A'")),
        };
        Ok(vm.new_bytes(layout.to_vec(fortran)).into_value())
    }
    /// The items as a list, or as lists of lists.
    #[pymethod("(self)")]
    fn tolist(vm: &Vm, this: &Ref<MemoryView>) -> PyResult {
        let _held = this.held(vm)?;
        list(vm, this, 0, 0)
    }
    /// A read-only view of the same memory.
    #[pymethod("(self)")]
    fn toreadonly(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<Ref<MemoryView>> {
        let (buffer, layout) = this.live(vm)?;
        let mut layout = layout.clone();
        layout.readonly = true;
        Ok(make(vm, buffer, layout))
    }
    /// A view of the same memory with another format or shape.
    #[pymethod("(self, format, shape=<unset>)", name = "cast")]
    fn py_cast(
        vm: &Vm,
        this: &Ref<MemoryView>,
        format: &Ref<Str>,
        shape: Option<&Value>,
    ) -> PyResult<Ref<MemoryView>> {
        cast(vm, this, format, shape)
    }
    /// The bytes in hexadecimal.
    #[pymethod("(self, sep=<unset>, bytes_per_sep=1)")]
    fn hex(
        vm: &Vm,
        this: &Ref<MemoryView>,
        sep: Option<&Value>,
        bytes_per_sep: i32,
    ) -> PyResult<Ref<Str>> {
        let (_held, layout) = this.live(vm)?;
        hex::hex(vm, &layout.to_vec(false), sep, bytes_per_sep)
    }
    /// How many items equal a value.
    #[pymethod("(self, value, /)")]
    fn count(vm: &Vm, this: &Ref<MemoryView>, value: &Value) -> PyResult<usize> {
        let mut n = 0;
        vm.for_each(this.as_value(), |item| {
            n += usize::from(vm.eq(&item, value)?);
            Ok(())
        })?;
        Ok(n)
    }
    /// The first index at which an item equals a value.
    #[pymethod("(self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        vm: &Vm,
        this: &Ref<MemoryView>,
        value: &Value,
        start: isize,
        stop: isize,
    ) -> PyResult<isize> {
        let (_held, layout) = this.live(vm)?;
        if layout.ndim() == 0 {
            return Err(vm.type_error("invalid lookup on 0-dim memory"));
        }
        if layout.ndim() > 1 {
            return Err(vm.not_implemented_error("multi-dimensional lookup is not implemented"));
        }
        let len = layout.shape[0];
        let clamp = |n: isize| {
            if n < 0 {
                n.saturating_add(len).max(0)
            } else {
                n.min(len)
            }
        };
        for i in clamp(start)..clamp(stop) {
            this.held(vm)?;
            let item = this.item(vm, layout.step(0, 0, i))?;
            if vm.eq(&item, value)? {
                return Ok(i);
            }
        }
        Err(vm.value_error("memoryview.index(x): x not found"))
    }
    /// A generic alias: memoryview[int].
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }
    /// A view by flags of the buffer protocol.
    #[pyclassmethod("(cls, object, flags)", name = "_from_flags")]
    fn from_flags(vm: &Vm, _cls: &Value, object: &Value, flags: i32) -> PyResult<Ref<MemoryView>> {
        view_of(vm, object, flags & 1 != 0)
    }

    /// The object that owns the memory.
    #[pygetset]
    fn obj(vm: &Vm, this: &Ref<MemoryView>) -> PyResult {
        Ok(this.held(vm)?.owner.clone())
    }
    /// The number of bytes.
    #[pygetset]
    fn nbytes(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<usize> {
        Ok(this.live(vm)?.1.nbytes())
    }
    /// Whether the memory cannot be changed.
    #[pygetset]
    fn readonly(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<bool> {
        Ok(this.live(vm)?.1.readonly)
    }
    /// The size of an item in bytes.
    #[pygetset]
    fn itemsize(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<usize> {
        Ok(this.live(vm)?.1.itemsize)
    }
    /// The format of an item, as in the module struct.
    #[pygetset]
    fn format(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<String> {
        Ok(this.live(vm)?.1.format.clone())
    }
    /// The number of dimensions.
    #[pygetset]
    fn ndim(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<usize> {
        Ok(this.live(vm)?.1.ndim())
    }
    /// The length of each dimension.
    #[pygetset]
    fn shape(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<Ref<Tuple>> {
        Ok(ints(vm, &this.live(vm)?.1.shape))
    }
    /// The bytes from one item to the next in each dimension.
    #[pygetset]
    fn strides(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<Ref<Tuple>> {
        Ok(ints(vm, &this.live(vm)?.1.strides))
    }
    /// For arrays of pointers; always empty.
    #[pygetset]
    fn suboffsets(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<Ref<Tuple>> {
        this.held(vm)?;
        Ok(vm.empty_tuple.clone())
    }
    /// Whether the items lie one after another in C order.
    #[pygetset]
    fn c_contiguous(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<bool> {
        Ok(this.live(vm)?.1.is_c_contiguous())
    }
    /// Whether the items lie one after another in Fortran order.
    #[pygetset]
    fn f_contiguous(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<bool> {
        Ok(this.live(vm)?.1.is_f_contiguous())
    }
    /// Whether the items lie one after another.
    #[pygetset]
    fn contiguous(vm: &Vm, this: &Ref<MemoryView>) -> PyResult<bool> {
        let (_held, layout) = this.live(vm)?;
        Ok(layout.is_c_contiguous() || layout.is_f_contiguous())
    }
}
