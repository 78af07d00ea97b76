//! The module `_heapq`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions.
#[pymodule(
    name = "_heapq",
    doc = "Heaps in lists: the smallest (or largest) item comes first."
)]
pub mod module {
    use taipan_object::list::List;
    use taipan_object::native::bad_argument;
    use taipan_object::slots::CmpOp;
    use taipan_object::{PyResult, Raised, Ref, Value, Vm};

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum First {
        Smallest,
        Largest,
    }

    /// Whether `a` belongs above `b`.
    fn above(vm: &Vm, a: &Value, b: &Value, first: First) -> PyResult<bool> {
        let (a, b) = if first == First::Smallest {
            (a, b)
        } else {
            (b, a)
        };
        let less = vm.compare(a, b, CmpOp::Lt)?;
        vm.is_true(&less)
    }
    #[cold]
    fn changed(vm: &Vm) -> Raised {
        vm.runtime_error("list changed size during iteration")
    }
    #[cold]
    fn empty(vm: &Vm) -> Raised {
        vm.index_error("index out of range")
    }
    fn get(vm: &Vm, heap: &Ref<List>, at: usize) -> PyResult {
        heap.get(at).ok_or_else(|| changed(vm))
    }
    fn swap(heap: &Ref<List>, a: usize, b: usize) {
        heap.with(|items| {
            if a < items.len() && b < items.len() {
                items.swap(a, b);
            }
        });
    }

    /// Moves the item at `at` up until its parent belongs above it, not beyond `start`.
    fn sift_down(
        vm: &Vm,
        heap: &Ref<List>,
        start: usize,
        mut at: usize,
        first: First,
    ) -> PyResult<()> {
        let size = heap.len();
        let item = get(vm, heap, at)?;
        while at > start {
            let up = (at - 1) / 2;
            let parent = get(vm, heap, up)?;
            let moves = above(vm, &item, &parent, first)?;
            if heap.len() != size {
                return Err(changed(vm));
            }
            if !moves {
                break;
            }
            swap(heap, at, up);
            at = up;
        }
        Ok(())
    }

    /// Moves the item at `start` down to a leaf, the better child going up, then up to its place.
    fn sift_up(vm: &Vm, heap: &Ref<List>, start: usize, first: First) -> PyResult<()> {
        let size = heap.len();
        let mut at = start;
        while at < size / 2 {
            let mut child = 2 * at + 1;
            if child + 1 < size {
                let (left, right) = (get(vm, heap, child)?, get(vm, heap, child + 1)?);
                let left_first = above(vm, &left, &right, first)?;
                if heap.len() != size {
                    return Err(changed(vm));
                }
                child += usize::from(!left_first);
            }
            swap(heap, at, child);
            at = child;
        }
        sift_down(vm, heap, start, at, first)
    }

    fn list<'a>(vm: &Vm, heap: &'a Value, function: &str, what: &str) -> PyResult<&'a Ref<List>> {
        heap.downcast::<List>()
            .ok_or_else(|| bad_argument(vm, heap, function, what, "list"))
    }
    fn push(vm: &Vm, heap: &Ref<List>, item: Value, first: First) -> PyResult<()> {
        heap.push(item);
        sift_down(vm, heap, 0, heap.len() - 1, first)
    }
    fn pop(vm: &Vm, heap: &Ref<List>, first: First) -> PyResult {
        let Some(last) = heap.with(Vec::pop) else {
            return Err(empty(vm));
        };
        match heap.set(0, last) {
            Ok(top) => {
                sift_up(vm, heap, 0, first)?;
                Ok(top)
            }
            Err(only) => Ok(only),
        }
    }
    fn replace(vm: &Vm, heap: &Ref<List>, item: Value, first: First) -> PyResult {
        let Ok(top) = heap.set(0, item) else {
            return Err(empty(vm));
        };
        sift_up(vm, heap, 0, first)?;
        Ok(top)
    }
    fn push_pop(vm: &Vm, heap: &Ref<List>, item: &Value, first: First) -> PyResult {
        let Some(top) = heap.get(0) else {
            return Ok(item.clone());
        };
        if !above(vm, &top, item, first)? {
            return Ok(item.clone());
        }
        replace(vm, heap, item.clone(), first)
    }
    fn order(vm: &Vm, heap: &Ref<List>, first: First) -> PyResult<()> {
        for at in (0..heap.len() / 2).rev() {
            sift_up(vm, heap, at, first)?;
        }
        Ok(())
    }

    /// Makes a heap of a list, in linear time.
    #[pyfunction("(heap, /)")]
    fn heapify(vm: &Vm, heap: &Value) -> PyResult<()> {
        order(vm, list(vm, heap, "heapify", "argument")?, First::Smallest)
    }
    /// Adds an item to a heap.
    #[pyfunction("(heap, item, /)")]
    fn heappush(vm: &Vm, heap: &Value, item: Value) -> PyResult<()> {
        push(
            vm,
            list(vm, heap, "heappush", "argument 1")?,
            item,
            First::Smallest,
        )
    }
    /// Takes the first item off a heap.
    #[pyfunction("(heap, /)")]
    fn heappop(vm: &Vm, heap: &Value) -> PyResult {
        pop(vm, list(vm, heap, "heappop", "argument")?, First::Smallest)
    }
    /// Takes the first item off a heap, then adds one.
    #[pyfunction("(heap, item, /)")]
    fn heapreplace(vm: &Vm, heap: &Value, item: Value) -> PyResult {
        replace(
            vm,
            list(vm, heap, "heapreplace", "argument 1")?,
            item,
            First::Smallest,
        )
    }
    /// Adds an item to a heap, then takes the first one off.
    #[pyfunction("(heap, item, /)")]
    fn heappushpop(vm: &Vm, heap: &Value, item: &Value) -> PyResult {
        push_pop(
            vm,
            list(vm, heap, "heappushpop", "argument 1")?,
            item,
            First::Smallest,
        )
    }
    /// Makes a heap with the largest item first of a list, in linear time.
    #[pyfunction("(heap, /)")]
    fn heapify_max(vm: &Vm, heap: &Value) -> PyResult<()> {
        order(
            vm,
            list(vm, heap, "heapify_max", "argument")?,
            First::Largest,
        )
    }
    /// Adds an item to a heap with the largest item first.
    #[pyfunction("(heap, item, /)")]
    fn heappush_max(vm: &Vm, heap: &Value, item: Value) -> PyResult<()> {
        push(
            vm,
            list(vm, heap, "heappush_max", "argument 1")?,
            item,
            First::Largest,
        )
    }
    /// Takes the first item off a heap with the largest item first.
    #[pyfunction("(heap, /)")]
    fn heappop_max(vm: &Vm, heap: &Value) -> PyResult {
        pop(
            vm,
            list(vm, heap, "heappop_max", "argument")?,
            First::Largest,
        )
    }
    /// Takes the first item off a heap with the largest item first, then adds one.
    #[pyfunction("(heap, item, /)")]
    fn heapreplace_max(vm: &Vm, heap: &Value, item: Value) -> PyResult {
        replace(
            vm,
            list(vm, heap, "heapreplace_max", "argument 1")?,
            item,
            First::Largest,
        )
    }
    /// Adds an item to a heap with the largest item first, then takes the first one off.
    #[pyfunction("(heap, item, /)")]
    fn heappushpop_max(vm: &Vm, heap: &Value, item: &Value) -> PyResult {
        push_pop(
            vm,
            list(vm, heap, "heappushpop_max", "argument 1")?,
            item,
            First::Largest,
        )
    }
}
