//! `Row`, and the protocol that adapters serve.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::cursor::Cursor;

/// `PrepareProtocol`.
pub struct PrepareProtocol;
payload!(PrepareProtocol);

#[pymethods(
    name = "PrepareProtocol",
    module = "sqlite3",
    doc = "PEP 246 style object adaption protocol type."
)]
impl PrepareProtocol {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        _args: &[Value],
        _kwargs: taipan_object::args::KwArgs<'_>,
    ) -> Value {
        alloc_instance(vm, cls, PrepareProtocol).into_value()
    }
}

/// `Row`.
pub struct Row {
    data: Ref<Tuple>,
    description: Value,
}
payload!(Row, gc, |this, visit| {
    visit(this.data.as_value());
    visit(&this.description);
});

impl Row {
    fn names(&self) -> Vec<Value> {
        let Some(columns) = self.description.downcast::<Tuple>() else {
            return Vec::new();
        };
        columns
            .items()
            .iter()
            .filter_map(|c| c.downcast::<Tuple>()?.items().first().cloned())
            .collect()
    }
}

#[pymethods(name = "Row", module = "sqlite3", doc = "", flags(BASETYPE))]
impl Row {
    #[pynew("(cursor, data, /)")]
    fn new(vm: &Vm, cls: &TypeRef, cursor: &Value, data: &Value) -> PyResult {
        let wrong = |value: &Value, n: i32, expected: &str| {
            vm.type_error(format!(
                "Row() argument {n} must be {expected}, not {}",
                vm.type_of(value).display_name()
            ))
        };
        let Some(cursor) = cursor.downcast::<Cursor>() else {
            return Err(wrong(cursor, 1, "sqlite3.Cursor"));
        };
        let Some(tuple) = data.downcast::<Tuple>() else {
            return Err(wrong(data, 2, "tuple"));
        };
        let row = Row {
            data: tuple.clone(),
            description: cursor.description.get().unwrap_or(Value::NONE),
        };
        Ok(alloc_instance(vm, cls, row).into_value())
    }
    #[pyslot(len)]
    fn length(_: &Vm, this: &Ref<Row>) -> PyResult<usize> {
        Ok(this.data.len())
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Row>) -> PyResult {
        vm.iter(this.data.as_value())
    }
    #[pyslot]
    fn hash(vm: &Vm, this: &Ref<Row>) -> PyResult<i64> {
        Ok(vm.hash(&this.description)? ^ vm.hash(this.data.as_value())?)
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Row>, other: &Value, op: CmpOp) -> PyResult {
        let Some(other) = other.downcast::<Row>() else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let same = vm.eq(&this.description, &other.description)?
            && vm.eq(this.data.as_value(), other.data.as_value())?;
        Ok(Value::bool(same == (op == CmpOp::Eq)))
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Row>, key: &Value) -> PyResult {
        if key.as_int().is_some() {
            let Some(index) = key.as_i64() else {
                return Err(vm.index_error("cannot fit 'int' into an index-sized integer"));
            };
            let n = this.data.len() as i64;
            let index = if index < 0 { index + n } else { index };
            let item = usize::try_from(index)
                .ok()
                .and_then(|i| this.data.items().get(i));
            return item
                .cloned()
                .ok_or_else(|| vm.index_error("tuple index out of range"));
        }
        if let Some(name) = key.downcast::<Str>() {
            let wanted = name.to_wtf8();
            for (column, value) in this.names().iter().zip(this.data.items()) {
                let same = column.downcast::<Str>().is_some_and(|c| {
                    c.same_text(name) || c.to_wtf8().eq_ignore_ascii_case(&wanted)
                });
                if same {
                    return Ok(value.clone());
                }
            }
            return Err(vm.index_error("No item with that key"));
        }
        if vm.is_instance_of(key, &vm.types.slice) {
            return vm.get_item(this.data.as_value(), key);
        }
        Err(vm.index_error("Index must be int or string"))
    }
    /// The names of the columns.
    #[pymethod("(self, /)")]
    fn keys(vm: &Vm, this: &Ref<Row>) -> Value {
        vm.list_value(this.names())
    }
}
