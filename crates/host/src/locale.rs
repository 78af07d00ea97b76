//! The C library's locale.

use std::ffi::{CStr, CString, c_char};
use std::io;

/// Categories and facts by name.
pub const CONSTANTS: &[(&str, i64)] = &[
    ("LC_CTYPE", libc::LC_CTYPE as i64),
    ("LC_TIME", libc::LC_TIME as i64),
    ("LC_COLLATE", libc::LC_COLLATE as i64),
    ("LC_MONETARY", libc::LC_MONETARY as i64),
    ("LC_MESSAGES", libc::LC_MESSAGES as i64),
    ("LC_NUMERIC", libc::LC_NUMERIC as i64),
    ("LC_ALL", libc::LC_ALL as i64),
    ("CHAR_MAX", 127),
    ("DAY_1", libc::DAY_1 as i64),
    ("DAY_2", libc::DAY_2 as i64),
    ("DAY_3", libc::DAY_3 as i64),
    ("DAY_4", libc::DAY_4 as i64),
    ("DAY_5", libc::DAY_5 as i64),
    ("DAY_6", libc::DAY_6 as i64),
    ("DAY_7", libc::DAY_7 as i64),
    ("ABDAY_1", libc::ABDAY_1 as i64),
    ("ABDAY_2", libc::ABDAY_2 as i64),
    ("ABDAY_3", libc::ABDAY_3 as i64),
    ("ABDAY_4", libc::ABDAY_4 as i64),
    ("ABDAY_5", libc::ABDAY_5 as i64),
    ("ABDAY_6", libc::ABDAY_6 as i64),
    ("ABDAY_7", libc::ABDAY_7 as i64),
    ("MON_1", libc::MON_1 as i64),
    ("MON_2", libc::MON_2 as i64),
    ("MON_3", libc::MON_3 as i64),
    ("MON_4", libc::MON_4 as i64),
    ("MON_5", libc::MON_5 as i64),
    ("MON_6", libc::MON_6 as i64),
    ("MON_7", libc::MON_7 as i64),
    ("MON_8", libc::MON_8 as i64),
    ("MON_9", libc::MON_9 as i64),
    ("MON_10", libc::MON_10 as i64),
    ("MON_11", libc::MON_11 as i64),
    ("MON_12", libc::MON_12 as i64),
    ("ABMON_1", libc::ABMON_1 as i64),
    ("ABMON_2", libc::ABMON_2 as i64),
    ("ABMON_3", libc::ABMON_3 as i64),
    ("ABMON_4", libc::ABMON_4 as i64),
    ("ABMON_5", libc::ABMON_5 as i64),
    ("ABMON_6", libc::ABMON_6 as i64),
    ("ABMON_7", libc::ABMON_7 as i64),
    ("ABMON_8", libc::ABMON_8 as i64),
    ("ABMON_9", libc::ABMON_9 as i64),
    ("ABMON_10", libc::ABMON_10 as i64),
    ("ABMON_11", libc::ABMON_11 as i64),
    ("ABMON_12", libc::ABMON_12 as i64),
    ("RADIXCHAR", libc::RADIXCHAR as i64),
    ("THOUSEP", libc::THOUSEP as i64),
    ("CRNCYSTR", libc::CRNCYSTR as i64),
    ("D_T_FMT", libc::D_T_FMT as i64),
    ("D_FMT", libc::D_FMT as i64),
    ("T_FMT", libc::T_FMT as i64),
    ("AM_STR", libc::AM_STR as i64),
    ("PM_STR", libc::PM_STR as i64),
    ("CODESET", libc::CODESET as i64),
    ("T_FMT_AMPM", libc::T_FMT_AMPM as i64),
    ("ERA", libc::ERA as i64),
    ("ERA_D_FMT", libc::ERA_D_FMT as i64),
    ("ERA_D_T_FMT", libc::ERA_D_T_FMT as i64),
    ("ERA_T_FMT", libc::ERA_T_FMT as i64),
    ("ALT_DIGITS", libc::ALT_DIGITS as i64),
    ("YESEXPR", libc::YESEXPR as i64),
    ("NOEXPR", libc::NOEXPR as i64),
];

/// Whether a constant names a fact, not a category.
pub fn is_fact(name: &str) -> bool {
    !name.starts_with("LC_") && name != "CHAR_MAX"
}

/// # Safety
/// A C string or null.
unsafe fn copy(text: *const c_char) -> Option<Vec<u8>> {
    // SAFETY: by the contract.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}

fn c_string(text: &[u8]) -> CString {
    CString::new(text).unwrap_or_default()
}

/// Sets or tells the locale of a category; `None` if there is no such locale or category.
pub fn set(category: i32, name: Option<&[u8]>) -> Option<Vec<u8>> {
    let name = name.map(c_string);
    let pointer = name.as_ref().map_or(std::ptr::null(), |n| n.as_ptr());
    // SAFETY: a C string or null; the result is copied at once. Python code changes the locale under the interpreter's lock.
    unsafe { copy(libc::setlocale(category, pointer)) }
}

/// How numbers are written.
pub struct Conventions {
    pub texts: Vec<(&'static str, Vec<u8>)>,
    pub numbers: Vec<(&'static str, i8)>,
}

/// How numbers are written in the current locale.
pub fn conventions() -> Conventions {
    // SAFETY: the structure is the C library's; its texts are copied before anything else runs.
    unsafe {
        let c = &*libc::localeconv();
        let text = |t: *const c_char| copy(t).unwrap_or_default();
        Conventions {
            texts: vec![
                ("decimal_point", text(c.decimal_point)),
                ("thousands_sep", text(c.thousands_sep)),
                ("grouping", text(c.grouping)),
                ("int_curr_symbol", text(c.int_curr_symbol)),
                ("currency_symbol", text(c.currency_symbol)),
                ("mon_decimal_point", text(c.mon_decimal_point)),
                ("mon_thousands_sep", text(c.mon_thousands_sep)),
                ("mon_grouping", text(c.mon_grouping)),
                ("positive_sign", text(c.positive_sign)),
                ("negative_sign", text(c.negative_sign)),
            ],
            numbers: vec![
                ("int_frac_digits", c.int_frac_digits as i8),
                ("frac_digits", c.frac_digits as i8),
                ("p_cs_precedes", c.p_cs_precedes as i8),
                ("p_sep_by_space", c.p_sep_by_space as i8),
                ("n_cs_precedes", c.n_cs_precedes as i8),
                ("n_sep_by_space", c.n_sep_by_space as i8),
                ("p_sign_posn", c.p_sign_posn as i8),
                ("n_sign_posn", c.n_sign_posn as i8),
            ],
        }
    }
}

mod c {
    use std::ffi::c_char;
    unsafe extern "C" {
        pub(super) fn textdomain(domain: *const c_char) -> *mut c_char;
        pub(super) fn bindtextdomain(domain: *const c_char, dir: *const c_char) -> *mut c_char;
        pub(super) fn bind_textdomain_codeset(
            domain: *const c_char,
            codeset: *const c_char,
        ) -> *mut c_char;
    }
}

/// The order of two texts.
pub fn collate(a: &[u8], b: &[u8]) -> i32 {
    let (a, b) = (c_string(a), c_string(b));
    // SAFETY: both are C strings.
    unsafe { libc::strcoll(a.as_ptr(), b.as_ptr()) }
}

/// Whether texts are ordered by their characters.
pub fn collates_plainly() -> bool {
    matches!(
        set(libc::LC_COLLATE, None).as_deref(),
        Some(b"C" | b"POSIX" | b"C.UTF-8" | b"C.utf8") | None
    )
}

/// A text whose plain order is the locale's.
pub fn transform(text: &[u8]) -> Vec<u8> {
    let text = c_string(text);
    let mut out = vec![0_u8; text.as_bytes().len() * 4 + 16];
    loop {
        // SAFETY: the buffer has the length that is given.
        let need = unsafe { libc::strxfrm(out.as_mut_ptr().cast(), text.as_ptr(), out.len()) };
        if need < out.len() {
            out.truncate(need);
            return out;
        }
        out.resize(need + 1, 0);
    }
}

/// A fact about the locale.
pub fn fact(item: i32) -> Vec<u8> {
    // SAFETY: any number is allowed; the result is copied at once.
    unsafe { copy(libc::nl_langinfo(item)) }.unwrap_or_default()
}

/// The domain of messages; set if one is given.
pub fn domain(name: Option<&[u8]>) -> Vec<u8> {
    let name = name.map(c_string);
    let pointer = name.as_ref().map_or(std::ptr::null(), |n| n.as_ptr());
    // SAFETY: a C string or null; the result is copied at once.
    unsafe { copy(c::textdomain(pointer)) }.unwrap_or_default()
}

/// The folder of a domain; set if one is given.
///
/// # Errors
/// The system's.
pub fn bind_domain(name: &[u8], dir: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let (name, dir) = (c_string(name), dir.map(c_string));
    let pointer = dir.as_ref().map_or(std::ptr::null(), |d| d.as_ptr());
    // SAFETY: C strings or null; the result is copied at once.
    unsafe { copy(c::bindtextdomain(name.as_ptr(), pointer)) }.ok_or_else(io::Error::last_os_error)
}

/// The encoding of a domain; set if one is given.
pub fn bind_codeset(name: &[u8], codeset: Option<&[u8]>) -> Option<Vec<u8>> {
    let (name, codeset) = (c_string(name), codeset.map(c_string));
    let pointer = codeset.as_ref().map_or(std::ptr::null(), |c| c.as_ptr());
    // SAFETY: C strings or null; the result is copied at once.
    unsafe { copy(c::bind_textdomain_codeset(name.as_ptr(), pointer)) }
}
