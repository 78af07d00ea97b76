//! Generators, coroutines and asynchronous generators.
//!
//! The three share one payload: a frame record with a window of its own on the
//! heap. Resuming links the record in front of the running frame; no register
//! is copied.

use std::cell::{Cell, UnsafeCell};

use taipan_object::slots::SendResult;
use taipan_object::value::encoding::is_heap;
use taipan_object::vm::ExcItem;
use taipan_object::{Object, ObjectHeader, PyResult, Ref, Value, Vm, payload};

use crate::code::PyCode;
use crate::frame::{CLEARED, DISCARD_RESULT, ENTRY, FOR_ITER, Frame, GENERATOR};
use crate::interp;
use crate::machine::Machine;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GenState {
    /// Not started.
    Created,
    Suspended,
    Running,
    Closed,
}

/// The payload of `generator`, `coroutine` and `async_generator`.
#[repr(C)]
pub struct Generator {
    pub frame: UnsafeCell<Frame>,
    registers: UnsafeCell<Box<[u64]>>,
    pub state: Cell<GenState>,
    pub exc: ExcItem,
    pub name: Cell<Option<Value>>,
    pub qualname: Cell<Option<Value>>,
    pub code: Ref<PyCode>,
    /// `cr_origin`.
    pub origin: Cell<Option<Value>>,
    /// Asynchronous generators: hooks called, closed, a step in progress.
    pub hooks_inited: Cell<bool>,
    pub closed: Cell<bool>,
    pub running_async: Cell<bool>,
    pub finalizer: Cell<Option<Value>>,
}

payload!(
    Generator,
    gc,
    |this, visit| {
        // SAFETY: a suspended body's registers and words are owned; nothing runs meanwhile.
        unsafe {
            for word in (*this.registers.get()).iter() {
                if is_heap(*word) {
                    visit(Value::borrow_word(word));
                }
            }
            let f = &*this.frame.get();
            for word in [&f.function, &f.object, &f.locals] {
                if *word != 0 {
                    visit(Value::borrow_word(word));
                }
            }
        }
        visit(this.code.as_value());
        for cell in [
            &this.exc.value,
            &this.name,
            &this.qualname,
            &this.origin,
            &this.finalizer,
        ] {
            if let Some(v) = taipan_object::exceptions::peek(cell) {
                visit(&v)
            }
        }
    },
    clear | this | {
        if this.state.get() != GenState::Running {
            this.close_frame();
        }
    }
);

impl Generator {
    /// The record, whose address is stable.
    pub fn frame_ptr(&self) -> *mut Frame {
        self.frame.get()
    }
    /// Releases the body: nothing of it is left.
    pub fn close_frame(&self) {
        self.state.set(GenState::Closed);
        // SAFETY: the body does not run.
        unsafe {
            let f = &mut *self.frame.get();
            if f.flags & CLEARED != 0 {
                return;
            }
            f.flags |= CLEARED;
            crate::frame::detach(None, f);
            f.clear_registers();
            for word in [&mut f.function, &mut f.locals] {
                let word = std::mem::replace(word, 0);
                if word != 0 {
                    drop(Value::from_word(word));
                }
            }
        }
        drop(self.exc.value.take());
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.close_frame();
    }
}

/// The generator of a running frame. Whoever resumed it holds a reference, which
/// [`release_inline`] gives up last.
#[inline(always)]
fn from_frame<'a>(frame: *mut Frame) -> &'a Generator {
    // SAFETY: generator frames name their generator, which is alive while they run.
    unsafe { &(*(*frame).generator.cast::<Object<Generator>>()).payload }
}

/// Makes the generator-like object of a call: `frame` is a filled record on the
/// record stack whose registers are moved out of it.
///
/// # Safety
/// `frame` is the top record, with its window filled.
pub unsafe fn new_generator(vm: &Vm, frame: *mut Frame) -> Value {
    use taipan_compiler::code::CodeFlags;
    // SAFETY: by the contract.
    unsafe {
        let code_ptr = (*frame).code;
        let code = (*(&raw const code_ptr).cast::<Ref<PyCode>>()).clone();
        let n = code.register_count as usize;
        let mut registers = vec![0u64; n].into_boxed_slice();
        for (i, to) in registers
            .iter_mut()
            .enumerate()
            .take(code.local_count as usize)
        {
            *to = (*frame).regs.add(i).replace(0);
        }
        let flags = code.code.flags;
        let ty = if flags.contains(CodeFlags::ASYNC_GENERATOR) {
            &vm.types.async_generator
        } else if flags.contains(CodeFlags::COROUTINE) {
            &vm.types.coroutine
        } else {
            &vm.types.generator
        };
        let (name, qualname) = match (*frame).function() {
            Some(f) => (
                taipan_object::exceptions::peek(&f.name),
                taipan_object::exceptions::peek(&f.qualname),
            ),
            None => (None, None),
        };
        let regs = registers.as_mut_ptr();
        let mut record = std::ptr::read(frame);
        record.regs = regs;
        record.flags = GENERATOR;
        record.previous = std::ptr::null_mut();
        record.object = 0;
        record.instance = 0;
        let g = vm.heap.alloc(
            ty,
            Generator {
                frame: UnsafeCell::new(record),
                registers: UnsafeCell::new(registers),
                state: Cell::new(GenState::Created),
                exc: ExcItem::default(),
                name: Cell::new(name),
                qualname: Cell::new(qualname),
                code,
                origin: Cell::new(None),
                hooks_inited: Cell::new(false),
                closed: Cell::new(false),
                running_async: Cell::new(false),
                finalizer: Cell::new(None),
            },
        );
        (*g.frame.get()).generator = g.as_ptr().cast();
        let depth = Machine::of(vm).origin_depth.get();
        if depth > 0 && flags.contains(CodeFlags::COROUTINE) {
            g.origin.set(Some(crate::gen_type::origin(vm, depth)));
        }
        g.into_value()
    }
}

/// Links a generator's record in front of the running frame.
#[inline(always)]
unsafe fn link(vm: &Vm, g: &Generator, flags: u16) -> PyResult<*mut Frame> {
    let machine = Machine::of(vm);
    let f = g.frame.get();
    machine.enter(vm, machine.register_top(), 0)?;
    // SAFETY: the record is not in use.
    unsafe {
        (*f).previous = machine.current.get();
        (*f).top = machine.register_top();
        (*f).flags = GENERATOR | flags;
    }
    g.state.set(GenState::Running);
    g.exc.previous.set(vm.handled_top.get());
    vm.handled_top.set(&g.exc);
    machine.current.set(f);
    Ok(f)
}

/// Takes a generator's record off the chain of running frames.
#[inline(always)]
unsafe fn unlink(vm: &Vm, g: &Generator) {
    let machine = Machine::of(vm);
    let f = g.frame.get();
    // SAFETY: the record is the current one.
    unsafe {
        machine.current.set((*f).previous);
        (*f).previous = std::ptr::null_mut();
    }
    vm.handled_top.set(g.exc.previous.get());
    vm.recursion_depth.set(vm.recursion_depth.get() - 1);
}

/// The body suspended itself. Whether FOR_ITER resumed it.
///
/// # Safety
/// `frame` is the running frame, of a generator.
#[inline]
pub unsafe fn suspended(vm: &Vm, frame: *mut Frame) -> bool {
    let g = from_frame(frame);
    // SAFETY: by the contract.
    let (by_loop, owned) = unsafe { ((*frame).flags & FOR_ITER != 0, (*frame).flags & ENTRY == 0) };
    g.state.set(GenState::Suspended);
    // SAFETY: as above.
    unsafe {
        unlink(vm, g);
        release_inline(frame, owned);
    }
    by_loop
}

/// The body returned; its registers are released. Whether FOR_ITER resumed it.
///
/// # Safety
/// As [`suspended`].
pub unsafe fn returned(vm: &Vm, frame: *mut Frame) -> bool {
    let g = from_frame(frame);
    // SAFETY: by the contract.
    let (by_loop, owned) = unsafe { ((*frame).flags & FOR_ITER != 0, (*frame).flags & ENTRY == 0) };
    // SAFETY: as above.
    unsafe {
        unlink(vm, g);
        g.close_frame();
        release_inline(frame, owned);
    }
    by_loop
}

/// An exception left the body.
///
/// # Safety
/// As [`suspended`].
pub unsafe fn raised(vm: &Vm, frame: *mut Frame) {
    let g = from_frame(frame);
    // SAFETY: by the contract.
    let owned = unsafe { (*frame).flags & ENTRY == 0 };
    // SAFETY: as above.
    unsafe {
        unlink(vm, g);
        g.close_frame();
        release_inline(frame, owned);
    }
}

/// Gives up the reference that [`enter_inline`] took.
///
/// # Safety
/// `frame` is that generator's, and is not used after.
#[inline(always)]
unsafe fn release_inline(frame: *mut Frame, owned: bool) {
    if owned {
        // SAFETY: enter_inline leaked one reference.
        unsafe { ObjectHeader::release((*frame).generator.cast()) };
    }
}

/// Whether SEND may run the object's body in this loop.
///
/// # Safety
/// `word` is a live heap word.
#[inline]
pub unsafe fn is_inline_sendable(vm: &Vm, word: u64) -> bool {
    // SAFETY: by the contract.
    let ty = unsafe { (*(word as *const ObjectHeader)).ty_ptr() };
    ty == vm.types.generator.as_ptr().cast_const() || ty == vm.types.coroutine.as_ptr().cast_const()
}

/// Resumes a generator's body in the running loop; `None`: it cannot be (finished,
/// running, or too deep), the general path decides.
///
/// # Safety
/// `word` is a live generator or coroutine; `frame` is the running frame with its program counter saved.
pub unsafe fn enter_inline(
    vm: &Vm,
    _frame: *mut Frame,
    word: u64,
    value: Value,
    by_loop: bool,
) -> Option<*mut Frame> {
    // SAFETY: by the contract.
    unsafe {
        let g = &(*(word as *const Object<Generator>)).payload;
        match g.state.get() {
            GenState::Suspended => {}
            GenState::Created if value.is_none() => {}
            _ => return None,
        }
        if vm.recursion_depth.get() + 1 >= vm.recursion_limit.get() {
            return None;
        }
        let created = g.state.get() == GenState::Created;
        let f = match link(vm, g, if by_loop { FOR_ITER } else { DISCARD_RESULT }) {
            Ok(f) => f,
            Err(_) => {
                drop(vm.take_pending());
                return None;
            }
        };
        // The body's own reference while it runs.
        (*(word as *const ObjectHeader)).retain();
        if !created {
            put_sent(f, value);
        }
        Some(f)
    }
}

/// Stores a sent value as the result of the YIELD_VALUE that suspended the body.
unsafe fn put_sent(f: *mut Frame, value: Value) {
    // SAFETY: the saved program counter stands behind a YIELD_VALUE, whose register a is in range.
    unsafe {
        let a = (*(*f).pc.sub(1) >> 16) as u16 as usize;
        let old = (*f).regs.add(a).replace(value.into_word());
        if is_heap(old) {
            drop(Value::from_word(old));
        }
    }
}

/// Resumes a body from native code, with a value or an exception.
///
/// # Errors
/// What the body raises; ValueError "generator already executing"; for a
/// finished body what `thrown` is.
pub fn resume(
    vm: &Vm,
    this: &Ref<Generator>,
    value: Value,
    thrown: Option<Value>,
) -> PyResult<SendResult> {
    let g = this.clone();
    match g.state.get() {
        GenState::Created if !value.is_none() && thrown.is_none() => {
            return Err(vm.type_error(format!(
                "can't send non-None value to a just-started {}",
                kind_name(vm, &g)
            )));
        }
        GenState::Running => {
            return Err(vm.value_error(format!("{} already executing", kind_name(vm, &g))));
        }
        GenState::Closed if g.ty().is(&vm.types.coroutine) => {
            return Err(vm.runtime_error("cannot reuse already awaited coroutine"));
        }
        GenState::Closed => {
            return match thrown {
                Some(e) => Err(vm.restore(e)),
                None => Ok(SendResult::Returned(Value::NONE)),
            };
        }
        _ => {}
    }
    vm.check_stack("")?;
    let created = g.state.get() == GenState::Created;
    // SAFETY: the record is suspended; it is linked in front of the running frame.
    unsafe {
        let f = link(vm, &g, ENTRY)?;
        if let Some(e) = thrown {
            // What the body was handling is the context, as for any exception raised there.
            let handling =
                taipan_object::exceptions::peek(&g.exc.value).is_some_and(|v| !v.is_none());
            let _ = if handling { vm.raise(e) } else { vm.restore(e) };
            if created {
                // Nothing has run: no handler applies, and the traceback names the definition.
                crate::traceback::add_definition(vm, f);
                raised(vm, f);
                return Err(taipan_object::Raised::assume_pending());
            }
            return match crate::unwind::unwind(vm, f) {
                crate::unwind::Unwound::Left => Err(taipan_object::Raised::assume_pending()),
                crate::unwind::Unwound::Handler(f) => finish(&g, interp::run(vm, f)),
            };
        }
        if !created {
            put_sent(f, value);
        }
        finish(&g, run_body(vm, f))
    }
}

/// Steps a suspended generator whose body has machine code; `None`: the general way has to see to it.
///
/// # Safety
/// `word` is a live generator, and stays so.
#[inline]
pub unsafe fn step_compiled(vm: &Vm, word: u64) -> Option<PyResult<SendResult>> {
    // SAFETY: by the contract; the record is suspended.
    unsafe {
        let g = &(*(word as *const Object<Generator>)).payload;
        let f = g.frame.get();
        if g.state.get() != GenState::Suspended
            || g.code.jit_entry.get().is_null()
            || crate::observe::is_on(vm)
            || vm.recursion_depth.get() + 1 >= vm.recursion_limit.get()
            || (&raw const g as usize) < vm.stack_limit.get()
        {
            return None;
        }
        let Ok(f) = link(vm, g, ENTRY).map(|_| f) else {
            drop(vm.take_pending());
            return None;
        };
        put_sent(f, Value::NONE);
        Some(finish(g, run_body(vm, f)))
    }
}

/// Runs a resumed body, as machine code if there is some.
#[inline]
unsafe fn run_body(vm: &Vm, f: *mut Frame) -> PyResult<Value> {
    use crate::call::{CONTINUE, CompiledEntry, RAISED};
    // SAFETY: by the contract of the callers: the record is linked, with the ENTRY flag.
    unsafe {
        let compiled = (*f).code().jit_entry.get();
        if compiled.is_null() || crate::observe::is_on(vm) {
            return interp::run(vm, f);
        }
        let compiled = std::mem::transmute::<*const (), CompiledEntry>(compiled);
        match compiled(vm, f, (*f).regs) {
            CONTINUE => interp::run(vm, f),
            RAISED => match crate::unwind::unwind(vm, f) {
                crate::unwind::Unwound::Left => Err(taipan_object::Raised::assume_pending()),
                crate::unwind::Unwound::Handler(f) => interp::run(vm, f),
            },
            w => Ok(Value::from_word(w)),
        }
    }
}

/// Whether a generator's body has machine code, which [`resume`] enters.
///
/// # Safety
/// `word` is a live generator or coroutine.
#[inline]
pub unsafe fn is_compiled(word: u64) -> bool {
    // SAFETY: by the contract.
    let g = unsafe { &(*(word as *const Object<Generator>)).payload };
    !g.code.jit_entry.get().is_null()
}

#[inline]
fn finish(g: &Generator, result: PyResult<Value>) -> PyResult<SendResult> {
    let value = result?;
    Ok(if g.state.get() == GenState::Closed {
        SendResult::Returned(value)
    } else {
        SendResult::Yielded(value)
    })
}

/// Runs `call` while a suspended body counts as running, with its record in the
/// chain of frames: it delegates, and what `call` runs is what it delegates to.
pub fn while_delegating<R>(vm: &Vm, g: &Ref<Generator>, call: impl FnOnce() -> R) -> R {
    let machine = Machine::of(vm);
    let f = g.frame.get();
    // SAFETY: the record is suspended, so nothing else links it.
    unsafe {
        (*f).previous = machine.current.get();
        (*f).top = machine.register_top();
        machine.current.set(f);
        g.state.set(GenState::Running);
        let result = call();
        g.state.set(GenState::Suspended);
        machine.current.set((*f).previous);
        (*f).previous = std::ptr::null_mut();
        result
    }
}

/// Whether dropping the body would skip code that must run: a handler other
/// than the one that every generator has covers the point of suspension.
pub fn must_be_closed(g: &Generator) -> bool {
    use taipan_compiler::opcode::{Intrinsic1, Opcode};
    if g.state.get() != GenState::Suspended {
        return false;
    }
    // SAFETY: the body is suspended, its record intact.
    let f = unsafe { &*g.frame.get() };
    let code = &f.code().code;
    let Some(handler) = code.handler_at(f.lasti()) else {
        return false;
    };
    match code.instrs.get(handler.target as usize) {
        Some(i) => {
            i.op() != Some(Opcode::CallIntrinsic1) || i.c() != Intrinsic1::StopIterationError as u16
        }
        None => false,
    }
}

/// "generator", "coroutine" or "async generator".
pub fn kind_name(vm: &Vm, g: &Ref<Generator>) -> &'static str {
    if g.ty().is(&vm.types.coroutine) {
        "coroutine"
    } else if g.ty().is(&vm.types.async_generator) {
        "async generator"
    } else {
        "generator"
    }
}
