//! Tables of the names of error libraries and reasons, from OpenSSL's headers.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// Writes `LIBRARIES` and `REASONS` for `src/errors.rs`.
pub fn write(root: &Path, target: &Path) -> io::Result<()> {
    let headers = root.join("include/openssl");
    let mut libraries = BTreeMap::new();
    for (name, number) in defines(&fs::read_to_string(headers.join("err.h.in"))?) {
        if let Some(library) = name.strip_prefix("ERR_LIB_")
            && number < 128
        {
            libraries.insert(library.to_owned(), number);
        }
    }
    let mut reasons = BTreeMap::new();
    for entry in fs::read_dir(&headers)? {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with("err.h") {
            continue;
        }
        for (name, number) in defines(&fs::read_to_string(&path)?) {
            if let Some((library, reason)) = name.split_once("_R_")
                && let Some(&library) = libraries.get(library)
            {
                reasons
                    .entry((library, number))
                    .or_insert(reason.to_owned());
            }
        }
    }
    let mut text = "const LIBRARIES: &[(u32, &str)] = &[\n".to_owned();
    for (name, number) in &libraries {
        text += &format!("    ({number}, \"{name}\"),\n");
    }
    text += "];\nconst REASONS: &[(u32, u32, &str)] = &[\n";
    for ((library, number), name) in &reasons {
        text += &format!("    ({library}, {number}, \"{name}\"),\n");
    }
    fs::write(target, text + "];\n")
}

/// `#define NAME number` lines.
fn defines(text: &str) -> impl Iterator<Item = (&str, u32)> {
    text.lines().filter_map(|line| {
        let line = line
            .strip_prefix('#')?
            .trim_start()
            .strip_prefix("define ")?;
        let (name, number) = line.trim_start().split_once(char::is_whitespace)?;
        Some((name, number.trim().parse().ok()?))
    })
}
