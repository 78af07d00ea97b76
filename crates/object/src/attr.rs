//! Attribute access: lookup along the MRO, descriptors, instance attributes.

use crate::dict::Dict;
use crate::function::{BoundMethod, MethodDescriptor, NativeFunction};
use crate::header::{Ref, TypeRef};
use crate::instance::{ShapeKind, instance_part};
use crate::module::Module;
use crate::str::Str;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

impl Vm {
    /// Looks a name up along the MRO of a type, without binding.
    #[inline]
    pub fn type_lookup(&self, ty: &TypeRef, name: &Ref<Str>) -> Option<Value> {
        if !name.interned.get() {
            return self.type_lookup_uncached(ty, name);
        }
        let version = self.type_version(ty);
        let key = name.as_ptr() as usize;
        let entry = self.lookup_cache.entry(version, key);
        if let Some(word) = entry.get(version, key) {
            // SAFETY: the type's dict, or a base's, keeps the value alive while the version holds.
            return (word != 0).then(|| unsafe { Value::borrow_word(&word).clone() });
        }
        let found = self.type_lookup_uncached(ty, name);
        // Looking up runs no Python code, so the version still holds.
        entry.set(version, key, found.as_ref().map_or(0, Value::word));
        found
    }
    fn type_lookup_uncached(&self, ty: &TypeRef, name: &Ref<Str>) -> Option<Value> {
        for class in ty.mro.borrow().iter() {
            if let Some(value) = class.dict.get_str(name) {
                return Some(value);
            }
        }
        None
    }
    /// The class of the MRO that has a name.
    pub fn type_lookup_where(&self, ty: &TypeRef, name: &Ref<Str>) -> Option<(TypeRef, Value)> {
        ty.mro
            .borrow()
            .iter()
            .find_map(|class| Some((class.clone(), class.dict.get_str(name)?)))
    }

    /// `object.name`.
    #[inline]
    pub fn getattr(&self, object: &Value, name: &Ref<Str>) -> PyResult {
        let result = match self.type_of(object).slots.getattro.get() {
            Some(f) => f(self, object, name),
            None => generic_getattr(self, object, name),
        };
        match result {
            Ok(value) => Ok(value),
            Err(e) => Err(self.attribute_context(e, object, name)),
        }
    }
    /// Tells a pending AttributeError which object and name it is about, unless it knows.
    #[cold]
    pub fn attribute_context(&self, raised: Raised, object: &Value, name: &Ref<Str>) -> Raised {
        if let Some(e) = self.peek_exception()
            && self.is_instance_of(&e, &self.exc.attribute_error)
            && let Some(e) = e.downcast::<crate::exceptions::Exception>()
            && e.field(0).is_none()
            && e.field(1).is_none()
        {
            e.set_field(0, Some(name.to_value()));
            e.set_field(1, Some(object.clone()));
        }
        raised
    }
    /// `object.name` by text.
    pub fn getattr_str(&self, object: &Value, name: &str) -> PyResult {
        self.getattr(object, &self.intern_str(name))
    }
    /// `object.name`, or `None` if that raises AttributeError.
    pub fn getattr_opt(&self, object: &Value, name: &Ref<Str>) -> PyResult<Option<Value>> {
        let ty = self.type_of(object);
        // The common misses need no exception.
        if ty.has(TypeFlags::GENERIC_GETATTR) {
            return generic_getattr_opt(self, object, name);
        }
        let r = self.getattr(object, name);
        self.ignore(r, &self.exc.attribute_error)
    }
    /// `object.name = value`.
    #[inline]
    pub fn setattr(&self, object: &Value, name: &Ref<Str>, value: &Value) -> PyResult<()> {
        self.setattr_or_delete(object, name, Some(value))
    }
    /// `del object.name`.
    pub fn delattr(&self, object: &Value, name: &Ref<Str>) -> PyResult<()> {
        self.setattr_or_delete(object, name, None)
    }
    fn setattr_or_delete(
        &self,
        object: &Value,
        name: &Ref<Str>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        let name = &self.intern(name);
        match self.type_of(object).slots.setattro.get() {
            Some(f) => f(self, object, name, value),
            None => generic_setattr(self, object, name, value),
        }
    }

    /// A special method of an object's type: the function, and the object to
    /// pass first; or the bound result and nothing.
    pub fn lookup_special(
        &self,
        object: &Value,
        name: &Ref<Str>,
    ) -> PyResult<Option<(Value, Option<Value>)>> {
        let ty = self.type_of(object);
        let Some(found) = self.type_lookup(ty, name) else {
            return Ok(None);
        };
        self.bind_for_call(found, object, ty).map(Some)
    }
    /// A method for a call: the function and the object to pass first, or the attribute's value and nothing.
    pub fn get_method(&self, object: &Value, name: &Ref<Str>) -> PyResult<(Value, Option<Value>)> {
        let ty = self.type_of(object);
        if !ty.has(TypeFlags::GENERIC_GETATTR) {
            return Ok((self.getattr(object, name)?, None));
        }
        if let Some(found) = self.type_lookup(ty, name)
            && self.type_of(&found).has(TypeFlags::METHOD_DESCRIPTOR)
            && instance_attribute(self, object, name)?.is_none()
        {
            return self.bind_for_call(found, object, ty);
        }
        Ok((generic_getattr(self, object, name)?, None))
    }
    fn bind_for_call(
        &self,
        found: Value,
        object: &Value,
        ty: &TypeRef,
    ) -> PyResult<(Value, Option<Value>)> {
        let found_ty = self.type_of(&found);
        if found_ty.has(TypeFlags::METHOD_DESCRIPTOR) {
            return Ok((found, Some(object.clone())));
        }
        match found_ty.slots.descr_get.get() {
            Some(get) => Ok((get(self, &found, Some(object), Some(ty.as_value()))?, None)),
            None => Ok((found, None)),
        }
    }

    /// The instance dict of an object as Python sees it, made if need be;
    /// `None` if objects of this type have none.
    pub fn instance_dict(&self, object: &Value) -> Option<Ref<Dict>> {
        if let Some(module) = object.downcast::<Module>() {
            return Some(module.dict.clone());
        }
        let part = instance_part(object)?;
        if !self.type_of(object).has(TypeFlags::HAS_DICT) {
            return None;
        }
        if let Some(dict) = part.dict() {
            return Some(dict.clone());
        }
        let dict = self.new_dict();
        for (name, value) in part.attributes() {
            dict.insert_str(self, &name, value);
        }
        drop(part.enter_dict_mode(dict.clone()));
        Some(dict)
    }

    #[cold]
    pub fn no_attribute(&self, object: &Value, name: &Ref<Str>) -> Raised {
        let message = if let Some(class) = object.downcast::<Type>() {
            format!(
                "type object '{}' has no attribute '{name}'",
                class.name.borrow()
            )
        } else {
            format!(
                "'{}' object has no attribute '{name}'",
                self.type_name(object)
            )
        };
        self.attribute_error(message, object, name)
    }
    /// AttributeError with `name` and `obj` set.
    #[cold]
    pub fn attribute_error(
        &self,
        message: impl AsRef<str>,
        object: &Value,
        name: &Ref<Str>,
    ) -> Raised {
        let message = self.new_str(message.as_ref()).into_value();
        let e = crate::exceptions::new_exception(self, &self.exc.attribute_error, &[message]);
        if let Some(e) = e.downcast::<crate::exceptions::Exception>() {
            e.set_field(0, Some(name.to_value()));
            e.set_field(1, Some(object.clone()));
        }
        self.raise(e)
    }
    /// A method bound to an object.
    pub fn bind_method(&self, function: Value, this: Value) -> Value {
        self.heap
            .alloc(&self.types.method, BoundMethod { function, this })
            .into_value()
    }
}

/// An attribute from the object's own storage, not from its class.
#[inline]
fn instance_attribute(vm: &Vm, object: &Value, name: &Ref<Str>) -> PyResult<Option<Value>> {
    let Some(part) = instance_part(object) else {
        if let Some(module) = object.downcast::<Module>() {
            return Ok(module.dict.get_str(name));
        }
        return Ok(None);
    };
    match part.shape().kind {
        ShapeKind::Slots => {
            if name.interned.get() {
                return Ok(part.shape().slot_of(name).and_then(|slot| part.load(slot)));
            }
            let name = vm.intern(name);
            if name.interned.get() {
                return Ok(part.shape().slot_of(&name).and_then(|slot| part.load(slot)));
            }
            // An instance of a subclass of str: compare by text.
            let plain = vm.interned.intern(&vm.copy_to_plain_str(&name));
            Ok(part
                .shape()
                .slot_of(&plain)
                .and_then(|slot| part.load(slot)))
        }
        ShapeKind::Dict => match part.dict() {
            Some(dict) => {
                let dict = dict.clone();
                match dict.get_str(name) {
                    Some(v) => Ok(Some(v)),
                    None => Ok(None),
                }
            }
            None => Ok(None),
        },
        ShapeKind::Closed => {
            if let Some(module) = object.downcast::<Module>() {
                return Ok(module.dict.get_str(name));
            }
            Ok(None)
        }
    }
}

/// `object.__getattribute__`, but `None` where it would raise AttributeError for a missing name.
pub fn generic_getattr_opt(vm: &Vm, object: &Value, name: &Ref<Str>) -> PyResult<Option<Value>> {
    let ty = vm.type_of(object);
    let found = vm.type_lookup(ty, name);
    let mut get = None;
    if let Some(found) = &found {
        let slots = &vm.type_of(found).slots;
        get = slots.descr_get.get();
        if let Some(get) = get
            && slots.descr_set.get().is_some()
        {
            let r = get(vm, found, Some(object), Some(ty.as_value()));
            return vm.ignore(r, &vm.exc.attribute_error);
        }
    }
    if let Some(value) = instance_attribute(vm, object, name)? {
        return Ok(Some(value));
    }
    match (found, get) {
        (Some(found), Some(get)) => {
            let r = get(vm, &found, Some(object), Some(ty.as_value()));
            vm.ignore(r, &vm.exc.attribute_error)
        }
        (found, _) => Ok(found),
    }
}

/// `object.__getattribute__`.
pub fn generic_getattr(vm: &Vm, object: &Value, name: &Ref<Str>) -> PyResult {
    let ty = vm.type_of(object);
    let found = vm.type_lookup(ty, name);
    let mut get = None;
    if let Some(found) = &found {
        let slots = &vm.type_of(found).slots;
        get = slots.descr_get.get();
        if let Some(get) = get
            && slots.descr_set.get().is_some()
        {
            return get(vm, found, Some(object), Some(ty.as_value()));
        }
    }
    if let Some(value) = instance_attribute(vm, object, name)? {
        return Ok(value);
    }
    match (found, get) {
        (Some(found), Some(get)) => get(vm, &found, Some(object), Some(ty.as_value())),
        (Some(found), None) => Ok(found),
        (None, _) => Err(vm.no_attribute(object, name)),
    }
}

/// `object.__setattr__` and `object.__delattr__`; `name` is interned.
pub fn generic_setattr(
    vm: &Vm,
    object: &Value,
    name: &Ref<Str>,
    value: Option<&Value>,
) -> PyResult<()> {
    let ty = vm.type_of(object);
    let found = vm.type_lookup(ty, name);
    if let Some(found) = &found
        && let Some(set) = vm.type_of(found).slots.descr_set.get()
    {
        return set(vm, found, object, value);
    }
    if let Some(module) = object.downcast::<Module>() {
        let dict = module.dict.clone();
        return match value {
            Some(value) => {
                dict.insert_str(vm, name, value.clone());
                Ok(())
            }
            None => dict
                .remove_str(vm, name)
                .map(drop)
                .ok_or_else(|| vm.no_attribute(object, name)),
        };
    }
    let open = ty.has(TypeFlags::HAS_DICT);
    let Some(part) = instance_part(object).filter(|_| open) else {
        return Err(cannot_set(vm, object, ty, name, found.is_some()));
    };
    if let Some(dict) = part.dict() {
        let dict = dict.clone();
        return match value {
            Some(value) => {
                dict.insert_str(vm, name, value.clone());
                Ok(())
            }
            None => dict
                .remove_str(vm, name)
                .map(drop)
                .ok_or_else(|| vm.no_attribute(object, name)),
        };
    }
    if !name.interned.get() {
        // An instance of a subclass of str as a name.
        let name = vm.interned.intern(&vm.copy_to_plain_str(name));
        return generic_setattr(vm, object, &name, value);
    }
    match (part.shape().slot_of(name), value) {
        (Some(slot), Some(value)) => {
            let old = part.store(slot, Some(value.clone()));
            drop(old);
            Ok(())
        }
        (Some(slot), None) => {
            // The order of the others must stay: an instance that loses attributes keeps them in a dict.
            let last = slot + 1 == part.shape().slot_count;
            let Some(old) = part.store(slot, None) else {
                return Err(vm.no_attribute(object, name));
            };
            if last && part.pop_shape() {
            } else if let Some(dict) = vm.instance_dict(object) {
                // The emptied slot was skipped while the dict was filled.
                drop(dict);
            }
            drop(old);
            Ok(())
        }
        (None, Some(value)) => {
            if let Err(value) = part.add(name, value.clone())
                && let Some(dict) = vm.instance_dict(object)
            {
                dict.insert_str(vm, name, value);
            }
            Ok(())
        }
        (None, None) => Err(vm.no_attribute(object, name)),
    }
}

#[cold]
fn cannot_set(vm: &Vm, object: &Value, ty: &TypeRef, name: &Ref<Str>, in_class: bool) -> Raised {
    let class = ty.display_name();
    let message = if in_class {
        format!("'{class}' object attribute '{name}' is read-only")
    } else if ty
        .slots
        .setattro
        .get()
        .is_some_and(|f| std::ptr::fn_addr_eq(f, generic_setattr as crate::slots::SetAttrFn))
    {
        format!(
            "'{class}' object has no attribute '{name}' and no __dict__ for setting new attributes"
        )
    } else {
        format!("'{class}' object has no attribute '{name}'")
    };
    vm.attribute_error(message, object, name)
}

/// `module.__getattribute__`: the module's own `__getattr__` (PEP 562) is tried last.
pub fn module_getattr(vm: &Vm, object: &Value, name: &Ref<Str>) -> PyResult {
    if let Some(value) = generic_getattr_opt(vm, object, name)? {
        return Ok(value);
    }
    let Some(module) = object.downcast::<Module>() else {
        return Err(vm.no_attribute(object, name));
    };
    if let Some(hook) = module.dict.get_str(&vm.names.__getattr__) {
        return vm.call(&hook, &[name.to_value()]);
    }
    let message = match module
        .dict
        .get_str(&vm.names.__name__)
        .as_ref()
        .and_then(|n| n.downcast::<Str>())
    {
        Some(module_name) => {
            let initializing = module
                .dict
                .get_str(&vm.names.__spec__)
                .filter(|s| !s.is_none())
                .map(|s| vm.getattr_opt(&s, &vm.names._initializing))
                .transpose()?
                .flatten()
                .is_some_and(|v| v.is_true());
            if initializing {
                format!(
                    "partially initialized module '{module_name}' has no attribute '{name}' (most likely due to a circular import)"
                )
            } else {
                format!("module '{module_name}' has no attribute '{name}'")
            }
        }
        None => format!("module has no attribute '{name}'"),
    };
    Err(vm.attribute_error(message, object, name))
}

/// `type.__getattribute__`: attributes of a class.
pub fn type_getattr(vm: &Vm, object: &Value, name: &Ref<Str>) -> PyResult {
    let Some(class) = object.downcast::<Type>() else {
        return generic_getattr(vm, object, name);
    };
    let meta = vm.type_of(object);
    let in_meta = vm.type_lookup(meta, name);
    let mut meta_get = None;
    if let Some(found) = &in_meta {
        let slots = &vm.type_of(found).slots;
        meta_get = slots.descr_get.get();
        if let Some(get) = meta_get
            && slots.descr_set.get().is_some()
        {
            return get(vm, found, Some(object), Some(meta.as_value()));
        }
    }
    if let Some(found) = vm.type_lookup(class, name) {
        return match vm.type_of(&found).slots.descr_get.get() {
            Some(get) => get(vm, &found, None, Some(object)),
            None => Ok(found),
        };
    }
    match (in_meta, meta_get) {
        (Some(found), Some(get)) => get(vm, &found, Some(object), Some(meta.as_value())),
        (Some(found), None) => Ok(found),
        (None, _) => Err(vm.no_attribute(object, name)),
    }
}

/// `type.__setattr__` and `type.__delattr__`.
pub fn type_setattr(
    vm: &Vm,
    object: &Value,
    name: &Ref<Str>,
    value: Option<&Value>,
) -> PyResult<()> {
    let Some(class) = object.downcast::<Type>() else {
        return generic_setattr(vm, object, name, value);
    };
    if class.has(TypeFlags::IMMUTABLE) {
        return Err(vm.type_error(format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            class.display_name()
        )));
    }
    let meta = vm.type_of(object);
    if let Some(found) = vm.type_lookup(meta, name)
        && let Some(set) = vm.type_of(&found).slots.descr_set.get()
    {
        set(vm, &found, object, value)?;
        crate::type_ops::attribute_changed(vm, class, name);
        return Ok(());
    }
    let old = match value {
        Some(value) => {
            let old = class.dict.get_str(name);
            class.dict.insert_str(vm, name, value.clone());
            old
        }
        None => match class.dict.remove_str(vm, name) {
            Some(old) => Some(old),
            None => return Err(vm.no_attribute(object, name)),
        },
    };
    crate::type_ops::attribute_changed(vm, class, name);
    drop(old);
    Ok(())
}

/// Binds native functions found in classes.
pub fn method_descriptor_get(
    vm: &Vm,
    descriptor: &Value,
    object: Option<&Value>,
    _: Option<&Value>,
) -> PyResult {
    let (Some(d), Some(object)) = (descriptor.downcast::<MethodDescriptor>(), object) else {
        return Ok(descriptor.clone());
    };
    if !vm.is_instance_of(object, &d.ty) {
        return Err(vm.type_error(format!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            d.def.name,
            d.ty.display_name(),
            vm.type_name(object)
        )));
    }
    let bound = NativeFunction {
        def: d.def,
        this: Some(object.clone()),
        module: None,
    };
    Ok(vm
        .heap
        .alloc(&vm.types.builtin_function, bound)
        .into_value())
}
