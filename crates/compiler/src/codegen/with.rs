//! `with` and `async with`.

use taipan_syntax::ast::*;

use super::Compiler;
use super::blocks::Kind;
use super::unit::{Label, Val};
use crate::failure::Result;
use crate::opcode::{KILL_A, KILL_B, Opcode, SpecialMethod};

impl<'s> Compiler<'s, '_> {
    pub(super) fn with(
        &mut self,
        items: &'s [WithItem<'s>],
        body: &'s [Stmt<'s>],
        is_async: bool,
    ) -> Result<()> {
        let Some((item, rest)) = items.split_first() else {
            return self.stmts(body);
        };
        let (enter_method, exit_method) = if is_async {
            (SpecialMethod::AEnter, SpecialMethod::AExit)
        } else {
            (SpecialMethod::Enter, SpecialMethod::Exit)
        };
        let range = item.context_expr.range;
        // The exit function and its self stay below the body; then comes the manager.
        let exit = self.u.push_many(2);
        let manager = self.operand(item.context_expr)?;
        self.u.release(manager);
        self.u.loc = range;
        self.u.emit_abi(
            Opcode::LoadSpecial,
            exit,
            Val::kept(manager.reg),
            exit_method as u32,
        );
        let enter = self.u.push_many(2);
        self.u
            .emit_abi(Opcode::LoadSpecial, enter, manager, enter_method as u32);
        self.u.pop(2);
        // Its value goes above the register where the handler keeps the exception handled before.
        let (previous, value) = (enter, enter + 1);
        if is_async {
            self.u.emit(Opcode::CallMethod, 0, enter, enter, 0);
            self.await_val(Val::temp(enter), 1, value);
        } else {
            self.u.emit(Opcode::CallMethod, 0, value, enter, 0);
        }
        let (handler, cleanup, done) = (self.u.label(), self.u.label(), self.u.label());
        self.push_block(Kind::With { exit, is_async }, Label(0), Label(0), range)?;
        let outer = self.u.handler;
        self.u.push_many(2);
        self.u.handler = self.u.new_handler(handler, value, true);
        match item.optional_vars {
            Some(target) => self.assign_temp(target)?,
            None => {
                self.u.pop_top(value);
                self.u.pop(1);
            }
        }
        if rest.is_empty() {
            self.stmts(body)?;
        } else {
            self.with(rest, body, is_async)?;
        }
        self.pop_block();
        self.u.loc = range;
        self.u.pop(1);
        self.call_exit(exit, is_async);
        self.u.jump(Opcode::JumpForward, done);
        // After an exception.
        self.u.bind(handler);
        self.u.handler = outer;
        self.u.push_many(5);
        let exc = previous + 1;
        let lasti = previous + 2;
        self.u.emit(Opcode::PushExcInfo, 0, previous, exc, 0);
        self.u.handler = self.u.new_handler(cleanup, exc, true);
        let result = self.u.next_temp();
        self.u.emit(Opcode::WithExceptStart, 0, result, exit, exc);
        if is_async {
            self.await_val(Val::temp(result), 2, result);
        }
        let suppress = self.u.label();
        self.u
            .jump_on(Opcode::JumpIfTrue, Val::temp(result), suppress);
        self.u.emit(Opcode::Reraise, KILL_A | KILL_B, exc, lasti, 0);
        self.u.bind(suppress);
        self.u.pop_top(exc);
        self.u.pop_top(lasti);
        self.u.handler = outer;
        self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
        self.u.pop_top(exit + 1);
        self.u.pop_top(exit);
        self.u.jump(Opcode::JumpForward, done);
        self.u.pop(5);
        self.reraise_cleanup(cleanup, previous, 2);
        self.u.bind(done);
        Ok(())
    }
}
