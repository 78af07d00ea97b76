//! Named semaphores between processes (POSIX `sem_open` and what goes with it).

use std::ffi::CString;
use std::io;
use std::time::Duration;

/// The most that a semaphore can count to.
pub const VALUE_MAX: i32 = i32::MAX;

/// A semaphore that this process has open. It is closed by [`Semaphore::close`], not by dropping.
#[derive(Clone, Copy, Debug)]
pub struct Semaphore(*mut libc::sem_t);
// SAFETY: the functions on semaphores are for use by several threads.
unsafe impl Send for Semaphore {}
// SAFETY: as above.
unsafe impl Sync for Semaphore {}

fn c_name(name: &str) -> io::Result<CString> {
    CString::new(name).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn done(result: i32) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

impl Semaphore {
    /// Makes a semaphore whose name nothing has.
    ///
    /// # Errors
    /// The system's.
    pub fn create(name: &str, value: u32) -> io::Result<Semaphore> {
        let name = c_name(name)?;
        // SAFETY: the name is a C string; mode and value follow the flags.
        let raw =
            unsafe { libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600, value) };
        Semaphore::opened(raw)
    }
    /// Opens the semaphore of a name.
    ///
    /// # Errors
    /// The system's.
    pub fn open(name: &str) -> io::Result<Semaphore> {
        let name = c_name(name)?;
        // SAFETY: the name is a C string.
        Semaphore::opened(unsafe { libc::sem_open(name.as_ptr(), 0) })
    }
    fn opened(raw: *mut libc::sem_t) -> io::Result<Semaphore> {
        if raw == libc::SEM_FAILED {
            Err(io::Error::last_os_error())
        } else {
            Ok(Semaphore(raw))
        }
    }
    /// The semaphore as a number.
    pub fn handle(self) -> usize {
        self.0 as usize
    }
    /// Closes the semaphore for this process.
    ///
    /// # Safety
    /// Nobody in this process uses it any more.
    pub unsafe fn close(self) {
        // SAFETY: it is open, by the contract not used later.
        unsafe { libc::sem_close(self.0) };
    }
    /// Takes one if there is one: else the error is `WouldBlock`.
    ///
    /// # Errors
    /// The system's.
    pub fn try_wait(self) -> io::Result<()> {
        // SAFETY: it is open.
        done(unsafe { libc::sem_trywait(self.0) })
    }
    /// Waits for one: for ever, or so long (the error is `TimedOut` then). Signals interrupt.
    ///
    /// # Errors
    /// The system's.
    pub fn wait(self, timeout: Option<Duration>) -> io::Result<()> {
        let Some(timeout) = timeout else {
            // SAFETY: it is open.
            return done(unsafe { libc::sem_wait(self.0) });
        };
        let end = crate::time::system_ns() + timeout.as_nanos().min(1 << 62) as i128;
        let end = libc::timespec {
            tv_sec: (end / 1_000_000_000) as libc::time_t,
            tv_nsec: (end % 1_000_000_000) as libc::c_long,
        };
        // SAFETY: it is open; the time is read only.
        done(unsafe { libc::sem_timedwait(self.0, &raw const end) })
    }
    /// Gives one back.
    ///
    /// # Errors
    /// The system's.
    pub fn post(self) -> io::Result<()> {
        // SAFETY: it is open.
        done(unsafe { libc::sem_post(self.0) })
    }
    /// How many there are to take.
    ///
    /// # Errors
    /// The system's.
    pub fn value(self) -> io::Result<i32> {
        let mut value = 0;
        // SAFETY: it is open; the number is written.
        done(unsafe { libc::sem_getvalue(self.0, &raw mut value) })?;
        Ok(value)
    }
}

/// Removes the name of a semaphore.
///
/// # Errors
/// The system's.
pub fn unlink(name: &str) -> io::Result<()> {
    let name = c_name(name)?;
    // SAFETY: the name is a C string.
    done(unsafe { libc::sem_unlink(name.as_ptr()) })
}

/// Opens shared memory (`shm_open`) as a descriptor that new programs do not inherit.
///
/// # Errors
/// The system's.
pub fn open_memory(name: &str, flags: i32, mode: u32) -> io::Result<i32> {
    let name = c_name(name)?;
    // SAFETY: the name is a C string.
    match unsafe { libc::shm_open(name.as_ptr(), flags | libc::O_CLOEXEC, mode) } {
        -1 => Err(io::Error::last_os_error()),
        fd => Ok(fd),
    }
}

/// Removes the name of shared memory.
///
/// # Errors
/// The system's.
pub fn unlink_memory(name: &str) -> io::Result<()> {
    let name = c_name(name)?;
    // SAFETY: the name is a C string.
    done(unsafe { libc::shm_unlink(name.as_ptr()) })
}
