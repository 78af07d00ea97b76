//! Finding text in text, for every pair of kinds.

use std::borrow::Cow;

use memchr::memmem;

use crate::str::StrView;

/// The bytes of a needle stored as wide as the text it is looked for in; `None` if it does not fit.
fn widened<'a>(needle: StrView<'a>, width: usize) -> Option<Cow<'a, [u8]>> {
    if needle.width() == width {
        return Some(Cow::Borrowed(needle.as_bytes()));
    }
    // A slice of wide text may hold narrow characters only.
    if needle.width() > width && needle.max_code_point() >= 1 << (8 * width) {
        return None;
    }
    let mut bytes = Vec::with_capacity(needle.len() * width);
    for c in needle.iter() {
        bytes.extend_from_slice(&c.to_ne_bytes()[..width]);
    }
    Some(Cow::Owned(bytes))
}

#[cfg(target_endian = "big")]
compile_error!("text search takes the low bytes of a character first");

/// How many places with the needle's first byte are looked at one by one.
const CANDIDATES: usize = 24;

/// A search for one needle in one text, prepared once.
pub struct Searcher<'a> {
    hay: &'a [u8],
    width: usize,
    needle: Option<Cow<'a, [u8]>>,
    /// Length of the needle in characters.
    len: usize,
}

impl<'a> Searcher<'a> {
    pub fn new(hay: StrView<'a>, needle: StrView<'a>) -> Self {
        let width = hay.width();
        Self {
            hay: hay.as_bytes(),
            width,
            needle: widened(needle, width),
            len: needle.len(),
        }
    }

    /// Calls `found` with the index of each occurrence from the left, none of
    /// which overlap, until it gives `false`. The needle is not empty.
    #[inline]
    pub fn each(&self, mut found: impl FnMut(usize) -> bool) {
        let Some(needle) = self.needle.as_deref().filter(|n| n.len() <= self.hay.len()) else {
            return;
        };
        if let [byte] = needle {
            for at in memchr::memchr_iter(*byte, self.hay) {
                if !found(at) {
                    return;
                }
            }
            return;
        }
        let mut at = 0;
        // A searcher is worth making only where the first byte alone finds little.
        let [first, rest @ ..] = needle else { return };
        for _ in 0..CANDIDATES {
            let Some(offset) = memchr::memchr(*first, &self.hay[at..]) else {
                return;
            };
            let hit = at + offset;
            let Some(after) = self.hay.get(hit + 1..hit + needle.len()) else {
                return;
            };
            at = hit + 1;
            if after == rest && hit.is_multiple_of(self.width) {
                if !found(hit / self.width) {
                    return;
                }
                at = hit + needle.len();
            }
        }
        let finder = memmem::Finder::new(needle);
        while let Some(offset) = finder.find(&self.hay[at..]) {
            let hit = at + offset;
            if !hit.is_multiple_of(self.width) {
                at = hit + 1;
                continue;
            }
            if !found(hit / self.width) {
                return;
            }
            at = hit + needle.len();
        }
    }
    /// As [`Searcher::each`], from the right.
    #[inline]
    pub fn each_back(&self, mut found: impl FnMut(usize) -> bool) {
        let Some(needle) = self.needle.as_deref() else {
            return;
        };
        let mut end = self.hay.len();
        if let [first, rest @ ..] = needle {
            for _ in 0..CANDIDATES {
                // Where the first byte of a whole occurrence can stand.
                let Some(room) = (end + 1).checked_sub(needle.len()) else {
                    return;
                };
                let Some(hit) = memchr::memrchr(*first, &self.hay[..room]) else {
                    return;
                };
                let matches = &self.hay[hit + 1..hit + needle.len()] == rest;
                if matches && hit.is_multiple_of(self.width) {
                    if !found(hit / self.width) {
                        return;
                    }
                    end = hit;
                } else {
                    end = hit + needle.len() - 1;
                }
            }
        }
        let finder = memmem::FinderRev::new(needle);
        while let Some(hit) = finder.rfind(&self.hay[..end]) {
            if !hit.is_multiple_of(self.width) {
                // The next candidate starts before this one.
                end = (hit + needle.len()).saturating_sub(1);
                continue;
            }
            if !found(hit / self.width) {
                return;
            }
            end = hit;
        }
    }
    pub fn first(&self) -> Option<usize> {
        if self.len == 0 {
            return Some(0);
        }
        let mut result = None;
        self.each(|at| {
            result = Some(at);
            false
        });
        result
    }
    pub fn last(&self) -> Option<usize> {
        if self.len == 0 {
            return Some(self.hay.len() / self.width);
        }
        let mut result = None;
        self.each_back(|at| {
            result = Some(at);
            false
        });
        result
    }
    pub fn count(&self) -> usize {
        if self.len == 0 {
            return self.hay.len() / self.width + 1;
        }
        let mut n = 0;
        self.each(|_| {
            n += 1;
            true
        });
        n
    }
}

/// The index of the first occurrence.
#[inline]
pub fn find(hay: StrView<'_>, needle: StrView<'_>) -> Option<usize> {
    if let (StrView::Ascii(h), StrView::Ascii(n)) = (hay, needle) {
        return match n.as_bytes() {
            [b] => memchr::memchr(*b, h.as_bytes()),
            n if n.len() > h.len() => None,
            n => find_bytes(h.as_bytes(), n),
        };
    }
    Searcher::new(hay, needle).first()
}

/// The index of the first occurrence of a needle of at least two bytes.
fn find_bytes(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let [first, rest @ ..] = needle else {
        return Some(0);
    };
    let mut at = 0;
    // A searcher is worth making only where the first byte alone finds little.
    for _ in 0..CANDIDATES {
        let hit = at + memchr::memchr(*first, &hay[at..])?;
        if hay.get(hit + 1..hit + needle.len())? == rest {
            return Some(hit);
        }
        at = hit + 1;
    }
    memmem::find(&hay[at..], needle).map(|n| at + n)
}

/// Whether two texts are the same.
#[inline]
pub fn same(a: StrView<'_>, b: StrView<'_>) -> bool {
    a.len() == b.len()
        && if a.width() == b.width() {
            a.as_bytes() == b.as_bytes()
        } else {
            a.iter().eq(b.iter())
        }
}

/// Orders texts by code points.
pub fn order(a: StrView<'_>, b: StrView<'_>) -> std::cmp::Ordering {
    match (a, b) {
        (StrView::Ucs2(a), StrView::Ucs2(b)) => a.cmp(b),
        (StrView::Ucs4(a), StrView::Ucs4(b)) => a.cmp(b),
        _ if a.width() == 1 && b.width() == 1 => a.as_bytes().cmp(b.as_bytes()),
        _ => a.iter().cmp(b.iter()),
    }
}
