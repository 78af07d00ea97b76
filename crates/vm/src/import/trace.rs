//! `-X importtime` and `-v`: what imports tell on the standard error.

use std::cell::Cell;
use std::time::Instant;

use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

/// The imports that run now.
#[derive(Default)]
struct Times {
    headed: Cell<bool>,
    depth: Cell<usize>,
    /// Microseconds spent in imports inside the present one.
    inner: Cell<u128>,
}

fn write(text: &str) {
    let _ = taipan_host::fd::write_all(2, text.as_bytes());
}

fn head(times: &Times) {
    if !times.headed.replace(true) {
        write("import time: self [us] | cumulative | imported package\n");
    }
}

/// Runs the import of a module, and tells of it if that is asked for.
///
/// # Errors
/// What `load` raises.
pub fn traced(vm: &Vm, name: &Ref<Str>, load: impl FnOnce() -> PyResult) -> PyResult {
    let config = crate::config(vm);
    if config.import_time == 0 && config.verbose == 0 {
        return load();
    }
    let times = crate::state::<Times>(vm, "import.times");
    let depth = times.depth.get();
    times.depth.set(depth + 1);
    let outer = times.inner.take();
    let start = Instant::now();
    let result = load();
    let whole = start.elapsed().as_micros();
    let own = whole.saturating_sub(times.inner.get());
    times.inner.set(outer + whole);
    times.depth.set(depth);
    if config.import_time > 0 {
        head(&times);
        write(&format!(
            "import time: {own:>9} | {whole:>10} | {:1$}{name}\n",
            "",
            depth * 2
        ));
    }
    if config.verbose > 0
        && let Ok(module) = &result
    {
        tell(vm, name, module)?;
    }
    result
}

/// Tells of a module that was there already.
pub fn cached(vm: &Vm, name: &Ref<Str>) {
    if crate::config(vm).import_time < 2 {
        return;
    }
    let times = crate::state::<Times>(vm, "import.times");
    head(&times);
    write(&format!(
        "import time: cached    | cached     | {:1$}{name}\n",
        "",
        times.depth.get() * 2
    ));
}

fn tell(vm: &Vm, name: &Ref<Str>, module: &Value) -> PyResult<()> {
    let loader = vm
        .getattr_opt(module, &vm.names.__loader__)?
        .unwrap_or(Value::NONE);
    let text = format!(
        "import {} # {}\n",
        vm.repr(name.as_value())?,
        vm.repr(&loader)?
    );
    crate::sys::write_stderr(vm, &text);
    Ok(())
}
