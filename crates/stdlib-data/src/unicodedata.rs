//! The module `unicodedata`: names, categories, decimal values, normal forms. What needs tables that are not
//! here (bidirectional classes, widths, numeric values of other than decimal digits, single decompositions)
//! raises NotImplementedError.

use taipan_macros::pymodule;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

pub use module::MODULE;

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

fn category_of(c: u32) -> GeneralCategory {
    char::from_u32(c).map_or(GeneralCategory::Surrogate, get_general_category)
}

/// The two letters of a category.
fn abbreviation(category: GeneralCategory) -> &'static str {
    match category {
        GeneralCategory::UppercaseLetter => "Lu",
        GeneralCategory::LowercaseLetter => "Ll",
        GeneralCategory::TitlecaseLetter => "Lt",
        GeneralCategory::ModifierLetter => "Lm",
        GeneralCategory::OtherLetter => "Lo",
        GeneralCategory::NonspacingMark => "Mn",
        GeneralCategory::SpacingMark => "Mc",
        GeneralCategory::EnclosingMark => "Me",
        GeneralCategory::DecimalNumber => "Nd",
        GeneralCategory::LetterNumber => "Nl",
        GeneralCategory::OtherNumber => "No",
        GeneralCategory::SpaceSeparator => "Zs",
        GeneralCategory::LineSeparator => "Zl",
        GeneralCategory::ParagraphSeparator => "Zp",
        GeneralCategory::Control => "Cc",
        GeneralCategory::Format => "Cf",
        GeneralCategory::PrivateUse => "Co",
        GeneralCategory::Surrogate => "Cs",
        GeneralCategory::ConnectorPunctuation => "Pc",
        GeneralCategory::DashPunctuation => "Pd",
        GeneralCategory::OpenPunctuation => "Ps",
        GeneralCategory::ClosePunctuation => "Pe",
        GeneralCategory::InitialPunctuation => "Pi",
        GeneralCategory::FinalPunctuation => "Pf",
        GeneralCategory::OtherPunctuation => "Po",
        GeneralCategory::MathSymbol => "Sm",
        GeneralCategory::CurrencySymbol => "Sc",
        GeneralCategory::ModifierSymbol => "Sk",
        GeneralCategory::OtherSymbol => "So",
        _ => "Cn",
    }
}

fn is_assigned(c: char) -> bool {
    get_general_category(c) != GeneralCategory::Unassigned
}

/// A string in a normal form. Lone surrogates and unassigned characters stay as they are and bound what is put together.
fn normalized(vm: &Vm, form: &Ref<Str>, text: &Ref<Str>) -> PyResult<Ref<Str>> {
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
        // The tables of normal forms know a later Unicode.
        match char::from_u32(c).filter(|&c| is_assigned(c)) {
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

/// Functions of the module `unicodedata`.
#[pymodule(name = "unicodedata", doc = "Properties of characters.")]
#[allow(non_upper_case_globals)]
pub mod module {
    use taipan_object::str::Str;
    use taipan_object::{PyResult, Ref, Value, Vm};
    use unicode_general_category::GeneralCategory;

    use super::{abbreviation, category_of, character, normalized};

    #[pyattr]
    const unidata_version: &str = "16.0.0";

    /// The general category.
    #[pyfunction("(chr, /)")]
    fn category(vm: &Vm, chr: &Value) -> PyResult<&'static str> {
        Ok(abbreviation(category_of(character(
            vm, "category", "", chr,
        )?)))
    }
    /// The canonical combining class.
    #[pyfunction("(chr, /)")]
    fn combining(vm: &Vm, chr: &Value) -> PyResult<i64> {
        let c = character(vm, "combining", "", chr)?;
        if category_of(c) == GeneralCategory::Unassigned {
            return Ok(0);
        }
        Ok(char::from_u32(c).map_or(0, |c| {
            unicode_normalization::char::canonical_combining_class(c).into()
        }))
    }
    /// The name of a character.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn name(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        let c = character(vm, "name", " 1", chr)?;
        let assigned = category_of(c) != GeneralCategory::Unassigned;
        let found = char::from_u32(c)
            .filter(|_| assigned)
            .and_then(unicode_names2::name);
        match (found, default) {
            (Some(name), _) => Ok(vm.new_str(&name.to_string()).into_value()),
            (None, Some(default)) => Ok(default),
            (None, None) => Err(vm.value_error("no such name")),
        }
    }
    /// The character of a name.
    #[pyfunction("(name, /)")]
    fn lookup(vm: &Vm, name: &Ref<Str>) -> PyResult {
        let text = name.to_string();
        let key_error = |message: String| {
            let message = vm.new_str(&message).into_value();
            taipan_object::exceptions::raise_new(vm, &vm.exc.key_error, &[message])
        };
        if text.len() > 256 {
            return Err(key_error("name too long".to_owned()));
        }
        match taipan_syntax::unicode::character_named(&text) {
            Some(c) => Ok(vm.new_char(c.into()).into_value()),
            None => Err(key_error(format!("undefined character name '{text}'"))),
        }
    }
    /// The value of a decimal digit.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn decimal(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        let c = character(vm, "decimal", " 1", chr)?;
        match (taipan_object::text::unicode::decimal_value(c), default) {
            (Some(n), _) => Ok(vm.new_int(n.into())),
            (None, Some(default)) => Ok(default),
            (None, None) => Err(vm.value_error("not a decimal")),
        }
    }
    /// The value of a digit.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn digit(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        let c = character(vm, "digit", " 1", chr)?;
        match (taipan_object::text::unicode::decimal_value(c), default) {
            (Some(n), _) => Ok(vm.new_int(n.into())),
            (None, _) if category_of(c) == GeneralCategory::OtherNumber => {
                Err(vm.not_implemented_error("unicodedata.digit of other than decimal digits"))
            }
            (None, Some(default)) => Ok(default),
            (None, None) => Err(vm.value_error("not a digit")),
        }
    }
    /// The value of a numeric character.
    #[pyfunction("(chr, default=<unset>, /)")]
    fn numeric(vm: &Vm, chr: &Value, default: Option<Value>) -> PyResult {
        let c = character(vm, "numeric", " 1", chr)?;
        match (taipan_object::text::unicode::decimal_value(c), default) {
            (Some(n), _) => Ok(vm.new_float(n.into())),
            (None, _)
                if matches!(
                    category_of(c),
                    GeneralCategory::OtherNumber
                        | GeneralCategory::LetterNumber
                        | GeneralCategory::OtherLetter
                ) =>
            {
                Err(vm.not_implemented_error("unicodedata.numeric of other than decimal digits"))
            }
            (None, Some(default)) => Ok(default),
            (None, None) => Err(vm.value_error("not a numeric character")),
        }
    }
    /// A string in a normal form.
    #[pyfunction("(form, unistr, /)")]
    fn normalize(vm: &Vm, form: &Ref<Str>, unistr: &Ref<Str>) -> PyResult<Ref<Str>> {
        normalized(vm, form, unistr)
    }
    /// Whether a string is in a normal form.
    #[pyfunction("(form, unistr, /)")]
    fn is_normalized(vm: &Vm, form: &Ref<Str>, unistr: &Ref<Str>) -> PyResult<bool> {
        Ok(normalized(vm, form, unistr)?.same_text(unistr))
    }
    /// The class of a character in bidirectional text. Not done.
    #[pyfunction("(chr, /)")]
    fn bidirectional(vm: &Vm, chr: &Value) -> PyResult {
        character(vm, "bidirectional", "", chr)?;
        Err(vm.not_implemented_error("unicodedata.bidirectional"))
    }
    /// How wide a character is in East Asian text. Only told of ASCII.
    #[pyfunction("(chr, /)")]
    fn east_asian_width(vm: &Vm, chr: &Value) -> PyResult<&'static str> {
        match character(vm, "east_asian_width", "", chr)? {
            0x20..=0x7E => Ok("Na"),
            0..=0x1F | 0x7F => Ok("N"),
            _ => Err(vm.not_implemented_error("unicodedata.east_asian_width beyond ASCII")),
        }
    }
    /// Whether a character is mirrored in bidirectional text. Not done.
    #[pyfunction("(chr, /)")]
    fn mirrored(vm: &Vm, chr: &Value) -> PyResult {
        character(vm, "mirrored", "", chr)?;
        Err(vm.not_implemented_error("unicodedata.mirrored"))
    }
    /// What a character decomposes to. Only told of characters that do not.
    #[pyfunction("(chr, /)")]
    fn decomposition(vm: &Vm, chr: &Value) -> PyResult<&'static str> {
        let c = character(vm, "decomposition", "", chr)?;
        let Some(c) = char::from_u32(c) else {
            return Ok("");
        };
        let mut parts = Vec::new();
        unicode_normalization::char::decompose_compatible(c, |part| parts.push(part));
        if parts == [c] || ('\u{AC00}'..='\u{D7A3}').contains(&c) {
            return Ok("");
        }
        Err(vm.not_implemented_error("unicodedata.decomposition"))
    }
}
