//! Native modules of the core.
#![allow(clippy::new_ret_no_self, clippy::excessive_precision)] // `new` is the slot's name; constants are as published.

pub mod bisect;
pub mod collections;
mod field;
pub mod functools;
pub mod heapq;
pub mod itertools;
pub mod math;
mod names;
pub mod operator;
mod state;
pub mod structs;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[
    &bisect::MODULE,
    &collections::MODULE,
    &functools::MODULE,
    &heapq::MODULE,
    &itertools::MODULE,
    &math::MODULE,
    &operator::MODULE,
    &structs::MODULE,
    &taipan_object::codecs::module::MODULE,
    &taipan_object::text::string_module::MODULE,
];
