//! `TypeVar`, `ParamSpec` and `TypeVarTuple`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::{Lazy, call_typing, no_default, set_module, unpack};

/// How a type parameter varies.
#[derive(Clone, Copy)]
pub struct Variance {
    covariant: bool,
    contravariant: bool,
    inferred: bool,
}

impl Variance {
    const INFERRED: Variance = Variance {
        covariant: false,
        contravariant: false,
        inferred: true,
    };

    fn check(self, vm: &Vm) -> PyResult<Self> {
        if self.covariant && self.contravariant {
            return Err(vm.value_error("Bivariant types are not supported."));
        }
        if self.inferred && (self.covariant || self.contravariant) {
            return Err(vm.value_error("Variance cannot be specified with infer_variance."));
        }
        Ok(self)
    }

    fn sign(self) -> &'static str {
        match self {
            Variance { inferred: true, .. } => "",
            Variance {
                covariant: true, ..
            } => "+",
            Variance {
                contravariant: true,
                ..
            } => "-",
            _ => "~",
        }
    }

    fn repr(self, vm: &Vm, name: &Value) -> PyResult {
        if self.inferred {
            return Ok(name.clone());
        }
        let mut text = self.sign().as_bytes().to_vec();
        vm.str(name)?.view().push_wtf8(&mut text);
        Ok(vm.new_wtf8(&text).into_value())
    }
}

/// A default as `__default__` shows it.
fn default_value(vm: &Vm, default: &Lazy) -> PyResult {
    Ok(default.get(vm)?.unwrap_or_else(|| no_default(vm)))
}

fn has_default(vm: &Vm, default: &Lazy) -> bool {
    !default.is_empty()
        && taipan_object::exceptions::peek(&default.value).is_none_or(|v| !v.is(&no_default(vm)))
}

fn cannot_subclass(vm: &Vm, what: &str) -> PyResult {
    Err(vm.type_error(format!("Cannot subclass an instance of {what}")))
}

/// What an argument of the constructor gives for a bound: None is no bound.
fn checked_bound(vm: &Vm, bound: Value) -> PyResult<Option<Value>> {
    if bound.is_none() {
        return Ok(None);
    }
    call_typing(
        vm,
        "_type_check",
        &[bound, vm.new_str("Bound must be a type.").into_value()],
    )
    .map(Some)
}

/// The payload of `TypeVar`.
pub struct TypeVar {
    name: Value,
    bound: Lazy,
    constraints: Lazy,
    default: Lazy,
    variance: Variance,
}
payload!(
    TypeVar,
    gc,
    |this, visit| {
        visit(&this.name);
        [&this.bound, &this.constraints, &this.default]
            .into_iter()
            .for_each(|l| l.visit(visit));
    },
    clear
        | this
        | [&this.bound, &this.constraints, &this.default]
            .into_iter()
            .for_each(Lazy::clear)
);

/// A TypeVar of the syntax of type parameters; bound or constraints are functions.
pub fn type_var(
    vm: &Vm,
    name: &Value,
    bound: Option<Value>,
    constraints: Option<Value>,
) -> PyResult {
    let class = vm.add_native_type::<TypeVar>();
    let var = TypeVar {
        name: name.clone(),
        bound: Lazy::evaluated(bound),
        constraints: Lazy::evaluated(constraints),
        default: Lazy::default(),
        variance: Variance::INFERRED,
    };
    Ok(alloc_instance(vm, &class, var).into_value())
}

/// A ParamSpec of the syntax of type parameters.
pub fn param_spec(vm: &Vm, name: &Value) -> PyResult {
    let class = vm.add_native_type::<ParamSpec>();
    let spec = ParamSpec {
        name: name.clone(),
        bound: Cell::new(None),
        default: Lazy::default(),
        variance: Variance::INFERRED,
    };
    Ok(alloc_instance(vm, &class, spec).into_value())
}

/// A TypeVarTuple of the syntax of type parameters.
pub fn type_var_tuple(vm: &Vm, name: &Value) -> PyResult {
    let class = vm.add_native_type::<TypeVarTuple>();
    Ok(alloc_instance(
        vm,
        &class,
        TypeVarTuple {
            name: name.clone(),
            default: Lazy::default(),
        },
    )
    .into_value())
}

/// Gives a type parameter the function of its default.
pub fn set_default(vm: &Vm, param: &Value, default: Value) -> PyResult<()> {
    let lazy = if let Some(p) = param.downcast::<TypeVar>() {
        &p.default
    } else if let Some(p) = param.downcast::<ParamSpec>() {
        &p.default
    } else if let Some(p) = param.downcast::<TypeVarTuple>() {
        &p.default
    } else {
        return Err(vm.type_error(format!("Expected a type param, got {}", vm.repr(param)?)));
    };
    drop(lazy.evaluate.replace(Some(default)));
    Ok(())
}

#[pymethods(name = "TypeVar", module = "typing", doc = "A type variable.", flags(WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART))]
impl TypeVar {
    #[pynew(
        "(name, *constraints, bound=None, default=<unset>, covariant=False, contravariant=False, infer_variance=False)",
        name = "typevar"
    )]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        name: &Ref<Str>,
        constraints: &[Value],
        bound: Value,
        default: Option<Value>,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> PyResult {
        let variance = Variance {
            covariant,
            contravariant,
            inferred: infer_variance,
        }
        .check(vm)?;
        let bound = checked_bound(vm, bound)?;
        if constraints.len() == 1 {
            return Err(vm.type_error("A single constraint is not allowed"));
        }
        if !constraints.is_empty() && bound.is_some() {
            return Err(vm.type_error("Constraints cannot be combined with bound=..."));
        }
        let constraints =
            (!constraints.is_empty()).then(|| vm.new_tuple(constraints.to_vec()).into_value());
        let default = default.unwrap_or_else(|| no_default(vm));
        let var = TypeVar {
            name: name.to_value(),
            bound: Lazy::given(bound),
            constraints: Lazy::given(constraints),
            default: Lazy::given(Some(default)),
            variance,
        };
        let var = alloc_instance(vm, cls, var).into_value();
        set_module(vm, &var)?;
        Ok(var)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<TypeVar>) -> PyResult {
        this.variance.repr(vm, &this.name)
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        taipan_object::union::make_union(vm, &[a.clone(), b.clone()])
    }
    #[pygetset(name = "__name__")]
    fn name(this: &Ref<TypeVar>) -> Value {
        this.name.clone()
    }
    #[pygetset(name = "__covariant__")]
    fn covariant(this: &Ref<TypeVar>) -> bool {
        this.variance.covariant
    }
    #[pygetset(name = "__contravariant__")]
    fn contravariant(this: &Ref<TypeVar>) -> bool {
        this.variance.contravariant
    }
    #[pygetset(name = "__infer_variance__")]
    fn infer_variance(this: &Ref<TypeVar>) -> bool {
        this.variance.inferred
    }
    #[pygetset(name = "__bound__")]
    fn bound(vm: &Vm, this: &Ref<TypeVar>) -> PyResult<Option<Value>> {
        this.bound.get(vm)
    }
    #[pygetset(name = "__constraints__")]
    fn constraints(vm: &Vm, this: &Ref<TypeVar>) -> PyResult {
        Ok(this
            .constraints
            .get(vm)?
            .unwrap_or_else(|| vm.empty_tuple.to_value()))
    }
    #[pygetset(name = "__default__")]
    fn default(vm: &Vm, this: &Ref<TypeVar>) -> PyResult {
        default_value(vm, &this.default)
    }
    #[pygetset]
    fn evaluate_bound(vm: &Vm, this: &Ref<TypeVar>) -> Option<Value> {
        this.bound.evaluator(vm)
    }
    #[pygetset]
    fn evaluate_constraints(vm: &Vm, this: &Ref<TypeVar>) -> Option<Value> {
        this.constraints.evaluator(vm)
    }
    #[pygetset]
    fn evaluate_default(vm: &Vm, this: &Ref<TypeVar>) -> Option<Value> {
        this.default.evaluator(vm)
    }
    /// Whether the parameter has a default.
    #[pymethod("(self)")]
    fn has_default(vm: &Vm, this: &Ref<TypeVar>) -> bool {
        this.has_default_value(vm)
    }
    /// Checks an argument for this parameter.
    #[pymethod("(self, arg, /)")]
    fn __typing_subst__(vm: &Vm, this: &Ref<TypeVar>, arg: Value) -> PyResult {
        call_typing(vm, "_typevar_subst", &[this.to_value(), arg])
    }
    /// Fills a default in where an alias gets too few arguments.
    #[pymethod("(self, alias, args, /)")]
    fn __typing_prepare_subst__(
        vm: &Vm,
        this: &Ref<TypeVar>,
        alias: &Value,
        args: &Value,
    ) -> PyResult {
        let params = vm.collect(&vm.getattr(alias, &vm.names.__parameters__)?)?;
        let count = vm.len(args)?;
        let index = params
            .iter()
            .position(|p| p.is(this.as_value()))
            .unwrap_or(0);
        if index < count {
            return Ok(args.clone());
        }
        if index == count && this.has_default_value(vm) {
            let mut all = vm.collect(args)?;
            all.push(default_value(vm, &this.default)?);
            return Ok(vm.new_tuple(all).into_value());
        }
        Err(vm.type_error(format!("Too few arguments for {}", vm.str(alias)?)))
    }
    /// Instances are no bases.
    #[pymethod("(self, object, /)")]
    fn __mro_entries__(vm: &Vm, _this: &Ref<TypeVar>, _object: &Value) -> PyResult {
        cannot_subclass(vm, "TypeVar")
    }
    /// Pickled by name.
    #[pymethod("(self, /)")]
    fn __reduce__(this: &Ref<TypeVar>) -> Value {
        this.name.clone()
    }
}

impl TypeVar {
    pub(super) fn has_default_value(&self, vm: &Vm) -> bool {
        has_default(vm, &self.default)
    }
}

/// The payload of `ParamSpec`.
pub struct ParamSpec {
    name: Value,
    bound: Cell<Option<Value>>,
    default: Lazy,
    variance: Variance,
}
payload!(
    ParamSpec,
    gc,
    |this, visit| {
        visit(&this.name);
        if let Some(b) = taipan_object::exceptions::peek(&this.bound) {
            visit(&b)
        }
        this.default.visit(visit);
    },
    clear | this | this.default.clear()
);

impl ParamSpec {
    pub(super) fn has_default_value(&self, vm: &Vm) -> bool {
        has_default(vm, &self.default)
    }
}

#[pymethods(name = "ParamSpec", module = "typing", doc = "A parameter specification variable.", flags(WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART))]
impl ParamSpec {
    #[pynew(
        "(name, *, bound=None, default=<unset>, covariant=False, contravariant=False, infer_variance=False)",
        name = "paramspec"
    )]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        name: &Ref<Str>,
        bound: Value,
        default: Option<Value>,
        covariant: bool,
        contravariant: bool,
        infer_variance: bool,
    ) -> PyResult {
        let variance = Variance {
            covariant,
            contravariant,
            inferred: infer_variance,
        }
        .check(vm)?;
        let bound = Cell::new(checked_bound(vm, bound)?);
        let default = Lazy::given(Some(default.unwrap_or_else(|| no_default(vm))));
        let spec = alloc_instance(
            vm,
            cls,
            ParamSpec {
                name: name.to_value(),
                bound,
                default,
                variance,
            },
        )
        .into_value();
        set_module(vm, &spec)?;
        Ok(spec)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<ParamSpec>) -> PyResult {
        this.variance.repr(vm, &this.name)
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        taipan_object::union::make_union(vm, &[a.clone(), b.clone()])
    }
    #[pygetset(name = "__name__")]
    fn name(this: &Ref<ParamSpec>) -> Value {
        this.name.clone()
    }
    #[pygetset(name = "__bound__")]
    fn bound(this: &Ref<ParamSpec>) -> Option<Value> {
        taipan_object::exceptions::peek(&this.bound)
    }
    #[pygetset(name = "__covariant__")]
    fn covariant(this: &Ref<ParamSpec>) -> bool {
        this.variance.covariant
    }
    #[pygetset(name = "__contravariant__")]
    fn contravariant(this: &Ref<ParamSpec>) -> bool {
        this.variance.contravariant
    }
    #[pygetset(name = "__infer_variance__")]
    fn infer_variance(this: &Ref<ParamSpec>) -> bool {
        this.variance.inferred
    }
    #[pygetset(name = "__default__")]
    fn default(vm: &Vm, this: &Ref<ParamSpec>) -> PyResult {
        default_value(vm, &this.default)
    }
    #[pygetset]
    fn evaluate_default(vm: &Vm, this: &Ref<ParamSpec>) -> Option<Value> {
        this.default.evaluator(vm)
    }
    /// The positional parameters.
    #[pygetset]
    fn args(vm: &Vm, this: &Ref<ParamSpec>) -> Value {
        let class = vm.add_native_type::<ParamSpecArgs>();
        vm.heap
            .alloc(
                &class,
                ParamSpecArgs {
                    origin: this.to_value(),
                },
            )
            .into_value()
    }
    /// The keyword parameters.
    #[pygetset]
    fn kwargs(vm: &Vm, this: &Ref<ParamSpec>) -> Value {
        let class = vm.add_native_type::<ParamSpecKwargs>();
        vm.heap
            .alloc(
                &class,
                ParamSpecKwargs {
                    origin: this.to_value(),
                },
            )
            .into_value()
    }
    /// Whether the parameter has a default.
    #[pymethod("(self)")]
    fn has_default(vm: &Vm, this: &Ref<ParamSpec>) -> bool {
        this.has_default_value(vm)
    }
    /// Checks an argument for this parameter.
    #[pymethod("(self, arg, /)")]
    fn __typing_subst__(vm: &Vm, this: &Ref<ParamSpec>, arg: Value) -> PyResult {
        call_typing(vm, "_paramspec_subst", &[this.to_value(), arg])
    }
    /// Arranges the arguments of an alias for this parameter.
    #[pymethod("(self, alias, args, /)")]
    fn __typing_prepare_subst__(
        vm: &Vm,
        this: &Ref<ParamSpec>,
        alias: Value,
        args: Value,
    ) -> PyResult {
        call_typing(
            vm,
            "_paramspec_prepare_subst",
            &[this.to_value(), alias, args],
        )
    }
    /// Instances are no bases.
    #[pymethod("(self, object, /)")]
    fn __mro_entries__(vm: &Vm, _this: &Ref<ParamSpec>, _object: &Value) -> PyResult {
        cannot_subclass(vm, "ParamSpec")
    }
    /// Pickled by name.
    #[pymethod("(self, /)")]
    fn __reduce__(this: &Ref<ParamSpec>) -> Value {
        this.name.clone()
    }
}

/// The payload of `TypeVarTuple`.
pub struct TypeVarTuple {
    name: Value,
    default: Lazy,
}
payload!(
    TypeVarTuple,
    gc,
    |this, visit| {
        visit(&this.name);
        this.default.visit(visit);
    },
    clear | this | this.default.clear()
);

#[pymethods(name = "TypeVarTuple", module = "typing", doc = "A type variable for any number of types.", flags(WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART))]
impl TypeVarTuple {
    #[pynew("(name, *, default=<unset>)", name = "typevartuple")]
    fn new(vm: &Vm, cls: &TypeRef, name: &Ref<Str>, default: Option<Value>) -> PyResult {
        let default = Lazy::given(Some(default.unwrap_or_else(|| no_default(vm))));
        let tuple = alloc_instance(
            vm,
            cls,
            TypeVarTuple {
                name: name.to_value(),
                default,
            },
        )
        .into_value();
        set_module(vm, &tuple)?;
        Ok(tuple)
    }
    #[pyslot]
    fn repr(_: &Vm, this: &Ref<TypeVarTuple>) -> PyResult {
        Ok(this.name.clone())
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Value) -> PyResult {
        let one = unpack(vm, this)?;
        vm.iter(vm.new_tuple([one]).as_value())
    }
    #[pygetset(name = "__name__")]
    fn name(this: &Ref<TypeVarTuple>) -> Value {
        this.name.clone()
    }
    #[pygetset(name = "__default__")]
    fn default(vm: &Vm, this: &Ref<TypeVarTuple>) -> PyResult {
        default_value(vm, &this.default)
    }
    #[pygetset]
    fn evaluate_default(vm: &Vm, this: &Ref<TypeVarTuple>) -> Option<Value> {
        this.default.evaluator(vm)
    }
    /// Whether the parameter has a default.
    #[pymethod("(self)")]
    fn has_default(vm: &Vm, this: &Ref<TypeVarTuple>) -> bool {
        has_default(vm, &this.default)
    }
    /// Arguments come unpacked only.
    #[pymethod("(self, arg, /)")]
    fn __typing_subst__(vm: &Vm, _this: &Ref<TypeVarTuple>, _arg: &Value) -> PyResult {
        Err(vm.type_error("Substitution of bare TypeVarTuple is not supported"))
    }
    /// Arranges the arguments of an alias for this parameter.
    #[pymethod("(self, alias, args, /)")]
    fn __typing_prepare_subst__(
        vm: &Vm,
        this: &Ref<TypeVarTuple>,
        alias: Value,
        args: Value,
    ) -> PyResult {
        call_typing(
            vm,
            "_typevartuple_prepare_subst",
            &[this.to_value(), alias, args],
        )
    }
    /// Instances are no bases.
    #[pymethod("(self, object, /)")]
    fn __mro_entries__(vm: &Vm, _this: &Ref<TypeVarTuple>, _object: &Value) -> PyResult {
        cannot_subclass(vm, "TypeVarTuple")
    }
    /// Pickled by name.
    #[pymethod("(self, /)")]
    fn __reduce__(this: &Ref<TypeVarTuple>) -> Value {
        this.name.clone()
    }
}

/// `P.args` or `P.kwargs` as text.
fn part_repr(vm: &Vm, origin: &Value, part: &str) -> PyResult {
    let name = match origin.downcast::<ParamSpec>() {
        Some(p) => vm.str(&p.name)?,
        None => vm.repr(origin)?,
    };
    Ok(vm.new_str(&format!("{name}.{part}")).into_value())
}

macro_rules! part {
    ($type:ident, $name:literal, $part:literal, $doc:literal) => {
        #[doc = $doc]
        pub struct $type {
            origin: Value,
        }
        payload!($type, gc, |this, visit| visit(&this.origin));

        #[pymethods(name = $name, module = "typing", doc = $doc, flags(WEAKREFABLE))]
        impl $type {
            #[pynew("(origin)")]
            fn new(vm: &Vm, cls: &TypeRef, origin: Value) -> PyResult {
                Ok(vm.heap.alloc(cls, $type { origin }).into_value())
            }
            #[pyslot]
            fn repr(vm: &Vm, this: &Ref<$type>) -> PyResult {
                part_repr(vm, &this.origin, $part)
            }
            #[pyslot]
            fn richcompare(vm: &Vm, this: &Ref<$type>, other: &Value, op: CmpOp) -> PyResult {
                match (other.downcast::<$type>(), op) {
                    (Some(other), CmpOp::Eq | CmpOp::Ne) => {
                        vm.compare(&this.origin, &other.origin, op)
                    }
                    _ => Ok(Value::NOT_IMPLEMENTED),
                }
            }
            #[pygetset(name = "__origin__")]
            fn origin(this: &Ref<$type>) -> Value {
                this.origin.clone()
            }
            /// Instances are no bases.
            #[pymethod("(self, object, /)")]
            fn __mro_entries__(vm: &Vm, _this: &Ref<$type>, _object: &Value) -> PyResult {
                cannot_subclass(vm, $name)
            }
        }
    };
}

part!(
    ParamSpecArgs,
    "ParamSpecArgs",
    "args",
    "The positional parameters of a ParamSpec."
);
part!(
    ParamSpecKwargs,
    "ParamSpecKwargs",
    "kwargs",
    "The keyword parameters of a ParamSpec."
);
