//! `str`: find, index, count, replace, startswith, endswith, removeprefix, removesuffix.

use taipan_macros::pymethods;

use super::builder::StrBuilder;
use super::fill::width_of;
use super::find::{Searcher, find, same};
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The part of a sequence of `len` items that `start` and `end` name as
/// slices do; `None` if it starts beyond its end.
///
/// # Errors
/// TypeError for indices that are none; what `__index__` raises.
pub fn bounds(vm: &Vm, start: &Value, end: &Value, len: usize) -> PyResult<Option<(usize, usize)>> {
    let len = len as isize;
    let index = |value: &Value, default: isize| -> PyResult<isize> {
        if value.is_none() {
            return Ok(default);
        }
        if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
            return Err(
                vm.type_error("slice indices must be integers or None or have an __index__ method")
            );
        }
        let n = vm.index_clamped(value)?;
        Ok(if n < 0 {
            n.saturating_add(len).max(0)
        } else {
            n
        })
    };
    let start = index(start, 0)?;
    let end = index(end, len)?.min(len);
    Ok((start <= end).then_some((start as usize, end as usize)))
}

/// What a find-like method looks through: the offset, the part and its searcher's result.
fn look<R>(
    vm: &Vm,
    this: &Ref<Str>,
    sub: &Ref<Str>,
    start: &Value,
    end: &Value,
    search: impl FnOnce(StrView<'_>, StrView<'_>) -> Option<R>,
) -> PyResult<Option<(usize, R)>> {
    if start.is_none() && end.is_none() {
        return Ok(search(this.view(), sub.view()).map(|r| (0, r)));
    }
    let Some((start, end)) = bounds(vm, start, end, this.len())? else {
        return Ok(None);
    };
    Ok(search(this.view().slice(start, end), sub.view()).map(|r| (start, r)))
}

fn position(vm: &Vm, found: Option<(usize, usize)>, must: bool) -> PyResult<i64> {
    match found {
        Some((offset, at)) => Ok((offset + at) as i64),
        None if must => Err(vm.value_error("substring not found")),
        None => Ok(-1),
    }
}

#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

/// `startswith` and `endswith`.
fn affix(
    vm: &Vm,
    this: &Ref<Str>,
    what: &Value,
    start: &Value,
    end: &Value,
    side: Side,
) -> PyResult<bool> {
    let name = match side {
        Side::Start => "startswith",
        Side::End => "endswith",
    };
    let part = bounds(vm, start, end, this.len())?;
    let matches = |affix: &Str| {
        let Some((start, end)) = part else {
            return false;
        };
        let (view, n) = (this.view(), affix.len());
        n <= end - start
            && match side {
                Side::Start => same(view.slice(start, start + n), affix.view()),
                Side::End => same(view.slice(end - n, end), affix.view()),
            }
    };
    if let Some(affix) = what.downcast::<Str>() {
        return Ok(matches(affix));
    }
    let Some(tuple) = what.downcast::<Tuple>() else {
        return Err(vm.type_error(format!(
            "{name} first arg must be str or a tuple of str, not {}",
            vm.type_name(what)
        )));
    };
    for item in tuple.items() {
        let Some(affix) = item.downcast::<Str>() else {
            return Err(vm.type_error(format!(
                "tuple for {name} must only contain str, not {}",
                vm.type_name(item)
            )));
        };
        if matches(affix) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `text` with up to `max` occurrences of `old` replaced.
///
/// # Errors
/// OverflowError, MemoryError.
pub fn replace(vm: &Vm, this: &Ref<Str>, old: &Str, new: &Str, max: usize) -> PyResult<Ref<Str>> {
    let (view, with) = (this.view(), new.view());
    if max == 0 || old.len() > view.len() || old.same_text(new) {
        return Ok(vm.copy_to_plain_str(this));
    }
    if old.is_empty() {
        return interleave(vm, view, with, max);
    }
    let mut at: smallvec::SmallVec<[usize; 32]> = smallvec::SmallVec::new();
    Searcher::new(view, old.view()).each(|i| {
        at.push(i);
        at.len() < max
    });
    if at.is_empty() {
        return Ok(vm.copy_to_plain_str(this));
    }
    let removed = at.len() * old.len();
    let len = with
        .len()
        .checked_mul(at.len())
        .and_then(|n| n.checked_add(view.len() - removed));
    let Some(len) = len.filter(|&n| n <= isize::MAX as usize) else {
        return Err(vm.overflow_error("replace string is too long"));
    };
    let step = old.len();
    // If wide characters go, the result may be narrower: that is found out while it is built.
    if !matches!(view, StrView::Ascii(_)) {
        let mut out = StrBuilder::with_capacity(len);
        let mut from = 0;
        for &i in &at {
            out.push(view.slice(from, i));
            out.push(with);
            from = i + step;
        }
        out.push(view.slice(from, view.len()));
        return out.finish(vm);
    }
    let (kind, ascii) = width_of(with.max_code_point());
    vm.fill_str(kind, ascii, len, |out| {
        let mut from = 0;
        for &i in &at {
            out.push(view.slice(from, i));
            out.push(with);
            from = i + step;
        }
        out.push(view.slice(from, view.len()));
    })
}

/// Puts `with` before each character and at the end, `max` times at most.
fn interleave(vm: &Vm, view: StrView<'_>, with: StrView<'_>, max: usize) -> PyResult<Ref<Str>> {
    let n = max.min(view.len() + 1);
    let len = with
        .len()
        .checked_mul(n)
        .and_then(|l| l.checked_add(view.len()));
    let Some(len) = len.filter(|&n| n <= isize::MAX as usize) else {
        return Err(vm.overflow_error("replace string is too long"));
    };
    let (kind, ascii) = width_of(view.max_code_point().max(with.max_code_point()));
    vm.fill_str(kind, ascii, len, |out| {
        for i in 0..n {
            out.push(with);
            if i < view.len() {
                out.push_char(view.get(i));
            }
        }
        out.push(view.slice(n.min(view.len()), view.len()));
    })
}

#[pymethods(partial = SEARCH, class = "str")]
impl Str {
    /// The lowest index at which the substring is found, or -1.
    #[pymethod("(self, sub, start=None, end=None, /)", name = "find")]
    fn py_find(
        vm: &Vm,
        this: &Ref<Str>,
        sub: &Ref<Str>,
        start: &Value,
        end: &Value,
    ) -> PyResult<i64> {
        position(vm, look(vm, this, sub, start, end, find)?, false)
    }
    /// The highest index at which the substring is found, or -1.
    #[pymethod("(self, sub, start=None, end=None, /)", name = "rfind")]
    fn py_rfind(
        vm: &Vm,
        this: &Ref<Str>,
        sub: &Ref<Str>,
        start: &Value,
        end: &Value,
    ) -> PyResult<i64> {
        position(
            vm,
            look(vm, this, sub, start, end, |h, n| Searcher::new(h, n).last())?,
            false,
        )
    }
    /// As find, but ValueError if the substring is not found.
    #[pymethod("(self, sub, start=None, end=None, /)", name = "index")]
    fn py_index(
        vm: &Vm,
        this: &Ref<Str>,
        sub: &Ref<Str>,
        start: &Value,
        end: &Value,
    ) -> PyResult<i64> {
        position(vm, look(vm, this, sub, start, end, find)?, true)
    }
    /// As rfind, but ValueError if the substring is not found.
    #[pymethod("(self, sub, start=None, end=None, /)", name = "rindex")]
    fn py_rindex(
        vm: &Vm,
        this: &Ref<Str>,
        sub: &Ref<Str>,
        start: &Value,
        end: &Value,
    ) -> PyResult<i64> {
        position(
            vm,
            look(vm, this, sub, start, end, |h, n| Searcher::new(h, n).last())?,
            true,
        )
    }
    /// How often the substring occurs without overlapping itself.
    #[pymethod("(self, sub, start=None, end=None, /)", name = "count")]
    fn py_count(
        vm: &Vm,
        this: &Ref<Str>,
        sub: &Ref<Str>,
        start: &Value,
        end: &Value,
    ) -> PyResult<usize> {
        Ok(look(vm, this, sub, start, end, |h, n| {
            Some(Searcher::new(h, n).count())
        })?
        .map_or(0, |(_, n)| n))
    }
    /// The text with occurrences of one substring replaced by another.
    #[pymethod("(self, old, new, /, count=-1)", name = "replace")]
    fn py_replace(
        vm: &Vm,
        this: &Ref<Str>,
        old: &Ref<Str>,
        new: &Ref<Str>,
        count: isize,
    ) -> PyResult<Ref<Str>> {
        replace(
            vm,
            this,
            old,
            new,
            usize::try_from(count).unwrap_or(usize::MAX),
        )
    }
    /// Whether the text starts with the prefix, or with one of several.
    #[pymethod("(self, prefix, start=None, end=None, /)")]
    fn startswith(
        vm: &Vm,
        this: &Ref<Str>,
        prefix: &Value,
        start: &Value,
        end: &Value,
    ) -> PyResult<bool> {
        affix(vm, this, prefix, start, end, Side::Start)
    }
    /// Whether the text ends with the suffix, or with one of several.
    #[pymethod("(self, suffix, start=None, end=None, /)")]
    fn endswith(
        vm: &Vm,
        this: &Ref<Str>,
        suffix: &Value,
        start: &Value,
        end: &Value,
    ) -> PyResult<bool> {
        affix(vm, this, suffix, start, end, Side::End)
    }
    /// The text without the prefix, if it has it.
    #[pymethod("(self, prefix, /)")]
    fn removeprefix(vm: &Vm, this: &Ref<Str>, prefix: &Ref<Str>) -> Ref<Str> {
        let (view, n) = (this.view(), prefix.len());
        if n > 0 && n <= view.len() && same(view.slice(0, n), prefix.view()) {
            return vm.new_from_view(view.slice(n, view.len()));
        }
        vm.copy_to_plain_str(this)
    }
    /// The text without the suffix, if it has it.
    #[pymethod("(self, suffix, /)")]
    fn removesuffix(vm: &Vm, this: &Ref<Str>, suffix: &Ref<Str>) -> Ref<Str> {
        let (view, n) = (this.view(), suffix.len());
        if n > 0 && n <= view.len() && same(view.slice(view.len() - n, view.len()), suffix.view()) {
            return vm.new_from_view(view.slice(0, view.len() - n));
        }
        vm.copy_to_plain_str(this)
    }
}
