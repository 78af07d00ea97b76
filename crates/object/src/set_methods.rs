//! The classes `set` and `frozenset`, and the iterator over both.

use std::cell::Cell;

use taipan_macros::pymethods;

use crate::cells::RefSlot;
use crate::dict::Dict;
use crate::header::{Ref, TypeRef};
use crate::set::Set;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `set |= iterable`, for any iterable.
pub fn update(vm: &Vm, set: &Ref<Set>, iterable: &Value) -> PyResult<()> {
    if let Some(other) = iterable.downcast::<Set>() {
        return set.merge(vm, other);
    }
    if let Some(dict) = iterable.downcast_exact::<Dict>(&vm.types.dict) {
        set.reserve(dict.len());
        let mut place = 0;
        while let Some((at, hash, key, _)) = dict.next_entry(place) {
            set.add_hashed(vm, key, hash)?;
            place = at + 1;
        }
        return Ok(());
    }
    vm.for_each(iterable, |item| set.add(vm, item).map(drop))
}

/// `set` or `frozenset`, whichever `set` is an instance of.
fn base_type<'a>(vm: &'a Vm, set: &Ref<Set>) -> &'a TypeRef {
    if set.ty().is(&vm.types.set) || set.ty().is_subtype(&vm.types.set) {
        &vm.types.set
    } else {
        &vm.types.frozenset
    }
}
fn is_frozen(vm: &Vm, set: &Ref<Set>) -> bool {
    base_type(vm, set).is(&vm.types.frozenset)
}
fn copy_as(vm: &Vm, ty: &TypeRef, set: &Ref<Set>) -> PyResult<Ref<Set>> {
    let copy = crate::object::alloc_instance(vm, ty, Set::new());
    copy.merge(vm, set)?;
    Ok(copy)
}
/// A copy as `set` or `frozenset`.
fn copied(vm: &Vm, set: &Ref<Set>) -> PyResult<Ref<Set>> {
    copy_as(vm, base_type(vm, set), set)
}
fn fresh(vm: &Vm, like: &Ref<Set>) -> Ref<Set> {
    if is_frozen(vm, like) {
        vm.new_frozenset()
    } else {
        vm.new_set()
    }
}

fn intersection(vm: &Vm, set: &Ref<Set>, other: &Value) -> PyResult<Ref<Set>> {
    if set.as_value().is(other) {
        return copied(vm, set);
    }
    let result = fresh(vm, set);
    let Some(other) = other.downcast::<Set>() else {
        vm.for_each(other, |item| {
            let hash = vm.hash_element(&item)?;
            if set.contains_hashed(vm, &item, hash)? {
                result.add_hashed(vm, item, hash)?;
            }
            Ok(())
        })?;
        return Ok(result);
    };
    let (walked, asked) = if other.len() > set.len() {
        (set, other)
    } else {
        (other, set)
    };
    let mut place = 0;
    while let Some((at, hash, key)) = walked.next_entry(place) {
        if asked.contains_hashed(vm, &key, hash)? {
            result.add_hashed(vm, key, hash)?;
        }
        place = at + 1;
    }
    Ok(result)
}

pub(crate) fn remove_all(vm: &Vm, set: &Ref<Set>, other: &Value) -> PyResult<()> {
    if set.as_value().is(other) {
        drop(set.take());
        return Ok(());
    }
    if let Some(theirs) = other.downcast::<Set>() {
        // A much larger set is first reduced to what matters.
        let common = if theirs.len() >> 3 > set.len() {
            Some(intersection(vm, set, other)?)
        } else {
            None
        };
        let theirs = common.as_ref().unwrap_or(theirs);
        let mut place = 0;
        while let Some((at, hash, key)) = theirs.next_entry(place) {
            drop(set.remove_hashed(vm, &key, hash)?);
            place = at + 1;
        }
    } else {
        vm.for_each(other, |item| {
            let hash = vm.hash_element(&item)?;
            set.remove_hashed(vm, &item, hash).map(drop)
        })?;
    }
    set.shrink();
    Ok(())
}

fn difference(vm: &Vm, set: &Ref<Set>, other: &Value) -> PyResult<Ref<Set>> {
    let theirs = other.downcast::<Set>();
    let dict = other.downcast::<Dict>();
    let small = match (theirs, dict) {
        (Some(s), _) => set.len() >> 2 > s.len(),
        (_, Some(d)) => set.len() >> 2 > d.len(),
        _ => true,
    };
    if small {
        let result = copied(vm, set)?;
        remove_all(vm, &result, other)?;
        return Ok(result);
    }
    let result = fresh(vm, set);
    let mut place = 0;
    while let Some((at, hash, key)) = set.next_entry(place) {
        let found = match (theirs, dict) {
            (Some(s), _) => s.contains_hashed(vm, &key, hash)?,
            (_, Some(d)) => d.find(vm, &key, hash)?.is_some(),
            _ => false,
        };
        if !found {
            result.add_hashed(vm, key, hash)?;
        }
        place = at + 1;
    }
    Ok(result)
}

pub(crate) fn toggle_all(vm: &Vm, set: &Ref<Set>, other: &Value) -> PyResult<()> {
    if set.as_value().is(other) {
        drop(set.take());
        return Ok(());
    }
    let toggle = |key: Value, hash: i64| -> PyResult<()> {
        match set.remove_hashed(vm, &key, hash)? {
            Some(removed) => drop(removed),
            None => drop(set.add_hashed(vm, key, hash)?),
        }
        Ok(())
    };
    if let Some(dict) = other.downcast_exact::<Dict>(&vm.types.dict) {
        let mut place = 0;
        while let Some((at, hash, key, _)) = dict.next_entry(place) {
            toggle(key, hash)?;
            place = at + 1;
        }
        return Ok(());
    }
    // Each element counts once, so other iterables become sets first.
    let theirs = match other.downcast::<Set>() {
        Some(theirs) => theirs.clone(),
        None => vm.set_of(base_type(vm, set), Some(other))?,
    };
    let mut place = 0;
    while let Some((at, hash, key)) = theirs.next_entry(place) {
        toggle(key, hash)?;
        place = at + 1;
    }
    Ok(())
}

fn symmetric_difference(vm: &Vm, set: &Ref<Set>, other: &Value) -> PyResult<Ref<Set>> {
    let result = vm.set_of(base_type(vm, set), Some(other))?;
    toggle_all(vm, &result, set.as_value())?;
    Ok(result)
}

fn is_subset(vm: &Vm, set: &Ref<Set>, other: &Ref<Set>) -> PyResult<bool> {
    if set.len() > other.len() {
        return Ok(false);
    }
    let mut place = 0;
    while let Some((at, hash, key)) = set.next_entry(place) {
        if !other.contains_hashed(vm, &key, hash)? {
            return Ok(false);
        }
        place = at + 1;
    }
    Ok(true)
}

/// Does something with a key and its hash; an unhashable set stands for the frozenset of its elements.
fn with_key<R>(vm: &Vm, key: &Value, act: impl FnOnce(&Value, i64) -> PyResult<R>) -> PyResult<R> {
    match vm.hash_element(key) {
        Ok(hash) => act(key, hash),
        Err(e) => match key.downcast::<Set>() {
            Some(set) if !is_frozen(vm, set) && vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                let frozen = copy_as(vm, &vm.types.frozenset, set)?;
                act(frozen.as_value(), frozen.frozen_hash())
            }
            _ => Err(e),
        },
    }
}

type Operation = fn(&Vm, &Ref<Set>, &Value) -> PyResult<Ref<Set>>;

/// An operator: both operands must be sets.
fn operator(vm: &Vm, a: &Value, b: &Value, operation: Operation) -> PyResult {
    match (a.downcast::<Set>(), b.downcast::<Set>()) {
        (Some(set), Some(_)) => Ok(operation(vm, set, b)?.into_value()),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn union_of(vm: &Vm, set: &Ref<Set>, other: &Value) -> PyResult<Ref<Set>> {
    let result = copied(vm, set)?;
    update(vm, &result, other)?;
    Ok(result)
}

fn in_place(
    vm: &Vm,
    set: &Ref<Set>,
    other: &Value,
    change: fn(&Vm, &Ref<Set>, &Value) -> PyResult<()>,
) -> PyResult {
    if other.downcast::<Set>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    change(vm, set, other)?;
    Ok(set.to_value())
}

#[pymethods(partial = SHARED, class = "set")]
impl Set {
    /// The elements of this set and of all others.
    #[pymethod("(self, *others)")]
    fn union(vm: &Vm, this: &Ref<Set>, others: &[Value]) -> PyResult {
        let result = copied(vm, this)?;
        for other in others {
            if !this.as_value().is(other) {
                update(vm, &result, other)?;
            }
        }
        Ok(result.into_value())
    }
    /// The elements that this set and all others have.
    #[pymethod("(self, *others)", name = "intersection")]
    fn intersection_of(vm: &Vm, this: &Ref<Set>, others: &[Value]) -> PyResult<Ref<Set>> {
        let Some((first, rest)) = others.split_first() else {
            return copied(vm, this);
        };
        let mut result = intersection(vm, this, first)?;
        for other in rest {
            result = intersection(vm, &result, other)?;
        }
        Ok(result)
    }
    /// The elements that this set has and no other.
    #[pymethod("(self, *others)", name = "difference")]
    fn difference_of(vm: &Vm, this: &Ref<Set>, others: &[Value]) -> PyResult<Ref<Set>> {
        let Some((first, rest)) = others.split_first() else {
            return copied(vm, this);
        };
        let result = difference(vm, this, first)?;
        for other in rest {
            remove_all(vm, &result, other)?;
        }
        Ok(result)
    }
    /// The elements that exactly one of two sets has.
    #[pymethod("(self, other, /)", name = "symmetric_difference")]
    fn symmetric_difference_of(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult<Ref<Set>> {
        symmetric_difference(vm, this, other)
    }
    /// Whether two sets have no element in common.
    #[pymethod("(self, other, /)")]
    fn isdisjoint(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult<bool> {
        if this.as_value().is(other) {
            return Ok(this.is_empty());
        }
        if let Some(theirs) = other.downcast::<Set>() {
            let (walked, asked) = if theirs.len() > this.len() {
                (this, theirs)
            } else {
                (theirs, this)
            };
            let mut place = 0;
            while let Some((at, hash, key)) = walked.next_entry(place) {
                if asked.contains_hashed(vm, &key, hash)? {
                    return Ok(false);
                }
                place = at + 1;
            }
            return Ok(true);
        }
        let it = vm.iter(other)?;
        while let Some(item) = vm.next(&it)? {
            let hash = vm.hash_element(&item)?;
            if this.contains_hashed(vm, &item, hash)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
    /// Whether another set contains this one.
    #[pymethod("(self, other, /)")]
    fn issubset(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult<bool> {
        match other.downcast::<Set>() {
            Some(other) => is_subset(vm, this, other),
            // Only the common elements matter.
            None => Ok(intersection(vm, this, other)?.len() == this.len()),
        }
    }
    /// Whether this set contains another.
    #[pymethod("(self, other, /)")]
    fn issuperset(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult<bool> {
        if let Some(other) = other.downcast::<Set>() {
            return is_subset(vm, other, this);
        }
        let it = vm.iter(other)?;
        while let Some(item) = vm.next(&it)? {
            let hash = vm.hash_element(&item)?;
            if !this.contains_hashed(vm, &item, hash)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Set>) -> PyResult {
        let elements = vm.list_value(this.elements());
        let state = match vm.getattr_opt(this.as_value(), &vm.names.__getstate__)? {
            Some(getstate) => vm.call(&getstate, &[])?,
            None => Value::NONE,
        };
        let arguments = vm.tuple_value([elements]);
        Ok(vm.tuple_value([this.ty().to_value(), arguments, state]))
    }
    /// Bytes that the set takes.
    #[pymethod("(self, /)")]
    fn __sizeof__(this: &Ref<Set>) -> usize {
        size_of::<Set>() + 16 + this.table_bytes()
    }
    /// `set[T]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Set>) -> PyResult {
        let name = this.ty().name.borrow().to_string();
        if this.is_empty() {
            return Ok(vm.new_str(&format!("{name}()")).into_value());
        }
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str(&format!("{name}(...)")).into_value());
        };
        let plain = this.ty().is(&vm.types.set);
        let mut out = if plain {
            b"{".to_vec()
        } else {
            format!("{name}({{").into_bytes()
        };
        let elements = this.elements();
        crate::seq::repr_items(vm, &mut out, |i| elements.get(i).cloned())?;
        out.extend_from_slice(if plain { b"}" } else { b"})" });
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Set>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Set>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let answer = match op {
            CmpOp::Eq | CmpOp::Ne => {
                let (h1, h2) = (this.hash.get(), other.hash.get());
                let equal = this.len() == other.len()
                    && (h1 == 0 || h2 == 0 || h1 == h2)
                    && is_subset(vm, this, other)?;
                equal == (op == CmpOp::Eq)
            }
            CmpOp::Le => is_subset(vm, this, other)?,
            CmpOp::Ge => is_subset(vm, other, this)?,
            CmpOp::Lt => this.len() < other.len() && is_subset(vm, this, other)?,
            CmpOp::Gt => this.len() > other.len() && is_subset(vm, other, this)?,
        };
        Ok(Value::bool(answer))
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Set>) -> PyResult {
        let it = SetIterator {
            set: RefSlot::new(Some(this.clone())),
            expected: Cell::new(this.len()),
            place: Cell::new(0),
            remaining: Cell::new(this.len()),
        };
        Ok(vm.heap.alloc(&vm.types.set_iterator, it).into_value())
    }
    #[pyslot(len)]
    fn length(_vm: &Vm, this: &Ref<Set>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Set>, key: &Value) -> PyResult<bool> {
        with_key(vm, key, |key, hash| this.contains_hashed(vm, key, hash))
    }
    #[pyslot(or)]
    fn or_(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        operator(vm, a, b, union_of)
    }
    #[pyslot(and)]
    fn and_(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        operator(vm, a, b, intersection)
    }
    #[pyslot(sub)]
    fn sub_(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        operator(vm, a, b, difference)
    }
    #[pyslot(xor)]
    fn xor_(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        operator(vm, a, b, symmetric_difference)
    }
}

#[pymethods(
    name = "set",
    doc = "An unordered collection of distinct hashable objects.",
    flags(BASETYPE | WEAKREFABLE),
    extra(crate::set_methods::SHARED)
)]
impl Set {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: crate::vm::Args<'_>) -> PyResult {
        Ok(vm.set_of(cls, None)?.into_value())
    }
    #[pyinit("(iterable=(), /)")]
    fn init(vm: &Vm, this: &Ref<Set>, iterable: &Value) -> PyResult<()> {
        if !this.is_empty() {
            drop(this.take());
        }
        update(vm, this, iterable)
    }
    /// Adds an element.
    #[pymethod("(self, object, /)", name = "add")]
    fn add_element(vm: &Vm, this: &Ref<Set>, object: Value) -> PyResult<()> {
        this.add(vm, object).map(drop)
    }
    /// Removes an element if it is present.
    #[pymethod("(self, object, /)")]
    fn discard(vm: &Vm, this: &Ref<Set>, object: &Value) -> PyResult<()> {
        with_key(vm, object, |key, hash| this.remove_hashed(vm, key, hash)).map(drop)
    }
    /// Removes an element; KeyError if it is absent.
    #[pymethod("(self, object, /)")]
    fn remove(vm: &Vm, this: &Ref<Set>, object: &Value) -> PyResult<()> {
        match with_key(vm, object, |key, hash| this.remove_hashed(vm, key, hash))? {
            Some(removed) => {
                drop(removed);
                Ok(())
            }
            None => Err(vm.key_error(object)),
        }
    }
    /// Removes and returns any element.
    #[pymethod("(self, /)", name = "pop")]
    fn pop_element(vm: &Vm, this: &Ref<Set>) -> PyResult {
        this.pop()
            .ok_or_else(|| vm.raise_str(&vm.exc.key_error, "pop from an empty set"))
    }
    /// Removes all elements.
    #[pymethod("(self, /)", name = "clear")]
    fn clear_elements(this: &Ref<Set>) {
        drop(this.take());
    }
    /// A set with the same elements.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<Set>) -> PyResult<Ref<Set>> {
        copied(vm, this)
    }
    /// Adds the elements of all others.
    #[pymethod("(self, *others)", name = "update")]
    fn update_with(vm: &Vm, this: &Ref<Set>, others: &[Value]) -> PyResult<()> {
        others.iter().try_for_each(|other| update(vm, this, other))
    }
    /// Keeps only the elements that all others have.
    #[pymethod("(self, *others)")]
    fn intersection_update(vm: &Vm, this: &Ref<Set>, others: &[Value]) -> PyResult<()> {
        let result = Set::intersection_of(vm, this, others)?;
        this.swap(&result);
        Ok(())
    }
    /// Removes the elements of all others.
    #[pymethod("(self, *others)")]
    fn difference_update(vm: &Vm, this: &Ref<Set>, others: &[Value]) -> PyResult<()> {
        others
            .iter()
            .try_for_each(|other| remove_all(vm, this, other))
    }
    /// Keeps the elements that exactly one of both has.
    #[pymethod("(self, other, /)")]
    fn symmetric_difference_update(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult<()> {
        toggle_all(vm, this, other)
    }
    #[pyslot(ior)]
    fn ior(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult {
        in_place(vm, this, other, update)
    }
    #[pyslot(iand)]
    fn iand(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult {
        in_place(vm, this, other, |vm, set, other| {
            let result = intersection(vm, set, other)?;
            set.swap(&result);
            Ok(())
        })
    }
    #[pyslot(isub)]
    fn isub(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult {
        in_place(vm, this, other, remove_all)
    }
    #[pyslot(ixor)]
    fn ixor(vm: &Vm, this: &Ref<Set>, other: &Value) -> PyResult {
        in_place(vm, this, other, toggle_all)
    }
}

/// Describes `frozenset`, whose payload is [`Set`].
pub struct FrozenSet;
crate::payload!(FrozenSet);

#[pymethods(
    name = "frozenset",
    doc = "An immutable unordered collection of distinct hashable objects.",
    flags(BASETYPE | WEAKREFABLE),
    extra(crate::set_methods::SHARED)
)]
impl FrozenSet {
    #[pynew("(iterable=(), /)")]
    fn py_new(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult {
        if cls.is(&vm.types.frozenset) && vm.type_of(iterable).is(cls) {
            return Ok(iterable.clone());
        }
        Ok(vm.set_of(cls, Some(iterable))?.into_value())
    }
    /// The set itself, or for subclasses a plain frozenset with the same elements.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<Set>) -> PyResult<Ref<Set>> {
        if this.ty().is(&vm.types.frozenset) {
            Ok(this.clone())
        } else {
            copied(vm, this)
        }
    }
    #[pyslot]
    fn hash(_vm: &Vm, this: &Ref<Set>) -> PyResult<i64> {
        Ok(this.frozen_hash())
    }
}

/// `set_iterator`.
pub struct SetIterator {
    /// Empty when exhausted.
    set: RefSlot<Set>,
    expected: Cell<usize>,
    place: Cell<usize>,
    remaining: Cell<usize>,
}
crate::payload!(
    SetIterator,
    gc,
    |this, visit| this
        .set
        .with(|s| s.into_iter().for_each(|s| visit(s.as_value()))),
    clear | this | drop(this.set.take())
);

#[pymethods(
    name = "set_iterator",
    doc = "An iterator over a set.",
    flags(DISALLOW_INSTANTIATION)
)]
impl SetIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<SetIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<SetIterator>) -> PyResult<Option<Value>> {
        let Some(len) = this.set.with(|s| s.map(|s| s.len())) else {
            return Ok(None);
        };
        if len != this.expected.get() {
            // Stays in this state.
            this.expected.set(usize::MAX);
            return Err(vm.runtime_error("Set changed size during iteration"));
        }
        match this
            .set
            .with(|s| s.and_then(|s| s.next_entry(this.place.get())))
        {
            Some((at, _, key)) => {
                this.place.set(at + 1);
                this.remaining.set(this.remaining.get().saturating_sub(1));
                Ok(Some(key))
            }
            None => {
                drop(this.set.take());
                Ok(None)
            }
        }
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(this: &Ref<SetIterator>) -> usize {
        let len = this.set.with(|s| s.map(|s| s.len()));
        if len == Some(this.expected.get()) {
            this.remaining.get()
        } else {
            0
        }
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<SetIterator>) -> PyResult {
        let mut rest = Vec::new();
        let mut place = this.place.get();
        while let Some((at, _, key)) = this.set.with(|s| s.and_then(|s| s.next_entry(place))) {
            rest.push(key);
            place = at + 1;
        }
        crate::iter::reduced(vm, "iter", vm.list_value(rest), None)
    }
}
