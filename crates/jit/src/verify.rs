//! Checks a function's form, after building and after each pass in debug builds.
//!
//! Rules: every block is closed; every used value is defined in a block that
//! dominates the use (or earlier in the same block); operands have the types
//! that the operation wants; jumps pass as many arguments, of the same types, as
//! their target has parameters, which stand nowhere else; guards name an exit; exits spill each register
//! at most once.

use crate::hir::{BlockId, Function, Id, Op, Term, Ty};

/// What is wrong, for whoever wrote the pass.
pub fn verify(f: &Function) -> Result<(), String> {
    let dominators = dominators(f);
    let mut home = vec![None; f.insts.len()];
    let mut order = vec![0usize; f.insts.len()];
    for (b, block) in f.blocks.iter().enumerate() {
        for (n, id) in block.params.iter().chain(&block.insts).enumerate() {
            if home[id.0 as usize].replace(BlockId(b as u32)).is_some() {
                return Err(format!("{id:?} is defined twice"));
            }
            order[id.0 as usize] = n;
        }
    }
    for (b, block) in f.blocks.iter().enumerate() {
        let here = BlockId(b as u32);
        if dominators[b].is_none() {
            continue; // not reachable
        }
        let check_use = |v: Id, at: usize| -> Result<(), String> {
            let Some(def) = home.get(v.0 as usize).copied().flatten() else {
                return Err(format!("{v:?} used in {here:?} is not defined"));
            };
            if def == here {
                if order[v.0 as usize] < at {
                    Ok(())
                } else {
                    Err(format!("{v:?} used before its definition in {here:?}"))
                }
            } else if dominates(&dominators, def, here) {
                Ok(())
            } else {
                Err(format!("{v:?} of {def:?} does not reach {here:?}"))
            }
        };
        for (n, &id) in block.insts.iter().enumerate() {
            let inst = f.inst(id);
            if inst.op == Op::Param {
                return Err(format!(
                    "{id:?} stands in {here:?} like an instruction and is a parameter"
                ));
            }
            let at = block.params.len() + n;
            for &a in &inst.args {
                check_use(a, at)?;
            }
            if let Some(exit) = inst.exit {
                for spill in &f.exits[exit.0 as usize].spills {
                    check_use(spill.value, at).map_err(|e| format!("{e} (exit x{})", exit.0))?;
                }
            }
            let mut words = Vec::new();
            let wanted: &[Ty] = match inst.op {
                Op::StoreReg(_)
                | Op::StoreRegDead(_)
                | Op::Retain
                | Op::Release
                | Op::GuardInt
                | Op::GuardFloat
                | Op::ToFloat
                | Op::GuardWord(_)
                | Op::GuardVersion(_)
                | Op::GuardType(_)
                | Op::GuardField { .. }
                | Op::GuardVersionIn(_)
                | Op::GuardFieldIn { .. }
                | Op::LoadField { .. }
                | Op::SetField { .. }
                | Op::RangeNext
                | Op::HasLayout { .. }
                | Op::GuardBool
                | Op::SimpleTruth
                | Op::LoadLen { .. }
                | Op::SequenceMore { .. }
                | Op::SequenceNext { .. }
                | Op::CallPython { .. }
                | Op::RangeMore => &[Ty::Word],
                Op::GuardIndex => &[Ty::Word, Ty::Int],
                Op::BoolOr => &[Ty::Bool, Ty::Bool],
                Op::IntSelect => &[Ty::Bool, Ty::Int, Ty::Int],
                Op::FloatPow => &[Ty::Float, Ty::Float],
                Op::Runtime { .. } | Op::CallNative { .. } => {
                    words.resize(inst.args.len(), Ty::Word);
                    &words
                }
                Op::StoreField { .. } | Op::InitField { .. } | Op::WordEq => &[Ty::Word, Ty::Word],
                Op::ListItem | Op::TupleItem => &[Ty::Word, Ty::Int],
                Op::SetListItem => &[Ty::Word, Ty::Int, Ty::Word],
                Op::GuardTrue | Op::BoolNot | Op::BoxBool => &[Ty::Bool],
                Op::IntAdd
                | Op::IntSub
                | Op::IntMul
                | Op::IntFloorDiv
                | Op::IntMod
                | Op::IntAnd
                | Op::IntOr
                | Op::IntXor
                | Op::IntShl
                | Op::IntShr
                | Op::IntCmp(_) => &[Ty::Int, Ty::Int],
                Op::IntNeg | Op::IntToFloat | Op::BoxInt => &[Ty::Int],
                Op::FloatAdd | Op::FloatSub | Op::FloatMul | Op::FloatDiv | Op::FloatCmp(_) => {
                    &[Ty::Float, Ty::Float]
                }
                Op::FloatNeg | Op::BoxFloat => &[Ty::Float],
                _ => &[],
            };
            let got: Vec<Ty> = inst.args.iter().map(|a| f.inst(*a).ty).collect();
            if got != wanted {
                return Err(format!(
                    "{id:?} {:?} wants {wanted:?}, got {got:?}",
                    inst.op
                ));
            }
        }
        let end = block.params.len() + block.insts.len();
        match &block.term {
            Term::Open => return Err(format!("{here:?} is not closed")),
            Term::Return(v) | Term::Yield(v, _) => check_use(*v, end)?,
            Term::Branch { cond, .. } => check_use(*cond, end)?,
            Term::Leave(e) => {
                for spill in &f.exits[e.0 as usize].spills {
                    check_use(spill.value, end)?;
                }
            }
            Term::Jump(..) => {}
        }
        for (to, args) in f.successors(here) {
            let params = &f.block(to).params;
            if params.len() != args.len() {
                return Err(format!(
                    "{here:?} passes {} arguments to {to:?}, which has {}",
                    args.len(),
                    params.len()
                ));
            }
            for (&a, &p) in args.iter().zip(params) {
                check_use(a, end)?;
                if f.inst(a).ty != f.inst(p).ty {
                    return Err(format!(
                        "{here:?} passes {a:?} for {p:?} of {to:?}: types differ"
                    ));
                }
            }
        }
    }
    for (n, e) in f.exits.iter().enumerate() {
        let mut registers: Vec<u32> = e.spills.iter().map(|s| s.register).collect();
        registers.sort_unstable();
        if registers.windows(2).any(|w| w[0] == w[1]) {
            return Err(format!("exit x{n} spills a register twice"));
        }
    }
    Ok(())
}

/// Immediate dominators by block (Cooper, Harvey, Kennedy); `None`: not reachable.
pub fn dominators(f: &Function) -> Vec<Option<BlockId>> {
    let n = f.blocks.len();
    let mut post = Vec::new();
    let mut seen = vec![false; n];
    let mut stack = vec![(BlockId(0), 0usize)];
    if n == 0 {
        return Vec::new();
    }
    seen[0] = true;
    while let Some((b, i)) = stack.pop() {
        let next = f.successors(b).get(i).map(|s| s.0);
        match next {
            Some(s) => {
                stack.push((b, i + 1));
                if !seen[s.0 as usize] {
                    seen[s.0 as usize] = true;
                    stack.push((s, 0));
                }
            }
            None => post.push(b),
        }
    }
    let mut number = vec![0usize; n];
    for (i, b) in post.iter().enumerate() {
        number[b.0 as usize] = i;
    }
    let mut predecessors = vec![Vec::new(); n];
    for &b in &post {
        for (s, _) in f.successors(b) {
            predecessors[s.0 as usize].push(b);
        }
    }
    let mut idom: Vec<Option<BlockId>> = vec![None; n];
    idom[0] = Some(BlockId(0));
    let mut changed = true;
    while changed {
        changed = false;
        for &b in post.iter().rev().skip(1) {
            let mut new: Option<BlockId> = None;
            for &p in &predecessors[b.0 as usize] {
                if idom[p.0 as usize].is_some() {
                    new = Some(match new {
                        None => p,
                        Some(mut x) => {
                            let mut y = p;
                            while x != y {
                                while number[x.0 as usize] < number[y.0 as usize] {
                                    x = idom[x.0 as usize].unwrap_or(BlockId(0));
                                }
                                while number[y.0 as usize] < number[x.0 as usize] {
                                    y = idom[y.0 as usize].unwrap_or(BlockId(0));
                                }
                            }
                            x
                        }
                    });
                }
            }
            if idom[b.0 as usize] != new {
                idom[b.0 as usize] = new;
                changed = true;
            }
        }
    }
    idom
}

/// Whether every way to `b` leads through `a`.
pub fn dominates(idom: &[Option<BlockId>], a: BlockId, mut b: BlockId) -> bool {
    loop {
        if a == b {
            return true;
        }
        match idom[b.0 as usize] {
            Some(next) if next != b => b = next,
            _ => return false,
        }
    }
}
