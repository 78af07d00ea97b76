//! Iterators that join items or iterables: `accumulate`, `batched`, `chain`, `pairwise`, `starmap`, `zip_longest`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::number::BinOp;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::pull;
use crate::field::Field;

/// `accumulate`.
pub struct Accumulate {
    iterator: Value,
    function: Option<Value>,
    total: Field,
    initial: Field,
}
payload!(
    Accumulate,
    gc,
    |this, visit| {
        visit(&this.iterator);
        this.function.iter().for_each(&mut *visit);
        this.total.visit(visit);
        this.initial.visit(visit);
    },
    clear | this | this.total.clear()
);

#[pymethods(
    name = "accumulate",
    module = "itertools",
    doc = "Running totals, or the running results of another function of two arguments.",
    flags(BASETYPE)
)]
impl Accumulate {
    #[pynew("(iterable, func=None, *, initial=None)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        iterable: &Value,
        func: Option<Value>,
        initial: Option<Value>,
    ) -> PyResult<Ref<Accumulate>> {
        let iterator = vm.iter(iterable)?;
        let initial = initial.map_or_else(Field::empty, Field::new);
        Ok(alloc_instance(
            vm,
            cls,
            Accumulate {
                iterator,
                function: func,
                total: Field::empty(),
                initial,
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Accumulate>) -> PyResult<Option<Value>> {
        if let Some(initial) = this.initial.take() {
            this.total.set(initial.clone());
            return Ok(Some(initial));
        }
        let Some(item) = pull(vm, &this.iterator)? else {
            return Ok(None);
        };
        let total = match this.total.get() {
            None => item,
            Some(total) => match &this.function {
                None => vm.binary(&total, &item, BinOp::Add)?,
                Some(f) => vm.call(f, &[total, item])?,
            },
        };
        this.total.set(total.clone());
        Ok(Some(total))
    }
}

/// `batched`.
pub struct Batched {
    iterator: Field,
    size: usize,
    strict: bool,
}
payload!(
    Batched,
    gc,
    |this, visit| this.iterator.visit(visit),
    clear | this | this.iterator.clear()
);

#[pymethods(
    name = "batched",
    module = "itertools",
    doc = "The items of an iterable in tuples of n; the last one may be shorter unless strict is true.",
    flags(BASETYPE)
)]
impl Batched {
    #[pynew("(iterable, n, *, strict=False)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        iterable: &Value,
        n: isize,
        strict: bool,
    ) -> PyResult<Ref<Batched>> {
        if n < 1 {
            return Err(vm.value_error("n must be at least one"));
        }
        let iterator = Field::new(vm.iter(iterable)?);
        Ok(alloc_instance(
            vm,
            cls,
            Batched {
                iterator,
                size: n as usize,
                strict,
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Batched>) -> PyResult<Option<Value>> {
        let Some(iterator) = this.iterator.get() else {
            return Ok(None);
        };
        let mut items = Vec::with_capacity(this.size.min(64));
        while items.len() < this.size {
            match pull(vm, &iterator) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(e) => {
                    this.iterator.clear();
                    return Err(e);
                }
            }
        }
        if items.len() < this.size {
            this.iterator.clear();
            if items.is_empty() {
                return Ok(None);
            }
            if this.strict {
                return Err(vm.value_error("batched(): incomplete batch"));
            }
        }
        Ok(Some(vm.new_tuple(items).into_value()))
    }
}

/// `chain`.
pub struct Chain {
    /// Iterator over the iterables.
    source: Field,
    active: Field,
}
payload!(
    Chain,
    gc,
    |this, visit| {
        this.source.visit(visit);
        this.active.visit(visit);
    },
    clear | this | {
        this.source.clear();
        this.active.clear();
    }
);

#[pymethods(
    name = "chain",
    module = "itertools",
    doc = "The items of the first iterable, then those of the second, and so on.",
    flags(BASETYPE)
)]
impl Chain {
    #[pynew("(*iterables)")]
    fn new(vm: &Vm, cls: &TypeRef, iterables: &[Value]) -> PyResult<Ref<Chain>> {
        let iterables = vm.new_tuple(iterables.to_vec()).into_value();
        Chain::of(vm, cls, &iterables)
    }
    fn of(vm: &Vm, cls: &TypeRef, iterables: &Value) -> PyResult<Ref<Chain>> {
        let source = Field::new(vm.iter(iterables)?);
        Ok(alloc_instance(
            vm,
            cls,
            Chain {
                source,
                active: Field::empty(),
            },
        ))
    }
    /// A chain of the iterables that an iterable gives.
    #[pyclassmethod("(cls, iterable, /)")]
    fn from_iterable(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult<Ref<Chain>> {
        Chain::of(vm, cls, iterable)
    }
    /// See PEP 585.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Chain>) -> PyResult<Option<Value>> {
        loop {
            if let Some(active) = this.active.get() {
                if let Some(item) = pull(vm, &active)? {
                    return Ok(Some(item));
                }
                this.active.clear();
            }
            let Some(source) = this.source.get() else {
                return Ok(None);
            };
            match pull(vm, &source).and_then(|next| next.map(|n| vm.iter(&n)).transpose()) {
                Ok(Some(active)) => this.active.set(active),
                other => {
                    this.source.clear();
                    return other;
                }
            }
        }
    }
}

/// `pairwise`.
pub struct Pairwise {
    iterator: Field,
    previous: Field,
}
payload!(
    Pairwise,
    gc,
    |this, visit| {
        this.iterator.visit(visit);
        this.previous.visit(visit);
    },
    clear | this | {
        this.iterator.clear();
        this.previous.clear();
    }
);

#[pymethods(
    name = "pairwise",
    module = "itertools",
    doc = "Each item of an iterable with the next one.",
    flags(BASETYPE)
)]
impl Pairwise {
    #[pynew("(iterable, /)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult<Ref<Pairwise>> {
        let iterator = Field::new(vm.iter(iterable)?);
        Ok(alloc_instance(
            vm,
            cls,
            Pairwise {
                iterator,
                previous: Field::empty(),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Pairwise>) -> PyResult<Option<Value>> {
        let result = this.step(vm);
        if !matches!(result, Ok(Some(_))) {
            this.iterator.clear();
            this.previous.clear();
        }
        result
    }
    fn step(&self, vm: &Vm) -> PyResult<Option<Value>> {
        let Some(iterator) = self.iterator.get() else {
            return Ok(None);
        };
        let previous = match self.previous.get() {
            Some(previous) => previous,
            None => {
                let Some(first) = pull(vm, &iterator)? else {
                    return Ok(None);
                };
                self.previous.set(first.clone());
                // The iterator may have used this object meanwhile.
                if self.iterator.is_empty() {
                    return Ok(None);
                }
                first
            }
        };
        let Some(item) = pull(vm, &iterator)? else {
            return Ok(None);
        };
        self.previous.set(item.clone());
        Ok(Some(vm.new_tuple([previous, item]).into_value()))
    }
}

/// `starmap`.
pub struct StarMap {
    function: Value,
    iterator: Value,
}
payload!(StarMap, gc, |this, visit| {
    visit(&this.function);
    visit(&this.iterator);
});

#[pymethods(
    name = "starmap",
    module = "itertools",
    doc = "The function's results, its arguments being the items of each item.",
    flags(BASETYPE)
)]
impl StarMap {
    #[pynew("(function, iterable, /)")]
    fn new(vm: &Vm, cls: &TypeRef, function: Value, iterable: &Value) -> PyResult<Ref<StarMap>> {
        let iterator = vm.iter(iterable)?;
        Ok(alloc_instance(vm, cls, StarMap { function, iterator }))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<StarMap>) -> PyResult<Option<Value>> {
        let Some(args) = pull(vm, &this.iterator)? else {
            return Ok(None);
        };
        let args = vm.collect(&args)?;
        vm.call(&this.function, &args).map(Some)
    }
}

/// `zip_longest`.
pub struct ZipLongest {
    /// None: exhausted.
    iterators: RefCell<Vec<Option<Value>>>,
    active: Cell<usize>,
    fill: Value,
}
payload!(
    ZipLongest,
    gc,
    |this, visit| {
        this.iterators
            .borrow()
            .iter()
            .flatten()
            .for_each(&mut *visit);
        visit(&this.fill);
    },
    clear | this | drop(std::mem::take(&mut *this.iterators.borrow_mut()))
);

#[pymethods(
    name = "zip_longest",
    module = "itertools",
    doc = "Tuples of the items of all iterables, up to the end of the longest; fillvalue stands for what is missing.",
    flags(BASETYPE)
)]
impl ZipLongest {
    #[pynew("(*iterables, fillvalue=None)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        iterables: &[Value],
        fillvalue: Value,
    ) -> PyResult<Ref<ZipLongest>> {
        let mut iterators = Vec::with_capacity(iterables.len());
        for iterable in iterables {
            iterators.push(Some(vm.iter(iterable)?));
        }
        let active = Cell::new(iterators.len());
        Ok(alloc_instance(
            vm,
            cls,
            ZipLongest {
                iterators: RefCell::new(iterators),
                active,
                fill: fillvalue,
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<ZipLongest>) -> PyResult<Option<Value>> {
        let count = this.iterators.borrow().len();
        if count == 0 || this.active.get() == 0 {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(count);
        for index in 0..count {
            let iterator = this.iterators.borrow().get(index).cloned().flatten();
            let Some(iterator) = iterator else {
                items.push(this.fill.clone());
                continue;
            };
            match pull(vm, &iterator) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => {
                    this.active.set(this.active.get().saturating_sub(1));
                    if this.active.get() == 0 {
                        return Ok(None);
                    }
                    let done = this
                        .iterators
                        .borrow_mut()
                        .get_mut(index)
                        .and_then(Option::take);
                    drop(done);
                    items.push(this.fill.clone());
                }
                Err(e) => {
                    this.active.set(0);
                    return Err(e);
                }
            }
        }
        Ok(Some(vm.new_tuple(items).into_value()))
    }
}
