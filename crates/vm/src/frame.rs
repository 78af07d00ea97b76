//! Frame records: one running (or suspended) body of code.
//!
//! Records of ordinary calls lie on the thread's record stack, those of
//! generators inside the generator. A record owns its function and whatever its
//! registers hold. The Python `frame` object is made only when somebody asks
//! for it ([`frame_object`]); when the body ends while the object is still
//! referenced, the locals move into it.

use std::cell::{Cell, RefCell, UnsafeCell};

use taipan_object::dict::Dict;
use taipan_object::value::encoding::is_heap;
use taipan_object::{Object, PyResult, Ref, Value, Vm, payload};

use crate::code::{Cache, PyCode};
use crate::function::Function;

/// A frame record. In a free one on the record stack `locals`, `object`, `instance`
/// and `generator` are 0: whoever ends a body leaves them so.
#[repr(C)]
pub struct Frame {
    /// First register.
    pub regs: *mut u64,
    /// Saved program counter: the instruction after the one that is executed.
    pub pc: *const u64,
    pub caches: *mut Cache,
    pub code: *const Object<PyCode>,
    /// Constants of the code.
    pub consts: *const Value,
    /// The function (owned word); it keeps code, globals and built-ins alive.
    pub function: u64,
    pub globals: *const Object<Dict>,
    pub builtins: *const Object<Dict>,
    pub previous: *mut Frame,
    /// First register above this frame that a callee may use.
    pub top: *mut u64,
    /// Local mapping of module and class bodies (owned word), or 0.
    pub locals: u64,
    /// The Python frame object (owned word), or 0.
    pub object: u64,
    /// For [`CONSTRUCTOR`] frames: the instance (owned word).
    pub instance: u64,
    /// Register of the caller that gets the result.
    pub dest: u16,
    pub flags: u16,
    /// Line that a trace function last saw.
    pub traced_line: i32,
    /// The generator object whose frame this is, or null.
    pub generator: *mut (),
}

/// Returning leaves the interpreter loop.
pub const ENTRY: u16 = 1;
/// The frame of a generator-like object: registers on the heap.
pub const GENERATOR: u16 = 2;
/// The frame of `__init__` called by a class call: the result is `instance`.
pub const CONSTRUCTOR: u16 = 4;
/// The caller drops the result.
pub const DISCARD_RESULT: u16 = 8;
/// The caller wants the result inverted or tested: not used by calls of Python code yet.
pub const FOR_ITER: u16 = 16;
/// `frame.clear()` was called, or the frame is over.
pub const CLEARED: u16 = 32;
/// Some trace or profile function looks at this frame.
pub const TRACED: u16 = 64;

impl Frame {
    pub fn code(&self) -> &PyCode {
        // SAFETY: the function (or the frame's own reference) keeps the code alive.
        unsafe { &(*self.code).payload }
    }
    pub fn function(&self) -> Option<&Ref<Function>> {
        // SAFETY: the word is an owned value.
        (self.function != 0)
            .then(|| unsafe { Value::borrow_word(&self.function) })
            .and_then(|f| f.downcast())
    }
    pub fn globals(&self) -> &Ref<Dict> {
        // SAFETY: globals are kept alive by the function; the pointer is an unowned reference.
        unsafe { &*(&raw const self.globals).cast::<Ref<Dict>>() }
    }
    pub fn builtins(&self) -> &Ref<Dict> {
        // SAFETY: as above.
        unsafe { &*(&raw const self.builtins).cast::<Ref<Dict>>() }
    }
    /// Index of the instruction being executed.
    pub fn lasti(&self) -> u32 {
        self.code().index_of(self.pc).saturating_sub(1)
    }
    /// Releases everything the registers hold, last first, and leaves them dead.
    pub fn clear_registers(&mut self) {
        let n = self.code().register_count as usize;
        for i in (0..n).rev() {
            // SAFETY: the window has n registers; each heap word is owned (see `opcode`).
            unsafe {
                let word = self.regs.add(i).replace(0);
                if is_heap(word) {
                    drop(Value::from_word(word));
                }
            }
        }
    }
}

/// The payload of `frame`.
pub struct FrameObject {
    /// The live record, or null once the body has ended.
    pub frame: Cell<*mut Frame>,
    pub code: Ref<PyCode>,
    pub function: Option<Value>,
    pub globals: Ref<Dict>,
    pub builtins: Ref<Dict>,
    /// Locals of an ended body, by fast local.
    pub saved: UnsafeCell<Vec<Option<Value>>>,
    pub saved_locals: Cell<Option<Value>>,
    pub saved_lasti: Cell<i32>,
    /// Frame object of the caller, once this body has ended (for tracebacks of finished frames it is none).
    pub back: Cell<Option<Value>>,
    pub trace: Cell<Option<Value>>,
    pub trace_lines: Cell<bool>,
    pub trace_opcodes: Cell<bool>,
    /// Extra names set through `f_locals` of an optimised frame.
    pub extra_locals: Cell<Option<Value>>,
    /// Values of locals that `f_locals` replaced: the running instruction may still use them.
    pub displaced: RefCell<Vec<Value>>,
}

payload!(
    FrameObject,
    gc,
    |this, visit| {
        visit(this.code.as_value());
        this.function.iter().for_each(&mut *visit);
        visit(this.globals.as_value());
        visit(this.builtins.as_value());
        this.displaced.borrow().iter().for_each(&mut *visit);
        // SAFETY: nothing changes the saved locals while the collector runs.
        unsafe { (*this.saved.get()).iter().flatten().for_each(&mut *visit) };
        for cell in [
            &this.saved_locals,
            &this.back,
            &this.trace,
            &this.extra_locals,
        ] {
            if let Some(v) = taipan_object::exceptions::peek(cell) {
                visit(&v)
            }
        }
    },
    clear | this | {
        // SAFETY: as above.
        let saved = unsafe { std::mem::take(&mut *this.saved.get()) };
        drop((
            saved,
            this.saved_locals.take(),
            this.back.take(),
            this.trace.take(),
            this.extra_locals.take(),
        ));
    }
);

impl FrameObject {
    /// The live record.
    #[expect(
        clippy::mut_from_ref,
        reason = "records are only reached from the thread that runs them"
    )]
    pub fn live(&self) -> Option<&mut Frame> {
        // SAFETY: the pointer is reset when the record ends.
        unsafe { self.frame.get().as_mut() }
    }
    fn is_module(&self) -> bool {
        &*self.code.code.qualname == "<module>"
    }
    /// Index of the instruction last executed; -1 if none.
    pub fn lasti(&self) -> i32 {
        match self.live() {
            Some(f) if f.pc == f.code().instrs.get().cast_const() => -1,
            Some(f) => f.lasti() as i32,
            None => self.saved_lasti.get(),
        }
    }
    pub fn line(&self) -> i32 {
        match self.lasti() {
            // As in CPython, a module's code starts before its first line.
            -1 if self.is_module() => 0,
            -1 => self.code.code.first_line as i32,
            i => match (self.code.line_of(i as u32), self.live()) {
                // What ends a body may have no line of its own.
                (-1, Some(f)) if f.flags & TRACED != 0 && f.traced_line > 0 => f.traced_line,
                (line, _) => line,
            },
        }
    }
}

/// The Python object of a frame record, made on first use.
#[expect(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "callers hold records of running or suspended bodies"
)]
pub fn frame_object(vm: &Vm, frame: *mut Frame) -> Ref<FrameObject> {
    // SAFETY: the record is live.
    let f = unsafe { &mut *frame };
    if f.object == 0 {
        // SAFETY: code is a live object.
        let code = unsafe {
            std::mem::ManuallyDrop::new(Ref::from_raw(std::ptr::NonNull::new_unchecked(
                f.code.cast_mut(),
            )))
        };
        let object = vm.heap.alloc(
            &vm.types.frame,
            FrameObject {
                frame: Cell::new(frame),
                code: (*code).clone(),
                // SAFETY: an owned word, borrowed for the clone.
                function: (f.function != 0)
                    .then(|| unsafe { Value::borrow_word(&f.function).clone() }),
                globals: f.globals().clone(),
                builtins: f.builtins().clone(),
                saved: UnsafeCell::default(),
                saved_locals: Cell::default(),
                saved_lasti: Cell::new(-1),
                back: Cell::default(),
                trace: Cell::default(),
                trace_lines: Cell::new(true),
                trace_opcodes: Cell::new(false),
                extra_locals: Cell::default(),
                displaced: RefCell::default(),
            },
        );
        f.object = object.into_value().into_word();
    }
    // SAFETY: the word is an owned frame object.
    unsafe {
        Value::borrow_word(&f.object)
            .clone()
            .downcast_owned::<FrameObject>()
            .unwrap_unchecked()
    }
}

/// Ends the link between a record and its Python object: if others still refer
/// to the object, the locals move into it. With `vm` the object keeps its caller.
pub fn detach(vm: Option<&Vm>, frame: &mut Frame) {
    let word = std::mem::replace(&mut frame.object, 0);
    if word == 0 {
        return;
    }
    // SAFETY: the record owned this reference.
    let object = unsafe { Value::from_word(word) };
    let Some(o) = object.downcast::<FrameObject>() else {
        return;
    };
    if o.header().count() > 1 {
        let n = frame.code().local_count as usize;
        let mut saved = Vec::with_capacity(n);
        for i in 0..n {
            // SAFETY: the window has at least n registers; ownership moves.
            unsafe {
                let word = frame.regs.add(i).replace(0);
                saved.push((word != 0).then(|| Value::from_word(word)));
            }
        }
        // SAFETY: nothing else touches the saved locals now.
        unsafe { *o.saved.get() = saved };
        o.saved_lasti.set(frame.lasti() as i32);
        if let Some(vm) = vm
            && !frame.previous.is_null()
        {
            o.back
                .set(Some(frame_object(vm, frame.previous).into_value()));
        }
        if frame.locals != 0 {
            // SAFETY: the record owns the word and keeps it.
            o.saved_locals
                .set(Some(unsafe { Value::borrow_word(&frame.locals).clone() }));
        }
    }
    o.frame.set(std::ptr::null_mut());
    drop(o.displaced.take());
}

/// Result of running a frame.
pub type FrameResult = PyResult<Value>;
