//! How native functions, methods and classes are described: static tables,
//! written by the macros of `taipan-macros`.

use crate::header::{Payload, PayloadVTable, Ref, TypeRef};
use crate::slots::Slots;
use crate::str::Str;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// A native function. For methods, `args.values[0]` is `self` (or the class).
pub type NativeFn = fn(&Vm, Args<'_>) -> PyResult;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// A function of a module.
    Function,
    Instance,
    Class,
    Static,
}

/// A native function or method.
pub struct MethodDef {
    pub name: &'static str,
    /// Our own wording.
    pub doc: &'static str,
    /// `__text_signature__`, such as `"($self, object, /)"`; empty if it has none.
    pub signature: &'static str,
    pub kind: MethodKind,
    pub call: NativeFn,
}

/// A computed attribute of a native class.
pub struct GetSetDef {
    pub name: &'static str,
    pub doc: &'static str,
    pub get: fn(&Vm, &Value) -> PyResult,
    /// Sets (`Some`) or deletes (`None`).
    pub set: Option<fn(&Vm, &Value, Option<&Value>) -> PyResult<()>>,
}

/// A native class.
pub struct TypeSpec {
    pub name: &'static str,
    /// `"builtins"`, or the module that `__module__` shows.
    pub module: &'static str,
    pub doc: &'static str,
    /// `__text_signature__` of the class; empty if it has none.
    pub signature: &'static str,
    /// Added to what the base gives.
    pub flags: TypeFlags,
    pub vtable: &'static PayloadVTable,
    /// Sets the class's own slots.
    pub fill: fn(&Slots),
    pub methods: &'static [&'static [MethodDef]],
    pub getsets: &'static [&'static [GetSetDef]],
}

/// A payload that is a Python class. Implemented by `#[pymethods]`.
pub trait NativeClass: Payload {
    fn spec() -> TypeSpec;
}

/// A native module. Implemented by `#[pymodule]`.
pub struct ModuleDef {
    pub name: &'static str,
    pub doc: &'static str,
    pub functions: &'static [MethodDef],
    /// Adds classes, constants and state to a fresh module, given its dict.
    pub init: fn(&Vm, &Ref<crate::module::Module>) -> PyResult<()>,
}

/// Conversion of one argument, with CPython's error messages.
pub trait FromArg<'a>: Sized {
    /// `what` names the argument for messages: `"argument 1"`, `"argument 'sep'"`.
    fn from_arg(vm: &Vm, value: &'a Value, function: &str, what: &str) -> PyResult<Self>;
}

/// Conversion of a native result.
pub trait IntoResult {
    fn into_result(self, vm: &Vm) -> PyResult;
}

impl IntoResult for Value {
    fn into_result(self, _: &Vm) -> PyResult {
        Ok(self)
    }
}
impl<T> IntoResult for Ref<T> {
    fn into_result(self, _: &Vm) -> PyResult {
        Ok(self.into_value())
    }
}
impl IntoResult for () {
    fn into_result(self, _: &Vm) -> PyResult {
        Ok(Value::NONE)
    }
}
impl IntoResult for bool {
    fn into_result(self, _: &Vm) -> PyResult {
        Ok(Value::bool(self))
    }
}
impl IntoResult for i64 {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_int(self))
    }
}
impl IntoResult for i32 {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_int(i64::from(self)))
    }
}
impl IntoResult for u32 {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_int(i64::from(self)))
    }
}
impl IntoResult for isize {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_int(self as i64))
    }
}
impl IntoResult for u64 {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_uint(self))
    }
}
impl IntoResult for usize {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_uint(self as u64))
    }
}
impl IntoResult for f64 {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_float(self))
    }
}
impl IntoResult for &str {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_str(self).into_value())
    }
}
impl IntoResult for String {
    fn into_result(self, vm: &Vm) -> PyResult {
        Ok(vm.new_str(&self).into_value())
    }
}
impl<T: IntoResult> IntoResult for Option<T> {
    fn into_result(self, vm: &Vm) -> PyResult {
        self.map_or(Ok(Value::NONE), |v| v.into_result(vm))
    }
}
impl<T: IntoResult> IntoResult for PyResult<T> {
    fn into_result(self, vm: &Vm) -> PyResult {
        self.and_then(|v| v.into_result(vm))
    }
}

impl<'a> FromArg<'a> for &'a Value {
    fn from_arg(_: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        Ok(value)
    }
}
impl<'a> FromArg<'a> for Value {
    fn from_arg(_: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        Ok(value.clone())
    }
}
impl<'a> FromArg<'a> for bool {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        vm.is_true(value)
    }
}
impl<'a> FromArg<'a> for i64 {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        vm.index_i64(value)
    }
}
impl<'a> FromArg<'a> for i32 {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        i32::try_from(vm.index_i64(value)?)
            .map_err(|_| vm.overflow_error("Python int too large to convert to C int"))
    }
}
impl<'a> FromArg<'a> for isize {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        vm.index_isize(value)
    }
}
impl<'a> FromArg<'a> for f64 {
    fn from_arg(vm: &Vm, value: &'a Value, _: &str, _: &str) -> PyResult<Self> {
        vm.as_f64(value)
    }
}
impl<'a> FromArg<'a> for &'a Ref<Str> {
    fn from_arg(vm: &Vm, value: &'a Value, function: &str, what: &str) -> PyResult<Self> {
        value
            .downcast::<Str>()
            .ok_or_else(|| bad_argument(vm, value, function, what, "str"))
    }
}
impl<'a> FromArg<'a> for TypeRef {
    fn from_arg(vm: &Vm, value: &'a Value, function: &str, what: &str) -> PyResult<Self> {
        value
            .downcast::<crate::ty::Type>()
            .cloned()
            .ok_or_else(|| bad_argument(vm, value, function, what, "type"))
    }
}
impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    fn from_arg(vm: &Vm, value: &'a Value, function: &str, what: &str) -> PyResult<Self> {
        if value.is_none() {
            Ok(None)
        } else {
            T::from_arg(vm, value, function, what).map(Some)
        }
    }
}

/// TypeError "f() argument 1 must be str, not int", as Argument Clinic's functions say it.
#[cold]
pub fn bad_argument(
    vm: &Vm,
    value: &Value,
    function: &str,
    what: &str,
    expected: &str,
) -> crate::vm::Raised {
    let actual = if value.is_none() {
        "None".to_owned()
    } else {
        vm.type_of(value).display_name()
    };
    vm.type_error(format!(
        "{function}() {what} must be {expected}, not {actual}"
    ))
}
