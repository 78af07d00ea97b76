//! Type parameters and aliases (PEP 612, 646, 695, 696): the module `_typing`.

mod alias;
mod module;
mod params;

pub use alias::{TypeAlias, type_alias};
pub use module::{MODULE, no_default, subscript_generic};
pub use params::{
    ParamSpec, TypeVar, TypeVarTuple, param_spec, set_default, type_var, type_var_tuple,
};

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::exceptions::peek;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::Type;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

/// A value that is there, or comes from a function when it is first asked for.
#[derive(Default)]
pub struct Lazy {
    pub value: Cell<Option<Value>>,
    pub evaluate: Cell<Option<Value>>,
}

impl Lazy {
    fn given(value: Option<Value>) -> Self {
        Self {
            value: Cell::new(value),
            evaluate: Cell::new(None),
        }
    }
    fn evaluated(function: Option<Value>) -> Self {
        Self {
            value: Cell::new(None),
            evaluate: Cell::new(function),
        }
    }
    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        for cell in [&self.value, &self.evaluate] {
            if let Some(v) = peek(cell) {
                visit(&v);
            }
        }
    }
    fn clear(&self) {
        drop((self.value.take(), self.evaluate.take()));
    }
    fn is_empty(&self) -> bool {
        peek(&self.value).is_none() && peek(&self.evaluate).is_none()
    }
    /// The value, computed now if need be.
    fn get(&self, vm: &Vm) -> PyResult<Option<Value>> {
        if let Some(v) = peek(&self.value) {
            return Ok(Some(v));
        }
        let Some(function) = peek(&self.evaluate) else {
            return Ok(None);
        };
        let value = vm.call(&function, &[vm.new_int(1)])?;
        drop(self.value.replace(Some(value.clone())));
        Ok(Some(value))
    }
    /// The function that evaluates it in any format.
    fn evaluator(&self, vm: &Vm) -> Option<Value> {
        if let Some(f) = peek(&self.evaluate) {
            return Some(f);
        }
        let value = peek(&self.value)?;
        let class = vm.add_native_type::<ConstEvaluator>();
        Some(vm.heap.alloc(&class, ConstEvaluator { value }).into_value())
    }
}

/// The payload of `_ConstEvaluator`: an evaluate function of a value that is known.
pub struct ConstEvaluator {
    value: Value,
}
payload!(ConstEvaluator, gc, |this, visit| visit(&this.value));

/// A type as annotations show it.
fn type_text(vm: &Vm, value: &Value) -> PyResult<String> {
    if value.is(&Value::ELLIPSIS) {
        return Ok("...".to_owned());
    }
    if value.downcast::<Type>().is_some() {
        let get = |name: &Ref<Str>| {
            vm.getattr(value, name)
                .and_then(|v| vm.str(&v))
                .map(|s| s.to_string())
        };
        let (module, name) = (get(&vm.names.__module__)?, get(&vm.names.__qualname__)?);
        return Ok(if module == "builtins" {
            name
        } else {
            format!("{module}.{name}")
        });
    }
    vm.repr(value).map(|r| r.to_string())
}

#[pymethods(
    name = "_ConstEvaluator",
    module = "_typing",
    flags(DISALLOW_INSTANTIATION)
)]
impl ConstEvaluator {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<ConstEvaluator>) -> PyResult {
        let value = vm.repr(&this.value)?;
        Ok(vm
            .new_str(&format!("<constevaluator {value}>"))
            .into_value())
    }
    #[pycall("(format, /)", name = "constevaluator.__call__")]
    fn call(vm: &Vm, this: &Ref<ConstEvaluator>, format: i64) -> PyResult {
        const STRING: i64 = 4;
        if format != STRING {
            return Ok(this.value.clone());
        }
        let text = match this.value.downcast::<Tuple>() {
            Some(t) => {
                let parts = t
                    .items()
                    .iter()
                    .map(|v| type_text(vm, v))
                    .collect::<PyResult<Vec<_>>>()?;
                match parts.as_slice() {
                    [one] => format!("({one},)"),
                    parts => format!("({})", parts.join(", ")),
                }
            }
            None => type_text(vm, &this.value)?,
        };
        Ok(vm.new_str(&text).into_value())
    }
}

/// A function of the module `typing`, called.
fn call_typing(vm: &Vm, name: &str, args: &[Value]) -> PyResult {
    let typing = (vm.hooks.get().import)(vm, "typing")?;
    let function = vm.getattr_str(&typing, name)?;
    vm.call(&function, args)
}

/// `typing.Unpack[value]`.
fn unpack(vm: &Vm, value: &Value) -> PyResult {
    let typing = (vm.hooks.get().import)(vm, "typing")?;
    let form = vm.getattr_str(&typing, "Unpack")?;
    vm.get_item(&form, value)
}

/// A tuple of type parameters with each TypeVarTuple unpacked.
fn unpack_tuples(vm: &Vm, params: &Value) -> PyResult {
    let Some(t) = params.downcast::<Tuple>() else {
        return Ok(params.clone());
    };
    if !t
        .items()
        .iter()
        .any(|p| p.downcast::<TypeVarTuple>().is_some())
    {
        return Ok(params.clone());
    }
    let one = |p: &Value| {
        if p.downcast::<TypeVarTuple>().is_some() {
            unpack(vm, p)
        } else {
            Ok(p.clone())
        }
    };
    let all = t.items().iter().map(one).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(all).into_value())
}

/// The module of the code that is running.
fn caller(vm: &Vm) -> Option<Value> {
    (vm.hooks.get().current_globals)(vm)?.get_str(&vm.names.__name__)
}

/// Sets `__module__` to the module of the running code.
fn set_module(vm: &Vm, object: &Value) -> PyResult<()> {
    match caller(vm) {
        Some(module) => vm.setattr(object, &vm.names.__module__, &module),
        None => Ok(()),
    }
}
