//! The header of every heap object, payloads, and typed references.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::heap;
use crate::ty::Type;
use crate::value::Value;

/// Reference count of immortal objects: so large that counting never matters,
/// and harmless to code that touches 32 bits of it.
pub const IMMORTAL: u64 = 1 << 60 | 3 << 30;

/// What every heap object starts with. A free slot of the heap has count 0.
#[repr(C)]
pub struct ObjectHeader {
    count: Cell<u64>,
    ty: Cell<NonNull<Object<Type>>>,
}

impl ObjectHeader {
    pub const COUNT_OFFSET: usize = 0;
    pub const TYPE_OFFSET: usize = 8;

    pub(crate) fn new(ty: NonNull<Object<Type>>) -> Self {
        Self {
            count: Cell::new(1),
            ty: Cell::new(ty),
        }
    }
    #[inline(always)]
    pub fn retain(&self) {
        crate::hostile::check_live(self);
        self.count.set(self.count.get() + 1);
    }
    /// Gives up one reference; frees the object if it was the last.
    ///
    /// # Safety
    /// The caller owns a reference to the live object at `this`.
    #[inline(always)]
    pub unsafe fn release(this: *mut ObjectHeader) {
        // SAFETY: live by the contract.
        let count = unsafe { &(*this).count };
        crate::hostile::check_live(this);
        let left = count.get() - 1;
        count.set(left);
        if left == 0 {
            // SAFETY: nobody owns the object any more.
            unsafe { heap::free_object(this) }
        }
    }
    #[inline(always)]
    pub fn count(&self) -> u64 {
        self.count.get()
    }
    pub(crate) fn set_count(&self, count: u64) {
        self.count.set(count);
    }
    #[inline(always)]
    pub fn ty(&self) -> &TypeRef {
        // SAFETY: the object owns a reference to its type; TypeRef is a transparent pointer.
        unsafe { &*(self.ty.as_ptr() as *const TypeRef) }
    }
    #[inline(always)]
    pub fn ty_ptr(&self) -> *const Object<Type> {
        self.ty.get().as_ptr()
    }
    /// Changes the type, as `__class__` assignment does; gives back the old one.
    pub fn replace_type(&self, ty: TypeRef) -> TypeRef {
        let old = self.ty.replace(ty.into_raw());
        // SAFETY: the reference that the header owned is handed out.
        unsafe { Ref::from_raw(old) }
    }
}

/// A heap object with its Rust payload.
#[repr(C)]
pub struct Object<T> {
    pub header: ObjectHeader,
    pub payload: T,
}

/// What a heap object holds after its header.
///
/// # Safety
/// `vtable()` must describe `Self`, one static for each payload type, and
/// `traverse` must visit each owned `Value` exactly once. Use
/// [`payload!`](crate::payload) rather than implementing it by hand.
pub unsafe trait Payload: Sized + 'static {
    /// Whether instances can be part of reference cycles.
    const GC: bool;
    fn vtable() -> &'static PayloadVTable;
    /// Visits every value that this payload owns.
    fn traverse(&self, visit: &mut dyn FnMut(&Value));
    /// Drops owned values that may form cycles; the payload stays usable.
    fn clear(&self) {}
}

/// A payload's operations, as the heap and the collector need them.
pub struct PayloadVTable {
    pub name: &'static str,
    /// Size of `Object<T>` without variable-size parts and instance part.
    pub size: usize,
    pub gc: bool,
    /// Whether dropping the payload does anything.
    pub needs_drop: bool,
    /// Drops the payload in place.
    pub drop: unsafe fn(*mut ObjectHeader),
    pub traverse: unsafe fn(*const ObjectHeader, &mut dyn FnMut(&Value)),
    pub clear: unsafe fn(*const ObjectHeader),
}

impl PayloadVTable {
    pub const fn of<T: Payload>(name: &'static str) -> Self {
        unsafe fn drop<T>(this: *mut ObjectHeader) {
            // SAFETY: the heap passes an object of this payload, once.
            unsafe { std::ptr::drop_in_place(&raw mut (*this.cast::<Object<T>>()).payload) }
        }
        unsafe fn traverse<T: Payload>(this: *const ObjectHeader, visit: &mut dyn FnMut(&Value)) {
            // SAFETY: the collector passes a live object of this payload.
            unsafe { (*this.cast::<Object<T>>()).payload.traverse(visit) }
        }
        unsafe fn clear<T: Payload>(this: *const ObjectHeader) {
            // SAFETY: as above.
            unsafe { (*this.cast::<Object<T>>()).payload.clear() }
        }
        Self {
            name,
            size: size_of::<Object<T>>(),
            gc: T::GC,
            needs_drop: std::mem::needs_drop::<T>(),
            drop: drop::<T>,
            traverse: traverse::<T>,
            clear: clear::<T>,
        }
    }
}

/// Implements [`Payload`].
///
/// ```ignore
/// payload!(Cell, gc, |this, visit| this.value.with(|v| v.iter().for_each(visit)), clear |this| drop(this.value.take()));
/// payload!(Float);            // owns no values
/// ```
#[macro_export]
macro_rules! payload {
    ($ty:ty) => {
        // SAFETY: one static a type, and no owned values.
        unsafe impl $crate::Payload for $ty {
            const GC: bool = false;
            fn vtable() -> &'static $crate::PayloadVTable {
                static VTABLE: $crate::PayloadVTable = $crate::PayloadVTable::of::<$ty>(stringify!($ty));
                &VTABLE
            }
            fn traverse(&self, _: &mut dyn FnMut(&$crate::Value)) {}
        }
    };
    ($ty:ty, gc, |$this:ident, $visit:ident| $traverse:expr $(, clear |$cthis:ident| $clear:expr)?) => {
        // SAFETY: one static a type; the closure visits what the type owns.
        unsafe impl $crate::Payload for $ty {
            const GC: bool = true;
            fn vtable() -> &'static $crate::PayloadVTable {
                static VTABLE: $crate::PayloadVTable = $crate::PayloadVTable::of::<$ty>(stringify!($ty));
                &VTABLE
            }
            #[allow(clippy::no_effect)]
            fn traverse(&self, $visit: &mut dyn FnMut(&$crate::Value)) { let $this = self; $traverse; }
            $(fn clear(&self) { let $cthis = self; $clear; })?
        }
    };
}

/// An owned reference to an object whose payload is `T`.
#[repr(transparent)]
pub struct Ref<T>(NonNull<Object<T>>, PhantomData<Object<T>>);

/// A reference to a type object.
pub type TypeRef = Ref<Type>;

impl<T> Ref<T> {
    /// # Safety
    /// `raw` points to a live `Object<T>` and one reference to it is handed over.
    pub unsafe fn from_raw(raw: NonNull<Object<T>>) -> Self {
        Self(raw, PhantomData)
    }
    pub fn into_raw(self) -> NonNull<Object<T>> {
        ManuallyDrop::new(self).0
    }
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut Object<T> {
        self.0.as_ptr()
    }
    #[inline(always)]
    pub fn header(&self) -> &ObjectHeader {
        // SAFETY: live while self owns a reference.
        unsafe { &(*self.0.as_ptr()).header }
    }
    #[inline(always)]
    pub fn ty(&self) -> &TypeRef {
        self.header().ty()
    }
    /// The same reference as a plain value, without counting.
    #[inline(always)]
    pub fn as_value(&self) -> &Value {
        // SAFETY: both are one non-null word that owns one reference.
        unsafe { &*(self as *const Self as *const Value) }
    }
    #[inline(always)]
    pub fn into_value(self) -> Value {
        // SAFETY: the reference moves.
        unsafe { Value::from_word(ManuallyDrop::new(self).0.as_ptr() as u64) }
    }
    /// A new owned value.
    #[inline(always)]
    pub fn to_value(&self) -> Value {
        self.as_value().clone()
    }
    #[inline(always)]
    pub fn is(&self, other: &Ref<T>) -> bool {
        self.0 == other.0
    }
}

impl<T> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: live while self owns a reference.
        unsafe { &(*self.0.as_ptr()).payload }
    }
}

impl<T> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        self.header().retain();
        Self(self.0, PhantomData)
    }
}

impl<T> Drop for Ref<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: self owns one reference.
        unsafe { ObjectHeader::release(self.0.as_ptr().cast()) }
    }
}

impl<T> From<Ref<T>> for Value {
    fn from(r: Ref<T>) -> Value {
        r.into_value()
    }
}

impl<T: Payload> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_value().fmt(f)
    }
}

impl Value {
    /// This value as an object whose payload is `T`: instances of the built-in
    /// type and of its subclasses.
    #[inline(always)]
    pub fn downcast<T: Payload>(&self) -> Option<&Ref<T>> {
        let header = self.header()?;
        // SAFETY: the type says that the payload is T; both are one pointer.
        std::ptr::eq(header.ty().vtable, T::vtable())
            .then(|| unsafe { &*(self as *const Value as *const Ref<T>) })
    }
    /// As [`Value::downcast`], for owned values.
    pub fn downcast_owned<T: Payload>(self) -> Result<Ref<T>, Value> {
        if self.downcast::<T>().is_some() {
            // SAFETY: just checked; the reference moves.
            Ok(
                unsafe {
                    Ref::from_raw(NonNull::new_unchecked(self.into_word() as *mut Object<T>))
                },
            )
        } else {
            Err(self)
        }
    }
    /// This value as an instance of exactly the type `ty`, whose payload is `T`.
    #[inline(always)]
    pub fn downcast_exact<T: Payload>(&self, ty: &TypeRef) -> Option<&Ref<T>> {
        let header = self.header()?;
        debug_assert!(std::ptr::eq(ty.vtable, T::vtable()));
        // SAFETY: instances of `ty` have payload T.
        (header.ty_ptr() == ty.as_ptr().cast_const())
            .then(|| unsafe { &*(self as *const Value as *const Ref<T>) })
    }
}
