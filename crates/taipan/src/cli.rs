//! The command line: one table of options, and what they mean.

use taipan_vm::config::JitMode;

use crate::help::{self, USAGE};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `-c`
    Command(Vec<u8>),
    /// `-m`
    Module(Vec<u8>),
    File(Vec<u8>),
    /// Nothing, or `-`.
    Stdin {
        dash: bool,
    },
}

/// What was asked for.
#[derive(Clone, Debug)]
pub enum Request {
    Run(Box<Options>),
    /// Text for the standard output, and the exit code.
    Show(String, u8),
    /// Text for the standard error, and the exit code.
    Fail(String, u8),
    /// The folder that the library's files are to be written into.
    UnpackLibrary(Vec<u8>),
}

/// The options, as given.
#[derive(Clone, Debug)]
pub struct Options {
    pub target: Target,
    /// `sys.argv[1:]`.
    pub args: Vec<Vec<u8>>,
    pub bytes_warning: u8,
    pub dont_write_bytecode: bool,
    pub debug: u8,
    pub ignore_environment: bool,
    pub inspect: bool,
    pub isolated: bool,
    pub optimize: u8,
    pub safe_path: bool,
    pub quiet: bool,
    /// `-R`: the hash seed of the environment does not count.
    pub randomize: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub unbuffered: bool,
    pub verbose: u8,
    pub warn_options: Vec<String>,
    pub skip_first_line: bool,
    pub x_options: Vec<(String, Option<String>)>,
    pub hash_based_pycs: String,
    pub jit: JitMode,
}

fn version(long: bool) -> String {
    use taipan_vm::sys::{PYTHON_VERSION, TAIPAN_VERSION, version_text};
    if long {
        format!("Python {}\n", version_text())
    } else {
        format!("Python {PYTHON_VERSION} (Taipan {TAIPAN_VERSION})\n")
    }
}

fn usage_error(message: &str) -> Request {
    Request::Fail(
        format!("{message}\n{USAGE}Try `taipan -h' for more information.\n"),
        2,
    )
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Default for Options {
    fn default() -> Self {
        Options {
            target: Target::Stdin { dash: false },
            args: Vec::new(),
            bytes_warning: 0,
            dont_write_bytecode: false,
            debug: 0,
            ignore_environment: false,
            inspect: false,
            isolated: false,
            optimize: 0,
            safe_path: false,
            quiet: false,
            randomize: false,
            no_user_site: false,
            no_site: false,
            unbuffered: false,
            verbose: 0,
            warn_options: Vec::new(),
            skip_first_line: false,
            x_options: Vec::new(),
            hash_based_pycs: "default".to_owned(),
            jit: JitMode::On,
        }
    }
}

impl Options {
    /// Applies a short option without argument.
    fn switch(&mut self, letter: u8) -> bool {
        match letter {
            b'b' => self.bytes_warning += 1,
            b'B' => self.dont_write_bytecode = true,
            b'd' => self.debug += 1,
            b'E' => self.ignore_environment = true,
            b'i' => self.inspect = true,
            b'I' => {
                self.isolated = true;
                self.ignore_environment = true;
                self.safe_path = true;
                self.no_user_site = true;
            }
            b'O' => self.optimize += 1,
            b'P' => self.safe_path = true,
            b'q' => self.quiet = true,
            b'R' => self.randomize = true,
            b's' => self.no_user_site = true,
            b'S' => self.no_site = true,
            b'u' => self.unbuffered = true,
            b'v' => self.verbose += 1,
            b'x' => self.skip_first_line = true,
            _ => return false,
        }
        true
    }

    fn long(
        &mut self,
        option: &str,
        rest: &mut dyn FnMut() -> Option<Vec<u8>>,
    ) -> Result<(), Request> {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (option, None),
        };
        match name {
            "help" => Err(Request::Show(help::general(), 0)),
            "help-env" => Err(Request::Show(help::environment(), 0)),
            "help-xoptions" => Err(Request::Show(help::x_options(), 0)),
            "help-all" => Err(Request::Show(
                [help::general(), help::environment(), help::x_options()].join("\n"),
                0,
            )),
            "unpack-lib" => Err(match value.map(String::into_bytes).or_else(&mut *rest) {
                Some(folder) => Request::UnpackLibrary(folder),
                None => usage_error("Argument expected for the --unpack-lib option"),
            }),
            "version" => Err(Request::Show(version(false), 0)),
            "jit" => {
                self.jit = match value.or_else(|| rest().map(|v| text(&v))).as_deref() {
                    Some("off") => JitMode::Off,
                    Some("on") => JitMode::On,
                    Some("always") => JitMode::Always,
                    _ => return Err(usage_error("--jit must be one of 'off', 'on' or 'always'")),
                };
                Ok(())
            }
            "check-hash-based-pycs" => match value.or_else(|| rest().map(|v| text(&v))) {
                Some(v) if matches!(&*v, "always" | "never" | "default") => {
                    self.hash_based_pycs = v;
                    Ok(())
                }
                Some(_) => Err(usage_error(
                    "--check-hash-based-pycs must be one of 'default', 'always', or 'never'",
                )),
                None => Err(usage_error(
                    "Argument expected for the --check-hash-based-pycs option",
                )),
            },
            _ => Err(usage_error(&format!("Unknown option: --{name}"))),
        }
    }
}

/// Reads the command line (without the program's name).
pub fn parse(args: &[Vec<u8>]) -> Request {
    let mut options = Options::default();
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        if arg == b"-" {
            options.target = Target::Stdin { dash: true };
            options.args = args[at + 1..].to_vec();
            return Request::Run(Box::new(options));
        }
        if arg == b"--" {
            at += 1;
            break;
        }
        if let Some(long) = arg.strip_prefix(b"--") {
            at += 1;
            let mut next = || {
                let value = args.get(at).cloned();
                at += 1;
                value
            };
            if let Err(request) = options.long(&text(long), &mut next) {
                return request;
            }
            continue;
        }
        if arg.first() != Some(&b'-') {
            break;
        }
        at += 1;
        let mut letters = &arg[1..];
        let mut versions = 0;
        while let Some((&letter, rest)) = letters.split_first() {
            letters = rest;
            match letter {
                b'h' | b'?' => return Request::Show(help::general(), 0),
                b'V' => versions += 1,
                b'c' | b'm' | b'W' | b'X' => {
                    let value = if letters.is_empty() {
                        at += 1;
                        args.get(at - 1).cloned()
                    } else {
                        Some(letters.to_vec())
                    };
                    let Some(value) = value else {
                        return usage_error(&format!(
                            "Argument expected for the -{} option",
                            letter as char
                        ));
                    };
                    letters = &[];
                    match letter {
                        b'W' => options.warn_options.push(text(&value)),
                        b'X' => {
                            let value = text(&value);
                            options.x_options.push(match value.split_once('=') {
                                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                                None => (value, None),
                            });
                        }
                        _ => {
                            options.target = if letter == b'c' {
                                Target::Command(value)
                            } else {
                                Target::Module(value)
                            };
                            options.args = args.get(at..).unwrap_or(&[]).to_vec();
                            return Request::Run(Box::new(options));
                        }
                    }
                }
                _ if options.switch(letter) => {}
                _ => return usage_error(&format!("Unknown option: -{}", letter as char)),
            }
        }
        if versions > 0 {
            return Request::Show(version(versions > 1), 0);
        }
    }
    if let Some(file) = args.get(at) {
        options.target = Target::File(file.clone());
        options.args = args[at + 1..].to_vec();
    }
    Request::Run(Box::new(options))
}
