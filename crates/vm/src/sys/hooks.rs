//! What the interpreter calls through `sys`: exception hooks and auditing.

use std::cell::RefCell;

use taipan_object::exceptions::{Exception, peek};
use taipan_object::{Value, Vm};

use crate::traceback_print::{format_exception, format_unraisable};

/// Type, value and traceback of an exception.
pub fn parts(vm: &Vm, e: &Value) -> [Value; 3] {
    let traceback = e
        .downcast::<Exception>()
        .and_then(|x| peek(&x.traceback))
        .unwrap_or(Value::NONE);
    [vm.type_of(e).to_value(), e.clone(), traceback]
}

/// Gives an uncaught exception to `sys.excepthook`.
pub fn report_exception(vm: &Vm, e: &Value) {
    let hook = crate::sys_attr(vm, "excepthook");
    let Some(hook) = hook.filter(|h| !h.is_none()) else {
        super::write_stderr(
            vm,
            &format!("sys.excepthook is missing\n{}", format_exception(vm, e)),
        );
        return;
    };
    if let Some(f) = hook.downcast::<taipan_object::function::NativeFunction>()
        && f.def.name == "excepthook"
    {
        show(vm, e);
        return;
    }
    if let Err(raised) = vm.call(&hook, &parts(vm, e)) {
        let second = vm.take_exception(raised);
        super::write_stderr(vm, "Error in sys.excepthook:\n");
        show(vm, &second);
        super::write_stderr(vm, "\nOriginal exception was:\n");
        show(vm, e);
    }
}

/// Keeps an uncaught exception as `sys.last_exc` and its parts under the older names.
pub fn remember_last(vm: &Vm, e: &Value) {
    use taipan_object::module::Module;
    let module = vm
        .modules
        .get_str(&vm.names.sys)
        .and_then(|m| m.downcast_owned::<Module>().ok());
    let Some(sys) = module else {
        return;
    };
    let [ty, value, traceback] = parts(vm, e);
    for (name, value) in [
        ("last_exc", value.clone()),
        ("last_type", ty),
        ("last_value", value),
        ("last_traceback", traceback),
    ] {
        sys.dict.insert_str(vm, &vm.intern_str(name), value);
    }
}

/// What `sys.excepthook` does by itself.
pub fn show(vm: &Vm, e: &Value) {
    if let Some(out) = crate::sys_attr(vm, "stdout").filter(|s| !s.is_none())
        && vm.call_method(&out, &vm.intern_str("flush"), &[]).is_err()
    {
        drop(vm.take_pending());
    }
    super::write_stderr(vm, &format_exception(vm, e));
}

/// Gives an exception that cannot propagate to `sys.unraisablehook`.
pub fn report_unraisable(vm: &Vm, e: Value, message: &str, object: Option<&Value>) {
    let hook = crate::sys_attr(vm, "unraisablehook");
    let native = hook.as_ref().is_none_or(|h| {
        h.is_none()
            || h.downcast::<taipan_object::function::NativeFunction>()
                .is_some_and(|f| f.def.name == "unraisablehook")
    });
    if let (false, Some(hook)) = (native, hook) {
        let [ty, value, traceback] = parts(vm, &e);
        let message = if message.is_empty() {
            Value::NONE
        } else {
            vm.new_str(message).into_value()
        };
        let object = object.cloned().unwrap_or(Value::NONE);
        let result = super::records::unraisable(vm, [ty, value, traceback, message, object])
            .and_then(|args| vm.call(&hook, &[args]));
        if let Err(raised) = result {
            let second = vm.take_exception(raised);
            super::write_stderr(
                vm,
                &format_unraisable(
                    vm,
                    &second,
                    Some("Exception ignored in sys.unraisablehook"),
                    Some(&hook),
                ),
            );
        }
        return;
    }
    super::write_stderr(vm, &format_unraisable(vm, &e, Some(message), object));
}

/// The functions that `sys.addaudithook` added.
#[derive(Default)]
pub struct AuditHooks {
    pub hooks: RefCell<Vec<Value>>,
}

/// Tells audit hooks of an event.
///
/// # Errors
/// What a hook raises.
pub fn audit(vm: &Vm, event: &str, args: &[Value]) -> taipan_object::PyResult<()> {
    let known = vm.module_state.borrow().get("sys.audit").cloned();
    let Some(state) = known.and_then(|k| k.downcast::<AuditHooks>().ok()) else {
        return Ok(());
    };
    let hooks = state.hooks.borrow().clone();
    for hook in hooks {
        let args = vm.new_tuple(args.iter().cloned()).into_value();
        vm.call(&hook, &[vm.new_str(event).into_value(), args])?;
    }
    Ok(())
}
