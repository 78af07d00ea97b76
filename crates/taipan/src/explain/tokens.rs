//! The stage `tokens`.

use taipan_syntax::token::TokenKind;
use taipan_syntax::tokenize_view::{ViewToken, view};

use super::json::Json;
use super::page::Page;
use super::{Explained, quoted};

/// The kind as the `tokenize` module names it.
fn kind(token: &ViewToken) -> &'static str {
    if token.is_operator() {
        "OP"
    } else {
        token.kind.python_name()
    }
}

/// For a newcomer: what tokens without visible text are for.
fn meaning(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Newline => "  the statement ends",
        TokenKind::Nl => "  only the line ends",
        TokenKind::Indent => "  a block starts",
        TokenKind::Dedent => "  a block ends",
        _ => "",
    }
}

fn tokens(x: &Explained<'_>) -> Vec<ViewToken> {
    view(x.text)
        .0
        .into_iter()
        .filter(|t| x.shows(t.start.0))
        .collect()
}

pub fn show(x: &Explained<'_>, page: &mut Page<'_>) {
    let mut line = 0;
    for token in tokens(x) {
        // Strings may span lines: those between come with their first.
        if token.start.0 != line {
            line = token.start.0;
            page.source(line);
        }
        let place = format!("{}-{}", token.start.1, token.end.1);
        let text = quoted(token.range.text(x.text));
        page.under(&format!(
            "{place:<8}{:<14}{text}{}",
            kind(&token),
            meaning(token.kind)
        ));
    }
}

pub fn json(x: &Explained<'_>) -> Json {
    let place = |(line, column): (u32, u32)| Json::list([line.into(), column.into()]);
    let tokens = tokens(x).into_iter().map(|t| {
        Json::object([
            ("type", Json::text(kind(&t))),
            ("exact_type", Json::text(t.kind.python_name())),
            ("string", Json::text(t.range.text(x.text))),
            ("start", place(t.start)),
            ("end", place(t.end)),
        ])
    });
    Json::object([
        ("stage", Json::text("tokens")),
        ("tokens", Json::list(tokens)),
    ])
}
