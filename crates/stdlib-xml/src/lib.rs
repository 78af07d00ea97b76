//! XML: an incremental parser ([`engine`]) and the native module `pyexpat`, which is its Python face.

pub mod engine;
pub mod pyexpat;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&pyexpat::MODULE];
