//! Files, folders and descriptors.

use taipan_macros::pymodule;

/// Functions.
#[pymodule(partial, name = "posix")]
pub mod functions {
    use taipan_host::{env, fd, fs};
    use taipan_object::bytes::Bytes;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Value, Vm};

    use crate::posix::{error, path, path_named};

    fn no_dir_fd(vm: &Vm, dir_fd: &Value) -> PyResult<()> {
        if dir_fd.is_none() {
            Ok(())
        } else {
            Err(vm.not_implemented_error("dir_fd unavailable on this platform"))
        }
    }

    // ---- paths

    /// A path as str or bytes.
    #[pyfunction("(path)")]
    fn fspath(vm: &Vm, p: &Value) -> PyResult {
        if p.downcast::<Str>().is_some() || p.downcast::<Bytes>().is_some() {
            return Ok(p.clone());
        }
        let Some(r) = vm.call_special(p, &vm.intern_str("__fspath__"), &[])? else {
            return Err(vm.type_error(format!(
                "expected str, bytes or os.PathLike object, not {}",
                vm.type_name(p)
            )));
        };
        if r.downcast::<Str>().is_none() && r.downcast::<Bytes>().is_none() {
            return Err(vm.type_error(format!(
                "expected {}.__fspath__() to return str or bytes, not {}",
                vm.type_name(p),
                vm.type_name(&r)
            )));
        }
        Ok(r)
    }
    /// The current folder.
    #[pyfunction("()")]
    fn getcwd(vm: &Vm) -> PyResult {
        fs::current_dir()
            .map(|p| taipan_vm::util::fs_to_text(vm, &p))
            .map_err(|e| error(vm, &e))
    }
    /// The current folder as bytes.
    #[pyfunction("()")]
    fn getcwdb(vm: &Vm) -> PyResult {
        fs::current_dir()
            .map(|p| vm.new_bytes(p).into_value())
            .map_err(|e| error(vm, &e))
    }
    /// Changes the current folder.
    #[pyfunction("(path)")]
    fn chdir(vm: &Vm, folder: &Value) -> PyResult<()> {
        let p = path(vm, folder, "chdir", true)?;
        match p.fd {
            Some(fd) => taipan_host::process::fchdir(fd).map(drop),
            None => fs::chdir(&p.bytes),
        }
        .map_err(|e| p.error(vm, &e))
    }
    /// Changes the current folder to an open one.
    #[pyfunction("(fd)")]
    fn fchdir(vm: &Vm, fd: i32) -> PyResult<()> {
        taipan_host::process::fchdir(fd)
            .map(drop)
            .map_err(|e| error(vm, &e))
    }
    /// Makes a folder.
    #[pyfunction("(path, mode=511, *, dir_fd=None)")]
    fn mkdir(vm: &Vm, folder: &Value, mode: i32, dir_fd: &Value) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, folder, "mkdir", false)?;
        fs::mkdir(&p.bytes, mode as u32).map_err(|e| p.error(vm, &e))
    }
    /// Removes an empty folder.
    #[pyfunction("(path, *, dir_fd=None)")]
    fn rmdir(vm: &Vm, folder: &Value, dir_fd: &Value) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, folder, "rmdir", false)?;
        fs::rmdir(&p.bytes).map_err(|e| p.error(vm, &e))
    }
    /// Removes a file.
    #[pyfunction("(path, *, dir_fd=None)")]
    fn unlink(vm: &Vm, file: &Value, dir_fd: &Value) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "unlink", false)?;
        fs::unlink(&p.bytes).map_err(|e| p.error(vm, &e))
    }
    /// Removes a file.
    #[pyfunction("(path, *, dir_fd=None)")]
    fn remove(vm: &Vm, file: &Value, dir_fd: &Value) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "remove", false)?;
        fs::unlink(&p.bytes).map_err(|e| p.error(vm, &e))
    }
    fn two(
        vm: &Vm,
        from: &Value,
        to: &Value,
        function: &str,
        call: fn(&[u8], &[u8]) -> std::io::Result<()>,
    ) -> PyResult<()> {
        let a = path_named(vm, from, function, "src", false)?;
        let b = path_named(vm, to, function, "dst", false)?;
        call(&a.bytes, &b.bytes).map_err(|e| {
            let n = e.raw_os_error().unwrap_or(0);
            taipan_vm::os_error::raise_errno2(vm, n, Some(&a.shown), Some(&b.shown))
        })
    }
    /// Renames a file.
    #[pyfunction("(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(
        vm: &Vm,
        src: &Value,
        dst: &Value,
        src_dir_fd: &Value,
        dst_dir_fd: &Value,
    ) -> PyResult<()> {
        no_dir_fd(vm, src_dir_fd)?;
        no_dir_fd(vm, dst_dir_fd)?;
        two(vm, src, dst, "rename", fs::rename)
    }
    /// Renames a file; one in its place is replaced.
    #[pyfunction("(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(
        vm: &Vm,
        src: &Value,
        dst: &Value,
        src_dir_fd: &Value,
        dst_dir_fd: &Value,
    ) -> PyResult<()> {
        no_dir_fd(vm, src_dir_fd)?;
        no_dir_fd(vm, dst_dir_fd)?;
        two(vm, src, dst, "replace", fs::rename)
    }
    /// Gives a file another name too.
    #[pyfunction("(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)")]
    fn link(
        vm: &Vm,
        src: &Value,
        dst: &Value,
        src_dir_fd: &Value,
        dst_dir_fd: &Value,
        _follow_symlinks: bool,
    ) -> PyResult<()> {
        no_dir_fd(vm, src_dir_fd)?;
        no_dir_fd(vm, dst_dir_fd)?;
        two(vm, src, dst, "link", fs::link)
    }
    /// Makes a symbolic link.
    #[pyfunction("(src, dst, target_is_directory=False, *, dir_fd=None)")]
    fn symlink(
        vm: &Vm,
        src: &Value,
        dst: &Value,
        _target_is_directory: bool,
        dir_fd: &Value,
    ) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        two(vm, src, dst, "symlink", fs::symlink)
    }
    /// Where a symbolic link leads.
    #[pyfunction("(path, *, dir_fd=None)")]
    fn readlink(vm: &Vm, file: &Value, dir_fd: &Value) -> PyResult {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "readlink", false)?;
        let target = fs::read_link(&p.bytes).map_err(|e| p.error(vm, &e))?;
        Ok(p.result(vm, target))
    }
    /// Changes the access rights of a file.
    #[pyfunction("(path, mode, *, dir_fd=None, follow_symlinks=True)")]
    fn chmod(
        vm: &Vm,
        file: &Value,
        mode: i32,
        dir_fd: &Value,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        if !follow_symlinks {
            return Err(
                vm.not_implemented_error("chmod: follow_symlinks unavailable on this platform")
            );
        }
        let p = path(vm, file, "chmod", true)?;
        match p.fd {
            Some(fd) => taipan_host::process::fchmod(fd, mode as u32).map(drop),
            None => fs::chmod(&p.bytes, mode as u32),
        }
        .map_err(|e| p.error(vm, &e))
    }
    /// Changes the access rights of an open file.
    #[pyfunction("(fd, mode)")]
    fn fchmod(vm: &Vm, fd: i32, mode: i32) -> PyResult<()> {
        taipan_host::process::fchmod(fd, mode as u32)
            .map(drop)
            .map_err(|e| error(vm, &e))
    }
    /// Changes the owner of a file.
    #[pyfunction("(path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
    fn chown(
        vm: &Vm,
        file: &Value,
        uid: i64,
        gid: i64,
        dir_fd: &Value,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "chown", true)?;
        let (u, g) = (uid as u32, gid as u32);
        match p.fd {
            Some(fd) => taipan_host::process::fchown(fd, u, g).map(drop),
            None if follow_symlinks => fs::chown(&p.bytes, u, g),
            None => fs::lchown(&p.bytes, u, g),
        }
        .map_err(|e| p.error(vm, &e))
    }
    /// Changes the owner of a link.
    #[pyfunction("(path, uid, gid)")]
    fn lchown(vm: &Vm, file: &Value, uid: i64, gid: i64) -> PyResult<()> {
        let p = path(vm, file, "lchown", false)?;
        fs::lchown(&p.bytes, uid as u32, gid as u32).map_err(|e| p.error(vm, &e))
    }
    /// Changes the owner of an open file.
    #[pyfunction("(fd, uid, gid)")]
    fn fchown(vm: &Vm, fd: i32, uid: i64, gid: i64) -> PyResult<()> {
        taipan_host::process::fchown(fd, uid as u32, gid as u32)
            .map(drop)
            .map_err(|e| error(vm, &e))
    }
    /// Whether a file can be used in a way.
    #[pyfunction("(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
    fn access(
        vm: &Vm,
        file: &Value,
        mode: i32,
        dir_fd: &Value,
        _effective_ids: bool,
        _follow_symlinks: bool,
    ) -> PyResult<bool> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "access", false)?;
        Ok(fs::access(&p.bytes, mode).is_ok())
    }
    /// Makes a named pipe.
    #[pyfunction("(path, mode=438, *, dir_fd=None)")]
    fn mkfifo(vm: &Vm, file: &Value, mode: i32, dir_fd: &Value) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "mkfifo", false)?;
        fs::mkfifo(&p.bytes, mode as u32).map_err(|e| p.error(vm, &e))
    }
    /// Cuts a file off, or makes it longer.
    #[pyfunction("(path, length)")]
    fn truncate(vm: &Vm, file: &Value, length: i64) -> PyResult<()> {
        let p = path(vm, file, "truncate", true)?;
        match p.fd {
            Some(f) => fd::truncate(f, length),
            None => fs::truncate(&p.bytes, length),
        }
        .map_err(|e| p.error(vm, &e))
    }
    /// Sets the times of a file.
    #[pyfunction("(path, times=None, *, ns=<unset>, dir_fd=None, follow_symlinks=True)")]
    fn utime(
        vm: &Vm,
        file: &Value,
        times: &Value,
        ns: Option<&Value>,
        dir_fd: &Value,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "utime", true)?;
        let pair = |v: &Value, message: &str| -> PyResult<(Value, Value)> {
            match v
                .downcast::<taipan_object::tuple::Tuple>()
                .map(|t| t.items())
            {
                Some([a, b]) => Ok((a.clone(), b.clone())),
                _ => Err(vm.type_error(message)),
            }
        };
        let stamp = |v: &Value| -> PyResult<i128> {
            match v.as_float() {
                Some(x) => {
                    Ok((x.floor() as i128) * 1_000_000_000 + ((x - x.floor()) * 1e9) as i128)
                }
                None => Ok(i128::from(vm.index_i64(v)?) * 1_000_000_000),
            }
        };
        let times = match (times.is_none(), ns) {
            (false, Some(_)) => {
                return Err(
                    vm.value_error("utime: you may specify either 'times' or 'ns' but not both")
                );
            }
            (false, None) => {
                let (a, m) = pair(
                    times,
                    "utime: 'times' must be either a tuple of two ints or None",
                )?;
                Some((stamp(&a)?, stamp(&m)?))
            }
            (true, Some(ns)) => {
                let (a, m) = pair(ns, "utime: 'ns' must be a tuple of two ints")?;
                Some((vm.index_i64(&a)?.into(), vm.index_i64(&m)?.into()))
            }
            (true, None) => None,
        };
        let bytes = match p.fd {
            Some(fd) => format!("/proc/self/fd/{fd}").into_bytes(),
            None => p.bytes.clone(),
        };
        fs::set_times(&bytes, times, follow_symlinks || p.fd.is_some()).map_err(|e| p.error(vm, &e))
    }
    /// A path without empty parts and dots.
    #[pyfunction("(path)")]
    fn _path_normpath(vm: &Vm, p: &Value) -> PyResult {
        let arg = path(vm, p, "normpath", false)?;
        let bytes = &arg.bytes;
        let lead = bytes.iter().take_while(|&&b| b == b'/').count();
        let lead = if lead == 2 { 2 } else { lead.min(1) };
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in bytes.split(|&b| b == b'/') {
            match part {
                b"" | b"." => {}
                b".." if parts.last().is_some_and(|l| *l != b"..") => drop(parts.pop()),
                b".." if lead > 0 => {}
                _ => parts.push(part),
            }
        }
        let mut out = b"/".repeat(lead);
        out.extend_from_slice(&parts.join(&b'/'));
        if out.is_empty() {
            out.push(b'.');
        }
        Ok(arg.result(vm, out))
    }
    /// Drive, root and rest of a path.
    #[pyfunction("(path)")]
    fn _path_splitroot_ex(vm: &Vm, p: &Value) -> PyResult {
        let arg = path(vm, p, "splitroot", false)?;
        let n = arg.bytes.iter().take_while(|&&b| b == b'/').count();
        let n = if n == 2 { 2 } else { n.min(1) };
        let (root, rest) = arg.bytes.split_at(n);
        Ok(vm.tuple_value([
            arg.result(vm, Vec::new()),
            arg.result(vm, root.to_vec()),
            arg.result(vm, rest.to_vec()),
        ]))
    }

    // ---- descriptors

    /// Opens a file.
    #[pyfunction("(path, flags, mode=511, *, dir_fd=None)")]
    fn open(vm: &Vm, file: &Value, flags: i32, mode: i32, dir_fd: &Value) -> PyResult<i32> {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "open", false)?;
        taipan_vm::sys::audit(
            vm,
            "open",
            &[p.shown.clone(), Value::NONE, vm.new_int(flags.into())],
        )?;
        loop {
            match taipan_vm::threads::unlocked(vm, || fd::open(&p.bytes, flags, mode as u32)) {
                Ok(fd) => return Ok(fd),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {
                    (vm.hooks.get().poll)(vm)?;
                }
                Err(e) => return Err(p.error(vm, &e)),
            }
        }
    }
    /// Closes a descriptor.
    #[pyfunction("(fd)")]
    fn close(vm: &Vm, fd: i32) -> PyResult<()> {
        taipan_host::fd::close(fd).map_err(|e| error(vm, &e))
    }
    /// Closes a range of descriptors.
    #[pyfunction("(fd_low, fd_high, /)")]
    fn closerange(low: i32, high: i32) {
        for n in low.max(0)..high.min(1 << 20) {
            let _ = fd::close(n);
        }
    }
    /// Reads from a descriptor.
    #[pyfunction("(fd, length, /)")]
    fn read(vm: &Vm, fd: i32, length: isize) -> PyResult {
        let Ok(n) = usize::try_from(length) else {
            return Err(taipan_vm::os_error::raise_errno(
                vm,
                taipan_host::errno::EINVAL,
                None,
            ));
        };
        let mut buffer = vec![0; n.min(1 << 30)];
        loop {
            match taipan_vm::threads::unlocked(vm, || taipan_host::fd::read(fd, &mut buffer)) {
                Ok(n) => {
                    buffer.truncate(n);
                    return Ok(vm.new_bytes(buffer).into_value());
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) => return Err(error(vm, &e)),
            }
        }
    }
    /// Writes to a descriptor.
    #[pyfunction("(fd, data, /)")]
    fn write(vm: &Vm, fd: i32, data: &Value) -> PyResult<usize> {
        let Some(bytes) = taipan_vm::util::buffer_bytes(vm, data)? else {
            return Err(vm.type_error(format!(
                "a bytes-like object is required, not '{}'",
                vm.type_name(data)
            )));
        };
        loop {
            match taipan_vm::threads::unlocked(vm, || taipan_host::fd::write(fd, &bytes)) {
                Ok(n) => return Ok(n),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) => return Err(error(vm, &e)),
            }
        }
    }
    /// Reads from a descriptor into a buffer.
    #[pyfunction("(fd, buffer, /)")]
    fn readinto(vm: &Vm, fd: i32, buffer: &Value) -> PyResult<usize> {
        // Other threads run meanwhile and may change the buffer: it is filled afterwards.
        let size = taipan_vm::util::with_writable(vm, buffer, |b| b.len())?;
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(size).is_err() {
            return Err(vm.memory_error());
        }
        bytes.resize(size, 0);
        let n = loop {
            match taipan_vm::threads::unlocked(vm, || taipan_host::fd::read(fd, &mut bytes)) {
                Ok(n) => break n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {
                    (vm.hooks.get().poll)(vm)?;
                }
                Err(e) => return Err(error(vm, &e)),
            }
        };
        taipan_vm::util::with_writable(vm, buffer, |b| {
            let n = n.min(b.len());
            b[..n].copy_from_slice(&bytes[..n]);
        })?;
        Ok(n)
    }
    /// Moves the place in an open file.
    #[pyfunction("(fd, position, whence, /)")]
    fn lseek(vm: &Vm, fd: i32, position: i64, whence: i32) -> PyResult<i64> {
        taipan_host::fd::seek(fd, position, whence).map_err(|e| error(vm, &e))
    }
    /// Cuts an open file off, or makes it longer.
    #[pyfunction("(fd, length, /)")]
    fn ftruncate(vm: &Vm, fd: i32, length: i64) -> PyResult<()> {
        taipan_host::fd::truncate(fd, length).map_err(|e| error(vm, &e))
    }
    /// Has an open file written to the disk.
    #[pyfunction("(fd)")]
    fn fsync(vm: &Vm, fd: i32) -> PyResult<()> {
        taipan_host::fd::sync(fd).map_err(|e| error(vm, &e))
    }
    /// Has an open file's contents written to the disk.
    #[pyfunction("(fd)")]
    fn fdatasync(vm: &Vm, fd: i32) -> PyResult<()> {
        taipan_host::fd::sync(fd).map_err(|e| error(vm, &e))
    }
    /// A second descriptor of an open file.
    #[pyfunction("(fd, /)")]
    fn dup(vm: &Vm, fd: i32) -> PyResult<i32> {
        taipan_host::fd::dup(fd).map_err(|e| error(vm, &e))
    }
    /// Makes a descriptor refer to an open file.
    #[pyfunction("(fd, fd2, inheritable=True)")]
    fn dup2(vm: &Vm, fd: i32, fd2: i32, inheritable: bool) -> PyResult<i32> {
        taipan_host::fd::dup2(fd, fd2, inheritable).map_err(|e| error(vm, &e))
    }
    /// Makes a pipe.
    #[pyfunction("()")]
    fn pipe(vm: &Vm) -> PyResult {
        let (r, w) = fd::pipe().map_err(|e| error(vm, &e))?;
        Ok(vm.tuple_value([vm.new_int(r.into()), vm.new_int(w.into())]))
    }
    /// Whether a descriptor is a terminal.
    #[pyfunction("(fd, /)")]
    fn isatty(fd: i32) -> bool {
        taipan_host::fd::is_terminal(fd)
    }
    /// Whether programs that are executed get a descriptor.
    #[pyfunction("(fd, /)")]
    fn get_inheritable(vm: &Vm, fd: i32) -> PyResult<bool> {
        taipan_host::fd::inheritable(fd).map_err(|e| error(vm, &e))
    }
    /// Lets programs that are executed have a descriptor, or not.
    #[pyfunction("(fd, inheritable, /)")]
    fn set_inheritable(vm: &Vm, fd: i32, inheritable: i32) -> PyResult<()> {
        taipan_host::fd::set_inheritable(fd, inheritable != 0).map_err(|e| error(vm, &e))
    }
    /// Whether reads and writes of a descriptor wait.
    #[pyfunction("(fd, /)")]
    fn get_blocking(vm: &Vm, fd: i32) -> PyResult<bool> {
        taipan_host::process::blocking(fd).map_err(|e| error(vm, &e))
    }
    /// Lets reads and writes of a descriptor wait, or not.
    #[pyfunction("(fd, blocking, /)")]
    fn set_blocking(vm: &Vm, fd: i32, blocking: bool) -> PyResult<()> {
        taipan_host::process::set_blocking(fd, blocking).map_err(|e| error(vm, &e))
    }
    /// The encoding of a terminal.
    #[pyfunction("(fd)")]
    fn device_encoding(fd: i32) -> Option<&'static str> {
        taipan_host::fd::is_terminal(fd).then_some("utf-8")
    }

    // ---- environment

    /// Sets an environment variable.
    #[pyfunction("(name, value, /)")]
    fn putenv(vm: &Vm, name: &Value, value: &Value) -> PyResult<()> {
        let (name, value) = (
            taipan_vm::util::fs_bytes(vm, name)?,
            taipan_vm::util::fs_bytes(vm, value)?,
        );
        if name.contains(&0) || value.contains(&0) {
            return Err(vm.value_error("embedded null byte"));
        }
        if name.is_empty() || name.contains(&b'=') {
            return Err(vm.value_error("illegal environment variable name"));
        }
        env::set(&name, &value);
        Ok(())
    }
    /// Removes an environment variable.
    #[pyfunction("(name, /)")]
    fn unsetenv(vm: &Vm, name: &Value) -> PyResult<()> {
        let name = taipan_vm::util::fs_bytes(vm, name)?;
        if name.is_empty() || name.contains(&b'=') || name.contains(&0) {
            return Err(taipan_vm::os_error::raise_errno(
                vm,
                taipan_host::errno::EINVAL,
                None,
            ));
        }
        env::unset(&name);
        Ok(())
    }
    /// Random bytes.
    #[pyfunction("(size, /)")]
    fn urandom(vm: &Vm, size: isize) -> PyResult {
        let Ok(n) = usize::try_from(size) else {
            return Err(vm.value_error("negative argument not allowed"));
        };
        let mut bytes = vec![0; n];
        for chunk in bytes.chunks_mut(256) {
            env::random(chunk);
        }
        Ok(vm.new_bytes(bytes).into_value())
    }
    /// The text of an error number.
    #[pyfunction("(code, /)")]
    fn strerror(code: i32) -> String {
        taipan_host::strerror(code)
    }
}
