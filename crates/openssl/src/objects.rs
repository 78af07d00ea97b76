//! Object identifiers, random numbers, and facts of the library.

use std::ffi::{CStr, CString, c_int};
use std::sync::Once;

use crate::errors::static_text;
use crate::ffi;

/// Makes the library ready; it will not read a configuration of the system that might want modules which are not there.
pub fn initialize() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        // SAFETY: the options are: no configuration file, no clean-up at exit (threads may still be running).
        unsafe { ffi::OPENSSL_init_crypto(0x80 | 0x0008_0000, std::ptr::null()) };
    });
}

/// An identifier: number, short name, long name, digits.
pub struct Object {
    pub nid: i32,
    pub short: Option<&'static str>,
    pub long: Option<&'static str>,
    pub digits: Option<String>,
}

/// The text of an identifier: its long name or its digits.
///
/// # Safety
/// A live object.
pub(crate) unsafe fn object_text(object: *const ffi::ASN1_OBJECT, digits: bool) -> Option<String> {
    let mut buffer = [0_u8; 256];
    let text = |buffer: &mut [u8]| {
        let room = c_int::try_from(buffer.len()).unwrap_or(0);
        // SAFETY: the caller's promise; writes at most so many bytes, and gives the whole length.
        unsafe { ffi::OBJ_obj2txt(buffer.as_mut_ptr().cast(), room, object, digits.into()) }
    };
    let len = usize::try_from(text(&mut buffer)).ok().filter(|&n| n > 0)?;
    if len < buffer.len() {
        return Some(String::from_utf8_lossy(&buffer[..len]).into_owned());
    }
    let mut large = vec![0; len + 1];
    text(&mut large);
    Some(String::from_utf8_lossy(&large[..len]).into_owned())
}

/// # Safety
/// A live object.
unsafe fn describe(object: *const ffi::ASN1_OBJECT) -> Option<Object> {
    // SAFETY: the caller's promise; names are never freed.
    unsafe {
        let nid = ffi::OBJ_obj2nid(object);
        (nid != 0).then(|| Object {
            nid,
            short: static_text(ffi::OBJ_nid2sn(nid)),
            long: static_text(ffi::OBJ_nid2ln(nid)),
            digits: object_text(object, true),
        })
    }
}

/// The identifier with a name or digits.
pub fn object_by_text(text: &CStr, names: bool) -> Option<Object> {
    // SAFETY: the object is owned here.
    unsafe {
        let object = ffi::OBJ_txt2obj(text.as_ptr(), (!names).into());
        if object.is_null() {
            crate::errors::clear();
            return None;
        }
        let found = describe(object);
        ffi::ASN1_OBJECT_free(object);
        found
    }
}

/// The identifier with a number.
pub fn object_by_number(nid: i32) -> Option<Object> {
    // SAFETY: objects of the table live until the end; freeing one that is not dynamic does nothing.
    unsafe {
        let object = ffi::OBJ_nid2obj(nid);
        if object.is_null() {
            crate::errors::clear();
            return None;
        }
        describe(object)
    }
}

/// The bytes of an address in the forms of IPv4 and IPv6.
pub fn address_bytes(text: &str) -> Option<Vec<u8>> {
    match text.parse().ok()? {
        std::net::IpAddr::V4(a) => Some(a.octets().to_vec()),
        std::net::IpAddr::V6(a) => Some(a.octets().to_vec()),
    }
}

/// Where certificates are looked for: variable and path of the file, variable and path of the folder.
pub fn default_paths() -> [&'static str; 4] {
    // SAFETY: gives texts that are never freed.
    unsafe {
        [
            ffi::X509_get_default_cert_file_env(),
            ffi::X509_get_default_cert_file(),
            ffi::X509_get_default_cert_dir_env(),
            ffi::X509_get_default_cert_dir(),
        ]
        .map(|text| static_text(text).unwrap_or(""))
    }
}

/// Mixes bytes into the random numbers.
pub fn random_add(bytes: &[u8], entropy: f64) {
    for part in bytes.chunks(1 << 20) {
        // SAFETY: reads as many bytes as there are.
        unsafe { ffi::RAND_add(part.as_ptr().cast(), part.len() as c_int, entropy) };
    }
}
/// Fills a buffer with random bytes.
pub fn random_fill(into: &mut [u8]) -> bool {
    // SAFETY: writes as many bytes as there is room for.
    into.chunks_mut(1 << 20)
        .all(|part| unsafe { ffi::RAND_bytes(part.as_mut_ptr(), part.len() as c_int) == 1 })
}
pub fn random_ready() -> bool {
    // SAFETY: no arguments.
    unsafe { ffi::RAND_status() == 1 }
}

pub fn version_text() -> &'static str {
    // SAFETY: gives a text that is never freed.
    unsafe { static_text(ffi::OpenSSL_version(0)) }.unwrap_or("OpenSSL")
}
pub fn version_number() -> u64 {
    // SAFETY: no arguments.
    unsafe { ffi::OpenSSL_version_num() as u64 }
}

/// A text for C; `None` if there is a zero in it.
pub fn c_text(bytes: &[u8]) -> Option<CString> {
    CString::new(bytes).ok()
}
