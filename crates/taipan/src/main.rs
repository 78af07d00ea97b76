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
    taipan_vm::builtins::install(vm);
    let globals = vm.new_dict();
    globals.insert_str(vm, &vm.names.__name__, vm.new_str("__main__").into_value());
    match run_module_code(vm, compiled.code, &globals) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => {
            let e = vm.take_pending().unwrap();
            let text = vm.str(&e).map(|s| s.to_string()).unwrap_or_default();
            eprintln!("{}: {text}", vm.type_name(&e));
            ExitCode::FAILURE
        }
    }
}
