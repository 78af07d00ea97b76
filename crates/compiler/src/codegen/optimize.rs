//! Between emitting and laying out: threads jumps, finds what can run, drops
//! checks of locals that are surely bound and instructions that do nothing.

use super::PositionSource;
use super::unit::{
    CELL, FREE, HandlerInfo, Ins, NO_HANDLER, NO_RANGE, NOWHERE, TEMP, Unit, position_at,
};
use crate::opcode::{DISCARD, Flow, Opcode, OperandKind};

/// Which instructions stay. Targets in `unit.code` are instruction indices afterwards.
pub(super) struct Kept {
    pub live: Vec<bool>,
}

pub(super) fn optimize(unit: &mut Unit<'_>, positions: &dyn PositionSource) -> Kept {
    resolve(unit);
    thread_jumps(&mut unit.code);
    let mut live = reachable(&unit.code, &unit.handlers, &unit.labels);
    drop_jumps_to_next(&mut unit.code, &mut live);
    drop_checks(unit, &mut live);
    drop_nops(&unit.code, &mut live, positions);
    Kept { live }
}

/// Labels become instruction indices.
fn resolve(unit: &mut Unit<'_>) {
    let end = unit.code.len() as u32;
    if unit.labels.contains(&end) || unit.code.is_empty() {
        let none = unit.consts.add(crate::code::Const::None);
        unit.loc = NO_RANGE;
        unit.handler = NO_HANDLER;
        unit.emit(Opcode::ReturnConst, 0, 0, none, 0);
    }
    for ins in &mut unit.code {
        if ins.target != NOWHERE {
            ins.target = unit.labels[ins.target as usize];
        }
    }
}

fn thread_jumps(code: &mut [Ins]) {
    for at in 0..code.len() {
        if code[at].target == NOWHERE {
            continue;
        }
        // A few steps are enough; cycles of jumps must not hang the compiler.
        for _ in 0..8 {
            let mut target = code[at].target as usize;
            while target < code.len()
                && code[target].op == Opcode::Nop
                && code[target].loc == NO_RANGE
            {
                target += 1;
            }
            let Some(next) = code.get(target).copied() else {
                break;
            };
            match (code[at].op, next.op) {
                (Opcode::JumpBackward | Opcode::JumpNoInterrupt, _) => break,
                (_, Opcode::JumpForward) if target != at => code[at].target = next.target,
                (Opcode::JumpForward, Opcode::JumpBackward) if (next.target as usize) < at => {
                    code[at].op = Opcode::JumpBackward;
                    code[at].target = next.target;
                }
                _ => break,
            }
        }
    }
}

fn reachable(code: &[Ins], handlers: &[HandlerInfo], labels: &[u32]) -> Vec<bool> {
    let mut live = vec![false; code.len()];
    let mut handler_seen = vec![false; handlers.len()];
    let mut work = vec![0usize];
    while let Some(start) = work.pop() {
        let mut at = start;
        while at < code.len() && !live[at] {
            live[at] = true;
            let ins = &code[at];
            if ins.handler != NO_HANDLER && !handler_seen[ins.handler as usize] {
                handler_seen[ins.handler as usize] = true;
                work.push(labels[handlers[ins.handler as usize].target.0 as usize] as usize);
            }
            if ins.target != NOWHERE {
                work.push(ins.target as usize);
            }
            if matches!(ins.op.flow(), Flow::Jump | Flow::End) {
                break;
            }
            at += 1;
        }
    }
    live
}

fn drop_jumps_to_next(code: &mut [Ins], live: &mut [bool]) {
    for at in 0..code.len() {
        if !live[at] || code[at].op != Opcode::JumpForward {
            continue;
        }
        let target = code[at].target as usize;
        if target > at && live[at + 1..target].iter().all(|l| !l) {
            code[at].op = Opcode::Nop;
            code[at].target = NOWHERE;
        }
    }
}

/// The plain local that an instruction writes.
fn written_local(ins: &Ins) -> Option<u32> {
    let is_local = ins.a & (TEMP | CELL | FREE) == 0;
    (ins.op.operands()[0] == OperandKind::Def && is_local && ins.flags & DISCARD == 0)
        .then_some(ins.a)
}

fn plain(reg: u32) -> bool {
    reg & (TEMP | CELL | FREE) == 0
}

/// Removes `CHECK_FAST` where the local is bound on every path: a dataflow
/// analysis of 64 locals at a time.
fn drop_checks(unit: &Unit<'_>, live: &mut [bool]) {
    let code = &unit.code;
    if !code
        .iter()
        .zip(live.iter())
        .any(|(i, l)| *l && i.op == Opcode::CheckFast)
    {
        return;
    }
    let mut leaders = vec![false; code.len() + 1];
    leaders[0] = true;
    for (at, ins) in code.iter().enumerate().filter(|(at, _)| live[*at]) {
        if ins.target != NOWHERE {
            leaders[ins.target as usize] = true;
            leaders[at + 1] = true;
        }
        if ins.handler != NO_HANDLER {
            leaders[handler_target(unit, ins.handler)] = true;
        }
    }
    for first in (0..unit.plain.len() as u32).step_by(64) {
        // A chunk without checks needs no analysis.
        let checked = code
            .iter()
            .any(|i| i.op == Opcode::CheckFast && i.a.wrapping_sub(first) < 64);
        if !checked {
            continue;
        }
        Boundness {
            unit,
            first,
            leaders: &leaders,
        }
        .run(live);
    }
}

fn handler_target(unit: &Unit<'_>, handler: u32) -> usize {
    unit.labels[unit.handlers[handler as usize].target.0 as usize] as usize
}

struct Boundness<'u, 's> {
    unit: &'u Unit<'s>,
    /// The first of the locals looked at.
    first: u32,
    leaders: &'u [bool],
}

impl Boundness<'_, '_> {
    fn bit(&self, reg: u32) -> u64 {
        match reg.checked_sub(self.first) {
            Some(n) if n < 64 && plain(reg) => 1 << n,
            _ => 0,
        }
    }

    /// Which locals may be unbound after an instruction.
    fn step(&self, ins: &Ins, unbound: u64) -> u64 {
        match ins.op {
            Opcode::CheckFast => unbound & !self.bit(ins.a),
            Opcode::DeleteFast | Opcode::StoreFastMaybeNull => unbound | self.bit(ins.a),
            Opcode::LoadFastAndClear => unbound | self.bit(ins.b),
            // A loop's variable is not written when the loop ends.
            _ => written_local(ins).map_or(unbound, |reg| unbound & !self.bit(reg)),
        }
    }

    fn run(&self, live: &mut [bool]) {
        let code = &self.unit.code;
        let parameters = self.unit.params.saturating_sub(self.first).min(64);
        let entry = if parameters == 64 {
            0
        } else {
            !0u64 << parameters
        };
        let mut states: Vec<Option<u64>> = vec![None; code.len() + 1];
        states[0] = Some(entry);
        let mut work = vec![0usize];
        while let Some(start) = work.pop() {
            let Some(mut state) = states[start] else {
                continue;
            };
            let mut at = start;
            let mut join = |to: usize, state: u64, work: &mut Vec<usize>| {
                let merged = states[to].map_or(state, |s| s | state);
                if states[to] != Some(merged) {
                    states[to] = Some(merged);
                    work.push(to);
                }
            };
            while let Some(ins) = code.get(at) {
                if ins.handler != NO_HANDLER {
                    let target = handler_target(self.unit, ins.handler);
                    join(target, state, &mut work);
                }
                let after = self.step(ins, state);
                if ins.target != NOWHERE {
                    let taken = if ins.op == Opcode::ForIter {
                        state
                    } else {
                        after
                    };
                    join(ins.target as usize, taken, &mut work);
                }
                state = after;
                if matches!(ins.op.flow(), Flow::Jump | Flow::End) {
                    break;
                }
                at += 1;
                if self.leaders[at] {
                    join(at, state, &mut work);
                    break;
                }
            }
        }
        self.mark(&states, live);
    }

    fn mark(&self, states: &[Option<u64>], live: &mut [bool]) {
        let mut state = None;
        for (at, ins) in self.unit.code.iter().enumerate() {
            if self.leaders[at] {
                state = states[at];
            }
            let Some(unbound) = state else { continue };
            if ins.op == Opcode::CheckFast && live[at] {
                let bit = self.bit(ins.a);
                if bit != 0 && unbound & bit == 0 {
                    live[at] = false;
                }
            }
            state = Some(self.step(ins, unbound));
            if matches!(ins.op.flow(), Flow::Jump | Flow::End) {
                state = None;
            }
        }
    }
}

/// A `NOP` stays only where it alone shows a line.
fn drop_nops(code: &[Ins], live: &mut [bool], positions: &dyn PositionSource) {
    if !code
        .iter()
        .zip(live.iter())
        .any(|(i, l)| *l && i.op == Opcode::Nop)
    {
        return;
    }
    let line = |ins: &Ins| position_at(positions, ins.loc).line;
    let mut targets = vec![false; code.len() + 1];
    for ins in code.iter().filter(|i| i.target != NOWHERE) {
        targets[ins.target as usize] = true;
    }
    let mut previous: Option<usize> = None;
    for at in 0..code.len() {
        if !live[at] {
            continue;
        }
        if code[at].op != Opcode::Nop {
            previous = Some(at);
            continue;
        }
        let own = line(&code[at]);
        let next = (at + 1..code.len()).find(|&n| live[n]);
        let shown_before = !targets[at] && previous.is_some_and(|p| line(&code[p]) == own);
        let shown_after = next.is_some_and(|n| line(&code[n]) == own);
        if own < 0 || shown_before || shown_after {
            live[at] = false;
        } else {
            previous = Some(at);
        }
    }
}
