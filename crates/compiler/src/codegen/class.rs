//! Classes: the class body's code and the call of `__build_class__`.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::function::{Child, clean_doc, docstring};
use super::unit::{TEMP, UnitKind, Val, at_line};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::opcode::{Intrinsic1, KILL_A, KILL_B, Opcode};
use crate::symtable::Part;

impl<'s> Compiler<'s, '_> {
    pub(super) fn class_def(&mut self, s: &'s Stmt<'s>) -> Result<()> {
        let StmtKind::ClassDef {
            name,
            bases,
            keywords,
            body,
            decorator_list,
            type_params,
        } = s.kind
        else {
            return Ok(());
        };
        for decorator in decorator_list {
            self.push_expr(decorator)?;
        }
        let range = s.range;
        let line = self.line_of(decorator_list.first().map_or(s.range, |d| d.range));
        if type_params.is_empty() {
            let child = self.class_body(s, name, body, line, false)?;
            self.u.loc = range;
            let base = self.u.push();
            self.u.emit(Opcode::LoadBuildClass, 0, base, 0, 0);
            self.push_function(&child);
            self.build_class_call(range, base, name, bases, keywords, None)?;
        } else {
            let Some(scope) = self.table.find(s, Part::TypeParams) else {
                return Failure::at(range, "type parameters without a scope".into());
            };
            let unit_name: &'s str =
                bumpalo::format!(in self.names, "<generic parameters of {}>", name).into_bump_str();
            self.enter_unit(scope, UnitKind::TypeParams, unit_name, line, (0, 0, 0));
            self.push_type_params(type_params, range)?;
            self.u.loc = range;
            let params = TEMP | (self.u.top - 1);
            self.store_name(".type_params", Val::temp(params));
            self.u.pop(1);
            let child = self.class_body(s, name, body, line, true)?;
            self.u.loc = range;
            let base = self.u.push();
            self.u.emit(Opcode::LoadBuildClass, 0, base, 0, 0);
            self.push_function(&child);
            self.u.loc = range;
            let generic = self.u.push();
            self.load_name(".type_params", generic);
            self.u.emit(
                Opcode::CallIntrinsic1,
                KILL_B,
                generic,
                generic,
                Intrinsic1::SubscriptGeneric as u32,
            );
            self.store_name(".generic_base", Val::temp(generic));
            self.u.pop(1);
            self.build_class_call(range, base, name, bases, keywords, Some(".generic_base"))?;
            self.u.pop(1);
            self.u.emit(Opcode::ReturnValue, KILL_A, base, 0, 0);
            let child = self.leave_unit();
            self.u.loc = range;
            let base = self.push_function(&child);
            self.u.emit(Opcode::Call, 0, base, base, 0);
        }
        self.apply_decorators(decorator_list);
        self.u.loc = range;
        let class = TEMP | (self.u.top - 1);
        self.store_name(name, Val::temp(class));
        self.u.pop(1);
        Ok(())
    }

    /// Calls `__build_class__` (in `base`) with the function above it, the name, bases and keywords; the class is pushed.
    fn build_class_call(
        &mut self,
        range: TextRange,
        base: u32,
        name: &'s str,
        bases: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        generic_base: Option<&'s str>,
    ) -> Result<()> {
        self.u.loc = range;
        let text = self.u.push();
        self.load_str(text, name);
        let plain = !bases
            .iter()
            .any(|b| matches!(b.kind, ExprKind::Starred { .. }))
            && keywords.iter().all(|k| k.arg.is_some());
        if !plain {
            // The generic base follows the others; a list takes them all.
            self.class_call_ex(range, base, bases, keywords, generic_base)?;
            self.u.push();
            return Ok(());
        }
        for class in bases {
            self.push_expr(class)?;
        }
        let mut count = 2 + bases.len() as u32;
        self.u.loc = range;
        if let Some(generic) = generic_base {
            let reg = self.u.push();
            self.load_name(generic, reg);
            count += 1;
        }
        self.check_keywords(keywords)?;
        if keywords.is_empty() {
            self.u.pop(count + 1);
            self.u.emit(Opcode::Call, 0, base, base, count);
        } else {
            let mut names = Vec::with_capacity(keywords.len());
            for keyword in keywords {
                self.push_expr(keyword.value)?;
                let arg = keyword.arg.unwrap_or("");
                names.push(self.str_const(arg));
            }
            self.u.loc = range;
            let reg = self.u.push();
            self.load_const(reg, Const::Tuple(names.into()));
            count += keywords.len() as u32;
            self.u.pop(count + 2);
            self.u.emit(Opcode::CallKw, 0, base, base, count);
        }
        self.u.push();
        Ok(())
    }

    /// As above, with stars among bases or keywords.
    fn class_call_ex(
        &mut self,
        range: TextRange,
        base: u32,
        bases: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        generic_base: Option<&'s str>,
    ) -> Result<()> {
        let Some(generic) = generic_base else {
            return self.call_ex(range, base, bases, keywords, 2, Some(base));
        };
        let bases: &'s [Expr<'s>] = {
            let mut all = bumpalo::collections::Vec::with_capacity_in(bases.len() + 1, self.names);
            all.extend_from_slice(bases);
            all.push(Expr::new(
                range,
                ExprKind::Name {
                    id: generic,
                    ctx: ExprContext::Load,
                },
            ));
            all.into_bump_slice()
        };
        self.call_ex(range, base, bases, keywords, 2, Some(base))
    }

    fn class_body(
        &mut self,
        s: &'s Stmt<'s>,
        name: &'s str,
        body: &'s [Stmt<'s>],
        line: u32,
        generic: bool,
    ) -> Result<Child<'s>> {
        let Some(scope) = self.table.find(s, Part::Body) else {
            return Failure::at(s.range, "class without a scope".into());
        };
        self.enter_unit(scope, UnitKind::Class, name, line, (0, 0, 0));
        let range = at_line(line);
        self.u.loc = range;
        self.copy_name("__name__", "__module__");
        let qualname = self.u.qualname.clone();
        let text = self.str_const(&qualname);
        self.store_const(text, "__qualname__");
        self.store_const(Const::Int(i64::from(line)), "__firstlineno__");
        if generic {
            self.copy_name(".type_params", "__type_params__");
        }
        let (needs_classdict, conditional) = {
            let scope = self.scope();
            (
                scope.needs_classdict,
                scope.conditional_annotations && !self.future_annotations(),
            )
        };
        if needs_classdict {
            let dict = self.u.next_temp();
            let cell = self.cell_reg("__classdict__");
            self.u.emit(Opcode::LoadLocals, 0, dict, 0, 0);
            self.u.emit(Opcode::StoreDeref, KILL_A, dict, cell, 0);
        }
        if conditional {
            self.empty_conditions();
        }
        self.body(body)?;
        // What follows is shown with the last statement.
        if let Some(child) = self.deferred_annotations(range)? {
            self.u.loc = range;
            let func = self.push_function(&child);
            self.store_name("__annotate_func__", Val::temp(func));
            self.u.pop(1);
        }
        let mut attributes = std::mem::take(&mut self.u.static_attributes);
        attributes.sort_unstable();
        let attributes = attributes.iter().map(|a| self.str_const(a)).collect();
        self.store_const(Const::Tuple(attributes), "__static_attributes__");
        if needs_classdict {
            self.store_cell("__classdict__", "__classdictcell__", false);
        }
        if self.scope().needs_class_closure {
            self.store_cell("__class__", "__classcell__", true);
        } else {
            self.return_none();
        }
        Ok(self.leave_unit())
    }

    /// Stores the cell itself under another name, and returns it.
    fn store_cell(&mut self, cell: &'s str, name: &'s str, then_return: bool) {
        let from = self.cell_reg(cell);
        let reg = self.u.next_temp();
        self.u.emit(Opcode::LoadClosure, 0, reg, from, 0);
        self.u.push();
        if then_return {
            self.store_name(name, Val::kept(reg));
            self.u.emit(Opcode::ReturnValue, KILL_A, reg, 0, 0);
        } else {
            self.store_name(name, Val::temp(reg));
        }
        self.u.pop(1);
    }

    fn copy_name(&mut self, from: &'s str, to: &'s str) {
        let reg = self.u.push();
        self.load_name(from, reg);
        self.store_name(to, Val::temp(reg));
        self.u.pop(1);
    }

    pub(super) fn store_const(&mut self, c: Const, name: &'s str) {
        let reg = self.u.push();
        self.load_const(reg, c);
        self.store_name(name, Val::temp(reg));
        self.u.pop(1);
    }

    /// The set of annotations that were reached.
    pub(super) fn empty_conditions(&mut self) {
        let set = self.u.push();
        self.u.emit(Opcode::BuildSet, 0, set, set, 0);
        self.store_name("__conditional_annotations__", Val::temp(set));
        self.u.pop(1);
    }

    /// The body of a class or module: docstring, annotations under the future feature, statements.
    pub(super) fn body(&mut self, mut body: &'s [Stmt<'s>]) -> Result<()> {
        if self.future_annotations() && self.scope().annotation_block.is_some() {
            self.u.emit(Opcode::SetupAnnotations, 0, 0, 0, 0);
        }
        if let Some(text) = docstring(body) {
            if self.options.optimize < 2 {
                self.u.loc = body[0].range;
                let text = Const::Str(self.intern_text(&clean_doc(text)));
                self.store_const(text, "__doc__");
            }
            body = &body[1..];
        }
        self.stmts(body)
    }
}
