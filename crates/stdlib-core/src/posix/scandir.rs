//! `scandir` and its entries.

#![expect(
    clippy::unnecessary_cast,
    reason = "the widths of libc types differ between platforms"
)]

use std::cell::{Cell, RefCell};

use taipan_host::fs::{self, DirItem, Stat};
use taipan_macros::{pymethods, pymodule};
use taipan_object::{PyResult, Ref, Value, Vm, payload};

/// `os.DirEntry`.
pub struct DirEntry {
    name: Value,
    path: Value,
    full: Vec<u8>,
    kind: u8,
    ino: u64,
    stat: Cell<Option<Stat>>,
    link_stat: Cell<Option<Stat>>,
}
payload!(DirEntry, gc, |this, visit| {
    visit(&this.name);
    visit(&this.path);
});

impl DirEntry {
    fn find(&self, vm: &Vm, follow: bool) -> PyResult<Result<Stat, std::io::Error>> {
        let _ = vm;
        let cache = if follow { &self.stat } else { &self.link_stat };
        if let Some(s) = cache.get() {
            return Ok(Ok(s));
        }
        let found = fs::stat(&self.full, follow);
        if let Ok(s) = &found {
            cache.set(Some(*s));
        }
        Ok(found)
    }
    fn is_kind(&self, vm: &Vm, follow: bool, kind: u8, mode: u32) -> PyResult<bool> {
        use taipan_host::errno as e;
        if self.kind != e::DT_UNKNOWN && (self.kind != e::DT_LNK || !follow) {
            return Ok(self.kind == kind);
        }
        match self.find(vm, follow)? {
            Ok(s) => Ok(s.mode & e::S_IFMT as u32 == mode),
            Err(x) if x.raw_os_error() == Some(e::ENOENT) => Ok(false),
            Err(x) => Err(taipan_vm::os_error::raise(vm, &x, Some(&self.path))),
        }
    }
}

#[pymethods(name = "DirEntry", module = "posix", doc = "A name in a folder.")]
impl DirEntry {
    #[pygetset]
    fn name(this: &Ref<DirEntry>) -> Value {
        this.name.clone()
    }
    #[pygetset]
    fn path(this: &Ref<DirEntry>) -> Value {
        this.path.clone()
    }
    #[pymethod("(self)")]
    fn __fspath__(this: &Ref<DirEntry>) -> Value {
        this.path.clone()
    }
    /// The inode.
    #[pymethod("(self)")]
    fn inode(vm: &Vm, this: &Ref<DirEntry>) -> Value {
        vm.new_uint(this.ino)
    }
    /// Whether it is a folder.
    #[pymethod("(self, *, follow_symlinks=True)")]
    fn is_dir(vm: &Vm, this: &Ref<DirEntry>, follow_symlinks: bool) -> PyResult<bool> {
        this.is_kind(
            vm,
            follow_symlinks,
            taipan_host::errno::DT_DIR,
            taipan_host::errno::S_IFDIR as u32,
        )
    }
    /// Whether it is a plain file.
    #[pymethod("(self, *, follow_symlinks=True)")]
    fn is_file(vm: &Vm, this: &Ref<DirEntry>, follow_symlinks: bool) -> PyResult<bool> {
        this.is_kind(
            vm,
            follow_symlinks,
            taipan_host::errno::DT_REG,
            taipan_host::errno::S_IFREG as u32,
        )
    }
    /// Whether it is a symbolic link.
    #[pymethod("(self)")]
    fn is_symlink(vm: &Vm, this: &Ref<DirEntry>) -> PyResult<bool> {
        this.is_kind(
            vm,
            false,
            taipan_host::errno::DT_LNK,
            taipan_host::errno::S_IFLNK as u32,
        )
    }
    /// Whether it is a junction, which only Windows has.
    #[pymethod("(self)")]
    fn is_junction(_this: &Ref<DirEntry>) -> bool {
        false
    }
    /// What the system knows of it.
    #[pymethod("(self, *, follow_symlinks=True)")]
    fn stat(vm: &Vm, this: &Ref<DirEntry>, follow_symlinks: bool) -> PyResult {
        match this.find(vm, follow_symlinks)? {
            Ok(s) => super::stat::result(vm, &s),
            Err(e) => Err(taipan_vm::os_error::raise(vm, &e, Some(&this.path))),
        }
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<DirEntry>) -> PyResult {
        let name = vm.repr(&this.name)?;
        Ok(vm.new_str(&format!("<DirEntry {name}>")).into_value())
    }
}

/// What `scandir` gives.
pub struct ScandirIterator {
    items: RefCell<std::vec::IntoIter<DirItem>>,
    folder: Vec<u8>,
    as_bytes: bool,
}
payload!(ScandirIterator);

#[pymethods(
    name = "ScandirIterator",
    module = "posix",
    doc = "The entries of a folder."
)]
impl ScandirIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<ScandirIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<ScandirIterator>) -> PyResult<Option<Value>> {
        let Some(item) = this.items.borrow_mut().next() else {
            return Ok(None);
        };
        let mut full = this.folder.clone();
        if !full.is_empty() && !full.ends_with(b"/") {
            full.push(b'/');
        }
        full.extend_from_slice(&item.name);
        let show = |bytes: &[u8]| {
            if this.as_bytes {
                vm.new_bytes(bytes.to_vec()).into_value()
            } else {
                taipan_vm::util::fs_to_text(vm, bytes)
            }
        };
        let entry = DirEntry {
            name: show(&item.name),
            path: show(&full),
            full,
            kind: item.kind,
            ino: item.ino,
            stat: Cell::new(None),
            link_stat: Cell::new(None),
        };
        Ok(Some(
            vm.heap
                .alloc(&vm.add_native_type::<DirEntry>(), entry)
                .into_value(),
        ))
    }
    /// Ends the iteration.
    #[pymethod("(self)")]
    fn close(this: &Ref<ScandirIterator>) {
        *this.items.borrow_mut() = Vec::new().into_iter();
    }
    #[pymethod("(self)")]
    fn __enter__(this: &Ref<ScandirIterator>) -> Value {
        this.to_value()
    }
    #[pymethod("(self, *args)")]
    fn __exit__(this: &Ref<ScandirIterator>, _args: &[Value]) {
        *this.items.borrow_mut() = Vec::new().into_iter();
    }
}

/// Functions.
#[pymodule(partial, name = "posix", classes(DirEntry))]
pub mod functions {
    use taipan_object::{PyResult, Value, Vm};

    use super::{DirEntry, ScandirIterator, fs};
    use crate::posix::path;

    /// The entries of a folder.
    #[pyfunction("(path=None)")]
    fn scandir(vm: &Vm, folder: &Value) -> PyResult {
        let dot = vm.intern_str(".").into_value();
        let p = path(
            vm,
            if folder.is_none() { &dot } else { folder },
            "scandir",
            false,
        )?;
        let items = fs::scan_dir(&p.bytes).map_err(|e| p.error(vm, &e))?;
        let it = ScandirIterator {
            items: std::cell::RefCell::new(items.into_iter()),
            folder: p.bytes,
            as_bytes: p.as_bytes,
        };
        Ok(vm
            .heap
            .alloc(&vm.add_native_type::<ScandirIterator>(), it)
            .into_value())
    }
    /// The names in a folder.
    #[pyfunction("(path=None)")]
    fn listdir(vm: &Vm, folder: &Value) -> PyResult {
        let dot = vm.intern_str(".").into_value();
        let p = path(
            vm,
            if folder.is_none() { &dot } else { folder },
            "listdir",
            true,
        )?;
        let bytes = match p.fd {
            Some(fd) => format!("/proc/self/fd/{fd}").into_bytes(),
            None => p.bytes.clone(),
        };
        let names = fs::list_dir(&bytes).map_err(|e| p.error(vm, &e))?;
        Ok(vm.list_value(names.into_iter().map(|n| p.result(vm, n)).collect()))
    }
}
