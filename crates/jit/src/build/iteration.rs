//! Loops over iterators; generators' bodies.

use taipan_compiler::opcode::{Instr, KILL_B};
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Op, Routine, Term, Ty};

impl Builder<'_> {
    pub(super) fn for_iter(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let (target, fall) = self.jump_target(i, pc);
        let (a, b) = (self.a(i), self.b(i));
        let types = &self.i.vm.types;
        let ty = self.expected_type(b);
        let item = match self.state[b as usize].item {
            0 => self.sample_iterated(self.sample(b)),
            item => item,
        };
        if self.state[b as usize].loc == Loc::Mem && !self.is_general(pc) {
            if ty == types.range_iterator.as_ptr() as u64 {
                let object = self.word(b);
                self.guard_exact(b, object, ty);
                let more = self.emit(Op::RangeMore, Ty::Bool, vec![object]);
                self.ends(more, b, target, fall, true)?;
                let object = self.word(b);
                let v = self.emit(Op::RangeNext, Ty::Int, vec![object]);
                self.set(a, Loc::Int(v), encoding::INT_TAG);
                self.goto(fall)?;
                return Ok(None);
            }
            let list = ty == types.list_iterator.as_ptr() as u64;
            if list || ty == types.tuple_iterator.as_ptr() as u64 {
                let object = self.word(b);
                self.guard_exact(b, object, ty);
                let op = Op::SequenceMore { list };
                let more = self.guarded(op, Ty::Bool, vec![object], "exhausted");
                self.ends(more, b, target, fall, !list)?;
                let object = self.word(b);
                let v = self.emit(Op::SequenceNext { list }, Ty::Word, vec![object]);
                let borrowed = self.state[a as usize].loc != Loc::Mem;
                if borrowed {
                    self.state[a as usize] = Reg {
                        loc: Loc::Borrow(v, Lender::Object),
                        sample: item,
                        ..DEAD
                    };
                    self.changed();
                } else {
                    self.emit(Op::Retain, Ty::Unit, vec![v]);
                    self.set_owned(a, v, item, 0);
                }
                self.goto(fall)?;
                return Ok(None);
            }
            if ty == types.str_iterator.as_ptr() as u64 {
                let object = self.word(b);
                self.guard_exact(b, object, ty);
                let v = self.runtime(Routine::StrNext, vec![object]);
                let end = self.constant(0);
                let end = self.emit(Op::WordEq, Ty::Bool, vec![v, end]);
                let more = self.emit(Op::BoolNot, Ty::Bool, vec![end]);
                self.ends(more, b, target, fall, true)?;
                let str = self.i.vm.types.str.as_ptr() as u64;
                self.set_owned(a, v, 0, str);
                self.state[a as usize].facts.exact = str;
                self.goto(fall)?;
                return Ok(None);
            }
        }
        self.general_iteration(i, pc, item)
    }

    /// Ends the block: where there is nothing left the iterator is released and `target` follows;
    /// the present block becomes the other side.
    fn ends(
        &mut self,
        more: crate::hir::Id,
        iterator: u32,
        target: u32,
        fall: u32,
        forgets: bool,
    ) -> Result<(), Stop> {
        let pc = self.pc;
        let (body, done) = (self.f.add_block(fall), self.f.add_block(target));
        self.split(more, body, done);
        let state = self.state.clone();
        self.block = done;
        self.changed();
        if !forgets {
            // A list may grow again: the iterator must know that it is done.
            let it = self.word(iterator);
            self.runtime(Routine::Exhaust, vec![it]);
        }
        self.clear(iterator);
        self.goto(target)?;
        self.pc = pc;
        self.block = body;
        self.state = state;
        self.changed();
        Ok(())
    }

    fn general_iteration(&mut self, i: u64, pc: u32, item: u64) -> Result<Option<u32>, Stop> {
        let (target, fall) = self.jump_target(i, pc);
        let (a, b) = (self.a(i), self.b(i));
        self.flush(b);
        self.flush(a);
        self.observe();
        self.release_borrowers(a);
        self.release_borrowers(b);
        let exit = self.exit_raised();
        let at = self.site(pc);
        let more = self.emit_leaving(Op::ForIter { at }, Ty::Bool, vec![], exit);
        self.observed();
        let (body, done) = (self.f.add_block(fall), self.f.add_block(target));
        self.split(more, body, done);
        let state = self.state.clone();
        self.block = done;
        self.state[b as usize] = DEAD;
        self.changed();
        self.goto(target)?;
        self.pc = pc;
        self.block = body;
        self.state = state;
        let (sample, hint) = match (item, self.body().profile.result(pc)) {
            (0, Some(w)) if encoding::is_heap(w) => (0, w),
            (0, Some(w)) => (w, 0),
            _ => (item, 0),
        };
        self.state[a as usize] = Reg {
            loc: Loc::Mem,
            sample,
            hint,
            ..DEAD
        };
        self.changed();
        self.goto(fall)?;
        Ok(None)
    }

    // ---- generators

    /// Builds a generator's body: it is entered where it was left.
    pub(super) fn run_generator(&mut self) -> Result<(), Stop> {
        let entry = self.block;
        let locals = self.i.code.local_count as usize;
        let fresh = |b: &Self| {
            let mut state = b.state.clone();
            for (n, r) in state.regs.iter_mut().enumerate() {
                let loc = if n < locals { Loc::Mem } else { Loc::Dead };
                *r = Reg {
                    loc,
                    sample: r.sample,
                    hint: r.hint,
                    ..DEAD
                };
            }
            state
        };
        let w = self.i.globals;
        self.pc = 0;
        self.state = fresh(self);
        self.guarded(Op::GuardGlobals(w), Ty::Unit, vec![], "other globals");
        // At the start only parameters and free variables hold something.
        let free = locals - self.i.code.free_count as usize;
        for n in self.i.code.parameter_count as usize..free {
            self.state[n].loc = Loc::Dead;
        }
        let start = self.f.add_block(0);
        self.resumes.push((0, start));
        self.block = start;
        self.walk(0)?;
        self.drain_queue()?;
        // Where the body goes on, by the program counter.
        self.block = entry;
        self.pc = 0;
        self.state = fresh(self);
        for (pc, block) in std::mem::take(&mut self.resumes) {
            let here = self.emit(Op::ResumeAt(pc), Ty::Bool, vec![]);
            let next = self.f.add_block(0);
            self.split(here, block, next);
            self.block = next;
        }
        self.close(Term::Leave(crate::hir::ExitId(0)));
        // The window is complete: nothing is to be stored, and the program counter is right.
        let exit = &mut self.f.exits[0];
        exit.reason = "resumed elsewhere";
        exit.keeps_pc = true;
        Ok(())
    }

    /// YIELD_VALUE and SEND.
    pub(super) fn yields(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        if i as u8 == op::SEND {
            let (target, fall) = self.jump_target(i, pc);
            let (a, b) = (self.a(i), self.b(i));
            self.flush(a);
            self.flush(b);
            self.observe();
            let killed = Instr(i).flags() & KILL_B != 0;
            self.consume(a);
            let before = self.state[b as usize];
            if killed {
                self.consume(b);
            }
            let exit = self.exit_raised();
            let at = self.site(pc);
            let more = self.emit_leaving(Op::Send { at }, Ty::Bool, vec![], exit);
            self.observed();
            self.state[a as usize] = Reg {
                loc: Loc::Mem,
                ..DEAD
            };
            self.changed();
            let (yielded, done) = (self.f.add_block(fall), self.f.add_block(target));
            self.split(more, yielded, done);
            let state = self.state.clone();
            self.block = done;
            self.goto(target)?;
            self.pc = pc;
            self.block = yielded;
            self.state = state;
            self.state[b as usize] = before;
            self.changed();
            self.goto(fall)?;
            return Ok(None);
        }
        let value = self.b(i);
        let killed = Instr(i).flags() & KILL_B != 0;
        self.promote_except(value);
        let word = self.owned(value, killed);
        for n in 0..self.state.regs.len() as u32 {
            self.flush(n);
        }
        self.close(Term::Yield(word, pc));
        // It goes on here, with the window as it was left.
        let block = self.f.add_block(pc + 1);
        self.resumes.push((pc + 1, block));
        self.block = block;
        for r in &mut self.state.regs {
            *r = Reg {
                loc: r.loc,
                sample: r.sample,
                hint: r.hint,
                item: r.item,
                ..DEAD
            };
        }
        self.state.dirty = false;
        let a = self.a(i) as usize;
        self.state[a] = Reg {
            loc: Loc::Mem,
            ..DEAD
        };
        self.changed();
        Ok(Some(pc + 1))
    }
}
