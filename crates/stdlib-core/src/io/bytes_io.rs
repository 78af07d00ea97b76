//! `BytesIO`: a file in memory.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::buffer::Buffer;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{base, size_arg};

/// `BytesIO`.
#[derive(Default)]
pub struct BytesIo {
    data: RefCell<Vec<u8>>,
    at: Cell<usize>,
    closed: Cell<bool>,
    exports: Cell<usize>,
}
payload!(BytesIo, gc, |_this, _visit| ());

/// `_io.BytesIO`.
pub fn class(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<BytesIo>(&base::buffered_base(vm))
}
/// `_io._BytesIOBuffer`.
pub fn buffer_class(vm: &Vm) -> TypeRef {
    vm.add_native_type::<Exported>()
}

impl BytesIo {
    fn check(&self, vm: &Vm) -> PyResult<()> {
        if self.closed.get() {
            Err(vm.value_error("I/O operation on closed file."))
        } else {
            Ok(())
        }
    }
    fn check_exports(&self, vm: &Vm) -> PyResult<()> {
        self.check(vm)?;
        if self.exports.get() > 0 {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "Existing exports of data: object cannot be re-sized",
            ));
        }
        Ok(())
    }
    fn take(&self, n: Option<usize>) -> Vec<u8> {
        let data = self.data.borrow();
        let at = self.at.get().min(data.len());
        let end = n.map_or(data.len(), |n| at.saturating_add(n).min(data.len()));
        if end > at {
            self.at.set(end);
        }
        data[at..end].to_vec()
    }
    fn line(&self, limit: Option<usize>) -> Vec<u8> {
        let n = {
            let data = self.data.borrow();
            let rest = &data[self.at.get().min(data.len())..];
            let n = rest
                .iter()
                .position(|&b| b == b'\n')
                .map_or(rest.len(), |n| n + 1);
            limit.map_or(n, |l| n.min(l))
        };
        self.take(Some(n))
    }
    fn put(&self, bytes: &[u8]) {
        let mut data = self.data.borrow_mut();
        let at = self.at.get();
        if at > data.len() {
            data.resize(at, 0);
        }
        let end = at + bytes.len();
        if end > data.len() {
            data.resize(end, 0);
        }
        data[at..end].copy_from_slice(bytes);
        self.at.set(end);
    }
}

#[pymethods(
    name = "BytesIO",
    module = "_io",
    doc = "A binary file in memory.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl BytesIo {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, BytesIo::default()).into_value()
    }
    #[pyinit("(self, initial_bytes=<unset>)")]
    fn init(vm: &Vm, this: &Ref<BytesIo>, initial_bytes: Option<&Value>) -> PyResult<()> {
        this.check_exports(vm).or_else(|e| {
            if this.closed.get() {
                drop(vm.take_pending());
                Ok(())
            } else {
                Err(e)
            }
        })?;
        let bytes = match initial_bytes.filter(|b| !b.is_none()) {
            Some(b) => taipan_vm::util::bytes_of(vm, b)?,
            None => Vec::new(),
        };
        *this.data.borrow_mut() = bytes;
        this.at.set(0);
        this.closed.set(false);
        Ok(())
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        if vm.type_of(this).has(taipan_object::ty::TypeFlags::HEAP) {
            base::finalize(vm, this);
        }
    }
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, this: &Ref<BytesIo>, size: &Value) -> PyResult {
        let n = size_arg(vm, size)?;
        this.check(vm)?;
        Ok(vm.new_bytes(this.take(n)).into_value())
    }
    #[pymethod("(self, size=-1, /)")]
    fn read1(vm: &Vm, this: &Ref<BytesIo>, size: &Value) -> PyResult {
        BytesIo::read(vm, this, size)
    }
    #[pymethod("(self, size=1, /)")]
    fn peek(vm: &Vm, this: &Ref<BytesIo>, _size: &Value) -> PyResult {
        this.check(vm)?;
        let at = this.at.get();
        let bytes = this.take(None);
        this.at.set(at);
        Ok(vm.new_bytes(bytes).into_value())
    }
    #[pymethod("(self, size=-1, /)")]
    fn readline(vm: &Vm, this: &Ref<BytesIo>, size: &Value) -> PyResult {
        let n = size_arg(vm, size)?;
        this.check(vm)?;
        Ok(vm.new_bytes(this.line(n)).into_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<Option<Value>> {
        this.check(vm)?;
        let line = this.line(None);
        Ok((!line.is_empty()).then(|| vm.new_bytes(line).into_value()))
    }
    #[pymethod("(self, buffer, /)")]
    fn readinto(vm: &Vm, this: &Ref<BytesIo>, buffer: &Value) -> PyResult<usize> {
        this.check(vm)?;
        let n = taipan_vm::util::with_writable(vm, buffer, |b| b.len())?;
        let bytes = this.take(Some(n));
        taipan_vm::util::with_writable(vm, buffer, |b| {
            let n = bytes.len().min(b.len());
            b[..n].copy_from_slice(&bytes[..n]);
            n
        })
    }
    #[pymethod("(self, buffer, /)")]
    fn readinto1(vm: &Vm, this: &Ref<BytesIo>, buffer: &Value) -> PyResult<usize> {
        BytesIo::readinto(vm, this, buffer)
    }
    #[pymethod("(self, b, /)")]
    fn write(vm: &Vm, this: &Ref<BytesIo>, b: &Value) -> PyResult<usize> {
        this.check_exports(vm)?;
        if b.downcast::<taipan_object::str::Str>().is_some() {
            return Err(vm.type_error("a bytes-like object is required, not 'str'"));
        }
        let bytes = taipan_vm::util::bytes_of(vm, b)?;
        if !bytes.is_empty() {
            this.put(&bytes);
        }
        Ok(bytes.len())
    }
    #[pymethod("(self, pos, whence=0, /)")]
    fn seek(vm: &Vm, this: &Ref<BytesIo>, pos: i64, whence: i64) -> PyResult<usize> {
        this.check(vm)?;
        let base = match whence {
            0 if pos < 0 => return Err(vm.value_error(format!("negative seek value {pos}"))),
            0 => 0,
            1 => this.at.get() as i64,
            2 => this.data.borrow().len() as i64,
            _ => {
                return Err(
                    vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))
                );
            }
        };
        let Some(to) = base.checked_add(pos) else {
            return Err(vm.overflow_error("new position too large"));
        };
        this.at.set(to.max(0) as usize);
        Ok(this.at.get())
    }
    #[pymethod("(self, /)")]
    fn tell(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<usize> {
        this.check(vm)?;
        Ok(this.at.get())
    }
    #[pymethod("(self, size=None, /)")]
    fn truncate(vm: &Vm, this: &Ref<BytesIo>, size: &Value) -> PyResult<usize> {
        this.check_exports(vm)?;
        let n = if size.is_none() {
            this.at.get() as i64
        } else {
            vm.index_i64(size)?
        };
        let Ok(n) = usize::try_from(n) else {
            return Err(vm.value_error(format!("negative size value {n}")));
        };
        this.data.borrow_mut().truncate(n);
        Ok(n)
    }
    /// All bytes.
    #[pymethod("(self, /)")]
    fn getvalue(vm: &Vm, this: &Ref<BytesIo>) -> PyResult {
        this.check(vm)?;
        let bytes = this.data.borrow().clone();
        Ok(vm.new_bytes(bytes).into_value())
    }
    /// The bytes as a memoryview.
    #[pymethod("(self, /)")]
    fn getbuffer(vm: &Vm, this: &Ref<BytesIo>) -> PyResult {
        this.check(vm)?;
        let exported = vm
            .heap
            .alloc(
                &buffer_class(vm),
                Exported {
                    owner: this.clone(),
                },
            )
            .into_value();
        vm.call(vm.types.memoryview.as_value(), &[exported])
    }
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<()> {
        if this.exports.get() > 0 {
            return this.check_exports(vm);
        }
        this.closed.set(true);
        this.data.take();
        Ok(())
    }
    #[pymethod("(self, /)")]
    fn flush(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<()> {
        this.check(vm)
    }
    #[pymethod("(self, /)")]
    fn seekable(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<bool> {
        this.check(vm).map(|()| true)
    }
    #[pymethod("(self, /)")]
    fn readable(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<bool> {
        this.check(vm).map(|()| true)
    }
    #[pymethod("(self, /)")]
    fn writable(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<bool> {
        this.check(vm).map(|()| true)
    }
    #[pymethod("(self, /)")]
    fn isatty(vm: &Vm, this: &Ref<BytesIo>) -> PyResult<bool> {
        this.check(vm).map(|()| false)
    }
    #[pygetset]
    fn closed(this: &Ref<BytesIo>) -> bool {
        this.closed.get()
    }
    #[pymethod("(self, /)")]
    fn __getstate__(vm: &Vm, this: &Ref<BytesIo>) -> PyResult {
        let value = BytesIo::getvalue(vm, this)?;
        let dict = vm
            .instance_dict(this.as_value())
            .filter(|d| !d.is_empty())
            .map_or(Value::NONE, |d| {
                vm.heap.alloc(&vm.types.dict, d.copy()).into_value()
            });
        Ok(vm.tuple_value([value, vm.new_int(this.at.get() as i64), dict]))
    }
    #[pymethod("(self, state, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<BytesIo>, state: &Value) -> PyResult<()> {
        let Some([value, at, dict]) = state
            .downcast::<taipan_object::tuple::Tuple>()
            .map(|t| t.items().to_vec())
            .and_then(|v| <[Value; 3]>::try_from(v).ok())
        else {
            return Err(vm.type_error(format!(
                "{}.__setstate__ argument should be 3-tuple, got {}",
                vm.type_name(this.as_value()),
                vm.type_name(state)
            )));
        };
        BytesIo::init(vm, this, Some(&value))?;
        let at = vm.index_i64(&at)?;
        let Ok(at) = usize::try_from(at) else {
            return Err(vm.value_error("position value cannot be negative"));
        };
        this.at.set(at);
        if let Some(d) = dict.downcast::<taipan_object::dict::Dict>()
            && let Some(own) = vm.instance_dict(this.as_value())
        {
            for (k, v) in d.items() {
                own.insert(vm, k, v)?;
            }
        }
        Ok(())
    }
}

/// The owner of the memory that `getbuffer` gives out.
pub struct Exported {
    owner: Ref<BytesIo>,
}
payload!(Exported, gc, |this, visit| visit(this.owner.as_value()));

#[pymethods(
    name = "_BytesIOBuffer",
    module = "_io",
    doc = "The memory of a BytesIO."
)]
impl Exported {
    #[pyslot]
    fn buffer(vm: &Vm, this: &Value, _writable: bool) -> PyResult<Buffer> {
        let Some(e) = this.downcast::<Exported>() else {
            return Err(vm.type_error("not a _BytesIOBuffer"));
        };
        let io = &e.owner;
        io.exports.set(io.exports.get() + 1);
        let mut data = io.data.borrow_mut();
        let len = data.len();
        Ok(Buffer {
            owner: this.clone(),
            ptr: data.as_mut_ptr(),
            len,
            readonly: false,
            itemsize: 1,
            format: "B".to_owned(),
            shape: vec![len as isize],
            strides: vec![1],
            release: |owner| {
                if let Some(e) = owner.downcast::<Exported>() {
                    e.owner.exports.set(e.owner.exports.get().saturating_sub(1));
                }
            },
        })
    }
}
