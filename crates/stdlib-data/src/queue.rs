//! The module `_queue`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use taipan_host::sync;
use taipan_macros::{pymethods, pymodule};
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

pub use module::MODULE;

/// `_queue.Empty`.
fn empty_class(vm: &Vm) -> TypeRef {
    crate::support::exception(vm, "_queue.Empty", &vm.exc.exception)
}

/// `SimpleQueue`.
#[derive(Default)]
pub struct SimpleQueue(RefCell<VecDeque<Value>>, Arc<Arrivals>);

/// Counts what was put into a queue, for those who wait.
#[derive(Default)]
struct Arrivals {
    count: AtomicU32,
    waiting: AtomicU32,
}
payload!(
    SimpleQueue,
    gc,
    |this, visit| this.0.borrow().iter().for_each(visit),
    clear | this | {
        let items = this.0.take();
        drop(items);
    }
);

impl SimpleQueue {
    fn push(&self, item: Value) {
        self.0.borrow_mut().push_back(item);
        self.1.count.fetch_add(1, Ordering::Release);
        if self.1.waiting.load(Ordering::Acquire) > 0 {
            sync::wake(&self.1.count, 1);
        }
    }
    fn pop(&self) -> Option<Value> {
        self.0.borrow_mut().pop_front()
    }
    fn empty_error(vm: &Vm) -> Raised {
        taipan_object::exceptions::raise_new(vm, &empty_class(vm), &[])
    }
    /// Waits for an item.
    fn wait(vm: &Vm, this: &Ref<SimpleQueue>, limit: Option<Duration>) -> PyResult {
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let seen = this.1.count.load(Ordering::Acquire);
            if let Some(item) = this.pop() {
                return Ok(item);
            }
            let left = until.map(|u| u.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(SimpleQueue::empty_error(vm));
            }
            let arrivals = this.1.clone();
            arrivals.waiting.fetch_add(1, Ordering::AcqRel);
            let woken =
                taipan_vm::threads::wait(vm, left, |left| sync::wait(&arrivals.count, seen, left));
            arrivals.waiting.fetch_sub(1, Ordering::AcqRel);
            woken?;
        }
    }
}

#[pymethods(
    name = "SimpleQueue",
    module = "_queue",
    doc = "An unbounded queue, first in, first out.",
    flags(BASETYPE | WEAKREFABLE)
)]
impl SimpleQueue {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let own = cls.is(&vm.add_native_type::<SimpleQueue>());
        if own && args.keyword_count() > 0 {
            return Err(vm.type_error("SimpleQueue() takes no keyword arguments"));
        }
        if own && !args.values.is_empty() {
            return Err(vm.type_error("SimpleQueue() takes no positional arguments"));
        }
        Ok(alloc_instance(vm, cls, SimpleQueue::default()).into_value())
    }
    /// Whether nothing is queued.
    #[pymethod("(self, /)")]
    fn empty(this: &Ref<SimpleQueue>) -> bool {
        this.0.borrow().is_empty()
    }
    /// How many items are queued.
    #[pymethod("(self, /)")]
    fn qsize(this: &Ref<SimpleQueue>) -> usize {
        this.0.borrow().len()
    }
    /// Queues an item; there is always room, so the other arguments do not matter.
    #[pymethod("(self, item, block=True, timeout=None)")]
    fn put(this: &Ref<SimpleQueue>, item: Value, _block: bool, _timeout: &Value) {
        this.push(item);
    }
    /// Queues an item.
    #[pymethod("(self, item)")]
    fn put_nowait(this: &Ref<SimpleQueue>, item: Value) {
        this.push(item);
    }
    /// Takes the first item; waits for one if asked to.
    #[pymethod("(self, block=True, timeout=None)")]
    fn get(vm: &Vm, this: &Ref<SimpleQueue>, block: bool, timeout: &Value) -> PyResult {
        if !block {
            return this.pop().ok_or_else(|| SimpleQueue::empty_error(vm));
        }
        let limit = if timeout.is_none() {
            None
        } else {
            let seconds = crate::support::seconds(vm, timeout)?;
            if seconds < 0.0 {
                return Err(vm.value_error("'timeout' must be a non-negative number"));
            }
            Some(
                Duration::try_from_secs_f64(seconds)
                    .map_err(|_| vm.overflow_error("timeout value is too large"))?,
            )
        };
        SimpleQueue::wait(vm, this, limit)
    }
    /// Takes the first item.
    #[pymethod("(self, /)")]
    fn get_nowait(vm: &Vm, this: &Ref<SimpleQueue>) -> PyResult {
        this.pop().ok_or_else(|| SimpleQueue::empty_error(vm))
    }
    /// For annotations.
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}

/// The module's class and exception.
#[pymodule(
    name = "_queue",
    doc = "A queue for threads.",
    classes(crate::queue::SimpleQueue)
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        crate::support::set_module_attr(vm, module, "Empty", super::empty_class(vm).into_value())
    }
}
