//! `format()` and its mini-language.

pub mod number;
pub mod percent;
pub mod spec;
pub mod text;

use crate::header::Ref;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

impl Vm {
    /// `format(value, spec)`.
    ///
    /// # Errors
    /// TypeError if `__format__` is missing or returns no str; what it raises.
    pub fn format(&self, value: &Value, spec: &Ref<Str>) -> PyResult<Ref<Str>> {
        if spec.is_empty() {
            if let Some(s) = value.downcast_exact::<Str>(&self.types.str) {
                return Ok(s.clone());
            }
            let ty = self.type_of(value);
            if ty.is(&self.types.int) || ty.is(&self.types.float) {
                return self.str(value);
            }
        } else if value.downcast_exact::<Str>(&self.types.str).is_some() {
            return text::format_str(self, value, spec);
        } else if value.as_small_int().is_some() {
            return number::format_int(self, value, spec)?
                .downcast_owned::<Str>()
                .map_err(|_| self.type_error("__format__ must return a str"));
        } else if value.as_small_float().is_some() {
            return number::format_float_object(self, value, spec)?
                .downcast_owned::<Str>()
                .map_err(|_| self.type_error("__format__ must return a str"));
        }
        match self.call_special(value, &self.names.__format__, &[spec.to_value()])? {
            None => Err(self.type_error(format!(
                "Type {} doesn't define __format__",
                self.type_name(value)
            ))),
            Some(result) => result.downcast_owned::<Str>().map_err(|r| {
                self.type_error(format!(
                    "__format__ must return a str, not {}",
                    self.type_name(&r)
                ))
            }),
        }
    }
}
