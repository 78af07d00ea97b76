//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::file_io::FileIo;
use super::{ask, base, call0, size_arg, unsupported};

/// What the three classes have in common: a raw stream and bytes read ahead or to be written.
#[derive(Default)]
pub struct Buffered {
    raw: RefCell<Option<Value>>,
    detached: Cell<bool>,
    size: Cell<usize>,
    /// Bytes read ahead, from `at` on.
    ahead: RefCell<Vec<u8>>,
    at: Cell<usize>,
    pending: RefCell<Vec<u8>>,
}

impl Buffered {
    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.raw.borrow().iter().for_each(visit);
    }
    fn clear(&self) {
        let raw = self.raw.take();
        drop(raw);
    }
    pub fn raw(&self, vm: &Vm) -> PyResult {
        match &*self.raw.borrow() {
            Some(raw) => Ok(raw.clone()),
            None if self.detached.get() => Err(vm.value_error("raw stream has been detached")),
            None => Err(vm.value_error("I/O operation on uninitialized object")),
        }
    }
    /// The raw stream, which must be open.
    fn open(&self, vm: &Vm, doing: &str) -> PyResult {
        let raw = self.raw(vm)?;
        let closed = match raw.downcast::<FileIo>() {
            Some(f) => f.fd.get() < 0,
            None => base::is_closed(vm, &raw)?,
        };
        if closed {
            Err(vm.value_error(format!("{doing} closed file")))
        } else {
            Ok(raw)
        }
    }
    fn start(&self, raw: &Value, size: usize) {
        let old = self.raw.replace(Some(raw.clone()));
        drop(old);
        self.detached.set(false);
        self.size.set(size);
        self.ahead.borrow_mut().clear();
        self.at.set(0);
        self.pending.borrow_mut().clear();
    }
    fn left(&self) -> usize {
        self.ahead.borrow().len() - self.at.get()
    }
    /// One read of the raw stream; `None` if it would block.
    fn raw_read(
        &self,
        vm: &Vm,
        raw: &Value,
        into: &mut Vec<u8>,
        n: usize,
    ) -> PyResult<Option<usize>> {
        if into.try_reserve(n).is_err() {
            return Err(vm.memory_error());
        }
        let start = into.len();
        if let Some(f) = raw.downcast_exact::<FileIo>(&super::file_io::class(vm)) {
            into.resize(start + n, 0);
            let got = f.read_some(vm, &mut into[start..]);
            into.truncate(start + got.ok().flatten().unwrap_or(0));
            return got;
        }
        let target = vm.call(vm.types.bytearray.as_value(), &[vm.new_int(n as i64)])?;
        let view = vm.call(
            vm.types.memoryview.as_value(),
            std::slice::from_ref(&target),
        )?;
        let got = vm.call_method(raw, &vm.intern_str("readinto"), std::slice::from_ref(&view))?;
        if got.is_none() {
            return Ok(None);
        }
        let count = vm.index_i64(&got)?;
        let bytes = taipan_vm::util::bytes_of(vm, &target)?;
        match usize::try_from(count).ok().and_then(|n| bytes.get(..n)) {
            Some(b) => {
                into.extend_from_slice(b);
                Ok(Some(b.len()))
            }
            None => Err(vm.raise_str(
                &vm.exc.os_error,
                format!("raw readinto() returned invalid length {count} (should have been between 0 and {n})"),
            )),
        }
    }
    /// Reads ahead once; how many bytes are there then, `None` if it would block.
    fn fill(&self, vm: &Vm, raw: &Value) -> PyResult<Option<usize>> {
        let mut bytes = Vec::new();
        let got = self.raw_read(vm, raw, &mut bytes, self.size.get())?;
        let mut ahead = self.ahead.borrow_mut();
        let at = self.at.get().min(ahead.len());
        ahead.drain(..at);
        ahead.extend_from_slice(&bytes);
        self.at.set(0);
        Ok(got)
    }
    fn take(&self, n: usize) -> Vec<u8> {
        let ahead = self.ahead.borrow();
        let at = self.at.get();
        let end = at.saturating_add(n).min(ahead.len());
        self.at.set(end);
        ahead[at..end].to_vec()
    }

    fn read_all(&self, vm: &Vm, raw: &Value) -> PyResult {
        let mut all = self.take(usize::MAX);
        self.ahead.borrow_mut().clear();
        self.at.set(0);
        if let Some(f) = raw.downcast_exact::<FileIo>(&super::file_io::class(vm)) {
            return match f.read_to_end(vm)? {
                None if all.is_empty() => Ok(Value::NONE),
                rest => {
                    let rest = rest.unwrap_or_default();
                    if all.is_empty() {
                        return Ok(vm.new_bytes(rest).into_value());
                    }
                    all.extend_from_slice(&rest);
                    Ok(vm.new_bytes(all).into_value())
                }
            };
        }
        if let Some(readall) = vm.getattr_opt(raw, &vm.intern_str("readall"))? {
            let rest = vm.call(&readall, &[])?;
            if rest.is_none() {
                return Ok(if all.is_empty() {
                    rest
                } else {
                    vm.new_bytes(all).into_value()
                });
            }
            let Some(b) = rest.downcast::<Bytes>() else {
                return Err(vm.type_error("readall() should return bytes"));
            };
            all.extend_from_slice(&b.data);
            return Ok(vm.new_bytes(all).into_value());
        }
        let read = vm.intern_str("read");
        loop {
            let chunk = vm.call_method(raw, &read, &[])?;
            let Some(b) = chunk.downcast::<Bytes>().filter(|b| !b.data.is_empty()) else {
                return Ok(if all.is_empty() && chunk.is_none() {
                    chunk
                } else {
                    vm.new_bytes(all).into_value()
                });
            };
            all.extend_from_slice(&b.data);
        }
    }
    fn read(&self, vm: &Vm, size: &Value) -> PyResult {
        if let Some(n) = size.as_i64()
            && n < -1
        {
            return Err(vm.value_error("read length must be non-negative or -1"));
        }
        let size = size_arg(vm, size)?;
        let raw = self.open(vm, "read of")?;
        self.write_out(vm)?;
        let Some(n) = size else {
            return self.read_all(vm, &raw);
        };
        if n <= self.left() {
            return Ok(vm.new_bytes(self.take(n)).into_value());
        }
        let mut out = self.take(n);
        while out.len() < n {
            let missing = n - out.len();
            // Large parts go past the buffer.
            let got = if missing >= self.size.get() {
                self.raw_read(vm, &raw, &mut out, missing)?
            } else {
                let got = self.fill(vm, &raw)?;
                let part = self.take(missing);
                out.extend_from_slice(&part);
                got
            };
            match got {
                None if out.is_empty() => return Ok(Value::NONE),
                None | Some(0) => break,
                Some(_) => {}
            }
        }
        Ok(vm.new_bytes(out).into_value())
    }
    /// What is there, reading ahead once if nothing is.
    pub fn read1(&self, vm: &Vm, n: Option<usize>) -> PyResult<Option<Vec<u8>>> {
        let raw = self.open(vm, "read of")?;
        self.write_out(vm)?;
        let n = n.unwrap_or(self.size.get());
        if n == 0 {
            return Ok(Some(Vec::new()));
        }
        if self.left() == 0 {
            if n >= self.size.get() {
                let mut out = Vec::new();
                return Ok(self.raw_read(vm, &raw, &mut out, n)?.map(|_| out));
            }
            if self.fill(vm, &raw)?.is_none() {
                return Ok(Some(Vec::new()));
            }
        }
        Ok(Some(self.take(n)))
    }
    fn read_into(&self, vm: &Vm, buffer: &Value, once: bool) -> PyResult {
        let n = taipan_vm::util::with_writable(vm, buffer, |b| b.len())?;
        let data = if once {
            self.read1(vm, Some(n))?
                .map_or(Value::NONE, |b| vm.new_bytes(b).into_value())
        } else {
            self.read(vm, &vm.new_int(n as i64))?
        };
        let Some(bytes) = data.downcast::<Bytes>() else {
            return Ok(data);
        };
        let n = taipan_vm::util::with_writable(vm, buffer, |b| {
            let n = bytes.data.len().min(b.len());
            b[..n].copy_from_slice(&bytes.data[..n]);
            n
        })?;
        Ok(vm.new_int(n as i64))
    }
    fn peek(&self, vm: &Vm) -> PyResult {
        let raw = self.open(vm, "peek of")?;
        self.write_out(vm)?;
        if self.left() == 0 {
            self.fill(vm, &raw)?;
        }
        let ahead = self.ahead.borrow();
        Ok(vm.new_bytes(ahead[self.at.get()..].to_vec()).into_value())
    }
    fn readline(&self, vm: &Vm, limit: Option<usize>) -> PyResult {
        let raw = self.open(vm, "readline of")?;
        self.write_out(vm)?;
        let mut line = Vec::new();
        loop {
            let left = limit.map_or(usize::MAX, |n| n - line.len());
            let found = {
                let ahead = self.ahead.borrow();
                let rest = &ahead[self.at.get()..];
                let rest = &rest[..left.min(rest.len())];
                let found = memchr::memchr(b'\n', rest);
                let part = &rest[..found.map_or(rest.len(), |n| n + 1)];
                if found.is_some() && line.is_empty() {
                    self.at.set(self.at.get() + part.len());
                    return Ok(vm.new_bytes(part).into_value());
                }
                line.extend_from_slice(part);
                self.at.set(self.at.get() + part.len());
                found
            };
            if found.is_some()
                || limit.is_some_and(|n| line.len() >= n)
                || self.fill(vm, &raw)?.is_none_or(|n| n == 0)
            {
                return Ok(vm.new_bytes(line).into_value());
            }
        }
    }

    /// Writes pending bytes to the raw stream.
    pub fn write_out(&self, vm: &Vm) -> PyResult<()> {
        if self.pending.borrow().is_empty() {
            return Ok(());
        }
        let raw = self.open(vm, "flush of")?;
        let bytes = std::mem::take(&mut *self.pending.borrow_mut());
        let mut done = 0;
        while done < bytes.len() {
            match self.raw_write(vm, &raw, &bytes[done..]) {
                Ok(Some(n)) => {
                    done += n;
                    // A signal may have cut the write short: its handler runs before the next.
                    if done < bytes.len()
                        && let Err(e) = (vm.hooks.get().poll)(vm)
                    {
                        self.keep(&bytes[done..]);
                        return Err(e);
                    }
                }
                Ok(None) => {
                    self.keep(&bytes[done..]);
                    return Err(would_block(vm, 0));
                }
                Err(e) => {
                    self.keep(&bytes[done..]);
                    return Err(e);
                }
            }
        }
        Ok(())
    }
    fn keep(&self, bytes: &[u8]) {
        let mut pending = self.pending.borrow_mut();
        let later = std::mem::replace(&mut *pending, bytes.to_vec());
        pending.extend_from_slice(&later);
    }
    fn raw_write(&self, vm: &Vm, raw: &Value, bytes: &[u8]) -> PyResult<Option<usize>> {
        if let Some(f) = raw.downcast_exact::<FileIo>(&super::file_io::class(vm)) {
            return f.write_some(vm, bytes);
        }
        let data = vm.new_bytes(bytes.to_vec()).into_value();
        let view = vm.call(vm.types.memoryview.as_value(), &[data])?;
        let n = vm.call_method(raw, &vm.intern_str("write"), &[view])?;
        if n.is_none() {
            return Ok(None);
        }
        let n = vm.index_i64(&n)?;
        match usize::try_from(n).ok().filter(|&n| n <= bytes.len()) {
            Some(n) => Ok(Some(n)),
            None => Err(vm.raise_str(
                &vm.exc.os_error,
                format!(
                    "raw write() returned invalid length {n} (should have been between 0 and {})",
                    bytes.len()
                ),
            )),
        }
    }
    /// Takes bytes to be written.
    pub fn write(&self, vm: &Vm, bytes: &[u8]) -> PyResult<()> {
        let raw = self.open(vm, "write to")?;
        self.drop_ahead(vm, &raw)?;
        if self.pending.borrow().len() + bytes.len() <= self.size.get() {
            self.pending.borrow_mut().extend_from_slice(bytes);
            return Ok(());
        }
        self.write_out(vm)?;
        let mut done = 0;
        while bytes.len() - done > self.size.get() {
            match self.raw_write(vm, &raw, &bytes[done..])? {
                Some(n) => {
                    done += n;
                    (vm.hooks.get().poll)(vm)?;
                }
                None => return Err(would_block(vm, done)),
            }
        }
        self.pending.borrow_mut().extend_from_slice(&bytes[done..]);
        Ok(())
    }
    /// Puts the raw stream's place to where the program thinks that it is.
    fn drop_ahead(&self, vm: &Vm, raw: &Value) -> PyResult<()> {
        let left = self.left();
        self.ahead.borrow_mut().clear();
        self.at.set(0);
        if left > 0 {
            vm.call_method(
                raw,
                &vm.intern_str("seek"),
                &[vm.new_int(-(left as i64)), vm.new_int(1)],
            )?;
        }
        Ok(())
    }
    fn raw_tell(&self, vm: &Vm, raw: &Value) -> PyResult<i64> {
        let n = call0(vm, raw, "tell")?;
        let n = vm.index_i64(&n)?;
        if n < 0 {
            return Err(vm.raise_str(
                &vm.exc.os_error,
                format!("Raw stream returned invalid position {n}"),
            ));
        }
        Ok(n)
    }
    pub fn tell(&self, vm: &Vm) -> PyResult<i64> {
        let raw = self.raw(vm)?;
        Ok(self.raw_tell(vm, &raw)? - self.left() as i64 + self.pending.borrow().len() as i64)
    }
    pub fn seek(&self, vm: &Vm, target: &Value, whence: i64) -> PyResult {
        if !(0..=4).contains(&whence) {
            return Err(vm.value_error(format!("whence value {whence} unsupported")));
        }
        let raw = self.open(vm, "seek of")?;
        if !ask(vm, &raw, "seekable")? {
            return Err(unsupported(vm, "File or stream is not seekable."));
        }
        let target = vm.index_i64(target)?;
        // Within what was read ahead only the place changes.
        if whence < 2 && self.left() > 0 && self.pending.borrow().is_empty() {
            let here = self.raw_tell(vm, &raw)? - self.left() as i64;
            let to = if whence == 0 { target } else { here + target };
            let at = self.at.get() as i64 + (to - here);
            if at >= 0 && at as usize <= self.ahead.borrow().len() {
                self.at.set(at as usize);
                return Ok(vm.new_int(to));
            }
        }
        self.write_out(vm)?;
        let target = if whence == 1 {
            target - self.left() as i64
        } else {
            target
        };
        let r = vm.call_method(
            &raw,
            &vm.intern_str("seek"),
            &[vm.new_int(target), vm.new_int(whence)],
        )?;
        self.ahead.borrow_mut().clear();
        self.at.set(0);
        Ok(r)
    }
    fn truncate(&self, vm: &Vm, size: &Value) -> PyResult {
        let raw = self.open(vm, "truncate of")?;
        if !ask(vm, &raw, "writable")? {
            return Err(unsupported(vm, "truncate"));
        }
        self.write_out(vm)?;
        let size = if size.is_none() {
            vm.new_int(self.tell(vm)?)
        } else {
            size.clone()
        };
        vm.call_method(&raw, &vm.intern_str("truncate"), &[size])
    }
    fn close(&self, vm: &Vm, this: &Value) -> PyResult {
        let raw = self.raw(vm)?;
        if base::is_closed(vm, &raw)? {
            return Ok(Value::NONE);
        }
        let flushed = call0(vm, this, "flush");
        let failure = flushed.err().map(|e| vm.take_exception(e));
        let closed = call0(vm, &raw, "close");
        self.ahead.borrow_mut().clear();
        self.at.set(0);
        self.pending.borrow_mut().clear();
        match failure {
            Some(e) => {
                if let Err(r) = closed {
                    let second = vm.take_exception(r);
                    if let Some(x) = second.downcast::<taipan_object::exceptions::Exception>() {
                        x.context.set(Some(e));
                    }
                    return Err(vm.restore(second));
                }
                Err(vm.restore(e))
            }
            None => closed,
        }
    }
    fn repr(&self, vm: &Vm, this: &Value, class: &str) -> PyResult {
        let name = match vm.getattr_opt(this, &vm.intern_str("name")) {
            Ok(name) => name,
            Err(_) => {
                drop(vm.take_pending());
                None
            }
        };
        let _guard = vm.repr_enter(this).ok_or_else(|| {
            vm.runtime_error(format!("reentrant call inside _io.{class}.__repr__"))
        })?;
        let text = match name {
            Some(n) => format!("<_io.{class} name={}>", vm.repr(&n)?),
            None => format!("<_io.{class}>"),
        };
        Ok(vm.new_str(&text).into_value())
    }
}

#[cold]
fn would_block(vm: &Vm, written: usize) -> taipan_object::Raised {
    let raised = taipan_vm::os_error::raise_text(
        vm,
        taipan_host::errno::EAGAIN,
        "write could not complete without blocking",
        None,
        None,
    );
    if let Some(e) = vm
        .peek_exception()
        .as_ref()
        .and_then(|e| e.downcast::<taipan_object::exceptions::Exception>())
    {
        e.set_field(4, Some(vm.new_int(written as i64)));
    }
    raised
}

/// The common part of a stream of one of the three classes.
pub fn common(object: &Value) -> Option<&Buffered> {
    if let Some(b) = object.downcast::<Reader>() {
        return Some(&b.0);
    }
    if let Some(b) = object.downcast::<Writer>() {
        return Some(&b.0);
    }
    object.downcast::<Random>().map(|b| &b.0)
}

/// Whether an object is exactly a `BufferedReader`.
pub fn is_reader(vm: &Vm, object: &Value) -> bool {
    object.downcast::<Reader>().is_some() && exact(vm, object).is_some()
}
/// Whether an object is exactly a `BufferedWriter`.
pub fn is_writer(vm: &Vm, object: &Value) -> bool {
    object.downcast::<Writer>().is_some() && exact(vm, object).is_some()
}
/// Whether the file under a buffer is closed, if both are exactly ours.
pub fn file_is_closed(vm: &Vm, object: &Value) -> Option<bool> {
    let raw = exact(vm, object)?.raw.borrow();
    let file = raw.as_ref()?.downcast::<FileIo>()?;
    let plain = !file.ty().has(taipan_object::ty::TypeFlags::HEAP);
    plain.then(|| file.fd.get() < 0)
}

/// Whether an object is exactly one of the three classes.
pub fn exact<'a>(vm: &Vm, object: &'a Value) -> Option<&'a Buffered> {
    let b = common(object)?;
    let ty = vm.type_of(object);
    (!ty.has(taipan_object::ty::TypeFlags::HEAP)).then_some(b)
}

macro_rules! classes {
    ($($type:ident $class:literal $function:ident $needs_read:literal $needs_write:literal;)*) => { $(
        #[doc = concat!("`", $class, "`.")]
        #[derive(Default)]
        pub struct $type(Buffered);
        payload!($type, gc, |this, visit| this.0.visit(visit), clear |this| this.0.clear());

        #[doc = concat!("`_io.", $class, "`.")]
        pub fn $function(vm: &Vm) -> TypeRef {
            vm.add_native_type_with_base::<$type>(&base::buffered_base(vm))
        }

        #[pymethods(
            name = $class,
            module = "_io",
            doc = "A buffer over an unbuffered stream.",
            flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
        )]
        impl $type {
            #[pynew("(*args, **kwargs)")]
            fn new(vm: &Vm, cls: &TypeRef, _args: &[Value], _kwargs: taipan_object::args::KwArgs<'_>) -> Value {
                alloc_instance(vm, cls, $type::default()).into_value()
            }
            #[pyinit("(self, raw, buffer_size=131072)")]
            fn init(vm: &Vm, this: &Ref<$type>, raw: &Value, buffer_size: i64) -> PyResult<()> {
                if $needs_read && $needs_write && !ask(vm, raw, "seekable")? {
                    return Err(unsupported(vm, "File or stream is not seekable."));
                }
                if $needs_read && !ask(vm, raw, "readable")? {
                    return Err(unsupported(vm, "File or stream is not readable."));
                }
                if $needs_write && !ask(vm, raw, "writable")? {
                    return Err(unsupported(vm, "File or stream is not writable."));
                }
                if buffer_size <= 0 {
                    return Err(vm.value_error("buffer size must be strictly positive"));
                }
                this.0.start(raw, buffer_size as usize);
                Ok(())
            }
            /// Reads bytes.
            #[pymethod("(self, size=-1, /)")]
            fn read(vm: &Vm, this: &Ref<$type>, size: &Value) -> PyResult {
                if !$needs_read { return Err(unsupported(vm, "read")); }
                this.0.read(vm, size)
            }
            /// Reads bytes with at most one read below.
            #[pymethod("(self, size=-1, /)")]
            fn read1(vm: &Vm, this: &Ref<$type>, size: &Value) -> PyResult {
                if !$needs_read { return Err(unsupported(vm, "read1")); }
                let size = size_arg(vm, size)?;
                Ok(this.0.read1(vm, size)?.map_or_else(|| vm.empty_bytes.clone(), |b| vm.new_bytes(b).into_value()))
            }
            /// Reads into a buffer.
            #[pymethod("(self, buffer, /)")]
            fn readinto(vm: &Vm, this: &Ref<$type>, buffer: &Value) -> PyResult {
                if !$needs_read { return Err(unsupported(vm, "readinto")); }
                this.0.read_into(vm, buffer, false)
            }
            /// Reads into a buffer with at most one read below.
            #[pymethod("(self, buffer, /)")]
            fn readinto1(vm: &Vm, this: &Ref<$type>, buffer: &Value) -> PyResult {
                if !$needs_read { return Err(unsupported(vm, "readinto1")); }
                this.0.read_into(vm, buffer, true)
            }
            /// Bytes ahead of the place.
            #[pymethod("(self, size=0, /)")]
            fn peek(vm: &Vm, this: &Ref<$type>, _size: i64) -> PyResult {
                if !$needs_read { return Err(unsupported(vm, "peek")); }
                this.0.peek(vm)
            }
            /// Reads a line.
            #[pymethod("(self, size=-1, /)")]
            fn readline(vm: &Vm, this: &Ref<$type>, size: &Value) -> PyResult {
                if !$needs_read { return Err(unsupported(vm, "readline")); }
                let size = size_arg(vm, size)?;
                this.0.readline(vm, size)
            }
            #[pyslot]
            fn iternext(vm: &Vm, this: &Value) -> PyResult<Option<Value>> {
                let line = match this.downcast::<$type>().filter(|_| exact(vm, this).is_some() && $needs_read) {
                    Some(b) => b.0.readline(vm, None)?,
                    None => call0(vm, this, "readline")?,
                };
                Ok((vm.len(&line)? > 0).then_some(line))
            }
            /// Writes bytes.
            #[pymethod("(self, buffer, /)")]
            fn write(vm: &Vm, this: &Ref<$type>, buffer: &Value) -> PyResult<usize> {
                if !$needs_write { return Err(unsupported(vm, "write")); }
                if buffer.downcast::<taipan_object::str::Str>().is_some() {
                    return Err(vm.type_error("a bytes-like object is required, not 'str'"));
                }
                let bytes = taipan_vm::util::bytes_of(vm, buffer)?;
                this.0.write(vm, &bytes)?;
                Ok(bytes.len())
            }
            /// Writes the buffer out.
            #[pymethod("(self, /)")]
            fn flush(vm: &Vm, this: &Ref<$type>) -> PyResult {
                let raw = this.0.open(vm, "flush of")?;
                this.0.write_out(vm)?;
                if $needs_write { this.0.drop_ahead(vm, &raw)?; }
                call0(vm, &raw, "flush")
            }
            /// Moves the place in the stream.
            #[pymethod("(self, target, whence=0, /)")]
            fn seek(vm: &Vm, this: &Ref<$type>, target: &Value, whence: i64) -> PyResult {
                this.0.seek(vm, target, whence)
            }
            /// The place in the stream.
            #[pymethod("(self, /)")]
            fn tell(vm: &Vm, this: &Ref<$type>) -> PyResult<i64> {
                this.0.tell(vm)
            }
            /// Cuts the stream off.
            #[pymethod("(self, pos=None, /)")]
            fn truncate(vm: &Vm, this: &Ref<$type>, pos: &Value) -> PyResult {
                this.0.truncate(vm, pos)
            }
            /// Ends the use of the stream.
            #[pymethod("(self, /)")]
            fn close(vm: &Vm, this: &Ref<$type>) -> PyResult {
                this.0.close(vm, this.as_value())
            }
            /// Parts with the stream below.
            #[pymethod("(self, /)")]
            fn detach(vm: &Vm, this: &Ref<$type>) -> PyResult {
                let raw = this.0.raw(vm)?;
                call0(vm, this.as_value(), "flush")?;
                this.0.clear();
                this.0.detached.set(true);
                Ok(raw)
            }
            #[pymethod("(self, /)")]
            fn seekable(vm: &Vm, this: &Ref<$type>) -> PyResult {
                call0(vm, &this.0.raw(vm)?, "seekable")
            }
            #[pymethod("(self, /)")]
            fn readable(vm: &Vm, this: &Ref<$type>) -> PyResult {
                let raw = this.0.raw(vm)?;
                if $needs_read { call0(vm, &raw, "readable") } else { Ok(Value::FALSE) }
            }
            #[pymethod("(self, /)")]
            fn writable(vm: &Vm, this: &Ref<$type>) -> PyResult {
                let raw = this.0.raw(vm)?;
                if $needs_write { call0(vm, &raw, "writable") } else { Ok(Value::FALSE) }
            }
            #[pymethod("(self, /)")]
            fn fileno(vm: &Vm, this: &Ref<$type>) -> PyResult {
                call0(vm, &this.0.raw(vm)?, "fileno")
            }
            #[pymethod("(self, /)")]
            fn isatty(vm: &Vm, this: &Ref<$type>) -> PyResult {
                call0(vm, &this.0.raw(vm)?, "isatty")
            }
            #[pymethod("(self, /)")]
            fn __getstate__(vm: &Vm, this: &Value) -> PyResult<()> {
                Err(vm.type_error(format!("cannot pickle '{}' instances", vm.type_name(this))))
            }
            #[pygetset]
            fn raw(this: &Ref<$type>) -> Option<Value> {
                this.0.raw.borrow().clone()
            }
            #[pygetset]
            fn closed(vm: &Vm, this: &Ref<$type>) -> PyResult<bool> {
                let raw = this.0.raw(vm)?;
                base::is_closed(vm, &raw)
            }
            #[pygetset]
            fn name(vm: &Vm, this: &Ref<$type>) -> PyResult {
                vm.getattr_str(&this.0.raw(vm)?, "name")
            }
            #[pygetset]
            fn mode(vm: &Vm, this: &Ref<$type>) -> PyResult {
                vm.getattr_str(&this.0.raw(vm)?, "mode")
            }
            #[pyslot]
            fn repr(vm: &Vm, this: &Ref<$type>) -> PyResult {
                this.0.repr(vm, this.as_value(), $class)
            }
        }
    )* };
}

classes! {
    Reader "BufferedReader" reader true false;
    Writer "BufferedWriter" writer false true;
    Random "BufferedRandom" random true true;
}
