//! Compile-time failures before they become [`SyntaxError`]s.

use taipan_syntax::{SyntaxErrorKind, TextRange};

/// A failure at a place in the tree. Boxed: the good path stays small.
#[derive(Debug)]
pub struct Failure(pub Box<FailureData>);

/// What a [`Failure`] says.
#[derive(Debug)]
pub struct FailureData {
    pub kind: SyntaxErrorKind,
    pub message: String,
    pub range: TextRange,
    /// Where the error ends, if not with `range`.
    pub end: Option<TextRange>,
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn at<T>(range: TextRange, message: String) -> Result<T> {
        Err(Failure::new(range, message))
    }
    pub fn new(range: TextRange, message: String) -> Failure {
        Failure(Box::new(FailureData {
            kind: SyntaxErrorKind::SyntaxError,
            message,
            range,
            end: None,
        }))
    }
    pub fn too_deep<T>(range: TextRange) -> Result<T> {
        let mut failure = Failure::new(
            range,
            "maximum recursion depth exceeded during compilation".into(),
        );
        failure.0.kind = SyntaxErrorKind::TooDeep;
        Err(failure)
    }
}
