//! Sockets and names of the network.

use std::ffi::{CStr, CString};
use std::io;
use std::mem::{MaybeUninit, size_of};

use crate::fs::check;

/// Where a socket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    V4([u8; 4], u16),
    /// Address, port, flow information, scope.
    V6([u8; 16], u16, u32, u32),
    /// A path; one that begins with NUL is no file.
    Unix(Vec<u8>),
    /// Another family, and its bytes.
    Other(i32, Vec<u8>),
    /// The system gave none.
    None,
}

/// An address as the system knows it.
struct Raw {
    storage: libc::sockaddr_storage,
    len: libc::socklen_t,
}

impl Raw {
    fn blank() -> Raw {
        Raw {
            // SAFETY: all bytes may be zero.
            storage: unsafe { MaybeUninit::zeroed().assume_init() },
            len: size_of::<libc::sockaddr_storage>() as libc::socklen_t,
        }
    }
    fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }
    fn pointer_mut(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }
    fn encode(address: &Address) -> io::Result<Raw> {
        let mut raw = Raw::blank();
        let storage = &raw mut raw.storage;
        // SAFETY: the storage has room for the address of any family.
        unsafe {
            match address {
                Address::V4(ip, port) => {
                    let to = &mut *storage.cast::<libc::sockaddr_in>();
                    to.sin_family = libc::AF_INET as libc::sa_family_t;
                    to.sin_port = port.to_be();
                    to.sin_addr.s_addr = u32::from_ne_bytes(*ip);
                    raw.len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
                }
                Address::V6(ip, port, flow, scope) => {
                    let to = &mut *storage.cast::<libc::sockaddr_in6>();
                    to.sin6_family = libc::AF_INET6 as libc::sa_family_t;
                    to.sin6_port = port.to_be();
                    to.sin6_flowinfo = flow.to_be();
                    to.sin6_addr.s6_addr = *ip;
                    to.sin6_scope_id = *scope;
                    raw.len = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
                }
                Address::Unix(path) => {
                    let to = &mut *storage.cast::<libc::sockaddr_un>();
                    let room = to.sun_path.len();
                    let is_abstract = path.first() == Some(&0);
                    if path.len() > room || (path.len() == room && !is_abstract) {
                        return Err(io::Error::from_raw_os_error(libc::ENAMETOOLONG));
                    }
                    to.sun_family = libc::AF_UNIX as libc::sa_family_t;
                    for (place, &byte) in to.sun_path.iter_mut().zip(path) {
                        *place = byte as libc::c_char;
                    }
                    let end = usize::from(!is_abstract && !path.is_empty());
                    let head = std::mem::offset_of!(libc::sockaddr_un, sun_path);
                    raw.len = (head + path.len() + end) as libc::socklen_t;
                }
                Address::Other(..) | Address::None => {
                    return Err(io::Error::from_raw_os_error(libc::EAFNOSUPPORT));
                }
            }
        }
        Ok(raw)
    }
    fn decode(&self) -> Address {
        let family_size = size_of::<libc::sa_family_t>();
        if (self.len as usize) < family_size {
            return Address::None;
        }
        let storage = &raw const self.storage;
        // SAFETY: the storage is large enough for any family; the family says what it holds.
        unsafe {
            match i32::from(self.storage.ss_family) {
                libc::AF_INET => {
                    let from = &*storage.cast::<libc::sockaddr_in>();
                    Address::V4(
                        from.sin_addr.s_addr.to_ne_bytes(),
                        u16::from_be(from.sin_port),
                    )
                }
                libc::AF_INET6 => {
                    let from = &*storage.cast::<libc::sockaddr_in6>();
                    Address::V6(
                        from.sin6_addr.s6_addr,
                        u16::from_be(from.sin6_port),
                        u32::from_be(from.sin6_flowinfo),
                        from.sin6_scope_id,
                    )
                }
                libc::AF_UNIX => {
                    let from = &*storage.cast::<libc::sockaddr_un>();
                    let head = std::mem::offset_of!(libc::sockaddr_un, sun_path);
                    let given = (self.len as usize).saturating_sub(head);
                    let path = from.sun_path.iter().take(given).map(|&c| c as u8);
                    let path: Vec<u8> = if from.sun_path[0] == 0 {
                        path.collect()
                    } else {
                        path.take_while(|&b| b != 0).collect()
                    };
                    Address::Unix(path)
                }
                family => {
                    let len = (self.len as usize).min(size_of::<libc::sockaddr_storage>());
                    let bytes = std::slice::from_raw_parts(storage.cast::<u8>(), len);
                    Address::Other(family, bytes[family_size..].to_vec())
                }
            }
        }
    }
}

/// `socket(2)`, not inherited.
///
/// # Errors
/// The system's.
pub fn open(family: i32, kind: i32, protocol: i32) -> io::Result<i32> {
    // SAFETY: takes plain numbers.
    check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}

/// `socketpair(2)`, not inherited.
///
/// # Errors
/// The system's.
pub fn pair(family: i32, kind: i32, protocol: i32) -> io::Result<(i32, i32)> {
    let mut fds = [0; 2];
    // SAFETY: room for two descriptors.
    check(unsafe {
        libc::socketpair(
            family,
            kind | libc::SOCK_CLOEXEC,
            protocol,
            fds.as_mut_ptr(),
        )
    })?;
    Ok((fds[0], fds[1]))
}

/// `bind(2)`.
///
/// # Errors
/// The system's.
pub fn bind(fd: i32, address: &Address) -> io::Result<()> {
    let raw = Raw::encode(address)?;
    // SAFETY: the address lives across the call.
    check(unsafe { libc::bind(fd, raw.pointer(), raw.len) }).map(drop)
}

/// `connect(2)`.
///
/// # Errors
/// The system's.
pub fn connect(fd: i32, address: &Address) -> io::Result<()> {
    let raw = Raw::encode(address)?;
    // SAFETY: the address lives across the call.
    check(unsafe { libc::connect(fd, raw.pointer(), raw.len) }).map(drop)
}

/// `listen(2)`.
///
/// # Errors
/// The system's.
pub fn listen(fd: i32, backlog: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    check(unsafe { libc::listen(fd, backlog) }).map(drop)
}

/// `accept(2)`, not inherited.
///
/// # Errors
/// The system's.
pub fn accept(fd: i32) -> io::Result<(i32, Address)> {
    let mut raw = Raw::blank();
    let len = &raw mut raw.len;
    // SAFETY: address and length are writable.
    let new = check(unsafe { libc::accept4(fd, raw.pointer_mut(), len, libc::SOCK_CLOEXEC) })?;
    Ok((new, raw.decode()))
}

/// The socket's own address, or that of the other end.
///
/// # Errors
/// The system's.
pub fn name(fd: i32, other_end: bool) -> io::Result<Address> {
    let mut raw = Raw::blank();
    let len = &raw mut raw.len;
    // SAFETY: address and length are writable.
    check(unsafe {
        if other_end {
            libc::getpeername(fd, raw.pointer_mut(), len)
        } else {
            libc::getsockname(fd, raw.pointer_mut(), len)
        }
    })?;
    Ok(raw.decode())
}

/// `shutdown(2)`.
///
/// # Errors
/// The system's.
pub fn shutdown(fd: i32, how: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    check(unsafe { libc::shutdown(fd, how) }).map(drop)
}

fn count(n: isize) -> io::Result<usize> {
    usize::try_from(n).map_err(|_| io::Error::last_os_error())
}

/// `recv(2)`.
///
/// # Errors
/// The system's.
pub fn receive(fd: i32, into: &mut [u8], flags: i32) -> io::Result<usize> {
    // SAFETY: the slice is writable.
    count(unsafe { libc::recv(fd, into.as_mut_ptr().cast(), into.len(), flags) })
}

/// `recvfrom(2)`.
///
/// # Errors
/// The system's.
pub fn receive_from(fd: i32, into: &mut [u8], flags: i32) -> io::Result<(usize, Address)> {
    let mut raw = Raw::blank();
    let len = &raw mut raw.len;
    // SAFETY: slice, address and length are writable.
    let n = count(unsafe {
        libc::recvfrom(
            fd,
            into.as_mut_ptr().cast(),
            into.len(),
            flags,
            raw.pointer_mut(),
            len,
        )
    })?;
    Ok((n, raw.decode()))
}

/// `send(2)`.
///
/// # Errors
/// The system's.
pub fn send(fd: i32, bytes: &[u8], flags: i32) -> io::Result<usize> {
    // SAFETY: the slice is readable.
    count(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) })
}

/// `sendto(2)`.
///
/// # Errors
/// The system's.
pub fn send_to(fd: i32, bytes: &[u8], flags: i32, to: &Address) -> io::Result<usize> {
    let raw = Raw::encode(to)?;
    // SAFETY: slice and address live across the call.
    count(unsafe {
        libc::sendto(
            fd,
            bytes.as_ptr().cast(),
            bytes.len(),
            flags,
            raw.pointer(),
            raw.len,
        )
    })
}

/// An option of a socket, up to so many bytes.
///
/// # Errors
/// The system's.
pub fn option(fd: i32, level: i32, option: i32, room: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; room];
    let mut len = room as libc::socklen_t;
    // SAFETY: the buffer has the length that is given.
    check(unsafe { libc::getsockopt(fd, level, option, bytes.as_mut_ptr().cast(), &raw mut len) })?;
    bytes.truncate(len as usize);
    Ok(bytes)
}

/// Sets an option; without bytes, only a length is given.
///
/// # Errors
/// The system's.
pub fn set_option(fd: i32, level: i32, option: i32, value: Result<&[u8], u32>) -> io::Result<()> {
    let (pointer, len) = match value {
        Ok(bytes) => (bytes.as_ptr(), bytes.len() as libc::socklen_t),
        Err(len) => (std::ptr::null(), len),
    };
    // SAFETY: the buffer has the length that is given, or there is none.
    check(unsafe { libc::setsockopt(fd, level, option, pointer.cast(), len) }).map(drop)
}

/// Whether calls on the descriptor wait.
///
/// # Errors
/// The system's.
pub fn set_blocking(fd: i32, blocking: bool) -> io::Result<()> {
    let mut on = libc::c_int::from(!blocking);
    // SAFETY: the number lives across the call.
    check(unsafe { libc::ioctl(fd, libc::FIONBIO, &raw mut on) }).map(drop)
}

/// What a name stands for.
pub struct Found {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub canonical: Vec<u8>,
    pub address: Address,
}

/// What is looked up.
pub struct Query<'a> {
    pub host: Option<&'a [u8]>,
    pub service: Option<&'a [u8]>,
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub flags: i32,
}

/// Failure of a look-up: the resolver's number, or the system's.
pub enum Failure {
    Resolver(i32),
    System(io::Error),
}

fn failure(code: i32) -> Failure {
    if code == libc::EAI_SYSTEM {
        Failure::System(io::Error::last_os_error())
    } else {
        Failure::Resolver(code)
    }
}

/// The resolver's text for a failure.
pub fn failure_text(code: i32) -> String {
    // SAFETY: the result is a static C string.
    unsafe { CStr::from_ptr(libc::gai_strerror(code)) }
        .to_string_lossy()
        .into_owned()
}

/// `getaddrinfo(3)`.
///
/// # Errors
/// The resolver's.
pub fn resolve(query: &Query<'_>) -> Result<Vec<Found>, Failure> {
    let text = |t: Option<&[u8]>| t.map(|t| CString::new(t).unwrap_or_default());
    let (host, service) = (text(query.host), text(query.service));
    let pointer = |t: &Option<CString>| t.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    // SAFETY: the texts live across the call; the list is read before it is freed.
    unsafe {
        let mut hints: libc::addrinfo = MaybeUninit::zeroed().assume_init();
        hints.ai_family = query.family;
        hints.ai_socktype = query.kind;
        hints.ai_protocol = query.protocol;
        hints.ai_flags = query.flags;
        let mut list = std::ptr::null_mut();
        let code = libc::getaddrinfo(
            pointer(&host),
            pointer(&service),
            &raw const hints,
            &raw mut list,
        );
        if code != 0 {
            return Err(failure(code));
        }
        let mut out = Vec::new();
        let mut at = list;
        while let Some(info) = at.as_ref() {
            let mut raw = Raw::blank();
            let len = (info.ai_addrlen as usize).min(size_of::<libc::sockaddr_storage>());
            std::ptr::copy_nonoverlapping(
                info.ai_addr.cast::<u8>(),
                raw.pointer_mut().cast::<u8>(),
                len,
            );
            raw.len = len as libc::socklen_t;
            out.push(Found {
                family: info.ai_family,
                kind: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical: if info.ai_canonname.is_null() {
                    Vec::new()
                } else {
                    CStr::from_ptr(info.ai_canonname).to_bytes().to_vec()
                },
                address: raw.decode(),
            });
            at = info.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(out)
    }
}

/// `getnameinfo(3)`: host and service.
///
/// # Errors
/// The resolver's.
pub fn name_of(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let raw = Raw::encode(address).map_err(Failure::System)?;
    let (mut host, mut service) = ([0_u8; 1025], [0_u8; 32]);
    // SAFETY: both buffers have the lengths that are given.
    let code = unsafe {
        libc::getnameinfo(
            raw.pointer(),
            raw.len,
            host.as_mut_ptr().cast(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr().cast(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    if code != 0 {
        return Err(failure(code));
    }
    let text = |bytes: &[u8]| bytes.iter().copied().take_while(|&b| b != 0).collect();
    Ok((text(&host), text(&service)))
}

/// The name of this machine.
///
/// # Errors
/// The system's.
pub fn host_name() -> io::Result<Vec<u8>> {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer has the length that is given.
    check(unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) })?;
    Ok(name.iter().copied().take_while(|&b| b != 0).collect())
}

/// The tables behind these calls are shared: one call at a time.
static TABLES: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// The port of a service.
pub fn service_port(name: &[u8], protocol: Option<&[u8]>) -> Option<u16> {
    let _lock = TABLES.lock();
    let name = CString::new(name).ok()?;
    let protocol = protocol.map(|p| CString::new(p).unwrap_or_default());
    let protocol = protocol.as_ref().map_or(std::ptr::null(), |p| p.as_ptr());
    // SAFETY: the texts live across the call; the entry is read at once.
    unsafe {
        let entry = libc::getservbyname(name.as_ptr(), protocol).as_ref()?;
        Some(u16::from_be(entry.s_port as u16))
    }
}

/// The service at a port.
pub fn service_name(port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>> {
    let _lock = TABLES.lock();
    let protocol = protocol.map(|p| CString::new(p).unwrap_or_default());
    let protocol = protocol.as_ref().map_or(std::ptr::null(), |p| p.as_ptr());
    // SAFETY: as above.
    unsafe {
        let entry = libc::getservbyport(i32::from(port.to_be()), protocol).as_ref()?;
        Some(CStr::from_ptr(entry.s_name).to_bytes().to_vec())
    }
}

/// The number of a protocol.
pub fn protocol_number(name: &[u8]) -> Option<i32> {
    let _lock = TABLES.lock();
    let name = CString::new(name).ok()?;
    // SAFETY: as above.
    unsafe { Some(libc::getprotobyname(name.as_ptr()).as_ref()?.p_proto) }
}

/// The number of an interface.
///
/// # Errors
/// The system's.
pub fn interface_index(name: &[u8]) -> io::Result<u32> {
    let name = crate::fs::c_path(name)?;
    // SAFETY: the text lives across the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => Ok(index),
    }
}

/// The name of an interface.
///
/// # Errors
/// The system's.
pub fn interface_name(index: u32) -> io::Result<Vec<u8>> {
    let mut name = [0_u8; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the size that the function wants.
    let found = unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) };
    if found.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(name.iter().copied().take_while(|&b| b != 0).collect())
}

/// All interfaces.
pub fn interfaces() -> Vec<(u32, Vec<u8>)> {
    let mut out = Vec::new();
    // SAFETY: the list ends with a zero index; it is read before it is freed.
    unsafe {
        let list = libc::if_nameindex();
        let mut at = list;
        while !at.is_null() && (*at).if_index != 0 {
            out.push((
                (*at).if_index,
                CStr::from_ptr((*at).if_name).to_bytes().to_vec(),
            ));
            at = at.add(1);
        }
        if !list.is_null() {
            libc::if_freenameindex(list);
        }
    }
    out
}

/// What `recvmsg(2)` gave.
pub struct Message {
    /// Bytes of data.
    pub len: usize,
    /// Bytes of ancillary data.
    pub control_len: usize,
    pub flags: i32,
    pub from: Address,
}

/// A message header over buffers; they must live as long as it is used.
fn header(data: &mut libc::iovec, control: *mut u8, control_len: usize) -> libc::msghdr {
    // SAFETY: all bytes may be zero.
    let mut header: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    header.msg_iov = data;
    header.msg_iovlen = 1;
    if control_len > 0 {
        header.msg_control = control.cast();
        header.msg_controllen = control_len as _;
    }
    header
}

/// `sendmsg(2)`: data, and ancillary data in the system's form.
///
/// # Errors
/// The system's.
pub fn send_message(
    fd: i32,
    data: &[u8],
    control: &[u8],
    flags: i32,
    to: Option<&Address>,
) -> io::Result<usize> {
    let mut raw = to.map(Raw::encode).transpose()?;
    let mut run = libc::iovec {
        iov_base: data.as_ptr().cast_mut().cast(),
        iov_len: data.len(),
    };
    let mut header = header(&mut run, control.as_ptr().cast_mut(), control.len());
    if let Some(raw) = &mut raw {
        header.msg_name = raw.pointer_mut().cast();
        header.msg_namelen = raw.len;
    }
    // SAFETY: the header's buffers live across the call, which only reads them.
    count(unsafe { libc::sendmsg(fd, &raw const header, flags) })
}

/// `recvmsg(2)`: data, and ancillary data in the system's form.
///
/// # Errors
/// The system's.
pub fn receive_message(
    fd: i32,
    data: &mut [u8],
    control: &mut [u8],
    flags: i32,
) -> io::Result<Message> {
    let mut raw = Raw::blank();
    let mut run = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: data.len(),
    };
    let mut header = header(&mut run, control.as_mut_ptr(), control.len());
    header.msg_name = raw.pointer_mut().cast();
    header.msg_namelen = raw.len;
    // SAFETY: the header's buffers live across the call and are writable.
    let len = count(unsafe { libc::recvmsg(fd, &raw mut header, flags) })?;
    raw.len = header.msg_namelen;
    Ok(Message {
        len,
        control_len: (header.msg_controllen as usize).min(control.len()),
        flags: header.msg_flags,
        from: raw.decode(),
    })
}
