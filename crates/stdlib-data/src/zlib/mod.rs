//! The module `zlib`.

mod compress;
mod decompress;
mod decompressor;
mod stream;

use taipan_macros::pymodule;
use taipan_object::{Raised, TypeRef, Vm};

use stream::{Code, Stream, Z_BUF_ERROR, Z_DATA_ERROR, Z_STREAM_ERROR};

pub use module::MODULE;

/// The first room for output.
const ROOM: usize = 16 * 1024;
/// The most room that one step gets.
const MOST_ROOM: usize = 1 << 26;

/// `zlib.error`.
fn error_class(vm: &Vm) -> TypeRef {
    crate::support::exception(vm, "zlib.error", &vm.exc.exception)
}

/// The error of a stream: code, why, and what was being done.
#[cold]
fn error(vm: &Vm, stream: Option<&Stream>, code: Code, doing: &str) -> Raised {
    let why = stream.and_then(Stream::message).or_else(|| {
        let text = match code {
            Z_BUF_ERROR => "incomplete or truncated stream",
            Z_STREAM_ERROR => "inconsistent stream state",
            Z_DATA_ERROR => "invalid input data",
            _ => return None,
        };
        Some(text.to_owned())
    });
    let class = error_class(vm);
    match why {
        Some(why) => vm.raise_str(&class, format!("Error {code} {doing}: {why}")),
        None => vm.raise_str(&class, format!("Error {code} {doing}")),
    }
}

/// The room for the next step, given what is there already.
fn next_room(have: usize) -> usize {
    have.clamp(ROOM, MOST_ROOM)
}

/// Functions, classes and constants.
#[pymodule(name = "zlib", doc = "Compression by the deflate method.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::bytes::Bytes;
    use taipan_object::bytes_ops::arg::{BytesArg, bytes_like_opt};
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::compress::Compress;
    use super::decompress::Decompress;
    use super::decompressor::Decompressor;
    use super::stream::{
        FINISH, NO_FLUSH, Stream, Z_BUF_ERROR, Z_MEM_ERROR, Z_OK, Z_STREAM_END, Z_STREAM_ERROR,
    };
    use super::{error, error_class, next_room};
    use crate::numbers::low_32;
    use crate::support::{add_constants, set_module_attr};

    #[pyattr]
    const ZLIB_VERSION: &str = "1.3.1";
    #[pyattr]
    const ZLIB_RUNTIME_VERSION: &str = "1.3.1";

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "error", error_class(vm).into_value())?;
        let decompressor = vm.add_native_type::<Decompressor>();
        set_module_attr(vm, module, "_ZlibDecompressor", decompressor.into_value())?;
        add_constants(
            vm,
            module,
            &[
                ("MAX_WBITS", 15),
                ("DEFLATED", 8),
                ("DEF_MEM_LEVEL", 8),
                ("DEF_BUF_SIZE", 16384),
                ("Z_NO_COMPRESSION", 0),
                ("Z_BEST_SPEED", 1),
                ("Z_BEST_COMPRESSION", 9),
                ("Z_DEFAULT_COMPRESSION", -1),
                ("Z_FILTERED", 1),
                ("Z_HUFFMAN_ONLY", 2),
                ("Z_RLE", 3),
                ("Z_FIXED", 4),
                ("Z_DEFAULT_STRATEGY", 0),
                ("Z_NO_FLUSH", 0),
                ("Z_PARTIAL_FLUSH", 1),
                ("Z_SYNC_FLUSH", 2),
                ("Z_FULL_FLUSH", 3),
                ("Z_FINISH", 4),
                ("Z_BLOCK", 5),
                ("Z_TREES", 6),
            ],
        );
        Ok(())
    }

    /// Compresses bytes.
    #[pyfunction("(data, /, level=-1, wbits=15)")]
    fn compress(vm: &Vm, data: BytesArg<'_>, level: i32, wbits: i32) -> PyResult<Ref<Bytes>> {
        let mut stream = match Stream::compressing(level, 8, wbits, 8, 0) {
            Ok(stream) => stream,
            Err(Z_MEM_ERROR) => return Err(vm.memory_error()),
            Err(Z_STREAM_ERROR) => {
                return Err(vm.raise_str(&error_class(vm), "Bad compression level"));
            }
            Err(code) => return Err(error(vm, None, code, "while compressing data")),
        };
        let (mut input, mut out) = (&*data, Vec::new());
        loop {
            let room = next_room(out.len());
            match stream.step(&mut input, &mut out, room, FINISH) {
                Z_STREAM_END => return Ok(vm.new_bytes(out)),
                Z_OK => {}
                Z_MEM_ERROR => return Err(vm.memory_error()),
                code => return Err(error(vm, Some(&stream), code, "while compressing data")),
            }
        }
    }
    /// Expands compressed bytes.
    #[pyfunction("(data, /, wbits=15, bufsize=16384)")]
    fn decompress(vm: &Vm, data: BytesArg<'_>, wbits: i32, bufsize: isize) -> PyResult<Ref<Bytes>> {
        if bufsize < 0 {
            return Err(vm.value_error("bufsize must be non-negative"));
        }
        let mut stream = match Stream::expanding(wbits) {
            Ok(stream) => stream,
            Err(Z_MEM_ERROR) => return Err(vm.memory_error()),
            Err(code) => return Err(error(vm, None, code, "while preparing to decompress data")),
        };
        let (mut input, mut out) = (&*data, Vec::new());
        let mut room = (bufsize as usize).clamp(1, super::MOST_ROOM);
        loop {
            match stream.step(&mut input, &mut out, room, NO_FLUSH) {
                Z_STREAM_END => return Ok(vm.new_bytes(out)),
                Z_OK | Z_BUF_ERROR if stream.is_full() || !input.is_empty() => {}
                Z_OK | Z_BUF_ERROR => {
                    return Err(error(vm, None, Z_BUF_ERROR, "while decompressing data"));
                }
                Z_MEM_ERROR => return Err(vm.memory_error()),
                code => return Err(error(vm, Some(&stream), code, "while decompressing data")),
            }
            room = next_room(out.len());
        }
    }
    /// An object that compresses data piece by piece.
    #[pyfunction("(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=<unset>)")]
    fn compressobj(
        vm: &Vm,
        level: i32,
        method: i32,
        wbits: i32,
        mem_level: i32,
        strategy: i32,
        zdict: Option<BytesArg<'_>>,
    ) -> PyResult<Ref<Compress>> {
        let mut stream = match Stream::compressing(level, method, wbits, mem_level, strategy) {
            Ok(stream) => stream,
            Err(Z_MEM_ERROR) => return Err(vm.memory_error()),
            Err(_) => return Err(vm.value_error("Invalid initialization option")),
        };
        if let Some(dictionary) = zdict {
            match stream.set_dictionary(&dictionary) {
                Z_OK => {}
                Z_STREAM_ERROR => return Err(vm.value_error("Invalid dictionary")),
                _ => return Err(vm.value_error("deflateSetDictionary()")),
            }
        }
        Ok(Compress::make(vm, stream))
    }
    /// An object that expands data piece by piece.
    #[pyfunction("(wbits=15, zdict=<unset>)")]
    fn decompressobj(vm: &Vm, wbits: i32, zdict: Option<&Value>) -> PyResult<Ref<Decompress>> {
        Ok(Decompress::make(vm, open(vm, wbits, zdict)?))
    }

    /// A stream that expands, with its dictionary.
    pub(super) fn open(
        vm: &Vm,
        wbits: i32,
        zdict: Option<&Value>,
    ) -> PyResult<(Stream, Option<Vec<u8>>)> {
        let dictionary = match zdict {
            None => None,
            Some(zdict) => match bytes_like_opt(vm, zdict)? {
                Some(bytes) => Some(bytes.to_vec()).filter(|b| !b.is_empty()),
                None => {
                    return Err(vm.type_error("zdict argument must support the buffer protocol"));
                }
            },
        };
        let mut stream = match Stream::expanding(wbits) {
            Ok(stream) => stream,
            Err(Z_MEM_ERROR) => return Err(vm.memory_error()),
            Err(_) => return Err(vm.value_error("Invalid initialization option")),
        };
        // Streams without a header do not ask for their dictionary.
        if wbits < 0
            && let Some(dictionary) = &dictionary
        {
            let code = stream.set_dictionary(dictionary);
            if code != Z_OK {
                return Err(error(vm, Some(&stream), code, "while setting zdict"));
            }
        }
        Ok((stream, dictionary))
    }
    /// The Adler-32 checksum of bytes, going on from an earlier one.
    #[pyfunction("(data, value=1, /)")]
    fn adler32(vm: &Vm, data: BytesArg<'_>, value: &Value) -> PyResult<u32> {
        let start = low_32(vm, value)?;
        let (mut a, mut b) = (start & 0xFFFF, start >> 16);
        // As many bytes as can be added before the sums must be reduced.
        for chunk in data.chunks(5552) {
            for &byte in chunk {
                a += u32::from(byte);
                b += a;
            }
            a %= 65521;
            b %= 65521;
        }
        Ok(b << 16 | a)
    }
    /// The CRC-32 of bytes, going on from an earlier one.
    #[pyfunction("(data, value=0, /)")]
    fn crc32(vm: &Vm, data: BytesArg<'_>, value: &Value) -> PyResult<u32> {
        let mut hasher = crc32fast::Hasher::new_with_initial(low_32(vm, value)?);
        hasher.update(&data);
        Ok(hasher.finalize())
    }
}
