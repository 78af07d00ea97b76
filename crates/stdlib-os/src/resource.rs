//! The module `resource`.

use taipan_macros::pymodule;
use taipan_object::int::IntRef;
use taipan_object::struct_sequence::Layout;
use taipan_object::{PyResult, Value, Vm};

pub use module::MODULE;

static USAGE: Layout = Layout {
    name: "resource.struct_rusage",
    doc: "What was used of the system's resources.",
    visible: &[
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ],
    hidden: &[],
    constructible: true,
};

/// A limit; -1 is none.
fn limit_value(vm: &Vm, limit: u64) -> Value {
    if limit == u64::MAX {
        vm.new_int(-1)
    } else {
        vm.new_uint(limit)
    }
}

fn limit_arg(vm: &Vm, value: &Value) -> PyResult<u64> {
    let index = vm.index(value)?;
    let limit = match index.as_int() {
        Some(IntRef::Small(n)) => Some(n as u64),
        Some(IntRef::Big(n)) => u64::try_from(n).ok(),
        None => None,
    };
    limit.ok_or_else(|| vm.overflow_error("Python int too large to convert to C rlim_t"))
}

/// Current limit and most.
fn pair_arg(vm: &Vm, limits: &Value) -> PyResult<(u64, u64)> {
    let items = vm.collect(limits)?;
    let [current, most] = items.as_slice() else {
        return Err(vm.value_error("expected a tuple of 2 integers"));
    };
    Ok((limit_arg(vm, current)?, limit_arg(vm, most)?))
}

fn pair_value(vm: &Vm, (current, most): (u64, u64)) -> Value {
    vm.tuple_value([limit_value(vm, current), limit_value(vm, most)])
}

/// Functions and constants.
#[pymodule(name = "resource", doc = "Limits and use of the system's resources.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Raised, Ref, Value, Vm};

    use super::{USAGE, pair_arg, pair_value};
    use taipan_host::limits as host;
    use taipan_stdlib_data::support::{add_constants, os_error, set_module_attr};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, host::RESOURCES);
        set_module_attr(vm, module, "error", vm.exc.os_error.to_value())?;
        let usage = vm.struct_sequence_type(&USAGE)?.into_value();
        set_module_attr(vm, module, "struct_rusage", usage)
    }

    fn check(vm: &Vm, resource: i32) -> PyResult<()> {
        if (0..host::RESOURCE_COUNT).contains(&resource) {
            Ok(())
        } else {
            Err(vm.value_error("invalid resource specified"))
        }
    }
    fn limit_error(vm: &Vm, e: &std::io::Error) -> Raised {
        match e.raw_os_error() {
            Some(taipan_host::errno::EINVAL) => {
                vm.value_error("current limit exceeds maximum limit")
            }
            Some(taipan_host::errno::EPERM) => vm.value_error("not allowed to raise maximum limit"),
            _ => os_error(vm, e),
        }
    }

    /// What a process, its children or a thread used.
    #[pyfunction("(who, /)")]
    fn getrusage(vm: &Vm, who: i32) -> PyResult {
        let usage = match host::usage(who) {
            Ok(usage) => usage,
            Err(e) if e.raw_os_error() == Some(taipan_host::errno::EINVAL) => {
                return Err(vm.value_error("invalid who parameter"));
            }
            Err(e) => return Err(os_error(vm, &e)),
        };
        let mut items = vec![vm.new_float(usage.user), vm.new_float(usage.system)];
        items.extend(usage.rest.iter().map(|&n| vm.new_int(n)));
        vm.new_struct_sequence(&USAGE, items, vec![])
    }
    /// The limit of a resource, and the most that it can be set to.
    #[pyfunction("(resource, /)")]
    fn getrlimit(vm: &Vm, resource: i32) -> PyResult {
        check(vm, resource)?;
        match host::limit(resource) {
            Ok(limits) => Ok(pair_value(vm, limits)),
            Err(e) => Err(os_error(vm, &e)),
        }
    }
    /// Sets the limits of a resource.
    #[pyfunction("(resource, limits, /)")]
    fn setrlimit(vm: &Vm, resource: i32, limits: &Value) -> PyResult<()> {
        check(vm, resource)?;
        let limits = pair_arg(vm, limits)?;
        host::set_limit(resource, limits).map_err(|e| limit_error(vm, &e))
    }
    /// The limits of a process; sets them if they are given.
    #[pyfunction("(pid, resource, limits=None, /)")]
    fn prlimit(vm: &Vm, pid: i32, resource: i32, limits: &Value) -> PyResult {
        check(vm, resource)?;
        let new = if limits.is_none() {
            None
        } else {
            Some(pair_arg(vm, limits)?)
        };
        match host::process_limit(pid, resource, new) {
            Ok(old) => Ok(pair_value(vm, old)),
            Err(e) if e.raw_os_error() == Some(taipan_host::errno::EINVAL) => {
                Err(vm.value_error("current limit exceeds maximum limit"))
            }
            Err(e) => Err(os_error(vm, &e)),
        }
    }
    /// Bytes in a page of memory.
    #[pyfunction("()")]
    fn getpagesize() -> usize {
        host::page_size()
    }
}
