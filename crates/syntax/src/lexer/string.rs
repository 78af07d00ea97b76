//! Plain strings and bytes, and the prefixes of all strings.

use super::{Interpolated, Lexer, MAX_INTERPOLATED, class, failure::Lexed};
use crate::token::TokenKind;

impl Lexer<'_> {
    /// Starts a string if the word before the quote at `quote` is a prefix.
    pub(super) fn string_prefix(&mut self, start: usize, quote: usize) -> Lexed<bool> {
        let (mut b, mut r, mut u, mut f, mut t) = (false, false, false, false, false);
        for &byte in &self.bytes[start..quote] {
            let seen = match byte | 0x20 {
                b'b' => &mut b,
                b'r' => &mut r,
                b'u' => &mut u,
                b'f' => &mut f,
                b't' => &mut t,
                _ => return Ok(false),
            };
            if std::mem::replace(seen, true) {
                return Ok(false);
            }
        }
        let pairs = [
            (u, b, "ub"),
            (u, r, "ur"),
            (u, f, "uf"),
            (u, t, "ut"),
            (b, f, "bf"),
            (b, t, "bt"),
            (f, t, "ft"),
        ];
        if let Some((.., pair)) = pairs.iter().find(|(one, other, _)| *one && *other) {
            let (one, other) = pair.split_at(1);
            return self.fail_range(
                start,
                quote + 1,
                format!("'{one}' and '{other}' prefixes are incompatible"),
            );
        }
        if f || t {
            self.interpolated_start(start, quote, r, t)?;
        } else {
            self.string(start, quote)?;
        }
        Ok(true)
    }

    /// Whether the quote at `at` is tripled.
    fn quote_size(&self, at: usize) -> usize {
        let quote = self.bytes[at];
        if self.byte(at + 1) == quote && self.byte(at + 2) == quote {
            3
        } else {
            1
        }
    }

    fn interpolated_start(
        &mut self,
        start: usize,
        at: usize,
        raw: bool,
        template: bool,
    ) -> Lexed<()> {
        let quote_size = self.quote_size(at);
        let end = at + quote_size;
        if self.interpolated.len() + 1 >= MAX_INTERPOLATED {
            return self.fail(end, "too many nested f-strings or t-strings");
        }
        let quote = self.bytes[at];
        self.interpolated.push(Interpolated {
            start,
            quote,
            quote_size,
            raw,
            template,
            depth: 0,
            field_depth: -1,
            in_format_spec: false,
            in_debug: false,
        });
        self.in_text = true;
        self.push(
            if template {
                TokenKind::TStringStart
            } else {
                TokenKind::FStringStart
            },
            start,
            end,
        );
        self.pos = end;
        Ok(())
    }

    /// A string or bytes literal whose quote stands at `at`.
    pub(super) fn string(&mut self, start: usize, at: usize) -> Lexed<()> {
        let end = if self.quote_size(at) == 3 {
            self.triple_quoted(start, at)?
        } else {
            self.single_quoted(start, at)?
        };
        self.push(TokenKind::String, start, end);
        self.pos = end;
        Ok(())
    }

    fn single_quoted(&mut self, start: usize, quote_at: usize) -> Lexed<usize> {
        let quote = self.bytes[quote_at];
        let mut at = quote_at + 1;
        let mut escaped_quote = false;
        loop {
            while at < self.bytes.len() && !class::is(self.bytes[at], class::STRING_STOP) {
                at += 1;
            }
            match self.byte(at) {
                b'\\' => {
                    escaped_quote |= self.byte(at + 1) == quote;
                    at = self.skip_escaped(at);
                }
                byte if byte == quote => return Ok(at + 1),
                b'\'' | b'"' => at += 1,
                _ => return self.unterminated(start, quote_at, at, escaped_quote),
            }
        }
    }

    fn triple_quoted(&mut self, start: usize, quote_at: usize) -> Lexed<usize> {
        let quote = self.bytes[quote_at];
        let mut at = quote_at + 3;
        loop {
            let Some(found) = self
                .bytes
                .get(at..)
                .and_then(|rest| memchr::memchr2(quote, b'\\', rest))
            else {
                return self.unterminated(start, quote_at, self.bytes.len(), false);
            };
            at += found;
            if self.bytes[at] == b'\\' {
                at = self.skip_escaped(at);
            } else if self.byte(at + 1) == quote && self.byte(at + 2) == quote {
                return Ok(at + 3);
            } else {
                at += 1;
            }
        }
    }

    /// Behind a backslash and the byte it escapes; `\r\n` counts as one.
    pub(super) fn skip_escaped(&self, at: usize) -> usize {
        let crlf = self.byte(at + 1) == b'\r' && self.byte(at + 2) == b'\n';
        (at + 2 + usize::from(crlf)).min(self.bytes.len())
    }

    #[cold]
    fn unterminated<T>(
        &mut self,
        start: usize,
        quote_at: usize,
        end: usize,
        escaped_quote: bool,
    ) -> Lexed<T> {
        let (quote, quote_size) = (self.bytes[quote_at], self.quote_size(quote_at));
        if let Some(outer) = self.interpolated.last()
            && (outer.quote, outer.quote_size) == (quote, quote_size)
        {
            let message = format!("{}-string: expecting '}}'", outer.letter());
            return self.fail_on_line(start, start + 1, message);
        }
        let line = self.detected_line(end);
        let message = match (quote_size, escaped_quote) {
            (3, _) => {
                format!("unterminated triple-quoted string literal (detected at line {line})")
            }
            (_, false) => format!("unterminated string literal (detected at line {line})"),
            (_, true) => {
                format!(
                    "unterminated string literal (detected at line {line}); perhaps you escaped the end quote?"
                )
            }
        };
        self.fail_on_line(start, start + 1, message)
    }

    /// The number of the line in which an unterminated literal ran out.
    pub(super) fn detected_line(&self, end: usize) -> u32 {
        let line = super::failure::Place::of(self.source, end).line;
        // A text that ends with a newline has no line behind it.
        let fresh = end >= self.bytes.len() && matches!(self.bytes.last(), Some(b'\n' | b'\r'));
        line - u32::from(fresh)
    }
}
