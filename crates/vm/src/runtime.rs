//! Starting an interpreter: its types, hooks and modules.

use std::sync::Arc;

use taipan_compiler::code::Code;
use taipan_object::bootstrap::bare;
use taipan_object::dict::Dict;
use taipan_object::native::{ModuleDef, NativeClass, TypeSpec};
use taipan_object::ty::TypeFlags;
use taipan_object::{Interp, PyResult, Ref, Vm};

use crate::async_gen::WrappedValue;
use crate::code::PyCode;
use crate::frame::FrameObject;
use crate::function::Function;
use crate::machine::Machine;
use crate::traceback::Traceback;

/// An interpreter with the machine of its main thread.
pub struct Runtime {
    // Dropped in this order: the thread state, its machine, the interpreter.
    vm: Box<Vm>,
    _machine: Box<Machine>,
    _interp: Box<Interp>,
}

impl Runtime {
    /// Makes an interpreter; `None` if the system has no address space for its stacks.
    pub fn new(hash_secret: (u64, u64)) -> Option<Runtime> {
        let mut interp = Interp::new(hash_secret);
        let machine = Machine::new()?;
        let address: *mut Interp = &mut *interp;
        // SAFETY: the interpreter lives as long as the runtime, which owns the only thread state.
        let vm = Box::new(unsafe { Vm::new(address) });
        vm.machine.set((&raw const *machine).cast_mut().cast());
        vm.thread_id.set(taipan_host::sync::thread_ident());
        machine.threads.enter(&vm);
        machine.threads.register(&vm);
        // SAFETY: nothing else uses the interpreter yet.
        unsafe { add_types(address, &vm) };
        vm.hooks.set(crate::hooks::HOOKS);
        if crate::builtins::install(&vm)
            .and_then(|()| crate::sys::install(&vm))
            .is_err()
        {
            return None;
        }
        crate::imp::register(&vm, &[crate::typing::MODULE]);
        Some(Runtime {
            vm,
            _machine: machine,
            _interp: interp,
        })
    }

    /// Makes native modules importable.
    pub fn register(&self, modules: &[&'static ModuleDef]) {
        crate::imp::register(&self.vm, modules);
    }
    pub fn vm(&self) -> &Vm {
        &self.vm
    }
}

/// # Safety
/// Nothing else uses the interpreter meanwhile.
unsafe fn add_types(interp: *mut Interp, vm: &Vm) {
    macro_rules! types {
        ($($field:ident = $spec:expr;)*) => { $(
            let spec: TypeSpec = $spec;
            let ty = vm.make_native_type(&spec, &vm.types.object.clone());
            // SAFETY: by the contract; no reference into `types` is held here.
            unsafe { (&raw mut (*interp).types.$field).write(ty) };
        )* };
    }
    let none = TypeFlags::default();
    types! {
        code = PyCode::spec();
        function = Function::spec();
        frame = FrameObject::spec();
        traceback = Traceback::spec();
        generator = crate::gen_type::generator_spec();
        coroutine = crate::gen_type::coroutine_spec();
        coroutine_wrapper = crate::gen_type::coroutine_wrapper_spec();
        async_generator = crate::async_gen::async_generator_spec();
        async_generator_asend = crate::async_gen::asend_spec();
        async_generator_athrow = crate::async_gen::athrow_spec();
        anext_awaitable = crate::async_gen::AnextAwaitable::spec();
        template = crate::template::Template::spec();
        interpolation = crate::template::Interpolation::spec();
        template_iterator = crate::template::TemplateIter::spec();
        async_generator_wrapped_value = bare::<WrappedValue>("async_generator_wrapped_value", none);
    }
}

/// Runs compiled module code with these globals (which are the locals too).
///
/// # Errors
/// What the code raises.
pub fn run_module_code(vm: &Vm, code: Arc<Code>, globals: &Ref<Dict>) -> PyResult {
    let code = crate::code::new_code(vm, code, true);
    let function = crate::function::new_function(vm, &code, globals, None);
    crate::call::run_code(vm, &function, Some(globals.to_value()))
}
