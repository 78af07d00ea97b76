//! Iteration, generators and awaiting.

use taipan_compiler::code::CodeFlags;
use taipan_compiler::opcode::{EXTENDED, KILL_A, KILL_B};
use taipan_object::dict_views::{DictIterator, Part};
use taipan_object::exceptions::Exception;
use taipan_object::functional::{Enumerate, Zip};
use taipan_object::slots::SendResult;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::*;
use crate::generator::Generator;

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn get_iter(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.iter(&get(regs, b(i)));
        done_ab(vm, regs, i, result)
    }
}

#[cold]
pub fn not_an_iterator(vm: &Vm, word: u64) -> bool {
    let _ = word;
    let _ = vm.type_error("object is not an iterator");
    false
}

/// What a step of a loop gave.
pub enum Step {
    /// The iterator is at its end, and released.
    End,
    /// The item is in its register.
    Item,
    /// The two items of a pair are where the UNPACK_SEQUENCE that follows would put them.
    Pair,
}

/// The payload of an object whose type has been looked at.
///
/// # Safety
/// The object has this payload, and outlives the use.
#[inline(always)]
unsafe fn payload<'a, T: taipan_object::header::Payload>(object: &Value) -> &'a T {
    // SAFETY: by the contract.
    unsafe { &(*(object.word() as *const taipan_object::Object<T>)).payload }
}

/// Where the instruction at `next` unpacks the item of FOR_ITER `i` into two registers.
#[inline(always)]
unsafe fn unpacks_pair(i: u64, next: *const u64) -> Option<usize> {
    // SAFETY: a verified body does not end with FOR_ITER or with its EXT.
    let unpack = unsafe {
        if c(i) as u16 == EXTENDED {
            *next.add(1)
        } else {
            *next
        }
    };
    (unpack as u8 == crate::op::UNPACK_SEQUENCE
        && b(unpack) == a(i)
        && c(unpack) == 2
        && flags(unpack) & KILL_B != 0)
        .then(|| a(unpack))
}

/// FOR_ITER in the interpreter's loop; `next` stands behind the instruction. With
/// `PAIRS` pairs that are unpacked at once need no tuple.
///
/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn loop_step<const PAIRS: bool>(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    next: *const u64,
) -> PyResult<Step> {
    // SAFETY: by the contract; types tell payloads.
    unsafe {
        let it = get(regs, b(i));
        let ty = vm.type_of(&it);
        let types = &vm.types;
        if ty.is(&types.dict_key_iterator) || ty.is(&types.dict_value_iterator) {
            let walk: &DictIterator = payload(&it);
            let keys = walk.part == Part::Keys;
            if let Some(item) = walk.step(|k, v| if keys { k.clone() } else { v.clone() }) {
                put(regs, a(i), item);
                crate::finalize::drain(vm);
                return Ok(Step::Item);
            }
        } else if PAIRS
            && (ty.is(&types.dict_item_iterator) || ty.is(&types.enumerate) || ty.is(&types.zip))
            && let Some(to) = unpacks_pair(i, next)
        {
            let pair = if ty.is(&types.dict_item_iterator) {
                let walk: &DictIterator = payload(&it);
                walk.step(|k, v| Ok(Some((k.clone(), v.clone()))))
            } else if ty.is(&types.enumerate) {
                let pairs: &Enumerate = payload(&it);
                Some(pairs.next_pair(vm))
            } else {
                let pairs: &Zip = payload(&it);
                pairs.is_pair().then(|| pairs.next_pair(vm))
            };
            match pair {
                Some(Ok(Some((first, second)))) => {
                    put(regs, to, first);
                    put(regs, to + 1, second);
                    crate::finalize::drain(vm);
                    return Ok(Step::Pair);
                }
                Some(Ok(None)) => {
                    drop(take(regs, b(i)));
                    crate::finalize::drain(vm);
                    return Ok(Step::End);
                }
                Some(Err(e)) => {
                    kill(regs, b(i), flags(i) & KILL_B != 0);
                    return Err(e);
                }
                None => {}
            }
        }
        Ok(if any_step(vm, regs, i)? {
            Step::Item
        } else {
            Step::End
        })
    }
}

/// The general FOR_ITER: `Ok(false)` at the end, with the iterator released.
///
/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn for_iter(vm: &Vm, regs: *mut u64, i: u64) -> PyResult<bool> {
    // SAFETY: by the contract.
    unsafe { any_step(vm, regs, i) }
}

#[inline(always)]
unsafe fn any_step(vm: &Vm, regs: *mut u64, i: u64) -> PyResult<bool> {
    // SAFETY: by the contract of the callers.
    unsafe {
        match vm.next(&get(regs, b(i))) {
            Ok(Some(v)) => {
                put(regs, a(i), v);
                crate::finalize::drain(vm);
                Ok(true)
            }
            Ok(None) => {
                drop(take(regs, b(i)));
                crate::finalize::drain(vm);
                Ok(false)
            }
            Err(e) => {
                kill(regs, b(i), flags(i) & KILL_B != 0);
                Err(e)
            }
        }
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn get_yield_from_iter(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, b(i));
        let result = if vm.type_of(x).is(&vm.types.coroutine) {
            let outer = (*frame).code().code.flags;
            if outer.intersects(CodeFlags::COROUTINE | CodeFlags::ITERABLE_COROUTINE) {
                Ok(x.clone())
            } else {
                Err(vm.type_error(
                    "cannot 'yield from' a coroutine object in a non-coroutine generator",
                ))
            }
        } else if vm.type_of(x).is(&vm.types.generator) {
            Ok(x.clone())
        } else {
            vm.iter(x)
        };
        done_ab(vm, regs, i, result)
    }
}

/// Sends `value` into any object, as `yield from` and `await` do.
pub fn send_value(vm: &Vm, receiver: &Value, value: Value) -> PyResult<SendResult> {
    let slots = &vm.type_of(receiver).slots;
    if let Some(f) = slots.send.get() {
        return f(vm, receiver, value);
    }
    if value.is_none() && slots.iternext.get().is_some() {
        return match vm.next(receiver) {
            Ok(Some(v)) => Ok(SendResult::Yielded(v)),
            // The iterator may have left the value of a StopIteration.
            Ok(None) => Ok(SendResult::Returned(vm.take_stop_value(receiver))),
            Err(e) => stop_value(vm, e).map(SendResult::Returned),
        };
    }
    match vm.call_method(receiver, &vm.names.send, &[value]) {
        Ok(v) => Ok(SendResult::Yielded(v)),
        Err(e) => stop_value(vm, e).map(SendResult::Returned),
    }
}

/// The value of a pending StopIteration; other exceptions stay.
pub fn stop_value(vm: &Vm, e: taipan_object::Raised) -> PyResult {
    if !vm.exception_is(&vm.exc.stop_iteration) {
        return Err(e);
    }
    let e = vm.take_pending().unwrap_or(Value::NONE);
    Ok(e.downcast::<Exception>()
        .and_then(|e| e.field(0))
        .unwrap_or(Value::NONE))
}

/// The general SEND: `Ok(false)` when the receiver is done.
///
/// # Safety
/// As [`binary`].
pub unsafe fn send(vm: &Vm, regs: *mut u64, i: u64) -> PyResult<bool> {
    // SAFETY: by the contract.
    unsafe {
        let receiver = get(regs, b(i)).clone();
        let value = take(regs, a(i));
        let result = send_value(vm, &receiver, value);
        drop(receiver);
        let result = match result {
            Ok(SendResult::Yielded(v)) => {
                put(regs, a(i), v);
                Ok(true)
            }
            Ok(SendResult::Returned(v)) => {
                kill(regs, b(i), flags(i) & KILL_B != 0);
                put(regs, a(i), v);
                Ok(false)
            }
            Err(e) => {
                put(regs, a(i), Value::NONE);
                kill(regs, b(i), flags(i) & KILL_B != 0);
                Err(e)
            }
        };
        crate::finalize::drain(vm);
        result
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn cleanup_throw(vm: &Vm, regs: *mut u64, i: u64) -> PyResult<()> {
    // SAFETY: by the contract.
    unsafe {
        let e = operand(regs, b(i), flags(i) & KILL_B != 0);
        if vm.is_instance_of(&e, &vm.exc.stop_iteration) {
            let value = e
                .downcast::<Exception>()
                .and_then(|e| e.field(0))
                .unwrap_or(Value::NONE);
            drop(e);
            put(regs, a(i), value);
            return Ok(());
        }
        Err(vm.restore(e))
    }
}

/// The iterator that `await` drives.
pub fn awaitable_iter(vm: &Vm, x: &Value) -> PyResult<Option<Value>> {
    if vm.type_of(x).is(&vm.types.coroutine) {
        return Ok(Some(x.clone()));
    }
    if vm.type_of(x).is(&vm.types.generator)
        && let Some(g) = x.downcast::<Generator>()
        && g.code.code.flags.contains(CodeFlags::ITERABLE_COROUTINE)
    {
        return Ok(Some(x.clone()));
    }
    let Some(f) = vm.type_of(x).slots.r#await.get() else {
        return Ok(None);
    };
    let it = f(vm, x)?;
    if vm.type_of(&it).is(&vm.types.coroutine) {
        return Err(vm.type_error("__await__() returned a coroutine"));
    }
    if vm.type_of(&it).slots.iternext.get().is_none() {
        return Err(vm.type_error(format!(
            "__await__() returned non-iterator of type '{}'",
            vm.type_name(&it)
        )));
    }
    Ok(Some(it))
}

/// # Safety
/// As [`binary`].
pub unsafe fn get_awaitable(vm: &Vm, _frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, b(i));
        let result = match awaitable_iter(vm, x) {
            Ok(Some(it)) => {
                let busy = it.downcast::<Generator>().is_some_and(|g| {
                    vm.type_of(&it).is(&vm.types.coroutine) && crate::gen_type::delegate(g).is_some()
                });
                if busy { Err(vm.runtime_error("coroutine is being awaited already")) } else { Ok(it) }
            }
            Ok(None) => Err(vm.type_error(match c(i) {
                1 => format!("'async with' received an object from __aenter__ that does not implement __await__: {}", vm.type_name(x)),
                2 => format!("'async with' received an object from __aexit__ that does not implement __await__: {}", vm.type_name(x)),
                _ => format!("'{}' object can't be awaited", vm.type_name(x)),
            })),
            Err(e) => Err(e),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn get_aiter(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, b(i));
        let result = match vm.type_of(x).slots.aiter.get() {
            None => Err(vm.type_error(format!("'async for' requires an object with __aiter__ method, got {}", vm.type_name(x)))),
            Some(f) => f(vm, x).and_then(|it| {
                if vm.type_of(&it).slots.anext.get().is_some() {
                    Ok(it)
                } else {
                    Err(vm.type_error(format!(
                        "'async for' received an object from __aiter__ that does not implement __anext__: {}",
                        vm.type_name(&it)
                    )))
                }
            }),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn get_anext(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let x = &*get(regs, b(i));
        let result = match vm.type_of(x).slots.anext.get() {
            None => Err(vm.type_error(format!(
                "'async for' requires an iterator with __anext__ method, got {}",
                vm.type_name(x)
            ))),
            Some(f) => f(vm, x).and_then(|it| match awaitable_iter(vm, &it) {
                Ok(Some(aw)) => Ok(aw),
                Ok(None) => Err(vm.type_error(format!(
                    "'async for' received an invalid object from __anext__: {}",
                    vm.type_name(&it)
                ))),
                Err(e) => Err(e),
            }),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn end_async_for(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let e = operand(regs, b(i), flags(i) & KILL_B != 0);
        kill(regs, a(i), flags(i) & KILL_A != 0);
        let result = if vm.is_instance_of(&e, &vm.exc.stop_async_iteration) {
            Ok(())
        } else {
            Err(vm.restore(e))
        };
        ended(vm, result)
    }
}

const _: fn(&Ref<Generator>) = |_| ();
