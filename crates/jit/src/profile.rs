//! What exits have taught about a function's operands.

use std::collections::HashMap;

use taipan_object::value::encoding;

/// The kind of a word, as arithmetic sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No sample.
    Unknown,
    Int,
    Float,
    /// Anything else, or mixed: leave it to the general path.
    Other,
}

impl Kind {
    pub fn of(word: u64) -> Kind {
        if word == 0 {
            Kind::Unknown
        } else if encoding::is_int(word) {
            Kind::Int
        } else if encoding::is_float(word) {
            Kind::Float
        } else {
            Kind::Other
        }
    }
}

/// Kinds seen where a guess failed, by instruction.
#[derive(Default, Debug)]
pub struct Profile {
    kinds: HashMap<u32, Kind>,
}

impl Profile {
    /// The kind to use at an instruction instead of a guess.
    pub fn kind_at(&self, pc: u32) -> Option<Kind> {
        self.kinds.get(&pc).copied()
    }
    /// Notes that guesses at an instruction failed, and what it met. A second kind makes it general.
    pub fn note(&mut self, pc: u32, seen: Kind) {
        let entry = self.kinds.entry(pc).or_insert(seen);
        if *entry != seen {
            *entry = Kind::Other;
        }
    }
}
