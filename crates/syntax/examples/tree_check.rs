//! Developer tool: what this crate makes of source files, in a form that is
//! easy to compare with CPython.
//!
//! `tokens FILES…` prints each token's kind and position (columns in bytes);
//! `speed FILES…` measures the lexer.

use std::time::Instant;
use taipan_syntax::lexer::{LexOptions, tokenize};
use taipan_syntax::source::LineIndex;

fn main() {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let files: Vec<String> = args.collect();
    match command.as_str() {
        "tokens" => files.iter().for_each(|file| tokens(file)),
        "speed" => speed(&files),
        _ => eprintln!("usage: tree_check tokens|speed FILES…"),
    }
}

fn read(file: &str) -> String {
    String::from_utf8(std::fs::read(file).unwrap_or_default()).unwrap_or_default()
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
        println!("{count} tokens, {:.0} MB/s", size as f64 / seconds / 1e6);
    }
}
