//! `count`, `cycle` and `repeat`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::number::BinOp;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::pull;
use crate::field::{Field, Fields};

/// `count`: numbers with equal distances, for ever.
pub struct Count {
    next: Field,
    step: Value,
}
payload!(
    Count,
    gc,
    |this, visit| {
        this.next.visit(visit);
        visit(&this.step);
    },
    clear | this | this.next.clear()
);

/// Whether an object is a number for `count`.
fn is_number(vm: &Vm, object: &Value) -> bool {
    let slots = &vm.type_of(object).slots;
    object.as_int().is_some()
        || object.as_float().is_some()
        || slots.index.get().is_some()
        || slots.int.get().is_some()
        || slots.float.get().is_some()
        || vm.is_instance_of(object, &vm.types.complex)
}

#[pymethods(
    name = "count",
    module = "itertools",
    doc = "Numbers from start on, each larger than the one before by step.",
    flags(BASETYPE)
)]
impl Count {
    #[pynew("(start=0, step=1)")]
    fn new(vm: &Vm, cls: &TypeRef, start: Value, step: Value) -> PyResult<Ref<Count>> {
        if !is_number(vm, &start) || !is_number(vm, &step) {
            return Err(vm.type_error("a number is required"));
        }
        // Bools count as the ints that they are.
        let plain = |v: Value| v.as_bool().map_or(v, |b| vm.new_int(i64::from(b)));
        Ok(alloc_instance(
            vm,
            cls,
            Count {
                next: Field::new(plain(start)),
                step: plain(step),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Count>) -> PyResult<Option<Value>> {
        let Some(current) = this.next.get() else {
            return Ok(None);
        };
        let following = match (current.as_small_int(), this.step.as_small_int()) {
            (Some(n), Some(step)) => match n.checked_add(step) {
                Some(sum) => vm.new_int(sum),
                None => vm.binary(&current, &this.step, BinOp::Add)?,
            },
            _ => vm.binary(&current, &this.step, BinOp::Add)?,
        };
        this.next.set(following);
        Ok(Some(current))
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Count>) -> PyResult {
        let next = vm.repr(&this.next.get().unwrap_or(Value::NONE))?;
        let name = this.ty().name.borrow().to_string();
        let text = if this.step.as_small_int() == Some(1) {
            format!("{name}({next})")
        } else {
            format!("{name}({next}, {})", vm.repr(&this.step)?)
        };
        Ok(vm.new_str(&text).into_value())
    }
}

/// `cycle`: an iterable's items over and over.
pub struct Cycle {
    iterator: Field,
    saved: Fields,
    index: Cell<usize>,
}
payload!(
    Cycle,
    gc,
    |this, visit| {
        this.iterator.visit(visit);
        this.saved.visit(visit);
    },
    clear | this | {
        this.iterator.clear();
        this.saved.clear();
    }
);

#[pymethods(
    name = "cycle",
    module = "itertools",
    doc = "The items of an iterable, then the same ones again, for ever.",
    flags(BASETYPE)
)]
impl Cycle {
    #[pynew("(iterable, /)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult<Ref<Cycle>> {
        let iterator = Field::new(vm.iter(iterable)?);
        Ok(alloc_instance(
            vm,
            cls,
            Cycle {
                iterator,
                saved: Fields::default(),
                index: Cell::new(0),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Cycle>) -> PyResult<Option<Value>> {
        if let Some(iterator) = this.iterator.get() {
            if let Some(item) = pull(vm, &iterator)? {
                this.saved.push(item.clone());
                return Ok(Some(item));
            }
            this.iterator.clear();
        }
        let index = this.index.get();
        let item = this.saved.get(index);
        this.index.set(if index + 1 >= this.saved.count() {
            0
        } else {
            index + 1
        });
        Ok(item)
    }
}

/// `repeat`: one object over and over.
pub struct Repeat {
    object: Value,
    /// How many are left; negative: no end.
    left: Cell<isize>,
}
payload!(Repeat, gc, |this, visit| visit(&this.object));

#[pymethods(
    name = "repeat",
    module = "itertools",
    doc = "One object a number of times, or for ever.",
    flags(BASETYPE)
)]
impl Repeat {
    #[pynew("(object, times=<unset>)")]
    fn new(vm: &Vm, cls: &TypeRef, object: Value, times: Option<isize>) -> Ref<Repeat> {
        let left = Cell::new(times.map_or(-1, |n| n.max(0)));
        alloc_instance(vm, cls, Repeat { object, left })
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(_: &Vm, this: &Ref<Repeat>) -> PyResult<Option<Value>> {
        match this.left.get() {
            0 => return Ok(None),
            n if n > 0 => this.left.set(n - 1),
            _ => {}
        }
        Ok(Some(this.object.clone()))
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Repeat>) -> PyResult {
        let object = vm.repr(&this.object)?;
        let name = this.ty().name.borrow().to_string();
        let text = match this.left.get() {
            n if n < 0 => format!("{name}({object})"),
            n => format!("{name}({object}, {n})"),
        };
        Ok(vm.new_str(&text).into_value())
    }
    /// How many repetitions are left.
    #[pymethod("(self)")]
    fn __length_hint__(vm: &Vm, this: &Ref<Repeat>) -> PyResult<isize> {
        match this.left.get() {
            n if n < 0 => Err(vm.type_error("len() of unsized object")),
            n => Ok(n),
        }
    }
}
