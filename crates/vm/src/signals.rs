//! Signals: handlers run in the main thread of the main interpreter.

use taipan_object::{PyResult, Vm};

/// Runs the Python handlers of signals that arrived.
///
/// # Errors
/// KeyboardInterrupt, or what a handler raises.
pub fn run_handlers(vm: &Vm) -> PyResult<()> {
    if taipan_host::signal::take_interrupt() {
        return Err(taipan_object::exceptions::raise_new(
            vm,
            &vm.exc.keyboard_interrupt,
            &[],
        ));
    }
    Ok(())
}
