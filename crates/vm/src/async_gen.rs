//! Asynchronous generators (PEP 525): the awaitables of their methods, hooks, `anext`.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::exceptions::{peek, raise_new};
use taipan_object::native::{NativeClass, TypeSpec};
use taipan_object::slots::SendResult;
use taipan_object::str::Str;
use taipan_object::ty::TypeFlags;
use taipan_object::{ObjectHeader, Payload, PyResult, Raised, Ref, TypeRef, Value, Vm, payload};

use crate::gen_type::{
    GeneratorFace, Thrown, delegate, frame_of, throw, warn_old_throw, yielded_or_stop,
};
use crate::generator::{GenState, Generator, resume};
use crate::machine::Machine;

/// A value that an asynchronous generator yields, told from what it awaits.
pub struct WrappedValue {
    pub value: Value,
}
payload!(WrappedValue, gc, |this, visit| visit(&this.value));

/// Wraps a value on its way out of the body.
pub fn wrap(vm: &Vm, value: Value) -> PyResult {
    Ok(vm
        .heap
        .alloc(
            &vm.types.async_generator_wrapped_value,
            WrappedValue { value },
        )
        .into_value())
}

// ---- hooks

/// What `sys.set_asyncgen_hooks` set, of one thread.
#[derive(Default)]
pub struct Hooks {
    pub first_iteration: Cell<Option<Value>>,
    pub finalizer: Cell<Option<Value>>,
}

/// Tells the event loop about a generator that is used for the first time.
fn init_hooks(vm: &Vm, g: &Ref<Generator>) -> PyResult<()> {
    if g.hooks_inited.replace(true) {
        return Ok(());
    }
    let hooks = &Machine::of(vm).async_hooks;
    drop(g.finalizer.replace(peek(&hooks.finalizer)));
    match peek(&hooks.first_iteration) {
        Some(f) => vm.call(&f, &[g.to_value()]).map(drop),
        None => Ok(()),
    }
}

// ---- steps of the body

fn stop_async(vm: &Vm) -> Raised {
    raise_new(vm, &vm.exc.stop_async_iteration, &[])
}

/// Runs the body on: StopAsyncIteration at its end.
fn send(vm: &Vm, g: &Ref<Generator>, value: Value) -> PyResult {
    ended(vm, resume(vm, g, value, None))
}

fn ended(vm: &Vm, result: PyResult<SendResult>) -> PyResult {
    match result? {
        SendResult::Yielded(v) => Ok(v),
        SendResult::Returned(_) => Err(stop_async(vm)),
    }
}

fn is_end(vm: &Vm) -> bool {
    vm.exception_is(&vm.exc.stop_async_iteration) || vm.exception_is(&vm.exc.generator_exit)
}

/// What a step of the body means for who awaits it: a value yielded by the body ends the wait.
fn unwrap(vm: &Vm, g: &Ref<Generator>, result: PyResult) -> PyResult<SendResult> {
    match result {
        Err(e) => {
            if is_end(vm) {
                g.closed.set(true);
            }
            g.running_async.set(false);
            Err(e)
        }
        Ok(v) => match v.downcast::<WrappedValue>() {
            Some(w) => {
                g.running_async.set(false);
                Ok(SendResult::Returned(w.value.clone()))
            }
            None => Ok(SendResult::Yielded(v)),
        },
    }
}

fn as_next(vm: &Vm, this: &Value, result: SendResult) -> Option<Value> {
    match result {
        SendResult::Yielded(v) => Some(v),
        SendResult::Returned(v) => {
            vm.set_stop_value(this, v);
            None
        }
    }
}

/// The outcome of `close()` of an awaitable, after GeneratorExit was thrown in.
fn closed(vm: &Vm, result: PyResult<SendResult>) -> PyResult<()> {
    match result {
        Ok(SendResult::Yielded(_)) => Err(vm.runtime_error("coroutine ignored GeneratorExit")),
        Ok(SendResult::Returned(_)) => Ok(()),
        Err(_) if is_end(vm) || vm.exception_is(&vm.exc.stop_iteration) => {
            drop(vm.take_pending());
            Ok(())
        }
        Err(e) => Err(e),
    }
}

fn warn_unawaited(vm: &Vm, g: &Ref<Generator>, method: &str) {
    let name = peek(&g.qualname)
        .and_then(|q| q.downcast::<Str>().map(|s| s.to_string()))
        .unwrap_or_default();
    let message = format!("coroutine method '{method}' of '{name}' was never awaited");
    if let Err(e) = (vm.hooks.get().warn)(vm, &vm.exc.runtime_warning, &message, 1) {
        let e = vm.take_exception(e);
        (vm.hooks.get().unraisable)(vm, e, "", Some(g.as_value()));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Init,
    Iterating,
    Closed,
}

// ---- asend() and __anext__()

/// The payload of `async_generator_asend`.
pub struct ASend {
    generator: Ref<Generator>,
    value: Value,
    state: Cell<State>,
}
payload!(ASend, gc, |this, visit| {
    visit(this.generator.as_value());
    visit(&this.value);
});

impl ASend {
    fn make(vm: &Vm, g: &Ref<Generator>, value: Value) -> PyResult {
        init_hooks(vm, g)?;
        let asend = ASend {
            generator: g.clone(),
            value,
            state: Cell::new(State::Init),
        };
        Ok(vm
            .heap
            .alloc(&vm.types.async_generator_asend, asend)
            .into_value())
    }

    /// Starts the wait if it has not begun.
    fn begin(&self, vm: &Vm) -> PyResult<()> {
        match self.state.get() {
            State::Closed => {
                return Err(vm.runtime_error("cannot reuse already awaited __anext__()/asend()"));
            }
            State::Init => {
                if self.generator.running_async.get() {
                    self.state.set(State::Closed);
                    return Err(
                        vm.runtime_error("anext(): asynchronous generator is already running")
                    );
                }
                self.state.set(State::Iterating);
            }
            State::Iterating => {}
        }
        self.generator.running_async.set(true);
        Ok(())
    }

    fn end(&self, vm: &Vm, result: PyResult) -> PyResult<SendResult> {
        let result = unwrap(vm, &self.generator, result);
        if !matches!(result, Ok(SendResult::Yielded(_))) {
            self.state.set(State::Closed);
        }
        result
    }

    fn step(&self, vm: &Vm, mut value: Value) -> PyResult<SendResult> {
        if self.state.get() == State::Init && value.is_none() {
            value = self.value.clone();
        }
        self.begin(vm)?;
        self.end(vm, send(vm, &self.generator, value))
    }

    fn throw_in(&self, vm: &Vm, thrown: Thrown<'_>) -> PyResult<SendResult> {
        self.begin(vm)?;
        self.end(vm, ended(vm, throw(vm, &self.generator, thrown, true)))
    }
}

#[pymethods(name = "async_generator_asend", flags(DISALLOW_INSTANTIATION))]
impl ASend {
    #[pyslot]
    fn r#await(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<ASend>) -> PyResult<Option<Value>> {
        let result = this.step(vm, Value::NONE)?;
        Ok(as_next(vm, this.as_value(), result))
    }
    #[pyslot]
    fn send(vm: &Vm, this: &Ref<ASend>, value: Value) -> PyResult<SendResult> {
        this.step(vm, value)
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        if let Some(this) = this.downcast::<ASend>()
            && this.state.get() == State::Init
        {
            warn_unawaited(vm, &this.generator, "asend");
        }
    }
    /// Resumes the wait.
    #[pymethod("(self, value, /)", name = "send")]
    fn py_send(vm: &Vm, this: &Ref<ASend>, value: Value) -> PyResult {
        let result = this.step(vm, value)?;
        yielded_or_stop(vm, this.as_value(), result)
    }
    /// Raises an exception in the generator.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<ASend>,
        typ: &Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        let result = this.throw_in(
            vm,
            Thrown {
                kind: typ,
                value: val.as_ref(),
                traceback: tb.as_ref(),
            },
        )?;
        yielded_or_stop(vm, this.as_value(), result)
    }
    /// Ends the wait.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<ASend>) -> PyResult<()> {
        if this.state.get() == State::Closed {
            return Ok(());
        }
        let kind = vm.exc.generator_exit.to_value();
        closed(
            vm,
            this.throw_in(
                vm,
                Thrown {
                    kind: &kind,
                    value: None,
                    traceback: None,
                },
            ),
        )
    }
}

unsafe fn asend_wants_finalizer(object: *mut ObjectHeader) -> bool {
    // SAFETY: the slot belongs to types with this payload.
    unsafe {
        (*object.cast::<taipan_object::Object<ASend>>())
            .payload
            .state
            .get()
            == State::Init
    }
}

/// The description of `async_generator_asend`.
pub fn asend_spec() -> TypeSpec {
    TypeSpec {
        fill: |s| {
            (ASend::spec().fill)(s);
            s.wants_finalizer.set(Some(asend_wants_finalizer));
        },
        ..ASend::spec()
    }
}

// ---- athrow() and aclose()

/// The payload of `async_generator_athrow`; without `thrown` it is that of `aclose()`.
pub struct AThrow {
    generator: Ref<Generator>,
    thrown: Option<[Option<Value>; 3]>,
    state: Cell<State>,
}
payload!(AThrow, gc, |this, visit| {
    visit(this.generator.as_value());
    this.thrown.iter().flatten().flatten().for_each(visit);
});

impl AThrow {
    fn make(vm: &Vm, g: &Ref<Generator>, thrown: Option<[Option<Value>; 3]>) -> PyResult {
        init_hooks(vm, g)?;
        let athrow = AThrow {
            generator: g.clone(),
            thrown,
            state: Cell::new(State::Init),
        };
        Ok(vm
            .heap
            .alloc(&vm.types.async_generator_athrow, athrow)
            .into_value())
    }

    fn method(&self) -> &'static str {
        if self.thrown.is_some() {
            "athrow"
        } else {
            "aclose"
        }
    }

    fn check_open(&self, vm: &Vm) -> PyResult<()> {
        match self.state.get() {
            State::Closed => {
                Err(vm.runtime_error("cannot reuse already awaited aclose()/athrow()"))
            }
            _ => Ok(()),
        }
    }

    fn check_idle(&self, vm: &Vm) -> PyResult<()> {
        if self.generator.running_async.get() {
            self.state.set(State::Closed);
            return Err(vm.runtime_error(format!(
                "{}(): asynchronous generator is already running",
                self.method()
            )));
        }
        Ok(())
    }

    fn step(&self, vm: &Vm, value: Value) -> PyResult<SendResult> {
        let g = &self.generator;
        self.check_open(vm)?;
        if g.state.get() == GenState::Closed {
            self.state.set(State::Closed);
            return Ok(SendResult::Returned(Value::NONE));
        }
        if self.state.get() != State::Init {
            return self.end(vm, send(vm, g, value));
        }
        self.check_idle(vm)?;
        if g.closed.get() {
            self.state.set(State::Closed);
            return Err(stop_async(vm));
        }
        if !value.is_none() {
            return Err(vm.runtime_error("can't send non-None value to a just-started coroutine"));
        }
        self.state.set(State::Iterating);
        g.running_async.set(true);
        let result = match &self.thrown {
            None => {
                g.closed.set(true);
                let kind = vm.exc.generator_exit.to_value();
                throw(
                    vm,
                    g,
                    Thrown {
                        kind: &kind,
                        value: None,
                        traceback: None,
                    },
                    false,
                )
            }
            Some([kind, value, traceback]) => {
                let none = Value::NONE;
                let kind = kind.as_ref().unwrap_or(&none);
                throw(
                    vm,
                    g,
                    Thrown {
                        kind,
                        value: value.as_ref(),
                        traceback: traceback.as_ref(),
                    },
                    false,
                )
            }
        };
        self.end(vm, ended(vm, result))
    }

    /// What a step means: for `aclose()` the end of the body is the end, and a value yielded is a fault.
    fn end(&self, vm: &Vm, result: PyResult) -> PyResult<SendResult> {
        let g = &self.generator;
        if self.thrown.is_some() {
            let result = unwrap(vm, g, result);
            if !matches!(result, Ok(SendResult::Yielded(_))) {
                self.state.set(State::Closed);
            }
            return result;
        }
        match result {
            Ok(v) if v.downcast::<WrappedValue>().is_some() => {
                g.running_async.set(false);
                self.state.set(State::Closed);
                Err(vm.runtime_error("async generator ignored GeneratorExit"))
            }
            Ok(v) => Ok(SendResult::Yielded(v)),
            Err(e) => {
                g.running_async.set(false);
                self.state.set(State::Closed);
                if !is_end(vm) {
                    return Err(e);
                }
                drop(vm.take_pending());
                Ok(SendResult::Returned(Value::NONE))
            }
        }
    }

    fn throw_in(&self, vm: &Vm, thrown: Thrown<'_>) -> PyResult<SendResult> {
        self.check_open(vm)?;
        if self.state.get() == State::Init {
            self.check_idle(vm)?;
            self.state.set(State::Iterating);
            self.generator.running_async.set(true);
        }
        let result = ended(vm, throw(vm, &self.generator, thrown, true));
        self.end(vm, result)
    }
}

#[pymethods(name = "async_generator_athrow", flags(DISALLOW_INSTANTIATION))]
impl AThrow {
    #[pyslot]
    fn r#await(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<AThrow>) -> PyResult<Option<Value>> {
        let result = this.step(vm, Value::NONE)?;
        Ok(as_next(vm, this.as_value(), result))
    }
    #[pyslot]
    fn send(vm: &Vm, this: &Ref<AThrow>, value: Value) -> PyResult<SendResult> {
        this.step(vm, value)
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        if let Some(this) = this.downcast::<AThrow>()
            && this.state.get() == State::Init
        {
            warn_unawaited(vm, &this.generator, this.method());
        }
    }
    /// Resumes the wait.
    #[pymethod("(self, value, /)", name = "send")]
    fn py_send(vm: &Vm, this: &Ref<AThrow>, value: Value) -> PyResult {
        let result = this.step(vm, value)?;
        yielded_or_stop(vm, this.as_value(), result)
    }
    /// Raises an exception in the generator.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<AThrow>,
        typ: &Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        let result = this.throw_in(
            vm,
            Thrown {
                kind: typ,
                value: val.as_ref(),
                traceback: tb.as_ref(),
            },
        )?;
        yielded_or_stop(vm, this.as_value(), result)
    }
    /// Ends the wait.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<AThrow>) -> PyResult<()> {
        if this.state.get() == State::Closed {
            return Ok(());
        }
        let kind = vm.exc.generator_exit.to_value();
        closed(
            vm,
            this.throw_in(
                vm,
                Thrown {
                    kind: &kind,
                    value: None,
                    traceback: None,
                },
            ),
        )
    }
}

unsafe fn athrow_wants_finalizer(object: *mut ObjectHeader) -> bool {
    // SAFETY: the slot belongs to types with this payload.
    unsafe {
        (*object.cast::<taipan_object::Object<AThrow>>())
            .payload
            .state
            .get()
            == State::Init
    }
}

/// The description of `async_generator_athrow`.
pub fn athrow_spec() -> TypeSpec {
    TypeSpec {
        fill: |s| {
            (AThrow::spec().fill)(s);
            s.wants_finalizer.set(Some(athrow_wants_finalizer));
        },
        ..AThrow::spec()
    }
}

// ---- async_generator

/// Face of `async_generator`.
pub struct AsyncFace;

#[pymethods(partial = ASYNC, class = "async_generator")]
impl AsyncFace {
    #[pyslot]
    fn aiter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn anext(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        ASend::make(vm, this, Value::NONE)
    }
    /// An awaitable that resumes the generator with a value.
    #[pymethod("(self, value, /)")]
    fn asend(vm: &Vm, this: &Ref<Generator>, value: Value) -> PyResult {
        ASend::make(vm, this, value)
    }
    /// An awaitable that raises an exception where the generator is suspended.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn athrow(
        vm: &Vm,
        this: &Ref<Generator>,
        typ: Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        warn_old_throw(vm, "athrow", val.as_ref())?;
        AThrow::make(vm, this, Some([Some(typ), val, tb]))
    }
    /// An awaitable that raises GeneratorExit where the generator is suspended.
    #[pymethod("(self, /)")]
    fn aclose(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        AThrow::make(vm, this, None)
    }
    /// An alias for the type with these arguments.
    #[pyclassmethod("(cls, item, /)", name = "__class_getitem__")]
    fn class_getitem(vm: &Vm, cls: &TypeRef, item: &Value) -> PyResult {
        taipan_object::generic_alias::new_generic_alias(vm, cls.as_value(), item)
    }
    #[pygetset(name = "__name__")]
    fn name(this: &Ref<Generator>) -> Option<Value> {
        peek(&this.name)
    }
    #[pysetter(__name__)]
    fn set_name(vm: &Vm, this: &Ref<Generator>, value: Option<&Value>) -> PyResult<()> {
        GeneratorFace::set_name(vm, this, value)
    }
    #[pygetset(name = "__qualname__")]
    fn qualname(this: &Ref<Generator>) -> Option<Value> {
        peek(&this.qualname)
    }
    #[pysetter(__qualname__)]
    fn set_qualname(vm: &Vm, this: &Ref<Generator>, value: Option<&Value>) -> PyResult<()> {
        GeneratorFace::set_qualname(vm, this, value)
    }
    /// What the generator awaits.
    #[pygetset]
    fn ag_await(this: &Ref<Generator>) -> Option<Value> {
        delegate(this)
    }
    #[pygetset]
    fn ag_running(this: &Ref<Generator>) -> bool {
        this.running_async.get()
    }
    #[pygetset]
    fn ag_suspended(this: &Ref<Generator>) -> bool {
        this.state.get() == GenState::Suspended
    }
    #[pygetset]
    fn ag_frame(vm: &Vm, this: &Ref<Generator>) -> Option<Value> {
        frame_of(vm, this)
    }
    #[pygetset]
    fn ag_code(this: &Ref<Generator>) -> Value {
        this.code.to_value()
    }
}

/// The description of `async_generator`.
pub fn async_generator_spec() -> TypeSpec {
    TypeSpec {
        name: "async_generator",
        module: "builtins",
        doc: "",
        signature: "",
        flags: TypeFlags(TypeFlags::WEAKREFABLE.0 | TypeFlags::DISALLOW_INSTANTIATION.0),
        vtable: Generator::vtable(),
        fill: |s| {
            ASYNC_SLOTS(s);
            crate::gen_type::fill_common(s);
        },
        methods: &[ASYNC],
        getsets: &[ASYNC_GETSETS],
    }
}

// ---- anext(…, default)

/// The payload of `anext_awaitable`: an awaitable whose StopAsyncIteration is a default value.
pub struct AnextAwaitable {
    wrapped: Value,
    default: Value,
}
payload!(AnextAwaitable, gc, |this, visit| {
    visit(&this.wrapped);
    visit(&this.default);
});

/// `anext(iterator)` and `anext(iterator, default)`.
///
/// # Errors
/// TypeError if the object is no asynchronous iterator; what `__anext__` raises.
pub fn anext(vm: &Vm, iterator: &Value, default: Option<Value>) -> PyResult {
    let Some(f) = vm.type_of(iterator).slots.anext.get() else {
        return Err(vm.type_error(format!(
            "'{}' object is not an async iterator",
            vm.type_name(iterator)
        )));
    };
    let wrapped = f(vm, iterator)?;
    match default {
        None => Ok(wrapped),
        Some(default) => Ok(vm
            .heap
            .alloc(
                &vm.types.anext_awaitable,
                AnextAwaitable { wrapped, default },
            )
            .into_value()),
    }
}

impl AnextAwaitable {
    fn iterator(&self, vm: &Vm) -> PyResult {
        let Some(it) = crate::slow::awaitable_iter(vm, &self.wrapped)? else {
            return Err(vm.type_error(format!(
                "'{}' object can't be awaited",
                vm.type_name(&self.wrapped)
            )));
        };
        if vm.type_of(&it).slots.iternext.get().is_some() {
            return Ok(it);
        }
        let Some(f) = vm.type_of(&it).slots.r#await.get() else {
            return Err(vm.type_error("__anext__ returned a non-iterable"));
        };
        f(vm, &it)
    }

    /// A step's result; the end of the asynchronous iteration gives the default.
    fn or_default(&self, vm: &Vm, result: PyResult) -> PyResult<SendResult> {
        match result {
            Ok(v) => Ok(SendResult::Yielded(v)),
            Err(_) if vm.exception_is(&vm.exc.stop_async_iteration) => {
                drop(vm.take_pending());
                Ok(SendResult::Returned(self.default.clone()))
            }
            Err(e) => Err(e),
        }
    }

    fn proxy(this: &Ref<AnextAwaitable>, vm: &Vm, name: &Ref<Str>, args: &[Value]) -> PyResult {
        let it = this.iterator(vm)?;
        let result = this.or_default(vm, vm.call_method(&it, name, args))?;
        yielded_or_stop(vm, this.as_value(), result)
    }
}

#[pymethods(name = "anext_awaitable", flags(DISALLOW_INSTANTIATION))]
impl AnextAwaitable {
    #[pyslot]
    fn r#await(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<AnextAwaitable>) -> PyResult<Option<Value>> {
        let it = this.iterator(vm)?;
        let result = match vm.next(&it) {
            Ok(Some(v)) => SendResult::Yielded(v),
            Ok(None) => SendResult::Returned(vm.take_stop_value(&it)),
            Err(e) => this.or_default(vm, Err(e))?,
        };
        Ok(as_next(vm, this.as_value(), result))
    }
    /// Resumes the wait.
    #[pymethod("(self, value, /)")]
    fn send(vm: &Vm, this: &Ref<AnextAwaitable>, value: Value) -> PyResult {
        AnextAwaitable::proxy(this, vm, &vm.names.send, &[value])
    }
    /// Raises an exception in what is awaited.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<AnextAwaitable>,
        typ: Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        let args: Vec<Value> = [Some(typ), val, tb].into_iter().flatten().collect();
        AnextAwaitable::proxy(this, vm, &vm.names.throw, &args)
    }
    /// Ends the wait.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<AnextAwaitable>) -> PyResult {
        AnextAwaitable::proxy(this, vm, &vm.names.close, &[])
    }
}
