//! What contexts load: their own certificate, those that they trust, parameters.

use std::ffi::CString;

use taipan_macros::pymethods;
use taipan_object::bytes_ops::arg::bytes_like_opt;
use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};
use taipan_openssl::{Code, errors as codes};

use crate::certificate::{der, info};
use crate::context::SslContext;
use crate::errors;

/// A path for C.
fn path(vm: &Vm, value: &Value, name: &str) -> PyResult<CString> {
    let bytes = taipan_vm::util::fs_bytes(vm, value);
    let Some(bytes) = vm.ignore(bytes, &vm.exc.type_error)? else {
        return Err(vm.type_error(format!("{name} should be a valid filesystem path")));
    };
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

/// OSError if a file cannot be opened.
fn check_file(vm: &Vm, path: &CString) -> PyResult<()> {
    let system = |e: std::io::Error| taipan_vm::os_error::raise(vm, &e, None);
    let fd = taipan_host::fd::open(path.to_bytes(), 0o2000000, 0).map_err(system)?;
    taipan_host::fd::close(fd).map_err(system)
}

/// The bytes of a password.
fn password_bytes(vm: &Vm, value: &Value, wrong: &str, most: usize) -> PyResult<Vec<u8>> {
    let bytes = match value.downcast::<Str>() {
        Some(text) => text.to_string().into_bytes(),
        None => match bytes_like_opt(vm, value)? {
            Some(bytes) => bytes.to_vec(),
            None => return Err(vm.type_error(wrong)),
        },
    };
    if bytes.len() > most {
        return Err(vm.value_error(format!("password cannot be longer than {most} bytes")));
    }
    Ok(bytes)
}

/// Adds the certificates in a text or in bytes.
fn add_data(vm: &Vm, this: &Ref<SslContext>, data: &Value) -> PyResult<()> {
    let wrong = || vm.type_error("cadata should be an ASCII string or a bytes-like object");
    let (bytes, pem) = match data.downcast::<Str>() {
        Some(text) => match text.as_ascii() {
            Some(text) => (text.as_bytes().to_vec(), true),
            None => return Err(wrong()),
        },
        None => match bytes_like_opt(vm, data)? {
            Some(bytes) => (bytes.to_vec(), false),
            None => return Err(wrong()),
        },
    };
    if bytes.is_empty() {
        return Err(vm.value_error("Empty certificate data"));
    }
    if i32::try_from(bytes.len()).is_err() {
        return Err(vm.overflow_error("Certificate data is too long."));
    }
    let Some((loaded, code)) = this.context.add_trusted(&bytes, pem) else {
        return Err(vm.memory_error());
    };
    if loaded == 0 {
        let missing = if pem {
            "no start line"
        } else {
            "not enough data"
        };
        let text = format!("{missing}: cadata does not contain a certificate");
        return Err(errors::with_text(vm, &text));
    }
    // How reading ends when there is nothing more.
    let end = code.is_none_or(|c| pem && c.is(codes::LIB_PEM, codes::PEM_NO_START_LINE));
    if end {
        Ok(())
    } else {
        Err(errors::library(vm, code))
    }
}

#[pymethods(partial = LOADING, class = "_SSLContext")]
impl SslContext {
    /// Loads the own certificate and its key.
    #[pymethod("(self, certfile, keyfile=None, password=None)")]
    fn load_cert_chain(
        vm: &Vm,
        this: &Ref<SslContext>,
        certfile: &Value,
        keyfile: &Value,
        password: &Value,
    ) -> PyResult<()> {
        let certificates = path(vm, certfile, "certfile")?;
        let key = if keyfile.is_none() {
            certificates.clone()
        } else {
            path(vm, keyfile, "keyfile")?
        };
        const WRONG: &str = "password should be a string or callable";
        let callable = vm.type_of(password).slots.call.get().is_some();
        let given = if callable || password.is_none() {
            None
        } else {
            Some(password_bytes(vm, password, WRONG, i32::MAX as usize)?)
        };
        check_file(vm, &certificates)?;
        check_file(vm, &key)?;
        let mut failed: Option<Raised> = None;
        let mut ask = |most: usize| {
            let answer = match &given {
                Some(bytes) if bytes.len() <= most => Ok(bytes.clone()),
                Some(_) => {
                    let text = format!("password cannot be longer than {most} bytes");
                    Err(vm.value_error(text))
                }
                None => vm.call(password, &[]).and_then(|answer| {
                    let wrong = "password callback must return a string";
                    password_bytes(vm, &answer, wrong, most)
                }),
            };
            answer.map_err(|raised| failed = Some(raised)).ok()
        };
        let asks =
            (!password.is_none()).then_some(&mut ask as &mut dyn FnMut(usize) -> Option<Vec<u8>>);
        let result = this.context.load_chain(&certificates, &key, asks);
        if let Some(raised) = failed {
            return Err(raised);
        }
        result.map_err(|code| errors::library(vm, code))
    }
    /// Loads parameters for Diffie-Hellman from a file.
    #[pymethod("(self, path, /)")]
    fn load_dh_params(vm: &Vm, this: &Ref<SslContext>, path: &Value) -> PyResult<()> {
        let name = taipan_vm::util::fs_bytes(vm, path)?;
        let pem = taipan_host::fs::read(&name)
            .map_err(|e| taipan_vm::os_error::raise(vm, &e, Some(path)))?;
        this.context
            .load_dh(&pem)
            .map_err(|code| errors::library(vm, code))
    }
    /// Trusts the certificates in a file, a folder, a text or bytes.
    #[pymethod("(self, cafile=None, capath=None, cadata=None)")]
    fn load_verify_locations(
        vm: &Vm,
        this: &Ref<SslContext>,
        cafile: &Value,
        capath: &Value,
        cadata: &Value,
    ) -> PyResult<()> {
        if cafile.is_none() && capath.is_none() && cadata.is_none() {
            return Err(vm.type_error("cafile, capath and cadata cannot be all omitted"));
        }
        let optional = |value: &Value, name| {
            (!value.is_none())
                .then(|| path(vm, value, name))
                .transpose()
        };
        let file = optional(cafile, "cafile")?;
        let folder = optional(capath, "capath")?;
        if !cadata.is_none() {
            add_data(vm, this, cadata)?;
        }
        if let Some(file) = &file {
            check_file(vm, file)?;
        }
        if file.is_some() || folder.is_some() {
            let loaded = this
                .context
                .load_trusted(file.as_deref(), folder.as_deref());
            loaded.map_err(|code| errors::library(vm, code))?;
        }
        Ok(())
    }
    /// Trusts the certificates that the system does.
    #[pymethod("(self, /)")]
    fn set_default_verify_paths(vm: &Vm, this: &Ref<SslContext>) -> PyResult<()> {
        if this.context.load_default_trusted() {
            codes::clear();
            return Ok(());
        }
        Err(errors::library(vm, Code::take()))
    }
    /// How many certificates and lists of revoked ones are stored.
    #[pymethod("(self, /)")]
    fn cert_store_stats(vm: &Vm, this: &Ref<SslContext>) -> Ref<Dict> {
        let stored = this.context.stored();
        let of_kind = |kind| stored.iter().filter(|(k, _)| *k == kind).count();
        let authorities = stored
            .iter()
            .filter_map(|(_, c)| c.as_ref())
            .filter(|c| c.is_authority());
        let counts = [
            ("x509", of_kind(1)),
            ("crl", of_kind(2)),
            ("x509_ca", authorities.count()),
        ];
        let dict = vm.new_dict();
        for (name, count) in counts {
            dict.insert_str(vm, &vm.intern_str(name), vm.new_int(count as i64));
        }
        dict
    }
    /// The certificates of authorities that are trusted: dicts, or bytes in DER.
    #[pymethod("(self, binary_form=False)")]
    fn get_ca_certs(vm: &Vm, this: &Ref<SslContext>, binary_form: bool) -> PyResult {
        let mut list = Vec::new();
        let stored = this.context.stored();
        for certificate in stored.iter().filter_map(|(_, c)| c.as_ref()) {
            if certificate.is_authority() {
                list.push(if binary_form {
                    der(vm, certificate)?
                } else {
                    info(vm, certificate)?.into_value()
                });
            }
        }
        Ok(vm.list_value(list))
    }
}
