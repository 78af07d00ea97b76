//! `--unpack-lib`: the standard library as files.

use taipan_host::{fd, fs, strerror};

/// Writes every file of the library below a folder. Gives the exit code.
pub fn command(folder: &[u8]) -> i32 {
    match unpack(folder) {
        Ok(count) => {
            let text = format!(
                "{count} files written to {}\n",
                String::from_utf8_lossy(folder)
            );
            let _ = fd::write_all(1, text.as_bytes());
            0
        }
        Err((path, e)) => {
            let reason = e.raw_os_error().map_or_else(|| e.to_string(), strerror);
            let text = format!("taipan: {}: {reason}\n", String::from_utf8_lossy(&path));
            let _ = fd::write_all(2, text.as_bytes());
            1
        }
    }
}

fn unpack(folder: &[u8]) -> Result<usize, (Vec<u8>, std::io::Error)> {
    let mut count = 0;
    for file in taipan_library::archive().files() {
        let path = [folder, b"/", file.path.as_bytes()].concat();
        let parent = path.iter().rposition(|&b| b == b'/').unwrap_or(0);
        fs::make_dirs(&path[..parent])
            .and_then(|()| fs::write_atomic(&path, file.contents, 0o644))
            .map_err(|e| (path, e))?;
        count += 1;
    }
    Ok(count)
}
