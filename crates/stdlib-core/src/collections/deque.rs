//! `deque`: a list with two open ends.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use super::deque_iter::{iterate, iterate_reversed};

/// `deque`. The items are borrowed only while no Python code can run.
#[derive(Default)]
pub struct Deque {
    items: RefCell<VecDeque<Value>>,
    max: Cell<Option<usize>>,
    /// Changes with every change of size or order.
    state: Cell<u64>,
}
payload!(
    Deque,
    gc,
    |this, visit| this.items.borrow().iter().for_each(visit),
    clear | this | drop(this.take())
);

/// At which end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Left,
    Right,
}

impl Deque {
    pub(super) fn len(&self) -> usize {
        self.items.borrow().len()
    }
    pub(super) fn state(&self) -> u64 {
        self.state.get()
    }
    pub(super) fn get(&self, index: usize) -> Option<Value> {
        self.items.borrow().get(index).cloned()
    }
    fn changed(&self) {
        self.state.set(self.state.get() + 1);
    }
    fn take(&self) -> VecDeque<Value> {
        self.changed();
        self.items.take()
    }
    fn snapshot(&self) -> Vec<Value> {
        self.items.borrow().iter().cloned().collect()
    }
    /// Adds an item; one at the other end goes if there are too many.
    fn push(&self, item: Value, end: End) {
        self.changed();
        let surplus = {
            let mut items = self.items.borrow_mut();
            match end {
                End::Left => items.push_front(item),
                End::Right => items.push_back(item),
            }
            if self.max.get().is_some_and(|max| items.len() > max) {
                match end {
                    End::Left => items.pop_back(),
                    End::Right => items.pop_front(),
                }
            } else {
                None
            }
        };
        drop(surplus);
    }
    fn extend_from(vm: &Vm, this: &Ref<Deque>, iterable: &Value, end: End) -> PyResult<()> {
        if iterable.is(this.as_value()) {
            this.snapshot()
                .into_iter()
                .for_each(|item| this.push(item, end));
            return Ok(());
        }
        vm.for_each(iterable, |item| {
            this.push(item, end);
            Ok(())
        })
    }
    /// `this *= n`.
    fn repeat_in_place(vm: &Vm, this: &Ref<Deque>, n: isize) -> PyResult<()> {
        let size = this.len();
        if size == 0 || n == 1 {
            return Ok(());
        }
        if n <= 0 {
            drop(this.take());
            return Ok(());
        }
        let mut n = n as usize;
        if let Some(max) = this.max.get() {
            n = n.min(max.div_ceil(size));
        }
        let room = n
            .checked_mul(size)
            .filter(|&all| all <= isize::MAX as usize / size_of::<Value>());
        let Some(all) = room else {
            return Err(vm.memory_error());
        };
        if this.items.borrow_mut().try_reserve(all - size).is_err() {
            return Err(vm.memory_error());
        }
        let once = this.snapshot();
        for _ in 1..n {
            once.iter()
                .for_each(|item| this.push(item.clone(), End::Right));
        }
        Ok(())
    }
    /// A deque of the same class with the same items.
    fn duplicate(vm: &Vm, this: &Ref<Deque>) -> PyResult<Ref<Deque>> {
        let class = vm.add_native_type::<Deque>();
        if this.ty().is(&class) {
            let copy = Deque {
                items: RefCell::new(this.items.borrow().clone()),
                max: this.max.clone(),
                state: Cell::new(0),
            };
            return Ok(alloc_instance(vm, &class, copy));
        }
        let copy = match this.max.get() {
            None => vm.call(this.ty().as_value(), &[this.to_value()])?,
            Some(max) => vm.call(
                this.ty().as_value(),
                &[this.to_value(), vm.new_int(max as i64)],
            )?,
        };
        copy.downcast_owned::<Deque>().map_err(|other| {
            vm.type_error(format!(
                "{}() must return a deque, not {}",
                this.ty().name.borrow(),
                vm.type_name(&other)
            ))
        })
    }
    /// The place of an index that Python gives.
    fn place(vm: &Vm, this: &Ref<Deque>, index: &Value) -> PyResult<usize> {
        if vm.type_of(index).slots.index.get().is_none() {
            return Err(vm.type_error(format!(
                "sequence index must be integer, not '{}'",
                vm.type_name(index)
            )));
        }
        let number = vm.index(index)?;
        let Some(n) = number.as_i64() else {
            let name = vm.type_name(index);
            return Err(vm.index_error(format!("cannot fit '{name}' into an index-sized integer")));
        };
        let len = this.len() as i64;
        let at = if n < 0 { n + len } else { n };
        if (0..len).contains(&at) {
            Ok(at as usize)
        } else {
            Err(vm.index_error("deque index out of range"))
        }
    }
    /// Calls `f` with each item and its index in a range; the deque must not change meanwhile.
    fn search(
        vm: &Vm,
        this: &Ref<Deque>,
        range: std::ops::Range<usize>,
        value: &Value,
        mutated: impl Fn() -> Raised,
        mut found: impl FnMut(usize) -> bool,
    ) -> PyResult<()> {
        let state = this.state();
        for at in range {
            let Some(item) = this.get(at) else { break };
            let equal = vm.eq(&item, value)?;
            if this.state() != state {
                return Err(mutated());
            }
            if equal && found(at) {
                break;
            }
        }
        Ok(())
    }
}

fn mutated(vm: &Vm) -> Raised {
    vm.runtime_error("deque mutated during iteration")
}

/// An index of a slice, made to lie in `0..=len`.
fn slice_index(vm: &Vm, value: &Value, len: usize) -> PyResult<usize> {
    if vm.type_of(value).slots.index.get().is_none() {
        return Err(vm.type_error("slice indices must be integers or have an __index__ method"));
    }
    let n = vm.index_clamped(value)?;
    Ok(if n < 0 {
        len.saturating_sub(n.unsigned_abs())
    } else {
        (n as usize).min(len)
    })
}

#[pymethods(
    name = "deque",
    module = "collections",
    doc = "A list with fast access at both ends, of limited length if maxlen is given.",
    signature = "([iterable[, maxlen]])",
    flags(BASETYPE | SEQUENCE | WEAKREFABLE),
    extra(crate::collections::deque::METHODS)
)]
impl Deque {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Deque::default()).into_value())
    }
    #[pyinit("(iterable=<unset>, maxlen=None)")]
    fn init(vm: &Vm, this: &Ref<Deque>, iterable: Option<&Value>, maxlen: &Value) -> PyResult<()> {
        let max = if maxlen.is_none() {
            None
        } else if maxlen.as_int().is_none() {
            return Err(vm.type_error("an integer is required"));
        } else {
            let n = vm.index_isize(maxlen)?;
            Some(usize::try_from(n).map_err(|_| vm.value_error("maxlen must be non-negative"))?)
        };
        this.max.set(max);
        if this.len() > 0 {
            drop(this.take());
        }
        match iterable {
            Some(iterable) => Deque::extend_from(vm, this, iterable, End::Right),
            None => Ok(()),
        }
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Deque>) -> PyResult {
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("[...]").into_value());
        };
        let list = vm.new_list(this.snapshot()).into_value();
        let items = vm.repr(&list)?;
        let mut out = format!("{}(", this.ty().name.borrow()).into_bytes();
        items.view().push_wtf8(&mut out);
        if let Some(max) = this.max.get() {
            out.extend_from_slice(format!(", maxlen={max}").as_bytes());
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Deque>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Deque>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if this.len() != other.len() && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::bool(op == CmpOp::Ne));
        }
        let states = (this.state(), other.state());
        let mut at = 0;
        loop {
            let (a, b) = match (this.get(at), other.get(at)) {
                (Some(a), Some(b)) => (a, b),
                _ => return Ok(Value::bool(op.holds(this.len().cmp(&other.len())))),
            };
            if !vm.eq(&a, &b)? {
                return match op {
                    CmpOp::Eq | CmpOp::Ne => Ok(Value::bool(op == CmpOp::Ne)),
                    _ => vm.compare(&a, &b, op),
                };
            }
            if (this.state(), other.state()) != states {
                return Err(mutated(vm));
            }
            at += 1;
        }
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Deque>) -> PyResult {
        Ok(iterate(vm, this))
    }
    #[pyslot(len)]
    fn length(_: &Vm, this: &Ref<Deque>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Deque>, index: &Value) -> PyResult {
        let at = Deque::place(vm, this, index)?;
        this.get(at)
            .ok_or_else(|| vm.index_error("deque index out of range"))
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Ref<Deque>, index: &Value, value: Option<&Value>) -> PyResult<()> {
        let at = Deque::place(vm, this, index)?;
        let old = match value {
            Some(value) => {
                let mut items = this.items.borrow_mut();
                items
                    .get_mut(at)
                    .map(|place| std::mem::replace(place, value.clone()))
            }
            None => {
                this.changed();
                this.items.borrow_mut().remove(at)
            }
        };
        drop(old);
        Ok(())
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Deque>, value: &Value) -> PyResult<bool> {
        let mut found = false;
        Deque::search(
            vm,
            this,
            0..this.len(),
            value,
            || mutated(vm),
            |_| {
                found = true;
                true
            },
        )?;
        Ok(found)
    }
    #[pyslot]
    fn concat(vm: &Vm, this: &Ref<Deque>, other: &Value) -> PyResult {
        if other.downcast::<Deque>().is_none() {
            return Err(vm.type_error(format!(
                "can only concatenate deque (not \"{}\") to deque",
                vm.type_name(other)
            )));
        }
        let copy = Deque::duplicate(vm, this)?;
        Deque::extend_from(vm, &copy, other, End::Right)?;
        Ok(copy.into_value())
    }
    #[pyslot]
    fn iconcat(vm: &Vm, this: &Ref<Deque>, other: &Value) -> PyResult {
        Deque::extend_from(vm, this, other, End::Right)?;
        Ok(this.to_value())
    }
    #[pyslot]
    fn repeat(vm: &Vm, this: &Ref<Deque>, n: isize) -> PyResult {
        let copy = Deque::duplicate(vm, this)?;
        Deque::repeat_in_place(vm, &copy, n)?;
        Ok(copy.into_value())
    }
    #[pyslot]
    fn irepeat(vm: &Vm, this: &Ref<Deque>, n: isize) -> PyResult {
        Deque::repeat_in_place(vm, this, n)?;
        Ok(this.to_value())
    }
    /// The greatest number of items; None: no limit.
    #[pygetset]
    fn maxlen(this: &Ref<Deque>) -> Option<usize> {
        this.max.get()
    }
}

#[pymethods(partial = METHODS, class = "deque")]
impl Deque {
    /// Adds an item at the right end.
    #[pymethod("(self, item, /)")]
    fn append(this: &Ref<Deque>, item: Value) {
        this.push(item, End::Right);
    }
    /// Adds an item at the left end.
    #[pymethod("(self, item, /)")]
    fn appendleft(this: &Ref<Deque>, item: Value) {
        this.push(item, End::Left);
    }
    /// Adds the items of an iterable at the right end.
    #[pymethod("(self, iterable, /)")]
    fn extend(vm: &Vm, this: &Ref<Deque>, iterable: &Value) -> PyResult<()> {
        Deque::extend_from(vm, this, iterable, End::Right)
    }
    /// Adds the items of an iterable at the left end, one by one.
    #[pymethod("(self, iterable, /)")]
    fn extendleft(vm: &Vm, this: &Ref<Deque>, iterable: &Value) -> PyResult<()> {
        Deque::extend_from(vm, this, iterable, End::Left)
    }
    /// Takes the rightmost item.
    #[pymethod("(self)")]
    fn pop(vm: &Vm, this: &Ref<Deque>) -> PyResult {
        this.changed();
        let item = this.items.borrow_mut().pop_back();
        item.ok_or_else(|| vm.index_error("pop from an empty deque"))
    }
    /// Takes the leftmost item.
    #[pymethod("(self)")]
    fn popleft(vm: &Vm, this: &Ref<Deque>) -> PyResult {
        this.changed();
        let item = this.items.borrow_mut().pop_front();
        item.ok_or_else(|| vm.index_error("pop from an empty deque"))
    }
    /// Removes all items.
    #[pymethod("(self)")]
    fn clear(this: &Ref<Deque>) {
        drop(this.take());
    }
    /// A shallow copy.
    #[pymethod("(self)")]
    fn copy(vm: &Vm, this: &Ref<Deque>) -> PyResult<Ref<Deque>> {
        Deque::duplicate(vm, this)
    }
    /// A shallow copy.
    #[pymethod("(self)")]
    fn __copy__(vm: &Vm, this: &Ref<Deque>) -> PyResult<Ref<Deque>> {
        Deque::duplicate(vm, this)
    }
    /// How many items equal the value.
    #[pymethod("(self, value, /)")]
    fn count(vm: &Vm, this: &Ref<Deque>, value: &Value) -> PyResult<usize> {
        let mut count = 0;
        Deque::search(
            vm,
            this,
            0..this.len(),
            value,
            || mutated(vm),
            |_| {
                count += 1;
                false
            },
        )?;
        Ok(count)
    }
    /// The index of the first item that equals the value.
    #[pymethod("(self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        vm: &Vm,
        this: &Ref<Deque>,
        value: &Value,
        start: &Value,
        stop: &Value,
    ) -> PyResult<usize> {
        let len = this.len();
        let (start, stop) = (slice_index(vm, start, len)?, slice_index(vm, stop, len)?);
        let mut place = None;
        Deque::search(
            vm,
            this,
            start..stop,
            value,
            || mutated(vm),
            |at| {
                place = Some(at);
                true
            },
        )?;
        place.ok_or_else(|| vm.value_error("deque.index(x): x not in deque"))
    }
    /// Inserts a value before an index.
    #[pymethod("(self, index, value, /)")]
    fn insert(vm: &Vm, this: &Ref<Deque>, index: isize, value: Value) -> PyResult<()> {
        let len = this.len();
        if this.max.get().is_some_and(|max| len >= max) {
            return Err(vm.index_error("deque already at its maximum size"));
        }
        let at = if index < 0 {
            len.saturating_sub(index.unsigned_abs())
        } else {
            (index as usize).min(len)
        };
        this.changed();
        this.items.borrow_mut().insert(at, value);
        Ok(())
    }
    /// Removes the first item that equals the value.
    #[pymethod("(self, value, /)")]
    fn remove(vm: &Vm, this: &Ref<Deque>, value: &Value) -> PyResult<()> {
        let mut place = None;
        let mutated = || vm.index_error("deque mutated during iteration");
        Deque::search(vm, this, 0..this.len(), value, mutated, |at| {
            place = Some(at);
            true
        })?;
        let Some(at) = place else {
            return Err(vm.value_error("deque.remove(x): x not in deque"));
        };
        this.changed();
        let old = this.items.borrow_mut().remove(at);
        drop(old);
        Ok(())
    }
    /// Reverses the order of the items.
    #[pymethod("(self)")]
    fn reverse(this: &Ref<Deque>) {
        this.items.borrow_mut().make_contiguous().reverse();
    }
    /// Moves items from the right end to the left, n times; from the left if n is negative.
    #[pymethod("(self, n=1, /)")]
    fn rotate(this: &Ref<Deque>, n: isize) {
        let len = this.len();
        if len > 1 {
            this.changed();
            let steps = n.rem_euclid(len as isize) as usize;
            this.items.borrow_mut().rotate_right(steps);
        }
    }
    /// An iterator from the right.
    #[pymethod("(self)")]
    fn __reversed__(vm: &Vm, this: &Ref<Deque>) -> Value {
        iterate_reversed(vm, this)
    }
    /// Bytes of memory.
    #[pymethod("(self)")]
    fn __sizeof__(this: &Ref<Deque>) -> usize {
        size_of::<taipan_object::Object<Deque>>()
            + this.items.borrow().capacity() * size_of::<Value>()
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<Deque>) -> PyResult {
        let state = vm
            .call_special(this.as_value(), &vm.names.__getstate__, &[])?
            .unwrap_or(Value::NONE);
        let args = match this.max.get() {
            None => vm.empty_tuple.clone(),
            Some(max) => vm.new_tuple([vm.empty_tuple.to_value(), vm.new_int(max as i64)]),
        };
        let items = vm.iter(this.as_value())?;
        Ok(vm
            .new_tuple([this.ty().to_value(), args.into_value(), state, items])
            .into_value())
    }
    /// See PEP 585.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}
