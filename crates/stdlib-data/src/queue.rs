//! The module `_queue`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

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
pub struct SimpleQueue(RefCell<VecDeque<Value>>);
payload!(
    SimpleQueue,
    gc,
    |this, visit| this.0.borrow().iter().for_each(visit),
    clear | this | {
        let items = this.0.take();
        drop(items);
    }
);

/// How long one look at an empty queue sleeps before the next.
const PAUSE: Duration = Duration::from_millis(1);

impl SimpleQueue {
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
            if let Some(item) = this.pop() {
                return Ok(item);
            }
            let left = until.map(|u| u.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(SimpleQueue::empty_error(vm));
            }
            taipan_host::time::sleep(left.unwrap_or(PAUSE).min(PAUSE));
            (vm.hooks.get().poll)(vm)?;
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
        this.0.borrow_mut().push_back(item);
    }
    /// Queues an item.
    #[pymethod("(self, item)")]
    fn put_nowait(this: &Ref<SimpleQueue>, item: Value) {
        this.0.borrow_mut().push_back(item);
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
