//! Terminals.

use std::io;

/// The attributes of a terminal.
pub struct Attributes {
    /// Input, output, control and local modes.
    pub modes: [u32; 4],
    /// Input and output speed.
    pub speeds: [u32; 2],
    pub characters: Vec<u8>,
}

/// How many control characters there are.
pub const CHARACTERS: usize = libc::NCCS;
/// Places of control characters that are numbers when the terminal gives single characters.
pub const MINIMUM: usize = libc::VMIN;
pub const TIME: usize = libc::VTIME;
/// The local mode in which the terminal gives whole lines.
pub const CANONICAL: u32 = libc::ICANON;

/// `tcgetattr(3)`.
///
/// # Errors
/// The system's.
pub fn attributes(fd: i32) -> io::Result<Attributes> {
    // SAFETY: the structure is writable.
    unsafe {
        let mut t: libc::termios = std::mem::zeroed();
        crate::fs::check(libc::tcgetattr(fd, &raw mut t))?;
        Ok(Attributes {
            modes: [t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag],
            speeds: [
                libc::cfgetispeed(&raw const t),
                libc::cfgetospeed(&raw const t),
            ],
            characters: t.c_cc.to_vec(),
        })
    }
}

/// `tcsetattr(3)`.
///
/// # Errors
/// The system's.
pub fn set_attributes(fd: i32, when: i32, attributes: &Attributes) -> io::Result<()> {
    // SAFETY: the structure is filled in by the system first, and lives across the calls.
    unsafe {
        let mut t: libc::termios = std::mem::zeroed();
        crate::fs::check(libc::tcgetattr(fd, &raw mut t))?;
        [t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag] = attributes.modes;
        for (place, &c) in t.c_cc.iter_mut().zip(&attributes.characters) {
            *place = c;
        }
        crate::fs::check(libc::cfsetispeed(&raw mut t, attributes.speeds[0]))?;
        crate::fs::check(libc::cfsetospeed(&raw mut t, attributes.speeds[1]))?;
        crate::fs::check(libc::tcsetattr(fd, when, &raw const t)).map(drop)
    }
}

/// `tcsendbreak(3)`.
///
/// # Errors
/// The system's.
pub fn send_break(fd: i32, duration: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    crate::fs::check(unsafe { libc::tcsendbreak(fd, duration) }).map(drop)
}

/// `tcdrain(3)`.
///
/// # Errors
/// The system's.
pub fn drain(fd: i32) -> io::Result<()> {
    // SAFETY: takes a plain number.
    crate::fs::check(unsafe { libc::tcdrain(fd) }).map(drop)
}

/// `tcflush(3)`.
///
/// # Errors
/// The system's.
pub fn flush(fd: i32, queue: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    crate::fs::check(unsafe { libc::tcflush(fd, queue) }).map(drop)
}

/// `tcflow(3)`.
///
/// # Errors
/// The system's.
pub fn flow(fd: i32, action: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers.
    crate::fs::check(unsafe { libc::tcflow(fd, action) }).map(drop)
}

/// Rows and columns.
///
/// # Errors
/// The system's.
pub fn size(fd: i32) -> io::Result<(u16, u16)> {
    // SAFETY: the structure is writable and what the request needs.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        crate::fs::check(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size))?;
        Ok((size.ws_row, size.ws_col))
    }
}

/// Sets rows and columns.
///
/// # Errors
/// The system's.
pub fn set_size(fd: i32, (rows, columns): (u16, u16)) -> io::Result<()> {
    // SAFETY: as above.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        crate::fs::check(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size))?;
        size.ws_row = rows;
        size.ws_col = columns;
        crate::fs::check(libc::ioctl(fd, libc::TIOCSWINSZ, &raw const size)).map(drop)
    }
}
