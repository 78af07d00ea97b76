//! Python faces of generators and coroutines.

use taipan_object::exceptions::{Exception, peek};
use taipan_object::{Ref, Value, Vm};

use crate::frame::Frame;
use crate::generator::{GenState, Generator};

/// What a suspended body delegates to (`gi_yieldfrom`, `cr_await`).
pub fn delegate(g: &Ref<Generator>) -> Option<Value> {
    if g.state.get() != GenState::Suspended {
        return None;
    }
    // SAFETY: the body is suspended: its program counter stands behind a YIELD_VALUE.
    unsafe {
        let f = &*g.frame_ptr();
        let code = f.code();
        let at = code.index_of(f.pc);
        // In a delegation the YIELD_VALUE follows a SEND and is followed by the jump back to it.
        let send = crate::code::original(code, at.checked_sub(2)?)?;
        if send.op() != Some(taipan_compiler::opcode::Opcode::Send) {
            return None;
        }
        let word = *f.regs.add(send.b() as usize);
        (word != 0).then(|| Value::borrow_word(&word).clone())
    }
}

/// What a StopIteration that leaves a generator's body becomes (PEP 479).
///
/// # Safety
/// `frame` is the running frame.
pub unsafe fn stop_iteration_error(vm: &Vm, frame: *mut Frame, exception: Value) -> Value {
    use taipan_compiler::code::CodeFlags;
    // SAFETY: by the contract.
    let flags = unsafe { (*frame).code().code.flags };
    let stop = vm.is_instance_of(&exception, &vm.exc.stop_iteration);
    let message = if stop {
        if flags.contains(CodeFlags::ASYNC_GENERATOR) {
            "async generator raised StopIteration"
        } else if flags.contains(CodeFlags::COROUTINE) {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if flags.contains(CodeFlags::ASYNC_GENERATOR) && vm.is_instance_of(&exception, &vm.exc.stop_async_iteration) {
        "async generator raised StopAsyncIteration"
    } else {
        return exception;
    };
    let message = vm.new_str(message).into_value();
    let error = taipan_object::exceptions::new_exception(vm, &vm.exc.runtime_error, &[message]);
    if let Some(e) = error.downcast::<Exception>() {
        drop(e.cause.replace(Some(exception.clone())));
        drop(e.context.replace(Some(exception)));
        e.suppress_context.set(true);
    }
    error
}

const _: fn(&std::cell::Cell<Option<Value>>) -> Option<Value> = peek;
