//! Native modules of the core.

pub mod math;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&math::MODULE];
