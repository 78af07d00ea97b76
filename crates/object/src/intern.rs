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
}

/// FNV-1a over the stored bytes; only for this table.
fn table_hash(s: &Str) -> u64 {
    let mut h = 0xCBF2_9CE4_8422_2325u64;
    for &b in s.view().as_bytes() {
        h = (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3);
    }
    h
}

impl InternTable {
    /// The one interned string with this text; `s` itself if it is the first.
    pub fn intern(&self, s: &Ref<Str>) -> Ref<Str> {
        if s.interned.get() {
            return s.clone();
        }
        let mut table = self.by_hash.borrow_mut();
        let bucket = table.entry(table_hash(s)).or_default();
        if let Some(known) = bucket.iter().find(|k| k.same_text(s)) {
            return known.clone();
        }
        s.interned.set(true);
        bucket.push(s.clone());
        s.clone()
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
        self.interned.intern(&self.new_str(text))
    }
}
