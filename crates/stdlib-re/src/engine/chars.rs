//! Characters: widths, categories, case.

use taipan_object::text::unicode::{self, ALPHA, Case, DECIMAL, DIGIT, NUMERIC};

use super::codes::category;

/// A stored character of a subject: one, two or four bytes.
pub trait Char: Copy + Eq + 'static {
    /// Whether code points from 256 on occur.
    const WIDE: bool;
    fn point(self) -> u32;
    /// The first place of a code point.
    fn find(text: &[Self], c: u32) -> Option<usize>;
    /// The last place of a code point.
    fn rfind(text: &[Self], c: u32) -> Option<usize>;
    /// The text as bytes, if a character is one.
    fn bytes(text: &[Self]) -> Option<&[u8]>;
}

impl Char for u8 {
    const WIDE: bool = false;
    #[inline(always)]
    fn point(self) -> u32 {
        u32::from(self)
    }
    #[inline]
    fn find(text: &[u8], c: u32) -> Option<usize> {
        memchr::memchr(u8::try_from(c).ok()?, text)
    }
    #[inline]
    fn rfind(text: &[u8], c: u32) -> Option<usize> {
        memchr::memrchr(u8::try_from(c).ok()?, text)
    }
    #[inline(always)]
    fn bytes(text: &[u8]) -> Option<&[u8]> {
        Some(text)
    }
}

macro_rules! wide_char {
    ($ty:ty) => {
        impl Char for $ty {
            const WIDE: bool = true;
            #[inline(always)]
            fn point(self) -> u32 {
                self as u32
            }
            #[inline]
            fn find(text: &[$ty], c: u32) -> Option<usize> {
                let c = <$ty>::try_from(c).ok()?;
                text.iter().position(|&x| x == c)
            }
            #[inline]
            fn rfind(text: &[$ty], c: u32) -> Option<usize> {
                let c = <$ty>::try_from(c).ok()?;
                text.iter().rposition(|&x| x == c)
            }
            #[inline(always)]
            fn bytes(_: &[$ty]) -> Option<&[u8]> {
                None
            }
        }
    };
}
wide_char!(u16);
wide_char!(u32);

/// How a character is changed before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    None,
    Ascii,
    Unicode,
    /// The letters of the locale: those of ASCII, as in the C and UTF-8 locales.
    Locale,
}

impl Fold {
    /// The lower-case form.
    #[inline]
    pub fn lower(self, c: u32) -> u32 {
        match self {
            Fold::None => c,
            Fold::Ascii | Fold::Locale => ascii_lower(c),
            Fold::Unicode => unicode_lower(c),
        }
    }
}

#[inline]
pub fn ascii_lower(c: u32) -> u32 {
    if (0x41..=0x5A).contains(&c) {
        c + 32
    } else {
        c
    }
}
#[inline]
pub fn ascii_upper(c: u32) -> u32 {
    if (0x61..=0x7A).contains(&c) {
        c - 32
    } else {
        c
    }
}
/// The first character of the lower-case mapping.
#[inline]
pub fn unicode_lower(c: u32) -> u32 {
    if c < 0x80 {
        return ascii_lower(c);
    }
    first_mapped(c, Case::Lower)
}
/// The first character of the upper-case mapping.
#[inline]
pub fn unicode_upper(c: u32) -> u32 {
    if c < 0x80 {
        return ascii_upper(c);
    }
    first_mapped(c, Case::Upper)
}
fn first_mapped(c: u32, case: Case) -> u32 {
    if c > 0x10_FFFF {
        return c;
    }
    let mut first = None;
    unicode::map_case(c, case, |m| {
        first.get_or_insert(m);
    });
    first.unwrap_or(c)
}

/// Letters, digits and the underscore of ASCII.
#[inline(always)]
pub fn is_ascii_word(c: u32) -> bool {
    const TABLE: [bool; 128] = {
        let mut table = [false; 128];
        let mut c = 0;
        while c < 128 {
            table[c] = (c as u8).is_ascii_alphanumeric() || c as u8 == b'_';
            c += 1;
        }
        table
    };
    c < 128 && TABLE[c as usize]
}
/// Letters, digits, numbers and the underscore of Unicode.
#[inline(always)]
pub fn is_unicode_word(c: u32) -> bool {
    if c < 128 {
        is_ascii_word(c)
    } else {
        unicode::has(c, ALPHA | DECIMAL | DIGIT | NUMERIC)
    }
}
/// As [`is_unicode_word`] or [`is_ascii_word`].
#[inline(always)]
pub fn is_word(c: u32, unicode: bool) -> bool {
    if unicode {
        is_unicode_word(c)
    } else {
        is_ascii_word(c)
    }
}

/// Whether a character is in a category of [`category`].
#[inline]
pub fn in_category(code: u32, c: u32) -> bool {
    let positive = match code & !1 {
        category::DIGIT => (0x30..=0x39).contains(&c),
        category::SPACE => matches!(c, 0x09..=0x0D | 0x20),
        category::WORD | category::LOC_WORD => is_ascii_word(c),
        category::LINEBREAK => c == 0x0A,
        category::UNI_DIGIT => unicode::has(c, DECIMAL),
        category::UNI_SPACE => unicode::is_space(c),
        category::UNI_WORD => is_unicode_word(c),
        category::UNI_LINEBREAK => unicode::is_line_break(c),
        _ => false,
    };
    positive != (code & 1 == 1)
}
