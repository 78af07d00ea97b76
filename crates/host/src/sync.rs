//! Waiting on a word, and a lock whose waiting signals interrupt.
//!
//! `std::sync` waits again after a signal; Python must run the handler first.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Why a wait ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// Woken, or the word had changed already; look again.
    Woken,
    TimedOut,
    /// A signal came.
    Interrupted,
}

/// Waits while `word` is `expected`; `None`: for ever.
#[cfg(target_os = "linux")]
pub fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Wake {
    let time = timeout.map(|t| libc::timespec {
        tv_sec: t.as_secs().min(i64::MAX as u64) as _,
        tv_nsec: i64::from(t.subsec_nanos()) as _,
    });
    let time = time.as_ref().map_or(std::ptr::null(), |t| &raw const *t);
    // SAFETY: the word and the time live during the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            expected,
            time,
        )
    };
    if result == 0 {
        return Wake::Woken;
    }
    match std::io::Error::last_os_error().raw_os_error() {
        Some(libc::ETIMEDOUT) => Wake::TimedOut,
        Some(libc::EINTR) => Wake::Interrupted,
        _ => Wake::Woken,
    }
}

/// Wakes up to `count` waiting threads.
#[cfg(target_os = "linux")]
pub fn wake(word: &AtomicU32, count: i32) {
    // SAFETY: the word is live.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            count,
        )
    };
}

/// Where there are no futexes: a short sleep, which signals interrupt.
#[cfg(not(target_os = "linux"))]
pub fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Wake {
    const STEP: Duration = Duration::from_micros(500);
    if word.load(Ordering::Acquire) != expected {
        return Wake::Woken;
    }
    let step = timeout.map_or(STEP, |t| t.min(STEP));
    match (crate::time::sleep(step), timeout) {
        (false, _) => Wake::Interrupted,
        (true, Some(t)) if t <= STEP => Wake::TimedOut,
        _ => Wake::Woken,
    }
}

#[cfg(not(target_os = "linux"))]
pub fn wake(_word: &AtomicU32, _count: i32) {}

const FREE: u32 = 0;
const HELD: u32 = 1;
const AWAITED: u32 = 2;

/// A lock that any thread may release.
#[derive(Default)]
pub struct RawLock(AtomicU32);

impl RawLock {
    /// Takes the lock if it is free.
    pub fn try_acquire(&self) -> bool {
        self.0
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }
    /// Waits for the lock: `Woken` means that it is ours.
    pub fn acquire(&self, timeout: Option<Duration>) -> Wake {
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            if self.0.swap(AWAITED, Ordering::Acquire) == FREE {
                return Wake::Woken;
            }
            let left = match (timeout, end) {
                (Some(_), Some(end)) => match end.checked_duration_since(Instant::now()) {
                    Some(left) => Some(left),
                    None => return Wake::TimedOut,
                },
                _ => None,
            };
            match wait(&self.0, AWAITED, left) {
                Wake::Woken => {}
                other => return other,
            }
        }
    }
    /// Frees the lock; `false` if it was free.
    pub fn release(&self) -> bool {
        match self.0.swap(FREE, Ordering::Release) {
            FREE => false,
            HELD => true,
            _ => {
                wake(&self.0, 1);
                true
            }
        }
    }
    pub fn is_held(&self) -> bool {
        self.0.load(Ordering::Relaxed) != FREE
    }
    /// Frees the lock in a new process, whose other threads are gone.
    pub fn reset(&self) {
        self.0.store(FREE, Ordering::Relaxed);
    }
}

/// Something that happens once.
#[derive(Default)]
pub struct Event(AtomicU32);

impl Event {
    pub fn set(&self) {
        self.0.store(1, Ordering::Release);
        wake(&self.0, i32::MAX);
    }
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire) == 1
    }
    /// Waits for it: `Woken` means that it has happened.
    pub fn wait(&self, timeout: Option<Duration>) -> Wake {
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        while !self.is_set() {
            let left = match (timeout, end) {
                (Some(_), Some(end)) => match end.checked_duration_since(Instant::now()) {
                    Some(left) => Some(left),
                    None => return Wake::TimedOut,
                },
                _ => None,
            };
            match wait(&self.0, 0, left) {
                Wake::Woken => {}
                other => return other,
            }
        }
        Wake::Woken
    }
}

/// The system's handle of the running thread, as a number.
pub fn thread_ident() -> u64 {
    // SAFETY: takes nothing.
    unsafe { libc::pthread_self() as u64 }
}

/// The system's number of the running thread.
pub fn native_thread_id() -> u64 {
    #[cfg(target_os = "linux")]
    // SAFETY: takes nothing.
    unsafe {
        libc::syscall(libc::SYS_gettid) as u64
    }
    #[cfg(not(target_os = "linux"))]
    thread_ident()
}

/// Names the running thread for tools of the system; longer names are cut.
pub fn set_thread_name(name: &str) {
    #[cfg(target_os = "linux")]
    {
        let mut bytes: Vec<u8> = name.bytes().filter(|&b| b != 0).take(15).collect();
        bytes.push(0);
        // SAFETY: a terminated string of at most 16 bytes.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), bytes.as_ptr().cast()) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = name;
}
