//! The module `_locale`.

use taipan_macros::pymodule;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};

pub use module::MODULE;

/// `locale.Error`.
fn error_class(vm: &Vm) -> TypeRef {
    crate::support::exception(vm, "locale.Error", &vm.exc.exception)
}

#[cold]
fn error(vm: &Vm, message: &str) -> Raised {
    vm.raise_str(&error_class(vm), message)
}

/// Text for the C library.
fn c_text(vm: &Vm, text: &taipan_object::str::Str) -> PyResult<Vec<u8>> {
    let bytes = taipan_vm::util::text_to_fs(text);
    if bytes.contains(&0) {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(bytes)
}

/// Text from the C library.
fn text(vm: &Vm, bytes: &[u8]) -> Value {
    taipan_vm::util::fs_to_text(vm, bytes)
}

/// Sizes of digit groups as a list: it ends with 0 or CHAR_MAX.
fn grouping(vm: &Vm, sizes: &[u8]) -> Value {
    let mut items: Vec<Value> = sizes
        .iter()
        .take_while(|&&n| n != 127)
        .map(|&n| vm.new_int(n.into()))
        .collect();
    if !sizes.is_empty() {
        items.push(vm.new_int(if sizes.contains(&127) { 127 } else { 0 }));
    }
    vm.list_value(items)
}

/// Functions.
#[pymodule(
    name = "_locale",
    doc = "How the system writes numbers, times and text."
)]
pub mod module {
    use taipan_object::dict::Dict;
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{c_text, error, grouping, text};
    use crate::support::{add_constants, set_module_attr};
    use taipan_host::locale;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, locale::CONSTANTS);
        set_module_attr(vm, module, "Error", super::error_class(vm).into_value())
    }

    /// Sets the locale of a category, or tells it without one.
    #[pyfunction("(category, locale=None, /)")]
    fn setlocale(vm: &Vm, category: i32, locale: Option<&Ref<Str>>) -> PyResult {
        let name = locale.map(|l| c_text(vm, l)).transpose()?;
        match locale::set(category, name.as_deref()) {
            Some(name) => Ok(text(vm, &name)),
            None if name.is_some() => Err(error(vm, "unsupported locale setting")),
            None => Err(error(vm, "locale query failed")),
        }
    }
    /// How numbers and amounts of money are written.
    #[pyfunction("()")]
    fn localeconv(vm: &Vm) -> Ref<Dict> {
        let conventions = locale::conventions();
        let dict = vm.new_dict();
        let set = |name: &str, value: Value| dict.insert_str(vm, &vm.intern_str(name), value);
        for (name, bytes) in &conventions.texts {
            let value = if name.ends_with("grouping") {
                grouping(vm, bytes)
            } else {
                text(vm, bytes)
            };
            set(name, value);
        }
        for (name, number) in &conventions.numbers {
            set(name, vm.new_int((*number).into()));
        }
        dict
    }
    /// The order of two strings: negative, zero or positive.
    #[pyfunction("(os1, os2, /)")]
    fn strcoll(vm: &Vm, os1: &Ref<Str>, os2: &Ref<Str>) -> PyResult<i32> {
        Ok(locale::collate(&c_text(vm, os1)?, &c_text(vm, os2)?))
    }
    /// A string whose plain order is the locale's.
    #[pyfunction("(string, /)")]
    fn strxfrm(vm: &Vm, string: &Value) -> PyResult {
        let Some(string) = string.downcast::<Str>() else {
            return Err(taipan_object::native::bad_argument(
                vm, string, "strxfrm", "argument", "str",
            ));
        };
        let bytes = c_text(vm, string)?;
        if locale::collates_plainly() {
            return Ok(string.to_value());
        }
        let key: String = locale::transform(&bytes)
            .iter()
            .map(|&b| char::from(b))
            .collect();
        Ok(vm.new_str(&key).into_value())
    }
    /// A fact about the locale.
    #[pyfunction("(key, /)")]
    fn nl_langinfo(vm: &Vm, key: i32) -> PyResult {
        let known = locale::CONSTANTS
            .iter()
            .any(|(name, value)| *value == i64::from(key) && locale::is_fact(name));
        if !known {
            return Err(vm.value_error("unsupported langinfo constant"));
        }
        Ok(text(vm, &locale::fact(key)))
    }
    /// The encoding of text in files.
    #[pyfunction("()")]
    fn getencoding() -> &'static str {
        "UTF-8"
    }

    // Catalogues of messages are read by the Python module `gettext`; here text stays as it is.

    /// A message in the current language.
    #[pyfunction("(msg, /)")]
    fn gettext(vm: &Vm, msg: &Ref<Str>) -> PyResult {
        Ok(text(vm, &c_text(vm, msg)?))
    }
    /// A message of a domain in the current language.
    #[pyfunction("(domain, msg, /)")]
    fn dgettext(vm: &Vm, _domain: Option<&Ref<Str>>, msg: &Ref<Str>) -> PyResult {
        Ok(text(vm, &c_text(vm, msg)?))
    }
    /// A message of a domain and category in the current language.
    #[pyfunction("(domain, msg, category, /)")]
    fn dcgettext(vm: &Vm, _domain: Option<&Ref<Str>>, msg: &Ref<Str>, _category: i32) -> PyResult {
        Ok(text(vm, &c_text(vm, msg)?))
    }
    /// The domain of messages; set if one is given.
    #[pyfunction("(domain, /)")]
    fn textdomain(vm: &Vm, domain: Option<&Ref<Str>>) -> PyResult {
        let domain = domain.map(|d| c_text(vm, d)).transpose()?;
        Ok(text(vm, &locale::domain(domain.as_deref())))
    }
    /// The folder of a domain's messages; set if one is given.
    #[pyfunction("(domain, dir, /)")]
    fn bindtextdomain(vm: &Vm, domain: &Ref<Str>, dir: &Value) -> PyResult {
        if domain.is_empty() {
            return Err(error(vm, "domain must be a non-empty string"));
        }
        let dir = if dir.is_none() {
            None
        } else {
            Some(taipan_vm::util::fs_bytes(vm, dir)?)
        };
        match locale::bind_domain(&c_text(vm, domain)?, dir.as_deref()) {
            Ok(dir) => Ok(text(vm, &dir)),
            Err(e) => Err(crate::support::os_error(vm, &e)),
        }
    }
    /// The encoding of a domain's messages; set if one is given.
    #[pyfunction("(domain, codeset, /)")]
    fn bind_textdomain_codeset(
        vm: &Vm,
        domain: &Ref<Str>,
        codeset: Option<&Ref<Str>>,
    ) -> PyResult<Option<Value>> {
        let codeset = codeset.map(|c| c_text(vm, c)).transpose()?;
        let set = locale::bind_codeset(&c_text(vm, domain)?, codeset.as_deref());
        Ok(set.map(|s| text(vm, &s)))
    }
}
