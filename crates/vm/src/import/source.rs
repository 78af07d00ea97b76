//! The code of a module's file, through `__pycache__`.

use taipan_compiler::codegen::{CompileMode, CompileOptions};
use taipan_compiler::pyc::{
    Expected, PycStatus, Stale, Validation, read_pyc, source_hash, stored_validation, write_pyc,
};
use taipan_object::{PyResult, Ref, Value, Vm};

use crate::code::PyCode;

/// `sys.implementation.cache_tag`.
pub const CACHE_TAG: &str = "taipan-314";

/// The path of the cached bytecode of a source file.
pub fn cache_path(vm: &Vm, source: &[u8]) -> Option<Vec<u8>> {
    let slash = source.iter().rposition(|&b| b == b'/');
    let (folder, file) = match slash {
        Some(at) => (&source[..at], &source[at + 1..]),
        None => (&b""[..], source),
    };
    let stem = &file[..file.iter().rposition(|&b| b == b'.')?];
    let config = crate::config(vm);
    let prefix = match crate::sys_attr(vm, "pycache_prefix") {
        Some(p) if !p.is_none() => Some(crate::util::fs_bytes(vm, &p).ok()?),
        _ => None,
    };
    let mut path = match prefix {
        Some(prefix) => {
            let mut p = prefix;
            if !folder.starts_with(b"/") {
                p.push(b'/');
                p.extend_from_slice(&taipan_host::fs::current_dir().ok()?);
                p.push(b'/');
            }
            p.extend_from_slice(folder);
            p
        }
        None if folder.is_empty() && slash.is_none() => b"__pycache__".to_vec(),
        None => [folder, b"/__pycache__"].concat(),
    };
    path.push(b'/');
    path.extend_from_slice(stem);
    path.extend_from_slice(format!(".{CACHE_TAG}").as_bytes());
    if config.optimize > 0 {
        path.extend_from_slice(format!(".opt-{}", config.optimize).as_bytes());
    }
    path.extend_from_slice(b".pyc");
    Some(path)
}

fn may_write(vm: &Vm) -> bool {
    !crate::sys_attr(vm, "dont_write_bytecode").is_some_and(|v| vm.is_true(&v).unwrap_or(true))
}

/// What became of a source file's cached bytecode.
pub struct CacheUse {
    /// Where the cached file is, or would be.
    pub path: Option<Vec<u8>>,
    /// What the file there was worth; `None` if there was none.
    pub found: Option<PycStatus>,
    pub outcome: CacheOutcome,
}

/// How the cached file was used.
pub enum CacheOutcome {
    /// Its code runs; the source was not compiled.
    Reused,
    Written,
    /// The source was compiled, but the code not stored, for this reason.
    NotWritten(String),
}

/// The code of a source file: cached bytecode if it fits, else compiled and cached.
///
/// # Errors
/// OSError; SyntaxError.
pub fn code_of(vm: &Vm, path: &[u8], shown: &Value) -> PyResult<Ref<PyCode>> {
    load(vm, path, shown).map(|(code, _)| code)
}

/// As [`code_of`]; the code is of the file `filename`, if that is given.
///
/// # Errors
/// As [`code_of`].
pub fn code_as(
    vm: &Vm,
    path: &[u8],
    shown: &Value,
    filename: Option<&str>,
) -> PyResult<Ref<PyCode>> {
    let code = code_of(vm, path, shown)?;
    Ok(match filename {
        Some(name) => crate::code::new_code(vm, renamed(&code.code, &name.into()), false),
        None => code,
    })
}

/// As [`code_of`], and what became of the cached file.
///
/// # Errors
/// As [`code_of`].
pub fn load(vm: &Vm, path: &[u8], shown: &Value) -> PyResult<(Ref<PyCode>, CacheUse)> {
    let stat = taipan_host::fs::stat(path, true)
        .map_err(|e| crate::os_error::raise(vm, &e, Some(shown)))?;
    let mtime = stat.mtime_ns.div_euclid(1_000_000_000) as u32;
    let size = stat.size as u32;
    let cached = cache_path(vm, path);
    let mut validation = Validation::Source { mtime, size };
    let mut source = None;
    let mut found = None;
    if let Some(bytes) = cached.as_ref().and_then(|c| taipan_host::fs::read(c).ok()) {
        let mut status = read_pyc(&bytes, Expected::Source { mtime, size });
        if let Some(Validation::Hash {
            hash: stored,
            checked,
        }) = stored_validation(&bytes)
        {
            let mode = crate::config(vm).hash_based_pycs.clone();
            if mode == "always" || mode != "never" && checked {
                let text = read_source(vm, path, shown)?;
                let hash = source_hash(&text);
                status = match hash == stored {
                    true => read_pyc(&bytes, Expected::Hash(hash)),
                    false => PycStatus::Stale(Stale::Hash),
                };
                validation = Validation::Hash { hash, checked };
                source = Some(text);
            } else {
                status = read_pyc(&bytes, Expected::Anything);
            }
        }
        if let PycStatus::Valid(code) = &status {
            // The file may have been found by another path than it was compiled under.
            let text = String::from_utf8_lossy(path);
            let code = if *code.filename == *text {
                code.clone()
            } else {
                renamed(code, &text.into())
            };
            let used = CacheUse {
                path: cached,
                found: Some(status),
                outcome: CacheOutcome::Reused,
            };
            return Ok((crate::code::new_code(vm, code, false), used));
        }
        found = Some(status);
    }
    let source = match source {
        Some(s) => s,
        None => read_source(vm, path, shown)?,
    };
    let filename = String::from_utf8_lossy(path);
    let options = CompileOptions {
        optimize: crate::config(vm).optimize,
        ..CompileOptions::new(&filename, CompileMode::Exec)
    };
    let code = crate::builtins::compile::compile_text(vm, &source, options)?;
    let outcome = match &cached {
        None => CacheOutcome::NotWritten("the file's name has no suffix".to_owned()),
        Some(_) if !may_write(vm) => {
            CacheOutcome::NotWritten("sys.dont_write_bytecode is set".to_owned())
        }
        Some(cached) => store(cached, &code, validation, stat.mode | 0o200),
    };
    let used = CacheUse {
        path: cached,
        found,
        outcome,
    };
    Ok((code, used))
}

/// Writes the cached file. A folder that cannot be written is no error.
fn store(cached: &[u8], code: &PyCode, validation: Validation, mode: u32) -> CacheOutcome {
    if let Some(at) = cached.iter().rposition(|&b| b == b'/')
        && taipan_host::fs::stat(&cached[..at], true).is_err()
    {
        let _ = taipan_host::fs::make_dirs(&cached[..at]);
    }
    let bytes = write_pyc(&code.code, validation);
    match taipan_host::fs::write_atomic(cached, &bytes, mode) {
        Ok(()) => CacheOutcome::Written,
        Err(e) => CacheOutcome::NotWritten(
            e.raw_os_error()
                .map_or_else(|| e.to_string(), taipan_host::strerror),
        ),
    }
}

/// The same code as if compiled under another file name.
fn renamed(
    code: &std::sync::Arc<taipan_compiler::code::Code>,
    filename: &std::sync::Arc<str>,
) -> std::sync::Arc<taipan_compiler::code::Code> {
    use taipan_compiler::code::{Code, Const};
    let mut new: Code = (**code).clone();
    new.filename = filename.clone();
    for c in &mut new.consts {
        if let Const::Code(inner) = c {
            *inner = renamed(inner, filename);
        }
    }
    std::sync::Arc::new(new)
}

fn read_source(vm: &Vm, path: &[u8], shown: &Value) -> PyResult<Vec<u8>> {
    taipan_host::fs::read(path).map_err(|e| crate::os_error::raise(vm, &e, Some(shown)))
}

/// The code of a bytecode file that has no source.
///
/// # Errors
/// OSError; ImportError for a bad file.
pub fn sourceless(vm: &Vm, name: &Value, path: &[u8], shown: &Value) -> PyResult<Ref<PyCode>> {
    let bytes =
        taipan_host::fs::read(path).map_err(|e| crate::os_error::raise(vm, &e, Some(shown)))?;
    match read_pyc(&bytes, Expected::Anything) {
        PycStatus::Valid(code) => Ok(crate::code::new_code(vm, code, false)),
        PycStatus::BadMagic(magic) => {
            let (name_text, magic) = (
                vm.repr(name)?,
                vm.repr(vm.new_bytes(magic.to_vec()).as_value())?,
            );
            Err(super::import_error(
                vm,
                &vm.exc.import_error,
                &format!("bad magic number in {name_text}: {magic}"),
                Some(name),
                Some(shown),
            ))
        }
        other => {
            let name_text = vm.repr(name)?;
            Err(super::import_error(
                vm,
                &vm.exc.import_error,
                &format!("{other} in {name_text}"),
                Some(name),
                Some(shown),
            ))
        }
    }
}
