//! The struct sequences of `sys`.

use taipan_object::struct_sequence::Layout;
use taipan_object::{PyResult, Value, Vm};

macro_rules! layouts {
    ($($id:ident $name:literal $doc:literal [$($field:literal),* $(,)?];)*) => { $(
        pub(super) static $id: Layout = Layout { name: $name, doc: $doc, visible: &[$($field),*], hidden: &[], constructible: false };
    )* };
}

layouts! {
    VERSION_INFO "sys.version_info" "The version as numbers." ["major", "minor", "micro", "releaselevel", "serial"];
    FLOAT_INFO "sys.float_info" "What floats can hold." [
        "max", "max_exp", "max_10_exp", "min", "min_exp", "min_10_exp", "dig", "mant_dig", "epsilon", "radix", "rounds",
    ];
    INT_INFO "sys.int_info" "How integers are stored and limited." [
        "bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold",
    ];
    HASH_INFO "sys.hash_info" "The parameters of hashing." [
        "width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff",
    ];
    THREAD_INFO "sys.thread_info" "How threads are made." ["name", "lock", "version"];
    UNRAISABLE "sys.UnraisableHookArgs" "What sys.unraisablehook gets." [
        "exc_type", "exc_value", "exc_traceback", "err_msg", "object",
    ];
    ASYNCGEN_HOOKS "sys.asyncgen_hooks" "The hooks of asynchronous generators." ["firstiter", "finalizer"];
}

static FLAGS: Layout = Layout {
    name: "sys.flags",
    doc: "The flags of the command line and environment.",
    visible: &[
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
    ],
    hidden: &["gil", "thread_inherit_context", "context_aware_warnings"],
    constructible: false,
};

fn make(vm: &Vm, layout: &'static Layout, items: Vec<Value>) -> PyResult {
    vm.new_struct_sequence(layout, items, Vec::new())
}

/// `sys.version_info`.
pub fn version_info(vm: &Vm) -> PyResult {
    let n = |n| vm.new_int(n);
    make(
        vm,
        &VERSION_INFO,
        vec![
            n(3),
            n(14),
            n(super::MICRO),
            vm.intern_str("final").into_value(),
            n(0),
        ],
    )
}

/// `sys.flags`.
pub fn flags(vm: &Vm) -> PyResult {
    let c = crate::config(vm);
    let n = |n: u8| vm.new_int(n.into());
    let b = |b: bool| vm.new_int(b.into());
    vm.new_struct_sequence(
        &FLAGS,
        vec![
            n(c.debug),
            b(c.inspect),
            b(c.interactive),
            n(c.optimize),
            b(c.dont_write_bytecode),
            b(c.no_user_site),
            b(c.no_site),
            b(c.ignore_environment),
            n(c.verbose),
            n(c.bytes_warning),
            b(c.quiet),
            b(c.hash_randomization),
            b(c.isolated),
            Value::bool(c.dev_mode),
            b(c.utf8_mode),
            b(c.warn_default_encoding),
            Value::bool(c.safe_path),
            vm.new_int(c.int_max_str_digits.into()),
        ],
        vec![
            vm.new_int(1),
            b(c.thread_inherit_context),
            b(c.context_aware_warnings),
        ],
    )
}

/// `sys.float_info`.
pub fn float_info(vm: &Vm) -> PyResult {
    let (f, n) = (|x| vm.new_float(x), |n: i32| vm.new_int(n.into()));
    make(
        vm,
        &FLOAT_INFO,
        vec![
            f(f64::MAX),
            n(f64::MAX_EXP),
            n(f64::MAX_10_EXP),
            f(f64::MIN_POSITIVE),
            n(f64::MIN_EXP),
            n(f64::MIN_10_EXP),
            n(f64::DIGITS as i32),
            n(f64::MANTISSA_DIGITS as i32),
            f(f64::EPSILON),
            n(2),
            n(1),
        ],
    )
}

/// `sys.int_info`.
pub fn int_info(vm: &Vm) -> PyResult {
    make(
        vm,
        &INT_INFO,
        [30, 4, 4300, 640].map(|n| vm.new_int(n)).to_vec(),
    )
}

/// `sys.hash_info`.
pub fn hash_info(vm: &Vm) -> PyResult {
    let n = |n| vm.new_int(n);
    make(
        vm,
        &HASH_INFO,
        vec![
            n(64),
            n((1 << 61) - 1),
            n(314_159),
            n(0),
            n(1_000_003),
            vm.intern_str("siphash13").into_value(),
            n(64),
            n(128),
            n(0),
        ],
    )
}

/// `sys.thread_info`.
pub fn thread_info(vm: &Vm) -> PyResult {
    make(
        vm,
        &THREAD_INFO,
        vec![
            vm.intern_str("pthread").into_value(),
            vm.intern_str("semaphore").into_value(),
            Value::NONE,
        ],
    )
}

/// What `sys.unraisablehook` gets.
pub fn unraisable(vm: &Vm, items: [Value; 5]) -> PyResult {
    make(vm, &UNRAISABLE, items.to_vec())
}

/// What `sys.get_asyncgen_hooks` gives.
pub fn asyncgen_hooks(vm: &Vm, items: [Value; 2]) -> PyResult {
    make(vm, &ASYNCGEN_HOOKS, items.to_vec())
}
