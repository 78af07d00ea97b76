//! The module `_sysconfig`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions.
#[pymodule(name = "_sysconfig", doc = "How this interpreter was built.")]
pub mod module {
    use taipan_object::dict::Dict;
    use taipan_object::{Ref, Vm};

    /// Variables of the build that the interpreter itself knows.
    #[pyfunction("()")]
    fn config_vars(vm: &Vm) -> Ref<Dict> {
        let vars = vm.new_dict();
        for name in ["Py_GIL_DISABLED", "Py_DEBUG"] {
            vars.insert_str(vm, &vm.intern_str(name), vm.new_int(0));
        }
        vars
    }
}
