//! Escape sequences in strings, bytes and the text of f-strings.

use super::{EscapeWarning, LiteralError};
use bumpalo::{Bump, collections::Vec as ArenaVec};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Text,
    Bytes,
    /// Text in which doubled braces stand for one.
    Interpolated,
}

/// The warning about a backslash before a character that it does not escape.
pub fn invalid_escape(byte: u8) -> String {
    bad_sequence("", &char::from(byte).to_string())
}

fn bad_sequence(kind: &str, sequence: &str) -> String {
    format!(
        "\"\\{sequence}\" is an invalid {kind}escape sequence. Such sequences will not work in the future. \
         Did you mean \"\\\\{sequence}\"? A raw string is also an option."
    )
}

pub(super) struct Decoder<'t, 'a> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    flavour: Flavour,
    raw: bool,
    out: ArenaVec<'a, u8>,
    arena: &'a Bump,
    /// The first warning since `piece`.
    warning: Option<EscapeWarning>,
    warnings: Vec<EscapeWarning>,
    /// Where the current piece starts. CPython reads the text of f-strings in
    /// pieces that end behind doubled braces and `\N{…}`, and counts from there.
    piece: usize,
}

impl<'t, 'a> Decoder<'t, 'a> {
    pub(super) fn new(text: &'t str, flavour: Flavour, raw: bool, arena: &'a Bump) -> Self {
        let (bytes, out) = (text.as_bytes(), ArenaVec::new_in(arena));
        Self {
            text,
            bytes,
            at: 0,
            flavour,
            raw,
            out,
            arena,
            warning: None,
            warnings: Vec::new(),
            piece: 0,
        }
    }

    pub(super) fn decode(
        mut self,
        on_warning: &mut dyn FnMut(EscapeWarning),
    ) -> Result<&'a [u8], LiteralError> {
        if !self.bytes.iter().any(|&b| self.is_special(b)) {
            return Ok(self.arena.alloc_slice_copy(self.bytes));
        }
        self.out.reserve(self.bytes.len());
        while self.at < self.bytes.len() {
            let start = self.at;
            let rest = &self.bytes[start..];
            let plain = rest
                .iter()
                .position(|&b| self.is_special(b))
                .unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'\r') => self.newline(),
                Some(b'\\') if !self.raw => self.escape()?,
                Some(brace @ (b'{' | b'}')) => {
                    self.out.push(brace);
                    self.at += 1 + usize::from(self.bytes.get(self.at + 1) == Some(&brace));
                    self.next_piece();
                }
                Some(other) => {
                    self.out.push(other);
                    self.at += 1;
                }
                None => {}
            }
        }
        self.next_piece();
        self.warnings.into_iter().for_each(on_warning);
        Ok(self.out.into_bump_slice())
    }

    fn is_special(&self, byte: u8) -> bool {
        match byte {
            b'\\' => !self.raw,
            b'\r' => true,
            b'{' | b'}' => self.flavour == Flavour::Interpolated,
            _ => false,
        }
    }

    fn next_piece(&mut self) {
        self.piece = self.at;
        self.warnings.extend(self.warning.take());
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// A `\r` or `\r\n` of the source is a `\n` of the program.
    fn newline(&mut self) {
        self.out.push(b'\n');
        self.skip_newline();
    }

    fn skip_newline(&mut self) {
        let crlf = self.peek() == Some(b'\r') && self.bytes.get(self.at + 1) == Some(&b'\n');
        self.at += 1 + usize::from(crlf);
    }

    fn escape(&mut self) -> Result<(), LiteralError> {
        let backslash = self.at;
        self.at += 1;
        let Some(byte) = self.peek() else {
            self.out.push(b'\\');
            return Ok(());
        };
        let is_bytes = self.flavour == Flavour::Bytes;
        let plain = match byte {
            b'\n' | b'\r' => {
                self.skip_newline();
                return Ok(());
            }
            b'\\' | b'\'' | b'"' => byte,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'7' => {
                self.octal(backslash);
                return Ok(());
            }
            b'x' if is_bytes => return self.byte_hex(backslash),
            b'x' => return self.hex(backslash, 2, "truncated \\xXX escape"),
            b'u' if !is_bytes => return self.hex(backslash, 4, "truncated \\uXXXX escape"),
            b'U' if !is_bytes => return self.hex(backslash, 8, "truncated \\UXXXXXXXX escape"),
            b'N' if !is_bytes => return self.name(backslash),
            _ => {
                // The backslash stays, and so does what follows it. CPython
                // never warns before a non-ASCII character.
                self.out.push(b'\\');
                let by_lexer = self.flavour == Flavour::Interpolated && matches!(byte, b'{' | b'}');
                if byte < 128 && !by_lexer {
                    self.warn(backslash, invalid_escape(byte));
                }
                return Ok(());
            }
        };
        self.out.push(plain);
        self.at += 1;
        Ok(())
    }

    fn warn(&mut self, backslash: usize, message: String) {
        if self.warning.is_none() {
            self.warning = Some(EscapeWarning {
                offset: backslash as u32,
                message,
            });
        }
    }

    fn octal(&mut self, backslash: usize) {
        let start = self.at;
        let mut value = 0u32;
        while self.at < start + 3
            && let Some(digit @ b'0'..=b'7') = self.peek()
        {
            value = value * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        if value > 0o377 {
            let message = bad_sequence("octal ", &self.text[start..self.at]);
            self.warn(backslash, message);
        }
        if self.flavour == Flavour::Bytes {
            self.out.push(value as u8)
        } else {
            self.code_point(value)
        }
    }

    fn byte_hex(&mut self, backslash: usize) -> Result<(), LiteralError> {
        let digit = |at: usize| self.bytes.get(at).and_then(|&b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(self.at + 1), digit(self.at + 2)) else {
            let position = self.encoded_length(backslash);
            return Err(LiteralError::Escape(format!(
                "(value error) invalid \\x escape at position {position}"
            )));
        };
        self.out.push((high * 16 + low) as u8);
        self.at += 3;
        Ok(())
    }

    fn hex(
        &mut self,
        backslash: usize,
        digits: usize,
        truncated: &str,
    ) -> Result<(), LiteralError> {
        self.at += 1;
        let mut value = 0u32;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(16)) else {
                return self.unicode_error(backslash, truncated);
            };
            value = value << 4 | digit;
            self.at += 1;
        }
        if value > 0x10FFFF {
            return self.unicode_error(backslash, "illegal Unicode character");
        }
        self.code_point(value);
        Ok(())
    }

    fn name(&mut self, backslash: usize) -> Result<(), LiteralError> {
        const MALFORMED: &str = "malformed \\N character escape";
        self.at += 1;
        if self.peek() != Some(b'{') {
            return self.unicode_error(backslash, MALFORMED);
        }
        self.at += 1;
        let rest = &self.text[self.at..];
        let Some(length) = rest.find('}') else {
            self.at = self.bytes.len();
            return self.unicode_error(backslash, MALFORMED);
        };
        self.at += length;
        if length == 0 {
            return self.unicode_error(backslash, MALFORMED);
        }
        self.at += 1;
        match crate::unicode::character_named(&rest[..length]) {
            Some(c) => {
                self.code_point(u32::from(c));
                if self.flavour == Flavour::Interpolated {
                    self.next_piece();
                }
            }
            None => return self.unicode_error(backslash, "unknown Unicode character name"),
        }
        Ok(())
    }

    /// Appends a code point, surrogates included.
    fn code_point(&mut self, value: u32) {
        if let Some(c) = char::from_u32(value) {
            self.out
                .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            let part = |shift: u32| 0x80 | (value >> shift & 0x3F) as u8;
            self.out
                .extend_from_slice(&[0xE0 | (value >> 12) as u8, part(6), part(0)]);
        }
    }

    fn unicode_error(&self, backslash: usize, reason: &str) -> Result<(), LiteralError> {
        let start = self.encoded_length(backslash);
        let end = self.encoded_length(self.at) - 1;
        let place = if start == end {
            format!("byte 0x5c in position {start}")
        } else {
            format!("bytes in position {start}-{end}")
        };
        Err(LiteralError::Escape(format!(
            "(unicode error) 'unicodeescape' codec can't decode {place}: {reason}"
        )))
    }

    /// How long the piece before `at` is in the form that CPython decodes, in
    /// which other than ASCII is written as `\UXXXXXXXX`, a backslash before
    /// it as `\u005c`, and every newline as one byte.
    fn encoded_length(&self, at: usize) -> usize {
        let mut length = 0;
        let mut escaped = false;
        let mut chars = self.text[self.piece..at].chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            length += match c {
                '\r' if next == Some('\n') => 0,
                '\\' if !escaped && next.is_some_and(|c| !c.is_ascii()) => 6,
                c if c.is_ascii() => 1,
                _ => 10,
            };
            escaped = c == '\\' && !escaped;
        }
        length
    }
}
