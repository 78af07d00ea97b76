//! What crate `object` asks of the machine, and what the machine asks of native modules.

use std::cell::Cell;

use taipan_compiler::codegen::CompileOptions;
use taipan_object::vm::Hooks;
use taipan_object::{PyResult, Value, Vm};

use crate::machine::Machine;

/// The machine's hooks.
pub const HOOKS: Hooks = Hooks {
    current_globals: |vm| {
        let frame = Machine::of(vm).current.get();
        // SAFETY: the current frame is live.
        (!frame.is_null()).then(|| unsafe { (*frame).globals().clone() })
    },
    current_locals: crate::builtins::scope::locals,
    warn: crate::warnings::warn,
    import: crate::import::import_module,
    unraisable: crate::sys::report_unraisable,
    super_args: crate::super_::super_args,
    poll: crate::poll::poll,
    ..Hooks::NONE
};

/// What `compile()` was asked for, checked.
#[derive(Clone, Copy)]
pub struct CompileRequest<'r> {
    pub source: &'r Value,
    /// All about how to compile; `parse` already follows the flags.
    pub options: CompileOptions<'r>,
    /// The tree itself is wanted (`PyCF_ONLY_AST`).
    pub only_ast: bool,
    /// The tree is wanted as it is compiled (`PyCF_OPTIMIZED_AST`).
    pub optimized_ast: bool,
}

/// `compile` for syntax trees; `None` if it is source text to be compiled to code.
pub type CompileAst = fn(&Vm, &CompileRequest<'_>) -> PyResult<Option<Value>>;

/// What the module `_ast` adds to `compile`.
#[derive(Default)]
pub struct AstHook {
    pub compile: Cell<Option<CompileAst>>,
}
