//! Floats that do not fit the word, and instances of subclasses of `float`.

use crate::int::IntRef;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The payload of a heap `float`.
pub struct Float {
    pub value: f64,
}

crate::payload!(Float);

/// The payload of `complex`.
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

crate::payload!(Complex);

impl Value {
    /// The value of a float or instance of a subclass of float.
    #[inline]
    pub fn as_float(&self) -> Option<f64> {
        match self.as_small_float() {
            Some(x) => Some(x),
            None => self.downcast::<Float>().map(|f| f.value),
        }
    }
}

impl Vm {
    #[inline]
    pub fn new_float(&self, x: f64) -> Value {
        Value::small_float(x).unwrap_or_else(|| {
            self.heap
                .alloc(&self.types.float, Float { value: x })
                .into_value()
        })
    }
    pub fn new_complex(&self, re: f64, im: f64) -> Value {
        self.heap
            .alloc(&self.types.complex, Complex { re, im })
            .into_value()
    }
    /// A real number as `f64`: floats, ints, `__float__`, `__index__`.
    ///
    /// # Errors
    /// TypeError "must be real number, not X"; OverflowError for huge ints.
    pub fn as_f64(&self, object: &Value) -> PyResult<f64> {
        if let Some(x) = object.as_float() {
            return Ok(x);
        }
        match object.as_int() {
            Some(IntRef::Small(n)) => return Ok(n as f64),
            Some(IntRef::Big(b)) => return self.bigint_to_f64(b),
            None => {}
        }
        let ty = self.type_of(object);
        if let Some(f) = ty.slots.float.get() {
            let result = f(self, object)?;
            return self.float_result(ty, &result);
        }
        if ty.slots.index.get().is_some() {
            let n = self.index(object)?;
            return self.as_f64(&n);
        }
        Err(self.type_error(format!("must be real number, not {}", ty.display_name())))
    }
    /// What `__float__` returned.
    fn float_result(&self, ty: &crate::header::TypeRef, result: &Value) -> PyResult<f64> {
        let actual = self.type_of(result);
        let Some(x) = result.as_float() else {
            return Err(self.type_error(format!(
                "{}.__float__ returned non-float (type {})",
                ty.display_name(),
                actual.display_name()
            )));
        };
        if !actual.is(&self.types.float) {
            let message = format!(
                "{}.__float__ returned non-float (type {}).  The ability to return an instance of a strict subclass of float is \
                 deprecated, and may be removed in a future version of Python.",
                ty.display_name(),
                actual.display_name()
            );
            (self.hooks.get().warn)(self, &self.exc.deprecation_warning, &message, 1)?;
        }
        Ok(x)
    }
    /// A big integer as the nearest `f64`; OverflowError when too large.
    pub fn bigint_to_f64(&self, b: &dashu_int::IBig) -> PyResult<f64> {
        let x = b.to_f64().value();
        if x.is_finite() {
            Ok(x)
        } else {
            Err(self.overflow_error("int too large to convert to float"))
        }
    }
}
