//! `partial` and the object that keeps a place in its arguments.

use std::cell::RefCell;

use smallvec::SmallVec;
use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::dict::Dict;
use taipan_object::instance::instance_part;
use taipan_object::object::alloc_instance;
use taipan_object::tuple::Tuple;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::names::full_name;

/// `_PlaceholderType`: its one instance stands for an argument to come.
pub struct PlaceholderType;
payload!(PlaceholderType);

/// The one `Placeholder` of the interpreter.
pub fn placeholder(vm: &Vm) -> Value {
    crate::state::once(vm, "functools.Placeholder", || {
        let class = vm.add_native_type::<PlaceholderType>();
        vm.heap.alloc(&class, PlaceholderType).into_value()
    })
}

#[pymethods(
    name = "_PlaceholderType",
    module = "functools",
    doc = "The type of the object that keeps a place for a positional argument.",
    signature = ""
)]
impl PlaceholderType {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, _cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Value> {
        if !args.is_empty() || !kwargs.is_empty() {
            return Err(vm.type_error("PlaceholderType takes no arguments"));
        }
        Ok(placeholder(vm))
    }
    #[pyslot]
    fn repr(vm: &Vm, _: &Value) -> PyResult {
        Ok(vm.new_str("Placeholder").into_value())
    }
    /// Pickled by name.
    #[pymethod("(self)")]
    fn __reduce__(_this: &Value) -> &'static str {
        "Placeholder"
    }
}

/// `partial`.
pub struct Partial {
    function: RefCell<Value>,
    args: RefCell<Ref<Tuple>>,
    keywords: RefCell<Ref<Dict>>,
}
payload!(Partial, gc, |this, visit| {
    visit(&this.function.borrow());
    visit(this.args.borrow().as_value());
    visit(this.keywords.borrow().as_value());
});

fn is_callable(vm: &Vm, object: &Value) -> bool {
    vm.type_of(object).slots.call.get().is_some()
}

#[pymethods(
    name = "partial",
    module = "functools",
    doc = "A callable that calls a function with some arguments filled in.",
    signature = "(func, /, *args, **keywords)",
    flags(BASETYPE | WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART)
)]
impl Partial {
    #[pynew("(*args, **keywords)")]
    fn new(vm: &Vm, cls: &TypeRef, args: &[Value], keywords: KwArgs<'_>) -> PyResult<Ref<Partial>> {
        let Some((function, args)) = args.split_first() else {
            return Err(vm.type_error("type 'partial' takes at least one argument"));
        };
        if !is_callable(vm, function) {
            return Err(vm.type_error("the first argument must be callable"));
        }
        let gap = placeholder(vm);
        if args.last().is_some_and(|a| a.is(&gap)) {
            return Err(vm.type_error("trailing Placeholders are not allowed"));
        }
        if keywords.iter().any(|(_, v)| v.is(&gap)) {
            return Err(vm.type_error("Placeholder cannot be passed as a keyword argument"));
        }
        // A partial of a partial becomes one, unless the inner one has attributes.
        let inner = function.downcast::<Partial>().filter(|p| {
            instance_part(p.as_value())
                .is_none_or(|part| part.dict().is_none() && part.attributes().is_empty())
        });
        let (function, all, merged) = match inner {
            None => (
                function.clone(),
                args.to_vec(),
                vm.heap.alloc(&vm.types.dict, Dict::new()),
            ),
            Some(inner) => {
                let before = inner.args.borrow().clone();
                let merged = vm
                    .heap
                    .alloc(&vm.types.dict, inner.keywords.borrow().copy());
                (
                    inner.function.borrow().clone(),
                    merge_args(before.items(), args, &gap),
                    merged,
                )
            }
        };
        for (name, value) in keywords.iter() {
            merged.insert_str(vm, name, value.clone());
        }
        let partial = Partial {
            function: RefCell::new(function),
            args: RefCell::new(vm.new_tuple(all)),
            keywords: RefCell::new(merged),
        };
        Ok(alloc_instance(vm, cls, partial))
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<Partial>, args: Args<'_>) -> PyResult {
        vm.check_stack("")?;
        let (function, bound, keywords) = (
            this.function.borrow().clone(),
            this.args.borrow().clone(),
            this.keywords.borrow().clone(),
        );
        let gap = placeholder(vm);
        let gaps = bound.items().iter().filter(|a| a.is(&gap)).count();
        let given = args.positional();
        if given.len() < gaps {
            return Err(vm.type_error(format!(
                "missing positional arguments in 'partial' call; expected at least {gaps}, got {}",
                given.len()
            )));
        }
        let mut values: SmallVec<[Value; 8]> =
            SmallVec::with_capacity(bound.len() + args.values.len() + keywords.len());
        let mut fill = given.iter();
        for value in bound.items() {
            values.push(if value.is(&gap) {
                fill.next().unwrap_or(value).clone()
            } else {
                value.clone()
            });
        }
        values.extend(fill.cloned());
        if keywords.is_empty() {
            values.extend(args.values[given.len()..].iter().cloned());
            return vm.call_args(
                &function,
                Args {
                    values: &values,
                    keywords: args.keywords,
                },
            );
        }
        let all = vm.heap.alloc(&vm.types.dict, keywords.copy());
        for (name, value) in args.keyword_args() {
            all.insert(vm, name.clone(), value.clone())?;
        }
        let mut names = Vec::with_capacity(all.len());
        for (name, value) in all.items() {
            names.push(name);
            values.push(value);
        }
        let names = vm.new_tuple(names);
        vm.call_args(
            &function,
            Args {
                values: &values,
                keywords: Some(&names),
            },
        )
    }
    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        match object {
            Some(object) if !object.is_none() => Ok(vm.bind_method(this.clone(), object.clone())),
            _ => Ok(this.clone()),
        }
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Partial>) -> PyResult {
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("...").into_value());
        };
        let (function, args, keywords) = (
            this.function.borrow().clone(),
            this.args.borrow().clone(),
            this.keywords.borrow().clone(),
        );
        let mut out = Vec::new();
        out.extend_from_slice(full_name(vm, this.ty())?.as_bytes());
        out.push(b'(');
        vm.repr(&function)?.view().push_wtf8(&mut out);
        for value in args.items() {
            out.extend_from_slice(b", ");
            vm.repr(value)?.view().push_wtf8(&mut out);
        }
        for (name, value) in keywords.items() {
            out.extend_from_slice(b", ");
            vm.str(&name)?.view().push_wtf8(&mut out);
            out.push(b'=');
            vm.repr(&value)?.view().push_wtf8(&mut out);
        }
        out.push(b')');
        Ok(vm.new_wtf8(&out).into_value())
    }
    /// The function that is called.
    #[pygetset]
    fn func(this: &Ref<Partial>) -> Value {
        this.function.borrow().clone()
    }
    /// The first positional arguments.
    #[pygetset]
    fn args(this: &Ref<Partial>) -> Ref<Tuple> {
        this.args.borrow().clone()
    }
    /// The keyword arguments.
    #[pygetset]
    fn keywords(this: &Ref<Partial>) -> Ref<Dict> {
        this.keywords.borrow().clone()
    }
    /// The attributes.
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Ref<Partial>) -> Option<Ref<Dict>> {
        vm.instance_dict(this.as_value())
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<Partial>) -> Value {
        let has_attributes = instance_part(this.as_value())
            .is_some_and(|part| part.dict().is_some() || !part.attributes().is_empty());
        let attributes = if has_attributes {
            vm.instance_dict(this.as_value())
        } else {
            None
        };
        let function = this.function.borrow().clone();
        let state = vm.new_tuple([
            function.clone(),
            this.args.borrow().to_value(),
            this.keywords.borrow().to_value(),
            attributes.map_or(Value::NONE, Ref::into_value),
        ]);
        let args = vm.new_tuple([function]);
        vm.new_tuple([this.ty().to_value(), args.into_value(), state.into_value()])
            .into_value()
    }
    /// For pickle and copy.
    #[pymethod("(self, object, /)")]
    fn __setstate__(vm: &Vm, this: &Ref<Partial>, object: &Value) -> PyResult<()> {
        let state = object.downcast::<Tuple>().map_or(&[][..], |t| t.items());
        let [function, args, keywords, attributes] = state else {
            return Err(vm.type_error("invalid partial state"));
        };
        let (Some(args), true, true) = (
            args.downcast::<Tuple>(),
            is_callable(vm, function),
            keywords.is_none() || keywords.downcast::<Dict>().is_some(),
        ) else {
            return Err(vm.type_error("invalid partial state"));
        };
        if args.items().last().is_some_and(|a| a.is(&placeholder(vm))) {
            return Err(vm.type_error("trailing Placeholders are not allowed"));
        }
        let args = if args.ty().is(&vm.types.tuple) {
            args.clone()
        } else {
            vm.new_tuple(args.items().to_vec())
        };
        let keywords = match keywords.downcast::<Dict>() {
            None => vm.new_dict(),
            Some(d) if d.ty().is(&vm.types.dict) => d.clone(),
            Some(d) => vm.heap.alloc(&vm.types.dict, d.copy()),
        };
        let old = (
            this.function.replace(function.clone()),
            this.args.replace(args),
            this.keywords.replace(keywords),
        );
        drop(old);
        if let Some(attributes) = attributes.downcast::<Dict>()
            && let Some(own) = vm.instance_dict(this.as_value())
        {
            drop(own.take_entries());
            for (name, value) in attributes.items() {
                own.insert(vm, name, value)?;
            }
        }
        Ok(())
    }
    /// See PEP 585.
    #[pyclassmethod("(cls, object, /)")]
    fn __class_getitem__(vm: &Vm, cls: &TypeRef, object: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), object)
    }
}

/// The arguments of an inner partial, its gaps filled from the outer one's, which follow.
fn merge_args(before: &[Value], args: &[Value], gap: &Value) -> Vec<Value> {
    let mut rest = args.iter();
    let mut all: Vec<Value> = Vec::with_capacity(before.len() + args.len());
    for value in before {
        all.push(if value.is(gap) {
            rest.next().unwrap_or(value).clone()
        } else {
            value.clone()
        });
    }
    all.extend(rest.cloned());
    all
}
