//! Frames as `sys` gives them.

use taipan_object::{PyResult, Value, Vm};

use crate::frame::{Frame, frame_object};

/// The frame `depth` calls above the running one.
pub fn at_depth(vm: &Vm, depth: i64) -> Option<*mut Frame> {
    let mut frame = crate::builtins::scope::current(vm)?;
    for _ in 0..depth.max(0) {
        // SAFETY: the chain of frames is live.
        let previous = unsafe { (*frame).previous };
        if previous.is_null() {
            return None;
        }
        frame = previous;
    }
    Some(frame)
}

/// `sys._getframe(depth)`.
///
/// # Errors
/// ValueError if the stack is not so deep.
pub fn get(vm: &Vm, depth: i64) -> PyResult {
    match at_depth(vm, depth) {
        Some(frame) => Ok(frame_object(vm, frame).into_value()),
        None => Err(vm.value_error("call stack is not deep enough")),
    }
}

/// `sys._getframemodulename(depth)`.
pub fn module_name(vm: &Vm, depth: i64) -> Value {
    match at_depth(vm, depth) {
        // SAFETY: the frame is live.
        Some(frame) => unsafe {
            let function = (*frame)
                .function()
                .and_then(|f| taipan_object::exceptions::peek(&f.module));
            function
                .or_else(|| (*frame).globals().get_str(&vm.names.__name__))
                .unwrap_or(Value::NONE)
        },
        None => Value::NONE,
    }
}
