//! The interpreter's lock: who holds it may touch the interpreter's objects.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use taipan_object::vm::breaker;

/// The lock. A thread that has waited for one switch interval asks the holder,
/// by a bit of its breaker word, to hand it over.
pub struct Gil {
    state: Mutex<State>,
    free: Condvar,
    switched: Condvar,
    /// Microseconds (`sys.setswitchinterval`).
    interval: AtomicU64,
}

struct State {
    /// The breaker word of the thread that holds the lock; null if it is free.
    holder: *const AtomicU32,
    /// How often the lock was taken.
    switches: u64,
    waiting: usize,
}

// SAFETY: the pointer is only followed while its thread holds the lock and therefore lives.
unsafe impl Send for State {}

impl Default for Gil {
    fn default() -> Self {
        Gil {
            state: Mutex::new(State {
                holder: std::ptr::null(),
                switches: 0,
                waiting: 0,
            }),
            free: Condvar::new(),
            switched: Condvar::new(),
            interval: AtomicU64::new(5000),
        }
    }
}

impl Gil {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_interval(&self, seconds: f64) {
        let us = (seconds * 1e6).clamp(1.0, 1e12) as u64;
        self.interval.store(us, Ordering::Relaxed);
    }

    /// Waits for the lock; `breaker` is the word by which others ask for it.
    pub fn acquire(&self, breaker: &AtomicU32) {
        let interval = Duration::from_micros(self.interval.load(Ordering::Relaxed));
        let mut s = self.state();
        s.waiting += 1;
        while !s.holder.is_null() {
            let seen = s.switches;
            let (guard, timeout) = self
                .free
                .wait_timeout(s, interval)
                .unwrap_or_else(PoisonError::into_inner);
            s = guard;
            if timeout.timed_out() && s.switches == seen {
                // SAFETY: the holder's thread state lives while it holds the lock.
                if let Some(word) = unsafe { s.holder.as_ref() } {
                    word.fetch_or(breaker::GIL_REQUEST, Ordering::Relaxed);
                }
            }
        }
        s.waiting -= 1;
        s.holder = breaker;
        s.switches += 1;
        drop(s);
        self.switched.notify_all();
    }

    /// Gives the lock up.
    pub fn release(&self) {
        self.state().holder = std::ptr::null();
        self.free.notify_one();
    }

    /// Lets a waiting thread have the lock, and takes it again after that.
    pub fn hand_over(&self, breaker: &AtomicU32) {
        let mut s = self.state();
        if s.waiting == 0 {
            return;
        }
        let seen = s.switches;
        s.holder = std::ptr::null();
        self.free.notify_one();
        // Without this the same thread would nearly always win.
        while s.switches == seen && s.waiting > 0 {
            s = self
                .switched
                .wait(s)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(s);
        self.acquire(breaker);
    }

    /// Holds the inner lock, so that a fork finds it in order.
    pub fn freeze<R>(&self, f: impl FnOnce() -> R) -> R {
        let _guard = self.state();
        f()
    }

    /// In a new process: nobody waits any more.
    pub fn forget_others(&self) {
        self.state().waiting = 0;
    }
}
