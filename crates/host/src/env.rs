//! Environment variables, arguments, and the process itself.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The value of an environment variable.
pub fn var(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(OsString::into_vec)
}

/// All environment variables.
pub fn vars() -> Vec<(Vec<u8>, Vec<u8>)> {
    std::env::vars_os()
        .map(|(k, v)| (k.into_vec(), v.into_vec()))
        .collect()
}

/// Sets an environment variable of the process.
pub fn set(name: &[u8], value: &[u8]) {
    // SAFETY: Python code changes the environment under the interpreter's lock; no other thread of ours reads it.
    unsafe { std::env::set_var(OsStr::from_bytes(name), OsStr::from_bytes(value)) }
}

/// Removes an environment variable of the process.
pub fn unset(name: &[u8]) {
    // SAFETY: as above.
    unsafe { std::env::remove_var(OsStr::from_bytes(name)) }
}

/// The arguments of the process, the program's name first.
pub fn args() -> Vec<Vec<u8>> {
    std::env::args_os().map(OsString::into_vec).collect()
}

/// The path of the program that runs, by the name that it was called by: symbolic links are not
/// followed, so that the links of virtual environments say which environment it is.
pub fn executable() -> Option<Vec<u8>> {
    let name = std::env::args_os().next().unwrap_or_default();
    let is_program = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt;
        path.metadata()
            .is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    };
    let called = if name.as_bytes().contains(&b'/') {
        std::path::absolute(&name).ok()
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|folder| folder.join(&name))
            .find(|p| p.is_absolute() && is_program(p))
    };
    if let Some(called) = called.filter(|p| !name.is_empty() && is_program(p)) {
        return Some(called.into_os_string().into_vec());
    }
    std::env::current_exe()
        .ok()
        .map(|p| p.into_os_string().into_vec())
}

/// The process's number.
pub fn pid() -> u32 {
    std::process::id()
}

/// Random bytes of the system.
pub fn random(into: &mut [u8]) -> bool {
    // SAFETY: the slice is writable.
    unsafe { libc::getentropy(into.as_mut_ptr().cast(), into.len()) == 0 }
}
