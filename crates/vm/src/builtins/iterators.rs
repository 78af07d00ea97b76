//! The iterator classes among the built-in functions: `enumerate`, `zip`, `map`, `filter`, `reversed`.

use std::cell::{Cell, RefCell};

use smallvec::SmallVec;
use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::list::List;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

/// The `iternext` of an iterator that `vm.iter` gave.
#[inline(always)]
fn step(vm: &Vm, it: &Value) -> PyResult<Option<Value>> {
    vm.next(it)
}

/// Whether keywords may go to a subclass's `__init__`.
fn no_keywords(vm: &Vm, cls: &TypeRef, own: &TypeRef, name: &str, kwargs: KwArgs<'_>) -> PyResult<()> {
    if cls.is(own) && !kwargs.is_empty() {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// `enumerate`.
pub struct Enumerate {
    it: Value,
    index: Cell<i64>,
    /// The index, once it has left `i64`.
    big: RefCell<Option<Value>>,
}
payload!(Enumerate, gc, |this, visit| {
    visit(&this.it);
    this.big.borrow().iter().for_each(visit);
});

#[pymethods(
    name = "enumerate",
    doc = "Pairs of a count and an item of an iterable.",
    signature = "(iterable, start=0)",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Enumerate {
    #[pynew("(iterable, start=0)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value, start: Option<&Value>) -> PyResult<Ref<Enumerate>> {
        let start = match start {
            Some(s) => vm.index(s)?,
            None => vm.new_int(0),
        };
        let it = vm.iter(iterable)?;
        let (index, big) = match start.as_i64() {
            Some(n) if n < i64::MAX => (n, None),
            _ => (0, Some(start)),
        };
        Ok(alloc_instance(vm, cls, Enumerate { it, index: Cell::new(index), big: RefCell::new(big) }))
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Enumerate>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Enumerate>) -> PyResult<Option<Value>> {
        let Some(item) = step(vm, &this.it)? else { return Ok(None) };
        let big = this.big.borrow().clone();
        let index = match big {
            None => {
                let n = this.index.get();
                match n.checked_add(1) {
                    Some(next) => this.index.set(next),
                    None => {
                        let next = vm.binary(&vm.new_int(n), &vm.new_int(1), taipan_object::number::BinOp::Add)?;
                        drop(this.big.replace(Some(next)));
                    }
                }
                vm.new_int(n)
            }
            Some(n) => {
                let next = vm.binary(&n, &vm.new_int(1), taipan_object::number::BinOp::Add)?;
                drop(this.big.replace(Some(next)));
                n
            }
        };
        Ok(Some(vm.tuple_value([index, item])))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Enumerate>) -> PyResult {
        let index = this.big.borrow().clone().unwrap_or_else(|| vm.new_int(this.index.get()));
        let args = vm.tuple_value([this.it.clone(), index]);
        Ok(vm.tuple_value([vm.type_of(this.as_value()).to_value(), args]))
    }
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}

type Iterators = SmallVec<[Value; 3]>;

/// `zip`.
pub struct Zip {
    iterators: Iterators,
    strict: Cell<bool>,
}
payload!(Zip, gc, |this, visit| this.iterators.iter().for_each(visit));

/// The `strict` keyword, the only one.
fn strict_keyword(vm: &Vm, name: &str, kwargs: KwArgs<'_>) -> PyResult<bool> {
    let mut strict = false;
    for (key, value) in kwargs.iter() {
        if !key.is_str("strict") {
            return Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{key}'")));
        }
        strict = vm.is_true(value)?;
    }
    Ok(strict)
}

/// The error of a strict walk over iterables of different lengths.
fn uneven(vm: &Vm, name: &str, at: usize, how: &str) -> taipan_object::Raised {
    let before = if at == 1 { " 1".to_owned() } else { format!("s 1-{at}") };
    vm.value_error(format!("{name}() argument {} is {how} than argument{before}", at + 1))
}

/// One item of each iterator; `None` when one ends.
fn gather(vm: &Vm, name: &str, iterators: &[Value], strict: bool) -> PyResult<Option<SmallVec<[Value; 4]>>> {
    let mut items = SmallVec::with_capacity(iterators.len());
    for (n, it) in iterators.iter().enumerate() {
        match step(vm, it)? {
            Some(item) => items.push(item),
            None if !strict => return Ok(None),
            None if n > 0 => return Err(uneven(vm, name, n, "shorter")),
            None => {
                for (n, it) in iterators.iter().enumerate().skip(1) {
                    if step(vm, it)?.is_some() {
                        return Err(uneven(vm, name, n, "longer"));
                    }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some(items))
}

#[pymethods(
    name = "zip",
    doc = "Tuples of the items of several iterables.",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Zip {
    #[pynew("(*iterables, **kwargs)")]
    fn new(vm: &Vm, cls: &TypeRef, iterables: &[Value], kwargs: KwArgs<'_>) -> PyResult<Ref<Zip>> {
        let strict = if cls.is(&vm.types.zip) || !kwargs.is_empty() { strict_keyword(vm, "zip", kwargs)? } else { false };
        let mut iterators = Iterators::with_capacity(iterables.len());
        for x in iterables {
            iterators.push(vm.iter(x)?);
        }
        Ok(alloc_instance(vm, cls, Zip { iterators, strict: Cell::new(strict) }))
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Zip>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Zip>) -> PyResult<Option<Value>> {
        if this.iterators.is_empty() {
            return Ok(None);
        }
        if let [a, b] = &this.iterators[..]
            && !this.strict.get()
        {
            let Some(a) = step(vm, a)? else { return Ok(None) };
            let Some(b) = step(vm, b)? else { return Ok(None) };
            return Ok(Some(vm.tuple_value([a, b])));
        }
        Ok(gather(vm, "zip", &this.iterators, this.strict.get())?.map(|items| vm.new_tuple(items).into_value()))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Zip>) -> PyResult {
        let ty = vm.type_of(this.as_value()).to_value();
        let args = vm.new_tuple(this.iterators.to_vec()).into_value();
        Ok(if this.strict.get() { vm.tuple_value([ty, args, Value::TRUE]) } else { vm.tuple_value([ty, args]) })
    }
    #[pymethod("(self, state, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<Zip>, state: &Value) -> PyResult<()> {
        this.strict.set(vm.is_true(state)?);
        Ok(())
    }
}

/// `map`.
pub struct Map {
    function: Value,
    iterators: Iterators,
    strict: Cell<bool>,
}
payload!(Map, gc, |this, visit| {
    visit(&this.function);
    this.iterators.iter().for_each(visit);
});

#[pymethods(
    name = "map",
    doc = "Calls a function with the items of iterables.",
    signature = "(function, iterable, /, *iterables, strict=False)",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Map {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Ref<Map>> {
        let strict = if cls.is(&vm.types.map) || !kwargs.is_empty() { strict_keyword(vm, "map", kwargs)? } else { false };
        let [function, iterables @ ..] = args else { return Err(vm.type_error("map() must have at least two arguments.")) };
        if iterables.is_empty() {
            return Err(vm.type_error("map() must have at least two arguments."));
        }
        let mut iterators = Iterators::with_capacity(iterables.len());
        for x in iterables {
            iterators.push(vm.iter(x)?);
        }
        Ok(alloc_instance(vm, cls, Map { function: function.clone(), iterators, strict: Cell::new(strict) }))
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Map>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Map>) -> PyResult<Option<Value>> {
        if let [it] = &this.iterators[..] {
            let Some(item) = step(vm, it)? else { return Ok(None) };
            return vm.call(&this.function, std::slice::from_ref(&item)).map(Some);
        }
        match gather(vm, "map", &this.iterators, this.strict.get())? {
            Some(items) => vm.call(&this.function, &items).map(Some),
            None => Ok(None),
        }
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Map>) -> PyResult {
        let ty = vm.type_of(this.as_value()).to_value();
        let mut args = vec![this.function.clone()];
        args.extend(this.iterators.iter().cloned());
        let args = vm.new_tuple(args).into_value();
        Ok(if this.strict.get() { vm.tuple_value([ty, args, Value::TRUE]) } else { vm.tuple_value([ty, args]) })
    }
    #[pymethod("(self, state, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<Map>, state: &Value) -> PyResult<()> {
        this.strict.set(vm.is_true(state)?);
        Ok(())
    }
}

/// `filter`.
pub struct Filter {
    function: Value,
    it: Value,
}
payload!(Filter, gc, |this, visit| {
    visit(&this.function);
    visit(&this.it);
});

#[pymethods(
    name = "filter",
    doc = "The items of an iterable for which a function is true.",
    signature = "(function, iterable, /)",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Filter {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Ref<Filter>> {
        no_keywords(vm, cls, &vm.types.filter, "filter", kwargs)?;
        let [function, iterable] = args else {
            return Err(vm.type_error(format!("filter expected 2 arguments, got {}", args.len())));
        };
        let it = vm.iter(iterable)?;
        Ok(alloc_instance(vm, cls, Filter { function: function.clone(), it }))
    }
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<Filter>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Filter>) -> PyResult<Option<Value>> {
        let plain = this.function.is_none() || this.function.is(vm.types.bool.as_value());
        while let Some(item) = step(vm, &this.it)? {
            let keep = if plain {
                vm.is_true(&item)?
            } else {
                let r = vm.call(&this.function, std::slice::from_ref(&item))?;
                vm.is_true(&r)?
            };
            if keep {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Filter>) -> PyResult {
        let args = vm.tuple_value([this.function.clone(), this.it.clone()]);
        Ok(vm.tuple_value([vm.type_of(this.as_value()).to_value(), args]))
    }
}

/// `reversed` of a sequence.
pub struct Reversed {
    sequence: taipan_object::cells::ValueSlot,
    index: Cell<isize>,
}
payload!(Reversed, gc, |this, visit| this.sequence.with(|v| v.into_iter().for_each(visit)), clear |this| drop(this.sequence.take()));

#[pymethods(
    name = "reversed",
    doc = "The items of a sequence from its end.",
    signature = "(sequence, /)",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Reversed {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        no_keywords(vm, cls, &vm.types.reversed, "reversed", kwargs)?;
        let [sequence] = args else {
            return Err(vm.type_error(format!("reversed expected 1 argument, got {}", args.len())));
        };
        if let Some(list) = sequence.downcast_exact::<List>(&vm.types.list) {
            return Ok(taipan_object::iter::ListReverseIterator::make(vm, list.clone()));
        }
        if let Some((method, this)) = vm.lookup_special(sequence, &vm.names.__reversed__)? {
            if method.is_none() {
                return Err(vm.type_error(format!("'{}' object is not reversible", vm.type_name(sequence))));
            }
            return vm.call(&method, this.as_slice());
        }
        if !vm.is_sequence(sequence) {
            return Err(vm.type_error(format!("'{}' object is not reversible", vm.type_name(sequence))));
        }
        let len = vm.len(sequence)? as isize;
        let it = Reversed { sequence: taipan_object::cells::ValueSlot::new(Some(sequence.clone())), index: Cell::new(len - 1) };
        Ok(alloc_instance(vm, cls, it).into_value())
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
            Err(_) if vm.exception_is(&vm.exc.index_error) || vm.exception_is(&vm.exc.stop_iteration) => {
                drop(vm.take_pending());
                this.index.set(-1);
                drop(this.sequence.take());
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(vm: &Vm, this: &Ref<Reversed>) -> PyResult<isize> {
        let Some(sequence) = this.sequence.get() else { return Ok(0) };
        let len = vm.len(&sequence)? as isize;
        let left = this.index.get() + 1;
        Ok(if len < left { 0 } else { left })
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Reversed>) -> PyResult {
        let ty = vm.type_of(this.as_value()).to_value();
        Ok(match this.sequence.get() {
            Some(sequence) => {
                let args = vm.tuple_value([sequence]);
                vm.tuple_value([ty, args, vm.new_int(this.index.get() as i64)])
            }
            None => {
                let args = vm.tuple_value([vm.empty_tuple.to_value()]);
                vm.tuple_value([ty, args])
            }
        })
    }
    #[pymethod("(self, state, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<Reversed>, state: isize) -> PyResult<()> {
        if let Some(sequence) = this.sequence.get() {
            let len = vm.len(&sequence)? as isize;
            this.index.set(state.clamp(-1, len - 1));
        }
        Ok(())
    }
}
