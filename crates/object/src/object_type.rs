//! The class `object`.

use taipan_macros::pymethods;

use crate::attr::{generic_getattr, generic_setattr};
use crate::dict::Dict;
use crate::header::{Ref, TypeRef};
use crate::native::{GetSetDef, NativeClass, TypeSpec};
use crate::object::{Plain, alloc_instance};
use crate::slots::{CmpOp, SlotId};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

/// What `object` is: [`Plain`]'s methods and the generic attribute slots.
pub fn object_spec() -> TypeSpec {
    TypeSpec {
        fill: |slots| {
            (Plain::spec().fill)(slots);
            slots.getattro.set(Some(generic_getattr));
            slots.setattro.set(Some(generic_setattr));
        },
        ..Plain::spec()
    }
}

/// `__dict__` of instances of classes that have one.
pub static INSTANCE_DICT: GetSetDef = GetSetDef {
    name: "__dict__",
    doc: "The attributes of the instance.",
    get: get_dict,
    set: Some(set_dict),
};

/// `__weakref__` of instances of classes that can be referenced weakly.
pub static INSTANCE_WEAKREF: GetSetDef = GetSetDef {
    name: "__weakref__",
    doc: "The weak references to the object.",
    get: |vm, this| vm.first_weakref(this),
    set: None,
};

fn no_dict(vm: &Vm) -> Raised {
    vm.raise_str(&vm.exc.attribute_error, "This object has no __dict__")
}

/// Reads `__dict__` of an instance.
pub fn get_dict(vm: &Vm, this: &Value) -> PyResult {
    vm.instance_dict(this)
        .map(Ref::into_value)
        .ok_or_else(|| no_dict(vm))
}

/// Replaces `__dict__` of an instance.
pub fn set_dict(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let new = match value {
        None => vm.new_dict(),
        Some(v) => match v.downcast::<Dict>() {
            Some(d) => d.clone(),
            None => {
                return Err(vm.type_error(format!(
                    "__dict__ must be set to a dictionary, not a '{}'",
                    vm.type_name(v)
                )));
            }
        },
    };
    let Some(part) =
        crate::instance::instance_part(this).filter(|_| vm.type_of(this).has(TypeFlags::HAS_DICT))
    else {
        return Err(no_dict(vm));
    };
    drop(part.enter_dict_mode(new));
    Ok(())
}

fn has_arguments(args: &Args<'_>) -> bool {
    !args.values.is_empty()
}

fn abstract_error(vm: &Vm, cls: &TypeRef) -> Raised {
    let names = match vm
        .getattr(cls.as_value(), &vm.names.__abstractmethods__)
        .and_then(|set| vm.collect(&set))
    {
        Ok(names) => names,
        Err(e) => return e,
    };
    let mut names: Vec<String> = names
        .iter()
        .filter_map(|n| n.downcast::<Str>().map(|s| s.to_string()))
        .collect();
    names.sort();
    let plural = if names.len() == 1 { "" } else { "s" };
    vm.type_error(format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} '{}'",
        cls.display_name(),
        names.join("', '")
    ))
}

#[pymethods(
    name = "object",
    doc = "The base of all classes. Without arguments makes an object that has no attributes of its own.",
    signature = "()",
    flags(BASETYPE)
)]
impl Plain {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        let object = &vm.types.object;
        if has_arguments(&args) {
            if cls.slots.address(SlotId::new) != object.slots.address(SlotId::new) {
                return Err(vm.type_error(
                    "object.__new__() takes exactly one argument (the type to instantiate)",
                ));
            }
            if cls.slots.address(SlotId::init) == object.slots.address(SlotId::init) {
                return Err(vm.type_error(format!("{}() takes no arguments", cls.display_name())));
            }
        }
        if cls.has(TypeFlags::IS_ABSTRACT) {
            return Err(abstract_error(vm, cls));
        }
        if !std::ptr::eq(cls.vtable, object.vtable) {
            return Err(vm.type_error(format!("cannot create '{}' instances", cls.display_name())));
        }
        Ok(alloc_instance(vm, cls, Plain).into_value())
    }

    #[pyslot]
    fn init(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult<()> {
        if !has_arguments(&args) {
            return Ok(());
        }
        let (ty, object) = (vm.type_of(this), &vm.types.object);
        if ty.slots.address(SlotId::init) != object.slots.address(SlotId::init) {
            return Err(vm.type_error(
                "object.__init__() takes exactly one argument (the instance to initialize)",
            ));
        }
        if ty.slots.address(SlotId::new) == object.slots.address(SlotId::new) {
            return Err(vm.type_error(format!(
                "{}.__init__() takes exactly one argument (the instance to initialize)",
                ty.display_name()
            )));
        }
        Ok(())
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        let ty = vm.type_of(this);
        let text = format!("<{} object at {:#x}>", class_path(vm, ty), this.id());
        Ok(vm.new_str(&text).into_value())
    }

    #[pyslot]
    fn str(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm.repr(this)?.into_value())
    }

    #[pyslot]
    fn hash(_vm: &Vm, this: &Value) -> PyResult<i64> {
        Ok(identity_hash(this))
    }

    #[pyslot]
    fn richcompare(vm: &Vm, this: &Value, other: &Value, op: CmpOp) -> PyResult {
        match op {
            CmpOp::Eq if this.is(other) => Ok(Value::TRUE),
            CmpOp::Ne => {
                let Some(compare) = vm.type_of(this).slots.richcompare.get() else {
                    return Ok(Value::NOT_IMPLEMENTED);
                };
                let equal = compare(vm, this, other, CmpOp::Eq)?;
                if equal.is_not_implemented() {
                    Ok(equal)
                } else {
                    Ok(Value::bool(!vm.is_true(&equal)?))
                }
            }
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// The object's class.
    #[pygetset]
    fn __class__(vm: &Vm, this: &Value) -> TypeRef {
        vm.type_of(this).clone()
    }
    #[pysetter(__class__)]
    fn set_class(vm: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("can't delete __class__ attribute"));
        };
        let Some(new) = value.downcast::<Type>() else {
            return Err(vm.type_error(format!(
                "__class__ must be set to a class, not '{}' object",
                vm.type_name(value)
            )));
        };
        change_class(vm, this, new)
    }

    /// Formats the object: str() for an empty format.
    #[pymethod("(self, format_spec, /)")]
    fn __format__(vm: &Vm, this: &Value, format_spec: &Ref<Str>) -> PyResult<Ref<Str>> {
        if !format_spec.is_empty() {
            return Err(vm.type_error(format!(
                "unsupported format string passed to {}.__format__",
                vm.type_name(this)
            )));
        }
        vm.str(this)
    }

    /// The names of the object's attributes.
    #[pymethod("(self, /)")]
    fn __dir__(vm: &Vm, this: &Value) -> PyResult {
        let names = vm.new_dict();
        if let Some(dict) = vm.getattr_opt(this, &vm.names.__dict__)?
            && let Some(dict) = dict.downcast::<Dict>()
        {
            for key in dict.keys() {
                names.insert(vm, key, Value::NONE)?;
            }
        }
        if let Some(class) = vm.getattr_opt(this, &vm.names.__class__)? {
            merge_class_names(vm, &names, &class)?;
        }
        Ok(vm.list_value(names.keys()))
    }

    /// Bytes that the object takes.
    #[pymethod("(self, /)")]
    fn __sizeof__(vm: &Vm, this: &Value) -> usize {
        let ty = vm.type_of(this);
        if this.is_heap() {
            ty.vtable.size + crate::instance::part_size(ty)
        } else {
            16
        }
    }

    /// Helper for pickle.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult {
        crate::reduce::common_reduce(vm, this, 0)
    }
    /// Helper for pickle.
    #[pymethod("(self, protocol, /)")]
    fn __reduce_ex__(vm: &Vm, this: &Value, protocol: i64) -> PyResult {
        let own = vm.type_lookup(vm.type_of(this), &vm.names.__reduce__);
        let plain = vm.types.object.dict.get_str(&vm.names.__reduce__);
        if let (Some(own), Some(plain)) = (own, plain)
            && !own.is(&plain)
        {
            return vm.call_method(this, &vm.names.__reduce__, &[]);
        }
        crate::reduce::common_reduce(vm, this, protocol)
    }
    /// Helper for pickle.
    #[pymethod("(self, /)")]
    fn __getstate__(vm: &Vm, this: &Value) -> PyResult {
        crate::reduce::default_state(vm, this, false)
    }

    /// Called when a class is subclassed; does nothing.
    #[pyclassmethod("(cls, /, **kwargs)")]
    fn __init_subclass__(vm: &Vm, cls: &Value, kwargs: crate::args::KwArgs<'_>) -> PyResult<()> {
        if kwargs.is_empty() {
            return Ok(());
        }
        let class = match cls.downcast::<Type>() {
            Some(ty) => vm.str(&ty.qualname.borrow().clone())?.to_string(),
            None => vm.type_name(cls),
        };
        Err(vm.type_error(format!(
            "{class}.__init_subclass__() takes no keyword arguments"
        )))
    }

    /// Abstract classes override this to decide about issubclass().
    #[pyclassmethod("(cls, object, /)")]
    fn __subclasshook__(_vm: &Vm, _cls: &Value, _object: &Value) -> Value {
        Value::NOT_IMPLEMENTED
    }
}

/// A class's name with its module unless that is `builtins`, as reprs of instances show it.
pub fn class_path(vm: &Vm, ty: &TypeRef) -> String {
    let qualname = ty
        .qualname
        .borrow()
        .downcast::<Str>()
        .map_or_else(String::new, |s| s.to_string());
    match crate::type_type::module_name(vm, ty) {
        Some(module) if module != "builtins" => format!("{module}.{qualname}"),
        _ => ty.display_name(),
    }
}

/// The hash of an object by its identity.
pub fn identity_hash(this: &Value) -> i64 {
    match this.id().rotate_right(4) as i64 {
        -1 => -2,
        h => h,
    }
}

/// Adds the names in a class and its bases.
pub fn merge_class_names(vm: &Vm, names: &Ref<Dict>, class: &Value) -> PyResult<()> {
    vm.check_stack(" in __dir__")?;
    if let Some(ty) = class.downcast::<Type>() {
        for class in ty.mro.borrow().iter() {
            for key in class.dict.keys() {
                names.insert(vm, key, Value::NONE)?;
            }
        }
        return Ok(());
    }
    if let Some(dict) = vm.getattr_opt(class, &vm.names.__dict__)? {
        vm.for_each(&dict, |key| names.insert(vm, key, Value::NONE))?;
    }
    if let Some(bases) = vm
        .getattr_opt(class, &vm.names.__bases__)?
        .and_then(|b| b.downcast_owned::<Tuple>().ok())
    {
        for base in bases.items() {
            merge_class_names(vm, names, base)?;
        }
    }
    Ok(())
}

fn change_class(vm: &Vm, this: &Value, new: &TypeRef) -> PyResult<()> {
    let old = vm.type_of(this).clone();
    let is_module = |t: &TypeRef| t.is_subtype(&vm.types.module);
    if (new.has(TypeFlags::IMMUTABLE) || old.has(TypeFlags::IMMUTABLE))
        && !(is_module(new) && is_module(&old))
    {
        return Err(vm.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    }
    check_layouts(vm, &old, new, "__class__")?;
    let Some(header) = this.header() else {
        return Err(vm.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    };
    if old.has(TypeFlags::HAS_INSTANCE_PART) {
        // In dict mode the attributes do not depend on the shapes of either class.
        drop(vm.instance_dict(this));
        crate::instance::adopt_shape(this, new);
    }
    // What the heap knows of the object by its class stays known.
    if old.has(TypeFlags::HAS_WEAKREFS) {
        new.set_flag(TypeFlags::HAS_WEAKREFS, true);
    }
    if vm.heap.gc.is_finalized(this) {
        new.set_flag(TypeFlags::HAS_FINALIZER, true);
    }
    drop(header.replace_type(new.clone()));
    Ok(())
}

/// Whether objects of one class can become objects of another.
///
/// # Errors
/// TypeError "… assignment: 'A' object layout differs from 'B'".
pub fn check_layouts(vm: &Vm, old: &TypeRef, new: &TypeRef, attribute: &str) -> PyResult<()> {
    let kind = TypeFlags::HAS_DICT.0 | TypeFlags::HAS_INSTANCE_PART.0 | TypeFlags::WEAKREFABLE.0;
    let fields = |ty: &TypeRef| crate::exceptions::field_names(&native_base(ty));
    let same = std::ptr::eq(old.vtable, new.vtable)
        && old.flags.get().0 & kind == new.flags.get().0 & kind
        && old.member_count == new.member_count
        && (!old.has(TypeFlags::HAS_INSTANCE_PART) || old.instance_offset == new.instance_offset)
        && (old.member_count == 0 || member_names(old) == member_names(new))
        && fields(old) == fields(new);
    // Modules are the one native class whose objects change their class.
    let native_for_python =
        old.has(TypeFlags::HEAP) && !new.has(TypeFlags::HEAP) && !new.is_subtype(&vm.types.module);
    if same && !native_for_python {
        return Ok(());
    }
    let what = if native_for_python {
        "deallocator"
    } else {
        "object layout"
    };
    let (new, old) = (new.display_name(), old.display_name());
    Err(vm.type_error(format!(
        "{attribute} assignment: '{new}' {what} differs from '{old}'"
    )))
}

/// The nearest native class whose layout a class has.
pub fn native_base(ty: &TypeRef) -> TypeRef {
    let mut native = ty.clone();
    while native.has(TypeFlags::HEAP) {
        let base = native.base.borrow().clone();
        let Some(base) = base else { break };
        native = base;
    }
    native
}

/// Names of the members of a class's layout, by slot.
fn member_names(ty: &TypeRef) -> Vec<(u32, String)> {
    let mut names = Vec::new();
    let mut class = Some(ty.clone());
    while let Some(c) = class {
        for (_, value) in c.dict.items() {
            if let Some(member) = value.downcast::<crate::function::Member>()
                && member.ty.is(&c)
                && member.native.is_none()
            {
                names.push((member.slot, member.name.to_string()));
            }
        }
        class = c.base.borrow().clone();
    }
    names.sort();
    names
}
