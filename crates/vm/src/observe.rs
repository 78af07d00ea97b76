//! Watching a program instruction by instruction, for `taipan explain`.
//!
//! The interpreter loop exists twice: the ordinary one knows nothing of observers,
//! the other tells them of each instruction. Which one runs is decided where
//! native code enters the loop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_object::{Value, Vm};

use crate::code::PyCode;
use crate::frame::Frame;
use crate::machine::Machine;

/// Where a program stands.
pub struct Place<'a> {
    frame: &'a Frame,
    /// The instruction, as an index into the code.
    pub index: u32,
}

impl Place<'_> {
    pub fn code(&self) -> &PyCode {
        self.frame.code()
    }
    /// A number that no other frame in progress has.
    pub fn frame_id(&self) -> usize {
        std::ptr::from_ref(self.frame) as usize
    }
    /// Frames between this one and the start of the program.
    pub fn depth(&self) -> u32 {
        let mut depth = 0;
        let mut frame = self.frame.previous;
        while !frame.is_null() {
            depth += 1;
            // SAFETY: callers of a frame in progress are live.
            frame = unsafe { (*frame).previous };
        }
        depth
    }
    /// What a register holds; `None` for nothing.
    pub fn register(&self, n: u32) -> Option<&Value> {
        if n >= self.code().register_count {
            return None;
        }
        // SAFETY: the window has that many registers; words in it are values or 0.
        unsafe {
            let word = self.frame.regs.add(n as usize);
            (*word != 0).then(|| Value::borrow_word(&*word))
        }
    }
}

/// Who is told of each instruction. The methods run no Python code and keep no values.
pub trait Observer {
    /// The instruction is about to be executed.
    fn before(&self, vm: &Vm, place: &Place<'_>);
    /// The instruction has raised the pending exception.
    fn raised(&self, vm: &Vm, place: &Place<'_>);
    /// An exception was caught: the frame goes on at this instruction, the first one of its handler.
    fn handled(&self, vm: &Vm, place: &Place<'_>);
}

/// A machine's observer.
#[derive(Default)]
pub struct Slot {
    on: Cell<bool>,
    observer: RefCell<Option<Rc<dyn Observer>>>,
}

/// Sets this thread's observer; loops that run already go on as they are.
pub fn set(vm: &Vm, observer: Option<Rc<dyn Observer>>) {
    let slot = &Machine::of(vm).observer;
    *slot.observer.borrow_mut() = observer;
    update(vm, crate::tracing::is_wanted(Machine::of(vm)));
}

/// Chooses the loop anew: `traced` tells whether events are wanted. Whether they or an observer were before.
pub(crate) fn update(vm: &Vm, traced: bool) -> bool {
    let slot = &Machine::of(vm).observer;
    let observed = slot.observer.borrow().is_some();
    slot.on.replace(traced || observed)
}

#[inline(always)]
pub(crate) fn is_on(vm: &Vm) -> bool {
    Machine::of(vm).observer.on.get()
}

fn tell(vm: &Vm, tell: impl FnOnce(&dyn Observer)) {
    let observer = Machine::of(vm).observer.observer.borrow().clone();
    if let Some(observer) = observer {
        tell(&*observer);
    }
}

/// How the loop goes on.
pub(crate) enum Go {
    On,
    /// An exception is pending.
    Raised,
    /// In the ordinary loop: nobody listens any more.
    Unobserved,
}

/// # Safety
/// `frame` is the running frame, `pc` the address of an instruction of its code.
pub(crate) unsafe fn before(vm: &Vm, frame: *mut Frame, pc: *const u64) -> Go {
    if !is_on(vm) {
        return Go::Unobserved;
    }
    // SAFETY: by the contract.
    let index = unsafe { (*frame).code().index_of(pc) };
    tell(vm, |o| {
        // SAFETY: as above; observers change no frames.
        let frame = unsafe { &*frame };
        o.before(vm, &Place { frame, index });
    });
    // SAFETY: as above.
    match unsafe { crate::tracing::step(vm, frame, pc) } {
        Ok(()) => Go::On,
        Err(_) => Go::Raised,
    }
}

/// # Safety
/// `frame` is the running frame, its program counter saved.
pub(crate) unsafe fn raised(vm: &Vm, frame: *const Frame) {
    // SAFETY: by the contract.
    let frame = unsafe { &*frame };
    let index = frame.lasti();
    tell(vm, |o| o.raised(vm, &Place { frame, index }));
}

/// # Safety
/// As [`raised`]; the program counter is that of the handler.
pub(crate) unsafe fn handled(vm: &Vm, frame: *const Frame) {
    // SAFETY: by the contract.
    let frame = unsafe { &*frame };
    let index = frame.code().index_of(frame.pc);
    tell(vm, |o| o.handled(vm, &Place { frame, index }));
}
