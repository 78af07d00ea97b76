//! `list.sort`: a stable merge sort that uses the order it finds (timsort).
//!
//! Keys that compare without running Python code (ints, floats, strings, and
//! tuples of these) are sorted by the standard library's sort. Others go
//! through a merge sort of indices whose comparisons may raise: whatever
//! happens, the list gets all of its items back.

use std::cmp::Ordering;

use crate::header::Ref;
use crate::list::List;
use crate::slots::CmpOp;
use crate::str::{Str, StrView};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `list.sort(key=key, reverse=reverse)`.
///
/// # Errors
/// What the key function and the comparisons raise; ValueError if they changed the list.
pub fn sort_list(vm: &Vm, list: &Ref<List>, key: Option<&Value>, reverse: bool) -> PyResult<()> {
    let mut items = list.take();
    let result = sort_vec(vm, &mut items, key, reverse);
    let (modified, displaced) = list.with(|v| (v.capacity() != 0, std::mem::replace(v, items)));
    drop(displaced);
    result?;
    if modified {
        Err(vm.value_error("list modified during sort"))
    } else {
        Ok(())
    }
}

/// Sorts a vector as `list.sort` does.
pub fn sort_vec(
    vm: &Vm,
    items: &mut Vec<Value>,
    key: Option<&Value>,
    reverse: bool,
) -> PyResult<()> {
    let keys = match key {
        None => None,
        Some(key) => {
            let mut keys = Vec::with_capacity(items.len());
            for item in items.iter() {
                keys.push(vm.call(key, std::slice::from_ref(item))?);
            }
            Some(keys)
        }
    };
    if items.len() < 2 {
        return Ok(());
    }
    let Some(keys) = keys else {
        if let Some(kind) = Kind::of_all(vm, items) {
            sort_pure(items, &kind, reverse, |v| v);
            return Ok(());
        }
        let mut order = Order::new(vm, items.len(), reverse)?;
        let result = order.sort(vm, items);
        order.apply(items);
        return result;
    };
    if let Some(kind) = Kind::of_all(vm, &keys) {
        let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(std::mem::take(items)).collect();
        sort_pure(&mut pairs, &kind, reverse, |p| &p.0);
        items.extend(pairs.into_iter().map(|(_, item)| item));
        return Ok(());
    }
    let mut order = Order::new(vm, items.len(), reverse)?;
    let result = order.sort(vm, &keys);
    order.apply(items);
    result
}

// ---- keys that compare without Python code

/// What all keys are.
enum Kind {
    Int,
    Float,
    Str,
    Tuple(Vec<Kind>),
}

impl Kind {
    fn of(vm: &Vm, value: &Value, depth: u32) -> Option<Kind> {
        if value.as_small_int().is_some() {
            Some(Kind::Int)
        } else if value.as_small_float().is_some() {
            Some(Kind::Float)
        } else if value.downcast_exact::<Str>(&vm.types.str).is_some() {
            Some(Kind::Str)
        } else if depth < 3 {
            let tuple = value.downcast_exact::<Tuple>(&vm.types.tuple)?;
            tuple
                .items()
                .iter()
                .map(|v| Kind::of(vm, v, depth + 1))
                .collect::<Option<_>>()
                .map(Kind::Tuple)
        } else {
            None
        }
    }
    fn fits(&self, vm: &Vm, value: &Value) -> bool {
        match self {
            Kind::Int => value.as_small_int().is_some(),
            Kind::Float => value.as_small_float().is_some(),
            Kind::Str => value.downcast_exact::<Str>(&vm.types.str).is_some(),
            Kind::Tuple(kinds) => value
                .downcast_exact::<Tuple>(&vm.types.tuple)
                .is_some_and(|t| {
                    t.len() == kinds.len()
                        && kinds.iter().zip(t.items()).all(|(k, v)| k.fits(vm, v))
                }),
        }
    }
    /// The kind that all values have in common.
    fn of_all(vm: &Vm, values: &[Value]) -> Option<Kind> {
        let kind = Kind::of(vm, values.first()?, 0)?;
        values.iter().all(|v| kind.fits(vm, v)).then_some(kind)
    }
    fn compare(&self, a: &Value, b: &Value) -> Ordering {
        match self {
            Kind::Int => a.as_small_int().cmp(&b.as_small_int()),
            Kind::Float => compare_floats(a, b),
            Kind::Str => compare_strs(a, b),
            Kind::Tuple(kinds) => match (a.downcast::<Tuple>(), b.downcast::<Tuple>()) {
                (Some(a), Some(b)) => kinds
                    .iter()
                    .zip(a.items().iter().zip(b.items()))
                    .map(|(kind, (a, b))| kind.compare(a, b))
                    .find(|o| o.is_ne())
                    .unwrap_or(Ordering::Equal),
                _ => Ordering::Equal,
            },
        }
    }
}

/// Floats inside the word are never NaN, so their order is total.
fn compare_floats(a: &Value, b: &Value) -> Ordering {
    a.as_small_float()
        .partial_cmp(&b.as_small_float())
        .unwrap_or(Ordering::Equal)
}

fn compare_strs(a: &Value, b: &Value) -> Ordering {
    match (a.downcast::<Str>(), b.downcast::<Str>()) {
        (Some(a), Some(b)) => compare_views(a.view(), b.view()),
        _ => Ordering::Equal,
    }
}

/// Texts compare by code points.
pub(crate) fn compare_views(a: StrView<'_>, b: StrView<'_>) -> Ordering {
    match (a, b) {
        (StrView::Ascii(_) | StrView::Latin1(_), StrView::Ascii(_) | StrView::Latin1(_)) => {
            a.as_bytes().cmp(b.as_bytes())
        }
        _ => a.iter().cmp(b.iter()),
    }
}

fn sort_pure<T>(items: &mut [T], kind: &Kind, reverse: bool, key: impl Fn(&T) -> &Value) {
    // Swapping the operands keeps equal items in order when the result is descending.
    macro_rules! sorted {
        ($compare:expr) => {{
            let compare = $compare;
            if reverse {
                items.sort_by(|a, b| compare(key(b), key(a)))
            } else {
                items.sort_by(|a, b| compare(key(a), key(b)))
            }
        }};
    }
    match kind {
        // The words of small ints order as the ints do.
        Kind::Int => sorted!(|a: &Value, b: &Value| (a.word() as i64).cmp(&(b.word() as i64))),
        Kind::Float => sorted!(compare_floats),
        Kind::Str => sorted!(compare_strs),
        Kind::Tuple(_) => sorted!(|a: &Value, b: &Value| kind.compare(a, b)),
    }
}

// ---- the general sort

const MIN_GALLOP: usize = 7;

/// A permutation being sorted by the keys it points to.
struct Order {
    at: Vec<u32>,
    /// Elements set aside by the merge in progress.
    spare: Vec<u32>,
    /// Runs waiting to be merged: start, length, power of the boundary after it.
    runs: Vec<(usize, usize, u32)>,
    min_gallop: usize,
    reverse: bool,
}

impl Order {
    fn new(vm: &Vm, len: usize, reverse: bool) -> PyResult<Order> {
        let len = u32::try_from(len).map_err(|_| vm.memory_error())?;
        let at = if reverse {
            (0..len).rev().collect()
        } else {
            (0..len).collect()
        };
        Ok(Order {
            at,
            spare: Vec::new(),
            runs: Vec::new(),
            min_gallop: MIN_GALLOP,
            reverse,
        })
    }

    /// Puts the items into the order reached.
    fn apply(mut self, items: &mut Vec<Value>) {
        if self.reverse {
            self.at.reverse();
        }
        let mut taken: Vec<Option<Value>> = std::mem::take(items).into_iter().map(Some).collect();
        items.extend(self.at.iter().filter_map(|&i| taken[i as usize].take()));
        // A merge stopped by an exception puts what it set aside back, so nothing is left over.
        items.extend(taken.into_iter().flatten());
    }

    /// Sorts; on an error `at` is still a permutation.
    fn sort(&mut self, vm: &Vm, keys: &[Value]) -> PyResult<()> {
        let lt = |a: u32, b: u32| vm.compare_bool(&keys[a as usize], &keys[b as usize], CmpOp::Lt);
        let len = self.at.len();
        let min_run = min_run(len);
        let mut start = 0;
        while start < len {
            let mut run = self.count_run(start, &lt)?;
            if run < min_run {
                let forced = min_run.min(len - start);
                self.binary_insertion(start, start + run, start + forced, &lt)?;
                run = forced;
            }
            self.push_run(start, run, len, &lt)?;
            start += run;
        }
        while self.runs.len() > 1 {
            self.merge_last(&lt)?;
        }
        Ok(())
    }

    /// The length of the run at `start`; a strictly descending one is reversed.
    fn count_run(
        &mut self,
        start: usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<usize> {
        let at = &mut self.at[start..];
        if at.len() < 2 {
            return Ok(at.len());
        }
        let descending = lt(at[1], at[0])?;
        let mut end = 2;
        while end < at.len() && lt(at[end], at[end - 1])? == descending {
            end += 1;
        }
        if descending {
            at[..end].reverse();
        }
        Ok(end)
    }

    /// Sorts `low..high`, of which `low..sorted` is sorted.
    fn binary_insertion(
        &mut self,
        low: usize,
        sorted: usize,
        high: usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<()> {
        for next in sorted..high {
            let pivot = self.at[next];
            let (mut l, mut r) = (low, next);
            while l < r {
                let middle = l + (r - l) / 2;
                if lt(pivot, self.at[middle])? {
                    r = middle
                } else {
                    l = middle + 1
                }
            }
            self.at[l..=next].rotate_right(1);
        }
        Ok(())
    }

    /// Adds a run, first merging those whose boundary is deeper (powersort's rule).
    fn push_run(
        &mut self,
        start: usize,
        len: usize,
        total: usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<()> {
        if let Some(&(s1, n1, _)) = self.runs.last() {
            let power = power(s1, n1, len, total);
            while self.runs.len() > 1 && self.runs[self.runs.len() - 2].2 > power {
                self.merge_last(lt)?;
            }
            if let Some(last) = self.runs.last_mut() {
                last.2 = power;
            }
        }
        self.runs.push((start, len, 0));
        Ok(())
    }

    fn merge_last(&mut self, lt: &impl Fn(u32, u32) -> PyResult<bool>) -> PyResult<()> {
        let (Some((b, nb, _)), Some(first)) = (self.runs.pop(), self.runs.last_mut()) else {
            return Ok(());
        };
        let (a, na) = (first.0, first.1);
        first.1 = na + nb;
        // What of the first run is already in place, and what of the second.
        let skip = gallop_right(&self.at[a..a + na], self.at[b], 0, lt)?;
        let (a, na) = (a + skip, na - skip);
        if na == 0 {
            return Ok(());
        }
        let nb = gallop_left(&self.at[b..b + nb], self.at[a + na - 1], nb - 1, lt)?;
        if nb == 0 {
            return Ok(());
        }
        if na <= nb {
            self.merge_low(a, na, nb, lt)
        } else {
            self.merge_high(a, na, nb, lt)
        }
    }

    /// Merges neighbours from the left; the first, shorter run is set aside.
    fn merge_low(
        &mut self,
        a: usize,
        na: usize,
        nb: usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<()> {
        self.spare.clear();
        self.spare.extend_from_slice(&self.at[a..a + na]);
        let (mut dest, mut i, mut j, end) = (a, 0, a + na, a + na + nb);
        let result = self.merge_low_loop(&mut dest, &mut i, &mut j, end, lt);
        // The gap holds exactly what is still set aside.
        let rest = na - i;
        self.at[dest..dest + rest].copy_from_slice(&self.spare[i..]);
        result
    }

    fn merge_low_loop(
        &mut self,
        dest: &mut usize,
        i: &mut usize,
        j: &mut usize,
        end: usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<()> {
        let (at, spare) = (&mut self.at, &self.spare);
        let mut min_gallop = self.min_gallop;
        while *i < spare.len() && *j < end {
            let (mut a_wins, mut b_wins) = (0, 0);
            // One at a time, until one run wins often.
            while *i < spare.len() && *j < end && a_wins.max(b_wins) < min_gallop {
                if lt(at[*j], spare[*i])? {
                    at[*dest] = at[*j];
                    *j += 1;
                    (a_wins, b_wins) = (0, b_wins + 1);
                } else {
                    at[*dest] = spare[*i];
                    *i += 1;
                    (a_wins, b_wins) = (a_wins + 1, 0);
                }
                *dest += 1;
            }
            min_gallop += 1;
            while *i < spare.len() && *j < end {
                min_gallop = min_gallop.saturating_sub(1).max(1);
                let from_a = gallop_right(&spare[*i..], at[*j], 0, lt)?;
                at[*dest..*dest + from_a].copy_from_slice(&spare[*i..*i + from_a]);
                (*dest, *i) = (*dest + from_a, *i + from_a);
                if *i == spare.len() {
                    break;
                }
                let from_b = gallop_left(&at[*j..end], spare[*i], 0, lt)?;
                at.copy_within(*j..*j + from_b, *dest);
                (*dest, *j) = (*dest + from_b, *j + from_b);
                if from_a.max(from_b) < MIN_GALLOP {
                    min_gallop += 1;
                    break;
                }
            }
        }
        self.min_gallop = min_gallop;
        Ok(())
    }

    /// Merges neighbours from the right; the second, shorter run is set aside.
    fn merge_high(
        &mut self,
        a: usize,
        na: usize,
        nb: usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<()> {
        self.spare.clear();
        self.spare.extend_from_slice(&self.at[a + na..a + na + nb]);
        // `i` and `j` are the ends of what is left of either run.
        let (mut dest, mut i, mut j) = (a + na + nb, a + na, nb);
        let result = self.merge_high_loop(&mut dest, a, &mut i, &mut j, lt);
        self.at[dest - j..dest].copy_from_slice(&self.spare[..j]);
        result
    }

    fn merge_high_loop(
        &mut self,
        dest: &mut usize,
        a: usize,
        i: &mut usize,
        j: &mut usize,
        lt: &impl Fn(u32, u32) -> PyResult<bool>,
    ) -> PyResult<()> {
        let (at, spare) = (&mut self.at, &self.spare);
        let mut min_gallop = self.min_gallop;
        while *i > a && *j > 0 {
            let (mut a_wins, mut b_wins) = (0, 0);
            while *i > a && *j > 0 && a_wins.max(b_wins) < min_gallop {
                let smaller = lt(spare[*j - 1], at[*i - 1])?;
                *dest -= 1;
                if smaller {
                    *i -= 1;
                    at[*dest] = at[*i];
                    (a_wins, b_wins) = (a_wins + 1, 0);
                } else {
                    *j -= 1;
                    at[*dest] = spare[*j];
                    (a_wins, b_wins) = (0, b_wins + 1);
                }
            }
            min_gallop += 1;
            while *i > a && *j > 0 {
                min_gallop = min_gallop.saturating_sub(1).max(1);
                let run = &at[a..*i];
                let from_a = run.len() - gallop_right(run, spare[*j - 1], run.len() - 1, lt)?;
                at.copy_within(*i - from_a..*i, *dest - from_a);
                (*dest, *i) = (*dest - from_a, *i - from_a);
                if *i == a {
                    break;
                }
                let run = &spare[..*j];
                let from_b = run.len() - gallop_left(run, at[*i - 1], run.len() - 1, lt)?;
                at[*dest - from_b..*dest].copy_from_slice(&spare[*j - from_b..*j]);
                (*dest, *j) = (*dest - from_b, *j - from_b);
                if from_a.max(from_b) < MIN_GALLOP {
                    min_gallop += 1;
                    break;
                }
            }
        }
        self.min_gallop = min_gallop;
        Ok(())
    }
}

/// Runs shorter than this are extended by insertion, so that merges are balanced.
fn min_run(mut n: usize) -> usize {
    let mut low_bits = 0;
    while n >= 64 {
        low_bits |= n & 1;
        n >>= 1;
    }
    n + low_bits
}

/// The depth of the boundary between two neighbouring runs in a balanced merge tree.
fn power(s1: usize, n1: usize, n2: usize, total: usize) -> u32 {
    let (mut a, mut b) = (2 * s1 + n1, 2 * s1 + 2 * n1 + n2);
    let total = total * 2;
    let mut power = 0;
    loop {
        power += 1;
        a *= 2;
        b *= 2;
        let (over_a, over_b) = (a >= total, b >= total);
        if over_a != over_b {
            return power;
        }
        if over_a {
            a -= total;
            b -= total;
        }
    }
}

/// Where `key` belongs in a sorted run, before those equal to it; searches outwards from `hint`.
fn gallop_left(
    run: &[u32],
    key: u32,
    hint: usize,
    lt: &impl Fn(u32, u32) -> PyResult<bool>,
) -> PyResult<usize> {
    gallop(run.len(), hint, |i| lt(run[i], key))
}

/// Where `key` belongs in a sorted run, after those equal to it.
fn gallop_right(
    run: &[u32],
    key: u32,
    hint: usize,
    lt: &impl Fn(u32, u32) -> PyResult<bool>,
) -> PyResult<usize> {
    gallop(run.len(), hint, |i| Ok(!lt(key, run[i])?))
}

/// The number of leading places for which `before` holds.
fn gallop(len: usize, hint: usize, before: impl Fn(usize) -> PyResult<bool>) -> PyResult<usize> {
    let (mut low, mut high);
    let mut offset = 1;
    if before(hint)? {
        low = hint + 1;
        high = len;
        while hint + offset < len {
            if !before(hint + offset)? {
                high = hint + offset;
                break;
            }
            low = hint + offset + 1;
            offset = offset * 2 + 1;
        }
    } else {
        low = 0;
        high = hint;
        while offset <= hint {
            if before(hint - offset)? {
                low = hint - offset + 1;
                break;
            }
            high = hint - offset;
            offset = offset * 2 + 1;
        }
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle)? {
            low = middle + 1
        } else {
            high = middle
        }
    }
    Ok(low)
}
