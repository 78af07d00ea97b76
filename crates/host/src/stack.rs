//! A large native stack for the main thread, and running on it.

use std::ptr::NonNull;

/// A reserved stack, committed as it is used; its lowest pages fault.
pub struct Stack {
    base: NonNull<u8>,
    bytes: usize,
}

const GUARD: usize = 0x10000;

impl Stack {
    /// Reserves a stack; `None` if the system refuses.
    pub fn new(bytes: usize) -> Option<Stack> {
        let bytes = (bytes + GUARD - 1) & !(GUARD - 1);
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
            libc::mprotect(base, GUARD, libc::PROT_NONE);
            Some(Stack {
                base: NonNull::new(base.cast())?,
                bytes,
            })
        }
    }
    /// Lowest usable address.
    pub fn bottom(&self) -> usize {
        self.base.as_ptr() as usize + GUARD
    }
    /// Runs a function on the stack and comes back.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        // SAFETY: the range above the guard is writable and used by nothing else while the function runs.
        unsafe { psm::on_stack(self.base.as_ptr().add(GUARD), self.bytes - GUARD, f) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: mapped by `new` with this size.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}
