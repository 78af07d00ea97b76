//! `str`: its methods by theme, and the tools for text that others use.

pub mod basic;
pub mod builder;
pub mod case;
pub mod encode;
pub mod fill;
pub mod find;
pub mod format_percent;
pub mod iter;
pub mod predicates;
pub mod repr;
pub mod search;
pub mod slicing;
pub mod split;
pub mod str_format;
pub mod string_module;
pub mod strip;
pub mod translate;
pub mod unicode;

pub use builder::StrBuilder;

use crate::str::StrView;

/// A stored character: 1, 2 or 4 bytes.
pub trait Unit: Copy + Eq + Ord {
    /// The code point.
    fn point(self) -> u32;
}
impl Unit for u8 {
    #[inline(always)]
    fn point(self) -> u32 {
        u32::from(self)
    }
}
impl Unit for u16 {
    #[inline(always)]
    fn point(self) -> u32 {
        u32::from(self)
    }
}
impl Unit for u32 {
    #[inline(always)]
    fn point(self) -> u32 {
        self
    }
}

/// Runs code with the characters of a view as a slice of its own type.
macro_rules! by_kind {
    ($view:expr, |$s:ident| $body:expr) => {
        match $view {
            $crate::str::StrView::Ascii(text) => {
                let $s = text.as_bytes();
                $body
            }
            $crate::str::StrView::Latin1($s) => $body,
            $crate::str::StrView::Ucs2($s) => $body,
            $crate::str::StrView::Ucs4($s) => $body,
        }
    };
}
pub(crate) use by_kind;

impl StrView<'_> {
    /// Bytes a character.
    #[inline]
    pub fn width(self) -> usize {
        match self {
            StrView::Ascii(_) | StrView::Latin1(_) => 1,
            StrView::Ucs2(_) => 2,
            StrView::Ucs4(_) => 4,
        }
    }
    /// The largest code point, or a bound of the same kind for text that is known to be ASCII; 0 if empty.
    pub fn max_code_point(self) -> u32 {
        match self {
            StrView::Ascii(s) => {
                if s.is_empty() {
                    0
                } else {
                    0x7F
                }
            }
            StrView::Latin1(s) => {
                if s.is_ascii() {
                    0x7F
                } else {
                    0xFF
                }
            }
            StrView::Ucs2(s) => u32::from(s.iter().fold(0, |a, &c| a | c)),
            StrView::Ucs4(s) => s.iter().copied().max().unwrap_or(0),
        }
    }
}
