//! `try` in all its forms.
//!
//! Below the exception a handler keeps one register for the exception that was
//! handled before. It is set aside when the `try` begins, so that registers
//! below a handler's depth are the same whatever raised.

use taipan_syntax::ast::*;

use super::Compiler;
use super::blocks::Kind;
use super::unit::{Label, NO_RANGE, Val};
use crate::failure::{Failure, Result};
use crate::opcode::{Intrinsic2, KILL_A, KILL_B, KILL_C, NO_REG, Opcode};

impl<'s> Compiler<'s, '_> {
    pub(super) fn try_(
        &mut self,
        s: &'s Stmt<'s>,
        body: &'s [Stmt<'s>],
        handlers: &'s [ExceptHandler<'s>],
        orelse: &'s [Stmt<'s>],
        finalbody: &'s [Stmt<'s>],
        star: bool,
    ) -> Result<()> {
        self.warn_finally(finalbody);
        if finalbody.is_empty() {
            return self.try_except(s, body, handlers, orelse, star);
        }
        let nowhere = Label(0);
        let (handler, exit) = (self.u.label(), self.u.label());
        self.u.emit(Opcode::Nop, 0, 0, 0, 0);
        self.push_block(Kind::Finally(finalbody), nowhere, exit, s.range)?;
        let previous = self.u.push();
        self.u.handler = self.u.new_handler(handler, previous + 1, false);
        if handlers.is_empty() {
            self.stmts(body)?;
        } else {
            self.try_except(s, body, handlers, orelse, star)?;
        }
        self.pop_block();
        self.u.pop(1);
        self.stmts(finalbody)?;
        self.u.jump(Opcode::JumpForward, exit);
        // After an exception.
        self.u.bind(handler);
        self.u.push();
        let exc = self.begin_handler(previous);
        let cleanup = self.u.label();
        self.push_block(Kind::FinallyEnd { previous }, nowhere, nowhere, s.range)?;
        self.u.handler = self.u.new_handler(cleanup, exc, true);
        self.quiet += 1;
        let result = self.stmts(finalbody);
        self.quiet -= 1;
        result?;
        self.u.loc = NO_RANGE;
        self.reraise(exc, None);
        self.pop_block();
        self.u.pop(2);
        self.reraise_cleanup(cleanup, previous, 0);
        self.u.bind(exit);
        Ok(())
    }

    /// At a handler's start: the exception is above the register for the one handled before; both are pushed.
    fn begin_handler(&mut self, previous: u32) -> u32 {
        self.u.loc = NO_RANGE;
        let exc = self.u.push();
        debug_assert_eq!(exc, previous + 1);
        self.u.emit(Opcode::PushExcInfo, 0, previous, exc, 0);
        exc
    }

    pub(super) fn reraise(&mut self, exc: u32, lasti: Option<u32>) {
        let flags = KILL_A | if lasti.is_some() { KILL_B } else { 0 };
        self.u.emit(
            Opcode::Reraise,
            flags,
            exc,
            lasti.unwrap_or(u32::from(NO_REG)),
            0,
        );
    }

    /// Where an exception raised inside a handler goes: restores the one handled
    /// before, releases `below` registers under it and raises again.
    pub(super) fn reraise_cleanup(&mut self, cleanup: Label, previous: u32, below: u32) {
        self.u.bind(cleanup);
        self.u.loc = NO_RANGE;
        self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
        for at in 1..=below {
            self.u.pop_top(previous - at);
        }
        self.reraise(previous + 1, Some(previous + 2));
    }

    fn try_except(
        &mut self,
        s: &'s Stmt<'s>,
        body: &'s [Stmt<'s>],
        handlers: &'s [ExceptHandler<'s>],
        orelse: &'s [Stmt<'s>],
        star: bool,
    ) -> Result<()> {
        let nowhere = Label(0);
        let (except, end, cleanup) = (self.u.label(), self.u.label(), self.u.label());
        self.u.loc = s.range;
        self.u.emit(Opcode::Nop, 0, 0, 0, 0);
        self.push_block(Kind::Try, nowhere, nowhere, s.range)?;
        let previous = self.u.push();
        self.u.handler = self.u.new_handler(except, previous + 1, false);
        self.stmts(body)?;
        self.pop_block();
        self.u.pop(1);
        self.stmts(orelse)?;
        self.u.jump(Opcode::JumpForward, end);
        self.u.bind(except);
        let outer = self.u.handler;
        self.u.push();
        let exc = self.begin_handler(previous);
        self.u.handler = self.u.new_handler(cleanup, exc, true);
        if star {
            self.except_star(handlers, previous, exc, outer, end)?;
        } else {
            for (i, handler) in handlers.iter().enumerate() {
                self.except(handler, i + 1 == handlers.len(), previous, exc, outer, end)?;
            }
            self.u.loc = NO_RANGE;
            self.reraise(exc, None);
        }
        self.u.handler = outer;
        self.u.pop(2);
        self.reraise_cleanup(cleanup, previous, 0);
        self.u.bind(end);
        Ok(())
    }

    fn except(
        &mut self,
        handler: &'s ExceptHandler<'s>,
        last: bool,
        previous: u32,
        exc: u32,
        outer: u32,
        end: Label,
    ) -> Result<()> {
        let (ty, name, body) = handler.parts();
        let next = self.u.label();
        if let Some(ty) = ty {
            let class = self.operand(ty)?;
            self.u.release(class);
            self.u.loc = ty.range;
            let matches = self.u.next_temp();
            self.u
                .emit_abc(Opcode::CheckExcMatch, 0, matches, Val::kept(exc), class);
            self.u
                .jump_on(Opcode::JumpIfFalse, Val::temp(matches), next);
        } else if !last {
            return Failure::at(handler.range, "default 'except:' must be last".into());
        }
        self.u.loc = handler.range;
        let inside = self.u.handler;
        // Leaving the clause restores the exception handled before; that is outside its own cleanup.
        let block_handler = std::mem::replace(&mut self.u.handler, outer);
        self.push_block(
            Kind::Except { previous, name },
            Label(0),
            Label(0),
            handler.range,
        )?;
        self.u.handler = block_handler;
        if let Some(name) = name {
            self.store_name(name, Val::temp(exc));
            self.u.pop(1);
            let cleanup = self.u.label();
            self.u.handler = self.u.new_handler(cleanup, exc, true);
            self.stmts(body)?;
            self.u.handler = inside;
            self.u.loc = NO_RANGE;
            let outside = std::mem::replace(&mut self.u.handler, outer);
            self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
            self.unbind(name);
            self.u.jump(Opcode::JumpForward, end);
            self.u.handler = outside;
            self.u.bind(cleanup);
            let lasti = self.u.push_many(2) + 1;
            self.unbind(name);
            self.reraise(exc, Some(lasti));
            self.u.pop(2);
        } else {
            self.u.pop_top(exc);
            self.u.pop(1);
            self.stmts(body)?;
            self.u.handler = outer;
            self.u.loc = NO_RANGE;
            self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
            self.u.jump(Opcode::JumpForward, end);
        }
        self.u.blocks.pop();
        self.u.handler = inside;
        self.u.push();
        self.u.bind(next);
        Ok(())
    }

    /// The clauses of `except*`. Registers: the original exception (in `exc`),
    /// the list of what clauses raised, and what is left to match.
    fn except_star(
        &mut self,
        handlers: &'s [ExceptHandler<'s>],
        previous: u32,
        exc: u32,
        outer: u32,
        end: Label,
    ) -> Result<()> {
        self.u.loc = handlers.first().map_or(NO_RANGE, |h| h.range);
        // The original and the list lie side by side for the last intrinsic.
        let results = self.u.push();
        let rest = self.u.push();
        self.u.emit(Opcode::BuildList, 0, results, results, 0);
        self.u.emit(Opcode::Move, 0, rest, exc, 0);
        let inside = self.u.handler;
        for handler in handlers {
            self.except_star_clause(handler, previous, results, rest, inside)?;
        }
        self.u.loc = NO_RANGE;
        self.u.emit_use(
            Opcode::ListAppend,
            Val::kept(results),
            Some(Val::temp(rest)),
            None,
        );
        self.u.pop(2);
        self.u.emit(
            Opcode::CallIntrinsic2,
            0,
            exc,
            exc,
            Intrinsic2::PrepReraiseStar as u32,
        );
        let again = self.u.label();
        self.u.jump_on(Opcode::JumpIfNotNone, Val::kept(exc), again);
        self.u.pop_top(exc);
        self.u.handler = outer;
        self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
        self.u.jump(Opcode::JumpForward, end);
        self.u.bind(again);
        self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
        self.reraise(exc, None);
        Ok(())
    }

    fn except_star_clause(
        &mut self,
        handler: &'s ExceptHandler<'s>,
        previous: u32,
        results: u32,
        rest: u32,
        inside: u32,
    ) -> Result<()> {
        let (ty, name, body) = handler.parts();
        let Some(ty) = ty else {
            return Failure::at(handler.range, "expected one or more exception types".into());
        };
        let (no_match, next, raised) = (self.u.label(), self.u.label(), self.u.label());
        let class = self.operand(ty)?;
        self.u.release(class);
        self.u.loc = handler.range;
        // Rest and match; the rest moves down to where the group was.
        let split = self.u.push_many(2);
        let matched = split + 1;
        let kill = KILL_B | if class.kill { KILL_C } else { 0 };
        self.u
            .emit(Opcode::CheckEgMatch, kill, split, rest, class.reg);
        self.u.emit(Opcode::Move, KILL_B, rest, split, 0);
        self.u
            .jump_on(Opcode::JumpIfNone, Val::kept(matched), no_match);
        self.u.pop(2);
        self.push_block(
            Kind::ExceptStar { previous },
            Label(0),
            Label(0),
            handler.range,
        )?;
        match name {
            Some(name) => self.store_name(name, Val::temp(matched)),
            None => self.u.pop_top(matched),
        }
        let depth = self.u.next_temp();
        self.u.handler = self.u.new_handler(raised, depth, true);
        self.stmts(body)?;
        self.u.handler = inside;
        self.u.loc = NO_RANGE;
        if let Some(name) = name {
            self.unbind(name);
        }
        self.u.jump(Opcode::JumpForward, next);
        // What the clause raises is collected.
        self.u.bind(raised);
        let exc = self.u.push_many(2);
        if let Some(name) = name {
            self.unbind(name);
        }
        self.u.emit_use(
            Opcode::ListAppend,
            Val::kept(results),
            Some(Val::temp(exc)),
            None,
        );
        self.u.pop_top(exc + 1);
        self.u.pop(2);
        self.u.jump(Opcode::JumpForward, next);
        self.u.bind(no_match);
        self.u.pop_top(matched);
        self.u.bind(next);
        self.u.blocks.pop();
        Ok(())
    }

    /// `return`, `break` and `continue` that leave a `finally` swallow exceptions (PEP 765).
    fn warn_finally(&mut self, finalbody: &'s [Stmt<'s>]) {
        if self.quiet == 0 {
            for s in finalbody {
                self.warn_leaving(s, false);
            }
        }
    }

    fn warn_leaving(&mut self, s: &'s Stmt<'s>, in_loop: bool) {
        use StmtKind::*;
        let word = match s.kind {
            Return { .. } => "return",
            Break {} if !in_loop => "break",
            Continue {} if !in_loop => "continue",
            For { body, orelse, .. }
            | AsyncFor { body, orelse, .. }
            | While { body, orelse, .. } => {
                body.iter().for_each(|s| self.warn_leaving(s, true));
                return orelse.iter().for_each(|s| self.warn_leaving(s, in_loop));
            }
            If { body, orelse, .. } => {
                return body
                    .iter()
                    .chain(orelse)
                    .for_each(|s| self.warn_leaving(s, in_loop));
            }
            With { body, .. } | AsyncWith { body, .. } => {
                return body.iter().for_each(|s| self.warn_leaving(s, in_loop));
            }
            Try {
                body,
                handlers,
                orelse,
                finalbody,
            }
            | TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                let clauses = handlers.iter().flat_map(|h| h.parts().2);
                let all = body.iter().chain(clauses).chain(orelse).chain(finalbody);
                return all.for_each(|s| self.warn_leaving(s, in_loop));
            }
            Match { cases, .. } => {
                return cases
                    .iter()
                    .flat_map(|c| c.body)
                    .for_each(|s| self.warn_leaving(s, in_loop));
            }
            _ => return,
        };
        let message = format!("'{word}' in a 'finally' block");
        if !self
            .warnings
            .iter()
            .any(|w| w.range == s.range && w.message == message)
        {
            self.warn(s.range, message);
        }
    }
}
