//! The bytes of an entity: decoding as they come, and positions in them.

use std::cell::Cell;

use super::chars;

/// How bytes stand for characters.
#[derive(Clone)]
pub enum Encoding {
    Utf8,
    Utf16 {
        big: bool,
    },
    Latin1,
    Ascii,
    /// One byte a character; negative numbers are no characters.
    Table(Box<[i32; 256]>),
}

impl Encoding {
    /// An encoding that needs no table. `like` says which order UTF-16 has.
    pub fn named(name: &str, like: Option<&Encoding>) -> Option<Encoding> {
        Some(match name.to_ascii_uppercase().as_str() {
            "UTF-8" => Encoding::Utf8,
            "UTF-16" => match like {
                Some(Encoding::Utf16 { big }) => Encoding::Utf16 { big: *big },
                _ => Encoding::Utf16 { big: true },
            },
            "UTF-16BE" => Encoding::Utf16 { big: true },
            "UTF-16LE" => Encoding::Utf16 { big: false },
            "ISO-8859-1" => Encoding::Latin1,
            "US-ASCII" => Encoding::Ascii,
            _ => return None,
        })
    }
    /// An encoding by a table, if markup reads the same in it.
    pub fn table(table: Box<[i32; 256]>) -> Option<Encoding> {
        let fits = table.iter().enumerate().all(|(byte, &c)| {
            let byte = byte as u32;
            let kept = !chars::is_significant(byte) || c == byte as i32;
            let moved = u32::try_from(c).is_ok_and(|c| chars::is_significant(c) && c != byte);
            kept && !moved && !(0xD800..0xE000).contains(&c)
        });
        fits.then_some(Encoding::Table(table))
    }
    pub fn is_wide(&self) -> bool {
        matches!(self, Encoding::Utf16 { .. })
    }
    /// Whether text is handed on as it is, not converted piece by piece.
    pub fn is_utf8(&self) -> bool {
        matches!(self, Encoding::Utf8 | Encoding::Ascii)
    }
}

/// A position in the bytes as they came.
#[derive(Clone, Copy)]
pub struct Mark {
    pub byte: u64,
    pub line: u64,
    pub column: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is known yet.
    Start,
    /// The encoding was guessed; a declaration may say another.
    Declared,
    /// The declaration is out; waiting for what it says.
    Held,
    Flow,
}

/// The text of the entity that was fed, and what is not decoded yet.
pub struct Input {
    pub text: Vec<u8>,
    raw: Vec<u8>,
    pub encoding: Encoding,
    stage: Stage,
    fixed: bool,
    pub is_final: bool,
    /// The byte after the text starts no character.
    pub is_bad: bool,
    base: Mark,
    cache: Cell<(usize, Mark)>,
}

const START: Mark = Mark {
    byte: 0,
    line: 1,
    column: 0,
};

impl Input {
    /// An input; with an encoding given from outside, declarations do not count.
    pub fn new(encoding: Option<Encoding>) -> Input {
        Input {
            text: Vec::new(),
            raw: Vec::new(),
            fixed: encoding.is_some(),
            encoding: encoding.unwrap_or(Encoding::Utf8),
            stage: Stage::Start,
            is_final: false,
            is_bad: false,
            base: START,
            cache: Cell::new((0, START)),
        }
    }
    /// Fixes the encoding from outside, before anything was decoded.
    pub fn fix(&mut self, encoding: Encoding) {
        if self.stage == Stage::Start {
            self.encoding = encoding;
            self.fixed = true;
        }
    }
    /// Whether the encoding was given from outside.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }
    pub fn feed(&mut self, data: &[u8], is_final: bool) {
        self.is_final |= is_final;
        self.raw.extend_from_slice(data);
        self.pump();
    }
    /// Bytes that wait for the rest of their character.
    pub fn has_tail(&self) -> bool {
        !self.raw.is_empty() && self.stage == Stage::Flow && !self.is_bad
    }
    /// Goes on after the declaration, in the encoding that it names if any.
    pub fn resume(&mut self, encoding: Option<Encoding>) {
        if let Some(encoding) = encoding {
            self.encoding = encoding;
        }
        if self.stage != Stage::Start {
            self.stage = Stage::Flow;
        }
        self.pump();
    }
    /// Drops text that was read.
    pub fn drop_before(&mut self, at: usize) {
        self.base = self.locate(at);
        self.cache.set((0, self.base));
        self.text.drain(..at);
    }
    /// The position of an offset.
    pub fn locate(&self, at: usize) -> Mark {
        let (mut from, mut mark) = self.cache.get();
        if from > at {
            (from, mark) = (0, self.base);
        }
        while from < at {
            let Some((c, n)) = chars::char_at(&self.text, from) else {
                break;
            };
            mark.byte += match self.encoding {
                Encoding::Utf8 => n as u64,
                Encoding::Utf16 { .. } => 2 + 2 * u64::from(n == 4),
                _ => 1,
            };
            let after_return = from > 0 && self.text[from - 1] == b'\r';
            match c {
                0x0A if after_return => {}
                0x0A | 0x0D => (mark.line, mark.column) = (mark.line + 1, 0),
                _ => mark.column += 1,
            }
            from += n;
        }
        self.cache.set((from, mark));
        mark
    }

    fn pump(&mut self) {
        if self.is_bad {
            return;
        }
        if self.stage == Stage::Start && !self.detect() {
            return;
        }
        if self.stage == Stage::Declared {
            match self.declaration_end() {
                None => return,
                Some(0) => self.stage = Stage::Flow,
                Some(end) => {
                    let rest = self.raw.split_off(end);
                    self.decode();
                    self.raw.extend_from_slice(&rest);
                    self.stage = Stage::Held;
                }
            }
        }
        if self.stage == Stage::Flow {
            self.decode();
        }
    }
    /// Recognises the encoding by the first bytes; whether there are enough.
    fn detect(&mut self) -> bool {
        if self.raw.is_empty() || self.raw.len() < 2 && !self.is_final {
            return false;
        }
        let short = self.raw.len() < 3 && !self.is_final;
        let guess = match (self.raw[0], self.raw.get(1)) {
            (0xFE, Some(0xFF)) => Some((Encoding::Utf16 { big: true }, 2)),
            (0xFF, Some(0xFE)) => Some((Encoding::Utf16 { big: false }, 2)),
            (0xEF, Some(0xBB)) if short => return false,
            (0xEF, Some(0xBB)) if self.raw.get(2) == Some(&0xBF) => Some((Encoding::Utf8, 3)),
            (0, Some(_)) => Some((Encoding::Utf16 { big: true }, 0)),
            (_, Some(0)) => Some((Encoding::Utf16 { big: false }, 0)),
            _ => None,
        };
        let mut skip = 0;
        if let Some((encoding, mark)) = guess {
            let agrees = match (&self.encoding, &encoding) {
                (Encoding::Utf16 { .. }, Encoding::Utf16 { .. }) => mark > 0,
                (Encoding::Utf8, Encoding::Utf8) => true,
                _ => false,
            };
            if agrees || !self.fixed {
                self.encoding = encoding;
                skip = mark;
            }
        }
        self.raw.drain(..skip);
        self.base.byte += skip as u64;
        self.base.column += u64::from(skip > 0);
        self.cache.set((0, self.base));
        self.stage = if self.fixed || self.encoding.is_wide() {
            Stage::Flow
        } else {
            Stage::Declared
        };
        true
    }
    /// Where the declaration of the encoding ends; 0 if there is none; none if that cannot be said yet.
    fn declaration_end(&self) -> Option<usize> {
        const HEAD: &[u8] = b"<?xml";
        let n = self.raw.len().min(HEAD.len());
        if self.raw[..n] != HEAD[..n] {
            return Some(0);
        }
        match self.raw.get(HEAD.len()) {
            None if self.is_final => return Some(0),
            None => return None,
            Some(b) if !chars::is_space(*b) && *b < 0x80 => return Some(0),
            Some(_) => {}
        }
        let end = self.raw.windows(2).position(|w| w == b"?>");
        match end {
            Some(end) => Some(end + 2),
            None if self.is_final => Some(0),
            None => None,
        }
    }
    fn decode(&mut self) {
        let used = match &self.encoding {
            Encoding::Utf8 => match std::str::from_utf8(&self.raw) {
                Ok(_) => {
                    self.text.extend_from_slice(&self.raw);
                    self.raw.len()
                }
                Err(e) => {
                    self.text.extend_from_slice(&self.raw[..e.valid_up_to()]);
                    self.is_bad = e.error_len().is_some();
                    e.valid_up_to()
                }
            },
            Encoding::Utf16 { big } => {
                let big = *big;
                self.decode_wide(big)
            }
            Encoding::Latin1 => self.decode_bytes(i32::from),
            Encoding::Ascii => self.decode_bytes(|b| if b < 0x80 { i32::from(b) } else { -1 }),
            Encoding::Table(table) => {
                let table = table.clone();
                self.decode_bytes(|b| table[usize::from(b)])
            }
        };
        self.raw.drain(..used);
    }
    fn decode_bytes(&mut self, map: impl Fn(u8) -> i32) -> usize {
        let mut utf8 = [0; 4];
        for (i, &byte) in self.raw.iter().enumerate() {
            let Some(c) = u32::try_from(map(byte)).ok().and_then(char::from_u32) else {
                self.is_bad = true;
                return i;
            };
            self.text
                .extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        }
        self.raw.len()
    }
    fn decode_wide(&mut self, big: bool) -> usize {
        let unit = |i: usize| {
            let pair = [*self.raw.get(i)?, *self.raw.get(i + 1)?];
            Some(if big {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            })
        };
        let (mut at, mut utf8) = (0, [0; 4]);
        while let Some(first) = unit(at) {
            let (c, n) = match first {
                0xD800..0xDC00 => match unit(at + 2) {
                    None => break,
                    Some(low @ 0xDC00..0xE000) => {
                        let high = (u32::from(first) - 0xD800) << 10;
                        (0x10000 + high + u32::from(low) - 0xDC00, 4)
                    }
                    Some(_) => (u32::MAX, 4),
                },
                _ => (u32::from(first), 2),
            };
            let Some(c) = char::from_u32(c) else {
                self.is_bad = true;
                return at;
            };
            self.text
                .extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
            at += n;
        }
        at
    }
}
