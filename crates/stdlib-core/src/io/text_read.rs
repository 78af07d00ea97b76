//! Reading text, and the place in a text stream.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::str::{Str, StrView};
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::text::TextIo;
use super::{buffered, call0, size_arg, unsupported};

/// Text that was decoded and not yet read, and the bytes that it came from.
#[derive(Default)]
pub struct Chunk {
    text: RefCell<Option<Ref<Str>>>,
    at: Cell<usize>,
    /// The decoder's state before the chunk (bytes held back, flags, half a newline), and the chunk's bytes.
    snapshot: RefCell<Option<(Vec<u8>, i64, bool, Vec<u8>)>>,
    taken: Cell<bool>,
}

impl Chunk {
    pub fn is_empty(&self) -> bool {
        self.text
            .borrow()
            .as_ref()
            .is_none_or(|t| t.len() <= self.at.get())
    }
    /// Whether anything was ever read.
    pub fn is_taken(&self) -> bool {
        self.taken.get()
    }
    pub fn clear(&self) {
        let old = self.text.take();
        drop(old);
        self.at.set(0);
        self.snapshot.take();
        self.taken.set(false);
    }
    fn set(&self, text: Ref<Str>) {
        let old = self.text.replace(Some(text));
        drop(old);
        self.at.set(0);
    }
    /// Takes up to `n` characters.
    fn take(&self, vm: &Vm, n: usize) -> Option<Ref<Str>> {
        let text = self.text.borrow().clone()?;
        let at = self.at.get();
        let end = at.saturating_add(n).min(text.len());
        if end <= at {
            return None;
        }
        self.at.set(end);
        Some(if at == 0 && end == text.len() {
            text
        } else {
            vm.new_from_view(text.view().slice(at, end))
        })
    }
}

/// Where a line ends in `view` from `at` on: `Ok(end)`, or `Err(where to look again)`.
fn line_end(view: StrView<'_>, at: usize, newline: Option<&str>) -> Result<usize, usize> {
    let find = |c: u8, from: usize| match view {
        StrView::Ascii(s) => memchr::memchr(c, &s.as_bytes()[from..]).map(|n| from + n),
        StrView::Latin1(s) => memchr::memchr(c, &s[from..]).map(|n| from + n),
        _ => (from..view.len()).find(|&i| view.get(i) == u32::from(c)),
    };
    match newline {
        // Universal without translation: any of the three.
        Some("") => {
            let hit = (at..view.len()).find(|&i| matches!(view.get(i), 10 | 13));
            match hit {
                Some(i) if view.get(i) == 10 => Ok(i + 1),
                Some(i) if i + 1 < view.len() => {
                    Ok(if view.get(i + 1) == 10 { i + 2 } else { i + 1 })
                }
                // A carriage return at the very end: the newline decoder lets it through only when it is alone.
                Some(i) => Ok(i + 1),
                None => Err(view.len()),
            }
        }
        Some("\r") => find(b'\r', at).map_or(Err(view.len()), |i| Ok(i + 1)),
        Some("\r\n") => {
            let mut from = at;
            while let Some(i) = find(b'\r', from) {
                match i + 1 < view.len() {
                    true if view.get(i + 1) == 10 => return Ok(i + 2),
                    true => from = i + 1,
                    false => return Err(i),
                }
            }
            Err(view.len())
        }
        _ => find(b'\n', at).map_or(Err(view.len()), |i| Ok(i + 1)),
    }
}

impl TextIo {
    fn decode(&self, vm: &Vm, bytes: &[u8], last: bool) -> PyResult<Ref<Str>> {
        let text = self.codec(vm)?.decode(vm, bytes, last)?;
        match self.newline.get() {
            None => self.newlines.decode(vm, text, true, last),
            Some("") => self.newlines.decode(vm, text, false, last),
            Some(_) => Ok(text),
        }
    }
    fn check_readable(&self, vm: &Vm) -> PyResult {
        let buffer = self.check(vm)?;
        if buffered::is_writer(vm, &buffer) {
            return Err(unsupported(vm, "not readable"));
        }
        self.write_pending(vm)?;
        Ok(buffer)
    }
    /// Reads and decodes the next chunk; whether there was one.
    fn read_chunk(&self, vm: &Vm, hint: usize) -> PyResult<bool> {
        let buffer = self.buffer(vm)?;
        let codec = self.codec(vm)?;
        let before = if self.telling.get() {
            Some(codec.state(vm)?)
        } else {
            None
        };
        let pending_cr = self.newlines.pending_cr.get();
        let size = self.chunk_size.get().max(hint);
        let bytes = match buffered::exact(vm, &buffer).filter(|_| !buffered::is_writer(vm, &buffer))
        {
            Some(b) => b.read1(vm, Some(size))?.unwrap_or_default(),
            None => {
                let name = if vm.getattr_opt(&buffer, &vm.intern_str("read1"))?.is_some() {
                    "read1"
                } else {
                    "read"
                };
                let data =
                    vm.call_method(&buffer, &vm.intern_str(name), &[vm.new_int(size as i64)])?;
                match taipan_vm::util::buffer_bytes(vm, &data)? {
                    Some(b) => b,
                    None => {
                        return Err(vm.type_error(format!(
                            "underlying {name}() should have returned a bytes-like object, not '{}'",
                            vm.type_name(&data)
                        )));
                    }
                }
            }
        };
        let eof = bytes.is_empty();
        let text = self.decode(vm, &bytes, eof)?;
        let eof = eof && text.is_empty();
        self.chunk.taken.set(true);
        self.chunk.set(text);
        *self.chunk.snapshot.borrow_mut() =
            before.map(|(rest, flags)| (rest, flags, pending_cr, bytes));
        Ok(!eof)
    }

    fn read_text(&self, vm: &Vm, size: Option<usize>) -> PyResult {
        let buffer = self.check_readable(vm)?;
        let Some(n) = size else {
            let data = call0(vm, &buffer, "read")?;
            if data.is_none() {
                return Err(taipan_vm::os_error::raise_text(
                    vm,
                    taipan_host::errno::EAGAIN,
                    "Read returned None.",
                    None,
                    None,
                ));
            }
            let Some(bytes) = taipan_vm::util::buffer_bytes(vm, &data)? else {
                return Err(vm.type_error(format!(
                    "underlying read() should have returned a bytes-like object, not '{}'",
                    vm.type_name(&data)
                )));
            };
            let rest = self.decode(vm, &bytes, true)?;
            let first = self.chunk.take(vm, usize::MAX);
            self.chunk.clear();
            self.chunk.taken.set(true);
            return Ok(match first {
                Some(first) => vm.str_concat(&first, &rest)?.into_value(),
                None => rest.into_value(),
            });
        };
        let mut out = StrBuilder::new();
        while out.len() < n {
            match self.chunk.take(vm, n - out.len()) {
                Some(part) if out.is_empty() && part.len() == n => return Ok(part.into_value()),
                Some(part) => out.push(part.view()),
                None => {
                    if !self.read_chunk(vm, n - out.len())? {
                        break;
                    }
                }
            }
        }
        Ok(out.finish(vm)?.into_value())
    }

    /// A line; empty at the end.
    pub fn line(&self, vm: &Vm, limit: Option<usize>) -> PyResult<Ref<Str>> {
        self.check_readable(vm)?;
        let newline = self.newline.get();
        // Parts of the line from earlier chunks; `looked` of the joined text is known to have no end.
        let mut parts: Option<Ref<Str>> = None;
        loop {
            if self.chunk.is_empty() && !self.read_chunk(vm, 0)? {
                let rest = parts.unwrap_or_else(|| vm.empty_str.clone());
                self.chunk.snapshot.take();
                return Ok(rest);
            }
            let (text, at) = match self.chunk.text.borrow().clone() {
                Some(t) => (t, self.chunk.at.get()),
                None => continue,
            };
            // `\r\n` may be cut between chunks: then the joined text is searched again.
            let joined = match &parts {
                Some(p)
                    if newline == Some("\r\n")
                        && p.view().get(p.len() - 1) == 13
                        && at == 0
                        && text.view().get(0) == 10 =>
                {
                    Some(1)
                }
                _ => None,
            };
            let found = match joined {
                Some(n) => Ok(at + n),
                None => line_end(text.view(), at, newline),
            };
            let before = parts.as_ref().map_or(0, |p| p.len());
            let (end, complete) = match found {
                Ok(end) => (end, true),
                Err(_) => (text.len(), false),
            };
            let (end, complete) = match limit {
                Some(l) if before + (end - at) >= l => (at + l.saturating_sub(before), true),
                _ => (end, complete),
            };
            let part = self.chunk.take(vm, end - at);
            let joined = match (parts.take(), part) {
                (Some(a), Some(b)) => Some(vm.str_concat(&a, &b)?),
                (a, b) => a.or(b),
            };
            if complete {
                return Ok(joined.unwrap_or_else(|| vm.empty_str.clone()));
            }
            parts = joined;
        }
    }

    fn tell(&self, vm: &Vm) -> PyResult {
        let buffer = self.check(vm)?;
        if !self.seekable.get() {
            return Err(unsupported(vm, "underlying stream is not seekable"));
        }
        if !self.telling.get() {
            return Err(vm.raise_str(&vm.exc.os_error, "telling position disabled by next() call"));
        }
        self.flush_all(vm)?;
        let at = call0(vm, &buffer, "tell")?;
        let at = vm.index_i64(&at)?;
        let snapshot = self.chunk.snapshot.borrow().clone();
        let Some((rest, flags, pending_cr, bytes)) = snapshot else {
            return Ok(vm.new_int(at));
        };
        if self.chunk.is_empty()
            && self.codec(vm)?.state(vm)?.0.is_empty()
            && !self.newlines.pending_cr.get()
            && flags == 0
        {
            return Ok(vm.new_int(at));
        }
        let start = at - bytes.len() as i64 - rest.len() as i64;
        let consumed = self.chunk.at.get();
        if consumed == 0 && flags == 0 && !pending_cr {
            return Ok(vm.new_int(start));
        }
        // Where in the bytes the characters read so far end: the decoder is asked again.
        let (state_now, cr_now) = (self.codec(vm)?.state(vm)?, self.newlines.pending_cr.get());
        let all = [&rest[..], &bytes[..]].concat();
        let found = self.bytes_for(vm, &all, flags, pending_cr, consumed);
        self.codec(vm)?.set_state(vm, state_now.0, state_now.1)?;
        self.newlines.pending_cr.set(cr_now);
        Ok(cookie(
            vm,
            start,
            flags << 1 | i64::from(pending_cr),
            found?,
            consumed,
        ))
    }

    /// How many bytes give `consumed` characters and leave the decoder clean; else all bytes.
    fn bytes_for(
        &self,
        vm: &Vm,
        all: &[u8],
        flags: i64,
        pending_cr: bool,
        consumed: usize,
    ) -> PyResult<(usize, usize)> {
        let codec = self.codec(vm)?;
        let attempt = |n: usize| -> PyResult<(usize, bool)> {
            codec.set_state(vm, Vec::new(), flags)?;
            self.newlines.pending_cr.set(pending_cr);
            let text = self.decode(vm, &all[..n], false)?;
            let (rest, now) = codec.state(vm)?;
            Ok((
                text.len(),
                rest.is_empty() && now == flags && !self.newlines.pending_cr.get(),
            ))
        };
        // More bytes never give fewer characters.
        let (mut low, mut high) = (0, all.len());
        while low < high {
            let middle = (low + high) / 2;
            if attempt(middle)?.0 < consumed {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let (chars, clean) = attempt(low)?;
        if chars == consumed && clean {
            return Ok((low, 0));
        }
        // From the last clean place before on, some characters are skipped.
        let mut from = low;
        while from > 0 {
            from -= 1;
            let (chars, clean) = attempt(from)?;
            if clean {
                return Ok((from, consumed - chars));
            }
        }
        Ok((0, consumed))
    }
    fn seek(&self, vm: &Vm, target: &Value, whence: i64) -> PyResult {
        let buffer = self.check(vm)?;
        if !self.seekable.get() {
            return Err(unsupported(vm, "underlying stream is not seekable"));
        }
        let seek = vm.intern_str("seek");
        let codec = self.codec(vm)?;
        match whence {
            1 => {
                if target.as_i64() != Some(0) {
                    return Err(unsupported(vm, "can't do nonzero cur-relative seeks"));
                }
                let here = self.tell(vm)?;
                return self.seek(vm, &here, 0);
            }
            2 => {
                if target.as_i64() != Some(0) {
                    return Err(unsupported(vm, "can't do nonzero end-relative seeks"));
                }
                self.flush_all(vm)?;
                self.chunk.clear();
                self.newlines.pending_cr.set(false);
                codec.set_state(vm, Vec::new(), 0)?;
                let r = vm.call_method(&buffer, &seek, &[vm.new_int(0), vm.new_int(2)])?;
                codec.reset_encoder(vm, r.as_i64() == Some(0))?;
                return Ok(r);
            }
            0 => {}
            _ => {
                return Err(
                    vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))
                );
            }
        }
        let Some(n) = target.as_int().map(|n| n.to_ibig()) else {
            return Err(vm.type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                vm.type_name(target)
            )));
        };
        if n < dashu_int::IBig::ZERO {
            return Err(vm.value_error(format!("negative seek position {}", vm.repr(target)?)));
        }
        self.flush_all(vm)?;
        let (start, flags, skip) = read_cookie(&n);
        vm.call_method(&buffer, &seek, &[vm.new_int(start)])?;
        self.chunk.clear();
        self.newlines.pending_cr.set(flags & 1 != 0);
        codec.set_state(vm, Vec::new(), flags >> 1)?;
        codec.reset_encoder(vm, start == 0 && flags == 0)?;
        if skip > 0 {
            let skipped = self.read_text(vm, Some(skip))?;
            if vm.len(&skipped)? < skip {
                return Err(vm.raise_str(&vm.exc.os_error, "can't restore logical file position"));
            }
        }
        Ok(target.clone())
    }
}

/// A place as a number: the byte, the decoder's flags, characters to skip.
fn cookie(
    vm: &Vm,
    start: i64,
    flags: i64,
    (bytes, skip): (usize, usize),
    _consumed: usize,
) -> Value {
    // Behind a clean place that is not the chunk's start the decoder's flags are what they were.
    let at = start + bytes as i64;
    let flags = if bytes > 0 { flags & !1 } else { flags };
    if flags == 0 && skip == 0 {
        return vm.new_int(at);
    }
    let n = dashu_int::IBig::from(at)
        + (dashu_int::IBig::from(flags) << 64)
        + (dashu_int::IBig::from(skip) << 128);
    vm.new_bigint(n)
}

fn read_cookie(n: &dashu_int::IBig) -> (i64, i64, usize) {
    let part = |shift: usize| {
        let low: dashu_int::IBig = (n >> shift) & dashu_int::IBig::from(u64::MAX);
        u64::try_from(&low).unwrap_or(0)
    };
    (part(0) as i64, part(64) as i64, part(128) as usize)
}

#[pymethods(partial = READING, class = "TextIOWrapper")]
impl TextIo {
    /// Reads text.
    #[pymethod("(self, size=-1, /)", name = "read")]
    fn py_read(vm: &Vm, this: &Ref<TextIo>, size: &Value) -> PyResult {
        let n = size_arg(vm, size)?;
        this.read_text(vm, n)
    }
    /// Reads a line.
    #[pymethod("(self, size=-1, /)", name = "readline")]
    fn py_readline(vm: &Vm, this: &Ref<TextIo>, size: &Value) -> PyResult<Ref<Str>> {
        let n = size_arg(vm, size)?;
        this.line(vm, n)
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<TextIo>) -> PyResult<Option<Value>> {
        this.telling.set(false);
        let line = if vm
            .type_of(this.as_value())
            .has(taipan_object::ty::TypeFlags::HEAP)
        {
            let line = call0(vm, this.as_value(), "readline")?;
            match line.downcast_owned::<Str>() {
                Ok(s) => s,
                Err(other) => {
                    return Err(vm.raise_str(
                        &vm.exc.os_error,
                        format!(
                            "readline() should have returned a str object, not '{}'",
                            vm.type_name(&other)
                        ),
                    ));
                }
            }
        } else {
            this.line(vm, None)?
        };
        if line.is_empty() {
            this.chunk.snapshot.take();
            this.telling.set(this.seekable.get());
            return Ok(None);
        }
        Ok(Some(line.into_value()))
    }
    /// The place in the stream.
    #[pymethod("(self, /)", name = "tell")]
    fn py_tell(vm: &Vm, this: &Ref<TextIo>) -> PyResult {
        this.tell(vm)
    }
    /// Moves the place in the stream.
    #[pymethod("(self, cookie, whence=0, /)", name = "seek")]
    fn py_seek(vm: &Vm, this: &Ref<TextIo>, cookie: &Value, whence: i64) -> PyResult {
        this.seek(vm, cookie, whence)
    }
}
