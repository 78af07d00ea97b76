//! Runs a program to its end or to a time limit, and says what it printed, how it ended and what it used.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    Code(i32),
    Signal(i32),
    TimedOut,
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Ending::Code(code) => write!(f, "exit code {code}"),
            Ending::Signal(signal) => write!(f, "killed by signal {signal}"),
            Ending::TimedOut => write!(f, "stopped at the time limit"),
        }
    }
}

pub struct Finished {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub ending: Ending,
    pub wall: Duration,
    /// User and system time of the process and of the children it waited for.
    pub cpu: Duration,
}

/// A command with an environment that does not colour, buffer or relocate what Python does.
pub fn python(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    for name in ["COLUMNS", "LINES", "FORCE_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
    command
}

/// Where a program stands that is named on the command line or found on `PATH`.
pub fn find(name: &str) -> Option<std::path::PathBuf> {
    let direct = Path::new(name);
    if direct.components().count() > 1 {
        return std::path::absolute(direct)
            .ok()
            .filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(AsRef::<OsStr>::as_ref(&path))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

pub fn run(command: &mut Command, limit: Duration) -> Result<Finished, String> {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let start = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let pid = child.id() as i32;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());

    let (done, timer) = mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        let late = timer.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            kill_group(pid);
        }
        late
    });
    let (status, usage) = wait(pid)?;
    let wall = start.elapsed();
    let _ = done.send(());
    let late = watch.join().expect("the timer does not panic");
    // Whatever it left running would keep the pipes open.
    kill_group(pid);

    let ending = if late {
        Ending::TimedOut
    } else if libc::WIFSIGNALED(status) {
        Ending::Signal(libc::WTERMSIG(status))
    } else {
        Ending::Code(libc::WEXITSTATUS(status))
    };
    let join = |reader: std::thread::JoinHandle<Vec<u8>>| {
        reader.join().expect("a pipe's reader does not panic")
    };
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    Ok(Finished {
        stdout: join(stdout),
        stderr: join(stderr),
        ending,
        wall,
        cpu,
    })
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What arrived before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn kill_group(pid: i32) {
    // SAFETY: `kill` takes plain numbers; the group was made for this child alone.
    unsafe { libc::kill(-pid, libc::SIGKILL) };
}

fn wait(pid: i32) -> Result<(i32, libc::rusage), String> {
    let mut status = 0;
    // SAFETY: `rusage` is plain data for which all zeros is a valid value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live locals, and `pid` is a child that nobody else waits for.
        if unsafe { libc::wait4(pid, &mut status, 0, &mut usage) } == pid {
            return Ok((status, usage));
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(format!("waiting for a child: {error}"));
        }
    }
}

fn seconds(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000)
}
