//! Passes over the HIR, between building and lowering.
//!
//! A pass takes a verified function and leaves a verified function that does the
//! same; in debug builds every pass is checked (see [`run`]).

mod counts;
mod effects;
mod facts;
mod redundant;

use crate::hir::Function;

/// A pass: its name for messages, and what it does.
type Pass = (&'static str, fn(&mut Function));

/// All passes, in their order. Counts come last: the others know nothing of references that move.
const PASSES: &[Pass] = &[
    ("facts", facts::run),
    ("redundant", redundant::run),
    ("counts", counts::run),
];

/// Runs all passes.
///
/// # Errors
/// What the verifier finds after a pass, in debug builds and if `check` is set.
pub fn run(f: &mut Function, check: bool) -> Result<(), String> {
    for (name, pass) in PASSES {
        pass(f);
        if check || cfg!(debug_assertions) {
            crate::verify::verify(f).map_err(|e| format!("after {name}: {e}"))?;
        }
    }
    Ok(())
}
