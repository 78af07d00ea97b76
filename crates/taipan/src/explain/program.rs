//! Running the program that is explained, with its output kept aside.

use std::cell::Cell;

use taipan_host::fd;
use taipan_object::Vm;
use taipan_vm::config::JitMode;
use taipan_vm::runtime::Runtime;

use super::Explained;
use super::options::Input;
use crate::run::Exit;
use crate::{boot, cli};

/// The standard output and error of the process go to files in memory while this lives.
pub struct Capture {
    streams: [Stream; 2],
}

struct Stream {
    fd: i32,
    saved: i32,
    file: i32,
    read: Cell<i64>,
}

impl Stream {
    fn divert(number: i32) -> std::io::Result<Stream> {
        let saved = fd::dup(number)?;
        let file = fd::memory_file()?;
        fd::dup2(file, number, true)?;
        Ok(Stream {
            fd: number,
            saved,
            file,
            read: Cell::new(0),
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = fd::dup2(self.saved, self.fd, true);
        let _ = fd::close(self.saved);
        let _ = fd::close(self.file);
    }
}

impl Capture {
    pub fn start() -> std::io::Result<Capture> {
        Ok(Capture {
            streams: [Stream::divert(1)?, Stream::divert(2)?],
        })
    }
    /// What was written to descriptor 1 or 2 since this was asked last.
    pub fn new_text(&self, number: usize) -> String {
        let stream = &self.streams[number - 1];
        let bytes = fd::read_from(stream.file, stream.read.get()).unwrap_or_default();
        stream.read.set(stream.read.get() + bytes.len() as i64);
        String::from_utf8_lossy(&bytes).into_owned()
    }
    /// All that was written to descriptor 1 or 2.
    pub fn whole_text(&self, number: usize) -> String {
        let bytes = fd::read_from(self.streams[number - 1].file, 0).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The options of the ordinary command that would run the program.
pub fn command(x: &Explained<'_>, jit: JitMode) -> cli::Options {
    cli::Options {
        target: match &x.options.input {
            Input::File(file) => cli::Target::File(file.clone()),
            Input::Command(text) => cli::Target::Command(text.clone()),
        },
        args: x.options.args.clone(),
        optimize: x.options.optimize,
        // Output shows at the step that made it.
        unbuffered: true,
        jit,
        ..cli::Options::default()
    }
}

/// An interpreter for the program.
///
/// # Errors
/// What is wrong with the environment or the system.
pub fn runtime(x: &Explained<'_>, jit: JitMode) -> Result<Runtime, String> {
    let mut args = vec![b"taipan".to_vec()];
    match &x.options.input {
        Input::File(file) => args.push(file.clone()),
        Input::Command(text) => args.extend([b"-c".to_vec(), text.clone()]),
    }
    args.extend(x.options.args.iter().cloned());
    boot::runtime(&command(x, jit), args, x.stack_limit)
}

/// Runs the program to its end; its exit code.
pub fn run(x: &Explained<'_>, vm: &Vm, jit: JitMode) -> i32 {
    match crate::run::run(vm, &command(x, jit)) {
        Exit::Code(code) => code,
        Exit::Interrupted => 130,
    }
}
