//! Adding instructions and exits.

use taipan_object::value::encoding;

use super::*;
use crate::hir::{Exit, Id, Op, Spill, Ty};

impl Builder<'_> {
    pub(super) fn emit(&mut self, op: Op, ty: Ty, args: Vec<Id>) -> Id {
        self.f.at = self.pc;
        self.f.add_inst(self.block, op, ty, args, None)
    }

    /// Emits an instruction that may leave to the present instruction.
    pub(super) fn guarded(&mut self, op: Op, ty: Ty, args: Vec<Id>, reason: &'static str) -> Id {
        let exit = self.exit_here(reason);
        self.f.add_inst(self.block, op, ty, args, Some(exit))
    }

    pub(super) fn spills(&self) -> Vec<Spill> {
        let mut spills = Vec::new();
        for (n, r) in self.state.iter().enumerate() {
            match r.loc {
                Loc::Int(v) | Loc::Float(v) | Loc::Bool(v) | Loc::Borrow(v) => spills.push(Spill {
                    register: n as u32,
                    value: v,
                }),
                Loc::Mem | Loc::Dead => {}
            }
        }
        spills
    }

    pub(super) fn unboxed_constant(&mut self, w: u64) -> Loc {
        if encoding::is_int(w) {
            Loc::Int(self.emit(Op::Int(encoding::as_int(w) << 1), Ty::Int, vec![]))
        } else if encoding::is_float(w) {
            Loc::Float(self.emit(Op::Float(encoding::as_float(w)), Ty::Float, vec![]))
        } else if w == encoding::TRUE || w == encoding::FALSE {
            Loc::Bool(self.emit(Op::Bool(w == encoding::TRUE), Ty::Bool, vec![]))
        } else {
            Loc::Borrow(self.emit(Op::Word(w), Ty::Word, vec![]))
        }
    }

    /// The exit that executes the present instruction in the interpreter.
    pub(super) fn exit_here(&mut self, reason: &'static str) -> ExitId {
        self.f.at = self.pc;
        if let Some((pc, exit)) = self.exit_cache
            && pc == self.pc
        {
            return exit;
        }
        let exit = Exit {
            pc: self.pc,
            raised: false,
            spills: self.spills(),
            reason,
        };
        let id = self.f.add_exit(exit);
        self.exit_cache = Some((self.pc, id));
        id
    }

    pub(super) fn exit_raised(&mut self) -> ExitId {
        self.f.at = self.pc;
        let exit = Exit {
            pc: self.pc,
            raised: true,
            spills: self.spills(),
            reason: "raised",
        };
        self.f.add_exit(exit)
    }

    pub(super) fn changed(&mut self) {
        self.exit_cache = None;
    }
}
