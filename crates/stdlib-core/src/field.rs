//! [`Field`]: a place for a value inside a payload.

use std::cell::RefCell;

use taipan_object::Value;
use taipan_object::cells::ValueSlot;

/// A place for a value, one word. It may be used anywhere; displaced values die, which runs no Python code.
#[repr(transparent)]
pub struct Field(ValueSlot);

impl Default for Field {
    fn default() -> Field {
        Field::empty()
    }
}

impl Field {
    pub fn new(value: Value) -> Field {
        Field(ValueSlot::new(Some(value)))
    }
    pub const fn empty() -> Field {
        Field(ValueSlot::new(None))
    }
    /// A new reference to the value.
    #[inline]
    pub fn get(&self) -> Option<Value> {
        self.0.get()
    }
    #[inline]
    pub fn set(&self, value: Value) {
        let old = self.0.replace(Some(value));
        drop(old);
    }
    #[inline]
    pub fn take(&self) -> Option<Value> {
        self.0.take()
    }
    pub fn clear(&self) {
        drop(self.take());
    }
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.with(|v| v.is_none())
    }
    /// Whether the value is this object.
    #[inline]
    pub fn is(&self, object: &Value) -> bool {
        self.0.with(|v| v.is_some_and(|v| v.is(object)))
    }
    /// For `payload!`.
    #[inline]
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.with(|v| {
            if let Some(v) = v {
                visit(v)
            }
        });
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
