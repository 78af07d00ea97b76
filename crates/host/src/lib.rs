//! The one way to the operating system.

#![expect(
    clippy::unnecessary_cast,
    reason = "the widths of libc types differ between platforms"
)]

pub mod control;
mod cut_off;
pub mod env;
pub mod errno;
pub mod fd;
pub mod fs;
pub mod limits;
pub mod locale;
pub mod mapping;
pub mod memory;
pub mod process;
pub mod ready;
pub mod semaphore;
pub mod signal;
pub mod socket;
pub mod spawn;
pub mod stack;
pub mod sync;
pub mod terminal;
pub mod time;
pub mod transfer;
pub mod users;

/// The system's text for an error number.
pub fn strerror(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
