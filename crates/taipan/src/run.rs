//! Running a program to its exit code.

use taipan_compiler::codegen::{CompileMode, CompileOptions};
use taipan_object::exceptions::Exception;
use taipan_object::module::Module;
use taipan_object::{PyResult, Ref, Value, Vm};
use taipan_vm::import::spec::{LoaderKind, SpecParts};
use taipan_vm::{builtins, import, lifecycle, sys, traceback_print, util};

use crate::cli::{Options, Target};

/// How a program ended.
pub enum Exit {
    Code(i32),
    /// KeyboardInterrupt got out: the process dies of the signal.
    Interrupted,
}

/// The module `__main__`, empty.
fn main_module(vm: &Vm) -> Ref<Module> {
    let module = taipan_vm::imp::new_module(vm, "__main__");
    if let Some(b) = vm.modules.get_str(&vm.intern_str("builtins")) {
        module.dict.insert_str(vm, &vm.names.__builtins__, b);
    }
    vm.modules
        .insert_str(vm, &vm.names.__main__, module.to_value());
    module
}

fn run_source(vm: &Vm, main: &Ref<Module>, source: &[u8], filename: &str) -> PyResult {
    let options = CompileOptions {
        optimize: taipan_vm::config(vm).optimize,
        ..CompileOptions::new(filename, CompileMode::Exec)
    };
    let code = builtins::compile::compile_text(vm, source, options)?;
    let function = taipan_vm::function::new_function(vm, &code, &main.dict, None);
    taipan_vm::call::run_code(vm, &function, Some(main.dict.to_value()))
}

/// `runpy._run_module_as_main(name, alter_argv)`.
fn run_module(vm: &Vm, name: &[u8], alter_argv: bool) -> PyResult {
    let runpy = import::import_module(vm, "runpy")?;
    let name = util::fs_to_text(vm, name);
    vm.call_method(
        &runpy,
        &vm.intern_str("_run_module_as_main"),
        &[name, Value::bool(alter_argv)],
    )
}

fn insert_path(vm: &Vm, path: &[u8]) {
    if let Some(list) = taipan_vm::sys_attr(vm, "path")
        .and_then(|p| p.downcast_owned::<taipan_object::list::List>().ok())
    {
        let path = util::fs_to_text(vm, path);
        list.with(|l| l.insert(0, path));
    }
}

fn run_file(vm: &Vm, main: &Ref<Module>, file: &[u8], options: &Options) -> PyResult<Option<i32>> {
    let complain = |e: &std::io::Error| {
        let number = e.raw_os_error().unwrap_or(0);
        let text = format!(
            "taipan: can't open file '{}': [Errno {number}] {}\n",
            String::from_utf8_lossy(&absolute(file)),
            taipan_host::strerror(number)
        );
        let _ = taipan_host::fd::write_all(2, text.as_bytes());
        Some(2)
    };
    let stat = match taipan_host::fs::stat(file, true) {
        Ok(s) => s,
        Err(e) => return Ok(complain(&e)),
    };
    if stat.is_dir() {
        insert_path(vm, file);
        return run_module(vm, b"__main__", false).map(|_| None);
    }
    let mut source = match taipan_host::fs::read(file) {
        Ok(s) => s,
        Err(e) => return Ok(complain(&e)),
    };
    if source.starts_with(b"PK\x03\x04") {
        insert_path(vm, file);
        return run_module(vm, b"__main__", false).map(|_| None);
    }
    if options.skip_first_line {
        let end = source
            .iter()
            .position(|&b| b == b'\n')
            .map_or(source.len(), |n| n);
        source.drain(..end);
    }
    let shown = util::fs_to_text(vm, file);
    let set = |name: &str, value: Value| main.dict.insert_str(vm, &vm.intern_str(name), value);
    set("__file__", shown.clone());
    set("__cached__", Value::NONE);
    let parts = SpecParts {
        name: &vm.names.__main__.clone(),
        kind: LoaderKind::Source,
        origin: Some(shown),
        cached: None,
        search: None,
    };
    let (_, loader) = import::spec::make(vm, &parts)?;
    set("__loader__", loader);
    let filename = String::from_utf8_lossy(file).into_owned();
    if file.ends_with(b".pyc") {
        let name = vm.names.__main__.to_value();
        let code = import::source::sourceless(vm, &name, file, &util::fs_to_text(vm, file))?;
        let function = taipan_vm::function::new_function(vm, &code, &main.dict, None);
        return taipan_vm::call::run_code(vm, &function, Some(main.dict.to_value())).map(|_| None);
    }
    run_source(vm, main, &source, &filename).map(|_| None)
}

fn absolute(path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return path.to_vec();
    }
    let mut full = taipan_host::fs::current_dir().unwrap_or_default();
    full.push(b'/');
    full.extend_from_slice(path);
    full
}

fn read_stdin() -> Vec<u8> {
    let mut source = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = taipan_host::fd::read(0, &mut buffer) {
        source.extend_from_slice(&buffer[..n]);
    }
    source
}

fn run_target(vm: &Vm, options: &Options) -> PyResult<Option<i32>> {
    let main = main_module(vm);
    match &options.target {
        Target::Command(text) => {
            traceback_print::register(vm, "<string>", &String::from_utf8_lossy(text));
            let mut source = text.clone();
            source.push(b'\n');
            run_source(vm, &main, &source, "<string>").map(|_| None)
        }
        Target::Module(name) => run_module(vm, name, true).map(|_| None),
        Target::File(file) => run_file(vm, &main, file, options),
        Target::Stdin { .. } if taipan_host::fd::is_terminal(0) || options.inspect => {
            crate::prompt::run(vm, &main, options.quiet).map(|()| None)
        }
        Target::Stdin { .. } => {
            let source = read_stdin();
            traceback_print::register(vm, "<stdin>", &String::from_utf8_lossy(&source));
            run_source(vm, &main, &source, "<stdin>").map(|_| None)
        }
    }
}

/// The exit code that SystemExit carries; its text goes to the standard error.
pub fn exit_code(vm: &Vm, e: &Value) -> i32 {
    let code = e
        .downcast::<Exception>()
        .and_then(|x| x.field(0))
        .unwrap_or(Value::NONE);
    if code.is_none() {
        return 0;
    }
    if let Some(n) = code.as_int() {
        return n.to_i64().map_or(-1, |n| n as i32);
    }
    let text = vm
        .str(&code)
        .map_or_else(|_| String::new(), |s| s.to_string());
    let flush = vm.intern_str("flush");
    if let Some(out) = taipan_vm::sys_attr(vm, "stdout")
        && vm.call_method(&out, &flush, &[]).is_err()
    {
        drop(vm.take_pending());
    }
    sys::write_stderr(vm, &format!("{text}\n"));
    1
}

fn failure(vm: &Vm, e: &Value) -> Exit {
    if vm.is_instance_of(e, &vm.exc.system_exit) {
        return Exit::Code(exit_code(vm, e));
    }
    let module = vm
        .modules
        .get_str(&vm.names.sys)
        .and_then(|m| m.downcast_owned::<Module>().ok());
    if let Some(sys) = module {
        sys.dict
            .insert_str(vm, &vm.intern_str("last_exc"), e.clone());
    }
    sys::report_exception(vm, e);
    if vm.is_instance_of(e, &vm.exc.keyboard_interrupt) {
        Exit::Interrupted
    } else {
        Exit::Code(1)
    }
}

/// Runs the program and shuts the interpreter down.
pub fn run(vm: &Vm, options: &Options) -> Exit {
    let started = crate::site::start(vm, options).and_then(|()| {
        match taipan_vm::config(vm).warn_options.is_empty() {
            true => Ok(()),
            false => import::import_module(vm, "warnings").map(drop),
        }
    });
    lifecycle::started(vm);
    let result = started.and_then(|()| run_target(vm, options));
    let exit = match result {
        Ok(code) => Exit::Code(code.unwrap_or(0)),
        Err(raised) => {
            let e = vm.take_exception(raised);
            failure(vm, &e)
        }
    };
    let exit = if taipan_vm::config(vm).inspect
        && !matches!(options.target, Target::Stdin { .. })
        && let Some(main) = vm
            .modules
            .get_str(&vm.names.__main__)
            .and_then(|m| m.downcast_owned::<Module>().ok())
    {
        match crate::prompt::run(vm, &main, true) {
            Ok(()) => exit,
            Err(raised) => {
                let e = vm.take_exception(raised);
                failure(vm, &e)
            }
        }
    } else {
        exit
    };
    let flushed = lifecycle::finalize(vm);
    match exit {
        Exit::Code(_) if !flushed => Exit::Code(120),
        exit => exit,
    }
}
