//! Issuing warnings from native code.

use taipan_object::{PyResult, TypeRef, Value, Vm};
use taipan_syntax::error::{SyntaxWarning, WarningCategory};

/// Issues a warning at a place in source text.
///
/// # Errors
/// The warning, if filters make it an error.
pub fn warn_explicit(vm: &Vm, warning: &SyntaxWarning, filename: &str) -> PyResult<()> {
    let category = match warning.category {
        WarningCategory::SyntaxWarning => &vm.exc.syntax_warning,
        WarningCategory::DeprecationWarning => &vm.exc.deprecation_warning,
    };
    emit(
        vm,
        category,
        &warning.message,
        filename,
        i64::from(warning.line),
    )
}

/// Issues a warning at the running code.
///
/// # Errors
/// The warning, if filters make it an error.
pub fn warn(vm: &Vm, category: &TypeRef, message: &str, stack_level: usize) -> PyResult<()> {
    if crate::imp::find(vm, "_warnings").is_some() {
        let module = native_module(vm)?;
        let args = [
            vm.new_str(message).into_value(),
            category.to_value(),
            vm.new_int(stack_level as i64),
        ];
        return vm
            .call_method(&module, &vm.intern_str("warn"), &args)
            .map(drop);
    }
    let (filename, line) = match crate::builtins::scope::current(vm) {
        // SAFETY: the current frame is live.
        Some(frame) => unsafe {
            let f = &*frame;
            (
                f.code().code.filename.to_string(),
                i64::from(f.code().line_of(f.lasti())),
            )
        },
        None => ("<sys>".to_owned(), 0),
    };
    emit(vm, category, message, &filename, line)
}

/// The module `_warnings`, kept to the end: finalisers of the last objects still warn.
fn native_module(vm: &Vm) -> PyResult {
    #[derive(Default)]
    struct Kept(std::cell::OnceCell<Value>);
    let kept = crate::state::<Kept>(vm, "warnings.module");
    if let Some(module) = kept.0.get() {
        return Ok(module.clone());
    }
    let module = crate::import::import_module(vm, "_warnings")?;
    Ok(kept.0.get_or_init(|| module).clone())
}

/// Gives a warning to the module `_warnings`.
fn emit(vm: &Vm, category: &TypeRef, message: &str, filename: &str, line: i64) -> PyResult<()> {
    if crate::imp::find(vm, "_warnings").is_none() {
        return Ok(());
    }
    let module = native_module(vm)?;
    let Some(warn) = vm.getattr_opt(&module, &vm.intern_str("warn_explicit"))? else {
        return Ok(());
    };
    let args = [
        vm.new_str(message).into_value(),
        category.to_value(),
        vm.new_str(filename).into_value(),
        vm.new_int(line),
    ];
    vm.call(&warn, &args).map(drop::<Value>)
}
