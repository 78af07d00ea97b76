//! The class `type`.

use taipan_macros::pymethods;

use crate::header::{Ref, TypeRef};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

/// `__module__` of a class, if it is text.
pub fn module_name(vm: &Vm, ty: &TypeRef) -> Option<String> {
    if ty.has(TypeFlags::HEAP) {
        ty.dict
            .get_str(&vm.names.__module__)?
            .downcast::<Str>()
            .map(|s| s.to_string())
    } else {
        Some(ty.module.to_owned())
    }
}

/// Makes an instance: `__new__`, then `__init__` of what that gave.
pub fn type_call(vm: &Vm, callable: &Value, args: Args<'_>) -> PyResult {
    let Some(ty) = callable.downcast::<Type>() else {
        return Err(crate::args::wrong_receiver(vm, callable, "__call__"));
    };
    if ty.is(&vm.types.type_) {
        match (args.positional(), args.keyword_count()) {
            ([object], 0) => return Ok(vm.type_of(object).to_value()),
            (p, _) if p.len() == 3 => {}
            _ => return Err(vm.type_error("type() takes 1 or 3 arguments")),
        }
    }
    let Some(new) = ty.slots.new.get() else {
        return Err(vm.type_error(format!("cannot create '{}' instances", ty.display_name())));
    };
    let object = new(vm, ty, args)?;
    if !vm.is_instance_of(&object, ty) {
        return Ok(object);
    }
    if let Some(init) = vm.type_of(&object).slots.init.get() {
        init(vm, &object, args)?;
    }
    Ok(object)
}

/// Guards the attributes of a class that Python may set, and none may delete.
fn settable<'a>(
    vm: &Vm,
    ty: &TypeRef,
    name: &str,
    value: Option<&'a Value>,
) -> PyResult<&'a Value> {
    if ty.has(TypeFlags::IMMUTABLE) {
        return Err(vm.type_error(format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            ty.display_name()
        )));
    }
    value.ok_or_else(|| {
        vm.type_error(format!(
            "cannot delete '{name}' attribute of immutable type '{}'",
            ty.display_name()
        ))
    })
}

fn no_type_attribute(vm: &Vm, name: &Ref<Str>) -> Raised {
    vm.raise_str(&vm.exc.attribute_error, name.to_string())
}

#[pymethods(
    name = "type",
    doc = "With one argument gives the class of an object; with three makes a class.",
    flags(BASETYPE | TYPE_SUBCLASS | HAS_DICT | WEAKREFABLE),
    extra(crate::type_attributes::ATTRIBUTES)
)]
impl Type {
    #[pyslot]
    fn new(vm: &Vm, meta: &TypeRef, args: Args<'_>) -> PyResult {
        crate::type_new::type_new(vm, meta, args)
    }
    #[pyslot]
    fn init(vm: &Vm, _this: &Value, args: Args<'_>) -> PyResult<()> {
        match args.positional().len() {
            1 if args.keyword_count() > 0 => {
                Err(vm.type_error("type.__init__() takes no keyword arguments"))
            }
            1 | 3 => Ok(()),
            _ => Err(vm.type_error("type.__init__() takes 1 or 3 arguments")),
        }
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult {
        type_call(vm, this, args)
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
        crate::attr::type_getattr(vm, this, name)
    }
    #[pyslot]
    fn setattro(vm: &Vm, this: &Value, name: &Ref<Str>, value: Option<&Value>) -> PyResult<()> {
        crate::attr::type_setattr(vm, this, name, value)
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        crate::union::union_or(vm, a, b)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &TypeRef) -> PyResult {
        let text = format!("<class '{}'>", crate::object_type::class_path(vm, this));
        Ok(vm.new_str(&text).into_value())
    }

    /// The linearisation of the bases.
    #[pymethod("(self, /)")]
    fn mro(vm: &Vm, this: &TypeRef) -> PyResult {
        let bases = bases_of(this);
        let mro = crate::type_ops::compute_mro(vm, this, &bases)?;
        Ok(vm.list_value(mro.into_iter().map(Ref::into_value).collect()))
    }
    /// The direct subclasses that are alive.
    #[pymethod("(self, /)")]
    fn __subclasses__(vm: &Vm, this: &TypeRef) -> Value {
        vm.list_value(
            crate::type_ops::subclasses(this)
                .into_iter()
                .map(Ref::into_value)
                .collect(),
        )
    }
    /// The namespace in which a class body runs.
    #[pyclassmethod("(cls, /, *args, **kwds)")]
    fn __prepare__(
        vm: &Vm,
        _cls: &Value,
        _args: &[Value],
        _kwds: crate::args::KwArgs<'_>,
    ) -> Value {
        vm.new_dict().into_value()
    }
    /// Whether an object is an instance.
    #[pymethod("(self, instance, /)")]
    fn __instancecheck__(vm: &Vm, this: &Value, instance: &Value) -> PyResult<bool> {
        crate::type_ops::recursive_isinstance(vm, instance, this)
    }
    /// Whether a class is a subclass.
    #[pymethod("(self, subclass, /)")]
    fn __subclasscheck__(vm: &Vm, this: &Value, subclass: &Value) -> PyResult<bool> {
        crate::type_ops::recursive_issubclass(vm, subclass, this)
    }
    /// The names of the class's attributes.
    #[pymethod("(self, /)")]
    fn __dir__(vm: &Vm, this: &TypeRef) -> PyResult {
        let names = vm.new_dict();
        crate::object_type::merge_class_names(vm, &names, this.as_value())?;
        Ok(vm.list_value(names.keys()))
    }
    /// Bytes that the class takes.
    #[pymethod("(self, /)")]
    fn __sizeof__(_vm: &Vm, this: &TypeRef) -> usize {
        let _ = this;
        size_of::<crate::header::Object<Type>>()
    }

    #[pygetset]
    fn __name__(this: &TypeRef) -> Value {
        this.name.borrow().to_value()
    }
    #[pysetter(__name__)]
    fn set_name(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        let value = settable(vm, this, "__name__", value)?;
        let Some(name) = value.downcast::<Str>() else {
            let (class, got) = (this.display_name(), vm.type_name(value));
            return Err(vm.type_error(format!(
                "can only assign string to {class}.__name__, not '{got}'"
            )));
        };
        crate::type_new::check_class_name(vm, name)?;
        let old = this.name.replace(vm.copy_to_plain_str(name));
        drop(old);
        Ok(())
    }
    #[pygetset]
    fn __qualname__(this: &TypeRef) -> Value {
        this.qualname.borrow().clone()
    }
    #[pysetter(__qualname__)]
    fn set_qualname(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        let value = settable(vm, this, "__qualname__", value)?;
        if value.downcast::<Str>().is_none() {
            let (class, got) = (this.display_name(), vm.type_name(value));
            return Err(vm.type_error(format!(
                "can only assign string to {class}.__qualname__, not '{got}'"
            )));
        }
        let old = this.qualname.replace(value.clone());
        drop(old);
        Ok(())
    }
    #[pygetset]
    fn __module__(vm: &Vm, this: &TypeRef) -> PyResult {
        if !this.has(TypeFlags::HEAP) {
            return Ok(vm.intern_str(this.module).into_value());
        }
        this.dict
            .get_str(&vm.names.__module__)
            .ok_or_else(|| vm.raise_str(&vm.exc.attribute_error, "__module__"))
    }
    #[pysetter(__module__)]
    fn set_module(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        let value = settable(vm, this, "__module__", value)?;
        drop(this.dict.remove_str(vm, &vm.intern_str("__firstlineno__")));
        this.dict
            .insert_str(vm, &vm.names.__module__, value.clone());
        Ok(())
    }
    #[pygetset]
    fn __base__(this: &TypeRef) -> Option<TypeRef> {
        this.base.borrow().clone()
    }
    #[pygetset]
    fn __mro__(vm: &Vm, this: &TypeRef) -> Ref<Tuple> {
        let mro: Vec<Value> = this.mro.borrow().iter().map(Ref::to_value).collect();
        vm.new_tuple(mro)
    }
    #[pygetset]
    fn __bases__(this: &TypeRef) -> Ref<Tuple> {
        this.bases.borrow().clone()
    }
    #[pysetter(__bases__)]
    fn set_bases(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        let value = settable(vm, this, "__bases__", value)?;
        crate::type_bases::assign_bases(vm, this, value)
    }
    #[pygetset]
    fn __dict__(vm: &Vm, this: &TypeRef) -> PyResult {
        vm.call(vm.types.mappingproxy.as_value(), &[this.dict.to_value()])
    }
    #[pygetset]
    fn __abstractmethods__(vm: &Vm, this: &TypeRef) -> PyResult {
        let name = &vm.names.__abstractmethods__;
        let found = if this.is(&vm.types.type_) {
            None
        } else {
            this.dict.get_str(name)
        };
        found.ok_or_else(|| no_type_attribute(vm, name))
    }
    #[pysetter(__abstractmethods__)]
    fn set_abstract_methods(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        let name = &vm.names.__abstractmethods__;
        let is_abstract = match value {
            Some(value) => {
                let is_abstract = vm.is_true(value)?;
                this.dict.insert_str(vm, name, value.clone());
                is_abstract
            }
            None => {
                if this.dict.remove_str(vm, name).is_none() {
                    return Err(no_type_attribute(vm, name));
                }
                false
            }
        };
        crate::type_ops::invalidate(vm, this);
        this.set_flag(TypeFlags::IS_ABSTRACT, is_abstract);
        Ok(())
    }
}

/// The bases as types.
pub fn bases_of(ty: &TypeRef) -> Vec<TypeRef> {
    ty.bases
        .borrow()
        .items()
        .iter()
        .filter_map(|b| b.downcast::<Type>().cloned())
        .collect()
}
