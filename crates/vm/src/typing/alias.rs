//! `TypeAliasType`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::exceptions::peek;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::params::{ParamSpec, TypeVar, TypeVarTuple};
use super::{Lazy, caller, unpack, unpack_tuples};
use crate::function::Function;

/// The payload of `TypeAliasType`.
pub struct TypeAlias {
    name: Value,
    params: Option<Value>,
    value: Lazy,
    module: Cell<Option<Value>>,
}
payload!(
    TypeAlias,
    gc,
    |this, visit| {
        visit(&this.name);
        this.params.iter().for_each(&mut *visit);
        this.value.visit(visit);
        if let Some(m) = peek(&this.module) {
            visit(&m)
        }
    },
    clear | this | this.value.clear()
);

/// The alias of a `type` statement: name, type parameters or None, function of the value.
pub fn type_alias(vm: &Vm, parts: &Value) -> PyResult {
    let Some([name, params, function]) = parts
        .downcast::<Tuple>()
        .and_then(|t| <&[Value; 3]>::try_from(t.items()).ok())
    else {
        return Err(vm.raise_str(&vm.exc.system_error, "bad parts of a type alias"));
    };
    let alias = TypeAlias {
        name: name.clone(),
        params: (!params.is_none()).then(|| params.clone()),
        value: Lazy::evaluated(Some(function.clone())),
        module: Cell::new(None),
    };
    let class = vm.add_native_type::<TypeAlias>();
    Ok(vm.heap.alloc(&class, alias).into_value())
}

/// TypeError unless the parameters are type parameters in a valid order.
fn check_params(vm: &Vm, params: &Value) -> PyResult<Option<Value>> {
    let Some(t) = params.downcast::<Tuple>() else {
        return Err(vm.type_error("type_params must be a tuple"));
    };
    let mut default_seen = false;
    for param in t.items() {
        let default = if let Some(p) = param.downcast::<TypeVar>() {
            p.has_default_value(vm)
        } else if let Some(p) = param.downcast::<ParamSpec>() {
            p.has_default_value(vm)
        } else if param.downcast::<TypeVarTuple>().is_some() {
            continue;
        } else {
            return Err(vm.type_error(format!("Expected a type param, got {}", vm.repr(param)?)));
        };
        if default_seen && !default {
            return Err(vm.type_error(format!(
                "non-default type parameter '{}' follows default type parameter",
                vm.repr(param)?
            )));
        }
        default_seen |= default;
    }
    Ok((!t.is_empty()).then(|| params.clone()))
}

#[pymethods(
    name = "TypeAliasType",
    module = "typing",
    doc = "An alias made by a type statement.",
    flags(WEAKREFABLE)
)]
impl TypeAlias {
    #[pynew("(name, value, *, type_params=<unset>)", name = "typealias")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        name: &Ref<Str>,
        value: Value,
        type_params: Option<Value>,
    ) -> PyResult {
        let params = match &type_params {
            Some(p) => check_params(vm, p)?,
            None => None,
        };
        let alias = TypeAlias {
            name: name.to_value(),
            params,
            value: Lazy::given(Some(value)),
            module: Cell::new(caller(vm)),
        };
        Ok(vm.heap.alloc(cls, alias).into_value())
    }
    #[pyslot]
    fn repr(_: &Vm, this: &Ref<TypeAlias>) -> PyResult {
        Ok(this.name.clone())
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Value) -> PyResult {
        let one = unpack(vm, this)?;
        vm.iter(vm.new_tuple([one]).as_value())
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        taipan_object::union::make_union(vm, &[a.clone(), b.clone()])
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<TypeAlias>, args: &Value) -> PyResult {
        if this.params.is_none() {
            return Err(vm.type_error("Only generic type aliases are subscriptable"));
        }
        taipan_object::generic_alias::new_generic_alias(vm, this.as_value(), args)
    }
    #[pygetset(name = "__name__")]
    fn name(this: &Ref<TypeAlias>) -> Value {
        this.name.clone()
    }
    #[pygetset(name = "__value__")]
    fn value(vm: &Vm, this: &Ref<TypeAlias>) -> PyResult<Option<Value>> {
        this.value.get(vm)
    }
    #[pygetset]
    fn evaluate_value(vm: &Vm, this: &Ref<TypeAlias>) -> Option<Value> {
        this.value.evaluator(vm)
    }
    #[pygetset(name = "__type_params__")]
    fn type_params(vm: &Vm, this: &Ref<TypeAlias>) -> Value {
        this.params
            .clone()
            .unwrap_or_else(|| vm.empty_tuple.to_value())
    }
    #[pygetset(name = "__parameters__")]
    fn parameters(vm: &Vm, this: &Ref<TypeAlias>) -> PyResult {
        match &this.params {
            Some(p) => unpack_tuples(vm, p),
            None => Ok(vm.empty_tuple.to_value()),
        }
    }
    #[pygetset(name = "__module__")]
    fn module(this: &Ref<TypeAlias>) -> Option<Value> {
        let function = peek(&this.value.evaluate);
        peek(&this.module).or_else(|| {
            function?
                .downcast::<Function>()
                .and_then(|f| peek(&f.module))
        })
    }
    /// Pickled by name.
    #[pymethod("(self, /)")]
    fn __reduce__(this: &Ref<TypeAlias>) -> Value {
        this.name.clone()
    }
}
