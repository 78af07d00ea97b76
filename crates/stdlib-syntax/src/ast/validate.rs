//! What a tree made by Python code must hold to besides its types, before it is compiled.

use taipan_compiler::code::Position;
use taipan_object::{PyResult, Raised, Vm};
use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

mod pattern;
mod stmt;

/// Checks a tree.
///
/// # Errors
/// ValueError (in a few cases TypeError) that says what is wrong; RecursionError.
pub(super) fn validate(vm: &Vm, module: &Mod<'_>, positions: &[Position]) -> PyResult<()> {
    let check = Check { vm, positions };
    match module {
        Mod::Module { body, .. } | Mod::Interactive { body } => check.stmts(body),
        Mod::Expression { body } => check.expr(body, Use::Load),
        Mod::FunctionType { argtypes, returns } => {
            check.exprs(argtypes, Use::Load)?;
            check.expr(returns, Use::Load)
        }
    }
}

/// How an expression is used where it stands.
type Use = ExprContext;

struct Check<'v> {
    vm: &'v Vm,
    positions: &'v [Position],
}

impl Check<'_> {
    fn error<T>(&self, message: impl AsRef<str>) -> PyResult<T> {
        Err(self.vm.value_error(message))
    }
    fn type_error<T>(&self, message: &str) -> PyResult<T> {
        Err(self.vm.type_error(message))
    }
    fn deeper(&self) -> Result<(), Raised> {
        self.vm.check_stack(" during compilation")
    }

    fn range(&self, range: TextRange) -> PyResult<()> {
        let Some(&p) = self.positions.get(range.start as usize) else {
            return Ok(());
        };
        if p.line > p.end_line {
            return self.error(format!(
                "AST node line range ({}, {}) is not valid",
                p.line, p.end_line
            ));
        }
        if (p.line < 0 && p.end_line != p.line) || (p.column < 0 && p.column != p.end_column) {
            return self.error(format!(
                "AST node column range ({}, {}) for line range ({}, {}) is not valid",
                p.column, p.end_column, p.line, p.end_line
            ));
        }
        if p.line == p.end_line && p.column > p.end_column {
            return self.error(format!(
                "line {}, column {}-{} is not a valid range",
                p.line, p.column, p.end_column
            ));
        }
        Ok(())
    }

    fn name(&self, name: &str) -> PyResult<()> {
        if matches!(name, "None" | "True" | "False") {
            return self.error(format!(
                "identifier field can't represent '{name}' constant"
            ));
        }
        Ok(())
    }

    fn exprs(&self, all: &[Expr<'_>], used: Use) -> PyResult<()> {
        all.iter().try_for_each(|e| self.expr(e, used))
    }
    fn opt(&self, e: Option<ExprRef<'_>>) -> PyResult<()> {
        e.map_or(Ok(()), |e| self.expr(e, Use::Load))
    }

    /// Whether an expression says that it is used as its place uses it.
    fn context(&self, e: &Expr<'_>, used: Use) -> PyResult<()> {
        let said = match e.kind {
            ExprKind::Attribute { ctx, .. }
            | ExprKind::Subscript { ctx, .. }
            | ExprKind::Starred { ctx, .. }
            | ExprKind::Name { ctx, .. }
            | ExprKind::List { ctx, .. }
            | ExprKind::Tuple { ctx, .. } => ctx,
            _ if used != Use::Load => {
                return self.error(format!(
                    "expression which can't be assigned to in {} context",
                    Node::name(&used)
                ));
            }
            _ => return Ok(()),
        };
        if said != used {
            return self.error(format!(
                "expression must have {} context but has {} instead",
                Node::name(&used),
                Node::name(&said)
            ));
        }
        Ok(())
    }

    fn expr(&self, e: &Expr<'_>, used: Use) -> PyResult<()> {
        self.range(e.range)?;
        self.deeper()?;
        if let ExprKind::Name { id, .. } = e.kind {
            self.name(id)?;
        }
        self.context(e, used)?;
        let load = |e| self.expr(e, Use::Load);
        match e.kind {
            ExprKind::BoolOp { values, .. } => {
                if values.len() < 2 {
                    return self.error("BoolOp with less than 2 values");
                }
                self.exprs(values, Use::Load)
            }
            ExprKind::NamedExpr { target, value } => {
                if !matches!(target.kind, ExprKind::Name { .. }) {
                    return self.type_error("NamedExpr target must be a Name");
                }
                load(value)
            }
            ExprKind::BinOp { left, right, .. } => {
                load(left)?;
                load(right)
            }
            ExprKind::UnaryOp { operand, .. } => load(operand),
            ExprKind::Lambda { args, body } => {
                self.arguments(args)?;
                load(body)
            }
            ExprKind::IfExp { test, body, orelse } => {
                load(test)?;
                load(body)?;
                load(orelse)
            }
            ExprKind::Dict { keys, values } => {
                if keys.len() != values.len() {
                    return self.error("Dict doesn't have the same number of keys as values");
                }
                keys.iter().try_for_each(|key| self.opt(*key))?;
                self.exprs(values, Use::Load)
            }
            ExprKind::Set { elts } => self.exprs(elts, Use::Load),
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.generators(generators)?;
                load(elt)
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => {
                self.generators(generators)?;
                load(key)?;
                load(value)
            }
            ExprKind::Yield { value } => self.opt(value),
            ExprKind::YieldFrom { value } | ExprKind::Await { value } => load(value),
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } => {
                if comparators.is_empty() {
                    return self.error("Compare with no comparators");
                }
                if comparators.len() != ops.len() {
                    return self
                        .error("Compare has a different number of comparators and operands");
                }
                self.exprs(comparators, Use::Load)?;
                load(left)
            }
            ExprKind::Call {
                func,
                args,
                keywords,
            } => {
                load(func)?;
                self.exprs(args, Use::Load)?;
                self.keywords(keywords)
            }
            ExprKind::Constant { .. } | ExprKind::Name { .. } => Ok(()),
            ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => {
                self.exprs(values, Use::Load)
            }
            ExprKind::FormattedValue {
                value, format_spec, ..
            }
            | ExprKind::Interpolation {
                value, format_spec, ..
            } => {
                load(value)?;
                self.opt(format_spec)
            }
            ExprKind::Attribute { value, .. } => load(value),
            ExprKind::Subscript { value, slice, .. } => {
                load(slice)?;
                load(value)
            }
            ExprKind::Starred { value, ctx } => self.expr(value, ctx),
            ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => self.exprs(elts, ctx),
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower)?;
                self.opt(upper)?;
                self.opt(step)
            }
        }
    }

    fn generators(&self, all: &[Comprehension<'_>]) -> PyResult<()> {
        if all.is_empty() {
            return self.error("comprehension with no generators");
        }
        for g in all {
            self.expr(g.target, Use::Store)?;
            self.expr(g.iter, Use::Load)?;
            self.exprs(g.ifs, Use::Load)?;
        }
        Ok(())
    }

    fn keywords(&self, all: &[Keyword<'_>]) -> PyResult<()> {
        all.iter().try_for_each(|k| self.expr(k.value, Use::Load))
    }

    fn arguments(&self, a: &Arguments<'_>) -> PyResult<()> {
        self.args(a.posonlyargs)?;
        self.args(a.args)?;
        self.args(a.vararg.map_or(&[], std::slice::from_ref))?;
        self.args(a.kwonlyargs)?;
        self.args(a.kwarg.map_or(&[], std::slice::from_ref))?;
        if a.defaults.len() > a.posonlyargs.len() + a.args.len() {
            return self.error("more positional defaults than args on arguments");
        }
        if a.kw_defaults.len() != a.kwonlyargs.len() {
            return self.error("length of kwonlyargs is not the same as kw_defaults on arguments");
        }
        self.exprs(a.defaults, Use::Load)?;
        a.kw_defaults.iter().try_for_each(|e| self.opt(*e))
    }

    fn args(&self, all: &[Arg<'_>]) -> PyResult<()> {
        for a in all {
            self.range(a.range)?;
            self.opt(a.annotation)?;
        }
        Ok(())
    }
}
