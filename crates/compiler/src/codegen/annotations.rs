//! Annotations: the `__annotate__` functions of signatures, classes and modules (PEP 649, 749).

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::function::{Child, Def};
use super::unit::{Deferred, UnitKind, Val};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::opcode::{FunctionAttribute, KILL_A, KILL_B, Opcode};
use crate::symtable::all_args;
use crate::symtable::{Part, ScopeKind};

impl<'s> Compiler<'s, '_> {
    /// Adds the annotations of a signature to the function on top.
    pub(super) fn signature_annotations(
        &mut self,
        def: &Def<'s>,
        func: u32,
        range: TextRange,
    ) -> Result<()> {
        let annotated = all_args(def.args).any(|a| a.annotation.is_some()) || def.returns.is_some();
        if !annotated {
            return Ok(());
        }
        let Some(scope) = self.table.find(def.args, Part::Annotations) else {
            return Failure::at(range, "annotations without a scope".into());
        };
        let line = self.line_of(def.s.range);
        self.enter_unit(
            scope,
            UnitKind::Annotations,
            "__annotate__",
            line,
            (1, 1, 0),
        );
        self.check_format(range);
        let base = self.u.next_temp();
        let mut pairs = 0;
        for (name, annotation) in signature(def) {
            let name = self.mangle(name);
            self.u.loc = annotation.range;
            let reg = self.u.push();
            self.load_str(reg, name);
            if self.future_annotations() {
                let reg = self.u.push();
                self.annotation_text(annotation, reg);
            } else {
                self.push_annotation(annotation)?;
            }
            pairs += 1;
        }
        self.u.loc = range;
        self.u.pop(2 * pairs);
        self.u.emit(Opcode::BuildMap, 0, base, base, pairs);
        self.u.emit(Opcode::ReturnValue, KILL_A, base, 0, 0);
        let child = self.leave_annotations();
        self.u.loc = range;
        let annotate = self.push_function(&child);
        self.u.pop(1);
        self.set_attribute(func, annotate, FunctionAttribute::Annotate);
        Ok(())
    }

    /// `*args: *Ts` unpacks the annotation's only element.
    fn push_annotation(&mut self, annotation: ExprRef<'s>) -> Result<()> {
        let ExprKind::Starred { value, .. } = annotation.kind else {
            self.push_expr(annotation)?;
            return Ok(());
        };
        let reg = self.push_expr(value)?;
        self.u.loc = annotation.range;
        self.u.emit(Opcode::UnpackSequence, KILL_B, reg, reg, 1);
        Ok(())
    }

    /// The parameter is called `.format` inside and `format` outside.
    fn leave_annotations(&mut self) -> Child<'s> {
        if let Some(first) = self.u.plain.first_mut() {
            first.0 = "format";
        }
        self.leave_unit()
    }

    /// An annotation as text, for `from __future__ import annotations`.
    pub(super) fn annotation_text(&mut self, annotation: ExprRef<'s>, reg: u32) {
        let text = taipan_syntax::unparse::unparse_expr(annotation);
        self.u.loc = annotation.range;
        self.load_str(reg, &text);
    }

    /// `target: annotation [= value]`.
    pub(super) fn ann_assign(
        &mut self,
        s: &'s Stmt<'s>,
        target: ExprRef<'s>,
        annotation: ExprRef<'s>,
        value: Option<ExprRef<'s>>,
        simple: bool,
    ) -> Result<()> {
        if let Some(value) = value {
            self.assign_expr(target, value)?;
        }
        let kind = self.scope().kind;
        match target.kind {
            ExprKind::Name { id, .. } => {
                if simple && matches!(kind, ScopeKind::Module | ScopeKind::Class) {
                    if self.future_annotations() {
                        self.store_annotation_text(s, id, annotation);
                    } else {
                        self.defer_annotation(s);
                    }
                }
            }
            ExprKind::Attribute { value: object, .. } if value.is_none() => self.effect(object)?,
            ExprKind::Subscript {
                value: object,
                slice,
                ..
            } if value.is_none() => {
                self.effect(object)?;
                self.check_annotated_slice(slice)?;
            }
            ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {}
            _ => return Failure::at(s.range, "invalid node type for annotated assignment".into()),
        }
        Ok(())
    }

    fn check_annotated_slice(&mut self, slice: ExprRef<'s>) -> Result<()> {
        match slice.kind {
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    self.effect(part)?;
                }
                Ok(())
            }
            ExprKind::Tuple { elts, .. } => {
                elts.iter().try_for_each(|e| self.check_annotated_slice(e))
            }
            _ => self.effect(slice),
        }
    }

    fn store_annotation_text(&mut self, s: &'s Stmt<'s>, id: &'s str, annotation: ExprRef<'s>) {
        let text = self.u.push();
        self.annotation_text(annotation, text);
        self.u.loc = s.range;
        let dict = self.u.push();
        self.load_name("__annotations__", dict);
        let key = self.u.push();
        let name = self.mangle(id);
        self.load_str(key, name);
        self.u.emit_use(
            Opcode::StoreSubscr,
            Val::temp(dict),
            Some(Val::temp(key)),
            Some(Val::temp(text)),
        );
        self.u.pop(3);
    }

    fn defer_annotation(&mut self, s: &'s Stmt<'s>) {
        // A `finally` body is compiled more than once.
        let known = self
            .u
            .deferred
            .iter()
            .find(|d| std::ptr::eq(d.stmt, s))
            .map(|d| d.condition);
        let scope = self.scope();
        let conditional = scope.kind == ScopeKind::Module || self.u.conditional;
        let condition = known.unwrap_or_else(|| conditional.then_some(self.u.next_condition));
        if let Some(index) = condition {
            if known.is_none() {
                self.u.next_condition += 1;
            }
            self.u.loc = s.range;
            let set = self.u.push();
            self.load_name("__conditional_annotations__", set);
            let item = self.u.push();
            self.load_const(item, Const::Int(i64::from(index)));
            self.u
                .emit_use(Opcode::SetAdd, Val::kept(set), Some(Val::temp(item)), None);
            self.u.pop_top(set);
            self.u.pop(2);
        }
        if known.is_none() {
            self.u.deferred.push(Deferred { stmt: s, condition });
        }
    }

    /// The `__annotate__` function of the module or class being compiled.
    pub(super) fn deferred_annotations(&mut self, range: TextRange) -> Result<Option<Child<'s>>> {
        let deferred = std::mem::take(&mut self.u.deferred);
        if deferred.is_empty() {
            return Ok(None);
        }
        let Some(scope) = self.scope().annotation_block else {
            return Ok(None);
        };
        let in_class = self.scope().kind == ScopeKind::Class;
        let line = self.u.first_line;
        self.enter_unit(
            scope,
            UnitKind::Annotations,
            "__annotate__",
            line,
            (1, 1, 0),
        );
        self.check_format(range);
        let dict = self.u.push();
        self.u.emit(Opcode::BuildMap, 0, dict, dict, 0);
        for item in &deferred {
            let StmtKind::AnnAssign {
                target, annotation, ..
            } = item.stmt.kind
            else {
                continue;
            };
            let ExprKind::Name { id, .. } = target.kind else {
                continue;
            };
            let skip = self.u.label();
            if let Some(index) = item.condition {
                self.u.loc = item.stmt.range;
                let number = self.u.push();
                self.load_const(number, Const::Int(i64::from(index)));
                let set = self.u.push();
                if in_class {
                    self.load_name("__conditional_annotations__", set);
                } else {
                    let name = self.u.name("__conditional_annotations__");
                    self.u.emit(Opcode::LoadGlobal, 0, set, name, 0);
                }
                self.u.pop(2);
                self.u.jump_cmp(
                    Opcode::JumpIn,
                    crate::opcode::IF_FALSE,
                    Val::temp(number),
                    Val::temp(set),
                    skip,
                );
            }
            let val = self.operand(annotation)?;
            self.u.loc = item.stmt.range;
            let key = self.u.push();
            let name = self.mangle(id);
            self.load_str(key, name);
            self.u.emit_use(
                Opcode::StoreSubscr,
                Val::kept(dict),
                Some(Val::temp(key)),
                Some(val),
            );
            self.u.pop(1);
            self.u.release(val);
            self.u.bind(skip);
        }
        self.u.loc = range;
        self.u.pop(1);
        self.u.emit(Opcode::ReturnValue, KILL_A, dict, 0, 0);
        Ok(Some(self.leave_annotations()))
    }
}

/// Names and annotations of a signature in order.
fn signature<'s>(def: &Def<'s>) -> impl Iterator<Item = (&'s str, ExprRef<'s>)> + use<'s> {
    // CPython's order: positional-only parameters come second.
    let a = def.args;
    let all = a
        .args
        .iter()
        .chain(a.posonlyargs)
        .chain(a.vararg)
        .chain(a.kwonlyargs)
        .chain(a.kwarg);
    let args = all.filter_map(|a| a.annotation.map(|e| (a.arg, e)));
    args.chain(def.returns.map(|e| ("return", e)))
}
