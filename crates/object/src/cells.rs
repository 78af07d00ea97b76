//! Guarded fields of payloads that own a reference.

use std::cell::UnsafeCell;

use crate::header::Ref;
use crate::value::Value;

/// A field that holds an owned reference or nothing, read without counting.
#[repr(transparent)]
pub struct Slot<T>(UnsafeCell<Option<T>>);

/// A slot for any value.
pub type ValueSlot = Slot<Value>;
/// A slot for an object with a known payload.
pub type RefSlot<T> = Slot<Ref<T>>;

impl<T> Slot<T> {
    pub const fn new(value: Option<T>) -> Self {
        Self(UnsafeCell::new(value))
    }
    /// Reads the content. `f` must neither run Python code (it gets no `Vm`) nor reach this slot.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        // SAFETY: by the contract of `f` nothing replaces the content meanwhile.
        f(unsafe { (*self.0.get()).as_ref() })
    }
    /// Puts something else in; the caller drops what was there.
    #[inline(always)]
    pub fn replace(&self, value: Option<T>) -> Option<T> {
        // SAFETY: no borrow of the content is alive: `with` does not reach this slot.
        unsafe { std::mem::replace(&mut *self.0.get(), value) }
    }
    #[inline(always)]
    pub fn take(&self) -> Option<T> {
        self.replace(None)
    }
}

impl<T: Clone> Slot<T> {
    /// A new reference to the content.
    #[inline(always)]
    pub fn get(&self) -> Option<T> {
        self.with(|v| v.cloned())
    }
}
