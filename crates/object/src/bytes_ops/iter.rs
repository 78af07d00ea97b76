//! The iterators of `bytes` and `bytearray`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;

use super::ByteString;
use crate::bytes::{ByteArray, Bytes};
use crate::header::Ref;
use crate::text::iter::builtin;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `bytes_iterator`.
pub struct BytesIterator {
    data: RefCell<Option<Ref<Bytes>>>,
    at: Cell<usize>,
}
crate::payload!(BytesIterator, gc, |this, visit| {
    if let Some(s) = &*this.data.borrow() {
        visit(s.as_value());
    }
});

/// `bytearray_iterator`.
pub struct ByteArrayIterator {
    data: RefCell<Option<Ref<ByteArray>>>,
    at: Cell<usize>,
}
crate::payload!(ByteArrayIterator, gc, |this, visit| {
    if let Some(s) = &*this.data.borrow() {
        visit(s.as_value());
    }
});

pub fn new_bytes_iterator(vm: &Vm, data: &Ref<Bytes>) -> Value {
    let it = BytesIterator {
        data: RefCell::new(Some(data.clone())),
        at: Cell::new(0),
    };
    vm.heap.alloc(&vm.types.bytes_iterator, it).into_value()
}

pub fn new_bytearray_iterator(vm: &Vm, data: &Ref<ByteArray>) -> Value {
    let it = ByteArrayIterator {
        data: RefCell::new(Some(data.clone())),
        at: Cell::new(0),
    };
    vm.heap.alloc(&vm.types.bytearray_iterator, it).into_value()
}

macro_rules! iterator {
    ($class:ident, $name:tt) => {
        #[pymethods(name = $name, flags(DISALLOW_INSTANTIATION))]
        impl $class {
            #[pyslot(iter)]
            fn iter(_vm: &Vm, this: &Value) -> PyResult {
                Ok(this.clone())
            }
            #[pyslot(iternext)]
            fn next(vm: &Vm, this: &Ref<$class>) -> PyResult<Option<Value>> {
                let at = this.at.get();
                let byte = match &*this.data.borrow() {
                    None => return Ok(None),
                    Some(data) => data.read(|d| d.get(at).copied()),
                };
                if byte.is_some() {
                    this.at.set(at + 1);
                } else {
                    let done = this.data.borrow_mut().take();
                    drop(done);
                }
                Ok(byte.map(|b| vm.new_int(i64::from(b))))
            }
            /// An estimate of the number of items left.
            #[pymethod("(self)", name = "__length_hint__")]
            fn length_hint(this: &Ref<$class>) -> usize {
                let at = this.at.get();
                this.data
                    .borrow()
                    .as_ref()
                    .map_or(0, |s| s.read(|d| d.len().saturating_sub(at)))
            }
            /// What pickling needs.
            #[pymethod("(self)", name = "__reduce__")]
            fn reduce(vm: &Vm, this: &Ref<$class>) -> PyResult<Ref<Tuple>> {
                let iter = builtin(vm, "iter")?;
                let data = this.data.borrow().clone();
                Ok(match data {
                    Some(data) => {
                        let args = vm.new_tuple([data.into_value()]).into_value();
                        vm.new_tuple([iter, args, vm.new_int(this.at.get() as i64)])
                    }
                    None => {
                        vm.new_tuple([iter, vm.new_tuple([vm.empty_tuple.to_value()]).into_value()])
                    }
                })
            }
            /// Sets the position, as unpickling does.
            #[pymethod("(self, object, /)", name = "__setstate__")]
            fn setstate(vm: &Vm, this: &Ref<$class>, object: &Value) -> PyResult<()> {
                if object.as_int().is_none() {
                    return Err(vm.type_error("an integer is required"));
                }
                let n = vm.index_isize(object)?.max(0) as usize;
                let len = this
                    .data
                    .borrow()
                    .as_ref()
                    .map_or(0, |s| s.read(<[u8]>::len));
                this.at.set(n.min(len));
                Ok(())
            }
        }
    };
}

iterator!(BytesIterator, "bytes_iterator");
iterator!(ByteArrayIterator, "bytearray_iterator");
