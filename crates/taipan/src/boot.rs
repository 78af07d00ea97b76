//! Making an interpreter as the options ask for.

use taipan_vm::config::JitMode;
use taipan_vm::runtime::Runtime;

use crate::{cli, setup};

/// An interpreter that is ready to run the program.
///
/// # Errors
/// What is wrong with the environment or the system.
pub fn runtime(
    options: &cli::Options,
    args: Vec<Vec<u8>>,
    stack_limit: usize,
) -> Result<Runtime, String> {
    let secret = setup::hash_secret(options)?;
    let config = setup::config(options, args)?;
    let Some(runtime) = Runtime::new(secret) else {
        return Err("no address space for the stacks".to_owned());
    };
    let vm = runtime.vm();
    vm.stack_limit.set(stack_limit);
    runtime.register(taipan_stdlib_core::MODULES);
    runtime.register(taipan_stdlib_re::MODULES);
    runtime.register(taipan_stdlib_syntax::MODULES);
    runtime.register(taipan_stdlib_data::MODULES);
    runtime.register(taipan_stdlib_os::MODULES);
    taipan_stdlib_syntax::install(runtime.vm());
    taipan_stdlib_core::io::install(vm);
    taipan_vm::config::set(vm, config);
    if taipan_vm::sys::configure(vm).is_err() {
        return Err("can't initialize sys".to_owned());
    }
    match options.jit {
        JitMode::Off => {}
        JitMode::On => taipan_jit::install(vm, taipan_vm::jit::Mode::On),
        JitMode::Always => taipan_jit::install(vm, taipan_vm::jit::Mode::Always),
    }
    Ok(runtime)
}
