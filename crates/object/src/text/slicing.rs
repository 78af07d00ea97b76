//! Subscripts of sequences.

use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// What a subscript means for a sequence of known length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// In range.
    Index(usize),
    /// The items `start`, `start + step` … `count` of them, all in range.
    Slice {
        start: isize,
        step: isize,
        count: usize,
    },
}

/// An index, made non-negative and checked.
///
/// # Errors
/// IndexError "… index out of range"; what `__index__` raises.
#[inline]
pub fn index_in(vm: &Vm, key: &Value, len: usize, what: &str) -> PyResult<usize> {
    let i = match key.as_small_int() {
        Some(n) => n as isize,
        None => {
            let n = vm.index(key)?;
            match n.as_i64() {
                Some(n) => n as isize,
                None => {
                    return Err(vm.index_error(format!(
                        "cannot fit '{}' into an index-sized integer",
                        vm.type_name(key)
                    )));
                }
            }
        }
    };
    let at = if i < 0 { i + len as isize } else { i };
    if at < 0 || at as usize >= len {
        return Err(vm.index_error(if what == "index" {
            "index out of range".to_owned()
        } else {
            format!("{what} index out of range")
        }));
    }
    Ok(at as usize)
}

/// A subscript of `str`-like sequences.
///
/// # Errors
/// TypeError "… indices must be integers …", IndexError.
#[inline]
pub fn key_of(vm: &Vm, key: &Value, len: usize, what: &str) -> PyResult<Key> {
    if key.as_small_int().is_some() {
        return index_in(vm, key, len, what).map(Key::Index);
    }
    if let Some(slice) = slice_key(vm, key, len)? {
        return Ok(slice);
    }
    if key.as_int().is_none() && vm.type_of(key).slots.index.get().is_none() {
        let name = vm.type_name(key);
        return Err(vm.type_error(match what {
            "string" => format!("string indices must be integers, not '{name}'"),
            "index" => format!("byte indices must be integers or slices, not {name}"),
            _ => format!("{what} indices must be integers or slices, not {name}"),
        }));
    }
    index_in(vm, key, len, what).map(Key::Index)
}

/// The meaning of a slice object; `None` if `key` is no slice.
///
/// # Errors
/// What the slice's bounds raise.
pub fn slice_key(vm: &Vm, key: &Value, len: usize) -> PyResult<Option<Key>> {
    let Some(slice) = key.downcast::<crate::slice::Slice>() else {
        return Ok(None);
    };
    let (start, _, step, count) = crate::slice::slice_indices(vm, slice, len)?;
    Ok(Some(Key::Slice { start, step, count }))
}
