//! The import system: what the import statement, `__import__` and native code use.
//!
//! The common case runs natively: built-in modules and files found through
//! `sys.path`. As soon as a program asks for `importlib` the classes of
//! `importlib._bootstrap` are loaded ([`bootstrap`]) and all specs and loaders
//! are theirs. Finders that a program puts into `sys.meta_path` are asked in
//! their place.

pub mod bootstrap;
pub mod find;
pub mod from;
pub mod library;
mod load;
pub mod source;
pub mod spec;
mod trace;

use taipan_object::dict::Dict;
use taipan_object::exceptions::{Exception, new_exception};
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

pub use from::{import_from, import_star};

/// `import name` in code with these globals.
///
/// # Errors
/// ImportError; what the module raises.
pub fn import_name(
    vm: &Vm,
    name: &Ref<Str>,
    globals: &Ref<Dict>,
    fromlist: &Value,
    level: &Value,
) -> PyResult {
    import(vm, name, globals.as_value(), fromlist, level)
}

/// ImportError or a subclass, with `name` and `path` set.
#[cold]
pub fn import_error(
    vm: &Vm,
    ty: &taipan_object::TypeRef,
    message: &str,
    name: Option<&Value>,
    path: Option<&Value>,
) -> Raised {
    let message = vm.new_str(message).into_value();
    let e = new_exception(vm, ty, std::slice::from_ref(&message));
    if let Some(x) = e.downcast::<Exception>() {
        x.set_field(0, Some(message));
        x.set_field(1, Some(name.cloned().unwrap_or(Value::NONE)));
        x.set_field(2, Some(path.cloned().unwrap_or(Value::NONE)));
        x.set_field(3, Some(Value::NONE));
    }
    vm.raise(e)
}

#[cold]
fn not_found(vm: &Vm, name: &Ref<Str>, detail: &str) -> Raised {
    let shown = vm
        .repr(name.as_value())
        .map_or_else(|_| name.to_string(), |r| r.to_string());
    import_error(
        vm,
        &vm.exc.module_not_found_error,
        &format!("No module named {shown}{detail}"),
        Some(name.as_value()),
        None,
    )
}

/// `__import__(name, globals, None, fromlist, level)`.
///
/// # Errors
/// ImportError; what the module raises.
pub fn import(
    vm: &Vm,
    name: &Ref<Str>,
    globals: &Value,
    fromlist: &Value,
    level: &Value,
) -> PyResult {
    let level = if level.is_none() {
        0
    } else {
        vm.index_i64(level)?
    };
    if level < 0 {
        return Err(vm.value_error("level must be >= 0"));
    }
    let absolute = if level == 0 {
        if name.is_empty() {
            return Err(vm.value_error("Empty module name"));
        }
        vm.intern(name)
    } else {
        let package = package_of(vm, globals)?;
        resolve(vm, name, &package, level as usize)?
    };
    let module = find_and_load(vm, &absolute)?;
    let has_from = !fromlist.is_none() && vm.is_true(fromlist)?;
    if has_from {
        return from::handle_fromlist(vm, &module, fromlist);
    }
    let text = name.to_string();
    let Some(dot) = text.find('.') else {
        return Ok(module);
    };
    if level == 0 {
        return find_and_load(vm, &vm.intern_str(&text[..dot]));
    }
    // The first part of the relative name, in the package it was found in.
    let full = absolute.to_string();
    let top = &full[..full.len() - (text.len() - dot)];
    match vm.modules.get_str(&vm.intern_str(top)) {
        Some(m) => Ok(m),
        None => Err(vm.key_error(
            vm.new_str(&format!("'{top}' not in sys.modules as expected"))
                .as_value(),
        )),
    }
}

/// The module of a dotted name.
///
/// # Errors
/// ImportError; what the module raises.
pub fn import_module(vm: &Vm, name: &str) -> PyResult {
    find_and_load(vm, &vm.intern_str(name))
}

/// The package that relative imports start from.
fn package_of(vm: &Vm, globals: &Value) -> PyResult<Ref<Str>> {
    let Some(globals) = globals.downcast::<Dict>() else {
        return Err(if globals.is_none() {
            vm.key_error(vm.new_str("'__name__' not in globals").as_value())
        } else {
            vm.type_error("globals must be a dict")
        });
    };
    let given = globals
        .get_str(&vm.names.__package__)
        .filter(|p| !p.is_none());
    let spec = globals.get_str(&vm.names.__spec__).filter(|s| !s.is_none());
    let package = match (given, spec) {
        (Some(p), _) => match p.downcast_owned::<Str>() {
            Ok(p) => p,
            Err(_) => return Err(vm.type_error("package must be a string")),
        },
        (None, Some(spec)) => match vm
            .getattr(&spec, &vm.intern_str("parent"))?
            .downcast_owned::<Str>()
        {
            Ok(p) => p,
            Err(_) => return Err(vm.type_error("__spec__.parent must be a string")),
        },
        (None, None) => {
            let Some(name) = globals.get_str(&vm.names.__name__) else {
                return Err(vm.key_error(vm.new_str("'__name__' not in globals").as_value()));
            };
            let Ok(name) = name.downcast_owned::<Str>() else {
                return Err(vm.type_error("__name__ must be a string"));
            };
            if globals.get_str(&vm.names.__path__).is_some() {
                name
            } else {
                let text = name.to_string();
                vm.intern_str(text.rfind('.').map_or("", |dot| &text[..dot]))
            }
        }
    };
    if package.is_empty() {
        return Err(import_error(
            vm,
            &vm.exc.import_error,
            "attempted relative import with no known parent package",
            None,
            None,
        ));
    }
    Ok(package)
}

/// The absolute name of a relative one.
fn resolve(vm: &Vm, name: &Ref<Str>, package: &Ref<Str>, level: usize) -> PyResult<Ref<Str>> {
    let package = package.to_string();
    let mut base = &package[..];
    for _ in 1..level {
        match base.rfind('.') {
            Some(dot) => base = &base[..dot],
            None => {
                return Err(import_error(
                    vm,
                    &vm.exc.import_error,
                    "attempted relative import beyond top-level package",
                    None,
                    None,
                ));
            }
        }
    }
    Ok(if name.is_empty() {
        vm.intern_str(base)
    } else {
        vm.intern_str(&format!("{base}.{name}"))
    })
}

/// The module of an absolute name: from `sys.modules`, or found and loaded.
///
/// # Errors
/// ImportError; what the module raises.
pub fn find_and_load(vm: &Vm, name: &Ref<Str>) -> PyResult {
    match vm.modules.get(vm, name.as_value())? {
        Some(m) if m.is_none() => Err(import_error(
            vm,
            &vm.exc.module_not_found_error,
            &format!("import of {name} halted; None in sys.modules"),
            Some(name.as_value()),
            None,
        )),
        Some(m) => {
            trace::cached(vm, name);
            Ok(m)
        }
        None => {
            vm.check_stack(" while importing a module")?;
            // Parents are imported first, one inside of the other.
            let depth = vm.recursion_depth.get();
            if depth >= vm.recursion_limit.get() {
                let text = "maximum recursion depth exceeded";
                return Err(vm.raise_str(&vm.exc.recursion_error, text));
            }
            vm.recursion_depth.set(depth + 1);
            let module = trace::traced(vm, name, || load_new(vm, name));
            vm.recursion_depth.set(depth);
            module
        }
    }
}

fn load_new(vm: &Vm, name: &Ref<Str>) -> PyResult {
    let text = name.to_string();
    let mut path = None;
    let mut parent = None;
    if let Some(dot) = text.rfind('.') {
        let parent_name = vm.intern_str(&text[..dot]);
        let mut module = match vm.modules.get_str(&parent_name) {
            Some(m) => m,
            None => find_and_load(vm, &parent_name)?,
        };
        // The parent may have imported the module itself.
        if let Some(m) = vm.modules.get_str(name) {
            return Ok(m);
        }
        if let Some(m) = vm.modules.get_str(&parent_name) {
            module = m;
        }
        match vm.getattr_opt(&module, &vm.names.__path__)? {
            Some(p) => path = Some(p),
            None => {
                return Err(not_found(
                    vm,
                    name,
                    &format!("; '{parent_name}' is not a package"),
                ));
            }
        }
        parent = Some((module, vm.intern_str(&text[dot + 1..])));
    }
    // What importlib brings along; importing them first would find importlib half made.
    if matches!(
        &*text,
        "_frozen_importlib" | "_frozen_importlib_external" | "zipimport"
    ) {
        bootstrap::ensure(vm)?;
        if let Some(m) = vm.modules.get_str(name) {
            return Ok(m);
        }
    }
    let Some(found) = find::find(vm, name, path.as_ref())? else {
        return Err(not_found(vm, name, ""));
    };
    let module = load::load(vm, name, found)?;
    if let Some((parent, child)) = parent
        && vm.setattr(&parent, &child, &module).is_err()
    {
        if !vm.exception_is(&vm.exc.attribute_error) {
            // SAFETY: the failed call left its exception pending.
            return Err(unsafe { Raised::assume_pending() });
        }
        drop(vm.take_pending());
    }
    Ok(module)
}
