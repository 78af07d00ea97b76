//! Gathers, checks, patches and compiles the standard library's Python files.
//!
//! Any file that is not what `lib/files.txt` says, and any patch that does not apply, fails the build.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use taipan_compiler::archive::Builder;
use taipan_compiler::{CompileMode, CompileOptions, compile_source};

/// What is wrong with the library's files, for the person who builds.
type Failure = String;

fn main() {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lib");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    for name in ["files.txt", "patches.txt", "python"] {
        println!("cargo:rerun-if-changed={}", lib.join(name).display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    match build(&lib) {
        Ok(bytes) => fs::write(out.join("library.bin"), bytes).expect("the folder is cargo's"),
        Err(failure) => {
            eprintln!("{failure}");
            std::process::exit(1);
        }
    }
}

fn build(lib: &Path) -> Result<Vec<u8>, Failure> {
    let mut files = listed(
        &lib.join("files.txt"),
        Path::new(rustpython_pylib::LIB_PATH),
    )?;
    for patch in patches(&read_text(&lib.join("patches.txt"))?)? {
        patch.apply(&mut files)?;
    }
    own(&lib.join("python"), "", &mut files)?;
    let mut builder = Builder::default();
    for (path, contents) in files {
        let code = if path.ends_with(".py") {
            let options = CompileOptions::new(&path, CompileMode::Exec);
            let compiled = compile_source(&contents, &options)
                .map_err(|e| format!("{path}, line {}: {}", e.line, e.message))?;
            Some(compiled.code)
        } else {
            None
        };
        builder.add(path, contents, code.as_deref());
    }
    Ok(builder.finish())
}

fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The files of a list of hashes and paths.
fn listed(list: &Path, from: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    let mut wrong = String::new();
    for line in read_text(list)?.lines().filter(|l| !l.starts_with('#')) {
        let Some((hash, path)) = line.split_once("  ") else {
            return Err(format!("{}: bad line {line:?}", list.display()));
        };
        let contents = fs::read(from.join(path)).map_err(|e| format!("{path}: {e}"))?;
        let mut found = String::new();
        for byte in Sha256::digest(&contents) {
            let _ = write!(found, "{byte:02x}");
        }
        if found != hash {
            let _ = writeln!(wrong, "{path} is not the file of {}", list.display());
        }
        files.insert(path.to_owned(), contents);
    }
    if wrong.is_empty() {
        Ok(files)
    } else {
        Err(wrong)
    }
}

/// A place in a file that is replaced.
struct Patch<'a> {
    path: &'a str,
    old: &'a str,
    new: &'a str,
}

impl Patch<'_> {
    fn apply(&self, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
        let contents = files
            .get_mut(self.path)
            .ok_or_else(|| format!("patch of {}: no such file", self.path))?;
        let text = std::str::from_utf8(contents).map_err(|e| format!("{}: {e}", self.path))?;
        match text.matches(self.old).count() {
            1 => {
                *contents = text.replacen(self.old, self.new, 1).into_bytes();
                Ok(())
            }
            n => Err(format!(
                "patch of {}: its text is there {n} times\n{}",
                self.path, self.old
            )),
        }
    }
}

/// Reads the patch table: `=== path`, reasons, `<<<<`, text, `====`, replacement, `>>>>`.
fn patches(table: &str) -> Result<Vec<Patch<'_>>, Failure> {
    let mut patches = Vec::new();
    let mut rest = table;
    while let Some(at) = rest.find("\n=== ") {
        rest = &rest[at + 5..];
        let bad = || format!("lib/patches.txt: bad patch at {:?}", rest.lines().next());
        let (path, body) = rest.split_once('\n').ok_or_else(bad)?;
        let (_reason, body) = body.split_once("<<<<\n").ok_or_else(bad)?;
        let (old, body) = body.split_once("====\n").ok_or_else(bad)?;
        // Nothing may stand for the text.
        let (new, _) = match body.strip_prefix(">>>>") {
            Some(after) => ("", after),
            None => body.split_once("\n>>>>").ok_or_else(bad)?,
        };
        let new = if new.is_empty() {
            new
        } else {
            &body[..=new.len()]
        };
        patches.push(Patch { path, old, new });
        rest = &rest[rest.len() - body.len()..];
    }
    Ok(patches)
}

/// Adds the files of our own, which stand in for listed ones of the same path.
fn own(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (path, real) = (format!("{below}{name}"), entry.path());
        if name == "__pycache__" {
            continue;
        }
        if real.is_dir() {
            own(&real, &format!("{path}/"), files)?;
        } else {
            let contents = fs::read(&real).map_err(|e| format!("{}: {e}", real.display()))?;
            files.insert(path, contents);
        }
    }
    Ok(())
}
