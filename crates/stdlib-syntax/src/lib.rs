//! The compiler's stages as Python sees them: `_ast`, `_symtable`
//! and `_tokenize`, views on crates `syntax` and `compiler`.

pub mod ast;
pub mod symtable;
pub mod tokenize;

use taipan_object::Vm;
use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&ast::MODULE, &symtable::MODULE, &tokenize::MODULE];

/// Lets `compile()` take and give syntax trees.
pub fn install(vm: &Vm) {
    taipan_vm::state::<taipan_vm::hooks::AstHook>(vm, "ast.hook")
        .compile
        .set(Some(ast::compile::compile));
}
