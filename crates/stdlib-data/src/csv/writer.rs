//! `writer`: rows as text.

use taipan_macros::pymethods;
use taipan_object::str::{Str, StrView};
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::dialect::{Dialect, Quoting};
use super::error;

/// `writer`.
pub struct Writer {
    write: Value,
    dialect: Ref<Dialect>,
}
payload!(Writer, gc, |this, visit| {
    visit(&this.write);
    visit(this.dialect.as_value());
});

impl Writer {
    pub fn new(write: Value, dialect: Ref<Dialect>) -> Writer {
        Writer { write, dialect }
    }
}

/// Whether a field must be quoted, and where characters need an escape.
fn push_field(
    vm: &Vm,
    d: &Dialect,
    out: &mut StrBuilder,
    text: StrView<'_>,
    mut quoted: bool,
) -> PyResult<()> {
    let line_end = d.line_end.view();
    let quote = d.quote.filter(|_| d.quoting != Quoting::None);
    let mut body = StrBuilder::with_capacity(text.len());
    for c in text.iter() {
        let special = c == d.delimiter
            || Some(c) == d.escape
            || Some(c) == d.quote
            || c == u32::from('\n')
            || c == u32::from('\r')
            || line_end.iter().any(|e| e == c);
        if special {
            let mut escape = false;
            if quote.is_none() {
                escape = true;
            } else if Some(c) == d.quote {
                if d.double_quote {
                    body.push_char(c);
                } else {
                    escape = true;
                }
            } else if Some(c) == d.escape {
                escape = true;
            }
            if !escape {
                quoted = true;
            } else {
                match d.escape {
                    Some(e) => body.push_char(e),
                    None => return Err(error(vm, "need to escape, but no escapechar set")),
                }
            }
        }
        body.push_char(c);
    }
    // With a space between fields an empty one would get lost.
    if text.is_empty() && d.delimiter == u32::from(' ') && d.skip_space {
        if quote.is_none() {
            return Err(error(
                vm,
                "empty field must be quoted if delimiter is a space and skipinitialspace is true",
            ));
        }
        quoted = true;
    }
    match quote.filter(|_| quoted) {
        Some(quote) => {
            out.push_char(quote);
            out.push(body.view());
            out.push_char(quote);
        }
        None => out.push(body.view()),
    }
    Ok(())
}

impl Writer {
    fn row_text(vm: &Vm, this: &Ref<Writer>, row: &Value) -> PyResult<Ref<Str>> {
        let d = &this.dialect;
        let iterator = match vm.iter(row) {
            Ok(iterator) => iterator,
            Err(_) if vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                let name = vm.type_name(row);
                return Err(error(vm, format!("iterable expected, not {name}")));
            }
            Err(e) => return Err(e),
        };
        let mut out = StrBuilder::new();
        let (mut count, mut null_field) = (0, false);
        while let Some(field) = vm.next(&iterator)? {
            if count > 0 {
                out.push_char(d.delimiter);
            }
            count += 1;
            let is_text = field.downcast::<Str>().is_some();
            let quoted = match d.quoting {
                Quoting::NonNumeric => !is_number(vm, &field),
                Quoting::All => true,
                Quoting::Strings => is_text,
                Quoting::NotNull => !field.is_none(),
                Quoting::Minimal | Quoting::None => false,
            };
            null_field = field.is_none();
            let text = if is_text {
                field
                    .downcast::<Str>()
                    .cloned()
                    .unwrap_or_else(|| vm.empty_str.clone())
            } else if field.is_none() {
                vm.empty_str.clone()
            } else {
                vm.str(&field)?
            };
            push_field(vm, d, &mut out, text.view(), quoted)?;
        }
        if count > 0 && out.is_empty() {
            let never = d.quoting == Quoting::None
                || (null_field && matches!(d.quoting, Quoting::Strings | Quoting::NotNull));
            match d.quote {
                Some(quote) if !never => out.push_repeated(quote, 2),
                _ => return Err(error(vm, "single empty field record must be quoted")),
            }
        }
        out.push(d.line_end.view());
        out.finish(vm)
    }
}

/// `PyNumber_Check`.
fn is_number(vm: &Vm, value: &Value) -> bool {
    let slots = &vm.type_of(value).slots;
    slots.int.get().is_some()
        || slots.float.get().is_some()
        || slots.index.get().is_some()
        || value.downcast::<taipan_object::float::Complex>().is_some()
}

#[pymethods(
    name = "writer",
    module = "_csv",
    doc = "Writes rows as text.",
    flags(DISALLOW_INSTANTIATION)
)]
impl Writer {
    /// Writes a row; what write() returned.
    #[pymethod("(self, row, /)")]
    fn writerow(vm: &Vm, this: &Ref<Writer>, row: &Value) -> PyResult {
        let text = Writer::row_text(vm, this, row)?;
        vm.call(&this.write, &[text.into_value()])
    }
    /// Writes many rows.
    #[pymethod("(self, rows, /)")]
    fn writerows(vm: &Vm, this: &Ref<Writer>, rows: &Value) -> PyResult<()> {
        vm.for_each(rows, |row| Writer::writerow(vm, this, &row).map(drop))
    }
    /// The dialect.
    #[pygetset]
    fn dialect(this: &Ref<Writer>) -> Ref<Dialect> {
        this.dialect.clone()
    }
}
