//! The event loop and the task that run in each thread.

use std::cell::Cell;

use taipan_object::{PyResult, Raised, Value, Vm};
use taipan_vm::machine::Machine;

use super::state::{Import, State};

/// Whether a cell holds this object.
fn holds(cell: &Cell<Option<Value>>, object: &Value) -> bool {
    let held = cell.take();
    let same = held.as_ref().is_some_and(|h| h.is(object));
    cell.set(held);
    same
}

fn peek(cell: &Cell<Option<Value>>) -> Option<Value> {
    taipan_object::exceptions::peek(cell)
}

/// This thread's running loop.
pub fn running_loop(vm: &Vm) -> Option<Value> {
    peek(&Machine::of(vm).asyncio.running_loop)
}

/// Sets this thread's running loop.
pub fn set_running_loop(vm: &Vm, event_loop: Option<Value>) {
    drop(Machine::of(vm).asyncio.running_loop.replace(event_loop));
}

/// This thread's running loop, which must be there.
pub fn demand_loop(vm: &Vm) -> PyResult {
    running_loop(vm).ok_or_else(|| vm.runtime_error("no running event loop"))
}

/// The running loop, else what the policy says.
pub fn get_event_loop(vm: &Vm, state: &State) -> PyResult {
    if let Some(running) = running_loop(vm) {
        return Ok(running);
    }
    let policy = vm.call(state.import(vm, Import::Policy)?, &[])?;
    vm.call_method(&policy, &state.names.get_event_loop, &[])
}

#[cold]
fn not_running(vm: &Vm, event_loop: &Value) -> Raised {
    match vm.repr(event_loop) {
        Ok(shown) => vm.runtime_error(format!("loop {shown} is not the running loop")),
        Err(e) => e,
    }
}

/// Makes a task the current one of the running loop.
pub fn enter(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<()> {
    let asyncio = &Machine::of(vm).asyncio;
    if !holds(&asyncio.running_loop, event_loop) {
        return Err(not_running(vm, event_loop));
    }
    if let Some(other) = asyncio.task.take() {
        asyncio.task.set(Some(other.clone()));
        let (task, other) = (vm.repr(task)?, vm.repr(&other)?);
        return Err(vm.runtime_error(format!(
            "Cannot enter into task {task} while another task {other} is being executed."
        )));
    }
    asyncio.task.set(Some(task.clone()));
    Ok(())
}

/// Ends what [`enter`] began.
pub fn leave(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult<()> {
    let asyncio = &Machine::of(vm).asyncio;
    if !holds(&asyncio.running_loop, event_loop) {
        return Err(not_running(vm, event_loop));
    }
    if !holds(&asyncio.task, task) {
        let current = peek(&asyncio.task).unwrap_or(Value::NONE);
        let (task, current) = (vm.repr(task)?, vm.repr(&current)?);
        return Err(vm.runtime_error(format!(
            "Invalid attempt to leave task {task} while task {current} is entered."
        )));
    }
    drop(asyncio.task.take());
    Ok(())
}

/// Makes a task (or none) the current one; the one before, or None.
pub fn swap(vm: &Vm, event_loop: &Value, task: &Value) -> PyResult {
    let asyncio = &Machine::of(vm).asyncio;
    if !holds(&asyncio.running_loop, event_loop) {
        return Err(not_running(vm, event_loop));
    }
    let next = (!task.is_none()).then(|| task.clone());
    Ok(asyncio.task.replace(next).unwrap_or(Value::NONE))
}

/// The current task of a loop, in whichever thread it runs.
pub fn current_task(vm: &Vm, event_loop: &Value) -> Option<Value> {
    let asyncio = &Machine::of(vm).asyncio;
    if holds(&asyncio.running_loop, event_loop) {
        return peek(&asyncio.task);
    }
    let mut found = None;
    taipan_vm::threads::for_each(vm, |thread| {
        let asyncio = &Machine::of(thread).asyncio;
        if found.is_none() && holds(&asyncio.running_loop, event_loop) {
            found = peek(&asyncio.task);
        }
    });
    found
}
