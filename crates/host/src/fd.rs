//! File descriptors.

use std::io;

fn check(n: isize) -> io::Result<usize> {
    if n < 0 { Err(io::Error::last_os_error()) } else { Ok(n as usize) }
}

/// `write(2)`.
///
/// # Errors
/// The system's.
pub fn write(fd: i32, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: the slice is readable.
    check(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })
}

/// `read(2)`.
///
/// # Errors
/// The system's.
pub fn read(fd: i32, into: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the slice is writable.
    check(unsafe { libc::read(fd, into.as_mut_ptr().cast(), into.len()) })
}

/// Whether a descriptor is a terminal.
pub fn is_terminal(fd: i32) -> bool {
    // SAFETY: takes a plain number.
    unsafe { libc::isatty(fd) == 1 }
}
