//! `Certificate`, and certificates as dicts.

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::slots::CmpOp;
use taipan_object::{PyResult, Ref, Value, Vm, payload};
use taipan_openssl::x509::{self, GeneralName, Name};
use taipan_openssl::{Certificate, Code};

use crate::errors;

pub struct SslCertificate {
    certificate: Certificate,
}
payload!(SslCertificate);

/// Forms of certificates as bytes.
const PEM: i64 = 1;
const DER: i64 = 2;

impl SslCertificate {
    pub fn make(vm: &Vm, certificate: Certificate) -> Ref<SslCertificate> {
        let class = vm.add_native_type::<SslCertificate>();
        vm.heap.alloc(&class, SslCertificate { certificate })
    }
}

/// The bytes of a certificate in DER.
pub fn der(vm: &Vm, certificate: &Certificate) -> PyResult {
    match certificate.der() {
        Some(bytes) => Ok(vm.new_bytes(bytes).into_value()),
        None => Err(errors::library(vm, Code::take())),
    }
}

fn text(vm: &Vm, text: &str) -> Value {
    vm.new_str(text).into_value()
}
fn bytes_text(vm: &Vm, bytes: &[u8]) -> Value {
    text(vm, &String::from_utf8_lossy(bytes))
}

fn name_tuple(vm: &Vm, name: &Name) -> Value {
    let sets: Vec<Value> = name
        .iter()
        .map(|set| {
            let pairs: Vec<Value> = set
                .iter()
                .map(|(kind, value)| vm.tuple_value([text(vm, kind), text(vm, value)]))
                .collect();
            vm.new_tuple(pairs).into_value()
        })
        .collect();
    vm.new_tuple(sets).into_value()
}

/// What a certificate says, as `getpeercert` gives it.
pub fn info(vm: &Vm, certificate: &Certificate) -> PyResult<Ref<Dict>> {
    let dict = vm.new_dict();
    let put = |name: &str, value: Value| dict.insert_str(vm, &vm.intern_str(name), value);
    put("subject", name_tuple(vm, &certificate.subject()));
    put("issuer", name_tuple(vm, &certificate.issuer()));
    put("version", vm.new_int(certificate.version()));
    let failed = || errors::library(vm, Code::take());
    let serial = certificate.serial().ok_or_else(failed)?;
    put("serialNumber", bytes_text(vm, &serial));
    let [from, until] = certificate.validity().ok_or_else(failed)?;
    put("notBefore", bytes_text(vm, &from));
    put("notAfter", bytes_text(vm, &until));
    if let Some(names) = certificate.alternative_names() {
        let names: Vec<Value> = names
            .iter()
            .map(|name| match name {
                GeneralName::Directory(name) => {
                    vm.tuple_value([text(vm, "DirName"), name_tuple(vm, name)])
                }
                GeneralName::Text(kind, value) => vm.tuple_value([text(vm, kind), text(vm, value)]),
            })
            .collect();
        put("subjectAltName", vm.new_tuple(names).into_value());
    }
    for (name, uris) in [
        ("OCSP", certificate.access_uris(x509::OCSP)),
        ("caIssuers", certificate.access_uris(x509::CA_ISSUERS)),
        ("crlDistributionPoints", certificate.revocation_uris()),
    ] {
        if !uris.is_empty() {
            let uris: Vec<Value> = uris.iter().map(|uri| text(vm, uri)).collect();
            put(name, vm.new_tuple(uris).into_value());
        }
    }
    taipan_openssl::errors::clear();
    Ok(dict)
}

#[pymethods(
    name = "Certificate",
    module = "_ssl",
    doc = "A certificate.",
    flags(DISALLOW_INSTANTIATION)
)]
impl SslCertificate {
    /// The certificate as text in PEM or bytes in DER.
    #[pymethod("(self, format=1)")]
    fn public_bytes(vm: &Vm, this: &Ref<SslCertificate>, format: i64) -> PyResult {
        match format {
            PEM => match this.certificate.pem() {
                Some(pem) => Ok(bytes_text(vm, &pem)),
                None => Err(errors::library(vm, Code::take())),
            },
            DER => der(vm, &this.certificate),
            _ => Err(vm.value_error("Unsupported format")),
        }
    }
    /// What the certificate says.
    #[pymethod("(self, /)")]
    fn get_info(vm: &Vm, this: &Ref<SslCertificate>) -> PyResult<Ref<Dict>> {
        info(vm, &this.certificate)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<SslCertificate>) -> PyResult {
        let subject = this.certificate.subject_line().unwrap_or_default();
        let subject = String::from_utf8_lossy(&subject);
        Ok(text(vm, &format!("<_ssl.Certificate '{subject}'>")))
    }
    #[pyslot]
    fn hash(_vm: &Vm, this: &Ref<SslCertificate>) -> PyResult<i64> {
        Ok(match this.certificate.subject_hash() as i64 {
            -1 => -2,
            hash => hash,
        })
    }
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<SslCertificate>, other: &Value, op: CmpOp) -> PyResult {
        let other = other.downcast::<SslCertificate>();
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other, op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let same = this.certificate.equals(&other.certificate);
        Ok(Value::bool(same == (op == CmpOp::Eq)))
    }
}
