//! The module `_stat`: what file modes mean.

use taipan_macros::pymodule;

pub use module::MODULE;

const CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040000),
    ("S_IFCHR", 0o020000),
    ("S_IFBLK", 0o060000),
    ("S_IFREG", 0o100000),
    ("S_IFIFO", 0o010000),
    ("S_IFLNK", 0o120000),
    ("S_IFSOCK", 0o140000),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0xFFFF),
    ("UF_NODUMP", 0x1),
    ("UF_IMMUTABLE", 0x2),
    ("UF_APPEND", 0x4),
    ("UF_OPAQUE", 0x8),
    ("UF_NOUNLINK", 0x10),
    ("UF_COMPRESSED", 0x20),
    ("UF_TRACKED", 0x40),
    ("UF_DATAVAULT", 0x80),
    ("UF_HIDDEN", 0x8000),
    ("SF_SETTABLE", 0xFFFF_0000),
    ("SF_ARCHIVED", 0x1_0000),
    ("SF_IMMUTABLE", 0x2_0000),
    ("SF_APPEND", 0x4_0000),
    ("SF_NOUNLINK", 0x10_0000),
    ("SF_SNAPSHOT", 0x20_0000),
    ("SF_FIRMLINK", 0x80_0000),
    ("SF_DATALESS", 0x4000_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

/// The bits that say what kind of file it is.
const FORMAT: u32 = 0o170000;

/// The letter of a kind of file.
fn kind_letter(mode: u32) -> char {
    match mode & FORMAT {
        0o100000 => '-',
        0o040000 => 'd',
        0o120000 => 'l',
        0o060000 => 'b',
        0o020000 => 'c',
        0o010000 => 'p',
        0o140000 => 's',
        _ => '?',
    }
}

/// A mode as `ls -l` shows it.
fn mode_text(mode: u32) -> String {
    let mut text = String::from(kind_letter(mode));
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
        });
    }
    text
}

/// Functions and constants.
#[pymodule(name = "_stat", doc = "What the modes of files mean.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::FORMAT;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        crate::support::add_constants(vm, module, super::CONSTANTS);
        Ok(())
    }

    fn mode_of(vm: &Vm, mode: &Value) -> PyResult<u32> {
        u32::try_from(crate::numbers::unsigned_long(vm, mode)?)
            .map_err(|_| vm.overflow_error("mode out of range"))
    }
    fn is(vm: &Vm, mode: &Value, format: u32) -> PyResult<bool> {
        Ok(mode_of(vm, mode)? & FORMAT == format)
    }

    /// Whether the mode is that of a folder.
    #[pyfunction("(mode, /)")]
    fn S_ISDIR(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o040000)
    }
    /// Whether the mode is that of a character device.
    #[pyfunction("(mode, /)")]
    fn S_ISCHR(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o020000)
    }
    /// Whether the mode is that of a block device.
    #[pyfunction("(mode, /)")]
    fn S_ISBLK(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o060000)
    }
    /// Whether the mode is that of a plain file.
    #[pyfunction("(mode, /)")]
    fn S_ISREG(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o100000)
    }
    /// Whether the mode is that of a named pipe.
    #[pyfunction("(mode, /)")]
    fn S_ISFIFO(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o010000)
    }
    /// Whether the mode is that of a symbolic link.
    #[pyfunction("(mode, /)")]
    fn S_ISLNK(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o120000)
    }
    /// Whether the mode is that of a socket.
    #[pyfunction("(mode, /)")]
    fn S_ISSOCK(vm: &Vm, mode: &Value) -> PyResult<bool> {
        is(vm, mode, 0o140000)
    }
    /// Whether the mode is that of a door; there are none here.
    #[pyfunction("(mode, /)")]
    fn S_ISDOOR(vm: &Vm, mode: &Value) -> PyResult<bool> {
        mode_of(vm, mode).map(|_| false)
    }
    /// Whether the mode is that of an event port; there are none here.
    #[pyfunction("(mode, /)")]
    fn S_ISPORT(vm: &Vm, mode: &Value) -> PyResult<bool> {
        mode_of(vm, mode).map(|_| false)
    }
    /// Whether the mode is that of a whiteout; there are none here.
    #[pyfunction("(mode, /)")]
    fn S_ISWHT(vm: &Vm, mode: &Value) -> PyResult<bool> {
        mode_of(vm, mode).map(|_| false)
    }
    /// The permission bits of a mode.
    #[pyfunction("(mode, /)")]
    fn S_IMODE(vm: &Vm, mode: &Value) -> PyResult<u32> {
        Ok(mode_of(vm, mode)? & 0o7777)
    }
    /// The bits of a mode that say what kind of file it is.
    #[pyfunction("(mode, /)")]
    fn S_IFMT(vm: &Vm, mode: &Value) -> PyResult<u32> {
        Ok(mode_of(vm, mode)? & FORMAT)
    }
    /// A mode as text: '-rwxr-xr-x'.
    #[pyfunction("(mode, /)")]
    fn filemode(vm: &Vm, mode: &Value) -> PyResult<String> {
        Ok(super::mode_text(mode_of(vm, mode)?))
    }
}
