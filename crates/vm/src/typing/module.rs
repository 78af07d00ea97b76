//! The module `_typing`, `Generic` and `NoDefault`.

use std::rc::Rc;

use taipan_macros::{pymethods, pymodule};
use taipan_object::args::KwArgs;
use taipan_object::native::TypeSpec;
use taipan_object::object::Plain;
use taipan_object::ty::TypeFlags;
use taipan_object::{Payload, PyResult, TypeRef, Value, Vm, payload};

use super::{call_typing, unpack_tuples};

/// The payload of `NoDefaultType`.
pub struct NoDefault;
payload!(NoDefault);

#[pymethods(name = "NoDefaultType", doc = "The type of NoDefault.")]
impl NoDefault {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, _cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        if !args.is_empty() || !kwargs.is_empty() {
            return Err(vm.type_error("NoDefaultType takes no arguments"));
        }
        Ok(no_default(vm))
    }
    #[pyslot]
    fn repr(vm: &Vm, _this: &Value) -> PyResult {
        Ok(vm.new_str("typing.NoDefault").into_value())
    }
    /// Pickled by name.
    #[pymethod("(self, /)")]
    fn __reduce__(_this: &Value) -> &'static str {
        "NoDefault"
    }
}

/// What the interpreter has one of.
struct Known<T>(T);

/// One value an interpreter, made when it is first asked for.
fn once<T: Clone + 'static>(vm: &Vm, key: &'static str, make: impl FnOnce() -> T) -> T {
    let known = vm.module_state.borrow().get(key).cloned();
    if let Some(known) = known.and_then(|k| k.downcast::<Known<T>>().ok()) {
        return known.0.clone();
    }
    let new = make();
    vm.module_state
        .borrow_mut()
        .insert(key, Rc::new(Known(new.clone())));
    new
}

/// `typing.NoDefault`.
pub fn no_default(vm: &Vm) -> Value {
    once(vm, "typing.NoDefault", || {
        let class = vm.add_native_type::<NoDefault>();
        vm.heap.alloc(&class, NoDefault).into_value()
    })
}

/// Face of `Generic`.
pub struct Generic;

#[pymethods(partial = GENERIC, class = "Generic")]
impl Generic {
    /// An alias for a generic class with these arguments.
    #[pyclassmethod("(cls, *args)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, args: &[Value]) -> PyResult {
        let all: Vec<Value> = std::iter::once(cls.to_value())
            .chain(args.iter().cloned())
            .collect();
        call_typing(vm, "_generic_class_getitem", &all)
    }
    /// Finds the type parameters of a new class.
    #[pyclassmethod("(cls, *args, **kwargs)", name = "__init_subclass__")]
    fn init_subclass(vm: &Vm, cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        let typing = (vm.hooks.get().import)(vm, "typing")?;
        let function = vm.getattr_str(&typing, "_generic_init_subclass")?;
        let mut values: Vec<Value> = std::iter::once(cls.to_value())
            .chain(args.iter().cloned())
            .collect();
        let names: Vec<Value> = kwargs.iter().map(|(name, _)| name.to_value()).collect();
        values.extend(kwargs.iter().map(|(_, value)| value.clone()));
        let names = vm.new_tuple(names);
        vm.call_args(
            &function,
            taipan_object::Args {
                values: &values,
                keywords: Some(&names),
            },
        )
    }
}

/// `typing.Generic`.
fn generic(vm: &Vm) -> TypeRef {
    once(vm, "typing.Generic", || {
        let spec = TypeSpec {
            name: "Generic",
            module: "typing",
            doc: "The base of generic classes.",
            signature: "",
            flags: TypeFlags::BASETYPE,
            vtable: Plain::vtable(),
            fill: |s| GENERIC_SLOTS(s),
            methods: &[GENERIC],
            getsets: &[GENERIC_GETSETS],
        };
        vm.make_native_type(&spec, &vm.types.object)
    })
}

/// `Generic[params]` for a class with type parameters.
pub fn subscript_generic(vm: &Vm, params: &Value) -> PyResult {
    let params = unpack_tuples(vm, params)?;
    call_typing(vm, "_GenericAlias", &[generic(vm).into_value(), params])
}

/// The native module.
pub static MODULE: &taipan_object::native::ModuleDef = &_typing::MODULE;

/// `_typing`.
#[pymodule(
    name = "_typing",
    doc = "Primitives and accelerators for the typing module.",
    classes(
        crate::typing::params::TypeVar,
        crate::typing::params::ParamSpec,
        crate::typing::params::TypeVarTuple,
        crate::typing::params::ParamSpecArgs,
        crate::typing::params::ParamSpecKwargs,
        crate::typing::alias::TypeAlias
    )
)]
pub mod _typing {
    use taipan_object::args::set_module_attr;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    /// The argument itself.
    #[pyfunction("(x, /)")]
    fn _idfunc(x: Value) -> Value {
        x
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "Generic", super::generic(vm).into_value())?;
        set_module_attr(vm, module, "NoDefault", super::no_default(vm))?;
        set_module_attr(vm, module, "Union", vm.types.union.to_value())
    }
}
