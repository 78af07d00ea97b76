//! Type objects.

use std::cell::{Cell, RefCell};

use crate::dict::Dict;
use crate::header::{ObjectHeader, PayloadVTable, Ref, TypeRef};
use crate::instance::ShapeTree;
use crate::slots::Slots;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::Value;

/// Properties of a type, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeFlags(pub u64);

#[allow(missing_docs)]
impl TypeFlags {
    /// Made by a `class` statement or `type()`.
    pub const HEAP: Self = Self(1 << 9);
    /// May be subclassed.
    pub const BASETYPE: Self = Self(1 << 10);
    /// Attributes cannot be set from Python.
    pub const IMMUTABLE: Self = Self(1 << 8);
    pub const DISALLOW_INSTANTIATION: Self = Self(1 << 7);
    /// `match` treats instances as sequences or mappings.
    pub const SEQUENCE: Self = Self(1 << 5);
    pub const MAPPING: Self = Self(1 << 6);
    pub const IS_ABSTRACT: Self = Self(1 << 20);
    /// Instances are descriptors of plain functions: attribute access binds without making a method.
    pub const METHOD_DESCRIPTOR: Self = Self(1 << 17);
    pub const LONG_SUBCLASS: Self = Self(1 << 24);
    pub const LIST_SUBCLASS: Self = Self(1 << 25);
    pub const TUPLE_SUBCLASS: Self = Self(1 << 26);
    pub const BYTES_SUBCLASS: Self = Self(1 << 27);
    pub const UNICODE_SUBCLASS: Self = Self(1 << 28);
    pub const DICT_SUBCLASS: Self = Self(1 << 29);
    pub const BASE_EXC_SUBCLASS: Self = Self(1 << 30);
    pub const TYPE_SUBCLASS: Self = Self(1 << 31);
    /// Instances may have to run Python code when they die.
    pub const HAS_FINALIZER: Self = Self(1 << 40);
    /// Some instance was ever referenced weakly.
    pub const HAS_WEAKREFS: Self = Self(1 << 41);
    /// Instances have an instance part: shape, overflow, inline slots.
    pub const HAS_INSTANCE_PART: Self = Self(1 << 42);
    /// Instances have a `__dict__` (open-ended attributes).
    pub const HAS_DICT: Self = Self(1 << 43);
    /// Instances can be referenced weakly.
    pub const WEAKREFABLE: Self = Self(1 << 44);
    /// `getattro` is the generic one: attributes can be cached.
    pub const GENERIC_GETATTR: Self = Self(1 << 45);
    /// `setattro` is the generic one.
    pub const GENERIC_SETATTR: Self = Self(1 << 46);
    /// A compiled function or shape relies on this type: changes go through the watchers.
    pub const WATCHED: Self = Self(1 << 47);
    /// Subscripts, but no sequence: neither `iter` nor `in` use `getitem`.
    pub const SUBSCRIPT_ONLY: Self = Self(1 << 48);

    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl std::ops::BitOr for TypeFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The payload of a type object.
pub struct Type {
    /// What instances hold after the header.
    pub vtable: &'static PayloadVTable,
    pub flags: Cell<TypeFlags>,
    /// Identifies the type's present set of attributes, those of its bases
    /// included; changes whenever one of them changes. 0: none given yet.
    pub version: Cell<u64>,
    pub slots: Slots,
    /// Byte offset of the instance part (shape word) in instances; meaningful with `HAS_INSTANCE_PART`.
    pub instance_offset: u32,
    /// How many slots `__slots__` of this class and its bases declare: the first slots of the instance part.
    pub member_count: u32,
    /// The name as `__name__` shows it.
    pub name: RefCell<Ref<Str>>,
    pub qualname: RefCell<Value>,
    /// Module of a built-in type ("builtins", "collections").
    pub module: &'static str,
    pub doc: Cell<Option<&'static str>>,
    /// `__text_signature__` of a native class.
    pub signature: Cell<Option<&'static str>>,
    /// Best base: the one whose layout instances extend.
    pub base: RefCell<Option<TypeRef>>,
    pub bases: RefCell<Ref<Tuple>>,
    /// The type itself first.
    pub mro: RefCell<Vec<TypeRef>>,
    pub dict: Ref<Dict>,
    /// Direct subclasses, not owned; entries leave when a subclass is freed.
    pub subclasses: RefCell<Vec<*mut ObjectHeader>>,
    pub shapes: ShapeTree,
}

impl Type {
    /// Whether instances of `self` are instances of `other`.
    pub fn is_subtype(&self, other: &TypeRef) -> bool {
        let target: *const Type = &**other;
        self.mro.borrow().iter().any(|t| std::ptr::eq(&**t, target))
    }
    #[inline(always)]
    pub fn has(&self, flags: TypeFlags) -> bool {
        self.flags.get().contains(flags)
    }
    pub fn set_flag(&self, flag: TypeFlags, on: bool) {
        let bits = self.flags.get().0;
        self.flags
            .set(TypeFlags(if on { bits | flag.0 } else { bits & !flag.0 }));
    }
    /// The class name for messages, as CPython's `tp_name`: without module for
    /// classes made in Python; with it for built-in types of modules.
    pub fn display_name(&self) -> String {
        let name = self.name.borrow().to_string();
        if self.has(TypeFlags::HEAP) || self.module == "builtins" {
            name
        } else {
            format!("{}.{name}", self.module)
        }
    }
}

crate::payload!(
    Type,
    gc,
    |this, visit| {
        // SAFETY of the reborrows: plain shared borrows of owned values.
        visit(this.name.borrow().as_value());
        visit(&this.qualname.borrow());
        if let Some(base) = &*this.base.borrow() {
            visit(base.as_value());
        }
        visit(this.bases.borrow().as_value());
        for t in this.mro.borrow().iter() {
            visit(t.as_value());
        }
        visit(this.dict.as_value());
        this.shapes.traverse(visit);
    },
    clear | this | {
        // Nothing may be answered from what was looked up before.
        this.version.set(0);
        let mro = std::mem::take(&mut *this.mro.borrow_mut());
        drop(mro);
        this.dict.clear_entries();
    }
);
