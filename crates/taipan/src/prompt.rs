//! A plain interactive prompt.

use taipan_compiler::codegen::{CompileMode, CompileOptions, compile_source};
use taipan_object::module::Module;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};
use taipan_syntax::error::SyntaxErrorKind;
use taipan_vm::{builtins, sys};

fn prompt_text(vm: &Vm, name: &str, default: &str) -> Value {
    taipan_vm::sys_attr(vm, name).unwrap_or_else(|| vm.new_str(default).into_value())
}

/// Whether the lines so far are the start of a statement that goes on.
fn incomplete(source: &str) -> bool {
    let goes_on = |text: &str| {
        compile_source(
            text.as_bytes(),
            &CompileOptions::new("<stdin>", CompileMode::Single),
        )
        .err()
        .is_some_and(|e| {
            e.kind == SyntaxErrorKind::IncompleteInput
                || e.message.contains("was never closed")
                || e.message.contains("unexpected EOF")
                || e.message.starts_with("expected an indented block")
                || e.message.starts_with("unterminated triple-quoted")
        })
    };
    if goes_on(source) {
        return !source.ends_with("\n\n")
            || source.contains("\"\"\"")
            || source.contains("'''")
            || source.contains(['(', '[', '{']);
    }
    // A compound statement ends with an empty line.
    let compound = source
        .lines()
        .next()
        .is_some_and(|l| l.trim_end().ends_with(':') || l.starts_with('@'));
    compound && !source.ends_with("\n\n")
}

/// Reads statements from the standard input and runs them until its end.
///
/// # Errors
/// SystemExit.
pub fn run(vm: &Vm, main: &Ref<Module>, quiet: bool) -> PyResult<()> {
    if !quiet {
        let text = format!(
            "Python {} on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n",
            sys::version_text()
        );
        sys::write_stderr(vm, &text);
    }
    let terminal = taipan_host::fd::is_terminal(0);
    let mut source = String::new();
    loop {
        let prompt = if source.is_empty() {
            prompt_text(vm, "ps1", ">>> ")
        } else {
            prompt_text(vm, "ps2", "... ")
        };
        // Where the input is no terminal, the prompt stays out of the way of the output.
        let shown = if terminal {
            Some(&prompt)
        } else {
            let text = vm.str(&prompt)?;
            sys::write_stderr(vm, &text.to_string());
            None
        };
        match builtins::print::input(vm, shown) {
            Ok(line) => {
                let line = line
                    .downcast::<Str>()
                    .map_or_else(String::new, |s| s.to_string());
                source.push_str(&line);
                source.push('\n');
            }
            Err(_) if vm.exception_is(&vm.exc.eof_error) => {
                drop(vm.take_pending());
                sys::write_stderr(vm, "\n");
                return Ok(());
            }
            Err(_) if vm.exception_is(&vm.exc.keyboard_interrupt) => {
                drop(vm.take_pending());
                sys::write_stderr(vm, "\nKeyboardInterrupt\n");
                source.clear();
                continue;
            }
            Err(e) => return Err(e),
        }
        if source.trim().is_empty() {
            source.clear();
            continue;
        }
        if incomplete(&source) {
            continue;
        }
        let text = std::mem::take(&mut source);
        taipan_vm::traceback_print::register(vm, "<stdin>", &text);
        let result = builtins::compile::compile_text(
            vm,
            text.as_bytes(),
            CompileOptions::new("<stdin>", CompileMode::Single),
        )
        .and_then(|code| {
            let function = taipan_vm::function::new_function(vm, &code, &main.dict, None);
            taipan_vm::call::run_code(vm, &function, Some(main.dict.to_value()))
        });
        if let Err(raised) = result {
            let e = vm.take_exception(raised);
            if vm.is_instance_of(&e, &vm.exc.system_exit) {
                return Err(vm.restore(e));
            }
            crate::run::report(vm, &e);
        }
    }
}
