//! Compiled patterns: operations and the tables that they refer to.

use super::chars::Fold;
use super::set::CharSet;
use super::tree::{At, Kind, Single};

/// An operation. Failing means to go back to the last choice.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// The pattern has matched, unless the request wants another end.
    Accept,
    Fail,
    One(Single),
    /// `len` characters of the literals, from `at` on.
    Literal {
        at: u32,
        len: u32,
    },
    At(At),
    Mark(u32),
    Jump(u32),
    /// Goes to one of two places, and to the other on failure.
    Split(u32),
    /// Goes to those of many places, in order, at which the next character is possible.
    Alt(u32),
    Ref {
        group: u32,
        fold: Fold,
    },
    /// Goes on if the group has matched, else to `no`.
    Cond {
        group: u32,
        no: u32,
    },
    /// A repeated single character.
    Run(u32),
    /// Starts a counted loop.
    LoopInit(u32),
    /// Decides whether a counted loop goes on.
    LoopNext(u32),
    /// The body of a possessive loop has matched: its choices go.
    LoopKeep(u32),
    AtomicBegin(u32),
    AtomicEnd(u32),
    LookBegin {
        slot: u32,
        behind: u32,
    },
    LookEnd(u32),
    /// Index of the condition.
    NotBegin(u32),
    NotEnd(u32),
}

/// See [`Op::Split`].
#[derive(Debug)]
pub struct Split {
    /// Tried first.
    pub first: u32,
    pub second: u32,
    /// By the next character: bit 0 if the first, bit 1 if the second is possible.
    pub table: Box<[u8; 256]>,
    /// The same for other characters, and at the end.
    pub wide: u8,
    pub end: u8,
}

/// See [`Op::Alt`].
#[derive(Debug)]
pub struct Alt {
    /// By the next character: index into `lists`.
    pub table: Box<[u32; 256]>,
    pub wide: u32,
    pub end: u32,
    /// Parts of `targets`.
    pub lists: Vec<(u32, u32)>,
    pub targets: Vec<u32>,
}

/// Where what follows a run can begin.
#[derive(Debug)]
pub enum Filter {
    Anywhere,
    Char(u32),
    /// For characters below 256; others: the flag.
    Table(Box<[bool; 256]>, bool),
}

/// See [`Op::Run`].
#[derive(Debug)]
pub struct Run {
    pub single: Single,
    pub min: usize,
    /// `usize::MAX`: no bound.
    pub max: usize,
    pub kind: Kind,
    pub filter: Filter,
    /// Nothing given back can help: in subjects of one-byte characters, in others.
    pub keeps: bool,
    pub keeps_wide: bool,
    /// A match begins with it; see `Matcher::search`.
    pub leads: bool,
    /// The operation behind it.
    pub next: u32,
}

/// See [`Op::LoopNext`].
#[derive(Debug)]
pub struct Loop {
    pub body: u32,
    pub exit: u32,
    /// The `LoopNext` itself.
    pub next: u32,
    pub min: u32,
    pub max: u32,
    pub kind: Kind,
    /// Holds the height of the stack before an iteration.
    pub slot: u32,
}

/// A negative condition.
#[derive(Debug)]
pub struct Not {
    pub slot: u32,
    pub behind: u32,
    /// Where it goes on if the body does not match.
    pub after: u32,
}

/// How to find places where a match can begin.
#[derive(Debug)]
pub enum Start {
    Anywhere,
    /// Only at the beginning of the text.
    Begin,
    BeginLine,
    Char(u32),
    /// Two or three characters below 256, and no others.
    Few(Vec<u8>, Box<[bool; 256]>),
    /// Characters below 256; others: the flag.
    Table(Box<[bool; 256]>, bool),
    /// A literal, by its code points and, if all fit, as bytes.
    Literal(Vec<u32>, Option<Box<memchr::memmem::Finder<'static>>>),
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Program {
    pub ops: Vec<Op>,
    pub sets: Vec<CharSet>,
    /// Literals of characters below 256.
    pub literals: Vec<u8>,
    pub splits: Vec<Split>,
    pub alts: Vec<Alt>,
    pub runs: Vec<Run>,
    pub loops: Vec<Loop>,
    pub nots: Vec<Not>,
    /// Number of slots for saved places.
    pub slots: usize,
    pub groups: usize,
    /// Fewest characters of a match.
    pub min: usize,
    pub start: Start,
    /// The literal of `start` is the whole pattern.
    pub is_literal: bool,
}
