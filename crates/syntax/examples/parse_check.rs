//! Developer tool: parses files and prints the outcome of each.
//!
//! `errors FILES…` prints one line a file (`ok`, or the error's fields);
//! `speed FILES…` measures lexer and parser together.

use bumpalo::Bump;
use std::time::Instant;
use taipan_syntax::parser::{Mode, ParseOptions, parse};

fn main() {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let files: Vec<String> = args.collect();
    match command.as_str() {
        "errors" => files.iter().for_each(|file| errors(file)),
        "speed" => speed(&files),
        _ => eprintln!("usage: parse_check errors|speed FILES…"),
    }
}

fn read(file: &str) -> String {
    String::from_utf8(std::fs::read(file).unwrap_or_default()).unwrap_or_default()
}

fn errors(file: &str) {
    let source = read(file);
    let arena = Bump::new();
    let parsed = parse(&source, &arena, Mode::Module, ParseOptions::default());
    match parsed.module {
        Ok(_) => println!("{file}\tok"),
        Err(e) => println!(
            "{file}\t{:?}\t{}\t{}\t{}\t{}\t{}\t{:?}",
            e.kind, e.message, e.line, e.column, e.end_line, e.end_column, e.text
        ),
    }
}

fn speed(files: &[String]) {
    let sources: Vec<String> = files.iter().map(|file| read(file)).collect();
    let size: usize = sources.iter().map(String::len).sum();
    let mut arena = Bump::new();
    for _ in 0..5 {
        let start = Instant::now();
        let mut failed = 0;
        for source in &sources {
            arena.reset();
            failed += usize::from(
                parse(source, &arena, Mode::Module, ParseOptions::default())
                    .module
                    .is_err(),
            );
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:.1} MB/s, {failed} of {} failed",
            size as f64 / seconds / 1e6,
            sources.len()
        );
    }
}
