//! `all(… for …)`, `any(… for …)` and `tuple(… for …)`: a loop over the
//! generator, if the name still means the built-in.

use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::Val;
use crate::code::Const;
use crate::failure::Result;
use crate::opcode::{CommonConstant, DISCARD, IF_FALSE, KILL_A, KILL_B, Opcode};
use crate::symtable::Part;

impl<'s> Compiler<'s, '_> {
    /// Compiles such a call; false if it is another.
    pub(super) fn builtin_over_generator(
        &mut self,
        e: ExprRef<'s>,
        func: ExprRef<'s>,
        args: &'s [Expr<'s>],
        keywords: &'s [Keyword<'s>],
        dst: Option<u32>,
    ) -> Result<bool> {
        let ExprKind::Name {
            id,
            ctx: ExprContext::Load,
        } = func.kind
        else {
            return Ok(false);
        };
        let which = match id {
            "all" => CommonConstant::All,
            "any" => CommonConstant::Any,
            "tuple" => CommonConstant::Tuple,
            _ => return Ok(false),
        };
        let [generator] = args else { return Ok(false) };
        let ExprKind::GeneratorExp { .. } = generator.kind else {
            return Ok(false);
        };
        let scope = self.table.find(generator, Part::Body);
        if !keywords.is_empty() || scope.is_none_or(|s| self.table.scope(s).coroutine) {
            return Ok(false);
        }
        let Some((child, first)) = self.comprehension_code(generator)? else {
            return Ok(false);
        };
        let (slow, done) = (self.u.label(), self.u.label());
        let base = self.push_expr(func)?;
        self.u.loc = func.range;
        let builtin = self.u.next_temp();
        self.u
            .emit(Opcode::LoadCommonConstant, 0, builtin, 0, which as u32);
        self.u.jump_cmp(
            Opcode::JumpIs,
            IF_FALSE,
            Val::kept(base),
            Val::temp(builtin),
            slow,
        );
        self.u.pop_top(base);
        self.u.pop(1);
        let result = dst.unwrap_or(base);
        if which == CommonConstant::Tuple {
            let list = self.u.push();
            self.u.emit(Opcode::BuildList, 0, list, list, 0);
            let iter = self.u.push();
            self.u.pop(1);
            self.call_comprehension(&child, generator, first, iter)?;
            self.u.push();
            self.u.loc = e.range;
            let (start, end) = (self.u.here(), self.u.label());
            let item = self.u.next_temp();
            self.u.jump_ab(Opcode::ForIter, 0, item, iter, end);
            self.u.emit_use(
                Opcode::ListAppend,
                Val::kept(list),
                Some(Val::temp(item)),
                None,
            );
            self.u.jump(Opcode::JumpBackward, start);
            self.u.bind(end);
            self.u.pop(2);
            self.u.emit(Opcode::ListToTuple, KILL_B, result, list, 0);
        } else {
            self.call_comprehension(&child, generator, first, base)?;
            self.u.push();
            self.u.loc = e.range;
            self.truth_loop(base, which == CommonConstant::All, result);
            self.u.pop(1);
        }
        if dst.is_none() {
            self.u.pop_top(result);
        }
        self.u.jump(Opcode::JumpForward, done);
        self.u.bind(slow);
        self.u.push();
        self.quiet += 1;
        let arg = self.u.next_temp();
        let compiled = self.call_comprehension(&child, generator, first, arg);
        self.quiet -= 1;
        compiled?;
        self.u.loc = e.range;
        self.u.pop(1);
        match dst {
            Some(dst) => self.u.emit(Opcode::Call, 0, dst, base, 1),
            None => self.u.emit(Opcode::Call, DISCARD, 0, base, 1),
        }
        self.u.bind(done);
        Ok(true)
    }

    /// Runs through the iterator until an item's truth differs from `all`.
    fn truth_loop(&mut self, iter: u32, all: bool, result: u32) {
        let (start, found, end, out) = (
            self.u.here(),
            self.u.label(),
            self.u.label(),
            self.u.label(),
        );
        let item = self.u.next_temp();
        self.u.jump_ab(Opcode::ForIter, 0, item, iter, end);
        let op = if all {
            Opcode::JumpIfFalse
        } else {
            Opcode::JumpIfTrue
        };
        self.u.jump_on(op, Val::temp(item), found);
        self.u.jump(Opcode::JumpBackward, start);
        self.u.bind(found);
        self.u.emit(Opcode::PopTop, KILL_A, iter, 0, 0);
        self.load_const(result, if all { Const::False } else { Const::True });
        self.u.jump(Opcode::JumpForward, out);
        self.u.bind(end);
        self.load_const(result, if all { Const::True } else { Const::False });
        self.u.bind(out);
    }
}
