//! What the module keeps for an interpreter: adapters, converters, whether callbacks show tracebacks.

use std::cell::Cell;
use std::rc::Rc;

use taipan_object::dict::Dict;
use taipan_object::{Ref, Value, Vm};
use taipan_stdlib_data::support::once;

/// Adapters by (class, protocol).
pub fn adapters(vm: &Vm) -> Ref<Dict> {
    once(vm, "sqlite3.adapters", || vm.new_dict())
}

/// Converters by the name of their type in capitals.
pub fn converters(vm: &Vm) -> Ref<Dict> {
    once(vm, "sqlite3.converters", || vm.new_dict())
}

fn flag(vm: &Vm, key: &'static str) -> Rc<Cell<bool>> {
    once(vm, key, || Rc::new(Cell::new(false)))
}

pub fn shows_tracebacks(vm: &Vm) -> bool {
    flag(vm, "sqlite3.tracebacks").get()
}

pub fn show_tracebacks(vm: &Vm, on: bool) {
    flag(vm, "sqlite3.tracebacks").set(on);
}

/// Whether numbers or texts have adapters, too.
pub fn adapts_basic(vm: &Vm) -> bool {
    flag(vm, "sqlite3.adapts_basic").get()
}

pub fn set_adapts_basic(vm: &Vm) {
    flag(vm, "sqlite3.adapts_basic").set(true);
}

/// The class of a payload, which is made with the module.
pub fn class_value<T: taipan_object::native::NativeClass>(vm: &Vm) -> Value {
    vm.add_native_type::<T>().into_value()
}
