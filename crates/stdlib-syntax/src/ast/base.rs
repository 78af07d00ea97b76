//! `ast.AST`, the base of all node classes.

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::dict::Dict;
use taipan_object::generic_alias::GenericAlias;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::union::Union;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};

use super::classes::{self, Classes};

/// The payload of nodes: their fields lie in the instance part.
pub struct AstNode;
taipan_object::payload!(AstNode, gc, |_this, _visit| ());

/// The names that a class lists in `_fields` or `_attributes`; `None` if it has no such list.
pub(super) fn listed(vm: &Vm, ty: &TypeRef, name: &Ref<Str>) -> PyResult<Option<Vec<Value>>> {
    match vm.getattr_opt(ty.as_value(), name)? {
        Some(names) => vm.collect(&names).map(Some),
        None => Ok(None),
    }
}

/// Whether `names` has the text of `name`.
pub(super) fn has(names: &[Value], name: &Ref<Str>) -> bool {
    names
        .iter()
        .any(|n| n.downcast::<Str>().is_some_and(|n| n.same_text(name)))
}

fn deprecated(vm: &Vm, message: String) -> PyResult<()> {
    (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)
}

fn attribute_name<'a>(vm: &Vm, name: &'a Value) -> PyResult<&'a Ref<Str>> {
    name.downcast::<Str>().ok_or_else(|| {
        vm.type_error(format!(
            "attribute name must be string, not '{}'",
            vm.type_name(name)
        ))
    })
}

#[pymethods(
    name = "AST",
    module = "ast",
    doc = "",
    flags(BASETYPE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl AstNode {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, AstNode).into_value())
    }

    #[pyslot]
    fn init(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult<()> {
        let classes = classes::state(vm)?;
        let ty = vm.type_of(this).clone();
        let fields = listed(vm, &ty, &classes.names.fields)?.unwrap_or_default();
        let given = args.positional();
        if given.len() > fields.len() {
            return Err(vm.type_error(format!(
                "{} constructor takes at most {} positional argument{}",
                ty.name.borrow(),
                fields.len(),
                if fields.len() == 1 { "" } else { "s" }
            )));
        }
        let mut left: Vec<Option<&Value>> = fields.iter().map(Some).collect();
        for (at, value) in given.iter().enumerate() {
            vm.setattr(this, attribute_name(vm, &fields[at])?, value)?;
            left[at] = None;
        }
        for (name, value) in args.keyword_args() {
            keyword(vm, this, &ty, &classes, &fields, &mut left, name, value)?;
        }
        fill(vm, this, &ty, &classes, &left)
    }

    /// The attributes.
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Value) -> Option<Ref<Dict>> {
        vm.instance_dict(this)
    }

    /// How to copy or pickle a node: fields are given by position as far as they are there.
    #[pymethod("(self, /)", name = "__reduce__")]
    fn reduce(vm: &Vm, this: &Value) -> PyResult {
        let classes = classes::state(vm)?;
        let ty = vm.type_of(this).clone();
        let dict = own_dict(vm, this)?;
        let fields = listed(vm, &ty, &classes.names.fields)?.unwrap_or_default();
        let mut count = 0;
        for field in &fields {
            if dict.get(vm, field)?.is_none() {
                break;
            }
            count += 1;
        }
        let places = vm.new_tuple(vec![Value::NONE; count]).into_value();
        Ok(vm.tuple_value([ty.into_value(), places, dict.into_value()]))
    }

    /// A copy with some fields replaced.
    #[pymethod("(self, /, **fields)", name = "__replace__")]
    fn replace(vm: &Vm, this: &Value, fields: KwArgs<'_>) -> PyResult {
        super::replace::replace(vm, this, fields)
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        super::repr::repr(vm, this)
    }
}

/// A copy of a node's attributes.
pub(super) fn own_dict(vm: &Vm, this: &Value) -> PyResult<Ref<Dict>> {
    Ok(match vm.instance_dict(this) {
        Some(dict) => vm.heap.alloc(&vm.types.dict, dict.copy()),
        None => vm.new_dict(),
    })
}

/// One keyword argument of the constructor.
fn keyword(
    vm: &Vm,
    this: &Value,
    ty: &TypeRef,
    classes: &Classes,
    fields: &[Value],
    left: &mut [Option<&Value>],
    name: &Value,
    value: &Value,
) -> PyResult<()> {
    let name = attribute_name(vm, name)?;
    let position = fields
        .iter()
        .position(|f| f.downcast::<Str>().is_some_and(|f| f.same_text(name)));
    match position {
        Some(at) if left[at].is_none() => {
            return Err(vm.type_error(format!(
                "{} got multiple values for argument {}",
                ty.display_name(),
                *vm.repr(name.as_value())?
            )));
        }
        Some(at) => left[at] = None,
        None => {
            let attributes = listed(vm, ty, &classes.names.attributes)?.unwrap_or_default();
            if !has(&attributes, name) {
                deprecated(
                    vm,
                    format!(
                        "{}.__init__ got an unexpected keyword argument {}. Support for arbitrary \
                         keyword arguments is deprecated and will be removed in Python 3.15.",
                        ty.display_name(),
                        *vm.repr(name.as_value())?
                    ),
                )?;
            }
        }
    }
    vm.setattr(this, name, value)
}

/// Gives the fields that were left out their defaults, by the types they are declared with.
fn fill(
    vm: &Vm,
    this: &Value,
    ty: &TypeRef,
    classes: &Classes,
    left: &[Option<&Value>],
) -> PyResult<()> {
    if left.iter().all(Option::is_none) {
        return Ok(());
    }
    let Some(types) = vm.getattr_opt(ty.as_value(), &classes.names.field_types)? else {
        return Ok(());
    };
    let types = types.downcast::<Dict>();
    for field in left.iter().copied().flatten() {
        let name = attribute_name(vm, field)?;
        let declared = match types {
            Some(types) => types.get(vm, field)?,
            None => None,
        };
        let Some(declared) = declared else {
            deprecated(
                vm,
                format!(
                    "Field {} is missing from {}._field_types. This will become an error in Python 3.15.",
                    *vm.repr(field)?,
                    ty.display_name()
                ),
            )?;
            continue;
        };
        if declared.downcast::<Union>().is_some() {
            // The class has None.
        } else if declared.downcast::<GenericAlias>().is_some() {
            let empty = vm.new_list(Vec::new()).into_value();
            vm.setattr(this, name, &empty)?;
        } else if is_context(classes, vm, &declared)? {
            if let Some(load) = &classes.of(vm, "Load")?.instance {
                vm.setattr(this, name, load)?;
            }
        } else {
            deprecated(
                vm,
                format!(
                    "{}.__init__ missing 1 required positional argument: {}. This will become an error in Python 3.15.",
                    ty.display_name(),
                    *vm.repr(field)?
                ),
            )?;
        }
    }
    Ok(())
}

/// Whether a declared type is `expr_context`.
fn is_context(classes: &Classes, vm: &Vm, declared: &Value) -> PyResult<bool> {
    let base = classes.of(vm, "Load")?.ty.base.borrow().clone();
    Ok(base.is_some_and(|base| base.as_value().is(declared)))
}
