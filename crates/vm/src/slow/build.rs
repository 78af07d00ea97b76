//! Building containers, strings and slices; unpacking.

use taipan_compiler::opcode::{EXTENDED, KILL_B, KILL_C};
use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::set::Set;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use super::*;

/// Moves the values of a window out.
unsafe fn window(regs: *mut u64, first: usize, count: usize) -> Vec<Value> {
    // SAFETY: verified window.
    unsafe { (first..first + count).map(|n| take(regs, n)).collect() }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn build_tuple(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = vm.tuple_of_words(regs.add(b(i)), c(i));
        put(regs, a(i), result.into_value());
        true
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn build_list(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let items = window(regs, b(i), c(i));
        put(regs, a(i), vm.new_list(items).into_value());
        true
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn build_set(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let set = vm.new_set();
        let mut result = Ok(());
        for n in b(i)..b(i) + c(i) {
            let item = take(regs, n);
            if result.is_ok() {
                result = set.add(vm, item).map(drop);
            }
        }
        done(vm, regs, i, result.map(|()| set.into_value()))
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn build_map(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (first, count) = (b(i), c(i));
        let dict = if count == 0 {
            Dict::new()
        } else {
            Dict::with_capacity(count)
        };
        let dict = vm.heap.alloc(&vm.types.dict, dict);
        let mut result = Ok(());
        for n in (first..first + 2 * count).step_by(2) {
            let (key, value) = (take(regs, n), take(regs, n + 1));
            if result.is_ok() {
                result = insert(vm, &dict, key, value);
            }
        }
        done(vm, regs, i, result.map(|()| dict.into_value()))
    }
}

fn insert(vm: &Vm, dict: &Ref<Dict>, key: Value, value: Value) -> PyResult<()> {
    dict.insert(vm, key, value)
}

/// The window of strings of a BUILD_STRING.
struct Texts {
    regs: *mut u64,
    i: u64,
}

impl Texts {
    fn get(&self, n: usize) -> Option<&Ref<Str>> {
        // SAFETY: verified window, whose values live until they are taken.
        unsafe {
            let word = &*self.regs.add(b(self.i) + n);
            (*word != 0)
                .then(|| Value::borrow_word(word))?
                .downcast::<Str>()
        }
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn build_string(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let parts = Texts { regs, i };
        let mut len = 0usize;
        let mut ascii = true;
        for n in 0..c(i) {
            match parts.get(n) {
                Some(s) => {
                    len = len.saturating_add(s.len());
                    ascii &= s.is_ascii();
                }
                None => {
                    drop(window(regs, b(i), c(i)));
                    let e = vm.raise_str(&vm.exc.system_error, "string expected");
                    return ended(vm, Err(e));
                }
            }
        }
        let result = if ascii && len > 0 {
            vm.try_new_str_with(1, true, len, |to| {
                let mut at = to;
                for s in (0..c(i)).filter_map(|n| parts.get(n)) {
                    // SAFETY: the lengths add up to `len`.
                    std::ptr::copy_nonoverlapping(s.view().as_bytes().as_ptr(), at, s.len());
                    at = at.add(s.len());
                }
            })
        } else {
            let mut out = taipan_object::text::StrBuilder::new();
            for s in (0..c(i)).filter_map(|n| parts.get(n)) {
                out.push(s.view());
            }
            out.finish(vm)
        };
        let result = result.map(Ref::into_value);
        for n in 0..c(i) {
            drop(take(regs, b(i) + n));
        }
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn build_slice(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let part = |n: usize| {
            if n < c(i) {
                take(regs, b(i) + n)
            } else {
                Value::NONE
            }
        };
        let slice = vm.new_slice(part(0), part(1), part(2));
        put(regs, a(i), slice.into_value());
        true
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn build_interpolation(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (value, text) = (take(regs, b(i)), take(regs, b(i) + 1));
        let spec = if c(i) & 1 != 0 {
            take(regs, b(i) + 2)
        } else {
            vm.empty_str.to_value()
        };
        let conversion = match c(i) >> 2 {
            1 => vm.new_str("s").into_value(),
            2 => vm.new_str("r").into_value(),
            3 => vm.new_str("a").into_value(),
            _ => Value::NONE,
        };
        let result = crate::template::new_interpolation(vm, value, text, conversion, spec);
        done(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn build_template(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (strings, interpolations) = (take(regs, b(i)), take(regs, b(i) + 1));
        let result = crate::template::new_template(vm, strings, interpolations);
        done(vm, regs, i, result)
    }
}

#[cold]
fn wrong_kind(vm: &Vm) -> Raised {
    vm.raise_str(&vm.exc.system_error, "bad internal call")
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn list_append(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = operand(regs, b(i), flags(i) & KILL_B != 0);
        match get(regs, a(i)).downcast::<List>() {
            Some(list) => {
                list.push(value);
                true
            }
            None => ended(vm, Err(wrong_kind(vm))),
        }
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn list_extend(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let iterable = operand(regs, b(i), flags(i) & KILL_B != 0);
        let result = match get(regs, a(i)).downcast::<List>() {
            Some(list) => {
                let list = list.clone();
                if vm.type_of(&iterable).slots.iter.get().is_none() && !vm.is_sequence(&iterable) {
                    Err(vm.type_error(format!(
                        "Value after * must be an iterable, not {}",
                        vm.type_name(&iterable)
                    )))
                } else {
                    vm.for_each(&iterable, |item| {
                        list.push(item);
                        Ok(())
                    })
                }
            }
            None => Err(wrong_kind(vm)),
        };
        drop(iterable);
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn list_to_tuple(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = match get(regs, b(i)).downcast::<List>() {
            Some(list) => Ok(vm.new_tuple(list.to_vec()).into_value()),
            None => Err(wrong_kind(vm)),
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn set_add(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = operand(regs, b(i), flags(i) & KILL_B != 0);
        let result = match get(regs, a(i)).downcast_exact::<Set>(&vm.types.set) {
            // A reference of its own: comparing elements may run Python code.
            Some(set) => set.clone().add(vm, value).map(drop),
            None => Err(wrong_kind(vm)),
        };
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn set_update(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let iterable = operand(regs, b(i), flags(i) & KILL_B != 0);
        let set = get(regs, a(i)).clone();
        let result = vm
            .call_method(&set, &vm.names.update, &[iterable])
            .map(drop);
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn map_add(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let key = operand(regs, b(i), flags(i) & KILL_B != 0);
        let value = operand(regs, c(i), flags(i) & KILL_C != 0);
        let result = match get(regs, a(i)).downcast::<Dict>() {
            Some(dict) => insert(vm, &dict.clone(), key, value),
            None => Err(wrong_kind(vm)),
        };
        ended(vm, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn dict_update(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let mapping = operand(regs, b(i), flags(i) & KILL_B != 0);
        let result = match get(regs, a(i)).downcast::<Dict>() {
            Some(dict) => {
                let dict = dict.clone();
                match mapping_items(vm, &mapping) {
                    Ok(Some(items)) => items
                        .into_iter()
                        .try_for_each(|(k, v)| dict.insert(vm, k, v)),
                    Ok(None) => Err(vm.type_error(format!(
                        "'{}' object is not a mapping",
                        vm.type_name(&mapping)
                    ))),
                    Err(e) => Err(e),
                }
            }
            None => Err(wrong_kind(vm)),
        };
        drop(mapping);
        ended(vm, result)
    }
}

/// Keys and values of a mapping; `None` if it has no `keys`.
pub fn mapping_items(vm: &Vm, mapping: &Value) -> PyResult<Option<Vec<(Value, Value)>>> {
    if let Some(dict) = mapping.downcast::<Dict>()
        && (dict.ty().is(&vm.types.dict)
            || dict.ty().slots.address(taipan_object::slots::SlotId::iter)
                == vm
                    .types
                    .dict
                    .slots
                    .address(taipan_object::slots::SlotId::iter))
    {
        return Ok(Some(dict.items()));
    }
    let Some(keys) = vm.getattr_opt(mapping, &vm.names.keys)? else {
        return Ok(None);
    };
    let keys = vm.call(&keys, &[])?;
    let mut items = Vec::new();
    vm.for_each(&keys, |key| {
        let value = vm.get_item(mapping, &key)?;
        items.push((key, value));
        Ok(())
    })?;
    Ok(Some(items))
}

/// # Safety
/// As [`binary`].
pub unsafe fn dict_merge(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let mapping = operand(regs, b(i), flags(i) & KILL_B != 0);
        let callee = get(regs, c(i)).clone();
        let result = match get(regs, a(i)).downcast::<Dict>() {
            Some(dict) => {
                let dict = dict.clone();
                match mapping_items(vm, &mapping) {
                    Ok(Some(items)) => items.into_iter().try_for_each(|(k, v)| {
                        if k.downcast::<Str>().is_none() {
                            return Err(vm.type_error("keywords must be strings"));
                        }
                        if dict.get(vm, &k)?.is_some() {
                            let name = vm.str(&k)?;
                            return Err(vm.type_error(format!(
                                "{} got multiple values for keyword argument '{name}'",
                                crate::call::callee_name(vm, &callee)
                            )));
                        }
                        dict.insert(vm, k, v)
                    }),
                    Ok(None) => Err(vm.type_error(format!(
                        "{} argument after ** must be a mapping, not {}",
                        crate::call::callee_name(vm, &callee),
                        vm.type_name(&mapping)
                    ))),
                    Err(e) => Err(e),
                }
            }
            None => Err(wrong_kind(vm)),
        };
        kill(regs, c(i), flags(i) & KILL_C != 0);
        drop((mapping, callee));
        ended(vm, result)
    }
}

/// Writes `values` to consecutive registers.
unsafe fn spread(
    vm: &Vm,
    regs: *mut u64,
    first: usize,
    values: impl IntoIterator<Item = Value>,
) -> bool {
    for (n, v) in values.into_iter().enumerate() {
        // SAFETY: verified window.
        unsafe { put(regs, first + n, v) };
    }
    ended(vm, Ok(()))
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn unpack_sequence(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let count = c(i);
        let source = operand(regs, b(i), flags(i) & KILL_B != 0);
        if let Some(t) = source.downcast_exact::<Tuple>(&vm.types.tuple)
            && t.len() == count
        {
            for (n, v) in t.items().iter().enumerate() {
                put(regs, a(i) + n, v.clone());
            }
            drop(source);
            return ended(vm, Ok(()));
        }
        if let Some(l) = source.downcast_exact::<List>(&vm.types.list)
            && l.len() == count
        {
            let values: smallvec::SmallVec<[Value; 8]> =
                l.with(|items| items.iter().cloned().collect());
            drop(source);
            return spread(vm, regs, a(i), values);
        }
        match unpack(vm, &source, count, None) {
            Ok(values) => {
                drop(source);
                spread(vm, regs, a(i), values)
            }
            Err(e) => {
                drop(source);
                ended(vm, Err(e))
            }
        }
    }
}

/// # Safety
/// As [`binary`]; `ext` is the instruction that follows.
pub unsafe fn unpack_ex(vm: &Vm, regs: *mut u64, i: u64, ext: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let (before, after) = if c(i) as u16 == EXTENDED {
            (bc(ext) & 0xFFFF, bc(ext) >> 16)
        } else {
            (c(i) & 255, c(i) >> 8)
        };
        let source = operand(regs, b(i), flags(i) & KILL_B != 0);
        let result = unpack(vm, &source, before, Some(after));
        drop(source);
        match result {
            Ok(values) => spread(vm, regs, a(i), values),
            Err(e) => ended(vm, Err(e)),
        }
    }
}

/// Exactly `before` items; with `after`, then a list of the middle and `after` items more.
fn unpack(vm: &Vm, source: &Value, before: usize, after: Option<usize>) -> PyResult<Vec<Value>> {
    if vm.type_of(source).slots.iter.get().is_none() && !vm.is_sequence(source) {
        return Err(vm.type_error(format!(
            "cannot unpack non-iterable {} object",
            vm.type_name(source)
        )));
    }
    if let (Some(after), Some(_)) = (after, source.downcast::<List>()) {
        return split_rest(vm, vm.collect(source)?, before, after);
    }
    let it = vm.iter(source)?;
    let mut values = Vec::with_capacity(before.min(1 << 16));
    while values.len() < before {
        match vm.next(&it)? {
            Some(v) => values.push(v),
            None => {
                let least = if after.is_some() { "at least " } else { "" };
                return Err(vm.value_error(format!(
                    "not enough values to unpack (expected {least}{}, got {})",
                    before + after.unwrap_or(0),
                    values.len()
                )));
            }
        }
    }
    match after {
        None => {
            if vm.next(&it)?.is_some() {
                let known = [&vm.types.list, &vm.types.tuple, &vm.types.dict]
                    .iter()
                    .any(|t| vm.type_of(source).is(t));
                if known {
                    return Err(vm.value_error(format!(
                        "too many values to unpack (expected {before}, got {})",
                        vm.len(source)?
                    )));
                }
                return Err(
                    vm.value_error(format!("too many values to unpack (expected {before})"))
                );
            }
            Ok(values)
        }
        Some(after) => {
            while let Some(v) = vm.next(&it)? {
                values.push(v);
            }
            split_rest(vm, values, before, after)
        }
    }
}

fn split_rest(
    vm: &Vm,
    mut values: Vec<Value>,
    before: usize,
    after: usize,
) -> PyResult<Vec<Value>> {
    if values.len() < before + after {
        return Err(vm.value_error(format!(
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            values.len()
        )));
    }
    let tail = values.split_off(values.len() - after);
    let middle = values.split_off(before);
    values.push(vm.new_list(middle).into_value());
    values.extend(tail);
    Ok(values)
}

/// # Safety
/// As [`binary`].
pub unsafe fn convert_value(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = &*get(regs, b(i));
        let result = match c(i) {
            1 => vm.str(value),
            2 => vm.repr(value),
            _ => crate::builtins::ascii(vm, value),
        };
        done_ab(vm, regs, i, result.map(Ref::into_value))
    }
}

/// # Safety
/// As [`binary`].
#[inline(never)]
pub unsafe fn format_simple(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let value = &*get(regs, b(i));
        let result = if vm.type_of(value).is(&vm.types.str) {
            Ok(value.clone())
        } else {
            vm.format(value, &vm.empty_str).map(Ref::into_value)
        };
        done_ab(vm, regs, i, result)
    }
}

/// # Safety
/// As [`binary`].
pub unsafe fn format_with_spec(vm: &Vm, regs: *mut u64, i: u64) -> bool {
    // SAFETY: by the contract.
    unsafe {
        let result = match get(regs, c(i)).downcast::<Str>() {
            Some(spec) => vm.format(&get(regs, b(i)), spec).map(Ref::into_value),
            None => Err(wrong_kind(vm)),
        };
        done_abc(vm, regs, i, result)
    }
}
