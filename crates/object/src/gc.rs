//! The cycle collector (interface; see the module's history for its passes).

use std::cell::{Cell, RefCell};

use crate::header::ObjectHeader;
use crate::heap::{Heap, Page};

/// Counters and settings of one heap's collector.
#[derive(Default)]
pub struct GcState {
    pub enabled: Cell<bool>,
    pub collecting: Cell<bool>,
    /// Objects already finalised once that came back to life (PEP 442).
    pub(crate) finalized: RefCell<Vec<usize>>,
}

impl GcState {
    /// A large object's memory goes back to the system: its entries in the young log must go.
    pub(crate) unsafe fn forget(
        &self,
        object: *mut ObjectHeader,
        young: *mut Vec<*mut ObjectHeader>,
    ) {
        // SAFETY: the caller holds the heap's lock.
        unsafe { (*young).retain(|&o| o != object) }
    }
}

/// Whether an object with count zero must first run `__del__` or be closed.
pub(crate) unsafe fn wants_finalizer(heap: &Heap, object: *mut ObjectHeader) -> bool {
    let mut finalized = heap.gc.finalized.borrow_mut();
    match finalized.iter().position(|&o| o == object as usize) {
        Some(at) => {
            finalized.swap_remove(at);
            false
        }
        None => {
            // SAFETY: the object is intact.
            let slot = unsafe { (*object).ty() }.slots.wants_finalizer.get();
            // SAFETY: the slot belongs to the object's type.
            slot.is_none_or(|f| unsafe { f(object) })
        }
    }
}

/// Runs an object's finaliser (`__del__`, or closing of a generator) once.
pub fn finalize(vm: &crate::Vm, object: &crate::Value) {
    let Some(header) = object.header() else {
        return;
    };
    if let Some(f) = header.ty().slots.finalize.get() {
        // Should the object come back to life, its finaliser does not run again (PEP 442).
        vm.heap
            .gc
            .finalized
            .borrow_mut()
            .push(header as *const ObjectHeader as usize);
        f(vm, object);
    }
}

/// Collects cyclic garbage among young objects.
pub fn collect_young(vm: &crate::Vm) {
    drop(vm.heap.take_young());
}

/// Frees a page's scratch words.
pub(crate) unsafe fn free_marks(page: &Page) {
    let marks = page.marks.replace(std::ptr::null_mut());
    if !marks.is_null() {
        // SAFETY: made by the collector as a boxed slice of this length.
        drop(unsafe {
            Box::from_raw(std::ptr::slice_from_raw_parts_mut(
                marks,
                page.slot_count as usize,
            ))
        });
    }
}
