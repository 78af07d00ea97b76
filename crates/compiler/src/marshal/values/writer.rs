//! Writes marshalled values.
//!
//! The caller walks its objects; it decides which are worth a reference (in
//! CPython those with more than one owner) and remembers their numbers.

use std::fmt;

use super::{DIGIT_BITS, FLAG_REF, MAX_DEPTH, code};

/// Why a value cannot be written. Both are ValueErrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    Unmarshallable,
    TooDeep,
    CodeDisallowed,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unmarshallable => "unmarshallable object",
            Self::TooDeep => "object too deeply nested to marshal",
            Self::CodeDisallowed => "marshalling code objects is disallowed",
        })
    }
}

impl std::error::Error for WriteError {}

type Written = Result<(), WriteError>;

/// Collects the bytes of one value.
pub struct Writer {
    out: Vec<u8>,
    version: i32,
    flag: u8,
    refs: u32,
    depth: u32,
}

impl Writer {
    pub fn new(version: i32) -> Self {
        Self {
            out: Vec::new(),
            version,
            flag: 0,
            refs: 0,
            depth: 0,
        }
    }
    pub fn version(&self) -> i32 {
        self.version
    }
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Makes the next value one that later [`Writer::reference`]s can name;
    /// its number, or None where the version knows no references.
    pub fn remember(&mut self) -> Option<u32> {
        if self.version < 3 || self.refs == i32::MAX as u32 {
            return None;
        }
        self.flag = FLAG_REF;
        self.refs += 1;
        Some(self.refs - 1)
    }
    pub fn reference(&mut self, number: u32) {
        self.out.push(code::REF);
        self.long(number as i32);
    }

    /// Enters a container; the caller leaves it again after its last part.
    pub fn enter(&mut self) -> Written {
        if self.depth >= MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        self.depth += 1;
        Ok(())
    }
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    fn code(&mut self, code: u8) {
        self.out.push(code | std::mem::take(&mut self.flag));
    }
    fn long(&mut self, n: i32) {
        self.out.extend_from_slice(&n.to_le_bytes());
    }
    fn size(&mut self, size: usize) -> Written {
        self.long(i32::try_from(size).map_err(|_| WriteError::Unmarshallable)?);
        Ok(())
    }

    pub fn none(&mut self) {
        self.out.push(code::NONE);
    }
    pub fn bool(&mut self, value: bool) {
        self.out.push(if value { code::TRUE } else { code::FALSE });
    }
    pub fn ellipsis(&mut self) {
        self.out.push(code::ELLIPSIS);
    }
    pub fn stop_iteration(&mut self) {
        self.out.push(code::STOP_ITERATION);
    }

    pub fn int(&mut self, n: i64) {
        if let Ok(small) = i32::try_from(n) {
            self.code(code::INT);
            self.long(small);
            return;
        }
        let mut digits = Vec::with_capacity(5);
        let mut rest = n.unsigned_abs();
        while rest != 0 {
            digits.push((rest & 0x7FFF) as u16);
            rest >>= DIGIT_BITS;
        }
        // Five digits fit any size field.
        let _ = self.digits(n < 0, &digits);
    }
    /// An integer as little-endian magnitude, for those beyond 64 bits.
    pub fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> Written {
        let mut digits = Vec::with_capacity(magnitude.len() * 8 / 15 + 1);
        let (mut bits, mut count) = (0u32, 0);
        for &byte in magnitude {
            bits |= u32::from(byte) << count;
            count += 8;
            if count >= DIGIT_BITS {
                digits.push((bits & 0x7FFF) as u16);
                bits >>= DIGIT_BITS;
                count -= DIGIT_BITS;
            }
        }
        digits.push(bits as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        self.digits(negative, &digits)
    }
    /// An integer as little-endian 15-bit digits without leading zeros.
    pub fn digits(&mut self, negative: bool, digits: &[u16]) -> Written {
        let count = i32::try_from(digits.len()).map_err(|_| WriteError::Unmarshallable)?;
        self.code(code::LONG);
        self.long(if negative { -count } else { count });
        digits
            .iter()
            .for_each(|d| self.out.extend_from_slice(&d.to_le_bytes()));
        Ok(())
    }

    pub fn float(&mut self, f: f64) {
        if self.version > 1 {
            self.code(code::BINARY_FLOAT);
            self.out.extend_from_slice(&f.to_le_bytes());
        } else {
            self.code(code::FLOAT);
            self.text_float(f);
        }
    }
    pub fn complex(&mut self, re: f64, im: f64) {
        if self.version > 1 {
            self.code(code::BINARY_COMPLEX);
            self.out.extend_from_slice(&re.to_le_bytes());
            self.out.extend_from_slice(&im.to_le_bytes());
        } else {
            self.code(code::COMPLEX);
            self.text_float(re);
            self.text_float(im);
        }
    }
    fn text_float(&mut self, f: f64) {
        let text = crate::dis::float_text(f);
        // The shortest text of a float has at most 24 characters.
        self.out.push(text.len() as u8);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Text as WTF-8.
    pub fn str(&mut self, text: &[u8], interned: bool) -> Written {
        if self.version >= 4 && text.is_ascii() {
            match u8::try_from(text.len()) {
                Ok(short) => {
                    self.code(if interned {
                        code::SHORT_ASCII_INTERNED
                    } else {
                        code::SHORT_ASCII
                    });
                    self.out.push(short);
                }
                Err(_) => {
                    self.code(if interned {
                        code::ASCII_INTERNED
                    } else {
                        code::ASCII
                    });
                    self.size(text.len())?;
                }
            }
        } else {
            self.code(if interned && self.version >= 3 {
                code::INTERNED
            } else {
                code::UNICODE
            });
            self.size(text.len())?;
        }
        self.out.extend_from_slice(text);
        Ok(())
    }
    pub fn bytes(&mut self, bytes: &[u8]) -> Written {
        self.code(code::STRING);
        self.size(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// The head of a tuple; its parts follow.
    pub fn tuple(&mut self, size: usize) -> Written {
        match u8::try_from(size) {
            Ok(small) if self.version >= 4 => {
                self.code(code::SMALL_TUPLE);
                self.out.push(small);
                Ok(())
            }
            _ => {
                self.code(code::TUPLE);
                self.size(size)
            }
        }
    }
    pub fn list(&mut self, size: usize) -> Written {
        self.code(code::LIST);
        self.size(size)
    }
    pub fn set(&mut self, size: usize, frozen: bool) -> Written {
        self.code(if frozen { code::FROZENSET } else { code::SET });
        self.size(size)
    }
    /// The head of a dict; keys and values follow in turn, then [`Writer::end_dict`].
    pub fn dict(&mut self) {
        self.code(code::DICT);
    }
    pub fn end_dict(&mut self) {
        self.out.push(code::NULL);
    }
    /// The head of a slice; start, stop and step follow.
    pub fn slice(&mut self) -> Written {
        if self.version < 5 {
            return Err(WriteError::Unmarshallable);
        }
        self.code(code::SLICE);
        Ok(())
    }
    /// A code object as its record.
    pub fn code_record(&mut self, record: &[u8]) -> Written {
        self.code(code::CODE);
        self.size(record.len())?;
        self.out.extend_from_slice(record);
        Ok(())
    }
}
