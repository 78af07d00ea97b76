//! Finding out what is wrong: the second walk over tokens that do not parse.

use super::Parser;
use crate::error::SyntaxError;
use crate::lexer::TokenStream;

/// The error for tokens that the fast stage refused; `known` is what it could already tell.
pub(super) fn diagnose(
    parser: &mut Parser<'_, '_>,
    stream: &TokenStream,
    known: Option<Box<SyntaxError>>,
) -> Box<SyntaxError> {
    known
        .or_else(|| stream.error.clone())
        .unwrap_or_else(|| parser.error_at(parser.token().range, "invalid syntax"))
}
