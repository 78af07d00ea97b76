//! Making classes from Python: `type.__new__`.

use crate::dict::Dict;
use crate::function::{Cell, MethodHolder};
use crate::header::{Payload, Ref, TypeRef};
use crate::object::alloc_instance;
use crate::slots::SlotId;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::type_ops::{ClassSpec, best_base};
use crate::value::Value;
use crate::vm::{Args, PyResult, Raised, Vm};

/// The three arguments of `type.__new__`.
struct ClassArgs<'a> {
    name: &'a Ref<Str>,
    bases: &'a Ref<Tuple>,
    namespace: &'a Ref<Dict>,
}

fn parse<'a>(vm: &Vm, args: &Args<'a>) -> PyResult<ClassArgs<'a>> {
    let [name, bases, namespace] = args.positional() else {
        return Err(vm.type_error(format!(
            "type.__new__() takes exactly 3 arguments ({} given)",
            args.positional().len()
        )));
    };
    let wrong = |index: usize, want: &str, got: &Value| {
        let got = if got.is_none() {
            "None".to_owned()
        } else {
            vm.type_name(got)
        };
        vm.type_error(format!(
            "type.__new__() argument {index} must be {want}, not {got}"
        ))
    };
    Ok(ClassArgs {
        name: name.downcast().ok_or_else(|| wrong(1, "str", name))?,
        bases: bases.downcast().ok_or_else(|| wrong(2, "tuple", bases))?,
        namespace: namespace
            .downcast()
            .ok_or_else(|| wrong(3, "dict", namespace))?,
    })
}

/// The most derived metaclass of `meta` and those of the bases that are classes.
///
/// # Errors
/// TypeError "metaclass conflict: …".
pub fn calculate_metaclass(vm: &Vm, meta: &TypeRef, bases: &[Value]) -> PyResult<TypeRef> {
    let mut winner = meta.clone();
    for base in bases {
        let ty = vm.type_of(base);
        if winner.is_subtype(ty) {
            continue;
        }
        if !ty.is_subtype(&winner) {
            return Err(vm.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
            ));
        }
        winner = ty.clone();
    }
    Ok(winner)
}

/// The `new` slot of `type`.
pub fn type_new(vm: &Vm, meta: &TypeRef, args: Args<'_>) -> PyResult {
    let given = parse(vm, &args)?;
    for base in given.bases.items() {
        if base.downcast::<Type>().is_none()
            && vm.getattr_opt(base, &vm.names.__mro_entries__)?.is_some()
        {
            return Err(
                vm.type_error("type() doesn't support MRO entry resolution; use types.new_class()")
            );
        }
    }
    let winner = calculate_metaclass(vm, meta, given.bases.items())?;
    if !winner.is(meta)
        && winner.slots.address(SlotId::new) != vm.types.type_.slots.address(SlotId::new)
    {
        return match winner.slots.new.get() {
            Some(new) => new(vm, &winner, args),
            None => Err(vm.type_error(format!(
                "cannot create '{}' instances",
                winner.display_name()
            ))),
        };
    }
    make_class(vm, &winner, &given, &args)
}

fn make_class(vm: &Vm, meta: &TypeRef, given: &ClassArgs<'_>, args: &Args<'_>) -> PyResult {
    let mut bases = Vec::with_capacity(given.bases.len().max(1));
    for base in given.bases.items() {
        match base.downcast::<Type>() {
            Some(base) => bases.push(base.clone()),
            None => return Err(vm.type_error("bases must be types")),
        }
    }
    if bases.is_empty() {
        bases.push(vm.types.object.clone());
    }
    let best = best_base(vm, &bases)?;
    let name = vm.copy_to_plain_str(given.name);
    check_class_name(vm, &name)?;
    let dict = vm.heap.alloc(&vm.types.dict, given.namespace.copy());
    let layout = slots_layout(vm, &name, &dict, &bases, &best)?;
    let qualname = take_qualname(vm, &name, &dict)?;
    set_module(vm, &dict);
    wrap_special_methods(vm, &dict);
    let (class_cell, dict_cell) = (
        take_cell(vm, &dict, &vm.names.__classcell__)?,
        take_cell(vm, &dict, &vm.names.__classdictcell__)?,
    );
    let spec = ClassSpec {
        name: vm.intern(&name),
        qualname,
        bases,
        dict: dict.clone(),
        members: layout.members,
        add_dict: layout.add_dict,
        add_weakref: layout.add_weakref,
    };
    let ty = vm.new_class(meta, spec)?;
    if let Some(cell) = class_cell {
        drop(cell.value.replace(Some(ty.to_value())));
    }
    if let Some(cell) = dict_cell {
        drop(cell.value.replace(Some(dict.to_value())));
    }
    set_names(vm, &ty)?;
    init_subclass(vm, &ty, args)?;
    Ok(ty.into_value())
}

/// ValueError for names that a class cannot have.
pub fn check_class_name(vm: &Vm, name: &Ref<Str>) -> PyResult<()> {
    if name.view().iter().any(|c| c == 0) {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    if name.to_utf8().is_none() {
        let at = name
            .view()
            .iter()
            .position(|c| (0xD800..0xE000).contains(&c))
            .unwrap_or(0);
        let (start, end) = (vm.new_uint(at as u64), vm.new_uint(at as u64 + 1));
        let reason = vm.new_str("surrogates not allowed").into_value();
        let args = [
            vm.new_str("utf-8").into_value(),
            name.to_value(),
            start,
            end,
            reason,
        ];
        return Err(crate::exceptions::raise_new(
            vm,
            &vm.exc.unicode_encode_error,
            &args,
        ));
    }
    Ok(())
}

fn take_qualname(vm: &Vm, name: &Ref<Str>, dict: &Ref<Dict>) -> PyResult {
    match dict.get_str(&vm.names.__qualname__) {
        None => Ok(name.to_value()),
        Some(q) if q.downcast::<Str>().is_some() => {
            drop(dict.remove_str(vm, &vm.names.__qualname__));
            Ok(q)
        }
        Some(q) => Err(vm.type_error(format!(
            "type __qualname__ must be a str, not {}",
            vm.type_name(&q)
        ))),
    }
}

/// `__module__` is the `__name__` of the caller's globals unless the namespace has one.
fn set_module(vm: &Vm, dict: &Ref<Dict>) {
    if dict.find_str(&vm.names.__module__).is_some() {
        return;
    }
    if let Some(globals) = (vm.hooks.get().current_globals)(vm)
        && let Some(module) = globals.get_str(&vm.names.__name__)
    {
        dict.insert_str(vm, &vm.names.__module__, module);
    }
}

/// Functions of these names need no decorator.
fn wrap_special_methods(vm: &Vm, dict: &Ref<Dict>) {
    let names = &vm.names;
    for (name, class) in [
        (&names.__new__, &vm.types.staticmethod),
        (&names.__init_subclass__, &vm.types.classmethod),
        (&names.__class_getitem__, &vm.types.classmethod),
    ] {
        if let Some(function) = dict.get_str(name)
            && vm.type_of(&function).is(&vm.types.function)
            && !vm.types.function.is(&vm.types.type_)
        {
            let holder = alloc_instance(
                vm,
                class,
                MethodHolder {
                    function: std::cell::RefCell::new(Some(function)),
                },
            );
            dict.insert_str(vm, name, holder.into_value());
        }
    }
}

fn take_cell(vm: &Vm, dict: &Ref<Dict>, name: &Ref<Str>) -> PyResult<Option<Ref<Cell>>> {
    let Some(value) = dict.get_str(name) else {
        return Ok(None);
    };
    match value.downcast_owned::<Cell>() {
        Ok(cell) => {
            drop(dict.remove_str(vm, name));
            Ok(Some(cell))
        }
        Err(other) => {
            let shown = vm.repr(vm.type_of(&other).as_value())?;
            Err(vm.type_error(format!("{name} must be a nonlocal cell, not {shown}")))
        }
    }
}

/// What `__slots__` makes of the layout of instances.
struct Layout {
    members: Vec<Ref<Str>>,
    add_dict: bool,
    add_weakref: bool,
}

/// Whether a payload's size depends on the value, so that nothing can follow it.
fn varies_in_size(ty: &TypeRef) -> bool {
    let variable = [
        <crate::int::Int as Payload>::vtable(),
        Tuple::vtable(),
        <crate::bytes::Bytes as Payload>::vtable(),
        Type::vtable(),
    ];
    variable.iter().any(|v| std::ptr::eq(*v, ty.vtable))
}

fn slots_layout(
    vm: &Vm,
    name: &Ref<Str>,
    dict: &Ref<Dict>,
    bases: &[TypeRef],
    best: &TypeRef,
) -> PyResult<Layout> {
    let may_add_dict = !best.has(TypeFlags::HAS_DICT);
    let may_add_weakref = !best.has(TypeFlags::WEAKREFABLE) && !varies_in_size(best);
    let Some(slots) = dict.get_str(&vm.names.__slots__) else {
        return Ok(Layout {
            members: Vec::new(),
            add_dict: may_add_dict,
            add_weakref: may_add_weakref,
        });
    };
    let slots = if slots.downcast::<Str>().is_some() {
        vec![slots]
    } else {
        vm.collect(&slots)?
    };
    if !slots.is_empty() && varies_in_size(best) {
        return Err(vm.type_error(format!(
            "nonempty __slots__ not supported for subtype of '{}'",
            best.display_name()
        )));
    }
    let (mut add_dict, mut add_weakref) = (false, false);
    let mut members = Vec::new();
    for slot in &slots {
        let slot = check_slot_name(vm, slot)?;
        if slot.is_str("__dict__") {
            if !may_add_dict || add_dict {
                return Err(vm.type_error("__dict__ slot disallowed: we already got one"));
            }
            add_dict = true;
        } else if slot.is_str("__weakref__") {
            if !may_add_weakref || add_weakref {
                return Err(vm.type_error("__weakref__ slot disallowed: we already got one"));
            }
            add_weakref = true;
        } else {
            let mangled = mangle(vm, name, slot);
            let in_dict = dict.find_str(&mangled).is_some();
            if in_dict
                && !["__qualname__", "__classcell__", "__classdictcell__"]
                    .iter()
                    .any(|n| mangled.is_str(n))
            {
                let shown = vm.repr(mangled.as_value())?;
                return Err(vm.value_error(format!(
                    "{shown} in __slots__ conflicts with class variable"
                )));
            }
            members.push(mangled);
        }
    }
    members.sort_by(|a, b| a.view().iter().cmp(b.view().iter()));
    for other in bases.iter().filter(|b| !b.is(best)) {
        add_dict |= may_add_dict && other.has(TypeFlags::HAS_DICT);
        add_weakref |= may_add_weakref && other.has(TypeFlags::WEAKREFABLE);
    }
    Ok(Layout {
        members,
        add_dict,
        add_weakref,
    })
}

fn check_slot_name<'a>(vm: &Vm, slot: &'a Value) -> PyResult<&'a Ref<Str>> {
    let Some(text) = slot.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "__slots__ items must be strings, not '{}'",
            vm.type_name(slot)
        )));
    };
    let letter = |c: char| c == '_' || c.is_alphabetic();
    let valid = text
        .to_utf8()
        .is_some_and(|t| t.starts_with(letter) && t.chars().all(|c| letter(c) || c.is_numeric()));
    if valid {
        Ok(text)
    } else {
        Err(vm.type_error("__slots__ must be identifiers"))
    }
}

/// A private name as its class stores it.
pub fn mangle(vm: &Vm, class: &Ref<Str>, name: &Ref<Str>) -> Ref<Str> {
    let (Some(class), Some(text)) = (class.to_utf8(), name.to_utf8()) else {
        return vm.intern(name);
    };
    let class = class.trim_start_matches('_');
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') || class.is_empty() {
        return vm.intern(&vm.copy_to_plain_str(name));
    }
    vm.intern_str(&format!("_{class}{text}"))
}

/// Calls `__set_name__` of the values in the namespace.
fn set_names(vm: &Vm, ty: &TypeRef) -> PyResult<()> {
    for (key, value) in ty.dict.items() {
        let called = vm.call_special(
            &value,
            &vm.names.__set_name__,
            &[ty.to_value(), key.clone()],
        );
        if let Err(e) = called {
            return Err(note_set_name(vm, e, ty, &key, &value));
        }
    }
    Ok(())
}

#[cold]
fn note_set_name(vm: &Vm, raised: Raised, ty: &TypeRef, key: &Value, value: &Value) -> Raised {
    let exception = vm.take_exception(raised);
    let Ok(shown) = vm.repr(key) else {
        return vm.restore(exception);
    };
    let note = format!(
        "Error calling __set_name__ on '{}' instance {shown} in '{}'",
        vm.type_name(value),
        ty.display_name()
    );
    if crate::exception_types::add_note(vm, &exception, vm.new_str(&note).as_value()).is_err() {
        drop(vm.take_pending());
    }
    vm.restore(exception)
}

/// `super(cls, cls).__init_subclass__(**kwargs)`.
fn init_subclass(vm: &Vm, ty: &TypeRef, args: &Args<'_>) -> PyResult<()> {
    let name = &vm.names.__init_subclass__;
    let found = ty
        .mro
        .borrow()
        .iter()
        .skip(1)
        .find_map(|c| c.dict.get_str(name));
    let Some(found) = found else { return Ok(()) };
    let function = match vm.type_of(&found).slots.descr_get.get() {
        Some(get) => get(vm, &found, None, Some(ty.as_value()))?,
        None => found,
    };
    let keywords = &args.values[args.values.len() - args.keyword_count()..];
    vm.call_args(
        &function,
        Args {
            values: keywords,
            keywords: args.keywords,
        },
    )
    .map(drop)
}
