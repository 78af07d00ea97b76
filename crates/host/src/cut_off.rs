//! Mapped files that are cut off while they are mapped.
//!
//! To touch a page that its file has no longer raises SIGBUS, which would end the process. The
//! handler puts zeros in the place of what is gone and notes it; whoever owns the mapping asks
//! [`Watched::is_cut_off`] after touching it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Mappings that can be watched at a time; beyond, SIGBUS does what it does elsewhere.
const PLACES: usize = 4096;

/// One watched range. A signal handler reads it at any time.
struct Place {
    /// 0: free; 1: being filled.
    base: AtomicUsize,
    len: AtomicUsize,
    cut_off: AtomicBool,
}

/// Signals belong to the process, and so do these.
static ALL: [Place; PLACES] = [const {
    Place {
        base: AtomicUsize::new(0),
        len: AtomicUsize::new(0),
        cut_off: AtomicBool::new(false),
    }
}; PLACES];
/// No place from here on was ever used.
static USED: AtomicUsize = AtomicUsize::new(0);

/// A range of memory whose loss is noted, until it is dropped.
pub(crate) struct Watched(&'static Place);

impl Watched {
    /// Watches a mapping; `None` if there are too many.
    pub(crate) fn new(base: *mut u8, len: usize) -> Option<Watched> {
        let (n, place) = ALL.iter().enumerate().find(|(_, p)| {
            p.base
                .compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
        })?;
        place.cut_off.store(false, Ordering::Relaxed);
        place.len.store(len, Ordering::Relaxed);
        place.base.store(base as usize, Ordering::Release);
        USED.fetch_max(n + 1, Ordering::AcqRel);
        crate::signal::watch_mappings();
        Some(Watched(place))
    }
    /// Whether pages of it are gone: zeros stand in their place.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.0.cut_off.load(Ordering::Relaxed)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.base.store(0, Ordering::Release);
    }
}

/// Puts zeros from an address to the end of the mapping that it lies in; `false` if it lies in none.
/// Async-signal-safe.
pub(crate) fn repair(address: usize) -> bool {
    let page = crate::mapping::page_size();
    for place in &ALL[..USED.load(Ordering::Acquire).min(PLACES)] {
        let base = place.base.load(Ordering::Acquire);
        let end = base.wrapping_add(place.len.load(Ordering::Relaxed));
        if base <= 1 || address < base || address >= end {
            continue;
        }
        let from = address & !(page - 1);
        // SAFETY: the range is the mapping's own, and its owner is told.
        let put = unsafe {
            libc::mmap(
                from as *mut libc::c_void,
                end - from,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                -1,
                0,
            )
        };
        place.cut_off.store(true, Ordering::Relaxed);
        return put != libc::MAP_FAILED;
    }
    false
}
