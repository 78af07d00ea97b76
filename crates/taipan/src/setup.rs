//! From options and environment to the set-up of an interpreter.

use taipan_host::{env, fs};
use taipan_vm::config::Config;

use crate::cli::{Options, Target};

/// An environment variable that the options do not rule out.
fn variable(options: &Options, name: &str) -> Option<Vec<u8>> {
    if options.ignore_environment {
        None
    } else {
        env::var(name).filter(|v| !v.is_empty())
    }
}

/// A level: a number, or 1 for anything else.
fn level(options: &Options, name: &str) -> u8 {
    variable(options, name).map_or(0, |v| {
        String::from_utf8_lossy(&v).parse::<u8>().unwrap_or(1)
    })
}

fn parent(path: &[u8]) -> &[u8] {
    path.iter()
        .rposition(|&b| b == b'/')
        .map_or(b"", |at| &path[..at])
}

fn join(folder: &[u8], rest: &str) -> Vec<u8> {
    [folder, b"/", rest.as_bytes()].concat()
}

fn is_dir(path: &[u8]) -> bool {
    fs::stat(path, true).is_ok_and(|s| s.is_dir())
}

/// Whether a file ends as a zip archive does; anything may stand in front.
pub fn is_zip(path: &[u8]) -> bool {
    /// Bytes of the last record without its comment, which is 65,535 bytes long at most.
    const RECORD: usize = 22;
    // What comes out of a pipe can be read only once.
    if !fs::stat(path, true).is_ok_and(|s| s.is_file()) {
        return false;
    }
    let Ok(bytes) = fs::read(path) else {
        return false;
    };
    let tail = &bytes[bytes.len().saturating_sub(RECORD + 0xFFFF)..];
    let mut records = tail.windows(RECORD).enumerate();
    records.any(|(at, record)| {
        let comment = u16::from_le_bytes([record[20], record[21]]);
        record.starts_with(b"PK\x05\x06") && at + RECORD + usize::from(comment) == tail.len()
    })
}

/// Where things are installed.
struct Places {
    /// `sys.prefix`.
    prefix: Vec<u8>,
    base_prefix: Vec<u8>,
    base_executable: Vec<u8>,
    /// Folder of the standard library.
    stdlib: Vec<u8>,
    /// Whether that folder is on the disk; else the library inside the program counts.
    on_disk: bool,
}

fn has_library(folder: &[u8]) -> bool {
    fs::stat(&join(folder, "os.py"), true).is_ok()
}

/// The value of `home` in the `pyvenv.cfg` of a virtual environment, and the environment's folder.
fn virtual_environment(executable: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let folder = parent(executable);
    [folder, parent(folder)].into_iter().find_map(|prefix| {
        let text = fs::read(&join(prefix, "pyvenv.cfg")).ok()?;
        text.split(|&b| b == b'\n').find_map(|line| {
            let at = line.iter().position(|&b| b == b'=')?;
            let (key, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
            (key.eq_ignore_ascii_case(b"home")).then(|| (value.to_vec(), prefix.to_vec()))
        })
    })
}

impl Places {
    fn find(executable: &[u8], home: Option<Vec<u8>>) -> Places {
        let environment = virtual_environment(executable);
        let real = fs::canonical(executable).unwrap_or_else(|_| executable.to_vec());
        let base_executable = match &environment {
            None => executable.to_vec(),
            Some((home, _)) => {
                let name = &real[parent(&real).len()..];
                let named = [&home[..], name].concat();
                if fs::stat(&named, true).is_ok() {
                    named
                } else {
                    real.clone()
                }
            }
        };
        let (base_prefix, stdlib, on_disk) = match home {
            Some(home) => {
                let prefix = home.split(|&b| b == b':').next().unwrap_or(&home).to_vec();
                let lib = join(&prefix, "lib/python3.14");
                let on_disk = has_library(&lib);
                (prefix, lib, on_disk)
            }
            None => {
                let real = fs::canonical(&base_executable).unwrap_or(real);
                Places::base(&base_executable, &real)
            }
        };
        Places {
            prefix: environment.map_or_else(|| base_prefix.clone(), |(_, prefix)| prefix),
            base_prefix,
            base_executable,
            stdlib,
            on_disk,
        }
    }

    /// The prefix of an executable, its library's folder, and whether that is on the disk.
    fn base(executable: &[u8], real: &[u8]) -> (Vec<u8>, Vec<u8>, bool) {
        for folder in [parent(real), parent(executable)] {
            for prefix in [parent(folder), folder] {
                let lib = join(prefix, "lib/python3.14");
                if has_library(&lib) {
                    return (prefix.to_vec(), lib, true);
                }
            }
        }
        let prefix = parent(parent(real)).to_vec();
        match env::var("TAIPAN_LIB").filter(|l| !l.is_empty()) {
            Some(lib) => (prefix, lib, true),
            None => {
                let lib = join(&prefix, "lib/python3.14");
                (prefix, lib, false)
            }
        }
    }
}

/// `sys.argv[0]`, and what goes in front of `sys.path`.
fn start(target: &Target) -> (Vec<u8>, Option<Vec<u8>>) {
    match target {
        Target::Command(_) => (b"-c".to_vec(), Some(Vec::new())),
        Target::Module(_) => (b"-m".to_vec(), Some(fs::current_dir().unwrap_or_default())),
        Target::Stdin { dash } => (
            if *dash { b"-".to_vec() } else { Vec::new() },
            Some(Vec::new()),
        ),
        Target::File(file) => {
            // Folders and zip files stand in sys.path themselves, once they are known to be such.
            if is_dir(file) || is_zip(file) {
                return (file.clone(), None);
            }
            let real = fs::canonical(file).unwrap_or_else(|_| file.clone());
            let folder = parent(&real).to_vec();
            (
                file.clone(),
                Some(if folder.is_empty() {
                    b"/".to_vec()
                } else {
                    folder
                }),
            )
        }
    }
}

/// The last `-X` option of a name, with its value.
fn x_option(options: &Options, name: &str) -> Option<Option<String>> {
    let mut given = options.x_options.iter().rev();
    given.find(|(n, _)| n == name).map(|(_, v)| v.clone())
}

/// Whether the locale is that of C.
fn is_c_locale() -> bool {
    let value = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|n| env::var(n).filter(|v| !v.is_empty()));
    value.is_none_or(|v| v == b"C" || v == b"POSIX")
}

/// Set-up that is given as numbers, by `-X` options or the environment.
struct Numbers {
    int_max_str_digits: u32,
    cpu_count: Option<u32>,
    utf8_mode: bool,
    import_time: u8,
    thread_inherit_context: bool,
    context_aware_warnings: bool,
}

impl Numbers {
    fn read(options: &Options) -> Result<Numbers, String> {
        let x = |name: &str| x_option(options, name);
        let var =
            |name: &str| variable(options, name).map(|v| String::from_utf8_lossy(&v).into_owned());
        // The value and what gave it, for messages.
        let given = |option: &str, name: &str| match x(option) {
            Some(value) => Some((value.unwrap_or_default(), format!("-X {option}"))),
            None => var(name).map(|v| (v, name.to_owned())),
        };
        let int_max_str_digits = match given("int_max_str_digits", "PYTHONINTMAXSTRDIGITS") {
            None => 4300,
            Some((value, source)) => match value.parse::<u32>() {
                Ok(n) if n == 0 || n >= 640 => n,
                _ => {
                    return Err(format!(
                        "{source}: invalid limit; must be >= 640 or 0 for unlimited."
                    ));
                }
            },
        };
        let cpu_count = match given("cpu_count", "PYTHON_CPU_COUNT") {
            None => None,
            Some((value, _)) if value == "default" => None,
            Some((value, source)) => match value.parse::<u32>() {
                Ok(n) if n > 0 => Some(n),
                _ => {
                    return Err(format!(
                        "{source}: n is missing or an invalid number, n must be greater than 0"
                    ));
                }
            },
        };
        let utf8_mode = match x("utf8") {
            Some(None) => true,
            Some(Some(value)) => match &*value {
                "1" => true,
                "0" => false,
                _ => return Err("invalid -X utf8 option value".to_owned()),
            },
            None => match var("PYTHONUTF8").as_deref() {
                Some("1") => true,
                Some("0") => false,
                Some(_) => {
                    return Err("invalid PYTHONUTF8 environment variable value".to_owned());
                }
                None => is_c_locale(),
            },
        };
        let switch = |option: &str, name: &str| match given(option, name) {
            None => Ok(false),
            Some((value, _)) if value == "1" => Ok(true),
            Some((value, _)) if value == "0" => Ok(false),
            Some((_, source)) => Err(format!("{source}: the value must be 0 or 1")),
        };
        match given("gil", "PYTHON_GIL").as_ref().map(|(v, _)| &**v) {
            None | Some("1") => {}
            Some("0") => return Err("Disabling the GIL is not supported by this build".to_owned()),
            Some(_) => return Err("PYTHON_GIL / -X gil must be \"0\" or \"1\"".to_owned()),
        }
        if let Some(value) = x("frozen_modules")
            && !matches!(value.as_deref(), None | Some("" | "on" | "off"))
        {
            return Err(
                "bad value for option -X frozen_modules (expected \"on\" or \"off\")".to_owned(),
            );
        }
        if let Some((value, source)) = given("tracemalloc", "PYTHONTRACEMALLOC")
            && !value.is_empty()
            && value.parse::<u16>().is_err()
        {
            return Err(format!("{source}: invalid number of frames"));
        }
        Ok(Numbers {
            int_max_str_digits,
            cpu_count,
            utf8_mode,
            import_time: match given("importtime", "PYTHONPROFILEIMPORTTIME") {
                None => 0,
                Some((value, _)) if value == "2" => 2,
                Some(_) => 1,
            },
            thread_inherit_context: switch(
                "thread_inherit_context",
                "PYTHON_THREAD_INHERIT_CONTEXT",
            )?,
            context_aware_warnings: switch(
                "context_aware_warnings",
                "PYTHON_CONTEXT_AWARE_WARNINGS",
            )?,
        })
    }
}

/// The set-up that options and environment ask for.
///
/// # Errors
/// A message for bad values of environment variables.
pub fn config(options: &Options, orig_argv: Vec<Vec<u8>>) -> Result<Config, String> {
    let var = |name: &str| variable(options, name);
    let executable = env::executable().unwrap_or_default();
    let Places {
        prefix,
        base_prefix,
        base_executable,
        stdlib,
        on_disk,
    } = Places::find(&executable, var("PYTHONHOME"));
    let (argv0, first) = start(&options.target);
    let mut argv = vec![argv0];
    argv.extend(options.args.iter().cloned());
    let safe_path = options.safe_path || var("PYTHONSAFEPATH").is_some();
    let mut path = Vec::new();
    path.extend(first.filter(|_| !safe_path));
    if let Some(extra) = var("PYTHONPATH") {
        path.extend(extra.split(|&b| b == b':').map(<[u8]>::to_vec));
    }
    path.push(join(&base_prefix, "lib/python314.zip"));
    path.push(stdlib.clone());
    path.push(join(&base_prefix, "lib/python3.14/lib-dynload"));
    path.retain({
        let (zip, dynload) = (
            join(&base_prefix, "lib/python314.zip"),
            join(&base_prefix, "lib/python3.14/lib-dynload"),
        );
        move |p| (*p != zip && *p != dynload) || fs::stat(p, true).is_ok()
    });
    let site = join(&prefix, "lib/python3.14/site-packages");
    if !options.no_site && is_dir(&site) {
        path.push(site);
    }
    let x = |name: &str| x_option(options, name);
    let dev_mode = x("dev").is_some() || var("PYTHONDEVMODE").is_some();
    let numbers = Numbers::read(options)?;
    let mut warn_options: Vec<String> = Vec::new();
    if dev_mode {
        warn_options.push("default".to_owned());
    }
    if let Some(w) = var("PYTHONWARNINGS") {
        warn_options.extend(String::from_utf8_lossy(&w).split(',').map(str::to_owned));
    }
    warn_options.extend(options.warn_options.iter().cloned());
    match options.bytes_warning {
        0 => {}
        1 => warn_options.push("default::BytesWarning".to_owned()),
        _ => warn_options.push("error::BytesWarning".to_owned()),
    }
    let io_encoding = var("PYTHONIOENCODING").map_or((None, None), |v| {
        let v = String::from_utf8_lossy(&v).into_owned();
        let (encoding, errors) = v.split_once(':').map_or((v.clone(), None), |(e, r)| {
            (e.to_owned(), Some(r.to_owned()))
        });
        (
            Some(encoding).filter(|e| !e.is_empty()),
            errors.filter(|e| !e.is_empty()),
        )
    });
    Ok(Config {
        argv,
        orig_argv,
        path,
        executable,
        prefix,
        stdlib,
        library: (!on_disk).then(taipan_library::archive),
        base_prefix,
        base_executable,
        optimize: options
            .optimize
            .max(level(options, "PYTHONOPTIMIZE"))
            .min(2),
        debug: options.debug.max(level(options, "PYTHONDEBUG")).min(1),
        inspect: options.inspect || var("PYTHONINSPECT").is_some(),
        interactive: options.inspect,
        dont_write_bytecode: options.dont_write_bytecode
            || var("PYTHONDONTWRITEBYTECODE").is_some(),
        no_user_site: options.no_user_site || var("PYTHONNOUSERSITE").is_some(),
        no_site: options.no_site,
        ignore_environment: options.ignore_environment,
        verbose: options.verbose.max(level(options, "PYTHONVERBOSE")),
        bytes_warning: options.bytes_warning,
        quiet: options.quiet,
        hash_randomization: options.randomize || var("PYTHONHASHSEED").is_none_or(|v| v != b"0"),
        isolated: options.isolated,
        dev_mode,
        utf8_mode: numbers.utf8_mode,
        warn_default_encoding: x("warn_default_encoding").is_some()
            || var("PYTHONWARNDEFAULTENCODING").is_some(),
        safe_path,
        int_max_str_digits: numbers.int_max_str_digits,
        unbuffered: options.unbuffered || var("PYTHONUNBUFFERED").is_some(),
        warn_options,
        x_options: options.x_options.clone(),
        pycache_prefix: match x("pycache_prefix") {
            Some(path) => path.map(String::into_bytes).filter(|p| !p.is_empty()),
            None => var("PYTHONPYCACHEPREFIX"),
        },
        hash_based_pycs: options.hash_based_pycs.clone(),
        import_time: numbers.import_time,
        no_debug_ranges: x("no_debug_ranges").is_some() || var("PYTHONNODEBUGRANGES").is_some(),
        cpu_count: numbers.cpu_count,
        thread_inherit_context: numbers.thread_inherit_context,
        context_aware_warnings: numbers.context_aware_warnings,
        jit: options.jit,
        io_encoding,
    })
}

/// The keys of text hashes: random, or of `PYTHONHASHSEED` as CPython derives them.
///
/// # Errors
/// A message for a bad seed.
pub fn hash_secret(options: &Options) -> Result<(u64, u64), String> {
    let seed = match variable(options, "PYTHONHASHSEED") {
        _ if options.randomize => None,
        None => None,
        Some(v) if v == b"random" => None,
        Some(v) => match std::str::from_utf8(&v)
            .ok()
            .and_then(|s| s.parse::<u32>().ok())
        {
            Some(n) => Some(n),
            None => {
                return Err(
                    "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]"
                        .to_owned(),
                );
            }
        },
    };
    let mut bytes = [0u8; 16];
    match seed {
        None => {
            env::random(&mut bytes);
        }
        Some(0) => {}
        Some(seed) => {
            // A linear congruential generator, a byte a step.
            let mut x = seed;
            for b in &mut bytes {
                x = x.wrapping_mul(214_013).wrapping_add(2_531_011);
                *b = (x >> 16) as u8;
            }
        }
    }
    let word = |at: usize| {
        let mut w = [0; 8];
        w.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(w)
    };
    Ok((word(0), word(8)))
}
