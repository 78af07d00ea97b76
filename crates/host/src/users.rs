//! Users and groups of the system.

use std::ffi::CStr;
use std::io;
use std::sync::Mutex;

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub comment: Vec<u8>,
    pub home: Vec<u8>,
    pub shell: Vec<u8>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// The walks over all entries share state inside the C library.
static WALK: Mutex<()> = Mutex::new(());

/// # Safety
/// A C string or null.
unsafe fn text(text: *const libc::c_char) -> Vec<u8> {
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: by the contract.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

/// # Safety
/// An entry that the C library filled in.
unsafe fn user(entry: &libc::passwd) -> User {
    // SAFETY: the entry's texts are C strings.
    unsafe {
        User {
            name: text(entry.pw_name),
            password: text(entry.pw_passwd),
            uid: entry.pw_uid,
            gid: entry.pw_gid,
            comment: text(entry.pw_gecos),
            home: text(entry.pw_dir),
            shell: text(entry.pw_shell),
        }
    }
}

/// # Safety
/// An entry that the C library filled in.
unsafe fn group(entry: &libc::group) -> Group {
    let mut members = Vec::new();
    // SAFETY: the members are C strings up to a null.
    unsafe {
        let mut at = entry.gr_mem;
        while !at.is_null() && !(*at).is_null() {
            members.push(text(*at));
            at = at.add(1);
        }
        Group {
            name: text(entry.gr_name),
            password: text(entry.gr_passwd),
            gid: entry.gr_gid,
            members,
        }
    }
}

/// Calls a `get…_r` function with a buffer that grows as it asks.
fn with_buffer<T>(
    mut call: impl FnMut(&mut [libc::c_char]) -> (i32, Option<T>),
) -> io::Result<Option<T>> {
    let mut size = 1024;
    loop {
        let mut buffer = vec![0; size];
        match call(&mut buffer) {
            (libc::ERANGE, _) if size < 1 << 24 => size *= 2,
            // What a missing entry looks like differs between systems.
            (0 | libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM, found) => {
                return Ok(found);
            }
            (error, _) => return Err(io::Error::from_raw_os_error(error)),
        }
    }
}

macro_rules! lookup {
    ($call:path, $key:expr, $entry:ty, $convert:path) => {
        with_buffer(|buffer| {
            // SAFETY: the entry, the buffer and the result are writable; texts lie in the buffer.
            unsafe {
                let mut entry: $entry = std::mem::zeroed();
                let mut result = std::ptr::null_mut();
                let error = $call(
                    $key,
                    &raw mut entry,
                    buffer.as_mut_ptr(),
                    buffer.len(),
                    &raw mut result,
                );
                let found = (!result.is_null()).then(|| $convert(&entry));
                (error, found)
            }
        })
    };
}

/// The user with a number.
///
/// # Errors
/// The system's.
pub fn user_by_id(uid: u32) -> io::Result<Option<User>> {
    lookup!(libc::getpwuid_r, uid, libc::passwd, user)
}

/// The user with a name.
///
/// # Errors
/// The system's.
pub fn user_by_name(name: &[u8]) -> io::Result<Option<User>> {
    let name = crate::fs::c_path(name)?;
    lookup!(libc::getpwnam_r, name.as_ptr(), libc::passwd, user)
}

/// The group with a number.
///
/// # Errors
/// The system's.
pub fn group_by_id(gid: u32) -> io::Result<Option<Group>> {
    lookup!(libc::getgrgid_r, gid, libc::group, group)
}

/// The group with a name.
///
/// # Errors
/// The system's.
pub fn group_by_name(name: &[u8]) -> io::Result<Option<Group>> {
    let name = crate::fs::c_path(name)?;
    lookup!(libc::getgrnam_r, name.as_ptr(), libc::group, group)
}

/// All users.
pub fn all_users() -> Vec<User> {
    let _walk = WALK.lock();
    let mut all = Vec::new();
    // SAFETY: nobody else walks meanwhile; each entry is copied before the next call.
    unsafe {
        libc::setpwent();
        loop {
            let entry = libc::getpwent();
            if entry.is_null() {
                break;
            }
            all.push(user(&*entry));
        }
        libc::endpwent();
    }
    all
}

/// All groups.
pub fn all_groups() -> Vec<Group> {
    let _walk = WALK.lock();
    let mut all = Vec::new();
    // SAFETY: as above.
    unsafe {
        libc::setgrent();
        loop {
            let entry = libc::getgrent();
            if entry.is_null() {
                break;
            }
            all.push(group(&*entry));
        }
        libc::endgrent();
    }
    all
}
