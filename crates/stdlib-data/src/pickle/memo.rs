//! What a pickler has written already, by identity.

use taipan_object::Value;

struct Slot {
    /// The object's word; 0: empty.
    key: u64,
    index: u64,
    /// Keeps the object alive, so that its word stays its own.
    object: Option<Value>,
}

/// A table from objects to their numbers in the pickle.
#[derive(Default)]
pub struct Memo {
    slots: Vec<Slot>,
    len: usize,
}

fn empty(size: usize) -> Vec<Slot> {
    let nothing = || Slot {
        key: 0,
        index: 0,
        object: None,
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
            let known = self.slots[at].key;
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
        (slot.key != 0).then_some(slot.index)
    }
    /// Numbers an object.
    #[inline]
    pub fn insert(&mut self, object: &Value, index: u64) {
        if self.len * 3 >= self.slots.len() * 2 {
            self.grow();
        }
        let at = self.place(object.word());
        let slot = &mut self.slots[at];
        self.len += usize::from(slot.key == 0);
        *slot = Slot {
            key: object.word(),
            index,
            object: Some(object.clone()),
        };
    }
    fn grow(&mut self) {
        let size = (self.slots.len() * 4).max(32);
        for slot in std::mem::replace(&mut self.slots, empty(size)) {
            if slot.key != 0 {
                let at = self.place(slot.key);
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
