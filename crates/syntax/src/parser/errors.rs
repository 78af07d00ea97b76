//! Building syntax errors: CPython's lines, columns and text.

use super::Parser;
use crate::TextRange;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::source::LineIndex;
use crate::token::{Token, TokenKind};

/// Input nested too deeply; it has no position.
pub(super) fn too_deep(kind: SyntaxErrorKind, message: &str) -> Box<SyntaxError> {
    Box::new(SyntaxError {
        kind,
        message: message.into(),
        line: 0,
        column: 0,
        end_line: 0,
        end_column: 0,
        text: None,
        range: None,
    })
}

/// The text of a 1-based line, without its end.
pub(super) fn line_text<'s>(source: &'s str, lines: &LineIndex, line: u32) -> &'s str {
    let start = lines.line_start(line).map_or(source.len(), |s| s as usize);
    let end = lines
        .line_start(line + 1)
        .map_or(source.len(), |s| s as usize);
    source[start..end].trim_end_matches(['\n', '\r'])
}

/// Turns a byte column (1-based; 0 and less have a meaning of their own) into
/// one in characters of `text`.
fn char_column(text: &str, column: i32) -> i32 {
    if column <= 0 {
        return column;
    }
    let mut end = (column as usize - 1).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].chars().count() as i32 + 1
}

/// A line and a 1-based byte column.
pub(super) type Place = (u32, i32);

impl Parser<'_, '_> {
    /// An error with byte columns as CPython's parser computes them. `lexer_line` is
    /// the line up to which the text had been read: it is shown with its newline,
    /// earlier lines without.
    pub(super) fn build_error(
        &self,
        lexer_line: u32,
        kind: SyntaxErrorKind,
        message: &str,
        start: Place,
        end: Place,
    ) -> Box<SyntaxError> {
        let mut text = line_text(self.source, self.lines, start.0).to_owned();
        if lexer_line <= start.0 && self.ends_line(start.0) {
            text.push('\n');
        }
        // CPython measures both columns on the line of the start.
        let column = char_column(&text, start.1);
        let end_column = char_column(&text, end.1);
        let offset = |(line, column): (u32, i32)| {
            self.lines.line_start(line).map(|s| {
                (s as i64 + i64::from(column.max(1)) - 1).min(self.source.len() as i64) as u32
            })
        };
        let range = offset(start)
            .zip(offset(end))
            .map(|(start, end)| TextRange::new(start, end.max(start)));
        Box::new(SyntaxError {
            kind,
            message: message.into(),
            line: start.0,
            column: column.max(0) as u32,
            end_line: end.0,
            end_column,
            text: Some(text),
            range,
        })
    }

    /// The last line, and its length with the newline in bytes: where CPython's
    /// lexer stands at the end.
    pub(super) fn end_place(&self) -> (u32, u32) {
        let count = self.lines.line_count();
        let empty = self.lines.line_start(count) == Some(self.source.len() as u32);
        let line = count - u32::from(empty);
        (line, self.line_length(line))
    }

    /// The length of a line in bytes, its newline counted once if it has one.
    pub(super) fn line_length(&self, line: u32) -> u32 {
        let text = line_text(self.source, self.lines, line.max(1));
        text.len() as u32 + u32::from(self.ends_line(line))
    }

    /// Whether CPython gives a token no place of its own. That holds for a newline
    /// that stands for the end of the input, too.
    pub(super) fn is_placeless(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker => true,
            TokenKind::Newline => {
                !self.adds_newline && token.range.start as usize >= self.source.len()
            }
            _ => false,
        }
    }

    /// Where a token starts and ends; a newline is one column wide on its line.
    pub(super) fn token_place(&self, token: Token) -> (Place, Place) {
        let (line, column) = self.lines.line_col(token.range.start);
        let start = (line, column as i32 + 1);
        if token.kind == TokenKind::Newline {
            // It may start with a comment, and ends behind its `\n`, there or not.
            let text = line_text(self.source, self.lines, line);
            return (start, (line, text.len() as i32 + 2));
        }
        if token.kind == TokenKind::NotEqual && self.text(token) == "<>" {
            // Where no operator fits, CPython points at the `<`.
            return (start, (line, start.1 + 1));
        }
        let (end_line, end_column) = self.lines.line_col(token.range.end);
        (start, (end_line, end_column as i32 + 1))
    }

    /// An error at a token, found by the fast stage.
    #[cold]
    pub(super) fn error_at_token(&self, token: Token, message: &str) -> Box<SyntaxError> {
        if self.is_placeless(token) {
            // Without a place of its own: where the lexer stands, which does not
            // go on to a line that is not there.
            let (line, column) = self.lines.line_col(token.range.end);
            let (line, column) = if token.range.end as usize == self.source.len() {
                self.end_place()
            } else {
                (line, column)
            };
            let kind = SyntaxErrorKind::SyntaxError;
            return self.build_error(line, kind, message, (line, column as i32), (line, -1));
        }
        let (start, end) = self.token_place(token);
        let lexer_line = end.0;
        self.build_error(
            lexer_line,
            SyntaxErrorKind::SyntaxError,
            message,
            start,
            end,
        )
    }

    /// An error at a range of the source, found by the fast stage.
    #[cold]
    pub(super) fn error_at(&self, range: TextRange, message: &str) -> Box<SyntaxError> {
        let (line, column) = self.lines.line_col(range.start);
        let (end_line, end_column) = self.lines.line_col(range.end);
        let lexer_line = self.line(self.token().range.start);
        self.build_error(
            lexer_line,
            SyntaxErrorKind::SyntaxError,
            message,
            (line, column as i32 + 1),
            (end_line, end_column as i32 + 1),
        )
    }
}
