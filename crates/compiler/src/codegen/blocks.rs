//! The blocks around a statement, and how `return`, `break` and `continue` leave them.

use taipan_syntax::TextRange;
use taipan_syntax::ast::Stmt;

use super::Compiler;
use super::unit::{Label, NO_RANGE, TEMP, Val};
use crate::failure::{Failure, Result};
use crate::opcode::{DISCARD, KILL_A, Opcode};

/// How many blocks may be nested.
const MAX_BLOCKS: usize = 21;

#[derive(Clone, Copy)]
pub(super) enum Kind<'s> {
    While,
    /// The iterator is in this temporary.
    For(u32),
    /// Exceptions go to a handler; leaving needs nothing.
    Try,
    /// A `try` with a `finally` whose body is run on the way out.
    Finally(&'s [Stmt<'s>]),
    /// The `finally` body after an exception: the exception and the one handled before.
    FinallyEnd {
        previous: u32,
    },
    /// An `except` clause; the name it binds.
    Except {
        previous: u32,
        name: Option<&'s str>,
    },
    /// An `except*` clause: `break` and the like may not leave it.
    ExceptStar {
        previous: u32,
    },
    With {
        exit: u32,
        is_async: bool,
    },
}

#[derive(Clone, Copy)]
pub(super) struct Block<'s> {
    pub kind: Kind<'s>,
    pub start: Label,
    pub exit: Label,
    /// The handler and the height of temporaries outside.
    pub handler: u32,
    pub top: u32,
    pub loc: TextRange,
}

impl<'s> Compiler<'s, '_> {
    pub(super) fn push_block(
        &mut self,
        kind: Kind<'s>,
        start: Label,
        exit: Label,
        loc: TextRange,
    ) -> Result<()> {
        if self.u.blocks.len() >= MAX_BLOCKS {
            return Failure::at(loc, "too many statically nested blocks".into());
        }
        let block = Block {
            kind,
            start,
            exit,
            handler: self.u.handler,
            top: self.u.top,
            loc,
        };
        self.u.blocks.push(block);
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        if let Some(block) = self.u.blocks.pop() {
            self.u.handler = block.handler;
        }
    }

    /// Emits what leaving the blocks above `keep` needs. `value` is a value to
    /// keep alive, in the temporary on top; gives where it is afterwards.
    pub(super) fn unwind_to(&mut self, keep: usize, value: Option<u32>) -> Result<()> {
        if self.u.blocks.len() <= keep {
            return Ok(());
        }
        let Some(block) = self.u.blocks.pop() else {
            return Ok(());
        };
        let (handler, top) = (self.u.handler, self.u.top);
        let result = self
            .unwind_block(&block, value)
            .and_then(|()| self.unwind_to(keep, value));
        self.u.blocks.push(block);
        self.u.handler = handler;
        self.u.top = top;
        result
    }

    fn unwind_block(&mut self, block: &Block<'s>, value: Option<u32>) -> Result<()> {
        let low = |this: &mut Self, top: u32| {
            if value.is_none() {
                this.u.top = top;
            }
        };
        match block.kind {
            Kind::While => {}
            Kind::For(iter) => {
                self.u.pop_top(iter);
                low(self, iter & !TEMP);
            }
            Kind::Try => self.u.handler = block.handler,
            Kind::Finally(body) => {
                self.u.handler = block.handler;
                low(self, block.top);
                // The body is compiled once more for this way out.
                self.quiet += 1;
                let result = self.stmts(body);
                self.quiet -= 1;
                result?;
                self.u.loc = NO_RANGE;
            }
            Kind::FinallyEnd { previous } => {
                self.u.handler = block.handler;
                // The exception stands above the one handled before.
                self.u.pop_top(previous + 1);
                self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
                low(self, previous & !TEMP);
            }
            Kind::Except { previous, name } => {
                self.u.handler = block.handler;
                self.u.emit(Opcode::PopExcept, KILL_A, previous, 0, 0);
                low(self, previous & !TEMP);
                if let Some(name) = name {
                    self.unbind(name);
                }
            }
            Kind::ExceptStar { previous } => {
                self.u.handler = block.handler;
                low(self, previous & !TEMP);
            }
            Kind::With { exit, is_async } => {
                self.u.handler = block.handler;
                self.u.loc = block.loc;
                let mut base = exit;
                if value.is_some() {
                    // The call must be on top of the value that is kept.
                    base = self.u.push_many(2);
                    self.u.mov(base, Val::temp(exit));
                    self.u.mov(base + 1, Val::temp(exit + 1));
                } else {
                    self.u.top = (exit & !TEMP) + 2;
                }
                self.call_exit(base, is_async);
                self.u.loc = NO_RANGE;
            }
        }
        Ok(())
    }

    /// Calls the pushed exit function and its self with three times None; pops them.
    pub(super) fn call_exit(&mut self, base: u32, is_async: bool) {
        for _ in 0..3 {
            let reg = self.u.push();
            self.u.none(reg);
        }
        self.u.pop(5);
        if is_async {
            self.u.emit(Opcode::CallMethod, 0, base, base, 3);
            self.await_val(Val::temp(base), 2, base);
            self.u.pop_top(base);
        } else {
            self.u.emit(Opcode::CallMethod, DISCARD, 0, base, 3);
        }
    }

    /// `name = None; del name`.
    pub(super) fn unbind(&mut self, name: &'s str) {
        if let Some(reg) = self.store_target(name) {
            self.u.none(reg);
        } else {
            let none = self.u.push();
            self.u.none(none);
            self.store_name(name, Val::temp(none));
            self.u.pop(1);
        }
        let loc = self.u.loc;
        self.delete_name(name, loc);
    }

    /// The innermost loop: how many blocks are around it.
    fn innermost_loop(&self) -> Option<usize> {
        self.u
            .blocks
            .iter()
            .rposition(|b| matches!(b.kind, Kind::While | Kind::For(_)))
    }

    fn refuse_in_except_star(&self, from: usize, range: TextRange) -> Result<()> {
        if self.u.blocks[from..]
            .iter()
            .any(|b| matches!(b.kind, Kind::ExceptStar { .. }))
        {
            let message = "'break', 'continue' and 'return' cannot appear in an except* block";
            return Failure::at(range, message.into());
        }
        Ok(())
    }

    pub(super) fn break_(&mut self, range: TextRange) -> Result<()> {
        self.u.loc = range;
        self.u.emit(Opcode::Nop, 0, 0, 0, 0);
        let Some(index) = self.innermost_loop() else {
            self.refuse_in_except_star(0, range)?;
            return Failure::at(range, "'break' outside loop".into());
        };
        self.refuse_in_except_star(index, range)?;
        let top = self.u.top;
        let handler = self.u.handler;
        let block = self.u.blocks[index];
        self.leave(index + 1, |this| this.unwind_last(&block))?;
        self.u.jump(Opcode::JumpForward, block.exit);
        self.u.top = top;
        self.u.handler = handler;
        Ok(())
    }

    fn unwind_last(&mut self, block: &Block<'s>) -> Result<()> {
        self.unwind_block(block, None)
    }

    pub(super) fn continue_(&mut self, range: TextRange) -> Result<()> {
        self.u.loc = range;
        self.u.emit(Opcode::Nop, 0, 0, 0, 0);
        let Some(index) = self.innermost_loop() else {
            self.refuse_in_except_star(0, range)?;
            return Failure::at(range, "'continue' not properly in loop".into());
        };
        self.refuse_in_except_star(index, range)?;
        let block = self.u.blocks[index];
        let (top, handler) = (self.u.top, self.u.handler);
        self.leave(index + 1, |_| Ok(()))?;
        self.u.jump(Opcode::JumpBackward, block.start);
        self.u.top = top;
        self.u.handler = handler;
        Ok(())
    }

    /// Unwinds to `keep` blocks and then does `then` with the blocks taken away;
    /// handler and height stay as they are after it.
    fn leave(&mut self, keep: usize, then: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let taken: Vec<Block<'s>> = self.u.blocks.drain(keep..).collect();
        for (at, block) in taken.iter().enumerate().rev() {
            // Blocks outside this one are around what unwinding it compiles.
            self.u.blocks.truncate(keep);
            self.u.blocks.extend_from_slice(&taken[..at]);
            self.unwind_block(block, None)?;
        }
        self.u.blocks.truncate(keep);
        // A loop's own iterator goes when the loop is left.
        let own = self.u.blocks.pop();
        let result = then(self);
        self.u.blocks.extend(own);
        self.u.blocks.extend(taken);
        result
    }

    /// `return`: with a value in `value`, the temporary on top.
    pub(super) fn return_unwind(&mut self, range: TextRange, value: Option<u32>) -> Result<()> {
        self.refuse_in_except_star(0, range)?;
        self.unwind_to(0, value)
    }

    /// Whether leaving the function from here runs code that could see or rebind locals.
    pub(super) fn return_runs_code(&self) -> bool {
        let runs = |b: &Block<'_>| {
            matches!(
                b.kind,
                Kind::Finally(_) | Kind::With { .. } | Kind::Except { name: Some(_), .. }
            )
        };
        self.u.blocks.iter().any(runs)
    }
}
