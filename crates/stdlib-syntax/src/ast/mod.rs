//! The module `_ast`: syntax trees as Python objects.
//!
//! The classes come from the node table of `taipan_syntax::ast` ([`classes`]),
//! trees become objects in [`emit`] and objects trees in [`read`], checked by
//! [`validate`]. [`compile`] is what `compile()` does with trees.

use taipan_macros::pymodule;

mod base;
mod classes;
pub mod compile;
mod emit;
mod fold;
mod read;
mod replace;
mod repr;
mod validate;

pub use module::MODULE;

/// The module's classes and flags.
#[pymodule(name = "_ast", doc = "The nodes of syntax trees.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    #[pyattr(name = "PyCF_ALLOW_TOP_LEVEL_AWAIT")]
    const ALLOW_TOP_LEVEL_AWAIT: i64 = 0x2000;
    #[pyattr(name = "PyCF_ONLY_AST")]
    const ONLY_AST: i64 = 0x400;
    #[pyattr(name = "PyCF_TYPE_COMMENTS")]
    const TYPE_COMMENTS: i64 = 0x1000;
    #[pyattr(name = "PyCF_OPTIMIZED_AST")]
    const OPTIMIZED_AST: i64 = 0x8400;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let state = super::classes::state(vm)?;
        for ty in state.all() {
            let name = ty.name.borrow().clone();
            module.dict.insert_str(vm, &name, ty.to_value());
        }
        Ok(())
    }
}
