//! The module `_operator`.

mod arithmetic;
mod getters;
mod sequences;

use taipan_macros::pymodule;

pub use module::MODULE;

/// The module; its functions are in the files beside.
#[pymodule(
    name = "_operator",
    doc = "Python's operators as functions.",
    classes(
        crate::operator::getters::AttrGetter,
        crate::operator::getters::ItemGetter,
        crate::operator::getters::MethodCaller,
    ),
    extra(
        crate::operator::arithmetic::functions,
        crate::operator::sequences::functions
    )
)]
pub mod module {}
