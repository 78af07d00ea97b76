//! The constants of one code object, each once.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use crate::code::Const;
use crate::fold::same;

#[derive(Default)]
pub(super) struct Consts {
    items: Vec<Const>,
    ints: FxHashMap<i64, u32>,
    /// By pointer: the compiler interns texts.
    texts: FxHashMap<(usize, usize), u32>,
    singles: [Option<u32>; 4],
    /// All others by hash.
    others: FxHashMap<u64, Vec<u32>>,
}

impl Consts {
    pub(super) fn add(&mut self, c: Const) -> u32 {
        let next = self.items.len() as u32;
        let index = match &c {
            Const::None => *self.singles[0].get_or_insert(next),
            Const::True => *self.singles[1].get_or_insert(next),
            Const::False => *self.singles[2].get_or_insert(next),
            Const::Ellipsis => *self.singles[3].get_or_insert(next),
            Const::Int(n) => *self.ints.entry(*n).or_insert(next),
            Const::Str(s) => *self.texts.entry(text_key(s)).or_insert(next),
            Const::Code(code) => {
                let same_code =
                    |c: &Const| matches!(c, Const::Code(other) if Arc::ptr_eq(code, other));
                let recent = self.items.len().saturating_sub(8);
                match self.items[recent..].iter().position(same_code) {
                    Some(i) => (recent + i) as u32,
                    None => next,
                }
            }
            _ => {
                let mut hasher = FxHasher::default();
                hash(&c, &mut hasher);
                let known = self.others.entry(hasher.finish()).or_default();
                match known.iter().find(|&&i| same(&self.items[i as usize], &c)) {
                    Some(&i) => i,
                    None => {
                        known.push(next);
                        next
                    }
                }
            }
        };
        if index == next {
            self.items.push(c);
        }
        index
    }

    pub(super) fn replace(&mut self, index: u32, c: Const) {
        self.items[index as usize] = c;
    }

    /// An entry that is filled in later.
    pub(super) fn reserve(&mut self) -> u32 {
        self.items.push(Const::Ellipsis);
        self.items.len() as u32 - 1
    }

    pub(super) fn into_items(self) -> Vec<Const> {
        self.items
    }
}

fn text_key(s: &Arc<[u8]>) -> (usize, usize) {
    (s.as_ptr() as usize, s.len())
}

/// Agrees with [`same`].
fn hash(c: &Const, hasher: &mut FxHasher) {
    std::mem::discriminant(c).hash(hasher);
    match c {
        Const::Int(n) => n.hash(hasher),
        Const::BigInt {
            negative,
            magnitude,
        } => (negative, magnitude).hash(hasher),
        Const::Float(f) => f.to_bits().hash(hasher),
        Const::Complex(re, im) => (re.to_bits(), im.to_bits()).hash(hasher),
        Const::Str(s) | Const::Bytes(s) => s.hash(hasher),
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter().for_each(|i| hash(i, hasher)),
        Const::Slice(parts) => parts.iter().for_each(|i| hash(i, hasher)),
        Const::None | Const::True | Const::False | Const::Ellipsis | Const::Code(_) => {}
    }
}
