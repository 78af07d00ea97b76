//! Exceptions whose constructors fill a few attributes.

use taipan_macros::pymethods;

use crate::exception_types::{exception, field, no_keywords, own_dict, reduce_with, set_args};
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

/// `SyntaxError`.
pub mod syntax_error {
    use super::*;

    pub(crate) const FIELDS: &[GetSetDef] = &[
        field::<0>("msg"),
        field::<1>("filename"),
        field::<2>("lineno"),
        field::<3>("offset"),
        field::<4>("text"),
        field::<5>("end_lineno"),
        field::<6>("end_offset"),
        field::<7>("print_file_and_line"),
        field::<8>("_metadata"),
    ];

    /// Fills the place from `(filename, lineno, offset, text[, end_lineno, end_offset[, metadata]])`.
    fn set_place(vm: &Vm, e: &Ref<Exception>, place: &Value) -> PyResult<()> {
        let place = vm.to_tuple(place)?;
        let n = place.len();
        if !(4..=7).contains(&n) {
            let (bound, count) = if n < 4 { ("least", 4) } else { ("most", 7) };
            return Err(vm.type_error(format!(
                "function takes at {bound} {count} arguments ({n} given)"
            )));
        }
        const TARGETS: [usize; 7] = [1, 2, 3, 4, 5, 6, 8];
        for index in [5, 6, 8] {
            e.set_field(index, None);
        }
        for (value, index) in place.items().iter().zip(TARGETS) {
            e.set_field(index, Some(value.clone()));
        }
        if n == 5 {
            return Err(vm.type_error("end_offset must be provided when end_lineno is provided"));
        }
        Ok(())
    }

    #[pymethods(partial = METHODS, class = "SyntaxError")]
    impl Exception {
        #[pyslot(init)]
        fn syntax_init(vm: &Vm, this: &Ref<Exception>, args: Args<'_>) -> PyResult<()> {
            no_keywords(vm, this.ty(), &args)?;
            set_args(vm, this, args.values);
            if let Some(message) = args.values.first() {
                this.set_field(0, Some(message.clone()));
            }
            match args.values {
                [_, place] => set_place(vm, this, place),
                _ => Ok(()),
            }
        }
        #[pyslot(str)]
        fn syntax_str(vm: &Vm, this: &Ref<Exception>) -> PyResult {
            let message = vm.str(&this.field(0).unwrap_or(Value::NONE))?;
            let file = this.field(1).and_then(|f| f.downcast_owned::<Str>().ok());
            let line = this.field(2).filter(|l| vm.type_of(l).is(&vm.types.int));
            let mut out = message.to_wtf8();
            let file = file.map(|f| {
                let text = f.to_wtf8();
                let start = text.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
                text[start..].to_vec()
            });
            let line = match line {
                Some(line) => Some(vm.str(&line)?.to_string()),
                None => None,
            };
            match (file, line) {
                (None, None) => return Ok(message.into_value()),
                (Some(file), Some(line)) => {
                    out.extend_from_slice(b" (");
                    out.extend_from_slice(&file);
                    out.extend_from_slice(format!(", line {line})").as_bytes());
                }
                (Some(file), None) => {
                    out.extend_from_slice(b" (");
                    out.extend_from_slice(&file);
                    out.push(b')');
                }
                (None, Some(line)) => out.extend_from_slice(format!(" (line {line})").as_bytes()),
            }
            Ok(vm.new_wtf8(&out).into_value())
        }
    }
}
