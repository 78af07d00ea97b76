//! [`StrBuilder`]: text that grows and widens as characters come.

use super::Unit;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::vm::{PyResult, Vm};

enum Buffer {
    /// Latin-1, and whether it is all ASCII.
    One(Vec<u8>, bool),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// Collects text in the narrowest kind.
pub struct StrBuilder(Buffer);

impl Default for StrBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl StrBuilder {
    pub fn new() -> Self {
        Self::with_capacity(0)
    }
    pub fn with_capacity(n: usize) -> Self {
        Self(Buffer::One(Vec::with_capacity(n.min(1 << 24)), true))
    }
    pub fn len(&self) -> usize {
        match &self.0 {
            Buffer::One(v, _) => v.len(),
            Buffer::Two(v) => v.len(),
            Buffer::Four(v) => v.len(),
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub fn push_char(&mut self, c: u32) {
        match &mut self.0 {
            Buffer::One(v, ascii) if c < 0x100 => {
                v.push(c as u8);
                *ascii &= c < 0x80;
            }
            Buffer::Two(v) if c < 0x10000 => v.push(c as u16),
            Buffer::Four(v) => v.push(c),
            _ => {
                self.widen(c);
                self.push_char(c);
            }
        }
    }
    #[cold]
    fn widen(&mut self, max: u32) {
        self.0 = match &self.0 {
            Buffer::One(v, _) if max < 0x10000 => {
                Buffer::Two(v.iter().map(|&c| u16::from(c)).collect())
            }
            Buffer::One(v, _) => Buffer::Four(v.iter().map(|&c| u32::from(c)).collect()),
            Buffer::Two(v) => Buffer::Four(v.iter().map(|&c| u32::from(c)).collect()),
            Buffer::Four(_) => return,
        };
    }
    /// Appends ASCII or other UTF-8 text.
    #[inline]
    pub fn push_str(&mut self, text: &str) {
        match &mut self.0 {
            Buffer::One(v, _) if text.is_ascii() => v.extend_from_slice(text.as_bytes()),
            _ => text.chars().for_each(|c| self.push_char(u32::from(c))),
        }
    }
    /// Appends text.
    #[inline]
    pub fn push(&mut self, view: StrView<'_>) {
        match (&mut self.0, view) {
            (Buffer::One(v, _), StrView::Ascii(s)) => return v.extend_from_slice(s.as_bytes()),
            (Buffer::One(v, ascii), StrView::Latin1(s)) => {
                *ascii = *ascii && s.is_ascii();
                return v.extend_from_slice(s);
            }
            (Buffer::Four(v), StrView::Ucs4(s)) => return v.extend_from_slice(s),
            (Buffer::Two(v), StrView::Ucs2(s)) => return v.extend_from_slice(s),
            _ => {}
        }
        let max = view.max_code_point();
        let narrow = match self.0 {
            Buffer::One(..) => max >= 0x100,
            Buffer::Two(_) => max >= 0x10000,
            Buffer::Four(_) => false,
        };
        if narrow {
            self.widen(max);
        }
        super::by_kind!(view, |s| s.iter().for_each(|&c| self.push_char(c.point())));
    }
    pub fn push_repeated(&mut self, c: u32, n: usize) {
        match &mut self.0 {
            Buffer::One(v, ascii) if c < 0x100 => {
                v.resize(v.len() + n, c as u8);
                *ascii &= c < 0x80 || n == 0;
            }
            _ => (0..n).for_each(|_| self.push_char(c)),
        }
    }
    /// The collected text.
    pub fn view(&self) -> StrView<'_> {
        match &self.0 {
            Buffer::One(v, true) => {
                std::str::from_utf8(v).map_or(StrView::Latin1(v), StrView::Ascii)
            }
            Buffer::One(v, false) => StrView::Latin1(v),
            Buffer::Two(v) => StrView::Ucs2(v),
            Buffer::Four(v) => StrView::Ucs4(v),
        }
    }
    /// The collected text as a str.
    ///
    /// # Errors
    /// MemoryError.
    pub fn finish(self, vm: &Vm) -> PyResult<Ref<Str>> {
        let (kind, ascii) = match &self.0 {
            Buffer::One(v, true) => return Ok(vm.new_ascii(v)),
            Buffer::One(..) => (1, false),
            Buffer::Two(_) => (2, false),
            Buffer::Four(_) => (4, false),
        };
        let view = self.view();
        vm.fill_str(kind, ascii, view.len(), |out| out.push(view))
    }
}
