//! The module `_csv`.

mod dialect;
mod reader;
mod writer;

use std::cell::Cell;
use std::rc::Rc;

use taipan_macros::pymodule;
use taipan_object::dict::Dict;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm};

use crate::support::once;

pub use module::MODULE;

/// `_csv.Error`.
fn error_class(vm: &Vm) -> TypeRef {
    crate::support::exception(vm, "_csv.Error", &vm.exc.exception)
}

#[cold]
fn error(vm: &Vm, message: impl AsRef<str>) -> Raised {
    vm.raise_str(&error_class(vm), message)
}

/// The registered dialects by name.
fn dialects(vm: &Vm) -> Ref<Dict> {
    once(vm, "csv.dialects", || vm.new_dict())
}

/// The longest field that is read.
fn field_limit(vm: &Vm) -> Rc<Cell<i64>> {
    once(vm, "csv.limit", || Rc::new(Cell::new(131_072)))
}

/// A registered dialect.
fn named(vm: &Vm, name: &Value) -> PyResult {
    match dialects(vm).get(vm, name)? {
        Some(dialect) => Ok(dialect),
        None => Err(error(vm, "unknown dialect")),
    }
}

/// Functions, classes and constants.
#[pymodule(
    name = "_csv",
    doc = "Tables as text: reading and writing of comma-separated values."
)]
pub mod module {
    use taipan_object::args::KwArgs;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::dialect::{Dialect, make};
    use super::reader::Reader;
    use super::writer::Writer;
    use super::{dialects, error, error_class, field_limit, named};
    use crate::support::{add_constants, set_module_attr};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "Error", error_class(vm).into_value())?;
        set_module_attr(vm, module, "_dialects", dialects(vm).into_value())?;
        for (name, class) in [
            ("Dialect", vm.add_native_type::<Dialect>()),
            ("Reader", vm.add_native_type::<Reader>()),
            ("Writer", vm.add_native_type::<Writer>()),
        ] {
            set_module_attr(vm, module, name, class.into_value())?;
        }
        add_constants(
            vm,
            module,
            &[
                ("QUOTE_MINIMAL", 0),
                ("QUOTE_ALL", 1),
                ("QUOTE_NONNUMERIC", 2),
                ("QUOTE_NONE", 3),
                ("QUOTE_STRINGS", 4),
                ("QUOTE_NOTNULL", 5),
            ],
        );
        Ok(())
    }

    /// Reads rows from an iterable of lines.
    #[pyfunction("(*args, **fmtparams)")]
    fn reader(vm: &Vm, args: &[Value], fmtparams: KwArgs<'_>) -> PyResult<Ref<Reader>> {
        let (lines, dialect) = one_or_two(vm, args, "reader")?;
        let lines = vm.iter(lines)?;
        let dialect = make(vm, dialect, fmtparams)?;
        Ok(vm
            .heap
            .alloc(&vm.add_native_type::<Reader>(), Reader::new(lines, dialect)))
    }
    /// Writes rows to an object with a write() method.
    #[pyfunction("(*args, **fmtparams)")]
    fn writer(vm: &Vm, args: &[Value], fmtparams: KwArgs<'_>) -> PyResult<Ref<Writer>> {
        let (file, dialect) = one_or_two(vm, args, "writer")?;
        let dialect = make(vm, dialect, fmtparams)?;
        let write = vm.getattr_opt(file, &vm.intern_str("write"))?;
        let Some(write) = write.filter(|w| vm.type_of(w).slots.call.get().is_some()) else {
            return Err(vm.type_error("argument 1 must have a \"write\" method"));
        };
        Ok(vm
            .heap
            .alloc(&vm.add_native_type::<Writer>(), Writer::new(write, dialect)))
    }
    fn one_or_two<'a>(
        vm: &Vm,
        args: &'a [Value],
        name: &str,
    ) -> PyResult<(&'a Value, Option<&'a Value>)> {
        match args {
            [first] => Ok((first, None)),
            [first, second] => Ok((first, Some(second))),
            [] => Err(vm.type_error(format!("{name} expected at least 1 argument, got 0"))),
            more => Err(vm.type_error(format!(
                "{name} expected at most 2 arguments, got {}",
                more.len()
            ))),
        }
    }
    /// Gives a dialect a name.
    #[pyfunction("(*args, **fmtparams)")]
    fn register_dialect(vm: &Vm, args: &[Value], fmtparams: KwArgs<'_>) -> PyResult<()> {
        let (name, dialect) = one_or_two(vm, args, "register_dialect")?;
        if name.downcast::<Str>().is_none() {
            return Err(vm.type_error("dialect name must be a string"));
        }
        let dialect = make(vm, dialect, fmtparams)?;
        dialects(vm).insert(vm, name.clone(), dialect.into_value())
    }
    /// Forgets the dialect with a name.
    #[pyfunction("(name)")]
    fn unregister_dialect(vm: &Vm, name: &Value) -> PyResult<()> {
        match dialects(vm).remove(vm, name)? {
            Some(_) => Ok(()),
            None => Err(error(vm, "unknown dialect")),
        }
    }
    /// The dialect with a name.
    #[pyfunction("(name)")]
    fn get_dialect(vm: &Vm, name: &Value) -> PyResult {
        named(vm, name)
    }
    /// The names of all dialects.
    #[pyfunction("()")]
    fn list_dialects(vm: &Vm) -> Value {
        vm.list_value(dialects(vm).keys())
    }
    /// The longest field that is read; sets it if a new limit is given.
    #[pyfunction("(new_limit=<unset>)")]
    fn field_size_limit(vm: &Vm, new_limit: Option<&Value>) -> PyResult<i64> {
        let limit = field_limit(vm);
        let old = limit.get();
        if let Some(new) = new_limit {
            if new.as_int().is_none() {
                return Err(vm.type_error("limit must be an integer"));
            }
            limit.set(vm.index_i64(new)?);
        }
        Ok(old)
    }
}
