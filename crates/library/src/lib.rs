//! The standard library's Python files with their compiled code, inside the program.
//!
//! The build script takes the files that `lib/files.txt` lists from the crate that carries them,
//! applies `lib/patches.txt`, adds those of `lib/python`, and compiles each. See `lib/README.md`.

use taipan_compiler::archive::Archive;

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.bin"));

/// The library's files; paths are those below `lib/python3.14`.
///
/// # Panics
/// Never: the archive is made by the same build.
pub fn archive() -> Archive {
    Archive::new(BYTES).expect("the library was built with this compiler")
}

#[cfg(test)]
mod tests {
    use super::archive;

    #[test]
    fn every_module_has_code() {
        let without: Vec<&str> = archive()
            .files()
            .filter(|f| f.path.ends_with(".py") && f.code("x").is_none())
            .map(|f| f.path)
            .collect();
        assert_eq!(without, Vec::<&str>::new());
    }

    #[test]
    fn our_files_stand_in_for_the_crate_s() {
        let site = archive().get(b"site.py").expect("site is there");
        let text = String::from_utf8_lossy(site.contents);
        assert!(!text.contains("RustPython"), "a patch is missing");
    }
}
