//! `tee`: iterators that share a chain of the items taken so far.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::pull;
use crate::field::Fields;

/// Items of one link.
const LINK: usize = 57;

/// `_tee_dataobject`: a link of the chain. It dies when no iterator needs its items any more.
pub struct TeeData {
    iterator: Value,
    items: Fields,
    next: RefCell<Option<Ref<TeeData>>>,
    running: Cell<bool>,
}
payload!(
    TeeData,
    gc,
    |this, visit| {
        visit(&this.iterator);
        this.items.visit(visit);
        this.next.borrow().iter().for_each(|n| visit(n.as_value()));
    },
    clear | this | {
        this.items.clear();
        let next = this.next.borrow_mut().take();
        drop(next);
    }
);

#[pymethods(
    name = "_tee_dataobject",
    module = "itertools",
    doc = "Items that tee iterators share.",
    signature = ""
)]
impl TeeData {
    #[pynew("(iterator, values, next, /)", name = "teedataobject")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        iterator: &Value,
        values: &Value,
        next: &Value,
    ) -> PyResult<Ref<TeeData>> {
        let items = match values.downcast::<taipan_object::list::List>() {
            Some(list) if list.len() <= LINK => list.to_vec(),
            _ => return Err(vm.value_error("Invalid arguments")),
        };
        let next = match next.downcast::<TeeData>() {
            _ if next.is_none() => None,
            Some(next) if items.len() == LINK => Some(next.clone()),
            _ => return Err(vm.value_error("Invalid arguments")),
        };
        let data = TeeData {
            iterator: iterator.clone(),
            items: Fields::new(items),
            next: RefCell::new(next),
            running: Cell::new(false),
        };
        Ok(alloc_instance(vm, cls, data))
    }
    fn of(vm: &Vm, iterator: Value) -> Ref<TeeData> {
        let class = vm.add_native_type::<TeeData>();
        let data = TeeData {
            iterator,
            items: Fields::default(),
            next: RefCell::default(),
            running: Cell::new(false),
        };
        alloc_instance(vm, &class, data)
    }
    /// Item `index` of the link; takes it from the iterator if it is the first to ask.
    fn item(&self, vm: &Vm, index: usize) -> PyResult<Option<Value>> {
        if let Some(item) = self.items.get(index) {
            return Ok(Some(item));
        }
        if self.running.get() {
            return Err(vm.runtime_error("cannot re-enter the tee iterator"));
        }
        self.running.set(true);
        let item = pull(vm, &self.iterator);
        self.running.set(false);
        if let Ok(Some(item)) = &item {
            self.items.push(item.clone());
        }
        item
    }
    fn following(vm: &Vm, this: &Ref<TeeData>) -> Ref<TeeData> {
        if let Some(next) = &*this.next.borrow() {
            return next.clone();
        }
        let next = TeeData::of(vm, this.iterator.clone());
        *this.next.borrow_mut() = Some(next.clone());
        next
    }
}

/// `_tee`.
pub struct Tee {
    data: RefCell<Ref<TeeData>>,
    index: Cell<usize>,
}
payload!(Tee, gc, |this, visit| visit(this.data.borrow().as_value()));

#[pymethods(
    name = "_tee",
    module = "itertools",
    doc = "An iterator that keeps its items for the others of its family.",
    flags(WEAKREFABLE)
)]
impl Tee {
    #[pynew("(iterable, /)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult<Ref<Tee>> {
        Tee::of_iterable(vm, cls, iterable)
    }
    pub(super) fn of_iterable(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult<Ref<Tee>> {
        let iterator = vm.iter(iterable)?;
        if let Some(tee) = iterator.downcast::<Tee>() {
            return Ok(Tee::copy_of(vm, cls, tee));
        }
        let data = RefCell::new(TeeData::of(vm, iterator));
        Ok(alloc_instance(
            vm,
            cls,
            Tee {
                data,
                index: Cell::new(0),
            },
        ))
    }
    pub(super) fn copy_of(vm: &Vm, cls: &TypeRef, tee: &Ref<Tee>) -> Ref<Tee> {
        let data = tee.data.borrow().clone();
        alloc_instance(
            vm,
            cls,
            Tee {
                data: RefCell::new(data),
                index: tee.index.clone(),
            },
        )
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Tee>) -> PyResult<Option<Value>> {
        if this.index.get() >= LINK {
            let data = this.data.borrow().clone();
            let next = TeeData::following(vm, &data);
            let old = this.data.replace(next);
            drop(old);
            this.index.set(0);
        }
        let data = this.data.borrow().clone();
        let item = data.item(vm, this.index.get())?;
        if item.is_some() {
            this.index.set(this.index.get() + 1);
        }
        Ok(item)
    }
    /// An independent iterator over the same items.
    #[pymethod("(self)")]
    fn __copy__(vm: &Vm, this: &Ref<Tee>) -> Ref<Tee> {
        Tee::copy_of(vm, this.ty(), this)
    }
}
