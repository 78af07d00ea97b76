//! The numbers of system errors.

pub use libc::*;
