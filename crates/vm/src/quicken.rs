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
//! | LOAD_ATTR_TYPE, LOAD_METHOD_TYPE | version of the class, the class itself, value |
//! | LOAD_ATTR_POLY, STORE_ATTR_POLY, LOAD_METHOD_POLY | the site's [`Poly`] |
//! | LOAD_SUPER_METHOD | see [`super_method`] |
//! | LOAD_ATTR_MEGA, STORE_ATTR_MEGA, LOAD_METHOD_MEGA | none: too many kinds of objects, or none that has a form |

use taipan_compiler::opcode::{KILL_A, KILL_B};
use taipan_object::function::Member;
use taipan_object::instance::{InstancePart, Shape, ShapeKind, VARIABLE_OFFSET, instance_part};
use taipan_object::module::Module;
use taipan_object::str::Str;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{Ref, TypeRef, Value, Vm};

use crate::code::{Cache, Poly};
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

/// What LOAD_SUPER_METHOD found before for the same class and an object of the same type: a
/// function that takes the object first. The cache words are the type's version, the
/// class and the function; the version holds only while both are where they were.
///
/// # Safety
/// As [`load_global`].
#[inline]
pub unsafe fn super_method(
    vm: &Vm,
    frame: *mut Frame,
    class: &Value,
    this: &Value,
) -> Option<Value> {
    // SAFETY: by the contract; a function found under a version lives as long as that version.
    unsafe {
        let (_, cache) = site(frame)?;
        let [version, known, found, _] = cache.words;
        (version != 0 && vm.type_of(this).version.get() == version && class.word() == known)
            .then(|| Value::borrow_word(&found).clone())
    }
}

/// Remembers for [`super_method`]. A class as object means something else each time.
///
/// # Safety
/// As [`load_global`].
pub unsafe fn learn_super(vm: &Vm, frame: *mut Frame, class: &Value, this: &Value, found: &Value) {
    // SAFETY: by the contract.
    unsafe {
        let ty = vm.type_of(this);
        let plain = this.downcast::<Type>().is_none()
            && vm.type_of(found).has(TypeFlags::METHOD_DESCRIPTOR)
            && class.downcast::<Type>().is_some_and(|c| ty.is_subtype(c));
        if plain && let Some((_, cache)) = site(frame) {
            cache.words = [vm.type_version(ty), class.word(), found.word(), 0];
        }
    }
}

/// The forms of one kind of instruction.
struct Family {
    base: u8,
    poly: u8,
    mega: u8,
}
const LOADS: Family = Family {
    base: op::LOAD_ATTR,
    poly: op::LOAD_ATTR_POLY,
    mega: op::LOAD_ATTR_MEGA,
};
const STORES: Family = Family {
    base: op::STORE_ATTR,
    poly: op::STORE_ATTR_POLY,
    mega: op::STORE_ATTR_MEGA,
};
const METHODS: Family = Family {
    base: op::LOAD_METHOD,
    poly: op::LOAD_METHOD_POLY,
    mega: op::LOAD_METHOD_MEGA,
};

/// How often a site may find nothing that fits before it is left to the general way.
const PATIENCE: u64 = 16;

/// The cache of one form as an entry of a [`Poly`]; `None` if it cannot be one.
///
/// Entries are: type version, shape or 0, and for loads value or offset with 1 or 0
/// behind it (a value, a slot), for methods the value, for stores the shape after (0: the
/// same) and the offset.
fn entry_of(form: u8, words: [u64; 4]) -> Option<Cache> {
    let [version, shape, third, fourth] = words;
    let words = match form {
        op::LOAD_ATTR_SLOT | op::LOAD_METHOD_CACHED => [version, shape, third, 0],
        op::LOAD_ATTR_CLASS => [version, shape, third, 1],
        op::STORE_ATTR_SLOT => [version, shape, 0, third],
        op::STORE_ATTR_ADD => [version, shape, third, fourth],
        _ => return None,
    };
    Some(Cache { words })
}

/// Makes the site remember one more kind of object: `found` is the form and its cache, or
/// nothing if there is none for the object at hand.
unsafe fn learn(frame: *mut Frame, family: &Family, found: Option<(u8, [u64; 4])>) {
    // SAFETY: as for `site`; the first word of a polymorphic cache is its `Poly`.
    unsafe {
        let Some((&mut instr, cache)) = site(frame) else {
            return;
        };
        let current = instr as u8;
        if current == family.mega {
            return;
        }
        if current == family.base {
            match found {
                Some((form, words)) => rewrite(frame, form, words),
                None if cache.words[3] >= PATIENCE => rewrite(frame, family.mega, [0; 4]),
                None => cache.words[3] += 1,
            }
            return;
        }
        if current == family.poly {
            let poly = &mut *(cache.words[0] as *mut Poly);
            let known = found.and_then(|(form, words)| entry_of(form, words));
            if !poly.learn(known) {
                rewrite(frame, family.mega, [0; 4]);
            }
            return;
        }
        let old = entry_of(current, cache.words);
        let new = found.map(|(form, words)| (entry_of(form, words), form, words));
        match (old, new) {
            // The same kind of object with a new version of its class, or forms that do not mix.
            (Some(old), Some((Some(new), form, words)))
                if old.words[1] != 0 && old.words[1] == new.words[1] =>
            {
                rewrite(frame, form, words);
            }
            (None, Some((_, form, words))) | (_, Some((None, form, words))) => {
                rewrite(frame, form, words);
            }
            (Some(old), new) => {
                let poly = (*frame).code().new_poly();
                (*poly).learn(Some(old));
                (*poly).learn(new.and_then(|n| n.0));
                rewrite(frame, family.poly, [poly as u64, 0, 0, 0]);
            }
            (None, None) => {}
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
        if let Some((instr, cache)) = site(frame) {
            if *instr as u8 == op::LOAD_ATTR_POLY
                && let Some(entry) = Poly::find(cache, object)
            {
                let value = if entry.words[3] != 0 {
                    entry.words[2]
                } else {
                    *((object.word() + entry.words[2]) as *const u64)
                };
                if value != 0 {
                    let value = Value::borrow_word(&value).clone();
                    return done_ab(vm, regs, i, Ok(value));
                }
            }
            if *instr as u8 != op::LOAD_ATTR_MEGA {
                learn(frame, &LOADS, form_of_load(vm, object, name));
            }
        }
        let result = vm.getattr(object, name);
        done_ab(vm, regs, i, result)
    }
}

/// The form for loading `name` from `object`, and its cache.
unsafe fn form_of_load(vm: &Vm, object: &Value, name: &Ref<Str>) -> Option<(u8, [u64; 4])> {
    if let Some(module) = object.downcast_exact::<Module>(&vm.types.module) {
        if vm.type_lookup(&vm.types.module, name).is_none()
            && let Some(at) = module.dict.find_str(name)
        {
            let words = [module.dict.keys_version(), at as u64, 0, 0];
            return Some((op::LOAD_ATTR_MODULE, words));
        }
        return None;
    }
    if let Some(words) = class_attribute(vm, object, name) {
        return Some((op::LOAD_ATTR_TYPE, words));
    }
    let ty = vm.type_of(object);
    if !ty.has(TypeFlags::GENERIC_GETATTR) || object.header().is_none() {
        return None;
    }
    let found = vm.type_lookup(ty, name);
    let part = instance_part(object);
    let slots = found.as_ref().map(|f| &vm.type_of(f).slots);
    if slots.is_some_and(|s| s.descr_set.get().is_some()) {
        // A member of `__slots__` is a slot like any other.
        let part = part?;
        let member = found
            .as_ref()?
            .downcast_exact::<Member>(&vm.types.member_descriptor)?;
        let offset = slot_offset(ty, part.shape().inline_slots, member.slot)?;
        let words = [vm.type_version(ty), part.shape.get() as u64, offset, 0];
        return Some((op::LOAD_ATTR_SLOT, words));
    }
    if let Some(part) = part {
        if part.shape().kind == ShapeKind::Dict {
            return None;
        }
        if let Some(slot) = part.shape().slot_of(name) {
            let offset = slot_offset(ty, part.shape().inline_slots, slot)?;
            let words = [vm.type_version(ty), part.shape.get() as u64, offset, 0];
            return Some((op::LOAD_ATTR_SLOT, words));
        }
    }
    if slots?.descr_get.get().is_some()
        || part.is_some_and(|_| ty.instance_offset == VARIABLE_OFFSET)
    {
        return None;
    }
    let shape = part.map_or(0, |p| p.shape.get() as u64);
    let words = [vm.type_version(ty), shape, found?.word(), 0];
    Some((op::LOAD_ATTR_CLASS, words))
}

/// The cache for a plain attribute of a class, or a function of one.
fn class_attribute(vm: &Vm, object: &Value, name: &Ref<Str>) -> Option<[u64; 4]> {
    if !object.header()?.ty().is(&vm.types.type_) {
        return None;
    }
    let class = object.downcast::<Type>()?;
    if vm.type_lookup(&vm.types.type_, name).is_some() {
        return None;
    }
    let found = vm.type_lookup(class, name)?;
    let kind = vm.type_of(&found);
    (kind.slots.descr_get.get().is_none() || kind.is(&vm.types.function))
        .then(|| [vm.type_version(class), object.word(), found.word(), 0])
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
        if result.is_ok()
            && let Some((instr, _)) = site(frame)
            && *instr as u8 != op::STORE_ATTR_MEGA
        {
            learn(frame, &STORES, form_of_store(vm, &object, name, before));
        }
        kill(regs, a(i), flags(i) & KILL_A != 0);
        drop(object);
        ended(vm, result)
    }
}

/// The form for the store that was just done, and its cache. `before`: the object's shape then.
unsafe fn form_of_store(
    vm: &Vm,
    object: &Value,
    name: &Ref<Str>,
    before: Option<*const Shape>,
) -> Option<(u8, [u64; 4])> {
    let ty = vm.type_of(object);
    let (part, before) = (instance_part(object)?, before?);
    if !ty.has(TypeFlags::GENERIC_SETATTR) {
        return None;
    }
    let same_shape = std::ptr::eq(before, part.shape.get());
    if let Some(found) = vm.type_lookup(ty, name) {
        if let Some(member) = found.downcast_exact::<Member>(&vm.types.member_descriptor) {
            let offset = slot_offset(ty, part.shape().inline_slots, member.slot)?;
            let words = [vm.type_version(ty), before as u64, offset, 0];
            return same_shape.then_some((op::STORE_ATTR_SLOT, words));
        }
        if vm.type_of(&found).slots.descr_set.get().is_some() {
            return None;
        }
    }
    if part.shape().kind != ShapeKind::Slots {
        return None;
    }
    let slot = part.shape().slot_of(name)?;
    let offset = slot_offset(ty, part.shape().inline_slots, slot)?;
    let version = vm.type_version(ty);
    Some(if same_shape {
        (op::STORE_ATTR_SLOT, [version, before as u64, offset, 0])
    } else {
        let after = part.shape.get() as u64;
        (op::STORE_ATTR_ADD, [version, before as u64, after, offset])
    })
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
        if let Some((instr, cache)) = site(frame) {
            if *instr as u8 == op::LOAD_METHOD_POLY
                && let Some(entry) = Poly::find(cache, object)
            {
                let function = Value::borrow_word(&entry.words[2]).clone();
                let this = operand(regs, b(i), flags(i) & KILL_B != 0);
                put(regs, a(i), function);
                put(regs, a(i) + 1, this);
                return ended(vm, Ok(()));
            }
            if *instr as u8 != op::LOAD_METHOD_MEGA {
                learn(frame, &METHODS, form_of_method(vm, object, name));
            }
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

/// The form for finding a method, and its cache.
unsafe fn form_of_method(vm: &Vm, object: &Value, name: &Ref<Str>) -> Option<(u8, [u64; 4])> {
    if let Some(module) = object.downcast_exact::<Module>(&vm.types.module) {
        if vm.type_lookup(&vm.types.module, name).is_none()
            && let Some(at) = module.dict.find_str(name)
        {
            let words = [module.dict.keys_version(), at as u64, 0, 0];
            return Some((op::LOAD_METHOD_MODULE, words));
        }
        return None;
    }
    if let Some(words) = class_attribute(vm, object, name) {
        return Some((op::LOAD_METHOD_TYPE, words));
    }
    let ty = vm.type_of(object);
    if !ty.has(TypeFlags::GENERIC_GETATTR) || object.downcast::<Module>().is_some() {
        return None;
    }
    let found = vm.type_lookup(ty, name)?;
    if !vm.type_of(&found).has(TypeFlags::METHOD_DESCRIPTOR) {
        return None;
    }
    let shape = match instance_part(object) {
        Some(part) => {
            if part.shape().kind == ShapeKind::Dict
                || part.shape().slot_of(name).is_some()
                || ty.instance_offset == VARIABLE_OFFSET
            {
                return None;
            }
            if part.shape().kind == ShapeKind::Closed {
                0
            } else {
                part.shape.get() as u64
            }
        }
        None => 0,
    };
    let words = [vm.type_version(ty), shape, found.word(), 0];
    Some((op::LOAD_METHOD_CACHED, words))
}

const _: fn(u64) -> usize = bc;
