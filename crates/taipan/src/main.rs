//! The `taipan` command.

use std::process::ExitCode;

use taipan_compiler::codegen::{CompileMode, CompileOptions, compile_source};
use taipan_vm::runtime::{Runtime, run_module_code};

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_default();
    let source = std::fs::read(&path).unwrap_or_default();
    let runtime = Runtime::new((0, 0)).expect("address space for the stacks");
    let vm = runtime.vm();
    let compiled = match compile_source(&source, &CompileOptions::new(&path, CompileMode::Exec)) {
        Ok(c) => c,
        Err(e) => {
            eprintln!("SyntaxError: {}", e.message);
            return ExitCode::FAILURE;
        }
    };
    runtime.register(taipan_stdlib_core::MODULES);
    if std::env::var_os("TJIT").is_some() {
        taipan_jit::install(vm, taipan_vm::jit::Mode::On);
    }
    let globals = vm.new_dict();
    globals.insert_str(vm, &vm.names.__name__, vm.new_str("__main__").into_value());
    if let Some(b) = vm.modules.get_str(&vm.intern_str("builtins")) {
        globals.insert_str(vm, &vm.names.__builtins__, b);
    }
    let result = run_module_code(vm, compiled.code, &globals);
    let failure = result.err().map(|raised| vm.take_exception(raised));
    taipan_vm::sys::flush_streams(vm);
    match failure {
        None => ExitCode::SUCCESS,
        Some(e) => {
            eprint!("{}", taipan_vm::traceback_print::format_exception(vm, &e));
            ExitCode::FAILURE
        }
    }
}
