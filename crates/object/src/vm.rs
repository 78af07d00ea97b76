//! [`Vm`]: one thread's view of an interpreter, passed to everything that may
//! run Python code, and [`Interp`], what its threads share.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::AtomicU32;

use crate::dict::Dict;
use crate::exceptions::ExceptionTypes;
use crate::header::{Payload, Ref, TypeRef};
use crate::heap::Heap;
use crate::names::Names;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::types::Types;
use crate::value::Value;

/// An exception has been raised; it stands in the thread state ([`Vm::take_exception`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Raised(());

impl Raised {
    /// Only where the thread state has a pending exception: use [`Vm::raise`].
    pub(crate) const fn token() -> Raised {
        Raised(())
    }
    /// For code that is told by a machine word, not a `Result`, that an exception is pending.
    ///
    /// # Safety
    /// The thread state has a pending exception.
    pub const unsafe fn assume_pending() -> Raised {
        Raised(())
    }
}

/// Result of anything that may raise; for values it is one word.
pub type PyResult<T = Value> = Result<T, Raised>;
const _: () = assert!(size_of::<PyResult<Value>>() == 8);

/// The arguments of a call: positional values, then the values of keyword
/// arguments whose names `keywords` holds (vectorcall, PEP 590).
#[derive(Clone, Copy)]
pub struct Args<'a> {
    pub values: &'a [Value],
    pub keywords: Option<&'a Ref<Tuple>>,
}

impl<'a> Args<'a> {
    pub const EMPTY: Args<'static> = Args {
        values: &[],
        keywords: None,
    };

    #[inline(always)]
    pub fn positional_only(values: &'a [Value]) -> Self {
        Self {
            values,
            keywords: None,
        }
    }
    #[inline]
    pub fn keyword_count(&self) -> usize {
        self.keywords.map_or(0, |k| k.len())
    }
    /// The positional arguments.
    #[inline]
    pub fn positional(&self) -> &'a [Value] {
        &self.values[..self.values.len() - self.keyword_count()]
    }
    /// Names (str objects) and values of the keyword arguments.
    pub fn keyword_args(&self) -> impl ExactSizeIterator<Item = (&'a Value, &'a Value)> {
        let names: &'a [Value] = self.keywords.map_or(&[], |k| k.items());
        names
            .iter()
            .zip(&self.values[self.values.len() - names.len()..])
    }
    /// Without the first positional argument (`self`).
    pub fn skip_first(&self) -> Args<'a> {
        Args {
            values: &self.values[1..],
            keywords: self.keywords,
        }
    }
}

/// Reasons to leave the fast path at the next poll: bits of [`Vm::breaker`].
pub mod breaker {
    pub const SIGNAL: u32 = 1;
    pub const GIL_REQUEST: u32 = 2;
    pub const COLLECT: u32 = 4;
    pub const PENDING_CALL: u32 = 8;
    pub const ASYNC_EXC: u32 = 16;
    pub const FINALIZERS: u32 = 32;
    pub const TRACING: u32 = 64;
    pub const JIT: u32 = 128;
}

/// One thread that runs Python code, as seen by everything below the machine.
///
/// Neither `Send` nor `Sync`. Dereferences to [`Interp`].
pub struct Vm {
    interp: *const Interp,
    /// Bits of [`breaker`]; other threads may set them.
    pub breaker: AtomicU32,
    exception: Cell<Option<Value>>,
    /// The exceptions being handled: this thread's own item, and the innermost one.
    /// Each running generator adds an item (CPython's `exc_info` stack).
    base_item: ExcItem,
    pub handled_top: Cell<*const ExcItem>,
    /// Lowest stack address that native code may reach.
    pub stack_limit: Cell<usize>,
    /// Python-level recursion: calls in progress and `sys.setrecursionlimit`.
    pub recursion_depth: Cell<u32>,
    pub recursion_limit: Cell<u32>,
    /// The machine's own state of this thread (frames, register stack).
    pub machine: Cell<*mut ()>,
    /// Containers whose `repr` is in progress in this thread (by id).
    pub(crate) repr_stack: RefCell<Vec<u64>>,
    pub thread_id: Cell<u64>,
    /// What the iterator with this id returned when it ended (`StopIteration.value`).
    stop_value: Cell<Option<(u64, Value)>>,
}

/// The exception that one body of code (with all it calls) is handling.
pub struct ExcItem {
    pub value: Cell<Option<Value>>,
    pub previous: Cell<*const ExcItem>,
}

impl Default for ExcItem {
    fn default() -> Self {
        Self {
            value: Cell::new(None),
            previous: Cell::new(std::ptr::null()),
        }
    }
}

/// What the machine (crate `vm`) does for this crate.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Adds the current frame's traceback entries to a fresh exception? The machine does so while it unwinds; this hook
    /// only gives the innermost frame's globals, for warnings and imports.
    pub current_globals: fn(&Vm) -> Option<Ref<Dict>>,
    pub current_locals: fn(&Vm) -> PyResult<Value>,
    /// Issues a warning: category, message, stack level.
    pub warn: fn(&Vm, &TypeRef, &str, usize) -> PyResult<()>,
    /// Reports an exception that cannot propagate (`sys.unraisablehook`): message, object.
    pub unraisable: fn(&Vm, Value, &str, Option<&Value>),
    /// Imports a module by dotted name and returns that module.
    pub import: fn(&Vm, &str) -> PyResult<Value>,
    /// A type's attributes changed: caches and compiled code that rely on it must go.
    pub type_changed: fn(&Vm, &TypeRef),
    /// A watched dict entry (global or class attribute) changed.
    pub dict_watch: fn(&Vm, &Ref<Dict>, &Value),
    /// What `super()` without arguments uses: the class of the running method (its `__class__` cell) and its first argument.
    pub super_args: fn(&Vm) -> PyResult<(TypeRef, Value)>,
    /// Polls the eval breaker from a long native loop.
    pub poll: fn(&Vm) -> PyResult<()>,
}

impl Hooks {
    /// Hooks for when there is no machine (tests of this crate).
    pub const NONE: Hooks = Hooks {
        current_globals: |_| None,
        current_locals: |_| Ok(Value::NONE),
        warn: |_, _, _, _| Ok(()),
        unraisable: |_, _, _, _| {},
        import: |vm, name| {
            Err(vm.raise_str(&vm.exc.import_error, format!("no machine to import {name}")))
        },
        type_changed: |_, _| {},
        dict_watch: |_, _, _| {},
        super_args: |vm| Err(vm.runtime_error("super(): no arguments")),
        poll: |_| Ok(()),
    };
}

/// An interpreter: all objects and what its threads share.
pub struct Interp {
    pub types: Types,
    pub exc: ExceptionTypes,
    pub names: Names,
    /// Interned strings by text.
    pub(crate) interned: crate::intern::InternTable,
    /// Types of native classes of modules, by payload.
    pub(crate) native_types: RefCell<HashMap<usize, TypeRef, crate::util::PtrHash>>,
    pub builtins: Ref<Dict>,
    /// `sys.modules`.
    pub modules: Ref<Dict>,
    pub empty_tuple: Ref<Tuple>,
    pub empty_str: Ref<Str>,
    /// Strings of one Latin-1 character.
    pub(crate) chars: Vec<Ref<Str>>,
    pub empty_bytes: Value,
    pub hooks: Cell<Hooks>,
    /// Keys of SipHash for str and bytes (`PYTHONHASHSEED`).
    pub hash_secret: (u64, u64),
    pub next_type_version: Cell<u64>,
    pub(crate) lookup_cache: crate::lookup_cache::LookupCache,
    /// `sys.set_int_max_str_digits`; 0: no limit.
    pub int_max_str_digits: Cell<u32>,
    /// `-b`: warn when bytes are taken for text.
    pub bytes_warning: Cell<bool>,
    /// State of native modules, by module name.
    pub module_state:
        RefCell<HashMap<&'static str, std::rc::Rc<dyn std::any::Any>, crate::util::PtrHash>>,
    /// Which dunders decide about which slots.
    pub(crate) dunders: std::cell::OnceCell<crate::slot_update::DunderTable>,
    /// Last, so that it is dropped after everything that owns objects in it.
    pub heap: Heap,
}

impl Deref for Vm {
    type Target = Interp;
    #[inline(always)]
    fn deref(&self) -> &Interp {
        // SAFETY: the interpreter outlives its threads.
        unsafe { &*self.interp }
    }
}

impl Vm {
    /// A thread state for an interpreter.
    ///
    /// # Safety
    /// `interp` outlives the `Vm`, and its lock is held while the `Vm` is used.
    pub unsafe fn new(interp: *const Interp) -> Vm {
        Vm {
            interp,
            breaker: AtomicU32::new(0),
            exception: Cell::new(None),
            base_item: ExcItem::default(),
            handled_top: Cell::new(std::ptr::null()),
            stack_limit: Cell::new(0),
            recursion_depth: Cell::new(0),
            recursion_limit: Cell::new(1000),
            machine: Cell::new(std::ptr::null_mut()),
            repr_stack: RefCell::default(),
            thread_id: Cell::new(0),
            stop_value: Cell::new(None),
        }
    }

    // ---- exceptions

    /// The innermost item of handled exceptions.
    #[inline]
    pub fn handled_item(&self) -> &ExcItem {
        let top = self.handled_top.get();
        // SAFETY: items are taken off the stack before they die.
        if top.is_null() {
            &self.base_item
        } else {
            unsafe { &*top }
        }
    }
    /// The exception being handled (`sys.exception()`).
    pub fn handled(&self) -> Option<Value> {
        let mut item = self.handled_item();
        loop {
            if let Some(e) = crate::exceptions::peek(&item.value).filter(|e| !e.is_none()) {
                return Some(e);
            }
            if std::ptr::eq(item, &self.base_item) {
                return None;
            }
            let previous = item.previous.get();
            // SAFETY: as above.
            item = if previous.is_null() {
                &self.base_item
            } else {
                unsafe { &*previous }
            };
        }
    }

    /// Makes `exception` (an instance) the pending one. Sets `__context__` from the handled exception.
    #[cold]
    pub fn raise(&self, exception: Value) -> Raised {
        crate::exceptions::set_context(self, &exception);
        self.exception.set(Some(exception));
        Raised::token()
    }
    /// Makes `exception` pending as it is, without touching its context.
    pub fn restore(&self, exception: Value) -> Raised {
        self.exception.set(Some(exception));
        Raised::token()
    }
    /// Takes the pending exception.
    pub fn take_exception(&self, _: Raised) -> Value {
        self.exception.take().unwrap_or(Value::NONE)
    }
    /// The pending exception, for the machine.
    pub fn take_pending(&self) -> Option<Value> {
        self.exception.take()
    }
    pub fn has_pending(&self) -> bool {
        let e = self.exception.take();
        let has = e.is_some();
        self.exception.set(e);
        has
    }
    /// A new reference to the pending exception.
    pub fn peek_exception(&self) -> Option<Value> {
        let e = self.exception.take();
        self.exception.set(e.clone());
        e
    }
    /// Whether the pending exception is an instance of `ty`; keeps it pending.
    pub fn exception_is(&self, ty: &TypeRef) -> bool {
        self.peek_exception()
            .is_some_and(|e| self.is_instance_of(&e, ty))
    }
    /// `Ok(None)` if the pending exception is an instance of `ty` (which is dropped), else the error again.
    pub fn ignore<T>(&self, result: PyResult<T>, ty: &TypeRef) -> PyResult<Option<T>> {
        match result {
            Ok(v) => Ok(Some(v)),
            Err(_) if self.exception_is(ty) => {
                drop(self.take_pending());
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }
    /// Raises an instance of `ty` with a message.
    #[cold]
    pub fn raise_str(&self, ty: &TypeRef, message: impl AsRef<str>) -> Raised {
        let message = self.new_str(message.as_ref()).into_value();
        crate::exceptions::raise_new(self, ty, &[message])
    }
    #[cold]
    pub fn type_error(&self, message: impl AsRef<str>) -> Raised {
        self.raise_str(&self.exc.type_error, message)
    }
    #[cold]
    pub fn value_error(&self, message: impl AsRef<str>) -> Raised {
        self.raise_str(&self.exc.value_error, message)
    }
    #[cold]
    pub fn index_error(&self, message: impl AsRef<str>) -> Raised {
        self.raise_str(&self.exc.index_error, message)
    }
    #[cold]
    pub fn overflow_error(&self, message: impl AsRef<str>) -> Raised {
        self.raise_str(&self.exc.overflow_error, message)
    }
    #[cold]
    pub fn runtime_error(&self, message: impl AsRef<str>) -> Raised {
        self.raise_str(&self.exc.runtime_error, message)
    }
    #[cold]
    pub fn key_error(&self, key: &Value) -> Raised {
        crate::exceptions::raise_new(self, &self.exc.key_error, std::slice::from_ref(key))
    }
    #[cold]
    pub fn memory_error(&self) -> Raised {
        crate::exceptions::raise_new(self, &self.exc.memory_error, &[])
    }
    #[cold]
    pub fn not_implemented_error(&self, what: impl AsRef<str>) -> Raised {
        self.raise_str(&self.exc.not_implemented_error, what)
    }

    /// Leaves the value that an iterator returned at its end for [`Vm::take_stop_value`].
    pub fn set_stop_value(&self, iterator: &Value, value: Value) {
        drop(
            self.stop_value
                .replace((!value.is_none()).then(|| (iterator.id(), value))),
        );
    }
    /// The value that an iterator, which just ended, returned; None if it returned none.
    pub fn take_stop_value(&self, iterator: &Value) -> Value {
        match self.stop_value.take() {
            Some((id, value)) if id == iterator.id() => value,
            _ => Value::NONE,
        }
    }

    // ---- the native stack

    /// Fails with RecursionError when the native stack is nearly used up. Call
    /// it wherever native code can recurse through Python objects.
    #[inline(always)]
    pub fn check_stack(&self, doing: &'static str) -> PyResult<()> {
        let here = 0u8;
        if (&raw const here as usize) < self.stack_limit.get() {
            Err(self.stack_exhausted(doing))
        } else {
            Ok(())
        }
    }
    #[cold]
    #[inline(never)]
    fn stack_exhausted(&self, doing: &'static str) -> Raised {
        // Let the handler use some of the reserve.
        let limit = self.stack_limit.get();
        self.stack_limit.set(limit.saturating_sub(256 << 10));
        let raised = self.raise_str(
            &self.exc.recursion_error,
            format!("maximum recursion depth exceeded{doing}"),
        );
        self.stack_limit.set(limit);
        raised
    }

    /// Whether an object's type is `ty` or a subclass of it (no `__instancecheck__`).
    #[inline]
    pub fn is_instance_of(&self, object: &Value, ty: &TypeRef) -> bool {
        let actual = self.type_of(object);
        actual.is(ty) || actual.is_subtype(ty)
    }

    /// Marks a container as being shown; `None` if it already is (recursive repr).
    pub fn repr_enter(&self, object: &Value) -> Option<ReprGuard<'_>> {
        let id = object.id();
        let mut stack = self.repr_stack.borrow_mut();
        if stack.contains(&id) {
            return None;
        }
        stack.push(id);
        Some(ReprGuard(self))
    }

    /// The type of a native class of a module, made by [`Vm::add_native_type`].
    pub fn native_type<T: Payload>(&self) -> Option<TypeRef> {
        self.native_types
            .borrow()
            .get(&(T::vtable() as *const _ as usize))
            .cloned()
    }
}

/// See [`Vm::repr_enter`].
pub struct ReprGuard<'a>(&'a Vm);

impl Drop for ReprGuard<'_> {
    fn drop(&mut self) {
        self.0.repr_stack.borrow_mut().pop();
    }
}
