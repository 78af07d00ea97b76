//! The one way to the operating system.

#![expect(
    clippy::unnecessary_cast,
    reason = "the widths of libc types differ between platforms"
)]

pub mod env;
pub mod errno;
pub mod fd;
pub mod fs;
pub mod memory;
pub mod process;
pub mod signal;
pub mod stack;
pub mod time;

/// The system's text for an error number.
pub fn strerror(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
