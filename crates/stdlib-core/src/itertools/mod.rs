//! The module `itertools`.

mod combinatoric;
mod combine;
mod group;
mod infinite;
mod select;
mod tee;

use taipan_macros::pymodule;
use taipan_object::{PyResult, Value, Vm};

pub use module::MODULE;

/// The next item of an inner iterator. Iterators can be nested at will, so this watches the native stack.
#[inline]
fn pull(vm: &Vm, iterator: &Value) -> PyResult<Option<Value>> {
    vm.check_stack("")?;
    vm.next(iterator)
}

/// Classes and functions.
#[pymodule(
    name = "itertools",
    doc = "Building blocks for iterators.",
    classes(
        crate::itertools::combine::Accumulate,
        crate::itertools::combine::Batched,
        crate::itertools::combine::Chain,
        crate::itertools::combinatoric::Combinations,
        crate::itertools::combinatoric::CombinationsWithReplacement,
        crate::itertools::select::Compress,
        crate::itertools::infinite::Count,
        crate::itertools::infinite::Cycle,
        crate::itertools::select::DropWhile,
        crate::itertools::select::FilterFalse,
        crate::itertools::group::GroupBy,
        crate::itertools::group::Grouper,
        crate::itertools::select::ISlice,
        crate::itertools::combine::Pairwise,
        crate::itertools::combinatoric::Permutations,
        crate::itertools::combinatoric::Product,
        crate::itertools::infinite::Repeat,
        crate::itertools::combine::StarMap,
        crate::itertools::select::TakeWhile,
        crate::itertools::tee::Tee,
        crate::itertools::tee::TeeData,
        crate::itertools::combine::ZipLongest,
    )
)]
pub mod module {
    use taipan_object::{PyResult, Value, Vm};

    use crate::itertools::tee::Tee;

    /// Independent iterators over the items of one iterable.
    #[pyfunction("(iterable, n=2, /)")]
    fn tee(vm: &Vm, iterable: &Value, n: isize) -> PyResult<Value> {
        if n < 0 {
            return Err(vm.value_error("n must be >= 0"));
        }
        let class = vm.add_native_type::<Tee>();
        let mut all: Vec<Value> = Vec::new();
        if n > 0 {
            let first = Tee::of_iterable(vm, &class, iterable)?;
            all.push(first.to_value());
            all.extend((1..n).map(|_| Tee::copy_of(vm, &class, &first).into_value()));
        }
        Ok(vm.new_tuple(all).into_value())
    }
}
