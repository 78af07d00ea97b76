//! Making strings.

use crate::header::{Ref, TypeRef};
use crate::str::{Str, StrView, new_raw, wtf8_code_points};
use crate::vm::{PyResult, Vm};

impl Vm {
    /// A str of UTF-8 text.
    pub fn new_str(&self, text: &str) -> Ref<Str> {
        if text.is_ascii() {
            self.new_ascii(text.as_bytes())
        } else {
            self.new_wtf8(text.as_bytes())
        }
    }
    /// A str of bytes that are known to be ASCII.
    #[inline]
    pub fn new_ascii(&self, text: &[u8]) -> Ref<Str> {
        match text {
            [] if !self.chars.is_empty() => return self.empty_str.clone(),
            [c] if !self.chars.is_empty() => return self.chars[*c as usize].clone(),
            _ => {}
        }
        self.raw_str(&self.types.str, 1, true, text.len(), |to| {
            // SAFETY: `to` has room for text.len() bytes.
            unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), to, text.len()) }
        })
    }
    /// A str of well-formed WTF-8.
    pub fn new_wtf8(&self, bytes: &[u8]) -> Ref<Str> {
        if bytes.is_ascii() {
            return self.new_ascii(bytes);
        }
        let mut len = 0;
        let mut max = 0;
        for c in wtf8_code_points(bytes) {
            len += 1;
            max = max.max(c);
        }
        self.from_code_points_sized(&self.types.str, len, max, wtf8_code_points(bytes))
    }
    /// A str of code points (surrogates included, all at most 0x10FFFF).
    pub fn new_from_code_points(&self, points: &[u32]) -> Ref<Str> {
        let max = points.iter().copied().max().unwrap_or(0);
        self.from_code_points_sized(&self.types.str, points.len(), max, points.iter().copied())
    }
    /// The word of the one str of a character that has one, borrowed.
    #[inline(always)]
    pub fn char_word(&self, c: u8) -> Option<u64> {
        self.chars.get(c as usize).map(|s| s.as_value().word())
    }
    /// A str of one character.
    #[inline]
    pub fn new_char(&self, c: u32) -> Ref<Str> {
        match self.chars.get(c as usize) {
            Some(s) => s.clone(),
            None => self.from_code_points_sized(&self.types.str, 1, c, std::iter::once(c)),
        }
    }
    /// A str of a part of another's text, in the narrowest kind.
    pub fn new_from_view(&self, view: StrView<'_>) -> Ref<Str> {
        match view {
            StrView::Ascii(s) => self.new_ascii(s.as_bytes()),
            StrView::Latin1([c]) => self.new_char(u32::from(*c)),
            StrView::Latin1(s) if s.is_ascii() => self.new_ascii(s),
            StrView::Latin1(s) => self.raw_str(&self.types.str, 1, false, s.len(), |to| {
                // SAFETY: room for s.len() bytes.
                unsafe { std::ptr::copy_nonoverlapping(s.as_ptr(), to, s.len()) }
            }),
            _ => {
                let max = view.iter().max().unwrap_or(0);
                self.from_code_points_sized(&self.types.str, view.len(), max, view.iter())
            }
        }
    }
    /// `len` code points of which `max` is the largest, as an instance of `ty`.
    pub fn from_code_points_sized(
        &self,
        ty: &TypeRef,
        len: usize,
        max: u32,
        points: impl Iterator<Item = u32>,
    ) -> Ref<Str> {
        let kind = if max < 0x100 {
            1
        } else if max < 0x10000 {
            2
        } else {
            4
        };
        let points = points.take(len);
        self.raw_str(ty, kind, max < 0x80, len, |to| {
            // SAFETY: room for len characters of this kind, and `points` gives at most as many.
            unsafe {
                match kind {
                    1 => points
                        .enumerate()
                        .for_each(|(i, c)| to.add(i).write(c as u8)),
                    2 => points
                        .enumerate()
                        .for_each(|(i, c)| to.cast::<u16>().add(i).write(c as u16)),
                    _ => points
                        .enumerate()
                        .for_each(|(i, c)| to.cast::<u32>().add(i).write(c)),
                }
            }
        })
    }
    /// The text of an instance of a subclass as an exact str.
    pub fn copy_to_plain_str(&self, s: &Ref<Str>) -> Ref<Str> {
        if s.ty().is(&self.types.str) {
            s.clone()
        } else {
            self.new_from_view(s.view())
        }
    }
    /// A str with the text of `s`, as an instance of a subclass of str.
    pub fn str_as_type(&self, ty: &TypeRef, s: &Ref<Str>) -> Ref<Str> {
        let max = s.view().iter().max().unwrap_or(0);
        self.from_code_points_sized(ty, s.len(), max, s.view().iter())
    }
    /// A str of `len` characters of `kind` bytes (1, 2, 4) that `fill` writes; the
    /// kind must be the narrowest that holds them.
    ///
    /// # Errors
    /// MemoryError.
    pub fn try_new_str_with(
        &self,
        kind: u8,
        ascii: bool,
        len: usize,
        fill: impl FnOnce(*mut u8),
    ) -> PyResult<Ref<Str>> {
        new_raw(&self.heap, &self.types.str, kind, ascii, len, fill)
            .ok_or_else(|| self.memory_error())
    }
    fn raw_str(
        &self,
        ty: &TypeRef,
        kind: u8,
        ascii: bool,
        len: usize,
        fill: impl FnOnce(*mut u8),
    ) -> Ref<Str> {
        match new_raw(&self.heap, ty, kind, ascii, len, fill) {
            Some(s) => s,
            // The source text existed in memory already; a copy this size failing is the end of the process's memory.
            None => std::alloc::handle_alloc_error(std::alloc::Layout::new::<u64>()),
        }
    }
}
