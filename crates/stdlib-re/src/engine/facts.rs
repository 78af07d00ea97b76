//! What is known of each node before the program is made: widths, and with which characters a match can begin.

use super::set::{CharSet, Wide};
use super::tree::{Node, NodeId, Single, Tree};

/// Characters with which something can begin. May hold too many, never too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct First {
    bits: [u64; 4],
    /// Some characters from 256 on.
    pub wide: bool,
}

impl First {
    pub const NONE: First = First {
        bits: [0; 4],
        wide: false,
    };
    pub const ALL: First = First {
        bits: [u64::MAX; 4],
        wide: true,
    };

    pub fn has(&self, c: u8) -> bool {
        self.bits[usize::from(c >> 6)] >> (c & 63) & 1 != 0
    }
    fn add(&mut self, c: u8) {
        self.bits[usize::from(c >> 6)] |= 1 << (c & 63);
    }
    fn remove(&mut self, c: u8) {
        self.bits[usize::from(c >> 6)] &= !(1 << (c & 63));
    }
    pub fn union(mut self, other: &First) -> First {
        for (a, b) in self.bits.iter_mut().zip(other.bits) {
            *a |= b;
        }
        self.wide |= other.wide;
        self
    }
    /// Whether no character of the first 256 is in both.
    pub fn is_disjoint_narrow(&self, other: &First) -> bool {
        self.bits.iter().zip(other.bits).all(|(a, b)| a & b == 0)
    }
    pub fn is_disjoint(&self, other: &First) -> bool {
        self.is_disjoint_narrow(other) && !(self.wide && other.wide)
    }
    pub fn is_all(&self) -> bool {
        *self == First::ALL
    }
    /// The members below 256, if there are at most `most`.
    pub fn few(&self, most: usize) -> Option<Vec<u8>> {
        let count: u32 = self.bits.iter().map(|b| b.count_ones()).sum();
        (count as usize <= most).then(|| (0..=255).filter(|&c| self.has(c)).collect())
    }
    pub fn table(&self) -> Box<[bool; 256]> {
        Box::new(std::array::from_fn(|c| self.has(c as u8)))
    }

    pub fn of_single(single: Single, sets: &[CharSet]) -> First {
        let mut first = First::ALL;
        match single {
            Single::All => {}
            Single::Any => first.remove(b'\n'),
            Single::Not(c) => {
                if let Ok(c) = u8::try_from(c) {
                    first.remove(c);
                }
            }
            Single::Char(c) => {
                first = First::NONE;
                match u8::try_from(c) {
                    Ok(c) => first.add(c),
                    Err(_) => first.wide = true,
                }
            }
            Single::Set(index) => {
                let set = &sets[index as usize];
                first = First::NONE;
                (0..=255u8)
                    .filter(|&c| set.table[usize::from(c)])
                    .for_each(|c| first.add(c));
                first.wide = set.wide != Wide::None;
            }
        }
        first
    }
}

/// What is known of a node.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    pub first: First,
    /// May match without looking at a character, so that what follows counts too.
    pub nullable: bool,
    /// Fewest characters.
    pub min: usize,
}

impl Fact {
    const EMPTY: Fact = Fact {
        first: First::NONE,
        nullable: true,
        min: 0,
    };
}

/// The facts of all nodes, by index.
pub fn facts(tree: &Tree) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let fact = fact(node, &facts, &tree.sets);
        facts.push(fact);
    }
    facts
}

fn fact(node: &Node, known: &[Fact], sets: &[CharSet]) -> Fact {
    let of = |id: NodeId| known[id as usize];
    match node {
        Node::Fail => Fact {
            first: First::NONE,
            nullable: false,
            min: 0,
        },
        Node::One(single) => Fact {
            first: First::of_single(*single, sets),
            nullable: false,
            min: 1,
        },
        Node::At(_) | Node::Mark(_) | Node::Look { .. } => Fact::EMPTY,
        Node::Seq(items) => {
            let mut all = Fact::EMPTY;
            for &item in items {
                let item = of(item);
                if all.nullable {
                    all.first = all.first.union(&item.first);
                }
                all.nullable &= item.nullable;
                all.min = all.min.saturating_add(item.min);
            }
            all
        }
        Node::Alt(items) => items
            .iter()
            .map(|&item| of(item))
            .reduce(|a, b| either(&a, &b))
            .unwrap_or(Fact {
                first: First::NONE,
                nullable: false,
                min: 0,
            }),
        Node::Ref { .. } => Fact {
            first: First::ALL,
            nullable: true,
            min: 0,
        },
        Node::Cond { yes, no, .. } => either(&of(*yes), &of(*no)),
        Node::Repeat { max: 0, .. } => Fact::EMPTY,
        Node::Repeat { body, min, .. } => {
            let body = of(*body);
            Fact {
                first: body.first,
                nullable: *min == 0 || body.nullable,
                min: body.min.saturating_mul(*min as usize),
            }
        }
        Node::Atomic(body) => of(*body),
    }
}

fn either(a: &Fact, b: &Fact) -> Fact {
    Fact {
        first: a.first.union(&b.first),
        nullable: a.nullable || b.nullable,
        min: a.min.min(b.min),
    }
}
