//! Starting a program in a new process.

use std::ffi::CString;
use std::io;

/// What the child does before it runs the program.
pub struct Plan {
    /// Paths to try, in order.
    pub programs: Vec<CString>,
    pub arguments: Vec<CString>,
    /// `None`: the parent's environment.
    pub environment: Option<Vec<CString>>,
    pub close_fds: bool,
    /// Descriptors that stay open, in order.
    pub keep: Vec<i32>,
    pub folder: Option<CString>,
    /// What becomes standard input, output and error; -1: as in the parent.
    pub streams: [i32; 3],
    /// The parent's ends of the pipes; -1: none.
    pub parent_ends: [i32; 3],
    /// Where the child writes what failed.
    pub report: i32,
    pub report_parent_end: i32,
    pub restore_signals: bool,
    pub new_session: bool,
    /// -1: the parent's.
    pub process_group: i32,
    pub group: Option<u32>,
    pub groups: Option<Vec<u32>>,
    pub user: Option<u32>,
    /// -1: the parent's.
    pub umask: i32,
}

/// Forks. In the child `before` runs before the program; the parent gets the child's number.
///
/// # Errors
/// The system's, if there is no child.
///
/// # Safety
/// This is the only thread, or `before` does only what may be done after a fork.
pub unsafe fn start(plan: &Plan, before: Option<&mut dyn FnMut() -> bool>) -> io::Result<i32> {
    let pointers = |texts: &[CString]| {
        let mut all: Vec<*const libc::c_char> = texts.iter().map(|t| t.as_ptr()).collect();
        all.push(std::ptr::null());
        all
    };
    let arguments = pointers(&plan.arguments);
    let environment = plan.environment.as_deref().map(pointers);
    // SAFETY: by the contract; everything that the child needs was allocated before.
    unsafe {
        let pid = libc::fork();
        if pid != 0 {
            return crate::fs::check(pid);
        }
        let (errno, in_program) = child(plan, &arguments, environment.as_deref(), before);
        report(plan.report, errno, in_program);
        libc::_exit(255);
    }
}

/// What the child does; returns only if something failed: the error, and whether it was the program's.
unsafe fn child(
    plan: &Plan,
    arguments: &[*const libc::c_char],
    environment: Option<&[*const libc::c_char]>,
    before: Option<&mut dyn FnMut() -> bool>,
) -> (Failure, bool) {
    // SAFETY: called in the child by `start`.
    unsafe {
        if let Err(failure) = prepare(plan, before) {
            return (failure, false);
        }
        let mut saved = 0;
        for program in &plan.programs {
            match environment {
                Some(environment) => {
                    libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr())
                }
                None => libc::execv(program.as_ptr(), arguments.as_ptr()),
            };
            let errno = *libc::__errno_location();
            if errno != libc::ENOENT && errno != libc::ENOTDIR && saved == 0 {
                saved = errno;
            }
        }
        if saved == 0 {
            saved = *libc::__errno_location();
        }
        (Failure::System(saved), true)
    }
}

/// Why the child could not run the program.
enum Failure {
    System(i32),
    Before,
}

fn system() -> Failure {
    // SAFETY: reads this thread's errno.
    Failure::System(unsafe { *libc::__errno_location() })
}

fn check(result: i32) -> Result<i32, Failure> {
    if result < 0 {
        Err(system())
    } else {
        Ok(result)
    }
}

unsafe fn prepare(plan: &Plan, before: Option<&mut dyn FnMut() -> bool>) -> Result<(), Failure> {
    // SAFETY: all calls are async-signal-safe and take plain numbers or C strings that live in the plan.
    unsafe {
        for &fd in plan.keep.iter().filter(|&&fd| fd != plan.report) {
            check(libc::fcntl(fd, libc::F_SETFD, 0))?;
        }
        for fd in plan.parent_ends {
            if fd >= 0 {
                check(libc::close(fd))?;
            }
        }
        check(libc::close(plan.report_parent_end))?;
        connect(plan)?;
        if let Some(folder) = &plan.folder {
            check(libc::chdir(folder.as_ptr()))?;
        }
        if plan.umask >= 0 {
            libc::umask(plan.umask as libc::mode_t);
        }
        if plan.restore_signals {
            for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        if plan.new_session {
            check(libc::setsid())?;
        }
        if plan.process_group >= 0 {
            check(libc::setpgid(0, plan.process_group))?;
        }
        if let Some(groups) = &plan.groups {
            check(libc::setgroups(groups.len(), groups.as_ptr()))?;
        }
        if let Some(group) = plan.group {
            check(libc::setregid(group, group))?;
        }
        if let Some(user) = plan.user {
            check(libc::setreuid(user, user))?;
        }
        if let Some(before) = before
            && !before()
        {
            return Err(Failure::Before);
        }
        if plan.close_fds {
            close_others(&plan.keep);
        }
        Ok(())
    }
}

/// Makes the ends of the pipes the standard streams.
unsafe fn connect(plan: &Plan) -> Result<(), Failure> {
    let mut streams = plan.streams;
    // SAFETY: takes plain numbers.
    unsafe {
        // Ends that stand where another stream goes move out of the way first.
        if streams[1] == 0 {
            streams[1] = check(libc::fcntl(streams[1], libc::F_DUPFD_CLOEXEC, 3))?;
        }
        while streams[2] == 0 || streams[2] == 1 {
            streams[2] = check(libc::fcntl(streams[2], libc::F_DUPFD_CLOEXEC, 3))?;
        }
        for (target, fd) in streams.into_iter().enumerate() {
            let target = target as i32;
            if fd == target {
                check(libc::fcntl(fd, libc::F_SETFD, 0))?;
            } else if fd >= 0 {
                check(libc::dup2(fd, target))?;
            }
        }
        Ok(())
    }
}

/// Closes all descriptors from 3 on that are not kept; those are in order.
unsafe fn close_others(keep: &[i32]) {
    let close = |from: i32, to: u32| {
        if from as u32 > to {
            return;
        }
        // SAFETY: takes plain numbers.
        unsafe {
            if libc::syscall(libc::SYS_close_range, from as u32, to, 0) == 0 {
                return;
            }
            let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 1 << 20) as u32;
            for fd in from as u32..=to.min(most) {
                libc::close(fd as i32);
            }
        }
    };
    let mut from = 3;
    for &fd in keep.iter().filter(|&&fd| fd >= 3) {
        if fd > from {
            close(from, fd as u32 - 1);
        }
        from = from.max(fd + 1);
    }
    close(from, u32::MAX);
}

/// Writes what failed: "OSError:ERRNO:noexec" or "OSError:ERRNO:" in hexadecimal, as `subprocess` reads it.
unsafe fn report(fd: i32, failure: Failure, in_program: bool) {
    let mut text = [0_u8; 64];
    let mut len = 0;
    let mut push = |bytes: &[u8]| {
        for &b in bytes {
            text[len] = b;
            len += 1;
        }
    };
    match failure {
        Failure::System(errno) => {
            push(b"OSError:");
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            let mut shift = 28;
            while shift > 0 && errno >> shift & 15 == 0 {
                shift -= 4;
            }
            loop {
                push(&[DIGITS[(errno >> shift & 15) as usize]]);
                if shift == 0 {
                    break;
                }
                shift -= 4;
            }
            push(if in_program { b":" } else { b":noexec" });
        }
        Failure::Before => push(b"SubprocessError:0:Exception occurred in preexec_fn."),
    }
    let mut rest = &text[..len];
    while !rest.is_empty() {
        // SAFETY: the slice is readable.
        let n = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
        if n <= 0 {
            break;
        }
        rest = &rest[n as usize..];
    }
}
