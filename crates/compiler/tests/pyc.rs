//! Cached bytecode files: headers, staleness, and the magic number that must follow the format.

mod verify_support;

use std::hash::{Hash, Hasher};

use taipan_compiler::marshal::FORMAT_VERSION;
use taipan_compiler::opcode::*;
use taipan_compiler::pyc::*;

/// The magic number and the hash of the format that it stands for.
const KNOWN: (u16, u64) = (21_501, 0x61ffbae4a275df3);

/// A stable 64-bit hash (FNV-1a): the standard library's may change.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

#[test]
fn magic_follows_the_format() {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    FORMAT_VERSION.hash(&mut hasher);
    for op in Opcode::ALL {
        let line = format!("{op:?} {} {:?} {:?};", op.name(), op.operands(), op.flow());
        hasher.write(line.as_bytes());
    }
    let tables = [
        format!("{:?}", CommonConstant::ALL),
        format!("{:?}", SpecialMethod::ALL),
        format!("{:?}", Intrinsic1::ALL),
        format!("{:?}", Intrinsic2::ALL),
        format!("{:?}", FunctionAttribute::ALL),
    ];
    tables.iter().for_each(|t| hasher.write(t.as_bytes()));
    let hash = hasher.finish();
    assert!(
        KNOWN == (MAGIC, hash),
        "the instruction set or the stored form changed: raise MAGIC in crates/compiler/src/pyc.rs (now {MAGIC}) and write\n\
         const KNOWN: (u16, u64) = ({}, {hash:#x});\ninto crates/compiler/tests/pyc.rs",
        if KNOWN.0 == MAGIC { MAGIC + 1 } else { MAGIC }
    );
}

#[test]
fn headers() {
    let code = verify_support::sample();
    let by_time = write_pyc(&code, Validation::Source { mtime: 5, size: 6 });
    let read = |bytes: &[u8], expected| read_pyc(bytes, expected).to_string();
    assert_eq!(
        read(&by_time, Expected::Source { mtime: 5, size: 6 }),
        "valid"
    );
    assert_eq!(read(&by_time, Expected::Anything), "valid");
    assert_eq!(
        read(&by_time, Expected::Source { mtime: 7, size: 6 }),
        "stale: the source was modified at 7, not at 5"
    );
    assert_eq!(
        read(&by_time, Expected::Source { mtime: 5, size: 9 }),
        "stale: the source has 9 bytes, not 6"
    );
    let hash = source_hash(b"x = 1\n");
    let checked = write_pyc(
        &code,
        Validation::Hash {
            hash,
            checked: true,
        },
    );
    assert_eq!(checked[4..8], [3, 0, 0, 0]);
    assert_eq!(read(&checked, Expected::Hash(hash)), "valid");
    assert_eq!(
        read(&checked, Expected::Hash([0; 8])),
        "stale: the hash of the source has changed"
    );
    let unchecked = write_pyc(
        &code,
        Validation::Hash {
            hash,
            checked: false,
        },
    );
    assert_eq!(read(&unchecked, Expected::Hash([0; 8])), "valid");
    let mut bad = by_time.clone();
    bad[0] ^= 1;
    assert_eq!(
        read(&bad, Expected::Anything),
        "magic number 21500 instead of 21501"
    );
    bad = by_time.clone();
    bad[4] = 2;
    assert_eq!(read(&bad, Expected::Anything), "corrupt: invalid flags 0x2");
    bad = by_time.clone();
    *bad.last_mut().unwrap() ^= 1;
    assert_eq!(
        read(&bad, Expected::Anything),
        "corrupt: the checksum of the code does not fit: the file is damaged"
    );
    for n in 0..by_time.len() {
        assert!(
            matches!(
                read_pyc(&by_time[..n], Expected::Anything),
                PycStatus::Corrupt(_)
            ),
            "{n}"
        );
    }
}

/// `_imp.source_hash(3627 | 13 << 16 | 10 << 24, b"spam")` of CPython 3.14.
#[test]
fn hash_is_cpythons() {
    assert_eq!(keyed_hash(168_627_755, b"spam"), SPAM);
}
const SPAM: [u8; 8] = [1, 119, 116, 88, 122, 115, 59, 214];
