//! `Blob`: a value that is read and written in place.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::slice::Slice;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use crate::connection::Connection;
use crate::errors::{of, programming};
use crate::raw::{Handle, SQLITE_OK};

/// `Blob`.
pub struct Blob {
    connection: Ref<Connection>,
    handle: RefCell<Rc<Handle>>,
    offset: Cell<usize>,
}
payload!(Blob, gc, |this, visit| visit(this.connection.as_value()));

impl Blob {
    pub fn make(vm: &Vm, connection: &Ref<Connection>, handle: Rc<Handle>) -> Ref<Blob> {
        let blob = Blob {
            connection: connection.clone(),
            handle: RefCell::new(handle),
            offset: Cell::new(0),
        };
        vm.heap.alloc(&vm.add_native_type::<Blob>(), blob)
    }
    fn open(&self, vm: &Vm) -> PyResult<Rc<Handle>> {
        Connection::check_thread(vm, &self.connection)?;
        Connection::db(vm, &self.connection)?;
        let handle = self.handle.borrow().clone();
        if !handle.is_open() {
            return Err(programming(vm, "Cannot operate on a closed blob."));
        }
        Ok(handle)
    }
    fn read_at(&self, vm: &Vm, handle: &Handle, at: usize, n: usize) -> PyResult<Vec<u8>> {
        let mut out = vec![0; n];
        if handle.read(vm, &mut out, at) != SQLITE_OK {
            return Err(of(vm, &*Connection::db(vm, &self.connection)?));
        }
        Ok(out)
    }
    fn write_at(&self, vm: &Vm, handle: &Handle, at: usize, data: &[u8]) -> PyResult<()> {
        if handle.write(vm, data, at) != SQLITE_OK {
            return Err(of(vm, &*Connection::db(vm, &self.connection)?));
        }
        Ok(())
    }
    fn index(vm: &Vm, key: &Value, n: usize) -> PyResult<usize> {
        let index = vm.index(key)?;
        let index = index
            .as_i64()
            .ok_or_else(|| vm.index_error("cannot fit 'int' into an index-sized integer"))?;
        let index = if index < 0 { index + n as i64 } else { index };
        usize::try_from(index)
            .ok()
            .filter(|&i| i < n)
            .ok_or_else(|| vm.index_error("Blob index out of range"))
    }
    fn bounds(vm: &Vm, slice: &Slice, n: usize) -> PyResult<(usize, isize, usize)> {
        let (start, _, step, count) = taipan_object::slice::slice_indices(vm, slice, n)?;
        Ok((start.max(0) as usize, step, count))
    }
}

#[pymethods(
    name = "Blob",
    module = "sqlite3",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Blob {
    /// Closes the blob.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Blob>) -> PyResult<()> {
        Connection::check_thread(vm, &this.connection)?;
        Connection::db(vm, &this.connection)?;
        this.handle.borrow().close();
        Ok(())
    }
    /// Reads bytes from where it stands.
    #[pymethod("(self, length=-1, /)")]
    fn read(vm: &Vm, this: &Ref<Blob>, length: i32) -> PyResult<Ref<Bytes>> {
        let handle = this.open(vm)?;
        let left = handle.size() - this.offset.get().min(handle.size());
        let n = usize::try_from(length).map_or(left, |n| n.min(left));
        let out = if n == 0 {
            Vec::new()
        } else {
            this.read_at(vm, &handle, this.offset.get(), n)?
        };
        this.offset.set(this.offset.get() + n);
        Ok(vm.new_bytes(out))
    }
    /// Writes bytes where it stands.
    #[pymethod("(self, data, /)")]
    fn write(vm: &Vm, this: &Ref<Blob>, data: BytesArg<'_>) -> PyResult<()> {
        let handle = this.open(vm)?;
        if data.len() > handle.size() - this.offset.get().min(handle.size()) {
            return Err(vm.value_error("data longer than blob length"));
        }
        this.write_at(vm, &handle, this.offset.get(), &data)?;
        this.offset.set(this.offset.get() + data.len());
        Ok(())
    }
    /// Moves to another place.
    #[pymethod("(self, offset, origin=0, /)")]
    fn seek(vm: &Vm, this: &Ref<Blob>, offset: i32, origin: i32) -> PyResult<()> {
        let handle = this.open(vm)?;
        let from = match origin {
            0 => 0,
            1 => this.offset.get() as i64,
            2 => handle.size() as i64,
            _ => {
                return Err(
                    vm.value_error("'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END")
                );
            }
        };
        let to = from + i64::from(offset);
        if to > i64::from(i32::MAX) {
            return Err(vm.overflow_error("seek offset results in offset out of range"));
        }
        if to < 0 || to > handle.size() as i64 {
            return Err(vm.value_error("offset out of blob range"));
        }
        this.offset.set(to as usize);
        Ok(())
    }
    /// The place where it stands.
    #[pymethod("(self, /)")]
    fn tell(vm: &Vm, this: &Ref<Blob>) -> PyResult<usize> {
        this.open(vm)?;
        Ok(this.offset.get())
    }
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<Blob>) -> PyResult<Ref<Blob>> {
        this.open(vm)?;
        Ok(this.clone())
    }
    #[pymethod("(self, type, val, tb, /)")]
    fn __exit__(
        vm: &Vm,
        this: &Ref<Blob>,
        _type: &Value,
        _val: &Value,
        _tb: &Value,
    ) -> PyResult<bool> {
        this.open(vm)?;
        this.handle.borrow().close();
        Ok(false)
    }
    #[pyslot(len)]
    fn length(vm: &Vm, this: &Ref<Blob>) -> PyResult<usize> {
        Ok(this.open(vm)?.size())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Blob>, key: &Value) -> PyResult {
        let handle = this.open(vm)?;
        if let Some(slice) = key.downcast::<Slice>() {
            let (start, step, count) = Blob::bounds(vm, slice, handle.size())?;
            if count == 0 {
                return Ok(vm.new_bytes([]).into_value());
            }
            let (first, last) = span(start, step, count);
            let all = this.read_at(vm, &handle, first, last - first + 1)?;
            let bytes: Vec<u8> = places(start, step, count).map(|i| all[i - first]).collect();
            return Ok(vm.new_bytes(bytes).into_value());
        }
        if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
            return Err(vm.type_error("Blob indices must be integers"));
        }
        let index = Blob::index(vm, key, handle.size())?;
        let byte = this.read_at(vm, &handle, index, 1)?;
        Ok(vm.new_int(i64::from(byte[0])))
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Ref<Blob>, key: &Value, value: Option<&Value>) -> PyResult<()> {
        let handle = this.open(vm)?;
        let is_slice = key.downcast::<Slice>();
        let Some(value) = value else {
            let what = if is_slice.is_some() { "slice" } else { "item" };
            return Err(vm.type_error(format!("Blob doesn't support {what} deletion")));
        };
        if let Some(slice) = is_slice {
            let (start, step, count) = Blob::bounds(vm, slice, handle.size())?;
            let data = taipan_object::bytes_ops::arg::bytes_like(vm, value)?;
            if data.len() != count {
                return Err(vm.index_error("Blob slice assignment is wrong size"));
            }
            if count == 0 {
                return Ok(());
            }
            let (first, last) = span(start, step, count);
            let mut all = this.read_at(vm, &handle, first, last - first + 1)?;
            for (place, &byte) in places(start, step, count).zip(data.iter()) {
                all[place - first] = byte;
            }
            return this.write_at(vm, &handle, first, &all);
        }
        if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
            return Err(vm.type_error("Blob indices must be integers"));
        }
        let index = Blob::index(vm, key, handle.size())?;
        if value.as_int().is_none() {
            return Err(vm.type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                vm.type_name(value)
            )));
        }
        let byte = value
            .as_i64()
            .and_then(|n| u8::try_from(n).ok())
            .ok_or_else(|| vm.value_error("byte must be in range(0, 256)"))?;
        this.write_at(vm, &handle, index, &[byte])
    }
}

/// The indices of a slice.
fn places(start: usize, step: isize, count: usize) -> impl Iterator<Item = usize> {
    (0..count as isize).map(move |i| (start as isize + i * step) as usize)
}

/// The lowest and the highest index of a slice that is not empty.
fn span(start: usize, step: isize, count: usize) -> (usize, usize) {
    let end = (start as isize + (count as isize - 1) * step) as usize;
    (start.min(end), start.max(end))
}
