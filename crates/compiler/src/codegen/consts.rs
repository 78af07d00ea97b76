//! The constants of one code object, each once.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::code::Const;
use crate::fold::same;

#[derive(Default)]
pub(super) struct Consts {
    items: Vec<Const>,
    ints: FxHashMap<i64, u32>,
    /// By pointer: the compiler interns texts.
    texts: FxHashMap<(usize, usize), u32>,
    singles: [Option<u32>; 4],
    others: Vec<u32>,
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
            Const::Code(_) => next,
            _ => match self
                .others
                .iter()
                .find(|&&i| same(&self.items[i as usize], &c))
            {
                Some(&i) => i,
                None => {
                    self.others.push(next);
                    next
                }
            },
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
