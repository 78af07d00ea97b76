//! The payloads of native functions, methods and descriptors.

use std::cell::RefCell;

use crate::header::TypeRef;
use crate::native::{GetSetDef, MethodDef};
use crate::slots::SlotId;
use crate::value::Value;

/// `builtin_function_or_method`: a native function, bound to a module or object.
pub struct NativeFunction {
    pub def: &'static MethodDef,
    /// `self` for bound methods, the class for class methods.
    pub this: Option<Value>,
    /// `__module__`; the class for static methods, which get no object.
    pub module: Option<Value>,
}
crate::payload!(NativeFunction, gc, |this, visit| {
    this.this.iter().for_each(&mut *visit);
    this.module.iter().for_each(visit);
});

/// `method_descriptor` and `classmethod_descriptor`: a native method in its class.
pub struct MethodDescriptor {
    pub def: &'static MethodDef,
    pub ty: TypeRef,
}
crate::payload!(MethodDescriptor, gc, |this, visit| visit(
    this.ty.as_value()
));

/// `wrapper_descriptor`: a slot of a native class as a dunder method.
pub struct SlotWrapper {
    pub slot: SlotId,
    pub name: &'static str,
    pub ty: TypeRef,
}
crate::payload!(SlotWrapper, gc, |this, visit| visit(this.ty.as_value()));

/// `method-wrapper`: a slot wrapper bound to an object.
pub struct MethodWrapper {
    pub wrapper: crate::header::Ref<SlotWrapper>,
    pub this: Value,
}
crate::payload!(MethodWrapper, gc, |this, visit| {
    visit(this.wrapper.as_value());
    visit(&this.this);
});

/// `getset_descriptor`.
pub struct GetSet {
    pub def: &'static GetSetDef,
    pub ty: TypeRef,
}
crate::payload!(GetSet, gc, |this, visit| visit(this.ty.as_value()));

/// `member_descriptor`: a slot declared by `__slots__`, or a fixed field of a native class.
pub struct Member {
    pub name: crate::header::Ref<crate::str::Str>,
    pub ty: TypeRef,
    /// Index among the slots of the instance part; `u32::MAX` for a fixed field of a native class.
    pub slot: u32,
    /// How a fixed field of a native class is read and written.
    pub native: Option<&'static crate::native::GetSetDef>,
}
crate::payload!(Member, gc, |this, visit| {
    visit(this.name.as_value());
    visit(this.ty.as_value());
});

/// `method`: a function bound to an instance.
pub struct BoundMethod {
    pub function: Value,
    pub this: Value,
}
crate::payload!(BoundMethod, gc, |this, visit| {
    visit(&this.function);
    visit(&this.this);
});

/// `property`.
#[derive(Default)]
pub struct Property {
    pub parts: RefCell<PropertyParts>,
}
/// Functions of a property.
#[derive(Default)]
pub struct PropertyParts {
    pub get: Option<Value>,
    pub set: Option<Value>,
    pub delete: Option<Value>,
    pub doc: Option<Value>,
    pub name: Option<Value>,
    /// The doc came from the getter.
    pub getter_doc: bool,
}
crate::payload!(
    Property,
    gc,
    |this, visit| {
        let p = this.parts.borrow();
        [&p.get, &p.set, &p.delete, &p.doc, &p.name]
            .into_iter()
            .flatten()
            .for_each(visit);
    },
    clear | this | drop(std::mem::take(&mut *this.parts.borrow_mut()))
);

/// `classmethod` and `staticmethod`.
#[derive(Default)]
pub struct MethodHolder {
    pub function: RefCell<Option<Value>>,
}
crate::payload!(
    MethodHolder,
    gc,
    |this, visit| this.function.borrow().iter().for_each(visit),
    clear | this | drop(this.function.borrow_mut().take())
);

/// A variable shared by closures.
#[derive(Default)]
#[repr(C)]
pub struct Cell {
    pub value: std::cell::Cell<Option<Value>>,
}
impl Cell {
    pub const VALUE_OFFSET: usize = 16;
    #[inline]
    pub fn get(&self) -> Option<Value> {
        crate::exceptions::peek(&self.value)
    }
}
crate::payload!(
    Cell,
    gc,
    |this, visit| if let Some(v) = this.get() {
        visit(&v)
    },
    clear | this | drop(this.value.take())
);
