//! Compiles every file of the standard library that is at hand and verifies it.

use std::path::{Path, PathBuf};

use taipan_compiler::code::{Code, Const};
use taipan_compiler::{CompileMode, CompileOptions, compile_source, verify};

fn library() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("TAIPAN_LIB_SOURCES") {
        return Some(path.into());
    }
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).ok()?;
    registries
        .flatten()
        .map(|r| r.path().join("rustpython-pylib-0.6.0/Lib"))
        .find(|p| p.is_dir())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "py") {
            found.push(path);
        }
    }
}

fn check(code: &Code, failures: &mut Vec<String>) {
    if let Err(error) = verify::verify(code) {
        failures.push(format!(
            "{}:{}: {}: {error}",
            code.filename, code.first_line, code.qualname
        ));
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            check(inner, failures);
        }
    }
}

#[test]
fn the_library_compiles() {
    let Some(folder) = library() else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut failures = Vec::new();
    for path in paths {
        // Some of the test suite's files are wrong on purpose.
        let on_purpose = path.to_string_lossy().contains("bad");
        let Ok(source) = std::fs::read(&path) else {
            continue;
        };
        let name = path.to_string_lossy();
        match compile_source(&source, &CompileOptions::new(&name, CompileMode::Exec)) {
            Ok(compiled) => check(&compiled.code, &mut failures),
            Err(_) if on_purpose => {}
            Err(error) => failures.push(format!("{name}:{}: {}", error.line, error.message)),
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures, first: {}",
        failures.len(),
        failures[0]
    );
}
