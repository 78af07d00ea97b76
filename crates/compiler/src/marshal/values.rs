//! CPython's marshal format, versions 0 to 5, without any object model.
//!
//! [`read_value`] turns bytes into calls of a [`Build`]; [`Writer`] is told
//! what to write. Both keep nesting on the heap or count it, so that hostile
//! input ends in an error. A code object is type code `c`, a 32-bit length and
//! our record (see [`crate::marshal`]).

mod reader;
mod writer;

pub use reader::{Build, Container, Input, Scalar, read_value};
pub use writer::{WriteError, Writer};

/// The format version that `marshal.version` names.
pub const VERSION: i32 = 5;
/// How deep values may nest.
pub const MAX_DEPTH: u32 = 2000;

const FLAG_REF: u8 = 0x80;
/// Bits of a digit of an integer.
const DIGIT_BITS: u32 = 15;

/// Type codes.
mod code {
    pub(super) const NULL: u8 = b'0';
    pub(super) const NONE: u8 = b'N';
    pub(super) const FALSE: u8 = b'F';
    pub(super) const TRUE: u8 = b'T';
    pub(super) const STOP_ITERATION: u8 = b'S';
    pub(super) const ELLIPSIS: u8 = b'.';
    pub(super) const INT: u8 = b'i';
    pub(super) const INT64: u8 = b'I';
    pub(super) const FLOAT: u8 = b'f';
    pub(super) const BINARY_FLOAT: u8 = b'g';
    pub(super) const COMPLEX: u8 = b'x';
    pub(super) const BINARY_COMPLEX: u8 = b'y';
    pub(super) const LONG: u8 = b'l';
    pub(super) const STRING: u8 = b's';
    pub(super) const INTERNED: u8 = b't';
    pub(super) const REF: u8 = b'r';
    pub(super) const TUPLE: u8 = b'(';
    pub(super) const SMALL_TUPLE: u8 = b')';
    pub(super) const LIST: u8 = b'[';
    pub(super) const DICT: u8 = b'{';
    pub(super) const CODE: u8 = b'c';
    pub(super) const UNICODE: u8 = b'u';
    pub(super) const SET: u8 = b'<';
    pub(super) const FROZENSET: u8 = b'>';
    pub(super) const SLICE: u8 = b':';
    pub(super) const ASCII: u8 = b'a';
    pub(super) const ASCII_INTERNED: u8 = b'A';
    pub(super) const SHORT_ASCII: u8 = b'z';
    pub(super) const SHORT_ASCII_INTERNED: u8 = b'Z';
}
