//! From the tree to the program.

use std::collections::HashMap;

use super::CompileError;
use super::codes::MAX_REPEAT;
use super::facts::{Fact, First, facts};
use super::program::{Alt, Filter, Loop, Not, Op, Program, Run, Split, Start};
use super::tree::{At, Kind, Node, NodeId, Single, Tree};

type Result<T> = std::result::Result<T, CompileError>;

/// What can come after a node.
#[derive(Clone, Copy)]
struct Follow {
    first: First,
    /// The match may be over without another character.
    may_end: bool,
    /// The next thing is this condition.
    at: Option<At>,
    /// What comes accepts whatever was matched before, and prefers more of it.
    accepts: bool,
}

impl Follow {
    const ACCEPT: Follow = Follow {
        first: First::NONE,
        may_end: true,
        at: None,
        accepts: true,
    };
}

/// Makes the program of a tree.
///
/// # Errors
/// Too deep or too long.
pub fn build(tree: &Tree, groups: u32, room: &dyn Fn() -> bool) -> Result<Program> {
    let facts = facts(tree);
    let start = start(tree, &facts);
    let mut builder = Builder {
        tree,
        facts: &facts,
        room,
        program: Program {
            ops: Vec::new(),
            sets: tree.sets.clone(),
            literals: Vec::new(),
            splits: Vec::new(),
            alts: Vec::new(),
            runs: Vec::new(),
            loops: Vec::new(),
            nots: Vec::new(),
            slots: 0,
            groups: groups as usize,
            min: facts[tree.root as usize].min,
            is_literal: false,
            start,
        },
    };
    builder.emit(tree.root, &Follow::ACCEPT)?;
    builder.push(Op::Accept)?;
    builder.mark_leading_run();
    let mut program = builder.program;
    program.is_literal = match (&program.ops[..], &program.start) {
        ([Op::One(Single::Char(_)), Op::Accept], Start::Char(_)) => true,
        ([Op::Literal { len, .. }, Op::Accept], Start::Literal(text, _)) => {
            text.len() == *len as usize
        }
        _ => false,
    };
    Ok(program)
}

struct Builder<'a> {
    tree: &'a Tree,
    facts: &'a [Fact],
    room: &'a dyn Fn() -> bool,
    program: Program,
}

impl Builder<'_> {
    fn here(&self) -> u32 {
        // `push` keeps the length within u32.
        self.program.ops.len() as u32
    }
    fn push(&mut self, op: Op) -> Result<u32> {
        let at = u32::try_from(self.program.ops.len()).map_err(|_| CompileError::Invalid)?;
        self.program.ops.push(op);
        Ok(at)
    }
    fn slot(&mut self) -> u32 {
        self.program.slots += 2;
        self.program.slots as u32 - 2
    }
    fn fact(&self, id: NodeId) -> &Fact {
        &self.facts[id as usize]
    }
    /// What follows something that comes before `id`.
    fn before(&self, id: NodeId, follow: &Follow) -> Follow {
        match self.tree.nodes[id as usize] {
            Node::Mark(_) => *follow,
            Node::At(at) => Follow {
                at: Some(at),
                accepts: false,
                ..*follow
            },
            _ => {
                let fact = self.fact(id);
                Follow {
                    first: if fact.nullable {
                        fact.first.union(&follow.first)
                    } else {
                        fact.first
                    },
                    may_end: fact.nullable && follow.may_end,
                    at: None,
                    accepts: false,
                }
            }
        }
    }

    fn emit(&mut self, id: NodeId, follow: &Follow) -> Result<()> {
        if !(self.room)() {
            return Err(CompileError::Depth);
        }
        let tree = self.tree;
        match &tree.nodes[id as usize] {
            Node::Fail => drop(self.push(Op::Fail)?),
            Node::One(single) => drop(self.push(Op::One(*single))?),
            Node::At(at) => drop(self.push(Op::At(*at))?),
            Node::Mark(mark) => drop(self.push(Op::Mark(*mark))?),
            Node::Ref { group, fold } => drop(self.push(Op::Ref {
                group: *group,
                fold: *fold,
            })?),
            Node::Seq(items) => self.sequence(items, follow)?,
            Node::Alt(items) => self.alternatives(items, follow)?,
            Node::Cond { group, yes, no } => {
                let at = self.push(Op::Fail)?;
                self.emit(*yes, follow)?;
                let jump = self.push(Op::Fail)?;
                self.program.ops[at as usize] = Op::Cond {
                    group: *group,
                    no: self.here(),
                };
                self.emit(*no, follow)?;
                self.program.ops[jump as usize] = Op::Jump(self.here());
            }
            Node::Repeat {
                body,
                min,
                max,
                kind,
            } => self.repeat(*body, *min, *max, *kind, follow)?,
            Node::Atomic(body) => {
                let slot = self.slot();
                self.push(Op::AtomicBegin(slot))?;
                self.emit(*body, &Follow::ACCEPT)?;
                self.push(Op::AtomicEnd(slot))?;
            }
            Node::Look {
                behind,
                negative,
                body,
            } => self.look(*behind, *negative, *body)?,
        }
        Ok(())
    }

    fn sequence(&mut self, items: &[NodeId], follow: &Follow) -> Result<()> {
        let mut follows = vec![*follow; items.len()];
        for i in (1..items.len()).rev() {
            follows[i - 1] = self.before(items[i], &follows[i]);
        }
        let mut i = 0;
        while i < items.len() {
            let literal: Vec<u32> = items[i..]
                .iter()
                .map_while(|&id| match self.tree.nodes[id as usize] {
                    Node::One(Single::Char(c)) => Some(c),
                    _ => None,
                })
                .collect();
            if literal.len() > 1 {
                self.literal(&literal)?;
                i += literal.len();
            } else {
                self.emit(items[i], &follows[i])?;
                i += 1;
            }
        }
        Ok(())
    }
    fn literal(&mut self, text: &[u32]) -> Result<()> {
        if text.iter().any(|&c| c > 0xFF) {
            for &c in text {
                self.push(Op::One(Single::Char(c)))?;
            }
            return Ok(());
        }
        let at = u32::try_from(self.program.literals.len()).map_err(|_| CompileError::Invalid)?;
        let len = u32::try_from(text.len()).map_err(|_| CompileError::Invalid)?;
        self.program.literals.extend(text.iter().map(|&c| c as u8));
        self.push(Op::Literal { at, len })?;
        Ok(())
    }

    fn alternatives(&mut self, items: &[NodeId], follow: &Follow) -> Result<()> {
        let at = self.push(Op::Fail)?;
        let mut ways = Vec::with_capacity(items.len());
        let mut jumps = Vec::with_capacity(items.len());
        for &item in items {
            let way = self.before(item, follow);
            ways.push((self.here(), way.first, way.may_end));
            self.emit(item, follow)?;
            jumps.push(self.push(Op::Fail)?);
        }
        let end = self.here();
        for jump in jumps {
            self.program.ops[jump as usize] = Op::Jump(end);
        }
        let index = self.program.alts.len() as u32;
        self.program.alts.push(dispatch(&ways));
        self.program.ops[at as usize] = Op::Alt(index);
        Ok(())
    }

    fn look(&mut self, behind: u32, negative: bool, body: NodeId) -> Result<()> {
        let slot = self.slot();
        if !negative {
            self.push(Op::LookBegin { slot, behind })?;
            self.emit(body, &Follow::ACCEPT)?;
            self.push(Op::LookEnd(slot))?;
            return Ok(());
        }
        let index = self.program.nots.len();
        self.program.nots.push(Not {
            slot,
            behind,
            after: 0,
        });
        self.push(Op::NotBegin(index as u32))?;
        self.emit(body, &Follow::ACCEPT)?;
        self.push(Op::NotEnd(slot))?;
        self.program.nots[index].after = self.here();
        Ok(())
    }

    fn repeat(
        &mut self,
        body: NodeId,
        min: u32,
        max: u32,
        kind: Kind,
        follow: &Follow,
    ) -> Result<()> {
        if let Node::One(single) = self.tree.nodes[body as usize] {
            return self.run(single, min, max, kind, follow);
        }
        if max == 0 {
            return Ok(());
        }
        let fact = *self.fact(body);
        let inside = if kind == Kind::Possessive {
            Follow::ACCEPT
        } else {
            Follow {
                first: fact.first.union(&follow.first),
                may_end: follow.may_end,
                at: None,
                accepts: false,
            }
        };
        match (min, max, kind) {
            (0, 1, Kind::Greedy | Kind::Lazy) => {
                let at = self.push(Op::Fail)?;
                let start = self.here();
                self.emit(body, follow)?;
                let end = self.here();
                self.split(at, start, end, body, kind, follow);
            }
            (0, MAX_REPEAT, Kind::Greedy | Kind::Lazy) if fact.min > 0 => {
                let at = self.push(Op::Fail)?;
                self.emit(body, &inside)?;
                self.push(Op::Jump(at))?;
                let end = self.here();
                self.split(at, at + 1, end, body, kind, follow);
            }
            (1, MAX_REPEAT, Kind::Greedy | Kind::Lazy) if fact.min > 0 => {
                let start = self.here();
                self.emit(body, &inside)?;
                let at = self.push(Op::Fail)?;
                self.split(at, start, at + 1, body, kind, follow);
            }
            _ => {
                let index = self.program.loops.len();
                let slot = self.slot();
                self.program.loops.push(Loop {
                    body: 0,
                    exit: 0,
                    next: 0,
                    min,
                    max,
                    kind,
                    slot,
                });
                self.push(Op::LoopInit(index as u32))?;
                let start = self.here();
                self.emit(body, &inside)?;
                if kind == Kind::Possessive {
                    self.push(Op::LoopKeep(index as u32))?;
                }
                let next = self.push(Op::LoopNext(index as u32))?;
                let l = &mut self.program.loops[index];
                (l.body, l.next, l.exit) = (start, next, next + 1);
            }
        }
        Ok(())
    }

    /// Writes the choice between a loop's body and what follows it at `at`.
    fn split(&mut self, at: u32, start: u32, end: u32, body: NodeId, kind: Kind, follow: &Follow) {
        let fact = self.fact(body);
        let (inner, inner_end) = if fact.nullable {
            (First::ALL, true)
        } else {
            (fact.first, false)
        };
        let lazy = kind == Kind::Lazy;
        let bits = |inside: bool, outside: bool| {
            let (first, second) = if lazy {
                (outside, inside)
            } else {
                (inside, outside)
            };
            u8::from(first) | u8::from(second) << 1
        };
        let outer = |c| follow.may_end || follow.first.has(c);
        let index = self.program.splits.len() as u32;
        let (first, second) = if lazy { (end, start) } else { (start, end) };
        let split = Split {
            first,
            second,
            table: Box::new(std::array::from_fn(|c| {
                bits(inner.has(c as u8), outer(c as u8))
            })),
            wide: bits(inner.wide, follow.may_end || follow.first.wide),
            end: bits(inner_end, follow.may_end),
        };
        self.program.splits.push(split);
        self.program.ops[at as usize] = Op::Split(index);
    }

    fn run(
        &mut self,
        single: Single,
        min: u32,
        max: u32,
        kind: Kind,
        follow: &Follow,
    ) -> Result<()> {
        let (keeps, keeps_wide) = self.keeps(single, min, follow);
        let filter = if follow.may_end || follow.first.is_all() {
            Filter::Anywhere
        } else {
            match follow.first.few(1).as_deref() {
                Some([c]) if !follow.first.wide => Filter::Char(u32::from(*c)),
                _ => Filter::Table(follow.first.table(), follow.first.wide),
            }
        };
        let index = self.program.runs.len() as u32;
        let at = self.push(Op::Run(index))?;
        self.program.runs.push(Run {
            single,
            min: min as usize,
            max: if max == MAX_REPEAT {
                usize::MAX
            } else {
                max as usize
            },
            kind,
            filter,
            keeps: keeps || kind == Kind::Possessive,
            keeps_wide: keeps_wide || kind == Kind::Possessive,
            leads: false,
            next: at + 1,
        });
        Ok(())
    }

    /// Whether a run of such characters need not give any back: what follows cannot match before one of them.
    fn keeps(&self, single: Single, min: u32, follow: &Follow) -> (bool, bool) {
        if follow.accepts {
            return (true, true);
        }
        let first = First::of_single(single, &self.program.sets);
        let by_condition = match follow.at {
            Some(At::EndString) => true,
            Some(At::End | At::EndLine) => !first.has(b'\n'),
            // Not where nothing of the run is left.
            Some(At::Boundary { unicode }) if min > 0 => match single {
                Single::Set(index) => self.program.sets[index as usize].is_within_words(unicode),
                Single::Char(c) => super::chars::is_word(c, unicode),
                _ => false,
            },
            _ => false,
        };
        if by_condition {
            return (true, true);
        }
        if follow.may_end {
            return (false, false);
        }
        (
            first.is_disjoint_narrow(&follow.first),
            first.is_disjoint(&follow.first),
        )
    }

    /// Marks a run without upper bound with which each match begins, if the rest depends on nothing before its end.
    fn mark_leading_run(&mut self) {
        let tree = self.tree;
        let lead = match &tree.nodes[tree.root as usize] {
            Node::Seq(items) => items
                .iter()
                .map(|&id| &tree.nodes[id as usize])
                .find(|node| !matches!(node, Node::Mark(_) | Node::At(_))),
            other => Some(other),
        };
        let looped = match lead {
            Some(&Node::Repeat { body, .. }) => !matches!(tree.nodes[body as usize], Node::One(_)),
            _ => true,
        };
        let depends = |op: &Op| matches!(op, Op::Ref { .. } | Op::Cond { .. });
        if looped || self.program.ops.iter().any(depends) {
            return;
        }
        // The first run to be written.
        if let Some(run) = self.program.runs.first_mut() {
            run.leads = run.max == usize::MAX && run.kind != Kind::Lazy;
        }
    }
}

/// The ways that each character leaves open.
fn dispatch(ways: &[(u32, First, bool)]) -> Alt {
    let mut alt = Alt {
        table: Box::new([0; 256]),
        wide: 0,
        end: 0,
        lists: Vec::new(),
        targets: Vec::new(),
    };
    let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
    let mut list = |possible: &dyn Fn(&First, bool) -> bool| {
        let targets: Vec<u32> = ways
            .iter()
            .filter(|(_, first, may_end)| possible(first, *may_end))
            .map(|w| w.0)
            .collect();
        if let Some(&index) = known.get(&targets) {
            return index;
        }
        let index = alt.lists.len() as u32;
        alt.lists
            .push((alt.targets.len() as u32, targets.len() as u32));
        alt.targets.extend_from_slice(&targets);
        known.insert(targets, index);
        index
    };
    let table: [u32; 256] =
        std::array::from_fn(|c| list(&|first, may_end| may_end || first.has(c as u8)));
    let wide = list(&|first, may_end| may_end || first.wide);
    let end = list(&|_, may_end| may_end);
    *alt.table = table;
    alt.wide = wide;
    alt.end = end;
    alt
}

/// How a search finds the places where a match can begin.
fn start(tree: &Tree, facts: &[Fact]) -> Start {
    let mut prefix = Vec::new();
    let lead = leading(tree, tree.root, &mut prefix);
    if prefix.len() > 1 {
        let bytes: Option<Vec<u8>> = prefix.iter().map(|&c| u8::try_from(c).ok()).collect();
        let finder = bytes.map(|b| Box::new(memchr::memmem::Finder::new(&b).into_owned()));
        return Start::Literal(prefix, finder);
    }
    match lead {
        Some(At::Begin) => return Start::Begin,
        Some(At::BeginLine) => return Start::BeginLine,
        _ => {}
    }
    let fact = &facts[tree.root as usize];
    if fact.nullable || fact.first.is_all() {
        return Start::Anywhere;
    }
    if let [c] = prefix[..] {
        return Start::Char(c);
    }
    if !fact.first.wide
        && let Some(few) = fact.first.few(3)
    {
        return match few[..] {
            [c] => Start::Char(u32::from(c)),
            _ => Start::Few(few, fact.first.table()),
        };
    }
    Start::Table(fact.first.table(), fact.first.wide)
}

/// The characters with which each match begins, or the condition that comes first of all.
fn leading(tree: &Tree, root: NodeId, prefix: &mut Vec<u32>) -> Option<At> {
    let single;
    let items = match &tree.nodes[root as usize] {
        Node::Seq(items) => &items[..],
        _ => {
            single = [root];
            &single[..]
        }
    };
    for &id in items {
        match tree.nodes[id as usize] {
            Node::Mark(_) => {}
            Node::One(Single::Char(c)) => prefix.push(c),
            Node::At(at) if prefix.is_empty() => return Some(at),
            _ => return None,
        }
    }
    None
}
