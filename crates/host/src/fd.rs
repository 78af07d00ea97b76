//! File descriptors.

use std::io;

fn check(n: isize) -> io::Result<usize> {
    if n < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(n as usize)
    }
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

/// `open(2)`, never inherited by programs that are executed.
///
/// # Errors
/// The system's.
pub fn open(path: &[u8], flags: i32, mode: u32) -> io::Result<i32> {
    let path = crate::fs::c_path(path)?;
    // SAFETY: the path ends with NUL.
    crate::fs::check(unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC, mode) })
}

/// `close(2)`.
///
/// # Errors
/// The system's.
pub fn close(fd: i32) -> io::Result<()> {
    // SAFETY: takes a plain number.
    crate::fs::check(unsafe { libc::close(fd) }).map(drop)
}

/// `lseek(2)`.
///
/// # Errors
/// The system's.
pub fn seek(fd: i32, offset: i64, whence: i32) -> io::Result<i64> {
    // SAFETY: takes plain numbers.
    let at = unsafe { libc::lseek(fd, offset, whence) };
    if at < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(at)
    }
}

/// `ftruncate(2)`.
///
/// # Errors
/// The system's.
pub fn truncate(fd: i32, size: i64) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    crate::fs::check(unsafe { libc::ftruncate(fd, size) }).map(drop)
}

/// `fsync(2)`.
///
/// # Errors
/// The system's.
pub fn sync(fd: i32) -> io::Result<()> {
    // SAFETY: takes a plain number.
    crate::fs::check(unsafe { libc::fsync(fd) }).map(drop)
}

/// `dup(2)`, not inherited.
///
/// # Errors
/// The system's.
pub fn dup(fd: i32) -> io::Result<i32> {
    // SAFETY: takes plain numbers.
    crate::fs::check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
}

/// `dup2(2)`.
///
/// # Errors
/// The system's.
pub fn dup2(fd: i32, onto: i32, inheritable: bool) -> io::Result<i32> {
    // SAFETY: takes plain numbers.
    let new = crate::fs::check(unsafe { libc::dup2(fd, onto) })?;
    set_inheritable(new, inheritable)?;
    Ok(new)
}

/// Whether programs that are executed get a descriptor.
///
/// # Errors
/// The system's.
pub fn inheritable(fd: i32) -> io::Result<bool> {
    // SAFETY: takes plain numbers.
    Ok(crate::fs::check(unsafe { libc::fcntl(fd, libc::F_GETFD) })? & libc::FD_CLOEXEC == 0)
}

/// Lets programs that are executed have a descriptor, or not.
///
/// # Errors
/// The system's.
pub fn set_inheritable(fd: i32, on: bool) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    unsafe {
        let flags = crate::fs::check(libc::fcntl(fd, libc::F_GETFD))?;
        let flags = if on {
            flags & !libc::FD_CLOEXEC
        } else {
            flags | libc::FD_CLOEXEC
        };
        crate::fs::check(libc::fcntl(fd, libc::F_SETFD, flags)).map(drop)
    }
}

/// `pipe(2)`, not inherited.
///
/// # Errors
/// The system's.
pub fn pipe() -> io::Result<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    crate::fs::check(unsafe { libc::pipe(ends.as_mut_ptr()) })?;
    set_inheritable(ends[0], false)?;
    set_inheritable(ends[1], false)?;
    Ok((ends[0], ends[1]))
}

/// Writes all bytes; interrupted calls go on.
///
/// # Errors
/// The system's.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match write(fd, bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// A file without a name that lives in memory.
///
/// # Errors
/// The system's.
pub fn memory_file() -> io::Result<i32> {
    // SAFETY: the name ends with NUL.
    crate::fs::check(unsafe { libc::memfd_create(c"taipan".as_ptr(), libc::MFD_CLOEXEC) })
}

/// What a file holds from an offset on.
///
/// # Errors
/// The system's.
pub fn read_from(fd: i32, offset: i64) -> io::Result<Vec<u8>> {
    let size = crate::fs::fstat(fd)?.size as i64;
    let mut bytes = vec![0; usize::try_from(size - offset).unwrap_or(0)];
    // SAFETY: the slice is writable.
    let n = check(unsafe { libc::pread(fd, bytes.as_mut_ptr().cast(), bytes.len(), offset) })?;
    bytes.truncate(n);
    Ok(bytes)
}

/// The standard descriptors that were closed when the process started, a bit each.
static CLOSED: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

extern "C" fn note_closed() {
    for fd in 0..3 {
        // SAFETY: takes plain numbers.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            CLOSED.fetch_or(1 << fd, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

/// Runs before Rust's own start, which opens `/dev/null` on closed standard descriptors.
// SAFETY: the section holds functions without arguments that run once, before `main`.
#[cfg(target_os = "linux")]
#[used]
#[unsafe(link_section = ".init_array")]
static NOTE_CLOSED: extern "C" fn() = note_closed;

/// Closes the standard descriptors again that were closed when the process started.
pub fn restore_closed() {
    let closed = CLOSED.load(std::sync::atomic::Ordering::Relaxed);
    for fd in (0..3).filter(|fd| closed & 1 << fd != 0) {
        let _ = close(fd);
    }
}
