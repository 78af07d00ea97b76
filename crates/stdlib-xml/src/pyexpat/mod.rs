//! The module `pyexpat`.

mod dispatch;
mod handlers;
mod parser;

use taipan_macros::pymodule;
use taipan_object::{Raised, TypeRef, Vm};
use taipan_stdlib_data::support::once;

use crate::engine::error::Code;

pub use module::MODULE;

/// `xml.parsers.expat.ExpatError`.
fn error_class(vm: &Vm) -> TypeRef {
    once(vm, "pyexpat.error", || {
        taipan_stdlib_data::support::exception(
            vm,
            "xml.parsers.expat.ExpatError",
            &vm.exc.exception,
        )
    })
}

/// ExpatError with its number and position.
#[cold]
fn error(vm: &Vm, code: Code, line: u64, column: u64) -> Raised {
    let text = crate::engine::error::message(code as i64).unwrap_or("unknown error");
    error_with(vm, text, code, line, column)
}

#[cold]
fn error_with(vm: &Vm, text: &str, code: Code, line: u64, column: u64) -> Raised {
    let message = format!("{text}: line {line}, column {column}");
    let raised = vm.raise_str(&error_class(vm), message);
    let exception = vm.take_exception(raised);
    for (name, value) in [("code", code as u64), ("offset", column), ("lineno", line)] {
        if let Err(raised) = vm.setattr(&exception, &vm.intern_str(name), &vm.new_uint(value)) {
            return raised;
        }
    }
    vm.restore(exception)
}

/// Functions, classes and constants.
#[pymodule(name = "pyexpat", doc = "Python wrapper for an XML parser like expat.")]
#[allow(non_snake_case, non_upper_case_globals)]
pub mod module {
    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::native::bad_argument;
    use taipan_object::object::alloc_instance;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};
    use taipan_stdlib_data::support::{add_constants, set_module_attr};

    use super::error_class;
    use super::parser::Parser;
    use crate::engine::Engine;
    use crate::engine::error::{Code, message};
    use crate::engine::input::Encoding;

    #[pyattr]
    const EXPAT_VERSION: &str = "expat_2.7.3";
    #[pyattr]
    const native_encoding: &str = "UTF-8";

    const CONTENT: [(&str, i64); 6] = [
        ("XML_CTYPE_EMPTY", 1),
        ("XML_CTYPE_ANY", 2),
        ("XML_CTYPE_MIXED", 3),
        ("XML_CTYPE_NAME", 4),
        ("XML_CTYPE_CHOICE", 5),
        ("XML_CTYPE_SEQ", 6),
    ];
    const QUANTIFIERS: [(&str, i64); 4] = [
        ("XML_CQUANT_NONE", 0),
        ("XML_CQUANT_OPT", 1),
        ("XML_CQUANT_REP", 2),
        ("XML_CQUANT_PLUS", 3),
    ];
    const FEATURES: [(&str, i64); 10] = [
        ("sizeof(XML_Char)", 1),
        ("sizeof(XML_LChar)", 1),
        ("XML_DTD", 0),
        ("XML_CONTEXT_BYTES", 1024),
        ("XML_NS", 0),
        ("XML_BLAP_MAX_AMP", 100),
        ("XML_BLAP_ACT_THRES", 8_388_608),
        ("XML_GE", 0),
        ("XML_AT_MAX_AMP", 100),
        ("XML_AT_ACT_THRES", 67_108_864),
    ];

    fn submodule(vm: &Vm, parent: &Ref<Module>, name: &str, doc: &str) -> PyResult<Ref<Module>> {
        let full = format!("pyexpat.{name}");
        let module = taipan_vm::imp::new_module(vm, &full);
        let doc = vm.new_str(doc).into_value();
        set_module_attr(vm, &module, "__doc__", doc)?;
        set_module_attr(vm, parent, name, module.to_value())?;
        vm.modules
            .insert_str(vm, &vm.intern_str(&full), module.to_value());
        Ok(module)
    }

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        set_module_attr(vm, module, "error", error_class(vm).into_value())?;
        set_module_attr(vm, module, "ExpatError", error_class(vm).into_value())?;
        let parser = vm.add_native_type::<Parser>();
        set_module_attr(vm, module, "XMLParserType", parser.into_value())?;
        add_constants(
            vm,
            module,
            &[
                ("XML_PARAM_ENTITY_PARSING_NEVER", 0),
                ("XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", 1),
                ("XML_PARAM_ENTITY_PARSING_ALWAYS", 2),
            ],
        );
        let version = [2, 7, 3].map(|n| vm.new_int(n));
        set_module_attr(vm, module, "version_info", vm.tuple_value(version))?;
        let features = FEATURES
            .iter()
            .map(|&(name, n)| vm.tuple_value([vm.new_str(name).into_value(), vm.new_int(n)]))
            .collect();
        set_module_attr(vm, module, "features", vm.list_value(features))?;

        let doc = "Constants used to interpret content model information.";
        let model = submodule(vm, module, "model", doc)?;
        add_constants(vm, &model, &CONTENT);
        add_constants(vm, &model, &QUANTIFIERS);

        let doc = "Constants used to describe error conditions.";
        let errors = submodule(vm, module, "errors", doc)?;
        let (codes, messages) = (vm.new_dict(), vm.new_dict());
        for &(code, name, text) in Code::ALL {
            let (code, text) = (vm.new_int(i64::from(code)), vm.intern_str(text));
            set_module_attr(vm, &errors, name, text.to_value())?;
            codes.insert_str(vm, &text, code.clone());
            messages.insert(vm, code, text.into_value())?;
        }
        set_module_attr(vm, &errors, "codes", codes.into_value())?;
        set_module_attr(vm, &errors, "messages", messages.into_value())
    }

    /// The message of an error's number.
    #[pyfunction("(code, /)")]
    fn ErrorString(code: i64) -> Option<&'static str> {
        message(code)
    }

    /// A new parser.
    #[pyfunction("(encoding=None, namespace_separator=None, intern=<unset>)")]
    fn ParserCreate(
        vm: &Vm,
        encoding: &Value,
        namespace_separator: &Value,
        intern: Option<&Value>,
    ) -> PyResult<Ref<Parser>> {
        let text = |value: &Value, name: &str| -> PyResult<Option<String>> {
            if value.is_none() {
                return Ok(None);
            }
            let Some(text) = value.downcast::<Str>() else {
                let what = format!("argument '{name}'");
                return Err(bad_argument(
                    vm,
                    value,
                    "ParserCreate",
                    &what,
                    "str or None",
                ));
            };
            let text = text.to_string();
            if text.contains('\0') {
                return Err(vm.value_error("embedded null character"));
            }
            Ok(Some(text))
        };
        let encoding = text(encoding, "encoding")?;
        let separator = text(namespace_separator, "namespace_separator")?;
        let separator = separator.map(|text| {
            let mut chars = text.chars();
            (chars.next(), chars.next().is_some())
        });
        if separator.is_some_and(|(_, more)| more) {
            return Err(vm.value_error(
                "namespace_separator must be at most one character, omitted, or None",
            ));
        }
        let intern = match intern {
            None => Some(vm.new_dict()),
            Some(value) if value.is_none() => None,
            Some(value) => match value.downcast::<Dict>() {
                Some(dict) => Some(dict.clone()),
                None => return Err(vm.type_error("intern must be a dictionary")),
            },
        };
        let known = encoding.as_deref().and_then(|e| Encoding::named(e, None));
        let unknown = encoding.filter(|_| known.is_none());
        let engine = Engine::new(known, separator.map(|(c, _)| c));
        let parser = Parser::new(engine, intern, unknown);
        let class = vm.add_native_type::<Parser>();
        Ok(alloc_instance(vm, &class, parser))
    }
}
