//! Python faces of generators and coroutines.

use taipan_object::exceptions::{Exception, new_exception, peek};
use taipan_object::native::{NativeClass, TypeSpec};
use taipan_object::slots::SendResult;
use taipan_object::str::Str;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::{ObjectHeader, Payload, PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::frame::{Frame, frame_object};
use crate::generator::{GenState, Generator, kind_name, must_be_closed, resume, while_delegating};
use crate::slow::stop_value;
use crate::traceback::Traceback;

/// What a suspended body delegates to (`gi_yieldfrom`, `cr_await`).
pub fn delegate(g: &Ref<Generator>) -> Option<Value> {
    if g.state.get() != GenState::Suspended {
        return None;
    }
    // SAFETY: the body is suspended: its program counter stands behind a YIELD_VALUE.
    unsafe {
        let f = &*g.frame_ptr();
        let code = f.code();
        let at = code.index_of(f.pc);
        // In a delegation the YIELD_VALUE follows a SEND (and the EXT of a long jump).
        let mut send = crate::code::original(code, at.checked_sub(2)?)?;
        if send.op() == Some(taipan_compiler::opcode::Opcode::Ext) {
            send = crate::code::original(code, at.checked_sub(3)?)?;
        }
        if send.op() != Some(taipan_compiler::opcode::Opcode::Send) {
            return None;
        }
        let word = *f.regs.add(send.b() as usize);
        (word != 0).then(|| Value::borrow_word(&word).clone())
    }
}

/// What a StopIteration that leaves a generator's body becomes (PEP 479).
///
/// # Safety
/// `frame` is the running frame.
pub unsafe fn stop_iteration_error(vm: &Vm, frame: *mut Frame, exception: Value) -> Value {
    use taipan_compiler::code::CodeFlags;
    // SAFETY: by the contract.
    let flags = unsafe { (*frame).code().code.flags };
    let stop = vm.is_instance_of(&exception, &vm.exc.stop_iteration);
    let message = if stop {
        if flags.contains(CodeFlags::ASYNC_GENERATOR) {
            "async generator raised StopIteration"
        } else if flags.contains(CodeFlags::COROUTINE) {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if flags.contains(CodeFlags::ASYNC_GENERATOR)
        && vm.is_instance_of(&exception, &vm.exc.stop_async_iteration)
    {
        "async generator raised StopAsyncIteration"
    } else {
        return exception;
    };
    let message = vm.new_str(message).into_value();
    let error = new_exception(vm, &vm.exc.runtime_error, &[message]);
    if let Some(e) = error.downcast::<Exception>() {
        drop(e.cause.replace(Some(exception.clone())));
        drop(e.context.replace(Some(exception)));
        e.suppress_context.set(true);
    }
    error
}

// ---- what all three kinds do

/// `send(value)` and `__next__()`: StopIteration at the end.
fn send_or_stop(vm: &Vm, this: &Ref<Generator>, value: Value) -> PyResult {
    let result = resume(vm, this, value, None)?;
    yielded_or_stop(vm, this.as_value(), result)
}

/// The value yielded, or StopIteration with the value returned.
pub(crate) fn yielded_or_stop(vm: &Vm, this: &Value, result: SendResult) -> PyResult {
    match result {
        SendResult::Yielded(v) => Ok(v),
        SendResult::Returned(v) => {
            vm.set_stop_value(this, v);
            Err(vm.raise_stop_iteration(this))
        }
    }
}

/// The `iternext` slot.
fn next_value(vm: &Vm, this: &Value, result: SendResult) -> Option<Value> {
    match result {
        SendResult::Yielded(v) => Some(v),
        SendResult::Returned(v) => {
            vm.set_stop_value(this, v);
            None
        }
    }
}

/// Closes whatever a body delegates to.
pub(crate) fn close_delegate(vm: &Vm, delegate: &Value) -> PyResult<()> {
    let ty = vm.type_of(delegate);
    if (ty.is(&vm.types.generator) || ty.is(&vm.types.coroutine))
        && let Some(g) = delegate.downcast::<Generator>()
    {
        return close(vm, g).map(drop);
    }
    match vm.getattr_opt(delegate, &vm.names.close) {
        Ok(Some(f)) => vm.call(&f, &[]).map(drop),
        Ok(None) => Ok(()),
        Err(e) => {
            report(vm, e, delegate);
            Ok(())
        }
    }
}

/// `close()`: the value returned by the body.
pub fn close(vm: &Vm, this: &Ref<Generator>) -> PyResult {
    match this.state.get() {
        GenState::Created => {
            this.close_frame();
            return Ok(Value::NONE);
        }
        GenState::Closed => return Ok(Value::NONE),
        GenState::Suspended if !must_be_closed(this) => {
            // Nothing in the body could notice.
            this.close_frame();
            return Ok(Value::NONE);
        }
        _ => {}
    }
    let mut thrown = None;
    if let Some(inner) = delegate(this)
        && while_delegating(vm, this, || close_delegate(vm, &inner)).is_err()
    {
        thrown = vm.take_pending();
    }
    let thrown = thrown.unwrap_or_else(|| {
        let exit = new_exception(vm, &vm.exc.generator_exit, &[]);
        taipan_object::exceptions::set_context(vm, &exit);
        exit
    });
    match resume(vm, this, Value::NONE, Some(thrown)) {
        Ok(SendResult::Yielded(_)) => {
            Err(vm.runtime_error(format!("{} ignored GeneratorExit", kind_name(vm, this))))
        }
        Ok(SendResult::Returned(v)) => Ok(v),
        Err(_) if vm.exception_is(&vm.exc.generator_exit) => {
            drop(vm.take_pending());
            Ok(Value::NONE)
        }
        Err(e) => stop_value(vm, e),
    }
}

/// The three arguments of `throw`.
#[derive(Clone, Copy)]
pub struct Thrown<'a> {
    pub kind: &'a Value,
    pub value: Option<&'a Value>,
    pub traceback: Option<&'a Value>,
}

impl Thrown<'_> {
    /// The exception to be raised, with its traceback.
    ///
    /// # Errors
    /// TypeError, or what making the exception raises.
    pub fn exception(self, vm: &Vm) -> PyResult {
        let traceback = match self.traceback {
            None => None,
            Some(t) if t.is_none() => None,
            Some(t) if t.downcast::<Traceback>().is_some() => Some(t.clone()),
            Some(_) => {
                return Err(vm.type_error("throw() third argument must be a traceback object"));
            }
        };
        let value = self.value.filter(|v| !v.is_none());
        let class = self
            .kind
            .downcast::<Type>()
            .filter(|t| t.has(TypeFlags::BASE_EXC_SUBCLASS));
        let e = if let Some(class) = class {
            instantiate(vm, class, value)?
        } else if self.kind.downcast::<Exception>().is_some() {
            if value.is_some() {
                return Err(vm.type_error("instance exception may not have a separate value"));
            }
            self.kind.clone()
        } else {
            return Err(vm.type_error(format!(
                "exceptions must be classes or instances deriving from BaseException, not {}",
                vm.type_name(self.kind)
            )));
        };
        if let (Some(t), Some(x)) = (traceback, e.downcast::<Exception>()) {
            drop(x.traceback.replace(Some(t)));
        }
        Ok(e)
    }

    fn is(self, vm: &Vm, ty: &TypeRef) -> bool {
        match self.kind.downcast::<Type>() {
            Some(t) => t.is_subtype(ty),
            None => vm.is_instance_of(self.kind, ty),
        }
    }

    fn args(self) -> Vec<Value> {
        [Some(self.kind), self.value, self.traceback]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}

/// An exception of a class and a value that is an instance, arguments, or nothing.
fn instantiate(vm: &Vm, class: &TypeRef, value: Option<&Value>) -> PyResult {
    let e = match value {
        Some(v) if vm.is_instance_of(v, class) => return Ok(v.clone()),
        Some(v) => match v.downcast::<taipan_object::tuple::Tuple>() {
            Some(t) => vm.call(class.as_value(), t.items()),
            None => vm.call(class.as_value(), std::slice::from_ref(v)),
        },
        None => vm.call(class.as_value(), &[]),
    }?;
    if e.downcast::<Exception>().is_none() {
        return Err(vm.type_error(format!(
            "calling {} should have returned an instance of BaseException, not {}",
            vm.repr(class.as_value())?,
            vm.repr(vm.type_of(&e).as_value())?
        )));
    }
    Ok(e)
}

/// `throw(…)`, through what the body delegates to.
///
/// # Errors
/// What the body raises.
pub fn throw(
    vm: &Vm,
    this: &Ref<Generator>,
    thrown: Thrown<'_>,
    close_on_exit: bool,
) -> PyResult<SendResult> {
    vm.check_stack("")?;
    if let Some(inner) = delegate(this) {
        if close_on_exit && thrown.is(vm, &vm.exc.generator_exit) {
            if while_delegating(vm, this, || close_delegate(vm, &inner)).is_err() {
                let e = vm.take_pending();
                return resume(vm, this, Value::NONE, e);
            }
        } else if let Some(result) = throw_into(vm, this, &inner, thrown, close_on_exit) {
            return match result {
                Ok(v) => Ok(SendResult::Yielded(v)),
                // The delegate ended or failed: the body goes on with what it raised.
                Err(_) => {
                    let e = vm.take_pending();
                    resume(vm, this, Value::NONE, e)
                }
            };
        }
    }
    let e = thrown.exception(vm)?;
    resume(vm, this, Value::NONE, Some(e))
}

/// Throws into the delegate; `None` if it has no `throw`.
fn throw_into(
    vm: &Vm,
    this: &Ref<Generator>,
    inner: &Value,
    thrown: Thrown<'_>,
    close_on_exit: bool,
) -> Option<PyResult> {
    let ty = vm.type_of(inner);
    if (ty.is(&vm.types.generator) || ty.is(&vm.types.coroutine))
        && let Some(g) = inner.downcast::<Generator>()
    {
        return Some(while_delegating(vm, this, || {
            throw(vm, g, thrown, close_on_exit).and_then(|r| yielded_or_stop(vm, inner, r))
        }));
    }
    match vm.getattr_opt(inner, &vm.names.throw) {
        Err(e) => Some(Err(e)),
        Ok(None) => None,
        Ok(Some(f)) => Some(while_delegating(vm, this, || vm.call(&f, &thrown.args()))),
    }
}

/// `throw` as Python calls it.
pub(crate) fn throw_method(
    vm: &Vm,
    this: &Ref<Generator>,
    kind: &Value,
    value: Option<&Value>,
    traceback: Option<&Value>,
) -> PyResult {
    warn_old_throw(vm, "throw", value)?;
    let result = throw(
        vm,
        this,
        Thrown {
            kind,
            value,
            traceback,
        },
        true,
    )?;
    yielded_or_stop(vm, this.as_value(), result)
}

/// DeprecationWarning for the signature of three arguments.
///
/// # Errors
/// The warning, if it is one.
pub fn warn_old_throw(vm: &Vm, name: &str, value: Option<&Value>) -> PyResult<()> {
    if value.is_none() {
        return Ok(());
    }
    let message = format!(
        "the (type, exc, tb) signature of {name}() is deprecated, use the single-arg signature instead."
    );
    (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)
}

fn repr(vm: &Vm, this: &Ref<Generator>) -> PyResult {
    let kind = match kind_name(vm, this) {
        "async generator" => "async_generator",
        kind => kind,
    };
    let name = peek(&this.qualname)
        .and_then(|q| q.downcast::<Str>().map(|s| s.to_string()))
        .unwrap_or_default();
    Ok(vm
        .new_str(&format!(
            "<{kind} object {name} at {:#x}>",
            this.as_value().id()
        ))
        .into_value())
}

/// A name to be set: a string.
fn checked_name(vm: &Vm, value: Option<&Value>, attribute: &str) -> PyResult<Value> {
    match value {
        Some(v) if v.downcast::<Str>().is_some() => Ok(v.clone()),
        _ => Err(vm.type_error(format!("{attribute} must be set to a string object"))),
    }
}

pub(crate) fn frame_of(vm: &Vm, this: &Ref<Generator>) -> Option<Value> {
    (this.state.get() != GenState::Closed).then(|| frame_object(vm, this.frame_ptr()).into_value())
}

/// The finaliser: closes the body, or asks the event loop to.
fn finalize(vm: &Vm, this: &Value) {
    let Some(g) = this.downcast::<Generator>() else {
        return;
    };
    if g.state.get() == GenState::Closed {
        return;
    }
    if g.ty().is(&vm.types.async_generator)
        && let Some(f) = peek(&g.finalizer)
        && !g.closed.get()
    {
        if let Err(e) = vm.call(&f, std::slice::from_ref(this)) {
            let e = vm.take_exception(e);
            (vm.hooks.get().unraisable)(vm, e, "", Some(&f));
        }
        return;
    }
    if g.ty().is(&vm.types.coroutine) && g.state.get() == GenState::Created {
        warn_unawaited(vm, g);
        return;
    }
    if let Err(e) = close(vm, g) {
        report(vm, e, this);
    }
}

/// An error of closing a body that nobody can handle.
fn report(vm: &Vm, e: taipan_object::Raised, closed: &Value) {
    let e = vm.take_exception(e);
    let text = vm
        .repr(closed)
        .map_or_else(|_| "<object>".to_owned(), |r| r.to_string());
    drop(vm.take_pending());
    (vm.hooks.get().unraisable)(
        vm,
        e,
        &format!("Exception ignored while closing generator {text}"),
        None,
    );
}

/// "coroutine 'f' was never awaited", through `warnings`, which knows where it was made.
fn warn_unawaited(vm: &Vm, g: &Ref<Generator>) {
    let warn = || -> PyResult<()> {
        let warnings = match vm.modules.get_str(&vm.names.warnings) {
            Some(m) => Some(m),
            None => {
                let r = (vm.hooks.get().import)(vm, "warnings");
                vm.ignore(r, &vm.exc.import_error)?
            }
        };
        if let Some(m) = warnings
            && let Some(f) = vm.getattr_opt(&m, &vm.intern_str("_warn_unawaited_coroutine"))?
        {
            return vm.call(&f, &[g.to_value()]).map(drop);
        }
        let name = peek(&g.qualname)
            .and_then(|q| q.downcast::<Str>().map(|s| s.to_string()))
            .unwrap_or_default();
        (vm.hooks.get().warn)(
            vm,
            &vm.exc.runtime_warning,
            &format!("coroutine '{name}' was never awaited"),
            1,
        )
    };
    if let Err(e) = warn() {
        let e = vm.take_exception(e);
        (vm.hooks.get().unraisable)(vm, e, "", Some(g.as_value()));
    }
}

unsafe fn wants_finalizer(object: *mut ObjectHeader) -> bool {
    // SAFETY: the slot belongs to types with this payload; the object is intact.
    let g = unsafe { &(*object.cast::<taipan_object::Object<Generator>>()).payload };
    match g.state.get() {
        GenState::Closed | GenState::Running => false,
        _ if peek(&g.finalizer).is_some() => !g.closed.get(),
        GenState::Created => g
            .code
            .code
            .flags
            .contains(taipan_compiler::code::CodeFlags::COROUTINE),
        GenState::Suspended => must_be_closed(g),
    }
}

fn send_slot(vm: &Vm, this: &Value, value: Value) -> PyResult<SendResult> {
    match this.downcast::<Generator>() {
        Some(g) => resume(vm, g, value, None),
        None => Err(vm.type_error("not a generator")),
    }
}

// ---- generator

/// Face of `generator`.
pub struct GeneratorFace;

#[taipan_macros::pymethods(partial = GENERATOR, class = "generator")]
impl GeneratorFace {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        repr(vm, this)
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Generator>) -> PyResult<Option<Value>> {
        let result = resume(vm, this, Value::NONE, None)?;
        Ok(next_value(vm, this.as_value(), result))
    }
    #[pyslot]
    fn send(vm: &Vm, this: &Value, value: Value) -> PyResult<SendResult> {
        send_slot(vm, this, value)
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        finalize(vm, this);
    }
    /// Resumes the generator; the argument is the value of its yield expression.
    #[pymethod("(self, value, /)", name = "send")]
    fn py_send(vm: &Vm, this: &Ref<Generator>, value: Value) -> PyResult {
        send_or_stop(vm, this, value)
    }
    /// Raises an exception where the generator is suspended.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<Generator>,
        typ: &Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        throw_method(vm, this, typ, val.as_ref(), tb.as_ref())
    }
    /// Raises GeneratorExit where the generator is suspended.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        close(vm, this)
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
    pub(crate) fn set_name(vm: &Vm, this: &Ref<Generator>, value: Option<&Value>) -> PyResult<()> {
        drop(
            this.name
                .replace(Some(checked_name(vm, value, "__name__")?)),
        );
        Ok(())
    }
    #[pygetset(name = "__qualname__")]
    fn qualname(this: &Ref<Generator>) -> Option<Value> {
        peek(&this.qualname)
    }
    #[pysetter(__qualname__)]
    pub(crate) fn set_qualname(
        vm: &Vm,
        this: &Ref<Generator>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        drop(
            this.qualname
                .replace(Some(checked_name(vm, value, "__qualname__")?)),
        );
        Ok(())
    }
    /// What the generator delegates to.
    #[pygetset]
    fn gi_yieldfrom(this: &Ref<Generator>) -> Option<Value> {
        delegate(this)
    }
    #[pygetset]
    fn gi_running(this: &Ref<Generator>) -> bool {
        this.state.get() == GenState::Running
    }
    #[pygetset]
    fn gi_suspended(this: &Ref<Generator>) -> bool {
        this.state.get() == GenState::Suspended
    }
    #[pygetset]
    fn gi_frame(vm: &Vm, this: &Ref<Generator>) -> Option<Value> {
        frame_of(vm, this)
    }
    #[pygetset]
    fn gi_code(this: &Ref<Generator>) -> Value {
        this.code.to_value()
    }
}

fn face(name: &'static str) -> TypeSpec {
    TypeSpec {
        name,
        module: "builtins",
        doc: "",
        signature: "",
        flags: TypeFlags(TypeFlags::WEAKREFABLE.0 | TypeFlags::DISALLOW_INSTANTIATION.0),
        vtable: Generator::vtable(),
        fill: |_| {},
        methods: &[],
        getsets: &[],
    }
}

/// The description of `generator`.
pub fn generator_spec() -> TypeSpec {
    TypeSpec {
        fill: |s| {
            GENERATOR_SLOTS(s);
            s.wants_finalizer.set(Some(wants_finalizer));
        },
        methods: &[GENERATOR],
        getsets: &[GENERATOR_GETSETS],
        ..face("generator")
    }
}

// ---- coroutine

/// Face of `coroutine`.
pub struct CoroutineFace;

#[taipan_macros::pymethods(partial = COROUTINE, class = "coroutine")]
impl CoroutineFace {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        repr(vm, this)
    }
    #[pyslot]
    fn r#await(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        let wrapper = CoroutineWrapper {
            coroutine: this.clone(),
        };
        Ok(vm
            .heap
            .alloc(&vm.types.coroutine_wrapper, wrapper)
            .into_value())
    }
    #[pyslot]
    fn send(vm: &Vm, this: &Value, value: Value) -> PyResult<SendResult> {
        send_slot(vm, this, value)
    }
    #[pyslot]
    fn finalize(vm: &Vm, this: &Value) {
        finalize(vm, this);
    }
    /// Resumes the coroutine; the argument is the result of what it awaits.
    #[pymethod("(self, value, /)", name = "send")]
    fn py_send(vm: &Vm, this: &Ref<Generator>, value: Value) -> PyResult {
        send_or_stop(vm, this, value)
    }
    /// Raises an exception where the coroutine is suspended.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<Generator>,
        typ: &Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        throw_method(vm, this, typ, val.as_ref(), tb.as_ref())
    }
    /// Raises GeneratorExit where the coroutine is suspended.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Generator>) -> PyResult {
        close(vm, this)
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
    /// What the coroutine awaits.
    #[pygetset]
    fn cr_await(this: &Ref<Generator>) -> Option<Value> {
        delegate(this)
    }
    #[pygetset]
    fn cr_running(this: &Ref<Generator>) -> bool {
        this.state.get() == GenState::Running
    }
    #[pygetset]
    fn cr_suspended(this: &Ref<Generator>) -> bool {
        this.state.get() == GenState::Suspended
    }
    #[pygetset]
    fn cr_frame(vm: &Vm, this: &Ref<Generator>) -> Option<Value> {
        frame_of(vm, this)
    }
    #[pygetset]
    fn cr_code(this: &Ref<Generator>) -> Value {
        this.code.to_value()
    }
    #[pygetset]
    fn cr_origin(this: &Ref<Generator>) -> Option<Value> {
        peek(&this.origin)
    }
}

/// The description of `coroutine`.
pub fn coroutine_spec() -> TypeSpec {
    TypeSpec {
        fill: |s| {
            COROUTINE_SLOTS(s);
            s.wants_finalizer.set(Some(wants_finalizer));
        },
        methods: &[COROUTINE],
        getsets: &[COROUTINE_GETSETS],
        ..face("coroutine")
    }
}

/// Frames above a new coroutine, for `cr_origin`: tuples (file, line, function), at most `depth`.
pub fn origin(vm: &Vm, depth: u32) -> Value {
    let mut entries = Vec::new();
    let mut frame = crate::machine::Machine::of(vm).current.get();
    while !frame.is_null() && entries.len() < depth as usize {
        // SAFETY: records in the chain of the current frame are live.
        let f = unsafe { &*frame };
        let code = f.code();
        entries.push(vm.tuple_value([
            vm.new_str(&code.code.filename).into_value(),
            vm.new_int(i64::from(code.line_of(f.lasti()))),
            vm.new_str(&code.code.name).into_value(),
        ]));
        frame = f.previous;
    }
    vm.new_tuple(entries).into_value()
}

/// The payload of `coroutine_wrapper`: what `coroutine.__await__()` gives.
pub struct CoroutineWrapper {
    pub coroutine: Ref<Generator>,
}
payload!(CoroutineWrapper, gc, |this, visit| visit(
    this.coroutine.as_value()
));

#[taipan_macros::pymethods(name = "coroutine_wrapper", flags(DISALLOW_INSTANTIATION))]
impl CoroutineWrapper {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<CoroutineWrapper>) -> PyResult<Option<Value>> {
        let result = resume(vm, &this.coroutine, Value::NONE, None)?;
        Ok(next_value(vm, this.as_value(), result))
    }
    #[pyslot]
    fn send(vm: &Vm, this: &Ref<CoroutineWrapper>, value: Value) -> PyResult<SendResult> {
        resume(vm, &this.coroutine, value, None)
    }
    /// Resumes the coroutine.
    #[pymethod("(self, value, /)", name = "send")]
    fn py_send(vm: &Vm, this: &Ref<CoroutineWrapper>, value: Value) -> PyResult {
        send_or_stop(vm, &this.coroutine, value)
    }
    /// Raises an exception in the coroutine.
    #[pymethod("(self, typ, val=<unset>, tb=<unset>, /)")]
    fn throw(
        vm: &Vm,
        this: &Ref<CoroutineWrapper>,
        typ: &Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult {
        throw_method(vm, &this.coroutine, typ, val.as_ref(), tb.as_ref())
    }
    /// Raises GeneratorExit in the coroutine.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<CoroutineWrapper>) -> PyResult {
        close(vm, &this.coroutine)
    }
}

/// The description of `coroutine_wrapper`.
pub fn coroutine_wrapper_spec() -> TypeSpec {
    CoroutineWrapper::spec()
}

/// The slots that all three kinds share, for `async_generator`.
pub(crate) fn fill_common(s: &taipan_object::slots::Slots) {
    fn show(vm: &Vm, this: &Value) -> PyResult {
        match this.downcast::<Generator>() {
            Some(g) => repr(vm, g),
            None => Err(vm.type_error("not a generator")),
        }
    }
    s.repr.set(Some(show));
    s.finalize.set(Some(finalize));
    s.wants_finalizer.set(Some(wants_finalizer));
}
