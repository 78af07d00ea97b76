//! `_tuplegetter`: the attributes of named tuples.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::field::Field;

/// `_tuplegetter`.
pub struct TupleGetter {
    index: isize,
    doc: Field,
}
payload!(
    TupleGetter,
    gc,
    |this, visit| this.doc.visit(visit),
    clear | this | this.doc.clear()
);

#[pymethods(
    name = "_tuplegetter",
    module = "collections",
    doc = "",
    signature = ""
)]
impl TupleGetter {
    #[pynew("(index, doc, /)")]
    fn new(vm: &Vm, cls: &TypeRef, index: isize, doc: Value) -> Ref<TupleGetter> {
        alloc_instance(
            vm,
            cls,
            TupleGetter {
                index,
                doc: Field::new(doc),
            },
        )
    }
    #[pyslot]
    fn descr_get(vm: &Vm, this: &Value, object: Option<&Value>, owner: Option<&Value>) -> PyResult {
        let Some(getter) = this.downcast::<TupleGetter>() else {
            return Ok(this.clone());
        };
        let Some(object) = object.filter(|o| !o.is_none()) else {
            return match owner {
                Some(owner) if !owner.is_none() => Ok(this.clone()),
                _ => Err(vm.type_error("__get__(None, None) is invalid")),
            };
        };
        let Some(tuple) = object.downcast::<Tuple>() else {
            return Err(vm.type_error(format!(
                "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object",
                getter.index,
                vm.type_name(object)
            )));
        };
        let item = usize::try_from(getter.index)
            .ok()
            .and_then(|at| tuple.items().get(at));
        item.cloned()
            .ok_or_else(|| vm.index_error("tuple index out of range"))
    }
    #[pyslot]
    fn descr_set(vm: &Vm, _: &Value, _: &Value, value: Option<&Value>) -> PyResult<()> {
        let message = if value.is_some() {
            "can't set attribute"
        } else {
            "can't delete attribute"
        };
        Err(vm.raise_str(&vm.exc.attribute_error, message))
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<TupleGetter>) -> PyResult {
        let doc = vm.repr(&this.doc.get().unwrap_or(Value::NONE))?;
        let name = this.ty().name.borrow().to_string();
        let mut out = format!("{name}({}, ", this.index).into_bytes();
        doc.view().push_wtf8(&mut out);
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// The attribute's documentation.
    #[pygetset]
    fn __doc__(this: &Ref<TupleGetter>) -> Option<Value> {
        this.doc.get()
    }
    #[pysetter(__doc__)]
    fn set_doc(_: &Vm, this: &Ref<TupleGetter>, value: Option<&Value>) -> PyResult<()> {
        match value {
            Some(value) => this.doc.set(value.clone()),
            None => this.doc.clear(),
        }
        Ok(())
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<TupleGetter>) -> Value {
        let args = [
            vm.new_int(this.index as i64),
            this.doc.get().unwrap_or(Value::NONE),
        ];
        vm.new_tuple([this.ty().to_value(), vm.new_tuple(args).into_value()])
            .into_value()
    }
}
