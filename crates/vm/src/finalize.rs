//! Runs what waits on the heap's queue of finalisers.

use taipan_object::{Value, Vm};

/// Runs queued finalisers, oldest first, with the pending exception saved.
#[inline]
pub fn drain(vm: &Vm) {
    if vm.heap.has_finalizers() {
        drain_slow(vm);
    }
}

#[cold]
#[inline(never)]
fn drain_slow(vm: &Vm) {
    let pending = vm.take_pending();
    loop {
        let waiting = vm.heap.take_finalizers();
        if waiting.is_empty() {
            break;
        }
        for object in waiting {
            run_one(vm, object);
        }
    }
    if let Some(e) = pending {
        let _ = vm.restore(e);
    }
}

fn run_one(vm: &Vm, object: Value) {
    taipan_object::gc::finalize(vm, &object);
    drop(object);
}
