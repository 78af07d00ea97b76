//! `FileIO`: a descriptor.

use std::cell::Cell;
use std::io::ErrorKind;

use taipan_host::{errno, fd, fs};
use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{base, size_arg, unsupported};

/// `FileIO`.
pub struct FileIo {
    pub fd: Cell<i32>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    created: Cell<bool>,
    appending: Cell<bool>,
    seekable: Cell<Option<bool>>,
    closefd: Cell<bool>,
}
payload!(FileIo, gc, |_this, _visit| ());

/// `_io.FileIO`.
pub fn class(vm: &Vm) -> TypeRef {
    vm.add_native_type_with_base::<FileIo>(&base::raw_base(vm))
}

impl FileIo {
    pub fn empty() -> FileIo {
        FileIo {
            fd: Cell::new(-1),
            readable: Cell::new(false),
            writable: Cell::new(false),
            created: Cell::new(false),
            appending: Cell::new(false),
            seekable: Cell::new(None),
            closefd: Cell::new(true),
        }
    }
    /// A stream on an open descriptor.
    pub fn on(
        vm: &Vm,
        fd: i32,
        readable: bool,
        writable: bool,
        name: &Value,
    ) -> PyResult<Ref<FileIo>> {
        let file = alloc_instance(vm, &class(vm), FileIo::empty());
        file.fd.set(fd);
        file.readable.set(readable);
        file.writable.set(writable);
        file.closefd.set(false);
        vm.setattr(file.as_value(), &vm.intern_str("name"), name)?;
        Ok(file)
    }
    fn open_fd(&self, vm: &Vm) -> PyResult<i32> {
        match self.fd.get() {
            n if n < 0 => Err(vm.value_error("I/O operation on closed file")),
            n => Ok(n),
        }
    }
    /// Reads once; `None` if it would block. Other threads may run meanwhile: `into` is no object's memory.
    pub fn read_some(&self, vm: &Vm, into: &mut [u8]) -> PyResult<Option<usize>> {
        let fd = self.open_fd(vm)?;
        if !self.readable.get() {
            return Err(unsupported(vm, "File not open for reading"));
        }
        loop {
            match taipan_vm::threads::unlocked(vm, || fd::read(fd, into)) {
                Ok(n) => return Ok(Some(n)),
                Err(e) if e.kind() == ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(e) => return Err(taipan_vm::os_error::raise(vm, &e, None)),
            }
        }
    }
    /// Writes once; `None` if it would block. Other threads may run meanwhile: `bytes` are no object's memory.
    pub fn write_some(&self, vm: &Vm, bytes: &[u8]) -> PyResult<Option<usize>> {
        let fd = self.open_fd(vm)?;
        if !self.writable.get() {
            return Err(unsupported(vm, "File not open for writing"));
        }
        loop {
            match taipan_vm::threads::unlocked(vm, || fd::write(fd, bytes)) {
                Ok(n) => return Ok(Some(n)),
                Err(e) if e.kind() == ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(e) => return Err(taipan_vm::os_error::raise(vm, &e, None)),
            }
        }
    }
    pub fn seek_to(&self, vm: &Vm, offset: i64, whence: i32) -> PyResult<i64> {
        fd::seek(self.open_fd(vm)?, offset, whence)
            .map_err(|e| taipan_vm::os_error::raise(vm, &e, None))
    }
    pub fn is_seekable(&self, vm: &Vm) -> PyResult<bool> {
        let fd = self.open_fd(vm)?;
        if let Some(known) = self.seekable.get() {
            return Ok(known);
        }
        let can = fd::seek(fd, 0, 1).is_ok();
        self.seekable.set(Some(can));
        Ok(can)
    }
    /// All bytes to the end.
    pub fn read_to_end(&self, vm: &Vm) -> PyResult<Option<Vec<u8>>> {
        let fd = self.open_fd(vm)?;
        let expected = match (fs::fstat(fd), fd::seek(fd, 0, 1)) {
            (Ok(s), Ok(at)) if s.size > at => (s.size - at) as usize + 1,
            _ => super::BUFFER_SIZE,
        };
        let mut all = Vec::new();
        if all.try_reserve_exact(expected).is_err() {
            return Err(vm.memory_error());
        }
        loop {
            let at = all.len();
            let room = (all.capacity() - at).max(8192);
            all.resize(at + room, 0);
            match self.read_some(vm, &mut all[at..]) {
                Ok(Some(0)) => {
                    all.truncate(at);
                    return Ok(Some(all));
                }
                Ok(Some(n)) => all.truncate(at + n),
                Ok(None) => {
                    all.truncate(at);
                    return Ok((at > 0).then_some(all));
                }
                Err(e) => return Err(e),
            }
        }
    }
    fn mode_text(&self) -> &'static str {
        match (
            self.created.get(),
            self.appending.get(),
            self.readable.get(),
            self.writable.get(),
        ) {
            (true, _, true, _) => "xb+",
            (true, ..) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, ..) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }
    /// Opens a file as `FileIO.__init__` does.
    pub fn open(
        this: &Ref<FileIo>,
        vm: &Vm,
        file: &Value,
        mode: &str,
        closefd: bool,
        opener: &Value,
    ) -> PyResult<()> {
        if this.fd.get() >= 0 && this.closefd.get() {
            let _ = fd::close(this.fd.replace(-1));
        }
        let flags = this.set_mode(vm, mode)?;
        this.closefd.set(closefd);
        let number =
            if file.downcast::<Str>().is_none() && !vm.is_instance_of(file, &vm.types.bytes) {
                file.as_i64()
            } else {
                None
            };
        if let Some(n) = number {
            if n < 0 {
                return Err(vm.value_error("negative file descriptor"));
            }
            this.fd.set(
                i32::try_from(n)
                    .map_err(|_| vm.overflow_error("Python int too large to convert to C int"))?,
            );
        } else {
            let path = taipan_vm::util::fs_bytes(vm, file)?;
            if path.contains(&0) {
                return Err(vm.value_error("embedded null byte"));
            }
            if !closefd {
                return Err(vm.value_error("Cannot use closefd=False with file name"));
            }
            let mode_value = vm.new_str(mode).into_value();
            taipan_vm::sys::audit(
                vm,
                "open",
                &[file.clone(), mode_value, vm.new_int(flags.into())],
            )?;
            let opened = if opener.is_none() {
                loop {
                    match taipan_vm::threads::unlocked(vm, || fd::open(&path, flags, 0o666)) {
                        Ok(fd) => break fd,
                        Err(e) if e.kind() == ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                        Err(e) => return Err(taipan_vm::os_error::raise(vm, &e, Some(file))),
                    }
                }
            } else {
                let r = vm.call(opener, &[file.clone(), vm.new_int(flags.into())])?;
                let n = match r.as_i64() {
                    Some(n) => n,
                    None => return Err(vm.type_error("expected integer from opener")),
                };
                if n < 0 {
                    return Err(vm.value_error(format!("opener returned {n}")));
                }
                let _ = fd::set_inheritable(n as i32, false);
                n as i32
            };
            this.fd.set(opened);
        }
        let finish = || -> PyResult<()> {
            match fs::fstat(this.fd.get()) {
                Ok(s) if s.is_dir() => {
                    return Err(taipan_vm::os_error::raise_errno(
                        vm,
                        errno::EISDIR,
                        Some(file),
                    ));
                }
                Err(e) if e.raw_os_error() == Some(errno::EBADF) => {
                    return Err(taipan_vm::os_error::raise(vm, &e, Some(file)));
                }
                _ => {}
            }
            vm.setattr(this.as_value(), &vm.intern_str("name"), file)?;
            if this.appending.get() {
                let _ = fd::seek(this.fd.get(), 0, 2);
            }
            Ok(())
        };
        if let Err(e) = finish() {
            let opened = this.fd.replace(-1);
            if number.is_none() {
                let _ = fd::close(opened);
            }
            return Err(e);
        }
        Ok(())
    }
    fn set_mode(&self, vm: &Vm, mode: &str) -> PyResult<i32> {
        let bad = || {
            vm.value_error(
                "Must have exactly one of create/read/write/append mode and at most one plus",
            )
        };
        let (mut kind, mut plus) = (None, false);
        for c in mode.chars() {
            match c {
                'r' | 'w' | 'a' | 'x' if kind.is_none() => kind = Some(c),
                '+' if !plus => plus = true,
                'b' => {}
                'r' | 'w' | 'a' | 'x' | '+' => return Err(bad()),
                _ => return Err(vm.value_error(format!("invalid mode: {mode}"))),
            }
        }
        let Some(kind) = kind else { return Err(bad()) };
        self.readable.set(kind == 'r' || plus);
        self.writable.set(kind != 'r' || plus);
        self.created.set(kind == 'x');
        self.appending.set(kind == 'a');
        let access = match (kind == 'r', plus) {
            (_, true) => errno::O_RDWR,
            (true, false) => errno::O_RDONLY,
            (false, false) => errno::O_WRONLY,
        };
        Ok(access
            | match kind {
                'w' => errno::O_CREAT | errno::O_TRUNC,
                'a' => errno::O_CREAT | errno::O_APPEND,
                'x' => errno::O_CREAT | errno::O_EXCL,
                _ => 0,
            })
    }
}

#[pymethods(
    name = "FileIO",
    module = "_io",
    doc = "A file without buffer.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl FileIo {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, FileIo::empty()).into_value()
    }
    #[pyinit("(self, file, mode='r', closefd=True, opener=None)")]
    fn init(
        vm: &Vm,
        this: &Ref<FileIo>,
        file: &Value,
        mode: Option<&Ref<Str>>,
        closefd: bool,
        opener: &Value,
    ) -> PyResult<()> {
        let mode = mode.map_or_else(|| "r".to_owned(), |m| m.to_string());
        FileIo::open(this, vm, file, &mode, closefd, opener)
    }
    /// Reads bytes.
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, this: &Ref<FileIo>, size: &Value) -> PyResult {
        match size_arg(vm, size)? {
            None => FileIo::readall(vm, this),
            Some(n) => {
                let mut buffer = Vec::new();
                if buffer.try_reserve_exact(n).is_err() {
                    return Err(vm.memory_error());
                }
                buffer.resize(n, 0);
                Ok(match this.read_some(vm, &mut buffer)? {
                    Some(n) => {
                        buffer.truncate(n);
                        vm.new_bytes(buffer).into_value()
                    }
                    None => Value::NONE,
                })
            }
        }
    }
    /// Reads to the end.
    #[pymethod("(self, /)")]
    fn readall(vm: &Vm, this: &Ref<FileIo>) -> PyResult {
        Ok(this
            .read_to_end(vm)?
            .map_or(Value::NONE, |b| vm.new_bytes(b).into_value()))
    }
    /// Reads into a buffer.
    #[pymethod("(self, buffer, /)")]
    fn readinto(vm: &Vm, this: &Ref<FileIo>, buffer: &Value) -> PyResult<Option<usize>> {
        let n = taipan_vm::util::with_writable(vm, buffer, |b| b.len())?;
        let mut bytes = vec![0; n];
        let Some(n) = this.read_some(vm, &mut bytes)? else {
            return Ok(None);
        };
        taipan_vm::util::with_writable(vm, buffer, |b| {
            let n = n.min(b.len());
            b[..n].copy_from_slice(&bytes[..n]);
            Some(n)
        })
    }
    /// Writes bytes.
    #[pymethod("(self, b, /)")]
    fn write(vm: &Vm, this: &Ref<FileIo>, b: &Value) -> PyResult<Option<usize>> {
        let bytes = taipan_vm::util::bytes_of(vm, b)?;
        this.write_some(vm, &bytes)
    }
    /// Moves the place in the file.
    #[pymethod("(self, pos, whence=0, /)")]
    fn seek(vm: &Vm, this: &Ref<FileIo>, pos: &Value, whence: i32) -> PyResult<i64> {
        if pos.as_float().is_some() {
            return Err(vm.type_error("an integer is required"));
        }
        this.seek_to(vm, vm.index_i64(pos)?, whence)
    }
    /// The place in the file.
    #[pymethod("(self, /)")]
    fn tell(vm: &Vm, this: &Ref<FileIo>) -> PyResult<i64> {
        this.seek_to(vm, 0, 1)
    }
    /// Cuts the file off, or makes it longer.
    #[pymethod("(self, size=None, /)")]
    fn truncate(vm: &Vm, this: &Ref<FileIo>, size: &Value) -> PyResult {
        let fd = this.open_fd(vm)?;
        if !this.writable.get() {
            return Err(unsupported(vm, "File not open for writing"));
        }
        let size = if size.is_none() {
            vm.new_int(this.seek_to(vm, 0, 1)?)
        } else {
            size.clone()
        };
        taipan_host::fd::truncate(fd, vm.index_i64(&size)?)
            .map_err(|e| taipan_vm::os_error::raise(vm, &e, None))?;
        Ok(size)
    }
    /// Closes the file.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<FileIo>) -> PyResult<()> {
        let fd = this.fd.replace(-1);
        if fd >= 0
            && this.closefd.get()
            && let Err(e) = taipan_host::fd::close(fd)
        {
            return Err(taipan_vm::os_error::raise(vm, &e, None));
        }
        Ok(())
    }
    /// Whether the place can be moved.
    #[pymethod("(self, /)")]
    fn seekable(vm: &Vm, this: &Ref<FileIo>) -> PyResult<bool> {
        this.is_seekable(vm)
    }
    /// Whether the file can be read.
    #[pymethod("(self, /)")]
    fn readable(vm: &Vm, this: &Ref<FileIo>) -> PyResult<bool> {
        this.open_fd(vm)?;
        Ok(this.readable.get())
    }
    /// Whether the file can be written.
    #[pymethod("(self, /)")]
    fn writable(vm: &Vm, this: &Ref<FileIo>) -> PyResult<bool> {
        this.open_fd(vm)?;
        Ok(this.writable.get())
    }
    /// The descriptor.
    #[pymethod("(self, /)")]
    fn fileno(vm: &Vm, this: &Ref<FileIo>) -> PyResult<i32> {
        this.open_fd(vm)
    }
    /// Whether the file is a terminal.
    #[pymethod("(self, /)")]
    fn isatty(vm: &Vm, this: &Ref<FileIo>) -> PyResult<bool> {
        Ok(taipan_host::fd::is_terminal(this.open_fd(vm)?))
    }
    #[pymethod("(self, /)")]
    fn _isatty_open_only(vm: &Vm, this: &Ref<FileIo>) -> PyResult<bool> {
        Ok(taipan_host::fd::is_terminal(this.open_fd(vm)?))
    }
    #[pygetset]
    fn closed(this: &Ref<FileIo>) -> bool {
        this.fd.get() < 0
    }
    #[pygetset]
    fn closefd(this: &Ref<FileIo>) -> bool {
        this.closefd.get()
    }
    #[pygetset]
    fn mode(this: &Ref<FileIo>) -> &'static str {
        this.mode_text()
    }
    #[pygetset]
    fn _blksize(this: &Ref<FileIo>) -> i64 {
        fs::fstat(this.fd.get()).map_or(super::BUFFER_SIZE as i64, |s| {
            s.block_size.max(super::BUFFER_SIZE as i64)
        })
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<FileIo>) -> PyResult {
        if this.fd.get() < 0 {
            return Ok(vm.new_str("<_io.FileIO [closed]>").into_value());
        }
        let closefd = if this.closefd.get() { "True" } else { "False" };
        let what = match vm.getattr_opt(this.as_value(), &vm.intern_str("name"))? {
            Some(name) => format!("name={}", vm.repr(&name)?),
            None => format!("fd={}", this.fd.get()),
        };
        Ok(vm
            .new_str(&format!(
                "<_io.FileIO {what} mode='{}' closefd={closefd}>",
                this.mode_text()
            ))
            .into_value())
    }
}
