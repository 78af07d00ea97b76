//! The functions of `sys`.

use taipan_macros::pymodule;

/// Functions and constants of `sys`.
#[pymodule(name = "sys", doc = "The interpreter's own state.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    #[pyattr]
    const maxsize: i64 = i64::MAX;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        module.dict.insert_str(vm, &vm.intern_str("modules"), vm.modules.to_value());
        Ok(())
    }

    /// Exits the program.
    #[pyfunction("(status=None, /)")]
    fn exit(vm: &Vm, status: &Value) -> PyResult<()> {
        let args: &[Value] = if status.is_none() { &[] } else { std::slice::from_ref(status) };
        let e = taipan_object::exceptions::new_exception(vm, &vm.exc.system_exit, args);
        if let Some(x) = e.downcast::<taipan_object::exceptions::Exception>() {
            x.set_field(0, Some(status.clone()));
        }
        Err(vm.raise(e))
    }
}
