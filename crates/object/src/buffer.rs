//! Buffers (PEP 3118), as native code sees them.

use crate::value::Value;

/// A buffer that an object hands out; released when dropped.
pub struct Buffer {
    /// The object that owns the memory.
    pub owner: Value,
    pub ptr: *mut u8,
    /// Bytes in total.
    pub len: usize,
    pub readonly: bool,
    pub itemsize: usize,
    /// Struct-style format of an item.
    pub format: String,
    pub shape: Vec<isize>,
    pub strides: Vec<isize>,
    /// Called with the owner when the buffer is released.
    pub release: fn(&Value),
}

impl Buffer {
    /// The bytes of a contiguous buffer. They must not be kept across Python code.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the owner keeps len bytes at ptr while exports are counted.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        (self.release)(&self.owner);
    }
}
