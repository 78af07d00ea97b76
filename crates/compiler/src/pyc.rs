//! Cached bytecode files: the PEP 552 header, and whether a file still fits its source.

use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;

use crate::code::Code;
use crate::marshal::{MarshalError, read_code, write_code};

/// The number in front of every file. Raise it with every change of the
/// instruction set or of the stored form; a test notices a forgotten raise.
pub const MAGIC: u16 = 21_501;
/// The first four bytes of every file.
pub const MAGIC_NUMBER: [u8; 4] = [MAGIC.to_le_bytes()[0], MAGIC.to_le_bytes()[1], b'\r', b'\n'];
/// `_imp.pyc_magic_number_token`: the magic bytes as a number.
pub const MAGIC_TOKEN: u32 = u32::from_le_bytes(MAGIC_NUMBER);

const HEADER: usize = 16;
const HASH_BASED: u32 = 1;
const CHECK_SOURCE: u32 = 2;
/// Type code of a code object in a marshal stream; the top bit only says that it may be referred to.
const CODE_TYPE: u8 = b'c';

/// What ties a file to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Modification time and size of the source, both modulo 2**32.
    Source { mtime: u32, size: u32 },
    /// The source's hash. Unchecked files are believed whatever the source is.
    Hash { hash: [u8; 8], checked: bool },
}

/// What is known of the source when a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Source {
        mtime: u32,
        size: u32,
    },
    Hash([u8; 8]),
    /// There is no source to compare with.
    Anything,
}

/// Why a file is not for this source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    Mtime {
        stored: u32,
        source: u32,
    },
    Size {
        stored: u32,
        source: u32,
    },
    Hash,
    /// It is checked by hash and only time and size are known, or the other way round.
    OtherKind {
        hash_based: bool,
    },
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mtime { stored, source } => {
                write!(f, "the source was modified at {source}, not at {stored}")
            }
            Self::Size { stored, source } => {
                write!(f, "the source has {source} bytes, not {stored}")
            }
            Self::Hash => f.write_str("the hash of the source has changed"),
            Self::OtherKind { hash_based: true } => {
                f.write_str("the file is validated by the hash of its source")
            }
            Self::OtherKind { hash_based: false } => {
                f.write_str("the file is validated by time and size of its source")
            }
        }
    }
}

/// Why the bytes are damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// Shorter than its header.
    Header,
    /// Flags that nobody defined.
    Flags(u32),
    /// It holds no code object.
    NoCode,
    Record(MarshalError),
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("reached EOF while reading the header"),
            Self::Flags(flags) => write!(f, "invalid flags {flags:#x}"),
            Self::NoCode => f.write_str("the file holds no code object"),
            Self::Record(MarshalError::Checksum) => {
                f.write_str("the checksum of the code does not fit: the file is damaged")
            }
            Self::Record(e) => write!(f, "{e}"),
        }
    }
}

/// What became of reading a file.
#[derive(Clone, Debug)]
pub enum PycStatus {
    /// The code has still to pass the verifier when it is first called.
    Valid(Arc<Code>),
    Stale(Stale),
    Corrupt(Corrupt),
    /// Written by another version or implementation.
    BadMagic([u8; 4]),
}

impl fmt::Display for PycStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid(_) => f.write_str("valid"),
            Self::Stale(why) => write!(f, "stale: {why}"),
            Self::Corrupt(why) => write!(f, "corrupt: {why}"),
            Self::BadMagic(magic) => {
                write!(
                    f,
                    "magic number {} instead of {MAGIC}",
                    u16::from_le_bytes([magic[0], magic[1]])
                )
            }
        }
    }
}

/// `_imp.source_hash`: SipHash-1-3 with `key` of a source's bytes.
pub fn keyed_hash(key: u64, source: &[u8]) -> [u8; 8] {
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(key, 0);
    hasher.write(source);
    hasher.finish().to_le_bytes()
}

/// The hash of a source that our files hold.
pub fn source_hash(source: &[u8]) -> [u8; 8] {
    keyed_hash(MAGIC_TOKEN.into(), source)
}

/// The bytes of a file.
pub fn write_pyc(code: &Code, validation: Validation) -> Vec<u8> {
    let record = write_code(code);
    let mut out = Vec::with_capacity(HEADER + 5 + record.len());
    out.extend_from_slice(&MAGIC_NUMBER);
    match validation {
        Validation::Source { mtime, size } => {
            out.extend_from_slice(&0u32.to_le_bytes());
            out.extend_from_slice(&mtime.to_le_bytes());
            out.extend_from_slice(&size.to_le_bytes());
        }
        Validation::Hash { hash, checked } => {
            let flags = HASH_BASED | if checked { CHECK_SOURCE } else { 0 };
            out.extend_from_slice(&flags.to_le_bytes());
            out.extend_from_slice(&hash);
        }
    }
    out.push(CODE_TYPE);
    out.extend_from_slice(&(record.len() as u32).to_le_bytes());
    out.extend_from_slice(&record);
    out
}

/// What a file is tied to its source by, if its header is sound.
pub fn stored_validation(bytes: &[u8]) -> Option<Validation> {
    let header = bytes.first_chunk::<HEADER>()?;
    (header[..4] == MAGIC_NUMBER)
        .then(|| validation(header).ok())
        .flatten()
}

/// Reads a file's bytes and says whether its code may be used.
pub fn read_pyc(bytes: &[u8], expected: Expected) -> PycStatus {
    let magic = bytes.first_chunk::<4>().copied();
    match magic {
        None => return PycStatus::Corrupt(Corrupt::Header),
        Some(magic) if magic != MAGIC_NUMBER => return PycStatus::BadMagic(magic),
        Some(_) => {}
    }
    let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
        return PycStatus::Corrupt(Corrupt::Header);
    };
    match validation(header) {
        Err(why) => return PycStatus::Corrupt(why),
        Ok(stored) => {
            if let Some(why) = compare(stored, expected) {
                return PycStatus::Stale(why);
            }
        }
    }
    match body_code(body) {
        Ok(code) => PycStatus::Valid(code),
        Err(why) => PycStatus::Corrupt(why),
    }
}

fn word(header: &[u8; HEADER], at: usize) -> u32 {
    u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

fn validation(header: &[u8; HEADER]) -> Result<Validation, Corrupt> {
    match word(header, 4) {
        0 => Ok(Validation::Source {
            mtime: word(header, 8),
            size: word(header, 12),
        }),
        flags if flags & !(HASH_BASED | CHECK_SOURCE) != 0 || flags & HASH_BASED == 0 => {
            Err(Corrupt::Flags(flags))
        }
        flags => {
            let mut hash = [0; 8];
            hash.copy_from_slice(&header[8..]);
            Ok(Validation::Hash {
                hash,
                checked: flags & CHECK_SOURCE != 0,
            })
        }
    }
}

fn compare(stored: Validation, expected: Expected) -> Option<Stale> {
    match (stored, expected) {
        (_, Expected::Anything) | (Validation::Hash { checked: false, .. }, _) => None,
        (Validation::Source { mtime: stored, .. }, Expected::Source { mtime: source, .. })
            if stored != source =>
        {
            Some(Stale::Mtime { stored, source })
        }
        (Validation::Source { size: stored, .. }, Expected::Source { size: source, .. })
            if stored != source =>
        {
            Some(Stale::Size { stored, source })
        }
        (Validation::Source { .. }, Expected::Source { .. }) => None,
        (Validation::Hash { hash, .. }, Expected::Hash(source)) => {
            (hash != source).then_some(Stale::Hash)
        }
        (Validation::Hash { .. }, Expected::Source { .. }) => {
            Some(Stale::OtherKind { hash_based: true })
        }
        (Validation::Source { .. }, Expected::Hash(_)) => {
            Some(Stale::OtherKind { hash_based: false })
        }
    }
}

fn body_code(body: &[u8]) -> Result<Arc<Code>, Corrupt> {
    let Some((&[tag, size @ ..], rest)) = body.split_first_chunk::<5>() else {
        return Err(Corrupt::NoCode);
    };
    if tag & 0x7F != CODE_TYPE {
        return Err(Corrupt::NoCode);
    }
    let size = u32::from_le_bytes(size) as usize;
    let record = rest
        .get(..size)
        .ok_or(Corrupt::Record(MarshalError::TooShort))?;
    read_code(record).map_err(Corrupt::Record)
}
