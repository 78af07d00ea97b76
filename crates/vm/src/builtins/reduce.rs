//! Functions that go through an iterable: `sum`, `min`, `max`, `any`, `all`, `sorted`.

use std::ops::ControlFlow;

use dashu_int::IBig;
use taipan_object::list::List;
use taipan_object::number::BinOp;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Value, Vm};

/// Gives each item of an iterable to `f` until it breaks.
fn walk<B>(
    vm: &Vm,
    iterable: &Value,
    mut f: impl FnMut(Value) -> PyResult<ControlFlow<B>>,
) -> PyResult<Option<B>> {
    if let Some(list) = iterable.downcast_exact::<List>(&vm.types.list) {
        let list = list.clone();
        let mut i = 0;
        while let Some(item) = list.get(i) {
            if let ControlFlow::Break(b) = f(item)? {
                return Ok(Some(b));
            }
            i += 1;
        }
        return Ok(None);
    }
    if let Some(tuple) = iterable.downcast_exact::<Tuple>(&vm.types.tuple) {
        let tuple = tuple.clone();
        for item in tuple.items() {
            if let ControlFlow::Break(b) = f(item.clone())? {
                return Ok(Some(b));
            }
        }
        return Ok(None);
    }
    let it = vm.iter(iterable)?;
    let Some(next) = vm.type_of(&it).slots.iternext.get() else {
        return Err(vm.type_error("not an iterator"));
    };
    while let Some(item) = next(vm, &it)? {
        if let ControlFlow::Break(b) = f(item)? {
            return Ok(Some(b));
        }
    }
    Ok(None)
}

/// `any(iterable)` and `all(iterable)`: whether an item has the wanted truth.
///
/// # Errors
/// What iteration and truth raise.
pub fn find_truth(vm: &Vm, iterable: &Value, wanted: bool) -> PyResult<bool> {
    let found = walk(vm, iterable, |item| {
        Ok(if vm.is_true(&item)? == wanted {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    Ok(found.is_some())
}

/// What `sum` has added up so far.
enum Total {
    Int(i64),
    Big(IBig),
    /// Sum and compensation (Neumaier).
    Float(f64, f64),
    Other(Value),
}

impl Total {
    fn of(vm: &Vm, start: &Value) -> Total {
        let ty = vm.type_of(start);
        if ty.is(&vm.types.int)
            && let Some(n) = start.as_int()
        {
            return match n.to_i64() {
                Some(n) => Total::Int(n),
                None => Total::Big(n.to_ibig()),
            };
        }
        if ty.is(&vm.types.float)
            && let Some(x) = start.as_float()
        {
            return Total::Float(x, 0.0);
        }
        Total::Other(start.clone())
    }
    fn into_value(self, vm: &Vm) -> Value {
        match self {
            Total::Int(n) => vm.new_int(n),
            Total::Big(n) => vm.new_bigint(n),
            Total::Float(x, c) if c != 0.0 && c.is_finite() => vm.new_float(x + c),
            Total::Float(x, _) => vm.new_float(x),
            Total::Other(v) => v,
        }
    }
    fn add_float(sum: f64, c: f64, x: f64) -> Total {
        let t = sum + x;
        let c = c + if sum.abs() >= x.abs() {
            (sum - t) + x
        } else {
            (x - t) + sum
        };
        Total::Float(t, c)
    }
    /// Adds an immediate number to a sum of its kind; whether it was one.
    #[inline(always)]
    fn add_in_place(&mut self, item: &Value) -> bool {
        match self {
            Total::Int(sum) => {
                if let Some(n) = item.as_small_int().and_then(|n| sum.checked_add(n)) {
                    *sum = n;
                    return true;
                }
            }
            Total::Float(sum, c) => {
                if let Some(x) = item.as_small_float() {
                    let t = *sum + x;
                    *c += if sum.abs() >= x.abs() {
                        (*sum - t) + x
                    } else {
                        (x - t) + *sum
                    };
                    *sum = t;
                    return true;
                }
            }
            _ => {}
        }
        false
    }
    fn add(self, vm: &Vm, item: Value) -> PyResult<Total> {
        let ty = vm.type_of(&item);
        match self {
            Total::Int(sum) => {
                if let Some(n) = item.as_small_int() {
                    return Ok(match sum.checked_add(n) {
                        Some(n) => Total::Int(n),
                        None => Total::Big(IBig::from(sum) + IBig::from(n)),
                    });
                }
                if ty.is(&vm.types.int) || ty.is(&vm.types.bool) {
                    return Total::Big(IBig::from(sum)).add(vm, item);
                }
            }
            Total::Big(ref sum) if ty.is(&vm.types.int) || ty.is(&vm.types.bool) => {
                if let Some(n) = item.as_int() {
                    let sum = sum + n.to_ibig();
                    return Ok(match i64::try_from(&sum) {
                        Ok(n) => Total::Int(n),
                        Err(_) => Total::Big(sum),
                    });
                }
            }
            Total::Float(sum, c) => {
                if ty.is(&vm.types.float)
                    && let Some(x) = item.as_float()
                {
                    return Ok(Total::add_float(sum, c, x));
                }
                if (ty.is(&vm.types.int) || ty.is(&vm.types.bool))
                    && let Some(n) = item.as_i64()
                {
                    return Ok(Total::add_float(sum, c, n as f64));
                }
            }
            _ => {}
        }
        let sum = self.into_value(vm);
        let total = vm.binary(&sum, &item, BinOp::Add)?;
        // Integers and floats may go on fast after a mixed step.
        Ok(match total.downcast::<Tuple>() {
            None => Total::of(vm, &total),
            Some(_) => Total::Other(total),
        })
    }
}

/// `sum(iterable, start)`.
///
/// # Errors
/// TypeError for text; what the additions raise.
pub fn sum(vm: &Vm, iterable: &Value, start: Option<&Value>) -> PyResult {
    let zero = vm.new_int(0);
    let start = start.unwrap_or(&zero);
    if start.downcast::<Str>().is_some() {
        return Err(vm.type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    if vm.is_instance_of(start, &vm.types.bytes) {
        return Err(vm.type_error("sum() can't sum bytes [use b''.join(seq) instead]"));
    }
    if vm.is_instance_of(start, &vm.types.bytearray) {
        return Err(vm.type_error("sum() can't sum bytearray [use b''.join(seq) instead]"));
    }
    let mut total = Total::of(vm, start);
    walk(vm, iterable, |item| {
        if !total.add_in_place(&item) {
            total = std::mem::replace(&mut total, Total::Int(0)).add(vm, item)?;
        }
        Ok(ControlFlow::<()>::Continue(()))
    })?;
    Ok(total.into_value(vm))
}

/// `min` and `max`.
///
/// # Errors
/// ValueError for nothing to compare; what comparisons raise.
pub fn extreme(
    vm: &Vm,
    name: &str,
    op: CmpOp,
    args: &[Value],
    key: Option<&Value>,
    default: Option<&Value>,
) -> PyResult {
    let key = key.filter(|k| !k.is_none());
    if args.is_empty() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    if args.len() > 1 && default.is_some() {
        return Err(vm.type_error(format!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    // The best item with its key.
    let mut best: Option<(Value, Value)> = None;
    let mut consider = |item: Value| -> PyResult<ControlFlow<()>> {
        let rank = match key {
            Some(key) => vm.call(key, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        let better = match &best {
            None => true,
            Some((_, best)) => match (rank.as_small_int(), best.as_small_int()) {
                (Some(a), Some(b)) => op.holds(a.cmp(&b)),
                _ => {
                    let r = vm.compare(&rank, best, op)?;
                    vm.is_true(&r)?
                }
            },
        };
        if better {
            best = Some((item, rank));
        }
        Ok(ControlFlow::Continue(()))
    };
    if let [iterable] = args {
        walk(vm, iterable, consider)?;
    } else {
        for item in args {
            if consider(item.clone())?.is_break() {
                break;
            }
        }
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
    }
}

/// `sorted(iterable, key=…, reverse=…)`.
///
/// # Errors
/// What iteration, the key and comparisons raise.
pub fn sorted(vm: &Vm, iterable: &Value, key: Option<&Value>, reverse: bool) -> PyResult {
    let list = vm.new_list(vm.collect(iterable)?);
    taipan_object::sort::sort_list(vm, &list, key.filter(|k| !k.is_none()), reverse)?;
    Ok(list.into_value())
}
