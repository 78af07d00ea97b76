//! One compressing or expanding stream of zlib-rs, with a safe face.

use std::ffi::CStr;

use libz_rs_sys as z;

/// What zlib's functions return.
pub type Code = i32;
pub use z::{
    Z_BUF_ERROR, Z_DATA_ERROR, Z_MEM_ERROR, Z_NEED_DICT, Z_OK, Z_STREAM_END, Z_STREAM_ERROR,
};
pub const NO_FLUSH: i32 = z::Z_NO_FLUSH;
pub const SYNC_FLUSH: i32 = z::Z_SYNC_FLUSH;
pub const FINISH: i32 = z::Z_FINISH;

/// A stream. The state of zlib-rs is reached only through this.
pub struct Stream {
    raw: Box<z::z_stream>,
    compresses: bool,
    /// Neither ended nor failed to start.
    live: bool,
}

fn blank() -> Box<z::z_stream> {
    // SAFETY: all fields are numbers, null pointers or empty functions, for which zero is right.
    Box::new(unsafe { std::mem::zeroed() })
}

const SIZE: i32 = size_of::<z::z_stream>() as i32;

impl Stream {
    /// A stream that compresses.
    ///
    /// # Errors
    /// zlib's code for parameters that do not fit.
    pub fn compressing(
        level: i32,
        method: i32,
        window: i32,
        memory: i32,
        strategy: i32,
    ) -> Result<Stream, Code> {
        let mut raw = blank();
        // SAFETY: the stream is zeroed, as the function wants it; version and size are the crate's own.
        let code = unsafe {
            z::deflateInit2_(
                &raw mut *raw,
                level,
                method,
                window,
                memory,
                strategy,
                z::zlibVersion(),
                SIZE,
            )
        };
        Stream::started(raw, code, true)
    }
    /// A stream that expands.
    ///
    /// # Errors
    /// zlib's code for parameters that do not fit.
    pub fn expanding(window: i32) -> Result<Stream, Code> {
        let mut raw = blank();
        // SAFETY: as above.
        let code = unsafe { z::inflateInit2_(&raw mut *raw, window, z::zlibVersion(), SIZE) };
        Stream::started(raw, code, false)
    }
    fn started(raw: Box<z::z_stream>, code: Code, compresses: bool) -> Result<Stream, Code> {
        if code == Z_OK {
            Ok(Stream {
                raw,
                compresses,
                live: true,
            })
        } else {
            Err(code)
        }
    }
    /// Takes input from the front of the slice and adds up to `room` bytes to the output.
    pub fn step(&mut self, input: &mut &[u8], out: &mut Vec<u8>, room: usize, flush: i32) -> Code {
        if !self.live {
            return Z_STREAM_ERROR;
        }
        if out.try_reserve(room).is_err() {
            return Z_MEM_ERROR;
        }
        let given = input.len().min(u32::MAX as usize >> 1);
        let room = room.min(u32::MAX as usize >> 1);
        // More input follows: it is not the end yet.
        let flush = if given < input.len() { NO_FLUSH } else { flush };
        self.raw.next_in = input.as_ptr().cast_mut();
        self.raw.avail_in = given as u32;
        self.raw.next_out = out.spare_capacity_mut().as_mut_ptr().cast();
        self.raw.avail_out = room as u32;
        // SAFETY: the stream is live; input and output have the lengths that it was told; it writes only what it counts.
        let code = unsafe {
            let code = if self.compresses {
                z::deflate(&raw mut *self.raw, flush)
            } else {
                z::inflate(&raw mut *self.raw, flush)
            };
            out.set_len(out.len() + room - self.raw.avail_out as usize);
            code
        };
        *input = &input[given - self.raw.avail_in as usize..];
        self.raw.next_in = std::ptr::null_mut();
        self.raw.next_out = std::ptr::null_mut();
        code
    }
    /// Whether the last step used all the room that it had.
    pub fn is_full(&self) -> bool {
        self.raw.avail_out == 0
    }
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Code {
        if !self.live {
            return Z_STREAM_ERROR;
        }
        let len = dictionary.len() as u32;
        // SAFETY: the stream is live, the slice readable.
        unsafe {
            if self.compresses {
                z::deflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), len)
            } else {
                z::inflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), len)
            }
        }
    }
    /// A stream that goes on from here by itself.
    ///
    /// # Errors
    /// zlib's code: the stream has ended, or there is no memory.
    pub fn duplicate(&mut self) -> Result<Stream, Code> {
        if !self.live {
            return Err(Z_STREAM_ERROR);
        }
        let mut raw = blank();
        // A stream without a place for output counts as broken.
        self.raw.next_out = std::ptr::dangling_mut();
        self.raw.avail_out = 0;
        // SAFETY: the source is live, the target zeroed.
        let code = unsafe {
            if self.compresses {
                z::deflateCopy(&raw mut *raw, &raw mut *self.raw)
            } else {
                z::inflateCopy(&raw mut *raw, &raw const *self.raw)
            }
        };
        Stream::started(raw, code, self.compresses)
    }
    /// Why the last step failed, if zlib says so.
    pub fn message(&self) -> Option<String> {
        let text = self.raw.msg;
        // SAFETY: null or a static C string of the crate.
        (!text.is_null()).then(|| {
            unsafe { CStr::from_ptr(text) }
                .to_string_lossy()
                .into_owned()
        })
    }
    /// Ends the stream.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.live) {
            // SAFETY: the stream is live and not used after this.
            unsafe {
                if self.compresses {
                    z::deflateEnd(&raw mut *self.raw);
                } else {
                    z::inflateEnd(&raw mut *self.raw);
                }
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}
