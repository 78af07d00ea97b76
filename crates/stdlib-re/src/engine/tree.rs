//! A pattern as a tree. Nodes lie in one vector, children before their parents.

use super::chars::Fold;
use super::set::CharSet;

/// Index of a node.
pub type NodeId = u32;

/// What matches exactly one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single {
    /// Any but the line feed.
    Any,
    All,
    Char(u32),
    Not(u32),
    /// Index of a set.
    Set(u32),
}

/// A condition on a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Begin,
    BeginLine,
    /// At the end, or before a line feed at the end.
    End,
    EndLine,
    EndString,
    /// Between a word character and something else; `unicode` says whose words.
    Boundary {
        unicode: bool,
    },
    NonBoundary {
        unicode: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Greedy,
    Lazy,
    /// Gives nothing back.
    Possessive,
}

#[derive(Clone, Debug)]
pub enum Node {
    Fail,
    One(Single),
    At(At),
    /// Notes the position: `2 * group` at the start of a group, one more at its end (groups from 0).
    Mark(u32),
    Seq(Vec<NodeId>),
    Alt(Vec<NodeId>),
    /// The text of a group again.
    Ref {
        group: u32,
        fold: Fold,
    },
    /// One or the other, as the group has matched or not.
    Cond {
        group: u32,
        yes: NodeId,
        no: NodeId,
    },
    Repeat {
        body: NodeId,
        min: u32,
        /// `MAX_REPEAT`: no bound.
        max: u32,
        kind: Kind,
    },
    /// A condition on what follows, or on what stands `behind` characters back.
    Look {
        behind: u32,
        negative: bool,
        body: NodeId,
    },
    /// The first way in which the body matches, no other.
    Atomic(NodeId),
}

/// A decoded pattern.
#[derive(Debug)]
pub struct Tree {
    pub nodes: Vec<Node>,
    pub sets: Vec<CharSet>,
    pub root: NodeId,
}
