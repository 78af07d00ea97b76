//! Template strings (PEP 750): the classes of `string.templatelib`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

/// The payload of `Interpolation`: one `{…}` of a template.
pub struct Interpolation {
    value: Value,
    expression: Value,
    /// None, `'s'`, `'r'` or `'a'`.
    conversion: Value,
    format_spec: Value,
}
payload!(Interpolation, gc, |this, visit| {
    [
        &this.value,
        &this.expression,
        &this.conversion,
        &this.format_spec,
    ]
    .into_iter()
    .for_each(visit);
});

/// The payload of `Template`: one more string than interpolations.
pub struct Template {
    strings: Ref<Tuple>,
    interpolations: Ref<Tuple>,
}
payload!(Template, gc, |this, visit| {
    visit(this.strings.as_value());
    visit(this.interpolations.as_value());
});

/// The payload of `TemplateIter`: strings that are not empty and interpolations by turns.
pub struct TemplateIter {
    template: Ref<Template>,
    /// Twice the index of the next string; odd: the interpolation behind it is next.
    at: Cell<usize>,
}
payload!(TemplateIter, gc, |this, visit| visit(
    this.template.as_value()
));

/// An interpolation of compiled code.
pub fn new_interpolation(
    vm: &Vm,
    value: Value,
    text: Value,
    conversion: Value,
    spec: Value,
) -> PyResult {
    let part = Interpolation {
        value,
        expression: text,
        conversion,
        format_spec: spec,
    };
    Ok(vm.heap.alloc(&vm.types.interpolation, part).into_value())
}

/// A template of a tuple of strings and a tuple of interpolations.
pub fn new_template(vm: &Vm, strings: Value, interpolations: Value) -> PyResult {
    match (
        strings.downcast_owned::<Tuple>(),
        interpolations.downcast_owned::<Tuple>(),
    ) {
        (Ok(strings), Ok(interpolations)) if strings.len() == interpolations.len() + 1 => Ok(vm
            .heap
            .alloc(
                &vm.types.template,
                Template {
                    strings,
                    interpolations,
                },
            )
            .into_value()),
        _ => Err(vm.raise_str(&vm.exc.system_error, "bad parts of a template")),
    }
}

/// The parts by turns, strings that meet joined.
fn assemble(vm: &Vm, parts: &[Value]) -> PyResult {
    let mut strings: Vec<Value> = Vec::new();
    let mut interpolations = Vec::new();
    let mut open = false;
    for part in parts {
        if part.downcast::<Interpolation>().is_some() {
            if !open {
                strings.push(vm.empty_str.to_value());
            }
            interpolations.push(part.clone());
            open = false;
        } else if part.downcast::<Str>().is_some() {
            match strings.last_mut().filter(|_| open) {
                Some(last) => *last = vm.binary(last, part, taipan_object::number::BinOp::Add)?,
                None => strings.push(part.clone()),
            }
            open = true;
        } else {
            return Err(vm.type_error(format!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                vm.type_name(part)
            )));
        }
    }
    if !open {
        strings.push(vm.empty_str.to_value());
    }
    new_template(
        vm,
        vm.new_tuple(strings).into_value(),
        vm.new_tuple(interpolations).into_value(),
    )
}

#[pymethods(
    name = "Interpolation",
    module = "string.templatelib",
    doc = "One replacement field of a template string."
)]
impl Interpolation {
    #[pynew("(value, expression='', conversion=None, format_spec='')")]
    fn new(
        vm: &Vm,
        _cls: &TypeRef,
        value: Value,
        expression: &Ref<Str>,
        conversion: &Value,
        format_spec: &Ref<Str>,
    ) -> PyResult {
        if !conversion.is_none() {
            let Some(c) = conversion.downcast::<Str>() else {
                return Err(vm.type_error(format!(
                    "Interpolation() argument 'conversion' must be str, not {}",
                    vm.type_name(conversion)
                )));
            };
            if !["s", "a", "r"].iter().any(|k| c.is_str(k)) {
                return Err(vm.value_error(
                    "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'",
                ));
            }
        }
        new_interpolation(
            vm,
            value,
            expression.to_value(),
            conversion.clone(),
            format_spec.to_value(),
        )
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Interpolation>) -> PyResult {
        let parts = [
            &this.value,
            &this.expression,
            &this.conversion,
            &this.format_spec,
        ];
        let mut out = b"Interpolation(".to_vec();
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                out.extend(b", ");
            }
            vm.repr(part)?.view().push_wtf8(&mut out);
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pygetset]
    fn value(this: &Ref<Interpolation>) -> Value {
        this.value.clone()
    }
    #[pygetset]
    fn expression(this: &Ref<Interpolation>) -> Value {
        this.expression.clone()
    }
    #[pygetset]
    fn conversion(this: &Ref<Interpolation>) -> Value {
        this.conversion.clone()
    }
    #[pygetset]
    fn format_spec(this: &Ref<Interpolation>) -> Value {
        this.format_spec.clone()
    }
    /// For pickling.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Interpolation>) -> Value {
        let parts = [
            &this.value,
            &this.expression,
            &this.conversion,
            &this.format_spec,
        ]
        .map(Value::clone);
        vm.tuple_value([vm.types.interpolation.to_value(), vm.tuple_value(parts)])
    }
    /// An alias for the type with these arguments.
    #[pyclassmethod("(cls, item, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, item: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), item)
    }
}

#[pymethods(
    name = "Template",
    module = "string.templatelib",
    doc = "A template string."
)]
impl Template {
    #[pyslot]
    fn new(vm: &Vm, _cls: &TypeRef, args: Args<'_>) -> PyResult {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("Template.__new__ only accepts *args arguments"));
        }
        assemble(vm, args.values)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Template>) -> PyResult {
        let mut out = b"Template(strings=".to_vec();
        vm.repr(this.strings.as_value())?.view().push_wtf8(&mut out);
        out.extend(b", interpolations=");
        vm.repr(this.interpolations.as_value())?
            .view()
            .push_wtf8(&mut out);
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Template>) -> PyResult {
        let it = TemplateIter {
            template: this.clone(),
            at: Cell::new(0),
        };
        Ok(vm.heap.alloc(&vm.types.template_iterator, it).into_value())
    }
    #[pyslot]
    fn concat(vm: &Vm, this: &Value, other: &Value) -> PyResult {
        let (Some(a), Some(b)) = (this.downcast::<Template>(), other.downcast::<Template>()) else {
            let name = vm.type_name(other);
            return Err(vm.type_error(format!(
                "can only concatenate string.templatelib.Template (not \"{name}\") to string.templatelib.Template"
            )));
        };
        let (head, tail) = (a.strings.items(), b.strings.items());
        let joined = vm.binary(
            &head[head.len() - 1],
            &tail[0],
            taipan_object::number::BinOp::Add,
        )?;
        let strings: Vec<Value> = head[..head.len() - 1]
            .iter()
            .chain([&joined])
            .chain(&tail[1..])
            .cloned()
            .collect();
        let parts: Vec<Value> = a
            .interpolations
            .items()
            .iter()
            .chain(b.interpolations.items())
            .cloned()
            .collect();
        new_template(
            vm,
            vm.new_tuple(strings).into_value(),
            vm.new_tuple(parts).into_value(),
        )
    }
    #[pygetset]
    fn strings(this: &Ref<Template>) -> Ref<Tuple> {
        this.strings.clone()
    }
    #[pygetset]
    fn interpolations(this: &Ref<Template>) -> Ref<Tuple> {
        this.interpolations.clone()
    }
    /// The values of the interpolations.
    #[pygetset]
    fn values(vm: &Vm, this: &Ref<Template>) -> Ref<Tuple> {
        let value = |i: &Value| {
            i.downcast::<Interpolation>()
                .map_or(Value::NONE, |i| i.value.clone())
        };
        vm.new_tuple(this.interpolations.items().iter().map(value))
    }
    /// For pickling.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Ref<Template>) -> PyResult {
        let module = (vm.hooks.get().import)(vm, "string.templatelib")?;
        let function = vm.getattr_str(&module, "_template_unpickle")?;
        let parts = vm.tuple_value([this.strings.to_value(), this.interpolations.to_value()]);
        Ok(vm.tuple_value([function, parts]))
    }
    /// An alias for the type with these arguments.
    #[pyclassmethod("(cls, item, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, item: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), item)
    }
}

#[pymethods(
    name = "TemplateIter",
    module = "string.templatelib",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl TemplateIter {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(_: &Vm, this: &Ref<TemplateIter>) -> PyResult<Option<Value>> {
        loop {
            let at = this.at.get();
            let (index, is_part) = (at / 2, at % 2 == 1);
            let items = if is_part {
                &this.template.interpolations
            } else {
                &this.template.strings
            };
            let Some(item) = items.items().get(index) else {
                return Ok(None);
            };
            this.at.set(at + 1);
            if is_part || item.downcast::<Str>().is_none_or(|s| !s.is_empty()) {
                return Ok(Some(item.clone()));
            }
        }
    }
}
