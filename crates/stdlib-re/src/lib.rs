//! Regular expressions: the engine, and the module `_sre` on top of it.
#![allow(clippy::new_ret_no_self)] // `new` is the slot's name.

pub mod compile;
pub mod engine;
mod join;
pub mod match_object;
pub mod pattern;
pub mod scanner;
mod search;
pub mod sre;
mod subject;
pub mod template;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&sre::MODULE];
