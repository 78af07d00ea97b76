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
            Loc::Mem => match self.state[n as usize].cached {
                Some(v) => v,
                None => {
                    let v = self.emit(Op::LoadReg(n), Ty::Word, vec![]);
                    self.state[n as usize].cached = Some(v);
                    v
                }
            },
            Loc::Borrow(v, _) => v,
            Loc::Int(v) => self.emit(Op::BoxInt, Ty::Word, vec![v]),
            Loc::Float(v) => self.emit(Op::BoxFloat, Ty::Word, vec![v]),
            Loc::Bool(v) => self.emit(Op::BoxBool, Ty::Word, vec![v]),
            Loc::Dead => self.constant(encoding::NONE),
        }
    }

    /// Puts a register's value into the window.
    pub(super) fn flush(&mut self, n: u32) {
        let value = match self.state[n as usize].loc {
            Loc::Mem | Loc::Dead => return,
            Loc::Borrow(v, _) => {
                self.emit(Op::Retain, Ty::Unit, vec![v]);
                v
            }
            _ => self.word(n),
        };
        let r = self.state[n as usize];
        if !r.mirrored {
            self.emit(Op::StoreRegDead(n), Ty::Unit, vec![value]);
        }
        self.state[n as usize] = Reg {
            loc: Loc::Mem,
            mirrored: false,
            cached: Some(value),
            ..r
        };
        self.changed();
    }

    /// Values borrowed from objects get references of their own: something may free what they are borrowed from.
    pub(super) fn promote(&mut self) {
        self.promote_except(u32::MAX);
    }

    pub(super) fn promote_except(&mut self, except: u32) {
        for n in 0..self.state.regs.len() as u32 {
            if n != except && matches!(self.state[n as usize].loc, Loc::Borrow(_, Lender::Object)) {
                self.flush(n);
            }
        }
    }

    /// Values borrowed from a register get references of their own: it changes.
    pub(super) fn release_borrowers(&mut self, of: u32) {
        for n in 0..self.state.regs.len() as u32 {
            if matches!(self.state[n as usize].loc, Loc::Borrow(_, Lender::Register(r)) if r == of)
            {
                self.flush(n);
            }
        }
    }

    /// The register's old value goes; the window holds no heap pointer afterwards.
    pub(super) fn clear(&mut self, n: u32) {
        if self.state[n as usize].loc == Loc::Mem {
            self.promote_except(n);
            self.release_borrowers(n);
            self.emit(Op::ClearReg(n), Ty::Unit, vec![]);
            self.state.dirty = true;
        }
        self.state[n as usize] = DEAD;
        self.changed();
    }

    pub(super) fn set(&mut self, n: u32, loc: Loc, sample: u64) {
        self.clear(n);
        self.state[n as usize] = Reg {
            loc,
            sample,
            ..DEAD
        };
    }

    /// Puts an owned word into a register.
    pub(super) fn set_owned(&mut self, n: u32, word: Id, sample: u64, hint: u64) {
        self.clear(n);
        self.emit(Op::StoreRegDead(n), Ty::Unit, vec![word]);
        self.state[n as usize] = Reg {
            loc: Loc::Mem,
            sample,
            hint,
            cached: Some(word),
            ..DEAD
        };
        self.changed();
    }

    fn killed(&self, i: u64) -> Vec<u32> {
        let flags = Instr(i).flags();
        let kinds = self
            .original(self.pc)
            .op()
            .map(Opcode::operands)
            .unwrap_or([OperandKind::None; 3]);
        [
            (KILL_A, kinds[0], self.a(i)),
            (KILL_B, kinds[1], self.b(i)),
            (KILL_C, kinds[2], self.c(i)),
        ]
        .into_iter()
        .filter(|(flag, kind, _)| {
            flags & flag != 0
                && matches!(
                    kind,
                    OperandKind::Use | OperandKind::OptUse | OperandKind::UseDef
                )
        })
        .map(|(.., n)| n)
        .collect()
    }

    pub(super) fn kill_operands(&mut self, i: u64) {
        for n in self.killed(i) {
            self.clear(n);
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
            _ if self.state[n as usize].hint != 0 && self.sample(n) == 0 => Kind::Other,
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
                self.state[n as usize].mirrored = self.state[n as usize].loc == Loc::Mem;
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
                if Kind::of(self.sample(n)) == Kind::Int {
                    let v = self.int(n);
                    return self.emit(Op::IntToFloat, Ty::Float, vec![v]);
                }
                let w = self.word(n);
                let v = self.guarded(Op::GuardFloat, Ty::Float, vec![w], "not a float");
                self.state[n as usize].mirrored = self.state[n as usize].loc == Loc::Mem;
                self.state[n as usize].loc = Loc::Float(v);
                self.changed();
                v
            }
        }
    }

    /// The constant that a register certainly holds.
    pub(super) fn constant_of(&self, n: u32) -> Option<u64> {
        match self.state[n as usize].loc {
            Loc::Borrow(v, _) => match self.f.inst(v).op {
                Op::Word(w) => Some(w),
                _ => None,
            },
            _ => None,
        }
    }

    /// A loan of what a register holds, for another register.
    pub(super) fn lend(&mut self, n: u32) -> Loc {
        match self.state[n as usize].loc {
            Loc::Mem => {
                let w = self.word(n);
                Loc::Borrow(w, Lender::Register(n))
            }
            loc => loc,
        }
    }

    /// Consumes killed operands and gives `a` its value.
    pub(super) fn result(&mut self, i: u64, loc: Loc, sample: u64) {
        self.result_in(i, self.a(i), loc, sample);
    }

    pub(super) fn result_in(&mut self, i: u64, to: u32, loc: Loc, sample: u64) {
        // A borrowed word must outlive what it was borrowed from while operands go.
        if let Loc::Borrow(v, Lender::Object) = loc {
            let frees = |n: u32, s: &State| s[n as usize].loc == Loc::Mem;
            let kills =
                self.killed(i).into_iter().any(|n| frees(n, &self.state)) || frees(to, &self.state);
            if kills {
                self.emit(Op::Retain, Ty::Unit, vec![v]);
                self.kill_operands(i);
                self.set_owned(to, v, sample, 0);
                return;
            }
        }
        self.kill_operands(i);
        self.set(to, loc, sample);
    }

    /// A word with a reference of its own, moved out of a killed register.
    pub(super) fn owned(&mut self, n: u32, killed: bool) -> Id {
        match self.state[n as usize].loc {
            Loc::Mem if killed => {
                self.release_borrowers(n);
                let w = self.word(n);
                let none = self.constant(0);
                self.emit(Op::StoreRegDead(n), Ty::Unit, vec![none]);
                self.state[n as usize] = DEAD;
                self.changed();
                w
            }
            Loc::Mem | Loc::Borrow(..) => {
                let w = self.word(n);
                self.emit(Op::Retain, Ty::Unit, vec![w]);
                if killed {
                    self.state[n as usize] = DEAD;
                    self.changed();
                }
                w
            }
            _ => {
                let w = self.word(n);
                if killed {
                    self.state[n as usize] = DEAD;
                    self.changed();
                }
                w
            }
        }
    }

    /// Moves between registers, constants.
    pub(super) fn moves(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        match i as u8 {
            op::LOAD_SMALL_INT => {
                let n = i64::from(Instr(i).bc() as i32);
                let v = self.emit(Op::Int(n << 1), Ty::Int, vec![]);
                self.set(self.a(i), Loc::Int(v), (n as u64) << 1 | 1);
            }
            op::LOAD_CONST => {
                let w = self.body().code.const_values()[Instr(i).bc() as usize].word();
                let loc = self.unboxed_constant(w);
                self.set(self.a(i), loc, w);
            }
            op::PUSH_NULL => {
                let a = self.a(i);
                let empty = self.constant(0);
                self.set_owned(a, empty, 0, 0);
            }
            op::MOVE => self.move_register(self.a(i), self.b(i), Instr(i).flags() & KILL_B != 0),
            op::CHECK_FAST => {
                if self.state[self.a(i) as usize].loc == Loc::Dead {
                    self.leave("unbound");
                    return Ok(None);
                }
                if self.state[self.a(i) as usize].loc == Loc::Mem {
                    let w = self.word(self.a(i));
                    self.guard_not_empty(w, "unbound");
                }
            }
            op::POP_TOP => self.clear(self.a(i)),
            _ => {}
        }
        Ok(next)
    }

    pub(super) fn move_register(&mut self, to: u32, from: u32, kill: bool) {
        if to == from {
            return;
        }
        let r = self.state[from as usize];
        match r.loc {
            Loc::Mem if kill => {
                // The reference moves.
                let w = self.owned(from, true);
                self.clear(to);
                self.emit(Op::StoreRegDead(to), Ty::Unit, vec![w]);
                self.state[to as usize] = Reg {
                    cached: Some(w),
                    ..r
                };
            }
            Loc::Mem => {
                let loc = self.lend(from);
                // Clearing may need what is lent to have its own reference: `to` may be its owner's neighbour.
                self.clear(to);
                self.state[to as usize] = Reg {
                    loc,
                    cached: None,
                    ..r
                };
            }
            _ => {
                if r.loc == Loc::Dead {
                    self.clear(to);
                } else if let Loc::Borrow(v, Lender::Object) = r.loc
                    && self.state[to as usize].loc == Loc::Mem
                {
                    // What it is borrowed from may go with the old value.
                    self.emit(Op::Retain, Ty::Unit, vec![v]);
                    if kill {
                        self.state[from as usize] = DEAD;
                    }
                    self.clear(to);
                    self.emit(Op::StoreRegDead(to), Ty::Unit, vec![v]);
                    self.state[to as usize] = Reg {
                        loc: Loc::Mem,
                        cached: Some(v),
                        ..r
                    };
                    self.changed();
                    return;
                } else if matches!(r.loc, Loc::Borrow(_, Lender::Register(owner)) if owner == to) {
                    // The owner is overwritten by its own value.
                    self.release_borrowers(to);
                    return self.move_register(to, from, kill);
                } else {
                    self.clear(to);
                }
                self.state[to as usize] = Reg {
                    mirrored: false,
                    cached: None,
                    ..r
                };
                if kill {
                    self.state[from as usize] = DEAD;
                }
            }
        }
        self.changed();
    }

    /// At a return: what the locals hold is released.
    pub(super) fn release_locals(&mut self) {
        let base = self.body().base;
        let locals = self.body().code.local_count;
        for n in (base..base + locals).rev() {
            if self.state[n as usize].loc == Loc::Mem {
                self.emit(Op::ClearReg(n), Ty::Unit, vec![]);
                self.state.dirty = true;
            }
            self.state[n as usize] = DEAD;
        }
        self.changed();
    }
}
