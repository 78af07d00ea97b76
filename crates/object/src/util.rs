//! Small shared tools.

use std::hash::{BuildHasherDefault, Hasher};

/// A hasher for addresses and small numbers: one multiplication.
#[derive(Default, Clone, Copy)]
pub struct PtrHasher(u64);

impl Hasher for PtrHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            // All bits count here: `write_u64` is for addresses.
            self.0 = (self.0 ^ u64::from_le_bytes(word))
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(20);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0 ^ (n >> 4))
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(20);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

pub type PtrHash = BuildHasherDefault<PtrHasher>;
