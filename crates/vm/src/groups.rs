//! `except*` (PEP 654).

use taipan_object::exceptions::{Exception, peek};
use taipan_object::list::List;
use taipan_object::tuple::Tuple;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{PyResult, Value, Vm};

fn is_group(vm: &Vm, e: &Value) -> bool {
    vm.is_instance_of(e, &vm.exc.base_exception_group)
}

/// TypeError if what `except*` names is no exception class, or a class of groups.
fn check_clause(vm: &Vm, clause: &Value) -> PyResult<()> {
    let check = |class: &Value| -> PyResult<()> {
        let Some(ty) = class
            .downcast::<Type>()
            .filter(|t| t.has(TypeFlags::BASE_EXC_SUBCLASS))
        else {
            return Err(vm.type_error(
                "catching classes that do not inherit from BaseException is not allowed",
            ));
        };
        if ty.is_subtype(&vm.exc.base_exception_group) {
            return Err(vm.type_error(
                "catching ExceptionGroup with except* is not allowed. Use except instead.",
            ));
        }
        Ok(())
    };
    match clause.downcast::<Tuple>() {
        Some(classes) => classes.items().iter().try_for_each(check),
        None => check(clause),
    }
}

/// Splits `exception` for `except* clause`: what matches (a group) and the rest, None each if empty.
pub fn split_for_except_star(
    vm: &Vm,
    exception: &Value,
    clause: &Value,
) -> PyResult<(Value, Value)> {
    check_clause(vm, clause)?;
    if exception.is_none() {
        return Ok((Value::NONE, Value::NONE));
    }
    if crate::slow::exception_matches(vm, exception, clause)? {
        if is_group(vm, exception) {
            return Ok((exception.clone(), Value::NONE));
        }
        // A naked exception is handled as a group of it.
        let one = vm.new_tuple([exception.clone()]).into_value();
        let group = vm.call(
            vm.exc.exception_group.as_value(),
            &[vm.empty_str.to_value(), one],
        );
        let group = match group {
            Err(_) if vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                let one = vm.new_tuple([exception.clone()]).into_value();
                vm.call(
                    vm.exc.base_exception_group.as_value(),
                    &[vm.empty_str.to_value(), one],
                )?
            }
            group => group?,
        };
        if let (Some(e), Some(g)) = (
            exception.downcast::<Exception>(),
            group.downcast::<Exception>(),
        ) {
            drop(g.traceback.replace(peek(&e.traceback)));
        }
        return Ok((group, Value::NONE));
    }
    if is_group(vm, exception) {
        let pair = vm.call_method(
            exception,
            &vm.intern_str("split"),
            std::slice::from_ref(clause),
        )?;
        let Some(pair) = pair.downcast::<Tuple>() else {
            return Err(vm.type_error(format!(
                "{}.split must return a tuple, not {}",
                vm.type_name(exception),
                vm.type_name(&pair)
            )));
        };
        return match pair.items() {
            [matched, rest, ..] => Ok((matched.clone(), rest.clone())),
            few => Err(vm.type_error(format!(
                "{}.split must return a 2-tuple, got tuple of size {}",
                vm.type_name(exception),
                few.len()
            ))),
        };
    }
    Ok((Value::NONE, exception.clone()))
}

/// Whether two exceptions have the same notes, traceback, cause and context: one is a part of the other then.
fn same_origin(vm: &Vm, a: &Value, b: &Value) -> bool {
    let (Some(x), Some(y)) = (a.downcast::<Exception>(), b.downcast::<Exception>()) else {
        return false;
    };
    let same = |p: Option<Value>, q: Option<Value>| match (
        p.filter(|v| !v.is_none()),
        q.filter(|v| !v.is_none()),
    ) {
        (Some(p), Some(q)) => p.is(&q),
        (None, None) => true,
        _ => false,
    };
    let notes = |e: &Value| {
        vm.getattr_opt(e, &vm.names.__notes__).unwrap_or_else(|r| {
            drop(vm.take_exception(r));
            None
        })
    };
    same(notes(a), notes(b))
        && same(peek(&x.traceback), peek(&y.traceback))
        && same(peek(&x.cause), peek(&y.cause))
        && same(peek(&x.context), peek(&y.context))
}

fn leaves(vm: &Vm, e: &Value, out: &mut Vec<u64>) -> PyResult<()> {
    if !is_group(vm, e) {
        out.push(e.id());
        return Ok(());
    }
    vm.check_stack("")?;
    let members = vm.getattr(e, &vm.names.exceptions)?;
    let members = members
        .downcast::<Tuple>()
        .map(|t| t.items().to_vec())
        .unwrap_or_default();
    members.iter().try_for_each(|m| leaves(vm, m, out))
}

/// The part of `e` whose leaves are in `keep`, with the structure of its groups; `None` if there is none.
fn projection(vm: &Vm, e: &Value, keep: &[u64]) -> PyResult<Option<Value>> {
    if !is_group(vm, e) {
        return Ok(keep.contains(&e.id()).then(|| e.clone()));
    }
    vm.check_stack("")?;
    let members = vm.getattr(e, &vm.names.exceptions)?;
    let members = members
        .downcast::<Tuple>()
        .map(|t| t.items().to_vec())
        .unwrap_or_default();
    let mut kept = Vec::new();
    for member in &members {
        kept.extend(projection(vm, member, keep)?);
    }
    if kept.is_empty() {
        return Ok(None);
    }
    if kept.len() == members.len() && kept.iter().zip(&members).all(|(a, b)| a.is(b)) {
        return Ok(Some(e.clone()));
    }
    let part = vm.call_method(e, &vm.intern_str("derive"), &[vm.list_value(kept)])?;
    if let (Some(from), Some(to)) = (e.downcast::<Exception>(), part.downcast::<Exception>()) {
        drop(to.traceback.replace(peek(&from.traceback)));
        drop(to.cause.replace(peek(&from.cause)));
        drop(to.context.replace(peek(&from.context)));
        to.suppress_context.set(from.suppress_context.get());
    }
    if let Some(notes) = vm.getattr_opt(e, &vm.names.__notes__)? {
        let copy = vm.list_value(vm.collect(&notes)?);
        vm.setattr(&part, &vm.names.__notes__, &copy)?;
    }
    Ok(Some(part))
}

/// What is raised after all `except*` clauses: `original`, and the list of what they raised or left.
pub fn prep_reraise_star(vm: &Vm, original: &Value, raised: &Value) -> PyResult {
    let Some(list) = raised.downcast::<List>() else {
        return Err(vm.raise_str(&vm.exc.system_error, "except* without a list"));
    };
    let list: Vec<Value> = list.to_vec().into_iter().filter(|e| !e.is_none()).collect();
    if list.is_empty() {
        return Ok(Value::NONE);
    }
    if !is_group(vm, original) {
        // A naked exception was caught: at most one clause ran.
        return Ok(list[0].clone());
    }
    let (parts, raised): (Vec<Value>, Vec<Value>) =
        list.into_iter().partition(|e| same_origin(vm, e, original));
    let mut keep = Vec::new();
    for part in &parts {
        leaves(vm, part, &mut keep)?;
    }
    let unhandled = if parts.is_empty() {
        None
    } else {
        projection(vm, original, &keep)?
    };
    let Some(unhandled) = unhandled else {
        return raised_group(vm, raised);
    };
    if raised.is_empty() {
        return Ok(unhandled);
    }
    let mut all = raised;
    all.push(unhandled);
    raised_group(vm, all)
}

/// One exception as it is, several as a group without a message.
fn raised_group(vm: &Vm, mut raised: Vec<Value>) -> PyResult {
    match raised.len() {
        0 => Ok(Value::NONE),
        1 => Ok(raised.remove(0)),
        _ => {
            let plain = raised
                .iter()
                .all(|e| vm.is_instance_of(e, &vm.exc.exception));
            let class = if plain {
                &vm.exc.exception_group
            } else {
                &vm.exc.base_exception_group
            };
            vm.call(
                class.as_value(),
                &[vm.empty_str.to_value(), vm.list_value(raised)],
            )
        }
    }
}
