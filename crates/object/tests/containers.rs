//! Lists, tuples, slices, ranges, dicts and sets behave as in CPython 3.14.

use taipan_object::number::BinOp;
use taipan_object::slots::CmpOp;
use taipan_object::vm::Args;
use taipan_object::{Interp, PyResult, TypeRef, Value, Vm};

/// Runs `test` with a fresh interpreter.
fn with_vm(test: impl FnOnce(&Vm)) {
    let interp = Interp::new((1, 2));
    // SAFETY: the interpreter outlives the thread state, which is the only one.
    let vm = unsafe { Vm::new(&*interp) };
    stand_in(&vm);
    test(&vm);
}

/// What these tests need of numbers and strings, where the crate does not have it.
fn stand_in(vm: &Vm) {
    let (int, float, str_) = (
        &vm.types.int.slots,
        &vm.types.float.slots,
        &vm.types.str.slots,
    );
    let object_repr = vm.types.object.slots.repr.get().map(|f| f as usize);
    let lacks_repr =
        |slots: &taipan_object::slots::Slots| slots.repr.get().map(|f| f as usize) == object_repr;
    if lacks_repr(int) {
        int.repr.set(Some(|vm, v| {
            Ok(vm
                .new_str(&v.as_i64().map_or_else(|| "big".into(), |n| n.to_string()))
                .into_value())
        }));
        int.index.set(Some(|_, v| Ok(v.clone())));
        vm.types.bool.slots.repr.set(Some(|vm, v| {
            Ok(vm
                .new_str(if v.is_true() { "True" } else { "False" })
                .into_value())
        }));
    }
    if lacks_repr(&vm.types.none_type.slots) {
        vm.types
            .none_type
            .slots
            .repr
            .set(Some(|vm, _| Ok(vm.new_str("None").into_value())));
    }
    if lacks_repr(str_) {
        str_.repr.set(Some(|vm, v| {
            Ok(vm.new_str(&format!("'{}'", vm.str(v)?)).into_value())
        }));
    }
    if float.richcompare.get().is_none() {
        let compare: taipan_object::slots::CompareFn = |_, a, b, op| match (as_f64(a), as_f64(b)) {
            (Some(a), Some(b)) => Ok(a
                .partial_cmp(&b)
                .map_or(Value::FALSE, |o| Value::bool(op.holds(o)))),
            _ => Ok(Value::NOT_IMPLEMENTED),
        };
        float.richcompare.set(Some(compare));
        int.richcompare.set(Some(compare));
    }
    if vm.exc.type_error.slots.str.get().is_none() {
        vm.exc.type_error.slots.str.set(Some(|_, e| {
            Ok(e.downcast::<taipan_object::exceptions::Exception>()
                .unwrap()
                .args
                .borrow()
                .items()[0]
                .clone())
        }));
    }
    if vm.types.none_type.slots.hash.get().is_none() {
        vm.types
            .none_type
            .slots
            .hash
            .set(Some(|_, _| Ok(0xFCA8_6420)));
    }
}

fn as_f64(v: &Value) -> Option<f64> {
    v.as_i64().map(|n| n as f64).or_else(|| v.as_float())
}

fn ints(vm: &Vm, numbers: &[i64]) -> Vec<Value> {
    numbers.iter().map(|&n| vm.new_int(n)).collect()
}
fn list(vm: &Vm, numbers: &[i64]) -> Value {
    vm.new_list(ints(vm, numbers)).into_value()
}
fn tuple(vm: &Vm, numbers: &[i64]) -> Value {
    vm.new_tuple(ints(vm, numbers)).into_value()
}
fn text(vm: &Vm, s: &str) -> Value {
    vm.new_str(s).into_value()
}
/// The repr of a result, or the exception as `Type: message`.
fn show(vm: &Vm, result: PyResult) -> String {
    match result {
        Ok(v) => vm
            .repr(&v)
            .map(|s| s.to_string())
            .unwrap_or_else(|e| show(vm, Err(e))),
        Err(e) => {
            let e = vm.take_exception(e);
            let exception = e
                .downcast::<taipan_object::exceptions::Exception>()
                .unwrap();
            let args: Vec<String> = exception
                .args
                .borrow()
                .items()
                .iter()
                .map(|a| {
                    a.downcast::<taipan_object::str::Str>().map_or_else(
                        || vm.repr(a).map(|s| s.to_string()).unwrap_or_default(),
                        |s| s.to_string(),
                    )
                })
                .collect();
            format!("{}: {}", vm.type_name(&e), args.join(", "))
        }
    }
}
/// Calls a class: `__new__`, then `__init__`.
fn make(vm: &Vm, ty: &TypeRef, args: &[Value]) -> PyResult {
    let args = Args::positional_only(args);
    let object = (ty.slots.new.get().unwrap())(vm, ty, args)?;
    if let Some(init) = ty.slots.init.get() {
        init(vm, &object, args)?;
    }
    Ok(object)
}
/// Calls a native method past the machine.
fn method(vm: &Vm, this: &Value, name: &str, args: &[Value]) -> PyResult {
    let found = vm
        .type_lookup(vm.type_of(this), &vm.intern_str(name))
        .unwrap_or_else(|| panic!("no method {name}"));
    let descriptor = found
        .downcast::<taipan_object::function::MethodDescriptor>()
        .unwrap();
    let mut all = vec![
        if descriptor.def.kind == taipan_object::native::MethodKind::Class {
            vm.type_of(this).to_value()
        } else {
            this.clone()
        },
    ];
    all.extend_from_slice(args);
    (descriptor.def.call)(vm, Args::positional_only(&all))
}
fn slice(vm: &Vm, start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Value {
    let n = |v: Option<i64>| v.map_or(Value::NONE, |n| vm.new_int(n));
    vm.new_slice(n(start), n(stop), n(step)).into_value()
}

#[test]
fn lists() {
    with_vm(|vm| {
        let l = list(vm, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(
            show(vm, vm.get_item(&l, &slice(vm, None, None, Some(-3)))),
            "[9, 6, 3, 0]"
        );
        assert_eq!(show(vm, vm.get_item(&l, &vm.new_int(-10))), "0");
        assert_eq!(
            show(vm, vm.get_item(&l, &vm.new_int(10))),
            "IndexError: list index out of range"
        );
        assert_eq!(
            show(vm, vm.get_item(&l, &text(vm, "a"))),
            "TypeError: list indices must be integers or slices, not str"
        );
        vm.del_item(&l, &slice(vm, None, None, Some(2))).unwrap();
        assert_eq!(show(vm, Ok(l.clone())), "[1, 3, 5, 7, 9]");
        vm.set_item(
            &l,
            &slice(vm, Some(1), Some(3), None),
            &tuple(vm, &[30, 40, 50]),
        )
        .unwrap();
        assert_eq!(show(vm, Ok(l.clone())), "[1, 30, 40, 50, 7, 9]");
        vm.del_item(&l, &slice(vm, Some(-1), Some(0), Some(-2)))
            .unwrap();
        assert_eq!(show(vm, Ok(l.clone())), "[1, 40, 7]");
        let bad = vm
            .set_item(&l, &slice(vm, None, None, Some(2)), &list(vm, &[1]))
            .map(|()| Value::NONE);
        assert_eq!(
            show(vm, bad),
            "ValueError: attempt to assign sequence of size 1 to extended slice of size 2"
        );
        assert_eq!(
            show(vm, vm.binary(&l, &vm.new_int(5), BinOp::Add)),
            "TypeError: can only concatenate list (not \"int\") to list"
        );
        assert_eq!(
            show(
                vm,
                vm.binary(&list(vm, &[1, 2]), &vm.new_int(3), BinOp::Mul)
            ),
            "[1, 2, 1, 2, 1, 2]"
        );
        assert_eq!(
            show(
                vm,
                vm.compare(&list(vm, &[1, 2]), &list(vm, &[1, 3]), CmpOp::Lt)
            ),
            "True"
        );
        assert_eq!(show(vm, method(vm, &l, "pop", &[])), "7");
        assert_eq!(
            show(vm, method(vm, &l, "pop", &[vm.new_int(7)])),
            "IndexError: pop index out of range"
        );
        assert_eq!(
            show(vm, method(vm, &list(vm, &[]), "pop", &[])),
            "IndexError: pop from empty list"
        );
        assert_eq!(
            show(vm, method(vm, &l, "remove", &[vm.new_int(99)])),
            "ValueError: list.remove(x): x not in list"
        );
        method(vm, &l, "append", std::slice::from_ref(&l)).unwrap();
        assert_eq!(show(vm, Ok(l.clone())), "[1, 40, [...]]");
        assert_eq!(
            show(vm, make(vm, &vm.types.list, &[tuple(vm, &[4, 5])])),
            "[4, 5]"
        );
        let huge = vm.binary(&list(vm, &[1]), &vm.new_int(1 << 61), BinOp::Mul);
        assert_eq!(show(vm, huge), "MemoryError: ");
    });
}

#[test]
fn sorting() {
    with_vm(|vm| {
        let mut state = 12345u64;
        let mut random = |limit: i64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i64 % limit
        };
        for len in [0, 1, 2, 10, 63, 64, 65, 200, 1000, 5000] {
            // A mix of ints and floats takes the general path.
            let mut numbers: Vec<i64> = (0..len).map(|_| random(len.max(1))).collect();
            if len == 1000 {
                numbers[..700].sort();
            }
            let items: Vec<Value> = numbers
                .iter()
                .map(|&n| {
                    if n % 2 == 0 {
                        vm.new_int(n)
                    } else {
                        vm.new_float(n as f64)
                    }
                })
                .collect();
            for reverse in [false, true] {
                let mut sorted = items.clone();
                taipan_object::sort::sort_vec(vm, &mut sorted, None, reverse).unwrap();
                let found: Vec<i64> = sorted
                    .iter()
                    .map(|v| v.as_i64().unwrap_or_else(|| v.as_float().unwrap() as i64))
                    .collect();
                let mut expected = numbers.clone();
                expected.sort();
                if reverse {
                    expected.reverse();
                }
                assert_eq!(found, expected);
            }
        }
        let mut mixed = vec![vm.new_int(1), text(vm, "a"), vm.new_int(0)];
        let result =
            taipan_object::sort::sort_vec(vm, &mut mixed, None, false).map(|()| Value::NONE);
        assert_eq!(
            show(vm, result),
            "TypeError: '<' not supported between instances of 'str' and 'int'"
        );
        assert_eq!(mixed.len(), 3);
    });
}

#[test]
fn tuples_slices_and_hashes() {
    with_vm(|vm| {
        assert_eq!(vm.hash(&tuple(vm, &[1, 2, 3])).unwrap(), 529344067295497451);
        assert_eq!(vm.hash(&tuple(vm, &[])).unwrap(), 5740354900026072187);
        assert_eq!(vm.hash(&tuple(vm, &[1])).unwrap(), -6644214454873602895);
        assert_eq!(
            vm.hash(&slice(vm, Some(1), Some(2), Some(3))).unwrap(),
            -2340833382717974474
        );
        let t = tuple(vm, &[1, 2, 3]);
        assert_eq!(
            show(vm, vm.get_item(&t, &slice(vm, Some(1), None, None))),
            "(2, 3)"
        );
        assert_eq!(
            show(vm, vm.get_item(&t, &slice(vm, Some(2), None, None))),
            "(3,)"
        );
        assert_eq!(
            show(vm, vm.binary(&t, &list(vm, &[]), BinOp::Add)),
            "TypeError: can only concatenate tuple (not \"list\") to tuple"
        );
        assert_eq!(
            show(
                vm,
                method(
                    vm,
                    &slice(vm, None, Some(-3), Some(2)),
                    "indices",
                    &[vm.new_int(10)]
                )
            ),
            "(0, 7, 2)"
        );
        assert_eq!(
            show(vm, Ok(slice(vm, None, Some(-3), None))),
            "slice(None, -3, None)"
        );
    });
}

#[test]
fn ranges() {
    with_vm(|vm| {
        let range = |args: &[i64]| make(vm, &vm.types.range, &ints(vm, args)).unwrap();
        let all = |v: &Value| show(vm, make(vm, &vm.types.list, std::slice::from_ref(v)));
        assert_eq!(all(&range(&[10, 0, -3])), "[10, 7, 4, 1]");
        assert_eq!(
            show(
                vm,
                vm.get_item(&range(&[10]), &slice(vm, Some(2), Some(8), Some(2)))
            ),
            "range(2, 8, 2)"
        );
        assert_eq!(
            all(&method(vm, &range(&[1, 10, 4]), "__reversed__", &[]).unwrap()),
            "[9, 5, 1]"
        );
        assert_eq!(
            vm.hash(&range(&[1, 10, 2])).unwrap(),
            vm.hash(&tuple(vm, &[5, 1, 2])).unwrap()
        );
        assert!(vm.contains(&range(&[0, 100, 7]), &vm.new_int(49)).unwrap());
        assert!(
            vm.contains(&range(&[0, 100, 7]), &vm.new_float(49.0))
                .unwrap()
        );
        assert!(!vm.contains(&range(&[0, 100, 7]), &vm.new_int(50)).unwrap());
        let big = vm.new_bigint(dashu_int::IBig::ONE << 70);
        let end = vm.new_bigint((dashu_int::IBig::ONE << 70) + dashu_int::IBig::from(3));
        let r = make(vm, &vm.types.range, &[big, end]).unwrap();
        assert_eq!(vm.collect(&r).unwrap().len(), 3);
        assert_eq!(
            show(vm, make(vm, &vm.types.range, &ints(vm, &[1, 2, 0]))),
            "ValueError: range() arg 3 must not be zero"
        );
        assert_eq!(
            show(vm, vm.get_item(&range(&[3]), &vm.new_int(3))),
            "IndexError: range object index out of range"
        );
    });
}

#[path = "data/set_cases.rs"]
mod set_cases;

#[test]
fn sets_keep_cpythons_order() {
    with_vm(|vm| {
        for (operations, elements, other, or, and, sub, xor, copy, other_order, hash, frozen) in
            set_cases::CASES
        {
            let set = vm.new_set();
            for &(add, n) in *operations {
                let n = vm.new_int(n);
                if add == 1 {
                    set.add(vm, n).unwrap();
                } else {
                    method(vm, set.as_value(), "discard", &[n]).unwrap();
                }
            }
            let second = make(vm, &vm.types.set, &[list(vm, other)]).unwrap();
            let order = |v: &Value| {
                vm.collect(v)
                    .unwrap()
                    .iter()
                    .map(|n| n.as_i64().unwrap())
                    .collect::<Vec<_>>()
            };
            assert_eq!(order(set.as_value()), *elements);
            assert_eq!(order(&second), *other_order);
            for (op, expected) in [
                (BinOp::Or, or),
                (BinOp::And, and),
                (BinOp::Sub, sub),
                (BinOp::Xor, xor),
            ] {
                assert_eq!(
                    order(&vm.binary(set.as_value(), &second, op).unwrap()),
                    **expected,
                    "{op:?}"
                );
            }
            assert_eq!(
                order(&make(vm, &vm.types.set, &[set.to_value()]).unwrap()),
                *copy
            );
            let f = make(vm, &vm.types.frozenset, &[list(vm, elements)]).unwrap();
            assert_eq!(order(&f), *frozen);
            assert_eq!(vm.hash(&f).unwrap(), *hash);
        }
        assert_eq!(show(vm, make(vm, &vm.types.set, &[])), "set()");
        assert_eq!(
            show(vm, make(vm, &vm.types.frozenset, &[list(vm, &[1, 2, 1])])),
            "frozenset({1, 2})"
        );
        let nested = vm.new_list(vec![list(vm, &[])]).into_value();
        let bad = make(vm, &vm.types.set, &[nested]);
        assert_eq!(
            show(vm, bad),
            "TypeError: cannot use 'list' as a set element (unhashable type: 'list')"
        );
    });
}

#[test]
fn dicts() {
    with_vm(|vm| {
        let pairs = vm
            .new_list(vec![tuple(vm, &[1, 2]), list(vm, &[3, 4])])
            .into_value();
        let d = make(vm, &vm.types.dict, &[pairs]).unwrap();
        assert_eq!(show(vm, Ok(d.clone())), "{1: 2, 3: 4}");
        assert_eq!(show(vm, vm.get_item(&d, &vm.new_int(9))), "KeyError: 9");
        if vm.types.float.slots.hash.get().is_some() {
            assert_eq!(show(vm, vm.get_item(&d, &vm.new_float(3.0))), "4");
        }
        let bad = make(
            vm,
            &vm.types.dict,
            &[vm.new_list(vec![tuple(vm, &[1])]).into_value()],
        );
        assert_eq!(
            show(vm, bad),
            "ValueError: dictionary update sequence element #0 has length 1; 2 is required"
        );
        assert_eq!(
            show(vm, make(vm, &vm.types.dict, &[list(vm, &[1])])),
            "TypeError: object is not iterable"
        );
        let unhashable = vm.get_item(&d, &list(vm, &[]));
        assert_eq!(
            show(vm, unhashable),
            "TypeError: cannot use 'list' as a dict key (unhashable type: 'list')"
        );
        let view = |name: &str| method(vm, &d, name, &[]);
        assert_eq!(show(vm, view("keys")), "dict_keys([1, 3])");
        assert_eq!(show(vm, view("items")), "dict_items([(1, 2), (3, 4)])");
        let keys = view("keys").unwrap();
        assert_eq!(
            show(vm, vm.binary(&keys, &list(vm, &[3, 5]), BinOp::And)),
            "{3}"
        );
        assert_eq!(
            show(vm, vm.binary(&list(vm, &[3, 5]), &keys, BinOp::Sub)),
            "{5}"
        );
        assert_eq!(
            show(
                vm,
                vm.compare(
                    &keys,
                    &make(vm, &vm.types.set, &[list(vm, &[1, 3])]).unwrap(),
                    CmpOp::Eq
                )
            ),
            "True"
        );
        let it = vm.iter(&d).unwrap();
        vm.next(&it).unwrap();
        vm.set_item(&d, &vm.new_int(7), &d).unwrap();
        assert_eq!(
            show(vm, vm.next(&it).map(Option::unwrap)),
            "RuntimeError: dictionary changed size during iteration"
        );
        assert_eq!(show(vm, Ok(d.clone())), "{1: 2, 3: 4, 7: {...}}");
        assert_eq!(
            show(vm, vm.binary(&d, &vm.new_int(1), BinOp::Or)),
            "TypeError: unsupported operand type(s) for |: 'dict' and 'int'"
        );
        method(vm, &d, "clear", &[]).unwrap();
        assert_eq!(
            show(vm, method(vm, &d, "popitem", &[])),
            "KeyError: popitem(): dictionary is empty"
        );
    });
}

#[test]
fn deleted_places_of_dicts_do_not_pile_up() {
    with_vm(|vm| {
        let d = vm.new_dict();
        d.insert(vm, vm.new_int(-5), Value::NONE).unwrap();
        for i in 0..10_000 {
            d.insert(vm, vm.new_int(i * 7), vm.new_int(i)).unwrap();
            assert_eq!(
                show(vm, method(vm, d.as_value(), "popitem", &[])),
                format!("({}, {i})", i * 7)
            );
        }
        // A queue: the oldest leaves, a new one comes.
        for i in 0..10_000 {
            d.insert(vm, vm.new_int(i), vm.new_int(i)).unwrap();
            if i >= 10 {
                assert!(d.remove(vm, &vm.new_int(i - 10)).unwrap().is_some());
            }
            assert!(d.get(vm, &vm.new_int(i)).unwrap().is_some());
        }
        assert_eq!(d.len(), 11);
        assert!(d.table_bytes() < 2000);
        let copy = d.copy();
        assert!(copy.get(vm, &vm.new_int(9_995)).unwrap().is_some());
        assert!(copy.get(vm, &vm.new_int(3)).unwrap().is_none());
    });
}

#[test]
fn iterator_classes() {
    with_vm(|vm| {
        let types = &vm.types;
        let all = |v: PyResult| show(vm, v.and_then(|v| make(vm, &types.list, &[v])));
        let l = list(vm, &[5, 6, 7]);
        assert_eq!(
            all(make(vm, &types.enumerate, &[l.clone(), vm.new_int(1)])),
            "[(1, 5), (2, 6), (3, 7)]"
        );
        assert_eq!(
            all(make(vm, &types.zip, &[l.clone(), list(vm, &[1, 2])])),
            "[(5, 1), (6, 2)]"
        );
        assert_eq!(all(make(vm, &types.zip, &[])), "[]");
        assert_eq!(
            all(make(
                vm,
                &types.filter,
                &[Value::NONE, list(vm, &[0, 1, 0, 2])]
            )),
            "[1, 2]"
        );
        assert_eq!(
            show(vm, make(vm, &types.map, &[Value::NONE])),
            "TypeError: map() must have at least two arguments."
        );
        assert_eq!(
            all(make(vm, &types.reversed, &[tuple(vm, &[1, 2, 3])])),
            "[3, 2, 1]"
        );
        let set = vm.new_set().into_value();
        assert_eq!(
            show(vm, make(vm, &types.reversed, &[set])),
            "TypeError: 'set' object is not reversible"
        );
        let it = vm.iter(&l).unwrap();
        vm.next(&it).unwrap();
        assert_eq!(show(vm, method(vm, &it, "__length_hint__", &[])), "2");
    });
}
