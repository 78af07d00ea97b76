//! The module `_functools`.

mod cmp_key;
mod lru_cache;
pub mod partial;

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions; the classes are in the files beside.
#[pymodule(
    name = "_functools",
    doc = "Tools for functions.",
    classes(
        crate::functools::partial::Partial,
        crate::functools::partial::PlaceholderType,
        crate::functools::lru_cache::LruCache,
    )
)]
pub mod module {
    use taipan_object::args::set_module_attr;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::functools::{cmp_key, partial};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "Placeholder", partial::placeholder(vm))
    }

    /// The function applied to the first two items, then to its result and the next item, and so on.
    #[pyfunction("(function, iterable, /, initial=<unset>)")]
    fn reduce(
        vm: &Vm,
        function: &Value,
        iterable: &Value,
        initial: Option<Value>,
    ) -> PyResult<Value> {
        let iterator = match vm.iter(iterable) {
            Ok(iterator) => iterator,
            Err(_) if vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                return Err(vm.type_error("reduce() arg 2 must support iteration"));
            }
            Err(e) => return Err(e),
        };
        let mut result = initial;
        while let Some(item) = vm.next(&iterator)? {
            result = Some(match result {
                None => item,
                Some(before) => vm.call(function, &[before, item])?,
            });
        }
        result.ok_or_else(|| vm.type_error("reduce() of empty iterable with no initial value"))
    }

    /// Makes a key function of a comparison function.
    #[pyfunction("(mycmp)")]
    fn cmp_to_key(vm: &Vm, mycmp: Value) -> Value {
        cmp_key::new(vm, mycmp)
    }
}
