//! The iterator of `memoryview`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;

use super::MemoryView;
use crate::header::Ref;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `memory_iterator`.
pub struct MemoryIterator {
    view: RefCell<Option<Ref<MemoryView>>>,
    at: Cell<isize>,
}
crate::payload!(MemoryIterator, gc, |this, visit| {
    if let Some(view) = &*this.view.borrow() {
        visit(view.as_value());
    }
});

pub fn new_memory_iterator(vm: &Vm, view: &Ref<MemoryView>) -> Value {
    let it = MemoryIterator {
        view: RefCell::new(Some(view.clone())),
        at: Cell::new(0),
    };
    vm.heap.alloc(&vm.types.memory_iterator, it).into_value()
}

#[pymethods(name = "memory_iterator", flags(DISALLOW_INSTANTIATION))]
impl MemoryIterator {
    #[pyslot(iter)]
    fn iter(_vm: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot(iternext)]
    fn next(vm: &Vm, this: &Ref<MemoryIterator>) -> PyResult<Option<Value>> {
        let view = this.view.borrow().clone();
        let Some(view) = view else { return Ok(None) };
        let (_held, layout) = view.live(vm)?;
        let at = this.at.get();
        if at < layout.shape.first().copied().unwrap_or(0) {
            this.at.set(at + 1);
            return view.item(vm, layout.step(0, 0, at)).map(Some);
        }
        let done = this.view.borrow_mut().take();
        drop(done);
        Ok(None)
    }
}
