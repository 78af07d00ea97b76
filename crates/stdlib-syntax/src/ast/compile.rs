//! `compile()` with syntax trees: as its source, as its result, or both.

use bumpalo::Bump;
use taipan_compiler::codegen::{CompileMode, ListPositions, SourcePositions};
use taipan_object::{PyResult, Value, Vm};
use taipan_syntax::parser;
use taipan_vm::builtins::compile::{Source, raise_syntax_error};
use taipan_vm::hooks::CompileRequest;

use super::classes::{self, Classes};
use super::{emit, read, validate};

/// The part of `compile()` that deals with trees; `None` if there is none in it.
///
/// # Errors
/// SyntaxError; TypeError and ValueError for objects that make no tree.
pub fn compile(vm: &Vm, request: &CompileRequest<'_>) -> PyResult<Option<Value>> {
    // Without classes there are no objects of them.
    let known = classes::state_if_made(vm);
    if known.is_some_and(|classes| vm.is_instance_of(request.source, &classes.base)) {
        return from_tree(vm, request).map(Some);
    }
    if request.only_ast {
        return to_tree(vm, request).map(Some);
    }
    Ok(None)
}

fn to_tree(vm: &Vm, request: &CompileRequest<'_>) -> PyResult {
    let options = &request.options;
    let what = "string, bytes or AST object";
    let source = Source::of(vm, request.source, "compile", what)?;
    let text = source.text(vm, options.filename)?;
    let arena = Bump::with_capacity(text.len() * 8);
    let parsed = parser::parse(
        &text,
        &arena,
        options.mode.parse_mode(),
        options.parse_options(),
    );
    let module = match parsed.module {
        Ok(module) => module,
        Err(e) => return Err(raise_syntax_error(vm, &e, options.filename)),
    };
    for warning in &parsed.warnings {
        taipan_vm::warnings::warn_explicit(vm, warning, options.filename)?;
    }
    let positions = SourcePositions::new(&parsed.line_index);
    let optimize = request.optimized_ast.then_some(options.optimize);
    let classes = classes::state(vm)?;
    emit::emit(vm, &classes, &module, &positions, optimize)
}

fn from_tree(vm: &Vm, request: &CompileRequest<'_>) -> PyResult {
    let classes = classes::state(vm)?;
    check_root(vm, &classes, request)?;
    if request.only_ast && !request.optimized_ast {
        return Ok(request.source.clone());
    }
    let arena = Bump::new();
    let (module, positions) = read::read(vm, &classes, &arena, request.source)?;
    validate::validate(vm, &module, &positions)?;
    let positions = ListPositions::new(&positions);
    if request.only_ast {
        let optimize = Some(request.options.optimize);
        return emit::emit(vm, &classes, &module, &positions, optimize);
    }
    match taipan_compiler::codegen::compile(&module, &positions, &request.options) {
        Ok(compiled) => {
            for warning in &compiled.warnings {
                taipan_vm::warnings::warn_explicit(vm, warning, request.options.filename)?;
            }
            Ok(taipan_vm::code::new_code(vm, compiled.code, true).into_value())
        }
        Err(e) => Err(raise_syntax_error(vm, &e, request.options.filename)),
    }
}

/// The root of a tree must fit the mode.
fn check_root(vm: &Vm, classes: &Classes, request: &CompileRequest<'_>) -> PyResult<()> {
    let expected = match request.options.mode {
        CompileMode::Exec => "Module",
        CompileMode::Eval => "Expression",
        CompileMode::Single => "Interactive",
        CompileMode::FuncType => "FunctionType",
    };
    if vm.is_instance_of(request.source, &classes.of(vm, expected)?.ty) {
        return Ok(());
    }
    Err(vm.type_error(format!(
        "expected {expected} node, got {}",
        vm.type_name(request.source)
    )))
}
