//! Numbers.

use super::{Lexer, class, class::DIGIT, failure::Lexed};
use crate::token::TokenKind;

impl Lexer<'_> {
    /// A number that starts at `start`, with a digit or with `.` and a digit.
    pub(super) fn number(&mut self, start: usize) -> Lexed<()> {
        let end = match (self.byte(start), self.byte(start + 1) | 0x20) {
            (b'0', b'x') => self.radix(start, 16, "hexadecimal")?,
            (b'0', b'o') => self.radix(start, 8, "octal")?,
            (b'0', b'b') => self.radix(start, 2, "binary")?,
            (b'0', _) => self.after_zero(start)?,
            (b'.', _) => self.fraction(start + 1)?,
            _ => self.decimal(start)?,
        };
        self.push(TokenKind::Number, start, end);
        self.pos = end;
        Ok(())
    }

    fn radix(&mut self, start: usize, radix: u8, kind: &str) -> Lexed<usize> {
        let good = |b: u8| match radix {
            16 => b.is_ascii_hexdigit(),
            _ => (b'0'..b'0' + radix).contains(&b),
        };
        let mut at = start + 2;
        loop {
            if self.byte(at) == b'_' {
                at += 1;
            }
            let byte = self.byte(at);
            if !good(byte) {
                if byte.is_ascii_digit() {
                    return self.fail(
                        at + 1,
                        format!("invalid digit '{}' in {kind} literal", char::from(byte)),
                    );
                }
                return self.fail(at, format!("invalid {kind} literal"));
            }
            while good(self.byte(at)) {
                at += 1;
            }
            if self.byte(at) != b'_' {
                break;
            }
        }
        let byte = self.byte(at);
        if byte.is_ascii_digit() {
            return self.fail(
                at + 1,
                format!("invalid digit '{}' in {kind} literal", char::from(byte)),
            );
        }
        self.end_of_number(start, at, at, kind)
    }

    fn after_zero(&mut self, start: usize) -> Lexed<usize> {
        let mut at = start;
        loop {
            if self.byte(at) == b'_' {
                at += 1;
                if !self.byte(at).is_ascii_digit() {
                    return self.fail(at, "invalid decimal literal");
                }
            }
            if self.byte(at) != b'0' {
                break;
            }
            at += 1;
        }
        let zeros_end = at + 1;
        let nonzero = self.byte(at).is_ascii_digit();
        if nonzero {
            at = self.digits(at)?;
        }
        match self.byte(at) {
            b'.' => self.fraction(at + 1),
            b'e' | b'E' => self.exponent(start, at),
            b'j' | b'J' => self.end_of_number(start, at + 1, at + 1, "imaginary"),
            _ if nonzero && !self.options.extra_tokens => {
                let words = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
                self.fail_range(start, zeros_end, words)
            }
            _ => self.end_of_number(start, at, at, "decimal"),
        }
    }

    fn decimal(&mut self, start: usize) -> Lexed<usize> {
        let at = self.digits(start)?;
        match self.byte(at) {
            b'.' => self.fraction(at + 1),
            b'e' | b'E' => self.exponent(start, at),
            b'j' | b'J' => self.end_of_number(start, at + 1, at + 1, "imaginary"),
            byte if !class::is(byte, class::IDENT) => Ok(at),
            _ => self.end_of_number(start, at, at, "decimal"),
        }
    }

    /// Digits and single underscores between them, from a digit on.
    #[inline]
    fn digits(&mut self, mut at: usize) -> Lexed<usize> {
        loop {
            while class::is(self.byte(at), DIGIT) {
                at += 1;
            }
            if self.byte(at) != b'_' {
                return Ok(at);
            }
            at += 1;
            if !class::is(self.byte(at), DIGIT) {
                return self.fail(at, "invalid decimal literal");
            }
        }
    }

    /// What follows the point.
    fn fraction(&mut self, mut at: usize) -> Lexed<usize> {
        let start = at;
        if class::is(self.byte(at), DIGIT) {
            at = self.digits(at)?;
        }
        match self.byte(at) {
            b'e' | b'E' => self.exponent(start, at),
            b'j' | b'J' => self.end_of_number(start, at + 1, at + 1, "imaginary"),
            _ => self.end_of_number(start, at, at, "decimal"),
        }
    }

    /// An exponent, or a number that ends before an `e` that starts a word.
    fn exponent(&mut self, start: usize, e: usize) -> Lexed<usize> {
        let mut at = e + 1;
        if matches!(self.byte(at), b'+' | b'-') {
            at += 1;
            if !class::is(self.byte(at), DIGIT) {
                return self.fail(at, "invalid decimal literal");
            }
        } else if !class::is(self.byte(at), DIGIT) {
            return self.end_of_number(start, e, e, "decimal");
        }
        at = self.digits(at)?;
        match self.byte(at) {
            b'j' | b'J' => self.end_of_number(start, at + 1, at + 1, "imaginary"),
            _ => self.end_of_number(start, at, at, "decimal"),
        }
    }

    /// A number must not run into a word. Only the keywords that may follow a
    /// number in correct code are let through, with a warning.
    fn end_of_number(&mut self, start: usize, at: usize, cur: usize, kind: &str) -> Lexed<usize> {
        let byte = self.byte(at);
        if self.options.extra_tokens || byte >= 128 || !class::is(byte, class::IDENT) {
            return Ok(at);
        }
        let rest = &self.bytes[at..];
        let words: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or", b"not"];
        if words.iter().any(|word| rest.starts_with(word)) {
            self.warn(format!("invalid {kind} literal"), start, at);
            return Ok(at);
        }
        self.fail(cur, format!("invalid {kind} literal"))
    }
}
