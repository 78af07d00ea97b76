//! Descriptors: reading and writing at a place, copying between them, and those that are no files.

use std::io;

use taipan_macros::pymodule;
use taipan_object::int::IntRef;
use taipan_object::{PyResult, Value, Vm};

use super::error;

/// Runs a call of the system without the interpreter's lock, again after each signal.
fn unlocked<T: Send>(vm: &Vm, mut call: impl FnMut() -> io::Result<T> + Send) -> PyResult<T> {
    loop {
        match taipan_vm::threads::unlocked(vm, &mut call) {
            Ok(value) => return Ok(value),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
            Err(e) => return Err(error(vm, &e)),
        }
    }
}

/// Room for bytes to come.
fn room(vm: &Vm, length: usize) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(length).is_err() {
        return Err(vm.memory_error());
    }
    bytes.resize(length, 0);
    Ok(bytes)
}

/// A number, or None.
fn optional(vm: &Vm, value: &Value) -> PyResult<Option<i64>> {
    match value.is_none() {
        true => Ok(None),
        false => vm.index_i64(value).map(Some),
    }
}

/// A number of 64 bits without a sign.
fn unsigned(vm: &Vm, value: &Value) -> PyResult<u64> {
    let index = vm.index(value)?;
    let number = match index.as_int() {
        Some(IntRef::Small(n)) => u64::try_from(n).ok(),
        Some(IntRef::Big(n)) => u64::try_from(n).ok(),
        None => None,
    };
    number.ok_or_else(|| vm.overflow_error("int too big to convert"))
}

/// The bytes of several buffers, one after the other.
fn gather(vm: &Vm, buffers: &Value) -> PyResult<Vec<u8>> {
    let mut all = Vec::new();
    for buffer in sequence(vm, buffers)? {
        all.extend_from_slice(&taipan_object::bytes_ops::arg::bytes_like(vm, &buffer)?);
    }
    Ok(all)
}

fn sequence(vm: &Vm, buffers: &Value) -> PyResult<Vec<Value>> {
    if !vm.is_sequence(buffers) {
        return Err(vm.type_error("readv() arg 2 must be a sequence"));
    }
    vm.collect(buffers)
}

/// Fills several buffers, one after the other.
fn scatter(
    vm: &Vm,
    buffers: &Value,
    read: impl FnOnce(&Vm, &mut [u8]) -> PyResult<usize>,
) -> PyResult<usize> {
    let buffers = sequence(vm, buffers)?;
    let mut sizes = Vec::new();
    for buffer in &buffers {
        sizes.push(taipan_vm::util::with_writable(vm, buffer, |b| b.len())?);
    }
    let mut bytes = room(vm, sizes.iter().sum())?;
    let n = read(vm, &mut bytes)?;
    let mut rest = &bytes[..n];
    for (buffer, size) in buffers.iter().zip(sizes) {
        let (part, after) = rest.split_at(size.min(rest.len()));
        taipan_vm::util::with_writable(vm, buffer, |b| {
            let n = part.len().min(b.len());
            b[..n].copy_from_slice(&part[..n]);
        })?;
        rest = after;
    }
    Ok(n)
}

/// Functions.
#[pymodule(partial, name = "posix")]
pub mod functions {
    use taipan_host::{fd as descriptors, transfer};
    use taipan_object::bytes::Bytes;
    use taipan_object::bytes_ops::arg::BytesArg;
    use taipan_object::module::Module;
    use taipan_object::struct_sequence::Layout;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{gather, optional, room, scatter, unlocked, unsigned};
    use crate::posix::{error, path};

    static STATVFS: Layout = Layout {
        name: "os.statvfs_result",
        doc: "What statvfs tells of a file system.",
        visible: &[
            "f_bsize",
            "f_frsize",
            "f_blocks",
            "f_bfree",
            "f_bavail",
            "f_files",
            "f_ffree",
            "f_favail",
            "f_flag",
            "f_namemax",
        ],
        hidden: &["f_fsid"],
        constructible: true,
    };

    const CONSTANTS: &[(&str, i64)] = &[
        ("EFD_CLOEXEC", 0o2_000_000),
        ("EFD_NONBLOCK", 0o4000),
        ("EFD_SEMAPHORE", 1),
        ("MFD_CLOEXEC", 1),
        ("MFD_ALLOW_SEALING", 2),
        ("MFD_HUGETLB", 4),
        ("SPLICE_F_MOVE", 1),
        ("SPLICE_F_NONBLOCK", 2),
        ("SPLICE_F_MORE", 4),
        ("ST_MANDLOCK", 64),
        ("ST_NOATIME", 1024),
        ("ST_NODEV", 4),
        ("ST_NODIRATIME", 2048),
        ("ST_NOEXEC", 8),
        ("ST_RELATIME", 4096),
        ("ST_SYNCHRONOUS", 16),
        ("ST_APPEND", 256),
        ("ST_WRITE", 128),
    ];

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (name, n) in CONSTANTS {
            module
                .dict
                .insert_str(vm, &vm.intern_str(name), vm.new_int(*n));
        }
        let class = vm.struct_sequence_type(&STATVFS)?;
        module
            .dict
            .insert_str(vm, &vm.intern_str("statvfs_result"), class.to_value());
        Ok(())
    }

    /// Reads from a place in a file.
    #[pyfunction("(fd, length, offset, /)")]
    fn pread(vm: &Vm, fd: i32, length: isize, offset: i64) -> PyResult<Ref<Bytes>> {
        let Ok(length) = usize::try_from(length) else {
            return Err(error(vm, &std::io::Error::from_raw_os_error(22)));
        };
        let mut bytes = room(vm, length)?;
        let n = unlocked(vm, || transfer::read_at(fd, &mut bytes, offset))?;
        bytes.truncate(n);
        Ok(vm.new_bytes(bytes))
    }
    /// Writes at a place in a file.
    #[pyfunction("(fd, buffer, offset, /)")]
    fn pwrite(vm: &Vm, fd: i32, buffer: BytesArg<'_>, offset: i64) -> PyResult<usize> {
        let bytes = &*buffer;
        unlocked(vm, || transfer::write_at(fd, bytes, offset))
    }
    /// Reads into several buffers.
    #[pyfunction("(fd, buffers, /)")]
    fn readv(vm: &Vm, fd: i32, buffers: &Value) -> PyResult<usize> {
        scatter(vm, buffers, |vm, bytes| {
            unlocked(vm, || descriptors::read(fd, bytes))
        })
    }
    /// Reads into several buffers from a place in a file.
    #[pyfunction("(fd, buffers, offset, flags=0, /)")]
    fn preadv(vm: &Vm, fd: i32, buffers: &Value, offset: i64, _flags: i32) -> PyResult<usize> {
        scatter(vm, buffers, |vm, bytes| {
            unlocked(vm, || transfer::read_at(fd, bytes, offset))
        })
    }
    /// Writes several buffers.
    #[pyfunction("(fd, buffers, /)")]
    fn writev(vm: &Vm, fd: i32, buffers: &Value) -> PyResult<usize> {
        let bytes = gather(vm, buffers)?;
        unlocked(vm, || descriptors::write(fd, &bytes))
    }
    /// Writes several buffers at a place in a file.
    #[pyfunction("(fd, buffers, offset, flags=0, /)")]
    fn pwritev(vm: &Vm, fd: i32, buffers: &Value, offset: i64, _flags: i32) -> PyResult<usize> {
        let bytes = gather(vm, buffers)?;
        unlocked(vm, || transfer::write_at(fd, &bytes, offset))
    }
    /// Copies from a file to a descriptor; without an offset, from where the file is.
    #[pyfunction("(out_fd, in_fd, offset, count)")]
    fn sendfile(vm: &Vm, out_fd: i32, in_fd: i32, offset: &Value, count: isize) -> PyResult<usize> {
        let offset = optional(vm, offset)?;
        let Ok(count) = usize::try_from(count) else {
            return Err(error(vm, &std::io::Error::from_raw_os_error(22)));
        };
        unlocked(vm, || transfer::send_file(out_fd, in_fd, offset, count))
    }
    /// Copies between files within the system.
    #[pyfunction("(src, dst, count, offset_src=None, offset_dst=None)")]
    fn copy_file_range(
        vm: &Vm,
        src: i32,
        dst: i32,
        count: isize,
        offset_src: &Value,
        offset_dst: &Value,
    ) -> PyResult<usize> {
        let Ok(count) = usize::try_from(count) else {
            return Err(vm.value_error("negative value for 'count' not allowed"));
        };
        let (from, to) = (optional(vm, offset_src)?, optional(vm, offset_dst)?);
        unlocked(vm, || transfer::copy_range(src, dst, count, from, to))
    }
    /// Moves bytes between two descriptors of which one is a pipe.
    #[pyfunction("(src, dst, count, offset_src=None, offset_dst=None, flags=0)")]
    fn splice(
        vm: &Vm,
        src: i32,
        dst: i32,
        count: isize,
        offset_src: &Value,
        offset_dst: &Value,
        flags: i32,
    ) -> PyResult<usize> {
        let Ok(count) = usize::try_from(count) else {
            return Err(vm.value_error("negative value for 'count' not allowed"));
        };
        let (from, to) = (optional(vm, offset_src)?, optional(vm, offset_dst)?);
        unlocked(vm, || {
            transfer::splice(src, dst, count, from, to, flags as u32)
        })
    }
    /// Makes a pipe with flags.
    #[pyfunction("(flags, /)")]
    fn pipe2(vm: &Vm, flags: i32) -> PyResult {
        let (r, w) = transfer::pipe(flags).map_err(|e| error(vm, &e))?;
        Ok(vm.tuple_value([vm.new_int(r.into()), vm.new_int(w.into())]))
    }
    /// Says how a part of a file will be used.
    #[pyfunction("(fd, offset, length, advice, /)")]
    fn posix_fadvise(vm: &Vm, fd: i32, offset: i64, length: i64, advice: i32) -> PyResult<()> {
        unlocked(vm, || transfer::advise(fd, offset, length, advice))
    }
    /// Makes sure that there is room on the disk for a part of a file.
    #[pyfunction("(fd, offset, length, /)")]
    fn posix_fallocate(vm: &Vm, fd: i32, offset: i64, length: i64) -> PyResult<()> {
        unlocked(vm, || transfer::allocate(fd, offset, length))
    }
    /// Locks a part of a file, or frees it.
    #[pyfunction("(fd, command, length, /)")]
    fn lockf(vm: &Vm, fd: i32, command: i32, length: i64) -> PyResult<()> {
        unlocked(vm, || transfer::lock(fd, command, length))
    }
    /// Has everything written to the disks.
    #[pyfunction("()")]
    fn sync(vm: &Vm) {
        taipan_vm::threads::unlocked(vm, transfer::sync_all);
    }
    /// Makes a file that is only in memory.
    #[pyfunction("(name, flags=1)")]
    fn memfd_create(vm: &Vm, name: &Value, flags: i32) -> PyResult<i32> {
        let name = taipan_vm::util::fs_bytes(vm, name)?;
        transfer::memory_file(&name, flags as u32).map_err(|e| error(vm, &e))
    }
    /// Makes a descriptor that counts events.
    #[pyfunction("(initval, flags=524288)")]
    fn eventfd(vm: &Vm, initval: i64, flags: i32) -> PyResult<i32> {
        let Ok(initval) = u32::try_from(initval) else {
            if initval < 0 {
                return Err(vm.value_error("Cannot convert negative int"));
            }
            return Err(vm.overflow_error("Python int too large to convert to C unsigned int"));
        };
        transfer::event(initval, flags).map_err(|e| error(vm, &e))
    }
    /// The count of an event descriptor.
    #[pyfunction("(fd)")]
    fn eventfd_read(vm: &Vm, fd: i32) -> PyResult<u64> {
        let mut word = [0; 8];
        match unlocked(vm, || descriptors::read(fd, &mut word))? {
            8 => Ok(u64::from_ne_bytes(word)),
            _ => Err(error(vm, &std::io::Error::from_raw_os_error(22))),
        }
    }
    /// Adds to the count of an event descriptor.
    #[pyfunction("(fd, value)")]
    fn eventfd_write(vm: &Vm, fd: i32, value: &Value) -> PyResult<()> {
        let value = unsigned(vm, value)?;
        unlocked(vm, || descriptors::write(fd, &value.to_ne_bytes())).map(drop)
    }
    /// Random bytes of the system.
    #[pyfunction("(size, flags=0)")]
    fn getrandom(vm: &Vm, size: isize, flags: i32) -> PyResult<Ref<Bytes>> {
        let Ok(size) = usize::try_from(size) else {
            return Err(error(vm, &std::io::Error::from_raw_os_error(22)));
        };
        let mut bytes = room(vm, size)?;
        let n = unlocked(vm, || transfer::random(&mut bytes, flags as u32))?;
        bytes.truncate(n);
        Ok(vm.new_bytes(bytes))
    }
    /// Makes a terminal: the descriptor that drives it, and that of its programs.
    #[pyfunction("()")]
    fn openpty(vm: &Vm) -> PyResult {
        let (driver, program) = transfer::open_terminal().map_err(|e| error(vm, &e))?;
        Ok(vm.tuple_value([vm.new_int(driver.into()), vm.new_int(program.into())]))
    }
    /// The path of a terminal.
    #[pyfunction("(fd, /)")]
    fn ttyname(vm: &Vm, fd: i32) -> PyResult {
        let name = transfer::terminal_name(fd).map_err(|e| error(vm, &e))?;
        Ok(taipan_vm::util::fs_to_text(vm, &name))
    }
    /// The process group in the foreground of a terminal.
    #[pyfunction("(fd, /)")]
    fn tcgetpgrp(vm: &Vm, fd: i32) -> PyResult<i32> {
        transfer::foreground(fd).map_err(|e| error(vm, &e))
    }
    /// Puts a process group into the foreground of a terminal.
    #[pyfunction("(fd, pgid, /)")]
    fn tcsetpgrp(vm: &Vm, fd: i32, pgid: i32) -> PyResult<()> {
        transfer::set_foreground(fd, pgid).map_err(|e| error(vm, &e))
    }
    /// The first part of a device's number.
    #[pyfunction("(device, /)")]
    fn major(vm: &Vm, device: &Value) -> PyResult<u32> {
        Ok(transfer::device_parts(unsigned(vm, device)?).0)
    }
    /// The second part of a device's number.
    #[pyfunction("(device, /)")]
    fn minor(vm: &Vm, device: &Value) -> PyResult<u32> {
        Ok(transfer::device_parts(unsigned(vm, device)?).1)
    }
    /// A device's number.
    #[pyfunction("(major, minor, /)")]
    fn makedev(major: i64, minor: i64) -> u64 {
        transfer::make_device(major as u32, minor as u32)
    }
    /// What is known of the file system of a file.
    #[pyfunction("(path)")]
    fn statvfs(vm: &Vm, file: &Value) -> PyResult {
        let p = path(vm, file, "statvfs", true)?;
        let place = p.fd.map_or(Ok(&p.bytes[..]), Err);
        let found = transfer::file_system(place).map_err(|e| p.error(vm, &e))?;
        result(vm, &found)
    }
    /// What is known of the file system of an open file.
    #[pyfunction("(fd, /)")]
    fn fstatvfs(vm: &Vm, fd: i32) -> PyResult {
        let found = transfer::file_system(Err(fd)).map_err(|e| error(vm, &e))?;
        result(vm, &found)
    }
    fn result(vm: &Vm, found: &[u64; 11]) -> PyResult {
        let mut items: Vec<Value> = found.iter().map(|&n| vm.new_uint(n)).collect();
        let hidden = items.split_off(10);
        vm.new_struct_sequence(&STATVFS, items, hidden)
    }
    /// The priority of processes.
    #[pyfunction("(which, who)")]
    fn getpriority(vm: &Vm, which: i32, who: i32) -> PyResult<i32> {
        transfer::priority(which, who as u32).map_err(|e| error(vm, &e))
    }
    /// Sets the priority of processes.
    #[pyfunction("(which, who, priority)")]
    fn setpriority(vm: &Vm, which: i32, who: i32, priority: i32) -> PyResult<()> {
        transfer::set_priority(which, who as u32, priority).map_err(|e| error(vm, &e))
    }
}
