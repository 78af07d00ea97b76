//! Specs and loaders of natively imported modules, until `importlib` itself is loaded.

use taipan_macros::pymethods;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::bootstrap;

/// `ModuleSpec`; its attributes lie in the instance.
pub struct Spec;
payload!(Spec, gc, |_this, _visit| ());

/// The name of the package that a module belongs to.
fn parent_of(vm: &Vm, spec: &Value) -> PyResult {
    let name = vm.getattr(spec, &vm.intern_str("name"))?;
    let is_package = vm
        .getattr_opt(spec, &vm.intern_str("submodule_search_locations"))?
        .is_some_and(|l| !l.is_none());
    let Some(text) = name.downcast::<Str>().map(|s| s.to_string()) else {
        return Ok(name);
    };
    Ok(match text.rfind('.') {
        _ if is_package => name,
        Some(dot) => vm.intern_str(&text[..dot]).into_value(),
        None => vm.empty_str.to_value(),
    })
}

#[pymethods(
    name = "ModuleSpec",
    module = "importlib._bootstrap",
    doc = "What is known of a module before it is loaded.",
    flags(HAS_DICT | HAS_INSTANCE_PART | WEAKREFABLE)
)]
impl Spec {
    #[pygetset]
    fn parent(vm: &Vm, this: &Value) -> PyResult {
        parent_of(vm, this)
    }
    #[pygetset]
    fn cached(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm
            .getattr_opt(this, &vm.intern_str("_cached"))?
            .unwrap_or(Value::NONE))
    }
    #[pygetset]
    fn has_location(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm
            .getattr_opt(this, &vm.intern_str("_set_fileattr"))?
            .unwrap_or(Value::FALSE))
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Value) -> PyResult {
        let mut parts = Vec::new();
        for name in ["name", "loader", "origin", "submodule_search_locations"] {
            if let Some(v) = vm.getattr_opt(this, &vm.intern_str(name))?
                && (name == "name" || name == "loader" || !v.is_none())
            {
                parts.push(format!("{name}={}", vm.repr(&v)?));
            }
        }
        Ok(vm
            .new_str(&format!("ModuleSpec({})", parts.join(", ")))
            .into_value())
    }
}

macro_rules! loaders {
    ($($type:ident $name:literal $doc:literal;)*) => { $(
        /// A loader of `importlib.machinery` before that is loaded.
        pub struct $type;
        payload!($type, gc, |_this, _visit| ());

        #[pymethods(
            name = $name,
            module = "importlib._bootstrap_external",
            doc = $doc,
            flags(HAS_DICT | HAS_INSTANCE_PART | WEAKREFABLE)
        )]
        impl $type {
            #[pyslot]
            fn getattro(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
                loader_attribute(vm, this, name)
            }
            #[pyslot]
            fn repr(vm: &Vm, this: &Value) -> PyResult {
                let id = this.id();
                // Finders stand for importlib's classes, of which there are no instances.
                let module = match $name {
                    "BuiltinImporter" | "FrozenImporter" => "_frozen_importlib",
                    "LibraryLoader" => "_taipan_library",
                    _ => "_frozen_importlib_external",
                };
                if !$name.ends_with("Loader") {
                    return Ok(vm.new_str(&format!("<class '{module}.{}'>", $name)).into_value());
                }
                Ok(vm.new_str(&format!("<{module}.{} object at {:#x}>", $name, id)).into_value())
            }
        }
    )* };
}

loaders! {
    SourceLoader "SourceFileLoader" "Loads a module from a source file.";
    LibraryLoader "LibraryLoader" "Loads a module of the library that is inside the program.";
    SourcelessLoader "SourcelessFileLoader" "Loads a module from a bytecode file.";
    NamespaceLoader "NamespaceLoader" "Loads a package that has no file of its own.";
    BuiltinLoader "BuiltinImporter" "Finds and loads built-in modules.";
    FrozenLoader "FrozenImporter" "Finds and loads modules inside the program.";
    PathLoader "PathFinder" "Finds modules in the folders of a path.";
}

/// An attribute of a native loader: its own, or that of importlib's loader in its place.
fn loader_attribute(vm: &Vm, this: &Value, name: &Ref<Str>) -> PyResult {
    if let Some(v) = taipan_object::attr::generic_getattr_opt(vm, this, name)? {
        return Ok(v);
    }
    if name.is_str("__name__") || name.is_str("__wrapped__") {
        return Err(vm.no_attribute(this, name));
    }
    let real = bootstrap::real_loader(vm, this)?;
    vm.getattr(&real, name)
}

/// Which loader a module gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoaderKind {
    Builtin,
    Source,
    /// Inside the program.
    Library,
    Sourceless,
    Namespace,
}

/// Makes a native loader with its attributes.
fn native_loader(vm: &Vm, kind: LoaderKind, name: &Ref<Str>, path: Option<&Value>) -> PyResult {
    let object = match kind {
        LoaderKind::Builtin => return Ok(bootstrap::finders(vm).builtin.clone()),
        LoaderKind::Source => {
            alloc_instance(vm, &vm.add_native_type::<SourceLoader>(), SourceLoader).into_value()
        }
        LoaderKind::Library => {
            alloc_instance(vm, &vm.add_native_type::<LibraryLoader>(), LibraryLoader).into_value()
        }
        LoaderKind::Sourceless => alloc_instance(
            vm,
            &vm.add_native_type::<SourcelessLoader>(),
            SourcelessLoader,
        )
        .into_value(),
        LoaderKind::Namespace => alloc_instance(
            vm,
            &vm.add_native_type::<NamespaceLoader>(),
            NamespaceLoader,
        )
        .into_value(),
    };
    vm.setattr(&object, &vm.intern_str("name"), name.as_value())?;
    if let Some(path) = path {
        vm.setattr(&object, &vm.intern_str("path"), path)?;
    }
    Ok(object)
}

/// What a spec says.
pub struct SpecParts<'a> {
    pub name: &'a Ref<Str>,
    pub kind: LoaderKind,
    /// `origin`, and `path` of the loader.
    pub origin: Option<Value>,
    pub cached: Option<Value>,
    /// List of the folders of a package.
    pub search: Option<Value>,
}

/// Makes a spec with its loader.
///
/// # Errors
/// Only if importlib's classes fail.
pub fn make(vm: &Vm, parts: &SpecParts<'_>) -> PyResult<(Value, Value)> {
    let (spec, loader) = match bootstrap::classes(vm) {
        Some(classes) => classes.make(vm, parts)?,
        None => {
            let loader = native_loader(vm, parts.kind, parts.name, parts.origin.as_ref())?;
            let spec = alloc_instance(vm, &vm.add_native_type::<Spec>(), Spec).into_value();
            let set = |name: &str, value: Value| vm.setattr(&spec, &vm.intern_str(name), &value);
            set("name", parts.name.to_value())?;
            set("loader", loader.clone())?;
            set("origin", parts.origin.clone().unwrap_or(Value::NONE))?;
            set("loader_state", Value::NONE)?;
            set("submodule_search_locations", Value::NONE)?;
            set("_uninitialized_submodules", vm.list_value(Vec::new()))?;
            (spec, loader)
        }
    };
    let set = |name: &str, value: Value| vm.setattr(&spec, &vm.intern_str(name), &value);
    let located = parts.kind != LoaderKind::Builtin && parts.kind != LoaderKind::Namespace;
    if let Some(search) = &parts.search {
        set("submodule_search_locations", search.clone())?;
    }
    set("_set_fileattr", Value::bool(located))?;
    set("_cached", parts.cached.clone().unwrap_or(Value::NONE))?;
    set("_initializing", Value::TRUE)?;
    Ok((spec, loader))
}
