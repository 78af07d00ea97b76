//! Conditions: jumps by the truth of an expression.

use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::{Label, Val};
use crate::failure::Result;
use crate::fold::is_true;
use crate::opcode::{IF_FALSE, KILL_A, Opcode};

impl<'s> Compiler<'s, '_> {
    /// Jumps to `to` if the truth of `e` is `when`, else falls through.
    pub(super) fn jump_if(&mut self, e: ExprRef<'s>, to: Label, when: bool) -> Result<()> {
        self.deeper(e.range)?;
        self.jump_if_kind(e, to, when)?;
        self.depth -= 1;
        Ok(())
    }

    fn jump_if_kind(&mut self, e: ExprRef<'s>, to: Label, when: bool) -> Result<()> {
        match e.kind {
            ExprKind::UnaryOp {
                op: UnaryOp::Not,
                operand,
            } => return self.jump_if(operand, to, !when),
            ExprKind::BoolOp { op, values } => {
                let Some((last, first)) = values.split_last() else {
                    return Ok(());
                };
                let decides = op == BoolOp::Or;
                let next = self.u.label();
                let early = if decides == when { to } else { next };
                for value in first {
                    self.jump_if(value, early, decides)?;
                }
                self.jump_if(last, to, when)?;
                self.u.bind(next);
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (otherwise, end) = (self.u.label(), self.u.label());
                self.jump_if(test, otherwise, false)?;
                self.jump_if(body, to, when)?;
                self.u.loc = e.range;
                self.u.jump(Opcode::JumpForward, end);
                self.u.bind(otherwise);
                self.jump_if(orelse, to, when)?;
                self.u.bind(end);
                return Ok(());
            }
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } => {
                self.check_compare(e, left, ops, comparators);
                if let ([op], [right]) = (ops, comparators) {
                    return self.jump_compare(e, left, *op, right, to, when);
                }
                return self.jump_chain(e, left, ops, comparators, to, when);
            }
            _ => {}
        }
        if let Some(c) = self.fold(e) {
            self.u.loc = e.range;
            if is_true(&c) == when {
                self.u.jump(Opcode::JumpForward, to);
            } else {
                self.u.emit(Opcode::Nop, 0, 0, 0, 0);
            }
            return Ok(());
        }
        let val = self.operand(e)?;
        self.u.release(val);
        self.u.loc = e.range;
        self.u.jump_on(
            if when {
                Opcode::JumpIfTrue
            } else {
                Opcode::JumpIfFalse
            },
            val,
            to,
        );
        Ok(())
    }

    fn jump_compare(
        &mut self,
        e: ExprRef<'s>,
        left: ExprRef<'s>,
        op: CmpOp,
        right: ExprRef<'s>,
        to: Label,
        when: bool,
    ) -> Result<()> {
        let is_none = matches!(
            right.kind,
            ExprKind::Constant {
                value: Constant::None,
                ..
            }
        );
        if is_none && matches!(op, CmpOp::Is | CmpOp::IsNot) {
            let val = self.operand(left)?;
            self.u.release(val);
            self.u.loc = e.range;
            let none = (op == CmpOp::Is) == when;
            self.u.jump_on(
                if none {
                    Opcode::JumpIfNone
                } else {
                    Opcode::JumpIfNotNone
                },
                val,
                to,
            );
            return Ok(());
        }
        let l = self.operand_before(left, &[right])?;
        self.compare_and_jump(e, l, op, right, to, when)
    }

    /// Consumes `l`, evaluates `right`, compares and jumps.
    fn compare_and_jump(
        &mut self,
        e: ExprRef<'s>,
        l: Val,
        op: CmpOp,
        right: ExprRef<'s>,
        to: Label,
        when: bool,
    ) -> Result<()> {
        let sense = if when { 0 } else { IF_FALSE };
        if let Some(n) = self.small_int(right)
            && let Some(opcode) = immediate_jump(op)
        {
            self.u.release(l);
            self.u.loc = e.range;
            let imm = Val::kept(u32::from(n as u16));
            self.u.jump_cmp(opcode, sense, l, imm, to);
            return Ok(());
        }
        let r = self.membership_operand(op, right)?;
        self.u.release(r);
        self.u.release(l);
        self.u.loc = e.range;
        let (opcode, negated) = fused_jump(op);
        let sense = if negated { sense ^ IF_FALSE } else { sense };
        self.u.jump_cmp(opcode, sense, l, r, to);
        Ok(())
    }

    fn jump_chain(
        &mut self,
        e: ExprRef<'s>,
        left: ExprRef<'s>,
        ops: &'s [CmpOp],
        comparators: &'s [Expr<'s>],
        to: Label,
        when: bool,
    ) -> Result<()> {
        let start = self.u.top;
        // Where a false comparison goes that has nothing to release, and the same with one operand to release.
        let fails = if when { self.u.label() } else { to };
        let mut cleanup = None;
        let mut l = self.operand_before(left, &comparators.iter().collect::<Vec<_>>())?;
        for (i, (&op, comparator)) in ops.iter().zip(comparators).enumerate() {
            let later: Vec<_> = comparators[i + 1..].iter().collect();
            if later.is_empty() {
                self.compare_and_jump(e, l, op, comparator, to, when)?;
                break;
            }
            let mut r = self.operand_before(comparator, &later)?;
            self.u.loc = e.range;
            if r.kill && l.kill {
                // Brings the kept operand down to where the consumed one stood.
                let result = self.u.push();
                self.u.emit_abc(
                    super::expr::compare_opcode(op),
                    0,
                    result,
                    l,
                    Val::kept(r.reg),
                );
                self.u.pop(3);
                let low = self.u.push();
                self.u.mov(low, r);
                r = Val::temp(low);
                let target = *cleanup.get_or_insert_with(|| self.u.label());
                self.u
                    .jump_on(Opcode::JumpIfFalse, Val::temp(result), target);
                l = r;
                continue;
            }
            let target = if r.kill {
                *cleanup.get_or_insert_with(|| self.u.label())
            } else {
                fails
            };
            let (opcode, negated) = fused_jump(op);
            let kill = if l.kill { KILL_A } else { 0 };
            let sense = if negated { 0 } else { IF_FALSE };
            self.u.jump_cmp(
                opcode,
                sense | kill,
                Val::kept(l.reg),
                Val::kept(r.reg),
                target,
            );
            if l.kill {
                self.u.release(l);
            }
            l = r;
        }
        debug_assert_eq!(self.u.top, start);
        if let Some(cleanup) = cleanup {
            let end = self.u.label();
            self.u.jump(Opcode::JumpForward, end);
            self.u.bind(cleanup);
            let reg = self.u.next_temp();
            self.u.pop_top(reg);
            if !when {
                self.u.jump(Opcode::JumpForward, to);
            }
            self.u.bind(end);
        }
        if when {
            self.u.bind(fails);
        }
        Ok(())
    }
}

fn immediate_jump(op: CmpOp) -> Option<Opcode> {
    Some(match op {
        CmpOp::Lt => Opcode::JumpLtImm,
        CmpOp::LtE => Opcode::JumpLeImm,
        CmpOp::Eq => Opcode::JumpEqImm,
        CmpOp::NotEq => Opcode::JumpNeImm,
        CmpOp::Gt => Opcode::JumpGtImm,
        CmpOp::GtE => Opcode::JumpGeImm,
        _ => return None,
    })
}

/// The compare-and-jump opcode, and whether it tests the opposite.
fn fused_jump(op: CmpOp) -> (Opcode, bool) {
    match op {
        CmpOp::Lt => (Opcode::JumpLt, false),
        CmpOp::LtE => (Opcode::JumpLe, false),
        CmpOp::Eq => (Opcode::JumpEq, false),
        CmpOp::NotEq => (Opcode::JumpNe, false),
        CmpOp::Gt => (Opcode::JumpGt, false),
        CmpOp::GtE => (Opcode::JumpGe, false),
        CmpOp::Is => (Opcode::JumpIs, false),
        CmpOp::IsNot => (Opcode::JumpIs, true),
        CmpOp::In => (Opcode::JumpIn, false),
        CmpOp::NotIn => (Opcode::JumpIn, true),
    }
}
