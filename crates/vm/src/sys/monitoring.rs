//! `sys.monitoring` (PEP 669): tools, their events and callbacks.

use taipan_macros::pymodule;
use taipan_object::{PyResult, Vm};

use crate::monitor::{LOCAL, NAMES, TOOLS};

pub use module::MODULE;

fn tool_index(vm: &Vm, tool_id: i64) -> PyResult<usize> {
    usize::try_from(tool_id)
        .ok()
        .filter(|&n| n < TOOLS)
        .ok_or_else(|| vm.value_error(format!("invalid tool {tool_id} (must be between 0 and 5)")))
}

fn used_tool(vm: &Vm, tool_id: i64) -> PyResult<usize> {
    let tool = tool_index(vm, tool_id)?;
    let used = crate::monitor::of(vm).tools.borrow()[tool].name.is_some();
    if used {
        Ok(tool)
    } else {
        Err(vm.value_error(format!("tool {tool_id} is not in use")))
    }
}

/// The set of events that a number stands for; `local`: only those that belong to a place.
fn checked_events(vm: &Vm, events: i64, local: bool) -> PyResult<u32> {
    const C_RETURN: i64 = 1 << 16;
    const C_RAISE: i64 = 1 << 17;
    const CALL: i64 = 1 << 4;
    const BRANCH: i64 = 1 << 18;
    if events < 0 || events >= 1 << NAMES.len() {
        return Err(vm.value_error(format!("invalid event set 0x{events:x}")));
    }
    if events & (C_RETURN | C_RAISE) != 0 && events & CALL != CALL {
        return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    let all = i64::from(LOCAL) | C_RETURN | C_RAISE | BRANCH;
    if local && events & !all != 0 {
        return Err(vm.value_error(format!("invalid local event set 0x{events:x}")));
    }
    Ok(events as u32)
}

/// Functions of `sys.monitoring`.
#[pymodule(name = "sys.monitoring", doc = "Events of running code for tools.")]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{checked_events, tool_index, used_tool};
    use crate::monitor::{self, NAMES, Tool};

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
        let monitor = monitor::of(vm);
        for (name, cell) in [("DISABLE", &monitor.disable), ("MISSING", &monitor.missing)] {
            let object = vm.call(vm.types.object.as_value(), &[])?;
            cell.set(Some(object.clone()));
            set(name, object);
        }
        let events = vm.call(vm.types.simple_namespace.as_value(), &[])?;
        for (bit, name) in NAMES.iter().enumerate() {
            vm.setattr(&events, &vm.intern_str(name), &vm.new_int(1 << bit))?;
        }
        vm.setattr(&events, &vm.intern_str("NO_NAMES"), &vm.new_int(0))?;
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
        let monitor = monitor::of(vm);
        let mut all = monitor.tools.borrow_mut();
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
        monitor::of(vm).clear(tool);
        monitor::changed(vm);
        Ok(())
    }
    /// Gives a tool's number back.
    #[pyfunction("(tool_id, /)")]
    fn free_tool_id(vm: &Vm, tool_id: i64) -> PyResult<()> {
        let tool = tool_index(vm, tool_id)?;
        let monitor = monitor::of(vm);
        monitor.clear(tool);
        let old: Tool = std::mem::take(&mut monitor.tools.borrow_mut()[tool]);
        drop(old);
        monitor::changed(vm);
        Ok(())
    }
    /// The name of the tool that has a number; None if it is free.
    #[pyfunction("(tool_id, /)")]
    fn get_tool(vm: &Vm, tool_id: i64) -> PyResult<Option<Value>> {
        let tool = tool_index(vm, tool_id)?;
        Ok(monitor::of(vm).tools.borrow()[tool].name.clone())
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
        let Some(bit) = Some(event.trailing_zeros() as usize).filter(|&b| b < NAMES.len()) else {
            return Err(vm.value_error(format!("invalid event {event}")));
        };
        let new = (!func.is_none()).then(|| func.clone());
        let monitor = monitor::of(vm);
        let old = std::mem::replace(&mut monitor.tools.borrow_mut()[tool].callbacks[bit], new);
        Ok(old)
    }
    /// The events that are on for a tool.
    #[pyfunction("(tool_id, /)")]
    fn get_events(vm: &Vm, tool_id: i64) -> PyResult<i64> {
        let tool = used_tool(vm, tool_id)?;
        Ok(monitor::of(vm).tools.borrow()[tool].events.into())
    }
    /// Switches events on for a tool.
    #[pyfunction("(tool_id, event_set, /)")]
    fn set_events(vm: &Vm, tool_id: i64, event_set: i32) -> PyResult<()> {
        let tool = used_tool(vm, tool_id)?;
        let events = checked_events(vm, event_set.into(), false)?;
        monitor::of(vm).tools.borrow_mut()[tool].events = events;
        monitor::changed(vm);
        Ok(())
    }
    /// The events that are on for a tool in one code object.
    #[pyfunction("(tool_id, code, /)")]
    fn get_local_events(vm: &Vm, tool_id: i64, code: &Value) -> PyResult<i64> {
        need_code(vm, code)?;
        let tool = used_tool(vm, tool_id)?;
        Ok(monitor::of(vm)
            .local_events(code.word() as usize, tool)
            .into())
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
        let tool = used_tool(vm, tool_id)?;
        let events = checked_events(vm, event_set.into(), true)?;
        monitor::of(vm).set_local_events(code, tool, events);
        monitor::changed(vm);
        Ok(())
    }
    /// Switches events that were disabled at places on again.
    #[pyfunction("()")]
    fn restart_events(vm: &Vm) {
        monitor::of(vm).restart();
    }
    /// The tools of each event that is on, as a set of bits.
    #[pyfunction("()")]
    fn _all_events(vm: &Vm) -> PyResult {
        let all = vm.new_dict();
        let monitor = monitor::of(vm);
        let tools = monitor.tools.borrow();
        for (bit, name) in NAMES.iter().enumerate() {
            let of_event = (0..tools.len()).filter(|&t| tools[t].events & 1 << bit != 0);
            let set = of_event.fold(0, |set, t| set | 1 << t);
            if set != 0 {
                all.insert_str(vm, &vm.intern_str(name), vm.new_int(set));
            }
        }
        Ok(all.into_value())
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
