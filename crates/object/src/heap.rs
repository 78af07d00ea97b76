//! The heap of one interpreter: pages of equal slots, freed by reference count.
//!
//! A page is [`PAGE`] bytes, aligned to its size, so that an object's address
//! gives its page header and with it the heap. Slots of a page have one size
//! (the page's class). A free slot has reference count 0 and links to the next
//! free one in its type word. Objects larger than [`MAX_SMALL`] have pages of
//! their own. The interpreter's lock guards the heap.
//!
//! Objects whose payload can be part of cycles are written to the young log
//! when they are made; the collector ([`crate::gc`]) reads it.

use std::alloc::Layout;
use std::cell::{Cell, UnsafeCell};
use std::ptr::{self, NonNull};

use crate::header::{Object, ObjectHeader, Payload, Ref, TypeRef};
use crate::hostile;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;

/// Bytes of a page; also its alignment.
pub const PAGE: usize = 1 << 16;
/// Largest object that shares pages with others.
pub const MAX_SMALL: usize = 4096;
const GRANULE: usize = 16;
const CLASSES: usize = 32 + 12;
/// First and largest capacity of the young log.
const YOUNG_START: usize = hostile::limit(1 << 13, 8);
const YOUNG_MAX: usize = hostile::limit(1 << 16, 1 << 10);
/// How deep freeing recurses before it defers.
const FREE_DEPTH: u32 = hostile::limit32(40, 3);

/// Head of a page.
#[repr(C)]
pub struct Page {
    heap: Cell<*const Heap>,
    /// Size of a slot; for a large object, of the object.
    pub slot_size: u32,
    pub slot_count: u32,
    /// Bytes of the whole mapping.
    bytes: usize,
    /// 2³² over the slot size, rounded up: which slot an offset is, without a division.
    reciprocal: u32,
    /// The slots' size class; none for a large object.
    class: u32,
    /// Scratch words of the collector, one a slot; made by the first collection that meets the page.
    pub marks: Cell<*mut u32>,
}

impl Page {
    const FIRST: usize = (size_of::<Page>() + GRANULE - 1) & !(GRANULE - 1);

    /// The page of an object.
    ///
    /// # Safety
    /// `object` is a live heap object.
    #[inline(always)]
    pub unsafe fn of<'a>(object: *const ObjectHeader) -> &'a Page {
        // SAFETY: pages are aligned to PAGE and objects start inside the first PAGE bytes.
        unsafe { &*((object as usize & !(PAGE - 1)) as *const Page) }
    }
    /// Which slot of the page an object is.
    #[inline]
    pub fn slot_of(&self, object: *const ObjectHeader) -> usize {
        // Exact: offsets are below 2¹⁶ and slots have at least 16 bytes.
        let offset = (object as usize & (PAGE - 1)) - Self::FIRST;
        (offset as u64 * u64::from(self.reciprocal)) as usize >> 32
    }
    /// The address of a slot.
    pub fn slot(&self, index: usize) -> *mut ObjectHeader {
        (self as *const Page as usize + Self::FIRST + index * self.slot_size as usize)
            as *mut ObjectHeader
    }
    /// The heap that the page belongs to.
    pub fn heap(&self) -> &Heap {
        // SAFETY: a heap outlives its pages.
        unsafe { &*self.heap.get() }
    }
}

/// Index of the size class of `size` bytes.
#[inline(always)]
fn class_of(size: usize) -> usize {
    if size <= 512 {
        size.div_ceil(GRANULE) - 1
    } else {
        // Four classes a doubling: 640, 768, 896, 1024, 1280, …
        let log = usize::BITS - 1 - (size - 1).leading_zeros();
        let step = 1usize << (log - 2);
        let within = (size - 1 - (1 << log)) / step;
        32 + (log as usize - 9) * 4 + within
    }
}

fn class_size(class: usize) -> usize {
    if class < 32 {
        (class + 1) * GRANULE
    } else {
        let log = (class - 32) / 4 + 9;
        (1 << log) + ((class - 32) % 4 + 1) * (1 << (log - 2))
    }
}

/// One interpreter's objects.
pub struct Heap {
    /// Free slots by size class, linked.
    free: [Cell<*mut FreeSlot>; CLASSES],
    pages: UnsafeCell<Vec<NonNull<Page>>>,
    large: UnsafeCell<Vec<NonNull<Page>>>,
    /// Bytes in pages and large objects.
    bytes: Cell<usize>,
    /// Objects made since the last collection whose payload can be part of cycles. Entries may be stale.
    young: UnsafeCell<Vec<*mut ObjectHeader>>,
    /// Length of the young log at which a collection is due.
    young_limit: Cell<usize>,
    /// Objects that must run Python code before they can be freed; each entry owns its object.
    finalizers: UnsafeCell<Vec<Value>>,
    has_finalizers: Cell<bool>,
    /// Code shall ask for finalisers at every chance, whether there are any or not.
    watched: Cell<bool>,
    depth: Cell<u32>,
    deferred: UnsafeCell<Vec<*mut ObjectHeader>>,
    /// Shapes of classes that are gone. Caches may still name them, so that their addresses are not used again.
    pub(crate) dead_shapes: UnsafeCell<Vec<crate::instance::DeadShapes>>,
    /// Called before an object with weak references is freed.
    pub weakrefs: crate::weakref::WeakTable,
    pub gc: crate::gc::GcState,
    /// Freed slots that are not used again yet: the hostile build's.
    quarantine: UnsafeCell<std::collections::VecDeque<*mut ObjectHeader>>,
}

struct FreeSlot {
    _count: u64,
    next: *mut FreeSlot,
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

impl Heap {
    pub fn new() -> Self {
        Self {
            free: [const { Cell::new(ptr::null_mut()) }; CLASSES],
            pages: UnsafeCell::default(),
            large: UnsafeCell::default(),
            bytes: Cell::new(0),
            young: UnsafeCell::default(),
            young_limit: Cell::new(4000),
            finalizers: UnsafeCell::default(),
            has_finalizers: Cell::new(false),
            watched: Cell::new(false),
            depth: Cell::new(0),
            deferred: UnsafeCell::default(),
            dead_shapes: UnsafeCell::default(),
            weakrefs: Default::default(),
            gc: Default::default(),
            quarantine: UnsafeCell::default(),
        }
    }

    /// Makes an object. `size` is at least `size_of::<Object<T>>()`; the bytes
    /// beyond the payload are zero.
    ///
    /// Aborts only if the operating system has no memory at all for one page.
    #[inline]
    pub fn alloc_sized<T: Payload>(&self, ty: &TypeRef, size: usize, payload: T) -> Ref<T> {
        debug_assert!(size >= size_of::<Object<T>>() && align_of::<T>() <= GRANULE);
        let slot = self.alloc_slot(size).cast::<Object<T>>();
        let ty = ty.clone().into_raw();
        // SAFETY: the slot is ours, large enough and aligned to 16.
        unsafe {
            slot.write(Object {
                header: ObjectHeader::new(ty),
                payload,
            });
            fill_rest(
                slot.cast::<u8>().add(size_of::<Object<T>>()),
                size - size_of::<Object<T>>(),
            );
            if T::GC && size <= MAX_SMALL {
                self.log_young(slot.cast());
            }
            Ref::from_raw(NonNull::new_unchecked(slot))
        }
    }

    /// As [`Heap::alloc_sized`], but leaves the bytes beyond the payload as they are.
    ///
    /// # Safety
    /// The caller writes them before anything reads them.
    #[inline]
    pub(crate) unsafe fn alloc_unfilled<T: Payload>(
        &self,
        ty: &TypeRef,
        size: usize,
        payload: T,
    ) -> Ref<T> {
        debug_assert!(size >= size_of::<Object<T>>() && align_of::<T>() <= GRANULE);
        let slot = self.alloc_slot(size).cast::<Object<T>>();
        let ty = ty.clone().into_raw();
        // SAFETY: the slot is ours, large enough and aligned to 16.
        unsafe {
            slot.write(Object {
                header: ObjectHeader::new(ty),
                payload,
            });
            if T::GC && size <= MAX_SMALL {
                self.log_young(slot.cast());
            }
            Ref::from_raw(NonNull::new_unchecked(slot))
        }
    }

    /// A zeroed slot for one of the first type objects; its type word names itself.
    pub(crate) fn alloc_zeroed_type(&self) -> *mut ObjectHeader {
        let size = size_of::<Object<Type>>();
        let slot = self.alloc_slot(size).cast::<ObjectHeader>();
        // SAFETY: the slot is ours.
        unsafe {
            ptr::write_bytes(slot.cast::<u8>(), 0, size);
            slot.write(ObjectHeader::new(NonNull::new_unchecked(slot.cast())));
            self.log_young(slot);
        }
        slot
    }

    /// Tells the pages that the heap has moved (once, before the interpreter is shared).
    pub(crate) fn adopt_pages(&self) {
        // SAFETY: the lock is held.
        unsafe {
            for page in (*self.pages.get()).iter().chain((*self.large.get()).iter()) {
                page.as_ref().heap.set(self);
            }
        }
    }

    /// Makes an object without variable-size or instance part.
    #[inline]
    pub fn alloc<T: Payload>(&self, ty: &TypeRef, payload: T) -> Ref<T> {
        self.alloc_sized(ty, size_of::<Object<T>>(), payload)
    }

    #[inline(always)]
    pub fn log_young(&self, object: *mut ObjectHeader) {
        // SAFETY: the lock is held; the log is not read while something is pushed.
        unsafe {
            let young = &mut *self.young.get();
            if young.len() == young.capacity() {
                self.make_room(young);
            }
            young.push(object);
        }
    }

    /// Drops stale entries of a full log; a log that stays long gives its objects to the old ones.
    #[cold]
    #[inline(never)]
    fn make_room(&self, young: &mut Vec<*mut ObjectHeader>) {
        if young.is_empty() {
            young.reserve_exact(YOUNG_START);
            return;
        }
        // SAFETY: entries are slots of pages that exist; free ones have count 0.
        young.retain(|&o| unsafe { (*o).count() } != 0);
        if young.len() < young.capacity() / 2 {
            return;
        }
        young.sort_unstable();
        young.dedup();
        if young.capacity() < YOUNG_MAX {
            young.reserve_exact(young.capacity() * 2 - young.len());
        } else if young.len() > YOUNG_MAX / 2 {
            self.gc.age(young);
            young.clear();
        }
    }

    /// Drops stale entries of the young log while no collection may run.
    pub(crate) fn compact_young(&self) {
        // SAFETY: the lock is held.
        self.make_room(unsafe { &mut *self.young.get() });
    }

    pub(crate) fn set_young_limit(&self, limit: usize) {
        self.young_limit.set(limit);
    }

    /// Whether a young collection is due.
    #[inline(always)]
    pub fn young_due(&self) -> bool {
        self.young_len() > self.young_limit.get() || hostile::is_due()
    }

    /// The young log as it stands; entries may be stale.
    pub(crate) fn young_entries(&self) -> Vec<*mut ObjectHeader> {
        // SAFETY: the lock is held.
        unsafe { (*self.young.get()).clone() }
    }

    /// Gives the memory of a log that has been read back.
    pub(crate) fn reuse_young(&self, mut log: Vec<*mut ObjectHeader>) {
        log.clear();
        // SAFETY: the lock is held.
        unsafe {
            let young = &mut *self.young.get();
            if young.is_empty() && log.capacity() > young.capacity() {
                *young = log;
            }
        }
    }

    /// How many entries the young log has.
    #[inline(always)]
    pub fn young_len(&self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.young.get()).len() }
    }

    pub(crate) fn take_young(&self) -> Vec<*mut ObjectHeader> {
        // SAFETY: as above.
        unsafe { std::mem::take(&mut *self.young.get()) }
    }

    #[inline]
    fn alloc_slot(&self, size: usize) -> *mut u8 {
        if size > MAX_SMALL {
            return self.alloc_large(size);
        }
        let free = &self.free[class_of(size)];
        let slot = free.get();
        if slot.is_null() {
            return self.alloc_page_then_slot(class_of(size));
        }
        // SAFETY: the slot is free, so it holds a link.
        free.set(unsafe { (*slot).next });
        slot.cast()
    }

    #[cold]
    #[inline(never)]
    fn alloc_page_then_slot(&self, class: usize) -> *mut u8 {
        let size = class_size(class);
        let page = self.new_page(PAGE, size, (PAGE - Page::FIRST) / size);
        // SAFETY: a fresh page is ours; slots lie inside it.
        unsafe {
            (*self.pages.get()).push(page);
            let page = page.as_ref();
            let mut next = ptr::null_mut();
            for index in (1..page.slot_count as usize).rev() {
                let slot = page.slot(index).cast::<FreeSlot>();
                slot.write(FreeSlot { _count: 0, next });
                next = slot;
            }
            self.free[class].set(next);
            page.slot(0).cast()
        }
    }

    #[cold]
    #[inline(never)]
    fn alloc_large(&self, size: usize) -> *mut u8 {
        let page = self.new_page((size + Page::FIRST + PAGE - 1) & !(PAGE - 1), size, 1);
        // SAFETY: as above.
        unsafe {
            (*self.large.get()).push(page);
            page.as_ref().slot(0).cast()
        }
    }

    fn new_page(&self, bytes: usize, slot_size: usize, slot_count: usize) -> NonNull<Page> {
        let layout = Layout::from_size_align(bytes, PAGE).expect("page layouts are valid");
        // SAFETY: the layout is not empty.
        let raw = unsafe { std::alloc::alloc_zeroed(layout) }.cast::<Page>();
        let Some(page) = NonNull::new(raw) else {
            std::alloc::handle_alloc_error(layout)
        };
        // SAFETY: fresh memory.
        unsafe {
            page.write(Page {
                heap: Cell::new(self),
                slot_size: slot_size as u32,
                slot_count: slot_count as u32,
                bytes,
                reciprocal: (1u64 << 32).div_ceil(slot_size as u64) as u32,
                class: if slot_size > MAX_SMALL {
                    u32::MAX
                } else {
                    class_of(slot_size) as u32
                },
                marks: Cell::new(ptr::null_mut()),
            });
        }
        self.bytes.set(self.bytes.get() + bytes);
        page
    }

    /// Bytes that pages and large objects take.
    pub fn page_bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Calls `f` with every live object.
    pub fn for_each_object(&self, f: impl FnMut(*mut ObjectHeader)) {
        self.for_each_in(&[&self.pages, &self.large], f);
    }
    /// Calls `f` with every live object that has a page of its own.
    pub(crate) fn for_each_large(&self, f: impl FnMut(*mut ObjectHeader)) {
        self.for_each_in(&[&self.large], f);
    }
    fn for_each_in(
        &self,
        lists: &[&UnsafeCell<Vec<NonNull<Page>>>],
        mut f: impl FnMut(*mut ObjectHeader),
    ) {
        // SAFETY: the lock is held. Indexing, not iterating: `f` may allocate.
        unsafe {
            for list in lists {
                let mut i = 0;
                while i < (*list.get()).len() {
                    let page = (&(*list.get()))[i].as_ref();
                    for slot in 0..page.slot_count as usize {
                        let object = page.slot(slot);
                        if (*object).count() != 0 {
                            f(object);
                        }
                    }
                    i += 1;
                }
            }
        }
    }

    /// Whether objects wait for Python code to be run.
    #[inline(always)]
    pub fn has_finalizers(&self) -> bool {
        self.has_finalizers.get()
    }

    /// Address of the byte behind [`Heap::has_finalizers`], for compiled code.
    pub fn has_finalizers_address(&self) -> u64 {
        self.has_finalizers.as_ptr() as u64
    }

    /// Makes [`Heap::has_finalizers`] true whatever waits: compiled code is left at the next place where it
    /// asks for that.
    pub fn set_watched(&self, watched: bool) {
        self.watched.set(watched);
        if watched {
            self.has_finalizers.set(true);
        }
    }

    /// Takes the objects that wait for their finaliser, oldest first.
    pub fn take_finalizers(&self) -> Vec<Value> {
        self.has_finalizers.set(self.watched.get());
        // SAFETY: the lock is held.
        unsafe { std::mem::take(&mut *self.finalizers.get()) }
    }

    pub(crate) fn push_finalizer(&self, object: Value) {
        self.has_finalizers.set(true);
        // SAFETY: the lock is held.
        unsafe { (*self.finalizers.get()).push(object) }
    }

    /// Frees the slot of an object whose payload has been dropped.
    #[inline(always)]
    unsafe fn free_slot(&self, object: *mut ObjectHeader, page: &Page) {
        // SAFETY: the slot is not in use any more.
        unsafe {
            let Some(free) = self.free.get(page.class as usize) else {
                return self.free_large(object, page);
            };
            if hostile::ON {
                return self.keep_apart(object, page);
            }
            object.cast::<FreeSlot>().write(FreeSlot {
                _count: 0,
                next: free.get(),
            });
            free.set(object.cast());
        }
    }

    /// Gives back the pages of a large object whose payload has been dropped.
    #[cold]
    #[inline(never)]
    unsafe fn free_large(&self, object: *mut ObjectHeader, page: &Page) {
        // SAFETY: the object is not in use any more.
        unsafe {
            (*object).set_count(0);
            let large = &mut *self.large.get();
            let address: *const Page = page;
            if let Some(at) = large
                .iter()
                .position(|p| p.as_ptr().cast_const() == address)
            {
                large.swap_remove(at);
            }
            if !page.marks.get().is_null() {
                crate::gc::free_marks(page);
            }
            self.bytes.set(self.bytes.get() - page.bytes);
            // No list of the collector names large objects: it walks their pages.
            std::alloc::dealloc(
                address as *mut u8,
                Layout::from_size_align_unchecked(page.bytes, PAGE),
            );
        }
    }
}

/// Types whose instances need more than their payload dropped.
const WITH_CARE: TypeFlags = TypeFlags(
    TypeFlags::HAS_FINALIZER.0
        | TypeFlags::HAS_WEAKREFS.0
        | TypeFlags::TYPE_SUBCLASS.0
        | TypeFlags::HAS_INSTANCE_PART.0,
);

impl Heap {
    /// Poisons a freed slot, and gives the one back that has been so for longest.
    #[cold]
    unsafe fn keep_apart(&self, object: *mut ObjectHeader, page: &Page) {
        // SAFETY: the slot is not in use any more; the queue holds slots of pages that exist.
        unsafe {
            (*object).set_count(0);
            hostile::poison(object.cast(), page.slot_size as usize);
            let waiting = &mut *self.quarantine.get();
            waiting.push_back(object);
            if waiting.len() > hostile::QUARANTINE
                && let Some(slot) = waiting.pop_front()
            {
                let size = Page::of(slot).slot_size as usize;
                hostile::check_poison(slot.cast(), size);
                let free = &self.free[class_of(size)];
                slot.cast::<FreeSlot>().write(FreeSlot {
                    _count: 0,
                    next: free.get(),
                });
                free.set(slot.cast());
            }
        }
    }
}

/// Frees an object whose last reference is gone, or queues it when it must run
/// Python code first.
///
/// # Safety
/// `object` is a heap object with count 0 that nobody will touch again.
#[cold]
#[inline(never)]
pub unsafe fn free_object(object: *mut ObjectHeader) {
    // SAFETY: the object is still intact.
    unsafe {
        let page = Page::of(object);
        let heap = page.heap();
        let ty = (*object).ty_ptr();
        let flags = (*ty).payload.flags.get();
        if !flags.intersects(WITH_CARE) {
            let vtable = (*ty).payload.vtable;
            // What owns no values frees nothing else, and needs no depth counted.
            if !vtable.gc {
                if vtable.needs_drop {
                    (vtable.drop)(object);
                }
                ObjectHeader::release(ty.cast_mut().cast());
                heap.free_slot(object, page);
                return;
            }
        } else if flags.intersects(TypeFlags::HAS_FINALIZER | TypeFlags::HAS_WEAKREFS) {
            if flags.contains(TypeFlags::HAS_FINALIZER) && crate::gc::wants_finalizer(heap, object)
            {
                (*object).set_count(1);
                heap.push_finalizer(Value::from_word(object as u64));
                return;
            }
            // Weak references stay until `__del__` has run.
            if flags.contains(TypeFlags::HAS_WEAKREFS) {
                heap.weakrefs.object_dies(heap, object);
            }
        }
        if heap.depth.get() >= FREE_DEPTH {
            (*heap.deferred.get()).push(object);
            return;
        }
        heap.depth.set(heap.depth.get() + 1);
        destroy(heap, page, object);
        heap.depth.set(heap.depth.get() - 1);
        if heap.depth.get() == 0 {
            while let Some(next) = (*heap.deferred.get()).pop() {
                heap.depth.set(1);
                destroy(heap, Page::of(next), next);
                heap.depth.set(0);
            }
        }
    }
}

#[inline(always)]
unsafe fn destroy(heap: &Heap, page: &Page, object: *mut ObjectHeader) {
    // SAFETY: the object is intact and unreachable.
    unsafe {
        // The header's own reference keeps it until the end.
        let ty: &TypeRef = &*std::ptr::from_ref((*object).ty());
        if ty.flags.get().intersects(WITH_CARE) {
            if ty.has(TypeFlags::TYPE_SUBCLASS) {
                crate::type_ops::type_dies(heap, object);
            }
            crate::instance::drop_instance_part(ty, object);
        }
        if ty.vtable.needs_drop {
            (ty.vtable.drop)(object);
        }
        // The reference that the header owned.
        drop(Value::from_word((*object).ty_ptr() as u64));
        heap.free_slot(object, page);
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        for page in self
            .pages
            .get_mut()
            .drain(..)
            .chain(self.large.get_mut().drain(..))
        {
            // SAFETY: the interpreter is gone, nobody holds objects of it.
            unsafe {
                let bytes = page.as_ref().bytes;
                if !page.as_ref().marks.get().is_null() {
                    crate::gc::free_marks(page.as_ref());
                }
                std::alloc::dealloc(
                    page.as_ptr().cast(),
                    Layout::from_size_align_unchecked(bytes, PAGE),
                );
            }
        }
    }
}

/// Zeroes what lies behind a payload.
///
/// # Safety
/// The bytes are the caller's.
#[inline(always)]
unsafe fn fill_rest(at: *mut u8, bytes: usize) {
    // SAFETY: by the contract.
    unsafe {
        if bytes > 256 || !bytes.is_multiple_of(16) {
            ptr::write_bytes(at, 0, bytes);
            return;
        }
        // A few stores: not worth a call of `memset`.
        let mut n = 0;
        while n < bytes {
            at.add(n).cast::<[u64; 2]>().write_unaligned([0, 0]);
            n += 16;
            std::hint::black_box(());
        }
    }
}

/// A type cannot be dropped before its instances: each owns a reference to it.
const _: fn(&Type) = |_| ();
