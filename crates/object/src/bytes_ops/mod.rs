//! `bytes` and `bytearray`: what both do stands once, over slices.

pub mod arg;
pub mod bytearray;
pub mod bytes_class;
pub mod construct;
pub mod hex;
pub mod iter;
pub mod ops;
pub mod percent;
pub mod repr;
pub mod shared;

pub use arg::{BytesArg, byte_value, bytes_like};

use crate::bytes::{ByteArray, Bytes};
use crate::value::Value;
use crate::vm::Vm;

/// A byte string object.
pub trait ByteString {
    /// Reads the bytes; `f` runs no Python code.
    fn read<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R;
    /// A new object of the built-in class.
    fn make(vm: &Vm, data: Vec<u8>) -> Value;
}

impl ByteString for Bytes {
    fn read<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.data)
    }
    fn make(vm: &Vm, data: Vec<u8>) -> Value {
        if data.is_empty() {
            vm.empty_bytes.clone()
        } else {
            vm.new_bytes(data).into_value()
        }
    }
}

impl ByteString for ByteArray {
    fn read<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(self.bytes())
    }
    fn make(vm: &Vm, data: Vec<u8>) -> Value {
        vm.new_bytearray(data).into_value()
    }
}
