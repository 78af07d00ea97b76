//! `typing.Union`: `int | str`.

use taipan_macros::pymethods;

use crate::cells::RefSlot;
use crate::generic_alias::{GenericAlias, collect_parameters, push_type_repr, substitute};
use crate::header::Ref;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::Type;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The payload of `typing.Union`: at least two different types.
pub struct Union {
    pub args: Ref<Tuple>,
    /// Type parameters, once they are asked for.
    parameters: RefSlot<Tuple>,
}
crate::payload!(
    Union,
    gc,
    |this, visit| {
        visit(this.args.as_value());
        this.parameters
            .with(|p| p.into_iter().for_each(|p| visit(p.as_value())));
    },
    clear | this | drop(this.parameters.take())
);

/// Whether the operator `|` makes a union of an object.
fn is_unionable(vm: &Vm, value: &Value) -> bool {
    value.is_none()
        || value.downcast::<Type>().is_some()
        || value.downcast::<GenericAlias>().is_some()
        || value.downcast::<Union>().is_some()
        || {
            let ty = vm.type_of(value);
            ty.module == "typing" && ty.name.borrow().is_str("TypeAliasType")
        }
}

/// `a | b` for types, aliases and unions; NotImplemented for anything else.
pub fn union_or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
    if !is_unionable(vm, a) || !is_unionable(vm, b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    make_union(vm, &[a.clone(), b.clone()])
}

/// `Union[…]`: flat, without duplicates; a single type is itself. Strings become forward references.
///
/// # Errors
/// TypeError if there are no types; what comparing them raises.
pub fn make_union(vm: &Vm, types: &[Value]) -> PyResult {
    let mut args: Vec<Value> = Vec::with_capacity(types.len());
    for ty in types {
        match ty.downcast::<Union>() {
            Some(union) => {
                for arg in union.args.items() {
                    add(vm, &mut args, arg.clone())?;
                }
            }
            None if ty.is_none() => add(vm, &mut args, vm.types.none_type.to_value())?,
            None if ty.downcast::<Str>().is_some() => {
                let module = (vm.hooks.get().import)(vm, "annotationlib")?;
                let forward_ref = vm.getattr_str(&module, "ForwardRef")?;
                add(
                    vm,
                    &mut args,
                    vm.call(&forward_ref, std::slice::from_ref(ty))?,
                )?;
            }
            None => add(vm, &mut args, ty.clone())?,
        }
    }
    match args.len() {
        0 => Err(vm.type_error("Cannot take a Union of no types.")),
        1 => Ok(args.swap_remove(0)),
        _ => {
            let union = Union {
                args: vm.new_tuple(args),
                parameters: RefSlot::new(None),
            };
            Ok(vm.heap.alloc(&vm.types.union, union).into_value())
        }
    }
}

fn add(vm: &Vm, args: &mut Vec<Value>, ty: Value) -> PyResult<()> {
    if !contains(vm, args, &ty)? {
        args.push(ty);
    }
    Ok(())
}

fn contains(vm: &Vm, args: &[Value], ty: &Value) -> PyResult<bool> {
    for known in args {
        if vm.eq(known, ty)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The classes that a union stands for in `isinstance` and `issubclass`.
pub fn classes_of(class: &Value) -> Option<&Ref<Tuple>> {
    class.downcast::<Union>().map(|u| &u.args)
}

#[pymethods(
    name = "Union",
    module = "typing",
    doc = "A type that is one of several: int | str.",
    flags(DISALLOW_INSTANTIATION | WEAKREFABLE)
)]
impl Union {
    #[pygetset]
    fn __args__(this: &Ref<Union>) -> Ref<Tuple> {
        this.args.clone()
    }
    #[pygetset]
    fn __parameters__(vm: &Vm, this: &Ref<Union>) -> PyResult<Ref<Tuple>> {
        if let Some(known) = this.parameters.get() {
            return Ok(known);
        }
        let found = vm.new_tuple(collect_parameters(vm, this.args.items())?);
        drop(this.parameters.replace(Some(found.clone())));
        Ok(found)
    }
    #[pygetset]
    fn __name__(_this: &Ref<Union>) -> &'static str {
        "Union"
    }
    #[pygetset]
    fn __qualname__(_this: &Ref<Union>) -> &'static str {
        "Union"
    }
    #[pygetset]
    fn __origin__(vm: &Vm, _this: &Ref<Union>) -> Value {
        vm.types.union.to_value()
    }
    #[pymethod("(self, bases, /)")]
    fn __mro_entries__(vm: &Vm, this: &Ref<Union>, _bases: &Value) -> PyResult {
        Err(vm.type_error(format!("Cannot subclass {}", vm.repr(this.as_value())?)))
    }
    /// `Union[…]`.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, _cls: &Value, object: &Value) -> PyResult {
        match object.downcast::<Tuple>() {
            Some(types) => make_union(vm, types.items()),
            None => make_union(vm, std::slice::from_ref(object)),
        }
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Union>) -> PyResult {
        let mut out = Vec::new();
        for (index, arg) in this.args.items().iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b" | ");
            }
            push_type_repr(vm, &mut out, arg)?;
        }
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Union>) -> PyResult<i64> {
        let set = vm.new_frozenset();
        let mut unhashable = 0;
        for arg in this.args.items() {
            match vm.hash(arg) {
                Ok(hash) => drop(set.add_hashed(vm, arg.clone(), hash)?),
                Err(_) if vm.exception_is(&vm.exc.type_error) => {
                    drop(vm.take_pending());
                    unhashable += 1;
                }
                Err(e) => return Err(e),
            }
        }
        match unhashable {
            0 => Ok(set.frozen_hash()),
            1 => Err(vm.type_error("union contains 1 unhashable element")),
            n => Err(vm.type_error(format!("union contains {n} unhashable elements"))),
        }
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Union>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<Union>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let mut equal = this.args.len() == other.args.len();
        for arg in this.args.items() {
            equal = equal && contains(vm, other.args.items(), arg)?;
        }
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Union>, item: &Value) -> PyResult {
        let parameters = Union::__parameters__(vm, this)?;
        let args = substitute(
            vm,
            this.as_value(),
            this.args.items(),
            parameters.items(),
            item,
        )?;
        make_union(vm, &args)
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        union_or(vm, a, b)
    }
}
