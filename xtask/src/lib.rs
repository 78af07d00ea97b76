//! The developer's chores. `cargo xtask help` lists them; the golden runner is also used by `crates/taipan/tests/golden.rs`.

pub mod args;
pub mod bench;
pub mod bench_builtins;
pub mod checks;
pub mod chores;
pub mod conformance;
pub mod golden;
pub mod process;

use std::path::{Path, PathBuf};

/// What every chore returns: the process's exit code, or a message for the person who called it.
pub type Outcome = Result<i32, String>;

/// The workspace's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("xtask lies in the workspace")
        .to_path_buf()
}

/// The folder of shared material beside the checkout (or beside the folder of worktrees), where there is one.
pub fn shared() -> Option<PathBuf> {
    let root = root();
    root.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("shared"))
        .find(|folder| folder.join("cases").is_dir())
}

/// Reads a text file, naming it when that fails.
pub fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file and the folders above it, naming it when that fails.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// The entries of a folder, sorted by name.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}
