//! What a pickler has written already, by identity.

use taipan_object::Value;

/// An object, which stays alive so that its word stays its own, and its number.
struct Slot {
    object: Option<Value>,
    index: u64,
}

impl Slot {
    #[inline(always)]
    fn key(&self) -> u64 {
        self.object.as_ref().map_or(0, Value::word)
    }
}

/// A table from objects to their numbers in the pickle.
#[derive(Default)]
pub struct Memo {
    slots: Vec<Slot>,
    len: usize,
}

fn empty(size: usize) -> Vec<Slot> {
    let nothing = || Slot {
        object: None,
        index: 0,
    };
    std::iter::repeat_with(nothing).take(size).collect()
}

impl Memo {
    pub fn len(&self) -> usize {
        self.len
    }
    #[inline]
    fn place(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = ((key >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        loop {
            let known = self.slots[at].key();
            if known == key || known == 0 {
                return at;
            }
            at = (at + 1) & mask;
        }
    }
    /// The number of an object.
    #[inline]
    pub fn get(&self, object: &Value) -> Option<u64> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = &self.slots[self.place(object.word())];
        slot.object.is_some().then_some(slot.index)
    }
    /// Numbers an object.
    #[inline]
    pub fn insert(&mut self, object: &Value, index: u64) {
        if self.len * 3 >= self.slots.len() * 2 {
            self.grow();
        }
        let at = self.place(object.word());
        let slot = &mut self.slots[at];
        self.len += usize::from(slot.object.is_none());
        *slot = Slot {
            object: Some(object.clone()),
            index,
        };
    }
    fn grow(&mut self) {
        let factor = if self.slots.len() < 1 << 16 { 4 } else { 2 };
        let size = (self.slots.len() * factor).max(32);
        for slot in std::mem::replace(&mut self.slots, empty(size)) {
            if slot.object.is_some() {
                let at = self.place(slot.key());
                self.slots[at] = slot;
            }
        }
    }
    /// Objects and their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&Value, u64)> {
        self.slots
            .iter()
            .filter_map(|s| Some((s.object.as_ref()?, s.index)))
    }
}
