//! Expressions: into a given register, as an operand, or for their effect.

use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::names::NameOp;
use super::unit::{TEMP, UnitKind, Val};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::fold::{fold, fold_display, is_membership};
use crate::opcode::{INPLACE, Intrinsic1, KILL_A, KILL_B, Opcode};
use crate::symtable::flags::NAMED_TARGET;

impl<'s> Compiler<'s, '_> {
    /// Evaluates an expression; the last instruction writes `dst`, which is a
    /// fast local or the next temporary (not yet pushed).
    pub(super) fn expr_to(&mut self, e: ExprRef<'s>, dst: u32) -> Result<()> {
        self.deeper(e.range)?;
        self.expr_kind(e, dst)?;
        self.depth -= 1;
        Ok(())
    }

    /// Evaluates an expression into a new temporary.
    pub(super) fn push_expr(&mut self, e: ExprRef<'s>) -> Result<u32> {
        let dst = self.u.next_temp();
        self.expr_to(e, dst)?;
        Ok(self.u.push())
    }

    /// Evaluates an expression to an operand: a local is read where it stands.
    pub(super) fn operand(&mut self, e: ExprRef<'s>) -> Result<Val> {
        match e.kind {
            ExprKind::Name {
                id,
                ctx: ExprContext::Load,
            } if id != "__debug__" => {
                if let NameOp::Fast(reg) = self.resolve(id) {
                    self.u.loc = e.range;
                    self.u.check_fast(reg);
                    return Ok(Val::kept(reg));
                }
            }
            ExprKind::NamedExpr { target, value } => {
                if let ExprKind::Name { id, .. } = target.kind
                    && let Some(reg) = self.store_target(id)
                {
                    self.expr_to(value, reg)?;
                    return Ok(Val::kept(reg));
                }
            }
            _ => {}
        }
        Ok(Val::temp(self.push_expr(e)?))
    }

    /// As [`Self::operand`], safe against a later operand that rebinds the local.
    pub(super) fn operand_before(&mut self, e: ExprRef<'s>, later: &[ExprRef<'s>]) -> Result<Val> {
        let val = self.operand(e)?;
        if val.kill || !self.rebound(val.reg, later) {
            return Ok(val);
        }
        let copy = self.u.push();
        self.u.mov(copy, val);
        Ok(Val::temp(copy))
    }

    /// Whether one of the expressions assigns to the local in this register.
    pub(super) fn rebound(&mut self, reg: u32, later: &[ExprRef<'s>]) -> bool {
        let Some(&(name, _)) = self.u.plain.get(reg as usize) else {
            return true;
        };
        self.scope().symbols.flags(name) & NAMED_TARGET != 0
            && later.iter().any(|e| self.assigns(e, name))
    }

    fn assigns(&self, e: &Expr<'s>, name: &str) -> bool {
        if let ExprKind::NamedExpr { target, .. } = e.kind
            && let ExprKind::Name { id, .. } = target.kind
            && self.table.scope(self.u.scope).mangle(self.names, id) == name
        {
            return true;
        }
        let mut found = false;
        e.for_each_field(&mut |_, field| found |= self.field_assigns(field, name));
        found
    }

    fn field_assigns(&self, field: Field<'_, 's>, name: &str) -> bool {
        // Nodes are seen here without their types; looking for the field names of a named expression is enough.
        match field {
            Field::Node(n) => self.node_assigns(n, name),
            Field::OptNode(n) => n.is_some_and(|n| self.node_assigns(n, name)),
            Field::Nodes(list) => list.iter().any(|n| self.node_assigns(n, name)),
            Field::OptNodes(list) => list.iter().flatten().any(|e| self.assigns(e, name)),
            _ => false,
        }
    }

    fn node_assigns(&self, node: &dyn Node<'s>, name: &str) -> bool {
        let named = node.name() == "NamedExpr";
        let mut found = false;
        node.for_each_field(&mut |field_name, field| {
            if named && field_name == "target" {
                if let Field::Node(target) = field {
                    target.for_each_field(&mut |_, f| {
                        if let Field::Identifier(id) = f {
                            found |= self.table.scope(self.u.scope).mangle(self.names, id) == name;
                        }
                    });
                }
            } else {
                found = found || self.field_assigns(field, name);
            }
        });
        found
    }

    fn expr_kind(&mut self, e: ExprRef<'s>, dst: u32) -> Result<()> {
        use ExprKind::*;
        match e.kind {
            Constant { value, .. } => {
                self.u.loc = e.range;
                let c = match value {
                    taipan_syntax::ast::Constant::Str(s) => Const::Str(self.intern_text(s)),
                    other => crate::fold::constant(&other),
                };
                self.load_const(dst, c);
            }
            Name { id, .. } => {
                self.u.loc = e.range;
                if id == "__debug__" {
                    self.load_const(dst, crate::fold::truth(self.options.optimize == 0));
                } else {
                    self.load_name(id, dst);
                }
            }
            BinOp { .. } => return self.bin_op(e, dst),
            UnaryOp { op, operand } => return self.unary_op(e, op, operand, dst),
            BoolOp { op, values } => return self.bool_op(op, values, dst),
            Compare {
                left,
                ops,
                comparators,
            } => return self.compare(e, left, ops, comparators, dst),
            NamedExpr { target, value } => return self.named_expr(e, target, value, dst),
            IfExp { test, body, orelse } => return self.if_exp(e, test, body, orelse, dst),
            Call {
                func,
                args,
                keywords,
            } => return self.call(e, func, args, keywords, Some(dst)),
            Attribute { value, attr, .. } => return self.attribute(e, value, attr, dst),
            Subscript { value, slice, .. } => return self.subscript(e, value, slice, dst),
            Tuple { elts, .. } => return self.tuple(e, elts, dst),
            List { elts, .. } => return self.list(e, elts, dst),
            Set { elts } => return self.set(e, elts, dst),
            Dict { keys, values } => return self.dict(e, keys, values, dst),
            ListComp { .. } | SetComp { .. } | DictComp { .. } | GeneratorExp { .. } => {
                return self.comprehension(e, dst);
            }
            Lambda { args, body } => return self.lambda(e, args, body, dst),
            JoinedStr { values } => return self.joined_str(e, values, dst),
            TemplateStr { values } => return self.template_str(e, values, dst),
            FormattedValue {
                value,
                conversion,
                format_spec,
            } => {
                return self.formatted_value(e, value, conversion, format_spec, dst);
            }
            Interpolation { .. } => {
                let base = self.push_interpolation(e)?;
                self.u.mov(dst, Val::temp(base));
                self.u.pop(1);
            }
            Yield { value } => return self.yield_(e, value, dst),
            YieldFrom { value } => return self.yield_from(e, value, dst),
            Await { value } => return self.await_(e, value, dst),
            Slice { lower, upper, step } => return self.slice(e, lower, upper, step, dst),
            Starred { ctx, .. } => {
                let message = match ctx {
                    ExprContext::Store => "starred assignment target must be in a list or tuple",
                    _ => "can't use starred expression here",
                };
                return Failure::at(e.range, message.into());
            }
        }
        Ok(())
    }

    pub(super) fn fold(&self, e: &Expr<'s>) -> Option<Const> {
        fold(e, self.options.optimize)
    }

    /// Loads the folded value of an expression, if it has one.
    fn folded(&mut self, e: &Expr<'s>, dst: u32) -> bool {
        match self.fold(e) {
            Some(c) => {
                self.u.loc = e.range;
                self.load_const(dst, c);
                true
            }
            None => false,
        }
    }

    /// A constant integer that fits an immediate operand.
    pub(super) fn small_int(&self, e: &Expr<'s>) -> Option<i16> {
        match e.kind {
            ExprKind::Constant {
                value: Constant::Int(n),
                ..
            } => i16::try_from(n).ok(),
            ExprKind::UnaryOp { .. } => match self.fold(e)? {
                Const::Int(n) => i16::try_from(n).ok(),
                _ => None,
            },
            _ => None,
        }
        // -1 in the last operand would read as EXTENDED only in jumps; here it is a plain value.
    }

    /// Binary operators, from the innermost left operand outwards: long chains must not recurse.
    fn bin_op(&mut self, e: ExprRef<'s>, dst: u32) -> Result<()> {
        let mut chain = Vec::new();
        let mut at = e;
        while let ExprKind::BinOp { left, op, right } = at.kind {
            chain.push((at, op, right));
            at = left;
        }
        // Constants at the beginning are folded.
        let mut constant = self.fold(at);
        while let (Some(c), Some(&(_, op, right))) = (&constant, chain.last()) {
            let Some(next) = self
                .fold(right)
                .and_then(|r| crate::fold::binary(op, c, &r))
            else {
                break;
            };
            constant = Some(next);
            (at, _, _) = chain.pop().unwrap_or((at, op, right));
        }
        let Some(&(first, op, right)) = chain.last() else {
            if let Some(c) = constant {
                self.u.loc = at.range;
                self.load_const(dst, c);
            }
            return Ok(());
        };
        let mut formatted = None;
        if op == Operator::Mod && matches!(at.kind, ExprKind::Constant { .. }) {
            let to = if chain.len() == 1 {
                dst
            } else {
                self.u.next_temp()
            };
            if self.percent_format(first, at, right, to)? {
                chain.pop();
                if chain.is_empty() {
                    return Ok(());
                }
                self.u.push();
                formatted = Some(Val::temp(to));
            }
        }
        let mut l = match (formatted, constant) {
            (Some(val), _) => val,
            (None, Some(c)) => {
                self.u.loc = at.range;
                let reg = self.u.push();
                self.load_const(reg, c);
                Val::temp(reg)
            }
            (None, None) => self.operand_before(at, &[right])?,
        };
        while let Some((node, op, right)) = chain.pop() {
            if chain.is_empty() {
                return self.binary_with(node.range, l, op, right, dst, 0);
            }
            let to = if l.kill { l.reg } else { self.u.next_temp() };
            self.binary_with(node.range, l, op, right, to, 0)?;
            l = Val::temp(self.u.push());
            debug_assert_eq!(l.reg, to);
        }
        Ok(())
    }

    /// `dst = l op right`, where `l` is evaluated already; consumes `l`.
    pub(super) fn binary_with(
        &mut self,
        range: TextRange,
        l: Val,
        op: Operator,
        right: ExprRef<'s>,
        dst: u32,
        flags: u8,
    ) -> Result<()> {
        if let (Operator::Add | Operator::Sub, Some(n)) = (op, self.small_int(right)) {
            self.u.release(l);
            self.u.loc = range;
            let op = if op == Operator::Add {
                Opcode::AddImm
            } else {
                Opcode::SubImm
            };
            let kill = if l.kill { KILL_B } else { 0 };
            self.u
                .emit(op, flags | kill, dst, l.reg, u32::from(n as u16));
            return Ok(());
        }
        let r = self.operand(right)?;
        self.u.release(r);
        self.u.release(l);
        self.u.loc = range;
        self.u.emit_abc(binary_opcode(op), flags, dst, l, r);
        Ok(())
    }

    fn unary_op(
        &mut self,
        e: ExprRef<'s>,
        op: UnaryOp,
        operand: ExprRef<'s>,
        dst: u32,
    ) -> Result<()> {
        if self.folded(e, dst) {
            return Ok(());
        }
        let val = self.operand(operand)?;
        self.u.release(val);
        self.u.loc = e.range;
        let op = match op {
            UnaryOp::Invert => Opcode::Invert,
            UnaryOp::Not => Opcode::Not,
            UnaryOp::UAdd => Opcode::Pos,
            UnaryOp::USub => Opcode::Neg,
        };
        self.u.emit_ab(op, dst, val);
        Ok(())
    }

    /// A register for intermediate values: a local must not be written before the last instruction.
    fn scratch(&mut self, dst: u32) -> u32 {
        if dst & TEMP != 0 {
            dst
        } else {
            self.u.next_temp()
        }
    }

    fn bool_op(&mut self, op: BoolOp, values: &'s [Expr<'s>], dst: u32) -> Result<()> {
        let via = self.scratch(dst);
        let end = self.u.label();
        let Some((last, first)) = values.split_last() else {
            return Ok(());
        };
        let (stay, leave) = match op {
            BoolOp::And => (Opcode::JumpIfTrue, Opcode::JumpIfFalse),
            BoolOp::Or => (Opcode::JumpIfFalse, Opcode::JumpIfTrue),
        };
        for value in first {
            if let Some(c) = self.fold(value) {
                if crate::fold::is_true(&c) == (op == BoolOp::And) {
                    continue;
                }
                self.u.loc = value.range;
                self.load_const(via, c);
                self.u.bind(end);
                self.finish_scratch(via, dst);
                return Ok(());
            }
            let val = self.operand(value)?;
            self.u.release(val);
            self.u.loc = value.range;
            if val.kill {
                self.u.jump_on(leave, Val::kept(via), end);
                self.u.pop_top(via);
            } else {
                let next = self.u.label();
                self.u.jump_on(stay, val, next);
                self.u.mov(via, val);
                self.u.jump(Opcode::JumpForward, end);
                self.u.bind(next);
            }
        }
        self.expr_to(last, via)?;
        self.u.bind(end);
        self.finish_scratch(via, dst);
        Ok(())
    }

    fn finish_scratch(&mut self, via: u32, dst: u32) {
        if via != dst {
            self.u.mov(dst, Val::temp(via));
        }
    }

    fn compare(
        &mut self,
        e: ExprRef<'s>,
        left: ExprRef<'s>,
        ops: &'s [CmpOp],
        comparators: &'s [Expr<'s>],
        dst: u32,
    ) -> Result<()> {
        self.check_compare(e, left, ops, comparators);
        let (Some(&first_op), Some(first)) = (ops.first(), comparators.first()) else {
            return Ok(());
        };
        if ops.len() == 1 {
            let l = self.operand_before(left, &[first])?;
            let r = self.membership_operand(first_op, first)?;
            self.u.release(r);
            self.u.release(l);
            self.u.loc = e.range;
            self.u.emit_abc(compare_opcode(first_op), 0, dst, l, r);
            return Ok(());
        }
        // a < b < c: b is kept for the next comparison. The result goes below what is kept.
        let via = self.scratch(dst);
        let result = self.u.push();
        debug_assert!(via == result || dst & TEMP == 0);
        let end = self.u.label();
        let mut l = self.operand_before(left, &comparators.iter().collect::<Vec<_>>())?;
        for (i, (&op, comparator)) in ops.iter().zip(comparators).enumerate() {
            let later: Vec<_> = comparators[i + 1..].iter().collect();
            let mut r = if later.is_empty() {
                self.membership_operand(op, comparator)?
            } else {
                self.operand_before(comparator, &later)?
            };
            self.u.loc = e.range;
            if later.is_empty() {
                self.u.release(r);
                self.u.release(l);
                self.u.emit_abc(compare_opcode(op), 0, result, l, r);
                break;
            }
            let r_kept = Val::kept(r.reg);
            self.u.emit_abc(compare_opcode(op), 0, result, l, r_kept);
            if l.kill {
                // The right operand stays where it is, above a hole.
                self.u.release(r);
                self.u.release(l);
                if r.kill {
                    let low = self.u.push();
                    self.u.mov(low, r);
                    r = Val::temp(low);
                }
            }
            let next = self.u.label();
            if r.kill {
                self.u.jump_on(Opcode::JumpIfTrue, Val::kept(result), next);
                self.u.pop_top(r.reg);
                self.u.jump(Opcode::JumpForward, end);
                self.u.bind(next);
            } else {
                self.u.jump_on(Opcode::JumpIfFalse, Val::kept(result), end);
            }
            self.u.pop_top(result);
            l = r;
        }
        self.u.bind(end);
        self.u.pop(1);
        self.finish_scratch(result, dst);
        Ok(())
    }

    /// The right side of a comparison; a display of constants after `in` is one constant.
    pub(super) fn membership_operand(&mut self, op: CmpOp, e: ExprRef<'s>) -> Result<Val> {
        if is_membership(op)
            && let Some(c) = fold_display(e, self.options.optimize)
        {
            self.u.loc = e.range;
            let reg = self.u.push();
            self.load_const(reg, c);
            return Ok(Val::temp(reg));
        }
        self.operand(e)
    }

    fn named_expr(
        &mut self,
        e: ExprRef<'s>,
        target: ExprRef<'s>,
        value: ExprRef<'s>,
        dst: u32,
    ) -> Result<()> {
        let ExprKind::Name { id, .. } = target.kind else {
            return Failure::at(target.range, "NamedExpr target must be a Name".into());
        };
        if let Some(reg) = self.store_target(id) {
            self.expr_to(value, reg)?;
            self.u.loc = e.range;
            self.u.mov(dst, Val::kept(reg));
            return Ok(());
        }
        let val = self.push_expr(value)?;
        self.u.loc = target.range;
        self.store_name(id, Val::kept(val));
        self.u.pop(1);
        self.u.mov(dst, Val::temp(val));
        Ok(())
    }

    fn if_exp(
        &mut self,
        e: ExprRef<'s>,
        test: ExprRef<'s>,
        body: ExprRef<'s>,
        orelse: ExprRef<'s>,
        dst: u32,
    ) -> Result<()> {
        let (otherwise, end) = (self.u.label(), self.u.label());
        self.jump_if(test, otherwise, false)?;
        self.expr_to(body, dst)?;
        self.u.loc = e.range;
        self.u.jump(Opcode::JumpForward, end);
        self.u.bind(otherwise);
        self.expr_to(orelse, dst)?;
        self.u.bind(end);
        Ok(())
    }

    fn attribute(
        &mut self,
        e: ExprRef<'s>,
        value: ExprRef<'s>,
        attr: &'s str,
        dst: u32,
    ) -> Result<()> {
        if attr != "__class__"
            && let Some(window) = self.super_window(value)?
        {
            let attr = self.mangle(attr);
            let name = self.u.name(attr);
            self.u.pop(3);
            self.u.loc = e.range;
            self.u.emit(Opcode::LoadSuperAttr, 0, dst, window, name);
            return Ok(());
        }
        let val = self.operand(value)?;
        self.u.release(val);
        let attr_name = self.mangle(attr);
        let name = self.u.name(attr_name);
        self.u.loc = self.attr_loc(e, attr);
        self.u.emit_abi(Opcode::LoadAttr, dst, val, name);
        Ok(())
    }

    /// Where a traceback shows an attribute access that spans lines: at the name.
    pub(super) fn attr_loc(&self, e: &Expr<'s>, attr: &str) -> TextRange {
        self.positions
            .attribute_tail(e.range, attr.len() as u32)
            .unwrap_or(e.range)
    }

    fn subscript(
        &mut self,
        e: ExprRef<'s>,
        value: ExprRef<'s>,
        slice: ExprRef<'s>,
        dst: u32,
    ) -> Result<()> {
        if self.folded(e, dst) {
            return Ok(());
        }
        self.check_subscripter(value);
        self.check_index(e, value, slice);
        if let Some((lower, upper)) = self.two_part_slice(slice) {
            let base = self.push_expr(value)?;
            self.push_slice_parts(slice, lower, upper)?;
            self.u.pop(3);
            self.u.loc = e.range;
            self.u.emit(Opcode::LoadSlice, 0, dst, base, 0);
            return Ok(());
        }
        let container = self.operand_before(value, &[slice])?;
        let index = self.operand(slice)?;
        self.u.release(index);
        self.u.release(container);
        self.u.loc = e.range;
        self.u
            .emit_abc(Opcode::LoadSubscr, 0, dst, container, index);
        Ok(())
    }

    /// The bounds of a slice without a step that is not constant.
    pub(super) fn two_part_slice(
        &self,
        slice: &Expr<'s>,
    ) -> Option<(Option<ExprRef<'s>>, Option<ExprRef<'s>>)> {
        match slice.kind {
            ExprKind::Slice {
                lower,
                upper,
                step: None,
            } if self.fold(slice).is_none() => Some((lower, upper)),
            _ => None,
        }
    }

    pub(super) fn push_slice_parts(
        &mut self,
        slice: ExprRef<'s>,
        lower: Option<ExprRef<'s>>,
        upper: Option<ExprRef<'s>>,
    ) -> Result<()> {
        for part in [lower, upper] {
            match part {
                Some(part) => {
                    self.push_expr(part)?;
                }
                None => {
                    self.u.loc = slice.range;
                    let reg = self.u.push();
                    self.u.none(reg);
                }
            }
        }
        Ok(())
    }

    fn slice(
        &mut self,
        e: ExprRef<'s>,
        lower: Option<ExprRef<'s>>,
        upper: Option<ExprRef<'s>>,
        step: Option<ExprRef<'s>>,
        dst: u32,
    ) -> Result<()> {
        if self.folded(e, dst) {
            return Ok(());
        }
        let base = self.u.next_temp();
        self.push_slice_parts(e, lower, upper)?;
        let mut count = 2;
        if let Some(step) = step {
            self.push_expr(step)?;
            count = 3;
        }
        self.u.pop(count);
        self.u.loc = e.range;
        self.u.emit(Opcode::BuildSlice, 0, dst, base, count);
        Ok(())
    }

    // ---- yield and await

    pub(super) fn in_async_function(&self) -> bool {
        self.scope().coroutine
    }

    fn yield_(&mut self, e: ExprRef<'s>, value: Option<ExprRef<'s>>, dst: u32) -> Result<()> {
        if !self.scope().is_function_like() {
            return Failure::at(e.range, "'yield' outside function".into());
        }
        let val = match value {
            Some(value) => self.operand(value)?,
            None => {
                self.u.loc = e.range;
                let reg = self.u.push();
                self.u.none(reg);
                Val::temp(reg)
            }
        };
        self.u.release(val);
        self.u.loc = e.range;
        self.emit_yield(dst, val);
        Ok(())
    }

    /// Yields a value, wrapped in an asynchronous generator.
    pub(super) fn emit_yield(&mut self, dst: u32, mut val: Val) {
        if self.scope().coroutine && self.scope().generator {
            let wrapped = self.u.next_temp();
            self.u.emit_abi(
                Opcode::CallIntrinsic1,
                wrapped,
                val,
                Intrinsic1::AsyncGenWrap as u32,
            );
            val = Val::temp(wrapped);
        }
        self.u.emit_ab(Opcode::YieldValue, dst, val);
    }

    fn yield_from(&mut self, e: ExprRef<'s>, value: ExprRef<'s>, dst: u32) -> Result<()> {
        if !self.scope().is_function_like() {
            return Failure::at(e.range, "'yield from' outside function".into());
        }
        if self.in_async_function() {
            return Failure::at(e.range, "'yield from' inside async function".into());
        }
        let val = self.operand(value)?;
        self.u.release(val);
        let iter = self.u.push();
        self.u.loc = e.range;
        self.u.emit_ab(Opcode::GetYieldFromIter, iter, val);
        self.delegate(dst);
        Ok(())
    }

    fn await_(&mut self, e: ExprRef<'s>, value: ExprRef<'s>, dst: u32) -> Result<()> {
        let val = self.operand(value)?;
        self.u.release(val);
        self.u.loc = e.range;
        self.await_val(val, 0, dst);
        Ok(())
    }

    /// Awaits an operand (released already).
    pub(super) fn await_val(&mut self, val: Val, message: u32, dst: u32) {
        let iter = self.u.push();
        self.u.emit_abi(Opcode::GetAwaitable, iter, val, message);
        self.delegate(dst);
    }

    /// Runs the iterator on top of the temporaries to its end, yielding what it
    /// yields; its result goes to `dst`. Consumes the iterator.
    pub(super) fn delegate(&mut self, dst: u32) {
        let iter = TEMP | (self.u.top - 1);
        let value = self.u.push();
        self.u.none(value);
        let (send, fail, done) = (self.u.here(), self.u.label(), self.u.label());
        self.u.jump_ab(Opcode::Send, 0, value, iter, done);
        let outer = self.u.handler;
        self.u.handler = self.u.new_handler(fail, value, false);
        self.u.emit(Opcode::YieldValue, KILL_B, value, value, 0);
        self.u.handler = outer;
        self.u.jump(Opcode::JumpNoInterrupt, send);
        self.u.bind(fail);
        self.u
            .jump_ab(Opcode::CleanupThrow, KILL_B, value, value, done);
        self.u.bind(done);
        self.u.pop_top(iter);
        self.u.pop(2);
        self.u.mov(dst, Val::temp(value));
    }

    // ---- for effect

    /// Evaluates an expression and drops the result.
    pub(super) fn effect(&mut self, e: ExprRef<'s>) -> Result<()> {
        match e.kind {
            ExprKind::Call {
                func,
                args,
                keywords,
            } => {
                self.deeper(e.range)?;
                self.call(e, func, args, keywords, None)?;
                self.depth -= 1;
            }
            ExprKind::NamedExpr { .. } | ExprKind::Name { .. } => {
                let val = self.operand(e)?;
                self.discard(val);
            }
            _ => {
                let reg = self.push_expr(e)?;
                self.discard(Val::temp(reg));
            }
        }
        Ok(())
    }

    pub(super) fn discard(&mut self, val: Val) {
        if val.kill {
            self.u.release(val);
            self.u.emit(Opcode::PopTop, KILL_A, val.reg, 0, 0);
        }
    }

    /// Whether code here runs as a function of its own (and not a class body or module).
    pub(super) fn in_function(&self) -> bool {
        matches!(
            self.u.kind,
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda
        )
    }

    /// `target op= value` for the operator itself.
    pub(super) fn inplace(
        &mut self,
        range: TextRange,
        l: Val,
        op: Operator,
        value: ExprRef<'s>,
        dst: u32,
    ) -> Result<()> {
        self.binary_with(range, l, op, value, dst, INPLACE)
    }
}

pub(super) fn binary_opcode(op: Operator) -> Opcode {
    match op {
        Operator::Add => Opcode::Add,
        Operator::Sub => Opcode::Sub,
        Operator::Mult => Opcode::Mul,
        Operator::MatMult => Opcode::MatMul,
        Operator::Div => Opcode::Div,
        Operator::Mod => Opcode::Mod,
        Operator::Pow => Opcode::Pow,
        Operator::LShift => Opcode::LShift,
        Operator::RShift => Opcode::RShift,
        Operator::BitOr => Opcode::Or,
        Operator::BitXor => Opcode::Xor,
        Operator::BitAnd => Opcode::And,
        Operator::FloorDiv => Opcode::FloorDiv,
    }
}

pub(super) fn compare_opcode(op: CmpOp) -> Opcode {
    match op {
        CmpOp::Eq => Opcode::CmpEq,
        CmpOp::NotEq => Opcode::CmpNe,
        CmpOp::Lt => Opcode::CmpLt,
        CmpOp::LtE => Opcode::CmpLe,
        CmpOp::Gt => Opcode::CmpGt,
        CmpOp::GtE => Opcode::CmpGe,
        CmpOp::Is => Opcode::Is,
        CmpOp::IsNot => Opcode::IsNot,
        CmpOp::In => Opcode::Contains,
        CmpOp::NotIn => Opcode::NotContains,
    }
}
