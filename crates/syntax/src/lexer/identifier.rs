//! Identifiers beyond ASCII: which characters they may have, and NFKC.

use super::{Lexer, failure::Lexed};
use crate::unicode::{is_printable, is_xid_continue, is_xid_start};
use bumpalo::Bump;
use unicode_normalization::{UnicodeNormalization, is_nfkc_quick};

/// An identifier as Python knows it: NFKC-normalised.
pub fn identifier<'a>(text: &str, arena: &'a Bump) -> &'a str {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes {
        return arena.alloc_str(text);
    }
    let normal: String = text.nfkc().collect();
    arena.alloc_str(&normal)
}

/// Whether the text is one identifier (or keyword), as `str.isidentifier`.
pub fn is_identifier(text: &str) -> bool {
    !text.is_empty() && first_bad(text).is_none()
}

/// The first character that cannot stand where it stands.
fn first_bad(text: &str) -> Option<(usize, char)> {
    let mut chars = text.char_indices();
    let (at, first) = chars.next()?;
    if first != '_' && !is_xid_start(first) {
        return Some((at, first));
    }
    chars.find(|&(_, c)| !is_xid_continue(c))
}

impl Lexer<'_> {
    pub(super) fn check_identifier(&mut self, start: usize, end: usize) -> Lexed<()> {
        let Some((at, bad)) = first_bad(&self.source[start..end]) else {
            return Ok(());
        };
        let cur = start + at + bad.len_utf8();
        let code = u32::from(bad);
        let message = if is_printable(bad) {
            format!("invalid character '{bad}' (U+{code:04X})")
        } else {
            format!("invalid non-printable character U+{code:04X}")
        };
        self.fail_on_line(start, cur, message)
    }
}
