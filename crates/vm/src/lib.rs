//! The Python virtual machine: interpreter, calls, frames, exceptions,
//! generators, threads, import.

pub mod arguments;
pub mod async_gen;
pub mod builtins;
pub mod call;
pub mod code;
pub mod code_type;
pub mod config;
pub mod fast;
pub mod finalize;
pub mod frame;
pub mod frame_type;
pub mod function;
pub mod function_type;
pub mod gen_type;
pub mod generator;
pub mod groups;
pub mod hooks;
pub mod imp;
pub mod import;
pub mod interp;
pub mod iterate;
pub mod jit;
pub mod lifecycle;
pub mod machine;
pub mod monitor;
pub mod native_call;
pub mod observe;
pub mod op;
pub mod os_error;
pub mod poll;
pub mod quicken;
pub mod runtime;
pub mod signals;
pub mod single;
pub mod slow;
pub mod stdio;
pub mod suggest;
pub mod super_;
pub mod sys;
pub mod template;
pub mod threads;
pub mod traceback;
pub mod traceback_print;
pub mod tracing;
pub mod typing;
pub mod unwind;
pub mod util;
pub mod warnings;

use taipan_object::module::Module;
use taipan_object::{Value, Vm};

/// An attribute of the module `sys`.
pub fn sys_attr(vm: &Vm, name: &str) -> Option<Value> {
    vm.modules
        .get_str(&vm.names.sys)?
        .downcast::<Module>()?
        .dict
        .get_str(&vm.intern_str(name))
}

pub use config::config;

/// A piece of interpreter-wide state, made empty on first use.
pub fn state<T: Default + 'static>(vm: &Vm, key: &'static str) -> std::rc::Rc<T> {
    let known = vm.module_state.borrow().get(key).cloned();
    if let Some(known) = known.and_then(|k| k.downcast::<T>().ok()) {
        return known;
    }
    let new = std::rc::Rc::new(T::default());
    vm.module_state.borrow_mut().insert(key, new.clone());
    new
}
