//! The payload of `tuple`: its items lie behind it in the same object.

use std::cell::Cell;

use crate::header::{Object, Ref, TypeRef};
use crate::heap::Heap;
use crate::value::Value;

/// The payload of `tuple`; `len` values follow it in memory.
#[repr(C)]
pub struct Tuple {
    len: usize,
    /// Cached hash; 0: not computed yet.
    pub(crate) hash: Cell<i64>,
}

impl Tuple {
    /// Byte offset of the first item in the object.
    pub const ITEMS_OFFSET: usize = size_of::<Object<Tuple>>();
    pub const LEN_OFFSET: usize = 16;

    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        // SAFETY: made with `len` initialised values behind the payload.
        unsafe {
            std::slice::from_raw_parts((self as *const Tuple).add(1).cast::<Value>(), self.len)
        }
    }
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        // SAFETY: the items are owned and dropped once.
        unsafe {
            std::ptr::drop_in_place(std::ptr::slice_from_raw_parts_mut(
                (self as *mut Tuple).add(1).cast::<Value>(),
                self.len,
            ))
        }
    }
}

crate::payload!(Tuple, gc, |this, visit| this
    .items()
    .iter()
    .rev()
    .for_each(visit));

/// Makes a tuple of a known number of items.
pub(crate) fn new_tuple(
    heap: &Heap,
    ty: &TypeRef,
    items: impl ExactSizeIterator<Item = Value>,
) -> Ref<Tuple> {
    let len = items.len();
    if crate::instance::part_size(ty) == 0 {
        return new_filled(heap, ty, len, items);
    }
    // Collected first: the iterator may allocate or fail short.
    let items: smallvec::SmallVec<[Value; 8]> = items.collect();
    debug_assert_eq!(items.len(), len);
    let tuple = heap.alloc_sized(
        ty,
        Tuple::ITEMS_OFFSET + items.len() * size_of::<Value>() + crate::instance::part_size(ty),
        Tuple {
            len: items.len(),
            hash: Cell::new(0),
        },
    );
    // SAFETY: room for the items was made; they move in.
    unsafe {
        let to = tuple
            .as_ptr()
            .cast::<u8>()
            .add(Tuple::ITEMS_OFFSET)
            .cast::<Value>();
        std::ptr::copy_nonoverlapping(items.as_ptr(), to, items.len());
        let mut items = items;
        items.set_len(0);
    }
    // SAFETY: made just now with room for the part.
    unsafe { crate::instance::init_instance_part(ty, tuple.as_ptr().cast()) };
    tuple
}

/// The fast path: no instance part, so every byte behind the payload is an item.
#[inline]
fn new_filled(
    heap: &Heap,
    ty: &TypeRef,
    len: usize,
    items: impl Iterator<Item = Value>,
) -> Ref<Tuple> {
    // SAFETY: the length counts only items that have been written, whatever the iterator does.
    unsafe {
        let tuple = heap.alloc_unfilled(
            ty,
            Tuple::ITEMS_OFFSET + len * size_of::<Value>(),
            Tuple {
                len: 0,
                hash: Cell::new(0),
            },
        );
        let to = tuple
            .as_ptr()
            .cast::<u8>()
            .add(Tuple::ITEMS_OFFSET)
            .cast::<Value>();
        let mut written = 0;
        for item in items.take(len) {
            to.add(written).write(item);
            written += 1;
        }
        debug_assert_eq!(written, len);
        (*tuple.as_ptr()).payload.len = written;
        tuple
    }
}

impl crate::vm::Vm {
    /// A tuple of `len` words, which move out of their places: 0 is left there.
    ///
    /// # Safety
    /// Each word is 0 (it reads as None) or an owned value.
    #[inline]
    pub unsafe fn tuple_of_words(&self, from: *mut u64, len: usize) -> Ref<Tuple> {
        if len == 0 {
            return self.empty_tuple.clone();
        }
        // SAFETY: the items fill the bytes behind the payload; they move in.
        unsafe {
            let tuple = self.heap.alloc_unfilled(
                &self.types.tuple,
                Tuple::ITEMS_OFFSET + len * size_of::<Value>(),
                Tuple {
                    len,
                    hash: Cell::new(0),
                },
            );
            let to = tuple
                .as_ptr()
                .cast::<u8>()
                .add(Tuple::ITEMS_OFFSET)
                .cast::<u64>();
            for n in 0..len {
                let word = from.add(n).replace(0);
                to.add(n)
                    .write(if word == 0 { Value::NONE.word() } else { word });
            }
            tuple
        }
    }
    /// A tuple whose items are all empty words.
    ///
    /// # Safety
    /// The caller stores the items before anything else can see the tuple.
    pub unsafe fn new_unfilled_tuple(&self, len: usize) -> Ref<Tuple> {
        self.heap.alloc_sized(
            &self.types.tuple,
            Tuple::ITEMS_OFFSET + len * size_of::<Value>(),
            Tuple {
                len,
                hash: Cell::new(0),
            },
        )
    }
}

/// Makes a plain tuple of a few values.
#[inline]
pub(crate) fn new_tuple_of<const N: usize>(
    heap: &Heap,
    ty: &TypeRef,
    items: [Value; N],
) -> Ref<Tuple> {
    debug_assert!(crate::instance::part_size(ty) == 0);
    let items = std::mem::ManuallyDrop::new(items);
    // SAFETY: the items fill the bytes behind the payload; they move in and are not dropped here.
    unsafe {
        let tuple = heap.alloc_unfilled(
            ty,
            Tuple::ITEMS_OFFSET + size_of::<[Value; N]>(),
            Tuple {
                len: N,
                hash: Cell::new(0),
            },
        );
        tuple
            .as_ptr()
            .cast::<u8>()
            .add(Tuple::ITEMS_OFFSET)
            .cast::<[Value; N]>()
            .write(std::mem::ManuallyDrop::into_inner(items));
        tuple
    }
}
