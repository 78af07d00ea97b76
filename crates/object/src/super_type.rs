//! `super`.

use std::cell::RefCell;

use taipan_macros::pymethods;

use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::str::Str;
use crate::ty::Type;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The payload of `super`.
#[derive(Default)]
pub struct Super {
    state: RefCell<State>,
}

#[derive(Default, Clone)]
struct State {
    /// The class after which the search starts.
    class: Option<TypeRef>,
    object: Option<Value>,
    /// The class whose MRO is searched.
    object_class: Option<TypeRef>,
}

crate::payload!(
    Super,
    gc,
    |this, visit| {
        let s = this.state.borrow();
        s.class.iter().for_each(|c| visit(c.as_value()));
        s.object.iter().for_each(&mut *visit);
        s.object_class.iter().for_each(|c| visit(c.as_value()));
    },
    clear | this | drop(this.state.take())
);

/// The class whose MRO `super(class, object)` searches.
fn check(vm: &Vm, class: &TypeRef, object: &Value) -> PyResult<TypeRef> {
    if let Some(ty) = object.downcast::<Type>()
        && ty.is_subtype(class)
    {
        return Ok(ty.clone());
    }
    let ty = vm.type_of(object);
    if ty.is_subtype(class) {
        return Ok(ty.clone());
    }
    if let Some(claimed) = vm
        .getattr_opt(object, &vm.names.__class__)?
        .and_then(|c| c.downcast_owned::<Type>().ok())
        && !claimed.is(ty)
        && claimed.is_subtype(class)
    {
        return Ok(claimed);
    }
    let (kind, shown) = match object.downcast::<Type>() {
        Some(ty) => ("type", ty.display_name()),
        None => ("instance of", ty.display_name()),
    };
    Err(vm.type_error(format!(
        "super(type, obj): obj ({kind} {shown}) is not an instance or subtype of type ({}).",
        class.display_name()
    )))
}

/// What `super(class, object).name` finds in the MRO behind `class`, bound; `None` if nothing.
fn lookup(
    vm: &Vm,
    class: &TypeRef,
    object: &Value,
    object_class: &TypeRef,
    name: &Ref<Str>,
) -> PyResult<Option<Value>> {
    let found = {
        let mro = object_class.mro.borrow();
        let start = mro
            .iter()
            .position(|c| c.is(class))
            .map_or(mro.len(), |i| i + 1);
        mro[start..].iter().find_map(|c| c.dict.get_str(name))
    };
    let Some(found) = found else { return Ok(None) };
    match vm.type_of(&found).slots.descr_get.get() {
        Some(get) => {
            let instance = Some(object).filter(|o| !o.is(object_class.as_value()));
            get(vm, &found, instance, Some(object_class.as_value())).map(Some)
        }
        None => Ok(Some(found)),
    }
}

/// `super(class, object).name` without making the `super` object.
///
/// # Errors
/// TypeError if `object` does not belong to `class`; AttributeError.
pub fn super_getattr(vm: &Vm, class: &TypeRef, object: &Value, name: &Ref<Str>) -> PyResult {
    let object_class = check(vm, class, object)?;
    if !name.is(&vm.names.__class__)
        && let Some(found) = lookup(vm, class, object, &object_class, name)?
    {
        return Ok(found);
    }
    let made = make(vm, class, object, object_class);
    crate::attr::generic_getattr(vm, made.as_value(), name)
}

fn make(vm: &Vm, class: &TypeRef, object: &Value, object_class: TypeRef) -> Ref<Super> {
    let state = State {
        class: Some(class.clone()),
        object: Some(object.clone()),
        object_class: Some(object_class),
    };
    alloc_instance(
        vm,
        &vm.types.super_,
        Super {
            state: RefCell::new(state),
        },
    )
}

#[pymethods(
    name = "super",
    doc = "Attributes of the classes that follow a class in an object's method resolution order.",
    flags(BASETYPE)
)]
impl Super {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Super::default()).into_value())
    }
    #[pyslot]
    fn init(vm: &Vm, this: &Ref<Super>, args: Args<'_>) -> PyResult<()> {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("super() takes no keyword arguments"));
        }
        let (class, object) = match args.values {
            [] => {
                let (class, object) = (vm.hooks.get().super_args)(vm)?;
                (class, Some(object))
            }
            [class] | [class, _] => {
                let Some(ty) = class.downcast::<Type>() else {
                    return Err(vm.type_error(format!(
                        "super() argument 1 must be a type, not {}",
                        vm.type_name(class)
                    )));
                };
                (
                    ty.clone(),
                    args.values.get(1).filter(|o| !o.is_none()).cloned(),
                )
            }
            more => {
                return Err(vm.type_error(format!(
                    "super() expected at most 2 arguments, got {}",
                    more.len()
                )));
            }
        };
        let object_class = object.as_ref().map(|o| check(vm, &class, o)).transpose()?;
        let old = this.state.replace(State {
            class: Some(class),
            object,
            object_class,
        });
        drop(old);
        Ok(())
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Ref<Super>, name: &Ref<Str>) -> PyResult {
        let state = this.state.borrow().clone();
        if let State {
            class: Some(class),
            object: Some(object),
            object_class: Some(object_class),
        } = &state
            && !name.is_str("__class__")
            && let Some(found) = lookup(vm, class, object, object_class, name)?
        {
            return Ok(found);
        }
        crate::attr::generic_getattr(vm, this.as_value(), name)
    }
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Ref<Super>,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        let state = this.state.borrow().clone();
        let (Some(object), None, Some(class)) = (object, &state.object, &state.class) else {
            return Ok(this.to_value());
        };
        if !this.ty().is(&vm.types.super_) {
            return vm.call(this.ty().as_value(), &[class.to_value(), object.clone()]);
        }
        let object_class = check(vm, class, object)?;
        Ok(make(vm, class, object, object_class).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Super>) -> PyResult {
        let state = this.state.borrow().clone();
        let class = state
            .class
            .map_or_else(|| "NULL".to_owned(), |c| c.display_name());
        let text = match state.object_class {
            Some(object) => format!(
                "<super: <class '{class}'>, <{} object>>",
                object.display_name()
            ),
            None => format!("<super: <class '{class}'>, NULL>"),
        };
        Ok(vm.new_str(&text).into_value())
    }
    #[pygetset]
    fn __thisclass__(this: &Ref<Super>) -> Option<TypeRef> {
        this.state.borrow().class.clone()
    }
    #[pygetset]
    fn __self__(this: &Ref<Super>) -> Option<Value> {
        this.state.borrow().object.clone()
    }
    #[pygetset]
    fn __self_class__(this: &Ref<Super>) -> Option<TypeRef> {
        this.state.borrow().object_class.clone()
    }
}
