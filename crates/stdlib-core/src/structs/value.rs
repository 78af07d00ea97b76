//! One value to and from its bytes.

use taipan_object::bytes::{ByteArray, Bytes};
use taipan_object::float::Complex;
use taipan_object::int::IntRef;
use taipan_object::{PyResult, Value, Vm};

use super::error;
use super::format::{Item, Kind};

/// Writes the low bytes of a number.
fn put(bits: u64, to: &mut [u8], big_endian: bool) {
    let size = to.len();
    if big_endian {
        to.copy_from_slice(&bits.to_be_bytes()[8 - size..]);
    } else {
        to.copy_from_slice(&bits.to_le_bytes()[..size]);
    }
}

/// Reads up to eight bytes as an unsigned number.
fn take(from: &[u8], big_endian: bool) -> u64 {
    let add = |n: u64, &b: &u8| n << 8 | u64::from(b);
    if big_endian {
        from.iter().fold(0, add)
    } else {
        from.iter().rev().fold(0, add)
    }
}

/// An integer argument as 128 bits; numbers beyond them are out of every range.
fn integer(vm: &Vm, value: &Value) -> PyResult<i128> {
    let number = if value.as_int().is_some() {
        value.clone()
    } else if vm.type_of(value).slots.index.get().is_some() {
        vm.index(value)?
    } else {
        return Err(error(vm, "required argument is not an integer"));
    };
    Ok(match number.as_int() {
        Some(IntRef::Small(n)) => i128::from(n),
        Some(IntRef::Big(b)) => i128::try_from(b).unwrap_or(if *b < dashu_int::IBig::ZERO {
            i128::MIN
        } else {
            i128::MAX
        }),
        None => 0,
    })
}

fn float(vm: &Vm, value: &Value) -> PyResult<f64> {
    vm.as_f64(value).map_err(|_| {
        drop(vm.take_pending());
        error(vm, "required argument is not a float")
    })
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    match value.downcast::<Bytes>() {
        Some(bytes) => Some(bytes.data.to_vec()),
        None => value.downcast::<ByteArray>().map(|b| b.with(|b| b.clone())),
    }
}

fn put_float(vm: &Vm, x: f64, to: &mut [u8], big_endian: bool) -> PyResult<()> {
    let overflow =
        |code: &str| vm.overflow_error(format!("float too large to pack with {code} format"));
    let bits = match to.len() {
        2 => u64::from(half_from(x).ok_or_else(|| overflow("e"))?),
        4 => {
            let single = x as f32;
            if single.is_infinite() && x.is_finite() {
                return Err(overflow("f"));
            }
            u64::from(single.to_bits())
        }
        _ => x.to_bits(),
    };
    put(bits, to, big_endian);
    Ok(())
}

fn take_float(from: &[u8], big_endian: bool) -> f64 {
    let bits = take(from, big_endian);
    match from.len() {
        2 => half_to(bits as u16),
        4 => f64::from(f32::from_bits(bits as u32)),
        _ => f64::from_bits(bits),
    }
}

/// The bits of the nearest half-precision number, ties to even; none if it would be infinite.
fn half_from(x: f64) -> Option<u16> {
    let sign = ((x.to_bits() >> 48) & 0x8000) as u16;
    let x = x.abs();
    if x.is_nan() {
        return Some(sign | 0x7E00);
    }
    if x.is_infinite() {
        return Some(sign | 0x7C00);
    }
    // In units of the last place of the result, which is 2**-24 for small numbers.
    let exponent = ((x.to_bits() >> 52) as i32 - 1023).max(-14);
    let units = (x * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let (units, exponent) = if units >= 2048 {
        (units / 2, exponent + 1)
    } else {
        (units, exponent)
    };
    if exponent > 15 {
        return None;
    }
    let biased = if units >= 1024 {
        (exponent + 15) as u32
    } else {
        0
    };
    Some(sign | (biased << 10 | units & 0x3FF) as u16)
}

fn half_to(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3FF));
    let magnitude = match exponent {
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        0 => fraction * 2f64.powi(-24),
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    };
    if bits & 0x8000 != 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// Packs a value into the bytes of its item.
pub fn pack(vm: &Vm, item: &Item, value: &Value, to: &mut [u8], big_endian: bool) -> PyResult<()> {
    match item.kind {
        Kind::Pad => {}
        Kind::Bool => to.fill(u8::from(vm.is_true(value)?)),
        Kind::Char => match value.downcast::<Bytes>().map(|b| &*b.data) {
            Some([byte]) => to.fill(*byte),
            _ => return Err(error(vm, "char format requires a bytes object of length 1")),
        },
        Kind::Bytes | Kind::Pascal => {
            let Some(bytes) = bytes_of(value) else {
                return Err(error(
                    vm,
                    format!("argument for '{}' must be a bytes object", item.code),
                ));
            };
            let room = match to.split_first_mut() {
                Some((length, room)) if item.kind == Kind::Pascal => {
                    *length = bytes.len().min(room.len()).min(255) as u8;
                    room
                }
                _ => to,
            };
            let used = bytes.len().min(room.len());
            room[..used].copy_from_slice(&bytes[..used]);
        }
        Kind::Signed | Kind::Unsigned => {
            let n = integer(vm, value)?;
            let bits = 8 * item.size as u32;
            let (low, high) = if item.kind == Kind::Signed {
                (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
            } else {
                (0, (1i128 << bits) - 1)
            };
            if !(low..=high).contains(&n) {
                return Err(error(
                    vm,
                    format!("'{}' format requires {low} <= number <= {high}", item.code),
                ));
            }
            put(n as u64, to, big_endian);
        }
        Kind::Pointer => {
            let n = integer(vm, value)?;
            if !(i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&n) {
                return Err(error(vm, "int too large to convert"));
            }
            put(n as u64, to, big_endian);
        }
        Kind::Float => put_float(vm, float(vm, value)?, to, big_endian)?,
        Kind::Complex => {
            let (re, im) = match value.downcast::<Complex>() {
                Some(c) => (c.re, c.im),
                None => match vm.as_f64(value) {
                    Ok(x) => (x, 0.0),
                    Err(_) => {
                        drop(vm.take_pending());
                        return Err(error(vm, "required argument is not a complex"));
                    }
                },
            };
            let (first, second) = to.split_at_mut(item.size / 2);
            put_float(vm, re, first, big_endian)?;
            put_float(vm, im, second, big_endian)?;
        }
    }
    Ok(())
}

/// The value of an item's bytes.
pub fn unpack(vm: &Vm, item: &Item, from: &[u8], big_endian: bool) -> Value {
    match item.kind {
        Kind::Pad => Value::NONE,
        Kind::Bool => Value::bool(from.iter().any(|&b| b != 0)),
        Kind::Char | Kind::Bytes => vm.new_bytes(from).into_value(),
        Kind::Pascal => {
            let (length, text) = from
                .split_first()
                .map_or((0, from), |(n, text)| (usize::from(*n), text));
            vm.new_bytes(&text[..length.min(text.len())]).into_value()
        }
        Kind::Signed => {
            let unused = 64 - 8 * item.size as u32;
            vm.new_int((take(from, big_endian) << unused) as i64 >> unused)
        }
        Kind::Unsigned | Kind::Pointer => vm.new_uint(take(from, big_endian)),
        Kind::Float => vm.new_float(take_float(from, big_endian)),
        Kind::Complex => {
            let (first, second) = from.split_at(item.size / 2);
            vm.new_complex(
                take_float(first, big_endian),
                take_float(second, big_endian),
            )
        }
    }
}
