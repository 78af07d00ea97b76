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
    /// A buffer of plain bytes.
    pub fn simple(
        owner: Value,
        ptr: *mut u8,
        len: usize,
        readonly: bool,
        release: fn(&Value),
    ) -> Buffer {
        Buffer {
            owner,
            ptr,
            len,
            readonly,
            itemsize: 1,
            format: "B".to_owned(),
            shape: vec![len as isize],
            strides: vec![1],
            release,
        }
    }
    /// Whether the items lie one after another in C order.
    pub fn is_c_contiguous(&self) -> bool {
        if self.len == 0 {
            return true;
        }
        let mut expected = self.itemsize as isize;
        for (&n, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if n > 1 && stride != expected {
                return false;
            }
            expected *= n;
        }
        true
    }
    /// A copy of the items in C order.
    pub fn to_vec(&self) -> Vec<u8> {
        if self.is_c_contiguous() {
            return self.bytes().to_vec();
        }
        let mut out = Vec::with_capacity(self.len);
        self.gather(0, self.ptr, &mut out);
        out
    }
    fn gather(&self, dim: usize, at: *mut u8, out: &mut Vec<u8>) {
        if dim == self.shape.len() {
            // SAFETY: shape and strides stay within the owner's memory, which is kept while exports are counted.
            out.extend_from_slice(unsafe { std::slice::from_raw_parts(at, self.itemsize) });
            return;
        }
        for i in 0..self.shape[dim] {
            self.gather(dim + 1, at.wrapping_offset(i * self.strides[dim]), out);
        }
    }
    /// Writes into a contiguous, writable buffer; whether there was room.
    pub fn write(&self, offset: usize, data: &[u8]) -> bool {
        let fits = offset
            .checked_add(data.len())
            .is_some_and(|end| end <= self.len);
        if self.readonly || !fits || !self.is_c_contiguous() {
            return false;
        }
        // SAFETY: the place lies in the owner's memory, which is writable and stays while exports are counted.
        unsafe { std::ptr::copy(data.as_ptr(), self.ptr.add(offset), data.len()) };
        true
    }
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
