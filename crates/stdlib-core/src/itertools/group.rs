//! `groupby` and the iterators over its groups.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::pull;
use crate::field::Field;

/// `groupby`.
pub struct GroupBy {
    iterator: Value,
    key: Option<Value>,
    /// The key of the group that was given last.
    group_key: Field,
    /// The item taken last, with its key.
    current_key: Field,
    current: Field,
    /// Which group iterator may go on, by its id.
    grouper: Cell<u64>,
}
payload!(
    GroupBy,
    gc,
    |this, visit| {
        visit(&this.iterator);
        this.key.iter().for_each(&mut *visit);
        this.group_key.visit(visit);
        this.current_key.visit(visit);
        this.current.visit(visit);
    },
    clear | this | {
        this.group_key.clear();
        this.current_key.clear();
        this.current.clear();
    }
);

#[pymethods(
    name = "groupby",
    module = "itertools",
    doc = "Each key with an iterator over the items that follow one another and have it.",
    flags(BASETYPE)
)]
impl GroupBy {
    #[pynew("(iterable, key=None)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value, key: Option<Value>) -> PyResult<Ref<GroupBy>> {
        let iterator = vm.iter(iterable)?;
        Ok(alloc_instance(
            vm,
            cls,
            GroupBy {
                iterator,
                key,
                group_key: Field::empty(),
                current_key: Field::empty(),
                current: Field::empty(),
                grouper: Cell::new(0),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<GroupBy>) -> PyResult<Option<Value>> {
        this.grouper.set(0);
        // Skip what is left of the last group.
        loop {
            if let Some(current) = this.current_key.get() {
                let Some(group) = this.group_key.get() else {
                    break;
                };
                if !vm.eq(&group, &current)? {
                    break;
                }
            }
            if !this.step(vm)? {
                return Ok(None);
            }
        }
        let key = this.current_key.get().unwrap_or(Value::NONE);
        this.group_key.set(key.clone());
        let class = vm.add_native_type::<Grouper>();
        let grouper = Grouper::of(vm, &class, this, key.clone());
        Ok(Some(vm.new_tuple([key, grouper.into_value()]).into_value()))
    }
    /// Takes one item; whether there was one.
    fn step(&self, vm: &Vm) -> PyResult<bool> {
        let Some(item) = pull(vm, &self.iterator)? else {
            return Ok(false);
        };
        let key = match &self.key {
            None => item.clone(),
            Some(f) => vm.call(f, std::slice::from_ref(&item))?,
        };
        self.current.set(item);
        self.current_key.set(key);
        Ok(true)
    }
}

/// `_grouper`: the items of one group.
pub struct Grouper {
    parent: Ref<GroupBy>,
    key: Value,
}
payload!(Grouper, gc, |this, visit| {
    visit(this.parent.as_value());
    visit(&this.key);
});

#[pymethods(
    name = "_grouper",
    module = "itertools",
    doc = "The items of one group.",
    signature = ""
)]
impl Grouper {
    #[pynew("(parent, tgtkey, /)")]
    fn new(vm: &Vm, cls: &TypeRef, parent: &Value, tgtkey: Value) -> PyResult<Ref<Grouper>> {
        let Some(parent) = parent.downcast::<GroupBy>() else {
            return Err(taipan_object::native::bad_argument(
                vm,
                parent,
                "_grouper",
                "argument 1",
                "itertools.groupby",
            ));
        };
        Ok(Grouper::of(vm, cls, parent, tgtkey))
    }
    fn of(vm: &Vm, cls: &TypeRef, parent: &Ref<GroupBy>, key: Value) -> Ref<Grouper> {
        let grouper = alloc_instance(
            vm,
            cls,
            Grouper {
                parent: parent.clone(),
                key,
            },
        );
        parent.grouper.set(grouper.as_value().id());
        grouper
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Grouper>) -> PyResult<Option<Value>> {
        let parent = &this.parent;
        if parent.grouper.get() != this.as_value().id() {
            return Ok(None);
        }
        if parent.current.is_empty() && !parent.step(vm)? {
            return Ok(None);
        }
        let Some(current) = parent.current_key.get() else {
            return Ok(None);
        };
        if !vm.eq(&this.key, &current)? {
            return Ok(None);
        }
        Ok(parent.current.take())
    }
}
