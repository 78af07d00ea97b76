//! A reference that is taken while a register gives up its own moves instead.
//!
//! `self.x = x` in a constructor that was built in counts `x` up for the attribute, and
//! down when the parameter goes. Where nothing between the two can leave, so that nobody
//! sees who owns what, both are dropped.

use std::collections::HashMap;

use crate::hir::{Function, Id, Inst, Op, Ty};

/// How far back the taking of a reference is looked for.
const REACH: usize = 40;

/// Turns pairs of counting up and down into moves.
pub fn run(f: &mut Function) {
    for b in 0..f.blocks.len() {
        let insts = std::mem::take(&mut f.blocks[b].insts);
        f.blocks[b].insts = block(f, insts);
    }
}

fn block(f: &mut Function, mut insts: Vec<Id>) -> Vec<Id> {
    let mut registers: HashMap<u32, Id> = HashMap::new();
    let mut dropped = Vec::new();
    for at in 0..insts.len() {
        let inst = f.inst(insts[at]).clone();
        match inst.op {
            Op::LoadReg(n) => drop(registers.insert(n, insts[at])),
            Op::StoreReg(n) | Op::StoreRegDead(n) => drop(registers.insert(n, inst.args[0])),
            Op::ClearReg(n) => {
                if let Some(word) = registers.remove(&n)
                    && let Some(taken) = taken_before(f, &insts[..at], word, &dropped)
                {
                    dropped.push(taken);
                    // The register is empty from here on; its reference has gone elsewhere.
                    let empty = Id(f.insts.len() as u32);
                    f.places.push(f.places[insts[at].0 as usize]);
                    f.insts.push(Inst {
                        op: Op::Word(0),
                        ty: Ty::Word,
                        args: Vec::new(),
                        exit: None,
                    });
                    let clear = &mut f.insts[insts[at].0 as usize];
                    clear.op = Op::StoreRegDead(n);
                    clear.args = vec![empty];
                    // Takes the place of the count in the list: constants stand anywhere before their use.
                    insts[taken] = empty;
                }
            }
            op if op.is_pure() || keeps_registers(op) => {}
            _ => registers.clear(),
        }
    }
    insts
}

/// Where a word is counted up, if nothing from there on can leave or needs the second reference.
fn taken_before(f: &Function, insts: &[Id], word: Id, dropped: &[usize]) -> Option<usize> {
    let mut used = false;
    for at in (0..insts.len()).rev().take(REACH) {
        let inst = f.inst(insts[at]);
        if inst.op == Op::Retain && inst.args[0] == word && !dropped.contains(&at) {
            return Some(at);
        }
        if inst.exit.is_some() {
            return None;
        }
        let releases = matches!(
            inst.op,
            Op::ClearReg(_) | Op::StoreReg(_) | Op::StoreField { .. } | Op::SetListItem
        );
        // What is released may have held the only other reference.
        if releases && (used || inst.args.contains(&word)) {
            return None;
        }
        used |= inst.args.contains(&word);
        let harmless = inst.op.is_pure()
            || matches!(
                inst.op,
                Op::Retain
                    | Op::InitField { .. }
                    | Op::SetField { .. }
                    | Op::StoreRegDead(_)
                    | Op::ClearReg(_)
                    | Op::StoreField { .. }
            );
        if !harmless {
            return None;
        }
    }
    None
}

/// Whether an instruction leaves the registers of the window as they are.
fn keeps_registers(op: Op) -> bool {
    op.is_plain_guard()
        || matches!(
            op,
            Op::Retain
                | Op::Release
                | Op::InitField { .. }
                | Op::SetField { .. }
                | Op::StoreField { .. }
                | Op::SetListItem
                | Op::NewInstance { .. }
                | Op::GuardTrue
                | Op::PushFrame(_)
                | Op::PopFrame(_)
                | Op::Runtime { .. }
        )
}
