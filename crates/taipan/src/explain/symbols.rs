//! The stage `symbols`.

use taipan_compiler::symtable::{Place, Scope, ScopeKind, Symbol, SymbolTable, flags};
use taipan_syntax::source::LineIndex;

use super::Explained;
use super::json::Json;
use super::page::Page;

fn place(scope: &Scope<'_>, symbol: &Symbol<'_>) -> &'static str {
    match symbol.place() {
        Place::Unknown => "unknown",
        Place::Local if scope.kind == ScopeKind::Module => "global",
        Place::Local => "local",
        Place::GlobalExplicit => "global",
        Place::GlobalImplicit => "global or built-in",
        Place::Free => "free",
        Place::Cell => "cell",
    }
}

/// What the kinds of places mean, in the order of their mention.
fn legend(place: &str) -> &'static str {
    match place {
        "local" => "belongs to this scope only",
        "global" => "belongs to the module",
        "global or built-in" => {
            "looked up in the module, then among the built-in names, when it is needed"
        }
        "free" => "belongs to a function around this one, reached through a cell",
        "cell" => "local, but kept in a cell because a function inside uses it too",
        _ => "not decided",
    }
}

fn uses(symbol: &Symbol<'_>) -> Vec<&'static str> {
    [
        (flags::DEF_GLOBAL, "declared global"),
        (flags::DEF_NONLOCAL, "declared nonlocal"),
        (flags::DEF_PARAM, "parameter"),
        (flags::DEF_LOCAL, "assigned"),
        (flags::DEF_IMPORT, "imported"),
        (flags::DEF_TYPE_PARAM, "type parameter"),
        (flags::DEF_ANNOT, "annotated"),
        (flags::DEF_COMP_ITER, "comprehension target"),
        (flags::DEF_FREE_CLASS, "free through class"),
        (flags::USE, "read"),
    ]
    .into_iter()
    .filter(|(bit, _)| symbol.has(*bit))
    .map(|(_, what)| what)
    .collect()
}

fn notes(scope: &Scope<'_>) -> Vec<&'static str> {
    [
        (scope.nested, "inside a function"),
        (scope.generator, "generator"),
        (scope.coroutine, "coroutine"),
        (scope.inlined, "runs as part of the scope around it"),
        (scope.needs_class_closure, "needs __class__"),
        (scope.needs_classdict, "needs __classdict__"),
    ]
    .into_iter()
    .filter(|n| n.0)
    .map(|n| n.1)
    .collect()
}

fn line(scope: &Scope<'_>, index: &LineIndex) -> u32 {
    scope.range.map_or(0, |r| index.line_col(r.start).0)
}

/// Whether a scope is to be shown; the module's is left out when a part is asked for.
fn shown(x: &Explained<'_>, scope: &Scope<'_>, index: &LineIndex) -> bool {
    match line(scope, index) {
        0 => x.shows_all(),
        line => x.shows(line),
    }
}

pub fn show(x: &Explained<'_>, table: &SymbolTable<'_>, index: &LineIndex, page: &mut Page<'_>) {
    let mut places = Vec::new();
    for scope in table.scopes.iter().filter(|s| shown(x, s, index)) {
        let line = line(scope, index);
        if line > 0 {
            page.source(line);
        }
        let mut title = match scope.kind {
            ScopeKind::Module => "module".to_owned(),
            kind => format!("{} {}", kind.name(), scope.name),
        };
        if let Some(parent) = scope.parent.map(|p| table.scope(p)) {
            if parent.kind != ScopeKind::Module {
                title.push_str(&format!(", in {} {}", parent.kind.name(), parent.name));
            }
        }
        for note in notes(scope) {
            title.push_str(&format!(", {note}"));
        }
        page.under(&title);
        for symbol in scope.symbols.iter() {
            let place = place(scope, symbol);
            if !places.contains(&place) {
                places.push(place);
            }
            page.under(&format!(
                "  {:<16} {place:<20} {}",
                symbol.name,
                uses(symbol).join(", ")
            ));
        }
        if scope.symbols.is_empty() {
            page.under("  (no names)");
        }
    }
    if !places.is_empty() {
        page.plain("");
    }
    for place in places {
        page.note(&format!("{place}: {}", legend(place)));
    }
}

pub fn json(x: &Explained<'_>, table: &SymbolTable<'_>, index: &LineIndex) -> Json {
    let scopes = table
        .scopes
        .iter()
        .enumerate()
        .filter(|(_, s)| shown(x, s, index))
        .map(|(id, scope)| {
            let symbols = scope.symbols.iter().map(|s| {
                Json::object([
                    ("name", Json::text(s.name)),
                    ("place", Json::text(place(scope, s))),
                    ("uses", Json::list(uses(s).into_iter().map(Json::text))),
                ])
            });
            Json::object([
                ("id", Json::Int(id as i64)),
                ("parent", Json::option(scope.parent, |p| p.0.into())),
                ("kind", Json::text(scope.kind.name())),
                ("name", Json::text(scope.name)),
                ("line", line(scope, index).into()),
                (
                    "notes",
                    Json::list(notes(scope).into_iter().map(Json::text)),
                ),
                ("symbols", Json::list(symbols)),
            ])
        });
    Json::object([
        ("stage", Json::text("symbols")),
        ("scopes", Json::list(scopes)),
    ])
}
