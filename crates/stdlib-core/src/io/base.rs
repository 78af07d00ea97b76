//! `_IOBase` and the classes between it and the real streams.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, TypeRef, Value, Vm, payload};

use super::{ask, call0, size_arg, unsupported};

macro_rules! bases {
    ($($type:ident)*) => { $(
        /// A base class of streams.
        #[derive(Default)]
        pub struct $type {
            closed: Cell<bool>,
        }
        payload!($type, gc, |_this, _visit| ());
    )* };
}
bases! { IoBase RawBase BufferedBase TextBase }

/// `_io._IOBase`.
pub fn io_base(vm: &Vm) -> TypeRef {
    vm.add_native_type::<IoBase>()
}
/// `_io._RawIOBase`.
pub fn raw_base(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<RawBase>(&io_base(vm))
}
/// `_io._BufferedIOBase`.
pub fn buffered_base(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<BufferedBase>(&io_base(vm))
}
/// `_io._TextIOBase`.
pub fn text_base(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<TextBase>(&io_base(vm))
}

/// Whether a stream says that it is closed.
pub fn is_closed(vm: &Vm, stream: &Value) -> PyResult<bool> {
    if let Some(closed) = super::buffered::file_is_closed(vm, stream) {
        return Ok(closed);
    }
    match vm.getattr_opt(stream, &vm.intern_str("closed"))? {
        Some(c) => vm.is_true(&c),
        None => Ok(false),
    }
}

/// ValueError for a closed stream.
pub fn check_closed(vm: &Vm, stream: &Value) -> PyResult<()> {
    if is_closed(vm, stream)? {
        Err(vm.value_error("I/O operation on closed file."))
    } else {
        Ok(())
    }
}

fn closed_cell(stream: &Value) -> Option<&Cell<bool>> {
    if let Some(b) = stream.downcast::<IoBase>() {
        return Some(&b.closed);
    }
    if let Some(b) = stream.downcast::<RawBase>() {
        return Some(&b.closed);
    }
    if let Some(b) = stream.downcast::<BufferedBase>() {
        return Some(&b.closed);
    }
    stream.downcast::<TextBase>().map(|b| &b.closed)
}

/// Closes a stream that nobody refers to any more.
pub fn finalize(vm: &Vm, stream: &Value) {
    match is_closed(vm, stream) {
        Ok(true) => return,
        Ok(false) => {}
        Err(_) => {
            drop(vm.take_pending());
            return;
        }
    }
    if call0(vm, stream, "close").is_err() {
        drop(vm.take_pending());
    }
}

#[pymethods(
    name = "_IOBase",
    module = "_io",
    doc = "The base of all streams.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl IoBase {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, IoBase::default()).into_value()
    }
    #[pyslot(finalize)]
    fn finalize_slot(vm: &Vm, this: &Value) {
        finalize(vm, this);
    }
    /// Moves the place in the stream.
    #[pymethod("(self, offset, whence=0, /)")]
    fn seek(vm: &Vm, _this: &Value, _offset: &Value, _whence: &Value) -> PyResult<()> {
        Err(unsupported(vm, "seek"))
    }
    /// The place in the stream.
    #[pymethod("(self, /)")]
    fn tell(vm: &Vm, this: &Value) -> PyResult {
        vm.call_method(
            this,
            &vm.intern_str("seek"),
            &[vm.new_int(0), vm.new_int(1)],
        )
    }
    /// Cuts the stream off.
    #[pymethod("(self, size=None, /)")]
    fn truncate(vm: &Vm, _this: &Value, _size: &Value) -> PyResult<()> {
        Err(unsupported(vm, "truncate"))
    }
    /// Writes buffers out.
    #[pymethod("(self, /)")]
    fn flush(vm: &Vm, this: &Value) -> PyResult<()> {
        check_closed(vm, this)
    }
    /// Ends the use of the stream.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Value) -> PyResult<()> {
        let closed = closed_cell(this);
        if closed.is_some_and(Cell::get) {
            return Ok(());
        }
        let result = call0(vm, this, "flush");
        if let Some(c) = closed {
            c.set(true);
        }
        result.map(drop)
    }
    #[pygetset]
    fn closed(this: &Value) -> bool {
        closed_cell(this).is_some_and(Cell::get)
    }
    /// Whether the place can be moved.
    #[pymethod("(self, /)")]
    fn seekable(_this: &Value) -> bool {
        false
    }
    /// Whether the stream can be read.
    #[pymethod("(self, /)")]
    fn readable(_this: &Value) -> bool {
        false
    }
    /// Whether the stream can be written.
    #[pymethod("(self, /)")]
    fn writable(_this: &Value) -> bool {
        false
    }
    /// The descriptor.
    #[pymethod("(self, /)")]
    fn fileno(vm: &Vm, _this: &Value) -> PyResult<()> {
        Err(unsupported(vm, "fileno"))
    }
    /// Whether the stream is a terminal.
    #[pymethod("(self, /)")]
    fn isatty(vm: &Vm, this: &Value) -> PyResult<bool> {
        check_closed(vm, this)?;
        Ok(false)
    }
    #[pymethod("(self)")]
    fn _checkClosed(vm: &Vm, this: &Value) -> PyResult<()> {
        check_closed(vm, this)
    }
    #[pymethod("(self)")]
    fn _checkSeekable(vm: &Vm, this: &Value) -> PyResult<bool> {
        if ask(vm, this, "seekable")? {
            Ok(true)
        } else {
            Err(unsupported(vm, "File or stream is not seekable."))
        }
    }
    #[pymethod("(self)")]
    fn _checkReadable(vm: &Vm, this: &Value) -> PyResult<bool> {
        if ask(vm, this, "readable")? {
            Ok(true)
        } else {
            Err(unsupported(vm, "File or stream is not readable."))
        }
    }
    #[pymethod("(self)")]
    fn _checkWritable(vm: &Vm, this: &Value) -> PyResult<bool> {
        if ask(vm, this, "writable")? {
            Ok(true)
        } else {
            Err(unsupported(vm, "File or stream is not writable."))
        }
    }
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Value) -> PyResult {
        check_closed(vm, this)?;
        Ok(this.clone())
    }
    #[pymethod("(self, *args)")]
    fn __exit__(vm: &Vm, this: &Value, _args: &[Value]) -> PyResult {
        call0(vm, this, "close")
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Value) -> PyResult {
        check_closed(vm, this)?;
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Value) -> PyResult<Option<Value>> {
        let line = call0(vm, this, "readline")?;
        Ok((vm.len(&line)? > 0).then_some(line))
    }
    /// Reads a line.
    #[pymethod("(self, size=-1, /)")]
    fn readline(vm: &Vm, this: &Value, size: &Value) -> PyResult {
        let limit = size_arg(vm, size)?;
        let peek = vm.getattr_opt(this, &vm.intern_str("peek"))?;
        let read = vm.intern_str("read");
        let mut line = Vec::new();
        while limit.is_none_or(|n| line.len() < n) {
            let mut want = 1;
            if let Some(peek) = &peek {
                let ahead = vm.call(peek, &[vm.new_int(1)])?;
                let ahead = taipan_vm::util::bytes_of(vm, &ahead)?;
                if !ahead.is_empty() {
                    let left = limit.map_or(usize::MAX, |n| n - line.len());
                    want = ahead
                        .iter()
                        .position(|&b| b == b'\n')
                        .map_or(ahead.len(), |n| n + 1)
                        .min(left);
                }
            }
            let got = vm.call_method(this, &read, &[vm.new_int(want as i64)])?;
            let Some(bytes) = got.downcast::<taipan_object::bytes::Bytes>() else {
                return Err(vm.raise_str(
                    &vm.exc.os_error,
                    format!(
                        "read() should have returned a bytes object, not '{}'",
                        vm.type_name(&got)
                    ),
                ));
            };
            if bytes.data.is_empty() {
                break;
            }
            line.extend_from_slice(&bytes.data);
            if line.ends_with(b"\n") {
                break;
            }
        }
        Ok(vm.new_bytes(line).into_value())
    }
    /// Reads all lines, or about as many bytes as the hint says.
    #[pymethod("(self, hint=-1, /)")]
    fn readlines(vm: &Vm, this: &Value, hint: &Value) -> PyResult {
        let limit = size_arg(vm, hint)?.filter(|&n| n > 0);
        let mut lines = Vec::new();
        let mut total = 0;
        let it = vm.iter(this)?;
        while let Some(line) = vm.next(&it)? {
            total += vm.len(&line)?;
            lines.push(line);
            if limit.is_some_and(|n| total >= n) {
                break;
            }
        }
        Ok(vm.list_value(lines))
    }
    /// Writes lines, which bring their newlines.
    #[pymethod("(self, lines, /)")]
    fn writelines(vm: &Vm, this: &Value, lines: &Value) -> PyResult<()> {
        check_closed(vm, this)?;
        let write = vm.intern_str("write");
        vm.for_each(lines, |line| {
            vm.call_method(this, &write, &[line]).map(drop)
        })
    }
}

#[pymethods(
    name = "_RawIOBase",
    module = "_io",
    doc = "The base of unbuffered streams.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl RawBase {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, RawBase::default()).into_value()
    }
    /// Reads bytes.
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, this: &Value, size: &Value) -> PyResult {
        let Some(n) = size_arg(vm, size)? else {
            return call0(vm, this, "readall");
        };
        let buffer = vm.call(vm.types.bytearray.as_value(), &[vm.new_int(n as i64)])?;
        let got = vm.call_method(
            this,
            &vm.intern_str("readinto"),
            std::slice::from_ref(&buffer),
        )?;
        if got.is_none() {
            return Ok(got);
        }
        let got = vm.index_i64(&got)?;
        let bytes = taipan_vm::util::bytes_of(vm, &buffer)?;
        match usize::try_from(got).ok().and_then(|n| bytes.get(..n)) {
            Some(b) => Ok(vm.new_bytes(b.to_vec()).into_value()),
            None => Err(vm.value_error(format!("readinto returned {got} outside buffer size {n}"))),
        }
    }
    /// Reads to the end.
    #[pymethod("(self, /)")]
    fn readall(vm: &Vm, this: &Value) -> PyResult {
        let mut all = Vec::new();
        let read = vm.intern_str("read");
        loop {
            let chunk = vm.call_method(this, &read, &[vm.new_int(super::BUFFER_SIZE as i64)])?;
            if chunk.is_none() {
                return Ok(if all.is_empty() {
                    chunk
                } else {
                    vm.new_bytes(all).into_value()
                });
            }
            let Some(bytes) = chunk.downcast::<taipan_object::bytes::Bytes>() else {
                return Err(vm.type_error("read() should return bytes"));
            };
            if bytes.data.is_empty() {
                return Ok(vm.new_bytes(all).into_value());
            }
            all.extend_from_slice(&bytes.data);
        }
    }
    /// Reads into a buffer.
    #[pymethod("(self, buffer, /)")]
    fn readinto(vm: &Vm, _this: &Value, _buffer: &Value) -> PyResult<()> {
        Err(unsupported(vm, "readinto"))
    }
    /// Writes bytes.
    #[pymethod("(self, b, /)")]
    fn write(vm: &Vm, _this: &Value, _bytes: &Value) -> PyResult<()> {
        Err(unsupported(vm, "write"))
    }
}

#[pymethods(
    name = "_BufferedIOBase",
    module = "_io",
    doc = "The base of buffered streams.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl BufferedBase {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, BufferedBase::default()).into_value()
    }
    /// Parts with the stream below.
    #[pymethod("(self, /)")]
    fn detach(vm: &Vm, _this: &Value) -> PyResult<()> {
        Err(unsupported(vm, "detach"))
    }
    /// Reads bytes.
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, _this: &Value, _size: &Value) -> PyResult<()> {
        Err(unsupported(vm, "read"))
    }
    /// Reads bytes with at most one read below.
    #[pymethod("(self, size=-1, /)")]
    fn read1(vm: &Vm, _this: &Value, _size: &Value) -> PyResult<()> {
        Err(unsupported(vm, "read1"))
    }
    fn into(vm: &Vm, this: &Value, buffer: &Value, method: &str) -> PyResult<usize> {
        let len = taipan_vm::util::with_writable(vm, buffer, |b| b.len())?;
        let data = vm.call_method(this, &vm.intern_str(method), &[vm.new_int(len as i64)])?;
        let bytes = taipan_vm::util::bytes_of(vm, &data)?;
        if bytes.len() > len {
            return Err(vm.value_error(format!(
                "read() returned too much data: {len} bytes requested, {} returned",
                bytes.len()
            )));
        }
        taipan_vm::util::with_writable(vm, buffer, |b| {
            let n = bytes.len().min(b.len());
            b[..n].copy_from_slice(&bytes[..n]);
            n
        })
    }
    /// Reads into a buffer.
    #[pymethod("(self, buffer, /)")]
    fn readinto(vm: &Vm, this: &Value, buffer: &Value) -> PyResult<usize> {
        BufferedBase::into(vm, this, buffer, "read")
    }
    /// Reads into a buffer with at most one read below.
    #[pymethod("(self, buffer, /)")]
    fn readinto1(vm: &Vm, this: &Value, buffer: &Value) -> PyResult<usize> {
        BufferedBase::into(vm, this, buffer, "read1")
    }
    /// Writes bytes.
    #[pymethod("(self, b, /)")]
    fn write(vm: &Vm, _this: &Value, _bytes: &Value) -> PyResult<()> {
        Err(unsupported(vm, "write"))
    }
}

#[pymethods(
    name = "_TextIOBase",
    module = "_io",
    doc = "The base of text streams.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl TextBase {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, TextBase::default()).into_value()
    }
    /// Parts with the stream below.
    #[pymethod("(self, /)")]
    fn detach(vm: &Vm, _this: &Value) -> PyResult<()> {
        Err(unsupported(vm, "detach"))
    }
    /// Reads text.
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, _this: &Value, _size: &Value) -> PyResult<()> {
        Err(unsupported(vm, "read"))
    }
    /// Reads a line.
    #[pymethod("(self, size=-1, /)")]
    fn readline(vm: &Vm, _this: &Value, _size: &Value) -> PyResult<()> {
        Err(unsupported(vm, "readline"))
    }
    /// Writes text.
    #[pymethod("(self, s, /)")]
    fn write(vm: &Vm, _this: &Value, _text: &Value) -> PyResult<()> {
        Err(unsupported(vm, "write"))
    }
    #[pygetset]
    fn encoding(_this: &Value) -> Option<Value> {
        None
    }
    #[pygetset]
    fn newlines(_this: &Value) -> Option<Value> {
        None
    }
    #[pygetset]
    fn errors(_this: &Value) -> Option<Value> {
        None
    }
}
