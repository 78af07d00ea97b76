//! Signals: handlers run in the main thread of the main interpreter.

use taipan_object::{PyResult, Vm};

/// Runs the Python handlers of signals that arrived.
pub fn run_handlers(_vm: &Vm) -> PyResult<()> {
    Ok(())
}
