//! `stat` and its relatives.

use taipan_host::fs::Stat;
use taipan_macros::pymodule;
use taipan_object::struct_sequence::Layout;
use taipan_object::{PyResult, Value, Vm};

/// The layout of `os.stat_result`.
pub static STAT_RESULT: Layout = Layout {
    name: "os.stat_result",
    doc: "What stat tells of a file.",
    visible: &[
        "st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "", "", "",
    ],
    hidden: &[
        "st_atime",
        "st_mtime",
        "st_ctime",
        "st_atime_ns",
        "st_mtime_ns",
        "st_ctime_ns",
        "st_blksize",
        "st_blocks",
        "st_rdev",
    ],
    constructible: true,
};

/// A `stat_result`.
///
/// # Errors
/// Only if there is no memory.
pub fn result(vm: &Vm, s: &Stat) -> PyResult {
    let int = |n: i64| vm.new_int(n);
    let secs = |ns: i128| ns.div_euclid(1_000_000_000) as i64;
    let float =
        |ns: i128| vm.new_float(secs(ns) as f64 + ns.rem_euclid(1_000_000_000) as f64 * 1e-9);
    let ns = |n: i128| i64::try_from(n).map_or_else(|_| vm.new_bigint(n.into()), |n| vm.new_int(n));
    let items: Vec<Value> = vec![
        int(s.mode.into()),
        vm.new_uint(s.ino),
        vm.new_uint(s.dev),
        vm.new_uint(s.nlink),
        int(s.uid.into()),
        int(s.gid.into()),
        int(s.size),
        int(secs(s.atime_ns)),
        int(secs(s.mtime_ns)),
        int(secs(s.ctime_ns)),
    ];
    let hidden = vec![
        float(s.atime_ns),
        float(s.mtime_ns),
        float(s.ctime_ns),
        ns(s.atime_ns),
        ns(s.mtime_ns),
        ns(s.ctime_ns),
        int(s.block_size),
        int(s.blocks),
        vm.new_uint(s.rdev),
    ];
    vm.new_struct_sequence(&STAT_RESULT, items, hidden)
}

/// Functions.
#[pymodule(partial, name = "posix")]
pub mod functions {
    use taipan_host::fs;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::posix::{error, path};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let ty = vm.struct_sequence_type(&super::STAT_RESULT)?;
        module
            .dict
            .insert_str(vm, &vm.intern_str("stat_result"), ty.into_value());
        Ok(())
    }
    fn no_dir_fd(vm: &Vm, dir_fd: &Value) -> PyResult<()> {
        if dir_fd.is_none() {
            Ok(())
        } else {
            Err(vm.not_implemented_error("dir_fd unavailable on this platform"))
        }
    }
    /// What the system knows of a file.
    #[pyfunction("(path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(vm: &Vm, file: &Value, dir_fd: &Value, follow_symlinks: bool) -> PyResult {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "stat", true)?;
        let s = match p.fd {
            Some(fd) => fs::fstat(fd),
            None => fs::stat(&p.bytes, follow_symlinks),
        };
        super::result(vm, &s.map_err(|e| p.error(vm, &e))?)
    }
    /// As stat, of a link itself.
    #[pyfunction("(path, *, dir_fd=None)")]
    fn lstat(vm: &Vm, file: &Value, dir_fd: &Value) -> PyResult {
        no_dir_fd(vm, dir_fd)?;
        let p = path(vm, file, "lstat", false)?;
        super::result(vm, &fs::stat(&p.bytes, false).map_err(|e| p.error(vm, &e))?)
    }
    /// As stat, of an open file.
    #[pyfunction("(fd)")]
    fn fstat(vm: &Vm, fd: i32) -> PyResult {
        super::result(vm, &fs::fstat(fd).map_err(|e| error(vm, &e))?)
    }
}
