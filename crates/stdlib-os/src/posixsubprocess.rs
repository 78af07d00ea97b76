//! The module `_posixsubprocess`.

use std::ffi::CString;

use taipan_macros::pymodule;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Value, Vm};

pub use module::MODULE;

/// Path-like objects for the system.
fn texts(vm: &Vm, items: &Value) -> PyResult<Vec<CString>> {
    let mut out = Vec::new();
    for item in vm.collect(items)? {
        let bytes = taipan_vm::util::fs_bytes(vm, &item)?;
        out.push(CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))?);
    }
    Ok(out)
}

/// Descriptors in order; `None` if they are no such tuple.
fn descriptors(items: &Value) -> Option<Vec<i32>> {
    let mut out: Vec<i32> = Vec::new();
    for item in items.downcast::<Tuple>()?.items() {
        let fd = i32::try_from(item.as_i64()?).ok().filter(|&fd| fd >= 0)?;
        if out.last().is_some_and(|&last| fd <= last) {
            return None;
        }
        out.push(fd);
    }
    Some(out)
}

/// A user or group number; none if the object is None.
fn id(vm: &Vm, value: &Value, what: &str) -> PyResult<Option<u32>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.as_int().is_none() {
        return Err(vm.type_error(format!(
            "{what} should be integer, not {}",
            vm.type_name(value)
        )));
    }
    match value.as_i64() {
        Some(-1) => Ok(Some(u32::MAX)),
        Some(n) if u32::try_from(n).is_ok() => Ok(Some(n as u32)),
        _ => Err(vm.value_error(format!("invalid {what}"))),
    }
}

/// The module's function.
#[pymodule(name = "_posixsubprocess", doc = "Starting programs.")]
pub mod module {
    use taipan_object::tuple::Tuple;
    use taipan_object::{PyResult, Value, Vm};

    use super::{CString, descriptors, id, texts};
    use taipan_host::spawn::{Plan, start};

    /// Starts a program in a new process, the number of which it returns.
    #[pyfunction(
        "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)"
    )]
    fn fork_exec(
        vm: &Vm,
        args: &Value,
        executable_list: &Value,
        close_fds: bool,
        pass_fds: &Value,
        cwd: &Value,
        env: &Value,
        p2cread: i32,
        p2cwrite: i32,
        c2pread: i32,
        c2pwrite: i32,
        errread: i32,
        errwrite: i32,
        errpipe_read: i32,
        errpipe_write: i32,
        restore_signals: bool,
        call_setsid: bool,
        pgid_to_set: i32,
        gid: &Value,
        extra_groups: &Value,
        uid: &Value,
        child_umask: i32,
        preexec_fn: &Value,
    ) -> PyResult<i32> {
        if pass_fds.downcast::<Tuple>().is_none() {
            return Err(taipan_object::native::bad_argument(
                vm,
                pass_fds,
                "fork_exec",
                "argument 4",
                "tuple",
            ));
        }
        let Some(keep) = descriptors(pass_fds) else {
            return Err(vm.value_error("bad value(s) in fds_to_keep"));
        };
        if close_fds && errpipe_write < 3 {
            return Err(vm.value_error("errpipe_write must be >= 3"));
        }
        let arguments = if args.is_none() {
            Vec::new()
        } else {
            texts(vm, args)?
        };
        let folder = if cwd.is_none() {
            None
        } else {
            let bytes = taipan_vm::util::fs_bytes(vm, cwd)?;
            Some(CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))?)
        };
        let groups = if extra_groups.is_none() {
            None
        } else {
            let mut groups = Vec::new();
            for group in vm.collect(extra_groups)? {
                groups.push(id(vm, &group, "gid")?.unwrap_or(u32::MAX));
            }
            Some(groups)
        };
        let plan = Plan {
            programs: texts(vm, executable_list)?,
            arguments,
            environment: if env.is_none() {
                None
            } else {
                Some(texts(vm, env)?)
            },
            close_fds,
            keep,
            folder,
            streams: [p2cread, c2pwrite, errwrite],
            parent_ends: [p2cwrite, c2pread, errread],
            report: errpipe_write,
            report_parent_end: errpipe_read,
            restore_signals,
            new_session: call_setsid,
            process_group: pgid_to_set,
            group: id(vm, gid, "gid")?,
            groups,
            user: id(vm, uid, "uid")?,
            umask: child_umask,
        };
        let mut before = || match vm.call(preexec_fn, &[]) {
            Ok(_) => true,
            Err(raised) => {
                drop(vm.take_exception(raised));
                false
            }
        };
        let before: Option<&mut dyn FnMut() -> bool> = if preexec_fn.is_none() {
            None
        } else {
            Some(&mut before)
        };
        // SAFETY: the interpreter's lock is held; Python code runs in the child only if the program asks for it.
        match unsafe { start(&plan, before) } {
            Ok(pid) => Ok(pid),
            Err(e) => Err(taipan_stdlib_data::support::os_error(vm, &e)),
        }
    }
}
