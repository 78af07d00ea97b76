//! What `object.__reduce_ex__` gives to `copy` and `pickle`.

use crate::dict::Dict;
use crate::header::Ref;
use crate::list::List;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

fn copyreg(vm: &Vm, name: &str) -> PyResult {
    let module = (vm.hooks.get().import)(vm, "copyreg")?;
    vm.getattr_str(&module, name)
}

/// `object.__reduce_ex__` without the check for an overridden `__reduce__`.
pub fn common_reduce(vm: &Vm, this: &Value, protocol: i64) -> PyResult {
    if protocol >= 2 {
        return reduce_new_object(vm, this);
    }
    let reduce = copyreg(vm, "_reduce_ex")?;
    vm.call(&reduce, &[this.clone(), vm.new_int(protocol)])
}

/// Arguments for `__new__`: positional ones and, if there are any, keyword ones.
fn new_arguments(vm: &Vm, this: &Value) -> PyResult<Option<(Ref<Tuple>, Option<Ref<Dict>>)>> {
    if let Some(r) = vm.call_special(this, &vm.names.__getnewargs_ex__, &[])? {
        let Some(pair) = r.downcast::<Tuple>() else {
            return Err(vm.type_error(format!(
                "__getnewargs_ex__ should return a tuple, not '{}'",
                vm.type_name(&r)
            )));
        };
        let [args, kwargs] = pair.items() else {
            return Err(vm.value_error(format!(
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                pair.len()
            )));
        };
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(vm.type_error(format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                vm.type_name(args)
            )));
        };
        let Some(kwargs) = kwargs.downcast::<Dict>() else {
            return Err(vm.type_error(format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                vm.type_name(kwargs)
            )));
        };
        return Ok(Some((args.clone(), Some(kwargs.clone()))));
    }
    match vm.call_special(this, &vm.names.__getnewargs__, &[])? {
        None => Ok(None),
        Some(r) => match r.downcast_owned::<Tuple>() {
            Ok(args) => Ok(Some((args, None))),
            Err(r) => Err(vm.type_error(format!(
                "__getnewargs__ should return a tuple, not '{}'",
                vm.type_name(&r)
            ))),
        },
    }
}

fn reduce_new_object(vm: &Vm, this: &Value) -> PyResult {
    let ty = vm.type_of(this).clone();
    if ty.slots.new.get().is_none() {
        return Err(vm.type_error(format!("cannot pickle '{}' object", ty.display_name())));
    }
    let given = new_arguments(vm, this)?;
    let has_args = given.is_some();
    let (function, arguments) = match given {
        Some((args, Some(kwargs))) if !kwargs.is_empty() => (
            copyreg(vm, "__newobj_ex__")?,
            vm.tuple_value([ty.to_value(), args.into_value(), kwargs.into_value()]),
        ),
        given => {
            let mut all = vec![ty.to_value()];
            if let Some((args, _)) = given {
                all.extend(args.items().iter().cloned());
            }
            (copyreg(vm, "__newobj__")?, vm.new_tuple(all).into_value())
        }
    };
    let (list, dict) = (
        this.downcast::<List>().is_some(),
        this.downcast::<Dict>().is_some(),
    );
    let state = match vm.type_lookup(&ty, &vm.names.__getstate__) {
        Some(f)
            if vm
                .types
                .object
                .dict
                .get_str(&vm.names.__getstate__)
                .is_some_and(|g| g.is(&f)) =>
        {
            default_state(vm, this, !(has_args || list || dict))?
        }
        _ => vm.call_method(this, &vm.names.__getstate__, &[])?,
    };
    let list_items = if list { vm.iter(this)? } else { Value::NONE };
    let dict_items = if dict {
        let items = vm.call_method(this, &vm.names.items, &[])?;
        vm.iter(&items)?
    } else {
        Value::NONE
    };
    Ok(vm.tuple_value([function, arguments, state, list_items, dict_items]))
}

/// `object.__getstate__`. `required`: nothing else restores what the native base keeps.
pub fn default_state(vm: &Vm, this: &Value, required: bool) -> PyResult {
    let ty = vm.type_of(this);
    if required && !std::ptr::eq(ty.vtable, vm.types.object.vtable) {
        return Err(vm.type_error(format!("cannot pickle '{}' object", ty.display_name())));
    }
    let state = vm
        .getattr_opt(this, &vm.names.__dict__)?
        .unwrap_or(Value::NONE);
    let state = if state.downcast::<Dict>().is_some_and(|d| d.is_empty()) {
        Value::NONE
    } else {
        state
    };
    // Classes without members need no question to copyreg, which would remember on the class that there are none.
    let plain = ty.member_count == 0
        && ty
            .mro
            .borrow()
            .iter()
            .all(|c| c.dict.find_str(&vm.names.__slots__).is_none());
    if plain {
        let name = vm.intern_str("__slotnames__");
        if ty.has(TypeFlags::HEAP) && ty.dict.find_str(&name).is_none() {
            let set = vm.setattr(ty.as_value(), &name, &vm.list_value(Vec::new()));
            vm.ignore(set, &vm.exc.exception)?;
        }
        return Ok(state);
    }
    let slot_names = copyreg(vm, "_slotnames")?;
    let names = vm.call(&slot_names, &[ty.to_value()])?;
    if names.is_none() {
        return Ok(state);
    }
    let slots = vm.new_dict();
    for name in vm.collect(&names)? {
        if let Some(text) = name.downcast::<Str>()
            && let Some(value) = vm.getattr_opt(this, text)?
        {
            slots.insert(vm, name, value)?;
        }
    }
    if slots.is_empty() {
        Ok(state)
    } else {
        Ok(vm.tuple_value([state, slots.into_value()]))
    }
}
