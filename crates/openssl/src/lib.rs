//! OpenSSL 3.5, built from source with a C compiler alone, behind an interface that is safe to use.
//!
//! No call here waits: connections read and write through [`Events`] or through buffers in memory, and say when they
//! have to wait. So the caller decides where to wait, and no other thread is kept out meanwhile.

#[allow(non_camel_case_types, non_snake_case, clippy::upper_case_acronyms)]
mod ffi;

pub mod bio;
mod callbacks;
pub mod connection;
pub mod context;
pub mod errors;
pub mod objects;
pub mod x509;

pub use bio::Bio;
pub use connection::{Connection, Events, Expected, Outcome};
pub use context::{Cipher, Context, Hook, Session, Side};
pub use errors::Code;
pub use x509::Certificate;
