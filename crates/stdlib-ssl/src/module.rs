//! The functions of `_ssl`.

use taipan_macros::pymodule;
use taipan_object::{Value, Vm};
use taipan_openssl::objects::Object;

/// An identifier as Python sees it.
fn object_tuple(vm: &Vm, object: &Object) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::NONE, |t| vm.new_str(t).into_value());
    vm.tuple_value([
        vm.new_int(object.nid.into()),
        text(object.short),
        text(object.long),
        text(object.digits.as_deref()),
    ])
}

/// The parts of a version.
fn version_tuple(vm: &Vm, number: u64) -> Value {
    let part = |shift: u32, bits: u64| vm.new_int((number >> shift & bits) as i64);
    vm.tuple_value([
        part(28, 0xF),
        part(20, 0xFF),
        part(12, 0xFF),
        part(4, 0xFF),
        part(0, 0xF),
    ])
}

/// Functions, classes and constants.
#[pymodule(
    name = "_ssl",
    doc = "Encrypted connections, on OpenSSL. Use the module ssl.",
    classes(
        crate::context::SslContext,
        crate::socket::SslSocket,
        crate::memory::MemoryBio,
        crate::session::SslSession,
        crate::certificate::SslCertificate
    )
)]
#[allow(non_snake_case)]
pub mod functions {
    use std::ffi::CString;

    use taipan_object::bytes::Bytes;
    use taipan_object::bytes_ops::arg::bytes_like_opt;
    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};
    use taipan_openssl::{Certificate, errors as codes, objects};
    use taipan_stdlib_data::support::{add_constants, set_module_attr};

    use super::{object_tuple, version_tuple};
    use crate::constants::{CONSTANTS, FEATURES};
    use crate::{certificate, context, errors};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, CONSTANTS);
        let set = |name: &str, value: Value| set_module_attr(vm, module, name, value);
        for (name, on) in FEATURES {
            set(name, Value::bool(*on))?;
        }
        for (name, class) in [
            ("SSLError", errors::base(vm)),
            ("SSLZeroReturnError", errors::zero_return(vm)),
            ("SSLWantReadError", errors::want_read(vm)),
            ("SSLWantWriteError", errors::want_write(vm)),
            ("SSLSyscallError", errors::system_call(vm)),
            ("SSLEOFError", errors::end_of_file(vm)),
            ("SSLCertVerificationError", errors::verification(vm)),
        ] {
            set(name, class.into_value())?;
        }
        let number = objects::version_number();
        set(
            "OPENSSL_VERSION",
            vm.new_str(objects::version_text()).into_value(),
        )?;
        set("OPENSSL_VERSION_NUMBER", vm.new_uint(number))?;
        set("OPENSSL_VERSION_INFO", version_tuple(vm, number))?;
        set("_OPENSSL_API_VERSION", version_tuple(vm, number))?;
        set(
            "_DEFAULT_CIPHERS",
            vm.new_str(context::DEFAULT_CIPHERS).into_value(),
        )?;
        let (libraries, reasons) = (vm.new_dict(), vm.new_dict());
        for (library, reason, name) in codes::reasons() {
            let key = vm.tuple_value([vm.new_int(library.into()), vm.new_int(reason.into())]);
            reasons.insert(vm, key, vm.new_str(name).into_value())?;
        }
        for (library, name) in codes::libraries() {
            libraries.insert(
                vm,
                vm.new_int(library.into()),
                vm.new_str(name).into_value(),
            )?;
        }
        set("err_codes_to_names", reasons.into_value())?;
        set("lib_codes_to_names", libraries.into_value())
    }

    /// Mixes data into the random numbers; entropy is how much of it nobody can guess, in bytes.
    #[pyfunction("(string, entropy, /)")]
    fn RAND_add(vm: &Vm, string: &Value, entropy: f64) -> PyResult<()> {
        match string.downcast::<Str>() {
            Some(text) => objects::random_add(text.to_string().as_bytes(), entropy),
            None => match bytes_like_opt(vm, string)? {
                Some(bytes) => objects::random_add(&bytes, entropy),
                None => {
                    return Err(taipan_object::native::bad_argument(
                        vm,
                        string,
                        "RAND_add",
                        "argument 1",
                        "str or read-only bytes-like object",
                    ));
                }
            },
        }
        Ok(())
    }
    /// So many random bytes.
    #[pyfunction("(n, /)")]
    fn RAND_bytes(vm: &Vm, n: i32) -> PyResult<Ref<Bytes>> {
        let Ok(n) = usize::try_from(n) else {
            return Err(vm.value_error("num must be positive"));
        };
        let mut buffer = Vec::new();
        if buffer.try_reserve_exact(n).is_err() {
            return Err(vm.memory_error());
        }
        buffer.resize(n, 0);
        if !objects::random_fill(&mut buffer) {
            return Err(errors::library(vm, taipan_openssl::Code::take()));
        }
        Ok(vm.new_bytes(buffer))
    }
    /// Whether random numbers are ready.
    #[pyfunction("()")]
    fn RAND_status() -> bool {
        objects::random_ready()
    }
    /// Where certificates are looked for: variable and path of the file, variable and path of the folder.
    #[pyfunction("()")]
    fn get_default_verify_paths(vm: &Vm) -> Value {
        let paths = objects::default_paths();
        vm.tuple_value(paths.map(|path| taipan_vm::util::fs_to_text(vm, path.as_bytes())))
    }
    /// The object identifier with digits, or with a name if that is asked for.
    #[pyfunction("(txt, name=False)")]
    fn txt2obj(vm: &Vm, txt: &Ref<Str>, name: bool) -> PyResult {
        let text = txt.to_string();
        let c_text = CString::new(text.as_str());
        let c_text = c_text.map_err(|_| vm.value_error("embedded null character"))?;
        match objects::object_by_text(&c_text, name) {
            Some(object) => Ok(object_tuple(vm, &object)),
            None => {
                let short: String = text.chars().take(100).collect();
                Err(vm.value_error(format!("unknown object '{short}'")))
            }
        }
    }
    /// The object identifier with a number of OpenSSL.
    #[pyfunction("(nid, /)")]
    fn nid2obj(vm: &Vm, nid: i32) -> PyResult {
        if nid < 0 {
            return Err(vm.value_error("NID must be positive."));
        }
        match objects::object_by_number(nid) {
            Some(object) => Ok(object_tuple(vm, &object)),
            None => Err(vm.value_error(format!("unknown NID {nid}"))),
        }
    }
    /// What the certificate in a file says.
    #[pyfunction("(path, /)")]
    fn _test_decode_cert(vm: &Vm, path: &Value) -> PyResult<Ref<Dict>> {
        let name = taipan_vm::util::fs_bytes(vm, path)?;
        let Ok(pem) = taipan_host::fs::read(&name) else {
            return Err(errors::plain(vm, "Can't open file"));
        };
        match Certificate::from_pem(&pem) {
            Some(found) => certificate::info(vm, &found),
            None => Err(errors::plain(vm, "Error decoding PEM-encoded file")),
        }
    }
}
