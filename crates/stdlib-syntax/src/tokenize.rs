//! The module `_tokenize`: the lexer as an iterator over tuples.

use std::cell::RefCell;

use taipan_macros::{pymethods, pymodule};
use taipan_object::exceptions::{new_exception, raise_new};
use taipan_object::object::alloc_instance;
use taipan_object::str::Str;
use taipan_object::{PyResult, Raised, Ref, TypeRef, Value, Vm};
use taipan_syntax::source::LineIndex;
use taipan_syntax::token::TokenKind;
use taipan_syntax::tokenize_view::{ViewToken, view};
use taipan_syntax::{SyntaxError, SyntaxErrorKind};
use taipan_vm::builtins::compile::raise_syntax_error;

pub use module::MODULE;

/// The class.
#[pymodule(
    name = "_tokenize",
    doc = "Tokens of Python source.",
    classes(super::TokenizerIter)
)]
pub mod module {}

/// The names of Python's module `token` in the order of their numbers.
const NUMBERS: &[&str] = &[
    "ENDMARKER",
    "NAME",
    "NUMBER",
    "STRING",
    "NEWLINE",
    "INDENT",
    "DEDENT",
    "LPAR",
    "RPAR",
    "LSQB",
    "RSQB",
    "COLON",
    "COMMA",
    "SEMI",
    "PLUS",
    "MINUS",
    "STAR",
    "SLASH",
    "VBAR",
    "AMPER",
    "LESS",
    "GREATER",
    "EQUAL",
    "DOT",
    "PERCENT",
    "LBRACE",
    "RBRACE",
    "EQEQUAL",
    "NOTEQUAL",
    "LESSEQUAL",
    "GREATEREQUAL",
    "TILDE",
    "CIRCUMFLEX",
    "LEFTSHIFT",
    "RIGHTSHIFT",
    "DOUBLESTAR",
    "PLUSEQUAL",
    "MINEQUAL",
    "STAREQUAL",
    "SLASHEQUAL",
    "PERCENTEQUAL",
    "AMPEREQUAL",
    "VBAREQUAL",
    "CIRCUMFLEXEQUAL",
    "LEFTSHIFTEQUAL",
    "RIGHTSHIFTEQUAL",
    "DOUBLESTAREQUAL",
    "DOUBLESLASH",
    "DOUBLESLASHEQUAL",
    "AT",
    "ATEQUAL",
    "RARROW",
    "ELLIPSIS",
    "COLONEQUAL",
    "EXCLAMATION",
    "OP",
    "TYPE_IGNORE",
    "TYPE_COMMENT",
    "SOFT_KEYWORD",
    "FSTRING_START",
    "FSTRING_MIDDLE",
    "FSTRING_END",
    "TSTRING_START",
    "TSTRING_MIDDLE",
    "TSTRING_END",
    "COMMENT",
    "NL",
];

/// A source, read whole at the first token.
struct Tokens {
    text: String,
    lines: LineIndex,
    tokens: std::vec::IntoIter<ViewToken>,
    error: Option<Box<SyntaxError>>,
}

/// The payload of `TokenizerIter`.
pub struct TokenizerIter {
    readline: Value,
    encoding: Option<Ref<Str>>,
    extra: bool,
    tokens: RefCell<Option<Tokens>>,
}
taipan_object::payload!(TokenizerIter, gc, |this, visit| {
    visit(&this.readline);
    if let Some(encoding) = &this.encoding {
        visit(encoding.as_value());
    }
});

#[pymethods(
    name = "TokenizerIter",
    module = "_tokenize",
    doc = "Walks the tokens of the lines that a function gives."
)]
impl TokenizerIter {
    #[pynew("(readline, /, *, encoding=<unset>, extra_tokens)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        readline: Value,
        encoding: Option<&Ref<Str>>,
        extra_tokens: bool,
    ) -> PyResult<Ref<TokenizerIter>> {
        Ok(alloc_instance(
            vm,
            cls,
            TokenizerIter {
                readline,
                encoding: encoding.cloned(),
                extra: extra_tokens,
                tokens: RefCell::new(None),
            },
        ))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<TokenizerIter>) -> PyResult<Option<Value>> {
        if this.tokens.borrow().is_none() {
            let made = start(read_all(vm, this)?, this.extra);
            *this.tokens.borrow_mut() = Some(made);
        }
        let mut borrowed = this.tokens.borrow_mut();
        let Some(tokens) = borrowed.as_mut() else {
            return Ok(None);
        };
        match tokens.tokens.next() {
            Some(token) => Ok(Some(tokens.tuple(vm, &token, this.extra))),
            None => {
                let Some(error) = tokens.error.take() else {
                    return Ok(None);
                };
                let text = std::mem::take(&mut tokens.text);
                drop(borrowed);
                Err(raise(vm, &error, &text))
            }
        }
    }
}

fn start(text: String, extra: bool) -> Tokens {
    let (mut tokens, error) = view(&text);
    if !extra {
        tokens.retain(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::Nl));
    }
    Tokens {
        lines: LineIndex::new(&text),
        text,
        tokens: tokens.into_iter(),
        error,
    }
}

/// All lines that the function gives.
fn read_all(vm: &Vm, this: &Ref<TokenizerIter>) -> PyResult<String> {
    let mut text = String::new();
    loop {
        let Some(line) = vm.ignore(vm.call(&this.readline, &[]), &vm.exc.stop_iteration)? else {
            return Ok(text);
        };
        let line = match &this.encoding {
            None => line,
            Some(encoding) => match taipan_vm::util::buffer_bytes(vm, &line)? {
                Some(_) => {
                    let decode = vm.intern_str("decode");
                    let args = [encoding.to_value(), vm.new_str("replace").into_value()];
                    vm.call_method(&line, &decode, &args)?
                }
                None => return Err(vm.type_error("readline() returned a non-bytes object")),
            },
        };
        let Some(line) = line.downcast::<Str>() else {
            return Err(vm.type_error("readline() returned a non-string object"));
        };
        if line.is_empty() {
            return Ok(text);
        }
        let bytes = taipan_object::codecs::utf8::encode_strict(vm, line)?;
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
}

/// Raises an error as the tokenizer by itself says it: it knows of no grammar.
fn raise(vm: &Vm, error: &SyntaxError, text: &str) -> Raised {
    let number = |n: u32| vm.new_int(n.into());
    let kind = match error.kind {
        SyntaxErrorKind::IndentationError => &vm.exc.indentation_error,
        SyntaxErrorKind::TabError => &vm.exc.tab_error,
        _ if is_early_end(&error.message) => {
            let message = vm.new_str("unexpected EOF in multi-line statement");
            let ty = &vm.exc.syntax_error;
            let exception = new_exception(vm, ty, &[message.into_value()]);
            let set = |name: &str, value| vm.setattr(&exception, &vm.intern_str(name), &value);
            let filled = set("filename", vm.new_str("<string>").into_value())
                .and_then(|()| set("lineno", number(text.lines().count() as u32)))
                .and_then(|()| set("offset", number(0)));
            return match filled {
                Ok(()) => vm.raise(exception),
                Err(raised) => raised,
            };
        }
        _ => return raise_syntax_error(vm, error, "<string>"),
    };
    let line = error.text.as_deref().unwrap_or("");
    let line = line.trim_end_matches(['\n', '\r']);
    let place = vm.tuple_value([
        vm.new_str("<string>").into_value(),
        number(error.line),
        number(line.chars().count() as u32 + 1),
        vm.new_str(line).into_value(),
        Value::NONE,
        Value::NONE,
    ]);
    let message = vm.new_str(&error.message).into_value();
    raise_new(vm, kind, &[message, place])
}

/// Whether the source ended inside brackets or behind a backslash.
fn is_early_end(message: &str) -> bool {
    message.ends_with("was never closed") || message == "unexpected EOF while parsing"
}

impl Tokens {
    /// The lines that a token stands on.
    fn line(&self, token: &ViewToken) -> &str {
        let text = matches!(
            token.kind,
            TokenKind::String
                | TokenKind::FStringStart
                | TokenKind::FStringMiddle
                | TokenKind::FStringEnd
                | TokenKind::TStringStart
                | TokenKind::TStringMiddle
                | TokenKind::TStringEnd
        );
        let (first, last) = match text {
            true => (token.start.0, token.end.0),
            false => (token.start.0, token.start.0),
        };
        let Some(from) = self.lines.line_start(first) else {
            return "";
        };
        let to = self
            .lines
            .line_start(last + 1)
            .map_or(self.text.len(), |to| to as usize);
        self.text.get(from as usize..to).unwrap_or("")
    }

    /// Kind, text, start, end and line.
    fn tuple(&self, vm: &Vm, token: &ViewToken, extra: bool) -> Value {
        let name = match extra && token.is_operator() {
            true => "OP",
            false => token.kind.python_name(),
        };
        let number = NUMBERS.iter().position(|n| *n == name).unwrap_or(0);
        let mut text = token.range.text(&self.text);
        let place =
            |(line, column): (i64, i64)| vm.tuple_value([vm.new_int(line), vm.new_int(column)]);
        let plain = |(line, column): (u32, u32)| (i64::from(line), i64::from(column));
        let (mut from, mut to) = (plain(token.start), plain(token.end));
        let layout = matches!(
            token.kind,
            TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker
        );
        if !extra && layout {
            // The parser's tokens of layout have no text, and most of them no column.
            text = "";
            to = match token.kind {
                TokenKind::Newline => from,
                _ => {
                    from.1 = -1;
                    from
                }
            };
        } else if matches!(token.kind, TokenKind::Dedent | TokenKind::EndMarker) {
            text = "";
        }
        vm.tuple_value([
            vm.new_int(number as i64),
            vm.new_str(text).into_value(),
            place(from),
            place(to),
            vm.new_str(self.line(token)).into_value(),
        ])
    }
}
