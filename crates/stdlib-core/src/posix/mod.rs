//! The module `posix`.

mod files;
mod pidfd;
mod process;
mod scandir;
mod stat;
mod timerfd;
mod transfer;

use taipan_macros::pymodule;
use taipan_object::{PyResult, Raised, Value, Vm};

pub use module::MODULE;

/// A path argument: what the system gets, and what messages show. A descriptor is a path too where `fd` says so.
pub struct PathArg {
    pub bytes: Vec<u8>,
    pub shown: Value,
    /// Results are bytes as the argument was.
    pub as_bytes: bool,
    pub fd: Option<i32>,
}

/// Reads a path argument.
///
/// # Errors
/// TypeError; ValueError for NUL.
pub fn path(vm: &Vm, value: &Value, function: &str, fd: bool) -> PyResult<PathArg> {
    path_named(vm, value, function, "path", fd)
}

/// As [`path`], for an argument of another name.
pub fn path_named(
    vm: &Vm,
    value: &Value,
    function: &str,
    name: &str,
    fd: bool,
) -> PyResult<PathArg> {
    use taipan_object::bytes::Bytes;
    use taipan_object::str::Str;
    if fd
        && value.downcast::<Str>().is_none()
        && value.downcast::<Bytes>().is_none()
        && let Some(n) = value.as_i64()
    {
        let Ok(n) = i32::try_from(n) else {
            return Err(vm.overflow_error(if n > 0 {
                "fd is greater than maximum"
            } else {
                "fd is less than minimum"
            }));
        };
        return Ok(PathArg {
            bytes: Vec::new(),
            shown: value.clone(),
            as_bytes: false,
            fd: Some(n),
        });
    }
    let plain = if value.downcast::<Str>().is_some() || value.downcast::<Bytes>().is_some() {
        value.clone()
    } else {
        let found = vm.call_special(value, &vm.intern_str("__fspath__"), &[])?;
        match found {
            Some(p) => p,
            None => {
                let kinds = if fd {
                    "string, bytes, os.PathLike or integer"
                } else {
                    "string, bytes or os.PathLike"
                };
                return Err(vm.type_error(format!(
                    "{function}: {name} should be {kinds}, not {}",
                    vm.type_name(value)
                )));
            }
        }
    };
    let bytes = taipan_vm::util::fs_bytes(vm, &plain)?;
    if bytes.contains(&0) {
        return Err(vm.value_error(format!("{function}: embedded null character in {name}")));
    }
    Ok(PathArg {
        bytes,
        as_bytes: plain.downcast::<Bytes>().is_some(),
        shown: plain,
        fd: None,
    })
}

impl PathArg {
    /// A path in the kind of this one.
    pub fn result(&self, vm: &Vm, bytes: Vec<u8>) -> Value {
        if self.as_bytes {
            vm.new_bytes(bytes).into_value()
        } else {
            taipan_vm::util::fs_to_text(vm, &bytes)
        }
    }
    /// OSError that names the path.
    pub fn error(&self, vm: &Vm, e: &std::io::Error) -> Raised {
        taipan_vm::os_error::raise(vm, e, Some(&self.shown))
    }
}

/// OSError without a file.
pub fn error(vm: &Vm, e: &std::io::Error) -> Raised {
    taipan_vm::os_error::raise(vm, e, None)
}

macro_rules! constants {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), taipan_host::errno::$name as i64)),*] };
}

const CONSTANTS: &[(&str, i64)] = constants![
    F_OK,
    R_OK,
    W_OK,
    X_OK,
    O_RDONLY,
    O_WRONLY,
    O_RDWR,
    O_CREAT,
    O_EXCL,
    O_TRUNC,
    O_APPEND,
    O_NONBLOCK,
    O_SYNC,
    O_DSYNC,
    O_CLOEXEC,
    O_NOCTTY,
    O_NOFOLLOW,
    O_DIRECTORY,
    O_NDELAY,
    O_ACCMODE,
    O_ASYNC,
    WNOHANG,
    WUNTRACED,
    WCONTINUED,
    WEXITED,
    WSTOPPED,
    WNOWAIT,
    P_PID,
    P_PGID,
    P_ALL,
    PRIO_PROCESS,
    PRIO_PGRP,
    PRIO_USER,
    RTLD_LAZY,
    RTLD_NOW,
    RTLD_GLOBAL,
    RTLD_LOCAL,
    F_LOCK,
    F_TLOCK,
    F_ULOCK,
    F_TEST,
    ST_RDONLY,
    ST_NOSUID,
];
#[cfg(target_os = "linux")]
const LINUX_CONSTANTS: &[(&str, i64)] = constants![
    O_RSYNC,
    O_DIRECT,
    O_LARGEFILE,
    O_NOATIME,
    O_PATH,
    O_TMPFILE,
    SEEK_DATA,
    SEEK_HOLE,
    CLD_EXITED,
    CLD_KILLED,
    CLD_DUMPED,
    CLD_STOPPED,
    CLD_TRAPPED,
    CLD_CONTINUED,
    GRND_RANDOM,
    GRND_NONBLOCK,
    SCHED_OTHER,
    SCHED_BATCH,
    SCHED_IDLE,
    SCHED_FIFO,
    SCHED_RR,
    POSIX_FADV_NORMAL,
    POSIX_FADV_SEQUENTIAL,
    POSIX_FADV_RANDOM,
    POSIX_FADV_WILLNEED,
    POSIX_FADV_DONTNEED,
    POSIX_FADV_NOREUSE,
];
#[cfg(not(target_os = "linux"))]
const LINUX_CONSTANTS: &[(&str, i64)] = &[];

/// What the module has besides its functions.
#[pymodule(
    name = "posix",
    doc = "The operating system's functions.",
    extra(
        crate::posix::files::functions,
        crate::posix::pidfd::functions,
        crate::posix::timerfd::functions,
        crate::posix::process::functions,
        crate::posix::stat::functions,
        crate::posix::scandir::functions,
        crate::posix::transfer::functions
    )
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        for (name, n) in super::CONSTANTS.iter().chain(super::LINUX_CONSTANTS) {
            set(name, vm.new_int(*n));
        }
        set("EX_OK", vm.new_int(0));
        // sysexits.h
        for (n, name) in (64..).zip([
            "EX_USAGE",
            "EX_DATAERR",
            "EX_NOINPUT",
            "EX_NOUSER",
            "EX_NOHOST",
            "EX_UNAVAILABLE",
            "EX_SOFTWARE",
            "EX_OSERR",
            "EX_OSFILE",
            "EX_CANTCREAT",
            "EX_IOERR",
            "EX_TEMPFAIL",
            "EX_PROTOCOL",
            "EX_NOPERM",
            "EX_CONFIG",
        ]) {
            set(name, vm.new_int(n));
        }
        set("NGROUPS_MAX", vm.new_int(65536));
        set("TMP_MAX", vm.new_int(238_328));
        set("error", vm.exc.os_error.to_value());
        set("environ", environ(vm)?);
        let have = [
            "HAVE_FACCESSAT_NOT",
            "HAVE_FCHDIR",
            "HAVE_FCHMOD",
            "HAVE_FCHOWN",
            "HAVE_FTRUNCATE",
            "HAVE_LCHOWN",
            "HAVE_LSTAT",
            "HAVE_FSTATVFS",
        ];
        set(
            "_have_functions",
            vm.list_value(
                have[1..]
                    .iter()
                    .map(|n| vm.intern_str(n).into_value())
                    .collect(),
            ),
        );
        Ok(())
    }
    fn environ(vm: &Vm) -> PyResult {
        let dict = vm.new_dict();
        for (k, v) in taipan_host::env::vars() {
            dict.insert(
                vm,
                vm.new_bytes(k).into_value(),
                vm.new_bytes(v).into_value(),
            )?;
        }
        Ok(dict.into_value())
    }
    /// The environment of the process as it is now.
    #[pyfunction("()")]
    fn _create_environ(vm: &Vm) -> PyResult {
        environ(vm)
    }
}
