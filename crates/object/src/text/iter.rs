//! The iterator of `str`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;

use crate::header::Ref;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `str_iterator`.
pub struct StrIterator {
    text: RefCell<Option<Ref<Str>>>,
    at: Cell<usize>,
}

crate::payload!(StrIterator, gc, |this, visit| {
    if let Some(s) = &*this.text.borrow() {
        visit(s.as_value());
    }
});

impl StrIterator {
    /// The next character; runs no Python code.
    #[inline(always)]
    pub fn advance(&self, vm: &Vm) -> Option<Value> {
        // SAFETY: nothing borrows the text while this runs; the reference stays until the end.
        let text = unsafe { (*self.text.as_ptr()).as_ref() }?;
        let at = self.at.get();
        if let Some(bytes) = text.narrow() {
            let byte = *bytes.get(at)?;
            self.at.set(at + 1);
            return Some(vm.new_char(u32::from(byte)).into_value());
        }
        self.advance_wide(vm, text, at)
    }
    #[inline(never)]
    fn advance_wide(&self, vm: &Vm, text: &Ref<Str>, at: usize) -> Option<Value> {
        if at >= text.len() {
            return None;
        }
        self.at.set(at + 1);
        Some(vm.new_char(text.view().get(at)).into_value())
    }
}

/// `iter(text)`.
pub fn new_str_iterator(vm: &Vm, text: &Ref<Str>) -> Value {
    let it = StrIterator {
        text: RefCell::new(Some(text.clone())),
        at: Cell::new(0),
    };
    vm.heap.alloc(&vm.types.str_iterator, it).into_value()
}

/// `builtins.iter`, for the `__reduce__` of iterators.
pub fn builtin(vm: &Vm, name: &str) -> PyResult {
    vm.builtins.get_str(&vm.intern_str(name)).ok_or_else(|| {
        vm.raise_str(
            &vm.exc.attribute_error,
            format!("module 'builtins' has no attribute '{name}'"),
        )
    })
}

#[pymethods(name = "str_iterator", flags(DISALLOW_INSTANTIATION))]
impl StrIterator {
    #[pyslot(iter)]
    fn iter(_vm: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot(iternext)]
    fn next(vm: &Vm, this: &Ref<StrIterator>) -> PyResult<Option<Value>> {
        if let Some(c) = this.advance(vm) {
            return Ok(Some(c));
        }
        let mut text = this.text.borrow_mut();
        let Some(s) = &*text else { return Ok(None) };
        let at = this.at.get();
        if at < s.len() {
            this.at.set(at + 1);
            return Ok(Some(vm.new_char(s.view().get(at)).into_value()));
        }
        let done = text.take();
        drop(text);
        drop(done);
        Ok(None)
    }
    /// An estimate of the number of items left.
    #[pymethod("(self)", name = "__length_hint__")]
    fn length_hint(this: &Ref<StrIterator>) -> usize {
        this.text
            .borrow()
            .as_ref()
            .map_or(0, |s| s.len() - this.at.get().min(s.len()))
    }
    /// What pickling needs.
    #[pymethod("(self)", name = "__reduce__")]
    fn reduce(vm: &Vm, this: &Ref<StrIterator>) -> PyResult<Ref<Tuple>> {
        let iter = builtin(vm, "iter")?;
        let text = this.text.borrow().clone();
        Ok(match text {
            Some(s) => {
                let args = vm.new_tuple([s.into_value()]).into_value();
                vm.new_tuple([iter, args, vm.new_int(this.at.get() as i64)])
            }
            None => vm.new_tuple([iter, vm.new_tuple([vm.empty_str.to_value()]).into_value()]),
        })
    }
    /// Sets the position, as unpickling does.
    #[pymethod("(self, object, /)", name = "__setstate__")]
    fn setstate(vm: &Vm, this: &Ref<StrIterator>, object: &Value) -> PyResult<()> {
        if object.as_int().is_none() {
            return Err(vm.type_error("an integer is required"));
        }
        let n = vm.index_isize(object)?.max(0) as usize;
        let len = this.text.borrow().as_ref().map_or(0, |s| s.len());
        this.at.set(n.min(len));
        Ok(())
    }
}
