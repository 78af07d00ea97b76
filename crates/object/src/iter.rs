//! Iterators over lists, tuples, any sequence, and callables.

use std::cell::Cell;

use taipan_macros::pymethods;

use crate::cells::{RefSlot, ValueSlot};
use crate::header::Ref;
use crate::list::List;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `iterator`: walks an object by `__getitem__` from 0.
pub struct SeqIterator {
    pub sequence: ValueSlot,
    pub index: Cell<usize>,
}
crate::payload!(
    SeqIterator,
    gc,
    |this, visit| this.sequence.with(|v| v.into_iter().for_each(visit)),
    clear | this | drop(this.sequence.take())
);

pub fn new_seq_iterator(vm: &Vm, sequence: Value) -> Value {
    let it = SeqIterator {
        sequence: ValueSlot::new(Some(sequence)),
        index: Cell::new(0),
    };
    vm.heap.alloc(&vm.types.seq_iterator, it).into_value()
}

/// Whether the pending exception ends an iteration by index; drops it if so.
pub(crate) fn ends_sequence(vm: &Vm) -> bool {
    let ends = vm.exception_is(&vm.exc.index_error) || vm.exception_is(&vm.exc.stop_iteration);
    if ends {
        drop(vm.take_pending());
    }
    ends
}

/// `(function, (argument,))` or `(function, (argument,), state)` for `__reduce__`.
pub(crate) fn reduced(vm: &Vm, function: &str, argument: Value, state: Option<Value>) -> PyResult {
    let function = vm.builtin(function)?;
    let arguments = vm.tuple_value([argument]);
    Ok(match state {
        Some(state) => vm.tuple_value([function, arguments, state]),
        None => vm.tuple_value([function, arguments]),
    })
}

fn empty_list(vm: &Vm) -> Value {
    vm.list_value(Vec::new())
}

#[pymethods(
    name = "iterator",
    doc = "Walks a sequence by index.",
    flags(DISALLOW_INSTANTIATION)
)]
impl SeqIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<SeqIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<SeqIterator>) -> PyResult<Option<Value>> {
        let Some(sequence) = this.sequence.get() else {
            return Ok(None);
        };
        let index = this.index.get();
        match vm.get_item(&sequence, &vm.new_int(index as i64)) {
            Ok(item) => {
                this.index.set(index + 1);
                Ok(Some(item))
            }
            Err(_) if ends_sequence(vm) => {
                drop(this.sequence.take());
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(vm: &Vm, this: &Ref<SeqIterator>) -> PyResult {
        let Some(sequence) = this.sequence.get() else {
            return Ok(Value::small_int(0).unwrap_or(Value::NONE));
        };
        if vm.type_of(&sequence).slots.len.get().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let len = vm.len(&sequence)?;
        Ok(vm.new_int(len.saturating_sub(this.index.get()) as i64))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<SeqIterator>) -> PyResult {
        match this.sequence.get() {
            Some(s) => reduced(vm, "iter", s, Some(vm.new_int(this.index.get() as i64))),
            None => reduced(vm, "iter", vm.empty_tuple.to_value(), None),
        }
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<SeqIterator>, state: isize) {
        this.index.set(state.max(0) as usize);
    }
}

/// `callable_iterator`: calls until a sentinel comes.
pub struct CallableIterator {
    pub callable: ValueSlot,
    pub sentinel: ValueSlot,
}
crate::payload!(
    CallableIterator,
    gc,
    |this, visit| {
        this.callable.with(|v| v.into_iter().for_each(&mut *visit));
        this.sentinel.with(|v| v.into_iter().for_each(visit));
    },
    clear | this | drop((this.callable.take(), this.sentinel.take()))
);

/// `iter(callable, sentinel)`.
pub fn new_callable_iterator(vm: &Vm, callable: Value, sentinel: Value) -> Value {
    let it = CallableIterator {
        callable: ValueSlot::new(Some(callable)),
        sentinel: ValueSlot::new(Some(sentinel)),
    };
    vm.heap.alloc(&vm.types.callable_iterator, it).into_value()
}

impl CallableIterator {
    fn finish(&self) {
        drop((self.callable.take(), self.sentinel.take()));
    }
}

#[pymethods(
    name = "callable_iterator",
    doc = "Calls a callable until it gives the sentinel.",
    flags(DISALLOW_INSTANTIATION)
)]
impl CallableIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<CallableIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<CallableIterator>) -> PyResult<Option<Value>> {
        let Some(callable) = this.callable.get() else {
            return Ok(None);
        };
        let result = match vm.call(&callable, &[]) {
            Ok(result) => result,
            Err(_) if vm.exception_is(&vm.exc.stop_iteration) => {
                drop(vm.take_pending());
                this.finish();
                return Ok(None);
            }
            Err(e) => return Err(e),
        };
        // The call may have finished this very iterator.
        let Some(sentinel) = this.sentinel.get() else {
            return Ok(None);
        };
        if vm.eq(&sentinel, &result)? {
            this.finish();
            return Ok(None);
        }
        Ok(Some(result))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<CallableIterator>) -> PyResult {
        match (this.callable.get(), this.sentinel.get()) {
            (Some(callable), Some(sentinel)) => {
                let arguments = vm.tuple_value([callable, sentinel]);
                Ok(vm.tuple_value([vm.builtin("iter")?, arguments]))
            }
            _ => reduced(vm, "iter", vm.empty_tuple.to_value(), None),
        }
    }
}

/// `list_iterator`. The interpreter and compiled code step it inline.
#[repr(C)]
pub struct ListIterator {
    /// Empty when exhausted.
    pub list: RefSlot<List>,
    pub index: Cell<usize>,
}
crate::payload!(
    ListIterator,
    gc,
    |this, visit| this
        .list
        .with(|l| l.into_iter().for_each(|l| visit(l.as_value()))),
    clear | this | drop(this.list.take())
);

impl ListIterator {
    pub const LIST_OFFSET: usize = 16;
    pub const INDEX_OFFSET: usize = 24;

    pub fn make(vm: &Vm, list: Ref<List>) -> Value {
        vm.heap
            .alloc(
                &vm.types.list_iterator,
                ListIterator {
                    list: RefSlot::new(Some(list)),
                    index: Cell::new(0),
                },
            )
            .into_value()
    }
    /// The next item; runs no Python code.
    #[inline(always)]
    pub fn advance(&self) -> Option<Value> {
        let index = self.index.get();
        match self.list.with(|l| l.and_then(|l| l.get(index))) {
            Some(item) => {
                self.index.set(index + 1);
                Some(item)
            }
            None => {
                drop(self.list.take());
                None
            }
        }
    }
}

#[pymethods(
    name = "list_iterator",
    doc = "An iterator over a list.",
    flags(DISALLOW_INSTANTIATION)
)]
impl ListIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<ListIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(_vm: &Vm, this: &Ref<ListIterator>) -> PyResult<Option<Value>> {
        Ok(this.advance())
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(this: &Ref<ListIterator>) -> usize {
        this.list
            .with(|l| l.map_or(0, |l| l.len().saturating_sub(this.index.get())))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<ListIterator>) -> PyResult {
        match this.list.get() {
            Some(list) => reduced(
                vm,
                "iter",
                list.into_value(),
                Some(vm.new_int(this.index.get() as i64)),
            ),
            None => reduced(vm, "iter", empty_list(vm), None),
        }
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<ListIterator>, state: isize) {
        if let Some(len) = this.list.with(|l| l.map(|l| l.len())) {
            this.index.set((state.max(0) as usize).min(len));
        }
    }
}

/// `list_reverseiterator`.
#[repr(C)]
pub struct ListReverseIterator {
    list: RefSlot<List>,
    /// Place of the next item.
    index: Cell<isize>,
}
crate::payload!(
    ListReverseIterator,
    gc,
    |this, visit| this
        .list
        .with(|l| l.into_iter().for_each(|l| visit(l.as_value()))),
    clear | this | drop(this.list.take())
);

impl ListReverseIterator {
    pub fn make(vm: &Vm, list: Ref<List>) -> Value {
        let index = Cell::new(list.len() as isize - 1);
        vm.heap
            .alloc(
                &vm.types.list_reverse_iterator,
                ListReverseIterator {
                    list: RefSlot::new(Some(list)),
                    index,
                },
            )
            .into_value()
    }
}

#[pymethods(
    name = "list_reverseiterator",
    doc = "An iterator over a list from its end.",
    flags(DISALLOW_INSTANTIATION)
)]
impl ListReverseIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<ListReverseIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(_vm: &Vm, this: &Ref<ListReverseIterator>) -> PyResult<Option<Value>> {
        let index = this.index.get();
        let item = usize::try_from(index)
            .ok()
            .and_then(|i| this.list.with(|l| l.and_then(|l| l.get(i))));
        if item.is_some() {
            this.index.set(index - 1);
        } else {
            this.index.set(-1);
            drop(this.list.take());
        }
        Ok(item)
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(this: &Ref<ListReverseIterator>) -> isize {
        let len = this.list.with(|l| l.map_or(0, |l| l.len() as isize));
        if this.index.get() < len {
            this.index.get() + 1
        } else {
            0
        }
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<ListReverseIterator>) -> PyResult {
        match this.list.get() {
            Some(list) => reduced(
                vm,
                "reversed",
                list.into_value(),
                Some(vm.new_int(this.index.get() as i64)),
            ),
            None => reduced(vm, "iter", empty_list(vm), None),
        }
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<ListReverseIterator>, state: isize) {
        if let Some(len) = this.list.with(|l| l.map(|l| l.len())) {
            this.index.set(state.clamp(-1, len as isize - 1));
        }
    }
}

/// `tuple_iterator`. The interpreter and compiled code step it inline.
#[repr(C)]
pub struct TupleIterator {
    /// Empty when exhausted.
    pub tuple: RefSlot<Tuple>,
    pub index: Cell<usize>,
}
crate::payload!(
    TupleIterator,
    gc,
    |this, visit| this
        .tuple
        .with(|t| t.into_iter().for_each(|t| visit(t.as_value()))),
    clear | this | drop(this.tuple.take())
);

impl TupleIterator {
    pub const TUPLE_OFFSET: usize = 16;
    pub const INDEX_OFFSET: usize = 24;

    pub fn make(vm: &Vm, tuple: Ref<Tuple>) -> Value {
        vm.heap
            .alloc(
                &vm.types.tuple_iterator,
                TupleIterator {
                    tuple: RefSlot::new(Some(tuple)),
                    index: Cell::new(0),
                },
            )
            .into_value()
    }
    /// The next item; runs no Python code.
    #[inline(always)]
    pub fn advance(&self) -> Option<Value> {
        let index = self.index.get();
        match self
            .tuple
            .with(|t| t.and_then(|t| t.items().get(index).cloned()))
        {
            Some(item) => {
                self.index.set(index + 1);
                Some(item)
            }
            None => {
                drop(self.tuple.take());
                None
            }
        }
    }
}

#[pymethods(
    name = "tuple_iterator",
    doc = "An iterator over a tuple.",
    flags(DISALLOW_INSTANTIATION)
)]
impl TupleIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<TupleIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(_vm: &Vm, this: &Ref<TupleIterator>) -> PyResult<Option<Value>> {
        Ok(this.advance())
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(this: &Ref<TupleIterator>) -> usize {
        this.tuple
            .with(|t| t.map_or(0, |t| t.len().saturating_sub(this.index.get())))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<TupleIterator>) -> PyResult {
        match this.tuple.get() {
            Some(tuple) => reduced(
                vm,
                "iter",
                tuple.into_value(),
                Some(vm.new_int(this.index.get() as i64)),
            ),
            None => reduced(vm, "iter", vm.empty_tuple.to_value(), None),
        }
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<TupleIterator>, state: isize) {
        if let Some(len) = this.tuple.with(|t| t.map(|t| t.len())) {
            this.index.set((state.max(0) as usize).min(len));
        }
    }
}
