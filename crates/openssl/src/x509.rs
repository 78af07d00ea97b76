//! Certificates and what they say.

use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use crate::bio::Bio;
use crate::objects::object_text;
use crate::{callbacks, ffi};

/// An owned reference to a certificate.
pub struct Certificate(NonNull<ffi::X509>);

impl Drop for Certificate {
    fn drop(&mut self) {
        // SAFETY: owns one reference.
        unsafe { ffi::X509_free(self.0.as_ptr()) };
    }
}

/// A name: sets of attributes, each a kind and a value.
pub type Name = Vec<Vec<(String, String)>>;

/// One of the alternative names of a subject.
pub enum GeneralName {
    Directory(Name),
    /// The kind and the text.
    Text(String, String),
}

const SUBJECT_ALT_NAME: c_int = 85;
const CRL_DISTRIBUTION_POINTS: c_int = 103;
const INFO_ACCESS: c_int = 177;
/// Kinds of access.
pub const OCSP: i32 = 178;
pub const CA_ISSUERS: i32 = 179;

impl Certificate {
    /// Takes a reference over.
    ///
    /// # Safety
    /// The pointer is null or comes with a reference.
    pub(crate) unsafe fn owned(raw: *mut ffi::X509) -> Option<Certificate> {
        NonNull::new(raw).map(Certificate)
    }
    /// A reference of its own.
    ///
    /// # Safety
    /// The pointer is null or points to a live certificate.
    pub(crate) unsafe fn shared(raw: *mut ffi::X509) -> Option<Certificate> {
        let certificate = NonNull::new(raw)?;
        // SAFETY: the caller's promise.
        unsafe { ffi::X509_up_ref(raw) };
        Some(Certificate(certificate))
    }
    /// # Safety
    /// The pointer is null or points to a list of live certificates.
    pub(crate) unsafe fn of_stack(stack: *const ffi::STACK) -> Option<Vec<Certificate>> {
        if stack.is_null() {
            return None;
        }
        // SAFETY: the caller's promise.
        unsafe {
            let items = 0..ffi::OPENSSL_sk_num(stack);
            let items = items.map(|i| Certificate::shared(ffi::OPENSSL_sk_value(stack, i).cast()));
            Some(items.flatten().collect())
        }
    }
    /// The next certificate of a stream.
    pub(crate) fn read(bio: *mut ffi::BIO, pem: bool) -> Option<Certificate> {
        // SAFETY: a live stream; the result comes with a reference.
        unsafe {
            Certificate::owned(if pem {
                let (none, no_data) = (ptr::null_mut(), ptr::null_mut());
                ffi::PEM_read_bio_X509(bio, none, Some(callbacks::no_password), no_data)
            } else {
                ffi::d2i_X509_bio(bio, ptr::null_mut())
            })
        }
    }
    /// A certificate in PEM.
    pub fn from_pem(pem: &[u8]) -> Option<Certificate> {
        crate::errors::clear();
        Bio::with_bytes(pem, |bio| Certificate::read(bio, true))?
    }
    pub(crate) fn as_ptr(&self) -> *mut ffi::X509 {
        self.0.as_ptr()
    }
    pub fn der(&self) -> Option<Vec<u8>> {
        // SAFETY: asked for the size first; the second call moves the pointer behind what it wrote.
        unsafe {
            let len = ffi::i2d_X509(self.as_ptr(), ptr::null_mut());
            let mut bytes = vec![0; usize::try_from(len).ok().filter(|&n| n > 0)?];
            let mut at = bytes.as_mut_ptr();
            (ffi::i2d_X509(self.as_ptr(), &mut at) == len).then_some(bytes)
        }
    }
    pub fn pem(&self) -> Option<Vec<u8>> {
        // SAFETY: both live.
        Bio::written(|bio| unsafe { ffi::PEM_write_bio_X509(bio, self.as_ptr()) == 1 })
    }
    pub fn equals(&self, other: &Certificate) -> bool {
        // SAFETY: both live.
        unsafe { ffi::X509_cmp(self.as_ptr(), other.as_ptr()) == 0 }
    }
    pub fn subject_hash(&self) -> u64 {
        // SAFETY: a live certificate.
        unsafe { ffi::X509_subject_name_hash(self.as_ptr()) as u64 }
    }
    /// Whether it may sign others.
    pub fn is_authority(&self) -> bool {
        // SAFETY: a live certificate.
        unsafe { ffi::X509_check_ca(self.as_ptr()) != 0 }
    }
    /// The subject in one line.
    pub fn subject_line(&self) -> Option<Vec<u8>> {
        // The form of RFC 2253, with UTF-8 left as it is.
        const FLAGS: u64 = (1 | 2 | 0x10 | 0x100 | 0x200 | (1 << 16) | (1 << 20)) & !4;
        // SAFETY: both live.
        Bio::written(|bio| unsafe {
            let name = ffi::X509_get_subject_name(self.as_ptr());
            ffi::X509_NAME_print_ex(bio, name, 0, FLAGS as _) >= 0
        })
    }
    pub fn subject(&self) -> Name {
        // SAFETY: the name lives as long as the certificate.
        unsafe { name_parts(ffi::X509_get_subject_name(self.as_ptr())) }
    }
    pub fn issuer(&self) -> Name {
        // SAFETY: the name lives as long as the certificate.
        unsafe { name_parts(ffi::X509_get_issuer_name(self.as_ptr())) }
    }
    pub fn version(&self) -> i64 {
        // SAFETY: a live certificate.
        unsafe { ffi::X509_get_version(self.as_ptr()) as i64 + 1 }
    }
    /// The serial number in hexadecimal digits.
    pub fn serial(&self) -> Option<Vec<u8>> {
        // SAFETY: both live.
        Bio::written(|bio| unsafe {
            ffi::i2a_ASN1_INTEGER(bio, ffi::X509_get0_serialNumber(self.as_ptr())) >= 0
        })
    }
    /// From when and until when it is valid.
    pub fn validity(&self) -> Option<[Vec<u8>; 2]> {
        // SAFETY: all live.
        unsafe {
            let print = |time| Bio::written(|bio| ffi::ASN1_TIME_print(bio, time) == 1);
            Some([
                print(ffi::X509_get0_notBefore(self.as_ptr()))?,
                print(ffi::X509_get0_notAfter(self.as_ptr()))?,
            ])
        }
    }
    /// Calls `f` with each item of an extension that is a list, then frees it.
    ///
    /// # Safety
    /// `free` frees an item of that extension.
    unsafe fn extension(
        &self,
        nid: c_int,
        mut f: impl FnMut(*mut c_void),
        free: impl Fn(*mut c_void),
    ) -> bool {
        // SAFETY: the list is owned here.
        unsafe {
            let none = ptr::null_mut();
            let stack: *mut ffi::STACK =
                ffi::X509_get_ext_d2i(self.as_ptr(), nid, none, none).cast();
            if stack.is_null() {
                return false;
            }
            for i in 0..ffi::OPENSSL_sk_num(stack) {
                f(ffi::OPENSSL_sk_value(stack, i));
            }
            loop {
                let item = ffi::OPENSSL_sk_pop(stack);
                if item.is_null() {
                    break;
                }
                free(item);
            }
            ffi::OPENSSL_sk_free(stack);
        }
        true
    }
    /// The other names of the subject; `None` if it has none.
    pub fn alternative_names(&self) -> Option<Vec<GeneralName>> {
        let mut names = Vec::new();
        // SAFETY: the items of this extension are general names.
        let found = unsafe {
            self.extension(
                SUBJECT_ALT_NAME,
                |item| names.push(general_name(item.cast())),
                |item| ffi::GENERAL_NAME_free(item.cast()),
            )
        };
        found.then_some(names)
    }
    /// Addresses for a kind of access.
    pub fn access_uris(&self, kind: i32) -> Vec<String> {
        let mut uris = Vec::new();
        // SAFETY: the items of this extension are descriptions of access.
        unsafe {
            self.extension(
                INFO_ACCESS,
                |item| {
                    let Some(access) = item.cast::<ffi::ACCESS_DESCRIPTION>().as_ref() else {
                        return;
                    };
                    if ffi::OBJ_obj2nid(access.method) == kind {
                        uris.extend(uri(access.location));
                    }
                },
                |item| ffi::ACCESS_DESCRIPTION_free(item.cast()),
            );
        }
        uris
    }
    /// Addresses of lists of revoked certificates.
    pub fn revocation_uris(&self) -> Vec<String> {
        let mut uris = Vec::new();
        // SAFETY: the items of this extension are distribution points; kind 0 has a list of general names.
        unsafe {
            self.extension(
                CRL_DISTRIBUTION_POINTS,
                |item| {
                    let point = item.cast::<ffi::DIST_POINT>().as_ref();
                    let name = point.and_then(|p| p.name.as_ref());
                    let Some(names) = name.filter(|n| n.kind == 0 && !n.full.is_null()) else {
                        return;
                    };
                    for i in 0..ffi::OPENSSL_sk_num(names.full) {
                        uris.extend(uri(ffi::OPENSSL_sk_value(names.full, i).cast()));
                    }
                },
                |item| ffi::DIST_POINT_free(item.cast()),
            );
        }
        uris
    }
}

/// # Safety
/// A live text.
unsafe fn bytes(text: *const ffi::ASN1_STRING) -> Vec<u8> {
    // SAFETY: the caller's promise; the bytes are copied at once.
    unsafe {
        let len = usize::try_from(ffi::ASN1_STRING_length(text)).unwrap_or(0);
        let start = ffi::ASN1_STRING_get0_data(text);
        if start.is_null() {
            return Vec::new();
        }
        std::slice::from_raw_parts(start, len).to_vec()
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// # Safety
/// A live name.
unsafe fn name_parts(name: *const ffi::X509_NAME) -> Name {
    let mut parts: Name = Vec::new();
    let mut set = -1;
    // SAFETY: the entries live as long as the name.
    unsafe {
        for i in 0..ffi::X509_NAME_entry_count(name) {
            let entry = ffi::X509_NAME_get_entry(name, i);
            let kind = object_text(ffi::X509_NAME_ENTRY_get_object(entry), false);
            let mut utf8 = ptr::null_mut();
            let data = ffi::X509_NAME_ENTRY_get_data(entry);
            let len = ffi::ASN1_STRING_to_UTF8(&mut utf8, data);
            let value = match usize::try_from(len) {
                Ok(len) if !utf8.is_null() => {
                    let value = std::slice::from_raw_parts(utf8, len).to_vec();
                    ffi::CRYPTO_free(utf8.cast(), c"x509".as_ptr(), 0);
                    value
                }
                _ => bytes(data),
            };
            let item = (kind.unwrap_or_default(), lossy(value));
            let this_set = ffi::X509_NAME_ENTRY_set(entry);
            match parts.last_mut() {
                Some(last) if set == this_set => last.push(item),
                _ => parts.push(vec![item]),
            }
            set = this_set;
        }
    }
    parts
}

/// # Safety
/// A live general name.
unsafe fn general_name(name: *mut ffi::GENERAL_NAME) -> GeneralName {
    let text = |kind: &str, value: String| GeneralName::Text(kind.to_owned(), value);
    // SAFETY: the kind says what the value is.
    unsafe {
        let value = (*name).value;
        match (*name).kind {
            1 => text("email", lossy(bytes(value.cast()))),
            2 => text("DNS", lossy(bytes(value.cast()))),
            4 => GeneralName::Directory(name_parts(value.cast())),
            6 => text("URI", lossy(bytes(value.cast()))),
            7 => text("IP Address", address(&bytes(value.cast()))),
            8 => {
                let id = object_text(value.cast(), false);
                text(
                    "Registered ID",
                    id.unwrap_or_else(|| "<INVALID>".to_owned()),
                )
            }
            _ => {
                let printed = Bio::written(|bio| ffi::GENERAL_NAME_print(bio, name) == 1);
                let printed = lossy(printed.unwrap_or_default());
                let (kind, value) = printed.split_once(':').unwrap_or((&printed, ""));
                text(kind, value.to_owned())
            }
        }
    }
}

fn address(bytes: &[u8]) -> String {
    match bytes {
        [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
        bytes if bytes.len() == 16 => {
            let groups: Vec<String> = bytes
                .chunks(2)
                .map(|pair| format!("{:X}", u16::from_be_bytes([pair[0], pair[1]])))
                .collect();
            groups.join(":")
        }
        _ => "<invalid>".to_owned(),
    }
}

/// The address that a general name is, if it is one.
///
/// # Safety
/// Null or a live general name.
unsafe fn uri(name: *const ffi::GENERAL_NAME) -> Option<String> {
    // SAFETY: the caller's promise; kind 6 has a text.
    unsafe {
        let name = name.as_ref().filter(|n| n.kind == 6)?;
        Some(lossy(bytes(name.value.cast())))
    }
}
