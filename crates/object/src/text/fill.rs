//! Writing the characters of a new string in place.

use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::vm::{PyResult, Vm};

/// Bytes a character, and whether all is ASCII, for text whose largest code point this is.
#[inline]
pub fn width_of(max: u32) -> (u8, bool) {
    match max {
        0..0x80 => (1, true),
        0x80..0x100 => (1, false),
        0x100..0x10000 => (2, false),
        _ => (4, false),
    }
}

/// The characters of a string that is being made. Writes beyond its end are left out.
pub struct Filler {
    to: *mut u8,
    kind: u8,
    at: usize,
    len: usize,
}

impl Filler {
    /// Appends text of the same or a narrower kind.
    #[inline]
    pub fn push(&mut self, view: StrView<'_>) {
        let n = view.len();
        if n > self.len - self.at {
            return;
        }
        let at = self.at;
        self.at += n;
        // SAFETY: there is room for n characters of `kind` bytes at `at`, and the text is another object's.
        unsafe {
            match (self.kind, view) {
                (1, StrView::Ascii(s)) => {
                    std::ptr::copy_nonoverlapping(s.as_ptr(), self.to.add(at), n)
                }
                (1, StrView::Latin1(s)) => {
                    std::ptr::copy_nonoverlapping(s.as_ptr(), self.to.add(at), n)
                }
                (2, StrView::Ucs2(s)) => {
                    std::ptr::copy_nonoverlapping(s.as_ptr(), self.to.cast::<u16>().add(at), n)
                }
                (4, StrView::Ucs4(s)) => {
                    std::ptr::copy_nonoverlapping(s.as_ptr(), self.to.cast::<u32>().add(at), n)
                }
                _ => super::by_kind!(view, |s| self.convert(at, s)),
            }
        }
    }
    /// # Safety
    /// There is room for the text at `at`.
    unsafe fn convert<T: super::Unit>(&self, at: usize, s: &[T]) {
        for (i, &c) in s.iter().enumerate() {
            // SAFETY: by the contract.
            unsafe { self.write(at + i, c.point()) }
        }
    }
    /// # Safety
    /// `at` is in range.
    #[inline(always)]
    unsafe fn write(&self, at: usize, c: u32) {
        // SAFETY: by the contract; the buffer is aligned for its kind.
        unsafe {
            match self.kind {
                1 => self.to.add(at).write(c as u8),
                2 => self.to.cast::<u16>().add(at).write(c as u16),
                _ => self.to.cast::<u32>().add(at).write(c),
            }
        }
    }
    /// Appends a character that fits the kind.
    #[inline]
    pub fn push_char(&mut self, c: u32) {
        if self.at < self.len {
            // SAFETY: in range.
            unsafe { self.write(self.at, c) }
            self.at += 1;
        }
    }
    /// Appends a character `n` times.
    pub fn push_repeated(&mut self, c: u32, n: usize) {
        let n = n.min(self.len - self.at);
        let at = self.at;
        self.at += n;
        // SAFETY: there is room for n characters at `at`.
        unsafe {
            match self.kind {
                1 => std::ptr::write_bytes(self.to.add(at), c as u8, n),
                _ => (at..at + n).for_each(|i| self.write(i, c)),
            }
        }
    }
    /// Appends text `n` times.
    pub fn push_copies(&mut self, view: StrView<'_>, n: usize) {
        if view.len() == 1 {
            return self.push_repeated(view.get(0), n);
        }
        let start = self.at;
        let Some(total) = view.len().checked_mul(n).filter(|&t| t <= self.len - start) else {
            return;
        };
        if total == 0 {
            return;
        }
        self.push(view);
        let width = self.kind as usize;
        let mut done = view.len();
        while done < total {
            let more = done.min(total - done);
            // SAFETY: `more` characters after `start` are written, and as many fit behind `done`; they do not overlap.
            unsafe {
                let from = self.to.add(start * width);
                std::ptr::copy_nonoverlapping(from, from.add(done * width), more * width);
            }
            done += more;
        }
        self.at = start + total;
    }
    /// Appends ASCII bytes changed by `f`, which gives ASCII again.
    #[inline]
    pub fn push_mapped(&mut self, bytes: &[u8], f: impl Fn(u8) -> u8) {
        if self.kind != 1 || bytes.len() > self.len - self.at {
            return;
        }
        for (i, &b) in bytes.iter().enumerate() {
            // SAFETY: room was checked.
            unsafe { self.to.add(self.at + i).write(f(b)) }
        }
        self.at += bytes.len();
    }
}

impl Vm {
    /// A str of `len` characters of `kind` bytes (see [`width_of`]) that `fill` writes.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn fill_str(
        &self,
        kind: u8,
        ascii: bool,
        len: usize,
        fill: impl FnOnce(&mut Filler),
    ) -> PyResult<Ref<Str>> {
        if len == 0 {
            return Ok(self.empty_str.clone());
        }
        let s = self.try_new_str_with(kind, ascii, len, |to| {
            let mut filler = Filler {
                to,
                kind,
                at: 0,
                len,
            };
            fill(&mut filler);
            let rest = filler.len - filler.at;
            filler.push_repeated(0, rest);
        })?;
        Ok(if len == 1 { self.shared_char(s) } else { s })
    }
    /// The shared string of one Latin-1 character.
    fn shared_char(&self, s: Ref<Str>) -> Ref<Str> {
        self.chars
            .get(s.view().get(0) as usize)
            .cloned()
            .unwrap_or(s)
    }
}
