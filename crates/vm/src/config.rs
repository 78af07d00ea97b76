//! How an interpreter is set up: command line and environment, as `sys` shows them.

use std::rc::Rc;

use taipan_compiler::archive::Archive;
use taipan_object::Vm;

/// What `--jit` chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JitMode {
    Off,
    #[default]
    On,
    Always,
}

/// The set-up of an interpreter. All text is as the system gave it.
#[derive(Clone, Debug)]
pub struct Config {
    pub argv: Vec<Vec<u8>>,
    pub orig_argv: Vec<Vec<u8>>,
    /// `sys.path` as it starts.
    pub path: Vec<Vec<u8>>,
    pub executable: Vec<u8>,
    pub prefix: Vec<u8>,
    /// Folder of the standard library.
    pub stdlib: Vec<u8>,
    /// The library's files, if they are inside the program and not in that folder.
    pub library: Option<Archive>,
    /// `sys.base_prefix`: the prefix, or that of the Python that a virtual environment was made from.
    pub base_prefix: Vec<u8>,
    /// `sys._base_executable`: the executable, or that of the Python that a virtual environment was made from.
    pub base_executable: Vec<u8>,
    pub optimize: u8,
    pub debug: u8,
    pub inspect: bool,
    pub interactive: bool,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u8,
    pub bytes_warning: u8,
    pub quiet: bool,
    pub hash_randomization: bool,
    pub isolated: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub warn_default_encoding: bool,
    pub safe_path: bool,
    pub int_max_str_digits: u32,
    pub unbuffered: bool,
    pub warn_options: Vec<String>,
    pub x_options: Vec<(String, Option<String>)>,
    pub pycache_prefix: Option<Vec<u8>>,
    /// `--check-hash-based-pycs`: `default`, `always` or `never`.
    pub hash_based_pycs: String,
    /// `-X importtime`: 1 tells of modules that are loaded, 2 of those that were there too.
    pub import_time: u8,
    /// `-X no_debug_ranges`: tracebacks have no marks.
    pub no_debug_ranges: bool,
    /// `-X cpu_count`.
    pub cpu_count: Option<u32>,
    pub thread_inherit_context: bool,
    pub context_aware_warnings: bool,
    pub jit: JitMode,
    /// `PYTHONIOENCODING`: encoding and error handler.
    pub io_encoding: (Option<String>, Option<String>),
}

impl Default for Config {
    fn default() -> Self {
        Config {
            argv: vec![Vec::new()],
            orig_argv: Vec::new(),
            path: Vec::new(),
            executable: Vec::new(),
            prefix: b"/usr/local".to_vec(),
            stdlib: Vec::new(),
            library: None,
            base_prefix: b"/usr/local".to_vec(),
            base_executable: Vec::new(),
            optimize: 0,
            debug: 0,
            inspect: false,
            interactive: false,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: false,
            hash_randomization: true,
            isolated: false,
            dev_mode: false,
            utf8_mode: true,
            warn_default_encoding: false,
            safe_path: false,
            int_max_str_digits: 4300,
            unbuffered: false,
            warn_options: Vec::new(),
            x_options: Vec::new(),
            pycache_prefix: None,
            hash_based_pycs: "default".to_owned(),
            import_time: 0,
            no_debug_ranges: false,
            cpu_count: None,
            thread_inherit_context: false,
            context_aware_warnings: false,
            jit: JitMode::default(),
            io_encoding: (None, None),
        }
    }
}

/// Gives an interpreter its set-up.
pub fn set(vm: &Vm, config: Config) {
    vm.int_max_str_digits.set(config.int_max_str_digits);
    vm.bytes_warning.set(config.bytes_warning > 0);
    vm.module_state
        .borrow_mut()
        .insert("config", Rc::new(config));
}

/// The set-up of an interpreter.
pub fn config(vm: &Vm) -> Rc<Config> {
    crate::state::<Config>(vm, "config")
}
