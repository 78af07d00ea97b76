//! Bytecode to HIR by abstract interpretation of the register window.
//!
//! For each register the builder knows where its value is ([`Loc`]): in the
//! window, unboxed in a value, borrowed in a value, or nowhere (dead). Types are
//! guessed from *samples*: compilation happens while the frame is at hand, so the
//! builder follows the words that the registers hold right now through the
//! instructions (an attribute's sample is what the sample object holds). Guesses
//! become guards; where they failed before, the profile of the code says so.

use std::collections::{BTreeSet, HashMap, HashSet};

use taipan_compiler::opcode::{
    EXTENDED, IF_FALSE, Instr, KILL_A, KILL_B, KILL_C, Opcode, OperandKind,
};
use taipan_object::value::encoding;
use taipan_object::{ObjectHeader, Vm};
use taipan_vm::code::{Cache, PyCode};
use taipan_vm::op;

use crate::hir::{BlockId, Cond, Exit, ExitId, Function, Id, Op, Spill, Term, Ty};
use crate::profile::{Kind, Profile};

/// Where a register's value is.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Loc {
    /// In the window, owned by it.
    Mem,
    Int(Id),
    Float(Id),
    Bool(Id),
    /// A word borrowed from an object; the window holds nothing.
    Borrow(Id),
    /// Nothing; the window holds no heap pointer.
    Dead,
}

/// What is known of the object that a register holds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Facts {
    version: u64,
    shape: u64,
    exact: u64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Reg {
    loc: Loc,
    /// The window may hold a heap pointer (only with `Loc::Mem`).
    facts: Facts,
    /// A word of the kind expected here; 0: none known.
    sample: u64,
    /// Address of the type expected here, where there is no sample; 0: none known.
    hint: u64,
    /// For iterators: a sample of what they give.
    item: u64,
    /// Unboxed, but the window holds the value too: frames may be looked at during calls.
    mirrored: bool,
}

type State = Vec<Reg>;

const DEAD: Reg = Reg {
    loc: Loc::Dead,
    facts: Facts {
        version: 0,
        shape: 0,
        exact: 0,
    },
    sample: 0,
    hint: 0,
    item: 0,
    mirrored: false,
};

/// Why a function is not compiled.
#[derive(Debug)]
pub enum Refusal {
    /// An instruction that only the interpreter runs.
    Unsupported(&'static str),
    TooLarge,
    /// Loop-carried types did not settle.
    Unstable,
}

/// What the builder needs to know.
pub struct Input<'a> {
    pub vm: &'a Vm,
    pub code: &'a PyCode,
    /// The working copy of the instructions and its caches.
    pub instrs: &'a [u64],
    pub caches: &'a [Cache],
    /// First instruction: 0, or a loop header.
    pub start: u32,
    /// Words in the registers right now, for samples.
    pub window: &'a [u64],
    pub globals: u64,
    pub builtins: u64,
    pub profile: &'a Profile,
    pub osr: bool,
}

/// Builds the HIR of a function from an instruction on.
pub fn build(input: &Input<'_>) -> Result<Function, Refusal> {
    if input.instrs.len() > 6000 {
        return Err(Refusal::TooLarge);
    }
    let mut in_memory: HashSet<(u32, u32)> = HashSet::new();
    for _ in 0..24 {
        let mut b = Builder::new(input, &in_memory);
        match b.run() {
            Ok(()) => return Ok(b.f),
            Err(Stop::Refused(r)) => return Err(r),
            Err(Stop::Demote(header, register)) => {
                if !in_memory.insert((header, register)) {
                    return Err(Refusal::Unstable);
                }
            }
        }
    }
    Err(Refusal::Unstable)
}

enum Stop {
    Refused(Refusal),
    /// This register changes its type around this loop: keep it in the window there.
    Demote(u32, u32),
}

struct Builder<'a> {
    i: &'a Input<'a>,
    in_memory: &'a HashSet<(u32, u32)>,
    f: Function,
    block: BlockId,
    state: State,
    headers: HashMap<u32, HeaderInfo>,
    /// Blocks begun by instruction index, and the state that they start with.
    known: HashMap<u32, (BlockId, State)>,
    /// Edges that wait for their forward target: from block, state there.
    pending: HashMap<u32, Vec<(BlockId, State)>>,
    queue: BTreeSet<u32>,
    exit_cache: Option<(u32, ExitId)>,
    pc: u32,
}

#[derive(Default, Clone)]
struct HeaderInfo {
    /// Registers that arithmetic or iteration in the loop writes.
    written: HashSet<u32>,
}

fn a(i: u64) -> u32 {
    u32::from(Instr(i).a())
}
fn b(i: u64) -> u32 {
    u32::from(Instr(i).b())
}
fn c(i: u64) -> u32 {
    u32::from(Instr(i).c())
}

impl<'a> Builder<'a> {
    fn new(input: &'a Input<'a>, in_memory: &'a HashSet<(u32, u32)>) -> Self {
        let mut headers: HashMap<u32, HeaderInfo> = HashMap::new();
        for (pc, &word) in input.code.code.instrs.iter().enumerate() {
            if word.op() == Some(Opcode::JumpBackward) {
                let target = word.bc();
                let info = headers.entry(target).or_default();
                for instr in &input.code.code.instrs[target as usize..pc] {
                    if let Some(o) = instr.op()
                        && o.operands()[0] == OperandKind::Def
                        && o != Opcode::LoadConst
                    {
                        info.written.insert(u32::from(instr.a()));
                    }
                }
            }
        }
        let locals = input.code.local_count as usize;
        let state = (0..input.code.register_count as usize)
            .map(|n| {
                let sample = input.window.get(n).copied().unwrap_or(0);
                // Temporaries that are live at a loop header hold something (iterators); the others hold no heap pointer.
                if n < locals || encoding::is_heap(sample) {
                    Reg {
                        loc: Loc::Mem,
                        sample,
                        ..DEAD
                    }
                } else {
                    Reg { sample, ..DEAD }
                }
            })
            .collect();
        let mut f = Function {
            name: format!("{}@{}", input.code.code.qualname, input.start),
            ..Function::default()
        };
        let block = f.add_block(input.start);
        Self {
            i: input,
            in_memory,
            f,
            block,
            state,
            headers,
            known: HashMap::new(),
            pending: HashMap::new(),
            queue: BTreeSet::new(),
            exit_cache: None,
            pc: input.start,
        }
    }

    fn original(&self, pc: u32) -> Instr {
        self.i.code.code.instrs[pc as usize]
    }

    // ---- emitting

    fn emit(&mut self, op: Op, ty: Ty, args: Vec<Id>) -> Id {
        self.f.add_inst(self.block, op, ty, args, None)
    }
    /// Emits an instruction that may leave to the present instruction.
    fn guarded(&mut self, op: Op, ty: Ty, args: Vec<Id>, reason: &'static str) -> Id {
        let exit = self.exit_here(reason);
        self.f.add_inst(self.block, op, ty, args, Some(exit))
    }
    fn spills(&self) -> Vec<Spill> {
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
    fn unboxed_constant(&mut self, w: u64) -> Loc {
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
    fn exit_here(&mut self, reason: &'static str) -> ExitId {
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
    fn exit_raised(&mut self) -> ExitId {
        let exit = Exit {
            pc: self.pc,
            raised: true,
            spills: self.spills(),
            reason: "raised",
        };
        self.f.add_exit(exit)
    }
    fn changed(&mut self) {
        self.exit_cache = None;
    }

    // ---- registers

    /// A register's word, borrowed. Unboxed values are boxed.
    fn word(&mut self, n: u32) -> Id {
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
    fn flush(&mut self, n: u32) {
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
    fn promote(&mut self) {
        for n in 0..self.state.len() as u32 {
            if matches!(self.state[n as usize].loc, Loc::Borrow(_)) {
                self.flush(n);
            }
        }
    }
    /// The register's old value goes; the window holds no heap pointer afterwards.
    fn clear(&mut self, n: u32) {
        let r = self.state[n as usize];
        if r.loc == Loc::Mem || r.mirrored && matches!(r.loc, Loc::Float(_)) {
            self.promote_except(n);
            self.emit(Op::ClearReg(n), Ty::Unit, vec![]);
        }
        self.state[n as usize] = DEAD;
        self.changed();
    }
    /// Writes unboxed locals to the window, where whoever looks at the frame during a call finds them.
    fn mirror_locals(&mut self) {
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
    fn promote_except(&mut self, except: u32) {
        for n in 0..self.state.len() as u32 {
            if n != except && matches!(self.state[n as usize].loc, Loc::Borrow(_)) {
                self.flush(n);
            }
        }
    }
    fn set(&mut self, n: u32, loc: Loc, sample: u64) {
        self.clear(n);
        self.state[n as usize] = Reg {
            loc,
            sample,
            ..DEAD
        };
    }
    fn kill_operands(&mut self, i: u64) {
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
    fn sample(&self, n: u32) -> u64 {
        self.state[n as usize].sample
    }
    /// What kind of number a register is expected to hold.
    fn kind(&self, n: u32) -> Kind {
        match self.state[n as usize].loc {
            Loc::Int(_) => Kind::Int,
            Loc::Float(_) => Kind::Float,
            Loc::Bool(_) => Kind::Other,
            _ => Kind::of(self.sample(n)),
        }
    }
    fn int(&mut self, n: u32) -> Id {
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
    fn float(&mut self, n: u32) -> Id {
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

    // ---- control

    fn run(&mut self) -> Result<(), Stop> {
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
    fn enter_header(&mut self, pc: u32) -> Result<(), Stop> {
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

    fn close(&mut self, term: Term) {
        self.f.blocks[self.block.0 as usize].term = term;
    }

    /// Jumps from the present block and state to an instruction.
    fn goto(&mut self, pc: u32) -> Result<(), Stop> {
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
    fn fit(&mut self, header: u32, target: &State) -> Result<Vec<Id>, Stop> {
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
    fn join(&mut self, pc: u32) -> Result<(), Stop> {
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
    fn branch(&mut self, cond: Id, then_pc: u32, else_pc: u32) -> Result<(), Stop> {
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

    fn jump_target(&self, i: u64, pc: u32) -> (u32, u32) {
        let offset = Instr(i).c();
        if offset == EXTENDED {
            (Instr(self.i.instrs[pc as usize + 1]).bc(), pc + 2)
        } else {
            ((pc as i64 + 1 + i64::from(offset as i16)) as u32, pc + 1)
        }
    }

    /// Builds instructions from `pc` until control leaves the straight line.
    fn walk(&mut self, start: u32) -> Result<(), Stop> {
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

    /// Runs the instruction as the interpreter would, on the window.
    fn interpret(&mut self, pc: u32) -> Result<(), Stop> {
        let instr = self.original(pc);
        let Some(opcode) = instr.op() else {
            return Err(Stop::Refused(Refusal::Unsupported("quickened")));
        };
        let ext = self.i.code.code.instrs.get(pc as usize + 1).copied();
        let window = instr.window(ext);
        // Operands into the window.
        let kinds = opcode.operands();
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            if matches!(
                kind,
                OperandKind::Use
                    | OperandKind::UseDef
                    | OperandKind::OptUse
                    | OperandKind::Cell
                    | OperandKind::Local
            ) && n != u16::MAX
            {
                self.flush(u32::from(n));
            }
        }
        if let Some(w) = window {
            for n in w.start
                ..w.start
                    + w.consumed.max(
                        if opcode == Opcode::MatchClass || opcode == Opcode::WithExceptStart {
                            2
                        } else {
                            0
                        },
                    )
            {
                self.flush(n);
            }
            if opcode == Opcode::MatchClass {
                self.flush(u32::from(instr.b()));
            }
        }
        self.promote();
        self.mirror_locals();
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
                self.state[n as usize] = DEAD;
            }
        }
        if matches!(opcode, Opcode::PopTop | Opcode::StoreFastMaybeNull) {
            let n = if opcode == Opcode::PopTop {
                instr.a()
            } else {
                instr.b()
            };
            self.state[n as usize] = DEAD;
        }
        if let Some(w) = window {
            for n in w.start..w.start + w.consumed {
                self.state[n as usize] = DEAD;
            }
        }
        let _ = before;
        let exit = self.exit_raised();
        let op = match opcode {
            Opcode::Call
            | Opcode::CallMethod
            | Opcode::CallKw
            | Opcode::CallMethodKw
            | Opcode::CallEx => Op::Call { pc },
            _ => Op::Interpret { pc },
        };
        self.f
            .add_inst(self.block, op, Ty::Unit, vec![], Some(exit));
        // Anything may have changed.
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        let hints = self.expected_results(&instr, opcode, &before);
        let defined = |s: &mut Reg| {
            *s = Reg {
                loc: Loc::Mem,
                ..DEAD
            }
        };
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            match kind {
                OperandKind::Def if instr.flags() & taipan_compiler::opcode::DISCARD == 0 => {
                    defined(&mut self.state[n as usize])
                }
                OperandKind::UseDef => defined(&mut self.state[n as usize]),
                OperandKind::Local => {
                    let r = &mut self.state[n as usize];
                    *r = Reg {
                        loc: Loc::Mem,
                        ..DEAD
                    };
                }
                _ => {}
            }
        }
        if let Some(Some((first, count))) = window.map(|w| w.written) {
            for n in first..first + count {
                defined(&mut self.state[n as usize]);
            }
        }
        for (n, sample, hint, item) in hints {
            let r = &mut self.state[n as usize];
            if r.loc == Loc::Mem {
                (r.sample, r.hint, r.item) = (sample, hint, item);
            }
        }
        self.changed();
        Ok(())
    }

    /// Calls a Python function that the sample of the callee's register names, with
    /// machine code of its own, without leaving compiled code. Whether it could.
    fn call_python(&mut self, i: u64, pc: u32) -> bool {
        let vm = self.i.vm;
        let method = i as u8 == op::CALL_METHOD;
        let callee = b(i);
        let word = self.sample(callee);
        if type_of(word) != vm.types.function.as_ptr() as u64 {
            return false;
        }
        // SAFETY: samples are live words; the type tells the payload.
        let function = unsafe {
            &(*(word as *const taipan_object::Object<taipan_vm::function::Function>)).payload
        };
        let code = function.code.borrow().clone();
        // SAFETY: as above; the word is a live function.
        if !unsafe { taipan_vm::function::code_offset_holds(&*(&raw const word).cast()) } {
            return false;
        }
        let argc = c(i) + u32::from(method);
        let first = callee + 1;
        if method && self.sample(first) == 0
            || code.simple_args != argc
            || code.is_generator
            || code.free_count > 0
            || code.instrs.get().is_null()
            || code.caches.get().is_null()
            || code.register_count > 200
        {
            return false;
        }
        for n in first..first + argc {
            self.flush(n);
        }
        self.flush(callee);
        self.promote();
        self.mirror_locals();
        self.changed();
        let w = self.emit(Op::LoadReg(callee), Ty::Word, vec![]);
        self.guarded(Op::GuardWord(word), Ty::Unit, vec![w], "callee");
        if method {
            let this = self.emit(Op::LoadReg(first), Ty::Word, vec![]);
            let empty = self.emit(Op::Word(0), Ty::Word, vec![]);
            let same = self.emit(Op::WordEq, Ty::Bool, vec![this, empty]);
            let bound = self.emit(Op::BoolNot, Ty::Bool, vec![same]);
            self.guarded(Op::GuardTrue, Ty::Unit, vec![bound], "no self");
        }
        self.guarded(
            Op::GuardField {
                offset: 16 + taipan_vm::function::Function::CODE_OFFSET as u32,
                value: code.as_ptr() as u64,
            },
            Ty::Unit,
            vec![w],
            "code of callee",
        );
        for n in callee..first + argc {
            self.state[n as usize] = DEAD;
        }
        self.changed();
        let exit = self.exit_raised();
        let discard = Instr(i).flags() & taipan_compiler::opcode::DISCARD != 0;
        let kinds = code.return_kinds.get();
        let v = self.f.add_inst(
            self.block,
            Op::CallPython {
                pc,
                function: word,
                first,
                argc,
            },
            Ty::Word,
            vec![],
            Some(exit),
        );
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        if discard {
            self.emit(Op::Release, Ty::Unit, vec![v]);
        } else {
            self.clear(a(i));
            self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![v]);
            let sample = match kinds {
                1 => encoding::INT_TAG,
                2 => encoding::FLOAT_ZERO,
                _ => 0,
            };
            self.state[a(i) as usize] = Reg {
                loc: Loc::Mem,
                sample,
                ..DEAD
            };
        }
        self.changed();
        true
    }

    /// What an interpreted instruction is expected to leave: register, sample, type, sample of items.
    fn expected_results(
        &self,
        instr: &Instr,
        opcode: Opcode,
        before: &State,
    ) -> Vec<(u32, u64, u64, u64)> {
        let vm = self.i.vm;
        let (a, b) = (u32::from(instr.a()), usize::from(instr.b()));
        match opcode {
            Opcode::UnpackSequence => {
                let source = before[b].sample;
                (0..u32::from(instr.c()))
                    .filter_map(|n| Some((a + n, self.item_of(source, n as usize)?, 0, 0)))
                    .collect()
            }
            Opcode::GetIter => {
                let source = before[b];
                let is = |ty: &taipan_object::TypeRef| {
                    source.hint == ty.as_ptr() as u64
                        || type_of(source.sample) == ty.as_ptr() as u64
                };
                if is(&vm.types.range) {
                    vec![(
                        a,
                        0,
                        vm.types.range_iterator.as_ptr() as u64,
                        encoding::INT_TAG,
                    )]
                } else if is(&vm.types.list) {
                    vec![(
                        a,
                        0,
                        vm.types.list_iterator.as_ptr() as u64,
                        self.item_of(source.sample, 0).unwrap_or(0),
                    )]
                } else {
                    vec![(a, 0, 0, self.item_of(source.sample, 0).unwrap_or(0))]
                }
            }
            Opcode::Call | Opcode::CallMethod
                if instr.flags() & taipan_compiler::opcode::DISCARD == 0 =>
            {
                let callee = before[b].sample;
                if callee == vm.types.range.as_ptr() as u64 {
                    return vec![(a, 0, callee, 0)];
                }
                if callee == vm.types.float.as_ptr() as u64 {
                    return vec![(a, encoding::FLOAT_ZERO, 0, 0)];
                }
                if type_of(callee) == vm.types.function.as_ptr() as u64 {
                    // SAFETY: samples are live words; the type tells the payload.
                    let kinds = unsafe {
                        (*(callee as *const taipan_object::Object<taipan_vm::function::Function>))
                            .payload
                            .code
                            .borrow()
                            .return_kinds
                            .get()
                    };
                    return match kinds {
                        1 => vec![(a, encoding::INT_TAG, 0, 0)],
                        2 => vec![(a, encoding::FLOAT_ZERO, 0, 0)],
                        _ => vec![],
                    };
                }
                vec![]
            }
            Opcode::LoadMethod => {
                let cache = self.i.caches[self.pc as usize];
                let word = self.i.instrs[self.pc as usize];
                if word as u8 == op::LOAD_METHOD_CACHED {
                    vec![(a, cache.words[2], 0, 0), (a + 1, before[b].sample, 0, 0)]
                } else {
                    vec![]
                }
            }
            Opcode::Pow => vec![(a, encoding::FLOAT_ZERO, 0, 0)]
                .into_iter()
                .filter(|_| Kind::of(before[b].sample) == Kind::Float)
                .collect(),
            _ => vec![],
        }
    }

    /// An item of a sample that is an exact list or tuple.
    fn item_of(&self, container: u64, n: usize) -> Option<u64> {
        if !encoding::is_heap(container) {
            return None;
        }
        // SAFETY: samples are live words.
        unsafe { taipan_vm::iterate::index_fast(self.i.vm, container, n as i64) }
    }

    fn profile_kind(&self, pc: u32, guess: Kind) -> Kind {
        self.i.profile.kind_at(pc).unwrap_or(guess)
    }

    /// The kind of arithmetic for two operands.
    fn arithmetic_kind(&self, pc: u32, x: Kind, y: Kind) -> Kind {
        let guess = match (x, y) {
            (Kind::Int | Kind::Unknown, Kind::Int)
            | (Kind::Int, Kind::Unknown)
            | (Kind::Unknown, Kind::Unknown) => Kind::Int,
            (Kind::Float, Kind::Float | Kind::Int | Kind::Unknown)
            | (Kind::Int | Kind::Unknown, Kind::Float) => Kind::Float,
            _ => Kind::Other,
        };
        self.profile_kind(pc, guess)
    }

    fn instruction(&mut self, pc: u32) -> Result<Option<u32>, Stop> {
        let i = self.i.instrs[pc as usize];
        let next = Some(pc + 1);
        let opcode = self.original(pc).op();
        let flags = Instr(i).flags();
        let byte = i as u8;
        let optimistic = matches!(
            byte,
            op::LOAD_GLOBAL_MODULE
                | op::LOAD_GLOBAL_BUILTIN
                | op::LOAD_ATTR_SLOT
                | op::STORE_ATTR_SLOT
                | op::STORE_ATTR_ADD
                | op::LOAD_SUBSCR
                | op::STORE_SUBSCR
                | op::LOAD_DEREF
                | op::LOAD_METHOD_CACHED
                | op::LOAD_ATTR_CLASS
                | op::LOAD_ATTR_MODULE
                | op::LOAD_METHOD_MODULE
        );
        if optimistic && self.i.profile.kind_at(pc) == Some(Kind::Other) {
            self.interpret(pc)?;
            return Ok(next);
        }
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
            op::ADD
            | op::SUB
            | op::MUL
            | op::FLOOR_DIV
            | op::MOD
            | op::DIV
            | op::AND
            | op::OR
            | op::XOR
            | op::LSHIFT
            | op::RSHIFT => {
                if !self.arithmetic(i, pc)? {
                    self.interpret(pc)?;
                }
            }
            op::ADD_IMM | op::SUB_IMM => {
                let imm = i64::from(Instr(i).c() as i16);
                match self.arithmetic_kind(pc, self.kind(b(i)), Kind::Int) {
                    Kind::Int => {
                        let x = self.int(b(i));
                        let y = self.emit(Op::Int(imm << 1), Ty::Int, vec![]);
                        let op = if i as u8 == op::ADD_IMM {
                            Op::IntAdd
                        } else {
                            Op::IntSub
                        };
                        let v = self.guarded(op, Ty::Int, vec![x, y], "overflow");
                        self.result(i, Loc::Int(v), encoding::INT_TAG);
                    }
                    Kind::Float => {
                        let x = self.float(b(i));
                        let y = self.emit(Op::Float(imm as f64), Ty::Float, vec![]);
                        let op = if i as u8 == op::ADD_IMM {
                            Op::FloatAdd
                        } else {
                            Op::FloatSub
                        };
                        let v = self.emit(op, Ty::Float, vec![x, y]);
                        self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
                    }
                    _ => self.interpret(pc)?,
                }
            }
            op::NEG => match self.profile_kind(pc, self.kind(b(i))) {
                Kind::Int => {
                    let x = self.int(b(i));
                    let v = self.guarded(Op::IntNeg, Ty::Int, vec![x], "overflow");
                    self.result(i, Loc::Int(v), encoding::INT_TAG);
                }
                Kind::Float => {
                    let x = self.float(b(i));
                    let v = self.emit(Op::FloatNeg, Ty::Float, vec![x]);
                    self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
                }
                _ => self.interpret(pc)?,
            },
            op::NOT | op::TO_BOOL if matches!(self.state[b(i) as usize].loc, Loc::Bool(_)) => {
                let Loc::Bool(x) = self.state[b(i) as usize].loc else {
                    return Ok(next);
                };
                let v = if i as u8 == op::NOT {
                    self.emit(Op::BoolNot, Ty::Bool, vec![x])
                } else {
                    x
                };
                self.result(i, Loc::Bool(v), encoding::TRUE);
            }
            op::CMP_LT | op::CMP_LE | op::CMP_EQ | op::CMP_NE | op::CMP_GT | op::CMP_GE => {
                let cond = [Cond::Lt, Cond::Le, Cond::Eq, Cond::Ne, Cond::Gt, Cond::Ge]
                    [(i as u8 - op::CMP_LT) as usize];
                match self.compare_numbers(pc, b(i), c(i), cond) {
                    Some(v) => self.result(i, Loc::Bool(v), encoding::TRUE),
                    None => self.interpret(pc)?,
                }
            }
            op::IS | op::IS_NOT => {
                let (x, y) = (self.word(b(i)), self.word(c(i)));
                let mut v = self.emit(Op::WordEq, Ty::Bool, vec![x, y]);
                if i as u8 == op::IS_NOT {
                    v = self.emit(Op::BoolNot, Ty::Bool, vec![v]);
                }
                self.result(i, Loc::Bool(v), encoding::TRUE);
            }
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
            op::LOAD_GLOBAL_MODULE | op::LOAD_GLOBAL_BUILTIN => {
                let cache = self.i.caches[pc as usize];
                let module = i as u8 == op::LOAD_GLOBAL_MODULE;
                if !module {
                    // The name must stay absent from the globals.
                    let g = self.emit(Op::Word(self.i.globals), Ty::Word, vec![]);
                    self.guarded(
                        Op::GuardField {
                            offset: taipan_object::dict::Dict::KEYS_VERSION_OFFSET as u32,
                            value: cache.words[0],
                        },
                        Ty::Unit,
                        vec![g],
                        "globals changed",
                    );
                }
                let (address, version) = if module {
                    (self.i.globals, cache.words[0])
                } else {
                    (self.i.builtins, cache.words[2])
                };
                let v = self.guarded(
                    Op::LoadDict {
                        address,
                        version,
                        index: cache.words[1] as u32,
                    },
                    Ty::Word,
                    vec![],
                    "globals changed",
                );
                // SAFETY: the dict is alive and the place is live while its keys version is the cached one.
                let sample = unsafe {
                    let dict = &(*(address
                        as *const taipan_object::Object<taipan_object::dict::Dict>))
                        .payload;
                    if dict.keys_version() == version {
                        dict.word_at(cache.words[1] as usize)
                    } else {
                        0
                    }
                };
                self.result(i, Loc::Borrow(v), sample);
            }
            op::LOAD_ATTR_SLOT => {
                let cache = self.i.caches[pc as usize];
                let object = self.guard_shape(b(i), &cache);
                let sample = self.sample_field(b(i), &cache, cache.words[2]);
                let v = self.guarded(
                    Op::LoadField {
                        offset: cache.words[2] as u32,
                    },
                    Ty::Word,
                    vec![object],
                    "empty slot",
                );
                if flags & KILL_B != 0 && self.state[b(i) as usize].loc == Loc::Mem {
                    // The object may die with this reference: take the value's own first.
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
                } else {
                    self.result(i, Loc::Borrow(v), sample);
                }
            }
            op::LOAD_METHOD_CACHED
                if encoding::is_heap(self.sample(b(i)))
                    || !matches!(
                        self.state[b(i) as usize].loc,
                        Loc::Int(_) | Loc::Float(_) | Loc::Bool(_)
                    ) =>
            {
                let cache = self.i.caches[pc as usize];
                let sample = self.sample(b(i));
                let object = if cache.words[1] != 0 {
                    self.guard_shape(b(i), &cache)
                } else {
                    let object = self.word(b(i));
                    if self.state[b(i) as usize].facts.version != cache.words[0] {
                        self.guarded(
                            Op::GuardVersion(cache.words[0]),
                            Ty::Unit,
                            vec![object],
                            "type version",
                        );
                        self.state[b(i) as usize].facts = Facts {
                            version: cache.words[0],
                            ..Facts::default()
                        };
                    }
                    object
                };
                let facts = self.state[b(i) as usize].facts;
                let this = if self.state[b(i) as usize].loc == Loc::Mem
                    || matches!(self.state[b(i) as usize].loc, Loc::Borrow(_))
                {
                    self.owned(b(i), flags & KILL_B != 0)
                } else {
                    object
                };
                let function = self.emit(Op::Word(cache.words[2]), Ty::Word, vec![]);
                self.emit(Op::Retain, Ty::Unit, vec![function]);
                self.clear(a(i));
                self.clear(a(i) + 1);
                self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![function]);
                self.emit(Op::StoreRegDead(a(i) + 1), Ty::Unit, vec![this]);
                self.state[a(i) as usize] = Reg {
                    loc: Loc::Mem,
                    sample: cache.words[2],
                    ..DEAD
                };
                self.state[a(i) as usize + 1] = Reg {
                    loc: Loc::Mem,
                    sample,
                    facts,
                    ..DEAD
                };
                self.changed();
            }
            op::LOAD_ATTR_MODULE | op::LOAD_METHOD_MODULE
                if encoding::is_heap(self.sample(b(i)))
                    && type_of(self.sample(b(i))) == self.i.vm.types.module.as_ptr() as u64 =>
            {
                let cache = self.i.caches[pc as usize];
                let module = self.sample(b(i));
                let object = self.word(b(i));
                self.guarded(Op::GuardWord(module), Ty::Unit, vec![object], "module");
                // SAFETY: the sample is a live module, and the guard keeps it the one that is met.
                let address = unsafe {
                    (*(module as *const taipan_object::Object<taipan_object::module::Module>))
                        .payload
                        .dict
                        .as_ptr() as u64
                };
                let v = self.guarded(
                    Op::LoadDict {
                        address,
                        version: cache.words[0],
                        index: cache.words[1] as u32,
                    },
                    Ty::Word,
                    vec![],
                    "module changed",
                );
                // SAFETY: as for globals.
                let sample = unsafe {
                    let dict = &(*(address
                        as *const taipan_object::Object<taipan_object::dict::Dict>))
                        .payload;
                    if dict.keys_version() == cache.words[0] {
                        dict.word_at(cache.words[1] as usize)
                    } else {
                        0
                    }
                };
                self.result(i, Loc::Borrow(v), sample);
                if byte == op::LOAD_METHOD_MODULE {
                    self.flush(a(i));
                    self.clear(a(i) + 1);
                    let empty = self.emit(Op::Word(0), Ty::Word, vec![]);
                    self.emit(Op::StoreRegDead(a(i) + 1), Ty::Unit, vec![empty]);
                    self.state[a(i) as usize + 1] = Reg {
                        loc: Loc::Mem,
                        ..DEAD
                    };
                    self.changed();
                }
            }
            op::LOAD_ATTR_CLASS if encoding::is_heap(self.sample(b(i))) => {
                let cache = self.i.caches[pc as usize];
                if cache.words[1] != 0 {
                    self.guard_shape(b(i), &cache);
                } else {
                    let object = self.word(b(i));
                    if self.state[b(i) as usize].facts.version != cache.words[0] {
                        self.guarded(
                            Op::GuardVersion(cache.words[0]),
                            Ty::Unit,
                            vec![object],
                            "type version",
                        );
                        self.state[b(i) as usize].facts = Facts {
                            version: cache.words[0],
                            ..Facts::default()
                        };
                    }
                }
                let v = self.emit(Op::Word(cache.words[2]), Ty::Word, vec![]);
                self.result(i, Loc::Borrow(v), cache.words[2]);
            }
            op::STORE_ATTR_SLOT | op::STORE_ATTR_ADD => {
                let cache = self.i.caches[pc as usize];
                let object = self.guard_shape(a(i), &cache);
                self.promote_except(b(i));
                let value = self.owned(b(i), flags & KILL_B != 0);
                self.changed();
                if i as u8 == op::STORE_ATTR_SLOT {
                    self.emit(
                        Op::StoreField {
                            offset: cache.words[2] as u32,
                        },
                        Ty::Unit,
                        vec![object, value],
                    );
                } else {
                    let offset = self.instance_offset(&cache, a(i));
                    self.emit(
                        Op::SetField {
                            offset,
                            value: cache.words[2],
                        },
                        Ty::Unit,
                        vec![object],
                    );
                    self.emit(
                        Op::InitField {
                            offset: cache.words[3] as u32,
                        },
                        Ty::Unit,
                        vec![object, value],
                    );
                    let facts = &mut self.state[a(i) as usize].facts;
                    facts.shape = cache.words[2];
                    let new = *facts;
                    for r in &mut self.state {
                        r.facts.shape = 0;
                    }
                    self.state[a(i) as usize].facts = new;
                }
                if flags & KILL_A != 0 {
                    self.clear(a(i));
                }
            }
            op::LOAD_SUBSCR
                if self.kind(c(i)) == Kind::Int
                    && self.profile_kind(pc, Kind::Int) == Kind::Int =>
            {
                let container = self.sample(b(i));
                let vm = self.i.vm;
                let ty = if encoding::is_heap(container) {
                    // SAFETY: samples are live words.
                    unsafe { (*(container as *const ObjectHeader)).ty_ptr() as u64 }
                } else {
                    0
                };
                let op = if ty == vm.types.list.as_ptr() as u64 {
                    Op::ListItem
                } else if ty == vm.types.tuple.as_ptr() as u64 {
                    Op::TupleItem
                } else {
                    self.interpret(pc)?;
                    return Ok(next);
                };
                let index = self.int(c(i));
                let object = self.word(b(i));
                self.guard_exact(b(i), object, ty);
                let v = self.guarded(op, Ty::Word, vec![object, index], "index");
                let sample = self.sample_item(container, c(i));
                if flags & KILL_B != 0 && self.state[b(i) as usize].loc == Loc::Mem {
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
                } else {
                    self.result(i, Loc::Borrow(v), sample);
                }
            }
            op::STORE_SUBSCR
                if self.kind(b(i)) == Kind::Int
                    && self.profile_kind(pc, Kind::Int) == Kind::Int
                    && self.is_list(a(i)) =>
            {
                let index = self.int(b(i));
                let object = self.word(a(i));
                let list = self.i.vm.types.list.as_ptr() as u64;
                self.guard_exact(a(i), object, list);
                self.promote_except(c(i));
                let exit = self.exit_here("index");
                let value = self.borrowed_for_store(c(i));
                self.f.add_inst(
                    self.block,
                    Op::SetListItem,
                    Ty::Unit,
                    vec![object, index, value],
                    Some(exit),
                );
                // The list took a reference of its own.
                self.changed();
                self.kill_operands(i);
            }
            op::CALL | op::CALL_METHOD => {
                if self.i.profile.kind_at(pc) == Some(Kind::Other) || !self.call_python(i, pc) {
                    self.interpret(pc)?;
                }
            }
            op::FOR_ITER => return self.for_iter(i, pc),
            op::LOAD_DEREF => {
                let cell = self.word(b(i));
                let v = self.guarded(
                    Op::LoadField {
                        offset: taipan_object::function::Cell::VALUE_OFFSET as u32,
                    },
                    Ty::Word,
                    vec![cell],
                    "empty cell",
                );
                let w = self.state[b(i) as usize].sample;
                let sample = if encoding::is_heap(w) {
                    // SAFETY: samples are live words; a cell's register holds a cell.
                    unsafe {
                        *((w + taipan_object::function::Cell::VALUE_OFFSET as u64) as *const u64)
                    }
                } else {
                    0
                };
                self.result(i, Loc::Borrow(v), sample);
            }
            op::RETURN_VALUE => {
                if self.i.osr {
                    let exit = self.exit_here("return");
                    self.close(Term::Leave(exit));
                    return Ok(None);
                }
                self.promote_except(a(i));
                let killed = a(i) >= self.i.code.local_count;
                let value = match self.state[a(i) as usize].loc {
                    Loc::Mem => {
                        let _ = killed;
                        let w = self.emit(Op::LoadReg(a(i)), Ty::Word, vec![]);
                        let none = self.emit(Op::Word(encoding::NONE), Ty::Word, vec![]);
                        self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![none]);
                        w
                    }
                    Loc::Borrow(v) => {
                        self.emit(Op::Retain, Ty::Unit, vec![v]);
                        v
                    }
                    _ => self.word(a(i)),
                };
                self.release_locals();
                self.close(Term::Return(value));
                return Ok(None);
            }
            op::RETURN_CONST => {
                if self.i.osr {
                    let exit = self.exit_here("return");
                    self.close(Term::Leave(exit));
                    return Ok(None);
                }
                let w = self.i.code.const_values()[Instr(i).bc() as usize].word();
                let v = self.emit(Op::Word(w), Ty::Word, vec![]);
                self.emit(Op::Retain, Ty::Unit, vec![v]);
                self.release_locals();
                self.close(Term::Return(v));
                return Ok(None);
            }
            op::RAISE_VARARGS | op::RERAISE => {
                let exit = self.exit_here("raise");
                self.close(Term::Leave(exit));
                return Ok(None);
            }
            op::YIELD_VALUE
            | op::SEND
            | op::CLEANUP_THROW
            | op::END_ASYNC_FOR
            | op::GET_AWAITABLE => {
                return Err(Stop::Refused(Refusal::Unsupported("generator")));
            }
            op::LOAD_FAR | op::STORE_FAR => {
                return Err(Stop::Refused(Refusal::Unsupported("far registers")));
            }
            op::UNPACK_EX if Instr(i).c() == EXTENDED => {
                return Err(Stop::Refused(Refusal::Unsupported("wide unpacking")));
            }
            _ => {
                if opcode.is_some_and(|o| o.flow() != taipan_compiler::opcode::Flow::Next) {
                    return Err(Stop::Refused(Refusal::Unsupported("control flow")));
                }
                self.interpret(pc)?;
            }
        }
        Ok(next)
    }

    /// At a return: the frame object, if there is one, takes the locals; what remains is released.
    fn release_locals(&mut self) {
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
    fn result(&mut self, i: u64, loc: Loc, sample: u64) {
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
    fn owned(&mut self, n: u32, killed: bool) -> Id {
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
    fn borrowed_for_store(&mut self, n: u32) -> Id {
        self.word(n)
    }

    fn is_list(&self, n: u32) -> bool {
        let w = self.sample(n);
        // SAFETY: samples are live words.
        encoding::is_heap(w)
            && unsafe {
                (*(w as *const ObjectHeader)).ty_ptr() == self.i.vm.types.list.as_ptr().cast_const()
            }
    }

    fn guard_exact(&mut self, n: u32, object: Id, ty: u64) {
        if self.state[n as usize].facts.exact != ty {
            self.guarded(Op::GuardType(ty), Ty::Unit, vec![object], "type");
            self.state[n as usize].facts.exact = ty;
        }
    }

    /// Guards that a register holds an object of the cached type version and shape; its word.
    fn guard_shape(&mut self, n: u32, cache: &Cache) -> Id {
        let object = self.word(n);
        let facts = self.state[n as usize].facts;
        if facts.version != cache.words[0] {
            self.guarded(
                Op::GuardVersion(cache.words[0]),
                Ty::Unit,
                vec![object],
                "type version",
            );
            self.state[n as usize].facts = Facts {
                version: cache.words[0],
                shape: 0,
                exact: 0,
            };
        }
        if self.state[n as usize].facts.shape != cache.words[1] {
            let offset = self.instance_offset(cache, n);
            self.guarded(
                Op::GuardField {
                    offset,
                    value: cache.words[1],
                },
                Ty::Unit,
                vec![object],
                "shape",
            );
            self.state[n as usize].facts.shape = cache.words[1];
        }
        object
    }

    /// Byte offset of the shape word in objects that the cache describes.
    fn instance_offset(&self, cache: &Cache, _: u32) -> u32 {
        let shape = cache.words[1] as *const taipan_object::instance::Shape;
        // SAFETY: shapes live as long as their type, which the cache's version keeps identified.
        unsafe { (*(*shape).ty).payload.instance_offset }
    }

    fn sample_field(&self, n: u32, cache: &Cache, offset: u64) -> u64 {
        let w = self.sample(n);
        if !encoding::is_heap(w) {
            return 0;
        }
        // SAFETY: samples are live words; the shape tells that the field is there.
        unsafe {
            let header = &*(w as *const ObjectHeader);
            if header.ty().version.get() != cache.words[0] {
                return 0;
            }
            let shape = *((w + u64::from(header.ty().instance_offset)) as *const u64);
            if shape != cache.words[1] {
                0
            } else {
                *((w + offset) as *const u64)
            }
        }
    }

    fn sample_item(&self, container: u64, index: u32) -> u64 {
        let n = match self.sample(index) {
            w if encoding::is_int(w) => encoding::as_int(w),
            _ => 0,
        };
        // SAFETY: samples are live words.
        let at = |n: i64| unsafe { taipan_vm::iterate::index_fast(self.i.vm, container, n) };
        at(n).or_else(|| at(0)).unwrap_or(0)
    }

    /// A register's number as a float without loss: leaves for ints beyond 2**53.
    fn exact_float(&mut self, n: u32) -> Id {
        const EXACT: i64 = 1 << 53;
        if self.kind(n) == Kind::Int {
            let v = self.int(n);
            for (cond, bound) in [(Cond::Le, EXACT), (Cond::Ge, -EXACT)] {
                let limit = self.emit(Op::Int(bound << 1), Ty::Int, vec![]);
                let fits = self.emit(Op::IntCmp(cond), Ty::Bool, vec![v, limit]);
                self.guarded(Op::GuardTrue, Ty::Unit, vec![fits], "large int");
            }
            return self.emit(Op::IntToFloat, Ty::Float, vec![v]);
        }
        self.float(n)
    }

    fn compare_numbers(&mut self, pc: u32, x: u32, y: u32, cond: Cond) -> Option<Id> {
        match self.arithmetic_kind(pc, self.kind(x), self.kind(y)) {
            Kind::Int => {
                let (x, y) = (self.int(x), self.int(y));
                Some(self.emit(Op::IntCmp(cond), Ty::Bool, vec![x, y]))
            }
            Kind::Float if self.kind(x) != Kind::Int || self.kind(y) != Kind::Int => {
                let (x, y) = (self.exact_float(x), self.exact_float(y));
                Some(self.emit(Op::FloatCmp(cond), Ty::Bool, vec![x, y]))
            }
            _ => None,
        }
    }

    fn arithmetic(&mut self, i: u64, pc: u32) -> Result<bool, Stop> {
        let (x, y) = (b(i), c(i));
        let byte = i as u8;
        let kind = self.arithmetic_kind(pc, self.kind(x), self.kind(y));
        match (kind, byte) {
            (Kind::Int, op::DIV) | (Kind::Float, op::DIV) => {
                // Float division converts as CPython does; int division must be exact.
                let exact = self.kind(x) == Kind::Int && self.kind(y) == Kind::Int;
                let (x, y) = if exact {
                    (self.exact_float(x), self.exact_float(y))
                } else {
                    (self.float(x), self.float(y))
                };
                let v = self.guarded(Op::FloatDiv, Ty::Float, vec![x, y], "division by zero");
                self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
            }
            (Kind::Int, _) => {
                let (x, y) = (self.int(x), self.int(y));
                let (op, may_leave) = match byte {
                    op::ADD => (Op::IntAdd, true),
                    op::SUB => (Op::IntSub, true),
                    op::MUL => (Op::IntMul, true),
                    op::FLOOR_DIV => (Op::IntFloorDiv, true),
                    op::MOD => (Op::IntMod, true),
                    op::LSHIFT => (Op::IntShl, true),
                    op::RSHIFT => (Op::IntShr, true),
                    op::AND => (Op::IntAnd, false),
                    op::OR => (Op::IntOr, false),
                    _ => (Op::IntXor, false),
                };
                let v = if may_leave {
                    self.guarded(op, Ty::Int, vec![x, y], "overflow")
                } else {
                    self.emit(op, Ty::Int, vec![x, y])
                };
                self.result(i, Loc::Int(v), encoding::INT_TAG);
            }
            (Kind::Float, op::ADD | op::SUB | op::MUL) => {
                let (x, y) = (self.float(x), self.float(y));
                let op = match byte {
                    op::ADD => Op::FloatAdd,
                    op::SUB => Op::FloatSub,
                    _ => Op::FloatMul,
                };
                let v = self.emit(op, Ty::Float, vec![x, y]);
                self.result(i, Loc::Float(v), encoding::FLOAT_ZERO);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A condition computed on the window by the interpreter's code; operands are consumed.
    fn window_condition(&mut self, i: u64, pc: u32, op: Op) -> Id {
        let instr = self.original(pc);
        let kinds = instr
            .op()
            .map(Opcode::operands)
            .unwrap_or([OperandKind::None; 3]);
        for (kind, n) in kinds.iter().zip([instr.a(), instr.b(), instr.c()]) {
            if *kind == OperandKind::Use {
                self.flush(u32::from(n));
            }
        }
        self.promote();
        self.mirror_locals();
        let flags = instr.flags();
        if flags & KILL_A != 0 {
            self.state[a(i) as usize] = DEAD;
        }
        if flags & KILL_B != 0 && kinds[1] == OperandKind::Use {
            self.state[b(i) as usize] = DEAD;
        }
        self.changed();
        let exit = self.exit_raised();
        let v = self
            .f
            .add_inst(self.block, op, Ty::Bool, vec![], Some(exit));
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        self.changed();
        v
    }

    fn conditional(
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

    fn for_iter(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let (target, fall) = self.jump_target(i, pc);
        let it = self.sample(b(i));
        let range = self.i.vm.types.range_iterator.as_ptr() as u64;
        let is_range = (type_of(it) == range || self.state[b(i) as usize].hint == range)
            && self.i.profile.kind_at(pc) != Some(Kind::Other);
        let item = match self.state[b(i) as usize].item {
            0 => self.sample_iterated(it),
            item => item,
        };
        if is_range && self.state[b(i) as usize].loc == Loc::Mem {
            let object = self.word(b(i));
            self.guard_exact(b(i), object, range);
            let more = self.emit(Op::RangeMore, Ty::Bool, vec![object]);
            let (body, done) = (self.f.add_block(fall), self.f.add_block(target));
            self.close(Term::Branch {
                cond: more,
                then: (body, vec![]),
                otherwise: (done, vec![]),
            });
            let state = self.state.clone();
            self.block = done;
            self.changed();
            self.clear(b(i));
            self.goto(target)?;
            self.block = body;
            self.state = state;
            self.changed();
            let object = self.word(b(i));
            let v = self.emit(Op::RangeNext, Ty::Int, vec![object]);
            self.set(a(i), Loc::Int(v), encoding::INT_TAG);
            self.goto(fall)?;
            return Ok(None);
        }
        self.flush(b(i));
        self.flush(a(i));
        self.promote();
        self.mirror_locals();
        let exit = self.exit_raised();
        let more = self
            .f
            .add_inst(self.block, Op::ForIter { pc }, Ty::Bool, vec![], Some(exit));
        for r in &mut self.state {
            r.facts = Facts {
                exact: r.facts.exact,
                ..Facts::default()
            };
        }
        let (body, done) = (self.f.add_block(fall), self.f.add_block(target));
        self.close(Term::Branch {
            cond: more,
            then: (body, vec![]),
            otherwise: (done, vec![]),
        });
        let state = self.state.clone();
        self.block = done;
        self.state[b(i) as usize] = DEAD;
        self.changed();
        self.goto(target)?;
        self.block = body;
        self.state = state;
        self.state[a(i) as usize] = Reg {
            loc: Loc::Mem,
            sample: item,
            ..DEAD
        };
        self.changed();
        self.goto(fall)?;
        Ok(None)
    }

    /// A sample of what an iterator gives.
    fn sample_iterated(&self, it: u64) -> u64 {
        if type_of(it) != self.i.vm.types.list_iterator.as_ptr() as u64 {
            return 0;
        }
        // SAFETY: the sample is a live list iterator.
        let iterator = unsafe {
            &(*(it as *const taipan_object::Object<taipan_object::iter::ListIterator>)).payload
        };
        iterator
            .list
            .with(|l| l.and_then(|l| self.item_of(l.as_value().word(), 0)))
            .unwrap_or(0)
    }
}

/// Address of the type of a sample, 0 for immediates.
fn type_of(word: u64) -> u64 {
    // SAFETY: samples are live words.
    if encoding::is_heap(word) {
        unsafe { (*(word as *const ObjectHeader)).ty_ptr() as u64 }
    } else {
        0
    }
}

const KIND_INT: u8 = 1;
const KIND_FLOAT: u8 = 2;
const KIND_BOOL: u8 = 3;
const KIND_MEM: u8 = 4;
const KIND_DEAD: u8 = 5;

fn loc_kind(l: Loc) -> u8 {
    match l {
        Loc::Int(_) => KIND_INT,
        Loc::Float(_) => KIND_FLOAT,
        Loc::Bool(_) => KIND_BOOL,
        Loc::Mem | Loc::Borrow(_) => KIND_MEM,
        Loc::Dead => KIND_DEAD,
    }
}
