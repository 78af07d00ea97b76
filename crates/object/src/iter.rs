//! Iterators over any sequence and over callables.

use std::cell::{Cell, RefCell};

use crate::value::Value;
use crate::vm::Vm;

/// `iterator`: walks an object by `__getitem__` from 0.
pub struct SeqIterator {
    pub sequence: RefCell<Option<Value>>,
    pub index: Cell<usize>,
}
crate::payload!(SeqIterator, gc, |this, visit| this.sequence.borrow().iter().for_each(visit));

pub fn new_seq_iterator(vm: &Vm, sequence: Value) -> Value {
    let it = SeqIterator { sequence: RefCell::new(Some(sequence)), index: Cell::new(0) };
    vm.heap.alloc(&vm.types.seq_iterator, it).into_value()
}
