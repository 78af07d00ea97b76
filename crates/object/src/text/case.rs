//! `str`: case mapping.

use taipan_macros::pymethods;

use super::builder::StrBuilder;
use super::unicode::{CASE_IGNORABLE, CASED, Case, LOWER, TITLE, UPPER, has, map_case};
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::vm::{PyResult, Vm};

const CAPITAL_SIGMA: u32 = 0x3A3;

/// Whether the capital sigma at `at` ends a word: it becomes ς in lower case.
fn is_final_sigma(view: StrView<'_>, at: usize) -> bool {
    let cased = |mut points: &mut dyn Iterator<Item = u32>| {
        (&mut points)
            .find(|&c| !has(c, CASE_IGNORABLE))
            .is_some_and(|c| has(c, CASED))
    };
    cased(&mut (0..at).rev().map(|i| view.get(i)))
        && !cased(&mut (at + 1..view.len()).map(|i| view.get(i)))
}

fn push_lower(out: &mut StrBuilder, view: StrView<'_>, at: usize) {
    match view.get(at) {
        CAPITAL_SIGMA => out.push_char(if is_final_sigma(view, at) {
            0x3C2
        } else {
            0x3C3
        }),
        c => map_case(c, Case::Lower, |c| out.push_char(c)),
    }
}

/// Text whose characters are mapped one by one.
fn mapped(vm: &Vm, view: StrView<'_>, case: Case) -> PyResult<Ref<Str>> {
    let mut out = StrBuilder::with_capacity(view.len());
    for c in view.iter() {
        map_case(c, case, |c| out.push_char(c));
    }
    out.finish(vm)
}

fn ascii(vm: &Vm, text: &str, f: impl Fn(u8) -> u8) -> PyResult<Ref<Str>> {
    vm.fill_str(1, true, text.len(), |out| {
        out.push_mapped(text.as_bytes(), f)
    })
}

fn swapped(b: u8) -> u8 {
    if b.is_ascii_alphabetic() { b ^ 0x20 } else { b }
}

#[pymethods(partial = CASE, class = "str")]
impl Str {
    /// The text in upper case.
    #[pymethod("(self)")]
    fn upper(vm: &Vm, this: &Ref<Str>) -> PyResult<Ref<Str>> {
        match this.view() {
            StrView::Ascii(s) => ascii(vm, s, |b| b.to_ascii_uppercase()),
            view => mapped(vm, view, Case::Upper),
        }
    }
    /// The text in lower case.
    #[pymethod("(self)")]
    fn lower(vm: &Vm, this: &Ref<Str>) -> PyResult<Ref<Str>> {
        match this.view() {
            StrView::Ascii(s) => ascii(vm, s, |b| b.to_ascii_lowercase()),
            view => {
                let mut out = StrBuilder::with_capacity(view.len());
                (0..view.len()).for_each(|i| push_lower(&mut out, view, i));
                out.finish(vm)
            }
        }
    }
    /// The text folded for comparisons without regard to case.
    #[pymethod("(self)")]
    fn casefold(vm: &Vm, this: &Ref<Str>) -> PyResult<Ref<Str>> {
        match this.view() {
            StrView::Ascii(s) => ascii(vm, s, |b| b.to_ascii_lowercase()),
            view => mapped(vm, view, Case::Fold),
        }
    }
    /// The text with upper and lower case swapped.
    #[pymethod("(self)")]
    fn swapcase(vm: &Vm, this: &Ref<Str>) -> PyResult<Ref<Str>> {
        let view = this.view();
        if let StrView::Ascii(s) = view {
            return ascii(vm, s, swapped);
        }
        let mut out = StrBuilder::with_capacity(view.len());
        for i in 0..view.len() {
            let c = view.get(i);
            if has(c, UPPER) {
                push_lower(&mut out, view, i);
            } else if has(c, LOWER) {
                map_case(c, Case::Upper, |c| out.push_char(c));
            } else {
                out.push_char(c);
            }
        }
        out.finish(vm)
    }
    /// The text with its first character in title case and the rest in lower case.
    #[pymethod("(self)")]
    fn capitalize(vm: &Vm, this: &Ref<Str>) -> PyResult<Ref<Str>> {
        let view = this.view();
        let mut out = StrBuilder::with_capacity(view.len());
        for i in 0..view.len() {
            if i == 0 {
                map_case(view.get(0), Case::Title, |c| out.push_char(c));
            } else {
                push_lower(&mut out, view, i);
            }
        }
        out.finish(vm)
    }
    /// The text with each word in title case.
    #[pymethod("(self)")]
    fn title(vm: &Vm, this: &Ref<Str>) -> PyResult<Ref<Str>> {
        let view = this.view();
        let mut out = StrBuilder::with_capacity(view.len());
        let mut after_cased = false;
        for i in 0..view.len() {
            let c = view.get(i);
            if after_cased {
                push_lower(&mut out, view, i);
            } else {
                map_case(c, Case::Title, |c| out.push_char(c));
            }
            after_cased = has(c, CASED);
        }
        out.finish(vm)
    }
    /// Whether there are cased characters and all are lower case.
    #[pymethod("(self)")]
    fn islower(this: &Ref<Str>) -> bool {
        let mut any = false;
        for c in this.view().iter() {
            if has(c, UPPER | TITLE) {
                return false;
            }
            any |= has(c, LOWER);
        }
        any
    }
    /// Whether there are cased characters and all are upper case.
    #[pymethod("(self)")]
    fn isupper(this: &Ref<Str>) -> bool {
        let mut any = false;
        for c in this.view().iter() {
            if has(c, LOWER | TITLE) {
                return false;
            }
            any |= has(c, UPPER);
        }
        any
    }
    /// Whether each word is in title case and there is one.
    #[pymethod("(self)")]
    fn istitle(this: &Ref<Str>) -> bool {
        let (mut any, mut after_cased) = (false, false);
        for c in this.view().iter() {
            if has(c, UPPER | TITLE) {
                if after_cased {
                    return false;
                }
                (any, after_cased) = (true, true);
            } else if has(c, LOWER) {
                if !after_cased {
                    return false;
                }
                any = true;
            } else {
                after_cased = false;
            }
        }
        any
    }
}
