//! The module `_tokenize`: the lexer's tokens, one by one.

use std::cell::{Cell, OnceCell};

use taipan_macros::{pymethods, pymodule};
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_syntax::error::SyntaxError;
use taipan_syntax::token::TokenKind;
use taipan_syntax::tokenize_view::{ViewToken, view};

pub use module::MODULE;

/// Functions of the module `_tokenize`.
#[pymodule(
    name = "_tokenize",
    doc = "The tokens of Python source.",
    classes(crate::tokenize::TokenizerIter)
)]
pub mod module {}

/// A source that has been read, and its tokens.
struct Read {
    text: String,
    /// Offset of each line's start, and the length of the text at the end.
    lines: Vec<usize>,
    tokens: Vec<ViewToken>,
    error: Option<Box<SyntaxError>>,
}

/// `TokenizerIter`. The source is read to its end when the first token is asked for.
pub struct TokenizerIter {
    readline: Value,
    encoding: Option<Ref<Str>>,
    extra_tokens: bool,
    read: OnceCell<Read>,
    next: Cell<usize>,
}
payload!(TokenizerIter, gc, |this, visit| visit(&this.readline));

/// The number that the module `token` gives a kind.
fn number(kind: TokenKind, exact: bool) -> i64 {
    /// Names of the module `token` from LPAR (7) to OP (55), in its order.
    const OPERATORS: [&str; 49] = [
        "(", ")", "[", "]", ":", ",", ";", "+", "-", "*", "/", "|", "&", "<", ">", "=", ".", "%",
        "{", "}", "==", "!=", "<=", ">=", "~", "^", "<<", ">>", "**", "+=", "-=", "*=", "/=", "%=",
        "&=", "|=", "^=", "<<=", ">>=", "**=", "//", "//=", "@", "@=", "->", "...", ":=", "!", "",
    ];
    const OP: i64 = 55;
    match kind {
        TokenKind::EndMarker => 0,
        TokenKind::Number => 2,
        TokenKind::String => 3,
        TokenKind::Newline => 4,
        TokenKind::Indent => 5,
        TokenKind::Dedent => 6,
        TokenKind::TypeIgnore => 56,
        TokenKind::TypeComment => 57,
        TokenKind::FStringStart => 59,
        TokenKind::FStringMiddle => 60,
        TokenKind::FStringEnd => 61,
        TokenKind::TStringStart => 62,
        TokenKind::TStringMiddle => 63,
        TokenKind::TStringEnd => 64,
        TokenKind::Comment => 65,
        TokenKind::Nl => 66,
        kind if kind.python_name() == "NAME" => 1,
        _ if !exact => OP,
        kind => OPERATORS
            .iter()
            .position(|&text| text == kind.text())
            .map_or(OP, |at| at as i64 + 7),
    }
}

impl TokenizerIter {
    /// All text that `readline` gives.
    fn source(&self, vm: &Vm) -> PyResult<String> {
        let mut text = String::new();
        loop {
            let line = match vm.call(&self.readline, &[]) {
                Ok(line) => line,
                Err(_) if vm.exception_is(&vm.exc.stop_iteration) => {
                    drop(vm.take_pending());
                    break;
                }
                Err(raised) => return Err(raised),
            };
            let line = if self.encoding.is_none() {
                match line.downcast_owned::<Str>() {
                    Ok(line) => line,
                    Err(other) => {
                        return Err(vm.type_error(format!(
                            "readline() returned a non-string object, not {}",
                            vm.type_name(&other)
                        )));
                    }
                }
            } else {
                if line.downcast::<taipan_object::bytes::Bytes>().is_none() {
                    return Err(vm.type_error("readline() returned a non-bytes object"));
                }
                let encoding = self.encoding.clone().map_or(Value::NONE, Ref::into_value);
                let decoded = vm.call_method(
                    &line,
                    &vm.intern_str("decode"),
                    &[encoding, vm.new_str("replace").into_value()],
                )?;
                vm.str(&decoded)?
            };
            if line.is_empty() {
                break;
            }
            text.push_str(&line.to_string());
        }
        Ok(text)
    }

    fn read(&self, vm: &Vm) -> PyResult<&Read> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let text = self.source(vm)?;
        let (tokens, error) = view(&text);
        let mut lines = vec![0];
        let bytes = text.as_bytes();
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
                lines.push(at + 1);
            }
        }
        lines.push(text.len());
        Ok(self.read.get_or_init(|| Read {
            text,
            lines,
            tokens,
            error,
        }))
    }
}

impl Read {
    /// The physical lines that a token stands on.
    fn line_of(&self, token: &ViewToken) -> &str {
        if token.kind == TokenKind::EndMarker {
            return "";
        }
        let last = self.lines.len() - 1;
        let place = |line: u32| self.lines[(line as usize).min(last)];
        let start = self.lines[(token.start.0 as usize).saturating_sub(1).min(last)];
        self.text.get(start..place(token.end.0)).unwrap_or("")
    }
}

#[pymethods(
    name = "TokenizerIter",
    module = "_tokenize",
    doc = "Iterates over the tokens of Python source."
)]
impl TokenizerIter {
    #[pynew(
        "(readline, /, *, encoding=<unset>, extra_tokens=False)",
        name = "tokenizeriter"
    )]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        readline: Value,
        encoding: Option<&Value>,
        extra_tokens: bool,
    ) -> PyResult<Ref<TokenizerIter>> {
        let encoding = match encoding {
            None => None,
            Some(encoding) => match encoding.clone().downcast_owned::<Str>() {
                Ok(encoding) => Some(encoding),
                Err(_) if encoding.is_none() => None,
                Err(other) => {
                    return Err(vm.type_error(format!(
                        "tokenizeriter() argument 'encoding' must be str, not {}",
                        vm.type_name(&other)
                    )));
                }
            },
        };
        let iterator = TokenizerIter {
            readline,
            encoding,
            extra_tokens,
            read: OnceCell::new(),
            next: Cell::new(0),
        };
        Ok(taipan_object::object::alloc_instance(vm, cls, iterator))
    }
    #[pyslot]
    fn iter(_: &Vm, this: &Value) -> PyResult {
        Ok(this.clone())
    }
    #[pyslot]
    fn iternext(vm: &Vm, this: &Ref<TokenizerIter>) -> PyResult<Option<Value>> {
        let read = this.read(vm)?;
        let token = loop {
            let at = this.next.get();
            let Some(token) = read.tokens.get(at) else {
                if let Some(error) = &read.error
                    && at == read.tokens.len()
                {
                    this.next.set(at + 1);
                    return Err(taipan_vm::builtins::compile::raise_syntax_error(
                        vm, error, "<string>",
                    ));
                }
                return Ok(None);
            };
            this.next.set(at + 1);
            let extra = matches!(token.kind, TokenKind::Comment | TokenKind::Nl);
            if this.extra_tokens || !extra {
                break token;
            }
        };
        let range = token.range.start as usize..token.range.end as usize;
        let text = match token.kind {
            TokenKind::Dedent | TokenKind::EndMarker => "",
            _ => read.text.get(range).unwrap_or(""),
        };
        let place = |(line, column): (u32, u32)| {
            vm.tuple_value([vm.new_int(line.into()), vm.new_int(column.into())])
        };
        Ok(Some(vm.tuple_value([
            vm.new_int(number(token.kind, !this.extra_tokens)),
            vm.new_str(text).into_value(),
            place(token.start),
            place(token.end),
            vm.new_str(read.line_of(token)).into_value(),
        ])))
    }
}
