//! The `match` statement (PEP 634).

use taipan_compiler::opcode::{KILL_B, KILL_C};
use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{PyResult, Ref, Value, Vm};

use super::*;

/// # Safety
/// As [`binary`].
pub unsafe fn get_len(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.len(&get(regs, b(i))).map(|n| vm.new_uint(n as u64));
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn match_kind(vm: &Vm, regs: *mut u64, i: u64, kind: TypeFlags) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = Ok(Value::bool(vm.type_of(&get(regs, b(i))).has(kind)));
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn match_keys(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let subject = get(regs, b(i)).clone();
        let result = match get(regs, c(i)).downcast::<Tuple>() {
            Some(keys) => keys_of(vm, &subject, &keys.clone()),
            None => Err(vm.raise_str(&vm.exc.system_error, "bad match keys")),
        };
        kill(regs, b(i), flags(i) & KILL_B != 0);
        kill(regs, c(i), flags(i) & KILL_C != 0);
        drop(subject);
        done(vm, regs, i, result)
    }
}

fn keys_of(vm: &Vm, subject: &Value, keys: &Ref<Tuple>) -> PyResult {
    let seen = vm.new_dict();
    let mut values = Vec::with_capacity(keys.len());
    // A default that no mapping can hold tells missing keys without `__missing__`.
    let missing = vm
        .heap
        .alloc(&vm.types.object, taipan_object::object::Plain)
        .into_value();
    let get = match subject.downcast_exact::<Dict>(&vm.types.dict) {
        Some(_) => None,
        None => Some(vm.getattr(subject, &vm.names.get)?),
    };
    for key in keys.items() {
        if seen.get(vm, key)?.is_some() {
            return Err(vm.value_error(format!(
                "mapping pattern checks duplicate key ({})",
                vm.repr(key)?
            )));
        }
        seen.insert(vm, key.clone(), Value::NONE)?;
        let value = match (&get, subject.downcast::<Dict>()) {
            (None, Some(dict)) => dict.get(vm, key)?,
            (Some(get), _) => {
                Some(vm.call(get, &[key.clone(), missing.clone()])?).filter(|v| !v.is(&missing))
            }
            (None, None) => None,
        };
        match value {
            Some(v) => values.push(v),
            None => return Ok(Value::NONE),
        }
    }
    Ok(vm.new_tuple(values).into_value())
}

/// # Safety
/// As [`binary`].
pub unsafe fn match_class(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let subject = operand(regs, b(i), flags(i) & KILL_B != 0);
        let (class, names) = (take(regs, b(i) + 1), take(regs, b(i) + 2));
        let result = match names.downcast::<Tuple>() {
            Some(names) => attributes_of(vm, &subject, &class, c(i), names),
            None => Err(vm.raise_str(&vm.exc.system_error, "bad class pattern")),
        };
        drop((subject, class, names));
        done(vm, regs, i, result)
    }
}

fn attributes_of(
    vm: &Vm,
    subject: &Value,
    class: &Value,
    positional: usize,
    names: &Ref<Tuple>,
) -> PyResult {
    let Some(ty) = class.downcast::<Type>() else {
        return Err(vm.type_error("called match pattern must be a class"));
    };
    if !vm.is_instance(subject, class)? {
        return Ok(Value::NONE);
    }
    let class_name = ty.name.borrow().to_string();
    let mut values = Vec::with_capacity(positional + names.len());
    let mut seen: Vec<Ref<Str>> = Vec::new();
    let mut attribute = |name: &Ref<Str>| -> PyResult<Option<Value>> {
        if seen.iter().any(|s| s.same_text(name)) {
            return Err(vm.type_error(format!(
                "{class_name}() got multiple sub-patterns for attribute {}",
                vm.repr(name.as_value())?
            )));
        }
        seen.push(name.clone());
        let r = vm.getattr(subject, name);
        vm.ignore(r, &vm.exc.attribute_error)
    };
    if positional > 0 {
        let match_args = {
            let r = vm.getattr(class, &vm.names.__match_args__);
            vm.ignore(r, &vm.exc.attribute_error)?
        };
        let mut itself = false;
        let args = match match_args {
            Some(args) => match args.downcast_owned::<Tuple>() {
                Ok(t) => t,
                Err(other) => {
                    return Err(vm.type_error(format!(
                        "{class_name}.__match_args__ must be a tuple (got {})",
                        vm.type_name(&other)
                    )));
                }
            },
            None => {
                itself = matches_itself(vm, ty);
                vm.empty_tuple.clone()
            }
        };
        let allowed = if itself { 1 } else { args.len() };
        if positional > allowed {
            return Err(vm.type_error(format!(
                "{class_name}() accepts {allowed} positional sub-pattern{} ({positional} given)",
                if allowed == 1 { "" } else { "s" }
            )));
        }
        if itself {
            values.push(subject.clone());
        } else {
            for name in &args.items()[..positional] {
                let Some(name) = name.downcast::<Str>() else {
                    return Err(vm.type_error(format!(
                        "__match_args__ elements must be strings (got {})",
                        vm.type_name(name)
                    )));
                };
                match attribute(name)? {
                    Some(v) => values.push(v),
                    None => return Ok(Value::NONE),
                }
            }
        }
    }
    for name in names.items() {
        let Some(name) = name.downcast::<Str>() else {
            return Err(vm.type_error("attribute name must be string"));
        };
        match attribute(name)? {
            Some(v) => values.push(v),
            None => return Ok(Value::NONE),
        }
    }
    Ok(vm.new_tuple(values).into_value())
}

/// Classes whose one positional pattern matches the subject itself.
fn matches_itself(vm: &Vm, ty: &taipan_object::TypeRef) -> bool {
    let t = &vm.types;
    [
        &t.bool,
        &t.bytearray,
        &t.bytes,
        &t.dict,
        &t.float,
        &t.frozenset,
        &t.int,
        &t.list,
        &t.set,
        &t.str,
        &t.tuple,
    ]
    .iter()
    .any(|b| ty.is_subtype(b))
}
