//! The registry of codecs and error handlers of an interpreter.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::errors::Handler;
use crate::bytes::Bytes;
use crate::function::NativeFunction;
use crate::header::Ref;
use crate::native::{MethodDef, MethodKind};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

/// Search functions, found codecs, error handlers.
#[derive(Default)]
pub struct Registry {
    search: RefCell<Vec<Value>>,
    codecs: RefCell<HashMap<String, Value>>,
    errors: RefCell<HashMap<Vec<u8>, Value>>,
    /// The package `encodings` was imported.
    loaded: Cell<bool>,
}

const KEY: &str = "\0codecs";

/// This interpreter's registry.
pub fn registry(vm: &Vm) -> Rc<Registry> {
    let mut state = vm.module_state.borrow_mut();
    let any = state
        .entry(KEY)
        .or_insert_with(|| Rc::new(Registry::default()))
        .clone();
    drop(state);
    any.downcast::<Registry>().unwrap_or_default()
}

/// `codecs.register(function)`.
///
/// # Errors
/// TypeError if it cannot be called.
pub fn register(vm: &Vm, function: &Value) -> PyResult<()> {
    if vm.type_of(function).slots.call.get().is_none() {
        return Err(vm.type_error("argument must be callable"));
    }
    registry(vm).search.borrow_mut().push(function.clone());
    Ok(())
}

/// `codecs.unregister(function)`.
pub fn unregister(vm: &Vm, function: &Value) {
    let registry = registry(vm);
    let mut search = registry.search.borrow_mut();
    let Some(index) = search.iter().position(|f| f.is(function)) else {
        return;
    };
    let gone = search.remove(index);
    drop(search);
    let codecs = std::mem::take(&mut *registry.codecs.borrow_mut());
    drop((gone, codecs));
}

/// `codecs.lookup(encoding)`: the codec's tuple.
///
/// # Errors
/// LookupError "unknown encoding: …"; what search functions raise.
pub fn lookup(vm: &Vm, encoding: &Ref<Str>) -> PyResult {
    let registry = registry(vm);
    let shown = encoding.to_string();
    if shown.contains('\0') {
        return Err(vm.value_error("embedded null character"));
    }
    let name: String = super::normalized(&shown);
    if let Some(found) = registry.codecs.borrow().get(&name) {
        return Ok(found.clone());
    }
    if !registry.loaded.replace(true) {
        let import = vm.hooks.get().import;
        if let Err(e) = import(vm, "encodings") {
            registry.loaded.set(false);
            if vm.exception_is(&vm.exc.import_error) {
                drop(vm.take_pending());
                return Err(
                    vm.raise_str(&vm.exc.lookup_error, format!("unknown encoding: {shown}"))
                );
            }
            return Err(e);
        }
    }
    let functions = registry.search.borrow().clone();
    let argument = vm.new_str(&name).into_value();
    for function in functions {
        let found = vm.call(&function, std::slice::from_ref(&argument))?;
        if found.is_none() {
            continue;
        }
        if found.downcast::<Tuple>().is_none_or(|t| t.len() != 4) {
            return Err(vm.type_error("codec search functions must return 4-tuples"));
        }
        registry.codecs.borrow_mut().insert(name, found.clone());
        return Ok(found);
    }
    Err(vm.raise_str(&vm.exc.lookup_error, format!("unknown encoding: {shown}")))
}

/// `codecs.register_error(name, handler)`.
///
/// # Errors
/// TypeError if it cannot be called.
pub fn register_error(vm: &Vm, name: &Ref<Str>, handler: &Value) -> PyResult<()> {
    if vm.type_of(handler).slots.call.get().is_none() {
        return Err(vm.type_error("handler must be callable"));
    }
    let old = registry(vm)
        .errors
        .borrow_mut()
        .insert(name.to_wtf8(), handler.clone());
    drop(old);
    Ok(())
}

/// Forgets a registered error handler; whether there was one.
///
/// # Errors
/// ValueError for the built-in ones.
pub fn unregister_error(vm: &Vm, name: &Ref<Str>) -> PyResult<bool> {
    if name.as_ascii().and_then(Handler::built_in).is_some() {
        return Err(vm.value_error(format!(
            "cannot un-register built-in error handler '{name}'"
        )));
    }
    let old = registry(vm).errors.borrow_mut().remove(&name.to_wtf8());
    Ok(old.is_some())
}

/// A built-in error handler as a function.
pub fn built_in_error(vm: &Vm, handler: &Handler) -> Value {
    let f = NativeFunction {
        def: handler_def(handler),
        this: None,
        module: None,
    };
    vm.heap.alloc(&vm.types.builtin_function, f).into_value()
}

/// Calls a built-in handler with an exception.
fn call_handler(vm: &Vm, handler: &Handler, args: Args<'_>) -> PyResult {
    let [exception] = args.values else {
        let n = args.values.len();
        return Err(vm.type_error(format!(
            "error handler takes exactly one argument ({n} given)"
        )));
    };
    super::errors::apply(vm, handler, exception)
}

macro_rules! handlers {
    ($($name:ident = $function:literal;)*) => {
        fn handler_def(handler: &Handler) -> &'static MethodDef {
            match handler {
                Handler::Strict | Handler::Other(_) => {
                    static DEF: MethodDef = MethodDef {
                        name: "strict_errors", doc: "", signature: "", kind: MethodKind::Function,
                        call: |vm, args| call_handler(vm, &Handler::Strict, args),
                    };
                    &DEF
                }
                $(Handler::$name => {
                    static DEF: MethodDef = MethodDef {
                        name: $function, doc: "", signature: "", kind: MethodKind::Function,
                        call: |vm, args| call_handler(vm, &Handler::$name, args),
                    };
                    &DEF
                })*
            }
        }
    };
}
handlers! {
    Ignore = "ignore_errors";
    Replace = "replace_errors";
    Backslash = "backslashreplace_errors";
    Xml = "xmlcharrefreplace_errors";
    Name = "namereplace_errors";
    SurrogateEscape = "surrogateescape";
    SurrogatePass = "surrogatepass";
}

/// A handler that the program registered; `None` for the built-in ones.
pub fn registered_error(vm: &Vm, name: &Ref<Str>) -> Option<Value> {
    registry(vm).errors.borrow().get(&name.to_wtf8()).cloned()
}

/// `codecs.lookup_error(name)` for registered names.
///
/// # Errors
/// LookupError "unknown error handler name …".
pub fn lookup_error(vm: &Vm, name: &Ref<Str>) -> PyResult {
    registered_error(vm, name).ok_or_else(|| {
        vm.raise_str(
            &vm.exc.lookup_error,
            format!("unknown error handler name '{name}'"),
        )
    })
}

/// Calls one half of a codec; its first result.
///
/// # Errors
/// What it raises; TypeError if it returns no pair.
pub fn call_codec(
    vm: &Vm,
    codec: &Value,
    half: usize,
    object: &Value,
    errors: Option<&Ref<Str>>,
) -> PyResult {
    let function = codec
        .downcast::<Tuple>()
        .and_then(|t| t.items().get(half))
        .cloned()
        .unwrap_or(Value::NONE);
    let mut args = vec![object.clone()];
    args.extend(errors.map(|e| e.to_value()));
    let result = vm.call(&function, &args)?;
    match result.downcast::<Tuple>().map(|t| t.items()) {
        Some([first, _]) => Ok(first.clone()),
        _ if half == 0 => Err(vm.type_error("encoder must return a tuple (object, integer)")),
        _ => Err(vm.type_error("decoder must return a tuple (object,integer)")),
    }
}

/// The codec of a text encoding.
fn lookup_text(vm: &Vm, encoding: &Ref<Str>, alternative: &str) -> PyResult {
    let codec = lookup(vm, encoding)?;
    if !codec.header().is_some_and(|h| h.ty().is(&vm.types.tuple))
        && let Some(text) = vm.getattr_opt(&codec, &vm.intern_str("_is_text_encoding"))?
        && !vm.is_true(&text)?
    {
        return Err(vm.raise_str(
            &vm.exc.lookup_error,
            format!(
                "'{encoding}' is not a text encoding; use {alternative} to handle arbitrary codecs"
            ),
        ));
    }
    Ok(codec)
}

/// `text.encode(encoding, errors)` by the registry.
///
/// # Errors
/// LookupError; what the codec raises; TypeError if it gives no bytes.
pub fn encode_text(
    vm: &Vm,
    text: &Ref<Str>,
    encoding: &Ref<Str>,
    errors: Option<&Ref<Str>>,
) -> PyResult {
    let codec = lookup_text(vm, encoding, "codecs.encode()")?;
    let result = call_codec(vm, &codec, 0, text.as_value(), errors)?;
    if result.downcast::<Bytes>().is_some() {
        return Ok(result);
    }
    if let Some(array) = result.downcast::<crate::bytes::ByteArray>() {
        return Ok(vm.new_bytes(array.with(|v| v.clone())).into_value());
    }
    let name = vm.type_name(&result);
    Err(vm.type_error(format!(
        "'{encoding}' encoder returned '{name}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

/// `data.decode(encoding, errors)` by the registry.
///
/// # Errors
/// LookupError; what the codec raises; TypeError if it gives no str.
pub fn decode_text(
    vm: &Vm,
    object: &Value,
    encoding: &Ref<Str>,
    errors: Option<&Ref<Str>>,
) -> PyResult<Ref<Str>> {
    let codec = lookup_text(vm, encoding, "codecs.decode()")?;
    let result = call_codec(vm, &codec, 1, object, errors)?;
    result.downcast_owned::<Str>().map_err(|r| {
        let name = vm.type_name(&r);
        vm.type_error(format!(
            "'{encoding}' decoder returned '{name}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
        ))
    })
}
