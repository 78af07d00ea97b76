//! Type parameters, type aliases, and the `func_type` mode of type comments.

use super::{Failed, Parse, Parser, take_slice};
use crate::ast::{Expr, ExprContext, ExprKind, Mod, StmtKind, TypeParam, TypeParamKind};
use crate::token::TokenKind as T;

/// The type in a type comment's token, whether or not it holds the `# type:` prefix.
pub(super) fn comment_text(token: &str) -> &str {
    let Some(rest) = token.strip_prefix('#') else {
        return token;
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.strip_prefix("type:")
        .map_or(rest, |rest| rest.trim_start_matches([' ', '\t']))
}

impl<'a> Parser<'_, 'a> {
    /// `type_alias`, at the soft keyword `type` before a name.
    pub(super) fn parse_type_alias(&mut self) -> Parse<StmtKind<'a>> {
        self.bump();
        let token = self.expect(T::Name)?;
        let name = Expr::new(
            token.range,
            ExprKind::Name {
                id: self.identifier(token),
                ctx: ExprContext::Store,
            },
        );
        let type_params = self.parse_type_params()?;
        self.expect(T::Equal)?;
        let value = self.parse_expression()?;
        self.since(12, "Type statement is", self.token())?;
        Ok(StmtKind::TypeAlias {
            name: self.alloc(name),
            type_params,
            value: self.alloc(value),
        })
    }

    /// `['[' type_param (',' type_param)* [','] ']']`
    pub(super) fn parse_type_params(&mut self) -> Parse<&'a [TypeParam<'a>]> {
        if !self.eat(T::LSqb) {
            return Ok(&[]);
        }
        let base = self.scratch.type_params.len();
        loop {
            let param = self.parse_type_param()?;
            self.scratch.type_params.push(param);
            if !self.eat(T::Comma) || self.at(T::RSqb) {
                break;
            }
        }
        self.expect(T::RSqb)?;
        self.since(12, "Type parameter lists are", self.previous())?;
        Ok(take_slice!(self, type_params, base))
    }

    /// `type_param`
    fn parse_type_param(&mut self) -> Parse<TypeParam<'a>> {
        let start = self.start();
        let kind = match self.kind() {
            T::Star => {
                self.bump();
                let name = self.name()?;
                let default = if self.eat(T::Equal) {
                    Some(self.parse_star_expression()?)
                } else {
                    None
                };
                TypeParamKind::TypeVarTuple {
                    name,
                    default_value: default.map(|d| self.alloc(d)),
                }
            }
            T::DoubleStar => {
                self.bump();
                let name = self.name()?;
                let default = if self.eat(T::Equal) {
                    Some(self.parse_expression()?)
                } else {
                    None
                };
                TypeParamKind::ParamSpec {
                    name,
                    default_value: default.map(|d| self.alloc(d)),
                }
            }
            _ => {
                let name = self.name()?;
                let bound = if self.eat(T::Colon) {
                    Some(self.parse_expression()?)
                } else {
                    None
                };
                let default = if self.eat(T::Equal) {
                    Some(self.parse_expression()?)
                } else {
                    None
                };
                TypeParamKind::TypeVar {
                    name,
                    bound: bound.map(|b| self.alloc(b)),
                    default_value: default.map(|d| self.alloc(d)),
                }
            }
        };
        let default = match kind {
            TypeParamKind::TypeVar { default_value, .. }
            | TypeParamKind::ParamSpec { default_value, .. }
            | TypeParamKind::TypeVarTuple { default_value, .. } => default_value,
        };
        if default.is_some() {
            self.since(13, "Type parameter defaults are", self.token())?;
        }
        Ok(TypeParam::new(self.range_from(start), kind))
    }

    /// `func_type`: `'(' [type_expressions] ')' '->' expression`
    pub(super) fn parse_func_type(&mut self) -> Parse<Mod<'a>> {
        self.expect(T::LPar)?;
        let base = self.scratch.exprs.len();
        // 0 before any star, 1 after `*`, 2 after `**`.
        let mut stars = 0;
        if !self.at(T::RPar) {
            loop {
                let kind = self.kind();
                if kind == T::Star && stars == 0 {
                    stars = 1;
                    self.bump();
                } else if kind == T::DoubleStar && stars < 2 {
                    stars = 2;
                    self.bump();
                } else if stars > 0 {
                    return Err(Failed);
                }
                let value = self.parse_expression()?;
                self.scratch.exprs.push(value);
                if !self.eat(T::Comma) {
                    break;
                }
            }
        }
        self.expect(T::RPar)?;
        self.expect(T::RArrow)?;
        let argtypes = take_slice!(self, exprs, base);
        let returns = self.parse_expression()?;
        while self.eat(T::Newline) {}
        self.expect(T::EndMarker)?;
        Ok(Mod::FunctionType {
            argtypes,
            returns: self.alloc(returns),
        })
    }
}
