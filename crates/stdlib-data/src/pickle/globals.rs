//! What picklers share: exceptions, and tables of other modules.

use std::rc::Rc;

use taipan_object::dict::Dict;
use taipan_object::exception_types::add_note;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm};

use crate::support::exception;

const KEY: &str = "_pickle.globals";

/// Tables of `copyreg` and `_compat_pickle`, and functions that pickles name.
pub struct Globals {
    pub dispatch_table: Ref<Dict>,
    pub extensions: Ref<Dict>,
    pub inverted_extensions: Ref<Dict>,
    pub extension_cache: Ref<Dict>,
    pub names: Ref<Dict>,
    pub imports: Ref<Dict>,
    pub reverse_names: Ref<Dict>,
    pub reverse_imports: Ref<Dict>,
    pub encode: Value,
    pub partial: Value,
}

fn table(vm: &Vm, module: &Value, module_name: &str, name: &str) -> PyResult<Ref<Dict>> {
    let table = vm.getattr_str(module, name)?;
    table.downcast_owned::<Dict>().map_err(|other| {
        vm.runtime_error(format!(
            "{module_name}.{name} should be a dict, not {}",
            vm.type_name(&other)
        ))
    })
}

impl Globals {
    /// The tables, imported the first time.
    ///
    /// # Errors
    /// What an import raises; RuntimeError if a table is none.
    pub fn get(vm: &Vm) -> PyResult<Rc<Globals>> {
        let known = vm.module_state.borrow().get(KEY).cloned();
        if let Some(known) = known.and_then(|k| k.downcast::<Globals>().ok()) {
            return Ok(known);
        }
        let import = |name: &str| (vm.hooks.get().import)(vm, name);
        let copyreg = import("copyreg")?;
        let compat = import("_compat_pickle")?;
        let registered = |name: &str| table(vm, &copyreg, "copyreg", name);
        let renamed = |name: &str| table(vm, &compat, "_compat_pickle", name);
        let globals = Rc::new(Globals {
            dispatch_table: registered("dispatch_table")?,
            extensions: registered("_extension_registry")?,
            inverted_extensions: registered("_inverted_registry")?,
            extension_cache: registered("_extension_cache")?,
            names: renamed("NAME_MAPPING")?,
            imports: renamed("IMPORT_MAPPING")?,
            reverse_names: renamed("REVERSE_NAME_MAPPING")?,
            reverse_imports: renamed("REVERSE_IMPORT_MAPPING")?,
            encode: vm.getattr_str(&import("codecs")?, "encode")?,
            partial: vm.getattr_str(&import("functools")?, "partial")?,
        });
        vm.module_state.borrow_mut().insert(KEY, globals.clone());
        Ok(globals)
    }
}

/// `PickleError`.
pub fn pickle_error(vm: &Vm) -> TypeRef {
    exception(vm, "_pickle.PickleError", &vm.exc.exception)
}

/// `PicklingError`.
pub fn pickling_error_type(vm: &Vm) -> TypeRef {
    exception(vm, "_pickle.PicklingError", &pickle_error(vm))
}

/// `UnpicklingError`.
pub fn unpickling_error_type(vm: &Vm) -> TypeRef {
    exception(vm, "_pickle.UnpicklingError", &pickle_error(vm))
}

/// Raises `PicklingError`.
#[cold]
pub fn cannot_pickle(vm: &Vm, message: impl AsRef<str>) -> Raised {
    vm.raise_str(&pickling_error_type(vm), message)
}

/// Raises `UnpicklingError`.
#[cold]
pub fn cannot_unpickle(vm: &Vm, message: impl AsRef<str>) -> Raised {
    vm.raise_str(&unpickling_error_type(vm), message)
}

/// A message with the repr of an object in the place of `{}`; lone surrogates stay.
#[cold]
pub fn with_repr(vm: &Vm, ty: &TypeRef, before: &str, object: &Value, after: &str) -> Raised {
    match vm.repr(object) {
        Ok(shown) => {
            let mut message = before.as_bytes().to_vec();
            shown.view().push_wtf8(&mut message);
            message.extend_from_slice(after.as_bytes());
            let message = vm.new_wtf8(&message).into_value();
            taipan_object::exceptions::raise_new(vm, ty, &[message])
        }
        Err(e) => e,
    }
}

/// The pending exception becomes the context of the one that `raise` raises.
#[cold]
pub fn instead(vm: &Vm, pending: Raised, raise: impl FnOnce(&Value) -> Raised) -> Raised {
    let old = vm.take_exception(pending);
    let raised = raise(&old);
    let new = vm.take_exception(raised);
    if vm.setattr(&new, &vm.names.__context__, &old).is_err() {
        drop(vm.take_pending());
    }
    vm.restore(new)
}

/// Adds a note to the exception of a failed result.
#[inline]
pub fn noted<T>(
    vm: &Vm,
    result: PyResult<T>,
    note: impl FnOnce() -> PyResult<Vec<u8>>,
) -> PyResult<T> {
    result.map_err(|raised| note_pending(vm, raised, note))
}

#[cold]
#[inline(never)]
fn note_pending(vm: &Vm, raised: Raised, note: impl FnOnce() -> PyResult<Vec<u8>>) -> Raised {
    let error = vm.take_exception(raised);
    let added = note().and_then(|text| add_note(vm, &error, vm.new_wtf8(&text).as_value()));
    if added.is_err() {
        drop(vm.take_pending());
    }
    vm.restore(error)
}

/// The full name of an object's class, as messages give it.
pub fn type_name(vm: &Vm, object: &Value) -> String {
    vm.full_type_name(vm.type_of(object))
}
