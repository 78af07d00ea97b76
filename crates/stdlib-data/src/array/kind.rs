//! The kinds of items: type codes, sizes, conversions.

use taipan_object::int::IntRef;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Value, Vm};

/// A kind of items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    pub code: char,
    pub size: usize,
    pub class: Class,
}

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Signed,
    Unsigned,
    Float,
    Char,
}

const fn kind(code: char, size: usize, class: Class) -> Kind {
    Kind { code, size, class }
}

/// All kinds, in the order of `array.typecodes`.
pub const KINDS: [Kind; 14] = [
    kind('b', 1, Class::Signed),
    kind('B', 1, Class::Unsigned),
    kind('u', 4, Class::Char),
    kind('w', 4, Class::Char),
    kind('h', 2, Class::Signed),
    kind('H', 2, Class::Unsigned),
    kind('i', 4, Class::Signed),
    kind('I', 4, Class::Unsigned),
    kind('l', 8, Class::Signed),
    kind('L', 8, Class::Unsigned),
    kind('q', 8, Class::Signed),
    kind('Q', 8, Class::Unsigned),
    kind('f', 4, Class::Float),
    kind('d', 8, Class::Float),
];

/// Up to eight bytes, low ones first, as a number.
fn number(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_ne_bytes(word)
}

impl Kind {
    pub fn find(code: u32) -> Option<Kind> {
        KINDS.into_iter().find(|k| k.code as u32 == code)
    }
    pub fn is_char(self) -> bool {
        self.class == Class::Char
    }
    /// The format that buffers of this kind show.
    pub fn format(self) -> &'static str {
        match self.code {
            'b' => "b",
            'B' => "B",
            'u' | 'w' => "w",
            'h' => "h",
            'H' => "H",
            'i' => "i",
            'I' => "I",
            'l' => "l",
            'L' => "L",
            'q' => "q",
            'Q' => "Q",
            'f' => "f",
            _ => "d",
        }
    }
    /// An item as a Python object.
    pub fn load(self, vm: &Vm, bytes: &[u8]) -> PyResult {
        let word = number(bytes);
        let shift = 64 - 8 * self.size as u32;
        Ok(match (self.class, self.size) {
            (Class::Signed, _) => vm.new_int((word << shift) as i64 >> shift),
            (Class::Unsigned, _) => vm.new_uint(word),
            (Class::Float, 4) => vm.new_float(f32::from_bits(word as u32).into()),
            (Class::Float, _) => vm.new_float(f64::from_bits(word)),
            (Class::Char, _) => {
                let c = word as u32;
                if c > 0x10_FFFF {
                    return Err(vm.value_error(format!(
                        "character U+{c:x} is not in range [U+0000; U+10ffff]"
                    )));
                }
                let mut text = Vec::with_capacity(4);
                taipan_object::str::push_code_point(&mut text, c);
                vm.new_wtf8(&text).into_value()
            }
        })
    }
    /// A Python object as an item: the low bytes of a word.
    pub fn store(self, vm: &Vm, value: &Value) -> PyResult<u64> {
        match self.class {
            Class::Signed => self.signed(vm, value),
            Class::Unsigned => self.unsigned(vm, value),
            Class::Float if self.size == 4 => Ok((vm.as_f64(value)? as f32).to_bits().into()),
            Class::Float => Ok(vm.as_f64(value)?.to_bits()),
            Class::Char => character(vm, value),
        }
    }
    fn signed(self, vm: &Vm, value: &Value) -> PyResult<u64> {
        if let Some(n) = value.as_small_int()
            && self.holds(n)
        {
            return Ok(n as u64);
        }
        let index = vm.index(value)?;
        let Some(n) = index.as_i64() else {
            return Err(vm.overflow_error(if self.code == 'q' {
                "int too big to convert"
            } else {
                "Python int too large to convert to C long"
            }));
        };
        if self.holds(n) {
            return Ok(n as u64);
        }
        let name = match self.size {
            1 => "signed char",
            2 => "signed short integer",
            _ => "signed integer",
        };
        Err(outside(vm, name, n > 0))
    }
    fn holds(self, n: i64) -> bool {
        let shift = 64 - 8 * self.size as u32;
        n << shift >> shift == n
    }
    fn unsigned(self, vm: &Vm, value: &Value) -> PyResult<u64> {
        let index = vm.index(value)?;
        if self.size <= 2 {
            let Some(n) = index.as_i64() else {
                return Err(vm.overflow_error("Python int too large to convert to C long"));
            };
            let name = if self.size == 1 {
                "unsigned byte integer"
            } else {
                "unsigned short"
            };
            return if (0..1 << (8 * self.size)).contains(&n) {
                Ok(n as u64)
            } else {
                Err(outside(vm, name, n > 0))
            };
        }
        if self.code == 'Q' {
            return match index.as_int() {
                Some(IntRef::Small(n)) if n >= 0 => Ok(n as u64),
                Some(IntRef::Big(n)) if *n >= dashu_int::IBig::ZERO => {
                    u64::try_from(n).map_err(|_| vm.overflow_error("int too big to convert"))
                }
                _ => Err(vm.overflow_error("can't convert negative int to unsigned")),
            };
        }
        let n = crate::numbers::unsigned_long(vm, &index)?;
        if self.size == 4 && n > u64::from(u32::MAX) {
            return Err(outside(vm, "unsigned int", true));
        }
        Ok(n)
    }
}

fn outside(vm: &Vm, name: &str, above: bool) -> Raised {
    let bound = if above {
        "greater than maximum"
    } else {
        "less than minimum"
    };
    vm.overflow_error(format!("{name} is {bound}"))
}

/// A string of one character.
fn character(vm: &Vm, value: &Value) -> PyResult<u64> {
    let Some(text) = value.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "array item must be a unicode character, not {}",
            vm.type_name(value)
        )));
    };
    if text.len() != 1 {
        return Err(vm.type_error(format!(
            "array item must be a unicode character, not a string of length {}",
            text.len()
        )));
    }
    Ok(text.view().get(0).into())
}
