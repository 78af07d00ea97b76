//! The methods of `array`.

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::list::List;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

use super::Array;

/// Bytes that are written to a file at a time.
const CHUNK: usize = 64 * 1024;

/// The index of a value in a range; `None` if it is not there.
fn find(
    vm: &Vm,
    this: &Ref<Array>,
    value: &Value,
    range: std::ops::Range<usize>,
) -> PyResult<Option<usize>> {
    for i in range {
        let Some(item) = this.get(vm, i) else { break };
        if vm.compare_bool(&item?, value, CmpOp::Eq)? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// A bound of a search, counted from the end if negative.
fn bound(vm: &Vm, value: Option<&Value>, default: isize, len: usize) -> PyResult<usize> {
    let bound = taipan_object::seq::search_bound(vm, value, default)?;
    Ok(taipan_object::seq::clamp_start(bound, len))
}

#[pymethods(partial = METHODS, class = "array")]
impl Array {
    /// Adds an item at the end.
    #[pymethod("(self, v, /)")]
    fn append(vm: &Vm, this: &Ref<Array>, v: &Value) -> PyResult<()> {
        this.push(vm, v)
    }
    /// Adds the items of an iterable at the end.
    #[pymethod("(self, bb, /)", name = "extend")]
    fn py_extend(vm: &Vm, this: &Ref<Array>, bb: &Value) -> PyResult<()> {
        Array::extend(vm, this, bb)
    }
    /// Adds an item before an index.
    #[pymethod("(self, i, v, /)", name = "insert")]
    fn py_insert(vm: &Vm, this: &Ref<Array>, i: isize, v: &Value) -> PyResult<()> {
        let at = taipan_object::seq::clamp_start(i, this.len());
        this.insert(vm, at.min(this.len()), v)
    }
    /// Takes the item at an index out, the last one by default.
    #[pymethod("(self, i=-1, /)")]
    fn pop(vm: &Vm, this: &Ref<Array>, i: isize) -> PyResult {
        if this.is_empty() {
            return Err(vm.index_error("pop from empty array"));
        }
        let place = taipan_object::seq::place(i, this.len());
        let Some((at, item)) = place.and_then(|at| Some((at, this.get(vm, at)?))) else {
            return Err(vm.index_error("pop index out of range"));
        };
        let item = item?;
        this.remove(vm, at, 1)?;
        Ok(item)
    }
    /// Takes the first item equal to a value out.
    #[pymethod("(self, v, /)", name = "remove")]
    fn py_remove(vm: &Vm, this: &Ref<Array>, v: &Value) -> PyResult<()> {
        match find(vm, this, v, 0..this.len())? {
            Some(at) => this.remove(vm, at, 1),
            None => Err(vm.value_error("array.remove(x): x not in array")),
        }
    }
    /// The index of the first item equal to a value.
    #[pymethod("(self, v, start=0, stop=<unset>, /)")]
    fn index(
        vm: &Vm,
        this: &Ref<Array>,
        v: &Value,
        start: &Value,
        stop: Option<&Value>,
    ) -> PyResult<usize> {
        let len = this.len();
        let start = bound(vm, Some(start), 0, len)?;
        let stop = bound(vm, stop, isize::MAX, len)?;
        match find(vm, this, v, start..stop)? {
            Some(at) => Ok(at),
            None => Err(vm.value_error("array.index(x): x not in array")),
        }
    }
    /// How many items are equal to a value.
    #[pymethod("(self, v, /)")]
    fn count(vm: &Vm, this: &Ref<Array>, v: &Value) -> PyResult<usize> {
        let (mut count, mut at) = (0, 0);
        while let Some(found) = find(vm, this, v, at..this.len())? {
            count += 1;
            at = found + 1;
        }
        Ok(count)
    }
    /// Turns the order round.
    #[pymethod("(self, /)")]
    fn reverse(this: &Ref<Array>) {
        let size = this.kind.size;
        let mut items = this.items.borrow_mut();
        items.reverse();
        for item in items.chunks_exact_mut(size) {
            item.reverse();
        }
    }
    /// Takes all items out.
    #[pymethod("(self, /)")]
    fn clear(vm: &Vm, this: &Ref<Array>) -> PyResult<()> {
        if !this.is_empty() {
            this.resizable(vm)?;
            this.items.borrow_mut().clear();
        }
        Ok(())
    }
    /// Turns the byte order of every item round.
    #[pymethod("(self, /)")]
    fn byteswap(this: &Ref<Array>) {
        let size = this.kind.size;
        for item in this.items.borrow_mut().chunks_exact_mut(size) {
            item.reverse();
        }
    }
    /// The address of the items and how many there are.
    #[pymethod("(self, /)")]
    fn buffer_info(vm: &Vm, this: &Ref<Array>) -> Value {
        let at = this.items.borrow().as_ptr() as u64;
        vm.tuple_value([vm.new_uint(at), vm.new_uint(this.len() as u64)])
    }
    /// The items as a list.
    #[pymethod("(self, /)")]
    fn tolist(vm: &Vm, this: &Ref<Array>) -> PyResult {
        Ok(vm.list_value(this.to_values(vm)?))
    }
    /// Adds the items of a list; none of them if one does not fit.
    #[pymethod("(self, list, /)")]
    fn fromlist(vm: &Vm, this: &Ref<Array>, list: &Value) -> PyResult<()> {
        let Some(list) = list.downcast::<List>() else {
            return Err(vm.type_error("arg must be list"));
        };
        let (old, count) = (this.len(), list.len());
        for i in 0..count {
            let Some(item) = list.get(i) else { break };
            let pushed = this.push(vm, &item);
            let failed = match pushed {
                Ok(()) if list.len() == count => continue,
                Ok(()) => vm.runtime_error("list changed size during iteration"),
                Err(e) => e,
            };
            if this.resizable(vm).is_ok() {
                this.items.borrow_mut().truncate(old * this.kind.size);
            }
            return Err(failed);
        }
        Ok(())
    }
    /// The items as the machine's bytes.
    #[pymethod("(self, /)")]
    fn tobytes(vm: &Vm, this: &Ref<Array>) -> Ref<Bytes> {
        vm.new_bytes(this.items.borrow().clone())
    }
    /// Adds items given as the machine's bytes.
    #[pymethod("(self, buffer, /)")]
    fn frombytes(vm: &Vm, this: &Ref<Array>, buffer: &Value) -> PyResult<()> {
        let bytes = {
            let Some(get) = vm.type_of(buffer).slots.buffer.get() else {
                return Err(vm.type_error(format!(
                    "a bytes-like object is required, not '{}'",
                    vm.type_name(buffer)
                )));
            };
            let view = get(vm, buffer, false)?;
            if view.itemsize != 1 {
                return Err(vm.type_error("a bytes-like object is required"));
            }
            view.to_vec()
        };
        this.from_bytes(vm, &bytes)
    }
    /// The items as text.
    #[pymethod("(self, /)")]
    fn tounicode(vm: &Vm, this: &Ref<Array>) -> PyResult<Ref<Str>> {
        if !this.kind.is_char() {
            return Err(vm.value_error(
                "tounicode() may only be called on unicode type arrays ('u' or 'w')",
            ));
        }
        this.to_text(vm)
    }
    /// Adds the characters of text.
    #[pymethod("(self, ustr, /)")]
    fn fromunicode(vm: &Vm, this: &Ref<Array>, ustr: &Value) -> PyResult<()> {
        let Some(text) = ustr.downcast::<Str>() else {
            return Err(taipan_object::native::bad_argument(
                vm,
                ustr,
                "fromunicode",
                "argument",
                "str",
            ));
        };
        if !this.kind.is_char() {
            return Err(vm.value_error(
                "fromunicode() may only be called on unicode type arrays ('u' or 'w')",
            ));
        }
        this.extend_text(vm, text)
    }
    /// Adds n items read from a file as the machine's bytes.
    #[pymethod("(self, f, n, /)")]
    fn fromfile(vm: &Vm, this: &Ref<Array>, f: &Value, n: isize) -> PyResult<()> {
        if n < 0 {
            return Err(vm.value_error("negative count"));
        }
        let size = this.kind.size;
        let Some(want) = (n as usize)
            .checked_mul(size)
            .filter(|&w| w <= isize::MAX as usize)
        else {
            return Err(vm.memory_error());
        };
        let got = vm.call_method(f, &vm.intern_str("read"), &[vm.new_int(want as i64)])?;
        let Some(bytes) = got.downcast::<Bytes>() else {
            return Err(vm.type_error("read() didn't return bytes"));
        };
        let enough = bytes.data.len() == want;
        this.from_bytes(vm, &bytes.data)?;
        if enough {
            Ok(())
        } else {
            Err(vm.raise_str(&vm.exc.eof_error, "read() didn't return enough bytes"))
        }
    }
    /// Writes the items to a file as the machine's bytes.
    #[pymethod("(self, f, /)")]
    fn tofile(vm: &Vm, this: &Ref<Array>, f: &Value) -> PyResult<()> {
        let write = vm.intern_str("write");
        if this.is_empty() {
            return Ok(());
        }
        let mut at = 0;
        loop {
            let chunk = {
                let items = this.items.borrow();
                match items.get(at..(at + CHUNK).min(items.len())) {
                    Some(chunk) if !chunk.is_empty() => chunk.to_vec(),
                    _ => break,
                }
            };
            at += chunk.len();
            vm.call_method(f, &write, &[vm.new_bytes(chunk).into_value()])?;
        }
        Ok(())
    }
    /// A copy.
    #[pymethod("(self, /)")]
    fn __copy__(vm: &Vm, this: &Ref<Array>) -> Ref<Array> {
        Array::make(vm, this.kind, this.items.borrow().clone())
    }
    /// A copy.
    #[pymethod("(self, unused, /)")]
    fn __deepcopy__(vm: &Vm, this: &Ref<Array>, _unused: &Value) -> Ref<Array> {
        Array::make(vm, this.kind, this.items.borrow().clone())
    }
    /// For pickle.
    #[pymethod("(self, value, /)")]
    fn __reduce_ex__(vm: &Vm, this: &Ref<Array>, value: &Value) -> PyResult {
        super::pickle::reduce(vm, this, value)
    }
    /// Bytes of memory.
    #[pymethod("(self, /)")]
    fn __sizeof__(this: &Ref<Array>) -> usize {
        80 + this.items.borrow().capacity()
    }
    /// For annotations.
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}
