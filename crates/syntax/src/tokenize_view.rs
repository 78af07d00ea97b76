//! Tokens as Python's `tokenize` module shows them: with comments and
//! insignificant newlines, all operators as `OP`, and lines and columns.

use crate::lexer::{LexOptions, TokenStream, tokenize};
use crate::source::LineIndex;
use crate::token::{Token, TokenKind};
use crate::{SyntaxError, TextRange};

/// A token of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewToken {
    pub kind: TokenKind,
    /// The exact text; empty for a newline that the source lacks.
    pub range: TextRange,
    /// 1-based line and 0-based column, in characters.
    pub start: (u32, u32),
    pub end: (u32, u32),
}

impl ViewToken {
    /// Whether the `tokenize` module calls it `OP`.
    pub fn is_operator(&self) -> bool {
        let code = self.kind as u8;
        (TokenKind::LPar as u8..=TokenKind::Op as u8).contains(&code)
    }
}

/// The tokens of a source, and the error that ends them early.
pub fn view(source: &str) -> (Vec<ViewToken>, Option<Box<SyntaxError>>) {
    let options = LexOptions {
        extra_tokens: true,
        ..LexOptions::default()
    };
    let TokenStream {
        mut tokens, error, ..
    } = tokenize(source, options);
    if error.is_some() {
        tokens.pop();
    }
    let index = LineIndex::new(source);
    let viewer = Viewer { source, index };
    let view = tokens.iter().map(|token| viewer.token(token)).collect();
    (view, error)
}

struct Viewer<'s> {
    source: &'s str,
    index: LineIndex,
}

impl Viewer<'_> {
    fn place(&self, offset: u32) -> (u32, u32) {
        let (line, column) = self.index.line_col(offset);
        let start = (offset - column) as usize;
        let text = &self.source.as_bytes()[start..offset as usize];
        (
            line,
            text.iter().filter(|&&b| b & 0xC0 != 0x80).count() as u32,
        )
    }

    fn token(&self, token: &Token) -> ViewToken {
        let range = token.range;
        match token.kind {
            TokenKind::Newline | TokenKind::Nl => self.newline(token),
            TokenKind::Indent => {
                let start = self
                    .index
                    .line_start(self.index.line_col(range.start).0)
                    .unwrap_or(range.start);
                self.plain(TokenKind::Indent, TextRange::new(start, range.end))
            }
            TokenKind::EndMarker | TokenKind::Dedent
                if range.start as usize == self.source.len() =>
            {
                let (line, column) = self.place(range.start);
                // A last line without a newline is taken to have one.
                let place = if column > 0 { (line + 1, 0) } else { (line, 0) };
                ViewToken {
                    kind: token.kind,
                    range,
                    start: place,
                    end: place,
                }
            }
            kind => self.plain(kind, range),
        }
    }

    fn plain(&self, kind: TokenKind, range: TextRange) -> ViewToken {
        ViewToken {
            kind,
            range,
            start: self.place(range.start),
            end: self.place(range.end),
        }
    }

    /// The text of a newline is the newline itself, one column wide.
    fn newline(&self, token: &Token) -> ViewToken {
        let at = if token.kind == TokenKind::Newline {
            token.range.end
        } else {
            token.range.start
        };
        let rest = &self.source.as_bytes()[at as usize..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        let start = self.place(at);
        let width = length.max(1);
        ViewToken {
            kind: token.kind,
            range: TextRange::new(at, at + length),
            start,
            end: (start.0, start.1 + width),
        }
    }
}
