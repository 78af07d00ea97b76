//! The module `marshal`.

use taipan_macros::pymodule;

pub use module::MODULE;

mod read;
mod write;

/// Functions of the module `marshal`.
#[pymodule(
    name = "marshal",
    doc = "The stored form of simple values and of code."
)]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::{PyResult, Value, Vm};

    use super::{read, write};

    #[pyattr]
    fn version() -> i64 {
        5
    }

    /// Writes a value to a binary file.
    #[pyfunction("(value, file, version=5, /, *, allow_code=True)")]
    fn dump(vm: &Vm, value: &Value, file: &Value, version: i64, allow_code: bool) -> PyResult {
        let bytes = write::write(vm, value, version, allow_code)?;
        vm.call_method(
            file,
            &vm.intern_str("write"),
            &[vm.new_bytes(bytes).into_value()],
        )
    }
    /// A value as bytes.
    #[pyfunction("(value, version=5, /, *, allow_code=True)")]
    fn dumps(vm: &Vm, value: &Value, version: i64, allow_code: bool) -> PyResult {
        Ok(vm
            .new_bytes(write::write(vm, value, version, allow_code)?)
            .into_value())
    }
    /// A value from bytes.
    #[pyfunction("(bytes, /, *, allow_code=True)")]
    fn loads(vm: &Vm, bytes: &Value, allow_code: bool) -> PyResult {
        match taipan_vm::util::buffer_bytes(vm, bytes)? {
            Some(b) => Ok(read::read(vm, &b, allow_code)?.0),
            None => Err(vm.type_error(format!(
                "a bytes-like object is required, not '{}'",
                vm.type_name(bytes)
            ))),
        }
    }
    /// Reads a value from a binary file.
    #[pyfunction("(file, /, *, allow_code=True)")]
    fn load(vm: &Vm, file: &Value, allow_code: bool) -> PyResult {
        let read_name = vm.intern_str("read");
        let seekable = vm.call_method(file, &vm.intern_str("tell"), &[]);
        let start = match seekable {
            Ok(at) => Some(at),
            Err(_) => {
                drop(vm.take_pending());
                None
            }
        };
        let data = vm.call_method(file, &read_name, &[])?;
        let Some(bytes) = taipan_vm::util::buffer_bytes(vm, &data)? else {
            return Err(vm.type_error(format!(
                "file.read() returned not bytes but {}",
                vm.type_name(&data)
            )));
        };
        let (value, used) = read::read(vm, &bytes, allow_code)?;
        if let Some(start) = start {
            // What follows the value stays in the file.
            let at = vm.index_i64(&start)? + used as i64;
            vm.call_method(file, &vm.intern_str("seek"), &[vm.new_int(at)])?;
        }
        Ok(value)
    }
}
