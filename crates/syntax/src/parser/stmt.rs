//! Statements: the dispatch, and those that fit on one line.

use super::{Failed, Parse, Parser, take_slice};
use crate::TextRange;
use crate::ast::{Expr, ExprContext, ExprKind, Mod, Operator, Stmt, StmtKind};
use crate::token::TokenKind as T;

/// The operator of an augmented assignment.
fn augmented_operator(kind: T) -> Option<Operator> {
    Some(match kind {
        T::PlusEqual => Operator::Add,
        T::MinEqual => Operator::Sub,
        T::StarEqual => Operator::Mult,
        T::AtEqual => Operator::MatMult,
        T::SlashEqual => Operator::Div,
        T::PercentEqual => Operator::Mod,
        T::AmperEqual => Operator::BitAnd,
        T::VBarEqual => Operator::BitOr,
        T::CircumflexEqual => Operator::BitXor,
        T::LeftShiftEqual => Operator::LShift,
        T::RightShiftEqual => Operator::RShift,
        T::DoubleStarEqual => Operator::Pow,
        T::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}

impl<'a> Parser<'_, 'a> {
    /// `statement`: pushes one compound statement, or a line of simple ones.
    pub(super) fn parse_statement(&mut self) -> Parse<()> {
        match self.parse_compound_statement()? {
            Some(stmt) => {
                self.scratch.stmts.push(stmt);
                Ok(())
            }
            None => self.parse_simple_statements(),
        }
    }

    /// `simple_stmts`: `simple_stmt (';' simple_stmt)* [';'] NEWLINE`
    pub(super) fn parse_simple_statements(&mut self) -> Parse<()> {
        loop {
            let stmt = self.parse_simple_statement()?;
            self.scratch.stmts.push(stmt);
            if self.eat(T::Newline) {
                return Ok(());
            }
            self.expect(T::Semi)?;
            if self.eat(T::Newline) {
                return Ok(());
            }
        }
    }

    /// `block`: an indented block, or simple statements on the same line.
    pub(super) fn parse_block(&mut self) -> Parse<&'a [Stmt<'a>]> {
        let base = self.scratch.stmts.len();
        if self.eat(T::Newline) {
            self.expect(T::Indent)?;
            loop {
                self.parse_statement()?;
                if self.eat(T::Dedent) {
                    break;
                }
            }
        } else {
            self.parse_simple_statements()?;
        }
        Ok(take_slice!(self, stmts, base))
    }

    /// `interactive`: `statement_newline`
    pub(super) fn parse_interactive(&mut self) -> Parse<Mod<'a>> {
        let base = self.scratch.stmts.len();
        match self.kind() {
            T::Newline => {
                let end = self.bump().range.end;
                let pass = Stmt::new(TextRange::new(end, end), StmtKind::Pass {});
                self.scratch.stmts.push(pass);
            }
            _ => match self.parse_compound_statement()? {
                Some(stmt) => {
                    self.expect(T::Newline)?;
                    self.scratch.stmts.push(stmt);
                }
                None => self.parse_simple_statements()?,
            },
        }
        if self.text_follows() {
            let last = self.tokens[self.pos.saturating_sub(1)];
            let error = self.error_at_token(
                last,
                "multiple statements found while compiling a single statement",
            );
            return self.refuse(error);
        }
        Ok(Mod::Interactive {
            body: take_slice!(self, stmts, base),
        })
    }

    /// Whether anything but blank space and comments follows the last token.
    fn text_follows(&self) -> bool {
        let end = self.tokens[self.pos.saturating_sub(1)].range.end as usize;
        self.source[end..].lines().any(|line| {
            let line = line.trim_start_matches([' ', '\t', '\x0c', '\\']);
            !line.is_empty() && !line.starts_with('#')
        })
    }

    /// `simple_stmt`
    fn parse_simple_statement(&mut self) -> Parse<Stmt<'a>> {
        let start = self.start();
        let kind = match self.kind() {
            T::KwReturn => {
                self.bump();
                let value = if self.at(T::Star) || self.at_expression_start() {
                    Some(self.parse_star_expressions()?)
                } else {
                    None
                };
                StmtKind::Return {
                    value: value.map(|v| self.alloc(v)),
                }
            }
            T::KwRaise => self.parse_raise()?,
            T::KwPass => {
                self.bump();
                StmtKind::Pass {}
            }
            T::KwBreak => {
                self.bump();
                StmtKind::Break {}
            }
            T::KwContinue => {
                self.bump();
                StmtKind::Continue {}
            }
            T::KwDel => self.parse_del()?,
            T::KwAssert => {
                self.bump();
                let test = self.parse_expression()?;
                let msg = if self.eat(T::Comma) {
                    Some(self.parse_expression()?)
                } else {
                    None
                };
                StmtKind::Assert {
                    test: self.alloc(test),
                    msg: msg.map(|m| self.alloc(m)),
                }
            }
            T::KwGlobal => StmtKind::Global {
                names: self.parse_scope_names()?,
            },
            T::KwNonlocal => StmtKind::Nonlocal {
                names: self.parse_scope_names()?,
            },
            T::KwImport => self.parse_import()?,
            T::KwFrom => self.parse_import_from()?,
            T::Name if self.peek(1) == T::Name && self.text(self.token()) == "type" => {
                self.parse_type_alias()?
            }
            _ => self.parse_expression_statement()?,
        };
        Ok(Stmt::new(TextRange::new(start, self.last_end()), kind))
    }

    /// `raise_stmt`
    fn parse_raise(&mut self) -> Parse<StmtKind<'a>> {
        self.bump();
        let (mut exc, mut cause) = (None, None);
        if self.at_expression_start() {
            let value = self.parse_expression()?;
            exc = Some(self.alloc(value));
            if self.eat(T::KwFrom) {
                let value = self.parse_expression()?;
                cause = Some(self.alloc(value));
            }
        }
        Ok(StmtKind::Raise { exc, cause })
    }

    /// `del_stmt`
    fn parse_del(&mut self) -> Parse<StmtKind<'a>> {
        self.bump();
        let base = self.scratch.exprs.len();
        loop {
            let value = self.parse_primary()?;
            let target = self.retarget(value, ExprContext::Del)?;
            self.scratch.exprs.push(target);
            if !self.eat(T::Comma) || matches!(self.kind(), T::Semi | T::Newline) {
                break;
            }
        }
        Ok(StmtKind::Delete {
            targets: take_slice!(self, exprs, base),
        })
    }

    /// `NAME (',' NAME)*` after `global` or `nonlocal`.
    fn parse_scope_names(&mut self) -> Parse<&'a [&'a str]> {
        self.bump();
        let base = self.scratch.names.len();
        loop {
            let name = self.name()?;
            self.scratch.names.push(name);
            if !self.eat(T::Comma) {
                break;
            }
        }
        Ok(take_slice!(self, names, base))
    }

    /// `assignment | star_expressions | yield_expr`
    fn parse_expression_statement(&mut self) -> Parse<StmtKind<'a>> {
        let parenthesised = self.at(T::LPar);
        let first = self.parse_annotated_rhs()?;
        match self.kind() {
            T::Newline | T::Semi => Ok(StmtKind::Expr {
                value: self.alloc(first),
            }),
            T::Equal => self.parse_assignment(first),
            T::Colon => self.parse_annotated_assignment(first, parenthesised),
            kind => {
                let Some(op) = augmented_operator(kind) else {
                    return Err(Failed);
                };
                let target = self.single_target(first)?;
                if op == Operator::MatMult {
                    self.since(5, "The '@' operator is", self.token())?;
                }
                self.bump();
                let value = self.parse_annotated_rhs()?;
                Ok(StmtKind::AugAssign {
                    target: self.alloc(target),
                    op,
                    value: self.alloc(value),
                })
            }
        }
    }

    /// `(star_targets '=')+ annotated_rhs [TYPE_COMMENT]`, at the first `=`.
    fn parse_assignment(&mut self, first: Expr<'a>) -> Parse<StmtKind<'a>> {
        let base = self.scratch.exprs.len();
        let mut value = first;
        while self.eat(T::Equal) {
            let target = self.retarget(value, ExprContext::Store)?;
            self.scratch.exprs.push(target);
            value = self.parse_annotated_rhs()?;
        }
        let targets = take_slice!(self, exprs, base);
        let type_comment = self.type_comment();
        Ok(StmtKind::Assign {
            targets,
            value: self.alloc(value),
            type_comment,
        })
    }

    /// `target ':' expression ['=' annotated_rhs]`, at the colon.
    fn parse_annotated_assignment(
        &mut self,
        target: Expr<'a>,
        parenthesised: bool,
    ) -> Parse<StmtKind<'a>> {
        let target = self.single_target(target)?;
        let simple = !parenthesised && matches!(target.kind, ExprKind::Name { .. });
        self.bump();
        let annotation = self.parse_expression()?;
        let value = if self.eat(T::Equal) {
            Some(self.parse_annotated_rhs()?)
        } else {
            None
        };
        let what = if simple {
            "Variable annotation syntax is"
        } else {
            "Variable annotations syntax is"
        };
        self.since(6, what, self.token())?;
        Ok(StmtKind::AnnAssign {
            target: self.alloc(target),
            annotation: self.alloc(annotation),
            value: value.map(|v| self.alloc(v)),
            simple,
        })
    }

    /// `single_target`: a name, attribute or subscript.
    fn single_target(&mut self, expr: Expr<'a>) -> Parse<Expr<'a>> {
        match expr.kind {
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                self.retarget(expr, ExprContext::Store)
            }
            _ => Err(Failed),
        }
    }
}
