//! The module `_posixshmem`: shared memory by name.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions.
#[pymodule(name = "_posixshmem", doc = "Shared memory by name.")]
pub mod module {
    use taipan_host::semaphore;
    use taipan_object::{PyResult, Value, Vm};

    fn text(vm: &Vm, path: &Value) -> PyResult<String> {
        match path.downcast::<taipan_object::str::Str>() {
            Some(s) => {
                let text = s.to_string();
                if text.contains('\0') {
                    return Err(vm.value_error("embedded null character"));
                }
                Ok(text)
            }
            None => Err(vm.type_error(format!(
                "shm_open() argument 'path' must be str, not {}",
                vm.type_of(path).display_name()
            ))),
        }
    }

    /// Opens shared memory; its descriptor.
    #[pyfunction("(path, flags, mode=511)")]
    fn shm_open(vm: &Vm, path: &Value, flags: i32, mode: i32) -> PyResult<i32> {
        let name = text(vm, path)?;
        loop {
            match semaphore::open_memory(&name, flags, mode as u32) {
                Ok(fd) => return Ok(fd),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {
                    (vm.hooks.get().poll)(vm)?;
                }
                Err(e) => return Err(taipan_vm::os_error::raise(vm, &e, Some(path))),
            }
        }
    }

    /// Removes the name of shared memory.
    #[pyfunction("(path)")]
    fn shm_unlink(vm: &Vm, path: &Value) -> PyResult<()> {
        let name = text(vm, path)?;
        semaphore::unlink_memory(&name).map_err(|e| taipan_vm::os_error::raise(vm, &e, Some(path)))
    }
}
