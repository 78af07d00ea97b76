//! Statements.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::blocks::Kind;
use super::unit::{Label, TEMP, UnitKind, Val};
use super::{CompileMode, Compiler};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::fold::is_true;
use crate::opcode::{CommonConstant, Intrinsic1, KILL_A, KILL_B, NO_REG, Opcode};
use crate::symtable::ScopeKind;

impl<'s> Compiler<'s, '_> {
    pub(super) fn stmts(&mut self, body: &'s [Stmt<'s>]) -> Result<()> {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    fn stmt(&mut self, s: &'s Stmt<'s>) -> Result<()> {
        self.deeper(s.range)?;
        self.u.loc = s.range;
        self.stmt_kind(s)?;
        debug_assert!(self.u.top < TEMP);
        self.depth -= 1;
        Ok(())
    }

    fn stmt_kind(&mut self, s: &'s Stmt<'s>) -> Result<()> {
        use StmtKind::*;
        match s.kind {
            FunctionDef { .. } | AsyncFunctionDef { .. } => self.function_def(s),
            ClassDef { .. } => self.class_def(s),
            Return { value } => self.return_(s, value),
            Delete { targets } => targets.iter().try_for_each(|t| self.delete(t)),
            Assign { targets, value, .. } => self.assign(targets, value),
            TypeAlias {
                name,
                type_params,
                value,
            } => self.type_alias(s, name, type_params, value),
            AugAssign { target, op, value } => self.aug_assign(s, target, op, value),
            AnnAssign {
                target,
                annotation,
                value,
                simple,
            } => self.ann_assign(s, target, annotation, value, simple),
            For {
                target,
                iter,
                body,
                orelse,
                ..
            } => self.conditional(|c| c.for_(s, target, iter, body, orelse)),
            AsyncFor {
                target,
                iter,
                body,
                orelse,
                ..
            } => self.conditional(|c| c.async_for(s, target, iter, body, orelse)),
            While { test, body, orelse } => self.conditional(|c| c.while_(s, test, body, orelse)),
            If { test, body, orelse } => self.conditional(|c| c.if_(test, body, orelse)),
            With { items, body, .. } => self.conditional(|c| c.with(items, body, false)),
            AsyncWith { items, body, .. } => self.conditional(|c| c.with(items, body, true)),
            Match { subject, cases } => self.conditional(|c| c.match_(s, subject, cases)),
            Raise { exc, cause } => self.raise(s, exc, cause),
            Try {
                body,
                handlers,
                orelse,
                finalbody,
            } => self.conditional(|c| c.try_(s, body, handlers, orelse, finalbody, false)),
            TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            } => self.conditional(|c| c.try_(s, body, handlers, orelse, finalbody, true)),
            Assert { test, msg } => self.assert(s, test, msg),
            Import { names } => names.iter().try_for_each(|alias| self.import(s, alias)),
            ImportFrom {
                module,
                names,
                level,
            } => self.import_from(s, module, names, level),
            Global { .. } | Nonlocal { .. } => Ok(()),
            Expr { value } => self.expr_stmt(s, value),
            Pass {} => {
                self.u.emit(Opcode::Nop, 0, 0, 0, 0);
                Ok(())
            }
            Break {} => self.break_(s.range),
            Continue {} => self.continue_(s.range),
        }
    }

    /// Compiles a statement whose parts may not run: annotations there are noted when reached.
    fn conditional(&mut self, compile: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let before = std::mem::replace(&mut self.u.conditional, true);
        let result = compile(self);
        self.u.conditional = before;
        result
    }

    fn expr_stmt(&mut self, s: &'s Stmt<'s>, value: ExprRef<'s>) -> Result<()> {
        if self.options.mode == CompileMode::Single && self.outer.is_empty() {
            let val = self.operand(value)?;
            self.u.release(val);
            self.u.loc = s.range;
            let result = self.u.next_temp();
            self.u.emit_abi(
                Opcode::CallIntrinsic1,
                result,
                val,
                Intrinsic1::Print as u32,
            );
            self.u.pop_top(result);
            return Ok(());
        }
        if let ExprKind::Constant { .. } = value.kind {
            self.u.loc = value.range;
            self.u.emit(Opcode::Nop, 0, 0, 0, 0);
            return Ok(());
        }
        self.effect(value)
    }

    // ---- assignment

    fn assign(&mut self, targets: &'s [Expr<'s>], value: ExprRef<'s>) -> Result<()> {
        if let [target] = targets {
            return self.assign_expr(target, value);
        }
        let refs: Vec<ExprRef<'s>> = targets.iter().collect();
        let mut val = self.operand_before(value, &refs)?;
        if !val.kill {
            // An earlier target may be the local that holds the value.
            let copy = self.u.push();
            self.u.mov(copy, val);
            val = Val::temp(copy);
        }
        let Some((last, first)) = targets.split_last() else {
            return Ok(());
        };
        for target in first {
            self.store(target, Val::kept(val.reg))?;
        }
        self.assign_temp(last)?;
        Ok(())
    }

    /// `target = value`.
    pub(super) fn assign_expr(&mut self, target: ExprRef<'s>, value: ExprRef<'s>) -> Result<()> {
        match target.kind {
            ExprKind::Name { id, .. } => {
                if let Some(reg) = self.store_target(id) {
                    return self.expr_to(value, reg);
                }
                let val = self.operand(value)?;
                self.u.loc = target.range;
                self.store_name(id, val);
                self.u.release(val);
                Ok(())
            }
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                if self.swap_assign(elts, value)? {
                    return Ok(());
                }
                self.push_expr_unless_local(value)?;
                self.assign_temp(target)
            }
            _ => {
                let val = self.operand_before(value, &[target])?;
                if val.kill {
                    return self.assign_temp(target);
                }
                self.store(target, val)
            }
        }
    }

    fn push_expr_unless_local(&mut self, value: ExprRef<'s>) -> Result<()> {
        self.push_expr(value)?;
        Ok(())
    }

    /// `a, b = x, y`: without building the tuple, for two or three plain items.
    fn swap_assign(&mut self, targets: &'s [Expr<'s>], value: ExprRef<'s>) -> Result<bool> {
        let ExprKind::Tuple { elts: values, .. } = value.kind else {
            return Ok(false);
        };
        let starred = |list: &[Expr<'_>]| {
            list.iter()
                .any(|e| matches!(e.kind, ExprKind::Starred { .. }))
        };
        if values.len() != targets.len()
            || !(2..=3).contains(&values.len())
            || starred(values)
            || starred(targets)
        {
            return Ok(false);
        }
        if self.fold(value).is_some()
            && !targets
                .iter()
                .all(|t| matches!(t.kind, ExprKind::Name { .. }))
        {
            return Ok(false);
        }
        let base = self.u.next_temp();
        for value in values {
            self.push_expr(value)?;
        }
        // Stored left to right; each value is the bottom one of those left.
        for (i, target) in (0..).zip(targets) {
            self.store(target, Val::temp(base + i))?;
        }
        self.u.pop(values.len() as u32);
        Ok(true)
    }

    /// Stores the temporary on top in a target and pops it.
    pub(super) fn assign_temp(&mut self, target: ExprRef<'s>) -> Result<()> {
        let val = Val::temp(TEMP | (self.u.top - 1));
        self.store(target, val)?;
        self.u.pop(1);
        Ok(())
    }

    /// Stores a value in a target. A temporary is consumed, but stays counted as pushed.
    pub(super) fn store(&mut self, target: ExprRef<'s>, from: Val) -> Result<()> {
        match target.kind {
            ExprKind::Name { id, .. } => {
                self.u.loc = target.range;
                self.store_name(id, from);
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.note_static_attribute(value, attr);
                let object = self.operand(value)?;
                self.u.release(object);
                let mangled = self.mangle(attr);
                let name = self.u.name(mangled);
                self.u.loc = self.attr_loc(target, attr);
                let flags =
                    if object.kill { KILL_A } else { 0 } | if from.kill { KILL_B } else { 0 };
                self.u
                    .emit(Opcode::StoreAttr, flags, object.reg, from.reg, name);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.store_subscript(target, value, slice, from)?
            }
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                self.unpack(target.range, elts, from)?
            }
            ExprKind::Starred { .. } => {
                return Failure::at(
                    target.range,
                    "starred assignment target must be in a list or tuple".into(),
                );
            }
            _ => return Failure::at(target.range, "cannot assign to expression".into()),
        }
        Ok(())
    }

    /// Remembers `self.x = …` for `__static_attributes__` of the class around.
    fn note_static_attribute(&mut self, value: &Expr<'s>, attr: &'s str) {
        if !matches!(value.kind, ExprKind::Name { id: "self", .. }) {
            return;
        }
        let class = self
            .outer
            .iter_mut()
            .rev()
            .find(|u| u.kind == UnitKind::Class);
        if let Some(class) = class
            && !class.static_attributes.contains(&attr)
        {
            class.static_attributes.push(attr);
        }
    }

    fn store_subscript(
        &mut self,
        target: ExprRef<'s>,
        value: ExprRef<'s>,
        slice: ExprRef<'s>,
        from: Val,
    ) -> Result<()> {
        self.check_subscripter(value);
        self.check_index(target, value, slice);
        if let Some((lower, upper)) = self.two_part_slice(slice) {
            let base = self.push_expr(value)?;
            self.push_slice_parts(slice, lower, upper)?;
            let item = self.u.push();
            self.u.loc = target.range;
            self.u.mov(item, from);
            self.u.pop(4);
            self.u.emit(Opcode::StoreSlice, 0, base, 0, 0);
            return Ok(());
        }
        let container = self.operand_before(value, &[slice])?;
        let index = self.operand(slice)?;
        self.u.release(index);
        self.u.release(container);
        self.u.loc = target.range;
        self.u
            .emit_use(Opcode::StoreSubscr, container, Some(index), Some(from));
        Ok(())
    }

    fn unpack(&mut self, range: TextRange, elts: &'s [Expr<'s>], from: Val) -> Result<()> {
        self.u.loc = range;
        let mut star = None;
        for (i, elt) in elts.iter().enumerate() {
            if matches!(elt.kind, ExprKind::Starred { .. }) {
                if star.is_some() {
                    return Failure::at(range, "multiple starred expressions in assignment".into());
                }
                star = Some(i);
            }
        }
        let count = elts.len() as u32;
        // A temporary on top is unpacked in place.
        let in_place = from.kill && from.reg == TEMP | (self.u.top - 1);
        if in_place {
            self.u.pop(1);
        }
        let base = self.u.next_temp();
        match star {
            Some(before) => {
                let after = elts.len() - before - 1;
                if before >= 1 << 8 || after >= 1 << 24 {
                    return Failure::at(
                        range,
                        "too many expressions in star-unpacking assignment".into(),
                    );
                }
                self.u.emit_abi(
                    Opcode::UnpackEx,
                    base,
                    from,
                    before as u32 | (after as u32) << 16,
                );
            }
            None => self.u.emit_abi(Opcode::UnpackSequence, base, from, count),
        }
        self.u.push_many(count);
        for (i, elt) in (0..).zip(elts) {
            let target = match elt.kind {
                ExprKind::Starred { value, .. } => value,
                _ => elt,
            };
            self.store(target, Val::temp(base + i))?;
        }
        self.u.pop(count);
        if in_place {
            self.u.push();
        }
        Ok(())
    }

    fn aug_assign(
        &mut self,
        s: &'s Stmt<'s>,
        target: ExprRef<'s>,
        op: Operator,
        value: ExprRef<'s>,
    ) -> Result<()> {
        match target.kind {
            ExprKind::Name { id, .. } => {
                if let Some(reg) = self.store_target(id) {
                    self.u.loc = target.range;
                    self.u.check_fast(reg);
                    let mut l = Val::kept(reg);
                    if self.rebound(reg, &[value]) {
                        let copy = self.u.push();
                        self.u.mov(copy, l);
                        l = Val::temp(copy);
                    }
                    return self.inplace(s.range, l, op, value, reg);
                }
                self.u.loc = target.range;
                let current = self.u.push();
                self.load_name(id, current);
                self.inplace(s.range, Val::temp(current), op, value, current)?;
                self.u.push();
                self.u.loc = target.range;
                self.store_name(id, Val::temp(current));
                self.u.pop(1);
            }
            ExprKind::Attribute {
                value: object,
                attr,
                ..
            } => {
                let object = self.operand_before(object, &[value])?;
                let mangled = self.mangle(attr);
                let name = self.u.name(mangled);
                let loc = self.attr_loc(target, attr);
                self.u.loc = loc;
                let current = self.u.push();
                self.u
                    .emit_abi(Opcode::LoadAttr, current, Val::kept(object.reg), name);
                self.inplace(s.range, Val::temp(current), op, value, current)?;
                self.u.loc = loc;
                let kill = if object.kill { KILL_A } else { 0 };
                self.u
                    .emit(Opcode::StoreAttr, kill | KILL_B, object.reg, current, name);
                self.u.release(object);
            }
            ExprKind::Subscript {
                value: container,
                slice,
                ..
            } => {
                self.aug_subscript(s, target, container, slice, op, value)?;
            }
            _ => return Failure::at(s.range, "invalid node type for augmented assignment".into()),
        }
        Ok(())
    }

    fn aug_subscript(
        &mut self,
        s: &'s Stmt<'s>,
        target: ExprRef<'s>,
        container: ExprRef<'s>,
        slice: ExprRef<'s>,
        op: Operator,
        value: ExprRef<'s>,
    ) -> Result<()> {
        let container = self.operand_before(container, &[slice, value])?;
        let index = self.operand_before(slice, &[value])?;
        let current = self.u.push();
        self.u.loc = target.range;
        self.u.emit_abc(
            Opcode::LoadSubscr,
            0,
            current,
            Val::kept(container.reg),
            Val::kept(index.reg),
        );
        self.inplace(s.range, Val::temp(current), op, value, current)?;
        self.u.loc = target.range;
        self.u.emit_use(
            Opcode::StoreSubscr,
            container,
            Some(index),
            Some(Val::temp(current)),
        );
        self.u.release(index);
        self.u.release(container);
        Ok(())
    }

    fn delete(&mut self, target: ExprRef<'s>) -> Result<()> {
        match target.kind {
            ExprKind::Name { id, .. } => self.delete_name(id, target.range),
            ExprKind::Attribute { value, attr, .. } => {
                let object = self.operand(value)?;
                self.u.release(object);
                let mangled = self.mangle(attr);
                let name = self.u.name(mangled);
                self.u.loc = self.attr_loc(target, attr);
                self.u.emit(
                    Opcode::DeleteAttr,
                    if object.kill { KILL_A } else { 0 },
                    object.reg,
                    0,
                    name,
                );
            }
            ExprKind::Subscript { value, slice, .. } => {
                let container = self.operand_before(value, &[slice])?;
                let index = self.operand(slice)?;
                self.u.release(index);
                self.u.release(container);
                self.u.loc = target.range;
                self.u
                    .emit_use(Opcode::DeleteSubscr, container, Some(index), None);
            }
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                elts.iter().try_for_each(|e| self.delete(e))?
            }
            _ => return Failure::at(target.range, "cannot delete expression".into()),
        }
        Ok(())
    }

    // ---- control

    fn return_(&mut self, s: &'s Stmt<'s>, value: Option<ExprRef<'s>>) -> Result<()> {
        let scope = self.scope();
        if !self.in_function() {
            return Failure::at(s.range, "'return' outside function".into());
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return Failure::at(s.range, "'return' with value in async generator".into());
        }
        let constant = match value {
            Some(e) => self.fold(e),
            None => Some(Const::None),
        };
        if let Some(c) = constant {
            self.u.loc = value.map_or(s.range, |e| e.range);
            if !self.u.blocks.is_empty() {
                self.u.emit(Opcode::Nop, 0, 0, 0, 0);
            }
            self.return_unwind(value.map_or(s.range, |e| e.range), None)?;
            self.u.loc = s.range;
            let index = self.const_index(c);
            let handler = self.leave_handlers();
            self.u.emit(Opcode::ReturnConst, 0, 0, index, 0);
            self.u.handler = handler;
            return Ok(());
        }
        let Some(value) = value else { return Ok(()) };
        let mut val = self.operand(value)?;
        if !val.kill && self.return_runs_code() {
            let copy = self.u.push();
            self.u.mov(copy, val);
            val = Val::temp(copy);
        }
        self.return_unwind(s.range, val.kill.then_some(val.reg))?;
        self.u.release(val);
        self.u.loc = s.range;
        let handler = self.leave_handlers();
        self.u.emit_use(Opcode::ReturnValue, val, None, None);
        self.u.handler = handler;
        Ok(())
    }

    /// Puts the handler outside all blocks in force; gives the one that was.
    fn leave_handlers(&mut self) -> u32 {
        let outside = self.u.blocks.first().map_or(self.u.handler, |b| b.handler);
        std::mem::replace(&mut self.u.handler, outside)
    }

    fn if_(
        &mut self,
        test: ExprRef<'s>,
        body: &'s [Stmt<'s>],
        orelse: &'s [Stmt<'s>],
    ) -> Result<()> {
        let end = self.u.label();
        if orelse.is_empty() {
            self.jump_if(test, end, false)?;
            self.stmts(body)?;
        } else {
            let otherwise = self.u.label();
            self.jump_if(test, otherwise, false)?;
            self.stmts(body)?;
            self.u.jump(Opcode::JumpForward, end);
            self.u.bind(otherwise);
            self.stmts(orelse)?;
        }
        self.u.bind(end);
        Ok(())
    }

    fn while_(
        &mut self,
        s: &'s Stmt<'s>,
        test: ExprRef<'s>,
        body: &'s [Stmt<'s>],
        orelse: &'s [Stmt<'s>],
    ) -> Result<()> {
        if self.known(test) == Some(true) {
            // An endless loop shows its line once.
            self.u.loc = test.range;
            self.u.emit(Opcode::Nop, 0, 0, 0, 0);
        }
        let (start, anchor, end) = (self.u.here(), self.u.label(), self.u.label());
        self.push_block(Kind::While, start, end, s.range)?;
        if self.known(test) != Some(true) {
            self.jump_if(test, anchor, false)?;
        }
        self.stmts(body)?;
        self.loop_back(start, test.range);
        self.pop_block();
        self.u.bind(anchor);
        self.stmts(orelse)?;
        self.u.bind(end);
        Ok(())
    }

    fn loop_back(&mut self, start: Label, range: TextRange) {
        self.u.loc = range;
        self.u.jump(Opcode::JumpBackward, start);
    }

    fn for_(
        &mut self,
        s: &'s Stmt<'s>,
        target: ExprRef<'s>,
        iter: ExprRef<'s>,
        body: &'s [Stmt<'s>],
        orelse: &'s [Stmt<'s>],
    ) -> Result<()> {
        let val = self.iterable(iter)?;
        self.u.release(val);
        self.u.loc = iter.range;
        let iterator = self.u.push();
        self.u.emit_ab(Opcode::GetIter, iterator, val);
        let (start, done, end) = (self.u.here(), self.u.label(), self.u.label());
        self.push_block(Kind::For(iterator), start, end, s.range)?;
        self.for_iter(target, iterator, done)?;
        self.stmts(body)?;
        self.loop_back(start, iter.range);
        self.pop_block();
        self.u.bind(done);
        self.u.pop(1);
        self.stmts(orelse)?;
        self.u.bind(end);
        Ok(())
    }

    fn async_for(
        &mut self,
        s: &'s Stmt<'s>,
        target: ExprRef<'s>,
        iter: ExprRef<'s>,
        body: &'s [Stmt<'s>],
        orelse: &'s [Stmt<'s>],
    ) -> Result<()> {
        let val = self.operand(iter)?;
        self.u.release(val);
        self.u.loc = iter.range;
        let iterator = self.u.push();
        self.u.emit_ab(Opcode::GetAiter, iterator, val);
        let (start, done, end) = (self.u.here(), self.u.label(), self.u.label());
        self.push_block(Kind::For(iterator), start, end, s.range)?;
        self.async_next(iterator, done, target, s.range)?;
        self.stmts(body)?;
        self.loop_back(start, iter.range);
        self.pop_block();
        self.u.bind(done);
        self.u.loc = s.range;
        let exc = self.u.next_temp();
        self.u
            .emit(Opcode::EndAsyncFor, KILL_A | KILL_B, iterator, exc, 0);
        self.u.pop(1);
        self.stmts(orelse)?;
        self.u.bind(end);
        Ok(())
    }

    fn raise(
        &mut self,
        s: &'s Stmt<'s>,
        exc: Option<ExprRef<'s>>,
        cause: Option<ExprRef<'s>>,
    ) -> Result<()> {
        let none = u32::from(NO_REG);
        let Some(exc) = exc else {
            self.u.emit(Opcode::RaiseVarargs, 0, none, none, 0);
            return Ok(());
        };
        let Some(cause) = cause else {
            let val = self.operand(exc)?;
            self.u.release(val);
            self.u.loc = s.range;
            self.u.emit(
                Opcode::RaiseVarargs,
                if val.kill { KILL_A } else { 0 },
                val.reg,
                none,
                1,
            );
            return Ok(());
        };
        let exc = self.operand_before(exc, &[cause])?;
        let cause = self.operand(cause)?;
        self.u.release(cause);
        self.u.release(exc);
        self.u.loc = s.range;
        let flags = if exc.kill { KILL_A } else { 0 } | if cause.kill { KILL_B } else { 0 };
        self.u
            .emit(Opcode::RaiseVarargs, flags, exc.reg, cause.reg, 2);
        Ok(())
    }

    fn assert(
        &mut self,
        s: &'s Stmt<'s>,
        test: ExprRef<'s>,
        msg: Option<ExprRef<'s>>,
    ) -> Result<()> {
        if let ExprKind::Tuple { elts, .. } = test.kind
            && !elts.is_empty()
        {
            self.warn(
                s.range,
                "assertion is always true, perhaps remove parentheses?".into(),
            );
        }
        if self.options.optimize > 0 {
            return Ok(());
        }
        let end = self.u.label();
        self.jump_if(test, end, true)?;
        self.u.loc = s.range;
        let error = self.u.push();
        self.u.emit(
            Opcode::LoadCommonConstant,
            0,
            error,
            0,
            CommonConstant::AssertionError as u32,
        );
        if let Some(msg) = msg {
            self.push_expr(msg)?;
            self.u.loc = s.range;
            self.u.emit(Opcode::Call, 0, error, error, 1);
            self.u.pop(1);
        }
        self.u.loc = test.range;
        self.u
            .emit(Opcode::RaiseVarargs, KILL_A, error, u32::from(NO_REG), 1);
        self.u.pop(1);
        self.u.bind(end);
        Ok(())
    }

    // ---- import

    fn import_name(&mut self, level: i32, from_list: Const, module: &'s str) -> u32 {
        let base = self.u.push();
        self.load_const(base, Const::Int(i64::from(level)));
        let list = self.u.push();
        self.load_const(list, from_list);
        self.u.pop(2);
        let module = self.mangle(module);
        let name = self.u.name(module);
        self.u.emit(Opcode::ImportName, 0, base, base, name);
        self.u.push()
    }

    fn import(&mut self, s: &'s Stmt<'s>, alias: &'s Alias<'s>) -> Result<()> {
        self.u.loc = s.range;
        let module = self.import_name(0, Const::None, alias.name);
        let Some(asname) = alias.asname else {
            let first = alias.name.split('.').next().unwrap_or(alias.name);
            self.store_name(first, Val::temp(module));
            self.u.pop(1);
            return Ok(());
        };
        // `import a.b.c as d` binds the innermost module, through attributes.
        for part in alias.name.split('.').skip(1) {
            let next = self.u.push();
            let name = self.u.name(part);
            self.u
                .emit_abi(Opcode::ImportFrom, next, Val::kept(module), name);
            self.u.pop_top(module);
            self.u.mov(module, Val::temp(next));
            self.u.pop(1);
        }
        self.store_name(asname, Val::temp(module));
        self.u.pop(1);
        Ok(())
    }

    fn import_from(
        &mut self,
        s: &'s Stmt<'s>,
        module: Option<&'s str>,
        names: &'s [Alias<'s>],
        level: i32,
    ) -> Result<()> {
        let list: Vec<Const> = names.iter().map(|a| self.str_const(a.name)).collect();
        let reg = self.import_name(level, Const::Tuple(list.into()), module.unwrap_or(""));
        if let [only] = names
            && only.name == "*"
        {
            if self.scope().kind != ScopeKind::Module {
                return Failure::at(s.range, "import * only allowed at module level".into());
            }
            self.u.emit(
                Opcode::CallIntrinsic1,
                KILL_B,
                reg,
                reg,
                Intrinsic1::ImportStar as u32,
            );
            self.u.pop_top(reg);
            self.u.pop(1);
            return Ok(());
        }
        for alias in names {
            let item = self.u.push();
            let mangled = self.mangle(alias.name);
            let name = self.u.name(mangled);
            self.u
                .emit_abi(Opcode::ImportFrom, item, Val::kept(reg), name);
            self.store_name(alias.asname.unwrap_or(alias.name), Val::temp(item));
            self.u.pop(1);
        }
        self.u.pop_top(reg);
        self.u.pop(1);
        Ok(())
    }

    /// Whether a constant condition is known to be true or false.
    pub(super) fn known(&self, e: &Expr<'s>) -> Option<bool> {
        self.fold(e).map(|c| is_true(&c))
    }
}
