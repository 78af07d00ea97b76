//! Operators on exact built-in containers with plain keys: what they answer needs no
//! slot call. `None` (or the operand given back) means: not such a case.

use taipan_object::dict::{Dict, WATCHED};
use taipan_object::hash::{hash_i64, str_hash_cached};
use taipan_object::header::Payload;
use taipan_object::list::List;
use taipan_object::list_methods::{replace_range, sliced};
use taipan_object::set::Set;
use taipan_object::slice::{Slice, adjust_slice};
use taipan_object::str::{Str, StrView};
use taipan_object::tuple::Tuple;
use taipan_object::value::encoding::{is_heap, is_int};
use taipan_object::{Object, ObjectHeader, PyResult, Value, Vm};

/// The hash of a small integer, a str or a tuple of such.
#[inline(always)]
fn plain_hash(vm: &Vm, key: &Value) -> Option<i64> {
    if let Some(n) = key.as_small_int() {
        return Some(hash_i64(n));
    }
    match key.downcast_exact::<Str>(&vm.types.str) {
        Some(s) => Some(str_hash_cached(s)),
        None => vm.plain_hash(key),
    }
}

/// The payload of a heap object whose type has been looked at.
///
/// # Safety
/// The object has this payload.
#[inline(always)]
unsafe fn payload<T: Payload>(object: &Value) -> &T {
    // SAFETY: by the contract.
    unsafe { &(*(object.word() as *const Object<T>)).payload }
}

/// Whether a small integer's word is in an exact set.
///
/// # Safety
/// `container` is a live word.
#[inline(always)]
pub unsafe fn set_has_int(vm: &Vm, container: u64, item: u64) -> Option<bool> {
    // SAFETY: by the contract; the type tells the payload.
    unsafe {
        if !is_int(item)
            || !is_heap(container)
            || (*(container as *const ObjectHeader)).ty_ptr() != vm.types.set.as_ptr().cast_const()
        {
            return None;
        }
        (*(container as *const Object<Set>)).payload.has_int(item)
    }
}

/// `item in container`.
#[inline]
pub fn contains(vm: &Vm, container: &Value, item: &Value) -> Option<PyResult<bool>> {
    let ty = container.header()?.ty();
    if ty.is(&vm.types.set) || ty.is(&vm.types.frozenset) {
        let hash = plain_hash(vm, item)?;
        // SAFETY: the type tells the payload.
        return Some(unsafe { payload::<Set>(container) }.contains_hashed(vm, item, hash));
    }
    if ty.is(&vm.types.dict) {
        let hash = plain_hash(vm, item)?;
        // SAFETY: as above.
        let found = unsafe { payload::<Dict>(container) }.find(vm, item, hash);
        return Some(found.map(|at| at.is_some()));
    }
    None
}

/// `object[key]`.
#[inline]
pub fn get_item(vm: &Vm, object: &Value, key: &Value) -> Option<PyResult> {
    let ty = object.header()?.ty();
    if ty.is(&vm.types.dict) {
        let hash = plain_hash(vm, key)?;
        // SAFETY: the type tells the payload.
        let dict = unsafe { payload::<Dict>(object) };
        return Some(dict.find(vm, key, hash).and_then(
            |at| match at.and_then(|at| dict.value_at(at)) {
                Some(value) => Ok(value),
                None => Err(vm.key_error(key)),
            },
        ));
    }
    if ty.is(&vm.types.str) {
        // SAFETY: as above.
        let StrView::Ascii(text) = unsafe { payload::<Str>(object) }.view() else {
            return None;
        };
        let n = key.as_small_int()?;
        let at = if n < 0 { n + text.len() as i64 } else { n };
        let c = text.as_bytes().get(usize::try_from(at).ok()?)?;
        return Some(Ok(vm.new_char(u32::from(*c)).into_value()));
    }
    if ty.is(&vm.types.list)
        && let Some(slice) = key.downcast::<Slice>()
    {
        let step = match slice.step.as_small_int() {
            Some(0) => return None,
            Some(n) => n as isize,
            None if slice.step.is_none() => 1,
            None => return None,
        };
        let (start, stop) = bounds(&slice.start, &slice.stop, step)?;
        return Some(Ok(list_part(vm, object, start, stop, step)));
    }
    None
}

/// `object[key] = value`; gives the value back if this is not the case for it.
///
/// # Errors
/// The value.
#[inline]
pub fn set_item(vm: &Vm, object: &Value, key: &Value, value: Value) -> Result<PyResult<()>, Value> {
    let Some(dict) = object.downcast_exact::<Dict>(&vm.types.dict) else {
        return Err(value);
    };
    let Some(hash) = plain_hash(vm, key) else {
        return Err(value);
    };
    if dict.flags.get() & WATCHED == 0 {
        match dict.find(vm, key, hash) {
            Ok(Some(at)) => {
                drop(dict.replace_value_at(at, value));
                return Ok(Ok(()));
            }
            Ok(None) => {}
            Err(e) => return Ok(Err(e)),
        }
    }
    Ok(dict.insert_hashed(vm, key.clone(), hash, value).map(drop))
}

/// The bounds of a slice, if they are small integers or None.
#[inline]
fn bounds(start: &Value, stop: &Value, step: isize) -> Option<(isize, isize)> {
    let bound = |v: &Value, default: isize| match v.as_small_int() {
        Some(n) => Some(n as isize),
        None => v.is_none().then_some(default),
    };
    let (first, last) = if step < 0 {
        (isize::MAX, isize::MIN)
    } else {
        (0, isize::MAX)
    };
    Some((bound(start, first)?, bound(stop, last)?))
}

fn list_part(vm: &Vm, object: &Value, start: isize, stop: isize, step: isize) -> Value {
    // SAFETY: the callers looked at the type.
    let list = unsafe { payload::<List>(object) };
    let items = list.with(|v| {
        let (start, _, count) = adjust_slice(start, stop, step, v.len());
        sliced(v, start, step, count)
    });
    vm.new_list(items).into_value()
}

/// `object[start:stop]`.
#[inline]
pub fn slice(vm: &Vm, object: &Value, start: &Value, stop: &Value) -> Option<Value> {
    let ty = object.header()?.ty();
    let (start, stop) = bounds(start, stop, 1)?;
    if ty.is(&vm.types.list) {
        return Some(list_part(vm, object, start, stop, 1));
    }
    if ty.is(&vm.types.str) {
        // SAFETY: the type tells the payload.
        let view = unsafe { payload::<Str>(object) }.view();
        let (start, _, count) = adjust_slice(start, stop, 1, view.len());
        if count == view.len() {
            return Some(object.clone());
        }
        let part = view.slice(start as usize, start as usize + count);
        return Some(vm.new_from_view(part).into_value());
    }
    if ty.is(&vm.types.tuple) {
        // SAFETY: as above.
        let items = unsafe { payload::<Tuple>(object) }.items();
        let (start, _, count) = adjust_slice(start, stop, 1, items.len());
        if count == items.len() {
            return Some(object.clone());
        }
        let part = &items[start as usize..start as usize + count];
        return Some(vm.new_tuple(part.iter().cloned()).into_value());
    }
    None
}

/// `object[start:stop] = value`; gives the value back if this is not the case for it.
///
/// # Errors
/// The value.
#[inline]
pub fn assign_slice(
    vm: &Vm,
    object: &Value,
    start: &Value,
    stop: &Value,
    value: Value,
) -> Result<(), Value> {
    let (Some(list), Some(source), Some((start, stop))) = (
        object.downcast_exact::<List>(&vm.types.list),
        value.downcast_exact::<List>(&vm.types.list),
        bounds(start, stop, 1),
    ) else {
        return Err(value);
    };
    // A list that nobody else has gives its items away.
    let items = if source.header().count() == 1 {
        source.take()
    } else {
        source.to_vec()
    };
    let displaced = list.with(|v| {
        let (start, stop, _) = adjust_slice(start, stop, 1, v.len());
        replace_range(v, start as usize, stop as usize, items)
    });
    drop(displaced);
    Ok(())
}
