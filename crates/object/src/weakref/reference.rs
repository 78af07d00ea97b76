//! `weakref.ReferenceType` (`weakref.ref`).

use std::cell::Cell;

use taipan_macros::pymethods;

use crate::header::{Payload, PayloadVTable, Ref, TypeRef};
use crate::object::alloc_instance;
use crate::slots::CmpOp;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

use super::table::{WeakLink, prepare};

/// The payload of `ref`.
#[repr(C)]
pub struct WeakRef {
    link: WeakLink,
    /// The referent's hash, once asked for: it outlives the referent.
    hash: Cell<Option<i64>>,
}
crate::payload!(
    WeakRef,
    gc,
    |this, visit| this.link.visit(visit),
    clear | this | this.link.clear()
);

impl WeakRef {
    pub(super) fn vtable_of() -> &'static PayloadVTable {
        <WeakRef as Payload>::vtable()
    }
    /// The referent, if it lives.
    pub fn get(&self) -> Option<Value> {
        self.link.get()
    }
}

/// `ref(object, callback)`; a plain one is shared.
///
/// # Errors
/// TypeError if the object cannot be referenced weakly.
pub fn new_ref(vm: &Vm, cls: &TypeRef, object: &Value, callback: Option<&Value>) -> PyResult {
    prepare(vm, object)?;
    let callback = callback.filter(|c| !c.is_none());
    let table = &vm.heap.weakrefs;
    if callback.is_none()
        && cls.is(&vm.types.weakref)
        && let Some(known) = table.plain(object, cls)
    {
        return Ok(known);
    }
    let payload = WeakRef {
        link: WeakLink::new(object, callback.cloned()),
        hash: Cell::new(None),
    };
    let made = alloc_instance(vm, cls, payload).into_value();
    table.register(object, &made);
    Ok(made)
}

/// The two arguments of `ref`.
fn arguments<'a>(
    vm: &Vm,
    args: Args<'a>,
    function: &str,
) -> PyResult<(&'a Value, Option<&'a Value>)> {
    match args.positional() {
        [object] => Ok((object, None)),
        [object, callback] => Ok((object, Some(callback))),
        [] => Err(vm.type_error(format!("{function} expected at least 1 argument, got 0"))),
        more => Err(vm.type_error(format!(
            "{function} expected at most 2 arguments, got {}",
            more.len()
        ))),
    }
}

/// "to 'A' at 0x…", with the referent's name if it has one.
pub(super) fn describe(vm: &Vm, kind: &str, this: &Value, referent: Option<Value>) -> PyResult {
    let Some(object) = referent else {
        return Ok(vm
            .new_str(&format!("<{kind} at {:#x}; dead>", this.id()))
            .into_value());
    };
    let name = vm
        .getattr_opt(&object, &vm.names.__name__)?
        .and_then(|n| n.downcast_owned::<Str>().ok());
    let name = name.map_or(String::new(), |n| format!(" ({n})"));
    let text = format!(
        "<{kind} at {:#x}; to '{}' at {:#x}{name}>",
        this.id(),
        vm.type_of(&object).display_name(),
        object.id()
    );
    Ok(vm.new_str(&text).into_value())
}

#[pymethods(
    name = "ReferenceType",
    module = "weakref",
    doc = "A reference to an object that does not keep it alive.",
    signature = "(object, callback=None, /)",
    flags(BASETYPE)
)]
impl WeakRef {
    #[pyslot(new)]
    fn make(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        if args.keyword_count() > 0 && cls.is(&vm.types.weakref) {
            return Err(vm.type_error("ref() takes no keyword arguments"));
        }
        let (object, callback) = arguments(vm, args, "__new__")?;
        new_ref(vm, cls, object, callback)
    }
    #[pyslot]
    fn init(vm: &Vm, _this: &Value, args: Args<'_>) -> PyResult<()> {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("ref() takes no keyword arguments"));
        }
        arguments(vm, args, "__init__").map(drop)
    }
    #[pycall("()")]
    fn call(this: &Ref<WeakRef>) -> Value {
        this.get().unwrap_or(Value::NONE)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<WeakRef>) -> PyResult {
        describe(vm, "weakref", this.as_value(), this.get())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<WeakRef>) -> PyResult<i64> {
        if let Some(known) = this.hash.get() {
            return Ok(known);
        }
        let Some(object) = this.get() else {
            return Err(vm.type_error("weak object has gone away"));
        };
        let hash = vm.hash(&object)?;
        this.hash.set(Some(hash));
        Ok(hash)
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<WeakRef>, other: &Value, op: CmpOp) -> PyResult {
        let Some(that) = other.downcast::<WeakRef>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        match (this.get(), that.get()) {
            (Some(a), Some(b)) => vm.compare(&a, &b, op),
            _ => Ok(Value::bool(this.as_value().is(other) == (op == CmpOp::Eq))),
        }
    }
    /// What is called when the referent dies.
    #[pygetset]
    fn __callback__(this: &Ref<WeakRef>) -> Option<Value> {
        crate::exceptions::peek(&this.link.callback)
    }
    /// `ref[T]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }
}
