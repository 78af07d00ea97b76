//! Functions that OpenSSL calls while a call of a connection runs.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr;

use crate::connection::current;
use crate::ffi;

const ACCEPT: c_int = 0;
const FATAL: c_int = 2;
const NOT_ACKNOWLEDGED: c_int = 3;
const ALERT_INTERNAL_ERROR: i32 = 80;

/// # Safety
/// `text` is null or a C string that outlives the result.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

pub(crate) unsafe extern "C" fn server_name(
    ssl: *mut ffi::SSL,
    alert: *mut c_int,
    _: *mut c_void,
) -> c_int {
    // SAFETY: the connection's name lives as long as this call; `alert` can be written.
    unsafe {
        let name = text(ffi::SSL_get_servername(ssl, 0));
        match current(ssl, |events| events.server_name(name)) {
            Some(Ok(())) => ACCEPT,
            refused => {
                *alert = match refused {
                    Some(Err(code)) => code,
                    _ => ALERT_INTERNAL_ERROR,
                };
                FATAL
            }
        }
    }
}

/// Chooses the first of the server's protocols that the client speaks.
pub(crate) unsafe extern "C" fn select_protocol(
    ssl: *mut ffi::SSL,
    out: *mut *const c_uchar,
    out_len: *mut c_uchar,
    offered: *const c_uchar,
    offered_len: c_uint,
    _: *mut c_void,
) -> c_int {
    if offered.is_null() {
        return NOT_ACKNOWLEDGED;
    }
    // SAFETY: the client's list, which outlives the choice.
    let offered = unsafe { std::slice::from_raw_parts(offered, offered_len as usize) };
    let ours = current(ssl, |events| events.protocols()).unwrap_or_default();
    let found = split(&ours).find_map(|wanted| split(offered).find(|p| *p == wanted));
    match found {
        Some(protocol) => {
            // SAFETY: OpenSSL's variables for the result.
            unsafe {
                *out = protocol.as_ptr();
                *out_len = protocol.len() as c_uchar;
            }
            ACCEPT
        }
        None => NOT_ACKNOWLEDGED,
    }
}

/// The parts of a list in which each stands after a byte with its length.
fn split(mut list: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (&len, rest) = list.split_first()?;
        let (part, rest) = rest.split_at_checked(len.into())?;
        list = rest;
        Some(part)
    })
}

pub(crate) unsafe extern "C" fn message(
    written: c_int,
    version: c_int,
    content: c_int,
    start: *const c_void,
    len: usize,
    ssl: *mut ffi::SSL,
    _: *mut c_void,
) {
    let bytes = if start.is_null() {
        &[]
    } else {
        // SAFETY: OpenSSL gives `len` bytes.
        unsafe { std::slice::from_raw_parts(start.cast::<u8>(), len) }
    };
    current(ssl, |events| {
        events.message(written != 0, version, content, bytes)
    });
}

pub(crate) unsafe extern "C" fn key_log(ssl: *const ffi::SSL, line: *const c_char) {
    // SAFETY: a C string that lives as long as this call.
    let line = unsafe { text(line) }.unwrap_or(b"");
    current(ssl, |events| events.key_log(line));
}

pub(crate) unsafe extern "C" fn client_key(
    ssl: *mut ffi::SSL,
    hint: *const c_char,
    identity: *mut c_char,
    identity_room: c_uint,
    key: *mut c_uchar,
    key_room: c_uint,
) -> c_uint {
    // SAFETY: a C string that lives as long as this call.
    let hint = unsafe { text(hint) };
    // The identity ends with a zero.
    let most = (identity_room.saturating_sub(1) as usize, key_room as usize);
    let answer = current(ssl, |events| events.client_key(hint, most)).flatten();
    let Some((name, bytes)) = answer.filter(|(n, b)| n.len() <= most.0 && b.len() <= most.1) else {
        return 0;
    };
    // SAFETY: there is room for as many bytes, checked above.
    unsafe {
        ptr::copy_nonoverlapping(name.as_ptr(), identity.cast(), name.len());
        *identity.add(name.len()) = 0;
        ptr::copy_nonoverlapping(bytes.as_ptr(), key, bytes.len());
    }
    bytes.len() as c_uint
}

pub(crate) unsafe extern "C" fn server_key(
    ssl: *mut ffi::SSL,
    identity: *const c_char,
    key: *mut c_uchar,
    room: c_uint,
) -> c_uint {
    // SAFETY: a C string that lives as long as this call.
    let identity = unsafe { text(identity) };
    let answer = current(ssl, |events| events.server_key(identity, room as usize)).flatten();
    let Some(bytes) = answer.filter(|b| b.len() <= room as usize) else {
        return 0;
    };
    // SAFETY: there is room for as many bytes, checked above.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), key, bytes.len()) };
    bytes.len() as c_uint
}

/// Gives passwords: asks the closure behind `data`.
pub(crate) unsafe extern "C" fn password(
    buffer: *mut c_char,
    room: c_int,
    _: c_int,
    data: *mut c_void,
) -> c_int {
    // SAFETY: `Context::load_chain` sets the pointer for as long as it runs.
    let Some(ask) = (unsafe {
        data.cast::<&mut dyn FnMut(usize) -> Option<Vec<u8>>>()
            .as_mut()
    }) else {
        return -1;
    };
    let room = usize::try_from(room).unwrap_or(0);
    let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(room)));
    match answer.ok().flatten().filter(|bytes| bytes.len() <= room) {
        Some(bytes) => {
            // SAFETY: there is room for as many bytes, checked above.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast(), bytes.len()) };
            bytes.len() as c_int
        }
        None => -1,
    }
}

/// No password, and no question at a terminal either.
pub(crate) unsafe extern "C" fn no_password(
    _: *mut c_char,
    _: c_int,
    _: c_int,
    _: *mut c_void,
) -> c_int {
    -1
}
