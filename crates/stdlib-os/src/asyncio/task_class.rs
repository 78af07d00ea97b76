//! `Task` as Python sees it.

use taipan_macros::pymethods;
use taipan_object::native::TypeSpec;
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};

use super::future::Future;
use super::future_class::assigned;
use super::state::{Import, State};
use super::task::{self, Name, Start, TaskPart};

/// The part of a task; TypeError for a future that is none.
fn part<'a>(vm: &Vm, this: &'a Ref<Future>, method: &str) -> PyResult<&'a TaskPart> {
    this.task.as_deref().ok_or_else(|| {
        vm.type_error(format!(
            "descriptor '{method}' for '_asyncio.Task' objects doesn't apply to a '{}' object",
            vm.full_type_name(this.ty())
        ))
    })
}

/// Face of `Task`.
pub struct Task;

#[pymethods(partial = TASK, class = "Task")]
impl Task {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        let part = Some(Box::new(TaskPart::new()));
        Ok(alloc_instance(vm, cls, Future::blank(State::of(vm), part)).into_value())
    }
    #[pyinit(
        "(coro, *, loop=None, name=None, context=None, eager_start=False)",
        name = "Task"
    )]
    fn py_init(
        vm: &Vm,
        this: &Ref<Future>,
        coro: &Value,
        r#loop: &Value,
        name: &Value,
        context: &Value,
        eager_start: bool,
    ) -> PyResult<()> {
        let start = Start {
            coroutine: coro,
            name,
            context,
            eager: eager_start,
        };
        task::init(vm, this, part(vm, this, "__init__")?, r#loop, &start)
    }

    /// A task's result comes from its coroutine.
    #[pymethod("(self, result, /)")]
    fn set_result(vm: &Vm, _this: &Ref<Future>, _result: &Value) -> PyResult<()> {
        Err(vm.runtime_error("Task does not support set_result operation"))
    }
    /// A task's exception comes from its coroutine.
    #[pymethod("(self, exception, /)")]
    fn set_exception(vm: &Vm, _this: &Ref<Future>, _exception: &Value) -> PyResult<()> {
        Err(vm.runtime_error("Task does not support set_exception operation"))
    }
    /// Asks the task to cancel itself: CancelledError is raised in its coroutine.
    #[pymethod("(self, msg=None)")]
    fn cancel(vm: &Vm, this: &Ref<Future>, msg: Value) -> PyResult<bool> {
        task::cancel(vm, this, part(vm, this, "cancel")?, msg)
    }
    /// How many requests to cancel stand.
    #[pymethod("(self, /)")]
    fn cancelling(vm: &Vm, this: &Ref<Future>) -> PyResult<u64> {
        Ok(part(vm, this, "cancelling")?.cancels.get())
    }
    /// Takes one request to cancel back; how many are left.
    #[pymethod("(self, /)")]
    fn uncancel(vm: &Vm, this: &Ref<Future>) -> PyResult<u64> {
        let part = part(vm, this, "uncancel")?;
        if let Some(left) = part.cancels.get().checked_sub(1) {
            part.cancels.set(left);
            if left == 0 {
                part.must_cancel.set(false);
            }
        }
        Ok(part.cancels.get())
    }
    /// The frames of the task's coroutine, or of its traceback.
    #[pymethod("(self, /, *, limit=None)")]
    fn get_stack(vm: &Vm, this: &Ref<Future>, limit: Value) -> PyResult {
        this.event_loop(vm)?;
        let function = this.state.import(vm, Import::GetStack)?;
        vm.call(function, &[this.to_value(), limit])
    }
    /// Prints the stack or traceback of the task's coroutine.
    #[pymethod("(self, /, *, limit=None, file=None)")]
    fn print_stack(vm: &Vm, this: &Ref<Future>, limit: Value, file: Value) -> PyResult {
        let function = this.state.import(vm, Import::PrintStack)?;
        vm.call(function, &[this.to_value(), limit, file])
    }
    /// The task's name.
    #[pymethod("(self, /)")]
    fn get_name(vm: &Vm, this: &Ref<Future>) -> PyResult {
        let part = part(vm, this, "get_name")?;
        let number = match &*part.name.borrow() {
            Name::None => return Ok(Value::NONE),
            Name::Given(name) => return Ok(name.clone()),
            Name::Number(number) => *number,
        };
        let name = vm.new_str(&format!("Task-{number}")).into_value();
        let old = part.name.replace(Name::Given(name.clone()));
        drop(old);
        Ok(name)
    }
    /// Names the task.
    #[pymethod("(self, value, /)")]
    fn set_name(vm: &Vm, this: &Ref<Future>, value: &Value) -> PyResult<()> {
        let part = part(vm, this, "set_name")?;
        let name = task::name_of(vm, value)?;
        let old = part.name.replace(Name::Given(name));
        drop(old);
        Ok(())
    }
    /// The task's coroutine.
    #[pymethod("(self, /)")]
    fn get_coro(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        Ok(part(vm, this, "get_coro")?.coroutine.get())
    }
    /// The context that the task runs in.
    #[pymethod("(self, /)")]
    fn get_context(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        Ok(part(vm, this, "get_context")?.context.get())
    }

    #[pygetset]
    fn _log_destroy_pending(vm: &Vm, this: &Ref<Future>) -> PyResult<bool> {
        Ok(part(vm, this, "_log_destroy_pending")?
            .log_destroy_pending
            .get())
    }
    #[pysetter(_log_destroy_pending)]
    fn set_log_destroy(vm: &Vm, this: &Ref<Future>, value: Option<&Value>) -> PyResult<()> {
        let part = part(vm, this, "_log_destroy_pending")?;
        let value = assigned(vm, value, "_log_destroy_pending")?;
        part.log_destroy_pending.set(vm.is_true(value)?);
        Ok(())
    }
    #[pygetset]
    fn _must_cancel(vm: &Vm, this: &Ref<Future>) -> PyResult<bool> {
        Ok(part(vm, this, "_must_cancel")?.must_cancel.get())
    }
    #[pygetset]
    fn _coro(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        Ok(part(vm, this, "_coro")?.coroutine.get())
    }
    #[pygetset]
    fn _fut_waiter(vm: &Vm, this: &Ref<Future>) -> PyResult<Option<Value>> {
        Ok(part(vm, this, "_fut_waiter")?.waits_for.get())
    }
}

/// The description of `Task`, made from that of `Future`.
pub fn spec(future: TypeSpec) -> TypeSpec {
    TypeSpec {
        name: "Task",
        doc: "A coroutine that an event loop runs.",
        signature: "(coro, *, loop=None, name=None, context=None, eager_start=False)",
        fill: TASK_SLOTS,
        methods: &[TASK],
        getsets: &[TASK_GETSETS],
        ..future
    }
}
