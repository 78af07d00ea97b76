//! `repr` of a node: three levels deep, and of each list only the ends.

use taipan_object::list::List;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Value, Vm};

use super::base::{AstNode, listed};
use super::classes;

/// How many levels of nodes are shown.
const DEPTH: u32 = 3;

/// `repr(node)`.
pub(super) fn repr(vm: &Vm, this: &Value) -> PyResult {
    let mut out = Vec::new();
    node(vm, this, DEPTH, &mut out)?;
    Ok(vm.new_wtf8(&out).into_value())
}

fn push(vm: &Vm, value: &Value, out: &mut Vec<u8>) -> PyResult<()> {
    out.extend(vm.repr(value)?.to_wtf8());
    Ok(())
}

fn node(vm: &Vm, this: &Value, depth: u32, out: &mut Vec<u8>) -> PyResult<()> {
    let ty = vm.type_of(this).clone();
    out.extend(ty.display_name().into_bytes());
    let guard = match depth {
        0 => None,
        _ => vm.repr_enter(this),
    };
    if guard.is_none() {
        out.extend(b"(...)");
        return Ok(());
    }
    let fields = listed(vm, &ty, &classes::state(vm)?.names.fields)?.unwrap_or_default();
    out.push(b'(');
    for (at, field) in fields.iter().enumerate() {
        let Some(name) = field.downcast::<Str>() else {
            continue;
        };
        let value = vm.getattr(this, name)?;
        if at > 0 {
            out.extend(b", ");
        }
        out.extend(name.to_wtf8());
        out.push(b'=');
        if let Some(list) = value.downcast::<List>() {
            sequence(vm, &value, &list.to_vec(), (b'[', b']'), depth, out)?;
        } else if let Some(tuple) = value.downcast::<Tuple>() {
            sequence(vm, &value, tuple.items(), (b'(', b')'), depth, out)?;
        } else {
            item(vm, &value, depth, out)?;
        }
    }
    out.push(b')');
    Ok(())
}

fn item(vm: &Vm, value: &Value, depth: u32, out: &mut Vec<u8>) -> PyResult<()> {
    if value.downcast::<AstNode>().is_some() {
        node(vm, value, depth - 1, out)
    } else {
        push(vm, value, out)
    }
}

/// The first and the last item, with dots for those between.
fn sequence(
    vm: &Vm,
    whole: &Value,
    items: &[Value],
    (open, close): (u8, u8),
    depth: u32,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let [first, rest @ ..] = items else {
        return push(vm, whole, out);
    };
    out.push(open);
    item(vm, first, depth, out)?;
    if let [between @ .., last] = rest {
        out.extend(if between.is_empty() {
            ", ".as_bytes()
        } else {
            b", ..., "
        });
        item(vm, last, depth, out)?;
    }
    out.push(close);
    Ok(())
}
