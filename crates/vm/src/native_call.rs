//! Calling native functions: a panic becomes SystemError.

use std::panic::{AssertUnwindSafe, catch_unwind};

use taipan_object::native::NativeFn;
use taipan_object::{Args, PyResult, Vm};

/// Calls a native function; a panic inside becomes SystemError.
#[inline(always)]
pub fn guard(vm: &Vm, f: NativeFn, args: Args<'_>) -> PyResult {
    match catch_unwind(AssertUnwindSafe(|| f(vm, args))) {
        Ok(result) => result,
        Err(payload) => Err(panicked(vm, payload)),
    }
}

#[cold]
fn panicked(vm: &Vm, payload: Box<dyn std::any::Any + Send>) -> taipan_object::Raised {
    let text = payload
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown cause".to_owned());
    drop(vm.take_pending());
    vm.raise_str(
        &vm.exc.system_error,
        format!("internal error in native code: {text}"),
    )
}
