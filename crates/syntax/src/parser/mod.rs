//! The parser: tokens to an arena-allocated tree.
//!
//! Parsing has two stages. The fast stage is recursive descent with precedence
//! climbing over the token vector; it carries no error logic and stops at the
//! first token that fits nowhere. Only then does [`diagnose`] walk the tokens
//! again, trying alternatives in the order in which CPython's PEG parser tries
//! them, because its words and positions follow from that order.

mod args;
mod atom;
mod compound;
mod diagnose;
mod errors;
mod expr;
mod fstring;
mod import;
mod params;
mod pattern;
mod stmt;
mod target;
mod types;

use bumpalo::Bump;

use crate::TextRange;
use crate::ast::{
    Alias, Arg, Comprehension, Expr, ExprRef, Keyword, MatchCase, Mod, Pattern, Stmt, TypeIgnore,
    TypeParam, WithItem,
};
use crate::error::{SyntaxError, SyntaxErrorKind, SyntaxWarning};
use crate::lexer::{self, LexOptions};
use crate::source::LineIndex;
use crate::token::{Token, TokenKind};

/// What the source is, as `compile()`'s `mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// `"exec"`
    #[default]
    Module,
    /// `"eval"`
    Expression,
    /// `"single"`
    Interactive,
    /// `"func_type"`
    FunctionType,
}

/// Flags of `compile()` that change what is parsed.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// Keep type comments (`PyCF_TYPE_COMMENTS`).
    pub type_comments: bool,
    /// Report an early end as [`SyntaxErrorKind::IncompleteInput`] (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete_input: bool,
    /// Do not close open blocks at the end of the input (`PyCF_DONT_IMPLY_DEDENT`).
    pub dont_imply_dedent: bool,
    /// `from __future__ import barry_as_FLUFL`: `<>` instead of `!=`.
    pub barry_as_flufl: bool,
    /// The minor version of the language (`feature_version`).
    pub feature_version: u32,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            type_comments: false,
            allow_incomplete_input: false,
            dont_imply_dedent: false,
            barry_as_flufl: false,
            feature_version: 14,
        }
    }
}

/// The outcome of [`parse`].
pub struct Parsed<'a> {
    pub module: Result<Mod<'a>, Box<SyntaxError>>,
    pub warnings: Vec<SyntaxWarning>,
    pub line_index: LineIndex,
}

/// Parses `source`; the tree lives in `arena`.
pub fn parse<'a>(
    source: &'a str,
    arena: &'a Bump,
    mode: Mode,
    options: ParseOptions,
) -> Parsed<'a> {
    let mut stream = lexer::tokenize(source, lex_options(&options));
    if mode == Mode::Interactive && stream.error.is_none() {
        close_interactive(&mut stream.tokens, source, options.dont_imply_dedent);
    }
    let line_index = LineIndex::new(source);
    let type_ignores = take_type_ignores(&mut stream.tokens, source, &line_index, arena);
    let mut parser = Parser::new(source, arena, &stream.tokens, options, &line_index);
    parser.adds_newline = mode == Mode::Module;
    let mut module = parser.parse_mod(mode).map_err(|Failed| parser.error.take());
    let mut warnings = std::mem::take(&mut parser.warnings);
    let module = match &mut module {
        Ok(Mod::Module { body, .. }) if stream.error.is_none() => {
            Ok(Mod::Module { body, type_ignores })
        }
        Ok(module) if stream.error.is_none() => Ok(*module),
        Ok(_) => Err(diagnose::diagnose(&mut parser, &stream, mode, None)),
        Err(error) => Err(diagnose::diagnose(&mut parser, &stream, mode, error.take())),
    };
    warnings.splice(0..0, stream.warnings.iter().cloned());
    warnings.sort_by_key(|w| w.range.start);
    Parsed {
        module,
        warnings,
        line_index,
    }
}

fn lex_options(options: &ParseOptions) -> LexOptions {
    LexOptions {
        type_comments: options.type_comments,
        ..LexOptions::default()
    }
}

/// `# type: ignore` comments are taken out of the tokens: the rules never see them.
fn take_type_ignores<'a>(
    tokens: &mut Vec<Token>,
    source: &'a str,
    lines: &LineIndex,
    arena: &'a Bump,
) -> &'a [TypeIgnore<'a>] {
    if !tokens.iter().any(|t| t.kind == TokenKind::TypeIgnore) {
        return &[];
    }
    let mut ignores = Vec::new();
    tokens.retain(|token| {
        if token.kind != TokenKind::TypeIgnore {
            return true;
        }
        let text = &source[token.range.start as usize..token.range.end as usize];
        let tag = text
            .find("ignore")
            .map_or(text, |at| &text[at + "ignore".len()..]);
        let (line, column) = lines.line_col(token.range.start);
        let start = (token.range.start - column) as usize;
        let alone = source[start..]
            .trim_start_matches([' ', '\t', '\x0c'])
            .starts_with('#');
        // CPython's token for a line with nothing else holds the line's end.
        let tag = if alone {
            &*arena.alloc_str(&format!("{tag}\n"))
        } else {
            tag
        };
        ignores.push(TypeIgnore {
            lineno: line as i32,
            tag,
        });
        false
    });
    arena.alloc_slice_copy(&ignores)
}

/// In interactive mode the end of the input stands for a newline, twice where
/// blocks were open: it closes the statement that is being typed.
fn close_interactive(tokens: &mut Vec<Token>, source: &str, dont_imply_dedent: bool) {
    let end = source.len() as u32;
    let is_trailing = |t: &Token| matches!(t.kind, TokenKind::EndMarker | TokenKind::Dedent);
    let dedents = tokens.iter().rev().take_while(|t| is_trailing(t)).count() - 1;
    let Some(last) = tokens.len().checked_sub(dedents + 2) else {
        return;
    };
    let typed = tokens[last].kind == TokenKind::Newline
        && tokens[last].range.start < end
        && source.ends_with(['\n', '\r']);
    if !typed && dont_imply_dedent {
        tokens.drain(last + 1..tokens.len() - 1);
    } else if typed || dedents > 0 {
        let newline = Token {
            kind: TokenKind::Newline,
            range: TextRange::new(end, end),
        };
        tokens.insert(tokens.len() - 1, newline);
    }
}

/// The fast stage failed; why is found later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

pub(crate) type Parse<T> = Result<T, Failed>;

/// Reusable stacks on which slices grow before they move to the arena.
#[derive(Default)]
struct Scratch<'a> {
    exprs: Vec<Expr<'a>>,
    opt_exprs: Vec<Option<ExprRef<'a>>>,
    stmts: Vec<Stmt<'a>>,
    keywords: Vec<Keyword<'a>>,
    patterns: Vec<Pattern<'a>>,
    names: Vec<&'a str>,
    args: Vec<Arg<'a>>,
    aliases: Vec<Alias<'a>>,
    comprehensions: Vec<Comprehension<'a>>,
    items: Vec<WithItem<'a>>,
    cases: Vec<MatchCase<'a>>,
    handlers: Vec<crate::ast::ExceptHandler<'a>>,
    cmp_ops: Vec<crate::ast::CmpOp>,
    type_params: Vec<TypeParam<'a>>,
    bytes: Vec<u8>,
}

/// Moves what was pushed onto a scratch stack since `$base` into the arena.
macro_rules! take_slice {
    ($p:expr, $stack:ident, $base:expr) => {{
        let slice: &[_] = $p.arena.alloc_slice_copy(&$p.scratch.$stack[$base..]);
        $p.scratch.$stack.truncate($base);
        slice
    }};
}
pub(crate) use take_slice;

/// Rule depth at which CPython's parser gives up (its `MAXSTACK`).
const MAX_DEPTH: u32 = 5968;
/// How tall left-leaning chains (`a + a + …`, `a.b.b…`) may get in one
/// expression: they cost the parser no recursion, but those who walk the tree.
const MAX_LINKS: u32 = 6000;

/// The fast stage's state.
pub(crate) struct Parser<'t, 'a> {
    source: &'a str,
    tokens: &'t [Token],
    pos: usize,
    arena: &'a Bump,
    lines: &'t LineIndex,
    options: ParseOptions,
    depth: u32,
    /// Whether a last line without a newline gets one: in modules.
    adds_newline: bool,
    /// The token at which the module's statement before the current one starts:
    /// an `elif` without its `if` is the fault of that one.
    statement_start: usize,
    /// Links of left-leaning chains in the current expression; at least its height
    /// less its nesting depth.
    links: u32,
    scratch: Scratch<'a>,
    warnings: Vec<SyntaxWarning>,
    /// Whether `error` is about syntax newer than `feature_version`.
    too_new: bool,
    /// An error that needs no diagnosis: the tokens were right, a literal was not.
    error: Option<Box<SyntaxError>>,
}

/// A place to come back to after a speculative parse.
struct Checkpoint {
    pos: usize,
    warnings: usize,
    depth: u32,
    exprs: usize,
    items: usize,
}

impl<'t, 'a> Parser<'t, 'a> {
    fn new(
        source: &'a str,
        arena: &'a Bump,
        tokens: &'t [Token],
        options: ParseOptions,
        lines: &'t LineIndex,
    ) -> Self {
        Self {
            source,
            tokens,
            pos: 0,
            arena,
            lines,
            options,
            depth: 0,
            adds_newline: true,
            statement_start: 0,
            links: 0,
            scratch: Scratch::default(),
            warnings: Vec::new(),
            too_new: false,
            error: None,
        }
    }

    /// Another parser of the same source, for some of its tokens.
    fn on_tokens<'n>(&self, tokens: &'n [Token]) -> Parser<'n, 'a>
    where
        't: 'n,
    {
        let mut parser = Parser::new(self.source, self.arena, tokens, self.options, self.lines);
        parser.adds_newline = self.adds_newline;
        parser
    }

    /// The start rules `file`, `eval`, `interactive` and `func_type`.
    fn parse_mod(&mut self, mode: Mode) -> Parse<Mod<'a>> {
        match mode {
            Mode::Module => {
                let base = self.scratch.stmts.len();
                let mut previous = 0;
                loop {
                    match self.kind() {
                        TokenKind::EndMarker => break,
                        _ => {
                            self.statement_start = previous;
                            previous = self.pos;
                            self.parse_statement()?;
                        }
                    }
                }
                let body = take_slice!(self, stmts, base);
                Ok(Mod::Module {
                    body,
                    type_ignores: &[],
                })
            }
            Mode::Expression => {
                let body = self.parse_expressions()?;
                while self.eat(TokenKind::Newline) {}
                self.expect(TokenKind::EndMarker)?;
                Ok(Mod::Expression {
                    body: self.alloc(body),
                })
            }
            Mode::Interactive => self.parse_interactive(),
            Mode::FunctionType => self.parse_func_type(),
        }
    }

    #[inline(always)]
    fn kind(&self) -> TokenKind {
        self.tokens[self.pos].kind
    }

    /// The kind of a later token; past the end it is `EndMarker`.
    #[inline]
    fn peek(&self, ahead: usize) -> TokenKind {
        self.tokens
            .get(self.pos + ahead)
            .map_or(TokenKind::EndMarker, |t| t.kind)
    }

    #[inline(always)]
    fn token(&self) -> Token {
        self.tokens[self.pos]
    }

    #[inline(always)]
    fn start(&self) -> u32 {
        self.tokens[self.pos].range.start
    }

    /// Steps over the current token. The last token (`EndMarker`) stays current.
    #[inline(always)]
    fn bump(&mut self) -> Token {
        let token = self.tokens[self.pos];
        if self.pos + 1 < self.tokens.len() {
            self.pos += 1;
        }
        token
    }

    #[inline(always)]
    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    #[inline(always)]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.bump();
        }
        found
    }

    #[inline(always)]
    fn expect(&mut self, kind: TokenKind) -> Parse<Token> {
        if self.kind() == kind {
            Ok(self.bump())
        } else {
            Err(Failed)
        }
    }

    /// The end of the last token that shows in source (not a line end or an indent).
    #[inline]
    fn last_end(&self) -> u32 {
        let mut at = self.pos;
        while at > 0 {
            at -= 1;
            let token = self.tokens[at];
            if !matches!(
                token.kind,
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::TypeIgnore
            ) {
                return token.range.end;
            }
        }
        0
    }

    #[inline(always)]
    fn range_from(&self, start: u32) -> TextRange {
        TextRange::new(start, self.last_end())
    }

    #[inline(always)]
    fn text(&self, token: Token) -> &'a str {
        &self.source[token.range.start as usize..token.range.end as usize]
    }

    /// Whether the current token is the given soft keyword.
    #[inline]
    fn at_soft(&self, word: &str) -> bool {
        self.at(TokenKind::Name) && self.text(self.token()) == word
    }

    fn line(&self, offset: u32) -> u32 {
        self.lines.line_col(offset).0
    }

    #[inline(always)]
    fn alloc<T>(&self, value: T) -> &'a T {
        self.arena.alloc(value)
    }

    /// `NAME`
    #[inline]
    fn name(&mut self) -> Parse<&'a str> {
        let token = self.expect(TokenKind::Name)?;
        Ok(self.identifier(token))
    }

    #[inline]
    fn identifier(&self, token: Token) -> &'a str {
        let text = self.text(token);
        if text.is_ascii() {
            text
        } else {
            lexer::identifier(text, self.arena)
        }
    }

    /// Whether a line ends with a newline, be it one that CPython adds.
    fn ends_line(&self, line: u32) -> bool {
        line > 0 && (self.adds_newline || self.lines.line_start(line + 1).is_some())
    }

    /// Runs `parse` some rule levels deeper, within [`MAX_DEPTH`].
    #[inline(always)]
    fn nested<T>(&mut self, levels: u32, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.depth += levels;
        if self.depth > MAX_DEPTH {
            return self.too_deep();
        }
        let result = parse(self);
        self.depth -= levels;
        result
    }

    /// Counts one more link of a left-leaning chain.
    #[inline(always)]
    fn link(&mut self) -> Parse<()> {
        self.links += 1;
        if self.links > MAX_LINKS {
            self.refuse(errors::too_deep(
                SyntaxErrorKind::TooDeep,
                "maximum recursion depth exceeded during compilation",
            ))
        } else {
            Ok(())
        }
    }

    #[cold]
    fn too_deep<T>(&mut self) -> Parse<T> {
        self.refuse(errors::too_deep(
            SyntaxErrorKind::ParserOverflow,
            "Parser stack overflowed - Python source too complex to parse",
        ))
    }

    /// Fails with an error that needs no diagnosis; the first one stays.
    #[cold]
    fn refuse<T>(&mut self, error: Box<SyntaxError>) -> Parse<T> {
        self.error.get_or_insert(error);
        Err(Failed)
    }

    /// Refuses syntax newer than `feature_version`; `token` is the last one CPython has read by then.
    #[inline]
    fn since(&mut self, minor: u32, what: &str, token: Token) -> Parse<()> {
        if self.options.feature_version >= minor {
            Ok(())
        } else {
            self.refuse_new(minor, what, token)
        }
    }

    #[cold]
    fn refuse_new(&mut self, minor: u32, what: &str, token: Token) -> Parse<()> {
        self.too_new = true;
        let error = self.error_at_token(
            token,
            &format!("{what} only supported in Python 3.{minor} and greater"),
        );
        self.refuse(error)
    }

    /// The token before the current one.
    fn previous(&self) -> Token {
        self.tokens[self.pos.saturating_sub(1)]
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            pos: self.pos,
            warnings: self.warnings.len(),
            depth: self.depth,
            exprs: self.scratch.exprs.len(),
            items: self.scratch.items.len(),
        }
    }

    /// Forgets a speculative parse. Other scratch stacks may keep rubbish above
    /// their bases, which is why every list remembers its base.
    fn restore(&mut self, to: &Checkpoint) {
        self.pos = to.pos;
        self.depth = to.depth;
        self.warnings.truncate(to.warnings);
        self.scratch.exprs.truncate(to.exprs);
        self.scratch.items.truncate(to.items);
    }
}
