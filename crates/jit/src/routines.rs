//! Routines on words that compiled code calls: none runs Python code or raises.
//!
//! What they cannot do they answer with 0, before anything is changed; the
//! interpreter does the instruction then.

use taipan_object::dict::Dict;
use taipan_object::iter::ListIterator;
use taipan_object::list::List;
use taipan_object::set::Set;
use taipan_object::slice::adjust_slice;
use taipan_object::str::Str;
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

/// Item of an exact dict by an exact str.
pub unsafe extern "C" fn dict_get_str(_: *const Vm, dict: u64, key: u64) -> u64 {
    // SAFETY: guarded.
    unsafe {
        let dict = payload::<Dict>(dict);
        if !dict.only_str() {
            return 0;
        }
        dict.get_str(reference(&key)).map_or(0, Value::into_word)
    }
}

/// Sets an item of an exact dict by an exact str.
pub unsafe extern "C" fn dict_set_str(vm: *const Vm, dict: u64, key: u64, value: u64) -> u64 {
    // SAFETY: guarded; the value is owned.
    unsafe {
        let value = Value::from_word(value);
        payload::<Dict>(dict).insert_str(&*vm, reference(&key), value);
    }
    encoding::NONE
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
