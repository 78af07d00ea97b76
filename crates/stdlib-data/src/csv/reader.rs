//! `reader`: rows from lines.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::str::{Str, StrView};
use taipan_object::text::builder::StrBuilder;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::dialect::{Dialect, Quoting};
use super::{error, field_limit};

/// `reader`.
pub struct Reader {
    lines: Value,
    dialect: Ref<Dialect>,
    line: Cell<u64>,
    /// A row is being read: the iterator of lines may ask for a row itself.
    running: Cell<bool>,
}
payload!(Reader, gc, |this, visit| {
    visit(&this.lines);
    visit(this.dialect.as_value());
});

impl Reader {
    pub fn new(lines: Value, dialect: Ref<Dialect>) -> Reader {
        Reader {
            lines,
            dialect,
            line: Cell::new(0),
            running: Cell::new(false),
        }
    }
}

/// Where in a row the next character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuotes,
    EscapedInQuotes,
    QuoteInQuotes,
    /// After an end of line.
    AfterEnd,
    AfterEscapedEnd,
}

const END: u32 = u32::MAX;

fn is_end(c: u32) -> bool {
    c == u32::from('\n') || c == u32::from('\r') || c == END
}

/// A row that is being read.
struct Parser<'a> {
    vm: &'a Vm,
    dialect: &'a Dialect,
    limit: i64,
    state: State,
    field: StrBuilder,
    fields: Vec<Value>,
    quoted: bool,
}

impl Parser<'_> {
    fn push(&mut self, c: u32) -> PyResult<()> {
        if self.field.len() as i64 >= self.limit {
            return Err(error(
                self.vm,
                format!("field larger than field limit ({})", self.limit),
            ));
        }
        self.field.push_char(c);
        Ok(())
    }
    /// Ends a field.
    fn save(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let field = std::mem::take(&mut self.field);
        let quoting = self.dialect.quoting;
        let empty = field.is_empty();
        let mut value = field.finish(vm)?.into_value();
        let unquoted = !self.quoted;
        if empty && unquoted && matches!(quoting, Quoting::Strings | Quoting::NotNull) {
            value = Value::NONE;
        } else if !empty && unquoted && matches!(quoting, Quoting::NonNumeric | Quoting::Strings) {
            value = vm.call(vm.types.float.as_value(), &[value])?;
        }
        self.quoted = false;
        self.fields.push(value);
        Ok(())
    }
    fn is_quote(&self, c: u32) -> bool {
        self.dialect.quote == Some(c) && self.dialect.quoting != Quoting::None
    }
    /// Takes a character that is not special at the start of a field.
    fn start_field(&mut self, c: u32) -> PyResult<()> {
        let d = self.dialect;
        if is_end(c) {
            self.save()?;
            self.state = if c == END {
                State::StartRecord
            } else {
                State::AfterEnd
            };
        } else if self.is_quote(c) {
            self.quoted = true;
            self.state = State::InQuotes;
        } else if d.escape == Some(c) {
            self.state = State::Escaped;
        } else if c == u32::from(' ') && d.skip_space {
        } else if c == d.delimiter {
            self.save()?;
            self.state = State::StartField;
        } else {
            self.push(c)?;
            self.state = State::InField;
        }
        Ok(())
    }
    fn in_field(&mut self, c: u32) -> PyResult<()> {
        let d = self.dialect;
        if is_end(c) {
            self.save()?;
            self.state = if c == END {
                State::StartRecord
            } else {
                State::AfterEnd
            };
        } else if d.escape == Some(c) {
            self.state = State::Escaped;
        } else if c == d.delimiter {
            self.save()?;
            self.state = State::StartField;
        } else {
            self.push(c)?;
        }
        Ok(())
    }
    fn after_quote(&mut self, c: u32) -> PyResult<()> {
        let d = self.dialect;
        if self.is_quote(c) {
            self.push(c)?;
            self.state = State::InQuotes;
        } else if c == d.delimiter {
            self.save()?;
            self.state = State::StartField;
        } else if is_end(c) {
            self.save()?;
            self.state = if c == END {
                State::StartRecord
            } else {
                State::AfterEnd
            };
        } else if !d.strict {
            self.push(c)?;
            self.state = State::InField;
        } else {
            let show = |c| char::from_u32(c).unwrap_or('\u{FFFD}');
            return Err(error(
                self.vm,
                format!(
                    "'{}' expected after '{}'",
                    show(d.delimiter),
                    show(d.quote.unwrap_or(0))
                ),
            ));
        }
        Ok(())
    }
    fn take(&mut self, c: u32) -> PyResult<()> {
        let d = self.dialect;
        match self.state {
            State::StartRecord => {
                if c == END {
                    return Ok(());
                }
                if is_end(c) {
                    self.state = State::AfterEnd;
                    return Ok(());
                }
                self.state = State::StartField;
                self.start_field(c)
            }
            State::StartField => self.start_field(c),
            State::Escaped => {
                if c == u32::from('\n') || c == u32::from('\r') {
                    self.push(c)?;
                    self.state = State::AfterEscapedEnd;
                    return Ok(());
                }
                self.push(if c == END { '\n'.into() } else { c })?;
                self.state = State::InField;
                Ok(())
            }
            State::AfterEscapedEnd if c == END => Ok(()),
            State::AfterEscapedEnd | State::InField => {
                self.state = State::InField;
                self.in_field(c)
            }
            State::InQuotes => {
                if c == END {
                } else if d.escape == Some(c) {
                    self.state = State::EscapedInQuotes;
                } else if self.is_quote(c) {
                    self.state = if d.double_quote {
                        State::QuoteInQuotes
                    } else {
                        State::InField
                    };
                } else {
                    self.push(c)?;
                }
                Ok(())
            }
            State::EscapedInQuotes => {
                self.push(if c == END { '\n'.into() } else { c })?;
                self.state = State::InQuotes;
                Ok(())
            }
            State::QuoteInQuotes => self.after_quote(c),
            State::AfterEnd => {
                if c == END {
                    self.state = State::StartRecord;
                    Ok(())
                } else if is_end(c) {
                    Ok(())
                } else {
                    Err(error(
                        self.vm,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ))
                }
            }
        }
    }
    fn line(&mut self, text: StrView<'_>) -> PyResult<()> {
        for c in text.iter() {
            self.take(c)?;
        }
        self.take(END)
    }
}

impl Reader {
    fn row(vm: &Vm, this: &Ref<Reader>) -> PyResult<Option<Value>> {
        let mut parser = Parser {
            vm,
            dialect: &this.dialect,
            limit: field_limit(vm).get(),
            state: State::StartRecord,
            field: StrBuilder::new(),
            fields: Vec::new(),
            quoted: false,
        };
        loop {
            let Some(line) = vm.next(&this.lines)? else {
                // The lines end inside a field.
                if !parser.field.is_empty() || parser.state == State::InQuotes {
                    if this.dialect.strict {
                        return Err(error(vm, "unexpected end of data"));
                    }
                    parser.save()?;
                    break;
                }
                return Ok(None);
            };
            let Some(text) = line.downcast::<Str>() else {
                return Err(error(
                    vm,
                    format!(
                        "iterator should return strings, not {} (the file should be opened in text mode)",
                        vm.type_name(&line)
                    ),
                ));
            };
            this.line.set(this.line.get() + 1);
            parser.line(text.view())?;
            if parser.state == State::StartRecord {
                break;
            }
        }
        Ok(Some(vm.list_value(parser.fields)))
    }
}

#[pymethods(
    name = "reader",
    module = "_csv",
    doc = "Reads rows from an iterable of lines.",
    flags(DISALLOW_INSTANTIATION)
)]
impl Reader {
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<Reader>) -> PyResult<Option<Value>> {
        if this.running.replace(true) {
            return Err(error(vm, "iterator has already advanced the reader"));
        }
        let row = Reader::row(vm, this);
        this.running.set(false);
        row
    }
    /// The dialect.
    #[pygetset]
    fn dialect(this: &Ref<Reader>) -> Ref<Dialect> {
        this.dialect.clone()
    }
    /// How many lines were read.
    #[pygetset]
    fn line_num(this: &Ref<Reader>) -> u64 {
        this.line.get()
    }
}
