//! Functions that machine code calls.
//!
//! None of them unwinds: native functions that panic are caught at their call
//! boundary (`taipan_vm::native_call`).

use taipan_object::value::encoding::is_heap;
use taipan_object::vm::breaker;
use taipan_object::{ObjectHeader, Value, Vm};
use taipan_vm::frame::{self, Frame};
use taipan_vm::{call, finalize, single, slow};

/// Young objects after which the eval breaker asks for a collection.
const YOUNG_LIMIT: usize = 4000;

fn check_heap(vm: &Vm) {
    if vm.heap.young_len() > YOUNG_LIMIT {
        vm.breaker.fetch_or(breaker::COLLECT, std::sync::atomic::Ordering::Relaxed);
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
pub unsafe extern "C" fn interpret(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
    // SAFETY: as the compiled code's caller promised.
    unsafe {
        check_heap(&*vm);
        u64::from(single::step(&*vm, frame, regs, pc as u32))
    }
}

/// Runs one call instruction on the window; 0: raised.
pub unsafe extern "C" fn call_instr(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
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
pub unsafe extern "C" fn compare_jump(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
    // SAFETY: as above.
    unsafe { outcome(single::compare_jump(&*vm, frame, regs, pc as u32)) }
}

/// Steps a FOR_ITER; 2: raised.
pub unsafe extern "C" fn for_iter(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
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

/// Ends a frame that returns `word`: releases its registers, gives the record back.
pub unsafe extern "C" fn leave(vm: *const Vm, frame: *mut Frame, word: u64) -> u64 {
    // SAFETY: as above.
    unsafe {
        let vm = &*vm;
        if (*frame).object != 0 {
            let code = (*frame).code();
            (*frame).pc = code.instrs.get().add(code.code.instrs.len());
            frame::detach(Some(vm), &mut *frame);
        }
        let regs = (*frame).regs;
        for n in 0..(*frame).code().local_count as usize {
            let old = regs.add(n).replace(0);
            if is_heap(old) {
                drop(Value::from_word(old));
            }
        }
        finalize::drain(vm);
        call::pop_record(vm, frame);
        word
    }
}
