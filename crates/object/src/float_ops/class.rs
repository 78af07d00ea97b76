//! The class `float`.

use dashu_int::IBig;
use taipan_macros::pymethods;

use crate::bytes::{ByteArray, Bytes};
use crate::float::Float;
use crate::header::{Ref, TypeRef};
use crate::int_ops::bytes::raw_bytes;
use crate::slots::Slots;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// A float receiver, which the descriptor has checked already.
fn receiver(this: &Value) -> f64 {
    this.as_float().unwrap_or(0.0)
}

#[pymethods(
    name = "float",
    flags(BASETYPE),
    extra(crate::float_ops::class::OPERATORS),
    doc = "A number in binary floating point (IEEE 754 binary64).\n\nfloat(x) converts a number or reads a decimal literal, \"inf\" or \"nan\"."
)]
impl Float {
    #[pynew("(x=0, /)")]
    fn construct(vm: &Vm, cls: &TypeRef, x: &Value) -> PyResult {
        let exact = cls.is(&vm.types.float);
        if exact && vm.type_of(x).is(&vm.types.float) {
            return Ok(x.clone());
        }
        let value = from_object(vm, x)?;
        if exact {
            Ok(vm.new_float(value))
        } else {
            Ok(crate::object::alloc_instance(vm, cls, Float { value }).into_value())
        }
    }
    /// A float with the value of a number.
    #[pyclassmethod("(cls, number, /)")]
    fn from_number(vm: &Vm, cls: &TypeRef, number: &Value) -> PyResult {
        if cls.is(&vm.types.float) && vm.type_of(number).is(&vm.types.float) {
            return Ok(number.clone());
        }
        let x = vm.new_float(vm.as_f64(number)?);
        if cls.is(&vm.types.float) {
            Ok(x)
        } else {
            vm.call(cls.as_value(), &[x])
        }
    }
    /// The number itself.
    #[pymethod("(self, /)")]
    fn conjugate(vm: &Vm, this: &Value) -> PyResult {
        exact(vm, this)
    }
    /// The number without its fraction, as an int.
    #[pymethod("(self, /)", name = "__trunc__")]
    fn trunc(vm: &Vm, this: &Value) -> PyResult {
        super::to_int(vm, receiver(this))
    }
    /// The greatest int that is not larger.
    #[pymethod("(self, /)", name = "__floor__")]
    fn floor(vm: &Vm, this: &Value) -> PyResult {
        super::to_int(vm, receiver(this).floor())
    }
    /// The least int that is not smaller.
    #[pymethod("(self, /)", name = "__ceil__")]
    fn ceil(vm: &Vm, this: &Value) -> PyResult {
        super::to_int(vm, receiver(this).ceil())
    }
    /// Rounds to a number of decimals, ties to even; to an int without one.
    #[pymethod("(self, ndigits=None, /)", name = "__round__")]
    fn round(vm: &Vm, this: &Value, ndigits: &Value) -> PyResult {
        let x = receiver(this);
        if ndigits.is_none() {
            return super::to_int(vm, x.round_ties_even());
        }
        let digits = vm.index_clamped(ndigits)?;
        super::round::round(vm, x, digits as i64).map(|x| vm.new_float(x))
    }
    /// Two integers whose quotient is the number, the second one positive.
    #[pymethod("(self, /)")]
    fn as_integer_ratio(vm: &Vm, this: &Value) -> PyResult {
        let x = receiver(this);
        if x.is_infinite() {
            return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
        }
        if x.is_nan() {
            return Err(vm.value_error("cannot convert NaN to integer ratio"));
        }
        let (n, d) = integer_ratio(x);
        Ok(vm
            .new_tuple([vm.new_bigint(n), vm.new_bigint(d)])
            .into_value())
    }
    /// The float that hexadecimal text says.
    #[pyclassmethod("(cls, string, /)")]
    fn fromhex(vm: &Vm, cls: &TypeRef, string: &Value) -> PyResult {
        let Some(text) = string.downcast::<Str>() else {
            return Err(vm.type_error(format!(
                "bad argument type for built-in operation: {}",
                vm.type_name(string)
            )));
        };
        let x = vm.new_float(super::hex::from_hex(vm, &text.to_wtf8())?);
        if cls.is(&vm.types.float) {
            Ok(x)
        } else {
            vm.call(cls.as_value(), &[x])
        }
    }
    /// The number in hexadecimal, exactly.
    #[pymethod("(self, /)")]
    fn hex(this: &Value) -> String {
        super::hex::to_hex(receiver(this))
    }
    /// Whether the number has no fraction.
    #[pymethod("(self, /)")]
    fn is_integer(this: &Value) -> bool {
        let x = receiver(this);
        x.is_finite() && x == x.trunc()
    }
    #[pymethod("(self, /)", name = "__getnewargs__")]
    fn getnewargs(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm.new_tuple([exact(vm, this)?]).into_value())
    }
    /// How C's types "double" and "float" are represented.
    #[pyclassmethod("(cls, typestr, /)", name = "__getformat__")]
    fn getformat(vm: &Vm, cls: &TypeRef, typestr: &Ref<Str>) -> PyResult<&'static str> {
        let _ = cls;
        match typestr.as_ascii() {
            Some("double" | "float") if cfg!(target_endian = "little") => Ok("IEEE, little-endian"),
            Some("double" | "float") => Ok("IEEE, big-endian"),
            _ => Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
        }
    }
    /// Formats the number as a format specification says.
    #[pymethod("(self, format_spec, /)", name = "__format__")]
    fn format(vm: &Vm, this: &Value, format_spec: &Ref<Str>) -> PyResult {
        crate::format::number::format_float_object(vm, this, format_spec)
    }
    /// The number itself.
    #[pygetset]
    fn real(vm: &Vm, this: &Value) -> PyResult {
        exact(vm, this)
    }
    /// 0.0.
    #[pygetset]
    fn imag(this: &Value) -> f64 {
        let _ = this;
        0.0
    }
}

/// Methods: none stand with the operators.
pub const OPERATORS: &[crate::native::MethodDef] = &[];
/// Attributes: none stand with the operators.
pub const OPERATORS_GETSETS: &[crate::native::GetSetDef] = &[];
/// The operators of `float`.
pub const OPERATORS_SLOTS: fn(&Slots) = |slots| {
    slots.repr.set(Some(|vm, this| {
        Ok(vm
            .new_ascii(super::format::repr(receiver(this)).as_bytes())
            .into_value())
    }));
    slots.hash.set(Some(super::hash));
    slots.richcompare.set(Some(super::richcompare));
    slots.add.set(Some(super::add));
    slots.sub.set(Some(super::sub));
    slots.mul.set(Some(super::mul));
    slots.truediv.set(Some(super::truediv));
    slots.floordiv.set(Some(super::floordiv));
    slots.rem.set(Some(super::rem));
    slots.divmod.set(Some(super::divmod));
    slots.pow.set(Some(super::pow));
    slots
        .neg
        .set(Some(|vm, this| Ok(vm.new_float(-receiver(this)))));
    slots.pos.set(Some(exact));
    slots
        .abs
        .set(Some(|vm, this| Ok(vm.new_float(receiver(this).abs()))));
    slots.bool.set(Some(|_, this| Ok(receiver(this) != 0.0)));
    slots
        .int
        .set(Some(|vm, this| super::to_int(vm, receiver(this))));
    slots.float.set(Some(exact));
};

/// An instance of a subclass as an exact float.
fn exact(vm: &Vm, this: &Value) -> PyResult {
    if vm.type_of(this).is(&vm.types.float) {
        Ok(this.clone())
    } else {
        Ok(vm.new_float(receiver(this)))
    }
}

/// Numerator and denominator of a finite float in lowest terms.
pub fn integer_ratio(x: f64) -> (IBig, IBig) {
    let bits = x.to_bits();
    let raw = (bits >> 52 & 0x7FF) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if raw == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, raw - 1075)
    };
    if mantissa == 0 {
        return (IBig::ZERO, IBig::ONE);
    }
    let zeros = mantissa.trailing_zeros();
    let (mantissa, exponent) = (IBig::from(mantissa >> zeros), exponent + i64::from(zeros));
    let mantissa = if x < 0.0 { -mantissa } else { mantissa };
    if exponent >= 0 {
        (mantissa << exponent as usize, IBig::ONE)
    } else {
        (mantissa, IBig::ONE << (-exponent) as usize)
    }
}

/// `float(x)`.
fn from_object(vm: &Vm, x: &Value) -> PyResult<f64> {
    if let Some(s) = x.downcast::<Str>() {
        return super::parse::parse_str(vm, s);
    }
    let slots = &vm.type_of(x).slots;
    if slots.float.get().is_some() || slots.index.get().is_some() {
        return vm.as_f64(x);
    }
    let shown_as_is = x.downcast::<Bytes>().is_some()
        || x.downcast::<ByteArray>().is_some()
        || slots.buffer.get().is_some();
    if shown_as_is && let Some(bytes) = raw_bytes(vm, x)? {
        return super::parse::parse_bytes(vm, &bytes, x);
    }
    Err(vm.type_error(format!(
        "float() argument must be a string or a real number, not '{}'",
        vm.type_name(x)
    )))
}
