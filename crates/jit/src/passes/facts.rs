//! What an instruction finds out, later ones need not find out again.
//!
//! Facts travel along the blocks: to a block with several predecessors those that hold
//! at the end of all of them, to loop headers and handlers none. What an instruction
//! may change it kills; an instruction that is not known here kills everything that
//! lies in memory.

use std::collections::HashMap;

use crate::hir::{BlockId, Function, Id, Op, Routine, Term};

/// What a word in an object is known to be.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    Constant(u64),
    Value(Id),
}

/// What is known at a point.
#[derive(Clone, Default)]
struct Facts {
    /// What never changes: the same constants, numbers of words, words that are known.
    constants: HashMap<u64, Id>,
    ints: HashMap<Id, Id>,
    floats: HashMap<Id, Id>,
    bools: HashMap<Id, Id>,
    words: HashMap<Id, u64>,
    /// Registers of the window.
    registers: HashMap<u32, Id>,
    versions: HashMap<Id, u64>,
    types: HashMap<Id, u64>,
    fields: HashMap<(Id, u32), Field>,
    /// Sets that they are in: the number of the set.
    version_sets: HashMap<Id, u32>,
    field_sets: HashMap<(Id, u32), u32>,
    entries: HashMap<(u64, u64, u32), Id>,
}

impl Facts {
    /// Other code may have run.
    fn forget_memory(&mut self) {
        self.registers.clear();
        self.versions.clear();
        self.types.clear();
        self.version_sets.clear();
        self.forget_objects();
    }
    /// Words in objects may have changed, but no object's type.
    fn forget_objects(&mut self) {
        self.fields.clear();
        self.field_sets.clear();
        self.entries.clear();
    }
    /// A word at that offset of some object changes.
    fn write(&mut self, object: Id, offset: u32, field: Field) {
        self.fields.retain(|(_, at), _| *at != offset);
        self.field_sets.retain(|(_, at), _| *at != offset);
        self.fields.insert((object, offset), field);
    }
    /// What is known both here and there.
    fn meet(&mut self, other: &Facts) {
        fn common<K: Eq + std::hash::Hash, V: PartialEq>(
            here: &mut HashMap<K, V>,
            there: &HashMap<K, V>,
        ) {
            here.retain(|k, v| there.get(k).is_some_and(|w| w == v));
        }
        common(&mut self.constants, &other.constants);
        common(&mut self.ints, &other.ints);
        common(&mut self.floats, &other.floats);
        common(&mut self.bools, &other.bools);
        common(&mut self.words, &other.words);
        common(&mut self.registers, &other.registers);
        common(&mut self.versions, &other.versions);
        common(&mut self.types, &other.types);
        common(&mut self.fields, &other.fields);
        common(&mut self.version_sets, &other.version_sets);
        common(&mut self.field_sets, &other.field_sets);
        common(&mut self.entries, &other.entries);
    }
}

/// What becomes of an instruction.
enum Verdict {
    Keep,
    /// It tells nothing new.
    Drop,
    /// An earlier value is the same.
    Same(Id),
}

/// Removes guards and loads whose outcome is known.
pub fn run(f: &mut Function) {
    let order = crate::lower::reachable(f);
    let mut incoming: Vec<Vec<usize>> = vec![Vec::new(); f.blocks.len()];
    let mut unknown = vec![false; f.blocks.len()];
    for &b in &order {
        let block = &f.blocks[b];
        for h in &block.handlers {
            unknown[h.0 as usize] = true;
        }
        for (to, _) in f.successors(BlockId(b as u32)) {
            incoming[to.0 as usize].push(b);
        }
    }
    let mut ends: Vec<Option<Facts>> = vec![None; f.blocks.len()];
    let mut same: Vec<Option<Id>> = vec![None; f.insts.len()];
    for &b in &order {
        let mut facts = if unknown[b] {
            Facts::default()
        } else {
            entry(f, b, &incoming[b], &ends)
        };
        let mut kept = Vec::with_capacity(f.blocks[b].insts.len());
        for id in std::mem::take(&mut f.blocks[b].insts) {
            for a in &mut f.insts[id.0 as usize].args {
                *a = resolve(&same, *a);
            }
            match judge(f, &mut facts, id) {
                Verdict::Keep => kept.push(id),
                Verdict::Drop => {}
                Verdict::Same(other) => same[id.0 as usize] = Some(other),
            }
        }
        f.blocks[b].insts = kept;
        ends[b] = Some(facts);
    }
    rename(f, &same);
}

fn resolve(same: &[Option<Id>], id: Id) -> Id {
    same[id.0 as usize].unwrap_or(id)
}

/// What is known at the start of a block.
fn entry(f: &Function, b: usize, incoming: &[usize], ends: &[Option<Facts>]) -> Facts {
    let mut known: Option<Facts> = None;
    for &from in incoming {
        // Not built yet: a loop's back edge.
        let Some(end) = &ends[from] else {
            return Facts::default();
        };
        match &mut known {
            Some(facts) => facts.meet(end),
            None => known = Some(end.clone()),
        }
    }
    let mut facts = known.unwrap_or_default();
    if let [from] = incoming
        && let Term::Branch {
            cond,
            then,
            otherwise,
        } = &f.blocks[*from].term
        && then.0.0 as usize == b
        && otherwise.0 != then.0
        && let Op::HasLayout {
            version,
            shape,
            offset,
        } = f.inst(*cond).op
    {
        let object = f.inst(*cond).args[0];
        facts.versions.insert(object, version);
        if shape != 0 {
            facts
                .fields
                .insert((object, offset), Field::Constant(shape));
        }
    }
    facts
}

/// Notes a value under a key; the one that is known already, if any.
fn known<K: Eq + std::hash::Hash>(map: &mut HashMap<K, Id>, key: K, id: Id) -> Verdict {
    match map.get(&key) {
        Some(&other) => Verdict::Same(other),
        None => {
            map.insert(key, id);
            Verdict::Keep
        }
    }
}

/// As [`known`] for what a guard makes sure of.
fn sure<K: Eq + std::hash::Hash>(map: &mut HashMap<K, u64>, key: K, value: u64) -> Verdict {
    match map.insert(key, value) {
        Some(old) if old == value => Verdict::Drop,
        _ => Verdict::Keep,
    }
}

fn judge(f: &Function, facts: &mut Facts, id: Id) -> Verdict {
    let inst = f.inst(id);
    let first = inst.args.first().copied().unwrap_or(id);
    let made_by = |op: Op| f.inst(first).op == op;
    match inst.op {
        Op::Word(w) => known(&mut facts.constants, w, id),
        Op::LoadReg(n) => known(&mut facts.registers, n, id),
        Op::StoreReg(n) | Op::StoreRegDead(n) => {
            facts.registers.insert(n, first);
            Verdict::Keep
        }
        Op::ClearReg(n) => {
            facts.registers.remove(&n);
            Verdict::Keep
        }
        Op::GuardInt if made_by(Op::BoxInt) => Verdict::Same(f.inst(first).args[0]),
        Op::GuardFloat if made_by(Op::BoxFloat) => Verdict::Same(f.inst(first).args[0]),
        Op::GuardBool if made_by(Op::BoxBool) => Verdict::Same(f.inst(first).args[0]),
        Op::GuardInt => known(&mut facts.ints, first, id),
        Op::GuardFloat => known(&mut facts.floats, first, id),
        Op::GuardBool => known(&mut facts.bools, first, id),
        Op::GuardWord(w) if made_by(Op::Word(w)) => Verdict::Drop,
        Op::GuardWord(w) => sure(&mut facts.words, first, w),
        Op::GuardVersion(v) => sure(&mut facts.versions, first, v),
        Op::GuardVersionIn(set) => {
            let one = facts.versions.get(&first).copied();
            let within = facts.version_sets.get(&first).copied();
            if member(f, one, within, set) {
                return Verdict::Drop;
            }
            facts.version_sets.insert(first, set);
            Verdict::Keep
        }
        Op::GuardFieldIn { offset, set } => {
            let one = match facts.fields.get(&(first, offset)) {
                Some(Field::Constant(c)) => Some(*c),
                _ => None,
            };
            let within = facts.field_sets.get(&(first, offset)).copied();
            if member(f, one, within, set) {
                return Verdict::Drop;
            }
            facts.field_sets.insert((first, offset), set);
            Verdict::Keep
        }
        Op::GuardType(t) => sure(&mut facts.types, first, t),
        Op::GuardField { offset, value } => {
            let field = Field::Constant(value);
            match facts.fields.insert((first, offset), field) {
                Some(old) if old == field => Verdict::Drop,
                _ => Verdict::Keep,
            }
        }
        Op::LoadField { offset } => match facts.fields.get(&(first, offset)) {
            Some(Field::Value(v)) => Verdict::Same(*v),
            _ => {
                facts.fields.insert((first, offset), Field::Value(id));
                Verdict::Keep
            }
        },
        Op::StoreField { offset } => {
            facts.write(first, offset, Field::Value(inst.args[1]));
            Verdict::Keep
        }
        Op::InitField { offset } => {
            // Nothing was there that anything could know.
            let field = Field::Value(inst.args[1]);
            facts.fields.insert((first, offset), field);
            Verdict::Keep
        }
        Op::Runtime {
            routine: Routine::NewTuple | Routine::NewList,
            ..
        } => Verdict::Keep,
        Op::SetField { offset, value } => {
            facts.write(first, offset, Field::Constant(value));
            Verdict::Keep
        }
        Op::LoadDict {
            address,
            version,
            index,
        } => known(&mut facts.entries, (address, version, index), id),
        Op::DetachFrame(_) => {
            facts.registers.clear();
            Verdict::Keep
        }
        Op::Runtime { .. } => {
            facts.forget_objects();
            Verdict::Keep
        }
        op if changes_nothing(op) => Verdict::Keep,
        _ => {
            facts.forget_memory();
            Verdict::Keep
        }
    }
}

/// Whether what is known of a number, itself or a set that it is in, says that it is in this set.
fn member(f: &Function, one: Option<u64>, within: Option<u32>, set: u32) -> bool {
    let set = &f.sets[set as usize];
    one.is_some_and(|n| set.contains(&n))
        || within.is_some_and(|known| f.sets[known as usize].iter().all(|n| set.contains(n)))
}

/// Whether an instruction changes no word that facts are about. What is freed is not
/// asked about again, and freeing runs no code.
fn changes_nothing(op: Op) -> bool {
    op.is_pure()
        || op.is_plain_guard()
        || matches!(
            op,
            Op::Retain
                | Op::Release
                | Op::GuardTrue
                | Op::ToFloat
                | Op::HasLayout { .. }
                | Op::SetListItem
                | Op::RangeNext
                | Op::SequenceMore { .. }
                | Op::SequenceNext { .. }
                | Op::LoadLen { .. }
                | Op::NewInstance { .. }
                | Op::PushFrame(_)
                | Op::PopFrame(_)
                | Op::GuardGlobals(_)
                | Op::BoolOr
                | Op::IntSelect
                | Op::IntNeg
                | Op::FloatPow
                | Op::ResumeAt(_)
        )
}

/// Puts the values that stay in the place of those that are gone.
fn rename(f: &mut Function, same: &[Option<Id>]) {
    let fix = |id: &mut Id| *id = resolve(same, *id);
    for block in &mut f.blocks {
        match &mut block.term {
            Term::Jump(_, args) => args.iter_mut().for_each(fix),
            Term::Branch {
                cond,
                then,
                otherwise,
            } => {
                fix(cond);
                then.1.iter_mut().for_each(fix);
                otherwise.1.iter_mut().for_each(fix);
            }
            Term::Return(v) | Term::Yield(v, _) => fix(v),
            Term::Leave(_) | Term::Open => {}
        }
    }
    for exit in &mut f.exits {
        for spill in &mut exit.spills {
            fix(&mut spill.value);
        }
    }
}
