//! The texts of `-h`, `--help-env` and `--help-xoptions`, from one table each.

/// The first line of every help and usage error.
pub const USAGE: &str = "usage: taipan [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

/// An option: its letter with its argument, what it does.
const OPTIONS: &[(&str, &str)] = &[
    (
        "-b",
        "warn when bytes are turned into text or compared with it (-bb: fail)",
    ),
    ("-B", "write no .pyc files; also PYTHONDONTWRITEBYTECODE=x"),
    ("-c cmd", "run a program given as text (ends the options)"),
    ("-d", "accepted, sets sys.flags.debug; also PYTHONDEBUG=x"),
    ("-E", "ignore PYTHON* environment variables"),
    ("-h", "show this help (also -? and --help)"),
    (
        "-i",
        "go on interactively after the program, terminal or not; also PYTHONINSPECT=x",
    ),
    (
        "-I",
        "isolate from the environment and the user (implies -E, -P and -s)",
    ),
    ("-m mod", "run a module as a program (ends the options)"),
    (
        "-O",
        "remove assert statements and code under __debug__; also PYTHONOPTIMIZE=x",
    ),
    ("-OO", "as -O, and remove docstrings"),
    (
        "-P",
        "put no unsafe folder in front of sys.path; also PYTHONSAFEPATH",
    ),
    ("-q", "show no version when interactive"),
    (
        "-R",
        "hash text with a random seed, whatever PYTHONHASHSEED says",
    ),
    (
        "-s",
        "leave the user's site-packages out; also PYTHONNOUSERSITE=x",
    ),
    ("-S", "do not import site"),
    (
        "-u",
        "do not buffer stdout and stderr; also PYTHONUNBUFFERED=x",
    ),
    ("-v", "tell of imports; also PYTHONVERBOSE=x"),
    ("-V", "show the version (also --version); -VV tells more"),
    (
        "-W arg",
        "add a warning filter (action:message:category:module:lineno); also PYTHONWARNINGS=arg",
    ),
    ("-x", "skip the first line of the source"),
    ("-X opt", "set an implementation option (--help-xoptions)"),
];

const LONG: &[(&str, &str)] = &[
    (
        "--check-hash-based-pycs always|default|never",
        "which .pyc files are compared with their source",
    ),
    (
        "--jit=off|on|always",
        "when functions are compiled to machine code",
    ),
    (
        "--unpack-lib DIR",
        "write the standard library's files into a folder",
    ),
    ("--help-env", "the environment variables"),
    ("--help-xoptions", "the implementation options"),
    ("--help-all", "all of this"),
];

/// Environment variables that have a meaning.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("PYTHONASYNCIODEBUG", "debug mode of asyncio"),
    ("PYTHONBREAKPOINT", "what breakpoint() calls; 0: nothing"),
    ("PYTHON_CPU_COUNT", "as -X cpu_count"),
    ("PYTHONDEBUG", "as -d"),
    ("PYTHONDEVMODE", "as -X dev"),
    ("PYTHONDONTWRITEBYTECODE", "as -B"),
    (
        "PYTHONHASHSEED",
        "seed of the hashes of text: a number or 'random'",
    ),
    (
        "PYTHONHOME",
        "the prefix: the library is in its lib/python3.14",
    ),
    ("PYTHONINSPECT", "as -i, on a terminal"),
    ("PYTHONINTMAXSTRDIGITS", "as -X int_max_str_digits"),
    (
        "PYTHONIOENCODING",
        "encoding[:errors] of stdin, stdout and stderr",
    ),
    ("PYTHONNODEBUGRANGES", "as -X no_debug_ranges"),
    ("PYTHONNOUSERSITE", "as -s"),
    ("PYTHONOPTIMIZE", "as -O; 2: as -OO"),
    (
        "PYTHONPATH",
        "folders, divided by ':', in front of the library in sys.path",
    ),
    ("PYTHONPROFILEIMPORTTIME", "as -X importtime"),
    ("PYTHONPYCACHEPREFIX", "as -X pycache_prefix"),
    ("PYTHONSAFEPATH", "as -P"),
    ("PYTHONSTARTUP", "a file to run before the prompt"),
    (
        "PYTHON_CONTEXT_AWARE_WARNINGS",
        "as -X context_aware_warnings",
    ),
    (
        "PYTHON_THREAD_INHERIT_CONTEXT",
        "as -X thread_inherit_context",
    ),
    ("PYTHONUNBUFFERED", "as -u"),
    ("PYTHONUSERBASE", "folder of the user's packages"),
    ("PYTHONUTF8", "as -X utf8"),
    ("PYTHONVERBOSE", "as -v"),
    ("PYTHONWARNDEFAULTENCODING", "as -X warn_default_encoding"),
    ("PYTHONWARNINGS", "as -W, divided by ','"),
    (
        "TAIPAN_JIT_DUMP",
        "hir,clif,asm[:function]: print what the JIT makes",
    ),
    (
        "TAIPAN_JIT_EXITS",
        "number: every so manyth guard of compiled code fails",
    ),
    (
        "TAIPAN_JIT_PERF",
        "if set: write /tmp/perf-PID.map, where perf finds the names of compiled code",
    ),
    ("TAIPAN_LIB", "folder of the library's Python files"),
];

/// Implementation options that have a meaning.
const X_OPTIONS: &[(&str, &str)] = &[
    (
        "context_aware_warnings=0|1",
        "whether warnings.catch_warnings follows context variables",
    ),
    (
        "cpu_count=N",
        "what os.cpu_count() says; also PYTHON_CPU_COUNT",
    ),
    ("dev", "development mode; also PYTHONDEVMODE"),
    (
        "importtime[=2]",
        "how long imports take (2: cached ones too); also PYTHONPROFILEIMPORTTIME",
    ),
    (
        "int_max_str_digits=N",
        "longest int that is turned into text or back, 0 for any; also PYTHONINTMAXSTRDIGITS",
    ),
    (
        "jit-stats",
        "at the end, tell what the JIT compiled and where its code was left",
    ),
    (
        "no_debug_ranges",
        "tracebacks without marks; also PYTHONNODEBUGRANGES",
    ),
    (
        "pycache_prefix=PATH",
        "put .pyc files into a tree of their own; also PYTHONPYCACHEPREFIX",
    ),
    (
        "thread_inherit_context=0|1",
        "whether threads start with the context of their maker",
    ),
    ("utf8[=0|1]", "UTF-8 mode; also PYTHONUTF8"),
    (
        "warn_default_encoding",
        "warn where files are opened without an encoding; also PYTHONWARNDEFAULTENCODING",
    ),
];

fn table(out: &mut String, prefix: &str, rows: &[(&str, &str)], width: usize) {
    for (name, text) in rows {
        out.push_str(&format!("{:width$}: {text}\n", format!("{prefix}{name}")));
    }
}

pub fn general() -> String {
    let mut out = USAGE.to_owned();
    out.push_str("Options (and corresponding environment variables):\n");
    table(&mut out, "", OPTIONS, 7);
    table(&mut out, "", LONG, 0);
    out.push_str("\nArguments:\n");
    table(
        &mut out,
        "",
        &[
            (
                "file",
                "run a file, or a folder or zip file with __main__.py",
            ),
            ("-", "read the program from stdin (the default)"),
            ("arg ...", "go into sys.argv[1:]"),
        ],
        7,
    );
    out.push_str("\ntaipan explain FILE shows what happens to a program, stage by stage (taipan explain --help).\n");
    out
}

pub fn environment() -> String {
    let mut out = "Environment variables:\n".to_owned();
    table(&mut out, "", ENVIRONMENT, 24);
    out
}

pub fn x_options() -> String {
    let mut out = "Implementation options:\n".to_owned();
    table(&mut out, "-X ", X_OPTIONS, 0);
    out
}
