//! Reads code records; any bytes give a code object or an error.

use std::sync::Arc;

use super::{
    FORMAT_VERSION, MAX_DEPTH, MarshalError, RAW_INSTR, RECORD_HEADER, RECORD_MAGIC, Tag, checksum,
};
use crate::code::{Code, CodeFlags, Const, Handler, Local, LocalKind};
use crate::opcode::Instr;

type Read<T> = Result<T, MarshalError>;

/// Reads a record that [`write_code`](super::write_code) wrote.
pub fn read_code(record: &[u8]) -> Read<Arc<Code>> {
    read(record, None)
}

/// As [`read_code`], the code and all code within it being of the file `filename`.
pub fn read_code_named(record: &[u8], filename: &str) -> Read<Arc<Code>> {
    read(record, Some(filename.into()))
}

fn read(record: &[u8], filename: Option<Arc<str>>) -> Read<Arc<Code>> {
    let (header, body) = record
        .split_at_checked(RECORD_HEADER)
        .ok_or(MarshalError::TooShort)?;
    if !header.starts_with(RECORD_MAGIC) {
        return Err(MarshalError::Bad("no code record"));
    }
    if header[3] != FORMAT_VERSION {
        return Err(MarshalError::Version(header[3]));
    }
    if header[4..] != checksum(body).to_le_bytes() {
        return Err(MarshalError::Checksum);
    }
    let mut reader = Reader {
        rest: body,
        strings: Vec::new(),
        depth: 0,
        filename,
    };
    let code = reader.code()?;
    if reader.rest.is_empty() {
        Ok(code)
    } else {
        Err(MarshalError::Bad("bytes after the code record"))
    }
}

/// A string seen before, in the forms it was asked for.
struct Text<'a> {
    bytes: &'a [u8],
    name: Option<Arc<str>>,
    constant: Option<Arc<[u8]>>,
}

struct Reader<'a> {
    rest: &'a [u8],
    strings: Vec<Text<'a>>,
    depth: u32,
    /// What all code gets as its file's name, instead of what is stored.
    filename: Option<Arc<str>>,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Read<u8> {
        let (&byte, rest) = self.rest.split_first().ok_or(MarshalError::TooShort)?;
        self.rest = rest;
        Ok(byte)
    }

    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(MarshalError::TooShort)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Read<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(MarshalError::Bad("varint too long"))
    }

    fn number32(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| MarshalError::Bad("number out of range"))
    }

    /// A number of things that take at least a byte each: no more than there are bytes left.
    fn count(&mut self) -> Read<usize> {
        match usize::try_from(self.number()?) {
            Ok(n) if n <= self.rest.len() => Ok(n),
            _ => Err(MarshalError::TooShort),
        }
    }

    fn bytes(&mut self) -> Read<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count()?;
        // The count is bounded by the bytes left; a `T` may be bigger than a byte, so grow with what is read.
        let mut items = Vec::with_capacity(count.min(4096));
        for _ in 0..count {
            items.push(one(self)?);
        }
        Ok(items)
    }

    fn string(&mut self) -> Read<&mut Text<'a>> {
        let number = self.number()?;
        if number == 0 {
            let bytes = self.bytes()?;
            self.strings.push(Text {
                bytes,
                name: None,
                constant: None,
            });
            let last = self.strings.len() - 1;
            return Ok(&mut self.strings[last]);
        }
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        self.strings
            .get_mut(index)
            .ok_or(MarshalError::Bad("invalid reference"))
    }

    fn name(&mut self) -> Read<Arc<str>> {
        let text = self.string()?;
        if let Some(name) = &text.name {
            return Ok(name.clone());
        }
        let name: Arc<str> = std::str::from_utf8(text.bytes)
            .map_err(|_| MarshalError::Bad("name is no UTF-8"))?
            .into();
        text.name = Some(name.clone());
        Ok(name)
    }

    fn text(&mut self) -> Read<Arc<[u8]>> {
        let text = self.string()?;
        if let Some(constant) = &text.constant {
            return Ok(constant.clone());
        }
        if !is_wtf8(text.bytes) {
            return Err(MarshalError::Bad("string is no WTF-8"));
        }
        let constant: Arc<[u8]> = text.bytes.into();
        text.constant = Some(constant.clone());
        Ok(constant)
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return Err(MarshalError::Recursion);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn code(&mut self) -> Read<Arc<Code>> {
        let (name, qualname, stored) = (self.name()?, self.name()?, self.name()?);
        let filename = self.filename.clone().unwrap_or(stored);
        let registers = self.number32()?;
        let (arg_count, posonly_count, kwonly_count) =
            (self.number32()?, self.number32()?, self.number32()?);
        let flags = CodeFlags(self.number32()?);
        let first_line = self.number32()?;
        let locals = self.many(|r| {
            Ok(Local {
                kind: LocalKind(r.byte()?),
                name: r.name()?,
            })
        })?;
        let names = self.many(Self::name)?;
        let handlers = self.many(Self::handler)?;
        let instrs = self.many(Self::instr)?;
        let positions = self.bytes()?.into();
        let consts = self.many(Self::value)?;
        Ok(Arc::new(Code {
            instrs: instrs.into(),
            consts: consts.into(),
            names: names.into(),
            locals: locals.into(),
            registers,
            arg_count,
            posonly_count,
            kwonly_count,
            flags,
            name,
            qualname,
            filename,
            first_line,
            handlers: handlers.into(),
            positions,
        }))
    }

    fn handler(&mut self) -> Read<Handler> {
        let (start, end, target, depth) = (
            self.number32()?,
            self.number32()?,
            self.number32()?,
            self.number32()?,
        );
        Ok(Handler {
            start,
            end,
            target,
            depth,
            lasti: self.byte()? != 0,
        })
    }

    fn operand(&mut self, present: bool) -> Read<u64> {
        if !present {
            return Ok(0);
        }
        match self.number()? {
            n @ ..=0xFFFF => Ok(n),
            _ => Err(MarshalError::Bad("operand out of range")),
        }
    }

    fn instr(&mut self) -> Read<Instr> {
        let op = self.byte()?;
        if op == RAW_INSTR {
            return Ok(Instr(self.word()?));
        }
        let mask = self.byte()?;
        let a = self.operand(mask & 1 != 0)?;
        let b = self.operand(mask & 2 != 0)?;
        let c = self.operand(mask & 4 != 0)?;
        Ok(Instr(
            u64::from(op) | u64::from(mask >> 3) << 8 | a << 16 | b << 32 | c << 48,
        ))
    }

    fn word(&mut self) -> Read<u64> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(bytes.try_into().unwrap_or_default()))
    }

    fn float(&mut self) -> Read<f64> {
        Ok(f64::from_bits(self.word()?))
    }

    fn value(&mut self) -> Read<Const> {
        let tag = self.byte()?;
        const fn is(tag: u8, wanted: Tag) -> bool {
            tag == wanted as u8
        }
        Ok(match tag {
            t if is(t, Tag::None) => Const::None,
            t if is(t, Tag::True) => Const::True,
            t if is(t, Tag::False) => Const::False,
            t if is(t, Tag::Ellipsis) => Const::Ellipsis,
            t if is(t, Tag::Int) => {
                let n = self.number()?;
                Const::Int((n >> 1) as i64 ^ -((n & 1) as i64))
            }
            t if is(t, Tag::Positive) || is(t, Tag::Negative) => Const::BigInt {
                negative: is(t, Tag::Negative),
                magnitude: self.bytes()?.into(),
            },
            t if is(t, Tag::Float) => Const::Float(self.float()?),
            t if is(t, Tag::Complex) => Const::Complex(self.float()?, self.float()?),
            t if is(t, Tag::Str) => Const::Str(self.text()?),
            t if is(t, Tag::Bytes) => Const::Bytes(self.bytes()?.into()),
            t if is(t, Tag::Tuple) => Const::Tuple(self.items()?),
            t if is(t, Tag::FrozenSet) => Const::FrozenSet(self.items()?),
            t if is(t, Tag::Slice) => self.slice()?,
            t if is(t, Tag::Code) => Const::Code(self.deeper(Self::code)?),
            _ => return Err(MarshalError::Bad("unknown type code")),
        })
    }

    fn items(&mut self) -> Read<Arc<[Const]>> {
        self.deeper(|r| Ok(r.many(Self::value)?.into()))
    }

    fn slice(&mut self) -> Read<Const> {
        self.deeper(|r| Ok(Const::Slice(Arc::new([r.value()?, r.value()?, r.value()?]))))
    }
}

/// Whether bytes are UTF-8 that may hold surrogates. As in Python a high and a
/// low one may follow each other and stay two.
pub(super) fn is_wtf8(mut bytes: &[u8]) -> bool {
    loop {
        let valid = match std::str::from_utf8(bytes) {
            Ok(_) => return true,
            Err(e) => e.valid_up_to(),
        };
        let [0xED, 0xA0..=0xBF, 0x80..=0xBF, rest @ ..] = &bytes[valid..] else {
            return false;
        };
        bytes = rest;
    }
}
