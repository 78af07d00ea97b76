//! Iterators that leave items out: `compress`, `dropwhile`, `filterfalse`, `islice`, `takewhile`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::pull;
use crate::field::Field;

/// `compress`.
pub struct Compress {
    data: Value,
    selectors: Value,
}
payload!(Compress, gc, |this, visit| {
    visit(&this.data);
    visit(&this.selectors);
});

#[pymethods(
    name = "compress",
    module = "itertools",
    doc = "The items of data whose counterparts in selectors are true.",
    flags(BASETYPE)
)]
impl Compress {
    #[pynew("(data, selectors)")]
    fn new(vm: &Vm, cls: &TypeRef, data: &Value, selectors: &Value) -> PyResult<Ref<Compress>> {
        let (data, selectors) = (vm.iter(data)?, vm.iter(selectors)?);
        Ok(alloc_instance(vm, cls, Compress { data, selectors }))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Compress>) -> PyResult<Option<Value>> {
        loop {
            let Some(item) = pull(vm, &this.data)? else {
                return Ok(None);
            };
            let Some(selector) = pull(vm, &this.selectors)? else {
                return Ok(None);
            };
            if vm.is_true(&selector)? {
                return Ok(Some(item));
            }
        }
    }
}

/// `dropwhile`.
pub struct DropWhile {
    predicate: Value,
    iterator: Value,
    started: Cell<bool>,
}
payload!(DropWhile, gc, |this, visit| {
    visit(&this.predicate);
    visit(&this.iterator);
});

#[pymethods(
    name = "dropwhile",
    module = "itertools",
    doc = "The items of an iterable from the first one on for which the predicate is false.",
    flags(BASETYPE)
)]
impl DropWhile {
    #[pynew("(predicate, iterable, /)")]
    fn new(vm: &Vm, cls: &TypeRef, predicate: Value, iterable: &Value) -> PyResult<Ref<DropWhile>> {
        let iterator = vm.iter(iterable)?;
        Ok(alloc_instance(
            vm,
            cls,
            DropWhile {
                predicate,
                iterator,
                started: Cell::new(false),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<DropWhile>) -> PyResult<Option<Value>> {
        loop {
            let Some(item) = pull(vm, &this.iterator)? else {
                return Ok(None);
            };
            if this.started.get() {
                return Ok(Some(item));
            }
            let drop_it = vm.call(&this.predicate, std::slice::from_ref(&item))?;
            if !vm.is_true(&drop_it)? {
                this.started.set(true);
                return Ok(Some(item));
            }
        }
    }
}

/// `takewhile`.
pub struct TakeWhile {
    predicate: Value,
    iterator: Value,
    stopped: Cell<bool>,
}
payload!(TakeWhile, gc, |this, visit| {
    visit(&this.predicate);
    visit(&this.iterator);
});

#[pymethods(
    name = "takewhile",
    module = "itertools",
    doc = "The items of an iterable up to the first one for which the predicate is false.",
    flags(BASETYPE)
)]
impl TakeWhile {
    #[pynew("(predicate, iterable, /)")]
    fn new(vm: &Vm, cls: &TypeRef, predicate: Value, iterable: &Value) -> PyResult<Ref<TakeWhile>> {
        let iterator = vm.iter(iterable)?;
        Ok(alloc_instance(
            vm,
            cls,
            TakeWhile {
                predicate,
                iterator,
                stopped: Cell::new(false),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<TakeWhile>) -> PyResult<Option<Value>> {
        if this.stopped.get() {
            return Ok(None);
        }
        let Some(item) = pull(vm, &this.iterator)? else {
            return Ok(None);
        };
        let take_it = vm.call(&this.predicate, std::slice::from_ref(&item))?;
        if vm.is_true(&take_it)? {
            return Ok(Some(item));
        }
        this.stopped.set(true);
        Ok(None)
    }
}

/// `filterfalse`.
pub struct FilterFalse {
    /// None or `bool`: the item's own truth.
    predicate: Option<Value>,
    iterator: Value,
}
payload!(FilterFalse, gc, |this, visit| {
    this.predicate.iter().for_each(&mut *visit);
    visit(&this.iterator);
});

#[pymethods(
    name = "filterfalse",
    module = "itertools",
    doc = "The items of an iterable for which the function is false; with None, those that are false themselves.",
    flags(BASETYPE)
)]
impl FilterFalse {
    #[pynew("(function, iterable, /)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        function: Value,
        iterable: &Value,
    ) -> PyResult<Ref<FilterFalse>> {
        let iterator = vm.iter(iterable)?;
        let own_truth = function.is_none() || function.is(vm.types.bool.as_value());
        let predicate = if own_truth { None } else { Some(function) };
        Ok(alloc_instance(
            vm,
            cls,
            FilterFalse {
                predicate,
                iterator,
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<FilterFalse>) -> PyResult<Option<Value>> {
        loop {
            let Some(item) = pull(vm, &this.iterator)? else {
                return Ok(None);
            };
            let truth = match &this.predicate {
                None => vm.is_true(&item)?,
                Some(f) => {
                    let result = vm.call(f, std::slice::from_ref(&item))?;
                    vm.is_true(&result)?
                }
            };
            if !truth {
                return Ok(Some(item));
            }
        }
    }
}

/// `islice`.
pub struct ISlice {
    iterator: Field,
    /// Index of the next item to give.
    next: Cell<usize>,
    stop: Option<usize>,
    step: usize,
    /// Items taken so far.
    taken: Cell<usize>,
}
payload!(
    ISlice,
    gc,
    |this, visit| this.iterator.visit(visit),
    clear | this | this.iterator.clear()
);

const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const STEP: &str = "Step for islice() must be a positive integer or None.";

/// An index or None; ValueError with the message for everything else.
fn position(vm: &Vm, value: &Value, message: &str) -> PyResult<Option<usize>> {
    if value.is_none() {
        return Ok(None);
    }
    match vm.index_isize(value) {
        Ok(n) => usize::try_from(n)
            .map(Some)
            .map_err(|_| vm.value_error(message)),
        Err(_) => {
            drop(vm.take_pending());
            Err(vm.value_error(message))
        }
    }
}

#[pymethods(
    name = "islice",
    module = "itertools",
    doc = "islice(iterable, stop) or islice(iterable, start, stop[, step]): the items of a slice of an iterable.",
    signature = "",
    flags(BASETYPE)
)]
impl ISlice {
    #[pynew("(iterable, a, b=<unset>, c=<unset>, /)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        iterable: &Value,
        a: &Value,
        b: Option<&Value>,
        c: Option<&Value>,
    ) -> PyResult<Ref<ISlice>> {
        let (start, stop) = match b {
            None => (0, position(vm, a, STOP)?),
            Some(b) => {
                // CPython reads stop first: a value that is no index is its fault, a negative one that of both.
                let stop = match position(vm, b, STOP) {
                    Err(_) if vm.index_isize(b).is_ok() => {
                        drop(vm.take_pending());
                        return Err(vm.value_error(INDICES));
                    }
                    Err(_) => {
                        drop(vm.take_pending());
                        return Err(vm.value_error(STOP));
                    }
                    Ok(stop) => stop,
                };
                (position(vm, a, INDICES)?.unwrap_or(0), stop)
            }
        };
        let step = match c {
            None => 1,
            Some(c) => match position(vm, c, STEP)? {
                Some(0) => return Err(vm.value_error(STEP)),
                step => step.unwrap_or(1),
            },
        };
        let iterator = Field::new(vm.iter(iterable)?);
        Ok(alloc_instance(
            vm,
            cls,
            ISlice {
                iterator,
                next: Cell::new(start),
                stop,
                step,
                taken: Cell::new(0),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<ISlice>) -> PyResult<Option<Value>> {
        let result = this.step(vm);
        if !matches!(result, Ok(Some(_))) {
            // The source dies as soon as it is not needed any more.
            this.iterator.clear();
        }
        result
    }

    fn step(&self, vm: &Vm) -> PyResult<Option<Value>> {
        let Some(iterator) = self.iterator.get() else {
            return Ok(None);
        };
        while self.taken.get() < self.next.get() {
            if pull(vm, &iterator)?.is_none() {
                return Ok(None);
            }
            self.taken.set(self.taken.get() + 1);
        }
        if self.stop.is_some_and(|stop| self.taken.get() >= stop) {
            return Ok(None);
        }
        let Some(item) = pull(vm, &iterator)? else {
            return Ok(None);
        };
        self.taken.set(self.taken.get() + 1);
        let next = self.next.get().saturating_add(self.step);
        self.next.set(self.stop.map_or(next, |stop| next.min(stop)));
        Ok(Some(item))
    }
}
