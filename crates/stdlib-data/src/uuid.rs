//! The module `_uuid`. There is no libuuid: the library's own Python code makes the identifiers.

use taipan_macros::pymodule;

pub use module::MODULE;

/// What the library asks about.
#[pymodule(name = "_uuid", doc = "Identifiers made by the system.")]
#[allow(non_upper_case_globals)]
pub mod module {
    #[pyattr]
    const has_uuid_generate_time_safe: i64 = 0;
    #[pyattr]
    const has_stable_extractable_node: i64 = 0;
}
