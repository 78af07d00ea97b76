//! Iterators over deques, in both directions.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::deque::Deque;

/// What both iterators know.
struct Walk {
    deque: Ref<Deque>,
    /// Items given so far.
    given: Cell<usize>,
    /// Items left when the deque is not changed.
    left: Cell<usize>,
    state: u64,
}

impl Walk {
    fn new(deque: &Ref<Deque>, skip: usize) -> Walk {
        let len = deque.len();
        let given = skip.min(len);
        Walk {
            deque: deque.clone(),
            given: Cell::new(given),
            left: Cell::new(len - given),
            state: deque.state(),
        }
    }
    fn next(&self, vm: &Vm, reverse: bool) -> PyResult<Option<Value>> {
        if self.deque.state() != self.state {
            self.left.set(0);
            return Err(vm.runtime_error("deque mutated during iteration"));
        }
        if self.left.get() == 0 {
            return Ok(None);
        }
        let at = if reverse {
            self.left.get() - 1
        } else {
            self.given.get()
        };
        self.given.set(self.given.get() + 1);
        self.left.set(self.left.get() - 1);
        Ok(self.deque.get(at))
    }
    fn reduce(&self, vm: &Vm, class: &TypeRef) -> Value {
        let at = self.deque.len().saturating_sub(self.left.get());
        let args = vm.new_tuple([self.deque.to_value(), vm.new_int(at as i64)]);
        vm.new_tuple([class.to_value(), args.into_value()])
            .into_value()
    }
    fn from_args(vm: &Vm, deque: &Value, index: isize) -> PyResult<Walk> {
        match deque.downcast::<Deque>() {
            Some(deque) => Ok(Walk::new(deque, index.max(0) as usize)),
            None => {
                let name = vm.type_name(deque);
                Err(vm.type_error(format!("argument 1 must be collections.deque, not {name}")))
            }
        }
    }
}

/// `_deque_iterator`.
pub struct DequeIterator(Walk);
payload!(DequeIterator, gc, |this, visit| visit(
    this.0.deque.as_value()
));

/// An iterator from the left.
pub fn iterate(vm: &Vm, deque: &Ref<Deque>) -> Value {
    vm.heap
        .alloc(
            &vm.add_native_type::<DequeIterator>(),
            DequeIterator(Walk::new(deque, 0)),
        )
        .into_value()
}

#[pymethods(
    name = "_deque_iterator",
    module = "collections",
    doc = "",
    signature = ""
)]
impl DequeIterator {
    #[pynew("(deque, index=0, /)")]
    fn new(vm: &Vm, cls: &TypeRef, deque: &Value, index: isize) -> PyResult<Ref<DequeIterator>> {
        Ok(alloc_instance(
            vm,
            cls,
            DequeIterator(Walk::from_args(vm, deque, index)?),
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<DequeIterator>) -> PyResult<Option<Value>> {
        this.0.next(vm, false)
    }
    /// How many items are left.
    #[pymethod("(self)")]
    fn __length_hint__(this: &Ref<DequeIterator>) -> usize {
        this.0.left.get()
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<DequeIterator>) -> Value {
        this.0.reduce(vm, this.ty())
    }
}

/// `_deque_reverse_iterator`.
pub struct DequeReverseIterator(Walk);
payload!(DequeReverseIterator, gc, |this, visit| visit(
    this.0.deque.as_value()
));

/// An iterator from the right.
pub fn iterate_reversed(vm: &Vm, deque: &Ref<Deque>) -> Value {
    let class = vm.add_native_type::<DequeReverseIterator>();
    vm.heap
        .alloc(&class, DequeReverseIterator(Walk::new(deque, 0)))
        .into_value()
}

#[pymethods(
    name = "_deque_reverse_iterator",
    module = "collections",
    doc = "",
    signature = ""
)]
impl DequeReverseIterator {
    #[pynew("(deque, index=0, /)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        deque: &Value,
        index: isize,
    ) -> PyResult<Ref<DequeReverseIterator>> {
        let walk = Walk::from_args(vm, deque, index)?;
        Ok(alloc_instance(vm, cls, DequeReverseIterator(walk)))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<DequeReverseIterator>) -> PyResult<Option<Value>> {
        this.0.next(vm, true)
    }
    /// How many items are left.
    #[pymethod("(self)")]
    fn __length_hint__(this: &Ref<DequeReverseIterator>) -> usize {
        this.0.left.get()
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<DequeReverseIterator>) -> Value {
        this.0.reduce(vm, this.ty())
    }
}
