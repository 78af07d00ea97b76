//! Source text: decoding (PEP 263, BOM) and the line index.

mod decode;

pub use decode::decode;

/// How many newlines (`\n`, `\r\n` or `\r`) the bytes hold.
fn count_newlines(bytes: &[u8]) -> u32 {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    ends.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
        .count() as u32
}

/// Maps byte offsets to lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// Byte offset of the start of each line.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Lines end at `\n`, `\r\n` or a lone `\r`.
    pub fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The 1-based line and the 0-based column, in UTF-8 bytes, of an offset.
    pub fn line_col(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&s| s <= offset) - 1;
        (line as u32 + 1, offset - self.starts[line])
    }

    /// The byte offset at which a 1-based line starts.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).wrapping_sub(1)).copied()
    }

    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }
}
