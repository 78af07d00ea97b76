//! The class `dict`.

use taipan_macros::pymethods;

use crate::args::KwArgs;
use crate::dict::Dict;
use crate::dict_views::{Part, new_iterator, new_view};
use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::seq::push_repr;
use crate::set::Set;
use crate::slots::CmpOp;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// What happens to a key that both sides of a merge have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OnDuplicate {
    Replace,
    Keep,
    /// KeyError with the key.
    Reject,
}

fn store(
    vm: &Vm,
    dict: &Dict,
    key: Value,
    hash: i64,
    value: Value,
    on_duplicate: OnDuplicate,
) -> PyResult<()> {
    if on_duplicate != OnDuplicate::Replace && dict.find(vm, &key, hash)?.is_some() {
        return if on_duplicate == OnDuplicate::Keep {
            Ok(())
        } else {
            Err(vm.key_error(&key))
        };
    }
    dict.insert_hashed(vm, key, hash, value).map(drop)
}

/// Whether iterating over an instance of dict is what dict itself does.
fn iterates_plainly(vm: &Vm, dict: &Ref<Dict>) -> bool {
    let ty = dict.ty();
    ty.is(&vm.types.dict)
        || ty.slots.iter.get().map(|f| f as usize)
            == vm.types.dict.slots.iter.get().map(|f| f as usize)
}

/// Adds what a mapping holds.
pub fn merge(vm: &Vm, dict: &Dict, mapping: &Value, on_duplicate: OnDuplicate) -> PyResult<()> {
    if let Some(other) = mapping
        .downcast::<Dict>()
        .filter(|d| iterates_plainly(vm, d))
    {
        return merge_dict(vm, dict, other, on_duplicate);
    }
    let keys = vm.call_method(mapping, &vm.names.keys, &[])?;
    let it = match vm.iter(&keys) {
        Ok(it) => it,
        Err(_)
            if vm.type_of(&keys).slots.iter.get().is_none()
                && vm.exception_is(&vm.exc.type_error) =>
        {
            drop(vm.take_pending());
            let (owner, keys) = (vm.type_name(mapping), vm.type_name(&keys));
            return Err(vm.type_error(format!(
                "{owner}.keys() returned a non-iterable (type {keys})"
            )));
        }
        Err(e) => return Err(e),
    };
    while let Some(key) = vm.next(&it)? {
        let value = vm.get_item(mapping, &key)?;
        let hash = vm.hash_key(&key)?;
        store(vm, dict, key, hash, value, on_duplicate)?;
    }
    Ok(())
}

fn merge_dict(vm: &Vm, dict: &Dict, other: &Ref<Dict>, on_duplicate: OnDuplicate) -> PyResult<()> {
    if std::ptr::eq(dict, &**other) || other.is_empty() {
        return Ok(());
    }
    if dict.is_empty() && dict.flags.get() == 0 {
        drop(dict.replace_with(other.copy()));
        return Ok(());
    }
    let (expected, mut place) = (other.len(), 0);
    while let Some((at, hash, key, value)) = other.next_entry(place) {
        store(vm, dict, key, hash, value, on_duplicate)?;
        if other.len() != expected {
            return Err(vm.runtime_error("dict mutated during update"));
        }
        place = at + 1;
    }
    Ok(())
}

/// Adds the pairs of an iterable.
pub fn merge_pairs(vm: &Vm, dict: &Dict, pairs: &Value, on_duplicate: OnDuplicate) -> PyResult<()> {
    let it = vm.iter(pairs)?;
    let mut index = 0;
    while let Some(pair) = vm.next(&it)? {
        if let Some([key, value]) = pair
            .downcast_exact::<crate::tuple::Tuple>(&vm.types.tuple)
            .map(|t| t.items())
        {
            let hash = vm.hash_key(key)?;
            store(vm, dict, key.clone(), hash, value.clone(), on_duplicate)?;
        } else {
            let parts = match vm.collect(&pair) {
                Ok(parts) => parts,
                Err(_)
                    if vm.type_of(&pair).slots.iter.get().is_none()
                        && vm.exception_is(&vm.exc.type_error) =>
                {
                    drop(vm.take_pending());
                    return Err(vm.type_error("object is not iterable"));
                }
                Err(e) => return Err(e),
            };
            let [key, value]: [Value; 2] = parts.try_into().map_err(|parts: Vec<Value>| {
                vm.value_error(format!(
                    "dictionary update sequence element #{index} has length {}; 2 is required",
                    parts.len()
                ))
            })?;
            let hash = vm.hash_key(&key)?;
            store(vm, dict, key, hash, value, on_duplicate)?;
        }
        index += 1;
    }
    Ok(())
}

/// `dict.update(object)`: a mapping or an iterable of pairs.
pub fn update(vm: &Vm, dict: &Dict, object: &Value) -> PyResult<()> {
    if object.downcast_exact::<Dict>(&vm.types.dict).is_some()
        || vm.getattr_opt(object, &vm.names.keys)?.is_some()
    {
        merge(vm, dict, object, OnDuplicate::Replace)
    } else {
        merge_pairs(vm, dict, object, OnDuplicate::Replace)
    }
}

/// A plain dict with the same entries.
pub fn copied(vm: &Vm, dict: &Dict) -> Ref<Dict> {
    vm.heap.alloc(&vm.types.dict, dict.copy())
}

impl Dict {
    /// `dict[key]` of a dict or an instance of a subclass: asks `__missing__`.
    ///
    /// # Errors
    /// KeyError; what hashing, comparing and `__missing__` raise.
    pub fn subscript(vm: &Vm, this: &Ref<Dict>, key: &Value) -> PyResult {
        if let Some(value) = this.get(vm, key)? {
            return Ok(value);
        }
        if !this.ty().is(&vm.types.dict)
            && let Some(value) = vm.call_special(
                this.as_value(),
                &vm.names.__missing__,
                std::slice::from_ref(key),
            )?
        {
            return Ok(value);
        }
        Err(vm.key_error(key))
    }
}

fn equal(vm: &Vm, a: &Ref<Dict>, b: &Ref<Dict>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut place = 0;
    while let Some((at, hash, key, value)) = a.next_entry(place) {
        let Some(other) = b.find(vm, &key, hash)?.and_then(|i| b.value_at(i)) else {
            return Ok(false);
        };
        if !vm.eq(&value, &other)? {
            return Ok(false);
        }
        place = at + 1;
    }
    Ok(true)
}

#[pymethods(
    name = "dict",
    doc = "A mapping from hashable keys to values: dict(), dict(mapping), dict(iterable of pairs), each with keywords added.",
    flags(BASETYPE | DICT_SUBCLASS | MAPPING)
)]
impl Dict {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Dict::new()).into_value())
    }
    #[pyslot]
    fn init(vm: &Vm, this: &Ref<Dict>, args: Args<'_>) -> PyResult<()> {
        match args.positional() {
            [] => {}
            [object] => update(vm, this, object)?,
            more => {
                return Err(vm.type_error(format!(
                    "dict expected at most 1 argument, got {}",
                    more.len()
                )));
            }
        }
        for (name, value) in args.keyword_args() {
            this.insert(vm, name.clone(), value.clone())?;
        }
        Ok(())
    }

    // ---- methods

    /// The value of a key, or a default.
    #[pymethod("(self, key, default=None, /)", name = "get")]
    fn get_or(vm: &Vm, this: &Ref<Dict>, key: &Value, default: &Value) -> PyResult {
        Ok(this.get(vm, key)?.unwrap_or_else(|| default.clone()))
    }
    /// The value of a key, which is added with the default if it is absent.
    #[pymethod("(self, key, default=None, /)")]
    fn setdefault(vm: &Vm, this: &Ref<Dict>, key: &Value, default: &Value) -> PyResult {
        let hash = vm.hash_key(key)?;
        if let Some(value) = this.find(vm, key, hash)?.and_then(|i| this.value_at(i)) {
            return Ok(value);
        }
        drop(this.insert_hashed(vm, key.clone(), hash, default.clone())?);
        Ok(default.clone())
    }
    /// Removes a key and returns its value, or a default.
    #[pymethod("(self, key, default=<unset>, /)", name = "pop")]
    fn pop_key(vm: &Vm, this: &Ref<Dict>, key: &Value, default: Option<&Value>) -> PyResult {
        match (this.remove(vm, key)?, default) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(vm.key_error(key)),
        }
    }
    /// Removes and returns the entry that was added last.
    #[pymethod("(self, /)")]
    fn popitem(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        match this
            .previous_entry(usize::MAX)
            .and_then(|(at, ..)| this.remove_at(vm, at))
        {
            Some((key, value)) => Ok(vm.tuple_value([key, value])),
            None => Err(vm.raise_str(&vm.exc.key_error, "popitem(): dictionary is empty")),
        }
    }
    /// Removes all entries.
    #[pymethod("(self, /)", name = "clear")]
    fn clear_all(vm: &Vm, this: &Ref<Dict>) {
        this.clear(vm);
    }
    /// A dict with the same entries.
    #[pymethod("(self, /)", name = "copy")]
    fn copy_plain(vm: &Vm, this: &Ref<Dict>) -> Ref<Dict> {
        copied(vm, this)
    }
    /// Adds the entries of a mapping or of an iterable of pairs, then the keywords.
    #[pymethod("(self, *args, **kwargs)", name = "update")]
    fn update_with(vm: &Vm, this: &Ref<Dict>, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<()> {
        match args {
            [] => {}
            [object] => update(vm, this, object)?,
            more => {
                return Err(vm.type_error(format!(
                    "update expected at most 1 argument, got {}",
                    more.len()
                )));
            }
        }
        for (name, value) in kwargs.iter() {
            this.insert(vm, name.to_value(), value.clone())?;
        }
        Ok(())
    }
    /// A view of the keys.
    #[pymethod("(self, /)", name = "keys")]
    fn keys_view(vm: &Vm, this: &Ref<Dict>) -> Value {
        new_view(vm, this.clone(), Part::Keys)
    }
    /// A view of the values.
    #[pymethod("(self, /)", name = "values")]
    fn values_view(vm: &Vm, this: &Ref<Dict>) -> Value {
        new_view(vm, this.clone(), Part::Values)
    }
    /// A view of the pairs of key and value.
    #[pymethod("(self, /)", name = "items")]
    fn items_view(vm: &Vm, this: &Ref<Dict>) -> Value {
        new_view(vm, this.clone(), Part::Items)
    }
    /// A dict with the keys of an iterable, all with one value.
    #[pyclassmethod("(cls, iterable, value=None, /)")]
    fn fromkeys(vm: &Vm, cls: &Value, iterable: &Value, value: &Value) -> PyResult {
        let object = vm.call(cls, &[])?;
        let Some(dict) = object.downcast_exact::<Dict>(&vm.types.dict).cloned() else {
            vm.for_each(iterable, |key| vm.set_item(&object, &key, value))?;
            return Ok(object);
        };
        if let Some(set) = iterable.downcast::<Set>() {
            for (hash, key) in set.entries() {
                drop(dict.insert_hashed(vm, key, hash, value.clone())?);
            }
        } else {
            vm.for_each(iterable, |key| dict.insert(vm, key, value.clone()))?;
        }
        Ok(object)
    }
    /// An iterator over the keys from the last to the first.
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Ref<Dict>) -> Value {
        new_iterator(vm, this.clone(), Part::Keys, true)
    }
    /// Bytes that the dict takes.
    #[pymethod("(self, /)")]
    fn __sizeof__(this: &Ref<Dict>) -> usize {
        size_of::<Dict>() + 16 + this.table_bytes()
    }
    /// `dict[K, V]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }

    // ---- slots

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        if this.is_empty() {
            return Ok(vm.new_str("{}").into_value());
        }
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("{...}").into_value());
        };
        let mut out = b"{".to_vec();
        let mut place = 0;
        while let Some((at, _, key, value)) = this.next_entry(place) {
            if out.len() > 1 {
                out.extend_from_slice(b", ");
            }
            push_repr(vm, &mut out, &key)?;
            out.extend_from_slice(b": ");
            push_repr(vm, &mut out, &value)?;
            place = at + 1;
        }
        out.push(b'}');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Dict>, other: &Value, op: CmpOp) -> PyResult {
        match (other.downcast::<Dict>(), op) {
            (Some(other), CmpOp::Eq | CmpOp::Ne) => {
                Ok(Value::bool(equal(vm, this, other)? == (op == CmpOp::Eq)))
            }
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        Ok(new_iterator(vm, this.clone(), Part::Keys, false))
    }
    #[pyslot(len)]
    fn length(_vm: &Vm, this: &Ref<Dict>) -> PyResult<usize> {
        Ok(this.len())
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Dict>, key: &Value) -> PyResult<bool> {
        let hash = vm.hash_key(key)?;
        Ok(this.find(vm, key, hash)?.is_some())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Dict>, key: &Value) -> PyResult {
        Dict::subscript(vm, this, key)
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Ref<Dict>, key: &Value, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(value) => this.insert(vm, key.clone(), value.clone()),
            None => match this.remove(vm, key)? {
                Some(removed) => {
                    drop(removed);
                    Ok(())
                }
                None => Err(vm.key_error(key)),
            },
        }
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        let (Some(left), Some(right)) = (a.downcast::<Dict>(), b.downcast::<Dict>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let result = copied(vm, left);
        merge(vm, &result, right.as_value(), OnDuplicate::Replace)?;
        Ok(result.into_value())
    }
    #[pyslot]
    fn ior(vm: &Vm, this: &Ref<Dict>, other: &Value) -> PyResult {
        update(vm, this, other)?;
        Ok(this.to_value())
    }
}
