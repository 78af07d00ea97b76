//! Developer tool: what this crate makes of source files, in a form that is
//! easy to compare with CPython.
//!
//! `digest FILES…` prints the outcome that `tests/record_trees.py` records;
//! `dump FILES…` prints trees, constants with their types, or the error;
//! `tokens FILES…` prints each token's kind and position (columns in bytes);
//! `view FILES…` prints tokens as `python -m tokenize` knows them;
//! `unparse FILES…` prints each top-level expression again;
//! `speed FILES…` measures the lexer and the parser.

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod support;

use bumpalo::Bump;
use std::time::Instant;
use taipan_syntax::ast::{Mod, StmtKind};
use taipan_syntax::lexer::{LexOptions, tokenize};
use taipan_syntax::parser::{Mode, ParseOptions, parse};
use taipan_syntax::source::{LineIndex, decode};
use taipan_syntax::{dump, repr, tokenize_view, unparse};

fn main() {
    support::on_large_stack(run);
}

fn run() {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let files: Vec<String> = args.collect();
    match command.as_str() {
        "digest" => files.iter().for_each(|file| digest(file)),
        "dump" => files.iter().for_each(|file| dump_tree(file)),
        "view" => files.iter().for_each(|file| view(file)),
        "unparse" => files.iter().for_each(|file| unparse(file)),
        "tokens" => files.iter().for_each(|file| tokens(file)),
        "speed" => speed(&files),
        _ => eprintln!("usage: tree_check digest|dump|tokens|view|unparse|speed FILES…"),
    }
}

fn read(file: &str) -> String {
    let bytes = std::fs::read(file).unwrap_or_default();
    decode(&bytes, "")
        .map(|text| text.into_owned())
        .unwrap_or_default()
}

fn digest(file: &str) {
    println!(
        "{file}\t{}",
        support::outcome(&std::fs::read(file).unwrap_or_default())
    );
}

fn dump_tree(file: &str) {
    let (source, arena) = (read(file), Bump::new());
    let parsed = parse(&source, &arena, Mode::Module, ParseOptions::default());
    match &parsed.module {
        Ok(module) => println!("{}", dump::dump_typed(module, &parsed.line_index)),
        Err(e) => println!("{e:?}"),
    }
}

fn view(file: &str) {
    let source = read(file);
    let (tokens, error) = tokenize_view::view(&source);
    println!("# {file}");
    for token in tokens {
        let name = if token.is_operator() {
            "OP"
        } else {
            token.kind.python_name()
        };
        let text = repr::string(token.range.text(&source).as_bytes());
        println!(
            "{name} {} {} {} {} {text}",
            token.start.0, token.start.1, token.end.0, token.end.1
        );
    }
    if let Some(e) = error {
        println!("{}|{}|{}", e.message, e.line, e.column);
    }
}

fn unparse(file: &str) {
    let (source, arena) = (read(file), Bump::new());
    let parsed = parse(&source, &arena, Mode::Module, ParseOptions::default());
    let Ok(Mod::Module { body, .. }) = parsed.module else {
        return println!("# {file}: error");
    };
    for statement in body {
        if let StmtKind::Expr { value } = statement.kind {
            println!("{}", unparse::unparse_expr(value));
        }
    }
}

fn tokens(file: &str) {
    let source = read(file);
    let stream = tokenize(&source, LexOptions::default());
    let index = LineIndex::new(&source);
    println!("# {file}");
    for token in &stream.tokens {
        let (line, column) = index.line_col(token.range.start);
        let (end_line, end_column) = index.line_col(token.range.end);
        println!(
            "{} {line} {column} {end_line} {end_column}",
            token.kind.python_name()
        );
    }
    if let Some(e) = stream.error {
        println!(
            "{:?}|{}|{}|{}|{}|{}",
            e.kind, e.message, e.line, e.column, e.end_line, e.end_column
        );
    }
}

fn speed(files: &[String]) {
    let sources: Vec<String> = files.iter().map(|file| read(file)).collect();
    let size: usize = sources.iter().map(String::len).sum();
    for _ in 0..5 {
        let start = Instant::now();
        let count: usize = sources
            .iter()
            .map(|source| tokenize(source, LexOptions::default()).tokens.len())
            .sum();
        let seconds = start.elapsed().as_secs_f64();
        let lexing = size as f64 / seconds / 1e6;
        let start = Instant::now();
        for source in &sources {
            let arena = Bump::new();
            let _ = parse(source, &arena, Mode::Module, ParseOptions::default());
        }
        let parsing = size as f64 / start.elapsed().as_secs_f64() / 1e6;
        println!("{count} tokens; lexing {lexing:.0} MB/s, with parsing {parsing:.0} MB/s");
    }
}
