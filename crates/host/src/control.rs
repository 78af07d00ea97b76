//! Control of descriptors: `fcntl`, `ioctl`, locks.

use std::io;

/// `fcntl(2)` with a number.
///
/// # Errors
/// The system's.
pub fn fcntl(fd: i32, command: i32, arg: i64) -> io::Result<i32> {
    // SAFETY: commands that take a pointer fail with EFAULT for what is none that the kernel can reach.
    crate::fs::check(unsafe { libc::fcntl(fd, command, arg as libc::c_long) })
}

/// `fcntl(2)` with a buffer that the system reads and writes.
///
/// # Errors
/// The system's.
pub fn fcntl_buffer(fd: i32, command: i32, buffer: &mut [u8; 4096]) -> io::Result<i32> {
    // SAFETY: the buffer is larger than any structure of a command.
    crate::fs::check(unsafe { libc::fcntl(fd, command, buffer.as_mut_ptr()) })
}

/// `ioctl(2)` with a number.
///
/// # Errors
/// The system's.
pub fn ioctl(fd: i32, request: u64, arg: i64) -> io::Result<i32> {
    // SAFETY: requests that take a pointer fail with EFAULT for what is none that the kernel can reach.
    crate::fs::check(unsafe { libc::ioctl(fd, request as libc::Ioctl, arg as libc::c_long) })
}

/// `ioctl(2)` with a buffer that the system reads and writes.
///
/// # Errors
/// The system's.
///
/// # Safety
/// The buffer is as large as the request needs.
pub unsafe fn ioctl_buffer(fd: i32, request: u64, buffer: *mut u8) -> io::Result<i32> {
    // SAFETY: by the contract.
    crate::fs::check(unsafe { libc::ioctl(fd, request as libc::Ioctl, buffer) })
}

/// `flock(2)`.
///
/// # Errors
/// The system's.
pub fn flock(fd: i32, operation: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    crate::fs::check(unsafe { libc::flock(fd, operation) }).map(drop)
}

/// Locks a part of a file (`F_SETLK`, or `F_SETLKW` if `wait`).
///
/// # Errors
/// The system's.
pub fn lock(fd: i32, kind: i16, wait: bool, start: i64, len: i64, whence: i16) -> io::Result<()> {
    // SAFETY: all bytes of the structure may be zero.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = kind;
    lock.l_start = start as _;
    lock.l_len = len as _;
    lock.l_whence = whence;
    let command = if wait { libc::F_SETLKW } else { libc::F_SETLK };
    // SAFETY: the structure lives across the call.
    crate::fs::check(unsafe { libc::fcntl(fd, command, &raw const lock) }).map(drop)
}

/// Kinds of locks: shared, exclusive, none.
pub const LOCKS: [i16; 3] = [
    libc::F_RDLCK as i16,
    libc::F_WRLCK as i16,
    libc::F_UNLCK as i16,
];
