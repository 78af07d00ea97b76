//! The Python face of `function`.

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::exceptions::peek;
use taipan_object::function::Cell as PyCell;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

use crate::code::PyCode;
use crate::function::{Function, new_function, peek_ref};

impl Function {
    /// Callers may have looked at code or defaults: tells them to look again.
    fn changed(&self) {
        self.version.set(self.version.get().wrapping_add(1));
    }

    /// The annotations, made by `__annotate__` on first use (PEP 649).
    fn annotation_dict(vm: &Vm, this: &Ref<Function>) -> PyResult<Value> {
        if let Some(known) = peek(&this.annotations) {
            if let Some(pairs) = known.downcast::<Tuple>() {
                let dict = vm.new_dict();
                for pair in pairs.items().chunks_exact(2) {
                    dict.insert(vm, pair[0].clone(), pair[1].clone())?;
                }
                drop(this.annotations.replace(Some(dict.to_value())));
                return Ok(dict.into_value());
            }
            return Ok(known);
        }
        let made = match peek(&this.annotate) {
            Some(annotate) if vm.type_of(&annotate).slots.call.get().is_some() => {
                let made = vm.call(&annotate, &[vm.new_int(1)])?;
                if made.downcast::<Dict>().is_none() {
                    return Err(vm.type_error(format!(
                        "__annotate__() must return a dict, not {}",
                        vm.type_name(&made)
                    )));
                }
                made
            }
            _ => vm.new_dict().into_value(),
        };
        drop(this.annotations.replace(Some(made.clone())));
        Ok(made)
    }
}

/// A value that must be a string.
fn text(vm: &Vm, value: Option<&Value>, attribute: &str) -> PyResult<Value> {
    match value {
        Some(v) if v.downcast::<Str>().is_some() => Ok(v.clone()),
        _ => Err(vm.type_error(format!("{attribute} must be set to a string object"))),
    }
}

/// A value that may be absent or None, and otherwise has payload `T`.
fn optional<T: taipan_object::Payload>(
    vm: &Vm,
    value: Option<&Value>,
    message: &str,
) -> PyResult<Option<Value>> {
    match value {
        None => Ok(None),
        Some(v) if v.is_none() => Ok(None),
        Some(v) if v.downcast::<T>().is_some() => Ok(Some(v.clone())),
        Some(_) => Err(vm.type_error(message)),
    }
}

fn check_closure(vm: &Vm, code: &Ref<PyCode>, closure: &Value) -> PyResult<Option<Ref<Tuple>>> {
    let wanted = code.free_count as usize;
    let given = match closure.downcast::<Tuple>() {
        Some(t) => t.clone(),
        None if wanted > 0 => return Err(vm.type_error("arg 5 (closure) must be tuple")),
        None if closure.is_none() => return Ok(None),
        None => return Err(vm.type_error("arg 5 (closure) must be None or tuple")),
    };
    if given.len() != wanted {
        return Err(vm.value_error(format!(
            "{} requires closure of length {wanted}, not {}",
            code.name(),
            given.len()
        )));
    }
    if let Some(bad) = given
        .items()
        .iter()
        .find(|c| c.downcast::<PyCell>().is_none())
    {
        return Err(vm.type_error(format!(
            "arg 5 (closure) expected cell, found {}",
            vm.type_name(bad)
        )));
    }
    Ok(Some(given))
}

#[pymethods(
    name = "function",
    doc = "A function made by a def statement or lambda, or of a code object.",
    flags(METHOD_DESCRIPTOR | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl Function {
    #[pynew("(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)")]
    fn new(
        vm: &Vm,
        _cls: &TypeRef,
        code: &Value,
        globals: &Value,
        name: &Value,
        argdefs: &Value,
        closure: &Value,
        kwdefaults: &Value,
    ) -> PyResult {
        let wrong = |what: &str, expected: &str, v: &Value| {
            vm.type_error(format!(
                "function() argument '{what}' must be {expected}, not {}",
                vm.type_name(v)
            ))
        };
        let Some(code) = code.downcast::<PyCode>() else {
            return Err(wrong("code", "code", code));
        };
        let Some(globals) = globals.downcast::<Dict>() else {
            return Err(wrong("globals", "dict", globals));
        };
        if !name.is_none() && name.downcast::<Str>().is_none() {
            return Err(vm.type_error("arg 3 (name) must be None or string"));
        }
        let defaults =
            optional::<Tuple>(vm, Some(argdefs), "arg 4 (defaults) must be None or tuple")?;
        let closure = check_closure(vm, code, closure)?;
        let kwdefaults = optional::<Dict>(
            vm,
            Some(kwdefaults),
            "arg 6 (kwdefaults) must be None or dict",
        )?;
        let function = new_function(vm, code, globals, None);
        if !name.is_none() {
            function.name.set(Some(name.clone()));
        }
        function.defaults.set(defaults);
        function.kwdefaults.set(kwdefaults);
        function.closure.set(closure);
        Ok(function.into_value())
    }

    #[pyslot]
    fn call(vm: &Vm, this: &Value, args: taipan_object::Args<'_>) -> PyResult {
        crate::call::function_call(vm, this, args)
    }
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        Ok(match object {
            Some(object) => vm.bind_method(this.clone(), object.clone()),
            None => this.clone(),
        })
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Function>) -> PyResult {
        let name = peek(&this.qualname)
            .and_then(|q| q.downcast::<Str>().map(|q| q.to_string()))
            .unwrap_or_default();
        Ok(vm
            .new_str(&format!("<function {name} at {:#x}>", this.as_value().id()))
            .into_value())
    }

    #[pygetset(name = "__code__")]
    fn code(this: &Ref<Function>) -> Value {
        this.code.borrow().to_value()
    }
    #[pysetter(__code__)]
    fn set_code(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        let Some(code) = value.and_then(|v| v.downcast::<PyCode>()) else {
            return Err(vm.type_error("__code__ must be set to a code object"));
        };
        let free = this.code.borrow().free_count;
        if free != code.free_count {
            let name = peek(&this.name)
                .and_then(|n| n.downcast::<Str>().map(|n| n.to_string()))
                .unwrap_or_default();
            return Err(vm.value_error(format!(
                "{name}() requires a code object with {free} free vars, not {}",
                code.free_count
            )));
        }
        use taipan_compiler::code::CodeFlags;
        let kind = |c: &PyCode| {
            [
                CodeFlags::GENERATOR,
                CodeFlags::COROUTINE,
                CodeFlags::ASYNC_GENERATOR,
            ]
            .map(|f| c.code.flags.contains(f))
        };
        if kind(&this.code.borrow()) != kind(code) {
            let message = "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)";
            (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, message, 1)?;
        }
        // Frames that run the old code only point to it.
        let old = this.code.replace(code.clone());
        this.retired.borrow_mut().push(old);
        this.changed();
        Ok(())
    }
    #[pygetset(name = "__defaults__")]
    fn defaults(this: &Ref<Function>) -> Option<Value> {
        peek(&this.defaults)
    }
    #[pysetter(__defaults__)]
    fn set_defaults(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        let value = optional::<Tuple>(vm, value, "__defaults__ must be set to a tuple object")?;
        drop(this.defaults.replace(value));
        this.changed();
        Ok(())
    }
    #[pygetset(name = "__kwdefaults__")]
    fn kwdefaults(this: &Ref<Function>) -> Option<Value> {
        peek(&this.kwdefaults)
    }
    #[pysetter(__kwdefaults__)]
    fn set_kwdefaults(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        let value = optional::<Dict>(vm, value, "__kwdefaults__ must be set to a dict object")?;
        drop(this.kwdefaults.replace(value));
        this.changed();
        Ok(())
    }
    #[pygetset(name = "__annotations__")]
    fn annotations(vm: &Vm, this: &Ref<Function>) -> PyResult {
        Function::annotation_dict(vm, this)
    }
    #[pysetter(__annotations__)]
    fn set_annotations(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        let value = optional::<Dict>(vm, value, "__annotations__ must be set to a dict object")?;
        drop(this.annotations.replace(value));
        drop(this.annotate.take());
        Ok(())
    }
    #[pygetset(name = "__annotate__")]
    fn annotate(this: &Ref<Function>) -> Option<Value> {
        peek(&this.annotate)
    }
    #[pysetter(__annotate__)]
    fn set_annotate(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        match value {
            None => Err(vm.type_error("__annotate__ cannot be deleted")),
            Some(v) if v.is_none() => {
                drop(this.annotate.replace(None));
                Ok(())
            }
            Some(v) if vm.type_of(v).slots.call.get().is_some() => {
                drop(this.annotate.replace(Some(v.clone())));
                drop(this.annotations.take());
                Ok(())
            }
            Some(_) => Err(vm.type_error("__annotate__ must be callable or None")),
        }
    }
    #[pygetset(name = "__closure__")]
    fn closure(this: &Ref<Function>) -> Option<Ref<Tuple>> {
        peek_ref(&this.closure)
    }
    #[pygetset(name = "__globals__")]
    fn globals(this: &Ref<Function>) -> Value {
        this.globals.to_value()
    }
    #[pygetset(name = "__builtins__")]
    fn builtins(this: &Ref<Function>) -> Value {
        this.builtins.to_value()
    }
    #[pygetset(name = "__name__")]
    fn name(this: &Ref<Function>) -> Option<Value> {
        peek(&this.name)
    }
    #[pysetter(__name__)]
    fn set_name(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        drop(this.name.replace(Some(text(vm, value, "__name__")?)));
        Ok(())
    }
    #[pygetset(name = "__qualname__")]
    fn qualname(this: &Ref<Function>) -> Option<Value> {
        peek(&this.qualname)
    }
    #[pysetter(__qualname__)]
    fn set_qualname(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        drop(
            this.qualname
                .replace(Some(text(vm, value, "__qualname__")?)),
        );
        Ok(())
    }
    #[pygetset(name = "__module__")]
    fn module(this: &Ref<Function>) -> Option<Value> {
        peek(&this.module)
    }
    #[pysetter(__module__)]
    fn set_module(this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        drop(this.module.replace(value.cloned()));
        Ok(())
    }
    #[pygetset(name = "__doc__")]
    fn doc(this: &Ref<Function>) -> Option<Value> {
        peek(&this.doc)
    }
    #[pysetter(__doc__)]
    fn set_doc(this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        drop(this.doc.replace(value.cloned()));
        Ok(())
    }
    #[pygetset(name = "__type_params__")]
    fn type_params(vm: &Vm, this: &Ref<Function>) -> Value {
        peek(&this.type_params).unwrap_or_else(|| vm.empty_tuple.to_value())
    }
    #[pysetter(__type_params__)]
    fn set_type_params(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(v) if v.downcast::<Tuple>().is_some() => {
                drop(this.type_params.replace(Some(v.clone())));
                Ok(())
            }
            _ => Err(vm.type_error("__type_params__ must be set to a tuple")),
        }
    }
    #[pygetset(name = "__dict__")]
    fn dict(vm: &Vm, this: &Ref<Function>) -> Option<Ref<Dict>> {
        vm.instance_dict(this.as_value())
    }
    #[pysetter(__dict__)]
    fn set_dict(vm: &Vm, this: &Ref<Function>, value: Option<&Value>) -> PyResult<()> {
        crate::function::replace_dict(vm, this.as_value(), value)
    }
}
