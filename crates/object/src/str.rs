//! The payload of `str`: 1, 2 or 4 bytes a character.
//!
//! Short text lies behind the payload in the same object; longer text, and
//! text that grows in place, lies in a buffer of its own. A string is stored in
//! the narrowest kind that holds it, so equal strings have equal kinds.

use std::alloc::Layout;
use std::cell::Cell;

use crate::header::{Object, Ref, TypeRef};
use crate::heap::Heap;

/// Longest text, in bytes, that lies inside the object.
const MAX_INLINE: usize = 1024;

/// The payload of `str`.
#[repr(C)]
pub struct Str {
    /// Cached hash; 0: not computed yet.
    pub(crate) hash: Cell<i64>,
    /// Length in characters.
    len: Cell<usize>,
    data: Cell<*mut u8>,
    /// Bytes of the separate buffer; 0: the text lies behind the payload.
    capacity: Cell<usize>,
    /// Bytes a character: 1, 2 or 4.
    kind: u8,
    ascii: Cell<bool>,
    pub(crate) interned: Cell<bool>,
}

/// The characters of a string.
#[derive(Clone, Copy, Debug)]
pub enum StrView<'a> {
    Ascii(&'a str),
    Latin1(&'a [u8]),
    Ucs2(&'a [u16]),
    Ucs4(&'a [u32]),
}

impl<'a> StrView<'a> {
    #[inline]
    pub fn len(self) -> usize {
        match self {
            StrView::Ascii(s) => s.len(),
            StrView::Latin1(s) => s.len(),
            StrView::Ucs2(s) => s.len(),
            StrView::Ucs4(s) => s.len(),
        }
    }
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// The code point at an index that is in range.
    #[inline]
    pub fn get(self, index: usize) -> u32 {
        match self {
            StrView::Ascii(s) => u32::from(s.as_bytes()[index]),
            StrView::Latin1(s) => u32::from(s[index]),
            StrView::Ucs2(s) => u32::from(s[index]),
            StrView::Ucs4(s) => s[index],
        }
    }
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |i| self.get(i))
    }
    /// The characters from `start` to `end`, which are in range.
    #[inline]
    pub fn slice(self, start: usize, end: usize) -> StrView<'a> {
        match self {
            // SAFETY: ASCII text may be cut anywhere.
            StrView::Ascii(s) => {
                StrView::Ascii(unsafe { std::str::from_utf8_unchecked(&s.as_bytes()[start..end]) })
            }
            StrView::Latin1(s) => StrView::Latin1(&s[start..end]),
            StrView::Ucs2(s) => StrView::Ucs2(&s[start..end]),
            StrView::Ucs4(s) => StrView::Ucs4(&s[start..end]),
        }
    }
    /// The text's bytes as stored.
    pub fn as_bytes(self) -> &'a [u8] {
        match self {
            StrView::Ascii(s) => s.as_bytes(),
            StrView::Latin1(s) => s,
            // SAFETY: plain integers seen as bytes.
            StrView::Ucs2(s) => unsafe {
                std::slice::from_raw_parts(s.as_ptr().cast(), s.len() * 2)
            },
            // SAFETY: as above.
            StrView::Ucs4(s) => unsafe {
                std::slice::from_raw_parts(s.as_ptr().cast(), s.len() * 4)
            },
        }
    }
    /// Appends the text as WTF-8: lone surrogates become three bytes.
    pub fn push_wtf8(self, out: &mut Vec<u8>) {
        if let StrView::Ascii(s) = self {
            out.extend_from_slice(s.as_bytes());
            return;
        }
        for c in self.iter() {
            push_code_point(out, c);
        }
    }
}

/// Whether two runs of bytes are equal. Short ones are not worth a call.
///
/// # Safety
/// `n` bytes can be read at both.
#[inline(always)]
unsafe fn same_bytes(a: *const u8, b: *const u8, n: usize) -> bool {
    // SAFETY: every read lies within the `n` bytes.
    unsafe {
        macro_rules! ends {
            ($word:ty) => {{
                let last = n - size_of::<$word>();
                let read = |p: *const u8| p.cast::<$word>().read_unaligned();
                (read(a) ^ read(b)) | (read(a.add(last)) ^ read(b.add(last))) == 0
            }};
        }
        match n {
            0 => true,
            1 => *a == *b,
            2..4 => ends!(u16),
            4..8 => ends!(u32),
            8..=16 => ends!(u64),
            _ => std::slice::from_raw_parts(a, n) == std::slice::from_raw_parts(b, n),
        }
    }
}

/// Appends a code point, surrogates included, as (W)UTF-8.
pub fn push_code_point(out: &mut Vec<u8>, c: u32) {
    match c {
        0..0x80 => out.push(c as u8),
        0x80..0x800 => out.extend_from_slice(&[0xC0 | (c >> 6) as u8, 0x80 | (c & 63) as u8]),
        0x800..0x10000 => {
            out.extend_from_slice(&[
                0xE0 | (c >> 12) as u8,
                0x80 | (c >> 6 & 63) as u8,
                0x80 | (c & 63) as u8,
            ]);
        }
        _ => out.extend_from_slice(&[
            0xF0 | (c >> 18) as u8,
            0x80 | (c >> 12 & 63) as u8,
            0x80 | (c >> 6 & 63) as u8,
            0x80 | (c & 63) as u8,
        ]),
    }
}

/// Decodes WTF-8 that is known to be well-formed into code points.
pub fn wtf8_code_points(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = *bytes.get(at)?;
        let next = |i: usize| u32::from(bytes.get(i).copied().unwrap_or(0x80) & 63);
        let (c, n) = match first {
            0..0x80 => (u32::from(first), 1),
            0x80..0xE0 => (u32::from(first & 31) << 6 | next(at + 1), 2),
            0xE0..0xF0 => (
                u32::from(first & 15) << 12 | next(at + 1) << 6 | next(at + 2),
                3,
            ),
            _ => (
                u32::from(first & 7) << 18 | next(at + 1) << 12 | next(at + 2) << 6 | next(at + 3),
                4,
            ),
        };
        at += n;
        Some(c)
    })
}

impl Str {
    #[inline]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    pub fn is_ascii(&self) -> bool {
        self.ascii.get()
    }
    #[inline]
    pub fn view(&self) -> StrView<'_> {
        let (data, len) = (self.data.get(), self.len.get());
        // SAFETY: data holds len characters of this kind, aligned to it, and does not change while it is shared.
        unsafe {
            match self.kind {
                1 if self.ascii.get() => StrView::Ascii(std::str::from_utf8_unchecked(
                    std::slice::from_raw_parts(data, len),
                )),
                1 => StrView::Latin1(std::slice::from_raw_parts(data, len)),
                2 => StrView::Ucs2(std::slice::from_raw_parts(data.cast(), len)),
                _ => StrView::Ucs4(std::slice::from_raw_parts(data.cast(), len)),
            }
        }
    }
    /// The text, if it is ASCII.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.view() {
            StrView::Ascii(s) => Some(s),
            _ => None,
        }
    }
    /// The text as WTF-8.
    pub fn to_wtf8(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.len() + 8);
        self.view().push_wtf8(&mut out);
        out
    }
    /// The text as UTF-8; `None` if it holds a lone surrogate.
    pub fn to_utf8(&self) -> Option<String> {
        String::from_utf8(self.to_wtf8()).ok()
    }
    /// Whether two strings hold the same text.
    #[inline]
    pub fn same_text(&self, other: &Str) -> bool {
        let len = self.len.get();
        if len != other.len.get() || self.kind != other.kind {
            return false;
        }
        // SAFETY: both have this many bytes.
        unsafe { same_bytes(self.data.get(), other.data.get(), len * self.kind as usize) }
    }
    /// The text's bytes, if each character is one.
    #[inline(always)]
    pub fn narrow(&self) -> Option<&[u8]> {
        // SAFETY: data holds len bytes and does not change while it is shared.
        (self.kind == 1)
            .then(|| unsafe { std::slice::from_raw_parts(self.data.get(), self.len.get()) })
    }
    /// Whether this is ASCII text, and this one.
    #[inline]
    pub fn is_ascii_str(&self, text: &str) -> bool {
        // SAFETY: both have as many bytes.
        self.ascii.get()
            && self.len.get() == text.len()
            && unsafe { same_bytes(self.data.get(), text.as_ptr(), text.len()) }
    }
    pub fn is_str(&self, text: &str) -> bool {
        match self.view() {
            StrView::Ascii(s) => s == text,
            _ => self.to_wtf8() == text.as_bytes(),
        }
    }
}

/// Lossy text for messages: lone surrogates show as U+FFFD.
impl std::fmt::Display for Str {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.view() {
            StrView::Ascii(s) => f.write_str(s),
            view => view.iter().try_for_each(|c| {
                std::fmt::Write::write_char(f, char::from_u32(c).unwrap_or('\u{FFFD}'))
            }),
        }
    }
}

impl Drop for Str {
    fn drop(&mut self) {
        let capacity = self.capacity.get();
        if capacity > 0 {
            // SAFETY: allocated by `new_raw` or `grow` with this layout.
            unsafe {
                std::alloc::dealloc(
                    self.data.get(),
                    Layout::from_size_align_unchecked(capacity, 4),
                )
            }
        }
    }
}

crate::payload!(Str);

/// Makes a string of `len` characters of `kind` bytes and lets `fill` write them.
/// `None` when there is no memory.
pub(crate) fn new_raw(
    heap: &Heap,
    ty: &TypeRef,
    kind: u8,
    ascii: bool,
    len: usize,
    fill: impl FnOnce(*mut u8),
) -> Option<Ref<Str>> {
    let bytes = len
        .checked_mul(kind as usize)
        .filter(|&b| b <= isize::MAX as usize / 2)?;
    // Instances of subclasses have their instance part behind the payload.
    let part = crate::instance::part_size(ty);
    let inline = bytes <= MAX_INLINE && part == 0;
    let data = if inline || bytes == 0 {
        std::ptr::dangling_mut::<u32>().cast()
    } else {
        let layout = Layout::from_size_align(bytes, 4).ok()?;
        // SAFETY: the layout is not empty.
        let data = unsafe { std::alloc::alloc(layout) };
        if data.is_null() {
            return None;
        }
        data
    };
    let payload = Str {
        hash: Cell::new(0),
        len: Cell::new(len),
        data: Cell::new(data),
        capacity: Cell::new(if inline { 0 } else { bytes }),
        kind,
        ascii: Cell::new(ascii),
        interned: Cell::new(false),
    };
    let base = size_of::<Object<Str>>();
    let s = heap.alloc_sized(ty, if inline { base + bytes } else { base + part }, payload);
    // SAFETY: made just now with room for the part.
    unsafe { crate::instance::init_instance_part(ty, s.as_ptr().cast()) };
    if inline {
        // SAFETY: the object was made with room for the text behind the payload.
        s.data.set(unsafe { s.as_ptr().cast::<u8>().add(base) });
    }
    fill(s.data.get());
    Some(s)
}

impl Ref<Str> {
    /// Appends text of the same or a narrower kind in place, if this is the
    /// only reference and the string may change (not interned, own buffer or
    /// worth one). Whether it did; `false` leaves it as it was.
    pub fn try_append(&self, more: &Str) -> bool {
        if self.header().count() != 1
            || self.interned.get()
            || more.kind > self.kind
            || std::ptr::eq(&**self, more)
        {
            return false;
        }
        let kind = self.kind as usize;
        let (old, extra) = (self.len.get() * kind, more.len() * kind);
        let Some(need) = old
            .checked_add(extra)
            .filter(|&n| n < isize::MAX as usize / 2)
        else {
            return false;
        };
        if self.capacity.get() < need {
            if self.capacity.get() == 0 && need < 256 {
                return false;
            }
            let capacity = need + need / 2 + 64;
            // SAFETY: the buffer was allocated with its capacity and alignment 4; inline text is copied out.
            unsafe {
                let data = if self.capacity.get() == 0 {
                    let data = std::alloc::alloc(Layout::from_size_align_unchecked(capacity, 4));
                    if data.is_null() {
                        return false;
                    }
                    std::ptr::copy_nonoverlapping(self.data.get(), data, old);
                    data
                } else {
                    let layout = Layout::from_size_align_unchecked(self.capacity.get(), 4);
                    let data = std::alloc::realloc(self.data.get(), layout, capacity);
                    if data.is_null() {
                        return false;
                    }
                    data
                };
                self.data.set(data);
            }
            self.capacity.set(capacity);
        }
        // SAFETY: there is room for `extra` bytes at `old`; `more` is another object.
        unsafe {
            let at = self.data.get().add(old);
            match (kind, more.view()) {
                (1, v) => std::ptr::copy_nonoverlapping(v.as_bytes().as_ptr(), at, extra),
                (2, v) => v
                    .iter()
                    .enumerate()
                    .for_each(|(i, c)| at.cast::<u16>().add(i).write(c as u16)),
                (_, v) => v
                    .iter()
                    .enumerate()
                    .for_each(|(i, c)| at.cast::<u32>().add(i).write(c)),
            }
        }
        self.len.set(self.len.get() + more.len());
        self.ascii.set(self.ascii.get() && more.is_ascii());
        self.hash.set(0);
        true
    }
}

impl std::fmt::Display for Ref<Str> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
