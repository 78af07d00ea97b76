//! The module `_contextvars`: variables whose values belong to a context (PEP 567).

mod context;
mod map;
mod token;
mod variable;

use taipan_macros::pymodule;

pub use context::Context;
pub use module::MODULE;

/// Functions; the classes are in the files beside.
#[pymodule(
    name = "_contextvars",
    doc = "Variables whose values belong to a context.",
    classes(
        crate::contextvars::context::Context,
        crate::contextvars::variable::ContextVar,
        crate::contextvars::token::Token,
    )
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    use super::context::Context;
    use super::token::{Token, missing};
    use crate::support::{class_attribute, unhashable};

    #[pyinit]
    fn init(vm: &Vm, _module: &Ref<Module>) -> PyResult<()> {
        let token = vm.add_native_type::<Token>();
        class_attribute(vm, &token, "MISSING", missing(vm));
        unhashable(vm, &token);
        unhashable(vm, &vm.add_native_type::<Context>());
        Ok(())
    }

    /// A copy of the current context.
    #[pyfunction("()")]
    fn copy_context(vm: &Vm) -> Ref<Context> {
        Context::current(vm).duplicate(vm)
    }
}
