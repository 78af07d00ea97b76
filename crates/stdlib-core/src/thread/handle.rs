//! Starting threads, and `_ThreadHandle`, by which others wait for them.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use taipan_host::sync::Event;
use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_vm::machine::Machine;
use taipan_vm::threads;

/// What a thread and its handles share.
#[derive(Default)]
struct State {
    ident: AtomicU64,
    done: Event,
}

/// `_ThreadHandle`.
pub struct ThreadHandle {
    state: Arc<State>,
    started: Cell<bool>,
    /// The thread was not started through this handle: joining it means nothing more than that it is done.
    foreign: Cell<bool>,
}
payload!(ThreadHandle);

/// What the threads of an interpreter need of this module.
#[derive(Default)]
struct Registry {
    /// Threads that run, and whether they are daemons, for which nobody waits at the end.
    running: RefCell<Vec<(Arc<State>, bool)>>,
    /// `_local` objects (weakly) that each thread has used, by the number of its machine.
    locals: RefCell<Vec<(u64, Vec<Value>)>>,
}

fn registry(vm: &Vm) -> std::rc::Rc<Registry> {
    taipan_vm::state::<Registry>(vm, "thread.registry")
}

/// Notes that the running thread uses a `_local` object.
pub(super) fn note_local(vm: &Vm, local: &Value) -> PyResult<()> {
    let number = Machine::of(vm).number;
    if number == 0 {
        // What the first thread sets lives as long as the object.
        return Ok(());
    }
    let reference = taipan_object::weakref::new_ref(vm, &vm.types.weakref, local, None)?;
    let registry = registry(vm);
    let mut all = registry.locals.borrow_mut();
    match all.iter_mut().find(|(n, _)| *n == number) {
        Some((_, used)) => {
            if !used.iter().any(|r| r.is(&reference)) {
                used.push(reference);
            }
        }
        None => all.push((number, vec![reference])),
    }
    Ok(())
}

fn forget_locals(vm: &Vm) {
    let number = Machine::of(vm).number;
    let registry = registry(vm);
    let used = {
        let mut all = registry.locals.borrow_mut();
        let at = all.iter().position(|(n, _)| *n == number);
        at.map(|at| all.swap_remove(at).1)
    };
    super::local::forget_thread(vm, &used.unwrap_or_default());
}

fn no_room(vm: &Vm) -> taipan_object::Raised {
    vm.runtime_error("can't start new thread")
}

/// Calls a thread's function; what it raises is reported.
fn body(vm: &Vm, function: Value, args: Vec<Value>, keywords: Vec<(Value, Value)>) {
    if let Err(raised) = super::module::call(vm, &function, args, keywords) {
        let e = vm.take_exception(raised);
        if !vm.is_instance_of(&e, &vm.exc.system_exit) {
            let text = vm
                .repr(&function)
                .map_or_else(|_| "<function>".to_owned(), |r| r.to_string());
            drop(vm.take_pending());
            (vm.hooks.get().unraisable)(
                vm,
                e,
                &format!("Exception ignored in thread started by {text}"),
                None,
            );
        }
    }
    drop(function);
    forget_locals(vm);
}

/// Starts a thread that nobody waits for; its number.
pub(super) fn start(
    vm: &Vm,
    function: Value,
    args: Vec<Value>,
    keywords: Vec<(Value, Value)>,
) -> PyResult<u64> {
    threads::spawn(vm, Box::new(move |vm| body(vm, function, args, keywords)))
        .map_err(|_| no_room(vm))
}

pub(super) fn new_handle(vm: &Vm, class: TypeRef) -> Ref<ThreadHandle> {
    alloc_instance(
        vm,
        &class,
        ThreadHandle {
            state: Arc::default(),
            started: Cell::new(false),
            foreign: Cell::new(false),
        },
    )
}

pub(super) fn of_running(vm: &Vm, ident: u64) -> Ref<ThreadHandle> {
    let handle = new_handle(vm, vm.add_native_type::<ThreadHandle>());
    handle.state.ident.store(ident, Ordering::Relaxed);
    handle.started.set(true);
    handle.foreign.set(true);
    handle
}

/// Starts a thread that `handle` waits for.
pub(super) fn start_joinable(
    vm: &Vm,
    function: Value,
    handle: &Ref<ThreadHandle>,
    daemon: bool,
) -> PyResult<()> {
    if handle.started.replace(true) {
        return Err(vm.runtime_error("thread already started"));
    }
    let state = handle.state.clone();
    let registry = registry(vm);
    {
        let mut all = registry.running.borrow_mut();
        all.retain(|(s, _)| !s.done.is_set());
        all.push((state.clone(), daemon));
    }
    /// Says that the thread is done however it ends.
    struct Done(Arc<State>);
    impl Drop for Done {
        fn drop(&mut self) {
            self.0.done.set();
        }
    }
    let done = Done(state.clone());
    let work = move |vm: &Vm| {
        let done = done;
        done.0.ident.store(vm.thread_id.get(), Ordering::Relaxed);
        body(vm, function, Vec::new(), Vec::new());
        taipan_vm::finalize::drain(vm);
    };
    match threads::spawn(vm, Box::new(work)) {
        Ok(ident) => {
            state.ident.store(ident, Ordering::Relaxed);
            Ok(())
        }
        Err(_) => {
            handle.started.set(false);
            registry
                .running
                .borrow_mut()
                .retain(|(s, _)| !Arc::ptr_eq(s, &state));
            Err(no_room(vm))
        }
    }
}

/// In the child of a fork: only the running thread has come along.
pub(crate) fn after_fork(vm: &Vm) {
    let me = vm.thread_id.get();
    registry(vm).running.borrow_mut().retain(|(state, _)| {
        let here = state.ident.load(Ordering::Relaxed) == me;
        if !here {
            state.done.set();
        }
        here
    });
}

/// Waits for every thread that is no daemon.
pub(super) fn shutdown(vm: &Vm) -> PyResult<()> {
    let registry = registry(vm);
    loop {
        let me = vm.thread_id.get();
        let next = {
            let all = registry.running.borrow();
            all.iter()
                .find(|(s, daemon)| {
                    !daemon && !s.done.is_set() && s.ident.load(Ordering::Relaxed) != me
                })
                .cloned()
        };
        let Some((state, _)) = next else {
            return Ok(());
        };
        threads::wait(vm, None, |left| state.done.wait(left))?;
    }
}

#[pymethods(
    name = "_ThreadHandle",
    module = "_thread",
    doc = "A thread that others can wait for."
)]
impl ThreadHandle {
    #[pynew("()")]
    fn new(vm: &Vm, cls: &TypeRef) -> Ref<ThreadHandle> {
        new_handle(vm, cls.clone())
    }
    /// The number of the thread.
    #[pygetset]
    fn ident(this: &Ref<ThreadHandle>) -> u64 {
        this.state.ident.load(Ordering::Relaxed)
    }
    /// Waits until the thread has ended.
    #[pymethod("(self, timeout=None, /)")]
    fn join(vm: &Vm, this: &Ref<ThreadHandle>, timeout: &Value) -> PyResult<()> {
        let timeout = if timeout.is_none() {
            None
        } else {
            let seconds = crate::time::seconds(vm, timeout)?;
            (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(1e9)))
        };
        if !this.started.get() {
            return Err(vm.runtime_error("thread not started"));
        }
        let state = this.state.clone();
        if state.done.is_set() {
            return Ok(());
        }
        if state.ident.load(Ordering::Relaxed) == vm.thread_id.get() {
            return Err(vm.runtime_error("Cannot join current thread"));
        }
        let lifecycle = taipan_vm::state::<taipan_vm::lifecycle::Lifecycle>(vm, "lifecycle");
        if lifecycle.finalizing.get() {
            // Other threads run no Python code any more: it would never end.
            return Err(vm.raise_str(
                &vm.exc.python_finalization_error,
                "cannot join thread at interpreter shutdown",
            ));
        }
        threads::wait(vm, timeout, |left| state.done.wait(left)).map(drop)
    }
    /// Whether the thread has ended.
    #[pymethod("(self, /)")]
    fn is_done(this: &Ref<ThreadHandle>) -> bool {
        this.state.done.is_set()
    }
    /// Says that the thread has ended.
    #[pymethod("(self, /)")]
    fn _set_done(vm: &Vm, this: &Ref<ThreadHandle>) -> PyResult<()> {
        if !this.started.get() {
            return Err(vm.runtime_error("thread not started"));
        }
        this.state.done.set();
        Ok(())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<ThreadHandle>) -> PyResult {
        let ident = this.state.ident.load(Ordering::Relaxed);
        Ok(vm
            .new_str(&format!("<_thread._ThreadHandle object: ident={ident}>"))
            .into_value())
    }
}
