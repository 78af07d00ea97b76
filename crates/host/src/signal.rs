//! Signals: the handler in C notes what came; Python's handlers run later.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};
use std::time::Duration;

/// SIGINT.
pub const INTERRUPT: i32 = libc::SIGINT;
/// One more than the highest signal number.
pub const COUNT: usize = 65;

static PENDING: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
static BREAKER: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
static BIT: AtomicU32 = AtomicU32::new(0);
/// Where the numbers of signals are written as they come; -1: nowhere.
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
/// Whether a full pipe is worth a report.
static WAKEUP_WARNS: AtomicBool = AtomicBool::new(true);
/// The error of a write that failed; 0: none.
static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);

extern "C" fn on_signal(signal: i32) {
    // SAFETY: reads and writes this thread's errno; `write` is async-signal-safe.
    unsafe {
        let errno = *libc::__errno_location();
        note(signal);
        let fd = WAKEUP.load(Ordering::Relaxed);
        if fd >= 0 {
            let byte = signal as u8;
            if libc::write(fd, (&raw const byte).cast(), 1) < 0 {
                let error = *libc::__errno_location();
                let full = error == libc::EAGAIN || error == libc::EWOULDBLOCK;
                if !full || WAKEUP_WARNS.load(Ordering::Relaxed) {
                    WAKEUP_ERROR.store(error, Ordering::Relaxed);
                }
            }
        }
        *libc::__errno_location() = errno;
    }
}

/// Notes a signal as if it had come.
pub fn note(signal: i32) {
    if let Some(pending) = usize::try_from(signal).ok().and_then(|s| PENDING.get(s)) {
        pending.store(true, Ordering::Relaxed);
    }
    let breaker = BREAKER.load(Ordering::Relaxed);
    if !breaker.is_null() {
        // SAFETY: set by `watch_interrupt`, whose caller keeps the word alive until `forget_interrupt`.
        unsafe { (*breaker).fetch_or(BIT.load(Ordering::Relaxed), Ordering::Relaxed) };
    }
}

/// Takes a signal that came and was not handled yet; the lowest number first.
pub fn take_pending() -> Option<i32> {
    (1..COUNT)
        .find(|&s| PENDING[s].swap(false, Ordering::Relaxed))
        .map(|s| s as i32)
}

/// Takes the error of a failed write to the wakeup descriptor.
pub fn take_wakeup_error() -> Option<i32> {
    Some(WAKEUP_ERROR.swap(0, Ordering::Relaxed)).filter(|&e| e != 0)
}

/// What happens when a signal comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    Default,
    Ignore,
    /// It is noted for Python.
    Note,
    /// A handler that is not ours.
    Other,
}

fn set(signal: i32, handler: libc::sighandler_t) -> io::Result<()> {
    // SAFETY: the handler is async-signal-safe or one of the system's constants.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        crate::fs::check(libc::sigaction(
            signal,
            &raw const action,
            std::ptr::null_mut(),
        ))
        .map(drop)
    }
}

fn noting() -> libc::sighandler_t {
    let handler: extern "C" fn(i32) = on_signal;
    handler as libc::sighandler_t
}

/// Says what happens when a signal comes.
///
/// # Errors
/// The system's.
pub fn set_disposition(signal: i32, disposition: Disposition) -> io::Result<()> {
    match disposition {
        Disposition::Default => set(signal, libc::SIG_DFL),
        Disposition::Ignore => set(signal, libc::SIG_IGN),
        Disposition::Note => set(signal, noting()),
        Disposition::Other => Err(io::Error::from_raw_os_error(libc::EINVAL)),
    }
}

/// What happens when a signal comes; `None` if there is no such signal.
pub fn disposition(signal: i32) -> Option<Disposition> {
    // SAFETY: the structure is writable.
    let handler = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &raw mut action) != 0 {
            return None;
        }
        action.sa_sigaction
    };
    Some(match handler {
        libc::SIG_DFL => Disposition::Default,
        libc::SIG_IGN => Disposition::Ignore,
        h if h == noting() => Disposition::Note,
        _ => Disposition::Other,
    })
}

/// Sets `bit` of a word when a signal comes, SIGINT first of all. SIGPIPE is ignored: writes fail instead.
///
/// # Safety
/// The word lives until [`forget_interrupt`].
pub unsafe fn watch_interrupt(word: *const AtomicU32, bit: u32) {
    BIT.store(bit, Ordering::Relaxed);
    BREAKER.store(word.cast_mut(), Ordering::Relaxed);
    if disposition(libc::SIGINT) != Some(Disposition::Ignore) {
        let _ = set_disposition(libc::SIGINT, Disposition::Note);
    }
    let _ = set_disposition(libc::SIGPIPE, Disposition::Ignore);
    let _ = set_disposition(libc::SIGXFSZ, Disposition::Ignore);
}

/// Ends what [`watch_interrupt`] began.
pub fn forget_interrupt() {
    BREAKER.store(std::ptr::null_mut(), Ordering::Relaxed);
}

/// Ends the process as SIGINT does by default.
pub fn die_of_interrupt() {
    let _ = set(libc::SIGINT, libc::SIG_DFL);
    // SAFETY: takes plain numbers.
    unsafe { libc::kill(libc::getpid(), libc::SIGINT) };
}

/// Where the numbers of signals are written from now on; the descriptor before.
pub fn set_wakeup(fd: i32, warn_if_full: bool) -> i32 {
    WAKEUP_WARNS.store(warn_if_full, Ordering::Relaxed);
    WAKEUP.swap(fd, Ordering::Relaxed)
}

/// Whether a descriptor is open and does not block.
///
/// # Errors
/// The system's.
pub fn is_nonblocking(fd: i32) -> io::Result<bool> {
    // SAFETY: takes plain numbers.
    let flags = crate::fs::check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    Ok(flags & libc::O_NONBLOCK != 0)
}

/// Whether system calls fail when the signal comes, or go on.
///
/// # Errors
/// The system's.
pub fn interrupts(signal: i32, on: bool) -> io::Result<()> {
    // SAFETY: the structure is writable and filled in by the system first.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        crate::fs::check(libc::sigaction(signal, std::ptr::null(), &raw mut action))?;
        if on {
            action.sa_flags &= !libc::SA_RESTART;
        } else {
            action.sa_flags |= libc::SA_RESTART;
        }
        crate::fs::check(libc::sigaction(
            signal,
            &raw const action,
            std::ptr::null_mut(),
        ))
        .map(drop)
    }
}

/// `alarm(2)`: the seconds that were left of the alarm before.
pub fn alarm(seconds: u32) -> u32 {
    // SAFETY: takes a plain number.
    unsafe { libc::alarm(seconds) }
}

/// Time left and interval of a timer.
pub type Timer = (Duration, Duration);

fn duration(t: libc::timeval) -> Duration {
    Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1000)
}
fn timeval(d: Duration) -> libc::timeval {
    libc::timeval {
        tv_sec: d.as_secs() as _,
        tv_usec: i64::from(d.subsec_micros()) as _,
    }
}

/// `setitimer(2)`; the timer before.
///
/// # Errors
/// The system's.
pub fn set_timer(which: i32, timer: Timer) -> io::Result<Timer> {
    let new = libc::itimerval {
        it_value: timeval(timer.0),
        it_interval: timeval(timer.1),
    };
    // SAFETY: both structures live across the call.
    unsafe {
        let mut old: libc::itimerval = std::mem::zeroed();
        crate::fs::check(libc::setitimer(which as _, &raw const new, &raw mut old))?;
        Ok((duration(old.it_value), duration(old.it_interval)))
    }
}

/// `getitimer(2)`.
///
/// # Errors
/// The system's.
pub fn timer(which: i32) -> io::Result<Timer> {
    // SAFETY: the structure is writable.
    unsafe {
        let mut old: libc::itimerval = std::mem::zeroed();
        crate::fs::check(libc::getitimer(which as _, &raw mut old))?;
        Ok((duration(old.it_value), duration(old.it_interval)))
    }
}

/// Waits until a signal comes.
pub fn pause() {
    // SAFETY: takes nothing.
    unsafe { libc::pause() };
}

/// A set of signals: bit `n - 1` for signal `n`.
pub type Set = u64;

fn to_system(set: Set) -> libc::sigset_t {
    // SAFETY: the set is writable; the numbers are those of signals.
    unsafe {
        let mut out: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut out);
        for signal in 1..COUNT as i32 {
            if set >> (signal - 1) & 1 != 0 {
                libc::sigaddset(&raw mut out, signal);
            }
        }
        out
    }
}

fn from_system(set: &libc::sigset_t) -> Set {
    (1..COUNT as i32)
        // SAFETY: the set is readable; the numbers are those of signals.
        .filter(|&signal| unsafe { libc::sigismember(set, signal) } == 1)
        .fold(0, |all, signal| all | 1 << (signal - 1))
}

/// All signals that there are.
pub fn valid() -> Set {
    // SAFETY: the set is writable.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut set);
        from_system(&set)
    }
}

/// `pthread_sigmask(3)`; the mask before.
///
/// # Errors
/// The system's.
pub fn mask(how: i32, set: Set) -> io::Result<Set> {
    let new = to_system(set);
    // SAFETY: both sets live across the call.
    unsafe {
        let mut old: libc::sigset_t = std::mem::zeroed();
        match libc::pthread_sigmask(how, &raw const new, &raw mut old) {
            0 => Ok(from_system(&old)),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }
}

/// Signals that have come but are blocked.
///
/// # Errors
/// The system's.
pub fn pending() -> io::Result<Set> {
    // SAFETY: the set is writable.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        crate::fs::check(libc::sigpending(&raw mut set))?;
        Ok(from_system(&set))
    }
}

/// `sigwait(3)`.
///
/// # Errors
/// The system's.
pub fn wait(set: Set) -> io::Result<i32> {
    let set = to_system(set);
    let mut signal = 0;
    // SAFETY: both are live across the call.
    match unsafe { libc::sigwait(&raw const set, &raw mut signal) } {
        0 => Ok(signal),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

/// What is known about a signal that came.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    pub signal: i32,
    pub code: i32,
    pub errno: i32,
    pub pid: i32,
    pub uid: u32,
    pub status: i32,
    pub band: i64,
}

/// `sigtimedwait(2)`, without limit if no time is given.
///
/// # Errors
/// The system's: EAGAIN when the time is over.
pub fn wait_info(set: Set, time: Option<Duration>) -> io::Result<Info> {
    let set = to_system(set);
    // SAFETY: all structures live across the call; the fields read exist for every signal.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let got = match time {
            Some(time) => {
                let t = libc::timespec {
                    tv_sec: time.as_secs() as _,
                    tv_nsec: i64::from(time.subsec_nanos()) as _,
                };
                libc::sigtimedwait(&raw const set, &raw mut info, &raw const t)
            }
            None => libc::sigwaitinfo(&raw const set, &raw mut info),
        };
        crate::fs::check(got)?;
        Ok(Info {
            signal: info.si_signo,
            code: info.si_code,
            errno: info.si_errno,
            pid: info.si_pid(),
            uid: info.si_uid(),
            status: info.si_status(),
            // The band lies where the process number does.
            band: (info.si_pid() as u32 as i64) | i64::from(info.si_uid()) << 32,
        })
    }
}

/// Sends a signal to this thread.
///
/// # Errors
/// The system's.
pub fn raise(signal: i32) -> io::Result<()> {
    // SAFETY: takes a plain number.
    crate::fs::check(unsafe { libc::raise(signal) }).map(drop)
}

/// Sends a signal to a thread of this process.
///
/// # Errors
/// The system's.
///
/// # Safety
/// The thread has not been joined yet.
pub unsafe fn kill_thread(thread: u64, signal: i32) -> io::Result<()> {
    // SAFETY: by the contract.
    match unsafe { libc::pthread_kill(thread as libc::pthread_t, signal) } {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

/// This thread as the C library knows it.
pub fn this_thread() -> u64 {
    // SAFETY: takes nothing.
    unsafe { libc::pthread_self() as u64 }
}

/// Sends a signal to a process by its descriptor.
///
/// # Errors
/// The system's.
pub fn send_to_descriptor(fd: i32, signal: i32, flags: u32) -> io::Result<()> {
    // SAFETY: the kernel checks all arguments; no information is given.
    let sent = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            fd,
            signal,
            std::ptr::null::<libc::siginfo_t>(),
            flags,
        )
    };
    if sent < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// The system's text for a signal.
pub fn text(signal: i32) -> Option<String> {
    // SAFETY: the result is a C string or null, copied at once.
    unsafe {
        let text = libc::strsignal(signal);
        (!text.is_null()).then(|| {
            std::ffi::CStr::from_ptr(text)
                .to_string_lossy()
                .into_owned()
        })
    }
}

/// The signals and other constants by name.
pub fn constants() -> Vec<(&'static str, i64)> {
    macro_rules! names {
        ($($name:ident),* $(,)?) => { vec![$((stringify!($name), libc::$name as i64)),*] };
    }
    let mut all = names![
        SIG_BLOCK,
        SIG_UNBLOCK,
        SIG_SETMASK,
        SIGHUP,
        SIGINT,
        SIGQUIT,
        SIGILL,
        SIGTRAP,
        SIGIOT,
        SIGABRT,
        SIGFPE,
        SIGKILL,
        SIGBUS,
        SIGSEGV,
        SIGSYS,
        SIGPIPE,
        SIGALRM,
        SIGTERM,
        SIGUSR1,
        SIGUSR2,
        SIGCHLD,
        SIGPWR,
        SIGIO,
        SIGURG,
        SIGWINCH,
        SIGPOLL,
        SIGSTOP,
        SIGTSTP,
        SIGCONT,
        SIGTTIN,
        SIGTTOU,
        SIGVTALRM,
        SIGPROF,
        SIGXCPU,
        SIGXFSZ,
        SIGSTKFLT,
        ITIMER_REAL,
        ITIMER_VIRTUAL,
        ITIMER_PROF,
    ];
    all.push(("SIGCLD", libc::SIGCHLD.into()));
    all.push(("SIGRTMIN", libc::SIGRTMIN().into()));
    all.push(("SIGRTMAX", libc::SIGRTMAX().into()));
    all
}

/// Signals that end the process because something broke.
pub const FATAL: [i32; 5] = [
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
    libc::SIGSEGV,
];

/// Where fatal signals are reported; -1: nowhere.
static FATAL_FD: AtomicI32 = AtomicI32::new(-1);

extern "C" fn on_fatal(signal: i32) {
    let what: &[u8] = match signal {
        libc::SIGBUS => b"Fatal Python error: Bus error\n\n",
        libc::SIGILL => b"Fatal Python error: Illegal instruction\n\n",
        libc::SIGFPE => b"Fatal Python error: Floating-point exception\n\n",
        libc::SIGABRT => b"Fatal Python error: Aborted\n\n",
        _ => b"Fatal Python error: Segmentation fault\n\n",
    };
    let fd = FATAL_FD.load(Ordering::Relaxed);
    // SAFETY: `write`, `sigaction` and `raise` are async-signal-safe.
    unsafe {
        libc::write(fd, what.as_ptr().cast(), what.len());
        let _ = set(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Reports fatal signals to a descriptor before the process ends, or no longer.
///
/// # Errors
/// The system's.
pub fn report_fatal(fd: Option<i32>) -> io::Result<()> {
    FATAL_FD.store(fd.unwrap_or(-1), Ordering::Relaxed);
    let handler: extern "C" fn(i32) = on_fatal;
    let handler = match fd {
        Some(_) => handler as libc::sighandler_t,
        None => libc::SIG_DFL,
    };
    FATAL
        .into_iter()
        .filter(|&signal| signal != libc::SIGBUS || !WATCHING.load(Ordering::Relaxed))
        .try_for_each(|signal| set(signal, handler))
}

/// Whether SIGBUS is looked at for mapped files that were cut off.
static WATCHING: AtomicBool = AtomicBool::new(false);

/// From now on SIGBUS in a mapped file puts zeros there, unless a program handles the signal.
pub(crate) fn watch_mappings() {
    let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = on_bus_error;
    // SAFETY: the handler is async-signal-safe; all-zero is a valid action.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGBUS, std::ptr::null(), &raw mut now);
        if now.sa_sigaction == noting() || now.sa_sigaction == handler as libc::sighandler_t {
            return;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
    }
    WATCHING.store(true, Ordering::Relaxed);
}

extern "C" fn on_bus_error(signal: i32, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system passes a live structure; signals that processes send carry no address.
    let address = unsafe { ((*info).si_code > 0).then(|| (*info).si_addr() as usize) };
    if address.is_some_and(crate::cut_off::repair) {
        return;
    }
    if FATAL_FD.load(Ordering::Relaxed) >= 0 {
        on_fatal(signal);
        return;
    }
    // SAFETY: both are async-signal-safe.
    unsafe {
        let _ = set(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
