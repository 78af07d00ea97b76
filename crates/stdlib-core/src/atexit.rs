//! The module `atexit`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions of the module `atexit`.
#[pymodule(name = "atexit", doc = "Functions to call when the interpreter exits.")]
pub mod module {
    use taipan_object::args::KwArgs;
    use taipan_object::{PyResult, Value, Vm};
    use taipan_vm::lifecycle::AtExit;

    fn state(vm: &Vm) -> std::rc::Rc<AtExit> {
        taipan_vm::state::<AtExit>(vm, "atexit")
    }
    /// Registers a function with its arguments; gives it back.
    #[pyfunction("(func, /, *args, **kwargs)")]
    fn register(vm: &Vm, func: &Value, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        if vm.type_of(func).slots.call.get().is_none() {
            return Err(vm.type_error("the first argument must be callable"));
        }
        let kwargs = kwargs
            .iter()
            .map(|(k, v)| (k.to_value(), v.clone()))
            .collect();
        state(vm)
            .functions
            .borrow_mut()
            .push(Some((func.clone(), args.to_vec(), kwargs)));
        Ok(func.clone())
    }
    /// Takes back every registration of a function.
    #[pyfunction("(func, /)")]
    fn unregister(vm: &Vm, func: &Value) -> PyResult<()> {
        let state = state(vm);
        let count = state.functions.borrow().len();
        for i in 0..count {
            let known = state
                .functions
                .borrow()
                .get(i)
                .and_then(|f| f.as_ref().map(|f| f.0.clone()));
            if let Some(known) = known
                && vm.eq(&known, func)?
            {
                let old = state
                    .functions
                    .borrow_mut()
                    .get_mut(i)
                    .and_then(Option::take);
                drop(old);
            }
        }
        Ok(())
    }
    /// Forgets all registrations.
    #[pyfunction("()")]
    fn _clear(vm: &Vm) {
        let old = std::mem::take(&mut *state(vm).functions.borrow_mut());
        drop(old);
    }
    /// Calls all functions now.
    #[pyfunction("()")]
    fn _run_exitfuncs(vm: &Vm) {
        taipan_vm::lifecycle::run_atexit(vm);
    }
    /// How many functions are registered.
    #[pyfunction("()")]
    fn _ncallbacks(vm: &Vm) -> usize {
        state(vm).functions.borrow().iter().flatten().count()
    }
}
