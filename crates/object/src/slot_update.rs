//! Which slots a class made in Python has: what its MRO says about the dunders.

use std::collections::HashMap;

use crate::attr::{generic_getattr, generic_setattr};
use crate::header::{Ref, TypeRef};
use crate::slot_wrappers::install;
use crate::slots::{GetAttrFn, SetAttrFn, SlotId};
use crate::str::Str;
use crate::ty::TypeFlags;
use crate::util::PtrHash;
use crate::vm::Vm;

/// The slots that each dunder decides about, by the address of its interned name; and the names by slot.
pub struct DunderTable {
    slots: HashMap<usize, Vec<SlotId>, PtrHash>,
    names: Vec<Vec<Ref<Str>>>,
}

impl DunderTable {
    fn new(vm: &Vm) -> Self {
        let mut slots: HashMap<usize, Vec<SlotId>, PtrHash> = HashMap::default();
        let names: Vec<Vec<Ref<Str>>> = SlotId::ALL
            .iter()
            .map(|&id| {
                deciding_dunders(id)
                    .iter()
                    .map(|name| vm.intern_str(name))
                    .collect()
            })
            .collect();
        for (&id, names) in SlotId::ALL.iter().zip(&names) {
            for name in names {
                slots.entry(name.as_ptr() as usize).or_default().push(id);
            }
        }
        Self { slots, names }
    }
    fn of(vm: &Vm) -> &DunderTable {
        vm.dunders.get_or_init(|| DunderTable::new(vm))
    }
    fn slots_of(&self, name: &Ref<Str>) -> &[SlotId] {
        self.slots
            .get(&(name.as_ptr() as usize))
            .map_or(&[], |ids| ids)
    }
}

/// A dunder of a class was set or deleted: its slots follow, and those of the classes below.
pub fn update_slot(vm: &Vm, ty: &TypeRef, name: &Ref<Str>) {
    for &id in DunderTable::of(vm).slots_of(&vm.intern(name)) {
        update_slot_id(vm, ty, id);
    }
}

/// Sets every slot of a class from its MRO.
pub fn update_all_slots(vm: &Vm, ty: &TypeRef) {
    let base = ty.base.borrow().clone();
    if let Some(base) = base.filter(|base| extends_mro(ty, base)) {
        // With one base only the class's own dunders make a difference.
        for &id in SlotId::ALL {
            ty.slots.copy_slot(id, &base.slots);
        }
        for id in [SlotId::getattro, SlotId::setattro, SlotId::finalize] {
            set_flags(ty, id);
        }
        for key in ty.dict.keys() {
            if let Some(name) = key.downcast::<Str>() {
                for &id in DunderTable::of(vm).slots_of(&vm.intern(name)) {
                    set_slot_from_mro(vm, ty, id);
                }
            }
        }
        return;
    }
    for &id in SlotId::ALL {
        if !deciding_dunders(id).is_empty() {
            set_slot_from_mro(vm, ty, id);
        }
    }
}

/// Whether a class's MRO is the class and then the MRO of `base`.
fn extends_mro(ty: &TypeRef, base: &TypeRef) -> bool {
    let (mine, theirs) = (ty.mro.borrow(), base.mro.borrow());
    mine.len() == theirs.len() + 1 && mine[1..].iter().zip(theirs.iter()).all(|(a, b)| a.is(b))
}

fn update_slot_id(vm: &Vm, ty: &TypeRef, id: SlotId) {
    set_slot_from_mro(vm, ty, id);
    for sub in crate::type_ops::subclasses(ty) {
        if sub.has(TypeFlags::HEAP) {
            update_slot_id(vm, &sub, id);
        }
    }
}

/// The names that decide about a slot in classes made in Python. Those of the
/// sequence slots are also those of number slots, which alone get a function for methods written in Python.
fn deciding_dunders(id: SlotId) -> &'static [&'static str] {
    match id {
        SlotId::concat => &["__add__"],
        SlotId::repeat => &["__mul__"],
        SlotId::iconcat => &["__iadd__"],
        SlotId::irepeat => &["__imul__"],
        _ => id.dunders(),
    }
}

fn is_sequence_slot(id: SlotId) -> bool {
    matches!(
        id,
        SlotId::concat | SlotId::repeat | SlotId::iconcat | SlotId::irepeat
    )
}

/// What a class's MRO says about a slot.
enum Source {
    Nothing,
    /// The slot of this native class.
    Native(TypeRef),
    Python,
}

fn slot_source(vm: &Vm, ty: &TypeRef, id: SlotId) -> Source {
    let mut source = Source::Nothing;
    for name in &DunderTable::of(vm).names[id as usize] {
        let Some(found) = vm.type_lookup(ty, name) else {
            continue;
        };
        let Some(w) = found.downcast::<crate::function::SlotWrapper>() else {
            return Source::Python;
        };
        if w.slot != id {
            // The wrapper of a sequence slot says nothing about the number slot, and the other way round.
            if is_sequence_slot(w.slot) || is_sequence_slot(id) {
                continue;
            }
            return Source::Python;
        }
        if !ty.is_subtype(&w.ty) {
            return Source::Python;
        }
        match &source {
            Source::Native(known) if known.slots.address(id) != w.ty.slots.address(id) => {
                return Source::Python;
            }
            Source::Native(_) => {}
            _ => source = Source::Native(w.ty.clone()),
        }
    }
    source
}

/// `__new__` in a class made in Python: native ones come from the class whose layout instances have.
fn set_new_slot(vm: &Vm, ty: &TypeRef) {
    let native = vm.type_lookup(ty, &vm.names.__new__).is_some_and(|f| {
        f.downcast::<crate::function::NativeFunction>()
            .is_some_and(|f| f.def.name == "__new__")
    });
    let base = ty.base.borrow().clone();
    match base {
        Some(base) if native => ty.slots.copy_slot(SlotId::new, &base.slots),
        _ => install(&ty.slots, SlotId::new),
    }
}

/// What the MRO gives for a slot: the first class that defines one of its dunders decides.
fn set_slot_from_mro(vm: &Vm, ty: &TypeRef, id: SlotId) {
    if id == SlotId::new {
        return set_new_slot(vm, ty);
    }
    if id == SlotId::hash
        && vm
            .type_lookup(ty, &vm.names.__hash__)
            .is_some_and(|f| f.is_none())
    {
        ty.slots.hash.set(None);
        return;
    }
    match slot_source(vm, ty, id) {
        Source::Nothing => ty.slots.clear_slot(id),
        Source::Native(native) => ty.slots.copy_slot(id, &native.slots),
        Source::Python if is_sequence_slot(id) => ty.slots.clear_slot(id),
        Source::Python => install(&ty.slots, id),
    }
    set_flags(ty, id);
}

/// What a slot means for a class's flags.
fn set_flags(ty: &TypeRef, id: SlotId) {
    match id {
        SlotId::getattro => {
            let f = ty.slots.getattro.get();
            let generic = f.is_none_or(|f| std::ptr::fn_addr_eq(f, generic_getattr as GetAttrFn));
            ty.set_flag(TypeFlags::GENERIC_GETATTR, generic);
        }
        SlotId::setattro => {
            let f = ty.slots.setattro.get();
            let generic = f.is_none_or(|f| std::ptr::fn_addr_eq(f, generic_setattr as SetAttrFn));
            ty.set_flag(TypeFlags::GENERIC_SETATTR, generic);
        }
        // The flag stays when `__del__` goes: the heap keeps notes on instances by it.
        SlotId::finalize if ty.slots.finalize.get().is_some() => {
            ty.set_flag(TypeFlags::HAS_FINALIZER, true);
        }
        _ => {}
    }
}
