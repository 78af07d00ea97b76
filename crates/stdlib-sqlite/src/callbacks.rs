//! Python code that SQLite calls: functions, aggregates, collations, and the hooks of a connection.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;

use libsqlite3_sys as ffi;
use taipan_object::bytes_ops::arg::bytes_like_opt;
use taipan_object::{PyResult, Raised, Value, Vm};

use crate::convert::{outgoing, text_value};
use crate::raw::{Datum, Db, SQLITE_OK, current, datum};
use crate::state::shows_tracebacks;

/// What SQLite keeps for a callback.
struct Context {
    callable: Value,
}

fn boxed(callable: &Value) -> *mut c_void {
    Box::into_raw(Box::new(Context {
        callable: callable.clone(),
    }))
    .cast()
}

/// # Safety
/// Made by [`boxed`] and not used afterwards.
unsafe extern "C" fn destroy(context: *mut c_void) {
    if !context.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(context.cast::<Context>()) });
    }
}

/// The callable of a context.
///
/// # Safety
/// Made by [`boxed`] and alive.
unsafe fn callable(context: *mut c_void) -> Value {
    // SAFETY: the caller's promise.
    unsafe { (*context.cast::<Context>()).callable.clone() }
}

/// Reports what a callback raised, or forgets it.
fn report(vm: &Vm, raised: Raised, callable: &Value) {
    let exception = vm.take_exception(raised);
    if shows_tracebacks(vm) {
        let text = match vm.repr(callable) {
            Ok(text) => format!("Exception ignored on sqlite3 callback {text}"),
            Err(_) => "Exception ignored on sqlite3 callback".to_owned(),
        };
        (vm.hooks.get().unraisable)(vm, exception, &text, None);
    }
}

/// Fails a function with a message, or with what the exception stands for.
///
/// # Safety
/// A context of a function that is being called, here and below.
unsafe fn fail(
    vm: &Vm,
    context: *mut ffi::sqlite3_context,
    raised: Raised,
    message: &CStr,
    callable: &Value,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if vm.exception_is(&vm.exc.memory_error) {
            ffi::sqlite3_result_error_nomem(context);
        } else if vm.exception_is(&vm.exc.overflow_error) {
            ffi::sqlite3_result_error_toobig(context);
        } else {
            ffi::sqlite3_result_error(context, message.as_ptr(), -1);
        }
    }
    report(vm, raised, callable);
}

unsafe fn arguments(
    vm: &Vm,
    n: c_int,
    values: *mut *mut ffi::sqlite3_value,
) -> PyResult<Vec<Value>> {
    (0..n.max(0) as usize)
        .map(|i| {
            // SAFETY: there are `n` values.
            let value = unsafe { datum(*values.add(i)) };
            match value {
                Datum::Text(t) => text_value(vm, t),
                other => Ok(outgoing(vm, &other)),
            }
        })
        .collect()
}

/// Hands a result to SQLite; `false` if it is of no known type.
unsafe fn result(vm: &Vm, context: *mut ffi::sqlite3_context, value: &Value) -> PyResult<bool> {
    // SAFETY: texts and blobs are copied.
    unsafe {
        if value.is_none() {
            ffi::sqlite3_result_null(context);
        } else if let Some(n) = value.as_int() {
            match n.to_i64() {
                Some(n) => ffi::sqlite3_result_int64(context, n),
                None => return Err(crate::convert::too_large(vm)),
            }
        } else if let Some(x) = value.as_float() {
            ffi::sqlite3_result_double(context, x);
        } else if let Some(text) = value.downcast::<taipan_object::str::Str>() {
            let bytes = crate::convert::utf8(vm, text)?;
            ffi::sqlite3_result_text64(
                context,
                bytes.as_ptr().cast(),
                bytes.len() as u64,
                ffi::SQLITE_TRANSIENT(),
                ffi::SQLITE_UTF8 as u8,
            );
        } else if let Some(bytes) = bytes_like_opt(vm, value)? {
            ffi::sqlite3_result_blob64(
                context,
                bytes.as_ptr().cast(),
                bytes.len() as u64,
                ffi::SQLITE_TRANSIENT(),
            );
        } else {
            return Ok(false);
        }
    }
    Ok(true)
}

const FUNCTION_FAILED: &CStr = c"user-defined function raised exception";

unsafe extern "C" fn call_function(
    context: *mut ffi::sqlite3_context,
    n: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite calls with what it was given for the function.
    unsafe {
        let Some(vm) = current() else {
            return ffi::sqlite3_result_error(context, FUNCTION_FAILED.as_ptr(), -1);
        };
        let function = callable(ffi::sqlite3_user_data(context));
        let outcome = arguments(vm, n, values)
            .and_then(|args| vm.call(&function, &args))
            .and_then(|value| result(vm, context, &value));
        match outcome {
            Ok(true) => {}
            Ok(false) => ffi::sqlite3_result_error(context, FUNCTION_FAILED.as_ptr(), -1),
            Err(raised) => fail(vm, context, raised, FUNCTION_FAILED, &function),
        }
    }
}

/// The place of an aggregate's instance: null before the first row.
unsafe fn instance(context: *mut ffi::sqlite3_context) -> *mut *mut Value {
    // SAFETY: SQLite keeps zeroed room for a pointer until the aggregate ends.
    unsafe { ffi::sqlite3_aggregate_context(context, size_of::<*mut Value>() as c_int).cast() }
}

unsafe fn call_row(
    context: *mut ffi::sqlite3_context,
    n: c_int,
    values: *mut *mut ffi::sqlite3_value,
    method: &str,
    message: &CStr,
) {
    // SAFETY: as above.
    unsafe {
        let Some(vm) = current() else {
            return ffi::sqlite3_result_error(context, message.as_ptr(), -1);
        };
        let class = callable(ffi::sqlite3_user_data(context));
        let place = instance(context);
        if place.is_null() {
            return ffi::sqlite3_result_error_nomem(context);
        }
        if (*place).is_null() {
            match vm.call(&class, &[]) {
                Ok(made) => *place = Box::into_raw(Box::new(made)),
                Err(raised) => {
                    let message = c"user-defined aggregate's '__init__' method raised error";
                    return fail(vm, context, raised, message, &class);
                }
            }
        }
        let object = (**place).clone();
        let outcome = vm.getattr(&object, &vm.intern_str(method)).and_then(|f| {
            let args = arguments(vm, n, values)?;
            vm.call(&f, &args)
        });
        if let Err(raised) = outcome {
            fail(vm, context, raised, message, &class);
        }
    }
}

unsafe extern "C" fn call_step(
    context: *mut ffi::sqlite3_context,
    n: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    let message = c"user-defined aggregate's 'step' method raised error";
    // SAFETY: as above.
    unsafe { call_row(context, n, values, "step", message) }
}

unsafe extern "C" fn call_inverse(
    context: *mut ffi::sqlite3_context,
    n: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    let message = c"user-defined aggregate's 'inverse' method raised error";
    // SAFETY: as above.
    unsafe { call_row(context, n, values, "inverse", message) }
}

unsafe fn call_result(
    vm: &Vm,
    context: *mut ffi::sqlite3_context,
    object: &Value,
    method: &str,
    messages: (&CStr, &CStr),
) {
    // SAFETY: as above.
    unsafe {
        let class = callable(ffi::sqlite3_user_data(context));
        let function = match vm.getattr(object, &vm.intern_str(method)) {
            Ok(function) => function,
            Err(raised) => {
                let missing = vm.exception_is(&vm.exc.attribute_error);
                let message = if missing { messages.1 } else { messages.0 };
                return fail(vm, context, raised, message, &class);
            }
        };
        let outcome = vm
            .call(&function, &[])
            .and_then(|v| result(vm, context, &v));
        match outcome {
            Ok(true) => {}
            Ok(false) => ffi::sqlite3_result_error(context, messages.0.as_ptr(), -1),
            Err(raised) => fail(vm, context, raised, messages.0, &class),
        }
    }
}

unsafe extern "C" fn call_value(context: *mut ffi::sqlite3_context) {
    // SAFETY: as above.
    unsafe {
        let place = instance(context);
        let (Some(vm), false) = (current(), place.is_null() || (*place).is_null()) else {
            return;
        };
        let object = (**place).clone();
        let messages = (
            c"user-defined aggregate's 'value' method raised error",
            c"user-defined aggregate's 'value' method not defined",
        );
        call_result(vm, context, &object, "value", messages);
    }
}

unsafe extern "C" fn call_finalize(context: *mut ffi::sqlite3_context) {
    // SAFETY: as above; without rows there is no room.
    unsafe {
        let place: *mut *mut Value = ffi::sqlite3_aggregate_context(context, 0).cast();
        if place.is_null() || (*place).is_null() {
            return;
        }
        let object = *Box::from_raw(std::mem::replace(&mut *place, ptr::null_mut()));
        let Some(vm) = current() else {
            return;
        };
        // An error that is under way stays the error.
        let pending = vm.take_pending();
        let messages = (
            c"user-defined aggregate's 'finalize' method raised error",
            c"user-defined aggregate's 'finalize' method not defined",
        );
        call_result(vm, context, &object, "finalize", messages);
        if let Some(exception) = pending {
            let _ = vm.restore(exception);
        }
    }
}

impl Db {
    /// Makes a function of SQL, or removes it.
    pub fn function(
        &self,
        name: &CStr,
        n: i32,
        function: Option<&Value>,
        deterministic: bool,
    ) -> i32 {
        self.hooked.set(true);
        let flags = ffi::SQLITE_UTF8
            | if deterministic {
                ffi::SQLITE_DETERMINISTIC
            } else {
                0
            };
        // SAFETY: SQLite destroys the context when it is replaced or the database ends.
        unsafe {
            match function {
                None => ffi::sqlite3_create_function_v2(
                    self.raw(),
                    name.as_ptr(),
                    n,
                    flags,
                    ptr::null_mut(),
                    None,
                    None,
                    None,
                    None,
                ),
                Some(f) => ffi::sqlite3_create_function_v2(
                    self.raw(),
                    name.as_ptr(),
                    n,
                    flags,
                    boxed(f),
                    Some(call_function),
                    None,
                    None,
                    Some(destroy),
                ),
            }
        }
    }
    /// Makes an aggregate of SQL, which may be used over windows, or removes it.
    pub fn aggregate(&self, name: &CStr, n: i32, class: Option<&Value>, window: bool) -> i32 {
        self.hooked.set(true);
        // SAFETY: as above.
        unsafe {
            match class {
                None => ffi::sqlite3_create_function_v2(
                    self.raw(),
                    name.as_ptr(),
                    n,
                    ffi::SQLITE_UTF8,
                    ptr::null_mut(),
                    None,
                    None,
                    None,
                    None,
                ),
                Some(class) if window => ffi::sqlite3_create_window_function(
                    self.raw(),
                    name.as_ptr(),
                    n,
                    ffi::SQLITE_UTF8,
                    boxed(class),
                    Some(call_step),
                    Some(call_finalize),
                    Some(call_value),
                    Some(call_inverse),
                    Some(destroy),
                ),
                Some(class) => ffi::sqlite3_create_function_v2(
                    self.raw(),
                    name.as_ptr(),
                    n,
                    ffi::SQLITE_UTF8,
                    boxed(class),
                    None,
                    Some(call_step),
                    Some(call_finalize),
                    Some(destroy),
                ),
            }
        }
    }
    /// Makes an order of texts, or removes it.
    pub fn collation(&self, name: &CStr, function: Option<&Value>) -> i32 {
        self.hooked.set(true);
        // SAFETY: as above; on failure SQLite does not destroy the context of a collation.
        unsafe {
            let context = function.map_or(ptr::null_mut(), boxed);
            let compare: Option<Compare> = function.map(|_| call_collation as Compare);
            let code = ffi::sqlite3_create_collation_v2(
                self.raw(),
                name.as_ptr(),
                ffi::SQLITE_UTF8,
                context,
                compare,
                Some(destroy),
            );
            if code != SQLITE_OK {
                destroy(context);
            }
            code
        }
    }
    /// Sets who is asked whether statements are allowed.
    pub fn authorizer(&self, hook: &Hook) -> i32 {
        self.hooked.set(true);
        // SAFETY: the hook outlives its use: see `Hook`.
        unsafe {
            match hook.get() {
                Some(context) => {
                    ffi::sqlite3_set_authorizer(self.raw(), Some(call_authorizer), context)
                }
                None => ffi::sqlite3_set_authorizer(self.raw(), None, ptr::null_mut()),
            }
        }
    }
    /// Sets who is called after each so many steps of the machine.
    pub fn progress(&self, hook: &Hook, n: i32) {
        self.hooked.set(true);
        // SAFETY: as above.
        unsafe {
            match hook.get() {
                Some(context) => {
                    ffi::sqlite3_progress_handler(self.raw(), n, Some(call_progress), context);
                }
                None => ffi::sqlite3_progress_handler(self.raw(), 0, None, ptr::null_mut()),
            }
        }
    }
    /// Sets who is told of each statement that runs.
    pub fn trace(&self, hook: &Hook) {
        self.hooked.set(true);
        // SAFETY: as above.
        unsafe {
            match hook.get() {
                Some(context) => ffi::sqlite3_trace_v2(
                    self.raw(),
                    ffi::SQLITE_TRACE_STMT as c_uint,
                    Some(call_trace),
                    context,
                ),
                None => ffi::sqlite3_trace_v2(self.raw(), 0, None, ptr::null_mut()),
            };
        }
    }
}

/// A callback that SQLite does not own. It must be kept until another one is set or the database is closed.
#[derive(Default)]
pub struct Hook(Option<Box<Context>>);

impl Hook {
    pub fn new(function: Option<&Value>) -> Hook {
        Hook(function.map(|f| {
            Box::new(Context {
                callable: f.clone(),
            })
        }))
    }
    fn get(&self) -> Option<*mut c_void> {
        let context = self.0.as_deref()?;
        Some(ptr::from_ref(context).cast_mut().cast())
    }
    /// For `payload!`.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        self.0.iter().for_each(|c| visit(&c.callable));
    }
}

type Compare =
    unsafe extern "C" fn(*mut c_void, c_int, *const c_void, c_int, *const c_void) -> c_int;

unsafe extern "C" fn call_collation(
    context: *mut c_void,
    n1: c_int,
    a: *const c_void,
    n2: c_int,
    b: *const c_void,
) -> c_int {
    let Some(vm) = current() else {
        return 0;
    };
    // SAFETY: SQLite calls with two texts and the context of the collation.
    let (function, a, b) = unsafe {
        let text = |p: *const c_void, n: c_int| {
            if n <= 0 || p.is_null() {
                &[][..]
            } else {
                std::slice::from_raw_parts(p.cast::<u8>(), n as usize)
            }
        };
        (callable(context), text(a, n1), text(b, n2))
    };
    if vm.has_pending() {
        return 0;
    }
    let outcome = text_value(vm, a).and_then(|a| {
        let order = vm.call(&function, &[a, text_value(vm, b)?])?;
        let order = vm.index(&order)?;
        let zero = vm.new_int(0);
        if vm.compare_bool(&order, &zero, taipan_object::slots::CmpOp::Gt)? {
            return Ok(1);
        }
        let less = vm.compare_bool(&order, &zero, taipan_object::slots::CmpOp::Lt)?;
        Ok(-c_int::from(less))
    });
    match outcome {
        Ok(order) => order,
        Err(raised) => {
            report(vm, raised, &function);
            0
        }
    }
}

unsafe extern "C" fn call_authorizer(
    context: *mut c_void,
    action: c_int,
    a: *const c_char,
    b: *const c_char,
    database: *const c_char,
    source: *const c_char,
) -> c_int {
    let Some(vm) = current() else {
        return ffi::SQLITE_DENY;
    };
    // SAFETY: the texts are null or end with a zero byte; the context is the hook's.
    let (function, args) = unsafe {
        let text = |p| match crate::raw::owned(p) {
            Some(text) => vm.new_str(&text).into_value(),
            None => Value::NONE,
        };
        let args = [
            vm.new_int(i64::from(action)),
            text(a),
            text(b),
            text(database),
            text(source),
        ];
        (callable(context), args)
    };
    let outcome = vm.call(&function, &args).and_then(|answer| {
        if answer.as_int().is_some() {
            Ok(vm
                .index_i64(&answer)?
                .try_into()
                .unwrap_or(ffi::SQLITE_DENY))
        } else {
            Ok(ffi::SQLITE_DENY)
        }
    });
    match outcome {
        Ok(answer) => answer,
        Err(raised) => {
            report(vm, raised, &function);
            ffi::SQLITE_DENY
        }
    }
}

unsafe extern "C" fn call_progress(context: *mut c_void) -> c_int {
    let Some(vm) = current() else {
        return 0;
    };
    // SAFETY: the context is the hook's.
    let function = unsafe { callable(context) };
    match vm.call(&function, &[]).and_then(|v| vm.is_true(&v)) {
        Ok(stop) => c_int::from(stop),
        Err(raised) => {
            report(vm, raised, &function);
            1
        }
    }
}

unsafe extern "C" fn call_trace(
    kind: c_uint,
    context: *mut c_void,
    statement: *mut c_void,
    text: *mut c_void,
) -> c_int {
    if kind != ffi::SQLITE_TRACE_STMT as c_uint {
        return 0;
    }
    let Some(vm) = current() else {
        return 0;
    };
    // SAFETY: SQLite gives a live statement and its text; the expanded text is ours to free.
    let (function, sql) = unsafe {
        let expanded = ffi::sqlite3_expanded_sql(statement.cast());
        let mut sql = crate::raw::owned(expanded);
        ffi::sqlite3_free(expanded.cast());
        let plain = crate::raw::owned(ffi::sqlite3_sql(statement.cast()));
        // The inner statements of triggers come as comments.
        let given = crate::raw::owned(text.cast::<c_char>().cast_const());
        if let Some(given) = given.filter(|t| t.starts_with("--")) {
            sql = Some(given);
        }
        let function = callable(context);
        if sql.is_none() {
            let message = "Expanded SQL string exceeds the maximum string length";
            let raised = vm.raise_str(&crate::errors::class(vm, "DataError"), message);
            report(vm, raised, &function);
        }
        (function, sql.or(plain).unwrap_or_default())
    };
    if let Err(raised) = vm.call(&function, &[vm.new_str(&sql).into_value()]) {
        report(vm, raised, &function);
    }
    0
}
