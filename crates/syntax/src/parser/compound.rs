//! Compound statements, except `match`.

use super::{Failed, Parse, Parser, take_slice};
use crate::TextRange;
use crate::ast::{ExceptHandler, ExceptHandlerKind, Expr, Stmt, StmtKind, TypeComment, WithItem};
use crate::token::TokenKind as T;

impl<'a> Parser<'_, 'a> {
    /// `compound_stmt`, or `None` where a simple statement starts.
    pub(super) fn parse_compound_statement(&mut self) -> Parse<Option<Stmt<'a>>> {
        let stmt = match self.kind() {
            T::KwIf => self.parse_if()?,
            T::KwWhile => self.parse_while()?,
            T::KwFor => self.parse_for(self.start(), false)?,
            T::KwTry => self.parse_try()?,
            T::KwWith => self.parse_with(self.start(), false)?,
            T::KwDef => self.parse_def(self.start(), false, &[])?,
            T::KwClass => self.parse_class(&[])?,
            T::KwAsync => self.parse_async(&[])?,
            T::At => self.parse_decorated()?,
            T::Name => return self.parse_match(),
            _ => return Ok(None),
        };
        Ok(Some(stmt))
    }

    /// `if_stmt` or `elif_stmt`, at the keyword.
    fn parse_if(&mut self) -> Parse<Stmt<'a>> {
        let start = self.bump().range.start;
        let test = self.parse_named_expression()?;
        self.expect(T::Colon)?;
        let body = self.parse_block()?;
        let orelse = if self.at(T::KwElif) {
            let elif = self.nested(1, Self::parse_if)?;
            std::slice::from_ref(self.alloc(elif))
        } else {
            self.parse_else()?
        };
        Ok(self.stmt(
            start,
            StmtKind::If {
                test: self.alloc(test),
                body,
                orelse,
            },
        ))
    }

    /// `[else_block]`
    fn parse_else(&mut self) -> Parse<&'a [Stmt<'a>]> {
        if !self.eat(T::KwElse) {
            return Ok(&[]);
        }
        self.expect(T::Colon)?;
        self.parse_block()
    }

    /// `while_stmt`, at `while`.
    fn parse_while(&mut self) -> Parse<Stmt<'a>> {
        let start = self.bump().range.start;
        let test = self.parse_named_expression()?;
        self.expect(T::Colon)?;
        let body = self.parse_block()?;
        let orelse = self.parse_else()?;
        Ok(self.stmt(
            start,
            StmtKind::While {
                test: self.alloc(test),
                body,
                orelse,
            },
        ))
    }

    /// `for_stmt`, at `for`.
    fn parse_for(&mut self, start: u32, is_async: bool) -> Parse<Stmt<'a>> {
        self.bump();
        let target = self.parse_for_target()?;
        self.expect(T::KwIn)?;
        let iter = self.parse_star_expressions()?;
        self.expect(T::Colon)?;
        let type_comment = self.type_comment();
        let body = self.parse_block()?;
        let orelse = self.parse_else()?;
        if is_async {
            self.since(5, "Async for loops are", self.token())?;
        }
        let (target, iter) = (self.alloc(target), self.alloc(iter));
        let kind = if is_async {
            StmtKind::AsyncFor {
                target,
                iter,
                body,
                orelse,
                type_comment,
            }
        } else {
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
                type_comment,
            }
        };
        Ok(self.stmt(start, kind))
    }

    /// `with_stmt`, at `with`.
    fn parse_with(&mut self, start: u32, is_async: bool) -> Parse<Stmt<'a>> {
        self.bump();
        let items = match self.parse_parenthesised_items()? {
            Some(items) => items,
            None => {
                let base = self.scratch.items.len();
                loop {
                    self.parse_with_item()?;
                    if !self.eat(T::Comma) {
                        break;
                    }
                }
                take_slice!(self, items, base)
            }
        };
        self.expect(T::Colon)?;
        let type_comment = self.type_comment();
        let body = self.parse_block()?;
        if is_async {
            self.since(5, "Async with statements are", self.previous())?;
        }
        let kind = if is_async {
            StmtKind::AsyncWith {
                items,
                body,
                type_comment,
            }
        } else {
            StmtKind::With {
                items,
                body,
                type_comment,
            }
        };
        Ok(self.stmt(start, kind))
    }

    /// `'(' with_item (',' with_item)* [','] ')'`, if that is what stands before
    /// the colon. What fits is only known at the end, hence the second try:
    /// `with (yield): …`, `with (a, *b): …`, `with (a).b: …` are expressions.
    fn parse_parenthesised_items(&mut self) -> Parse<Option<&'a [WithItem<'a>]>> {
        if !self.at(T::LPar) {
            return Ok(None);
        }
        let checkpoint = self.checkpoint();
        self.bump();
        match self.parse_items_to_parenthesis() {
            Ok(items) if self.at(T::Colon) => return Ok(Some(items)),
            Err(Failed) if self.error.is_some() => return Err(Failed),
            _ => {}
        }
        self.restore(&checkpoint);
        Ok(None)
    }

    fn parse_items_to_parenthesis(&mut self) -> Parse<&'a [WithItem<'a>]> {
        let base = self.scratch.items.len();
        loop {
            self.parse_with_item()?;
            if !self.eat(T::Comma) || self.at(T::RPar) {
                break;
            }
        }
        self.expect(T::RPar)?;
        Ok(take_slice!(self, items, base))
    }

    /// `with_item`: `expression ['as' star_target]`
    fn parse_with_item(&mut self) -> Parse<()> {
        let context = self.parse_expression()?;
        let target = if self.eat(T::KwAs) {
            let target = self.parse_star_target()?;
            if !matches!(self.kind(), T::Comma | T::RPar | T::Colon) {
                return Err(Failed);
            }
            Some(target)
        } else {
            None
        };
        let item = WithItem {
            context_expr: self.alloc(context),
            optional_vars: target.map(|t| self.alloc(t)),
        };
        self.scratch.items.push(item);
        Ok(())
    }

    /// `try_stmt`, at `try`.
    fn parse_try(&mut self) -> Parse<Stmt<'a>> {
        let start = self.bump().range.start;
        self.expect(T::Colon)?;
        let body = self.parse_block()?;
        let base = self.scratch.handlers.len();
        let groups = self.at(T::KwExcept) && self.peek(1) == T::Star;
        while self.at(T::KwExcept) {
            if (self.peek(1) == T::Star) != groups {
                return Err(Failed);
            }
            let handler = self.parse_except(groups)?;
            self.scratch.handlers.push(handler);
        }
        let handlers = take_slice!(self, handlers, base);
        let orelse = if handlers.is_empty() {
            &[]
        } else {
            self.parse_else()?
        };
        let finalbody = if self.eat(T::KwFinally) {
            self.expect(T::Colon)?;
            self.parse_block()?
        } else if handlers.is_empty() {
            return Err(Failed);
        } else {
            &[]
        };
        if groups {
            let last = if finalbody.is_empty() {
                self.token()
            } else {
                self.previous()
            };
            self.since(11, "Exception groups are", last)?;
        }
        let kind = if groups {
            StmtKind::TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            }
        } else {
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            }
        };
        Ok(self.stmt(start, kind))
    }

    /// `except_block` or `except_star_block`, at `except`.
    fn parse_except(&mut self, group: bool) -> Parse<ExceptHandler<'a>> {
        let start = self.bump().range.start;
        if group {
            self.bump();
        }
        let (mut ty, mut name) = (None, None);
        let mut bare_tuple = false;
        if group || !self.at(T::Colon) {
            let at = self.start();
            let mut types = self.parse_expression()?;
            if self.at(T::Comma) {
                bare_tuple = true;
                types = self.finish_tuple(
                    at,
                    types,
                    Self::at_expression_start,
                    Self::parse_expression,
                )?;
            } else if self.eat(T::KwAs) {
                name = Some(self.name()?);
            }
            ty = Some(self.alloc(types));
        }
        self.expect(T::Colon)?;
        let body = self.parse_block()?;
        if bare_tuple {
            self.since(
                14,
                "except expressions without parentheses are",
                self.previous(),
            )?;
        }
        Ok(ExceptHandler::new(
            self.range_from(start),
            ExceptHandlerKind::ExceptHandler { ty, name, body },
        ))
    }

    /// `decorators (function_def_raw | class_def_raw)`, at `@`.
    fn parse_decorated(&mut self) -> Parse<Stmt<'a>> {
        let base = self.scratch.exprs.len();
        while self.eat(T::At) {
            let decorator = self.parse_named_expression()?;
            self.scratch.exprs.push(decorator);
            self.expect(T::Newline)?;
        }
        let decorators = take_slice!(self, exprs, base);
        match self.kind() {
            T::KwDef => self.parse_def(self.start(), false, decorators),
            T::KwClass => self.parse_class(decorators),
            T::KwAsync if self.peek(1) == T::KwDef => self.parse_async(decorators),
            _ => Err(Failed),
        }
    }

    /// `async` before `def`, `for` or `with`.
    fn parse_async(&mut self, decorators: &'a [Expr<'a>]) -> Parse<Stmt<'a>> {
        let start = self.bump().range.start;
        match self.kind() {
            T::KwDef => self.parse_def(start, true, decorators),
            T::KwFor => self.parse_for(start, true),
            T::KwWith => self.parse_with(start, true),
            _ => Err(Failed),
        }
    }

    /// `function_def_raw`, at `def`.
    fn parse_def(
        &mut self,
        start: u32,
        is_async: bool,
        decorator_list: &'a [Expr<'a>],
    ) -> Parse<Stmt<'a>> {
        self.bump();
        let name = self.name()?;
        let type_params = self.parse_type_params()?;
        self.expect(T::LPar)?;
        let args = self.parse_params()?;
        self.expect(T::RPar)?;
        let returns = if self.eat(T::RArrow) {
            Some(self.parse_expression()?)
        } else {
            None
        };
        let returns = returns.map(|r| self.alloc(r));
        self.expect(T::Colon)?;
        let type_comment = self.parse_func_type_comment();
        let body = self.parse_block()?;
        if is_async {
            self.since(5, "Async functions are", self.previous())?;
        }
        let kind = if is_async {
            StmtKind::AsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_comment,
                type_params,
            }
        } else {
            StmtKind::FunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_comment,
                type_params,
            }
        };
        Ok(self.stmt(start, kind))
    }

    /// `[func_type_comment]`: on the line of the `def`, or alone on the line below it.
    fn parse_func_type_comment(&mut self) -> TypeComment<'a> {
        if self.at(T::Newline)
            && self.peek(1) == T::TypeComment
            && self.peek(2) == T::Newline
            && self.peek(3) == T::Indent
        {
            self.bump();
        }
        self.type_comment()
    }

    /// `class_def_raw`, at `class`.
    fn parse_class(&mut self, decorator_list: &'a [Expr<'a>]) -> Parse<Stmt<'a>> {
        let start = self.bump().range.start;
        let name = self.name()?;
        let type_params = self.parse_type_params()?;
        let (bases, keywords) = if self.at(T::LPar) {
            self.parse_class_arguments()?
        } else {
            (&[][..], &[][..])
        };
        self.expect(T::Colon)?;
        let body = self.parse_block()?;
        Ok(self.stmt(
            start,
            StmtKind::ClassDef {
                name,
                bases,
                keywords,
                body,
                decorator_list,
                type_params,
            },
        ))
    }

    fn stmt(&self, start: u32, kind: StmtKind<'a>) -> Stmt<'a> {
        Stmt::new(TextRange::new(start, self.last_end()), kind)
    }
}
