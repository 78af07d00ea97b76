//! Integers beyond 63 bits, instances of subclasses of `int`, and conversions.

use dashu_int::IBig;

use crate::header::TypeRef;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The payload of a heap `int`.
pub struct Int {
    pub value: IBig,
}

crate::payload!(Int);

/// An integer operand, read without allocation where it is small.
pub enum IntRef<'a> {
    Small(i64),
    Big(&'a IBig),
}

impl IntRef<'_> {
    /// The same operand again.
    pub fn reborrow(&self) -> IntRef<'_> {
        match self {
            IntRef::Small(n) => IntRef::Small(*n),
            IntRef::Big(b) => IntRef::Big(b),
        }
    }
    pub fn to_ibig(&self) -> IBig {
        match self {
            IntRef::Small(n) => IBig::from(*n),
            IntRef::Big(b) => (*b).clone(),
        }
    }
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            IntRef::Small(n) => Some(*n),
            IntRef::Big(b) => i64::try_from(*b).ok(),
        }
    }
}

impl Value {
    /// The integer value of an int, bool or instance of a subclass of int.
    #[inline]
    pub fn as_int(&self) -> Option<IntRef<'_>> {
        if let Some(n) = self.as_small_int() {
            return Some(IntRef::Small(n));
        }
        if let Some(b) = self.as_bool() {
            return Some(IntRef::Small(i64::from(b)));
        }
        Some(IntRef::Big(&self.downcast::<Int>()?.value))
    }
    /// As [`Value::as_int`], if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_int()?.to_i64()
    }
}

impl Vm {
    #[inline]
    pub fn new_int(&self, n: i64) -> Value {
        Value::small_int(n).unwrap_or_else(|| self.big_int_object(&self.types.int, IBig::from(n)))
    }
    pub fn new_uint(&self, n: u64) -> Value {
        i64::try_from(n).map_or_else(
            |_| self.big_int_object(&self.types.int, IBig::from(n)),
            |n| self.new_int(n),
        )
    }
    /// The int with this value, inside the word if it fits.
    pub fn new_bigint(&self, n: IBig) -> Value {
        match i64::try_from(&n).ok().and_then(Value::small_int) {
            Some(v) => v,
            None => self.big_int_object(&self.types.int, n),
        }
    }
    /// A heap int of a given type (subclasses; values that do not fit).
    pub fn big_int_object(&self, ty: &TypeRef, value: IBig) -> Value {
        crate::object::alloc_instance(self, ty, Int { value }).into_value()
    }

    /// `operator.index(object)`.
    ///
    /// # Errors
    /// TypeError if the object has no `__index__`.
    #[inline]
    pub fn index(&self, object: &Value) -> PyResult<Value> {
        if object.as_small_int().is_some() {
            return Ok(object.clone());
        }
        if object.as_int().is_some() {
            return Ok(object.clone());
        }
        let ty = self.type_of(object);
        let Some(f) = ty.slots.index.get() else {
            return Err(self.type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                ty.display_name()
            )));
        };
        let result = f(self, object)?;
        if result.as_int().is_none() {
            return Err(self.type_error(format!(
                "__index__ returned non-int (type {})",
                self.type_of(&result).display_name()
            )));
        }
        let exact = self.type_of(&result);
        if !exact.is(&self.types.int) {
            let message = format!(
                "__index__ returned non-int (type {}).  The ability to return an instance of a strict subclass of int is \
                 deprecated, and may be removed in a future version of Python.",
                exact.display_name()
            );
            (self.hooks.get().warn)(self, &self.exc.deprecation_warning, &message, 1)?;
        }
        Ok(result)
    }
    /// An index as `i64`; OverflowError beyond.
    pub fn index_i64(&self, object: &Value) -> PyResult<i64> {
        let n = self.index(object)?;
        n.as_i64()
            .ok_or_else(|| self.overflow_error("Python int too large to convert to C long"))
    }
    /// An index as `isize`; OverflowError beyond.
    pub fn index_isize(&self, object: &Value) -> PyResult<isize> {
        let n = self.index(object)?;
        n.as_i64()
            .map(|n| n as isize)
            .ok_or_else(|| self.overflow_error("Python int too large to convert to C ssize_t"))
    }
    /// An index clamped to the range of `isize`, as slices want it.
    pub fn index_clamped(&self, object: &Value) -> PyResult<isize> {
        let n = self.index(object)?;
        Ok(match n.as_int() {
            Some(IntRef::Small(n)) => n as isize,
            Some(IntRef::Big(b)) => i64::try_from(b).map_or(
                if *b < IBig::ZERO {
                    isize::MIN
                } else {
                    isize::MAX
                },
                |n| n as isize,
            ),
            None => 0,
        })
    }
}
