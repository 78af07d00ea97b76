//! The standard streams as `print` writes them: straight into a buffer.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, Value, Vm, payload};

/// Bytes after which a buffer is written out.
const BUFFER: usize = 8192;

/// A text stream on a descriptor: UTF-8, buffered.
pub struct StdStream {
    fd: Cell<i32>,
    name: &'static str,
    errors: &'static str,
    line_buffered: bool,
    buffer: RefCell<Vec<u8>>,
}
payload!(StdStream);

/// The native stream behind an object, if it is one.
pub fn native_stream<'a>(vm: &Vm, object: &'a Value) -> Option<&'a Ref<StdStream>> {
    let _ = vm;
    object.downcast::<StdStream>()
}

/// Encodes text for a stream, behind what `out` holds.
///
/// # Errors
/// UnicodeEncodeError for lone surrogates.
pub fn push_text(
    vm: &Vm,
    stream: &Ref<StdStream>,
    text: &Ref<Str>,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    if let Some(ascii) = text.as_ascii() {
        out.extend_from_slice(ascii.as_bytes());
        return Ok(());
    }
    let errors = vm.intern_str(stream.errors);
    let bytes = taipan_object::codecs::utf8::encode(
        vm,
        text,
        &taipan_object::codecs::errors::Handler::of(Some(&errors)),
    )?;
    out.extend_from_slice(&bytes);
    Ok(())
}

/// Adds bytes to the stream's buffer.
///
/// # Errors
/// OSError.
pub fn write_bytes(vm: &Vm, stream: &Ref<StdStream>, bytes: &[u8]) -> PyResult<()> {
    let full = {
        let mut buffer = stream.buffer.borrow_mut();
        buffer.extend_from_slice(bytes);
        buffer.len() >= BUFFER || stream.line_buffered && bytes.contains(&b'\n')
    };
    if full { flush(vm, stream) } else { Ok(()) }
}

/// Writes the buffer out.
///
/// # Errors
/// OSError.
pub fn flush(vm: &Vm, stream: &Ref<StdStream>) -> PyResult<()> {
    let bytes = std::mem::take(&mut *stream.buffer.borrow_mut());
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        match taipan_host::fd::write(stream.fd.get(), rest) {
            Ok(n) => rest = &rest[n..],
            Err(e) => return Err(os_error(vm, &e)),
        }
    }
    Ok(())
}

/// OSError of a failed operation of the system.
#[cold]
pub fn os_error(vm: &Vm, e: &std::io::Error) -> Raised {
    crate::os_error::raise(vm, e, None)
}

#[pymethods(name = "TextIOWrapper", module = "_io", doc = "A standard stream.")]
impl StdStream {
    /// Writes text.
    #[pymethod("(self, text, /)")]
    fn write(vm: &Vm, this: &Ref<StdStream>, text: &Ref<Str>) -> PyResult<usize> {
        let mut bytes = Vec::new();
        push_text(vm, this, text, &mut bytes)?;
        write_bytes(vm, this, &bytes)?;
        Ok(text.len())
    }
    /// Writes the buffer out.
    #[pymethod("(self, /)", name = "flush")]
    fn py_flush(vm: &Vm, this: &Ref<StdStream>) -> PyResult<()> {
        flush(vm, this)
    }
    /// The descriptor.
    #[pymethod("(self, /)")]
    fn fileno(this: &Ref<StdStream>) -> i32 {
        this.fd.get()
    }
    /// Whether the stream is a terminal.
    #[pymethod("(self, /)")]
    fn isatty(this: &Ref<StdStream>) -> bool {
        taipan_host::fd::is_terminal(this.fd.get())
    }
    /// Reads a line.
    #[pymethod("(self, size=-1, /)")]
    fn readline(vm: &Vm, this: &Ref<StdStream>, _size: i64) -> PyResult {
        let mut line = Vec::new();
        let mut byte = [0];
        loop {
            match taipan_host::fd::read(this.fd.get(), &mut byte) {
                Ok(0) => break,
                Ok(_) => {
                    line.push(byte[0]);
                    if byte[0] == b'\n' {
                        break;
                    }
                }
                Err(e) => return Err(os_error(vm, &e)),
            }
        }
        Ok(crate::util::fs_to_text(vm, &line))
    }
    #[pygetset]
    fn name(this: &Ref<StdStream>) -> &'static str {
        this.name
    }
    #[pygetset]
    fn encoding(_this: &Ref<StdStream>) -> &'static str {
        "utf-8"
    }
    #[pygetset]
    fn errors(this: &Ref<StdStream>) -> &'static str {
        this.errors
    }
    #[pygetset]
    fn closed(_this: &Ref<StdStream>) -> bool {
        false
    }
}

/// Makes the standard stream on a descriptor.
pub type Maker = fn(&Vm, i32) -> PyResult;

/// What the module `_io` adds.
#[derive(Default)]
pub struct IoHooks {
    pub make: Cell<Option<Maker>>,
}

fn simple(vm: &Vm, fd: i32) -> PyResult {
    let ty = vm.add_native_type::<StdStream>();
    let (name, errors, line_buffered) = match fd {
        0 => ("<stdin>", "strict", false),
        1 => ("<stdout>", "strict", taipan_host::fd::is_terminal(1)),
        _ => ("<stderr>", "backslashreplace", true),
    };
    let stream = StdStream {
        fd: Cell::new(fd),
        name,
        errors,
        line_buffered,
        buffer: RefCell::default(),
    };
    Ok(vm.heap.alloc(&ty, stream).into_value())
}

/// What makes standard streams.
pub fn maker(vm: &Vm) -> Option<Maker> {
    Some(
        crate::state::<IoHooks>(vm, "io.hooks")
            .make
            .get()
            .unwrap_or(simple),
    )
}
