//! Stored forms: the code record ([`write_code`], [`read_code`]) and the
//! generic reader and writer of CPython's marshal format ([`values`]).
//!
//! # The code record
//! Independent of the platform: magic `TPC`, a version byte, a 64-bit checksum
//! of the rest, then one code object. Integers are LEB128 varints, strings
//! stand once and are referred to by number. Reading checks the form only;
//! whether the code makes sense is for [`crate::verify`].

use std::fmt;

mod read;
pub mod values;
mod write;

pub use read::{read_code, read_code_named};
pub use write::write_code;

/// Changes whenever records written before can no longer be read as they were meant.
pub const FORMAT_VERSION: u8 = 1;

const RECORD_MAGIC: &[u8; 3] = b"TPC";
/// Magic, version, checksum.
const RECORD_HEADER: usize = 12;
/// How deep constants and code objects may nest.
const MAX_DEPTH: u32 = 2000;
/// Stands for an opcode byte: the raw instruction follows.
const RAW_INSTR: u8 = 0xFF;

/// Tags of constants.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Tag {
    None = b'N',
    True = b'T',
    False = b'F',
    Ellipsis = b'.',
    Int = b'i',
    Positive = b'+',
    Negative = b'-',
    Float = b'g',
    Complex = b'y',
    Str = b's',
    Bytes = b'b',
    Tuple = b'(',
    FrozenSet = b'>',
    Slice = b':',
    Code = b'c',
}

/// Why marshalled data cannot be read. The text of each is what Python shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarshalError {
    /// EOFError.
    EofObject,
    /// EOFError.
    TooShort,
    /// ValueError "bad marshal data (…)".
    Bad(&'static str),
    /// ValueError; nested too deeply while reading.
    Recursion,
    /// TypeError; a null where an object belongs: in a tuple, list …
    Null(&'static str),
    /// ValueError; a code object where none is allowed.
    CodeDisallowed,
    /// Our record: the checksum does not fit.
    Checksum,
    /// Our record: of another version.
    Version(u8),
}

/// The kind of Python exception that a [`MarshalError`] becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    Eof,
    Value,
    Type,
}

impl MarshalError {
    pub fn class(self) -> ErrorClass {
        match self {
            Self::EofObject | Self::TooShort => ErrorClass::Eof,
            Self::Null(_) => ErrorClass::Type,
            _ => ErrorClass::Value,
        }
    }
}

impl fmt::Display for MarshalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EofObject => f.write_str("EOF read where object expected"),
            Self::TooShort => f.write_str("marshal data too short"),
            Self::Bad(what) => write!(f, "bad marshal data ({what})"),
            Self::Recursion => f.write_str("recursion limit exceeded"),
            Self::Null(place) => write!(f, "NULL object in marshal data for {place}"),
            Self::CodeDisallowed => f.write_str("unmarshalling code objects is disallowed"),
            Self::Checksum => f.write_str("bad marshal data (code checksum mismatch)"),
            Self::Version(n) => write!(
                f,
                "bad marshal data (code format version {n}, expected {FORMAT_VERSION})"
            ),
        }
    }
}

impl std::error::Error for MarshalError {}

/// The checksum of a record's body.
fn checksum(body: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher =
        siphasher::sip::SipHasher13::new_with_keys(0x7461_6970_616e, u64::from(FORMAT_VERSION));
    hasher.write(body);
    hasher.finish()
}

/// Makes the checksum of a record fit its bytes again: for tests and fuzzers that corrupt records.
pub fn reseal(record: &mut [u8]) {
    if record.len() >= RECORD_HEADER {
        let sum = checksum(&record[RECORD_HEADER..]);
        record[4..RECORD_HEADER].copy_from_slice(&sum.to_le_bytes());
    }
}
