//! One collection.

use std::cell::Cell;

use crate::header::ObjectHeader;
use crate::heap::{Heap, Page};
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::Vm;

use super::{MIDDLE_LIMIT, Outcome};

type Object = *mut ObjectHeader;

/// Marks of a slot: a candidate of the running collection.
const CANDIDATE: u32 = 1 << 31;
/// A candidate known to be alive.
const ALIVE: u32 = 1 << 30;
/// References that are not accounted for yet; the largest value stands for "too many to count".
const REFS: u32 = ALIVE - 1;

/// Frees a page's scratch words.
pub(crate) unsafe fn free_marks(page: &Page) {
    let marks = page.marks.replace(std::ptr::null_mut());
    if !marks.is_null() {
        // SAFETY: made by `mark` as a boxed slice of this length.
        drop(unsafe {
            Box::from_raw(std::ptr::slice_from_raw_parts_mut(
                marks,
                page.slot_count as usize,
            ))
        });
    }
}

/// The mark of an object; makes its page's marks.
///
/// # Safety
/// `object` is a slot of a page.
pub(super) unsafe fn mark<'a>(object: Object) -> &'a Cell<u32> {
    // SAFETY: by the contract; marks live as long as their page.
    unsafe {
        let page = Page::of(object);
        if page.marks.get().is_null() {
            let words = vec![0u32; page.slot_count as usize].into_boxed_slice();
            page.marks.set(Box::into_raw(words).cast());
        }
        &*page.marks.get().add(page.slot_of(object)).cast()
    }
}

/// The mark of a value's object, if it is a candidate.
fn candidate(value: &Value) -> Option<&Cell<u32>> {
    let object = value.header()? as *const ObjectHeader;
    // SAFETY: a value's object is live, and so is its page.
    unsafe {
        let page = Page::of(object);
        let marks = page.marks.get();
        if marks.is_null() {
            return None;
        }
        let mark: &Cell<u32> = &*marks.add(page.slot_of(object)).cast();
        (mark.get() & CANDIDATE != 0).then_some(mark)
    }
}

/// Visits every reference that an object owns: its class (if classes of its kind can die), payload and instance part.
///
/// # Safety
/// The object is intact.
pub(super) unsafe fn children(object: Object, visit: &mut dyn FnMut(&Value)) {
    // SAFETY: by the contract.
    unsafe {
        let ty = (*object).ty();
        if ty.has(TypeFlags::HEAP) {
            visit(ty.as_value());
        }
        (ty.vtable.traverse)(object, visit);
        if ty.has(TypeFlags::HAS_INSTANCE_PART)
            && let Some(part) = crate::instance::finished_part(ty, object)
        {
            part.traverse(visit);
        }
    }
}

/// Makes a live object with references a candidate; whether it became one just now.
///
/// # Safety
/// `object` is a slot of a page that still exists.
unsafe fn nominate(object: Object, own: u64) -> bool {
    // SAFETY: a slot's count is readable whether the slot is in use or free; in use, the object is intact.
    unsafe {
        let count = (*object).count();
        if count == 0 || !(*object).ty().vtable.gc {
            return false;
        }
        let mark = mark(object);
        if mark.get() & CANDIDATE != 0 {
            return false;
        }
        mark.set(CANDIDATE | (count - own).min(u64::from(REFS)) as u32);
        true
    }
}

/// Sorts candidates into living ones and garbage, which is returned; all marks are left set.
///
/// # Safety
/// All candidates are live and marked with their counts.
unsafe fn find_garbage(candidates: &[Object]) -> Vec<Object> {
    // SAFETY: by the contract.
    unsafe {
        for &object in candidates {
            children(object, &mut |value| {
                if let Some(mark) = candidate(value) {
                    let refs = mark.get() & REFS;
                    debug_assert!(refs > 0, "{value:?} is visited more often than it is owned");
                    if refs != REFS && refs > 0 {
                        mark.set(mark.get() - 1);
                    }
                }
            });
        }
        let mut stack = Vec::new();
        for &object in candidates {
            let m = mark(object);
            if m.get() & ALIVE != 0 || m.get() & REFS == 0 {
                continue;
            }
            m.set(m.get() | ALIVE);
            stack.push(object);
            while let Some(object) = stack.pop() {
                children(object, &mut |value| {
                    if let Some(mark) = candidate(value)
                        && mark.get() & ALIVE == 0
                    {
                        mark.set(mark.get() | ALIVE);
                        stack.push(value.word() as Object);
                    }
                });
            }
        }
        candidates
            .iter()
            .copied()
            .filter(|&o| mark(o).get() & ALIVE == 0)
            .collect()
    }
}

/// # Safety
/// The objects' pages exist.
unsafe fn reset(candidates: &[Object]) {
    for &object in candidates {
        // SAFETY: by the contract.
        unsafe { mark(object).set(0) }
    }
}

/// The candidates of a collection, marked.
fn candidates(heap: &Heap, generation: usize) -> Vec<Object> {
    let gc = &heap.gc;
    let mut all = Vec::new();
    let young = heap.take_young();
    let middle = if generation > 0 {
        gc.middle.take()
    } else {
        Vec::new()
    };
    // SAFETY: lists name slots of pages that exist; the walk gives live objects.
    unsafe {
        // Finalisers run in this order, the oldest objects' first.
        let old = if generation == 2 {
            gc.old.take()
        } else {
            Vec::new()
        };
        let frozen = gc.frozen.borrow();
        let thawed = |o: Object| frozen.is_empty() || !frozen.contains(&(o as usize));
        all.extend(
            old.iter()
                .chain(&middle)
                .chain(&young)
                .copied()
                .filter(|&o| thawed(o) && nominate(o, 0)),
        );
        let add = |o| {
            if thawed(o) && nominate(o, 0) {
                all.push(o);
            }
        };
        if generation == 2 && gc.unlisted.replace(false) {
            heap.for_each_object(add);
        } else if generation == 2 {
            heap.for_each_large(add);
        }
    }
    heap.reuse_young(young);
    all
}

/// Whether an object has a page of its own: such objects stand in no list.
///
/// # Safety
/// The object is live.
unsafe fn is_large(object: Object) -> bool {
    // SAFETY: by the contract.
    unsafe { Page::of(object).slot_size as usize > crate::heap::MAX_SMALL }
}

/// Notes what survived.
fn promote(heap: &Heap, generation: usize, candidates: &[Object], garbage: usize) {
    let gc = &heap.gc;
    // SAFETY: candidates are live and marked.
    let stays = |&o: &Object| unsafe {
        (garbage == 0 || mark(o).get() & ALIVE != 0) && !(generation == 2 && is_large(o))
    };
    let mut survivors: Vec<Object> = candidates.iter().copied().filter(stays).collect();
    if generation == 2 {
        gc.old_total.set(candidates.len() - garbage);
        gc.old_pending.set(0);
        gc.old.replace(survivors);
        return;
    }
    let mut middle = gc.middle.borrow_mut();
    if generation == 1 || middle.len() + survivors.len() > MIDDLE_LIMIT {
        gc.age(&middle);
        middle.clear();
        gc.age(&survivors);
    } else {
        middle.append(&mut survivors);
    }
}

/// Collects `generation` and the younger ones.
pub(super) fn run(vm: &Vm, generation: usize) -> Outcome {
    let heap = &vm.heap;
    let all = candidates(heap, generation);
    // SAFETY: the candidates are live and stay so while no reference is dropped.
    let garbage: Vec<Value> = unsafe {
        let garbage = find_garbage(&all);
        let owned = garbage
            .iter()
            .map(|&o| Value::borrow_word(&(o as u64)).clone())
            .collect();
        let due = clear_weak_references(vm, &garbage);
        promote(heap, generation, &all, garbage.len());
        // Python code runs after this, so nothing may stay marked.
        reset(&all);
        for (reference, callback) in due {
            crate::weakref::call_callback(vm, &reference, &callback);
        }
        owned
    };
    if garbage.is_empty() {
        return Outcome::default();
    }
    let spared = finalize_all(vm, &garbage);
    let garbage = if spared {
        still_unreachable(heap, garbage)
    } else {
        garbage
    };
    dispose(vm, garbage)
}

/// Clears the weak references to garbage; the references that are no garbage themselves, with their callbacks.
///
/// # Safety
/// The candidates are live and marked; `garbage` is owned by the caller as well.
unsafe fn clear_weak_references(vm: &Vm, garbage: &[Object]) -> Vec<(Value, Value)> {
    let mut due = Vec::new();
    for &object in garbage {
        // SAFETY: by the contract.
        if !unsafe { (*object).ty() }.has(TypeFlags::HAS_WEAKREFS) {
            continue;
        }
        for link in vm.heap.weakrefs.take(object) {
            let reference = link.into_value();
            let alive = candidate(&reference).is_none_or(|m| m.get() & ALIVE != 0);
            if alive
                && let Some(link) = crate::weakref::as_link(&reference)
                && let Some(callback) = link.callback.take()
            {
                due.push((reference, callback));
            }
        }
    }
    due
}

/// Runs the finalisers of garbage; whether any ran.
fn finalize_all(vm: &Vm, garbage: &[Value]) -> bool {
    let mut any = false;
    for value in garbage {
        let Some(header) = value.header() else {
            continue;
        };
        let object = header as *const ObjectHeader as Object;
        // SAFETY: `garbage` owns the object.
        if header.ty().has(TypeFlags::HAS_FINALIZER)
            && !vm.heap.gc.is_finalized(value)
            && unsafe { super::could_finalize(object) }
        {
            any = true;
            super::finalize(vm, value);
        }
    }
    any
}

/// Without what came back to life, which is old now.
fn still_unreachable(heap: &Heap, garbage: Vec<Value>) -> Vec<Value> {
    let all: Vec<Object> = garbage.iter().map(|v| v.word() as Object).collect();
    // SAFETY: `garbage` owns each object once.
    unsafe {
        all.iter().for_each(|&o| {
            nominate(o, 1);
        });
        let dead: Vec<Value> = find_garbage(&all)
            .into_iter()
            .map(|o| Value::borrow_word(&(o as u64)).clone())
            .collect();
        let living: Vec<Object> = all
            .iter()
            .copied()
            .filter(|&o| mark(o).get() & ALIVE != 0 && !is_large(o))
            .collect();
        heap.gc.age(&living);
        reset(&all);
        drop(garbage);
        dead
    }
}

/// Empties garbage, which frees it.
fn dispose(vm: &Vm, garbage: Vec<Value>) -> Outcome {
    let flags = vm.heap.gc.debug.get();
    let collected = garbage.len();
    if flags & super::debug::SAVEALL != 0 {
        super::inspect::keep(vm, garbage);
        return Outcome {
            collected,
            uncollectable: 0,
        };
    }
    for value in &garbage {
        let Some(header) = value.header() else {
            continue;
        };
        let object = header as *const ObjectHeader as Object;
        if header.ty().has(TypeFlags::HAS_WEAKREFS) {
            // Made by finalisers after the others were cleared.
            drop(vm.heap.weakrefs.take(object));
        }
        // SAFETY: `garbage` owns the object.
        unsafe {
            (header.ty().vtable.clear)(object);
            if let Some(part) = crate::instance::instance_part(value) {
                drop(part.clear());
            }
        }
    }
    drop(garbage);
    Outcome {
        collected,
        uncollectable: 0,
    }
}
