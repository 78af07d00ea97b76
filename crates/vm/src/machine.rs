//! One thread's machine: register stack, frame records, current frame.

use std::cell::Cell;

use taipan_host::memory::Reserved;
use taipan_object::{PyResult, Value, Vm};

use crate::frame::Frame;

/// Bytes reserved for registers and for frame records of the main thread; committed as used.
const REGISTER_BYTES: usize = 1 << 30;
const RECORD_BYTES: usize = 256 << 20;
/// The same for other threads.
const THREAD_REGISTER_BYTES: usize = 128 << 20;
const THREAD_RECORD_BYTES: usize = 32 << 20;

/// So many calls find room for their records on the stack of every thread.
pub const SURE_RECORDS: u32 = 100_000;
const _: () = assert!(SURE_RECORDS as usize * size_of::<Frame>() < THREAD_RECORD_BYTES / 2);

/// The machine of one thread.
#[repr(C)]
pub struct Machine {
    /// The frame that runs; null outside of Python code.
    pub current: Cell<*mut Frame>,
    /// Where the next frame record goes.
    pub record_top: Cell<*mut Frame>,
    pub record_end: *mut Frame,
    register_base: *mut u64,
    pub register_end: *mut u64,
    _registers: Reserved,
    _records: Reserved,
    /// `sys.settrace` and `sys.setprofile` functions.
    pub trace: Cell<Option<Value>>,
    pub profile: Cell<Option<Value>>,
    pub jit: crate::jit::Jit,
    pub threads: std::sync::Arc<crate::threads::Shared>,
    /// Which machine of the interpreter this is; never used again for another one.
    pub number: u64,
    /// `sys.set_asyncgen_hooks`.
    pub async_hooks: crate::async_gen::Hooks,
    /// `sys.set_coroutine_origin_tracking_depth`.
    pub origin_depth: Cell<u32>,
    /// Who watches each instruction.
    pub observer: crate::observe::Slot,
    /// What is remembered for trace functions and the like.
    pub tracing: crate::tracing::Tracing,
    /// The frame in which the other kind of interpreter loop is to go on; null: none.
    pub switch: Cell<*mut Frame>,
    /// The current context of `contextvars`; none until it is asked for.
    pub context: Cell<Option<Value>>,
    /// What `asyncio` runs in this thread.
    pub asyncio: Asyncio,
}

/// The event loop that runs in a thread, and the task that it runs.
#[derive(Default)]
pub struct Asyncio {
    pub running_loop: Cell<Option<Value>>,
    pub task: Cell<Option<Value>>,
}

impl Machine {
    /// The machine of an interpreter's first thread; `None` if the system gives no address space.
    pub fn new() -> Option<Box<Machine>> {
        Machine::with_stacks(REGISTER_BYTES, RECORD_BYTES, Default::default())
    }

    /// The machine of another thread of the same interpreter.
    pub fn for_thread(of: &Machine) -> Option<Box<Machine>> {
        let machine = Machine::with_stacks(
            THREAD_REGISTER_BYTES,
            THREAD_RECORD_BYTES,
            of.threads.clone(),
        )?;
        machine.jit.hooks.set(of.jit.hooks.get());
        machine.jit.mode.set(of.jit.mode.get());
        Some(machine)
    }

    fn with_stacks(
        register_bytes: usize,
        record_bytes: usize,
        threads: std::sync::Arc<crate::threads::Shared>,
    ) -> Option<Box<Machine>> {
        let registers = Reserved::new(register_bytes)?;
        let records = Reserved::new(record_bytes)?;
        let register_base = registers.base().cast::<u64>();
        let record_base = records.base().cast::<Frame>();
        let number = threads.next_number();
        Some(Box::new(Machine {
            current: Cell::new(std::ptr::null_mut()),
            record_top: Cell::new(record_base),
            // SAFETY: within the reserved ranges.
            record_end: unsafe { record_base.add(records.len() / size_of::<Frame>() - 1) },
            register_base,
            // SAFETY: as above.
            register_end: unsafe { register_base.add(registers.len() / 8) },
            _registers: registers,
            _records: records,
            trace: Cell::new(None),
            profile: Cell::new(None),
            jit: Default::default(),
            threads,
            number,
            async_hooks: crate::async_gen::Hooks::default(),
            origin_depth: Cell::new(0),
            observer: crate::observe::Slot::default(),
            tracing: crate::tracing::Tracing::default(),
            switch: Cell::new(std::ptr::null_mut()),
            context: Cell::new(None),
            asyncio: Asyncio::default(),
        }))
    }

    /// The machine of a thread state.
    #[inline(always)]
    pub fn of(vm: &Vm) -> &Machine {
        // SAFETY: every thread state that runs code has a machine, set when it was made, which outlives it.
        unsafe { &*vm.machine.get().cast::<Machine>() }
    }

    /// First register that a new frame called from native code may use.
    #[inline]
    pub fn register_top(&self) -> *mut u64 {
        let current = self.current.get();
        // SAFETY: the current frame is live.
        if current.is_null() {
            self.register_base
        } else {
            unsafe { (*current).top }
        }
    }

    /// Checks that a frame record and `registers` from `window` on are to be had,
    /// and counts the call against the recursion limit.
    ///
    /// # Errors
    /// RecursionError.
    #[inline(always)]
    pub fn enter(&self, vm: &Vm, window: *mut u64, registers: u32) -> PyResult<()> {
        let depth = vm.recursion_depth.get();
        // Outgoing arguments may overhang a window by a few registers: keep a margin.
        let end = (window as usize).wrapping_add((registers as usize + 64) * 8);
        if depth >= vm.recursion_limit.get()
            || end > self.register_end as usize
            || self.record_top.get() >= self.record_end
        {
            return Err(too_deep(vm));
        }
        vm.recursion_depth.set(depth + 1);
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn too_deep(vm: &Vm) -> taipan_object::Raised {
    vm.raise_str(&vm.exc.recursion_error, "maximum recursion depth exceeded")
}
