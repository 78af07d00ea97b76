//! The cache of class attribute lookups: type version and name to value.
//!
//! A type's version changes whenever an attribute of it or of a base changes, so
//! entries need no clearing. Values are not owned: the classes own them.

use std::cell::Cell;

const ENTRIES: usize = 4096;

/// One entry.
#[derive(Default)]
pub struct CacheEntry {
    version: Cell<u64>,
    name: Cell<usize>,
    /// Word of the value; 0: there is no such attribute.
    word: Cell<u64>,
}

impl CacheEntry {
    #[inline]
    pub fn get(&self, version: u64, name: usize) -> Option<u64> {
        (self.version.get() == version && self.name.get() == name).then(|| self.word.get())
    }
    #[inline]
    pub fn set(&self, version: u64, name: usize, word: u64) {
        self.version.set(version);
        self.name.set(name);
        self.word.set(word);
    }
}

/// The cache of one interpreter. Versions are never 0, so fresh entries match nothing.
pub struct LookupCache {
    entries: Box<[CacheEntry]>,
}

impl Default for LookupCache {
    fn default() -> Self {
        Self {
            entries: (0..ENTRIES).map(|_| CacheEntry::default()).collect(),
        }
    }
}

impl LookupCache {
    #[inline]
    pub fn entry(&self, version: u64, name: usize) -> &CacheEntry {
        let hash = (version as usize).wrapping_mul(31) ^ (name >> 4);
        &self.entries[hash & (ENTRIES - 1)]
    }
}
