//! The module `gc`: the cycle collector seen from Python.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions of the module `gc`.
#[pymodule(
    name = "gc",
    doc = "The collector of objects that refer to each other."
)]
pub mod module {
    use std::cell::OnceCell;

    use taipan_object::gc;
    use taipan_object::list::List;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    #[pyattr]
    const DEBUG_STATS: i64 = gc::debug::STATS;
    #[pyattr]
    const DEBUG_COLLECTABLE: i64 = gc::debug::COLLECTABLE;
    #[pyattr]
    const DEBUG_UNCOLLECTABLE: i64 = gc::debug::UNCOLLECTABLE;
    #[pyattr]
    const DEBUG_SAVEALL: i64 = gc::debug::SAVEALL;
    #[pyattr]
    const DEBUG_LEAK: i64 = gc::debug::LEAK;

    /// The list `gc.callbacks`.
    #[derive(Default)]
    struct Callbacks(OnceCell<Ref<List>>);

    fn callbacks(vm: &Vm) -> Ref<List> {
        taipan_vm::state::<Callbacks>(vm, "gc.callbacks")
            .0
            .get_or_init(|| vm.new_list(Vec::new()))
            .clone()
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (name, list) in [
            ("garbage", gc::garbage_list(vm)),
            ("callbacks", callbacks(vm)),
        ] {
            module
                .dict
                .insert_str(vm, &vm.intern_str(name), list.into_value());
        }
        Ok(())
    }

    /// Turns automatic collection on.
    #[pyfunction("()")]
    fn enable(vm: &Vm) {
        vm.heap.set_gc(true, vm.heap.gc.thresholds());
    }
    /// Turns automatic collection off.
    #[pyfunction("()")]
    fn disable(vm: &Vm) {
        vm.heap.set_gc(false, vm.heap.gc.thresholds());
    }
    /// Whether automatic collection is on.
    #[pyfunction("()")]
    fn isenabled(vm: &Vm) -> bool {
        vm.heap.gc.enabled.get()
    }

    fn tell(vm: &Vm, phase: &str, generation: usize, outcome: gc::Outcome) {
        let list = callbacks(vm);
        let all: Vec<Value> = list.with(|v| v.clone());
        if all.is_empty() {
            return;
        }
        let info = vm.new_dict();
        for (name, value) in [
            ("generation", generation),
            ("collected", outcome.collected),
            ("uncollectable", outcome.uncollectable),
        ] {
            info.insert_str(vm, &vm.intern_str(name), vm.new_int(value as i64));
        }
        let arguments = [vm.new_str(phase).into_value(), info.into_value()];
        for callback in all {
            if let Err(raised) = vm.call(&callback, &arguments) {
                let e = vm.take_exception(raised);
                (vm.hooks.get().unraisable)(
                    vm,
                    e,
                    "Exception ignored while calling GC callback",
                    Some(&callback),
                );
            }
        }
    }

    /// Runs a collection; the number of unreachable objects.
    #[pyfunction("(generation=2)")]
    fn collect(vm: &Vm, generation: i64) -> PyResult<usize> {
        let generation = match usize::try_from(generation) {
            Ok(g) if g <= 2 => g,
            _ => return Err(vm.value_error("invalid generation")),
        };
        if vm.heap.gc.collecting() {
            return Ok(0);
        }
        tell(vm, "start", generation, gc::Outcome::default());
        let outcome = gc::collect(vm, generation);
        tell(vm, "stop", generation, outcome);
        Ok(outcome.collected + outcome.uncollectable)
    }
    /// Sets flags for finding leaks.
    #[pyfunction("(flags, /)")]
    fn set_debug(vm: &Vm, flags: i64) {
        vm.heap.gc.debug.set(flags);
    }
    /// The flags for finding leaks.
    #[pyfunction("()")]
    fn get_debug(vm: &Vm) -> i64 {
        vm.heap.gc.debug.get()
    }
    /// Sets how many new objects, and how many collections, make a generation due.
    #[pyfunction("(threshold0, threshold1=<unset>, threshold2=<unset>, /)")]
    fn set_threshold(vm: &Vm, threshold0: i64, threshold1: Option<i64>, threshold2: Option<i64>) {
        let [_, second, third] = vm.heap.gc.thresholds();
        vm.heap.set_gc(
            vm.heap.gc.enabled.get(),
            [
                threshold0,
                threshold1.unwrap_or(second),
                threshold2.unwrap_or(third),
            ],
        );
    }
    /// What `set_threshold` has set.
    #[pyfunction("()")]
    fn get_threshold(vm: &Vm) -> Value {
        vm.tuple_value(vm.heap.gc.thresholds().map(|n| vm.new_int(n)))
    }
    /// What counts towards the thresholds.
    #[pyfunction("()")]
    fn get_count(vm: &Vm) -> Value {
        vm.tuple_value(gc::counts(&vm.heap).map(|n| vm.new_int(n)))
    }
    /// What the collections of each generation did so far.
    #[pyfunction("()")]
    fn get_stats(vm: &Vm) -> Value {
        let stats = vm.heap.gc.stats().map(|s| {
            let dict = vm.new_dict();
            for (name, value) in [
                ("collections", s.collections),
                ("collected", s.collected),
                ("uncollectable", s.uncollectable),
            ] {
                dict.insert_str(vm, &vm.intern_str(name), vm.new_int(value as i64));
            }
            dict.into_value()
        });
        vm.list_value(stats.into())
    }
    /// All tracked objects, or those of one generation.
    #[pyfunction("(generation=None)")]
    fn get_objects(vm: &Vm, generation: Option<i64>) -> PyResult {
        let generation = match generation {
            None => None,
            Some(g @ 0..=2) => Some(g as usize),
            Some(g) if g < 0 => {
                return Err(vm.value_error("generation parameter cannot be negative"));
            }
            Some(_) => {
                return Err(vm.value_error(
                    "generation parameter must be less than the number of available generations (3)",
                ));
            }
        };
        Ok(vm.list_value(gc::objects(vm, generation)))
    }
    /// The tracked objects that refer directly to any of these.
    #[pyfunction("(*objs)")]
    fn get_referrers(vm: &Vm, objs: &[Value]) -> Value {
        vm.list_value(gc::referrers(vm, objs))
    }
    /// The objects that these refer to directly.
    #[pyfunction("(*objs)")]
    fn get_referents(vm: &Vm, objs: &[Value]) -> Value {
        vm.list_value(objs.iter().flat_map(gc::referents).collect())
    }
    /// Whether the collector looks at an object.
    #[pyfunction("(obj, /)")]
    fn is_tracked(vm: &Vm, obj: &Value) -> bool {
        gc::is_tracked(vm, obj)
    }
    /// Whether an object's finaliser has run already.
    #[pyfunction("(obj, /)")]
    fn is_finalized(vm: &Vm, obj: &Value) -> bool {
        vm.heap.gc.is_finalized(obj)
    }
    /// Takes all present objects out of the generations.
    #[pyfunction("()")]
    fn freeze(vm: &Vm) {
        vm.heap.freeze();
    }
    /// Puts frozen objects back.
    #[pyfunction("()")]
    fn unfreeze(vm: &Vm) {
        vm.heap.unfreeze();
    }
    /// How many objects are frozen.
    #[pyfunction("()")]
    fn get_freeze_count(vm: &Vm) -> usize {
        vm.heap.gc.frozen_count()
    }
}
