//! The module `sys`.

pub mod frames;
mod functions;
mod hooks;
pub mod monitoring;
mod records;

use taipan_object::module::Module;
use taipan_object::{PyResult, Ref, Value, Vm};

pub use functions::module::MODULE;
pub use hooks::{audit, remember_last, report_exception, report_unraisable};

/// `sys.version_info.micro`.
const MICRO: i64 = 7;
/// The version of Taipan itself.
pub const TAIPAN_VERSION: &str = env!("CARGO_PKG_VERSION");
/// What `-V` shows after the name.
pub const PYTHON_VERSION: &str = "3.14.7";
/// The names of `sys.stdlib_module_names`, one a line.
const STDLIB_NAMES: &str = include_str!("names.txt");

/// `sys.version`: `platform` reads version, build and compiler from it.
pub fn version_text() -> String {
    format!(
        "{PYTHON_VERSION} (taipan-{TAIPAN_VERSION}, Jan  1 2026, 00:00:00) [Taipan {TAIPAN_VERSION}]"
    )
}

/// Makes the module with what needs no set-up.
///
/// # Errors
/// Only if there is no memory.
pub fn install(vm: &Vm) -> PyResult<()> {
    let module = crate::imp::create(vm, &MODULE)?;
    for (name, def) in [
        ("monitoring", &monitoring::MODULE),
        ("_jit", &monitoring::jit::MODULE),
    ] {
        let part = crate::imp::create(vm, def)?;
        module
            .dict
            .insert_str(vm, &vm.intern_str(name), part.into_value());
    }
    vm.modules.insert_str(vm, &vm.names.sys, module.to_value());
    Ok(())
}

fn texts(vm: &Vm, items: &[Vec<u8>]) -> Value {
    vm.list_value(
        items
            .iter()
            .map(|t| crate::util::fs_to_text(vm, t))
            .collect(),
    )
}

/// Fills in what command line and environment decide, and the standard streams.
///
/// # Errors
/// Only if there is no memory.
pub fn configure(vm: &Vm) -> PyResult<()> {
    let config = crate::config(vm);
    let Some(module) = vm
        .modules
        .get_str(&vm.names.sys)
        .and_then(|m| m.downcast_owned::<Module>().ok())
    else {
        return Err(vm.runtime_error("lost sys"));
    };
    let set = |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
    let path_text = |p: &[u8]| crate::util::fs_to_text(vm, p);
    set("argv", texts(vm, &config.argv));
    set("orig_argv", texts(vm, &config.orig_argv));
    set("path", texts(vm, &config.path));
    set("executable", path_text(&config.executable));
    set("_base_executable", path_text(&config.base_executable));
    for (name, prefix) in [
        ("prefix", &config.prefix),
        ("exec_prefix", &config.prefix),
        ("base_prefix", &config.base_prefix),
        ("base_exec_prefix", &config.base_prefix),
    ] {
        set(name, path_text(prefix));
    }
    set(
        "_stdlib_dir",
        if config.stdlib.is_empty() {
            Value::NONE
        } else {
            path_text(&config.stdlib)
        },
    );
    set(
        "dont_write_bytecode",
        Value::bool(config.dont_write_bytecode),
    );
    set(
        "pycache_prefix",
        config
            .pycache_prefix
            .as_ref()
            .map_or(Value::NONE, |p| path_text(p)),
    );
    set(
        "warnoptions",
        vm.list_value(
            config
                .warn_options
                .iter()
                .map(|o| vm.new_str(o).into_value())
                .collect(),
        ),
    );
    let options = vm.new_dict();
    for (name, value) in &config.x_options {
        options.insert_str(
            vm,
            &vm.intern_str(name),
            value
                .as_ref()
                .map_or(Value::TRUE, |v| vm.new_str(v).into_value()),
        );
    }
    set("_xoptions", options.into_value());
    set("flags", records::flags(vm)?);
    set("builtin_module_names", {
        let names: Vec<Value> = crate::imp::names(vm)
            .into_iter()
            .map(|n| vm.intern_str(n).into_value())
            .collect();
        vm.new_tuple(names).into_value()
    });
    if config.optimize > 0 {
        vm.builtins
            .insert_str(vm, &vm.intern_str("__debug__"), Value::FALSE);
    }
    for name in ["sys", "builtins"] {
        give_spec(vm, name)?;
    }
    set_streams(vm, &module);
    Ok(())
}

/// Gives a module that was there before imports its spec and loader.
fn give_spec(vm: &Vm, name: &str) -> PyResult<()> {
    use crate::import::spec::{LoaderKind, SpecParts, make};
    let name = vm.intern_str(name);
    let Some(module) = vm
        .modules
        .get_str(&name)
        .and_then(|m| m.downcast_owned::<Module>().ok())
    else {
        return Ok(());
    };
    let origin = Some(vm.intern_str("built-in").into_value());
    let (spec, loader) = make(
        vm,
        &SpecParts {
            name: &name,
            kind: LoaderKind::Builtin,
            origin,
            cached: None,
            search: None,
        },
    )?;
    vm.setattr(&spec, &vm.names._initializing, &Value::FALSE)?;
    module.dict.insert_str(vm, &vm.names.__spec__, spec);
    module.dict.insert_str(vm, &vm.names.__loader__, loader);
    Ok(())
}

fn set_streams(vm: &Vm, module: &Ref<Module>) {
    let set = |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let stream = match crate::stdio::maker(vm) {
            Some(make) => make(vm, fd).unwrap_or_else(|_| {
                drop(vm.take_pending());
                Value::NONE
            }),
            None => Value::NONE,
        };
        set(name, stream.clone());
        set(&format!("__{name}__"), stream);
    }
}

/// Flushes `sys.stdout` and `sys.stderr`; whether both could be.
pub fn flush_streams(vm: &Vm) -> bool {
    let mut ok = true;
    for name in ["stdout", "stderr"] {
        let Some(stream) = crate::sys_attr(vm, name).filter(|s| !s.is_none()) else {
            continue;
        };
        let closed = vm
            .getattr_opt(&stream, &vm.intern_str("closed"))
            .ok()
            .flatten();
        if closed.is_some_and(|c| vm.is_true(&c).unwrap_or(false)) {
            continue;
        }
        if let Err(raised) = vm.call_method(&stream, &vm.intern_str("flush"), &[]) {
            let e = vm.take_exception(raised);
            if name == "stdout" {
                report_unraisable(vm, e, "Exception ignored while flushing sys.stdout", None);
            }
            ok = false;
        }
    }
    ok
}

/// Writes text to `sys.stderr`, or to the descriptor if `sys` has no such name.
pub fn write_stderr(vm: &Vm, text: &str) {
    if let Some(stream) = crate::sys_attr(vm, "stderr") {
        if stream.is_none() {
            return;
        }
        let text = vm.new_str(text).into_value();
        if vm
            .call_method(&stream, &vm.intern_str("write"), &[text])
            .is_err()
        {
            drop(vm.take_pending());
        }
        if vm
            .call_method(&stream, &vm.intern_str("flush"), &[])
            .is_err()
        {
            drop(vm.take_pending());
        }
        return;
    }
    let _ = taipan_host::fd::write_all(2, text.as_bytes());
}
