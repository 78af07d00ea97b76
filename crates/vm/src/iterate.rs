//! Fast paths of indexing and iteration over built-in containers.

use taipan_object::list::List;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{Object, ObjectHeader, Vm};

/// The item word of an exact list, tuple or str, borrowed; `None`: not the fast case.
///
/// # Safety
/// `object` is a live heap word.
#[inline(always)]
pub unsafe fn index_fast(vm: &Vm, object: u64, index: i64) -> Option<u64> {
    // SAFETY: the type tells the payload; indices are checked.
    unsafe {
        let ty = (*(object as *const ObjectHeader)).ty_ptr();
        let items: *const u64;
        let len: usize;
        if ty == vm.types.list.as_ptr().cast_const() {
            let list = &(*(object as *const Object<List>)).payload;
            items = list.as_ptr().cast();
            len = list.len();
        } else if ty == vm.types.tuple.as_ptr().cast_const() {
            let tuple = &(*(object as *const Object<Tuple>)).payload;
            items = tuple.items().as_ptr().cast();
            len = tuple.len();
        } else if ty == vm.types.str.as_ptr().cast_const() {
            let text = (*(object as *const Object<Str>)).payload.narrow()?;
            let index = if index < 0 {
                index + text.len() as i64
            } else {
                index
            };
            return vm.char_word(*text.get(usize::try_from(index).ok()?)?);
        } else {
            return None;
        }
        let index = if index < 0 {
            (index + len as i64) as usize
        } else {
            index as usize
        };
        (index < len).then(|| *items.add(index))
    }
}

/// The address of an item of an exact list, for stores.
///
/// # Safety
/// `object` is a live heap word.
#[inline(always)]
pub unsafe fn list_place(vm: &Vm, object: u64, index: i64) -> Option<*mut u64> {
    // SAFETY: as above.
    unsafe {
        if (*(object as *const ObjectHeader)).ty_ptr() != vm.types.list.as_ptr().cast_const() {
            return None;
        }
        let list = &(*(object as *const Object<List>)).payload;
        let len = list.len();
        let index = if index < 0 {
            (index + len as i64) as usize
        } else {
            index as usize
        };
        (index < len).then(|| list.as_ptr().cast::<u64>().cast_mut().add(index))
    }
}

/// Steps an exact range iterator; the next integer's word.
///
/// # Safety
/// `it` is a live `range_iterator`.
#[inline(always)]
pub unsafe fn range_next(it: u64) -> Option<u64> {
    // SAFETY: by the contract.
    let n = unsafe {
        (*(it as *const Object<taipan_object::range::RangeIterator>))
            .payload
            .advance()
    }?;
    taipan_object::value::encoding::int(n)
}

/// Steps an exact list iterator; the next item's word with a reference of its own.
/// `None` at the end or in any other case: the general path decides.
///
/// # Safety
/// `it` is a live `list_iterator`.
#[inline(always)]
pub unsafe fn list_next(it: u64) -> Option<u64> {
    // SAFETY: by the contract.
    unsafe {
        (*(it as *const Object<taipan_object::iter::ListIterator>))
            .payload
            .advance()
            .map(taipan_object::Value::into_word)
    }
}

/// As [`list_next`], for a `tuple_iterator`.
///
/// # Safety
/// `it` is a live `tuple_iterator`.
#[inline(always)]
pub unsafe fn tuple_next(it: u64) -> Option<u64> {
    // SAFETY: by the contract.
    unsafe {
        (*(it as *const Object<taipan_object::iter::TupleIterator>))
            .payload
            .advance()
            .map(taipan_object::Value::into_word)
    }
}

/// As [`list_next`], for a `str_iterator`.
///
/// # Safety
/// `it` is a live `str_iterator`.
#[inline(always)]
pub unsafe fn str_next(vm: &Vm, it: u64) -> Option<u64> {
    // SAFETY: by the contract.
    unsafe {
        (*(it as *const Object<taipan_object::text::iter::StrIterator>))
            .payload
            .advance(vm)
            .map(taipan_object::Value::into_word)
    }
}
