//! The arguments of calls and class definitions.

use super::{Failed, Parse, Parser, take_slice};
use crate::ast::{Expr, ExprContext, ExprKind, Keyword};
use crate::token::TokenKind as T;

impl<'a> Parser<'_, 'a> {
    /// `'(' [arguments] ')'`, at the parenthesis; a lone generator expression
    /// shares the call's parentheses.
    pub(super) fn parse_call_arguments(&mut self) -> Parse<(&'a [Expr<'a>], &'a [Keyword<'a>])> {
        self.parse_arguments(true)
    }

    /// The bases and keywords of a class: no generator expression here.
    pub(super) fn parse_class_arguments(&mut self) -> Parse<(&'a [Expr<'a>], &'a [Keyword<'a>])> {
        self.parse_arguments(false)
    }

    fn parse_arguments(&mut self, generator: bool) -> Parse<(&'a [Expr<'a>], &'a [Keyword<'a>])> {
        let open = self.bump().range.start;
        let base = self.scratch.exprs.len();
        let keywords_base = self.scratch.keywords.len();
        // After `name=value` only `*value` and keywords may follow; after `**value` no `*value` either.
        let (mut named, mut unpacked) = (false, false);
        while !self.at(T::RPar) {
            let start = self.start();
            match self.kind() {
                T::Star if !unpacked => {
                    let value = self.parse_starred_argument()?;
                    self.scratch.exprs.push(value);
                }
                T::DoubleStar => {
                    self.bump();
                    let value = self.parse_expression()?;
                    let keyword = Keyword {
                        range: self.range_from(start),
                        arg: None,
                        value: self.alloc(value),
                    };
                    self.scratch.keywords.push(keyword);
                    unpacked = true;
                }
                T::Name if self.peek(1) == T::Equal => {
                    let arg = Some(self.name()?);
                    self.bump();
                    let value = self.parse_expression()?;
                    let keyword = Keyword {
                        range: self.range_from(start),
                        arg,
                        value: self.alloc(value),
                    };
                    self.scratch.keywords.push(keyword);
                    named = true;
                }
                _ if named || unpacked => return Err(Failed),
                _ => {
                    let value = self.parse_named_expression()?;
                    if self.at_comprehension() {
                        let only = self.scratch.exprs.len() == base;
                        let generators = self.parse_comprehension_clauses()?;
                        self.expect(T::RPar)?;
                        if !only || !generator {
                            return Err(Failed);
                        }
                        let kind = ExprKind::GeneratorExp {
                            elt: self.alloc(value),
                            generators,
                        };
                        let generator = Expr::new(self.range_from(open), kind);
                        return Ok((self.arena.alloc_slice_copy(&[generator]), &[]));
                    }
                    self.scratch.exprs.push(value);
                }
            }
            if !self.eat(T::Comma) {
                break;
            }
        }
        self.expect(T::RPar)?;
        let args = take_slice!(self, exprs, base);
        let keywords = take_slice!(self, keywords, keywords_base);
        Ok((args, keywords))
    }

    /// `starred_expression`: `'*' expression`, at the star.
    pub(super) fn parse_starred_argument(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        let value = self.parse_expression()?;
        let range = self.range_from(start);
        Ok(Expr::new(
            range,
            ExprKind::Starred {
                value: self.alloc(value),
                ctx: ExprContext::Load,
            },
        ))
    }
}
