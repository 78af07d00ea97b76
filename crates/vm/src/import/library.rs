//! The standard library inside the program: finding its modules and their code.
//!
//! Its files seem to lie in the folder `<prefix>/lib/python3.14`, which need not exist.

use taipan_compiler::archive::File;
use taipan_compiler::codegen::{CompileMode, CompileOptions};
use taipan_object::{PyResult, Ref, Vm};

use super::find::Found;
use crate::code::PyCode;

/// The path below the library's folder, if the library is inside the program and a path leads there.
pub fn below<'a>(vm: &Vm, path: &'a [u8]) -> Option<&'a [u8]> {
    let config = crate::config(vm);
    config.library?;
    match path.strip_prefix(&config.stdlib[..])? {
        [] => Some(b""),
        [b'/', rest @ ..] => Some(rest.strip_suffix(b"/").unwrap_or(rest)),
        _ => None,
    }
}

/// The file inside the program that a path leads to.
pub fn file(vm: &Vm, path: &[u8]) -> Option<File> {
    let below = below(vm, path)?;
    crate::config(vm).library?.get(below)
}

/// Names in a folder of the library.
pub fn folder(vm: &Vm, path: &[u8]) -> Option<Vec<&'static str>> {
    let below = below(vm, path)?;
    crate::config(vm).library?.folder(below)
}

/// A module of the library in one of its folders.
pub fn find(vm: &Vm, folder: &[u8], tail: &[u8]) -> Option<Found> {
    let below = below(vm, folder)?;
    let library = crate::config(vm).library?;
    let inside = match below {
        b"" => tail.to_vec(),
        _ => [below, b"/", tail].concat(),
    };
    let package = [folder.strip_suffix(b"/").unwrap_or(folder), b"/", tail].concat();
    if let Some(file) = library.get(&[&inside[..], b"/__init__.py"].concat()) {
        return Some(Found::Library {
            file,
            path: [&package[..], b"/__init__.py"].concat(),
            package: Some(package),
        });
    }
    let file = library.get(&[&inside[..], b".py"].concat())?;
    Some(Found::Library {
        file,
        path: [&package[..], b".py"].concat(),
        package: None,
    })
}

/// The code of a file. The stored code is that of no optimisation; for `-O` the source is compiled.
///
/// # Errors
/// SyntaxError, if the file is no module.
pub fn code_of(vm: &Vm, file: &File, path: &[u8]) -> PyResult<Ref<PyCode>> {
    let filename = String::from_utf8_lossy(path);
    let optimize = crate::config(vm).optimize;
    if optimize == 0
        && let Some(code) = file.code(&filename)
    {
        return Ok(crate::code::new_code(vm, code, true));
    }
    let options = CompileOptions {
        optimize,
        ..CompileOptions::new(&filename, CompileMode::Exec)
    };
    crate::builtins::compile::compile_text(vm, file.contents, options)
}
