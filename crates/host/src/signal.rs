//! The interrupt signal.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static BREAKER: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());
static BIT: AtomicU32 = AtomicU32::new(0);

extern "C" fn on_interrupt(_: i32) {
    INTERRUPTED.store(true, Ordering::Relaxed);
    let breaker = BREAKER.load(Ordering::Relaxed);
    if !breaker.is_null() {
        // SAFETY: set by `watch_interrupt`, whose caller keeps the word alive until `forget_interrupt`.
        unsafe { (*breaker).fetch_or(BIT.load(Ordering::Relaxed), Ordering::Relaxed) };
    }
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

/// Sets `bit` of a word when SIGINT comes. SIGPIPE is ignored: writes fail instead.
///
/// # Safety
/// The word lives until [`forget_interrupt`].
pub unsafe fn watch_interrupt(word: *const AtomicU32, bit: u32) {
    BIT.store(bit, Ordering::Relaxed);
    BREAKER.store(word.cast_mut(), Ordering::Relaxed);
    let handler: extern "C" fn(i32) = on_interrupt;
    let _ = set(libc::SIGINT, handler as libc::sighandler_t);
    let _ = set(libc::SIGPIPE, libc::SIG_IGN);
}

/// Ends what [`watch_interrupt`] began.
pub fn forget_interrupt() {
    BREAKER.store(std::ptr::null_mut(), Ordering::Relaxed);
}

/// Whether SIGINT came since the last call.
pub fn take_interrupt() -> bool {
    INTERRUPTED.swap(false, Ordering::Relaxed)
}

/// Ends the process as SIGINT does by default.
pub fn die_of_interrupt() {
    let _ = set(libc::SIGINT, libc::SIG_DFL);
    // SAFETY: takes plain numbers.
    unsafe { libc::kill(libc::getpid(), libc::SIGINT) };
}
