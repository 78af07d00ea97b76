//! [`Value`]: one word that owns a reference to a Python object.
//!
//! The encoding is Ruby's: numbers live inside the word.
//!
//! | low bits | meaning |
//! | --- | --- |
//! | `…1` | an integer of 63 bits: `n << 1 \| 1` |
//! | `…10` | a float whose exponent is in the common range, rotated by 3 |
//! | `…100` | a singleton: None, False, True, Ellipsis, NotImplemented |
//! | `…000` | a pointer to an [`ObjectHeader`], never null |
//!
//! Identity of exact ints and floats is equality of these words; a float that
//! does not fit, and every NaN, is a heap object.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;

use crate::header::ObjectHeader;

/// The bit patterns, for the interpreter loop and compiled code.
pub mod encoding {
    pub const INT_TAG: u64 = 1;
    pub const FLOAT_TAG: u64 = 2;
    pub const NONE: u64 = 0x04;
    pub const FALSE: u64 = 0x0C;
    pub const TRUE: u64 = 0x14;
    pub const ELLIPSIS: u64 = 0x1C;
    pub const NOT_IMPLEMENTED: u64 = 0x24;
    /// The word for `0.0`.
    pub const FLOAT_ZERO: u64 = 0x8000_0000_0000_0002;
    pub const MIN_INT: i64 = -(1 << 62);
    pub const MAX_INT: i64 = (1 << 62) - 1;

    /// The word of an integer that fits.
    #[inline(always)]
    pub const fn int(n: i64) -> Option<u64> {
        if n >= MIN_INT && n <= MAX_INT {
            Some((n as u64) << 1 | INT_TAG)
        } else {
            None
        }
    }
    #[inline(always)]
    pub const fn is_int(word: u64) -> bool {
        word & INT_TAG != 0
    }
    #[inline(always)]
    pub const fn as_int(word: u64) -> i64 {
        word as i64 >> 1
    }
    #[inline(always)]
    pub const fn is_float(word: u64) -> bool {
        word & 3 == FLOAT_TAG
    }
    /// The word of a float that fits. NaN and infinities never fit.
    #[inline(always)]
    pub const fn float(x: f64) -> Option<u64> {
        let bits = x.to_bits();
        let top = (bits >> 60) & 7;
        // Exponents whose top bits are 011 or 100.
        if (top == 3 || top == 4) && bits != 0x3000_0000_0000_0000 {
            Some((bits.rotate_left(3) & !3) | FLOAT_TAG)
        } else if bits == 0 {
            Some(FLOAT_ZERO)
        } else {
            None
        }
    }
    #[inline(always)]
    pub const fn as_float(word: u64) -> f64 {
        if word == FLOAT_ZERO {
            0.0
        } else {
            let sign = word >> 63;
            f64::from_bits(((2 - sign) | (word & !3)).rotate_right(3))
        }
    }
    /// Whether a word is a heap pointer. Zero ("no value") is none.
    #[inline(always)]
    pub const fn is_heap(word: u64) -> bool {
        word & 7 == 0 && word != 0
    }
}

/// A Python value: owns one reference. `Clone` counts up, `Drop` counts down.
///
/// Dropping never runs Python code; objects that must run some when they die
/// go onto the heap's queue of finalisers.
#[repr(transparent)]
pub struct Value(NonZeroU64, PhantomData<*mut ()>);

impl Value {
    pub const NONE: Value = Value::constant(encoding::NONE);
    pub const FALSE: Value = Value::constant(encoding::FALSE);
    pub const TRUE: Value = Value::constant(encoding::TRUE);
    pub const ELLIPSIS: Value = Value::constant(encoding::ELLIPSIS);
    pub const NOT_IMPLEMENTED: Value = Value::constant(encoding::NOT_IMPLEMENTED);

    const fn constant(word: u64) -> Value {
        match NonZeroU64::new(word) {
            Some(w) => Value(w, PhantomData),
            None => panic!("zero is no value"),
        }
    }

    /// Takes over a word.
    ///
    /// # Safety
    /// The word must be a valid encoding and, if a pointer, carry one reference that becomes this value's.
    #[inline(always)]
    pub const unsafe fn from_word(word: u64) -> Value {
        // SAFETY: the caller vouches for a valid, hence non-zero, word.
        Value(unsafe { NonZeroU64::new_unchecked(word) }, PhantomData)
    }
    /// The word, still owned by `self`.
    #[inline(always)]
    pub const fn word(&self) -> u64 {
        self.0.get()
    }
    /// Gives up the word with its reference.
    #[inline(always)]
    pub fn into_word(self) -> u64 {
        ManuallyDrop::new(self).0.get()
    }
    /// Views a stored word as a value without counting.
    ///
    /// # Safety
    /// `*word` must be a valid, non-zero encoding for as long as the borrow lives.
    #[inline(always)]
    pub const unsafe fn borrow_word(word: &u64) -> &Value {
        // SAFETY: Value is a transparent wrapper of a non-zero u64.
        unsafe { &*(word as *const u64 as *const Value) }
    }

    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }
    /// An integer that fits the word (63 bits).
    #[inline(always)]
    pub const fn small_int(n: i64) -> Option<Value> {
        match encoding::int(n) {
            // SAFETY: an immediate owns nothing.
            Some(w) => Some(unsafe { Value::from_word(w) }),
            None => None,
        }
    }
    /// A float that fits the word.
    #[inline(always)]
    pub const fn small_float(x: f64) -> Option<Value> {
        match encoding::float(x) {
            // SAFETY: an immediate owns nothing.
            Some(w) => Some(unsafe { Value::from_word(w) }),
            None => None,
        }
    }

    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.word() == encoding::NONE
    }
    #[inline(always)]
    pub fn is_true(&self) -> bool {
        self.word() == encoding::TRUE
    }
    #[inline(always)]
    pub fn is_false(&self) -> bool {
        self.word() == encoding::FALSE
    }
    #[inline(always)]
    pub fn is_not_implemented(&self) -> bool {
        self.word() == encoding::NOT_IMPLEMENTED
    }
    /// The integer inside the word (not bools, not heap integers).
    #[inline(always)]
    pub fn as_small_int(&self) -> Option<i64> {
        encoding::is_int(self.word()).then(|| encoding::as_int(self.word()))
    }
    /// The float inside the word (not heap floats).
    #[inline(always)]
    pub fn as_small_float(&self) -> Option<f64> {
        encoding::is_float(self.word()).then(|| encoding::as_float(self.word()))
    }
    /// True or False, exactly.
    #[inline(always)]
    pub fn as_bool(&self) -> Option<bool> {
        match self.word() {
            encoding::TRUE => Some(true),
            encoding::FALSE => Some(false),
            _ => None,
        }
    }
    #[inline(always)]
    pub fn is_heap(&self) -> bool {
        self.word() & 7 == 0
    }
    /// The object's header, for heap objects.
    #[inline(always)]
    pub fn header(&self) -> Option<&ObjectHeader> {
        // SAFETY: a heap word points to a live object while this reference owns it.
        self.is_heap()
            .then(|| unsafe { &*(self.word() as *const ObjectHeader) })
            .inspect(|header| crate::hostile::check_live(*header))
    }
    /// Python's `is`.
    #[inline(always)]
    pub fn is(&self, other: &Value) -> bool {
        self.word() == other.word()
    }
    /// Python's `id()`: immediates never share one with an object.
    pub fn id(&self) -> u64 {
        self.word()
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if let Some(header) = self.header() {
            header.retain();
        }
        Value(self.0, PhantomData)
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        if self.is_heap() {
            // SAFETY: this value owns one reference to a live object and gives it up.
            unsafe { ObjectHeader::release(self.word() as *mut ObjectHeader) }
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.word() {
            encoding::NONE => f.write_str("None"),
            encoding::TRUE => f.write_str("True"),
            encoding::FALSE => f.write_str("False"),
            encoding::ELLIPSIS => f.write_str("Ellipsis"),
            encoding::NOT_IMPLEMENTED => f.write_str("NotImplemented"),
            w if encoding::is_int(w) => write!(f, "{}", encoding::as_int(w)),
            w if encoding::is_float(w) => write!(f, "{:?}", encoding::as_float(w)),
            w => write!(
                f,
                "<{} at {w:#x}>",
                self.header().map_or("?", |h| h.ty().vtable.name)
            ),
        }
    }
}

const _: () = assert!(size_of::<Option<Value>>() == 8);
