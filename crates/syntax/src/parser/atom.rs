//! Atoms: names, literals, and what stands in brackets.

use super::{Failed, Parse, Parser, take_slice};
use crate::ast::{Comprehension, Constant, Expr, ExprContext, ExprKind, ExprRef, TypeComment};
use crate::token::TokenKind as T;

/// Rule levels that a pair of brackets costs in CPython's parser.
const BRACKET_LEVELS: u32 = 16;

impl<'a> Parser<'_, 'a> {
    /// `atom`
    #[inline]
    pub(super) fn parse_atom(&mut self) -> Parse<Expr<'a>> {
        let token = self.token();
        let value = match token.kind {
            T::Name => {
                self.bump();
                return Ok(Expr::new(
                    token.range,
                    ExprKind::Name {
                        id: self.identifier(token),
                        ctx: ExprContext::Load,
                    },
                ));
            }
            T::Number => self.number(token)?,
            T::KwNone => Constant::None,
            T::KwTrue => Constant::True,
            T::KwFalse => Constant::False,
            T::Ellipsis => Constant::Ellipsis,
            T::String | T::FStringStart | T::TStringStart => return self.parse_strings(),
            T::LPar => return self.nested(BRACKET_LEVELS, Self::parse_parenthesised),
            T::LSqb => return self.nested(BRACKET_LEVELS, Self::parse_list),
            T::LBrace => return self.nested(BRACKET_LEVELS, Self::parse_braces),
            _ => return Err(Failed),
        };
        self.bump();
        Ok(Expr::new(
            token.range,
            ExprKind::Constant {
                value,
                kind: TypeComment(None),
            },
        ))
    }

    /// `'(' (genexp | tuple | group)`, at the parenthesis.
    fn parse_parenthesised(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        match self.kind() {
            T::RPar => {
                self.bump();
                return Ok(Expr::new(
                    self.range_from(start),
                    ExprKind::Tuple {
                        elts: &[],
                        ctx: ExprContext::Load,
                    },
                ));
            }
            T::KwYield => {
                let value = self.parse_yield()?;
                self.expect(T::RPar)?;
                return Ok(value);
            }
            _ => {}
        }
        let starred = self.at(T::Star);
        let first = self.parse_star_named_expression()?;
        match self.kind() {
            T::RPar if !starred => {
                self.bump();
                Ok(first)
            }
            T::Comma => {
                let elts = self.parse_elements(first)?;
                self.expect(T::RPar)?;
                Ok(Expr::new(
                    self.range_from(start),
                    ExprKind::Tuple {
                        elts,
                        ctx: ExprContext::Load,
                    },
                ))
            }
            T::KwFor | T::KwAsync if !starred => {
                let generators = self.parse_comprehension_clauses()?;
                self.expect(T::RPar)?;
                Ok(Expr::new(
                    self.range_from(start),
                    ExprKind::GeneratorExp {
                        elt: self.alloc(first),
                        generators,
                    },
                ))
            }
            _ => Err(Failed),
        }
    }

    /// `listcomp | list`, at the bracket.
    fn parse_list(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        if self.eat(T::RSqb) {
            return Ok(Expr::new(
                self.range_from(start),
                ExprKind::List {
                    elts: &[],
                    ctx: ExprContext::Load,
                },
            ));
        }
        let starred = self.at(T::Star);
        let first = self.parse_star_named_expression()?;
        let kind = if !starred && self.at_comprehension() {
            let generators = self.parse_comprehension_clauses()?;
            ExprKind::ListComp {
                elt: self.alloc(first),
                generators,
            }
        } else {
            ExprKind::List {
                elts: self.parse_elements(first)?,
                ctx: ExprContext::Load,
            }
        };
        self.expect(T::RSqb)?;
        Ok(Expr::new(self.range_from(start), kind))
    }

    /// `dictcomp | setcomp | dict | set`, at the brace.
    fn parse_braces(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        let kind = match self.kind() {
            T::RBrace => ExprKind::Dict {
                keys: &[],
                values: &[],
            },
            T::DoubleStar => self.parse_dict_items(None)?,
            T::Star => {
                let first = self.parse_starred()?;
                ExprKind::Set {
                    elts: self.parse_elements(first)?,
                }
            }
            _ => {
                let walrus = self.at(T::Name) && self.peek(1) == T::ColonEqual;
                let first = self.parse_named_expression()?;
                if !walrus && self.eat(T::Colon) {
                    let value = self.parse_expression()?;
                    if self.at_comprehension() {
                        let generators = self.parse_comprehension_clauses()?;
                        ExprKind::DictComp {
                            key: self.alloc(first),
                            value: self.alloc(value),
                            generators,
                        }
                    } else {
                        self.parse_dict_items(Some((first, value)))?
                    }
                } else if self.at_comprehension() {
                    let generators = self.parse_comprehension_clauses()?;
                    ExprKind::SetComp {
                        elt: self.alloc(first),
                        generators,
                    }
                } else {
                    ExprKind::Set {
                        elts: self.parse_elements(first)?,
                    }
                }
            }
        };
        self.expect(T::RBrace)?;
        Ok(Expr::new(self.range_from(start), kind))
    }

    /// `(',' star_named_expression)* [',']` after the first element.
    fn parse_elements(&mut self, first: Expr<'a>) -> Parse<&'a [Expr<'a>]> {
        let base = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        while self.eat(T::Comma) {
            if matches!(self.kind(), T::RPar | T::RSqb | T::RBrace) {
                break;
            }
            let next = self.parse_star_named_expression()?;
            self.scratch.exprs.push(next);
        }
        Ok(take_slice!(self, exprs, base))
    }

    /// `double_starred_kvpairs`, perhaps after the first pair.
    fn parse_dict_items(&mut self, first: Option<(Expr<'a>, Expr<'a>)>) -> Parse<ExprKind<'a>> {
        let keys_base = self.scratch.opt_exprs.len();
        let base = self.scratch.exprs.len();
        let mut more = true;
        if let Some((key, value)) = first {
            let key = self.alloc(key);
            self.scratch.opt_exprs.push(Some(key));
            self.scratch.exprs.push(value);
            more = self.eat(T::Comma);
        }
        while more && !self.at(T::RBrace) {
            let (key, value) = if self.eat(T::DoubleStar) {
                (None, self.parse_bitwise_or()?)
            } else {
                let key = self.parse_expression()?;
                self.expect(T::Colon)?;
                (Some(key), self.parse_expression()?)
            };
            let key: Option<ExprRef<'a>> = key.map(|key| self.alloc(key));
            self.scratch.opt_exprs.push(key);
            self.scratch.exprs.push(value);
            more = self.eat(T::Comma);
        }
        let keys = take_slice!(self, opt_exprs, keys_base);
        let values = take_slice!(self, exprs, base);
        Ok(ExprKind::Dict { keys, values })
    }

    /// Whether a `for_if_clause` can start here.
    #[inline]
    pub(super) fn at_comprehension(&self) -> bool {
        matches!(self.kind(), T::KwFor | T::KwAsync)
    }

    /// `for_if_clauses`, at `for` or `async`.
    pub(super) fn parse_comprehension_clauses(&mut self) -> Parse<&'a [Comprehension<'a>]> {
        let base = self.scratch.comprehensions.len();
        while self.at_comprehension() {
            let is_async = self.eat(T::KwAsync);
            self.expect(T::KwFor)?;
            let target = self.parse_for_target()?;
            self.expect(T::KwIn)?;
            let iter = self.parse_disjunction()?;
            let ifs_base = self.scratch.exprs.len();
            while self.eat(T::KwIf) {
                let test = self.parse_disjunction()?;
                self.scratch.exprs.push(test);
            }
            let ifs = take_slice!(self, exprs, ifs_base);
            if is_async {
                self.since(6, "Async comprehensions are", self.token())?;
            }
            let clause = Comprehension {
                target: self.alloc(target),
                iter: self.alloc(iter),
                ifs,
                is_async,
            };
            self.scratch.comprehensions.push(clause);
        }
        Ok(take_slice!(self, comprehensions, base))
    }
}
