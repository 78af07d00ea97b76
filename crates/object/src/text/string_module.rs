//! The module `_string`: the pieces of format strings.

use std::cell::{Cell, RefCell};

use taipan_macros::{pymethods, pymodule};

use super::str_format::{Step, next_markup, next_step, split_field_name};
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

pub use module::MODULE;

/// `formatteriterator`: literal text, field name, specification and conversion of each piece.
pub struct FormatterIterator {
    text: RefCell<Ref<Str>>,
    at: Cell<usize>,
}
crate::payload!(FormatterIterator, gc, |this, visit| visit(
    this.text.borrow().as_value()
));

/// `fieldnameiterator`: the steps into an object.
pub struct FieldNameIterator {
    name: RefCell<Ref<Str>>,
    at: Cell<usize>,
}
crate::payload!(FieldNameIterator, gc, |this, visit| visit(
    this.name.borrow().as_value()
));

fn text(vm: &Vm, view: StrView<'_>) -> Value {
    vm.new_from_view(view).into_value()
}

#[pymethods(name = "formatteriterator", flags(DISALLOW_INSTANTIATION))]
impl FormatterIterator {
    #[pyslot(iter)]
    fn iter(_vm: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot(iternext)]
    fn next(vm: &Vm, this: &Ref<FormatterIterator>) -> PyResult<Option<Value>> {
        let source = this.text.borrow().clone();
        let mut at = this.at.get();
        let markup = next_markup(vm, source.view(), &mut at);
        this.at.set(at);
        let Some(markup) = markup? else {
            return Ok(None);
        };
        let literal = text(vm, markup.literal);
        let rest = match markup.field {
            None => [Value::NONE, Value::NONE, Value::NONE],
            Some(f) => {
                let conversion = f
                    .conversion
                    .map_or(Value::NONE, |c| vm.new_char(c).into_value());
                [text(vm, f.name), text(vm, f.spec), conversion]
            }
        };
        let [name, spec, conversion] = rest;
        Ok(Some(
            vm.new_tuple([literal, name, spec, conversion]).into_value(),
        ))
    }
}

#[pymethods(name = "fieldnameiterator", flags(DISALLOW_INSTANTIATION))]
impl FieldNameIterator {
    #[pyslot(iter)]
    fn iter(_vm: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot(iternext)]
    fn next(vm: &Vm, this: &Ref<FieldNameIterator>) -> PyResult<Option<Value>> {
        let name = this.name.borrow().clone();
        let mut at = this.at.get();
        let step = next_step(vm, name.view(), &mut at);
        this.at.set(at);
        let Some(step) = step? else { return Ok(None) };
        let (attribute, key) = match step {
            Step::Attribute(name) => (true, text(vm, name)),
            Step::Index(i) => (false, vm.new_int(i as i64)),
            Step::Key(key) => (false, text(vm, key)),
        };
        Ok(Some(
            vm.new_tuple([Value::bool(attribute), key]).into_value(),
        ))
    }
}

fn str_of<'a>(vm: &Vm, value: &'a Value) -> PyResult<&'a Ref<Str>> {
    value
        .downcast::<Str>()
        .ok_or_else(|| vm.type_error(format!("expected str, got {}", vm.type_name(value))))
}

fn parser(vm: &Vm, source: &Value) -> PyResult {
    let source = str_of(vm, source)?.clone();
    let ty = vm.add_native_type::<FormatterIterator>();
    Ok(vm
        .heap
        .alloc(
            &ty,
            FormatterIterator {
                text: RefCell::new(source),
                at: Cell::new(0),
            },
        )
        .into_value())
}

fn split(vm: &Vm, name: &Value) -> PyResult<Ref<Tuple>> {
    let name = str_of(vm, name)?.clone();
    let ty = vm.add_native_type::<FieldNameIterator>();
    let (first, index, end) = split_field_name(vm, name.view())?;
    let first = index.map_or_else(|| text(vm, first), |i| vm.new_int(i as i64));
    let rest = FieldNameIterator {
        name: RefCell::new(name.clone()),
        at: Cell::new(end),
    };
    Ok(vm.new_tuple([first, vm.heap.alloc(&ty, rest).into_value()]))
}

/// Functions.
#[pymodule(name = "_string", doc = "Helpers of the module string.")]
pub mod module {
    use taipan_object::tuple::Tuple;
    use taipan_object::{PyResult, Ref, Value, Vm};

    /// The pieces of a format string.
    #[pyfunction("(string, /)")]
    fn formatter_parser(vm: &Vm, string: &Value) -> PyResult {
        super::parser(vm, string)
    }
    /// The first part of a field name and an iterator over the others.
    #[pyfunction("(string, /)")]
    fn formatter_field_name_split(vm: &Vm, string: &Value) -> PyResult<Ref<Tuple>> {
        super::split(vm, string)
    }
}
