//! What exits and helpers have taught about a function's values.

use std::collections::HashMap;

use taipan_object::value::encoding;
use taipan_vm::code::Cache;

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

/// Most layouts of objects that one instruction tests for.
pub const MOST_SHAPES: usize = 4;

/// A form of an instruction that the interpreter has used, with its cache.
#[derive(Clone, Copy)]
pub struct Seen {
    pub op: u8,
    pub cache: Cache,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:x?}", self.op, self.cache.words)
    }
}

/// What is known of each instruction.
#[derive(Default)]
pub struct Profile {
    kinds: HashMap<u32, Kind>,
    /// Forms that a compiled body relied on and that failed: there is more than one.
    seen: HashMap<u32, Vec<Seen>>,
    /// What helpers gave: a small word for numbers and singletons, the address of the type for objects; 0 is mixed.
    results: HashMap<u32, u64>,
    /// How many results have been noted since the last compilation.
    pub learnt: u32,
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
    /// The forms of an instruction that were met before the present one.
    pub fn seen(&self, pc: u32) -> &[Seen] {
        self.seen.get(&pc).map_or(&[], |s| s)
    }
    /// Notes a form whose guard failed; `false`: there are too many, or it is known.
    pub fn note_seen(&mut self, pc: u32, form: Seen) -> bool {
        let seen = self.seen.entry(pc).or_default();
        if seen
            .iter()
            .any(|s| s.op == form.op && s.cache.words == form.cache.words)
            || seen.len() >= MOST_SHAPES
        {
            return false;
        }
        seen.push(form);
        true
    }
    /// What a helper is known to give at an instruction.
    pub fn result(&self, pc: u32) -> Option<u64> {
        self.results.get(&pc).copied().filter(|&w| w != 0)
    }
    /// Notes a result: a number or singleton, or the address of a type.
    pub fn note_result(&mut self, pc: u32, result: u64) {
        self.learnt += 1;
        let entry = self.results.entry(pc).or_insert(result);
        if *entry != result {
            *entry = 0;
        }
    }
}
