//! Rules 11 to 22: what holds along every path.

use super::facts::{Block, Facts};
use super::shape::Shape;
use super::state::{State, merge};
use super::{Rule, VerifyError};
use crate::code::{Code, Handler, LocalKind};
use crate::opcode::*;

type Checked<T = ()> = Result<T, VerifyError>;

/// Most words of block states; more is refused (rule 22).
const MAX_STATE_WORDS: usize = 1 << 25;

pub(super) fn check(code: &Code, shape: Shape) -> Checked<Facts> {
    let mut flow = Walk::new(code, &shape);
    flow.enter(0, 0)?;
    while let Some(block) = flow.next_dirty() {
        flow.block(block)?;
    }
    Ok(flow.facts)
}

/// The fixed-point iteration over blocks.
struct Walk<'a> {
    code: &'a Code,
    locals: u32,
    leaders: &'a [u64],
    /// Number of leaders before each word of `leaders`.
    ranks: Vec<u32>,
    facts: Facts,
    /// A bit for each block that must be walked (again).
    dirty: Vec<u64>,
    first_dirty: usize,
    /// How many more instructions may be walked before giving up.
    budget: u64,
    now: State,
    /// State with which the current block's handler is entered.
    raised: State,
    /// Where the walk is, and the next instruction.
    at: u32,
    next: u32,
    /// Registers below this and from `locals` on must not change in this block.
    kept: u32,
    end: u32,
}

fn split(code: &Code, leaders: &[u64]) -> (Vec<Block>, Vec<u32>) {
    let mut ranks = Vec::with_capacity(leaders.len());
    let count = leaders.iter().map(|w| w.count_ones() as usize).sum();
    let mut blocks: Vec<Block> = Vec::with_capacity(count);
    let mut handlers = code.handlers.iter().enumerate().peekable();
    for (n, &word) in leaders.iter().enumerate() {
        ranks.push(blocks.len() as u32);
        let mut rest = word;
        while rest != 0 {
            let start = n as u32 * 64 + rest.trailing_zeros();
            rest &= rest - 1;
            if let Some(last) = blocks.last_mut() {
                last.end = start;
            }
            while handlers.next_if(|(_, h)| h.end <= start).is_some() {}
            let handler = handlers
                .peek()
                .filter(|(_, h)| h.start <= start)
                .map(|&(n, _)| n as u32);
            blocks.push(Block {
                start,
                end: code.instrs.len() as u32,
                handler,
                reached: false,
            });
        }
    }
    (blocks, ranks)
}

impl<'a> Walk<'a> {
    fn new(code: &'a Code, shape: &'a Shape) -> Self {
        let words = (code.registers as usize).div_ceil(64);
        let (blocks, ranks) = split(code, &shape.leaders);
        let count = blocks.len();
        let locals = code.locals.len() as u32;
        let mut now = State::new(words);
        let parameters = code.parameter_count();
        for (n, local) in code.locals.iter().enumerate() {
            let free = local.kind.has(LocalKind::FREE);
            now.set(n as u32, true, free || (n as u32) < parameters, free);
        }
        Self {
            code,
            locals,
            leaders: &shape.leaders,
            ranks,
            facts: Facts {
                blocks,
                states: Vec::with_capacity((count * words * 3).min(MAX_STATE_WORDS / 64)),
                state_at: vec![usize::MAX; count],
                words,
                locals,
                used_registers: locals,
            },
            dirty: vec![0; count / 64 + 1],
            first_dirty: 0,
            budget: code.instrs.len() as u64 * 100 + 100_000,
            raised: State::new(words),
            now,
            at: 0,
            next: 0,
            kept: 0,
            end: 0,
        }
    }

    fn fail<T>(&self, rule: Rule, detail: u32) -> Checked<T> {
        Err(VerifyError {
            rule,
            at: self.at,
            detail,
        })
    }

    // ---- blocks

    fn next_dirty(&mut self) -> Option<usize> {
        while let Some(word) = self.dirty.get_mut(self.first_dirty) {
            if *word != 0 {
                let block = self.first_dirty * 64 + word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(block);
            }
            self.first_dirty += 1;
        }
        None
    }

    fn block_at(&self, start: u32) -> usize {
        let word = (start >> 6) as usize;
        let below = self.leaders[word] & !(!0u64 << (start & 63));
        (self.ranks[word] + below.count_ones()) as usize
    }

    /// An edge from the current state to the block that starts at `target`.
    fn edge(&mut self, target: u32) -> Checked {
        if target as usize >= self.code.instrs.len() {
            return self.fail(Rule::Falls, 0);
        }
        let block = self.block_at(target);
        self.enter(block, 0)
    }

    /// Merges the current state (or, with 1, the raised one) into a block.
    fn enter(&mut self, block: usize, which: u8) -> Checked {
        let from = if which == 0 {
            self.now.bits()
        } else {
            self.raised.bits()
        };
        let at = self.facts.state_at[block];
        if at == usize::MAX {
            let end = self.facts.states.len();
            if end + from.len() > MAX_STATE_WORDS {
                return self.fail(Rule::Size, self.code.registers);
            }
            self.facts.state_at[block] = end;
            self.facts.states.extend_from_slice(from);
            self.facts.blocks[block].reached = true;
        } else {
            match merge(&mut self.facts.states[at..][..from.len()], from) {
                Err(register) => {
                    // The merge point is the better place to show.
                    let at = self.facts.blocks[block].start;
                    return Err(VerifyError {
                        rule: Rule::Merge,
                        at,
                        detail: register,
                    });
                }
                Ok(false) => return Ok(()),
                Ok(true) => {}
            }
        }
        self.dirty[block >> 6] |= 1 << (block & 63);
        self.first_dirty = self.first_dirty.min(block >> 6);
        Ok(())
    }

    fn block(&mut self, block: usize) -> Checked {
        let Block {
            start,
            end,
            handler,
            ..
        } = self.facts.blocks[block];
        let work = u64::from(end - start) + self.facts.words as u64;
        self.at = start;
        match self.budget.checked_sub(work) {
            Some(left) => self.budget = left,
            None => return self.fail(Rule::Size, self.code.registers),
        }
        let state_at = self.facts.state_at[block];
        self.now
            .copy_from(&self.facts.states[state_at..][..self.facts.words * 3]);
        let handler = handler.map(|n| self.code.handlers[n as usize]);
        self.kept = handler.map_or(0, |h| h.depth);
        self.end = end;
        if handler.is_some() {
            self.raised.copy_from(self.now.bits());
        }
        while self.at < end {
            let instr = self.code.instrs[self.at as usize];
            let ext = self
                .code
                .instrs
                .get(self.at as usize + 1)
                .copied()
                .filter(|i| i.op_byte() == Opcode::Ext as u8);
            self.next = self.at + 1 + u32::from(ext.is_some());
            let falls = self.instr(instr, ext)?;
            if falls && self.next >= end {
                self.edge(self.next)?;
            }
            self.at = self.next;
        }
        match handler {
            Some(h) => self.handle(h),
            None => Ok(()),
        }
    }

    /// The exceptional edge of the block just walked.
    fn handle(&mut self, h: Handler) -> Checked {
        self.raised.truncate(h.depth);
        self.raised.set(h.depth, true, true, false);
        if h.lasti {
            self.raised.set(h.depth + 1, true, true, false);
        }
        self.facts.used_registers = self
            .facts
            .used_registers
            .max(h.depth + 1 + u32::from(h.lasti));
        let block = self.block_at(h.target);
        self.enter(block, 1)
    }

    // ---- registers

    #[inline]
    fn read(&self, r: u32) -> Checked {
        if !self.now.live(r) {
            return self.fail(Rule::Dead, r);
        }
        if !self.now.bound(r) {
            return self.fail(
                if r < self.locals {
                    Rule::Unbound
                } else {
                    Rule::NoValue
                },
                r,
            );
        }
        Ok(())
    }

    /// A temporary dies.
    #[inline]
    fn kill(&mut self, r: u32) -> Checked {
        if !self.now.live(r) {
            return self.fail(Rule::Dead, r);
        }
        if r < self.kept {
            return self.fail(Rule::Covered, r);
        }
        self.now.set(r, false, false, false);
        Ok(())
    }

    #[inline]
    fn define(&mut self, r: u32, bound: bool, cell: bool) -> Checked {
        if r >= self.locals {
            if self.now.live(r) {
                return self.fail(Rule::Live, r);
            }
            // Written by the last covered instruction it has not been there for the handler.
            if r < self.kept && self.next < self.end {
                return self.fail(Rule::Covered, r);
            }
            self.facts.used_registers = self.facts.used_registers.max(r + 1);
        }
        let lost_cell = self.now.cell(r) && !cell;
        self.now.set(r, true, bound, cell);
        if lost_cell {
            self.weakened();
        }
        Ok(())
    }

    /// After a local lost its value or cell: the handler may see it so.
    fn weakened(&mut self) {
        if self.kept != 0 && self.next < self.end {
            self.raised.weaken(&self.now);
        }
    }

    fn cell(&self, r: u32) -> Checked {
        if self.now.cell(r) {
            Ok(())
        } else {
            self.fail(Rule::Cell, r)
        }
    }

    // ---- instructions

    /// The registers that an instruction reads and kills by its operand kinds.
    #[inline]
    fn operands(&mut self, kinds: [OperandKind; 3], instr: Instr) -> Checked {
        let values = [instr.a(), instr.b(), instr.c()];
        for k in 0..3 {
            let r = u32::from(values[k]);
            match kinds[k] {
                OperandKind::Use | OperandKind::UseDef => self.read(r)?,
                OperandKind::OptUse if values[k] != NO_REG => self.read(r)?,
                OperandKind::Cell => self.cell(r)?,
                _ => {}
            }
        }
        let kills = instr.flags() & (KILL_A | KILL_B | KILL_C);
        if kills != 0 {
            for (k, value) in values.into_iter().enumerate() {
                if kills >> k & 1 != 0 {
                    self.kill(u32::from(value))?;
                }
            }
        }
        Ok(())
    }

    /// Walks over one instruction; says whether control may go on behind it.
    fn instr(&mut self, instr: Instr, ext: Option<Instr>) -> Checked<bool> {
        let Some(op) = instr.op() else {
            return self.fail(Rule::Opcode, instr.op_byte().into());
        };
        if self.special(op, instr, ext)? {
            return Ok(!matches!(
                op,
                Opcode::ReturnValue | Opcode::ReturnConst | Opcode::CleanupThrow
            ));
        }
        let kinds = op.operands();
        self.operands(kinds, instr)?;
        if kinds[0] == OperandKind::Base || kinds[1] == OperandKind::Base {
            self.window(op, instr, ext)?;
        }
        if kinds[0] == OperandKind::Def && instr.flags() & DISCARD == 0 {
            self.define(u32::from(instr.a()), true, false)?;
        }
        match op.flow() {
            Flow::Next => Ok(true),
            Flow::End => Ok(false),
            flow => {
                let target = if kinds[1] == OperandKind::Jump32 {
                    instr.bc()
                } else {
                    jump_target(instr, ext, self.next)
                };
                self.edge(target)?;
                Ok(flow == Flow::Branch)
            }
        }
    }

    fn window(&mut self, op: Opcode, instr: Instr, ext: Option<Instr>) -> Checked {
        use Opcode::*;
        let Some(window) = instr.window(ext) else {
            return Ok(());
        };
        let b = u32::from(instr.b());
        let may_be_nothing = match op {
            CallMethod | CallMethodKw => b + 1,
            CallEx => b + 2,
            _ => u32::MAX,
        };
        match op {
            MatchClass if instr.flags() & KILL_B == 0 => self.read(b)?,
            WithExceptStart => {
                self.read(b)?;
                if !self.now.live(b + 1) {
                    return self.fail(Rule::Dead, b + 1);
                }
            }
            _ => {}
        }
        for r in window.start..window.start + window.consumed {
            if r != may_be_nothing {
                self.read(r)?;
            }
            self.kill(r)?;
        }
        if matches!(op, Call | CallMethod | CallKw | CallMethodKw | CallEx)
            && let Some(r) = self.now.first_live_from(window.start + window.consumed)
        {
            return self.fail(Rule::AboveCall, r);
        }
        if let Some((start, count)) = window.written {
            let second_may_be_nothing = matches!(op, LoadMethod | LoadSpecial | LoadSuperMethod);
            for r in start..start + count {
                self.define(r, !(second_may_be_nothing && r == start + 1), false)?;
            }
        }
        Ok(())
    }

    /// Opcodes whose operand kinds do not tell the whole. False if it is none of them.
    fn special(&mut self, op: Opcode, instr: Instr, ext: Option<Instr>) -> Checked<bool> {
        use Opcode::*;
        let (a, b) = (u32::from(instr.a()), u32::from(instr.b()));
        match op {
            CheckFast => self.now.set(a, true, true, self.now.cell(a)),
            DeleteFast => {
                self.now.set(a, true, false, false);
                self.weakened();
            }
            LoadFastAndClear => {
                let (bound, cell) = (self.now.bound(b), self.now.cell(b));
                self.now.set(b, true, false, false);
                self.define(a, bound, cell)?;
                self.weakened();
            }
            StoreFastMaybeNull => {
                let (bound, cell) = (self.now.bound(b), self.now.cell(b));
                self.kill(b)?;
                self.now.set(a, true, bound, cell);
                self.weakened();
            }
            MakeCell => {
                self.now.set(a, true, true, true);
            }
            // Between temporaries whatever is there is moved.
            Move if instr.flags() & KILL_B != 0 && a >= self.locals => {
                let bound = self.now.bound(b);
                let cell = self.now.cell(b);
                self.kill(b)?;
                self.define(a, bound, cell)?;
            }
            PushNull => self.define(a, false, false)?,
            PopTop => self.kill(a)?,
            LoadFar => self.load_far(a, instr.bc())?,
            StoreFar => self.store_far(a, instr)?,
            ReturnValue => self.return_value(a)?,
            ReturnConst => self.no_live_temporary()?,
            ForIter => self.for_iter(a, b, instr, ext)?,
            Send => self.send(a, b, instr, ext)?,
            CleanupThrow => {
                self.read(b)?;
                self.kill(b)?;
                self.define(a, true, false)?;
                self.edge(jump_target(instr, ext, self.next))?;
            }
            EndAsyncFor => {
                self.read(a)?;
                self.read(b)?;
                self.kill(a)?;
                self.kill(b)?;
            }
            YieldValue if !self.code.is_generator_like() => return self.fail(Rule::Yield, 0),
            MatchClass if instr.flags() & KILL_B != 0 => {
                self.read(b)?;
                // The flag is taken care of by the operands.
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A far local is checked by the instruction itself: `CHECK_FAST` does not reach it.
    fn load_far(&mut self, a: u32, far: u32) -> Checked {
        if far >= self.locals {
            self.read(far)?;
            self.kill(far)?;
        }
        self.define(a, true, false)
    }

    fn store_far(&mut self, a: u32, instr: Instr) -> Checked {
        let far = instr.bc();
        self.read(a)?;
        if instr.flags() & KILL_A != 0 {
            self.kill(a)?;
        }
        self.define(far, true, false)
    }

    fn return_value(&mut self, a: u32) -> Checked {
        self.read(a)?;
        if a >= self.locals {
            self.kill(a)?;
        }
        self.no_live_temporary()
    }

    fn no_live_temporary(&self) -> Checked {
        match self.now.first_live_from(self.locals) {
            Some(r) => self.fail(Rule::Return, r),
            None => Ok(()),
        }
    }

    /// The iterator dies on the way out; its flag only repeats that. Nothing is
    /// raised after its death: it may be one that the handler keeps, if the exit
    /// leads out of the covered range.
    fn for_iter(&mut self, a: u32, b: u32, instr: Instr, ext: Option<Instr>) -> Checked {
        self.read(b)?;
        self.now.set(b, false, false, false);
        self.edge(jump_target(instr, ext, self.next))?;
        self.now.set(b, true, true, false);
        self.define(a, true, false)
    }

    /// With its kill flag the receiver dies when it is done.
    fn send(&mut self, a: u32, b: u32, instr: Instr, ext: Option<Instr>) -> Checked {
        if !self.code.is_generator_like() {
            return self.fail(Rule::Yield, 0);
        }
        self.read(a)?;
        self.read(b)?;
        self.now.set(a, true, true, false);
        if instr.flags() & KILL_B != 0 {
            self.kill(b)?;
        }
        self.edge(jump_target(instr, ext, self.next))?;
        self.now.set(b, true, true, false);
        Ok(())
    }
}

/// Where a 16-bit jump operand leads.
fn jump_target(instr: Instr, ext: Option<Instr>, next: u32) -> u32 {
    match ext {
        Some(word) if instr.c() == EXTENDED => word.bc(),
        _ => next.wrapping_add_signed((instr.c() as i16).into()),
    }
}
