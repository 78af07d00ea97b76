//! The start of a logical line: blank lines, indentation, line continuation.

use super::{Lexer, MAX_INDENTS, failure::Lexed};
use crate::{SyntaxErrorKind, token::TokenKind};

impl Lexer<'_> {
    /// Skips blank lines and gives the indents and dedents of the next line.
    /// False at the end of the text.
    pub(super) fn indentation(&mut self) -> Lexed<bool> {
        loop {
            self.line_head = self.pos;
            let (column, alternate) = self.columns()?;
            let at = self.pos;
            if at >= self.bytes.len() {
                return Ok(false);
            }
            match self.bytes[at] {
                b'#' => self.blank_line_comment(),
                b'\n' | b'\r' => self.blank_line_end(),
                _ => {
                    self.change_indentation(column, alternate)?;
                    return Ok(true);
                }
            }
        }
    }

    /// Measures leading blanks, with tabs to eight and with tabs to one.
    fn columns(&mut self) -> Lexed<(u32, u32)> {
        let (mut column, mut alternate, mut continued) = (0u32, 0u32, 0u32);
        loop {
            match self.byte(self.pos) {
                b' ' => {
                    column += 1;
                    alternate += 1;
                }
                b'\t' => {
                    column = (column / 8 + 1) * 8;
                    alternate += 1;
                }
                0x0C => (column, alternate) = (0, 0),
                b'\\' => {
                    // A backslash does not split an indentation: what stands
                    // before the first one counts.
                    if continued == 0 {
                        continued = column;
                    }
                    self.line_continuation()?;
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        Ok(if continued != 0 {
            (continued, continued)
        } else {
            (column, alternate)
        })
    }

    fn change_indentation(&mut self, column: u32, alternate: u32) -> Lexed<()> {
        let at = self.pos;
        let current = self.indents.last().copied().unwrap_or((0, 0));
        if column == current.0 {
            if alternate != current.1 {
                return self.mixed_tabs(at);
            }
        } else if column > current.0 {
            if self.indents.len() + 1 >= MAX_INDENTS {
                return self.bad_indentation(
                    SyntaxErrorKind::IndentationError,
                    at,
                    "too many levels of indentation",
                );
            }
            if alternate <= current.1 {
                return self.mixed_tabs(at);
            }
            self.indents.push((column, alternate));
            self.push(TokenKind::Indent, at, at);
        } else {
            let mut outer = current;
            let mut count = 0;
            while column < outer.0 {
                self.indents.pop();
                count += 1;
                outer = self.indents.last().copied().unwrap_or((0, 0));
            }
            if column != outer.0 {
                let words = "unindent does not match any outer indentation level";
                return self.fail_at_line_end(SyntaxErrorKind::IndentationError, at, words);
            }
            if alternate != outer.1 {
                return self.mixed_tabs(at);
            }
            for _ in 0..count {
                self.push(TokenKind::Dedent, at, at);
            }
        }
        Ok(())
    }

    fn mixed_tabs<T>(&self, at: usize) -> Lexed<T> {
        self.bad_indentation(
            SyntaxErrorKind::TabError,
            at,
            "inconsistent use of tabs and spaces in indentation",
        )
    }

    fn blank_line_comment(&mut self) {
        let start = self.pos;
        let ignore = self.comment();
        if self.options.extra_tokens {
            self.push(TokenKind::Comment, start, self.pos);
        }
        if self
            .tokens
            .last()
            .is_some_and(|t| t.kind == TokenKind::TypeComment && t.range.start as usize >= start)
        {
            // A type comment is a line of its own to the parser.
            self.push(TokenKind::Newline, self.pos, self.pos);
        }
        if ignore && self.pos < self.bytes.len() {
            // Alone on its line: the newline goes with it.
            self.pos = self.after_newline(self.pos).unwrap_or(self.pos);
        } else {
            self.blank_line_end();
        }
    }

    fn blank_line_end(&mut self) {
        let at = self.pos;
        let Some(next) = self.after_newline(at) else {
            return;
        };
        if self.options.extra_tokens {
            self.push(TokenKind::Nl, at, next);
        }
        self.pos = next;
    }

    /// Skips a comment up to its newline. With type comments, gives their
    /// tokens; true for `# type: ignore`.
    pub(super) fn comment(&mut self) -> bool {
        let start = self.pos;
        let rest = &self.bytes[start..];
        self.pos = start + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.options.type_comments && self.type_comment(start)
    }

    fn type_comment(&mut self, start: usize) -> bool {
        let end = self.pos;
        let text = &self.source[start + 1..end];
        let blank = |c: char| c == ' ' || c == '\t';
        let Some(rest) = text.trim_start_matches(blank).strip_prefix("type:") else {
            return false;
        };
        let body = rest.trim_start_matches(blank);
        let body_start = end - body.len();
        if let Some(tag) = body.strip_prefix("ignore")
            && !tag
                .bytes()
                .next()
                .is_some_and(|b| b >= 128 || b.is_ascii_alphanumeric())
        {
            self.push(TokenKind::TypeIgnore, end - tag.len(), end);
            return true;
        }
        self.push(TokenKind::TypeComment, body_start, end);
        false
    }

    /// Steps over a backslash and the newline behind it.
    pub(super) fn line_continuation(&mut self) -> Lexed<()> {
        let backslash = self.pos;
        let Some(next) = self.after_newline(backslash + 1) else {
            return self.bad_continuation(backslash);
        };
        if next >= self.bytes.len() {
            return self.fail_at_eof(backslash);
        }
        self.pos = next;
        Ok(())
    }

    #[cold]
    fn bad_continuation<T>(&mut self, backslash: usize) -> Lexed<T> {
        let place = super::failure::Place::of(self.source, backslash);
        // CPython counts this column in bytes from where the logical line began,
        // and cuts it at the end of the physical line.
        let column = backslash + 1 - self.line_head.min(place.start);
        let at = (place.start + column).min(place.end + 1);
        let chars = place.chars_to(self.source, at.min(place.end)) + u32::from(at > place.end) + 1;
        self.pos = backslash;
        let words = "unexpected character after line continuation character";
        Err(self.noted(SyntaxErrorKind::SyntaxError, &place, chars, 0, words))
    }
}
