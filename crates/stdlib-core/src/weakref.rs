//! The module `_weakref`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions of the module `_weakref`.
#[pymodule(name = "_weakref", doc = "References that do not keep objects alive.")]
pub mod module {
    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::weakref::WeakRef;
    use taipan_object::{PyResult, Ref, Value, Vm};

    /// How many weak references an object has.
    #[pyfunction("(object, /)")]
    fn getweakrefcount(vm: &Vm, object: &Value) -> usize {
        vm.heap.weakrefs.links(object).len()
    }
    /// The weak references to an object.
    #[pyfunction("(object, /)")]
    fn getweakrefs(vm: &Vm, object: &Value) -> Value {
        let links = vm.heap.weakrefs.links(object);
        vm.list_value(links.into_iter().map(Ref::into_value).collect())
    }
    /// A stand-in for an object that does not keep it alive.
    #[pyfunction("(object, callback=None, /)")]
    fn proxy(vm: &Vm, object: &Value, callback: &Value) -> PyResult {
        taipan_object::weakref::new_proxy(vm, object, Some(callback))
    }
    /// Deletes a dict's entry if its value is a weak reference whose object is gone.
    #[pyfunction("(dct, key, /)")]
    fn _remove_dead_weakref(vm: &Vm, dct: &Value, key: &Value) -> PyResult<()> {
        let Some(dct) = dct.downcast::<Dict>() else {
            return Err(vm.type_error(format!(
                "_remove_dead_weakref() argument 1 must be dict, not {}",
                vm.type_name(dct)
            )));
        };
        let Some(value) = dct.get(vm, key)? else {
            return Ok(());
        };
        let Some(reference) = value.downcast::<WeakRef>() else {
            return Err(vm.type_error("not a weakref"));
        };
        if reference.get().is_none() {
            drop(dct.remove(vm, key)?);
        }
        Ok(())
    }
    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (name, ty) in [
            ("ref", &vm.types.weakref),
            ("ReferenceType", &vm.types.weakref),
            ("ProxyType", &vm.types.weakproxy),
            ("CallableProxyType", &vm.types.weakcallableproxy),
        ] {
            module
                .dict
                .insert_str(vm, &vm.intern_str(name), ty.to_value());
        }
        Ok(())
    }
}
