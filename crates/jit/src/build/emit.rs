//! Adding instructions and exits.

use taipan_compiler::opcode::{Intrinsic1, Opcode};
use taipan_object::value::encoding;

use super::*;
use crate::hir::{Exit, Op, Spill, Term, Ty};

impl Builder<'_> {
    /// The instruction of the compiled function itself.
    pub(super) fn place(&self) -> u32 {
        match self.bodies.get(1) {
            Some(callee) => callee.call,
            None => self.pc,
        }
    }

    pub(super) fn emit(&mut self, op: Op, ty: Ty, args: Vec<Id>) -> Id {
        self.f.at = self.place();
        self.f.add_inst(self.block, op, ty, args, None)
    }
    /// Emits an instruction with an exit.
    pub(super) fn emit_leaving(&mut self, op: Op, ty: Ty, args: Vec<Id>, exit: ExitId) -> Id {
        self.f.at = self.place();
        self.f.add_inst(self.block, op, ty, args, Some(exit))
    }
    /// Emits an instruction that may leave to the present instruction.
    pub(super) fn guarded(&mut self, op: Op, ty: Ty, args: Vec<Id>, reason: &'static str) -> Id {
        let exit = self.exit_here(reason);
        self.emit_leaving(op, ty, args, exit)
    }
    /// Leaves to the present instruction.
    pub(super) fn leave(&mut self, reason: &'static str) {
        let exit = self.exit_here(reason);
        self.close(Term::Leave(exit));
    }
    pub(super) fn constant(&mut self, word: u64) -> Id {
        self.emit(Op::Word(word), Ty::Word, vec![])
    }
    /// Leaves unless a word is not the empty one.
    pub(super) fn guard_not_empty(&mut self, w: Id, reason: &'static str) {
        let empty = self.constant(0);
        let same = self.emit(Op::WordEq, Ty::Bool, vec![w, empty]);
        let full = self.emit(Op::BoolNot, Ty::Bool, vec![same]);
        self.guarded(Op::GuardTrue, Ty::Unit, vec![full], reason);
    }

    pub(super) fn spills(&self) -> Vec<Spill> {
        let mut spills = Vec::new();
        for (n, r) in self.state.regs.iter().enumerate() {
            match r.loc {
                Loc::Int(_) | Loc::Float(_) | Loc::Bool(_) if r.mirrored => {}
                Loc::Int(v) | Loc::Float(v) | Loc::Bool(v) | Loc::Borrow(v, _) => {
                    spills.push(Spill {
                        register: n as u32,
                        value: v,
                    })
                }
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
            Loc::Borrow(self.constant(w), Lender::Constant)
        }
    }

    fn new_exit(&mut self, raised: bool, reason: &'static str) -> Exit {
        self.f.at = self.place();
        let body = self.body();
        Exit {
            pc: self.pc,
            raised,
            spills: self.spills(),
            reason,
            place: self.place(),
            code: body.address,
            instrs: body.code.instrs.get() as u64,
            frames: self.bodies[1 + self.state.pushed as usize..]
                .iter()
                .map(|b| b.frame)
                .collect(),
            depth: self.depth(),
            drain: false,
            keeps_pc: false,
            handler: None,
        }
    }

    /// The exit that executes the present instruction in the interpreter.
    pub(super) fn exit_here(&mut self, reason: &'static str) -> ExitId {
        if let Some((pc, exit)) = self.exit_cache
            && pc == self.pc
        {
            return exit;
        }
        let exit = self.new_exit(false, reason);
        let id = self.f.add_exit(exit);
        self.exit_cache = Some((self.pc, id));
        id
    }

    /// The exit of a helper that raised: to the handler, if this function has one.
    /// Every record is pushed.
    pub(super) fn exit_raised(&mut self) -> ExitId {
        let mut exit = self.new_exit(true, "raised");
        // These are in the window already.
        let locals = self.locals();
        exit.spills
            .retain(|s| self.f.inst(s.value).ty != Ty::Float || !locals.contains(&s.register));
        exit.handler = self.handler();
        if let Some(h) = exit.handler {
            let handlers = &mut self.f.blocks[self.block.0 as usize].handlers;
            if !handlers.contains(&h) {
                handlers.push(h);
            }
        }
        self.f.add_exit(exit)
    }

    /// The block that handles an exception raised by the present instruction.
    fn handler(&mut self) -> Option<BlockId> {
        for k in (0..self.bodies.len()).rev() {
            let pc = match self.bodies.get(k + 1) {
                Some(callee) => callee.call,
                None => self.pc,
            };
            let body = &self.bodies[k];
            let Some(handler) = body.code.code.handler_at(pc).copied() else {
                continue;
            };
            // What every generator has around it only changes StopIteration: rare.
            if body.code.is_generator
                && body
                    .code
                    .code
                    .instrs
                    .get(handler.target as usize)
                    .is_some_and(|i| {
                        i.op() == Some(Opcode::CallIntrinsic1)
                            && i.c() == Intrinsic1::StopIterationError as u16
                    })
            {
                return None;
            }
            if let Some(b) = body.handlers.get(&handler.target) {
                return Some(*b);
            }
            if body.known.contains_key(&handler.target) {
                return None;
            }
            let first = (body.base + handler.depth) as usize;
            let mut state = self.state.clone();
            let locals = self.locals();
            for (n, r) in state.regs.iter_mut().enumerate() {
                let loc = if n < first && (r.loc != Loc::Dead || locals.contains(&(n as u32))) {
                    Loc::Mem
                } else {
                    Loc::Dead
                };
                *r = Reg {
                    loc,
                    sample: if n < first { r.sample } else { 0 },
                    ..DEAD
                };
            }
            state[first].loc = Loc::Mem;
            if handler.lasti {
                state[first + 1].loc = Loc::Mem;
            }
            state.pushed = k as u32;
            state.dirty = false;
            let block = self.f.add_block(handler.target);
            self.f.blocks[block.0 as usize].cold = true;
            let body = &mut self.bodies[k];
            body.handlers.insert(handler.target, block);
            body.pending
                .entry(handler.target)
                .or_default()
                .push((block, state));
            body.queue.insert(handler.target);
            return Some(block);
        }
        None
    }

    pub(super) fn changed(&mut self) {
        self.exit_cache = None;
    }

    // ---- what others can see

    /// Makes records and windows what the interpreter would show, before something that may look at them.
    pub(super) fn observe(&mut self) {
        self.promote();
        self.push_frames();
        self.mirror_locals();
        self.changed();
    }

    /// After such a thing: it may have changed any object.
    pub(super) fn observed(&mut self) {
        self.forget();
        for n in self.locals() {
            let r = &self.state[n as usize];
            if matches!(r.loc, Loc::Float(_)) && !r.mirrored {
                self.emit(Op::ClearReg(n), Ty::Unit, vec![]);
            }
        }
        self.state.dirty = false;
        self.changed();
    }

    /// Forgets what could have changed about objects.
    pub(super) fn forget(&mut self) {
        for r in &mut self.state.regs {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
    }

    /// Named locals of the function and of the inlined calls around this point.
    fn locals(&self) -> Vec<u32> {
        self.bodies
            .iter()
            .flat_map(|b| b.base..b.base + b.code.local_count)
            .collect()
    }

    /// Writes unboxed and borrowed locals to the window, where whoever looks at the frame finds them.
    fn mirror_locals(&mut self) {
        for n in self.locals() {
            let r = self.state[n as usize];
            match r.loc {
                Loc::Int(_) | Loc::Bool(_) | Loc::Float(_) if r.mirrored => {}
                Loc::Int(_) | Loc::Bool(_) | Loc::Float(_) => {
                    let w = self.word(n);
                    self.emit(Op::StoreRegDead(n), Ty::Unit, vec![w]);
                    self.state[n as usize].mirrored = !matches!(r.loc, Loc::Float(_));
                }
                Loc::Borrow(..) => self.flush(n),
                Loc::Mem | Loc::Dead => {}
            }
        }
    }

    /// Pushes the records of the inlined calls around this point.
    pub(super) fn push_frames(&mut self) {
        while (self.state.pushed as usize) < self.bodies.len() - 1 {
            let frame = self.bodies[self.state.pushed as usize + 1].frame;
            self.emit(Op::PushFrame(frame), Ty::Unit, vec![]);
            self.state.pushed += 1;
            self.changed();
        }
    }

    /// Looks after finalisers if something was released: exits to the present instruction.
    pub(super) fn check_finalizers(&mut self) {
        if !std::mem::take(&mut self.state.dirty) {
            return;
        }
        let mut exit = self.new_exit(false, "finalizers");
        exit.drain = true;
        let exit = self.f.add_exit(exit);
        self.emit_leaving(Op::Finalizers, Ty::Unit, vec![], exit);
    }
}
