//! Files and anonymous memory mapped for programs.

use std::io;
use std::ptr::NonNull;

use crate::cut_off::Watched;

/// A mapping, unmapped when dropped. Other processes may change its bytes at any time.
pub struct Mapping {
    base: NonNull<u8>,
    len: usize,
    /// For mapped files.
    watched: Option<Watched>,
}

/// The size of a regular file; `None` for what is none.
///
/// # Errors
/// The system's.
pub fn file_size(fd: i32) -> io::Result<Option<u64>> {
    // SAFETY: all-zero is a valid stat; fstat fills it.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: takes a plain number and a place of the right type.
    crate::fs::check(unsafe { libc::fstat(fd, &raw mut stat) })?;
    let regular = stat.st_mode & libc::S_IFMT == libc::S_IFREG;
    Ok(regular.then_some(stat.st_size as u64))
}

/// The size of a page.
pub fn page_size() -> usize {
    // SAFETY: takes a plain number.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.max(1) as usize
}

impl Mapping {
    /// `mmap(2)`. The flags must not place it at a chosen address.
    ///
    /// # Errors
    /// The system's.
    pub fn new(
        len: usize,
        protection: i32,
        flags: i32,
        fd: i32,
        offset: i64,
    ) -> io::Result<Mapping> {
        if flags & libc::MAP_FIXED != 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        // SAFETY: the system chooses a free place.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                len,
                protection,
                flags,
                fd,
                offset as libc::off_t,
            )
        };
        match NonNull::new(base.cast::<u8>()) {
            Some(base) if base.as_ptr().cast::<libc::c_void>() != libc::MAP_FAILED => {
                let file = flags & libc::MAP_ANONYMOUS == 0;
                let watched = file.then(|| Watched::new(base.as_ptr(), len)).flatten();
                Ok(Mapping { base, len, watched })
            }
            _ => Err(io::Error::last_os_error()),
        }
    }
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether the file was cut off so that touched bytes were not there; they have become zeros.
    pub fn is_cut_off(&self) -> bool {
        self.watched.as_ref().is_some_and(Watched::is_cut_off)
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }
    /// The bytes.
    ///
    /// # Safety
    /// The mapping must be readable, and nothing may unmap it while they are used.
    pub unsafe fn bytes(&self) -> &[u8] {
        // SAFETY: mapped with this size; the caller vouches for the rest.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) }
    }
    /// Writes where there is room.
    ///
    /// # Safety
    /// The mapping must be writable.
    pub unsafe fn write(&self, at: usize, data: &[u8]) {
        let room = self.len.saturating_sub(at).min(data.len());
        // SAFETY: the place lies in the mapping. The source may lie in it too.
        unsafe {
            std::ptr::copy(
                data.as_ptr(),
                self.base.as_ptr().add(at.min(self.len)),
                room,
            )
        };
    }
    /// Writes a part back to its file.
    ///
    /// # Errors
    /// The system's.
    pub fn sync(&self, at: usize, len: usize) -> io::Result<()> {
        let at = self.base.as_ptr().wrapping_add(at.min(self.len));
        // SAFETY: changes no memory.
        crate::fs::check(unsafe { libc::msync(at.cast(), len, libc::MS_SYNC) }).map(drop)
    }
    /// `madvise(2)`.
    ///
    /// # Errors
    /// The system's.
    pub fn advise(&self, at: usize, len: usize, advice: i32) -> io::Result<()> {
        let len = len.min(self.len.saturating_sub(at));
        let at = self.base.as_ptr().wrapping_add(at.min(self.len));
        // SAFETY: the range lies in the mapping, whose contents are the program's affair.
        crate::fs::check(unsafe { libc::madvise(at.cast(), len, advice) }).map(drop)
    }
    /// Another size, at another place perhaps.
    ///
    /// # Errors
    /// The system's.
    #[cfg(target_os = "linux")]
    pub fn resize(&mut self, len: usize) -> io::Result<()> {
        // SAFETY: mapped with this size; whoever holds its address asked for the change.
        let base = unsafe {
            libc::mremap(
                self.base.as_ptr().cast(),
                self.len,
                len,
                libc::MREMAP_MAYMOVE,
            )
        };
        match NonNull::new(base.cast::<u8>()) {
            Some(base) if base.as_ptr().cast::<libc::c_void>() != libc::MAP_FAILED => {
                (self.base, self.len) = (base, len);
                if self.watched.take().is_some() {
                    self.watched = Watched::new(base.as_ptr(), len);
                }
                Ok(())
            }
            _ => Err(io::Error::last_os_error()),
        }
    }
    /// Another size: not on this system.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(target_os = "linux"))]
    pub fn resize(&mut self, _: usize) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        drop(self.watched.take());
        if self.len > 0 {
            // SAFETY: mapped with this size.
            unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
        }
    }
}
