//! The module `_thread` of a program with one thread.

use std::cell::Cell;

use taipan_macros::{pymethods, pymodule};
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

pub use module::MODULE;

/// `lock`.
pub struct Lock {
    held: Cell<bool>,
}
payload!(Lock);

#[pymethods(name = "lock", module = "_thread", doc = "A lock.", flags(WEAKREFABLE))]
impl Lock {
    #[pynew("()")]
    fn new(vm: &Vm, cls: &TypeRef) -> Ref<Lock> {
        alloc_instance(
            vm,
            cls,
            Lock {
                held: Cell::new(false),
            },
        )
    }
    /// Takes the lock.
    #[pymethod("(self, blocking=True, timeout=-1)")]
    fn acquire(vm: &Vm, this: &Ref<Lock>, blocking: bool, timeout: f64) -> PyResult<bool> {
        take(vm, &this.held, blocking, timeout)
    }
    /// Gives the lock back.
    #[pymethod("(self)")]
    fn release(vm: &Vm, this: &Ref<Lock>) -> PyResult<()> {
        if this.held.replace(false) {
            Ok(())
        } else {
            Err(vm.runtime_error("release unlocked lock"))
        }
    }
    /// Whether the lock is taken.
    #[pymethod("(self)")]
    fn locked(this: &Ref<Lock>) -> bool {
        this.held.get()
    }
    #[pymethod("(self)")]
    fn __enter__(vm: &Vm, this: &Ref<Lock>) -> PyResult<bool> {
        take(vm, &this.held, true, -1.0)
    }
    #[pymethod("(self, *exc_info)")]
    fn __exit__(vm: &Vm, this: &Ref<Lock>, _exc_info: &[Value]) -> PyResult<()> {
        Lock::release(vm, this)
    }
    /// Frees the lock in a new process.
    #[pymethod("(self)")]
    fn _at_fork_reinit(this: &Ref<Lock>) {
        this.held.set(false);
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Lock>) -> PyResult {
        let state = if this.held.get() {
            "locked"
        } else {
            "unlocked"
        };
        Ok(vm
            .new_str(&format!(
                "<{state} _thread.lock object at {:#x}>",
                this.as_value().id()
            ))
            .into_value())
    }
}

/// Takes a flag; nobody else could ever free it.
fn take(vm: &Vm, held: &Cell<bool>, blocking: bool, timeout: f64) -> PyResult<bool> {
    if !blocking && timeout != -1.0 {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if !held.replace(true) {
        return Ok(true);
    }
    if blocking && timeout < 0.0 {
        return Err(vm.runtime_error("this lock can never be released: there is only one thread"));
    }
    if timeout > 0.0 {
        taipan_host::time::sleep(std::time::Duration::from_secs_f64(timeout.min(1e9)));
    }
    Ok(false)
}

/// `RLock`.
pub struct RLock {
    count: Cell<u64>,
}
payload!(RLock);

#[pymethods(name = "RLock", module = "_thread", doc = "A lock that its owner may take again.", flags(WEAKREFABLE | BASETYPE))]
impl RLock {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Ref<RLock> {
        alloc_instance(
            vm,
            cls,
            RLock {
                count: Cell::new(0),
            },
        )
    }
    /// Takes the lock.
    #[pymethod("(self, blocking=True, timeout=-1)")]
    fn acquire(this: &Ref<RLock>, _blocking: bool, _timeout: f64) -> bool {
        this.count.set(this.count.get() + 1);
        true
    }
    /// Gives the lock back.
    #[pymethod("(self)")]
    fn release(vm: &Vm, this: &Ref<RLock>) -> PyResult<()> {
        match this.count.get().checked_sub(1) {
            Some(n) => {
                this.count.set(n);
                Ok(())
            }
            None => Err(vm.runtime_error("cannot release un-acquired lock")),
        }
    }
    /// Whether the lock is taken.
    #[pymethod("(self)")]
    fn locked(this: &Ref<RLock>) -> bool {
        this.count.get() > 0
    }
    #[pymethod("(self)")]
    fn __enter__(this: &Ref<RLock>) -> bool {
        this.count.set(this.count.get() + 1);
        true
    }
    #[pymethod("(self, *exc_info)")]
    fn __exit__(vm: &Vm, this: &Ref<RLock>, _exc_info: &[Value]) -> PyResult<()> {
        RLock::release(vm, this)
    }
    #[pymethod("(self)")]
    fn _is_owned(this: &Ref<RLock>) -> bool {
        this.count.get() > 0
    }
    #[pymethod("(self)")]
    fn _recursion_count(this: &Ref<RLock>) -> u64 {
        this.count.get()
    }
    #[pymethod("(self)")]
    fn _at_fork_reinit(this: &Ref<RLock>) {
        this.count.set(0);
    }
    #[pymethod("(self)")]
    fn _release_save(vm: &Vm, this: &Ref<RLock>) -> PyResult {
        if this.count.get() == 0 {
            return Err(vm.runtime_error("cannot release un-acquired lock"));
        }
        Ok(vm.tuple_value([
            vm.new_uint(this.count.replace(0)),
            vm.new_uint(vm.thread_id.get()),
        ]))
    }
    #[pymethod("(self, state, /)")]
    fn _acquire_restore(vm: &Vm, this: &Ref<RLock>, state: &Value) -> PyResult<()> {
        let count = vm.get_item(state, &vm.new_int(0))?;
        this.count.set(vm.index_i64(&count)? as u64);
        Ok(())
    }
}

/// `_local`: attributes of the one thread.
pub struct Local;
payload!(Local, gc, |_this, _visit| ());

#[pymethods(name = "_local", module = "_thread", doc = "Attributes of each thread.", flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART))]
impl Local {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Ref<Local> {
        alloc_instance(vm, cls, Local)
    }
}

/// Functions of the module `_thread`.
#[pymodule(
    name = "_thread",
    doc = "Threads and locks.",
    classes(Lock, RLock, Local)
)]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{Local, Lock, RLock};

    #[pyattr]
    const TIMEOUT_MAX: f64 = 9_223_372_036.0;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        set("LockType", vm.add_native_type::<Lock>().into_value());
        set("error", vm.exc.runtime_error.to_value());
        Ok(())
    }
    /// A new lock.
    #[pyfunction("()")]
    fn allocate_lock(vm: &Vm) -> PyResult {
        vm.call(vm.add_native_type::<Lock>().as_value(), &[])
    }
    /// A new lock.
    #[pyfunction("()")]
    fn allocate(vm: &Vm) -> PyResult {
        allocate_lock(vm)
    }
    /// The number of the running thread.
    #[pyfunction("()")]
    fn get_ident(vm: &Vm) -> u64 {
        vm.thread_id.get()
    }
    /// The system's number of the running thread.
    #[pyfunction("()")]
    fn get_native_id() -> u32 {
        taipan_host::env::pid()
    }
    /// The size of new threads' stacks.
    #[pyfunction("(size=0, /)")]
    fn stack_size(_size: i64) -> i64 {
        0
    }
    /// How many threads there are besides the main one.
    #[pyfunction("()")]
    fn _count() -> i64 {
        0
    }
    /// The number of the main thread.
    #[pyfunction("()")]
    fn _get_main_thread_ident(vm: &Vm) -> u64 {
        vm.thread_id.get()
    }
    /// Starts a thread.
    #[pyfunction("(function, args, kwargs=<unset>, /)")]
    fn start_new_thread(
        vm: &Vm,
        _function: &Value,
        _args: &Value,
        _kwargs: Option<&Value>,
    ) -> PyResult<()> {
        Err(vm.not_implemented_error("_thread.start_new_thread"))
    }
    /// Interrupts the main thread.
    #[pyfunction("(signum=2, /)")]
    fn interrupt_main(vm: &Vm, _signum: i64) -> PyResult<()> {
        Err(taipan_object::exceptions::raise_new(
            vm,
            &vm.exc.keyboard_interrupt,
            &[],
        ))
    }
}
