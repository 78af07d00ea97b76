//! The `taipan` command.

mod cli;
mod prompt;
mod run;
mod setup;
mod site;

use taipan_object::vm::breaker;
use taipan_vm::config::JitMode;
use taipan_vm::runtime::Runtime;

use cli::Request;
use run::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Native stack of the main thread.
const STACK: usize = 80 << 20;
/// What native code may use beyond the point where recursion ends.
const RESERVE: usize = 1 << 20;

fn main() {
    let args = taipan_host::env::args();
    let options = match cli::parse(args.get(1..).unwrap_or(&[])) {
        Request::Run(options) => options,
        Request::Show(text, code) => {
            let _ = taipan_host::fd::write_all(1, text.as_bytes());
            std::process::exit(code.into());
        }
        Request::Fail(text, code) => {
            let _ = taipan_host::fd::write_all(2, text.as_bytes());
            std::process::exit(code.into());
        }
    };
    let code = match taipan_host::stack::Stack::new(STACK) {
        Some(stack) => stack.run(|| start(&options, args, stack.bottom() + RESERVE)),
        None => start(&options, args, 0),
    };
    std::process::exit(code);
}

fn fatal(message: &str) -> i32 {
    let _ = taipan_host::fd::write_all(2, format!("Fatal Python error: {message}\n").as_bytes());
    1
}

/// Makes the interpreter, runs the program, gives the exit code.
fn start(options: &cli::Options, args: Vec<Vec<u8>>, stack_limit: usize) -> i32 {
    let secret = match setup::hash_secret(options) {
        Ok(secret) => secret,
        Err(message) => return fatal(&message),
    };
    let config = match setup::config(options, args) {
        Ok(config) => config,
        Err(message) => return fatal(&message),
    };
    let Some(runtime) = Runtime::new(secret) else {
        return fatal("no address space for the stacks");
    };
    let vm = runtime.vm();
    vm.stack_limit.set(stack_limit);
    runtime.register(taipan_stdlib_core::MODULES);
    taipan_stdlib_core::io::install(vm);
    taipan_vm::config::set(vm, config);
    if taipan_vm::sys::configure(vm).is_err() {
        return fatal("can't initialize sys");
    }
    match options.jit {
        JitMode::Off => {}
        JitMode::On => taipan_jit::install(vm, taipan_vm::jit::Mode::On),
        JitMode::Always => taipan_jit::install(vm, taipan_vm::jit::Mode::Always),
    }
    let jit_stats = options
        .x_options
        .iter()
        .any(|(name, _)| name == "jit-stats");
    if jit_stats {
        taipan_jit::report::record();
    }
    // SAFETY: the word lives as long as the interpreter, which ends with the process.
    unsafe { taipan_host::signal::watch_interrupt(&raw const vm.breaker, breaker::SIGNAL) };
    let exit = run::run(vm, options);
    taipan_host::signal::forget_interrupt();
    if jit_stats {
        let text = taipan_jit::report::statistics();
        let _ = taipan_host::fd::write_all(2, text.as_bytes());
    }
    let code = match exit {
        Exit::Code(code) => code,
        Exit::Interrupted => {
            taipan_host::signal::die_of_interrupt();
            130
        }
    };
    // The process ends at once: freeing every object first would only take time.
    std::mem::forget(runtime);
    code
}
