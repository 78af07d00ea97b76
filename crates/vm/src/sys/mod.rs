//! The module `sys`.

mod functions;

use taipan_object::module::Module;
use taipan_object::{PyResult, Ref, Value, Vm};

pub use functions::module::MODULE;

/// Makes the module and its streams.
///
/// # Errors
/// Only if there is no memory.
pub fn install(vm: &Vm) -> PyResult<()> {
    let module = crate::imp::create(vm, &MODULE)?;
    vm.modules.insert_str(vm, &vm.names.sys, module.to_value());
    set_streams(vm, &module);
    Ok(())
}

fn set_streams(vm: &Vm, module: &Ref<Module>) {
    let tty = taipan_host::fd::is_terminal(1);
    let set = |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
    for (name, value) in [
        ("stdin", crate::stdio::make(vm, 0, "<stdin>", "strict", false)),
        ("stdout", crate::stdio::make(vm, 1, "<stdout>", "strict", tty)),
        ("stderr", crate::stdio::make(vm, 2, "<stderr>", "backslashreplace", true)),
    ] {
        set(name, value.clone());
        set(&format!("__{name}__"), value);
    }
}

/// Flushes `sys.stdout` and `sys.stderr`; whether both could be.
pub fn flush_streams(vm: &Vm) -> bool {
    let mut ok = true;
    for name in ["stdout", "stderr"] {
        if let Some(stream) = crate::sys_attr(vm, name).filter(|s| !s.is_none())
            && flush(vm, &stream).is_err()
        {
            drop(vm.take_pending());
            ok &= name != "stdout";
        }
    }
    ok
}

fn flush(vm: &Vm, stream: &Value) -> PyResult<()> {
    match crate::stdio::native_stream(vm, stream) {
        Some(stream) => crate::stdio::flush(vm, stream),
        None => vm.call_method(stream, &vm.intern_str("flush"), &[]).map(drop),
    }
}
