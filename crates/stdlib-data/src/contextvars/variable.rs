//! `ContextVar`: a variable whose value belongs to the current context.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use super::context::Context;
use super::token::Token;
use crate::support::Field;

/// `ContextVar`.
pub struct ContextVar {
    name: Field,
    default: Field,
}
payload!(
    ContextVar,
    gc,
    |this, visit| {
        this.name.visit(visit);
        this.default.visit(visit);
    },
    clear | this | this.default.clear()
);

impl ContextVar {
    /// Gives the variable a value in the current context.
    fn assign(vm: &Vm, this: &Ref<ContextVar>, value: &Value) -> Ref<Token> {
        let context = Context::current(vm);
        let map = context.map();
        let old = map.get(this.as_value());
        context.replace(map.with(vm, this.as_value(), value));
        Token::make(vm, context, this.to_value(), old)
    }
    /// Undoes [`ContextVar::assign`].
    pub fn restore(vm: &Vm, this: &Ref<ContextVar>, token: &Ref<Token>) -> PyResult<()> {
        let shown = || vm.repr(token.as_value());
        if token.used.get() {
            return Err(vm.runtime_error(format!("{} has already been used once", shown()?)));
        }
        if !token.variable.get().is_some_and(|v| v.is(this.as_value())) {
            let message = format!("{} was created by a different ContextVar", shown()?);
            return Err(vm.value_error(message));
        }
        let context = Context::current(vm);
        if !token
            .context
            .get()
            .is_some_and(|c| c.is(context.as_value()))
        {
            let message = format!("{} was created in a different Context", shown()?);
            return Err(vm.value_error(message));
        }
        token.used.set(true);
        let map = context.map();
        match token.old.get() {
            Some(old) => context.replace(map.with(vm, this.as_value(), &old)),
            None => match map.without(vm, this.as_value()) {
                Some(map) => context.replace(map),
                None => {
                    return Err(vm.raise_value(&vm.exc.lookup_error, this.to_value()));
                }
            },
        }
        Ok(())
    }
}

/// Raises with an object as the only argument.
trait RaiseValue {
    fn raise_value(&self, class: &TypeRef, value: Value) -> taipan_object::Raised;
}
impl RaiseValue for Vm {
    fn raise_value(&self, class: &TypeRef, value: Value) -> taipan_object::Raised {
        taipan_object::exceptions::raise_new(self, class, &[value])
    }
}

#[pymethods(
    name = "ContextVar",
    module = "_contextvars",
    doc = "A variable whose value belongs to the current context.",
    signature = "",
    flags(WEAKREFABLE)
)]
impl ContextVar {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let given = args.positional();
        let total = args.values.len();
        let [name] = given else {
            let n = given.len();
            return Err(vm.type_error(if n == 0 {
                "ContextVar() takes exactly 1 positional argument (0 given)".to_owned()
            } else if total > 2 {
                format!("ContextVar() takes at most 2 arguments ({total} given)")
            } else {
                format!("ContextVar() takes at most 1 positional argument ({n} given)")
            }));
        };
        if total > 2 {
            return Err(vm.type_error(format!(
                "ContextVar() takes at most 2 arguments ({total} given)"
            )));
        }
        let mut default = None;
        for (key, value) in args.keyword_args() {
            match key.downcast::<Str>() {
                Some(key) if key.is_str("default") => default = Some(value.clone()),
                _ => {
                    let key = vm.str(key)?;
                    return Err(vm.type_error(format!(
                        "ContextVar() got an unexpected keyword argument '{key}'"
                    )));
                }
            }
        }
        if name.downcast::<Str>().is_none() {
            return Err(vm.type_error("context variable name must be a str"));
        }
        let variable = ContextVar {
            name: Field::new(name.clone()),
            default: default.map_or_else(Field::empty, Field::new),
        };
        Ok(alloc_instance(vm, cls, variable).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<ContextVar>) -> PyResult {
        let name = vm.repr(&this.name.get().unwrap_or(Value::NONE))?;
        let mut out = b"<ContextVar name=".to_vec();
        name.view().push_wtf8(&mut out);
        if let Some(default) = this.default.get() {
            out.extend_from_slice(b" default=");
            vm.repr(&default)?.view().push_wtf8(&mut out);
        }
        out.extend_from_slice(format!(" at {:#x}>", this.as_value().id()).as_bytes());
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// The variable's name.
    #[pygetset]
    fn name(this: &Ref<ContextVar>) -> Option<Value> {
        this.name.get()
    }
    #[pysetter(name)]
    fn set_name(vm: &Vm, _this: &Ref<ContextVar>, _value: Option<&Value>) -> PyResult<()> {
        Err(vm.raise_str(&vm.exc.attribute_error, "readonly attribute"))
    }
    /// The value in the current context, else the default given here, else the variable's default.
    #[pymethod("(self, default=<unset>, /)")]
    fn get(vm: &Vm, this: &Ref<ContextVar>, default: Option<&Value>) -> PyResult {
        if let Some(value) = Context::current(vm).map().get(this.as_value()) {
            return Ok(value);
        }
        match default.cloned().or_else(|| this.default.get()) {
            Some(value) => Ok(value),
            None => Err(vm.raise_value(&vm.exc.lookup_error, this.to_value())),
        }
    }
    /// Gives the variable a value in the current context; the token undoes it.
    #[pymethod("(self, value, /)")]
    fn set(vm: &Vm, this: &Ref<ContextVar>, value: &Value) -> Ref<Token> {
        ContextVar::assign(vm, this, value)
    }
    /// Gives the variable the value that it had before the token was made.
    #[pymethod("(self, token, /)")]
    fn reset(vm: &Vm, this: &Ref<ContextVar>, token: &Value) -> PyResult<()> {
        match token.downcast::<Token>() {
            Some(token) => ContextVar::restore(vm, this, token),
            None => {
                let shown = vm.repr(token)?;
                Err(vm.type_error(format!("expected an instance of Token, got {shown}")))
            }
        }
    }
    /// For annotations.
    #[pyclassmethod("(cls, object, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}
