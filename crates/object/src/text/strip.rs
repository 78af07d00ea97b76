//! `str`: strip, padding, zfill, expandtabs.

use taipan_macros::pymethods;

use super::Unit;
use super::builder::StrBuilder;
use super::fill::width_of;
use super::unicode::is_space;
use crate::format::text::pad_sides;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Which ends to strip.
#[derive(Clone, Copy)]
pub struct Ends {
    pub left: bool,
    pub right: bool,
}

/// The range that remains when characters that `drop` accepts are cut off the ends.
pub fn strip_range(view: StrView<'_>, ends: Ends, drop: impl Fn(u32) -> bool) -> (usize, usize) {
    super::by_kind!(view, |s| {
        let (mut start, mut end) = (0, s.len());
        if ends.left {
            while start < end && drop(s[start].point()) {
                start += 1;
            }
        }
        if ends.right {
            while start < end && drop(s[end - 1].point()) {
                end -= 1;
            }
        }
        (start, end)
    })
}

#[inline]
pub(super) fn is_ascii_space(c: u32) -> bool {
    matches!(c, 9..=13 | 28..=32)
}

fn strip(vm: &Vm, this: &Ref<Str>, chars: &Value, ends: Ends, name: &str) -> PyResult<Ref<Str>> {
    let view = this.view();
    let (start, end) = if chars.is_none() {
        match view {
            StrView::Ascii(_) => strip_range(view, ends, is_ascii_space),
            _ => strip_range(view, ends, is_space),
        }
    } else {
        let Some(chars) = chars.downcast::<Str>() else {
            return Err(vm.type_error(format!("{name} arg must be None or str")));
        };
        match chars.view() {
            StrView::Ascii(set) => {
                let mut bits = 0u128;
                set.bytes().for_each(|b| bits |= 1 << b);
                strip_range(view, ends, |c| c < 128 && bits >> c & 1 != 0)
            }
            set => strip_range(view, ends, |c| set.iter().any(|s| s == c)),
        }
    };
    if start == 0 && end == view.len() {
        return Ok(vm.copy_to_plain_str(this));
    }
    Ok(vm.new_from_view(view.slice(start, end)))
}

fn fill_char(vm: &Vm, fill: &Value) -> PyResult<u32> {
    let Some(s) = fill.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "The fill character must be a unicode character, not {}",
            vm.type_name(fill)
        )));
    };
    if s.len() != 1 {
        return Err(vm.type_error("The fill character must be exactly one character long"));
    }
    Ok(s.view().get(0))
}

fn padded(vm: &Vm, this: &Ref<Str>, left: usize, right: usize, fill: u32) -> PyResult<Ref<Str>> {
    if left + right == 0 {
        return Ok(vm.copy_to_plain_str(this));
    }
    pad_sides(vm, this.view(), left, right, fill)
}

/// How many characters are missing to a width.
fn missing(this: &Str, width: isize) -> usize {
    usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(this.len())
}

#[pymethods(partial = STRIP, class = "str")]
impl Str {
    /// The text without the whitespace, or the given characters, at both ends.
    #[pymethod("(self, chars=None, /)", name = "strip")]
    fn py_strip(vm: &Vm, this: &Ref<Str>, chars: &Value) -> PyResult<Ref<Str>> {
        strip(
            vm,
            this,
            chars,
            Ends {
                left: true,
                right: true,
            },
            "strip",
        )
    }
    /// The text without the whitespace, or the given characters, at its start.
    #[pymethod("(self, chars=None, /)")]
    fn lstrip(vm: &Vm, this: &Ref<Str>, chars: &Value) -> PyResult<Ref<Str>> {
        strip(
            vm,
            this,
            chars,
            Ends {
                left: true,
                right: false,
            },
            "lstrip",
        )
    }
    /// The text without the whitespace, or the given characters, at its end.
    #[pymethod("(self, chars=None, /)")]
    fn rstrip(vm: &Vm, this: &Ref<Str>, chars: &Value) -> PyResult<Ref<Str>> {
        strip(
            vm,
            this,
            chars,
            Ends {
                left: false,
                right: true,
            },
            "rstrip",
        )
    }
    /// The text in the middle of a line of this width.
    #[pymethod("(self, width, fillchar=' ', /)")]
    fn center(vm: &Vm, this: &Ref<Str>, width: isize, fillchar: &Value) -> PyResult<Ref<Str>> {
        let fill = fill_char(vm, fillchar)?;
        let n = missing(this, width);
        // An odd character goes left if the width is odd.
        let left = n / 2 + (n & width as usize & 1);
        padded(vm, this, left, n - left, fill)
    }
    /// The text at the left of a line of this width.
    #[pymethod("(self, width, fillchar=' ', /)")]
    fn ljust(vm: &Vm, this: &Ref<Str>, width: isize, fillchar: &Value) -> PyResult<Ref<Str>> {
        let fill = fill_char(vm, fillchar)?;
        padded(vm, this, 0, missing(this, width), fill)
    }
    /// The text at the right of a line of this width.
    #[pymethod("(self, width, fillchar=' ', /)")]
    fn rjust(vm: &Vm, this: &Ref<Str>, width: isize, fillchar: &Value) -> PyResult<Ref<Str>> {
        let fill = fill_char(vm, fillchar)?;
        padded(vm, this, missing(this, width), 0, fill)
    }
    /// The text with zeros at the left, behind a sign.
    #[pymethod("(self, width, /)")]
    fn zfill(vm: &Vm, this: &Ref<Str>, width: isize) -> PyResult<Ref<Str>> {
        let n = missing(this, width);
        if n == 0 {
            return Ok(vm.copy_to_plain_str(this));
        }
        let view = this.view();
        let sign = usize::from(!view.is_empty() && matches!(view.get(0), 0x2B | 0x2D));
        let (kind, ascii) = width_of(view.max_code_point().max(0x30));
        vm.fill_str(kind, ascii, view.len() + n, |out| {
            out.push(view.slice(0, sign));
            out.push_repeated(0x30, n);
            out.push(view.slice(sign, view.len()));
        })
    }
    /// The text with tabs replaced by spaces.
    #[pymethod("(self, tabsize=8)")]
    fn expandtabs(vm: &Vm, this: &Ref<Str>, tabsize: i32) -> PyResult<Ref<Str>> {
        let view = this.view();
        if !view.iter().any(|c| c == 9) {
            return Ok(vm.copy_to_plain_str(this));
        }
        let tab = usize::try_from(tabsize).unwrap_or(0);
        let (mut column, mut len) = (0usize, 0usize);
        for c in view.iter() {
            let n = match c {
                9 if tab > 0 => tab - column % tab,
                9 => 0,
                _ => 1,
            };
            len = match len.checked_add(n).filter(|&l| l <= isize::MAX as usize) {
                Some(len) => len,
                None => return Err(vm.overflow_error("new string is too long")),
            };
            column = if matches!(c, 10 | 13) { 0 } else { column + n };
        }
        if len > 1 << 40 {
            return Err(vm.memory_error());
        }
        let mut out = StrBuilder::with_capacity(len);
        column = 0;
        for c in view.iter() {
            match c {
                9 if tab > 0 => {
                    let n = tab - column % tab;
                    out.push_repeated(32, n);
                    column += n;
                }
                9 => {}
                _ => {
                    out.push_char(c);
                    column = if matches!(c, 10 | 13) { 0 } else { column + 1 };
                }
            }
        }
        out.finish(vm)
    }
}
