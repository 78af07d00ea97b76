//! `TAIPAN_JIT_PERF=1`: a map of compiled code for `perf`, in `/tmp/perf-PID.map`.

use std::io::Write;

thread_local! {
    static WANTED: bool = taipan_host::env::var("TAIPAN_JIT_PERF").is_some();
}

/// Notes where a function's machine code lies, if that is wanted.
pub(crate) fn note(name: &str, address: *const u8, bytes: usize) {
    if !WANTED.with(|w| *w) {
        return;
    }
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let map = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path);
    if let Ok(mut map) = map {
        // A map that cannot be written only makes the profile harder to read.
        let _ = writeln!(map, "{:x} {bytes:x} py:{name}", address as usize);
    }
}
