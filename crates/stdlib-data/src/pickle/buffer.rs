//! `PickleBuffer`: a buffer that a pickle may leave out.

use std::cell::RefCell;

use taipan_macros::pymethods;
use taipan_object::buffer::Buffer;
use taipan_object::memoryview::{MemoryView, view_of_buffer};
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

/// `PickleBuffer`.
pub struct PickleBuffer {
    held: RefCell<Option<Held>>,
}
payload!(
    PickleBuffer,
    gc,
    |this, visit| {
        if let Some(held) = &*this.held.borrow() {
            visit(&held.object);
            // The buffer owns another reference.
            visit(&held.buffer.owner);
        }
    },
    clear | this | drop(this.held.take())
);

/// The object, and a buffer that keeps it from changing its size.
struct Held {
    object: Value,
    buffer: Buffer,
}

/// Asks an object for its buffer.
fn buffer_of(vm: &Vm, object: &Value) -> PyResult<Buffer> {
    match vm.type_of(object).slots.buffer.get() {
        Some(get) => get(vm, object, false),
        None => Err(vm.type_error(format!(
            "a bytes-like object is required, not '{}'",
            vm.type_name(object)
        ))),
    }
}

/// Whether the items lie one after another in the order of the first dimension.
fn is_f_contiguous(buffer: &Buffer) -> bool {
    let mut expected = buffer.itemsize as isize;
    for (&n, &stride) in buffer.shape.iter().zip(&buffer.strides) {
        if n > 1 && stride != expected {
            return false;
        }
        expected *= n;
    }
    true
}

impl PickleBuffer {
    /// The buffer of the object.
    ///
    /// # Errors
    /// ValueError once released; what the object raises.
    pub fn request(&self, vm: &Vm) -> PyResult<Buffer> {
        let object = self.held.borrow().as_ref().map(|h| h.object.clone());
        match object {
            Some(object) => buffer_of(vm, &object),
            None => Err(vm.value_error("operation forbidden on released PickleBuffer object")),
        }
    }
    pub fn is_contiguous(buffer: &Buffer) -> bool {
        buffer.is_c_contiguous() || is_f_contiguous(buffer)
    }
}

#[pymethods(
    name = "PickleBuffer",
    module = "pickle",
    doc = "A wrapper of an object with a buffer, which a pickle may leave out.",
    signature = "",
    flags(WEAKREFABLE)
)]
impl PickleBuffer {
    #[pynew("(buffer, /)")]
    fn new(vm: &Vm, cls: &TypeRef, buffer: &Value) -> PyResult {
        let held = Held {
            object: buffer.clone(),
            buffer: buffer_of(vm, buffer)?,
        };
        let made = PickleBuffer {
            held: RefCell::new(Some(held)),
        };
        Ok(alloc_instance(vm, cls, made).into_value())
    }
    #[pyslot]
    fn buffer(vm: &Vm, this: &Ref<PickleBuffer>, writable: bool) -> PyResult<Buffer> {
        let buffer = this.request(vm)?;
        if writable && buffer.readonly {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "memoryview: underlying buffer is not writable",
            ));
        }
        Ok(buffer)
    }
    /// Return a memoryview of the raw memory underlying this buffer.
    #[pymethod("(self, /)")]
    fn raw(vm: &Vm, this: &Ref<PickleBuffer>) -> PyResult<Ref<MemoryView>> {
        let mut buffer = this.request(vm)?;
        if !PickleBuffer::is_contiguous(&buffer) {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "cannot extract raw buffer from non-contiguous buffer",
            ));
        }
        buffer.itemsize = 1;
        "B".clone_into(&mut buffer.format);
        buffer.shape = vec![buffer.len as isize];
        buffer.strides = vec![1];
        Ok(view_of_buffer(vm, buffer))
    }
    /// Release the underlying buffer exposed by the PickleBuffer object.
    #[pymethod("(self, /)")]
    fn release(_vm: &Vm, this: &Ref<PickleBuffer>) {
        drop(this.held.take());
    }
}
