//! The standard streams, as the module `_io` makes them and `print` writes to them.

use std::cell::Cell;

use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

/// Makes the standard stream on a descriptor.
pub type Maker = fn(&Vm, i32) -> PyResult;
/// Writes text to a native text stream; `false` if the object is none, and nothing was written.
pub type Printer = fn(&Vm, &Value, &Ref<Str>) -> PyResult<bool>;

/// What the module `_io` adds.
#[derive(Default)]
pub struct IoHooks {
    pub make: Cell<Option<Maker>>,
    pub print: Cell<Option<Printer>>,
}

/// What makes standard streams.
pub fn maker(vm: &Vm) -> Option<Maker> {
    crate::state::<IoHooks>(vm, "io.hooks").make.get()
}

/// What prints to native streams.
pub fn printer(vm: &Vm) -> Option<Printer> {
    crate::state::<IoHooks>(vm, "io.hooks").print.get()
}

/// Tells what makes and prints to native streams.
pub fn set_hooks(vm: &Vm, make: Maker, print: Printer) {
    let hooks = crate::state::<IoHooks>(vm, "io.hooks");
    hooks.make.set(Some(make));
    hooks.print.set(Some(print));
}
