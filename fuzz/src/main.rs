//! Fuzzers for the stages before the interpreter, and for regular expressions: `taipan-fuzz TARGET [options]`.
//!
//! See docs/fuzzing.md.

mod arguments;
mod corpus;
mod driver;
mod mutate;
mod oracle;
mod plant;
mod random;
mod regex;
mod sample;
mod sweep;
mod targets;

use std::process::ExitCode;

use arguments::{Arguments, Command};

/// The parser and the drop of deep trees get more room than the main thread has.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let worker = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || match &arguments.command {
            Command::Fuzz(target) => driver::fuzz(*target, &arguments),
            Command::Plant => plant::run(&arguments),
            Command::Sweep => sweep::run(&arguments),
            Command::Replay(target, path) => driver::replay(*target, path),
        });
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        Ok(Ok(false)) => ExitCode::FAILURE,
        Ok(Err(_)) | Err(_) => ExitCode::from(3),
    }
}
