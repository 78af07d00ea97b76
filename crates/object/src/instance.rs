//! Instances: shapes (hidden classes), attribute slots, overflow, `__dict__`.
//!
//! An object of a type with `HAS_INSTANCE_PART` has, at the type's
//! `instance_offset`: the shape word, the overflow word, and inline slots. The
//! first `member_count` slots belong to `__slots__`; the attributes of the
//! open-ended dict follow in the order in which they were first set. A shape
//! says which name has which slot; it implies the type. Slots beyond the inline
//! ones lie in the overflow array. When `__dict__` is asked for as an object,
//! or there are too many shapes, the instance turns to *dict mode*: a dict in
//! the overflow word holds its attributes from then on, so that the dict that
//! Python sees is the live one.

use std::cell::{Cell, RefCell};

use crate::dict::Dict;
use crate::header::{Object, ObjectHeader, Ref, TypeRef};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::Type;
use crate::value::Value;

/// Most attributes that shapes describe; beyond, an instance turns to dict mode.
pub const MAX_SHAPE_SLOTS: u32 = 128;
/// Up to so many names a shape's table is searched from front to back.
const LINEAR_NAMES: usize = 12;
/// Most shapes of one type.
pub const MAX_SHAPES: u32 = 1024;
/// Most inline slots besides those of `__slots__`.
pub const MAX_INLINE: u32 = 30;

/// A hidden class. Shapes of a type live as long as the type.
#[repr(C)]
pub struct Shape {
    /// Not counted: the shape belongs to the type. Not to be followed by who only remembers the shape's address.
    pub ty: *const crate::header::Object<Type>,
    /// The type's `instance_offset`.
    pub instance_offset: u32,
    /// Slots inside the object; the rest are in the overflow array.
    pub inline_slots: u32,
    /// Slots in use: members of `__slots__` and attributes.
    pub slot_count: u32,
    pub kind: ShapeKind,
    /// The name that this shape added to its parent.
    name: Option<Ref<Str>>,
    parent: *const Shape,
    /// Name (address of the interned string) and slot of each attribute, made on first use;
    /// sorted by name where there are many.
    table: std::cell::OnceCell<Box<[(usize, u32)]>>,
    children: RefCell<Vec<*const Shape>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ShapeKind {
    /// Attributes in slots.
    Slots,
    /// The overflow word holds a dict.
    Dict,
    /// No open-ended attributes at all: only members of `__slots__`.
    Closed,
}

/// The fixed head of an instance part; the inline slots follow.
#[repr(C)]
pub struct InstancePart {
    pub shape: Cell<*const Shape>,
    /// Null, the overflow array of slots, or in dict mode a dict (owned).
    pub overflow: Cell<*mut Overflow>,
}

/// Slots that did not fit into the object: `capacity` words follow the header.
#[repr(C)]
pub struct Overflow {
    pub capacity: usize,
}

impl InstancePart {
    pub const HEAD: usize = size_of::<InstancePart>();
    pub const SHAPE_OFFSET: usize = 0;
    pub const OVERFLOW_OFFSET: usize = 8;
    /// Address of an inline slot.
    #[inline(always)]
    fn inline(&self, index: u32) -> *mut u64 {
        // SAFETY of use: the caller knows that the shape has this inline slot.
        unsafe {
            (self as *const Self)
                .add(1)
                .cast::<u64>()
                .cast_mut()
                .add(index as usize)
        }
    }
}

/// The shapes of one type.
pub struct ShapeTree {
    root: Cell<*const Shape>,
    dict_shape: Cell<*const Shape>,
    #[expect(clippy::vec_box, reason = "shapes are known by their address")]
    all: RefCell<Vec<Box<Shape>>>,
    /// Inline slots of new instances; learned from the first ones.
    pub inline_slots: Cell<u32>,
    /// Most attributes that an instance ever had.
    pub most_slots: Cell<u32>,
    made: Cell<u32>,
}

/// Shapes of a class that is gone: only their addresses matter.
pub struct DeadShapes {
    #[expect(clippy::vec_box, reason = "shapes are known by their address")]
    _all: Vec<Box<Shape>>,
}

impl Default for ShapeTree {
    fn default() -> Self {
        Self {
            root: Cell::new(std::ptr::null()),
            dict_shape: Cell::new(std::ptr::null()),
            all: RefCell::default(),
            inline_slots: Cell::new(4),
            most_slots: Cell::new(0),
            made: Cell::new(0),
        }
    }
}

impl ShapeTree {
    pub fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        for shape in self.all.borrow().iter() {
            if let Some(name) = &shape.name {
                visit(name.as_value());
            }
        }
    }
    /// Takes the shapes of a type that dies.
    pub(crate) fn retire(&self) -> DeadShapes {
        self.root.set(std::ptr::null());
        self.dict_shape.set(std::ptr::null());
        let mut all = self.all.take();
        for shape in &mut all {
            shape.name = None;
            shape.children.get_mut().clear();
            shape.children.get_mut().shrink_to_fit();
        }
        DeadShapes { _all: all }
    }
    fn add(&self, shape: Shape) -> *const Shape {
        let shape = Box::new(shape);
        let address: *const Shape = &*shape;
        self.all.borrow_mut().push(shape);
        address
    }
}

impl Type {
    /// The shape of a fresh instance.
    #[inline]
    pub fn root_shape(this: &TypeRef) -> &Shape {
        let root = this.shapes.root.get();
        // SAFETY: shapes live as long as their type.
        if root.is_null() {
            Self::make_root_shape(this)
        } else {
            unsafe { &*root }
        }
    }

    #[cold]
    fn make_root_shape(this: &TypeRef) -> &Shape {
        let open = this.has(crate::ty::TypeFlags::HAS_DICT)
            && !crate::type_ops::keeps_own_dict(this.vtable);
        let inline = this.member_count
            + if open {
                this.shapes.inline_slots.get()
            } else {
                0
            };
        let shape = this.shapes.add(Shape {
            ty: this.as_ptr(),
            instance_offset: this.instance_offset,
            inline_slots: inline,
            slot_count: this.member_count,
            kind: if open {
                ShapeKind::Slots
            } else {
                ShapeKind::Closed
            },
            name: None,
            parent: std::ptr::null(),
            table: Default::default(),
            children: RefCell::default(),
        });
        this.shapes.root.set(shape);
        // SAFETY: as above.
        unsafe { &*shape }
    }

    /// The shape of instances in dict mode; it keeps the inline capacity of `from`.
    fn dict_shape(&self, this: *const Object<Type>, from: &Shape) -> *const Shape {
        let known = self.shapes.dict_shape.get();
        // SAFETY: shapes live as long as their type.
        if !known.is_null() && unsafe { (*known).inline_slots } == from.inline_slots {
            return known;
        }
        let shape = self.shapes.add(Shape {
            ty: this,
            instance_offset: self.instance_offset,
            inline_slots: from.inline_slots,
            slot_count: self.member_count,
            kind: ShapeKind::Dict,
            name: None,
            parent: std::ptr::null(),
            table: Default::default(),
            children: RefCell::default(),
        });
        self.shapes.dict_shape.set(shape);
        shape
    }
}

impl Shape {
    /// The slot of an attribute; `name` is interned.
    pub fn slot_of(&self, name: &Ref<Str>) -> Option<u32> {
        if self.slot_count == 0 || self.kind != ShapeKind::Slots {
            return None;
        }
        let key = name.as_ptr() as usize;
        let table = self.table.get_or_init(|| {
            let mut table = Vec::new();
            self.for_each_name(&mut |name, slot| table.push((name.as_ptr() as usize, slot)));
            if table.len() > LINEAR_NAMES {
                table.sort_unstable();
            }
            table.into_boxed_slice()
        });
        if table.len() > LINEAR_NAMES {
            return table
                .binary_search_by_key(&key, |e| e.0)
                .ok()
                .map(|at| table[at].1);
        }
        table.iter().find(|e| e.0 == key).map(|e| e.1)
    }

    /// Calls `f` with each attribute's name and slot, newest first.
    fn for_each_name(&self, f: &mut dyn FnMut(&Ref<Str>, u32)) {
        let mut shape = self;
        loop {
            if let Some(name) = &shape.name {
                f(name, shape.slot_count - 1);
            }
            // SAFETY: parents live as long as the type.
            match unsafe { shape.parent.as_ref() } {
                Some(parent) => shape = parent,
                None => return,
            }
        }
    }

    /// Names and slots in the order in which they were set.
    pub fn names(&self) -> Vec<(Ref<Str>, u32)> {
        let mut names = Vec::new();
        self.for_each_name(&mut |name, slot| names.push((name.clone(), slot)));
        names.reverse();
        names
    }

    /// The shape with one more attribute; `None`: turn to dict mode.
    pub fn with_attribute(&self, name: &Ref<Str>) -> Option<&Shape> {
        for &child in self.children.borrow().iter() {
            // SAFETY: children live as long as the type.
            let child = unsafe { &*child };
            if child.name.as_ref().is_some_and(|n| n.is(name)) {
                return Some(child);
            }
        }
        // SAFETY: the type owns this shape.
        let ty = unsafe { &(*self.ty).payload };
        if self.kind != ShapeKind::Slots
            || self.slot_count >= MAX_SHAPE_SLOTS + ty.member_count
            || ty.shapes.made.get() >= MAX_SHAPES
        {
            return None;
        }
        ty.shapes.made.set(ty.shapes.made.get() + 1);
        let shape = ty.shapes.add(Shape {
            ty: self.ty,
            instance_offset: self.instance_offset,
            inline_slots: self.inline_slots,
            slot_count: self.slot_count + 1,
            kind: ShapeKind::Slots,
            name: Some(name.clone()),
            parent: self,
            table: Default::default(),
            children: RefCell::default(),
        });
        self.children.borrow_mut().push(shape);
        let attributes = self.slot_count + 1 - ty.member_count;
        if attributes > ty.shapes.most_slots.get() {
            ty.shapes.most_slots.set(attributes);
            if attributes > ty.shapes.inline_slots.get() && attributes <= MAX_INLINE {
                // Later instances get more room inside; they start from a root of their own.
                ty.shapes.inline_slots.set((attributes + 1) & !1);
                ty.shapes.root.set(std::ptr::null());
            }
        }
        // SAFETY: as above.
        Some(unsafe { &*shape })
    }
}

/// The instance part of an object, if its type has one.
#[inline(always)]
pub fn instance_part(object: &Value) -> Option<&InstancePart> {
    let header = object.header()?;
    let ty = header.ty();
    if !ty.has(crate::ty::TypeFlags::HAS_INSTANCE_PART) {
        return None;
    }
    // SAFETY: the type's instances have an instance part.
    Some(unsafe { &*part_of(ty, header) })
}

/// `Type::instance_offset` of types whose payload varies in size (tuples): the part follows the items.
pub const VARIABLE_OFFSET: u32 = u32::MAX;

/// Where the instance part of an object of `ty` lies.
///
/// # Safety
/// `object` is an object of `ty`, which has `HAS_INSTANCE_PART`.
#[inline(always)]
unsafe fn part_of(ty: &Type, object: *const ObjectHeader) -> *const InstancePart {
    // SAFETY: by the contract; a type with a variable offset has tuples as instances.
    unsafe {
        let offset = if ty.instance_offset == VARIABLE_OFFSET {
            let tuple = &(*object.cast::<Object<Tuple>>()).payload;
            Tuple::ITEMS_OFFSET + tuple.len() * size_of::<Value>()
        } else {
            ty.instance_offset as usize
        };
        object.byte_add(offset).cast()
    }
}

/// The instance part of an object, unless the object is still being made.
///
/// # Safety
/// `object` is an object of `ty`, which has `HAS_INSTANCE_PART`.
pub(crate) unsafe fn finished_part<'a>(
    ty: &TypeRef,
    object: *const ObjectHeader,
) -> Option<&'a InstancePart> {
    // SAFETY: by the contract.
    let part = unsafe { &*part_of(ty, object) };
    (!part.shape.get().is_null()).then_some(part)
}

impl InstancePart {
    #[inline(always)]
    pub fn shape(&self) -> &Shape {
        // SAFETY: set at creation; shapes outlive instances (which own their type).
        unsafe { &*self.shape.get() }
    }

    /// Address of the word of a slot below `shape().slot_count`.
    #[inline(always)]
    pub fn slot_ptr(&self, slot: u32) -> *mut u64 {
        let inline = self.shape().inline_slots;
        if slot < inline {
            self.inline(slot)
        } else {
            // SAFETY: a shape with more slots than fit inside implies an overflow array that holds them.
            unsafe {
                self.overflow
                    .get()
                    .add(1)
                    .cast::<u64>()
                    .add((slot - inline) as usize)
            }
        }
    }
    /// A new reference to the value in a slot; `None` if it is empty.
    #[inline(always)]
    pub fn load(&self, slot: u32) -> Option<Value> {
        // SAFETY: the slot exists and owns its value.
        unsafe {
            let word = *self.slot_ptr(slot);
            (word != 0).then(|| Value::borrow_word(&word).clone())
        }
    }
    /// Puts a value into a slot; gives back what was there.
    #[inline(always)]
    pub fn store(&self, slot: u32, value: Option<Value>) -> Option<Value> {
        let word = value.map_or(0, Value::into_word);
        // SAFETY: the slot exists; ownership is exchanged.
        unsafe {
            let old = self.slot_ptr(slot).replace(word);
            (old != 0).then(|| Value::from_word(old))
        }
    }

    /// The dict of an instance in dict mode.
    #[inline]
    pub fn dict(&self) -> Option<&Ref<Dict>> {
        // SAFETY: in dict mode the overflow word is an owned, non-null reference to a dict.
        (self.shape().kind == ShapeKind::Dict)
            .then(|| unsafe { &*(self.overflow.as_ptr() as *const Ref<Dict>) })
    }

    /// Adds an attribute that the shape does not have. `false`: dict mode must be entered first.
    pub fn add(&self, name: &Ref<Str>, value: Value) -> Result<(), Value> {
        let Some(next) = self.shape().with_attribute(name) else {
            return Err(value);
        };
        self.move_to_shape(next);
        self.store(next.slot_count - 1, Some(value));
        Ok(())
    }

    /// Goes back to the shape before the last attribute was added, whose slot is now empty. Whether it did.
    pub fn pop_shape(&self) -> bool {
        // SAFETY: parents live as long as the type.
        match unsafe { self.shape().parent.as_ref() } {
            Some(parent) if self.shape().kind == ShapeKind::Slots => {
                self.shape.set(parent);
                true
            }
            _ => false,
        }
    }

    /// Makes room for a shape that has one more slot than the present one, and takes it on.
    #[inline]
    pub fn move_to_shape(&self, next: &Shape) {
        if next.slot_count > next.inline_slots {
            self.grow((next.slot_count - next.inline_slots) as usize);
        }
        self.shape.set(next);
        // SAFETY: the slot now exists; its word may be stale in a fresh overflow array only if zero.
        debug_assert!(unsafe { *self.slot_ptr(next.slot_count - 1) } == 0);
    }

    #[cold]
    fn grow(&self, need: usize) {
        let old = self.overflow.get();
        // SAFETY: the overflow word is null or an array made here.
        unsafe {
            let capacity = if old.is_null() { 0 } else { (*old).capacity };
            if need <= capacity {
                return;
            }
            let new_capacity = (need * 2).max(4);
            let new = std::alloc::alloc_zeroed(Overflow::layout(new_capacity)).cast::<Overflow>();
            if new.is_null() {
                std::alloc::handle_alloc_error(Overflow::layout(new_capacity));
            }
            (*new).capacity = new_capacity;
            if !old.is_null() {
                std::ptr::copy_nonoverlapping(
                    old.add(1).cast::<u64>(),
                    new.add(1).cast::<u64>(),
                    capacity,
                );
                std::alloc::dealloc(old.cast(), Overflow::layout(capacity));
            }
            self.overflow.set(new);
        }
    }

    /// Turns to dict mode with `dict`, which the caller has filled with the attributes
    /// ([`InstancePart::attributes`]); for a part in dict mode replaces its dict. Gives
    /// back the values that the slots held.
    pub fn enter_dict_mode(&self, dict: Ref<Dict>) -> Vec<Value> {
        let shape = self.shape();
        let mut displaced = Vec::new();
        if shape.kind == ShapeKind::Dict {
            let old = self.overflow.replace(dict.into_raw().as_ptr().cast());
            // SAFETY: the overflow word owned a dict.
            displaced.push(unsafe { Value::from_word(old as u64) });
            return displaced;
        }
        // SAFETY: the type owns the shape.
        let ty = unsafe { &(*shape.ty).payload };
        for slot in ty.member_count..shape.slot_count {
            displaced.extend(self.store(slot, None));
        }
        let old = self.overflow.get();
        // SAFETY: an overflow array made by `grow`.
        unsafe {
            // Members of __slots__ beyond the inline slots cannot occur: inline_slots counts all members.
            if !old.is_null() {
                std::alloc::dealloc(old.cast(), Overflow::layout((*old).capacity));
            }
        }
        self.shape.set(ty.dict_shape(shape.ty, shape));
        self.overflow.set(dict.into_raw().as_ptr().cast());
        displaced
    }

    /// Names and values of the open-ended attributes that lie in slots.
    pub fn attributes(&self) -> Vec<(Ref<Str>, Value)> {
        if self.shape().kind != ShapeKind::Slots {
            return Vec::new();
        }
        self.shape()
            .names()
            .into_iter()
            .filter_map(|(name, slot)| Some((name, self.load(slot)?)))
            .collect()
    }

    /// Visits every value that the instance part owns.
    pub fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        let shape = self.shape();
        for slot in 0..shape.slot_count {
            // SAFETY: the slot exists.
            unsafe {
                let word = *self.slot_ptr(slot);
                if word != 0 {
                    visit(Value::borrow_word(&word));
                }
            }
        }
        if let Some(dict) = self.dict() {
            visit(dict.as_value());
        }
    }

    /// Takes every value out of the slots (to break cycles).
    pub fn clear(&self) -> Vec<Value> {
        let shape = self.shape();
        (0..shape.slot_count)
            .filter_map(|slot| self.store(slot, None))
            .collect()
    }
}

impl Overflow {
    fn layout(capacity: usize) -> std::alloc::Layout {
        std::alloc::Layout::array::<u64>(capacity + 1).expect("overflow arrays are small")
    }
}

/// Drops what the instance part of a dying object owns.
///
/// # Safety
/// The object is unreachable and its instance part intact.
pub(crate) unsafe fn drop_instance_part(ty: &TypeRef, object: *mut ObjectHeader) {
    if !ty.has(crate::ty::TypeFlags::HAS_INSTANCE_PART) {
        return;
    }
    // SAFETY: by the contract.
    unsafe {
        let part = &*part_of(ty, object);
        if part.shape.get().is_null() {
            return;
        }
        let shape = part.shape();
        for slot in 0..shape.slot_count {
            let word = part.slot_ptr(slot).replace(0);
            if word != 0 {
                drop(Value::from_word(word));
            }
        }
        let overflow = part.overflow.replace(std::ptr::null_mut());
        if overflow.is_null() {
        } else if shape.kind == ShapeKind::Dict {
            drop(Value::from_word(overflow as u64));
        } else {
            std::alloc::dealloc(overflow.cast(), Overflow::layout((*overflow).capacity));
        }
    }
}

/// Bytes that the instance part of a new instance of `ty` takes; 0 if it has none.
#[inline]
pub fn part_size(ty: &TypeRef) -> usize {
    if ty.has(crate::ty::TypeFlags::HAS_INSTANCE_PART) {
        InstancePart::HEAD + Type::root_shape(ty).inline_slots as usize * 8
    } else {
        0
    }
}

/// Gives a fresh object of `ty`, whose bytes behind the payload are zero, its instance part.
///
/// # Safety
/// `object` is a fresh object of `ty`.
pub unsafe fn init_instance_part(ty: &TypeRef, object: *mut ObjectHeader) {
    if ty.has(crate::ty::TypeFlags::HAS_INSTANCE_PART) {
        // SAFETY: made with room for the part.
        let part = unsafe { &*part_of(ty, object) };
        part.shape.set(Type::root_shape(ty));
    }
}

/// Gives an object that is about to become an instance of `ty`, whose layout is the same, a shape of that class.
/// Open-ended attributes must lie in a dict already.
pub fn adopt_shape(object: &Value, ty: &TypeRef) {
    let Some(part) = instance_part(object) else {
        return;
    };
    let old = part.shape();
    let new = match old.kind {
        ShapeKind::Dict => ty.dict_shape(ty.as_ptr(), old),
        ShapeKind::Closed | ShapeKind::Slots => Type::root_shape(ty),
    };
    part.shape.set(new);
}
