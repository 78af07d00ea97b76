//! Byte classes and keywords.

use crate::token::TokenKind;

/// May stand inside an identifier (every non-ASCII byte may, to begin with).
pub(super) const IDENT: u8 = 1;
/// A decimal digit.
pub(super) const DIGIT: u8 = 2;
/// A hexadecimal digit.
pub(super) const HEX: u8 = 4;
/// Ends a run of plain characters in a string on one line.
pub(super) const STRING_STOP: u8 = 8;

/// The classes of each byte, as a set of bits.
pub(super) static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        if b.is_ascii_alphanumeric() || b == b'_' || b >= 128 {
            table[i] |= IDENT;
        }
        if b.is_ascii_digit() {
            table[i] |= DIGIT;
        }
        if b.is_ascii_hexdigit() {
            table[i] |= HEX;
        }
        if matches!(b, b'\'' | b'"' | b'\\' | b'\n' | b'\r') {
            table[i] |= STRING_STOP;
        }
        i += 1;
    }
    table
};

#[inline(always)]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[byte as usize] & class != 0
}

/// Without collision for the keywords of the table (checked below).
const fn hash(word: &[u8]) -> usize {
    let (first, second, last) = (
        word[0] as usize,
        word[1] as usize,
        word[word.len() - 1] as usize,
    );
    (first + 58 * second + word.len() + last) & 127
}

const KEYWORD_COUNT: usize = 35;

static KEYWORDS: [Option<(&str, TokenKind)>; 128] = {
    let mut table: [Option<(&str, TokenKind)>; 128] = [None; 128];
    let (mut i, mut count) = (0, 0);
    while i < TokenKind::ALL.len() {
        let kind = TokenKind::ALL[i];
        // The keywords stand together, from `False` to `yield`.
        if kind as u8 >= TokenKind::KwFalse as u8 && kind as u8 <= TokenKind::KwYield as u8 {
            let slot = hash(kind.text().as_bytes());
            assert!(table[slot].is_none());
            table[slot] = Some((kind.text(), kind));
            count += 1;
        }
        i += 1;
    }
    assert!(count == KEYWORD_COUNT);
    table
};

/// `Name`, or the keyword that the word is.
#[inline]
pub(super) fn word_kind(word: &[u8]) -> TokenKind {
    if word.len() < 2 || word.len() > 8 {
        return TokenKind::Name;
    }
    match KEYWORDS[hash(word)] {
        Some((text, kind)) if text.as_bytes() == word => kind,
        _ => TokenKind::Name,
    }
}
