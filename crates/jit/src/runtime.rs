//! Functions that machine code calls.
//!
//! None of them unwinds: native functions that panic are caught at their call
//! boundary (`taipan_vm::native_call`).

use taipan_object::value::encoding::is_heap;
use taipan_object::vm::breaker;
use taipan_object::{ObjectHeader, Value, Vm};
use taipan_vm::frame::{self, Frame};
use taipan_vm::{call, finalize, single, slow};

fn check_heap(vm: &Vm) {
    if vm.heap.young_due() {
        vm.breaker
            .fetch_or(breaker::COLLECT, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Frees an object whose count reached zero.
pub unsafe extern "C" fn free(vm: *const Vm, object: *mut ObjectHeader) {
    // SAFETY: compiled code counted the last reference down.
    unsafe {
        taipan_object::heap::free_object(object);
        finalize::drain(&*vm);
    }
}

/// A word for a float that does not fit the word.
pub unsafe extern "C" fn box_float(vm: *const Vm, x: f64) -> u64 {
    // SAFETY: the thread state of the running code.
    let vm = unsafe { &*vm };
    vm.new_float(x).into_word()
}

/// Runs one instruction on the window; 0: raised.
pub unsafe extern "C" fn interpret(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    // SAFETY: as the compiled code's caller promised.
    unsafe {
        check_heap(&*vm);
        u64::from(single::step(&*vm, frame, regs, pc as u32))
    }
}

/// Runs one call instruction on the window; 0: raised.
pub unsafe extern "C" fn call_instr(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    // SAFETY: as above.
    unsafe {
        check_heap(&*vm);
        u64::from(single::call(&*vm, frame, regs, pc as u32))
    }
}

fn outcome(r: taipan_object::PyResult<bool>) -> u64 {
    match r {
        Ok(b) => u64::from(b),
        Err(_) => 2,
    }
}

/// The truth of operand a; 2: raised.
pub unsafe extern "C" fn truth(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
    // SAFETY: as above.
    unsafe {
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        outcome(slow::truth(&*vm, regs, code.code.instrs[pc as usize].0))
    }
}

/// The comparison of a fused jump; 2: raised.
pub unsafe extern "C" fn compare_jump(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    // SAFETY: as above.
    unsafe { outcome(single::compare_jump(&*vm, frame, regs, pc as u32)) }
}

/// Steps a FOR_ITER; 2: raised.
pub unsafe extern "C" fn for_iter(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    // SAFETY: as above.
    unsafe {
        check_heap(&*vm);
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        let i = code.code.instrs[pc as usize].0;
        if !is_heap(*regs.add(slow::b(i))) {
            slow::not_an_iterator(&*vm, 0);
            return 2;
        }
        outcome(slow::for_iter(&*vm, regs, i))
    }
}

/// Moves the locals of a frame that returns into its Python object.
pub unsafe extern "C" fn detach(vm: *const Vm, frame: *mut Frame, regs: *mut u64) -> u64 {
    let _ = regs;
    // SAFETY: as above.
    unsafe {
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(code.code.instrs.len());
        frame::detach(Some(&*vm), &mut *frame);
    }
    0
}

/// Finishes a call whose compiled callee left: goes on in the interpreter, or unwinds.
/// The owned result, or 0: raised.
pub unsafe extern "C" fn finish_call(vm: *const Vm, callee: *mut Frame, status: u64) -> u64 {
    use taipan_vm::unwind::{Unwound, unwind};
    // SAFETY: as above; the callee's frame has the ENTRY flag.
    unsafe {
        let vm = &*vm;
        let result = if status == call::CONTINUE {
            taipan_vm::interp::run(vm, callee)
        } else {
            match unwind(vm, callee) {
                Unwound::Handler(f) => taipan_vm::interp::run(vm, f),
                Unwound::Left => return 0,
            }
        };
        match result {
            Ok(v) => v.into_word(),
            Err(_) => 0,
        }
    }
}

/// A call that the fast path cannot make: through the interpreter's own call. The owned
/// result (taken from the destination register), or 0: raised.
pub unsafe extern "C" fn slow_call(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    // SAFETY: as above.
    unsafe {
        let vm = &*vm;
        let code = (*frame).code();
        let i = code.code.instrs[pc as usize].0;
        check_heap(vm);
        if !single::call(vm, frame, regs, pc as u32) {
            return 0;
        }
        if slow::flags(i) & taipan_compiler::opcode::DISCARD != 0 {
            return taipan_object::value::encoding::NONE;
        }
        slow::take(regs, slow::a(i)).into_word()
    }
}

const _: fn(Value) -> bool = |v| is_heap(v.word());
