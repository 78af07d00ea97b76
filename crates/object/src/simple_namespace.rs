//! `types.SimpleNamespace`: attributes and nothing else.

use taipan_macros::pymethods;

use crate::args::KwArgs;
use crate::dict::Dict;
use crate::header::{Ref, TypeRef};
use crate::instance::instance_part;
use crate::object::alloc_instance;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The payload of `SimpleNamespace`: its attributes lie in the instance part.
pub struct SimpleNamespace;
crate::payload!(SimpleNamespace, gc, |_this, _visit| ());

/// The attributes as a dict of its own.
fn attributes(vm: &Vm, object: &Value) -> Ref<Dict> {
    let dict = vm.new_dict();
    if let Some(part) = instance_part(object) {
        if let Some(own) = part.dict() {
            return crate::dict_methods::copied(vm, own);
        }
        for (name, value) in part.attributes() {
            dict.insert_str(vm, &name, value);
        }
    }
    dict
}

fn set(vm: &Vm, object: &Value, name: &Value, value: &Value) -> PyResult<()> {
    let Some(name) = name.downcast::<Str>() else {
        return Err(vm.type_error("keywords must be strings"));
    };
    let name = vm.intern(&vm.copy_to_plain_str(name));
    // Past descriptors and `__setattr__` of subclasses, as an update of `__dict__` goes.
    let Some(part) = instance_part(object) else {
        return Ok(());
    };
    if let Some(dict) = part.dict() {
        dict.insert_str(vm, &name, value.clone());
        return Ok(());
    }
    match part.shape().slot_of(&name) {
        Some(slot) => drop(part.store(slot, Some(value.clone()))),
        None => {
            if part.add(&name, value.clone()).is_err()
                && let Some(dict) = vm.instance_dict(object)
            {
                dict.insert_str(vm, &name, value.clone());
            }
        }
    }
    Ok(())
}

fn set_all(vm: &Vm, object: &Value, dict: &Dict) -> PyResult<()> {
    dict.items()
        .iter()
        .try_for_each(|(name, value)| set(vm, object, name, value))
}

#[pymethods(
    name = "SimpleNamespace",
    module = "types",
    doc = "An object whose attributes are given by keywords.",
    signature = "(mapping_or_iterable=(), /, **kwargs)",
    flags(BASETYPE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl SimpleNamespace {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, SimpleNamespace).into_value())
    }
    #[pyslot]
    fn init(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult<()> {
        match args.positional() {
            [] => {}
            [object] => {
                let dict = vm.new_dict();
                crate::dict_methods::update(vm, &dict, object)?;
                set_all(vm, this, &dict)?;
            }
            more => {
                return Err(vm.type_error(format!(
                    "SimpleNamespace expected at most 1 argument, got {}",
                    more.len()
                )));
            }
        }
        args.keyword_args()
            .try_for_each(|(name, value)| set(vm, this, name, value))
    }
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Value) -> PyResult {
        crate::object_type::get_dict(vm, this)
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Value) -> Value {
        let state = attributes(vm, this).into_value();
        vm.tuple_value([
            vm.type_of(this).to_value(),
            vm.empty_tuple.to_value(),
            state,
        ])
    }
    /// A copy with some attributes replaced.
    #[pymethod("(self, *args, **changes)")]
    fn __replace__(vm: &Vm, this: &Value, args: &[Value], changes: KwArgs<'_>) -> PyResult {
        if !args.is_empty() {
            return Err(vm.type_error("__replace__() takes no positional arguments"));
        }
        let copy = vm.call(vm.type_of(this).as_value(), &[])?;
        if copy.downcast::<SimpleNamespace>().is_none() {
            return Err(vm.type_error(format!(
                "expect types.SimpleNamespace type, but {}() returned '{}' object",
                vm.full_type_name(vm.type_of(this)),
                vm.type_name(&copy)
            )));
        }
        set_all(vm, &copy, &attributes(vm, this))?;
        for (name, value) in changes.iter() {
            set(vm, &copy, name.as_value(), value)?;
        }
        Ok(copy)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        let ty = vm.type_of(this);
        let name = if ty.is(&vm.types.simple_namespace) {
            "namespace".to_owned()
        } else {
            ty.name.borrow().to_string()
        };
        let Some(_guard) = vm.repr_enter(this) else {
            return Ok(vm.new_str(&format!("{name}(...)")).into_value());
        };
        let mut out = format!("{name}(").into_bytes();
        let start = out.len();
        for (key, value) in attributes(vm, this).items() {
            let Some(key) = key.downcast::<Str>().filter(|k| !k.is_empty()) else {
                continue;
            };
            if out.len() > start {
                out.extend_from_slice(b", ");
            }
            key.view().push_wtf8(&mut out);
            out.push(b'=');
            crate::seq::push_repr(vm, &mut out, &value)?;
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Value, other: &Value, op: CmpOp) -> PyResult {
        if this.downcast::<SimpleNamespace>().is_none()
            || other.downcast::<SimpleNamespace>().is_none()
        {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        vm.compare(
            attributes(vm, this).as_value(),
            attributes(vm, other).as_value(),
            op,
        )
    }
}
