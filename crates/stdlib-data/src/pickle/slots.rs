//! What an unpickler has numbered.

use std::collections::BTreeMap;

use taipan_object::Value;

/// Numbers beyond this one are only taken one after another into the table.
const DENSE: u64 = 1 << 16;

/// Objects by number. A pickle may use any numbers; those that leave gaps take no memory for them.
#[derive(Default)]
pub struct Slots {
    dense: Vec<Option<Value>>,
    sparse: BTreeMap<u64, Value>,
    len: usize,
}

impl Slots {
    pub fn len(&self) -> usize {
        self.len
    }
    #[inline]
    pub fn get(&self, index: u64) -> Option<Value> {
        match self.dense.get(index as usize) {
            Some(found) => found.clone(),
            None => self.sparse.get(&index).cloned(),
        }
    }
    #[inline]
    pub fn put(&mut self, index: u64, value: Value) {
        if index == self.dense.len() as u64 && self.sparse.is_empty() {
            self.dense.push(Some(value));
            self.len += 1;
            return;
        }
        self.put_anywhere(index, value);
    }
    fn put_anywhere(&mut self, index: u64, value: Value) {
        let end = self.dense.len() as u64;
        let old = if index < end || (index < DENSE && self.sparse.is_empty()) {
            let index = index as usize;
            if index >= self.dense.len() {
                self.dense.resize(index + 1, None);
            }
            self.dense[index].replace(value)
        } else {
            self.sparse.insert(index, value)
        };
        self.len += usize::from(old.is_none());
    }
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Value)> {
        let dense = self.dense.iter().enumerate();
        dense
            .filter_map(|(i, v)| Some((i as u64, v.as_ref()?)))
            .chain(self.sparse.iter().map(|(i, v)| (*i, v)))
    }
}
