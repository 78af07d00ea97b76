//! `OrderedDict`: a dict whose order can be changed and matters in comparisons.
//!
//! Every dict keeps the order of insertion, so instances are plain dicts inside.

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::dict::Dict;
use taipan_object::dict_methods;
use taipan_object::dict_views::Part;
use taipan_object::slots::CmpOp;
use taipan_object::ty::TypeFlags;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};

use super::ordered_views::{iterate, view};

/// The class of this interpreter.
pub fn class(vm: &Vm) -> TypeRef {
    crate::state::once(vm, "collections.OrderedDict", || {
        vm.make_native_type(&OrderedDict::spec(), &vm.types.dict)
    })
}

fn is_exact(vm: &Vm, this: &Ref<Dict>) -> bool {
    this.ty().is(&class(vm))
}

/// `this[key] = value`, as the class of `this` does it.
fn store(vm: &Vm, this: &Ref<Dict>, key: &Value, value: &Value) -> PyResult<()> {
    if is_exact(vm, this) {
        return this.insert(vm, key.clone(), value.clone());
    }
    vm.set_item(this.as_value(), key, value)
}

/// The items of a mapping or of an iterable of pairs, added one by one.
fn update_from(vm: &Vm, this: &Ref<Dict>, object: &Value) -> PyResult<()> {
    if is_exact(vm, this) {
        return dict_methods::update(vm, this, object);
    }
    // A subclass may store in a way of its own: go through a plain dict only for reading.
    let read = vm.new_dict();
    if vm.getattr_opt(object, &vm.names.keys)?.is_some() {
        dict_methods::update(vm, &read, object)?;
    } else {
        return vm.for_each(object, |pair| {
            let one = vm.new_dict();
            dict_methods::update(vm, &one, vm.new_tuple([pair]).as_value())?;
            one.items()
                .iter()
                .try_for_each(|(key, value)| store(vm, this, key, value))
        });
    }
    read.items()
        .iter()
        .try_for_each(|(key, value)| store(vm, this, key, value))
}

fn update_all(
    vm: &Vm,
    this: &Ref<Dict>,
    args: &[Value],
    keywords: impl Iterator<Item = (Value, Value)>,
) -> PyResult<()> {
    if args.len() > 1 {
        return Err(vm.type_error(format!("expected at most 1 argument, got {}", args.len())));
    }
    if let [object] = args {
        update_from(vm, this, object)?;
    }
    let keywords: Vec<(Value, Value)> = keywords.collect();
    keywords
        .iter()
        .try_for_each(|(key, value)| store(vm, this, key, value))
}

/// Marker of the class; instances are dicts.
pub struct OrderedDict;

#[pymethods(
    name = "OrderedDict",
    module = "collections",
    payload = taipan_object::dict::Dict,
    doc = "A dict whose order can be changed and matters in comparisons.",
    signature = "",
    flags(BASETYPE | DICT_SUBCLASS | MAPPING | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART),
    extra(crate::collections::ordered_dict::METHODS)
)]
impl OrderedDict {
    #[pyslot]
    fn init(vm: &Vm, this: &Ref<Dict>, args: Args<'_>) -> PyResult<()> {
        let keywords = args.keyword_args().map(|(k, v)| (k.clone(), v.clone()));
        update_all(vm, this, args.positional(), keywords)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("...").into_value());
        };
        let mut out = format!("{}(", this.ty().name.borrow()).into_bytes();
        if !this.is_empty() {
            let plain = if is_exact(vm, this) {
                dict_methods::copied(vm, this)
            } else {
                let items = vm.call_method(this.as_value(), &vm.names.items, &[])?;
                let plain = vm.new_dict();
                dict_methods::update(vm, &plain, vm.new_list(vm.collect(&items)?).as_value())?;
                plain
            };
            vm.repr(plain.as_value())?.view().push_wtf8(&mut out);
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Dict>, other: &Value, op: CmpOp) -> PyResult {
        let Some(theirs) = other
            .downcast::<Dict>()
            .filter(|_| matches!(op, CmpOp::Eq | CmpOp::Ne))
        else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = match vm.types.dict.slots.richcompare.get() {
            Some(compare) => compare(vm, this.as_value(), other, CmpOp::Eq)?,
            None => Value::NOT_IMPLEMENTED,
        };
        if equal.as_bool().is_none() {
            return Ok(equal);
        }
        let mut same = equal.is_true();
        if same && vm.is_instance_of(other, &class(vm)) {
            for (a, b) in this.keys().iter().zip(&theirs.keys()) {
                if !vm.eq(a, b)? {
                    same = false;
                    break;
                }
            }
        }
        Ok(Value::bool(same == (op == CmpOp::Eq)))
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        Ok(iterate(vm, this, Part::Keys, false))
    }
    #[pyslot]
    fn or(vm: &Vm, left: &Value, right: &Value) -> PyResult {
        let (this, other) = if vm.is_instance_of(left, &class(vm)) {
            (left, right)
        } else {
            (right, left)
        };
        if !vm.type_of(other).has(TypeFlags::DICT_SUBCLASS) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = vm.call(vm.type_of(this).as_value(), std::slice::from_ref(left))?;
        if let Some(into) = new.downcast::<Dict>() {
            update_from(vm, into, right)?;
        }
        Ok(new)
    }
    #[pyslot]
    fn ior(vm: &Vm, this: &Ref<Dict>, other: &Value) -> PyResult {
        update_from(vm, this, other)?;
        Ok(this.to_value())
    }
    /// The attributes.
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Ref<Dict>) -> Option<Ref<Dict>> {
        vm.instance_dict(this.as_value())
    }
}

#[pymethods(partial = METHODS, class = "OrderedDict")]
impl OrderedDict {
    /// A new one whose keys are the items of an iterable, all with the same value.
    #[pyclassmethod("(cls, iterable, value=None)")]
    fn fromkeys(vm: &Vm, cls: &TypeRef, iterable: &Value, value: &Value) -> PyResult {
        let new = vm.call(cls.as_value(), &[])?;
        vm.for_each(iterable, |key| vm.set_item(&new, &key, value))?;
        Ok(new)
    }
    /// Adds the items of a mapping or of an iterable of pairs, then the keyword arguments.
    #[pymethod("(self, *args, **kwargs)")]
    fn update(vm: &Vm, this: &Ref<Dict>, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<()> {
        update_all(
            vm,
            this,
            args,
            kwargs.iter().map(|(k, v)| (k.to_value(), v.clone())),
        )
    }
    /// Makes an existing key the last one, or the first one.
    #[pymethod("(self, key, last=True)")]
    fn move_to_end(vm: &Vm, this: &Ref<Dict>, key: &Value, last: bool) -> PyResult<()> {
        let hash = vm.hash(key)?;
        match this.find(vm, key, hash)? {
            Some(at) => {
                this.move_to_end(vm, at, last);
                Ok(())
            }
            None => Err(vm.key_error(key)),
        }
    }
    /// Removes the last item, or the first one, and gives it.
    #[pymethod("(self, last=True)")]
    fn popitem(vm: &Vm, this: &Ref<Dict>, last: bool) -> PyResult {
        let entry = if last {
            this.previous_entry(this.entry_count())
        } else {
            this.next_entry(0)
        };
        let Some((key, value)) = entry.and_then(|(at, ..)| this.remove_at(vm, at)) else {
            return Err(vm.key_error(vm.new_str("dictionary is empty").as_value()));
        };
        Ok(vm.new_tuple([key, value]).into_value())
    }
    /// Removes a key and gives its value; the default if there is no such key.
    #[pymethod("(self, key, default=<unset>)")]
    fn pop(vm: &Vm, this: &Ref<Dict>, key: &Value, default: Option<Value>) -> PyResult {
        match this.remove(vm, key)? {
            Some(value) => Ok(value),
            None => default.ok_or_else(|| vm.key_error(key)),
        }
    }
    /// The value of a key, which is set to the default first if it is missing.
    #[pymethod("(self, key, default=None)")]
    fn setdefault(vm: &Vm, this: &Ref<Dict>, key: &Value, default: &Value) -> PyResult {
        if is_exact(vm, this) {
            if let Some(value) = this.get(vm, key)? {
                return Ok(value);
            }
        } else if vm.contains(this.as_value(), key)? {
            return vm.get_item(this.as_value(), key);
        }
        store(vm, this, key, default)?;
        Ok(default.clone())
    }
    /// Removes all items.
    #[pymethod("(self)")]
    fn clear(this: &Ref<Dict>) {
        drop(this.take_entries());
    }
    /// A shallow copy.
    #[pymethod("(self)")]
    fn copy(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        let new = vm.call(this.ty().as_value(), &[])?;
        if is_exact(vm, this)
            && let Some(into) = new.downcast::<Dict>()
        {
            dict_methods::update(vm, into, dict_methods::copied(vm, this).as_value())?;
            return Ok(new);
        }
        for key in this.keys() {
            let value = vm.get_item(this.as_value(), &key)?;
            vm.set_item(&new, &key, &value)?;
        }
        Ok(new)
    }
    /// A view of the keys.
    #[pymethod("(self)")]
    fn keys(vm: &Vm, this: &Ref<Dict>) -> Value {
        view(vm, this, Part::Keys)
    }
    /// A view of the values.
    #[pymethod("(self)")]
    fn values(vm: &Vm, this: &Ref<Dict>) -> Value {
        view(vm, this, Part::Values)
    }
    /// A view of the items.
    #[pymethod("(self)")]
    fn items(vm: &Vm, this: &Ref<Dict>) -> Value {
        view(vm, this, Part::Items)
    }
    /// An iterator over the keys from the last to the first.
    #[pymethod("(self)")]
    fn __reversed__(vm: &Vm, this: &Ref<Dict>) -> Value {
        iterate(vm, this, Part::Keys, true)
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<Dict>) -> PyResult {
        let state = vm
            .call_special(this.as_value(), &vm.names.__getstate__, &[])?
            .unwrap_or(Value::NONE);
        let items = vm.call_method(this.as_value(), &vm.names.items, &[])?;
        let items = vm.iter(&items)?;
        let class = this.ty().to_value();
        Ok(vm
            .new_tuple([class, vm.empty_tuple.to_value(), state, Value::NONE, items])
            .into_value())
    }
}
