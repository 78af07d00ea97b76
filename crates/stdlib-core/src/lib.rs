//! Native modules of the core.
#![allow(clippy::new_ret_no_self, clippy::excessive_precision)] // `new` is the slot's name; constants are as published.

pub mod abc;
pub mod atexit;
pub mod bisect;
pub mod collections;
pub mod errno;
pub mod field;
pub mod functools;
pub mod gc;
pub mod heapq;
pub mod imp;
pub mod io;
pub mod itertools;
pub mod marshal;
pub mod math;
pub mod names;
pub mod operator;
pub mod posix;
pub mod state;
pub mod structs;
pub mod thread;
pub mod time;
pub mod warnings;
pub mod weakref;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[
    &abc::MODULE,
    &atexit::MODULE,
    &bisect::MODULE,
    &collections::MODULE,
    &errno::MODULE,
    &functools::MODULE,
    &gc::MODULE,
    &heapq::MODULE,
    &imp::MODULE,
    &io::MODULE,
    &itertools::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &structs::MODULE,
    &thread::MODULE,
    &time::MODULE,
    &warnings::MODULE,
    &weakref::MODULE,
    &taipan_object::codecs::module::MODULE,
    &taipan_object::text::string_module::MODULE,
];
