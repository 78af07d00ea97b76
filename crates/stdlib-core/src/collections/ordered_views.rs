//! Views of ordered dicts and iterators over them.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::dict_views::{DictView, Part};
use taipan_object::native::TypeSpec;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

/// A view; its class differs from dict's only in name and in its iterators.
pub fn view(vm: &Vm, dict: &Ref<Dict>, part: Part) -> Value {
    vm.heap
        .alloc(
            &view_class(vm, part),
            DictView {
                dict: dict.clone(),
                part,
            },
        )
        .into_value()
}

fn view_class(vm: &Vm, part: Part) -> TypeRef {
    let (key, name, base) = match part {
        Part::Keys => ("collections.odict_keys", "odict_keys", &vm.types.dict_keys),
        Part::Values => (
            "collections.odict_values",
            "odict_values",
            &vm.types.dict_values,
        ),
        Part::Items => (
            "collections.odict_items",
            "odict_items",
            &vm.types.dict_items,
        ),
    };
    crate::state::once(vm, key, || {
        let spec = TypeSpec {
            name,
            ..OrderedView::spec()
        };
        vm.make_native_type(&spec, base)
    })
}

/// Marker of the three view classes.
pub struct OrderedView;

#[pymethods(
    name = "odict_keys",
    doc = "",
    payload = taipan_object::dict_views::DictView,
    flags(DISALLOW_INSTANTIATION)
)]
impl OrderedView {
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<DictView>) -> PyResult {
        Ok(iterate(vm, &this.dict, this.part, false))
    }
    /// An iterator from the last entry to the first.
    #[pymethod("(self)")]
    fn __reversed__(vm: &Vm, this: &Ref<DictView>) -> Value {
        iterate(vm, &this.dict, this.part, true)
    }
}

/// `odict_iterator`.
pub struct OrderedIterator {
    /// None: exhausted.
    dict: RefCell<Option<Ref<Dict>>>,
    /// Place of the next entry.
    place: Cell<usize>,
    /// The keys and their order when the iteration began.
    version: u64,
    part: Part,
    reversed: bool,
}
payload!(
    OrderedIterator,
    gc,
    |this, visit| this.dict.borrow().iter().for_each(|d| visit(d.as_value())),
    clear | this | {
        let old = this.dict.borrow_mut().take();
        drop(old);
    }
);

/// An iterator.
pub fn iterate(vm: &Vm, dict: &Ref<Dict>, part: Part, reversed: bool) -> Value {
    let first = if reversed {
        dict.previous_entry(dict.entry_count())
    } else {
        dict.next_entry(0)
    };
    let iterator = OrderedIterator {
        dict: RefCell::new(first.is_some().then(|| dict.clone())),
        place: Cell::new(first.map_or(0, |(at, ..)| at)),
        version: dict.keys_version(),
        part,
        reversed,
    };
    vm.heap
        .alloc(&vm.add_native_type::<OrderedIterator>(), iterator)
        .into_value()
}

impl OrderedIterator {
    fn finish(&self) {
        let old = self.dict.borrow_mut().take();
        drop(old);
    }
}

#[pymethods(name = "odict_iterator", doc = "", flags(DISALLOW_INSTANTIATION))]
impl OrderedIterator {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<OrderedIterator>) -> PyResult<Option<Value>> {
        let Some(dict) = this.dict.borrow().clone() else {
            return Ok(None);
        };
        if dict.keys_version() != this.version {
            this.finish();
            return Err(vm.runtime_error("OrderedDict mutated during iteration"));
        }
        let at = this.place.get();
        let Some((_, key, value)) = dict.entry_at(at) else {
            this.finish();
            return Ok(None);
        };
        let following = if this.reversed {
            dict.previous_entry(at)
        } else {
            dict.next_entry(at + 1)
        };
        match following {
            Some((next, ..)) => this.place.set(next),
            None => this.finish(),
        }
        Ok(Some(match this.part {
            Part::Keys => key,
            Part::Values => value,
            Part::Items => vm.new_tuple([key, value]).into_value(),
        }))
    }
    /// For pickle: the items that are left, in a list.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<OrderedIterator>) -> PyResult {
        let mut left = Vec::new();
        if let Some(dict) = this.dict.borrow().clone() {
            let mut entry = dict
                .entry_at(this.place.get())
                .map(|(h, k, v)| (this.place.get(), h, k, v));
            while let Some((at, _, key, value)) = entry {
                left.push(match this.part {
                    Part::Keys => key,
                    Part::Values => value,
                    Part::Items => vm.new_tuple([key, value]).into_value(),
                });
                entry = if this.reversed {
                    dict.previous_entry(at)
                } else {
                    dict.next_entry(at + 1)
                };
            }
        }
        let iter = vm
            .builtins
            .get_str(&vm.intern_str("iter"))
            .unwrap_or(Value::NONE);
        let args = vm.new_tuple([vm.new_list(left).into_value()]).into_value();
        Ok(vm.new_tuple([iter, args]).into_value())
    }
}
