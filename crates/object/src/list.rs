//! The payload of `list`: a growable array that compiled code may read.

use std::cell::{Cell, UnsafeCell};

use crate::value::Value;

/// The payload of `list`. `ptr` and `len` mirror the vector for compiled code.
#[repr(C)]
pub struct List {
    ptr: Cell<*mut Value>,
    len: Cell<usize>,
    items: UnsafeCell<Vec<Value>>,
}

impl List {
    pub const PTR_OFFSET: usize = 16;
    pub const LEN_OFFSET: usize = 24;

    pub fn new(mut items: Vec<Value>) -> Self {
        Self {
            ptr: Cell::new(items.as_mut_ptr()),
            len: Cell::new(items.len()),
            items: UnsafeCell::new(items),
        }
    }
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    /// Address of the first item; valid until the list changes.
    #[inline(always)]
    pub fn as_ptr(&self) -> *const Value {
        self.ptr.get()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// A new reference to an item.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<Value> {
        // SAFETY: ptr points to len items; cloning runs no Python code.
        (index < self.len.get()).then(|| unsafe { (*self.ptr.get().add(index)).clone() })
    }
    /// Stores an item in range; gives back the displaced one, or the new one out of range.
    #[inline(always)]
    pub fn set(&self, index: usize, value: Value) -> Result<Value, Value> {
        if index >= self.len.get() {
            return Err(value);
        }
        // SAFETY: in range; nothing runs in between.
        Ok(unsafe { self.ptr.get().add(index).replace(value) })
    }
    #[inline]
    pub fn push(&self, value: Value) {
        self.with(|v| v.push(value));
    }
    /// Takes the last item out.
    #[inline]
    pub fn pop(&self) -> Option<Value> {
        self.with(|v| {
            let item = v.pop();
            give_back(v);
            item
        })
    }
    /// Appends many items.
    #[inline]
    pub fn extend(&self, items: impl ExactSizeIterator<Item = Value>) {
        self.with(|v| v.extend(items));
    }
    /// Replaces all items; gives back the old ones, to be dropped.
    #[must_use]
    pub fn replace(&self, items: Vec<Value>) -> Vec<Value> {
        self.with(|v| std::mem::replace(v, items))
    }
    /// Reads or changes the items. `f` must not touch this list by another
    /// way, nor run Python code (it gets no `Vm`); values that it removes should
    /// be returned and dropped after.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        // SAFETY: the closure has no way to this list (see above), and dropping values runs no Python code.
        let items = unsafe { &mut *self.items.get() };
        let result = f(items);
        self.ptr.set(items.as_mut_ptr());
        self.len.set(items.len());
        result
    }
    /// New references to all items.
    pub fn to_vec(&self) -> Vec<Value> {
        self.with(|v| v.clone())
    }
    /// Takes all items out.
    pub fn take(&self) -> Vec<Value> {
        self.with(std::mem::take)
    }
}

/// Returns memory that a list which was much longer does not need any more.
#[inline]
pub(crate) fn give_back(v: &mut Vec<Value>) {
    if v.capacity() > 64 && v.len() < v.capacity() / 4 {
        v.shrink_to(v.len() * 2);
    }
}

crate::payload!(
    List,
    gc,
    |this, visit| this.with(|v| v.iter().rev().for_each(visit)),
    clear | this | drop(this.take())
);
