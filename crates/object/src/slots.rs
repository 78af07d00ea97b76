//! Type slots: the data model as function pointers, one table.
//!
//! Operators and protocols never look up a dunder by name on the fast path:
//! they call the slot of the operand's type. Classes written in Python get
//! slot functions that look the dunder up ([`crate::slot_wrappers`]); built-in
//! types get dunder methods made from their slots.

use std::cell::Cell;

use crate::header::{ObjectHeader, Ref, TypeRef};
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// Comparison operators of the `richcompare` slot, with CPython's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CmpOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CmpOp {
    pub const ALL: [CmpOp; 6] = [
        CmpOp::Lt,
        CmpOp::Le,
        CmpOp::Eq,
        CmpOp::Ne,
        CmpOp::Gt,
        CmpOp::Ge,
    ];
    pub fn text(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
    pub fn dunder(self) -> &'static str {
        ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"][self as usize]
    }
    /// The operator with the operands swapped.
    pub fn swapped(self) -> CmpOp {
        [
            CmpOp::Gt,
            CmpOp::Ge,
            CmpOp::Eq,
            CmpOp::Ne,
            CmpOp::Lt,
            CmpOp::Le,
        ][self as usize]
    }
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            CmpOp::Lt => order.is_lt(),
            CmpOp::Le => order.is_le(),
            CmpOp::Eq => order.is_eq(),
            CmpOp::Ne => order.is_ne(),
            CmpOp::Gt => order.is_gt(),
            CmpOp::Ge => order.is_ge(),
        }
    }
}

/// Outcome of sending into a generator-like object.
pub enum SendResult {
    Yielded(Value),
    Returned(Value),
}

pub type UnaryFn = fn(&Vm, &Value) -> PyResult;
/// May return NotImplemented.
pub type BinaryFn = fn(&Vm, &Value, &Value) -> PyResult;
pub type TernaryFn = fn(&Vm, &Value, &Value, &Value) -> PyResult;
pub type BoolFn = fn(&Vm, &Value) -> PyResult<bool>;
pub type LenFn = fn(&Vm, &Value) -> PyResult<usize>;
pub type HashFn = fn(&Vm, &Value) -> PyResult<i64>;
/// May return NotImplemented.
pub type CompareFn = fn(&Vm, &Value, &Value, CmpOp) -> PyResult;
pub type RepeatFn = fn(&Vm, &Value, isize) -> PyResult;
/// Stores (`Some`) or deletes (`None`) an item.
pub type SetItemFn = fn(&Vm, &Value, &Value, Option<&Value>) -> PyResult<()>;
pub type ContainsFn = fn(&Vm, &Value, &Value) -> PyResult<bool>;
pub type GetAttrFn = fn(&Vm, &Value, &Ref<Str>) -> PyResult;
/// Stores (`Some`) or deletes (`None`) an attribute.
pub type SetAttrFn = fn(&Vm, &Value, &Ref<Str>, Option<&Value>) -> PyResult<()>;
/// `None` at the end of the iteration, without raising StopIteration.
pub type NextFn = fn(&Vm, &Value) -> PyResult<Option<Value>>;
pub type SendFn = fn(&Vm, &Value, Value) -> PyResult<SendResult>;
pub type CallFn = fn(&Vm, &Value, Args<'_>) -> PyResult;
pub type NewFn = fn(&Vm, &TypeRef, Args<'_>) -> PyResult;
pub type InitFn = fn(&Vm, &Value, Args<'_>) -> PyResult<()>;
/// Descriptor, instance (or none), owner class (or none).
pub type DescrGetFn = fn(&Vm, &Value, Option<&Value>, Option<&Value>) -> PyResult;
/// Descriptor, instance, value to set or none to delete.
pub type DescrSetFn = fn(&Vm, &Value, &Value, Option<&Value>) -> PyResult<()>;
/// Runs `__del__`, or closes a generator; errors are reported as unraisable.
pub type FinalizeFn = fn(&Vm, &Value);
pub type WantsFinalizerFn = unsafe fn(*mut ObjectHeader) -> bool;
pub type BufferFn = fn(&Vm, &Value, bool) -> PyResult<crate::buffer::Buffer>;

macro_rules! slots {
    ($($(#[$m:meta])* $name:ident: $ty:ty = [$($dunder:literal),*];)*) => {
        /// A type's slots. Empty ones are inherited when the type is made.
        #[derive(Default)]
        pub struct Slots { $($(#[$m])* pub $name: Cell<Option<$ty>>),* }

        /// The slots by number.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum SlotId { $($name),* }

        impl SlotId {
            pub const ALL: &'static [SlotId] = &[$(SlotId::$name),*];
            /// The dunder methods that fill this slot, as in the data model.
            pub fn dunders(self) -> &'static [&'static str] { match self { $(SlotId::$name => &[$($dunder),*]),* } }
        }

        impl Slots {
            /// Takes the slots of `base` that are empty here.
            pub fn inherit(&self, base: &Slots) { $(if self.$name.get().is_none() { self.$name.set(base.$name.get()); })* }
            /// Copies one slot from another type.
            pub fn copy_slot(&self, id: SlotId, from: &Slots) { match id { $(SlotId::$name => self.$name.set(from.$name.get())),* } }
            pub fn clear_slot(&self, id: SlotId) { match id { $(SlotId::$name => self.$name.set(None)),* } }
            pub fn is_set(&self, id: SlotId) -> bool { match id { $(SlotId::$name => self.$name.get().is_some()),* } }
            /// The slot's function as an address, to compare slots.
            pub fn address(&self, id: SlotId) -> usize { match id { $(SlotId::$name => self.$name.get().map_or(0, |f| f as usize)),* } }
        }
    };
}

slots! {
    new: NewFn = ["__new__"];
    init: InitFn = ["__init__"];
    call: CallFn = ["__call__"];
    repr: UnaryFn = ["__repr__"];
    str: UnaryFn = ["__str__"];
    hash: HashFn = ["__hash__"];
    richcompare: CompareFn = ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"];
    getattro: GetAttrFn = ["__getattribute__", "__getattr__"];
    setattro: SetAttrFn = ["__setattr__", "__delattr__"];
    iter: UnaryFn = ["__iter__"];
    iternext: NextFn = ["__next__"];
    descr_get: DescrGetFn = ["__get__"];
    descr_set: DescrSetFn = ["__set__", "__delete__"];
    finalize: FinalizeFn = ["__del__"];
    /// Refines `HAS_FINALIZER`: whether this instance really needs its finaliser.
    wants_finalizer: WantsFinalizerFn = [];
    buffer: BufferFn = ["__buffer__"];

    len: LenFn = ["__len__"];
    getitem: BinaryFn = ["__getitem__"];
    setitem: SetItemFn = ["__setitem__", "__delitem__"];
    contains: ContainsFn = ["__contains__"];
    /// Sequence concatenation, tried after both operands' `add`.
    concat: BinaryFn = [];
    repeat: RepeatFn = [];
    iconcat: BinaryFn = [];
    irepeat: RepeatFn = [];

    add: BinaryFn = ["__add__", "__radd__"];
    sub: BinaryFn = ["__sub__", "__rsub__"];
    mul: BinaryFn = ["__mul__", "__rmul__"];
    matmul: BinaryFn = ["__matmul__", "__rmatmul__"];
    truediv: BinaryFn = ["__truediv__", "__rtruediv__"];
    floordiv: BinaryFn = ["__floordiv__", "__rfloordiv__"];
    rem: BinaryFn = ["__mod__", "__rmod__"];
    divmod: BinaryFn = ["__divmod__", "__rdivmod__"];
    pow: TernaryFn = ["__pow__", "__rpow__"];
    lshift: BinaryFn = ["__lshift__", "__rlshift__"];
    rshift: BinaryFn = ["__rshift__", "__rrshift__"];
    and: BinaryFn = ["__and__", "__rand__"];
    xor: BinaryFn = ["__xor__", "__rxor__"];
    or: BinaryFn = ["__or__", "__ror__"];
    iadd: BinaryFn = ["__iadd__"];
    isub: BinaryFn = ["__isub__"];
    imul: BinaryFn = ["__imul__"];
    imatmul: BinaryFn = ["__imatmul__"];
    itruediv: BinaryFn = ["__itruediv__"];
    ifloordiv: BinaryFn = ["__ifloordiv__"];
    irem: BinaryFn = ["__imod__"];
    ipow: TernaryFn = ["__ipow__"];
    ilshift: BinaryFn = ["__ilshift__"];
    irshift: BinaryFn = ["__irshift__"];
    iand: BinaryFn = ["__iand__"];
    ixor: BinaryFn = ["__ixor__"];
    ior: BinaryFn = ["__ior__"];
    neg: UnaryFn = ["__neg__"];
    pos: UnaryFn = ["__pos__"];
    abs: UnaryFn = ["__abs__"];
    invert: UnaryFn = ["__invert__"];
    bool: BoolFn = ["__bool__"];
    int: UnaryFn = ["__int__"];
    float: UnaryFn = ["__float__"];
    index: UnaryFn = ["__index__"];

    r#await: UnaryFn = ["__await__"];
    aiter: UnaryFn = ["__aiter__"];
    anext: UnaryFn = ["__anext__"];
    send: SendFn = [];
}
