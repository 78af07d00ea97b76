//! The module `_imp`: what importlib's Python side asks of the native one.

use taipan_macros::pymodule;

pub use module::MODULE;

/// Functions of the module `_imp`.
#[pymodule(name = "_imp", doc = "The native side of the import system.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    #[pyattr]
    const pyc_magic_number_token: i64 = taipan_compiler::pyc::MAGIC_TOKEN as i64;

    /// Takes the import lock.
    #[pyfunction("()")]
    fn acquire_lock() {}
    /// Gives the import lock back.
    #[pyfunction("()")]
    fn release_lock() {}
    /// Whether the import lock is taken.
    #[pyfunction("()")]
    fn lock_held() -> bool {
        false
    }
    /// Whether a module is built in: 1, or 0.
    #[pyfunction("(name, /)")]
    fn is_builtin(vm: &Vm, name: &Ref<Str>) -> i32 {
        let name = name.to_string();
        match taipan_vm::imp::find(vm, &name) {
            Some(_) => 1,
            None if name == "sys" || name == "builtins" => -1,
            None => 0,
        }
    }
    /// Makes a built-in module from its spec.
    #[pyfunction("(spec, /)")]
    fn create_builtin(vm: &Vm, spec: &Value) -> PyResult {
        let name = vm.getattr_str(spec, "name")?;
        let Some(text) = name.downcast::<Str>() else {
            return Err(vm.type_error("name must be string"));
        };
        if let Some(known) = vm.modules.get_str(text)
            && (text.is_str("sys") || text.is_str("builtins"))
        {
            return Ok(known);
        }
        match taipan_vm::imp::find(vm, &text.to_string()) {
            Some(def) => Ok(taipan_vm::imp::create(vm, def)?.into_value()),
            None => Ok(Value::NONE),
        }
    }
    /// Runs a built-in module: nothing is left to do.
    #[pyfunction("(mod, /)")]
    fn exec_builtin(_module: &Value) -> i32 {
        0
    }
    /// Whether a module is frozen into the program.
    #[pyfunction("(name, /)")]
    fn is_frozen(_name: &Ref<Str>) -> bool {
        false
    }
    /// Whether a frozen module is a package.
    #[pyfunction("(name, /)")]
    fn is_frozen_package(vm: &Vm, name: &Ref<Str>) -> PyResult<()> {
        Err(no_frozen(vm, name))
    }
    fn no_frozen(vm: &Vm, name: &Ref<Str>) -> taipan_object::Raised {
        let shown = vm
            .repr(name.as_value())
            .map_or_else(|_| name.to_string(), |r| r.to_string());
        taipan_vm::import::import_error(
            vm,
            &vm.exc.import_error,
            &format!("No such frozen object named {shown}"),
            Some(name.as_value()),
            None,
        )
    }
    /// What is known of a frozen module.
    #[pyfunction("(name, /, *, withdata=False)")]
    fn find_frozen(_name: &Ref<Str>, _withdata: bool) -> Option<Value> {
        None
    }
    /// The code of a frozen module.
    #[pyfunction("(name, data=None, /)")]
    fn get_frozen_object(vm: &Vm, name: &Ref<Str>, _data: &Value) -> PyResult<()> {
        Err(no_frozen(vm, name))
    }
    /// Makes a frozen module.
    #[pyfunction("(name, /)")]
    fn init_frozen(_name: &Ref<Str>) -> Option<Value> {
        None
    }
    /// The contents of a file of the library that is inside the program; None if there is none.
    #[pyfunction("(path, /)")]
    fn _library_data(vm: &Vm, path: &Value) -> PyResult<Option<Value>> {
        let path = taipan_vm::util::fs_bytes(vm, path)?;
        let file = taipan_vm::import::library::file(vm, &path);
        Ok(file.map(|f| vm.new_bytes(f.contents.to_vec()).into_value()))
    }
    /// The code of a file of the library that is inside the program; None if there is none.
    #[pyfunction("(path, /)")]
    fn _library_code(vm: &Vm, path: &Value) -> PyResult<Option<Value>> {
        let path = taipan_vm::util::fs_bytes(vm, path)?;
        match taipan_vm::import::library::file(vm, &path) {
            None => Ok(None),
            Some(file) => {
                let code = taipan_vm::import::library::code_of(vm, &file, &path)?;
                Ok(Some(code.into_value()))
            }
        }
    }
    /// Names in a folder of the library that is inside the program; None if there is none.
    #[pyfunction("(path, /)")]
    fn _library_folder(vm: &Vm, path: &Value) -> PyResult<Option<Value>> {
        let path = taipan_vm::util::fs_bytes(vm, path)?;
        let names = taipan_vm::import::library::folder(vm, &path);
        let text = |names: Vec<&str>| names.iter().map(|n| vm.new_str(n).into_value()).collect();
        Ok(names.map(|names| vm.list_value(text(names))))
    }
    /// Names of frozen modules.
    #[pyfunction("()")]
    fn _frozen_module_names(vm: &Vm) -> Value {
        vm.list_value(Vec::new())
    }
    /// For tests of frozen modules.
    #[pyfunction("(override, /)")]
    fn _override_frozen_modules_for_tests(_override: i64) {}
    /// For tests of extension modules.
    #[pyfunction("(override, /)")]
    fn _override_multi_interp_extensions_check(_override: i64) -> i64 {
        0
    }
    /// The suffixes of extension modules.
    #[pyfunction("()")]
    fn extension_suffixes(vm: &Vm) -> Value {
        vm.list_value(Vec::new())
    }
    /// Loads an extension module.
    #[pyfunction("(spec, file=None, /)")]
    fn create_dynamic(vm: &Vm, spec: &Value, _file: &Value) -> PyResult<()> {
        let name = vm.getattr_str(spec, "name")?;
        Err(taipan_vm::import::import_error(
            vm,
            &vm.exc.import_error,
            "extension modules cannot be loaded",
            Some(&name),
            None,
        ))
    }
    /// Runs an extension module.
    #[pyfunction("(mod, /)")]
    fn exec_dynamic(_module: &Value) -> i32 {
        0
    }
    /// The hash of a source file's bytes.
    #[pyfunction("(key, source)")]
    fn source_hash(vm: &Vm, key: i64, source: &Value) -> PyResult {
        let Some(bytes) = taipan_vm::util::buffer_bytes(vm, source)? else {
            return Err(vm.type_error(format!(
                "a bytes-like object is required, not '{}'",
                vm.type_name(source)
            )));
        };
        Ok(vm
            .new_bytes(taipan_compiler::pyc::keyed_hash(key as u64, &bytes).to_vec())
            .into_value())
    }
    /// Gives code another file name.
    #[pyfunction("(code, path, /)")]
    fn _fix_co_filename(_code: &Value, _path: &Value) {}
    /// The native form of `importlib._bootstrap._find_and_load`.
    #[pyfunction("(name, import_, /)")]
    fn _find_and_load(vm: &Vm, name: &Ref<Str>, _import: &Value) -> PyResult {
        taipan_vm::import::find_and_load(vm, name)
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let mode = vm.intern_str(&taipan_vm::config(vm).hash_based_pycs);
        module.dict.insert_str(
            vm,
            &vm.intern_str("check_hash_based_pycs"),
            mode.into_value(),
        );
        Ok(())
    }
}
