//! Which weak references each object has.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::header::{Object, ObjectHeader, TypeRef};
use crate::heap::{Heap, Page};
use crate::ty::TypeFlags;
use crate::util::PtrHash;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// What `ref` and the proxies share: the first field of their payloads.
#[repr(C)]
pub struct WeakLink {
    /// Address of the referent; 0 when it is gone.
    referent: Cell<usize>,
    pub callback: Cell<Option<Value>>,
    /// The referent has died and the callback is still to be called.
    due: Cell<bool>,
}

/// A weak reference of any kind, as the table knows it.
type Link = *const Object<WeakLink>;

impl WeakLink {
    pub(super) fn new(referent: &Value, callback: Option<Value>) -> Self {
        Self {
            referent: Cell::new(referent.word() as usize),
            callback: Cell::new(callback),
            due: Cell::new(false),
        }
    }
    /// The referent, if it lives.
    #[inline]
    pub fn get(&self) -> Option<Value> {
        let address = self.referent.get();
        // SAFETY: the table clears the address before the referent's memory is given up.
        (address != 0).then(|| unsafe { Value::borrow_word(&(address as u64)).clone() })
    }
    pub fn has_callback(&self) -> bool {
        let callback = self.callback.take();
        let some = callback.is_some();
        self.callback.set(callback);
        some
    }
    pub(super) fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(callback) = crate::exceptions::peek(&self.callback) {
            visit(&callback)
        }
    }
    /// Forgets the referent without calling the callback.
    pub(super) fn clear(&self) {
        self.unregister();
        drop(self.callback.take());
    }
    fn unregister(&self) {
        let address = self.referent.replace(0);
        if address == 0 {
            return;
        }
        let this = (self as *const WeakLink)
            .wrapping_byte_sub(std::mem::offset_of!(Object<WeakLink>, payload))
            .cast::<Object<WeakLink>>();
        // SAFETY: links are only made inside heap objects, whose page names the heap.
        let heap = unsafe { Page::of(this.cast()) }.heap();
        let mut table = heap.weakrefs.by_object.borrow_mut();
        if let Some(links) = table.get_mut(&address) {
            links.retain(|&l| l != this);
            if links.is_empty() {
                table.remove(&address);
            }
        }
    }
}

impl Drop for WeakLink {
    fn drop(&mut self) {
        self.unregister();
    }
}

/// Weak references by referent. A type's `HAS_WEAKREFS` flag says that some
/// instance of it was ever referenced weakly.
#[derive(Default)]
pub struct WeakTable {
    /// Oldest first.
    by_object: RefCell<HashMap<usize, Vec<Link>, PtrHash>>,
}

impl WeakTable {
    /// Clears the weak references to a dying object; whether callbacks wait to be called.
    ///
    /// # Safety
    /// `object` belongs to `heap` and is intact.
    pub(crate) unsafe fn object_dies(&self, heap: &Heap, object: *mut ObjectHeader) {
        for link in self.take(object) {
            if link.has_callback() {
                link.due.set(true);
                heap.push_finalizer(link.into_value());
            }
        }
    }

    /// Clears the weak references to an object and gives them: the two plain ones first, then the newest.
    pub(crate) fn take(&self, object: *const ObjectHeader) -> Vec<crate::header::Ref<WeakLink>> {
        let Some(links) = self.by_object.borrow_mut().remove(&(object as usize)) else {
            return Vec::new();
        };
        // SAFETY: links of the table are intact objects; those without references are about to be freed.
        unsafe {
            links.iter().for_each(|&l| (*l).payload.referent.set(0));
            in_order(&links)
        }
    }

    /// The living weak references to an object: the plain `ref` and proxy first, then the newest.
    pub fn links(&self, object: &Value) -> Vec<crate::header::Ref<WeakLink>> {
        match self.by_object.borrow().get(&(object.word() as usize)) {
            // SAFETY: as above.
            Some(links) => unsafe { in_order(links) },
            None => Vec::new(),
        }
    }

    /// The plain weak reference of exactly this type, if there is one.
    pub(super) fn plain(&self, object: &Value, ty: &TypeRef) -> Option<Value> {
        self.links(object)
            .into_iter()
            .find(|l| l.ty().is(ty) && !l.has_callback())
            .map(|l| l.into_value())
    }

    pub(super) fn register(&self, object: &Value, link: &Value) {
        self.by_object
            .borrow_mut()
            .entry(object.word() as usize)
            .or_default()
            .push(link.word() as Link);
    }
}

/// # Safety
/// All links are intact objects.
unsafe fn in_order(links: &[Link]) -> Vec<crate::header::Ref<WeakLink>> {
    // SAFETY: by the contract.
    unsafe {
        let alive = || {
            links
                .iter()
                .rev()
                .filter(|&&l| (*l).header.count() != 0)
                .map(|&l| (*(&raw const l).cast::<crate::header::Ref<WeakLink>>()).clone())
        };
        let plain =
            |l: &crate::header::Ref<WeakLink>| !l.ty().has(TypeFlags::HEAP) && !l.has_callback();
        let mut all: Vec<_> = alive().filter(|l| plain(l)).collect();
        // The reference stands before the proxy, whichever was made first.
        all.sort_by_key(|l| !std::ptr::eq(l.ty().vtable, super::WeakRef::vtable_of()));
        all.extend(alive().filter(|l| !plain(l)));
        all
    }
}

/// Calls the callback of a weak reference whose referent has died; whether `object` was such a reference.
pub(crate) fn run_due_callback(vm: &Vm, object: &Value) -> bool {
    let Some(link) = as_link(object) else {
        return false;
    };
    if !link.due.replace(false) {
        return false;
    }
    if let Some(callback) = link.callback.take() {
        call_callback(vm, object, &callback);
    }
    true
}

/// Calls `callback(reference)`; what it raises is reported.
pub(crate) fn call_callback(vm: &Vm, reference: &Value, callback: &Value) {
    if let Err(raised) = vm.call(callback, std::slice::from_ref(reference)) {
        let e = vm.take_exception(raised);
        (vm.hooks.get().unraisable)(
            vm,
            e,
            "Exception ignored while calling weakref callback",
            Some(callback),
        );
    }
}

/// The link inside a weak reference of any kind.
pub(crate) fn as_link(object: &Value) -> Option<&WeakLink> {
    let header = object.header()?;
    let table = header.ty().vtable;
    let kinds = [
        super::WeakRef::vtable_of(),
        super::Proxy::vtable_of(),
        super::CallableProxy::vtable_of(),
    ];
    kinds
        .into_iter()
        .any(|k| std::ptr::eq(k, table))
        // SAFETY: payloads of these kinds start with a link.
        .then(|| unsafe { &(*(header as *const ObjectHeader).cast::<Object<WeakLink>>()).payload })
}

/// Checks that an object can be referenced weakly, and notes that it is.
///
/// # Errors
/// TypeError if its type has no weak references.
pub(super) fn prepare(vm: &Vm, object: &Value) -> PyResult<()> {
    let ty = vm.type_of(object);
    if !ty.has(TypeFlags::WEAKREFABLE) || object.header().is_none() {
        return Err(vm.type_error(format!(
            "cannot create weak reference to '{}' object",
            ty.display_name()
        )));
    }
    ty.set_flag(TypeFlags::HAS_WEAKREFS, true);
    Ok(())
}

impl Vm {
    /// `__weakref__`: the first weak reference to an object, or None.
    pub(crate) fn first_weakref(&self, object: &Value) -> PyResult {
        let first = self.heap.weakrefs.links(object).into_iter().next();
        Ok(first.map_or(Value::NONE, |l| l.into_value()))
    }
}
