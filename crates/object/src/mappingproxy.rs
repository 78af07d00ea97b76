//! `types.MappingProxyType`: a read-only view of a mapping.

use taipan_macros::pymethods;

use crate::dict::Dict;
use crate::header::{Ref, TypeRef};
use crate::slots::CmpOp;
use crate::ty::TypeFlags;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The payload of `mappingproxy`.
pub struct MappingProxy {
    pub mapping: Value,
}
crate::payload!(MappingProxy, gc, |this, visit| visit(&this.mapping));

impl MappingProxy {
    pub fn make(vm: &Vm, mapping: Value) -> Value {
        vm.heap
            .alloc(&vm.types.mappingproxy, MappingProxy { mapping })
            .into_value()
    }
}

/// The mapping of a proxy, or the object itself.
fn unwrapped(value: &Value) -> &Value {
    value
        .downcast::<MappingProxy>()
        .map_or(value, |p| &p.mapping)
}

fn is_mapping(vm: &Vm, object: &Value) -> bool {
    let ty = vm.type_of(object);
    let sequence = [TypeFlags::LIST_SUBCLASS, TypeFlags::TUPLE_SUBCLASS]
        .into_iter()
        .any(|f| ty.has(f));
    ty.slots.getitem.get().is_some() && !sequence
}

#[pymethods(
    name = "mappingproxy",
    doc = "A read-only view of a mapping.",
    flags(MAPPING)
)]
impl MappingProxy {
    #[pynew("(mapping)")]
    fn py_new(vm: &Vm, _cls: &TypeRef, mapping: &Value) -> PyResult {
        if !is_mapping(vm, mapping) {
            return Err(vm.type_error(format!(
                "mappingproxy() argument must be a mapping, not {}",
                vm.type_name(mapping)
            )));
        }
        Ok(MappingProxy::make(vm, mapping.clone()))
    }
    /// The value of a key, or a default.
    #[pymethod("(self, key, default=None, /)")]
    fn get(vm: &Vm, this: &Ref<MappingProxy>, key: &Value, default: &Value) -> PyResult {
        if let Some(dict) = this.mapping.downcast_exact::<Dict>(&vm.types.dict) {
            return Ok(dict.get(vm, key)?.unwrap_or_else(|| default.clone()));
        }
        vm.call_method(
            &this.mapping,
            &vm.names.get,
            &[key.clone(), default.clone()],
        )
    }
    /// The keys.
    #[pymethod("(self, /)")]
    fn keys(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        vm.call_method(&this.mapping, &vm.names.keys, &[])
    }
    /// The values.
    #[pymethod("(self, /)")]
    fn values(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        vm.call_method(&this.mapping, &vm.names.values, &[])
    }
    /// The pairs of key and value.
    #[pymethod("(self, /)")]
    fn items(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        vm.call_method(&this.mapping, &vm.names.items, &[])
    }
    /// A copy of the mapping.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        vm.call_method(&this.mapping, &vm.names.copy, &[])
    }
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        vm.call_method(&this.mapping, &vm.names.__reversed__, &[])
    }
    /// `mappingproxy[K, V]`, for annotations.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &Value, object: &Value) -> PyResult {
        crate::generic_alias::new_generic_alias(vm, cls, object)
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        let mut out = b"mappingproxy(".to_vec();
        crate::seq::push_repr(vm, &mut out, &this.mapping)?;
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn str(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        Ok(vm.str(&this.mapping)?.into_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult<i64> {
        vm.hash(&this.mapping)
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<MappingProxy>, other: &Value, op: CmpOp) -> PyResult {
        vm.compare(&this.mapping, unwrapped(other), op)
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult {
        vm.iter(&this.mapping)
    }
    #[pyslot]
    fn len(vm: &Vm, this: &Ref<MappingProxy>) -> PyResult<usize> {
        vm.len(&this.mapping)
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<MappingProxy>, key: &Value) -> PyResult<bool> {
        vm.contains(&this.mapping, key)
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<MappingProxy>, key: &Value) -> PyResult {
        vm.get_item(&this.mapping, key)
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        vm.binary(unwrapped(a), unwrapped(b), crate::number::BinOp::Or)
    }
    #[pyslot]
    fn ior(vm: &Vm, _this: &Ref<MappingProxy>, _other: &Value) -> PyResult {
        Err(vm.type_error("'|=' is not supported by mappingproxy; use '|' instead"))
    }
}
