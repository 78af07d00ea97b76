//! `AST.__replace__`: what `copy.replace` does with a node.

use taipan_object::args::KwArgs;
use taipan_object::dict::Dict;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};

use super::base::{listed, own_dict};
use super::classes::{self, Classes};
use taipan_object::union::Union;

/// `__replace__(self, /, **fields)`.
pub(super) fn replace(vm: &Vm, this: &Value, keywords: KwArgs<'_>) -> PyResult {
    let classes = classes::state(vm)?;
    let ty = vm.type_of(this).clone();
    let fields = listed(vm, &ty, &classes.names.fields)?.unwrap_or_default();
    let attributes = listed(vm, &ty, &classes.names.attributes)?.unwrap_or_default();
    let own = own_dict(vm, this)?;
    let given = vm.new_dict();
    for (name, value) in keywords.iter() {
        given.insert_str(vm, name, value.clone());
    }
    check(vm, &ty, &classes, &fields, &attributes, &own, &given)?;
    let mut names = Vec::new();
    let mut values = Vec::new();
    for name in fields.iter().chain(&attributes) {
        let value = match given.get(vm, name)? {
            Some(value) => Some(value),
            None => own.get(vm, name)?,
        };
        if let Some(value) = value {
            names.push(name.clone());
            values.push(value);
        }
    }
    let names = vm.new_tuple(names);
    vm.call_args(
        ty.as_value(),
        Args {
            values: &values,
            keywords: Some(&names),
        },
    )
}

/// Every keyword is a field or attribute, and every field that needs a value has one.
fn check(
    vm: &Vm,
    ty: &TypeRef,
    classes: &Classes,
    fields: &[Value],
    attributes: &[Value],
    own: &Ref<Dict>,
    given: &Ref<Dict>,
) -> PyResult<()> {
    for name in given.keys() {
        let mut known = false;
        for listed in fields.iter().chain(attributes) {
            known |= vm.eq(listed, &name)?;
        }
        if !known {
            return Err(vm.type_error(format!(
                "{}.__replace__ got an unexpected keyword argument {}.",
                ty.display_name(),
                *vm.repr(&name)?
            )));
        }
    }
    let types = vm.getattr_opt(ty.as_value(), &classes.names.field_types)?;
    let types = types.as_ref().and_then(|types| types.downcast::<Dict>());
    let mut missing = Vec::new();
    for field in fields {
        if given.get(vm, field)?.is_some() || own.get(vm, field)?.is_some() {
            continue;
        }
        let optional = match types {
            Some(types) => types
                .get(vm, field)?
                .is_some_and(|t| t.downcast::<Union>().is_some()),
            None => false,
        };
        if !optional && field.downcast::<Str>().is_some() {
            missing.push(vm.repr(field)?.to_string());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    missing.sort();
    Err(vm.type_error(format!(
        "{}.__replace__ missing {} keyword argument{}: {}.",
        ty.display_name(),
        missing.len(),
        if missing.len() == 1 { "" } else { "s" },
        missing.join(", ")
    )))
}
