//! `Token`: what a context variable was before it was set.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use super::context::Context;
use super::variable::ContextVar;
use crate::support::{Field, once};

/// `Token`.
pub struct Token {
    pub context: Field,
    pub variable: Field,
    /// Empty if the variable had no value.
    pub old: Field,
    pub used: Cell<bool>,
}
payload!(
    Token,
    gc,
    |this, visit| {
        this.context.visit(visit);
        this.variable.visit(visit);
        this.old.visit(visit);
    },
    clear | this | {
        this.context.clear();
        this.variable.clear();
        this.old.clear();
    }
);

impl Token {
    pub fn make(vm: &Vm, context: Ref<Context>, variable: Value, old: Option<Value>) -> Ref<Token> {
        let token = Token {
            context: Field::new(context.into_value()),
            variable: Field::new(variable),
            old: old.map_or_else(Field::empty, Field::new),
            used: Cell::new(false),
        };
        vm.heap.alloc(&vm.add_native_type::<Token>(), token)
    }
}

#[pymethods(
    name = "Token",
    module = "_contextvars",
    doc = "What a context variable was before it was set.",
    signature = ""
)]
impl Token {
    #[pyslot]
    fn new(vm: &Vm, _cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Err(vm.runtime_error("Tokens can only be created by ContextVars"))
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Token>) -> PyResult {
        let used = if this.used.get() { " used" } else { "" };
        let variable = vm.repr(&this.variable.get().unwrap_or(Value::NONE))?;
        let mut out = format!("<Token{used} var=").into_bytes();
        variable.view().push_wtf8(&mut out);
        out.extend_from_slice(format!(" at {:#x}>", this.as_value().id()).as_bytes());
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// The variable.
    #[pygetset]
    fn var(this: &Ref<Token>) -> Option<Value> {
        this.variable.get()
    }
    /// The value before, or Token.MISSING.
    #[pygetset]
    fn old_value(vm: &Vm, this: &Ref<Token>) -> Value {
        this.old.get().unwrap_or_else(|| missing(vm))
    }
    /// The token itself.
    #[pymethod("(self)")]
    fn __enter__(this: &Value) -> Value {
        this.clone()
    }
    /// Resets the variable.
    #[pymethod("(self, type, val, tb, /)")]
    fn __exit__(
        vm: &Vm,
        this: &Ref<Token>,
        _type: &Value,
        _val: &Value,
        _tb: &Value,
    ) -> PyResult<()> {
        let variable = this.variable.get();
        match variable.as_ref().and_then(|v| v.downcast::<ContextVar>()) {
            Some(variable) => ContextVar::restore(vm, variable, this),
            None => Ok(()),
        }
    }
    /// For annotations.
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}

/// The class of `Token.MISSING`.
pub struct Missing;
payload!(Missing);

#[pymethods(
    name = "MISSING",
    module = "Token",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Missing {
    #[pyslot]
    fn repr(vm: &Vm, _this: &Value) -> PyResult {
        Ok(vm.new_str("<Token.MISSING>").into_value())
    }
}

/// `Token.MISSING`.
pub fn missing(vm: &Vm) -> Value {
    once(vm, "contextvars.MISSING", || {
        vm.heap
            .alloc(&vm.add_native_type::<Missing>(), Missing)
            .into_value()
    })
}
