//! Files and folders, by the bytes of their paths.

use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// What `stat` tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stat {
    pub mode: u32,
    pub ino: u64,
    pub dev: u64,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: i64,
    pub blocks: i64,
    pub block_size: i64,
    pub rdev: u64,
    /// Times in nanoseconds since 1970.
    pub atime_ns: i128,
    pub mtime_ns: i128,
    pub ctime_ns: i128,
}

impl Stat {
    pub fn is_dir(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }
    pub fn is_file(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }
    fn of(s: &libc::stat) -> Stat {
        let ns = |secs: i64, nanos: i64| i128::from(secs) * 1_000_000_000 + i128::from(nanos);
        Stat {
            mode: s.st_mode as u32,
            ino: s.st_ino as u64,
            dev: s.st_dev as u64,
            nlink: s.st_nlink as u64,
            uid: s.st_uid,
            gid: s.st_gid,
            size: s.st_size as i64,
            blocks: s.st_blocks as i64,
            block_size: s.st_blksize as i64,
            rdev: s.st_rdev as u64,
            atime_ns: ns(s.st_atime as i64, s.st_atime_nsec as i64),
            mtime_ns: ns(s.st_mtime as i64, s.st_mtime_nsec as i64),
            ctime_ns: ns(s.st_ctime as i64, s.st_ctime_nsec as i64),
        }
    }
}

/// A path as the system wants it.
pub(crate) fn c_path(path: &[u8]) -> io::Result<CString> {
    CString::new(path).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}
pub(crate) fn check(n: i32) -> io::Result<i32> {
    if n < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(n)
    }
}
fn os_path(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}

/// `stat(2)`, or `lstat(2)` if links are not followed.
///
/// # Errors
/// The system's.
pub fn stat(path: &[u8], follow: bool) -> io::Result<Stat> {
    let path = c_path(path)?;
    let mut s = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends with NUL; the system fills the structure when it succeeds.
    unsafe {
        check(if follow {
            libc::stat(path.as_ptr(), s.as_mut_ptr())
        } else {
            libc::lstat(path.as_ptr(), s.as_mut_ptr())
        })?;
        Ok(Stat::of(&s.assume_init()))
    }
}

/// `fstat(2)`.
///
/// # Errors
/// The system's.
pub fn fstat(fd: i32) -> io::Result<Stat> {
    let mut s = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: as above.
    unsafe {
        check(libc::fstat(fd, s.as_mut_ptr()))?;
        Ok(Stat::of(&s.assume_init()))
    }
}

/// All bytes of a file.
///
/// # Errors
/// The system's.
pub fn read(path: &[u8]) -> io::Result<Vec<u8>> {
    std::fs::read(os_path(path))
}

/// Names in a folder, without `.` and `..`.
///
/// # Errors
/// The system's.
pub fn list_dir(path: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    std::fs::read_dir(os_path(path))?
        .map(|e| e.map(|e| e.file_name().into_vec()))
        .collect()
}

/// A name in a folder with its kind as `d_type` gives it, and its inode.
pub struct DirItem {
    pub name: Vec<u8>,
    /// `DT_…`; `DT_UNKNOWN` if the file system does not say.
    pub kind: u8,
    pub ino: u64,
}

/// Names in a folder with their kinds.
///
/// # Errors
/// The system's.
pub fn scan_dir(path: &[u8]) -> io::Result<Vec<DirItem>> {
    use std::os::unix::fs::{DirEntryExt, FileTypeExt};
    let mut items = Vec::new();
    for e in std::fs::read_dir(os_path(path))? {
        let e = e?;
        let kind = e.file_type().map_or(libc::DT_UNKNOWN, |t| {
            if t.is_symlink() {
                libc::DT_LNK
            } else if t.is_dir() {
                libc::DT_DIR
            } else if t.is_file() {
                libc::DT_REG
            } else if t.is_fifo() {
                libc::DT_FIFO
            } else if t.is_socket() {
                libc::DT_SOCK
            } else {
                libc::DT_UNKNOWN
            }
        });
        items.push(DirItem {
            ino: e.ino(),
            kind,
            name: e.file_name().into_vec(),
        });
    }
    Ok(items)
}

/// Makes a folder and those above it.
///
/// # Errors
/// The system's.
pub fn make_dirs(path: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(os_path(path))
}

/// Writes a file through a temporary one beside it, so that nobody sees half of it.
///
/// # Errors
/// The system's.
pub fn write_atomic(path: &[u8], bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut temporary = path.to_vec();
    temporary.extend_from_slice(format!(".{}", std::process::id()).as_bytes());
    let fd = crate::fd::open(
        &temporary,
        libc::O_EXCL | libc::O_CREAT | libc::O_WRONLY,
        mode & 0o666,
    )?;
    let mut rest = bytes;
    let mut result = Ok(());
    while !rest.is_empty() {
        match crate::fd::write(fd, rest) {
            Ok(n) => rest = &rest[n..],
            Err(e) => {
                result = Err(e);
                break;
            }
        }
    }
    let _ = crate::fd::close(fd);
    let result = result.and_then(|()| std::fs::rename(os_path(&temporary), os_path(path)));
    if result.is_err() {
        let _ = std::fs::remove_file(os_path(&temporary));
    }
    result
}

/// The current folder.
///
/// # Errors
/// The system's.
pub fn current_dir() -> io::Result<Vec<u8>> {
    std::env::current_dir().map(|p| p.into_os_string().into_vec())
}

/// Where a symbolic link leads.
///
/// # Errors
/// The system's.
pub fn read_link(path: &[u8]) -> io::Result<Vec<u8>> {
    std::fs::read_link(os_path(path)).map(|p| p.into_os_string().into_vec())
}

/// The path without links and relative parts.
///
/// # Errors
/// The system's.
pub fn canonical(path: &[u8]) -> io::Result<Vec<u8>> {
    std::fs::canonicalize(os_path(path)).map(|p| p.into_os_string().into_vec())
}

/// A system call that takes one path.
fn with_path(path: &[u8], f: impl FnOnce(&CStr) -> i32) -> io::Result<()> {
    check(f(&c_path(path)?)).map(drop)
}

macro_rules! path_calls {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) = |$path:ident| $call:expr;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// The system's.
        pub fn $name(path: &[u8] $(, $arg: $ty)*) -> io::Result<()> {
            // SAFETY: the path ends with NUL; other arguments are plain numbers.
            with_path(path, |p| { let $path = p.as_ptr(); unsafe { $call } })
        }
    )* };
}

path_calls! {
    /// `mkdir(2)`.
    mkdir(mode: u32) = |p| libc::mkdir(p, mode as libc::mode_t);
    /// `rmdir(2)`.
    rmdir() = |p| libc::rmdir(p);
    /// `unlink(2)`.
    unlink() = |p| libc::unlink(p);
    /// `chdir(2)`.
    chdir() = |p| libc::chdir(p);
    /// `chmod(2)`.
    chmod(mode: u32) = |p| libc::chmod(p, mode as libc::mode_t);
    /// `access(2)`.
    access(mode: i32) = |p| libc::access(p, mode);
    /// `truncate(2)`.
    truncate(size: i64) = |p| libc::truncate(p, size);
    /// `chown(2)`.
    chown(uid: u32, gid: u32) = |p| libc::chown(p, uid, gid);
    /// `lchown(2)`.
    lchown(uid: u32, gid: u32) = |p| libc::lchown(p, uid, gid);
    /// `mkfifo(3)`.
    mkfifo(mode: u32) = |p| libc::mkfifo(p, mode as libc::mode_t);
}

macro_rules! two_path_calls {
    ($($(#[$doc:meta])* $name:ident = $call:path;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// The system's.
        pub fn $name(from: &[u8], to: &[u8]) -> io::Result<()> {
            let to = c_path(to)?;
            // SAFETY: both paths end with NUL.
            with_path(from, |from| unsafe { $call(from.as_ptr(), to.as_ptr()) })
        }
    )* };
}

two_path_calls! {
    /// `rename(2)`.
    rename = libc::rename;
    /// `link(2)`.
    link = libc::link;
    /// `symlink(2)`: `from` is what the link says.
    symlink = libc::symlink;
}

/// `utimensat(2)` with times in nanoseconds; `None`: now.
///
/// # Errors
/// The system's.
pub fn set_times(path: &[u8], times: Option<(i128, i128)>, follow: bool) -> io::Result<()> {
    let spec = |ns: i128| libc::timespec {
        tv_sec: ns.div_euclid(1_000_000_000) as _,
        tv_nsec: ns.rem_euclid(1_000_000_000) as _,
    };
    let times = times.map(|(a, m)| [spec(a), spec(m)]);
    let pointer = times.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with NUL; the times are two or none.
    with_path(path, |p| unsafe {
        libc::utimensat(libc::AT_FDCWD, p.as_ptr(), pointer, flags)
    })
}
