//! Moving bytes between descriptors, and descriptors that are no files: `sendfile`, `pread`, `eventfd`, terminals …

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;

fn count(n: isize) -> io::Result<usize> {
    usize::try_from(n).map_err(|_| io::Error::last_os_error())
}

fn number(n: i32) -> io::Result<i32> {
    match n {
        -1 => Err(io::Error::last_os_error()),
        n => Ok(n),
    }
}

/// `pread(2)`.
///
/// # Errors
/// The system's; so for all functions here.
pub fn read_at(fd: i32, into: &mut [u8], offset: i64) -> io::Result<usize> {
    // SAFETY: the slice is writable.
    count(unsafe { libc::pread(fd, into.as_mut_ptr().cast(), into.len(), offset) })
}

/// `pwrite(2)`.
pub fn write_at(fd: i32, bytes: &[u8], offset: i64) -> io::Result<usize> {
    // SAFETY: the slice is readable.
    count(unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) })
}

/// `sendfile(2)`; without an offset, from the place that the input is at.
pub fn send_file(out: i32, input: i32, offset: Option<i64>, length: usize) -> io::Result<usize> {
    let mut offset = offset;
    let place = offset
        .as_mut()
        .map_or(std::ptr::null_mut(), |o| &raw mut *o);
    // SAFETY: the offset, if there is one, lives across the call.
    count(unsafe { libc::sendfile(out, input, place, length) })
}

/// `copy_file_range(2)`.
pub fn copy_range(
    from: i32,
    to: i32,
    length: usize,
    mut from_offset: Option<i64>,
    mut to_offset: Option<i64>,
) -> io::Result<usize> {
    let a = from_offset
        .as_mut()
        .map_or(std::ptr::null_mut(), |o| &raw mut *o);
    let b = to_offset
        .as_mut()
        .map_or(std::ptr::null_mut(), |o| &raw mut *o);
    // SAFETY: the offsets live across the call.
    count(unsafe { libc::copy_file_range(from, a, to, b, length, 0) })
}

/// `splice(2)`.
pub fn splice(
    from: i32,
    to: i32,
    length: usize,
    mut from_offset: Option<i64>,
    mut to_offset: Option<i64>,
    flags: u32,
) -> io::Result<usize> {
    let a = from_offset
        .as_mut()
        .map_or(std::ptr::null_mut(), |o| &raw mut *o);
    let b = to_offset
        .as_mut()
        .map_or(std::ptr::null_mut(), |o| &raw mut *o);
    // SAFETY: the offsets live across the call.
    count(unsafe { libc::splice(from, a, to, b, length, flags) })
}

/// `pipe2(2)`.
pub fn pipe(flags: i32) -> io::Result<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    number(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    Ok((ends[0], ends[1]))
}

fn code(code: i32) -> io::Result<()> {
    match code {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

/// `posix_fadvise(3)`.
pub fn advise(fd: i32, offset: i64, length: i64, advice: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    code(unsafe { libc::posix_fadvise(fd, offset, length, advice) })
}

/// `posix_fallocate(3)`.
pub fn allocate(fd: i32, offset: i64, length: i64) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    code(unsafe { libc::posix_fallocate(fd, offset, length) })
}

/// `lockf(3)`.
pub fn lock(fd: i32, command: i32, length: i64) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    number(unsafe { libc::lockf(fd, command, length) }).map(drop)
}

/// `sync(2)`: everything goes to the disks.
pub fn sync_all() {
    // SAFETY: takes nothing.
    unsafe { libc::sync() }
}

/// `memfd_create(2)`.
pub fn memory_file(name: &[u8], flags: u32) -> io::Result<i32> {
    let name = CString::new(name).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the name is a C string.
    number(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}

/// `eventfd(2)`.
pub fn event(initial: u32, flags: i32) -> io::Result<i32> {
    // SAFETY: takes plain numbers.
    number(unsafe { libc::eventfd(initial, flags) })
}

/// `timerfd_create(2)`.
pub fn timer(clock: i32, flags: i32) -> io::Result<i32> {
    // SAFETY: takes plain numbers.
    number(unsafe { libc::timerfd_create(clock, flags) })
}

/// A timer's first time and its interval, in nanoseconds.
pub type TimerTimes = (i128, i128);

const SECOND: i128 = 1_000_000_000;

fn timer_spec((initial, interval): TimerTimes) -> libc::itimerspec {
    let spec = |ns: i128| libc::timespec {
        tv_sec: ns.div_euclid(SECOND) as libc::time_t,
        tv_nsec: ns.rem_euclid(SECOND) as libc::c_long,
    };
    libc::itimerspec {
        it_interval: spec(interval),
        it_value: spec(initial),
    }
}

fn timer_times(spec: &libc::itimerspec) -> TimerTimes {
    let ns = |t: &libc::timespec| i128::from(t.tv_sec) * SECOND + i128::from(t.tv_nsec);
    (ns(&spec.it_value), ns(&spec.it_interval))
}

/// `timerfd_settime(2)`: what was set before.
pub fn set_timer(fd: i32, flags: i32, times: TimerTimes) -> io::Result<TimerTimes> {
    let new = timer_spec(times);
    let mut old = timer_spec((0, 0));
    // SAFETY: both records are there for the call.
    number(unsafe { libc::timerfd_settime(fd, flags, &raw const new, &raw mut old) })?;
    Ok(timer_times(&old))
}

/// `timerfd_gettime(2)`.
pub fn timer_left(fd: i32) -> io::Result<TimerTimes> {
    let mut left = timer_spec((0, 0));
    // SAFETY: the record is writable.
    number(unsafe { libc::timerfd_gettime(fd, &raw mut left) })?;
    Ok(timer_times(&left))
}

/// `getrandom(2)`.
pub fn random(into: &mut [u8], flags: u32) -> io::Result<usize> {
    // SAFETY: the slice is writable.
    count(unsafe { libc::getrandom(into.as_mut_ptr().cast(), into.len(), flags) })
}

/// A pair of descriptors of a new terminal (`openpty(3)`), not inherited: what drives it and what programs get.
pub fn open_terminal() -> io::Result<(i32, i32)> {
    let (mut driver, mut program) = (0, 0);
    // SAFETY: two descriptors are written; no name, settings or size are asked for.
    number(unsafe {
        libc::openpty(
            &raw mut driver,
            &raw mut program,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    })?;
    for fd in [driver, program] {
        crate::fd::set_inheritable(fd, false)?;
    }
    Ok((driver, program))
}

/// The path of a terminal (`ttyname_r(3)`).
pub fn terminal_name(fd: i32) -> io::Result<Vec<u8>> {
    let mut name = [0u8; 256];
    // SAFETY: the buffer has the length that is given.
    code(unsafe { libc::ttyname_r(fd, name.as_mut_ptr().cast(), name.len()) })?;
    let end = name.iter().position(|&b| b == 0).unwrap_or(name.len());
    Ok(name[..end].to_vec())
}

/// The process group in the foreground of a terminal.
pub fn foreground(fd: i32) -> io::Result<i32> {
    // SAFETY: takes a plain number.
    number(unsafe { libc::tcgetpgrp(fd) })
}

/// Puts a process group into the foreground of a terminal.
pub fn set_foreground(fd: i32, group: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    number(unsafe { libc::tcsetpgrp(fd, group) }).map(drop)
}

/// Number of a device from its parts.
pub fn make_device(major: u32, minor: u32) -> u64 {
    libc::makedev(major, minor)
}

/// The parts of a device's number.
pub fn device_parts(device: u64) -> (u32, u32) {
    (libc::major(device), libc::minor(device))
}

/// `statvfs(3)`, in the order of `os.statvfs_result` (with `f_fsid` last).
pub fn file_system(path: Result<&[u8], i32>) -> io::Result<[u64; 11]> {
    let mut found = MaybeUninit::<libc::statvfs>::zeroed();
    match path {
        Ok(path) => {
            let path = CString::new(path).map_err(|_| io::ErrorKind::InvalidInput)?;
            // SAFETY: the path is a C string, the structure is written.
            number(unsafe { libc::statvfs(path.as_ptr(), found.as_mut_ptr()) })?;
        }
        // SAFETY: the structure is written.
        Err(fd) => drop(number(unsafe { libc::fstatvfs(fd, found.as_mut_ptr()) })?),
    }
    // SAFETY: the system filled it; zeros are valid too.
    let f = unsafe { found.assume_init() };
    Ok([
        f.f_bsize,
        f.f_frsize,
        f.f_blocks,
        f.f_bfree,
        f.f_bavail,
        f.f_files,
        f.f_ffree,
        f.f_favail,
        f.f_flag,
        f.f_namemax,
        f.f_fsid,
    ])
}

/// `getpriority(2)`.
pub fn priority(which: i32, who: u32) -> io::Result<i32> {
    // SAFETY: the place of errno is this thread's.
    unsafe { *libc::__errno_location() = 0 };
    // SAFETY: takes plain numbers.
    let n = unsafe { libc::getpriority(which as _, who) };
    match (n, io::Error::last_os_error()) {
        (-1, e) if e.raw_os_error() != Some(0) => Err(e),
        (n, _) => Ok(n),
    }
}

/// `setpriority(2)`.
pub fn set_priority(which: i32, who: u32, priority: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    number(unsafe { libc::setpriority(which as _, who, priority) }).map(drop)
}
