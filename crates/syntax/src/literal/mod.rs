//! Literals: the values of number and string tokens.

mod escape;
mod number;

pub use escape::invalid_escape;
pub use number::{MAX_DECIMAL_DIGITS, number};

use bumpalo::Bump;
use escape::{Decoder, Flavour};

/// One string token, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringPart<'a> {
    pub is_bytes: bool,
    /// WTF-8 text, or bytes.
    pub value: &'a [u8],
    /// Whether the prefix is `u` (in lower case), which `Constant.kind` keeps.
    pub u_prefix: bool,
}

/// Why a string token has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralError {
    /// CPython reports it at the last token read.
    Escape(String),
    /// CPython reports it at the string token itself.
    NonAsciiBytes,
}

impl LiteralError {
    pub fn message(&self) -> &str {
        match self {
            Self::Escape(message) => message,
            Self::NonAsciiBytes => "bytes can only contain ASCII literal characters",
        }
    }
}

/// A `SyntaxWarning` about an escape sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscapeWarning {
    /// Where the backslash stands, in bytes from the start of the token.
    pub offset: u32,
    pub message: String,
}

/// Decodes a `String` token, prefix and quotes included. At most one warning is given.
pub fn string<'a>(
    token_text: &str,
    arena: &'a Bump,
    on_warning: &mut dyn FnMut(EscapeWarning),
) -> Result<StringPart<'a>, LiteralError> {
    let prefix = token_text
        .bytes()
        .position(|b| matches!(b, b'\'' | b'"'))
        .unwrap_or(0);
    let letters = &token_text.as_bytes()[..prefix];
    let has = |letter: u8| letters.iter().any(|b| b.eq_ignore_ascii_case(&letter));
    let (is_bytes, raw) = (has(b'b'), has(b'r'));
    let quoted = &token_text[prefix..];
    let triple = quoted.len() >= 6 && (quoted.starts_with("'''") || quoted.starts_with("\"\"\""));
    let size = if triple { 3 } else { 1 };
    let body = quoted
        .get(size..quoted.len() - size.min(quoted.len()))
        .unwrap_or("");
    if is_bytes && !body.is_ascii() {
        return Err(LiteralError::NonAsciiBytes);
    }
    let flavour = if is_bytes {
        Flavour::Bytes
    } else {
        Flavour::Text
    };
    let offset = (prefix + size) as u32;
    let value = Decoder::new(body, flavour, raw, arena).decode(&mut |warning| {
        on_warning(EscapeWarning {
            offset: warning.offset + offset,
            ..warning
        });
    })?;
    Ok(StringPart {
        is_bytes,
        value,
        u_prefix: letters.first() == Some(&b'u'),
    })
}

/// Decodes an `FStringMiddle` or `TStringMiddle` token to WTF-8, halving
/// doubled braces. (The lexer itself warns of `\{` and `\}`.)
pub fn fstring_middle<'a>(
    text: &str,
    raw: bool,
    arena: &'a Bump,
    on_warning: &mut dyn FnMut(EscapeWarning),
) -> Result<&'a [u8], LiteralError> {
    Decoder::new(text, Flavour::Interpolated, raw, arena).decode(on_warning)
}
