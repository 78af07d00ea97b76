//! What a document type declares, shared by a parser and those of its external entities.

use std::cell::Cell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::event::Maybe;

/// An entity.
pub struct Entity {
    pub name: Rc<str>,
    /// The replacement text of an internal entity.
    pub text: Option<Rc<[u8]>>,
    pub system: Maybe,
    pub public: Maybe,
    pub base: Maybe,
    pub notation: Maybe,
    /// Declared in the document itself, not in another entity.
    pub is_internal: bool,
    /// It is being read: a reference to it is recursive.
    pub open: Cell<bool>,
}

/// An attribute of an element type.
pub struct AttributeDef {
    pub name: Rc<str>,
    pub is_cdata: bool,
    pub default: Option<String>,
}

/// What is declared for an element type's attributes.
#[derive(Default)]
pub struct ElementType {
    pub attributes: Vec<AttributeDef>,
    index: FxHashMap<Rc<str>, usize>,
}

impl ElementType {
    /// Adds an attribute unless it is known; whether it was added.
    pub fn define(&mut self, def: AttributeDef) -> bool {
        if self.index.contains_key(&def.name) {
            return false;
        }
        self.index.insert(def.name.clone(), self.attributes.len());
        self.attributes.push(def);
        true
    }
    pub fn attribute(&self, name: &str) -> Option<&AttributeDef> {
        self.attributes.get(*self.index.get(name)?)
    }
}

/// The declarations.
pub struct Dtd {
    pub general: FxHashMap<Rc<str>, Rc<Entity>>,
    pub parameter: FxHashMap<Rc<str>, Rc<Entity>>,
    pub elements: FxHashMap<Rc<str>, ElementType>,
    /// Declarations are still taken; not after a parameter entity that was not read.
    pub keeps: bool,
    pub has_param_refs: bool,
    pub standalone: bool,
    /// An external parameter entity was read by the handler.
    pub param_read: bool,
}

impl Default for Dtd {
    fn default() -> Self {
        Dtd {
            general: FxHashMap::default(),
            parameter: FxHashMap::default(),
            elements: FxHashMap::default(),
            keeps: true,
            has_param_refs: false,
            standalone: false,
            param_read: false,
        }
    }
}

/// The character of a predefined entity.
pub fn predefined(name: &[u8]) -> Option<char> {
    match name {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => None,
    }
}
