//! `Future` as Python sees it.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::set::Set;
use taipan_object::{Args, ObjectHeader, PyResult, Ref, TypeRef, Value, Vm};

use super::finalize;
use super::future::{Future, Status, copy_context};
use super::iter::FutureIter;
use super::state::{Import, State};

/// A deleted attribute that cannot be.
#[cold]
fn undeletable(vm: &Vm, name: &str) -> taipan_object::Raised {
    vm.raise_str(
        &vm.exc.attribute_error,
        format!("cannot delete attribute '{name}'"),
    )
}

/// The value that a setter gets, which must not be "delete".
pub(super) fn assigned<'a>(vm: &Vm, value: Option<&'a Value>, name: &str) -> PyResult<&'a Value> {
    value.ok_or_else(|| undeletable(vm, name))
}

#[pymethods(
    name = "Future",
    module = "_asyncio",
    doc = "A result that is not there yet, for one event loop.",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl Future {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Future::blank(State::of(vm), None)).into_value())
    }
    #[pyinit("(*, loop=None)", name = "Future")]
    fn py_init(vm: &Vm, this: &Ref<Future>, r#loop: &Value) -> PyResult<()> {
        Future::init(vm, this, r#loop)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Future>) -> PyResult {
        this.event_loop(vm)?;
        let shown = match this.task {
            Some(_) => Import::TaskRepr,
            None => Import::FutureRepr,
        };
        vm.call(this.state.import(vm, shown)?, &[this.to_value()])
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Future>) -> PyResult {
        FutureIter::over(vm, this)
    }
    #[pyslot]
    fn r#await(vm: &Vm, this: &Ref<Future>) -> PyResult {
        FutureIter::over(vm, this)
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        finalize::run(vm, this);
    }
    #[pyslot]
    unsafe fn wants_finalizer(object: *mut ObjectHeader) -> bool {
        // SAFETY: the slot belongs to types with this payload; the object is intact.
        unsafe { finalize::wanted(object) }
    }

    /// The result; raises the exception if there is one.
    #[pymethod("(self, /)", name = "result")]
    fn py_result(vm: &Vm, this: &Ref<Future>) -> PyResult {
        if this.event_loop.is_empty() {
            return Err(this.invalid_state(vm, "Future object is not initialized."));
        }
        this.result(vm)
    }
    /// The exception that was set, or None.
    #[pymethod("(self, /)", name = "exception")]
    fn py_exception(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        if this.event_loop.is_empty() {
            return Err(this.invalid_state(vm, "Future object is not initialized."));
        }
        match this.status.get() {
            Status::Cancelled => {
                let error = this.cancelled_error(vm)?;
                Err(vm.raise(error))
            }
            Status::Pending => Err(this.invalid_state(vm, "Exception is not set.")),
            Status::Finished => {
                this.log_traceback.set(false);
                Ok(this.exception.get())
            }
        }
    }
    /// Marks the future done, with a result.
    #[pymethod("(self, result, /)", name = "set_result")]
    fn py_set_result(vm: &Vm, this: &Ref<Future>, result: Value) -> PyResult<()> {
        Future::set_result(vm, this, result)
    }
    /// Marks the future done, with an exception.
    #[pymethod("(self, exception, /)", name = "set_exception")]
    fn py_set_exception(vm: &Vm, this: &Ref<Future>, exception: &Value) -> PyResult<()> {
        Future::set_exception(vm, this, exception)
    }
    /// Has a function called, by the loop, when the future is done.
    #[pymethod("(self, fn, /, *, context=<unset>)")]
    fn add_done_callback(
        vm: &Vm,
        this: &Ref<Future>,
        r#fn: Value,
        context: Option<Value>,
    ) -> PyResult<()> {
        let context = context.unwrap_or_else(|| copy_context(vm));
        Future::add_callback(vm, this, r#fn, context)
    }
    /// Takes all instances of a callback out; gives their number.
    #[pymethod("(self, fn, /)")]
    fn remove_done_callback(vm: &Vm, this: &Ref<Future>, r#fn: &Value) -> PyResult<usize> {
        Future::remove_callback(vm, this, r#fn)
    }
    /// Cancels the future; False if it was done.
    #[pymethod("(self, msg=None)", name = "cancel")]
    fn py_cancel(vm: &Vm, this: &Ref<Future>, msg: Value) -> PyResult<bool> {
        this.event_loop(vm)?;
        Future::cancel(vm, this, Some(msg))
    }
    /// Whether the future was cancelled.
    #[pymethod("(self, /)")]
    fn cancelled(this: &Ref<Future>) -> bool {
        this.status.get() == Status::Cancelled
    }
    /// Whether the future has a result or was cancelled.
    #[pymethod("(self, /)")]
    fn done(this: &Ref<Future>) -> bool {
        this.is_done()
    }
    /// The event loop that the future belongs to.
    #[pymethod("(self, /)")]
    fn get_loop(vm: &Vm, this: &Ref<Future>) -> PyResult {
        this.event_loop(vm)
    }
    /// The CancelledError to raise.
    #[pymethod("(self, /)")]
    fn _make_cancelled_error(vm: &Vm, this: &Ref<Future>) -> PyResult {
        this.cancelled_error(vm)
    }
    /// An alias for the type with these arguments.
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }

    #[pygetset]
    fn _state(vm: &Vm, this: &Ref<Future>) -> PyResult {
        this.event_loop(vm)?;
        let name = match this.status.get() {
            Status::Pending => "PENDING",
            Status::Cancelled => "CANCELLED",
            Status::Finished => "FINISHED",
        };
        Ok(vm.intern_str(name).into_value())
    }
    #[pygetset]
    fn _asyncio_future_blocking(this: &Ref<Future>) -> bool {
        !this.event_loop.is_empty() && this.blocking.get()
    }
    #[pysetter(_asyncio_future_blocking)]
    fn set_blocking(vm: &Vm, this: &Ref<Future>, value: Option<&Value>) -> PyResult<()> {
        this.event_loop(vm)?;
        let value = assigned(vm, value, "_asyncio_future_blocking")?;
        this.blocking.set(vm.is_true(value)?);
        Ok(())
    }
    #[pygetset]
    fn _loop(this: &Ref<Future>) -> Option<Value> {
        this.event_loop.get()
    }
    #[pygetset]
    fn _callbacks(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        this.event_loop(vm)?;
        let callbacks = this.callbacks.borrow().clone();
        if callbacks.is_empty() {
            return Ok(None);
        }
        let pairs = callbacks.into_iter();
        let pairs = pairs.map(|(function, context)| vm.tuple_value([function, context]));
        Ok(Some(vm.new_list(pairs.collect()).into_value()))
    }
    #[pygetset]
    fn _result(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        this.event_loop(vm)?;
        Ok(this.result.get())
    }
    #[pygetset]
    fn _exception(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        this.event_loop(vm)?;
        Ok(this.exception.get())
    }
    #[pygetset]
    fn _log_traceback(vm: &Vm, this: &Ref<Future>) -> PyResult<bool> {
        this.event_loop(vm)?;
        Ok(this.log_traceback.get())
    }
    #[pysetter(_log_traceback)]
    fn set_log_traceback(vm: &Vm, this: &Ref<Future>, value: Option<&Value>) -> PyResult<()> {
        let value = assigned(vm, value, "_log_traceback")?;
        if vm.is_true(value)? {
            return Err(vm.value_error("_log_traceback can only be set to False"));
        }
        this.log_traceback.set(false);
        Ok(())
    }
    #[pygetset]
    fn _source_traceback(this: &Ref<Future>) -> Option<Value> {
        this.source_traceback.get()
    }
    #[pygetset]
    fn _cancel_message(this: &Ref<Future>) -> Option<Value> {
        this.cancel_message.get()
    }
    #[pysetter(_cancel_message)]
    fn set_cancel_message(vm: &Vm, this: &Ref<Future>, value: Option<&Value>) -> PyResult<()> {
        let value = assigned(vm, value, "_cancel_message")?;
        this.cancel_message.set(value.clone());
        Ok(())
    }
    #[pygetset]
    fn _asyncio_awaited_by(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Ref<Set>>> {
        this.awaited_by.frozen(vm)
    }
}
