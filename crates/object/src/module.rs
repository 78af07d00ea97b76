//! Module objects.

use taipan_macros::pymethods;

use crate::dict::Dict;
use crate::header::{Ref, TypeRef};
use crate::object::alloc_instance;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// The payload of `module`.
pub struct Module {
    pub dict: Ref<Dict>,
}

crate::payload!(Module, gc, |this, visit| visit(this.dict.as_value()));

/// The attributes that every module has.
fn set_up(vm: &Vm, dict: &Ref<Dict>, name: &Value, doc: &Value) {
    let names = &vm.names;
    dict.insert_str(vm, &names.__name__, name.clone());
    dict.insert_str(vm, &names.__doc__, doc.clone());
    for name in [&names.__package__, &names.__loader__, &names.__spec__] {
        dict.insert_str(vm, name, Value::NONE);
    }
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// `<module 'name' …>` from a module's spec.
fn repr_from_spec(vm: &Vm, spec: &Value, out: &mut Vec<u8>) -> PyResult<()> {
    let get = |name: &str| {
        vm.getattr_opt(spec, &vm.intern_str(name))
            .map(|v| v.filter(|v| !v.is_none()))
    };
    match get("name")? {
        Some(name) => crate::seq::push_repr(vm, out, &name)?,
        None => push_text(out, "'?'"),
    }
    if let Some(origin) = get("origin")? {
        let has_location = get("has_location")?.map_or(Ok(false), |v| vm.is_true(&v))?;
        if has_location {
            push_text(out, " from ");
            return crate::seq::push_repr(vm, out, &origin);
        }
        push_text(out, " (");
        vm.str(&origin)?.view().push_wtf8(out);
        out.push(b')');
        return Ok(());
    }
    let Some(loader) = get("loader")? else {
        return Ok(());
    };
    if vm.type_of(&loader).name.borrow().is_str("NamespaceLoader")
        && let Some(path) = vm.getattr_opt(&loader, &vm.intern_str("_path"))?
    {
        push_text(out, " (namespace) from ");
        let path = vm.collect(&path)?;
        return crate::seq::push_repr(vm, out, &vm.list_value(path));
    }
    push_text(out, " (");
    crate::seq::push_repr(vm, out, &loader)?;
    out.push(b')');
    Ok(())
}

fn repr_from_dict(vm: &Vm, dict: &Ref<Dict>, out: &mut Vec<u8>) -> PyResult<()> {
    match dict.get_str(&vm.names.__name__) {
        Some(name) => crate::seq::push_repr(vm, out, &name)?,
        None => push_text(out, "'?'"),
    }
    if let Some(file) = dict.get_str(&vm.names.__file__) {
        push_text(out, " from ");
        return crate::seq::push_repr(vm, out, &file);
    }
    if let Some(loader) = dict.get_str(&vm.names.__loader__).filter(|l| !l.is_none()) {
        push_text(out, " (");
        crate::seq::push_repr(vm, out, &loader)?;
        out.push(b')');
    }
    Ok(())
}

#[pymethods(
    name = "module",
    doc = "A module: a namespace that an import gives.",
    signature = "(name, doc=None)",
    flags(BASETYPE | HAS_DICT | WEAKREFABLE)
)]
impl Module {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _args: Args<'_>) -> PyResult {
        Ok(alloc_instance(
            vm,
            cls,
            Module {
                dict: vm.new_dict(),
            },
        )
        .into_value())
    }
    #[pyinit("(name, doc=None)")]
    fn init(vm: &Vm, this: &Ref<Module>, name: &Ref<Str>, doc: &Value) -> PyResult<()> {
        set_up(vm, &this.dict, name.as_value(), doc);
        Ok(())
    }
    #[pyslot]
    fn getattro(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
        crate::attr::module_getattr(vm, this, name)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Module>) -> PyResult {
        let mut out = b"<module ".to_vec();
        match this
            .dict
            .get_str(&vm.names.__spec__)
            .filter(|s| !s.is_none())
        {
            Some(spec) => repr_from_spec(vm, &spec, &mut out)?,
            None => repr_from_dict(vm, &this.dict, &mut out)?,
        }
        out.push(b'>');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pygetset]
    fn __dict__(this: &Ref<Module>) -> Ref<Dict> {
        this.dict.clone()
    }
    /// The names in the module.
    #[pymethod("(self, /)")]
    fn __dir__(vm: &Vm, this: &Ref<Module>) -> PyResult {
        match this.dict.get_str(&vm.names.__dir__) {
            Some(own) => vm.call(&own, &[]),
            None => Ok(vm.list_value(this.dict.keys())),
        }
    }
    #[pygetset]
    fn __annotate__(vm: &Vm, this: &Ref<Module>) -> Value {
        let known = this.dict.get_str(&vm.names.__annotate__);
        known.unwrap_or_else(|| {
            this.dict
                .insert_str(vm, &vm.names.__annotate__, Value::NONE);
            Value::NONE
        })
    }
    #[pysetter(__annotate__)]
    fn set_annotate(vm: &Vm, this: &Ref<Module>, value: Option<&Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(vm.type_error("cannot delete __annotate__ attribute"));
        };
        if !value.is_none() && vm.type_of(value).slots.call.get().is_none() {
            return Err(vm.type_error("__annotate__ must be callable or None"));
        }
        this.dict
            .insert_str(vm, &vm.names.__annotate__, value.clone());
        if !value.is_none() {
            drop(this.dict.remove_str(vm, &vm.names.__annotations__));
        }
        Ok(())
    }
    #[pygetset]
    fn __annotations__(vm: &Vm, this: &Ref<Module>) -> PyResult {
        if let Some(known) = this.dict.get_str(&vm.names.__annotations__) {
            return Ok(known);
        }
        let initializing = match this
            .dict
            .get_str(&vm.names.__spec__)
            .filter(|s| !s.is_none())
        {
            Some(spec) => vm
                .getattr_opt(&spec, &vm.names._initializing)?
                .is_some_and(|v| v.is_true()),
            None => false,
        };
        let annotate = this
            .dict
            .get_str(&vm.names.__annotate__)
            .unwrap_or(Value::NONE);
        let annotations = crate::type_attributes::call_annotate(vm, &annotate)?.into_value();
        if !initializing {
            this.dict
                .insert_str(vm, &vm.names.__annotations__, annotations.clone());
        }
        Ok(annotations)
    }
    #[pysetter(__annotations__)]
    fn set_annotations(vm: &Vm, this: &Ref<Module>, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(value) => this
                .dict
                .insert_str(vm, &vm.names.__annotations__, value.clone()),
            None => {
                let gone = this.dict.remove_str(vm, &vm.names.__annotations__);
                drop(gone.ok_or_else(|| vm.raise_str(&vm.exc.attribute_error, "__annotations__"))?);
            }
        }
        drop(this.dict.remove_str(vm, &vm.names.__annotate__));
        Ok(())
    }
}
