//! `_operator`: functions of containers and callables.

use taipan_macros::pymodule;

/// Functions of containers and callables.
#[pymodule(partial, name = "_operator")]
pub mod functions {
    use taipan_object::args::KwArgs;
    use taipan_object::bytes::Bytes;
    use taipan_object::number::BinOp;
    use taipan_object::str::Str;
    use taipan_object::{Args, PyResult, Raised, Value, Vm};

    /// b in a.
    #[pyfunction("(a, b, /)")]
    fn contains(vm: &Vm, a: &Value, b: &Value) -> PyResult<bool> {
        vm.contains(a, b)
    }
    /// a[b].
    #[pyfunction("(a, b, /)")]
    fn getitem(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.get_item(a, b)
    }
    /// a[b] = c.
    #[pyfunction("(a, b, c, /)")]
    fn setitem(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult<()> {
        vm.set_item(a, b, c)
    }
    /// del a[b].
    #[pyfunction("(a, b, /)")]
    fn delitem(vm: &Vm, a: &Value, b: &Value) -> PyResult<()> {
        vm.del_item(a, b)
    }

    /// Whether `a` can be concatenated: it has the slot, or is a sequence with `__add__` of its own.
    fn check_concat(vm: &Vm, a: &Value, b: &Value) -> PyResult<()> {
        if vm.type_of(a).slots.concat.get().is_some() || vm.is_sequence(a) && vm.is_sequence(b) {
            return Ok(());
        }
        Err(vm.type_error(format!(
            "'{}' object can't be concatenated",
            vm.type_name(a)
        )))
    }
    /// a + b, for sequences.
    #[pyfunction("(a, b, /)")]
    fn concat(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        check_concat(vm, a, b)?;
        match vm.type_of(a).slots.concat.get() {
            Some(f) => f(vm, a, b),
            None => vm.binary(a, b, BinOp::Add),
        }
    }
    /// a += b, for sequences.
    #[pyfunction("(a, b, /)")]
    fn iconcat(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        if vm.type_of(a).slots.iconcat.get().is_none() {
            check_concat(vm, a, b)?;
        }
        vm.binary_inplace(a, b, BinOp::Add)
    }

    fn iterate(vm: &Vm, a: &Value) -> PyResult {
        vm.iter(a).map_err(|e| {
            if vm.exception_is(&vm.exc.type_error) && vm.type_of(a).slots.iter.get().is_none() {
                drop(vm.take_pending());
                return vm.type_error(format!(
                    "argument of type '{}' is not iterable",
                    vm.type_name(a)
                ));
            }
            e
        })
    }
    /// How many items of a are b.
    #[pyfunction("(a, b, /)", name = "countOf")]
    fn count_of(vm: &Vm, a: &Value, b: &Value) -> PyResult<i64> {
        let iterator = iterate(vm, a)?;
        let mut count = 0;
        while let Some(item) = vm.next(&iterator)? {
            count += i64::from(vm.eq(&item, b)?);
        }
        Ok(count)
    }
    /// The index of the first b in a.
    #[pyfunction("(a, b, /)", name = "indexOf")]
    fn index_of(vm: &Vm, a: &Value, b: &Value) -> PyResult<i64> {
        let iterator = iterate(vm, a)?;
        let mut index = 0;
        while let Some(item) = vm.next(&iterator)? {
            if vm.eq(&item, b)? {
                return Ok(index);
            }
            index += 1;
        }
        Err(vm.value_error("sequence.index(x): x not in sequence"))
    }
    /// An estimate of the number of items; default if there is none.
    #[pyfunction("(obj, default=0, /)")]
    fn length_hint(vm: &Vm, obj: &Value, default: isize) -> PyResult {
        // A default may be negative: it is not looked at, only given back.
        const NO_HINT: usize = usize::MAX;
        match vm.length_hint(obj, NO_HINT)? {
            NO_HINT => Ok(vm.new_int(default as i64)),
            n => Ok(vm.new_uint(n as u64)),
        }
    }
    /// obj(*args, **kwargs).
    #[pyfunction("(obj, /, *args, **kwargs)")]
    fn call(vm: &Vm, obj: &Value, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        call_with(vm, obj, args, &kwargs)
    }
    /// Calls with arguments and those of `kwargs`.
    fn call_with(vm: &Vm, function: &Value, args: &[Value], kwargs: &KwArgs<'_>) -> PyResult {
        if kwargs.is_empty() {
            return vm.call(function, args);
        }
        let mut values = args.to_vec();
        let mut names = Vec::new();
        for (name, value) in kwargs.iter() {
            names.push(name.to_value());
            values.push(value.clone());
        }
        let names = vm.new_tuple(names);
        vm.call_args(
            function,
            Args {
                values: &values,
                keywords: Some(&names),
            },
        )
    }

    /// a == b in a time that does not depend on where they differ, for ASCII str or bytes.
    #[pyfunction("(a, b, /)")]
    fn _compare_digest(vm: &Vm, a: &Value, b: &Value) -> PyResult<bool> {
        if let (Some(a), Some(b)) = (a.downcast::<Str>(), b.downcast::<Str>()) {
            let (Some(a), Some(b)) = (a.as_ascii(), b.as_ascii()) else {
                return Err(
                    vm.type_error("comparing strings with non-ASCII characters is not supported")
                );
            };
            return Ok(same_bytes(a.as_bytes(), b.as_bytes()));
        }
        let (a, b) = (digest_bytes(vm, a, b)?, digest_bytes(vm, b, a)?);
        Ok(same_bytes(&a, &b))
    }
    fn digest_bytes(vm: &Vm, value: &Value, other: &Value) -> PyResult<Vec<u8>> {
        if let Some(bytes) = value.downcast::<Bytes>() {
            return Ok(bytes.data.to_vec());
        }
        if let Some(bytes) = value.downcast::<taipan_object::bytes::ByteArray>() {
            return Ok(bytes.with(|b| b.clone()));
        }
        let fail = |a: &Value, b: &Value| -> Raised {
            vm.type_error(format!(
                "unsupported operand types(s) or combination of types: '{}' and '{}'",
                vm.type_name(a),
                vm.type_name(b)
            ))
        };
        Err(fail(value, other))
    }
    fn same_bytes(a: &[u8], b: &[u8]) -> bool {
        let mut difference = u8::from(a.len() != b.len());
        for (i, y) in b.iter().enumerate() {
            let x = if a.len() == b.len() { a[i] } else { *y };
            difference |= std::hint::black_box(x ^ y);
        }
        std::hint::black_box(difference) == 0
    }
}
