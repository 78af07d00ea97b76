//! Waiting until descriptors are ready: `select`, `poll`, `epoll`.

use std::io;
use std::time::Duration;

/// Descriptors at and above this do not fit [`select`].
pub const SELECT_LIMIT: i32 = libc::FD_SETSIZE as i32;

/// The descriptors of each of three sets that are ready to read, to write, or exceptional.
///
/// # Errors
/// The system's.
pub fn select(sets: [&[i32]; 3], time: Option<Duration>) -> io::Result<[Vec<i32>; 3]> {
    // SAFETY: the sets are writable; all descriptors are checked to be below the limit.
    unsafe {
        let mut system: [libc::fd_set; 3] = std::mem::zeroed();
        let mut most = -1;
        for (set, fds) in system.iter_mut().zip(sets) {
            libc::FD_ZERO(set);
            for &fd in fds {
                if !(0..SELECT_LIMIT).contains(&fd) {
                    return Err(io::Error::from_raw_os_error(libc::EBADF));
                }
                libc::FD_SET(fd, set);
                most = most.max(fd);
            }
        }
        let mut t = time.map(|t| libc::timeval {
            tv_sec: t.as_secs() as _,
            tv_usec: i64::from(t.subsec_micros()) as _,
        });
        let t = t.as_mut().map_or(std::ptr::null_mut(), |t| &raw mut *t);
        let [read, write, except] = &mut system;
        crate::fs::check(libc::select(most + 1, read, write, except, t))?;
        let ready = |i: usize| {
            let is_set = |fd: &i32| libc::FD_ISSET(*fd, &raw const system[i]);
            sets[i].iter().copied().filter(is_set).collect()
        };
        Ok([ready(0), ready(1), ready(2)])
    }
}

/// A time as `poll` and `epoll_wait` take it: rounded up, -1 without limit.
fn milliseconds(time: Option<Duration>) -> i32 {
    time.map_or(-1, |t| {
        i32::try_from(t.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
    })
}

/// Waits until some of the descriptors have an event that is asked for; descriptors with their events.
///
/// # Errors
/// The system's.
pub fn poll(wanted: &[(i32, u16)], time: Option<Duration>) -> io::Result<Vec<(i32, u16)>> {
    let mut fds: Vec<libc::pollfd> = wanted
        .iter()
        .map(|&(fd, events)| libc::pollfd {
            fd,
            events: events as i16,
            revents: 0,
        })
        .collect();
    // SAFETY: the slice is writable.
    crate::fs::check(unsafe {
        libc::poll(
            fds.as_mut_ptr(),
            fds.len() as libc::nfds_t,
            milliseconds(time),
        )
    })?;
    Ok(fds
        .iter()
        .filter(|f| f.revents != 0)
        .map(|f| (f.fd, f.revents as u16))
        .collect())
}

/// A new epoll descriptor, not inherited.
///
/// # Errors
/// The system's.
pub fn epoll_create() -> io::Result<i32> {
    // SAFETY: takes a plain number.
    crate::fs::check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })
}

/// What to do with a descriptor of an epoll.
#[derive(Clone, Copy)]
pub enum Change {
    Add,
    Modify,
    Remove,
}

/// Changes the descriptors that an epoll watches.
///
/// # Errors
/// The system's.
pub fn epoll_change(epoll: i32, change: Change, fd: i32, events: u32) -> io::Result<()> {
    let operation = match change {
        Change::Add => libc::EPOLL_CTL_ADD,
        Change::Modify => libc::EPOLL_CTL_MOD,
        Change::Remove => libc::EPOLL_CTL_DEL,
    };
    let mut event = libc::epoll_event {
        events,
        u64: fd as u64,
    };
    // SAFETY: the event lives across the call.
    crate::fs::check(unsafe { libc::epoll_ctl(epoll, operation, fd, &raw mut event) }).map(drop)
}

/// Waits for up to `most` events of an epoll.
///
/// # Errors
/// The system's.
pub fn epoll_wait(epoll: i32, most: usize, time: Option<Duration>) -> io::Result<Vec<(i32, u32)>> {
    let most = most.clamp(1, 1 << 16);
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; most];
    // SAFETY: the slice has room for as many events as are asked for.
    let n = crate::fs::check(unsafe {
        libc::epoll_wait(epoll, events.as_mut_ptr(), most as i32, milliseconds(time))
    })?;
    Ok(events[..n as usize]
        .iter()
        .map(|e| (e.u64 as i32, e.events))
        .collect())
}
