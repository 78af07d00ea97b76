//! The module `fcntl`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Commands and flags of Linux.
const CONSTANTS: &[(&str, i64)] = &[
    ("LOCK_SH", 1),
    ("LOCK_EX", 2),
    ("LOCK_NB", 4),
    ("LOCK_UN", 8),
    ("LOCK_MAND", 32),
    ("LOCK_READ", 64),
    ("LOCK_WRITE", 128),
    ("LOCK_RW", 192),
    ("F_DUPFD", 0),
    ("F_DUPFD_CLOEXEC", 1030),
    ("F_GETFD", 1),
    ("F_SETFD", 2),
    ("F_GETFL", 3),
    ("F_SETFL", 4),
    ("F_GETLK", 5),
    ("F_SETLK", 6),
    ("F_SETLKW", 7),
    ("F_OFD_GETLK", 36),
    ("F_OFD_SETLK", 37),
    ("F_OFD_SETLKW", 38),
    ("F_GETOWN", 9),
    ("F_SETOWN", 8),
    ("F_GETSIG", 11),
    ("F_SETSIG", 10),
    ("F_RDLCK", 0),
    ("F_WRLCK", 1),
    ("F_UNLCK", 2),
    ("F_GETLK64", 5),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("FASYNC", 8192),
    ("F_SETLEASE", 1024),
    ("F_GETLEASE", 1025),
    ("F_NOTIFY", 1026),
    ("F_DUPFD_QUERY", 1027),
    ("F_EXLCK", 4),
    ("F_SHLCK", 8),
    ("F_SETPIPE_SZ", 1031),
    ("F_GETPIPE_SZ", 1032),
    ("FICLONE", 1074041865),
    ("FICLONERANGE", 1075876877),
    ("F_GETOWN_EX", 16),
    ("F_SETOWN_EX", 15),
    ("F_OWNER_TID", 0),
    ("F_OWNER_PID", 1),
    ("F_OWNER_PGRP", 2),
    ("F_GET_RW_HINT", 1035),
    ("F_SET_RW_HINT", 1036),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_SET_FILE_RW_HINT", 1038),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_SHORT", 2),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("FD_CLOEXEC", 1),
    ("DN_ACCESS", 1),
    ("DN_MODIFY", 2),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_RENAME", 16),
    ("DN_ATTRIB", 32),
    ("DN_MULTISHOT", 2147483648),
    ("F_ADD_SEALS", 1033),
    ("F_GET_SEALS", 1034),
    ("F_SEAL_SEAL", 1),
    ("F_SEAL_SHRINK", 2),
    ("F_SEAL_GROW", 4),
    ("F_SEAL_WRITE", 8),
    ("F_SEAL_FUTURE_WRITE", 16),
];

/// Longest argument that is copied.
const MOST: usize = 1024;

/// Functions and constants.
#[pymodule(name = "fcntl", doc = "Control of file descriptors.")]
pub mod module {
    use taipan_object::bytes_ops::arg::bytes_like_opt;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{CONSTANTS, MOST};
    use crate::fd::fd_arg;
    use taipan_host::control as host;
    use taipan_stdlib_data::numbers::low_32;
    use taipan_stdlib_data::support::{add_constants, retry};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, CONSTANTS);
        Ok(())
    }

    /// An argument: a number, or bytes.
    enum Arg {
        Number(i64),
        Bytes(Vec<u8>),
    }

    fn arg(vm: &Vm, value: Option<&Value>, function: &str) -> PyResult<Arg> {
        let Some(value) = value else {
            return Ok(Arg::Number(0));
        };
        if value.as_int().is_some() || vm.type_of(value).slots.index.get().is_some() {
            return Ok(Arg::Number(i64::from(low_32(vm, value)? as i32)));
        }
        let bytes = match value.downcast::<Str>() {
            Some(text) => vm.encode_utf8(text)?,
            None => match bytes_like_opt(vm, value)? {
                Some(bytes) => bytes.to_vec(),
                None => {
                    return Err(vm.type_error(format!(
                        "{function}() argument 3 must be an integer, a bytes-like object, or a string, not {}",
                        vm.type_name(value)
                    )));
                }
            },
        };
        if bytes.len() > MOST {
            return Err(vm.value_error(format!("{function} argument 3 is too long")));
        }
        Ok(Arg::Bytes(bytes))
    }

    /// Does an operation on a descriptor.
    #[pyfunction("(fd, cmd, arg=0, /)")]
    fn fcntl(vm: &Vm, fd: &Value, cmd: i32, arg: &Value) -> PyResult {
        let fd = fd_arg(vm, fd)?;
        match self::arg(vm, Some(arg), "fcntl")? {
            Arg::Number(n) => {
                let result = retry(vm, || host::fcntl(fd, cmd, n))?;
                Ok(vm.new_int(result.into()))
            }
            Arg::Bytes(bytes) => {
                let mut buffer = [0; 4096];
                buffer[..bytes.len()].copy_from_slice(&bytes);
                retry(vm, || host::fcntl_buffer(fd, cmd, &mut buffer))?;
                Ok(vm.new_bytes(buffer[..bytes.len()].to_vec()).into_value())
            }
        }
    }
    /// Does an operation on a device.
    #[pyfunction("(fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(vm: &Vm, fd: &Value, request: &Value, arg: &Value, mutate_flag: bool) -> PyResult {
        let fd = fd_arg(vm, fd)?;
        let request = u64::from(low_32(vm, request)?);
        let given = match self::arg(vm, Some(arg), "ioctl")? {
            Arg::Number(n) => {
                let result = retry(vm, || host::ioctl(fd, request, n))?;
                return Ok(vm.new_int(result.into()));
            }
            Arg::Bytes(bytes) => bytes,
        };
        // Requests of unknown size get more room than any needs.
        let mut buffer = vec![0_u8; (1 << 14) + given.len()];
        buffer[..given.len()].copy_from_slice(&given);
        // SAFETY: the size of a request lies in 14 bits of its number.
        let result = retry(vm, || unsafe {
            host::ioctl_buffer(fd, request, buffer.as_mut_ptr())
        })?;
        let buffer = &buffer[..given.len()];
        if mutate_flag
            && arg.downcast::<Str>().is_none()
            && arg.downcast::<taipan_object::bytes::Bytes>().is_none()
        {
            let written = taipan_vm::util::with_writable(vm, arg, |target| {
                let n = target.len().min(buffer.len());
                target[..n].copy_from_slice(&buffer[..n]);
            });
            if vm.ignore(written, &vm.exc.type_error)?.is_some() {
                return Ok(vm.new_int(result.into()));
            }
        }
        Ok(vm.new_bytes(buffer.to_vec()).into_value())
    }
    /// Locks a file as a whole.
    #[pyfunction("(fd, operation, /)")]
    fn flock(vm: &Vm, fd: &Value, operation: i32) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        retry(vm, || host::flock(fd, operation))
    }
    /// Locks a part of a file.
    #[pyfunction("(fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(vm: &Vm, fd: &Value, cmd: i32, len: i64, start: i64, whence: i32) -> PyResult<()> {
        let fd = fd_arg(vm, fd)?;
        let [shared, exclusive, none] = host::LOCKS;
        let kind = if cmd & 8 != 0 {
            none
        } else if cmd & 1 != 0 {
            shared
        } else if cmd & 2 != 0 {
            exclusive
        } else {
            return Err(vm.value_error("unrecognized lockf argument"));
        };
        let wait = cmd & 4 == 0;
        retry(vm, || host::lock(fd, kind, wait, start, len, whence as i16))
    }
}
