//! Native modules of the core.

mod field;
pub mod itertools;
pub mod math;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&itertools::MODULE, &math::MODULE];
