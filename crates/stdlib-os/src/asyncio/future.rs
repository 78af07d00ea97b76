//! The payload of `Future` and `Task`, and what a future does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use smallvec::SmallVec;
use taipan_object::exceptions::{Exception, new_exception};
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{Args, Object, PyResult, Raised, Ref, Value, Vm, payload};
use taipan_stdlib_data::contextvars::Context;
use taipan_stdlib_data::support::Field;

use super::awaited::AwaitedBy;
use super::running;
use super::state::{Import, State};
use super::task::TaskPart;

/// How far a future has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    Cancelled,
    Finished,
}

/// A function to be called when a future is done, and its context.
pub type Callback = (Value, Value);

/// `Future`; with a task's part, `Task`.
pub struct Future {
    pub state: Rc<State>,
    pub event_loop: Field,
    pub callbacks: RefCell<SmallVec<[Callback; 1]>>,
    pub result: Field,
    pub exception: Field,
    /// The traceback that the exception had when it was set.
    pub exception_traceback: Field,
    pub source_traceback: Field,
    pub cancel_message: Field,
    /// The CancelledError that a task's coroutine raised.
    pub cancelled_error: Field,
    pub awaited_by: AwaitedBy,
    pub status: Cell<Status>,
    pub log_traceback: Cell<bool>,
    /// An `await` has yielded this future, and no task has seen it yet.
    pub blocking: Cell<bool>,
    pub task: Option<Box<TaskPart>>,
}

impl Future {
    fn fields(&self) -> [&Field; 7] {
        [
            &self.event_loop,
            &self.result,
            &self.exception,
            &self.exception_traceback,
            &self.source_traceback,
            &self.cancel_message,
            &self.cancelled_error,
        ]
    }
}

payload!(
    Future,
    gc,
    |this, visit| {
        for field in this.fields() {
            field.visit(visit);
        }
        for (function, context) in this.callbacks.borrow().iter() {
            visit(function);
            visit(context);
        }
        this.awaited_by.visit(visit);
        if let Some(task) = &this.task {
            task.fields().into_iter().for_each(|f| f.visit(visit));
        }
    },
    clear | this | {
        this.reset();
        if let Some(task) = &this.task {
            task.fields().into_iter().for_each(Field::clear);
        }
    }
);

impl Drop for Future {
    fn drop(&mut self) {
        if self.task.is_some() {
            // Payloads only lie in objects, whose address the set has.
            let address =
                (&raw const *self) as usize - std::mem::offset_of!(Object<Future>, payload);
            self.state.unregister(address);
        }
    }
}

/// What a future that is done gives.
pub enum Outcome {
    Value(Value),
    Exception(Value),
}

impl Future {
    /// A future that is not initialised.
    pub fn blank(state: Rc<State>, task: Option<Box<TaskPart>>) -> Future {
        Future {
            state,
            event_loop: Field::empty(),
            callbacks: RefCell::default(),
            result: Field::empty(),
            exception: Field::empty(),
            exception_traceback: Field::empty(),
            source_traceback: Field::empty(),
            cancel_message: Field::empty(),
            cancelled_error: Field::empty(),
            awaited_by: AwaitedBy::default(),
            status: Cell::new(Status::Pending),
            log_traceback: Cell::new(false),
            blocking: Cell::new(false),
            task,
        }
    }

    /// Back to how it was made.
    fn reset(&self) {
        self.fields().into_iter().for_each(Field::clear);
        drop(self.callbacks.take());
        self.awaited_by.clear();
        self.status.set(Status::Pending);
        self.log_traceback.set(false);
        self.blocking.set(false);
    }

    /// `__init__`.
    pub fn init(vm: &Vm, this: &Ref<Future>, event_loop: &Value) -> PyResult<()> {
        if !this.event_loop.is_empty() {
            this.reset();
        }
        let event_loop = match event_loop.is_none() {
            true => running::get_event_loop(vm, &this.state)?,
            false => event_loop.clone(),
        };
        this.event_loop.set(event_loop.clone());
        let debug = vm.call_method(&event_loop, &this.state.names.get_debug, &[])?;
        if vm.is_true(&debug)? {
            let extract = this.state.import(vm, Import::ExtractStack)?;
            this.source_traceback.set(vm.call(extract, &[])?);
        }
        Ok(())
    }

    /// The loop of an initialised future.
    ///
    /// # Errors
    /// RuntimeError if it is none.
    pub fn event_loop(&self, vm: &Vm) -> PyResult {
        self.event_loop
            .get()
            .ok_or_else(|| vm.runtime_error("Future object is not initialized."))
    }

    /// Whether it has a result or was cancelled.
    pub fn is_done(&self) -> bool {
        self.status.get() != Status::Pending
    }

    #[cold]
    pub fn invalid_state(&self, vm: &Vm, message: &str) -> Raised {
        match self.state.import(vm, Import::InvalidStateError) {
            Ok(class) => match class.downcast::<Type>() {
                Some(class) => vm.raise_str(class, message),
                None => vm.runtime_error(message),
            },
            Err(e) => e,
        }
    }

    /// Whether an exception is a CancelledError.
    pub fn is_cancelled_error(&self, vm: &Vm, exception: &Value) -> PyResult<bool> {
        let class = self.state.import(vm, Import::CancelledError)?;
        Ok(class
            .downcast::<Type>()
            .is_some_and(|class| vm.is_instance_of(exception, class)))
    }

    /// The CancelledError for whoever asks for the result.
    pub fn cancelled_error(&self, vm: &Vm) -> PyResult {
        if let Some(known) = self.cancelled_error.take() {
            return Ok(known);
        }
        let class = self.state.import(vm, Import::CancelledError)?;
        match self.cancel_message.get().filter(|m| !m.is_none()) {
            Some(message) => vm.call(class, &[message]),
            None => vm.call(class, &[]),
        }
    }

    /// The result or the exception; the exception counts as seen.
    ///
    /// # Errors
    /// CancelledError; InvalidStateError if it is not done.
    pub fn outcome(&self, vm: &Vm) -> PyResult<Outcome> {
        match self.status.get() {
            Status::Cancelled => {
                let error = self.cancelled_error(vm)?;
                return Err(vm.raise(error));
            }
            Status::Pending => return Err(self.invalid_state(vm, "Result is not set.")),
            Status::Finished => {}
        }
        self.log_traceback.set(false);
        let Some(exception) = self.exception.get() else {
            return Ok(Outcome::Value(self.result.get().unwrap_or(Value::NONE)));
        };
        if let Some(e) = exception.downcast::<Exception>() {
            drop(e.traceback.replace(self.exception_traceback.take()));
        }
        Ok(Outcome::Exception(exception))
    }

    /// `result()`.
    pub fn result(&self, vm: &Vm) -> PyResult {
        match self.outcome(vm)? {
            Outcome::Value(value) => Ok(value),
            Outcome::Exception(exception) => Err(vm.raise(exception)),
        }
    }

    /// Asks the loop to call all callbacks.
    fn schedule_callbacks(vm: &Vm, this: &Ref<Future>) -> PyResult<()> {
        let callbacks = this.callbacks.take();
        if callbacks.is_empty() {
            return Ok(());
        }
        let event_loop = this.event_loop(vm)?;
        for (function, context) in callbacks {
            let state = &this.state;
            call_soon(
                vm,
                state,
                &event_loop,
                function,
                Some(this.as_value()),
                &context,
            )?;
        }
        Ok(())
    }

    /// `set_result(result)`.
    pub fn set_result(vm: &Vm, this: &Ref<Future>, result: Value) -> PyResult<()> {
        this.event_loop(vm)?;
        if this.is_done() {
            return Err(this.invalid_state(vm, "invalid state"));
        }
        this.result.set(result);
        this.status.set(Status::Finished);
        Future::schedule_callbacks(vm, this)
    }

    /// `set_exception(exception)`.
    pub fn set_exception(vm: &Vm, this: &Ref<Future>, exception: &Value) -> PyResult<()> {
        this.event_loop(vm)?;
        if this.is_done() {
            return Err(this.invalid_state(vm, "invalid state"));
        }
        let is_class = exception
            .downcast::<Type>()
            .is_some_and(|t| t.has(TypeFlags::BASE_EXC_SUBCLASS));
        let mut exception = match is_class {
            true => vm.call(exception, &[])?,
            false => exception.clone(),
        };
        if exception.downcast::<Exception>().is_none() {
            return Err(vm.type_error("invalid exception object"));
        }
        if vm.is_instance_of(&exception, &vm.exc.stop_iteration) {
            exception = stop_iteration_error(vm, exception);
        }
        if let Some(e) = exception.downcast::<Exception>() {
            match taipan_object::exceptions::peek(&e.traceback) {
                Some(traceback) => this.exception_traceback.set(traceback),
                None => this.exception_traceback.clear(),
            }
        }
        this.exception.set(exception);
        this.status.set(Status::Finished);
        Future::schedule_callbacks(vm, this)?;
        this.log_traceback.set(true);
        Ok(())
    }

    /// `cancel(msg)` of a future.
    pub fn cancel(vm: &Vm, this: &Ref<Future>, message: Option<Value>) -> PyResult<bool> {
        this.log_traceback.set(false);
        if this.is_done() {
            return Ok(false);
        }
        this.status.set(Status::Cancelled);
        match message {
            Some(message) => this.cancel_message.set(message),
            None => this.cancel_message.clear(),
        }
        Future::schedule_callbacks(vm, this)?;
        Ok(true)
    }

    /// Has a function called when the future is done.
    pub fn add_callback(
        vm: &Vm,
        this: &Ref<Future>,
        function: Value,
        context: Value,
    ) -> PyResult<()> {
        let Some(event_loop) = this.event_loop.get() else {
            return Err(vm.runtime_error("uninitialized Future object"));
        };
        if this.is_done() {
            let me = Some(this.as_value());
            return call_soon(vm, &this.state, &event_loop, function, me, &context);
        }
        this.callbacks.borrow_mut().push((function, context));
        Ok(())
    }

    /// Takes out the callbacks that equal a function; how many they were.
    pub fn remove_callback(vm: &Vm, this: &Ref<Future>, function: &Value) -> PyResult<usize> {
        this.event_loop(vm)?;
        let mut kept = SmallVec::new();
        let (mut index, mut removed) = (0, 0);
        // Comparing may run code that changes the list.
        loop {
            let Some(callback) = this.callbacks.borrow().get(index).cloned() else {
                break;
            };
            match callback.0.is(function) || vm.eq(&callback.0, function)? {
                true => removed += 1,
                false => kept.push(callback),
            }
            index += 1;
        }
        if removed > 0 {
            drop(this.callbacks.replace(kept));
        }
        Ok(removed)
    }
}

/// The current context, copied.
pub fn copy_context(vm: &Vm) -> Value {
    Context::current(vm).duplicate(vm).into_value()
}

/// RuntimeError in place of a StopIteration.
fn stop_iteration_error(vm: &Vm, stop: Value) -> Value {
    let message = vm.new_str(
        "StopIteration interacts badly with generators and cannot be raised into a Future",
    );
    let error = new_exception(vm, &vm.exc.runtime_error, &[message.into_value()]);
    if let Some(e) = error.downcast::<Exception>() {
        drop(e.cause.replace(Some(stop.clone())));
        drop(e.context.replace(Some(stop)));
        e.suppress_context.set(true);
    }
    error
}

/// `event_loop.call_soon(function[, argument], context=context)`; without the keyword if the context is None.
pub fn call_soon(
    vm: &Vm,
    state: &State,
    event_loop: &Value,
    function: Value,
    argument: Option<&Value>,
    context: &Value,
) -> PyResult<()> {
    let (method, this) = vm.get_method(event_loop, &state.names.call_soon)?;
    let mut values: SmallVec<[Value; 4]> = SmallVec::new();
    values.extend(this);
    values.push(function);
    values.extend(argument.cloned());
    let keywords = (!context.is_none()).then_some(&state.context_keyword);
    if keywords.is_some() {
        values.push(context.clone());
    }
    let args = Args {
        values: &values,
        keywords,
    };
    vm.call_args(&method, args).map(drop)
}
