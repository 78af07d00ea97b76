//! Lexical errors: CPython's positions for each way of failing.

use super::Lexer;
use crate::{SyntaxError, SyntaxErrorKind, TextRange};

/// A lexical error.
pub(super) struct Failure {
    pub(super) error: Box<SyntaxError>,
    /// See [`super::TokenStream::error_overrides`].
    pub(super) raised: bool,
}

pub(super) type Lexed<T> = Result<T, Failure>;

/// A line of the source.
pub(super) struct Place {
    /// 1-based.
    pub(super) line: u32,
    pub(super) start: usize,
    /// Without the newline.
    pub(super) end: usize,
}

impl Place {
    /// The line that holds `at`; a newline belongs to the line that it ends.
    pub(super) fn of(source: &str, at: usize) -> Self {
        let bytes = source.as_bytes();
        let (mut line, mut start) = (1, 0);
        for i in memchr::memchr2_iter(b'\n', b'\r', &bytes[..at]) {
            if bytes[i] == b'\n' || bytes.get(i + 1) != Some(&b'\n') {
                line += 1;
                start = i + 1;
            }
        }
        let end = memchr::memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |n| start + n);
        Self { line, start, end }
    }

    pub(super) fn text<'s>(&self, source: &'s str) -> &'s str {
        &source[self.start..self.end]
    }

    /// How many characters stand on the line before `at`.
    pub(super) fn chars_to(&self, source: &str, at: usize) -> u32 {
        let bytes = &source.as_bytes()[self.start.min(at)..at.min(source.len())];
        bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count() as u32
    }
}

impl Lexer<'_> {
    /// An error at what was just read: its column is the last character before `cur`.
    #[cold]
    pub(super) fn fail<T>(&mut self, cur: usize, message: impl Into<String>) -> Lexed<T> {
        // A newline just read still belongs to its line.
        let mut on_line = cur.saturating_sub(1);
        while !self.source.is_char_boundary(on_line) {
            on_line -= 1;
        }
        let fresh_line = matches!(self.byte(on_line), b'\n' | b'\r');
        self.fail_on_line(if fresh_line { cur } else { on_line }, cur, message)
    }

    /// As [`Self::fail`], with a position on the line that is meant.
    #[cold]
    pub(super) fn fail_on_line<T>(
        &mut self,
        on_line: usize,
        cur: usize,
        message: impl Into<String>,
    ) -> Lexed<T> {
        let place = Place::of(self.source, on_line);
        let column = place.chars_to(self.source, cur);
        self.pos = cur;
        Err(self.raised(&place, column, column as i32, cur, message.into()))
    }

    /// An error with both columns known, as byte offsets into one line.
    #[cold]
    pub(super) fn fail_range<T>(
        &mut self,
        start: usize,
        end: usize,
        message: impl Into<String>,
    ) -> Lexed<T> {
        let place = Place::of(self.source, start);
        let column = place.chars_to(self.source, start) + 1;
        let end_column = place.chars_to(self.source, end) as i32;
        self.pos = end;
        Err(self.raised(&place, column, end_column, end, message.into()))
    }

    fn raised(
        &self,
        place: &Place,
        column: u32,
        end_column: i32,
        cur: usize,
        message: String,
    ) -> Failure {
        let at = cur.min(self.bytes.len()) as u32;
        let error = SyntaxError {
            kind: SyntaxErrorKind::SyntaxError,
            message,
            line: place.line,
            column,
            end_line: place.line,
            end_column,
            text: Some(place.text(self.source).to_owned()),
            range: Some(TextRange::new(at.saturating_sub(1), at)),
        };
        Failure {
            error: Box::new(error),
            raised: true,
        }
    }

    /// An error that CPython notes down as a state and words later.
    #[cold]
    pub(super) fn noted(
        &self,
        kind: SyntaxErrorKind,
        place: &Place,
        column: u32,
        end_column: i32,
        message: &str,
    ) -> Failure {
        let at = self.pos.min(self.bytes.len()) as u32;
        let error = SyntaxError {
            kind,
            message: message.to_owned(),
            line: place.line,
            column,
            end_line: place.line,
            end_column,
            text: Some(format!("{}\n", place.text(self.source))),
            range: Some(TextRange::new(at, at)),
        };
        Failure {
            error: Box::new(error),
            raised: false,
        }
    }

    /// An error of the text as a whole.
    #[cold]
    pub(super) fn plain(&self, kind: SyntaxErrorKind, message: &str) -> Failure {
        self.noted(
            kind,
            &Place {
                line: 0,
                start: 0,
                end: 0,
            },
            0,
            0,
            message,
        )
    }

    /// The indentation of the line at `at` mixes tabs and spaces, or is too deep.
    #[cold]
    pub(super) fn bad_indentation<T>(
        &self,
        kind: SyntaxErrorKind,
        at: usize,
        message: &str,
    ) -> Lexed<T> {
        Err(self.noted(kind, &Place::of(self.source, at), 1, 0, message))
    }

    /// An error reported at the end (newline included) of the line at `at`.
    #[cold]
    pub(super) fn fail_at_line_end<T>(
        &self,
        kind: SyntaxErrorKind,
        at: usize,
        message: &str,
    ) -> Lexed<T> {
        let place = Place::of(self.source, at);
        let column = place.chars_to(self.source, place.end) + 1;
        Err(self.noted(kind, &place, column, -1, message))
    }

    /// The text ended inside brackets or behind a line continuation.
    #[cold]
    pub(super) fn fail_at_eof<T>(&mut self, last_line: usize) -> Lexed<T> {
        self.pos = self.bytes.len();
        if let Some(&open) = self.brackets.last() {
            let error = Box::new(super::never_closed(self.source, open));
            return Err(Failure {
                error,
                raised: false,
            });
        }
        self.fail_at_line_end(
            SyntaxErrorKind::SyntaxError,
            last_line,
            "unexpected EOF while parsing",
        )
    }
}
