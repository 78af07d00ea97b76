//! The payloads of `bytes` and `bytearray`.

use std::cell::{Cell, UnsafeCell};

use crate::header::Ref;
use crate::vm::Vm;

/// The payload of `bytes`.
pub struct Bytes {
    pub data: Box<[u8]>,
    /// Cached hash; 0: not computed yet.
    pub(crate) hash: Cell<i64>,
}

crate::payload!(Bytes);

/// The payload of `bytearray`.
pub struct ByteArray {
    data: UnsafeCell<Vec<u8>>,
    /// Buffers handed out; while there are some the size cannot change.
    pub exports: Cell<usize>,
}

crate::payload!(ByteArray);

impl ByteArray {
    pub fn new(data: Vec<u8>) -> Self {
        Self {
            data: UnsafeCell::new(data),
            exports: Cell::new(0),
        }
    }
    /// The bytes. They must not be kept across code that may change the array.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: only `with` changes the bytes, and callers hold the slice across no call of it.
        unsafe { &*self.data.get() }
    }
    /// Reads or changes the bytes; `f` must not reach this object by another way.
    pub fn with<R>(&self, f: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        // SAFETY: the closure gets no Vm, so no Python code runs, and it has no other way here.
        f(unsafe { &mut *self.data.get() })
    }
}

impl Vm {
    pub fn new_bytes(&self, data: impl Into<Box<[u8]>>) -> Ref<Bytes> {
        self.heap.alloc(
            &self.types.bytes,
            Bytes {
                data: data.into(),
                hash: Cell::new(0),
            },
        )
    }
}
