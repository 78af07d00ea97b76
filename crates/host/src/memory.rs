//! Memory straight from the operating system.

use std::ptr::NonNull;

/// A reserved range of zeroed memory that is committed as it is touched.
/// The last page faults when touched.
pub struct Reserved {
    base: NonNull<u8>,
    bytes: usize,
}

impl Reserved {
    /// Reserves `bytes` (rounded up to pages); `None` if the system refuses.
    pub fn new(bytes: usize) -> Option<Reserved> {
        let bytes = (bytes + 0xFFFF) & !0xFFFF;
        // SAFETY: a fresh anonymous mapping; nothing else refers to it.
        unsafe {
            let base = libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            );
            if base == libc::MAP_FAILED {
                return None;
            }
            libc::mprotect(
                base.cast::<u8>().add(bytes - 0x1000).cast(),
                0x1000,
                libc::PROT_NONE,
            );
            Some(Reserved {
                base: NonNull::new(base.cast())?,
                bytes,
            })
        }
    }
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }
    /// Usable bytes.
    pub fn len(&self) -> usize {
        self.bytes - 0x1000
    }
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // SAFETY: mapped by `new` with this size.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}

/// Machine code in memory of its own: written once, then only executed.
pub struct CodeBlock {
    base: NonNull<u8>,
    bytes: usize,
}

impl CodeBlock {
    /// Copies machine code into fresh pages and makes them executable; `None` if the system refuses.
    pub fn new(code: &[u8]) -> Option<CodeBlock> {
        let bytes = (code.len() + 0xFFF) & !0xFFF;
        // SAFETY: a fresh private mapping, written before anybody knows its address.
        unsafe {
            let base = libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            if base == libc::MAP_FAILED {
                return None;
            }
            let block = CodeBlock {
                base: NonNull::new(base.cast())?,
                bytes,
            };
            std::ptr::copy_nonoverlapping(code.as_ptr(), block.base.as_ptr(), code.len());
            (libc::mprotect(base, bytes, libc::PROT_READ | libc::PROT_EXEC) == 0).then_some(block)
        }
    }
    pub fn address(&self) -> *const u8 {
        self.base.as_ptr()
    }
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for CodeBlock {
    fn drop(&mut self) {
        // SAFETY: mapped by `new` with this size; the owner vouches that nothing runs in it.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}
