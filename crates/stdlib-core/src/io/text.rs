//! `TextIOWrapper`: text over a binary stream. This file has its life and writing, `text_read` reading.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::newline::State;
use super::string_io::newline_arg;
use super::text_codec::Codec;
use super::text_read::Chunk;
use super::{ask, base, buffered, call0, unsupported};

/// Bytes after which written text goes to the buffer.
const CHUNK: usize = 8192;

/// `TextIOWrapper`.
#[derive(Default)]
pub struct TextIo {
    pub buffer: RefCell<Option<Value>>,
    detached: Cell<bool>,
    pub codec: RefCell<Option<Rc<Codec>>>,
    pub newline: Cell<Option<&'static str>>,
    /// What `\n` is written as.
    write_as: Cell<Option<&'static str>>,
    line_buffering: Cell<bool>,
    write_through: Cell<bool>,
    pub seekable: Cell<bool>,
    pub telling: Cell<bool>,
    pub pending: RefCell<Vec<u8>>,
    pub chunk: Chunk,
    pub newlines: State,
    pub chunk_size: Cell<usize>,
}
payload!(
    TextIo,
    gc,
    |this, visit| {
        this.buffer.borrow().iter().for_each(&mut *visit);
        if let Some(c) = &*this.codec.borrow() {
            c.visit(visit);
        }
    },
    clear | this | {
        let old = (this.buffer.take(), this.codec.take());
        drop(old);
    }
);

/// `_io.TextIOWrapper`.
pub fn class(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<TextIo>(&base::text_base(vm))
}

impl TextIo {
    pub fn buffer(&self, vm: &Vm) -> PyResult {
        match &*self.buffer.borrow() {
            Some(b) => Ok(b.clone()),
            None if self.detached.get() => {
                Err(vm.value_error("underlying buffer has been detached"))
            }
            None => Err(vm.value_error("I/O operation on uninitialized object")),
        }
    }
    pub fn codec(&self, vm: &Vm) -> PyResult<Rc<Codec>> {
        match &*self.codec.borrow() {
            Some(c) => Ok(c.clone()),
            None => Err(vm.value_error("I/O operation on uninitialized object")),
        }
    }
    pub fn check(&self, vm: &Vm) -> PyResult {
        let buffer = self.buffer(vm)?;
        if base::is_closed(vm, &buffer)? {
            Err(vm.value_error("I/O operation on closed file."))
        } else {
            Ok(buffer)
        }
    }
    /// Gives pending bytes to the buffer.
    pub fn write_pending(&self, vm: &Vm) -> PyResult<()> {
        if self.pending.borrow().is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut *self.pending.borrow_mut());
        let buffer = self.buffer(vm)?;
        if let Some(b) = buffered::exact(vm, &buffer)
            && buffered::is_writer(vm, &buffer)
        {
            return b.write(vm, &bytes);
        }
        vm.call_method(
            &buffer,
            &vm.intern_str("write"),
            &[vm.new_bytes(bytes).into_value()],
        )
        .map(drop)
    }
    /// Writes text.
    pub fn put(&self, vm: &Vm, text: &Ref<Str>) -> PyResult<()> {
        let buffer = self.check(vm)?;
        let codec = self.codec(vm)?;
        let has_newline = (self.line_buffering.get() || self.write_as.get().is_some())
            && text.view().iter().any(|c| c == 10);
        let needs_flush =
            self.line_buffering.get() && (has_newline || text.view().iter().any(|c| c == 13));
        let translated;
        let text = match self.write_as.get().filter(|_| has_newline) {
            Some(nl) => {
                let mut b = taipan_object::text::builder::StrBuilder::with_capacity(text.len() + 8);
                for c in text.view().iter() {
                    if c == 10 {
                        b.push_str(nl)
                    } else {
                        b.push_char(c)
                    }
                }
                translated = b.finish(vm)?;
                &translated
            }
            None => text,
        };
        if !self.chunk.is_empty() || self.chunk.is_taken() {
            self.chunk.clear();
            codec.set_state(vm, Vec::new(), 0)?;
        }
        // Encoding may run Python code: the pending bytes are not touched meanwhile.
        let mut bytes = Vec::new();
        let plain = codec.encodes_ascii().then(|| text.as_ascii()).flatten();
        if plain.is_none() {
            codec.encode(vm, text, &mut bytes)?;
        }
        let full = {
            let mut pending = self.pending.borrow_mut();
            pending.extend_from_slice(plain.map_or(&bytes, |text| text.as_bytes()));
            pending.len() >= CHUNK
        };
        if full || needs_flush || self.write_through.get() {
            self.write_pending(vm)?;
        }
        if needs_flush || self.write_through.get() {
            match buffered::exact(vm, &buffer) {
                Some(b) => b.write_out(vm)?,
                None => drop(call0(vm, &buffer, "flush")?),
            }
        }
        Ok(())
    }
    pub fn flush_all(&self, vm: &Vm) -> PyResult<()> {
        let buffer = self.check(vm)?;
        self.telling.set(self.seekable.get());
        self.write_pending(vm)?;
        call0(vm, &buffer, "flush").map(drop)
    }
    fn set_newline(&self, newline: Option<&'static str>) {
        self.newline.set(newline);
        self.write_as
            .set(newline.filter(|n| !matches!(*n, "" | "\n")));
    }
}

/// Writes text to a stream that is exactly ours, for `print`.
pub fn print_to(vm: &Vm, stream: &Value, text: &Ref<Str>) -> PyResult<bool> {
    let Some(t) = stream
        .downcast::<TextIo>()
        .filter(|_| vm.type_of(stream).is(&class(vm)))
    else {
        return Ok(false);
    };
    if let Some(part) = taipan_object::instance::instance_part(stream) {
        let write = vm.intern_str("write");
        let patched = match part.dict() {
            Some(d) => d.find_str(&write).is_some(),
            None => part.shape().slot_of(&write).is_some(),
        };
        if patched {
            return Ok(false);
        }
    }
    t.put(vm, text)?;
    Ok(true)
}

fn text_arg(vm: &Vm, value: &Value, name: &str, default: &str) -> PyResult<Ref<Str>> {
    if value.is_none() {
        return Ok(vm.intern_str(default));
    }
    match value.downcast::<Str>() {
        Some(s) if s.view().iter().any(|c| c == 0) => {
            Err(vm.value_error("embedded null character"))
        }
        Some(s) => Ok(s.clone()),
        None => Err(vm.type_error(format!(
            "TextIOWrapper() argument '{name}' must be str or None, not {}",
            vm.type_name(value)
        ))),
    }
}

#[pymethods(
    name = "TextIOWrapper",
    module = "_io",
    doc = "Text over a binary stream.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART),
    extra(crate::io::text_read::READING)
)]
impl TextIo {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(
            vm,
            cls,
            TextIo {
                chunk_size: Cell::new(CHUNK),
                ..TextIo::default()
            },
        )
        .into_value()
    }
    #[pyinit(
        "(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
    )]
    fn init(
        vm: &Vm,
        this: &Ref<TextIo>,
        buffer: &Value,
        encoding: &Value,
        errors: &Value,
        newline: &Value,
        line_buffering: bool,
        write_through: bool,
    ) -> PyResult<()> {
        let newline = newline_arg(vm, newline)?;
        let encoding = text_arg(vm, encoding, "encoding", "utf-8")?;
        let encoding = if encoding.is_str("locale") {
            vm.intern_str("utf-8")
        } else {
            encoding
        };
        let errors = text_arg(vm, errors, "errors", "strict")?;
        let codec = Codec::new(vm, &encoding, &errors)?;
        let seekable = ask(vm, buffer, "seekable")?;
        this.set_newline(newline);
        this.line_buffering.set(line_buffering);
        this.write_through.set(write_through);
        this.seekable.set(seekable);
        this.telling.set(seekable);
        this.detached.set(false);
        this.chunk.clear();
        this.pending.borrow_mut().clear();
        if seekable && ask(vm, buffer, "writable")? {
            let at = call0(vm, buffer, "tell")?;
            if vm.index_i64(&at)? != 0 {
                codec.reset_encoder(vm, false)?;
            }
        }
        let old = (
            this.codec.replace(Some(Rc::new(codec))),
            this.buffer.replace(Some(buffer.clone())),
        );
        drop(old);
        Ok(())
    }
    /// Writes text.
    #[pymethod("(self, text, /)")]
    fn write(vm: &Vm, this: &Ref<TextIo>, text: &Value) -> PyResult<usize> {
        let Some(s) = text.downcast::<Str>() else {
            return Err(vm.type_error(format!(
                "write() argument must be str, not {}",
                vm.type_name(text)
            )));
        };
        let buffer = this.check(vm)?;
        if buffered::is_reader(vm, &buffer) {
            return Err(unsupported(vm, "not writable"));
        }
        this.put(vm, s)?;
        Ok(s.len())
    }
    /// Writes everything out.
    #[pymethod("(self, /)")]
    fn flush(vm: &Vm, this: &Ref<TextIo>) -> PyResult<()> {
        this.flush_all(vm)
    }
    /// Ends the use of the stream.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<TextIo>) -> PyResult<()> {
        let buffer = this.buffer(vm)?;
        if base::is_closed(vm, &buffer)? {
            return Ok(());
        }
        let failure = call0(vm, this.as_value(), "flush")
            .err()
            .map(|e| vm.take_exception(e));
        let closed = call0(vm, &buffer, "close");
        match (failure, closed) {
            (Some(e), Err(r)) => {
                let second = vm.take_exception(r);
                if let Some(x) = second.downcast::<taipan_object::exceptions::Exception>() {
                    x.context.set(Some(e));
                }
                Err(vm.restore(second))
            }
            (Some(e), Ok(_)) => Err(vm.restore(e)),
            (None, r) => r.map(drop),
        }
    }
    /// Parts with the stream below.
    #[pymethod("(self, /)")]
    fn detach(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        let buffer = this.buffer(vm)?;
        call0(vm, this.as_value(), "flush")?;
        let old = this.buffer.take();
        drop(old);
        this.detached.set(true);
        Ok(buffer)
    }
    /// Changes how the stream works.
    #[pymethod(
        "(self, *, encoding=None, errors=None, newline=<unset>, line_buffering=None, write_through=None)"
    )]
    fn reconfigure(
        vm: &Vm,
        this: &Ref<TextIo>,
        encoding: &Value,
        errors: &Value,
        newline: Option<&Value>,
        line_buffering: &Value,
        write_through: &Value,
    ) -> PyResult<()> {
        let codec = this.codec(vm)?;
        let recode = !encoding.is_none() || !errors.is_none();
        if (recode || newline.is_some()) && this.chunk.is_taken() {
            return Err(unsupported(
                vm,
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        let newline = newline.map(|n| newline_arg(vm, n)).transpose()?;
        let new = if recode {
            let name = if encoding.is_none() {
                codec.name.clone()
            } else {
                text_arg(vm, encoding, "encoding", "utf-8")?
            };
            let name = if name.is_str("locale") {
                vm.intern_str("utf-8")
            } else {
                name
            };
            let default = if encoding.is_none() {
                codec.errors.to_string()
            } else {
                "strict".to_owned()
            };
            let errors = text_arg(vm, errors, "errors", &default)?;
            Some(Codec::new(vm, &name, &errors)?)
        } else {
            None
        };
        let line = if line_buffering.is_none() {
            this.line_buffering.get()
        } else {
            vm.is_true(line_buffering)?
        };
        let through = if write_through.is_none() {
            this.write_through.get()
        } else {
            vm.is_true(write_through)?
        };
        this.flush_all(vm)?;
        if let Some(n) = newline {
            this.set_newline(n);
        }
        if let Some(new) = new {
            if this.seekable.get() {
                let at = call0(vm, &this.buffer(vm)?, "tell")?;
                if vm.index_i64(&at)? != 0 {
                    new.reset_encoder(vm, false)?;
                }
            }
            let old = this.codec.replace(Some(Rc::new(new)));
            drop(old);
        }
        this.line_buffering.set(line);
        this.write_through.set(through);
        Ok(())
    }
    #[pymethod("(self, /)")]
    fn fileno(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        call0(vm, &this.buffer(vm)?, "fileno")
    }
    #[pymethod("(self, /)")]
    fn seekable(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        call0(vm, &this.buffer(vm)?, "seekable")
    }
    #[pymethod("(self, /)")]
    fn readable(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        call0(vm, &this.buffer(vm)?, "readable")
    }
    #[pymethod("(self, /)")]
    fn writable(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        call0(vm, &this.buffer(vm)?, "writable")
    }
    #[pymethod("(self, /)")]
    fn isatty(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        call0(vm, &this.buffer(vm)?, "isatty")
    }
    #[pymethod("(self, pos=None, /)")]
    fn truncate(vm: &Vm, this: &Ref<TextIo>, pos: &Value) -> PyResult {
        this.flush_all(vm)?;
        vm.call_method(
            &this.buffer(vm)?,
            &vm.intern_str("truncate"),
            std::slice::from_ref(pos),
        )
    }
    #[pygetset(name = "buffer")]
    fn py_buffer(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        this.buffer(vm)
    }
    #[pygetset]
    fn encoding(vm: &Vm, this: &Ref<TextIo>) -> PyResult<Ref<Str>> {
        Ok(this.codec(vm)?.name.clone())
    }
    #[pygetset]
    fn errors(vm: &Vm, this: &Ref<TextIo>) -> PyResult<Ref<Str>> {
        Ok(this.codec(vm)?.errors.clone())
    }
    #[pygetset]
    fn newlines(vm: &Vm, this: &Ref<TextIo>) -> Value {
        this.newlines.newlines(vm)
    }
    #[pygetset]
    fn line_buffering(this: &Ref<TextIo>) -> bool {
        this.line_buffering.get()
    }
    #[pygetset]
    fn write_through(this: &Ref<TextIo>) -> bool {
        this.write_through.get()
    }
    #[pygetset]
    fn closed(vm: &Vm, this: &Ref<TextIo>) -> PyResult<bool> {
        base::is_closed(vm, &this.buffer(vm)?)
    }
    #[pygetset]
    fn name(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        vm.getattr_str(&this.buffer(vm)?, "name")
    }
    #[pygetset]
    fn _CHUNK_SIZE(this: &Ref<TextIo>) -> usize {
        this.chunk_size.get()
    }
    #[pysetter(_CHUNK_SIZE)]
    fn set_chunk_size(vm: &Vm, this: &Ref<TextIo>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.raise_str(&vm.exc.attribute_error, "cannot delete attribute"));
        };
        match usize::try_from(vm.index_i64(value)?) {
            Ok(n) if n > 0 => {
                this.chunk_size.set(n);
                Ok(())
            }
            _ => Err(vm.value_error("a strictly positive integer is required")),
        }
    }
    #[pymethod("(self, /)")]
    fn __getstate__(vm: &Vm, this: &Value) -> PyResult<()> {
        Err(vm.type_error(format!("cannot pickle '{}' instances", vm.type_name(this))))
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        let codec = this.codec(vm)?;
        let _guard = vm
            .repr_enter(this.as_value())
            .ok_or_else(|| vm.runtime_error("reentrant call inside _io.TextIOWrapper.__repr__"))?;
        let mut out = "<_io.TextIOWrapper".to_owned();
        for attribute in ["name", "mode"] {
            match vm.getattr_opt(this.as_value(), &vm.intern_str(attribute)) {
                Ok(Some(v)) => out.push_str(&format!(" {attribute}={}", vm.repr(&v)?)),
                Ok(None) => {}
                Err(_) => drop(vm.take_pending()),
            }
        }
        out.push_str(&format!(" encoding={}>", vm.repr(codec.name.as_value())?));
        Ok(vm.new_str(&out).into_value())
    }
}
