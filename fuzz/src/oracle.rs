//! A second opinion on the verifier: walks through accepted code along random
//! paths, with concrete registers, and notices what the interpreter could not survive.
//!
//! It shares only the opcode table with the verifier; it knows one path at a
//! time and merges nothing.

use taipan_compiler::code::{Code, LocalKind};
use taipan_compiler::opcode::*;

use crate::random::Random;

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// An unbound local, a dead temporary.
    Empty,
    /// "No value" in a live temporary.
    Nothing,
    Value,
    Cell,
}

struct Walk<'a> {
    code: &'a Code,
    registers: Vec<Held>,
    at: usize,
}

type Step = Result<(), String>;

/// Takes up to `steps` steps; what went wrong.
pub fn walk(code: &Code, random: &mut Random, steps: usize) -> Step {
    let mut registers = vec![Held::Empty; code.registers as usize];
    for (n, local) in code.locals.iter().enumerate() {
        if local.kind.has(LocalKind::FREE) {
            registers[n] = Held::Cell;
        } else if n < code.parameter_count() as usize {
            registers[n] = Held::Value;
        }
    }
    let mut walk = Walk {
        code,
        registers,
        at: 0,
    };
    for _ in 0..steps {
        let at = walk.at;
        match walk.step(random) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(e) => return Err(format!("instruction {at} ({:?}): {e}", code.instrs.get(at))),
        }
    }
    Ok(())
}

impl Walk<'_> {
    fn is_local(&self, r: usize) -> bool {
        r < self.code.locals.len()
    }

    fn read(&self, r: usize) -> Step {
        match self.registers.get(r) {
            Some(Held::Value | Held::Cell) => Ok(()),
            other => Err(format!("reads register {r}: {other:?}")),
        }
    }

    /// Takes a temporary's word away, whatever it is.
    fn take(&mut self, r: usize) -> Result<Held, String> {
        match self.registers.get_mut(r) {
            Some(held) if *held != Held::Empty => Ok(std::mem::replace(held, Held::Empty)),
            _ => Err(format!("consumes register {r}, which is dead")),
        }
    }

    fn write(&mut self, r: usize, new: Held) -> Step {
        let local = self.is_local(r);
        match self.registers.get_mut(r) {
            Some(held) if local || *held == Held::Empty => *held = new,
            other => return Err(format!("overwrites register {r}: {other:?}")),
        }
        Ok(())
    }

    /// Goes to the handler; false if there is none.
    fn raise(&mut self) -> Result<bool, String> {
        let Some(&h) = self.code.handler_at(self.at as u32) else {
            return Ok(false);
        };
        let depth = h.depth as usize;
        self.registers[depth..].fill(Held::Empty);
        self.registers[depth] = Held::Value;
        if h.lasti {
            self.registers[depth + 1] = Held::Value;
        }
        self.at = h.target as usize;
        Ok(true)
    }

    /// One instruction, or an exception in place of its result. False at the end.
    fn step(&mut self, random: &mut Random) -> Result<bool, String> {
        let Some(&instr) = self.code.instrs.get(self.at) else {
            return Err("ran off the end".into());
        };
        let Some(op) = instr.op() else {
            return Err("unknown opcode".into());
        };
        let ext = self
            .code
            .instrs
            .get(self.at + 1)
            .copied()
            .filter(|i| i.op() == Some(Opcode::Ext));
        let next = self.at + 1 + usize::from(ext.is_some());
        if random.below(30) == 0 {
            return self.raise();
        }
        self.consume(op, instr, ext)?;
        if random.below(30) == 0 && may_raise(op) {
            return self.raise();
        }
        let target = match op.operands() {
            [_, OperandKind::Jump32, _] => instr.bc() as usize,
            [_, _, OperandKind::Jump] => match ext {
                Some(word) if instr.c() == EXTENDED => word.bc() as usize,
                _ => next.wrapping_add_signed((instr.c() as i16).into()),
            },
            _ => next,
        };
        let jumps = match op.flow() {
            Flow::Next => false,
            Flow::Jump => true,
            Flow::Branch => op == Opcode::CleanupThrow || random.below(2) == 0,
            Flow::End if matches!(op, Opcode::RaiseVarargs | Opcode::Reraise) => {
                return self.raise();
            }
            Flow::End => {
                let left = self.registers[self.code.locals.len()..]
                    .iter()
                    .any(|&h| h != Held::Empty);
                return if left {
                    Err("a temporary is left at the return".into())
                } else {
                    Ok(false)
                };
            }
        };
        self.produce(op, instr, ext, jumps)?;
        self.at = if jumps { target } else { next };
        Ok(true)
    }

    /// Reads and consumes operands.
    fn consume(&mut self, op: Opcode, instr: Instr, ext: Option<Instr>) -> Step {
        let values = [instr.a(), instr.b(), instr.c()].map(usize::from);
        let moves_nothing = matches!(op, Opcode::PopTop | Opcode::StoreFastMaybeNull)
            || op == Opcode::Move && instr.flags() & KILL_B != 0 && !self.is_local(values[0]);
        for (k, kind) in op.operands().into_iter().enumerate() {
            match kind {
                OperandKind::Use if moves_nothing => {}
                OperandKind::OptUse if values[k] == usize::from(NO_REG) => {}
                OperandKind::Use | OperandKind::UseDef | OperandKind::OptUse => {
                    self.read(values[k])?
                }
                OperandKind::Cell if self.registers[values[k]] != Held::Cell => {
                    return Err("no cell".into());
                }
                _ => {}
            }
        }
        if let Some(w) = instr.window(ext) {
            self.consume_window(op, instr, w)?;
        }
        let own = matches!(
            op,
            Opcode::Move | Opcode::StoreFastMaybeNull | Opcode::ForIter | Opcode::Send
        );
        for (k, value) in values.into_iter().enumerate() {
            let dies = instr.flags() >> k & 1 != 0
                || matches!(
                    (op, k),
                    (Opcode::PopTop, 0) | (Opcode::EndAsyncFor, 0 | 1) | (Opcode::CleanupThrow, 1)
                );
            if dies && !own && !(op == Opcode::ReturnValue && self.is_local(value)) {
                self.take(value)?;
            }
        }
        if op == Opcode::ReturnValue && !self.is_local(values[0]) {
            self.registers[values[0]] = Held::Empty;
        }
        Ok(())
    }

    fn consume_window(&mut self, op: Opcode, instr: Instr, w: Window) -> Step {
        let (b, start) = (usize::from(instr.b()), w.start as usize);
        if matches!(op, Opcode::WithExceptStart | Opcode::MatchClass) {
            self.read(b)?;
        }
        if op == Opcode::WithExceptStart && self.registers[b + 1] == Held::Empty {
            return Err("no self of the exit function".into());
        }
        let optional = match op {
            Opcode::CallMethod | Opcode::CallMethodKw => b + 1,
            Opcode::CallEx => b + 2,
            _ => usize::MAX,
        };
        for r in start..start + w.consumed as usize {
            if self.is_local(r) {
                return Err(format!("consumes local {r}"));
            }
            if self.take(r)? == Held::Nothing && r != optional {
                return Err(format!("register {r} holds no value"));
            }
        }
        let calls = matches!(
            op,
            Opcode::Call
                | Opcode::CallMethod
                | Opcode::CallKw
                | Opcode::CallMethodKw
                | Opcode::CallEx
        );
        let above = start + w.consumed as usize;
        if calls
            && self.registers[above.min(self.registers.len())..]
                .iter()
                .any(|&h| h != Held::Empty)
        {
            return Err("a temporary above the call".into());
        }
        Ok(())
    }

    /// Writes results.
    fn produce(&mut self, op: Opcode, instr: Instr, ext: Option<Instr>, jumps: bool) -> Step {
        let (a, b) = (usize::from(instr.a()), usize::from(instr.b()));
        match op {
            Opcode::CheckFast if self.registers[a] == Held::Empty => {
                self.registers[a] = Held::Value
            }
            Opcode::DeleteFast => self.registers[a] = Held::Empty,
            Opcode::MakeCell => self.registers[a] = Held::Cell,
            Opcode::PushNull => self.write(a, Held::Nothing)?,
            Opcode::LoadFastAndClear => {
                let held = std::mem::replace(&mut self.registers[b], Held::Empty);
                self.write(
                    a,
                    if held == Held::Empty {
                        Held::Nothing
                    } else {
                        held
                    },
                )?;
            }
            Opcode::StoreFastMaybeNull => {
                let held = self.take(b)?;
                self.registers[a] = if held == Held::Nothing {
                    Held::Empty
                } else {
                    held
                };
            }
            Opcode::Move => {
                let mut held = self.registers[b];
                if instr.flags() & KILL_B != 0 {
                    held = self.take(b)?;
                }
                self.write(a, held)?;
            }
            Opcode::LoadFar => {
                let far = instr.bc() as usize;
                if !self.is_local(far) {
                    self.read(far)?;
                    self.take(far)?;
                }
                self.write(a, Held::Value)?;
            }
            Opcode::StoreFar => self.write(instr.bc() as usize, Held::Value)?,
            Opcode::ForIter if jumps => _ = self.take(b)?,
            Opcode::Send => {
                self.registers[a] = Held::Value;
                if jumps && instr.flags() & KILL_B != 0 {
                    self.take(b)?;
                }
            }
            _ if op.operands()[0] == OperandKind::Def && instr.flags() & DISCARD == 0 => {
                self.write(a, Held::Value)?
            }
            _ => {}
        }
        if let Some((start, count)) = instr.window(ext).and_then(|w| w.written) {
            let pair = matches!(
                op,
                Opcode::LoadMethod | Opcode::LoadSpecial | Opcode::LoadSuperMethod
            );
            for r in start..start + count {
                self.write(
                    r as usize,
                    if pair && r == start + 1 {
                        Held::Nothing
                    } else {
                        Held::Value
                    },
                )?;
            }
        }
        Ok(())
    }
}

/// Moves and jumps do not raise between consuming and writing.
fn may_raise(op: Opcode) -> bool {
    use Opcode::*;
    !matches!(
        op,
        Nop | LoadConst
            | LoadSmallInt
            | Move
            | PushNull
            | LoadFastAndClear
            | StoreFastMaybeNull
            | PopTop
            | ReturnValue
            | ReturnConst
    )
}
