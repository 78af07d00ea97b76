//! The module `_codecs`.

use taipan_macros::pymodule;

pub use codecs_module::MODULE;

/// Functions.
#[pymodule(
    name = "_codecs",
    doc = "Encoders, decoders and the registry of codecs."
)]
pub mod codecs_module {
    use taipan_object::bytes_ops::{BytesArg, bytes_like};
    use taipan_object::codecs::errors::Handler;
    use taipan_object::codecs::{
        Order, charmap, escapes, registry, single_byte, utf7, utf8, utf16, utf32,
    };
    use taipan_object::dict::Dict;
    use taipan_object::native::FromArg;
    use taipan_object::str::{Str, StrView};
    use taipan_object::tuple::Tuple;
    use taipan_object::{PyResult, Ref, Value, Vm};

    /// A result with the length that was used.
    type Pair = PyResult<Ref<Tuple>>;

    fn encoded(vm: &Vm, data: Vec<u8>, used: usize) -> Pair {
        Ok(vm.new_tuple([vm.new_bytes(data).into_value(), vm.new_int(used as i64)]))
    }
    fn decoded(vm: &Vm, (text, used): (Ref<Str>, usize)) -> Pair {
        Ok(vm.new_tuple([text.into_value(), vm.new_int(used as i64)]))
    }
    fn ordered(vm: &Vm, (text, used, order): (Ref<Str>, usize, Order)) -> Pair {
        let order = match order {
            Order::Little => -1,
            Order::Marked => 0,
            Order::Big => 1,
        };
        Ok(vm.new_tuple([
            text.into_value(),
            vm.new_int(used as i64),
            vm.new_int(order),
        ]))
    }
    fn order(n: i32) -> Order {
        match n {
            0 => Order::Marked,
            n if n < 0 => Order::Little,
            _ => Order::Big,
        }
    }

    /// Bytes, or text that is encoded as UTF-8.
    struct Data<'a>(Option<BytesArg<'a>>, Vec<u8>);
    impl std::ops::Deref for Data<'_> {
        type Target = [u8];
        fn deref(&self) -> &[u8] {
            self.0.as_deref().unwrap_or(&self.1)
        }
    }
    impl<'a> FromArg<'a> for Data<'a> {
        fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
            match value.downcast::<Str>() {
                Some(text) => Ok(Data(None, vm.encode_utf8(text)?)),
                None => Ok(Data(Some(bytes_like(vm, value)?), Vec::new())),
            }
        }
    }

    /// Registers a function that finds codecs.
    #[pyfunction("(search_function, /)")]
    fn register(vm: &Vm, search_function: &Value) -> PyResult<()> {
        registry::register(vm, search_function)
    }
    /// Takes a registered function back.
    #[pyfunction("(search_function, /)")]
    fn unregister(vm: &Vm, search_function: &Value) {
        registry::unregister(vm, search_function);
    }
    /// The codec of an encoding.
    #[pyfunction("(encoding, /)")]
    fn lookup(vm: &Vm, encoding: &Ref<Str>) -> PyResult {
        registry::lookup(vm, encoding)
    }
    /// Encodes any object.
    #[pyfunction("(obj, encoding='utf-8', errors='strict')")]
    fn encode(vm: &Vm, obj: &Value, encoding: &Ref<Str>, errors: Option<&Ref<Str>>) -> PyResult {
        let codec = registry::lookup(vm, encoding)?;
        registry::call_codec(vm, &codec, 0, obj, errors)
    }
    /// Decodes any object.
    #[pyfunction("(obj, encoding='utf-8', errors='strict')")]
    fn decode(vm: &Vm, obj: &Value, encoding: &Ref<Str>, errors: Option<&Ref<Str>>) -> PyResult {
        let codec = registry::lookup(vm, encoding)?;
        registry::call_codec(vm, &codec, 1, obj, errors)
    }
    /// Registers an error handler.
    #[pyfunction("(errors, handler, /)")]
    fn register_error(vm: &Vm, errors: &Ref<Str>, handler: &Value) -> PyResult<()> {
        registry::register_error(vm, errors, handler)
    }
    /// Takes a registered error handler back; whether there was one.
    #[pyfunction("(errors, /)")]
    fn _unregister_error(vm: &Vm, errors: &Ref<Str>) -> PyResult<bool> {
        registry::unregister_error(vm, errors)
    }
    /// The error handler of a name.
    #[pyfunction("(name, /)")]
    fn lookup_error(vm: &Vm, name: &Ref<Str>) -> PyResult {
        if let Some(handler) = registry::registered_error(vm, name) {
            return Ok(handler);
        }
        match name.as_ascii().and_then(Handler::built_in) {
            Some(handler) => Ok(registry::built_in_error(vm, &handler)),
            None => registry::lookup_error(vm, name),
        }
    }

    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn utf_8_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(vm, utf8::encode(vm, str, &Handler::of(errors))?, str.len())
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_8_decode(vm: &Vm, data: BytesArg<'_>, errors: Option<&Ref<Str>>, r#final: bool) -> Pair {
        decoded(vm, utf8::decode(vm, &data, &Handler::of(errors), r#final)?)
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn utf_7_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            {
                let _ = errors;
                utf7::encode(str)
            },
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_7_decode(vm: &Vm, data: BytesArg<'_>, errors: Option<&Ref<Str>>, r#final: bool) -> Pair {
        decoded(vm, utf7::decode(vm, &data, &Handler::of(errors), r#final)?)
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>, byteorder: i32) -> Pair {
        encoded(
            vm,
            utf16::encode(vm, str, &Handler::of(errors), order(byteorder))?,
            str.len(),
        )
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn utf_16_le_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            utf16::encode(vm, str, &Handler::of(errors), Order::Little)?,
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_16_le_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        let (text, used, _) =
            utf16::decode(vm, &data, &Handler::of(errors), Order::Little, r#final)?;
        decoded(vm, (text, used))
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn utf_16_be_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            utf16::encode(vm, str, &Handler::of(errors), Order::Big)?,
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_16_be_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        let (text, used, _) = utf16::decode(vm, &data, &Handler::of(errors), Order::Big, r#final)?;
        decoded(vm, (text, used))
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_16_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        let (text, used, _) =
            utf16::decode(vm, &data, &Handler::of(errors), Order::Marked, r#final)?;
        decoded(vm, (text, used))
    }
    /// Decodes bytes; tells the byte order too.
    #[pyfunction("(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_16_ex_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        byteorder: i32,
        r#final: bool,
    ) -> Pair {
        ordered(
            vm,
            utf16::decode(vm, &data, &Handler::of(errors), order(byteorder), r#final)?,
        )
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>, byteorder: i32) -> Pair {
        encoded(
            vm,
            utf32::encode(vm, str, &Handler::of(errors), order(byteorder))?,
            str.len(),
        )
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn utf_32_le_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            utf32::encode(vm, str, &Handler::of(errors), Order::Little)?,
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_32_le_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        let (text, used, _) =
            utf32::decode(vm, &data, &Handler::of(errors), Order::Little, r#final)?;
        decoded(vm, (text, used))
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn utf_32_be_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            utf32::encode(vm, str, &Handler::of(errors), Order::Big)?,
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_32_be_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        let (text, used, _) = utf32::decode(vm, &data, &Handler::of(errors), Order::Big, r#final)?;
        decoded(vm, (text, used))
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=False, /)")]
    fn utf_32_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        let (text, used, _) =
            utf32::decode(vm, &data, &Handler::of(errors), Order::Marked, r#final)?;
        decoded(vm, (text, used))
    }
    /// Decodes bytes; tells the byte order too.
    #[pyfunction("(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_32_ex_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        byteorder: i32,
        r#final: bool,
    ) -> Pair {
        ordered(
            vm,
            utf32::decode(vm, &data, &Handler::of(errors), order(byteorder), r#final)?,
        )
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn latin_1_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            single_byte::encode_latin1(vm, str, &Handler::of(errors))?,
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, /)")]
    fn latin_1_decode(vm: &Vm, data: BytesArg<'_>, errors: Option<&Ref<Str>>) -> Pair {
        decoded(vm, {
            let _ = errors;
            (vm.new_from_view(StrView::Latin1(&data)), data.len())
        })
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn ascii_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            single_byte::encode_ascii(vm, str, &Handler::of(errors))?,
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, /)")]
    fn ascii_decode(vm: &Vm, data: BytesArg<'_>, errors: Option<&Ref<Str>>) -> Pair {
        decoded(
            vm,
            (
                single_byte::decode_ascii(vm, &data, &Handler::of(errors))?,
                data.len(),
            ),
        )
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn unicode_escape_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            {
                let _ = errors;
                escapes::encode_unicode(str)
            },
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=True, /)")]
    fn unicode_escape_decode(
        vm: &Vm,
        data: Data<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        decoded(
            vm,
            escapes::decode_unicode(vm, &data, &Handler::of(errors), r#final)?,
        )
    }
    /// Encodes text.
    #[pyfunction("(str, errors=None, /)")]
    fn raw_unicode_escape_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>) -> Pair {
        encoded(
            vm,
            {
                let _ = errors;
                escapes::encode_raw(str)
            },
            str.len(),
        )
    }
    /// Decodes bytes.
    #[pyfunction("(data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(
        vm: &Vm,
        data: Data<'_>,
        errors: Option<&Ref<Str>>,
        r#final: bool,
    ) -> Pair {
        decoded(
            vm,
            escapes::decode_raw(vm, &data, &Handler::of(errors), r#final)?,
        )
    }
    /// Bytes as the inside of a literal.
    #[pyfunction("(data, errors=None, /)")]
    fn escape_encode(vm: &Vm, data: BytesArg<'_>, errors: Option<&Ref<Str>>) -> Pair {
        let _ = errors;
        encoded(vm, escapes::encode_bytes(&data), data.len())
    }
    /// The bytes that the inside of a literal means.
    #[pyfunction("(data, errors=None, /)")]
    fn escape_decode(vm: &Vm, data: Data<'_>, errors: Option<&Ref<Str>>) -> Pair {
        let errors = errors.map_or_else(|| "strict".to_owned(), |e| e.to_string());
        encoded(vm, escapes::decode_bytes(vm, &data, &errors)?, data.len())
    }
    /// The bytes themselves.
    #[pyfunction("(data, errors=None, /)")]
    fn readbuffer_encode(vm: &Vm, data: Data<'_>, errors: Option<&Ref<Str>>) -> Pair {
        let _ = errors;
        encoded(vm, data.to_vec(), data.len())
    }
    /// Encodes text by a mapping.
    #[pyfunction("(str, errors=None, mapping=None, /)")]
    fn charmap_encode(vm: &Vm, str: &Ref<Str>, errors: Option<&Ref<Str>>, mapping: &Value) -> Pair {
        let handler = Handler::of(errors);
        let data = if mapping.is_none() {
            single_byte::encode_latin1(vm, str, &handler)?
        } else {
            charmap::encode(vm, str, &handler, mapping)?
        };
        encoded(vm, data, str.len())
    }
    /// Decodes bytes by a mapping.
    #[pyfunction("(data, errors=None, mapping=None, /)")]
    fn charmap_decode(
        vm: &Vm,
        data: BytesArg<'_>,
        errors: Option<&Ref<Str>>,
        mapping: &Value,
    ) -> Pair {
        let text = if mapping.is_none() {
            vm.new_from_view(StrView::Latin1(&data))
        } else {
            charmap::decode(vm, &data, &Handler::of(errors), mapping)?
        };
        decoded(vm, (text, data.len()))
    }
    /// The encoding table of a decoding table.
    #[pyfunction("(map, /)")]
    fn charmap_build(vm: &Vm, map: &Ref<Str>) -> PyResult<Ref<Dict>> {
        charmap::build(vm, map)
    }
}
