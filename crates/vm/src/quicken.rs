//! Quickening: rewriting instructions of a warm working copy to forms with an
//! inline cache, and the general forms themselves.
//!
//! | form | cache words |
//! | --- | --- |
//! | LOAD_GLOBAL_MODULE | keys version of globals, entry |
//! | LOAD_GLOBAL_BUILTIN | keys version of globals, entry, keys version of built-ins |
//! | LOAD_ATTR_SLOT, STORE_ATTR_SLOT | type version, shape, byte offset in the object |
//! | STORE_ATTR_ADD | type version, shape before, shape after, byte offset |
//! | LOAD_ATTR_MODULE, LOAD_METHOD_MODULE | keys version of the module's dict, entry |
//! | LOAD_ATTR_CLASS, LOAD_METHOD_CACHED | type version, shape or 0, value (kept alive by the type's dict while the version holds) |

use taipan_compiler::opcode::{KILL_A, KILL_B};
use taipan_object::instance::{InstancePart, ShapeKind, VARIABLE_OFFSET, instance_part};
use taipan_object::module::Module;
use taipan_object::str::Str;
use taipan_object::ty::TypeFlags;
use taipan_object::{Ref, TypeRef, Value, Vm};

use crate::code::Cache;
use crate::frame::Frame;
use crate::op;
use crate::slow::{
    self, a, b, bc, done, done_ab, ended, flags, get, kill, name_bc, name_c, operand, put,
    put_or_null,
};

/// The instruction being executed, in the working copy, and its cache; `None` while the code is cold.
unsafe fn site<'c>(frame: *mut Frame) -> Option<(&'c mut u64, &'c mut Cache)> {
    // SAFETY: the frame runs; its program counter stands behind the instruction.
    unsafe {
        let code = (*frame).code();
        let caches = code.caches.get();
        if caches.is_null() {
            return None;
        }
        // Frames entered while the code was cold learn of the caches here.
        (*frame).caches = caches;
        let index = (*frame).lasti() as usize;
        Some((&mut *code.instrs.get().add(index), &mut *caches.add(index)))
    }
}

unsafe fn rewrite(frame: *mut Frame, form: u8, words: [u64; 4]) {
    // SAFETY: as above.
    unsafe {
        if let Some((instr, cache)) = site(frame) {
            cache.words = words;
            *instr = *instr & !0xFF | u64::from(form);
        }
    }
}

/// LOAD_GLOBAL.
///
/// # Safety
/// Here and below: the instruction is verified and `frame` is the running frame.
#[inline(never)]
pub unsafe fn load_global(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_bc(frame, i);
        let (globals, builtins) = ((*frame).globals(), (*frame).builtins());
        if globals.ty().is(&vm.types.dict) && builtins.ty().is(&vm.types.dict) {
            if let Some(at) = globals.find_str(name) {
                rewrite(
                    frame,
                    op::LOAD_GLOBAL_MODULE,
                    [globals.keys_version(), at as u64, 0, 0],
                );
                put(regs, a(i), globals.value_at(at).unwrap_or(Value::NONE));
                return ended(vm, Ok(()));
            }
            if let Some(at) = builtins.find_str(name) {
                rewrite(
                    frame,
                    op::LOAD_GLOBAL_BUILTIN,
                    [
                        globals.keys_version(),
                        at as u64,
                        builtins.keys_version(),
                        0,
                    ],
                );
                put(regs, a(i), builtins.value_at(at).unwrap_or(Value::NONE));
                return ended(vm, Ok(()));
            }
        }
        let result = match slow::global_or_builtin(vm, globals, builtins, name) {
            Ok(Some(v)) => Ok(v),
            Ok(None) => Err(slow::name_error(
                vm,
                format!("name '{name}' is not defined"),
                name,
            )),
            Err(e) => Err(e),
        };
        done(vm, regs, i, result)
    }
}

/// After a STORE_GLOBAL: the next one at this place may go straight to the entry.
///
/// # Safety
/// As [`load_global`].
pub unsafe fn store_global(vm: &Vm, frame: *mut Frame, name: &Ref<Str>) {
    // SAFETY: by the contract.
    unsafe {
        let globals = (*frame).globals();
        if globals.ty().is(&vm.types.dict)
            && let Some(at) = globals.find_str(name)
        {
            rewrite(
                frame,
                op::STORE_GLOBAL_CACHED,
                [globals.keys_version(), at as u64, 0, 0],
            );
        }
    }
}

/// Byte offset of an inline slot in objects of a type; `None` for overflow slots.
fn slot_offset(ty: &TypeRef, inline_slots: u32, slot: u32) -> Option<u64> {
    (slot < inline_slots && ty.instance_offset != VARIABLE_OFFSET)
        .then(|| u64::from(ty.instance_offset) + InstancePart::HEAD as u64 + u64::from(slot) * 8)
}

/// LOAD_ATTR.
///
/// # Safety
/// As [`load_global`].
#[inline(never)]
pub unsafe fn load_attr(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_c(frame, i);
        let object = &*get(regs, b(i));
        specialize_load(vm, frame, object, name);
        let result = vm.getattr(object, name);
        done_ab(vm, regs, i, result)
    }
}

unsafe fn specialize_load(vm: &Vm, frame: *mut Frame, object: &Value, name: &Ref<Str>) {
    // SAFETY: by the contract of `load_attr`.
    unsafe {
        if site(frame).is_none() {
            return;
        }
        if let Some(module) = object.downcast_exact::<Module>(&vm.types.module) {
            if vm.type_lookup(&vm.types.module, name).is_none()
                && let Some(at) = module.dict.find_str(name)
            {
                rewrite(
                    frame,
                    op::LOAD_ATTR_MODULE,
                    [module.dict.keys_version(), at as u64, 0, 0],
                );
            }
            return;
        }
        let ty = vm.type_of(object);
        if !ty.has(TypeFlags::GENERIC_GETATTR) || object.header().is_none() {
            return;
        }
        let found = vm.type_lookup(ty, name);
        let part = instance_part(object);
        let slots = found.as_ref().map(|f| &vm.type_of(f).slots);
        if slots.is_some_and(|s| s.descr_set.get().is_some()) {
            // A member of `__slots__` is a slot like any other.
            if let Some(member) = found.as_ref().and_then(|f| {
                f.downcast_exact::<taipan_object::function::Member>(&vm.types.member_descriptor)
            }) && let Some(part) = part
                && let Some(offset) = slot_offset(ty, part.shape().inline_slots, member.slot)
            {
                rewrite(
                    frame,
                    op::LOAD_ATTR_SLOT,
                    [vm.type_version(ty), part.shape.get() as u64, offset, 0],
                );
            }
            return;
        }
        if let Some(part) = part {
            if part.shape().kind == ShapeKind::Dict {
                return;
            }
            if let Some(slot) = part.shape().slot_of(name) {
                if let Some(offset) = slot_offset(ty, part.shape().inline_slots, slot) {
                    rewrite(
                        frame,
                        op::LOAD_ATTR_SLOT,
                        [vm.type_version(ty), part.shape.get() as u64, offset, 0],
                    );
                }
                return;
            }
        }
        if let (Some(found), Some(slots)) = (&found, slots)
            && slots.descr_get.get().is_none()
            && part.is_none_or(|_| ty.instance_offset != VARIABLE_OFFSET)
        {
            let shape = part.map_or(0, |p| p.shape.get() as u64);
            rewrite(
                frame,
                op::LOAD_ATTR_CLASS,
                [vm.type_version(ty), shape, found.word(), 0],
            );
        }
    }
}

/// STORE_ATTR.
///
/// # Safety
/// As [`load_global`].
#[inline(never)]
pub unsafe fn store_attr(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_c(frame, i);
        let object = get(regs, a(i)).clone();
        let value = operand(regs, b(i), flags(i) & KILL_B != 0);
        let before = instance_part(&object).map(|p| p.shape.get());
        let result = vm.setattr(&object, name, &value);
        drop(value);
        if result.is_ok() && site(frame).is_some() {
            specialize_store(vm, frame, &object, name, before);
        }
        kill(regs, a(i), flags(i) & KILL_A != 0);
        drop(object);
        ended(vm, result)
    }
}

unsafe fn specialize_store(
    vm: &Vm,
    frame: *mut Frame,
    object: &Value,
    name: &Ref<Str>,
    before: Option<*const taipan_object::instance::Shape>,
) {
    let ty = vm.type_of(object);
    let (Some(part), Some(before)) = (instance_part(object), before) else {
        return;
    };
    if !ty.has(TypeFlags::GENERIC_SETATTR) {
        return;
    }
    // SAFETY: by the contract of `store_attr`.
    unsafe {
        if let Some(found) = vm.type_lookup(ty, name) {
            if let Some(member) =
                found.downcast_exact::<taipan_object::function::Member>(&vm.types.member_descriptor)
            {
                if let Some(offset) = slot_offset(ty, part.shape().inline_slots, member.slot)
                    && std::ptr::eq(before, part.shape.get())
                {
                    rewrite(
                        frame,
                        op::STORE_ATTR_SLOT,
                        [vm.type_version(ty), before as u64, offset, 0],
                    );
                }
                return;
            }
            if vm.type_of(&found).slots.descr_set.get().is_some() {
                return;
            }
        }
        if part.shape().kind != ShapeKind::Slots {
            return;
        }
        let Some(slot) = part.shape().slot_of(name) else {
            return;
        };
        let Some(offset) = slot_offset(ty, part.shape().inline_slots, slot) else {
            return;
        };
        if std::ptr::eq(before, part.shape.get()) {
            rewrite(
                frame,
                op::STORE_ATTR_SLOT,
                [vm.type_version(ty), before as u64, offset, 0],
            );
        } else {
            rewrite(
                frame,
                op::STORE_ATTR_ADD,
                [
                    vm.type_version(ty),
                    before as u64,
                    part.shape.get() as u64,
                    offset,
                ],
            );
        }
    }
}

/// LOAD_METHOD.
///
/// # Safety
/// As [`load_global`].
#[inline(never)]
pub unsafe fn load_method(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let name = name_c(frame, i);
        let object = &*get(regs, b(i));
        if site(frame).is_some() {
            specialize_method(vm, frame, object, name);
        }
        match vm.get_method(object, name) {
            Ok((function, this)) => {
                kill(regs, b(i), flags(i) & KILL_B != 0);
                put(regs, a(i), function);
                put_or_null(regs, a(i) + 1, this);
                ended(vm, Ok(()))
            }
            Err(e) => {
                kill(regs, b(i), flags(i) & KILL_B != 0);
                ended(vm, Err(e))
            }
        }
    }
}

unsafe fn specialize_method(vm: &Vm, frame: *mut Frame, object: &Value, name: &Ref<Str>) {
    // SAFETY: by the contract of `load_method`.
    unsafe {
        if let Some(module) = object.downcast_exact::<Module>(&vm.types.module) {
            if vm.type_lookup(&vm.types.module, name).is_none()
                && let Some(at) = module.dict.find_str(name)
            {
                rewrite(
                    frame,
                    op::LOAD_METHOD_MODULE,
                    [module.dict.keys_version(), at as u64, 0, 0],
                );
            }
            return;
        }
        let ty = vm.type_of(object);
        if !ty.has(TypeFlags::GENERIC_GETATTR) || object.downcast::<Module>().is_some() {
            return;
        }
        let Some(found) = vm.type_lookup(ty, name) else {
            return;
        };
        if !vm.type_of(&found).has(TypeFlags::METHOD_DESCRIPTOR) {
            return;
        }
        let shape = match instance_part(object) {
            Some(part) => {
                if part.shape().kind == ShapeKind::Dict
                    || part.shape().slot_of(name).is_some()
                    || ty.instance_offset == VARIABLE_OFFSET
                {
                    return;
                }
                if part.shape().kind == ShapeKind::Closed {
                    0
                } else {
                    part.shape.get() as u64
                }
            }
            None => 0,
        };
        rewrite(
            frame,
            op::LOAD_METHOD_CACHED,
            [vm.type_version(ty), shape, found.word(), 0],
        );
    }
}

const _: fn(u64) -> usize = bc;
