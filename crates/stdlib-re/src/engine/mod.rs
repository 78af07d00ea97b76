//! The regular expression engine. It knows nothing of Python objects.
//!
//! `re._compiler` gives a list of numbers ([`codes`]); [`decode`] checks it and makes a [`tree`], [`facts`] looks at
//! which characters can come where, [`build`] makes a [`program`] and [`run`] matches it: a machine with an explicit
//! backtrack stack on the heap, generic over the width of the subject's characters.

pub mod build;
pub mod chars;
pub mod codes;
pub mod decode;
pub mod facts;
pub mod program;
pub mod run;
pub mod scan;
pub mod set;
pub mod tree;

pub use program::Program;
pub use run::{Found, Mode, Request, Scratch, Stop, find};

/// Why a list of codes gives no program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// The list breaks a rule of the format.
    Invalid,
    /// It nests deeper than the caller has room for.
    Depth,
}

/// Compiles a list of codes for a pattern of `groups` groups. `room` is asked
/// at every level of nesting whether there is stack for one more.
///
/// # Errors
/// For lists that are not well-formed.
pub fn compile(
    codes: &[u32],
    groups: u32,
    room: &dyn Fn() -> bool,
) -> Result<Program, CompileError> {
    let tree = decode::decode(codes, groups, room)?;
    build::build(&tree, groups, room)
}
