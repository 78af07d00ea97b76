//! Exception objects and the built-in exception types.

use std::cell::{Cell, RefCell};

use crate::header::{Ref, TypeRef};
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{Raised, Vm};

/// The payload of every exception. One layout serves all classes, so classes
/// may inherit from several built-in exceptions.
pub struct Exception {
    pub args: RefCell<Ref<Tuple>>,
    pub traceback: Cell<Option<Value>>,
    pub context: Cell<Option<Value>>,
    pub cause: Cell<Option<Value>>,
    pub suppress_context: Cell<bool>,
    /// Values of the class's own attributes (`errno`, `name`, `value` …), in the order of the class's table.
    pub fields: RefCell<Vec<Option<Value>>>,
}

/// A new reference to what a cell holds.
pub fn peek(cell: &Cell<Option<Value>>) -> Option<Value> {
    let value = cell.take();
    cell.set(value.clone());
    value
}

crate::payload!(
    Exception,
    gc,
    |this, visit| {
        visit(this.args.borrow().as_value());
        for cell in [&this.traceback, &this.context, &this.cause] {
            if let Some(value) = peek(cell) {
                visit(&value);
            }
        }
        this.fields.borrow().iter().flatten().for_each(visit);
    },
    clear | this | {
        let fields = std::mem::take(&mut *this.fields.borrow_mut());
        drop((
            this.traceback.take(),
            this.context.take(),
            this.cause.take(),
            fields,
        ));
    }
);

impl Exception {
    pub fn new(args: Ref<Tuple>) -> Self {
        Self {
            args: RefCell::new(args),
            traceback: Cell::new(None),
            context: Cell::new(None),
            cause: Cell::new(None),
            suppress_context: Cell::new(false),
            fields: RefCell::default(),
        }
    }
    /// One of the class's own attributes.
    pub fn field(&self, index: usize) -> Option<Value> {
        self.fields.borrow().get(index).cloned().flatten()
    }
    pub fn set_field(&self, index: usize, value: Option<Value>) {
        let mut fields = self.fields.borrow_mut();
        if fields.len() <= index {
            // What is not set needs no room: most exceptions have no fields set at all.
            if value.is_none() {
                return;
            }
            fields.resize_with(index + 1, || None);
        }
        let old = std::mem::replace(&mut fields[index], value);
        drop(fields);
        drop(old);
    }
}

macro_rules! exception_types {
    ($($field:ident $name:literal : $base:ident [$($attr:literal),*] $doc:literal;)*) => {
        /// The built-in exception types, `BaseException` first.
        pub struct ExceptionTypes { pub base_exception: TypeRef, $(pub $field: TypeRef),* }
        impl ExceptionTypes {
            /// All fields start as `placeholder` and are set while the interpreter is built.
            pub(crate) fn filled_with(placeholder: &TypeRef) -> Self {
                Self { base_exception: placeholder.clone(), $($field: placeholder.clone()),* }
            }
            /// Makes every type; `make` gets name, base and doc.
            pub(crate) fn build(&mut self, mut make: impl FnMut(&'static str, &TypeRef, &'static str) -> TypeRef) {
                $(self.$field = make($name, &self.$base, $doc);)*
            }
            /// Name and type of each, without aliases.
            pub fn all(&self) -> Vec<(&'static str, &TypeRef)> {
                vec![("BaseException", &self.base_exception), $(($name, &self.$field)),*]
            }
        }
        /// The attributes that each class adds, by class name: index in this list is index in [`Exception::fields`].
        pub const FIELDS: &[(&str, &[&str])] = &[$(($name, &[$($attr),*])),*];
    };
}

exception_types! {
    exception "Exception": base_exception [] "The base of all exceptions that programs are expected to handle.";
    base_exception_group "BaseExceptionGroup": base_exception ["message", "exceptions"] "Several unrelated exceptions raised together.";
    exception_group "ExceptionGroup": base_exception_group ["message", "exceptions"] "A group of Exception instances only.";
    generator_exit "GeneratorExit": base_exception [] "Asks a generator to finish.";
    keyboard_interrupt "KeyboardInterrupt": base_exception [] "The user interrupted the program.";
    system_exit "SystemExit": base_exception ["code"] "Asks the interpreter to exit.";
    arithmetic_error "ArithmeticError": exception [] "The base of arithmetic errors.";
    floating_point_error "FloatingPointError": arithmetic_error [] "A floating-point operation failed.";
    overflow_error "OverflowError": arithmetic_error [] "A result is too large to be represented.";
    zero_division_error "ZeroDivisionError": arithmetic_error [] "Division or modulo by zero.";
    assertion_error "AssertionError": exception [] "An assert statement failed.";
    attribute_error "AttributeError": exception ["name", "obj"] "An attribute was not found or could not be set.";
    buffer_error "BufferError": exception [] "A buffer operation could not be done.";
    eof_error "EOFError": exception [] "Input ended where more was expected.";
    import_error "ImportError": exception ["msg", "name", "path", "name_from"] "A module or a name in it could not be imported.";
    module_not_found_error "ModuleNotFoundError": import_error ["msg", "name", "path", "name_from"] "A module was not found.";
    lookup_error "LookupError": exception [] "The base of failed lookups.";
    index_error "IndexError": lookup_error [] "A sequence index is out of range.";
    key_error "KeyError": lookup_error [] "A mapping key was not found.";
    memory_error "MemoryError": exception [] "Memory ran out.";
    name_error "NameError": exception ["name"] "A name was not found.";
    unbound_local_error "UnboundLocalError": name_error ["name"] "A local variable was used before it was assigned.";
    os_error "OSError": exception ["errno", "strerror", "filename", "filename2", "characters_written"] "An operation of the operating system failed.";
    blocking_io_error "BlockingIOError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The operation would block.";
    child_process_error "ChildProcessError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "An operation on a child process failed.";
    connection_error "ConnectionError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The base of connection problems.";
    broken_pipe_error "BrokenPipeError": connection_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The other end of a pipe is closed.";
    connection_aborted_error "ConnectionAbortedError": connection_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The peer aborted the connection.";
    connection_refused_error "ConnectionRefusedError": connection_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The peer refused the connection.";
    connection_reset_error "ConnectionResetError": connection_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The peer reset the connection.";
    file_exists_error "FileExistsError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The file already exists.";
    file_not_found_error "FileNotFoundError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The file does not exist.";
    interrupted_error "InterruptedError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "A signal interrupted a call.";
    is_a_directory_error "IsADirectoryError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "A file operation was asked for on a directory.";
    not_a_directory_error "NotADirectoryError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "A directory operation was asked for on something else.";
    permission_error "PermissionError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "Access rights do not suffice.";
    process_lookup_error "ProcessLookupError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "The process does not exist.";
    timeout_error "TimeoutError": os_error ["errno", "strerror", "filename", "filename2", "characters_written"] "A system call timed out.";
    reference_error "ReferenceError": exception [] "A weak proxy's object is gone.";
    runtime_error "RuntimeError": exception [] "An error that fits no other category.";
    not_implemented_error "NotImplementedError": runtime_error [] "Something is not implemented.";
    python_finalization_error "PythonFinalizationError": runtime_error [] "The interpreter is shutting down.";
    recursion_error "RecursionError": runtime_error [] "The recursion limit was exceeded.";
    stop_async_iteration "StopAsyncIteration": exception [] "An asynchronous iterator is exhausted.";
    stop_iteration "StopIteration": exception ["value"] "An iterator is exhausted.";
    syntax_error "SyntaxError": exception ["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line", "_metadata"] "The source is not valid Python.";
    indentation_error "IndentationError": syntax_error ["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line", "_metadata"] "The indentation is not valid.";
    tab_error "TabError": indentation_error ["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line", "_metadata"] "Tabs and spaces are mixed inconsistently.";
    incomplete_input_error "_IncompleteInputError": syntax_error ["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line", "_metadata"] "The source ends too early.";
    system_error "SystemError": exception [] "An internal error of the interpreter.";
    type_error "TypeError": exception [] "An operand or argument has the wrong type.";
    value_error "ValueError": exception [] "An argument has the right type but a wrong value.";
    unicode_error "UnicodeError": value_error [] "The base of Unicode errors.";
    unicode_decode_error "UnicodeDecodeError": unicode_error ["encoding", "object", "start", "end", "reason"] "Bytes could not be decoded.";
    unicode_encode_error "UnicodeEncodeError": unicode_error ["encoding", "object", "start", "end", "reason"] "Text could not be encoded.";
    unicode_translate_error "UnicodeTranslateError": unicode_error ["encoding", "object", "start", "end", "reason"] "Text could not be translated.";
    warning "Warning": exception [] "The base of warnings.";
    bytes_warning "BytesWarning": warning [] "A doubtful use of bytes.";
    deprecation_warning "DeprecationWarning": warning [] "A deprecated feature, for developers.";
    encoding_warning "EncodingWarning": warning [] "A default encoding was used.";
    future_warning "FutureWarning": warning [] "A deprecated feature, for users.";
    import_warning "ImportWarning": warning [] "A probable mistake in an import.";
    pending_deprecation_warning "PendingDeprecationWarning": warning [] "A feature that will be deprecated.";
    resource_warning "ResourceWarning": warning [] "A resource was not released.";
    runtime_warning "RuntimeWarning": warning [] "Doubtful behaviour at run time.";
    syntax_warning "SyntaxWarning": warning [] "Doubtful syntax.";
    unicode_warning "UnicodeWarning": warning [] "A Unicode problem.";
    user_warning "UserWarning": warning [] "A warning made by user code.";
}

/// The attributes that a built-in exception class has in [`Exception::fields`].
pub fn field_names(ty: &TypeRef) -> &'static [&'static str] {
    let name = ty.name.borrow();
    FIELDS
        .iter()
        .find(|(n, _)| name.is_str(n))
        .map_or(&[], |(_, fields)| fields)
}

/// Whether a built-in exception class has other fields than its base, so that it cannot be mixed with a sibling that has.
pub fn adds_fields(ty: &TypeRef, base: &TypeRef) -> bool {
    use crate::header::Payload;
    !ty.has(crate::ty::TypeFlags::HEAP)
        && std::ptr::eq(ty.vtable, Exception::vtable())
        && field_names(ty) != field_names(base)
}

/// Makes an instance of a built-in exception type with these arguments.
pub fn new_exception(vm: &Vm, ty: &TypeRef, args: &[Value]) -> Value {
    let args = vm.tuple_from_slice(args);
    let e = crate::object::alloc_instance(vm, ty, Exception::new(args.clone()));
    crate::exception_types::init_fields(vm, &e, &args);
    e.into_value()
}

/// Raises an instance of a built-in exception type.
#[cold]
pub fn raise_new(vm: &Vm, ty: &TypeRef, args: &[Value]) -> Raised {
    let e = new_exception(vm, ty, args);
    vm.raise(e)
}

/// Sets `__context__` of a newly raised exception to the handled one, breaking cycles as CPython does.
pub fn set_context(vm: &Vm, exception: &Value) {
    let Some(handled) = vm.handled() else { return };
    if handled.is(exception) {
        return;
    }
    let Some(e) = exception.downcast::<Exception>() else {
        return;
    };
    // Cut the chain where it would come back to `exception` (Floyd's check for existing cycles).
    let mut current = handled.clone();
    let mut slow = handled.clone();
    let mut odd = false;
    while let Some(c) = current.downcast::<Exception>() {
        let Some(next) = peek(&c.context) else { break };
        if next.is(exception) {
            drop(c.context.take());
            break;
        }
        current = next;
        if odd {
            let Some(next_slow) = slow.downcast::<Exception>().and_then(|s| peek(&s.context))
            else {
                break;
            };
            slow = next_slow;
            if slow.is(&current) {
                break;
            }
        }
        odd = !odd;
    }
    drop(e.context.replace(Some(handled)));
}

impl Vm {
    /// StopIteration for an iterator that just ended, with the value that it returned.
    #[cold]
    pub fn raise_stop_iteration(&self, iterator: &Value) -> Raised {
        let value = self.take_stop_value(iterator);
        if value.is_none() {
            return raise_new(self, &self.exc.stop_iteration, &[]);
        }
        raise_new(self, &self.exc.stop_iteration, std::slice::from_ref(&value))
    }
}
