//! Many files and their compiled code in one run of bytes: how a program carries the standard library.
//!
//! The bytes are a header, a table sorted by path and the contents. All numbers are
//! little-endian `u32`; offsets count from the start.
//!
//! | part | bytes |
//! | --- | --- |
//! | header | `TPLB`, [`MAGIC_TOKEN`](crate::pyc::MAGIC_TOKEN), number of files |
//! | a file in the table | offset and length of path, contents, code record (length 0: none) |
//!
//! Nothing is decoded before it is asked for, so that opening an archive costs nothing and pages
//! of files that are not used are never read.

use std::sync::Arc;

use crate::code::Code;
use crate::marshal::{read_code_named, write_code};
use crate::pyc::MAGIC_TOKEN;

const MAGIC: &[u8; 4] = b"TPLB";
const HEADER: usize = 12;
/// Bytes of a file in the table: three runs of offset and length.
const ROW: usize = 24;

/// Files in memory, found by path. Paths are relative and have `/` between their parts.
#[derive(Clone, Copy, Debug)]
pub struct Archive {
    bytes: &'static [u8],
    count: usize,
}

/// A file of an [`Archive`].
#[derive(Clone, Copy, Debug)]
pub struct File {
    pub path: &'static str,
    pub contents: &'static [u8],
    code: &'static [u8],
}

impl File {
    /// The compiled code, as if compiled from a file of that name; `None` if there is none.
    pub fn code(&self, filename: &str) -> Option<Arc<Code>> {
        if self.code.is_empty() {
            return None;
        }
        read_code_named(self.code, filename).ok()
    }
}

impl Archive {
    /// An archive over bytes that [`Builder::finish`] made; `None` if they are of another version or cut off.
    pub fn new(bytes: &'static [u8]) -> Option<Archive> {
        let header = bytes.first_chunk::<HEADER>()?;
        if !header.starts_with(MAGIC) || word(bytes, 4)? != MAGIC_TOKEN {
            return None;
        }
        let count = word(bytes, 8)? as usize;
        (bytes.len() >= HEADER + count.checked_mul(ROW)?).then_some(Archive { bytes, count })
    }

    fn run(&self, row: usize, which: usize) -> Option<&'static [u8]> {
        let at = HEADER + row * ROW + which * 8;
        let start = word(self.bytes, at)? as usize;
        let length = word(self.bytes, at + 4)? as usize;
        self.bytes.get(start..start.checked_add(length)?)
    }

    fn path(&self, row: usize) -> &'static str {
        self.run(row, 0)
            .and_then(|p| std::str::from_utf8(p).ok())
            .unwrap_or("")
    }

    fn file(&self, row: usize) -> Option<File> {
        Some(File {
            path: self.path(row),
            contents: self.run(row, 1)?,
            code: self.run(row, 2)?,
        })
    }

    /// The first row whose path is not before `path`.
    fn lower_bound(&self, path: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.path(middle).as_bytes() < path {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The file of a path.
    pub fn get(&self, path: &[u8]) -> Option<File> {
        let row = self.lower_bound(path);
        if row < self.count && self.path(row).as_bytes() == path {
            self.file(row)
        } else {
            None
        }
    }

    /// All files, by path.
    pub fn files(&self) -> impl Iterator<Item = File> + '_ {
        (0..self.count).filter_map(|row| self.file(row))
    }

    /// Names in a folder (the empty path is the top), sorted; `None` if there is no such folder.
    pub fn folder(&self, path: &[u8]) -> Option<Vec<&'static str>> {
        let inside = match path {
            b"" => Vec::new(),
            _ => [path, b"/"].concat(),
        };
        let mut names: Vec<&'static str> = Vec::new();
        for row in self.lower_bound(&inside)..self.count {
            let Some(rest) = self.path(row).as_bytes().strip_prefix(&inside[..]) else {
                break;
            };
            let name = rest.split(|&b| b == b'/').next().unwrap_or(rest);
            // A part of a path that is text, cut at an ASCII character, is text.
            let name = std::str::from_utf8(name).unwrap_or("");
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then_some(names)
    }

    /// Whether there is a folder of that path.
    pub fn is_folder(&self, path: &[u8]) -> bool {
        let inside = [path, b"/"].concat();
        path.is_empty()
            || self
                .path(self.lower_bound(&inside))
                .as_bytes()
                .starts_with(&inside)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Collects files for an [`Archive`].
#[derive(Default)]
pub struct Builder {
    files: Vec<(String, Vec<u8>, Vec<u8>)>,
}

impl Builder {
    /// Adds a file, with the code compiled from it.
    pub fn add(&mut self, path: String, contents: Vec<u8>, code: Option<&Code>) {
        let code = code.map(write_code).unwrap_or_default();
        self.files.push((path, contents, code));
    }

    /// The archive's bytes. Of files with the same path the last one counts.
    ///
    /// # Panics
    /// If there are 4 GiB or more.
    pub fn finish(mut self) -> Vec<u8> {
        self.files.reverse();
        self.files.sort_by(|a, b| a.0.cmp(&b.0));
        self.files.dedup_by(|a, b| a.0 == b.0);
        let number = |n: usize| {
            u32::try_from(n)
                .expect("an archive is below 4 GiB")
                .to_le_bytes()
        };
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&MAGIC_TOKEN.to_le_bytes());
        out.extend_from_slice(&number(self.files.len()));
        let mut at = HEADER + self.files.len() * ROW;
        for (path, contents, code) in &self.files {
            for length in [path.len(), contents.len(), code.len()] {
                out.extend_from_slice(&number(at));
                out.extend_from_slice(&number(length));
                at += length;
            }
        }
        for (path, contents, code) in &self.files {
            out.extend_from_slice(path.as_bytes());
            out.extend_from_slice(contents);
            out.extend_from_slice(code);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Archive, Builder};
    use crate::{CompileMode, CompileOptions, compile_source};

    fn archive() -> Archive {
        let mut builder = Builder::default();
        let source = b"def f(): return 1\n";
        let options = CompileOptions::new("x", CompileMode::Exec);
        let code = compile_source(source, &options).expect("it compiles").code;
        builder.add("p/b.py".into(), source.to_vec(), Some(&code));
        builder.add("p/a.txt".into(), b"text".to_vec(), None);
        builder.add("pq.py".into(), Vec::new(), None);
        builder.add("p/deep/c.txt".into(), b"c".to_vec(), None);
        Archive::new(builder.finish().leak()).expect("it is an archive")
    }

    #[test]
    fn files_are_found() {
        let archive = archive();
        assert_eq!(archive.get(b"p/a.txt").expect("there").contents, b"text");
        assert!(archive.get(b"p").is_none());
        assert!(archive.get(b"zz").is_none());
        assert_eq!(archive.files().count(), 4);
    }

    #[test]
    fn code_takes_the_name_asked_for() {
        let file = archive().get(b"p/b.py").expect("there");
        let code = file.code("/lib/p/b.py").expect("it has code");
        assert_eq!(&*code.filename, "/lib/p/b.py");
        let inner = code.consts.iter().find_map(|c| match c {
            crate::code::Const::Code(c) => Some(c.filename.clone()),
            _ => None,
        });
        assert_eq!(inner.as_deref(), Some("/lib/p/b.py"));
    }

    #[test]
    fn folders_are_listed() {
        let archive = archive();
        assert_eq!(archive.folder(b""), Some(vec!["p", "pq.py"]));
        assert_eq!(archive.folder(b"p"), Some(vec!["a.txt", "b.py", "deep"]));
        assert_eq!(archive.folder(b"p/b.py"), None);
        assert!(archive.is_folder(b"p/deep") && !archive.is_folder(b"p/dee"));
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(Archive::new(b"TPLB").is_none());
        assert!(Archive::new(b"nothing of the kind").is_none());
    }
}
