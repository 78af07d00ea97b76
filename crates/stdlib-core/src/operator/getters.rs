//! `attrgetter`, `itemgetter` and `methodcaller`.

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::names::full_name;

/// `Name(a, b)`.
fn show(
    vm: &Vm,
    this: &Value,
    class: &TypeRef,
    items: &[Value],
    keywords: &[(Value, Value)],
) -> PyResult {
    let mut out = full_name(vm, class)?.into_bytes();
    let Some(_guard) = vm.repr_enter(this) else {
        out.extend_from_slice(b"(...)");
        return Ok(vm.new_wtf8(&out).into_value());
    };
    out.push(b'(');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        vm.repr(item)?.view().push_wtf8(&mut out);
    }
    for (name, value) in keywords {
        out.extend_from_slice(b", ");
        vm.str(name)?.view().push_wtf8(&mut out);
        out.push(b'=');
        vm.repr(value)?.view().push_wtf8(&mut out);
    }
    out.push(b')');
    Ok(vm.new_wtf8(&out).into_value())
}

/// `attrgetter`.
pub struct AttrGetter {
    names: Ref<Tuple>,
    /// Each name, split at its dots and interned.
    paths: Vec<Vec<Ref<Str>>>,
}
payload!(AttrGetter, gc, |this, visit| {
    visit(this.names.as_value());
    this.paths
        .iter()
        .flatten()
        .for_each(|name| visit(name.as_value()));
});

#[pymethods(
    name = "attrgetter",
    module = "operator",
    doc = "A callable that gets attributes of its argument; names may have dots.",
    signature = "(attr, /, *attrs)"
)]
impl AttrGetter {
    #[pynew("(*attrs)")]
    fn new(vm: &Vm, cls: &TypeRef, attrs: &[Value]) -> PyResult<Ref<AttrGetter>> {
        if attrs.is_empty() {
            return Err(vm.type_error("attrgetter expected 1 argument, got 0"));
        }
        let names = attrs.to_vec();
        let mut paths = Vec::with_capacity(names.len());
        for name in &names {
            let Some(name) = name.downcast::<Str>() else {
                return Err(vm.type_error("attribute name must be a string"));
            };
            let view = name.view();
            let mut path = Vec::new();
            let mut start = 0;
            for (at, c) in view.iter().enumerate() {
                if c == u32::from('.') {
                    path.push(vm.intern(&vm.new_from_view(view.slice(start, at))));
                    start = at + 1;
                }
            }
            path.push(vm.intern(&vm.new_from_view(view.slice(start, view.len()))));
            paths.push(path);
        }
        Ok(alloc_instance(
            vm,
            cls,
            AttrGetter {
                names: vm.new_tuple(names),
                paths,
            },
        ))
    }
    #[pycall("(self, obj, /)")]
    fn call(vm: &Vm, this: &Ref<AttrGetter>, obj: &Value) -> PyResult {
        let get = |path: &Vec<Ref<Str>>| {
            path.iter()
                .try_fold(obj.clone(), |object, name| vm.getattr(&object, name))
        };
        if let [path] = &this.paths[..] {
            return get(path);
        }
        let mut values = Vec::with_capacity(this.paths.len());
        for path in &this.paths {
            values.push(get(path)?);
        }
        Ok(vm.new_tuple(values).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<AttrGetter>) -> PyResult {
        show(vm, this.as_value(), this.ty(), this.names.items(), &[])
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<AttrGetter>) -> Value {
        vm.new_tuple([this.ty().to_value(), this.names.to_value()])
            .into_value()
    }
}

/// `itemgetter`.
pub struct ItemGetter {
    items: Ref<Tuple>,
}
payload!(ItemGetter, gc, |this, visit| visit(this.items.as_value()));

#[pymethods(
    name = "itemgetter",
    module = "operator",
    doc = "A callable that gets items of its argument.",
    signature = "(item, /, *items)"
)]
impl ItemGetter {
    #[pynew("(*items)")]
    fn new(vm: &Vm, cls: &TypeRef, items: &[Value]) -> PyResult<Ref<ItemGetter>> {
        if items.is_empty() {
            return Err(vm.type_error("itemgetter expected 1 argument, got 0"));
        }
        let items = vm.new_tuple(items.to_vec());
        Ok(alloc_instance(vm, cls, ItemGetter { items }))
    }
    #[pycall("(self, obj, /)")]
    fn call(vm: &Vm, this: &Ref<ItemGetter>, obj: &Value) -> PyResult {
        if let [item] = this.items.items() {
            return vm.get_item(obj, item);
        }
        let mut values = Vec::with_capacity(this.items.len());
        for item in this.items.items() {
            values.push(vm.get_item(obj, item)?);
        }
        Ok(vm.new_tuple(values).into_value())
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<ItemGetter>) -> PyResult {
        show(vm, this.as_value(), this.ty(), this.items.items(), &[])
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<ItemGetter>) -> Value {
        vm.new_tuple([this.ty().to_value(), this.items.to_value()])
            .into_value()
    }
}

/// `methodcaller`.
pub struct MethodCaller {
    name: Ref<Str>,
    /// Positional arguments, then those of keywords.
    values: Vec<Value>,
    keywords: Option<Ref<Tuple>>,
}
payload!(MethodCaller, gc, |this, visit| {
    visit(this.name.as_value());
    this.values.iter().for_each(&mut *visit);
    this.keywords.iter().for_each(|k| visit(k.as_value()));
});

#[pymethods(
    name = "methodcaller",
    module = "operator",
    doc = "A callable that calls a method of its argument.",
    signature = "(name, /, *args, **kwargs)"
)]
impl MethodCaller {
    #[pynew("(*args, **kwargs)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        args: &[Value],
        kwargs: KwArgs<'_>,
    ) -> PyResult<Ref<MethodCaller>> {
        let Some((name, args)) = args.split_first() else {
            return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
        };
        let Some(name) = name.downcast::<Str>() else {
            return Err(vm.type_error("method name must be a string"));
        };
        let mut values = args.to_vec();
        let mut names = Vec::new();
        for (name, value) in kwargs.iter() {
            names.push(name.to_value());
            values.push(value.clone());
        }
        let keywords = if names.is_empty() {
            None
        } else {
            Some(vm.new_tuple(names))
        };
        Ok(alloc_instance(
            vm,
            cls,
            MethodCaller {
                name: vm.intern(name),
                values,
                keywords,
            },
        ))
    }
    fn args(&self) -> Args<'_> {
        Args {
            values: &self.values,
            keywords: self.keywords.as_ref(),
        }
    }
    #[pycall("(self, obj, /)")]
    fn call(vm: &Vm, this: &Ref<MethodCaller>, obj: &Value) -> PyResult {
        let (function, bound) = vm.get_method(obj, &this.name)?;
        match bound {
            None => vm.call_args(&function, this.args()),
            Some(bound) => {
                let mut values: smallvec::SmallVec<[Value; 6]> = smallvec::smallvec![bound];
                values.extend(this.values.iter().cloned());
                vm.call_args(
                    &function,
                    Args {
                        values: &values,
                        keywords: this.keywords.as_ref(),
                    },
                )
            }
        }
    }
    fn keyword_pairs(&self) -> Vec<(Value, Value)> {
        self.args()
            .keyword_args()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<MethodCaller>) -> PyResult {
        let mut items = vec![this.name.to_value()];
        items.extend_from_slice(this.args().positional());
        show(
            vm,
            this.as_value(),
            this.ty(),
            &items,
            &this.keyword_pairs(),
        )
    }
    /// For pickle.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Ref<MethodCaller>) -> PyResult {
        let class = this.ty().to_value();
        let positional = this.args().positional().to_vec();
        if this.keywords.is_none() {
            let mut args = vec![this.name.to_value()];
            args.extend(positional);
            return Ok(vm
                .new_tuple([class, vm.new_tuple(args).into_value()])
                .into_value());
        }
        // A partial call carries the keyword arguments.
        let partial = vm
            .add_native_type::<crate::functools::partial::Partial>()
            .into_value();
        let mut values = vec![class, this.name.to_value()];
        values.extend(this.args().keyword_args().map(|(_, v)| v.clone()));
        let maker = vm.call_args(
            &partial,
            Args {
                values: &values,
                keywords: this.keywords.as_ref(),
            },
        )?;
        Ok(vm
            .new_tuple([maker, vm.new_tuple(positional).into_value()])
            .into_value())
    }
}
