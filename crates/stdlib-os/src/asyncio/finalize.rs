//! What a future or task that dies reports to its loop.

use taipan_object::{Object, ObjectHeader, PyResult, Ref, Value, Vm};

use super::future::{Future, Status};

/// Whether an object has something to report, or a class of its own decides.
///
/// # Safety
/// An intact object with this payload.
pub unsafe fn wanted(object: *mut ObjectHeader) -> bool {
    // SAFETY: by the contract.
    let (slots, future) = unsafe {
        let future = &(*object.cast::<Object<Future>>()).payload;
        (&(*object).ty().slots, future)
    };
    let own = future.state.future_type.slots.finalize.get();
    let overridden = match (slots.finalize.get(), own) {
        (Some(a), Some(b)) => !std::ptr::fn_addr_eq(a, b),
        _ => true,
    };
    overridden || future.log_traceback.get() || destroyed(future)
}

/// Whether a task that never ended is to be reported.
fn destroyed(future: &Future) -> bool {
    future.status.get() == Status::Pending
        && future
            .task
            .as_ref()
            .is_some_and(|task| task.log_destroy_pending.get())
}

/// The finaliser.
pub fn run(vm: &Vm, object: &Value) {
    let Some(future) = object.downcast::<Future>() else {
        return;
    };
    if destroyed(future) {
        report(vm, future, |context| {
            context.push(("task", future.to_value()));
            let message = vm.new_str("Task was destroyed but it is pending!");
            context.push(("message", message.into_value()));
        });
    }
    if future.log_traceback.replace(false) {
        let name = vm.type_of(object).name.borrow().clone();
        let message = format!("{name} exception was never retrieved");
        report(vm, future, |context| {
            context.push(("message", vm.new_str(&message).into_value()));
            context.push(("exception", future.exception.get().unwrap_or(Value::NONE)));
            context.push(("future", future.to_value()));
        });
    }
}

/// `loop.call_exception_handler({…})`; what it raises is reported in turn.
fn report(vm: &Vm, future: &Ref<Future>, fill: impl FnOnce(&mut Vec<(&str, Value)>)) {
    let mut entries = Vec::with_capacity(4);
    fill(&mut entries);
    if let Some(source) = future.source_traceback.get() {
        entries.push(("source_traceback", source));
    }
    let context = vm.new_dict();
    for (name, value) in entries {
        context.insert_str(vm, &vm.intern_str(name), value);
    }
    let Some(event_loop) = future.event_loop.get() else {
        return;
    };
    let name = &future.state.names.call_exception_handler;
    let call = || -> PyResult<(Option<Value>, PyResult)> {
        let handler = vm.getattr(&event_loop, name)?;
        let result = vm.call(&handler, &[context.to_value()]);
        Ok((Some(handler), result))
    };
    let (handler, raised) = match call() {
        Ok((_, Ok(_))) => return,
        Ok((handler, Err(raised))) => (handler, raised),
        Err(raised) => (None, raised),
    };
    let exception = vm.take_exception(raised);
    let message = match handler.as_ref().map(|h| vm.repr(h)) {
        Some(Ok(shown)) => format!("Exception ignored while calling asyncio function {shown}"),
        _ => {
            drop(vm.take_pending());
            "Exception ignored while finalizing an asyncio object".to_owned()
        }
    };
    (vm.hooks.get().unraisable)(vm, exception, &message, None);
}
