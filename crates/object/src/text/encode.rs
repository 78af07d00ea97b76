//! `str`: encode, and decoding by the constructor.

use taipan_macros::pymethods;

use crate::bytes::Bytes;
use crate::codecs;
use crate::header::Ref;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// `str(object, encoding, errors)`.
///
/// # Errors
/// TypeError for what has no buffer; what decoding raises.
pub fn decode_object(
    vm: &Vm,
    object: &Value,
    encoding: Option<&Ref<Str>>,
    errors: Option<&Ref<Str>>,
) -> PyResult<Ref<Str>> {
    if let Some(bytes) = object.downcast::<Bytes>() {
        return codecs::decode(vm, object, &bytes.data, encoding, errors);
    }
    if object.downcast::<Str>().is_some() {
        return Err(vm.type_error("decoding str is not supported"));
    }
    let Some(f) = vm.type_of(object).slots.buffer.get() else {
        let name = vm.type_name(object);
        return Err(vm.type_error(format!(
            "decoding to str: need a bytes-like object, {name} found"
        )));
    };
    let data = f(vm, object, false)?.to_vec();
    let bytes = vm.new_bytes(data);
    codecs::decode(vm, bytes.as_value(), &bytes.data, encoding, errors)
}

#[pymethods(partial = ENCODE, class = "str")]
impl Str {
    /// The text encoded as bytes.
    #[pymethod("(self, encoding='utf-8', errors='strict')")]
    fn encode(
        vm: &Vm,
        this: &Ref<Str>,
        encoding: Option<&Ref<Str>>,
        errors: Option<&Ref<Str>>,
    ) -> PyResult {
        codecs::encode(vm, this, encoding, errors)
    }
}

impl Vm {
    /// The text as UTF-8.
    ///
    /// # Errors
    /// UnicodeEncodeError "surrogates not allowed".
    pub fn encode_utf8(&self, s: &Ref<Str>) -> PyResult<Vec<u8>> {
        match s.view() {
            crate::str::StrView::Ascii(text) => Ok(text.as_bytes().to_vec()),
            _ => codecs::utf8::encode_strict(self, s),
        }
    }
}
