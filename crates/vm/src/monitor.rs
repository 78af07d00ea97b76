//! The tools of `sys.monitoring` (PEP 669): which events each wants, and telling them.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use taipan_object::exceptions::peek;
use taipan_object::{PyResult, Value, Vm};

use crate::code::PyCode;
use crate::machine::Machine;
use crate::tracing;

/// How many tools there may be.
pub const TOOLS: usize = 6;

macro_rules! events {
    ($($variant:ident $name:literal)*) => {
        /// An event, by its bit in an event set.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Event { $($variant),* }
        /// The events' names, lowest bit first.
        pub const NAMES: [&str; 19] = [$($name),*];
    };
}

events! {
    PyStart "PY_START"
    PyResume "PY_RESUME"
    PyReturn "PY_RETURN"
    PyYield "PY_YIELD"
    Call "CALL"
    Line "LINE"
    Instruction "INSTRUCTION"
    Jump "JUMP"
    BranchLeft "BRANCH_LEFT"
    BranchRight "BRANCH_RIGHT"
    StopIteration "STOP_ITERATION"
    Raise "RAISE"
    ExceptionHandled "EXCEPTION_HANDLED"
    PyUnwind "PY_UNWIND"
    PyThrow "PY_THROW"
    Reraise "RERAISE"
    CReturn "C_RETURN"
    CRaise "C_RAISE"
    Branch "BRANCH"
}

/// Events that belong to a place: they can be set for a code object, and disabled at a place.
pub const LOCAL: u32 = (1 << 11) - 1;

/// A tool's name, what it wants to hear of and what is called.
#[derive(Default)]
pub struct Tool {
    pub name: Option<Value>,
    pub callbacks: [Option<Value>; NAMES.len()],
    pub events: u32,
}

/// What belongs to one code object.
struct Local {
    /// Keeps the code, by whose address it is found.
    _code: Value,
    events: [u32; TOOLS],
}

/// The state of `sys.monitoring`.
#[derive(Default)]
pub struct Monitor {
    pub tools: RefCell<[Tool; TOOLS]>,
    local: RefCell<HashMap<usize, Local>>,
    /// Code, instruction, tool and event at which a tool does not want to be told any more.
    disabled: RefCell<HashSet<(usize, u32, usize, Event)>>,
    pub disable: Cell<Option<Value>>,
    pub missing: Cell<Option<Value>>,
}

/// The interpreter's tools.
pub fn of(vm: &Vm) -> Rc<Monitor> {
    crate::state::<Monitor>(vm, "sys.monitoring")
}

/// Stands for the first argument of a call without any.
pub(crate) fn missing(vm: &Vm) -> Value {
    peek(&of(vm).missing).unwrap_or(Value::NONE)
}

impl Monitor {
    /// The events that a tool wants of a code object.
    pub fn local_events(&self, code: usize, tool: usize) -> u32 {
        self.local.borrow().get(&code).map_or(0, |l| l.events[tool])
    }

    pub fn set_local_events(&self, code: &Value, tool: usize, events: u32) {
        let mut local = self.local.borrow_mut();
        let entry = local.entry(code.word() as usize).or_insert_with(|| Local {
            _code: code.clone(),
            events: [0; TOOLS],
        });
        entry.events[tool] = events;
        if entry.events == [0; TOOLS] {
            local.remove(&(code.word() as usize));
        }
    }

    /// Takes everything from a tool but its name.
    pub fn clear(&self, tool: usize) {
        let old = {
            let mut tools = self.tools.borrow_mut();
            tools[tool].events = 0;
            std::mem::take(&mut tools[tool].callbacks)
        };
        drop(old);
        let codes: Vec<Local> = {
            let mut local = self.local.borrow_mut();
            local.values_mut().for_each(|l| l.events[tool] = 0);
            local
                .extract_if(|_, l| l.events == [0; TOOLS])
                .map(|(_, l)| l)
                .collect()
        };
        drop(codes);
        self.disabled.borrow_mut().retain(|d| d.2 != tool);
    }

    pub fn restart(&self) {
        self.disabled.borrow_mut().clear();
    }

    fn wants_any(&self) -> bool {
        !self.local.borrow().is_empty() || self.tools.borrow().iter().any(|t| t.events != 0)
    }

    fn wanted_by(&self, code: usize, tool: usize) -> u32 {
        self.tools.borrow()[tool].events | self.local_events(code, tool)
    }
}

/// Has to be called when the events of a tool were set.
pub fn changed(vm: &Vm) {
    let wanted = of(vm).wants_any();
    Machine::of(vm).tracing.monitored.set(wanted);
    tracing::changed(vm);
}

/// The object of a code payload.
fn code_value(code: &PyCode) -> Value {
    let word = std::ptr::from_ref(code) as u64 - 16;
    // SAFETY: payloads of code lie in objects, behind the header.
    unsafe { Value::borrow_word(&word).clone() }
}

fn address(code: &PyCode) -> usize {
    std::ptr::from_ref(code) as usize - 16
}

/// Whether some tool wants to be told of an event in a code object.
pub(crate) fn is_on(vm: &Vm, code: &PyCode, event: Event) -> bool {
    if !Machine::of(vm).tracing.monitored.get() {
        return false;
    }
    let monitor = of(vm);
    (0..TOOLS).any(|tool| monitor.wanted_by(address(code), tool) & 1 << event as u32 != 0)
}

/// Tells the tools of an event at a place: they get the code, the offset of the place and `args`.
///
/// # Errors
/// What they raise.
pub(crate) fn fire_at(
    vm: &Vm,
    code: &PyCode,
    event: Event,
    index: u32,
    args: &[Value],
) -> PyResult<()> {
    if !Machine::of(vm).tracing.monitored.get() {
        return Ok(());
    }
    let mut all = vec![vm.new_int(i64::from(index) * 2)];
    all.extend_from_slice(args);
    fire(vm, code, event, index, &all)
}

/// Tells the tools of an event: they get the code and `args`.
///
/// # Errors
/// What they raise.
pub(crate) fn fire(
    vm: &Vm,
    code: &PyCode,
    event: Event,
    index: u32,
    args: &[Value],
) -> PyResult<()> {
    if !Machine::of(vm).tracing.monitored.get() {
        return Ok(());
    }
    let monitor = of(vm);
    let bit = 1 << event as u32;
    for tool in 0..TOOLS {
        let place = (address(code), index, tool, event);
        if monitor.wanted_by(place.0, tool) & bit == 0
            || !monitor.disabled.borrow().is_empty() && monitor.disabled.borrow().contains(&place)
        {
            continue;
        }
        let callback = monitor.tools.borrow()[tool].callbacks[event as usize].clone();
        let Some(callback) = callback else { continue };
        let mut all = vec![code_value(code)];
        all.extend_from_slice(args);
        let answer = tracing::quietly(vm, || vm.call(&callback, &all))?;
        if !peek(&monitor.disable).is_some_and(|d| d.is(&answer)) {
            continue;
        }
        if bit & (LOCAL | 1 << Event::Branch as u32) == 0 {
            let old = monitor.tools.borrow_mut()[tool].callbacks[event as usize].take();
            drop(old);
            return Err(vm.value_error(format!(
                "Cannot disable {} events. Callback removed.",
                NAMES[event as usize]
            )));
        }
        monitor.disabled.borrow_mut().insert(place);
    }
    Ok(())
}
