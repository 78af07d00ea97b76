//! Content models of element declarations, flat so that their depth costs no stack.

use std::rc::Rc;

/// Kinds of nodes, with expat's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Empty = 1,
    Any = 2,
    Mixed = 3,
    Name = 4,
    Choice = 5,
    Sequence = 6,
}

/// How often a node occurs, with expat's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Quantifier {
    Once = 0,
    Optional = 1,
    Any = 2,
    Some = 3,
}

/// One node. Its parent comes before it.
pub struct Node {
    pub kind: Kind,
    pub quantifier: Quantifier,
    pub name: Option<Rc<str>>,
    pub parent: Option<usize>,
}

/// A content model; the first node is the outermost.
#[derive(Default)]
pub struct Model {
    pub nodes: Vec<Node>,
    /// The groups that are open, with whether their separator is known.
    open: Vec<(usize, Option<Kind>)>,
    pub deepest: usize,
}

impl Model {
    /// A model of one node.
    pub fn leaf(kind: Kind) -> Model {
        let mut model = Model::default();
        model.add(kind, Quantifier::Once, None);
        model
    }
    fn add(&mut self, kind: Kind, quantifier: Quantifier, name: Option<Rc<str>>) -> usize {
        let parent = self.open.last().map(|&(index, _)| index);
        self.nodes.push(Node {
            kind,
            quantifier,
            name,
            parent,
        });
        self.nodes.len() - 1
    }
    pub fn open_group(&mut self) {
        // A group of one member is a sequence.
        let index = self.add(Kind::Sequence, Quantifier::Once, None);
        self.open.push((index, None));
        self.deepest = self.deepest.max(self.open.len());
    }
    /// Closes the innermost group; whether it was the outermost one.
    pub fn close_group(&mut self, quantifier: Quantifier) -> bool {
        if let Some((index, _)) = self.open.pop() {
            self.nodes[index].quantifier = quantifier;
        }
        self.open.is_empty()
    }
    pub fn name(&mut self, name: Rc<str>, quantifier: Quantifier) {
        self.add(Kind::Name, quantifier, Some(name));
    }
    /// Takes a separator; whether it is that of the group so far.
    pub fn separator(&mut self, kind: Kind) -> bool {
        let Some((index, known)) = self.open.last_mut() else {
            return false;
        };
        if known.is_some_and(|k| k != kind) {
            return false;
        }
        *known = Some(kind);
        let node = &mut self.nodes[*index];
        if node.kind != Kind::Mixed {
            node.kind = kind;
        }
        true
    }
    pub fn mixed(&mut self) {
        if let Some(&(index, _)) = self.open.last() {
            self.nodes[index].kind = Kind::Mixed;
        }
    }
}
