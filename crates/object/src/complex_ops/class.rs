//! The class `complex`.

use taipan_macros::pymethods;

use super::Parts;
use crate::float::Complex;
use crate::float_ops::parse::without_underscores;
use crate::header::{Ref, TypeRef};
use crate::int_ops::digits::to_ascii;
use crate::slots::Slots;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

#[pymethods(
    name = "complex",
    signature = "(real=0, imag=0)",
    flags(BASETYPE),
    extra(crate::complex_ops::class::OPERATORS),
    doc = "A complex number real + imag*1j.\n\ncomplex(text) reads such a sum of literals."
)]
impl Complex {
    #[pynew("(real=<unset>, imag=<unset>)")]
    fn construct(vm: &Vm, cls: &TypeRef, real: Option<&Value>, imag: Option<&Value>) -> PyResult {
        new(vm, cls, real, imag)
    }
    /// A complex number with the value of a number.
    #[pyclassmethod("(cls, number, /)")]
    fn from_number(vm: &Vm, cls: &TypeRef, number: &Value) -> PyResult {
        let exact = cls.is(&vm.types.complex);
        if exact && vm.type_of(number).is(&vm.types.complex) {
            return Ok(number.clone());
        }
        let z = match to_complex(vm, number)? {
            Some(z) => z,
            None => (vm.as_f64(number)?, 0.0),
        };
        let z = vm.new_complex(z.0, z.1);
        if exact {
            Ok(z)
        } else {
            vm.call(cls.as_value(), &[z])
        }
    }
    /// The number with the sign of its imaginary part changed.
    #[pymethod("(self, /)")]
    fn conjugate(vm: &Vm, this: &Ref<Complex>) -> Value {
        vm.new_complex(this.re, -this.im)
    }
    /// The number as an instance of exactly complex.
    #[pymethod("(self, /)", name = "__complex__")]
    fn complex(vm: &Vm, this: &Ref<Complex>) -> Value {
        if this.ty().is(&vm.types.complex) {
            this.to_value()
        } else {
            vm.new_complex(this.re, this.im)
        }
    }
    #[pymethod("(self, /)", name = "__getnewargs__")]
    fn getnewargs(vm: &Vm, this: &Ref<Complex>) -> PyResult {
        Ok(vm
            .new_tuple([vm.new_float(this.re), vm.new_float(this.im)])
            .into_value())
    }
    /// Formats the number as a format specification says.
    #[pymethod("(self, format_spec, /)", name = "__format__")]
    fn format(vm: &Vm, this: &Value, format_spec: &Ref<Str>) -> PyResult {
        crate::format::number::format_complex_object(vm, this, format_spec)
    }
    /// The real part.
    #[pygetset]
    fn real(this: &Ref<Complex>) -> f64 {
        this.re
    }
    /// The imaginary part.
    #[pygetset]
    fn imag(this: &Ref<Complex>) -> f64 {
        this.im
    }
}

/// A complex receiver, which the descriptor has checked already.
fn receiver(this: &Value) -> Parts {
    this.as_complex().unwrap_or_default()
}

/// Methods: none stand with the operators.
pub const OPERATORS: &[crate::native::MethodDef] = &[];
/// Attributes: none stand with the operators.
pub const OPERATORS_GETSETS: &[crate::native::GetSetDef] = &[];
/// The operators of `complex`.
pub const OPERATORS_SLOTS: fn(&Slots) = |slots| {
    slots.repr.set(Some(|vm, this| {
        Ok(vm.new_str(&super::repr(receiver(this))).into_value())
    }));
    slots.hash.set(Some(super::hash));
    slots.richcompare.set(Some(super::richcompare));
    slots.add.set(Some(super::add));
    slots.sub.set(Some(super::sub));
    slots.mul.set(Some(super::mul));
    slots.truediv.set(Some(super::truediv));
    slots.pow.set(Some(super::pow));
    slots.neg.set(Some(|vm, this| {
        let z = receiver(this);
        Ok(vm.new_complex(-z.0, -z.1))
    }));
    slots.pos.set(Some(|vm, this| {
        if vm.type_of(this).is(&vm.types.complex) {
            return Ok(this.clone());
        }
        let z = receiver(this);
        Ok(vm.new_complex(z.0, z.1))
    }));
    slots
        .abs
        .set(Some(|vm, this| super::abs(vm, receiver(this))));
    slots
        .bool
        .set(Some(|_, this| Ok(receiver(this) != (0.0, 0.0))));
};

/// The value of a complex number or of what has `__complex__`; `None` for others.
pub fn to_complex(vm: &Vm, object: &Value) -> PyResult<Option<Parts>> {
    if let Some(z) = object.as_complex() {
        return Ok(Some(z));
    }
    if vm.type_of(object).is(&vm.types.float) || object.as_int().is_some() {
        return Ok(None);
    }
    let Some(made) = vm.call_special(object, &vm.names.__complex__, &[])? else {
        return Ok(None);
    };
    let Some(z) = made.as_complex() else {
        return Err(vm.type_error(format!(
            "__complex__ returned non-complex (type {})",
            vm.type_name(&made)
        )));
    };
    if !vm.type_of(&made).is(&vm.types.complex) {
        let message = format!(
            "__complex__ returned non-complex (type {}).  The ability to return an instance of a strict subclass of complex is \
             deprecated, and may not be supported in a future version of Python.",
            vm.type_name(&made)
        );
        (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)?;
    }
    Ok(Some(z))
}

fn new(vm: &Vm, cls: &TypeRef, real: Option<&Value>, imag: Option<&Value>) -> PyResult {
    let exact = cls.is(&vm.types.complex);
    let z = match (real, imag) {
        (None, None) => (0.0, 0.0),
        (Some(x), None) if exact && vm.type_of(x).is(&vm.types.complex) => return Ok(x.clone()),
        (Some(x), None) => from_one(vm, x)?,
        (real, imag) => from_two(vm, real, imag)?,
    };
    if exact {
        return Ok(vm.new_complex(z.0, z.1));
    }
    Ok(crate::object::alloc_instance(vm, cls, Complex { re: z.0, im: z.1 }).into_value())
}

fn from_one(vm: &Vm, x: &Value) -> PyResult<Parts> {
    if let Some(text) = x.downcast::<Str>() {
        return from_text(vm, text);
    }
    if let Some(z) = to_complex(vm, x)? {
        return Ok(z);
    }
    if !is_real(vm, x) {
        return Err(vm.type_error(format!(
            "complex() argument must be a string or a number, not {}",
            vm.type_name(x)
        )));
    }
    Ok((vm.as_f64(x)?, 0.0))
}

fn from_text(vm: &Vm, text: &Ref<Str>) -> PyResult<Parts> {
    let ascii = to_ascii(text.view());
    let Some(plain) = without_underscores(&ascii) else {
        let shown = vm.repr(text.as_value())?;
        return Err(vm.value_error(format!("could not convert string to complex: {shown}")));
    };
    super::parse::parse(&plain).ok_or_else(|| vm.value_error("complex() arg is a malformed string"))
}

fn is_real(vm: &Vm, x: &Value) -> bool {
    let slots = &vm.type_of(x).slots;
    slots.float.get().is_some() || slots.index.get().is_some()
}

/// `complex(real, imag)`, both numbers; complex ones are deprecated there but work.
fn from_two(vm: &Vm, real: Option<&Value>, imag: Option<&Value>) -> PyResult<Parts> {
    let part = |x: &Value, name: &str, convert: bool| -> PyResult<Parts> {
        let z = if convert {
            to_complex(vm, x)?
        } else {
            x.as_complex()
        };
        if let Some(z) = z {
            let message = format!(
                "complex() argument '{name}' must be a real number, not {}",
                vm.type_name(x)
            );
            (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)?;
            return Ok(z);
        }
        if !is_real(vm, x) {
            return Err(vm.type_error(format!(
                "complex() argument '{name}' must be a real number, not {}",
                vm.type_name(x)
            )));
        }
        Ok((vm.as_f64(x)?, 0.0))
    };
    let re = real.map_or(Ok((0.0, 0.0)), |x| part(x, "real", true))?;
    let Some(imag) = imag else { return Ok(re) };
    let im = part(imag, "imag", false)?;
    let complex_real = real.is_some_and(|x| x.as_complex().is_some()) || re.1 != 0.0;
    let shifted = if imag.as_complex().is_some() {
        re.0 - im.1
    } else {
        re.0
    };
    Ok((shifted, if complex_real { re.1 + im.0 } else { im.0 }))
}
