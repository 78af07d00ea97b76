//! The hook of the JIT: how the machine tells it of hot code.

use std::cell::Cell;

use taipan_object::{Value, Vm};

use crate::frame::Frame;
use crate::machine::Machine;

/// When code is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Off,
    On,
    /// At the first chance, for tests.
    Always,
}

/// Head of what the JIT keeps for a code object, by which the code owns it.
#[repr(C)]
pub struct StateHead {
    /// Frees the state and the compiled bodies in it, none of which runs: frames keep their code.
    pub free: unsafe fn(*mut ()),
    /// Visits the values that compiled bodies own.
    pub traverse: unsafe fn(*const (), &mut dyn FnMut(&Value)),
    /// Gives up the compiled bodies of code that is garbage.
    pub clear: unsafe fn(*mut ()),
}

/// What the JIT gives the machine.
pub struct Hooks {
    /// A function is called often; its frame is pushed and about to run. May set `jit_entry` of the code.
    pub function_hot: unsafe fn(&Vm, *mut Frame),
    /// A loop runs often; the frame stands at the loop header. Runs machine code of the
    /// loop, if there is some, and returns after an exit: `true` if an exception is pending.
    pub loop_hot: unsafe fn(&Vm, *mut Frame) -> bool,
}

/// The JIT of one thread's machine.
pub struct Jit {
    pub hooks: Cell<Option<&'static Hooks>>,
    pub mode: Cell<Mode>,
}

impl Default for Jit {
    fn default() -> Self {
        Self {
            hooks: Cell::new(None),
            mode: Cell::new(Mode::Off),
        }
    }
}

/// Tells the JIT of a hot function.
///
/// # Safety
/// `frame` is the current frame, about to run.
#[cold]
#[inline(never)]
pub unsafe fn function_hot(vm: &Vm, frame: *mut Frame) {
    let jit = &Machine::of(vm).jit;
    if let Some(hooks) = jit.hooks.get()
        && jit.mode.get() != Mode::Off
    {
        // SAFETY: by the contract.
        unsafe { (hooks.function_hot)(vm, frame) };
    }
}
