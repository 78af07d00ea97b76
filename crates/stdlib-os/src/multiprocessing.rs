//! The module `_multiprocessing`: locks between processes.

use std::cell::Cell;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use taipan_host::semaphore::{self, Semaphore};
use taipan_macros::{pymethods, pymodule};
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_vm::threads;

pub use module::MODULE;

const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;

/// `SemLock`: a semaphore, counted as a lock of one kind or the other.
pub struct SemLock {
    semaphore: Semaphore,
    kind: i32,
    maxvalue: i32,
    /// `None` once the name is gone.
    name: Option<String>,
    /// How often this process holds it, and which thread took it last.
    count: Cell<i32>,
    owner: Cell<u64>,
}
payload!(SemLock);

impl Drop for SemLock {
    fn drop(&mut self) {
        // SAFETY: threads that wait hold the lock object, which goes now.
        unsafe { self.semaphore.close() };
    }
}

fn failed(vm: &Vm, e: &std::io::Error) -> taipan_object::Raised {
    taipan_vm::os_error::raise(vm, e, None)
}

impl SemLock {
    fn is_ours(&self, vm: &Vm) -> bool {
        self.count.get() > 0 && self.owner.get() == vm.thread_id.get()
    }
    /// The value, or the error of a system that cannot tell.
    fn value(&self, vm: &Vm) -> PyResult<i32> {
        self.semaphore.value().map_err(|e| failed(vm, &e))
    }
    fn took(&self, vm: &Vm) -> bool {
        self.count.set(self.count.get() + 1);
        self.owner.set(vm.thread_id.get());
        true
    }
    /// Waits; `false` after the time. `None` waits for ever.
    fn take(&self, vm: &Vm, timeout: Option<Duration>) -> PyResult<bool> {
        if self.kind == RECURSIVE_MUTEX && self.is_ours(vm) {
            self.count.set(self.count.get() + 1);
            return Ok(true);
        }
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        let semaphore = self.semaphore;
        let mut result = semaphore.try_wait();
        loop {
            match result {
                Ok(()) => return Ok(self.took(vm)),
                Err(e) if e.kind() == ErrorKind::TimedOut => return Ok(false),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    if timeout.is_some_and(|t| t.is_zero()) {
                        return Ok(false);
                    }
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) => return Err(failed(vm, &e)),
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            result = threads::unlocked(vm, || semaphore.wait(left));
        }
    }
}

#[pymethods(
    name = "SemLock",
    module = "_multiprocessing",
    doc = "A semaphore or lock that processes share.",
    flags(BASETYPE)
)]
impl SemLock {
    #[pynew("(kind, value, maxvalue, name, unlink)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        kind: i32,
        value: i32,
        maxvalue: i32,
        name: &Ref<Str>,
        unlink: bool,
    ) -> PyResult<Ref<SemLock>> {
        if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
            return Err(vm.value_error("unrecognized kind"));
        }
        let name = name.to_string();
        let semaphore =
            Semaphore::create(&name, value.max(0) as u32).map_err(|e| failed(vm, &e))?;
        if unlink && let Err(e) = semaphore::unlink(&name) {
            // SAFETY: nobody has seen it.
            unsafe { semaphore.close() };
            return Err(failed(vm, &e));
        }
        let lock = SemLock {
            semaphore,
            kind,
            maxvalue,
            name: (!unlink).then_some(name),
            count: Cell::new(0),
            owner: Cell::new(0),
        };
        Ok(alloc_instance(vm, cls, lock))
    }
    /// Opens the semaphore of a name that another process made.
    #[pyclassmethod("(cls, handle, kind, maxvalue, name, /)")]
    fn _rebuild(
        vm: &Vm,
        cls: &TypeRef,
        _handle: &Value,
        kind: i32,
        maxvalue: i32,
        name: &Ref<Str>,
    ) -> PyResult<Ref<SemLock>> {
        let name = name.to_string();
        let semaphore = Semaphore::open(&name).map_err(|e| failed(vm, &e))?;
        let lock = SemLock {
            semaphore,
            kind,
            maxvalue,
            name: Some(name),
            count: Cell::new(0),
            owner: Cell::new(0),
        };
        Ok(alloc_instance(vm, cls, lock))
    }
    /// Takes the semaphore; whether it is ours.
    #[pymethod("(self, block=True, timeout=None)")]
    fn acquire(vm: &Vm, this: &Ref<SemLock>, block: bool, timeout: &Value) -> PyResult<bool> {
        let timeout = match (block, timeout.is_none()) {
            (false, _) => Some(Duration::ZERO),
            (true, true) => None,
            (true, false) => {
                let seconds = vm.as_f64(timeout)?;
                Some(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
            }
        };
        this.take(vm, timeout)
    }
    /// Gives the semaphore back.
    #[pymethod("(self, /)")]
    fn release(vm: &Vm, this: &Ref<SemLock>) -> PyResult<()> {
        if this.kind == RECURSIVE_MUTEX {
            if !this.is_ours(vm) {
                return Err(vm.raise_str(
                    &vm.exc.assertion_error,
                    "attempt to release recursive lock not owned by thread",
                ));
            }
            if this.count.get() > 1 {
                this.count.set(this.count.get() - 1);
                return Ok(());
            }
        } else if this.value(vm)? >= this.maxvalue {
            return Err(vm.value_error("semaphore or lock released too many times"));
        }
        this.semaphore.post().map_err(|e| failed(vm, &e))?;
        this.count.set(this.count.get() - 1);
        Ok(())
    }
    /// Takes the semaphore.
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<SemLock>) -> PyResult<bool> {
        this.take(vm, None)
    }
    /// Gives the semaphore back.
    #[pymethod("(self, exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn __exit__(
        vm: &Vm,
        this: &Ref<SemLock>,
        _exc_type: &Value,
        _exc_value: &Value,
        _exc_tb: &Value,
    ) -> PyResult<()> {
        SemLock::release(vm, this)
    }
    /// How often this process holds it.
    #[pymethod("(self, /)")]
    fn _count(this: &Ref<SemLock>) -> i32 {
        this.count.get()
    }
    /// Whether this thread holds it.
    #[pymethod("(self, /)")]
    fn _is_mine(vm: &Vm, this: &Ref<SemLock>) -> bool {
        this.is_ours(vm)
    }
    /// How many there are to take.
    #[pymethod("(self, /)")]
    fn _get_value(vm: &Vm, this: &Ref<SemLock>) -> PyResult<i32> {
        Ok(this.value(vm)?.max(0))
    }
    /// Whether there is none to take.
    #[pymethod("(self, /)")]
    fn _is_zero(vm: &Vm, this: &Ref<SemLock>) -> PyResult<bool> {
        Ok(this.value(vm)? <= 0)
    }
    /// Forgets what the parent process held.
    #[pymethod("(self, /)")]
    fn _after_fork(this: &Ref<SemLock>) {
        this.count.set(0);
    }
    #[pygetset]
    fn handle(this: &Ref<SemLock>) -> u64 {
        this.semaphore.handle() as u64
    }
    #[pygetset]
    fn kind(this: &Ref<SemLock>) -> i32 {
        this.kind
    }
    #[pygetset]
    fn maxvalue(this: &Ref<SemLock>) -> i32 {
        this.maxvalue
    }
    #[pygetset]
    fn name(vm: &Vm, this: &Ref<SemLock>) -> Option<Value> {
        this.name.as_ref().map(|n| vm.new_str(n).into_value())
    }
}

/// Functions and constants.
#[pymodule(
    name = "_multiprocessing",
    doc = "Locks between processes.",
    classes(super::SemLock)
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    /// Removes the name of a semaphore.
    #[pyfunction("(name, /)")]
    fn sem_unlink(vm: &Vm, name: &Ref<taipan_object::str::Str>) -> PyResult<()> {
        super::semaphore::unlink(&name.to_string()).map_err(|e| super::failed(vm, &e))
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let flags = vm.new_dict();
        for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
            flags.insert_str(vm, &vm.intern_str(name), vm.new_int(1));
        }
        module
            .dict
            .insert_str(vm, &vm.intern_str("flags"), flags.into_value());
        let class = vm.add_native_type::<super::SemLock>();
        let most = vm.new_int(super::semaphore::VALUE_MAX.into());
        class
            .dict
            .insert_str(vm, &vm.intern_str("SEM_VALUE_MAX"), most);
        Ok(())
    }
}
