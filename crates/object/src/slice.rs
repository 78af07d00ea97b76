//! `slice` objects and what they mean for a sequence.

use dashu_int::IBig;
use taipan_macros::pymethods;

use crate::header::{Ref, TypeRef};
use crate::seq::SequenceHash;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The payload of `slice`.
#[repr(C)]
pub struct Slice {
    pub start: Value,
    pub stop: Value,
    pub step: Value,
}
crate::payload!(Slice, gc, |this, visit| {
    visit(&this.start);
    visit(&this.stop);
    visit(&this.step);
});

impl Vm {
    pub fn new_slice(&self, start: Value, stop: Value, step: Value) -> Ref<Slice> {
        self.heap
            .alloc(&self.types.slice, Slice { start, stop, step })
    }
}

#[inline]
fn bound(vm: &Vm, value: &Value, default: isize) -> PyResult<isize> {
    if value.is_none() {
        return Ok(default);
    }
    if let Some(n) = value.as_small_int() {
        return Ok(n as isize);
    }
    if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
        return Err(
            vm.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    vm.index_clamped(value)
}

/// Start, stop and step as given, clamped to `isize` (`PySlice_Unpack`). Runs `__index__` methods:
/// ask for the sequence's length afterwards.
///
/// # Errors
/// ValueError for a step of zero; TypeError for bounds that are no integers.
#[inline]
pub fn unpack_slice(vm: &Vm, slice: &Slice) -> PyResult<(isize, isize, isize)> {
    let step = bound(vm, &slice.step, 1)?;
    if step == 0 {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let step = step.max(-isize::MAX);
    let start = bound(vm, &slice.start, if step < 0 { isize::MAX } else { 0 })?;
    let stop = bound(
        vm,
        &slice.stop,
        if step < 0 { isize::MIN } else { isize::MAX },
    )?;
    Ok((start, stop, step))
}

/// Fits unpacked bounds to a length: start, stop, number of items (`PySlice_AdjustIndices`).
#[inline]
pub fn adjust_slice(start: isize, stop: isize, step: isize, len: usize) -> (isize, isize, usize) {
    let len = len as isize;
    let fit = |n: isize| {
        if n < 0 {
            let n = n.saturating_add(len);
            if n < 0 {
                if step < 0 { -1 } else { 0 }
            } else {
                n
            }
        } else if n >= len {
            if step < 0 { len - 1 } else { len }
        } else {
            n
        }
    };
    let (start, stop) = (fit(start), fit(stop));
    let count = if step < 0 {
        if stop < start {
            (start - stop - 1) / -step + 1
        } else {
            0
        }
    } else if start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    (start, stop, count as usize)
}

/// Start, stop, step and number of items of a slice of `len` items.
///
/// # Errors
/// As [`unpack_slice`].
#[inline]
pub fn slice_indices(vm: &Vm, slice: &Slice, len: usize) -> PyResult<(isize, isize, isize, usize)> {
    let (start, stop, step) = unpack_slice(vm, slice)?;
    let (start, stop, count) = adjust_slice(start, stop, step, len);
    Ok((start, stop, step, count))
}

fn big_bound(vm: &Vm, value: &Value) -> PyResult<IBig> {
    if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
        return Err(
            vm.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    Ok(vm
        .index(value)?
        .as_int()
        .map_or(IBig::ZERO, |n| n.to_ibig()))
}

/// Start, stop and step of a slice for a length of any size.
///
/// # Errors
/// As [`unpack_slice`].
pub fn big_indices(vm: &Vm, slice: &Slice, len: &IBig) -> PyResult<(IBig, IBig, IBig)> {
    let step = if slice.step.is_none() {
        IBig::ONE
    } else {
        big_bound(vm, &slice.step)?
    };
    if step == IBig::ZERO {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let down = step < IBig::ZERO;
    let (low, high) = if down {
        (IBig::from(-1), len - IBig::ONE)
    } else {
        (IBig::ZERO, len.clone())
    };
    let fit = |value: &Value, default: &IBig| -> PyResult<IBig> {
        if value.is_none() {
            return Ok(default.clone());
        }
        let n = big_bound(vm, value)?;
        Ok(if n < IBig::ZERO {
            (n + len).max(low.clone())
        } else {
            n.min(high.clone())
        })
    };
    let start = fit(&slice.start, if down { &high } else { &low })?;
    let stop = fit(&slice.stop, if down { &low } else { &high })?;
    Ok((start, stop, step))
}

#[pymethods(
    name = "slice",
    doc = "A set of indices: slice(stop) or slice(start, stop[, step])."
)]
impl Slice {
    #[pyslot(new)]
    fn make(vm: &Vm, _cls: &TypeRef, args: Args<'_>) -> PyResult {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("slice() takes no keyword arguments"));
        }
        let none = Value::NONE;
        let (start, stop, step) = match args.values {
            [stop] => (none, stop.clone(), Value::NONE),
            [start, stop] => (start.clone(), stop.clone(), none),
            [start, stop, step] => (start.clone(), stop.clone(), step.clone()),
            [] => return Err(vm.type_error("slice expected at least 1 argument, got 0")),
            more => {
                return Err(vm.type_error(format!(
                    "slice expected at most 3 arguments, got {}",
                    more.len()
                )));
            }
        };
        Ok(vm.new_slice(start, stop, step).into_value())
    }
    #[pygetset]
    fn start(this: &Ref<Slice>) -> Value {
        this.start.clone()
    }
    #[pygetset]
    fn stop(this: &Ref<Slice>) -> Value {
        this.stop.clone()
    }
    #[pygetset]
    fn step(this: &Ref<Slice>) -> Value {
        this.step.clone()
    }

    /// Start, stop and step for a sequence of this length.
    #[pymethod("(self, object, /)")]
    fn indices(vm: &Vm, this: &Ref<Slice>, object: &Value) -> PyResult {
        let len = vm
            .index(object)?
            .as_int()
            .map_or(IBig::ZERO, |n| n.to_ibig());
        if len < IBig::ZERO {
            return Err(vm.value_error("length should not be negative"));
        }
        let (start, stop, step) = big_indices(vm, this, &len)?;
        Ok(vm.tuple_value([
            vm.new_bigint(start),
            vm.new_bigint(stop),
            vm.new_bigint(step),
        ]))
    }

    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Slice>) -> PyResult {
        let parts = vm.tuple_value([this.start.clone(), this.stop.clone(), this.step.clone()]);
        Ok(vm.tuple_value([this.ty().to_value(), parts]))
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Slice>) -> PyResult {
        let mut out = b"slice(".to_vec();
        let parts = [&this.start, &this.stop, &this.step];
        crate::seq::repr_items(vm, &mut out, |i| parts.get(i).map(|&v| v.clone()))?;
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Slice>) -> PyResult<i64> {
        let mut hash = SequenceHash::default();
        for part in [&this.start, &this.stop, &this.step] {
            hash.add(vm.hash(part)?);
        }
        Ok(hash.finish())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Slice>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Slice>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if this.is(other) {
            return Ok(Value::bool(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)));
        }
        let part = |s: &Slice, i: usize| [&s.start, &s.stop, &s.step].get(i).map(|&v| v.clone());
        crate::seq::compare_sequences(vm, |i| part(this, i), |i| part(other, i), || (3, 3), op)
    }
}
