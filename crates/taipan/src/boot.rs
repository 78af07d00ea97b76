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
    runtime.register(taipan_stdlib_xml::MODULES);
    runtime.register(taipan_stdlib_sqlite::MODULES);
    runtime.register(taipan_stdlib_os::MODULES);
    runtime.register(taipan_stdlib_ssl::MODULES);
    taipan_stdlib_syntax::install(runtime.vm());
    taipan_stdlib_core::io::install(vm);
    taipan_vm::config::set(vm, config);
    if taipan_vm::sys::configure(vm).is_err() {
        return Err("can't initialize sys".to_owned());
    }
    // A stream that could not be made although its descriptor is open: no such encoding.
    if let (Some(encoding), _) = &taipan_vm::config(vm).io_encoding
        && [(0, "stdin"), (1, "stdout"), (2, "stderr")]
            .iter()
            .any(|&(fd, name)| {
                taipan_vm::sys_attr(vm, name).is_none_or(|s| s.is_none())
                    && taipan_host::fs::fstat(fd).is_ok()
            })
    {
        let message = format!(
            "can't initialize sys standard streams\nLookupError: unknown encoding: {encoding}"
        );
        // As at every end: the process goes, its objects need not be freed one by one.
        std::mem::forget(runtime);
        return Err(message);
    }
    match options.jit {
        JitMode::Off => {}
        JitMode::On => taipan_jit::install(vm, taipan_vm::jit::Mode::On),
        JitMode::Always => taipan_jit::install(vm, taipan_vm::jit::Mode::Always),
    }
    Ok(runtime)
}
