//! `str`: questions about all characters.

use taipan_macros::pymethods;

use super::Unit;
use super::unicode::{
    ALPHA, DECIMAL, DIGIT, ID_CONTINUE, ID_START, NUMERIC, SPACE, has, is_printable,
};
use crate::header::Ref;
use crate::str::{Str, StrView};

/// Whether there are characters and all have one of these properties.
fn all(this: &Str, flags: u16) -> bool {
    !this.is_empty() && super::by_kind!(this.view(), |s| s.iter().all(|&c| has(c.point(), flags)))
}

/// Whether text is an identifier (keywords included).
pub fn is_identifier(view: StrView<'_>) -> bool {
    if let StrView::Ascii(s) = view {
        let s = s.as_bytes();
        return s
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && s.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    }
    !view.is_empty() && has(view.get(0), ID_START) && view.iter().all(|c| has(c, ID_CONTINUE))
}

#[pymethods(partial = PREDICATES, class = "str")]
impl Str {
    /// Whether there are characters and all are letters.
    #[pymethod("(self)")]
    fn isalpha(this: &Ref<Str>) -> bool {
        match this.view() {
            StrView::Ascii(s) => !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphabetic()),
            _ => all(this, ALPHA),
        }
    }
    /// Whether there are characters and all are letters or numbers.
    #[pymethod("(self)")]
    fn isalnum(this: &Ref<Str>) -> bool {
        match this.view() {
            StrView::Ascii(s) => !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric()),
            _ => all(this, ALPHA | DECIMAL | DIGIT | NUMERIC),
        }
    }
    /// Whether all characters are ASCII.
    #[pymethod("(self)", name = "isascii")]
    fn py_isascii(this: &Ref<Str>) -> bool {
        this.is_ascii()
    }
    /// Whether there are characters and all are decimal digits.
    #[pymethod("(self)")]
    fn isdecimal(this: &Ref<Str>) -> bool {
        match this.view() {
            StrView::Ascii(s) => !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()),
            _ => all(this, DECIMAL),
        }
    }
    /// Whether there are characters and all are digits.
    #[pymethod("(self)")]
    fn isdigit(this: &Ref<Str>) -> bool {
        match this.view() {
            StrView::Ascii(s) => !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()),
            _ => all(this, DIGIT),
        }
    }
    /// Whether there are characters and all are numeric.
    #[pymethod("(self)")]
    fn isnumeric(this: &Ref<Str>) -> bool {
        all(this, NUMERIC)
    }
    /// Whether there are characters and all are whitespace.
    #[pymethod("(self)")]
    fn isspace(this: &Ref<Str>) -> bool {
        all(this, SPACE)
    }
    /// Whether all characters can be shown.
    #[pymethod("(self)")]
    fn isprintable(this: &Ref<Str>) -> bool {
        super::by_kind!(this.view(), |s| s.iter().all(|&c| is_printable(c.point())))
    }
    /// Whether the text is an identifier; keywords are as well.
    #[pymethod("(self)")]
    fn isidentifier(this: &Ref<Str>) -> bool {
        is_identifier(this.view())
    }
}
