//! What crate `object` asks of the machine.

use taipan_object::vm::Hooks;

use crate::machine::Machine;

/// The machine's hooks.
pub const HOOKS: Hooks = Hooks {
    current_globals: |vm| {
        let frame = Machine::of(vm).current.get();
        // SAFETY: the current frame is live.
        (!frame.is_null()).then(|| unsafe { (*frame).globals().clone() })
    },
    ..Hooks::NONE
};
