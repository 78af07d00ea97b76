//! Where registers' values are: reading, writing, moving them to the window.

use taipan_compiler::opcode::{Instr, KILL_A, KILL_B, KILL_C, Opcode, OperandKind};
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    /// A register's word, borrowed. Unboxed values are boxed.
    pub(super) fn word(&mut self, n: u32) -> Id {
        match self.state[n as usize].loc {
            Loc::Mem => self.emit(Op::LoadReg(n), Ty::Word, vec![]),
            Loc::Borrow(v) => v,
            Loc::Int(v) => self.emit(Op::BoxInt, Ty::Word, vec![v]),
            Loc::Float(v) => self.emit(Op::BoxFloat, Ty::Word, vec![v]),
            Loc::Bool(v) => self.emit(Op::BoxBool, Ty::Word, vec![v]),
            Loc::Dead => self.emit(Op::Word(encoding::NONE), Ty::Word, vec![]),
        }
    }

    /// Puts a register's value into the window.
    pub(super) fn flush(&mut self, n: u32) {
        let value = match self.state[n as usize].loc {
            Loc::Mem | Loc::Dead => return,
            Loc::Borrow(v) => {
                self.emit(Op::Retain, Ty::Unit, vec![v]);
                v
            }
            _ => self.word(n),
        };
        let float =
            self.state[n as usize].mirrored && matches!(self.state[n as usize].loc, Loc::Float(_));
        let op = if float {
            Op::StoreReg(n)
        } else {
            Op::StoreRegDead(n)
        };
        self.emit(op, Ty::Unit, vec![value]);
        self.state[n as usize].loc = Loc::Mem;
        self.state[n as usize].mirrored = false;
        self.changed();
    }

    /// Borrowed values get references of their own: something may free what they are borrowed from.
    pub(super) fn promote(&mut self) {
        for n in 0..self.state.len() as u32 {
            if matches!(self.state[n as usize].loc, Loc::Borrow(_)) {
                self.flush(n);
            }
        }
    }

    /// The register's old value goes; the window holds no heap pointer afterwards.
    pub(super) fn clear(&mut self, n: u32) {
        let r = self.state[n as usize];
        if r.loc == Loc::Mem || r.mirrored && matches!(r.loc, Loc::Float(_)) {
            self.promote_except(n);
            self.emit(Op::ClearReg(n), Ty::Unit, vec![]);
        }
        self.state[n as usize] = DEAD;
        self.changed();
    }

    /// Writes unboxed locals to the window, where whoever looks at the frame during a call finds them.
    pub(super) fn mirror_locals(&mut self) {
        for n in 0..self.i.code.local_count {
            let r = self.state[n as usize];
            if r.mirrored || !matches!(r.loc, Loc::Int(_) | Loc::Float(_) | Loc::Bool(_)) {
                continue;
            }
            let w = self.word(n);
            // A float that does not fit the word is an object: the window owns it.
            let op = if matches!(r.loc, Loc::Float(_)) {
                Op::StoreReg(n)
            } else {
                Op::StoreRegDead(n)
            };
            self.emit(op, Ty::Unit, vec![w]);
            self.state[n as usize].mirrored = true;
        }
    }

    pub(super) fn promote_except(&mut self, except: u32) {
        for n in 0..self.state.len() as u32 {
            if n != except && matches!(self.state[n as usize].loc, Loc::Borrow(_)) {
                self.flush(n);
            }
        }
    }

    pub(super) fn set(&mut self, n: u32, loc: Loc, sample: u64) {
        self.clear(n);
        self.state[n as usize] = Reg {
            loc,
            sample,
            ..DEAD
        };
    }

    pub(super) fn kill_operands(&mut self, i: u64) {
        let flags = Instr(i).flags();
        let kinds = self
            .original(self.pc)
            .op()
            .map(Opcode::operands)
            .unwrap_or([OperandKind::None; 3]);
        for (flag, kind, n) in [
            (KILL_A, kinds[0], a(i)),
            (KILL_B, kinds[1], b(i)),
            (KILL_C, kinds[2], c(i)),
        ] {
            if flags & flag != 0
                && matches!(
                    kind,
                    OperandKind::Use | OperandKind::OptUse | OperandKind::UseDef
                )
            {
                self.clear(n);
            }
        }
    }

    pub(super) fn sample(&self, n: u32) -> u64 {
        self.state[n as usize].sample
    }

    /// What kind of number a register is expected to hold.
    pub(super) fn kind(&self, n: u32) -> Kind {
        match self.state[n as usize].loc {
            Loc::Int(_) => Kind::Int,
            Loc::Float(_) => Kind::Float,
            Loc::Bool(_) => Kind::Other,
            _ => Kind::of(self.sample(n)),
        }
    }

    pub(super) fn int(&mut self, n: u32) -> Id {
        match self.state[n as usize].loc {
            Loc::Int(v) => v,
            _ => {
                let w = self.word(n);
                let v = self.guarded(Op::GuardInt, Ty::Int, vec![w], "not an int");
                // The window's copy is an immediate: the register may as well be unboxed from here.
                self.state[n as usize].loc = Loc::Int(v);
                self.changed();
                v
            }
        }
    }

    pub(super) fn float(&mut self, n: u32) -> Id {
        match self.state[n as usize].loc {
            Loc::Float(v) => v,
            Loc::Int(v) => self.emit(Op::IntToFloat, Ty::Float, vec![v]),
            _ => {
                let w = self.word(n);
                if Kind::of(self.sample(n)) == Kind::Int {
                    let v = self.guarded(Op::GuardInt, Ty::Int, vec![w], "not an int");
                    self.state[n as usize].loc = Loc::Int(v);
                    self.changed();
                    return self.emit(Op::IntToFloat, Ty::Float, vec![v]);
                }
                let v = self.guarded(Op::GuardFloat, Ty::Float, vec![w], "not a float");
                self.state[n as usize].loc = Loc::Float(v);
                self.changed();
                v
            }
        }
    }

    /// At a return: the frame object, if there is one, takes the locals; what remains is released.
    pub(super) fn release_locals(&mut self) {
        let locals = self.i.code.local_count;
        self.emit(Op::DetachFrame, Ty::Unit, vec![]);
        for n in (0..locals).rev() {
            let r = self.state[n as usize];
            if r.loc == Loc::Mem || r.mirrored && matches!(r.loc, Loc::Float(_)) {
                self.emit(Op::ClearReg(n), Ty::Unit, vec![]);
            }
        }
    }

    /// Consumes killed operands and gives `a` its value.
    pub(super) fn result(&mut self, i: u64, loc: Loc, sample: u64) {
        // A borrowed word must outlive what it was borrowed from while operands go.
        if let Loc::Borrow(v) = loc {
            let flags = Instr(i).flags();
            let frees = |n: u32, s: &State| s[n as usize].loc == Loc::Mem;
            let kinds = self
                .original(self.pc)
                .op()
                .map(Opcode::operands)
                .unwrap_or([OperandKind::None; 3]);
            let kills = flags & KILL_B != 0
                && kinds[1] == OperandKind::Use
                && frees(b(i), &self.state)
                || flags & KILL_C != 0 && kinds[2] == OperandKind::Use && frees(c(i), &self.state)
                || frees(a(i), &self.state);
            if kills {
                self.emit(Op::Retain, Ty::Unit, vec![v]);
                self.kill_operands(i);
                self.clear(a(i));
                self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![v]);
                self.state[a(i) as usize] = Reg {
                    loc: Loc::Mem,
                    sample,
                    ..DEAD
                };
                self.changed();
                return;
            }
        }
        self.kill_operands(i);
        self.set(a(i), loc, sample);
    }

    /// A word with a reference of its own, moved out of a killed register.
    pub(super) fn owned(&mut self, n: u32, killed: bool) -> Id {
        match self.state[n as usize].loc {
            Loc::Mem if killed => {
                let w = self.emit(Op::LoadReg(n), Ty::Word, vec![]);
                let none = self.emit(Op::Word(encoding::NONE), Ty::Word, vec![]);
                self.emit(Op::StoreRegDead(n), Ty::Unit, vec![none]);
                self.state[n as usize] = DEAD;
                w
            }
            Loc::Mem | Loc::Borrow(_) => {
                let w = self.word(n);
                self.emit(Op::Retain, Ty::Unit, vec![w]);
                if killed {
                    self.state[n as usize] = DEAD;
                }
                w
            }
            _ => {
                let w = self.word(n);
                if killed {
                    self.state[n as usize] = DEAD;
                }
                w
            }
        }
    }

    /// A word that the instruction itself counts up when it stores it.
    pub(super) fn borrowed_for_store(&mut self, n: u32) -> Id {
        self.word(n)
    }

    /// Moves between registers, constants.
    pub(super) fn moves(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        let flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::NOP | op::EXT => return Ok(next),
            op::LOAD_SMALL_INT => {
                let n = i64::from(Instr(i).bc() as i32);
                let v = self.emit(Op::Int(n << 1), Ty::Int, vec![]);
                self.set(a(i), Loc::Int(v), (n as u64) << 1 | 1);
            }
            op::LOAD_CONST => {
                let w = self.i.code.const_values()[Instr(i).bc() as usize].word();
                let loc = self.unboxed_constant(w);
                self.set(a(i), loc, w);
                // Constants are kept alive by the code: a borrowed word.
            }
            op::MOVE => {
                let (to, from) = (a(i), b(i));
                if to == from {
                    return Ok(next);
                }
                let r = self.state[from as usize];
                match r.loc {
                    Loc::Mem => {
                        let w = self.emit(Op::LoadReg(from), Ty::Word, vec![]);
                        if flags & KILL_B != 0 {
                            // The reference moves; leave an empty word behind.
                            self.clear(to);
                            let none = self.emit(Op::Word(encoding::NONE), Ty::Word, vec![]);
                            self.emit(Op::StoreRegDead(from), Ty::Unit, vec![none]);
                            self.state[from as usize] = DEAD;
                        } else {
                            self.emit(Op::Retain, Ty::Unit, vec![w]);
                            self.clear(to);
                        }
                        self.emit(Op::StoreRegDead(to), Ty::Unit, vec![w]);
                        self.state[to as usize] = Reg { loc: Loc::Mem, ..r };
                    }
                    _ => {
                        self.clear(to);
                        self.state[to as usize] = r;
                        if flags & KILL_B != 0 {
                            self.state[from as usize] = DEAD;
                        }
                    }
                }
                self.changed();
            }
            op::CHECK_FAST => {
                if self.state[a(i) as usize].loc == Loc::Mem {
                    let w = self.emit(Op::LoadReg(a(i)), Ty::Word, vec![]);
                    let empty = self.emit(Op::Word(0), Ty::Word, vec![]);
                    let same = self.emit(Op::WordEq, Ty::Bool, vec![w, empty]);
                    let bound = self.emit(Op::BoolNot, Ty::Bool, vec![same]);
                    self.guarded(Op::GuardTrue, Ty::Unit, vec![bound], "unbound");
                }
            }
            op::POP_TOP => self.clear(a(i)),
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }
}
