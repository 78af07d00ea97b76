//! Blocks: jumps, joins, loop headers.

use taipan_compiler::opcode::{EXTENDED, IF_FALSE, Instr};
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{Cond, Id, Op, Term, Ty};
use crate::profile::Kind;

impl Builder<'_> {
    pub(super) fn run(&mut self) -> Result<(), Stop> {
        let start = self.i.start;
        if self.headers.contains_key(&start) {
            self.enter_header(start)?;
        }
        self.walk(start)?;
        while let Some(pc) = self.queue.pop_first() {
            self.join(pc)?;
            self.walk(pc)?;
        }
        Ok(())
    }

    /// Whether the present state's types fit a loop header, which is begun here if it is new.
    pub(super) fn enter_header(&mut self, pc: u32) -> Result<(), Stop> {
        self.promote();
        let info = self.headers[&pc].clone();
        self.pc = pc;
        for n in 0..self.state.len() as u32 {
            let keep = self.in_memory.contains(&(pc, n));
            if keep {
                self.flush(n);
            } else if info.written.contains(&n) && self.state[n as usize].loc == Loc::Mem {
                match Kind::of(self.state[n as usize].sample) {
                    Kind::Int => drop(self.int(n)),
                    Kind::Float => drop(self.float(n)),
                    _ => {}
                }
            }
        }
        let block = self.f.add_block(pc);
        let mut args = Vec::new();
        let mut state = self.state.clone();
        for r in &mut state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
            r.mirrored = false;
            let (value, ty): (Id, Ty) = match r.loc {
                Loc::Int(v) => (v, Ty::Int),
                Loc::Float(v) => (v, Ty::Float),
                Loc::Bool(v) => (v, Ty::Bool),
                _ => continue,
            };
            args.push(value);
            let p = self.f.add_param(block, ty);
            r.loc = match ty {
                Ty::Int => Loc::Int(p),
                Ty::Float => Loc::Float(p),
                _ => Loc::Bool(p),
            };
        }
        self.close(Term::Jump(block, args));
        self.block = block;
        self.state = state.clone();
        self.known.insert(pc, (block, state));
        self.changed();
        Ok(())
    }

    pub(super) fn close(&mut self, term: Term) {
        self.f.blocks[self.block.0 as usize].term = term;
    }

    /// Jumps from the present block and state to an instruction.
    pub(super) fn goto(&mut self, pc: u32) -> Result<(), Stop> {
        if let Some((block, target)) = self.known.get(&pc).cloned() {
            // A back edge: fit the header.
            self.pc = pc;
            self.changed();
            let args = self.fit(pc, &target)?;
            self.close(Term::Jump(block, args));
            return Ok(());
        }
        let (block, state) = (self.block, self.state.clone());
        self.pending.entry(pc).or_default().push((block, state));
        self.queue.insert(pc);
        Ok(())
    }

    /// Brings the present state into the form of another; the values for its parameters.
    pub(super) fn fit(&mut self, header: u32, target: &State) -> Result<Vec<Id>, Stop> {
        self.promote();
        let is_header = self.headers.contains_key(&header);
        let mut args = Vec::new();
        for n in 0..target.len() as u32 {
            let demote = Err(Stop::Demote(header, n));
            match (target[n as usize].loc, self.state[n as usize].loc) {
                (Loc::Int(_), Loc::Int(v))
                | (Loc::Float(_), Loc::Float(v))
                | (Loc::Bool(_), Loc::Bool(v)) => args.push(v),
                (Loc::Int(_), Loc::Mem) if is_header => args.push(self.int(n)),
                (Loc::Float(_), Loc::Mem) if is_header => args.push(self.float(n)),
                (Loc::Mem, Loc::Dead) => {}
                (Loc::Mem, _) => self.flush(n),
                // A value that is dead where we go: an unboxed one just disappears.
                (Loc::Dead, Loc::Mem) => self.clear(n),
                (Loc::Dead, _) => self.state[n as usize] = DEAD,
                (Loc::Int(_), Loc::Dead) => args.push(self.emit(Op::Int(0), Ty::Int, vec![])),
                (Loc::Float(_), Loc::Dead) => {
                    args.push(self.emit(Op::Float(0.0), Ty::Float, vec![]))
                }
                _ => return demote,
            }
        }
        Ok(args)
    }

    /// Begins the block of an instruction that forward edges reach.
    pub(super) fn join(&mut self, pc: u32) -> Result<(), Stop> {
        let edges = self.pending.remove(&pc).unwrap_or_default();
        self.pc = pc;
        self.changed();
        let live = |s: &State, n: usize| s[n].loc;
        if edges.len() == 1 {
            let (block, state) = edges.into_iter().next().expect("one edge");
            let next = self.f.add_block(pc);
            self.f.blocks[block.0 as usize].term = Term::Jump(next, Vec::new());
            self.block = next;
            self.state = state;
            if self.headers.contains_key(&pc) {
                self.enter_header(pc)?;
            }
            return Ok(());
        }
        // What all edges agree on stays unboxed, the rest goes to the window.
        let count = edges[0].1.len();
        let mut target = edges[0].1.clone();
        for n in 0..count {
            let kinds: Vec<u8> = edges.iter().map(|(_, s)| loc_kind(live(s, n))).collect();
            let same = kinds.iter().all(|k| *k == kinds[0]);
            let dead = kinds.contains(&KIND_DEAD);
            let facts = edges.iter().all(|(_, s)| s[n].facts == target[n].facts);
            if !facts {
                target[n].facts = Facts::default();
            }
            target[n].mirrored = false;
            target[n].sample = edges
                .iter()
                .map(|(_, s)| s[n].sample)
                .find(|&s| s != 0)
                .unwrap_or(0);
            target[n].loc = match kinds[0] {
                _ if dead => Loc::Dead,
                KIND_INT if same => Loc::Int(Id(0)),
                KIND_FLOAT if same => Loc::Float(Id(0)),
                KIND_BOOL if same => Loc::Bool(Id(0)),
                _ => Loc::Mem,
            };
            // Locals are never dead: an unbound one is an empty word in the window.
            if dead && n < self.i.code.local_count as usize {
                target[n].loc = Loc::Mem;
            }
        }
        let next = self.f.add_block(pc);
        for r in &mut target {
            r.loc = match r.loc {
                Loc::Int(_) => Loc::Int(self.f.add_param(next, Ty::Int)),
                Loc::Float(_) => Loc::Float(self.f.add_param(next, Ty::Float)),
                Loc::Bool(_) => Loc::Bool(self.f.add_param(next, Ty::Bool)),
                l => l,
            };
        }
        for (block, state) in edges {
            self.block = block;
            self.state = state;
            self.changed();
            let args = self.fit(pc, &target)?;
            self.close(Term::Jump(next, args));
        }
        self.block = next;
        self.state = target;
        self.changed();
        if self.headers.contains_key(&pc) {
            self.enter_header(pc)?;
        }
        Ok(())
    }

    /// Ends the block with a branch; both sides start blocks of their own with the present state.
    pub(super) fn branch(&mut self, cond: Id, then_pc: u32, else_pc: u32) -> Result<(), Stop> {
        let (t, e) = (self.f.add_block(then_pc), self.f.add_block(else_pc));
        self.close(Term::Branch {
            cond,
            then: (t, Vec::new()),
            otherwise: (e, Vec::new()),
        });
        let state = self.state.clone();
        self.block = t;
        self.goto(then_pc)?;
        self.block = e;
        self.state = state;
        self.changed();
        self.goto(else_pc)
    }

    pub(super) fn jump_target(&self, i: u64, pc: u32) -> (u32, u32) {
        let offset = Instr(i).c();
        if offset == EXTENDED {
            (Instr(self.i.instrs[pc as usize + 1]).bc(), pc + 2)
        } else {
            ((pc as i64 + 1 + i64::from(offset as i16)) as u32, pc + 1)
        }
    }

    /// Builds instructions from `pc` until control leaves the straight line.
    pub(super) fn walk(&mut self, start: u32) -> Result<(), Stop> {
        let mut pc = start;
        loop {
            if self.f.insts.len() > 60_000 {
                return Err(Stop::Refused(Refusal::TooLarge));
            }
            if pc != start
                && (self.pending.contains_key(&pc)
                    || self.known.contains_key(&pc)
                    || self.headers.contains_key(&pc))
            {
                return self.goto(pc);
            }
            self.pc = pc;
            self.changed();
            match self.instruction(pc)? {
                Some(next) => pc = next,
                None => return Ok(()),
            }
        }
    }

    pub(super) fn conditional(
        &mut self,
        cond: Id,
        sense: bool,
        target: u32,
        fall: u32,
    ) -> Result<Option<u32>, Stop> {
        if sense {
            self.branch(cond, target, fall)?;
        } else {
            self.branch(cond, fall, target)?;
        }
        Ok(None)
    }

    /// Jumps.
    pub(super) fn jumps(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        let flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::JUMP_FORWARD | op::JUMP_NO_INTERRUPT => {
                self.goto(Instr(i).bc())?;
                return Ok(None);
            }
            op::JUMP_BACKWARD => {
                let target = Instr(i).bc();
                self.pc = target;
                self.changed();
                self.promote();
                self.guarded(Op::Poll, Ty::Unit, vec![], "poll");
                self.goto(target)?;
                return Ok(None);
            }
            op::JUMP_LT | op::JUMP_LE | op::JUMP_EQ | op::JUMP_NE | op::JUMP_GT | op::JUMP_GE => {
                let cond = [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge]
                    [(i as u8 - op::JUMP_LT) as usize];
                let (target, fall) = self.jump_target(i, pc);
                let v = match self.compare_numbers(pc, a(i), b(i), cond) {
                    Some(v) => {
                        self.kill_operands(i);
                        v
                    }
                    None => self.window_condition(i, pc, Op::CompareJump { pc }),
                };
                return self.conditional(v, flags & IF_FALSE == 0, target, fall);
            }
            op::JUMP_LT_IMM
            | op::JUMP_LE_IMM
            | op::JUMP_EQ_IMM
            | op::JUMP_NE_IMM
            | op::JUMP_GT_IMM
            | op::JUMP_GE_IMM => {
                let cond = [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge]
                    [(i as u8 - op::JUMP_LT_IMM) as usize];
                let imm = i64::from(Instr(i).b() as i16);
                let (target, fall) = self.jump_target(i, pc);
                let v = match self.arithmetic_kind(pc, self.kind(a(i)), Kind::Int) {
                    Kind::Int => {
                        let x = self.int(a(i));
                        let y = self.emit(Op::Int(imm << 1), Ty::Int, vec![]);
                        self.emit(Op::IntCmp(cond), Ty::Bool, vec![x, y])
                    }
                    Kind::Float => {
                        let x = self.float(a(i));
                        let y = self.emit(Op::Float(imm as f64), Ty::Float, vec![]);
                        self.emit(Op::FloatCmp(cond), Ty::Bool, vec![x, y])
                    }
                    _ => {
                        let v = self.window_condition(i, pc, Op::CompareJump { pc });
                        return self.conditional(v, flags & IF_FALSE == 0, target, fall);
                    }
                };
                self.kill_operands(i);
                return self.conditional(v, flags & IF_FALSE == 0, target, fall);
            }
            op::JUMP_IF_TRUE | op::JUMP_IF_FALSE => {
                let target = Instr(i).bc();
                let sense = i as u8 == op::JUMP_IF_TRUE;
                let v = match self.state[a(i) as usize].loc {
                    Loc::Bool(v) => {
                        self.kill_operands(i);
                        v
                    }
                    Loc::Int(x) => {
                        let zero = self.emit(Op::Int(0), Ty::Int, vec![]);
                        let v = self.emit(Op::IntCmp(Cond::Ne), Ty::Bool, vec![x, zero]);
                        self.kill_operands(i);
                        v
                    }
                    Loc::Float(x) => {
                        let zero = self.emit(Op::Float(0.0), Ty::Float, vec![]);
                        let v = self.emit(Op::FloatCmp(Cond::Ne), Ty::Bool, vec![x, zero]);
                        self.kill_operands(i);
                        v
                    }
                    _ => self.window_condition(i, pc, Op::Truth { pc }),
                };
                return self.conditional(v, sense, target, pc + 1);
            }
            op::JUMP_IF_NONE | op::JUMP_IF_NOT_NONE => {
                let x = self.word(a(i));
                let none = self.emit(Op::Word(encoding::NONE), Ty::Word, vec![]);
                let v = self.emit(Op::WordEq, Ty::Bool, vec![x, none]);
                self.kill_operands(i);
                return self.conditional(v, i as u8 == op::JUMP_IF_NONE, Instr(i).bc(), pc + 1);
            }
            op::JUMP_IS => {
                let (target, fall) = self.jump_target(i, pc);
                let (x, y) = (self.word(a(i)), self.word(b(i)));
                let v = self.emit(Op::WordEq, Ty::Bool, vec![x, y]);
                self.kill_operands(i);
                return self.conditional(v, flags & IF_FALSE == 0, target, fall);
            }
            op::JUMP_IN => {
                let (target, fall) = self.jump_target(i, pc);
                let v = self.window_condition(i, pc, Op::CompareJump { pc });
                return self.conditional(v, flags & IF_FALSE == 0, target, fall);
            }
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }
}
