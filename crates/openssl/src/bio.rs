//! Streams of bytes: in memory, and those that ask an `Events` object.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_long, c_void};
use std::io;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

use crate::connection::current;
use crate::ffi;

const CTRL_EOF: c_int = 2;
const CTRL_PUSH: c_int = 6;
const CTRL_POP: c_int = 7;
const CTRL_FLUSH: c_int = 11;
const CTRL_DUP: c_int = 12;
const SET_MEM_EOF_RETURN: c_int = 130;
const FLAG_READ: c_int = 1;
const FLAG_WRITE: c_int = 2;
const FLAG_RETRY: c_int = 8;

/// An owned stream.
pub struct Bio(NonNull<ffi::BIO>);

impl Drop for Bio {
    fn drop(&mut self) {
        // SAFETY: owns one reference.
        unsafe { ffi::BIO_free(self.0.as_ptr()) };
    }
}

impl Bio {
    /// An empty buffer in memory. Reading from it while it is empty asks to try again.
    pub fn memory() -> Option<Bio> {
        // SAFETY: makes a new object, changed before anybody else sees it.
        unsafe {
            let bio = NonNull::new(ffi::BIO_new(ffi::BIO_s_mem()))?;
            ffi::BIO_ctrl(bio.as_ptr(), SET_MEM_EOF_RETURN, -1, ptr::null_mut());
            ffi::BIO_set_flags(bio.as_ptr(), FLAG_RETRY | FLAG_READ);
            Some(Bio(bio))
        }
    }
    /// Runs `f` with a stream of bytes that can be read.
    pub(crate) fn with_bytes<R>(bytes: &[u8], f: impl FnOnce(*mut ffi::BIO) -> R) -> Option<R> {
        let len = c_int::try_from(bytes.len()).ok()?;
        // SAFETY: the bytes outlive the stream, which is freed at the end of this function.
        let bio = Bio(NonNull::new(unsafe {
            ffi::BIO_new_mem_buf(bytes.as_ptr().cast(), len)
        })?);
        Some(f(bio.as_ptr()))
    }
    /// What `f` writes.
    pub(crate) fn written(f: impl FnOnce(*mut ffi::BIO) -> bool) -> Option<Vec<u8>> {
        let bio = Bio::memory()?;
        f(bio.as_ptr()).then(|| bio.read(bio.pending()))
    }
    pub(crate) fn as_ptr(&self) -> *mut ffi::BIO {
        self.0.as_ptr()
    }
    /// Another owned reference, for OpenSSL.
    pub(crate) fn share(&self) -> *mut ffi::BIO {
        // SAFETY: a live object.
        unsafe { ffi::BIO_up_ref(self.as_ptr()) };
        self.as_ptr()
    }
    pub fn pending(&self) -> usize {
        // SAFETY: a live object.
        unsafe { ffi::BIO_ctrl_pending(self.as_ptr()) }
    }
    /// Takes out up to so many bytes.
    pub fn read(&self, most: usize) -> Vec<u8> {
        let mut buffer = vec![0; most.min(self.pending())];
        let mut n = 0;
        // SAFETY: the buffer has room for as many bytes as are asked for.
        unsafe {
            ffi::BIO_read_ex(
                self.as_ptr(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                &mut n,
            )
        };
        buffer.truncate(n);
        buffer
    }
    /// Puts bytes in; how many, `None` if there is no memory.
    pub fn write(&self, bytes: &[u8]) -> Option<usize> {
        let mut n = 0;
        // SAFETY: reads as many bytes as there are.
        let ok =
            unsafe { ffi::BIO_write_ex(self.as_ptr(), bytes.as_ptr().cast(), bytes.len(), &mut n) };
        (ok == 1 || bytes.is_empty()).then_some(n)
    }
    /// Says that nothing more will come.
    pub fn end(&self) {
        // SAFETY: a live object in memory.
        unsafe {
            ffi::BIO_clear_flags(self.as_ptr(), FLAG_RETRY | FLAG_READ);
            ffi::BIO_ctrl(self.as_ptr(), SET_MEM_EOF_RETURN, 0, ptr::null_mut());
        }
    }
    /// A stream that reads and writes through the events of the connection that uses it.
    pub(crate) fn of_events(state: *const Transport) -> Option<Bio> {
        let method = *METHOD.get_or_init(make_method);
        // SAFETY: the method is never freed; the caller keeps the state longer than the stream.
        unsafe {
            let bio = NonNull::new(ffi::BIO_new(method as *const ffi::BIO_METHOD))?;
            ffi::BIO_set_data(bio.as_ptr(), state.cast_mut().cast());
            ffi::BIO_set_init(bio.as_ptr(), 1);
            Some(Bio(bio))
        }
    }
}

/// What a stream of events remembers. It belongs to the connection.
pub struct Transport {
    /// The connection, to find who is using it.
    pub ssl: Cell<*mut ffi::SSL>,
    pub at_end: Cell<bool>,
    /// Why the last read or write failed.
    pub failure: Cell<Option<i32>>,
}

/// The table of functions of these streams, as an address.
static METHOD: OnceLock<usize> = OnceLock::new();

fn make_method() -> usize {
    // SAFETY: makes a new table; the functions have the types that it wants.
    unsafe {
        // 0x400: a source or sink.
        let method = ffi::BIO_meth_new(ffi::BIO_get_new_index() | 0x400, c"events".as_ptr());
        if !method.is_null() {
            ffi::BIO_meth_set_read_ex(method, read);
            ffi::BIO_meth_set_write_ex(method, write);
            ffi::BIO_meth_set_ctrl(method, control);
        }
        method as usize
    }
}

/// Makes one transfer; what OpenSSL wants to know of it.
///
/// # Safety
/// `bio` is a stream of events.
unsafe fn transfer(
    bio: *mut ffi::BIO,
    flag: c_int,
    n: *mut usize,
    f: impl FnOnce(&dyn crate::Events) -> io::Result<usize>,
) -> c_int {
    // SAFETY: the caller's promise; the transport outlives the stream.
    unsafe {
        ffi::BIO_clear_flags(bio, FLAG_READ | FLAG_WRITE | FLAG_RETRY | 4);
        let Some(transport) = ffi::BIO_get_data(bio).cast::<Transport>().as_ref() else {
            return 0;
        };
        transport.failure.set(None);
        let result = current(transport.ssl.get(), |events| f(events));
        match result {
            Some(Ok(0)) if flag == FLAG_READ => {
                transport.at_end.set(true);
                0
            }
            Some(Ok(done)) => {
                *n = done;
                1
            }
            Some(Err(e))
                if matches!(
                    e.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                ffi::BIO_set_flags(bio, flag | FLAG_RETRY);
                0
            }
            Some(Err(e)) => {
                transport.failure.set(e.raw_os_error());
                0
            }
            None => 0,
        }
    }
}

unsafe extern "C" fn read(
    bio: *mut ffi::BIO,
    into: *mut c_char,
    len: usize,
    n: *mut usize,
) -> c_int {
    if into.is_null() || len == 0 {
        return 0;
    }
    // SAFETY: OpenSSL gives a buffer of `len` bytes; it is filled with zeros before it is borrowed.
    unsafe {
        ptr::write_bytes(into, 0, len);
        let buffer = std::slice::from_raw_parts_mut(into.cast::<u8>(), len);
        transfer(bio, FLAG_READ, n, |events| events.receive(buffer))
    }
}

unsafe extern "C" fn write(
    bio: *mut ffi::BIO,
    from: *const c_char,
    len: usize,
    n: *mut usize,
) -> c_int {
    if from.is_null() || len == 0 {
        return 0;
    }
    // SAFETY: OpenSSL gives `len` bytes.
    unsafe {
        let buffer = std::slice::from_raw_parts(from.cast::<u8>(), len);
        transfer(bio, FLAG_WRITE, n, |events| events.send(buffer))
    }
}

unsafe extern "C" fn control(
    bio: *mut ffi::BIO,
    command: c_int,
    _: c_long,
    _: *mut c_void,
) -> c_long {
    match command {
        CTRL_FLUSH | CTRL_DUP => 1,
        CTRL_PUSH | CTRL_POP => 0,
        CTRL_EOF => {
            // SAFETY: a stream of events; the transport outlives it.
            let transport = unsafe { ffi::BIO_get_data(bio).cast::<Transport>().as_ref() };
            transport.is_some_and(|t| t.at_end.get()).into()
        }
        _ => 0,
    }
}
