//! The classes of None, Ellipsis and NotImplemented.

use crate::header::{Payload, TypeRef};
use crate::native::{MethodDef, MethodKind, TypeSpec};
use crate::object::Plain;
use crate::slots::Slots;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

fn spec(
    name: &'static str,
    doc: &'static str,
    fill: fn(&Slots),
    methods: &'static [&'static [MethodDef]],
) -> TypeSpec {
    TypeSpec {
        name,
        module: "builtins",
        doc,
        signature: "",
        flags: TypeFlags::default(),
        vtable: Plain::vtable(),
        fill,
        methods,
        getsets: &[],
    }
}

fn no_arguments(vm: &Vm, ty: &TypeRef, args: Args<'_>, value: Value) -> PyResult {
    if args.values.is_empty() {
        Ok(value)
    } else {
        Err(vm.type_error(format!("{} takes no arguments", ty.display_name())))
    }
}

/// `NoneType`.
pub fn none_spec() -> TypeSpec {
    spec(
        "NoneType",
        "The class of None.",
        |s| {
            s.new
                .set(Some(|vm, ty, args| no_arguments(vm, ty, args, Value::NONE)));
            s.repr
                .set(Some(|vm, _| Ok(vm.intern_str("None").into_value())));
            s.bool.set(Some(|_, _| Ok(false)));
            s.hash.set(Some(|_, _| Ok(0xFCA8_6420)));
        },
        &[],
    )
}

const fn reduce(name: &'static str, call: crate::native::NativeFn) -> MethodDef {
    MethodDef {
        name,
        doc: "Helper for pickle.",
        signature: "($self, /)",
        kind: MethodKind::Instance,
        call,
    }
}

/// `ellipsis`.
pub fn ellipsis_spec() -> TypeSpec {
    spec(
        "ellipsis",
        "The class of Ellipsis.",
        |s| {
            s.new.set(Some(|vm, _, args| match args.values {
                [] => Ok(Value::ELLIPSIS),
                _ => Err(vm.type_error("EllipsisType takes no arguments")),
            }));
            s.repr
                .set(Some(|vm, _| Ok(vm.intern_str("Ellipsis").into_value())));
        },
        const {
            &[&[reduce("__reduce__", |vm, _| {
                Ok(vm.intern_str("Ellipsis").into_value())
            })]]
        },
    )
}

/// `NotImplementedType`.
pub fn not_implemented_spec() -> TypeSpec {
    spec(
        "NotImplementedType",
        "The class of NotImplemented.",
        |s| {
            s.new.set(Some(|vm, _, args| match args.values {
                [] => Ok(Value::NOT_IMPLEMENTED),
                _ => Err(vm.type_error("NotImplementedType takes no arguments")),
            }));
            s.repr.set(Some(|vm, _| {
                Ok(vm.intern_str("NotImplemented").into_value())
            }));
            s.bool.set(Some(|vm, _| {
                Err(vm.type_error("NotImplemented should not be used in a boolean context"))
            }));
        },
        const {
            &[&[reduce("__reduce__", |vm, _| {
                Ok(vm.intern_str("NotImplemented").into_value())
            })]]
        },
    )
}
