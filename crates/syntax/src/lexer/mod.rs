//! Source text to tokens.
//!
//! One pass over the bytes, without allocation for each token. Newlines,
//! indents and dedents come out as CPython's tokenizer hands them to its
//! parser; f-strings and t-strings are split into the tokens of PEP 701. The
//! first lexical error ends the stream, which is always closed by an
//! `EndMarker`.

mod class;
mod failure;
mod identifier;
mod indent;
mod interpolated;
mod number;
mod operator;
mod scan;
mod string;

pub use identifier::{identifier, is_identifier};

use crate::{
    SyntaxError, SyntaxErrorKind, SyntaxWarning, TextRange, WarningCategory, token::Token,
    token::TokenKind,
};
use failure::Lexed;

/// How deep blocks may be indented, brackets be nested, f-strings be nested in
/// f-strings, and fields in format specifications: CPython's bounds.
const MAX_INDENTS: usize = 100;
const MAX_BRACKETS: usize = 200;
const MAX_INTERPOLATED: usize = 150;
const MAX_FIELD_DEPTH: i32 = 3;

/// What a token stream shall hold beyond the tokens that the parser needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct LexOptions {
    /// Give `TypeComment` and `TypeIgnore` tokens.
    pub type_comments: bool,
    /// Give `Comment` and `Nl` tokens, and let malformed numbers and unmatched
    /// brackets pass, as Python's `tokenize` module does.
    pub extra_tokens: bool,
}

/// A bracket that was opened and not yet closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBracket {
    /// `(`, `[` or `{`.
    pub bracket: u8,
    pub offset: u32,
}

/// All tokens up to the first lexical error.
#[derive(Debug)]
pub struct TokenStream {
    /// Ends with an `EndMarker`, which stands where the error is if there is one.
    pub tokens: Vec<Token>,
    pub error: Option<Box<SyntaxError>>,
    /// Whether `error` takes the place of a generic "invalid syntax" that the
    /// parser found before it. Errors of indentation, of line continuation and
    /// of brackets left open do not.
    pub error_overrides: bool,
    /// What was still open where the tokens end, outermost first.
    pub open_brackets: Vec<OpenBracket>,
    pub warnings: Vec<SyntaxWarning>,
}

/// Splits `source` into tokens.
pub fn tokenize(source: &str, options: LexOptions) -> TokenStream {
    let mut lexer = Lexer::new(source, options);
    let failure = lexer.run().err();
    if failure.is_some() {
        let last = lexer
            .tokens
            .last()
            .map_or(0, |token| token.range.end as usize);
        let at = lexer.pos.clamp(last, source.len());
        lexer.push(TokenKind::EndMarker, at, at);
    }
    let error_overrides = failure.as_ref().is_some_and(|f| f.raised);
    TokenStream {
        tokens: lexer.tokens,
        error: failure.map(|f| f.error),
        error_overrides,
        open_brackets: lexer.brackets,
        warnings: lexer.warnings,
    }
}

/// The error that CPython gives for a bracket that is never closed.
pub fn never_closed(source: &str, open: OpenBracket) -> SyntaxError {
    let at = (open.offset as usize).min(source.len());
    let place = failure::Place::of(source, at);
    SyntaxError {
        kind: SyntaxErrorKind::SyntaxError,
        message: format!("'{}' was never closed", char::from(open.bracket)),
        line: place.line,
        column: place.chars_to(source, at) + 1,
        end_line: place.line,
        end_column: 0,
        text: Some(place.text(source).to_owned()),
        range: Some(TextRange::new(open.offset, open.offset + 1)),
    }
}

/// The state of one f-string or t-string.
struct Interpolated {
    /// Where its prefix starts.
    start: usize,
    quote: u8,
    quote_size: usize,
    raw: bool,
    template: bool,
    /// Brackets open inside its fields.
    depth: i32,
    /// The depth at which the current field was opened; -1 outside of fields.
    field_depth: i32,
    in_format_spec: bool,
    in_debug: bool,
}

impl Interpolated {
    fn letter(&self) -> char {
        if self.template { 't' } else { 'f' }
    }
}

struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    pos: usize,
    options: LexOptions,
    tokens: Vec<Token>,
    /// Columns of the open blocks, with tabs to eight and with tabs to one.
    indents: Vec<(u32, u32)>,
    brackets: Vec<OpenBracket>,
    interpolated: Vec<Interpolated>,
    /// Whether the text of an f-string comes next, not its fields or plain code.
    in_text: bool,
    /// Start of the line at which the current logical line was begun; CPython
    /// counts the column of one of its errors from there.
    line_head: usize,
    warnings: Vec<SyntaxWarning>,
}

impl<'s> Lexer<'s> {
    fn new(source: &'s str, options: LexOptions) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            pos: 0,
            options,
            tokens: Vec::with_capacity(source.len() / 4 + 8),
            indents: Vec::new(),
            brackets: Vec::new(),
            interpolated: Vec::new(),
            in_text: false,
            line_head: 0,
            warnings: Vec::new(),
        }
    }

    fn run(&mut self) -> Lexed<()> {
        if self.bytes.len() >= u32::MAX as usize - 1 {
            return Err(self.plain(SyntaxErrorKind::ParserOverflow, "source code is too large"));
        }
        while self.indentation()? {
            self.logical_line()?;
        }
        let end = self.bytes.len();
        for _ in 0..self.indents.len() {
            self.push(TokenKind::Dedent, end, end);
        }
        self.push(TokenKind::EndMarker, end, end);
        Ok(())
    }

    /// The byte at `at`; 0 past the end (and for a NUL byte).
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.tokens.push(Token {
            kind,
            range: TextRange::new(start as u32, end as u32),
        });
    }

    /// The position behind the newline at `at`, if there is one or the text ends.
    #[inline]
    fn after_newline(&self, at: usize) -> Option<usize> {
        match self.bytes.get(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(b'\r') => Some(at + 1 + usize::from(self.byte(at + 1) == b'\n')),
            Some(_) => None,
        }
    }

    fn warn(&mut self, message: String, start: usize, end: usize) {
        let line = failure::Place::of(self.source, start).line;
        let range = TextRange::new(start as u32, end as u32);
        self.warnings.push(SyntaxWarning {
            category: WarningCategory::SyntaxWarning,
            message,
            line,
            range,
        });
    }
}
