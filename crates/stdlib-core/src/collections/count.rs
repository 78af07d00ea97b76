//! `_count_elements`: the loop of `Counter`.

use taipan_object::dict::Dict;
use taipan_object::number::BinOp;
use taipan_object::{PyResult, Ref, Value, Vm};

/// The mapping as a dict, if it gets and sets items as `dict` does.
fn plain_dict<'a>(vm: &Vm, mapping: &'a Value) -> Option<&'a Ref<Dict>> {
    let dict = mapping.downcast::<Dict>()?;
    let same = |name: &str| {
        let name = vm.intern_str(name);
        match (
            vm.type_lookup(dict.ty(), &name),
            vm.type_lookup(&vm.types.dict, &name),
        ) {
            (Some(own), Some(plain)) => own.is(&plain),
            _ => false,
        }
    };
    let plain = dict.ty().is(&vm.types.dict) || same("get") && same("__setitem__");
    plain.then_some(dict)
}

fn one_more(vm: &Vm, count: Option<Value>) -> PyResult {
    match count.as_ref().map(|n| n.as_small_int()) {
        None => Ok(vm.new_int(1)),
        Some(Some(n)) => Ok(vm.new_int(n + 1)),
        Some(None) => vm.binary(&count.unwrap_or(Value::NONE), &vm.new_int(1), BinOp::Add),
    }
}

/// Adds one to `mapping[item]` for each item.
pub fn count_elements(vm: &Vm, mapping: &Value, iterable: &Value) -> PyResult<()> {
    if let Some(dict) = plain_dict(vm, mapping) {
        return vm.for_each(iterable, |item| {
            let hash = vm.hash(&item)?;
            let place = dict.find(vm, &item, hash)?;
            let count = one_more(vm, place.and_then(|at| dict.value_at(at)))?;
            dict.insert_hashed(vm, item, hash, count).map(drop)
        });
    }
    let get = vm.getattr(mapping, &vm.names.get)?;
    vm.for_each(iterable, |item| {
        let count = vm.call(&get, &[item.clone(), vm.new_int(0)])?;
        let count = one_more(vm, Some(count))?;
        vm.set_item(mapping, &item, &count)
    })
}
