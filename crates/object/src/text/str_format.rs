//! `str`: format, format_map, __format__; the pieces of replacement fields.

use taipan_macros::pymethods;

use super::builder::StrBuilder;
use super::unicode::decimal_value;
use crate::args::KwArgs;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// A piece of a format string.
#[derive(Clone, Copy, Debug)]
pub struct Markup<'a> {
    pub literal: StrView<'a>,
    pub field: Option<Field<'a>>,
}

/// `{name!conversion:spec}`.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    pub name: StrView<'a>,
    pub conversion: Option<u32>,
    pub spec: StrView<'a>,
    /// The specification holds replacement fields itself.
    pub nested: bool,
}

const OPEN: u32 = '{' as u32;
const CLOSE: u32 = '}' as u32;

/// The next piece of `text` at `*at`; `None` at the end.
///
/// # Errors
/// ValueError for what is no format string.
pub fn next_markup<'a>(vm: &Vm, text: StrView<'a>, at: &mut usize) -> PyResult<Option<Markup<'a>>> {
    let len = text.len();
    let start = *at;
    if start >= len {
        return Ok(None);
    }
    while *at < len && !matches!(text.get(*at), OPEN | CLOSE) {
        *at += 1;
    }
    if *at == len {
        return Ok(Some(Markup {
            literal: text.slice(start, len),
            field: None,
        }));
    }
    let brace = text.get(*at);
    let literal = text.slice(start, *at);
    *at += 1;
    if *at < len && text.get(*at) == brace {
        // A doubled brace stands for itself.
        *at += 1;
        return Ok(Some(Markup {
            literal: text.slice(start, *at - 1),
            field: None,
        }));
    }
    if brace == CLOSE {
        return Err(vm.value_error("Single '}' encountered in format string"));
    }
    if *at == len {
        return Err(vm.value_error("Single '{' encountered in format string"));
    }
    let field = parse_field(vm, text, at)?;
    Ok(Some(Markup {
        literal,
        field: Some(field),
    }))
}

fn parse_field<'a>(vm: &Vm, text: StrView<'a>, at: &mut usize) -> PyResult<Field<'a>> {
    let len = text.len();
    let start = *at;
    let mut c = 0;
    while *at < len {
        c = text.get(*at);
        *at += 1;
        match char::from_u32(c) {
            Some('{') => return Err(vm.value_error("unexpected '{' in field name")),
            Some('[') => {
                while *at < len && text.get(*at) != u32::from(']') {
                    *at += 1;
                }
            }
            Some('}' | ':' | '!') => break,
            _ => {}
        }
    }
    let empty = StrView::Ascii("");
    let mut field = Field {
        name: empty,
        conversion: None,
        spec: empty,
        nested: false,
    };
    if *at > start {
        field.name = text.slice(start, *at - 1);
    }
    if c == CLOSE {
        return Ok(field);
    }
    if c != u32::from(':') && c != u32::from('!') {
        return Err(vm.value_error("expected '}' before end of string"));
    }
    if c == u32::from('!') {
        if *at >= len {
            return Err(vm.value_error("end of string while looking for conversion specifier"));
        }
        field.conversion = Some(text.get(*at));
        *at += 1;
        if *at < len {
            c = text.get(*at);
            *at += 1;
            if c == CLOSE {
                return Ok(field);
            }
            if c != u32::from(':') {
                return Err(vm.value_error("expected ':' after conversion specifier"));
            }
        }
    }
    let spec = *at;
    let mut depth = 1;
    while *at < len {
        c = text.get(*at);
        *at += 1;
        if c == OPEN {
            field.nested = true;
            depth += 1;
        } else if c == CLOSE {
            depth -= 1;
            if depth == 0 {
                field.spec = text.slice(spec, *at - 1);
                return Ok(field);
            }
        }
    }
    Err(vm.value_error("unmatched '{' in format spec"))
}

/// The number that a whole text is, if it is one.
fn integer(vm: &Vm, text: StrView<'_>) -> PyResult<Option<usize>> {
    let mut n = 0usize;
    for c in text.iter() {
        let Some(digit) = decimal_value(c) else {
            return Ok(None);
        };
        let digit = digit as usize;
        if n > (isize::MAX as usize - digit) / 10 {
            return Err(vm.value_error("Too many decimal digits in format string"));
        }
        n = n * 10 + digit;
    }
    Ok((!text.is_empty()).then_some(n))
}

/// The name or number before the first `.` or `[` of a field name, and where the rest starts.
///
/// # Errors
/// ValueError for a number that is too large.
pub fn split_field_name<'a>(
    vm: &Vm,
    name: StrView<'a>,
) -> PyResult<(StrView<'a>, Option<usize>, usize)> {
    let end = (0..name.len())
        .find(|&i| matches!(name.get(i), 0x2E | 0x5B))
        .unwrap_or(name.len());
    let first = name.slice(0, end);
    Ok((first, integer(vm, first)?, end))
}

/// One step into an object.
pub enum Step<'a> {
    Attribute(StrView<'a>),
    Index(usize),
    Key(StrView<'a>),
}

/// The next step of a field name at `*at`; `None` at the end.
///
/// # Errors
/// ValueError for what is no step.
pub fn next_step<'a>(vm: &Vm, name: StrView<'a>, at: &mut usize) -> PyResult<Option<Step<'a>>> {
    if *at >= name.len() {
        return Ok(None);
    }
    let c = name.get(*at);
    *at += 1;
    let start = *at;
    let step = match char::from_u32(c) {
        Some('.') => {
            while *at < name.len() && !matches!(name.get(*at), 0x2E | 0x5B) {
                *at += 1;
            }
            Step::Attribute(name.slice(start, *at))
        }
        Some('[') => {
            while *at < name.len() && name.get(*at) != u32::from(']') {
                *at += 1;
            }
            if *at == name.len() {
                return Err(vm.value_error("Missing ']' in format string"));
            }
            let key = name.slice(start, *at);
            *at += 1;
            integer(vm, key)?.map_or(Step::Key(key), Step::Index)
        }
        _ => return Err(vm.value_error("Only '.' or '[' may follow ']' in format field specifier")),
    };
    match step {
        Step::Attribute(name) | Step::Key(name) if name.is_empty() => {
            Err(vm.value_error("Empty attribute in format string"))
        }
        step => Ok(Some(step)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Unknown,
    Automatic,
    Manual,
}

/// Where replacement values come from.
enum Named<'a> {
    Keywords(KwArgs<'a>),
    Mapping(&'a Value),
}

struct Formatter<'a> {
    vm: &'a Vm,
    positional: Option<&'a [Value]>,
    named: Named<'a>,
    numbering: Numbering,
    next: usize,
}

impl Formatter<'_> {
    fn run(&mut self, text: StrView<'_>, depth: u32, out: &mut StrBuilder) -> PyResult<()> {
        if depth == 0 {
            return Err(self.vm.value_error("Max string recursion exceeded"));
        }
        let mut at = 0;
        while let Some(markup) = next_markup(self.vm, text, &mut at)? {
            out.push(markup.literal);
            if let Some(field) = markup.field {
                self.field(field, depth, out)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, field: Field<'_>, depth: u32, out: &mut StrBuilder) -> PyResult<()> {
        let vm = self.vm;
        let mut value = self.value(field.name)?;
        if let Some(conversion) = field.conversion {
            value = convert(vm, &value, conversion)?;
        }
        let spec = if field.nested {
            let mut inner = StrBuilder::new();
            self.run(field.spec, depth - 1, &mut inner)?;
            inner.finish(vm)?
        } else {
            vm.new_from_view(field.spec)
        };
        out.push(vm.format(&value, &spec)?.view());
        Ok(())
    }

    /// The object that a field name names.
    fn value(&mut self, name: StrView<'_>) -> PyResult {
        let vm = self.vm;
        let (first, mut index, mut at) = split_field_name(vm, name)?;
        let automatic = first.is_empty();
        if automatic || index.is_some() {
            let kind = if automatic {
                Numbering::Automatic
            } else {
                Numbering::Manual
            };
            if self.numbering == Numbering::Unknown {
                self.numbering = kind;
            } else if self.numbering != kind {
                return Err(vm.value_error(if automatic {
                    "cannot switch from manual field specification to automatic field numbering"
                } else {
                    "cannot switch from automatic field numbering to manual field specification"
                }));
            }
            if automatic {
                index = Some(self.next);
                self.next += 1;
            }
        }
        let mut value = match index {
            Some(index) => self.positional(index)?,
            None => self.named(first)?,
        };
        while let Some(step) = next_step(vm, name, &mut at)? {
            value = match step {
                Step::Attribute(name) => vm.getattr(&value, &vm.intern(&vm.new_from_view(name)))?,
                Step::Index(i) => vm.get_item(&value, &vm.new_int(i as i64))?,
                Step::Key(key) => vm.get_item(&value, vm.new_from_view(key).as_value())?,
            };
        }
        Ok(value)
    }

    fn positional(&self, index: usize) -> PyResult {
        let Some(items) = self.positional else {
            return Err(self
                .vm
                .value_error("Format string contains positional fields"));
        };
        items.get(index).cloned().ok_or_else(|| {
            self.vm.index_error(format!(
                "Replacement index {index} out of range for positional args tuple"
            ))
        })
    }

    fn named(&self, name: StrView<'_>) -> PyResult {
        let key = self.vm.new_from_view(name);
        match &self.named {
            Named::Mapping(mapping) => self.vm.get_item(mapping, key.as_value()),
            Named::Keywords(keywords) => match keywords.iter().find(|(k, _)| k.same_text(&key)) {
                Some((_, value)) => Ok(value.clone()),
                None => Err(self.vm.key_error(key.as_value())),
            },
        }
    }
}

fn convert(vm: &Vm, value: &Value, conversion: u32) -> PyResult {
    match char::from_u32(conversion) {
        Some('r') => vm.repr(value).map(Ref::into_value),
        Some('s') => vm.str(value).map(Ref::into_value),
        Some('a') => vm.ascii(value).map(Ref::into_value),
        Some(c @ '!'..='~') => Err(vm.value_error(format!("Unknown conversion specifier {c}"))),
        _ => Err(vm.value_error(format!("Unknown conversion specifier \\x{conversion:x}"))),
    }
}

#[pymethods(partial = FORMAT, class = "str")]
impl Str {
    /// The text with its replacement fields filled in from the arguments.
    #[pymethod("(self, *args, **kwargs)")]
    fn format(vm: &Vm, this: &Ref<Str>, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Ref<Str>> {
        let mut out = StrBuilder::with_capacity(this.len() + 16);
        let named = Named::Keywords(kwargs);
        Formatter {
            vm,
            positional: Some(args),
            named,
            numbering: Numbering::Unknown,
            next: 0,
        }
        .run(this.view(), 2, &mut out)?;
        out.finish(vm)
    }
    /// The text with its replacement fields filled in from a mapping.
    #[pymethod("(self, mapping, /)")]
    fn format_map(vm: &Vm, this: &Ref<Str>, mapping: &Value) -> PyResult<Ref<Str>> {
        let mut out = StrBuilder::with_capacity(this.len() + 16);
        let named = Named::Mapping(mapping);
        Formatter {
            vm,
            positional: None,
            named,
            numbering: Numbering::Unknown,
            next: 0,
        }
        .run(this.view(), 2, &mut out)?;
        out.finish(vm)
    }
    /// The text formatted by a format specification.
    #[pymethod("(self, format_spec, /)", name = "__format__")]
    fn dunder_format(vm: &Vm, this: &Value, format_spec: &Ref<Str>) -> PyResult<Ref<Str>> {
        crate::format::text::format_str(vm, this, format_spec)
    }
}
