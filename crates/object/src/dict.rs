//! The payload of `dict`: insertion-ordered, compact, open addressing.
//!
//! Entries lie in an array in insertion order (hash, key, value; a deleted
//! entry has no key); an index table maps hash probes to entries, with
//! CPython's probing. `keys_version` changes whenever an entry is added, moved
//! or removed (not when a value is replaced), so that inline caches may
//! remember an entry's index.
//!
//! Looking a key up may run Python code (`__eq__`), which may change this very
//! dict: comparisons happen outside any borrow, and the probe starts again when
//! `keys_version` changed.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::header::Ref;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// One entry. A deleted one has neither key nor value.
#[repr(C)]
pub struct Entry {
    pub hash: i64,
    pub key: Option<Value>,
    pub value: Option<Value>,
}

impl Entry {
    pub const VALUE_OFFSET: usize = 16;
}

/// Set in [`Dict::flags`]: some entry is watched; stores must be told to the machine.
pub const WATCHED: u32 = 1;

/// The payload of `dict`.
#[repr(C)]
pub struct Dict {
    /// Address of the first entry, for compiled code.
    entries_ptr: Cell<*mut Entry>,
    /// Identifies the present keys and their places; no two states of any dict share one.
    /// 0: not asked for since the last change.
    keys_version: Cell<u64>,
    /// Live entries.
    len: Cell<usize>,
    pub flags: Cell<u32>,
    table: UnsafeCell<Table>,
}

struct Table {
    entries: Vec<Entry>,
    /// Power-of-two many; entry number, EMPTY or DELETED.
    indices: Box<[i32]>,
    /// Every key is exactly a str, so lookups by str run no Python code.
    only_str: bool,
    /// Index places that are not EMPTY; there is always an EMPTY one to end a probe.
    fill: usize,
    /// No live entry lies before this number: a queue does not walk over what it took out.
    first: usize,
    /// Entries (by number) that compiled code relies on.
    watched: Vec<u32>,
}

impl Table {
    /// The place of a str among the str keys.
    #[inline(always)]
    fn find_str(&self, key: &Ref<Str>, hash: i64) -> Option<usize> {
        let mut seq = ProbeSeq::new(hash, self.indices.len() - 1);
        loop {
            match self.indices[seq.at] {
                EMPTY => return None,
                DELETED => {}
                index => {
                    let entry = &self.entries[index as usize];
                    if let Some(known) = &entry.key {
                        if known.is(key.as_value()) {
                            return Some(index as usize);
                        }
                        if entry.hash == hash
                            && known.downcast::<Str>().is_some_and(|k| k.same_text(key))
                        {
                            return Some(index as usize);
                        }
                    }
                }
            }
            seq.advance();
        }
    }
}

/// A str that is no instance of a subclass: those may define `__eq__` and `__hash__`.
#[inline(always)]
fn plain_str(key: &Value) -> Option<&Ref<Str>> {
    key.downcast::<Str>()
        .filter(|s| !s.ty().has(crate::ty::TypeFlags::HEAP))
}

/// Whether two keys are equal, where telling so runs no Python code.
fn plain_equal(a: &Value, b: &Value) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    if let (Some(a), Some(b)) = (plain_str(a), plain_str(b)) {
        return Some(a.same_text(b));
    }
    if a.as_small_int().is_some() && b.as_small_int().is_some() {
        // Small ints that are not identical are not equal.
        return Some(false);
    }
    let (a, b) = (plain_tuple(a)?, plain_tuple(b)?);
    if a.len() != b.len() {
        return Some(false);
    }
    for (x, y) in a.iter().zip(b) {
        if !atoms_equal(x, y)? {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether two items of tuples are equal, each of them a str or a small integer.
#[inline(always)]
fn atoms_equal(a: &Value, b: &Value) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    match (a.as_small_int(), b.as_small_int()) {
        (Some(_), Some(_)) => Some(false),
        (None, None) => Some(plain_str(a)?.same_text(plain_str(b)?)),
        (None, Some(_)) => plain_str(a).map(|_| false),
        (Some(_), None) => plain_str(b).map(|_| false),
    }
}

/// The items of a tuple that is no instance of a subclass.
fn plain_tuple(key: &Value) -> Option<&[Value]> {
    key.downcast::<crate::tuple::Tuple>()
        .filter(|t| !t.ty().has(crate::ty::TypeFlags::HEAP))
        .map(|t| t.items())
}

const EMPTY: i32 = -1;
const DELETED: i32 = -2;
const MIN_INDICES: usize = 8;

/// What a probe found.
enum Probe {
    /// An entry with this number.
    Found(usize),
    /// No such key.
    Absent,
    /// This entry's key has the same hash: it must be compared by Python.
    Compare(usize),
}

/// Perturbed probing of an index table, as CPython's.
struct ProbeSeq {
    mask: usize,
    perturb: u64,
    at: usize,
}

impl ProbeSeq {
    #[inline(always)]
    fn new(hash: i64, mask: usize) -> Self {
        Self {
            mask,
            perturb: hash as u64,
            at: hash as usize & mask,
        }
    }
    #[inline(always)]
    fn advance(&mut self) {
        self.perturb >>= 5;
        self.at = (self
            .at
            .wrapping_mul(5)
            .wrapping_add(self.perturb as usize)
            .wrapping_add(1))
            & self.mask;
    }
}

fn next_version() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Default for Dict {
    fn default() -> Self {
        Self::new()
    }
}

impl Dict {
    pub const ENTRIES_OFFSET: usize = 16;
    pub const KEYS_VERSION_OFFSET: usize = 24;
    pub const LEN_OFFSET: usize = 32;
    pub const FLAGS_OFFSET: usize = 40;

    pub fn new() -> Self {
        Self {
            entries_ptr: Cell::new(std::ptr::dangling_mut()),
            keys_version: Cell::new(0),
            len: Cell::new(0),
            flags: Cell::new(0),
            table: UnsafeCell::new(Table {
                entries: Vec::new(),
                indices: Box::default(),
                only_str: true,
                fill: 0,
                first: 0,
                watched: Vec::new(),
            }),
        }
    }

    #[expect(clippy::mut_from_ref, reason = "interior mutability, see SAFETY")]
    #[inline(always)]
    fn table(&self) -> &mut Table {
        // SAFETY: private; no caller runs Python code or reaches this dict again while it holds the borrow.
        unsafe { &mut *self.table.get() }
    }
    /// Tells the mirrors that the keys or their places changed.
    fn keys_changed(&self) {
        self.keys_version.set(0);
        self.entries_ptr.set(self.table().entries.as_mut_ptr());
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    #[inline(always)]
    pub fn keys_version(&self) -> u64 {
        if self.keys_version.get() == 0 {
            self.keys_version.set(next_version());
        }
        self.keys_version.get()
    }

    /// Number of entry places, deleted ones included: bound for [`Dict::entry_at`].
    #[inline]
    pub fn entry_count(&self) -> usize {
        self.table().entries.len()
    }
    /// New references to the key and value of an entry place, with its hash.
    #[inline]
    pub fn entry_at(&self, index: usize) -> Option<(i64, Value, Value)> {
        let e = self.table().entries.get(index)?;
        Some((e.hash, e.key.clone()?, e.value.clone()?))
    }
    /// A new reference to the value of an entry place.
    #[inline(always)]
    pub fn value_at(&self, index: usize) -> Option<Value> {
        self.table().entries.get(index)?.value.clone()
    }
    /// Replaces the value of a live entry place (`keys_version` unchanged); gives back the old one.
    #[inline]
    pub fn replace_value_at(&self, index: usize, value: Value) -> Option<Value> {
        self.table().entries.get_mut(index)?.value.replace(value)
    }
    /// The value word of an entry place, borrowed, for caches that checked `keys_version`.
    ///
    /// # Safety
    /// The place is live.
    #[inline(always)]
    pub unsafe fn word_at(&self, index: usize) -> u64 {
        // SAFETY: entries_ptr points to the entries; the place is live.
        unsafe {
            (*self.entries_ptr.get().add(index))
                .value
                .as_ref()
                .map_or(0, Value::word)
        }
    }
    /// Replaces the value word of a live place; ownership is exchanged.
    ///
    /// # Safety
    /// The place is live and `word` an owned value.
    #[inline(always)]
    pub unsafe fn replace_word_at(&self, index: usize, word: u64) -> u64 {
        // SAFETY: as above.
        unsafe {
            (*self.entries_ptr.get().add(index))
                .value
                .replace(Value::from_word(word))
                .map_or(0, Value::into_word)
        }
    }
    /// The first live entry at or after `index`, borrowed: for callers that touch nothing else meanwhile.
    #[inline(always)]
    pub(crate) fn next_live(&self, index: usize) -> Option<(usize, &Value, &Value)> {
        let table: &Table = self.table();
        let mut index = index.max(table.first);
        while let Some(e) = table.entries.get(index) {
            if let (Some(k), Some(v)) = (&e.key, &e.value) {
                return Some((index, k, v));
            }
            index += 1;
        }
        None
    }
    /// The first live entry at or after `index`.
    pub fn next_entry(&self, index: usize) -> Option<(usize, i64, Value, Value)> {
        let entries = &self.table().entries;
        let mut index = index.max(self.table().first);
        while let Some(e) = entries.get(index) {
            if let (Some(k), Some(v)) = (&e.key, &e.value) {
                return Some((index, e.hash, k.clone(), v.clone()));
            }
            index += 1;
        }
        None
    }
    /// The last live entry before `end`.
    pub fn previous_entry(&self, end: usize) -> Option<(usize, i64, Value, Value)> {
        let entries = &self.table().entries;
        (0..end.min(entries.len())).rev().find_map(|i| {
            let e = &entries[i];
            Some((i, e.hash, e.key.clone()?, e.value.clone()?))
        })
    }
    /// New references to all keys and values, in order.
    pub fn items(&self) -> Vec<(Value, Value)> {
        self.table()
            .entries
            .iter()
            .filter_map(|e| Some((e.key.clone()?, e.value.clone()?)))
            .collect()
    }
    pub fn keys(&self) -> Vec<Value> {
        self.table()
            .entries
            .iter()
            .filter_map(|e| e.key.clone())
            .collect()
    }

    // ---- lookup

    /// One probe without running Python code. Entries in `skip` are known to be unequal.
    #[inline]
    fn probe(&self, key: &Value, hash: i64, skip: &[usize]) -> Probe {
        let table = self.table();
        if table.indices.is_empty() {
            return Probe::Absent;
        }
        let text = plain_str(key);
        if table.only_str
            && let Some(text) = text
        {
            return table
                .find_str(text, hash)
                .map_or(Probe::Absent, Probe::Found);
        }
        let mut seq = ProbeSeq::new(hash, table.indices.len() - 1);
        loop {
            match table.indices[seq.at] {
                EMPTY => return Probe::Absent,
                DELETED => {}
                index => {
                    let index = index as usize;
                    let entry = &table.entries[index];
                    if let Some(known) = &entry.key {
                        if known.is(key) {
                            return Probe::Found(index);
                        }
                        if entry.hash == hash && !skip.contains(&index) {
                            match plain_equal(known, key) {
                                Some(true) => return Probe::Found(index),
                                Some(false) => {}
                                None => return Probe::Compare(index),
                            }
                        }
                    }
                }
            }
            seq.advance();
        }
    }

    /// As [`Dict::find`] where that runs no Python code; `None`: it would.
    #[inline]
    pub fn find_plain(&self, key: &Value, hash: i64) -> Option<Option<usize>> {
        match self.probe(key, hash, &[]) {
            Probe::Found(i) => Some(Some(i)),
            Probe::Absent => Some(None),
            Probe::Compare(_) => None,
        }
    }
    /// The place of a key.
    ///
    /// # Errors
    /// What the keys' `__eq__` raise.
    #[inline]
    pub fn find(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<Option<usize>> {
        match self.probe(key, hash, &[]) {
            Probe::Found(i) => Ok(Some(i)),
            Probe::Absent => Ok(None),
            Probe::Compare(i) => self.find_comparing(vm, key, hash, i),
        }
    }

    #[cold]
    fn find_comparing(
        &self,
        vm: &Vm,
        key: &Value,
        hash: i64,
        first: usize,
    ) -> PyResult<Option<usize>> {
        let mut skip: Vec<usize> = Vec::new();
        let mut index = first;
        loop {
            let version = self.keys_version();
            let Some((_, known, _)) = self.entry_at(index) else {
                return Ok(None);
            };
            let equal = vm.eq(&known, key)?;
            if self.keys_version() != version {
                skip.clear();
            } else if equal {
                return Ok(Some(index));
            } else {
                skip.push(index);
            }
            match self.probe(key, hash, &skip) {
                Probe::Found(i) => return Ok(Some(i)),
                Probe::Absent => return Ok(None),
                Probe::Compare(i) => index = i,
            }
        }
    }

    /// The place of an interned (or any exact) str; runs no Python code. Keys that
    /// are not exact strings are not compared: for namespaces.
    #[inline]
    pub fn find_str(&self, key: &Ref<Str>) -> Option<usize> {
        let table = self.table();
        if table.indices.is_empty() {
            return None;
        }
        table.find_str(key, crate::hash::str_hash_cached(key))
    }
    /// Whether looking up an exact str runs no Python code.
    pub fn only_str(&self) -> bool {
        self.table().only_str
    }
    /// The value of a str key; runs no Python code (see [`Dict::find_str`]).
    #[inline]
    pub fn get_str(&self, key: &Ref<Str>) -> Option<Value> {
        self.value_at(self.find_str(key)?)
    }
    /// The value of a key.
    ///
    /// # Errors
    /// TypeError for an unhashable key; what `__hash__` and `__eq__` raise.
    #[inline]
    pub fn get(&self, vm: &Vm, key: &Value) -> PyResult<Option<Value>> {
        let hash = vm.hash_key(key)?;
        Ok(self.find(vm, key, hash)?.and_then(|i| self.value_at(i)))
    }

    // ---- change

    /// Adds an entry whose key is known to be absent.
    pub(crate) fn push(&self, hash: i64, key: Value, value: Value) {
        let table = self.table();
        if table.fill.max(table.entries.len()) * 3 >= table.indices.len() * 2 {
            self.rebuild(self.len.get() + self.len.get() / 4 + 1);
        }
        let table = self.table();
        if table.only_str && plain_str(&key).is_none() {
            table.only_str = false;
        }
        let mut seq = ProbeSeq::new(hash, table.indices.len() - 1);
        while table.indices[seq.at] >= 0 {
            seq.advance();
        }
        table.fill += usize::from(table.indices[seq.at] == EMPTY);
        table.indices[seq.at] = table.entries.len() as i32;
        table.entries.push(Entry {
            hash,
            key: Some(key),
            value: Some(value),
        });
        self.len.set(self.len.get() + 1);
        self.keys_changed();
    }

    /// Makes an index table for `want` entries and drops deleted places.
    fn rebuild(&self, want: usize) {
        let table = self.table();
        if table.entries.len() != self.len.get() {
            if !table.watched.is_empty() {
                let mut moved = Vec::new();
                let mut live = 0;
                for (i, e) in table.entries.iter().enumerate() {
                    if table.watched.contains(&(i as u32)) && e.key.is_some() {
                        moved.push(live);
                    }
                    live += u32::from(e.key.is_some());
                }
                table.watched = moved;
            }
            table.entries.retain(|e| e.key.is_some());
        }
        let size = (want.max(self.len.get()) * 3 / 2 + 1)
            .next_power_of_two()
            .max(MIN_INDICES);
        if size != table.indices.len() {
            table.indices = vec![EMPTY; size].into_boxed_slice();
        } else {
            table.indices.fill(EMPTY);
        }
        // As many entries as the index table takes.
        let room = size * 2 / 3 + 1;
        table
            .entries
            .reserve_exact(room.saturating_sub(table.entries.len()));
        for (i, e) in table.entries.iter().enumerate() {
            let mut seq = ProbeSeq::new(e.hash, size - 1);
            while table.indices[seq.at] >= 0 {
                seq.advance();
            }
            table.indices[seq.at] = i as i32;
        }
        table.fill = table.entries.len();
        table.first = 0;
        self.keys_changed();
    }

    /// Makes the entry at a live place the last one or the first one; the latter takes linear time.
    pub fn move_to_end(&self, vm: &Vm, index: usize, last: bool) {
        if last {
            let hash = self.table().entries.get(index).map(|e| e.hash);
            if let (Some(hash), Some((key, value))) = (hash, self.remove_at(vm, index)) {
                self.push(hash, key, value);
            }
            return;
        }
        let table = self.table();
        if index >= table.entries.len() {
            return;
        }
        table.entries[..=index].rotate_right(1);
        for place in &mut table.watched {
            *place = match *place as usize {
                w if w == index => 0,
                w if w < index => *place + 1,
                _ => *place,
            };
        }
        self.rebuild(self.len.get());
    }

    /// Sets a key; gives back the displaced value.
    ///
    /// # Errors
    /// What the keys' `__eq__` raise.
    pub fn insert_hashed(
        &self,
        vm: &Vm,
        key: Value,
        hash: i64,
        value: Value,
    ) -> PyResult<Option<Value>> {
        match self.find(vm, &key, hash)? {
            Some(i) => {
                let old = self.replace_value_at(i, value);
                if self.flags.get() & WATCHED != 0 {
                    self.tell_watchers(vm, i, &key);
                }
                Ok(old)
            }
            None => {
                if self.flags.get() & WATCHED == 0 {
                    self.push(hash, key, value);
                } else {
                    self.push(hash, key.clone(), value);
                    crate::watch::keys_changed(vm, self, &key);
                }
                Ok(None)
            }
        }
    }
    /// `d[key] = value`.
    #[inline]
    pub fn insert(&self, vm: &Vm, key: Value, value: Value) -> PyResult<()> {
        let hash = vm.hash_key(&key)?;
        self.insert_hashed(vm, key, hash, value).map(drop)
    }
    /// Sets a str key; runs no Python code.
    pub fn insert_str(&self, vm: &Vm, key: &Ref<Str>, value: Value) {
        match self.find_str(key) {
            Some(i) => {
                let old = self.replace_value_at(i, value);
                if self.flags.get() & WATCHED != 0 {
                    self.tell_watchers(vm, i, key.as_value());
                }
                drop(old);
            }
            None => {
                self.push(crate::hash::str_hash_cached(key), key.to_value(), value);
                if self.flags.get() & WATCHED != 0 {
                    crate::watch::keys_changed(vm, self, key.as_value());
                }
            }
        }
    }
    /// Removes the entry at a live place; gives back key and value.
    pub fn remove_at(&self, vm: &Vm, index: usize) -> Option<(Value, Value)> {
        let table = self.table();
        let entry = table.entries.get_mut(index)?;
        let key = entry.key.take()?;
        let value = entry.value.take()?;
        let hash = entry.hash;
        let mut seq = ProbeSeq::new(hash, table.indices.len() - 1);
        while table.indices[seq.at] != index as i32 {
            seq.advance();
        }
        table.indices[seq.at] = DELETED;
        if index == table.first {
            table.first += 1;
        }
        self.len.set(self.len.get() - 1);
        if self.len.get() == 0 {
            // A fresh start: no deleted places to probe through. A large table is not worth wiping each time.
            table.entries.clear();
            if table.indices.len() > 64 {
                table.indices = Box::default()
            } else {
                table.indices.fill(EMPTY)
            }
            table.only_str = true;
            table.fill = 0;
            table.first = 0;
        } else if index + 1 == table.entries.len() {
            while table.entries.last().is_some_and(|e| e.key.is_none()) {
                table.entries.pop();
            }
        }
        self.keys_changed();
        if self.flags.get() & WATCHED != 0 {
            crate::watch::keys_changed(vm, self, &key);
        }
        Some((key, value))
    }
    /// Removes a key; gives back its value.
    pub fn remove(&self, vm: &Vm, key: &Value) -> PyResult<Option<Value>> {
        let hash = vm.hash_key(key)?;
        Ok(self
            .find(vm, key, hash)?
            .and_then(|i| self.remove_at(vm, i))
            .map(|(_, v)| v))
    }
    /// Removes a str key; runs no Python code.
    pub fn remove_str(&self, vm: &Vm, key: &Ref<Str>) -> Option<Value> {
        self.remove_at(vm, self.find_str(key)?).map(|(_, v)| v)
    }
    /// Removes everything; gives back the entries, to be dropped.
    #[must_use]
    pub fn take_entries(&self) -> Vec<Entry> {
        let table = self.table();
        let entries = std::mem::take(&mut table.entries);
        table.indices = Box::default();
        table.only_str = true;
        table.fill = 0;
        table.first = 0;
        table.watched.clear();
        self.len.set(0);
        self.keys_changed();
        entries
    }
    /// Removes everything (for the collector).
    pub fn clear_entries(&self) {
        drop(self.take_entries());
    }
    /// A dict with the same entries.
    pub fn copy(&self) -> Dict {
        let copy = Dict::new();
        let (from, to) = (self.table(), copy.table());
        let copied = |e: &Entry| Entry {
            hash: e.hash,
            key: e.key.clone(),
            value: e.value.clone(),
        };
        if from.entries.len() == self.len.get() {
            to.entries = from.entries.iter().map(copied).collect();
        } else {
            let live = from.entries.iter().filter(|e| e.key.is_some());
            to.entries = live.map(copied).collect();
        }
        to.only_str = from.only_str;
        copy.len.set(self.len.get());
        if from.entries.len() == self.len.get() && from.fill == self.len.get() {
            to.indices = from.indices.clone();
            to.fill = from.fill;
            copy.keys_changed();
        } else {
            copy.rebuild(self.len.get());
        }
        copy
    }
    /// Takes the entries of another dict, which is fresh and in nobody else's hands; gives back the old entries.
    #[must_use]
    pub fn replace_with(&self, other: Dict) -> Vec<Entry> {
        let old = self.take_entries();
        let (mine, theirs) = (self.table(), other.table());
        std::mem::swap(&mut mine.entries, &mut theirs.entries);
        std::mem::swap(&mut mine.indices, &mut theirs.indices);
        (mine.only_str, mine.fill) = (theirs.only_str, theirs.fill);
        self.len.set(other.len.replace(0));
        (theirs.fill, theirs.only_str) = (0, true);
        self.keys_changed();
        other.keys_changed();
        old
    }
    /// Removes everything, telling the watchers.
    pub fn clear(&self, vm: &Vm) {
        let entries = self.take_entries();
        if self.flags.get() & WATCHED != 0 {
            for key in entries.iter().filter_map(|e| e.key.as_ref()) {
                crate::watch::keys_changed(vm, self, key);
            }
        }
        drop(entries);
    }
    pub fn with_capacity(want: usize) -> Dict {
        let dict = Dict::new();
        dict.table().entries.reserve(want);
        dict.rebuild(want);
        dict
    }
    /// Bytes of the tables, for `__sizeof__`.
    pub fn table_bytes(&self) -> usize {
        self.table().entries.capacity() * size_of::<Entry>() + self.table().indices.len() * 4
    }

    // ---- watchers

    /// Marks an entry as relied upon by compiled code: a later store to it is told to the machine once.
    pub fn watch(&self, index: usize) {
        let table = self.table();
        if !table.watched.contains(&(index as u32)) {
            table.watched.push(index as u32);
        }
        self.flags.set(self.flags.get() | WATCHED);
    }
    #[cold]
    fn tell_watchers(&self, vm: &Vm, index: usize, key: &Value) {
        let watched = &mut self.table().watched;
        if let Some(at) = watched.iter().position(|&w| w == index as u32) {
            watched.swap_remove(at);
            crate::watch::entry_changed(vm, self, key);
        }
    }
    /// For stores by place ([`Dict::replace_value_at`]): tells the machine if the entry is watched.
    #[inline]
    pub fn after_store_at(&self, vm: &Vm, index: usize) {
        if self.flags.get() & WATCHED != 0
            && let Some((_, key, _)) = self.entry_at(index)
        {
            self.tell_watchers(vm, index, &key);
        }
    }

    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        for e in &self.table().entries {
            if let Some(k) = &e.key {
                visit(k);
            }
            if let Some(v) = &e.value {
                visit(v);
            }
        }
    }
}

crate::payload!(
    Dict,
    gc,
    |this, visit| this.visit(visit),
    clear | this | this.clear_entries()
);
