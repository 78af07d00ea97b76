//! `product`, `permutations`, `combinations` and `combinations_with_replacement`.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

/// Where an iterator over selections stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    Running,
    Done,
}

/// The state that all iterators of this file share: a pool of items and the indices of the present selection.
struct Selection {
    pool: Vec<Value>,
    indices: RefCell<Vec<usize>>,
    stage: Cell<Stage>,
}

impl Selection {
    fn new(pool: Vec<Value>, indices: Vec<usize>, empty: bool) -> Selection {
        let stage = Cell::new(if empty { Stage::Done } else { Stage::Fresh });
        Selection {
            pool,
            indices: RefCell::new(indices),
            stage,
        }
    }
    /// The first selection as it is; later ones after `advance`, which says whether there is another.
    fn next(&self, vm: &Vm, advance: impl FnOnce(&mut [usize], usize) -> bool) -> Option<Value> {
        match self.stage.get() {
            Stage::Done => return None,
            Stage::Fresh => self.stage.set(Stage::Running),
            Stage::Running => {
                if !advance(&mut self.indices.borrow_mut(), self.pool.len()) {
                    self.stage.set(Stage::Done);
                    return None;
                }
            }
        }
        let indices = self.indices.borrow();
        let items: Vec<Value> = indices
            .iter()
            .filter_map(|&i| self.pool.get(i).cloned())
            .collect();
        Some(vm.new_tuple(items).into_value())
    }
    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.pool.iter().for_each(visit);
    }
}

fn selection_size(vm: &Vm, r: isize) -> PyResult<usize> {
    usize::try_from(r).map_err(|_| vm.value_error("r must be non-negative"))
}

/// The first indices of a selection; MemoryError if there is no room.
fn first_indices(vm: &Vm, r: usize, index: impl Fn(usize) -> usize) -> PyResult<Vec<usize>> {
    let mut indices = Vec::new();
    indices
        .try_reserve_exact(r)
        .map_err(|_| vm.memory_error())?;
    indices.extend((0..r).map(index));
    Ok(indices)
}

/// `combinations`.
pub struct Combinations(Selection);
payload!(Combinations, gc, |this, visit| this.0.visit(visit));

#[pymethods(
    name = "combinations",
    module = "itertools",
    doc = "All selections of r items in the order of the iterable.",
    flags(BASETYPE)
)]
impl Combinations {
    #[pynew("(iterable, r)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value, r: isize) -> PyResult<Ref<Combinations>> {
        let pool = vm.collect(iterable)?;
        let r = selection_size(vm, r)?;
        let empty = r > pool.len();
        let indices = if empty {
            Vec::new()
        } else {
            first_indices(vm, r, |i| i)?
        };
        Ok(alloc_instance(
            vm,
            cls,
            Combinations(Selection::new(pool, indices, empty)),
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Combinations>) -> PyResult<Option<Value>> {
        Ok(this.0.next(vm, |indices, n| {
            let r = indices.len();
            let Some(at) = (0..r).rev().find(|&i| indices[i] != i + n - r) else {
                return false;
            };
            indices[at] += 1;
            for i in at + 1..r {
                indices[i] = indices[i - 1] + 1;
            }
            true
        }))
    }
}

/// `combinations_with_replacement`.
pub struct CombinationsWithReplacement(Selection);
payload!(CombinationsWithReplacement, gc, |this, visit| this
    .0
    .visit(visit));

#[pymethods(
    name = "combinations_with_replacement",
    module = "itertools",
    doc = "All selections of r items in the order of the iterable; items may repeat.",
    flags(BASETYPE)
)]
impl CombinationsWithReplacement {
    #[pynew("(iterable, r)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        iterable: &Value,
        r: isize,
    ) -> PyResult<Ref<CombinationsWithReplacement>> {
        let pool = vm.collect(iterable)?;
        let r = selection_size(vm, r)?;
        let empty = pool.is_empty() && r > 0;
        let indices = first_indices(vm, r, |_| 0)?;
        Ok(alloc_instance(
            vm,
            cls,
            CombinationsWithReplacement(Selection::new(pool, indices, empty)),
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<CombinationsWithReplacement>) -> PyResult<Option<Value>> {
        Ok(this.0.next(vm, |indices, n| {
            let Some(at) = indices.iter().rposition(|&i| i + 1 != n) else {
                return false;
            };
            let next = indices[at] + 1;
            indices[at..].fill(next);
            true
        }))
    }
}

/// `permutations`: the indices of all items, of which the first `r` are shown.
pub struct Permutations {
    selection: Selection,
    /// All indices; the selection's are the first ones.
    order: RefCell<Vec<usize>>,
    cycles: RefCell<Vec<usize>>,
}
payload!(Permutations, gc, |this, visit| this.selection.visit(visit));

#[pymethods(
    name = "permutations",
    module = "itertools",
    doc = "All arrangements of r items of the iterable, of all items if r is None.",
    flags(BASETYPE)
)]
impl Permutations {
    #[pynew("(iterable, r=None)")]
    fn new(vm: &Vm, cls: &TypeRef, iterable: &Value, r: &Value) -> PyResult<Ref<Permutations>> {
        let pool = vm.collect(iterable)?;
        let n = pool.len();
        let r = if r.is_none() {
            n
        } else if r.as_int().is_some() {
            selection_size(vm, vm.index_isize(r)?)?
        } else {
            return Err(vm.type_error("Expected int as r"));
        };
        let empty = r > n;
        let (order, cycles) = if empty {
            (Vec::new(), Vec::new())
        } else {
            ((0..n).collect(), (0..r).map(|i| n - i).collect())
        };
        let indices = if empty { Vec::new() } else { (0..r).collect() };
        Ok(alloc_instance(
            vm,
            cls,
            Permutations {
                selection: Selection::new(pool, indices, empty),
                order: RefCell::new(order),
                cycles: RefCell::new(cycles),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Permutations>) -> PyResult<Option<Value>> {
        Ok(this.selection.next(vm, |indices, n| {
            let (mut order, mut cycles) = (this.order.borrow_mut(), this.cycles.borrow_mut());
            let r = indices.len();
            for i in (0..r).rev() {
                cycles[i] -= 1;
                if cycles[i] == 0 {
                    order[i..].rotate_left(1);
                    cycles[i] = n - i;
                } else {
                    let j = cycles[i];
                    order.swap(i, n - j);
                    indices.copy_from_slice(&order[..r]);
                    return true;
                }
            }
            false
        }))
    }
}

/// `product`: one index into each of several pools.
pub struct Product {
    pools: Vec<Vec<Value>>,
    /// Which pool each place takes its item from.
    indices: RefCell<Vec<usize>>,
    stage: Cell<Stage>,
}
payload!(Product, gc, |this, visit| this
    .pools
    .iter()
    .flatten()
    .for_each(visit));

#[pymethods(
    name = "product",
    module = "itertools",
    doc = "The Cartesian product of iterables, as nested loops would give it.",
    flags(BASETYPE)
)]
impl Product {
    #[pynew("(*iterables, repeat=1)")]
    fn new(vm: &Vm, cls: &TypeRef, iterables: &[Value], repeat: isize) -> PyResult<Ref<Product>> {
        let Ok(repeat) = usize::try_from(repeat) else {
            return Err(vm.value_error("repeat argument cannot be negative"));
        };
        let count = if repeat == 0 { 0 } else { iterables.len() };
        let places = count
            .checked_mul(repeat)
            .filter(|&n| n <= isize::MAX as usize / 8);
        let Some(places) = places else {
            return Err(vm.overflow_error("repeat argument too large"));
        };
        let indices = first_indices(vm, places, |_| 0)?;
        let mut pools = Vec::with_capacity(count);
        for iterable in &iterables[..count] {
            pools.push(vm.collect(iterable)?);
        }
        let stage = Cell::new(if pools.iter().any(Vec::is_empty) {
            Stage::Done
        } else {
            Stage::Fresh
        });
        Ok(alloc_instance(
            vm,
            cls,
            Product {
                pools,
                indices: RefCell::new(indices),
                stage,
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Product>) -> PyResult<Option<Value>> {
        let count = this.pools.len();
        match this.stage.get() {
            Stage::Done => return Ok(None),
            Stage::Fresh => this.stage.set(Stage::Running),
            Stage::Running => {
                let mut indices = this.indices.borrow_mut();
                let advanced = (0..indices.len()).rev().any(|place| {
                    indices[place] += 1;
                    let more = indices[place] < this.pools[place % count].len();
                    if !more {
                        indices[place] = 0;
                    }
                    more
                });
                if !advanced {
                    this.stage.set(Stage::Done);
                    return Ok(None);
                }
            }
        }
        let indices = this.indices.borrow();
        let items: Vec<Value> = indices
            .iter()
            .enumerate()
            .map(|(place, &i)| this.pools[place % count][i].clone())
            .collect();
        Ok(Some(vm.new_tuple(items).into_value()))
    }
}
