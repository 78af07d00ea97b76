//! The payload of `traceback`.

use std::cell::Cell;

use taipan_object::exceptions::{Exception, peek};
use taipan_object::{Ref, Value, Vm, payload};

use crate::frame::{Frame, FrameObject, frame_object};

/// The payload of `traceback`: one frame that an exception went through.
pub struct Traceback {
    pub next: Cell<Option<Value>>,
    pub frame: Ref<FrameObject>,
    /// Instruction index; `tb_lasti` is twice this.
    pub lasti: Cell<i32>,
    /// -1: computed from `lasti` on demand.
    pub lineno: Cell<i32>,
}

payload!(Traceback, gc, |this, visit| {
    visit(this.frame.as_value());
    if let Some(n) = peek(&this.next) { visit(&n) }
}, clear |this| drop(this.next.take()));

/// Puts a frame in front of the pending exception's traceback.
///
/// # Safety
/// `frame` is live.
pub unsafe fn add_entry(vm: &Vm, frame: *mut Frame, lasti: u32) {
    let Some(exception) = vm.take_pending() else { return };
    if let Some(e) = exception.downcast::<Exception>() {
        let tb = Traceback {
            next: Cell::new(e.traceback.take().filter(|t| !t.is_none())),
            frame: frame_object(vm, frame),
            lasti: Cell::new(lasti as i32),
            lineno: Cell::new(-1),
        };
        e.traceback.set(Some(vm.heap.alloc(&vm.types.traceback, tb).into_value()));
    }
    let _ = vm.restore(exception);
}

impl Traceback {
    pub fn line(&self) -> i32 {
        match self.lineno.get() {
            -1 => self.frame.code.line_of(self.lasti.get().max(0) as u32),
            n => n,
        }
    }
}
