//! [`Field`]: a place for a value inside a payload.

use std::cell::RefCell;

use taipan_object::Value;

/// A place for a value. No borrow of it lasts beyond a call, so it may be used
/// anywhere; displaced values die, which runs no Python code.
#[derive(Default)]
pub struct Field(RefCell<Option<Value>>);

impl Field {
    pub fn new(value: Value) -> Field {
        Field(RefCell::new(Some(value)))
    }
    pub fn empty() -> Field {
        Field::default()
    }
    /// A new reference to the value.
    #[inline]
    pub fn get(&self) -> Option<Value> {
        self.0.borrow().clone()
    }
    #[inline]
    pub fn set(&self, value: Value) {
        let old = self.0.borrow_mut().replace(value);
        drop(old);
    }
    #[inline]
    pub fn take(&self) -> Option<Value> {
        self.0.borrow_mut().take()
    }
    pub fn clear(&self) {
        drop(self.take());
    }
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_none()
    }
    /// For `payload!`.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.borrow().iter().for_each(visit);
    }
}

/// A growing list of values inside a payload, with the same promise.
#[derive(Default)]
pub struct Fields(RefCell<Vec<Value>>);

impl Fields {
    pub fn new(values: Vec<Value>) -> Fields {
        Fields(RefCell::new(values))
    }
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value> {
        self.0.borrow().get(index).cloned()
    }
    pub fn push(&self, value: Value) {
        self.0.borrow_mut().push(value);
    }
    pub fn clear(&self) {
        let old = std::mem::take(&mut *self.0.borrow_mut());
        drop(old);
    }
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.borrow().iter().for_each(visit);
    }
}
