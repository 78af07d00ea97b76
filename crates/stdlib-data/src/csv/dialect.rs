//! `Dialect`: how rows look.

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::named;

/// When fields are quoted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    Minimal,
    All,
    NonNumeric,
    None,
    Strings,
    NotNull,
}

const QUOTINGS: [Quoting; 6] = [
    Quoting::Minimal,
    Quoting::All,
    Quoting::NonNumeric,
    Quoting::None,
    Quoting::Strings,
    Quoting::NotNull,
];

/// `Dialect`.
#[derive(Clone)]
pub struct Dialect {
    pub delimiter: u32,
    pub double_quote: bool,
    pub escape: Option<u32>,
    pub line_end: Ref<Str>,
    pub quote: Option<u32>,
    pub quoting: Quoting,
    pub skip_space: bool,
    pub strict: bool,
}
payload!(Dialect, gc, |this, visit| visit(this.line_end.as_value()));

/// The arguments, given or taken from another dialect.
const NAMES: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

/// The arguments of a function that takes a dialect and parameters by name.
pub fn make(vm: &Vm, dialect: Option<&Value>, params: KwArgs<'_>) -> PyResult<Ref<Dialect>> {
    let mut given: [Option<Value>; 8] = Default::default();
    let mut dialect = dialect.cloned();
    for (name, value) in params.iter() {
        if name.is_str("dialect") && dialect.is_none() {
            dialect = Some(value.clone());
            continue;
        }
        match NAMES.iter().position(|n| name.is_str(n)) {
            Some(at) => given[at] = Some(value.clone()),
            None => {
                return Err(vm.type_error(format!(
                    "this function got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    let class = vm.add_native_type::<Dialect>();
    build(vm, &class, dialect, given)
}

fn build(
    vm: &Vm,
    class: &TypeRef,
    dialect: Option<Value>,
    mut given: [Option<Value>; 8],
) -> PyResult<Ref<Dialect>> {
    let mut dialect = dialect.filter(|d| !d.is_none());
    if let Some(name) = dialect.as_ref().filter(|d| d.downcast::<Str>().is_some()) {
        dialect = Some(named(vm, name)?);
    }
    if let Some(base) = &dialect {
        if let Some(known) = base.downcast::<Dialect>()
            && given.iter().all(Option::is_none)
        {
            return Ok(known.clone());
        }
        for (value, name) in given.iter_mut().zip(NAMES) {
            if value.is_none() {
                *value = vm.getattr_opt(base, &vm.intern_str(name))?;
            }
        }
    }
    let made = read(vm, given)?;
    Ok(alloc_instance(vm, class, made))
}

/// A character, or none.
fn character(
    vm: &Vm,
    value: Option<Value>,
    name: &str,
    default: Option<u32>,
    optional: bool,
) -> PyResult<Option<u32>> {
    let Some(value) = value else {
        return Ok(default);
    };
    if optional && value.is_none() {
        return Ok(None);
    }
    let wanted = if optional {
        "a unicode character or None"
    } else {
        "a unicode character"
    };
    match value.downcast::<Str>() {
        Some(text) if text.len() == 1 => Ok(Some(text.view().get(0))),
        Some(text) => Err(vm.type_error(format!(
            "\"{name}\" must be {wanted}, not a string of length {}",
            text.len()
        ))),
        None => Err(vm.type_error(format!(
            "\"{name}\" must be {wanted}, not {}",
            vm.type_name(&value)
        ))),
    }
}

fn truth(vm: &Vm, value: Option<Value>, default: bool) -> PyResult<bool> {
    value.map_or(Ok(default), |v| vm.is_true(&v))
}

fn read(vm: &Vm, given: [Option<Value>; 8]) -> PyResult<Dialect> {
    let [
        delimiter,
        double_quote,
        escape,
        line_end,
        quote,
        quoting,
        skip_space,
        strict,
    ] = given;
    let quote_is_none = quote.as_ref().is_some_and(Value::is_none);
    let no_quoting_given = quoting.is_none();
    let delimiter =
        character(vm, delimiter, "delimiter", Some(','.into()), false)?.unwrap_or(','.into());
    let double_quote = truth(vm, double_quote, true)?;
    let escape = character(vm, escape, "escapechar", None, true)?;
    let line_end = match line_end {
        None => vm.intern_str("\r\n"),
        Some(text) => match text.downcast::<Str>() {
            Some(text) => text.clone(),
            None => {
                return Err(vm.type_error(format!(
                    "\"lineterminator\" must be a string, not {}",
                    vm.type_name(&text)
                )));
            }
        },
    };
    let quote = character(vm, quote, "quotechar", Some('"'.into()), true)?;
    let mut quoting = quoting_of(vm, quoting)?;
    let skip_space = truth(vm, skip_space, false)?;
    let strict = truth(vm, strict, false)?;
    if quote_is_none && no_quoting_given {
        quoting = Quoting::None;
    }
    if quoting != Quoting::None && quote.is_none() {
        return Err(vm.type_error("quotechar must be set if quoting enabled"));
    }
    let dialect = Dialect {
        delimiter,
        double_quote,
        escape,
        line_end,
        quote,
        quoting,
        skip_space,
        strict,
    };
    check(vm, &dialect)?;
    Ok(dialect)
}

fn quoting_of(vm: &Vm, quoting: Option<Value>) -> PyResult<Quoting> {
    let Some(quoting) = quoting else {
        return Ok(Quoting::Minimal);
    };
    if quoting.as_int().is_none() {
        return Err(vm.type_error(format!(
            "\"quoting\" must be an integer, not {}",
            vm.type_name(&quoting)
        )));
    }
    let number = quoting
        .as_i64()
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| vm.overflow_error("Python int too large to convert to C int"))?;
    usize::try_from(number)
        .ok()
        .and_then(|n| QUOTINGS.get(n).copied())
        .ok_or_else(|| vm.type_error("bad \"quoting\" value"))
}

/// No character may have two meanings.
fn check(vm: &Vm, d: &Dialect) -> PyResult<()> {
    let bad = |what: &str| Err(vm.value_error(format!("bad {what} value")));
    let reserved = |c: u32, space: bool| {
        c == u32::from('\n') || c == u32::from('\r') || (space && c == u32::from(' '))
    };
    let delimiter = Some(d.delimiter);
    if reserved(d.delimiter, false) {
        return bad("delimiter");
    }
    if d.escape.is_some_and(|c| reserved(c, d.skip_space)) {
        return bad("escapechar");
    }
    if d.quote.is_some_and(|c| reserved(c, d.skip_space)) {
        return bad("quotechar");
    }
    if d.escape == delimiter {
        return bad("delimiter or escapechar");
    }
    if d.quote == delimiter {
        return bad("delimiter or quotechar");
    }
    if d.escape.is_some() && d.escape == d.quote {
        return bad("escapechar or quotechar");
    }
    let ends = |c: Option<u32>| c.is_some_and(|c| d.line_end.view().iter().any(|e| e == c));
    if ends(delimiter) {
        return bad("delimiter or lineterminator");
    }
    if ends(d.escape) {
        return bad("escapechar or lineterminator");
    }
    if ends(d.quote) {
        return bad("quotechar or lineterminator");
    }
    Ok(())
}

fn text(vm: &Vm, c: Option<u32>) -> Value {
    match c {
        None => Value::NONE,
        Some(c) => {
            let mut bytes = Vec::with_capacity(4);
            taipan_object::str::push_code_point(&mut bytes, c);
            vm.new_wtf8(&bytes).into_value()
        }
    }
}

#[pymethods(
    name = "Dialect",
    module = "_csv",
    doc = "How rows look: delimiter, quotes, ends of lines.",
    signature = "",
    flags(BASETYPE)
)]
impl Dialect {
    #[pynew(
        "(dialect=<unset>, delimiter=<unset>, doublequote=<unset>, escapechar=<unset>, lineterminator=<unset>, quotechar=<unset>, quoting=<unset>, skipinitialspace=<unset>, strict=<unset>)"
    )]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        dialect: Option<Value>,
        delimiter: Option<&Value>,
        doublequote: Option<&Value>,
        escapechar: Option<&Value>,
        lineterminator: Option<&Value>,
        quotechar: Option<&Value>,
        quoting: Option<&Value>,
        skipinitialspace: Option<&Value>,
        strict: Option<&Value>,
    ) -> PyResult<Ref<Dialect>> {
        let given = [
            delimiter,
            doublequote,
            escapechar,
            lineterminator,
            quotechar,
            quoting,
            skipinitialspace,
            strict,
        ];
        build(vm, cls, dialect, given.map(|v| v.cloned()))
    }
    /// What separates fields.
    #[pygetset]
    fn delimiter(vm: &Vm, this: &Ref<Dialect>) -> Value {
        text(vm, Some(this.delimiter))
    }
    /// Whether a quote inside a field is written twice.
    #[pygetset]
    fn doublequote(this: &Ref<Dialect>) -> bool {
        this.double_quote
    }
    /// What takes the next character's meaning away.
    #[pygetset]
    fn escapechar(vm: &Vm, this: &Ref<Dialect>) -> Value {
        text(vm, this.escape)
    }
    /// What is written after a row.
    #[pygetset]
    fn lineterminator(this: &Ref<Dialect>) -> Ref<Str> {
        this.line_end.clone()
    }
    /// What stands around quoted fields.
    #[pygetset]
    fn quotechar(vm: &Vm, this: &Ref<Dialect>) -> Value {
        text(vm, this.quote)
    }
    /// When fields are quoted.
    #[pygetset]
    fn quoting(this: &Ref<Dialect>) -> i64 {
        this.quoting as i64
    }
    /// Whether spaces after a delimiter do not count.
    #[pygetset]
    fn skipinitialspace(this: &Ref<Dialect>) -> bool {
        this.skip_space
    }
    /// Whether bad input raises an error.
    #[pygetset]
    fn strict(this: &Ref<Dialect>) -> bool {
        this.strict
    }
    /// Dialects cannot be pickled.
    #[pymethod("(self, /)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult<()> {
        Err(vm.type_error(format!(
            "cannot pickle '{}' instances",
            vm.type_of(this).name.borrow()
        )))
    }
    /// Dialects cannot be pickled.
    #[pymethod("(self, protocol, /)")]
    fn __reduce_ex__(vm: &Vm, this: &Value, _protocol: &Value) -> PyResult<()> {
        Err(vm.type_error(format!(
            "cannot pickle '{}' instances",
            vm.type_of(this).name.borrow()
        )))
    }
}
