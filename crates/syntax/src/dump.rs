//! Trees and tokens as text, for people and for comparison with CPython.

use crate::ast::{Constant, Field, Mod, Node};
use crate::source::LineIndex;
use crate::token::Token;
use crate::{TextRange, repr};
use std::fmt::Write;

/// Exactly `ast.dump(tree, include_attributes=True, show_empty=True)`.
pub fn dump(module: &Mod, _source: &str, index: &LineIndex) -> String {
    let mut dumper = Dumper {
        out: String::new(),
        index,
        typed: false,
    };
    dumper.node(module);
    dumper.out
}

/// As [`dump`], with every constant's value as `type:repr`.
pub fn dump_typed(module: &Mod, index: &LineIndex) -> String {
    let mut dumper = Dumper {
        out: String::new(),
        index,
        typed: true,
    };
    dumper.node(module);
    dumper.out
}

/// One token a line: position, kind and text.
pub fn dump_tokens(tokens: &[Token], source: &str, index: &LineIndex) -> String {
    let mut out = String::new();
    for token in tokens {
        let (line, column) = index.line_col(token.range.start);
        let (end_line, end_column) = index.line_col(token.range.end);
        let place = format!("{line},{column}-{end_line},{end_column}:");
        let text = repr::string(token.range.text(source).as_bytes());
        let _ = writeln!(out, "{place:<20}{:<15}{text}", token.kind.python_name());
    }
    out
}

struct Dumper<'i> {
    out: String,
    index: &'i LineIndex,
    typed: bool,
}

impl Dumper<'_> {
    fn node<'a>(&mut self, node: &dyn Node<'a>) {
        self.out.push_str(node.name());
        self.out.push('(');
        let mut first = true;
        node.for_each_field(&mut |name, field| {
            if matches!(
                field,
                Field::OptIdentifier(None) | Field::OptString(None) | Field::OptNode(None)
            ) {
                return;
            }
            self.separator(&mut first);
            self.out.push_str(name);
            self.out.push('=');
            self.field(name, field);
        });
        if let Some(range) = node.position() {
            self.separator(&mut first);
            self.position(range);
        }
        self.out.push(')');
    }

    fn separator(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.out.push_str(", ");
        }
    }

    fn position(&mut self, range: TextRange) {
        let (line, column) = self.index.line_col(range.start);
        let (end_line, end_column) = self.index.line_col(range.end);
        let _ = write!(
            self.out,
            "lineno={line}, col_offset={column}, end_lineno={end_line}, end_col_offset={end_column}"
        );
    }

    fn field<'a>(&mut self, name: &str, field: Field<'_, 'a>) {
        match field {
            Field::Identifier(text) | Field::OptIdentifier(Some(text)) | Field::Str(text) => {
                self.text(text)
            }
            Field::OptString(Some(text)) => {
                if self.typed && name == "kind" {
                    self.out.push_str("str:");
                }
                self.text(text);
            }
            Field::OptIdentifier(None) | Field::OptString(None) | Field::OptNode(None) => {
                self.out.push_str("None")
            }
            Field::Identifiers(names) => self.list(names.iter(), |this, name| this.text(name)),
            Field::Int(n) => {
                let _ = write!(self.out, "{n}");
            }
            Field::Constant(value) => self.constant(value),
            Field::Node(node) | Field::OptNode(Some(node)) => self.node(node),
            Field::Nodes(nodes) => self.list(nodes.iter(), |this, node| this.node(node)),
            Field::OptNodes(nodes) => self.list(nodes.iter(), |this, node| match node {
                Some(node) => this.node(*node),
                None => this.out.push_str("None"),
            }),
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&repr::string(text.as_bytes()));
    }

    fn constant(&mut self, value: &Constant) {
        if self.typed {
            self.out.push_str(repr::type_name(value));
            self.out.push(':');
        }
        self.out.push_str(&repr::constant(value));
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.out.push('[');
        let mut first = true;
        for item in items {
            self.separator(&mut first);
            write(self, item);
        }
        self.out.push(']');
    }
}
