//! The module `binascii`.

mod base64;
mod quopri;
mod uu;

use taipan_macros::pymodule;
use taipan_object::bytes_ops::arg::{BytesArg, bytes_like_opt};
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};

pub use module::MODULE;

/// `binascii.Error`.
pub fn error_class(vm: &Vm) -> TypeRef {
    crate::support::exception(vm, "binascii.Error", &vm.exc.value_error)
}

/// A `binascii.Error` with a message.
#[cold]
fn error(vm: &Vm, message: impl AsRef<str>) -> Raised {
    vm.raise_str(&error_class(vm), message)
}

/// What is encoded: bytes, or text of ASCII characters.
fn ascii_bytes<'a>(vm: &Vm, value: &'a Value) -> PyResult<BytesArg<'a>> {
    if let Some(text) = value.downcast::<Str>() {
        return match text.as_ascii() {
            Some(text) => Ok(BytesArg::Slice(text.as_bytes())),
            None => Err(vm.value_error("string argument should contain only ASCII characters")),
        };
    }
    match bytes_like_opt(vm, value)? {
        Some(bytes) => Ok(bytes),
        None => Err(vm.type_error(format!(
            "argument should be bytes, buffer or ASCII string, not '{}'",
            vm.type_name(value)
        ))),
    }
}

fn hex_value(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|d| d as u8)
}

/// CRC-CCITT as BinHex uses it.
fn crc_hqx(data: &[u8], start: u16) -> u16 {
    data.iter().fold(start, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
            crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    })
}

/// Functions.
#[pymodule(
    name = "binascii",
    doc = "Conversion between binary data and text forms of it."
)]
pub mod module {
    use taipan_object::bytes::Bytes;
    use taipan_object::bytes_ops::arg::{BytesArg, bytes_like};
    use taipan_object::bytes_ops::hex::hex;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{ascii_bytes, base64, error, hex_value, quopri, uu};
    use crate::numbers::low_32;
    use crate::support::{exception, set_module_attr};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "Error", super::error_class(vm).into_value())?;
        let incomplete = exception(vm, "binascii.Incomplete", &vm.exc.exception);
        set_module_attr(vm, module, "Incomplete", incomplete.into_value())
    }

    /// Decodes a line of base64 data.
    #[pyfunction("(data, /, *, strict_mode=False)")]
    fn a2b_base64(vm: &Vm, data: &Value, strict_mode: bool) -> PyResult<Ref<Bytes>> {
        match base64::decode(&ascii_bytes(vm, data)?, strict_mode) {
            Ok(bytes) => Ok(vm.new_bytes(bytes)),
            Err(message) => Err(error(vm, message)),
        }
    }
    /// Encodes bytes as a line of base64 data.
    #[pyfunction("(data, /, *, newline=True)")]
    fn b2a_base64(vm: &Vm, data: BytesArg<'_>, newline: bool) -> PyResult<Ref<Bytes>> {
        Ok(vm.new_bytes(base64::encode(&data, newline)))
    }
    fn to_hex(vm: &Vm, data: &Value, sep: Option<&Value>, group: i32) -> PyResult<Ref<Bytes>> {
        let text = hex(vm, &bytes_like(vm, data)?, sep, group)?;
        Ok(vm.new_bytes(text.view().as_bytes().to_vec()))
    }
    /// Bytes as hexadecimal digits, with a separator between groups if one is given.
    #[pyfunction("(data, sep=<unset>, bytes_per_sep=1)")]
    fn b2a_hex(
        vm: &Vm,
        data: &Value,
        sep: Option<&Value>,
        bytes_per_sep: i32,
    ) -> PyResult<Ref<Bytes>> {
        to_hex(vm, data, sep, bytes_per_sep)
    }
    /// Bytes as hexadecimal digits, with a separator between groups if one is given.
    #[pyfunction("(data, sep=<unset>, bytes_per_sep=1)")]
    fn hexlify(
        vm: &Vm,
        data: &Value,
        sep: Option<&Value>,
        bytes_per_sep: i32,
    ) -> PyResult<Ref<Bytes>> {
        to_hex(vm, data, sep, bytes_per_sep)
    }
    fn from_hex(vm: &Vm, text: &Value) -> PyResult<Ref<Bytes>> {
        let text = ascii_bytes(vm, text)?;
        if text.len() % 2 != 0 {
            return Err(error(vm, "Odd-length string"));
        }
        let bytes: Option<Vec<u8>> = text
            .chunks_exact(2)
            .map(|pair| Some(hex_value(pair[0])? << 4 | hex_value(pair[1])?))
            .collect();
        match bytes {
            Some(bytes) => Ok(vm.new_bytes(bytes)),
            None => Err(error(vm, "Non-hexadecimal digit found")),
        }
    }
    /// The bytes that hexadecimal digits stand for.
    #[pyfunction("(hexstr, /)")]
    fn a2b_hex(vm: &Vm, hexstr: &Value) -> PyResult<Ref<Bytes>> {
        from_hex(vm, hexstr)
    }
    /// The bytes that hexadecimal digits stand for.
    #[pyfunction("(hexstr, /)")]
    fn unhexlify(vm: &Vm, hexstr: &Value) -> PyResult<Ref<Bytes>> {
        from_hex(vm, hexstr)
    }
    /// Decodes quoted-printable data.
    #[pyfunction("(data, header=False)")]
    fn a2b_qp(vm: &Vm, data: &Value, header: bool) -> PyResult<Ref<Bytes>> {
        Ok(vm.new_bytes(quopri::decode(&ascii_bytes(vm, data)?, header)))
    }
    /// Encodes bytes as quoted-printable data.
    #[pyfunction("(data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(
        vm: &Vm,
        data: BytesArg<'_>,
        quotetabs: bool,
        istext: bool,
        header: bool,
    ) -> PyResult<Ref<Bytes>> {
        let how = quopri::Options {
            tabs: quotetabs,
            text: istext,
            header,
        };
        Ok(vm.new_bytes(quopri::encode(&data, how)))
    }
    /// Decodes a line of uuencoded data.
    #[pyfunction("(data, /)")]
    fn a2b_uu(vm: &Vm, data: &Value) -> PyResult<Ref<Bytes>> {
        match uu::decode(&ascii_bytes(vm, data)?) {
            Ok(bytes) => Ok(vm.new_bytes(bytes)),
            Err(message) => Err(error(vm, message)),
        }
    }
    /// Encodes up to 45 bytes as a line of uuencoded data.
    #[pyfunction("(data, /, *, backtick=False)")]
    fn b2a_uu(vm: &Vm, data: BytesArg<'_>, backtick: bool) -> PyResult<Ref<Bytes>> {
        if data.len() > 45 {
            return Err(error(vm, "At most 45 bytes at once"));
        }
        Ok(vm.new_bytes(uu::encode(&data, backtick)))
    }
    /// The CRC-32 of bytes, going on from an earlier one.
    #[pyfunction("(data, crc=0, /)")]
    fn crc32(vm: &Vm, data: BytesArg<'_>, crc: &Value) -> PyResult<u32> {
        let mut hasher = crc32fast::Hasher::new_with_initial(low_32(vm, crc)?);
        hasher.update(&data);
        Ok(hasher.finalize())
    }
    /// The CRC-CCITT of bytes, going on from an earlier one.
    #[pyfunction("(data, crc, /)")]
    fn crc_hqx(vm: &Vm, data: BytesArg<'_>, crc: &Value) -> PyResult<u32> {
        Ok(super::crc_hqx(&data, low_32(vm, crc)? as u16).into())
    }
}
