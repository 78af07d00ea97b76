//! Takes away what an earlier instruction has computed or guarded already.
//!
//! Facts (an instruction that gives the same as one before) flow along the edges;
//! where several meet, those stay that hold on all. Into a loop flow the facts of
//! what comes before it that nothing in the loop changes: as the builder makes the
//! first round of innermost loops ahead, this takes guards and loads of what
//! does not change out of the loop.

use std::collections::HashMap;
use std::rc::Rc;

use super::effects::{Effects, reads, writes};
use crate::hir::{BlockId, Function, Id, Inst, Op, Term};
use crate::verify::{dominates, dominators};

/// The operation without its numbers, its numbers, its operands.
type Key = (std::mem::Discriminant<Op>, [u64; 3], Vec<Id>);

#[derive(Clone, PartialEq)]
struct Fact {
    value: Id,
    depends: Effects,
    /// For fields: where.
    offset: Option<u32>,
}

type Facts = Rc<HashMap<Key, Fact>>;

pub fn run(f: &mut Function) {
    let order = order(f);
    let mut position = vec![usize::MAX; f.blocks.len()];
    for (n, &b) in order.iter().enumerate() {
        position[b] = n;
    }
    let mut predecessors: Vec<Vec<usize>> = vec![Vec::new(); f.blocks.len()];
    let mut handles = vec![false; f.blocks.len()];
    for &b in &order {
        for s in targets(f, b) {
            predecessors[s].push(b);
        }
        for h in &f.blocks[b].handlers {
            handles[h.0 as usize] = true;
        }
    }
    let idom = dominators(f);
    let mut home = vec![0u32; f.insts.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for id in &block.insts {
            home[id.0 as usize] = b as u32;
        }
    }
    let mut replaced: Vec<Option<Id>> = vec![None; f.insts.len()];
    let mut ends: Vec<Option<Facts>> = vec![None; f.blocks.len()];
    for (n, &b) in order.iter().enumerate() {
        let mut facts = if handles[b] || n == 0 {
            Facts::default()
        } else {
            let mut facts = meet(&predecessors[b], &ends);
            if predecessors[b].iter().any(|&p| position[p] >= n) {
                forget_loop(f, b, n, &position, &predecessors, &handles, &mut facts);
                // What has not been seen may come from where the fact does not hold.
                let here = BlockId(b as u32);
                Rc::make_mut(&mut facts)
                    .retain(|_, fact| dominates(&idom, BlockId(home[fact.value.0 as usize]), here));
            }
            facts
        };
        block(f, b, &mut facts, &mut replaced);
        ends[b] = Some(facts);
    }
    rewrite(f, &replaced);
}

/// Blocks in reverse post order.
fn order(f: &Function) -> Vec<usize> {
    let mut post = Vec::new();
    let mut seen = vec![false; f.blocks.len()];
    let mut stack = vec![(0usize, 0usize)];
    seen[0] = true;
    while let Some((b, n)) = stack.pop() {
        let next = f
            .successors(BlockId(b as u32))
            .get(n)
            .map(|s| s.0.0 as usize);
        match next {
            Some(s) => {
                stack.push((b, n + 1));
                if !seen[s] {
                    seen[s] = true;
                    stack.push((s, 0));
                }
            }
            None => post.push(b),
        }
    }
    post.reverse();
    post
}

/// Where a block's terminator goes.
fn targets(f: &Function, b: usize) -> Vec<usize> {
    match &f.blocks[b].term {
        Term::Jump(to, _) => vec![to.0 as usize],
        Term::Branch {
            then, otherwise, ..
        } => vec![then.0.0 as usize, otherwise.0.0 as usize],
        _ => Vec::new(),
    }
}

/// What holds at the ends of all predecessors that have been seen.
fn meet(predecessors: &[usize], ends: &[Option<Facts>]) -> Facts {
    let mut known = predecessors.iter().filter_map(|&p| ends[p].as_ref());
    let Some(first) = known.next() else {
        return Facts::default();
    };
    let mut facts = first.clone();
    for other in known {
        if !Rc::ptr_eq(&facts, other) {
            Rc::make_mut(&mut facts).retain(|k, v| other.get(k) == Some(v));
        }
    }
    facts
}

/// Forgets what the loop at a header may change: all blocks that lead to its back edges.
fn forget_loop(
    f: &Function,
    header: usize,
    at: usize,
    position: &[usize],
    predecessors: &[Vec<usize>],
    handles: &[bool],
    facts: &mut Facts,
) {
    let mut inside = vec![false; f.blocks.len()];
    inside[header] = true;
    let mut work: Vec<usize> = predecessors[header]
        .iter()
        .copied()
        .filter(|&p| position[p] >= at)
        .collect();
    let mut changes = Vec::new();
    while let Some(b) = work.pop() {
        if std::mem::replace(&mut inside[b], true) {
            continue;
        }
        if handles[b] {
            // Entered from anywhere.
            changes.push((Effects::ALL, None));
        }
        work.extend(predecessors[b].iter().copied());
    }
    for (b, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
        for &id in &f.blocks[b].insts {
            let op = f.inst(id).op;
            let effects = writes(op);
            if effects != Effects::NONE {
                changes.push((effects, offset(op)));
            }
        }
    }
    for (effects, offset) in changes {
        forget(facts, effects, offset);
    }
}

/// The offset of a field that an operation reads or writes.
fn offset(op: Op) -> Option<u32> {
    match op {
        Op::StoreField { offset }
        | Op::InitField { offset }
        | Op::SetField { offset, .. }
        | Op::LoadField { offset }
        | Op::LoadLen { offset }
        | Op::GuardField { offset, .. }
        | Op::GuardFieldIn { offset, .. }
        | Op::HasLayout { offset, .. } => Some(offset),
        _ => None,
    }
}

fn forget(facts: &mut Facts, effects: Effects, offset: Option<u32>) {
    let stale = |fact: &Fact| {
        let elsewhere = effects == Effects::FIELDS
            && offset.is_some()
            && fact.offset.is_some()
            && fact.offset != offset;
        fact.depends.overlaps(effects) && !elsewhere
    };
    if facts.values().any(stale) {
        Rc::make_mut(facts).retain(|_, fact| !stale(fact));
    }
}

fn block(f: &mut Function, b: usize, facts: &mut Facts, replaced: &mut [Option<Id>]) {
    let ids = std::mem::take(&mut f.blocks[b].insts);
    let mut kept = Vec::with_capacity(ids.len());
    for id in ids {
        let inst = &mut f.insts[id.0 as usize];
        for a in &mut inst.args {
            *a = replaced[a.0 as usize].unwrap_or(*a);
        }
        let effects = writes(inst.op);
        if effects != Effects::NONE {
            forget(facts, effects, offset(inst.op));
            kept.push(id);
            continue;
        }
        if let Some(same) = simplified(f, id) {
            replaced[id.0 as usize] = Some(same);
            continue;
        }
        let inst = f.inst(id);
        let Some(depends) = reads(inst.op) else {
            kept.push(id);
            continue;
        };
        let key = key(inst);
        match facts.get(&key) {
            Some(fact) => replaced[id.0 as usize] = Some(fact.value),
            None => {
                let fact = Fact {
                    value: id,
                    depends,
                    offset: offset(inst.op),
                };
                Rc::make_mut(facts).insert(key, fact);
                kept.push(id);
            }
        }
    }
    f.blocks[b].insts = kept;
}

/// A value that an instruction certainly gives.
fn simplified(f: &Function, id: Id) -> Option<Id> {
    let inst = f.inst(id);
    let from = f.inst(*inst.args.first()?);
    match (inst.op, from.op) {
        (Op::GuardInt, Op::BoxInt)
        | (Op::GuardFloat, Op::BoxFloat)
        | (Op::GuardBool, Op::BoxBool) => from.args.first().copied(),
        _ => None,
    }
}

fn key(inst: &Inst) -> Key {
    let numbers = match inst.op {
        Op::Word(n) | Op::GuardWord(n) | Op::GuardVersion(n) | Op::GuardType(n) => [n, 0, 0],
        Op::GuardGlobals(n) => [n, 0, 0],
        Op::GuardVersionIn(set) => [u64::from(set), 0, 0],
        Op::GuardFieldIn { offset, set } => [u64::from(offset), u64::from(set), 0],
        Op::Int(n) => [n as u64, 0, 0],
        Op::Float(x) => [x.to_bits(), 0, 0],
        Op::Bool(x) => [u64::from(x), 0, 0],
        Op::GuardField { offset, value } => [u64::from(offset), value, 0],
        Op::LoadField { offset } | Op::LoadLen { offset } => [u64::from(offset), 0, 0],
        Op::HasLayout {
            version,
            shape,
            offset,
        } => [version, shape, u64::from(offset)],
        Op::LoadDict {
            address,
            version,
            index,
        } => [address, version, u64::from(index)],
        Op::IntCmp(c) | Op::FloatCmp(c) => [c as u64, 0, 0],
        Op::GuardDepth(n) => [u64::from(n), 0, 0],
        _ => [0; 3],
    };
    (std::mem::discriminant(&inst.op), numbers, inst.args.clone())
}

/// Puts the earlier values in the place of those that were taken away.
fn rewrite(f: &mut Function, replaced: &[Option<Id>]) {
    let new = |v: &mut Id| {
        // What replaces a value has not been replaced itself: see `block`.
        *v = replaced[v.0 as usize].unwrap_or(*v);
    };
    for block in &mut f.blocks {
        match &mut block.term {
            Term::Jump(_, args) => args.iter_mut().for_each(new),
            Term::Branch {
                cond,
                then,
                otherwise,
            } => {
                new(cond);
                then.1.iter_mut().chain(&mut otherwise.1).for_each(new);
            }
            Term::Return(v) | Term::Yield(v, _) => new(v),
            Term::Leave(_) | Term::Open => {}
        }
    }
    for block in 0..f.blocks.len() {
        for n in 0..f.blocks[block].insts.len() {
            let id = f.blocks[block].insts[n];
            f.insts[id.0 as usize].args.iter_mut().for_each(new);
        }
    }
    for exit in &mut f.exits {
        for spill in &mut exit.spills {
            new(&mut spill.value);
        }
    }
}
