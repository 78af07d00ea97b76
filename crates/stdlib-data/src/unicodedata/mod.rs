//! The module `unicodedata`: Unicode 16, and Unicode 3.2 as `ucd_3_2_0`.

mod tables;
mod ucd;

use taipan_macros::pymodule;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};
use unicode_normalization::UnicodeNormalization;

pub use module::MODULE;
pub use tables::Version;
use tables::{before_correction, is_assigned};

/// The one character of an argument.
fn character(vm: &Vm, function: &str, argument: &str, value: &Value) -> PyResult<u32> {
    let Some(text) = value.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "{function}() argument{} must be a unicode character, not {}",
            argument,
            vm.type_name(value)
        )));
    };
    if text.len() != 1 {
        return Err(vm.type_error(format!(
            "{function}(): argument{argument} must be a unicode character, not a string of length {}",
            text.len()
        )));
    }
    Ok(text.view().get(0))
}

/// A string in a normal form. Lone surrogates and unassigned characters stay as they are and bound what is put together.
fn normalized(vm: &Vm, version: Version, form: &Ref<Str>, text: &Ref<Str>) -> PyResult<Ref<Str>> {
    if text.is_ascii() {
        check_form(vm, form)?;
        return Ok(text.clone());
    }
    let form = check_form(vm, form)?;
    let mut points: Vec<u32> = Vec::with_capacity(text.len());
    let mut run = String::new();
    let finish = |run: &mut String, points: &mut Vec<u32>| {
        let chars = run.chars();
        match form {
            Form::Nfc => points.extend(chars.nfc().map(u32::from)),
            Form::Nfd => points.extend(chars.nfd().map(u32::from)),
            Form::Nfkc => points.extend(chars.nfkc().map(u32::from)),
            Form::Nfkd => points.extend(chars.nfkd().map(u32::from)),
        }
        run.clear();
    };
    for c in text.view().iter() {
        let c = match version {
            Version::Unicode32 => before_correction(c).unwrap_or(c),
            Version::Unicode16 => c,
        };
        // The tables of normal forms know a later Unicode.
        match char::from_u32(c).filter(|&c| is_assigned(version, c.into())) {
            Some(c) => run.push(c),
            None => {
                finish(&mut run, &mut points);
                points.push(c);
            }
        }
    }
    finish(&mut run, &mut points);
    Ok(vm.new_from_code_points(&points))
}

#[derive(Clone, Copy)]
enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

fn check_form(vm: &Vm, form: &Ref<Str>) -> PyResult<Form> {
    [
        ("NFC", Form::Nfc),
        ("NFD", Form::Nfd),
        ("NFKC", Form::Nfkc),
        ("NFKD", Form::Nfkd),
    ]
    .into_iter()
    .find(|(name, _)| form.is_str(name))
    .map(|(_, form)| form)
    .ok_or_else(|| vm.value_error("invalid normalization form"))
}

/// What the module and `UCD` have in common.
mod ask {
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::tables::{self, Version, is_assigned, number, properties};
    use super::{character, normalized};

    pub fn category(vm: &Vm, version: Version, chr: &Value) -> PyResult<&'static str> {
        Ok(properties(version, character(vm, "category", "", chr)?).category)
    }
    pub fn bidirectional(vm: &Vm, version: Version, chr: &Value) -> PyResult<&'static str> {
        Ok(properties(version, character(vm, "bidirectional", "", chr)?).bidirectional)
    }
    pub fn combining(vm: &Vm, version: Version, chr: &Value) -> PyResult<i64> {
        let c = character(vm, "combining", "", chr)?;
        let c = char::from_u32(c).filter(|_| is_assigned(version, c));
        Ok(c.map_or(0, |c| {
            unicode_normalization::char::canonical_combining_class(c).into()
        }))
    }
    pub fn mirrored(vm: &Vm, version: Version, chr: &Value) -> PyResult<i64> {
        Ok(properties(version, character(vm, "mirrored", "", chr)?)
            .mirrored
            .into())
    }
    pub fn east_asian_width(vm: &Vm, version: Version, chr: &Value) -> PyResult<&'static str> {
        Ok(properties(version, character(vm, "east_asian_width", "", chr)?).width)
    }
    pub fn decomposition(vm: &Vm, version: Version, chr: &Value) -> PyResult<String> {
        let c = character(vm, "decomposition", "", chr)?;
        Ok(tables::decomposition(version, c))
    }
    /// A value, the default, or ValueError.
    fn or_default(
        vm: &Vm,
        value: Option<Value>,
        default: Option<Value>,
        message: &'static str,
    ) -> PyResult {
        value.or(default).ok_or_else(|| vm.value_error(message))
    }
    pub fn name(vm: &Vm, version: Version, chr: &Value, default: Option<Value>) -> PyResult {
        let c = character(vm, "name", " 1", chr)?;
        let name = char::from_u32(c)
            .filter(|_| is_assigned(version, c))
            .and_then(unicode_names2::name)
            .map(|name| vm.new_str(&name.to_string()).into_value());
        or_default(vm, name, default, "no such name")
    }
    pub fn lookup(vm: &Vm, version: Version, name: &Ref<Str>) -> PyResult {
        let text = name.to_string();
        let key_error = |message: String| {
            let message = vm.new_str(&message).into_value();
            taipan_object::exceptions::raise_new(vm, &vm.exc.key_error, &[message])
        };
        if text.len() > 256 {
            return Err(key_error("name too long".to_owned()));
        }
        match taipan_syntax::unicode::character_named(&text)
            .filter(|&c| is_assigned(version, c.into()))
        {
            Some(c) => Ok(vm.new_char(c.into()).into_value()),
            None => Err(key_error(format!("undefined character name '{text}'"))),
        }
    }
    pub fn decimal(vm: &Vm, version: Version, chr: &Value, default: Option<Value>) -> PyResult {
        let found = number(version, character(vm, "decimal", " 1", chr)?).decimal;
        let value = found.map(|n| vm.new_int(n.into()));
        or_default(vm, value, default, "not a decimal")
    }
    pub fn digit(vm: &Vm, version: Version, chr: &Value, default: Option<Value>) -> PyResult {
        let found = number(version, character(vm, "digit", " 1", chr)?).digit;
        let value = found.map(|n| vm.new_int(n.into()));
        or_default(vm, value, default, "not a digit")
    }
    pub fn numeric(vm: &Vm, version: Version, chr: &Value, default: Option<Value>) -> PyResult {
        let found = number(version, character(vm, "numeric", " 1", chr)?).numeric;
        let value = found.map(|n| vm.new_float(n));
        or_default(vm, value, default, "not a numeric character")
    }
    pub fn normalize(
        vm: &Vm,
        version: Version,
        form: &Ref<Str>,
        text: &Ref<Str>,
    ) -> PyResult<Ref<Str>> {
        normalized(vm, version, form, text)
    }
    pub fn is_normalized(
        vm: &Vm,
        version: Version,
        form: &Ref<Str>,
        text: &Ref<Str>,
    ) -> PyResult<bool> {
        Ok(normalized(vm, version, form, text)?.same_text(text))
    }
}

/// Functions of the module `unicodedata`.
#[pymodule(
    name = "unicodedata",
    doc = "Properties of characters.",
    classes(super::ucd::Ucd)
)]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::ask;
    use super::tables::Version::Unicode16;

    #[pyattr]
    const unidata_version: &str = "16.0.0";

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let old = super::ucd::Ucd::make(vm);
        vm.setattr(&module.to_value(), &vm.intern_str("ucd_3_2_0"), &old)
    }
    /// The general category.
    #[pyfunction("(chr, /)")]
    fn category(vm: &Vm, chr: &Value) -> PyResult<&'static str> {
        ask::category(vm, Unicode16, chr)
    }
    /// The class of a character in bidirectional text.
    #[pyfunction("(chr, /)")]
    fn bidirectional(vm: &Vm, chr: &Value) -> PyResult<&'static str> {
        ask::bidirectional(vm, Unicode16, chr)
    }
    /// The canonical combining class.
    #[pyfunction("(chr, /)")]
    fn combining(vm: &Vm, chr: &Value) -> PyResult<i64> {
        ask::combining(vm, Unicode16, chr)
    }
    /// Whether a character is mirrored in bidirectional text.
    #[pyfunction("(chr, /)")]
    fn mirrored(vm: &Vm, chr: &Value) -> PyResult<i64> {
        ask::mirrored(vm, Unicode16, chr)
    }
    /// How wide a character is in East Asian text.
    #[pyfunction("(chr, /)")]
    fn east_asian_width(vm: &Vm, chr: &Value) -> PyResult<&'static str> {
        ask::east_asian_width(vm, Unicode16, chr)
    }
    /// What a character decomposes to.
    #[pyfunction("(chr, /)")]
    fn decomposition(vm: &Vm, chr: &Value) -> PyResult<String> {
        ask::decomposition(vm, Unicode16, chr)
    }
    /// The name of a character.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn name(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        ask::name(vm, Unicode16, chr, default)
    }
    /// The character of a name.
    #[pyfunction("(name, /)")]
    fn lookup(vm: &Vm, name: &Ref<Str>) -> PyResult {
        ask::lookup(vm, Unicode16, name)
    }
    /// The value of a decimal digit.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn decimal(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        ask::decimal(vm, Unicode16, chr, default)
    }
    /// The value of a digit.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn digit(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        ask::digit(vm, Unicode16, chr, default)
    }
    /// The value of a numeric character.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn numeric(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        ask::numeric(vm, Unicode16, chr, default)
    }
    /// A string in a normal form.
    #[pyfunction("(form, unistr, /)")]
    fn normalize(vm: &Vm, form: &Ref<Str>, unistr: &Ref<Str>) -> PyResult<Ref<Str>> {
        ask::normalize(vm, Unicode16, form, unistr)
    }
    /// Whether a string is in a normal form.
    #[pyfunction("(form, unistr, /)")]
    fn is_normalized(vm: &Vm, form: &Ref<Str>, unistr: &Ref<Str>) -> PyResult<bool> {
        ask::is_normalized(vm, Unicode16, form, unistr)
    }
}
