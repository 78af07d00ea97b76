//! Pickling: instances of plain classes, without a `__dict__` or a call of `__reduce_ex__`.

use taipan_object::instance::instance_part;
use taipan_object::str::Str;
use taipan_object::ty::TypeFlags;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

use super::dump::Dump;
use super::globals::{noted, type_name};
use super::op::{self, BATCH};

/// Whether instances of a class are made and restored as `object` says, and their attributes lie in no slots.
fn is_plain(vm: &Vm, class: &TypeRef) -> bool {
    let object = &vm.types.object;
    let names = &vm.names;
    let inherited = |name: &Ref<Str>| {
        let own = vm.type_lookup(class, name);
        match (own, object.dict.get_str(name)) {
            (Some(own), Some(base)) => own.is(&base),
            (own, base) => own.is_none() && base.is_none(),
        }
    };
    std::ptr::eq(class.vtable, object.vtable)
        && class.has(TypeFlags::HEAP | TypeFlags::HAS_DICT | TypeFlags::GENERIC_GETATTR)
        && class.member_count == 0
        // Asking the ordinary way leaves this mark on the class.
        && class.dict.find_str(&vm.intern_str("__slotnames__")).is_some()
        && class.mro.borrow().iter().all(|c| c.dict.find_str(&names.__slots__).is_none())
        && [
            &names.__reduce_ex__,
            &names.__reduce__,
            &names.__getstate__,
            &names.__getnewargs_ex__,
            &names.__getnewargs__,
            &names.__class__,
        ]
        .into_iter()
        .all(inherited)
        && vm.type_lookup(class, &names.__dict__).is_some_and(|found| {
            found
                .downcast::<taipan_object::function::GetSet>()
                .is_some_and(|g| std::ptr::eq(g.def, &raw const taipan_object::object_type::INSTANCE_DICT))
        })
}

impl Dump<'_> {
    /// Writes an instance of a plain class; whether it is one.
    pub fn save_plain(&mut self, object: &Value) -> PyResult<bool> {
        let vm = self.vm;
        // `persistent_id` would be asked about the parts, too.
        if self.protocol < 2 || self.fast || self.persistent_id.is_some() {
            return Ok(false);
        }
        let class = vm.type_of(object).clone();
        let Some(part) = instance_part(object).filter(|part| part.dict().is_none()) else {
            return Ok(false);
        };
        let version = vm.type_version(&class);
        let known = self
            .plain_class
            .as_ref()
            .is_some_and(|(known, v)| known.is(&class) && *v == version);
        if !known {
            if !is_plain(vm, &class) {
                return Ok(false);
            }
            self.plain_class = Some((class.clone(), version));
        }
        let attributes = part.attributes();
        let shadowed = |name: &Ref<Str>| attributes.iter().any(|(n, _)| n.is(name));
        if shadowed(&vm.names.__reduce_ex__) || shadowed(&vm.names.__getstate__) {
            return Ok(false);
        }
        let saved = self.save_instance(object, &class, &attributes);
        noted(vm, saved, || {
            Ok(format!("when serializing {} object", type_name(vm, object)).into_bytes())
        })?;
        Ok(true)
    }
    fn save_instance(
        &mut self,
        object: &Value,
        class: &TypeRef,
        attributes: &[(Ref<Str>, Value)],
    ) -> PyResult<()> {
        let vm = self.vm;
        self.save_part(class.as_value(), Some(object), "class")?;
        self.save_part(vm.empty_tuple.as_value(), Some(object), "__new__ arguments")?;
        self.out.byte(op::NEWOBJ);
        match self.memo.get(object) {
            Some(index) => {
                self.out.byte(op::POP);
                self.fetch(index);
            }
            None => self.memoize(object),
        }
        if attributes.is_empty() {
            return Ok(());
        }
        let saved = self.save_attributes(attributes);
        noted(vm, saved, || {
            Ok(format!("when serializing {} state", type_name(vm, object)).into_bytes())
        })?;
        self.out.byte(op::BUILD);
        Ok(())
    }
    /// Writes the dict that the attributes would be.
    fn save_attributes(&mut self, attributes: &[(Ref<Str>, Value)]) -> PyResult<()> {
        // Stands for the dict, so that the numbers in the memo are the same.
        let dict = self.vm.new_dict().into_value();
        self.out.boundary(self.vm)?;
        self.out.byte(op::EMPTY_DICT);
        self.memoize(&dict);
        if let [(name, value)] = attributes {
            self.save_pair(&dict, name.as_value(), value)?;
            self.out.byte(op::SETITEM);
            return Ok(());
        }
        let mut rest = attributes;
        loop {
            let (batch, after) = rest.split_at(rest.len().min(BATCH));
            self.out.byte(op::MARK);
            for (name, value) in batch {
                self.save_pair(&dict, name.as_value(), value)?;
            }
            self.out.byte(op::SETITEMS);
            if batch.len() < BATCH {
                return Ok(());
            }
            rest = after;
        }
    }
}
