//! Building syntax errors: ranges to CPython's lines, columns and text.

use super::Parser;
use crate::TextRange;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::source::LineIndex;

/// Input nested too deeply; it has no position.
pub(super) fn too_deep(message: &str) -> Box<SyntaxError> {
    Box::new(SyntaxError {
        kind: SyntaxErrorKind::TooDeep,
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
    let start = lines.line_start(line).unwrap_or(source.len() as u32) as usize;
    let end = lines
        .line_start(line + 1)
        .map_or(source.len(), |s| s as usize);
    source[start..end].trim_end_matches(['\n', '\r'])
}

/// The 1-based column in characters of a byte column, which may lie behind the
/// line's end: CPython counts such columns up to one past it.
pub(super) fn char_column(text: &str, byte_column: u32) -> u32 {
    let mut end = (byte_column as usize).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let past = u32::from(byte_column as usize > text.len());
    text[..end].chars().count() as u32 + past + 1
}

impl Parser<'_, '_> {
    /// An error at a range of the source.
    #[cold]
    pub(super) fn error_at(&self, range: TextRange, message: &str) -> Box<SyntaxError> {
        let (line, column) = self.lines.line_col(range.start);
        let (end_line, end_column) = self.lines.line_col(range.end);
        let text = line_text(self.source, self.lines, line);
        // CPython measures the end column on the line of the start.
        Box::new(SyntaxError {
            kind: SyntaxErrorKind::SyntaxError,
            message: message.into(),
            line,
            column: char_column(text, column),
            end_line,
            end_column: char_column(text, end_column) as i32,
            text: Some(format!("{text}\n")),
            range: Some(range),
        })
    }
}
