//! The native module `_sqlite3`, over the SQLite that is compiled in.

pub mod blob;
pub mod callbacks;
pub mod connection;
pub mod constants;
pub mod convert;
pub mod cursor;
pub mod errors;
pub mod hooks;
pub mod raw;
pub mod row;
pub mod state;

use taipan_macros::pymodule;
use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[&module::MODULE];

/// Functions, classes and constants.
#[pymodule(name = "_sqlite3", doc = "Databases of SQLite.")]
pub mod module {
    use taipan_object::args::KwArgs;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm};
    use taipan_stdlib_data::support::{add_constants, set_module_attr};

    use crate::blob::Blob;
    use crate::connection::{Connection, LEGACY, c_name, warn_positional};
    use crate::cursor::{Cursor, PARSE_COLNAMES, PARSE_DECLTYPES};
    use crate::errors::{CLASSES, class, programming};
    use crate::row::{PrepareProtocol, Row};
    use crate::{constants, convert, raw, state};

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        for (full, _) in CLASSES {
            let name = full.rsplit('.').next().unwrap_or(full);
            set_module_attr(vm, module, name, class(vm, name).into_value())?;
        }
        for (name, class) in [
            ("Connection", state::class_value::<Connection>(vm)),
            ("Cursor", state::class_value::<Cursor>(vm)),
            ("Row", state::class_value::<Row>(vm)),
            ("Blob", state::class_value::<Blob>(vm)),
            ("PrepareProtocol", state::class_value::<PrepareProtocol>(vm)),
        ] {
            set_module_attr(vm, module, name, class)?;
        }
        set_module_attr(vm, module, "adapters", state::adapters(vm).into_value())?;
        set_module_attr(vm, module, "converters", state::converters(vm).into_value())?;
        let version = vm.new_str(&raw::version()).into_value();
        set_module_attr(vm, module, "sqlite_version", version)?;
        add_constants(vm, module, constants::CODES);
        add_constants(vm, module, constants::OTHERS);
        add_constants(
            vm,
            module,
            &[
                ("PARSE_DECLTYPES", i64::from(PARSE_DECLTYPES)),
                ("PARSE_COLNAMES", i64::from(PARSE_COLNAMES)),
                ("LEGACY_TRANSACTION_CONTROL", i64::from(LEGACY)),
                ("threadsafety", 3),
            ],
        );
        Ok(())
    }

    /// Opens a connection to a database file.
    #[pyfunction("(*args, **kwargs)")]
    fn connect(vm: &Vm, args: &[Value], kwargs: KwArgs<'_>) -> PyResult {
        let given = kwargs.iter().find(|(name, _)| name.is_str("factory"));
        let class = state::class_value::<Connection>(vm);
        let factory = match given {
            Some((_, factory)) => factory.clone(),
            None => args.get(5).cloned().unwrap_or(class),
        };
        warn_positional(vm, args)?;
        let mut values = args.to_vec();
        let mut names = Vec::new();
        for (name, value) in kwargs.iter() {
            names.push(name.to_value());
            values.push(value.clone());
        }
        let names = vm.tuple_from_slice(&names);
        vm.call_args(
            &factory,
            Args {
                values: &values,
                keywords: (!names.is_empty()).then_some(&names),
            },
        )
    }
    /// Whether a text is a whole statement.
    #[pyfunction("(statement)")]
    fn complete_statement(vm: &Vm, statement: &Ref<Str>) -> PyResult<bool> {
        Ok(raw::is_complete(&c_name(vm, statement)?))
    }
    /// Says how instances of a class become values of SQLite.
    #[pyfunction("(type, adapter, /)")]
    fn register_adapter(vm: &Vm, kind: &Value, adapter: &Value) -> PyResult<()> {
        let basic: [&TypeRef; 4] = [
            &vm.types.int,
            &vm.types.float,
            &vm.types.str,
            &vm.types.bytearray,
        ];
        if basic.iter().any(|t| kind.is(t.as_value())) {
            state::set_adapts_basic(vm);
        }
        let protocol = state::class_value::<PrepareProtocol>(vm);
        let key = vm.tuple_value([kind.clone(), protocol]);
        state::adapters(vm).insert(vm, key, adapter.clone())
    }
    /// Says how bytes of a declared type become objects.
    #[pyfunction("(typename, converter, /)")]
    fn register_converter(vm: &Vm, typename: &Ref<Str>, converter: &Value) -> PyResult<()> {
        let name = vm.call_method(typename.as_value(), &vm.intern_str("upper"), &[])?;
        state::converters(vm).insert(vm, name, converter.clone())
    }
    /// Adapts an object to a protocol.
    #[pyfunction("(obj, proto=<unset>, alt=<unset>, /)")]
    fn adapt(vm: &Vm, obj: &Value, proto: Option<&Value>, alt: Option<&Value>) -> PyResult {
        let default = state::class_value::<PrepareProtocol>(vm);
        let adapted = convert::adapt(vm, obj, proto.unwrap_or(&default))?;
        adapted
            .or_else(|| alt.cloned())
            .ok_or_else(|| programming(vm, "can't adapt"))
    }
    /// Says whether errors of callbacks are shown.
    #[pyfunction("(enable, /)")]
    fn enable_callback_tracebacks(vm: &Vm, enable: bool) {
        state::show_tracebacks(vm, enable);
    }
}
