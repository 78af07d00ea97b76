//! OpenSSL's queue of errors, as far as it is looked at: the last one.

use std::ffi::{CStr, c_char, c_ulong};

use crate::ffi;

include!(concat!(env!("OUT_DIR"), "/openssl/reasons.rs"));

/// An error of the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code(c_ulong);

/// Libraries.
pub const LIB_PEM: u32 = 9;
pub const LIB_X509: u32 = 11;
pub const LIB_SSL: u32 = 20;

/// Reasons.
pub const PEM_NO_START_LINE: u32 = 108;
pub const X509_CERT_ALREADY_IN_HASH_TABLE: u32 = 101;
pub const SSL_CERTIFICATE_VERIFY_FAILED: u32 = 134;
pub const SSL_UNEXPECTED_EOF_WHILE_READING: u32 = 294;

/// Says that the reason is an errno.
const SYSTEM: c_ulong = 0x8000_0000;

impl Code {
    /// The last error that was reported, if any.
    pub fn last() -> Option<Code> {
        // SAFETY: reads this thread's queue.
        let code = unsafe { ffi::ERR_peek_last_error() };
        (code != 0).then_some(Code(code))
    }
    /// The last error; the queue is empty after that.
    pub fn take() -> Option<Code> {
        let code = Code::last();
        clear();
        code
    }
    /// The errno of a failed call to the system.
    pub fn errno(self) -> Option<i32> {
        (self.0 & SYSTEM != 0).then_some((self.0 & (SYSTEM - 1)) as i32)
    }
    pub fn library(self) -> u32 {
        match self.errno() {
            Some(_) => 2,
            None => (self.0 >> 23 & 0xFF) as u32,
        }
    }
    pub fn reason(self) -> u32 {
        match self.errno() {
            Some(errno) => errno as u32,
            None => (self.0 & 0x7F_FFFF) as u32,
        }
    }
    pub fn is(self, library: u32, reason: u32) -> bool {
        self.library() == library && self.reason() == reason
    }
    pub fn library_name(self) -> Option<&'static str> {
        let number = self.library();
        LIBRARIES.iter().find(|l| l.0 == number).map(|l| l.1)
    }
    pub fn reason_name(self) -> Option<&'static str> {
        let key = (self.library(), self.reason());
        let at = REASONS.binary_search_by_key(&key, |r| (r.0, r.1)).ok()?;
        Some(REASONS[at].2)
    }
    /// What the error is, in words.
    pub fn text(self) -> Option<&'static str> {
        // SAFETY: the table of texts is never freed.
        unsafe { static_text(ffi::ERR_reason_error_string(self.0)) }
    }
}

pub fn clear() {
    // SAFETY: empties this thread's queue.
    unsafe { ffi::ERR_clear_error() }
}

/// Why a certificate was not accepted.
pub fn verify_text(code: i64) -> &'static str {
    // SAFETY: gives texts that are never freed.
    unsafe { static_text(ffi::X509_verify_cert_error_string(code as _)) }.unwrap_or("")
}

/// # Safety
/// `text` is null or a C string that is never freed.
pub(crate) unsafe fn static_text(text: *const c_char) -> Option<&'static str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

/// Names of all libraries with errors, and of the reasons that belong to them.
pub fn reasons() -> impl Iterator<Item = (u32, u32, &'static str)> {
    REASONS.iter().copied()
}
/// Names of all libraries with errors.
pub fn libraries() -> impl Iterator<Item = (u32, &'static str)> {
    LIBRARIES.iter().copied()
}
