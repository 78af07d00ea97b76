//! The class `tuple`.

use taipan_macros::pymethods;

use crate::header::{Ref, TypeRef};
use crate::iter::TupleIterator;
use crate::list::List;
use crate::list_methods::{repeated, reserve, sliced};
use crate::seq::{SequenceHash, clamp_start, place, search_bound, subscript_index};
use crate::slice::{Slice, slice_indices};
use crate::slots::CmpOp;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

impl Vm {
    /// `tuple(iterable)`.
    pub fn to_tuple(&self, iterable: &Value) -> PyResult<Ref<Tuple>> {
        if let Some(tuple) = iterable.downcast_exact::<Tuple>(&self.types.tuple) {
            return Ok(tuple.clone());
        }
        if let Some(list) = iterable.downcast_exact::<List>(&self.types.list) {
            return Ok(list.with(|items| self.tuple_from_slice(items)));
        }
        Ok(self.new_tuple(self.collect(iterable)?))
    }
    /// A tuple of a slice of values.
    #[inline]
    pub fn tuple_from_slice(&self, items: &[Value]) -> Ref<Tuple> {
        self.new_tuple(items.iter().cloned())
    }
}

#[pymethods(name = "tuple", doc = "An immutable sequence.", flags(BASETYPE | TUPLE_SUBCLASS | SEQUENCE))]
impl Tuple {
    #[pynew("(iterable=(), /)")]
    fn py_new(vm: &Vm, cls: &TypeRef, iterable: &Value) -> PyResult {
        if cls.is(&vm.types.tuple) {
            return Ok(vm.to_tuple(iterable)?.into_value());
        }
        let items = vm.collect(iterable)?;
        Ok(crate::tuple::new_tuple(&vm.heap, cls, items.into_iter()).into_value())
    }

    /// How many items equal a value.
    #[pymethod("(self, value, /)")]
    fn count(vm: &Vm, this: &Ref<Tuple>, value: &Value) -> PyResult<usize> {
        let mut count = 0;
        for item in this.items() {
            count += usize::from(vm.eq(item, value)?);
        }
        Ok(count)
    }
    /// The index of the first item equal to a value.
    #[pymethod("(self, value, start=<unset>, stop=<unset>, /)")]
    fn index(
        vm: &Vm,
        this: &Ref<Tuple>,
        value: &Value,
        start: Option<&Value>,
        stop: Option<&Value>,
    ) -> PyResult<usize> {
        let (start, stop) = (
            search_bound(vm, start, 0)?,
            search_bound(vm, stop, isize::MAX)?,
        );
        let (start, stop) = (
            clamp_start(start, this.len()),
            clamp_start(stop, this.len()).min(this.len()),
        );
        for index in start..stop {
            if vm.eq(&this.items()[index], value)? {
                return Ok(index);
            }
        }
        Err(vm.value_error("tuple.index(x): x not in tuple"))
    }
    #[pymethod("(self, /)")]
    fn __getnewargs__(vm: &Vm, this: &Ref<Tuple>) -> Value {
        let plain = vm.tuple_from_slice(this.items()).into_value();
        vm.tuple_value([plain])
    }
    /// `tuple[T, …]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Tuple>) -> PyResult {
        if this.is_empty() {
            return Ok(vm.new_str("()").into_value());
        }
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("(...)").into_value());
        };
        let mut out = b"(".to_vec();
        crate::seq::repr_items(vm, &mut out, |i| this.items().get(i).cloned())?;
        out.extend_from_slice(if this.len() == 1 { b",)" } else { b")" });
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Tuple>) -> PyResult<i64> {
        if this.hash.get() != 0 {
            return Ok(this.hash.get());
        }
        vm.check_stack(" while hashing a tuple")?;
        let mut hash = SequenceHash::default();
        for item in this.items() {
            hash.add(vm.hash(item)?);
        }
        let hash = hash.finish_tuple(this.len());
        this.hash.set(hash);
        Ok(hash)
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Tuple>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Tuple>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let (a, b) = (this.items(), other.items());
        // Unlike lists, tuples of different lengths are compared item by item.
        for (x, y) in a.iter().zip(b) {
            if !vm.eq(x, y)? {
                return match op {
                    CmpOp::Eq => Ok(Value::FALSE),
                    CmpOp::Ne => Ok(Value::TRUE),
                    _ => vm.compare(x, y, op),
                };
            }
        }
        Ok(Value::bool(op.holds(a.len().cmp(&b.len()))))
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Tuple>) -> PyResult {
        Ok(TupleIterator::make(vm, this.clone()))
    }
    #[pyslot(len)]
    fn length(_vm: &Vm, this: &Ref<Tuple>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Tuple>, value: &Value) -> PyResult<bool> {
        for item in this.items() {
            if vm.eq(item, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Tuple>, key: &Value) -> PyResult {
        if let Some(slice) = key.downcast::<Slice>() {
            let (start, _, step, count) = slice_indices(vm, slice, this.len())?;
            if count == this.len() && step == 1 && this.ty().is(&vm.types.tuple) {
                return Ok(this.to_value());
            }
            return Ok(vm
                .new_tuple(sliced(this.items(), start, step, count))
                .into_value());
        }
        if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
            return Err(vm.type_error(format!(
                "tuple indices must be integers or slices, not {}",
                vm.type_name(key)
            )));
        }
        let index = subscript_index(vm, key)?;
        match place(index, this.len()) {
            Some(at) => Ok(this.items()[at].clone()),
            None => Err(vm.index_error("tuple index out of range")),
        }
    }
    #[pyslot]
    fn concat(vm: &Vm, this: &Ref<Tuple>, other: &Value) -> PyResult {
        let Some(right) = other.downcast::<Tuple>() else {
            return Err(vm.type_error(format!(
                "can only concatenate tuple (not \"{}\") to tuple",
                vm.type_name(other)
            )));
        };
        if this.is_empty() && right.ty().is(&vm.types.tuple) {
            return Ok(other.clone());
        }
        if right.is_empty() && this.ty().is(&vm.types.tuple) {
            return Ok(this.to_value());
        }
        let mut items = reserve(vm, this.len().checked_add(right.len()))?;
        items.extend_from_slice(this.items());
        items.extend_from_slice(right.items());
        Ok(vm.new_tuple(items).into_value())
    }
    #[pyslot]
    fn repeat(vm: &Vm, this: &Ref<Tuple>, count: isize) -> PyResult {
        if (count == 1 || this.is_empty()) && this.ty().is(&vm.types.tuple) {
            return Ok(this.to_value());
        }
        Ok(vm
            .new_tuple(repeated(vm, this.items(), count)?)
            .into_value())
    }
}
