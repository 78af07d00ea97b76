//! Syntax errors against a table recorded from CPython 3.14.
//!
//! The table is written by `parser_errors/record.py` from `parser_errors/snippets.txt`.

use bumpalo::Bump;
use taipan_syntax::SyntaxErrorKind;
use taipan_syntax::parser::{Mode, ParseOptions, parse};

/// Undoes Python's `unicode_escape`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = match chars.next() {
            Some('n') => {
                out.push('\n');
                continue;
            }
            Some('r') => {
                out.push('\r');
                continue;
            }
            Some('t') => {
                out.push('\t');
                continue;
            }
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            other => {
                out.extend(other);
                continue;
            }
        };
        let code: String = chars.by_ref().take(digits).collect();
        out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
    }
    out
}

/// The mode and options that the words before a snippet name.
fn settings(words: &str) -> (Mode, ParseOptions) {
    let mut mode = Mode::Module;
    let mut options = ParseOptions::default();
    for word in words.split_whitespace() {
        match word {
            "eval" => mode = Mode::Expression,
            "single" => mode = Mode::Interactive,
            "func_type" => mode = Mode::FunctionType,
            "types" => options.type_comments = true,
            "more" => (options.allow_incomplete_input, options.dont_imply_dedent) = (true, true),
            version => options.feature_version = version[1..].parse().unwrap(),
        }
    }
    (mode, options)
}

fn outcome(source: &str, words: &str) -> String {
    let (mode, options) = settings(words);
    let arena = Bump::new();
    let parsed = parse(source, &arena, mode, options);
    match parsed.module {
        Ok(tree) if options.type_comments => {
            format!(
                "ok\t{}",
                taipan_syntax::dump::dump(&tree, source, &parsed.line_index)
            )
        }
        Ok(_) => "ok".to_owned(),
        Err(e) => {
            let class = match e.kind {
                SyntaxErrorKind::SyntaxError => "SyntaxError",
                SyntaxErrorKind::IndentationError => "IndentationError",
                SyntaxErrorKind::TabError => "TabError",
                SyntaxErrorKind::IncompleteInput => "_IncompleteInputError",
                SyntaxErrorKind::TooDeep => "RecursionError",
                SyntaxErrorKind::ParserOverflow => "MemoryError",
                SyntaxErrorKind::Unicode => "SyntaxError",
            };
            format!(
                "{class}\t{}\t{}\t{}\t{}\t{}",
                e.message, e.line, e.column, e.end_line, e.end_column
            )
        }
    }
}

#[test]
fn errors_are_those_of_cpython() {
    let table = include_str!("parser_errors/errors.tsv");
    let mut failures = Vec::new();
    let mut count = 0;
    for line in table.lines() {
        let mut fields = line.splitn(3, '\t');
        let (Some(mode), Some(source), Some(expected)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        count += 1;
        let got = outcome(&unescape(source), mode);
        if got != expected {
            failures.push(format!("{source}\n  want {expected}\n  got  {got}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} differ (run record.py again if snippets.txt changed):\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count >= 300, "only {count} snippets");
}
