//! `weakref.ProxyType` and `weakref.CallableProxyType`: stand-ins that pass everything on to their referent.

use taipan_macros::pymethods;

use crate::header::{Payload, PayloadVTable, Ref};
use crate::number::BinOp;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

use super::reference::describe;
use super::table::{WeakLink, as_link, prepare};

/// The payload of `weakproxy`.
#[repr(C)]
pub struct Proxy(WeakLink);
/// The payload of `weakcallableproxy`.
#[repr(C)]
pub struct CallableProxy(WeakLink);

crate::payload!(
    Proxy,
    gc,
    |this, visit| this.0.visit(visit),
    clear | this | this.0.clear()
);
crate::payload!(
    CallableProxy,
    gc,
    |this, visit| this.0.visit(visit),
    clear | this | this.0.clear()
);

impl Proxy {
    pub(super) fn vtable_of() -> &'static PayloadVTable {
        <Proxy as Payload>::vtable()
    }
}
impl CallableProxy {
    pub(super) fn vtable_of() -> &'static PayloadVTable {
        <CallableProxy as Payload>::vtable()
    }
}

/// `proxy(object, callback)`; plain ones are shared.
///
/// # Errors
/// TypeError if the object cannot be referenced weakly.
pub fn new_proxy(vm: &Vm, object: &Value, callback: Option<&Value>) -> PyResult {
    prepare(vm, object)?;
    let callback = callback.filter(|c| !c.is_none());
    let table = &vm.heap.weakrefs;
    let callable = vm.type_of(object).slots.call.get().is_some();
    let ty = if callable {
        &vm.types.weakcallableproxy
    } else {
        &vm.types.weakproxy
    };
    if callback.is_none()
        && let Some(known) = table.plain(object, ty)
    {
        return Ok(known);
    }
    let link = WeakLink::new(object, callback.cloned());
    let made = if callable {
        vm.heap.alloc(ty, CallableProxy(link)).into_value()
    } else {
        vm.heap.alloc(ty, Proxy(link)).into_value()
    };
    table.register(object, &made);
    Ok(made)
}

fn is_proxy(vm: &Vm, object: &Value) -> bool {
    let ty = vm.type_of(object);
    ty.is(&vm.types.weakproxy) || ty.is(&vm.types.weakcallableproxy)
}

/// The referent of a proxy, or the object itself if it is none.
///
/// # Errors
/// ReferenceError if the referent is gone.
fn target(vm: &Vm, object: &Value) -> PyResult {
    if !is_proxy(vm, object) {
        return Ok(object.clone());
    }
    match as_link(object).and_then(WeakLink::get) {
        Some(object) => Ok(object),
        None => Err(vm.raise_str(
            &vm.exc.reference_error,
            "weakly-referenced object no longer exists",
        )),
    }
}

fn binary(vm: &Vm, a: &Value, b: &Value, op: BinOp) -> PyResult {
    vm.binary(&target(vm, a)?, &target(vm, b)?, op)
}

fn in_place(vm: &Vm, a: &Value, b: &Value, op: BinOp) -> PyResult {
    vm.binary_inplace(&target(vm, a)?, &target(vm, b)?, op)
}

/// Slot functions of operators, all alike.
macro_rules! operators {
    ($($kind:ident $slot:ident $op:ident;)*) => {
        /// Arithmetic of both kinds of proxies.
        mod operators {
            use super::*;
            $(pub(super) fn $slot(vm: &Vm, a: &Value, b: &Value) -> PyResult { $kind(vm, a, b, BinOp::$op) })*
        }
        fn fill_operators(slots: &crate::slots::Slots) { $(slots.$slot.set(Some(operators::$slot));)* }
    };
}
operators! {
    binary add Add; binary sub Sub; binary mul Mul; binary matmul MatMul; binary truediv TrueDiv;
    binary floordiv FloorDiv; binary rem Rem; binary lshift LShift; binary rshift RShift;
    binary and And; binary xor Xor; binary or Or;
    in_place iadd Add; in_place isub Sub; in_place imul Mul; in_place imatmul MatMul; in_place itruediv TrueDiv;
    in_place ifloordiv FloorDiv; in_place irem Rem; in_place ilshift LShift; in_place irshift RShift;
    in_place iand And; in_place ixor Xor; in_place ior Or;
}

/// What both kinds of proxies do.
pub struct ProxyFace;

#[pymethods(partial = PROXY, class = "weakproxy")]
impl ProxyFace {
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        describe(vm, "weakproxy", this, as_link(this).and_then(WeakLink::get))
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm.str(&target(vm, this)?)?.into_value())
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
        vm.getattr(&target(vm, this)?, name)
    }
    #[pyslot]
    fn setattro(vm: &Vm, this: &Value, name: &Ref<Str>, value: Option<&Value>) -> PyResult<()> {
        let object = target(vm, this)?;
        match value {
            Some(value) => vm.setattr(&object, name, value),
            None => vm.delattr(&object, name),
        }
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Value, other: &Value, op: CmpOp) -> PyResult {
        vm.compare(&target(vm, this)?, &target(vm, other)?, op)
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Value) -> PyResult {
        vm.iter(&target(vm, this)?)
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Value) -> PyResult<Option<Value>> {
        let object = target(vm, this)?;
        if vm.type_of(&object).slots.iternext.get().is_none() {
            return Err(vm.type_error(format!(
                "Weakref proxy referenced a non-iterator '{}' object",
                vm.type_name(&object)
            )));
        }
        vm.next(&object)
    }
    #[pyslot]
    fn len(vm: &Vm, this: &Value) -> PyResult<usize> {
        vm.len(&target(vm, this)?)
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Value, key: &Value) -> PyResult {
        vm.get_item(&target(vm, this)?, &target(vm, key)?)
    }
    #[pyslot]
    fn setitem(vm: &Vm, this: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
        let object = target(vm, this)?;
        match value {
            Some(value) => vm.set_item(&object, key, value),
            None => vm.del_item(&object, key),
        }
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Value, item: &Value) -> PyResult<bool> {
        vm.contains(&target(vm, this)?, item)
    }
    #[pyslot]
    fn divmod(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        binary(vm, a, b, BinOp::DivMod)
    }
    #[pyslot]
    fn pow(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult {
        vm.power(&target(vm, a)?, &target(vm, b)?, &target(vm, c)?)
    }
    #[pyslot]
    fn ipow(vm: &Vm, a: &Value, b: &Value, c: &Value) -> PyResult {
        let (a, b) = (target(vm, a)?, target(vm, b)?);
        if !c.is_none() {
            return vm.power(&a, &b, &target(vm, c)?);
        }
        vm.binary_inplace(&a, &b, BinOp::Pow)
    }
    #[pyslot]
    fn neg(vm: &Vm, this: &Value) -> PyResult {
        vm.negative(&target(vm, this)?)
    }
    #[pyslot]
    fn pos(vm: &Vm, this: &Value) -> PyResult {
        vm.positive(&target(vm, this)?)
    }
    #[pyslot]
    fn abs(vm: &Vm, this: &Value) -> PyResult {
        vm.absolute(&target(vm, this)?)
    }
    #[pyslot]
    fn invert(vm: &Vm, this: &Value) -> PyResult {
        vm.invert(&target(vm, this)?)
    }
    #[pyslot]
    fn bool(vm: &Vm, this: &Value) -> PyResult<bool> {
        vm.is_true(&target(vm, this)?)
    }
    #[pyslot]
    fn int(vm: &Vm, this: &Value) -> PyResult {
        vm.call(vm.types.int.as_value(), &[target(vm, this)?])
    }
    #[pyslot]
    fn float(vm: &Vm, this: &Value) -> PyResult {
        vm.call(vm.types.float.as_value(), &[target(vm, this)?])
    }
    #[pyslot]
    fn index(vm: &Vm, this: &Value) -> PyResult {
        vm.index(&target(vm, this)?)
    }
    #[pymethod("(self, /)")]
    fn __bytes__(vm: &Vm, this: &Value) -> PyResult {
        vm.call_method(&target(vm, this)?, &vm.intern_str("__bytes__"), &[])
    }
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Value) -> PyResult {
        vm.call_method(&target(vm, this)?, &vm.names.__reversed__, &[])
    }
}

fn call(vm: &Vm, this: &Value, args: Args<'_>) -> PyResult {
    vm.call_args(&target(vm, this)?, args)
}

/// The description of `weakproxy`, or of `weakcallableproxy`.
pub(crate) fn proxy_spec(callable: bool) -> crate::native::TypeSpec {
    use crate::native::TypeSpec;
    use crate::slots::Slots;
    use crate::ty::TypeFlags;
    fn fill(slots: &Slots) {
        PROXY_SLOTS(slots);
        fill_operators(slots);
    }
    fn fill_callable(slots: &Slots) {
        fill(slots);
        slots.call.set(Some(call));
    }
    TypeSpec {
        name: if callable {
            "CallableProxyType"
        } else {
            "ProxyType"
        },
        module: "weakref",
        doc: "Passes everything on to an object that it does not keep alive.",
        signature: "",
        flags: TypeFlags::DISALLOW_INSTANTIATION,
        vtable: if callable {
            CallableProxy::vtable_of()
        } else {
            Proxy::vtable_of()
        },
        fill: if callable { fill_callable } else { fill },
        methods: &[PROXY],
        getsets: &[PROXY_GETSETS],
    }
}
