//! Comprehensions: inlined into their host (PEP 709) or functions of their own.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::function::Child;
use super::names::NameOp;
use super::unit::{TEMP, UnitKind, Val};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::fold::fold_display;
use crate::opcode::{KILL_A, KILL_B, Opcode};
use crate::symtable::{ComprehensionKind, Part, Place, ScopeId, ScopeKind, flags};

/// What a comprehension makes of each item.
#[derive(Clone, Copy)]
struct Body<'s> {
    range: TextRange,
    kind: ComprehensionKind,
    elt: ExprRef<'s>,
    value: Option<ExprRef<'s>>,
    /// The list, set or dict.
    into: u32,
}

impl<'s> Compiler<'s, '_> {
    pub(super) fn comprehension(&mut self, e: ExprRef<'s>, dst: u32) -> Result<()> {
        let (kind, elt, value, generators) = match e.kind {
            ExprKind::ListComp { elt, generators } => {
                (ComprehensionKind::List, elt, None, generators)
            }
            ExprKind::SetComp { elt, generators } => {
                (ComprehensionKind::Set, elt, None, generators)
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => (ComprehensionKind::Dict, key, Some(value), generators),
            ExprKind::GeneratorExp { elt, generators } => {
                (ComprehensionKind::Generator, elt, None, generators)
            }
            _ => return Ok(()),
        };
        let Some(scope) = self.table.find(e, Part::Body) else {
            return Failure::at(e.range, "comprehension without a scope".into());
        };
        let Some(first) = generators.first() else {
            return Failure::at(e.range, "comprehension with no generators".into());
        };
        let body = Body {
            range: e.range,
            kind,
            elt,
            value,
            into: 0,
        };
        if self.table.scope(scope).inlined {
            self.inlined(body, scope, first, generators, dst)
        } else {
            let child = self.function_code(body, scope, generators)?;
            self.call_comprehension(&child, e, first, dst)
        }
    }

    fn build_empty(&mut self, kind: ComprehensionKind, reg: u32) {
        let op = match kind {
            ComprehensionKind::Set => Opcode::BuildSet,
            ComprehensionKind::Dict => Opcode::BuildMap,
            _ => Opcode::BuildList,
        };
        self.u.emit(op, 0, reg, reg, 0);
    }

    /// Pushes the iterator of the outermost clause.
    fn push_outermost(&mut self, first: &'s Comprehension<'s>) -> Result<u32> {
        let val = self.iterable(first.iter)?;
        self.u.release(val);
        self.u.loc = first.iter.range;
        let iter = self.u.push();
        self.u.emit_ab(
            if first.is_async {
                Opcode::GetAiter
            } else {
                Opcode::GetIter
            },
            iter,
            val,
        );
        Ok(iter)
    }

    /// Something to iterate over; a list of constants is a tuple.
    pub(super) fn iterable(&mut self, e: ExprRef<'s>) -> Result<Val> {
        if let Some(c) = fold_display(e, self.options.optimize) {
            self.u.loc = e.range;
            let reg = self.u.push();
            self.load_const(reg, c);
            return Ok(Val::temp(reg));
        }
        self.operand(e)
    }

    fn inlined(
        &mut self,
        mut body: Body<'s>,
        scope: ScopeId,
        first: &'s Comprehension<'s>,
        generators: &'s [Comprehension<'s>],
        dst: u32,
    ) -> Result<()> {
        self.u.loc = body.range;
        body.into = self.u.push();
        self.build_empty(body.kind, body.into);
        let iter = self.push_outermost(first)?;
        let overlay_before = self.u.overlay.len();
        let saved = self.save_locals(scope);
        self.u.inlined_depth += 1;
        let outer = self.u.handler;
        let fail = self.u.label();
        if !saved.is_empty() {
            // The loop consumes its iterator at the end: it must be above what the handler keeps.
            let copy = self.u.push();
            self.u.mov(copy, Val::temp(iter));
            self.u.handler = self.u.new_handler(fail, copy, false);
            self.comp_loop(generators, 0, &body, Some(copy))?;
            self.u.pop(1);
        } else {
            self.comp_loop(generators, 0, &body, Some(iter))?;
        }
        self.u.handler = outer;
        self.u.loc = body.range;
        self.restore_locals(&saved);
        if !saved.is_empty() {
            let end = self.u.label();
            self.u.jump(Opcode::JumpForward, end);
            self.u.bind(fail);
            let exc = TEMP | self.u.top;
            self.restore_locals(&saved);
            self.u.pop_top(body.into);
            self.u.emit(
                Opcode::Reraise,
                KILL_A,
                exc,
                u32::from(crate::opcode::NO_REG),
                0,
            );
            self.u.bind(end);
        }
        self.u.pop(saved.len() as u32);
        self.u.overlay.truncate(overlay_before);
        self.u.inlined_depth -= 1;
        self.u.pop(2);
        self.u.mov(dst, Val::temp(body.into));
        Ok(())
    }

    /// Clears the registers of the comprehension's variables, keeping what they held.
    fn save_locals(&mut self, scope_id: ScopeId) -> Vec<(u32, u32)> {
        let table = self.table;
        let comp = table.scope(scope_id);
        let in_class = self.scope().kind == ScopeKind::Class;
        let mut saved = Vec::new();
        let mut overlay = Vec::new();
        for symbol in comp.symbols.iter() {
            if symbol.has(flags::DEF_PARAM) {
                continue;
            }
            let name = symbol.name;
            let op = match symbol.place() {
                Place::Local => NameOp::Fast(self.comp_register(name)),
                Place::Cell => NameOp::Deref(self.cell_reg(name)),
                place if in_class => {
                    if self.u.overlay.iter().any(|o| o.0 == name) {
                        continue;
                    }
                    let own = matches!(
                        name,
                        "__class__" | "__classdict__" | "__conditional_annotations__"
                    );
                    let op = if place == Place::Free && own {
                        NameOp::Deref(self.cell_reg(name))
                    } else if place == Place::Free {
                        NameOp::Deref(self.free_reg(name))
                    } else {
                        NameOp::Global
                    };
                    overlay.push((name, op));
                    continue;
                }
                _ => continue,
            };
            overlay.push((name, op));
            let (NameOp::Fast(reg) | NameOp::Deref(reg)) = op else {
                continue;
            };
            let save = self.u.push();
            self.u.emit(Opcode::LoadFastAndClear, 0, save, reg, 0);
            if matches!(op, NameOp::Deref(_)) {
                self.u.emit(Opcode::MakeCell, 0, reg, 0, 0);
            }
            saved.push((reg, save));
        }
        self.u.overlay.extend(overlay);
        saved
    }

    /// A comprehension's variable shares the register of its host's local of the same name.
    fn comp_register(&mut self, name: &'s str) -> u32 {
        if let Some(&(_, NameOp::Fast(reg))) = self.u.overlay.iter().rev().find(|o| o.0 == name) {
            return reg;
        }
        let scope = self.scope();
        if scope.is_function_like() {
            match scope.symbols.place(name) {
                Place::Local => return self.u.plain_reg(name, false),
                Place::Cell | Place::Free if self.u.plain_index.contains_key(name) => {
                    self.u.plain.push((name, true));
                    return self.u.plain.len() as u32 - 1;
                }
                _ => {}
            }
        }
        self.u.plain_reg(name, true)
    }

    fn restore_locals(&mut self, saved: &[(u32, u32)]) {
        for &(reg, save) in saved.iter().rev() {
            self.u
                .emit(Opcode::StoreFastMaybeNull, KILL_B, reg, save, 0);
        }
    }

    fn function_code(
        &mut self,
        mut body: Body<'s>,
        scope: ScopeId,
        generators: &'s [Comprehension<'s>],
    ) -> Result<Child<'s>> {
        let name = self.table.scope(scope).name;
        let line = self.line_of(body.range);
        self.enter_unit(scope, UnitKind::Comprehension, name, line, (1, 0, 0));
        let fail = self.start_generator();
        self.u.loc = body.range;
        let builds = body.kind != ComprehensionKind::Generator;
        if builds {
            body.into = self.u.push();
            self.build_empty(body.kind, body.into);
        }
        let iter = self.u.push();
        self.u.mov(iter, Val::kept(0));
        self.comp_loop(generators, 0, &body, Some(iter))?;
        self.u.pop(1);
        self.u.loc = body.range;
        if builds {
            self.u.pop(1);
            self.u.emit(Opcode::ReturnValue, KILL_A, body.into, 0, 0);
        } else {
            let none = self.u.consts.add(Const::None);
            self.u.emit(Opcode::ReturnConst, 0, 0, none, 0);
        }
        self.finish_generator(fail);
        Ok(self.leave_unit())
    }

    /// The code of a comprehension that is a function, and its outermost clause.
    pub(super) fn comprehension_code(
        &mut self,
        e: ExprRef<'s>,
    ) -> Result<Option<(Child<'s>, &'s Comprehension<'s>)>> {
        let ExprKind::GeneratorExp { elt, generators } = e.kind else {
            return Ok(None);
        };
        let (Some(scope), Some(first)) = (self.table.find(e, Part::Body), generators.first())
        else {
            return Ok(None);
        };
        let body = Body {
            range: e.range,
            kind: ComprehensionKind::Generator,
            elt,
            value: None,
            into: 0,
        };
        Ok(Some((self.function_code(body, scope, generators)?, first)))
    }

    /// Makes the function and calls it with the outermost iterator.
    pub(super) fn call_comprehension(
        &mut self,
        child: &Child<'s>,
        e: ExprRef<'s>,
        first: &'s Comprehension<'s>,
        dst: u32,
    ) -> Result<()> {
        self.u.loc = e.range;
        let base = self.push_function(child);
        self.push_outermost(first)?;
        self.u.pop(2);
        self.u.loc = e.range;
        let builds = !matches!(e.kind, ExprKind::GeneratorExp { .. });
        if builds && child.code.is_generator_like() {
            self.u.emit(Opcode::Call, 0, base, base, 1);
            self.await_val(Val::temp(base), 0, dst);
        } else {
            self.u.emit(Opcode::Call, 0, dst, base, 1);
        }
        Ok(())
    }

    /// The loops from clause `index` inwards. The outermost iterator is in a temporary already.
    fn comp_loop(
        &mut self,
        generators: &'s [Comprehension<'s>],
        index: usize,
        body: &Body<'s>,
        ready: Option<u32>,
    ) -> Result<()> {
        let Some(clause) = generators.get(index) else {
            return Ok(());
        };
        self.deeper(clause.iter.range)?;
        if ready.is_none()
            && !clause.is_async
            && let ExprKind::List { elts: [one], .. } | ExprKind::Tuple { elts: [one], .. } =
                clause.iter.kind
            && !matches!(one.kind, ExprKind::Starred { .. })
        {
            // `for x in [value]` is an assignment.
            self.assign_expr(clause.target, one)?;
            let skip = self.u.label();
            for test in clause.ifs {
                self.jump_if(test, skip, false)?;
            }
            self.comp_inner(generators, index, body)?;
            self.u.bind(skip);
            self.depth -= 1;
            return Ok(());
        }
        let iter = match ready {
            Some(iter) => iter,
            None => self.push_outermost(clause)?,
        };
        if clause.is_async {
            self.async_clause(generators, index, body, clause, iter)?;
        } else {
            self.u.loc = clause.iter.range;
            let (start, end, skip) = (self.u.here(), self.u.label(), self.u.label());
            self.for_iter(clause.target, iter, end)?;
            for test in clause.ifs {
                self.jump_if(test, skip, false)?;
            }
            self.comp_inner(generators, index, body)?;
            self.u.bind(skip);
            self.u.loc = body.elt.range;
            self.u.jump(Opcode::JumpBackward, start);
            self.u.bind(end);
        }
        if ready.is_none() {
            self.u.pop(1);
        }
        self.depth -= 1;
        Ok(())
    }

    /// `FOR_ITER` and the assignment to its target.
    pub(super) fn for_iter(
        &mut self,
        target: ExprRef<'s>,
        iter: u32,
        end: super::unit::Label,
    ) -> Result<()> {
        if let ExprKind::Name { id, .. } = target.kind
            && let Some(reg) = self.store_target(id)
        {
            self.u.jump_ab(Opcode::ForIter, 0, reg, iter, end);
            return Ok(());
        }
        let item = self.u.next_temp();
        self.u.jump_ab(Opcode::ForIter, 0, item, iter, end);
        self.u.push();
        self.assign_temp(target)
    }

    fn async_clause(
        &mut self,
        generators: &'s [Comprehension<'s>],
        index: usize,
        body: &Body<'s>,
        clause: &'s Comprehension<'s>,
        iter: u32,
    ) -> Result<()> {
        self.u.loc = body.range;
        let (start, done, skip) = (self.u.here(), self.u.label(), self.u.label());
        self.async_next(iter, done, clause.target, body.range)?;
        for test in clause.ifs {
            self.jump_if(test, skip, false)?;
        }
        self.comp_inner(generators, index, body)?;
        self.u.bind(skip);
        self.u.loc = body.elt.range;
        self.u.jump(Opcode::JumpBackward, start);
        self.u.bind(done);
        self.u.loc = body.range;
        let exc = self.u.next_temp();
        self.u
            .emit(Opcode::EndAsyncFor, KILL_A | KILL_B, iter, exc, 0);
        Ok(())
    }

    /// Awaits the next item of an asynchronous iterator and assigns it; the end goes to `done`.
    pub(super) fn async_next(
        &mut self,
        iter: u32,
        done: super::unit::Label,
        target: ExprRef<'s>,
        range: TextRange,
    ) -> Result<()> {
        self.u.loc = range;
        let outer = self.u.handler;
        let item = self.u.push();
        self.u.handler = self.u.new_handler(done, item, false);
        self.u.emit_ab(Opcode::GetAnext, item, Val::kept(iter));
        if let ExprKind::Name { id, .. } = target.kind
            && let Some(reg) = self.store_target(id)
        {
            self.delegate(reg);
            self.u.handler = outer;
            return Ok(());
        }
        self.delegate(item);
        self.u.handler = outer;
        self.u.push();
        self.assign_temp(target)
    }

    fn comp_inner(
        &mut self,
        generators: &'s [Comprehension<'s>],
        index: usize,
        body: &Body<'s>,
    ) -> Result<()> {
        if index + 1 < generators.len() {
            return self.comp_loop(generators, index + 1, body, None);
        }
        match (body.kind, body.value) {
            (ComprehensionKind::Generator, _) => {
                let val = self.operand(body.elt)?;
                self.u.release(val);
                self.u.loc = body.elt.range;
                let sent = self.u.next_temp();
                self.emit_yield(sent, val);
                self.u.pop_top(sent);
            }
            (ComprehensionKind::Dict, Some(value)) => {
                let key = self.operand_before(body.elt, &[value])?;
                let value = self.operand(value)?;
                self.u.release(value);
                self.u.release(key);
                self.u.loc = body
                    .elt
                    .range
                    .to(body.value.map_or(body.elt.range, |v| v.range));
                self.u
                    .emit_use(Opcode::MapAdd, Val::kept(body.into), Some(key), Some(value));
            }
            _ => {
                let val = self.operand(body.elt)?;
                self.u.release(val);
                self.u.loc = body.elt.range;
                let op = if body.kind == ComprehensionKind::Set {
                    Opcode::SetAdd
                } else {
                    Opcode::ListAppend
                };
                self.u.emit_use(op, Val::kept(body.into), Some(val), None);
            }
        }
        Ok(())
    }
}
