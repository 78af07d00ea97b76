//! Attribute access through `super()` (descriptor guide, "Invocation from super").

use taipan_object::str::Str;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

/// The class whose MRO is searched for `super(class, this)`.
///
/// # Errors
/// TypeError if `this` is neither an instance nor a subclass of `class`.
pub fn super_check(vm: &Vm, class: &TypeRef, this: &Value) -> PyResult<TypeRef> {
    if let Some(this_class) = this.downcast::<Type>()
        && this_class.is_subtype(class)
    {
        return Ok(this_class.clone());
    }
    if vm.is_instance_of(this, class) {
        return Ok(vm.type_of(this).clone());
    }
    if let Some(claimed) = vm.getattr_opt(this, &vm.names.__class__)?
        && let Some(claimed) = claimed.downcast::<Type>()
        && !claimed.is(vm.type_of(this))
        && claimed.is_subtype(class)
    {
        return Ok(claimed.clone());
    }
    let (kind, name) = match this.downcast::<Type>() {
        Some(t) => ("type", t.display_name()),
        None => ("instance of", vm.type_name(this)),
    };
    Err(vm.type_error(format!(
        "super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({}).",
        class.display_name()
    )))
}

/// The attribute behind `class` in the MRO of `start`, unbound.
pub fn lookup_after(start: &TypeRef, class: &TypeRef, name: &Ref<Str>) -> Option<Value> {
    let mro = start.mro.borrow();
    let at = mro.iter().position(|t| t.is(class))?;
    mro[at + 1..].iter().find_map(|t| t.dict.get_str(name))
}

/// `super(class, this).name` where `function` is what the name `super` stands for.
pub fn super_attr(
    vm: &Vm,
    function: &Value,
    class: &Value,
    this: &Value,
    name: &Ref<Str>,
) -> PyResult {
    let (f, bound) = super_method(vm, function, class, this, name)?;
    match bound {
        Some(this) => Ok(vm.bind_method(f, this)),
        None => Ok(f),
    }
}

/// As [`super_attr`], for a call: a plain function comes with the object to pass first.
pub fn super_method(
    vm: &Vm,
    function: &Value,
    class: &Value,
    this: &Value,
    name: &Ref<Str>,
) -> PyResult<(Value, Option<Value>)> {
    let Some(ty) = class
        .downcast::<Type>()
        .filter(|_| function.is(vm.types.super_.as_value()))
    else {
        // `super` was rebound.
        let object = vm.call(function, &[class.clone(), this.clone()])?;
        return Ok((vm.getattr(&object, name)?, None));
    };
    let start = super_check(vm, ty, this)?;
    if name.is_str("__class__") {
        return Ok((vm.types.super_.to_value(), None));
    }
    match lookup_after(&start, ty, name) {
        Some(found) => {
            let found_ty = vm.type_of(&found);
            if found_ty.has(TypeFlags::METHOD_DESCRIPTOR) && !start.as_value().is(this) {
                return Ok((found, Some(this.clone())));
            }
            match found_ty.slots.descr_get.get() {
                Some(get) => {
                    let object = (!start.as_value().is(this)).then_some(this);
                    Ok((get(vm, &found, object, Some(start.as_value()))?, None))
                }
                None => Ok((found, None)),
            }
        }
        None => {
            let object = vm.call(function, &[class.clone(), this.clone()])?;
            Ok((vm.getattr(&object, name)?, None))
        }
    }
}

/// What `super()` without arguments means where the running code stands.
///
/// # Errors
/// RuntimeError if the code is no method or what it needs was deleted.
pub fn super_args(vm: &Vm) -> PyResult<(TypeRef, Value)> {
    use taipan_compiler::code::LocalKind;
    use taipan_object::function::Cell;
    let Some(frame) = crate::builtins::scope::current(vm) else {
        return Err(vm.runtime_error("super(): no current frame"));
    };
    // SAFETY: the current frame is live; its fast locals are the first registers.
    let (code, local) = unsafe {
        let frame = &*frame;
        let local = move |n: usize| {
            let word = frame.regs.add(n);
            (*word != 0).then(|| Value::borrow_word(&*word).clone())
        };
        (&frame.code().code, local)
    };
    if code.arg_count == 0 {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    let unbox = |n: usize, kind: u8| match local(n) {
        Some(v) if code.locals[n].kind.has(kind) => v.downcast::<Cell>().and_then(|c| c.get()),
        v => v,
    };
    let Some(first) = unbox(0, LocalKind::CELL) else {
        return Err(vm.runtime_error("super(): arg[0] deleted"));
    };
    let found = code
        .locals
        .iter()
        .position(|l| l.kind.has(LocalKind::FREE) && &*l.name == "__class__");
    let Some(at) = found else {
        return Err(vm.runtime_error("super(): __class__ cell not found"));
    };
    let Some(class) = unbox(at, LocalKind::FREE) else {
        return Err(vm.runtime_error("super(): empty __class__ cell"));
    };
    match class.downcast_owned::<Type>() {
        Ok(class) => Ok((class, first)),
        Err(other) => Err(vm.runtime_error(format!(
            "super(): __class__ is not a type ({})",
            vm.type_name(&other)
        ))),
    }
}
