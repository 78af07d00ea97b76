//! Expressions with operators: `expression` and everything binding tighter.

use super::{Failed, MAX_DEPTH, Parse, Parser, take_slice};
use crate::TextRange;
use crate::ast::{BoolOp, CmpOp, Expr, ExprContext, ExprKind, Operator, UnaryOp};
use crate::token::TokenKind as T;

/// Binding strength of binary operators, loosest first.
const BIT_OR: u8 = 1;
const TERM: u8 = 6;

/// The binary operator a token stands for, with its binding strength.
#[inline]
fn binary_operator(kind: T) -> Option<(Operator, u8)> {
    Some(match kind {
        T::VBar => (Operator::BitOr, BIT_OR),
        T::Circumflex => (Operator::BitXor, 2),
        T::Amper => (Operator::BitAnd, 3),
        T::LeftShift => (Operator::LShift, 4),
        T::RightShift => (Operator::RShift, 4),
        T::Plus => (Operator::Add, 5),
        T::Minus => (Operator::Sub, 5),
        T::Star => (Operator::Mult, TERM),
        T::Slash => (Operator::Div, TERM),
        T::DoubleSlash => (Operator::FloorDiv, TERM),
        T::Percent => (Operator::Mod, TERM),
        T::At => (Operator::MatMult, TERM),
        _ => return None,
    })
}

/// Whether an operand starts with a primary, without a prefix operator.
#[inline(always)]
fn starts_operand(kind: T) -> bool {
    !matches!(kind, T::KwNot | T::Plus | T::Minus | T::Tilde | T::KwAwait)
}

/// Whether a token after a primary carries a disjunction on.
#[inline(always)]
fn continues(kind: T) -> bool {
    matches!(
        kind,
        T::VBar
            | T::Circumflex
            | T::Amper
            | T::LeftShift
            | T::RightShift
            | T::Plus
            | T::Minus
            | T::Star
            | T::Slash
            | T::DoubleSlash
            | T::Percent
            | T::At
            | T::DoubleStar
            | T::EqEqual
            | T::NotEqual
            | T::Less
            | T::LessEqual
            | T::Greater
            | T::GreaterEqual
            | T::KwIn
            | T::KwNot
            | T::KwIs
            | T::KwAnd
            | T::KwOr
    )
}

fn not_operator(kind: T) -> Option<UnaryOp> {
    (kind == T::KwNot).then_some(UnaryOp::Not)
}

#[inline]
fn sign_operator(kind: T) -> Option<UnaryOp> {
    match kind {
        T::Plus => Some(UnaryOp::UAdd),
        T::Minus => Some(UnaryOp::USub),
        T::Tilde => Some(UnaryOp::Invert),
        _ => None,
    }
}

impl<'a> Parser<'_, 'a> {
    /// Whether the current token can start an expression (not a starred one).
    #[inline]
    pub(super) fn at_expression_start(&self) -> bool {
        matches!(
            self.kind(),
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
                | T::Ellipsis
                | T::KwNone
                | T::KwTrue
                | T::KwFalse
                | T::KwNot
                | T::KwLambda
                | T::KwAwait
        )
    }

    /// `star_expressions`: a starred expression, or an unparenthesised tuple of them.
    pub(super) fn parse_star_expressions(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let first = self.parse_star_expression()?;
        if !self.at(T::Comma) {
            return Ok(first);
        }
        self.finish_tuple(
            start,
            first,
            |p| p.at(T::Star) || p.at_expression_start(),
            Self::parse_star_expression,
        )
    }

    /// `expressions`: an expression, or an unparenthesised tuple of them.
    pub(super) fn parse_expressions(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let first = self.parse_expression()?;
        if !self.at(T::Comma) {
            return Ok(first);
        }
        self.finish_tuple(
            start,
            first,
            Self::at_expression_start,
            Self::parse_expression,
        )
    }

    /// The rest of a tuple after its first element, at a comma.
    pub(super) fn finish_tuple(
        &mut self,
        start: u32,
        first: Expr<'a>,
        more: impl Fn(&Self) -> bool,
        element: impl Fn(&mut Self) -> Parse<Expr<'a>>,
    ) -> Parse<Expr<'a>> {
        let base = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        while self.eat(T::Comma) {
            if !more(self) {
                break;
            }
            let next = element(self)?;
            self.scratch.exprs.push(next);
        }
        let elts = take_slice!(self, exprs, base);
        Ok(Expr::new(
            self.range_from(start),
            ExprKind::Tuple {
                elts,
                ctx: ExprContext::Load,
            },
        ))
    }

    /// `star_expression`: `'*' bitwise_or | expression`
    pub(super) fn parse_star_expression(&mut self) -> Parse<Expr<'a>> {
        if self.at(T::Star) {
            self.parse_starred()
        } else {
            self.parse_expression()
        }
    }

    /// `'*' bitwise_or`, at the star.
    pub(super) fn parse_starred(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        let value = self.parse_bitwise_or()?;
        let range = TextRange::new(start, self.last_end());
        Ok(Expr::new(
            range,
            ExprKind::Starred {
                value: self.alloc(value),
                ctx: ExprContext::Load,
            },
        ))
    }

    /// `star_named_expression`: `'*' bitwise_or | named_expression`
    pub(super) fn parse_star_named_expression(&mut self) -> Parse<Expr<'a>> {
        if self.at(T::Star) {
            self.parse_starred()
        } else {
            self.parse_named_expression()
        }
    }

    /// `named_expression`: `NAME ':=' expression | expression`
    pub(super) fn parse_named_expression(&mut self) -> Parse<Expr<'a>> {
        if self.at(T::Name) && self.peek(1) == T::ColonEqual {
            let token = self.bump();
            self.bump();
            let target = Expr::new(
                token.range,
                ExprKind::Name {
                    id: self.identifier(token),
                    ctx: ExprContext::Store,
                },
            );
            let value = self.parse_expression()?;
            self.since(8, "Assignment expressions are", self.token())?;
            let range = self.range_from(token.range.start);
            return Ok(Expr::new(
                range,
                ExprKind::NamedExpr {
                    target: self.alloc(target),
                    value: self.alloc(value),
                },
            ));
        }
        let value = self.parse_expression()?;
        if self.at(T::ColonEqual) {
            Err(Failed)
        } else {
            Ok(value)
        }
    }

    /// `yield_expr`, at `yield`.
    pub(super) fn parse_yield(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        let kind = if self.eat(T::KwFrom) {
            let value = self.parse_expression()?;
            ExprKind::YieldFrom {
                value: self.alloc(value),
            }
        } else if self.at(T::Star) || self.at_expression_start() {
            let value = self.parse_star_expressions()?;
            ExprKind::Yield {
                value: Some(self.alloc(value)),
            }
        } else {
            ExprKind::Yield { value: None }
        };
        Ok(Expr::new(self.range_from(start), kind))
    }

    /// `yield_expr | star_expressions`
    pub(super) fn parse_annotated_rhs(&mut self) -> Parse<Expr<'a>> {
        if self.at(T::KwYield) {
            self.parse_yield()
        } else {
            self.parse_star_expressions()
        }
    }

    /// `expression`: a conditional, a disjunction or a lambda.
    pub(super) fn parse_expression(&mut self) -> Parse<Expr<'a>> {
        let outer = std::mem::take(&mut self.links);
        let value = self.parse_conditional()?;
        self.links = self.links.max(outer);
        Ok(value)
    }

    fn parse_conditional(&mut self) -> Parse<Expr<'a>> {
        if self.at(T::KwLambda) {
            return self.nested(2, Self::parse_lambda);
        }
        let start = self.start();
        let body = self.parse_disjunction()?;
        if !self.at(T::KwIf) {
            return Ok(body);
        }
        self.finish_conditional(start, body)
    }

    /// `('if' disjunction 'else' …)+` after the first value, at `if`. A chain is
    /// read without recursion.
    #[inline(never)]
    fn finish_conditional(&mut self, start: u32, body: Expr<'a>) -> Parse<Expr<'a>> {
        let base = self.scratch.exprs.len();
        let depth = self.depth;
        let mut starts = vec![start];
        self.scratch.exprs.push(body);
        let mut value = loop {
            self.bump();
            let test = self.parse_disjunction()?;
            self.scratch.exprs.push(test);
            self.expect(T::KwElse)?;
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return self.too_deep();
            }
            if self.at(T::KwLambda) {
                break self.nested(2, Self::parse_lambda)?;
            }
            let start = self.start();
            let value = self.parse_disjunction()?;
            if !self.at(T::KwIf) {
                break value;
            }
            starts.push(start);
            self.scratch.exprs.push(value);
        };
        self.depth = depth;
        let end = self.last_end();
        for (index, start) in starts.into_iter().enumerate().rev() {
            let body = self.scratch.exprs[base + 2 * index];
            let test = self.scratch.exprs[base + 2 * index + 1];
            let (test, body, orelse) = (self.alloc(test), self.alloc(body), self.alloc(value));
            value = Expr::new(
                TextRange::new(start, end),
                ExprKind::IfExp { test, body, orelse },
            );
        }
        self.scratch.exprs.truncate(base);
        Ok(value)
    }

    /// `lambdef`, at `lambda`.
    #[inline(never)]
    fn parse_lambda(&mut self) -> Parse<Expr<'a>> {
        let start = self.bump().range.start;
        let args = self.parse_lambda_params()?;
        self.expect(T::Colon)?;
        let body = self.parse_conditional()?;
        Ok(Expr::new(
            self.range_from(start),
            ExprKind::Lambda {
                args,
                body: self.alloc(body),
            },
        ))
    }

    /// `disjunction`: operands of `or`.
    pub(super) fn parse_disjunction(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        if !starts_operand(self.kind()) {
            let first = self.parse_conjunction()?;
            return self.finish_bool_op(start, first, T::KwOr, BoolOp::Or, Self::parse_conjunction);
        }
        // Most expressions are a primary alone: they need not pass every level.
        let primary = self.parse_primary()?;
        if continues(self.kind()) {
            self.finish_disjunction(start, primary)
        } else {
            Ok(primary)
        }
    }

    /// The rest of a disjunction whose first operand starts with a primary.
    #[inline(never)]
    fn finish_disjunction(&mut self, start: u32, primary: Expr<'a>) -> Parse<Expr<'a>> {
        let power = self.finish_power(start, primary)?;
        let operand = self.finish_binary(start, power, BIT_OR)?;
        let comparison = self.finish_comparison(start, operand)?;
        let conjunction = self.finish_bool_op(
            start,
            comparison,
            T::KwAnd,
            BoolOp::And,
            Self::parse_inversion,
        )?;
        self.finish_bool_op(
            start,
            conjunction,
            T::KwOr,
            BoolOp::Or,
            Self::parse_conjunction,
        )
    }

    /// `conjunction`: operands of `and`.
    fn parse_conjunction(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let first = self.parse_inversion()?;
        self.finish_bool_op(start, first, T::KwAnd, BoolOp::And, Self::parse_inversion)
    }

    /// Further operands, if the operator follows the first.
    fn finish_bool_op(
        &mut self,
        start: u32,
        first: Expr<'a>,
        token: T,
        op: BoolOp,
        operand: impl Fn(&mut Self) -> Parse<Expr<'a>>,
    ) -> Parse<Expr<'a>> {
        if !self.at(token) {
            return Ok(first);
        }
        let base = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        while self.eat(token) {
            let next = operand(self)?;
            self.scratch.exprs.push(next);
        }
        let values = take_slice!(self, exprs, base);
        Ok(Expr::new(
            self.range_from(start),
            ExprKind::BoolOp { op, values },
        ))
    }

    /// `inversion`: `'not' inversion | comparison`
    fn parse_inversion(&mut self) -> Parse<Expr<'a>> {
        if self.at(T::KwNot) {
            self.parse_prefixed(not_operator, Self::parse_comparison)
        } else {
            self.parse_comparison()
        }
    }

    /// Prefix operators and their operand, without recursion: there may be thousands.
    #[inline(never)]
    fn parse_prefixed(
        &mut self,
        operator: impl Fn(T) -> Option<UnaryOp>,
        operand: impl Fn(&mut Self) -> Parse<Expr<'a>>,
    ) -> Parse<Expr<'a>> {
        let first = self.pos;
        while operator(self.kind()).is_some() {
            self.bump();
        }
        let last = self.pos;
        let mut value = self.nested((last - first) as u32, operand)?;
        let end = self.last_end();
        for at in (first..last).rev() {
            let token = self.tokens[at];
            if let Some(op) = operator(token.kind) {
                let range = TextRange::new(token.range.start, end);
                value = Expr::new(
                    range,
                    ExprKind::UnaryOp {
                        op,
                        operand: self.alloc(value),
                    },
                );
            }
        }
        Ok(value)
    }

    /// `comparison`: `bitwise_or (comparison-operator bitwise_or)*`
    fn parse_comparison(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let left = self.parse_bitwise_or()?;
        self.finish_comparison(start, left)
    }

    fn finish_comparison(&mut self, start: u32, left: Expr<'a>) -> Parse<Expr<'a>> {
        let Some(op) = self.eat_comparison_operator()? else {
            return Ok(left);
        };
        let base = self.scratch.exprs.len();
        let ops_base = self.scratch.cmp_ops.len();
        let mut next = Some(op);
        while let Some(op) = next {
            self.scratch.cmp_ops.push(op);
            let operand = self.parse_bitwise_or()?;
            self.scratch.exprs.push(operand);
            next = self.eat_comparison_operator()?;
        }
        let comparators = take_slice!(self, exprs, base);
        let ops = take_slice!(self, cmp_ops, ops_base);
        Ok(Expr::new(
            self.range_from(start),
            ExprKind::Compare {
                left: self.alloc(left),
                ops,
                comparators,
            },
        ))
    }

    #[inline]
    fn eat_comparison_operator(&mut self) -> Parse<Option<CmpOp>> {
        let op = match self.kind() {
            T::EqEqual => CmpOp::Eq,
            T::NotEqual => {
                if (self.text(self.token()) == "<>") != self.options.barry_as_flufl {
                    return self.wrong_inequality();
                }
                CmpOp::NotEq
            }
            T::LessEqual => CmpOp::LtE,
            T::Less => CmpOp::Lt,
            T::GreaterEqual => CmpOp::GtE,
            T::Greater => CmpOp::Gt,
            T::KwIn => CmpOp::In,
            T::KwNot if self.peek(1) == T::KwIn => {
                self.bump();
                CmpOp::NotIn
            }
            T::KwIs if self.peek(1) == T::KwNot => {
                self.bump();
                CmpOp::IsNot
            }
            T::KwIs => CmpOp::Is,
            _ => return Ok(None),
        };
        self.bump();
        Ok(Some(op))
    }

    /// `!=` where `<>` is meant, or the other way round (PEP 401).
    #[cold]
    fn wrong_inequality<T>(&mut self) -> Parse<T> {
        if !self.options.barry_as_flufl {
            return Err(Failed);
        }
        let error = self.error_at(
            self.token().range,
            "with Barry as BDFL, use '<>' instead of '!='",
        );
        self.refuse(error)
    }

    /// `bitwise_or`
    #[inline]
    pub(super) fn parse_bitwise_or(&mut self) -> Parse<Expr<'a>> {
        self.parse_binary(BIT_OR)
    }

    /// Binary operators that bind at least as tightly as `least`, all left-associative.
    pub(super) fn parse_binary(&mut self, least: u8) -> Parse<Expr<'a>> {
        let start = self.start();
        if !starts_operand(self.kind()) {
            let left = self.parse_factor()?;
            return self.finish_binary(start, left, least);
        }
        let primary = self.parse_primary()?;
        if !continues(self.kind()) {
            return Ok(primary);
        }
        let left = self.finish_power(start, primary)?;
        self.finish_binary(start, left, least)
    }

    /// Further operators and operands after the first operand.
    fn finish_binary(&mut self, start: u32, mut left: Expr<'a>, least: u8) -> Parse<Expr<'a>> {
        while let Some((op, strength)) = binary_operator(self.kind()) {
            if strength < least {
                break;
            }
            self.bump();
            let right = self.parse_binary(strength + 1)?;
            if op == Operator::MatMult {
                self.since(5, "The '@' operator is", self.token())?;
            }
            let range = TextRange::new(start, self.last_end());
            left = Expr::new(
                range,
                ExprKind::BinOp {
                    left: self.alloc(left),
                    op,
                    right: self.alloc(right),
                },
            );
            self.link()?;
        }
        Ok(left)
    }

    /// `factor`: `('+' | '-' | '~') factor | power`
    pub(super) fn parse_factor(&mut self) -> Parse<Expr<'a>> {
        if sign_operator(self.kind()).is_some() {
            self.parse_prefixed(sign_operator, Self::parse_power)
        } else {
            self.parse_power()
        }
    }

    /// `power`: `await_primary ['**' factor]`
    fn parse_power(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let base = if self.at(T::KwAwait) {
            self.bump();
            let value = self.parse_primary()?;
            self.since(5, "Await expressions are", self.token())?;
            Expr::new(
                self.range_from(start),
                ExprKind::Await {
                    value: self.alloc(value),
                },
            )
        } else {
            self.parse_primary()?
        };
        self.finish_power(start, base)
    }

    /// `['**' factor]`
    fn finish_power(&mut self, start: u32, base: Expr<'a>) -> Parse<Expr<'a>> {
        if !self.eat(T::DoubleStar) {
            return Ok(base);
        }
        let exponent = self.nested(2, Self::parse_factor)?;
        let range = TextRange::new(start, self.last_end());
        Ok(Expr::new(
            range,
            ExprKind::BinOp {
                left: self.alloc(base),
                op: Operator::Pow,
                right: self.alloc(exponent),
            },
        ))
    }

    /// `primary`: an atom followed by attributes, calls and subscripts.
    pub(super) fn parse_primary(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let mut value = self.parse_atom()?;
        loop {
            let kind = match self.kind() {
                T::Dot => {
                    self.bump();
                    let attr = self.name()?;
                    ExprKind::Attribute {
                        value: self.alloc(value),
                        attr,
                        ctx: ExprContext::Load,
                    }
                }
                T::LPar => {
                    let func = self.alloc(value);
                    let (args, keywords) = self.nested(3, Self::parse_call_arguments)?;
                    ExprKind::Call {
                        func,
                        args,
                        keywords,
                    }
                }
                T::LSqb => {
                    self.bump();
                    let slice = self.nested(16, Self::parse_slices)?;
                    self.expect(T::RSqb)?;
                    ExprKind::Subscript {
                        value: self.alloc(value),
                        slice: self.alloc(slice),
                        ctx: ExprContext::Load,
                    }
                }
                _ => return Ok(value),
            };
            value = Expr::new(TextRange::new(start, self.last_end()), kind);
            self.link()?;
        }
    }

    /// `slices`: what stands between the brackets of a subscript.
    fn parse_slices(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        let starred = self.at(T::Star);
        let first = self.parse_slice_element()?;
        if !self.at(T::Comma) && !starred {
            return Ok(first);
        }
        let more = |p: &Self| p.at(T::Star) || p.at(T::Colon) || p.at_expression_start();
        self.finish_tuple(start, first, more, Self::parse_slice_element)
    }

    /// `slice | '*' expression`
    fn parse_slice_element(&mut self) -> Parse<Expr<'a>> {
        let start = self.start();
        if self.at(T::Star) {
            return self.parse_starred_argument();
        }
        let lower = if self.at(T::Colon) {
            None
        } else {
            let walrus = self.at(T::Name) && self.peek(1) == T::ColonEqual;
            let value = self.parse_named_expression()?;
            if walrus || !self.at(T::Colon) {
                return Ok(value);
            }
            Some(self.alloc(value))
        };
        self.expect(T::Colon)?;
        let upper = if self.at_expression_start() {
            Some(self.parse_expression()?)
        } else {
            None
        };
        let step = if self.eat(T::Colon) && self.at_expression_start() {
            Some(self.parse_expression()?)
        } else {
            None
        };
        let kind = ExprKind::Slice {
            lower,
            upper: upper.map(|e| self.alloc(e)),
            step: step.map(|e| self.alloc(e)),
        };
        Ok(Expr::new(self.range_from(start), kind))
    }
}
