//! What a task adds to a future, and its life: first step, waiting, waking up, end.

use std::cell::{Cell, RefCell};

use smallvec::SmallVec;
use taipan_object::exceptions::new_exception;
use taipan_object::function::NativeFunction;
use taipan_object::native::{MethodDef, MethodKind};
use taipan_object::slots::SendResult;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Raised, Ref, Value, Vm};
use taipan_stdlib_data::contextvars::Context;
use taipan_stdlib_data::support::Field;
use taipan_vm::gen_type::{Thrown, throw};
use taipan_vm::generator::{Generator, resume};
use taipan_vm::slow::{send_value, stop_value};

use super::future::{Future, Outcome, call_soon, copy_context};
use super::state::{Import, State};
use super::step_wrapper::StepWrapper;
use super::{awaited, running};

/// A task's name.
pub enum Name {
    None,
    /// `Task-N`, not made yet.
    Number(u64),
    Given(Value),
}

/// What a task has besides a future's fields.
pub struct TaskPart {
    pub coroutine: Field,
    pub context: Field,
    /// What the coroutine waits for.
    pub waits_for: Field,
    pub name: RefCell<Name>,
    pub must_cancel: Cell<bool>,
    pub log_destroy_pending: Cell<bool>,
    /// Requests to cancel that nobody has taken back.
    pub cancels: Cell<u64>,
}

impl TaskPart {
    /// The part of a task that is not initialised.
    pub fn new() -> TaskPart {
        TaskPart {
            coroutine: Field::empty(),
            context: Field::empty(),
            waits_for: Field::empty(),
            name: RefCell::new(Name::None),
            must_cancel: Cell::new(false),
            log_destroy_pending: Cell::new(false),
            cancels: Cell::new(0),
        }
    }
    /// For `payload!`; a name is a string.
    pub fn fields(&self) -> [&Field; 3] {
        [&self.coroutine, &self.context, &self.waits_for]
    }
}

/// The arguments of `Task(…)` besides the loop.
pub struct Start<'a> {
    pub coroutine: &'a Value,
    pub name: &'a Value,
    pub context: &'a Value,
    pub eager: bool,
}

/// `Task.__init__`.
pub fn init(
    vm: &Vm,
    task: &Ref<Future>,
    part: &TaskPart,
    event_loop: &Value,
    start: &Start<'_>,
) -> PyResult<()> {
    Future::init(vm, task, event_loop)?;
    if !is_coroutine(vm, task, start.coroutine)? {
        part.log_destroy_pending.set(false);
        let shown = vm.repr(start.coroutine)?;
        return Err(vm.type_error(format!("a coroutine was expected, got {shown}")));
    }
    part.context.set(match start.context.is_none() {
        true => copy_context(vm),
        false => start.context.clone(),
    });
    part.waits_for.clear();
    part.must_cancel.set(false);
    part.log_destroy_pending.set(true);
    part.cancels.set(0);
    part.coroutine.set(start.coroutine.clone());
    let name = match start.name.is_none() {
        true => Name::Number(task.state.next_number()),
        false => Name::Given(name_of(vm, start.name)?),
    };
    let old = part.name.replace(name);
    drop(old);
    let event_loop = task.event_loop(vm)?;
    if start.eager {
        let running = vm.call_method(&event_loop, &task.state.names.is_running, &[])?;
        if vm.is_true(&running)? {
            return eager_start(vm, task, part, &event_loop);
        }
    }
    schedule(vm, task, part, None)?;
    task.state.register(task);
    Ok(())
}

/// A task's name from an argument: `str(value)`.
pub fn name_of(vm: &Vm, value: &Value) -> PyResult {
    match value.downcast_exact::<Str>(&vm.types.str) {
        Some(_) => Ok(value.clone()),
        None => Ok(vm.str(value)?.into_value()),
    }
}

fn is_coroutine(vm: &Vm, task: &Future, object: &Value) -> PyResult<bool> {
    if vm.type_of(object).is(&vm.types.coroutine) {
        return Ok(true);
    }
    let function = task.state.import(vm, Import::IsCoroutine)?;
    let answer = vm.call(function, std::slice::from_ref(object))?;
    vm.is_true(&answer)
}

/// The first step, at once.
fn eager_start(vm: &Vm, task: &Ref<Future>, part: &TaskPart, event_loop: &Value) -> PyResult<()> {
    let before = running::swap(vm, event_loop, task.as_value())?;
    task.state.register(task);
    let stepped = in_context(vm, part, || run(vm, task, part, None));
    let pending = stepped.err().map(|e| vm.take_exception(e));
    let back = running::swap(vm, event_loop, &before);
    match task.is_done() {
        true => {
            task.state.unregister(task.as_ptr() as usize);
            part.coroutine.clear();
        }
        false => task.state.register(task),
    }
    match (pending, back) {
        (Some(exception), _) => Err(vm.restore(exception)),
        (None, back) => back.map(drop),
    }
}

fn in_context(vm: &Vm, part: &TaskPart, f: impl FnOnce() -> PyResult<()>) -> PyResult<()> {
    let context = part.context.get().unwrap_or(Value::NONE);
    let Some(context) = context.downcast::<Context>() else {
        return Err(vm.type_error("an instance of Context was expected"));
    };
    Context::enter(vm, context)?;
    let result = f();
    Context::exit(vm, context);
    result
}

/// Has the loop make the next step soon, with an exception if there is one.
fn schedule(
    vm: &Vm,
    task: &Ref<Future>,
    part: &TaskPart,
    exception: Option<Value>,
) -> PyResult<()> {
    let event_loop = task.event_loop(vm)?;
    let step = StepWrapper::make(vm, task, exception);
    let context = part.context.get().unwrap_or(Value::NONE);
    call_soon(vm, &task.state, &event_loop, step, None, &context)
}

/// A step: the task is the current one meanwhile.
pub fn step(vm: &Vm, task: &Ref<Future>, exception: Option<Value>) -> PyResult<()> {
    let Some(part) = &task.task else {
        return Err(vm.runtime_error("uninitialized Task object"));
    };
    let event_loop = task.event_loop(vm)?;
    running::enter(vm, &event_loop, task.as_value())?;
    match run(vm, task, part, exception) {
        Ok(()) => running::leave(vm, &event_loop, task.as_value()),
        Err(raised) => {
            let exception = vm.take_exception(raised);
            let _ = running::leave(vm, &event_loop, task.as_value());
            drop(vm.take_pending());
            Err(vm.restore(exception))
        }
    }
}

/// Sends into the coroutine, and does what follows from its answer.
fn run(vm: &Vm, task: &Ref<Future>, part: &TaskPart, exception: Option<Value>) -> PyResult<()> {
    if task.is_done() {
        let shown = vm.repr(task.as_value())?;
        let with = match &exception {
            Some(e) => vm.repr(e)?.to_string(),
            None => "''".to_owned(),
        };
        let message = format!("__step(): already done: {shown} {with}");
        return Err(task.invalid_state(vm, &message));
    }
    let exception = match part.must_cancel.replace(false) {
        true => Some(cancelling_exception(vm, task, exception)?),
        false => exception,
    };
    part.waits_for.clear();
    let Some(coroutine) = part.coroutine.get() else {
        return Err(vm.runtime_error("uninitialized Task object"));
    };
    let sent = match exception {
        None => send(vm, &coroutine),
        Some(exception) => throw_into(vm, task, &coroutine, &exception),
    };
    drop(coroutine);
    match sent {
        Ok(SendResult::Yielded(object)) => yielded(vm, task, part, &object),
        Ok(SendResult::Returned(value)) => returned(vm, task, part, value),
        Err(raised) => failed(vm, task, raised),
    }
}

/// The exception of a step of a task that is to be cancelled.
fn cancelling_exception(vm: &Vm, task: &Future, exception: Option<Value>) -> PyResult {
    match exception {
        Some(e) if task.is_cancelled_error(vm, &e)? => Ok(e),
        _ => task.cancelled_error(vm),
    }
}

/// A native coroutine or generator.
fn native<'a>(vm: &Vm, object: &'a Value) -> Option<&'a Ref<Generator>> {
    let ty = vm.type_of(object);
    (ty.is(&vm.types.coroutine) || ty.is(&vm.types.generator))
        .then(|| object.downcast::<Generator>())
        .flatten()
}

fn send(vm: &Vm, coroutine: &Value) -> PyResult<SendResult> {
    match native(vm, coroutine) {
        Some(g) => resume(vm, g, Value::NONE, None),
        None => send_value(vm, coroutine, Value::NONE),
    }
}

fn throw_into(
    vm: &Vm,
    task: &Future,
    coroutine: &Value,
    exception: &Value,
) -> PyResult<SendResult> {
    if let Some(g) = native(vm, coroutine) {
        let thrown = Thrown {
            kind: exception,
            value: None,
            traceback: None,
        };
        return throw(vm, g, thrown, true);
    }
    let args = std::slice::from_ref(exception);
    match vm.call_method(coroutine, &task.state.names.throw, args) {
        Ok(value) => Ok(SendResult::Yielded(value)),
        Err(raised) => stop_value(vm, raised).map(SendResult::Returned),
    }
}

/// The coroutine has returned.
fn returned(vm: &Vm, task: &Ref<Future>, part: &TaskPart, value: Value) -> PyResult<()> {
    if part.must_cancel.replace(false) {
        let message = task.cancel_message.get();
        return Future::cancel(vm, task, message).map(drop);
    }
    Future::set_result(vm, task, value)
}

/// An exception has left the coroutine.
fn failed(vm: &Vm, task: &Ref<Future>, raised: Raised) -> PyResult<()> {
    let exception = vm.take_exception(raised);
    if task.is_cancelled_error(vm, &exception)? {
        task.cancelled_error.set(exception);
        return Future::cancel(vm, task, None).map(drop);
    }
    Future::set_exception(vm, task, &exception)?;
    let passed_on = [&vm.exc.keyboard_interrupt, &vm.exc.system_exit];
    if passed_on
        .iter()
        .any(|class| vm.is_instance_of(&exception, class))
    {
        return Err(vm.restore(exception));
    }
    Ok(())
}

/// RuntimeError in the coroutine's next step.
fn fail_soon(vm: &Vm, task: &Ref<Future>, part: &TaskPart, message: String) -> PyResult<()> {
    let message = vm.new_str(&message).into_value();
    let error = new_exception(vm, &vm.exc.runtime_error, &[message]);
    schedule(vm, task, part, Some(error))
}

/// The coroutine has yielded something: a future to wait for, or nothing.
fn yielded(vm: &Vm, task: &Ref<Future>, part: &TaskPart, object: &Value) -> PyResult<()> {
    if object.is(task.as_value()) {
        let shown = vm.repr(task.as_value())?;
        return fail_soon(
            vm,
            task,
            part,
            format!("Task cannot await on itself: {shown}"),
        );
    }
    if let Some(future) = task.state.exact(object) {
        let same = task
            .event_loop
            .get()
            .is_some_and(|l| future.event_loop.is(&l));
        let blocking = future.blocking.replace(false);
        return match misused(vm, task, object, same, blocking)? {
            Some(message) => {
                future.blocking.set(blocking);
                fail_soon(vm, task, part, message)
            }
            None => wait_for_native(vm, task, part, future),
        };
    }
    if object.is_none() {
        return schedule(vm, task, part, None);
    }
    let blocking = vm.getattr_opt(object, &task.state.names._asyncio_future_blocking)?;
    if let Some(blocking) = blocking.filter(|b| !b.is_none()) {
        return wait_for_other(vm, task, part, object, &blocking);
    }
    let (shown, what) = (vm.repr(task.as_value())?, vm.repr(object)?);
    let message = match vm.type_of(object).is(&vm.types.generator) {
        true => format!(
            "yield was used instead of yield from for generator in task {shown} with {what}"
        ),
        false => format!("Task got bad yield: {what}"),
    };
    fail_soon(vm, task, part, message)
}

/// What is wrong with a future that was yielded.
fn misused(
    vm: &Vm,
    task: &Ref<Future>,
    future: &Value,
    same_loop: bool,
    blocking: bool,
) -> PyResult<Option<String>> {
    if same_loop && blocking {
        return Ok(None);
    }
    let (task, future) = (vm.repr(task.as_value())?, vm.repr(future)?);
    Ok(Some(match same_loop {
        false => format!("Task {task} got Future {future} attached to a different loop"),
        true => format!("yield was used instead of yield from in task {task} with {future}"),
    }))
}

fn wait_for_native(
    vm: &Vm,
    task: &Ref<Future>,
    part: &TaskPart,
    future: &Ref<Future>,
) -> PyResult<()> {
    awaited::add(vm, future.as_value(), task.as_value())?;
    let context = part.context.get().unwrap_or(Value::NONE);
    Future::add_callback(vm, future, wakeup_method(vm, task), context)?;
    part.waits_for.set(future.to_value());
    cancel_if_asked(vm, task, part)
}

fn wait_for_other(
    vm: &Vm,
    task: &Ref<Future>,
    part: &TaskPart,
    future: &Value,
    blocking: &Value,
) -> PyResult<()> {
    let state = &task.state;
    let blocking = vm.is_true(blocking)?;
    let other = loop_of(vm, state, future)?;
    let same = task.event_loop.get().is_some_and(|l| l.is(&other));
    if let Some(message) = misused(vm, task, future, same, blocking)? {
        return fail_soon(vm, task, part, message);
    }
    awaited::add(vm, future, task.as_value())?;
    vm.setattr(
        future,
        &state.names._asyncio_future_blocking,
        &Value::bool(false),
    )?;
    let (method, this) = vm.get_method(future, &state.names.add_done_callback)?;
    let mut values: SmallVec<[Value; 3]> = SmallVec::new();
    values.extend(this);
    values.push(wakeup_method(vm, task));
    values.push(part.context.get().unwrap_or(Value::NONE));
    let args = Args {
        values: &values,
        keywords: Some(&state.context_keyword),
    };
    drop(vm.call_args(&method, args)?);
    part.waits_for.set(future.clone());
    cancel_if_asked(vm, task, part)
}

/// Passes a request to cancel on to what the task now waits for.
fn cancel_if_asked(vm: &Vm, task: &Ref<Future>, part: &TaskPart) -> PyResult<()> {
    if part.must_cancel.get() {
        let message = task.cancel_message.get().unwrap_or(Value::NONE);
        if cancel_awaited(vm, task, part, &message)? {
            part.must_cancel.set(false);
        }
    }
    Ok(())
}

/// `waits_for.cancel(msg=message)`; false if the task waits for nothing.
fn cancel_awaited(vm: &Vm, task: &Ref<Future>, part: &TaskPart, message: &Value) -> PyResult<bool> {
    let Some(awaited) = part.waits_for.get() else {
        return Ok(false);
    };
    let (method, this) = vm.get_method(&awaited, &task.state.names.cancel)?;
    let mut values: SmallVec<[Value; 2]> = SmallVec::new();
    values.extend(this);
    values.push(message.clone());
    let args = Args {
        values: &values,
        keywords: Some(&task.state.msg_keyword),
    };
    let answer = vm.call_args(&method, args)?;
    vm.is_true(&answer)
}

/// `Task.cancel(msg)`.
pub fn cancel(vm: &Vm, task: &Ref<Future>, part: &TaskPart, message: Value) -> PyResult<bool> {
    task.log_traceback.set(false);
    if task.is_done() {
        return Ok(false);
    }
    part.cancels.set(part.cancels.get() + 1);
    if cancel_awaited(vm, task, part, &message)? {
        return Ok(true);
    }
    part.must_cancel.set(true);
    task.cancel_message.set(message);
    Ok(true)
}

/// The loop of any kind of future.
pub fn loop_of(vm: &Vm, state: &State, future: &Value) -> PyResult {
    let names = &state.names;
    match vm.getattr_opt(future, &names.get_loop)? {
        Some(get_loop) => vm.call(&get_loop, &[]),
        None => vm.getattr(future, &names._loop),
    }
}

/// What a task waits for is done.
fn wakeup(vm: &Vm, task: &Ref<Future>, future: &Value) -> PyResult<()> {
    awaited::discard(vm, future, task.as_value())?;
    let outcome = match task.state.exact(future) {
        Some(future) => future.outcome(vm),
        None => vm
            .call_method(future, &task.state.names.result, &[])
            .map(Outcome::Value),
    };
    match outcome {
        Ok(Outcome::Value(_)) => step(vm, task, None),
        Ok(Outcome::Exception(exception)) => step(vm, task, Some(exception)),
        Err(raised) => {
            let exception = vm.take_exception(raised);
            step(vm, task, Some(exception))
        }
    }
}

static WAKEUP: MethodDef = MethodDef {
    name: "task_wakeup",
    doc: "",
    signature: "",
    kind: MethodKind::Instance,
    call: call_wakeup,
};

fn call_wakeup(vm: &Vm, args: Args<'_>) -> PyResult {
    let (task, future) = match (args.values, args.keyword_count()) {
        ([task, future], 0) => (task.downcast::<Future>(), future),
        _ => {
            return Err(vm.type_error(format!(
                "Task.task_wakeup() takes exactly one argument ({} given)",
                args.values.len().saturating_sub(1)
            )));
        }
    };
    let Some(task) = task else {
        return Err(vm.type_error("task_wakeup() needs a task"));
    };
    wakeup(vm, task, future)?;
    Ok(Value::NONE)
}

/// The callback of what a task waits for.
fn wakeup_method(vm: &Vm, task: &Ref<Future>) -> Value {
    let bound = NativeFunction {
        def: &WAKEUP,
        this: Some(task.to_value()),
        module: None,
    };
    vm.heap
        .alloc(&vm.types.builtin_function, bound)
        .into_value()
}
