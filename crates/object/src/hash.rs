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
    use std::hash::Hasher;
    if bytes.is_empty() {
        return 0;
    }
    let (k0, k1) = SECRET.with(|s| s.get());
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(k0, k1);
    hasher.write(bytes);
    match hasher.finish() as i64 {
        -1 => -2,
        h => h,
    }
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
