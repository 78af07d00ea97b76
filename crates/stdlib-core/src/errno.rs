//! The module `errno`.

use taipan_macros::pymodule;

pub use module::MODULE;

macro_rules! numbers {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), taipan_host::errno::$name)),*] };
}

#[cfg(target_os = "linux")]
const NUMBERS: &[(&str, i32)] = numbers![
    EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EAGAIN, EWOULDBLOCK, ENOMEM, EACCES,
    EFAULT, ENOTBLK, EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ETXTBSY, EFBIG,
    ENOSPC, ESPIPE, EROFS, EMLINK, EPIPE, EDOM, ERANGE, EDEADLK, EDEADLOCK, ENAMETOOLONG, ENOLCK, ENOSYS, ENOTEMPTY,
    ELOOP, ENOMSG, EIDRM, ECHRNG, EL2NSYNC, EL3HLT, EL3RST, ELNRNG, EUNATCH, ENOCSI, EL2HLT, EBADE, EBADR, EXFULL,
    ENOANO, EBADRQC, EBADSLT, EBFONT, ENOSTR, ENODATA, ETIME, ENOSR, ENONET, ENOPKG, EREMOTE, ENOLINK, EADV, ESRMNT,
    ECOMM, EPROTO, EMULTIHOP, EDOTDOT, EBADMSG, EOVERFLOW, ENOTUNIQ, EBADFD, EREMCHG, ELIBACC, ELIBBAD, ELIBSCN,
    ELIBMAX, ELIBEXEC, EILSEQ, ERESTART, ESTRPIPE, EUSERS, ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT,
    EPROTONOSUPPORT, ESOCKTNOSUPPORT, ENOTSUP, EOPNOTSUPP, EPFNOSUPPORT, EAFNOSUPPORT, EADDRINUSE, EADDRNOTAVAIL,
    ENETDOWN, ENETUNREACH, ENETRESET, ECONNABORTED, ECONNRESET, ENOBUFS, EISCONN, ENOTCONN, ESHUTDOWN, ETOOMANYREFS,
    ETIMEDOUT, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH, EALREADY, EINPROGRESS, ESTALE, EUCLEAN, ENOTNAM, ENAVAIL,
    EISNAM, EREMOTEIO, EDQUOT, ENOMEDIUM, EMEDIUMTYPE, ECANCELED, ENOKEY, EKEYEXPIRED, EKEYREVOKED, EKEYREJECTED,
    EOWNERDEAD, ENOTRECOVERABLE, ERFKILL, EHWPOISON,
];
#[cfg(not(target_os = "linux"))]
const NUMBERS: &[(&str, i32)] = numbers![
    EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, E2BIG, ENOEXEC, EBADF, ECHILD, EDEADLK, ENOMEM, EACCES, EFAULT, ENOTBLK,
    EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ETXTBSY, EFBIG, ENOSPC, ESPIPE,
    EROFS, EMLINK, EPIPE, EDOM, ERANGE, EAGAIN, EINPROGRESS, EALREADY, ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE,
    ENOPROTOOPT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, ENOTSUP, EPFNOSUPPORT, EAFNOSUPPORT, EADDRINUSE, EADDRNOTAVAIL,
    ENETDOWN, ENETUNREACH, ENETRESET, ECONNABORTED, ECONNRESET, ENOBUFS, EISCONN, ENOTCONN, ESHUTDOWN, ETOOMANYREFS,
    ETIMEDOUT, ECONNREFUSED, ELOOP, ENAMETOOLONG, EHOSTDOWN, EHOSTUNREACH, ENOTEMPTY, EUSERS, EDQUOT, ESTALE,
    EREMOTE, ENOLCK, ENOSYS, EOVERFLOW, ECANCELED, EIDRM, ENOMSG, EILSEQ, EBADMSG, EMULTIHOP, ENODATA, ENOLINK,
    ENOSR, ENOSTR, EPROTO, ETIME, EOPNOTSUPP, EOWNERDEAD, ENOTRECOVERABLE, EWOULDBLOCK,
];

/// The names of the error numbers.
#[pymodule(name = "errno", doc = "The numbers of system errors.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let codes = vm.new_dict();
        for (name, number) in super::NUMBERS {
            let name = vm.intern_str(name);
            module.dict.insert_str(vm, &name, vm.new_int((*number).into()));
            // Of two names for a number the one that is no alias counts.
            let alias = name.is_str("EWOULDBLOCK") || name.is_str("EDEADLOCK") || name.is_str("EOPNOTSUPP");
            if !alias || codes.get(vm, &vm.new_int((*number).into()))?.is_none() {
                codes.insert(vm, vm.new_int((*number).into()), name.into_value())?;
            }
        }
        module.dict.insert_str(vm, &vm.intern_str("errorcode"), codes.into_value());
        Ok(())
    }
}
