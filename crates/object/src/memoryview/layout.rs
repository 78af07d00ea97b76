//! How the items of a view lie in memory.

use crate::buffer::Buffer;

/// Shape and place of a view's items.
#[derive(Clone)]
pub struct Layout {
    ptr: *mut u8,
    pub itemsize: usize,
    pub format: String,
    pub shape: Vec<isize>,
    pub strides: Vec<isize>,
    pub readonly: bool,
}

/// The strides of items that lie one after another in C order.
fn contiguous(shape: &[isize], itemsize: usize) -> Vec<isize> {
    let mut stride = itemsize as isize;
    let mut strides: Vec<isize> = shape
        .iter()
        .rev()
        .map(|&n| {
            let own = stride;
            stride = stride.saturating_mul(n);
            own
        })
        .collect();
    strides.reverse();
    strides
}

impl Layout {
    pub fn of(buffer: &Buffer) -> Layout {
        Layout {
            ptr: buffer.ptr,
            itemsize: buffer.itemsize,
            format: buffer.format.clone(),
            shape: buffer.shape.clone(),
            strides: buffer.strides.clone(),
            readonly: buffer.readonly,
        }
    }
    /// The same memory, one after another, with another format and shape of as many bytes.
    pub fn reshaped(&self, itemsize: usize, format: String, shape: Vec<isize>) -> Layout {
        let strides = contiguous(&shape, itemsize);
        Layout {
            ptr: self.ptr,
            itemsize,
            format,
            shape,
            strides,
            readonly: self.readonly,
        }
    }
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }
    pub fn ptr(&self) -> *mut u8 {
        self.ptr
    }
    /// The number of items.
    pub fn count(&self) -> usize {
        self.shape.iter().product::<isize>().max(0) as usize
    }
    pub fn nbytes(&self) -> usize {
        self.count() * self.itemsize
    }
    /// The format without a leading `@`.
    pub fn native_format(&self) -> &str {
        self.format.strip_prefix('@').unwrap_or(&self.format)
    }
    pub fn is_c_contiguous(&self) -> bool {
        self.is_packed(self.shape.iter().zip(&self.strides).rev())
    }
    pub fn is_f_contiguous(&self) -> bool {
        self.is_packed(self.shape.iter().zip(&self.strides))
    }
    fn is_packed<'a>(&self, dims: impl Iterator<Item = (&'a isize, &'a isize)>) -> bool {
        if self.count() == 0 {
            return true;
        }
        let mut expected = self.itemsize as isize;
        for (&n, &stride) in dims {
            if n > 1 && stride != expected {
                return false;
            }
            expected *= n;
        }
        true
    }
    /// The byte offset of an index in a dimension, added to another; the index is in range.
    pub fn step(&self, offset: isize, dim: usize, index: isize) -> isize {
        offset + index * self.strides[dim]
    }
    /// The bytes of the item at an offset that [`Layout::step`] gave.
    pub fn item(&self, offset: isize) -> &[u8] {
        // SAFETY: offsets of indices in range stay within the buffer, which its view holds while this is used.
        unsafe { std::slice::from_raw_parts(self.ptr.wrapping_offset(offset), self.itemsize) }
    }
    /// Stores an item of `itemsize` bytes; nothing if the memory is read-only.
    pub fn store(&self, offset: isize, item: &[u8]) {
        if self.readonly || item.len() != self.itemsize {
            return;
        }
        // SAFETY: as for `item`, and the memory may be written; `item` is a copy.
        unsafe {
            std::ptr::copy(
                item.as_ptr(),
                self.ptr.wrapping_offset(offset),
                self.itemsize,
            )
        }
    }
    /// The items `start`, `start + step` … of the first dimension.
    pub fn sliced(&self, start: isize, step: isize, count: usize) -> Layout {
        let mut part = self.clone();
        part.ptr = self.ptr.wrapping_offset(if count == 0 {
            0
        } else {
            start * self.strides[0]
        });
        part.shape[0] = count as isize;
        part.strides[0] = self.strides[0].saturating_mul(step);
        part
    }
    /// Calls `visit` with the offset of each item in C order.
    pub fn each(&self, visit: &mut dyn FnMut(isize)) {
        self.each_from(0, 0, visit);
    }
    fn each_from(&self, dim: usize, offset: isize, visit: &mut dyn FnMut(isize)) {
        if dim == self.ndim() {
            return visit(offset);
        }
        for i in 0..self.shape[dim] {
            self.each_from(dim + 1, self.step(offset, dim, i), visit);
        }
    }
    /// The bytes of all items, in C order or with the first index running fastest.
    pub fn to_vec(&self, fortran: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.nbytes());
        if fortran {
            let mut turned = self.clone();
            turned.shape.reverse();
            turned.strides.reverse();
            turned.each(&mut |at| out.extend_from_slice(self.item(at)));
        } else if self.is_c_contiguous() && self.count() > 0 {
            let whole = Layout {
                itemsize: self.nbytes(),
                ..self.clone()
            };
            out.extend_from_slice(whole.item(0));
        } else {
            self.each(&mut |at| out.extend_from_slice(self.item(at)));
        }
        out
    }
}
