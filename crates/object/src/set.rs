//! The payload of `set` and `frozenset`: open addressing as CPython's.
//!
//! Probing (nine places in a row, then a perturbed jump) and growth are those of
//! CPython, so elements come out in the same order. Equality of elements may
//! run Python code: it is called outside any borrow, and the search starts
//! again if the table changed meanwhile.

use std::cell::{Cell, UnsafeCell};

use crate::header::{Ref, TypeRef};
use crate::str::Str;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// A place of the table. Without a key: unused (hash 0) or deleted (hash -1, which no object has).
#[derive(Clone)]
struct Entry {
    hash: i64,
    key: Option<Value>,
}

/// So many unused places.
fn unused(n: usize) -> Box<[Entry]> {
    // SAFETY: an unused place is all zeros: hash 0, no key (a value is never the word 0).
    unsafe { Box::new_zeroed_slice(n).assume_init() }
}

impl Entry {
    /// The key's word; 0: none.
    #[inline(always)]
    fn word(&self) -> u64 {
        self.key.as_ref().map_or(0, Value::word)
    }
}

/// Whether some key is an object that is counted. Without a branch for each place.
#[inline(always)]
fn any_counted(places: &[Entry]) -> bool {
    places.iter().fold(false, |any, e| {
        let word = e.word();
        any | ((word & 7 == 0) & (word != 0))
    })
}

/// A table with the same elements in the same places.
fn copied(table: &[Entry]) -> Box<[Entry]> {
    let mut copy = Box::new_uninit_slice(table.len());
    // SAFETY: every place is written; the keys get their references below, before anything can drop them.
    let copy: Box<[Entry]> = unsafe {
        std::ptr::copy_nonoverlapping(table.as_ptr(), copy.as_mut_ptr().cast(), table.len());
        copy.assume_init()
    };
    for places in table.chunks(8) {
        if any_counted(places) {
            for entry in places {
                std::mem::forget(entry.key.clone());
            }
        }
    }
    copy
}

impl Drop for Set {
    fn drop(&mut self) {
        let mut table = std::mem::take(self.table.get_mut());
        for places in table.chunks_mut(8) {
            if any_counted(places) {
                places.iter_mut().for_each(|e| drop(e.key.take()));
            }
        }
        // The keys that are left own nothing.
        // SAFETY: the same allocation, of places whose contents need no dropping any more.
        unsafe {
            drop(Box::from_raw(
                Box::into_raw(table) as *mut [std::mem::ManuallyDrop<Entry>]
            ));
        }
    }
}
const MIN_SIZE: usize = 8;
const LINEAR_PROBES: usize = 9;

/// The payload of `set` and `frozenset`.
pub struct Set {
    used: Cell<usize>,
    /// Places with an element or a deleted one.
    fill: Cell<usize>,
    /// Where `pop` looks next.
    finger: Cell<usize>,
    /// Cached hash of a frozenset; 0: not computed yet.
    pub(crate) hash: Cell<i64>,
    /// Counts changes of the table.
    version: Cell<u64>,
    /// Empty until the first element comes.
    table: UnsafeCell<Box<[Entry]>>,
}

crate::payload!(
    Set,
    gc,
    |this, visit| this
        .table()
        .iter()
        .for_each(|e| e.key.iter().for_each(&mut *visit)),
    clear | this | drop(this.take())
);

/// What a search without Python code found.
enum Probe {
    Found(usize),
    /// Where the element belongs: the last deleted place on the way, else the unused one that ended the search.
    Absent(usize),
    Compare(usize),
}

/// Calls `visit` with the places to look at for a hash until it gives something.
#[inline(always)]
fn search<R>(hash: i64, mask: usize, mut visit: impl FnMut(usize) -> Option<R>) -> R {
    let mut perturb = hash as u64;
    let mut at = hash as usize & mask;
    loop {
        let last = if at + LINEAR_PROBES <= mask {
            at + LINEAR_PROBES
        } else {
            at
        };
        for place in at..=last {
            if let Some(result) = visit(place) {
                return result;
            }
        }
        perturb >>= 5;
        at = at
            .wrapping_mul(5)
            .wrapping_add(1)
            .wrapping_add(perturb as usize)
            & mask;
    }
}

/// What to make of an element with the hash of the key that is another object; `None`: it differs.
#[inline(never)]
fn same_hash(known: &Value, key: &Value, at: usize, skip: &[usize]) -> Option<Probe> {
    if known.as_small_int().is_some() && key.as_small_int().is_some() || skip.contains(&at) {
        return None;
    }
    match (plain_str(known), plain_str(key)) {
        (Some(a), Some(b)) => a.same_text(b).then_some(Probe::Found(at)),
        _ => Some(Probe::Compare(at)),
    }
}

fn plain_str(key: &Value) -> Option<&Ref<Str>> {
    key.downcast::<Str>()
        .filter(|s| !s.ty().has(TypeFlags::HEAP))
}

impl Default for Set {
    fn default() -> Self {
        Self::new()
    }
}

impl Set {
    pub fn new() -> Self {
        Self {
            used: Cell::new(0),
            fill: Cell::new(0),
            finger: Cell::new(0),
            hash: Cell::new(0),
            version: Cell::new(0),
            table: UnsafeCell::new(Box::default()),
        }
    }

    #[expect(clippy::mut_from_ref, reason = "interior mutability, see SAFETY")]
    #[inline(always)]
    fn table(&self) -> &mut Box<[Entry]> {
        // SAFETY: private; no caller runs Python code or reaches this set again while it holds the borrow.
        unsafe { &mut *self.table.get() }
    }
    fn changed(&self) {
        self.version.set(self.version.get() + 1);
    }
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get()
    }
    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }
    fn mask(&self) -> usize {
        self.table().len().max(MIN_SIZE) - 1
    }
    pub(crate) fn table_bytes(&self) -> usize {
        self.table().len() * size_of::<Entry>()
    }
    /// The first element at or after a place of the table, with its hash: for iteration.
    #[inline]
    pub fn next_entry(&self, start: usize) -> Option<(usize, i64, Value)> {
        let mut at = start;
        while let Some(entry) = self.table().get(at) {
            if let Some(key) = &entry.key {
                return Some((at, entry.hash, key.clone()));
            }
            at += 1;
        }
        None
    }
    /// New references to all elements, in order.
    pub fn elements(&self) -> Vec<Value> {
        self.table().iter().filter_map(|e| e.key.clone()).collect()
    }
    /// Hashes and new references to all elements, in order.
    pub(crate) fn entries(&self) -> Vec<(i64, Value)> {
        self.table()
            .iter()
            .filter_map(|e| Some((e.hash, e.key.clone()?)))
            .collect()
    }

    /// One search without running Python code. Elements in `skip` are known to be unequal.
    /// Only with `PLACE` is the place right that comes with [`Probe::Absent`].
    #[inline(always)]
    fn probe<const PLACE: bool>(&self, key: &Value, hash: i64, skip: &[usize]) -> Probe {
        let table: &[Entry] = self.table();
        if table.is_empty() {
            return Probe::Absent(0);
        }
        let mask = table.len() - 1;
        let word = key.word();
        let mut deleted = None;
        let mut perturb = hash as u64;
        let mut row = hash as usize & mask;
        loop {
            let last = if row + LINEAR_PROBES <= mask {
                row + LINEAR_PROBES
            } else {
                row
            };
            let mut at = row;
            while at <= last {
                // SAFETY: `last` is at most the mask, which is below the table's length.
                let entry = unsafe { table.get_unchecked(at) };
                if entry.hash == hash {
                    match &entry.key {
                        Some(known) if known.word() == word => return Probe::Found(at),
                        Some(known) => {
                            if let Some(found) = same_hash(known, key, at, skip) {
                                return found;
                            }
                        }
                        // An unused place, for the hash 0: no object has that of a deleted one.
                        None => return Probe::Absent(deleted.unwrap_or(at)),
                    }
                } else if entry.hash == 0 && entry.key.is_none() {
                    return Probe::Absent(deleted.unwrap_or(at));
                } else if PLACE && entry.hash == -1 {
                    deleted = Some(at);
                }
                at += 1;
            }
            perturb >>= 5;
            row = row
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(perturb as usize)
                & mask;
        }
    }

    /// Whether a small integer is an element; `None`: some element must be compared by Python.
    #[inline]
    pub fn has_int(&self, word: u64) -> Option<bool> {
        let table: &[Entry] = self.table();
        if table.is_empty() {
            return Some(false);
        }
        let hash = crate::hash::hash_i64(crate::value::encoding::as_int(word));
        let mask = table.len() - 1;
        let mut perturb = hash as u64;
        let mut row = hash as usize & mask;
        loop {
            let last = if row + LINEAR_PROBES <= mask {
                row + LINEAR_PROBES
            } else {
                row
            };
            let mut at = row;
            loop {
                // SAFETY: `last` is at most the mask, which is below the table's length.
                let entry = unsafe { table.get_unchecked(at) };
                if entry.hash == hash {
                    match &entry.key {
                        Some(known) if known.word() == word => return Some(true),
                        // Integers that are not identical are not equal.
                        Some(known) if known.as_small_int().is_none() => return None,
                        Some(_) => {}
                        None => return Some(false),
                    }
                } else if entry.hash == 0 && entry.key.is_none() {
                    return Some(false);
                }
                if at == last {
                    break;
                }
                at += 1;
            }
            perturb >>= 5;
            row = row
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(perturb as usize)
                & mask;
        }
    }

    /// The place of an element, or where it belongs.
    #[inline]
    fn lookup<const PLACE: bool>(
        &self,
        vm: &Vm,
        key: &Value,
        hash: i64,
    ) -> PyResult<Result<usize, usize>> {
        match self.probe::<PLACE>(key, hash, &[]) {
            Probe::Found(at) => Ok(Ok(at)),
            Probe::Absent(at) => Ok(Err(at)),
            Probe::Compare(at) => self.lookup_comparing(vm, key, hash, at),
        }
    }

    #[cold]
    #[inline(never)]
    fn lookup_comparing(
        &self,
        vm: &Vm,
        key: &Value,
        hash: i64,
        first: usize,
    ) -> PyResult<Result<usize, usize>> {
        let mut skip = Vec::new();
        let mut at = first;
        loop {
            let version = self.version.get();
            if let Some(known) = self.table()[at].key.clone() {
                let equal = vm.eq(&known, key)?;
                if self.version.get() != version {
                    skip.clear();
                } else if equal {
                    return Ok(Ok(at));
                } else {
                    skip.push(at);
                }
            }
            match self.probe::<true>(key, hash, &skip) {
                Probe::Found(at) => return Ok(Ok(at)),
                Probe::Absent(at) => return Ok(Err(at)),
                Probe::Compare(next) => at = next,
            }
        }
    }

    /// Whether an element with this hash is present.
    #[inline]
    pub fn contains_hashed(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<bool> {
        Ok(self.lookup::<false>(vm, key, hash)?.is_ok())
    }

    /// As [`Set::contains_hashed`] where that runs no Python code; `None`: it would.
    #[inline]
    pub fn contains_plain(&self, key: &Value, hash: i64) -> Option<bool> {
        match self.probe::<false>(key, hash, &[]) {
            Probe::Found(_) => Some(true),
            Probe::Absent(_) => Some(false),
            Probe::Compare(_) => None,
        }
    }

    /// Adds an element; whether it is new.
    ///
    /// # Errors
    /// What the elements' `__eq__` raise.
    #[inline]
    pub fn add_hashed(&self, vm: &Vm, key: Value, hash: i64) -> PyResult<bool> {
        let at = loop {
            if self.table().is_empty() {
                *self.table() = unused(MIN_SIZE);
            }
            match self.lookup::<true>(vm, &key, hash)? {
                Ok(_) => return Ok(false),
                // A comparison may have emptied the set.
                Err(at) if at < self.table().len() => break at,
                Err(_) => {}
            }
        };
        let old = std::mem::replace(
            &mut self.table()[at],
            Entry {
                hash,
                key: Some(key),
            },
        );
        self.used.set(self.used.get() + 1);
        self.changed();
        if old.hash != 0 {
            return Ok(true);
        }
        self.fill.set(self.fill.get() + 1);
        if self.fill.get() * 5 >= self.mask() * 3 {
            self.grow();
        }
        Ok(true)
    }
    /// `set.add(key)`.
    ///
    /// # Errors
    /// TypeError for unhashable elements; what `__hash__` and `__eq__` raise.
    #[inline]
    pub fn add(&self, vm: &Vm, key: Value) -> PyResult<bool> {
        let hash = vm.hash_element(&key)?;
        self.add_hashed(vm, key, hash)
    }

    /// Removes an element; gives it back.
    pub fn remove_hashed(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<Option<Value>> {
        Ok(self
            .lookup::<false>(vm, key, hash)?
            .ok()
            .and_then(|at| self.remove_at(at)))
    }
    fn remove_at(&self, at: usize) -> Option<Value> {
        let key = std::mem::replace(
            &mut self.table()[at],
            Entry {
                hash: -1,
                key: None,
            },
        )
        .key;
        self.used.set(self.used.get() - 1);
        self.changed();
        key
    }
    /// Removes any element.
    pub fn pop(&self) -> Option<Value> {
        if self.is_empty() {
            return None;
        }
        let (table, mask) = (self.table(), self.mask());
        let start = self.finger.get() & mask;
        let at = (start..=mask)
            .chain(0..start)
            .find(|&at| table[at].key.is_some())?;
        self.finger.set(at + 1);
        self.remove_at(at)
    }

    #[cold]
    #[inline(never)]
    fn grow(&self) {
        let used = self.used.get();
        self.resize(if used > 50_000 { used * 2 } else { used * 4 });
    }
    /// Makes room for more than `min_used` elements and forgets deleted places.
    fn resize(&self, min_used: usize) {
        let mut size = MIN_SIZE;
        while size <= min_used {
            size *= 2;
        }
        let mut fresh = unused(size);
        for entry in self.table().iter_mut() {
            if let Some(key) = entry.key.take() {
                insert_clean(&mut fresh, key, entry.hash);
            }
        }
        *self.table() = fresh;
        self.fill.set(self.used.get());
        self.changed();
    }
    /// Before `more` elements are added.
    pub(crate) fn reserve(&self, more: usize) {
        if (self.fill.get() + more) * 5 >= self.mask() * 3 {
            self.resize((self.used.get() + more) * 2);
        }
    }
    /// After many were removed: drops deleted places if they are more than a quarter.
    pub(crate) fn shrink(&self) {
        if self.fill.get() - self.used.get() > self.mask() / 4 {
            self.grow();
        }
    }

    /// Adds all elements of another set.
    pub fn merge(&self, vm: &Vm, other: &Set) -> PyResult<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        self.reserve(other.len());
        if self.fill.get() == 0 {
            let theirs = other.table();
            let mut fresh =
                if self.mask() + 1 == theirs.len() && other.fill.get() == other.used.get() {
                    copied(theirs)
                } else {
                    let mut fresh = unused(self.mask() + 1);
                    for entry in theirs.iter() {
                        if let Some(key) = &entry.key {
                            insert_clean(&mut fresh, key.clone(), entry.hash);
                        }
                    }
                    fresh
                };
            std::mem::swap(self.table(), &mut fresh);
            self.fill.set(other.used.get());
            self.used.set(other.used.get());
            self.changed();
            return Ok(());
        }
        let mut place = 0;
        while let Some((at, hash, key)) = other.next_entry(place) {
            self.add_hashed(vm, key, hash)?;
            place = at + 1;
        }
        Ok(())
    }

    /// Removes everything; gives back the elements, to be dropped.
    #[must_use]
    pub fn take(&self) -> Vec<Value> {
        let table = std::mem::take(self.table());
        self.used.set(0);
        self.fill.set(0);
        self.finger.set(0);
        self.changed();
        table.into_iter().filter_map(|e| e.key).collect()
    }
    /// Exchanges contents with another set.
    pub(crate) fn swap(&self, other: &Set) {
        std::mem::swap(self.table(), other.table());
        self.used.swap(&other.used);
        self.fill.swap(&other.fill);
        self.finger.swap(&other.finger);
        self.changed();
        other.changed();
    }
    /// The hash of a frozenset: the same for any order of elements.
    pub fn frozen_hash(&self) -> i64 {
        if self.hash.get() != 0 {
            return self.hash.get();
        }
        let shuffle = |h: u64| ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
        let mut hash = self
            .table()
            .iter()
            .filter(|e| e.key.is_some())
            .fold(0u64, |sum, e| sum ^ shuffle(e.hash as u64));
        hash ^= (self.used.get() as u64 + 1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        let hash = match hash.wrapping_mul(69_069).wrapping_add(907_133_923) as i64 {
            -1 => 590_923_713,
            h => h,
        };
        self.hash.set(hash);
        hash
    }
}

/// Puts an element that is known to be absent into a table without deleted places.
fn insert_clean(table: &mut [Entry], key: Value, hash: i64) {
    let at = search(hash, table.len() - 1, |at| {
        table[at].key.is_none().then_some(at)
    });
    table[at] = Entry {
        hash,
        key: Some(key),
    };
}

impl Vm {
    pub fn new_set(&self) -> Ref<Set> {
        self.heap.alloc(&self.types.set, Set::new())
    }
    pub fn new_frozenset(&self) -> Ref<Set> {
        self.heap.alloc(&self.types.frozenset, Set::new())
    }
    /// An instance of `set`, `frozenset` or a subclass with the items of an iterable.
    pub fn set_of(&self, ty: &TypeRef, iterable: Option<&Value>) -> PyResult<Ref<Set>> {
        let set = crate::object::alloc_instance(self, ty, Set::new());
        if let Some(iterable) = iterable {
            crate::set_methods::update(self, &set, iterable)?;
        }
        Ok(set)
    }
}
