//! Rules of statements.

use taipan_object::PyResult;
use taipan_syntax::ast::*;

use super::{Check, Use};

impl Check<'_> {
    pub(super) fn stmts(&self, all: &[Stmt<'_>]) -> PyResult<()> {
        all.iter().try_for_each(|s| self.stmt(s))
    }

    fn not_empty<T>(&self, all: &[T], what: &str, owner: &str) -> PyResult<()> {
        match all.is_empty() {
            true => self.error(format!("empty {what} on {owner}")),
            false => Ok(()),
        }
    }

    fn body(&self, body: &[Stmt<'_>], owner: &str) -> PyResult<()> {
        self.not_empty(body, "body", owner)?;
        self.stmts(body)
    }

    fn targets(&self, targets: &[Expr<'_>], used: Use, owner: &str) -> PyResult<()> {
        self.not_empty(targets, "targets", owner)?;
        self.exprs(targets, used)
    }

    fn stmt(&self, s: &Stmt<'_>) -> PyResult<()> {
        self.range(s.range)?;
        self.deeper()?;
        let owner = s.name();
        let load = |e| self.expr(e, Use::Load);
        match s.kind {
            StmtKind::FunctionDef {
                args,
                body,
                decorator_list,
                returns,
                type_params,
                ..
            }
            | StmtKind::AsyncFunctionDef {
                args,
                body,
                decorator_list,
                returns,
                type_params,
                ..
            } => {
                self.body(body, owner)?;
                self.type_params(type_params)?;
                self.arguments(args)?;
                self.exprs(decorator_list, Use::Load)?;
                self.opt(returns)
            }
            StmtKind::ClassDef {
                bases,
                keywords,
                body,
                decorator_list,
                type_params,
                ..
            } => {
                self.body(body, owner)?;
                self.type_params(type_params)?;
                self.exprs(bases, Use::Load)?;
                self.keywords(keywords)?;
                self.exprs(decorator_list, Use::Load)
            }
            StmtKind::Return { value } => self.opt(value),
            StmtKind::Delete { targets } => self.targets(targets, Use::Del, owner),
            StmtKind::Assign { targets, value, .. } => {
                self.targets(targets, Use::Store, owner)?;
                load(value)
            }
            StmtKind::TypeAlias {
                name,
                type_params,
                value,
            } => {
                if !matches!(name.kind, ExprKind::Name { .. }) {
                    return self.type_error("TypeAlias with non-Name name");
                }
                self.expr(name, Use::Store)?;
                self.type_params(type_params)?;
                load(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target, Use::Store)?;
                load(value)
            }
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
                simple,
            } => {
                if simple && !matches!(target.kind, ExprKind::Name { .. }) {
                    return self.type_error("AnnAssign with simple non-Name target");
                }
                self.expr(target, Use::Store)?;
                self.opt(value)?;
                load(annotation)
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
                ..
            }
            | StmtKind::AsyncFor {
                target,
                iter,
                body,
                orelse,
                ..
            } => {
                self.expr(target, Use::Store)?;
                load(iter)?;
                self.body(body, owner)?;
                self.stmts(orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                load(test)?;
                self.body(body, owner)?;
                self.stmts(orelse)
            }
            StmtKind::With { items, body, .. } | StmtKind::AsyncWith { items, body, .. } => {
                self.not_empty(items, "items", owner)?;
                for item in items {
                    load(item.context_expr)?;
                    if let Some(vars) = item.optional_vars {
                        self.expr(vars, Use::Store)?;
                    }
                }
                self.body(body, owner)
            }
            StmtKind::Match { subject, cases } => {
                load(subject)?;
                self.not_empty(cases, "cases", owner)?;
                cases.iter().try_for_each(|case| self.case(case))
            }
            StmtKind::Raise { exc, cause } => {
                if exc.is_none() && cause.is_some() {
                    return self.error("Raise with cause but no exception");
                }
                self.opt(exc)?;
                self.opt(cause)
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            }
            | StmtKind::TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.body(body, owner)?;
                self.try_parts(owner, handlers, orelse, finalbody)
            }
            StmtKind::Assert { test, msg } => {
                load(test)?;
                self.opt(msg)
            }
            StmtKind::Import { names } => self.not_empty(names, "names", owner),
            StmtKind::ImportFrom { names, level, .. } => {
                if level < 0 {
                    return self.error("Negative ImportFrom level");
                }
                self.not_empty(names, "names", owner)
            }
            StmtKind::Global { names } | StmtKind::Nonlocal { names } => {
                self.not_empty(names, "names", owner)
            }
            StmtKind::Expr { value } => load(value),
            StmtKind::Pass {} | StmtKind::Break {} | StmtKind::Continue {} => Ok(()),
        }
    }

    fn case(&self, case: &MatchCase<'_>) -> PyResult<()> {
        self.pattern(case.pattern, false)?;
        self.opt(case.guard)?;
        self.body(case.body, "match_case")
    }

    fn try_parts(
        &self,
        owner: &str,
        handlers: &[ExceptHandler<'_>],
        orelse: &[Stmt<'_>],
        finalbody: &[Stmt<'_>],
    ) -> PyResult<()> {
        if handlers.is_empty() && finalbody.is_empty() {
            return self.error(format!("{owner} has neither except handlers nor finalbody"));
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return self.error(format!("{owner} has orelse but no except handlers"));
        }
        for handler in handlers {
            self.range(handler.range)?;
            let (ty, _, body) = handler.parts();
            self.opt(ty)?;
            self.body(body, "ExceptHandler")?;
        }
        self.stmts(finalbody)?;
        self.stmts(orelse)
    }

    fn type_params(&self, all: &[TypeParam<'_>]) -> PyResult<()> {
        for param in all {
            self.range(param.range)?;
            match param.kind {
                TypeParamKind::TypeVar {
                    name,
                    bound,
                    default_value,
                } => {
                    self.name(name)?;
                    self.opt(bound)?;
                    self.opt(default_value)?;
                }
                TypeParamKind::ParamSpec {
                    name,
                    default_value,
                }
                | TypeParamKind::TypeVarTuple {
                    name,
                    default_value,
                } => {
                    self.name(name)?;
                    self.opt(default_value)?;
                }
            }
        }
        Ok(())
    }
}
