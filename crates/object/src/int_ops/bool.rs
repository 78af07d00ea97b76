//! The class `bool`: what it does otherwise than `int`.

use taipan_macros::pymethods;

use crate::header::{Payload, TypeRef};
use crate::native::TypeSpec;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// Holds the methods of `bool`, whose payload is that of `int`.
pub struct BoolMethods;

macro_rules! logical {
    ($($name:ident $op:tt;)*) => { $(
        fn $name(vm: &Vm, a: &Value, b: &Value) -> PyResult {
            match (a.as_bool(), b.as_bool()) {
                (Some(x), Some(y)) => Ok(Value::bool(x $op y)),
                _ => super::bits::$name(vm, a, b),
            }
        }
    )* };
}
logical! {
    and &;
    or |;
    xor ^;
}

#[pymethods(partial = BOOL, class = "bool")]
impl BoolMethods {
    #[pynew("(object=False, /)")]
    fn construct(vm: &Vm, _cls: &TypeRef, object: &Value) -> PyResult<bool> {
        vm.is_true(object)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm
            .intern_str(if this.is_true() { "True" } else { "False" })
            .into_value())
    }
    #[pyslot]
    fn invert(vm: &Vm, this: &Value) -> PyResult {
        let message = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
                       inversion of the underlying int object and is usually not what you expect from negating a bool. Use the \
                       'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.";
        (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, message, 1)?;
        super::arith::invert(vm, this)
    }
    #[pyslot(and)]
    fn slot_and(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        and(vm, a, b)
    }
    #[pyslot(or)]
    fn slot_or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        or(vm, a, b)
    }
    #[pyslot(xor)]
    fn slot_xor(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        xor(vm, a, b)
    }
}

/// The class `bool`.
pub fn spec() -> TypeSpec {
    TypeSpec {
        name: "bool",
        module: "builtins",
        doc: "True and False, the two truth values; bool(x) tells whether x counts as true.",
        signature: "(object=False, /)",
        flags: TypeFlags::default(),
        vtable: crate::int::Int::vtable(),
        fill: BOOL_SLOTS,
        methods: &[BOOL],
        getsets: &[BOOL_GETSETS],
    }
}
