//! Hash values: CPython's.

use crate::header::Ref;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Numeric hashes are residues modulo this prime (2**61 - 1).
pub const MODULUS: u64 = (1 << 61) - 1;

/// Hash of an integer that fits 64 bits.
#[inline]
pub fn hash_i64(n: i64) -> i64 {
    if n.unsigned_abs() < MODULUS {
        return if n == -1 { -2 } else { n };
    }
    let r = (n.unsigned_abs() % MODULUS) as i64;
    let h = if n < 0 { -r } else { r };
    if h == -1 { -2 } else { h }
}

thread_local! {
    /// Keys of SipHash; set when an interpreter is made.
    static SECRET: std::cell::Cell<(u64, u64)> = const { std::cell::Cell::new((0, 0)) };
}

/// Sets this thread's SipHash keys (those of the interpreter it runs).
pub fn set_secret(secret: (u64, u64)) {
    SECRET.with(|s| s.set(secret));
}

/// SipHash-1-3 of bytes, as CPython hashes str and bytes.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let (k0, k1) = SECRET.with(|s| s.get());
    match sip13(k0, k1, bytes) as i64 {
        -1 => -2,
        h => h,
    }
}

/// SipHash with one round a word and three at the end, over bytes that are all there:
/// a hasher that takes them piece by piece costs more than the hash of a short name.
#[inline]
pub fn sip13(k0: u64, k1: u64, bytes: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    #[inline(always)]
    fn round(v: &mut [u64; 4]) {
        v[0] = v[0].wrapping_add(v[1]);
        v[2] = v[2].wrapping_add(v[3]);
        v[1] = v[1].rotate_left(13) ^ v[0];
        v[3] = v[3].rotate_left(16) ^ v[2];
        v[0] = v[0].rotate_left(32);
        v[2] = v[2].wrapping_add(v[1]);
        v[0] = v[0].wrapping_add(v[3]);
        v[1] = v[1].rotate_left(17) ^ v[2];
        v[3] = v[3].rotate_left(21) ^ v[0];
        v[2] = v[2].rotate_left(32);
    }
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let m = u64::from_le_bytes(*word);
        v[3] ^= m;
        round(&mut v);
        v[0] ^= m;
    }
    let mut last = (bytes.len() as u64) << 56;
    for (i, byte) in rest.iter().enumerate() {
        last |= u64::from(*byte) << (8 * i);
    }
    v[3] ^= last;
    round(&mut v);
    v[0] ^= last;
    v[2] ^= 0xFF;
    round(&mut v);
    round(&mut v);
    round(&mut v);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

/// The hash of a string's text, cached in it.
#[inline]
pub fn str_hash_cached(s: &Ref<Str>) -> i64 {
    match s.hash.get() {
        0 => {
            let h = hash_bytes(s.view().as_bytes());
            s.hash.set(h);
            h
        }
        h => h,
    }
}

impl Vm {
    /// The hash of a small int, an exact str or an exact tuple of such; `None` for other objects.
    pub fn plain_hash(&self, object: &Value) -> Option<i64> {
        if let Some(n) = object.as_small_int() {
            return Some(hash_i64(n));
        }
        if let Some(s) = object.downcast_exact::<Str>(&self.types.str) {
            return Some(str_hash_cached(s));
        }
        let tuple = object.downcast_exact::<crate::tuple::Tuple>(&self.types.tuple)?;
        if tuple.hash.get() != 0 {
            return Some(tuple.hash.get());
        }
        let mut hash = crate::seq::SequenceHash::default();
        for item in tuple.items() {
            hash.add(match item.as_small_int() {
                Some(n) => hash_i64(n),
                None => str_hash_cached(item.downcast_exact::<Str>(&self.types.str)?),
            });
        }
        let hash = hash.finish_tuple(tuple.len());
        tuple.hash.set(hash);
        Some(hash)
    }
    /// `hash(object)`.
    ///
    /// # Errors
    /// TypeError for unhashable objects; what `__hash__` raises.
    #[inline]
    pub fn hash(&self, object: &Value) -> PyResult<i64> {
        if let Some(n) = object.as_small_int() {
            return Ok(hash_i64(n));
        }
        if let Some(s) = object.downcast_exact::<Str>(&self.types.str) {
            return Ok(str_hash_cached(s));
        }
        let ty = self.type_of(object);
        match ty.slots.hash.get() {
            Some(f) => f(self, object),
            None => Err(self.type_error(format!("unhashable type: '{}'", ty.display_name()))),
        }
    }
}
