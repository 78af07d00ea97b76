//! Blocks: jumps, joins, loop headers.

use taipan_compiler::opcode::{EXTENDED, IF_FALSE, Instr};
use taipan_object::value::encoding;
use taipan_vm::op;

use super::*;
use crate::hir::{BlockId, Cond, Id, Op, Term, Ty};
use crate::profile::Kind;

/// Stands for the records of inlined calls in [`Lessons::in_memory`].
const RECORDS: u32 = u32::MAX;
/// Stands for what is known of objects' layouts there.
const LAYOUTS: u32 = u32::MAX - 1;

impl Builder<'_> {
    pub(super) fn run(&mut self) -> Result<(), Stop> {
        if self.i.code.is_generator {
            return self.run_generator();
        }
        let w = self.i.globals;
        self.guarded(Op::GuardGlobals(w), Ty::Unit, vec![], "other globals");
        let start = self.i.start;
        if !self.i.osr {
            self.pc = 0;
            let exit = self.exit_raised();
            self.emit_leaving(Op::StartPoll, Ty::Unit, vec![], exit);
        }
        if self.body().headers.contains_key(&start) {
            self.begin_header(start)?;
        }
        self.walk(start)?;
        self.drain_queue()
    }

    /// Builds all instructions of the present body that are reached and not built yet.
    pub(super) fn drain_queue(&mut self) -> Result<(), Stop> {
        while let Some(pc) = self.next_queued() {
            self.join(pc)?;
            self.walk(pc)?;
        }
        Ok(())
    }

    /// The next instruction to build: a loop whose first round has been built comes behind all of that round.
    fn next_queued(&mut self) -> Option<u32> {
        let body = self.body();
        let key = |pc: u32| match body.headers.get(&pc) {
            Some(info) if body.peeled.contains(&pc) => (info.end, 1),
            _ => (pc, 0),
        };
        let next = body.queue.iter().copied().min_by_key(|&pc| key(pc))?;
        self.body_mut().queue.remove(&next);
        Some(next)
    }

    /// Begins a loop. The first round of an innermost loop is built ahead of it: what that round
    /// finds out about values (that they are bound, their types) holds in the loop, so that its guards
    /// are not repeated.
    pub(super) fn begin_header(&mut self, pc: u32) -> Result<(), Stop> {
        let size = self.f.insts.len();
        let body = self.body_mut();
        if body.headers[&pc].simple && size < MOST_PEELED && body.peeled.insert(pc) {
            return Ok(());
        }
        self.enter_header(pc)
    }

    fn in_memory(&self, header: u32, register: u32) -> bool {
        self.lessons
            .in_memory
            .contains(&(self.body().id, header, register))
    }

    /// Begins a loop header with the present state.
    pub(super) fn enter_header(&mut self, pc: u32) -> Result<(), Stop> {
        self.pc = pc;
        self.changed();
        let info = self.body().headers[&pc].clone();
        let base = self.body().base;
        let locals = base..base + self.body().code.local_count;
        if self.in_memory(pc, RECORDS) {
            self.push_frames();
        }
        let written = |n: u32| n >= base && info.written.contains(&(n - base));
        let keeps_layouts = !self.in_memory(pc, LAYOUTS);
        let guesses = !self.is_general(pc);
        for n in 0..self.state.regs.len() as u32 {
            if guesses && written(n) && !self.in_memory(pc, n) {
                self.unbox_borrowed(n);
            }
        }
        self.promote();
        for n in 0..self.state.regs.len() as u32 {
            let loc = self.state[n as usize].loc;
            if self.in_memory(pc, n) {
                self.flush(n);
            } else if loc == Loc::Dead && written(n) && locals.contains(&n) {
                // Unbound so far, bound when it comes round again: in the window, which holds nothing yet.
                self.state[n as usize].loc = Loc::Mem;
            } else if guesses && written(n) && loc == Loc::Mem {
                match Kind::of(self.state[n as usize].sample) {
                    Kind::Int => drop(self.int(n)),
                    Kind::Float => drop(self.float(n)),
                    _ => {}
                }
            } else if let Loc::Borrow(_, lender) = loc {
                let lasts = match lender {
                    Lender::Constant => true,
                    Lender::Register(r) => !written(r),
                    Lender::Object => false,
                };
                if !lasts || written(n) {
                    self.flush(n);
                }
            }
        }
        let block = self.f.add_block(pc);
        let mut args = Vec::new();
        let mut state = self.state.clone();
        for (n, r) in state.regs.iter_mut().enumerate() {
            let changes = written(n as u32);
            if changes {
                r.facts = Facts::default();
                r.mirrored = false;
                r.cached = None;
            } else if !keeps_layouts {
                r.facts = Facts {
                    exact: r.facts.exact,
                    ..Facts::default()
                };
            }
            r.choice = None;
            let (value, ty): (Id, Ty) = match (r.loc, r.cached) {
                (Loc::Int(v), _) => (v, Ty::Int),
                (Loc::Float(v), _) => (v, Ty::Float),
                (Loc::Bool(v), _) => (v, Ty::Bool),
                (Loc::Mem, Some(v)) => {
                    args.push(v);
                    r.cached = Some(self.f.add_param(block, Ty::Word));
                    continue;
                }
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
        self.body_mut().known.insert(pc, (block, state));
        self.changed();
        Ok(())
    }

    pub(super) fn close(&mut self, term: Term) {
        self.f.blocks[self.block.0 as usize].term = term;
    }

    /// Jumps from the present block and state to an instruction.
    pub(super) fn goto(&mut self, pc: u32) -> Result<(), Stop> {
        self.pc = pc;
        self.changed();
        self.check_finalizers();
        if let Some((block, target)) = self.body().known.get(&pc).cloned() {
            // A back edge: fit the header.
            let args = self.fit(pc, block, &target)?;
            self.close(Term::Jump(block, args));
            return Ok(());
        }
        let (block, state) = (self.block, self.state.clone());
        let body = self.body_mut();
        body.pending.entry(pc).or_default().push((block, state));
        body.queue.insert(pc);
        Ok(())
    }

    /// Brings the present state into the form of another; the values for its parameters.
    fn fit(&mut self, header: u32, block: BlockId, target: &State) -> Result<Vec<Id>, Stop> {
        let is_header = self.body().known.contains_key(&header);
        for n in 0..self.state.regs.len() as u32 {
            if is_header && matches!(target[n as usize].loc, Loc::Int(_) | Loc::Float(_)) {
                self.unbox_borrowed(n);
            }
        }
        self.promote();
        while self.state.pushed < target.pushed {
            self.push_frames();
        }
        if self.state.pushed > target.pushed {
            return Err(Stop::Demote(self.body().id, header, RECORDS));
        }
        let params = self.f.blocks[block.0 as usize].params.clone();
        let mut args = Vec::new();
        for n in 0..target.regs.len() as u32 {
            let demote = Err(Stop::Demote(self.body().id, header, n));
            self.fit_facts(header, n, &target[n as usize])?;
            match (target[n as usize].loc, self.state[n as usize].loc) {
                (Loc::Int(_), Loc::Int(v))
                | (Loc::Float(_), Loc::Float(v))
                | (Loc::Bool(_), Loc::Bool(v)) => args.push(v),
                (Loc::Borrow(t, _), Loc::Borrow(v, _)) if params.contains(&t) => args.push(v),
                (Loc::Borrow(t, _), Loc::Borrow(v, _)) if t == v => {}
                (Loc::Borrow(t, Lender::Constant), Loc::Borrow(v, Lender::Constant))
                    if self.f.inst(t).op == self.f.inst(v).op => {}
                (Loc::Int(_), Loc::Mem) if is_header => args.push(self.int(n)),
                // An int does not become a float on the way.
                (Loc::Float(_), Loc::Mem) if is_header && self.kind(n) != Kind::Int => {
                    args.push(self.float(n));
                }
                (Loc::Mem, Loc::Dead) => {}
                (Loc::Mem, _) => self.flush(n),
                // A value that is dead where we go: an unboxed one just disappears.
                (Loc::Dead, Loc::Mem) => {
                    self.clear(n);
                    self.check_finalizers();
                }
                (Loc::Dead, _) => self.state[n as usize] = DEAD,
                (_, Loc::Dead) if self.is_local(n) => return demote,
                (Loc::Int(_), Loc::Dead) => args.push(self.emit(Op::Int(0), Ty::Int, vec![])),
                (Loc::Float(_), Loc::Dead) => {
                    args.push(self.emit(Op::Float(0.0), Ty::Float, vec![]))
                }
                _ => return demote,
            }
            let wanted = target[n as usize];
            if let (Loc::Mem, Some(c)) = (wanted.loc, wanted.cached)
                && params.contains(&c)
            {
                args.push(match self.state[n as usize].loc {
                    Loc::Dead => self.emit(Op::LoadReg(n), Ty::Word, vec![]),
                    _ => self.word(n),
                });
            }
            let r = self.state[n as usize];
            if wanted.mirrored && !r.mirrored && r.loc != Loc::Dead {
                if matches!(wanted.loc, Loc::Float(_)) {
                    // Its word may be a heap pointer.
                    return Err(Stop::Demote(self.body().id, header, n));
                }
                let w = self.word(n);
                self.emit(Op::StoreRegDead(n), Ty::Unit, vec![w]);
            }
        }
        Ok(args)
    }

    /// Makes sure that what a loop relies on is so.
    fn fit_facts(&mut self, header: u32, n: u32, target: &Reg) -> Result<(), Stop> {
        let (wanted, facts) = (target.facts, self.state[n as usize].facts);
        if wanted.version != 0 && (wanted.version, wanted.shape) != (facts.version, facts.shape) {
            return Err(Stop::Demote(self.body().id, header, LAYOUTS));
        }
        if wanted.exact != 0 && wanted.exact != facts.exact {
            let w = self.word(n);
            self.guard_exact(n, w, wanted.exact);
        }
        Ok(())
    }

    /// Unboxes a number that is borrowed from an object, rather than giving it a reference of its own.
    fn unbox_borrowed(&mut self, n: u32) {
        if !matches!(self.state[n as usize].loc, Loc::Borrow(_, Lender::Object)) {
            return;
        }
        match self.kind(n) {
            Kind::Int => drop(self.int(n)),
            Kind::Float => drop(self.float(n)),
            _ => {}
        }
    }

    /// Whether a register is a named local of the function or of a call built into it.
    pub(super) fn is_local(&self, n: u32) -> bool {
        self.bodies
            .iter()
            .any(|b| (b.base..b.base + b.code.local_count).contains(&n))
    }

    /// Begins the block of an instruction that forward edges reach.
    fn join(&mut self, pc: u32) -> Result<(), Stop> {
        let edges = self.body_mut().pending.remove(&pc).unwrap_or_default();
        self.pc = pc;
        self.join_edges(pc, edges)?;
        if self.body().headers.contains_key(&pc) {
            self.begin_header(pc)?;
        }
        Ok(())
    }

    /// Begins a block that several blocks go on in.
    pub(super) fn join_edges(&mut self, pc: u32, edges: Vec<(BlockId, State)>) -> Result<(), Stop> {
        self.changed();
        if edges.len() == 1 {
            let (block, state) = edges.into_iter().next().expect("one edge");
            if self.body().handlers.get(&pc) == Some(&block) {
                self.block = block;
                self.state = state;
                return Ok(());
            }
            let next = self.f.add_block(pc);
            self.f.blocks[block.0 as usize].term = Term::Jump(next, Vec::new());
            self.block = next;
            self.state = state;
            return Ok(());
        }
        // What all edges agree on stays unboxed, the rest goes to the window.
        let base = self.body().base;
        let locals = base..base + self.body().code.local_count;
        let next = self.f.add_block(pc);
        let mut target = edges[0].1.clone();
        let mut constants = Vec::new();
        for n in 0..target.regs.len() {
            let first = target[n];
            let all = |same: &dyn Fn(&Reg) -> bool| edges.iter().all(|(_, s)| same(&s[n]));
            let kind = loc_kind(first.loc);
            let same = all(&|r| loc_kind(r.loc) == kind);
            let dead = edges.iter().any(|(_, s)| s[n].loc == Loc::Dead);
            let find = |f: &dyn Fn(&Reg) -> u64| {
                edges
                    .iter()
                    .map(|(_, s)| f(&s[n]))
                    .find(|&x| x != 0)
                    .unwrap_or(0)
            };
            let r = &mut target[n];
            for (_, s) in &edges {
                if s[n].facts.version != r.facts.version {
                    r.facts.version = 0;
                    r.facts.shape = 0;
                }
                if s[n].facts.shape != r.facts.shape {
                    r.facts.shape = 0;
                }
                if s[n].facts.exact != r.facts.exact {
                    r.facts.exact = 0;
                }
            }
            r.mirrored = same && all(&|x| x.mirrored);
            if !all(&|x| x.cached == first.cached) {
                r.cached = None;
            }
            if !all(&|x| x.choice == first.choice) {
                r.choice = None;
            }
            r.sample = find(&|r| r.sample);
            r.hint = find(&|r| r.hint);
            r.item = find(&|r| r.item);
            r.loc = match kind {
                _ if dead => Loc::Dead,
                KIND_INT if same => Loc::Int(self.f.add_param(next, Ty::Int)),
                KIND_FLOAT if same => Loc::Float(self.f.add_param(next, Ty::Float)),
                KIND_BOOL if same => Loc::Bool(self.f.add_param(next, Ty::Bool)),
                KIND_BORROW if same => match first.loc {
                    // Two parameters look alike and are not the same constant.
                    Loc::Borrow(v, Lender::Constant)
                        if self.f.inst(v).op != Op::Param
                            && all(&|r| match r.loc {
                                Loc::Borrow(w, Lender::Constant) => {
                                    self.f.inst(w).op == self.f.inst(v).op
                                }
                                _ => false,
                            }) =>
                    {
                        constants.push((n, self.f.inst(v).op));
                        first.loc
                    }
                    Loc::Borrow(_, lender)
                        if all(&|r| matches!(r.loc, Loc::Borrow(_, l) if l == lender)) =>
                    {
                        Loc::Borrow(self.f.add_param(next, Ty::Word), lender)
                    }
                    _ => Loc::Mem,
                },
                _ => Loc::Mem,
            };
            // Locals are never dead: an unbound one is an empty word in the window.
            if dead && locals.contains(&(n as u32)) {
                r.loc = Loc::Mem;
            }
        }
        // A lender must be where it can lend in every state.
        for n in 0..target.regs.len() {
            if let Loc::Borrow(p, Lender::Register(r)) = target[n].loc
                && target[r as usize].loc != Loc::Mem
            {
                self.f.blocks[next.0 as usize].params.retain(|x| *x != p);
                target[n].loc = Loc::Mem;
            }
        }
        target.pushed = edges.iter().map(|(_, s)| s.pushed).max().unwrap_or(0);
        target.dirty = false;
        for (block, state) in edges {
            self.block = block;
            self.state = state;
            self.changed();
            self.check_finalizers();
            let args = self.fit(pc, next, &target)?;
            self.close(Term::Jump(next, args));
        }
        self.block = next;
        self.state = target;
        self.changed();
        for (n, op) in constants {
            let v = self.emit(op, Ty::Word, vec![]);
            self.state[n].loc = Loc::Borrow(v, Lender::Constant);
        }
        Ok(())
    }

    /// Ends the block with a branch; both sides start blocks of their own with the present state.
    fn branch(&mut self, cond: Id, then_pc: u32, else_pc: u32) -> Result<(), Stop> {
        let (t, e) = (self.f.add_block(then_pc), self.f.add_block(else_pc));
        self.split(cond, t, e);
        let state = self.state.clone();
        self.block = t;
        self.goto(then_pc)?;
        self.block = e;
        self.state = state;
        self.changed();
        self.goto(else_pc)
    }

    /// Ends the block with a branch to two new blocks.
    pub(super) fn split(&mut self, cond: Id, then: BlockId, otherwise: BlockId) {
        self.close(Term::Branch {
            cond,
            then: (then, Vec::new()),
            otherwise: (otherwise, Vec::new()),
        });
    }

    pub(super) fn jump_target(&self, i: u64, pc: u32) -> (u32, u32) {
        let offset = Instr(i).c();
        if offset == EXTENDED {
            (Instr(self.body().instrs[pc as usize + 1]).bc(), pc + 2)
        } else {
            ((pc as i64 + 1 + i64::from(offset as i16)) as u32, pc + 1)
        }
    }

    /// Builds instructions from `pc` until control leaves the straight line.
    pub(super) fn walk(&mut self, start: u32) -> Result<(), Stop> {
        let mut pc = start;
        loop {
            if self.f.insts.len() > 40_000 {
                return Err(Stop::Refused(Refusal::TooLarge));
            }
            let body = self.body();
            if pc != start
                && (body.pending.contains_key(&pc)
                    || body.known.contains_key(&pc)
                    || body.headers.contains_key(&pc))
            {
                return self.goto(pc);
            }
            self.pc = pc;
            self.changed();
            self.check_finalizers();
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

    /// The truth of a register, without running Python code; `None`: only the general way knows.
    pub(super) fn truth_of(&mut self, n: u32, pc: u32) -> Option<Id> {
        let zero = |b: &mut Self, x: Id| {
            let zero = b.emit(Op::Int(0), Ty::Int, vec![]);
            b.emit(Op::IntCmp(Cond::Ne), Ty::Bool, vec![x, zero])
        };
        match self.state[n as usize].loc {
            Loc::Bool(v) => return Some(v),
            Loc::Int(x) => return Some(zero(self, x)),
            Loc::Float(x) => {
                let zero = self.emit(Op::Float(0.0), Ty::Float, vec![]);
                return Some(self.emit(Op::FloatCmp(Cond::Ne), Ty::Bool, vec![x, zero]));
            }
            _ => {}
        }
        if self.is_general(pc) {
            return None;
        }
        match self.sample(n) {
            encoding::TRUE | encoding::FALSE => {
                let w = self.word(n);
                Some(self.guarded(Op::GuardBool, Ty::Bool, vec![w], "not a bool"))
            }
            w if encoding::is_int(w) => {
                let x = self.int(n);
                Some(zero(self, x))
            }
            w if w == encoding::NONE || w == 0 && self.state[n as usize].hint == 0 => {
                let w = self.word(n);
                Some(self.guarded(Op::SimpleTruth, Ty::Bool, vec![w], "truth"))
            }
            _ => {
                let ty = self.expected_type(n);
                let offset = self.len_offset(ty)?;
                let w = self.word(n);
                self.guard_exact(n, w, ty);
                let x = self.emit(Op::LoadLen { offset }, Ty::Int, vec![w]);
                Some(zero(self, x))
            }
        }
    }

    /// Jumps.
    pub(super) fn jumps(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::JUMP_FORWARD | op::JUMP_NO_INTERRUPT => {
                self.goto(Instr(i).bc())?;
                Ok(None)
            }
            op::JUMP_BACKWARD => {
                let target = Instr(i).bc();
                self.pc = target;
                self.changed();
                self.check_finalizers();
                self.guarded(Op::Poll, Ty::Unit, vec![], "poll");
                self.goto(target)?;
                Ok(None)
            }
            op::JUMP_LT | op::JUMP_LE | op::JUMP_EQ | op::JUMP_NE | op::JUMP_GT | op::JUMP_GE => {
                let cond = [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge]
                    [(byte - op::JUMP_LT) as usize];
                let (target, fall) = self.jump_target(i, pc);
                let v = match self.compare(pc, self.a(i), self.b(i), cond) {
                    Some(v) => {
                        self.kill_operands(i);
                        v
                    }
                    None => self.window_condition(i, pc, Op::CompareJump { at: self.site(pc) }),
                };
                self.conditional(v, flags & IF_FALSE == 0, target, fall)
            }
            op::JUMP_LT_IMM
            | op::JUMP_LE_IMM
            | op::JUMP_EQ_IMM
            | op::JUMP_NE_IMM
            | op::JUMP_GT_IMM
            | op::JUMP_GE_IMM => self.compare_imm(i, pc),
            op::JUMP_IF_TRUE | op::JUMP_IF_FALSE => {
                let target = Instr(i).bc();
                let v = match self.truth_of(self.a(i), pc) {
                    Some(v) => {
                        self.kill_operands(i);
                        v
                    }
                    None => self.window_condition(i, pc, Op::Truth { at: self.site(pc) }),
                };
                self.conditional(v, byte == op::JUMP_IF_TRUE, target, pc + 1)
            }
            op::JUMP_IF_NONE | op::JUMP_IF_NOT_NONE => {
                let x = self.word(self.a(i));
                let none = self.constant(encoding::NONE);
                let v = self.emit(Op::WordEq, Ty::Bool, vec![x, none]);
                self.kill_operands(i);
                self.conditional(v, byte == op::JUMP_IF_NONE, Instr(i).bc(), pc + 1)
            }
            op::JUMP_IS => {
                let (target, fall) = self.jump_target(i, pc);
                let (x, y) = (self.word(self.a(i)), self.word(self.b(i)));
                let v = self.emit(Op::WordEq, Ty::Bool, vec![x, y]);
                self.kill_operands(i);
                self.conditional(v, flags & IF_FALSE == 0, target, fall)
            }
            _ => {
                let (target, fall) = self.jump_target(i, pc);
                let v = match self.contains(pc, self.a(i), self.b(i)) {
                    Some(v) => {
                        self.kill_operands(i);
                        v
                    }
                    None => self.window_condition(i, pc, Op::CompareJump { at: self.site(pc) }),
                };
                self.conditional(v, flags & IF_FALSE == 0, target, fall)
            }
        }
    }

    fn compare_imm(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let flags = Instr(i).flags();
        let n = self.a(i);
        let cond = [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge]
            [(i as u8 - op::JUMP_LT_IMM) as usize];
        let imm = i64::from(Instr(i).b() as i16);
        let (target, fall) = self.jump_target(i, pc);
        let v = match self.arithmetic_kind(pc, self.kind(n), Kind::Int) {
            Kind::Int => {
                let x = self.int(n);
                let y = self.emit(Op::Int(imm << 1), Ty::Int, vec![]);
                self.emit(Op::IntCmp(cond), Ty::Bool, vec![x, y])
            }
            Kind::Float => {
                let x = self.float(n);
                let y = self.emit(Op::Float(imm as f64), Ty::Float, vec![]);
                self.emit(Op::FloatCmp(cond), Ty::Bool, vec![x, y])
            }
            _ => {
                let v = self.window_condition(i, pc, Op::CompareJump { at: self.site(pc) });
                return self.conditional(v, flags & IF_FALSE == 0, target, fall);
            }
        };
        self.kill_operands(i);
        self.conditional(v, flags & IF_FALSE == 0, target, fall)
    }
}
