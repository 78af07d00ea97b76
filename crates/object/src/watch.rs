//! Watchers: telling the machine that something compiled code relies on changed.

use crate::dict::Dict;
use crate::header::{Object, Ref};
use crate::value::Value;
use crate::vm::Vm;

fn as_ref(dict: &Dict) -> std::mem::ManuallyDrop<Ref<Dict>> {
    // SAFETY: dict payloads with watchers lie in heap objects; the reference is not dropped.
    unsafe {
        let object = (dict as *const Dict)
            .byte_sub(std::mem::offset_of!(Object<Dict>, payload))
            .cast::<Object<Dict>>();
        std::mem::ManuallyDrop::new(Ref::from_raw(std::ptr::NonNull::new_unchecked(
            object.cast_mut(),
        )))
    }
}

/// The value of a watched entry was replaced.
#[cold]
pub fn entry_changed(vm: &Vm, dict: &Dict, key: &Value) {
    (vm.hooks.get().dict_watch)(vm, &as_ref(dict), key);
}

/// A key was added to or removed from a dict with watched entries.
#[cold]
pub fn keys_changed(vm: &Vm, dict: &Dict, key: &Value) {
    (vm.hooks.get().dict_watch)(vm, &as_ref(dict), key);
}
