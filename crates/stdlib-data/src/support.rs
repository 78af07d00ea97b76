//! Small helpers that the modules share.

use taipan_object::type_ops::ClassSpec;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm};

pub use taipan_object::args::set_module_attr;
pub use taipan_stdlib_core::field::Field;
pub use taipan_stdlib_core::state::once;

/// An exception class of a module, made once an interpreter. The key is its
/// full name: `"binascii.Error"`.
pub fn exception(vm: &Vm, key: &'static str, base: &TypeRef) -> TypeRef {
    once(vm, key, || {
        let (module, name) = key.rsplit_once('.').unwrap_or(("builtins", key));
        let dict = vm.new_dict();
        dict.insert_str(vm, &vm.names.__module__, vm.intern_str(module).into_value());
        let spec = ClassSpec {
            name: vm.intern_str(name),
            qualname: vm.intern_str(name).into_value(),
            bases: vec![base.clone()],
            dict,
            members: Vec::new(),
            add_dict: true,
            add_weakref: true,
        };
        vm.new_class(&vm.types.type_, spec).unwrap_or_else(|_| {
            drop(vm.take_pending());
            base.clone()
        })
    })
}

/// Sets a class attribute that is no method.
pub fn class_attribute(vm: &Vm, class: &TypeRef, name: &str, value: Value) {
    class.dict.insert_str(vm, &vm.intern_str(name), value);
}

/// Makes a class unhashable.
pub fn unhashable(vm: &Vm, class: &TypeRef) {
    class_attribute(vm, class, "__hash__", Value::NONE);
    class.slots.hash.set(Some(|vm, object| {
        let name = vm.full_type_name(vm.type_of(object));
        Err(vm.type_error(format!("unhashable type: '{name}'")))
    }));
}

/// Puts integer constants into a module.
pub fn add_constants(
    vm: &Vm,
    module: &Ref<taipan_object::module::Module>,
    constants: &[(&str, i64)],
) {
    for (name, value) in constants {
        module
            .dict
            .insert_str(vm, &vm.intern_str(name), vm.new_int(*value));
    }
}

/// OSError of a failed call to the system.
#[cold]
pub fn os_error(vm: &Vm, e: &std::io::Error) -> Raised {
    taipan_vm::os_error::raise(vm, e, None)
}

/// Makes a call that may block, without the interpreter's lock; repeats it when a signal interrupted it, unless a
/// handler raises.
pub fn retry<T: Send>(vm: &Vm, mut call: impl FnMut() -> std::io::Result<T> + Send) -> PyResult<T> {
    loop {
        match taipan_vm::threads::unlocked(vm, &mut call) {
            Ok(value) => return Ok(value),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => taipan_vm::poll::poll(vm)?,
            Err(e) => return Err(os_error(vm, &e)),
        }
    }
}

/// A time span in seconds.
///
/// # Errors
/// TypeError; ValueError for NaN.
pub fn seconds(vm: &Vm, value: &Value) -> PyResult<f64> {
    let seconds = match value.as_float() {
        Some(x) => x,
        None if value.as_int().is_some() || vm.type_of(value).slots.index.get().is_some() => {
            let n = vm.index(value)?;
            vm.as_f64(&n)?
        }
        None => {
            return Err(vm.type_error(format!(
                "'{}' object cannot be interpreted as an integer or float",
                vm.type_name(value)
            )));
        }
    };
    if seconds.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    Ok(seconds)
}
