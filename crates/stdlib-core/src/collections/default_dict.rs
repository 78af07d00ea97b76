//! `defaultdict`: a dict with one more value, the factory, in its instance part.

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::instance::instance_part;
use taipan_object::ty::TypeFlags;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};

/// The class of this interpreter.
pub fn class(vm: &Vm) -> TypeRef {
    crate::state::once(vm, "collections.defaultdict", || {
        vm.make_native_type_with_slots(&DefaultDict::spec(), &vm.types.dict, 1)
    })
}

/// Number of the factory in the instance part.
const FACTORY: u32 = 0;

fn factory(this: &Value) -> Value {
    instance_part(this)
        .and_then(|part| part.load(FACTORY))
        .unwrap_or(Value::NONE)
}
fn set_factory(this: &Value, value: Option<Value>) {
    if let Some(part) = instance_part(this) {
        drop(part.store(FACTORY, value));
    }
}

/// Marker of the class; instances are dicts.
pub struct DefaultDict;

#[pymethods(
    name = "defaultdict",
    module = "collections",
    payload = taipan_object::dict::Dict,
    doc = "A dict that makes missing values by calling a function.",
    signature = "",
    flags(BASETYPE | DICT_SUBCLASS | MAPPING)
)]
impl DefaultDict {
    #[pyslot]
    fn init(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult<()> {
        let (factory, rest) = match args.positional().split_first() {
            None => (Value::NONE, args),
            Some((first, _)) => (first.clone(), args.skip_first()),
        };
        if !factory.is_none() && vm.type_of(&factory).slots.call.get().is_none() {
            return Err(vm.type_error("first argument must be callable or None"));
        }
        set_factory(this, Some(factory));
        match vm.types.dict.slots.init.get() {
            Some(init) => init(vm, this, rest),
            None => Ok(()),
        }
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        let base = match vm.types.dict.slots.repr.get() {
            Some(repr) => {
                let text = repr(vm, this)?;
                vm.str(&text)?
            }
            None => vm.new_str("{}"),
        };
        let factory = factory(this);
        let shown = match vm.repr_enter(&factory) {
            None => vm.new_str("..."),
            Some(_guard) => vm.repr(&factory)?,
        };
        let name = vm.type_of(this).name.borrow().to_string();
        let mut out = format!("{name}(").into_bytes();
        shown.view().push_wtf8(&mut out);
        out.extend_from_slice(b", ");
        base.view().push_wtf8(&mut out);
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// A new one of the same class and factory, with the items of `items`.
    fn similar(vm: &Vm, this: &Value, items: &Value) -> PyResult {
        vm.call(vm.type_of(this).as_value(), &[factory(this), items.clone()])
    }
    #[pyslot(or)]
    fn or(vm: &Vm, left: &Value, right: &Value) -> PyResult {
        let class = class(vm);
        let (this, other) = if vm.is_instance_of(left, &class) {
            (left, right)
        } else {
            (right, left)
        };
        if !vm.type_of(other).has(TypeFlags::DICT_SUBCLASS) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let new = DefaultDict::similar(vm, this, left)?;
        if let (Some(into), Some(from)) = (new.downcast::<Dict>(), right.downcast::<Dict>()) {
            update(vm, into, from)?;
        }
        Ok(new)
    }
    /// Makes, stores and gives the value of a missing key.
    #[pymethod("(self, object, /)")]
    fn __missing__(vm: &Vm, this: &Value, object: &Value) -> PyResult {
        let factory = factory(this);
        if factory.is_none() {
            return Err(vm.key_error(object));
        }
        let value = vm.call(&factory, &[])?;
        vm.set_item(this, object, &value)?;
        Ok(value)
    }
    /// A shallow copy.
    #[pymethod("(self)")]
    fn copy(vm: &Vm, this: &Value) -> PyResult {
        DefaultDict::similar(vm, this, this)
    }
    /// A shallow copy.
    #[pymethod("(self)")]
    fn __copy__(vm: &Vm, this: &Value) -> PyResult {
        DefaultDict::similar(vm, this, this)
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult {
        let factory = factory(this);
        let args = if factory.is_none() {
            vm.empty_tuple.clone()
        } else {
            vm.new_tuple([factory])
        };
        let items = vm.call_method(this, &vm.names.items, &[])?;
        let items = vm.iter(&items)?;
        let class = vm.type_of(this).to_value();
        Ok(vm
            .new_tuple([class, args.into_value(), Value::NONE, Value::NONE, items])
            .into_value())
    }
    /// See PEP 585.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
    /// What makes missing values; None: nothing does.
    #[pygetset]
    fn default_factory(this: &Value) -> Value {
        factory(this)
    }
    #[pysetter(default_factory)]
    fn set_default_factory(_: &Vm, this: &Value, value: Option<&Value>) -> PyResult<()> {
        set_factory(this, value.cloned());
        Ok(())
    }
}

/// `into.update(from)`.
fn update(vm: &Vm, into: &Ref<Dict>, from: &Ref<Dict>) -> PyResult<()> {
    let mut at = 0;
    while let Some((place, hash, key, value)) = from.next_entry(at) {
        drop(into.insert_hashed(vm, key, hash, value)?);
        at = place + 1;
    }
    Ok(())
}
