//! The class `list`.

use taipan_macros::pymethods;

use crate::header::{Ref, TypeRef};
use crate::iter::{ListIterator, ListReverseIterator};
use crate::list::{List, give_back};
use crate::object::alloc_instance;
use crate::seq::{clamp_start, compare_sequences, place, search_bound, subscript_index};
use crate::slice::{Slice, adjust_slice, unpack_slice};
use crate::slots::CmpOp;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

/// A vector with room for `len` items; MemoryError if there is none.
pub(crate) fn reserve(vm: &Vm, len: Option<usize>) -> PyResult<Vec<Value>> {
    let mut items = Vec::new();
    match len {
        Some(len) if items.try_reserve_exact(len).is_ok() => Ok(items),
        _ => Err(vm.memory_error()),
    }
}

/// `items` repeated `count` times.
pub(crate) fn repeated(vm: &Vm, items: &[Value], count: isize) -> PyResult<Vec<Value>> {
    let count = count.max(0) as usize;
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let total = items
        .len()
        .checked_mul(count)
        .filter(|&n| n < isize::MAX as usize / 8);
    let mut out = reserve(vm, total)?;
    match items {
        [one] => out.resize(count, one.clone()),
        _ => (0..count).for_each(|_| out.extend_from_slice(items)),
    }
    Ok(out)
}

/// The items that a slice selects.
pub fn sliced(items: &[Value], start: isize, step: isize, count: usize) -> Vec<Value> {
    let mut copy = Vec::with_capacity(count);
    if count == 0 {
        return copy;
    }
    // The ends are checked, what lies between them is in range then.
    let (first, last) = (
        start as usize,
        (start + (count as isize - 1) * step) as usize,
    );
    assert!(first < items.len() && last < items.len());
    let to: *mut Value = copy.as_mut_ptr();
    // SAFETY: `first` is in range.
    let from = unsafe { items.as_ptr().add(first) };
    for i in 0..count as isize {
        // SAFETY: see above; there is room for `count` values.
        unsafe { to.offset(i).write((*from.offset(i * step)).clone()) };
    }
    // SAFETY: so many were written.
    unsafe { copy.set_len(count) };
    copy
}

/// `list[start:stop] = items` with bounds that fit ([`adjust_slice`]); gives back what was there, to be dropped.
#[must_use]
pub fn replace_range(
    v: &mut Vec<Value>,
    start: usize,
    stop: usize,
    mut items: Vec<Value>,
) -> Vec<Value> {
    let stop = stop.max(start);
    if stop - start == items.len() {
        v[start..stop].swap_with_slice(&mut items);
        return items;
    }
    v.splice(start..stop, items).collect()
}

#[cold]
fn bad_index(vm: &Vm, key: &Value) -> Raised {
    vm.type_error(format!(
        "list indices must be integers or slices, not {}",
        vm.type_name(key)
    ))
}

fn is_index(vm: &Vm, key: &Value) -> bool {
    key.as_small_int().is_some()
        || vm.type_of(key).slots.index.get().is_some()
        || key.as_int().is_some()
}

/// Appends all items of an iterable; those of a general iterable become visible one by one.
pub fn extend_list(vm: &Vm, list: &Ref<List>, iterable: &Value) -> PyResult<()> {
    if let Some(other) = iterable.downcast_exact::<List>(&vm.types.list) {
        // Copied first: `other` may be this list.
        let items = other.to_vec();
        list.extend(items.into_iter());
        return Ok(());
    }
    if let Some(other) = iterable.downcast_exact::<Tuple>(&vm.types.tuple) {
        list.extend(other.items().iter().cloned());
        return Ok(());
    }
    if let Some(items) = crate::seq::plain_items(vm, iterable) {
        list.extend(items.into_iter());
        return Ok(());
    }
    let it = vm.iter(iterable)?;
    let hint = vm.length_hint(iterable, 8)?;
    list.with(|v| v.try_reserve(hint.min(1 << 24)).is_ok());
    while let Some(item) = vm.next(&it)? {
        list.push(item);
    }
    Ok(())
}

fn assign_slice(vm: &Vm, list: &Ref<List>, slice: &Slice, value: Option<&Value>) -> PyResult<()> {
    let (start, stop, step) = unpack_slice(vm, slice)?;
    let Some(value) = value else {
        let removed = list.with(|v| {
            let (start, _, count) = adjust_slice(start, stop, step, v.len());
            let removed = remove_slice(v, start, step, count);
            give_back(v);
            removed
        });
        drop(removed);
        return Ok(());
    };
    let items = match vm.collect(value) {
        Ok(items) => items,
        Err(_)
            if vm.type_of(value).slots.iter.get().is_none()
                && vm.exception_is(&vm.exc.type_error) =>
        {
            drop(vm.take_pending());
            return Err(vm.type_error("must assign iterable to extended slice"));
        }
        Err(e) => return Err(e),
    };
    // The length counts from here on: collecting may have changed the list.
    let displaced = list.with(|v| {
        let (start, stop, count) = adjust_slice(start, stop, step, v.len());
        if step == 1 {
            return Ok(replace_range(v, start as usize, stop as usize, items));
        }
        if items.len() != count {
            return Err((items.len(), count));
        }
        let places = (0..count as isize).map(|i| (start + i * step) as usize);
        Ok(places
            .zip(items)
            .map(|(at, item)| std::mem::replace(&mut v[at], item))
            .collect())
    });
    match displaced {
        Ok(displaced) => {
            drop(displaced);
            Ok(())
        }
        Err((given, places)) => Err(vm.value_error(format!(
            "attempt to assign sequence of size {given} to extended slice of size {places}"
        ))),
    }
}

/// Takes the items of a slice out of a vector.
pub(crate) fn remove_slice(
    v: &mut Vec<Value>,
    start: isize,
    step: isize,
    count: usize,
) -> Vec<Value> {
    if count == 0 {
        return Vec::new();
    }
    let (low, step) = if step < 0 {
        (start + step * (count as isize - 1), -step)
    } else {
        (start, step)
    };
    let (low, step) = (low as usize, step as usize);
    if step == 1 {
        return v.drain(low..low + count).collect();
    }
    let tail = v.split_off(low);
    let mut removed = Vec::with_capacity(count);
    for (i, item) in tail.into_iter().enumerate() {
        if i % step == 0 && removed.len() < count {
            removed.push(item)
        } else {
            v.push(item)
        }
    }
    removed
}

/// Whether two objects are known to be different: both compare as plain objects do, by identity.
fn never_equal(vm: &Vm, a: &Value, b: &Value) -> bool {
    let plain = |v: &Value| {
        v.header().is_some_and(|h| {
            let own = h.ty().slots.address(crate::slots::SlotId::richcompare);
            own == vm
                .types
                .object
                .slots
                .address(crate::slots::SlotId::richcompare)
        })
    };
    !a.is(b) && plain(a) && plain(b)
}

fn find(
    vm: &Vm,
    list: &Ref<List>,
    value: &Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let mut index = start;
    while index < stop {
        let Some(item) = list.get(index) else { break };
        if !never_equal(vm, &item, value) && vm.eq(&item, value)? {
            return Ok(Some(index));
        }
        index += 1;
    }
    Ok(None)
}

#[pymethods(
    name = "list",
    doc = "A growable sequence. Without an argument the new list is empty.",
    flags(BASETYPE | LIST_SUBCLASS | SEQUENCE)
)]
impl List {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, List::new(Vec::new())).into_value())
    }
    #[pyinit("(iterable=(), /)")]
    fn init(vm: &Vm, this: &Ref<List>, iterable: &Value) -> PyResult<()> {
        if !this.is_empty() {
            drop(this.take());
        }
        extend_list(vm, this, iterable)
    }

    // ---- methods

    /// Appends an object to the end.
    #[pymethod("(self, object, /)")]
    fn append(this: &Ref<List>, object: Value) {
        this.push(object);
    }
    /// Appends all items of an iterable.
    #[pymethod("(self, iterable, /)", name = "extend")]
    fn extend_with(vm: &Vm, this: &Ref<List>, iterable: &Value) -> PyResult<()> {
        extend_list(vm, this, iterable)
    }
    /// Inserts an object before an index.
    #[pymethod("(self, index, object, /)")]
    fn insert(vm: &Vm, this: &Ref<List>, index: &Value, object: Value) -> PyResult<()> {
        let index = vm.index_isize(index)?;
        this.with(|v| {
            let at = clamp_start(index, v.len()).min(v.len());
            v.insert(at, object);
        });
        Ok(())
    }
    /// Removes and returns the item at an index (the last one by default).
    #[pymethod("(self, index=-1, /)", name = "pop")]
    fn pop_item(vm: &Vm, this: &Ref<List>, index: isize) -> PyResult {
        let popped = this.with(|v| {
            let at = place(index, v.len())?;
            let item = if at + 1 == v.len() {
                v.pop()?
            } else {
                v.remove(at)
            };
            give_back(v);
            Some(item)
        });
        popped.ok_or_else(|| {
            vm.index_error(if this.is_empty() {
                "pop from empty list"
            } else {
                "pop index out of range"
            })
        })
    }
    /// Removes the first item equal to a value.
    #[pymethod("(self, value, /)")]
    fn remove(vm: &Vm, this: &Ref<List>, value: &Value) -> PyResult<()> {
        let at = find(vm, this, value, 0, usize::MAX)?;
        let removed = at.and_then(|at| this.with(|v| (at < v.len()).then(|| v.remove(at))));
        match (at, removed) {
            (None, _) => Err(vm.value_error("list.remove(x): x not in list")),
            (Some(_), removed) => {
                drop(removed);
                Ok(())
            }
        }
    }
    /// Removes all items.
    #[pymethod("(self, /)", name = "clear")]
    fn clear_items(this: &Ref<List>) {
        drop(this.take());
    }
    /// A list with the same items.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<List>) -> Ref<List> {
        vm.new_list(this.to_vec())
    }
    /// How many items equal a value.
    #[pymethod("(self, value, /)")]
    fn count(vm: &Vm, this: &Ref<List>, value: &Value) -> PyResult<usize> {
        let (mut count, mut index) = (0, 0);
        while let Some(item) = this.get(index) {
            count += usize::from(vm.eq(&item, value)?);
            index += 1;
        }
        Ok(count)
    }
    /// The index of the first item equal to a value.
    #[pymethod("(self, value, start=<unset>, stop=<unset>, /)")]
    fn index(
        vm: &Vm,
        this: &Ref<List>,
        value: &Value,
        start: Option<&Value>,
        stop: Option<&Value>,
    ) -> PyResult<usize> {
        let (start, stop) = (
            search_bound(vm, start, 0)?,
            search_bound(vm, stop, isize::MAX)?,
        );
        let len = this.len();
        find(
            vm,
            this,
            value,
            clamp_start(start, len),
            clamp_start(stop, len),
        )?
        .ok_or_else(|| vm.value_error("list.index(x): x not in list"))
    }
    /// Reverses the items in place.
    #[pymethod("(self, /)")]
    fn reverse(this: &Ref<List>) {
        this.with(|v| v.reverse());
    }
    /// Sorts the items in place, keeping the order of equal ones.
    #[pymethod("(self, /, *, key=None, reverse=False)")]
    fn sort(vm: &Vm, this: &Ref<List>, key: Option<&Value>, reverse: bool) -> PyResult<()> {
        crate::sort::sort_list(vm, this, key, reverse)
    }
    /// An iterator from the last item to the first.
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Ref<List>) -> Value {
        ListReverseIterator::make(vm, this.clone())
    }
    /// Bytes that the list takes.
    #[pymethod("(self, /)")]
    fn __sizeof__(this: &Ref<List>) -> usize {
        40 + this.with(|v| v.capacity()) * 8
    }
    /// `list[T]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }

    // ---- slots

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<List>) -> PyResult {
        if this.is_empty() {
            return Ok(vm.new_str("[]").into_value());
        }
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("[...]").into_value());
        };
        let mut out = b"[".to_vec();
        crate::seq::repr_items(vm, &mut out, |i| this.get(i))?;
        out.push(b']');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<List>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<List>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        compare_sequences(
            vm,
            |i| this.get(i),
            |i| other.get(i),
            || (this.len(), other.len()),
            op,
        )
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<List>) -> PyResult {
        Ok(ListIterator::make(vm, this.clone()))
    }
    #[pyslot(len)]
    fn length(_vm: &Vm, this: &Ref<List>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<List>, value: &Value) -> PyResult<bool> {
        Ok(find(vm, this, value, 0, usize::MAX)?.is_some())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<List>, key: &Value) -> PyResult {
        if let Some(n) = key.as_small_int()
            && let Some(item) = this.get(if n < 0 {
                (n as usize).wrapping_add(this.len())
            } else {
                n as usize
            })
        {
            return Ok(item);
        }
        if let Some(slice) = key.downcast::<Slice>() {
            let (start, stop, step) = unpack_slice(vm, slice)?;
            let items = this.with(|v| {
                let (start, _, count) = adjust_slice(start, stop, step, v.len());
                sliced(v, start, step, count)
            });
            return Ok(vm.list_value(items));
        }
        if !is_index(vm, key) {
            return Err(bad_index(vm, key));
        }
        let index = subscript_index(vm, key)?;
        place(index, this.len())
            .and_then(|at| this.get(at))
            .ok_or_else(|| vm.index_error("list index out of range"))
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Ref<List>, key: &Value, value: Option<&Value>) -> PyResult<()> {
        if let Some(slice) = key.downcast::<Slice>() {
            return assign_slice(vm, this, slice, value);
        }
        if !is_index(vm, key) {
            return Err(bad_index(vm, key));
        }
        let index = subscript_index(vm, key)?;
        let displaced = match (place(index, this.len()), value) {
            (Some(at), Some(value)) => this.set(at, value.clone()).ok(),
            (Some(at), None) => Some(this.with(|v| v.remove(at))),
            (None, _) => None,
        };
        displaced
            .map(drop)
            .ok_or_else(|| vm.index_error("list assignment index out of range"))
    }
    #[pyslot]
    fn concat(vm: &Vm, this: &Ref<List>, other: &Value) -> PyResult {
        let Some(other) = other.downcast::<List>() else {
            return Err(vm.type_error(format!(
                "can only concatenate list (not \"{}\") to list",
                vm.type_name(other)
            )));
        };
        let mut items = reserve(vm, this.len().checked_add(other.len()))?;
        this.with(|v| items.extend_from_slice(v));
        other.with(|v| items.extend_from_slice(v));
        Ok(vm.list_value(items))
    }
    #[pyslot]
    fn iconcat(vm: &Vm, this: &Ref<List>, other: &Value) -> PyResult {
        extend_list(vm, this, other)?;
        Ok(this.to_value())
    }
    #[pyslot]
    fn repeat(vm: &Vm, this: &Ref<List>, count: isize) -> PyResult {
        this.with(|v| repeated(vm, v, count))
            .map(|items| vm.list_value(items))
    }
    #[pyslot]
    fn irepeat(vm: &Vm, this: &Ref<List>, count: isize) -> PyResult {
        let items = this.with(|v| repeated(vm, v, count))?;
        drop(this.replace(items));
        Ok(this.to_value())
    }
}
