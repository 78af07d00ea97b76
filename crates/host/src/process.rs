//! The process: identities, children, the machine's name.

use std::ffi::{CStr, CString};
use std::io;

use crate::fs::check;

macro_rules! ids {
    ($($name:ident)*) => { $(
        /// The system call of this name.
        pub fn $name() -> u32 {
            // SAFETY: takes nothing and cannot fail.
            unsafe { libc::$name() as u32 }
        }
    )* };
}
ids! { getuid geteuid getgid getegid getppid getpgrp }

macro_rules! calls {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => { $(
        /// The system call of this name.
        ///
        /// # Errors
        /// The system's.
        pub fn $name($($arg: $ty),*) -> io::Result<i32> {
            // SAFETY: takes plain numbers.
            check(unsafe { libc::$name($($arg as _),*) as i32 })
        }
    )* };
}
calls! {
    kill(pid: i32, signal: i32);
    killpg(group: i32, signal: i32);
    getpgid(pid: i32);
    setpgid(pid: i32, group: i32);
    getsid(pid: i32);
    setsid();
    setuid(id: u32);
    setgid(id: u32);
    seteuid(id: u32);
    setegid(id: u32);
    setreuid(real: u32, effective: u32);
    setregid(real: u32, effective: u32);
    nice(by: i32);
    fchmod(fd: i32, mode: u32);
    fchown(fd: i32, uid: u32, gid: u32);
    fchdir(fd: i32);
    tcgetpgrp(fd: i32);
    tcsetpgrp(fd: i32, group: i32);
}

/// `umask(2)`.
pub fn umask(mask: u32) -> u32 {
    // SAFETY: takes a plain number and cannot fail.
    unsafe { libc::umask(mask as libc::mode_t) as u32 }
}

/// `fork(2)`: 0 in the child.
///
/// # Errors
/// The system's.
pub fn fork() -> io::Result<i32> {
    // SAFETY: the child goes on with the only thread that runs Python code.
    check(unsafe { libc::fork() })
}

/// Ends the process at once.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Ends the process with SIGABRT.
pub fn abort() -> ! {
    std::process::abort()
}

fn strings(items: &[Vec<u8>]) -> io::Result<Vec<CString>> {
    items.iter().map(|s| crate::fs::c_path(s)).collect()
}

/// `execve(2)`: comes back only if it fails. `None`: with this process's environment.
///
/// # Errors
/// The system's.
pub fn exec(path: &[u8], args: &[Vec<u8>], env: Option<&[Vec<u8>]>) -> io::Error {
    let run = || -> io::Result<()> {
        let path = crate::fs::c_path(path)?;
        let args = strings(args)?;
        let mut argv: Vec<_> = args.iter().map(|a| a.as_ptr()).collect();
        argv.push(std::ptr::null());
        match env {
            None => {
                // SAFETY: all strings end with NUL, the list with null.
                unsafe { libc::execv(path.as_ptr(), argv.as_ptr()) };
            }
            Some(env) => {
                let env = strings(env)?;
                let mut envp: Vec<_> = env.iter().map(|a| a.as_ptr()).collect();
                envp.push(std::ptr::null());
                // SAFETY: as above.
                unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), envp.as_ptr()) };
            }
        }
        Err(io::Error::last_os_error())
    };
    run()
        .err()
        .unwrap_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))
}

/// `waitpid(2)`: process and status.
///
/// # Errors
/// The system's.
pub fn wait(pid: i32, options: i32) -> io::Result<(i32, i32)> {
    let mut status = 0;
    // SAFETY: the status is writable.
    let pid = check(unsafe { libc::waitpid(pid, &raw mut status, options) })?;
    Ok((pid, status))
}

/// What `waitid(2)` tells of a child.
#[derive(Clone, Copy)]
pub struct ChildInfo {
    pub pid: i32,
    pub uid: u32,
    pub signal: i32,
    pub status: i32,
    pub code: i32,
}

/// `waitid(2)`; `None` if no child has changed.
///
/// # Errors
/// The system's.
pub fn wait_id(kind: u32, id: u32, options: i32) -> io::Result<Option<ChildInfo>> {
    // SAFETY: a record of numbers, which the call fills; its fields are those of a child's signal.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        check(libc::waitid(kind, id, &raw mut info, options))?;
        Ok((info.si_pid() != 0).then(|| ChildInfo {
            pid: info.si_pid(),
            uid: info.si_uid(),
            signal: info.si_signo,
            status: info.si_status(),
            code: info.si_code,
        }))
    }
}

/// `pidfd_open(2)`.
///
/// # Errors
/// The system's.
pub fn open_pidfd(pid: i32, flags: u32) -> io::Result<i32> {
    // SAFETY: takes plain numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) };
    check(i32::try_from(fd).unwrap_or(-1))
}

/// `system(3)`.
///
/// # Errors
/// For commands that hold NUL.
pub fn system(command: &[u8]) -> io::Result<i32> {
    let command = crate::fs::c_path(command)?;
    // SAFETY: the command ends with NUL.
    Ok(unsafe { libc::system(command.as_ptr()) })
}

/// `uname(2)`: system, node, release, version, machine.
///
/// # Errors
/// The system's.
pub fn uname() -> io::Result<[String; 5]> {
    let mut u = std::mem::MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: the structure is writable; its strings end with NUL.
    unsafe {
        check(libc::uname(u.as_mut_ptr()))?;
        let u = u.assume_init();
        let text = |p: *const libc::c_char| CStr::from_ptr(p).to_string_lossy().into_owned();
        Ok([
            text(u.sysname.as_ptr()),
            text(u.nodename.as_ptr()),
            text(u.release.as_ptr()),
            text(u.version.as_ptr()),
            text(u.machine.as_ptr()),
        ])
    }
}

/// Seconds of processor time: user, system, those of children, and of the clock.
pub fn times() -> [f64; 5] {
    let mut t = std::mem::MaybeUninit::<libc::tms>::zeroed();
    // SAFETY: the structure is writable.
    let (t, now, hz) = unsafe {
        let now = libc::times(t.as_mut_ptr());
        (
            t.assume_init(),
            now,
            libc::sysconf(libc::_SC_CLK_TCK) as f64,
        )
    };
    [t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, now].map(|n| n as f64 / hz)
}

/// Processors that are online.
pub fn cpu_count() -> Option<usize> {
    // SAFETY: takes a plain number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) })
        .ok()
        .filter(|&n| n > 0)
}

/// `sysconf(3)`.
///
/// # Errors
/// The system's.
pub fn sysconf(name: i32) -> io::Result<i64> {
    // SAFETY: takes a plain number.
    let n = unsafe { libc::sysconf(name) };
    Ok(n as i64)
}

/// Columns and lines of a terminal.
///
/// # Errors
/// The system's.
pub fn terminal_size(fd: i32) -> io::Result<(u16, u16)> {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the structure is writable.
    check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) })?;
    Ok((size.ws_col, size.ws_row))
}

/// The groups of the process.
///
/// # Errors
/// The system's.
pub fn groups() -> io::Result<Vec<u32>> {
    // SAFETY: asks for the count first, then fills as many.
    unsafe {
        let n = check(libc::getgroups(0, std::ptr::null_mut()))?;
        let mut groups = vec![0; n as usize];
        let n = check(libc::getgroups(n, groups.as_mut_ptr()))?;
        groups.truncate(n as usize);
        Ok(groups)
    }
}

/// The load of the machine over 1, 5 and 15 minutes.
pub fn load() -> Option<[f64; 3]> {
    let mut load = [0.0; 3];
    // SAFETY: room for three numbers.
    (unsafe { libc::getloadavg(load.as_mut_ptr(), 3) } == 3).then_some(load)
}

/// Whether reads and writes of a descriptor wait.
///
/// # Errors
/// The system's.
pub fn blocking(fd: i32) -> io::Result<bool> {
    // SAFETY: takes plain numbers.
    Ok(check(unsafe { libc::fcntl(fd, libc::F_GETFL) })? & libc::O_NONBLOCK == 0)
}

/// Lets reads and writes of a descriptor wait, or not.
///
/// # Errors
/// The system's.
pub fn set_blocking(fd: i32, on: bool) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    unsafe {
        let flags = check(libc::fcntl(fd, libc::F_GETFL))?;
        let flags = if on {
            flags & !libc::O_NONBLOCK
        } else {
            flags | libc::O_NONBLOCK
        };
        check(libc::fcntl(fd, libc::F_SETFL, flags)).map(drop)
    }
}
