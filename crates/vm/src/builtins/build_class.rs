//! `__build_class__`: what the class statement does.

use taipan_object::args::KwArgs;
use taipan_object::function::Cell;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::Type;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};

use crate::function::Function;

/// Bases with those of `__mro_entries__` in place; `None` if nothing changed.
///
/// # Errors
/// TypeError if `__mro_entries__` gives no tuple.
pub fn resolve_bases(vm: &Vm, bases: &[Value]) -> PyResult<Option<Vec<Value>>> {
    let mut resolved: Option<Vec<Value>> = None;
    let mut original = None;
    for (i, base) in bases.iter().enumerate() {
        if base.downcast::<Type>().is_some() {
            if let Some(r) = &mut resolved {
                r.push(base.clone());
            }
            continue;
        }
        let Some(entries) = vm.getattr_opt(base, &vm.names.__mro_entries__)? else {
            if let Some(r) = &mut resolved {
                r.push(base.clone());
            }
            continue;
        };
        let original =
            original.get_or_insert_with(|| vm.new_tuple(bases.iter().cloned()).into_value());
        let entries = vm.call(&entries, std::slice::from_ref(original))?;
        let Some(entries) = entries.downcast::<Tuple>() else {
            return Err(vm.type_error("__mro_entries__ must return a tuple"));
        };
        resolved
            .get_or_insert_with(|| bases[..i].to_vec())
            .extend(entries.items().iter().cloned());
    }
    Ok(resolved)
}

/// The most derived of a metaclass and the types of the bases.
///
/// # Errors
/// TypeError if there is none.
pub fn winner(vm: &Vm, meta: &TypeRef, bases: &[Value]) -> PyResult<TypeRef> {
    let mut winner = meta.clone();
    for base in bases {
        let ty = vm.type_of(base);
        if winner.is_subtype(ty) {
            continue;
        }
        if ty.is_subtype(&winner) {
            winner = ty.clone();
            continue;
        }
        return Err(vm.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

/// `metaclass.__prepare__(name, bases, **kwds)`, a dict if there is none.
fn prepare(
    vm: &Vm,
    meta: &Value,
    name: &Value,
    bases: &Ref<Tuple>,
    keywords: &Keywords,
) -> PyResult {
    if meta.is(vm.types.type_.as_value()) {
        return Ok(vm.new_dict().into_value());
    }
    let Some(prepare) = vm.getattr_opt(meta, &vm.names.__prepare__)? else {
        return Ok(vm.new_dict().into_value());
    };
    let namespace = keywords.call(vm, &prepare, [name.clone(), bases.to_value()])?;
    let ty = vm.type_of(&namespace);
    if ty.slots.getitem.get().is_none() {
        let name = match meta.downcast::<Type>() {
            Some(ty) => ty.name.borrow().to_string(),
            None => "<metaclass>".to_owned(),
        };
        return Err(vm.type_error(format!(
            "{name}.__prepare__() must return a mapping, not {}",
            ty.display_name()
        )));
    }
    Ok(namespace)
}

/// Keyword arguments of the class statement but `metaclass`.
struct Keywords {
    names: Ref<Tuple>,
    values: Vec<Value>,
}

impl Keywords {
    fn call<const N: usize>(&self, vm: &Vm, callable: &Value, positional: [Value; N]) -> PyResult {
        let mut values = Vec::with_capacity(N + self.values.len());
        values.extend(positional);
        values.extend(self.values.iter().cloned());
        let keywords = (!self.names.is_empty()).then_some(&self.names);
        vm.call_args(
            callable,
            Args {
                values: &values,
                keywords,
            },
        )
    }
}

/// `__build_class__(func, name, *bases, **kwds)`.
///
/// # Errors
/// What the metaclass, the body and `__prepare__` raise.
pub fn build_class(
    vm: &Vm,
    func: &Value,
    name: &Value,
    bases: &[Value],
    kwds: KwArgs<'_>,
) -> PyResult {
    let Some(body) = func.downcast::<Function>() else {
        return Err(vm.type_error("__build_class__: func must be a function"));
    };
    if name.downcast::<Str>().is_none() {
        return Err(vm.type_error("__build_class__: name is not a string"));
    }
    let resolved = resolve_bases(vm, bases)?;
    let changed = resolved.is_some();
    let class_bases = vm.new_tuple(resolved.unwrap_or_else(|| bases.to_vec()));
    let mut given = None;
    let mut names = Vec::new();
    let mut values = Vec::new();
    for (key, value) in kwds.iter() {
        if key.is_str("metaclass") {
            given = Some(value.clone());
        } else {
            names.push(key.to_value());
            values.push(value.clone());
        }
    }
    let keywords = Keywords {
        names: vm.new_tuple(names),
        values,
    };
    let meta = match given {
        Some(meta) => meta,
        None => class_bases
            .items()
            .first()
            .map_or_else(|| vm.types.type_.to_value(), |b| vm.type_of(b).to_value()),
    };
    // What is no class is called as it is.
    let meta = match meta.downcast::<Type>() {
        Some(ty) => winner(vm, ty, class_bases.items())?.into_value(),
        None => meta,
    };
    let namespace = prepare(vm, &meta, name, &class_bases, &keywords)?;
    let cell = crate::call::run_code(vm, body, Some(namespace.clone()))?;
    if changed {
        let original = vm.new_tuple(bases.iter().cloned()).into_value();
        vm.set_item(&namespace, vm.names.__orig_bases__.as_value(), &original)?;
    }
    let class = keywords.call(
        vm,
        &meta,
        [name.clone(), class_bases.to_value(), namespace.clone()],
    )?;
    check_cell(vm, name, &class, &cell)?;
    Ok(class)
}

/// `__class__` must have been filled by `type.__new__`.
fn check_cell(vm: &Vm, name: &Value, class: &Value, cell: &Value) -> PyResult<()> {
    let Some(cell) = cell.downcast::<Cell>() else {
        return Ok(());
    };
    if class.downcast::<Type>().is_none() {
        return Ok(());
    }
    match cell.get() {
        Some(filled) if filled.is(class) => Ok(()),
        Some(filled) => {
            let (name, filled, class) = (vm.repr(name)?, vm.repr(&filled)?, vm.repr(class)?);
            Err(vm.type_error(format!(
                "__class__ set to {filled} defining {name} as {class}"
            )))
        }
        None => {
            let (name, class) = (vm.repr(name)?, vm.repr(class)?);
            Err(vm.runtime_error(format!(
                "__class__ not set defining {name} as {class}. Was __classcell__ propagated to type.__new__?"
            )))
        }
    }
}
