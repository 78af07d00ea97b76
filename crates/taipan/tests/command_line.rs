//! The command line as programs and shells see it: options, environment, exit codes, streams.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A run of the binary that is about to start.
struct Run {
    command: Command,
    input: &'static [u8],
}

fn taipan(args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taipan"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    command.args(args).env("PYTHONDONTWRITEBYTECODE", "1");
    Run {
        command,
        input: b"",
    }
}

impl Run {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }
    fn input(mut self, input: &'static [u8]) -> Self {
        self.input = input;
        self
    }
    fn folder(mut self, folder: &Folder) -> Self {
        self.command.current_dir(&folder.0);
        self
    }
    fn output(mut self) -> Output {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        if let Some(mut stdin) = child.stdin.take() {
            // The program may end without reading.
            let _ = stdin.write_all(self.input);
        }
        child.wait_with_output().expect("the binary ends")
    }
    /// Exit code, output, errors.
    #[track_caller]
    fn gives(self, code: i32, out: &str, err: &str) {
        let output = self.output();
        let (o, e) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), &*o, &*e), (Some(code), out, err));
    }
    /// Exit code, and parts of output and errors.
    #[track_caller]
    fn has(self, code: i32, out: &str, err: &str) {
        let output = self.output();
        let (o, e) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{o}\n{e}");
        assert!(o.contains(out), "{out:?} is not in {o:?}");
        assert!(e.contains(err), "{err:?} is not in {e:?}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder that goes when it is not needed any more.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Folder {
        let path = std::env::temp_dir().join(format!("taipan-cli-{name}-{}", std::process::id()));
        for (file, content) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            std::fs::write(file, content).expect("a file");
        }
        Folder(path.canonicalize().expect("a folder"))
    }
    fn path(&self, file: &str) -> String {
        self.0.join(file).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn exit_codes_of_system_exit() {
    for (value, code, err) in [
        ("", 0, ""),
        ("None", 0, ""),
        ("3", 3, ""),
        ("256", 0, ""),
        ("-1", 255, ""),
        ("True", 1, ""),
        ("2**70", 255, ""),
        ("'text'", 1, "text\n"),
        ("(1, 2)", 1, "(1, 2)\n"),
        ("1.5", 1, "1.5\n"),
        ("'\\udc80'", 1, "\\udc80\n"),
    ] {
        taipan(&["-c", &format!("raise SystemExit({value})")]).gives(code, "", err);
    }
    let subclass = "class E(SystemExit):\n  code = 9\nraise E(4)";
    taipan(&["-c", subclass]).gives(9, "", "");
    taipan(&["-c", "e = SystemExit(3); e.code = 'later'; raise e"]).gives(1, "", "later\n");
}

#[test]
fn uncaught_exceptions() {
    taipan(&["-c", "1/0"]).has(1, "", "\nZeroDivisionError: division by zero\n");
    taipan(&["-c", "import sys; sys.stderr = None; 1/0"]).gives(1, "", "");
    let hook = "import sys; sys.excepthook = lambda *a: print('hook', a[0].__name__)\n1/0";
    taipan(&["-c", hook]).gives(1, "hook ZeroDivisionError\n", "");
    taipan(&["-X", "no_debug_ranges", "-c", "1/0"]).gives(
        1,
        "",
        "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n    1/0\nZeroDivisionError: division by zero\n",
    );
}

#[cfg(unix)]
#[test]
fn keyboard_interrupt_kills() {
    use std::os::unix::process::ExitStatusExt;
    let output = taipan(&["-c", "raise KeyboardInterrupt"]).output();
    assert_eq!(output.status.signal(), Some(2));
    assert!(text(&output.stderr).ends_with("KeyboardInterrupt\n"));
}

/// Calls alone, without a loop, let signals and other threads in.
#[cfg(unix)]
#[test]
fn recursion_is_interrupted() {
    let fib = "def f(n): return n if n < 2 else f(n-1) + f(n-2)\n";
    let signal = format!(
        "{fib}import _signal\n\
         def ring(*a): raise KeyboardInterrupt\n\
         _signal.signal(14, ring)\n_signal.setitimer(0, 0.2)\n\
         try: f(60)\nexcept KeyboardInterrupt: print('interrupted')"
    );
    taipan(&["--jit=off", "-c", &signal]).gives(0, "interrupted\n", "");
    let thread = format!(
        "{fib}import _thread, os, time\n_thread.start_new_thread(f, (60,))\n\
         time.sleep(0.05)\nos.write(1, b'main\\n')\nos._exit(0)"
    );
    taipan(&["--jit=off", "-c", &thread]).gives(0, "main\n", "");
}

#[test]
fn usage_errors() {
    for (args, message) in [
        (&["-z"][..], "Unknown option: -z\n"),
        (&["--zz"], "Unknown option: --zz\n"),
        (&["-c"], "Argument expected for the -c option\n"),
        (&["-m"], "Argument expected for the -m option\n"),
        (
            &["--check-hash-based-pycs", "sometimes"],
            "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n",
        ),
    ] {
        taipan(args).has(2, "", message);
    }
    taipan(&["nowhere.py"]).has(2, "", "nowhere.py': [Errno 2] No such file or directory\n");
}

#[test]
fn help_and_version() {
    taipan(&["-h"]).has(0, "usage: taipan [option]", "");
    taipan(&["--help-env"]).has(0, "PYTHONHASHSEED", "");
    taipan(&["--help-xoptions"]).has(0, "-X importtime", "");
    taipan(&["-V"]).has(0, "Python 3.14", "");
    taipan(&["-VV"]).has(0, "Taipan", "");
}

#[test]
fn bad_values() {
    for (args, name, value) in [
        (&["-c", "1"][..], "PYTHONHASHSEED", "x"),
        (&["-c", "1"], "PYTHONINTMAXSTRDIGITS", "5"),
        (&["-c", "1"], "PYTHONIOENCODING", "nope"),
        (&["-X", "int_max_str_digits", "-c", "1"], "A", "b"),
        (&["-X", "cpu_count=0", "-c", "1"], "A", "b"),
        (&["-X", "utf8=2", "-c", "1"], "A", "b"),
        (&["-X", "gil=0", "-c", "1"], "A", "b"),
        (&["-X", "frozen_modules=bad", "-c", "1"], "A", "b"),
    ] {
        taipan(args)
            .env(name, value)
            .has(1, "", "Fatal Python error: ");
    }
}

#[test]
fn flags() {
    let print = "import sys; f = sys.flags; print(f.optimize, f.utf8_mode, f.hash_randomization, f.safe_path, f.gil)";
    taipan(&["-c", print])
        .env("LC_ALL", "C.UTF-8")
        .gives(0, "0 0 1 False 1\n", "");
    taipan(&["-OOP", "-X", "utf8", "-c", print]).gives(0, "2 1 1 True 1\n", "");
    taipan(&["-R", "-c", print])
        .env("LC_ALL", "C")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONOPTIMIZE", "2")
        .gives(0, "2 1 1 False 1\n", "");
    taipan(&["-E", "-c", print])
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONOPTIMIZE", "2")
        .gives(0, "0 0 1 False 1\n", "");
    taipan(&[
        "-X",
        "cpu_count=3",
        "-c",
        "import os; print(os.cpu_count())",
    ])
    .gives(0, "3\n", "");
    let pycs = "import _imp; print(_imp.check_hash_based_pycs)";
    taipan(&["--check-hash-based-pycs", "always", "-c", pycs]).gives(0, "always\n", "");
    taipan(&["-X", "importtime", "-c", "import this"]).has(0, "Zen", "| this\n");
}

#[test]
fn bytes_warnings() {
    for (code, message) in [
        ("str(b'a')", "str() on a bytes instance"),
        ("b'a' == 'a'", "Comparison between bytes and string"),
        (
            "'a' != bytearray(b'a')",
            "Comparison between bytearray and string",
        ),
        ("b'a' == 97", "Comparison between bytes and int"),
    ] {
        let message = format!("<string>:1: BytesWarning: {message}\n");
        taipan(&["-b", "-c", code]).has(0, "", &message);
        taipan(&["-c", code]).gives(0, "", "");
    }
}

#[test]
fn programs_as_text() {
    taipan(&["-c", "  if 1:\n    print(1)\n\n  print(2)"]).gives(0, "1\n2\n", "");
    taipan(&["-c", "import sys; print(sys.argv, sys.path[0])", "-x", "y"]).gives(
        0,
        "['-c', '-x', 'y'] \n",
        "",
    );
    taipan(&[])
        .input(b"import sys; print(sys.argv, __file__)")
        .gives(0, "[''] <stdin>\n", "");
    taipan(&["-", "a"])
        .input(b"import sys; print(sys.argv)")
        .gives(0, "['-', 'a']\n", "");
}

#[test]
fn programs_in_files() {
    let show = b"import sys\nprint(sys.argv, __name__, __file__, sys.path[0])\n";
    let folder = Folder::new(
        "files",
        &[
            ("a.py", show),
            ("x.py", b"#! no Python $$$\nprint('second')\n"),
            ("dir/__main__.py", show),
            ("pkg/__init__.py", b""),
            (
                "pkg/__main__.py",
                b"import sys; print(__name__, __package__, sys.argv[1:])\n",
            ),
            ("empty/readme", b""),
        ],
    );
    let at = |file: &str| folder.path(file);
    taipan(&["a.py", "-q"]).folder(&folder).gives(
        0,
        &format!(
            "['a.py', '-q'] __main__ {} {}\n",
            at("a.py"),
            folder.path("").trim_end_matches('/')
        ),
        "",
    );
    taipan(&["-x", "x.py"])
        .folder(&folder)
        .gives(0, "second\n", "");
    taipan(&["dir", "b"]).folder(&folder).gives(
        0,
        &format!(
            "['dir', 'b'] __main__ {} {}\n",
            at("dir/__main__.py"),
            at("dir")
        ),
        "",
    );
    taipan(&["-m", "pkg", "c"])
        .folder(&folder)
        .gives(0, "__main__ pkg ['c']\n", "");
    taipan(&["empty"])
        .folder(&folder)
        .has(1, "", "can't find '__main__' module in ");
    taipan(&["-m", "nosuch"])
        .folder(&folder)
        .has(1, "", "No module named nosuch\n");
}

/// A zip file with one stored `__main__.py`.
fn zip(source: &[u8]) -> Vec<u8> {
    let name = b"__main__.py";
    let mut crc = !0u32;
    for byte in source {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ 0xEDB8_8320 & (crc & 1).wrapping_neg();
        }
    }
    let size = source.len() as u32;
    let mut common = [20u16, 0, 0, 0, 0x21].map(u16::to_le_bytes).concat();
    for n in [!crc, size, size] {
        common.extend(n.to_le_bytes());
    }
    common.extend((name.len() as u16).to_le_bytes());
    common.extend(0u16.to_le_bytes());
    let local = [b"PK\x03\x04", &common[..], name, source].concat();
    let central = [b"PK\x01\x02\x14\x00", &common[..], &[0; 14], name].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend((central.len() as u32).to_le_bytes());
    end.extend((local.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [local, central, end].concat()
}

#[test]
fn zip_files() {
    let archive = zip(b"import sys; print(__name__, sys.argv, sys.path[0] == sys.argv[1])\n");
    let folder = Folder::new("zip", &[("z.zip", &archive), ("app", &archive)]);
    for name in ["z.zip", "app"] {
        let path = folder.path(name);
        taipan(&[name, &path]).folder(&folder).gives(
            0,
            &format!("__main__ ['{name}', '{path}'] True\n"),
            "",
        );
    }
}

#[test]
fn prompt_without_terminal() {
    taipan(&["-iq"])
        .input(b"1+1\nx\n'a'\n")
        .has(0, "2\n'a'\n", ">>> >>> Traceback");
    taipan(&["-i", "-c", "1/0"])
        .input(b"import sys; print(sys.last_value is sys.last_exc)\n")
        .has(0, "True\n", "ZeroDivisionError");
    taipan(&["-i", "-c", "raise SystemExit(5)"])
        .input(b"print(7)\n")
        .has(0, "7\n", "SystemExit: 5\n>>> ");
    taipan(&["-i", "-c", "1"])
        .input(b"exit(4)\n")
        .gives(4, "", ">>> ");
    // Without a terminal the variable is not enough.
    taipan(&["-c", "1"])
        .input(b"print(1)")
        .env("PYTHONINSPECT", "1")
        .gives(0, "", "");
    let folder = Folder::new("startup", &[("start.py", b"greeting = 'hello'\n")]);
    taipan(&["-iq"])
        .input(b"print(greeting)\n")
        .env("PYTHONSTARTUP", &folder.path("start.py"))
        .has(0, "hello\n", "");
}

#[test]
fn streams() {
    let buffer = "import sys; print(type(sys.stdout.buffer).__name__, sys.stdout.write_through)";
    taipan(&["-u", "-c", buffer]).gives(0, "FileIO True\n", "");
    taipan(&["-c", buffer]).gives(0, "BufferedWriter False\n", "");
    let print = "import sys; print(sys.stdout.errors)";
    taipan(&["-c", print])
        .env("PYTHONIOENCODING", ":ignore")
        .gives(0, "ignore\n", "");
    let broken =
        "class F:\n def write(self, s): pass\n def flush(self): raise OSError('no')\nimport sys\n";
    for name in ["stdout", "stderr"] {
        let code = format!("{broken}sys.{name} = F()");
        assert_eq!(taipan(&["-c", &code]).output().status.code(), Some(120));
    }
    taipan(&[
        "-c",
        "import atexit, sys; atexit.register(lambda: sys.exit(7))",
    ])
    .has(
        0,
        "",
        "Exception ignored in atexit callback <function <lambda> at ",
    );
}

#[cfg(unix)]
fn shell(command: &str) -> Output {
    Command::new("sh")
        .args(["-c", command])
        .env("T", env!("CARGO_BIN_EXE_taipan"))
        .env_remove("PYTHONUNBUFFERED")
        .output()
        .expect("the shell starts")
}

#[cfg(target_os = "linux")]
#[test]
fn outputs_that_fail() {
    // Lost output shows at the end, when nothing but the exit code is left to tell.
    let output = shell("$T -c 'print(1)' >/dev/full");
    assert_eq!(output.status.code(), Some(120));
    assert!(text(&output.stderr).starts_with("Exception ignored while flushing sys.stdout:\n"));
    let output = shell("$T -u -c 'print(1)' >/dev/full");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).ends_with("OSError: [Errno 28] No space left on device\n"));
    let output = shell("($T -c 'import time; time.sleep(0.3); print(1)'; echo $? >&2) | true");
    assert!(text(&output.stderr).ends_with("BrokenPipeError: [Errno 32] Broken pipe\n120\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn program_in_a_pipe() {
    let output = shell("echo 'print(__file__, 1)' | $T /dev/stdin");
    assert_eq!(text(&output.stdout), "/dev/stdin 1\n");
}

#[cfg(unix)]
#[test]
fn closed_streams() {
    let output = shell("$T -c 'import sys; print(sys.stdin, sys.stderr)' <&- 2>&-");
    assert_eq!(text(&output.stdout), "None None\n");
    let output = shell("$T -c 'print(1)' >&-");
    assert_eq!(output.status.code(), Some(0));
}
