//! The text of f-strings and t-strings, between their fields (PEP 701, PEP 750).

use super::{Interpolated, Lexer, MAX_FIELD_DEPTH, failure::Lexed};
use crate::token::TokenKind;

impl Lexer<'_> {
    fn current(&mut self) -> Option<&mut Interpolated> {
        self.interpolated.last_mut()
    }

    /// Reads text up to the next field, the end of a format specification or
    /// the closing quote.
    pub(super) fn interpolated_text(&mut self) -> Lexed<()> {
        let Some(state) = self.interpolated.last() else {
            self.in_text = false;
            return Ok(());
        };
        let (quote, quote_size, raw, start) = (state.quote, state.quote_size, state.raw, self.pos);
        let in_format_spec = state.in_format_spec && state.field_depth >= 0;
        let outside_brackets = state.depth == 0;
        let mut at = start;
        let mut in_name = false;
        loop {
            match self.byte(at) {
                byte if byte == quote && self.closes(at, quote, quote_size) => {
                    return self.end_interpolated(start, at);
                }
                b'{' if self.byte(at + 1) == b'{' && !in_format_spec => at += 2,
                b'{' => return self.open_field(start, at),
                b'}' if in_name => {
                    in_name = false;
                    at += 1;
                }
                b'}' if self.byte(at + 1) == b'}' && !in_format_spec && outside_brackets => at += 2,
                b'}' => {
                    self.middle(start, at);
                    self.in_text = false;
                    self.pos = at;
                    if let Some(state) = self.current() {
                        state.in_format_spec = false;
                    }
                    return Ok(());
                }
                b'\n' | b'\r' if quote_size == 1 => {
                    return self.newline_in_text(at, in_format_spec);
                }
                0 if at >= self.bytes.len() => {
                    if in_format_spec && quote_size == 1 {
                        return self.newline_in_text(at, true);
                    }
                    return self.unterminated_text(at);
                }
                b'\\' => match self.byte(at + 1) {
                    brace @ (b'{' | b'}') => {
                        if !raw {
                            self.warn(crate::literal::invalid_escape(brace), at, at + 2);
                        }
                        at += 1;
                    }
                    b'N' if !raw && self.byte(at + 2) == b'{' => {
                        in_name = true;
                        at += 3;
                    }
                    _ => at = self.skip_escaped(at),
                },
                _ => at += 1,
            }
        }
    }

    fn closes(&self, at: usize, quote: u8, quote_size: usize) -> bool {
        quote_size == 1 || (self.byte(at + 1) == quote && self.byte(at + 2) == quote)
    }

    /// The text from `start` to `at`, doubled braces as they are.
    fn middle(&mut self, start: usize, at: usize) {
        let template = self.interpolated.last().is_some_and(|state| state.template);
        let kind = if template {
            TokenKind::TStringMiddle
        } else {
            TokenKind::FStringMiddle
        };
        if self.options.extra_tokens {
            self.middle_in_pieces(kind, start, at);
        } else if start < at {
            self.push(kind, start, at);
        }
    }

    /// As CPython's `tokenize` has it: in pieces that end behind the first of
    /// doubled braces and behind `\N{…}`, with an empty one at the end of a
    /// format specification.
    fn middle_in_pieces(&mut self, kind: TokenKind, start: usize, at: usize) {
        let (mut piece, mut i) = (start, start);
        while i < at {
            let byte = self.bytes[i];
            let doubled = matches!(byte, b'{' | b'}') && i + 1 < at && self.bytes[i + 1] == byte;
            i += 1;
            if doubled || byte == b'}' {
                self.push(kind, piece, i);
                i += usize::from(doubled);
                piece = i;
            }
        }
        if piece < at || self.byte(at) == b'}' {
            self.push(kind, piece, at);
        }
    }

    fn open_field(&mut self, start: usize, at: usize) -> Lexed<()> {
        self.middle(start, at);
        self.in_text = false;
        let Some(state) = self.current() else {
            return Ok(());
        };
        state.field_depth += 1;
        if state.field_depth >= MAX_FIELD_DEPTH {
            let message = format!("{}-string: expressions nested too deeply", state.letter());
            return self.fail_on_line(at, at, message);
        }
        self.pos = at;
        self.operator(b'{', at)
    }

    fn end_interpolated(&mut self, start: usize, at: usize) -> Lexed<()> {
        if at > start {
            self.middle(start, at);
        }
        let Some(state) = self.interpolated.pop() else {
            return Ok(());
        };
        let end = at + state.quote_size;
        self.push(
            if state.template {
                TokenKind::TStringEnd
            } else {
                TokenKind::FStringEnd
            },
            at,
            end,
        );
        self.in_text = false;
        self.pos = end;
        Ok(())
    }

    #[cold]
    fn newline_in_text(&mut self, at: usize, in_format_spec: bool) -> Lexed<()> {
        if !in_format_spec {
            return self.unterminated_text(at);
        }
        let letter = self.current().map_or('f', |state| state.letter());
        let words = "newlines are not allowed in format specifiers for single quoted";
        let place = super::failure::Place::of(self.source, at);
        let column = place.chars_to(self.source, at) + 1;
        let message = format!("{letter}-string: {words} {letter}-strings");
        let mut failure = match self.fail_on_line::<()>(at, at, message) {
            Err(failure) => failure,
            Ok(()) => return Ok(()),
        };
        failure.error.column = column;
        failure.error.end_column = column as i32;
        Err(failure)
    }

    #[cold]
    fn unterminated_text<T>(&mut self, at: usize) -> Lexed<T> {
        let line = self.detected_line(at);
        let (start, triple, letter) = match self.interpolated.last() {
            Some(state) => (state.start, state.quote_size == 3, state.letter()),
            None => (at, false, 'f'),
        };
        let kind = if triple { "triple-quoted " } else { "" };
        let message =
            format!("unterminated {kind}{letter}-string literal (detected at line {line})");
        self.fail_on_line(start, start + 1, message)
    }
}
