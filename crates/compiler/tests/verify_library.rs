//! Every code object of the standard library passes the verifier and is the same after it was stored and read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use taipan_compiler::code::{Code, Const};
use taipan_compiler::dis::{Options, disassemble};
use taipan_compiler::marshal::{read_code, write_code};
use taipan_compiler::verify::verify;
use taipan_compiler::{CompileMode, CompileOptions, compile_source};

/// The library as cargo unpacked it; None if it is not there.
fn library() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    let registries = std::fs::read_dir(cargo.join("registry/src")).ok()?;
    let mut found = registries
        .flatten()
        .map(|e| e.path().join("rustpython-pylib-0.6.0/Lib"));
    found.find(|path| path.is_dir())
}

fn each_file(directory: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            each_file(&path, visit);
        } else if path.extension().is_some_and(|e| e == "py") {
            visit(&path);
        }
    }
}

fn verify_all(code: &Arc<Code>, problems: &mut Vec<String>) {
    if let Err(e) = verify(code) {
        let text = disassemble(
            code,
            Options {
                nested: false,
                ..Options::default()
            },
        );
        problems.push(format!(
            "{} (line {}): {e}\n{text}",
            code.qualname, code.first_line
        ));
    }
    for value in &code.consts {
        if let Const::Code(inner) = value {
            verify_all(inner, problems);
        }
    }
}

#[test]
fn library_verifies() {
    let Some(library) = library() else { return };
    let mut problems = Vec::new();
    let mut files = 0;
    each_file(&library, &mut |path| {
        let Ok(source) = std::fs::read(path) else {
            return;
        };
        let name = path.to_string_lossy();
        match compile_source(&source, &CompileOptions::new(&name, CompileMode::Exec)) {
            Err(e) => problems.push(format!("{name}: {}", e.message)),
            Ok(compiled) => {
                files += 1;
                let before = problems.len();
                verify_all(&compiled.code, &mut problems);
                let record = write_code(&compiled.code);
                match read_code(&record) {
                    Ok(back) if write_code(&back) == record => {}
                    Ok(_) => problems.push("a stored code object changes when it is read".into()),
                    Err(e) => problems.push(format!("cannot be read again: {e}")),
                }
                problems[before..]
                    .iter_mut()
                    .for_each(|p| p.insert_str(0, &format!("{name}: ")));
            }
        }
    });
    assert!(
        problems.is_empty(),
        "{} problems, first:\n{}",
        problems.len(),
        problems[0]
    );
    assert!(files > 500, "only {files} files");
}
