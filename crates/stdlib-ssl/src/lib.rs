//! The native module `_ssl`: encrypted connections, on OpenSSL.
//!
//! OpenSSL never waits here. Connections read and write without blocking, and the methods wait for the descriptor
//! where they see that they must; only then is the interpreter's lock given up. So everything that OpenSSL calls back
//! runs with the lock.

mod certificate;
mod constants;
mod context;
mod errors;
mod events;
mod loading;
mod memory;
mod module;
mod psk;
mod session;
mod settings;
mod socket;
mod wait;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&module::functions::MODULE];
