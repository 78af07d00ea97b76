//! What a module keeps for each interpreter besides its dict.

use std::any::Any;
use std::rc::Rc;

use taipan_object::Vm;

/// The value that `make` gave the first time it was asked for under this key.
pub fn once<T: Any + Clone>(vm: &Vm, key: &'static str, make: impl FnOnce() -> T) -> T {
    let known = vm.module_state.borrow().get(key).cloned();
    if let Some(known) = known.and_then(|k| k.downcast::<T>().ok()) {
        return (*known).clone();
    }
    let made = make();
    vm.module_state
        .borrow_mut()
        .insert(key, Rc::new(made.clone()));
    made
}
