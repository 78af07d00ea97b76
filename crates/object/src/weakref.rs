//! Weak references: the table from objects to their weak references.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::header::ObjectHeader;
use crate::heap::Heap;

/// Weak references by referent. A type's `HAS_WEAKREFS` flag says that some
/// instance of it was ever referenced weakly.
#[derive(Default)]
pub struct WeakTable {
    pub(crate) by_object: RefCell<HashMap<usize, Vec<*const ObjectHeader>>>,
}

impl WeakTable {
    /// Clears the weak references to a dying object; whether callbacks must run.
    pub(crate) unsafe fn object_dies(&self, _heap: &Heap, object: *mut ObjectHeader) -> bool {
        self.by_object.borrow_mut().remove(&(object as usize));
        false
    }
}

impl crate::vm::Vm {
    /// `__weakref__`: the first weak reference to an object, or None.
    pub(crate) fn first_weakref(&self, _object: &crate::value::Value) -> crate::vm::PyResult {
        Ok(crate::value::Value::NONE)
    }
}
