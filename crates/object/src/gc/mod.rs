//! The cycle collector: what reference counts alone never free.
//!
//! Trial deletion, as CPython does it. Candidates start with their reference
//! counts; each reference that a candidate holds to another one is taken off.
//! What keeps a count is referred to from outside (a register, a Rust local, an
//! older object); that and everything reachable from it lives, the rest is
//! garbage. References of running code simply count as outside ones, so no
//! root has to be named.
//!
//! Generations: the heap's young log names what was made since the last
//! collection; survivors move to the list of the middle generation, and after
//! a second time to the list of old objects. Large objects stand in no list:
//! a full collection walks their pages. Entries may be stale (freed, or reused for another object), which is harmless:
//! any live object may be a candidate.
//!
//! Order of work on garbage (PEP 442): weak references are cleared and their
//! callbacks called, then finalisers run, then what came back to life is
//! spared, then the rest is emptied.

mod inspect;
mod trace;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use crate::header::ObjectHeader;
use crate::heap::Heap;
use crate::hostile;
use crate::util::PtrHash;
use crate::value::Value;
use crate::vm::Vm;

pub use inspect::{garbage_list, is_tracked, objects, referents, referrers, verify};
pub(crate) use trace::free_marks;

/// Debug flags of the module `gc`.
pub mod debug {
    pub const STATS: i64 = 1;
    pub const COLLECTABLE: i64 = 2;
    pub const UNCOLLECTABLE: i64 = 4;
    pub const SAVEALL: i64 = 32;
    pub const LEAK: i64 = COLLECTABLE | UNCOLLECTABLE | SAVEALL;
}

/// How often a generation was collected, and what came of it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Stats {
    pub collections: u64,
    pub collected: u64,
    pub uncollectable: u64,
}

/// What one collection did.
#[derive(Clone, Copy, Default, Debug)]
pub struct Outcome {
    pub collected: usize,
    pub uncollectable: usize,
}

/// Most entries of the middle generation; beyond, survivors are old at once.
const MIDDLE_LIMIT: usize = hostile::limit(1 << 18, 200);

/// How many entries the list of old objects may have beyond twice the objects that the last full collection left.
const OLD_SLACK: usize = hostile::limit(1 << 20, 1000);

/// Counters and settings of one heap's collector.
pub struct GcState {
    pub enabled: Cell<bool>,
    collecting: Cell<bool>,
    /// Bits of [`debug`].
    pub debug: Cell<i64>,
    /// As `gc.set_threshold` gave them.
    thresholds: Cell<[i64; 3]>,
    /// Collections of the generation before since the last one of the middle and the old one.
    counts: Cell<[i64; 2]>,
    middle: RefCell<Vec<*mut ObjectHeader>>,
    /// Old objects, in the order in which they grew old; entries may be stale.
    old: RefCell<Vec<*mut ObjectHeader>>,
    /// Some objects stand in no list.
    unlisted: Cell<bool>,
    /// Objects that survived the last full collection, and those that have joined them since.
    old_total: Cell<usize>,
    old_pending: Cell<usize>,
    stats: Cell<[Stats; 3]>,
    /// Objects already finalised that are still alive (PEP 442).
    finalized: RefCell<HashSet<usize, PtrHash>>,
    /// Objects that `gc.freeze` took out.
    frozen: RefCell<HashSet<usize, PtrHash>>,
}

impl Default for GcState {
    fn default() -> Self {
        Self {
            enabled: Cell::new(true),
            collecting: Cell::new(false),
            debug: Cell::new(0),
            thresholds: Cell::new([2000, 10, 10]),
            counts: Cell::new([0; 2]),
            middle: RefCell::default(),
            old: RefCell::default(),
            unlisted: Cell::new(false),
            old_total: Cell::new(0),
            old_pending: Cell::new(0),
            stats: Cell::default(),
            finalized: RefCell::default(),
            frozen: RefCell::default(),
        }
    }
}

impl GcState {
    pub fn thresholds(&self) -> [i64; 3] {
        self.thresholds.get()
    }
    pub fn stats(&self) -> [Stats; 3] {
        self.stats.get()
    }
    pub fn collecting(&self) -> bool {
        self.collecting.get()
    }
    pub fn is_finalized(&self, object: &Value) -> bool {
        self.finalized.borrow().contains(&(object.word() as usize))
    }
    pub fn frozen_count(&self) -> usize {
        self.frozen.borrow().len()
    }
    /// Objects become old.
    pub(crate) fn age(&self, objects: &[*mut ObjectHeader]) {
        self.old_pending.set(self.old_pending.get() + objects.len());
        let mut old = self.old.borrow_mut();
        if old.len() + objects.len() > self.old_total.get() * 2 + OLD_SLACK {
            // Full collections do not keep up (they are off): the next one walks the pages.
            old.clear();
            old.shrink_to_fit();
            self.unlisted.set(true);
        } else {
            old.extend_from_slice(objects);
        }
    }
}

impl Heap {
    /// Sets when a young collection is due.
    pub fn set_gc(&self, enabled: bool, thresholds: [i64; 3]) {
        self.gc.enabled.set(enabled);
        self.gc.thresholds.set(thresholds);
        self.set_young_limit(if enabled && thresholds[0] > 0 {
            // The log counts what was made, not what is left: about half is gone again.
            (thresholds[0] as usize).saturating_mul(2)
        } else {
            usize::MAX
        });
    }

    /// `gc.freeze`: all present objects leave the generations.
    pub fn freeze(&self) {
        drop(self.take_young());
        self.gc.middle.borrow_mut().clear();
        self.gc.old.borrow_mut().clear();
        let mut frozen = self.gc.frozen.borrow_mut();
        self.for_each_object(|o| {
            // SAFETY: live objects.
            if unsafe { (*o).ty().vtable.gc } {
                frozen.insert(o as usize);
            }
        });
    }
    /// `gc.unfreeze`.
    pub fn unfreeze(&self) {
        self.gc.frozen.borrow_mut().clear();
        self.gc.unlisted.set(true);
    }
}

/// Whether an object with count zero must first run `__del__` or be closed.
///
/// # Safety
/// The object is intact.
pub(crate) unsafe fn wants_finalizer(heap: &Heap, object: *mut ObjectHeader) -> bool {
    if heap.gc.finalized.borrow_mut().remove(&(object as usize)) {
        return false;
    }
    // SAFETY: the object is intact.
    unsafe { could_finalize(object) }
}

/// # Safety
/// The object is intact.
unsafe fn could_finalize(object: *mut ObjectHeader) -> bool {
    // SAFETY: the object is intact, and the slot belongs to its type.
    unsafe {
        let slots = &(*object).ty().slots;
        slots.finalize.get().is_some() && slots.wants_finalizer.get().is_none_or(|f| f(object))
    }
}

/// Runs an object's finaliser (`__del__`, or closing of a generator) once, or the
/// callback of a weak reference whose referent has died.
pub fn finalize(vm: &Vm, object: &Value) {
    if crate::weakref::run_due_callback(vm, object) {
        return;
    }
    let Some(header) = object.header() else {
        return;
    };
    if let Some(f) = header.ty().slots.finalize.get() {
        // Should the object come back to life, its finaliser does not run again (PEP 442).
        vm.heap
            .gc
            .finalized
            .borrow_mut()
            .insert(header as *const ObjectHeader as usize);
        f(vm, object);
    }
}

/// Collects what is due, after the young log has reached its limit.
pub fn collect_due(vm: &Vm) {
    let gc = &vm.heap.gc;
    if !gc.enabled.get() || gc.collecting.get() {
        vm.heap.compact_young();
        return;
    }
    let due = due_generation(gc);
    collect(
        vm,
        if hostile::ON {
            hostile::generation()
        } else {
            due
        },
    );
}

/// The oldest generation that is due.
fn due_generation(gc: &GcState) -> usize {
    let [_, second, third] = gc.thresholds.get();
    let [middle, old] = gc.counts.get();
    if old > third && gc.old_pending.get() >= gc.old_total.get() / 4 {
        2
    } else if middle > second {
        1
    } else {
        0
    }
}

/// Collects a generation (0, 1 or 2) and the younger ones. Does nothing while a collection runs.
pub fn collect(vm: &Vm, generation: usize) -> Outcome {
    let gc = &vm.heap.gc;
    if gc.collecting.replace(true) {
        return Outcome::default();
    }
    let pending = vm.take_pending();
    let outcome = trace::run(vm, generation);
    if let Some(e) = pending {
        let _ = vm.restore(e);
    }
    let [middle, old] = gc.counts.get();
    gc.counts.set(match generation {
        0 => [middle + 1, old],
        1 => [0, old + 1],
        _ => [0, 0],
    });
    let mut stats = gc.stats.get();
    let s = &mut stats[generation];
    s.collections += 1;
    s.collected += outcome.collected as u64;
    s.uncollectable += outcome.uncollectable as u64;
    gc.stats.set(stats);
    gc.collecting.set(false);
    hostile::after_collection(vm);
    outcome
}

/// `gc.get_count`.
pub fn counts(heap: &Heap) -> [i64; 3] {
    let [middle, old] = heap.gc.counts.get();
    [heap.young_len() as i64, middle, old]
}
