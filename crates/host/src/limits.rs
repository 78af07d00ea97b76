//! Limits and use of resources.

use std::io;

/// `getrlimit(2)`: the limit and the most that it can be set to.
///
/// # Errors
/// The system's.
pub fn limit(resource: i32) -> io::Result<(u64, u64)> {
    // SAFETY: the structure is writable.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        crate::fs::check(libc::getrlimit(resource as _, &raw mut limit))?;
        Ok((limit.rlim_cur, limit.rlim_max))
    }
}

/// `setrlimit(2)`.
///
/// # Errors
/// The system's.
pub fn set_limit(resource: i32, (current, most): (u64, u64)) -> io::Result<()> {
    let limit = libc::rlimit {
        rlim_cur: current,
        rlim_max: most,
    };
    // SAFETY: the structure lives across the call.
    crate::fs::check(unsafe { libc::setrlimit(resource as _, &raw const limit) }).map(drop)
}

/// `prlimit(2)`: the limits of a process before, and new ones if they are given.
///
/// # Errors
/// The system's.
pub fn process_limit(pid: i32, resource: i32, new: Option<(u64, u64)>) -> io::Result<(u64, u64)> {
    let new = new.map(|(current, most)| libc::rlimit {
        rlim_cur: current,
        rlim_max: most,
    });
    let pointer = new.as_ref().map_or(std::ptr::null(), |n| &raw const *n);
    // SAFETY: both structures live across the call.
    unsafe {
        let mut old: libc::rlimit = std::mem::zeroed();
        crate::fs::check(libc::prlimit(pid, resource as _, pointer, &raw mut old))?;
        Ok((old.rlim_cur, old.rlim_max))
    }
}

/// What was used, in the order of `getrusage(2)`.
pub struct Usage {
    pub user: f64,
    pub system: f64,
    pub rest: [i64; 14],
}

/// `getrusage(2)`.
///
/// # Errors
/// The system's.
pub fn usage(who: i32) -> io::Result<Usage> {
    // SAFETY: the structure is writable.
    let u = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        crate::fs::check(libc::getrusage(who, &raw mut usage))?;
        usage
    };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 0.000_001;
    Ok(Usage {
        user: seconds(u.ru_utime),
        system: seconds(u.ru_stime),
        rest: [
            u.ru_maxrss as i64,
            u.ru_ixrss as i64,
            u.ru_idrss as i64,
            u.ru_isrss as i64,
            u.ru_minflt as i64,
            u.ru_majflt as i64,
            u.ru_nswap as i64,
            u.ru_inblock as i64,
            u.ru_oublock as i64,
            u.ru_msgsnd as i64,
            u.ru_msgrcv as i64,
            u.ru_nsignals as i64,
            u.ru_nvcsw as i64,
            u.ru_nivcsw as i64,
        ],
    })
}

/// Bytes in a page of memory.
pub fn page_size() -> usize {
    // SAFETY: takes a plain number.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as usize }
}

/// The resources by name.
pub const RESOURCES: &[(&str, i64)] = &[
    ("RLIMIT_CPU", libc::RLIMIT_CPU as i64),
    ("RLIMIT_FSIZE", libc::RLIMIT_FSIZE as i64),
    ("RLIMIT_DATA", libc::RLIMIT_DATA as i64),
    ("RLIMIT_STACK", libc::RLIMIT_STACK as i64),
    ("RLIMIT_CORE", libc::RLIMIT_CORE as i64),
    ("RLIMIT_NOFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_OFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_AS", libc::RLIMIT_AS as i64),
    ("RLIMIT_RSS", libc::RLIMIT_RSS as i64),
    ("RLIMIT_NPROC", libc::RLIMIT_NPROC as i64),
    ("RLIMIT_MEMLOCK", libc::RLIMIT_MEMLOCK as i64),
    ("RLIMIT_MSGQUEUE", libc::RLIMIT_MSGQUEUE as i64),
    ("RLIMIT_NICE", libc::RLIMIT_NICE as i64),
    ("RLIMIT_RTPRIO", libc::RLIMIT_RTPRIO as i64),
    ("RLIMIT_RTTIME", libc::RLIMIT_RTTIME as i64),
    ("RLIMIT_SIGPENDING", libc::RLIMIT_SIGPENDING as i64),
    ("RUSAGE_SELF", libc::RUSAGE_SELF as i64),
    ("RUSAGE_CHILDREN", libc::RUSAGE_CHILDREN as i64),
    ("RUSAGE_THREAD", 1),
    ("RLIM_INFINITY", -1),
];
/// One more than the highest number of a resource.
pub const RESOURCE_COUNT: i32 = 16;
