//! Arguments that are file descriptors.

use taipan_object::{PyResult, Value, Vm};

/// A descriptor, or an object with a `fileno()` method.
///
/// # Errors
/// TypeError, ValueError for negative numbers.
pub fn fd_arg(vm: &Vm, value: &Value) -> PyResult<i32> {
    let number = if value.as_int().is_some() {
        if value.as_bool().is_some() {
            let message = "bool is used as a file descriptor";
            (vm.hooks.get().warn)(vm, &vm.exc.runtime_warning, message, 1)?;
        }
        value.clone()
    } else {
        let fileno = vm.getattr_opt(value, &vm.intern_str("fileno"))?;
        let Some(fileno) = fileno else {
            return Err(vm.type_error("argument must be an int, or have a fileno() method."));
        };
        let number = vm.call(&fileno, &[])?;
        if number.as_int().is_none() {
            return Err(vm.type_error("fileno() returned a non-integer"));
        }
        number
    };
    let fd = number
        .as_i64()
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| vm.overflow_error("Python int too large to convert to C int"))?;
    if fd < 0 {
        return Err(vm.value_error(format!(
            "file descriptor cannot be a negative integer ({fd})"
        )));
    }
    Ok(fd)
}
