//! Reads marshalled values. Nesting lives in a vector, not on the native stack.

use super::{DIGIT_BITS, FLAG_REF, MAX_DEPTH, code};
use crate::marshal::MarshalError;
use crate::marshal::read::is_wtf8;

/// A value without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
    Int(i64),
    /// An integer as little-endian 15-bit digits without leading zero digits.
    Long {
        negative: bool,
        digits: &'a [u16],
    },
    Float(f64),
    Complex(f64, f64),
    /// WTF-8.
    Str {
        text: &'a [u8],
        interned: bool,
    },
    Bytes(&'a [u8]),
    /// A code record: see [`read_code`](crate::marshal::read_code).
    Code(&'a [u8]),
}

/// A value with parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Tuple,
    List,
    Dict,
    Set,
    FrozenSet,
    Slice,
}

impl Container {
    fn name(self) -> &'static str {
        match self {
            Self::Tuple => "tuple",
            Self::List => "list",
            Self::Dict => "dict",
            Self::Set | Self::FrozenSet => "set",
            Self::Slice => "slice",
        }
    }
    /// Whether references may name it before it is complete.
    fn is_open(self) -> bool {
        matches!(self, Self::List | Self::Dict | Self::Set)
    }
}

/// Makes values. Lists, dicts and sets are made empty and filled, as they may
/// contain themselves; tuples, frozen sets and slices are made from their parts.
pub trait Build {
    type Value: Clone;
    type Error: From<MarshalError>;
    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<Self::Value, Self::Error>;
    /// An empty list, dict or set; `size` is a hint that hostile data may exaggerate.
    fn empty(&mut self, container: Container, size: usize) -> Result<Self::Value, Self::Error>;
    /// Appends to a list or adds to a set.
    fn add(&mut self, container: &Self::Value, item: Self::Value) -> Result<(), Self::Error>;
    fn insert(
        &mut self,
        dict: &Self::Value,
        key: Self::Value,
        value: Self::Value,
    ) -> Result<(), Self::Error>;
    /// A tuple, frozen set or slice (of three parts).
    fn closed(
        &mut self,
        container: Container,
        parts: Vec<Self::Value>,
    ) -> Result<Self::Value, Self::Error>;
    /// Whether code objects are allowed (`allow_code`).
    fn allows_code(&self) -> bool {
        true
    }
}

/// Where bytes come from: a slice, or a file object that must not be read too far.
pub trait Input {
    type Error: From<MarshalError>;
    /// The next `count` bytes; [`MarshalError::TooShort`] if there are fewer.
    fn take(&mut self, count: usize) -> Result<&[u8], Self::Error>;
    /// The next byte; None at the end.
    fn byte(&mut self) -> Result<Option<u8>, Self::Error>;
}

impl Input for &[u8] {
    type Error = MarshalError;
    fn take(&mut self, count: usize) -> Result<&[u8], MarshalError> {
        let (taken, rest) = self.split_at_checked(count).ok_or(MarshalError::TooShort)?;
        *self = rest;
        Ok(taken)
    }
    fn byte(&mut self) -> Result<Option<u8>, MarshalError> {
        Ok(self.split_first().map(|(&byte, rest)| {
            *self = rest;
            byte
        }))
    }
}

/// Reads one value.
pub fn read_value<I: Input, B: Build>(input: &mut I, build: &mut B) -> Result<B::Value, B::Error>
where
    B::Error: From<I::Error>,
{
    Reader {
        input,
        build,
        refs: Vec::new(),
        open: Vec::new(),
    }
    .read()
}

/// A container whose parts are being read.
struct Open<V> {
    container: Container,
    /// Parts still to come; ignored for dicts.
    left: usize,
    /// The container itself if it is an open one.
    value: Option<V>,
    parts: Vec<V>,
    key: Option<V>,
    slot: Option<usize>,
}

struct Reader<'r, I, B: Build> {
    input: &'r mut I,
    build: &'r mut B,
    /// Values that may be referred to; None while they are incomplete.
    refs: Vec<Option<B::Value>>,
    open: Vec<Open<B::Value>>,
}

/// What a type code led to.
enum Step<V> {
    Value(V),
    /// A container was opened.
    Opened,
    Null,
}

impl<I: Input, B: Build> Reader<'_, I, B>
where
    B::Error: From<I::Error>,
{
    fn read(mut self) -> Result<B::Value, B::Error> {
        loop {
            let mut done = match self.step()? {
                Step::Opened => None,
                Step::Value(value) => self.place(value)?,
                Step::Null => self.null()?,
            };
            // Close what is complete, innermost first.
            while done.is_none() {
                match self.open.last() {
                    Some(top) if top.left == 0 && top.container != Container::Dict => {
                        done = self.close()?
                    }
                    _ => break,
                }
            }
            if let Some(value) = done {
                return Ok(value);
            }
        }
    }

    /// Puts a value into the innermost open container; gives it back if there is none.
    fn place(&mut self, value: B::Value) -> Result<Option<B::Value>, B::Error> {
        let Some(top) = self.open.last_mut() else {
            return Ok(Some(value));
        };
        match (&top.value, top.container) {
            (Some(dict), Container::Dict) => match top.key.take() {
                None => top.key = Some(value),
                Some(key) => self.build.insert(dict, key, value)?,
            },
            (Some(open), _) => {
                top.left -= 1;
                self.build.add(open, value)?;
            }
            (None, _) => {
                top.left -= 1;
                top.parts.push(value);
            }
        }
        Ok(None)
    }

    /// A null ends a dict and is an error elsewhere.
    fn null(&mut self) -> Result<Option<B::Value>, B::Error> {
        match self.open.last() {
            Some(top) if top.container == Container::Dict => self.close(),
            Some(top) => Err(MarshalError::Null(top.container.name()).into()),
            None => Err(MarshalError::Null("object").into()),
        }
    }

    fn close(&mut self) -> Result<Option<B::Value>, B::Error> {
        let Some(top) = self.open.pop() else {
            return Ok(None);
        };
        let value = match top.value {
            Some(value) => value,
            None => self.build.closed(top.container, top.parts)?,
        };
        if let Some(slot) = top.slot {
            self.refs[slot] = Some(value.clone());
        }
        self.place(value)
    }

    fn open(
        &mut self,
        container: Container,
        size: usize,
        flagged: bool,
    ) -> Result<Step<B::Value>, B::Error> {
        if self.open.len() >= MAX_DEPTH as usize {
            return Err(MarshalError::Recursion.into());
        }
        let value = if container.is_open() {
            Some(self.build.empty(container, size)?)
        } else {
            None
        };
        let slot = flagged.then(|| {
            self.refs.push(value.clone());
            self.refs.len() - 1
        });
        self.open.push(Open {
            container,
            left: size,
            value,
            parts: Vec::with_capacity(size.min(64)),
            key: None,
            slot,
        });
        Ok(Step::Opened)
    }

    fn scalar(&mut self, scalar: Scalar<'_>, flagged: bool) -> Result<Step<B::Value>, B::Error> {
        let value = self.build.scalar(scalar)?;
        if flagged {
            self.refs.push(Some(value.clone()));
        }
        Ok(Step::Value(value))
    }

    fn step(&mut self) -> Result<Step<B::Value>, B::Error> {
        let byte = self.input.byte()?.ok_or(MarshalError::EofObject)?;
        let flagged = byte & FLAG_REF != 0;
        match byte & !FLAG_REF {
            code::NULL => Ok(Step::Null),
            // The singletons are never referred to: their flag says nothing.
            code::NONE => self.scalar(Scalar::None, false),
            code::TRUE => self.scalar(Scalar::True, false),
            code::FALSE => self.scalar(Scalar::False, false),
            code::ELLIPSIS => self.scalar(Scalar::Ellipsis, false),
            code::STOP_ITERATION => self.scalar(Scalar::StopIteration, false),
            code::INT => {
                let n = self.long()?;
                self.scalar(Scalar::Int(n.into()), flagged)
            }
            code::INT64 => {
                let n = i64::from_le_bytes(self.array()?);
                self.scalar(Scalar::Int(n), flagged)
            }
            code::LONG => self.digits(flagged),
            code::FLOAT => {
                let f = self.text_float()?;
                self.scalar(Scalar::Float(f), flagged)
            }
            code::BINARY_FLOAT => {
                let f = self.float()?;
                self.scalar(Scalar::Float(f), flagged)
            }
            code::COMPLEX => {
                let (re, im) = (self.text_float()?, self.text_float()?);
                self.scalar(Scalar::Complex(re, im), flagged)
            }
            code::BINARY_COMPLEX => {
                let (re, im) = (self.float()?, self.float()?);
                self.scalar(Scalar::Complex(re, im), flagged)
            }
            code::REF => self.reference(),
            code::CODE => self.code(flagged),
            container @ (code::TUPLE | code::LIST | code::SET | code::FROZENSET) => {
                self.sized(container, flagged)
            }
            code::SMALL_TUPLE => {
                let size = self.short()?;
                self.open(Container::Tuple, size, flagged)
            }
            code::DICT => self.open(Container::Dict, 0, flagged),
            code::SLICE => self.open(Container::Slice, 3, flagged),
            text => self.text(text, flagged),
        }
    }

    fn sized(&mut self, container: u8, flagged: bool) -> Result<Step<B::Value>, B::Error> {
        let (container, error) = match container {
            code::TUPLE => (Container::Tuple, "tuple size out of range"),
            code::LIST => (Container::List, "list size out of range"),
            code::SET => (Container::Set, "set size out of range"),
            _ => (Container::FrozenSet, "set size out of range"),
        };
        let size = self.size(error)?;
        self.open(container, size, flagged)
    }

    fn text(&mut self, kind: u8, flagged: bool) -> Result<Step<B::Value>, B::Error> {
        let size = match kind {
            code::STRING => self.size("bytes object size out of range")?,
            code::UNICODE | code::INTERNED | code::ASCII | code::ASCII_INTERNED => {
                self.size("string size out of range")?
            }
            code::SHORT_ASCII | code::SHORT_ASCII_INTERNED => self.short()?,
            _ => return Err(MarshalError::Bad("unknown type code").into()),
        };
        let bytes = self.input.take(size)?;
        let interned = matches!(
            kind,
            code::INTERNED | code::ASCII_INTERNED | code::SHORT_ASCII_INTERNED
        );
        let value = match kind {
            code::STRING => self.build.scalar(Scalar::Bytes(bytes))?,
            code::UNICODE | code::INTERNED if is_wtf8(bytes) => self.build.scalar(Scalar::Str {
                text: bytes,
                interned,
            })?,
            code::UNICODE | code::INTERNED => {
                return Err(MarshalError::Bad("invalid UTF-8 in string").into());
            }
            // "ASCII" text with high bytes is Latin-1.
            _ if bytes.is_ascii() => self.build.scalar(Scalar::Str {
                text: bytes,
                interned,
            })?,
            _ => {
                let latin: String = bytes.iter().map(|&b| char::from(b)).collect();
                self.build.scalar(Scalar::Str {
                    text: latin.as_bytes(),
                    interned,
                })?
            }
        };
        if flagged {
            self.refs.push(Some(value.clone()));
        }
        Ok(Step::Value(value))
    }

    fn code(&mut self, flagged: bool) -> Result<Step<B::Value>, B::Error> {
        if !self.build.allows_code() {
            return Err(MarshalError::CodeDisallowed.into());
        }
        let size = self.size("code size out of range")?;
        let record = self.input.take(size)?;
        let value = self.build.scalar(Scalar::Code(record))?;
        if flagged {
            self.refs.push(Some(value.clone()));
        }
        Ok(Step::Value(value))
    }

    fn digits(&mut self, flagged: bool) -> Result<Step<B::Value>, B::Error> {
        let n = self.long()?;
        if n == i32::MIN {
            return Err(MarshalError::Bad("long size out of range").into());
        }
        let count = n.unsigned_abs() as usize;
        let bytes = self.input.take(count * 2)?;
        let digits: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        if digits.iter().any(|&d| d >> DIGIT_BITS != 0) {
            return Err(MarshalError::Bad("digit out of range in long").into());
        }
        if digits.last() == Some(&0) {
            return Err(MarshalError::Bad("unnormalized long data").into());
        }
        self.scalar(
            Scalar::Long {
                negative: n < 0,
                digits: &digits,
            },
            flagged,
        )
    }

    fn reference(&mut self) -> Result<Step<B::Value>, B::Error> {
        let n = self.long()?;
        let value = usize::try_from(n)
            .ok()
            .and_then(|n| self.refs.get(n))
            .and_then(Option::as_ref);
        match value {
            Some(value) => Ok(Step::Value(value.clone())),
            None => Err(MarshalError::Bad("invalid reference").into()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], B::Error> {
        let bytes = self.input.take(N)?;
        bytes.try_into().map_err(|_| MarshalError::TooShort.into())
    }

    fn long(&mut self) -> Result<i32, B::Error> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn short(&mut self) -> Result<usize, B::Error> {
        let [byte] = self.array()?;
        Ok(byte.into())
    }

    fn size(&mut self, error: &'static str) -> Result<usize, B::Error> {
        usize::try_from(self.long()?).map_err(|_| MarshalError::Bad(error).into())
    }

    fn float(&mut self) -> Result<f64, B::Error> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A float as text, as format versions 0 and 1 have it.
    fn text_float(&mut self) -> Result<f64, B::Error> {
        let size = self.short()?;
        let text = self.input.take(size)?;
        let parsed = std::str::from_utf8(text)
            .ok()
            .and_then(|t| t.trim().parse().ok());
        parsed.ok_or(MarshalError::Bad("malformed float").into())
    }
}
