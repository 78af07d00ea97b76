//! `sys.monitoring` (PEP 669): tools and their callbacks. Events are not delivered yet: asking for one raises
//! NotImplementedError.

use std::cell::RefCell;

use taipan_macros::pymodule;
use taipan_object::{PyResult, Raised, Value, Vm};

pub use module::MODULE;

/// How many tools there may be.
const TOOLS: usize = 6;
/// The events by name, lowest bit first.
const EVENTS: [&str; 19] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

/// A tool's name and what it wants to be called with.
#[derive(Default)]
struct Tool {
    name: Option<Value>,
    callbacks: [Option<Value>; EVENTS.len()],
}

#[derive(Default)]
struct Tools(RefCell<[Tool; TOOLS]>);

fn tools(vm: &Vm) -> std::rc::Rc<Tools> {
    crate::state::<Tools>(vm, "sys.monitoring")
}

fn tool_index(vm: &Vm, tool_id: i64) -> PyResult<usize> {
    usize::try_from(tool_id)
        .ok()
        .filter(|&n| n < TOOLS)
        .ok_or_else(|| vm.value_error(format!("invalid tool {tool_id} (must be between 0 and 5)")))
}

fn used_tool(vm: &Vm, tool_id: i64) -> PyResult<usize> {
    let tool = tool_index(vm, tool_id)?;
    let used = tools(vm).0.borrow()[tool].name.is_some();
    if used {
        Ok(tool)
    } else {
        Err(vm.value_error(format!("tool {tool_id} is not in use")))
    }
}

fn not_there(vm: &Vm) -> Raised {
    vm.not_implemented_error("events of sys.monitoring")
}

fn check_events(vm: &Vm, events: i64) -> PyResult<()> {
    const C_RETURN: i64 = 1 << 16;
    const C_RAISE: i64 = 1 << 17;
    const CALL: i64 = 1 << 4;
    if events < 0 || events >= 1 << EVENTS.len() {
        return Err(vm.value_error(format!("invalid event set 0x{events:x}")));
    }
    if events & (C_RETURN | C_RAISE) != 0 && events & CALL == 0 {
        return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    if events != 0 {
        return Err(not_there(vm));
    }
    Ok(())
}

/// Functions of `sys.monitoring`.
#[pymodule(name = "sys.monitoring", doc = "Events of running code for tools.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{EVENTS, Tool, check_events, tool_index, tools, used_tool};

    #[pyattr]
    const DEBUGGER_ID: i64 = 0;
    #[pyattr]
    const COVERAGE_ID: i64 = 1;
    #[pyattr]
    const PROFILER_ID: i64 = 2;
    #[pyattr]
    const OPTIMIZER_ID: i64 = 5;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let set =
            |name: &str, value: Value| module.dict.insert_str(vm, &vm.intern_str(name), value);
        for name in ["DISABLE", "MISSING"] {
            set(name, vm.call(vm.types.object.as_value(), &[])?);
        }
        let events = vm.call(vm.types.simple_namespace.as_value(), &[])?;
        for (bit, name) in EVENTS.iter().enumerate() {
            vm.setattr(&events, &vm.intern_str(name), &vm.new_int(1 << bit))?;
        }
        vm.setattr(&events, &vm.intern_str("NO_EVENTS"), &vm.new_int(0))?;
        set("events", events);
        Ok(())
    }
    /// Takes a tool's number for a name.
    #[pyfunction("(tool_id, name, /)")]
    fn use_tool_id(vm: &Vm, tool_id: i64, name: &Value) -> PyResult<()> {
        let tool = tool_index(vm, tool_id)?;
        if name.downcast::<Str>().is_none() {
            return Err(vm.value_error("tool name must be a str"));
        }
        let tools = tools(vm);
        let mut all = tools.0.borrow_mut();
        if all[tool].name.is_some() {
            return Err(vm.value_error(format!("tool {tool_id} is already in use")));
        }
        all[tool].name = Some(name.clone());
        Ok(())
    }
    /// Takes all callbacks of a tool away.
    #[pyfunction("(tool_id, /)")]
    fn clear_tool_id(vm: &Vm, tool_id: i64) -> PyResult<()> {
        let tool = tool_index(vm, tool_id)?;
        let tools = tools(vm);
        let old = std::mem::take(&mut tools.0.borrow_mut()[tool].callbacks);
        drop(old);
        Ok(())
    }
    /// Gives a tool's number back.
    #[pyfunction("(tool_id, /)")]
    fn free_tool_id(vm: &Vm, tool_id: i64) -> PyResult<()> {
        let tool = tool_index(vm, tool_id)?;
        let tools = tools(vm);
        let old: Tool = std::mem::take(&mut tools.0.borrow_mut()[tool]);
        drop(old);
        Ok(())
    }
    /// The name of the tool that has a number; None if it is free.
    #[pyfunction("(tool_id, /)")]
    fn get_tool(vm: &Vm, tool_id: i64) -> PyResult<Option<Value>> {
        let tool = tool_index(vm, tool_id)?;
        Ok(tools(vm).0.borrow()[tool].name.clone())
    }
    /// Sets what is called for an event; the function before.
    #[pyfunction("(tool_id, event, func, /)")]
    fn register_callback(
        vm: &Vm,
        tool_id: i64,
        event: i32,
        func: &Value,
    ) -> PyResult<Option<Value>> {
        let tool = tool_index(vm, tool_id)?;
        if event <= 0 || event.count_ones() != 1 {
            return Err(vm.value_error("The callback can only be set for one event at a time"));
        }
        let Some(bit) = Some(event.trailing_zeros() as usize).filter(|&b| b < EVENTS.len()) else {
            return Err(vm.value_error(format!("invalid event {event}")));
        };
        let new = (!func.is_none()).then(|| func.clone());
        let tools = tools(vm);
        let old = std::mem::replace(&mut tools.0.borrow_mut()[tool].callbacks[bit], new);
        Ok(old)
    }
    /// The events that are on for a tool.
    #[pyfunction("(tool_id, /)")]
    fn get_events(vm: &Vm, tool_id: i64) -> PyResult<i64> {
        used_tool(vm, tool_id).map(|_| 0)
    }
    /// Switches events on for a tool.
    #[pyfunction("(tool_id, event_set, /)")]
    fn set_events(vm: &Vm, tool_id: i64, event_set: i32) -> PyResult<()> {
        used_tool(vm, tool_id)?;
        check_events(vm, event_set.into())
    }
    /// The events that are on for a tool in one code object.
    #[pyfunction("(tool_id, code, /)")]
    fn get_local_events(vm: &Vm, tool_id: i64, code: &Value) -> PyResult<i64> {
        need_code(vm, code)?;
        used_tool(vm, tool_id).map(|_| 0)
    }
    fn need_code(vm: &Vm, code: &Value) -> PyResult<()> {
        if vm.type_of(code).is(&vm.types.code) {
            Ok(())
        } else {
            Err(vm.type_error("code must be a code object"))
        }
    }
    /// Switches events on for a tool in one code object.
    #[pyfunction("(tool_id, code, event_set, /)")]
    fn set_local_events(vm: &Vm, tool_id: i64, code: &Value, event_set: i32) -> PyResult<()> {
        need_code(vm, code)?;
        used_tool(vm, tool_id)?;
        check_events(vm, event_set.into())
    }
    /// Switches events that were disabled at places on again.
    #[pyfunction("()")]
    fn restart_events() {}
    /// The tools of each event that is on.
    #[pyfunction("()")]
    fn _all_events(vm: &Vm) -> Value {
        vm.new_dict().into_value()
    }
}

/// Functions of `sys._jit`.
#[pymodule(name = "sys._jit", doc = "Whether code is compiled to machine code.")]
pub mod jit {
    use taipan_object::Vm;

    use crate::jit::Mode;
    use crate::machine::Machine;

    /// Whether this interpreter can compile to machine code.
    #[pyfunction("()")]
    fn is_available() -> bool {
        true
    }
    /// Whether it does.
    #[pyfunction("()")]
    fn is_enabled(vm: &Vm) -> bool {
        Machine::of(vm).jit.mode.get() != Mode::Off
    }
    /// Whether the caller runs as machine code; calls of this function never do.
    #[pyfunction("()")]
    fn is_active() -> bool {
        false
    }
}
