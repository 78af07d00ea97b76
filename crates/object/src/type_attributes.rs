//! Attributes of classes that describe them: documentation, annotations, layout.

use taipan_macros::pymethods;

use crate::dict::Dict;
use crate::header::{Payload, Ref, TypeRef};
use crate::str::Str;
use crate::ty::{Type, TypeFlags};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

fn immutable(vm: &Vm, ty: &TypeRef, name: &str) -> PyResult<()> {
    if ty.has(TypeFlags::IMMUTABLE) {
        return Err(vm.type_error(format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            ty.display_name()
        )));
    }
    Ok(())
}

/// A value of a class's own namespace, bound as `class.name` would.
fn own_bound(vm: &Vm, ty: &TypeRef, name: &Ref<Str>) -> PyResult<Option<Value>> {
    let Some(value) = ty.dict.get_str(name) else {
        return Ok(None);
    };
    match vm.type_of(&value).slots.descr_get.get() {
        Some(get) => get(vm, &value, None, Some(ty.as_value())).map(Some),
        None => Ok(Some(value)),
    }
}

/// The function that computes a class's annotations, or None.
fn annotate_function(vm: &Vm, ty: &TypeRef) -> PyResult {
    if !ty.has(TypeFlags::HEAP) {
        return Err(vm.no_attribute(ty.as_value(), &vm.names.__annotate__));
    }
    for name in [&vm.names.__annotate__, &vm.names.__annotate_func__] {
        if let Some(f) = own_bound(vm, ty, name)? {
            return Ok(f);
        }
    }
    ty.dict
        .insert_str(vm, &vm.names.__annotate_func__, Value::NONE);
    Ok(Value::NONE)
}

/// Calls an `__annotate__` function for values.
///
/// # Errors
/// TypeError if it gives no dict; what it raises.
pub fn call_annotate(vm: &Vm, annotate: &Value) -> PyResult<Ref<Dict>> {
    if vm.type_of(annotate).slots.call.get().is_none() {
        return Ok(vm.new_dict());
    }
    let r = vm.call(annotate, &[vm.new_int(1)])?;
    r.downcast_owned::<Dict>().map_err(|r| {
        vm.type_error(format!(
            "__annotate__() must return a dict, not {}",
            vm.type_name(&r)
        ))
    })
}

#[pymethods(partial = ATTRIBUTES, class = "type")]
impl Type {
    #[pygetset]
    fn __doc__(vm: &Vm, this: &TypeRef) -> PyResult {
        if !this.has(TypeFlags::HEAP) && this.is(&vm.types.type_) {
            return Ok(this
                .doc
                .get()
                .map_or(Value::NONE, |d| vm.new_str(d).into_value()));
        }
        Ok(own_bound(vm, this, &vm.names.__doc__)?.unwrap_or(Value::NONE))
    }
    #[pysetter(__doc__)]
    fn set_doc(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        immutable(vm, this, "__doc__")?;
        let Some(value) = value else {
            return Err(vm.type_error(format!(
                "cannot delete '__doc__' attribute of immutable type '{}'",
                this.display_name()
            )));
        };
        this.dict.insert_str(vm, &vm.names.__doc__, value.clone());
        Ok(())
    }

    #[pygetset]
    fn __annotate__(vm: &Vm, this: &TypeRef) -> PyResult {
        annotate_function(vm, this)
    }
    #[pysetter(__annotate__)]
    fn set_annotate(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("cannot delete __annotate__ attribute"));
        };
        immutable(vm, this, "__annotate__")?;
        if !value.is_none() && vm.type_of(value).slots.call.get().is_none() {
            return Err(vm.type_error("__annotate__ must be callable or None"));
        }
        this.dict
            .insert_str(vm, &vm.names.__annotate_func__, value.clone());
        if !value.is_none() {
            drop(this.dict.remove_str(vm, &vm.names.__annotations_cache__));
        }
        Ok(())
    }

    #[pygetset]
    fn __annotations__(vm: &Vm, this: &TypeRef) -> PyResult {
        if !this.has(TypeFlags::HEAP) {
            return Err(vm.no_attribute(this.as_value(), &vm.names.__annotations__));
        }
        for name in [&vm.names.__annotations__, &vm.names.__annotations_cache__] {
            if let Some(known) = own_bound(vm, this, name)? {
                return Ok(known);
            }
        }
        let annotate = annotate_function(vm, this)?;
        let annotations = call_annotate(vm, &annotate)?.into_value();
        this.dict
            .insert_str(vm, &vm.names.__annotations_cache__, annotations.clone());
        Ok(annotations)
    }
    #[pysetter(__annotations__)]
    fn set_annotations(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        immutable(vm, this, "__annotations__")?;
        let names = &vm.names;
        match value {
            Some(value) => {
                let plain = this.dict.find_str(&names.__annotations__).is_some();
                let name = if plain {
                    &names.__annotations__
                } else {
                    &names.__annotations_cache__
                };
                this.dict.insert_str(vm, name, value.clone());
            }
            None => {
                let removed = this.dict.remove_str(vm, &names.__annotations__).is_some();
                if !(this
                    .dict
                    .remove_str(vm, &names.__annotations_cache__)
                    .is_some()
                    || removed)
                {
                    return Err(vm.raise_str(&vm.exc.attribute_error, "__annotations__"));
                }
            }
        }
        drop(this.dict.remove_str(vm, &names.__annotate_func__));
        drop(this.dict.remove_str(vm, &names.__annotate__));
        Ok(())
    }

    #[pygetset]
    fn __type_params__(vm: &Vm, this: &TypeRef) -> Value {
        let known = if this.has(TypeFlags::HEAP) {
            this.dict.get_str(&vm.names.__type_params__)
        } else {
            None
        };
        known.unwrap_or_else(|| vm.empty_tuple.to_value())
    }
    #[pysetter(__type_params__)]
    fn set_type_params(vm: &Vm, this: &TypeRef, value: Option<&Value>) -> PyResult<()> {
        immutable(vm, this, "__type_params__")?;
        let Some(value) = value else {
            return Err(vm.type_error(format!(
                "cannot delete '__type_params__' attribute of immutable type '{}'",
                this.display_name()
            )));
        };
        this.dict
            .insert_str(vm, &vm.names.__type_params__, value.clone());
        Ok(())
    }

    #[pygetset]
    fn __text_signature__(this: &TypeRef) -> Option<&'static str> {
        this.signature.get().filter(|s| !s.is_empty())
    }
    #[pygetset]
    fn __basicsize__(this: &TypeRef) -> usize {
        this.vtable.size + this.member_count as usize * 8
    }
    #[pygetset]
    fn __itemsize__(this: &TypeRef) -> usize {
        let is = |v: &'static crate::header::PayloadVTable| std::ptr::eq(v, this.vtable);
        if is(crate::int::Int::vtable()) {
            4
        } else if is(crate::tuple::Tuple::vtable()) {
            8
        } else if is(crate::bytes::Bytes::vtable()) {
            1
        } else if is(Type::vtable()) {
            40
        } else {
            0
        }
    }
    #[pygetset]
    fn __flags__(this: &TypeRef) -> u64 {
        const READY: u64 = 1 << 12;
        const HAVE_GC: u64 = 1 << 14;
        let gc = if this.vtable.gc { HAVE_GC } else { 0 };
        (this.flags.get().0 & 0xFFFF_FFFF) | READY | gc
    }
    #[pygetset]
    fn __dictoffset__(this: &TypeRef) -> i64 {
        match (this.has(TypeFlags::HAS_DICT), this.has(TypeFlags::HEAP)) {
            (false, _) => 0,
            (true, true) => -1,
            (true, false) => this.vtable.size as i64,
        }
    }
    #[pygetset]
    fn __weakrefoffset__(this: &TypeRef) -> i64 {
        if this.has(TypeFlags::WEAKREFABLE) {
            this.vtable.size as i64
        } else {
            0
        }
    }
}
