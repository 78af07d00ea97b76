//! The module `_collections`.

mod count;
mod default_dict;
mod deque;
mod deque_iter;
mod ordered_dict;
mod ordered_views;
mod tuple_getter;

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions; the classes are in the files beside.
#[pymodule(
    name = "_collections",
    doc = "Containers: deque, defaultdict, OrderedDict.",
    classes(
        crate::collections::deque::Deque,
        crate::collections::deque_iter::DequeIterator,
        crate::collections::deque_iter::DequeReverseIterator,
        crate::collections::tuple_getter::TupleGetter,
    )
)]
pub mod module {
    use taipan_object::args::set_module_attr;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use crate::collections::{count, default_dict, ordered_dict};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(
            vm,
            module,
            "defaultdict",
            default_dict::class(vm).into_value(),
        )?;
        set_module_attr(
            vm,
            module,
            "OrderedDict",
            ordered_dict::class(vm).into_value(),
        )
    }

    /// Counts the items of an iterable in a mapping.
    #[pyfunction("(mapping, iterable, /)")]
    fn _count_elements(vm: &Vm, mapping: &Value, iterable: &Value) -> PyResult<()> {
        count::count_elements(vm, mapping, iterable)
    }
}
