//! The module `mmap`: files in memory.

use std::cell::{Cell, RefCell};

use taipan_host::mapping::{self as host, Mapping};
use taipan_macros::{pymethods, pymodule};
use taipan_object::buffer::Buffer;
use taipan_object::bytes_ops::arg::bytes_like;
use taipan_object::bytes_ops::ops;
use taipan_object::text::slicing::{Key, index_in, slice_key};
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm, payload};
use taipan_stdlib_data::support::os_error;

pub use module::MODULE;

const PROT_READ: i32 = 1;
const PROT_WRITE: i32 = 2;
const MAP_SHARED: i32 = 1;
const MAP_PRIVATE: i32 = 2;
#[cfg(target_os = "linux")]
const MAP_ANONYMOUS: i32 = 32;
#[cfg(not(target_os = "linux"))]
const MAP_ANONYMOUS: i32 = 0x1000;

/// What a program may do with a mapping.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Default = 0,
    Read = 1,
    Write = 2,
    Copy = 3,
}

/// A mapped file, or memory of nobody's.
pub struct Mmap {
    map: RefCell<Option<Mapping>>,
    /// A descriptor of our own, or -1.
    fd: Cell<i32>,
    track: bool,
    access: Access,
    readable: bool,
    shared: bool,
    offset: i64,
    pos: Cell<usize>,
    exports: Cell<usize>,
}
payload!(Mmap);

impl Drop for Mmap {
    fn drop(&mut self) {
        self.close_file();
    }
}

impl Mmap {
    fn close_file(&self) {
        let fd = self.fd.replace(-1);
        if fd >= 0 {
            let _ = taipan_host::fd::close(fd);
        }
    }
    fn len(&self, vm: &Vm) -> PyResult<usize> {
        match &*self.map.borrow() {
            Some(map) => Ok(map.len()),
            None => Err(vm.value_error("mmap closed or invalid")),
        }
    }
    /// Looks at the bytes. The function must run no Python code.
    fn with<R>(&self, vm: &Vm, look: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        self.len(vm)?;
        if !self.readable {
            return Err(vm.type_error("mmap can't read a memory map without PROT_READ."));
        }
        match &*self.map.borrow() {
            // SAFETY: it is readable, and the borrow keeps it.
            Some(map) => {
                let found = look(unsafe { map.bytes() });
                check_whole(vm, map)?;
                Ok(found)
            }
            None => Err(vm.value_error("mmap closed or invalid")),
        }
    }
    fn check_writable(&self, vm: &Vm) -> PyResult<()> {
        if self.access == Access::Read {
            return Err(vm.type_error("mmap can't modify a readonly memory map."));
        }
        Ok(())
    }
    fn store(&self, vm: &Vm, at: usize, data: &[u8]) -> PyResult<()> {
        self.check_writable(vm)?;
        match &*self.map.borrow() {
            Some(map) => {
                // SAFETY: only mappings with PROT_WRITE have another access than Read.
                unsafe { map.write(at, data) };
                check_whole(vm, map)
            }
            None => Err(vm.value_error("mmap closed or invalid")),
        }
    }
    fn subscript(&self, vm: &Vm, key: &Value) -> PyResult<Key> {
        let len = self.len(vm)?;
        if let Some(slice) = slice_key(vm, key, len)? {
            return Ok(slice);
        }
        if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
            return Err(vm.type_error("mmap indices must be integers"));
        }
        index_in(vm, key, len, "mmap").map(Key::Index)
    }
    /// `find` and `rfind`.
    fn search(
        &self,
        vm: &Vm,
        view: &Value,
        start: &Value,
        end: &Value,
        find: fn(&[u8], &[u8]) -> Option<usize>,
    ) -> PyResult<i64> {
        self.len(vm)?;
        let needle = bytes_like(vm, view)?.to_vec();
        let start = optional(vm, start)?.unwrap_or(self.pos.get() as i64);
        let end = optional(vm, end)?;
        self.with(vm, |bytes| {
            let len = bytes.len() as i64;
            let clamp = |n: i64| {
                let n = if n < 0 { n + len } else { n };
                n.clamp(0, len) as usize
            };
            let (start, end) = (clamp(start), clamp(end.unwrap_or(len)));
            bytes
                .get(start..end)
                .and_then(|part| find(part, &needle))
                .map_or(-1, |at| (start + at) as i64)
        })
    }
}

/// OSError if the file was cut off so that bytes that were touched are gone (CPython dies of SIGBUS).
fn check_whole(vm: &Vm, map: &Mapping) -> PyResult<()> {
    if map.is_cut_off() {
        let error = std::io::Error::from_raw_os_error(taipan_host::errno::EIO);
        return Err(os_error(vm, &error));
    }
    Ok(())
}

/// A number that may be missing.
fn optional(vm: &Vm, value: &Value) -> PyResult<Option<i64>> {
    if value.is_none() {
        return Ok(None);
    }
    size(vm, value).map(Some)
}

fn size(vm: &Vm, value: &Value) -> PyResult<i64> {
    vm.index(value)?
        .as_i64()
        .ok_or_else(|| vm.overflow_error("Python int too large to convert to C ssize_t"))
}

fn byte(vm: &Vm, value: &Value) -> PyResult<u8> {
    let n = vm.index(value)?.as_i64();
    match n {
        Some(n) if n < 0 => Err(vm.overflow_error("unsigned byte integer is less than minimum")),
        Some(n) if n < 256 => Ok(n as u8),
        _ => Err(vm.overflow_error("unsigned byte integer is greater than maximum")),
    }
}

/// How protection, flags and access of a call go together.
fn modes(vm: &Vm, flags: i32, prot: i32, access: i32) -> PyResult<(i32, i32, Access)> {
    let both = PROT_READ | PROT_WRITE;
    if access != 0 && (flags != MAP_SHARED || prot != both) {
        return Err(vm.value_error("mmap can't specify both access and flags, prot."));
    }
    match access {
        0 => {
            let access = match prot & both {
                3 => Access::Default,
                PROT_WRITE => Access::Write,
                _ => Access::Read,
            };
            Ok((flags, prot, access))
        }
        1 => Ok((MAP_SHARED, PROT_READ, Access::Read)),
        2 => Ok((MAP_SHARED, both, Access::Write)),
        3 => Ok((MAP_PRIVATE, both, Access::Copy)),
        _ => Err(vm.value_error("mmap invalid access parameter.")),
    }
}

/// The length of a mapping of a file.
fn file_length(vm: &Vm, fd: i32, length: usize, offset: i64) -> PyResult<usize> {
    let Some(size) = host::file_size(fd).map_err(|e| os_error(vm, &e))? else {
        return Ok(length);
    };
    let offset = offset as u64;
    if length == 0 {
        if size == 0 {
            return Err(vm.value_error("cannot mmap an empty file"));
        }
        if offset >= size {
            return Err(vm.value_error("mmap offset is greater than file size"));
        }
        return usize::try_from(size - offset)
            .map_err(|_| vm.value_error("mmap length is too large"));
    }
    if offset > size || size - offset < length as u64 {
        return Err(vm.value_error("mmap length is greater than file size"));
    }
    Ok(length)
}

fn io_error(vm: &Vm, e: std::io::Error) -> Raised {
    os_error(vm, &e)
}

#[pymethods(
    name = "mmap",
    module = "mmap",
    doc = "A file, or memory of its own with -1 as descriptor, as bytes that can be changed.",
    flags(BASETYPE | WEAKREFABLE)
)]
impl Mmap {
    #[pynew("(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        fileno: i32,
        length: isize,
        flags: i32,
        prot: i32,
        access: i32,
        offset: i64,
        trackfd: bool,
    ) -> PyResult {
        let event = [
            vm.new_int(fileno.into()),
            vm.new_int(length as i64),
            vm.new_int(access.into()),
            vm.new_int(offset),
        ];
        taipan_vm::sys::audit(vm, "mmap.__new__", &event)?;
        let mut length = usize::try_from(length)
            .map_err(|_| vm.overflow_error("memory mapped length must be positive"))?;
        if offset < 0 {
            return Err(vm.overflow_error("memory mapped offset must be positive"));
        }
        let (mut flags, prot, access) = modes(vm, flags, prot, access)?;
        if fileno == -1 {
            flags |= MAP_ANONYMOUS;
        } else {
            length = file_length(vm, fileno, length, offset)?;
        }
        let map = Mapping::new(length, prot, flags, fileno, offset).map_err(|e| io_error(vm, e))?;
        let fd = match fileno {
            -1 => -1,
            _ if !trackfd => -1,
            fd => taipan_host::fd::dup(fd).map_err(|e| io_error(vm, e))?,
        };
        let this = Mmap {
            map: RefCell::new(Some(map)),
            fd: Cell::new(fd),
            track: trackfd,
            access,
            readable: prot & (PROT_READ | PROT_WRITE) != 0,
            shared: flags & MAP_PRIVATE == 0,
            offset,
            pos: Cell::new(0),
            exports: Cell::new(0),
        };
        Ok(taipan_object::object::alloc_instance(vm, cls, this).into_value())
    }
    /// Ends the mapping.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Mmap>) -> PyResult<()> {
        if this.exports.get() > 0 {
            return Err(vm.raise_str(&vm.exc.buffer_error, "cannot close exported pointers exist"));
        }
        this.close_file();
        drop(this.map.take());
        Ok(())
    }
    #[pygetset]
    fn closed(this: &Ref<Mmap>) -> bool {
        this.map.borrow().is_none()
    }
    /// Itself.
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<Mmap>) -> PyResult {
        this.len(vm)?;
        Ok(this.to_value())
    }
    /// Closes.
    #[pymethod("(self, exc_type, exc_value, traceback, /)")]
    fn __exit__(
        vm: &Vm,
        this: &Ref<Mmap>,
        _exc_type: &Value,
        _exc_value: &Value,
        _traceback: &Value,
    ) -> PyResult<()> {
        Mmap::close(vm, this)
    }
    /// Bytes that the mapping has in memory beside itself.
    #[pymethod("(self, /)")]
    fn __sizeof__(_this: &Ref<Mmap>) -> usize {
        std::mem::size_of::<Mmap>() + 16
    }
    /// The first place of some bytes, or -1.
    #[pymethod("(self, view, start=None, end=None, /)")]
    fn find(vm: &Vm, this: &Ref<Mmap>, view: &Value, start: &Value, end: &Value) -> PyResult<i64> {
        this.search(vm, view, start, end, ops::find)
    }
    /// The last place of some bytes, or -1.
    #[pymethod("(self, view, start=None, end=None, /)")]
    fn rfind(vm: &Vm, this: &Ref<Mmap>, view: &Value, start: &Value, end: &Value) -> PyResult<i64> {
        this.search(vm, view, start, end, ops::rfind)
    }
    /// Writes changes back to the file.
    #[pymethod("(self, offset=0, size=None, /)")]
    fn flush(vm: &Vm, this: &Ref<Mmap>, offset: isize, size: &Value) -> PyResult<()> {
        let given = optional(vm, size)?;
        let len = this.len(vm)? as i64;
        let offset = offset as i64;
        let size = given.unwrap_or(len - offset);
        if size < 0 || offset < 0 || len - offset < size {
            return Err(vm.value_error("flush values out of range"));
        }
        if matches!(this.access, Access::Read | Access::Copy) {
            return Ok(());
        }
        match &*this.map.borrow() {
            Some(map) => map
                .sync(offset as usize, size as usize)
                .map_err(|e| io_error(vm, e)),
            None => Ok(()),
        }
    }
    /// Tells the system how a part will be used.
    #[pymethod("(self, option, start=0, length=None, /)")]
    fn madvise(
        vm: &Vm,
        this: &Ref<Mmap>,
        option: i32,
        start: isize,
        length: &Value,
    ) -> PyResult<()> {
        let given = optional(vm, length)?;
        let len = this.len(vm)?;
        let length = given.unwrap_or(len as i64);
        if start < 0 || start as usize >= len {
            return Err(vm.value_error("madvise start out of bounds"));
        }
        if length < 0 {
            return Err(vm.value_error("madvise length invalid"));
        }
        if i64::MAX - (start as i64) < length {
            return Err(vm.overflow_error("madvise length too large"));
        }
        match &*this.map.borrow() {
            Some(map) => map
                .advise(start as usize, length as usize, option)
                .map_err(|e| io_error(vm, e)),
            None => Ok(()),
        }
    }
    /// Copies bytes within the mapping.
    #[pymethod("(self, dest, src, count, /)", name = "move")]
    fn move_(vm: &Vm, this: &Ref<Mmap>, dest: isize, src: isize, count: isize) -> PyResult<()> {
        this.check_writable(vm)?;
        let len = this.len(vm)? as isize;
        if dest < 0 || src < 0 || count < 0 || len - dest < count || len - src < count {
            return Err(vm.value_error("source, destination, or count out of range"));
        }
        let src = src as usize;
        let data = this.with(vm, |bytes| bytes[src..src + count as usize].to_vec())?;
        this.store(vm, dest as usize, &data)
    }
    /// The next bytes.
    #[pymethod("(self, n=None, /)")]
    fn read(vm: &Vm, this: &Ref<Mmap>, n: &Value) -> PyResult {
        let n = match n {
            n if n.is_none() => -1,
            n if n.as_int().is_none() && vm.type_of(n).slots.index.get().is_none() => {
                return Err(vm.type_error(format!(
                    "argument should be integer or None, not '{}'",
                    vm.type_name(n)
                )));
            }
            n => size(vm, n)?,
        };
        let pos = this.pos.get();
        let data = this.with(vm, |bytes| {
            let rest = bytes.get(pos..).unwrap_or(&[]);
            let count = usize::try_from(n).unwrap_or(rest.len()).min(rest.len());
            rest[..count].to_vec()
        })?;
        this.pos.set(pos + data.len());
        Ok(vm.new_bytes(data).into_value())
    }
    /// The next byte as a number.
    #[pymethod("(self, /)")]
    fn read_byte(vm: &Vm, this: &Ref<Mmap>) -> PyResult<i64> {
        let pos = this.pos.get();
        let found = this.with(vm, |bytes| bytes.get(pos).copied())?;
        let byte = found.ok_or_else(|| vm.value_error("read byte out of range"))?;
        this.pos.set(pos + 1);
        Ok(byte.into())
    }
    /// The bytes up to the next end of line.
    #[pymethod("(self, /)")]
    fn readline(vm: &Vm, this: &Ref<Mmap>) -> PyResult {
        let pos = this.pos.get();
        let data = this.with(vm, |bytes| {
            let rest = bytes.get(pos..).unwrap_or(&[]);
            let end = rest.iter().position(|&b| b == b'\n');
            rest[..end.map_or(rest.len(), |at| at + 1)].to_vec()
        })?;
        this.pos.set(pos + data.len());
        Ok(vm.new_bytes(data).into_value())
    }
    /// Another size, of the file too.
    #[pymethod("(self, newsize, /)")]
    fn resize(vm: &Vm, this: &Ref<Mmap>, newsize: isize) -> PyResult<()> {
        let len = this.len(vm)?;
        if this.exports.get() > 0 {
            return Err(vm.raise_str(
                &vm.exc.buffer_error,
                "mmap can't resize with extant buffers exported.",
            ));
        }
        if !this.track {
            return Err(vm.value_error("mmap can't resize with trackfd=False."));
        }
        if !matches!(this.access, Access::Write | Access::Default) {
            return Err(vm.type_error("mmap can't resize a readonly or copy-on-write memory map."));
        }
        let end = this.offset.checked_add(newsize as i64);
        let Some(end) = end.filter(|_| newsize >= 0) else {
            return Err(vm.value_error("new size out of range"));
        };
        let fd = this.fd.get();
        if fd == -1 && this.shared && newsize as usize > len {
            return Err(vm.value_error("mmap: can't expand a shared anonymous mapping"));
        }
        if fd != -1 {
            taipan_host::fd::truncate(fd, end).map_err(|e| io_error(vm, e))?;
        }
        match &mut *this.map.borrow_mut() {
            Some(map) => map.resize(newsize as usize).map_err(|e| io_error(vm, e)),
            None => Ok(()),
        }
    }
    /// Moves the position.
    #[pymethod("(self, pos, whence=0, /)")]
    fn seek(vm: &Vm, this: &Ref<Mmap>, pos: isize, whence: i32) -> PyResult<usize> {
        let len = this.len(vm)?;
        let from = match whence {
            0 => 0,
            1 => this.pos.get(),
            2 => len,
            _ => return Err(vm.value_error("unknown seek type")),
        };
        let to = (from as isize)
            .checked_add(pos)
            .filter(|&to| to >= 0 && to as usize <= len)
            .ok_or_else(|| vm.value_error("seek out of range"))?;
        this.pos.set(to as usize);
        Ok(to as usize)
    }
    /// Whether the position can be moved: always.
    #[pymethod("(self, /)")]
    fn seekable(_this: &Ref<Mmap>) -> bool {
        true
    }
    /// The size of the file.
    #[pymethod("(self, /)")]
    fn size(vm: &Vm, this: &Ref<Mmap>) -> PyResult<i64> {
        this.len(vm)?;
        if !this.track {
            return Err(vm.value_error("can't get size with trackfd=False"));
        }
        let size = host::file_size(this.fd.get()).map_err(|e| io_error(vm, e))?;
        Ok(size.unwrap_or(0) as i64)
    }
    /// The position.
    #[pymethod("(self, /)")]
    fn tell(vm: &Vm, this: &Ref<Mmap>) -> PyResult<usize> {
        this.len(vm)?;
        Ok(this.pos.get())
    }
    /// Writes bytes at the position.
    #[pymethod("(self, bytes, /)")]
    fn write(vm: &Vm, this: &Ref<Mmap>, bytes: &Value) -> PyResult<usize> {
        this.len(vm)?;
        let data = bytes_like(vm, bytes)?;
        this.check_writable(vm)?;
        let pos = this.pos.get();
        if this
            .len(vm)?
            .checked_sub(pos)
            .is_none_or(|room| room < data.len())
        {
            return Err(vm.value_error("data out of range"));
        }
        this.store(vm, pos, &data)?;
        this.pos.set(pos + data.len());
        Ok(data.len())
    }
    /// Writes a byte at the position.
    #[pymethod("(self, byte, /)")]
    fn write_byte(vm: &Vm, this: &Ref<Mmap>, byte: &Value) -> PyResult<()> {
        let byte = self::byte(vm, byte)?;
        let len = this.len(vm)?;
        this.check_writable(vm)?;
        let pos = this.pos.get();
        if pos >= len {
            return Err(vm.value_error("write byte out of range"));
        }
        this.store(vm, pos, &[byte])?;
        this.pos.set(pos + 1);
        Ok(())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Mmap>) -> PyResult {
        let name = vm.full_type_name(vm.type_of(&this.to_value()));
        let text = match &*this.map.borrow() {
            None => format!("<{name} closed=True>"),
            Some(map) => {
                let access = match this.access {
                    Access::Default => "DEFAULT",
                    Access::Read => "READ",
                    Access::Write => "WRITE",
                    Access::Copy => "COPY",
                };
                format!(
                    "<{name} closed=False, access=ACCESS_{access}, length={}, pos={}, offset={}>",
                    map.len(),
                    this.pos.get(),
                    this.offset
                )
            }
        };
        Ok(vm.new_str(&text).into_value())
    }
    #[pyslot(len)]
    fn length(vm: &Vm, this: &Ref<Mmap>) -> PyResult<usize> {
        this.len(vm)
    }
    /// Items of an iteration are bytes objects, those of a subscript numbers.
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Mmap>) -> PyResult {
        let data = this.with(vm, <[u8]>::to_vec)?;
        let items = data
            .iter()
            .map(|&b| vm.new_bytes(vec![b]).into_value())
            .collect();
        vm.iter(&vm.new_list(items).into_value())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Mmap>, key: &Value) -> PyResult {
        match this.subscript(vm, key)? {
            Key::Index(at) => {
                let found = this.with(vm, |bytes| bytes.get(at).copied())?;
                found
                    .map(|b| vm.new_int(b.into()))
                    .ok_or_else(|| vm.index_error("mmap index out of range"))
            }
            Key::Slice { start, step, count } => {
                let data = this.with(vm, |bytes| {
                    (0..count as isize)
                        .filter_map(|i| bytes.get((start + i * step) as usize).copied())
                        .collect::<Vec<u8>>()
                })?;
                Ok(vm.new_bytes(data).into_value())
            }
        }
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Ref<Mmap>, key: &Value, value: Option<&Value>) -> PyResult<()> {
        this.len(vm)?;
        this.check_writable(vm)?;
        match (this.subscript(vm, key)?, value) {
            (Key::Index(_), None) => Err(vm.type_error("mmap doesn't support item deletion")),
            (Key::Slice { .. }, None) => {
                Err(vm.type_error("mmap object doesn't support slice deletion"))
            }
            (Key::Index(at), Some(value)) => {
                if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
                    return Err(vm.type_error("mmap item value must be an int"));
                }
                let byte = vm
                    .index(value)?
                    .as_i64()
                    .and_then(|n| u8::try_from(n).ok())
                    .ok_or_else(|| vm.value_error("mmap item value must be in range(0, 256)"))?;
                this.store(vm, at, &[byte])
            }
            (Key::Slice { start, step, count }, Some(value)) => {
                let data = bytes_like(vm, value)?;
                if data.len() != count {
                    return Err(vm.index_error("mmap slice assignment is wrong size"));
                }
                if step == 1 {
                    return this.store(vm, start as usize, &data);
                }
                for (i, &byte) in data.to_vec().iter().enumerate() {
                    this.store(vm, (start + i as isize * step) as usize, &[byte])?;
                }
                Ok(())
            }
        }
    }
    #[pyslot]
    fn buffer(vm: &Vm, this: &Ref<Mmap>, writable: bool) -> PyResult<Buffer> {
        let len = this.len(vm)?;
        let readonly = this.access == Access::Read;
        if writable && readonly {
            return Err(vm.raise_str(&vm.exc.buffer_error, "Object is not writable."));
        }
        // Whoever has the buffer reads it.
        this.with(vm, |_| ())?;
        let base = match &*this.map.borrow() {
            Some(map) => map.base(),
            None => return Err(vm.value_error("mmap closed or invalid")),
        };
        this.exports.set(this.exports.get() + 1);
        let release: fn(&Value) = |owner| {
            if let Some(map) = owner.downcast::<Mmap>() {
                map.exports.set(map.exports.get().saturating_sub(1));
            }
        };
        Ok(Buffer::simple(
            this.to_value(),
            base,
            len,
            readonly,
            release,
        ))
    }
}

/// Flags of Linux.
#[cfg(target_os = "linux")]
const CONSTANTS: &[(&str, i64)] = &[
    ("PROT_EXEC", 4),
    ("PROT_READ", 1),
    ("PROT_WRITE", 2),
    ("MAP_SHARED", 1),
    ("MAP_PRIVATE", 2),
    ("MAP_DENYWRITE", 2048),
    ("MAP_EXECUTABLE", 4096),
    ("MAP_ANON", 32),
    ("MAP_ANONYMOUS", 32),
    ("MAP_POPULATE", 32768),
    ("MAP_STACK", 131_072),
    ("MAP_NORESERVE", 16384),
    #[cfg(target_arch = "x86_64")]
    ("MAP_32BIT", 64),
    ("MADV_NORMAL", 0),
    ("MADV_RANDOM", 1),
    ("MADV_SEQUENTIAL", 2),
    ("MADV_WILLNEED", 3),
    ("MADV_DONTNEED", 4),
    ("MADV_FREE", 8),
    ("MADV_REMOVE", 9),
    ("MADV_DONTFORK", 10),
    ("MADV_DOFORK", 11),
    ("MADV_MERGEABLE", 12),
    ("MADV_UNMERGEABLE", 13),
    ("MADV_HUGEPAGE", 14),
    ("MADV_NOHUGEPAGE", 15),
    ("MADV_DONTDUMP", 16),
    ("MADV_DODUMP", 17),
    ("MADV_HWPOISON", 100),
];
/// Flags of macOS.
#[cfg(not(target_os = "linux"))]
const CONSTANTS: &[(&str, i64)] = &[
    ("PROT_EXEC", 4),
    ("PROT_READ", 1),
    ("PROT_WRITE", 2),
    ("MAP_SHARED", 1),
    ("MAP_PRIVATE", 2),
    ("MAP_ANON", 0x1000),
    ("MAP_ANONYMOUS", 0x1000),
    ("MADV_NORMAL", 0),
    ("MADV_RANDOM", 1),
    ("MADV_SEQUENTIAL", 2),
    ("MADV_WILLNEED", 3),
    ("MADV_DONTNEED", 4),
    ("MADV_FREE", 5),
];

/// Ways to access a mapping.
const ACCESS: &[(&str, i64)] = &[
    ("ACCESS_DEFAULT", 0),
    ("ACCESS_READ", 1),
    ("ACCESS_WRITE", 2),
    ("ACCESS_COPY", 3),
];

/// The class and the constants.
#[pymodule(name = "mmap", doc = "Files in memory.", classes(super::Mmap))]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};
    use taipan_stdlib_data::support::add_constants;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, super::CONSTANTS);
        add_constants(vm, module, super::ACCESS);
        let page = super::host::page_size() as i64;
        add_constants(
            vm,
            module,
            &[("PAGESIZE", page), ("ALLOCATIONGRANULARITY", page)],
        );
        let os_error = vm.exc.os_error.to_value();
        module
            .dict
            .insert_str(vm, &vm.intern_str("error"), os_error);
        Ok(())
    }
}
