//! `str`: split, rsplit, splitlines, partition, rpartition, join.

use taipan_macros::pymethods;

use super::Unit;
use super::fill::width_of;
use super::find::Searcher;
use super::strip::is_ascii_space;
use super::unicode::{is_line_break, is_space};
use crate::header::Ref;
use crate::list::List;
use crate::str::{Str, StrView};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The words between whitespace, `max` splits at most, from the left.
fn words<T: super::Unit>(
    s: &[T],
    max: usize,
    space: impl Fn(u32) -> bool,
    mut push: impl FnMut(usize, usize),
) {
    let (mut at, mut splits) = (0, 0);
    loop {
        while at < s.len() && space(s[at].point()) {
            at += 1;
        }
        if at == s.len() {
            return;
        }
        if splits == max {
            // The last piece of a limited split keeps the whitespace at its end.
            return push(at, s.len());
        }
        let start = at;
        while at < s.len() && !space(s[at].point()) {
            at += 1;
        }
        push(start, at);
        splits += 1;
    }
}

/// As [`words`], from the right; pieces come last first.
fn words_back<T: super::Unit>(
    s: &[T],
    max: usize,
    space: impl Fn(u32) -> bool,
    mut push: impl FnMut(usize, usize),
) {
    let (mut end, mut splits) = (s.len(), 0);
    loop {
        while end > 0 && space(s[end - 1].point()) {
            end -= 1;
        }
        if end == 0 {
            return;
        }
        if splits == max {
            return push(0, end);
        }
        let stop = end;
        while end > 0 && !space(s[end - 1].point()) {
            end -= 1;
        }
        push(end, stop);
        splits += 1;
    }
}

fn limit(maxsplit: isize) -> usize {
    usize::try_from(maxsplit).unwrap_or(usize::MAX)
}

/// A part of `this` as a value; the whole is the object itself.
fn piece(vm: &Vm, this: &Ref<Str>, start: usize, end: usize) -> Value {
    if start == 0 && end == this.len() {
        return vm.copy_to_plain_str(this).into_value();
    }
    vm.new_from_view(this.view().slice(start, end)).into_value()
}

fn separator<'a>(vm: &Vm, sep: &'a Value, expected: &str) -> PyResult<&'a Ref<Str>> {
    let Some(sep) = sep.downcast::<Str>() else {
        return Err(vm.type_error(format!("must be {expected}, not {}", vm.type_name(sep))));
    };
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok(sep)
}

/// `text.split(None, max)`.
pub fn split_words(vm: &Vm, this: &Ref<Str>, max: usize) -> Ref<List> {
    let mut items = Vec::with_capacity(8);
    let push = |start, end| items.push(piece(vm, this, start, end));
    match this.view() {
        StrView::Ascii(s) => words(s.as_bytes(), max, is_ascii_space, push),
        view => super::by_kind!(view, |s| words(s, max, is_space, push)),
    }
    vm.new_list(items)
}

fn partitioned(vm: &Vm, this: &Ref<Str>, at: usize, sep: &Ref<Str>) -> Ref<Tuple> {
    let before = piece(vm, this, 0, at);
    let after = piece(vm, this, at + sep.len(), this.len());
    vm.new_tuple([before, sep.to_value(), after])
}

#[pymethods(partial = SPLIT, class = "str")]
impl Str {
    /// The parts between separators, or the words if there is none.
    #[pymethod("(self, sep=None, maxsplit=-1)")]
    fn split(vm: &Vm, this: &Ref<Str>, sep: &Value, maxsplit: isize) -> PyResult<Ref<List>> {
        let max = limit(maxsplit);
        if sep.is_none() {
            return Ok(split_words(vm, this, max));
        }
        let sep = separator(vm, sep, "str or None")?;
        let mut items = Vec::with_capacity(8);
        let mut from = 0;
        if max > 0 {
            Searcher::new(this.view(), sep.view()).each(|at| {
                items.push(piece(vm, this, from, at));
                from = at + sep.len();
                items.len() < max
            });
        }
        items.push(piece(vm, this, from, this.len()));
        Ok(vm.new_list(items))
    }
    /// As split, but splits are counted from the right.
    #[pymethod("(self, sep=None, maxsplit=-1)")]
    fn rsplit(vm: &Vm, this: &Ref<Str>, sep: &Value, maxsplit: isize) -> PyResult<Ref<List>> {
        let max = limit(maxsplit);
        let mut items = Vec::new();
        if sep.is_none() {
            let push = |start, end| items.push(piece(vm, this, start, end));
            match this.view() {
                StrView::Ascii(s) => words_back(s.as_bytes(), max, is_ascii_space, push),
                view => super::by_kind!(view, |s| words_back(s, max, is_space, push)),
            }
        } else {
            let sep = separator(vm, sep, "str or None")?;
            let mut end = this.len();
            if max > 0 {
                Searcher::new(this.view(), sep.view()).each_back(|at| {
                    items.push(piece(vm, this, at + sep.len(), end));
                    end = at;
                    items.len() < max
                });
            }
            items.push(piece(vm, this, 0, end));
        }
        items.reverse();
        Ok(vm.new_list(items))
    }
    /// The lines of the text, with their ends if asked for.
    #[pymethod("(self, keepends=False)")]
    fn splitlines(vm: &Vm, this: &Ref<Str>, keepends: bool) -> Ref<List> {
        let view = this.view();
        let mut items = Vec::new();
        super::by_kind!(view, |s| {
            let mut at = 0;
            while at < s.len() {
                let start = at;
                while at < s.len() && !is_line_break(s[at].point()) {
                    at += 1;
                }
                let end = at;
                if at < s.len() {
                    let crlf =
                        s[at].point() == 13 && s.get(at + 1).is_some_and(|&c| c.point() == 10);
                    at += if crlf { 2 } else { 1 };
                }
                items.push(piece(vm, this, start, if keepends { at } else { end }));
            }
        });
        vm.new_list(items)
    }
    /// What stands before the first separator, the separator, and what stands after it.
    #[pymethod("(self, sep, /)")]
    fn partition(vm: &Vm, this: &Ref<Str>, sep: &Value) -> PyResult<Ref<Tuple>> {
        let sep = separator(vm, sep, "str")?;
        Ok(match super::find::find(this.view(), sep.view()) {
            Some(at) => partitioned(vm, this, at, sep),
            None => vm.new_tuple([
                piece(vm, this, 0, this.len()),
                vm.empty_str.to_value(),
                vm.empty_str.to_value(),
            ]),
        })
    }
    /// What stands before the last separator, the separator, and what stands after it.
    #[pymethod("(self, sep, /)")]
    fn rpartition(vm: &Vm, this: &Ref<Str>, sep: &Value) -> PyResult<Ref<Tuple>> {
        let sep = separator(vm, sep, "str")?;
        Ok(match Searcher::new(this.view(), sep.view()).last() {
            Some(at) => partitioned(vm, this, at, sep),
            None => vm.new_tuple([
                vm.empty_str.to_value(),
                vm.empty_str.to_value(),
                piece(vm, this, 0, this.len()),
            ]),
        })
    }
    /// The strings of an iterable with this text between them.
    #[pymethod("(self, iterable, /)")]
    fn join(vm: &Vm, this: &Ref<Str>, iterable: &Value) -> PyResult<Ref<Str>> {
        let is_sequence =
            iterable.downcast::<List>().is_some() || iterable.downcast::<Tuple>().is_some();
        if !is_sequence
            && vm.type_of(iterable).slots.iter.get().is_none()
            && !vm.is_sequence(iterable)
        {
            return Err(vm.type_error("can only join an iterable"));
        }
        if let Some(tuple) = iterable.downcast_exact::<Tuple>(&vm.types.tuple) {
            return join(vm, this, tuple.items());
        }
        match iterable.downcast_exact::<List>(&vm.types.list) {
            // Joining runs no Python code.
            Some(list) => list.with(|items| join(vm, this, items)),
            None => join(vm, this, &vm.collect(iterable)?),
        }
    }
}

fn join(vm: &Vm, sep: &Ref<Str>, items: &[Value]) -> PyResult<Ref<Str>> {
    if let [item] = items
        && let Some(only) = item.downcast_exact::<Str>(&vm.types.str)
    {
        return Ok(only.clone());
    }
    let too_long = || vm.overflow_error("join() result is too long for a Python string");
    let mut max = if items.len() > 1 {
        sep.view().max_code_point()
    } else {
        0
    };
    let mut len = sep
        .len()
        .checked_mul(items.len().saturating_sub(1))
        .ok_or_else(too_long)?;
    for (index, item) in items.iter().enumerate() {
        let Some(s) = item.downcast::<Str>() else {
            return Err(vm.type_error(format!(
                "sequence item {index}: expected str instance, {} found",
                vm.type_name(item)
            )));
        };
        len = len
            .checked_add(s.len())
            .filter(|&n| n <= isize::MAX as usize)
            .ok_or_else(too_long)?;
        max = max.max(s.kind_bound());
    }
    let (kind, ascii) = width_of(max);
    vm.fill_str(kind, ascii, len, |out| {
        let sep = sep.view();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(sep);
            }
            if let Some(s) = item.downcast::<Str>() {
                out.push(s.view());
            }
        }
    })
}

impl Vm {
    /// `sep.join(items)`.
    ///
    /// # Errors
    /// OverflowError, MemoryError.
    pub fn str_join(&self, sep: &Ref<Str>, items: &[Ref<Str>]) -> PyResult<Ref<Str>> {
        let items: Vec<Value> = items.iter().map(|s| s.to_value()).collect();
        join(self, sep, &items)
    }
}
