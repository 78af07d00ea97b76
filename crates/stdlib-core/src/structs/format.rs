//! Format strings, compiled.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use taipan_object::bytes::Bytes;
use taipan_object::str::Str;
use taipan_object::{PyResult, Value, Vm};

use super::error;

/// What an item holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Pad,
    Char,
    Bytes,
    Pascal,
    Bool,
    Signed,
    Unsigned,
    Pointer,
    Float,
    Complex,
}

/// A run of equal items.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub code: char,
    pub kind: Kind,
    pub offset: usize,
    /// Bytes of one item; for `s` and `p`, of the whole.
    pub size: usize,
    pub count: usize,
}

/// A compiled format.
#[derive(Debug)]
pub struct Format {
    pub text: String,
    pub items: Vec<Item>,
    pub size: usize,
    /// Number of values.
    pub values: usize,
    pub big_endian: bool,
}

/// Kind, standard size (none: native only), native size.
fn code(c: char) -> Option<(Kind, Option<usize>, usize)> {
    Some(match c {
        'x' => (Kind::Pad, Some(1), 1),
        'c' => (Kind::Char, Some(1), 1),
        's' => (Kind::Bytes, Some(1), 1),
        'p' => (Kind::Pascal, Some(1), 1),
        '?' => (Kind::Bool, Some(1), 1),
        'b' => (Kind::Signed, Some(1), 1),
        'B' => (Kind::Unsigned, Some(1), 1),
        'h' => (Kind::Signed, Some(2), 2),
        'H' => (Kind::Unsigned, Some(2), 2),
        'i' => (Kind::Signed, Some(4), 4),
        'I' => (Kind::Unsigned, Some(4), 4),
        'l' => (Kind::Signed, Some(4), 8),
        'L' => (Kind::Unsigned, Some(4), 8),
        'q' => (Kind::Signed, Some(8), 8),
        'Q' => (Kind::Unsigned, Some(8), 8),
        'n' => (Kind::Signed, None, 8),
        'N' => (Kind::Unsigned, None, 8),
        'P' => (Kind::Pointer, None, 8),
        'e' => (Kind::Float, Some(2), 2),
        'f' => (Kind::Float, Some(4), 4),
        'd' => (Kind::Float, Some(8), 8),
        'F' => (Kind::Complex, Some(8), 8),
        'D' => (Kind::Complex, Some(16), 16),
        _ => return None,
    })
}

impl Format {
    /// Compiles a format; the error is the message of a `struct.error`.
    pub fn parse(text: &str) -> Result<Format, &'static str> {
        const TOO_LONG: &str = "total struct size too long";
        if text.contains('\0') {
            return Err("embedded null character");
        }
        let (native, big_endian, rest) = match text.chars().next() {
            Some('<') => (false, false, &text[1..]),
            Some('>' | '!') => (false, true, &text[1..]),
            Some('=') => (false, cfg!(target_endian = "big"), &text[1..]),
            Some('@') => (true, cfg!(target_endian = "big"), &text[1..]),
            _ => (true, cfg!(target_endian = "big"), text),
        };
        let mut format = Format {
            text: text.to_owned(),
            items: Vec::new(),
            size: 0,
            values: 0,
            big_endian,
        };
        let mut chars = rest.chars().peekable();
        while let Some(c) = chars.next() {
            if c.is_ascii_whitespace() || c == '\x0b' {
                continue;
            }
            let mut count = 1usize;
            let mut letter = c;
            if let Some(digit) = c.to_digit(10) {
                count = digit as usize;
                loop {
                    let Some(c) = chars.next() else {
                        return Err("repeat count given without format specifier");
                    };
                    let Some(digit) = c.to_digit(10) else {
                        letter = c;
                        break;
                    };
                    count = count
                        .checked_mul(10)
                        .and_then(|n| n.checked_add(digit as usize))
                        .filter(|&n| n <= isize::MAX as usize)
                        .ok_or(TOO_LONG)?;
                }
            }
            let (kind, standard, native_size) = code(letter).ok_or("bad char in struct format")?;
            let size = if native {
                native_size
            } else {
                standard.ok_or("bad char in struct format")?
            };
            if native {
                let align = if kind == Kind::Complex {
                    size / 2
                } else {
                    size
                };
                format.size = format
                    .size
                    .checked_next_multiple_of(align)
                    .ok_or(TOO_LONG)?;
            }
            let whole = matches!(kind, Kind::Bytes | Kind::Pascal);
            let all = size.checked_mul(count).ok_or(TOO_LONG)?;
            let item = if whole {
                Item {
                    code: letter,
                    kind,
                    offset: format.size,
                    size: count,
                    count: 1,
                }
            } else {
                Item {
                    code: letter,
                    kind,
                    offset: format.size,
                    size,
                    count,
                }
            };
            format.size = format
                .size
                .checked_add(all)
                .filter(|&n| n <= isize::MAX as usize)
                .ok_or(TOO_LONG)?;
            if kind != Kind::Pad && item.count > 0 {
                format.values = format.values.checked_add(item.count).ok_or(TOO_LONG)?;
                format.items.push(item);
            }
        }
        Ok(format)
    }
}

type Cache = Rc<RefCell<HashMap<String, Rc<Format>>>>;

/// Most formats that are remembered.
const CACHE_LIMIT: usize = 100;

fn cache(vm: &Vm) -> Cache {
    crate::state::once(vm, "struct.cache", Cache::default)
}

pub fn clear_cache(vm: &Vm) {
    cache(vm).borrow_mut().clear();
}

/// The compiled format of a str or bytes.
pub fn cached(vm: &Vm, format: &Value) -> PyResult<Rc<Format>> {
    let text = if let Some(text) = format.downcast::<Str>() {
        match text.as_ascii() {
            Some(text) => text.to_owned(),
            None => return Err(not_ascii(vm, format)),
        }
    } else if let Some(bytes) = format.downcast::<Bytes>() {
        // A byte beyond ASCII is no format character.
        bytes.data.iter().map(|&b| char::from(b)).collect()
    } else {
        return Err(vm.type_error(format!(
            "Struct() argument 1 must be a str or bytes object, not {}",
            vm.type_name(format)
        )));
    };
    if let Some(known) = cache(vm).borrow().get(&text) {
        return Ok(known.clone());
    }
    let compiled = Rc::new(Format::parse(&text).map_err(|message| error(vm, message))?);
    let cache = cache(vm);
    let mut cache = cache.borrow_mut();
    if cache.len() >= CACHE_LIMIT {
        cache.clear();
    }
    cache.insert(text, compiled.clone());
    Ok(compiled)
}

/// The UnicodeEncodeError of a format that is not ASCII.
#[cold]
fn not_ascii(vm: &Vm, format: &Value) -> taipan_object::Raised {
    let encoded = vm.call_method(
        format,
        &vm.intern_str("encode"),
        &[vm.new_str("ascii").into_value()],
    );
    match encoded {
        Err(e) => e,
        Ok(_) => error(vm, "bad char in struct format"),
    }
}
