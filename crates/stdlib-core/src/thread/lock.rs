//! `lock` and `RLock`.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use taipan_host::sync::RawLock;
use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_vm::threads;

/// `lock`. Threads that wait keep the inner lock alive.
pub struct Lock(Arc<RawLock>);
payload!(Lock);

/// The arguments of `acquire`: `None` tries once, `Some(None)` waits for ever.
fn patience(
    vm: &Vm,
    blocking: bool,
    timeout: Option<&Value>,
) -> PyResult<Option<Option<Duration>>> {
    let timeout = match timeout {
        None => -1.0,
        Some(value) => match (value.as_small_float(), value.as_small_int()) {
            (Some(x), _) => x,
            (_, Some(n)) => n as f64,
            _ => crate::time::seconds(vm, value)?,
        },
    };
    if !blocking && timeout != -1.0 {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if timeout > 9_223_372_036.0 {
        return Err(vm.raise_str(
            &vm.exc.overflow_error,
            if timeout > 9.3e18 {
                "timestamp out of range for C PyTime_t"
            } else {
                "timeout value is too large"
            },
        ));
    }
    Ok(match (blocking, timeout) {
        (false, _) => None,
        (true, t) if t < 0.0 => Some(None),
        (true, t) => Some(Some(Duration::from_secs_f64(t))),
    })
}

/// Takes a raw lock.
fn take(vm: &Vm, raw: &Arc<RawLock>, patience: Option<Option<Duration>>) -> PyResult<bool> {
    if raw.try_acquire() {
        return Ok(true);
    }
    let Some(timeout) = patience else {
        return Ok(false);
    };
    let raw = raw.clone();
    threads::wait(vm, timeout, |left| raw.acquire(left))
}

#[pymethods(name = "lock", module = "_thread", doc = "A lock.", flags(WEAKREFABLE))]
impl Lock {
    #[pynew("()")]
    fn new(vm: &Vm, cls: &TypeRef) -> Ref<Lock> {
        alloc_instance(vm, cls, Lock(Arc::default()))
    }
    /// Takes the lock; whether it is ours.
    #[pymethod("(self, blocking=True, timeout=<unset>)")]
    fn acquire(
        vm: &Vm,
        this: &Ref<Lock>,
        blocking: bool,
        timeout: Option<&Value>,
    ) -> PyResult<bool> {
        take(vm, &this.0, patience(vm, blocking, timeout)?)
    }
    /// Takes the lock; whether it is ours.
    #[pymethod("(self, blocking=True, timeout=<unset>)")]
    fn acquire_lock(
        vm: &Vm,
        this: &Ref<Lock>,
        blocking: bool,
        timeout: Option<&Value>,
    ) -> PyResult<bool> {
        Lock::acquire(vm, this, blocking, timeout)
    }
    /// Gives the lock back.
    #[pymethod("(self, /)")]
    fn release(vm: &Vm, this: &Ref<Lock>) -> PyResult<()> {
        if this.0.release() {
            Ok(())
        } else {
            Err(vm.runtime_error("release unlocked lock"))
        }
    }
    /// Gives the lock back.
    #[pymethod("(self, /)")]
    fn release_lock(vm: &Vm, this: &Ref<Lock>) -> PyResult<()> {
        Lock::release(vm, this)
    }
    /// Whether the lock is taken.
    #[pymethod("(self, /)")]
    fn locked(this: &Ref<Lock>) -> bool {
        this.0.is_held()
    }
    /// Whether the lock is taken.
    #[pymethod("(self, /)")]
    fn locked_lock(this: &Ref<Lock>) -> bool {
        this.0.is_held()
    }
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<Lock>) -> PyResult<bool> {
        take(vm, &this.0, Some(None))
    }
    #[pymethod("(self, /, *exc_info)")]
    fn __exit__(vm: &Vm, this: &Ref<Lock>, _exc_info: &[Value]) -> PyResult<()> {
        Lock::release(vm, this)
    }
    /// Frees the lock in a new process.
    #[pymethod("(self, /)")]
    fn _at_fork_reinit(this: &Ref<Lock>) {
        this.0.reset();
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Lock>) -> PyResult {
        let state = if this.0.is_held() {
            "locked"
        } else {
            "unlocked"
        };
        let text = format!(
            "<{state} {} object at {:#x}>",
            vm.full_type_name(vm.type_of(this.as_value())),
            this.as_value().id()
        );
        Ok(vm.new_str(&text).into_value())
    }
}

/// `RLock`.
pub struct RLock {
    lock: Arc<RawLock>,
    /// The thread that holds it, if `count` is not 0.
    owner: Cell<u64>,
    count: Cell<u64>,
}
payload!(RLock);

impl RLock {
    fn is_mine(&self, vm: &Vm) -> bool {
        self.count.get() > 0 && self.owner.get() == vm.thread_id.get()
    }
    fn take(vm: &Vm, this: &Ref<RLock>, patience: Option<Option<Duration>>) -> PyResult<bool> {
        if this.is_mine(vm) {
            this.count.set(this.count.get() + 1);
            return Ok(true);
        }
        let ours = take(vm, &this.lock, patience)?;
        if ours {
            this.owner.set(vm.thread_id.get());
            this.count.set(1);
        }
        Ok(ours)
    }
}

#[pymethods(name = "RLock", module = "_thread", doc = "A lock that its owner may take again.", flags(WEAKREFABLE | BASETYPE))]
impl RLock {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Ref<RLock> {
        let lock = RLock {
            lock: Arc::default(),
            owner: Cell::new(0),
            count: Cell::new(0),
        };
        alloc_instance(vm, cls, lock)
    }
    /// Takes the lock; whether it is ours.
    #[pymethod("(self, blocking=True, timeout=<unset>)")]
    fn acquire(
        vm: &Vm,
        this: &Ref<RLock>,
        blocking: bool,
        timeout: Option<&Value>,
    ) -> PyResult<bool> {
        RLock::take(vm, this, patience(vm, blocking, timeout)?)
    }
    /// Gives the lock back.
    #[pymethod("(self, /)")]
    fn release(vm: &Vm, this: &Ref<RLock>) -> PyResult<()> {
        if !this.is_mine(vm) {
            return Err(vm.runtime_error("cannot release un-acquired lock"));
        }
        let left = this.count.get() - 1;
        this.count.set(left);
        if left == 0 {
            this.lock.release();
        }
        Ok(())
    }
    /// Whether the lock is taken.
    #[pymethod("(self, /)")]
    fn locked(this: &Ref<RLock>) -> bool {
        this.count.get() > 0
    }
    #[pymethod("(self, /)")]
    fn __enter__(vm: &Vm, this: &Ref<RLock>) -> PyResult<bool> {
        RLock::take(vm, this, Some(None))
    }
    #[pymethod("(self, /, *exc_info)")]
    fn __exit__(vm: &Vm, this: &Ref<RLock>, _exc_info: &[Value]) -> PyResult<()> {
        RLock::release(vm, this)
    }
    /// Whether the running thread holds the lock.
    #[pymethod("(self, /)")]
    fn _is_owned(vm: &Vm, this: &Ref<RLock>) -> bool {
        this.is_mine(vm)
    }
    /// How often the running thread has taken the lock.
    #[pymethod("(self, /)")]
    fn _recursion_count(vm: &Vm, this: &Ref<RLock>) -> u64 {
        if this.is_mine(vm) {
            this.count.get()
        } else {
            0
        }
    }
    /// Frees the lock in a new process.
    #[pymethod("(self, /)")]
    fn _at_fork_reinit(this: &Ref<RLock>) {
        this.lock.reset();
        this.count.set(0);
    }
    /// Frees the lock however often it was taken; what `_acquire_restore` needs.
    #[pymethod("(self, /)")]
    fn _release_save(vm: &Vm, this: &Ref<RLock>) -> PyResult {
        if this.count.get() == 0 {
            return Err(vm.runtime_error("cannot release un-acquired lock"));
        }
        let count = this.count.replace(0);
        let owner = this.owner.get();
        this.lock.release();
        Ok(vm.tuple_value([vm.new_uint(count), vm.new_uint(owner)]))
    }
    /// Takes the lock as often as before `_release_save`.
    #[pymethod("(self, state, /)")]
    fn _acquire_restore(vm: &Vm, this: &Ref<RLock>, state: &Value) -> PyResult<()> {
        let count = vm.get_item(state, &vm.new_int(0))?;
        let owner = vm.get_item(state, &vm.new_int(1))?;
        let (count, owner) = (vm.index_i64(&count)?, vm.index_i64(&owner)?);
        take(vm, &this.lock, Some(None))?;
        this.owner.set(owner as u64);
        this.count.set(count.max(0) as u64);
        Ok(())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<RLock>) -> PyResult {
        let (state, owner) = match this.count.get() {
            0 => ("unlocked", 0),
            _ => ("locked", this.owner.get()),
        };
        let text = format!(
            "<{state} {} object owner={owner} count={} at {:#x}>",
            vm.full_type_name(vm.type_of(this.as_value())),
            this.count.get(),
            this.as_value().id()
        );
        Ok(vm.new_str(&text).into_value())
    }
}
