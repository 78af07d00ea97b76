//! `types.GenericAlias`: `list[int]`, and the substitution of type parameters.

use taipan_macros::pymethods;

use crate::cells::{RefSlot, ValueSlot};
use crate::header::{Ref, TypeRef};
use crate::list::List;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::Type;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The payload of `types.GenericAlias`.
pub struct GenericAlias {
    pub origin: Value,
    pub args: Ref<Tuple>,
    /// Type parameters, once they are asked for.
    parameters: RefSlot<Tuple>,
    /// `*tuple[int]`.
    pub starred: bool,
}
crate::payload!(
    GenericAlias,
    gc,
    |this, visit| {
        visit(&this.origin);
        visit(this.args.as_value());
        this.parameters
            .with(|p| p.into_iter().for_each(|p| visit(p.as_value())));
    },
    clear | this | drop(this.parameters.take())
);

/// `origin[args]`.
///
/// # Errors
/// None at present; a result for callers that return it.
pub fn new_generic_alias(vm: &Vm, origin: &Value, args: &Value) -> PyResult {
    Ok(make(vm, &vm.types.generic_alias, origin, args, false))
}

fn make(vm: &Vm, ty: &TypeRef, origin: &Value, args: &Value, starred: bool) -> Value {
    let args = args
        .downcast::<Tuple>()
        .cloned()
        .unwrap_or_else(|| vm.new_tuple([args.clone()]));
    let alias = GenericAlias {
        origin: origin.clone(),
        args,
        parameters: RefSlot::new(None),
        starred,
    };
    crate::object::alloc_instance(vm, ty, alias).into_value()
}

fn is_class(value: &Value) -> bool {
    value.downcast::<Type>().is_some()
}

fn optional_attribute(vm: &Vm, object: &Value, name: &str) -> PyResult<Option<Value>> {
    vm.getattr_opt(object, &vm.intern_str(name))
}

/// The items of a list or tuple.
fn nested(value: &Value) -> Option<Vec<Value>> {
    match value.downcast::<Tuple>() {
        Some(tuple) => Some(tuple.items().to_vec()),
        None => value.downcast::<List>().map(|list| list.to_vec()),
    }
}

fn position(parameters: &[Value], parameter: &Value) -> Option<usize> {
    parameters.iter().position(|p| p.is(parameter))
}

/// The type parameters in the arguments of a generic, each once, in order.
pub fn collect_parameters(vm: &Vm, args: &[Value]) -> PyResult<Vec<Value>> {
    vm.check_stack(" while collecting type parameters")?;
    let mut found: Vec<Value> = Vec::new();
    let mut add = |p: &Value| {
        if position(&found, p).is_none() {
            found.push(p.clone());
        }
    };
    for arg in args {
        // A class that is itself generic declares parameters, it does not use them.
        if is_class(arg) {
            continue;
        }
        if let Some(items) = nested(arg) {
            collect_parameters(vm, &items)?.iter().for_each(&mut add);
        } else if vm.getattr_opt(arg, &vm.names.__typing_subst__)?.is_some() {
            add(arg);
        } else if let Some(inner) = vm.getattr_opt(arg, &vm.names.__parameters__)?
            && let Some(inner) = inner.downcast::<Tuple>()
        {
            inner.items().iter().for_each(&mut add);
        }
    }
    Ok(found)
}

/// The items given in a subscript, `*tuple[…]` taken apart.
fn unpack_items(vm: &Vm, item: &Value) -> PyResult<Vec<Value>> {
    let items = item
        .downcast::<Tuple>()
        .map_or_else(|| vec![item.clone()], |t| t.items().to_vec());
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        if !is_class(&item)
            && let Some(inner) = optional_attribute(vm, &item, "__typing_unpacked_tuple_args__")?
            && let Some(inner) = inner.downcast::<Tuple>()
            && inner
                .items()
                .last()
                .is_none_or(|last| !last.is(&Value::ELLIPSIS))
        {
            out.extend_from_slice(inner.items());
        } else {
            out.push(item);
        }
    }
    Ok(out)
}

/// The arguments of `whole` with its parameters replaced by what a subscript gives.
///
/// # Errors
/// TypeError if `whole` has no parameters or their number does not fit.
pub fn substitute(
    vm: &Vm,
    whole: &Value,
    args: &[Value],
    parameters: &[Value],
    item: &Value,
) -> PyResult<Vec<Value>> {
    if parameters.is_empty() {
        return Err(vm.type_error(format!("{} is not a generic class", vm.repr(whole)?)));
    }
    let mut items = unpack_items(vm, item)?;
    for parameter in parameters {
        if let Some(prepare) = vm.getattr_opt(parameter, &vm.names.__typing_prepare_subst__)?
            && !prepare.is_none()
        {
            let given = vm.tuple_from_slice(&items).into_value();
            let prepared = vm.call(&prepare, &[whole.clone(), given])?;
            items = prepared
                .downcast::<Tuple>()
                .map_or_else(|| vec![prepared.clone()], |t| t.items().to_vec());
        }
    }
    if items.len() != parameters.len() {
        let how = if items.len() > parameters.len() {
            "many"
        } else {
            "few"
        };
        return Err(vm.type_error(format!(
            "Too {how} arguments for {}; actual {}, expected {}",
            vm.repr(whole)?,
            items.len(),
            parameters.len()
        )));
    }
    substitute_all(vm, args, parameters, &items)
}

fn substitute_all(
    vm: &Vm,
    args: &[Value],
    parameters: &[Value],
    items: &[Value],
) -> PyResult<Vec<Value>> {
    vm.check_stack(" while substituting type parameters")?;
    let mut out = Vec::with_capacity(args.len());
    for arg in args {
        if is_class(arg) {
            out.push(arg.clone());
            continue;
        }
        if let Some(inner) = nested(arg) {
            let inner = substitute_all(vm, &inner, parameters, items)?;
            out.push(if arg.downcast::<List>().is_some() {
                vm.list_value(inner)
            } else {
                vm.new_tuple(inner).into_value()
            });
            continue;
        }
        let unpacked = match vm.getattr_opt(arg, &vm.names.__typing_is_unpacked_typevartuple__)? {
            Some(flag) => vm.is_true(&flag)?,
            None => false,
        };
        let replaced = match vm.getattr_opt(arg, &vm.names.__typing_subst__)? {
            Some(subst) => match position(parameters, arg) {
                Some(at) => vm.call(&subst, std::slice::from_ref(&items[at]))?,
                None => arg.clone(),
            },
            None => substitute_inside(vm, arg, parameters, items)?,
        };
        if !unpacked {
            out.push(replaced);
        } else if let Some(many) = replaced.downcast::<Tuple>() {
            out.extend_from_slice(many.items());
        } else {
            return Err(vm.type_error(format!(
                "expected __typing_subst__ of {} objects to return a tuple, not {}",
                vm.full_type_name(vm.type_of(arg)),
                vm.full_type_name(vm.type_of(&replaced))
            )));
        }
    }
    Ok(out)
}

/// An argument that is itself generic, subscripted with what replaces its parameters.
fn substitute_inside(vm: &Vm, arg: &Value, parameters: &[Value], items: &[Value]) -> PyResult {
    let Some(own) = vm.getattr_opt(arg, &vm.names.__parameters__)? else {
        return Ok(arg.clone());
    };
    let Some(own) = own.downcast::<Tuple>().filter(|t| !t.is_empty()) else {
        return Ok(arg.clone());
    };
    let mut given = Vec::with_capacity(own.len());
    for parameter in own.items() {
        match position(parameters, parameter) {
            // A TypeVarTuple (which can be iterated over) takes several.
            Some(at) => match items[at].downcast::<Tuple>() {
                Some(many) if vm.type_of(parameter).slots.iter.get().is_some() => {
                    given.extend_from_slice(many.items())
                }
                _ => given.push(items[at].clone()),
            },
            None => given.push(parameter.clone()),
        }
    }
    vm.get_item(arg, vm.new_tuple(given).as_value())
}

/// A type as annotations show it.
pub fn push_type_repr(vm: &Vm, out: &mut Vec<u8>, value: &Value) -> PyResult<()> {
    if value.is(&Value::ELLIPSIS) {
        out.extend_from_slice(b"...");
        return Ok(());
    }
    if value.is(vm.types.none_type.as_value()) {
        out.extend_from_slice(b"None");
        return Ok(());
    }
    let generic = vm.getattr_opt(value, &vm.names.__origin__)?.is_some()
        && vm.getattr_opt(value, &vm.names.__args__)?.is_some();
    if !generic
        && let Some(qualname) = vm.getattr_opt(value, &vm.names.__qualname__)?
        && let Some(module) = vm.getattr_opt(value, &vm.names.__module__)?
        && !module.is_none()
    {
        let module = vm.str(&module)?;
        if !module.is_str("builtins") {
            module.view().push_wtf8(out);
            out.push(b'.');
        }
        vm.str(&qualname)?.view().push_wtf8(out);
        return Ok(());
    }
    crate::seq::push_repr(vm, out, value)
}

fn push_types(vm: &Vm, out: &mut Vec<u8>, types: &[Value]) -> PyResult<()> {
    for (index, ty) in types.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        match ty.downcast::<List>() {
            // The parameters of a Callable or a ParamSpec.
            Some(list) => {
                vm.check_stack(" while getting the repr of an object")?;
                out.push(b'[');
                push_types(vm, out, &list.to_vec())?;
                out.push(b']');
            }
            None => push_type_repr(vm, out, ty)?,
        }
    }
    Ok(())
}

impl GenericAlias {
    fn parameters(&self, vm: &Vm) -> PyResult<Ref<Tuple>> {
        if let Some(known) = self.parameters.get() {
            return Ok(known);
        }
        let found = vm.new_tuple(collect_parameters(vm, self.args.items())?);
        drop(self.parameters.replace(Some(found.clone())));
        Ok(found)
    }
}

/// Attributes that an alias has itself; others are the origin's.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__bases__",
    "__copy__",
    "__deepcopy__",
];

#[pymethods(
    name = "GenericAlias",
    module = "types",
    doc = "A generic type with arguments: list[int].",
    flags(BASETYPE | WEAKREFABLE)
)]
impl GenericAlias {
    #[pynew("(origin, args, /)")]
    fn py_new(vm: &Vm, cls: &TypeRef, origin: &Value, args: &Value) -> PyResult {
        Ok(make(vm, cls, origin, args, false))
    }
    #[pygetset]
    fn __origin__(this: &Ref<GenericAlias>) -> Value {
        this.origin.clone()
    }
    #[pygetset]
    fn __args__(this: &Ref<GenericAlias>) -> Ref<Tuple> {
        this.args.clone()
    }
    #[pygetset]
    fn __parameters__(vm: &Vm, this: &Ref<GenericAlias>) -> PyResult<Ref<Tuple>> {
        this.parameters(vm)
    }
    #[pygetset]
    fn __unpacked__(this: &Ref<GenericAlias>) -> bool {
        this.starred
    }
    #[pygetset]
    fn __typing_unpacked_tuple_args__(vm: &Vm, this: &Ref<GenericAlias>) -> Option<Ref<Tuple>> {
        (this.starred && this.origin.is(vm.types.tuple.as_value())).then(|| this.args.clone())
    }
    #[pymethod("(self, bases, /)")]
    fn __mro_entries__(vm: &Vm, this: &Ref<GenericAlias>, _bases: &Value) -> Value {
        vm.tuple_value([this.origin.clone()])
    }
    #[pymethod("(self, instance, /)")]
    fn __instancecheck__(vm: &Vm, _this: &Ref<GenericAlias>, _instance: &Value) -> PyResult {
        Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
    }
    #[pymethod("(self, cls, /)")]
    fn __subclasscheck__(vm: &Vm, _this: &Ref<GenericAlias>, _class: &Value) -> PyResult {
        Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"))
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<GenericAlias>) -> PyResult {
        if this.starred {
            let plain = make(
                vm,
                &vm.types.generic_alias,
                &this.origin,
                this.args.as_value(),
                false,
            );
            let it = vm.iter(&plain)?;
            return crate::iter::reduced(vm, "next", it, None);
        }
        let arguments = vm.tuple_value([this.origin.clone(), this.args.to_value()]);
        Ok(vm.tuple_value([vm.types.generic_alias.to_value(), arguments]))
    }
    #[pymethod("(self, /)")]
    fn __dir__(vm: &Vm, this: &Ref<GenericAlias>) -> PyResult {
        let names = vm
            .call_special(&this.origin, &vm.intern_str("__dir__"), &[])?
            .unwrap_or(Value::NONE);
        let names = vm.new_list(if names.is_none() {
            Vec::new()
        } else {
            vm.collect(&names)?
        });
        for own in OWN {
            let own = vm.intern_str(own).into_value();
            if !vm.contains(names.as_value(), &own)? {
                names.push(own);
            }
        }
        Ok(names.into_value())
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<GenericAlias>) -> PyResult {
        let mut out = if this.starred {
            b"*".to_vec()
        } else {
            Vec::new()
        };
        push_type_repr(vm, &mut out, &this.origin)?;
        out.push(b'[');
        push_types(vm, &mut out, this.args.items())?;
        // `tuple[()]`
        out.extend_from_slice(if this.args.is_empty() { b"()]" } else { b"]" });
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<GenericAlias>) -> PyResult<i64> {
        let hash = vm.hash(&this.origin)? ^ vm.hash(this.args.as_value())?;
        Ok(if hash == -1 { -2 } else { hash })
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<GenericAlias>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<GenericAlias>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let equal = this.starred == other.starred
            && vm.eq(&this.origin, &other.origin)?
            && vm.eq(this.args.as_value(), other.args.as_value())?;
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
        match this.downcast::<GenericAlias>() {
            Some(alias) if !OWN.iter().any(|own| name.is_str(own)) => {
                vm.getattr(&alias.origin, name)
            }
            _ => crate::attr::generic_getattr(vm, this, name),
        }
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<GenericAlias>, args: Args<'_>) -> PyResult {
        let object = vm.call_args(&this.origin, args)?;
        // Objects that take no attributes do without.
        if let Err(e) = vm.setattr(&object, &vm.names.__orig_class__, this.as_value()) {
            if !vm.exception_is(&vm.exc.attribute_error) && !vm.exception_is(&vm.exc.type_error) {
                return Err(e);
            }
            drop(vm.take_pending());
        }
        Ok(object)
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<GenericAlias>, item: &Value) -> PyResult {
        let parameters = this.parameters(vm)?;
        let args = substitute(
            vm,
            this.as_value(),
            this.args.items(),
            parameters.items(),
            item,
        )?;
        Ok(make(
            vm,
            &vm.types.generic_alias,
            &this.origin,
            vm.new_tuple(args).as_value(),
            this.starred,
        ))
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<GenericAlias>) -> PyResult {
        let starred = make(
            vm,
            &vm.types.generic_alias,
            &this.origin,
            this.args.as_value(),
            true,
        );
        let ty = vm.add_native_type::<GenericAliasIterator>();
        Ok(vm
            .heap
            .alloc(
                &ty,
                GenericAliasIterator {
                    alias: ValueSlot::new(Some(starred)),
                },
            )
            .into_value())
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        crate::union::union_or(vm, a, b)
    }
}

/// `generic_alias_iterator`: gives `*alias`, once.
pub struct GenericAliasIterator {
    alias: ValueSlot,
}
crate::payload!(
    GenericAliasIterator,
    gc,
    |this, visit| this.alias.with(|a| a.into_iter().for_each(visit)),
    clear | this | drop(this.alias.take())
);

#[pymethods(
    name = "generic_alias_iterator",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl GenericAliasIterator {
    #[pyslot]
    fn iter(_vm: &Vm, this: &Ref<GenericAliasIterator>) -> PyResult {
        Ok(this.to_value())
    }
    #[pyslot]
    fn iternext(_vm: &Vm, this: &Ref<GenericAliasIterator>) -> PyResult<Option<Value>> {
        Ok(this.alias.take())
    }
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<GenericAliasIterator>) -> PyResult {
        let Some(alias) = this.alias.get() else {
            return crate::iter::reduced(vm, "iter", vm.empty_tuple.to_value(), None);
        };
        let Some(starred) = alias.downcast::<GenericAlias>() else {
            return Ok(Value::NONE);
        };
        let plain = make(
            vm,
            &vm.types.generic_alias,
            &starred.origin,
            starred.args.as_value(),
            false,
        );
        crate::iter::reduced(vm, "iter", plain, None)
    }
}
