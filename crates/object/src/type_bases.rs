//! Assignment to `__bases__`.

use crate::header::{ObjectHeader, Ref, TypeRef};
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::type_ops::{best_base, class_mro, invalidate, subclasses};
use crate::type_type::bases_of;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

fn check_bases(vm: &Vm, ty: &TypeRef, value: &Value) -> PyResult<(Ref<Tuple>, Vec<TypeRef>)> {
    let class = ty.display_name();
    let Some(tuple) = value.downcast::<Tuple>() else {
        return Err(vm.type_error(format!(
            "can only assign tuple to {class}.__bases__, not {}",
            vm.type_name(value)
        )));
    };
    if tuple.is_empty() {
        return Err(vm.type_error(format!(
            "can only assign non-empty tuple to {class}.__bases__, not ()"
        )));
    }
    let mut bases = Vec::new();
    for base in tuple.items() {
        let Some(base) = base.downcast::<Type>() else {
            let got = vm.type_name(base);
            return Err(vm.type_error(format!(
                "{class}.__bases__ must be tuple of classes, not '{got}'"
            )));
        };
        if base.is_subtype(ty) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
        bases.push(base.clone());
    }
    Ok((tuple.clone(), bases))
}

/// New MROs of a class and all below it, in the order in which they take effect; what they replace.
fn update_mros(vm: &Vm, ty: &TypeRef, old: &mut Vec<(TypeRef, Vec<TypeRef>)>) -> PyResult<()> {
    let mro = class_mro(vm, ty)?;
    old.push((ty.clone(), ty.mro.replace(mro)));
    for sub in subclasses(ty) {
        update_mros(vm, &sub, old)?;
    }
    Ok(())
}

fn enter(ty: &TypeRef, bases: &[TypeRef]) {
    for base in bases {
        base.subclasses.borrow_mut().push(ty.as_ptr().cast());
    }
}

fn leave(ty: &TypeRef, bases: &[TypeRef]) {
    let me: *mut ObjectHeader = ty.as_ptr().cast();
    for base in bases {
        base.subclasses.borrow_mut().retain(|&s| s != me);
    }
}

/// `cls.__bases__ = value`.
pub fn assign_bases(vm: &Vm, ty: &TypeRef, value: &Value) -> PyResult<()> {
    let (tuple, bases) = check_bases(vm, ty, value)?;
    let best = best_base(vm, &bases)?;
    let old_best = ty.base.borrow().clone();
    if let Some(old_best) = &old_best {
        crate::object_type::check_layouts(vm, old_best, &best, "__bases__")?;
    }
    let before = bases_of(ty);
    let old_tuple = ty.bases.replace(tuple);
    ty.base.replace(Some(best));
    let mut replaced = Vec::new();
    if let Err(e) = update_mros(vm, ty, &mut replaced) {
        for (class, mro) in replaced.into_iter().rev() {
            drop(class.mro.replace(mro));
        }
        drop(ty.bases.replace(old_tuple));
        drop(ty.base.replace(old_best));
        return Err(e);
    }
    leave(ty, &before);
    enter(ty, &bases);
    invalidate(vm, ty);
    update_slots_below(vm, ty);
    drop((replaced, old_tuple, old_best));
    Ok(())
}

fn update_slots_below(vm: &Vm, ty: &TypeRef) {
    crate::slot_update::update_all_slots(vm, ty);
    for sub in subclasses(ty)
        .into_iter()
        .filter(|s| s.has(TypeFlags::HEAP))
    {
        update_slots_below(vm, &sub);
    }
}
