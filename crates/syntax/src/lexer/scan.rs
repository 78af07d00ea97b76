//! The tokens of one logical line.

use super::{Lexer, class, class::IDENT, failure::Lexed};
use crate::token::TokenKind;

impl Lexer<'_> {
    /// Reads tokens up to and including the `Newline` that ends the line.
    pub(super) fn logical_line(&mut self) -> Lexed<()> {
        loop {
            if self.in_text {
                self.interpolated_text()?;
                continue;
            }
            while matches!(self.byte(self.pos), b' ' | b'\t' | 0x0C) {
                self.pos += 1;
            }
            let start = self.pos;
            match self.byte(start) {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => self.word(start)?,
                b'0'..=b'9' => self.number(start)?,
                b'.' if class::is(self.byte(start + 1), class::DIGIT) => self.number(start)?,
                b'\'' | b'"' => self.string(start, start)?,
                b'#' => {
                    let before = self.tokens.len();
                    self.comment();
                    if self.options.extra_tokens {
                        self.push(TokenKind::Comment, start, self.pos);
                    }
                    // The newline takes in a comment that gave no token.
                    let start = if self.tokens.len() > before {
                        self.pos
                    } else {
                        start
                    };
                    if self.end_of_line(start)? {
                        return Ok(());
                    }
                }
                b'\n' | b'\r' => {
                    if self.end_of_line(start)? {
                        return Ok(());
                    }
                }
                b'\\' => self.line_continuation()?,
                0 if start >= self.bytes.len() => {
                    if self.end_of_line(start)? {
                        return Ok(());
                    }
                }
                byte => self.operator(byte, start)?,
            }
        }
    }

    /// A name, a keyword, or the prefix of a string.
    #[inline]
    fn word(&mut self, start: usize) -> Lexed<()> {
        let mut at = start;
        let mut all = 0u8;
        loop {
            let byte = self.byte(at);
            if !class::is(byte, IDENT) {
                break;
            }
            all |= byte;
            at += 1;
        }
        let length = at - start;
        if length <= 5 && matches!(self.byte(at), b'\'' | b'"') && self.string_prefix(start, at)? {
            return Ok(());
        }
        if all >= 128 {
            self.check_identifier(start, at)?;
        }
        let kind = class::word_kind(&self.bytes[start..at]);
        self.push(kind, start, at);
        self.pos = at;
        Ok(())
    }

    /// Ends the line at `self.pos`; false inside brackets, where it goes on.
    fn end_of_line(&mut self, start: usize) -> Lexed<bool> {
        let at = self.pos;
        let inside = !self.brackets.is_empty() || !self.interpolated.is_empty();
        if at >= self.bytes.len() && inside {
            return self.fail_at_eof(at);
        }
        let Some(next) = self.after_newline(at) else {
            return Ok(true);
        };
        self.pos = next;
        self.line_head = next;
        if !inside {
            self.push(TokenKind::Newline, start, at);
        } else if self.options.extra_tokens {
            self.push(TokenKind::Nl, at, next);
        }
        Ok(!inside)
    }
}
