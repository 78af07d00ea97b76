//! Running a program to its exit code.

use taipan_compiler::codegen::{CompileMode, CompileOptions};
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
    let loader = import::bootstrap::finders(vm).builtin.clone();
    module.dict.insert_str(vm, &vm.names.__loader__, loader);
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
    let file = &absolute(file);
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
    if crate::setup::is_zip(file) {
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

/// The path from the root on; nothing else is changed.
pub fn absolute(path: &[u8]) -> Vec<u8> {
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
            let mut source = dedent(text);
            traceback_print::register(vm, "<string>", &String::from_utf8_lossy(&source));
            source.push(b'\n');
            run_source(vm, &main, &source, "<string>").map(|_| None)
        }
        Target::Module(name) => run_module(vm, name, true).map(|_| None),
        Target::File(file) => run_file(vm, &main, file, options),
        Target::Stdin { .. } if taipan_host::fd::is_terminal(0) || options.inspect => {
            run_startup(vm, &main);
            crate::prompt::run(vm, &main, options.quiet).map(|()| None)
        }
        Target::Stdin { .. } => {
            let source = read_stdin();
            let name = vm.intern_str("<stdin>").into_value();
            main.dict.insert_str(vm, &vm.intern_str("__file__"), name);
            traceback_print::register(vm, "<stdin>", &String::from_utf8_lossy(&source));
            run_source(vm, &main, &source, "<stdin>").map(|_| None)
        }
    }
}

/// Text without the blanks that all its lines start with; blank lines become empty.
fn dedent(text: &[u8]) -> Vec<u8> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
    let mut margin: Option<&[u8]> = None;
    for line in &lines {
        let blanks = line.iter().take_while(|b| is_blank(b)).count();
        if blanks == line.len() {
            continue;
        }
        let common = match margin {
            None => blanks,
            Some(m) => m
                .iter()
                .zip(&line[..blanks])
                .take_while(|(a, b)| a == b)
                .count(),
        };
        margin = Some(&line[..common]);
    }
    let margin = margin.map_or(0, <[u8]>::len);
    if margin == 0 {
        return text.to_vec();
    }
    let dedented: Vec<&[u8]> = lines
        .into_iter()
        .map(|line| match line.iter().all(is_blank) {
            true => &[][..],
            false => &line[margin..],
        })
        .collect();
    dedented.join(&b'\n')
}

/// Runs the file that `PYTHONSTARTUP` names, before the prompt.
fn run_startup(vm: &Vm, main: &Ref<Module>) {
    let file = match taipan_host::env::var("PYTHONSTARTUP") {
        Some(file) if !file.is_empty() && !taipan_vm::config(vm).ignore_environment => file,
        _ => return,
    };
    let result = match taipan_host::fs::read(&file) {
        Ok(source) => run_source(vm, main, &source, &String::from_utf8_lossy(&file)),
        Err(e) => {
            sys::write_stderr(vm, "Could not open PYTHONSTARTUP\n");
            let shown = util::fs_to_text(vm, &file);
            Err(taipan_vm::os_error::raise(vm, &e, Some(&shown)))
        }
    };
    if let Err(raised) = result {
        let e = vm.take_exception(raised);
        report(vm, &e);
    }
}

/// Shows an uncaught exception and keeps it in `sys`.
pub fn report(vm: &Vm, e: &Value) {
    sys::remember_last(vm, e);
    sys::report_exception(vm, e);
}

/// The exit code that SystemExit carries; its text goes to the standard error.
pub fn exit_code(vm: &Vm, e: &Value) -> i32 {
    let code = match vm.getattr_opt(e, &vm.intern_str("code")) {
        Ok(code) => code.unwrap_or_else(|| e.clone()),
        Err(raised) => {
            drop(vm.take_exception(raised));
            e.clone()
        }
    };
    if code.is_none() {
        return 0;
    }
    if let Some(n) = code.as_int() {
        return n.to_i64().map_or(-1, |n| n as i32);
    }
    let flush = vm.intern_str("flush");
    if let Some(out) = taipan_vm::sys_attr(vm, "stdout")
        && vm.call_method(&out, &flush, &[]).is_err()
    {
        drop(vm.take_pending());
    }
    let text = vm.str(&code).map(Ref::into_value);
    let written = match (text, taipan_vm::sys_attr(vm, "stderr")) {
        (Ok(text), Some(err)) if !err.is_none() => vm
            .call_method(&err, &vm.intern_str("write"), &[text])
            .map(drop),
        (Ok(_), _) => Ok(()),
        (Err(e), _) => Err(e),
    };
    if written.is_err() {
        drop(vm.take_pending());
    }
    sys::write_stderr(vm, "\n");
    1
}

fn failure(vm: &Vm, e: &Value) -> Exit {
    // Whoever wants to look around after the program wants to see this, too.
    if vm.is_instance_of(e, &vm.exc.system_exit) && !taipan_vm::config(vm).inspect {
        return Exit::Code(exit_code(vm, e));
    }
    report(vm, e);
    if vm.is_instance_of(e, &vm.exc.keyboard_interrupt) {
        Exit::Interrupted
    } else {
        Exit::Code(1)
    }
}

/// Imports `warnings`, which reads the filters that options gave.
fn read_filters(vm: &Vm) {
    if taipan_vm::config(vm).warn_options.is_empty() {
        return;
    }
    if let Err(raised) = import::import_module(vm, "warnings") {
        let e = vm.take_exception(raised);
        sys::write_stderr(vm, "'import warnings' failed; traceback:\n");
        sys::report_exception(vm, &e);
    }
}

/// The prompt after the program, if that is wanted; its outcome is that of the whole.
fn inspect(vm: &Vm, options: &Options, exit: Exit) -> Exit {
    let config = taipan_vm::config(vm);
    // The program may have asked for it meanwhile.
    let asked = config.inspect
        || !config.ignore_environment
            && taipan_host::env::var("PYTHONINSPECT").is_some_and(|v| !v.is_empty());
    let can_ask = config.interactive || taipan_host::fd::is_terminal(0);
    if !asked || !can_ask || matches!(options.target, Target::Stdin { .. }) {
        return exit;
    }
    let main = vm.modules.get_str(&vm.names.__main__);
    let Some(main) = main.and_then(|m| m.downcast_owned::<Module>().ok()) else {
        return exit;
    };
    match crate::prompt::run(vm, &main, true) {
        Ok(()) => Exit::Code(0),
        Err(raised) => {
            let e = vm.take_exception(raised);
            Exit::Code(exit_code(vm, &e))
        }
    }
}

/// Runs the program and shuts the interpreter down.
pub fn run(vm: &Vm, options: &Options) -> Exit {
    read_filters(vm);
    let result = crate::site::start(vm, options).and_then(|()| run_target(vm, options));
    let exit = match result {
        Ok(code) => Exit::Code(code.unwrap_or(0)),
        Err(raised) => {
            let e = vm.take_exception(raised);
            // At the prompt there is nobody left to look around.
            match options.target {
                Target::Stdin { .. } if vm.is_instance_of(&e, &vm.exc.system_exit) => {
                    Exit::Code(exit_code(vm, &e))
                }
                _ => failure(vm, &e),
            }
        }
    };
    let exit = inspect(vm, options, exit);
    let flushed = lifecycle::finalize(vm);
    match exit {
        Exit::Code(_) if !flushed => Exit::Code(120),
        exit => exit,
    }
}
