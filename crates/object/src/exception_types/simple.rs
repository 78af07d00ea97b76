//! Exceptions whose constructors fill a few attributes.

use taipan_macros::pymethods;

use super::fields::field;
use super::{exception, no_keywords, own_dict, reduce_with, set_args};
use crate::exceptions::Exception;
use crate::header::Ref;
use crate::native::GetSetDef;
use crate::slots::Slots;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{Args, PyResult, Vm};

pub(crate) const VALUE: &[GetSetDef] = &[field::<0>("value")];
pub(crate) const CODE: &[GetSetDef] = &[field::<0>("code")];
pub(crate) const ATTRIBUTE: &[GetSetDef] = &[field::<0>("name"), field::<1>("obj")];
pub(crate) const NAME: &[GetSetDef] = &[field::<0>("name")];
pub(crate) const IMPORT: &[GetSetDef] = &[
    field::<0>("msg"),
    field::<1>("name"),
    field::<2>("path"),
    field::<3>("name_from"),
];

/// `StopIteration.__init__`: the value is the first argument.
pub(crate) fn stop_iteration(slots: &Slots) {
    slots.init.set(Some(|vm, this, args| {
        let e = exception(vm, this)?;
        no_keywords(vm, e.ty(), &args)?;
        set_args(vm, e, args.values);
        e.set_field(0, args.values.first().cloned());
        Ok(())
    }));
}

/// `SystemExit.__init__`: the code is the argument, or all of them.
pub(crate) fn system_exit(slots: &Slots) {
    slots.init.set(Some(|vm, this, args| {
        let e = exception(vm, this)?;
        no_keywords(vm, e.ty(), &args)?;
        set_args(vm, e, args.values);
        e.set_field(
            0,
            match args.values {
                [] => None,
                [one] => Some(one.clone()),
                _ => Some(e.args.borrow().to_value()),
            },
        );
        Ok(())
    }));
}

/// `KeyError.__str__`: the repr of a lone argument, so that an empty key shows.
pub(crate) fn key_error(slots: &Slots) {
    slots.str.set(Some(|vm, this| {
        let args = exception(vm, this)?.args.borrow().clone();
        match args.items() {
            [key] => Ok(vm.repr(key)?.into_value()),
            _ => base_str(vm, this),
        }
    }));
}

/// `BaseException.__str__`.
pub(crate) fn base_str(vm: &Vm, this: &Value) -> PyResult {
    match vm.exc.base_exception.slots.str.get() {
        Some(f) => f(vm, this),
        None => Ok(vm.empty_str.to_value()),
    }
}

/// Fills fields from the keywords of a constructor; others are an error.
fn init_with_keywords(
    vm: &Vm,
    e: &Ref<Exception>,
    class: &str,
    args: &Args<'_>,
    names: &[(&str, usize)],
) -> PyResult<()> {
    for (name, _) in args.keyword_args() {
        let Some(text) = name.downcast::<Str>() else {
            return Err(vm.type_error("keywords must be strings"));
        };
        if !names.iter().any(|(n, _)| text.is_str(n)) {
            let known: Vec<&str> = names.iter().map(|(n, _)| *n).collect();
            let hint = crate::args::closest(&text.to_string(), &known)
                .map_or_else(String::new, |c| format!(". Did you mean '{c}'?"));
            return Err(vm.type_error(format!(
                "{class}() got an unexpected keyword argument '{text}'{hint}"
            )));
        }
    }
    set_args(vm, e, args.positional());
    for &(name, index) in names {
        let given = args
            .keyword_args()
            .find(|(n, _)| n.downcast::<Str>().is_some_and(|n| n.is_str(name)));
        e.set_field(index, given.map(|(_, v)| v.clone()));
    }
    Ok(())
}

/// A dict with the instance's attributes and the named fields that are set.
fn state_with(vm: &Vm, e: &Ref<Exception>, fields: &[(&str, usize)]) -> Ref<crate::dict::Dict> {
    let state = match own_dict(vm, e.as_value())
        .and_then(|d| d.downcast_owned::<crate::dict::Dict>().ok())
    {
        Some(d) => vm.heap.alloc(&vm.types.dict, d.copy()),
        None => vm.new_dict(),
    };
    for &(name, index) in fields {
        if let Some(value) = e.field(index) {
            state.insert_str(vm, &vm.intern_str(name), value);
        }
    }
    state
}

/// `NameError`.
pub(crate) fn name_error(slots: &Slots) {
    slots.init.set(Some(|vm, this, args| {
        init_with_keywords(vm, exception(vm, this)?, "NameError", &args, &[("name", 0)])
    }));
}

/// `AttributeError`.
pub mod attribute_error {
    use super::*;

    #[pymethods(partial = METHODS, class = "AttributeError")]
    impl Exception {
        #[pyslot(init)]
        fn attribute_init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
            init_with_keywords(
                vm,
                this,
                "AttributeError",
                &args,
                &[("name", 0), ("obj", 1)],
            )
        }
        /// The attributes to pickle; the object is not among them.
        #[pymethod("(self, /)", name = "__getstate__")]
        fn attribute_state(vm: &Vm, this: &Ref<Exception>) -> Value {
            let state = state_with(vm, this, &[("name", 0)]);
            state.insert_str(vm, &vm.names.args, this.args.borrow().to_value());
            state.into_value()
        }
        /// Helper for pickle.
        #[pymethod("(self, /)", name = "__reduce__")]
        fn attribute_reduce(vm: &Vm, this: &Ref<Exception>) -> Value {
            let args = this.args.borrow().to_value();
            reduce_with(vm, this, args, Some(Self::attribute_state(vm, this)))
        }
    }
}

/// `ImportError`.
pub mod import_error {
    use super::*;

    #[pymethods(partial = METHODS, class = "ImportError")]
    impl Exception {
        #[pyslot(init)]
        fn import_init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
            init_with_keywords(
                vm,
                this,
                "ImportError",
                &args,
                &[("name", 1), ("path", 2), ("name_from", 3)],
            )?;
            let message = match args.positional() {
                [one] => Some(one.clone()),
                _ => None,
            };
            this.set_field(0, message);
            Ok(())
        }
        #[pyslot(str)]
        fn import_str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
            match this.field(0) {
                Some(message) if vm.type_of(&message).is(&vm.types.str) => Ok(message),
                _ => base_str(vm, this.as_value()),
            }
        }
        /// Helper for pickle.
        #[pymethod("(self, /)", name = "__reduce__")]
        fn import_reduce(vm: &Vm, this: &Ref<Exception>) -> Value {
            let state = state_with(vm, this, &[("name", 1), ("path", 2), ("name_from", 3)]);
            let args = this.args.borrow().to_value();
            reduce_with(
                vm,
                this,
                args,
                Some(state).filter(|s| !s.is_empty()).map(Ref::into_value),
            )
        }
    }
}
