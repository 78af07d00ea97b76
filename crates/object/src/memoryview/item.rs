//! Items of native formats as Python objects.

use crate::bytes::Bytes;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// The size of an item of a native single-character format, with or without `@`.
pub fn size_of_format(format: &str) -> Option<usize> {
    Some(match format.strip_prefix('@').unwrap_or(format) {
        "c" | "b" | "B" | "?" => 1,
        "h" | "H" | "e" => 2,
        "i" | "I" | "f" => 4,
        "l" | "L" | "q" | "Q" | "n" | "N" | "d" | "P" => 8,
        _ => return None,
    })
}

fn unsupported(vm: &Vm, format: &str) -> Raised {
    vm.not_implemented_error(format!("memoryview: format {format} not supported"))
}

/// A half-precision float.
pub fn f16_to_f64(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3FF);
    match bits >> 10 & 31 {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN.copysign(sign),
        e => sign * (1.0 + fraction / 1024.0) * 2f64.powi(i32::from(e) - 15),
    }
}

/// The nearest half-precision float, ties to even; `None` if it is too large.
pub fn f64_to_f16(x: f64) -> Option<u16> {
    let sign = u16::from(x.is_sign_negative()) << 15;
    if x.is_nan() {
        return Some(sign | 0x7E00);
    }
    let a = x.abs();
    if a.is_infinite() {
        return Some(sign | 0x7C00);
    }
    let exponent = if a == 0.0 {
        -15
    } else {
        (a.log2().floor() as i32).max(-15)
    };
    // log2 may be off by one at powers of two.
    let exponent = if a >= 2f64.powi(exponent + 1) {
        exponent + 1
    } else if exponent > -15 && a < 2f64.powi(exponent) {
        exponent - 1
    } else {
        exponent
    };
    let (base, scaled) = if exponent < -14 {
        (0, a * 2f64.powi(24))
    } else {
        (
            (exponent + 15) as u32 * 1024,
            (a / 2f64.powi(exponent) - 1.0) * 1024.0,
        )
    };
    let bits = base + scaled.round_ties_even() as u32;
    (bits < 0x7C00).then_some(sign | bits as u16)
}

fn array<const N: usize>(item: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.iter_mut().zip(item).for_each(|(o, i)| *o = *i);
    out
}

/// The value of an item.
///
/// # Errors
/// NotImplementedError for formats that are not native single characters.
pub fn unpack(vm: &Vm, format: &str, item: &[u8]) -> PyResult {
    let int = |n: i64| Ok(vm.new_int(n));
    match format.strip_prefix('@').unwrap_or(format) {
        "B" => int(i64::from(item[0])),
        "b" => int(i64::from(item[0] as i8)),
        "c" => Ok(vm.new_bytes(item[..1].to_vec()).into_value()),
        "?" => Ok(Value::bool(item[0] != 0)),
        "h" => int(i64::from(i16::from_ne_bytes(array(item)))),
        "H" => int(i64::from(u16::from_ne_bytes(array(item)))),
        "i" => int(i64::from(i32::from_ne_bytes(array(item)))),
        "I" => int(i64::from(u32::from_ne_bytes(array(item)))),
        "l" | "q" | "n" => int(i64::from_ne_bytes(array(item))),
        "L" | "Q" | "N" | "P" => Ok(vm.new_uint(u64::from_ne_bytes(array(item)))),
        "f" => Ok(vm.new_float(f64::from(f32::from_ne_bytes(array(item))))),
        "d" => Ok(vm.new_float(f64::from_ne_bytes(array(item)))),
        "e" => Ok(vm.new_float(f16_to_f64(u16::from_ne_bytes(array(item))))),
        other => Err(unsupported(vm, other)),
    }
}

/// The bytes of a value as an item.
///
/// # Errors
/// TypeError, ValueError "memoryview: invalid … for format"; NotImplementedError.
pub fn pack(vm: &Vm, format: &str, value: &Value) -> PyResult<Vec<u8>> {
    let kind = format.strip_prefix('@').unwrap_or(format);
    let bad = |what: &str| {
        vm.raise_str(
            if what == "type" {
                &vm.exc.type_error
            } else {
                &vm.exc.value_error
            },
            format!("memoryview: invalid {what} for format '{kind}'"),
        )
    };
    // Errors of conversions are told in the view's own words.
    let retold = |e: Raised| {
        if vm.exception_is(&vm.exc.type_error) {
            drop(vm.take_pending());
            bad("type")
        } else if vm.exception_is(&vm.exc.overflow_error) || vm.exception_is(&vm.exc.value_error) {
            drop(vm.take_pending());
            bad("value")
        } else {
            e
        }
    };
    let signed = |low: i64, high: i64| -> PyResult<i64> {
        let n = vm.index(value).map_err(retold)?;
        n.as_i64()
            .filter(|n| (low..=high).contains(n))
            .ok_or_else(|| bad("value"))
    };
    let unsigned = || -> PyResult<u64> {
        let n = vm.index(value).map_err(retold)?;
        let n = n.as_int().map(|n| n.to_ibig());
        n.and_then(|n| u64::try_from(n).ok())
            .ok_or_else(|| bad("value"))
    };
    Ok(match kind {
        "B" => vec![signed(0, 255)? as u8],
        "b" => vec![signed(-128, 127)? as u8],
        "h" => (signed(i64::from(i16::MIN), i64::from(i16::MAX))? as i16)
            .to_ne_bytes()
            .to_vec(),
        "H" => (signed(0, i64::from(u16::MAX))? as u16)
            .to_ne_bytes()
            .to_vec(),
        "i" => (signed(i64::from(i32::MIN), i64::from(i32::MAX))? as i32)
            .to_ne_bytes()
            .to_vec(),
        "I" => (signed(0, i64::from(u32::MAX))? as u32)
            .to_ne_bytes()
            .to_vec(),
        "l" | "q" | "n" => signed(i64::MIN, i64::MAX)?.to_ne_bytes().to_vec(),
        "L" | "Q" | "N" | "P" => unsigned()?.to_ne_bytes().to_vec(),
        "f" => {
            let x = vm.as_f64(value).map_err(retold)?;
            let narrow = x as f32;
            if narrow.is_infinite() && x.is_finite() {
                return Err(bad("value"));
            }
            narrow.to_ne_bytes().to_vec()
        }
        "d" => vm.as_f64(value).map_err(retold)?.to_ne_bytes().to_vec(),
        "e" => f64_to_f16(vm.as_f64(value).map_err(retold)?)
            .ok_or_else(|| bad("value"))?
            .to_ne_bytes()
            .to_vec(),
        "?" => vec![u8::from(vm.is_true(value)?)],
        "c" => match value.downcast::<Bytes>() {
            Some(b) if b.data.len() == 1 => b.data.to_vec(),
            Some(_) => return Err(bad("value")),
            None => return Err(bad("type")),
        },
        other => return Err(unsupported(vm, other)),
    })
}
