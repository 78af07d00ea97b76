//! `range` and its iterators.
//!
//! Ranges whose numbers fit `i64` keep them as such; others keep big integers.

use std::cell::{Cell, RefCell};

use dashu_int::IBig;
use taipan_macros::pymethods;

use crate::header::{Ref, TypeRef};
use crate::iter::reduced;
use crate::seq::SequenceHash;
use crate::slice::Slice;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The payload of `range`: numbers as Python sees them, and as `i64` where they fit.
pub struct Range {
    start: Value,
    stop: Value,
    step: Value,
    length: Value,
    small: Option<SmallRange>,
}
crate::payload!(Range, gc, |this, visit| {
    visit(&this.start);
    visit(&this.stop);
    visit(&this.step);
    visit(&this.length);
});

/// A range whose numbers fit machine words, and the one after its last too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmallRange {
    pub start: i64,
    pub step: i64,
    pub len: u64,
}

impl SmallRange {
    /// The range of these bounds, if no number of it overflows.
    #[inline]
    pub fn new(start: i64, stop: i64, step: i64) -> Option<SmallRange> {
        let span = if step > 0 {
            i128::from(stop) - i128::from(start)
        } else {
            i128::from(start) - i128::from(stop)
        };
        let stride = i128::from(step.unsigned_abs());
        let len = if span <= 0 {
            0
        } else {
            (span - 1) / stride + 1
        };
        let len = i64::try_from(len).ok()?;
        i64::try_from(i128::from(start) + i128::from(len) * i128::from(step)).ok()?;
        Some(SmallRange {
            start,
            step,
            len: len as u64,
        })
    }
    #[inline]
    fn at(&self, index: u64) -> i64 {
        self.start
            .wrapping_add((index as i64).wrapping_mul(self.step))
    }
    /// The place of a number.
    #[inline]
    fn find(&self, n: i64) -> Option<u64> {
        let offset = i128::from(n) - i128::from(self.start);
        if offset % i128::from(self.step) != 0 {
            return None;
        }
        u64::try_from(offset / i128::from(self.step))
            .ok()
            .filter(|&i| i < self.len)
    }
}

fn big(value: &Value) -> IBig {
    value.as_int().map_or(IBig::ZERO, |n| n.to_ibig())
}

fn big_length(start: &IBig, stop: &IBig, step: &IBig) -> IBig {
    let (span, stride) = if *step > IBig::ZERO {
        (stop - start, step.clone())
    } else {
        (start - stop, -step)
    };
    if span <= IBig::ZERO {
        IBig::ZERO
    } else {
        (span - IBig::ONE) / stride + IBig::ONE
    }
}

impl Vm {
    /// A range of ints. `step` is not zero.
    pub fn new_range(&self, start: Value, stop: Value, step: Value) -> Ref<Range> {
        let small = match (start.as_i64(), stop.as_i64(), step.as_i64()) {
            (Some(a), Some(b), Some(s)) => SmallRange::new(a, b, s),
            _ => None,
        };
        let length = match small {
            Some(r) => self.new_uint(r.len),
            None => self.new_bigint(big_length(&big(&start), &big(&stop), &big(&step))),
        };
        self.heap.alloc(
            &self.types.range,
            Range {
                start,
                stop,
                step,
                length,
                small,
            },
        )
    }
}

impl Range {
    /// The numbers as machine words, for loops.
    #[inline]
    pub fn small(&self) -> Option<SmallRange> {
        self.small
    }
    fn at(&self, vm: &Vm, index: &IBig) -> Value {
        vm.new_bigint(big(&self.start) + index * big(&self.step))
    }
    /// The place of an integer.
    fn find_int(&self, n: &Value) -> Option<IBig> {
        if let (Some(r), Some(n)) = (self.small, n.as_i64()) {
            return r.find(n).map(IBig::from);
        }
        let (offset, step) = (big(n) - big(&self.start), big(&self.step));
        if &offset % &step != IBig::ZERO {
            return None;
        }
        let index = offset / step;
        (index >= IBig::ZERO && index < big(&self.length)).then_some(index)
    }
}

/// Whether an object is exactly an int or bool, whose equality needs no Python code.
fn is_plain_int(vm: &Vm, value: &Value) -> bool {
    let ty = vm.type_of(value);
    ty.is(&vm.types.int) || ty.is(&vm.types.bool)
}

/// A plain int of an index-like argument.
fn plain_index(vm: &Vm, value: &Value) -> PyResult {
    let n = vm.index(value)?;
    if vm.type_of(&n).is(&vm.types.int) {
        return Ok(n);
    }
    Ok(vm.new_bigint(big(&n)))
}

fn slice_range(vm: &Vm, this: &Ref<Range>, slice: &Ref<Slice>) -> PyResult {
    let (start, stop, step) = crate::slice::big_indices(vm, slice, &big(&this.length))?;
    let step = vm.new_bigint(step * big(&this.step));
    Ok(vm
        .new_range(this.at(vm, &start), this.at(vm, &stop), step)
        .into_value())
}

#[pymethods(
    name = "range",
    doc = "A sequence of integers: range(stop) or range(start, stop[, step]).",
    flags(SEQUENCE)
)]
impl Range {
    #[pyslot(new)]
    fn make(vm: &Vm, _cls: &TypeRef, args: Args<'_>) -> PyResult {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("range() takes no keyword arguments"));
        }
        let (zero, one) = (vm.new_int(0), vm.new_int(1));
        let (start, stop, step) = match args.values {
            [stop] => (zero, plain_index(vm, stop)?, one),
            [start, stop] => (plain_index(vm, start)?, plain_index(vm, stop)?, one),
            [start, stop, step] => (
                plain_index(vm, start)?,
                plain_index(vm, stop)?,
                plain_index(vm, step)?,
            ),
            [] => return Err(vm.type_error("range expected at least 1 argument, got 0")),
            more => {
                return Err(vm.type_error(format!(
                    "range expected at most 3 arguments, got {}",
                    more.len()
                )));
            }
        };
        if step.as_small_int() == Some(0) {
            return Err(vm.value_error("range() arg 3 must not be zero"));
        }
        Ok(vm.new_range(start, stop, step).into_value())
    }
    #[pygetset]
    fn start(this: &Ref<Range>) -> Value {
        this.start.clone()
    }
    #[pygetset]
    fn stop(this: &Ref<Range>) -> Value {
        this.stop.clone()
    }
    #[pygetset]
    fn step(this: &Ref<Range>) -> Value {
        this.step.clone()
    }

    /// How many numbers equal a value.
    #[pymethod("(self, object, /)")]
    fn count(vm: &Vm, this: &Ref<Range>, object: &Value) -> PyResult<usize> {
        if is_plain_int(vm, object) {
            return Ok(usize::from(this.find_int(object).is_some()));
        }
        let mut count = 0;
        vm.for_each(this.as_value(), |n| {
            count += usize::from(vm.eq(&n, object)?);
            Ok(())
        })?;
        Ok(count)
    }
    /// The index of a value.
    #[pymethod("(self, object, /)")]
    fn index(vm: &Vm, this: &Ref<Range>, object: &Value) -> PyResult {
        if is_plain_int(vm, object) {
            return match this.find_int(object) {
                Some(index) => Ok(vm.new_bigint(index)),
                None => Err(vm.value_error("range.index(x): x not in range")),
            };
        }
        let it = vm.iter(this.as_value())?;
        let mut index = 0;
        while let Some(n) = vm.next(&it)? {
            if vm.eq(&n, object)? {
                return Ok(vm.new_int(index));
            }
            index += 1;
        }
        Err(vm.value_error("sequence.index(x): x not in sequence"))
    }
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Ref<Range>) -> PyResult {
        if let Some(r) = this.small {
            let last = r.at(r.len.wrapping_sub(1));
            if let (Some(step), Some(_)) = (r.step.checked_neg(), r.start.checked_sub(r.step)) {
                return Ok(RangeIterator::make(
                    vm,
                    SmallRange {
                        start: last,
                        step,
                        len: r.len,
                    },
                ));
            }
        }
        let len = big(&this.length);
        let start = big(&this.start) + (&len - IBig::ONE) * big(&this.step);
        Ok(LongRangeIterator::make(vm, start, -big(&this.step), len))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Range>) -> Value {
        let parts = vm.tuple_value([this.start.clone(), this.stop.clone(), this.step.clone()]);
        vm.tuple_value([this.ty().to_value(), parts])
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Range>) -> PyResult {
        let mut out = b"range(".to_vec();
        let parts = [&this.start, &this.stop, &this.step];
        let shown = if this.step.as_small_int() == Some(1) {
            2
        } else {
            3
        };
        crate::seq::repr_items(vm, &mut out, |i| parts[..shown].get(i).map(|&v| v.clone()))?;
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Range>) -> PyResult<i64> {
        // As the tuple (length, start, step) with None for what does not matter.
        let len = this.length.as_small_int();
        let mut hash = SequenceHash::default();
        hash.add(vm.hash(&this.length)?);
        let none = Value::NONE;
        hash.add(vm.hash(if len == Some(0) { &none } else { &this.start })?);
        hash.add(vm.hash(if matches!(len, Some(0 | 1)) {
            &none
        } else {
            &this.step
        })?);
        Ok(hash.finish_tuple(3))
    }
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<Range>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<Range>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let len = big(&this.length);
        let equal = this.is(other)
            || len == big(&other.length)
                && (len == IBig::ZERO
                    || big(&this.start) == big(&other.start)
                        && (len == IBig::ONE || big(&this.step) == big(&other.step)));
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    #[pyslot(bool)]
    fn truth(_vm: &Vm, this: &Ref<Range>) -> PyResult<bool> {
        Ok(this.length.as_small_int() != Some(0))
    }
    #[pyslot(len)]
    fn length(vm: &Vm, this: &Ref<Range>) -> PyResult<usize> {
        vm.index_isize(&this.length).map(|n| n as usize)
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Range>, value: &Value) -> PyResult<bool> {
        if is_plain_int(vm, value) {
            return Ok(this.find_int(value).is_some());
        }
        let it = vm.iter(this.as_value())?;
        while let Some(n) = vm.next(&it)? {
            if vm.eq(&n, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Range>, key: &Value) -> PyResult {
        if let Some(slice) = key.downcast::<Slice>() {
            return slice_range(vm, this, slice);
        }
        if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
            return Err(vm.type_error(format!(
                "range indices must be integers or slices, not {}",
                vm.type_name(key)
            )));
        }
        let key = vm.index(key)?;
        if let (Some(r), Some(n)) = (this.small, key.as_i64()) {
            let at = if n < 0 { n + r.len as i64 } else { n };
            if at >= 0 && (at as u64) < r.len {
                return Ok(vm.new_int(r.at(at as u64)));
            }
        } else {
            let len = big(&this.length);
            let n = big(&key);
            let at = if n < IBig::ZERO { n + &len } else { n };
            if at >= IBig::ZERO && at < len {
                return Ok(this.at(vm, &at));
            }
        }
        Err(vm.index_error("range object index out of range"))
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Range>) -> PyResult {
        Ok(match this.small {
            Some(r) => RangeIterator::make(vm, r),
            None => {
                LongRangeIterator::make(vm, big(&this.start), big(&this.step), big(&this.length))
            }
        })
    }
}

/// `range_iterator`. The interpreter and compiled code step it inline: while
/// `remaining` is not zero, take `next`, add `step` to it, and count down.
/// `next` can always take the addition without overflow.
#[repr(C)]
pub struct RangeIterator {
    pub next: Cell<i64>,
    pub step: i64,
    pub remaining: Cell<u64>,
}
crate::payload!(RangeIterator);

impl RangeIterator {
    pub const NEXT_OFFSET: usize = 16;
    pub const STEP_OFFSET: usize = 24;
    pub const REMAINING_OFFSET: usize = 32;

    pub fn make(vm: &Vm, r: SmallRange) -> Value {
        let it = RangeIterator {
            next: Cell::new(r.start),
            step: r.step,
            remaining: Cell::new(r.len),
        };
        vm.heap.alloc(&vm.types.range_iterator, it).into_value()
    }
    /// The next number; runs no Python code.
    #[inline(always)]
    pub fn advance(&self) -> Option<i64> {
        let remaining = self.remaining.get();
        if remaining == 0 {
            return None;
        }
        self.remaining.set(remaining - 1);
        let n = self.next.get();
        self.next.set(n.wrapping_add(self.step));
        Some(n)
    }
}

#[pymethods(
    name = "range_iterator",
    doc = "An iterator over a range.",
    flags(DISALLOW_INSTANTIATION)
)]
impl RangeIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<RangeIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<RangeIterator>) -> PyResult<Option<Value>> {
        Ok(this.advance().map(|n| vm.new_int(n)))
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(this: &Ref<RangeIterator>) -> u64 {
        this.remaining.get()
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<RangeIterator>) -> PyResult {
        let (start, len) = (this.next.get(), this.remaining.get() as i64);
        let stop = start.wrapping_add(len.wrapping_mul(this.step));
        let range = vm.new_range(vm.new_int(start), vm.new_int(stop), vm.new_int(this.step));
        reduced(vm, "iter", range.into_value(), Some(Value::NONE))
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(this: &Ref<RangeIterator>, state: i64) {
        let skip = (state.max(0) as u64).min(this.remaining.get());
        this.next.set(
            this.next
                .get()
                .wrapping_add((skip as i64).wrapping_mul(this.step)),
        );
        this.remaining.set(this.remaining.get() - skip);
    }
}

/// `longrange_iterator`: for ranges beyond machine words.
pub struct LongRangeIterator {
    state: RefCell<(IBig, IBig)>,
    step: IBig,
}
crate::payload!(LongRangeIterator);

impl LongRangeIterator {
    fn make(vm: &Vm, start: IBig, step: IBig, len: IBig) -> Value {
        vm.heap
            .alloc(
                &vm.types.long_range_iterator,
                LongRangeIterator {
                    state: RefCell::new((start, len)),
                    step,
                },
            )
            .into_value()
    }
}

#[pymethods(
    name = "longrange_iterator",
    doc = "An iterator over a range of big integers.",
    flags(DISALLOW_INSTANTIATION)
)]
impl LongRangeIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<LongRangeIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<LongRangeIterator>) -> PyResult<Option<Value>> {
        let mut state = this.state.borrow_mut();
        if state.1 <= IBig::ZERO {
            return Ok(None);
        }
        let next = &state.0 + &this.step;
        let n = std::mem::replace(&mut state.0, next);
        state.1 -= IBig::ONE;
        Ok(Some(vm.new_bigint(n)))
    }
    #[pymethod("(self, /)")]
    fn __length_hint__(vm: &Vm, this: &Ref<LongRangeIterator>) -> Value {
        vm.new_bigint(this.state.borrow().1.clone())
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<LongRangeIterator>) -> PyResult {
        let (start, len) = this.state.borrow().clone();
        let stop = &start + len * &this.step;
        let range = vm.new_range(
            vm.new_bigint(start),
            vm.new_bigint(stop),
            vm.new_bigint(this.step.clone()),
        );
        reduced(vm, "iter", range.into_value(), Some(Value::NONE))
    }
    #[pymethod("(self, object, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<LongRangeIterator>, state: &Value) -> PyResult<()> {
        let state = big(&vm.index(state)?);
        let (start, len) = this.state.borrow().clone();
        let skip = state.max(IBig::ZERO).min(len.clone());
        *this.state.borrow_mut() = (start + &skip * &this.step, len - skip);
        Ok(())
    }
}
