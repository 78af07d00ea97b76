//! `importlib._bootstrap`: loaded when a program first needs the Python side of import.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use taipan_object::list::List;
use taipan_object::module::Module;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::spec::{BuiltinLoader, FrozenLoader, LoaderKind, PathLoader, SpecParts};

/// The standard finders: native stand-ins, and importlib's classes once they are there.
pub struct Finders {
    pub builtin: Value,
    frozen: Value,
    path: Value,
    real: RefCell<Option<[Value; 3]>>,
}

impl Finders {
    fn is(&self, finder: &Value, native: &Value, index: usize) -> bool {
        finder.is(native)
            || self
                .real
                .borrow()
                .as_ref()
                .is_some_and(|r| finder.is(&r[index]))
    }
    pub fn is_builtin(&self, finder: &Value) -> bool {
        self.is(finder, &self.builtin, 0)
    }
    pub fn is_frozen(&self, finder: &Value) -> bool {
        self.is(finder, &self.frozen, 1)
    }
    pub fn is_path(&self, finder: &Value) -> bool {
        self.is(finder, &self.path, 2)
    }
    /// The stand-ins, as `sys.meta_path` starts with.
    pub fn natives(&self) -> Vec<Value> {
        vec![self.builtin.clone(), self.frozen.clone(), self.path.clone()]
    }
}

/// The standard finders of an interpreter.
pub fn finders(vm: &Vm) -> Rc<Finders> {
    let known = vm.module_state.borrow().get("import.finders").cloned();
    if let Some(known) = known.and_then(|k| k.downcast::<Finders>().ok()) {
        return known;
    }
    let new = Rc::new(Finders {
        builtin: alloc_instance(vm, &vm.add_native_type::<BuiltinLoader>(), BuiltinLoader)
            .into_value(),
        frozen: alloc_instance(vm, &vm.add_native_type::<FrozenLoader>(), FrozenLoader)
            .into_value(),
        path: alloc_instance(vm, &vm.add_native_type::<PathLoader>(), PathLoader).into_value(),
        real: RefCell::default(),
    });
    vm.module_state
        .borrow_mut()
        .insert("import.finders", new.clone());
    new
}

/// importlib's classes that native imports make instances of.
pub struct Classes {
    bootstrap: Value,
    external: Value,
    spec: Value,
    builtin: Value,
    source: Value,
    sourceless: Value,
    namespace: Value,
    /// The loader of the library, if that is inside the program.
    library: Option<Value>,
}

impl Classes {
    /// A spec and its loader.
    ///
    /// # Errors
    /// What the classes raise.
    pub fn make(&self, vm: &Vm, parts: &SpecParts<'_>) -> PyResult<(Value, Value)> {
        let name = parts.name.to_value();
        let origin = parts.origin.clone().unwrap_or(Value::NONE);
        let loader = match parts.kind {
            LoaderKind::Builtin => self.builtin.clone(),
            LoaderKind::Source => vm.call(&self.source, &[name.clone(), origin.clone()])?,
            LoaderKind::Library => {
                let class = self.library.as_ref().unwrap_or(&self.source);
                vm.call(class, &[name.clone(), origin.clone()])?
            }
            LoaderKind::Sourceless => vm.call(&self.sourceless, &[name.clone(), origin.clone()])?,
            LoaderKind::Namespace => {
                let search = parts.search.clone().unwrap_or(Value::NONE);
                vm.call(&self.namespace, &[name.clone(), search, Value::NONE])?
            }
        };
        let spec = vm.call(&self.spec, &[name, loader.clone()])?;
        vm.setattr(&spec, &vm.intern_str("origin"), &origin)?;
        Ok((spec, loader))
    }
}

#[derive(Default)]
struct State {
    loading: Cell<bool>,
    classes: RefCell<Option<Rc<Classes>>>,
    /// How many path hooks there are when nobody has added one.
    hooks: Cell<usize>,
}

fn state(vm: &Vm) -> Rc<State> {
    crate::state::<State>(vm, "import.bootstrap")
}

/// importlib's classes, if they are loaded.
pub fn classes(vm: &Vm) -> Option<Rc<Classes>> {
    state(vm).classes.borrow().clone()
}

/// Whether a program has changed `sys.path_hooks`.
pub fn hooks_changed(vm: &Vm) -> bool {
    let state = state(vm);
    match crate::sys_attr(vm, "path_hooks") {
        Some(hooks) => {
            hooks
                .downcast::<List>()
                .is_none_or(|l| l.len() != state.hooks.get())
                && !state.loading.get()
        }
        None => false,
    }
}

/// Runs a file of the standard library as a module of another name. Its code is of the file
/// `filename`, if that is given.
fn load_file(vm: &Vm, name: &str, file: &str, filename: Option<&str>) -> PyResult<Ref<Module>> {
    let mut path = crate::config(vm).stdlib.clone();
    path.extend_from_slice(file.as_bytes());
    let shown = crate::util::fs_to_text(vm, &path);
    let code = match super::library::file(vm, &path) {
        Some(file) => super::library::code_of(vm, &file, filename.map_or(&path, str::as_bytes))?,
        None => super::source::code_as(vm, &path, &shown, filename)?,
    };
    let module = crate::imp::new_module(vm, name);
    module
        .dict
        .insert_str(vm, &vm.names.__builtins__, vm.builtins.to_value());
    module
        .dict
        .insert_str(vm, &vm.names.__package__, vm.empty_str.to_value());
    module.dict.insert_str(vm, &vm.names.__file__, shown);
    let function = crate::function::new_function(vm, &code, &module.dict, None);
    vm.modules
        .insert_str(vm, &vm.intern_str(name), module.to_value());
    match crate::call::run_code(vm, &function, Some(module.dict.to_value())) {
        Ok(_) => Ok(module),
        Err(e) => {
            drop(vm.modules.remove_str(vm, &vm.intern_str(name)));
            Err(e)
        }
    }
}

/// Loads `importlib._bootstrap` and makes its classes those of all modules.
///
/// # Errors
/// What these modules raise.
pub fn ensure(vm: &Vm) -> PyResult<()> {
    let state = state(vm);
    if state.loading.get() || state.classes.borrow().is_some() {
        return Ok(());
    }
    state.loading.set(true);
    let result = load_bootstrap(vm, &state);
    state.loading.set(false);
    result
}

fn list_attr(vm: &Vm, name: &str) -> PyResult<Ref<List>> {
    match crate::sys_attr(vm, name).map(Value::downcast_owned::<List>) {
        Some(Ok(list)) => Ok(list),
        _ => Err(vm.runtime_error(format!("lost sys.{name}"))),
    }
}

fn load_bootstrap(vm: &Vm, state: &State) -> PyResult<()> {
    let sys = super::import_module(vm, "sys")?;
    let imp = super::import_module(vm, "_imp")?;
    let meta_path = list_attr(vm, "meta_path")?;
    let path_hooks = list_attr(vm, "path_hooks")?;
    let [inner, outer] = crate::traceback::IMPORTLIB;
    let bootstrap = load_file(
        vm,
        "_frozen_importlib",
        "/importlib/_bootstrap.py",
        Some(inner),
    )?
    .into_value();
    let external = load_file(
        vm,
        "_frozen_importlib_external",
        "/importlib/_bootstrap_external.py",
        Some(outer),
    )?
    .into_value();
    // Both append to the lists; what programs put there keeps its place.
    let before = meta_path.replace(Vec::new());
    let installed = vm
        .call_method(&bootstrap, &vm.intern_str("_install"), &[sys, imp.clone()])
        .and_then(|_| {
            vm.call_method(
                &external,
                &vm.intern_str("_install"),
                std::slice::from_ref(&bootstrap),
            )
        })
        .and_then(|_| vm.setattr(&bootstrap, &vm.intern_str("_bootstrap_external"), &external))
        .and_then(|_| {
            let find = vm.getattr_str(&imp, "_find_and_load")?;
            vm.setattr(&bootstrap, &vm.intern_str("_find_and_load"), &find)
        });
    let real = meta_path.replace(before);
    installed?;
    let library = match crate::config(vm).library {
        None => None,
        Some(_) => {
            let module =
                load_file(vm, "_taipan_library", "/_taipan_library.py", None)?.into_value();
            let finder = vm.getattr_str(&module, "LibraryFinder")?;
            path_hooks.with(|hooks| hooks.insert(0, finder));
            Some(vm.getattr_str(&module, "LibraryLoader")?)
        }
    };
    // The importer of archives comes first.
    match super::import_module(vm, "zipimport") {
        Ok(module) => {
            let importer = vm.getattr_str(&module, "zipimporter")?;
            path_hooks.with(|hooks| hooks.insert(0, importer));
        }
        Err(_) => drop(vm.take_pending()),
    }
    let get = |name: &str| vm.getattr_str(&bootstrap, name);
    let get_external = |name: &str| vm.getattr_str(&external, name);
    let new = Classes {
        spec: get("ModuleSpec")?,
        builtin: get("BuiltinImporter")?,
        source: get_external("SourceFileLoader")?,
        sourceless: get_external("SourcelessFileLoader")?,
        namespace: get_external("NamespaceLoader")?,
        library,
        bootstrap: bootstrap.clone(),
        external: external.clone(),
    };
    let finders = finders(vm);
    if let Ok(real) = <[Value; 3]>::try_from(real) {
        let natives = finders.natives();
        let replaced = meta_path.to_vec().into_iter().map(|f| {
            natives
                .iter()
                .position(|n| n.is(&f))
                .map_or(f, |i| real[i].clone())
        });
        drop(meta_path.replace(replaced.collect()));
        *finders.real.borrow_mut() = Some(real);
    }
    state.hooks.set(path_hooks.len());
    *state.classes.borrow_mut() = Some(Rc::new(new));
    convert_modules(vm)
}

/// Gives every module that was imported natively importlib's spec and loader.
fn convert_modules(vm: &Vm) -> PyResult<()> {
    for (name, module) in vm.modules.items() {
        let (Some(name), Some(module)) = (name.downcast::<Str>(), module.downcast::<Module>())
        else {
            continue;
        };
        let Some(spec) = module.dict.get_str(&vm.names.__spec__) else {
            continue;
        };
        if spec.downcast::<super::spec::Spec>().is_none() {
            continue;
        }
        let (new, loader) = real_spec(vm, name, &spec)?;
        module.dict.insert_str(vm, &vm.names.__spec__, new);
        module.dict.insert_str(vm, &vm.names.__loader__, loader);
    }
    Ok(())
}

fn real_spec(vm: &Vm, name: &Ref<Str>, spec: &Value) -> PyResult<(Value, Value)> {
    let get = |attr: &str| -> PyResult<Option<Value>> {
        Ok(vm
            .getattr_opt(spec, &vm.intern_str(attr))?
            .filter(|v| !v.is_none()))
    };
    let loader = get("loader")?.unwrap_or(Value::NONE);
    let kind = loader_kind(&loader);
    let parts = SpecParts {
        name,
        kind,
        origin: get("origin")?,
        cached: get("_cached")?,
        search: get("submodule_search_locations")?,
    };
    let initializing = get("_initializing")?.unwrap_or(Value::FALSE);
    let made = super::spec::make(vm, &parts)?;
    vm.setattr(&made.0, &vm.names._initializing, &initializing)?;
    Ok(made)
}

fn loader_kind(loader: &Value) -> LoaderKind {
    use super::spec::{LibraryLoader, NamespaceLoader, SourceLoader, SourcelessLoader};
    if loader.downcast::<LibraryLoader>().is_some() {
        LoaderKind::Library
    } else if loader.downcast::<SourceLoader>().is_some() {
        LoaderKind::Source
    } else if loader.downcast::<SourcelessLoader>().is_some() {
        LoaderKind::Sourceless
    } else if loader.downcast::<NamespaceLoader>().is_some() {
        LoaderKind::Namespace
    } else {
        LoaderKind::Builtin
    }
}

/// importlib's loader or finder in place of a native one.
///
/// # Errors
/// What importlib raises.
pub fn real_loader(vm: &Vm, native: &Value) -> PyResult {
    ensure(vm)?;
    let finders = finders(vm);
    if let Some(real) = &*finders.real.borrow()
        && let Some(i) = finders.natives().iter().position(|n| n.is(native))
    {
        return Ok(real[i].clone());
    }
    let Some(classes) = classes(vm) else {
        return Err(vm.raise_str(&vm.exc.import_error, "importlib is not ready"));
    };
    let own = |name: &str| -> PyResult {
        Ok(
            taipan_object::attr::generic_getattr_opt(vm, native, &vm.intern_str(name))?
                .unwrap_or(Value::NONE),
        )
    };
    let (name, path) = (own("name")?, own("path")?);
    match loader_kind(native) {
        LoaderKind::Source => vm.call(&classes.source, &[name, path]),
        LoaderKind::Library => {
            let class = classes.library.as_ref().unwrap_or(&classes.source);
            vm.call(class, &[name, path])
        }
        LoaderKind::Sourceless => vm.call(&classes.sourceless, &[name, path]),
        LoaderKind::Namespace => vm.call(
            &classes.namespace,
            &[name, vm.list_value(Vec::new()), Value::NONE],
        ),
        LoaderKind::Builtin => Ok(classes.builtin.clone()),
    }
}

/// Loads a module from a spec that Python code made.
///
/// # Errors
/// What the loader raises.
pub fn load_spec(vm: &Vm, spec: &Value) -> PyResult {
    ensure(vm)?;
    let Some(classes) = classes(vm) else {
        return Err(vm.raise_str(&vm.exc.import_error, "importlib is not ready"));
    };
    vm.call_method(
        &classes.bootstrap,
        &vm.intern_str("_load_unlocked"),
        std::slice::from_ref(spec),
    )
    .map_err(|raised| match crate::config(vm).verbose {
        0 => crate::traceback::remove_importlib_frames(vm, raised),
        _ => raised,
    })
}

/// `PathFinder.find_spec(name, path)` of importlib.
///
/// # Errors
/// What hooks and finders raise.
pub fn path_finder(vm: &Vm, name: &Ref<Str>, path: Option<&Value>) -> PyResult<Option<Value>> {
    ensure(vm)?;
    let Some(classes) = classes(vm) else {
        return Ok(None);
    };
    let finder = vm.getattr_str(&classes.external, "PathFinder")?;
    let spec = vm.call_method(
        &finder,
        &vm.intern_str("find_spec"),
        &[name.to_value(), path.cloned().unwrap_or(Value::NONE)],
    )?;
    Ok(Some(spec).filter(|s| !s.is_none()))
}

/// What an entry of a path that is no folder has of a module.
pub enum InArchive {
    Nothing,
    Spec(Value),
    /// Folders of a namespace package.
    Portions(Vec<Vec<u8>>),
}

/// Looks for a module in an entry of a path that is no folder.
///
/// # Errors
/// What hooks and finders raise.
pub fn archive_finder(vm: &Vm, name: &Ref<Str>, entry: &Value) -> PyResult<InArchive> {
    if state(vm).loading.get() {
        return Ok(InArchive::Nothing);
    }
    ensure(vm)?;
    let Some(classes) = classes(vm) else {
        return Ok(InArchive::Nothing);
    };
    let finder = vm.getattr_str(&classes.external, "PathFinder")?;
    let importer = vm.call_method(
        &finder,
        &vm.intern_str("_path_importer_cache"),
        std::slice::from_ref(entry),
    )?;
    if importer.is_none() {
        return Ok(InArchive::Nothing);
    }
    let spec = vm.call_method(&importer, &vm.intern_str("find_spec"), &[name.to_value()])?;
    if spec.is_none() {
        return Ok(InArchive::Nothing);
    }
    let get = |attribute: &str| -> PyResult<Option<Value>> {
        Ok(vm
            .getattr_opt(&spec, &vm.intern_str(attribute))?
            .filter(|v| !v.is_none()))
    };
    if get("loader")?.is_some() {
        return Ok(InArchive::Spec(spec));
    }
    let Some(portions) = get("submodule_search_locations")? else {
        return Ok(InArchive::Nothing);
    };
    let mut folders = Vec::new();
    for portion in vm.collect(&portions)? {
        folders.push(crate::util::fs_bytes(vm, &portion)?);
    }
    Ok(InArchive::Portions(folders))
}
