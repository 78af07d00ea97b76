//! OSError from errors of the system.

use taipan_object::exceptions::{Exception, new_exception};
use taipan_object::{Raised, TypeRef, Value, Vm};

/// The subclass of OSError for an error number.
pub fn class_of(vm: &Vm, errno: i32) -> &TypeRef {
    let x = &vm.exc;
    match errno {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => &x.blocking_io_error,
        libc::EPIPE | libc::ESHUTDOWN => &x.broken_pipe_error,
        libc::ECHILD => &x.child_process_error,
        libc::ECONNABORTED => &x.connection_aborted_error,
        libc::ECONNREFUSED => &x.connection_refused_error,
        libc::ECONNRESET => &x.connection_reset_error,
        libc::EEXIST => &x.file_exists_error,
        libc::ENOENT => &x.file_not_found_error,
        libc::EINTR => &x.interrupted_error,
        libc::EISDIR => &x.is_a_directory_error,
        libc::ENOTDIR => &x.not_a_directory_error,
        libc::EACCES | libc::EPERM => &x.permission_error,
        libc::ESRCH => &x.process_lookup_error,
        libc::ETIMEDOUT => &x.timeout_error,
        _ => &x.os_error,
    }
}

/// Raises OSError for an error number, with the file that it concerns.
#[cold]
pub fn raise_errno(vm: &Vm, errno: i32, filename: Option<&Value>) -> Raised {
    raise_errno2(vm, errno, filename, None)
}

/// As [`raise_errno`], for operations on two files.
#[cold]
pub fn raise_errno2(
    vm: &Vm,
    errno: i32,
    filename: Option<&Value>,
    filename2: Option<&Value>,
) -> Raised {
    raise_text(
        vm,
        errno,
        &taipan_host::strerror(errno),
        filename,
        filename2,
    )
}

/// As [`raise_errno2`], with another text.
#[cold]
pub fn raise_text(
    vm: &Vm,
    errno: i32,
    text: &str,
    filename: Option<&Value>,
    filename2: Option<&Value>,
) -> Raised {
    let number = vm.new_int(i64::from(errno));
    let text = vm.new_str(text).into_value();
    let e = new_exception(vm, class_of(vm, errno), &[number.clone(), text.clone()]);
    if let Some(x) = e.downcast::<Exception>() {
        x.set_field(0, Some(number));
        x.set_field(1, Some(text));
        if let Some(f) = filename {
            x.set_field(2, Some(f.clone()));
        }
        if let Some(f) = filename2 {
            x.set_field(3, Some(f.clone()));
        }
    }
    vm.raise(e)
}

/// Raises OSError for a failed operation.
#[cold]
pub fn raise(vm: &Vm, e: &std::io::Error, filename: Option<&Value>) -> Raised {
    match e.raw_os_error() {
        Some(errno) => raise_errno(vm, errno, filename),
        None => vm.raise_str(&vm.exc.os_error, e.to_string()),
    }
}
