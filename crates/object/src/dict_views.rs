//! Views of dicts and iterators over them.

use std::cell::Cell;

use taipan_macros::pymethods;

use crate::cells::RefSlot;
use crate::dict::Dict;
use crate::header::{Payload, Ref};
use crate::mappingproxy::MappingProxy;
use crate::native::{NativeClass, TypeSpec};
use crate::set::Set;
use crate::slots::CmpOp;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// What of each entry a view or an iterator shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Part {
    Keys,
    Values,
    Items,
}

impl Part {
    #[inline]
    pub fn of(self, vm: &Vm, key: Value, value: Value) -> Value {
        match self {
            Part::Keys => key,
            Part::Values => value,
            Part::Items => vm.tuple_value([key, value]),
        }
    }
}

/// The payload of `dict_keys`, `dict_values` and `dict_items`.
pub struct DictView {
    pub dict: Ref<Dict>,
    pub part: Part,
}
crate::payload!(DictView, gc, |this, visit| visit(this.dict.as_value()));

pub fn new_view(vm: &Vm, dict: Ref<Dict>, part: Part) -> Value {
    let ty = match part {
        Part::Keys => &vm.types.dict_keys,
        Part::Values => &vm.types.dict_values,
        Part::Items => &vm.types.dict_items,
    };
    vm.heap.alloc(ty, DictView { dict, part }).into_value()
}

/// A view that is a set: of keys or of items.
fn set_view(value: &Value) -> Option<&Ref<DictView>> {
    value
        .downcast::<DictView>()
        .filter(|v| v.part != Part::Values)
}

fn view_contains(vm: &Vm, view: &DictView, element: &Value) -> PyResult<bool> {
    match view.part {
        Part::Keys => {
            let hash = vm.hash_key(element)?;
            Ok(view.dict.find(vm, element, hash)?.is_some())
        }
        _ => {
            let Some([key, value]) = element.downcast::<Tuple>().map(|t| t.items()) else {
                return Ok(false);
            };
            match view.dict.get(vm, key)? {
                Some(found) => vm.eq(&found, value),
                None => Ok(false),
            }
        }
    }
}

/// Whether `container` has every element of `iterable`.
fn all_in(vm: &Vm, iterable: &Value, container: &Value) -> PyResult<bool> {
    let it = vm.iter(iterable)?;
    while let Some(item) = vm.next(&it)? {
        if !vm.contains(container, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn intersection(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    // Whichever operand is the view is asked; the other is walked.
    let (view, other) = if set_view(a).is_some() {
        (a, b)
    } else {
        (b, a)
    };
    let Some(mut asked) = set_view(view) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let mut walked = other;
    if let Some(set) = other.downcast_exact::<Set>(&vm.types.set)
        && asked.dict.len() <= set.len()
    {
        (walked, _) = (view, set);
        let result = vm.new_set();
        vm.for_each(walked, |item| {
            let hash = vm.hash_element(&item)?;
            if set.contains_hashed(vm, &item, hash)? {
                result.add_hashed(vm, item, hash)?;
            }
            Ok(())
        })?;
        return Ok(result.into_value());
    }
    if let Some(view_too) = set_view(other)
        && view_too.dict.len() > asked.dict.len()
    {
        (asked, walked) = (view_too, view);
    }
    let result = vm.new_set();
    vm.for_each(walked, |item| {
        if view_contains(vm, asked, &item)? {
            result.add(vm, item)?;
        }
        Ok(())
    })?;
    Ok(result.into_value())
}

/// `set(a)`, then a method of set with `b`.
fn as_set(
    vm: &Vm,
    a: &Value,
    b: &Value,
    act: impl FnOnce(&Ref<Set>, &Value) -> PyResult<()>,
) -> PyResult {
    let result = vm.set_of(&vm.types.set, Some(a))?;
    act(&result, b)?;
    Ok(result.into_value())
}

#[pymethods(partial = VIEW, class = "dict_values")]
impl DictView {
    /// The dict, read-only.
    #[pygetset]
    fn mapping(vm: &Vm, this: &Ref<DictView>) -> Value {
        MappingProxy::make(vm, this.dict.to_value())
    }
    /// An iterator from the last entry to the first.
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Ref<DictView>) -> Value {
        new_iterator(vm, this.dict.clone(), this.part, true)
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<DictView>) -> PyResult {
        Ok(new_iterator(vm, this.dict.clone(), this.part, false))
    }
    #[pyslot(len)]
    fn length(_vm: &Vm, this: &Ref<DictView>) -> PyResult<usize> {
        Ok(this.dict.len())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<DictView>) -> PyResult {
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("...").into_value());
        };
        let items = vm.collect(this.as_value())?;
        let mut out = format!("{}([", vm.type_name(this.as_value())).into_bytes();
        crate::seq::repr_items(vm, &mut out, |i| items.get(i).cloned())?;
        out.extend_from_slice(b"])");
        Ok(vm.new_wtf8(&out).into_value())
    }
}

#[pymethods(partial = SET_VIEW, class = "dict_keys")]
impl DictView {
    /// Whether no element of an iterable is in the view.
    #[pymethod("(self, other, /)")]
    fn isdisjoint(vm: &Vm, this: &Ref<DictView>, other: &Value) -> PyResult<bool> {
        if this.as_value().is(other) {
            return Ok(this.dict.is_empty());
        }
        let (mut asked, mut walked) = (this.as_value(), other);
        // The smaller of two sets is walked.
        if (other.downcast::<Set>().is_some() || set_view(other).is_some())
            && vm.len(other)? > this.dict.len()
        {
            (asked, walked) = (other, this.as_value());
        }
        let it = vm.iter(walked)?;
        while let Some(item) = vm.next(&it)? {
            if vm.contains(asked, &item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<DictView>, element: &Value) -> PyResult<bool> {
        view_contains(vm, this, element)
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<DictView>, other: &Value, op: CmpOp) -> PyResult {
        if other.downcast::<Set>().is_none() && set_view(other).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let (mine, theirs) = (this.dict.len(), vm.len(other)?);
        let me = this.as_value();
        let answer = match op {
            CmpOp::Eq => mine == theirs && all_in(vm, me, other)?,
            CmpOp::Ne => !(mine == theirs && all_in(vm, me, other)?),
            CmpOp::Lt => mine < theirs && all_in(vm, me, other)?,
            CmpOp::Le => mine <= theirs && all_in(vm, me, other)?,
            CmpOp::Gt => mine > theirs && all_in(vm, other, me)?,
            CmpOp::Ge => mine >= theirs && all_in(vm, other, me)?,
        };
        Ok(Value::bool(answer))
    }
    #[pyslot]
    fn and(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        intersection(vm, a, b)
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        as_set(vm, a, b, |set, b| crate::set_methods::update(vm, set, b))
    }
    #[pyslot]
    fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        as_set(vm, a, b, |set, b| {
            crate::set_methods::remove_all(vm, set, b)
        })
    }
    #[pyslot]
    fn xor(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        as_set(vm, a, b, |set, b| {
            crate::set_methods::toggle_all(vm, set, b)
        })
    }
}

#[pymethods(
    name = "dict_values",
    doc = "",
    flags(DISALLOW_INSTANTIATION),
    extra(crate::dict_views::VIEW)
)]
impl DictView {}

/// Describes `dict_keys` and `dict_items`, whose payload is [`DictView`].
pub struct DictSetView;
crate::payload!(DictSetView);

#[pymethods(
    name = "dict_keys",
    doc = "",
    flags(DISALLOW_INSTANTIATION),
    extra(crate::dict_views::VIEW, crate::dict_views::SET_VIEW)
)]
impl DictSetView {}

/// The description of `dict_keys` or `dict_items`.
pub fn set_view_spec(name: &'static str) -> TypeSpec {
    TypeSpec {
        name,
        vtable: DictView::vtable(),
        ..DictSetView::spec()
    }
}

/// The payload of all iterators over dicts.
#[repr(C)]
pub struct DictIterator {
    /// Empty when exhausted.
    pub dict: RefSlot<Dict>,
    /// The next entry place to look at; for a reversed iterator, the end of those left.
    pub place: Cell<usize>,
    /// Length of the dict when the iteration began.
    pub expected: Cell<usize>,
    pub remaining: Cell<usize>,
    pub part: Part,
    pub reversed: bool,
}
crate::payload!(
    DictIterator,
    gc,
    |this, visit| this
        .dict
        .with(|d| d.into_iter().for_each(|d| visit(d.as_value()))),
    clear | this | drop(this.dict.take())
);

pub fn new_iterator(vm: &Vm, dict: Ref<Dict>, part: Part, reversed: bool) -> Value {
    let types = &vm.types;
    let ty = match (part, reversed) {
        (Part::Keys, false) => &types.dict_key_iterator,
        (Part::Values, false) => &types.dict_value_iterator,
        (Part::Items, false) => &types.dict_item_iterator,
        (Part::Keys, true) => &types.dict_reverse_key_iterator,
        (Part::Values, true) => &types.dict_reverse_value_iterator,
        (Part::Items, true) => &types.dict_reverse_item_iterator,
    };
    let it = DictIterator {
        place: Cell::new(if reversed { dict.entry_count() } else { 0 }),
        expected: Cell::new(dict.len()),
        remaining: Cell::new(dict.len()),
        dict: RefSlot::new(Some(dict)),
        part,
        reversed,
    };
    vm.heap.alloc(ty, it).into_value()
}

impl DictIterator {
    pub const DICT_OFFSET: usize = 16;
    pub const PLACE_OFFSET: usize = 24;
    pub const EXPECTED_OFFSET: usize = 32;
    pub const REMAINING_OFFSET: usize = 40;

    /// The next key and value, borrowed, if the iteration goes forward and nothing is amiss;
    /// `None`: [`DictIterator::advance`] decides.
    #[inline(always)]
    pub fn step<R>(&self, take: impl FnOnce(&Value, &Value) -> R) -> Option<R> {
        self.dict.with(|dict| {
            let dict = dict?;
            let left = self.remaining.get();
            if self.reversed || dict.len() != self.expected.get() || left == 0 {
                return None;
            }
            let (at, key, value) = dict.next_live(self.place.get())?;
            self.place.set(at + 1);
            self.remaining.set(left - 1);
            Some(take(key, value))
        })
    }
    /// The next key and value.
    ///
    /// # Errors
    /// RuntimeError if the dict's keys changed meanwhile.
    #[inline]
    pub fn advance(&self, vm: &Vm) -> PyResult<Option<(Value, Value)>> {
        let found = self.dict.with(|dict| {
            let dict = dict?;
            if dict.len() != self.expected.get() {
                return Some(Err(true));
            }
            let (at, _, key, value) = if self.reversed {
                dict.previous_entry(self.place.get())?
            } else {
                dict.next_entry(self.place.get())?
            };
            if self.remaining.get() == 0 {
                return Some(Err(false));
            }
            self.place.set(if self.reversed { at } else { at + 1 });
            self.remaining.set(self.remaining.get() - 1);
            Some(Ok((key, value)))
        });
        match found {
            Some(Ok(entry)) => Ok(Some(entry)),
            None => {
                drop(self.dict.take());
                Ok(None)
            }
            Some(Err(true)) => {
                // Stays in this state.
                self.expected.set(usize::MAX);
                Err(vm.runtime_error("dictionary changed size during iteration"))
            }
            Some(Err(false)) => {
                drop(self.dict.take());
                Err(vm.runtime_error("dictionary keys changed during iteration"))
            }
        }
    }
}

/// The description of one of the iterators.
pub fn iterator_spec(name: &'static str) -> TypeSpec {
    TypeSpec {
        name,
        ..DictIterator::spec()
    }
}

#[pymethods(name = "dict_keyiterator", doc = "", flags(DISALLOW_INSTANTIATION))]
impl DictIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<DictIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<DictIterator>) -> PyResult<Option<Value>> {
        let made = this.step(|key, value| match this.part {
            Part::Keys => key.clone(),
            Part::Values => value.clone(),
            Part::Items => vm.tuple_value([key.clone(), value.clone()]),
        });
        if made.is_some() {
            return Ok(made);
        }
        Ok(this
            .advance(vm)?
            .map(|(key, value)| this.part.of(vm, key, value)))
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(this: &Ref<DictIterator>) -> usize {
        let len = this.dict.with(|d| d.map(|d| d.len()));
        if len == Some(this.expected.get()) {
            this.remaining.get()
        } else {
            0
        }
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<DictIterator>) -> PyResult {
        let rest = DictIterator {
            dict: RefSlot::new(this.dict.get()),
            place: this.place.clone(),
            expected: this.expected.clone(),
            remaining: this.remaining.clone(),
            part: this.part,
            reversed: this.reversed,
        };
        let mut items = Vec::new();
        while let Some((key, value)) = rest.advance(vm)? {
            items.push(rest.part.of(vm, key, value));
        }
        crate::iter::reduced(vm, "iter", vm.list_value(items), None)
    }
}
