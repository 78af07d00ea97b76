//! `math`: functions of iterables, and roundings.

use taipan_macros::pymodule;

/// Sums, products and norms.
#[pymodule(partial, name = "math")]
pub mod functions {
    use dashu_int::IBig;
    use taipan_object::number::BinOp;
    use taipan_object::{PyResult, Value, Vm};

    use crate::math::sums::{ExactSum, SumError, Triple, vector_norm};

    /// The sum of the floats of an iterable, rounded once.
    #[pyfunction("(seq, /)")]
    fn fsum(vm: &Vm, seq: &Value) -> PyResult<f64> {
        let fail = |e: SumError| match e {
            SumError::Infinities => vm.value_error("-inf + inf in fsum"),
            SumError::Overflow => vm.overflow_error("intermediate overflow in fsum"),
        };
        let mut sum = ExactSum::default();
        vm.for_each(seq, |item| {
            let term = vm.as_f64(&item)?;
            sum.add(term).map_err(fail)
        })?;
        sum.value().map_err(fail)
    }

    /// The product of start and all items.
    #[pyfunction("(iterable, /, *, start=1)")]
    fn prod(vm: &Vm, iterable: &Value, start: Value) -> PyResult<Value> {
        let mut product = start;
        vm.for_each(iterable, |item| {
            product = vm.binary(&product, &item, BinOp::Mul)?;
            Ok(())
        })?;
        Ok(product)
    }

    /// A running sum of products of plain ints; emptied into the total for good at
    /// the first product of another kind.
    struct IntPath {
        sum: Option<i64>,
        used: bool,
    }
    /// The same for floats, or floats with ints.
    struct FloatPath {
        sum: Option<Triple>,
        used: bool,
    }

    impl IntPath {
        fn take(&mut self, p: &Value, q: &Value) -> bool {
            let (Some(sum), Some(p), Some(q)) = (self.sum, p.as_small_int(), q.as_small_int())
            else {
                return false;
            };
            let Some(sum) = p.checked_mul(q).and_then(|n| n.checked_add(sum)) else {
                return false;
            };
            (self.sum, self.used) = (Some(sum), true);
            true
        }
        fn end(&mut self, vm: &Vm, total: &mut Value) -> PyResult<()> {
            if let (Some(sum), true) = (self.sum.take(), self.used) {
                *total = vm.binary(total, &vm.new_int(sum), BinOp::Add)?;
            }
            Ok(())
        }
    }

    impl FloatPath {
        fn take(&mut self, vm: &Vm, p: &Value, q: &Value) -> bool {
            let Some(sum) = self.sum else { return false };
            let (p_float, q_float) = (is_plain_float(vm, p), is_plain_float(vm, q));
            let integer = |v: &Value| is_plain_int(vm, v) || v.as_bool().is_some();
            let other_fits = |float: bool, v: &Value| float || integer(v);
            let usable = (p_float || q_float) && other_fits(p_float, p) && other_fits(q_float, q);
            if !usable {
                return false;
            }
            let real = |v: &Value| v.as_float().or_else(|| v.as_i64().map(|n| n as f64));
            let (Some(p), Some(q)) = (real(p), real(q)) else {
                return false;
            };
            let sum = sum.plus_product(p, q);
            if sum.hi.is_finite() {
                (self.sum, self.used) = (Some(sum), true);
            }
            sum.hi.is_finite()
        }
        fn end(&mut self, vm: &Vm, total: &mut Value) -> PyResult<()> {
            if let (Some(sum), true) = (self.sum.take(), self.used) {
                *total = vm.binary(total, &vm.new_float(sum.value()), BinOp::Add)?;
            }
            Ok(())
        }
    }

    /// The sum of the products of the items of two iterables of equal length.
    #[pyfunction("(p, q, /)")]
    fn sumprod(vm: &Vm, p: &Value, q: &Value) -> PyResult<Value> {
        let (p, q) = (vm.iter(p)?, vm.iter(q)?);
        let mut total = vm.new_int(0);
        let mut ints = IntPath {
            sum: Some(0),
            used: false,
        };
        let mut floats = FloatPath {
            sum: Some(Triple::default()),
            used: false,
        };
        loop {
            let (a, b) = match (vm.next(&p)?, vm.next(&q)?) {
                (Some(a), Some(b)) => (a, b),
                (None, None) => break,
                _ => return Err(vm.value_error("Inputs are not the same length")),
            };
            if ints.take(&a, &b) {
                continue;
            }
            ints.end(vm, &mut total)?;
            if floats.take(vm, &a, &b) {
                continue;
            }
            floats.end(vm, &mut total)?;
            let term = vm.binary(&a, &b, BinOp::Mul)?;
            total = vm.binary(&total, &term, BinOp::Add)?;
        }
        ints.end(vm, &mut total)?;
        floats.end(vm, &mut total)?;
        Ok(total)
    }

    /// The distance of two points.
    #[pyfunction("(p, q, /)")]
    fn dist(vm: &Vm, p: &Value, q: &Value) -> PyResult<f64> {
        let (p, q) = (vm.collect(p)?, vm.collect(q)?);
        if p.len() != q.len() {
            return Err(vm.value_error("both points must have the same number of dimensions"));
        }
        let mut differences = Vec::with_capacity(p.len());
        for (a, b) in p.iter().zip(&q) {
            differences.push((vm.as_f64(a)? - vm.as_f64(b)?).abs());
        }
        Ok(norm(&differences))
    }
    /// The length of the vector from the origin.
    #[pyfunction("(*coordinates)")]
    fn hypot(vm: &Vm, coordinates: &[Value]) -> PyResult<f64> {
        let mut vector: smallvec::SmallVec<[f64; 8]> =
            smallvec::SmallVec::with_capacity(coordinates.len());
        for value in coordinates {
            vector.push(vm.as_f64(value)?.abs());
        }
        Ok(norm(&vector))
    }
    fn norm(vector: &[f64]) -> f64 {
        let max = vector.iter().fold(0.0, |m, &x| if x > m { x } else { m });
        vector_norm(vector, max, vector.iter().any(|x| x.is_nan()))
    }

    // ---- roundings

    /// A float with no fraction as int.
    fn integral(vm: &Vm, x: f64) -> PyResult<Value> {
        if x.is_nan() {
            return Err(vm.value_error("cannot convert float NaN to integer"));
        }
        if x.is_infinite() {
            return Err(vm.overflow_error("cannot convert float infinity to integer"));
        }
        if x.abs() < 9.0e18 {
            return Ok(vm.new_int(x as i64));
        }
        let bits = x.to_bits();
        let mantissa = (bits & ((1 << 52) - 1) | 1 << 52) as i64;
        let shift = (bits >> 52 & 0x7FF) as usize - 1075;
        let magnitude = IBig::from(mantissa) << shift;
        Ok(vm.new_bigint(if x < 0.0 { -magnitude } else { magnitude }))
    }
    fn is_plain_float(vm: &Vm, x: &Value) -> bool {
        x.as_small_float().is_some() || vm.type_of(x).is(&vm.types.float)
    }
    fn is_plain_int(vm: &Vm, x: &Value) -> bool {
        x.as_small_int().is_some() || vm.type_of(x).is(&vm.types.int)
    }
    fn round_to(vm: &Vm, x: &Value, special: &str, round: fn(f64) -> f64) -> PyResult<Value> {
        if is_plain_int(vm, x) {
            return Ok(x.clone());
        }
        if !is_plain_float(vm, x)
            && let Some(result) = vm.call_special(x, &vm.intern_str(special), &[])?
        {
            return Ok(result);
        }
        integral(vm, round(vm.as_f64(x)?))
    }

    /// The largest integer that is not above x.
    #[pyfunction("(x, /)")]
    fn floor(vm: &Vm, x: &Value) -> PyResult<Value> {
        round_to(vm, x, "__floor__", f64::floor)
    }
    /// The smallest integer that is not below x.
    #[pyfunction("(x, /)")]
    fn ceil(vm: &Vm, x: &Value) -> PyResult<Value> {
        round_to(vm, x, "__ceil__", f64::ceil)
    }
    /// x without its fraction, as its type defines it.
    #[pyfunction("(x, /)")]
    fn trunc(vm: &Vm, x: &Value) -> PyResult<Value> {
        if is_plain_int(vm, x) {
            return Ok(x.clone());
        }
        if is_plain_float(vm, x) {
            return integral(vm, vm.as_f64(x)?.trunc());
        }
        match vm.call_special(x, &vm.intern_str("__trunc__"), &[])? {
            Some(result) => Ok(result),
            None => Err(vm.type_error(format!(
                "type {} doesn't define __trunc__ method",
                vm.type_name(x)
            ))),
        }
    }
}
