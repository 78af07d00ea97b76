//! What the module `gc` tells of objects, and the check of reference counts.

use std::collections::HashMap;

use crate::header::ObjectHeader;
use crate::heap::Heap;
use crate::list::List;
use crate::tuple::Tuple;
use crate::util::PtrHash;
use crate::value::Value;
use crate::vm::Vm;

use super::trace::children;

type Object = *mut ObjectHeader;

/// Whether an object can be part of a cycle, as far as is known (`gc.is_tracked`).
pub fn is_tracked(vm: &Vm, object: &Value) -> bool {
    let Some(header) = object.header() else {
        return false;
    };
    if !header.ty().vtable.gc {
        return false;
    }
    if let Some(tuple) = object.downcast_exact::<Tuple>(&vm.types.tuple) {
        return tuple.items().iter().any(|v| is_tracked(vm, v));
    }
    // A bare `object()` has nothing inside.
    !header.ty().is(&vm.types.object)
}

/// The tracked objects of a generation (all of them for `None`).
pub fn objects(vm: &Vm, generation: Option<usize>) -> Vec<Value> {
    let heap = &vm.heap;
    let mut seen: HashMap<usize, (), PtrHash> = HashMap::default();
    let mut all = Vec::new();
    let mut lists = |list: &[Object], all: Option<&mut Vec<Value>>| {
        let fresh: Vec<Value> = list
            .iter()
            .filter(|&&o| seen.insert(o as usize, ()).is_none())
            .filter_map(|&o| live(vm, o))
            .collect();
        if let Some(all) = all {
            all.extend(fresh);
        }
    };
    match generation {
        Some(0) => lists(&heap.young_entries(), Some(&mut all)),
        Some(1) => lists(&heap.gc.middle.borrow().clone(), Some(&mut all)),
        _ => {
            if generation.is_some() {
                lists(&heap.young_entries(), None);
                lists(&heap.gc.middle.borrow().clone(), None);
            }
            let mut found = Vec::new();
            heap.for_each_object(|o| {
                if generation.is_none() || !seen.contains_key(&(o as usize)) {
                    found.push(o);
                }
            });
            all.extend(found.into_iter().filter_map(|o| live(vm, o)));
        }
    }
    all
}

/// A slot's object, if it is live and tracked.
fn live(vm: &Vm, object: Object) -> Option<Value> {
    // SAFETY: a slot of a page that exists; its count tells whether it is in use.
    unsafe {
        if (*object).count() == 0 {
            return None;
        }
        let value = Value::borrow_word(&(object as u64)).clone();
        is_tracked(vm, &value).then_some(value)
    }
}

/// What an object refers to directly.
pub fn referents(object: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    if let Some(header) = object.header()
        && header.ty().vtable.gc
    {
        // SAFETY: a value's object is live.
        unsafe {
            children(header as *const ObjectHeader as Object, &mut |v| {
                found.push(v.clone());
            });
        }
    }
    found
}

/// The tracked objects that refer directly to one of `targets`.
pub fn referrers(vm: &Vm, targets: &[Value]) -> Vec<Value> {
    objects(vm, None)
        .into_iter()
        .filter(|o| {
            let mut refers = false;
            if let Some(header) = o.header() {
                // SAFETY: a value's object is live.
                unsafe {
                    children(header as *const ObjectHeader as Object, &mut |v| {
                        refers |= targets.iter().any(|t| t.is(v));
                    });
                }
            }
            refers
        })
        .collect()
}

/// The state of `gc.garbage`.
#[derive(Default)]
pub struct Garbage(pub std::cell::OnceCell<crate::header::Ref<List>>);

/// The list `gc.garbage`.
pub fn garbage_list(vm: &Vm) -> crate::header::Ref<List> {
    let state = {
        let mut states = vm.module_state.borrow_mut();
        states
            .entry("gc")
            .or_insert_with(|| std::rc::Rc::new(Garbage::default()))
            .clone()
    };
    match state.downcast::<Garbage>() {
        Ok(g) => g.0.get_or_init(|| vm.new_list(Vec::new())).clone(),
        Err(_) => vm.new_list(Vec::new()),
    }
}

/// Puts garbage into `gc.garbage`.
pub(super) fn keep(vm: &Vm, garbage: Vec<Value>) {
    let list = garbage_list(vm);
    for value in garbage {
        list.push(value);
    }
}

/// Holds what objects say they own against reference counts.
///
/// # Errors
/// Names an object that is referred to more often than it is counted.
pub fn verify(heap: &Heap) -> Result<(), String> {
    let mut edges: HashMap<usize, u64, PtrHash> = HashMap::default();
    heap.for_each_object(|o| {
        // SAFETY: live objects.
        unsafe {
            if (*o).ty().vtable.gc {
                children(o, &mut |v| {
                    if v.is_heap() {
                        *edges.entry(v.word() as usize).or_default() += 1;
                    }
                });
            }
        }
    });
    for (address, found) in edges {
        // SAFETY: owned by a live object, so live.
        let header = unsafe { &*(address as *const ObjectHeader) };
        if header.count() == 0 {
            return Err(format!(
                "a freed object is owned {found} times by {}",
                owners(heap, address)
            ));
        }
        if header.count() < found {
            return Err(format!(
                "an object of type {} has {} references and is owned {found} times, by {}",
                header.ty().name.borrow(),
                header.count(),
                owners(heap, address)
            ));
        }
    }
    Ok(())
}

/// The types of the objects that refer to an address, for a report.
fn owners(heap: &Heap, address: usize) -> String {
    let mut names = Vec::new();
    heap.for_each_object(|o| {
        // SAFETY: live objects.
        unsafe {
            if (*o).ty().vtable.gc {
                children(o, &mut |v| {
                    if v.word() as usize == address {
                        names.push((*o).ty().name.borrow().to_string());
                    }
                });
            }
        }
    });
    names.join(", ")
}
