//! Syntax errors and warnings, as values.

use crate::TextRange;

/// Which exception class Python raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// Input ended too early; `compile(…, PyCF_ALLOW_INCOMPLETE_INPUT)` asks for it.
    IncompleteInput,
    /// Nesting deeper than those who walk the tree allow for: RecursionError.
    TooDeep,
    /// Nesting deeper than the parser's bound: MemoryError.
    ParserOverflow,
    /// An encoding problem that CPython reports without a position in the text.
    Unicode,
}

impl SyntaxErrorKind {
    /// Whether it is about nesting.
    pub fn is_depth(self) -> bool {
        matches!(self, Self::TooDeep | Self::ParserOverflow)
    }
}

/// A syntax error with the four positions of Python's `SyntaxError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub kind: SyntaxErrorKind,
    pub message: String,
    /// 1-based; 0 where CPython gives none.
    pub line: u32,
    /// 1-based column in characters, as `SyntaxError.offset`; 0 where CPython says so.
    pub column: u32,
    pub end_line: u32,
    /// 1-based; 0 or -1 where CPython says so.
    pub end_column: i32,
    /// The source line, as `SyntaxError.text`; `None` where CPython gives `None`.
    pub text: Option<String>,
    /// Byte range, for errors that have one in the source.
    pub range: Option<TextRange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningCategory {
    SyntaxWarning,
    DeprecationWarning,
}

/// A warning found while lexing, parsing or compiling (invalid escapes,
/// `return` in `finally`, `is` with a literal, …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    pub category: WarningCategory,
    pub message: String,
    pub line: u32,
    pub range: TextRange,
}
