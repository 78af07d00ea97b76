//! Finding out what is wrong: the second walk over tokens that do not parse.
//!
//! CPython parses bad input twice: once without and once with the `invalid_…`
//! rules of its grammar. If those find nothing, "invalid syntax" stands at the
//! furthest token that the first pass looked at; errors of the lexer further on
//! come before it.

mod engine;
mod grammar;
mod report;

use super::{Mode, Parser};
use crate::error::SyntaxError;
use crate::lexer::{self, TokenStream};
use crate::token::TokenKind as T;
use engine::Engine;

/// The error for tokens that the fast stage refused; `known` is what it could already tell.
pub(super) fn diagnose(
    parser: &mut Parser<'_, '_>,
    stream: &TokenStream,
    mode: Mode,
    known: Option<Box<SyntaxError>>,
) -> Box<SyntaxError> {
    if let Some(error) = known.as_ref().filter(|e| e.kind.is_depth()) {
        return error.clone();
    }
    let start_rule = match mode {
        Mode::Module => "file",
        Mode::Interactive => "interactive",
        Mode::Expression => "eval",
        Mode::FunctionType => "func_type",
    };
    let start = parser.statement_start;
    let allow_incomplete = parser.options.allow_incomplete_input;
    if let (true, Some(error)) = (parser.too_new, &known) {
        let fill = parser.pos + 1;
        let mut engine = Engine::new(parser, stream, start);
        engine.fill = fill;
        return engine.prefer_lexical(error.clone());
    }
    let mut engine = Engine::new(parser, stream, start);
    let first = engine.run(start_rule, start, false);
    let error = match first {
        Err(error) => Some(error),
        Ok(true) => known,
        Ok(false) => None,
    };
    if allow_incomplete && engine.at_end_of_source() {
        return engine.incomplete();
    }
    let last = engine.fill.max(1) - 1;
    let error = match error {
        Some(error) => error,
        None => match engine.run(start_rule, start, true) {
            Err(error) => error,
            Ok(_) => match stream.tokens[last].kind {
                T::Indent => return engine.error_at_indent("unexpected indent"),
                T::Dedent => return engine.error_at_indent("unexpected unindent"),
                _ => engine.error_at_token(last, "invalid syntax"),
            },
        },
    };
    if error.kind.is_depth() {
        return error;
    }
    engine.prefer_lexical(error)
}

impl Engine<'_, '_, '_> {
    /// Errors of the lexer in the rest of the text take the place of the parser's.
    fn prefer_lexical(&self, error: Box<SyntaxError>) -> Box<SyntaxError> {
        let Some(lexical) = &self.stream.error else {
            return error;
        };
        if self.fill == self.stream.tokens.len() {
            // The lexer had already failed when the parser did.
            return error;
        }
        if self.lexer_inside_string() {
            return error;
        }
        if self.stream.error_overrides {
            return lexical.clone();
        }
        match self.stream.open_brackets.last() {
            Some(&open) if self.fill_line() > self.parser.line(open.offset) => {
                Box::new(lexer::never_closed(self.parser.source, open))
            }
            _ => error,
        }
    }

    /// Whether the lexer failed inside an f-string or t-string: then an error
    /// found before tells more.
    fn lexer_inside_string(&self) -> bool {
        let depth = |token: &crate::token::Token| match token.kind {
            T::FStringStart | T::TStringStart => 1,
            T::FStringEnd | T::TStringEnd => -1,
            _ => 0,
        };
        self.stream.tokens.iter().map(depth).sum::<i32>() > 0
    }
}
