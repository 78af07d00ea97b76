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
        if base.is_subtype(ty) || base_chain_meets(base, ty) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
        bases.push(base.clone());
    }
    Ok((tuple.clone(), bases))
}

/// Whether the best bases of `class` lead to `ty`, as they may before the MRO says so: `mro()` runs in between.
fn base_chain_meets(class: &TypeRef, ty: &TypeRef) -> bool {
    let mut next = Some(class.clone());
    while let Some(class) = next {
        if class.is(ty) {
            return true;
        }
        next = class.base.borrow().clone();
    }
    false
}

/// New MROs of a class and all below it, in the order in which they take effect; what they replace.
fn update_mros(vm: &Vm, ty: &TypeRef, old: &mut Vec<(TypeRef, Vec<TypeRef>)>) -> PyResult<()> {
    vm.check_stack("")?;
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
    let old_tuple = ty.bases.replace(tuple.clone());
    ty.base.replace(Some(best));
    let mut replaced = Vec::new();
    if let Err(e) = update_mros(vm, ty, &mut replaced) {
        for (class, mro) in replaced.into_iter().rev() {
            drop(class.mro.replace(mro));
        }
        // Unless `mro()` itself has assigned others meanwhile.
        if ty.bases.borrow().is(&tuple) {
            drop(ty.bases.replace(old_tuple));
            drop(ty.base.replace(old_best));
        }
        return Err(e);
    }
    if !ty.bases.borrow().is(&tuple) {
        // `mro()` has assigned others, which hold.
        return Ok(());
    }
    leave(ty, &before);
    enter(ty, &bases);
    invalidate(vm, ty);
    update_slots_below(vm, ty, &mut Vec::new());
    drop((replaced, old_tuple, old_best));
    Ok(())
}

/// Slots of a class and of those below it. `path`: the classes being done, since `mro()` can make a cycle of subclasses.
fn update_slots_below(vm: &Vm, ty: &TypeRef, path: &mut Vec<TypeRef>) {
    if path.iter().any(|t| t.is(ty)) {
        return;
    }
    path.push(ty.clone());
    crate::slot_update::update_all_slots(vm, ty);
    for sub in subclasses(ty)
        .into_iter()
        .filter(|s| s.has(TypeFlags::HEAP))
    {
        update_slots_below(vm, &sub, path);
    }
    path.pop();
}
