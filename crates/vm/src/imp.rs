//! Native modules: making them, and the registry that `import` looks into.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use taipan_object::function::NativeFunction;
use taipan_object::module::Module;
use taipan_object::native::ModuleDef;
use taipan_object::{PyResult, Ref, Value, Vm};

/// The native modules that an interpreter knows.
#[derive(Default)]
pub struct Registry {
    pub modules: RefCell<HashMap<&'static str, &'static ModuleDef>>,
}

/// The registry of an interpreter.
pub fn registry(vm: &Vm) -> Rc<Registry> {
    crate::state::<Registry>(vm, "imp.registry")
}

/// Makes native modules importable.
pub fn register(vm: &Vm, modules: &[&'static ModuleDef]) {
    let registry = registry(vm);
    let mut known = registry.modules.borrow_mut();
    for m in modules {
        known.insert(m.name, m);
    }
}

/// The definition of a native module.
pub fn find(vm: &Vm, name: &str) -> Option<&'static ModuleDef> {
    registry(vm).modules.borrow().get(name).copied()
}

/// The names of all native modules, sorted.
pub fn names(vm: &Vm) -> Vec<&'static str> {
    let mut names: Vec<_> = registry(vm).modules.borrow().keys().copied().collect();
    names.extend(["builtins", "sys"]);
    names.sort_unstable();
    names.dedup();
    names
}

/// Makes an instance of a native module and fills it. It is not put into `sys.modules`.
///
/// # Errors
/// What the module's initialisation raises.
pub fn create(vm: &Vm, def: &'static ModuleDef) -> PyResult<Ref<Module>> {
    let module = new_module(vm, def.name);
    fill_module(vm, &module, def)?;
    Ok(module)
}

/// An empty module with its `__name__` and the other usual attributes.
pub fn new_module(vm: &Vm, name: &str) -> Ref<Module> {
    let module = vm.heap.alloc(
        &vm.types.module,
        Module {
            dict: vm.new_dict(),
        },
    );
    module
        .dict
        .insert_str(vm, &vm.names.__name__, vm.intern_str(name).into_value());
    for name in [
        &vm.names.__doc__,
        &vm.names.__package__,
        &vm.names.__loader__,
        &vm.names.__spec__,
    ] {
        module.dict.insert_str(vm, name, Value::NONE);
    }
    module
}

/// Puts the functions, classes and constants of a native module into a module.
///
/// # Errors
/// What the module's initialisation raises.
pub fn fill_module(vm: &Vm, module: &Ref<Module>, def: &'static ModuleDef) -> PyResult<()> {
    let name = vm.intern_str(def.name).into_value();
    let dict = &module.dict;
    dict.insert_str(vm, &vm.names.__name__, name.clone());
    let doc = if def.doc.is_empty() {
        Value::NONE
    } else {
        vm.new_str(def.doc).into_value()
    };
    dict.insert_str(vm, &vm.names.__doc__, doc);
    dict.insert_str(vm, &vm.names.__package__, vm.empty_str.to_value());
    for name in [&vm.names.__loader__, &vm.names.__spec__] {
        dict.insert_str(vm, name, Value::NONE);
    }
    for def in def.functions {
        let f = NativeFunction {
            def,
            this: None,
            module: Some(name.clone()),
        };
        dict.insert_str(
            vm,
            &vm.intern_str(def.name),
            vm.heap.alloc(&vm.types.builtin_function, f).into_value(),
        );
    }
    (def.init)(vm, module)
}
