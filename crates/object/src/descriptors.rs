//! Methods and computed attributes of native classes as Python sees them.

use taipan_macros::pymethods;

use crate::function::{
    GetSet, Member, MethodDescriptor, MethodWrapper, NativeFunction, SlotWrapper,
};
use crate::header::{Ref, TypeRef};
use crate::native::{MethodDef, MethodKind};
use crate::slots::CmpOp;
use crate::str::Str;
use crate::ty::Type;
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

type ArgVec = smallvec::SmallVec<[Value; 6]>;

/// Calls something with an object in front of the arguments.
#[inline]
pub fn call_with_first<R>(first: &Value, args: Args<'_>, call: impl FnOnce(Args<'_>) -> R) -> R {
    let mut all = ArgVec::with_capacity(args.values.len() + 1);
    all.push(first.clone());
    all.extend(args.values.iter().cloned());
    call(Args {
        values: &all,
        keywords: args.keywords,
    })
}

fn qualified(ty: &TypeRef, name: &str) -> String {
    let qualname = ty
        .qualname
        .borrow()
        .downcast::<Str>()
        .map_or_else(String::new, |s| s.to_string());
    format!("{qualname}.{name}")
}

#[cold]
fn does_not_apply(vm: &Vm, name: &str, ty: &TypeRef, object: &Value) -> Raised {
    vm.type_error(format!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
        ty.display_name(),
        vm.type_name(object)
    ))
}

fn text_or_none(vm: &Vm, text: &str) -> Value {
    if text.is_empty() {
        Value::NONE
    } else {
        vm.new_str(text).into_value()
    }
}

/// `getattr(object, name)` as `__reduce__` says it.
pub(crate) fn reduce_to_getattr(vm: &Vm, object: Value, name: &str) -> PyResult {
    let getattr = vm.builtin("getattr")?;
    let args = vm.tuple_value([object, vm.intern_str(name).into_value()]);
    Ok(vm.tuple_value([getattr, args]))
}

/// What a function's definition and its object make of a call.
#[inline]
pub fn call_native(vm: &Vm, f: &NativeFunction, args: Args<'_>) -> PyResult {
    match &f.this {
        Some(this) if f.def.kind != MethodKind::Function => {
            call_with_first(this, args, |args| (f.def.call)(vm, args))
        }
        _ => (f.def.call)(vm, args),
    }
}

/// What a function is a method of: an object, or the class of a static method.
fn owner(f: &NativeFunction) -> Option<&Value> {
    match &f.this {
        Some(object) => Some(object).filter(|o| o.downcast::<crate::module::Module>().is_none()),
        None => f.module.as_ref().filter(|m| m.downcast::<Type>().is_some()),
    }
}

#[pymethods(
    name = "builtin_function_or_method",
    doc = "A function of a native module, or a native method bound to its object.",
    flags(WEAKREFABLE)
)]
impl NativeFunction {
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<NativeFunction>, args: Args<'_>) -> PyResult {
        call_native(vm, this, args)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<NativeFunction>) -> PyResult {
        let name = this.def.name;
        let text = match owner(this) {
            Some(object) => {
                format!(
                    "<built-in method {name} of {} object at {:#x}>",
                    vm.type_name(object),
                    object.id()
                )
            }
            _ => format!("<built-in function {name}>"),
        };
        Ok(vm.new_str(&text).into_value())
    }
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<NativeFunction>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<NativeFunction>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let same_object = match (&this.this, &other.this) {
            (Some(a), Some(b)) => a.is(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let equal = same_object && std::ptr::eq(this.def, other.def);
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    #[pyslot]
    fn hash(_vm: &Vm, this: &Ref<NativeFunction>) -> PyResult<i64> {
        let object = this
            .this
            .as_ref()
            .map_or(0, crate::object_type::identity_hash);
        Ok(match object ^ (this.def as *const MethodDef as i64 >> 4) {
            -1 => -2,
            h => h,
        })
    }
    #[pygetset]
    fn __name__(vm: &Vm, this: &Ref<NativeFunction>) -> Ref<Str> {
        vm.intern_str(this.def.name)
    }
    #[pygetset]
    fn __qualname__(vm: &Vm, this: &Ref<NativeFunction>) -> Ref<Str> {
        match owner(this) {
            Some(object) => {
                let ty = object
                    .downcast::<Type>()
                    .unwrap_or_else(|| vm.type_of(object));
                vm.new_str(&qualified(ty, this.def.name))
            }
            _ => vm.intern_str(this.def.name),
        }
    }
    #[pygetset]
    fn __doc__(vm: &Vm, this: &Ref<NativeFunction>) -> Value {
        text_or_none(vm, this.def.doc)
    }
    #[pygetset]
    fn __text_signature__(vm: &Vm, this: &Ref<NativeFunction>) -> Value {
        text_or_none(vm, this.def.signature)
    }
    #[pygetset]
    fn __module__(this: &Ref<NativeFunction>) -> Option<Value> {
        let name = this.module.as_ref();
        name.filter(|m| m.downcast::<Type>().is_none()).cloned()
    }
    #[pygetset]
    fn __self__(vm: &Vm, this: &Ref<NativeFunction>) -> PyResult<Option<Value>> {
        if this.this.is_some() {
            return Ok(this.this.clone());
        }
        match &this.module {
            Some(name) => vm.modules.get(vm, name),
            None => Ok(None),
        }
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<NativeFunction>) -> PyResult {
        match owner(this) {
            Some(object) => reduce_to_getattr(vm, object.clone(), this.def.name),
            _ => Ok(vm.intern_str(this.def.name).into_value()),
        }
    }
}

/// Attributes that method descriptors have in common.
macro_rules! method_attributes {
    ($partial:ident, $payload:ty, $class:literal, $name:expr, $doc:expr, $signature:expr) => {
        #[pymethods(partial = $partial, class = $class)]
        impl $payload {
            #[pygetset]
            fn __objclass__(this: &Ref<$payload>) -> TypeRef {
                this.ty.clone()
            }
            #[pygetset]
            fn __name__(vm: &Vm, this: &Ref<$payload>) -> Ref<Str> {
                let name: fn(&$payload) -> &'static str = $name;
                vm.intern_str(name(this))
            }
            #[pygetset]
            fn __qualname__(vm: &Vm, this: &Ref<$payload>) -> Ref<Str> {
                let name: fn(&$payload) -> &'static str = $name;
                vm.new_str(&qualified(&this.ty, name(this)))
            }
            #[pygetset]
            fn __doc__(vm: &Vm, this: &Ref<$payload>) -> Value {
                let doc: fn(&$payload) -> String = $doc;
                text_or_none(vm, &doc(this))
            }
            #[pygetset]
            fn __text_signature__(vm: &Vm, this: &Ref<$payload>) -> Value {
                let signature: fn(&$payload) -> &'static str = $signature;
                text_or_none(vm, signature(this))
            }
            #[pymethod("(self, /)")]
            fn __reduce__(vm: &Vm, this: &Ref<$payload>) -> PyResult {
                let class = vm.type_of(this.as_value());
                if class.is(&vm.types.classmethod_descriptor) {
                    return Err(vm.type_error("cannot pickle 'classmethod_descriptor' object"));
                }
                let name: fn(&$payload) -> &'static str = $name;
                reduce_to_getattr(vm, this.ty.to_value(), name(this))
            }
        }
    };
}

method_attributes!(
    METHOD,
    MethodDescriptor,
    "method_descriptor",
    |d| d.def.name,
    |d| d.def.doc.to_owned(),
    |d| d.def.signature
);
method_attributes!(
    WRAPPER,
    SlotWrapper,
    "wrapper_descriptor",
    |d| d.name,
    slot_doc,
    |d| slot_signature(d.name)
);

/// The parameters of a slot's dunder method.
fn slot_signature(name: &str) -> &'static str {
    match name {
        "__init__" | "__call__" => "($self, /, *args, **kwargs)",
        "__repr__" | "__str__" | "__hash__" | "__iter__" | "__next__" | "__len__" | "__neg__"
        | "__pos__" | "__abs__" | "__bool__" | "__invert__" | "__int__" | "__float__"
        | "__index__" | "__await__" | "__aiter__" | "__anext__" | "__del__" => "($self, /)",
        "__getattribute__" | "__delattr__" => "($self, name, /)",
        "__setattr__" => "($self, name, value, /)",
        "__getitem__" | "__delitem__" | "__contains__" => "($self, key, /)",
        "__setitem__" => "($self, key, value, /)",
        "__get__" => "($self, instance, owner=None, /)",
        "__set__" => "($self, instance, value, /)",
        "__delete__" => "($self, instance, /)",
        "__pow__" | "__rpow__" => "($self, value, mod=None, /)",
        "__buffer__" => "($self, flags, /)",
        _ => "($self, value, /)",
    }
}

fn slot_doc(w: &SlotWrapper) -> String {
    match w.name {
        "__init__" => "Initializes the object.".to_owned(),
        "__repr__" => "Text for repr().".to_owned(),
        "__str__" => "Text for str().".to_owned(),
        "__hash__" => "The hash of the object.".to_owned(),
        name => format!("Does for this class what {name} means."),
    }
}

impl MethodDescriptor {
    fn shown(&self) -> String {
        format!(
            "<method '{}' of '{}' objects>",
            self.def.name,
            self.ty.display_name()
        )
    }
}

/// `method_descriptor`.
pub mod method_descriptor {
    use super::*;

    #[pymethods(partial = SLOTS, class = "method_descriptor")]
    impl MethodDescriptor {
        #[pyslot]
        fn call(vm: &Vm, this: &Ref<MethodDescriptor>, args: Args<'_>) -> PyResult {
            let Some(receiver) = args.positional().first() else {
                return Err(vm.type_error(format!(
                    "unbound method {}.{}() needs an argument",
                    this.ty.display_name(),
                    this.def.name
                )));
            };
            if !vm.is_instance_of(receiver, &this.ty) {
                return Err(does_not_apply(vm, this.def.name, &this.ty, receiver));
            }
            (this.def.call)(vm, args)
        }
        #[pyslot]
        fn descr_get(
            vm: &Vm,
            this: &Value,
            object: Option<&Value>,
            owner: Option<&Value>,
        ) -> PyResult {
            crate::attr::method_descriptor_get(vm, this, object, owner)
        }
        #[pyslot]
        fn repr(vm: &Vm, this: &Ref<MethodDescriptor>) -> PyResult {
            Ok(vm.new_str(&this.shown()).into_value())
        }
    }
}

/// `classmethod_descriptor`.
pub mod classmethod_descriptor {
    use super::*;

    fn bind(
        vm: &Vm,
        d: &MethodDescriptor,
        object: Option<&Value>,
        owner: Option<&Value>,
    ) -> PyResult<Ref<NativeFunction>> {
        let (name, class) = (d.def.name, d.ty.display_name());
        let owner = match (owner, object) {
            (Some(owner), _) => owner,
            (None, Some(object)) => vm.type_of(object).as_value(),
            (None, None) => {
                return Err(vm.type_error(format!(
                    "descriptor '{name}' for type '{class}' needs either an object or a type"
                )));
            }
        };
        let Some(ty) = owner.downcast::<Type>() else {
            let got = vm.type_name(owner);
            return Err(vm.type_error(format!(
                "descriptor '{name}' for type '{class}' needs a type, not a '{got}' as arg 2"
            )));
        };
        if !ty.is_subtype(&d.ty) {
            let got = ty.display_name();
            return Err(vm.type_error(format!(
                "descriptor '{name}' requires a subtype of '{class}' but received '{got}'"
            )));
        }
        let bound = NativeFunction {
            def: d.def,
            this: Some(owner.clone()),
            module: None,
        };
        Ok(vm.heap.alloc(&vm.types.builtin_function, bound))
    }

    #[pymethods(partial = SLOTS, class = "classmethod_descriptor")]
    impl MethodDescriptor {
        #[pyslot(call)]
        fn class_call(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult {
            let Some(d) = this.downcast::<MethodDescriptor>() else {
                return Err(crate::args::wrong_receiver(vm, this, "__call__"));
            };
            let Some(class) = args.positional().first() else {
                let (name, class) = (d.def.name, d.ty.display_name());
                return Err(vm.type_error(format!(
                    "descriptor '{name}' of '{class}' object needs an argument"
                )));
            };
            call_native(vm, &*bind(vm, d, None, Some(class))?, args.skip_first())
        }
        #[pyslot(descr_get)]
        fn class_get(
            vm: &Vm,
            this: &Value,
            object: Option<&Value>,
            owner: Option<&Value>,
        ) -> PyResult {
            match this.downcast::<MethodDescriptor>() {
                Some(d) => Ok(bind(vm, d, object, owner)?.into_value()),
                None => Ok(this.clone()),
            }
        }
        #[pyslot(repr)]
        fn class_repr(vm: &Vm, this: &Value) -> PyResult {
            Ok(vm
                .new_str(
                    &this
                        .downcast::<MethodDescriptor>()
                        .map_or_else(String::new, |d| d.shown()),
                )
                .into_value())
        }
    }
}

#[pymethods(
    name = "wrapper_descriptor",
    doc = "A special method of a native class.",
    flags(METHOD_DESCRIPTOR),
    extra(crate::descriptors::WRAPPER)
)]
impl SlotWrapper {
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<SlotWrapper>, args: Args<'_>) -> PyResult {
        let (name, class) = (this.name, &this.ty);
        let Some(receiver) = args.positional().first() else {
            return Err(vm.type_error(format!(
                "descriptor '{name}' of '{}' object needs an argument",
                class.display_name()
            )));
        };
        if !vm.is_instance_of(receiver, class) {
            let (class, got) = (class.display_name(), vm.type_name(receiver));
            return Err(vm.type_error(format!(
                "descriptor '{name}' requires a '{class}' object but received a '{got}'"
            )));
        }
        crate::slot_wrappers::call_wrapper(vm, this.slot, name, class, args)
    }
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        let (Some(wrapper), Some(object)) = (this.downcast::<SlotWrapper>(), object) else {
            return Ok(this.clone());
        };
        if !vm.is_instance_of(object, &wrapper.ty) {
            return Err(does_not_apply(vm, wrapper.name, &wrapper.ty, object));
        }
        let bound = MethodWrapper {
            wrapper: wrapper.clone(),
            this: object.clone(),
        };
        Ok(vm.heap.alloc(&vm.types.method_wrapper, bound).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<SlotWrapper>) -> PyResult {
        Ok(vm
            .new_str(&format!(
                "<slot wrapper '{}' of '{}' objects>",
                this.name,
                this.ty.display_name()
            ))
            .into_value())
    }
}

#[pymethods(
    name = "method-wrapper",
    doc = "A special method of a native class bound to an object."
)]
impl MethodWrapper {
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<MethodWrapper>, args: Args<'_>) -> PyResult {
        let w = &this.wrapper;
        call_with_first(&this.this, args, |args| {
            crate::slot_wrappers::call_wrapper(vm, w.slot, w.name, &w.ty, args)
        })
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<MethodWrapper>) -> PyResult {
        let text = format!(
            "<method-wrapper '{}' of {} object at {:#x}>",
            this.wrapper.name,
            vm.type_name(&this.this),
            this.this.id()
        );
        Ok(vm.new_str(&text).into_value())
    }
    #[pyslot]
    fn richcompare(_vm: &Vm, this: &Ref<MethodWrapper>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<MethodWrapper>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = this.wrapper.is(&other.wrapper) && this.this.is(&other.this);
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    #[pyslot]
    fn hash(_vm: &Vm, this: &Ref<MethodWrapper>) -> PyResult<i64> {
        use crate::object_type::identity_hash;
        Ok(
            match identity_hash(&this.this) ^ identity_hash(this.wrapper.as_value()) {
                -1 => -2,
                h => h,
            },
        )
    }
    #[pygetset]
    fn __self__(this: &Ref<MethodWrapper>) -> Value {
        this.this.clone()
    }
    #[pygetset]
    fn __objclass__(this: &Ref<MethodWrapper>) -> TypeRef {
        this.wrapper.ty.clone()
    }
    #[pygetset]
    fn __name__(vm: &Vm, this: &Ref<MethodWrapper>) -> Ref<Str> {
        vm.intern_str(this.wrapper.name)
    }
    #[pygetset]
    fn __qualname__(vm: &Vm, this: &Ref<MethodWrapper>) -> Ref<Str> {
        vm.new_str(&qualified(&this.wrapper.ty, this.wrapper.name))
    }
    #[pygetset]
    fn __doc__(vm: &Vm, this: &Ref<MethodWrapper>) -> Value {
        text_or_none(vm, &slot_doc(&this.wrapper))
    }
    #[pygetset]
    fn __text_signature__(this: &Ref<MethodWrapper>) -> &'static str {
        slot_signature(this.wrapper.name)
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<MethodWrapper>) -> PyResult {
        reduce_to_getattr(vm, this.this.clone(), this.wrapper.name)
    }
}

#[pymethods(
    name = "getset_descriptor",
    doc = "A computed attribute of a native class."
)]
impl GetSet {
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        let (Some(d), Some(object)) = (this.downcast::<GetSet>(), object) else {
            return Ok(this.clone());
        };
        if !vm.is_instance_of(object, &d.ty) {
            return Err(does_not_apply(vm, d.def.name, &d.ty, object));
        }
        (d.def.get)(vm, object)
    }
    #[pyslot]
    fn descr_set(
        vm: &Vm,
        this: &Ref<GetSet>,
        object: &Value,
        value: Option<&Value>,
    ) -> PyResult<()> {
        let (name, class) = (this.def.name, &this.ty);
        if !vm.is_instance_of(object, class) {
            return Err(does_not_apply(vm, name, class, object));
        }
        match this.def.set {
            Some(set) => set(vm, object, value),
            None => {
                let message = format!(
                    "attribute '{name}' of '{}' objects is not writable",
                    class.display_name()
                );
                Err(vm.attribute_error(message, object, &vm.intern_str(name)))
            }
        }
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<GetSet>) -> PyResult {
        Ok(vm
            .new_str(&format!(
                "<attribute '{}' of '{}' objects>",
                this.def.name,
                this.ty.display_name()
            ))
            .into_value())
    }
    #[pygetset]
    fn __objclass__(this: &Ref<GetSet>) -> TypeRef {
        this.ty.clone()
    }
    #[pygetset]
    fn __name__(vm: &Vm, this: &Ref<GetSet>) -> Ref<Str> {
        vm.intern_str(this.def.name)
    }
    #[pygetset]
    fn __qualname__(vm: &Vm, this: &Ref<GetSet>) -> Ref<Str> {
        vm.new_str(&qualified(&this.ty, this.def.name))
    }
    #[pygetset]
    fn __doc__(vm: &Vm, this: &Ref<GetSet>) -> Value {
        text_or_none(vm, this.def.doc)
    }
}

#[pymethods(
    name = "member_descriptor",
    doc = "An attribute that is kept in a slot of the object."
)]
impl Member {
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        let (Some(d), Some(object)) = (this.downcast::<Member>(), object) else {
            return Ok(this.clone());
        };
        if let Some(def) = d.native {
            if !vm.is_instance_of(object, &d.ty) {
                return Err(does_not_apply(vm, def.name, &d.ty, object));
            }
            return (def.get)(vm, object);
        }
        let Some(part) =
            crate::instance::instance_part(object).filter(|_| vm.is_instance_of(object, &d.ty))
        else {
            return Err(does_not_apply(vm, &d.name.to_string(), &d.ty, object));
        };
        part.load(d.slot)
            .ok_or_else(|| vm.no_attribute(object, &d.name))
    }
    #[pyslot]
    fn descr_set(
        vm: &Vm,
        this: &Ref<Member>,
        object: &Value,
        value: Option<&Value>,
    ) -> PyResult<()> {
        if let Some(def) = this.native {
            if !vm.is_instance_of(object, &this.ty) {
                return Err(does_not_apply(vm, def.name, &this.ty, object));
            }
            return match def.set {
                Some(set) => set(vm, object, value),
                None => Err(vm.raise_str(&vm.exc.attribute_error, "readonly attribute")),
            };
        }
        let Some(part) =
            crate::instance::instance_part(object).filter(|_| vm.is_instance_of(object, &this.ty))
        else {
            return Err(does_not_apply(vm, &this.name.to_string(), &this.ty, object));
        };
        if !this.ty.has(crate::ty::TypeFlags::HEAP) {
            return Err(vm.attribute_error("readonly attribute", object, &this.name));
        }
        let old = part.store(this.slot, value.cloned());
        if value.is_none() && old.is_none() {
            return Err(vm.attribute_error(this.name.to_string(), object, &this.name));
        }
        Ok(())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Member>) -> PyResult {
        Ok(vm
            .new_str(&format!(
                "<member '{}' of '{}' objects>",
                this.name,
                this.ty.display_name()
            ))
            .into_value())
    }
    #[pygetset]
    fn __objclass__(this: &Ref<Member>) -> TypeRef {
        this.ty.clone()
    }
    #[pygetset]
    fn __name__(this: &Ref<Member>) -> Ref<Str> {
        this.name.clone()
    }
    #[pygetset]
    fn __qualname__(vm: &Vm, this: &Ref<Member>) -> Ref<Str> {
        vm.new_str(&qualified(&this.ty, &this.name.to_string()))
    }
    #[pygetset]
    fn __doc__(vm: &Vm, this: &Ref<Member>) -> Value {
        text_or_none(vm, this.native.map_or("", |def| def.doc))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Member>) -> PyResult {
        reduce_to_getattr(vm, this.ty.to_value(), &this.name.to_string())
    }
}

/// Both kinds of descriptors of native methods share a payload.
pub fn method_descriptor_spec(class_method: bool) -> crate::native::TypeSpec {
    use crate::header::Payload;
    use crate::ty::TypeFlags;
    crate::native::TypeSpec {
        name: if class_method {
            "classmethod_descriptor"
        } else {
            "method_descriptor"
        },
        module: "builtins",
        doc: "A method of a native class.",
        signature: "",
        flags: if class_method {
            TypeFlags::default()
        } else {
            TypeFlags::METHOD_DESCRIPTOR
        },
        vtable: MethodDescriptor::vtable(),
        fill: if class_method {
            classmethod_descriptor::SLOTS_SLOTS
        } else {
            method_descriptor::SLOTS_SLOTS
        },
        methods: &[METHOD],
        getsets: &[METHOD_GETSETS],
    }
}
