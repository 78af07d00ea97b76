//! What the module keeps for each interpreter: its classes, names, living tasks, and the functions of `asyncio` that it calls.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use taipan_object::native::NativeClass;
use taipan_object::set::Set;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::util::PtrHash;
use taipan_object::{ObjectHeader, PyResult, Ref, TypeRef, Value, Vm};

use super::future::Future;
use super::task_class;

macro_rules! names {
    ($($name:ident)*) => {
        /// Names of attributes and methods.
        pub struct Names { $(pub $name: Ref<Str>),* }
        impl Names {
            fn new(vm: &Vm) -> Names { Names { $($name: vm.intern_str(stringify!($name))),* } }
        }
    };
}

names! {
    call_soon call_exception_handler get_debug get_loop get_event_loop is_running result cancel done add discard throw
    add_done_callback _loop _asyncio_future_blocking
}

macro_rules! imports {
    ($($name:ident = $module:literal . $attribute:literal;)*) => {
        /// Functions and classes of Python modules, imported when first asked for.
        #[derive(Clone, Copy)]
        pub enum Import { $($name),* }
        const IMPORTS: &[(&str, &str)] = &[$(($module, $attribute)),*];
    };
}

imports! {
    CancelledError = "asyncio.exceptions"."CancelledError";
    InvalidStateError = "asyncio.exceptions"."InvalidStateError";
    FutureRepr = "asyncio.base_futures"."_future_repr";
    TaskRepr = "asyncio.base_tasks"."_task_repr";
    GetStack = "asyncio.base_tasks"."_task_get_stack";
    PrintStack = "asyncio.base_tasks"."_task_print_stack";
    IsCoroutine = "asyncio.coroutines"."iscoroutine";
    Policy = "asyncio.events"."_get_event_loop_policy";
    ExtractStack = "traceback"."extract_stack";
    WeakSet = "weakref"."WeakSet";
}

/// The module's state.
pub struct State {
    pub future_type: TypeRef,
    pub task_type: TypeRef,
    pub names: Names,
    /// `("context",)`, the keyword of `call_soon`.
    pub context_keyword: Ref<Tuple>,
    /// `("msg",)`, the keyword of `cancel`.
    pub msg_keyword: Ref<Tuple>,
    named: Cell<u64>,
    /// Addresses of the native tasks that are registered; each leaves before it dies.
    tasks: RefCell<HashSet<usize, PtrHash>>,
    /// Tasks of other classes.
    foreign: OnceCell<Value>,
    /// Those of them that are in their first eager step.
    pub foreign_eager: Ref<Set>,
    imported: [OnceCell<Value>; IMPORTS.len()],
}

impl State {
    /// The state of an interpreter, made when first asked for.
    pub fn of(vm: &Vm) -> Rc<State> {
        taipan_stdlib_data::support::once(vm, "_asyncio", || Rc::new(State::new(vm)))
    }

    fn new(vm: &Vm) -> State {
        let future_type = vm.add_native_type::<Future>();
        let task_type = vm.make_native_type(&task_class::spec(Future::spec()), &future_type);
        let keyword = |name: &str| vm.new_tuple([vm.intern_str(name).into_value()]);
        State {
            future_type,
            task_type,
            names: Names::new(vm),
            context_keyword: keyword("context"),
            msg_keyword: keyword("msg"),
            named: Cell::new(0),
            tasks: RefCell::default(),
            foreign: OnceCell::new(),
            foreign_eager: vm.new_set(),
            imported: std::array::from_fn(|_| OnceCell::new()),
        }
    }

    /// Something of a Python module.
    pub fn import(&self, vm: &Vm, what: Import) -> PyResult<&Value> {
        let cell = &self.imported[what as usize];
        if let Some(known) = cell.get() {
            return Ok(known);
        }
        let (module, name) = IMPORTS[what as usize];
        let module = (vm.hooks.get().import)(vm, module)?;
        let found = vm.getattr_str(&module, name)?;
        Ok(cell.get_or_init(|| found))
    }

    /// The number of a new task's name.
    pub fn next_number(&self) -> u64 {
        self.named.set(self.named.get() + 1);
        self.named.get()
    }

    /// Whether an object is exactly a `Future` or a `Task`, whose methods nobody overrides.
    pub fn exact<'a>(&self, object: &'a Value) -> Option<&'a Ref<Future>> {
        let future = object.downcast::<Future>()?;
        let ty = future.ty();
        (ty.is(&self.task_type) || ty.is(&self.future_type)).then_some(future)
    }

    /// Notes a native task.
    pub fn register(&self, task: &Ref<Future>) {
        self.tasks.borrow_mut().insert(task.as_ptr() as usize);
    }
    /// Forgets the native task at an address.
    pub fn unregister(&self, address: usize) {
        self.tasks.borrow_mut().remove(&address);
    }
    /// The native tasks that live.
    pub fn registered(&self) -> Vec<Value> {
        let addresses = self.tasks.borrow();
        let alive = |&&address: &&usize| {
            // SAFETY: a task leaves the set when it is dropped; one that is about to be has no references.
            unsafe { (*(address as *const ObjectHeader)).count() != 0 }
        };
        let found = addresses.iter().filter(alive);
        found
            // SAFETY: as above: the word of a living object.
            .map(|&address| unsafe { Value::borrow_word(&(address as u64)).clone() })
            .collect()
    }
    /// The `WeakSet` of tasks of other classes.
    pub fn foreign(&self, vm: &Vm) -> PyResult<&Value> {
        if let Some(known) = self.foreign.get() {
            return Ok(known);
        }
        let made = vm.call(self.import(vm, Import::WeakSet)?, &[])?;
        Ok(self.foreign.get_or_init(|| made))
    }
}
