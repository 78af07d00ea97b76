//! The `taipan` command.

mod boot;
mod cli;
mod explain;
mod help;
mod prompt;
mod run;
mod setup;
mod site;
mod unpack;

use taipan_object::vm::breaker;

use cli::Request;
use run::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Native stack of the main thread.
const STACK: usize = 80 << 20;
/// What native code may use beyond the point where recursion ends.
const RESERVE: usize = 1 << 20;

fn main() {
    taipan_host::fd::restore_closed();
    let args = taipan_host::env::args();
    if args.get(1).is_some_and(|a| a == b"explain") {
        std::process::exit(match taipan_host::stack::Stack::new(STACK) {
            Some(stack) => stack.run(|| explain::command(&args, stack.bottom() + RESERVE)),
            None => explain::command(&args, 0),
        });
    }
    let options = match cli::parse(args.get(1..).unwrap_or(&[])) {
        Request::Run(options) => options,
        Request::Show(text, code) => {
            let _ = taipan_host::fd::write_all(1, text.as_bytes());
            std::process::exit(code.into());
        }
        Request::UnpackLibrary(folder) => std::process::exit(unpack::command(&folder)),
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
    let runtime = match boot::runtime(options, args, stack_limit) {
        Ok(runtime) => runtime,
        Err(message) => return fatal(&message),
    };
    let vm = runtime.vm();
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
        Exit::Code(code) => code & 0xFF,
        Exit::Interrupted => {
            taipan_host::signal::die_of_interrupt();
            130
        }
    };
    // The process ends at once: freeing every object first would only take time.
    std::mem::forget(runtime);
    code
}
