//! What expressions do with names.

use taipan_syntax::ast::*;

use super::Builder;
use crate::failure::{Failure, Result};
use crate::symtable::check::ScopeCheck;
use crate::symtable::flags::*;
use crate::symtable::{ComprehensionKind, Part, ScopeKind};

impl<'s> Builder<'s, '_> {
    pub(super) fn opt_expr(&mut self, e: Option<ExprRef<'s>>) -> Result<()> {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    pub(super) fn exprs(&mut self, exprs: &'s [Expr<'s>]) -> Result<()> {
        exprs.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn expr(&mut self, e: ExprRef<'s>) -> Result<()> {
        self.deeper(e.range)?;
        self.expr_kind(e)?;
        self.depth -= 1;
        Ok(())
    }

    fn expr_kind(&mut self, e: ExprRef<'s>) -> Result<()> {
        use ExprKind::*;
        match e.kind {
            Name { id, ctx } => {
                self.check_name(id, ctx, e.range)?;
                self.add(
                    id,
                    match ctx {
                        ExprContext::Load => USE,
                        ExprContext::Store => DEF_LOCAL,
                        ExprContext::Del => DEF_LOCAL | UNBOUND_SOMEWHERE,
                    },
                    e.range,
                )?;
                if id == "super" && ctx == ExprContext::Load && self.cur().is_function_like() {
                    self.add("__class__", USE, e.range)?;
                }
            }
            Constant { .. } => {}
            Attribute { value, attr, ctx } => {
                self.check_name(attr, ctx, e.range)?;
                self.expr(value)?;
            }
            Call {
                func,
                args,
                keywords,
            } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)?;
            }
            BinOp { .. } => {
                let mut rights = Vec::new();
                let mut at = e;
                while let BinOp { left, right, .. } = at.kind {
                    rights.push(right);
                    at = left;
                }
                self.expr(at)?;
                rights.iter().rev().try_for_each(|r| self.expr(r))?;
            }
            BoolOp { values, .. } | JoinedStr { values } | TemplateStr { values } => {
                self.exprs(values)?
            }
            Compare {
                left, comparators, ..
            } => {
                self.expr(left)?;
                self.exprs(comparators)?;
            }
            UnaryOp { operand, .. } => self.expr(operand)?,
            Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)?;
            }
            Slice { lower, upper, step } => {
                self.opt_expr(lower)?;
                self.opt_expr(upper)?;
                self.opt_expr(step)?;
            }
            List { elts, .. } | Tuple { elts, .. } | Set { elts } => self.exprs(elts)?,
            Dict { keys, values } => {
                for key in keys.iter().flatten() {
                    self.expr(key)?;
                }
                self.exprs(values)?;
            }
            Starred { value, .. } => self.expr(value)?,
            IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)?;
            }
            NamedExpr { target, value } => self.named_expr(e, target, value)?,
            Lambda { args, body } => {
                self.exprs(args.defaults)?;
                for default in args.kw_defaults.iter().flatten() {
                    self.expr(default)?;
                }
                self.enter("<lambda>", ScopeKind::Function, e, Part::Body, e.range)?;
                self.arguments(args)?;
                self.expr(body)?;
                self.exit();
            }
            ListComp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::List, generators, elt, None)?
            }
            SetComp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::Set, generators, elt, None)?
            }
            GeneratorExp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::Generator, generators, elt, None)?;
            }
            DictComp {
                key,
                value,
                generators,
            } => {
                self.comprehension(e, ComprehensionKind::Dict, generators, key, Some(value))?;
            }
            Yield { value } => {
                self.refuse_in_annotation("yield expression", e.range)?;
                self.opt_expr(value)?;
                self.cur().generator = true;
                self.refuse_in_comprehension(e.range)?;
            }
            YieldFrom { value } => {
                self.refuse_in_annotation("yield expression", e.range)?;
                self.expr(value)?;
                self.cur().generator = true;
                self.refuse_in_comprehension(e.range)?;
            }
            Await { value } => {
                self.refuse_in_annotation("await expression", e.range)?;
                self.check_await(e.range)?;
                self.expr(value)?;
                self.cur().coroutine = true;
            }
            FormattedValue {
                value, format_spec, ..
            }
            | Interpolation {
                value, format_spec, ..
            } => {
                self.expr(value)?;
                self.opt_expr(format_spec)?;
            }
        }
        Ok(())
    }

    fn named_expr(
        &mut self,
        e: ExprRef<'s>,
        target: ExprRef<'s>,
        value: ExprRef<'s>,
    ) -> Result<()> {
        self.refuse_in_annotation("named expression", e.range)?;
        if self.cur().comp_iter_expr > 0 {
            let message =
                "assignment expression cannot be used in a comprehension iterable expression";
            return Failure::at(e.range, message.into());
        }
        if let ExprKind::Name { id, .. } = target.kind {
            self.check_name(id, ExprContext::Store, target.range)?;
            if self.cur().comprehension != ComprehensionKind::None {
                self.extend_named_expr(target, id)?;
            } else {
                self.add(id, NAMED_TARGET, target.range)?;
            }
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// A named expression in a comprehension binds in the scope around all comprehensions.
    fn extend_named_expr(&mut self, target: ExprRef<'s>, id: &'s str) -> Result<()> {
        let range = target.range;
        let name = self.mangle(id);
        for at in (0..self.stack.len()).rev() {
            let scope_id = self.stack[at];
            let scope = self.table.scope(scope_id);
            let known = scope.symbols.flags(name);
            if scope.comprehension != ComprehensionKind::None {
                if known & DEF_COMP_ITER != 0 && known & DEF_LOCAL != 0 {
                    return Failure::at(
                        range,
                        format!(
                            "assignment expression cannot rebind comprehension iteration variable '{id}'"
                        ),
                    );
                }
                continue;
            }
            let place = match scope.kind {
                ScopeKind::Function => {
                    let bits = if known & DEF_GLOBAL != 0 {
                        DEF_GLOBAL
                    } else {
                        DEF_NONLOCAL
                    };
                    self.add(id, bits, range)?;
                    self.directive(id, range);
                    return self.add_to(scope_id, id, DEF_LOCAL | NAMED_TARGET, range);
                }
                ScopeKind::Module => {
                    self.add(id, DEF_GLOBAL, range)?;
                    self.directive(id, range);
                    return self.add_to(scope_id, id, DEF_GLOBAL, range);
                }
                ScopeKind::Class => "in a class body",
                ScopeKind::TypeParameters => "within the definition of a generic",
                ScopeKind::TypeAlias => "in a type alias",
                ScopeKind::TypeVariable => "in a TypeVar bound",
                ScopeKind::Annotation => "in an annotation",
            };
            let message =
                format!("assignment expression within a comprehension cannot be used {place}");
            return Failure::at(range, message);
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        e: ExprRef<'s>,
        kind: ComprehensionKind,
        generators: &'s [Comprehension<'s>],
        elt: ExprRef<'s>,
        value: Option<ExprRef<'s>>,
    ) -> Result<()> {
        let Some((first, rest)) = generators.split_first() else {
            return Failure::at(e.range, "comprehension with no generators".into());
        };
        self.cur().comp_iter_expr += 1;
        self.expr(first.iter)?;
        self.cur().comp_iter_expr -= 1;
        let name = match kind {
            ComprehensionKind::List => "<listcomp>",
            ComprehensionKind::Set => "<setcomp>",
            ComprehensionKind::Dict => "<dictcomp>",
            _ => "<genexpr>",
        };
        self.enter(name, ScopeKind::Function, e, Part::Body, e.range)?;
        self.cur().comprehension = kind;
        self.cur().coroutine = first.is_async;
        self.add(".0", DEF_PARAM, e.range)?;
        self.comp_target(first.target)?;
        self.exprs(first.ifs)?;
        for generator in rest {
            self.comp_target(generator.target)?;
            self.cur().comp_iter_expr += 1;
            self.expr(generator.iter)?;
            self.cur().comp_iter_expr -= 1;
            self.exprs(generator.ifs)?;
            self.cur().coroutine |= generator.is_async;
        }
        self.opt_expr(value)?;
        self.expr(elt)?;
        let is_generator = kind == ComprehensionKind::Generator;
        self.cur().generator = is_generator;
        let is_async = self.cur().coroutine && !is_generator;
        self.exit();
        if is_async {
            self.check_async_comprehension(e.range)?;
            self.cur().coroutine = true;
        }
        Ok(())
    }

    fn comp_target(&mut self, target: ExprRef<'s>) -> Result<()> {
        self.cur().comp_iter_target = true;
        self.expr(target)?;
        self.cur().comp_iter_target = false;
        Ok(())
    }
}
