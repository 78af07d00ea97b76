//! Assignment, loop and deletion targets: expressions with another context.

use super::{Failed, Parse, Parser, take_slice};
use crate::ast::{Expr, ExprContext, ExprKind};
use crate::token::TokenKind as T;

impl<'a> Parser<'_, 'a> {
    /// `star_targets`, as `for` takes them: up to `in`.
    pub(super) fn parse_for_target(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let first = self.parse_star_target()?;
        if !self.at(T::Comma) {
            return Ok(first);
        }
        let base = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        while self.eat(T::Comma) {
            if !self.at(T::Star) && !self.at_expression_start() {
                break;
            }
            let next = self.parse_star_target()?;
            self.scratch.exprs.push(next);
        }
        let elts = take_slice!(self, exprs, base);
        Ok(Expr::new(
            self.range_from(start),
            ExprKind::Tuple {
                elts,
                ctx: ExprContext::Store,
            },
        ))
    }

    /// `star_target`
    pub(super) fn parse_star_target(&mut self) -> Parse<Expr<'a>> {
        let value = if self.at(T::Star) {
            self.parse_starred()?
        } else {
            self.parse_bitwise_or()?
        };
        self.retarget(value, ExprContext::Store)
    }

    /// The same expression as a target, or failure if it cannot be one. Only
    /// `Store` targets may be starred.
    pub(super) fn retarget(&mut self, expr: Expr<'a>, ctx: ExprContext) -> Parse<Expr<'a>> {
        let kind = match expr.kind {
            ExprKind::Name { id, .. } => ExprKind::Name { id, ctx },
            ExprKind::Attribute { value, attr, .. } => ExprKind::Attribute { value, attr, ctx },
            ExprKind::Subscript { value, slice, .. } => ExprKind::Subscript { value, slice, ctx },
            ExprKind::Starred { value, .. } if ctx == ExprContext::Store => {
                let value = self.retarget(*value, ctx)?;
                ExprKind::Starred {
                    value: self.alloc(value),
                    ctx,
                }
            }
            ExprKind::Tuple { elts, .. } => ExprKind::Tuple {
                elts: self.retarget_all(elts, ctx)?,
                ctx,
            },
            ExprKind::List { elts, .. } => ExprKind::List {
                elts: self.retarget_all(elts, ctx)?,
                ctx,
            },
            _ => return Err(Failed),
        };
        Ok(Expr::new(expr.range, kind))
    }

    fn retarget_all(&mut self, elts: &[Expr<'a>], ctx: ExprContext) -> Parse<&'a [Expr<'a>]> {
        let base = self.scratch.exprs.len();
        for elt in elts {
            let target = self.retarget(*elt, ctx)?;
            self.scratch.exprs.push(target);
        }
        Ok(take_slice!(self, exprs, base))
    }
}
