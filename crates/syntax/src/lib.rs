//! Python source text to tokens and tree.
//!
//! Source bytes are decoded ([`source`]), split into tokens ([`lexer`]) and
//! parsed by recursive descent ([`parser`]) into an arena-allocated tree
//! ([`ast`]). Failures are [`SyntaxError`]s with CPython 3.14's words and
//! positions.

pub mod ast;
pub mod dump;
pub mod error;
pub mod lexer;
pub mod literal;
pub mod parser;
pub mod read;
pub mod repr;
pub mod source;
pub mod token;
pub mod tokenize_view;
pub mod unicode;
pub mod unparse;

pub use error::{SyntaxError, SyntaxErrorKind, SyntaxWarning, WarningCategory};

/// A half-open range of byte offsets into the (UTF-8) source.
///
/// In trees made by Python code there is no source: there `start` is an index
/// into the list of explicit positions kept by whoever made the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct TextRange {
    pub start: u32,
    pub end: u32,
}

impl TextRange {
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }
    /// The smallest range that covers both.
    pub fn to(self, end: TextRange) -> Self {
        Self {
            start: self.start,
            end: end.end,
        }
    }
    pub fn text(self, source: &str) -> &str {
        &source[self.start as usize..self.end as usize]
    }
}
