//! An interpreter can be built, used and dropped.

use taipan_object::{Interp, Vm};

#[test]
fn values_survive_the_interpreter_being_built() {
    let interp = Interp::new((1, 2));
    // SAFETY: the interpreter outlives the thread state, which is the only one.
    let vm = unsafe { Vm::new(&*interp) };
    let d = vm.new_dict();
    for i in 0..100 {
        d.insert(
            &vm,
            vm.new_int(i),
            vm.new_str(&format!("value {i}")).into_value(),
        )
        .unwrap();
    }
    assert_eq!(d.len(), 100);
    let v = d.get(&vm, &vm.new_int(42)).unwrap().unwrap();
    assert_eq!(vm.str(&v).unwrap().to_string(), "value 42");
    assert!(vm.get_item(&v, &vm.new_int(99)).is_err());
    assert!(vm.exception_is(&vm.exc.index_error));
    drop(vm.take_pending());
    for x in [0.0, -0.0, 1.5, -1.0, 1e300, f64::INFINITY, 1e-300, 5e-324] {
        assert_eq!(vm.new_float(x).as_float().unwrap().to_bits(), x.to_bits());
    }
}
