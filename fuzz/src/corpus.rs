//! Where inputs start from: Python files.

use std::fs;
use std::path::{Path, PathBuf};

/// Files above this size make mutation slow and find no more.
const MAX_FILE: u64 = 400_000;

/// The library as cargo unpacked it, unless directories are given.
pub fn directories(given: &[PathBuf]) -> Vec<PathBuf> {
    if !given.is_empty() {
        return given.to_vec();
    }
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let registries = home
        .map(|h| h.join("registry/src"))
        .and_then(|d| fs::read_dir(d).ok());
    let found = registries
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path().join("rustpython-pylib-0.6.0/Lib"));
    found.filter(|p| p.is_dir()).collect()
}

/// Every Python file below the directories, sorted.
pub fn files(directories: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    directories.iter().for_each(|d| walk(d, &mut files));
    files.sort();
    files
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, files),
            Ok(_) if path.extension().is_some_and(|e| e == "py") => files.push(path),
            _ => {}
        }
    }
}

/// The contents of the smaller files.
pub fn inputs(given: &[PathBuf]) -> Vec<Vec<u8>> {
    let small = |path: &PathBuf| fs::metadata(path).is_ok_and(|m| m.len() <= MAX_FILE);
    files(&directories(given))
        .iter()
        .filter(|p| small(p))
        .filter_map(|p| fs::read(p).ok())
        .collect()
}
