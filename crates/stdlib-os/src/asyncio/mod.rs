//! The module `_asyncio`: futures, tasks, and which of them run.

mod awaited;
mod finalize;
mod future;
mod future_class;
mod iter;
mod running;
mod state;
mod step_wrapper;
mod task;
mod task_class;

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions; the classes are in the files beside.
#[pymodule(name = "_asyncio", doc = "Futures and tasks of asyncio.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::set::Set;
    use taipan_object::{PyResult, Ref, Value, Vm};
    use taipan_stdlib_data::support::set_module_attr;

    use super::future::Future;
    use super::state::State;
    use super::{awaited, running, task};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let state = State::of(vm);
        set_module_attr(vm, module, "Future", state.future_type.to_value())?;
        set_module_attr(vm, module, "Task", state.task_type.to_value())
    }

    /// The running event loop, else the one that the policy gives.
    #[pyfunction("()")]
    fn get_event_loop(vm: &Vm) -> PyResult {
        running::get_event_loop(vm, &State::of(vm))
    }
    /// The running event loop.
    #[pyfunction("()")]
    fn get_running_loop(vm: &Vm) -> PyResult {
        running::demand_loop(vm)
    }
    /// The running event loop or None.
    #[pyfunction("()")]
    fn _get_running_loop(vm: &Vm) -> Option<Value> {
        running::running_loop(vm)
    }
    /// Sets the running event loop of this thread.
    #[pyfunction("(loop, /)")]
    fn _set_running_loop(vm: &Vm, r#loop: Value) {
        running::set_running_loop(vm, (!r#loop.is_none()).then_some(r#loop));
    }

    /// The task that runs, of the running loop or another.
    #[pyfunction("(loop=None)")]
    fn current_task(vm: &Vm, r#loop: Value) -> PyResult<Option<Value>> {
        let event_loop = match r#loop.is_none() {
            true => running::demand_loop(vm)?,
            false => r#loop,
        };
        Ok(running::current_task(vm, &event_loop))
    }
    /// All tasks of a loop that are not done.
    #[pyfunction("(loop=None)")]
    fn all_tasks(vm: &Vm, r#loop: Value) -> PyResult<Ref<Set>> {
        let event_loop = match r#loop.is_none() {
            true => running::demand_loop(vm)?,
            false => r#loop,
        };
        let state = State::of(vm);
        let mut tasks = state.foreign_eager.elements();
        tasks.extend(vm.collect(state.foreign(vm)?)?);
        tasks.extend(state.registered());
        let found = vm.new_set();
        for object in tasks {
            let (own, done) = match object.downcast::<Future>() {
                Some(task) => (task.event_loop.get().unwrap_or(Value::NONE), task.is_done()),
                None => {
                    let own = task::loop_of(vm, &state, &object)?;
                    let done = vm.call_method(&object, &state.names.done, &[])?;
                    (own, vm.is_true(&done)?)
                }
            };
            if own.is(&event_loop) && !done {
                found.add(vm, object)?;
            }
        }
        Ok(found)
    }

    /// Notes a task that is scheduled to run.
    #[pyfunction("(task)")]
    fn _register_task(vm: &Vm, task: Value) -> PyResult<()> {
        let state = State::of(vm);
        match task.downcast::<Future>().filter(|t| t.task.is_some()) {
            Some(task) => state.register(task),
            None => drop(vm.call_method(state.foreign(vm)?, &state.names.add, &[task])?),
        }
        Ok(())
    }
    /// Forgets a task.
    #[pyfunction("(task)")]
    fn _unregister_task(vm: &Vm, task: Value) -> PyResult<()> {
        let state = State::of(vm);
        match task.downcast::<Future>().filter(|t| t.task.is_some()) {
            Some(task) => state.unregister(task.as_ptr() as usize),
            None => drop(vm.call_method(state.foreign(vm)?, &state.names.discard, &[task])?),
        }
        Ok(())
    }
    /// Notes a task that is in its first, eager step.
    #[pyfunction("(task)")]
    fn _register_eager_task(vm: &Vm, task: Value) -> PyResult<()> {
        let state = State::of(vm);
        match task.downcast::<Future>().filter(|t| t.task.is_some()) {
            Some(task) => state.register(task),
            None => drop(state.foreign_eager.add(vm, task)?),
        }
        Ok(())
    }
    /// Forgets a task whose eager step is over.
    #[pyfunction("(task)")]
    fn _unregister_eager_task(vm: &Vm, task: Value) -> PyResult<()> {
        let state = State::of(vm);
        match task.downcast::<Future>().filter(|t| t.task.is_some()) {
            Some(task) => state.unregister(task.as_ptr() as usize),
            None => {
                let hash = vm.hash(&task)?;
                drop(state.foreign_eager.remove_hashed(vm, &task, hash)?);
            }
        }
        Ok(())
    }

    /// Makes a task the current one.
    #[pyfunction("(loop, task)")]
    fn _enter_task(vm: &Vm, r#loop: &Value, task: &Value) -> PyResult<()> {
        running::enter(vm, r#loop, task)
    }
    /// Ends what `_enter_task` began.
    #[pyfunction("(loop, task)")]
    fn _leave_task(vm: &Vm, r#loop: &Value, task: &Value) -> PyResult<()> {
        running::leave(vm, r#loop, task)
    }
    /// Makes a task the current one and gives the one before.
    #[pyfunction("(loop, task)")]
    fn _swap_current_task(vm: &Vm, r#loop: &Value, task: &Value) -> PyResult {
        running::swap(vm, r#loop, task)
    }

    /// Notes that a future is awaited by another.
    #[pyfunction("(fut, waiter, /)")]
    fn future_add_to_awaited_by(vm: &Vm, fut: &Value, waiter: &Value) -> PyResult<()> {
        awaited::add(vm, fut, waiter)
    }
    /// Ends what `future_add_to_awaited_by` noted.
    #[pyfunction("(fut, waiter, /)")]
    fn future_discard_from_awaited_by(vm: &Vm, fut: &Value, waiter: &Value) -> PyResult<()> {
        awaited::discard(vm, fut, waiter)
    }
}
