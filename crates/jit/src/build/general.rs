//! Instructions that run as in the interpreter, on the window.

use taipan_compiler::opcode::{DISCARD, Instr, KILL_A, KILL_B, KILL_C, Opcode, OperandKind};

use super::*;
use crate::hir::{Id, Op, Ty};

impl Builder<'_> {
    /// Runs the instruction as the interpreter would, on the window.
    pub(super) fn interpret(&mut self, pc: u32) -> Result<(), Stop> {
        let instr = self.original(pc);
        let Some(opcode) = instr.op() else {
            return Err(self.unsupported("quickened"));
        };
        let base = self.body().base;
        let reg = |n: u16| u32::from(n) + base;
        let ext = self.body().code.code.instrs.get(pc as usize + 1).copied();
        let window = instr.window(ext);
        let kinds = opcode.operands();
        self.operands_to_window(&instr, opcode, base);
        self.observe();
        // What the instruction consumes is gone when it raises.
        let before = self.state.clone();
        for (flag, kind, n) in [
            (KILL_A, kinds[0], instr.a()),
            (KILL_B, kinds[1], instr.b()),
            (KILL_C, kinds[2], instr.c()),
        ] {
            if instr.flags() & flag != 0
                && matches!(
                    kind,
                    OperandKind::Use
                        | OperandKind::OptUse
                        | OperandKind::UseDef
                        | OperandKind::Base
                )
            {
                self.consume(reg(n));
            }
        }
        if matches!(opcode, Opcode::PopTop | Opcode::StoreFastMaybeNull) {
            let n = if opcode == Opcode::PopTop {
                instr.a()
            } else {
                instr.b()
            };
            self.consume(reg(n));
        }
        if let Some(w) = window {
            for n in w.start..w.start + w.consumed {
                self.consume(n + base);
            }
        }
        // The result takes the place of what a register held.
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            if matches!(
                kind,
                OperandKind::Def | OperandKind::UseDef | OperandKind::Local
            ) {
                self.release_borrowers(reg(n));
            }
        }
        let exit = self.exit_raised();
        let at = self.site(pc);
        let op = match opcode {
            Opcode::Call
            | Opcode::CallMethod
            | Opcode::CallKw
            | Opcode::CallMethodKw
            | Opcode::CallEx => Op::Call { at },
            _ => Op::Interpret { at },
        };
        self.emit_leaving(op, Ty::Unit, vec![], exit);
        let hints = self.expected_results(&instr, opcode, &before);
        let defined = |s: &mut Reg| {
            *s = Reg {
                loc: Loc::Mem,
                ..DEAD
            }
        };
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            match kind {
                OperandKind::Def if instr.flags() & DISCARD == 0 => {
                    defined(&mut self.state[reg(n) as usize])
                }
                OperandKind::UseDef | OperandKind::Local => {
                    defined(&mut self.state[reg(n) as usize])
                }
                _ => {}
            }
        }
        if let Some(Some((first, count))) = window.map(|w| w.written) {
            for n in first..first + count {
                defined(&mut self.state[(n + base) as usize]);
            }
        }
        for (n, sample, hint, item) in hints {
            let r = &mut self.state[n as usize];
            if r.loc == Loc::Mem {
                (r.sample, r.hint, r.item) = (sample, hint, item);
            }
        }
        self.observed();
        Ok(())
    }

    /// Puts what an instruction reads into the window.
    fn operands_to_window(&mut self, instr: &Instr, opcode: Opcode, base: u32) {
        for (kind, n) in opcode
            .operands()
            .iter()
            .zip([instr.a(), instr.b(), instr.c()])
        {
            if matches!(
                kind,
                OperandKind::Use
                    | OperandKind::UseDef
                    | OperandKind::OptUse
                    | OperandKind::Cell
                    | OperandKind::Local
            ) && n != u16::MAX
            {
                self.flush(u32::from(n) + base);
            }
        }
        let ext = self
            .body()
            .code
            .code
            .instrs
            .get(self.pc as usize + 1)
            .copied();
        if let Some(w) = instr.window(ext) {
            let least = match opcode {
                Opcode::MatchClass | Opcode::WithExceptStart => 2,
                _ => 0,
            };
            for n in w.start..w.start + w.consumed.max(least) {
                self.flush(n + base);
            }
            if opcode == Opcode::MatchClass {
                self.flush(u32::from(instr.b()) + base);
            }
        }
    }

    /// A helper takes what a register holds.
    pub(super) fn consume(&mut self, n: u32) {
        if self.state[n as usize].loc == Loc::Mem {
            self.release_borrowers(n);
        }
        self.state[n as usize] = DEAD;
        self.changed();
    }

    /// A condition computed on the window by the interpreter's code; operands are consumed.
    pub(super) fn window_condition(&mut self, i: u64, pc: u32, op: Op) -> Id {
        let instr = self.original(pc);
        let base = self.body().base;
        let kinds = instr
            .op()
            .map(Opcode::operands)
            .unwrap_or([OperandKind::None; 3]);
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            if *kind == OperandKind::Use {
                self.flush(u32::from(n) + base);
            }
        }
        self.observe();
        let flags = instr.flags();
        if flags & KILL_A != 0 {
            self.consume(self.a(i));
        }
        if flags & KILL_B != 0 && kinds[1] == OperandKind::Use {
            self.consume(self.b(i));
        }
        let exit = self.exit_raised();
        let v = self.emit_leaving(op, Ty::Bool, vec![], exit);
        self.observed();
        v
    }
}
