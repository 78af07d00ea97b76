//! The iterator classes of builtins: `enumerate`, `zip`, `map`, `filter`, `reversed`.

use std::cell::{Cell, RefCell};

use dashu_int::IBig;
use smallvec::SmallVec;
use taipan_macros::pymethods;

use crate::cells::ValueSlot;
use crate::header::{Ref, TypeRef};
use crate::iter::{ends_sequence, reduced};
use crate::object::alloc_instance;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// The payload of `enumerate`.
pub struct Enumerate {
    iterator: Value,
    count: Cell<i64>,
    /// The count, once it is too large for `count`.
    big: RefCell<Option<IBig>>,
}
crate::payload!(Enumerate, gc, |this, visit| visit(&this.iterator));

impl Enumerate {
    /// The next count and item.
    ///
    /// # Errors
    /// What the iterator raises.
    #[inline]
    pub fn next_pair(&self, vm: &Vm) -> PyResult<Option<(Value, Value)>> {
        let Some(item) = vm.next(&self.iterator)? else {
            return Ok(None);
        };
        let n = self.count.get();
        // SAFETY: nothing borrows the number while this runs.
        let small = unsafe { (*self.big.as_ptr()).is_none() };
        if small && let Some(count) = Value::small_int(n) {
            self.count.set(n + 1);
            return Ok(Some((count, item)));
        }
        Ok(Some((self.next_count(vm), item)))
    }
    fn next_count(&self, vm: &Vm) -> Value {
        let mut big = self.big.borrow_mut();
        if let Some(n) = &mut *big {
            let value = vm.new_bigint(n.clone());
            *n += IBig::ONE;
            return value;
        }
        let n = self.count.get();
        match n.checked_add(1) {
            Some(next) => self.count.set(next),
            None => *big = Some(IBig::from(n) + IBig::ONE),
        }
        vm.new_int(n)
    }
}

#[pymethods(
    name = "enumerate",
    doc = "Pairs of a count and an item.",
    flags(BASETYPE)
)]
impl Enumerate {
    #[pynew("(iterable, start=0)")]
    fn py_new(vm: &Vm, cls: &TypeRef, iterable: &Value, start: &Value) -> PyResult {
        let start = vm.index(start)?;
        let big = if start.as_i64().is_none() {
            start.as_int().map(|n| n.to_ibig())
        } else {
            None
        };
        let iterator = vm.iter(iterable)?;
        let count = Cell::new(start.as_i64().unwrap_or(0));
        Ok(alloc_instance(
            vm,
            cls,
            Enumerate {
                iterator,
                count,
                big: RefCell::new(big),
            },
        )
        .into_value())
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Enumerate>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Enumerate>) -> PyResult<Option<Value>> {
        let pair = this.next_pair(vm)?;
        Ok(pair.map(|(count, item)| vm.tuple_value([count, item])))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Enumerate>) -> Value {
        let count = match &*this.big.borrow() {
            Some(n) => vm.new_bigint(n.clone()),
            None => vm.new_int(this.count.get()),
        };
        let arguments = vm.tuple_value([this.iterator.clone(), count]);
        vm.tuple_value([this.ty().to_value(), arguments])
    }
    /// `enumerate[T]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }
}

fn iterators(vm: &Vm, iterables: &[Value]) -> PyResult<Box<[Value]>> {
    iterables.iter().map(|i| vm.iter(i)).collect()
}

/// Takes one item of each iterator; `None` when one is at its end.
fn take_row(
    vm: &Vm,
    iterators: &[Value],
    strict: bool,
    name: &str,
) -> PyResult<Option<SmallVec<[Value; 4]>>> {
    let mut row = SmallVec::new();
    for (index, it) in iterators.iter().enumerate() {
        match vm.next(it)? {
            Some(item) => row.push(item),
            None if strict && index > 0 => return Err(uneven(vm, name, index, "shorter")),
            None => {
                if strict {
                    for (later, it) in iterators.iter().enumerate().skip(1) {
                        if vm.next(it)?.is_some() {
                            return Err(uneven(vm, name, later, "longer"));
                        }
                    }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some(row))
}

#[cold]
fn uneven(vm: &Vm, name: &str, index: usize, how: &str) -> Raised {
    let others = if index == 1 {
        "argument 1".to_owned()
    } else {
        format!("arguments 1-{index}")
    };
    vm.value_error(format!(
        "{name}() argument {} is {how} than {others}",
        index + 1
    ))
}

/// `(type, arguments)`, with True as state of a strict one.
fn reduce_strict(vm: &Vm, ty: &TypeRef, arguments: Value, strict: bool) -> Value {
    if strict {
        vm.tuple_value([ty.to_value(), arguments, Value::TRUE])
    } else {
        vm.tuple_value([ty.to_value(), arguments])
    }
}

/// The payload of `zip`.
pub struct Zip {
    iterators: Box<[Value]>,
    strict: Cell<bool>,
}
crate::payload!(Zip, gc, |this, visit| this.iterators.iter().for_each(visit));

impl Zip {
    /// Whether [`Zip::next_pair`] may be used.
    #[inline]
    pub fn is_pair(&self) -> bool {
        self.iterators.len() == 2 && !self.strict.get()
    }
    /// The next items of both of two iterators.
    ///
    /// # Errors
    /// What the iterators raise.
    #[inline]
    pub fn next_pair(&self, vm: &Vm) -> PyResult<Option<(Value, Value)>> {
        let [a, b] = &*self.iterators else {
            return Ok(None);
        };
        let Some(x) = vm.next(a)? else {
            return Ok(None);
        };
        Ok(vm.next(b)?.map(|y| (x, y)))
    }
}

#[pymethods(
    name = "zip",
    doc = "Tuples of the items of several iterables.",
    flags(BASETYPE)
)]
impl Zip {
    #[pynew("(*iterables, strict=False)")]
    fn py_new(vm: &Vm, cls: &TypeRef, iterables: &[Value], strict: bool) -> PyResult {
        let zip = Zip {
            iterators: iterators(vm, iterables)?,
            strict: Cell::new(strict),
        };
        Ok(alloc_instance(vm, cls, zip).into_value())
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Zip>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Zip>) -> PyResult<Option<Value>> {
        if this.is_pair() {
            let pair = this.next_pair(vm)?;
            return Ok(pair.map(|(x, y)| vm.tuple_value([x, y])));
        }
        if this.iterators.is_empty() {
            return Ok(None);
        }
        let row = take_row(vm, &this.iterators, this.strict.get(), "zip")?;
        Ok(row.map(|row| vm.new_tuple(row).into_value()))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Zip>) -> Value {
        let arguments = vm.tuple_from_slice(&this.iterators).into_value();
        reduce_strict(vm, this.ty(), arguments, this.strict.get())
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<Zip>, state: bool) {
        this.strict.set(state);
    }
}

/// The payload of `map`.
pub struct Map {
    function: Value,
    iterators: Box<[Value]>,
    strict: Cell<bool>,
}
crate::payload!(Map, gc, |this, visit| {
    visit(&this.function);
    this.iterators.iter().for_each(visit);
});

#[pymethods(
    name = "map",
    doc = "Results of calling a function with the items of iterables.",
    signature = "(function, iterable, /, *iterables, strict=False)",
    flags(BASETYPE)
)]
impl Map {
    #[pynew("(*arguments, strict=False)")]
    fn py_new(vm: &Vm, cls: &TypeRef, arguments: &[Value], strict: bool) -> PyResult {
        let [function, iterables @ ..] = arguments else {
            return Err(vm.type_error("map() must have at least two arguments."));
        };
        if iterables.is_empty() {
            return Err(vm.type_error("map() must have at least two arguments."));
        }
        let map = Map {
            function: function.clone(),
            iterators: iterators(vm, iterables)?,
            strict: Cell::new(strict),
        };
        Ok(alloc_instance(vm, cls, map).into_value())
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Map>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Map>) -> PyResult<Option<Value>> {
        if let [one] = &*this.iterators {
            let Some(item) = vm.next(one)? else {
                return Ok(None);
            };
            return vm
                .call(&this.function, std::slice::from_ref(&item))
                .map(Some);
        }
        match take_row(vm, &this.iterators, this.strict.get(), "map")? {
            Some(row) => vm.call(&this.function, &row).map(Some),
            None => Ok(None),
        }
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Map>) -> Value {
        let mut arguments = vec![this.function.clone()];
        arguments.extend_from_slice(&this.iterators);
        let arguments = vm.new_tuple(arguments).into_value();
        reduce_strict(vm, this.ty(), arguments, this.strict.get())
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<Map>, state: bool) {
        this.strict.set(state);
    }
}

/// The payload of `filter`.
pub struct Filter {
    function: Value,
    iterator: Value,
}
crate::payload!(Filter, gc, |this, visit| {
    visit(&this.function);
    visit(&this.iterator);
});

#[pymethods(
    name = "filter",
    doc = "The items for which a function is true.",
    flags(BASETYPE)
)]
impl Filter {
    #[pynew("(function, iterable, /)")]
    fn py_new(vm: &Vm, cls: &TypeRef, function: &Value, iterable: &Value) -> PyResult {
        let iterator = vm.iter(iterable)?;
        Ok(alloc_instance(
            vm,
            cls,
            Filter {
                function: function.clone(),
                iterator,
            },
        )
        .into_value())
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Filter>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Filter>) -> PyResult<Option<Value>> {
        let truth = this.function.is_none() || this.function.is(vm.types.bool.as_value());
        while let Some(item) = vm.next(&this.iterator)? {
            let good = if truth {
                vm.is_true(&item)?
            } else {
                let answer = vm.call(&this.function, std::slice::from_ref(&item))?;
                vm.is_true(&answer)?
            };
            if good {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Filter>) -> Value {
        let arguments = vm.tuple_value([this.function.clone(), this.iterator.clone()]);
        vm.tuple_value([this.ty().to_value(), arguments])
    }
}

/// The payload of `reversed`, for sequences without `__reversed__`.
pub struct Reversed {
    sequence: ValueSlot,
    /// Place of the next item.
    index: Cell<isize>,
}
crate::payload!(
    Reversed,
    gc,
    |this, visit| this.sequence.with(|s| s.into_iter().for_each(visit)),
    clear | this | drop(this.sequence.take())
);

#[pymethods(
    name = "reversed",
    doc = "The items of a sequence from the last to the first.",
    flags(BASETYPE)
)]
impl Reversed {
    #[pynew("(sequence, /)")]
    fn py_new(vm: &Vm, cls: &TypeRef, sequence: &Value) -> PyResult {
        let not_reversible = || {
            vm.type_error(format!(
                "'{}' object is not reversible",
                vm.type_name(sequence)
            ))
        };
        if let Some((function, this)) = vm.lookup_special(sequence, &vm.names.__reversed__)? {
            if function.is_none() {
                return Err(not_reversible());
            }
            return vm.call(&function, this.as_slice());
        }
        if !vm.is_sequence(sequence) || vm.type_of(sequence).has(TypeFlags::MAPPING) {
            return Err(not_reversible());
        }
        let len = vm.len(sequence)?;
        let reversed = Reversed {
            sequence: ValueSlot::new(Some(sequence.clone())),
            index: Cell::new(len as isize - 1),
        };
        Ok(alloc_instance(vm, cls, reversed).into_value())
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Reversed>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Reversed>) -> PyResult<Option<Value>> {
        let index = this.index.get();
        let Some(sequence) = this.sequence.get().filter(|_| index >= 0) else {
            drop(this.sequence.take());
            return Ok(None);
        };
        match vm.get_item(&sequence, &vm.new_int(index as i64)) {
            Ok(item) => {
                this.index.set(index - 1);
                Ok(Some(item))
            }
            Err(_) if ends_sequence(vm) => {
                this.index.set(-1);
                drop(this.sequence.take());
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(vm: &Vm, this: &Ref<Reversed>) -> PyResult<isize> {
        let Some(sequence) = this.sequence.get() else {
            return Ok(0);
        };
        let left = this.index.get() + 1;
        Ok(if (vm.len(&sequence)? as isize) < left {
            0
        } else {
            left
        })
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Reversed>) -> PyResult {
        match this.sequence.get() {
            Some(sequence) => {
                let arguments = vm.tuple_value([sequence]);
                Ok(vm.tuple_value([
                    this.ty().to_value(),
                    arguments,
                    vm.new_int(this.index.get() as i64),
                ]))
            }
            None => reduced(vm, "reversed", vm.empty_tuple.to_value(), None),
        }
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<Reversed>, state: isize) -> PyResult<()> {
        if let Some(sequence) = this.sequence.get() {
            let len = vm.len(&sequence)? as isize;
            this.index.set(state.clamp(-1, len - 1));
        }
        Ok(())
    }
}
