//! Routines on words that compiled code calls: none runs Python code or raises.
//!
//! What they cannot do they answer with 0, before anything is changed; the
//! interpreter does the instruction then.

use smallvec::SmallVec;
use taipan_object::dict::Dict;
use taipan_object::iter::ListIterator;
use taipan_object::list::List;
use taipan_object::set::Set;
use taipan_object::slice::adjust_slice;
use taipan_object::str::Str;
use taipan_object::text::iter::StrIterator;
use taipan_object::tuple::Tuple;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::value::encoding;
use taipan_object::{Object, Ref, Value, Vm};

/// The payload of an object whose type compiled code has guarded.
unsafe fn payload<'a, T>(word: u64) -> &'a T {
    // SAFETY: by the contract: a live object with that payload.
    unsafe { &(*(word as *const Object<T>)).payload }
}

/// A reference to such an object, as one is borrowed.
unsafe fn reference<T>(word: &u64) -> &Ref<T> {
    // SAFETY: as above; references are words.
    unsafe { &*std::ptr::from_ref(word).cast::<Ref<T>>() }
}

fn truth(b: bool) -> u64 {
    if b { encoding::TRUE } else { encoding::FALSE }
}

/// Appends an owned word to an exact list.
pub unsafe extern "C" fn list_append(_: *const Vm, list: u64, value: u64) -> u64 {
    // SAFETY: guarded; the word is owned.
    unsafe { payload::<List>(list).push(Value::from_word(value)) };
    encoding::NONE
}

/// Pops the last item of an exact list.
pub unsafe extern "C" fn list_pop(_: *const Vm, list: u64) -> u64 {
    // SAFETY: guarded.
    unsafe { payload::<List>(list).pop() }.map_or(0, Value::into_word)
}

/// `isinstance(x, class)` for a class whose metaclass is `type`.
pub unsafe extern "C" fn is_instance(vm: *const Vm, x: u64, class: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let vm = &*vm;
        let (x, class) = (Value::borrow_word(&x), reference::<Type>(&class));
        if vm.is_instance_of(x, class) {
            return encoding::TRUE;
        }
        // `__class__` may say something else.
        let ty = vm.type_of(x);
        let usual = ty.has(TypeFlags::GENERIC_GETATTR)
            && match (
                vm.type_lookup(ty, &vm.names.__class__),
                vm.type_lookup(&vm.types.object, &vm.names.__class__),
            ) {
                (Some(a), Some(b)) => a.word() == b.word(),
                _ => false,
            };
        if usual { encoding::FALSE } else { 0 }
    }
}

/// Item of an exact dict.
pub unsafe extern "C" fn dict_get(vm: *const Vm, dict: u64, key: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let (dict, key) = (payload::<Dict>(dict), Value::borrow_word(&key));
        let found = (*vm)
            .plain_hash(key)
            .and_then(|hash| dict.find_plain(key, hash))
            .flatten();
        found
            .and_then(|i| dict.value_at(i))
            .map_or(0, Value::into_word)
    }
}

/// Sets an item of an exact dict.
pub unsafe extern "C" fn dict_set(vm: *const Vm, dict: u64, key: u64, value: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let (vm, dict, key) = (&*vm, payload::<Dict>(dict), Value::borrow_word(&key));
        let Some(hash) = vm.plain_hash(key) else {
            return 0;
        };
        if dict.find_plain(key, hash).is_none() {
            return 0;
        }
        let value = Value::borrow_word(&value).clone();
        // No comparison runs Python code, so nothing is raised.
        drop(dict.insert_hashed(vm, key.clone(), hash, value));
    }
    encoding::NONE
}

/// Whether an exact dict has a key.
pub unsafe extern "C" fn dict_contains(vm: *const Vm, dict: u64, key: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let key = Value::borrow_word(&key);
        (*vm)
            .plain_hash(key)
            .and_then(|hash| payload::<Dict>(dict).find_plain(key, hash))
            .map_or(0, |found| truth(found.is_some()))
    }
}

/// `dict.get(key, default)`.
pub unsafe extern "C" fn dict_get_default(vm: *const Vm, dict: u64, key: u64, default: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let (dict, key) = (payload::<Dict>(dict), Value::borrow_word(&key));
        let Some(found) = (*vm)
            .plain_hash(key)
            .and_then(|hash| dict.find_plain(key, hash))
        else {
            return 0;
        };
        found
            .and_then(|i| dict.value_at(i))
            .unwrap_or_else(|| Value::borrow_word(&default).clone())
            .into_word()
    }
}

/// `dict.setdefault(key, default)`.
pub unsafe extern "C" fn dict_set_default(vm: *const Vm, dict: u64, key: u64, default: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let (vm, dict, key) = (&*vm, payload::<Dict>(dict), Value::borrow_word(&key));
        let Some(hash) = vm.plain_hash(key) else {
            return 0;
        };
        let Some(found) = dict.find_plain(key, hash) else {
            return 0;
        };
        if let Some(v) = found.and_then(|i| dict.value_at(i)) {
            return v.into_word();
        }
        let value = Value::borrow_word(&default);
        drop(dict.insert_hashed(vm, key.clone(), hash, value.clone()));
        value.clone().into_word()
    }
}

/// `set.add(key)`.
pub unsafe extern "C" fn set_add(vm: *const Vm, set: u64, key: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let (vm, set, key) = (&*vm, payload::<Set>(set), Value::borrow_word(&key));
        let Some(hash) = vm.plain_hash(key) else {
            return 0;
        };
        match set.contains_plain(key, hash) {
            Some(true) => encoding::NONE,
            Some(false) => {
                let _ = set.add_hashed(vm, key.clone(), hash);
                encoding::NONE
            }
            None => 0,
        }
    }
}

/// A new range of ints.
pub unsafe extern "C" fn range(vm: *const Vm, start: u64, stop: u64, step: u64) -> u64 {
    if step == encoding::INT_TAG {
        return 0;
    }
    // SAFETY: immediate words.
    unsafe {
        let [start, stop, step] = [start, stop, step].map(|w| Value::from_word(w));
        (*vm).new_range(start, stop, step).into_value().into_word()
    }
}

/// An iterator of an exact built-in container.
pub unsafe extern "C" fn iter(vm: *const Vm, object: u64) -> u64 {
    // SAFETY: guarded; such iterators are made without Python code, and without failing.
    unsafe {
        match (*vm).iter(Value::borrow_word(&object)) {
            Ok(it) => it.into_word(),
            Err(_) => encoding::NONE,
        }
    }
}

/// The next character of an exact str iterator.
pub unsafe extern "C" fn str_next(vm: *const Vm, it: u64) -> u64 {
    // SAFETY: guarded.
    unsafe { payload::<StrIterator>(it).advance(&*vm) }.map_or(0, Value::into_word)
}

/// A slice of an exact list, tuple or str.
pub unsafe extern "C" fn slice_step(
    vm: *const Vm,
    object: u64,
    start: u64,
    stop: u64,
    step: u64,
) -> u64 {
    let step = match bound(step, 1) {
        // SAFETY: as below.
        Some(1) => return unsafe { slice(vm, object, start, stop) },
        Some(0) | None => return 0,
        Some(n) => n,
    };
    let (first, last) = if step < 0 {
        (isize::MAX, isize::MIN)
    } else {
        (0, isize::MAX)
    };
    let (Some(start), Some(stop)) = (bound(start, first), bound(stop, last)) else {
        return 0;
    };
    // SAFETY: guarded, words are live.
    unsafe {
        let vm = &*vm;
        let value = Value::borrow_word(&object);
        let ty = vm.type_of(value);
        let part = |items: &[Value]| {
            let (start, _, count) = adjust_slice(start, stop, step, items.len());
            taipan_object::list_methods::sliced(items, start, step, count)
        };
        if ty.is(&vm.types.list) {
            let items = payload::<List>(object).with(|v| part(v));
            vm.list_value(items).into_word()
        } else if ty.is(&vm.types.tuple) {
            let items = part(payload::<Tuple>(object).items());
            vm.new_tuple(items).into_value().into_word()
        } else {
            let Some(text) = payload::<Str>(object).as_ascii() else {
                return 0;
            };
            let (start, _, count) = adjust_slice(start, stop, step, text.len());
            let bytes: SmallVec<[u8; 64]> = (0..count as isize)
                .map(|n| text.as_bytes()[(start + n * step) as usize])
                .collect();
            vm.new_ascii(&bytes).into_value().into_word()
        }
    }
}

/// Decimal text of an int.
pub unsafe extern "C" fn format_int(vm: *const Vm, n: u64, width: u64) -> u64 {
    let (n, width) = (encoding::as_int(n), encoding::as_int(width) as usize);
    let fill = if width & 128 != 0 { b'0' } else { b' ' };
    let width = width & 127;
    let mut text = [0u8; 128];
    let mut at = text.len();
    let mut rest = n.unsigned_abs();
    loop {
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let sign = n < 0;
    if sign && fill == b' ' {
        at -= 1;
        text[at] = b'-';
    }
    let reserved = usize::from(sign && fill == b'0');
    while text.len() - at + reserved < width {
        at -= 1;
        text[at] = fill;
    }
    if reserved == 1 {
        at -= 1;
        text[at] = b'-';
    }
    // SAFETY: the thread state of the running code.
    unsafe { (*vm).new_ascii(&text[at..]).into_value().into_word() }
}

/// The bound of a slice; `None`: not an int that fits.
fn bound(word: u64, default: isize) -> Option<isize> {
    match word {
        encoding::NONE => Some(default),
        w if encoding::is_int(w) => Some(encoding::as_int(w) as isize),
        _ => None,
    }
}

/// A slice of an exact list, tuple or str with a step of 1.
pub unsafe extern "C" fn slice(vm: *const Vm, object: u64, start: u64, stop: u64) -> u64 {
    // SAFETY: guarded, words are live.
    unsafe {
        let vm = &*vm;
        let (Some(start), Some(stop)) = (bound(start, 0), bound(stop, isize::MAX)) else {
            return 0;
        };
        let value = Value::borrow_word(&object);
        let range = |len: usize| {
            let (start, _, count) = adjust_slice(start, stop, 1, len);
            start as usize..start as usize + count
        };
        let ty = vm.type_of(value);
        if ty.is(&vm.types.list) {
            let list = payload::<List>(object);
            let items = list.with(|v| v[range(v.len())].to_vec());
            vm.list_value(items).into_word()
        } else if ty.is(&vm.types.str) {
            let s = payload::<Str>(object);
            let r = range(s.len());
            if r.len() == s.len() {
                return value.clone().into_word();
            }
            vm.new_from_view(s.view().slice(r.start, r.end))
                .into_value()
                .into_word()
        } else {
            let items = payload::<Tuple>(object).items();
            let r = range(items.len());
            if r.len() == items.len() {
                return value.clone().into_word();
            }
            vm.new_tuple(items[r].to_vec()).into_value().into_word()
        }
    }
}

/// Makes an exact list iterator know that it is at its end.
pub unsafe extern "C" fn exhaust(_: *const Vm, it: u64) -> u64 {
    // SAFETY: guarded.
    let next = unsafe { payload::<ListIterator>(it).advance() };
    debug_assert!(next.is_none());
    drop(next);
    encoding::NONE
}

/// Whether two exact strs are equal.
pub unsafe extern "C" fn str_eq(_: *const Vm, a: u64, b: u64) -> u64 {
    // SAFETY: guarded.
    truth(a == b || unsafe { payload::<Str>(a).same_text(payload::<Str>(b)) })
}

/// A character of an exact str.
pub unsafe extern "C" fn str_item(vm: *const Vm, s: u64, index: u64) -> u64 {
    // SAFETY: guarded.
    unsafe {
        let s = payload::<Str>(s);
        let n = encoding::as_int(index);
        let n = if n < 0 { n + s.len() as i64 } else { n };
        if n < 0 || n as usize >= s.len() {
            return 0;
        }
        (*vm)
            .new_char(s.view().get(n as usize))
            .into_value()
            .into_word()
    }
}

/// Whether an int or exact str is in an exact set.
pub unsafe extern "C" fn set_contains(vm: *const Vm, set: u64, key: u64) -> u64 {
    // SAFETY: guarded.
    unsafe {
        let key = Value::borrow_word(&key);
        // Such keys have hashes that run no Python code.
        let Ok(hash) = (*vm).hash(key) else {
            drop((*vm).take_pending());
            return 0;
        };
        payload::<Set>(set)
            .contains_plain(key, hash)
            .map_or(0, truth)
    }
}

/// A tuple with so many items, all empty: the caller stores them at once.
pub unsafe extern "C" fn new_tuple(vm: *const Vm, count: u64) -> u64 {
    // SAFETY: the thread state of the running code, which fills the tuple.
    unsafe {
        crate::runtime::check_heap(&*vm);
        (*vm)
            .new_unfilled_tuple(count as usize)
            .into_value()
            .into_word()
    }
}

/// An empty list.
pub unsafe extern "C" fn new_list(vm: *const Vm) -> u64 {
    // SAFETY: the thread state of the running code.
    let vm = unsafe { &*vm };
    crate::runtime::check_heap(vm);
    vm.new_list(Vec::new()).into_value().into_word()
}
