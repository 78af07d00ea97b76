//! `method`, `classmethod` and `staticmethod`.

use std::cell::RefCell;

use taipan_macros::pymethods;

use crate::descriptors::call_with_first;
use crate::function::{BoundMethod, MethodHolder};
use crate::header::{Payload, Ref, TypeRef};
use crate::native::TypeSpec;
use crate::object::alloc_instance;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

#[pymethods(
    name = "method",
    doc = "A function bound to an object.",
    flags(WEAKREFABLE)
)]
impl BoundMethod {
    #[pynew("(function, instance, /)")]
    fn new(vm: &Vm, _cls: &TypeRef, function: &Value, instance: &Value) -> PyResult {
        if vm.type_of(function).slots.call.get().is_none() {
            return Err(vm.type_error("first argument must be callable"));
        }
        if instance.is_none() {
            return Err(vm.type_error("instance must not be None"));
        }
        Ok(vm.bind_method(function.clone(), instance.clone()))
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<BoundMethod>, args: Args<'_>) -> PyResult {
        call_with_first(&this.this, args, |args| vm.call_args(&this.function, args))
    }
    /// Attributes of the method itself, then those of its function.
    #[pyslot]
    fn getattro(vm: &Vm, this: &Ref<BoundMethod>, name: &Ref<Str>) -> PyResult {
        let ty = this.ty();
        match vm.type_lookup(ty, name) {
            Some(found) => match vm.type_of(&found).slots.descr_get.get() {
                Some(get) => get(vm, &found, Some(this.as_value()), Some(ty.as_value())),
                None => Ok(found),
            },
            None => vm.getattr(&this.function, name),
        }
    }
    #[pyslot]
    fn descr_get(
        _vm: &Vm,
        this: &Value,
        _object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<BoundMethod>) -> PyResult {
        let mut name = vm.getattr_opt(&this.function, &vm.names.__qualname__)?;
        if name.is_none() {
            name = vm.getattr_opt(&this.function, &vm.names.__name__)?;
        }
        let name = name.and_then(|n| n.downcast_owned::<Str>().ok());
        let mut out = b"<bound method ".to_vec();
        match name {
            Some(name) => name.view().push_wtf8(&mut out),
            None => out.push(b'?'),
        }
        out.extend_from_slice(b" of ");
        crate::seq::push_repr(vm, &mut out, &this.this)?;
        out.push(b'>');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<BoundMethod>) -> PyResult<i64> {
        Ok(
            match crate::object_type::identity_hash(&this.this) ^ vm.hash(&this.function)? {
                -1 => -2,
                h => h,
            },
        )
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<BoundMethod>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<BoundMethod>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = this.this.is(&other.this) && vm.eq(&this.function, &other.function)?;
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    #[pygetset]
    fn __func__(this: &Ref<BoundMethod>) -> Value {
        this.function.clone()
    }
    #[pygetset]
    fn __self__(this: &Ref<BoundMethod>) -> Value {
        this.this.clone()
    }
    #[pygetset]
    fn __doc__(vm: &Vm, this: &Ref<BoundMethod>) -> PyResult<Option<Value>> {
        vm.getattr_opt(&this.function, &vm.names.__doc__)
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<BoundMethod>) -> PyResult {
        let name = vm.getattr(&this.function, &vm.names.__name__)?;
        let getattr = vm.builtin("getattr")?;
        let args = vm.tuple_value([this.this.clone(), name]);
        Ok(vm.tuple_value([getattr, args]))
    }
}

impl MethodHolder {
    fn held(&self, vm: &Vm, class: &str) -> PyResult {
        let held = self.function.borrow().clone();
        held.ok_or_else(|| vm.runtime_error(format!("uninitialized {class} object")))
    }
}

/// Copies the attributes that describe a function to its wrapper.
fn copy_description(vm: &Vm, wrapper: &Value, function: &Value) -> PyResult<()> {
    for name in [
        &vm.names.__module__,
        &vm.names.__name__,
        &vm.names.__qualname__,
        &vm.names.__doc__,
    ] {
        if let Some(value) = vm.getattr_opt(function, name)? {
            vm.setattr(wrapper, name, &value)?;
        }
    }
    Ok(())
}

/// An attribute of the function that the wrapper keeps once it was asked for.
fn cached(vm: &Vm, this: &Ref<MethodHolder>, class: &str, name: &Ref<Str>) -> PyResult {
    let Some(dict) = vm.instance_dict(this.as_value()) else {
        return Err(vm.no_attribute(this.as_value(), name));
    };
    if let Some(known) = dict.get_str(name) {
        return Ok(known);
    }
    let value = vm.getattr(&this.held(vm, class)?, name)?;
    dict.insert_str(vm, name, value.clone());
    Ok(value)
}

fn set_cached(vm: &Vm, this: &Value, name: &Ref<Str>, value: Option<&Value>) -> PyResult<()> {
    let Some(dict) = vm.instance_dict(this) else {
        return Err(vm.no_attribute(this, name));
    };
    match value {
        Some(value) => dict.insert_str(vm, name, value.clone()),
        None => drop(
            dict.remove_str(vm, name)
                .ok_or_else(|| vm.no_attribute(this, name))?,
        ),
    }
    Ok(())
}

/// What both kinds have.
#[pymethods(partial = HOLDER, class = "classmethod")]
impl MethodHolder {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, MethodHolder::default()).into_value())
    }
    #[pygetset]
    fn __func__(this: &Ref<MethodHolder>) -> Option<Value> {
        this.function.borrow().clone()
    }
    #[pygetset]
    fn __wrapped__(this: &Ref<MethodHolder>) -> Option<Value> {
        this.function.borrow().clone()
    }
    #[pygetset]
    fn __isabstractmethod__(vm: &Vm, this: &Ref<MethodHolder>) -> PyResult<bool> {
        let function = this.function.borrow().clone();
        function.map_or(Ok(false), |f| is_abstract(vm, &f))
    }
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Value) -> PyResult {
        crate::object_type::get_dict(vm, this)
    }
    #[pysetter(__dict__)]
    fn set_dict(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        crate::object_type::set_dict(vm, this, value)
    }
    #[pygetset]
    fn __annotations__(vm: &Vm, this: &Ref<MethodHolder>) -> PyResult {
        cached(vm, this, "classmethod", &vm.names.__annotations__)
    }
    #[pysetter(__annotations__)]
    fn set_annotations(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        set_cached(vm, this, &vm.names.__annotations__, value)
    }
    #[pygetset]
    fn __annotate__(vm: &Vm, this: &Ref<MethodHolder>) -> PyResult {
        cached(vm, this, "classmethod", &vm.names.__annotate__)
    }
    #[pysetter(__annotate__)]
    fn set_annotate(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        set_cached(vm, this, &vm.names.__annotate__, value)
    }
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }
}

/// Whether an object says that it is an abstract method.
pub fn is_abstract(vm: &Vm, object: &Value) -> PyResult<bool> {
    match vm.getattr_opt(object, &vm.names.__isabstractmethod__)? {
        Some(flag) => vm.is_true(&flag),
        None => Ok(false),
    }
}

/// `classmethod`.
pub mod classmethod {
    use super::*;

    #[pymethods(partial = SLOTS, class = "classmethod")]
    impl MethodHolder {
        #[pyinit("(function, /)")]
        fn class_init(vm: &Vm, this: &Ref<MethodHolder>, function: &Value) -> PyResult<()> {
            let old = this.function.replace(Some(function.clone()));
            drop(old);
            copy_description(vm, this.as_value(), function)
        }
        #[pyslot(descr_get)]
        fn class_get(
            vm: &Vm,
            this: &Ref<MethodHolder>,
            object: Option<&Value>,
            owner: Option<&Value>,
        ) -> PyResult {
            let function = this.held(vm, "classmethod")?;
            let owner = match (owner, object) {
                (Some(owner), _) => owner.clone(),
                (None, Some(object)) => vm.type_of(object).to_value(),
                (None, None) => Value::NONE,
            };
            Ok(vm.bind_method(function, owner))
        }
        #[pyslot(repr)]
        fn class_repr(vm: &Vm, this: &Ref<MethodHolder>) -> PyResult {
            show(vm, this, b"<classmethod(")
        }
    }
}

/// `staticmethod`.
pub mod staticmethod {
    use super::*;

    #[pymethods(partial = SLOTS, class = "staticmethod")]
    impl MethodHolder {
        #[pyslot(init)]
        fn static_init(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult<()> {
            let Some(holder) = this.downcast::<MethodHolder>() else {
                return Ok(());
            };
            if args.keyword_count() > 0 {
                return Err(vm.type_error("staticmethod() takes no keyword arguments"));
            }
            let [function] = args.values else {
                return Err(vm.type_error(format!(
                    "staticmethod expected 1 argument, got {}",
                    args.values.len()
                )));
            };
            let old = holder.function.replace(Some(function.clone()));
            drop(old);
            copy_description(vm, this, function)
        }
        #[pyslot(descr_get)]
        fn static_get(
            vm: &Vm,
            this: &Value,
            _object: Option<&Value>,
            _owner: Option<&Value>,
        ) -> PyResult {
            match this.downcast::<MethodHolder>() {
                Some(holder) => holder.held(vm, "staticmethod"),
                None => Ok(this.clone()),
            }
        }
        #[pyslot(call)]
        fn static_call(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult {
            let Some(holder) = this.downcast::<MethodHolder>() else {
                return Err(crate::args::wrong_receiver(vm, this, "__call__"));
            };
            let function = holder.held(vm, "staticmethod")?;
            vm.call_args(&function, args)
        }
        #[pyslot(repr)]
        fn static_repr(vm: &Vm, this: &Value) -> PyResult {
            match this.downcast::<MethodHolder>() {
                Some(holder) => show(vm, holder, b"<staticmethod("),
                None => Ok(vm.empty_str.to_value()),
            }
        }
    }
}

fn show(vm: &Vm, holder: &MethodHolder, head: &[u8]) -> PyResult {
    let mut out = head.to_vec();
    let function = holder.function.borrow().clone();
    crate::seq::push_repr(vm, &mut out, function.as_ref().unwrap_or(&Value::NONE))?;
    out.extend_from_slice(b")>");
    Ok(vm.new_wtf8(&out).into_value())
}

/// A `classmethod` of a function.
pub fn new_classmethod(vm: &Vm, function: Value) -> Value {
    alloc_instance(
        vm,
        &vm.types.classmethod,
        MethodHolder {
            function: RefCell::new(Some(function)),
        },
    )
    .into_value()
}

/// Both kinds share a payload.
pub fn holder_spec(class_method: bool) -> TypeSpec {
    TypeSpec {
        name: if class_method {
            "classmethod"
        } else {
            "staticmethod"
        },
        module: "builtins",
        doc: if class_method {
            "Makes a function of a class body a method that gets the class."
        } else {
            "Makes a function of a class body one that gets neither instance nor class."
        },
        signature: "(function, /)",
        flags: TypeFlags::BASETYPE | TypeFlags::HAS_DICT,
        vtable: MethodHolder::vtable(),
        fill: if class_method {
            |slots| {
                HOLDER_SLOTS(slots);
                classmethod::SLOTS_SLOTS(slots);
            }
        } else {
            |slots| {
                HOLDER_SLOTS(slots);
                staticmethod::SLOTS_SLOTS(slots);
            }
        },
        methods: &[HOLDER],
        getsets: &[HOLDER_GETSETS],
    }
}
