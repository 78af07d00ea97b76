//! Classes made through `type`, without a machine.

use taipan_object::ty::Type;
use taipan_object::{Interp, TypeRef, Value, Vm};

fn with_vm(f: impl FnOnce(&Vm)) {
    let interp = Interp::new((1, 2));
    // SAFETY: the interpreter outlives the thread state, which is the only one.
    let vm = unsafe { Vm::new(&*interp) };
    f(&vm);
    if let Some(e) = vm.take_pending() {
        panic!("left over: {}", vm.repr(&e).unwrap());
    }
}

fn class(
    vm: &Vm,
    name: &str,
    bases: &[&TypeRef],
    namespace: &[(&str, Value)],
) -> Result<TypeRef, String> {
    let dict = vm.new_dict();
    for (key, value) in namespace {
        dict.insert_str(vm, &vm.intern_str(key), value.clone());
    }
    let bases = vm.new_tuple(bases.iter().map(|b| b.to_value()).collect::<Vec<_>>());
    let args = [
        vm.new_str(name).into_value(),
        bases.into_value(),
        dict.into_value(),
    ];
    let made = vm.call(vm.types.type_.as_value(), &args);
    match made {
        Ok(v) => Ok(v.downcast_owned::<Type>().unwrap()),
        Err(e) => Err(message(vm, vm.take_exception(e))),
    }
}

fn message(vm: &Vm, e: Value) -> String {
    format!("{}: {}", vm.type_name(&e), vm.str(&e).unwrap())
}

fn failure<T>(vm: &Vm, r: Result<T, taipan_object::Raised>) -> String {
    match r {
        Ok(_) => "no error".to_owned(),
        Err(e) => message(vm, vm.take_exception(e)),
    }
}

#[test]
fn plain_classes_make_instances_with_attributes() {
    with_vm(|vm| {
        let c = class(
            vm,
            "C",
            &[],
            &[
                ("x", vm.new_int(1)),
                ("__module__", vm.new_str("m").into_value()),
            ],
        )
        .unwrap();
        let made = vm.call(c.as_value(), &[]);
        let object = made.unwrap_or_else(|e| panic!("{}", message(vm, vm.take_exception(e))));
        let (x, y) = (vm.intern_str("x"), vm.intern_str("y"));
        assert_eq!(vm.getattr(&object, &x).unwrap().as_small_int(), Some(1));
        vm.setattr(&object, &y, &vm.new_int(2)).unwrap();
        assert_eq!(vm.getattr(&object, &y).unwrap().as_small_int(), Some(2));
        let dict = vm.getattr_str(&object, "__dict__").unwrap();
        assert_eq!(
            dict.downcast::<taipan_object::dict::Dict>().unwrap().len(),
            1
        );
        assert!(
            vm.repr(&object)
                .unwrap()
                .to_string()
                .starts_with("<m.C object at 0x")
        );
        assert_eq!(vm.repr(c.as_value()).unwrap().to_string(), "<class 'm.C'>");
        assert_eq!(
            failure(vm, vm.call(c.as_value(), &[Value::NONE])),
            "TypeError: C() takes no arguments"
        );
        assert_eq!(
            failure(vm, vm.getattr_str(&object, "z")),
            "AttributeError: 'C' object has no attribute 'z'"
        );
    });
}

#[test]
fn slots_replace_the_dict() {
    with_vm(|vm| {
        let names = vm
            .new_tuple([vm.new_str("b").into_value(), vm.new_str("__a").into_value()])
            .into_value();
        let c = class(vm, "C", &[], &[("__slots__", names.clone())]).unwrap();
        let made = vm.call(c.as_value(), &[]);
        let object = made.unwrap_or_else(|e| panic!("{}", message(vm, vm.take_exception(e))));
        vm.setattr(&object, &vm.intern_str("_C__a"), &vm.new_int(5))
            .unwrap();
        assert_eq!(
            vm.getattr_str(&object, "_C__a").unwrap().as_small_int(),
            Some(5)
        );
        assert_eq!(
            failure(vm, vm.setattr(&object, &vm.intern_str("q"), &Value::NONE)),
            "AttributeError: 'C' object has no attribute 'q' and no __dict__ for setting new attributes"
        );
        let conflict = class(
            vm,
            "D",
            &[],
            &[("__slots__", names.clone()), ("b", Value::NONE)],
        )
        .map(drop);
        assert_eq!(
            conflict,
            Err("ValueError: 'b' in __slots__ conflicts with class variable".to_owned())
        );
        let int = class(vm, "I", &[&vm.types.tuple], &[("__slots__", names)]).map(drop);
        assert_eq!(
            int,
            Err("TypeError: nonempty __slots__ not supported for subtype of 'tuple'".to_owned())
        );
    });
}

#[test]
fn inheritance_is_linearised_and_bases_can_change() {
    with_vm(|vm| {
        let a = class(vm, "A", &[], &[("v", vm.new_int(1))]).unwrap();
        let b = class(vm, "B", &[], &[("v", vm.new_int(2))]).unwrap();
        let c = class(vm, "C", &[&a], &[]).unwrap();
        let v = vm.intern_str("v");
        assert_eq!(
            vm.getattr(c.as_value(), &v).unwrap().as_small_int(),
            Some(1)
        );
        let bases = vm.new_tuple([b.to_value()]).into_value();
        vm.setattr(c.as_value(), &vm.intern_str("__bases__"), &bases)
            .unwrap();
        assert_eq!(
            vm.getattr(c.as_value(), &v).unwrap().as_small_int(),
            Some(2)
        );
        let bad = class(vm, "X", &[&vm.types.object, &a], &[]).map(drop);
        assert_eq!(bad, Err("TypeError: Cannot create a consistent method resolution order (MRO) for bases object, A".to_owned()));
        let cycle = vm.new_tuple([c.to_value()]).into_value();
        assert_eq!(
            failure(
                vm,
                vm.setattr(b.as_value(), &vm.intern_str("__bases__"), &cycle)
            ),
            "TypeError: a __bases__ item causes an inheritance cycle"
        );
        assert!(class(vm, "L", &[&vm.types.list, &vm.types.dict], &[]).is_err());
    });
}

#[test]
fn exceptions_keep_arguments_and_attributes() {
    with_vm(|vm| {
        let c = class(vm, "E", &[&vm.exc.value_error], &[]).unwrap();
        let e = vm
            .call(c.as_value(), &[Value::NONE, vm.new_str("two").into_value()])
            .unwrap();
        assert_eq!(vm.repr(&e).unwrap().to_string(), "E(None, 'two')");
        vm.setattr(&e, &vm.intern_str("extra"), &vm.new_int(3))
            .unwrap();
        assert_eq!(vm.getattr_str(&e, "extra").unwrap().as_small_int(), Some(3));
        let plain = vm
            .call(vm.exc.key_error.as_value(), &[vm.new_str("k").into_value()])
            .unwrap();
        vm.setattr(&plain, &vm.intern_str("extra"), &vm.new_int(4))
            .unwrap();
        assert_eq!(
            vm.getattr_str(&plain, "extra").unwrap().as_small_int(),
            Some(4)
        );
    });
}
