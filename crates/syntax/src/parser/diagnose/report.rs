//! What the verbs of the error grammar report.

use super::engine::{Engine, Matched, Note};
use super::grammar::Report;
use crate::TextRange;
use crate::ast::{CmpOp, Constant, Expr, ExprKind};
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::parser::{Failed, Parser};
use crate::token::{Token, TokenKind as T};

/// What a target is for.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Store,
    For,
    Delete,
}

impl<'t, 'a> Engine<'_, 't, 'a> {
    /// Does what a matching alternative says; `Ok(false)` is "nothing wrong after all".
    #[cold]
    #[inline(never)]
    pub(super) fn report(&mut self, report: &'static Report, base: usize) -> Matched {
        let first = |e: &Self, at: usize| {
            e.note(base, report.notes.get(at).copied().unwrap_or(b'a'), false)
        };
        let last =
            |e: &Self, at: usize| e.note(base, report.notes.get(at).copied().unwrap_or(b'b'), true);
        let message = &report.message;
        let error = match report.verb {
            "keep" => return Ok(true),
            "never" => return Ok(false),
            "at" => {
                let note = first(self, 0);
                self.error_at_note(note, note, message)
            }
            "range" => {
                let (a, b) = (first(self, 0), last(self, 1));
                self.error_at_note(a, b, message)
            }
            "span" => {
                let (a, b) = (first(self, 0), last(self, 0));
                self.error_at_note(a, b, message)
            }
            "from" => {
                let note = first(self, 0);
                self.error_from(note, message)
            }
            "next" => self.error_at_token_end(self.pos, message),
            "last" => self.error_at_last(SyntaxErrorKind::SyntaxError, message),
            "indent" => {
                let message = self.fill_in(message, first(self, 0));
                self.error_at_last(SyntaxErrorKind::IndentationError, &message)
            }
            "store_target" => return self.invalid_target(first(self, 0), Use::Store),
            "for_target" => return self.invalid_target(first(self, 0), Use::For),
            "delete_target" => return self.invalid_target(first(self, 0), Use::Delete),
            "legacy" => return self.legacy_statement(first(self, 0), first(self, 1)),
            "missing_comma" => return self.missing_comma(first(self, 0), first(self, 1)),
            "clause" => {
                let (a, b) = (first(self, 0), first(self, 1));
                let start = self.range_of(a).start;
                let range = TextRange::new(start, self.last_clause_end(b));
                self.error_at_range(range, message)
            }
            "generator_argument" => return self.generator_argument(first(self, 0), first(self, 1)),
            "argument_order" => return self.argument_order(first(self, 0)),
            "elements" => {
                let (a, b) = (first(self, 0), first(self, 1));
                let end = self.last_element_end(b);
                let range = TextRange::new(self.range_of(a).start, end);
                self.error_at_range(range, message)
            }
            "positional_pattern" => return self.positional_pattern(first(self, 0)),
            "dict_key" => {
                let note = first(self, 0);
                self.error_behind_key(note)
            }
            "bound" => {
                let (a, b) = (first(self, 0), first(self, 1));
                let what = if matches!(self.expr(b).map(|e| e.kind), Some(ExprKind::Tuple { .. })) {
                    "constraints"
                } else {
                    "bound"
                };
                self.error_from(a, &format!("cannot use {what} with {message}"))
            }
            "mixed" => {
                let (a, b) = (last(self, 0), first(self, 1));
                self.error_at_note(
                    a,
                    b,
                    "cannot mix t-string literals with string or bytes literals",
                )
            }
            "conversion" => return self.conversion(first(self, 0), first(self, 1), message),
            "inequality" => return self.inequality(),
            "strings" | "string" | "fstring" | "number" | "complex" => {
                return self.literals(report.verb);
            }
            _ => return Ok(true),
        };
        Err(error)
    }

    /// The first or last note of a name since `base`.
    fn note(&self, base: usize, name: u8, last: bool) -> Note {
        let mut notes = self.notes[base.min(self.notes.len())..]
            .iter()
            .filter(|n| n.name == name);
        let found = if last {
            notes.next_back()
        } else {
            notes.next()
        };
        found.copied().unwrap_or(Note {
            name,
            start: self.pos,
            end: self.pos,
            rule: "",
        })
    }

    /// Parses the tokens of a note again, this time for their tree.
    fn expr(&mut self, note: Note) -> Option<Expr<'a>> {
        let rule = note.rule;
        let result = self.reparse(note.start, note.end, |p| match rule {
            "expression" | "expression_without_invalid" => p.parse_expression(),
            "disjunction" | "inversion" => p.parse_disjunction(),
            "bitwise_or" => p.parse_bitwise_or(),
            "factor" => p.parse_factor(),
            "star_expressions" => p.parse_star_expressions(),
            "star_named_expression" => p.parse_star_named_expression(),
            "starred_expression" => p.parse_starred_argument(),
            "yield_expr" => p.parse_yield(),
            "invalid_ann_assign_target" => p.parse_primary(),
            _ => Err(Failed),
        });
        result.ok()
    }

    /// Runs the fast stage on some of the tokens only; gives the error of a
    /// literal if that is why it fails.
    fn reparse<R>(
        &mut self,
        start: usize,
        end: usize,
        parse: impl FnOnce(&mut Parser<'_, 'a>) -> Result<R, Failed>,
    ) -> Result<R, Option<Box<SyntaxError>>> {
        let all = &self.stream.tokens;
        let mut tokens = all[start.min(all.len())..end.min(all.len())].to_vec();
        let at = tokens.last().map_or(0, |t| t.range.end);
        tokens.push(Token {
            kind: T::EndMarker,
            range: TextRange::new(at, at),
        });
        let mut parser = self.parser.on_tokens(&tokens);
        parse(&mut parser).map_err(|Failed| parser.error.take())
    }

    /// Where a note's node stands: without the parentheses around it.
    fn range_of(&mut self, note: Note) -> TextRange {
        let parameter = matches!(note.rule, "param_no_default" | "lambda_param_no_default");
        match self.expr(note) {
            Some(expr) => expr.range,
            // The rule takes the comma along, the node does not.
            None if parameter && self.stream.tokens[note.end - 1].kind == T::Comma => {
                self.tokens_range(note.start, note.end - 1)
            }
            None => self.tokens_range(note.start, note.end),
        }
    }

    fn tokens_range(&self, start: usize, end: usize) -> TextRange {
        let tokens = &self.stream.tokens;
        let start = start.min(tokens.len() - 1);
        let mut last = end.clamp(start + 1, tokens.len()) - 1;
        while last > start && matches!(tokens[last].kind, T::Newline | T::Indent | T::Dedent) {
            last -= 1;
        }
        tokens[start].range.to(tokens[last].range)
    }

    /// Replaces `{a}` by the kind of expression, `{a.line}` and `{a.text}` by line and text.
    fn fill_in(&mut self, message: &str, note: Note) -> String {
        let mut message = message.to_owned();
        if message.contains("{a}") {
            let name = self
                .expr(note)
                .map_or("expression", |e| expression_name(&e));
            message = message.replace("{a}", name);
        }
        if message.contains("{a.line}") {
            let line = self.parser.line(self.stream.tokens[note.start].range.start);
            message = message.replace("{a.line}", &line.to_string());
        }
        if message.contains("{a.text}") {
            message = message.replace("{a.text}", self.parser.text(self.stream.tokens[note.start]));
        }
        message
    }

    /// An error that reaches from one note's start to another's end.
    fn error_at_note(&mut self, a: Note, b: Note, message: &str) -> Box<SyntaxError> {
        let message = self.fill_in(message, a);
        let range = self.range_of(a).to(self.range_of(b));
        self.error_at_range(range, &message)
    }

    /// An error that reaches from a note to where the lexer stands.
    fn error_from(&mut self, note: Note, message: &str) -> Box<SyntaxError> {
        let message = self.fill_in(message, note);
        let start = self.range_of(note).start;
        let (line, column) = self.parser.lines.line_col(start);
        let (end_line, end_column) = self.lexer_position();
        self.build(
            SyntaxErrorKind::SyntaxError,
            &message,
            (line, column as i32 + 1),
            (end_line, end_column as i32),
        )
    }

    pub(super) fn error_at_range(&self, range: TextRange, message: &str) -> Box<SyntaxError> {
        let (line, column) = self.parser.lines.line_col(range.start);
        let (end_line, end_column) = self.parser.lines.line_col(range.end);
        self.build(
            SyntaxErrorKind::SyntaxError,
            message,
            (line, column as i32 + 1),
            (end_line, end_column as i32 + 1),
        )
    }

    /// An error at a token whose place CPython knows; tokens without text have none.
    pub(super) fn error_at_token(&self, at: usize, message: &str) -> Box<SyntaxError> {
        let token = self.stream.tokens[at.min(self.stream.tokens.len() - 1)];
        if self.parser.is_placeless(token) {
            let line = self.token_line(at);
            return self.build(SyntaxErrorKind::SyntaxError, message, (line, 0), (line, 0));
        }
        self.raise_at(SyntaxErrorKind::SyntaxError, at, message)
    }

    /// An error at a token; for one without text, at where the lexer stands.
    fn error_at_token_end(&self, at: usize, message: &str) -> Box<SyntaxError> {
        self.raise_at(SyntaxErrorKind::SyntaxError, at, message)
    }

    /// An error at the last token looked at.
    fn error_at_last(&self, kind: SyntaxErrorKind, message: &str) -> Box<SyntaxError> {
        self.raise_at(kind, self.fill.max(1) - 1, message)
    }

    pub(super) fn error_at_indent(&self, message: &str) -> Box<SyntaxError> {
        self.error_at_last(SyntaxErrorKind::IndentationError, message)
    }

    fn raise_at(&self, kind: SyntaxErrorKind, at: usize, message: &str) -> Box<SyntaxError> {
        let at = at.min(self.stream.tokens.len() - 1);
        let token = self.stream.tokens[at];
        if self.parser.is_placeless(token) {
            let (_, column) = self.lexer_position();
            let line = self.token_line(at);
            return self.build(kind, message, (line, column as i32), (line, -1));
        }
        let (start, end) = self.parser.token_place(token);
        self.build(kind, message, start, end)
    }

    fn invalid_target(&mut self, note: Note, purpose: Use) -> Matched {
        let Some(expr) = self.expr(note) else {
            return Ok(false);
        };
        let Some(culprit) = find_invalid_target(&expr, purpose) else {
            return Ok(false);
        };
        let verb = if purpose == Use::Delete {
            "delete"
        } else {
            "assign to"
        };
        let message = format!("cannot {verb} {}", expression_name(&culprit));
        Err(self.error_at_range(culprit.range, &message))
    }

    /// `print x` and `exec x`.
    fn legacy_statement(&mut self, name: Note, value: Note) -> Matched {
        let word = self.parser.text(self.stream.tokens[name.start]);
        if !matches!(word, "print" | "exec") {
            return Ok(false);
        }
        let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
        Err(self.error_at_note(name, value, &message))
    }

    fn missing_comma(&mut self, a: Note, b: Note) -> Matched {
        let legacy = matches!(
            self.expr(a).map(|e| e.kind),
            Some(ExprKind::Name {
                id: "print" | "exec",
                ..
            })
        );
        if legacy || self.bracket_level(self.pos - 1) == 0 {
            return Ok(false);
        }
        Err(self.error_at_note(a, b, "invalid syntax. Perhaps you forgot a comma?"))
    }

    /// How many brackets are open behind a token.
    fn bracket_level(&self, at: usize) -> i32 {
        let mut level = 0;
        for token in &self.stream.tokens[..=at] {
            match token.kind {
                T::LPar | T::LSqb | T::LBrace => level += 1,
                T::RPar | T::RSqb | T::RBrace => level -= 1,
                _ => {}
            }
        }
        level
    }

    /// `f(a, b for b in c)`; a lone generator expression is no mistake.
    fn generator_argument(&mut self, args: Note, clauses: Note) -> Matched {
        let (positional, _) = self.arguments(args);
        let (2.., Some(last)) = (positional.len(), positional.last()) else {
            return Ok(false);
        };
        let range = TextRange::new(last.range.start, self.last_clause_end(clauses));
        Err(self.error_at_range(range, "Generator expression must be parenthesized"))
    }

    fn argument_order(&mut self, args: Note) -> Matched {
        let (_, unpacking) = self.arguments(args);
        let message = if unpacking {
            "positional argument follows keyword argument unpacking"
        } else {
            "positional argument follows keyword argument"
        };
        Err(self.error_at_last(SyntaxErrorKind::SyntaxError, message))
    }

    /// The positional arguments of a note, and whether there is a `**` among the others.
    fn arguments(&mut self, note: Note) -> (Vec<Expr<'a>>, bool) {
        let mut unpacking = false;
        let mut positional = Vec::new();
        let _ = self.reparse(note.start, note.end, |p| {
            while !p.at(T::EndMarker) {
                match p.kind() {
                    T::Star => positional.push(p.parse_starred_argument()?),
                    T::DoubleStar => {
                        unpacking = true;
                        p.bump();
                        p.parse_expression()?;
                    }
                    T::Name if p.peek(1) == T::Equal => {
                        p.bump();
                        p.bump();
                        p.parse_expression()?;
                    }
                    _ => positional.push(p.parse_named_expression()?),
                }
                if !p.eat(T::Comma) {
                    break;
                }
            }
            Ok(())
        });
        (positional, unpacking)
    }

    /// The end of the last `for` clause's last part.
    fn last_clause_end(&mut self, clauses: Note) -> u32 {
        let parsed = self.reparse(clauses.start, clauses.end, |p| {
            p.parse_comprehension_clauses()
        });
        match parsed.ok().and_then(|clauses| clauses.last().copied()) {
            Some(clause) => clause
                .ifs
                .last()
                .map_or(clause.iter.range.end, |last| last.range.end),
            None => self.tokens_range(clauses.start, clauses.end).end,
        }
    }

    /// The end of the last of some `star_named_expressions`.
    fn last_element_end(&mut self, elements: Note) -> u32 {
        let parsed = self.reparse(elements.start, elements.end, |p| {
            let mut last = p.parse_star_named_expression()?;
            while p.eat(T::Comma) && !p.at(T::EndMarker) {
                last = p.parse_star_named_expression()?;
            }
            Ok(last.range.end)
        });
        parsed.unwrap_or_else(|_| self.tokens_range(elements.start, elements.end).end)
    }

    /// `case A(b=1, c)`: the positional patterns behind the keyword patterns.
    fn positional_pattern(&mut self, arguments: Note) -> Matched {
        let note = self.note(0, b'p', true);
        let note = if note.start < arguments.end {
            note
        } else {
            arguments
        };
        let range = self.reparse(note.start, note.end, |p| {
            let first = p.parse_pattern()?;
            let mut range = first.range;
            while p.eat(T::Comma) && !p.at(T::EndMarker) {
                range = range.to(p.parse_pattern()?.range);
            }
            Ok(range)
        });
        let range = range.unwrap_or_else(|_| self.tokens_range(note.start, note.end));
        Err(self.error_at_range(range, "positional patterns follow keyword patterns"))
    }

    /// A dictionary key without a colon: the place is the key's last character.
    fn error_behind_key(&mut self, key: Note) -> Box<SyntaxError> {
        let range = self.range_of(key);
        let (line, _) = self.parser.lines.line_col(range.start);
        let (end_line, end_column) = self.parser.lines.line_col(range.end);
        self.build(
            SyntaxErrorKind::SyntaxError,
            "':' expected after dictionary key",
            (line, end_column as i32),
            (end_line, 0),
        )
    }

    fn conversion(&mut self, mark: Note, name: Note, letter: &str) -> Matched {
        let mark_range = self.stream.tokens[mark.start].range;
        let name_range = self.stream.tokens[name.start].range;
        if mark_range.end != name_range.start {
            let message = format!(
                "{letter}-string: conversion type must come right after the exclamation mark"
            );
            return Err(self.error_at_range(mark_range.to(name_range), &message));
        }
        match self.parser.text(self.stream.tokens[name.start]) {
            "s" | "r" | "a" => Ok(true),
            text => {
                let message = format!(
                    "{letter}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"
                );
                Err(self.error_at_range(name_range, &message))
            }
        }
    }

    /// `!=`, or `<>` where PEP 401 is in force.
    fn inequality(&mut self) -> Matched {
        let diamond = self.parser.text(self.stream.tokens[self.pos - 1]) == "<>";
        if self.parser.options.barry_as_flufl && !diamond {
            return Err(self.error_at_last(
                SyntaxErrorKind::SyntaxError,
                "with Barry as BDFL, use '<>' instead of '!='",
            ));
        }
        if diamond && !self.parser.options.barry_as_flufl {
            if !self.invalid {
                return Ok(false);
            }
            let range = self.stream.tokens[self.pos - 1].range;
            return Err(self.error_at_range(
                range,
                "invalid syntax.  Maybe you meant '!=' instead of '<>'?",
            ));
        }
        Ok(true)
    }

    /// Literals that just matched must have a value.
    fn literals(&mut self, verb: &str) -> Matched {
        let mut start = self.pos - 1;
        let tokens = &self.stream.tokens;
        match verb {
            "complex" => {
                start -= 2;
                if start > 0 && tokens[start - 1].kind == T::Minus {
                    start -= 1;
                }
            }
            "strings" => start = self.strings_start(),
            "fstring" => start = self.interpolated_start(self.pos - 1),
            _ => {}
        }
        let failed = self.reparse(start, self.pos, |p| match verb {
            "complex" => p.parse_literal_key().map(|_| ()),
            "number" => p.number(p.token()).map(|_| ()),
            "string" => p.parse_string_token().map(|_| ()),
            _ => p.parse_strings().map(|_| ()),
        });
        match failed {
            // These errors stand at the last token looked at, which in the second
            // pass may be far behind.
            Err(Some(error))
                if error.message.starts_with("cannot mix") || error.message.starts_with('(') =>
            {
                Err(self.error_at_last(error.kind, &error.message))
            }
            Err(Some(error)) => Err(error),
            _ => Ok(true),
        }
    }

    /// The first token of the run of literals that ends here.
    fn strings_start(&self) -> usize {
        let tokens = &self.stream.tokens;
        let mut at = self.pos;
        while at > 0 {
            match tokens[at - 1].kind {
                T::String => at -= 1,
                T::FStringEnd | T::TStringEnd => at = self.interpolated_start(at - 1),
                _ => break,
            }
        }
        at
    }

    /// The first token of the f-string or t-string that ends with token `end`.
    fn interpolated_start(&self, end: usize) -> usize {
        let mut depth = 0;
        for at in (0..=end).rev() {
            match self.stream.tokens[at].kind {
                T::FStringEnd | T::TStringEnd => depth += 1,
                T::FStringStart | T::TStringStart => depth -= 1,
                _ => {}
            }
            if depth <= 0 {
                return at;
            }
        }
        0
    }

    /// The line of the last token looked at.
    pub(super) fn fill_line(&self) -> u32 {
        self.token_line(self.fill.max(1) - 1)
    }

    /// The line a token stands on; past the text that is its last line.
    fn token_line(&self, at: usize) -> u32 {
        let token = self.stream.tokens[at.min(self.stream.tokens.len() - 1)];
        self.parser
            .lines
            .line_col(token.range.start)
            .0
            .min(self.parser.end_place().0)
    }

    /// Line and byte column at which CPython's lexer stands after the last token looked at.
    fn lexer_position(&self) -> (u32, u32) {
        let token = self.stream.tokens[self.fill.max(1) - 1];
        if token.kind == T::Newline && !self.parser.is_placeless(token) {
            let line = self.parser.line(token.range.start);
            return (line, self.parser.line_length(line));
        }
        let at_end = token.range.end as usize >= self.parser.source.len();
        if at_end && self.parser.is_placeless(token) {
            return self.parser.end_place();
        }
        self.parser.lines.line_col(token.range.end)
    }

    /// Whether the lexer has met the end of the text: more text could make it right.
    pub(super) fn at_end_of_source(&self) -> bool {
        let last = self.stream.tokens[self.fill.max(1) - 1];
        if self.fill == self.stream.tokens.len() {
            let at_end = |message: &str| {
                message.starts_with("unterminated")
                    || message.ends_with("was never closed")
                    || message == "unexpected EOF while parsing"
            };
            return self
                .stream
                .error
                .as_ref()
                .is_none_or(|e| at_end(&e.message));
        }
        if last.range.start as usize >= self.parser.source.len() {
            return true;
        }
        // Behind a name, number or operator the lexer looks at the next character.
        let newline = self.parser.ends_line(self.parser.end_place().0);
        !newline
            && last.range.end as usize == self.parser.source.len()
            && !matches!(last.kind, T::String | T::FStringEnd | T::TStringEnd)
    }

    /// The error for input that ends too early.
    pub(super) fn incomplete(&self) -> Box<SyntaxError> {
        let mut error = self.error_at_last(SyntaxErrorKind::IncompleteInput, "incomplete input");
        if let (true, Some(lexical)) = (self.fill == self.stream.tokens.len(), &self.stream.error)
            && lexical.message.starts_with("unterminated")
        {
            (error.line, error.column) = (lexical.line, lexical.column);
            error.text.clone_from(&lexical.text);
        }
        error
    }

    fn build(
        &self,
        kind: SyntaxErrorKind,
        message: &str,
        start: (u32, i32),
        end: (u32, i32),
    ) -> Box<SyntaxError> {
        let (lexer_line, _) = self.lexer_position();
        self.parser
            .build_error(lexer_line, kind, message, start, end)
    }
}

/// CPython's name for a kind of expression in messages.
pub(super) fn expression_name(expr: &Expr<'_>) -> &'static str {
    match expr.kind {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } => "subscript",
        ExprKind::Starred { .. } => "starred",
        ExprKind::Name { .. } => "name",
        ExprKind::List { .. } => "list",
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "expression",
        ExprKind::GeneratorExp { .. } => "generator expression",
        ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => "yield expression",
        ExprKind::Await { .. } => "await expression",
        ExprKind::ListComp { .. } => "list comprehension",
        ExprKind::SetComp { .. } => "set comprehension",
        ExprKind::DictComp { .. } => "dict comprehension",
        ExprKind::Dict { .. } => "dict literal",
        ExprKind::Set { .. } => "set display",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::TemplateStr { .. } | ExprKind::Interpolation { .. } => "t-string expression",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "None",
            Constant::True => "True",
            Constant::False => "False",
            Constant::Ellipsis => "ellipsis",
            _ => "literal",
        },
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
        ExprKind::Slice { .. } => "slice",
    }
}

/// The first part of an expression that cannot be a target.
fn find_invalid_target<'a>(expr: &Expr<'a>, purpose: Use) -> Option<Expr<'a>> {
    match expr.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
            elts.iter().find_map(|e| find_invalid_target(e, purpose))
        }
        ExprKind::Starred { value, .. } if purpose != Use::Delete => {
            find_invalid_target(value, purpose)
        }
        // `for x in y` reads as a comparison.
        ExprKind::Compare { left, ops, .. } if purpose == Use::For => {
            if ops.first() == Some(&CmpOp::In) {
                find_invalid_target(left, purpose)
            } else {
                None
            }
        }
        ExprKind::Name { .. } | ExprKind::Subscript { .. } | ExprKind::Attribute { .. } => None,
        _ => Some(*expr),
    }
}
