//! `Context`: what all context variables are.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::object::alloc_instance;
use taipan_object::slots::CmpOp;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_vm::machine::Machine;

use super::map::Map;
use super::variable::ContextVar;
use crate::support::Field;

/// `Context`.
#[derive(Default)]
pub struct Context {
    map: RefCell<Map>,
    entered: Cell<bool>,
    /// The context that was current before this one was entered.
    previous: Field,
}
payload!(
    Context,
    gc,
    |this, visit| {
        this.map.borrow().visit(visit);
        this.previous.visit(visit);
    },
    clear | this | {
        drop(this.map.take());
        this.previous.clear();
    }
);

impl Context {
    /// The thread's current context; an empty one if it has none yet.
    pub fn current(vm: &Vm) -> Ref<Context> {
        let cell = &Machine::of(vm).context;
        let known = cell.take();
        cell.set(known.clone());
        if let Some(context) = known.and_then(|c| c.downcast_owned::<Context>().ok()) {
            return context;
        }
        let made = Context::empty(vm);
        cell.set(Some(made.to_value()));
        made
    }
    fn empty(vm: &Vm) -> Ref<Context> {
        vm.heap
            .alloc(&vm.add_native_type::<Context>(), Context::default())
    }
    /// A context with the same values.
    pub fn duplicate(&self, vm: &Vm) -> Ref<Context> {
        let copy = Context::empty(vm);
        copy.replace(self.map());
        copy
    }
    pub fn map(&self) -> Map {
        self.map.borrow().clone()
    }
    pub fn replace(&self, map: Map) {
        let old = self.map.replace(map);
        drop(old);
    }
    /// Makes this the current context.
    pub fn enter(vm: &Vm, this: &Ref<Context>) -> PyResult<()> {
        if this.entered.replace(true) {
            let shown = vm.repr(this.as_value())?;
            return Err(
                vm.runtime_error(format!("cannot enter context: {shown} is already entered"))
            );
        }
        let previous = Machine::of(vm).context.replace(Some(this.to_value()));
        match previous {
            Some(previous) => this.previous.set(previous),
            None => this.previous.clear(),
        }
        Ok(())
    }
    /// Ends what [`Context::enter`] began.
    pub fn exit(vm: &Vm, this: &Ref<Context>) {
        this.entered.set(false);
        let left = Machine::of(vm).context.replace(this.previous.take());
        drop(left);
    }
}

/// A key that must be a context variable.
fn variable<'a>(vm: &Vm, key: &'a Value) -> PyResult<&'a Value> {
    if key.downcast::<ContextVar>().is_some() {
        return Ok(key);
    }
    let shown = vm.repr(key)?;
    Err(vm.type_error(format!("a ContextVar key was expected, got {shown}")))
}

#[pymethods(
    name = "Context",
    module = "_contextvars",
    doc = "The values of all context variables.",
    signature = "",
    flags(MAPPING | WEAKREFABLE)
)]
impl Context {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: Args<'_>) -> PyResult {
        if !args.values.is_empty() {
            return Err(vm.type_error("Context() does not accept any arguments"));
        }
        Ok(alloc_instance(vm, cls, Context::default()).into_value())
    }
    #[pyslot]
    fn len(_: &Vm, this: &Ref<Context>) -> PyResult<usize> {
        Ok(this.map.borrow().len())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<Context>, key: &Value) -> PyResult {
        let found = this.map.borrow().get(variable(vm, key)?);
        found.ok_or_else(|| vm.key_error(key))
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<Context>, key: &Value) -> PyResult<bool> {
        Ok(this.map.borrow().get(variable(vm, key)?).is_some())
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<Context>) -> PyResult {
        Ok(Keys::over(vm, this))
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Ref<Context>, other: &Value, op: CmpOp) -> PyResult {
        let (Some(other), CmpOp::Eq | CmpOp::Ne) = (other.downcast::<Context>(), op) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let (a, b) = (this.map(), other.map());
        let mut equal = a.len() == b.len();
        if equal {
            for (key, value) in a.items() {
                equal = match b.get(&key) {
                    Some(other) => vm.eq(&value, &other)?,
                    None => false,
                };
                if !equal {
                    break;
                }
            }
        }
        Ok(Value::bool(equal == (op == CmpOp::Eq)))
    }
    /// The value of a variable, or the default if it has none here.
    #[pymethod("(self, key, default=None, /)")]
    fn get(vm: &Vm, this: &Ref<Context>, key: &Value, default: Value) -> PyResult {
        let found = this.map.borrow().get(variable(vm, key)?);
        Ok(found.unwrap_or(default))
    }
    /// The variables that have a value.
    #[pymethod("(self)")]
    fn keys(vm: &Vm, this: &Ref<Context>) -> Value {
        Keys::over(vm, this)
    }
    /// The values.
    #[pymethod("(self)")]
    fn values(vm: &Vm, this: &Ref<Context>) -> Value {
        Values::over(vm, this)
    }
    /// Pairs of variables and values.
    #[pymethod("(self)")]
    fn items(vm: &Vm, this: &Ref<Context>) -> Value {
        Items::over(vm, this)
    }
    /// A context with the same values.
    #[pymethod("(self)")]
    fn copy(vm: &Vm, this: &Ref<Context>) -> Ref<Context> {
        this.duplicate(vm)
    }
    /// Calls a function while this context is the current one.
    #[pymethod("(self, *args, **kwargs)")]
    fn run(vm: &Vm, this: &Ref<Context>, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        let Some((callable, args)) = args.split_first() else {
            return Err(vm.type_error("run() missing 1 required positional argument"));
        };
        Context::enter(vm, this)?;
        let result = if kwargs.is_empty() {
            vm.call(callable, args)
        } else {
            taipan_vm::util::call_with(vm, callable, args, kwargs)
        };
        Context::exit(vm, this);
        result
    }
}

macro_rules! iterator {
    ($class:ident, $name:tt, |$vm:ident, $key:ident, $value:ident| $item:expr) => {
        /// An iterator over what a context held when it was made.
        pub struct $class {
            map: RefCell<Map>,
            left: RefCell<Option<std::vec::IntoIter<(Value, Value)>>>,
        }
        payload!(
            $class,
            gc,
            |this, visit| {
                this.map.borrow().visit(visit);
                for (key, value) in this.left.borrow().iter().flat_map(|l| l.as_slice()) {
                    visit(key);
                    visit(value);
                }
            },
            clear | this | {
                drop(this.map.take());
                let left = this.left.take();
                drop(left);
            }
        );
        impl $class {
            fn over(vm: &Vm, context: &Ref<Context>) -> Value {
                let this = $class {
                    map: RefCell::new(context.map()),
                    left: RefCell::new(None),
                };
                vm.heap
                    .alloc(&vm.add_native_type::<$class>(), this)
                    .into_value()
            }
        }
        #[pymethods(name = $name, module = "builtins", doc = "", flags(DISALLOW_INSTANTIATION))]
        impl $class {
            #[pyslot]
            fn len(_: &Vm, this: &Ref<$class>) -> PyResult<usize> {
                Ok(this.map.borrow().len())
            }
            #[pyslot]
            fn iter(_: &Vm, this: &Value) -> PyResult {
                Ok(this.clone())
            }
            #[pyslot]
            fn iternext($vm: &Vm, this: &Ref<$class>) -> PyResult<Option<Value>> {
                let next = this
                    .left
                    .borrow_mut()
                    .get_or_insert_with(|| this.map.borrow().items().into_iter())
                    .next();
                Ok(next.map(|($key, $value)| $item))
            }
        }
    };
}

iterator!(Keys, "keys", |_vm, key, _value| key);
iterator!(Values, "values", |_vm, _key, value| value);
iterator!(Items, "items", |vm, key, value| vm
    .tuple_value([key, value]));
