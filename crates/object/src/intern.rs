//! Interned strings.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::header::Ref;
use crate::str::Str;
use crate::util::PtrHash;
use crate::vm::Vm;

/// Interned strings by hash of their text. They live as long as the interpreter.
#[derive(Default)]
pub struct InternTable {
    by_hash: RefCell<HashMap<u64, Vec<Ref<Str>>, PtrHash>>,
    /// What was last asked for, by the address of the text: code and signatures ask with the same text again.
    recent: RefCell<Vec<Option<Ref<Str>>>>,
}

/// Places of [`InternTable::recent`].
const RECENT: usize = 512;

/// A hash of the stored bytes, a word at a time; only for this table.
fn table_hash(bytes: &[u8]) -> u64 {
    let mut h = 0xCBF2_9CE4_8422_2325u64 ^ bytes.len() as u64;
    let mut mix = |word: u64| {
        h = (h ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        h ^= h >> 29;
    };
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|w| mix(u64::from_le_bytes(*w)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(u64::from_le_bytes(last));
    h
}

impl InternTable {
    /// The one interned string with this text; `s` itself if it is the first.
    pub fn intern(&self, s: &Ref<Str>) -> Ref<Str> {
        if s.interned.get() {
            return s.clone();
        }
        let mut table = self.by_hash.borrow_mut();
        let bucket = table.entry(table_hash(s.view().as_bytes())).or_default();
        if let Some(known) = bucket.iter().find(|k| k.same_text(s)) {
            return known.clone();
        }
        s.interned.set(true);
        bucket.push(s.clone());
        s.clone()
    }
    /// The interned string with this ASCII text, if there is one.
    fn find_ascii(&self, text: &str) -> Option<Ref<Str>> {
        let place = ((text.as_ptr() as usize >> 3) ^ (text.len() << 5)) % RECENT;
        // SAFETY: nothing borrows the list while this runs; comparing and counting runs no Python code.
        let recent = unsafe { &mut *self.recent.as_ptr() };
        if let Some(Some(known)) = recent.get(place)
            && known.is_ascii_str(text)
        {
            return Some(known.clone());
        }
        let table = self.by_hash.borrow();
        let bucket = table.get(&table_hash(text.as_bytes()))?;
        let found = bucket.iter().find(|k| k.is_ascii_str(text)).cloned()?;
        if recent.is_empty() {
            recent.resize(RECENT, None);
        }
        recent[place] = Some(found.clone());
        Some(found)
    }
    pub fn len(&self) -> usize {
        self.by_hash.borrow().values().map(Vec::len).sum()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Vm {
    /// `sys.intern`: the one object for this text. Instances of subclasses are left alone.
    pub fn intern(&self, s: &Ref<Str>) -> Ref<Str> {
        if s.ty().is(&self.types.str) {
            self.interned.intern(s)
        } else {
            s.clone()
        }
    }
    /// The interned string with this text.
    pub fn intern_str(&self, text: &str) -> Ref<Str> {
        match self.interned.find_ascii(text) {
            Some(known) => known,
            None => self.interned.intern(&self.new_str(text)),
        }
    }
}
