//! The one way to the operating system.

pub mod memory;
