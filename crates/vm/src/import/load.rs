//! Loading a module that was found.

use taipan_object::module::Module;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::find::Found;
use super::spec::{self, LoaderKind, SpecParts};
use super::{bootstrap, source};
use crate::code::PyCode;

/// Makes the module, puts it into `sys.modules` and runs its code.
///
/// # Errors
/// What the module raises.
pub fn load(vm: &Vm, name: &Ref<Str>, found: Found) -> PyResult {
    match found {
        Found::Builtin(def) => {
            let module = crate::imp::create(vm, def)?;
            let parts = SpecParts {
                name,
                kind: LoaderKind::Builtin,
                origin: Some(vm.intern_str("built-in").into_value()),
                cached: None,
                search: None,
            };
            let (spec, loader) = spec::make(vm, &parts)?;
            vm.setattr(&spec, &vm.names._initializing, &Value::FALSE)?;
            module.dict.insert_str(vm, &vm.names.__spec__, spec);
            module.dict.insert_str(vm, &vm.names.__loader__, loader);
            vm.modules.insert_str(vm, name, module.to_value());
            Ok(module.into_value())
        }
        Found::Source { path, package } => {
            let shown = crate::util::fs_to_text(vm, &path);
            let cached = source::cache_path(vm, &path).map(|c| crate::util::fs_to_text(vm, &c));
            let (module, spec) = new_module(
                vm,
                name,
                LoaderKind::Source,
                Some(shown.clone()),
                cached,
                package.map(|p| vec![p]),
            )?;
            run(vm, name, module, &spec, |vm| {
                source::code_of(vm, &path, &shown).map(Some)
            })
        }
        Found::Library {
            file,
            path,
            package,
        } => {
            let shown = crate::util::fs_to_text(vm, &path);
            let (module, spec) = new_module(
                vm,
                name,
                LoaderKind::Library,
                Some(shown),
                None,
                package.map(|p| vec![p]),
            )?;
            run(vm, name, module, &spec, |vm| {
                super::library::code_of(vm, &file, &path).map(Some)
            })
        }
        Found::Sourceless { path, package } => {
            let shown = crate::util::fs_to_text(vm, &path);
            let (module, spec) = new_module(
                vm,
                name,
                LoaderKind::Sourceless,
                Some(shown.clone()),
                Some(shown.clone()),
                package.map(|p| vec![p]),
            )?;
            run(vm, name, module, &spec, |vm| {
                source::sourceless(vm, name.as_value(), &path, &shown).map(Some)
            })
        }
        Found::Namespace { paths, searched } => {
            if bootstrap::classes(vm).is_some() || paths.len() > 1 {
                // Namespace paths follow `sys.path`: importlib's own class does that.
                bootstrap::ensure(vm)?;
                if let Some(spec) = bootstrap::path_finder(vm, name, searched.as_ref())
                    .ok()
                    .flatten()
                {
                    return bootstrap::load_spec(vm, &spec);
                }
                drop(vm.take_pending());
            }
            let (module, spec) =
                new_module(vm, name, LoaderKind::Namespace, None, None, Some(paths))?;
            run(vm, name, module, &spec, |_| Ok(None))
        }
        Found::Spec(spec) => bootstrap::load_spec(vm, &spec),
    }
}

/// A fresh module with its attributes and spec.
fn new_module(
    vm: &Vm,
    name: &Ref<Str>,
    kind: LoaderKind,
    origin: Option<Value>,
    cached: Option<Value>,
    search: Option<Vec<Vec<u8>>>,
) -> PyResult<(Ref<Module>, Value)> {
    let search =
        search.map(|s| vm.list_value(s.iter().map(|p| crate::util::fs_to_text(vm, p)).collect()));
    let parts = SpecParts {
        name,
        kind,
        origin: origin.clone(),
        cached: cached.clone(),
        search: search.clone(),
    };
    let (spec, loader) = spec::make(vm, &parts)?;
    let module = vm.heap.alloc(
        &vm.types.module,
        Module {
            dict: vm.new_dict(),
        },
    );
    let set = |name: &Ref<Str>, value: Value| module.dict.insert_str(vm, name, value);
    set(&vm.names.__name__, name.to_value());
    set(&vm.names.__doc__, Value::NONE);
    let text = name.to_string();
    let package = match (&search, text.rfind('.')) {
        (Some(_), _) => name.to_value(),
        (None, Some(dot)) => vm.intern_str(&text[..dot]).into_value(),
        (None, None) => vm.empty_str.to_value(),
    };
    set(&vm.names.__package__, package);
    set(&vm.names.__loader__, loader);
    set(&vm.names.__spec__, spec.clone());
    if let Some(search) = search {
        set(&vm.names.__path__, search);
    }
    if let Some(origin) = origin {
        set(&vm.names.__file__, origin);
    }
    if let Some(cached) = cached {
        set(&vm.intern_str("__cached__"), cached);
    }
    set(&vm.names.__builtins__, vm.builtins.to_value());
    Ok((module, spec))
}

fn run(
    vm: &Vm,
    name: &Ref<Str>,
    module: Ref<Module>,
    spec: &Value,
    code: impl FnOnce(&Vm) -> PyResult<Option<Ref<PyCode>>>,
) -> PyResult {
    vm.modules.insert_str(vm, name, module.to_value());
    let result = code(vm).and_then(|code| match code {
        None => Ok(Value::NONE),
        Some(code) => {
            let function = crate::function::new_function(vm, &code, &module.dict, None);
            crate::call::run_code(vm, &function, Some(module.dict.to_value()))
        }
    });
    match result {
        Ok(_) => {
            vm.setattr(spec, &vm.names._initializing, &Value::FALSE)?;
            // The module may have put something else in its place.
            match vm.modules.get_str(name) {
                Some(m) => Ok(m),
                None => Err(vm.key_error(name.as_value())),
            }
        }
        Err(raised) => {
            let e = vm.take_exception(raised);
            drop(vm.modules.remove_str(vm, name));
            let _ = vm.setattr(spec, &vm.names._initializing, &Value::FALSE);
            Err(vm.restore(e))
        }
    }
}
