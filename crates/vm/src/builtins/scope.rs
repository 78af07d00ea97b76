//! The running frame's names: what `globals`, `locals`, `vars`, `dir`, `exec` and `eval` start from.

use taipan_object::dict::Dict;
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::frame::Frame;
use crate::machine::Machine;

/// The innermost Python frame, if code runs.
pub fn current(vm: &Vm) -> Option<*mut Frame> {
    let frame = Machine::of(vm).current.get();
    (!frame.is_null()).then_some(frame)
}

/// Globals of the running code.
///
/// # Errors
/// SystemError if no code runs.
pub fn globals(vm: &Vm) -> PyResult<Ref<Dict>> {
    match current(vm) {
        // SAFETY: the current frame is live.
        Some(frame) => Ok(unsafe { (*frame).globals().clone() }),
        None => Err(vm.raise_str(&vm.exc.system_error, "globals and locals cannot be NULL")),
    }
}

/// Locals of the running code: the mapping of a module or class body, a fresh
/// snapshot of a function's.
///
/// # Errors
/// SystemError if no code runs.
pub fn locals(vm: &Vm) -> PyResult {
    match current(vm) {
        Some(frame) => crate::frame_type::locals(vm, &crate::frame::frame_object(vm, frame)),
        None => Err(vm.raise_str(&vm.exc.system_error, "frame does not exist")),
    }
}

/// `vars([object])`.
///
/// # Errors
/// TypeError if the object has no `__dict__`.
pub fn vars(vm: &Vm, object: Option<&Value>) -> PyResult {
    let Some(object) = object else {
        return locals(vm);
    };
    match vm.getattr_opt(object, &vm.names.__dict__)? {
        Some(dict) => Ok(dict),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    }
}

/// `dir([object])`.
///
/// # Errors
/// What `__dir__` raises.
pub fn dir(vm: &Vm, object: Option<&Value>) -> PyResult {
    let names = match object {
        None => {
            let locals = locals(vm)?;
            match locals.downcast::<Dict>() {
                Some(d) => d.keys(),
                None => {
                    let keys = vm.call_method(&locals, &vm.intern_str("keys"), &[])?;
                    vm.collect(&keys)?
                }
            }
        }
        Some(object) => match vm.call_special(object, &vm.names.__dir__, &[])? {
            Some(names) => vm.collect(&names)?,
            None => return Err(vm.type_error("object does not provide __dir__")),
        },
    };
    let list = vm.new_list(names);
    taipan_object::sort::sort_list(vm, &list, None, false)?;
    Ok(list.into_value())
}
