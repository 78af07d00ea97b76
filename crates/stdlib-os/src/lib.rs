//! Native modules for the operating system: signals, descriptors, terminals, processes.

pub mod asyncio;
pub mod faulthandler;
pub mod fcntl;
mod fd;
pub mod mmap;
pub mod multiprocessing;
pub mod posixshmem;
pub mod posixsubprocess;
pub mod resource;
pub mod select;
pub mod signal;
pub mod socket;
pub mod termios;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[
    &asyncio::MODULE,
    &faulthandler::MODULE,
    &fcntl::MODULE,
    &mmap::MODULE,
    &multiprocessing::MODULE,
    &posixshmem::MODULE,
    &posixsubprocess::MODULE,
    &resource::MODULE,
    &select::MODULE,
    &signal::MODULE,
    &socket::MODULE,
    &termios::MODULE,
];
