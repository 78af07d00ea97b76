//! Making classes, their MRO, and what follows when one changes.

use std::cell::{Cell, RefCell};

use crate::dict::Dict;
use crate::function::{
    GetSet, Member, MethodDescriptor, MethodHolder, NativeFunction, SlotWrapper,
};
use crate::header::{Object, ObjectHeader, Payload, PayloadVTable, Ref, TypeRef};
use crate::native::{MethodDef, MethodKind, NativeClass, TypeSpec};
use crate::slots::{SlotId, Slots};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// What the heap does before it frees a class: its bases forget it, its shapes are kept apart.
///
/// # Safety
/// `object` is an intact type object of `heap`.
pub(crate) unsafe fn type_dies(heap: &crate::heap::Heap, object: *mut crate::ObjectHeader) {
    // SAFETY: by the contract; the lock is held.
    unsafe {
        let ty = &(*object.cast::<Object<Type>>()).payload;
        for base in ty.bases.borrow().items() {
            if let Some(base) = base.downcast::<Type>() {
                base.subclasses.borrow_mut().retain(|&s| s != object);
            }
        }
        (*heap.dead_shapes.get()).push(ty.shapes.retire());
    }
}

/// Direct subclasses that are alive.
pub fn subclasses(ty: &TypeRef) -> Vec<TypeRef> {
    ty.subclasses
        .borrow()
        .iter()
        // SAFETY: entries leave the list when the subclass is freed (`type_dies`); it may be about to be.
        .filter(|&&p| unsafe { (*p).count() } != 0)
        .map(|&p| {
            // SAFETY: as above.
            unsafe { (*p).retain() };
            // SAFETY: a reference was just added.
            unsafe { Ref::from_raw(std::ptr::NonNull::new_unchecked(p.cast::<Object<Type>>())) }
        })
        .collect()
}

impl Drop for Type {
    fn drop(&mut self) {
        // SAFETY: a Type payload always lies in its object.
        let me =
            unsafe { (self as *mut Type).byte_sub(std::mem::offset_of!(Object<Type>, payload)) }
                .cast::<ObjectHeader>();
        for base in self.bases.borrow().items() {
            if let Some(base) = base.downcast::<Type>() {
                base.subclasses.borrow_mut().retain(|&s| s != me);
            }
        }
    }
}

impl Vm {
    /// Gives a type a version if it has none.
    pub fn type_version(&self, ty: &TypeRef) -> u64 {
        if ty.version.get() == 0 {
            let v = self.next_type_version.get();
            self.next_type_version.set(v + 1);
            ty.version.set(v);
        }
        ty.version.get()
    }

    /// Makes the type of a native class, once an interpreter.
    pub fn add_native_type<T: NativeClass>(&self) -> TypeRef {
        self.add_native_type_with_base::<T>(&self.types.object)
    }
    /// As [`Vm::add_native_type`], with a base other than `object`.
    pub fn add_native_type_with_base<T: NativeClass>(&self, base: &TypeRef) -> TypeRef {
        let key = T::vtable() as *const _ as usize;
        if let Some(known) = self.native_types.borrow().get(&key) {
            return known.clone();
        }
        let spec = T::spec();
        let ty = self.new_type_object(&spec, base, 0);
        self.native_types.borrow_mut().insert(key, ty.clone());
        self.fill_native_type(&ty, &spec);
        ty
    }
    /// A native type that shares its payload with others (exceptions and the like).
    pub fn make_native_type(&self, spec: &TypeSpec, base: &TypeRef) -> TypeRef {
        let ty = self.new_type_object(spec, base, 0);
        self.fill_native_type(&ty, spec);
        ty
    }

    /// As [`Vm::make_native_type`], with so many values in the instance part that
    /// native code reads and writes by number.
    pub fn make_native_type_with_slots(
        &self,
        spec: &TypeSpec,
        base: &TypeRef,
        slots: u32,
    ) -> TypeRef {
        let ty = self.new_type_object(spec, base, slots);
        self.fill_native_type(&ty, spec);
        ty.set_flag(TypeFlags::HAS_INSTANCE_PART, true);
        ty
    }

    pub(crate) fn new_type_object(&self, spec: &TypeSpec, base: &TypeRef, members: u32) -> TypeRef {
        let name = self.intern_str(spec.name);
        let flags = with_instance_part(
            spec.vtable,
            spec.flags | TypeFlags(base.flags.get().0 & TypeFlags::HAS_DICT.0),
        );
        let ty = self.heap.alloc(
            &self.types.type_,
            Type {
                vtable: spec.vtable,
                flags: Cell::new(flags),
                version: Cell::new(0),
                slots: Slots::default(),
                // Without a part the offset is not looked at.
                instance_offset: instance_offset(spec.vtable),
                member_count: members,
                qualname: RefCell::new(name.to_value()),
                name: RefCell::new(name),
                module: spec.module,
                doc: Cell::new(Some(spec.doc)),
                signature: Cell::new(Some(spec.signature)),
                base: RefCell::new(Some(base.clone())),
                bases: RefCell::new(self.new_tuple([base.to_value()])),
                mro: RefCell::default(),
                dict: self.new_dict(),
                subclasses: RefCell::default(),
                shapes: Default::default(),
            },
        );
        // Most instances of native classes never get an attribute; the shapes learn from those that do.
        ty.shapes.inline_slots.set(0);
        ty
    }

    /// Gives a native type its slots, methods and place in the hierarchy. Also used while the interpreter is built.
    pub(crate) fn fill_native_type(&self, ty: &TypeRef, spec: &TypeSpec) {
        self.fill_native_slots(ty, spec);
        // What was looked up while the type was incomplete does not count.
        invalidate(self, ty);
    }

    fn fill_native_slots(&self, ty: &TypeRef, spec: &TypeSpec) {
        ty.doc.set(Some(spec.doc));
        ty.signature.set(Some(spec.signature));
        (spec.fill)(&ty.slots);
        let own = |id: SlotId| ty.slots.is_set(id);
        let own_slots: Vec<SlotId> = SlotId::ALL.iter().copied().filter(|&id| own(id)).collect();
        let mut flags = spec.flags | TypeFlags::IMMUTABLE;
        let base = ty.base.borrow().clone();
        let mut mro = vec![ty.clone()];
        if let Some(base) = &base {
            mro.extend(base.mro.borrow().iter().cloned());
            let hashable = own(SlotId::hash) || !own(SlotId::richcompare);
            ty.slots.inherit(&base.slots);
            // `object.__new__` makes no instances of another layout.
            if !own(SlotId::new) && !std::ptr::eq(spec.vtable, base.vtable) {
                ty.slots.new.set(None);
            }
            if !hashable {
                ty.slots.hash.set(None);
            }
            let kept = base.flags.get().0
                & (TypeFlags::LONG_SUBCLASS
                    | TypeFlags::LIST_SUBCLASS
                    | TypeFlags::TUPLE_SUBCLASS
                    | TypeFlags::BYTES_SUBCLASS
                    | TypeFlags::UNICODE_SUBCLASS
                    | TypeFlags::DICT_SUBCLASS
                    | TypeFlags::BASE_EXC_SUBCLASS
                    | TypeFlags::TYPE_SUBCLASS
                    | TypeFlags::SEQUENCE
                    | TypeFlags::MAPPING
                    | TypeFlags::WEAKREFABLE
                    | TypeFlags::HAS_DICT)
                    .0;
            flags = flags | TypeFlags(kept);
            base.subclasses.borrow_mut().push(ty.as_ptr().cast());
        }
        flags = with_instance_part(spec.vtable, flags);
        if ty.slots.finalize.get().is_some() {
            flags = flags | TypeFlags::HAS_FINALIZER;
        }
        let is = |f: Option<crate::slots::GetAttrFn>| {
            f.is_none_or(|f| {
                std::ptr::fn_addr_eq(f, crate::attr::generic_getattr as crate::slots::GetAttrFn)
            })
        };
        if is(ty.slots.getattro.get()) {
            flags = flags | TypeFlags::GENERIC_GETATTR;
        }
        if ty.slots.setattro.get().is_none_or(|f| {
            std::ptr::fn_addr_eq(f, crate::attr::generic_setattr as crate::slots::SetAttrFn)
        }) {
            flags = flags | TypeFlags::GENERIC_SETATTR;
        }
        ty.flags.set(flags);
        *ty.mro.borrow_mut() = mro;
        let set =
            |name: &str, value: Value| ty.dict.insert_str(self, &self.intern_str(name), value);
        for &id in &own_slots {
            if id == SlotId::new {
                self.give_own_new(ty);
                continue;
            }
            if id == SlotId::hash && !own(SlotId::hash) {
                continue;
            }
            let dunders: &[&'static str] = match id {
                SlotId::concat => &["__add__"],
                SlotId::repeat => &["__mul__", "__rmul__"],
                SlotId::iconcat => &["__iadd__"],
                SlotId::irepeat => &["__imul__"],
                // A native class's `getattro` is `__getattribute__` only.
                SlotId::getattro => &["__getattribute__"],
                _ => id.dunders(),
            };
            for &name in dunders {
                if ty.dict.find_str(&self.intern_str(name)).is_none() {
                    let w = SlotWrapper {
                        slot: id,
                        name,
                        ty: ty.clone(),
                    };
                    set(
                        name,
                        self.heap
                            .alloc(&self.types.wrapper_descriptor, w)
                            .into_value(),
                    );
                }
            }
        }
        if ty.slots.hash.get().is_none() {
            set("__hash__", Value::NONE);
        }
        for def in spec.methods.iter().copied().flatten() {
            set(def.name, self.method_object(def, ty));
        }
        for def in spec.getsets.iter().copied().flatten() {
            let getset = GetSet {
                def,
                ty: ty.clone(),
            };
            set(
                def.name,
                self.heap
                    .alloc(&self.types.getset_descriptor, getset)
                    .into_value(),
            );
        }
        if ty.dict.find_str(&self.names.__doc__).is_none() {
            set(
                "__doc__",
                if spec.doc.is_empty() {
                    Value::NONE
                } else {
                    self.new_str(spec.doc).into_value()
                },
            );
        }
    }

    /// Adds fixed fields to a native class, which show as `member_descriptor`.
    pub fn add_native_members(&self, ty: &TypeRef, fields: &'static [crate::native::GetSetDef]) {
        for def in fields {
            let name = self.intern_str(def.name);
            let member = Member {
                name: name.clone(),
                ty: ty.clone(),
                slot: u32::MAX,
                native: Some(def),
            };
            let member = self.heap.alloc(&self.types.member_descriptor, member);
            ty.dict.insert_str(self, &name, member.into_value());
        }
    }

    /// Puts a `__new__` into a native class that knows it.
    pub(crate) fn give_own_new(&self, ty: &TypeRef) {
        if ty.dict.find_str(&self.names.__new__).is_none() {
            let f = NativeFunction {
                def: &NEW_DEF,
                this: Some(ty.to_value()),
                module: None,
            };
            let f = self.heap.alloc(&self.types.builtin_function, f);
            ty.dict
                .insert_str(self, &self.names.__new__, f.into_value());
        }
    }

    fn method_object(&self, def: &'static MethodDef, ty: &TypeRef) -> Value {
        let descriptor = MethodDescriptor {
            def,
            ty: ty.clone(),
        };
        match def.kind {
            MethodKind::Class => self
                .heap
                .alloc(&self.types.classmethod_descriptor, descriptor)
                .into_value(),
            MethodKind::Static | MethodKind::Function => {
                let f = NativeFunction {
                    def,
                    this: None,
                    module: Some(ty.to_value()),
                };
                let f = self
                    .heap
                    .alloc(&self.types.builtin_function, f)
                    .into_value();
                let holder = MethodHolder {
                    function: RefCell::new(Some(f)),
                };
                crate::object::alloc_instance(self, &self.types.staticmethod, holder).into_value()
            }
            MethodKind::Instance => self
                .heap
                .alloc(&self.types.method_descriptor, descriptor)
                .into_value(),
        }
    }

    /// Makes a class: what `type.__new__` does once metaclass, bases and namespace are settled.
    /// `slots`: the mangled names of `__slots__`, if given, without `__dict__` and `__weakref__`.
    ///
    /// # Errors
    /// TypeError for an inconsistent MRO or layouts that conflict.
    pub fn new_class(&self, meta: &TypeRef, spec: ClassSpec) -> PyResult<TypeRef> {
        let best = best_base(self, &spec.bases)?;
        let base_part = best.has(TypeFlags::HAS_INSTANCE_PART);
        let has_dict = spec.add_dict || spec.bases.iter().any(|b| b.has(TypeFlags::HAS_DICT));
        let member_base = if base_part { best.member_count } else { 0 };
        let member_count = member_base + spec.members.len() as u32;
        let needs_part = base_part || has_dict && !keeps_own_dict(best.vtable) || member_count > 0;
        let instance_offset = if base_part {
            best.instance_offset
        } else {
            instance_offset(best.vtable)
        };
        let kept = best.flags.get().0
            & (TypeFlags::LONG_SUBCLASS
                | TypeFlags::LIST_SUBCLASS
                | TypeFlags::TUPLE_SUBCLASS
                | TypeFlags::BYTES_SUBCLASS
                | TypeFlags::UNICODE_SUBCLASS
                | TypeFlags::DICT_SUBCLASS
                | TypeFlags::BASE_EXC_SUBCLASS
                | TypeFlags::TYPE_SUBCLASS
                | TypeFlags::DISALLOW_INSTANTIATION)
                .0;
        let mut flags = TypeFlags(kept)
            | TypeFlags::HEAP
            | TypeFlags::BASETYPE
            | TypeFlags::GENERIC_GETATTR
            | TypeFlags::GENERIC_SETATTR;
        for b in &spec.bases {
            flags = flags
                | TypeFlags(
                    b.flags.get().0
                        & (TypeFlags::SEQUENCE | TypeFlags::MAPPING | TypeFlags::WEAKREFABLE).0,
                );
        }
        if needs_part {
            flags = flags | TypeFlags::HAS_INSTANCE_PART;
        }
        if has_dict {
            flags = flags | TypeFlags::HAS_DICT;
        }
        if spec.add_weakref {
            flags = flags | TypeFlags::WEAKREFABLE;
        }
        let ty = crate::object::alloc_instance(
            self,
            meta,
            Type {
                vtable: best.vtable,
                flags: Cell::new(flags),
                version: Cell::new(0),
                slots: Slots::default(),
                instance_offset,
                member_count,
                name: RefCell::new(spec.name.clone()),
                qualname: RefCell::new(spec.qualname),
                module: "",
                doc: Cell::new(None),
                signature: Cell::new(None),
                base: RefCell::new(Some(best.clone())),
                bases: RefCell::new(
                    self.new_tuple(spec.bases.iter().map(|b| b.to_value()).collect::<Vec<_>>()),
                ),
                mro: RefCell::default(),
                dict: spec.dict,
                subclasses: RefCell::default(),
                shapes: Default::default(),
            },
        );
        // Room for the attributes that the class's methods assign on `self`, besides those of the base.
        let assigned = ty
            .dict
            .get_str(&self.intern_str("__static_attributes__"))
            .and_then(|names| names.downcast::<Tuple>().map(|t| t.len() as u32))
            .unwrap_or(0);
        let inherited = if best.has(TypeFlags::HEAP) {
            best.shapes.inline_slots.get()
        } else {
            0
        };
        ty.shapes
            .inline_slots
            .set((assigned + inherited).clamp(2, crate::instance::MAX_INLINE));
        for (i, name) in spec.members.iter().enumerate() {
            let member = Member {
                name: name.clone(),
                ty: ty.clone(),
                slot: member_base + i as u32,
                native: None,
            };
            ty.dict.insert_str(
                self,
                name,
                self.heap
                    .alloc(&self.types.member_descriptor, member)
                    .into_value(),
            );
        }
        self.complete_class_dict(&ty, spec.add_dict, spec.add_weakref);
        for b in &spec.bases {
            b.subclasses.borrow_mut().push(ty.as_ptr().cast());
        }
        let mro = class_mro(self, &ty)?;
        *ty.mro.borrow_mut() = mro;
        crate::slot_update::update_all_slots(self, &ty);
        // Slots without dunders come from the best base.
        for id in [SlotId::send, SlotId::wants_finalizer] {
            ty.slots.copy_slot(id, &best.slots);
        }
        if ty.slots.buffer.get().is_none() {
            ty.slots.copy_slot(SlotId::buffer, &best.slots);
        }
        // What was looked up while the class was incomplete does not count.
        invalidate(self, &ty);
        Ok(ty)
    }

    /// The entries of a class's namespace that nobody writes.
    fn complete_class_dict(&self, ty: &TypeRef, add_dict: bool, add_weakref: bool) {
        for (def, wanted) in [
            (&crate::object_type::INSTANCE_DICT, add_dict),
            (&crate::object_type::INSTANCE_WEAKREF, add_weakref),
        ] {
            if wanted {
                let getset = self.heap.alloc(
                    &self.types.getset_descriptor,
                    GetSet {
                        def,
                        ty: ty.clone(),
                    },
                );
                ty.dict
                    .insert_str(self, &self.intern_str(def.name), getset.into_value());
            }
        }
        if ty.dict.find_str(&self.names.__doc__).is_none() {
            ty.dict.insert_str(self, &self.names.__doc__, Value::NONE);
        }
        if ty.dict.find_str(&self.names.__eq__).is_some()
            && ty.dict.find_str(&self.names.__hash__).is_none()
        {
            ty.dict.insert_str(self, &self.names.__hash__, Value::NONE);
        }
    }
}

/// The MRO of a class made in Python, from its metaclass's `mro()` if that is not `type`'s own.
pub fn class_mro(vm: &Vm, ty: &TypeRef) -> PyResult<Vec<TypeRef>> {
    let meta = ty.ty();
    let name = vm.intern_str("mro");
    let custom = !meta.is(&vm.types.type_)
        && vm
            .type_lookup_where(meta, &name)
            .is_some_and(|(owner, _)| owner.has(TypeFlags::HEAP));
    let special = if custom {
        vm.lookup_special(ty.as_value(), &name)?
    } else {
        None
    };
    let Some((function, this)) = special else {
        return compute_mro(vm, ty, &crate::type_type::bases_of(ty));
    };
    let result = vm.call(&function, this.as_slice())?;
    let mut mro = Vec::new();
    for class in vm.collect(&result)? {
        match class.downcast_owned::<Type>() {
            Ok(class) if layouts_fit(ty, &class) => mro.push(class),
            Ok(class) => {
                return Err(vm.type_error(format!(
                    "mro() returned base with unsuitable layout ('{}')",
                    class.display_name()
                )));
            }
            Err(other) => {
                return Err(vm.type_error(format!(
                    "mro() returned a non-class ('{}')",
                    vm.type_name(&other)
                )));
            }
        }
    }
    Ok(mro)
}

/// `__new__` of native classes.
static NEW_DEF: MethodDef = MethodDef {
    name: "__new__",
    doc: "Create and return a new object.  See help(type) for accurate signature.",
    signature: "($type, *args, **kwargs)",
    kind: MethodKind::Static,
    call: |vm, args| {
        // The machine passes the owner class as `this` in front.
        let Some(owner) = args.values.first().and_then(|t| t.downcast::<Type>()) else {
            return Err(vm.type_error("__new__ called without its class"));
        };
        let owner = owner.clone();
        crate::slot_wrappers::call_new(vm, &owner, args.skip_first())
    },
};

/// Where the instance part of objects with this payload lies.
fn instance_offset(vtable: &'static PayloadVTable) -> u32 {
    if std::ptr::eq(vtable, Tuple::vtable()) {
        crate::instance::VARIABLE_OFFSET
    } else {
        ((vtable.size + 7) & !7) as u32
    }
}

/// Whether the payload itself holds the `__dict__`: classes and modules.
pub fn keeps_own_dict(vtable: &'static PayloadVTable) -> bool {
    std::ptr::eq(vtable, Type::vtable()) || std::ptr::eq(vtable, crate::module::Module::vtable())
}

/// A native class whose instances have a `__dict__` gives them an instance part for it.
fn with_instance_part(vtable: &'static PayloadVTable, flags: TypeFlags) -> TypeFlags {
    if flags.contains(TypeFlags::HAS_DICT) && !keeps_own_dict(vtable) {
        flags | TypeFlags::HAS_INSTANCE_PART
    } else {
        flags
    }
}

/// What `type.__new__` needs to know of a class.
pub struct ClassSpec {
    pub name: Ref<Str>,
    pub qualname: Value,
    pub bases: Vec<TypeRef>,
    pub dict: Ref<Dict>,
    /// Names of slots declared by `__slots__`, mangled, in layout order.
    pub members: Vec<Ref<Str>>,
    pub add_dict: bool,
    pub add_weakref: bool,
}

/// The class whose layout the others share: its nearest class with a layout of its own.
fn solid_base(ty: &TypeRef) -> TypeRef {
    let base = ty.base.borrow().clone();
    match base {
        Some(base) => {
            let own_members = ty.member_count
                != if base.has(TypeFlags::HAS_INSTANCE_PART) {
                    base.member_count
                } else {
                    0
                };
            if !std::ptr::eq(ty.vtable, base.vtable)
                || own_members
                || crate::exceptions::adds_fields(ty, &base)
            {
                ty.clone()
            } else {
                solid_base(&base)
            }
        }
        None => ty.clone(),
    }
}

/// Whether the native methods of `base` can be applied to instances of `ty`.
fn layouts_fit(ty: &TypeRef, base: &TypeRef) -> bool {
    let best = ty.base.borrow().clone();
    best.is_none_or(|best| ty.is(base) || solid_base(&best).is_subtype(&solid_base(base)))
}

/// CPython's `best_base`.
pub fn best_base(vm: &Vm, bases: &[TypeRef]) -> PyResult<TypeRef> {
    let mut winner: Option<(TypeRef, TypeRef)> = None;
    for base in bases {
        if !base.has(TypeFlags::BASETYPE) {
            return Err(vm.type_error(format!(
                "type '{}' is not an acceptable base type",
                base.display_name()
            )));
        }
        let solid = solid_base(base);
        match &winner {
            None => winner = Some((solid, base.clone())),
            Some((best, _)) if best.is_subtype(&solid) => {}
            Some((best, _)) if solid.is_subtype(best) => winner = Some((solid, base.clone())),
            Some(_) => return Err(vm.type_error("multiple bases have instance lay-out conflict")),
        }
    }
    // Among bases with the same layout prefer one that has an instance part.
    match winner {
        Some((solid, base)) => Ok(bases
            .iter()
            .find(|b| {
                b.has(TypeFlags::HAS_INSTANCE_PART)
                    && !base.has(TypeFlags::HAS_INSTANCE_PART)
                    && solid_base(b).is(&solid)
            })
            .cloned()
            .unwrap_or(base)),
        None => Ok(vm.types.object.clone()),
    }
}

/// The C3 linearisation (Python 2.3's MRO paper).
pub fn compute_mro(vm: &Vm, ty: &TypeRef, bases: &[TypeRef]) -> PyResult<Vec<TypeRef>> {
    for (i, b) in bases.iter().enumerate() {
        if bases[..i].iter().any(|o| o.is(b)) {
            return Err(vm.type_error(format!("duplicate base class {}", b.name.borrow())));
        }
    }
    let mut sequences: Vec<Vec<TypeRef>> = bases.iter().map(|b| b.mro.borrow().clone()).collect();
    sequences.push(bases.to_vec());
    let mut mro = vec![ty.clone()];
    let mut heads = vec![0usize; sequences.len()];
    loop {
        let mut candidate = None;
        let mut all_done = true;
        for (s, &head) in sequences.iter().zip(&heads) {
            let Some(c) = s.get(head) else { continue };
            all_done = false;
            let blocked = sequences
                .iter()
                .zip(&heads)
                .any(|(s, &h)| s.iter().skip(h + 1).any(|x| x.is(c)));
            if !blocked {
                candidate = Some(c.clone());
                break;
            }
        }
        if all_done {
            return Ok(mro);
        }
        let Some(c) = candidate else {
            let mut names: Vec<String> = Vec::new();
            for (s, &h) in sequences.iter().zip(&heads) {
                if let Some(c) = s.get(h) {
                    let name = c.name.borrow().to_string();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            return Err(vm.type_error(format!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                names.join(", ")
            )));
        };
        for (s, h) in sequences.iter().zip(&mut heads) {
            if s.get(*h).is_some_and(|x| x.is(&c)) {
                *h += 1;
            }
        }
        mro.push(c);
    }
}

/// A class attribute changed: slots and versions of the class and all below it follow.
pub fn attribute_changed(vm: &Vm, ty: &TypeRef, name: &Ref<Str>) {
    invalidate(vm, ty);
    if let Some(text) = name.as_ascii()
        && text.starts_with("__")
        && text.ends_with("__")
    {
        crate::slot_update::update_slot(vm, ty, name);
    }
}

/// Ends the validity of everything cached about a class and the classes below it.
pub fn invalidate(vm: &Vm, ty: &TypeRef) {
    if ty.version.replace(0) != 0 || ty.has(TypeFlags::WATCHED) {
        (vm.hooks.get().type_changed)(vm, ty);
        for sub in subclasses(ty) {
            invalidate(vm, &sub);
        }
    } else {
        // Without a version nothing was cached here, but subclasses may have one.
        for sub in subclasses(ty) {
            invalidate(vm, &sub);
        }
    }
}

/// `isinstance` without hooks: by type, then by `__class__`.
pub fn recursive_isinstance(vm: &Vm, object: &Value, class: &Value) -> PyResult<bool> {
    if let Some(ty) = class.downcast::<Type>() {
        if vm.is_instance_of(object, ty) {
            return Ok(true);
        }
        // Only objects with an unusual `__class__` need the lookup.
        if object.header().is_none() {
            return Ok(false);
        }
        let claimed = vm.getattr_opt(object, &vm.names.__class__)?;
        return Ok(claimed
            .and_then(|c| c.downcast_owned::<Type>().ok())
            .is_some_and(|c| !c.is(vm.type_of(object)) && c.is_subtype(ty)));
    }
    if bases_of(vm, class)?.is_none() {
        return Err(
            vm.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")
        );
    }
    match vm.getattr_opt(object, &vm.names.__class__)? {
        Some(c) => abstract_issubclass(vm, &c, class),
        None => Ok(false),
    }
}

/// `issubclass` without hooks.
pub fn recursive_issubclass(vm: &Vm, class: &Value, of: &Value) -> PyResult<bool> {
    if let (Some(class), Some(of)) = (class.downcast::<Type>(), of.downcast::<Type>()) {
        return Ok(class.is_subtype(of));
    }
    if bases_of(vm, class)?.is_none() {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    }
    if bases_of(vm, of)?.is_none() {
        return Err(
            vm.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union")
        );
    }
    abstract_issubclass(vm, class, of)
}

/// `__bases__`, if it is a tuple.
fn bases_of(vm: &Vm, class: &Value) -> PyResult<Option<Ref<Tuple>>> {
    Ok(vm
        .getattr_opt(class, &vm.names.__bases__)?
        .and_then(|b| b.downcast_owned::<Tuple>().ok()))
}

fn abstract_issubclass(vm: &Vm, class: &Value, of: &Value) -> PyResult<bool> {
    vm.check_stack(" in __subclasscheck__")?;
    if class.is(of) {
        return Ok(true);
    }
    let Some(bases) = bases_of(vm, class)? else {
        return Ok(false);
    };
    for base in bases.items() {
        if abstract_issubclass(vm, base, of)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Guards `object.__setattr__(x, …)` on objects whose class has a stricter native `__setattr__`.
pub fn check_setattr_wrapper(vm: &Vm, this: &Value, owner: &TypeRef, name: &str) -> PyResult<()> {
    let ty = vm.type_of(this);
    let native = ty
        .mro
        .borrow()
        .iter()
        .find(|c| !c.has(TypeFlags::HEAP))
        .cloned();
    match native {
        Some(native)
            if native.slots.address(SlotId::setattro) != owner.slots.address(SlotId::setattro)
                && native.is_subtype(owner) =>
        {
            Err(vm.type_error(format!(
                "can't apply this {name} to {} object",
                ty.display_name()
            )))
        }
        _ => Ok(()),
    }
}
