//! `_operator`: Python's operators as functions.

use taipan_macros::pymodule;

/// One function an operator.
#[pymodule(partial, name = "_operator")]
pub mod functions {
    use taipan_object::number::BinOp;
    use taipan_object::slots::CmpOp;
    use taipan_object::{PyResult, Value, Vm};

    /// a + b.
    #[pyfunction("(a, b, /)")]
    fn add(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Add)
    }
    /// a - b.
    #[pyfunction("(a, b, /)")]
    fn sub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Sub)
    }
    /// a * b.
    #[pyfunction("(a, b, /)")]
    fn mul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Mul)
    }
    /// a @ b.
    #[pyfunction("(a, b, /)")]
    fn matmul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::MatMul)
    }
    /// a / b.
    #[pyfunction("(a, b, /)")]
    fn truediv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::TrueDiv)
    }
    /// a // b.
    #[pyfunction("(a, b, /)")]
    fn floordiv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::FloorDiv)
    }
    /// a % b.
    #[pyfunction("(a, b, /)", name = "mod")]
    fn modulo(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Rem)
    }
    /// a << b.
    #[pyfunction("(a, b, /)")]
    fn lshift(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::LShift)
    }
    /// a >> b.
    #[pyfunction("(a, b, /)")]
    fn rshift(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::RShift)
    }
    /// a & b.
    #[pyfunction("(a, b, /)")]
    fn and_(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::And)
    }
    /// a ^ b.
    #[pyfunction("(a, b, /)")]
    fn xor(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Xor)
    }
    /// a | b.
    #[pyfunction("(a, b, /)")]
    fn or_(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Or)
    }
    /// a ** b.
    #[pyfunction("(a, b, /)")]
    fn pow(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(a, b, BinOp::Pow)
    }
    /// a += b.
    #[pyfunction("(a, b, /)")]
    fn iadd(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Add)
    }
    /// a -= b.
    #[pyfunction("(a, b, /)")]
    fn isub(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Sub)
    }
    /// a *= b.
    #[pyfunction("(a, b, /)")]
    fn imul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Mul)
    }
    /// a @= b.
    #[pyfunction("(a, b, /)")]
    fn imatmul(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::MatMul)
    }
    /// a /= b.
    #[pyfunction("(a, b, /)")]
    fn itruediv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::TrueDiv)
    }
    /// a //= b.
    #[pyfunction("(a, b, /)")]
    fn ifloordiv(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::FloorDiv)
    }
    /// a %= b.
    #[pyfunction("(a, b, /)")]
    fn imod(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Rem)
    }
    /// a <<= b.
    #[pyfunction("(a, b, /)")]
    fn ilshift(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::LShift)
    }
    /// a >>= b.
    #[pyfunction("(a, b, /)")]
    fn irshift(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::RShift)
    }
    /// a &= b.
    #[pyfunction("(a, b, /)")]
    fn iand(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::And)
    }
    /// a ^= b.
    #[pyfunction("(a, b, /)")]
    fn ixor(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Xor)
    }
    /// a |= b.
    #[pyfunction("(a, b, /)")]
    fn ior(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Or)
    }
    /// a **= b.
    #[pyfunction("(a, b, /)")]
    fn ipow(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary_inplace(a, b, BinOp::Pow)
    }
    /// a < b.
    #[pyfunction("(a, b, /)")]
    fn lt(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.compare(a, b, CmpOp::Lt)
    }
    /// a <= b.
    #[pyfunction("(a, b, /)")]
    fn le(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.compare(a, b, CmpOp::Le)
    }
    /// a == b.
    #[pyfunction("(a, b, /)")]
    fn eq(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.compare(a, b, CmpOp::Eq)
    }
    /// a != b.
    #[pyfunction("(a, b, /)")]
    fn ne(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.compare(a, b, CmpOp::Ne)
    }
    /// a > b.
    #[pyfunction("(a, b, /)")]
    fn gt(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.compare(a, b, CmpOp::Gt)
    }
    /// a >= b.
    #[pyfunction("(a, b, /)")]
    fn ge(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.compare(a, b, CmpOp::Ge)
    }
    /// -a.
    #[pyfunction("(a, /)")]
    fn neg(vm: &Vm, a: &Value) -> PyResult {
        vm.negative(a)
    }
    /// +a.
    #[pyfunction("(a, /)")]
    fn pos(vm: &Vm, a: &Value) -> PyResult {
        vm.positive(a)
    }
    /// ~a.
    #[pyfunction("(a, /)")]
    fn invert(vm: &Vm, a: &Value) -> PyResult {
        vm.invert(a)
    }
    /// ~a.
    #[pyfunction("(a, /)")]
    fn inv(vm: &Vm, a: &Value) -> PyResult {
        vm.invert(a)
    }
    /// The absolute value of a.
    #[pyfunction("(a, /)")]
    fn abs(vm: &Vm, a: &Value) -> PyResult {
        vm.absolute(a)
    }
    /// not a.
    #[pyfunction("(a, /)")]
    fn not_(vm: &Vm, a: &Value) -> PyResult<bool> {
        Ok(!vm.is_true(a)?)
    }
    /// Whether a is true.
    #[pyfunction("(a, /)")]
    fn truth(vm: &Vm, a: &Value) -> PyResult<bool> {
        vm.is_true(a)
    }
    /// a is b.
    #[pyfunction("(a, b, /)")]
    fn is_(a: &Value, b: &Value) -> bool {
        a.is(b)
    }
    /// a is not b.
    #[pyfunction("(a, b, /)")]
    fn is_not(a: &Value, b: &Value) -> bool {
        !a.is(b)
    }
    /// a is None.
    #[pyfunction("(a, /)")]
    fn is_none(a: &Value) -> bool {
        a.is_none()
    }
    /// a is not None.
    #[pyfunction("(a, /)")]
    fn is_not_none(a: &Value) -> bool {
        !a.is_none()
    }
    /// a.__index__().
    #[pyfunction("(a, /)")]
    fn index(vm: &Vm, a: &Value) -> PyResult {
        let n = vm.index(a)?;
        // An instance of a subclass of int counts as the int that it is.
        Ok(match n.as_int() {
            Some(taipan_object::int::IntRef::Small(n)) => vm.new_int(n),
            Some(taipan_object::int::IntRef::Big(b)) if !vm.type_of(&n).is(&vm.types.int) => {
                vm.new_bigint(b.clone())
            }
            _ => n,
        })
    }
}
