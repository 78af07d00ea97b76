//! The module `_json`: scanner and encoder.

mod encode;
mod scan;
mod strings;

use taipan_macros::pymodule;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

pub use module::MODULE;

/// Raises `json.JSONDecodeError`.
#[cold]
fn decode_error(vm: &Vm, message: &str, document: &Ref<Str>, at: usize) -> Raised {
    let raise = || -> PyResult<Raised> {
        let module = taipan_vm::import::import_module(vm, "json.decoder")?;
        let class = vm.getattr_str(&module, "JSONDecodeError")?;
        let args = [
            vm.new_str(message).into_value(),
            document.to_value(),
            vm.new_int(at as i64),
        ];
        Ok(vm.raise(vm.call(&class, &args)?))
    };
    raise().unwrap_or_else(|raised| raised)
}

/// A string argument, with the message of these functions.
fn text_arg<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        vm.type_error(format!(
            "first argument must be a string, not {}",
            vm.type_name(value)
        ))
    })
}

/// Functions and classes.
#[pymodule(name = "_json", doc = "The fast parts of the module json.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::encode::Encoder;
    use super::scan::Scanner;
    use super::{strings, text_arg};
    use crate::support::set_module_attr;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (shown, class) in [
            ("make_scanner", vm.add_native_type::<Scanner>()),
            ("make_encoder", vm.add_native_type::<Encoder>()),
        ] {
            set_module_attr(vm, module, shown, class.into_value())?;
        }
        Ok(())
    }

    /// A string in quotes, with everything that is not ASCII escaped.
    #[pyfunction("(object, /)")]
    fn encode_basestring_ascii(vm: &Vm, object: &Value) -> PyResult<Ref<Str>> {
        strings::quote(vm, text_arg(vm, object)?, true)
    }
    /// A string in quotes.
    #[pyfunction("(object, /)")]
    fn encode_basestring(vm: &Vm, object: &Value) -> PyResult<Ref<Str>> {
        strings::quote(vm, text_arg(vm, object)?, false)
    }
    /// The string that begins before an index, and the index after it.
    #[pyfunction("(string, end, strict=True, /)")]
    fn scanstring(vm: &Vm, string: &Value, end: isize, strict: bool) -> PyResult {
        let text = text_arg(vm, string)?;
        let start = usize::try_from(end).ok().filter(|&e| e <= text.len());
        let Some(start) = start else {
            return Err(vm.value_error("end is out of bounds"));
        };
        let (value, next) = strings::scan(vm, text, start, strict)?;
        Ok(vm.tuple_value([value.into_value(), vm.new_int(next as i64)]))
    }
}
