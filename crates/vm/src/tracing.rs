//! Events of running code: for `sys.settrace`, `sys.setprofile` and the tools of `sys.monitoring` (PEP 669).
//!
//! The interpreter loop exists twice ([`crate::observe`]). While somebody listens, the observed one runs,
//! no machine code is entered, and running machine code is left after the call that it makes.
//! When a loop starts that nobody listens to, nothing here costs anything.

use std::cell::{Cell, RefCell};
use std::sync::atomic::Ordering;

use taipan_compiler::opcode::{EXTENDED, Flow, Instr, Opcode};
use taipan_object::exceptions::peek;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Value, Vm};

use crate::code::PyCode;
use crate::frame::{Frame, FrameObject, GENERATOR, TRACED, frame_object};
use crate::machine::Machine;
use crate::monitor::{self, Event};
use crate::observe;

/// What a thread remembers between events.
#[derive(Default)]
pub struct Tracing {
    /// Functions that are told of an event run: no events meanwhile.
    inside: Cell<u32>,
    /// The frame and the instruction that were looked at last.
    last: Cell<(usize, u32)>,
    /// Calls of native functions in progress, each with the frame that made it.
    natives: RefCell<Vec<Native>>,
    /// Some tool of `sys.monitoring` wants events.
    pub(crate) monitored: Cell<bool>,
}

struct Native {
    frame: usize,
    index: u32,
    callable: Value,
    first: Option<Value>,
    /// What a profile function is told: methods are bound to their object. `None`: nothing.
    profiled: Option<Value>,
}

/// Whether somebody wants to be told of events in this thread.
#[inline]
pub(crate) fn is_wanted(machine: &Machine) -> bool {
    // SAFETY: the cells are only read, and not changed meanwhile.
    let set = |cell: &Cell<Option<Value>>| unsafe { (*cell.as_ptr()).is_some() };
    machine.tracing.monitored.get() || set(&machine.trace) || set(&machine.profile)
}

/// Has to be called when a trace function, a profile function or events of a tool were set.
pub fn changed(vm: &Vm) {
    let machine = Machine::of(vm);
    let wanted = is_wanted(machine);
    let was = observe::update(vm, wanted);
    vm.heap.set_watched(wanted);
    if !wanted {
        machine.tracing.natives.borrow_mut().clear();
        return;
    }
    vm.breaker
        .fetch_or(taipan_object::vm::breaker::TRACING, Ordering::Relaxed);
    if was {
        return;
    }
    // Bodies in progress have started before.
    let mut frame = machine.current.get();
    while !frame.is_null() {
        // SAFETY: frames in progress are live.
        unsafe {
            (*frame).flags |= TRACED;
            (*frame).traced_line = (*frame).code().line_of((*frame).lasti());
            frame = (*frame).previous;
        }
    }
}

/// Calls `tell` without events from what it runs.
pub(crate) fn quietly<R>(vm: &Vm, tell: impl FnOnce() -> R) -> R {
    let inside = &Machine::of(vm).tracing.inside;
    inside.set(inside.get() + 1);
    let result = tell();
    inside.set(inside.get() - 1);
    result
}

/// Runs a function with events, from within one that was told of an event (`sys.call_tracing`).
pub fn loudly<R>(vm: &Vm, run: impl FnOnce() -> R) -> R {
    let inside = &Machine::of(vm).tracing.inside;
    let before = inside.replace(0);
    let result = run();
    inside.set(before);
    result
}

fn is_silent(vm: &Vm) -> bool {
    Machine::of(vm).tracing.inside.get() != 0
}

/// Tells the trace function of a frame.
fn trace(vm: &Vm, frame: *mut Frame, event: &str, arg: &Value) -> PyResult<()> {
    let machine = Machine::of(vm);
    let Some(global) = peek(&machine.trace) else {
        return Ok(());
    };
    let starts = event == "call";
    // SAFETY: the frame is live.
    if !starts && unsafe { (*frame).object } == 0 {
        return Ok(());
    }
    let object = frame_object(vm, frame);
    let Some(function) = (if starts {
        Some(global)
    } else {
        peek(&object.trace)
    }) else {
        return Ok(());
    };
    let args = [
        object.to_value(),
        vm.intern_str(event).into_value(),
        arg.clone(),
    ];
    match quietly(vm, || vm.call(&function, &args)) {
        Ok(local) if !local.is_none() => drop(object.trace.replace(Some(local))),
        Ok(_) => {}
        Err(raised) => {
            drop(object.trace.take());
            drop(machine.trace.take());
            changed(vm);
            return Err(raised);
        }
    }
    Ok(())
}

/// Tells the profile function of a frame.
fn profile(vm: &Vm, frame: *mut Frame, event: &str, arg: &Value) -> PyResult<()> {
    let machine = Machine::of(vm);
    let Some(function) = peek(&machine.profile) else {
        return Ok(());
    };
    let args = [
        frame_object(vm, frame).into_value(),
        vm.intern_str(event).into_value(),
        arg.clone(),
    ];
    if let Err(raised) = quietly(vm, || vm.call(&function, &args)) {
        drop(machine.profile.take());
        changed(vm);
        return Err(raised);
    }
    Ok(())
}

fn local_trace(frame: *mut Frame) -> Option<Value> {
    // SAFETY: the frame is live, its object an owned frame object or nothing.
    unsafe {
        ((*frame).object != 0)
            .then(|| Value::borrow_word(&(*frame).object))
            .and_then(|o| o.downcast::<FrameObject>())
            .filter(|o| o.trace_lines.get())
            .and_then(|o| peek(&o.trace))
    }
}

fn wants_opcodes(frame: *mut Frame) -> bool {
    // SAFETY: as in `local_trace`.
    unsafe {
        (*frame).object != 0
            && Value::borrow_word(&(*frame).object)
                .downcast::<FrameObject>()
                .is_some_and(|o| o.trace_opcodes.get())
    }
}

/// An instruction is about to be executed.
///
/// # Errors
/// What the functions raise that are told.
///
/// # Safety
/// `frame` is the running frame, `pc` the address of an instruction of its code.
pub(crate) unsafe fn step(vm: &Vm, frame: *mut Frame, pc: *const u64) -> PyResult<()> {
    if is_silent(vm) {
        return Ok(());
    }
    let tracing = &Machine::of(vm).tracing;
    // SAFETY: by the contract.
    unsafe {
        let code = (*frame).code();
        let index = code.index_of(pc);
        let Some(&instr) = code.code.instrs.get(index as usize) else {
            return Ok(());
        };
        (*frame).pc = pc;
        native_ended(vm, frame, true)?;
        if (*frame).flags & TRACED == 0 {
            started(vm, frame, index)?;
        }
        (*frame).pc = pc.add(1);
        let last = tracing.last.replace((frame as usize, index));
        let before = (last.0 == frame as usize).then_some(last.1);
        if tracing.monitored.get() {
            jumped(vm, code, before, index)?;
        }
        let line = code.line_of(index);
        let backward = before.is_some_and(|b| index <= b);
        // The way back to a loop's head belongs to the head, which is told then.
        let way_back = instr.op() == Some(Opcode::JumpBackward)
            && code.line_of(instr.bc()) == line
            && line != (*frame).traced_line;
        if line > 0 && !way_back && (line != (*frame).traced_line || backward) {
            (*frame).traced_line = line;
            if local_trace(frame).is_some() {
                trace(vm, frame, "line", &Value::NONE)?;
            }
            let line = vm.new_int(i64::from(line));
            monitor::fire(vm, code, Event::Line, index, &[line])?;
        }
        if wants_opcodes(frame) {
            trace(vm, frame, "opcode", &Value::NONE)?;
        }
        monitor::fire_at(vm, code, Event::Instruction, index, &[])?;
        match instr.op() {
            Some(Opcode::ReturnValue) => {
                let word = *(*frame).regs.add(instr.a() as usize);
                ends(
                    vm,
                    frame,
                    index,
                    &Value::borrow_word(&word).clone(),
                    Event::PyReturn,
                )?;
            }
            Some(Opcode::ReturnConst) => {
                let value = code.const_values()[instr.bc() as usize].clone();
                ends(vm, frame, index, &value, Event::PyReturn)?;
            }
            Some(Opcode::YieldValue) => {
                let word = *(*frame).regs.add(instr.b() as usize);
                ends(
                    vm,
                    frame,
                    index,
                    &Value::borrow_word(&word).clone(),
                    Event::PyYield,
                )?;
            }
            Some(op) => calls(vm, frame, index, instr, op)?,
            None => {}
        }
    }
    Ok(())
}

/// A body starts or goes on after a suspension.
unsafe fn started(vm: &Vm, frame: *mut Frame, index: u32) -> PyResult<()> {
    // SAFETY: by the contract of the callers.
    let (code, resumed) = unsafe {
        (*frame).flags |= TRACED;
        (*frame).traced_line = -1;
        (
            (*frame).code(),
            (*frame).flags & GENERATOR != 0 && index != 0,
        )
    };
    trace(vm, frame, "call", &Value::NONE)?;
    profile(vm, frame, "call", &Value::NONE)?;
    let event = match resumed {
        true => Event::PyResume,
        false => Event::PyStart,
    };
    if resumed {
        // SAFETY: as above. The line of the suspension is not a new one.
        unsafe { (*frame).traced_line = code.line_of(index.saturating_sub(1)) };
    }
    monitor::fire_at(vm, code, event, index, &[])
}

/// A body returns or yields.
fn ends(vm: &Vm, frame: *mut Frame, index: u32, value: &Value, event: Event) -> PyResult<()> {
    trace(vm, frame, "return", value)?;
    profile(vm, frame, "return", value)?;
    // SAFETY: the frame is live.
    let code = unsafe { (*frame).code() };
    monitor::fire_at(vm, code, event, index, std::slice::from_ref(value))
}

/// Jumps and branches since the instruction before.
fn jumped(vm: &Vm, code: &PyCode, before: Option<u32>, index: u32) -> PyResult<()> {
    let Some(before) = before else { return Ok(()) };
    let Some(instr) = code.code.instrs.get(before as usize) else {
        return Ok(());
    };
    let Some(op) = instr.op() else { return Ok(()) };
    let to = [vm.new_int(i64::from(index) * 2)];
    match op.flow() {
        Flow::Jump => monitor::fire_at(vm, code, Event::Jump, before, &to),
        Flow::Branch if !matches!(op, Opcode::Send | Opcode::CleanupThrow) => {
            let fall = before + 1 + u32::from(instr.c() == EXTENDED);
            let event = match index == fall || index == before + 1 {
                true => Event::BranchLeft,
                false => Event::BranchRight,
            };
            monitor::fire_at(vm, code, event, before, &to)?;
            monitor::fire_at(vm, code, Event::Branch, before, &to)
        }
        _ => Ok(()),
    }
}

/// A call is about to be made.
unsafe fn calls(vm: &Vm, frame: *mut Frame, index: u32, instr: Instr, op: Opcode) -> PyResult<()> {
    let method = matches!(op, Opcode::CallMethod | Opcode::CallMethodKw);
    let plain = matches!(op, Opcode::Call | Opcode::CallKw);
    if !method && !plain && op != Opcode::CallEx {
        return Ok(());
    }
    // SAFETY: the operands of a call are verified; words in registers are values or 0.
    let (callable, this, first) = unsafe {
        let base = (*frame).regs.add(instr.b() as usize);
        let register = |n: usize| {
            let word = *base.add(n);
            (word != 0).then(|| Value::borrow_word(&word).clone())
        };
        let Some(callable) = register(0) else {
            return Ok(());
        };
        let this = if method { register(1) } else { None };
        let first = match op {
            _ if this.is_some() => this.clone(),
            Opcode::CallEx => register(1).and_then(|args| {
                args.downcast::<Tuple>()
                    .and_then(|t| t.items().first().cloned())
            }),
            _ if instr.c() == 0 => None,
            _ => register(1 + usize::from(method)),
        };
        (callable, this, first)
    };
    // SAFETY: the frame is live.
    let code = unsafe { (*frame).code() };
    let machine = Machine::of(vm);
    let wants = |event| monitor::is_on(vm, code, event);
    if wants(Event::Call) {
        let arg = first.clone().unwrap_or_else(|| monitor::missing(vm));
        monitor::fire_at(vm, code, Event::Call, index, &[callable.clone(), arg])?;
    }
    let ty = vm.type_of(&callable);
    let types = &vm.types;
    if ty.is(&types.function) || ty.is(&types.method) {
        return Ok(());
    }
    let mut profiled = None;
    if peek(&machine.profile).is_some() {
        if ty.is(&types.builtin_function) {
            profiled = Some(callable.clone());
        } else if ty.is(&types.method_descriptor)
            && let Some(object) = first.as_ref().filter(|_| this.is_some() || !method)
        {
            // Profile functions know bound methods only.
            let class = vm.type_of(object).to_value();
            let get = vm.intern_str("__get__");
            profiled = vm
                .call_method(&callable, &get, &[object.clone(), class])
                .ok();
            drop(vm.take_pending());
        }
        if let Some(function) = &profiled {
            profile(vm, frame, "c_call", function)?;
        }
    }
    if profiled.is_some() || wants(Event::CReturn) || wants(Event::CRaise) {
        machine.tracing.natives.borrow_mut().push(Native {
            frame: frame as usize,
            index,
            callable,
            first,
            profiled,
        });
    }
    Ok(())
}

/// The native function that a frame has called, if any, has returned or raised.
fn native_ended(vm: &Vm, frame: *mut Frame, returned: bool) -> PyResult<()> {
    let natives = &Machine::of(vm).tracing.natives;
    let call = {
        let mut all = natives.borrow_mut();
        match all.last() {
            Some(n) if n.frame == frame as usize => all.pop(),
            _ => None,
        }
    };
    let Some(call) = call else { return Ok(()) };
    if let Some(function) = &call.profiled {
        profile(
            vm,
            frame,
            if returned { "c_return" } else { "c_exception" },
            function,
        )?;
    }
    let event = if returned {
        Event::CReturn
    } else {
        Event::CRaise
    };
    let first = call.first.unwrap_or_else(|| monitor::missing(vm));
    // SAFETY: the frame is live.
    let code = unsafe { (*frame).code() };
    monitor::fire_at(vm, code, event, call.index, &[call.callable, first])
}

/// Tells of the pending exception; what a function raises that is told takes its place.
fn with_pending(vm: &Vm, tell: impl FnOnce(&Value) -> PyResult<()>) {
    let Some(e) = vm.take_pending() else { return };
    if tell(&e).is_ok() {
        let _ = vm.restore(e);
    }
}

/// An exception is pending that a frame has raised (`again`: raised once more) or got from a call.
///
/// # Safety
/// `frame` is the running frame, its program counter saved.
pub(crate) unsafe fn raised(vm: &Vm, frame: *mut Frame, again: bool) {
    if !is_wanted(Machine::of(vm)) || is_silent(vm) {
        return;
    }
    with_pending(vm, |e| {
        // SAFETY: by the contract.
        let (code, index, fresh) = unsafe {
            let fresh = (*frame).flags & (TRACED | GENERATOR) == GENERATOR;
            ((*frame).code(), (*frame).lasti(), fresh)
        };
        native_ended(vm, frame, false)?;
        if fresh {
            // Thrown into a suspended body.
            // SAFETY: by the contract.
            unsafe { (*frame).flags |= TRACED };
            trace(vm, frame, "call", &Value::NONE)?;
            profile(vm, frame, "call", &Value::NONE)?;
            monitor::fire_at(vm, code, Event::PyThrow, index, std::slice::from_ref(e))?;
        }
        if !again {
            let traceback = crate::unwind::traceback_of(e).unwrap_or(Value::NONE);
            let class = vm.type_of(e).to_value();
            let arg = vm.new_tuple([class, e.clone(), traceback]);
            trace(vm, frame, "exception", &arg.into_value())?;
        }
        let event = if again { Event::Reraise } else { Event::Raise };
        monitor::fire_at(vm, code, event, index, std::slice::from_ref(e))
    });
}

/// The pending exception ends a body.
///
/// # Safety
/// As [`raised`].
pub(crate) unsafe fn unwound(vm: &Vm, frame: *mut Frame) {
    if !is_wanted(Machine::of(vm)) || is_silent(vm) {
        return;
    }
    with_pending(vm, |e| {
        // SAFETY: by the contract.
        let (code, index) = unsafe { ((*frame).code(), (*frame).lasti()) };
        trace(vm, frame, "return", &Value::NONE)?;
        profile(vm, frame, "return", &Value::NONE)?;
        monitor::fire_at(vm, code, Event::PyUnwind, index, std::slice::from_ref(e))
    });
}

/// An exception was caught in a frame. What is told raises goes the way of any exception there: whether it did.
///
/// # Safety
/// As [`raised`]; the program counter is that of the handler.
pub(crate) unsafe fn handled(vm: &Vm, frame: *mut Frame, e: &Value) -> PyResult<()> {
    if !is_wanted(Machine::of(vm)) || is_silent(vm) {
        return Ok(());
    }
    // SAFETY: by the contract.
    let (code, index) = unsafe { ((*frame).code(), (*frame).code().index_of((*frame).pc)) };
    monitor::fire_at(
        vm,
        code,
        Event::ExceptionHandled,
        index,
        std::slice::from_ref(e),
    )
}
