//! The stage `ast`, and where functions stand.

use taipan_syntax::ast::{Field, Mod, Node};
use taipan_syntax::repr;
use taipan_syntax::source::LineIndex;

use super::Explained;
use super::json::Json;
use super::page::Page;

/// A node without fields and position, such as `Load` or `Add`.
fn is_bare<'a>(node: &dyn Node<'a>) -> bool {
    let mut bare = node.position().is_none();
    node.for_each_field(&mut |_, _| bare = false);
    bare
}

/// A field that fits on the node's own line; `None` for nodes with something inside.
fn inline(field: &Field<'_, '_>) -> Option<String> {
    let text = |t: &str| repr::string(t.as_bytes());
    Some(match field {
        Field::Identifier(t) | Field::OptIdentifier(Some(t)) | Field::OptString(Some(t)) => text(t),
        Field::Str(t) => text(t),
        Field::OptIdentifier(None) | Field::OptString(None) | Field::OptNode(None) => {
            return None;
        }
        Field::Identifiers(names) => {
            let names: Vec<String> = names.iter().map(|n| text(n)).collect();
            format!("[{}]", names.join(", "))
        }
        Field::Int(n) => n.to_string(),
        Field::Constant(value) => repr::constant(value),
        Field::Node(node) | Field::OptNode(Some(node)) if is_bare(*node) => node.name().to_owned(),
        Field::Nodes(nodes) if nodes.len > 0 => {
            let mut names = Vec::new();
            for node in nodes.iter() {
                if !is_bare(node) {
                    return None;
                }
                names.push(node.name());
            }
            format!("[{}]", names.join(", "))
        }
        _ => return None,
    })
}

struct Printer<'x, 'p, 's> {
    x: &'x Explained<'x>,
    index: &'x LineIndex,
    page: &'p mut Page<'s>,
    line: u32,
}

impl Printer<'_, '_, '_> {
    fn node<'a>(&mut self, role: &str, node: &dyn Node<'a>, depth: usize) {
        if let Some(range) = node.position() {
            let line = self.index.line_col(range.start).0;
            if line != self.line {
                self.line = line;
                if self.x.shows(line) {
                    self.page.source(line);
                }
            }
        }
        let mut text = format!("{:1$}{role}{2}", "", depth * 2, node.name());
        node.for_each_field(&mut |name, field| {
            if let Some(value) = inline(&field) {
                text.push_str(&format!(" {name}={value}"));
            }
        });
        if self.x.shows(self.line) {
            self.page.under(&text);
        }
        node.for_each_field(&mut |name, field| {
            if inline(&field).is_some() {
                return;
            }
            match field {
                Field::Node(child) | Field::OptNode(Some(child)) => {
                    self.node(&format!("{name}: "), child, depth + 1);
                }
                Field::Nodes(children) => {
                    for child in children.iter() {
                        self.node(&format!("{name}: "), child, depth + 1);
                    }
                }
                Field::OptNodes(children) => {
                    for child in children.iter().flatten() {
                        self.node(&format!("{name}: "), *child, depth + 1);
                    }
                }
                _ => {}
            }
        });
    }
}

pub fn show(x: &Explained<'_>, module: &Mod<'_>, index: &LineIndex, page: &mut Page<'_>) {
    let mut printer = Printer {
        x,
        index,
        page,
        line: 0,
    };
    if let Mod::Module {
        body: statements, ..
    } = module
    {
        for statement in *statements {
            printer.node("", statement, 0);
        }
    }
}

pub fn json(x: &Explained<'_>, module: &Mod<'_>, index: &LineIndex) -> Json {
    let mut body = Vec::new();
    if let Mod::Module {
        body: statements, ..
    } = module
    {
        for statement in *statements {
            let (first, last) = lines_of(statement, index);
            if (first..=last).any(|line| x.shows(line)) {
                body.push(node_json(statement, index));
            }
        }
    }
    Json::object([("stage", Json::text("ast")), ("body", Json::List(body))])
}

fn node_json<'a>(node: &dyn Node<'a>, index: &LineIndex) -> Json {
    let mut members = vec![("node".to_owned(), Json::text(node.name()))];
    if let Some(range) = node.position() {
        let (line, column) = index.line_col(range.start);
        let (end_line, end_column) = index.line_col(range.end);
        for (name, n) in [
            ("line", line),
            ("column", column),
            ("end_line", end_line),
            ("end_column", end_column),
        ] {
            members.push((name.to_owned(), n.into()));
        }
    }
    let mut fields = Vec::new();
    node.for_each_field(&mut |name, field| {
        fields.push((name.to_owned(), field_json(&field, index)))
    });
    members.push(("fields".to_owned(), Json::Object(fields)));
    Json::Object(members)
}

fn field_json(field: &Field<'_, '_>, index: &LineIndex) -> Json {
    match field {
        Field::Identifier(t) | Field::OptIdentifier(Some(t)) | Field::OptString(Some(t)) => {
            Json::text(*t)
        }
        Field::Str(t) => Json::text(*t),
        Field::OptIdentifier(None) | Field::OptString(None) | Field::OptNode(None) => Json::Null,
        Field::Identifiers(names) => Json::list(names.iter().map(|n| Json::text(*n))),
        Field::Int(n) => Json::Int(*n),
        Field::Constant(value) => Json::object([
            ("type", Json::text(repr::type_name(value))),
            ("repr", Json::text(repr::constant(value))),
        ]),
        Field::Node(node) | Field::OptNode(Some(node)) => node_json(*node, index),
        Field::Nodes(nodes) => Json::list(nodes.iter().map(|n| node_json(n, index))),
        Field::OptNodes(nodes) => Json::list(
            nodes
                .iter()
                .map(|n| Json::option(*n, |n| node_json(n, index))),
        ),
    }
}

/// First and last line of a statement, decorators included.
fn lines_of<'a>(node: &dyn Node<'a>, index: &LineIndex) -> (u32, u32) {
    let Some(range) = node.position() else {
        return (0, 0);
    };
    let mut first = index.line_col(range.start).0;
    let last = index.line_col(range.end).0;
    node.for_each_field(&mut |name, field| {
        if let ("decorator_list", Field::Nodes(nodes)) = (name, field) {
            for range in nodes.iter().filter_map(|n| n.position()) {
                first = first.min(index.line_col(range.start).0);
            }
        }
    });
    (first, last)
}

/// The lines of functions and classes of this name, qualified (`C.f`) or not.
pub fn find_function(module: &Mod<'_>, name: &str, index: &LineIndex) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut stack: Vec<(&dyn Node<'_>, String)> = vec![(module, String::new())];
    while let Some((node, prefix)) = stack.pop() {
        let mut inner = prefix.clone();
        if matches!(node.name(), "FunctionDef" | "AsyncFunctionDef" | "ClassDef") {
            let mut own = String::new();
            node.for_each_field(&mut |field, value| {
                if let ("name", Field::Identifier(text)) = (field, value) {
                    own = text.to_owned();
                }
            });
            let qualified = format!("{prefix}{own}");
            if own == name || qualified == name {
                found.push(lines_of(node, index));
            }
            inner = format!("{qualified}.");
        }
        node.for_each_field(&mut |_, field| match field {
            Field::Node(child) | Field::OptNode(Some(child)) => stack.push((child, inner.clone())),
            Field::Nodes(children) => {
                stack.extend(children.iter().map(|c| (c, inner.clone())));
            }
            _ => {}
        });
    }
    found.sort_unstable();
    found
}
