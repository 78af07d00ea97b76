//! The eval breaker: signals, lock hand-over, collections, hot loops.

use std::sync::atomic::Ordering;

use taipan_object::hostile;
use taipan_object::vm::breaker;
use taipan_object::{PyResult, Vm};

use crate::call::Entered;
use crate::frame::Frame;
use crate::observe;

/// Calls and back edges come to a poll when these bits of their number are 0.
pub const MASK: u32 = hostile::limit32(0x3F, 0);

/// Work that is due at a back edge: `frame.pc` is the loop header.
///
/// # Safety
/// `frame` is the running frame.
#[cold]
#[inline(never)]
pub unsafe fn back_edge(vm: &Vm, frame: *mut Frame, loops: u32) -> Entered {
    let _ = loops;
    // SAFETY: the frame is live.
    let code = unsafe { (*frame).code() };
    if code.caches.get().is_null() {
        // A loop makes code warm, however rarely it is called.
        code.warm_up();
    }
    if poll(vm).is_err() {
        return Entered::Raised;
    }
    if observe::is_on(vm) {
        return Entered::Observed;
    }
    let jit = &crate::machine::Machine::of(vm).jit;
    if let Some(hooks) = jit.hooks.get()
        && jit.mode.get() != crate::jit::Mode::Off
    {
        // SAFETY: the frame stands at the loop header, its program counter saved.
        // Compiled code may have left inside of a call that was built into it.
        return unsafe {
            let raised = (hooks.loop_hot)(vm, frame);
            let current = crate::machine::Machine::of(vm).current.get();
            if !raised {
                return Entered::Frame(current);
            }
            match crate::unwind::unwind(vm, current) {
                crate::unwind::Unwound::Handler(f) => Entered::Frame(f),
                crate::unwind::Unwound::Left => Entered::Left,
            }
        };
    }
    Entered::Done
}

/// Whether there is work for [`poll`].
#[inline(always)]
pub fn wanted(vm: &Vm) -> bool {
    vm.breaker.load(Ordering::Relaxed) != 0 || hostile::ON
}

/// Work that is due before the first instruction of a function's body.
///
/// # Errors
/// Where the machine goes on after an exception: the body has ended. For a body that
/// leaves the loop when it ends, [`Entered::Left`].
///
/// # Safety
/// `frame` is the running frame, complete, and stands at its first instruction.
#[cold]
#[inline(never)]
pub unsafe fn function_start(vm: &Vm, frame: *mut Frame) -> Result<(), Entered> {
    if poll(vm).is_ok() {
        return Ok(());
    }
    // SAFETY: by the contract; the first instruction is the one that raised, and a program
    // counter stands behind its instruction.
    unsafe {
        (*frame).pc = (*frame).pc.add(1);
        Err(match crate::unwind::unwind(vm, frame) {
            crate::unwind::Unwound::Handler(f) => Entered::Frame(f),
            crate::unwind::Unwound::Left => Entered::Left,
        })
    }
}

/// Does what other threads, signals and the heap have asked for.
///
/// # Errors
/// What signal handlers, pending calls and asynchronous exceptions raise.
pub fn poll(vm: &Vm) -> PyResult<()> {
    if vm.heap.young_due() {
        taipan_object::gc::collect_due(vm);
        hostile::shake(vm);
    }
    crate::finalize::drain(vm);
    let bits = vm.breaker.swap(0, Ordering::Relaxed);
    if bits & breaker::SIGNAL != 0 {
        crate::signals::run_handlers(vm)?;
    }
    if bits & breaker::GIL_REQUEST != 0 {
        crate::threads::hand_over(vm);
    }
    if observe::is_on(vm) {
        // Loops that do not know it yet ask again.
        vm.breaker.fetch_or(breaker::TRACING, Ordering::Relaxed);
    }
    Ok(())
}
