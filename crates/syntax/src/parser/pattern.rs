//! `match` statements and their patterns (PEP 634).

use super::{Failed, Parse, Parser, take_slice};
use crate::TextRange;
use crate::ast::{
    Constant, Expr, ExprContext, ExprKind, MatchCase, Operator, Pattern, PatternKind, Stmt,
    StmtKind, TypeComment, UnaryOp,
};
use crate::token::TokenKind as T;

/// Rule levels that a bracketed pattern costs in CPython's parser.
const PATTERN_LEVELS: u32 = 8;

impl<'a> Parser<'_, 'a> {
    /// `match_stmt`, if the name here is the soft keyword `match` and not an
    /// ordinary name: that shows in the colon, line end and indent after the subject.
    pub(super) fn parse_match(&mut self) -> Parse<Option<Stmt<'a>>> {
        if self.text(self.token()) != "match" || !self.may_be_match() {
            return Ok(None);
        }
        let checkpoint = self.checkpoint();
        let start = self.bump().range.start;
        let subject = match self.parse_subject() {
            Ok(subject) if self.at(T::Colon) && self.peek(1) == T::Newline => subject,
            Err(Failed) if self.error.is_some() => return Err(Failed),
            _ => {
                self.restore(&checkpoint);
                return Ok(None);
            }
        };
        self.bump();
        self.bump();
        self.expect(T::Indent)?;
        let base = self.scratch.cases.len();
        while !self.eat(T::Dedent) {
            let case = self.parse_case()?;
            self.scratch.cases.push(case);
        }
        let cases = take_slice!(self, cases, base);
        self.since(10, "Pattern matching is", self.previous())?;
        let range = self.range_from(start);
        Ok(Some(Stmt::new(
            range,
            StmtKind::Match {
                subject: self.alloc(subject),
                cases,
            },
        )))
    }

    /// Whether a subject can start after the name `match`.
    fn may_be_match(&self) -> bool {
        matches!(
            self.peek(1),
            T::Name
                | T::Number
                | T::String
                | T::FStringStart
                | T::TStringStart
                | T::LPar
                | T::LSqb
                | T::LBrace
                | T::Minus
                | T::Plus
                | T::Tilde
                | T::Star
                | T::Ellipsis
                | T::KwNone
                | T::KwTrue
                | T::KwFalse
                | T::KwNot
                | T::KwLambda
                | T::KwAwait
        )
    }

    /// `subject_expr`
    fn parse_subject(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let starred = self.at(T::Star);
        let first = self.parse_star_named_expression()?;
        if !self.at(T::Comma) {
            return if starred { Err(Failed) } else { Ok(first) };
        }
        self.finish_tuple(
            start,
            first,
            |p| p.at(T::Star) || p.at_expression_start(),
            Self::parse_star_named_expression,
        )
    }

    /// `case_block`, at the soft keyword `case`.
    fn parse_case(&mut self) -> Parse<MatchCase<'a>> {
        if !self.at_soft("case") {
            return Err(Failed);
        }
        self.bump();
        let pattern = self.parse_patterns()?;
        let guard = if self.eat(T::KwIf) {
            Some(self.parse_named_expression()?)
        } else {
            None
        };
        self.expect(T::Colon)?;
        let body = self.parse_block()?;
        Ok(MatchCase {
            pattern: self.alloc(pattern),
            guard: guard.map(|g| self.alloc(g)),
            body,
        })
    }

    /// `patterns`: a pattern, or an unparenthesised sequence of them.
    fn parse_patterns(&mut self) -> Parse<Pattern<'a>> {
        let start = self.start();
        let starred = self.at(T::Star);
        let first = self.parse_maybe_star_pattern()?;
        if !self.at(T::Comma) {
            return if starred { Err(Failed) } else { Ok(first) };
        }
        let patterns = self.parse_pattern_sequence(first)?;
        Ok(Pattern::new(
            self.range_from(start),
            PatternKind::MatchSequence { patterns },
        ))
    }

    /// `(',' maybe_star_pattern)* [',']` after the first pattern.
    fn parse_pattern_sequence(&mut self, first: Pattern<'a>) -> Parse<&'a [Pattern<'a>]> {
        let base = self.scratch.patterns.len();
        self.scratch.patterns.push(first);
        while self.eat(T::Comma) {
            if matches!(self.kind(), T::RPar | T::RSqb | T::Colon | T::KwIf) {
                break;
            }
            let next = self.parse_maybe_star_pattern()?;
            self.scratch.patterns.push(next);
        }
        Ok(take_slice!(self, patterns, base))
    }

    /// `maybe_star_pattern`: `'*' NAME | pattern`
    fn parse_maybe_star_pattern(&mut self) -> Parse<Pattern<'a>> {
        if !self.at(T::Star) {
            return self.parse_pattern();
        }
        let start = self.bump().range.start;
        let name = if self.at_soft("_") {
            self.bump();
            None
        } else {
            Some(self.parse_capture_target()?)
        };
        Ok(Pattern::new(
            self.range_from(start),
            PatternKind::MatchStar { name },
        ))
    }

    /// `pattern_capture_target`: a name other than `_` that nothing makes a longer pattern.
    fn parse_capture_target(&mut self) -> Parse<&'a str> {
        if self.at_soft("_") || matches!(self.peek(1), T::Dot | T::LPar | T::Equal) {
            return Err(Failed);
        }
        self.name()
    }

    /// `pattern`: `or_pattern ['as' NAME]`
    pub(super) fn parse_pattern(&mut self) -> Parse<Pattern<'a>> {
        let start = self.start();
        let mut pattern = self.parse_closed_pattern()?;
        if self.at(T::VBar) {
            let base = self.scratch.patterns.len();
            self.scratch.patterns.push(pattern);
            while self.eat(T::VBar) {
                let next = self.parse_closed_pattern()?;
                self.scratch.patterns.push(next);
            }
            let patterns = take_slice!(self, patterns, base);
            pattern = Pattern::new(self.range_from(start), PatternKind::MatchOr { patterns });
        }
        if self.eat(T::KwAs) {
            let name = Some(self.parse_capture_target()?);
            let kind = PatternKind::MatchAs {
                pattern: Some(self.alloc(pattern)),
                name,
            };
            pattern = Pattern::new(self.range_from(start), kind);
        }
        Ok(pattern)
    }

    /// `closed_pattern`
    fn parse_closed_pattern(&mut self) -> Parse<Pattern<'a>> {
        let token = self.token();
        let value = match token.kind {
            T::Number | T::Minus | T::String | T::FStringStart | T::TStringStart => {
                let value = self.parse_literal_key()?;
                PatternKind::MatchValue {
                    value: self.alloc(value),
                }
            }
            T::KwNone | T::KwTrue | T::KwFalse => {
                self.bump();
                PatternKind::MatchSingleton {
                    value: singleton(token.kind),
                }
            }
            T::Name => return self.parse_name_pattern(),
            T::LPar => return self.nested(PATTERN_LEVELS, Self::parse_parenthesised_pattern),
            T::LSqb => return self.nested(PATTERN_LEVELS, Self::parse_bracketed_pattern),
            T::LBrace => return self.nested(PATTERN_LEVELS, Self::parse_mapping_pattern),
            _ => return Err(Failed),
        };
        Ok(Pattern::new(self.range_from(token.range.start), value))
    }

    /// A capture, wildcard, value or class pattern, at a name.
    fn parse_name_pattern(&mut self) -> Parse<Pattern<'a>> {
        let token = self.token();
        if self.at_soft("_") {
            self.bump();
            return Ok(Pattern::new(
                token.range,
                PatternKind::MatchAs {
                    pattern: None,
                    name: None,
                },
            ));
        }
        let value = self.parse_name_or_attr()?;
        match (self.kind(), value.kind) {
            (T::LPar, _) => self.nested(PATTERN_LEVELS, |p| p.parse_class_pattern(value)),
            (T::Equal, _) => Err(Failed),
            (_, ExprKind::Name { id, .. }) => Ok(Pattern::new(
                token.range,
                PatternKind::MatchAs {
                    pattern: None,
                    name: Some(id),
                },
            )),
            _ => Ok(Pattern::new(
                value.range,
                PatternKind::MatchValue {
                    value: self.alloc(value),
                },
            )),
        }
    }

    /// `name_or_attr`: a name, perhaps dotted.
    fn parse_name_or_attr(&mut self) -> Parse<Expr<'a>> {
        let token = self.expect(T::Name)?;
        let mut value = Expr::new(
            token.range,
            ExprKind::Name {
                id: self.identifier(token),
                ctx: ExprContext::Load,
            },
        );
        self.links = 0;
        while self.eat(T::Dot) {
            let attr = self.name()?;
            let kind = ExprKind::Attribute {
                value: self.alloc(value),
                attr,
                ctx: ExprContext::Load,
            };
            value = Expr::new(self.range_from(token.range.start), kind);
            self.link()?;
        }
        Ok(value)
    }

    /// `'(' …` `)`: a group, or a sequence.
    fn parse_parenthesised_pattern(&mut self) -> Parse<Pattern<'a>> {
        let start = self.bump().range.start;
        if self.eat(T::RPar) {
            return Ok(Pattern::new(
                self.range_from(start),
                PatternKind::MatchSequence { patterns: &[] },
            ));
        }
        let starred = self.at(T::Star);
        let first = self.parse_maybe_star_pattern()?;
        if !starred && self.eat(T::RPar) {
            return Ok(first);
        }
        if !self.at(T::Comma) {
            return Err(Failed);
        }
        let patterns = self.parse_pattern_sequence(first)?;
        self.expect(T::RPar)?;
        Ok(Pattern::new(
            self.range_from(start),
            PatternKind::MatchSequence { patterns },
        ))
    }

    /// `'[' [maybe_sequence_pattern] ']'`
    fn parse_bracketed_pattern(&mut self) -> Parse<Pattern<'a>> {
        let start = self.bump().range.start;
        let patterns = if self.at(T::RSqb) {
            &[]
        } else {
            let first = self.parse_maybe_star_pattern()?;
            self.parse_pattern_sequence(first)?
        };
        self.expect(T::RSqb)?;
        Ok(Pattern::new(
            self.range_from(start),
            PatternKind::MatchSequence { patterns },
        ))
    }

    /// `mapping_pattern`, at the brace.
    fn parse_mapping_pattern(&mut self) -> Parse<Pattern<'a>> {
        let start = self.bump().range.start;
        let keys_base = self.scratch.exprs.len();
        let base = self.scratch.patterns.len();
        let mut rest = None;
        while !self.at(T::RBrace) && rest.is_none() {
            if self.eat(T::DoubleStar) {
                rest = Some(self.parse_capture_target()?);
            } else {
                let key = self.parse_literal_key()?;
                self.expect(T::Colon)?;
                let pattern = self.parse_pattern()?;
                self.scratch.exprs.push(key);
                self.scratch.patterns.push(pattern);
            }
            if !self.eat(T::Comma) {
                break;
            }
        }
        self.expect(T::RBrace)?;
        let keys = take_slice!(self, exprs, keys_base);
        let patterns = take_slice!(self, patterns, base);
        Ok(Pattern::new(
            self.range_from(start),
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest,
            },
        ))
    }

    /// `class_pattern`, at the parenthesis.
    fn parse_class_pattern(&mut self, cls: Expr<'a>) -> Parse<Pattern<'a>> {
        self.bump();
        let base = self.scratch.patterns.len();
        let names_base = self.scratch.names.len();
        let mut positional: Option<&'a [Pattern<'a>]> = None;
        while !self.at(T::RPar) {
            if self.at(T::Name) && self.peek(1) == T::Equal {
                if positional.is_none() {
                    positional = Some(take_slice!(self, patterns, base));
                }
                let name = self.name()?;
                self.scratch.names.push(name);
                self.bump();
            } else if positional.is_some() {
                return Err(Failed);
            }
            let pattern = self.parse_pattern()?;
            self.scratch.patterns.push(pattern);
            if !self.eat(T::Comma) {
                break;
            }
        }
        self.expect(T::RPar)?;
        let last = take_slice!(self, patterns, base);
        let (patterns, kwd_patterns) = match positional {
            Some(positional) => (positional, last),
            None => (last, &[][..]),
        };
        let kwd_attrs = take_slice!(self, names, names_base);
        let range = self.range_from(cls.range.start);
        Ok(Pattern::new(
            range,
            PatternKind::MatchClass {
                cls: self.alloc(cls),
                patterns,
                kwd_attrs,
                kwd_patterns,
            },
        ))
    }

    /// A number (signed, or complex), strings, a singleton or a dotted name: what may be a mapping's key.
    pub(super) fn parse_literal_key(&mut self) -> Parse<Expr<'a>> {
        let token = self.token();
        match token.kind {
            T::String | T::FStringStart | T::TStringStart => self.parse_strings(),
            T::KwNone | T::KwTrue | T::KwFalse => {
                self.bump();
                Ok(Expr::new(
                    token.range,
                    ExprKind::Constant {
                        value: singleton(token.kind),
                        kind: TypeComment(None),
                    },
                ))
            }
            T::Name => {
                let value = self.parse_name_or_attr()?;
                if matches!(value.kind, ExprKind::Attribute { .. }) {
                    Ok(value)
                } else {
                    Err(Failed)
                }
            }
            _ => {
                let real = self.parse_signed_number()?;
                let op = match self.kind() {
                    T::Plus => Operator::Add,
                    T::Minus => Operator::Sub,
                    _ => return Ok(real),
                };
                self.require_part(&real, false, "real number required in complex literal")?;
                self.bump();
                let token = self.expect(T::Number)?;
                let value = self.number(token)?;
                let imaginary = Expr::new(
                    token.range,
                    ExprKind::Constant {
                        value,
                        kind: TypeComment(None),
                    },
                );
                self.require_part(
                    &imaginary,
                    true,
                    "imaginary number required in complex literal",
                )?;
                let range = TextRange::new(real.range.start, token.range.end);
                Ok(Expr::new(
                    range,
                    ExprKind::BinOp {
                        left: self.alloc(real),
                        op,
                        right: self.alloc(imaginary),
                    },
                ))
            }
        }
    }

    /// `signed_number`: `['-'] NUMBER`
    fn parse_signed_number(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let negative = self.eat(T::Minus);
        let token = self.expect(T::Number)?;
        let value = self.number(token)?;
        let number = Expr::new(
            token.range,
            ExprKind::Constant {
                value,
                kind: TypeComment(None),
            },
        );
        if !negative {
            return Ok(number);
        }
        let range = TextRange::new(start, token.range.end);
        Ok(Expr::new(
            range,
            ExprKind::UnaryOp {
                op: UnaryOp::USub,
                operand: self.alloc(number),
            },
        ))
    }

    /// The halves of a complex literal must be a real and an imaginary number.
    fn require_part(&mut self, number: &Expr<'a>, imaginary: bool, message: &str) -> Parse<()> {
        let number = match &number.kind {
            ExprKind::UnaryOp { operand, .. } => *operand,
            _ => number,
        };
        let is_imaginary = matches!(
            number.kind,
            ExprKind::Constant {
                value: Constant::Imaginary(_),
                ..
            }
        );
        if is_imaginary == imaginary {
            return Ok(());
        }
        let error = self.error_at(number.range, message);
        self.refuse(error)
    }
}

fn singleton<'a>(kind: T) -> Constant<'a> {
    match kind {
        T::KwTrue => Constant::True,
        T::KwFalse => Constant::False,
        _ => Constant::None,
    }
}
