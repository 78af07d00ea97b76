//! The module `_bisect`.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions.
#[pymodule(
    name = "_bisect",
    doc = "Searching and inserting in sorted sequences by bisection."
)]
pub mod module {
    use taipan_object::list::List;
    use taipan_object::slots::CmpOp;
    use taipan_object::{PyResult, Ref, Value, Vm};

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Side {
        Left,
        Right,
    }

    fn plain_list<'a>(vm: &Vm, a: &'a Value) -> Option<&'a Ref<List>> {
        a.downcast_exact::<List>(&vm.types.list)
    }
    fn item(vm: &Vm, a: &Value, index: usize) -> PyResult {
        if let Some(list) = plain_list(vm, a) {
            return list
                .get(index)
                .ok_or_else(|| vm.index_error("list index out of range"));
        }
        vm.get_item(a, &vm.new_uint(index as u64))
    }
    /// Whether the place of x is beyond `item`.
    fn beyond(vm: &Vm, x: &Value, item: &Value, side: Side) -> PyResult<bool> {
        let (a, b) = if side == Side::Left {
            (item, x)
        } else {
            (x, item)
        };
        let less = vm.compare(a, b, CmpOp::Lt)?;
        Ok(vm.is_true(&less)? == (side == Side::Left))
    }

    /// The place of x in `a[lo:hi]`.
    fn place(
        vm: &Vm,
        a: &Value,
        x: &Value,
        lo: isize,
        hi: &Value,
        key: Option<&Value>,
        side: Side,
    ) -> PyResult<usize> {
        let Ok(mut lo) = usize::try_from(lo) else {
            return Err(vm.value_error("lo must be non-negative"));
        };
        let mut hi = if hi.is_none() {
            vm.len(a)?
        } else if vm.type_of(hi).slots.index.get().is_some() {
            match vm.index_isize(hi)? {
                // -1 has always meant the end here.
                -1 => vm.len(a)?,
                n => usize::try_from(n).unwrap_or(0),
            }
        } else {
            return Err(vm.type_error(format!(
                "argument should be integer or None, not '{}'",
                vm.type_name(hi)
            )));
        };
        while lo < hi {
            let middle = lo + (hi - lo) / 2;
            let mut probe = item(vm, a, middle)?;
            if let Some(key) = key {
                probe = vm.call(key, std::slice::from_ref(&probe))?;
            }
            if beyond(vm, x, &probe, side)? {
                lo = middle + 1;
            } else {
                hi = middle;
            }
        }
        Ok(lo)
    }

    fn insert(
        vm: &Vm,
        a: &Value,
        x: &Value,
        lo: isize,
        hi: &Value,
        key: Option<&Value>,
        side: Side,
    ) -> PyResult<()> {
        let at = match key {
            None => place(vm, a, x, lo, hi, None, side)?,
            Some(key) => {
                let x_key = vm.call(key, std::slice::from_ref(x))?;
                place(vm, a, &x_key, lo, hi, Some(key), side)?
            }
        };
        if let Some(list) = plain_list(vm, a) {
            list.with(|items| items.insert(at.min(items.len()), x.clone()));
            return Ok(());
        }
        vm.call_method(
            a,
            &vm.intern_str("insert"),
            &[vm.new_uint(at as u64), x.clone()],
        )
        .map(drop)
    }

    /// The index where x goes in a sorted list, after equal items.
    #[pyfunction("(a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_right(
        vm: &Vm,
        a: &Value,
        x: &Value,
        lo: isize,
        hi: &Value,
        key: Option<&Value>,
    ) -> PyResult<usize> {
        place(vm, a, x, lo, hi, key, Side::Right)
    }
    /// The index where x goes in a sorted list, before equal items.
    #[pyfunction("(a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_left(
        vm: &Vm,
        a: &Value,
        x: &Value,
        lo: isize,
        hi: &Value,
        key: Option<&Value>,
    ) -> PyResult<usize> {
        place(vm, a, x, lo, hi, key, Side::Left)
    }
    /// Inserts x into a sorted list, after equal items.
    #[pyfunction("(a, x, lo=0, hi=None, *, key=None)")]
    fn insort_right(
        vm: &Vm,
        a: &Value,
        x: &Value,
        lo: isize,
        hi: &Value,
        key: Option<&Value>,
    ) -> PyResult<()> {
        insert(vm, a, x, lo, hi, key, Side::Right)
    }
    /// Inserts x into a sorted list, before equal items.
    #[pyfunction("(a, x, lo=0, hi=None, *, key=None)")]
    fn insort_left(
        vm: &Vm,
        a: &Value,
        x: &Value,
        lo: isize,
        hi: &Value,
        key: Option<&Value>,
    ) -> PyResult<()> {
        insert(vm, a, x, lo, hi, key, Side::Left)
    }
}
